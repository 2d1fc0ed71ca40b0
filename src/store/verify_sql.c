/* What verify expects, written as queries, and what it finds.
 *
 * In order: orders from their events, lines from the lines of events, events from assertions, then what is counted from the
 * orders. An attribute is that of the event with the greatest (as_of, rank, key) that tells it: for an order of one event its
 * own, else found by ORDER BY .. LIMIT 1. */
#include "store/db.h"
#include "store/verify_sql.h"

#pragma GCC diagnostic ignored "-Woverlength-strings" /* a query of 7,000 characters is one query */

/* ---- orders ---- */

#define TOLD_BY(column, condition) \
    "CASE WHEN n.events = 1 THEN e." column " ELSE (SELECT w." column " FROM event w WHERE w.merchant_id = n.merchant_id" \
    " AND w.order_id = n.order_id AND w." column " " condition " ORDER BY w.as_of_ms DESC, w.source_rank DESC, w.event_key DESC LIMIT 1) END AS " column
#define TOLD(column) TOLD_BY(column, "IS NOT NULL")

/* n: one row an order, with what the statuses of its events imply. Statuses: 2 paid, 3 shipped, 4 delivered, 5 closed. */
#define PER_ORDER \
    "n AS (SELECT merchant_id, order_id, COUNT(*) AS events, MIN(event_no) AS event_no," \
    " MIN(CASE WHEN status = 4 THEN first_as_of_ms END) AS delivered_by," \
    " MIN(CASE WHEN status IN (3, 4) OR tracking IS NOT NULL THEN first_as_of_ms END) AS shipped_by," \
    " MIN(CASE WHEN status IN (2, 3, 4) THEN first_as_of_ms END) AS paid_by," \
    " MIN(CASE WHEN status = 5 THEN first_as_of_ms END) AS closed_by," \
    " MAX(CASE WHEN status = 5 THEN as_of_ms END) AS last_closed, MAX(CASE WHEN status NOT IN (0, 5) THEN as_of_ms END) AS last_open," \
    " MIN(CASE WHEN refund_minor > 0 THEN first_as_of_ms END) AS refunded_by FROM event WHERE merchant_id = $1 GROUP BY merchant_id, order_id)"
/* p: the payments and the refunds of an order, each part as its latest event says. */
#define PARTS_OF(kind_, name) \
    name " AS (SELECT order_id, SUM(minor) AS minor FROM (SELECT r.order_id, r.minor, ROW_NUMBER() OVER (PARTITION BY r.order_id, r.payment_no" \
    " ORDER BY e.as_of_ms DESC, e.source_rank DESC, e.event_key DESC) AS place FROM event_payment r JOIN event e ON e.merchant_id = r.merchant_id" \
    " AND e.order_id = r.order_id AND e.event_no = r.event_no WHERE r.merchant_id = $1 AND r.kind = " kind_ ") w WHERE place = 1 GROUP BY order_id)"
#define REFUND_PARTS_BY \
    "rb AS (SELECT r.order_id, MIN(e.first_as_of_ms) AS refunded_by FROM event_payment r JOIN event e ON e.merchant_id = r.merchant_id" \
    " AND e.order_id = r.order_id AND e.event_no = r.event_no WHERE r.merchant_id = $1 AND r.kind = 2 AND r.minor > 0 GROUP BY r.order_id)"
/* s: what the lines of an order add up to; b: which of these sums stand for its own figures. */
#define LINE_SUMS \
    "s AS (SELECT order_id, SUM(CASE WHEN line_minor IS NULL AND (unit_minor IS NULL OR pieces IS NULL) AND extra_minor IS NULL THEN NULL" \
    " ELSE COALESCE(line_minor, unit_minor * pieces, 0) + COALESCE(extra_minor, 0) END) AS total, SUM(refund_minor) AS refund, SUM(pieces) AS pieces" \
    " FROM order_line WHERE merchant_id = $1 GROUP BY order_id), " \
    "b AS (SELECT l.order_id, MAX(l.sums & 1) AS total, MAX(l.sums & 2) AS refund, MAX(l.sums & 4) AS pieces," \
    " MIN(CASE WHEN l.sums & 2 > 0 AND l.refund_minor > 0 THEN e.first_as_of_ms END) AS refunded_by FROM event_line l JOIN event e" \
    " ON e.merchant_id = l.merchant_id AND e.order_id = l.order_id AND e.event_no = l.event_no WHERE l.merchant_id = $1 GROUP BY l.order_id)"
