"""The table of the desk's plan (plan_rows.txt), worked out a second time: minute by minute, with the clocks of Python's zoneinfo, from the words
of docs/internals/contact.md. The C program answers the same rows in core_plan_test.c.

A row: facts, "=>", decision, wave, channel, until, rule; what there is none of is "-". Facts, by default an unpaid order of a buyer in China,
online, nothing ever done, fresh data, the policy as it comes:
    now=2026-11-11T12:00      the first zone's wall clock; +N after it: the Nth hour of that name
    age=90                    minutes since the order; paid=, cancelled=, refunded=, shipped=, delivered=N: that happened N minutes ago
    zones=S                   S Shanghai, N New York, L Los Angeles, H Lord Howe; where the buyer may live
    country=US class=commercial consent=given
    opt complaint dispute review held skip cod unknown presale balance=FROM/UNTIL (minutes from now)
    done=WAVE@MINUTES unreached=WAVE@MINUTES contacts=5,90 (minutes ago)
    feed=400 (minutes; none: no data at all) event=FROM/UNTIL (minutes from now)
    TERM:VALUE                another term of the policy"""
import pathlib
import sys
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

ZONES = {"S": "Asia/Shanghai", "N": "America/New_York", "L": "America/Los_Angeles", "H": "Australia/Lord_Howe"}
POLICY = {"wave1_after_s": 1800, "wave2_after_s": 3600, "payment_window_s": 86400, "quiet_from_min": 1320, "quiet_until_min": 480, "night_from_min": 120,
          "night_until_min": 480, "feed_stale_after_s": 21600, "cap_per_day": 2, "gap_min_s": 1800, "wave2_channel": 2, "wave3": 1, "good1_from_min": 840,
          "good1_until_min": 960, "good2_from_min": 1200, "good2_until_min": 1320, "meal1_from_min": 690, "meal1_until_min": 780, "meal2_from_min": 1050,
          "meal2_until_min": 1140, "event_night_chat": 0, "event_night_age_s": 3600, "silence_before_s": 1800, "silence_after_s": 3600}
FLAGS = ("opt", "complaint", "dispute", "review", "held", "skip", "cod", "unknown", "presale")
LAW = {"US": (1260, 480), "IN": (1260, 540)}  # SMS that sell
MINUTE = timedelta(minutes=1)
HAPPENED = ("paid", "cancelled", "refunded", "shipped", "delivered")


def inside(minute, first, last):
    return first != last and (first <= minute < last if first < last else minute >= first or minute < last)


