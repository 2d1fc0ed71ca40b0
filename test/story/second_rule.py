"""The rules of Today and Review written a second time, in another language, from the words of the contract: csv and datetime only,
nothing of Zhanggui. For the Tmall order report, whose buyers live in China and which tells no shipping.

Reminder: an order placed and not paid up to T, from 30 minutes old (wave 1) or 60 (wave 2) to less than 24 hours. On data older than
6 hours all are held, nobody can tell until when; from 22:00 to 8:00 they are held until 8:00, or never reminded when the 24 hours end
by then. Pick: paid by T and not refunded whole, in the order of payment; a refund without a time counts from the payment."""
import bisect
import csv
import math
from datetime import datetime, timedelta, timezone
from decimal import Decimal

CHINA = timezone(timedelta(hours=8))


class Row:
    def __init__(self, cells):
        self.number = cells["订单编号"].strip()
        self.total = Decimal(cells["总金额"])
        self.kept = Decimal(cells["买家实际支付金额"])
        self.refund = Decimal(cells["退款金额"])
        self.region = cells["收货地址"].strip()
        self.placed = instant(cells["订单创建时间"])
        self.paid = instant(cells["订单付款时间"]) if cells["订单付款时间"].strip() else None

    @property
    def minor(self):
        return int(self.total * 100)


def instant(text):
    return datetime.strptime(text.strip(), "%Y-%m-%d %H:%M:%S").replace(tzinfo=CHINA)


def read(path):
    with open(path, encoding="utf-8-sig", newline="") as file:
        return [Row({name.strip(): cell for name, cell in cells.items()}) for cells in csv.DictReader(file)]


def today(rows, at):
    """Reminders as {(order, wave, due, fen)}, held as {(order, until, "?" or "never")}, pick as a list, and the data's age."""
    facts = [moment for row in rows for moment in (row.placed, row.paid) if moment is not None and moment <= at]
    age = at - max(facts) if facts else None
    stale = age is None or age > timedelta(hours=6)
    quiet = at.hour >= 22 or at.hour < 8
    opens = at.replace(hour=8, minute=0, second=0) + timedelta(days=1 if at.hour >= 22 else 0)
    reminders, held = set(), set()
    for row in rows:
        old = at - row.placed
        if (row.paid is not None and row.paid <= at) or not timedelta(minutes=30) <= old < timedelta(hours=24):
            continue
        wave = 1 if old < timedelta(minutes=60) else 2
        if stale:
            held.add((row.number, "?"))
        elif quiet:
            held.add((row.number, "never" if opens >= row.placed + timedelta(hours=24) else opens.isoformat()))
        else:
            reminders.add((row.number, wave, (row.placed + wave * timedelta(minutes=30)).isoformat(), row.minor))
    waiting = [row for row in rows if row.paid is not None and row.paid <= at and not (row.refund > 0 and row.kept <= 0)]
    waiting.sort(key=lambda row: (row.paid, row.number.encode()))
    return {"reminders": reminders, "held": held, "pick": [(row.number, row.paid.isoformat()) for row in waiting],
            "age_s": None if age is None else int(age.total_seconds())}


def review(rows, first, after):
    """Figures of the orders placed on local days first <= day < after (as "2020-02-01")."""
    rows = [row for row in rows if first <= row.placed.date().isoformat() < after]

    def figures(some):
        return {"orders": len(some), "paid": sum(row.paid is not None for row in some), "total": int(sum(row.total for row in some) * 100),
                "kept": int(sum(row.kept for row in some) * 100)}

    def by(key):
        groups = {}
        for row in rows:
            groups.setdefault(key(row), []).append(row)
        return {name: figures(some) for name, some in groups.items()}

    return {**figures(rows), "unpaid": sum(row.paid is None for row in rows), "refunded_orders": sum(row.refund > 0 for row in rows),
            "by_day": by(lambda row: row.placed.date().isoformat()), "by_hour": by(lambda row: row.placed.hour),
            "by_region": by(lambda row: row.region)}


def delay(rows, at, margin_bp, cost, persuasion, decay_h):
    """The payment curve and the best first delay, by counting: every order is 24 hours old by `at`, so none is censored."""
    n = len(rows)
    delays = sorted((row.paid - row.placed).total_seconds() for row in rows if row.paid)
    assert all(at - row.placed >= timedelta(hours=24) for row in rows)
    never = (n - len(delays)) / n
    margin = float(sum(row.total for row in rows)) * 100 / n * margin_bp / 10000

    def unpaid(seconds):
        return (n - bisect.bisect_right(delays, seconds)) / n

    def value(seconds):
        return margin * never * persuasion * math.exp(-seconds / (decay_h * 3600)) - cost * unpaid(seconds)
    best = max([0.0] + sorted(set(delays)), key=lambda seconds: (value(seconds), -seconds))
    return {"never": never, "margin": margin, "best": best, "value": value, "unpaid": unpaid, "wasted": lambda s: (unpaid(s) - never) / unpaid(s)}
