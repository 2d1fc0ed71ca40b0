"""The reminder desk over HTTP and in the terminal: who is asked about first, whose it is, what the board says, all told a second time here
from the very events that were sent."""
import pathlib
import random
import time

from browser import Browser, staff
from feed_story import Sender
from story import TMALL, Shop, need, run_stories, serving

MINUTE, HOUR = 60, 3600
DUE, WINDOW = 30 * MINUTE, 24 * HOUR


def stamp(at):
    return time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(at))


def zone_of_afternoon(now):
    """A zone in which it is about two in the afternoon, so that nobody's quiet hours hold a reminder."""
    east = (14 - time.gmtime(now).tm_hour + 12) % 24 - 12
    return f"Etc/GMT{-east:+d}" if east else "Etc/UTC"


def desk_of(directory, now):
    shop = Shop.__new__(Shop)  # of no platform that says where its buyers live
    shop.directory = pathlib.Path(directory)
    shop.db = shop.directory / "shop.db"
    shop.zg("init", "--store", "main", "--name", "样板店", "--platform", "other", "--currency", "CNY", "--zone", zone_of_afternoon(now))
    return shop


class World:
    """Orders as they were sent, and what people did: enough to say what the desk must say."""

    def __init__(self, now):
        self.now, self.orders, self.number = now, {}, 0

    def event(self, number):
        o = self.orders[number]
        self.number += 1
        told = {"order_no": number, "placed_at": stamp(o["placed"]), "total": f"{o['total']}.00", "buyer": f"茶友{number}", "status": "unpaid"}
        if o.get("paid"):
            told |= {"status": "paid", "paid_at": stamp(o["paid"])}
        return {"id": f"e-{self.number}", "type": "order", "as_of": stamp(time.time()), "order": told}

    def due(self):
        return [n for n, o in self.orders.items() if not o.get("paid") and DUE <= self.now - o["placed"] < WINDOW and not o.get("outcome")]

    def worked(self, numbers):
        """Last chances first (an hour later the time to pay is over), then by what is to be paid, then the older."""
        return sorted(numbers, key=lambda n: (self.now - self.orders[n]["placed"] + HOUR < WINDOW, -self.orders[n]["total"], self.orders[n]["placed"], n))


def team(owner):
    accounts = {a["name"]: a["id"] for a in owner.get("/accounts").json["accounts"]}
    hours = list(range(24))
    changes = [{"op": "agent", "name": "阿茶", "kind": "service", "limit": 5, "account": accounts["operator"], "nicks": [], "left": False},
               {"op": "agent", "name": "小催", "kind": "specialist", "limit": 60, "account": accounts["service"], "nicks": [], "left": False}]
    changes += [{"op": "week", "of": who, "weekday": d, "hours": hours} for who in ("阿茶", "小催") for d in range(7)]
    changes += [{"op": "rota", "hour": h, "of": "阿茶"} for h in hours]
    made = owner.post("/stores/main/team", {"changes": changes})
    assert made.status == 200, made.body