#define TOLD_ORDERS \
    "t AS (SELECT n.*, " TOLD("placed_at_ms") ", " TOLD("paid_at_ms") ", " TOLD("cancelled_at_ms") ", " TOLD("shipped_at_ms") ", " \
    TOLD("delivered_at_ms") ", " TOLD("refunded_at_ms") ", " TOLD("ship_by_ms") ", " TOLD("total_minor") ", " TOLD("paid_minor") ", " \
    TOLD("refund_minor") ", " TOLD("pieces") ", " TOLD_BY("status", "<> 0") ", " TOLD_BY("pay_kind", "<> 0") ", " TOLD("region") ", " \
    TOLD("country") ", " TOLD("tracking") ", " TOLD("customer_id") \
    ", " TOLD("balance_minor") \
    " FROM n JOIN event e ON e.merchant_id = n.merchant_id AND e.order_id = n.order_id AND e.event_no = n.event_no)"
/* Amounts that no event tells: parts, then lines. */
#define SUMMED \
    "u AS (SELECT t.*, COALESCE(t.total_minor, CASE WHEN b.total > 0 THEN s.total END) AS total_amount," \
    " COALESCE(t.paid_minor, pp.minor) AS paid_told, COALESCE(t.refund_minor, rp.minor, CASE WHEN b.refund > 0 THEN s.refund END) AS refund_amount," \
    " COALESCE(t.pieces, CASE WHEN b.pieces > 0 THEN s.pieces END) AS piece_count, b.refunded_by AS line_refunded_by, rb.refunded_by AS part_refunded_by" \
    " FROM t LEFT JOIN pp ON pp.order_id = t.order_id LEFT JOIN rp ON rp.order_id = t.order_id LEFT JOIN rb ON rb.order_id = t.order_id" \
    " LEFT JOIN s ON s.order_id = t.order_id LEFT JOIN b ON b.order_id = t.order_id)"
/* Filled in where nobody told: delivered, then shipped and paid, then cancelled and refunded. */
#define FILLED_1 \
    "f AS (SELECT u.*, COALESCE(delivered_at_ms, delivered_by) AS delivered," \
    " COALESCE(paid_at_ms, CASE WHEN COALESCE(pay_kind, 0) <> 2 THEN paid_by END) AS paid," \
    " COALESCE(cancelled_at_ms, CASE WHEN last_open IS NULL OR last_open < last_closed THEN closed_by END) AS cancelled," \
    " (CASE WHEN paid_at_ms IS NULL THEN 0 ELSE 1 END) + (CASE WHEN cancelled_at_ms IS NULL THEN 0 ELSE 2 END)" \
    " + (CASE WHEN shipped_at_ms IS NULL THEN 0 ELSE 4 END) + (CASE WHEN delivered_at_ms IS NULL THEN 0 ELSE 8 END)" \
    " + (CASE WHEN refunded_at_ms IS NULL THEN 0 ELSE 16 END) AS exact_bits," \
    " CASE WHEN COALESCE(refunded_by, 9223372036854775807) <= COALESCE(line_refunded_by, 9223372036854775807)" \
    " AND COALESCE(refunded_by, 9223372036854775807) <= COALESCE(part_refunded_by, 9223372036854775807) THEN refunded_by" \
    " WHEN COALESCE(line_refunded_by, 9223372036854775807) <= COALESCE(part_refunded_by, 9223372036854775807) THEN line_refunded_by" \
    " ELSE part_refunded_by END AS any_refunded_by FROM u)"
#define FILLED_2 \
    "g AS (SELECT f.*, COALESCE(shipped_at_ms, CASE WHEN delivered IS NULL THEN shipped_by WHEN shipped_by IS NULL OR delivered < shipped_by" \
    " THEN delivered ELSE shipped_by END) AS shipped," \
    " COALESCE(refunded_at_ms, CASE WHEN refund_amount > 0 THEN COALESCE(paid, any_refunded_by) END) AS refunded," \
    " COALESCE(paid_told, CASE WHEN paid IS NOT NULL THEN total_amount END) AS paid_amount," \
    " CASE WHEN pay_kind = 2 AND placed_at_ms IS NOT NULL THEN placed_at_ms ELSE paid END AS pick_from FROM f)"
