"""Files of invented rows, each quirk of the platforms' exports: what is claimed, what is a fault, what is refused.
usage: intake_rows_test.py INTAKE_DUMP"""
import datetime
import os
import random

from intake_reading import FIXTURES, read, read_bytes, run_tests

HEADER = "订单编号,总金额,买家实际支付金额,订单状态,订单创建时间,订单付款时间 ,收货地址 ,店铺名称,退款金额,买家留言\n"
UNPAID, PAID, SHIPPED, DELIVERED, CLOSED, DEPOSIT, UNKNOWN = 1, 2, 3, 4, 5, 6, 7


def china(text):
    zone = datetime.timezone(datetime.timedelta(hours=8))
    return int(datetime.datetime.fromisoformat(text).replace(tzinfo=zone).timestamp() * 1000)


def utc(text):
    return int(datetime.datetime.fromisoformat(text + "+00:00").timestamp() * 1000)


def row(number="1", total="10.00", paid="10.00", status="交易成功", placed="2020-02-01 10:00:00", paid_at="2020-02-01 10:01:00",
        address="上海 上海市 样例路1号", shop="样例小店", refund="0.00", note=""):
    return ",".join([number, total, paid, status, placed, paid_at, address, shop, refund, note]) + "\n"


def one(text, *options, **kw):
    """The single row of a file with HEADER."""
    r = read_bytes(HEADER + text, *options, **kw)
    assert r.scan["refusal"] is None, r.scan
    assert len(r.rows) == 1, r.rows
    return r


# ---- whole files ----

def test_taobao_orders_2017():
    r = read(FIXTURES / "ExportOrderList201707081200.csv")
    s, c = r.scan, r.claims
    assert (s["encoding"], s["profile"], s["rows"], s["as_of_from"], s["as_of"]) == ("gb18030", "taobao-orders", 9, "name", china("2017-07-08 12:00:00")), s
    assert s["unknown_status"] == ["平台处理中"] and not r.faults and r.lines == [2, 3, 5, 6, 7, 8, 9, 10, 11]
    assert c[0]["order_no"] == "351531310000000001" and c[0]["status"] == DELIVERED and c[0]["region"] == "浙江省"
    assert (c[0]["total"], c[0]["paid"], c[0]["refund"], c[0]["pieces"]) == (20112, 20112, 0, 2)
    assert c[0]["placed_at"] == china("2017-07-08 00:42:32") and c[0]["paid_at"] == china("2017-07-08 00:43:01")
    assert (c[0]["buyer"], c[0]["phone"], c[0]["tracking"]) == ("样例买家一", "13900000001", "No:700000000001")
    assert "paid_at" not in c[1] and "paid" not in c[1] and c[1]["status"] == UNPAID
    assert c[1]["buyer_note"] == "请送到\"门卫\",\n谢谢，先打电话" and c[1]["refund"] == 0
    assert c[2]["status"] == PAID and (c[2]["total"], c[2]["paid"]) == (123450, 123450) and c[2]["phone"] == "0471-0000000"
    assert c[2]["placed_at"] == china("2017-07-08 00:42:00") and c[2]["region"] == "内蒙古自治区"
    assert c[3]["status"] == CLOSED and c[3]["refund"] == 5000
    assert c[4]["status"] == CLOSED and c[4]["refund"] == 20112, "paid, closed and nothing told: refunded wholly"
    assert c[5]["pay_kind"] == 2 and c[5]["status"] == UNPAID
    assert c[6]["status"] == DEPOSIT and "paid_at" not in c[6], "deposit paid, balance open"
    assert c[7]["status"] == UNPAID, "not even the deposit"
    assert c[8]["status"] == UNKNOWN and "tracking" not in c[8] and "seller_note" not in c[8]


