"""Feeds: events by token, signed webhooks, the watched folder; who is let in, what is taken once, what is told of silence and of refusals."""
import base64
import contextlib
import hashlib
import hmac
import http.client
import json
import os
import pathlib
import sqlite3
import stat
import threading
import time
import urllib.parse

from browser import Browser
from story import CLOSED, PAID, SLOW, UNPAID, Shop, order, run_stories, serving, until

NOW = "2026-03-01T10:00:00+08:00"


class Sender:
    """A program that sends: no cookies, no origin, one connection kept."""

    def __init__(self, url, store="main"):
        parts = urllib.parse.urlsplit(url)
        self.connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60 * SLOW)
        self.base = f"/api/v1/stores/{store}"

    def send(self, path, body, headers):
        data = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        self.connection.request("POST", self.base + path, data, {"Content-Type": "application/json", **headers})
        got = self.connection.getresponse()
        text = got.read()
        return got.status, json.loads(text), dict(got.getheaders())

    def events(self, token, events):
        status, answer, _ = self.send("/events", {"events": events}, {"Authorization": f"Bearer {token}"})
        return status, answer


def mac(secret, data):
    return base64.b64encode(hmac.new(secret, data, hashlib.sha256).digest()).decode()


def standard(secret, body, number="msg_1", at=None):
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    stamp = str(int(time.time() if at is None else at))
    signed = mac(base64.b64decode(secret[6:]), f"{number}.{stamp}.".encode() + data)
    return data, {"webhook-id": number, "webhook-timestamp": stamp, "webhook-signature": "v1," + signed}


def told(number, as_of=NOW, **more):
    return {"order_no": number, "placed_at": "2026-03-01T09:00:00+08:00", "total": "88.00", "status": "unpaid", "buyer": f"茶友{number}", **more}


def event(number, as_of=NOW, event_id=None, **more):
    return {"id": event_id or f"e-{number}", "type": "order", "as_of": as_of, "order": told(number, **more)}


def counts(db, table="orders"):
    with sqlite3.connect(f"file:{db}?mode=ro", uri=True) as s:
        return s.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0]


def feeds(shop):
    return {f["source"]: f for f in shop.json("feed", "list", "--store", "main")["feeds"]}


def story_events(directory):
    """a token lets a program in, each event is taken once, a bad one spoils no other, and the answer comes after the commit"""
    shop = Shop(directory)
    with shop.desk() as url:
        made = shop.json("token", "make", "--store", "main", "--name", "our web shop")
        token = made["token"]
        assert token.startswith("zgt_") and len(token) > 40
        sender = Sender(url)
        status, answer = sender.events(token, [event("A-1"), event("A-2"), {"id": "x", "type": "nothing"}, event("A-3", event_id="e-A-1"),
                                               event("A-4", totl="1"), event("A-5", total="many"), {"id": "p", "type": "ping"}])
        assert status == 200 and (answer["accepted"], answer["duplicates"]) == (3, 1), answer
        assert [(r["index"], r["code"]) for r in answer["refused"]] == [(2, "type"), (4, "unknown-field"), (5, "bad-money")], answer
        assert all(r["en"] and r["zh"] and r["id"] for r in answer["refused"])
        assert {o["order"] for o in shop.json("orders", "--store", "main", "--limit", "0")["orders"]} == {"A-1", "A-2"}
        status, answer, _ = sender.send("/events", event("B-1"), {"Authorization": f"Bearer {token}"})  # one event without a list
        assert status == 200 and answer["accepted"] == 1
        # The order of arrival means nothing: what was true later counts.
        sender.events(token, [event("A-1", "2026-03-01T12:00:00+08:00", "later", status="paid", paid_at="2026-03-01T11:00:00+08:00")])
        sender.events(token, [event("A-1", "2026-03-01T10:30:00+08:00", "between", status="closed")])
        states = {o["order"]: o["state"] for o in shop.json("orders", "--store", "main", "--limit", "0")["orders"]}
        assert states["A-1"] == "to_ship", states
        # Who may not.
        for headers in ({}, {"Authorization": "Bearer zgt_" + "A" * 43}, {"Authorization": token}, {"Authorization": f"Bearer {token}x"},
                        {"Authorization": f"Bearer {token[:-1]}"}, {"Cookie": "zg_session=" + "A" * 43}):
            status, answer, _ = sender.send("/events", {"events": [event("C-1")]}, headers)
            assert status == 401 and answer["error"]["code"] == "token", (headers, status, answer)
        status, answer, _ = Sender(url, "other").send("/events", {"events": [event("C-1")]}, {"Authorization": f"Bearer {token}"})
        assert status == 401 and answer["error"]["code"] == "token", "which stores there are is not told"
        for body, want in ((b"{", 422), (b"[]", 422), (b'{"events":[]}', 422), (b'{"events":' + b"[" * 100 + b"]" * 100 + b"}", 422),
                           (b'{"events":[' + b"{}," * 1000 + b"{}]}", 422)):
            status, answer, _ = sender.send("/events", body, {"Authorization": f"Bearer {token}"})
            assert status == want, (body[:40], status, answer)
        status, _, _ = sender.send("/events", b"x" * (1024 * 1024 + 1), {"Authorization": f"Bearer {token}"})
        assert status == 413
        assert "C-1" not in {o["order"] for o in shop.json("orders", "--store", "main", "--limit", "0")["orders"]}
        # Revoked is revoked at once, also by the command line beside the desk.
        shop.zg("token", "revoke", "--store", "main", str(made["id"]))
        assert Sender(url).events(token, [event("C-2")])[0] == 401
        assert shop.json("token", "list", "--store", "main")["tokens"] == []
        told_of = feeds(shop)["events"]
        assert told_of["accepted"] == 6 and told_of["duplicates"] == 1 and not told_of["on"], told_of
        until(lambda: feeds(shop)["events"]["refused"] == 6, 10, "refusals in the books")
    # The token itself is nowhere in what is kept.
    for path in pathlib.Path(directory).rglob("*"):
        if path.is_file():
            assert token[4:].encode() not in path.read_bytes(), path
    shop.zg("verify")