/* The wait to be picked ends with the first of four. */
#define PICKED \
    "h AS (SELECT g.*, COALESCE(shipped, 9223372036854775807) AS u1, COALESCE(delivered, 9223372036854775807) AS u2," \
    " COALESCE(cancelled, 9223372036854775807) AS u3, CASE WHEN refund_amount > 0 AND refund_amount >= paid_amount AND refunded IS NOT NULL" \
    " THEN refunded ELSE 9223372036854775807 END AS u4 FROM g)"
#define LEAST_OF_FOUR \
    "CASE WHEN u1 <= u2 AND u1 <= u3 AND u1 <= u4 THEN u1 WHEN u2 <= u3 AND u2 <= u4 THEN u2 WHEN u3 <= u4 THEN u3 ELSE u4 END"

/* ---- lines ---- */

#define LINE_TOLD(column) \
    "CASE WHEN n.events = 1 THEN n." column " ELSE (SELECT w." column " FROM event_line w JOIN event e ON e.merchant_id = w.merchant_id" \
    " AND e.order_id = w.order_id AND e.event_no = w.event_no WHERE w.merchant_id = n.merchant_id AND w.order_id = n.order_id" \
    " AND w.line_key = n.line_key AND w." column " IS NOT NULL ORDER BY e.as_of_ms DESC, e.source_rank DESC, e.event_key DESC LIMIT 1) END AS " column

/* ---- hours and days: batch_zone holds the stretches of one offset ---- */

#define ORDERS_IN_ZONE \
    " FROM batch_zone z CROSS JOIN orders o WHERE o.merchant_id = $1 AND o.store_id = $2 AND o.placed_at_ms >= z.from_ms AND o.placed_at_ms < z.until_ms"
/* A local hour begins on the full hour; one that a change of offset cuts begins with the change, unless the clock showed the same
 * hour before it. */
#define HOUR_START \
    "CASE WHEN (o.placed_at_ms + z.offset_ms) / 3600000 * 3600000 - z.offset_ms >= z.from_ms" \
    " THEN (o.placed_at_ms + z.offset_ms) / 3600000 * 3600000 - z.offset_ms" \
    " WHEN (z.from_ms - 1 + z.before_ms) / 3600000 = (o.placed_at_ms + z.offset_ms) / 3600000" \
    " THEN (o.placed_at_ms + z.offset_ms) / 3600000 * 3600000 - z.before_ms ELSE z.from_ms END"
/* Refunds whose order nobody told: no order, in the hour of the refund. */
#define REFUNDS_IN_ZONE \
    " FROM batch_zone z CROSS JOIN (SELECT refunded_at_ms AS placed_at_ms, region, refund_minor FROM orders WHERE merchant_id = $1 AND store_id = $2" \
    " AND placed_at_ms IS NULL AND refund_minor > 0) o WHERE o.placed_at_ms >= z.from_ms AND o.placed_at_ms < z.until_ms"
#define DAY "(o.placed_at_ms + z.offset_ms) / 86400000"

