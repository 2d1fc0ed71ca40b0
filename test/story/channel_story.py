"""Messages on their way out, to real components on loopback: Exim, Kannel with its fake SMSC, a receiver of robots' messages, a proxy that dies."""
import base64
import collections
import hashlib
import hmac
import json
import os
import pathlib
import re
import subprocess
import threading
import time
import urllib.parse

from channel_parts import Channel, DyingProxy, Exim, Kannel, Robot, free_ports, listens, wait_for
from story import ROOT, SLOW, run_stories

SECRETS = ("canary-password-7", "canary-kannel-9", "canary-token-5", "canary-secret-3")
UNKNOWN_POINT = 9


def smtp(exim, **more):
    return {"kind": "smtp", "host": "127.0.0.1", "port": exim.port, "from": "shop@shop.example", "from_name": "样板店", "user": "shop", "password": "canary-password-7",
            "authority": pathlib.Path(exim.cert).read_text(), **more}


def fate(answer):
    return answer["fate"], answer["code"]


def no_secrets_shown(process):
    """Neither the command line nor the environment of a process tells one."""
    for name in ("cmdline", "environ"):
        shown = pathlib.Path(f"/proc/{process.pid}/{name}").read_bytes().decode(errors="replace")
        assert not any(s in shown for s in SECRETS), f"{name} shows a secret"


# ---- e-mail ----

def story_mail_arrives(directory):
    """a mail arrives whole: encrypted, signed in, Chinese, dots, one-click unsubscribe, a Message-ID that stays"""
    text = "亲，您的订单还没付款。\n.\n.点开头的行\nFrom here\n" + "长" * 3000
    with Exim(directory, need_login="yes") as exim:
        with Channel(smtp(exim)) as channel:
            answer = channel.send(id="r-1", to="lilei@buyer.example", subject="订单提醒：还差一步，付款后我们尽快为您安排；满意请告诉朋友，不满意请告诉我们！", body=text,
                                  unsubscribe_url="https://desk.example.com/u/tok-1")
            assert fate(answer) == ("sent", "sent") and answer["reply"] == 250, answer
            assert fate(channel.send(id="r-2", to="hanmeimei@buyer.example", subject="Plain", body="Hello\n.\n..two\nend")) == ("sent", "sent")
            no_secrets_shown(channel.process)
        mail, = exim.wait_mails("lilei", 1)
        plain, = exim.wait_mails("hanmeimei", 1)
        assert mail.get_content().replace("\r\n", "\n") == text + "\n"
        assert mail["Subject"] == "订单提醒：还差一步，付款后我们尽快为您安排；满意请告诉朋友，不满意请告诉我们！", mail["Subject"]
        assert mail["From"].addresses[0].display_name == "样板店" and mail["From"].addresses[0].addr_spec == "shop@shop.example"
        assert mail["Message-ID"] == "<r-1@shop.example>" and mail["To"].addresses[0].addr_spec == "lilei@buyer.example"
        assert mail["List-Unsubscribe"] == "<https://desk.example.com/u/tok-1>" and mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert "List-Unsubscribe" not in plain and plain.get_content() == "Hello\n.\n..two\nend\n", plain.get_content()
        assert plain["Content-Type"].startswith("text/plain") and not plain.defects and not mail.defects
        log = exim.log()
        assert log.count("A=plain:shop") == 2 and log.count("X=TLS1.") == 2, log
        assert log.count("id=r-1@shop.example") == 1


