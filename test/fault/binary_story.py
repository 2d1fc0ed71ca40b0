"""Faults on the real binary: kills at random, a disk that is really full, verbs beside a desk under load."""
import json
import os
import pathlib
import random
import shutil
import signal
import sqlite3
import struct
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "story"))
from story import BINARY, SLOW, Disk, Shop, Skip, get, made_orders, order, run_stories, told_as_root, until, zhanggui  # noqa: E402

SEED = int(os.environ.get("ZG_SEED", "1"))
KILLS = 100 if "ZG_LONG" in os.environ else 20 if SLOW == 1 else 3  # under the sanitizers the code counts, not the number
ORDERS = 30000 if SLOW == 1 else 15000


def look(db, sql):
    """One figure as a reader sees it; None while there is no such table yet. A reader alone never writes into the log."""
    try:
        with sqlite3.connect(f"file:{db}?mode=ro", uri=True, timeout=10) as s:
            return s.execute(sql).fetchone()[0]
    except sqlite3.OperationalError:
        return None


def rows_done(db):
    return look(db, "SELECT COALESCE(SUM(rows_done), 0) FROM import_file f JOIN import i USING (import_id) WHERE i.state <> 4") or 0


def orders_there(db):
    return look(db, "SELECT count(*) FROM orders") or 0


def state(shop):
    """What a person can see; orders by number, because ids are never given out twice and order those of one second."""
    orders, review = shop.state()
    return sorted(orders, key=lambda o: o["order"]), review


