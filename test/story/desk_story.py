"""The command line beside a running desk, copies while it serves, and what a kill leaves."""
import json
import os
import re
import signal
import sqlite3
import subprocess
import threading
import time

from story import BINARY, SLOW, Shop, get, made_orders, order, run_stories, serving, until, zhanggui

KILLED_ORDERS = 100000 if SLOW == 1 else 30000  # enough to be killed in the midst


def story_opens(directory):
    """serve prints where it is open and, with no owner, the one-time code; healthz answers; it closes when asked"""
    shop = Shop(directory)
    with serving("serve", "--db", shop.db) as answer:
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+", answer["url"]) and re.search(r"\w{4}-\w{4}-\w{4}", answer["setup_code"]), answer
        status, body = get(answer["url"] + "/healthz")
        health = json.loads(body)
        assert status == 200 and health["status"] == "ok" and health["version"] and health["sqlite"].startswith("3."), health
        status, body = get(answer["url"] + "/")
        assert status == 200 and b"<html" in body.lower()
    with serving("serve", "--db", shop.db) as again:
        assert again["setup_code"] != answer["setup_code"], "a code is made anew each time"


def story_new_database(directory):
    """serve makes the database where there is none"""
    path = directory + "/a/b/shop.db"
    with serving("serve", "--db", path) as answer:
        assert answer["setup_code"]
    assert os.path.exists(path)


def story_beside(directory):
    """import, undo, backup and restore beside a running desk go through it; what needs the desk alone is refused"""
    shop = Shop(directory)
    path = shop.write("ExportOrderList202002101200.csv", [order("1001"), order("1002")])
    empty = shop.state()
    with shop.desk():
        answer = shop.bring(path)
        assert answer["files"][0]["added"] == 2, answer
        assert len(shop.json("orders", "--store", "main")["orders"]) == 2
        one = shop.state()
        shop.zg("import", "--store", "main", directory + "/none.csv", code=1)
        shop.zg("init", "--store", "second", "--name", "S", "--platform", "other", "--currency", "CNY", "--zone", "Asia/Shanghai")
        copy = directory + "/copy.db"
        assert shop.json("backup", copy)["bytes"] > 0
        shop.zg("restore", copy)
        assert shop.state() == one
        _, err = zhanggui("serve", "--db", shop.db, "--port", "0", "--no-open", code=1)
        assert len(err.splitlines()) == 1, err
        shop.zg("import", "undo", str(answer["import_id"]))
        assert shop.state() == empty
        shop.bring(path)
    assert shop.state() == one


