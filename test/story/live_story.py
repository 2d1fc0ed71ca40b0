"""Live pages: who waits for news is told within a moment of a commit, costs next to nothing meanwhile, and holds nobody up."""
import contextlib
import http.client
import json
import os
import pathlib
import signal
import socket
import subprocess
import threading
import time
import urllib.parse

from browser import Browser
from feed_story import Sender
from story import BINARY, SLOW, Shop, run_stories, until

STORE = {"key": "main", "name": "样板店", "platform": "tmall", "currency": "CNY", "zone": "Asia/Shanghai"}
MOMENT = 1.0 * SLOW  # what a person may wait for a row to change


@contextlib.contextmanager
def desk(directory, fresh=True):
    """A desk whose process can be looked at and ended: (process, url, one-time code)."""
    process = subprocess.Popen([BINARY, "serve", "--db", str(pathlib.Path(directory) / "live.db"), "--port", "0", "--no-open", "--json"],
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    try:
        opened = json.loads(process.stdout.readline())
        yield process, opened["url"], opened.get("setup_code")
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.wait(timeout=30 * SLOW)
    assert process.returncode == 0, f"the desk closed with {process.returncode}"


def owner_of(url, code):
    owner = Browser(url).setup(code, store=STORE)
    made = owner.post("/stores/main/tokens", {"name": "web shop"})
    assert made.status == 201, made.body
    return owner, made.json["token"]


def ask(owner, since=None, wait_s=20, store="main"):
    """One long poll; the answer's JSON and how long it took."""
    began = time.monotonic()
    q = urllib.parse.urlencode({"wait_s": wait_s, **({"since": since} if since else {})})
    got = owner.get(f"/stores/{store}/changes?{q}")
    assert got.status == 200, got.body
    return got.json, time.monotonic() - began


def now_event(number, event_id=None, **more):
    at = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime())
    return {"id": event_id or f"e-{number}-{time.monotonic_ns()}", "type": "order", "as_of": at,
            "order": {"order_no": number, "placed_at": at, "total": "88.00", "status": "unpaid", "buyer": f"茶友{number}", **more}}


class Waiting(threading.Thread):
    """Somebody who waits, and notes when the answer came."""

    def __init__(self, owner, since, **options):
        super().__init__(daemon=True)
        self.owner, self.since, self.options = owner, since, options
        self.answer = self.at = None
        self.start()

    def run(self):
        self.answer = ask(self.owner, self.since, **self.options)[0]
        self.at = time.monotonic()

    def end(self, seconds):
        self.join(seconds)
        assert self.at is not None, f"no answer within {seconds} s"
        return self.answer


def story_news(directory):
    """who does not know the revision is answered at once, who knows it when something changes or the time is over"""
    with desk(directory) as (_, url, code):
        owner, token = owner_of(url, code)
        first, took = ask(owner)
        assert took < MOMENT and first["again_after_s"] == 0
        again, took = ask(owner, first["revision"], wait_s=1)
        assert again == first and 0.9 <= took < 1 + MOMENT, (again, took)
        for odd in ("nonsense", first["revision"] + "0", first["revision"][:-1], "x" * 3000):
            assert ask(owner, odd)[0] == first
        waiting = Waiting(owner, first["revision"])
        time.sleep(0.3)
        assert waiting.at is None
        sender, began = Sender(url), time.monotonic()
        assert sender.events(token, [now_event("A-1", "one")])[1]["accepted"] == 1
        second = waiting.end(MOMENT)
        assert second["revision"] != first["revision"] and waiting.at - began < MOMENT
        # An event that was taken before changes nothing, and wakes nobody; a paid order does.
        assert sender.events(token, [now_event("A-1", "one")])[1]["duplicates"] == 1
        assert ask(owner, second["revision"], wait_s=0)[0] == second
        waiting = Waiting(owner, second["revision"])
        at = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime())
        sender.events(token, [now_event("A-1", status="paid", paid_at=at)])
        third = waiting.end(MOMENT)
        # What a person does is news as well.
        waiting = Waiting(owner, third["revision"])
        assert owner.post("/stores/main/reminders/A-1/mark", {"wave": 1, "outcome": "unreached"}).status == 200
        assert waiting.end(MOMENT)["revision"] != third["revision"]
        # Who may not, and what is no wait.
        assert Browser(url).get("/stores/main/changes").status == 401
        assert owner.get("/stores/other/changes").status == 404
        for bad in ("26", "-1", "x"):
            assert owner.get(f"/stores/main/changes?wait_s={bad}").status == 422


def story_other_shop(directory):
    """what happens in one shop does not wake those who look at another"""
    with desk(directory) as (_, url, code):
        owner, _ = owner_of(url, code)
        assert owner.post("/stores", {**STORE, "key": "second", "name": "分店"}).status == 201
        token = owner.post("/stores/second/tokens", {"name": "web shop"}).json["token"]
        known = ask(owner)[0]["revision"]
        second = ask(owner, store="second")[0]["revision"]
        Sender(url, "second").events(token, [now_event("B-1")])
        assert ask(owner, second, store="second")[0]["revision"] != second
        assert ask(owner, known, wait_s=0)[0]["revision"] == known


