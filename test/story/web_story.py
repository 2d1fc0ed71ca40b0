"""The desk's API: who may do what, what each may see, forged and foreign requests, set-up, login, sessions, files on their way in."""
import concurrent.futures
import csv
import io
import json
import os
import pathlib
import re
import signal
import socket
import sqlite3
import statistics
import subprocess
import time
import zipfile

from browser import PASSWORD, ROLES, Browser, staff
from story import BINARY, PAID, SLOW, UNPAID, Shop, csv_text, order, run_stories, serving, until, zhanggui

# Strings that occur nowhere else, one a field of a person; HEADER's order.
CANARY = {"buyer": "kanarienvogel_nick", "note": "kanarien remark", "name": "金丝雀甲", "address": "浙江省 杭州市 金丝雀路42号(310000)",
          "phone": "13900004242"}
MONEY = 4242.42


def canary_order(number="777001", status=UNPAID, placed="2020-02-10 10:00:00", paid=""):
    return [number, CANARY["buyer"], str(MONEY), "0.00", str(MONEY), str(MONEY) if paid else "0.00", status, CANARY["note"], CANARY["name"],
            CANARY["address"], "'" + CANARY["phone"], placed, paid, "保温杯", "1", "0.00"]


def fill(path):
    """A described path with parameters that name something or nothing."""
    return path.replace("{store}", "main").replace("{order}", "777001").replace("{id}", "1").replace("{source}", "standard")


def routes(browser):
    """(method, path, roles or None when public) as the desk's own document tells; its table is held against the document by a unit test."""
    for path, operations in browser.get("/openapi.json").json["paths"].items():
        for method, operation in operations.items():
            yield method.upper(), path, operation.get("x-roles")


