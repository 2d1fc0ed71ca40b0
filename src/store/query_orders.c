/* The list of orders, newest first, and everything about one order. */
#include <assert.h>
#include "store/query_row.h"

/* Where the columns of an order stand in a statement: asked once by name, then read by place. */
enum { ORDER_FIGURES = 15, ORDER_TEXTS = 4 };
struct order_places { int figures[ORDER_FIGURES], texts[ORDER_TEXTS], id, exact; };

static struct order_places order_places(struct db_stmt *q)
{
    static const char *const figures[ORDER_FIGURES] = { "placed_at_ms", "paid_at_ms", "cancelled_at_ms", "shipped_at_ms", "delivered_at_ms", "refunded_at_ms",
        "ship_by_ms", "total_minor", "paid_minor", "refund_minor", "pieces", "status", "pay_kind", "customer_id", "balance_minor" };
    static const char *const texts[ORDER_TEXTS] = { "order_no", "region", "country", "tracking" };
    struct order_places p = { .id = db_column(q, "order_id"), .exact = db_column(q, "exact") };
    for (int i = 0; i < ORDER_FIGURES; i++) p.figures[i] = db_column(q, figures[i]);
    for (int i = 0; i < ORDER_TEXTS; i++) p.texts[i] = db_column(q, texts[i]);
    return p;
}

static struct order_row order_row_read(struct db_stmt *q, const struct order_places *p)
{
    int64_t f[ORDER_FIGURES];
    for (int i = 0; i < ORDER_FIGURES; i++) f[i] = db_i64_at(q, p->figures[i]);
    struct order_row r = {
        .order_id = db_i64_at(q, p->id), .order_no = db_text_at(q, p->texts[0]),
        .order = { .placed_at_ms = f[0], .paid_at_ms = f[1], .cancelled_at_ms = f[2], .shipped_at_ms = f[3], .delivered_at_ms = f[4], .refunded_at_ms = f[5],
                   .ship_by_ms = f[6], .total_minor = f[7], .paid_minor = f[8], .refund_minor = f[9], .pieces = f[10], .status = (enum order_status)f[11],
                   .pay_kind = (enum pay_kind)f[12], .region = db_text_at(q, p->texts[1]), .country = db_text_at(q, p->texts[2]),
                   .tracking = db_text_at(q, p->texts[3]), .customer_id = f[13], .balance_minor = f[14] },
    };
    order_exact_set(&r.order, db_i64_at(q, p->exact));
    return r;
}

bool query_each_order(struct db_stmt *q, order_row_each *each, void *ctx)
{
    const struct order_places places = order_places(q);
    enum db_step step;
    while ((step = db_step(q)) == DB_ROW) {
        struct order_row r = order_row_read(q, &places);
        if (!each(ctx, &r)) break;
    }
    db_done(q);
    return step != DB_FAILED;
}

bool query_room(struct arena *a, void **rows, int64_t n, int64_t *capacity, size_t size)
{
    if (n < *capacity) return true;
    int64_t more = *capacity ? *capacity * 2 : 16;
    void *grown = arena_take(a, (size_t)more, size);
    if (!grown) return false;
    if (n) memcpy(grown, *rows, (size_t)n * size);
    *rows = grown;
    *capacity = more;
    return true;
}

/* ---- the list ---- */

/* $1, $2: the shop; $3: from; $4, $5: the place in the list before which it goes on. The end of the period is such a place, too: the one before any
 * order of that instant. So the list has one upper end, which the index of (time, order) begins at, however many orders are of one instant. */
static void filter_bind(struct db_stmt *q, const struct shop *shop, const struct orders_filter *f)
{
    const bool all = f->to_ms > f->before.placed_at_ms;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    db_bind_i64(q, 3, f->from_ms);
    db_bind_i64(q, 4, all ? f->before.placed_at_ms : f->to_ms);
    db_bind_i64(q, 5, all ? f->before.order_id : 0);
}

