"""The real Tmall month of ../shared/data: in, again, the figures of its review, and out."""
from story import TMALL, Shop, need, run_stories


def story_month(directory):
    """28,010 orders in, again unchanged, the known figures, and undone as if never there"""
    need(TMALL)
    shop = Shop(directory)
    empty = shop.state()
    answer = shop.bring(TMALL)
    assert answer["files"][0] == {"file": TMALL.name, "profile": "tmall-report", "encoding": answer["files"][0]["encoding"], "rows": 28010,
                                  "added": 28010, "updated": 0, "unchanged": 0, "quarantined": 0}, answer
    first = shop.state()
    again = shop.bring(TMALL)
    figures = again["files"][0]
    assert (figures["rows"], figures["added"], figures["updated"], figures["unchanged"], figures["quarantined"]) == (28010, 0, 0, 28010, 0), again
    assert shop.state() == first
    review = shop.json("review", "--store", "main", "--from", "2020-02-01", "--to", "2020-03-01")
    assert (review["orders"], review["unpaid"], review["paid"], review["refunded_orders"]) == (28010, 3923, 24087, 5646), review
    assert review["total"]["minor"] == 299576061 and review["kept"]["minor"] == 190248715, review
    for name, total in (("by_day", 28010), ("by_hour", 28010), ("by_region", 28010)):
        assert sum(row["orders"] for row in review[name]) == total, name
        assert sum(row["total"] for row in review[name]) == 299576061, name
        assert sum(row["kept"] for row in review[name]) == 190248715, name
    assert len(review["by_day"]) == 29 and len(review["by_hour"]) == 24
    shop.zg("import", "undo", str(answer["import_id"]))
    assert shop.state() == first
    shop.zg("import", "undo", str(again["import_id"]))
    assert shop.state() == empty


def story_today(directory):
    """today has the contract's shape, at an hour of the month"""
    need(TMALL)
    shop = Shop(directory)
    shop.bring(TMALL)
    today = shop.json("today", "--store", "main", "--at", "2020-02-26T15:00:00+08:00")
    assert today["at"] == "2020-02-26T15:00:00+08:00" and isinstance(today["data_age_s"], int) and today["reminders"] and today["pick"]
    for row in today["reminders"]:
        assert set(row) >= {"order", "wave", "due_at", "reason", "amount"} and row["wave"] in (1, 2) and row["reason"], row
        assert row["amount"]["currency"] == "CNY" and isinstance(row["amount"]["minor"], int), row
    assert all(set(row) >= {"order", "paid_at"} for row in today["pick"])
    paid = [row["paid_at"] for row in today["pick"]]
    assert paid == sorted(paid)
    night = shop.json("today", "--store", "main", "--at", "2020-02-26T03:00:00+08:00")
    assert night["reminders"] == [] and night["held"] and all(row["reason"] for row in night["held"])


if __name__ == "__main__":
    run_stories(globals())