def story_queue(directory):
    """the queue is in the order of work, each reminder is in one pair of hands and stays there, and the terminal tells the same"""
    now = int(time.time())
    world, rng = World(now), random.Random(5)
    shop = desk_of(directory, now)
    for i in range(40):
        world.orders[f"Q-{i:03}"] = {"placed": now - rng.choice([10 * MINUTE, 45 * MINUTE, 3 * HOUR, 23 * HOUR + 20 * MINUTE, 25 * HOUR]) - i, "total": rng.choice([20, 50, 50, 300, 900])}
    for n in list(world.orders)[::7]:
        world.orders[n]["paid"] = world.orders[n]["placed"] + 9
    with serving("serve", "--db", shop.db) as desk:
        people = staff(desk["url"], desk["setup_code"])
        owner = people["owner"]
        token = owner.post("/stores/main/tokens", {"name": "web shop"}).json["token"]
        assert Sender(desk["url"]).events(token, [world.event(n) for n in world.orders])[1]["accepted"] == 40
        alone = owner.get("/stores/main/queue").json
        want = world.worked(world.due())
        assert [r["order"] for r in alone["rows"]] == want and alone["due_all"] == len(want), (alone["due_all"], want)
        assert alone["totals"]["amount"]["minor"] == 100 * sum(world.orders[n]["total"] for n in want)
        assert alone["totals"]["last_chance"] == sum(r["last_chance"] for r in alone["rows"]) > 0
        assert alone["team"] == [] and all(r["agent"] is None for r in alone["rows"])
        assert all(r["text"]["body"] and r["reason"]["en"] and r["reason"]["zh"] for r in alone["rows"])
        assert alone["young"]["orders"] == sum(now - o["placed"] < DUE and not o.get("paid") for o in world.orders.values())
        # A team: given out once, and then it stays; the agent has no more than the limit.
        team(owner)
        assert owner.get("/stores/main/queue").json["totals"]["unhanded"] == len(want)
        assert people["service"].post("/stores/main/queue/take").json["given"] == len(want)
        assert owner.post("/stores/main/queue/take").json["given"] == 0
        whole = owner.get("/stores/main/queue?agent=all").json
        ids = {m["name"]: m["id"] for m in whole["team"]}
        hands = {r["order"]: r["agent"]["name"] for r in whole["rows"]}
        assert whole["totals"]["unhanded"] == 0 and list(hands) == want
        for name, number in ids.items():
            rows = owner.get(f"/stores/main/queue?agent={number}").json
            assert [r["order"] for r in rows["rows"]] == [n for n in want if hands[n] == name], name
            assert rows["due_all"] == len(want)
        assert 0 < list(hands.values()).count("阿茶") <= 5 and "小催" in hands.values()
        assert owner.get("/stores/main/queue?agent=none").json["rows"] == []
        for bad in ("0", "-1", "x", "1x"):
            assert owner.get(f"/stores/main/queue?agent={bad}").status == 422, bad
        # What is marked or paid is gone from the list at once, and what was paid is told.
        first, second, third = want[:3]
        for n, outcome in ((first, "unreached"), (second, "done")):
            assert people["service"].post(f"/stores/main/reminders/{n}/mark", {"wave": next(r["wave"] for r in whole["rows"] if r["order"] == n), "outcome": outcome}).status == 200
        world.orders[third]["paid"] = now
        Sender(desk["url"]).events(token, [world.event(third)])
        revision = owner.get("/stores/main/changes").json["revision"]
        after = owner.get(f"/stores/main/queue?revision={revision}").json
        assert [r["order"] for r in after["rows"]] == want[3:]
        assert third in [p["order"] for p in after["paid"]]
        told = shop.json("queue", "--store", "main")
        assert [r["order"] for r in told["rows"]] == want[3:] and told["rows"][0]["buyer"] is None, "the terminal's form holds no person"
        for n in want[3:8]:
            assert n in shop.zg("queue", "--store", "main", lang="zh")[0]
        assert shop.json("queue", "--store", "main", "--agent", str(ids["阿茶"]))["totals"]["due"] == sum(hands[n] == "阿茶" for n in want[3:])
        shop.zg("queue", "--store", "main", "--agent", "x", code=2)
        # Who may: those who speak with buyers.
        assert people["warehouse"].get("/stores/main/queue").status == 403 and people["warehouse"].post("/stores/main/queue/take").status == 403
        assert Browser(desk["url"]).get("/stores/main/queue").status == 401


