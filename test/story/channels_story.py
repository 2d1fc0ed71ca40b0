"""Channels of a store: set up on the command line and by the page, sealed; a message to oneself; buyers leave by one click; delivery reports."""
import base64
import datetime
import hashlib
import json
import pathlib
import re
import sqlite3
import struct
import subprocess
import time

from browser import Browser, staff
from channel_parts import Exim, Kannel, Robot
from story import BINARY, PAID, SLOW, UNPAID, Shop, order, run_stories, serving, until

CANARIES = ["canary-password-7", "canary-kannel-9", "canary-token-5", "canary-secret-3"]


def token(db, what, store_id, order_id, wave):
    """As desk/channels.c makes it, a second time from the description: numbers of 8 bytes, a wave, and 16 bytes of keyed BLAKE2b under a key of its own."""
    own = hashlib.blake2b(what.encode(), key=pathlib.Path(f"{db}.key").read_bytes(), digest_size=32).digest()
    plain = struct.pack(">qqB", store_id, order_id, wave)
    return base64.urlsafe_b64encode(plain + hashlib.blake2b(plain, key=own, digest_size=16).digest()).decode().rstrip("=")


def rows(db, sql, *values):
    with sqlite3.connect(f"file:{db}?mode=ro", uri=True) as s:
        return s.execute(sql, values).fetchall()


def add(shop, *words, secrets="", code=0):
    command = [BINARY, "channel", "add", "--db", str(shop.db), "--store", "main", *words, "--json"]
    p = subprocess.run(command, input=secrets, capture_output=True, text=True, check=False)
    assert p.returncode == code, (p.returncode, p.stdout, p.stderr)
    return json.loads(p.stdout) if code == 0 else p.stderr


def nothing_told(shop, *more):
    """No secret in any file beside the database, nor in what was said."""
    for path in shop.directory.iterdir():
        if path.is_file() and path.suffix not in (".conf",):
            data = path.read_bytes()
            assert not any(c.encode() in data for c in CANARIES), f"{path.name} holds a secret"
    for text in more:
        assert not any(c in text for c in CANARIES), text


def story_a_shop_starts_silent(directory):
    """a fresh shop has no channel and sends nothing; settings that are wrong are refused by the field's name"""
    shop = Shop(directory)
    assert shop.json("channel", "list", "--store", "main") == {"channels": []}
    said, _ = shop.zg("channel", "list", "--store", "main", lang="zh")
    assert "不会自动发送" in said
    for words, secrets, want in (
            (["smtp", "--host", "smtp.example.com"], "", "needed"), (["smtp", "--host", "smtp.example.com", "--from", "a@b.example", "--tls", "off"], "", "this machine"),
            (["smtp", "--host", "smtp.example.com", "--from", "a@b.example", "--user", "u"], "", "the password"), (["pigeon"], "", "is one of"),
            (["dingtalk"], "https://evil.example/x\nSEC\n", "oapi.dingtalk.com"), (["wecom"], "", "webhook address"), (["directory", "--folder", "/none/there", "--carries", "sms"], "", "folder")):
        said = add(shop, *words, secrets=secrets, code=2 if want in ("the password", "webhook address") else 1)
        assert want in said, (words, said)
    assert rows(shop.db, "SELECT COUNT(*) FROM channel") == [(0,)]