def test_taobao_orders_2022():
    r = read(FIXTURES / "ExportOrderList26954244167.csv")
    assert (r.scan["encoding"], r.scan["as_of_from"]) == ("utf-8-bom", "rows"), "a serial number is no date"
    c = r.claims[0]
    assert c["buyer"] == "样**一" and c["seller_note"] == "老客户"
    assert c["shipped_at"] == china("2022-03-02 10:00:00") and c["delivered_at"] == china("2022-03-05 09:00:00") == r.scan["as_of"]


def test_taobao_items():
    r = read(FIXTURES / "ExportOrderDetailList201707081200.csv")
    assert r.scan["profile"] == "taobao-items" and not r.faults, "surplus commas are tolerated"
    lines = [c["line"] for c in r.claims]
    assert [(x.get("sku_code"), x["occurrence"], x["pieces"], x["unit"]) for x in lines] == [("W-1-R", 1, 1, 10056), ("W-1-R", 2, 1, 10056), (None, 1, 1, 123450)]
    assert len(set(r.keys())) == 3 and lines[2]["title"] == "样品,杯子"
    c = read(FIXTURES / "items-2022.csv").claims[0]
    assert c["order_no"] == "1900000000000000001" and c["line"]["sub_no"] == "1900000000000000002"
    assert (c["line"]["amount"], c["line"]["refund"], c["line"]["pieces"]) == (20112, 0, 2) and c["placed_at"] == china("2022-03-01 09:00:00")
    assert "status" in c and c["status"] == 0, "the state of a line is not the state of its order"


def test_item_names_of_later_years():
    r = read_bytes("主订单编号,子订单编号,商品标题,商品价格,购买数量,商品ID,商品属性,买家实付金额,退款状态,退款金额,分阶段信息,物流单号,发货时间,商家备注\n"
                   "19,20,样品围巾,10.00,1,7001,红,10.00,没有申请退款,没有申请退款,,,,老客户\n")
    c = r.claims[0]
    assert r.scan["profile"] == "taobao-items" and c["line"]["product_no"] == "7001" and c["line"]["refund"] == 0 and c["seller_note"] == "老客户"


def test_occurrences_apart():
    head = "订单编号,标题,价格,购买数量\n"
    rows = [f"{n},围巾,10.00,1\n" for n in [1, 2, 1, 3, 2, 1]] + [f"{n},杯子,1.00,1\n" for n in range(10, 5010)] + ["1,围巾,10.00,1\n", "1,杯子,10.00,1\n"]
    r = read_bytes(head + "".join(rows))
    got = [c["line"]["occurrence"] for c in r.claims]
    assert got[:6] == [1, 1, 2, 1, 2, 3] and got[-2:] == [4, 1] and set(got[6:-2]) == {1}
    assert len(set(r.keys())) == len(rows)


def test_shopify():
    r = read(FIXTURES / "orders_export_1.csv", "--zone", "Europe/Zurich", "--currency", "EUR")
    c = r.claims
    assert r.scan["profile"] == "shopify-orders" and r.lines == [2, 4, 5, 6, 7]
    assert c[0]["order_no"] == "#1001" and c[0]["status"] == SHIPPED and c[0]["total"] == 5980 and c[0]["country"] == "CH" and c[0]["region"] == "ZH"
    assert c[0]["placed_at"] == utc("2021-05-13 09:01:12") and c[0]["shipped_at"] == utc("2021-05-14 06:00:00") and c[0]["buyer_note"] == "two\nlines"
    assert "total" not in c[1] and c[1]["status"] == 0 and "country" not in c[1], "a second line of an order tells its line only"
    assert c[1]["line"]["title"] == 'Mug, "blue"' and c[1]["placed_at"] == c[0]["placed_at"]
    assert c[2]["pay_kind"] == 2 and c[2]["status"] == UNPAID and c[2]["placed_at"] == utc("2021-03-28 00:30:00")
    assert c[3]["status"] == PAID and c[3]["refund"] == 1000 and c[3]["pay_kind"] == 0, "'code' is not cash on delivery"
    assert r.codes() == ["other-currency"] and r.faults[0]["column_name"] == "Currency"


