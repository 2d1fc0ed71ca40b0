/* Facts for Today.  Every statement here has an index of its own (migrations.c), so that a million orders cost no more than the
 * few that matter. */
#include <assert.h>
#include "store/query_store.h"
#include "store/query_row.h"

static const int64_t fact_none = INSTANT_NONE;

/* The greatest value of a statement's column "at_ms"; false on failure. */
static bool latest_of(struct store *s, const struct shop *shop, const char *sql, int64_t at_ms, int64_t *ret_ms)
{
    struct db_stmt *q = db_stmt(s->db, sql); /* house: every caller below passes an SQL() */
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    db_bind_i64(q, 3, at_ms);
    enum db_step step = db_step(q);
    if (step == DB_ROW) {
        int64_t found_ms = db_i64(q, "at_ms");
        if (found_ms > *ret_ms) *ret_ms = found_ms;
    }
    db_done(q);
    return step != DB_FAILED;
}

bool query_latest_fact(struct store *s, const struct shop *shop, int64_t at_ms, int64_t *ret_ms)
{
    int64_t latest_ms = fact_none;
    bool ok = latest_of(s, shop, SQL("SELECT placed_at_ms AS at_ms FROM orders WHERE merchant_id = $1 AND store_id = $2"
                                     " AND placed_at_ms <= $3 ORDER BY placed_at_ms DESC LIMIT 1"), at_ms, &latest_ms) &&
              latest_of(s, shop, SQL("SELECT paid_at_ms AS at_ms FROM orders WHERE merchant_id = $1 AND store_id = $2"
                                     " AND paid_at_ms <= $3 ORDER BY paid_at_ms DESC LIMIT 1"), at_ms, &latest_ms) &&
              latest_of(s, shop, SQL("SELECT pick_until_ms AS at_ms FROM orders WHERE merchant_id = $1 AND store_id = $2"
                                     " AND pick_until_ms <= $3 ORDER BY pick_until_ms DESC LIMIT 1"), at_ms, &latest_ms) &&
              latest_of(s, shop, SQL("SELECT shipped_at_ms AS at_ms FROM orders WHERE merchant_id = $1 AND store_id = $2"
                                     " AND shipped_at_ms <= $3 AND shipped_at_ms > COALESCE(pick_until_ms, 0)"
                                     " ORDER BY shipped_at_ms DESC LIMIT 1"), at_ms, &latest_ms) &&
              latest_of(s, shop, SQL("SELECT delivered_at_ms AS at_ms FROM orders WHERE merchant_id = $1 AND store_id = $2"
                                     " AND delivered_at_ms <= $3 AND delivered_at_ms <> COALESCE(shipped_at_ms, 0)"
                                     " ORDER BY delivered_at_ms DESC LIMIT 1"), at_ms, &latest_ms) &&
              latest_of(s, shop, SQL("SELECT cancelled_at_ms AS at_ms FROM orders WHERE merchant_id = $1 AND store_id = $2"
                                     " AND cancelled_at_ms <= $3 AND cancelled_at_ms > COALESCE(pick_until_ms, 0)"
                                     " ORDER BY cancelled_at_ms DESC LIMIT 1"), at_ms, &latest_ms) &&
              latest_of(s, shop, SQL("SELECT refunded_at_ms AS at_ms FROM orders WHERE merchant_id = $1 AND store_id = $2"
                                     " AND refunded_at_ms <= $3 AND refunded_at_ms <> COALESCE(paid_at_ms, 0)"
                                     " ORDER BY refunded_at_ms DESC LIMIT 1"), at_ms, &latest_ms);
    if (ok) *ret_ms = latest_ms;
    return ok;
}