def story_mail_to_oneself(directory):
    """a mail server is connected on the command line and tried; its password stands in no file, answer or log"""
    shop = Shop(directory)
    server = pathlib.Path(directory) / "exim"
    server.mkdir()
    with Exim(server, need_login="yes") as exim:
        made = add(shop, "smtp", "--host", "127.0.0.1", "--port", str(exim.port), "--user", "shop", "--from", "shop@shop.example", "--from-name", "样板店", "--authority", exim.cert,
                   "--desk-url", "https://desk.example.com/", secrets="canary-password-7\n")
        assert made == {"id": 1, "label": f"127.0.0.1:{exim.port}, shop@shop.example"}, made
        assert "already" in add(shop, "smtp", "--host", "h.example", "--from", "a@b.example", code=1)
        with serving("serve", "--db", shop.db) as answer:
            owner = Browser(answer["url"]).setup(answer["setup_code"])
            listed = owner.get("/stores/main/channels")
            assert listed.json["channels"][0]["last"] is None and listed.json["channels"][0]["carries"] == "email", listed.json
            sent = owner.post("/stores/main/channels/1/test", {"to": "lilei@buyer.example"})
            assert sent.json["fate"] == "sent" and sent.json["reply"] == 250, sent.json
            refused = owner.post("/stores/main/channels/1/test", {"to": "gone@buyer.example"})
            assert refused.status == 200 and refused.json["code"] == "refused-address" and refused.json["zh"], refused.json
            beside = shop.json("channel", "test", "1", "--store", "main", "--to", "hanmeimei@buyer.example")
            assert beside["fate"] == "sent", beside
            after = owner.get("/stores/main/channels").json["channels"][0]
            assert after["last"]["fate"] == "sent" and after["last_sent_at"], after
            assert owner.post("/stores/main/channels/9/test", {"to": "a@b.example"}).code == "not-there"
            nothing_told(shop, listed.body.decode(), json.dumps(after))
        mail, = exim.wait_mails("lilei", 1)
        assert "掌柜测试消息" in mail["Subject"] and "the channel works" in mail.get_content()
        assert len(exim.wait_mails("hanmeimei", 1)) == 1
    copy = pathlib.Path(directory) / "copy.db"
    shop.zg("backup", copy)
    nothing_told(shop)
    shop.zg("verify")


def story_the_key_file_is_needed(directory):
    """without the key file, or with another one, a channel is not opened, says so, and can be set up again"""
    shop = Shop(directory)
    with Robot() as robot:
        path = robot.settings("dingtalk")["url"]
        add(shop, "dingtalk", secrets=f"{path}\nSECcanary-secret-3\n")
        assert shop.json("channel", "test", "1", "--store", "main")["fate"] == "sent"
        key = pathlib.Path(f"{shop.db}.key")
        assert key.stat().st_mode & 0o777 == 0o600
        key.write_bytes(bytes(32))
        _, said = shop.zg("channel", "test", "1", "--store", "main", code=1)
        assert "another key file" in said, said
        shop.zg("channel", "remove", "1", "--store", "main")
        assert add(shop, "dingtalk", secrets=f"{path}\nSECcanary-secret-3\n")["id"] == 2
        assert shop.json("channel", "test", "2", "--store", "main")["fate"] == "sent"
        assert len(robot.got) == 2
    with sqlite3.connect(shop.db) as s:  # a row moved to another kind opens nothing
        s.execute("UPDATE channel SET kind = 5")
    _, said = shop.zg("channel", "test", "2", "--store", "main", code=1)
    assert "another key file" in said, said
    nothing_told(shop)


def story_only_the_owner(directory):
    """who is not the owner neither sees nor changes channels; a foreign page cannot either"""
    shop = Shop(directory)
    with serving("serve", "--db", shop.db) as answer:
        people = staff(answer["url"], answer["setup_code"])
        settings = {"kind": "null", "carries": "sms"}
        for role in ("operator", "service", "warehouse"):
            assert people[role].get("/stores/main/channels").status == 403
            for path in ("/channels", "/channels/1/remove", "/channels/1/test"):
                assert people[role].post("/stores/main" + path, settings).status == 403, (role, path)
        owner = people["owner"]
        assert owner.post("/stores/main/channels", settings, csrf=False).status == 403
        assert owner.post("/stores/main/channels", settings, headers={"Origin": "https://evil.example"}).status == 403
        made = owner.post("/stores/main/channels", settings)
        assert made.status == 201 and made.json["id"] == 1, made.body
        wrong = owner.post("/stores/main/channels", {"kind": "smtp", "host": "h.example", "from": "nobody"})
        assert wrong.status == 422 and wrong.code == "channel-from", wrong.body
        assert owner.post("/stores/main/channels/1/test", {"to": "13800001111"}).json["fate"] == "sent"
        assert owner.post("/stores/main/channels/1/remove").status == 200
        assert owner.get("/stores/main/channels").json["channels"] == []
        deeds = [v for v, in rows(shop.db, "SELECT verb FROM audit WHERE verb LIKE 'channel-%' ORDER BY 1")]
        assert deeds == ["channel-add", "channel-remove", "channel-test"], deeds


