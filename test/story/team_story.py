"""The team: who reminds about which unpaid order, from a list of chats, shifts and a rota; changes of the team, all or none; one's own
coming and going. The giving out is compared with a second implementation (second_team.py) on made-up days."""
import json
import random
import time

from browser import staff as accounts
from second_team import assign_all
from story import UNPAID, Shop, order, run_stories, serving

DAY = "2026-06-18"  # a Thursday
CHATS = ["买家昵称", "客服昵称", "会话开始时间", "会话结束时间", "消息数"]
SHIFTS = ["日期", "员工", "班次", "上班时间", "下班时间"]


def clock(minute):
    return f"{DAY} {minute // 60:02}:{minute % 60:02}:00"


def unpaid(number, minute):
    row = order(number, UNPAID, placed=clock(minute), paid="")
    row[1] = f"buyer_{number}"
    return row


def queue(shop, at):
    return shop.json("queue", "--store", "main", "--at", f"{DAY}T{at}+08:00")


def team(shop, *words, code=0):
    return shop.zg("team", "set", "--store", "main", *words, code=code)


def explain(shop, number, at):
    return shop.json("explain", "--store", "main", "--order", number, "--at", f"{DAY}T{at}+08:00")


def story_who(directory):
    """who served the buyer reminds; when that one is away a specialist does; explain, queue and team say the same, in both languages"""
    shop = Shop(directory)
    shop.bring(shop.write(f"ExportOrderList{DAY.replace('-', '')}1200.csv", [unpaid("7001", 630), unpaid("7002", 640), unpaid("7003", 650), unpaid("7004", 655)]))
    assert explain(shop, "7001", "11:20:00")["agent"] is None and explain(shop, "7001", "11:20:00")["agent_rule"] == "no-staff"
    team(shop, "add=小林", "小林.nicks=茶铺:小林", "小林.week=mon-fri:9-18", "add=阿竹", "阿竹.week=mon-sun:9-24", "add=南枝", "南枝.kind=specialist", "南枝.week=mon-sun:9-22",
         "rota.10=阿竹", "rota.11-24=小林")
    shop.bring(shop.write("chats.csv", [["buyer_7001", "茶铺:小林", clock(620), clock(640), "9"], ["buyer_7002", "小林", clock(630), "", "4"], ["buyer_7003", "别人", clock(630), clock(640), "4"]],
                          header=CHATS))
    rows = {r["order"]: r for r in queue(shop, "11:25:00")["rows"]}
    assert {n: (r["agent"]["name"], r["agent_reason"]["rule"]) for n, r in rows.items()} == {
        "7001": ("小林", "served"), "7002": ("小林", "talking"), "7003": ("阿竹", "rota"), "7004": ("阿竹", "rota")}, rows
    one = explain(shop, "7001", "11:25:00")
    assert one["agent"] == "小林" and one["agent_rule"] == "served" and "10:20" in one["agent_reason"], one
    assert "谁接待谁催付" in shop.zg("explain", "--store", "main", "--order", "7001", "--at", f"{DAY}T11:25:00+08:00", lang="zh")[0]
    # the file's shift of that day counts before the week's hours; what is painted for the day counts before the file
    shop.bring(shop.write("shifts.csv", [[DAY, "小林", "晚班", "16:00", "24:00"]], header=SHIFTS))
    assert explain(shop, "7001", "11:25:00")["agent_rule"] == "served-away" and explain(shop, "7001", "11:25:00")["agent"] == "南枝"
    team(shop, f"小林.{DAY}=9-12")
    assert explain(shop, "7001", "11:25:00")["agent"] == "小林"
    team(shop, f"小林.{DAY}=week", "小林.limit=1")
    # a reminder that is held names who is planned for the minute until which it is held
    held = explain(shop, "7001", "12:10:00")
    assert held["decision"] == "hold" and held["until"].endswith("14:00:00+08:00"), held
    seen = shop.json("team", "--at", f"{DAY}T11:25:00+08:00")
    by = {a["name"]: a for a in seen["agents"]}
    assert by["小林"]["state"] == "off" and by["小林"]["back_at"] == f"{DAY}T16:00:00+08:00" and by["小林"]["days"][3]["by"] == "file", by["小林"]
    assert by["南枝"]["reminders"] + by["阿竹"]["reminders"] == seen["due"]["count"] == 4 and seen["due"]["nobodys"] == 0, seen
    shop.zg("verify")