def story_mail_is_refused(directory):
    """what the server refuses is told apart: the address and the text for good, a busy server for later, a wrong password"""
    with Exim(directory) as exim:
        with Channel(smtp(exim)) as channel:
            gone = channel.send(id="r-1", to="gone@buyer.example", subject="s", body="x")
            assert (*fate(gone), gone["reply"], gone["retry_s"]) == ("failed", "refused-address", 550, -1), gone
            busy = channel.send(id="r-2", to="busy@buyer.example", subject="s", body="x")
            assert (*fate(busy), busy["reply"]) == ("failed", "later", 451) and 30 <= busy["retry_s"] <= 38, busy
            third = channel.send(id="r-2", to="busy@buyer.example", subject="s", body="x", attempt=3)
            assert 240 <= third["retry_s"] <= 300, third
            text = channel.send(id="r-3", to="lilei@buyer.example", subject="s", body="REFUSE-ME")
            assert (*fate(text), text["reply"], text["retry_s"]) == ("failed", "refused", 550, -1), text
            later = channel.send(id="r-4", to="lilei@buyer.example", subject="s", body="LATER-ME")
            assert (*fate(later), later["reply"]) == ("failed", "later", 451), later
            for to in ("", "lilei", "a@b@c.example", "a b@c.example", "<a@c.example>", "李雷@buyer.example", ".a@c.example", "a@-c.example"):
                answer = channel.send(id="r-5", to=to, subject="s", body="x")
                assert fate(answer) == ("failed", "message") and not answer["began"], (to, answer)
            assert fate(channel.send(id="r-6", to="lilei@buyer.example", subject="s", body="x")) == ("sent", "sent")
        with Channel(smtp(exim, password="wrong")) as channel:
            login = channel.send(id="r-7", to="lilei@buyer.example", subject="s", body="x")
            assert (*fate(login), login["reply"], login["began"]) == ("failed", "login", 535, False) and login["retry_s"] > 0, login
        assert len(exim.wait_mails("lilei", 1)) == 1


def story_mail_is_never_in_the_clear(directory):
    """a server that offers no encryption, or whose certificate nobody vouches for, gets neither password nor message"""
    with Exim(directory, tls="") as exim:
        with Channel(smtp(exim)) as channel:
            answer = channel.send(id="r-1", to="lilei@buyer.example", subject="s", body="x")
            assert (*fate(answer), answer["began"]) == ("failed", "tls", False), answer
        assert "AUTH" not in exim.log() and exim.mails("lilei") == []
    other = pathlib.Path(directory) / "other"
    other.mkdir()
    with Exim(other) as exim:
        for wrong in ({"authority": ""}, {"host": "localhost", "authority": pathlib.Path(directory, "cert.pem").read_text()}):
            with Channel(smtp(exim, **wrong)) as channel:
                answer = channel.send(id="r-1", to="lilei@buyer.example", subject="s", body="x")
                assert (*fate(answer), answer["began"]) == ("failed", "tls", False), answer
        with Channel(smtp(exim, host="localhost")) as channel:
            assert fate(channel.send(id="r-2", to="lilei@buyer.example", subject="s", body="x")) == ("sent", "sent")


BIG = "订单" * 2000


def send_all(exim, proxy, rounds, *options):
    """For each of the ten points some messages whose server dies there once; what failed is sent again, what is unknown never.
    Gives the fates by message and the messages delivered."""
    fates = {}
    settings = {"kind": "smtp", "host": "127.0.0.1", "port": proxy.port, "tls": "off", "from": "shop@shop.example"}
    for name in (f"m-{n}-{point}" for n in range(rounds) for point in range(1, 11)):
        with Channel(settings, *options) as channel:  # a new connection each time: the first points are at its beginning
            told = fates[name] = []
            proxy.die_at(int(name.rsplit("-", 1)[1]))
            for attempt in range(4):
                told.append(channel.send(id=name, to="lilei@buyer.example", subject="s", body=BIG, attempt=attempt)["fate"])
                proxy.live()
                if told[-1] != "failed":
                    break
    exim.settle()
    return fates, collections.Counter(str(m["Message-ID"])[1:].split("@")[0] for m in exim.mails("lilei"))


def story_smtp_dies_at_ten_points(directory):
    """SMTP dies at each of ten points: nothing lost, nothing twice, unknown only where the answer to the whole mail was lost"""
    rounds = 3 if SLOW > 1 else 10
    with Exim(directory) as exim:
        proxy = DyingProxy(exim.port)
        try:
            fates, delivered = send_all(exim, proxy, rounds)
            assert proxy.deaths == 10 * rounds, proxy.deaths
            for name, told in fates.items():
                point = int(name.rsplit("-", 1)[1])
                want = ["unknown"] if point == UNKNOWN_POINT else ["sent"] if point == 10 else ["failed", "sent"]
                assert told == want, f"{name}: {told}"
            assert delivered == {name: 1 for name in fates}, {k: v for k, v in delivered.items() if v != 1}
        finally:
            proxy.close()


def story_a_channel_without_unknown_is_caught(directory):
    """control: a channel that calls a lost answer failed sends those messages twice, under one Message-ID"""
    with Exim(directory) as exim:
        proxy = DyingProxy(exim.port)
        try:
            _, delivered = send_all(exim, proxy, 1, "--early")
            twice = [name for name, n in delivered.items() if n != 1]
            assert twice == [f"m-0-{UNKNOWN_POINT}"] and delivered[twice[0]] == 2, delivered
        finally:
            proxy.close()


