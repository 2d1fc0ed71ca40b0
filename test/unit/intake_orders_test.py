"""Order files of every platform, made here with invented people: each quirk by name, and whole files of random orders whose figures a
second reader (Python's csv and json, with the rule of the format written once more) must find alike.
usage: intake_orders_test.py INTAKE_DUMP"""
import csv
import datetime
import io
import json
import random
from decimal import Decimal

from intake_reading import read_bytes, run_tests

UNPAID, PAID, SHIPPED, DELIVERED, CLOSED, DEPOSIT, UNKNOWN = 1, 2, 3, 4, 5, 6, 7
TOTAL, REFUND, PIECES = 1, 2, 4


def ms(text, offset_h=0):
    zone = datetime.timezone(datetime.timedelta(hours=offset_h))
    return int(datetime.datetime.fromisoformat(text).replace(tzinfo=zone).timestamp() * 1000)


def table(rows, delimiter=",", head=""):
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return head + out.getvalue()


def fen(text):
    return int(Decimal(str(text)) * 100)


def taken(r):
    """Orders as their claims tell them together: what nobody tells is the sum of the lines, or of the payments."""
    orders = {}
    for c in r.claims:
        o = orders.setdefault(c["order_no"], {"lines": {}, "payments": {}, "sums": 0})
        for k, v in c.items():
            if k not in ("line", "payment", "key"):
                o.setdefault(k, v)
        if "payment" in c:
            o["payments"][c["payment"][0]] = c["payment"][1]
        if "line" in c:
            line = c["line"]
            o["sums"] |= line.get("sums", 0)
            o["lines"][line.get("sub_no") or (line.get("sku_code"), line.get("title"), line.get("options"), line["occurrence"])] = line
    for o in orders.values():
        lines = list(o["lines"].values())
        amounts = [x.get("amount", x["unit"] * x["pieces"] if "unit" in x and "pieces" in x else None) for x in lines]
        if o["sums"] & TOTAL and "total" not in o and any(a is not None or "extra" in x for a, x in zip(amounts, lines)):
            o["total"] = sum(a or 0 for a in amounts) + sum(x.get("extra", 0) for x in lines)
        if o["sums"] & PIECES and "pieces" not in o and lines:
            o["pieces"] = sum(x.get("pieces", 0) for x in lines)
        if o["sums"] & REFUND and "refund" not in o:
            o["refund"] = sum(x.get("refund", 0) for x in lines)
    return orders


# ---- AliExpress ----

ALI = ["订单号", "订单状态", "负责人(业务员)", "买家名称", "下单时间", "付款时间", "产品总金额", "物流费用", "订单金额", "满立减",
       "产品信息\n（双击单元格展开所有产品信息！）", "订单备注", "收货地址", "收货人名称", "收货国家", "州/省", "城市", "地址", "邮编", "联系电话", "手机",
       "买家选择物流", "发货期限", "实际发货物流:运单号", "发货时间", "确认收货时间"]


def ali_row(**kw):
    row = {"订单号": "8000000000000001", "订单状态": "等待您发货", "买家名称": "Olga Sample", "下单时间": "2019.05.02 06:17", "付款时间": "2019.05.02 06:20",
           "产品总金额": "$ 1,234.56", "物流费用": "$0.00", "订单金额": "$ 1,234.56", "收货人名称": "Olga Sample", "收货国家": "Russian Federation",
           "州/省": "Moskva", "收货地址": "1 Sample street", "手机": "'79990000001", "发货期限": "2019-05-09 06:20"}
    row["产品信息\n（双击单元格展开所有产品信息！）"] = kw.pop("items", "【1】A cup (red) 【2023】\n(产品属性:Color:Red、Size:M)\n(商家编码:CUP-1)\n(产品数量:2 piece)\n")
    row.update(kw)
    return [row.get(c, "") for c in ALI]