bool query_orders(struct store *s, const struct shop *shop, const struct orders_filter *f, order_row_each *each, void *ctx)
{
    struct db_stmt *q;
    if (f->customer_id != CLAIM_NONE)
        q = db_stmt(s->db, SQL("SELECT o.order_id AS order_id, o.order_no AS order_no, o.placed_at_ms AS placed_at_ms, o.paid_at_ms AS paid_at_ms,"
                               " o.cancelled_at_ms AS cancelled_at_ms, o.shipped_at_ms AS shipped_at_ms, o.delivered_at_ms AS delivered_at_ms,"
                               " o.refunded_at_ms AS refunded_at_ms, o.ship_by_ms AS ship_by_ms, o.total_minor AS total_minor,"
                               " o.paid_minor AS paid_minor, o.refund_minor AS refund_minor, o.pieces AS pieces, o.status AS status,"
                               " o.pay_kind AS pay_kind, o.exact AS exact, o.region AS region, o.country AS country, o.tracking AS tracking,"
                               " o.customer_id AS customer_id, o.balance_minor AS balance_minor FROM customer_order c CROSS JOIN orders o WHERE c.merchant_id = $1"
                               " AND c.customer_id = $6 AND o.merchant_id = $1 AND o.order_id = c.order_id AND o.store_id = $2"
                               " AND o.customer_id = $6 AND +o.placed_at_ms >= $3 AND (+o.placed_at_ms, o.order_id) < ($4, $5)"
                               " ORDER BY +o.placed_at_ms DESC, o.order_id DESC"));
    else
        q = db_stmt(s->db, SQL("SELECT order_id, order_no, placed_at_ms, paid_at_ms, cancelled_at_ms, shipped_at_ms, delivered_at_ms,"
                               " refunded_at_ms, ship_by_ms, total_minor, paid_minor, refund_minor, pieces, status, pay_kind, exact,"
                               " region, country, tracking, customer_id, balance_minor FROM orders WHERE merchant_id = $1 AND store_id = $2"
                               " AND placed_at_ms >= $3 AND (placed_at_ms, order_id) < ($4, $5)"
                               " ORDER BY placed_at_ms DESC, order_id DESC"));
    if (!q) return false;
    filter_bind(q, shop, f);
    if (f->customer_id != CLAIM_NONE) db_bind_i64(q, 6, f->customer_id);
    return query_each_order(q, each, ctx);
}

/* Orders that wait at the moment `at`: those that still do, and those that did not stop before it. */
#define WAITING_SINCE(at) \
    "SELECT order_id FROM orders WHERE merchant_id = $1 AND store_id = $2 AND pick_until_ms = 9223372036854775807 UNION ALL" \
    " SELECT order_id FROM orders WHERE merchant_id = $1 AND store_id = $2 AND pick_until_ms > " at " AND pick_until_ms < 9223372036854775807"

bool query_orders_waiting(struct store *s, const struct shop *shop, const struct orders_filter *f, int64_t at_ms, order_row_each *each,
                          void *ctx)
{
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT o.order_id AS order_id, o.order_no AS order_no, o.placed_at_ms AS placed_at_ms, o.paid_at_ms"
                               " AS paid_at_ms, o.cancelled_at_ms AS cancelled_at_ms, o.shipped_at_ms AS shipped_at_ms,"
                               " o.delivered_at_ms AS delivered_at_ms, o.refunded_at_ms AS refunded_at_ms, o.ship_by_ms AS"
                               " ship_by_ms, o.total_minor AS total_minor, o.paid_minor AS paid_minor, o.refund_minor AS"
                               " refund_minor, o.pieces AS pieces, o.status AS status, o.pay_kind AS pay_kind, o.exact AS exact,"
                               " o.region AS region, o.country AS country, o.tracking AS tracking, o.customer_id AS customer_id,"
                               " o.balance_minor AS balance_minor"
                               " FROM (" WAITING_SINCE("$6") ") w CROSS JOIN orders o WHERE o.merchant_id = $1 AND o.order_id = w.order_id"
                               " AND o.placed_at_ms >= $3 AND (o.placed_at_ms, o.order_id) < ($4, $5)"
                               " ORDER BY o.placed_at_ms DESC, o.order_id DESC"));
    if (!q) return false;
    filter_bind(q, shop, f);
    db_bind_i64(q, 6, at_ms);
    return query_each_order(q, each, ctx);
}

bool query_waiting_count(struct store *s, const struct shop *shop, int64_t at_ms, int64_t max, int64_t *ret)
{
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT COUNT(*) AS orders FROM (" WAITING_SINCE("$3") " LIMIT $4) AS few"));
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    db_bind_i64(q, 3, at_ms);
    db_bind_i64(q, 4, max);
    enum db_step step = db_step(q);
    if (step == DB_ROW) *ret = db_i64(q, "orders");
    db_done(q);
    return step == DB_ROW;
}

