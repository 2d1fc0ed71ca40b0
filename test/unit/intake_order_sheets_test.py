"""Order exports that are workbooks: 千牛's three sheets, AliExpress' old .xls; the same claims as from CSV, and the totals that openpyxl and
xlrd find. usage: intake_order_sheets_test.py INTAKE_DUMP     (77: openpyxl, xlrd or xlwt is not installed)"""
import io
import json
import pathlib
import random
import subprocess
import sys
import tempfile

try:
    import openpyxl
    import xlrd
    import xlwt
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

import intake_orders_test as made
from intake_reading import DUMP, read_bytes, run_tests

ORDERS = ["订单编号", "买家会员昵称", "总金额", "买家实付金额", "订单状态", "收货地址", "订单创建时间", "订单付款时间", "商品标题", "物流单号", "店铺名称", "商家备注"]
ITEMS = ["子订单编号", "主订单编号", "商品标题", "商品价格", "购买数量", "商品属性", "商家编码", "商品ID", "退款金额"]
PARCELS = ["订单编号", "物流公司", "运单号", "发货时间"]


def workbook(orders):
    book = openpyxl.Workbook()
    first = book.active
    first.title = "订单报表"
    first.append(ORDERS)
    items, parcels = book.create_sheet("销售明细"), book.create_sheet("发货报表")
    items.append(ITEMS)
    parcels.append(PARCELS)
    for number, fen, lines in orders:
        first.append([number, "样**例", f"{fen / 100:.2f}", f"{fen / 100:.2f}", "卖家已发货，等待买家确认", "浙江省 杭州市 样例路1号", "2026-03-01 10:00:00",
                      "2026-03-01 10:01:00", "样品", f"YT{number}", "样例店", "备注"])
        for k, (price, pieces) in enumerate(lines):
            items.append([f"{number}{k}", number, f"样品{k}", f"{price / 100:.2f}", pieces, "红", f"S-{k}", f"77{k}", "无退款申请"])
        parcels.append([number, "样例快递", f"YT{number}", "2026-03-02 09:00:00"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_three_sheets_of_qianniu():
    p = random.Random(2)
    orders = [(str(1900000000000000000 + i), p.randrange(100, 99999), [(p.randrange(100, 9999), p.randrange(1, 4)) for _ in range(p.randrange(1, 4))]) for i in range(50)]
    data = workbook(orders)
    whole = openpyxl.load_workbook(io.BytesIO(data), read_only=True)
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "千牛.xlsx")
        path.write_bytes(data)
        parts = [json.loads(line) for line in subprocess.run([DUMP, "--parts", str(path)], capture_output=True, check=True).stdout.decode().splitlines()]
    assert [x["sheet"] for x in parts] == ["订单报表", "销售明细", "发货报表"], parts
    r = read_bytes(data, "--part", "1", name="千牛.xlsx")
    assert (r.scan["profile"], r.scan["encoding"], len(r.claims), r.faults) == ("taobao-orders", "xlsx", 50, []), r.scan
    rows = list(whole["订单报表"].iter_rows(values_only=True))[1:]
    assert sum(c["total"] for c in r.claims) == sum(made.fen(row[2]) for row in rows) and [c["order_no"] for c in r.claims] == [row[0] for row in rows]
    assert {c["title"] for c in r.claims} == {"样品"} and {c["region"] for c in r.claims} == {"浙江省"}
    r = read_bytes(data, "--part", "2", name="千牛.xlsx")
    rows = list(whole["销售明细"].iter_rows(values_only=True))[1:]
    assert r.scan["profile"] == "taobao-items" and not r.faults
    assert sum(c["line"]["unit"] * c["line"]["pieces"] for c in r.claims) == sum(made.fen(row[3]) * row[4] for row in rows)
    assert {c["line"]["sub_no"] for c in r.claims} == {row[0] for row in rows}
    r = read_bytes(data, "--part", "3", name="千牛.xlsx")
    assert r.scan["profile"] == "parcels" and len(r.claims) == 50, r.scan


def test_aliexpress_as_xls():
    p = random.Random(4)
    rows = [made.ali_row(订单号=str(8000000000000000 + i), 订单金额=f"$ {p.randrange(1, 90000) / 100:,.2f}",
                         items="\n".join(f"【{k + 1}】Thing\n(商家编码:T-{k})\n(产品数量:{p.randrange(1, 5)} piece)" for k in range(p.randrange(1, 4)))) for i in range(60)]
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("Sheet1")
    for i, row in enumerate([made.ALI, *rows]):
        for k, cell in enumerate(row):
            sheet.write(i, k, cell)
    out = io.BytesIO()
    book.save(out)
    r = read_bytes(out.getvalue(), "--currency", "USD", "--zone", "Asia/Shanghai", name="orders.xls")
    assert (r.scan["profile"], r.scan["encoding"], r.scan["rows"], r.scan["asks_zone"]) == ("aliexpress-orders", "xls", 60, True), r.scan
    csv = made.ali(*rows)
    assert r.keys() == csv.keys() and not r.faults, "the same claims as from CSV"
    second = xlrd.open_workbook(file_contents=out.getvalue()).sheet_by_index(0)
    column = made.ALI.index("订单金额")
    want = sum(made.fen(second.cell_value(i, column).replace("$", "").replace(",", "")) for i in range(1, second.nrows))
    assert sum(o["total"] for o in made.taken(r).values()) == want


if __name__ == "__main__":
    run_tests(dict(globals()))