def ali(*rows, options=()):
    return read_bytes(table([ALI, *rows]), "--currency", "USD", "--zone", "Asia/Shanghai", *options)


def test_aliexpress_items_in_one_cell():
    items = ("【1】A cup (red) 【2023】 new\n(产品属性:Color:Red(dark)、Size:M)\n(商家编码: CUP-1)\n(产品数量:2 piece)\n(物流等级&买家选择物流:AliExpress Standard)\n"
             "【2】Tea pot\n(商家编码:POT)\n(产品数量：1 lot)\n【3】Bag, no code\n(产品数量:10 piece)")
    r = ali(ali_row(items=items))
    assert (r.scan["profile"], r.scan["rows"]) == ("aliexpress-orders", 1) and not r.faults, r.scan
    assert len(r.claims) == 3 and r.lines == [3, 3, 3], "one row of the file, three claims"
    lines = [c["line"] for c in r.claims]
    assert [x["title"] for x in lines] == ["A cup (red) 【2023】 new", "Tea pot", "Bag, no code"], lines
    assert [x.get("options") for x in lines] == ["Color:Red(dark)、Size:M", None, None]
    assert [(x.get("sku_code"), x["pieces"]) for x in lines] == [("CUP-1", 2), ("POT", 1), (None, 10)]
    c = r.claims[0]
    assert (c["total"], c["country"], c["region"], c["phone"]) == (123456, "RU", "Moskva", "79990000001") and c["status"] == PAID
    assert r.claims[1]["order_no"] == c["order_no"] and "total" not in r.claims[1] and "buyer" not in r.claims[1]
    assert taken(r)[c["order_no"]]["pieces"] == 13


def test_aliexpress_zone_is_asked():
    r = ali(ali_row())
    assert r.scan["asks_zone"] and r.claims[0]["placed_at"] == ms("2019-05-02 06:17:00", -7), "proposed: Pacific time"
    again = ali(ali_row(), options=("--asked-zone", "Asia/Shanghai"))
    assert not again.scan["asks_zone"] and again.claims[0]["placed_at"] == ms("2019-05-02 06:17:00", 8)


def test_aliexpress_ended_tracking_and_same_lines():
    shipped = ali_row(订单状态="订单结束", 发货时间="2019-05-03 10:00", **{"实际发货物流:运单号": "EMS:LV000000001CN\nDHL:42"})
    r = ali(shipped, ali_row(订单号="8000000000000002", 订单状态="订单结束", 付款时间=""), ali_row(订单号="8000000000000003", 订单状态="资金处理中"))
    assert r.claims[0]["status"] == DELIVERED and r.claims[0]["tracking"] == "LV000000001CN"
    assert r.claims[1]["status"] == CLOSED and r.claims[2]["status"] == UNKNOWN and r.scan["unknown_status"] == ["资金处理中"]
    twice = ali(ali_row(items="【1】Cup\n(商家编码:C)\n(产品数量:1 piece)\n【2】Cup\n(商家编码:C)\n(产品数量:1 piece)"))
    assert [c["line"]["occurrence"] for c in twice.claims] == [1, 2] and len(set(twice.keys())) == 2


def test_aliexpress_header_as_a_driver_writes_it():
    for head in ("产品信息_（双击单元格展开所有产品信息！）", "产品信息", "产品信息 (双击单元格展开所有产品信息!)"):
        columns = [head if c.startswith("产品信息") else c for c in ALI] + ["买家邮箱"]
        r = read_bytes(table([columns, ali_row() + ["olga@example.com"]]), "--currency", "USD")
        assert r.scan["profile"] == "aliexpress-orders" and r.claims[0]["line"]["title"].startswith("A cup") and r.claims[0]["email"] == "olga@example.com"