bool query_shipping_told(struct store *s, const struct shop *shop, int64_t before_ms, bool *ret)
{
    enum { LOOK_AT = 500, ENOUGH = 20 };
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT COUNT(*) AS orders, COUNT(shipped_at_ms) AS shipped FROM (SELECT shipped_at_ms FROM orders"
                                           " WHERE merchant_id = $1 AND store_id = $2 AND paid_at_ms <= $3 ORDER BY paid_at_ms DESC"
                                           " LIMIT $4) AS latest"));
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    db_bind_i64(q, 3, before_ms);
    db_bind_i64(q, 4, LOOK_AT);
    enum db_step step = db_step(q);
    if (step == DB_ROW) *ret = db_i64(q, "shipped") > 0 || db_i64(q, "orders") < ENOUGH;
    db_done(q);
    return step == DB_ROW;
}

bool query_first_placed(struct store *s, const struct shop *shop, int64_t *ret_ms)
{
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT placed_at_ms FROM orders WHERE merchant_id = $1 AND store_id = $2"
                                           " AND placed_at_ms IS NOT NULL ORDER BY placed_at_ms LIMIT 1"));
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    enum db_step step = db_step(q);
    if (step != DB_FAILED) *ret_ms = step == DB_ROW ? db_i64(q, "placed_at_ms") : INSTANT_NONE;
    db_done(q);
    return step != DB_FAILED;
}

/* ---- unpaid ---- */

/* Is any payment known after at_ms? Never on a live desk: then the index of unpaid orders is the whole truth. */
static bool paid_later(struct store *s, const struct shop *shop, int64_t at_ms, bool *ret)
{
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT paid_at_ms FROM orders WHERE merchant_id = $1 AND store_id = $2"
                                           " AND paid_at_ms > $3 LIMIT 1"));
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    db_bind_i64(q, 3, at_ms);
    enum db_step step = db_step(q);
    *ret = step == DB_ROW;
    db_done(q);
    return step != DB_FAILED;
}

bool query_unpaid(struct store *s, const struct shop *shop, int64_t after_ms, int64_t until_ms, int64_t at_ms, order_row_each *each,
                  void *ctx)
{
    bool past;
    struct db_stmt *q;
    if (!paid_later(s, shop, at_ms, &past)) return false;
    if (past)
        q = db_stmt(s->db, SQL("SELECT order_id, order_no, placed_at_ms, paid_at_ms, cancelled_at_ms, shipped_at_ms, delivered_at_ms,"
                               " refunded_at_ms, ship_by_ms, total_minor, paid_minor, refund_minor, pieces, status, pay_kind, exact,"
                               " region, country, tracking, customer_id FROM orders WHERE merchant_id = $1 AND store_id = $2"
                               " AND placed_at_ms > $3 AND placed_at_ms <= $4 AND (paid_at_ms IS NULL OR paid_at_ms > $5)"
                               " AND pay_kind <> 2 ORDER BY placed_at_ms"));
    else
        q = db_stmt(s->db, SQL("SELECT order_id, order_no, placed_at_ms, paid_at_ms, cancelled_at_ms, shipped_at_ms, delivered_at_ms,"
                               " refunded_at_ms, ship_by_ms, total_minor, paid_minor, refund_minor, pieces, status, pay_kind, exact,"
                               " region, country, tracking, customer_id FROM orders WHERE merchant_id = $1 AND store_id = $2"
                               " AND placed_at_ms > $3 AND placed_at_ms <= $4 AND paid_at_ms IS NULL"
                               " AND pay_kind <> 2 ORDER BY placed_at_ms"));
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    db_bind_i64(q, 3, after_ms);
    db_bind_i64(q, 4, until_ms);
    if (past) db_bind_i64(q, 5, at_ms);
    return query_each_order(q, each, ctx);
}

/* ---- waiting to be picked ---- */

