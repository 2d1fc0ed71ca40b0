#!/usr/bin/env python3
"""The way out, told through the real binary: every list as XLSX and CSV, text that begins like a formula, and our own files going in again."""
import csv
import hashlib
import io
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import zipfile

sys.path.insert(0, os.path.dirname(__file__))
from story import CLOSED, DONE, PAID, SHIPPED, UNPAID, Shop, Skip, order, run_stories, serving, zhanggui  # noqa: E402

AT = ("--at", "2020-02-26T15:00:00+08:00")
DANGEROUS = ["=1+1", "+8613800000000", "-2+3", "@SUM(A1)", "=HYPERLINK(\"http://x\",\"y\")", "'quoted", "＝1+1", "plain", "-", "-12.50", "say \"hi\", twice"]
LISTS = ["orders", "items", "customers", "pick", "reminders", "held", "review", "review-figures", "review-days", "review-hours", "review-regions",
         "review-products", "quarantine", "imports"]
ITEM_HEADER = ["订单编号", "标题", "价格", "购买数量", "外部系统编号", "商品属性", "套餐信息", "备注", "订单状态", "商家编码"]


def a_shop(directory):
    """Orders in each state, notes and names that begin like formulas, a row that is set aside, items."""
    shop = Shop(directory)
    rows = []
    for n, text in enumerate(DANGEROUS):
        row = order(f"90000000{n:04d}", PAID, placed=f"2020-02-10 10:{n:02d}:00", paid=f"2020-02-10 11:{n:02d}:00", note=text)
        row[1] = "buyer" + text
        row[8] = text
        rows.append(row)
    rows.append(order("910000000001", UNPAID, placed="2020-02-26 12:00:00", paid=""))
    rows.append(order("910000000002", DONE, refund="88.00"))
    rows.append(order("910000000003", CLOSED, paid=""))
    rows.append(order("910000000004", SHIPPED))
    rows.append(order("910000000005", PAID, placed="not a time"))
    items = [[f"90000000{n:04d}", text + " mug" if text != "-" else text, "44.00", "2", f"SKU-{n}", text, "", "", PAID, f"SKU-{n}"] for n, text in enumerate(DANGEROUS)]
    shop.bring(shop.write("ExportOrderList202002261500.csv", rows))
    shop.bring(shop.write("ExportOrderDetailList202002261500.csv", items, header=ITEM_HEADER))
    return shop


def export(shop, what, name, *more, lang="en", store="main"):
    path = shop.directory / name
    told = shop.json("export", "--store", store, "--what", what, path, *AT, *more, lang=lang)
    return path, told


def read_csv(path):
    raw = pathlib.Path(path).read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf"), "no mark at the front"
    return list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"))))


def need_openpyxl():
    sys.path.append("/usr/lib/python3/dist-packages")  # Debian's, also under another Python
    try:
        import openpyxl
    except ImportError:
        raise Skip("python3-openpyxl is not here") from None
    return openpyxl


def dump(shop, store="main"):
    """What a person sees of the orders, without what only a source would know."""
    orders = shop.json("orders", "--store", store, "--limit", "0", "--at", "2030-01-01T00:00:00+08:00")["orders"]
    return sorted(orders, key=lambda o: o["order"])


def story_every_list(d):
    """every list comes as XLSX and as CSV, in both languages, and says how many rows"""
    openpyxl = need_openpyxl()
    shop = a_shop(d)
    for lang in ("en", "zh"):
        for what in LISTS:
            path, told = export(shop, what, f"{what}.{lang}.xlsx", lang=lang)
            assert told["format"] == "xlsx" and told["what"] == what
            book = openpyxl.load_workbook(path)
            rows = sum(sheet.max_row - 1 for sheet in book.worksheets)
            assert rows == told["rows"], (what, rows, told)
            assert all(sheet.freeze_panes == "A2" for sheet in book.worksheets), what
            for sheet in book.worksheets:
                for cell in (c for row in sheet.iter_rows() for c in row):
                    assert cell.data_type != "f", (what, cell.coordinate, cell.value)
            assert oct(path.stat().st_mode & 0o777) == "0o600"
            if what == "review":
                shop.zg("export", "--store", "main", "--what", what, shop.directory / "x.csv", code=2)
                continue
            path, told = export(shop, what, f"{what}.{lang}.csv", lang=lang)
            assert len(read_csv(path)) == told["rows"], what
    head = openpyxl.load_workbook(shop.directory / "orders.zh.xlsx").active
    assert head["A1"].value == "订单编号" and head["C2"].is_date and isinstance(head["J2"].value, (int, float))
    assert len(read_csv(shop.directory / "orders.en.csv")) == len(DANGEROUS) + 4
    assert not list(pathlib.Path(d).glob("*.part"))
    assert sorted(set(deeds(shop, "export"))) == sorted(LISTS)