def test_aliexpress_random_orders():
    p = random.Random(3)
    rows, want = [], {}
    for i in range(200):
        number, cents = str(8000000000000000 + i), p.randrange(1, 500000)
        count = p.randrange(1, 6)
        pieces = [p.randrange(1, 9) for _ in range(count)]
        items = "\n".join(f"【{k + 1}】Thing {p.randrange(9)}\n(商家编码:T-{k})\n(产品数量:{n} piece)" for k, n in enumerate(pieces))
        rows.append(ali_row(订单号=number, 订单金额=f"$ {cents // 100:,}.{cents % 100:02}", items=items))
        want[number] = (cents, sum(pieces), count)
    got = taken(ali(*rows))
    assert {k: (o["total"], o["pieces"], len(o["lines"])) for k, o in got.items()} == want


# ---- Amazon ----

AMAZON = ("amazon-order-id merchant-order-id purchase-date last-updated-date order-status fulfillment-channel sales-channel order-channel url ship-service-level "
          "product-name sku asin item-status quantity currency item-price item-tax shipping-price shipping-tax gift-wrap-price gift-wrap-tax "
          "item-promotion-discount ship-promotion-discount ship-city ship-state ship-postal-code ship-country promotion-ids").split()


def amazon_row(**kw):
    row = {"amazon-order-id": "114-0000001-0000001", "purchase-date": "2017-06-17T08:04:21+00:00", "last-updated-date": "2017-06-19T01:00:00+00:00",
           "order-status": "Shipped", "product-name": "Cup", "sku": "C-1", "asin": "B000000001", "quantity": "2", "currency": "USD", "item-price": "20.00",
           "item-tax": "1.60", "shipping-price": "5.00", "shipping-tax": "0.40", "item-promotion-discount": "2.00", "ship-promotion-discount": "-5.00",
           "ship-state": "WA", "ship-country": "US"}
    row.update({k.replace("_", "-"): v for k, v in kw.items()})
    return [row.get(c, "") for c in AMAZON]


def test_amazon():
    r = read_bytes(table([AMAZON, amazon_row(), amazon_row(sku="C-2", item_price="10", item_tax="", shipping_price="", shipping_tax="",
                   item_promotion_discount="", ship_promotion_discount="")[:24], amazon_row(amazon_order_id="114-0000002-0000002", order_status="Cancelled",
                   quantity="0", currency="", item_price="", item_tax="", shipping_price="", shipping_tax="", item_promotion_discount="", ship_promotion_discount="")],
                   "\t"), "--currency", "USD", name="1234.txt")
    assert r.scan["profile"] == "amazon-orders" and not r.faults and r.scan["as_of"] == ms("2017-06-19T01:00:00"), "last changed dates the file"
    o = taken(r)
    first = o["114-0000001-0000001"]
    assert (first["total"], first["pieces"], first["status"], first["region"]) == (2000 + 160 + 500 + 40 - 200 - 500 + 1000, 4, SHIPPED, "WA")
    assert [x["extra"] for x in first["lines"].values() if "extra" in x] == [0] and first["placed_at"] == ms("2017-06-17T08:04:21")
    other = o["114-0000002-0000002"]
    assert other["status"] == CLOSED and "total" not in other and other["pieces"] == 0


def test_amazon_random_orders():
    p = random.Random(5)
    money = ["item-price", "item-tax", "shipping-price", "shipping-tax", "gift-wrap-price", "gift-wrap-tax"]
    off = ["item-promotion-discount", "ship-promotion-discount"]
    rows = []
    for i in range(150):
        for k in range(p.randrange(1, 4)):
            row = {c: p.choice(["", f"{p.randrange(3000) / 100:.2f}"]) for c in money[1:] + off}
            row["item-price"] = f"{p.randrange(1, 20000) / 100:.2f}"
            rows.append(amazon_row(**{"amazon-order-id": f"114-{i:07}-0000000", "sku": f"S-{k}", "quantity": str(p.randrange(1, 5)), **row}))
    data = table([AMAZON, *rows], "\t")
    want = {}
    for row in csv.DictReader(io.StringIO(data), delimiter="\t"):
        o = want.setdefault(row["amazon-order-id"], [0, 0])
        o[0] += sum(fen(row[c]) for c in money if row[c]) - sum(abs(fen(row[c])) for c in off if row[c])
        o[1] += int(row["quantity"])
    got = taken(read_bytes(data, "--currency", "USD"))
    assert {k: [o["total"], o["pieces"]] for k, o in got.items()} == want


