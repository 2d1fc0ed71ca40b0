"""Real shops of other lands, whose files tell an order in pieces: Olist's joined tables, the invoices of a UK gift shop. What comes out is
compared with the same figures reckoned here from the raw files, in another way. Skipped where ../shared/data is absent."""
import collections
import csv
import itertools
import json
import pathlib
import random
import sqlite3
from decimal import Decimal

from story import SLOW, Shop, need, run_stories

SHARED = pathlib.Path(__file__).resolve().parents[3] / "shared" / "data"
OLIST = ["orders", "order_items", "order_payments", "customers", "order_reviews", "products", "sellers"]


class OtherShop(Shop):
    """One more shop like `like`, when it was empty: with the same secrets, so that claims of equal age rank alike."""

    def __init__(self, directory, currency="", zone="", like=None):
        pathlib.Path(directory).mkdir(exist_ok=True)
        self.directory = pathlib.Path(directory)
        self.db = self.directory / "shop.db"
        self.empty = like.empty if like else self.directory / "empty.db"
        if not like:
            self.zg("init", "--store", "main", "--name", "Shop", "--platform", "other", "--currency", currency, "--zone", zone)
            self.zg("backup", str(self.empty))
        else:
            self.zg("restore", str(like.empty))

    def ask(self, sql):
        with sqlite3.connect(f"file:{self.db}?mode=ro", uri=True) as db:
            return db.execute(sql).fetchall()

    def image(self):
        """All that is derived, by natural keys."""
        return [self.ask(sql) for sql in (
            "SELECT o.order_no, placed_at_ms, paid_at_ms, cancelled_at_ms, shipped_at_ms, delivered_at_ms, refunded_at_ms, ship_by_ms, total_minor, paid_minor,"
            " refund_minor, pieces, status, exact, customer_id IS NULL, pick_until_ms FROM orders o ORDER BY 1",
            "SELECT o.order_no, p.product_no, p.sku_code, p.title, l.pieces, l.unit_minor, l.line_minor, l.extra_minor, l.refund_minor FROM order_line l"
            " JOIN orders o ON o.merchant_id = 1 AND o.order_id = l.order_id JOIN product p ON p.merchant_id = 1 AND p.product_id = l.product_id ORDER BY 1, 2, 3, 4, 5, 6, 7, 8, 9",
            "SELECT hour_start_ms, region, orders, paid_orders, refunded_orders, cancelled_orders, pieces, total_minor, paid_minor, refund_minor, kept_minor"
            " FROM counter_hour ORDER BY 1, 2",
            "SELECT r.subject, r.record_key, c.field, c.number, c.text FROM record r JOIN record_cell c ON c.merchant_id = 1 AND c.record_id = r.record_id WHERE r.merchant_id = 1 ORDER BY 1, 2, 3")]


def rows_of(path):
    with open(path, encoding="utf-8-sig", newline="") as f:
        return list(csv.DictReader(f))


def cents(text):
    return int(Decimal(text) * 100)


def story_olist(directory):
    """Olist's seven tables, in any order, give the same shop: 8,135 orders, 8,365 items, 8,225 reviews, 8,016 people, 775 orders without items"""
    folder = need(SHARED / "olist")
    files = {name: folder / f"olist_{name}_dataset.csv" for name in OLIST}
    raw = {name: rows_of(path) for name, path in files.items()}
    want_total, want_paid, want_pieces = collections.Counter(), collections.Counter(), collections.Counter()
    for row in raw["order_items"]:
        want_total[row["order_id"]] += cents(row["price"]) + cents(row["freight_value"])
        want_pieces[row["order_id"]] += 1
    for row in raw["order_payments"]:
        want_paid[row["order_id"]] += cents(row["payment_value"])

    images, order, first = [], list(OLIST), OtherShop(f"{directory}/first", "BRL", "America/Sao_Paulo")
    for turn in range(3):
        shop = OtherShop(f"{directory}/{turn}", like=first)
        random.Random(turn).shuffle(order)
        cuts = [order] if turn == 0 else [[name] for name in order] if turn == 1 else [order[:3], order[3:]]
        for names in cuts:
            answer = shop.bring(*[files[name] for name in names])
            assert all(f["quarantined"] == 0 and f["profile"].startswith("olist-") for f in answer["files"]), answer
        images.append(shop.image())
    shop.zg("verify")
    assert images[0] == images[1] == images[2], "the order of the files means nothing"

    orders, lines, hours, cells = images[0]
    assert len(orders) == len(raw["orders"]) == 8135 and len(lines) == len(raw["order_items"]) == 8365
    assert {o[0]: o[8] for o in orders if o[8] is not None} == dict(want_total), "the total is the sum of prices and freight"
    assert {o[0]: o[9] for o in orders if o[0] in want_paid} == dict(want_paid), "what was paid is the sum of the payments"
    assert {o[0]: o[11] for o in orders if o[11] is not None} == dict(want_pieces)
    assert sum(o[8] is None for o in orders) == 775 == len({r["order_id"] for r in raw["orders"]} - set(want_total)), "orders without items"
    subjects = collections.Counter(subject for (subject,) in shop.ask("SELECT subject FROM record"))
    assert (subjects[4], subjects[5], subjects[1], subjects[19]) == (8225, 8016, len(raw["products"]), 1610), subjects
    assert len({r["customer_unique_id"] for r in raw["customers"]}) == 8016 and len({(r["review_id"], r["order_id"]) for r in raw["order_reviews"]}) == 8225
    delivered = {r["order_id"] for r in raw["orders"] if r["order_status"] == "delivered"}
    assert {o[0] for o in orders if o[12] == 4} == delivered and sum(h[2] for h in hours) == 8135

    # undo of the payments alone: as if they had never been told
    shop = OtherShop(f"{directory}/undone", like=first)
    shop.bring(*[files[n] for n in OLIST if n != "order_payments"])
    before = shop.image()
    payments = shop.bring(files["order_payments"])["import_id"]
    assert shop.image() != before
    shop.zg("import", "undo", str(payments))
    assert shop.image() == before


