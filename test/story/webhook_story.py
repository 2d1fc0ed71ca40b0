"""Webhooks as the net brings them: twice, out of order, cut short, forged, again after days. What stands in the end is what a clean, ordered
stream gives. ZG_LONG=1 sends 200,000 messages with each of 5 seeds; else 20,000 with 2."""
import base64
import datetime
import hashlib
import hmac
import json
import os
import pathlib
import random
import sqlite3
import struct
import subprocess
import urllib.parse

from story import BINARY, SLOW, Shop, run_stories

SEND = os.environ["ZG_EVENTS_SEND"]
ARRIVAL = os.environ["ZG_ARRIVAL"]  # a build in which an event is as of its arrival: the control
LONG = "ZG_LONG" in os.environ
MESSAGES, SEEDS, WINDOW = (200000, [1, 2, 3, 4, 5], 10000) if LONG else (20000 if SLOW == 1 else 8000, [int(os.environ.get("ZG_SEED", "1")), 2], 4000 if SLOW == 1 else 1600)
SECRET = "shpss_0123456789abcdef"
LANES = 8


def stamp(seconds):
    return datetime.datetime.fromtimestamp(1772326800 + seconds, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S+00:00")


def order_at(dice, number, placed, status, shipped, refund, at):
    quantity = dice["quantity"]
    return {"id": number, "order_number": number, "name": f"#{number}", "email": f"buyer{number % 997}@example.com", "created_at": stamp(placed), "updated_at": stamp(at),
            "cancelled_at": stamp(at) if status == "voided" else None, "currency": "CNY", "total_price": f"{dice['price'] * quantity}.00", "financial_status": status,
            "fulfillment_status": "fulfilled" if shipped is not None else None, "fulfillments": [{"created_at": stamp(shipped), "tracking_number": f"T{number}"}] if shipped is not None else [],
            "refunds": [{"created_at": stamp(at), "transactions": [{"kind": "refund", "status": "success", "amount": f"{refund}.00"}]}] if refund else [],
            "note": dice["note"], "shipping_address": {"name": "Jon Probe", "province_code": dice["region"], "country_code": "US", "phone": "555-0100"},
            "line_items": [{"id": 1, "sku": f"TEA-{dice['sku']}", "name": f"Tea {dice['sku']}", "quantity": quantity, "price": f"{dice['price']}.00"}]}


def lives(seed, count):
    """Bodies of messages, each with its order's number, in the order of what happened; count of them."""
    dice, out, number = random.Random(seed), [], 1000
    while len(out) < count:
        number += 1
        d = {"quantity": dice.randint(1, 4), "price": dice.randint(5, 99), "region": dice.choice(["NY", "CA", "TX", "WA"]), "sku": dice.randint(0, 49), "note": dice.choice(["", "gift", "送礼"])}
        at = placed = len(out) // 2 + dice.randint(0, 600)
        steps = [("pending", None, 0)]
        if dice.random() < 0.1:
            steps.append(("voided", None, 0))
        elif dice.random() < 0.9:
            steps.append(("paid", None, 0))
            if dice.random() < 0.8:
                steps.append(("paid", "now", 0))
                if dice.random() < 0.2:
                    steps.append(("partially_refunded", "then", d["price"]))
        shipped = None
        for status, ship, refund in steps:
            shipped = at if ship == "now" else shipped
            out.append((at, number, json.dumps(order_at(d, number, placed, status, shipped, refund, at), ensure_ascii=False).encode()))
            at += dice.randint(1, 20000)
    out.sort(key=lambda m: m[0])
    return out[:count]


def mac(data, secret=SECRET):
    return base64.b64encode(hmac.new(secret.encode(), data, hashlib.sha256).digest())


def request(port, body, signature):
    head = (b"POST /api/v1/stores/main/webhooks/shopify HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Type: application/json\r\nX-Shopify-Topic: orders/updated\r\n"
            b"X-Shopify-Hmac-Sha256: %s\r\nContent-Length: %d\r\n\r\n" % (port, signature, len(body)))
    return struct.pack("<I", len(head) + len(body)) + head + body


def messy(seed, clean, total):
    """(body, signature, kind): 30 % duplicates, 5 % cut short, 5 % badly signed, 30 % displaced within the window."""
    dice = random.Random(seed * 7919)
    out = [(body, mac(body), "good") for _, _, body in clean]
    positions = [(i, m) for i, m in enumerate(out)]
    for kind, share in (("again", 0.30), ("cut", 0.05), ("forged", 0.05)):
        for i in dice.sample(range(len(clean)), int(total * share)):
            body = clean[i][2]
            if kind == "again":
                positions.append((i + dice.randint(0, WINDOW), (body, mac(body), kind)))
            elif kind == "cut":  # on its way, so that what was signed is longer; before the real one or after it
                positions.append((i + dice.randint(-50, 50), (body[:dice.randint(1, len(body) - 1)], mac(body), kind)))
            else:
                other = body.replace(b'"total_price": "', b'"total_price": "9')
                positions.append((i + dice.randint(-50, 50), (other, dice.choice([mac(body), mac(other, "another secret"), b"A" * 43 + b"="]), kind)))
    late = dice.sample(range(len(positions)), int(total * 0.30))
    for k in late:
        positions[k] = (positions[k][0] + dice.randint(-WINDOW, WINDOW), positions[k][1])
    positions.sort(key=lambda p: p[0])
    return [m for _, m in positions]


def send(url, directory, requests, connections):
    """Statuses and flags of a list of (body, signature)."""
    port = urllib.parse.urlsplit(url).port
    path, out = pathlib.Path(directory) / "requests", pathlib.Path(directory) / "answers"
    with open(path, "wb") as to:
        for body, signature, *_ in requests:
            to.write(request(port, body, signature))
    got = subprocess.run([SEND, str(port), out, "--connections", str(connections), "--requests", path], capture_output=True, text=True)
    assert got.returncode == 0 and '"broken":false' in got.stdout, got.stdout + got.stderr
    answers = list(struct.iter_unpack("<HHI", out.read_bytes()))
    os.unlink(path)
    os.unlink(out)
    assert len(answers) == len(requests)
    return answers, json.loads(got.stdout)


def send_in_order(url, directory, clean):
    """The clean stream: each order's messages strictly one after the other, some orders at the same time."""
    port = urllib.parse.urlsplit(url).port
    processes = []
    for lane in range(LANES):
        path = pathlib.Path(directory) / f"lane{lane}"
        with open(path, "wb") as to:
            for _, number, body in clean:
                if number % LANES == lane:
                    to.write(request(port, body, mac(body)))
        processes.append(subprocess.Popen([SEND, str(port), str(path) + ".out", "--connections", "1", "--requests", path], stdout=subprocess.PIPE, text=True))
    for lane, p in enumerate(processes):
        out, _ = p.communicate()
        assert p.returncode == 0 and '"broken":false' in out, out
        answers = pathlib.Path(directory, f"lane{lane}.out").read_bytes()
        assert all(status == 200 and flags == 1 for status, flags, _ in struct.iter_unpack("<HHI", answers)), "the clean stream is taken whole"


STATE = {  # everything that follows from the events, without numbers that depend on the order of arrival and hashes with the desk's own key
    "orders": "SELECT order_no, placed_at_ms, paid_at_ms, cancelled_at_ms, shipped_at_ms, delivered_at_ms, refunded_at_ms, ship_by_ms, total_minor, paid_minor, refund_minor,"
              " pieces, status, pay_kind, exact, region, country, tracking, pick_until_ms FROM orders",
    "events": "SELECT order_no, e.as_of_ms, e.first_as_of_ms, source_rank, e.status, e.paid_at_ms, e.refund_minor FROM event e JOIN orders o USING (merchant_id, order_id)",
    "assertions": "SELECT o.order_no, e.as_of_ms, e.fed_first_ms, e.fed_as_of_ms FROM event e JOIN orders o USING (merchant_id, order_id)",
    "lines": "SELECT order_no, p.title, p.sku_code, l.options, l.pieces, unit_minor, line_minor, l.refund_minor FROM order_line l"
             " JOIN orders o USING (merchant_id, order_id) JOIN product p USING (merchant_id, product_id)",
    "customers": "SELECT order_no, MIN(order_no) OVER (PARTITION BY customer_id) FROM orders",
    "persons": "SELECT order_no, buyer, name, phone, buyer_note FROM person JOIN orders USING (merchant_id, order_id)",
    "hours": "SELECT * FROM counter_hour",
    "products": "SELECT title, day, lines, pieces, paid_pieces, paid_minor, reserved FROM counter_product_day JOIN product USING (merchant_id, store_id, product_id)",
}


def state(shop):
    with sqlite3.connect(f"file:{shop.db}?mode=ro", uri=True, timeout=30) as s:
        return {name: sorted(map(repr, s.execute(sql))) for name, sql in STATE.items()}


def statuses(shop):
    with sqlite3.connect(f"file:{shop.db}?mode=ro", uri=True, timeout=30) as s:
        return sorted(s.execute("SELECT order_no, status, refund_minor FROM orders"))


def new_shop(directory, name):
    os.mkdir(f"{directory}/{name}")
    shop = Shop(f"{directory}/{name}")
    subprocess.run([BINARY, "feed", "secret", "--db", shop.db, "--store", "main", "--source", "shopify"], input=SECRET + "\n", text=True, check=True, capture_output=True)
    return shop


def differences(a, b):
    return [name for name in STATE if a[name] != b[name]]


def told_again(shop, directory, stream):
    with shop.desk() as url:
        return send(url, directory, stream, 32)[0]


def story_any_order(directory):
    """duplicates, disorder, cuts, forgeries and replays: the final state is that of the clean, ordered stream; nothing forged is taken; the control is caught"""
    for seed in SEEDS:
        clean = lives(seed, int(MESSAGES / 1.4))
        first = new_shop(directory, f"clean{seed}")
        with first.desk() as url:
            send_in_order(url, directory, clean)
        expected = state(first)
        assert len(expected["orders"]) > len(clean) / 4 and len(expected["events"]) > len(clean) * 0.9
        stream = messy(seed, clean, MESSAGES)
        shop = new_shop(directory, f"messy{seed}")
        with shop.desk() as url:
            answers, figures = send(url, directory, stream, 32)
            wrong = sum(1 for (status, flags, _), (_, _, kind) in zip(answers, stream)
                        if (status, flags) not in ([(200, 1), (200, 2)] if kind in ("good", "again") else [(401, 0)]))
            assert wrong == 0, (seed, wrong, [(a, m[2]) for a, m in zip(answers, stream) if (a[0] == 200) != (m[2] in ("good", "again"))][:5])
            taken, twice = sum(flags & 1 for _, flags, _ in answers), sum(flags >> 1 for _, flags, _ in answers)
            again = sum(kind == "again" for *_, kind in stream)
            assert (taken, twice) == (len(clean), again), f"seed {seed}: each event is taken once: {taken} and {twice} of {len(clean)} and {again}"
        got = state(shop)
        assert differences(got, expected) == [], (seed, differences(got, expected))
        shop.zg("verify")
        if seed == SEEDS[0]:
            # Much later, when the ids are forgotten: everything once more changes nothing.
            with sqlite3.connect(shop.db) as s:
                s.execute("DELETE FROM feed_event")
            answers = told_again(shop, directory, stream)
            assert sum(flags & 1 for _, flags, _ in answers) == len(clean)
            assert differences(state(shop), expected) == [], "a replay after the ids expired changed something"
            shop.zg("verify")
        print(f"# seed {seed}: {len(stream)} messages, {len(clean)} taken once, {again} duplicates, {figures['per_s']:.0f} a second; "
              f"{len(expected['orders'])} orders and {len(expected['events'])} events as in the clean stream", flush=True)
    # Control: in a build in which an event is as of its arrival, the same comparison must fail.
    broken = new_shop(directory, "control")
    process = subprocess.Popen([ARRIVAL, "serve", "--db", broken.db, "--port", "0", "--no-open", "--json"], stdout=subprocess.PIPE, text=True)
    try:
        url = json.loads(process.stdout.readline())["url"]
        part = messy(SEEDS[-1], lives(SEEDS[-1], int(MESSAGES / 1.4)), MESSAGES) if not LONG else stream
        send(url, directory, part, 32)
    finally:
        process.terminate()
        process.wait()
    caught = {name for name in differences(state(broken), expected)}
    assert {"orders", "events"} <= caught and statuses(broken) != statuses(shop), f"an event that is as of its arrival went unseen: {caught}"


if __name__ == "__main__":
    run_stories(globals())
