/* The orders that wait to be picked.
 *
 * Every statement below shall use orders_waiting, orders_picked or orders_on_delivery: a plus sign before a column says that another
 * index of that column does not help.  Those that still wait come from orders_waiting in the order of payment; those that stopped
 * waiting after at_ms (a look into the past) and those on delivery are sorted, and let in between. */
#include "store/query_row.h"

struct waiting { struct arena *a; struct order_row *rows; int64_t n, capacity; int64_t at_ms; };

static bool waiting_take(void *ctx, const struct order_row *r)
{
    struct waiting *w = ctx;
    if (w->n == w->capacity) {
        int64_t capacity = w->capacity ? w->capacity * 2 : 256;
        struct order_row *rows = ARENA_ARRAY(w->a, struct order_row, (size_t)capacity);
        if (!rows) return false;
        if (w->n) memcpy(rows, w->rows, (size_t)w->n * sizeof *rows);
        w->rows = rows;
        w->capacity = capacity;
    }
    w->rows[w->n] = *r;
    w->rows[w->n].order_no = arena_text(w->a, r->order_no);
    w->rows[w->n].order.region = arena_text(w->a, r->order.region);
    w->rows[w->n].order.country = arena_text(w->a, r->order.country);
    w->rows[w->n].order.tracking = arena_text(w->a, r->order.tracking);
    w->n++;
    return !w->a->failed;
}

static int64_t waiting_since(const struct order_row *r, int64_t at_ms)
{
    return r->order.paid_at_ms != INSTANT_NONE && r->order.paid_at_ms <= at_ms ? r->order.paid_at_ms : r->order.placed_at_ms;
}

static void waiting_sift(struct order_row *rows, int64_t n, int64_t at, int64_t at_ms)
{
    for (;;) {
        int64_t child = 2 * at + 1;
        if (child >= n) return;
        if (child + 1 < n && pick_compare(waiting_since(&rows[child], at_ms), rows[child].order_no,
                                          waiting_since(&rows[child + 1], at_ms), rows[child + 1].order_no) < 0) child++;
        if (pick_compare(waiting_since(&rows[at], at_ms), rows[at].order_no, waiting_since(&rows[child], at_ms), rows[child].order_no) >= 0)
            return;
        struct order_row t = rows[at];
        rows[at] = rows[child];
        rows[child] = t;
        at = child;
    }
}

/* Heap sort: qsort takes no context. */
static void waiting_sort(struct waiting *w)
{
    for (int64_t i = w->n / 2; i-- > 0;) waiting_sift(w->rows, w->n, i, w->at_ms);
    for (int64_t n = w->n; n-- > 1;) {
        struct order_row t = w->rows[0];
        w->rows[0] = w->rows[n];
        w->rows[n] = t;
        waiting_sift(w->rows, n, 0, w->at_ms);
    }
}

static void waiting_bind(struct db_stmt *q, const struct shop *shop, int64_t at_ms, int64_t limit)
{
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    db_bind_i64(q, 3, at_ms);
    db_bind_i64(q, 4, limit);
}

static bool waiting_query(struct db_stmt *q, const struct shop *shop, struct waiting *w, int64_t limit)
{
    if (!q) return false;
    waiting_bind(q, shop, w->at_ms, limit);
    return query_each_order(q, waiting_take, w) && !w->a->failed;
}

/* Rows of the index come in order; those of the others are let in where they belong. */
struct merge { struct waiting *others; int64_t next, left; order_row_each *each; void *ctx; bool stopped; };

static bool merge_give(struct merge *m, const struct order_row *r)
{
    if (m->left-- <= 0 || !m->each(m->ctx, r)) m->stopped = true;
    return !m->stopped;
}

static bool merge_one(void *ctx, const struct order_row *r)
{
    struct merge *m = ctx;
    struct waiting *o = m->others;
    while (m->next < o->n && pick_compare(waiting_since(&o->rows[m->next], o->at_ms), o->rows[m->next].order_no,
                                          waiting_since(r, o->at_ms), r->order_no) < 0)
        if (!merge_give(m, &o->rows[m->next++])) return false;
    return merge_give(m, r);
}

