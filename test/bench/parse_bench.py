#!/usr/bin/python3
"""Parsing alone beside Python's csv, openpyxl (read-only, and as a whole) and xlrd on the same files in the same run.

Each reader goes over every cell and keeps none. Times are of the processor, of the reading alone (programs are loaded already); runs
alternate; the figure is the median with its spread. All must count the same rows. Memory is told at two sizes of a file. It never
fails for being slow: it prints what it measured, with versions.

    parse_bench.py [--rows 60000] [--runs 5] [--quick]       --quick: 8,000 rows, three runs
"""
import argparse
import csv
import datetime
import html
import json
import os
import pathlib
import platform
import random
import statistics
import subprocess
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
DRIVER = os.environ.get("ZG_PARSE_BENCH", str(ROOT / "build" / "test" / "bench" / "parse_bench"))
GOALS = {"csv": 3, "openpyxl": 20}
HEADER = ["订单编号", "买家会员名", "买家应付货款", "总金额", "买家实际支付金额", "订单状态", "收货人姓名", "收货地址", "联系手机", "订单创建时间",
          "订单付款时间", "宝贝标题", "宝贝总数量", "物流单号", "店铺名称", "退款金额", "订单备注", "物流公司"]
PEERS = {
    "csv": "import csv\nfor row in csv.reader(open(path, encoding='utf-8', newline='')):\n    rows += 1; cells += len(row)",
    "openpyxl": "import openpyxl\nfor ws in openpyxl.load_workbook(path, read_only=True, data_only=True).worksheets:\n"
                "    for row in ws.iter_rows(values_only=True):\n        rows += 1; cells += len(row)",
    "openpyxl, whole": "import openpyxl\nfor ws in openpyxl.load_workbook(path, data_only=True).worksheets:\n"
                       "    for row in ws.iter_rows(values_only=True):\n        rows += 1; cells += len(row)",
    "xlrd": "import xlrd\nfor ws in xlrd.open_workbook(path).sheets():\n    for r in range(ws.nrows):\n        rows += 1; cells += len(ws.row_values(r))",
}
PEER = """import sys, time, json
path, rows, cells = sys.argv[1], 0, 0
import csv, openpyxl, xlrd
began = time.process_time()
%s
took = time.process_time() - began
print(json.dumps({"rows": rows, "cells": cells, "seconds": took, "mib": int(open("/proc/self/status").read().split("VmHWM:")[1].split()[0]) / 1024}))"""


def rows_of(count):
    rnd = random.Random(7)
    began = datetime.datetime(2026, 10, 21)
    for i in range(count):
        at = began + datetime.timedelta(seconds=7 * i)
        yield [f"{190123456789000000 + i * 37}", f"buyer{i % 5000}", round(rnd.random() * 500, 2), round(rnd.random() * 500, 2), round(rnd.random() * 500, 2),
               "交易成功", f"样{i % 3000}", f"浙江省 杭州市 样例街道 {i % 9999} 号", f"1380000{i % 10000:04d}", at, at + datetime.timedelta(minutes=3),
               f"青瓷茶杯 款式{i % 300}", rnd.randint(1, 5), f"SF{10 ** 11 + i}", "样板店", 0, "备注 & 说明，改地址" if i % 10 == 0 else None, "顺丰"]


def make_csv(path, count):
    with open(path, "w", encoding="utf-8", newline="") as f:
        out = csv.writer(f, quoting=csv.QUOTE_ALL)
        out.writerow(HEADER)
        out.writerows([["" if v is None else v for v in row] for row in rows_of(count)])


def make_shared_xlsx(path, count):
    """As Excel writes it: texts by number in a part of their own. (openpyxl writes each text into its cell.)"""
    number, rel = {}, "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    kinds = "http://schemas.openxmlformats.org/package/2006/relationships"
    word = "application/vnd.openxmlformats-officedocument.spreadsheetml."

    def cell(ref, v):
        if isinstance(v, str):
            return f'<c r="{ref}" t="s"><v>{number.setdefault(v, len(number))}</v></c>'
        if isinstance(v, datetime.datetime):
            return f'<c r="{ref}" s="1"><v>{(v - datetime.datetime(1899, 12, 30)) / datetime.timedelta(days=1)!r}</v></c>'
        return f'<c r="{ref}"><v>{v!r}</v></c>'
    rows = "".join(f'<row r="{r}" spans="1:{len(row)}">' + "".join(cell(f"{chr(65 + c)}{r}", v) for c, v in enumerate(row) if v is not None) + "</row>"
                   for r, row in enumerate([HEADER, *rows_of(count)], 1))
    strings = "".join(f"<si><t>{html.escape(v)}</t></si>" for v in number)
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("[Content_Types].xml", f'{head}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
                   f'<Override PartName="/xl/workbook.xml" ContentType="{word}sheet.main+xml"/><Override PartName="/xl/s.xml" ContentType="{word}worksheet+xml"/>'
                   f'<Override PartName="/xl/sharedStrings.xml" ContentType="{word}sharedStrings+xml"/><Override PartName="/xl/styles.xml" ContentType="{word}styles+xml"/></Types>')
        z.writestr("_rels/.rels", f'{head}<Relationships xmlns="{kinds}"><Relationship Id="a" Type="{rel}/officeDocument" Target="xl/workbook.xml"/></Relationships>')
        z.writestr("xl/workbook.xml", f'{head}<workbook {main} xmlns:r="{rel}"><sheets><sheet name="订单" sheetId="1" r:id="a"/></sheets></workbook>')
        z.writestr("xl/_rels/workbook.xml.rels", f'{head}<Relationships xmlns="{kinds}"><Relationship Id="a" Type="{rel}/worksheet" Target="s.xml"/><Relationship Id="b" '
                   f'Type="{rel}/sharedStrings" Target="sharedStrings.xml"/><Relationship Id="c" Type="{rel}/styles" Target="styles.xml"/></Relationships>')
        z.writestr("xl/styles.xml", f'{head}<styleSheet {main}><fonts count="1"><font/></fonts><fills count="1"><fill><patternFill patternType="none"/></fill></fills><borders count="1"><border/></borders>'
                   '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="22" applyNumberFormat="1"/></cellXfs></styleSheet>')
        z.writestr("xl/sharedStrings.xml", f'{head}<sst {main} count="{len(number)}" uniqueCount="{len(number)}">{strings}</sst>')
        z.writestr("xl/s.xml", f'{head}<worksheet {main}><sheetData>{rows}</sheetData></worksheet>')