def story_smtp_hangs(directory):
    """a server that stops answering: before the whole mail is there it has failed, after it the outcome is unknown; both in time"""
    class Stops(DyingProxy):
        def _die(self, client):
            threading.Event().wait(8)
            raise ConnectionError
    with Exim(directory) as exim:
        proxy = Stops(exim.port)
        try:
            for point, want in ((2, ("failed", "slow")), (4, ("failed", "slow")), (6, ("failed", "slow")), (9, ("unknown", "silent"))):
                with Channel({"kind": "smtp", "host": "127.0.0.1", "port": proxy.port, "tls": "off", "from": "shop@shop.example", "timeout_ms": 1000}) as channel:
                    proxy.die_at(point)
                    answer = channel.send(id=f"h-{point}", to="lilei@buyer.example", subject="s", body="x")
                    assert fate(answer) == want and answer["ms"] < 4000 * SLOW, (point, answer)
                    proxy.live()
        finally:
            proxy.close()


def story_a_closed_connection_is_no_failure(directory):
    """a server that closed the kept connection meanwhile: the next message goes on a new one, at once"""
    with Exim(directory) as exim:
        proxy = DyingProxy(exim.port)
        try:
            with Channel({"kind": "smtp", "host": "127.0.0.1", "port": proxy.port, "tls": "off", "from": "shop@shop.example"}) as channel:
                proxy.die_at(10)  # gone after the answer, as an idle server
                assert channel.send(id="k-1", to="lilei@buyer.example", subject="s", body="x")["fate"] == "sent"
                proxy.live()
                assert channel.send(id="k-2", to="lilei@buyer.example", subject="s", body="x")["fate"] == "sent"
            exim.settle()
            assert len(exim.mails("lilei")) == 2
        finally:
            proxy.close()


# ---- SMS ----

def phone_texts(kannel):
    """[(number, text)] as phones would show them; parts of a long one joined."""
    got, parts = [], {}
    for line in kannel.phone().splitlines():
        m = re.search(r"Got message \d+: <\S+ (\S+) (\S+) (.*)>$", line)
        if not m:
            continue
        number, kind, rest = m.groups()
        if kind == "udh":
            udh, _, data = rest.split(" ", 2)
            ref, total, part = urllib.parse.unquote_to_bytes(udh)[3:6]
            parts.setdefault((number, ref, total), {})[part] = urllib.parse.unquote_to_bytes(data)
            if len(parts[number, ref, total]) == total:
                whole = parts.pop((number, ref, total))
                got.append((number, b"".join(whole[i] for i in sorted(whole)).decode("utf-16-be")))
        elif kind == "ucs-2":
            got.append((number, urllib.parse.unquote_to_bytes(rest.replace("+", " ")).decode("utf-16-be")))
        else:
            got.append((number, rest))
    return got


def story_sms_arrives(directory):
    """an SMS arrives through a real Kannel: plain, Chinese, in parts; the delivery report comes back; a wrong password is told"""
    with Kannel(directory) as kannel, Robot() as desk:
        with Channel(kannel.settings(**{"from": "10690001"})) as channel:
            no_secrets_shown(channel.process)
            for i, (to, body) in enumerate((("+8613800001111", "Your order waits, please pay."), ("138 0000-2222", "【样板店】订单还没付款，回T退订"), ("13800003333", "订单" * 60))):
                answer = channel.send(id=f"s-{i}", to=to, body=body, report_url=f"http://127.0.0.1:{desk.port}/report/tok-{i}?status=%d")
                assert (*fate(answer), answer["reply"]) == ("sent", "sent", 202), answer
            for to in ("", "abc", "12", "1" * 21, "+86+1380", "13800001111,13800002222"):
                answer = channel.send(id="s-9", to=to, body="x")
                assert fate(answer) == ("failed", "message") and not answer["began"], (to, answer)
        wait_for(lambda: len(phone_texts(kannel)) == 3, text="three messages on phones")
        assert phone_texts(kannel) == [("+8613800001111", "Your order waits, please pay."), ("13800002222", "【样板店】订单还没付款，回T退订"), ("13800003333", "订单" * 60)]
        wait_for(lambda: len({p for p, _, _ in desk.got}) >= 3, text="delivery reports")
        assert {p for p, _, _ in desk.got} == {f"/report/tok-{i}?status=1" for i in range(3)}, desk.got
        with Channel(kannel.settings(password="wrong")) as channel:
            answer = channel.send(id="s-10", to="13800001111", body="x")
            assert (*fate(answer), answer["reply"]) == ("failed", "login", 403), answer