bool query_waiting(struct store *s, const struct shop *shop, struct arena *a, int64_t at_ms, int64_t limit, order_row_each *each,
                   void *ctx)
{
    struct waiting w = { .a = a, .at_ms = at_ms };
    struct merge m = { &w, 0, limit, each, ctx, false };
    bool ok = waiting_query(db_stmt(s->db, SQL("SELECT order_id, order_no, placed_at_ms, paid_at_ms, cancelled_at_ms, shipped_at_ms,"
                    " delivered_at_ms, refunded_at_ms, ship_by_ms, total_minor, paid_minor, refund_minor, pieces, status, pay_kind,"
                    " exact, region, country, tracking, customer_id, balance_minor FROM orders WHERE merchant_id = $1 AND store_id = $2"
                    " AND pick_until_ms > $3 AND pick_until_ms < 9223372036854775807 AND +paid_at_ms <= $3"
                    " ORDER BY +paid_at_ms, order_no LIMIT $4")),
                    shop, &w, limit) &&
              waiting_query(db_stmt(s->db, SQL("SELECT order_id, order_no, placed_at_ms, paid_at_ms, cancelled_at_ms, shipped_at_ms,"
                    " delivered_at_ms, refunded_at_ms, ship_by_ms, total_minor, paid_minor, refund_minor, pieces, status, pay_kind,"
                    " exact, region, country, tracking, customer_id, balance_minor FROM orders WHERE merchant_id = $1 AND store_id = $2"
                    " AND pay_kind = 2 AND pick_until_ms > $3 AND +placed_at_ms <= $3 AND (paid_at_ms IS NULL OR paid_at_ms > $3)"
                    " ORDER BY +placed_at_ms, order_no LIMIT $4")),
                    shop, &w, limit);
    if (!ok) return false;
    waiting_sort(&w);
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT order_id, order_no, placed_at_ms, paid_at_ms, cancelled_at_ms, shipped_at_ms,"
                    " delivered_at_ms, refunded_at_ms, ship_by_ms, total_minor, paid_minor, refund_minor, pieces, status, pay_kind,"
                    " exact, region, country, tracking, customer_id, balance_minor FROM orders WHERE merchant_id = $1 AND store_id = $2"
                    " AND pick_until_ms = 9223372036854775807 AND paid_at_ms <= $3 ORDER BY paid_at_ms, order_no LIMIT $4"));
    if (!q) return false;
    waiting_bind(q, shop, at_ms, limit);
    if (!query_each_order(q, merge_one, &m)) return false;
    while (!m.stopped && m.next < w.n) merge_give(&m, &w.rows[m.next++]);
    return true;
}

/* One group of waiting orders: how many, their earliest deadline, how many are late or soon. */
static bool totals_add(struct db_stmt *q, const struct shop *shop, const struct waiting_ask *ask, struct waiting_totals *t)
{
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    db_bind_i64(q, 3, ask->at_ms);
    db_bind_i64(q, 4, ask->ship_within_s * MS_PER_S);
    db_bind_i64(q, 5, ask->at_ms + ask->soon_s * MS_PER_S);
    enum db_step step = db_step(q);
    if (step == DB_ROW && db_i64(q, "orders") > 0) {
        int64_t oldest_ms = db_i64(q, "oldest_ms");
        t->count += db_i64(q, "orders");
        t->late += db_i64(q, "late");
        t->soon += db_i64(q, "soon");
        if (t->oldest_ship_by_ms == INSTANT_NONE || oldest_ms < t->oldest_ship_by_ms) t->oldest_ship_by_ms = oldest_ms;
    }
    db_done(q);
    return step != DB_FAILED;
}

