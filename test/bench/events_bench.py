#!/usr/bin/env python3
"""The events API. Never fails for being slow; a lost event is an error.

    events_bench.py orders   64 connections, one order of two lines a request, each answered after its commit, beside PostgreSQL 15 with one
                             stored-procedure call an order under pgbench with 32 clients (postgres_order.*, postgres.conf; once without and
                             once with commit_delay, the better one counts). Runs alternate.   [--runs 3] [--seconds 8]
    events_bench.py import   1,000 events a second, first alone, then while 1,000,000 rows are imported: their 99th percentile beside each
                             other, waits counted from when an event was due, and every answered event looked for.   [--rows N]"""
import argparse
import json
import os
import pathlib
import shutil
import sqlite3
import statistics
import struct
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[0] / "story"))
from story import BINARY, MAKE_ORDERS, Shop  # noqa: E402
from spent import HERTZ, ticks  # noqa: E402
import writer_bench  # noqa: E402

SEND = os.environ.get("ZG_EVENTS_SEND", str(HERE.parents[1] / "build" / "test" / "driver" / "events_send"))
CONNECTIONS, PEER_CLIENTS, RATE = 64, 32, 1000


def template(directory, token):
    order = {"order_no": "E########", "placed_at": "2026-03-01T09:00:00+08:00", "paid_at": "2026-03-01T09:00:01+08:00", "total": "75.00", "paid": "75.00", "pieces": 3,
             "status": "paid", "buyer": "buyer%%%%%%%", "region": "region$$", "country": "CN",
             "lines": [{"sku_code": "SKU-@@@@", "title": "tea @@@@", "pieces": 1, "unit": "25.00", "total": "25.00"},
                       {"sku_code": "SKU-@@@@", "title": "tea @@@@", "pieces": 2, "unit": "25.00", "total": "50.00"}]}
    body = json.dumps({"id": "e-########", "type": "order", "as_of": "2026-03-01T09:00:02+08:00", "order": order})
    path = pathlib.Path(directory) / "template"
    path.write_text(f"POST /api/v1/stores/main/events HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n"
                    f"Content-Length: {len(body)}\r\n\r\n{body}", newline="")
    return path


def send(url, directory, pattern, first, *more):
    """The client's figures, and (status, flags, microseconds) of each request from `first` on."""
    out = pathlib.Path(directory) / "ledger"
    run = subprocess.run([SEND, url.rsplit(":", 1)[1], out, "--connections", str(CONNECTIONS), "--template", pattern, "--from", str(first), *map(str, more)],
                         capture_output=True, text=True, check=True)
    told = json.loads(run.stdout)
    if told["broken"]:
        sys.exit("a connection broke: " + run.stdout + run.stderr)
    rows = list(struct.iter_unpack("<HHI", out.read_bytes()[first * 8:]))
    out.unlink()
    bad = [r for r in rows if r[0] != 200]
    if bad:
        sys.exit(f"{len(bad)} of {len(rows)} were not answered with 200, as {bad[0]}")
    return told, rows


def percentile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * share))] / 1000


def lost(shop, numbers):
    with sqlite3.connect(f"file:{shop.db}?mode=ro", uri=True) as s:
        there = {int(n[1:]) for n, in s.execute("SELECT order_no FROM orders WHERE order_no LIKE 'E%'")}
    return set(numbers) - there


def token_of(shop):
    return shop.json("token", "make", "--store", "main", "--name", "bench")["token"]


def ours(place, seconds):
    """Orders a second, waits in ms at the median and the 99th percentile, processor time of the desk in us for each order."""
    folder = tempfile.mkdtemp(dir=place)
    try:
        shop = Shop(folder)
        pattern = template(folder, token_of(shop))
        desk = subprocess.Popen([BINARY, "serve", "--db", shop.db, "--port", "0", "--no-open", "--json"], stdout=subprocess.PIPE, text=True)
        try:
            url = json.loads(desk.stdout.readline())["url"]
            before = ticks(desk.pid)
            told, rows = send(url, folder, pattern, 0, "--seconds", seconds)
            spent_us = (ticks(desk.pid) - before) * 1e6 / HERTZ / len(rows)
        finally:
            desk.terminate()
            desk.wait()
        gone = lost(shop, range(len(rows)))
        if gone:
            sys.exit(f"{len(gone)} answered events are not there")
        waits = [us for _, _, us in rows]
        return told["per_s"], percentile(waits, 0.5), percentile(waits, 0.99), spent_us
    finally:
        shutil.rmtree(folder)


