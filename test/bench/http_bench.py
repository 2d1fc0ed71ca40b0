#!/usr/bin/env python3
"""What the page costs, beside its peers in the same run. Never fails: prints what it measured, with versions and settings.

    http_bench.py small    processor time of the server per request of a small JSON answer: the desk, nginx, fastify, and small programs on the
                           three HTTP libraries of docs/decisions/0001 (test/bench/http), all giving the same bytes, loaded in turn by wrk
    http_bench.py pages    Today and Orders over 1,000,000 orders under 64 connections of wrk  [--orders N]
    http_bench.py start    from the start of the program to the first page; binary, memory of a fresh desk, weight of the page

    --rounds 5 --seconds 3"""
import argparse
import contextlib
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT / "test" / "story"))
from browser import Browser  # noqa: E402
from story import BINARY, MAKE_ORDERS  # noqa: E402
from spent import HERTZ, ticks  # noqa: E402


def spread(values, digits=2):
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f}-{max(values):.{digits}f})"


def wrk(url, seconds, connections=64, cookie=None, script=None):
    """Requests, median ms, 99th percentile ms, remarks."""
    words = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency"]
    words += ["-H", f"Cookie: {cookie}"] if cookie else []
    words += ["-s", str(script)] if script else []
    out = subprocess.run([*words, url], capture_output=True, text=True, check=True).stdout

    def ms(share):
        number, unit = re.search(rf"{share}%\s+([\d.]+)(us|ms|s)\b", out).groups()
        return float(number) * {"us": 0.001, "ms": 1, "s": 1000}[unit]
    trouble = " ".join(re.findall(r"Non-2xx.*|Socket errors.*", out))
    return int(re.search(r"(\d+) requests in", out).group(1)), ms(50), ms(99), trouble


@contextlib.contextmanager
def program(*words, ready=None, **options):
    process = subprocess.Popen([str(w) for w in words], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, **options)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()


@contextlib.contextmanager
def desk(directory, name="shop.db", *options):
    with program(BINARY, "serve", "--db", name, "--port", "0", "--no-open", "--json", *options, cwd=directory) as process:
        answer = json.loads(process.stdout.readline())
        yield process, answer


def reachable(port):
    for _ in range(200):
        with contextlib.suppress(OSError):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
            connection.request("GET", "/healthz")
            return connection.getresponse().read()
        time.sleep(0.05)
    return None


# ---- small ----

NGINX = """worker_processes 2; pid {dir}/nginx.pid; daemon off; error_log /dev/null;
events {{ worker_connections 1024; }}
http {{ access_log off; keepalive_requests 1000000000; client_body_temp_path {dir}; proxy_temp_path {dir}; fastcgi_temp_path {dir};
  uwsgi_temp_path {dir}; scgi_temp_path {dir};
  server {{ listen 127.0.0.1:{port} reuseport; location /healthz {{ default_type "application/json; charset=utf-8"; return 200 '{body}'; }} }} }}
"""


def fastify_folder(directory):
    """fastify from its lock file, in a folder of the build; None and why when it cannot be had."""
    folder = pathlib.Path(os.environ.get("ZG_BENCH_DIR", directory)) / "fastify"
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json", "fastify.mjs"):
        shutil.copy(HERE / "http" / name, folder)
    if not (folder / "node_modules" / "fastify").exists():
        done = subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=folder, capture_output=True, text=True)
        if done.returncode != 0:
            return None, done.stderr.strip().splitlines()[-1:] or ["npm ci failed"]
    return folder, json.loads((folder / "node_modules" / "fastify" / "package.json").read_text())["version"]


def small(options):
    with contextlib.ExitStack() as stack:
        directory = stack.enter_context(tempfile.TemporaryDirectory(prefix="zg-bench-"))
        process, answer = stack.enter_context(desk(directory))
        port = int(answer["url"].rpartition(":")[2])
        body = reachable(port)
        servers = [("zhanggui", process.pid, port)]
        first = 18950
        if shutil.which("nginx"):
            pathlib.Path(directory, "nginx.conf").write_text(NGINX.format(dir=directory, port=first, body=body.decode()))
            servers.append(("nginx", stack.enter_context(program("nginx", "-p", directory, "-c", "nginx.conf")).pid, first))
        folder, version = fastify_folder(directory)
        if folder:
            p = stack.enter_context(program("node", "fastify.mjs", first + 1, cwd=folder, env={**os.environ, "BODY": body.decode()}))
            servers.append((f"fastify {version}", p.pid, first + 1))
        else:
            print(f"# fastify is not measured: {version}")
        for i, peer in enumerate(sorted(pathlib.Path(os.environ.get("ZG_HTTP_PEERS", "/nowhere")).glob("peer_*"))):
            if os.access(peer, os.X_OK) and peer.is_file():
                servers.append((peer.name[5:], stack.enter_context(program(peer, first + 2 + i, body.decode())).pid, first + 2 + i))
        servers = [s for s in servers if reachable(s[2]) == body or print(f"# {s[0]} does not give the same body: left out")]
        cost = {name: [] for name, _, _ in servers}
        rate = {name: [] for name, _, _ in servers}
        trouble = {}
        for _ in range(options.rounds):
            for name, pid, port in servers:
                before = ticks(pid)
                n, _, _, bad = wrk(f"http://127.0.0.1:{port}/healthz", options.seconds)
                cost[name].append((ticks(pid) - before) / HERTZ * 1e6 / n)
                rate[name].append(n / options.seconds)
                trouble[name] = bad
        print(f"small JSON answer, {len(body)} bytes, wrk -t1 -c64 -d{options.seconds}s, {options.rounds} rounds in turn, median (range)")
        for name in cost:
            print(f"  {name:34} {spread(cost[name]):>22} us CPU a request {statistics.median(rate[name]):>9.0f} requests/s {trouble[name]}")
        ours = statistics.median(cost["zhanggui"])
        for name in cost:
            if name.split()[0] in ("nginx", "fastify"):
                print(f"  zhanggui / {name}: {ours / statistics.median(cost[name]):.2f}  (goal: at most 1.00)")