def story_answered_is_seen(directory):
    """an event that comes alone is accepted first and taken in later; whoever looks after its answer, the page or a verb, sees it all the same"""
    shop = Shop(directory)
    with serving("serve", "--db", shop.db) as desk:
        url = desk["url"]
        owner = Browser(url).setup(desk["setup_code"])
        token = shop.json("token", "make", "--store", "main", "--name", "one by one")["token"]
        sender, waited = Sender(url), 0
        for i in range(40):
            status, answer = sender.events(token, [event(f"S-{i}")])
            assert status == 200 and answer["accepted"] == 1, answer
            waited += counts(shop.db, "feed_inbox")
            if i % 10 == 9:
                assert f"S-{i}" in {o["order"] for o in shop.json("orders", "--store", "main", "--limit", "0")["orders"]}, i
            else:
                assert owner.get(f"/stores/main/orders/S-{i}").status == 200, i
        assert waited > 0, "none was only accepted when it was looked for"
        assert sender.events(token, [event("S-1")])[1]["duplicates"] == 1
        assert feeds(shop)["events"]["accepted"] == 40


def story_shown_once(directory):
    """a token and a secret that are made stand on a line of their own, in either language, so that they can be copied"""
    shop = Shop(directory)
    for lang in ("en", "zh"):
        token = shop.zg("token", "make", "--store", "main", "--name", "program", lang=lang)[0].splitlines()
        secret = shop.zg("feed", "secret", "--store", "main", "--source", "standard", "--made", lang=lang)[0].splitlines()
        assert len(token) == 2 and token[0].startswith("zgt_") and " " not in token[0], lang
        assert len(secret) == 2 and secret[0].startswith("whsec_") and " " not in secret[0], lang