def cpu_s(process):
    fields = pathlib.Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Many:
    """Raw connections that wait: they cost this test nothing, so that only the desk is measured."""

    def __init__(self, owner, since, n, wait_s=20):
        head = (f"GET /api/v1/stores/main/changes?since={since}&wait_s={wait_s} HTTP/1.1\r\nHost: 127.0.0.1:{owner.port}\r\n"
                f"Cookie: {owner.cookie}\r\n\r\n").encode()
        self.all = []
        for _ in range(n):
            s = socket.create_connection((owner.host, owner.port))
            s.sendall(head)
            self.all.append(s)

    def answers(self, seconds):
        """Reads everybody's answer; {revision: how many}, and how many were sent away."""
        end, told, away = time.monotonic() + seconds, {}, 0
        for s in self.all:
            s.settimeout(max(0.01, end - time.monotonic()))
            text = b""
            while b"}" not in text:
                got = s.recv(4096)
                assert got, "a connection closed without an answer"
                text += got
            body = json.loads(text.split(b"\r\n\r\n", 1)[1])
            told[body["revision"]] = told.get(body["revision"], 0) + 1
            away += body["again_after_s"] > 0
        return told, away

    def close(self):
        for s in self.all:
            s.close()


def story_many(directory):
    """four hundred who wait cost no measurable time, and are all told within a moment; bursts are told together"""
    with desk(directory) as (process, url, code):
        owner, token = owner_of(url, code)
        sender = Sender(url)
        known = ask(owner)[0]["revision"]
        many = Many(owner, known, 400)
        time.sleep(0.5 * SLOW)
        before = cpu_s(process)
        time.sleep(2)
        idle = cpu_s(process) - before
        assert idle <= 0.05 * SLOW, f"400 who wait cost {idle} s of 2 s"
        assert owner.get("/stores/main/today").status == 200, "others are served meanwhile"
        stale = known
        sender.events(token, [now_event("C-1")])
        told, away = many.answers(MOMENT)
        assert len(told) == 1 and sum(told.values()) == 400 and known not in told and away == 0, told
        many.close()
        # A burst: whoever asks again after each answer is told at most some ten times a second.
        known, rounds, end = ask(owner)[0]["revision"], 0, time.monotonic() + 1
        burst = threading.Thread(target=lambda: [sender.events(token, [now_event(f"D-{i}")]) for i in range(150)])
        burst.start()
        while burst.is_alive() or time.monotonic() < end:
            known = ask(owner, known, wait_s=1)[0]["revision"]
            rounds += 1
        took = 1 + time.monotonic() - end
        assert rounds <= 11 * took + 3, f"{rounds} answers in {took:.1f} s"
        # Nor is who asks with an old revision again and again.
        rounds, end = 0, time.monotonic() + 1
        while time.monotonic() < end:
            assert ask(owner, stale)[0]["revision"] == known
            rounds += 1
        assert rounds <= 13, f"{rounds} answers in a second"


def story_crowded(directory):
    """who comes when too many wait is answered at once and asked to stay away a while; those who left make room"""
    with desk(directory) as (process, url, code):
        owner, token = owner_of(url, code)
        known = ask(owner)[0]["revision"]
        many = Many(owner, known, 512, wait_s=min(25, 4 * SLOW))
        time.sleep(0.5 * SLOW)
        answer, took = ask(owner, known)
        assert answer == {"revision": known, "again_after_s": 5} and took < MOMENT, (answer, took)
        fds = f"/proc/{process.pid}/fd"
        full = len(os.listdir(fds))
        many.close()  # nobody reads their answers any more
        until(lambda: len(os.listdir(fds)) < full - 500, 10, "connections of those who left are closed")
        assert ask(owner, known, wait_s=0)[0]["again_after_s"] == 0
        Sender(url).events(token, [now_event("E-1")])
        assert ask(owner, known)[0]["revision"] != known


def story_slow(directory):
    """a client that never reads its answer, one that sends half a request and one that is gone hold nobody up"""
    with desk(directory) as (_, url, code):
        owner, token = owner_of(url, code)
        known = ask(owner)[0]["revision"]
        never = Many(owner, known, 20)
        half = socket.create_connection((owner.host, owner.port))
        half.sendall(b"GET /api/v1/stores/main/changes?since=")
        gone = Many(owner, known, 20)
        waiting = Waiting(owner, known)
        time.sleep(0.3)
        gone.close()
        began = time.monotonic()
        Sender(url).events(token, [now_event("F-1")])
        waiting.end(MOMENT)
        assert waiting.at - began < MOMENT
        assert ask(owner, waiting.answer["revision"], wait_s=0)[1] < MOMENT
        half.close()
        never.close()


def story_restart(directory):
    """the desk closes while pages wait, each is answered; after the restart what they know is old, and they read again"""
    with desk(directory) as (process, url, code):
        owner, _ = owner_of(url, code)
        known = ask(owner)[0]["revision"]
        many = Many(owner, known, 50)
        time.sleep(0.3)
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        told, _ = many.answers(5 * SLOW)
        assert told == {known: 50}, told
        process.wait(timeout=10 * SLOW)
        assert time.monotonic() - began < 5 * SLOW, "who waits does not hold the end up"
        many.close()
    with desk(directory) as (_, url, _):
        owner = Browser(url).login("王店主")
        answer, took = ask(owner, known)
        assert answer["revision"] != known and took < MOMENT
        assert answer["revision"].split("-")[0] != known.split("-")[0]


if __name__ == "__main__":
    run_stories(globals())