def story_uci(directory):
    """a UK shop's invoices: returns are refunds and no sales, a blank customer is nobody, corrections of stock are set aside"""
    folder = need(SHARED / "uci-online-retail")
    files = sorted(folder.glob("*.csv"))[::1 if SLOW == 1 else 4]  # under the sanitizers the code counts, not the number
    sales, returns, rows, aside, customers, blank = {}, collections.Counter(), 0, 0, set(), set()
    pieces = collections.Counter()
    for path in files:
        for row in rows_of(path):
            rows += 1
            number, amount = row["InvoiceNo"], int(row["Quantity"]) * cents(row["UnitPrice"])
            if number.startswith("C"):
                returns[number] -= amount
            elif int(row["Quantity"]) < 0:
                aside += 1
                continue
            else:
                sales[number] = sales.get(number, 0) + amount
                pieces[number] += int(row["Quantity"])
            if row["CustomerID"]:
                customers.add(row["CustomerID"])
            else:
                blank.add(number)
    assert SLOW > 1 or (len(returns), rows, aside) == (1123, 142083, 348), (len(returns), rows, aside)

    shop = OtherShop(f"{directory}/one", "GBP", "Europe/London")
    done = {"rows": 0, "quarantined": 0}
    for batch in itertools.batched(files, 32) if hasattr(itertools, "batched") else [files[i:i + 32] for i in range(0, len(files), 32)]:
        answer = shop.bring(*batch)
        for f in answer["files"]:
            assert f["profile"] == "uci-retail", f
            for k in done:
                done[k] += f[k]
    assert done == {"rows": rows, "quarantined": aside} and aside > 0, done
    shop.zg("verify")
    orders = shop.ask("SELECT order_no, total_minor, paid_minor, refund_minor, pieces, placed_at_ms IS NULL, customer_id IS NULL FROM orders")
    told = {o[0]: o for o in orders}
    assert set(told) == set(sales) | set(returns)
    assert {n: told[n][1] for n in sales} == sales and all(told[n][2] == told[n][1] for n in sales) and {n: told[n][4] for n in sales} == dict(pieces)
    assert {n: told[n][3] for n in returns} == dict(returns) and all(told[n][1] is None and told[n][5] for n in returns), "a return has a refund, and no total"
    assert {n for n in told if told[n][6]} == blank, "no customer in the file, nobody in the shop"
    assert shop.ask("SELECT COUNT(*) FROM customer") == [(len(customers),)]
    (counted,) = shop.ask("SELECT SUM(orders), SUM(total_minor), SUM(refund_minor), SUM(kept_minor), SUM(refunded_orders) FROM counter_hour")
    assert counted == (len(sales), sum(sales.values()), sum(returns.values()), sum(sales.values()) - sum(returns.values()), 0), counted
    codes = shop.ask("SELECT DISTINCT code FROM quarantine")
    assert codes == [("negative-count",)], codes
    review = shop.json("review", "--store", "main", "--from", "2010-12-01", "--to", "2011-04-30")
    assert json.dumps(review).count(str(sum(returns.values()))) > 0, "returns count as refunds of the period"

    # back to front, in other pieces: the same shop
    other = OtherShop(f"{directory}/two", like=shop)
    for i in range(len(files), 0, -20):
        other.bring(*reversed(files[max(0, i - 20):i]))
    assert other.image() == shop.image()


if __name__ == "__main__":
    run_stories(globals())