/* Those past the shop's own promise, which may be many where no file tells shipping: all late, and only the index is read. */
static bool totals_old(struct store *s, const struct shop *shop, const struct waiting_ask *ask, struct waiting_totals *t)
{
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT COUNT(*) AS orders, MIN(paid_at_ms) AS first_paid_ms, MIN(ship_by_ms) AS first_ship_by_ms"
                                           " FROM orders WHERE merchant_id = $1 AND store_id = $2 AND pick_until_ms = 9223372036854775807"
                                           " AND paid_at_ms < $3"));
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    db_bind_i64(q, 3, ask->at_ms - ask->ship_within_s * MS_PER_S);
    enum db_step step = db_step(q);
    if (step == DB_ROW && db_i64(q, "orders") > 0) {
        int64_t oldest_ms = db_i64(q, "first_paid_ms") + ask->ship_within_s * MS_PER_S, told_ms = db_i64(q, "first_ship_by_ms");
        if (told_ms != INSTANT_NONE && told_ms < oldest_ms) oldest_ms = told_ms;
        t->count += db_i64(q, "orders");
        t->late += db_i64(q, "orders");
        t->oldest_ship_by_ms = oldest_ms;
    }
    db_done(q);
    return step == DB_ROW;
}

bool query_waiting_totals(struct store *s, const struct shop *shop, const struct waiting_ask *ask, struct waiting_totals *ret)
{
    struct waiting_totals t = { 0, 0, 0, INSTANT_NONE };
    bool ok = totals_old(s, shop, ask, &t) &&
              totals_add(db_stmt(s->db, SQL("SELECT COUNT(*) AS orders, SUM(CASE WHEN ship_by < $3 THEN 1 ELSE 0 END) AS late,"
                    " SUM(CASE WHEN ship_by >= $3 AND ship_by < $5 THEN 1 ELSE 0 END) AS soon, MIN(ship_by) AS oldest_ms FROM"
                    " (SELECT CASE WHEN ship_by_ms < paid_at_ms + $4 THEN ship_by_ms ELSE paid_at_ms + $4 END AS ship_by FROM orders"
                    " WHERE merchant_id = $1 AND store_id = $2 AND pick_until_ms = 9223372036854775807"
                    " AND paid_at_ms >= $3 - $4 AND paid_at_ms <= $3) AS waiting")), shop, ask, &t) &&
              totals_add(db_stmt(s->db, SQL("SELECT COUNT(*) AS orders, SUM(CASE WHEN ship_by < $3 THEN 1 ELSE 0 END) AS late,"
                    " SUM(CASE WHEN ship_by >= $3 AND ship_by < $5 THEN 1 ELSE 0 END) AS soon, MIN(ship_by) AS oldest_ms FROM"
                    " (SELECT CASE WHEN ship_by_ms < paid_at_ms + $4 THEN ship_by_ms ELSE paid_at_ms + $4 END AS ship_by FROM orders"
                    " WHERE merchant_id = $1 AND store_id = $2 AND pick_until_ms > $3 AND pick_until_ms < 9223372036854775807"
                    " AND +paid_at_ms <= $3) AS waiting")), shop, ask, &t) &&
              totals_add(db_stmt(s->db, SQL("SELECT COUNT(*) AS orders, SUM(CASE WHEN ship_by < $3 THEN 1 ELSE 0 END) AS late,"
                    " SUM(CASE WHEN ship_by >= $3 AND ship_by < $5 THEN 1 ELSE 0 END) AS soon, MIN(ship_by) AS oldest_ms FROM"
                    " (SELECT CASE WHEN ship_by_ms < placed_at_ms + $4 THEN ship_by_ms ELSE placed_at_ms + $4 END AS ship_by FROM orders"
                    " WHERE merchant_id = $1 AND store_id = $2 AND pay_kind = 2 AND pick_until_ms > $3 AND +placed_at_ms <= $3"
                    " AND (paid_at_ms IS NULL OR paid_at_ms > $3)) AS waiting")), shop, ask, &t);
    if (ok) *ret = t;
    return ok;
}