# ---- eBay ----

EBAY = ["Sales Record Number", "Order Number", "Buyer Username", "Buyer Name", "Buyer Email", "Buyer Note", "Ship To Name", "Ship To Phone", "Ship To Address 1",
        "Ship To Address 2", "Ship To City", "Ship To State", "Ship To Zip", "Ship To Country", "Item Number", "Item Title", "Custom Label", "Quantity", "Sold For",
        "Shipping And Handling", "Total Price", "Payment Method", "Sale Date", "Paid On Date", "Ship By Date", "Shipped On Date", "Tracking Number",
        "Transaction ID", "Variation Details"]


def ebay_row(**kw):
    row = {"Sales Record Number": "101", "Order Number": "11-00001-00001", "Buyer Username": "sample-buyer", "Ship To Name": "Sam Sample", "Ship To Address 1": "1 Sample St",
           "Ship To City": "Sampleton", "Ship To State": "NSW", "Ship To Zip": "2000", "Ship To Country": "Australia", "Item Number": "390000000001", "Item Title": "Cup",
           "Quantity": "2", "Sold For": "AU $1,400.00", "Shipping And Handling": "AU $200.00", "Total Price": "AU $3,000.00", "Sale Date": "Sep-18-26",
           "Paid On Date": "26-Sep-26", "Transaction ID": "T1"}
    row.update(kw)
    return [row.get(c, "") for c in EBAY]


def blank(**kw):
    return [kw.get(c, "") for c in EBAY]


def ebay(*rows, head="", tail="", currency="AUD"):
    return read_bytes(table([EBAY, *rows], head=head) + tail, "--currency", currency, "--zone", "Australia/Sydney")


def test_ebay_junk_lines():
    for head in ("\n", "," * 28 + "\n", "sep=,\n"):
        r = ebay(blank(), ebay_row(), head=head, tail="2 record(s) downloaded\n\"Seller ID: sample_seller\"\n")
        assert (r.scan["profile"], r.scan["rows"], len(r.claims), len(r.faults)) == ("ebay-orders", 1, 1, 0), (head, r.scan)
    r = ebay(ebay_row(), tail="2,record(s) downloaded,\nSeller ID: sample_seller,,\n")
    assert (len(r.claims), len(r.faults)) == (1, 0), r.rows
    c = r.claims[0]
    assert c["placed_at"] == ms("2026-09-18 00:00:00", 10) and c["paid_at"] == ms("2026-09-26 00:00:00", 10)
    assert c["address"] == "1 Sample St Sampleton NSW 2000" and (c["country"], c["region"], c["buyer"]) == ("AU", "NSW", "sample-buyer")
    assert "total" not in c and (c["line"]["unit"], c["line"]["extra"], c["line"]["pieces"]) == (140000, 20000, 2)
    assert taken(r)["11-00001-00001"]["total"] == 300000


def test_ebay_summary_row_and_its_items_are_one_order():
    summary = ebay_row(**{"Item Number": "", "Item Title": "", "Quantity": "3", "Sold For": "", "Total Price": "AU $95.00", "Transaction ID": ""})
    one = blank(**{"Sales Record Number": "101", "Order Number": "11-00001-00001", "Item Number": "1", "Item Title": "Cup", "Quantity": "1", "Sold For": "AU $50.00", "Transaction ID": "T1"})
    two = blank(**{"Sales Record Number": "101", "Order Number": "11-00001-00001", "Item Number": "2", "Item Title": "Pot", "Quantity": "2", "Sold For": "AU $20.00", "Transaction ID": "T2"})
    for rows in ([summary, one, two], [two, summary, one]):
        r = ebay(*rows)
        o = taken(r)["11-00001-00001"]
        assert len(r.claims) == 3 and len(o["lines"]) == 2 and (o["total"], o["pieces"]) == (9500, 3), o
        assert sum(x["unit"] * x["pieces"] for x in o["lines"].values()) == 9000


