"""The desk's plan of reminders written a second time, in another language, from the words of the contract: datetime only, nothing of
Zhanggui. For the Tmall order report: buyers in China, one clock, nobody named (so each order is its own buyer), no event, no opt-outs.

Wave 1 by chat, from 30 minutes after the order until 60; wave 2 by SMS from 60 minutes on, from 14 to 16 and from 20 to 22 o'clock, or by a
person, by chat, where the 24 hours are over before that. From 22 to 8 nothing; half an hour between two contacts; nothing once 24 hours are
over, nothing on data older than 6 hours. Meals (11:30-13:00, 17:30-19:00) lie outside the good windows; when it is meal time that is the rule
that speaks."""
from datetime import timedelta

FIRST, SECOND, WINDOW, GAP = timedelta(minutes=30), timedelta(minutes=60), timedelta(hours=24), timedelta(minutes=30)


def minute(at):
    return at.hour * 60 + at.minute


def asleep(at):
    return at.hour >= 22 or at.hour < 8


def wakes(at):
    """at, or 8 o'clock of the morning after the quiet hours it lies in"""
    return at.replace(hour=8, minute=0, second=0) + timedelta(days=1 if at.hour >= 22 else 0) if asleep(at) else at


def good(at):
    """at, or the next time buyers shop"""
    if 14 <= at.hour < 16 or 20 <= at.hour < 22:
        return at
    for hour in (14, 20):
        if at.hour < hour:
            return at.replace(hour=hour, minute=0, second=0)
    return at.replace(hour=14, minute=0, second=0) + timedelta(days=1)


def blocked(at):
    """the rule that keeps an SMS back"""
    if asleep(at):
        return "night" if 2 <= at.hour < 8 else "small-hours" if at.hour < 2 else "quiet-hours"
    if 690 <= minute(at) < 780 or 1050 <= minute(at) < 1140:
        return "meal"
    return "good-window"


def next_send(placed, at, last=None, done=0):
    """(wave, when) of the next reminder that can go at `at` or later; when may lie beyond the time to pay"""
    if done == 0:
        when = wakes(max(at, placed + FIRST))
        if when < placed + SECOND:
            return 1, when
    if done >= 2:
        return None
    earliest = max(at, placed + SECOND, last + GAP if last else at)
    return 2, good(earliest)


def explain(row, at, age):
    """What `zhanggui explain` says of an order: decision, wave, until, channel, rule."""
    old = at - row.placed
    if old < timedelta(0):
        return "never", None, None, None, "not-placed"
    if row.paid is not None and row.paid <= at:
        return "never", None, None, None, "paid"
    if old >= WINDOW:
        return "never", 2, None, None, "window-over"
    if age > timedelta(hours=6) and old >= FIRST:
        return "hold", 1 if old < SECOND else 2, None, "chat" if old < SECOND else "sms", "stale-data"
    wave, when = next_send(row.placed, at)
    channel, person = "chat" if wave == 1 else "sms", when >= row.placed + WINDOW
    if person:
        when, channel = wakes(max(at, row.placed + FIRST)), "chat"
        if when >= row.placed + WINDOW:
            return "never", wave, None, None, "window-closes-first"
    if when == at:
        return "send", wave, None, channel, f"wave-{wave}"
    if old < FIRST:
        rule = "too-young"
    elif person:
        rule = "night" if 2 <= at.hour < 8 else "small-hours" if at.hour < 2 else "quiet-hours"
    elif old < SECOND:
        rule = "night" if 2 <= at.hour < 8 else "small-hours" if at.hour < 2 else "quiet-hours"
    else:
        rule = blocked(at)
    return "hold", wave, when.isoformat(), channel, rule


def waves(rows):
    """A period played again: per wave and per hour what is sent, to whom for nothing, and what is to be won (fen)."""
    empty = {"sent": 0, "amount_minor": 0, "recoverable": 0, "recoverable_minor": 0, "disturbed": 0}
    by_wave = {wave: dict(empty) for wave in (1, 2, 3)}
    by_hour = {hour: dict(empty, wave_1=0, wave_2=0, wave_3=0) for hour in range(24)}
    for row in rows:
        at, last, done, closes = row.placed, None, 0, row.placed + WINDOW
        while True:
            step = next_send(row.placed, at, last, done)
            if step is None:
                break
            wave, when = step
            if when >= closes or (row.paid is not None and row.paid <= when):
                break
            anyway = row.paid is not None and row.paid < closes
            by_hour[when.hour][f"wave_{wave}"] += 1
            for sums in (by_wave[wave], by_hour[when.hour]):
                sums["sent"] += 1
                sums["amount_minor"] += row.minor
                sums["disturbed" if anyway else "recoverable"] += 1
                sums["recoverable_minor"] += 0 if anyway else row.minor
            at, last, done = when, when, wave
    return by_wave, by_hour


def disturbed_after(rows, delay):
    """Of those unpaid after the delay: how many are there, and how many pay by themselves in time."""
    unpaid = [row for row in rows if delay == timedelta(0) or row.paid is None or row.paid - row.placed > delay]
    return len(unpaid), sum(row.paid is not None and row.paid - row.placed < WINDOW for row in unpaid)