def story_text_stays_text(d):
    """cells that begin with = + - @ are text in XLSX, guarded in CSV, and nothing else is"""
    openpyxl = need_openpyxl()
    shop = a_shop(d)
    path, _ = export(shop, "orders", "orders.xlsx")
    sheet = openpyxl.load_workbook(path).active
    head = [c.value for c in sheet[1]]
    number, note, name = (head.index(h) for h in ("Order number", "Buyer's note", "Receiver's name"))
    told = {row[number].value: (row[note].value, row[name].value, row[note].data_type) for row in sheet.iter_rows(min_row=2)}
    path, _ = export(shop, "orders", "orders.csv")
    plain = {row["Order number"]: row for row in read_csv(path)}
    for n, text in enumerate(DANGEROUS):
        key = f"90000000{n:04d}"
        if text == "-":
            continue  # a dash is an empty cell at every platform
        assert told[key][0] == text and told[key][1] == text and told[key][2] in ("s", "inlineStr"), (text, told[key])
        guarded = text[0] in "=+@'＝" or (text[0] == "-" and text != "-12.50")
        assert plain[key]["Buyer's note"] == ("'" + text if guarded else text), (text, plain[key]["Buyer's note"])


def story_our_own_files_go_in_again(d):
    """orders and items written out as CSV or XLSX, in either language, give the same orders in an empty shop, with the original text"""
    shop = a_shop(d)
    before = dump(shop)
    for form in ("csv", "xlsx"):
        for lang in ("en", "zh"):
            orders, _ = export(shop, "orders", f"orders_20200226150000.{form}", lang=lang)
            items, _ = export(shop, "items", f"items_20200226150000.{form}", lang=lang)
            other = pathlib.Path(d) / f"other-{form}-{lang}"
            other.mkdir()
            again = Shop(other)
            told = again.bring(orders, items)
            assert [f["profile"] for f in told["files"]] == ["zhanggui-orders", "zhanggui-items"], told
            assert all(f["quarantined"] == 0 for f in told["files"]), told
            after = dump(again)
            assert len(before) == len(after)
            for a, b in zip(before, after):
                assert a == b, (form, lang, a, b)
            again.zg("verify")
            path, _ = export(again, "orders", "again.csv")
            first, _ = export(shop, "orders", "first.csv")
            assert sorted(path.read_text().splitlines()) == sorted(first.read_text().splitlines()), (form, lang)
            path, _ = export(again, "items", "again-items.csv")
            first, _ = export(shop, "items", "first-items.csv")
            assert sorted(path.read_text().splitlines()) == sorted(first.read_text().splitlines()), (form, lang)


def story_our_own_files_change_nothing(d):
    """the lists of orders and items, taken in by the shop that wrote them: no line is there twice, neither of numbered nor of unnumbered lines"""
    shop = a_shop(d)
    numbered = [[number, "910000000004", "mug", "44.00", "1", "SKU-9", PAID, "44.00"] for number in ("8001", "8002")]
    shop.bring(shop.write("numbered.csv", numbered, header=["子订单编号", "主订单编号", "标题", "价格", "购买数量", "商家编码", "订单状态", "买家应付货款"]))
    before, _ = export(shop, "items", "before-items.csv")
    lines = sorted(before.read_text().splitlines())
    assert len(lines) > 3 and len(set(lines)) == len(lines)
    for form, lang in (("csv", "zh"), ("xlsx", "en")):
        orders, _ = export(shop, "orders", f"orders_20200226150000.{form}", lang=lang)
        items, _ = export(shop, "items", f"items_20200226150000.{form}", lang=lang)
        told = shop.bring(orders, items)
        assert told["files"][1]["added"] == 0, told
        after, _ = export(shop, "items", "after-items.csv")
        assert sorted(after.read_text().splitlines()) == lines, (form, lang)
        shop.zg("verify")