bool query_orders_by_number(struct store *s, const struct shop *shop, struct text prefix, int64_t limit, order_row_each *each, void *ctx)
{
    char end[LIMIT_ORDER_NO_BYTES + 1];
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT o.order_id AS order_id, o.order_no AS order_no, o.placed_at_ms AS placed_at_ms,"
                               " o.paid_at_ms AS paid_at_ms, o.cancelled_at_ms AS cancelled_at_ms, o.shipped_at_ms AS shipped_at_ms,"
                               " o.delivered_at_ms AS delivered_at_ms, o.refunded_at_ms AS refunded_at_ms, o.ship_by_ms AS ship_by_ms,"
                               " o.total_minor AS total_minor, o.paid_minor AS paid_minor, o.refund_minor AS refund_minor,"
                               " o.pieces AS pieces, o.status AS status, o.pay_kind AS pay_kind, o.exact AS exact, o.region AS region,"
                               " o.country AS country, o.tracking AS tracking, o.customer_id AS customer_id, o.balance_minor AS balance_minor"
                               " FROM order_key k JOIN orders o ON o.merchant_id = k.merchant_id AND o.order_id = k.order_id"
                               " WHERE k.merchant_id = $1 AND k.store_id = $2 AND k.order_no >= $3 AND k.order_no <= $4"
                               " ORDER BY k.order_no LIMIT $5"));
    if (!q) return false;
    if (prefix.len >= LIMIT_ORDER_NO_BYTES) prefix.len = LIMIT_ORDER_NO_BYTES - 1;
    if (prefix.len) memcpy(end, prefix.ptr, prefix.len);
    end[prefix.len] = 0x7f; /* above every character of an order number */
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    db_bind_text(q, 3, prefix);
    db_bind_text(q, 4, (struct text){ end, prefix.len + 1 });
    db_bind_i64(q, 5, limit);
    return query_each_order(q, each, ctx);
}

struct keep_one { struct arena *a; struct order_row *ret; bool found; };

static bool keep_one(void *ctx, const struct order_row *r)
{
    struct keep_one *k = ctx;
    *k->ret = *r;
    k->ret->order_no = arena_text(k->a, r->order_no);
    k->ret->order.region = arena_text(k->a, r->order.region);
    k->ret->order.country = arena_text(k->a, r->order.country);
    k->ret->order.tracking = arena_text(k->a, r->order.tracking);
    k->found = true;
    return false;
}

bool query_order(struct store *s, const struct shop *shop, struct arena *a, struct text order_no, struct order_row *ret, bool *ret_found)
{
    struct keep_one k = { a, ret, false };
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT o.order_id AS order_id, o.order_no AS order_no, o.placed_at_ms AS placed_at_ms,"
                               " o.paid_at_ms AS paid_at_ms, o.cancelled_at_ms AS cancelled_at_ms, o.shipped_at_ms AS shipped_at_ms,"
                               " o.delivered_at_ms AS delivered_at_ms, o.refunded_at_ms AS refunded_at_ms, o.ship_by_ms AS ship_by_ms,"
                               " o.total_minor AS total_minor, o.paid_minor AS paid_minor, o.refund_minor AS refund_minor,"
                               " o.pieces AS pieces, o.status AS status, o.pay_kind AS pay_kind, o.exact AS exact, o.region AS region,"
                               " o.country AS country, o.tracking AS tracking, o.customer_id AS customer_id, o.balance_minor AS balance_minor"
                               " FROM order_key k JOIN orders o ON o.merchant_id = k.merchant_id AND o.order_id = k.order_id"
                               " WHERE k.merchant_id = $1 AND k.store_id = $2 AND k.order_no = $3"));
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    db_bind_text(q, 3, order_no);
    if (!query_each_order(q, keep_one, &k) || a->failed) return false;
    *ret_found = k.found;
    return true;
}

bool query_customer(struct store *s, const struct shop *shop, struct text buyer, int64_t *ret_customer_id)
{
    return query_customer_hashed(s, shop, shop_buyer_hash(shop, buyer), ret_customer_id);
}

bool query_customer_hashed(struct store *s, const struct shop *shop, int64_t buyer_hash, int64_t *ret_customer_id)
{
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT customer_id FROM customer WHERE merchant_id = $1 AND store_id = $2 AND buyer_hash = $3"));
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    db_bind_i64(q, 3, buyer_hash);
    enum db_step step = db_step(q);
    if (step != DB_FAILED) *ret_customer_id = step == DB_ROW ? db_i64(q, "customer_id") : CLAIM_NONE;
    db_done(q);
    return step != DB_FAILED;
}

