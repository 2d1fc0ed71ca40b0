"""Which text does better: what became of the reminders of each text, counted a second time here; the better one is taken more often, the choice stays
within what may be said, is the same at every look, and ends when the owner wants it to."""
import collections
import random
import time

from browser import Browser, staff
from story import PAID, UNPAID, Shop, order, run_stories, serving

BODIES = {"a": "您好，您的宝贝还没有付款，订单 {order} 为您留着，有问题随时问我。", "b": "亲，订单 {order} 还差一步付款，需要帮忙请回复，我们马上处理。", "c": "您好，订单 {order} 尚未付款，我是客服，有疑问请留言。"}
DAY = 86400


def stamp(at):
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(at + 8 * 3600))


def iso(at):
    return time.strftime("%Y-%m-%dT%H:%M:%S+08:00", time.gmtime(at + 8 * 3600))


def export_name(at):
    return time.strftime("ExportOrderList%Y%m%d%H%M.csv", time.gmtime(at + 8 * 3600))


def key_of(code, body):
    h = 2166136261
    for part in (b"", body.encode()):
        for byte in part + b"\xff":
            h = (h ^ byte) * 16777619 & 0xffffffff
    return f"{code}@{h:08x}"


def story_trial(directory):
    """two texts of ten and thirty in a hundred, a third never used"""
    shop, rng = Shop(directory), random.Random(17)
    now = int(time.time())
    placed = now - 2400
    shop.zg("policy", "set", "holdout_share_bp=0", "holdout_min_reminders=200", "--store", "main")
    numbers = [f"7{i:05}" for i in range(900)]
    shop.bring(shop.write(export_name(now), [order(n, UNPAID, placed=stamp(placed), paid="") for n in numbers]))
    noon = (now + 8 * 3600) // DAY * DAY + 4 * DAY + 12 * 3600 - 8 * 3600
    fresh = [f"8{i:05}" for i in range(90)]
    want = {name: collections.Counter() for name in BODIES}
    with serving("serve", "--db", shop.db) as desk:
        people = staff(desk["url"], desk["setup_code"])
        owner, service = people["owner"], people["service"]
        codes = {}
        for name, body in BODIES.items():
            answer = owner.post("/stores/main/texts", {"code": f"mine-{name}", "title": f"文本{name}", "occasion": "remind", "topic": "none", "class": "service", "language": "zh",
                                                       "windows": ["rush", "calm", "evening", "day_after"], "channels": ["chat"], "claims": [], "subject": "", "body": body})
            assert answer.status == 200, answer.json
            codes[name] = f"mine-{name}"
        keys = {name: key_of(codes[name], body) for name, body in BODIES.items()}
        rows = []
        for i, n in enumerate(numbers):
            name = "ab"[i % 2]
            sent = {"wave": 1, "outcome": "done"}
            if i % 50:
                sent["text"] = keys[name]
            assert service.post(f"/stores/main/reminders/{n}/mark", sent).status == 200
            again = i % 7 == 0 and service.post(f"/stores/main/reminders/{n}/mark", {"wave": 2, "outcome": "done", "text": keys[name]}).status == 200
            paid = rng.random() < (.10 if name == "a" else .30)
            delay = rng.choice([60, 3000 + rng.randrange(3600), 2 * DAY]) if paid else None
            rows.append(order(n, PAID if paid else UNPAID, placed=stamp(placed), paid=stamp(placed + delay) if paid else ""))
            # before the reminder: no trial; after the time to pay: lost. The second reminder came within seconds of the first, so it wins.
            if delay != 60:
                won = delay is not None and delay < DAY
                for wave, counted, wins in ((1, bool(i % 50), won and not again), (2, again, won)):
                    want[name].update({(wave, "told"): counted, (wave, "won"): counted and wins})
        assert service.post(f"/stores/main/reminders/{numbers[0]}/mark", {"wave": 1, "outcome": "done", "text": "Wang Yang, 170000"}).status == 422
        assert service.post(f"/stores/main/reminders/{numbers[0]}/mark", {"wave": 1, "outcome": "done", "text": "x" * 61}).status == 422
        assert service.get("/stores/main/text_gains").status == 403
    shop.bring(shop.write(export_name(noon - 3600), rows))
    shop.bring(shop.write(export_name(noon), [order(n, UNPAID, placed=stamp(noon - 2400 - i), paid="") for i, n in enumerate(fresh)]))

    def picked(*words):
        rows = shop.json("queue", "--store", "main", "--at", iso(noon), *words)["rows"]
        return {r["order"]: r["text"]["key"] for r in rows if r["order"] in fresh}
    with serving("serve", "--db", shop.db) as desk:
        owner = Browser(desk["url"]).login("王店主")
        gains = owner.get(f"/stores/main/text_gains?at={iso(noon).replace('+', '%2B')}").json
        assert gains["on"] and gains["reminders"] >= 900, gains
        for wave in (1, 2):
            group = next(g for g in gains["groups"] if g["wave"] == wave)
            got = {t["code"]: t for t in group["texts"]}
            for name in "ab":
                text = got[codes[name]]
                assert (text["told"], text["won"], text["used"]) == (want[name][(wave, "told")], want[name][(wave, "won")], text["told"]), (wave, name, text, want)
                assert text["current"] and text["low"] <= text["rate"] <= text["high"], text
        wave_1 = {t["code"]: t for t in next(g for g in gains["groups"] if g["wave"] == 1)["texts"]}
        assert wave_1[codes["b"]]["rate"] > wave_1[codes["a"]]["rate"] and not wave_1[codes["b"]]["out"]
    first = picked()
    count = collections.Counter(first.values())
    assert len(first) == len(fresh) and set(count) <= set(keys.values()), count
    assert count[keys["b"]] > count[keys["a"]] and count[keys["c"]] > 0, (count, keys)
    assert picked() == first, "the same at every look"
    shop.zg("policy", "set", "text_trial=0", "--store", "main")
    assert len(set(picked().values())) == 1, "the one to prefer, always"
    shop.zg("policy", "set", "text_trial=default", "holdout_min_reminders=5000", "--store", "main")
    assert len(set(picked().values())) == 1, "too few reminders to try anything"
    shop.zg("verify")


if __name__ == "__main__":
    run_stories(globals())
