"""What reminding brings: a share of orders is left alone by lot once there are reminders enough to tell, and the figures are those that a
count in another language gives."""
import math
import random
import time

from browser import staff
from story import PAID, UNPAID, Shop, order, run_stories, serving

LOT = "Left alone by lot"


def stamp(at):
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(at + 8 * 3600))


def iso(at):
    return time.strftime("%Y-%m-%dT%H:%M:%S+08:00", time.gmtime(at + 8 * 3600))


def export_name(at):
    return time.strftime("ExportOrderList%Y%m%d%H%M.csv", time.gmtime(at + 8 * 3600))


def story_lift(directory):
    """nobody is held out before there are 200 reminders; then a tenth is, is never reminded, and the difference is told with its interval"""
    shop = Shop(directory)
    now = int(time.time())
    shop.bring(shop.write(export_name(now), [order(f"1{i:05}", UNPAID, placed=stamp(now - 3600 - i), paid="") for i in range(220)]))
    empty = shop.json("lift", "--store", "main")
    assert empty["reason"]["rule"] == "too-few" and empty["difference"] is None and empty["treated"]["orders"] == 0, empty
    shop.zg("policy", "set", "holdout_min_reminders=200", "--store", "main")
    assert "may be 200 to" in shop.zg("policy", "set", "holdout_min_reminders=199", "--store", "main", code=1)[1]
    with serving("serve", "--db", shop.db) as desk:
        service = staff(desk["url"], desk["setup_code"])["service"]
        for i in range(200):
            assert service.post(f"/stores/main/reminders/1{i:05}/mark", {"wave": 1, "outcome": "done"}).status == 200
    began = int(time.time())
    assert shop.json("lift", "--store", "main")["reminders"] == 200

    # Orders of the three days after, all unpaid half an hour later: the lot alone decides who is left alone.
    days, rng = 3, random.Random(11)
    placed = {f"2{i:05}": began + 60 + i * (days * 86400 - 120) // 4000 for i in range(4000)}
    shop.bring(shop.write(export_name(began + days * 86400), [order(n, UNPAID, placed=stamp(at), paid="", amount="100.00") for n, at in placed.items()]))
    held = set()
    for half_day in range(1, 2 * days + 2):  # an order is seen from half an hour to a day after it was placed
        today = shop.json("today", "--store", "main", "--at", iso(began + half_day * 43200))
        lot = {h["order"] for h in today["held"] if LOT in h["reason"]}
        assert not lot & {r["order"] for r in today["reminders"]}
        held |= lot
    assert 320 < len(held) < 480, len(held)
    assert not held & {f"1{i:05}" for i in range(220)}, "orders from before are not held out"

    # Some pay by themselves, more of those who are reminded; a few paid before a reminder was due, or on the day after.
    rows, delays, count = [], [], {True: [0, 0], False: [0, 0]}
    for n, at in placed.items():
        if n in held and rng.random() < .10 or n not in held and rng.random() < .22:
            delay = rng.choice([60, 1799, 1800, 1801, 7200, 86400, 86401])
            rows.append(order(n, PAID, placed=stamp(at), paid=stamp(at + delay), amount="100.00"))
        else:
            delay = None
            rows.append(order(n, UNPAID, placed=stamp(at), paid="", amount="100.00"))
        delays.append(delay)
        if delay is None or delay > 1800:
            count[n in held][0] += 1
            count[n in held][1] += delay is not None and delay <= 86400
    shop.bring(shop.write(export_name(began + (days + 2) * 86400), rows))
    got = shop.json("lift", "--store", "main", "--at", iso(began + (days + 2) * 86400))
    for name, which in (("treated", False), ("held_out", True)):
        arm = got[name]
        assert [arm["orders"], arm["recovered"]] == count[which] and arm["recovered_money"]["minor"] == 10000 * count[which][1], (got, count)
    (t_n, t_r), (h_n, h_r) = count[False], count[True]
    p, q = t_r / t_n, h_r / h_n
    pooled = ((t_n * p * (1 - p)) + (h_n * q * (1 - q))) / (t_n + h_n - 2)
    v, tau2 = pooled * (1 / t_n + 1 / h_n), .01 * pooled
    half = math.sqrt(2 * v * (v + tau2) / tau2 * (.5 * math.log((v + tau2) / v) + math.log(20)))
    d = got["difference"]
    assert abs(d["difference"] - (p - q)) < 1e-9 and abs(d["low"] - (p - q - half)) < 1e-9 and abs(d["high"] - (p - q + half)) < 1e-9, (d, p, q, half)
    assert got["money_difference"] and got["share_bp"] == 1000 and got["reason"]["rule"] in ("works", "open")
    text = shop.zg("lift", "--store", "main", "--at", iso(began + (days + 2) * 86400))[0]
    assert f"{t_n:,}" in text and f"{h_n:,}" in text, text

    # Of the orders that would be lost without a reminder so many are won.
    won = got["persuasion"]
    assert abs(won["share"] - (p - q) / (1 - q)) < 1e-9 and won["delay_s"] == got["due_after_s"] == 1800 and won["low"] <= won["share"] <= won["high"], won

    # With another first delay the orders to be reminded are others: what was measured ends, and a new measure begins.
    shop.zg("policy", "set", "wave1_after_s=2700", "--store", "main")
    other = shop.json("lift", "--store", "main", "--at", iso(began + (days + 2) * 86400))
    assert other["due_after_s"] == 2700 and other["treated"]["orders"] + other["held_out"]["orders"] == sum(d is None or d > 2700 for d in delays), other
    assert [e["due_after_s"] for e in other["earlier"]] == [1800] and other["earlier"][0]["until"] is not None, other["earlier"]
    shop.zg("policy", "set", "wave1_after_s=default", "--store", "main")

    # Switched off, nobody new is held out; what was measured stays.
    shop.zg("policy", "set", "holdout_share_bp=0", "--store", "main")
    later = int(time.time())
    shop.bring(shop.write(export_name(later + 10 * 86400), [order(f"3{i:05}", UNPAID, placed=stamp(later + 9 * 86400 + i), paid="") for i in range(300)]))
    after = shop.json("today", "--store", "main", "--at", iso(later + 9 * 86400 + 7200))
    assert not any(LOT in h["reason"] for h in after["held"]) and len(after["held"]) + len(after["reminders"]) == 300, after
    shop.zg("verify")


if __name__ == "__main__":
    run_stories(globals())