def test_tmall_report_utf16_and_separator():
    plain = "订单编号,总金额,买家实际支付金额,收货地址 ,订单创建时间,订单付款时间 ,退款金额\r\n1,178.8,0.0,上海,2020-02-21 00:00:00,,0.0\r\n2,327.7,148.9,浙江省,2020-02-20 23:56:39,2020-02-20 23:56:53,178.8\r\n"
    expected = read_bytes(plain).claims
    assert expected[1]["paid"] == 32770 and expected[1]["refund"] == 17880, "paid is what was paid before the refund"
    for name, encoding in (("tmall-report.utf16le.csv", "utf-16le"), ("tmall-report.utf16be.csv", "utf-16be"), ("tmall-report.sep.csv", "gb18030")):
        r = read(FIXTURES / name)
        assert r.scan["encoding"] == encoding and r.claims == expected, name
    assert read(FIXTURES / "tmall-report.sep.csv").scan["header_line"] == 4 and read(FIXTURES / "tmall-report.sep.csv").scan["delimiter"] == ";"
    assert read_bytes(plain.replace(",", "\t")).claims == expected


def test_opened_in_excel():
    r = read(FIXTURES / "opened-in-excel.csv")
    assert r.codes() == ["scientific-id"] and len(r.claims) == 1
    f = r.faults[0]
    assert f["column"] == 1 and f["column_name"] == "订单编号" and f["value"] == "3.51531E+16" and r.lines[0] == 2
    assert "Line 2" in f["what_en"] and "第 2 行" in f["what_zh"] and "Excel" in f["remedy_en"] and "文本" in f["remedy_zh"]


def test_cells_are_shown_as_meant():
    r = read_bytes(HEADER + row("1", note='"a ""b"""') + row("2", placed='"at ""noon"""'))
    assert r.scan["preview"][0][9] == 'a "b"' and r.scan["columns"][9][2][0] == 'a "b"', r.scan["preview"][0]
    assert r.faults[0]["value"] == 'at "noon"', r.faults


# ---- the same row says the same ----

def test_keys_do_not_depend_on_form():
    text = HEADER + row('="35153131"', "1234.50", note="你好") + row("2", note='"a ""b"", c"')
    base = read_bytes(text, name="a.csv")
    assert not base.faults
    shuffled = [line.split(",") for line in (HEADER + row("35153131", "1234.50", note="你好")).strip("\n").split("\n")]
    order = list(range(len(shuffled[0])))
    random.Random(3).shuffle(order)
    variants = [text.encode("gb18030"), b"\xef\xbb\xbf" + text.encode(), b"\xff\xfe" + text.encode("utf-16-le"),
                text.replace("\n", "\r\n").encode(), "\n".join(",".join('"' + r[i].strip() + ' "' for i in order) for r in shuffled).encode()]
    for v in variants:
        r = read_bytes(v, name="b.csv")
        assert r.claims[0]["key"] == base.claims[0]["key"], v[:80]
    assert len({*base.keys(), read_bytes(HEADER + row('35153131', "1234.51", note="你好")).keys()[0]}) == 3
    other = read_bytes(text, "--currency", "HKD").keys() + read_bytes(text, "--country", "SG").keys()
    assert not set(other) & set(base.keys()), "what the store's settings make of a row is part of it"


def test_all_of_gb18030():
    """Every character of Unicode in GB18030 says what it says in UTF-8. Python's tables are of the year 2000: two characters
    have changed places since."""
    points = [c for c in range(0x80, 0x110000) if not 0xD800 <= c < 0xE000 and c not in (0x1E3F, 0xE7C7)]
    text = HEADER + "".join(row(str(i), note='"x' + "".join(map(chr, points[i:i + 400])) + 'x"') for i in range(0, len(points), 400))
    a, b = read_bytes(text), read_bytes(text.encode("gb18030"))
    assert (a.scan["encoding"], b.scan["encoding"]) == ("utf-8", "gb18030") and not a.faults and not b.faults
    assert a.claims == b.claims and len(a.claims) > 2700