def story_board(directory):
    """the board's figures are those that a count here gives, from the same orders and marks"""
    now = int(time.time())
    world, rng = World(now), random.Random(9)
    shop = desk_of(directory, now)
    for i in range(60):
        placed = now - rng.randint(1, 11) * HOUR - i
        world.orders[f"B-{i:03}"] = {"placed": placed, "total": rng.randint(10, 400)} | ({"paid": placed + rng.randint(5, 20)} if rng.random() < .6 else {})
    with serving("serve", "--db", shop.db) as desk:
        people = staff(desk["url"], desk["setup_code"])
        owner, sender = people["owner"], Sender(desk["url"])
        token = owner.post("/stores/main/tokens", {"name": "web shop"}).json["token"]
        assert sender.events(token, [world.event(n) for n in world.orders])[1]["accepted"] == 60
        team(owner)
        done_by = {}
        for n in world.due():
            who, outcome = rng.choice(["operator", "service"]), rng.choice(["done", "done", "unreached", "skipped", None])
            if outcome is None:
                continue
            wave = 2 if now - world.orders[n]["placed"] >= HOUR else 1
            assert people[who].post(f"/stores/main/reminders/{n}/mark", {"wave": wave, "outcome": outcome, "reason": "谈好了"}).status == 200
            world.orders[n]["outcome"], done_by[n] = outcome, who
        marked = [n for n, o in world.orders.items() if o.get("outcome")]
        for n in marked[::2]:
            world.orders[n]["paid"] = int(time.time()) + 1
        time.sleep(2.1)  # paid after the mark, and in the past
        sender.events(token, [world.event(n) for n in marked[::2]])
        day = 86400
        span = ["--from", time.strftime("%Y-%m-%d", time.gmtime(now - day)), "--to", time.strftime("%Y-%m-%d", time.gmtime(now + 2 * day))]
        got = shop.json("board", "--store", "main", *span)

        def at(deed, paid):
            return [o for o in world.orders.values() if not (o.get("paid") and o["paid"] <= o["placed"] + DUE) and o.get("outcome") == deed and bool(o.get("paid")) == paid]

        for word, outcome in (("reminded", "done"), ("unreached", "unreached"), ("skipped", "skipped"), ("none", None)):
            for end, paid in (("paid", True), ("open", False)):
                want = at(outcome, paid)
                assert got["funnel"]["due"][word][end] == {"orders": len(want), "amount": {"minor": 100 * sum(o["total"] for o in want), "currency": "CNY"}}, (word, end)
        assert got["funnel"]["placed"]["orders"] == 60 and got["funnel"]["crossed"] == 0
        assert got["funnel"]["paid_early"]["orders"] == sum(bool(o.get("paid")) and o["paid"] <= o["placed"] + DUE for o in world.orders.values())
        [specialist] = got["specialists"]
        mine = [n for n in done_by if done_by[n] == "service" and world.orders[n]["outcome"] == "done"]
        recovered = [n for n in mine if world.orders[n].get("paid")]
        assert (specialist["name"], specialist["reminded"], specialist["recovered"]["orders"]) == ("小催", len(mine), len(recovered)), (specialist, mine)
        assert specialist["rate_bp"] == round(10000 * len(recovered) / len(mine) + 1e-9)
        assert specialist["credited"]["order"]["orders"] == 0, "nobody talked before these orders"
        assert specialist["credited"]["payment"]["orders"] == specialist["credited"]["order_first"]["orders"] == len(recovered)
        assert "小催" not in [p["name"] for p in got["others"]], "the two boards are apart"
        page = owner.get(f"/stores/main/board?from={span[1]}&to={span[3]}").json
        assert page["funnel"] == got["funnel"] and page["specialists"] == got["specialists"]
        long = owner.get("/stores/main/board?from=2020-01-01&to=2021-01-01")
        assert long.status == 422 and "62 days" in long.json["error"]["en"] and "62 天" in long.json["error"]["zh"], long.body
        assert "62 days" in shop.zg("board", "--store", "main", "--from", "2020-01-01", "--to", "2021-01-01", code=2)[1]
        assert owner.get("/stores/main/board").json["funnel"]["placed"]["orders"] > 0, "today when nothing is said"
        text = shop.zg("board", "--store", "main", *span, lang="zh")[0]
        assert "小催" in text and "催付专员" in text and "询单转化" in text
        shop.zg("board", "--store", "main", "--from", "yesterday", code=2)


def story_tmall(directory):
    """on the real month the queue holds the very orders of Today, and the funnel is that of a table made elsewhere: 15.62 % unpaid after half an hour"""
    need(TMALL)
    shop = Shop(directory)
    shop.bring(TMALL)
    at = "2020-02-26T15:00:00+08:00"
    queue, today = (shop.json(verb, "--store", "main", "--at", at) for verb in ("queue", "today"))
    assert queue["due_all"] == len(today["reminders"]) > 400
    amounts = {r["order"]: r["amount"]["minor"] for r in today["reminders"]}
    ranks = [(not r["last_chance"], -amounts[r["order"]]) for r in queue["rows"]]
    assert len(ranks) == 100 and ranks == sorted(ranks) and queue["totals"]["amount"]["minor"] == sum(amounts.values())
    funnel = shop.json("board", "--store", "main", "--from", "2020-02-01", "--to", "2020-03-01", "--at", "2020-03-02T00:00:00+08:00")["funnel"]
    due = {end: sum(f[end]["orders"] for f in funnel["due"].values()) for end in ("paid", "open", "lost")}
    assert funnel["placed"]["orders"] == 28010 and due == {"paid": 453, "open": 0, "lost": 3923}, (funnel["placed"], due)
    assert f"{(due['paid'] + due['lost']) / 28010:.5f}" == "0.15623"


if __name__ == "__main__":
    run_stories(globals())
