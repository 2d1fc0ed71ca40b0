#!/usr/bin/python3
"""Workbooks: every kind of cell, against openpyxl and xlrd; archives; what a sheet may look like; memory and the spill.

usage: intake_sheets_test.py INTAKE_DUMP     (77: openpyxl, xlrd or xlwt is not installed)"""
import datetime
import io
import pathlib
import random
import sys
import tempfile
import zipfile

try:
    import openpyxl
    import xlrd
    import xlwt
except ImportError as e:
    print("skipped:", e)
    sys.exit(77)
ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path += [str(ROOT / "test" / "fixtures"), str(ROOT / "test" / "unit")]
import hostile  # noqa: E402  (its small makers of workbooks)
from intake_reading import dump, run_tests  # noqa: E402

FOLDER = pathlib.Path(tempfile.mkdtemp())
HEADER = hostile.HEADER


def ask(path, *options):
    return dump(*options, path)


def rows_of(path, part=0):
    """{line: cells} of a part."""
    lines = ask(path, "--table", *(["--part", part] if part else []))
    assert all(isinstance(x, list) and x[2] == 0 for x in lines), [x for x in lines if not isinstance(x, list) or x[2]]
    return {x[0]: x[1] for x in lines}


def put(name, data):
    path = FOLDER / name
    path.write_bytes(data)
    return path


# ---- what a value is as text: said once more, from what the other reader found ----

def number_text(v):
    if v == int(v) and abs(v) < 1e15:
        return str(int(v))
    text = f"{v:.14e}"
    digits, exponent = text.split("e")
    negative, digits, exponent = digits.startswith("-"), digits.lstrip("-").replace(".", "").rstrip("0"), int(exponent)
    if exponent >= 15:
        out = digits[0] + ("." + digits[1:] if len(digits) > 1 else "") + f"E+{exponent}"
    elif exponent < 0:
        out = "0." + "0" * (-exponent - 1) + digits
    else:
        out = digits[:exponent + 1].ljust(exponent + 1, "0") + ("." + digits[exponent + 1:] if len(digits) > exponent + 1 else "")
    return ("-" if negative else "") + out


def expected(v, reader):
    if v is None:
        return ""
    if isinstance(v, bool):
        return "TRUE" if v else "FALSE"
    if isinstance(v, (int, float)):
        return number_text(v)
    if isinstance(v, datetime.datetime):
        v += datetime.timedelta(microseconds=500000)
        return v.strftime("%Y-%m-%d %H:%M:%S") if v.year >= 1000 else "?"
    if isinstance(v, datetime.time):
        return v.strftime("%H:%M:%S")
    if isinstance(v, datetime.timedelta):
        s = round(v.total_seconds())
        return f"{s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}"
    return v.replace("_x0041_", "A") if ".xlsx" in reader else v  # openpyxl leaves the escape of a character as it stands


def same_rows(found, cells, path):
    """cells: {line: list} of the other reader of that file."""
    wanted = {}
    for line, row in cells.items():
        texts = [expected(v, str(path)) for v in row]
        while texts and texts[-1] == "":
            texts.pop()
        if texts:
            wanted[line] = texts
    assert found.keys() == wanted.keys(), (sorted(found.keys() ^ wanted.keys())[:10])
    for line, texts in wanted.items():
        assert found[line] == texts, (line, [(i, a, b) for i, (a, b) in enumerate(zip(found[line], texts)) if a != b], len(found[line]), len(texts))


def openpyxl_rows(path, sheet=0):
    ws = openpyxl.load_workbook(path, data_only=True).worksheets[sheet]
    return {row[0].row: [c.value for c in row] for row in ws.iter_rows()}