def story_kannel_is_killed_and_comes_back(directory):
    """Kannel is killed in the middle and comes back: what failed is sent again, and every message reaches its phone once"""
    numbers = [f"1380000{i:04d}" for i in range(60)]
    with Kannel(directory) as kannel:
        fates = collections.defaultdict(list)
        waiting = list(numbers)
        with Channel(kannel.settings(timeout_ms=5000)) as channel:
            for i, number in enumerate(list(waiting)):
                if i == 15:
                    wait_for(lambda: len(phone_texts(kannel)) == 15, text="what was taken over until now")
                    kannel.settle()
                    kannel.kill("bearerbox")
                if i == 25:
                    kannel.kill()
                if i == 35:
                    kannel.start()
                answer = channel.send(id=f"k-{i}", to=number, body=f"order {i}")
                fates[number].append(answer["fate"])
                assert answer["fate"] != "failed" or (answer["retry_s"] > 0 and answer["code"] in ("connect", "later", "broken")), answer
            for number in numbers:  # as the outbox does when the time has come
                if fates[number][-1] == "failed":
                    answer = channel.send(id=f"k-{numbers.index(number)}", to=number, body=f"order {numbers.index(number)}", attempt=1)
                    fates[number].append(answer["fate"])
        unknown = {n for n in numbers if fates[n][-1] == "unknown"}
        assert all(fates[n][-1] == "sent" for n in numbers if n not in unknown), fates
        assert sum(fates[n][0] == "failed" for n in numbers) >= 10, "the time without Kannel was felt"
        wait_for(lambda: {n for n, _ in phone_texts(kannel)} >= set(numbers) - unknown, text="every message on its phone")
        counts = collections.Counter(n for n, _ in phone_texts(kannel))
        assert all(counts[n] == 1 for n in numbers if n not in unknown), [n for n in counts if counts[n] != 1]


def story_the_guides_kannel(directory):
    """the settings of Kannel that the guide shows are taken as they stand, in both languages the same; a message is taken over while the operator is away"""
    shown = {}
    for lang in ("en", "zh"):
        shown[lang] = re.search(r"```\n(group = core.*?)```", (ROOT / "docs" / "guide" / lang / "messages.md").read_text(), re.S)[1]
    assert shown["en"] == shown["zh"]
    config = shown["en"].replace("{", "{{").replace("}", "}}")
    for fixed, own in (("13000", "{admin}"), ("13001", "{box}"), ("13013", "{send}"), ("/var/spool/kannel", "{dir}"), ("smpp.operator.example", "127.0.0.1"), ("2775", "{smsc}")):
        assert fixed in config
        config = config.replace(fixed, own)
    with Kannel(directory, config) as kannel:
        with Channel({"kind": "kannel", "url": kannel.url, "user": "shop", "password": "CHANGE-ME-TOO", "from": "10690001"}) as channel:
            assert fate(channel.send(id="g-1", to="13800001111", body="订单")) == ("sent", "sent")


# ---- robots ----

def story_robots_are_signed(directory):
    """each robot gets what its platform wants, signed as its documents say"""
    for kind in ("dingtalk", "wecom", "feishu"):
        done = b'{"code":0,"msg":"success"}' if kind == "feishu" else b'{"errcode":0,"errmsg":"ok"}'
        with Robot([(200, {}, done)]) as robot:
            with Channel(robot.settings(kind)) as channel:
                no_secrets_shown(channel.process)
                assert fate(channel.send(id="n-1", body="今天有 3 单催付\n\"quoted\" \\")) == ("sent", "sent")
                channel.send(id="n-2", body="字" * 3000)
            (path, headers, body), (_, _, long) = robot.got
            told = json.loads(body)
            assert headers["Content-Type"] == "application/json; charset=utf-8"
            secret = "SECcanary-secret-3"
            if kind == "dingtalk":
                query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(path).query))
                want = base64.b64encode(hmac.new(secret.encode(), f"{query['timestamp']}\n{secret}".encode(), hashlib.sha256).digest()).decode()
                assert query["access_token"] == "canary-token-5" and query["sign"] == want and abs(int(query["timestamp"]) - time.time() * 1000) < 60000
                assert told == {"msgtype": "text", "text": {"content": "今天有 3 单催付\n\"quoted\" \\"}}
            elif kind == "wecom":
                assert path == "/cgi-bin/webhook/send?key=canary-token-5"
                assert told == {"msgtype": "text", "text": {"content": "今天有 3 单催付\n\"quoted\" \\"}}
            else:
                want = base64.b64encode(hmac.new(f"{told['timestamp']}\n{secret}".encode(), b"", hashlib.sha256).digest()).decode()
                assert told["sign"] == want and told["msg_type"] == "text" and told["content"] == {"text": "今天有 3 单催付\n\"quoted\" \\"}
                assert abs(int(told["timestamp"]) - time.time()) < 60
            said = json.loads(long)
            assert len((said["content"]["text"] if kind == "feishu" else said["text"]["content"]).encode()) <= 2000


