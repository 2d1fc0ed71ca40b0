"""Restoring a backup beside a running desk: who asks meanwhile, what is kept, what is refused, what a kill leaves."""
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import threading
import time

from browser import Browser
from story import BINARY, SLOW, Disk, Shop, made_orders, order, run_stories, serving, told_as_root, until, zhanggui

FIRST = [order(str(number)) for number in range(1001, 1041)]
MORE = [order(str(number), placed="2020-02-11 10:00:00", paid="2020-02-11 10:01:00") for number in range(2001, 2031)]


def seen(db):
    """All that a person can see of a database's orders and imports, and that its books agree."""
    orders = json.loads(zhanggui("orders", "--db", db, "--store", "main", "--limit", "0", "--at", "2030-01-01T00:00:00+08:00", "--json")[0])["orders"]
    imports = json.loads(zhanggui("import", "list", "--db", db, "--json")[0])["imports"]
    zhanggui("verify", "--db", db)
    return orders, imports


def as_alone(copy, path):
    """What a copy holds once it is restored where no desk runs."""
    zhanggui("restore", "--db", path, copy)
    return seen(path)


def rows(db, sql):
    connection = sqlite3.connect(f"file:{db}?mode=ro", uri=True)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def two_states(shop, copy):
    """An owner, two sessions and 40 orders in the copy; 30 orders more in the database, and one session ended since: its cookie."""
    with serving("serve", "--db", shop.db) as desk:
        Browser(desk["url"]).setup(desk["setup_code"])
        shop.bring(shop.write("ExportOrderList202002101200.csv", FIRST))
        gone = Browser(desk["url"]).login("王店主")
        shop.zg("backup", copy)
        cookie = gone.cookie
        assert gone.post("/logout").status == 200 and rows(shop.db, "SELECT COUNT(*) FROM session") == [(1,)]
        shop.bring(shop.write("ExportOrderList202002111200.csv", MORE))
    return cookie


class Asker(threading.Thread):
    """Somebody at the page: asks for orders until told to stop, signs in again when asked to, and writes down what was answered."""

    def __init__(self, url):
        super().__init__()
        self.browser, self.counts, self.refused, self.wrong, self.stop = Browser(url).login("王店主"), [], 0, [], False

    def run(self):
        while not self.stop:
            try:
                got = self.browser.get("/stores/main/orders?limit=200")
                if got.status == 401:
                    self.refused += 1
                    self.browser.login("王店主")
                    continue
                count = len(got.json["orders"]) if got.status == 200 else None
                if count not in (40, 70):
                    self.wrong.append((got.status, got.body[:200]))
                self.counts.append(count)
            except Exception as fault:  # whatever it is, the story tells it
                self.wrong.append(repr(fault))
                return


def story_serving(directory):
    """people ask while a backup is put in place: each answer is of the old or the new, everybody signs in again, the old stays beside"""
    shop = Shop(directory)
    copy, aside = directory + "/copy.db", str(shop.db) + ".before-restore"
    ended = two_states(shop, copy)
    old, new = seen(shop.db), as_alone(copy, directory + "/alone.db")
    assert len(old[0]) == 70 and len(new[0]) == 40
    with serving("serve", "--db", shop.db) as desk:
        asking = [Asker(desk["url"]) for _ in range(4)]
        idle = Browser(desk["url"]).login("王店主")
        for asker in asking:
            asker.start()
        until(lambda: all(asker.counts for asker in asking), 20, "the first answers")
        out, _ = shop.zg("restore", copy)
        assert "signs in again" in out, out
        answered = [len(asker.counts) for asker in asking]
        until(lambda: all(len(asker.counts) > before + 5 or asker.wrong for asker, before in zip(asking, answered)), 20, "answers after it")
        for asker in asking:
            asker.stop = True
        for asker in asking:
            asker.join()
        for asker in asking:
            assert not asker.wrong, asker.wrong[:3]
            assert asker.refused == 1 and 70 in asker.counts and 40 in asker.counts, (asker.refused, len(asker.counts))
            after = asker.counts[asker.counts.index(40):]
            assert set(after) == {40}, "the new state stays"
        assert idle.get("/stores").status == 401
        idle.cookie = ended
        assert idle.get("/stores").status == 401, "who was signed out since the copy was made is not in again"
        assert rows(copy, "SELECT COUNT(*) FROM session") == [(2,)], "that session was good when the copy was made"
        assert seen(shop.db) == new
        assert seen(aside) == old
        deeds = [verb for verb, in rows(shop.db, "SELECT verb FROM audit ORDER BY seq")]
        assert deeds.count("restore") == 1 and deeds[deeds.index("restore") - 1] == "backup", deeds
        # the desk goes on with the new content: it reads, it imports, it undoes
        answer = shop.bring(shop.write("ExportOrderList202002121200.csv", MORE))
        assert answer["files"][0]["added"] == 30, answer
        shop.zg("import", "undo", str(answer["import_id"]))
        # and back again
        shop.zg("restore", aside)
        assert seen(shop.db)[0] == old[0] and len(seen(aside)[0]) == 40
        left = [name for name in os.listdir(directory) if "part" in name]
        assert not left, left
        assert os.stat(aside).st_mode & 0o777 == 0o600
    assert seen(shop.db)[0] == old[0]


