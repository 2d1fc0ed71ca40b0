"""Files of every subject but orders: the generic profiles, each kind of value and each way to write it, the reports of 生意参谋 with
their preamble, parts and peers' rows, and the real lists of ../shared/data where they are there. Figures are read a second time here,
by Python's csv and rules of its own.  usage: intake_subjects_test.py INTAKE_DUMP"""
import csv
import decimal
import io
import json
import random
import re
import subprocess
import unicodedata

from intake_reading import DUMP, SHARED, read, read_bytes, run_tests

SUBJECTS = [json.loads(line) for line in subprocess.run([DUMP, "--subjects"], capture_output=True, text=True, check=True).stdout.splitlines()]
KEY, MUST, MARK, AHEAD, WHEN, MEAN, PART = 1, 2, 4, 8, 16, 64, 32
DAY = {"2026-06-18": 20622, "2026-06-19": 20623}
OPTIONS = ("--zone", "Asia/Shanghai", "--currency", "CNY")


def table(rows, delimiter=","):
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue()


def fold(header):
    return re.sub(r"\s+", " ", header.strip().translate({0xFF08: "(", 0xFF09: ")", 0xFF1A: ":", 0xA0: " "})).lower()


# ---- a second reading of cells ----

def whole(value):
    """Half away from zero."""
    return int(value.quantize(decimal.Decimal(1), rounding=decimal.ROUND_HALF_UP))


def second(kind, cell, header=""):
    """What a cell says, by rules written down a second time; None: nothing."""
    s = unicodedata.normalize("NFKC", cell).strip().lstrip("'").replace(",", "")
    if s in ("", "-", "--", "null"):
        return None
    number = lambda t: decimal.Decimal(t)
    if kind == "count":
        times = 10000 if "万" in s else 1
        return whole(number(re.sub(r"[^\d.\-]", "", s)) * times)
    if kind == "money":
        return whole(number(re.sub(r"[¥元]", "", s)) * 100)
    if kind == "ratio":
        if s.endswith("折"):
            return whole(number(s[:-1]) * 1000)
        percent = s.endswith("%") or "%" in header
        return whole(number(s.rstrip("%")) * (100 if percent else 10000))
    if kind == "decimal":
        return whole(number(s) * 1000)
    if kind == "seconds":
        if ":" in s:
            parts = [int(p) for p in s.split(":")]
            return (parts[0] * 60 + parts[1] if len(parts) == 2 else parts[0] * 3600 + parts[1] * 60 + parts[2]) * 1000
        m = re.fullmatch(r"(?:([\d.]+)小时)?(?:([\d.]+)分钟?)?(?:([\d.]+)(?:秒|s)?)?", s)
        return whole(sum(number(g) * f for g, f in zip(m.groups(), (3600, 60, 1)) if g) * 1000)
    if kind == "day":
        y, mo, d = map(int, re.findall(r"\d+", s if not re.fullmatch(r"\d{8}", s) else f"{s[:4]}-{s[4:6]}-{s[6:]}")[:3])
        import datetime
        return (datetime.date(y, mo, d) - datetime.date(1970, 1, 1)).days
    if kind == "hour":
        return int(re.match(r"\d+", s).group())
    if kind == "clock":
        h, m = map(int, re.findall(r"\d+", s)[:2])
        return h * 60 + m
    return cell.strip()


WRITTEN = {
    "text": ["一段文字, with a comma", "“quoted” \"twice\"", "=1+1"], "code": ["A-17", "'0042", "=\"007\""], "status": ["已完成", "Done"], "person": ["某人", "O'Neil"],
    "time": ["2026-06-18 10:20:30", "2026/6/18 10:20", "2026-06-18T10:20:30+08:00"], "day": ["2026-06-18", "2026/6/18", "20260618", "2026年6月18日"],
    "hour": ["13", "13:00", "13点", "13:00-13:59", "2026-06-18 13:00:00"], "clock": ["09:30", "9:30:00", "24:00"],
    "money": ["1,234.50", "¥12", "0元", "-3.00"], "count": ["1,234", "2.0", "1.2万", "1000+", "35件", "-4"], "ratio": ["12.34%", "0.1234", "8.5折", "100%", "0.005%"],
    "decimal": ["4.86", "1,234.5678", "-0.0005"], "seconds": ["83.5", "00:01:23", "1分23秒", "83秒", "2小时"],
}


def sample(field, n):
    values = WRITTEN[field["kind"]]
    return values[n % len(values)]