def story_robots_misbehave(directory):
    """a robot answers 429, 500, 502, moves, drips, hangs, floods, cuts, talks nonsense: what is a no is a no, what is not known is unknown"""
    ok = b'{"errcode":0}'
    rows = [
        ("dingtalk", (429, {"Retry-After": "77"}, b""), "failed", "later", 77), ("wecom", (500, {}, b"oops"), "failed", "later", None),
        ("feishu", (503, {"Retry-After": "5"}, b""), "failed", "later", 5), ("dingtalk", (502, {}, b""), "unknown", "gateway", -1), ("wecom", (504, {}, b""), "unknown", "gateway", -1),
        ("wecom", (302, {"Location": "http://127.0.0.1:1/"}, b""), "failed", "service", None), ("wecom", (404, {}, b"no"), "failed", "service", None),
        ("dingtalk", (200, {}, b'{"errcode":310000,"errmsg":"sign not match"}'), "failed", "signature", None),
        ("dingtalk", (200, {}, b'{"errcode":130101,"errmsg":"too fast"}'), "failed", "pace", 600), ("wecom", (200, {}, b'{"errcode":45009}'), "failed", "pace", 60),
        ("wecom", (200, {}, b'{"errcode":93000,"errmsg":"invalid webhook url"}'), "failed", "signature", None), ("wecom", (200, {}, b'{"errcode":40058}'), "failed", "refused", -1),
        ("feishu", (400, {}, b'{"code":19021,"msg":"sign match fail"}'), "failed", "signature", None), ("feishu", (200, {}, b'{"StatusCode":0}'), "sent", "sent", -1),
        ("feishu", (400, {}, b'{"code":11232}'), "failed", "pace", 60), ("wecom", (200, {}, b"<html>"), "unknown", "garbled", -1), ("wecom", (200, {}, b""), "unknown", "garbled", -1),
        ("wecom", (200, {}, b'{"errcode":"0"}'), "unknown", "garbled", -1), ("wecom", (204, {}, b""), "unknown", "garbled", -1),
        ("dingtalk", "hang", "unknown", "silent", -1), ("dingtalk", "drip", "unknown", "silent", -1), ("wecom", "cut", "unknown", "lost", -1), ("wecom", "flood", "unknown", "garbled", -1),
    ]
    for kind, say, want, code, retry_s in rows:
        with Robot([say, (200, {}, ok)]) as robot, Channel(robot.settings(kind, timeout_ms=1500)) as channel:
            answer = channel.send(id="n-1", body="x", urgent=True)
            assert fate(answer) == (want, code), (kind, say, answer)
            assert answer["retry_s"] == retry_s if retry_s is not None else 30 <= answer["retry_s"] <= 38, (kind, say, answer)
            assert answer["ms"] < 4000 * SLOW, (kind, say, answer)
            assert not any(s in json.dumps(answer) for s in SECRETS)
            assert len(robot.got) == 1, "asked once"
    port = free_ports(1)[0]
    assert not listens(port)
    with Channel({"kind": "wecom", "url": f"http://127.0.0.1:{port}/cgi-bin/webhook/send?key=k"}) as channel:
        answer = channel.send(id="n-1", body="x")
        assert (*fate(answer), answer["began"]) == ("failed", "connect", False), answer