def xlrd_rows(path, sheet=0):
    book = xlrd.open_workbook(path, formatting_info=True)
    s = book.sheet_by_index(sheet)

    def value(c):
        if c.ctype in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK):
            return None
        if c.ctype == xlrd.XL_CELL_BOOLEAN:
            return bool(c.value)
        if c.ctype == xlrd.XL_CELL_ERROR:
            return xlrd.error_text_from_code[c.value]
        if c.ctype == xlrd.XL_CELL_DATE:
            if c.value < 1:
                s = round(c.value * 86400)
                return datetime.time(s // 3600, s // 60 % 60, s % 60)
            return datetime.datetime(1904, 1, 1) + datetime.timedelta(days=c.value) if book.datemode else xlrd.xldate_as_datetime(c.value, 0)
        return c.value
    return {r + 1: [value(c) for c in s.row(r)] for r in range(s.nrows)}


# ---- cells ----

FORMATS = ["yyyy-mm-dd hh:mm:ss", "yyyy/m/d", "m/d/yy h:mm", "yyyy\"年\"m\"月\"d\"日\"", "[$-804]yyyy-mm-dd", "mm-dd-yy", "d-mmm-yy", "yyyy-mm-dd;@"]
PLAIN = ["0.00", "#,##0.00", "0%", "0.00E+00", "@", "General", "\"d\"0.0", "[Red]0.00", "_(* #,##0.00_)", "#,##0\\d"]
TEXTS = ["订单", "a & b < c > d \"q\" 'x'", " 前后空格 ", "两\n行", "制表\t符", "😀 emoji", "=1+1 作为文本", "'0123", "001234567890123456", "_x0041_ literal _x", "]]>", "é", "　全角", "x" * 9000]


def values(rnd):
    t = datetime.datetime(2020, 1, 1) + datetime.timedelta(seconds=rnd.randrange(10 ** 9))
    return [rnd.choice(TEXTS), rnd.random() * 10 ** rnd.randrange(-4, 9), rnd.randrange(10 ** rnd.randrange(1, 15)), -rnd.randrange(10 ** 6) / 100, t, t.date(),
            rnd.random() < 0.5, None, f"{rnd.randrange(10 ** 17)}", round(rnd.random() * 1000, 2), 0, 0.1 + 0.2, 1e15, 123456789012345678, 1e-7]


def test_every_kind_of_cell():
    for seed, shared in ((1, False), (2, True), (3, True)):
        rnd = random.Random(seed)
        wb = openpyxl.Workbook(write_only=not shared)
        ws = wb.create_sheet("数据") if not shared else wb.active
        for _ in range(300):
            ws.append(values(rnd))
        if shared:
            for row in range(1, 301):
                for column, formats in ((5, FORMATS), (2, PLAIN), (3, PLAIN)):
                    ws.cell(row, column).number_format = rnd.choice(formats)
            ws["T400"] = "far"
            ws["A410"] = datetime.timedelta(hours=30, minutes=5)
            ws["A411"] = datetime.time(13, 14, 15)
            ws["A412"], ws["B412"], ws["C412"] = "#N/A", "#DIV/0!", datetime.datetime(1900, 1, 1)
            ws["A413"] = datetime.datetime(1900, 3, 1, 6)
            if seed == 3:
                wb.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
                ws["A412"] = ws["A413"] = ws["C412"] = None
        path = FOLDER / f"cells{seed}.xlsx"
        wb.save(path)
        same_rows(rows_of(path), openpyxl_rows(path), path)


def test_every_kind_of_old_cell():
    for seed in (1, 2, 3):
        rnd = random.Random(seed)
        wb = xlwt.Workbook(encoding="utf-8")
        wb.dates_1904 = seed == 3
        ws = wb.add_sheet("数据")
        styles, plain = [], xlwt.XFStyle()
        for f in FORMATS + ["hh:mm:ss"]:
            styles.append(xlwt.XFStyle())
            styles[-1].num_format_str = f
        for r in range(400):
            for c, v in enumerate(values(rnd)):
                if isinstance(v, str):
                    v = v[:9000]
                if v is not None:
                    ws.write(r, c, v, rnd.choice(styles[:-1]) if isinstance(v, (datetime.datetime, datetime.date)) else plain)
        ws.write(401, 0, datetime.time(13, 14, 15), styles[-1])
        ws.write(401, 255, "last column")
        ws.write_rich_text(402, 0, ("rich ", ("text", xlwt.easyfont("bold true"))))
        path = FOLDER / f"cells{seed}.xls"
        wb.save(str(path))
        wanted = xlrd_rows(path)
        same_rows(rows_of(path), wanted, path)


def test_last_old_row():
    wb = xlwt.Workbook()
    wb.add_sheet("s").write(65535, 1, 7)
    path = FOLDER / "last.xls"
    wb.save(str(path))
    assert rows_of(path) == {65536: ["", "7"]}


def test_many_old_strings():
    """Strings that go on in the next record, cut at every place."""
    rnd = random.Random(5)
    wb = xlwt.Workbook(encoding="utf-8")
    ws = wb.add_sheet("s")
    for r in range(3000):
        ws.write(r, 0, "".join(rnd.choice("ab价格é茶") for _ in range(rnd.randrange(0, 90))) + f"-{r}")
        ws.write(r, 1, "plain ascii %d" % (r * 7919))
    path = FOLDER / "strings.xls"
    wb.save(str(path))
    same_rows(rows_of(path), xlrd_rows(path), path)


def test_formulas_and_old_results():
    path = put("results.xlsx", hostile.book(
        '<row r="2"><c r="A2"><f>1+1</f><v>2</v></c><c r="B2" t="str"><f>"a"&amp;"b"</f><v>ab</v></c><c r="C2" t="b"><f>TRUE</f><v>1</v></c>'
        '<c r="D2" t="e"><f>1/0</f><v>#DIV/0!</v></c><c r="E2"><f>NEVER()</f></c><c r="F2" t="d"><v>2026-10-21T09:08:07</v></c>'
        '<c r="G2" t="d"><v>2026-10-21</v></c><c r="H2"><v> 7 </v></c><c r="I2"><v>1.5E3</v></c><c r="J2"><v>67.180000000000007</v></c></row>'))
    assert rows_of(path)[2] == ["2", "ab", "TRUE", "#DIV/0!", "", "2026-10-21 09:08:07", "2026-10-21 00:00:00", "7", "1500", "67.18"]
    # an old workbook's formulas, of which xlwt writes no results: records by hand
    results = b"".join(hostile.record(6, hostile.struct.pack("<HHH", 1, c, 0) + r + b"\0" * 8) + more for c, (r, more) in enumerate((
        (hostile.struct.pack("<d", 2.5), b""), (b"\0" * 6 + b"\xff\xff", hostile.record(0x4bc, b"\0" * 12) + hostile.record(0x207, b"\2\0\0ab")),
        (b"\1\0\1\0\0\0\xff\xff", b""), (b"\2\0\7\0\0\0\xff\xff", b""), (b"\3\0\0\0\0\0\xff\xff", b""), (hostile.struct.pack("<d", -1), b""))))
    path = put("results.xls", hostile.compound(hostile.old_stream(hostile.old_cells()[:0] + results)))
    assert rows_of(path) == {2: ["2.5", "ab", "TRUE", "#DIV/0!", "", "-1"]}


def test_rich_text_space_and_prefixes():
    strings = hostile.xml(f'<sst {hostile.NS}><si><r><rPr><b/></rPr><t>粗</t></r><r><t xml:space="preserve"> 体 </t></r></si>'
                          '<si><t>茶</t><rPh sb="0" eb="1"><t>チャ</t></rPh></si><si><t>line_x000D__x000a_end _x0000_ _x</t></si><si/></sst>')
    rows = '<row r="2"><c r="A2" t="s"><v>0</v></c><c r="B2" t="s"><v>1</v></c><c r="C2" t="s"><v>2</v></c><c r="D2" t="s"><v>3</v></c>' \
           '<c r="E2" t="inlineStr"><is><r><t>a</t></r><r><t>b</t></r></is></c><c r="F2" t="inlineStr"><is><t>&#33590;&#x20;&amp;</t></is></c></row>'
    wanted = ["粗 体 ", "茶", "line\r\nend _x0000_ _x", "", "ab", "茶 &"]
    found = hostile.parts(hostile.sheet(rows), strings=strings)
    assert rows_of(put("rich.xlsx", hostile.zipped(found)))[2] == wanted
    prefixed = {n: d if n.endswith(".rels") else d.replace(b"<x:?xml", b"<?xml") for n, d in found.items()}
    for name in ("xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"):
        text = prefixed[name].decode().replace("xmlns=", "xmlns:x=")
        head, body = text.split("?>\n", 1)
        prefixed[name] = (head + "?>\n" + body.replace("</", "\0").replace("<", "<x:").replace("\0", "</x:")).encode()
    assert rows_of(put("prefixed.xlsx", hostile.zipped(prefixed)))[2] == wanted
    for encoding in ("utf-16", "utf-16-be"):
        wide = {n: d if n.startswith("[") else d.decode().replace('encoding="UTF-8"', 'encoding="UTF-16"').encode(encoding) for n, d in found.items()}
        wide = {n: (b"\xfe\xff" + d if encoding == "utf-16-be" and not n.startswith("[") else d) for n, d in wide.items()}
        assert rows_of(put("wide.xlsx", hostile.zipped(wide)))[2] == wanted


def test_rows_without_numbers_and_gaps():
    path = put("gaps.xlsx", hostile.zipped(hostile.parts(hostile.sheet(
        '<row><c><v>1</v></c><c><v>2</v></c></row><row/><row r="9" spans="1:4"><c r="D9"><v>3</v></c><c><v>4</v></c></row><row><c r="B10"><v>5</v></c></row>\n'
        '<row r="20" ht="15"><c r="C20" s="0"/><c r="A20" t="n"><v>6</v></c></row>', head=False))))
    assert rows_of(path) == {1: ["1", "2"], 9: ["", "", "", "3", "4"], 10: ["", "5"], 20: ["6"]}


def test_wide_and_long_rows():
    path = put("wide.xlsx", hostile.book('<row r="2"><c r="IV2"><v>1</v></c></row><row r="3"><c r="IW3"><v>1</v></c></row>'))
    lines = {x[0]: x for x in ask(path, "--table")}
    assert len(lines[2][1]) == 256 and lines[2][2] == 0 and lines[3][2] == 4, "256 columns, then too wide"
    long = "".join(hostile.inline(f"{chr(65 + i)}2", "长" * 20000) for i in range(20))
    lines = {x[0]: x for x in ask(put("long.xlsx", hostile.zipped(hostile.parts(hostile.sheet(
        f'<row r="2">{long}</row><row r="3"><c r="A3"><v>1</v></c></row>')), zipfile.ZIP_STORED)), "--table")}
    assert lines[2][2] == 3 and lines[3][1] == ["1"], "a row beyond 1 MiB is too long, the next one is read"
    lines = ask(put("cell.xlsx", hostile.book(f'<row r="2">{hostile.inline("A2", "x" * 70000)}</row>')), "--table")
    assert 65536 < len(lines[1][1][0]) < 65600, "a cell that is too long is kept as far as shows it"


# ---- several tables ----

def parts_of(path):
    return [(p["kind"], p["member"], p["sheet"], p["hidden"]) for p in ask(path, "--parts")]


def test_parts():
    wb = openpyxl.Workbook()
    wb.active.title = "订单"
    wb.active.append(HEADER)
    wb.create_sheet("隐藏").sheet_state = "hidden"
    wb.create_chartsheet("图")
    wb.create_sheet("二").append(["x"])
    path = FOLDER / "several.xlsx"
    wb.save(path)
    assert parts_of(path) == [("xlsx", "", "订单", False), ("xlsx", "", "隐藏", True), ("xlsx", "", "二", False)]
    assert rows_of(path, 3) == {1: ["x"]}
    old = xlwt.Workbook(encoding="utf-8")
    old.add_sheet("一").write(0, 0, "a")
    old.add_sheet("藏").visibility = 1
    old.get_sheet(0).write(1, 0, "b")
    old_path = FOLDER / "several.xls"
    old.save(str(old_path))
    assert parts_of(old_path) == [("xls", "", "一", False), ("xls", "", "藏", True)]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("订单/一月.csv", hostile.csv_text())
        z.writestr("book.xlsx", path.read_bytes())
        z.writestr("__MACOSX/._book.xlsx", b"\0\5\26\7")
        z.writestr("old.dat", old_path.read_bytes())
        z.writestr("doc/", b"")
        z.writestr("gbk.csv", hostile.csv_text().encode("gb18030"))
        z.writestr("读我.pdf", b"%PDF-1.4")
    both = put("all.zip", out.getvalue())
    assert parts_of(both) == [("text", "订单/一月.csv", "", False), ("xlsx", "book.xlsx", "订单", False), ("xlsx", "book.xlsx", "隐藏", True),
                              ("xlsx", "book.xlsx", "二", False), ("xls", "old.dat", "一", False), ("xls", "old.dat", "藏", True),
                              ("text", "gbk.csv", "", False), ("text", "读我.pdf", "", False)]
    assert rows_of(both, 4) == {1: ["x"]} and rows_of(both, 5) == {1: ["a"], 2: ["b"]}
    gbk = zipfile.ZipInfo("x.csv")
    raw = hostile.changed(hostile.zipped({"xxxx.csv": hostile.csv_text().encode()}), b"xxxx.csv", "订单".encode("gbk") + b".csv")
    assert parts_of(put("gbk.zip", raw)) == [("text", "订单.csv", "", False)], gbk


def test_strings_that_spill():
    """More shared strings than memory keeps, asked for in disorder: each comes back, and memory stays small."""
    rnd = random.Random(9)
    count = 60000
    text = lambda i: f"{i}:" + chr(0x4e00 + i % 20000) * (i * 7919 % 300)
    strings = hostile.xml(f"<sst {hostile.NS}>" + "".join(f"<si><t>{text(i)}</t></si>" for i in range(count)) + "</sst>")
    order = [rnd.randrange(count) for _ in range(8000)]
    rows = "".join(f'<row><c t="s"><v>{i}</v></c></row>' for i in order)
    path = put("spill.xlsx", hostile.zipped(hostile.parts(hostile.sheet(rows, head=False), strings=strings)))
    assert len(strings) > 24 << 20
    found = rows_of(path)
    assert [found[r + 1][0] for r in range(len(order))] == [text(i) for i in order]


if __name__ == "__main__":
    run_tests(globals())