/* Every statement below shall use orders_pick or orders_on_delivery: a plus sign before a column says that another index of that
 * column does not help.  Those that still wait come from orders_pick in the order of payment; those that stopped waiting after at_ms
 * (a look into the past) and those on delivery are sorted, and let in between. */
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
                    " exact, region, country, tracking, customer_id FROM orders WHERE merchant_id = $1 AND store_id = $2"
                    " AND pick_until_ms > $3 AND pick_until_ms < 9223372036854775807 AND +paid_at_ms <= $3"
                    " ORDER BY +paid_at_ms, order_no LIMIT $4")),
                    shop, &w, limit) &&
              waiting_query(db_stmt(s->db, SQL("SELECT order_id, order_no, placed_at_ms, paid_at_ms, cancelled_at_ms, shipped_at_ms,"
                    " delivered_at_ms, refunded_at_ms, ship_by_ms, total_minor, paid_minor, refund_minor, pieces, status, pay_kind,"
                    " exact, region, country, tracking, customer_id FROM orders WHERE merchant_id = $1 AND store_id = $2"
                    " AND pay_kind = 2 AND pick_until_ms > $3 AND +placed_at_ms <= $3 AND (paid_at_ms IS NULL OR paid_at_ms > $3)"
                    " ORDER BY +placed_at_ms, order_no LIMIT $4")),
                    shop, &w, limit);
    if (!ok) return false;
    waiting_sort(&w);
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT order_id, order_no, placed_at_ms, paid_at_ms, cancelled_at_ms, shipped_at_ms,"
                    " delivered_at_ms, refunded_at_ms, ship_by_ms, total_minor, paid_minor, refund_minor, pieces, status, pay_kind,"
                    " exact, region, country, tracking, customer_id FROM orders WHERE merchant_id = $1 AND store_id = $2"
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

/* ---- marks, campaigns, imports, hours ---- */

bool query_marks(struct store *s, const struct shop *shop, struct arena *a, int64_t after_ms, int64_t until_ms,
                 struct mark_row **ret, int64_t *ret_n)
{
    void *rows = NULL;
    int64_t n = 0, capacity = 0;
    enum db_step step = DB_DONE;
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT m.order_id AS order_id, m.wave AS wave, m.outcome AS outcome, m.at_ms AS at_ms,"
                                           " o.customer_id AS customer_id FROM reminder_mark m JOIN orders o"
                                           " ON o.merchant_id = m.merchant_id AND o.order_id = m.order_id"
                                           " WHERE m.merchant_id = $1 AND o.store_id = $2 AND m.at_ms > $3 AND m.at_ms <= $4"
                                           " ORDER BY m.order_id, m.at_ms, m.wave"));
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    db_bind_i64(q, 3, after_ms);
    db_bind_i64(q, 4, until_ms);
    while (query_room(a, &rows, n, &capacity, sizeof(struct mark_row)) && (step = db_step(q)) == DB_ROW)
        ((struct mark_row *)rows)[n++] = (struct mark_row){ db_i64(q, "order_id"), db_i64(q, "customer_id"),
            { (int)db_i64(q, "wave"), (enum mark_outcome)db_i64(q, "outcome"), db_i64(q, "at_ms") } };
    db_done(q);
    if (step == DB_FAILED || a->failed) return false;
    *ret = rows;
    *ret_n = n;
    return true;
}

bool query_campaigns(struct store *s, const struct shop *shop, struct arena *a, int64_t ends_after_ms, struct campaign *ret, int *ret_n)
{
    int n = 0;
    enum db_step step = DB_DONE;
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT name_en, name_zh, build_up_from_ms, warm_up_from_ms, event_from_ms, event_until_ms,"
                                           " review_until_ms FROM campaign WHERE merchant_id = $1 AND store_id = $2"
                                           " AND review_until_ms > $3 ORDER BY event_from_ms"));
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    db_bind_i64(q, 3, ends_after_ms);
    while (n < CAMPAIGNS_MAX && (step = db_step(q)) == DB_ROW)
        ret[n++] = (struct campaign){ arena_text(a, db_text(q, "name_en")), arena_text(a, db_text(q, "name_zh")),
                                      db_i64(q, "build_up_from_ms"), db_i64(q, "warm_up_from_ms"), db_i64(q, "event_from_ms"),
                                      db_i64(q, "event_until_ms"), db_i64(q, "review_until_ms") };
    db_done(q);
    *ret_n = n;
    return step != DB_FAILED && !a->failed;
}