def story_shops(directory):
    """one team serves two shops: a shift listed in one and a chat open in one count in the other; who served whom does not"""
    shop = Shop(directory)
    shop.zg("init", "--store", "other", "--name", "分店", "--platform", "taobao", "--currency", "CNY", "--zone", "Asia/Shanghai")
    shop.bring(shop.write(f"ExportOrderList{DAY.replace('-', '')}1200.csv", [unpaid("7001", 630)]))
    team(shop, "add=小林", "小林.limit=1", "add=阿竹", "阿竹.week=mon-sun:9-24")
    other = [shop.write("shifts.csv", [[DAY, "小林", "早班", "09:00", "18:00"]], header=SHIFTS),
             shop.write("chats.csv", [["buyer_1", "小林", clock(660), "", "3"], ["buyer_7001", "小林", clock(600), clock(601), "2"]], header=CHATS)]
    shop.json("import", "--store", "other", *other)
    by = {a["name"]: a for a in shop.json("team", "--store", "main", "--at", f"{DAY}T11:20:00+08:00")["agents"]}
    assert (by["小林"]["state"], by["小林"]["chats"], by["小林"]["days"][3]["by"]) == ("here", 1, "file"), by
    seen = explain(shop, "7001", "11:20:00")
    assert (seen["agent"], seen["agent_rule"]) == ("阿竹", "most-room"), seen
    shop.bring(shop.write("here.csv", [["buyer_7001", "小林", clock(600), clock(601), "2"]], header=CHATS))
    seen = explain(shop, "7001", "11:20:00")
    assert (seen["agent"], seen["agent_rule"]) == ("阿竹", "served-full"), seen


def story_second(directory):
    """on made-up days the giving out is that of a second implementation, order by order and rule by rule"""
    shop = Shop(directory)
    rng = random.Random(7)
    names = ["甲", "乙", "丙", "丁", "戊", "己"]
    team(shop, *[f"add={n}" for n in names], "丁.kind=specialist", "戊.kind=specialist")
    orders = [{"order": f"{5000 + i}", "minute": rng.randrange(8 * 60, 13 * 60)} for i in range(90)]
    shop.bring(shop.write(f"ExportOrderList{DAY.replace('-', '')}1500.csv", [unpaid(o["order"], o["minute"]) for o in orders]))
    chats = []
    for o in orders:
        if rng.random() < .55:
            name, began = rng.choice(names), o["minute"] - rng.randrange(2, 40)
            end = began + rng.randrange(3, 30) if rng.random() < .8 else None
            chats.append((o["order"], name, began, end))
    for o in orders:  # some write again, after they ordered
        if rng.random() < .12:
            chats.append((o["order"], rng.choice(names), 13 * 60 + rng.randrange(5, 59), None))
    chats.sort(key=lambda c: c[2])
    for i in range(25):  # people who ask and do not order
        chats.append((f"9{i:03}", rng.choice(names), 14 * 60 - rng.randrange(1, 90), None))
    shop.bring(shop.write("chats.csv", [[f"buyer_{b}", n, clock(s), clock(e) if e else "", "3"] for b, n, s, e in chats], header=CHATS))
    rules = set()
    for round_ in range(12):
        limits, rota = {n: rng.choice([1, 3, 6, 12, 20]) for n in names}, {h: rng.choice(names[:3]) for h in range(24) if rng.random() < .6}
        on = {n: rng.random() < (0 if round_ == 3 else .75) for n in names}
        team(shop, *[f"{n}.limit={v}" for n, v in limits.items()], *[f"{n}.{DAY}={'0-24' if on[n] else 'none'}" for n in names],
             *[f"rota.{h}={rota.get(h, 'none')}" for h in range(24)])
        now = 14 * 60 + rng.randrange(0, 60)
        def is_open(c):
            return c[2] <= now and (c[3] > now if c[3] else now - c[2] < 60)
        served = {b: (n, is_open((b, n, s, e))) for b, n, s, e in chats}
        staff = [{"name": n, "kind": "specialist" if n in "丁戊" else "service", "here": on[n], "limit": limits[n],
                  "chats": sum(c[1] == n and is_open(c) for c in chats)} for n in names]
        due = [{"order": o["order"], "hour": o["minute"] // 60, "due": o["minute"] + (60 if now - o["minute"] >= 60 else 30), "served": served.get(o["order"], (None, 0))[0],
                "talking": served.get(o["order"], (None, False))[1]} for o in orders if now - o["minute"] >= 30]
        want = assign_all(staff, due, rota)
        got = {r["order"]: (r["agent"]["name"] if r["agent"] else None, r["agent_reason"]["rule"]) for r in queue(shop, f"{now // 60}:{now % 60:02}:00")["rows"]}
        assert got == want, {n: (got.get(n), want.get(n)) for n in want if got.get(n) != want[n]}
        rules |= {rule for _, rule in got.values()}
    assert rules >= {"served", "talking", "served-full", "served-away", "busy", "rota", "rota-next", "all-full", "nobody-here"}, rules