def orders(given, place):
    per_s, p50, p99, spent, peers, peer_spent = [], [], [], [], {}, []
    server = None
    try:
        server = writer_bench.Postgres(place)
        server.sql(writer_bench.schema() + (HERE / "postgres_order.sql").read_text())
        server.run(given.seconds, PEER_CLIENTS)  # warm
        for _ in range(given.runs):
            figures = ours(place, given.seconds)
            for to, v in zip((per_s, p50, p99, spent), figures):
                to.append(v)
            for delay in (0, 500):
                server.sql(f"ALTER SYSTEM SET commit_delay = {delay}; SELECT pg_reload_conf();")
                before = ticks(server.process.pid)
                peers.setdefault(delay, []).append(server.run(given.seconds, PEER_CLIENTS))
                peer_spent.append((ticks(server.process.pid) - before) * 1e6 / HERTZ / (peers[delay][-1] * given.seconds))
    finally:
        if server:
            server.stop()
    best = max(peers, key=lambda d: statistics.median(peers[d]))
    ratios = [a / b for a, b in zip(per_s, peers[best])]
    spread = writer_bench.spread
    print(f"{CONNECTIONS} connections, an order of two lines a request: {spread(per_s)} orders/s; p50 {statistics.median(p50):.1f} ms, "
          f"p99 {statistics.median(p99):.1f} ms ({min(p99):.1f} to {max(p99):.1f}); every answered one is there")
    for delay, values in peers.items():
        print(f"PostgreSQL 15, {PEER_CLIENTS} clients of pgbench, commit_delay {delay} us: {spread(values)} orders/s")
    print(f"processor time for each order: the desk with HTTP, JSON and commit {statistics.median(spent):.0f} us, PostgreSQL {statistics.median(peer_spent):.0f} us")
    print(f"ratio to the better one: {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})   (needed: 1, goal: 3)")


def beside_import(given, place):
    shop = Shop(place)
    pattern = template(place, token_of(shop))
    big = place + "/ExportOrderList202003010000.csv"
    with open(big, "wb") as out:
        subprocess.run([MAKE_ORDERS, "--orders", str(given.rows), "--seed", "1"], stdout=out, check=True)
    with shop.desk() as url:
        send(url, place, pattern, 0, "--rate", RATE, "--seconds", 3)  # warm
        _, alone = send(url, place, pattern, 10000, "--rate", RATE, "--seconds", given.seconds * 2)
        took = {}

        def bring():
            began = time.monotonic()
            got = shop.bring(big)
            took["s"] = time.monotonic() - began
            took["rows"] = sum(f["rows"] for f in got["files"])
        other = threading.Thread(target=bring)
        during, first = [], 1000000
        other.start()
        while other.is_alive():
            _, rows = send(url, place, pattern, first, "--rate", RATE, "--seconds", 2)
            during += rows
            first += len(rows)
        other.join()
    gone = lost(shop, [*range(10000, 10000 + len(alone)), *range(1000000, first)])
    if gone:
        sys.exit(f"{len(gone)} answered events are not there")
    shop.zg("verify")
    a, b = percentile([us for *_, us in alone], 0.99), percentile([us for *_, us in during], 0.99)
    print(f"{RATE} events a second alone: p50 {percentile([us for *_, us in alone], 0.5):.1f} ms, p99 {a:.1f} ms ({len(alone):,} events)")
    print(f"the same while {took['rows']:,} rows were imported in {took['s']:.1f} s ({took['rows'] / took['s']:,.0f} rows/s): "
          f"p50 {percentile([us for *_, us in during], 0.5):.1f} ms, p99 {b:.1f} ms ({len(during):,} events, none lost)")
    print(f"p99 beside the import: {b / a:.2f} of that alone   (needed: at most 2)")


def main():
    ask = argparse.ArgumentParser()
    ask.add_argument("what", choices=["orders", "import"])
    ask.add_argument("--runs", type=int, default=3)
    ask.add_argument("--seconds", type=int, default=8)
    ask.add_argument("--rows", type=int, default=1000000)
    ask.add_argument("--directory", default=tempfile.gettempdir())
    given = ask.parse_args()
    place = tempfile.mkdtemp(prefix="zg-events-", dir=given.directory)
    try:
        print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors; {BINARY}")
        (orders if given.what == "orders" else beside_import)(given, place)
    finally:
        shutil.rmtree(place, ignore_errors=True)


if __name__ == "__main__":
    main()