bool query_interrupted_imports(struct store *s, const struct shop *shop, int64_t *ret)
{
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT COUNT(*) AS imports FROM import WHERE merchant_id = $1 AND store_id = $2 AND state = 3"));
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    enum db_step step = db_step(q);
    if (step == DB_ROW) *ret = db_i64(q, "imports");
    db_done(q);
    return step == DB_ROW;
}

bool query_quarantined(struct store *s, const struct shop *shop, int64_t since_ms, int64_t *ret)
{
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT CAST(COALESCE(SUM(f.quarantined), 0) AS BIGINT) AS quarantined FROM import i JOIN import_file f"
                                           " ON f.merchant_id = i.merchant_id AND f.import_id = i.import_id WHERE i.merchant_id = $1"
                                           " AND i.store_id = $2 AND i.started_at_ms > $3 AND i.state <> 4"
                                           " AND NOT EXISTS (SELECT 1 FROM import l JOIN import_file g ON g.merchant_id = l.merchant_id"
                                           " AND g.import_id = l.import_id WHERE l.merchant_id = $1 AND l.store_id = $2"
                                           " AND l.import_id > i.import_id AND l.state = 2 AND g.name = f.name)"));
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    db_bind_i64(q, 3, since_ms);
    enum db_step step = db_step(q);
    if (step == DB_ROW) *ret = db_i64(q, "quarantined");
    db_done(q);
    return step == DB_ROW;
}

bool query_hours(struct store *s, const struct shop *shop, struct arena *a, int64_t from_ms, int64_t to_ms, struct hour_sum **ret,
                 int64_t *ret_n)
{
    void *rows = NULL;
    int64_t n = 0, capacity = 0;
    enum db_step step = DB_DONE;
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT hour_start_ms, CAST(SUM(orders) AS BIGINT) AS orders,"
                                           " CAST(SUM(paid_orders) AS BIGINT) AS paid_orders, CAST(SUM(total_minor) AS BIGINT) AS total_minor,"
                                           " CAST(SUM(paid_minor) AS BIGINT) AS paid_minor, CAST(SUM(kept_minor) AS BIGINT) AS kept_minor"
                                           " FROM counter_hour WHERE merchant_id = $1 AND store_id = $2 AND hour_start_ms >= $3"
                                           " AND hour_start_ms < $4 GROUP BY hour_start_ms ORDER BY hour_start_ms"));
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    db_bind_i64(q, 3, from_ms);
    db_bind_i64(q, 4, to_ms);
    while (query_room(a, &rows, n, &capacity, sizeof(struct hour_sum)) && (step = db_step(q)) == DB_ROW)
        ((struct hour_sum *)rows)[n++] = (struct hour_sum){ db_i64(q, "hour_start_ms"), db_i64(q, "orders"), db_i64(q, "paid_orders"),
                                                            db_i64(q, "total_minor"), db_i64(q, "paid_minor"), db_i64(q, "kept_minor") };
    db_done(q);
    if (step == DB_FAILED || a->failed) return false;
    *ret = rows;
    *ret_n = n;
    return true;
}

bool query_paid_between(struct store *s, const struct shop *shop, int64_t from_ms, int64_t to_ms, int64_t at_ms, int64_t *ret_orders,
                        int64_t *ret_minor)
{
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT COUNT(*) AS orders, CAST(COALESCE(SUM(paid_minor), 0) AS BIGINT) AS minor FROM orders"
                                           " WHERE merchant_id = $1 AND store_id = $2 AND placed_at_ms >= $3 AND placed_at_ms < $4"
                                           " AND paid_at_ms <= $5"));
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    db_bind_i64(q, 3, from_ms);
    db_bind_i64(q, 4, to_ms);
    db_bind_i64(q, 5, at_ms);
    enum db_step step = db_step(q);
    if (step == DB_ROW) {
        *ret_orders = db_i64(q, "orders");
        *ret_minor = db_i64(q, "minor");
    }
    db_done(q);
    return step == DB_ROW;
}