def story_overload(directory):
    """more than the desk can hold: what it cannot take now is told so at once and when to come again, what it took is there, and soon all is"""
    shop = Shop(directory)
    token = shop.json("token", "make", "--store", "main", "--name", "x")["token"]
    batches = [[event(f"O-{b}-{i}") for i in range(500)] for b in range(48)]
    bodies = [json.dumps({"events": events}).encode() for events in batches]
    with shop.desk() as url, contextlib.closing(sqlite3.connect(shop.db, isolation_level=None)) as other:
        outcomes, slowest = [None] * len(batches), [0.0] * len(batches)

        def one(b):
            began = time.monotonic()
            outcomes[b] = Sender(url).send("/events", bodies[b], {"Authorization": f"Bearer {token}"})
            slowest[b] = time.monotonic() - began
        threads = [threading.Thread(target=one, args=(b,)) for b in range(len(batches))]
        other.execute("BEGIN IMMEDIATE")  # the writer waits for this one, up to five seconds
        for t in threads:
            t.start()
        end = time.monotonic() + 4
        while not any(o and o[0] == 429 for o in outcomes) and time.monotonic() < end:
            time.sleep(0.02)
        other.execute("ROLLBACK")
        for t in threads:
            t.join()
        shed = [b for b, (status, *_) in enumerate(outcomes) if status == 429]
        assert {o[0] for o in outcomes} == {200, 429} and len(shed) < len(batches), [o[0] for o in outcomes]
        assert all(int(outcomes[b][2]["Retry-After"]) >= 1 and outcomes[b][1]["error"]["code"] == "busy" for b in shed)
        there = counts(shop.db)
        assert there == 500 * (len(batches) - len(shed)), "what was shed left nothing, what was taken is whole"
        began = time.monotonic()
        for b in shed:
            while Sender(url).events(token, batches[b])[0] == 429:
                time.sleep(0.2)
        took = time.monotonic() - began
        assert counts(shop.db) == 500 * len(batches) and took < 30 * SLOW
        assert Sender(url).events(token, [event("after")])[1]["accepted"] == 1
    print(f"# {len(shed)} of {len(batches)} batches were shed; all were in {took:.1f} s later", flush=True)
    shop.zg("verify")