def kill_at_random(shop, path, after_s, once_in_s=None):
    """Starts an import, kills it after a while, or once_in_s after its first rows were seen in; gives the rows that a reader had seen as done just before."""
    process = subprocess.Popen([BINARY, "import", "--db", shop.db, "--store", "main", path], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if once_in_s is None:
        time.sleep(after_s)
    else:
        while process.poll() is None and rows_done(shop.db) == 0:
            time.sleep(0.001)
        time.sleep(once_in_s)
    acknowledged = rows_done(shop.db)
    ended = process.poll() is not None
    process.send_signal(signal.SIGKILL)
    process.wait()
    return acknowledged, ended


def story_kills(directory):
    """20 kills at random during an import: acknowledged rows are whole, the next start says what stands, resume and undo end right"""
    dice = random.Random(SEED)
    path = made_orders(directory + "/ExportOrderList202003010000.csv", ORDERS)
    os.mkdir(directory + "/whole")
    whole = Shop(directory + "/whole")
    began = time.monotonic()
    whole.bring(path)
    took_s = time.monotonic() - began
    expected = state(whole)
    os.mkdir(directory + "/shop")
    shop = Shop(directory + "/shop")
    empty = state(shop)
    halfway = 0
    for i in range(KILLS):
        acknowledged, ended = kill_at_random(shop, path, dice.uniform(0.25, 0.95) * took_s, dice.uniform(0, 0.1) * took_s if i % 2 else None)
        imports = [x for x in shop.json("import", "list")["imports"] if x["state"] != "undone"]
        told = f"kill {i}, seed {SEED}: {acknowledged} rows acknowledged, {imports}"
        if not imports:
            assert acknowledged == 0 and orders_there(shop.db) == 0, told
            continue
        assert len(imports) == 1, told
        one = imports[0]
        assert one["state"] == ("applied" if ended else one["state"]) and one["state"] in ("applied", "interrupted"), told
        assert acknowledged <= one["rows_done"] == orders_there(shop.db), told
        halfway += 0 < one["rows_done"] < ORDERS
        number = str(one["import_id"])
        if one["state"] == "interrupted":
            shop.zg("verify")
            if i % 2 == 0:
                shop.zg("import", "resume", number)
        if i % 2 == 0:
            assert state(shop) == expected, told
        shop.zg("import", "undo", number)
        assert state(shop) == empty, told
    assert halfway >= KILLS // 7, f"only {halfway} of {KILLS} kills came while rows were going in"
    print(f"# {KILLS} kills, {halfway} with some rows in and some not", flush=True)


def story_killed_undo(directory):
    """a kill during an undo: the next start says so, and undo or resume end right"""
    dice = random.Random(SEED)
    path = made_orders(directory + "/ExportOrderList202003010000.csv", ORDERS)
    shop = Shop(directory)
    empty = state(shop)
    number = str(shop.bring(path)["import_id"])
    whole = state(shop)
    halfway = 0
    for i in range(6):
        process = subprocess.Popen([BINARY, "import", "undo", "--db", shop.db, number], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(dice.uniform(0.02, 0.4))
        process.send_signal(signal.SIGKILL)
        process.wait()
        now = next(x for x in shop.json("import", "list")["imports"] if str(x["import_id"]) == number)["state"]
        halfway += 0 < orders_there(shop.db) < ORDERS
        shop.zg("verify")
        if i % 2 == 1 and now != "undone":
            shop.zg("import", "undo", number)
            now = "undone"
        if now == "interrupted":
            shop.zg("import", "resume", number)
        if now == "undone":
            assert state(shop) == empty
            number = str(shop.bring(path)["import_id"])
        assert state(shop) == whole
    print(f"# 6 kills of an undo, {halfway} with some rows out and some not", flush=True)


def story_full_disk(directory):
    """a disk that is really full: imports beside a serving desk stop and say so, readers go on, and with room again the same desk resumes"""
    if told_as_root(__file__, "story_full_disk"):
        return
    path = made_orders(directory + "/ExportOrderList202003010000.csv", ORDERS)
    with Disk(directory + "/disk", 64) as disk:
        shop = Shop(disk.path)
        whole_dir = directory + "/whole"
        os.mkdir(whole_dir)
        whole = Shop(whole_dir)
        whole.bring(path)
        with shop.desk() as url:
            filler = disk.fill(left=6 * 1024 * 1024)
            _, err = shop.zg("import", "--store", "main", path, code=1)
            assert "full" in err and "resume" in err, err
            shop.zg("today", "--store", "main", "--at", "2020-01-02T15:00:00+08:00")
            assert orders_there(shop.db) == rows_done(shop.db) < ORDERS
            os.unlink(filler)
            until(lambda: shop.json("import", "list")["imports"][0]["state"] == "interrupted", 20, "the interrupted state")
            shop.zg("import", "resume", str(shop.json("import", "list")["imports"][0]["import_id"]))
            assert state(shop) == state(whole)
            assert json.loads(get(url + "/healthz")[1])["status"] == "ok"


def story_failed_sync(directory):
    """a sync that fails under a serving desk: it stops with an exit code, answers nobody with success, and the next start has what it acknowledged"""
    if not shutil.which("strace"):
        raise Skip("strace is not installed")
    shop = Shop(directory)
    small = [shop.write(f"ExportOrderList20200210{i:02}00.csv", [order(str(1000 + i))]) for i in range(20)]
    process = subprocess.Popen(["strace", "-f", "-o", "/dev/null", "-e", "trace=fdatasync", "-e", "inject=fdatasync:error=EIO:when=12+", BINARY, "serve", "--db", shop.db,
                                "--port", "0", "--no-open", "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                               env={**os.environ, "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"})  # no leak check under ptrace
    line = process.stdout.readline()
    if not line:
        raise Skip("strace may not trace here: " + process.stderr.read()[-200:])
    acknowledged = 0
    for path in small:
        got = subprocess.run([BINARY, "import", "--db", shop.db, "--store", "main", path], capture_output=True, timeout=120 * SLOW)
        if got.returncode != 0:
            break
        acknowledged += 1
    assert 0 < acknowledged < len(small), f"the sync failed after {acknowledged} imports"
    try:
        _, err = process.communicate(timeout=60 * SLOW)
    except subprocess.TimeoutExpired:
        process.kill()
        raise AssertionError("the desk did not stop by itself after a failed sync") from None
    assert process.returncode not in (0, None) and len(err.strip().splitlines()) >= 1, (process.returncode, err)
    with shop.desk():
        assert acknowledged <= orders_there(shop.db) <= acknowledged + 1
        shop.zg("verify")
        shop.bring(shop.write("ExportOrderList202002110000.csv", [order("9001")]))


def story_under_load(directory):
    """import and undo from the command line while the desk is under load: no request fails, and the books agree"""
    if not shutil.which("wrk"):
        raise Skip("wrk is not installed")
    path = made_orders(directory + "/ExportOrderList202003010000.csv", ORDERS)
    later = made_orders(directory + "/ExportOrderList202003080000.csv", ORDERS, later=True)
    shop = Shop(directory)
    empty = state(shop)
    with shop.desk() as url:
        seconds = 8  # at most; it ends with the work
        loads = [subprocess.Popen(["wrk", "-t1", "-c8", f"-d{seconds}s", "--timeout", "10s", url + what], stdout=subprocess.PIPE, text=True)
                 for what in ("/healthz", "/api/v1/session")]
        first = shop.bring(path)
        second = shop.bring(later)
        backup = threading.Thread(target=lambda: shop.zg("backup", directory + "/copy.db"))
        backup.start()
        assert first["files"][0]["added"] == ORDERS and second["files"][0]["updated"] > 0, (first, second)
        shop.zg("import", "undo", str(second["import_id"]))
        shop.zg("verify")
        shop.zg("import", "undo", str(first["import_id"]))
        backup.join()
        for load in loads:
            load.send_signal(signal.SIGINT)
        for load in loads:
            out = load.communicate(timeout=120 * SLOW)[0]
            assert "Non-2xx" not in out and "Socket errors" not in out, out
            print("# " + " ".join(line.strip() for line in out.splitlines() if "Requests/sec" in line or "requests in" in line), flush=True)
    assert state(shop) == empty
    zhanggui("restore", "--db", directory + "/restored.db", directory + "/copy.db")
    zhanggui("verify", "--db", directory + "/restored.db")


def story_killed_feeds(directory):
    """kills at random while order events come in over one connection or 16: each that was answered is there, none twice, and the books agree"""
    dice = random.Random(SEED)
    shop = Shop(directory)
    token = shop.json("token", "make", "--store", "main", "--name", "load")["token"]
    body = json.dumps({"id": "e-########", "type": "order", "as_of": "2026-03-01T10:00:00+08:00", "order": {
        "order_no": "K########", "placed_at": "2026-03-01T09:00:00+08:00", "total": "88.00", "status": "paid", "buyer": "b%%%%%%%", "region": "R$$",
        "lines": [{"sku_code": "SKU-@@@@", "title": "tea @@@@", "pieces": 1, "unit": "88.00"}]}})
    first, caught, waited, answered, rounds = 0, False, 0, set(), 12 if "ZG_LONG" in os.environ else 4 if SLOW == 1 else 2
    for i in range(rounds):
        desk = subprocess.Popen([BINARY, "serve", "--db", shop.db, "--port", "0", "--no-open", "--json"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        port = json.loads(desk.stdout.readline())["url"].rsplit(":", 1)[1]
        template, ledger = directory + "/template", directory + f"/ledger{i}"
        with open(template, "w", newline="") as out:
            out.write(f"POST /api/v1/stores/main/events HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n"
                      f"Content-Length: {len(body)}\r\n\r\n{body}")
        again = max(0, first - 200)  # the last ones of the round before, answered or not, are sent again
        load = subprocess.Popen([os.environ["ZG_EVENTS_SEND"], port, ledger, "--connections", "16" if i % 2 else "1", "--template", template, "--from", str(again), "--count", "10000000"],
                                stdout=subprocess.PIPE, text=True)
        time.sleep(dice.uniform(0.5, 2.0) * (1 if SLOW == 1 else 2))
        desk.send_signal(signal.SIGKILL)
        desk.wait()
        told = json.loads(load.communicate(timeout=90)[0])
        raw = pathlib.Path(ledger).read_bytes()
        for k in range(again, len(raw) // 8):
            status, flags = struct.unpack_from("<HH", raw, k * 8)
            assert status in (0, 200, 429, 503), status
            if status == 200:
                assert flags in (1, 2), flags
                answered.add(k)
        shutil.copy(shop.db, directory + "/control.db")  # the control: the same database without its log
        with sqlite3.connect(f"file:{shop.db}?mode=ro", uri=True) as s:
            waited += s.execute("SELECT count(*) FROM feed_inbox").fetchone()[0]
        shop.zg("verify")  # a verb that only reads: what was accepted and waits is taken in first
        with sqlite3.connect(f"file:{shop.db}?mode=ro", uri=True) as s:
            assert s.execute("SELECT count(*) FROM feed_inbox").fetchone()[0] == 0
            there = {int(n[1:]) for n, in s.execute("SELECT order_no FROM orders")}
            events = s.execute("SELECT count(*) FROM event").fetchone()[0]
            ids = s.execute("SELECT count(*) FROM feed_event").fetchone()[0]
        with sqlite3.connect(f"file:{directory}/control.db?immutable=1", uri=True) as s:
            caught = caught or bool(answered - {int(n[1:]) for n, in s.execute("SELECT order_no FROM orders")})
        lost = answered - there
        assert not lost, f"kill {i}, seed {SEED}: {len(lost)} answered events are gone, as {sorted(lost)[:3]}"
        assert events == ids == len(there), f"kill {i}, seed {SEED}: {events} events, {ids} ids, {len(there)} orders"
        first = max(there, default=0) + 1
        print(f"# kill {i}: {told['answered']} answered in this round, {len(there)} orders there, {len(there - answered)} of them never answered", flush=True)
    assert len(answered) > 200 * rounds // SLOW, len(answered)
    print(f"# {waited} answered events waited in the inbox when their desk was killed", flush=True)
    assert caught, "without its log the database lacked nothing that was answered: a lost event would go unseen"


if __name__ == "__main__":
    run_stories(globals())