def story_tables_of_archives_are_named(d):
    """an import of eighty tables in two archives: each is listed by its name, a row set aside tells its table, and so does a refusal"""
    shop = Shop(d)
    for half in "ab":
        with zipfile.ZipFile(shop.directory / f"{half}.zip", "w") as z:
            for n in range(40):
                made = shop.write("one.csv", [order(f"92000000{half}{n:03d}", PAID), order(f"93000000{half}{n:03d}", PAID, placed="not a time")])
                z.write(made, f"{n:02d}.csv")
            z.writestr("notes.txt", "nothing of a shop\n")
    looked = shop.json("import", "--store", "main", "--dry-run", shop.directory / "a.zip")["files"]
    refused = [f["refused"] for f in looked if "refused" in f]
    assert len(refused) == 1 and all("“a.zip › notes.txt”" in refused[0][lang] for lang in ("en", "zh")), refused
    table, _ = zhanggui("import", "--dry-run", shop.directory / "a.zip")
    assert "a.zip › 07.csv" in table, table
    shop.bring(shop.directory / "a.zip", shop.directory / "b.zip")
    named = sorted(f"{half}.zip › {n:02d}.csv" for half in "ab" for n in range(40))
    for what in ("imports", "quarantine"):
        path, _ = export(shop, what, f"{what}.csv")
        assert sorted(r["File"] for r in read_csv(path)) == named, what


def story_records_go_in_again(d):
    """every subject of the demo shop, written out as CSV or XLSX in either language, gives the same records in an empty shop"""
    made = pathlib.Path(d) / "demo.db"
    with serving("demo", "--db", made):
        pass
    subjects = [s["subject"] for s in json.loads(zhanggui("records", "--db", made, "--json")[0])["subjects"] if s["records"] and s["subject"] != "orders"]
    assert len(subjects) >= 5, subjects
    for form, lang in (("csv", "zh"), ("xlsx", "en")):
        other = pathlib.Path(d) / form
        other.mkdir()
        again = Shop(other)
        for subject in subjects:
            what = "customer-records" if subject == "customers" else subject
            path = other / f"{subject}_20260101000000.{form}"
            told = json.loads(zhanggui("export", "--db", made, "--what", what, path, "--json", lang=lang)[0])
            assert told["rows"] > 0
            came = again.bring(path)["files"][0]
            assert came["profile"] == subject and came["quarantined"] == 0 and came["added"] == told["rows"], (subject, form, came, told)
            back = other / f"back-{subject}.{form}"
            zhanggui("export", "--db", again.db, "--what", what, back, lang=lang)
            if form == "csv":
                assert sorted(back.read_text().splitlines()) == sorted(path.read_text().splitlines()), subject
        again.zg("verify")


def story_filters(d):
    """state, period, number and buyer narrow the list as on the Orders page; wrong ones are refused with what there is"""
    shop = a_shop(d)
    for more, count in ((("--state", "unpaid"), 1), (("--state", "to_ship"), len(DANGEROUS)), (("--from", "2020-02-26"), 1),
                        (("--to", "2020-02-26"), len(DANGEROUS) + 3), (("--q", "90000000"), len(DANGEROUS)), (("--q", "buyerplain"), 1), (("--q", "nobody"), 0)):
        _, told = export(shop, "orders", "some.csv", *more)
        assert told["rows"] == count, (more, told)
    for words in (("--what", "oders"), ("--what", "orders", "--state", "gone"), ("--what", "orders", "--format", "pdf"), ("--what", "orders", "--from", "2020-03-01", "--to", "2020-02-01"), ()):
        shop.zg("export", "--store", "main", *words, shop.directory / "no.xlsx", code=2)
    assert not (shop.directory / "no.xlsx").exists()
    _, err = shop.zg("export", "--store", "main", "--what", "orders", "/nowhere/at/all.csv", code=1, lang="zh")
    assert "无法写入" in err