def story_webhooks(directory):
    """Standard Webhooks, Shopify and WooCommerce: what is signed is taken, once; what is not is refused and told, and nothing of it is kept"""
    shop = Shop(directory)
    shopify_secret, woo_secret = "shpss_0123456789abcdef", "wc secret"[:2] + "-0123456789abcdef"
    with serving("serve", "--db", shop.db) as desk:
        url = desk["url"]
        owner = Browser(url).setup(desk["setup_code"])
        secret = owner.post("/stores/main/secrets", {"source": "standard"}).json["secret"]
        assert secret.startswith("whsec_")
        for source, text in (("shopify", shopify_secret), ("woocommerce", woo_secret)):
            got = owner.post("/stores/main/secrets", {"source": source, "secret": text})
            assert got.status == 201 and got.json["secret"] is None, got.body
        sender = Sender(url)

        def hook(source, data, headers, want=200):
            status, answer, _ = sender.send(f"/webhooks/{source}", data, headers)
            assert status == want, (source, status, answer)
            return answer

        body = {"type": "order.created", "timestamp": NOW, "data": told("S-1")}
        data, headers = standard(secret, body)
        assert hook("standard", data, headers) == {"accepted": 1, "duplicates": 0, "refused": []}
        assert hook("standard", data, headers)["duplicates"] == 1
        again = standard(secret, body, "msg_1", time.time() - 60)  # a retry has the same id and another time
        assert hook("standard", *again)["duplicates"] == 1
        for name in headers:  # each header removed or changed: 401, no row
            hook("standard", data, {k: v for k, v in headers.items() if k != name}, 401)
            hook("standard", data, {**headers, name: headers[name][:-2] + ("AA" if headers[name][-2:] != "AA" else "BB")}, 401)
        hook("standard", *standard(secret, {**body, "data": told("S-2")}, "msg_2", time.time() - 301), want=401)
        hook("standard", *standard(secret, {**body, "data": told("S-2")}, "msg_2", time.time() + 310), want=401)
        hook("standard", data[:-1], headers, 401)
        hook("standard", data + b" ", headers, 401)
        shopify = {"id": 1, "order_number": 1001, "name": "#1001", "email": "jon@example.com", "created_at": "2026-03-01T08:00:00+08:00",
                   "updated_at": "2026-03-01T09:00:00+08:00", "currency": "CNY", "total_price": "10.00", "financial_status": "pending",
                   "line_items": [{"sku": "T", "name": "Tea", "quantity": 1, "price": "10.00"}]}
        data = json.dumps(shopify).encode()
        head = {"X-Shopify-Hmac-Sha256": mac(shopify_secret.encode(), data), "X-Shopify-Topic": "orders/create", "X-Shopify-Webhook-Id": "w1"}
        assert hook("shopify", data, head)["accepted"] == 1
        assert hook("shopify", data, {**head, "X-Shopify-Webhook-Id": "w2"})["duplicates"] == 1, "the id is not signed: the body is"
        hook("shopify", data.replace(b"10.00", b"11.00"), head, 401)
        hook("shopify", data, {**head, "X-Shopify-Hmac-Sha256": mac(b"another", data)}, 401)
        hook("woocommerce", data, {"X-WC-Webhook-Signature": head["X-Shopify-Hmac-Sha256"]}, 401)
        trial = json.dumps({**shopify, "name": "#9999", "test": True}).encode()
        assert hook("shopify", trial, {"X-Shopify-Hmac-Sha256": mac(shopify_secret.encode(), trial)})["accepted"] == 1, "a try says that the way is open"
        other = json.dumps({"id": 5, "title": "Tea"}).encode()  # a product: signed, but no order
        assert hook("shopify", other, {"X-Shopify-Hmac-Sha256": mac(shopify_secret.encode(), other)})["refused"][0]["code"] == "type"
        hook("woocommerce", b"webhook_id=12", {"Content-Type": "application/x-www-form-urlencoded"})
        woo = {"id": 7, "number": "7001", "status": "processing", "currency": "CNY", "date_created_gmt": "2026-03-01T01:00:00",
               "date_modified_gmt": "2026-03-01T01:05:00", "date_paid_gmt": "2026-03-01T01:04:00", "total": "29.35", "line_items": [], "billing": {"email": "ada@example.com"}}
        data = json.dumps(woo).encode()
        assert hook("woocommerce", data, {"X-WC-Webhook-Signature": mac(woo_secret.encode(), data)})["accepted"] == 1
        hook("nothing", data, {}, 404)
        assert {o["order"]: o["state"] for o in shop.json("orders", "--store", "main", "--limit", "0")["orders"]} == {"S-1": "unpaid", "#1001": "unpaid", "7001": "to_ship"}
        # A secret is changed over without a gap: both hold until the old one is removed.
        second = owner.post("/stores/main/secrets", {"source": "standard"}).json
        assert owner.post("/stores/main/secrets", {"source": "standard"}).status == 422, "an old and a new one, no third"
        hook("standard", *standard(secret, {**body, "data": told("S-3")}, "msg_3"))
        hook("standard", *standard(second["secret"], {**body, "data": told("S-4")}, "msg_4"))
        assert owner.post("/stores/main/secrets/revoke", {"source": "standard", "id": 1}).status == 200
        hook("standard", *standard(secret, {**body, "data": told("S-5")}, "msg_5"), want=401)
        hook("standard", *standard(second["secret"], {**body, "data": told("S-6")}, "msg_6"))
        until(lambda: len(owner.get("/stores/main/feeds").json["refused"]) >= 15, 10, "refusals on the page")
        page = owner.get("/stores/main/feeds").json
        assert {r["code"] for r in page["refused"]} >= {"signature", "type", "out-of-time", "unsigned"} - {"type"}, page["refused"]
        assert page["last"][0]["order"] == "S-6" and not page["last"][0]["duplicate"], page["last"][:2]
        today = owner.get("/stores/main/today").json["feeds"]
        assert {f["source"]: f["state"] for f in today} == {"standard": "live", "shopify": "live", "woocommerce": "live"}, today
        people = owner.get("/stores/main/feeds").body.decode()
        assert "茶友" not in people and "example.com" not in people, "nothing personal on this page"
    key = pathlib.Path(str(shop.db) + ".key")
    assert stat.S_IMODE(key.stat().st_mode) == 0o600 and key.stat().st_size == 32
    for path in pathlib.Path(directory).rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            for text in (second["secret"], shopify_secret, woo_secret):
                assert text.encode() not in content and base64.b64decode(second["secret"][6:]) not in content, (path, text)
    # Without its key file the database tells nobody how to sign, and takes nothing.
    os.rename(key, str(key) + ".away")
    with shop.desk() as url:
        status, answer, _ = Sender(url).send("/webhooks/standard", *standard(second["secret"], {**body, "data": told("S-7")}, "msg_7"))
        assert status == 401, answer
    os.rename(str(key) + ".away", key)
    os.chmod(key, 0o644)  # a key that others may read is none
    with shop.desk() as url:
        assert Sender(url).send("/webhooks/standard", *standard(second["secret"], {**body, "data": told("S-7")}, "msg_7"))[0] == 401
    os.chmod(key, 0o600)
    with shop.desk() as url:
        assert Sender(url).send("/webhooks/standard", *standard(second["secret"], {**body, "data": told("S-7")}, "msg_7"))[0] == 200
    shop.zg("verify")