def expected(field, cell):
    if field["kind"] == "time":
        return 1781749230000 if ":30" in cell[-9:] or "+08:00" in cell else 1781749200000
    if field["kind"] == "hour":
        return 13
    if field["kind"] in ("text", "status", "person"):
        return cell
    if field["kind"] == "code":
        return {"'0042": "0042", "=\"007\"": "007"}.get(cell, cell)
    return second(field["kind"], cell)


def test_every_subject_reads_its_own_names():
    for subject in SUBJECTS:
        for names in ("zh", "en", "word"):
            for n in range(6):
                fields = list(subject["fields"])
                random.Random(n).shuffle(fields)
                cells = [sample(f, n + i) for i, f in enumerate(fields)]
                text = table([[f[names] for f in fields], cells])
                r = read_bytes(text.encode("utf-8-sig"), *OPTIONS)
                assert r.scan["profile"] == subject["subject"], (subject["subject"], names, r.scan["profile"], r.scan["en"])
                assert all(c[1] for c in r.scan["columns"]), (subject["subject"], names, [c for c in r.scan["columns"] if not c[1]])
                assert len(r.claims) == 1 and not r.faults, (subject["subject"], names, r.faults)
                told = r.claims[0]["values"]
                for f, cell in zip(fields, cells):
                    want = expected(f, cell)
                    assert told.get(f["word"]) == want, (subject["subject"], f["word"], cell, told.get(f["word"]), want)


def test_aliases_are_known_and_point_to_one_field():
    for subject in SUBJECTS:
        seen = {}
        for f in subject["fields"]:
            for name in [f["zh"], f["en"], f["word"]]:
                assert seen.setdefault(fold(name), f["word"]) == f["word"], (subject["subject"], name, "names two fields")
        for f in subject["fields"]:
            for name in filter(None, f["aliases"].split("|")):
                assert seen.setdefault(fold(name), f["word"]) == f["word"], (subject["subject"], name, f["word"], seen[fold(name)])
        keys = [f for f in subject["fields"] if f["flags"] & KEY]
        whens = [f for f in subject["fields"] if f["flags"] & WHEN]
        assert keys and len(whens) <= 1 and subject["fields"].index(keys[-1]) < 60, subject["subject"]


def test_encodings_brackets_and_spaces():
    rows = [["统计日期 ", " 小时", "访客数", "平均停留时长（秒）", "支付 转化率", "支付转化率"], ["2026-06-18", "8", "1,234", "12.5", "", "10.00%"]]
    seen = set()
    for encoding in ("utf-8", "utf-8-sig", "gb18030", "utf-16"):
        for delimiter in ",\t":
            r = read_bytes(table(rows, delimiter).encode(encoding), *OPTIONS)
            assert r.scan["profile"] == "traffic" and len(r.claims) == 1, (encoding, r.scan)
            assert r.claims[0]["values"] == {"day": 20622, "hour": 8, "visitors": 1234, "stay": 12500, "paid_rate": 1000}, r.claims
            seen.add(r.claims[0]["key"])
    assert len(seen) == 1, "the same row in any encoding"
    other = read_bytes(table([["访客数", "支付转化率", "小时", "统计日期", "平均停留时长(秒)"], ["1234.0", "0.1", "08:00", "2026/6/18", "00:00:12.5".replace("00:00:", "")]]), *OPTIONS)
    assert other.claims[0]["key"] in seen, "nor does it matter how a number is written, or in which column"


def test_faults():
    head = ["统计日期", "小时", "访客数", "支付金额", "支付转化率", "平均停留时长", "竞争力评分", "商品ID"]
    good = ["2026-06-18", "9", "1", "2.00", "3%", "4", "5", "6"]
    rows = [("bad-day", 0, "18th of June"), ("bad-hour", 1, "25"), ("bad-figure", 2, "2.5"), ("bad-figure", 2, "many"), ("bad-money", 3, "lots"), ("other-currency", 3, "US $5"),
            ("money-too-precise", 3, "1.2345"), ("bad-ratio", 4, "half"), ("bad-seconds", 5, "long"), ("bad-decimal", 6, "good"), ("scientific-id", 7, "3.51531E+16"),
            ("no-key", 0, ""), ("time-out-of-range", 0, "1970-01-01"), ("key-too-long", 7, "9" * 600)]
    r = read_bytes(table([head] + [[v if i == at else c for i, c in enumerate(good)] for _, at, v in rows] + [good, [""] * 8]), *OPTIONS)
    assert r.codes() == [code for code, _, _ in rows], r.codes()
    assert len(r.claims) == 1 and r.scan["rows"] == len(rows) + 1, "a row with nothing in it is no row"
    for f, (code, at, value) in zip(r.faults, rows):
        if code != "key-too-long":
            assert f["column"] == at + 1 and f["column_name"] == head[at], f
        assert head[at] in f["what_zh"] or code == "key-too-long", f
        assert f["remedy_en"] and f["remedy_zh"] and (not value or value not in f["what_en"]), "no sentence holds the cell"