def story_libreoffice(d):
    """LibreOffice opens the lists and shows text as text, numbers as numbers, days as days"""
    if not shutil.which("soffice"):
        raise Skip("libreoffice-calc-nogui is not here")
    shop = a_shop(d)
    export(shop, "orders", "orders.xlsx")
    export(shop, "orders", "sheet.csv")
    out = pathlib.Path(d) / "out"
    for source, more in (("orders.xlsx", []), ("sheet.csv", ["--infilter=CSV:44,34,76,1,,0,false,true,false"])):
        done = subprocess.run(["soffice", f"-env:UserInstallation=file://{d}/profile", "--headless", *more, "--convert-to",
                               "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false", "--outdir", str(out), str(shop.directory / source)],
                              capture_output=True, timeout=240, env={**os.environ, "HOME": d}, stdin=subprocess.DEVNULL)
        produced = out / (pathlib.Path(source).stem + ".csv")
        assert produced.exists(), done.stderr.decode()[-500:] + done.stdout.decode()[-500:]
        rows = {r["Order number"]: r for r in csv.DictReader(io.StringIO(produced.read_text(encoding="utf-8-sig")))}
        for n, text in enumerate(DANGEROUS):
            if text == "-":
                continue
            shown = rows[f"90000000{n:04d}"]["Buyer's note"]
            assert shown in (text, "'" + text) or (text == "-12.50" and float(shown) == -12.5), (source, text, shown)
            assert source != "orders.xlsx" or shown == text, (text, shown)
        assert rows["910000000004"]["Order time"].startswith("2020-02-10 10:00"), rows["910000000004"]
        assert rows["910000000004"]["Order amount"] in ("88", "88.00"), rows["910000000004"]


