"""The real headers and the real file of ../shared/data: recognised as they are and with their columns shuffled.
Skipped (77) where that folder is absent.  usage: intake_formats_test.py INTAKE_DUMP"""
import csv
import io
import random
import sys

from intake_reading import SHARED, read, read_bytes, run_tests

if not (SHARED / "formats").is_dir():
    print(f"skipped: {SHARED} is not there")
    sys.exit(77)

VALUES = {"订单编号": "42", "主订单编号": "42", "Name": "#42", "总金额": "10.00", "Total": "10.00", "订单状态": "交易成功", "Financial Status": "paid",
          "订单创建时间": "2020-02-01 10:00:00", "Created at": "2020-02-01 10:00:00 +0800", "标题": "围巾", "Lineitem name": "Scarf",
          "购买数量": "3", "Lineitem quantity": "3", "子订单编号": "43",
          "订单号": "42", "订单金额": "US $10.00", "下单时间": "2020-02-01 10:00", "产品信息": "【1】Scarf(商家编码:S-1)(产品数量:3 piece)",
          "amazon-order-id": "42", "purchase-date": "2020-02-01T02:00:00+00:00", "order-status": "Shipped", "product-name": "Scarf", "sku": "S-1",
          "quantity": "3", "item-price": "10.00", "Order Number": "42", "Total Price": "$10.00", "Sale Date": "Feb-01-20", "Item Title": "Scarf",
          "Quantity": "3"}
EXPECTED = {"taobao_orders": "taobao-orders", "taobao_items": "taobao-items", "shopify_orders": "shopify-orders", "aliexpress_orders": "aliexpress-orders",
            "amazon_orders": "amazon-orders", "ebay_orders": "ebay-orders"}
PLACED = 1580522400000


def headers():
    for path in sorted((SHARED / "formats").iterdir()):
        profile = next((p for start, p in EXPECTED.items() if path.name.startswith(start)), None)
        if profile:
            delimiter = "\t" if path.suffix == ".tsv" else ","
            yield path.name, profile, next(csv.reader(io.StringIO(path.read_text("utf-8")), delimiter=delimiter))


def value_of(values, column):
    """Of a header cell: without blanks, and of one with a hint behind a line break the name alone."""
    return values.get(column.strip().split("\n")[0], "")


def table(columns, kind):
    values = dict(VALUES)
    if "订单编号" in columns:
        values["主订单编号"] = "not this one"
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerow([value_of(values, c) for c in columns])
    return out.getvalue()


def check(columns, profile, encoding, where):
    far = profile.startswith(("aliexpress", "amazon", "ebay"))
    r = read_bytes(table(columns, profile).encode(encoding), "--currency", "USD" if far else "CNY", "--zone", "Asia/Shanghai")
    assert r.scan["refusal"] is None and r.scan["profile"] == profile, (where, r.scan["profile"], r.scan["en"])
    assert len(r.claims) == 1 and not r.faults, (where, r.rows)
    c = r.claims[0]
    assert c["order_no"].lstrip("#") == "42", (where, c)
    if profile == "taobao-items":
        assert c["line"]["title"] == "围巾" and c["line"]["pieces"] == 3, (where, c)
    elif far:
        zone_h = {"aliexpress-orders": 16, "amazon-orders": 0, "ebay-orders": -10}[profile]  # Pacific time; UTC; a day without a clock
        assert c["placed_at"] == PLACED + zone_h * 3600000 and c["line"]["title"] == "Scarf" and c["line"]["pieces"] == 3, (where, c)
        assert c.get("total") == (1000 if profile == "aliexpress-orders" else None), "the other two are summed by their lines"
        assert c["line"].get("amount") == (1000 if profile != "aliexpress-orders" else None) and c["line"]["sums"] == 5, (where, c)
    else:
        assert c["total"] == 1000 and c["placed_at"] == PLACED and c["status"] in (2, 4), (where, c)
    return c["key"]


def check_as(columns, header, profile, where):
    """The same row under a header that is written otherwise."""
    rows = list(csv.reader(io.StringIO(table(columns, profile))))
    out = io.StringIO()
    csv.writer(out).writerows([header, rows[1]])
    far = profile.startswith(("aliexpress", "amazon", "ebay"))
    r = read_bytes(out.getvalue().encode(), "--currency", "USD" if far else "CNY", "--zone", "Asia/Shanghai")
    assert r.scan["profile"] == profile and len(r.claims) == 1, (where, r.scan)
    return r.claims[0]["key"]


def full_width(column):
    return column.replace("(", "（").replace(")", "）").replace(":", "：")


def test_headers_with_stray_blanks_and_full_width_brackets():
    for name, profile, columns in headers():
        plain = check(columns, profile, "utf-8", name)
        for change in (lambda c: f"  {c}\u00a0", full_width, str.upper if columns[0].isascii() else full_width, lambda c: c.replace(" ", "  ")):
            assert check_as(columns, [change(c) for c in columns], profile, (name, change)) == plain


def test_every_header_in_every_order():
    seen = 0
    for name, profile, columns in headers():
        for encoding in ("utf-8", "gb18030", "utf-8-sig"):
            key = check(columns, profile, encoding, name)
            for seed in range(10):
                shuffled = list(columns)
                random.Random(seed).shuffle(shuffled)
                assert check(shuffled, profile, encoding, (name, seed)) == key, "a shuffled file says the same"
        seen += 1
    assert seen == 15, seen


def test_tmall_month():
    path = SHARED / "tmall-orders-2020-02" / "tmall_order_report.csv"
    r = read(path)
    assert (r.scan["profile"], r.scan["rows"], r.scan["header_line"], len(r.claims), len(r.faults)) == ("tmall-report", 28010, 1, 28010, 0)
    c = r.claims
    assert sum("paid_at" not in x for x in c) == 3923 and sum(x["refund"] > 0 for x in c) == 5646
    assert sum(x["total"] for x in c) == 299576061
    assert sum(x.get("paid", 0) - x["refund"] for x in c if "paid_at" in x) == 190248715
    assert len(set(r.keys())) == 28010 and len({x["region"] for x in c}) == 31
    text = path.read_text("utf-8")
    rows = list(csv.reader(io.StringIO(text)))
    order = [3, 0, 6, 2, 5, 1, 4]
    out = io.StringIO()
    csv.writer(out, delimiter=";", quoting=csv.QUOTE_ALL).writerows([[row[i] for i in order] for row in rows])
    again = read_bytes(out.getvalue().encode("gb18030"))
    assert again.keys() == r.keys(), "the same month in another encoding, order and quoting"


def test_other_formats_are_not_taken_for_these():
    for path in sorted((SHARED / "formats").iterdir()):
        if any(path.name.startswith(start) for start in EXPECTED) or path.name.startswith("sycm"):
            continue # of orders; traffic
        data = path.read_bytes().rstrip(b"\r\n") + b"\n" + b"x\n" * 3
        assert read_bytes(data).scan["refusal"] == "no-header", path.name


if __name__ == "__main__":
    run_tests(dict(globals()))