def make_xlsx(path, count):
    wb = openpyxl.Workbook(write_only=True)
    ws = wb.create_sheet()
    ws.append(HEADER)
    for row in rows_of(count):
        ws.append(row)
    wb.save(path)


def make_xls(path, count):
    wb = xlwt.Workbook(encoding="utf-8")
    ws, style = wb.add_sheet("订单"), xlwt.XFStyle()
    style.num_format_str = "yyyy-mm-dd hh:mm:ss"
    for r, row in enumerate([HEADER, *rows_of(min(count, 65000))]):
        for c, v in enumerate(row):
            if v is not None:
                ws.write(r, c, v, style) if isinstance(v, datetime.datetime) else ws.write(r, c, v)
        if r % 1000 == 0:
            ws.flush_row_data()
    wb.save(str(path))


def ours(path):
    return json.loads(subprocess.run([DRIVER, str(path)], capture_output=True, check=True).stdout)


def peer(name, path):
    return json.loads(subprocess.run([sys.executable, "-c", PEER % PEERS[name], str(path)], capture_output=True, check=True).stdout)


def compare(path, names, runs):
    mine, theirs = [], {n: [] for n in names}
    for _ in range(runs):
        mine.append(ours(path))
        for n in names:
            theirs[n].append(peer(n, path))
    rows = {x["rows"] for x in mine} | {x["rows"] for n in names for x in theirs[n]}
    assert len(rows) == 1, (path, rows)
    said = lambda xs: (statistics.median(x["seconds"] for x in xs), min(x["seconds"] for x in xs), max(x["seconds"] for x in xs), max(x["mib"] for x in xs))
    t, low, high, mib = said(mine)
    size, cells = path.stat().st_size, mine[0]["cells"]
    print(f"{path.name}: {size / 1e6:.1f} MB, {rows.pop():,} rows, {cells:,} cells")
    print(f"  zhanggui         {t:8.3f} s ({low:.3f}..{high:.3f})  {cells / t / 1e6:6.2f} M cells/s  {mib:5.0f} MiB")
    for n in names:
        pt, plow, phigh, pmib = said(theirs[n])
        goal = f"  goal {GOALS[n]}" if n in GOALS else ""
        print(f"  {n:16} {pt:8.3f} s ({plow:.3f}..{phigh:.3f})  {cells / pt / 1e6:6.2f} M cells/s  {pmib:5.0f} MiB   ours is {pt / t:5.1f} times as fast{goal}")
    sys.stdout.flush()


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--rows", type=int, default=60000)
    p.add_argument("--runs", type=int, default=5)
    p.add_argument("--quick", action="store_true")
    a = p.parse_args()
    count, runs = (8000, 3) if a.quick else (a.rows, a.runs)
    print(f"Python {platform.python_version()}, openpyxl {openpyxl.__version__}, xlrd {xlrd.__VERSION__}, xlwt {xlwt.__VERSION__}, {os.cpu_count()} processors, "
          f"load {os.getloadavg()[0]:.1f}; median of {runs}, with the least and the most")
    with tempfile.TemporaryDirectory() as name:
        d = pathlib.Path(name)
        make_csv(d / "orders.csv", count * 5)
        make_xlsx(d / "inline.xlsx", count)
        make_shared_xlsx(d / "shared.xlsx", count)
        make_xls(d / "orders.xls", count)
        compare(d / "orders.csv", ["csv"], runs)
        compare(d / "inline.xlsx", ["openpyxl", "openpyxl, whole"], runs)
        compare(d / "shared.xlsx", ["openpyxl", "openpyxl, whole"], runs)
        compare(d / "orders.xls", ["xlrd"], runs)
        print("memory at two sizes of a file:")
        for kind, make in (("csv", make_csv), ("xlsx", make_shared_xlsx)):
            sizes = []
            for times in (1, 4):
                path = d / f"size{times}.{kind}"
                make(path, count * times)
                sizes.append((path.stat().st_size, ours(path)["mib"]))
                path.unlink()
            (s1, m1), (s4, m4) = sizes
            print(f"  {kind}: {s1 / 1e6:.1f} MB -> {m1:.1f} MiB, {s4 / 1e6:.1f} MB -> {m4:.1f} MiB ({'flat' if m4 - m1 < 8 else 'NOT FLAT'})")


if __name__ == "__main__":
    main()