def test_ebay_without_an_order_number():
    r = ebay(ebay_row(**{"Order Number": ""}))
    assert r.claims[0]["order_no"] == "101"


def test_ebay_money_and_dates_of_other_lands():
    for text, currency, cents in (("EUR 90,00", "EUR", 9000), ("1 234,50 €", "EUR", 123450), ("1\u202f234,50\u00a0€", "EUR", 123450), ("1.234,50 EUR", "EUR", 123450),
                                  ("£1,234", "GBP", 123400), ("$90.00", "USD", 9000), ("1.234.567,8 EUR", "EUR", 123456780), ("12,5", "EUR", 1250)):
        r = ebay(ebay_row(**{"Sold For": text, "Quantity": "1", "Shipping And Handling": "", "Total Price": text}), currency=currency)
        assert not r.faults and taken(r)["11-00001-00001"]["total"] == cents, (text, r.rows)
    for text, day in (("05-oct.-26", "2026-10-05"), ("26-May-26", "2026-05-26"), ("Sep-18-26", "2026-09-18"), ("18 sept. 2026", "2026-09-18"), ("3-août-2026", "2026-08-03"),
                      ("1-Mär-26", "2026-03-01"), ("2026-Dec-31", "2026-12-31"), ("12-dic-26 23:15", "2026-12-12 23:15")):
        r = read_bytes(table([EBAY, ebay_row(**{"Sale Date": text, "Paid On Date": ""})]), "--currency", "AUD", "--zone", "UTC")
        assert not r.faults and r.claims[0]["placed_at"] == ms(day), (text, r.rows)
    for text in ("31-Feb-26", "18-Foo-26", "Sep-18", "18-26-Sep-1", "Sep-Sep-26"):
        assert ebay(ebay_row(**{"Sale Date": text})).codes() == ["bad-time"], text


def test_ebay_in_french_and_from_the_uk():
    head = ["Numéro de vente", "Numéro de commande", "Pseudo de l'acheteur", "Nom du destinataire", "Pays du destinataire", "Numéro de l'objet", "Titre de l'objet",
            "Quantité", "Prix de vente", "Prix total", "Date de la vente", "Payé le"]
    row = ["7", "11-1", "acheteur-exemple", "Élodie Exemple", "Royaume-Uni", "9", "Tasse", "1", "90,00 €", "EUR 95,50", "05-oct.-26", "06-oct.-26"]
    r = read_bytes(table([head, row], ";") + "1 enregistrement(s) téléchargé(s)\n", "--currency", "EUR", "--zone", "Europe/Paris")
    assert r.scan["profile"] == "ebay-orders" and len(r.claims) == 1 and not r.faults, r.scan
    assert r.claims[0]["country"] == "GB" and taken(r)["11-1"]["total"] == 9550
    uk = [c.replace("Ship To", "Post to") for c in EBAY]
    r = read_bytes(table([uk, ebay_row(**{"Total Price": "£3,000.00", "Sold For": "£1,400.00"})]), "--currency", "GBP")
    assert r.scan["profile"] == "ebay-orders" and r.claims[0]["name"] == "Sam Sample" and r.claims[0]["country"] == "AU"


# ---- WooCommerce ----