def story_changes(directory):
    """changes are all made or none, also through a running desk; names, chat names and accounts belong to one person; they outlive a restart"""
    shop = Shop(directory)
    assert "Nobody is on the team" in shop.zg("team")[0]
    team(shop, "add=小林", "小林.nicks=a,b", "add=阿竹")
    before = shop.json("team")["agents"]
    for words, code in ((["add=小林"], "team-taken"), (["阿竹.nicks=c,a"], "team-taken"), (["阿竹.limit=9", "阿竹.limit=201"], "team-bad"), (["阿竹.limit=9", "没人.limit=5"], "team-none"),
                        (["阿竹.name=" + "长" * 22], "team-bad"), (["阿竹.account=99"], "team-none"), (["阿竹.back=now"], "team-none"), (["rota.3=没人"], "team-none"),
                        (["阿竹.away=2020-01-01T00:00:00+08:00"], "team-bad")):
        told = json.loads(shop.zg("team", "set", "--store", "main", "--json", *words, code=1)[0])["error"]
        assert told["code"] == code and told["en"] and told["zh"], (words, told)
        assert shop.json("team")["agents"] == before, words
    for word in ("阿竹", "阿竹.limit", "阿竹.week=9-18", "阿竹.week=fri-mon:9-18", "rota.25=阿竹", "阿竹.2026-02-30=9-12", "阿竹.shoes=4"):
        team(shop, word, code=2)
    with serving("serve", "--db", shop.db) as desk:
        people = accounts(desk["url"], desk["setup_code"])
        team(shop, "阿竹.kind=specialist", "阿竹.week=sat-sun:10-12,20-24", "rota.0-24=小林", "rota.5=none")
        seen = people["owner"].get("/stores/main/team").json
        got = {a["name"]: a for a in seen["agents"]}
        assert got["阿竹"]["kind"] == "specialist" and got["阿竹"]["week"][5] == [10, 11, 20, 21, 22, 23] == got["阿竹"]["week"][6] and got["阿竹"]["week"][4] == [], got
        assert seen["rota"][5] is None and seen["rota"].count(got["小林"]["agent"]) == 23
        assert people["warehouse"].get("/stores/main/team").status == 403
        for role in ("service", "warehouse"):
            assert people[role].post("/stores/main/team", {"changes": [{"op": "rota", "hour": 1, "agent": None}]}).status == 403
        for changes in ([], [{}], [{"op": "shout"}], [{"op": "week", "agent": 1, "weekday": 7, "hours": []}], [{"op": "week", "agent": 1, "weekday": 1, "hours": [24]}],
                        [{"op": "day", "agent": 1, "day": "2026-11-11"}], [{"op": "rota", "hour": 1.5, "agent": 1}], "no list"):
            assert people["owner"].post("/stores/main/team", {"changes": changes}).status in (409, 422), changes
        team(shop, "小林.left=yes")
        assert [a["name"] for a in shop.json("team")["agents"]] == ["阿竹"] and shop.json("team")["rota"] == [None] * 24
    assert [a["name"] for a in shop.json("team")["agents"]] == ["阿竹"]
    shop.zg("verify")