def story_robots_keep_their_pace(directory):
    """at most 20 messages a minute, of which ordinary ones take 8; what is too many waits, and says until when"""
    with Robot() as robot, Channel(robot.settings("wecom")) as channel:
        ordinary = [channel.send(id=f"o-{i}", body="x") for i in range(10)]
        assert [fate(a) for a in ordinary] == [("sent", "sent")] * 8 + [("failed", "pace")] * 2
        red = [channel.send(id=f"r-{i}", body="x", urgent=True) for i in range(14)]
        assert [fate(a) for a in red] == [("sent", "sent")] * 12 + [("failed", "pace")] * 2
        assert all(1 <= a["retry_s"] <= 60 and not a["began"] for a in ordinary[8:] + red[12:]), red[12:]
        assert len(robot.got) == 20


# ---- settings ----

def story_settings_are_checked(directory):
    """settings that would go over a net in the clear, to a strange place, or are not whole are refused with the field's name"""
    mail = {"kind": "smtp", "host": "smtp.example.com", "from": "shop@shop.example"}
    ding = {"kind": "dingtalk", "url": "https://oapi.dingtalk.com/robot/send?access_token=t", "secret": "SEC1"}
    kannel = {"kind": "kannel", "url": "http://127.0.0.1:13013/cgi-bin/sendsms", "user": "u", "password": "p"}
    rows = [
        ({}, "kind"), ({"kind": "smtps"}, "kind"), ({**mail, "host": ""}, "host"), ({**mail, "host": "a b"}, "host"), ({**mail, "tls": "off"}, "tls"), ({**mail, "tls": "none"}, "tls"),
        ({**mail, "user": "u"}, "password"), ({**mail, "password": "p"}, "user"), ({**mail, "from": "shop"}, "from"), ({**mail, "from": "a\r\nBcc: b@c"}, "from"),
        ({**mail, "port": 70000}, "port"), ({**mail, "port": "25"}, "port"), ({**mail, "timeout_ms": 5}, "timeout_ms"), ({**mail, "secret": "x"}, "secret"),
        ({**mail, "host": 5}, "host"), ({**mail, "desk_url": "http://desk.example.com"}, "desk_url"), ({**mail, "from_name": "a\nb"}, "from_name"),
        ({**kannel, "url": "http://10.0.0.1/cgi-bin/sendsms"}, "url"), ({**kannel, "url": "http://u:p@127.0.0.1/"}, "url"), ({**kannel, "url": "ftp://127.0.0.1/"}, "url"),
        ({**kannel, "url": "http://127.0.0.1/?user=u"}, "url"), ({**kannel, "user": ""}, "user"), ({**kannel, "from": "店"}, "from"),
        ({**ding, "secret": ""}, "secret"), ({**ding, "url": "https://evil.example/robot/send?access_token=t"}, "url"),
        ({**ding, "url": "https://oapi.dingtalk.com.evil.example/robot/send?access_token=t"}, "url"), ({**ding, "url": "http://oapi.dingtalk.com/robot/send?access_token=t"}, "url"),
        ({**ding, "url": "https://oapi.dingtalk.com@evil.example/robot/send?access_token=t"}, "url"), ({**ding, "url": "https://evil.example/#https://oapi.dingtalk.com/robot/send?access_token=t"}, "url"),
        ({**ding, "url": "http://169.254.169.254/robot/send?access_token=t"}, "url"), ({**ding, "url": "http://2130706433.evil.example/robot/send?access_token=t"}, "url"),
        ({**ding, "kind": "wecom"}, "secret"), ({"kind": "directory", "folder": "/tmp"}, "carries"), ({"kind": "directory", "folder": "x", "carries": "sms"}, "folder"), ({"kind": "null"}, "carries"),
    ]
    for told, field in rows:
        p = subprocess.run([os.environ["ZG_CHANNEL_DRIVE"]], input=json.dumps(told) + "\n", capture_output=True, text=True, check=False)
        assert p.returncode == 1, (told, p.stdout, p.stderr)
        answer = json.loads(p.stdout)
        assert answer["field"] == field and answer["en"] and answer["zh"], (told, answer)
    for told in (mail, ding, kannel, {**mail, "host": "127.0.0.1", "tls": "off"}, {"kind": "null", "carries": "sms"}):
        p = subprocess.run([os.environ["ZG_CHANNEL_DRIVE"]], input=json.dumps(told) + "\n", capture_output=True, text=True, check=False)
        assert p.returncode == 0, (told, p.stdout)


if __name__ == "__main__":
    run_stories(globals())
