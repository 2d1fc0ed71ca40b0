"""The tester's strip: every minute of a day tells what the tester tells at that minute, in one piece, and what is not a strip is refused."""
import random
from datetime import datetime, timedelta

from browser import staff
from story import UNPAID, Shop, order, run_stories, serving

PLACED = datetime.fromisoformat("2026-06-18T10:00:00+08:00")
CASES = [
    {"placed_at": PLACED.isoformat(), "feed_age_s": 0},
    {"placed_at": PLACED.isoformat(), "feed_age_s": 0, "opted_out": True},
    {"placed_at": PLACED.isoformat(), "feed_age_s": 0, "country": "US"},
    {"placed_at": PLACED.isoformat(), "feed_age_s": 0, "event_from": "2026-06-18T00:00:00+08:00", "event_until": "2026-06-19T00:00:00+08:00"},
    {"placed_at": "2026-06-18T00:20:00+08:00", "feed_age_s": 0, "policy": {"event_night_chat": 1}, "event_from": "2026-06-18T00:00:00+08:00", "event_until": "2026-06-19T00:00:00+08:00"},
    {"placed_at": PLACED.isoformat(), "feed_age_s": 0, "contacts": [(PLACED + timedelta(minutes=35)).isoformat()],
     "marks": [{"wave": 1, "outcome": "done", "at": (PLACED + timedelta(minutes=35)).isoformat()}]},
    {"placed_at": PLACED.isoformat(), "feed_age_s": 0, "paid_at": (PLACED + timedelta(hours=5)).isoformat()},
]


def told(part):
    return part["decision"], part["wave"], part["channel"], part["rule"]


def story_strip(directory):
    """made-up cases and an order: at 40 minutes of each, chosen by a seed, and at every change"""
    shop = Shop(directory)
    shop.bring(shop.write("ExportOrderList202606181000.csv", [order("900001", UNPAID, placed="2026-06-18 09:40:00", paid="")]))
    rng, kinds = random.Random(5), set()
    with serving("serve", "--db", shop.db) as desk:
        owner = staff(desk["url"], desk["setup_code"])["owner"]

        def ask(case, at, **more):
            answer = owner.post("/stores/main/explain", {**case, "at": at.isoformat(), **more})
            assert answer.status == 200, answer.json
            return answer.json
        for case in CASES + [{"order": "900001", "feed_age_s": 0}]:
            begin = datetime.fromisoformat(case.get("placed_at", PLACED.isoformat()))
            strip = ask(case, begin, strip={"from": begin.isoformat(), "hours": 24})["strip"]
            ends = [datetime.fromisoformat(p["from"]) for p in strip] + [datetime.fromisoformat(strip[-1]["until"])]
            assert ends[0] == begin and ends[-1] == begin + timedelta(hours=24) and ends == sorted(set(ends)), strip
            assert all(a["until"] == b["from"] and told(a) != told(b) for a, b in zip(strip, strip[1:])), strip
            minutes = {rng.randrange(1440) for _ in range(40)} | {int((e - begin).total_seconds() // 60) + d for e in ends[1:-1] for d in (-1, 0)}
            for minute in sorted(minutes):
                at = begin + timedelta(minutes=minute)
                part = next(p for p, until in zip(strip, ends[1:]) if at < until)
                assert told(ask(case, at)) == told(part), (case, at, part)
            kinds |= {p["decision"] for p in strip}
            kinds |= {p["rule"] for p in strip}
        assert {"send", "hold", "never", "opted-out", "quiet-hours"} <= kinds, kinds
        for bad in ({"from": PLACED.isoformat(), "hours": 0}, {"from": PLACED.isoformat(), "hours": 73}, {"from": "soon", "hours": 24}, {"hours": 24}, 24):
            answer = owner.post("/stores/main/explain", {"at": PLACED.isoformat(), "strip": bad})
            assert answer.status == 422 and answer.json["error"]["field"] == "strip", (bad, answer.json)


if __name__ == "__main__":
    run_stories(globals())