def story_backup_under_load(directory):
    """a backup taken while an import runs is whole, and can be restored"""
    shop = Shop(directory)
    path = made_orders(shop.directory / "ExportOrderList202003010000.csv", 40000 // SLOW)
    with shop.desk():
        importing = threading.Thread(target=lambda: shop.bring(path))
        importing.start()
        for i in range(3):
            shop.zg("backup", f"{directory}/copy{i}.db")
            time.sleep(0.1)
        importing.join()
        shop.zg("backup", directory + "/last.db")
    now = shop.state()
    shop.zg("backup", directory + "/last.db", code=1)
    for i in range(3):
        copy = f"{directory}/copy{i}.db"
        assert sqlite3.connect(f"file:{copy}?mode=ro", uri=True).execute("PRAGMA integrity_check").fetchone() == ("ok",)
        zhanggui("restore", "--db", f"{directory}/restored{i}.db", copy)
        zhanggui("verify", "--db", f"{directory}/restored{i}.db")
    shop.bring(shop.write("ExportOrderList202003090000.csv", [order("9001")]))
    assert shop.state() != now
    shop.zg("restore", directory + "/last.db")
    assert shop.state() == now


def story_restore_refuses(directory):
    """restore refuses what is no backup, and changes nothing"""
    shop = Shop(directory)
    shop.bring(shop.write("ExportOrderList202002101200.csv", [order("1001")]))
    before = shop.state()
    shop.zg("backup", directory + "/good.db")
    good = open(directory + "/good.db", "rb").read()
    with sqlite3.connect(directory + "/other.db") as other:
        other.execute("CREATE TABLE t (a)")
    open(directory + "/text.db", "w").write("not a database\n")
    open(directory + "/short.db", "wb").write(good[:len(good) // 2])
    open(directory + "/empty.db", "wb").close()
    with open(directory + "/trigger.db", "wb") as out:
        out.write(good)
    with sqlite3.connect(directory + "/trigger.db") as changed:
        changed.execute("CREATE TRIGGER evil AFTER INSERT ON orders BEGIN DELETE FROM orders; END")
    for name in ("other", "text", "short", "empty", "trigger"):
        out, err = shop.zg("restore", f"{directory}/{name}.db", code=1)
        assert out == "" and len(err.strip().splitlines()) == 1, (name, err)
        assert shop.state() == before, name


def killed_import(shop, path):
    """Starts an import and kills it when some of it is in."""
    process = subprocess.Popen([BINARY, "import", "--db", shop.db, "--store", "main", path], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def begun():
        assert process.poll() is None, "the import ended before it could be killed"
        with sqlite3.connect(f"file:{shop.db}?mode=ro", uri=True) as look:
            return look.execute("SELECT COALESCE(SUM(rows_done), 0) FROM import_file").fetchone()[0] > 0
    until(begun, 60, "the import's first rows")
    process.send_signal(signal.SIGKILL)
    process.wait()


def story_killed(directory):
    """after a kill the next start says what stands, and resume ends where an import without the kill ends"""
    path = made_orders(directory + "/ExportOrderList202003010000.csv", KILLED_ORDERS)
    os.mkdir(directory + "/whole")
    whole = Shop(directory + "/whole")
    whole.bring(path)
    shop = Shop(directory)
    empty = shop.state()
    killed_import(shop, path)
    told = shop.json("import", "list")["imports"][0]
    assert told["state"] == "interrupted" and 0 < told["rows_done"] < told["rows"] == KILLED_ORDERS, told
    shop.zg("verify")
    small = shop.write("ExportOrderList202003020000.csv", [order("9001")])
    _, err = shop.zg("import", "--store", "main", small)
    number = str(told["import_id"])
    assert f"import resume {number}" in err and f"import undo {number}" in err and str(told["rows_done"]) in err, err
    shop.zg("import", "undo", str(told["import_id"] + 1))
    answer = shop.json("import", "resume", number)
    assert answer["files"][0]["rows"] == answer["files"][0]["added"] == KILLED_ORDERS, answer
    assert shop.state() == whole.state()
    shop.zg("import", "undo", number)
    assert shop.state() == empty
    killed_import(shop, path)
    with serving("serve", "--db", shop.db):
        told = shop.json("import", "list")["imports"][0]
        assert told["state"] == "interrupted"
        shop.zg("import", "undo", str(told["import_id"]))
    assert shop.state() == empty


def story_resume_refuses(directory):
    """a file that is no longer what it was cannot be gone on with; undo still can"""
    shop = Shop(directory)
    path = made_orders(directory + "/ExportOrderList202003010000.csv", KILLED_ORDERS)
    empty = shop.state()
    killed_import(shop, path)
    number = str(shop.json("import", "list")["imports"][0]["import_id"])
    made_orders(path, KILLED_ORDERS, seed=2)
    _, err = shop.zg("import", "resume", number, code=1)
    assert len(err.strip().splitlines()) == 1, err
    shop.zg("import", "undo", number)
    assert shop.state() == empty


def story_demo(directory):
    """demo makes the demo shop, opens it, and opens the same one again, also one that an older Zhanggui made"""
    path = directory + "/demo.db"
    with serving("demo", "--db", path) as answer:
        assert "setup_code" not in answer
        _, body = get(answer["url"] + "/api/v1/session")
        session = json.loads(body)
        assert session["demo"] and not session["setup_needed"] and session["demo_logins"], session
    zhanggui("verify", "--db", path)
    first = len(json.loads(zhanggui("orders", "--db", path, "--limit", "0", "--json")[0])["orders"])
    assert first > 1000, first
    began = time.monotonic()
    with serving("demo", "--db", path):
        assert time.monotonic() - began < 5 * SLOW
    with sqlite3.connect(path) as s:  # as it was before the last change of the schema
        (last,) = s.execute("SELECT name FROM schema_migration ORDER BY position DESC LIMIT 1").fetchone()
        assert last == "0101 feed_inbox", f"{last}: take that one back here"
        s.execute("DROP TABLE feed_inbox")
        s.execute("DELETE FROM schema_migration WHERE name = ?", (last,))
    with serving("demo", "--db", path):
        pass
    assert first == len(json.loads(zhanggui("orders", "--db", path, "--limit", "0", "--json")[0])["orders"])


if __name__ == "__main__":
    run_stories(globals())