def story_restored(directory):
    """a restore under a desk that takes events: who could send and what was taken are those of the copy at once, and the books agree"""
    shop = Shop(directory)
    copy = directory + "/copy.db"
    with shop.desk() as url:
        first = shop.json("token", "make", "--store", "main", "--name", "first")["token"]
        sender = Sender(url)
        assert sender.events(first, [event("R-1")])[1]["accepted"] == 1
        shop.zg("backup", copy)
        second = shop.json("token", "make", "--store", "main", "--name", "second")["token"]
        assert sender.events(second, [event("R-2"), event("R-3")])[1]["accepted"] == 2
        shop.zg("restore", copy)
        assert sender.events(second, [event("R-4")])[0] == 401, "a token of after the copy"
        status, answer = sender.events(first, [event("R-1"), event("R-2")])
        assert (status, answer["accepted"], answer["duplicates"]) == (200, 1, 1), "what the copy did not have is taken again"
        assert {o["order"] for o in shop.json("orders", "--store", "main", "--limit", "0")["orders"]} == {"R-1", "R-2"}
    shop.zg("verify")


def story_silence(directory):
    """each feed has an age and a limit: past it the feed is dark, and Today and the list say so in both languages"""
    shop = Shop(directory)
    shop.json("token", "make", "--store", "main", "--name", "x")
    assert feeds(shop)["events"]["state"] == "waiting" and feeds(shop)["events"]["limit_s"] == 6 * 3600
    shop.zg("feed", "limit", "--store", "main", "--source", "events", "--minutes", "4", code=2)
    shop.zg("feed", "limit", "--store", "main", "--source", "events", "--minutes", "5")
    with sqlite3.connect(shop.db) as s:  # five minutes pass
        s.execute("UPDATE feed SET made_at_ms = made_at_ms - 301000")
    dark = feeds(shop)["events"]
    assert dark["state"] == "dark" and "nothing has come" in dark["reason"]["en"] and "还没有收到" in dark["reason"]["zh"], dark
    assert shop.json("today", "--store", "main")["feeds"][0]["state"] == "dark"
    with sqlite3.connect(shop.db) as s:
        s.execute("UPDATE feed SET last_at_ms = made_at_ms")
    dark = feeds(shop)["events"]
    assert dark["state"] == "dark" and dark["age_s"] >= 301 and "silent for" in dark["reason"]["en"], dark
    out, _ = shop.zg("feed", "list", "--store", "main", lang="zh")
    assert "没有消息" in out, out


def dropped(folder, name, rows, encoding="utf-8"):
    from story import csv_text
    path = folder / name
    path.write_bytes(csv_text(rows).encode(encoding))
    return path