bool query_customers(struct store *s, const struct shop *shop, int64_t from_ms, int64_t to_ms, customer_row_each *each, void *ctx)
{
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT customer_id, MAX(order_id) AS last_order_id, COUNT(*) AS orders,"
        " SUM(CASE WHEN paid_at_ms IS NOT NULL THEN 1 ELSE 0 END) AS paid_orders,"
        " SUM(CASE WHEN paid_at_ms IS NOT NULL THEN COALESCE(paid_minor, 0) ELSE 0 END) AS paid_minor,"
        " SUM(COALESCE(refund_minor, 0)) AS refund_minor, MIN(placed_at_ms) AS first_placed_ms, MAX(placed_at_ms) AS last_placed_ms"
        " FROM orders WHERE merchant_id = $1 AND store_id = $2 AND placed_at_ms >= $3 AND placed_at_ms < $4 AND customer_id IS NOT NULL"
        " GROUP BY customer_id ORDER BY customer_id"));
    enum db_step step;
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    db_bind_i64(q, 3, from_ms);
    db_bind_i64(q, 4, to_ms);
    while ((step = db_step(q)) == DB_ROW) {
        const struct customer_row r = { db_i64(q, "customer_id"), db_i64(q, "last_order_id"), db_i64(q, "orders"), db_i64(q, "paid_orders"),
            db_i64(q, "paid_minor"), db_i64(q, "refund_minor"), db_i64(q, "first_placed_ms"), db_i64(q, "last_placed_ms") };
        if (!each(ctx, &r)) break;
    }
    db_done(q);
    return step != DB_FAILED;
}

/* Counting reads up to `max` rows, more than all else that a page of orders does: the last answer stands while nothing has changed. */
bool query_order_count(struct store *s, const struct shop *shop, int64_t max, int64_t *ret)
{
    struct orders_counted now = { .merchant_id = shop->merchant_id, .store_id = shop->store_id, .max = max }, *was = &s->counted;
    const bool keeps = db_version(s->db, &now.version);
    if (keeps && was->merchant_id == now.merchant_id && was->store_id == now.store_id && was->max == max && was->version == now.version) {
        *ret = was->orders;
        return true;
    }
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT COUNT(*) AS orders FROM (SELECT placed_at_ms FROM orders WHERE merchant_id = $1"
                                           " AND store_id = $2 AND placed_at_ms IS NOT NULL LIMIT $3) AS few"));
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    db_bind_i64(q, 3, max);
    enum db_step step = db_step(q);
    if (step == DB_ROW) *ret = now.orders = db_i64(q, "orders");
    db_done(q);
    if (step == DB_ROW && keeps) *was = now;
    return step == DB_ROW;
}

/* The CASE is order_state_at of the core; a test compares the two. */
bool query_state_counts(struct store *s, const struct shop *shop, int64_t at_ms, int64_t ret[ORDER_STATE_COUNT])
{
    int64_t counts[ORDER_STATE_COUNT] = { 0 };
    enum db_step step;
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT state, COUNT(*) AS orders FROM (SELECT CASE"
        " WHEN refund_minor > 0 AND refund_minor >= paid_minor AND refunded_at_ms <= $3 THEN 6"
        " WHEN cancelled_at_ms <= $3 THEN 5 WHEN delivered_at_ms <= $3 THEN 4 WHEN shipped_at_ms <= $3 THEN 3"
        " WHEN paid_at_ms <= $3 THEN 2 WHEN placed_at_ms > $3 THEN 0 WHEN pay_kind = 2 THEN 7 ELSE 1 END AS state"
        " FROM orders WHERE merchant_id = $1 AND store_id = $2 AND placed_at_ms IS NOT NULL) AS states GROUP BY state"));
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    db_bind_i64(q, 3, at_ms);
    while ((step = db_step(q)) == DB_ROW) {
        int64_t state = db_i64(q, "state");
        assert(state >= 0 && state < ORDER_STATE_COUNT);
        counts[state] = db_i64(q, "orders");
    }
    db_done(q);
    if (step == DB_FAILED) return false;
    memcpy(ret, counts, sizeof counts);
    return true;
}