class Case:
    def __init__(self, words):
        self.zones, self.policy, self.flags, self.told = [ZoneInfo(ZONES["S"])], dict(POLICY), set(), {}
        for word in words.split():
            if word in FLAGS:
                self.flags.add(word)
            elif ":" in word and word.split(":")[0] in POLICY:
                self.policy[word.split(":")[0]] = int(word.split(":")[1])
            else:
                name, _, value = word.partition("=")
                assert value and name not in self.told, word
                self.told[name] = value
        unknown = set(self.told) - {"now", "age", "zones", "country", "class", "consent", "balance", "done", "unreached", "contacts", "feed", "event", *HAPPENED}
        assert not unknown, unknown
        if "zones" in self.told:
            self.zones = [ZoneInfo(ZONES[z]) for z in self.told["zones"]]
        wall, _, fold = self.told["now"].partition("+")
        self.now = datetime.fromisoformat(wall).replace(tzinfo=self.zones[0], fold=int(fold or 0)).astimezone(timezone.utc)
        self.placed = self.now - MINUTE * int(self.told["age"])
        self.contacts = sorted((self.now - MINUTE * int(c) for c in self.told.get("contacts", "").split(",") if c), reverse=True)
        self.done = 0
        for name in ("done", "unreached"):
            if name in self.told:
                wave, _, ago = self.told[name].partition("@")
                if int(ago) >= 0:
                    self.done = max(self.done, int(wave))
        self.event = self.span("event")
        self.balance = self.span("balance")
        self.waves()

    def span(self, name):
        if name not in self.told:
            return None
        first, last = self.told[name].split("/")
        return self.now + MINUTE * int(first), self.now + MINUTE * int(last)

    def seconds(self, term):
        return timedelta(seconds=self.policy[term])

    def waves(self):
        base, self.closes = self.placed, self.placed + self.seconds("payment_window_s")
        if "presale" in self.flags and self.balance:
            base, self.closes = max(self.placed, self.balance[0]), self.balance[1]
        self.begin = {1: base + self.seconds("wave1_after_s"), 2: base + self.seconds("wave2_after_s")}
        if self.policy["wave3"] and self.event and self.event[0] <= self.placed < self.event[1]:
            self.begin[3] = max(self.event[1], self.begin[2])
            self.day_after_over = self.event[1] + timedelta(days=1)

    def wave_at(self, at):
        return 3 if 3 in self.begin and at >= self.begin[3] else 2 if at >= self.begin[2] else 1

    def channel(self, wave):
        return "chat" if wave == 1 else {1: "chat", 2: "sms", 3: "email"}[self.policy["wave2_channel"]]

    def against(self, at, channel):
        """The first rule that speaks against contact then; None: none does. channel None: a person writes by hand, by chat."""
        p, f = self.policy, self.flags
        minutes = [(local.hour * 60 + local.minute) for local in (at.astimezone(zone) for zone in self.zones)]

        def any_in(first, last):
            return any(inside(minute, p[first] if isinstance(first, str) else first, p[last] if isinstance(last, str) else last) for minute in minutes)
        if "opt" in f:
            return "opted-out"
        if "complaint" in f:
            return "complained"
        if self.told.get("class") == "commercial" and self.told.get("consent") != "given":
            return "no-consent"
        if "dispute" in f:
            return "dispute-open"
        if "review" in f:
            return "bad-review"
        feed = self.told.get("feed", "0")
        if at == self.now and (feed == "none" or MINUTE * int(feed) > self.seconds("feed_stale_after_s")):
            return "stale-data"
        if self.event and self.event[0] - self.seconds("silence_before_s") <= at < self.event[0] + self.seconds("silence_after_s"):
            return "platform-silence"
        if any_in("night_from_min", "night_until_min"):
            return "night"
        young = p["event_night_chat"] and channel in ("chat", None) and self.event and self.event[0] <= at < self.event[1] and \
            at - self.placed < self.seconds("event_night_age_s")
        awake = [minute for minute in minutes if not (young and minute < p["night_from_min"])]
        if any(inside(minute, 0, p["night_from_min"]) for minute in awake):
            return "small-hours"
        if any(inside(minute, p["quiet_from_min"], p["quiet_until_min"]) for minute in awake):
            return "quiet-hours"
        if self.told.get("class") == "commercial" and channel == "sms" and self.told.get("country") in LAW and any_in(*LAW[self.told["country"]]):
            return "country-hours"
        past = [c for c in self.contacts if c <= self.now]
        if len([c for c in past if c + timedelta(days=1) > at]) >= p["cap_per_day"]:
            return "daily-cap"
        if past and past[0] + self.seconds("gap_min_s") > at:
            return "too-soon"
        if channel in ("chat", None):
            return None
        if any_in("meal1_from_min", "meal1_until_min") or any_in("meal2_from_min", "meal2_until_min"):
            return "meal"
        windows = [(p["good1_from_min"], p["good1_until_min"]), (p["good2_from_min"], p["good2_until_min"])]
        windows = [w for w in windows if w[0] != w[1]]
        if windows and not any(inside(minute, *w) for minute in minutes for w in windows):
            return "good-window"
        return None

    def closed(self):
        ago = {name: int(self.told[name]) for name in HAPPENED if name in self.told}
        if int(self.told["age"]) < 0:
            return "not-placed"
        if "cod" in self.flags:
            return "on-delivery"
        for name, word in (("paid", "paid"), ("cancelled", "closed"), ("refunded", "refunded"), ("shipped", "shipped"), ("delivered", "shipped")):
            if ago.get(name, -1) >= 0:
                return word
        return None

    def by_hand(self):
        """What Today lets a person do by chat until the time to pay is over; None: nothing."""
        at, first = self.now, None
        while at < min(self.closes, self.placed + self.seconds("payment_window_s")) and self.done < 2:
            age = at - self.placed
            wave = 1 if age < self.seconds("wave2_after_s") else 2
            rule = "too-young" if age < self.seconds("wave1_after_s") and not self.done else "next-wave" if wave <= self.done else self.against(at, None)
            if rule is None:
                return ("send" if at == self.now else "hold"), wave, "chat", at, (first or f"wave-{wave}")
            first = first or rule
            at = at.replace(second=0, microsecond=0) + MINUTE
        return None

    def answer(self):
        planned = self.by_channel()
        too_late = planned[0] == "never" and planned[4] in ("window-closes-first", "day-after-over")
        return too_late and self.by_hand() or planned

    def by_channel(self):
        word = self.closed()
        if word:
            return "never", None, None, None, word
        if "presale" in self.flags and not self.balance and "skip" not in self.flags:
            return "hold", None, None, None, "balance-unknown"
        before = "skipped" if "skip" in self.flags else "window-over" if self.now >= self.closes else "unknown-status" if "unknown" in self.flags else \
            "held-out" if "held" in self.flags else None
        if before:
            return "never", self.wave_at(self.now), None, None, before
        first = "balance-later" if "presale" in self.flags and self.now < self.balance[0] else None
        at, blocked_since = self.now, None
        while True:
            if at >= self.closes:
                return "never", wave, None, None, "window-closes-first"
            wave = max(self.wave_at(at), self.done + 1)
            if wave not in self.begin:
                return "never", self.done, None, None, "done"
            channel = self.channel(wave)
            if wave == 3 and at >= self.day_after_over:
                return "never", wave, None, None, "day-after-over"
            if at < self.begin[wave]:
                first = first or ("next-wave" if self.done else "too-young")
                at, blocked_since = self.begin[wave], None
                continue
            rule = self.against(at, channel)
            if rule is None:
                return ("send" if at == self.now else "hold"), wave, channel, at, (first or f"wave-{wave}")
            if rule in ("opted-out", "complained", "no-consent"):
                return "never", wave, None, None, rule
            if rule in ("dispute-open", "bad-review", "stale-data"):
                return "hold", wave, channel, None, rule
            first = first or rule
            blocked_since = blocked_since or at
            if at - blocked_since > timedelta(days=2, minutes=1) or (rule == "daily-cap" and self.policy["cap_per_day"] <= 0):
                return "hold", wave, channel, None, rule if blocked_since == self.now or first == rule else first
            at = at.replace(second=0, microsecond=0) + MINUTE


def told(answer, zone):
    decision, wave, channel, until, rule = answer
    when = until.astimezone(zone).strftime("%Y-%m-%dT%H:%M") if until is not None and decision == "hold" else "-"
    return f"{decision} {wave or '-'} {channel or '-'} {when} {rule}"


def main():
    rows = [line.split("=>") for line in pathlib.Path(sys.argv[1]).read_text(encoding="utf-8").splitlines() if line.strip() and not line.startswith("#")]
    assert len(rows) >= 300, f"only {len(rows)} rows"
    rules, wrong = {}, 0
    for facts, want in rows:
        case = Case(facts)
        got = told(case.answer(), case.zones[0])
        rules[want.split()[4]] = rules.get(want.split()[4], 0) + 1
        if got != want.strip():
            print(f"{facts.strip()}\n  table: {want.strip()}\n  here:  {got}")
            wrong += 1
    print(f"{len(rows)} rows, {len(rules)} rules, {wrong} wrong")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