def woo_order(number, p=None, **kw):
    order = {"id": 7000 + number, "number": str(number), "status": "processing", "currency": "USD", "date_created": "2026-11-01T08:00:00", "date_created_gmt": "2026-11-01T15:00:00",
             "date_modified_gmt": "2026-11-03T00:00:00", "date_paid_gmt": "2026-11-01T15:02:00", "date_completed_gmt": None, "total": "28.00", "customer_id": 0,
             "billing": {"first_name": "Ada", "last_name": "Sample", "email": "ada@example.com", "phone": "555-0100", "state": "CA", "country": "US"},
             "shipping": {"first_name": "Ada", "last_name": "Sample", "address_1": "1 Sample \"Road\"", "address_2": "", "city": "Sampleton", "state": "CA", "postcode": "94103", "country": "US"},
             "payment_method": "stripe", "meta_data": [{"id": 1, "key": "total", "value": "9"}],
             "line_items": [{"id": 1, "name": "Cup", "product_id": 93, "quantity": 2, "total": "6.00", "sku": "C"}, {"id": 2, "name": "Pot – größer", "product_id": 94, "quantity": 1, "total": "12.00", "sku": ""}],
             "shipping_lines": [{"id": 3, "total": "10.00"}], "refunds": []}
    order.update(kw)
    return order


def woo(data, *options):
    return read_bytes(data if isinstance(data, (str, bytes)) else json.dumps(data), "--currency", "USD", *options, name="orders.json")


def test_woocommerce():
    refunded = woo_order(2, status="refunded", refunds=[{"id": 9, "total": "-10.00"}, {"id": 8, "total": "-0.50"}], line_items=[])
    unpaid = woo_order(3, status="pending", date_paid_gmt=None, customer_id=26, billing={"email": ""}, payment_method="cod")
    orders = [woo_order(1), refunded, unpaid]
    r = woo(orders)
    assert r.scan["refusal"] is None and (r.scan["profile"], r.scan["rows"], r.scan["as_of"]) == ("woocommerce-orders", 5, ms("2026-11-03T00:00:00")), r.scan
    o = taken(r)
    assert (o["1"]["placed_at"], o["1"]["paid_at"]) == (ms("2026-11-01T15:00:00"), ms("2026-11-01T15:02:00")), "the times of the world, not of the shop"
    assert (o["1"]["total"], o["1"]["pieces"], len(o["1"]["lines"]), o["1"]["status"]) == (2800, 3, 2, PAID) and "refund" not in o["1"]
    assert o["1"]["address"] == "1 Sample \"Road\" Sampleton 94103" and o["1"]["name"] == "Ada Sample" and o["1"]["buyer"] == "ada@example.com"
    assert o["2"]["refund"] == 1050 and not o["2"]["lines"]
    assert o["3"]["status"] == UNPAID and "paid_at" not in o["3"] and o["3"]["buyer"] == "26" and o["3"]["pay_kind"] == 2
    assert "buyer" not in taken(woo([woo_order(4, billing={}, customer_id=0)]))["4"], "0 is a guest: nobody's number"
    lines = "".join(json.dumps(x, ensure_ascii=False) + "\r\n" for x in orders)
    spaced = "\ufeff" + json.dumps(orders, indent=3)
    assert woo(lines).keys() == woo(spaced).keys() == r.keys(), "line by line, and spread out: the same claims"
    assert woo(woo_order(1)).claims[0]["total"] == 2800, "one order by itself"
    assert woo(orders, "--piece", "7").keys() == r.keys()


def test_woocommerce_random_orders():
    p = random.Random(11)
    orders = []
    for i in range(300):
        lines = [{"id": i * 10 + k, "name": f"Thing {k}", "product_id": k, "quantity": p.randrange(1, 6), "total": f"{p.randrange(9999) / 100:.2f}", "sku": ""} for k in range(p.randrange(4))]
        orders.append(woo_order(i, total=f"{p.randrange(99999) / 100:.2f}", line_items=lines,
                                refunds=[{"id": k, "total": f"-{p.randrange(1, 999) / 100:.2f}"} for k in range(p.randrange(3))]))
    o = taken(woo(orders))
    assert sum(x["total"] for x in o.values()) == sum(fen(x["total"]) for x in orders)
    assert sum(x.get("refund", 0) for x in o.values()) == -sum(fen(y["total"]) for x in orders for y in x["refunds"])
    assert sum(x.get("pieces", 0) for x in o.values()) == sum(y["quantity"] for x in orders for y in x["line_items"])
    assert len(o) == 300 and sum(len(x["lines"]) for x in o.values()) == sum(len(x["line_items"]) for x in orders)