const struct check checks[] = {
    { "orders", false, 1, "iiiiiiiiiiiiiiittxiii",
      SQL("WITH " PER_ORDER ", " PARTS_OF("1", "pp") ", " PARTS_OF("2", "rp") ", " REFUND_PARTS_BY ", " LINE_SUMS ", " TOLD_ORDERS ", " SUMMED ", " FILLED_1 ", " FILLED_2 ", " PICKED
          " SELECT order_id, placed_at_ms, paid, cancelled, shipped, delivered, refunded, ship_by_ms, total_amount, paid_amount, refund_amount, piece_count,"
          " COALESCE(status, 0) AS status, COALESCE(pay_kind, 0) AS pay_kind, exact_bits, region, country, tracking, customer_id,"
          " CASE WHEN pick_from IS NOT NULL THEN " LEAST_OF_FOUR " END AS pick_until_ms, balance_minor FROM h ORDER BY order_id"),
      SQL("SELECT order_id, placed_at_ms, paid_at_ms, cancelled_at_ms, shipped_at_ms, delivered_at_ms, refunded_at_ms, ship_by_ms, total_minor,"
          " paid_minor, refund_minor, pieces, status, pay_kind, exact, region, country, tracking, customer_id, pick_until_ms, balance_minor"
          " FROM orders WHERE merchant_id = $1 ORDER BY order_id"), NULL },
    { "order_line", false, 2, "iiixiiiii",
      SQL("WITH n AS (SELECT merchant_id, order_id, line_key, COUNT(*) AS events, MAX(product_id) AS product_id, MAX(options) AS options,"
          " MAX(pieces) AS pieces, MAX(unit_minor) AS unit_minor, MAX(line_minor) AS line_minor, MAX(refund_minor) AS refund_minor,"
          " MAX(extra_minor) AS extra_minor FROM event_line WHERE merchant_id = $1 GROUP BY merchant_id, order_id, line_key)"
          " SELECT order_id, line_key, " LINE_TOLD("product_id") ", " LINE_TOLD("options") ", " LINE_TOLD("pieces") ", " LINE_TOLD("unit_minor") ", "
          LINE_TOLD("line_minor") ", " LINE_TOLD("refund_minor") ", " LINE_TOLD("extra_minor") " FROM n ORDER BY order_id, line_key"),
      SQL("SELECT order_id, line_key, product_id, options, pieces, unit_minor, line_minor, refund_minor, extra_minor FROM order_line"
          " WHERE merchant_id = $1 ORDER BY order_id, line_key"), NULL },
    { "event", false, 2, "iiii",
      SQL("SELECT order_id, event_no, MAX(as_of_ms) AS as_of_ms, MIN(first_as_of_ms) AS first_as_of_ms FROM (SELECT e.order_id, e.event_no, a.as_of_ms,"
          " a.first_as_of_ms FROM assertion a CROSS JOIN event e WHERE a.merchant_id = $1 AND e.merchant_id = $1 AND e.order_id >= a.order_from"
          " AND e.order_id <= a.order_to AND e.event_no = a.event_no UNION ALL SELECT order_id, event_no, fed_as_of_ms, fed_first_ms FROM event"
          " WHERE merchant_id = $1 AND fed_as_of_ms IS NOT NULL) t GROUP BY order_id, event_no ORDER BY order_id, event_no"),
      SQL("SELECT order_id, event_no, as_of_ms, first_as_of_ms FROM event WHERE merchant_id = $1 ORDER BY order_id, event_no"), NULL },
    { "assertion", false, 3, "iii", NULL,
      SQL("SELECT import_id, event_no, order_from FROM (SELECT import_id, event_no, order_from, order_to, LEAD(order_from) OVER"
          " (PARTITION BY import_id, event_no ORDER BY order_from) AS next_from FROM assertion WHERE merchant_id = $1) r"
          " WHERE order_to < order_from OR next_from <= order_to"), "ranges that do not overlap" },
    { "assertion", false, 1, "i", NULL,
      SQL("SELECT i.import_id FROM import i WHERE i.merchant_id = $1 AND i.state = 4"
          " AND EXISTS (SELECT 1 FROM assertion a WHERE a.merchant_id = i.merchant_id AND a.import_id = i.import_id)"), "nothing of an import that was undone" },
    { "order_key", true, 1, "ti",
      SQL("SELECT order_no, order_id FROM orders WHERE merchant_id = $1 AND store_id = $2 ORDER BY order_no"),
      /* a number that bears a reminder mark is kept for an order that may come back */
      SQL("SELECT k.order_no, k.order_id FROM order_key k WHERE k.merchant_id = $1 AND k.store_id = $2"
          " AND (EXISTS (SELECT 1 FROM orders o WHERE o.merchant_id = k.merchant_id AND o.order_id = k.order_id)"
          " OR NOT EXISTS (SELECT 1 FROM reminder_mark m WHERE m.merchant_id = k.merchant_id AND m.order_id = k.order_id)) ORDER BY k.order_no"), NULL },
    { "person", false, 2, "ii", NULL,
      SQL("SELECT p.order_id, p.event_no FROM person p WHERE p.merchant_id = $1 AND NOT EXISTS (SELECT 1 FROM event e"
          " WHERE e.merchant_id = p.merchant_id AND e.order_id = p.order_id AND e.event_no = p.event_no)"), "no cells of an event that is gone" },
    { "event_line", false, 2, "ii", NULL,
      SQL("SELECT l.order_id, l.event_no FROM event_line l WHERE l.merchant_id = $1 AND NOT EXISTS (SELECT 1 FROM event e"
          " WHERE e.merchant_id = l.merchant_id AND e.order_id = l.order_id AND e.event_no = l.event_no)"), "no line of an event that is gone" },
    { "event_payment", false, 2, "ii", NULL,
      SQL("SELECT p.order_id, p.event_no FROM event_payment p WHERE p.merchant_id = $1 AND NOT EXISTS (SELECT 1 FROM event e"
          " WHERE e.merchant_id = p.merchant_id AND e.order_id = p.order_id AND e.event_no = p.event_no)"), "no payment of an event that is gone" },
    { "customer_order", false, 2, "ii",
      SQL("SELECT DISTINCT customer_id, order_id FROM event WHERE merchant_id = $1 AND customer_id IS NOT NULL ORDER BY customer_id, order_id"),
      SQL("SELECT customer_id, order_id FROM customer_order WHERE merchant_id = $1 ORDER BY customer_id, order_id"), NULL },
    { "customer", false, 1, "i",
      SQL("SELECT DISTINCT customer_id FROM event WHERE merchant_id = $1 AND customer_id IS NOT NULL ORDER BY customer_id"),
      SQL("SELECT customer_id FROM customer WHERE merchant_id = $1 ORDER BY customer_id"), NULL },
    { "product", false, 1, "ixxx",
      SQL("WITH told AS (SELECT l.product_id, l.product_no, l.sku_code, l.title, e.as_of_ms, e.source_rank, e.event_key,"
          " ROW_NUMBER() OVER (PARTITION BY l.product_id ORDER BY e.as_of_ms DESC, e.source_rank DESC, e.event_key DESC) AS place FROM event_line l JOIN event e ON e.merchant_id = l.merchant_id"
          " AND e.order_id = l.order_id AND e.event_no = l.event_no WHERE l.merchant_id = $1)"
          " SELECT product_id, product_no, sku_code, title FROM told WHERE place = 1 ORDER BY product_id"),
      SQL("SELECT product_id, product_no, sku_code, title FROM product WHERE merchant_id = $1 ORDER BY product_id"), NULL },
    { "product", false, 1, "i", NULL,
      SQL("SELECT DISTINCT p.product_id AS product_id FROM event_line l CROSS JOIN product p WHERE l.merchant_id = $1 AND p.merchant_id = l.merchant_id"
          " AND p.product_id = l.product_id AND LENGTH(p.told_key) = 0 AND (l.title <> p.title OR COALESCE(l.sku_code, '') <> COALESCE(p.sku_code, '')"
          " OR COALESCE(l.product_no, '') <> COALESCE(p.product_no, '')) ORDER BY product_id"), "all lines call it the same, or it is known which one is the latest" },
    { "product", false, 1, "iiib",
      SQL("SELECT product_id, as_of_ms, source_rank, event_key FROM (SELECT p.product_id, e.as_of_ms, e.source_rank, e.event_key, ROW_NUMBER() OVER"
          " (PARTITION BY p.product_id ORDER BY e.as_of_ms DESC, e.source_rank DESC, e.event_key DESC) AS place FROM product p JOIN event_line l"
          " ON l.merchant_id = p.merchant_id AND l.product_id = p.product_id JOIN event e ON e.merchant_id = l.merchant_id AND e.order_id = l.order_id"
          " AND e.event_no = l.event_no WHERE p.merchant_id = $1 AND LENGTH(p.told_key) > 0) t WHERE place = 1 ORDER BY product_id"),
      SQL("SELECT product_id, told_as_of_ms, told_rank, told_key FROM product WHERE merchant_id = $1 AND LENGTH(told_key) > 0 ORDER BY product_id"), NULL },
    { "counter_hour", true, 2, "itiiiiiiiii",
      SQL("SELECT hour_start_ms, region, SUM(orders) AS orders, SUM(paid_orders) AS paid_orders, SUM(refunded_orders) AS refunded_orders,"
          " SUM(cancelled_orders) AS cancelled_orders, SUM(pieces) AS pieces, SUM(total_minor) AS total_minor, SUM(paid_minor) AS paid_minor,"
          " SUM(refund_minor) AS refund_minor, SUM(kept_minor) AS kept_minor FROM ("
          "SELECT " HOUR_START " AS hour_start_ms, COALESCE(o.region, '') AS region, COUNT(*) AS orders,"
          " SUM(CASE WHEN o.paid_at_ms IS NOT NULL THEN 1 ELSE 0 END) AS paid_orders, SUM(CASE WHEN o.refund_minor > 0 THEN 1 ELSE 0 END) AS refunded_orders,"
          " SUM(CASE WHEN o.cancelled_at_ms IS NOT NULL AND o.paid_at_ms IS NULL THEN 1 ELSE 0 END) AS cancelled_orders, SUM(COALESCE(o.pieces, 0)) AS pieces,"
          " SUM(COALESCE(o.total_minor, 0)) AS total_minor, SUM(CASE WHEN o.paid_at_ms IS NOT NULL THEN COALESCE(o.paid_minor, 0) ELSE 0 END) AS paid_minor,"
          " SUM(COALESCE(o.refund_minor, 0)) AS refund_minor, SUM(CASE WHEN o.paid_at_ms IS NOT NULL THEN COALESCE(o.paid_minor, 0)"
          " - COALESCE(o.refund_minor, 0) ELSE 0 END) AS kept_minor" ORDERS_IN_ZONE " GROUP BY 1, 2"
          " UNION ALL SELECT " HOUR_START ", COALESCE(o.region, ''), 0, 0, 0, 0, 0, 0, 0, o.refund_minor, -o.refund_minor" REFUNDS_IN_ZONE
          ") h GROUP BY 1, 2 ORDER BY 1, 2"),
      SQL("SELECT hour_start_ms, region, orders, paid_orders, refunded_orders, cancelled_orders, pieces, total_minor, paid_minor, refund_minor, kept_minor"
          " FROM counter_hour WHERE merchant_id = $1 AND store_id = $2 ORDER BY hour_start_ms, region"), NULL },
    { "counter_product_day", true, 2, "iiiiii",
      SQL("SELECT o.day, l.product_id, COUNT(*) AS lines, SUM(COALESCE(l.pieces, 0)) AS pieces, SUM(CASE WHEN o.paid = 1 THEN COALESCE(l.pieces, 0) ELSE 0 END)"
          " AS paid_pieces, SUM(CASE WHEN o.paid = 1 THEN COALESCE(l.line_minor, l.unit_minor * l.pieces, 0) ELSE 0 END) AS paid_minor"
          " FROM (SELECT o.order_id, " DAY " AS day, CASE WHEN o.paid_at_ms IS NOT NULL THEN 1 ELSE 0 END AS paid" ORDERS_IN_ZONE ") o"
          " CROSS JOIN order_line l WHERE l.merchant_id = $1 AND l.order_id = o.order_id GROUP BY 1, 2 ORDER BY 1, 2"),
      SQL("SELECT day, product_id, lines, pieces, paid_pieces, paid_minor FROM counter_product_day WHERE merchant_id = $1 AND store_id = $2"
          " AND (lines <> 0 OR reserved = 0) ORDER BY day, product_id"), NULL },
    { "counter_product_day", false, 1, "ii",
      SQL("SELECT l.product_id, SUM(l.pieces) AS reserved FROM order_line l JOIN orders o ON o.merchant_id = l.merchant_id AND o.order_id = l.order_id"
          " WHERE l.merchant_id = $1 AND o.pick_until_ms = 9223372036854775807 GROUP BY l.product_id HAVING SUM(l.pieces) <> 0 ORDER BY l.product_id"),
      SQL("SELECT product_id, SUM(reserved) AS reserved FROM counter_product_day WHERE merchant_id = $1 GROUP BY product_id HAVING SUM(reserved) <> 0"
          " ORDER BY product_id"), NULL },
};
const int check_count = (int)(sizeof checks / sizeof checks[0]);
