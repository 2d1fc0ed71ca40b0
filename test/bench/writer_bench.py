#!/usr/bin/env python3
"""The writer beside the disk's own fdatasync, and beside PostgreSQL 15 doing the same.

One producer with an answer per order, beside fdatasync of 4 KiB on the same disk, by turns four times a second. 64 producers, beside PostgreSQL with 64
clients (pgbench, one function call an order, synchronous_commit=on, settings in postgres.conf; once without and once with commit_delay at half
a sync, as its manual advises, and the better one counts). Runs alternate; the figures are medians with their spread. It never fails for being slow.

    writer_bench.py [--runs 5] [--seconds 3] [--directory DIR]
"""
import argparse
import json
import os
import pathlib
import pwd
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BENCH = os.environ.get("ZG_WRITER_BENCH", str(ROOT / "build" / "test" / "bench" / "writer_bench"))
PROGRAMS = "/usr/lib/postgresql/15/bin"
CLIENTS = 64


def spread(values):
    return f"{statistics.median(values):,.0f} ({min(values):,.0f} to {max(values):,.0f})"


def ours(directory, producers, seconds):
    folder = tempfile.mkdtemp(prefix="ours-", dir=directory)
    try:
        run = subprocess.run([BENCH, folder, "--producers", str(producers), "--seconds", str(seconds)], capture_output=True, text=True, check=True)
        return json.loads(run.stdout)
    finally:
        shutil.rmtree(folder)


class Postgres:
    """A server of its own in a folder, with no TCP port; not as root, who may not run it."""

    def __init__(self, directory):
        self.folder = tempfile.mkdtemp(prefix="pg-", dir=directory)
        self.as_user = {}
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            self.as_user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
            os.chown(self.folder, user.pw_uid, user.pw_gid)
            os.chmod(directory, 0o755)
        data = f"{self.folder}/data"
        subprocess.run([f"{PROGRAMS}/initdb", "-D", data, "-U", "bench", "-E", "UTF8", "--locale=C", "-A", "trust"], check=True,
                       stdout=subprocess.DEVNULL, cwd=self.folder, **self.as_user)
        with open(f"{data}/postgresql.conf", "a") as conf:
            conf.write((HERE / "postgres.conf").read_text())
        self.log = open(f"{self.folder}/log", "w")
        self.process = subprocess.Popen([f"{PROGRAMS}/postgres", "-D", data, "-k", self.folder], stdout=self.log, stderr=self.log, cwd=self.folder,
                                        start_new_session=True, **self.as_user)
        for _ in range(300):
            if self.process.poll() is not None or self.sql("SELECT 1", check=False) == 0:
                break
            time.sleep(0.1)
        if self.process.poll() is not None:
            sys.exit("PostgreSQL did not start: " + pathlib.Path(self.log.name).read_text()[-2000:])

    def sql(self, text, check=True):
        return subprocess.run(["psql", "-h", self.folder, "-U", "bench", "-d", "postgres", "-Xq", "-v", "ON_ERROR_STOP=1"], input=text, text=True,
                              stdout=subprocess.DEVNULL, stderr=None if check else subprocess.DEVNULL, check=check).returncode

    def run(self, seconds, clients=CLIENTS):
        """Orders a second."""
        run = subprocess.run([f"{PROGRAMS}/pgbench", "-h", self.folder, "-U", "bench", "-n", "-M", "prepared", "-c", str(clients), "-j", "2", "-T", str(seconds),
                              "-f", str(HERE / "postgres_order.pgbench"), "postgres"], capture_output=True, text=True)
        if run.returncode != 0:
            sys.exit(run.stdout[-1000:] + run.stderr[-3000:])
        out = run.stdout
        failed = re.search(r"number of failed transactions: (\d+)", out)
        if failed and int(failed[1]) > 0:
            sys.exit(out)
        return float(re.search(r"tps = ([0-9.]+)", out)[1])

    def stop(self):
        if self.process.poll() is None:
            os.kill(self.process.pid, signal.SIGINT)
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def schema():
    run = subprocess.run([sys.executable, str(ROOT / "tools/sql_list.py")], capture_output=True, text=True, check=True)
    found = [json.loads(line) for line in run.stdout.splitlines()]
    return ";\n".join(s["sql"] for s in found if s["file"].endswith("migrations.c")) + ";\n"


def main():
    ask = argparse.ArgumentParser()
    ask.add_argument("--runs", type=int, default=5)
    ask.add_argument("--seconds", type=int, default=3)
    ask.add_argument("--directory", default=tempfile.gettempdir())
    given = ask.parse_args()
    place = tempfile.mkdtemp(prefix="zg-writer-", dir=given.directory)
    one, disk, share, many, peers = [], [], [], [], {}
    details = []
    server = None
    try:
        for _ in range(given.runs):
            figure = ours(place, 1, given.seconds)
            one.append(figure["per_s"])
            disk.append(figure["fdatasync_per_s"])
            share.append(100 * figure["per_s"] / figure["fdatasync_per_s"])
            details.append(figure)
        print(f"one producer: {spread(one)} orders/s; fdatasync of 4 KiB: {spread(disk)}/s; share: {spread(share)} %   (goal: at least 30 %)")
        print(f"  an answer takes {statistics.median(d['p50_us'] for d in details):.0f} us at the median, {statistics.median(d['p99_us'] for d in details):.0f} us at the 99th percentile")
        if not os.access(f"{PROGRAMS}/postgres", os.X_OK):
            print("64 producers: PostgreSQL 15 (postgresql-15) is not installed, so there is nothing to compare with")
            return
        server = Postgres(place)
        server.sql(schema() + (HERE / "postgres_order.sql").read_text())
        delay_us = min(100000, int(1e6 / statistics.median(disk) / 2))
        server.run(given.seconds)  # warm
        commits = []
        for _ in range(given.runs):
            figure = ours(place, CLIENTS, given.seconds)
            many.append(figure["per_s"])
            commits.append(figure["commits_per_s"])
            for delay in (0, delay_us):
                server.sql(f"ALTER SYSTEM SET commit_delay = {delay}; SELECT pg_reload_conf();")
                peers.setdefault(delay, []).append(server.run(given.seconds))
        best = max(peers, key=lambda d: statistics.median(peers[d]))
        ratios = [a / b for a, b in zip(many, peers[best])]
        print(f"64 producers: {spread(many)} orders/s in {spread(commits)} commits/s")
        for delay, values in peers.items():
            print(f"PostgreSQL 15, 64 clients, commit_delay {delay} us: {spread(values)} orders/s")
        print(f"ratio to the better one: {statistics.median(ratios):.1f} ({min(ratios):.1f} to {max(ratios):.1f})   (goal: at least 5)")
    finally:
        if server:
            server.stop()
        shutil.rmtree(place, ignore_errors=True)


if __name__ == "__main__":
    main()