def test_json_that_does_not_hold_together():
    good = json.dumps([woo_order(1), woo_order(2)], indent=1)
    for cut in (len(good) - 1, len(good) // 2, 40):
        r = woo(good[:cut])
        assert r.scan["refusal"] in ("damaged",), (cut, r.scan["refusal"])
    for bad in ("[{\"number\": 1} x]", "[{\"a\": 1}]]", "{\"a\": tru}", "[{\"a\": \"\\u0000\"}]", "[{} {", "{\"a\": " + "[" * 3000 + "]" * 3000 + "}"):
        r = woo(bad)
        assert r.scan["refusal"] is not None, bad[:40]
        assert not r.rows, bad[:40]
    assert woo("[{\"colour\": \"red\"}]").scan["refusal"] == "no-header"
    assert woo("[]").scan["refusal"] is not None
    r = woo([woo_order(1, total="1e5"), woo_order(2, refunds=[{"total": "much"}]), woo_order(3)])
    assert [f["code"] for f in r.faults] == ["bad-money", "bad-money"] and r.claims[0].get("total") is None and any(c["order_no"] == "3" for c in r.claims)


def test_woocommerce_plugin_csv():
    r = read_bytes("order_id,order_number,order_date,status,order_total,customer_id,Product Item 1 Name,Product Item 1 Quantity,Product Item 2 Name\n"
                   "9,1009,2026-11-01 10:00:00,completed,18.50,0,Cup,2,Pot\n", "--currency", "USD", "--zone", "America/New_York")
    c = r.claims[0]
    assert r.scan["profile"] == "woocommerce-csv" and (c["order_no"], c["total"], c["title"]) == ("1009", 1850, "Cup") and "buyer" not in c
    assert c["placed_at"] == ms("2026-11-01T15:00:00"), "the shop's clock"


# ---- joined tables ----

def test_olist_tables():
    items = read_bytes("order_id,order_item_id,product_id,seller_id,shipping_limit_date,price,freight_value\nx,1,p1,s1,2018-08-17 12:15:10,99.9,27.65\nx,2,p1,s1,2018-08-17 12:15:10,99.9,0\n",
                       "--currency", "BRL")
    assert items.scan["profile"] == "olist-items"
    o = taken(items)["x"]
    assert (o["total"], o["pieces"]) == (9990 * 2 + 2765, 2)
    pay = read_bytes("order_id,payment_sequential,payment_type,payment_installments,payment_value\nx,1,voucher,1,20.00\nx,2,credit_card,3,207.45\n", "--currency", "BRL")
    assert pay.scan["profile"] == "olist-payments" and taken(pay)["x"]["payments"] == {"1": 2000, "2": 20745}
    orders = read_bytes("order_id,customer_id,order_status,order_purchase_timestamp,order_approved_at,order_delivered_carrier_date,order_delivered_customer_date,order_estimated_delivery_date\n"
                        "x,c,delivered,2017-07-09 21:57:05,2017-07-09 22:10:13,2017-07-11 14:58:04,2017-07-26 10:57:55,2017-08-01 00:00:00\n", "--currency", "BRL")
    assert orders.scan["profile"] == "olist-orders" and orders.claims[0]["placed_at"] == ms("2017-07-09 21:57:05", -3) and orders.claims[0]["buyer"] == "c"


def test_uci_returns_are_no_orders():
    head = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
    r = read_bytes(head + "536365,85123A,HOLDER,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom\nC536379,D,Discount,-1,2010-12-01 09:41:00,27.5,14527.0,EIRE\n"
                   "536370,22139,,56,2010-12-01 11:52:00,0.0,,France\n536589,21777,,-10,2010-12-01 16:50:00,0.0,,United Kingdom\n", "--currency", "GBP", "--zone", "Europe/London")
    assert r.scan["profile"] == "uci-retail" and r.codes() == ["negative-count"]
    sale, back, nobody = r.claims
    assert sale["buyer"] == "17850" and sale["country"] == "GB" and taken(r)["536365"]["total"] == 1530
    assert "placed_at" not in back and "paid_at" not in back and back["refunded_at"] == ms("2010-12-01 09:41:00") and back["line"]["refund"] == 2750
    assert back["line"]["sums"] == REFUND and back["country"] == "IE" and "total" not in taken(r)["C536379"]
    assert "buyer" not in nobody and nobody["country"] == "FR"


# ---- Taobao ----

def test_taobao_balance_and_title():
    head = "订单编号,总金额,买家实际支付金额,订单状态,订单创建时间,订单付款时间 ,宝贝标题 ,分阶段订单信息\n"
    row = "1,300.00,50.00,等待买家付款,2022-11-01 00:10:00,2022-11-01 00:11:00,样品围巾，样品杯子,%s\n"
    for stages, balance in (("阶段1:定金50.00 交易状态买家已付款;阶段2:尾款金额：¥250.00 交易状态等待买家付款;", 25000), ("阶段1已付;阶段2 交易状态等待买家付款;", None),
                            ("阶段1已付;阶段2应付款:249.9，交易状态等待买家付款;阶段3金额:1.00", 24990)):
        c = read_bytes(head + row % stages.replace(",", "，")).claims[0]
        assert c["status"] == DEPOSIT and c.get("balance") == balance and c["title"] == "样品围巾，样品杯子", c


def test_qianniu_names():
    r = read_bytes("订单编号,买家会员昵称,总金额,买家实付金额,订单状态,订单创建时间,商品标题,商家备注,分阶段信息,物流单号\n9,样**例,10.00,10.00,已签收,2026-03-01 10:00:00,样品,备注,,YT1\n")
    assert r.scan["profile"] == "taobao-orders" and r.claims[0]["title"] == "样品" and r.claims[0]["seller_note"] == "备注"


def test_shopify_variants():
    base = ["Name", "Email", "Financial Status", "Paid at", "Fulfillment Status", "Fulfilled at", "Currency", "Total", "Created at", "Lineitem quantity", "Lineitem name",
            "Lineitem price", "Lineitem sku", "Shipping Name", "Shipping Zip", "Shipping Country", "Payment Method", "Refunded Amount", "Vendor"]
    extra = [[], ["Phone", "Receipt Number", "Duties"], ["Payment ID", "Payment Terms Name", "Next Payment Due At", "Payment References"]]
    for more in extra:
        rows = [base + more, ["#1001", "a@example.com", "paid", "2021-05-13 11:01:12 +0200", "fulfilled", "2021-05-14 09:00:00 +0200", "EUR", "30.00", "2021-05-13 11:01:00 +0200", "1", "Cup", "10.00", "C",
                                     "Ada Sample", "'8001", "CH", "visa", "0.00", "V"] + [""] * len(more),
                ["#1001", "a@example.com", "", "", "", "", "", "", "2021-05-13 11:01:00 +0200", "2", "Pot\nlarge", "10.00", "P", "", "", "", "", "", "V"] + [""] * len(more)]
        r = read_bytes(table(rows), "--currency", "EUR")
        o = taken(r)["#1001"]
        assert r.scan["profile"] == "shopify-orders" and (o["total"], o["pieces"], len(o["lines"])) == (3000, 3, 2) and "total" not in r.claims[1]


if __name__ == "__main__":
    run_tests(dict(globals()))
