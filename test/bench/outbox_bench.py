#!/usr/bin/env python3
"""Messages that go out by themselves, beside two queues of delayed jobs: BullMQ on Redis and graphile-worker on PostgreSQL 15, the same number in
the same run, runs alternating.

Ours decides each message on the facts of its order (the contact policy on fresh facts in the transaction that leases), and the lease and the outcome
are durable (SQLite, synchronous=FULL). The peers run an empty handler. Redis twice: appendfsync everysec, as BullMQ's manual advises, which may lose a
second, and appendfsync always, which is what ours is compared with. PostgreSQL with synchronous_commit=on.
Also the curve of a tick from 10^3 to 10^6 waiting messages. It never fails for being slow; what is not installed is left out and said so.

    outbox_bench.py [--jobs 20000] [--runs 3] [--waiting 1000000] [--directory DIR]
"""
import argparse
import json
import os
import pathlib
import pwd
import shutil
import statistics
import subprocess
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BENCH = os.environ.get("ZG_OUTBOX_BENCH", str(ROOT / "build" / "test" / "bench" / "outbox_bench"))
PROGRAMS = "/usr/lib/postgresql/15/bin"
REDIS = ["--port", "0", "--save", "", "--appendonly", "yes", "--maxmemory-policy", "noeviction", "--daemonize", "no"]
POSTGRES = "listen_addresses=''\nshared_buffers=256MB\nsynchronous_commit=on\nmax_connections=60\nmax_wal_size=2GB\ncheckpoint_timeout=30min\n"


def ours(directory, *words):
    with tempfile.TemporaryDirectory(prefix="ours-", dir=directory) as folder:
        run = subprocess.run([BENCH, f"{folder}/b.db", *words], capture_output=True, text=True, check=True, timeout=3600)
        return [json.loads(line) for line in run.stdout.splitlines()]


def peers_installed(folder):
    """The npm packages, into a folder of the bench's own; None when there is no npm or it fails."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(HERE / "queues" / "package.json", folder)
    if (folder / "node_modules" / "bullmq").exists() and (folder / "node_modules" / "graphile-worker").exists():
        return folder
    try:
        subprocess.run(["npm", "install", "--no-audit", "--no-fund"], cwd=folder, check=True, capture_output=True, timeout=600)
    except (OSError, subprocess.SubprocessError):
        return None
    return folder


def node(folder, script, *words):
    run = subprocess.run(["node", str(HERE / "queues" / script), *words], cwd=folder, capture_output=True, text=True, timeout=900)
    if run.returncode != 0:
        raise RuntimeError(run.stderr[-400:])
    return json.loads(run.stdout.splitlines()[-1])["per_s"]


def redis(packages, directory, fsync, jobs):
    with tempfile.TemporaryDirectory(prefix="redis-", dir=directory) as folder:
        server = subprocess.Popen(["redis-server", *REDIS, "--appendfsync", fsync, "--dir", folder, "--unixsocket", f"{folder}/s"],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            for _ in range(100):
                if os.path.exists(f"{folder}/s"):
                    break
                time.sleep(0.05)
            return node(packages, "bullmq.mjs", f"{folder}/s", str(jobs))
        finally:
            server.terminate()
            server.wait()


def postgres(packages, directory, jobs):
    folder = tempfile.mkdtemp(prefix="pg-", dir=directory)
    as_user = {}
    if os.geteuid() == 0:
        user = pwd.getpwnam("postgres")
        as_user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        os.chown(folder, user.pw_uid, user.pw_gid)
        os.chmod(directory, 0o755)
    server = None
    try:
        subprocess.run([f"{PROGRAMS}/initdb", "-D", f"{folder}/data", "-U", "bench", "-E", "UTF8", "--locale=C", "-A", "trust"], check=True,
                       stdout=subprocess.DEVNULL, cwd=folder, **as_user)
        with open(f"{folder}/data/postgresql.conf", "a") as conf:
            conf.write(POSTGRES + f"unix_socket_directories='{folder}'\n")
        server = subprocess.Popen([f"{PROGRAMS}/postgres", "-D", f"{folder}/data"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder, **as_user)
        for _ in range(100):
            if subprocess.run([f"{PROGRAMS}/pg_isready", "-h", folder, "-q"], check=False).returncode == 0:
                break
            time.sleep(0.1)
        return node(packages, "graphile.mjs", f"postgresql:///postgres?host={folder}&user=bench", str(jobs))
    finally:
        if server:
            server.terminate()
            server.wait()
        shutil.rmtree(folder, ignore_errors=True)


def spread(values):
    return f"{statistics.median(values):,.0f} ({min(values):,.0f} to {max(values):,.0f})" if values else "not measured"


def versions(packages):
    told = [subprocess.run(["redis-server", "--version"], capture_output=True, text=True, check=False).stdout.split(" sha")[0] if shutil.which("redis-server") else "no Redis"]
    told.append(subprocess.run([f"{PROGRAMS}/postgres", "--version"], capture_output=True, text=True, check=False).stdout.strip() if os.path.exists(f"{PROGRAMS}/postgres") else "no PostgreSQL")
    for name in ("bullmq", "graphile-worker"):
        told.append(f"{name} " + (json.loads((packages / "node_modules" / name / "package.json").read_text())["version"] if packages else "not installed"))
    return ", ".join(told)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--jobs", type=int, default=20000)
    p.add_argument("--runs", type=int, default=3)
    p.add_argument("--waiting", type=int, default=1000000)
    p.add_argument("--directory", default=tempfile.gettempdir())
    a = p.parse_args()
    packages = peers_installed(pathlib.Path(os.environ.get("ZG_BENCH_DIR", str(ROOT / "build" / "test" / "bench"))) / "queues")
    print(versions(packages))
    for line in ours(a.directory, "tick", str(a.waiting)):
        print(f"tick: {line['waiting']:>9,} waiting, {line['due']} due: {line['us'] / 1000:.1f} ms; none due: {line['idle_us']} us")
    sums = {"leased": [], "whole": [], "bullmq everysec": [], "bullmq always": [], "graphile-worker": []}
    for _ in range(a.runs):
        line = ours(a.directory, "lease", str(a.jobs))[-1]
        sums["leased"].append(line["leased_sent_per_s"])
        sums["whole"].append(line["whole_per_s"])
        cpu = (line["decide_cpu_us"], line["lease_cpu_us"])
        if packages and shutil.which("redis-server"):
            sums["bullmq everysec"].append(redis(packages, a.directory, "everysec", a.jobs))
            sums["bullmq always"].append(redis(packages, a.directory, "always", a.jobs))
        if packages and os.path.exists(f"{PROGRAMS}/postgres"):
            sums["graphile-worker"].append(postgres(packages, a.directory, a.jobs))
    print(f"leased on fresh facts, sent, written down: {spread(sums['leased'])}/s; with the runner's decision before it: {spread(sums['whole'])}/s")
    print(f"processor time of a message: {cpu[0]:.1f} us to decide, {cpu[1]:.1f} us to lease, word, send and write down")
    for peer in ("bullmq everysec", "bullmq always", "graphile-worker"):
        ratio = f"; ours {statistics.median(sums['leased']) / statistics.median(sums[peer]):.1f} times" if sums[peer] else ""
        print(f"{peer}: {spread(sums[peer])}/s{ratio}")


if __name__ == "__main__":
    main()
