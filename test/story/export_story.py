#!/usr/bin/env python3
"""The way out, told through the real binary: every list as XLSX and CSV, text that begins like a formula, and our own files going in again."""
import csv
import io
import os
import pathlib
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.dirname(__file__))
from story import CLOSED, DONE, PAID, SHIPPED, UNPAID, Shop, Skip, order, run_stories  # noqa: E402

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
    for form in ("csv",):
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


if __name__ == "__main__":
    run_stories(globals())