def tables(db):
    """Every row of every table, without what is the desk's own."""
    own = ("audit", "secret", "schema_migration", "account", "session")
    with sqlite3.connect(f"file:{db}?mode=ro", uri=True) as c:
        names = [n for n, in c.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name") if n not in own]
        return {n: sorted(c.execute(f"SELECT * FROM {n}").fetchall(), key=repr) for n in names}


def deeds(shop, verb):
    """What the audit says was taken out."""
    with sqlite3.connect(f"file:{shop.db}?mode=ro", uri=True) as c:
        return sorted(what for what, in c.execute("SELECT subject FROM audit WHERE verb = ?", (verb,)))


def story_whole_shop(d):
    """the whole shop as one archive, read into no database, an empty shop and a desk with others: the same state, to the row"""
    shop = a_shop(d)
    archive = shop.directory / "shop.zip"
    told = shop.json("export", "--store", "main", "--all", archive)
    assert told["rows"] > 50 and oct(archive.stat().st_mode & 0o777) == "0o600"
    shop.zg("export", "--store", "main", "--all", archive, code=1)  # never over a file that is there
    before = tables(shop.db)
    for name in ("absent", "empty"):
        other = pathlib.Path(d) / name
        other.mkdir()
        db = other / "shop.db"
        if name == "empty":
            Shop(other, platform="other")
        assert json.loads(zhanggui("import", "--db", db, archive, "--json")[0])["store"] == "main"
        after = tables(db)
        for table, rows in before.items():
            assert rows == after[table], (name, table)
        zhanggui("verify", "--db", db)
        again = json.loads(zhanggui("import", "--db", db, "--store", "main", *sorted(pathlib.Path(d).glob("Export*.csv")), "--json")[0])
        assert all(f["added"] == f["updated"] == 0 for f in again["files"]), again
        out = zhanggui("import", "--db", db, archive, code=1)[1]
        assert "--store" in out
    zhanggui("import", "--db", db, "--store", "second", archive)
    zhanggui("verify", "--db", db)
    again = json.loads(zhanggui("import", "--db", db, "--store", "second", *sorted(pathlib.Path(d).glob("Export*.csv")), "--json")[0])
    assert all(f["added"] == f["updated"] == 0 for f in again["files"]), again
    zhanggui("import", "--db", db, archive, shop.directory / "ExportOrderList202002261500.csv", code=2)
    assert not list(pathlib.Path(d).rglob("*.part"))


def story_archive_beside_a_desk(d):
    """a running desk gives and takes an archive"""
    shop = a_shop(d)
    with shop.desk():
        shop.zg("export", "--store", "main", "--all", shop.directory / "a.zip")
        told = shop.json("import", "--store", "copy", shop.directory / "a.zip")
        assert told["store"] == "copy"
        assert deeds(shop, "archive-write") == ["main"]
    assert dump(shop) == dump(shop, "copy")
    shop.zg("verify")


def rewritten(source, target, change):
    """The archive with its members changed by change(name, bytes), hashes and counts in the manifest made to fit."""
    with zipfile.ZipFile(source) as z:
        members = {n: z.read(n) for n in z.namelist()}
    manifest = json.loads(members.pop("manifest.json"))
    change(members, manifest)
    for table in manifest["tables"]:
        body = members.get(f"table/{table['name']}.ndjson", b"")
        table["bytes"], table["rows"] = len(body), body.count(b"\n") - 1
        table["hash"] = hashlib.blake2b(body, digest_size=32).hexdigest()
    members["manifest.json"] = json.dumps(manifest).encode()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as z:
        for name, body in members.items():
            z.writestr(name, body)


def story_archives_from_elsewhere(d):
    """an archive that is newer, does not agree with itself, or reaches for others' numbers is refused with nothing half-done"""
    shop = a_shop(d)
    shop.zg("export", "--store", "main", "--all", shop.directory / "a.zip")

    def newer(members, manifest):
        manifest["schema"] += 1

    def other_version(members, manifest):
        manifest["zhanggui-archive"] = 2

    def another_table(members, manifest):
        manifest["tables"].append({"name": "surprise"})
        members["table/surprise.ndjson"] = b'["a"]\n'

    def another_column(members, manifest):
        lines = members["table/customer.ndjson"].decode().splitlines()
        members["table/customer.ndjson"] = ("\n".join([lines[0][:-1] + ',"more"]', *(x[:-1] + ",1]" for x in lines[1:])]) + "\n").encode()

    def other_amount(members, manifest):
        name = "table/orders.ndjson"
        members[name] = members[name].replace(b",8800,", b",8801,", 1)

    def far_number(members, manifest):
        lines = members["table/orders.ndjson"].decode().splitlines()
        row = json.loads(lines[1])
        row[json.loads(lines[0]).index("order_id")] = 99999
        lines[1] = json.dumps(row)
        members["table/orders.ndjson"] = ("\n".join(lines) + "\n").encode()

    def twice(members, manifest):
        lines = members["table/person.ndjson"].decode().splitlines()
        members["table/person.ndjson"] = ("\n".join([*lines, lines[-1]]) + "\n").encode()

    def no_json(members, manifest):
        members["table/event.ndjson"] += b"{nonsense\n"

    def wrong_kind(members, manifest):
        members["table/customer.ndjson"] = members["table/customer.ndjson"].replace(b"1]", b'"1"]', 1)

    def bad_shop(members, manifest):
        manifest["shop"]["zone"] = "Nowhere/At_All"

    def gone(members, manifest):
        del members["table/event.ndjson"]

    for change, code in ((newer, "newer"), (other_version, "newer"), (another_table, "newer"), (another_column, "newer"), (other_amount, "books"),
                         (far_number, "damaged"), (twice, "damaged"), (no_json, "damaged"), (wrong_kind, "damaged"), (bad_shop, "damaged"), (gone, "damaged")):
        rewritten(shop.directory / "a.zip", shop.directory / "b.zip", change)
        db = shop.directory / f"{change.__name__}.db"
        out = json.loads(zhanggui("import", "--db", db, shop.directory / "b.zip", "--json", code=1)[0])
        assert out["error"]["code"] == code and out["error"]["zh"], (change.__name__, out)
        assert not sqlite3.connect(db).execute("SELECT 1 FROM store UNION SELECT 1 FROM orders UNION SELECT 1 FROM person").fetchall(), change.__name__
    rewritten(shop.directory / "a.zip", shop.directory / "b.zip", lambda members, manifest: None)  # control: what is not changed is taken
    zhanggui("import", "--db", shop.directory / "control.db", shop.directory / "b.zip")


if __name__ == "__main__":
    run_stories(globals())