def with_order(shop, phone="13800001111"):
    china = datetime.timezone(datetime.timedelta(hours=8))
    now = datetime.datetime.now(china)
    row = order("A1", UNPAID, placed=f"{now - datetime.timedelta(hours=2):%Y-%m-%d %H:%M:%S}", paid="")
    row[10] = phone
    shop.bring(shop.write(f"ExportOrderList{now:%Y%m%d%H%M}.csv", [row]))
    return rows(shop.db, "SELECT store_id, order_id FROM orders WHERE order_no = 'A1'")[0]


def story_one_click_to_leave(directory):
    """a buyer leaves by one click: GET asks, POST acts, once and for every shop; a token that was not made here does nothing"""
    shop = Shop(directory)
    store_id, order_id = with_order(shop)
    add(shop, "null", "--carries", "email")
    good = token(shop.db, "unsubscribe", store_id, order_id, 2)
    with serving("serve", "--db", shop.db) as answer:
        mailer = Browser(answer["url"])
        mailer.origin = None
        plain = {"Origin": None, "Sec-Fetch-Site": None}
        page = mailer.get("/unsubscribe/" + good, headers=plain)
        assert page.status == 200 and page.headers["content-type"] == "text/html; charset=utf-8"
        html = page.body.decode()
        assert "退订" in html and "Unsubscribe" in html and '<form method="post">' in html and "<script" not in html
        assert "default-src 'none'" in page.headers["content-security-policy"] and page.headers["cache-control"] == "no-store"
        assert rows(shop.db, "SELECT COUNT(*) FROM suppression") == [(0,)], "a GET changes nothing"
        for bad in (good[:-1], good[:-1] + ("A" if good[-1] != "A" else "B"), "x", "", good + "A", token(shop.db, "delivery report", store_id, order_id, 2), "A" * 44):
            for method in ("GET", "POST"):
                got = mailer.ask(method, "/unsubscribe/" + bad, b"List-Unsubscribe=One-Click" if method == "POST" else None, headers=plain, content="application/x-www-form-urlencoded")
                assert got.status in (401, 404), (bad, method, got.status)
        assert rows(shop.db, "SELECT COUNT(*) FROM suppression") == [(0,)]
        for _ in range(2):  # as mail programs do: no cookie, no origin, a form
            done = mailer.ask("POST", "/unsubscribe/" + good, b"List-Unsubscribe=One-Click", headers=plain, content="application/x-www-form-urlencoded")
            assert done.status == 200 and "已退订" in done.body.decode(), done.body
        told = rows(shop.db, "SELECT kind, stop, how, user_id FROM suppression ORDER BY kind")
        assert told == [(1, 1, 2, 0), (3, 1, 2, 0)], told  # the buyer's name and the phone, as hashes
        owner = Browser(answer["url"]).setup(answer["setup_code"])
        plan = shop.json("explain", "--store", "main", "--order", "A1")
        assert (plan["decision"], plan["rule"]) == ("never", "opted-out"), plan
        foreign = owner.ask("POST", "/unsubscribe/" + good, b"x", headers={"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}, content="application/x-www-form-urlencoded")
        assert foreign.status == 403
    assert not re.search(r"[\w.]+@|138\d{8}", good), "the address of the page names nobody"


def story_staff_are_told(directory):
    """a robot tells staff what is new: red at once, once; nothing of a buyer; a robot that fails is tried again and loses nothing"""
    shop = Shop(directory)
    with Robot([(500, {}, b""), (200, {}, b'{"errcode":0,"errmsg":"ok"}')]) as robot, serving("serve", "--db", shop.db) as answer:
        add(shop, "dingtalk", secrets=robot.settings("dingtalk")["url"] + "\nSECcanary-secret-3\n")
        china = datetime.timezone(datetime.timedelta(hours=8))
        now = datetime.datetime.now(china)
        late = now - datetime.timedelta(days=9)
        rows_ = [order("L1", PAID, placed=f"{late:%Y-%m-%d %H:%M:%S}", paid=f"{late:%Y-%m-%d %H:%M:%S}")]
        rows_[0][1], rows_[0][8] = "茶友一号", "李雷"
        until(lambda: robot.got, 30 * SLOW, "the first notice: no data yet, which is red")
        first = json.loads(robot.got[0][2])["text"]["content"]
        assert first.startswith("【样板店】🔴"), first
        shop.bring(shop.write(f"ExportOrderList{now:%Y%m%d%H%M}.csv", rows_))
        until(lambda: len(robot.got) >= 2, 60 * SLOW, "the first again, or the late parcel")
        until(lambda: any("发货" in json.loads(b)["text"]["content"] for _, _, b in robot.got), 60 * SLOW, "the late parcel")
        texts = [json.loads(b)["text"]["content"] for _, _, b in robot.got]
        assert not any(who in t for t in texts for who in ("李雷", "茶友一号", "L1")), texts
        until(lambda: any("导入" in t for t in [json.loads(b)["text"]["content"] for _, _, b in robot.got[1:]]), 60 * SLOW, "what failed, told again")
        n = len(robot.got)
        time.sleep(6)
        assert len(robot.got) == n, "told once"
        listed = shop.json("channel", "list", "--store", "main")["channels"][0]
        assert listed["last"]["fate"] == "sent", listed


def story_one_robot_that_hangs(directory):
    """a robot that hangs keeps no other robot waiting, and the desk can be closed all the same"""
    shop = Shop(directory)
    with Robot(["hang"]) as dead, Robot() as alive:
        with serving("serve", "--db", shop.db) as answer:
            add(shop, "wecom", secrets=dead.settings("wecom")["url"] + "\n")
            until(lambda: dead.got, 30 * SLOW, "the one that hangs is asked")
            add(shop, "dingtalk", secrets=alive.settings("dingtalk")["url"] + "\nSECcanary-secret-3\n")
            owner = Browser(answer["url"]).setup(answer["setup_code"])
            made = owner.post("/stores", {"key": "second", "name": "二店", "platform": "tmall", "currency": "CNY", "zone": "Asia/Shanghai"})
            assert made.status in (200, 201), made.body
            came = time.monotonic()
            added = owner.post("/stores/second/channels", {"kind": "dingtalk", "url": alive.settings("dingtalk")["url"], "secret": "SECcanary-secret-3"})
            assert added.status == 201, added.body
            until(lambda: any("二店" in json.loads(b)["text"]["content"] for _, _, b in alive.got), 30 * SLOW, "the other shop's robot")
            assert time.monotonic() - came < 8 * SLOW, "it waited for the one that hangs"
            began = time.monotonic()
        assert time.monotonic() - began < 15 * SLOW, "closing waits for one send at most"
    assert shop.json("channel", "list", "--store", "main")["channels"][0]["last"]["fate"] == "unknown"


def story_delivery_reports(directory):
    """a real Kannel reports to the desk what arrived; a report that was not asked for is not taken"""
    shop = Shop(directory)
    store_id, order_id = with_order(shop)
    sms = pathlib.Path(directory) / "kannel"
    sms.mkdir()
    with Kannel(sms) as kannel, serving("serve", "--db", shop.db) as answer:
        add(shop, "kannel", "--url", kannel.url, "--user", "shop", "--from", "10690001", "--desk-url", answer["url"], secrets="canary-kannel-9\n")
        owner = Browser(answer["url"]).setup(answer["setup_code"])
        assert owner.post("/stores/main/channels/1/test", {"to": "13800001111"}).json["fate"] == "sent"
        good = token(shop.db, "delivery report", store_id, order_id, 2)
        gateway = Browser(answer["url"])
        plain = {"Origin": None, "Sec-Fetch-Site": None}
        assert gateway.get(f"/reports/{good}?status=1", headers=plain).status == 200
        assert gateway.get(f"/reports/{good}", headers=plain).status == 422
        assert gateway.get(f"/reports/{good}?status=x", headers=plain).status == 422
        for bad in (token(shop.db, "unsubscribe", store_id, order_id, 2), good[:-2], "x"):
            assert gateway.get(f"/reports/{bad}?status=1", headers=plain).status == 404
        nothing_told(shop)


CHINA = datetime.timezone(datetime.timedelta(hours=8))


def by_day():
    """Whether the rules let a message go out in China now, at the widest that they can be set: from 8 to 22."""
    return 8 <= datetime.datetime.now(CHINA).hour < 22 and 8 <= (datetime.datetime.now(CHINA) + datetime.timedelta(minutes=2)).hour < 22


ALL_DAY = ["good1_from_min=480", "good1_until_min=1320", "good2_from_min=1320", "good2_until_min=1320", "meal1_from_min=690", "meal1_until_min=690", "meal2_from_min=1050", "meal2_until_min=1050"]


def sent(shop):
    return rows(shop.db, "SELECT channel, report, code FROM outbox WHERE state = 3")


def story_a_reminder_goes_the_whole_way(directory):
    """an unpaid order is reminded about by SMS through a real Kannel, and the delivery report comes home; at night nothing goes out, and nothing before the owner says so"""
    shop = Shop(directory)
    with_order(shop)
    sms = pathlib.Path(directory) / "kannel"
    sms.mkdir()
    with Kannel(sms) as kannel, serving("serve", "--db", shop.db) as answer:
        add(shop, "kannel", "--url", kannel.url, "--user", "shop", "--from", "10690001", "--desk-url", answer["url"], secrets="canary-kannel-9\n")
        shop.zg("policy", "set", "--store", "main", *ALL_DAY)
        time.sleep(3)
        assert rows(shop.db, "SELECT COUNT(*) FROM outbox WHERE state <> 1") == [(0,)] and "13800001111" not in kannel.phone(), "not switched on"
        shop.zg("policy", "set", "--store", "main", "auto_sms=1")
        if not by_day():
            time.sleep(5)
            assert sent(shop) == [] and "13800001111" not in kannel.phone(), "it is night"
            return
        until(lambda: sent(shop) and sent(shop)[0][1] == 1, 30 * SLOW, "the reminder and its report")
        assert sent(shop) == [(2, 1, "sent")], sent(shop)
        assert kannel.phone().count(" 13800001111 ") == 1
        nothing_told(shop)


SHOPIFY = "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Currency,Total,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Shipping Name,Shipping Country\n"


def story_a_mail_and_its_way_out(directory):
    """a reminder goes out by e-mail with its one-click link; who follows it is left alone at once, though another order waits"""
    shop = Shop(directory, platform="shopify")
    now = datetime.datetime.now(CHINA)
    placed = now - datetime.timedelta(minutes=90)
    later = now - datetime.timedelta(minutes=20)
    line = "#{no},lilei@buyer.example,pending,,unfulfilled,,CNY,88.00,{at:%Y-%m-%d %H:%M:%S} +0800,1,Tea,88.00,T-1,Li Lei,CN\n"
    path = shop.directory / f"orders_export_{now:%Y%m%d%H%M}.csv"
    path.write_text(SHOPIFY + line.format(no=1001, at=placed) + line.format(no=1002, at=later))
    shop.bring(path)
    mail = pathlib.Path(directory) / "exim"
    mail.mkdir()
    with Exim(mail) as exim, serving("serve", "--db", shop.db) as answer:
        add(shop, "smtp", "--host", "127.0.0.1", "--port", str(exim.port), "--from", "shop@shop.example", "--authority", exim.cert, "--desk-url", answer["url"])
        shop.zg("policy", "set", "--store", "main", "wave2_channel=3", "auto_email=1", *ALL_DAY)
        if not by_day():
            time.sleep(5)
            assert sent(shop) == [] and exim.mails("lilei") == [], "it is night"
            return
        message, = exim.wait_mails("lilei", 1)
        assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click" and message["Message-ID"].endswith("@shop.example>")
        link = re.fullmatch(r"<(.*)>", message["List-Unsubscribe"])[1]
        assert link.startswith(answer["url"] + "/api/v1/unsubscribe/") and "lilei" not in link
        done = Browser(answer["url"]).ask("POST", "!" + link[len(answer["url"]):], b"List-Unsubscribe=One-Click", headers={"Origin": None, "Sec-Fetch-Site": None},
                                          content="application/x-www-form-urlencoded")
        assert done.status == 200, done.body
        plan = shop.json("explain", "--store", "main", "--order", "#1002")
        assert (plan["decision"], plan["rule"]) == ("never", "opted-out"), plan
        time.sleep(2)
        assert len(exim.mails("lilei")) == 1


if __name__ == "__main__":
    run_stories(globals())