def test_pieces_of_any_size():
    path = FIXTURES / "ExportOrderList201707081200.csv"
    whole = read(path)
    for piece in (1, 2, 3, 7, 64, 1000):
        again = read(path, "--piece", piece)
        assert again.scan == whole.scan and again.rows == whole.rows, piece


# ---- files that are refused ----

def refused(code, data, *options, **kw):
    r = read_bytes(data, *options, **kw)
    assert r.scan["refusal"] == code and not r.rows, r.scan
    assert len(r.scan["en"]) > 20 and r.scan["en"].endswith((".", "。")) and any("一" <= ch <= "鿿" for ch in r.scan["zh"]), r.scan
    return r.scan


def test_refusals():
    png = refused("not-text", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", name="orders.csv")
    assert "PNG" in png["en"] and "图片" in png["zh"] and "“orders.csv”" in png["en"]
    for data, word in ((b"\xff\xd8\xff\xe0", "JPEG"), (b"GIF89a", "GIF"), (b"%PDF-1.4", "PDF"), (b"\x1f\x8b\x08", "gzip"), (bytes(range(256)) * 4 + b"\0" * 99, "text"),
                       (b"<html><body>login</body>", "HTML"), (b"<html><body><table><tr><td>1", "with a table"),
                       (b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">', "Excel 2003")):
        assert word in refused("not-text", data)["en"], word
    for data in (b"PK\x03\x04....xl/workbook.xml", b"PK\x03\x04....", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        assert "damaged" in refused("damaged", data)["en"]
    refused("empty", b"")
    refused("empty", b"\xef\xbb\xbf")
    refused("no-rows", HEADER)
    refused("no-rows", HEADER + "\n\n,,,\n")
    seen = refused("no-header", "name,colour\nx,red\n")
    assert "name, colour" in seen["en"] and [c[0] for c in seen["columns"]] == ["name", "colour"] and seen["preview"] == [["x", "red"]]
    refused("no-header", "just a letter to a friend\n")
    refused("no-header", "\n" * 10 + HEADER + row())
    near = refused("no-header", "订单编号,买家会员名,总金额,订单创建时间\n1,样例买家,1.00,2020-01-01 10:00:00\n")
    assert "Taobao or Tmall order list" in near["en"] and "missing: Status." in near["en"] and "缺少这些列：订单状态。" in near["zh"], near
    assert near["header_line"] == 1 and near["columns"][0][0] == "订单编号" and near["preview"], "so that the user can map it"
    refused("other-kind", HEADER + row(), "--profile", "shopify-orders")
    assert "订单付款时间" not in refused("other-kind", HEADER + row(), "--profile", "taobao-items")["en"]


def test_directory_and_missing():
    r = read(FIXTURES)
    assert r.scan["refusal"] == "directory" and "folder" in r.scan["en"] and "文件夹" in r.scan["zh"]
    assert read(FIXTURES / "not-there.csv").scan["refusal"] == "unreadable"


def test_two_shops():
    s = refused("two-stores", HEADER + row("1") + row("2", shop="另一家店"))
    assert "样例小店" in s["en"] and "另一家店" in s["zh"] and "line 3" in s["en"]
    s = refused("other-store", HEADER + row("1"), "--store-name", "我的店")
    assert "我的店" in s["en"] and "样例小店" in s["zh"]
    assert read_bytes(HEADER + row("1") + row("2", shop=""), "--store-name", "样例小店").scan["refusal"] is None


def test_another_currency():
    s = refused("other-currency", HEADER + row("1"), "--currency", "USD")
    assert "in CNY" in s["en"] and "sells in USD" in s["en"] and "USD" in s["zh"] and "淘宝" in s["zh"]


# ---- rows that are faults ----

def test_row_faults():
    long_number = "9" * 65
    cases = [
        (row("3.51531E+16"), "scientific-id", 1), (row(long_number), "order-number-too-long", 1), (row("1\x02"), "bad-order-number", 1),
        (row(total="ten"), "bad-money", 2), (row(total="1.234"), "money-too-precise", 2), (row(total="99999999999999"), "money-out-of-range", 2),
        (row(total="-1.00"), "negative-money", 2), (row(refund="-0.01"), "negative-money", 9), (row(total="$5.00"), "other-currency", 2),
        (row(total="1E+3"), "bad-money", 2), (row(placed="yesterday"), "bad-time", 5), (row(placed="2020-02-30 10:00:00"), "bad-time", 5),
        (row(placed="2020-02-01 24:00:01"), "bad-time", 5), (row(placed="1999-12-31 10:00:00"), "time-out-of-range", 5),
        (row(paid_at="2199-12-31 10:00:00"), "time-out-of-range", 6), (row(note="a,b"), "too-many-cells", 0),
        (row(note='"open'), "cut-short", 10), (row(note='"a"b'), "bad-quotes", 10), (row(note="x" * 70000), "cell-too-long", 10),
        (row(note="x" * 1100000), "row-too-long", 0),
    ]
    for text, code, column in cases:
        r = read_bytes(HEADER + row("10") + text + row("11"))
        assert r.codes() == [code] and r.faults[0]["column"] == column, (code, r.faults)
        assert [c["order_no"] for c in r.claims] == ["10", "11"], code
        assert r.scan["rows"] == 3, code
        f = r.faults[0]
        assert "Line 3" in f["what_en"] and "第 3 行" in f["what_zh"] and f["remedy_en"] and f["remedy_zh"]
        if column:
            assert f["column_name"].strip() and f["column_name"] in f["what_en"] and f["column_name"] in f["what_zh"]
        assert len(f["value"].encode()) <= 200 and f["value"] not in ("",) or code in ("too-many-cells", "cut-short", "bad-quotes", "row-too-long"), f
        assert not f["value"] or f["value"] not in f["what_en"], "a cell's content stays out of the sentence"


def test_bad_bytes():
    good = [row(str(i), note="很长的备注，说了很多话") for i in range(40)]
    for bad in (b"\xff", b"\xe4\xb8", b"\xc0\x80", b"\xed\xa0\x80", b"\0"):
        data = (HEADER + "".join(good)).encode() + row("bad", note="@@").encode().replace(b"@@", bad) + row("after").encode()
        r = read_bytes(data)
        assert r.scan["encoding"] == "utf-8" and r.codes() == ["bad-bytes"] and r.faults[0]["column"] == 10, (bad, r.faults)
        assert r.claims[-1]["order_no"] == "after" and len(r.claims) == 41
    data = (HEADER + "".join(good)).encode("gb18030") + row("bad", note="@@").encode("gb18030").replace(b"@@", b"\x80") + row("after").encode("gb18030")
    r = read_bytes(data)
    assert r.scan["encoding"] == "gb18030" and r.codes() == ["bad-bytes"] and len(r.claims) == 41
    text = (HEADER + "".join(good) + row("pair", note="a\U0001F600b")).encode("utf-16-le")
    r = read_bytes(b"\xff\xfe" + text.replace("\U0001F600".encode("utf-16-le"), b"\x3d\xd8"))
    assert r.codes() == ["bad-bytes"] and len(r.claims) == 40


def test_cut_anywhere_keeps_rows_before():
    for encoding in ("utf-8", "gb18030"):
        data = (HEADER + row("1", note='"第一\n行"') + row("2") + row("3", note='"甲乙,丙""丁"')).encode(encoding)
        start = data.rindex(b"\n3,") + 1
        for end in range(start + 1, len(data)):
            r = read_bytes(data[:end])
            assert r.scan["encoding"] == encoding, (end, r.scan["encoding"])
            assert [c["order_no"] for c in r.claims][:2] == ["1", "2"], end
            assert len(r.rows) == 3 and (r.codes() in (["cut-short"], ["bad-bytes"]) or b"".join(data[:end].split(b"\n3,")[1:]).count(b",") >= 8), (end, r.rows[2:])


def test_cut_inside_a_character_keeps_the_encoding():
    for encoding in ("utf-8", "gb18030"):
        data = (HEADER + row("1") + row("2", note="很")[:-1]).encode(encoding)
        r = read_bytes(data[:-1])
        assert r.scan["encoding"] == encoding and len(r.claims) == 1 and r.codes() == ["bad-bytes"], r.rows


def test_stray_quote_spoils_one_row():
    rows = [row(str(i), note=f"备注{i}") for i in range(2000)]
    rows[500] = row("500", note='"no end')
    r = read_bytes(HEADER + "".join(rows))
    assert len(r.faults) == 1 and len(r.claims) == 1999 and r.rows[500]["line"] == 502, (r.codes(), len(r.claims))
    rows[500] = row("500", note='"he said "hello", and left"')
    r = read_bytes(HEADER + "".join(rows))
    assert len(r.faults) == 1 and len(r.claims) == 1999


def test_half_a_remark_never_becomes_an_order():
    r = read_bytes(HEADER + row("1") + row("2", note='"a"b\nnot, an order\nstill not"') + row("3"))
    assert [c["order_no"] for c in r.claims] == ["1", "3"] and r.codes() == ["bad-quotes"]


# ---- tolerated ----

def test_tolerated():
    assert one(row().replace("\n", ",,,\n")).claims, "surplus empty cells"
    c = one("1,10.00,10.00,交易成功,2020-02-01 10:00:00\n").claims[0]
    assert "paid_at" not in c and c["total"] == 1000, "missing trailing cells"
    assert one('="1" ,10.00,,交易成功,2020-02-01 10:00:00,,,,,\n').claims[0]["order_no"] == "1"
    assert one('"=""1""",10.00,,交易成功,2020-02-01 10:00:00,,,,,\n').claims[0]["order_no"] == "1", "a guard quoted again by a spreadsheet"
    assert one(row("'1")).claims[0]["order_no"] == "1"
    assert one(row("1\t")).claims[0]["order_no"] == "1"
    assert one(row("\u00a01\u3000")).claims[0]["order_no"] == "1"
    assert one(row(total="1,234.50".join(['"', '"']))).claims[0]["total"] == 123450
    assert one(row(note="'n sync")).claims[0]["buyer_note"] == "'n sync", "an apostrophe in a remark is content"
    assert one(row(paid_at="null", refund="--")).claims[0].get("refund") is None
    assert one(row(refund="无退款申请")).claims[0]["refund"] == 0
    assert read_bytes(HEADER + row("1") + "\n,,,,,,,,,\n" + row("2")).scan["rows"] == 2, "blank rows are passed over"
    r = read_bytes("淘宝订单\n导出于今天,共2条\n\n" + HEADER + row())
    assert r.scan["header_line"] == 4 and r.lines == [5], "preamble"
    r = read_bytes(HEADER.replace("订单编号", " 订单编号\u00a0").replace("总金额", '"总金额\n"').replace("\n", "\r\n").replace('额\r\n"', '额\n"') + row())
    assert r.claims and r.lines == [3], "headers with blanks and a line break"


def with_profile(profile, data):
    path = os.path.join(os.environ.get("TMPDIR", "/tmp"), f"zg-profile-{os.getpid()}.json")
    with open(path, "w") as f:
        f.write(profile)
    try:
        return read_bytes(data, "--user-profile", path)
    finally:
        os.unlink(path)


def test_user_profiles():
    mine = '{"name": "mine", "columns": {"单号(必填)": "order_no", "付款": "paid_at", "金额": "total", "说明": ""}, "status": {"好": "paid"}%s}'
    data = "单号（必填）,付款,金额,说明\n7,2020-07-01 00:00,5,x\n"
    r = with_profile(mine % "", data)
    assert r.scan["profile"] == "mine" and r.claims[0]["order_no"] == "7" and r.claims[0]["paid_at"] == china("2020-07-01 00:00:00")
    there = with_profile(mine % ', "zone": "Europe/Zurich"', data)
    assert there.claims[0]["paid_at"] == utc("2020-06-30 22:00:00") == there.scan["as_of"], "the profile's own zone"
    assert there.claims[0]["key"] != r.claims[0]["key"]
    unknown = with_profile(mine % ', "zone": "Mars/Olympus"', data)
    assert unknown.claims[0]["paid_at"] == r.claims[0]["paid_at"], "a zone that is none: the store's"


def test_regions_hold_no_person():
    assert "region" not in one(row(address="幸福路12号3单元")).claims[0]
    assert one(row(address="广西壮族自治区南宁市青秀区")).claims[0]["region"] == "广西壮族自治区"
    assert one(row(address="中国 江苏 苏州市")).claims[0]["region"] == "江苏省"
    report = "订单编号,总金额,买家实际支付金额,收货地址,订单创建时间,订单付款时间,退款金额\n"
    tail = ",2020-02-21 00:00:00,,0.0\n"
    assert read_bytes(report + "1,1.0,0.0,江苏" + tail).claims[0]["region"] == "江苏省"
    assert read_bytes(report + "1,1.0,0.0,海外" + tail).claims[0]["region"] == "海外"
    assert "region" not in read_bytes(report + "1,1.0,0.0,海外某城某路77号" + tail).claims[0]


# ---- when was it exported ----

def as_of(name, *options, placed="2019-05-15 16:00:00"):
    s = read_bytes(HEADER + row(placed=placed, paid_at=""), *options, name=name).scan
    return s["as_of"], s["as_of_from"]


def test_as_of():
    rows = (china("2019-05-15 16:00:00"), "rows")
    assert as_of("ExportOrderList201905151650.csv") == (china("2019-05-15 16:50:00"), "name")
    assert as_of("ExportOrderList20190515165030.csv") == (china("2019-05-15 16:50:30"), "name")
    assert as_of("ExportOrderList201905151600.csv", placed="2019-05-15 16:00:30") == (china("2019-05-15 16:00:30"), "name"), "within its minute"
    assert as_of("orders 2019-05-16.csv") == (china("2019-05-16 00:00:00"), "name")
    assert as_of("orders_2019-05-01_2019-05-15.csv") == (china("2019-05-15 16:00:00"), "name"), "a day that holds the latest row"
    for name in ("ExportOrderList201905151500.csv", "ExportOrderList26954244167.csv", "x201913151650.csv", "x209905151660.csv", "1905.csv",
                 "x299905151650.csv", "orders_2019-05-14.csv", "x20190515.csv", "a2019-5-16.csv"):
        assert as_of(name) == rows, name
    asked = china("2019-05-20 00:00:00")
    assert as_of("ExportOrderList201905151650.csv", "--as-of", asked) == (asked, "asked")


def test_zones_and_clock_changes():
    head = "Name,Created at,Financial Status,Total,Lineitem name\n"
    rows = "#1,2021-03-28 02:30:00,paid,1.00,a\n#2,2021-10-31 02:30:00,paid,1.00,a\n#3,2021-06-01 12:00:00,paid,1.00,a\n"
    r = read_bytes(head + rows, "--zone", "Europe/Zurich", "--currency", "EUR")
    assert (r.scan["ambiguous"], r.scan["skipped"]) == (1, 1)
    assert [c["placed_at"] for c in r.claims] == [utc("2021-03-28 01:30:00"), utc("2021-10-31 00:30:00"), utc("2021-06-01 10:00:00")]
    assert one(row(), "--zone", "America/New_York").claims[0]["placed_at"] == china("2020-02-01 10:00:00"), "Taobao writes China's time"


if __name__ == "__main__":
    run_tests(dict(globals()))