# ---- pages ----

OTHER = """local n = 0
request = function() n = n + 1; return wrk.format("GET", "/api/v1/stores/main/orders?limit=50&n=" .. n) end
"""


def pages(options):
    with tempfile.TemporaryDirectory(prefix="zg-bench-", dir=os.environ.get("ZG_BENCH_TMP")) as directory:
        file = pathlib.Path(directory, time.strftime("ExportOrderList%Y%m%d%H%M.csv"))
        with open(file, "wb") as out:
            subprocess.run([MAKE_ORDERS, "--orders", str(options.orders), "--seed", "7"], stdout=out, check=True)
        subprocess.run([BINARY, "init", "--db", "shop.db", "--store", "main", "--name", "Bench", "--platform", "tmall", "--currency", "CNY", "--zone",
                        "Asia/Shanghai"], cwd=directory, check=True, stdout=subprocess.DEVNULL)
        began = time.monotonic()
        subprocess.run([BINARY, "import", "--db", "shop.db", "--store", "main", "--json", file.name], cwd=directory, check=True, stdout=subprocess.DEVNULL)
        print(f"{options.orders} orders imported in {time.monotonic() - began:.1f} s; wrk -t1 -c64 -d{options.seconds}s, {options.rounds} rounds, median (range)")
        file.unlink()
        script = pathlib.Path(directory, "other.lua")
        script.write_text(OTHER)
        with desk(directory) as (process, answer):
            owner = Browser(answer["url"]).setup(answer["setup_code"])
            for name, path, lua in (("Today", "/stores/main/today", None), ("Orders", "/stores/main/orders", None),
                                    ("Orders, each request another address", "/stores/main/orders", script)):
                began = time.perf_counter()
                size = len(owner.get(path + "?n=0" if lua else path).body)
                alone = (time.perf_counter() - began) * 1000
                got = [wrk(answer["url"] + "/api/v1" + path, options.seconds, cookie=owner.cookie, script=lua) for _ in range(options.rounds)]
                print(f"  {name:38} p50 {spread([g[1] for g in got])} ms  p99 {spread([g[2] for g in got])} ms  {statistics.median(g[0] for g in got) / options.seconds:.0f}/s"
                      f"  {size} bytes, alone and not kept {alone:.1f} ms {got[0][3]}")
            print("  goal: Today and Orders at most 20 ms at the median")
            rss = re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{process.pid}/status").read_text()).group(1)
            print(f"  resident afterwards {int(rss) / 1024:.1f} MiB")


# ---- start ----

def weigh(url):
    """The page and what it loads at once, as sent with gzip."""
    def fetch(path):
        request = urllib.request.Request(url + path, headers={"Accept-Encoding": "gzip"})
        with urllib.request.urlopen(request) as answer:
            data = answer.read()
            if answer.headers.get("Content-Encoding") == "gzip":
                import gzip
                return len(data), gzip.decompress(data)
            return len(data), data
    size, page = fetch("/")
    parts = sorted(set(re.findall(rb'(?:src|href)="(/[^"]+)"', page)))
    sizes = {part.decode(): fetch(part.decode())[0] for part in parts if b"." in part}
    return size + sum(sizes.values()), {"/": size, **sizes}


def start(options):
    times, rss = [], []
    with tempfile.TemporaryDirectory(prefix="zg-bench-") as directory:
        for i in range(options.rounds):
            began = time.perf_counter()
            with desk(directory, f"fresh{i}.db") as (process, answer):
                with urllib.request.urlopen(answer["url"] + "/") as page:
                    page.read()
                times.append((time.perf_counter() - began) * 1000)
                owner = Browser(answer["url"]).setup(answer["setup_code"], store={"key": "main", "name": "B", "platform": "tmall", "currency": "CNY", "zone": "Asia/Shanghai"})
                for path in ("/stores/main/today", "/stores/main/orders", "/stores/main/review?from=2026-01-01&to=2026-02-01"):
                    owner.get(path)
                rss.append(int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{process.pid}/status").read_text()).group(1)) / 1024)
                weight, parts = weigh(answer["url"])
    print(f"start of the program to the first page: {spread(times, 0)} ms (new database each time; goal for ./start: 1,000 ms)")
    print(f"resident memory of a fresh desk with an owner, after Today, Orders and Review: {spread(rss, 1)} MiB (goal: under 64)")
    print(f"binary {os.path.getsize(BINARY) / 1e6:.1f} MB, of it without debug information {stripped() / 1e6:.1f} MB")
    print(f"page at first sight {weight / 1000:.0f} kB as sent: " + ", ".join(f"{k} {v / 1000:.0f}" for k, v in parts.items()))


def stripped():
    with tempfile.NamedTemporaryFile() as out:
        subprocess.run(["strip", "-o", out.name, BINARY], check=True)
        return os.path.getsize(out.name)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["small", "pages", "start"])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--orders", type=int, default=1000000)
    options = parser.parse_args()
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?")
    print(f"# {os.cpu_count()} processors, {model}; load {os.getloadavg()[0]:.1f} before")
    if options.what != "start" and not shutil.which("wrk"):
        print("# wrk is not there: nothing measured")
        return
    {"small": small, "pages": pages, "start": start}[options.what](options)


main()