def story_self(directory):
    """whoever signs in steps away and comes back by themselves, and nobody else's; who is away is given nothing"""
    shop = Shop(directory)
    minutes = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(time.time() + 8 * 3600 - 45 * 60))
    shop.bring(shop.write("orders.csv", [order("7001", UNPAID, placed=minutes, paid="")]))
    team(shop, "add=小林", "小林.week=mon-sun:0-24", "add=阿竹")
    with serving("serve", "--db", shop.db) as desk:
        people = accounts(desk["url"], desk["setup_code"])
        owner, service = people["owner"], people["service"]
        seen = owner.get("/stores/main/team").json
        mine = next(a["agent"] for a in seen["agents"] if a["name"] == "小林")
        other = next(a["agent"] for a in seen["agents"] if a["name"] == "阿竹")
        away = {"op": "away", "agent": mine, "why": "break", "until": None}
        assert service.post("/stores/main/team/self", {"changes": [away]}).code == "team-own", "not anybody yet"
        login = next(a["id"] for a in seen["accounts"] if a["role"] == "service")
        assert owner.post("/stores/main/team", {"changes": [{"op": "agent", "agent": mine, "account": login}]}).status == 200
        assert owner.post("/stores/main/team", {"changes": [{"op": "agent", "agent": other, "account": login}]}).code == "team-taken"
        assert service.get("/stores/main/team").json["me"] == mine
        assert service.post("/stores/main/team/self", {"changes": [away]}).status == 200
        now = service.get("/stores/main/team").json["agents"]
        assert next(a for a in now if a["agent"] == mine)["state"] == "away", now
        assert service.get("/stores/main/team").json["due"]["by_rule"] in ({}, {"nobody-here": 1})
        assert service.post("/stores/main/team/self", {"changes": [{**away, "agent": other}]}).code == "team-own"
        assert service.post("/stores/main/team/self", {"changes": [{"op": "rota", "hour": 3, "agent": mine}]}).code == "team-own"
        absence = next(a for a in now if a["agent"] == mine)["absences"][0]["absence"]
        assert service.post("/stores/main/team/self", {"changes": [{"op": "back", "absence": absence}]}).status == 200
        assert next(a for a in service.get("/stores/main/team").json["agents"] if a["agent"] == mine)["state"] == "here"


def story_taken(directory):
    """a shop with a file of its staff takes them onto the team with a press, with their limits and posts"""
    shop = Shop(directory)
    shop.bring(shop.write("staff.csv", [["小满", "客服", "6", "2026-01-01"], ["南枝", "催付专员", "20", "2026-02-01"], ["陈师傅", "仓库", "", "2026-02-01"]],
                          header=["员工", "岗位", "同时接待数", "入职日期"]))
    with serving("serve", "--db", shop.db) as desk:
        owner = accounts(desk["url"], desk["setup_code"])["owner"]
        listed = {x["name"]: x for x in owner.get("/stores/main/team").json["listed"]}
        assert {n: x["service"] for n, x in listed.items()} == {"小满": True, "南枝": True, "陈师傅": False}, listed
        assert owner.post("/stores/main/team", {"changes": [{"op": "take", "names": ["小满", "谁"]}]}).code == "team-none"
        assert owner.post("/stores/main/team", {"changes": [{"op": "take", "names": ["小满", "南枝"]}]}).status == 200
        seen = owner.get("/stores/main/team").json
        assert {a["name"]: (a["kind"], a["limit"]) for a in seen["agents"]} == {"小满": ("service", 6), "南枝": ("specialist", 20)}, seen
        assert [x["name"] for x in seen["listed"]] == ["陈师傅"]


if __name__ == "__main__":
    run_stories(globals())