def tables(db):
    """Every table but the uses of sessions, to see that nothing changed."""
    connection = sqlite3.connect(f"file:{db}?mode=ro", uri=True)
    names = [r[0] for r in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
    return {n: connection.execute(f'SELECT * FROM "{n}"').fetchall() for n in names if n != "session" and not n.startswith("sqlite_")}


def open_call(browser, method, path, **options):
    body = None if method == "GET" else b"file" if path.endswith("/uploads") else {}
    content = "application/octet-stream" if path.endswith("/uploads") else "application/json"
    return browser.ask(method, "!" + fill(path), body, content=content, **options)


def story_access(directory):
    """every route with every role, with nobody and with a disabled account: the table decides, and the answer says why"""
    shop = Shop(directory)
    with serving("serve", "--db", shop.db) as desk:
        people = staff(desk["url"], desk["setup_code"])
        owner = people["owner"]
        made = owner.post("/accounts", {"name": "gone", "role": "operator", "password": PASSWORD}).json
        gone = Browser(desk["url"]).login("gone")
        assert gone.get("/stores").status == 200
        assert owner.ask("PATCH", f"/accounts/{made['id']}", {"disabled": True}).status == 200
        nobody = Browser(desk["url"])
        seen = 0
        for method, path, roles in routes(owner):
            for who, browser in [*people.items(), ("nobody", nobody), ("disabled", gone)]:
                if path.endswith("/logout") and who in ROLES:
                    browser = Browser(desk["url"]).login(who if who != "owner" else "王店主")
                got = open_call(browser, method, path)
                told = (method, path, who, got.status, got.body[:200])
                if path.endswith(("/events", "/webhooks/{source}")):
                    assert got.status == 401 and got.code in ("token", "unsigned"), told  # a session opens nothing here
                elif roles is None:
                    assert got.status not in (401,) or path.endswith("/login"), told
                elif who in ("nobody", "disabled"):
                    assert got.status == 401 and got.code == "not-signed-in", told
                elif who not in roles:
                    assert got.status == 403 and got.code == "role", told
                else:
                    assert got.status < 500 and got.status not in (401, 403), told
                seen += 1
            other = {"GET": "DELETE", "POST": "PUT", "PATCH": "POST"}[method]
            assert owner.ask(other, "!" + fill(path), {}).status == 403, (other, path)
        assert seen >= 30 * 6
        assert nobody.get("/nothing").status == 401 and owner.get("/nothing").status == 404
        may = {role: set(browser.get("/session").json["may"]) for role, browser in people.items()}
        assert may["warehouse"] == {"session.end", "stores.read", "today.read", "orders.read", "policy.read", "records.read", "export.read"}, may
        assert "orders.person" in may["service"] and "orders.person" not in may["operator"] and "accounts.write" not in may["operator"]


SEES = {  # what each role sees of an order: person (how to reach the buyer), buyer (the name on the platform), notes, money
    "owner": {"person", "buyer", "notes", "money"}, "service": {"person", "buyer", "notes", "money"},
    "operator": {"buyer", "notes", "money"}, "warehouse": {"notes"},
}


def sheet_text(workbook):
    """Every cell of a workbook, as its XML says."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as z:
        return "\n".join(z.read(n).decode() for n in z.namelist())


def story_way_out(directory):
    """a list, an archive and a person's data are downloads that leave nothing behind; an erasure is asked for twice, forgets, and is the owner's alone"""
    shop = Shop(directory)
    shop.bring(shop.write("ExportOrderList202002101100.csv", [canary_order(), order("1001")]))
    with serving("serve", "--db", shop.db) as desk:
        people = staff(desk["url"], desk["setup_code"])
        owner = people["owner"]
        for what, form, kind in (("orders", "xlsx", "spreadsheetml"), ("orders", "csv", "text/csv"), ("review", "xlsx", "spreadsheetml")):
            got = owner.get(f"/stores/main/export?what={what}&format={form}&lang=zh")
            assert got.status == 200 and kind in got.headers["content-type"] and got.headers["cache-control"] == "no-store", got.headers
            assert re.fullmatch(r'attachment; filename="[a-z-]+-main-\d{12}\.(xlsx|csv)"', got.headers["content-disposition"]), got.headers
            assert "订单编号" in (sheet_text(got.body) if form == "xlsx" else got.body.decode()) or what == "review"
        for bad, code in (("what=none", "field"), ("what=orders&format=pdf", "field"), ("what=review&format=csv", "one-table"), ("what=orders&state=x", "state"),
                          ("what=orders&from=x", "field"), ("what=quarantine&import=x", "field")):
            got = owner.get(f"/stores/main/export?{bad}")
            assert got.status == 422 and got.code == code, (bad, got.status, got.body)
        assert people["warehouse"].get("/stores/main/export?what=customers").status == 403
        archive = owner.get("/stores/main/archive")
        assert archive.status == 200 and "manifest.json" in zipfile.ZipFile(io.BytesIO(archive.body)).namelist()
        assert owner.get("/stores/main/archive/progress").json == {"running": False, "rows": 0}
        person = owner.get("/stores/main/orders/777001/person")
        assert all(c in person.body.decode() for c in CANARY.values()), person.body
        assert not list(pathlib.Path(str(shop.db) + ".files").glob("out-*")), "a download was left behind"
        refused = owner.post("/stores/main/orders/777001/person/erase", {"confirm": "777"})
        assert refused.status == 422 and refused.code == "confirm" and owner.get("/stores/main/orders/777001/person").json["persons"] == person.json["persons"]
        done = owner.post("/stores/main/orders/777001/person/erase", {"confirm": "777001"})
        assert done.status == 200 and done.json["erased"]["rows"] == 1 and done.json["orders"] == ["777001"] and done.json["kept"], done.body
        left = owner.get("/stores/main/orders/777001").body.decode()
        assert not any(c in left for c in CANARY.values()) and "424242" in left, left
        assert owner.get("/stores/main/orders/1001").json["person"]["name"], "somebody else was forgotten"
        got = owner.get("/stores/main/orders/none/person")
        assert got.status == 404, got.status
        verbs = [r[0] for r in sqlite3.connect(f"file:{shop.db}?mode=ro", uri=True).execute("SELECT verb FROM audit")]
        assert {"export", "archive-write", "person-export", "person-erase"} <= set(verbs), verbs
    shop.zg("verify")


def story_masks(directory):
    """no role finds in any answer what it may not see, in Today, orders, search, one order, review or the rows set aside"""
    shop = Shop(directory)
    bad = canary_order("777003")
    bad[11] = "not a time " + CANARY["phone"]
    bring = shop.write("ExportOrderList202002101100.csv",
                       [canary_order(), canary_order("777002", PAID, paid="2020-02-10 10:01:00"), bad, order("1001")])
    with serving("serve", "--db", shop.db) as desk:
        number = shop.bring(bring)["import_id"]
        people = staff(desk["url"], desk["setup_code"])
        at = "2020-02-10T10:45:00%2B08:00"
        pages = [f"/stores/main/today?at={at}", "/stores/main/orders", "/stores/main/orders?q=777", f"/stores/main/orders?q={CANARY['buyer']}",
                 "/stores/main/orders/777001", "/stores/main/orders/777002", "/stores/main/review?from=2020-02-01&to=2020-03-01",
                 *(f"/stores/main/export?what={what}&format={form}" for what in ("orders", "items", "customers", "pick", "reminders", "review-figures", "imports") for form in ("csv", "xlsx")),
                 "/stores/main/imports", f"/imports/{number}", f"/imports/{number}/quarantine", f"/imports/{number}/quarantine.csv"]
        found = {role: set() for role in ROLES}
        for role, browser in people.items():
            for page in pages:
                got = browser.get(page)
                if got.status == 403:
                    assert role in ("service", "warehouse"), (role, page)
                    continue
                assert got.status == 200, (role, page, got.body)
                text = sheet_text(got.body) if got.body[:2] == b"PK" else got.body.decode()
                quarantine = "quarantine" in page
                for field, canary in CANARY.items():
                    kind = {"buyer": "buyer", "note": "notes"}.get(field, "person")
                    if canary in text:
                        assert quarantine or kind in SEES[role], f"{role} sees the {field} in {page}"
                        found[role] |= set() if quarantine else {kind}
                if "424242" in text or "4242.42" in text:
                    assert "money" in SEES[role], f"{role} sees money in {page}"
                    found[role].add("money")
            today = browser.get(pages[0]).json
            assert bool(today["reminders"] + today["held"]) == (role != "warehouse"), f"whom to remind: {role}"
        assert found == SEES, found  # each sees what it needs, so that the masks are no blindfold
        # A name cannot be found out by searching for it without the right to see it.
        hits = people["warehouse"].get(f"/stores/main/orders?q={CANARY['buyer']}").json["orders"]
        assert hits == [], "the warehouse found a buyer by name"


def story_forged(directory):
    """a write without the token, with a wrong one, from a foreign page or as GET is refused and changes nothing"""
    shop = Shop(directory)
    shop.bring(shop.write("ExportOrderList202002101100.csv", [canary_order()]))
    with serving("serve", "--db", shop.db) as desk:
        people = staff(desk["url"], desk["setup_code"])
        owner = people["owner"]
        before, count = tables(shop.db), 0
        bodies = {"/api/v1/stores/{store}/reminders/{order}/mark": {"wave": 1, "outcome": "done"},
                  "/api/v1/accounts": {"name": "x", "role": "owner", "password": PASSWORD},
                  "/api/v1/stores": {"key": "k", "name": "n", "platform": "other", "currency": "CNY", "zone": "Asia/Shanghai"},
                  "/api/v1/login": {"name": "王店主", "password": PASSWORD}, "/api/v1/accounts/{id}": {"disabled": True}}
        for method, path, roles in routes(owner):
            if method == "GET":
                continue
            body = b"file" if path.endswith("/uploads") else bodies.get(path, {})
            content = "application/octet-stream" if path.endswith("/uploads") else "application/json"
            forms = [{"headers": {"Origin": "http://evil.example"}}, {"headers": {"Origin": "null"}}, {"headers": {"Sec-Fetch-Site": "cross-site"}},
                     {"headers": {"Sec-Fetch-Site": "same-site", "Origin": None}}, {"headers": {"Origin": owner.origin.replace("127.0.0.1", "localhost")}},
                     {"headers": {"Origin": owner.origin + "0"}}]
            if roles is not None:
                forms += [{"csrf": False}, {"headers": {"X-CSRF-Token": "A" * 43}}, {"headers": {"X-CSRF-Token": people["service"].csrf}},
                          {"csrf": False, "headers": {"X-CSRF-Token": ""}}]
            for form in forms:
                got = owner.ask(method, "!" + fill(path), body, content=content, **form)
                assert got.status == 403 and got.code in ("csrf", "origin"), (method, path, form, got.status, got.body)
                count += 1
            for plain in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
                if not path.endswith(("/uploads", "/unsubscribe/{token}")):  # the second is a form by RFC 8058, and needs its token
                    got = owner.ask(method, "!" + fill(path), json.dumps(body).encode(), content=plain)
                    assert got.status == 415, (method, path, plain, got.status)
            assert not any(m == "GET" and p == path for m, p, _ in routes(owner)) or path in (
                "/api/v1/accounts", "/api/v1/stores", "/api/v1/stores/{store}/policy", "/api/v1/stores/{store}/profiles", "/api/v1/stores/{store}/imports",
                "/api/v1/stores/{store}/explain", "/api/v1/stores/{store}/team", "/api/v1/stores/{store}/channels", "/api/v1/stores/{store}/texts", "/api/v1/unsubscribe/{token}"), path
            got = owner.get("!" + fill(path) + "?wave=1&outcome=done&disabled=true")
            assert got.status in (403, 200) or (got.status == 422 and path.endswith("/explain")) or (
                got.status == 404 and path.endswith("/unsubscribe/{token}")), (path, got.status)  # the one names no order, the other no message
        assert count > 100 and tables(shop.db) == before
        files = str(shop.db) + ".files"
        assert not os.path.exists(files) or os.listdir(files) == []


PAYLOADS = ["<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "</script><svg/onload=alert(1)>", "=cmd|' /C calc'!A0", "+1+1", "-2+3",
            "@SUM(A1)", "＝1+1", "'; DROP TABLE orders;--", "{{7*7}}", "${7*7}", "\u202egnp.exe"]


def story_inert(directory):
    """what buyers write stays text: JSON that no browser takes for a page, CSV that no spreadsheet takes for a formula"""
    shop = Shop(directory)
    rows = []
    for i, p in enumerate(PAYLOADS):
        row = order(f"8800{i:02}", PAID, note=p)
        row[1], row[13] = p, p
        rows.append(row)
        bad = order(f"8900{i:02}", PAID, note=p)
        bad[11] = p  # where a time should be: set aside, and shown with its value
        rows.append(bad)
    path = shop.write("ExportOrderList202002101100.csv", rows)
    with serving("serve", "--db", shop.db) as desk:
        owner = Browser(desk["url"]).setup(desk["setup_code"])
        up = owner.upload("main", "<img src=x>.csv", path.read_bytes()).json
        until(lambda: owner.get(f"/stores/main/uploads/{up['upload_id']}").json["state"] == "ready", 30, "the scan")
        got = shop.bring(path)
        pages = ["/stores/main/orders?limit=200", f"/stores/main/orders/{rows[0][0]}", f"/imports/{got['import_id']}/quarantine",
                 f"/stores/main/uploads/{up['upload_id']}"]
        for page in pages:
            answer = owner.get(page)
            assert answer.status == 200, (page, answer.body)
            assert answer.headers["content-type"] == "application/json; charset=utf-8" and answer.headers["x-content-type-options"] == "nosniff"
            assert "default-src 'none'" in answer.headers["content-security-policy"] and answer.headers["cache-control"] == "no-store"
        buyers = {o["buyer"] for o in owner.get(pages[0]).json["orders"]}
        assert buyers >= {p for p in PAYLOADS if not p.startswith("'")}, ("text is kept as it was written", buyers)
        answer = owner.get(f"/imports/{got['import_id']}/quarantine.csv")
        assert answer.headers["content-type"].startswith("text/csv") and answer.headers["content-disposition"].startswith("attachment")
        assert "sandbox" in answer.headers["content-security-policy"]
        table = list(csv.reader(io.StringIO(answer.body.decode("utf-8-sig"))))
        values = [row[7] for row in table[1:]]
        assert len(values) == len(PAYLOADS) and all(not re.match(r"[=+\-@\t\r＝＋－＠]", v) or re.fullmatch(r"-?\d+(\.\d+)?", v) for row in table for v in row), values
        # (a quote in a value that was set aside is shown as the file has it, doubled)
        assert [(v[1:] if v.startswith("'") else v).replace('""', '"') for v in values] == PAYLOADS, ("undone, it is what it was", values)


def story_setup(directory):
    """of fifty set-ups at once one makes the owner; a wrong code makes none; until then no other machine is let in"""
    path = directory + "/new.db"
    _, err = zhanggui("serve", "--db", path, "--address", "0.0.0.0", "--port", "0", "--no-open", code=1)
    assert "127.0.0.1" in err, err
    with serving("serve", "--db", path) as desk:
        first = Browser(desk["url"])
        session = first.get("/session").json
        assert session["setup_needed"] and session["user"] is None and session["may"] == []
        for body, code in [({"code": "AAAA-BBBB-CCCC", "password": PASSWORD}, "setup-code"), ({"code": desk["setup_code"], "password": "short"}, "password-short"),
                           ({"code": desk["setup_code"], "password": "x" * 129}, "password-long"),
                           ({"code": desk["setup_code"], "password": "password1234"}, "password-common")]:
            got = first.post("/setup", {"name": "王店主", **body})
            assert got.code == code, (body, got.status, got.body)
        assert first.get("/session").json["setup_needed"]
        store = {"key": "main", "name": "茶", "platform": "tmall", "currency": "CNY", "zone": "Asia/Shanghai"}
        for field, value in [("zone", "Asia/Nowhere"), ("currency", "ABC"), ("platform", "moon"), ("key", "a b"), ("name", "")]:
            got = first.post("/setup", {"code": desk["setup_code"], "name": "n", "password": PASSWORD, "store": {**store, field: value}})
            assert got.status == 422 and got.json["error"].get("field") == field, (field, got.body)

        def race(i):
            return Browser(desk["url"]).post("/setup", {"code": desk["setup_code"], "name": f"owner{i}", "password": PASSWORD, "store": store})
        with concurrent.futures.ThreadPoolExecutor(25) as pool:
            got = list(pool.map(race, range(50)))
        won = [a for a in got if a.status == 200]
        assert len(won) == 1, [a.status for a in got]
        assert all(a.status in (200, 403, 409, 429) for a in got), [(a.status, a.body) for a in got]
        owner = Browser(desk["url"]).login(won[0].json["user"]["name"])
        assert [a["role"] for a in owner.get("/accounts").json["accounts"]] == ["owner"]
        assert [s["key"] for s in owner.session["stores"]] == ["main"]
        assert first.post("/setup", {"code": desk["setup_code"], "name": "n", "password": PASSWORD}).status in (403, 409, 429)
    with serving("serve", "--db", path) as again:
        assert "setup_code" not in again, "no code once there is an owner"


def story_login(directory):
    """a wrong password and an unknown name look the same, also to a stop-watch; guessing is slowed down; hashing does not hold up others"""
    shop = Shop(directory)
    with serving("serve", "--db", shop.db) as desk:
        owner = Browser(desk["url"]).setup(desk["setup_code"])
        for i in range(24):
            owner.post("/accounts", {"name": f"li{i}", "role": "service", "password": PASSWORD})

        def attempt(name, machine=None):
            began = time.perf_counter()
            got = Browser(desk["url"], machine).post("/login", {"name": name, "password": "not the password at all"})
            return time.perf_counter() - began, got
        known, unknown, ratio = [], [], 0
        for i in range(24):  # eight of each; more when the machine is so busy that none of them ran undisturbed
            if i >= 8 and 0.5 < ratio < 2:
                break
            for names, times in ((f"li{i}", known), (f"nobody{i}", unknown)):
                took, got = attempt(names, f"127.0.{i}.1")  # a network each: tries from one are few
                assert got.status == 401 and got.code == "login", got.body
                times.append(took)
            ratio = min(known) / min(unknown)  # the quickest of each: a busy machine only adds
        assert 0.5 < ratio < 2, f"known {known} unknown {unknown}"
        answers = [attempt("li0")[1] for _ in range(12)]
        slowed = [a for a in answers if a.status == 429]
        assert slowed and all(int(a.headers["retry-after"]) >= 1 for a in slowed), [a.status for a in answers]
        # A flood of logins leaves the rest of the desk quick.
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            flood = [pool.submit(attempt, f"flood{i}") for i in range(200)]
            waits = []
            for _ in range(20):
                began = time.perf_counter()
                assert owner.get("/stores").status == 200
                waits.append(time.perf_counter() - began)
            assert {f.result()[1].status for f in flood} <= {401, 429}
        assert statistics.median(waits) < 0.5 * SLOW, waits


def story_sessions(directory):
    """a planted id is not taken, a copy of the database opens nothing, and sessions end with logout, a new password, a new role"""
    shop = Shop(directory)
    with serving("serve", "--db", shop.db) as desk:
        people = staff(desk["url"], desk["setup_code"])
        owner, service = people["owner"], people["service"]
        got = Browser(desk["url"])
        got.cookie = "zg_session=" + "A" * 43
        planted = got.cookie
        got.login("service")
        assert got.cookie != planted, "login gives a new id"
        old = got.cookie
        got.login("service")
        left = Browser(desk["url"])
        left.cookie = old
        assert got.cookie != old and left.get("/stores").status == 401, "the browser's old session ended"
        twice = Browser(desk["url"])
        twice.cookie = f"zg_session={'A' * 43}; {service.cookie}"
        assert twice.get("/stores").status == 401, "two cookies of the name: somebody planted one"
        answer = Browser(desk["url"]).post("/login", {"name": "service", "password": PASSWORD})
        assert re.fullmatch(r"zg_session=[\w-]{43}; Path=/; HttpOnly; SameSite=Lax; Max-Age=\d+", answer.headers["set-cookie"]), answer.headers
        dump = b"".join(p.read_bytes() for p in shop.directory.iterdir() if p.is_file())
        for browser in people.values():
            assert browser.cookie.split("=", 1)[1].encode() not in dump, "only a hash of the id is kept"
        assert PASSWORD.encode() not in dump and desk["setup_code"].encode() not in dump
        warehouse, kept = people["warehouse"], people["warehouse"].cookie
        assert warehouse.post("/logout").status == 200
        warehouse.cookie = kept
        assert warehouse.get("/stores").status == 401
        ids = {a["name"]: a["id"] for a in owner.get("/accounts").json["accounts"]}
        assert owner.ask("PATCH", f"/accounts/{ids['service']}", {"password": "another kettle 8 cups"}).status == 200
        assert service.get("/stores").status == 401 and got.get("/stores").status == 401
        assert Browser(desk["url"]).post("/login", {"name": "service", "password": PASSWORD}).status == 401
        service.login("service", "another kettle 8 cups")
        assert owner.ask("PATCH", f"/accounts/{ids['operator']}", {"role": "warehouse"}).status == 200
        assert people["operator"].get("/stores").status == 401
        changed = Browser(desk["url"]).login("operator")
        assert changed.get("/stores/main/imports").status == 403
        assert owner.ask("PATCH", f"/accounts/{ids['王店主']}", {"disabled": True}).code == "last-owner"
    with serving("serve", "--db", shop.db) as desk:
        service.port = Browser(desk["url"]).port
        service.origin = desk["url"]
        assert service.get("/stores").status == 200, "a session outlives a restart"


def story_headers(directory):
    """every answer, errors too, carries the headers that keep it where it belongs; the page may be kept, data may not"""
    shop = Shop(directory)
    with serving("serve", "--db", shop.db) as desk:
        owner = Browser(desk["url"]).setup(desk["setup_code"])
        answers = [open_call(owner, m, p) for m, p, _ in routes(owner) if not p.endswith("/logout")]
        answers += [owner.get("!/"), owner.get("!/orders/1"), owner.get("!/assets/none.js"), owner.get("!/a//b"), owner.get("/none"), owner.ask("PUT", "/session", {}),
                    owner.get("!/", headers={"Host": "evil.example"}), owner.post("/login", {"name": "x", "password": "y" * 100}),
                    owner.ask("POST", "/login", b"{" * 100), owner.ask("POST", "/login", b"[]"), owner.ask("POST", "/login", b'{"name":1,"name":2}')]
        for a in answers:
            h = a.headers
            assert a.status < 500, (a.status, a.body)
            assert h["x-content-type-options"] == "nosniff" and h["referrer-policy"] == "no-referrer", h
            assert "default-src 'none'" in h["content-security-policy"] and "frame-ancestors 'none'" in h["content-security-policy"], h
            assert "unsafe" not in h["content-security-policy"]
            assert h["cache-control"] == ("no-cache" if h["content-type"].startswith("text/html") and "script-src" in h["content-security-policy"] else "no-store"), h
        assert owner.ask("POST", "/login", b'{"name":"' + b"x" * 1100000 + b'"}').status == 413, "JSON has a size"
        assert owner.ask("POST", "/login", b'{"name":' + b"[" * 64 + b"]" * 64 + b"}").status == 422, "and a depth"
        assert owner.upload("main", "a.csv", b"x" * 2000000).status == 201
        assert Browser(desk["url"]).upload("main", "a.csv", b"x" * 2000000).status == 401, "a refusal is seen by who still sends"
        assert owner.get("!/", headers={"Host": "evil.example"}).status == 421
        assert owner.get("!/", headers={"Host": f"localhost:{owner.port}"}).status == 200
        page = owner.get("!/")
        assert owner.get("!/", headers={"If-None-Match": page.headers["etag"]}).status == 304
        packed = owner.get("!/", headers={"Accept-Encoding": "gzip"})
        assert packed.headers.get("content-encoding") == "gzip" and len(packed.body) < len(page.body)


def story_import(directory):
    """a file goes the whole way through the page: upload, scan, import, rows set aside, undo; two uploads name two files"""
    shop = Shop(directory)
    broken = order("2002")
    broken[11] = "yesterday"
    data = csv_text([order("2001"), broken, order("2003", UNPAID, paid="")]).encode()
    with serving("serve", "--db", shop.db) as desk:
        owner = Browser(desk["url"]).setup(desk["setup_code"])
        got = owner.upload("main", "ExportOrderList202002111200.csv", data)
        assert got.status == 201 and got.json["bytes"] == len(data), got.body
        number = got.json["upload_id"]
        until(lambda: owner.get(f"/stores/main/uploads/{number}").json["state"] == "ready", 30, "the scan")
        scan = owner.get(f"/stores/main/uploads/{number}").json
        assert scan["refusal"] is None and scan["profile"] == "taobao-orders" and scan["rows"] == 3 and scan["as_of_from"] == "name", scan
        assert [r["fault"] is not None for r in scan["preview"]] == [False, True, False] and scan["preview"][1]["fault"]["remedy"]["zh"], scan["preview"]
        started = owner.post("/stores/main/imports", {"uploads": [number], "profile": None, "as_of": None, "zone": None})
        assert started.status == 202, started.body
        one = f"/imports/{started.json['import_id']}"
        until(lambda: owner.get(one).json["state"] != "running", 30, "the import")
        told = owner.get(one).json
        f = told["files"][0]
        assert told["state"] == "applied" and (f["added"], f["quarantined"], f["rows"]) == (2, 1, 3) and told["by"] == "王店主", told
        aside = owner.get(one + "/quarantine").json
        assert len(aside["rows"]) == 1 and aside["rows"][0]["value"] == "yesterday" and aside["next"] is None, aside
        assert {o["order"] for o in owner.get("/stores/main/orders").json["orders"]} == {"2001", "2003"}
        assert told["rows_per_s"] is None and told["seconds_left"] is None
        assert owner.get("/stores/main/imports").json["imports"][0] == told
        assert owner.post(one + "/undo").status == 202
        until(lambda: owner.get(one).json["state"] == "undone", 30, "the undo")
        assert owner.get("/stores/main/orders").json["orders"] == []
        assert owner.post(one + "/resume").status in (409, 422)
        assert owner.post("/imports/99/undo").status == 404
        assert owner.post("/stores/main/imports", {"uploads": ["12"]}).status == 404
        assert owner.post("/stores/main/imports", {"uploads": []}).status == 422
        picture = owner.upload("main", "photo.csv", b"\x89PNG\r\n\x1a\n" + bytes(1000)).json["upload_id"]
        until(lambda: owner.get(f"/stores/main/uploads/{picture}").json["state"] == "ready", 30, "the scan")
        refusal = owner.get(f"/stores/main/uploads/{picture}").json["refusal"]
        assert refusal["en"] and refusal["zh"], refusal
        bad = owner.post("/stores/main/imports", {"uploads": [picture]})
        assert bad.status == 422 and bad.json["error"]["zh"], bad.body
        assert owner.ask("POST", "/stores/none/uploads", data, headers={"X-File-Name": "a.csv"}, content="text/csv").status == 404
        assert owner.ask("POST", "/stores/main/uploads", data, content="text/csv").code == "file-name"
    shop.zg("verify")


def story_profile(directory):
    """a file of unknown columns is mapped by hand once and recognised the next time"""
    shop = Shop(directory, platform="other")
    header = ["Nummer", "Kunde", "Wann", "Betrag", "Stand"]
    one = csv_text([["A-1", "c1", "2020-02-01 10:00:00", "12.50", "offen"], ["A-2", "c2", "2020-02-01 11:00:00", "20.00", "bezahlt"]], header).encode()
    with serving("serve", "--db", shop.db) as desk:
        owner = Browser(desk["url"]).setup(desk["setup_code"])
        number = owner.upload("main", "export.csv", one).json["upload_id"]
        path = f"/stores/main/uploads/{number}"
        until(lambda: owner.get(path).json["state"] == "ready", 30, "the scan")
        scan = owner.get(path).json
        assert scan["profile"] is None and [c["header"] for c in scan["columns"]] == header, scan
        fields = {f["field"] for f in owner.get("/fields").json}
        assert {"order_no", "placed_at", "total", "status", "buyer"} <= fields, fields
        made = owner.post("/stores/main/profiles", {"name": "meine", "columns": {"Nummer": "order_no", "Kunde": "buyer", "Wann": "placed_at", "Betrag": "total",
                                                                               "Stand": "status"}, "status": {"offen": "unpaid", "bezahlt": "paid"}})
        assert made.status == 200 and made.json == {"name": "meine"}, made.body
        until(lambda: owner.get(path).json["state"] == "ready", 30, "the scan")
        assert owner.get(path).json["profile"] == "meine"
        assert "meine" in [p["name"] for p in owner.get("/stores/main/profiles").json["profiles"]]
        bad = owner.post("/stores/main/profiles", {"name": "x", "columns": {"Nummer": "no-such-field"}, "status": {}})
        assert bad.status == 422, bad.body
        bad = owner.post("/stores/main/profiles", {"name": "x", "columns": {"Nummer": "order_no"}, "status": {}, "zone": "Mars/Olympus"})
        assert bad.status == 422 and bad.code == "zone", bad.body
        started = owner.post("/stores/main/imports", {"uploads": [number], "profile": "meine"})
        assert started.status == 202, started.body
        until(lambda: owner.get(f"/imports/{started.json['import_id']}").json["state"] == "applied", 30, "the import")
        states = {o["order"]: o["state"] for o in owner.get("/stores/main/orders").json["orders"]}
        assert states == {"A-1": "unpaid", "A-2": "to_ship"}, states


def story_marks(directory):
    """a mark is seen at once by everybody, is taken back, and needs a reason to skip"""
    shop = Shop(directory)
    now = time.time()
    stamp = lambda ago: time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(now - ago + 8 * 3600))
    name = time.strftime("ExportOrderList%Y%m%d%H%M.csv", time.gmtime(now + 8 * 3600))
    path = shop.write(name, [order("3001", UNPAID, placed=stamp(2400), paid=""), order("3002", UNPAID, placed=stamp(2500), paid="")])
    with serving("serve", "--db", shop.db) as desk:
        shop.bring(path)
        people = staff(desk["url"], desk["setup_code"])
        service, owner = people["service"], people["owner"]
        at = "?at=2020-01-01T00:00:00%2B08:00"
        assert owner.get("/stores/main/today" + at).status == 200

        def marks(browser, number):
            return browser.get(f"/stores/main/orders/{number}").json["marks"]
        assert marks(owner, "3001") == []
        got = service.post("/stores/main/reminders/3001/mark", {"wave": 1, "outcome": "done"})
        assert got.status == 200 and got.json == {"ok": True}, got.body
        for browser in (service, owner):
            assert [(m["wave"], m["outcome"], m["by"]) for m in marks(browser, "3001")] == [(1, "done", "service")], marks(browser, "3001")
        assert service.post("/stores/main/reminders/3002/mark", {"wave": 1, "outcome": "skipped"}).code == "reason-needed"
        assert service.post("/stores/main/reminders/3002/mark", {"wave": 1, "outcome": "skipped", "reason": " "}).code == "reason-needed"
        assert service.post("/stores/main/reminders/3002/mark", {"wave": 1, "outcome": "skipped", "reason": "called"}).status == 200
        assert service.post("/stores/main/reminders/3002/mark", {"wave": 3, "outcome": "done"}).status == 422
        assert service.post("/stores/main/reminders/9999/mark", {"wave": 1, "outcome": "done"}).status == 404
        assert service.post("/stores/main/reminders/3001/unmark", {"wave": 1}).status == 200
        assert marks(owner, "3001") == [] and marks(owner, "3002")[0]["reason"] == "called"
    shop.zg("verify")


def story_cut_upload(directory):
    """an upload that breaks off leaves no file; one of many pieces takes little memory; names are shown, never used as paths"""
    shop = Shop(directory)
    with serving("serve", "--db", shop.db) as desk:
        owner = Browser(desk["url"]).setup(desk["setup_code"])
        files = str(shop.db) + ".files"
        got = owner.upload("main", "a.csv", b"x").json
        assert os.listdir(files), "the first stays"
        before = sorted(os.listdir(files))
        s = socket.create_connection((owner.host, owner.port))
        s.sendall((f"POST /api/v1/stores/main/uploads HTTP/1.1\r\nHost: 127.0.0.1:{owner.port}\r\nCookie: {owner.cookie}\r\nX-CSRF-Token: {owner.csrf}\r\n"
                   "X-File-Name: b.csv\r\nContent-Length: 1000000\r\n\r\n").encode() + b"y" * 50000)
        until(lambda: len(os.listdir(files)) == len(before) + 1, 10, "the file begins")
        s.close()
        until(lambda: sorted(os.listdir(files)) == before, 10, "the broken upload is gone")
        for name in ("../../etc/passwd", "..%2f..%2fx", "/etc/cron.d/x", "C:\\x\\y.csv"):
            got = owner.ask("POST", "/stores/main/uploads", b"z", headers={"X-File-Name": name.replace("%2f", "%2F")}, content="text/csv")
            assert got.status == 201 and "/" not in got.json["file"] and "\\" not in got.json["file"], got.body
        assert all(re.fullmatch(r"[0-9a-f]{32}\.upload", f) for f in os.listdir(files)), os.listdir(files)
        assert all(os.stat(os.path.join(files, f)).st_mode & 0o777 == 0o600 for f in os.listdir(files))
        big = owner.ask("POST", "/stores/main/uploads", None, headers={"X-File-Name": "c.csv", "Content-Length": str(5 << 30), "Content-Type": "text/csv"})
        assert big.status == 413


def story_many(directory):
    """many people do many things at the same time: what was acknowledged is there, what was refused is not, and the books agree"""
    shop = Shop(directory)
    shop.bring(shop.write("ExportOrderList202002101100.csv", [order(f"50{i:02}", UNPAID, paid="") for i in range(40)]))
    files = [csv_text([order(f"6{n}{i:03}") for i in range(200)]).encode() for n in range(6)]
    with serving("serve", "--db", shop.db) as desk:
        people = staff(desk["url"], desk["setup_code"])
        owner = people["owner"]

        def mark(i):
            """Each order is marked by one thread only, again and again; the last acknowledged answer must stand."""
            last = None
            for k in range(6):
                who = people[("owner", "operator", "service")[(i + k) % 3]]
                outcome = ("done", "skipped", "unmark")[(i * 7 + k) % 3]
                if outcome == "unmark":
                    got = who.post(f"/stores/main/reminders/50{i:02}/unmark", {"wave": 1})
                else:
                    got = who.post(f"/stores/main/reminders/50{i:02}/mark", {"wave": 1, "outcome": outcome, "reason": "r"})
                if got.status == 200:
                    last = None if outcome == "unmark" else outcome
                else:
                    assert got.status in (422, 429), (got.status, got.body)
            return i, last

        def account(i):
            return {owner.post("/accounts", {"name": f"a{i % 5}", "role": "service", "password": PASSWORD}).status for _ in range(2)}

        def bring(n):
            number = owner.upload("main", f"ExportOrderList2020021{n}1100.csv", files[n]).json["upload_id"]
            for _ in range(100):
                got = people["operator"].post("/stores/main/imports", {"uploads": [number]})
                if got.status != 429:
                    break
                time.sleep(0.1)
            assert got.status == 202, got.body
            path = f"/imports/{got.json['import_id']}"
            until(lambda: owner.get(path).json["state"] != "running", 60, "the import")
            if n % 2:
                assert owner.post(path + "/undo").status == 202
                until(lambda: owner.get(path).json["state"] == "undone", 60, "the undo")
            return n

        def look(i):
            for role, browser in people.items():
                for page in ("/stores/main/today", "/stores/main/orders", "/session"):
                    assert browser.get(page).status == 200, (role, page)
        with concurrent.futures.ThreadPoolExecutor(12) as pool:
            marked = [pool.submit(mark, i) for i in range(40)]
            made = [pool.submit(account, i) for i in range(10)]
            brought = [pool.submit(bring, n) for n in range(6)]
            looked = [pool.submit(look, i) for i in range(10)]
            for f in brought + looked:
                f.result()
            assert sorted(x for f in made for x in f.result()) and set().union(*(f.result() for f in made)) <= {201, 409}
            for f in marked:
                i, last = f.result()
                now = owner.get(f"/stores/main/orders/50{i:02}").json["marks"]
                assert (now[0]["outcome"] if now else None) == last, (i, last, now)
        names = [a["name"] for a in owner.get("/accounts").json["accounts"]]
        assert sorted(n for n in names if re.fullmatch(r"a\d", n)) == [f"a{i}" for i in range(5)], names
        found = {n: len(owner.get(f"/stores/main/orders?q=6{n}&limit=200").json["orders"]) for n in range(6)}
        assert found == {n: 0 if n % 2 else 200 for n in range(6)}, found
    shop.zg("verify")


def story_log(directory):
    """the access log names routes, statuses and users' numbers: no order, no name, no search, no address"""
    shop = Shop(directory)
    shop.bring(shop.write("ExportOrderList202002101100.csv", [canary_order()]))
    process = subprocess.Popen([BINARY, "serve", "--db", str(shop.db), "--port", "0", "--no-open", "--json", "--log"], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE)
    desk = json.loads(process.stdout.readline())
    owner = Browser(desk["url"]).setup(desk["setup_code"])
    assert owner.get("/stores/main/orders/777001").status == 200
    owner.get(f"/stores/main/orders?q={CANARY['buyer']}")
    owner.get(f"/{CANARY['buyer']}")
    owner.post("/login", {"name": CANARY["buyer"], "password": CANARY["phone"]})
    process.send_signal(signal.SIGTERM)
    _, log = process.communicate(timeout=60)
    text = log.decode()
    assert "GET /api/v1/stores/{store}/orders/{order} 200" in text and "user 1" in text, text
    for secret in [*CANARY.values(), "777001", "王店主", PASSWORD, owner.cookie.split("=")[1], owner.csrf, desk["setup_code"]]:
        assert secret not in text, secret


def story_demo(directory):
    """the demo shop is one press away on a desk of one's own: a store beside it, made once, no accounts; its import can be undone"""
    shop = Shop(directory)
    with serving("serve", "--db", shop.db) as desk:
        owner = Browser(desk["url"]).setup(desk["setup_code"])
        made = owner.post("/demo")
        assert made.status == 201 and made.json["demo"] and made.json["key"] == "demo", made.body
        today = owner.get("/stores/demo/today").json
        assert today["totals"]["pick"] > 0 and today["latest_fact_at"], today["totals"]
        assert owner.get("/stores/main/orders").json["orders"] == [], "the own store is as empty as before"
        assert [a["role"] for a in owner.get("/accounts").json["accounts"]] == ["owner"]
        assert owner.post("/demo").status == 409
        number = owner.get("/stores/demo/imports").json["imports"][0]["import_id"]
        assert owner.post(f"/imports/{number}/undo").status == 202
        until(lambda: owner.get(f"/imports/{number}").json["state"] == "undone", 60 * SLOW, "the undo")
        assert owner.get("/stores/demo/orders").json["orders"] == []
    zhanggui("verify", "--db", shop.db)


if __name__ == "__main__":
    run_stories(globals())
