#!/usr/bin/env python3
"""Import speed beside the sqlite3 shell's plain .import of the same file, in one run.

Ours: typed, deduplicated, one snapshot event a row, derived state and counters, durable. The peer: the shell reading the same file into
one untyped table with a primary key (GB18030: through iconv). Both write to the same disk; runs alternate; the figure is the median with
its spread. It never fails: it prints what it measured, with versions and commands.

    import_bench.py [--orders 2000000] [--runs 5] [--quick]      --quick: 100,000 orders, three runs
"""
import argparse
import json
import os
import pathlib
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("ZG_BINARY", str(ROOT / "build" / "src" / "zhanggui"))
MAKE_ORDERS = os.environ.get("ZG_MAKE_ORDERS", str(ROOT / "build" / "tools" / "make_orders"))
COLUMNS = "abcdefghijklmnop"
LIMIT_MIB = 256


def timed(command, cwd, shell=False):
    """Seconds, processor seconds and peak resident MiB of a command that must succeed."""
    began = time.monotonic()
    process = subprocess.Popen(command, cwd=cwd, shell=shell, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    out = process.stdout.read()
    err = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.monotonic() - began
    if process.returncode != 0:
        raise RuntimeError(f"{command}: {err.decode()[-500:]}")
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, out


def clean(directory, name):
    for path in pathlib.Path(directory).glob(name + "*"):
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def ours(directory, file):
    clean(directory, "shop.db")
    subprocess.run([BINARY, "init", "--db", "shop.db", "--store", "main", "--name", "Bench", "--platform", "taobao", "--currency", "CNY", "--zone",
                    "Asia/Shanghai"], cwd=directory, check=True, stdout=subprocess.DEVNULL)
    seconds, busy, mib, out = timed([BINARY, "import", "--db", "shop.db", "--store", "main", "--json", file.name], directory)
    return seconds, busy, mib, json.loads(out)["files"][0]


def peer(directory, file, gb18030):
    clean(directory, "peer.db")
    subprocess.run(["sqlite3", "peer.db", f"CREATE TABLE t({COLUMNS[0]} PRIMARY KEY,{','.join(COLUMNS[1:])})"], cwd=directory, check=True)
    source = f"|iconv -f GB18030 -t UTF-8 {file.name}" if gb18030 else file.name
    seconds, busy, _, _ = timed(["sqlite3", "peer.db", ".mode csv", f'.import --skip 1 "{source}" t'], directory)
    rows = subprocess.run(["sqlite3", "peer.db", "SELECT COUNT(*) FROM t"], cwd=directory, check=True, capture_output=True).stdout
    return seconds, busy, int(rows)


def median(values):
    return f"{statistics.median(values):7.2f} s  ({min(values):.2f} .. {max(values):.2f})"


def compare(directory, file, orders, runs, gb18030):
    mine, theirs, my_busy, their_busy, peak = [], [], [], [], 0.0
    for _ in range(runs):
        seconds, busy, mib, figures = ours(directory, file)
        assert figures["added"] == orders and figures["quarantined"] == 0, figures
        mine.append(seconds)
        my_busy.append(busy)
        peak = max(peak, mib)
        seconds, busy, rows = peer(directory, file, gb18030)
        assert rows == orders, rows
        theirs.append(seconds)
        their_busy.append(busy)
    size = file.stat().st_size
    ratio = statistics.median(theirs) / statistics.median(mine)
    print(f"\n{file.name}: {orders:,} orders x {len(COLUMNS)} columns, {size / 1e6:.0f} MB, {runs} runs each, alternating")
    print(f"    zhanggui import           {median(mine)}  {orders / statistics.median(mine):,.0f} rows/s, peak {peak:.0f} MiB (at most {LIMIT_MIB})")
    print(f"    {'iconv | ' if gb18030 else ''}sqlite3 .import{'' if gb18030 else '        '}   {median(theirs)}  {orders / statistics.median(theirs):,.0f} rows/s")
    print(f"    processor time            {statistics.median(my_busy):7.2f} s beside {statistics.median(their_busy):.2f} s{' (without iconv)' if gb18030 else ''}, "
          f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    print(f"    ratio of speeds           {ratio:7.2f}    (at least 0.5 is asked, 1 is the goal)", flush=True)


def main():
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--orders", type=int, default=2000000)
    words.add_argument("--runs", type=int, default=5)
    words.add_argument("--quick", action="store_true")
    words.add_argument("--directory", help="where to work (default: a temporary directory)")
    asked = words.parse_args()
    orders, runs = (100000, 3) if asked.quick else (asked.orders, asked.runs)
    directory = tempfile.mkdtemp(prefix="zg-bench-", dir=asked.directory)
    try:
        version = subprocess.run(["sqlite3", "--version"], capture_output=True, text=True, check=True).stdout.split()[0]
        ours_version = subprocess.run([BINARY, "--version"], capture_output=True, text=True, check=True).stdout.strip()
        print(f"{ours_version}; sqlite3 shell {version}, its own settings; {os.cpu_count()} cores, {platform.machine()}")
        print("peer's commands: .mode csv / .import --skip 1 FILE t; .import --skip 1 \"|iconv -f GB18030 -t UTF-8 FILE\" t")
        plain = pathlib.Path(directory, "ExportOrderList202007010000.csv")
        with open(plain, "wb") as out:
            subprocess.run([MAKE_ORDERS, "--orders", str(orders), "--seed", "1"], stdout=out, check=True)
        compare(directory, plain, orders, runs, False)
        gb = pathlib.Path(directory, "ExportOrderList202007010001.csv")
        with open(gb, "wb") as out:
            subprocess.run(["iconv", "-f", "UTF-8", "-t", "GB18030", plain.name], cwd=directory, stdout=out, check=True)
        plain.unlink()
        compare(directory, gb, orders, runs, True)
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    return 0


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.exit(main())