def test_what_is_expected():
    """another currency names the store's; an item's row that leaves its item empty is not the whole shop's day"""
    r = read_bytes(table([["统计日期", "访客数", "支付金额"], ["2026-06-18", "3", "US $5"]]), *OPTIONS)
    assert r.codes() == ["other-currency"] and "Expected is CNY." in r.faults[0]["what_en"] and "应为 CNY。" in r.faults[0]["what_zh"], r.faults
    header = ["统计日期", "商品ID", "商品名称", "商品访客数", "商品浏览量", "商品加购件数", "商品支付转化率", "支付金额", "竞争力评分"]
    rows = [["2026-06-18", item, "茶杯", "7", "9", "1", "10.00%", "88.00", "50"] for item in ("", "880012")]
    r = read_bytes(table([header, *rows]), *OPTIONS)
    assert r.scan["profile"] == "sycm-items" and r.codes() == ["no-key"] and r.faults[0]["column_name"] == "商品ID", (r.scan["profile"], r.faults)
    assert len(r.claims) == 1 and r.claims[0]["values"]["product_no"] == "880012", r.claims


def test_means_are_rounded():
    r = read_bytes(table([["统计日期", "访客数", "客单价"], ["2026-06-18", "3", "¥1,234.567"]]), *OPTIONS)
    assert r.claims[0]["values"]["average"] == 123457


def test_what_a_file_is_as_of():
    rows = [["统计日期", "访客数"], ["2026-06-18", "3"], ["2026-06-17", "4"]]
    end = 1781798399999
    assert read_bytes(table(rows), *OPTIONS).scan["as_of"] == end, "a day's figures are whole when it is over"
    tasks = [["任务", "截止时间", "负责人"], ["备货", "2026-11-01", "林"]]
    assert read_bytes(table(tasks), *OPTIONS, name="plan_2026-10-01.csv").scan["as_of"] == 1790784000000, "a plan dates nothing; the name does"


# ---- 生意参谋 ----

def sycm_headers():
    for path in sorted((SHARED / "formats").glob("sycm_*")):
        yield path.name, "sycm-items" if "item" in path.name else "sycm-shop", next(csv.reader(io.StringIO(path.read_text("utf-8-sig"))))


def sycm_cell(name, n, rng):
    if name == "统计日期":
        return f"2026-06-{18 + n}"
    if name.lower() == "商品id":
        return str(688100200000 + n)
    if name == "主商品ID":
        return "-"
    if name in ("商品名称", "商品标签", "商品状态", "商品类型", "货号"):
        return f"{name}{n}"
    if name.endswith(("率", "占比")):
        return f"{rng.randrange(10000) / 100:.2f}%"
    if name.endswith(("金额", "消耗", "佣金", "客单价")):
        return f"{rng.randrange(10 ** 7) / 100:,.2f}"
    if name.endswith("评分") or name.endswith(("价值", "人均浏览量")):
        return f"{rng.randrange(5000) / 1000:.2f}"
    if "时长" in name:
        return f"{rng.randrange(90000) / 100:.2f}"
    return f"{rng.randrange(10 ** 6):,}" if rng.randrange(9) else "-"


KINDS = {f["word"]: f["kind"] for s in SUBJECTS if s["subject"] == "traffic" for f in s["fields"]}


def test_every_sycm_header():
    if not (SHARED / "formats").is_dir():
        return print("skipped: ../shared/data is not there")
    seen = 0
    for name, profile, header in sycm_headers():
        plain = None
        for shuffle in range(4):
            rng = random.Random(7)
            order = list(range(len(header)))
            random.Random(shuffle).shuffle(order) if shuffle else None
            rows = [[sycm_cell(h, n, rng) for h in header] for n in range(3)]
            text_at = header.index("商品名称") if "商品名称" in header else header.index("PC端访客数")
            for label in ("我的", "同行同层均值", "同行同层优秀"):
                rows.append([label if i == text_at else c for i, c in enumerate(rows[0])])
            rows.append(["全店汇总值" if i == text_at else c for i, c in enumerate(rows[0])])
            wide = {"平均支付_签收时长(秒)": "平均支付_签收时长（秒）"} if shuffle == 2 else {}
            head = [("  " if shuffle == 1 else "") + wide.get(h, h) + (" " if shuffle == 3 else "") for h in header]
            preamble = [["生意参谋"], [f"【{profile}】报表"], ["导出时间：2026-06-21 09:00"], [""]]
            text = table(preamble + [[head[i] for i in order]] + [[r[i] for i in order] for r in rows])
            r = read_bytes(text.encode(["utf-8", "gb18030"][shuffle % 2]), *OPTIONS, name="【生意参谋平台】商品_全部_2026-06-18_2026-06-20.csv")
            assert r.scan["profile"] == profile and r.scan["header_line"] == 5, (name, r.scan["profile"], r.scan["header_line"], r.scan["en"])
            assert not [c for c in r.scan["columns"] if not c[1]], (name, "a column without a field")
            assert not r.faults and r.scan["rows"] == 6, (name, r.faults, r.scan["rows"])
            check_sycm(name, header, rows[:3], r)
            keys = sorted(c["key"] for c in r.claims)
            plain = plain or keys
            assert keys == plain, (name, "shuffled, spaced and in another encoding it says the same")
        seen += 1
    assert seen == 3, seen