def story_refuses(directory):
    """what is no backup of ours is refused beside a running desk too, and nobody has to sign in again"""
    shop = Shop(directory)
    two_states(shop, directory + "/good.db")
    good = open(directory + "/good.db", "rb").read()
    with sqlite3.connect(directory + "/other.db") as other:
        other.execute("CREATE TABLE t (a)")
    open(directory + "/text.db", "w").write("not a database\n")
    open(directory + "/short.db", "wb").write(good[:len(good) // 2])
    for name, change in (("trigger", "CREATE TRIGGER evil AFTER INSERT ON orders BEGIN DELETE FROM orders; END"),
                         ("view", "CREATE VIEW v AS SELECT 1"),
                         ("newer", "INSERT INTO schema_migration VALUES ((SELECT MAX(position) + 1 FROM schema_migration), 'later')")):
        shutil.copy(directory + "/good.db", f"{directory}/{name}.db")
        with sqlite3.connect(f"{directory}/{name}.db") as changed:
            changed.execute(change)
    before = seen(shop.db)
    with serving("serve", "--db", shop.db) as desk:
        browser = Browser(desk["url"]).login("王店主")
        for name in ("other", "text", "short", "trigger", "view", "newer", "none"):
            out, err = shop.zg("restore", f"{directory}/{name}.db", code=1)
            assert out == "" and len(err.strip().splitlines()) == 1, (name, err)
            assert seen(shop.db) == before and browser.get("/stores").status == 200, name
        _, err = shop.zg("restore", shop.db, code=1)
        assert len(err.strip().splitlines()) == 1
        assert not os.path.exists(str(shop.db) + ".before-restore")


def story_uploads(directory):
    """files that nobody imported go after a day also when a restore forgot their rows; a row of a backup from elsewhere removes no file"""
    shop = Shop(directory)
    copy, precious = directory + "/copy.db", directory + "/precious.txt"
    two_states(shop, copy)
    open(precious, "w").write("kept\n")
    with sqlite3.connect(copy) as changed:
        changed.execute("INSERT INTO upload (merchant_id, upload_id, store_id, name, path, bytes, user_id, created_at_ms) VALUES (1, 1, 1, 'a.csv', ?, 5, 1, 1)",
                        (precious,))
    files = str(shop.db) + ".files"

    def kept():
        return sorted(os.listdir(files))
    with serving("serve", "--db", shop.db) as desk:
        browser = Browser(desk["url"]).login("王店主")
        for _ in range(2):
            assert browser.upload("main", "a.csv", b"x,y\r\n1,2\r\n").status == 201
        shop.zg("restore", copy)
        assert browser.login("王店主").upload("main", "b.csv", b"x,y\r\n1,2\r\n").status == 201
    assert len(kept()) == 3
    ours, = rows(shop.db, "SELECT path FROM upload WHERE upload_id > 1")
    forgotten = [name for name in kept() if name != os.path.basename(ours[0])]
    for name in (forgotten[0], os.path.basename(ours[0])):
        os.utime(f"{files}/{name}", (1, 1))
    with serving("serve", "--db", shop.db):
        until(lambda: forgotten[0] not in kept() and not rows(shop.db, "SELECT 1 FROM upload WHERE upload_id = 1"), 20, "the old file's end")
        assert forgotten[1] in kept() and os.path.basename(ours[0]) in kept() and os.path.exists(precious)


def story_page_size(directory):
    """a copy with pages of another size is built anew before it is put in place"""
    shop = Shop(directory)
    copy = directory + "/copy.db"
    two_states(shop, copy)
    new = as_alone(copy, directory + "/alone.db")
    changed = sqlite3.connect(copy, isolation_level=None)
    for sql in ("PRAGMA journal_mode=DELETE", "PRAGMA page_size=1024", "VACUUM"):
        changed.execute(sql)
    changed.close()
    assert rows(copy, "PRAGMA page_size") == [(1024,)]
    with serving("serve", "--db", shop.db):
        shop.zg("restore", copy)
        assert seen(shop.db) == new
        assert rows(shop.db, "PRAGMA page_size") != [(1024,)]


def story_imports(directory):
    """a restore waits for no import and stops none; an import that ran when the copy was made is interrupted in it"""
    shop = Shop(directory)
    many = 300000 if SLOW == 1 else 80000  # some seconds of import: the copy and the refusal fall into it on a quick machine, too
    big = made_orders(directory + "/ExportOrderList202003010000.csv", many)
    with serving("serve", "--db", shop.db):
        shop.zg("backup", directory + "/empty.db")
        importing = threading.Thread(target=lambda: shop.bring(big))
        importing.start()
        while not shop.json("import", "list")["imports"]:
            time.sleep(0.02)
        shop.zg("backup", directory + "/during.db")
        _, err = shop.zg("restore", directory + "/empty.db", code=1)
        assert "import" in err.lower() and len(err.strip().splitlines()) == 1, err
        importing.join()
        told = shop.json("import", "list")["imports"][0]
        assert told["state"] == "applied" and told["rows_done"] == many, told
        shop.zg("restore", directory + "/during.db")
        told = shop.json("import", "list")["imports"][0]
        assert told["state"] == "interrupted" and told["rows_done"] < told["rows"] == many, told
        shop.zg("verify")
        answer = shop.json("import", "resume", str(told["import_id"]))
        assert answer["files"][0]["rows"] == many, answer
        shop.zg("verify")


def story_killed(directory):
    """the desk is killed at any moment of a restore: the next start finds the old or the new, and a whole copy of the old if any"""
    shop = Shop(directory)
    copy, aside = directory + "/copy.db", str(shop.db) + ".before-restore"
    shop.bring(made_orders(directory + "/ExportOrderList202003010000.csv", 12000 if SLOW == 1 else 4000))
    shop.zg("backup", copy)
    shop.bring(made_orders(directory + "/ExportOrderList202003090000.csv", 9000 if SLOW == 1 else 3000, seed=2))
    shop.zg("backup", directory + "/old.db")
    old, new = as_alone(directory + "/old.db", directory + "/alone.db"), as_alone(copy, directory + "/alone2.db")
    assert old != new
    chance, ends, took_s = random.Random(20261122), {"old": 0, "new": 0}, None
    for i in range(10):
        if i:
            shutil.copy(directory + "/alone.db", shop.db)
            for suffix in ("-wal", "-shm", ".before-restore"):
                if os.path.exists(str(shop.db) + suffix):
                    os.remove(str(shop.db) + suffix)
        process = subprocess.Popen([BINARY, "serve", "--db", shop.db, "--port", "0", "--no-open", "--json"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        assert process.stdout.readline()
        began = time.monotonic()
        restore = subprocess.Popen([BINARY, "restore", "--db", shop.db, copy], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if took_s is None:
            assert restore.wait(timeout=120 * SLOW) == 0
            took_s = time.monotonic() - began
        else:
            time.sleep(chance.uniform(0.05, 0.95) * took_s)
        process.send_signal(signal.SIGKILL)
        process.wait()
        done = restore.wait(timeout=60 * SLOW) == 0
        with serving("serve", "--db", shop.db):
            now = seen(shop.db)
        assert now[0] in (old[0], new[0]), "neither the old nor the new"
        which = "new" if now[0] == new[0] else "old"
        ends[which] += 1
        assert which == "new" or not done, "what was said to be done is not"
        if os.path.exists(aside):
            assert seen(aside)[0] == old[0]
        else:
            assert which == "old"
        left = [name for name in os.listdir(directory) if "part" in name]
        assert not left, left
    print(f"# a restore of {took_s * 1000:.0f} ms, killed at random: {ends}")
    assert ends["new"] >= 1 and ends["old"] >= 1, ends


def story_full_disk(directory):
    """with too little room for any step of a restore nothing has changed, nothing is left over and the desk goes on"""
    if told_as_root(__file__, "story_full_disk"):
        return
    with Disk(directory + "/disk", 64) as disk:
        shop = Shop(disk.path)
        copy = directory + "/copy.db"
        shop.bring(made_orders(directory + "/ExportOrderList202003010000.csv", 4000))
        shop.zg("backup", copy)
        shop.bring(shop.write("ExportOrderList202002111200.csv", MORE))
        old, new, size = seen(shop.db), as_alone(copy, directory + "/alone.db"), os.path.getsize(copy)
        refused = 0
        with serving("serve", "--db", shop.db) as desk:
            for tenths in range(1, 50, 4):
                filler = disk.fill(left=size * tenths // 10)
                try:
                    shop.zg("restore", copy)
                    break
                except AssertionError as told:
                    assert "room" in str(told) or "full" in str(told), told
                refused += 1
                os.unlink(filler)
                assert seen(shop.db) == old, tenths
                assert not [name for name in os.listdir(disk.path) if "part" in name]
                shop.zg("init", "--store", f"after{tenths}", "--name", "S", "--platform", "other", "--currency", "CNY", "--zone", "Asia/Shanghai")
            assert refused >= 4, refused
            os.unlink(filler)
            assert seen(shop.db) == new and Browser(desk["url"]).get("!/healthz").status == 200
    print(f"# {refused} restores of {size} bytes refused for want of room", flush=True)


if __name__ == "__main__":
    run_stories(globals())