def story_folder(directory):
    """a file that is dropped is imported when it is whole; a refused one lies beside its reason; links are left alone; a restart goes on"""
    shop = Shop(directory)
    folder = pathlib.Path(shop.json("feed", "folder", "--store", "main")["folder"])
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700 and folder.parent.name == "shop.db.inbox"
    rows = [order(f"55{i:04}", PAID if i % 2 else UNPAID) for i in range(40)]
    outside = pathlib.Path(directory) / "outside.csv"
    from story import csv_text
    outside.write_bytes(csv_text([order("999999")]).encode())
    with shop.desk() as url:
        whole = csv_text(rows).encode()
        growing = folder / "ExportOrderList202002101200.csv"
        with open(growing, "wb") as out:  # half of it, then more and more: not taken before it is whole
            for i in range(0, len(whole), len(whole) // 6 + 1):
                out.write(whole[i:i + len(whole) // 6 + 1])
                out.flush()
                assert counts(shop.db) == 0 and growing.exists(), "a file was taken that still grew"
                time.sleep(1.1)
        os.symlink(outside, folder / "link.csv")
        (folder / "half.csv.part").write_bytes(whole)
        (folder / "picture.csv").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(64))
        until(lambda: (folder / "done" / growing.name).exists(), 30, "the file in done/")
        until(lambda: (folder / "refused" / "picture.csv.reason.txt").exists(), 30, "the reason of the refused one")
        assert counts(shop.db) == 40
        reason = (folder / "refused" / "picture.csv.reason.txt").read_text()
        assert "PNG" in reason and "图片" in reason, reason
        before = shop.state()
        dropped(folder, growing.name, rows)  # the same again
        until(lambda: len(list((folder / "done").iterdir())) == 2, 30, "the second copy in done/")
        assert shop.state() == before
        time.sleep(1.5)
        assert (folder / "link.csv").is_symlink() and (folder / "half.csv.part").exists() and "999999" not in {o["order"] for o in before[0]}
        told = feeds(shop)["folder"]
        assert (told["state"], told["accepted"], told["refused"]) == ("live", 2, 1), told
        assert [i["state"] for i in shop.json("import", "list", "--store", "main")["imports"]] == ["applied", "applied"]
    # Closed, then dropped, then opened: taken. And one that a crash left in taken/.
    # Among more names than are kept at a time, and the older one first whatever it is called.
    for i in range(600):
        (folder / f"nothing{i}.csv").touch()
    now = time.time()
    os.utime(dropped(folder, "ExportOrderList202002111200.csv", [order("560001")]), (now - 100, now - 100))
    os.utime(dropped(folder, "ExportOrderList202002110900.csv", [order("560004")]), (now - 50, now - 50))
    (folder / "taken").mkdir(exist_ok=True)
    dropped(folder / "taken", "ExportOrderList202002111300.csv", [order("560002")])
    with shop.desk():
        until(lambda: counts(shop.db) == 43, 30, "all three files")
        until(lambda: len(list((folder / "done").iterdir())) == 5, 30, "all three in done/")
        assert shop.json("orders", "--store", "main", "560004")["sources"][0]["import_id"] > shop.json("orders", "--store", "main", "560001")["sources"][0]["import_id"]
        shop.zg("feed", "folder", "--store", "main", "--off")
        dropped(folder, "ExportOrderList202002121200.csv", [order("560003")])
        time.sleep(6)
        assert counts(shop.db) == 43, "a folder that is off is left alone"
    shop.zg("feed", "folder", "--store", "main", "relative/path", code=1)
    shop.zg("verify")


def story_folder_restart(directory):
    """a desk killed in the middle of a dropped file: the next start goes on with that import, and each row is in once"""
    from story import made_orders
    shop = Shop(directory)
    folder = pathlib.Path(shop.json("feed", "folder", "--store", "main")["folder"])
    path = made_orders(directory + "/ExportOrderList202003010000.csv", 120000)
    import signal
    import subprocess
    from story import BINARY
    desk = subprocess.Popen([BINARY, "serve", "--db", shop.db, "--port", "0", "--no-open", "--json"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    desk.stdout.readline()
    os.rename(path, folder / "ExportOrderList202003010000.csv")

    def done():
        with sqlite3.connect(f"file:{shop.db}?mode=ro", uri=True) as s:
            return s.execute("SELECT COALESCE(SUM(rows_done), 0) FROM import_file").fetchone()[0]
    until(lambda: done() > 0, 60, "the first rows")
    desk.send_signal(signal.SIGKILL)
    desk.wait()
    halfway = done()
    with shop.desk():
        until(lambda: (folder / "done" / "ExportOrderList202003010000.csv").exists(), 120, "the file in done/")
        imports = shop.json("import", "list", "--store", "main")["imports"]
        assert len(imports) == 1 and imports[0]["state"] == "applied" and imports[0]["rows_done"] == 120000, imports
    assert counts(shop.db) == 120000
    print(f"# killed after {halfway} of 120,000 rows", flush=True)
    shop.zg("verify")


if __name__ == "__main__":
    run_stories(globals())