def check_sycm(name, header, rows, r):
    """Peers apart, sums passed over, and each total as Python adds it up."""
    peers = [c for c in r.claims if c["subject"] == "peers"]
    own = [c for c in r.claims if c["subject"] == "traffic"]
    assert sorted({c["values"]["band"] for c in peers}) == ["average", "excellent", "mine"], name
    shop = [c for c in own if "terminal" not in c["values"]]
    assert len(shop) == 3, name
    columns = {h: f for h, f in ((c[0].strip(), c[1]) for c in r.scan["columns"])}
    for i, h in enumerate(header):
        part = "pc" if h.startswith("PC端") else "mobile" if h.startswith("无线端") else None
        word = columns.get(h) or columns[h.replace("(", "（").replace(")", "）")]
        if KINDS[word] in ("text", "code", "status", "day"):
            continue
        of_part = [c for c in own if c["values"].get("terminal") == part]
        total = sum(c["values"].get(word, 0) for c in of_part)
        want = sum(second(KINDS[word], row[i], h) or 0 for row in rows)
        assert total == want, (name, h, word, part, total, want)
    assert all(c["grain"] == shop[0]["grain"] for c in shop) and all(c["grain"] != shop[0]["grain"] for c in own if "terminal" in c["values"])


# ---- the real lists ----

def test_listings_in_two_encodings():
    folder = SHARED / "taobao-double11-cosmetics"
    if not folder.is_dir():
        return print("skipped: ../shared/data is not there")
    gbk, utf8 = read(folder / "double11_cosmetics.csv", *OPTIONS), read(folder / "double11_cosmetics.utf8bom.csv", *OPTIONS)
    for r, encoding in ((gbk, "gb18030"), (utf8, "utf-8-bom")):
        assert (r.scan["profile"], r.scan["encoding"], r.scan["rows"], len(r.claims), len(r.faults)) == ("listings", encoding, 27598, 27598, 0), r.scan
    differ = [(a, b) for a, b in zip(gbk.claims, utf8.claims) if a["key"] != b["key"]]
    assert len(differ) == 4 and len(gbk.claims) - len(differ) == 27594
    assert [(a["values"]["item_no"], a["values"]["price"], b["values"]["price"]) for a, b in differ] == [
        ("A18934397934", 7600, 17600), ("A18981009694", 9900, 19900), ("A18997825320", 8600, 18600), ("A537027211850", 74000, 174000)]
    rows = list(csv.DictReader(io.StringIO((folder / "double11_cosmetics.csv").read_bytes().decode("gb18030"))))
    for word, column, kind in (("price", "price", "money"), ("sale_count", "sale_count", "count"), ("comment_count", "comment_count", "count")):
        assert sum(c["values"].get(word, 0) for c in gbk.claims) == sum(second(kind, r[column]) or 0 for r in rows), word
    assert len({c["record_key"] for c in gbk.claims}) == len({(r["update_time"], r["id"], r["店名"]) for r in rows}) == 27512


def test_hourly_traffic():
    path = SHARED / "taobao-mobile-hourly" / "hourly_to_dec11.csv"
    if not path.is_file():
        return print("skipped: ../shared/data is not there")
    r = read(path, *OPTIONS)
    assert (r.scan["profile"], r.scan["rows"], len(r.claims), len(r.faults)) == ("traffic", 576, 576, 0)
    rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8"))))
    for word, column in (("views", "time_pv_count"), ("favourites", "time_fav_count"), ("carts", "time_cart_count"), ("paid_pieces", "time_buy_count")):
        assert sum(c["values"][word] for c in r.claims) == sum(int(x[column]) for x in rows), word
    assert {c["grain"] for c in r.claims} == {3}, "of a day and an hour"
    assert [c["at"] for c in r.claims][:2] == [1763395200000, 1763398800000]


if __name__ == "__main__":
    run_tests(dict(globals()))
