/* Facts for Today; the orders that wait to be picked are in query_waiting.c.  Every statement here has an index of its own (migrations.c), so that a million orders cost no more than the
 * few that matter. */
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

/* ---- payments: table orders has one index of those that come within 15 minutes of the order, by the order, and one of the others ---- */

#define PAID_LATE "(paid_at_ms > COALESCE(placed_at_ms, 0) + 900000 OR paid_at_ms < placed_at_ms)"
enum { PAID_SOON_MS = 900000 };

/* The latest payment up to at_ms, where it is later than *ret_ms: its order was placed at most a quarter of an hour before that. */
static bool latest_payment(struct store *s, const struct shop *shop, int64_t at_ms, int64_t *ret_ms)
{
    if (!latest_of(s, shop, SQL("SELECT paid_at_ms AS at_ms FROM orders WHERE merchant_id = $1 AND store_id = $2 AND " PAID_LATE
                                " AND paid_at_ms <= $3 ORDER BY paid_at_ms DESC LIMIT 1"), at_ms, ret_ms)) return false;
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT MAX(paid_at_ms) AS at_ms FROM orders WHERE merchant_id = $1 AND store_id = $2"
                                           " AND placed_at_ms > $3 AND placed_at_ms <= $4 AND paid_at_ms <= $4"));
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    db_bind_i64(q, 3, *ret_ms > INSTANT_NONE + PAID_SOON_MS ? *ret_ms - PAID_SOON_MS : *ret_ms);
    db_bind_i64(q, 4, at_ms);
    enum db_step step = db_step(q);
    if (step == DB_ROW) {
        const int64_t found_ms = db_i64(q, "at_ms");
        if (found_ms > *ret_ms) *ret_ms = found_ms;
    }
    db_done(q);
    return step == DB_ROW;
}

/* Is any payment known after at_ms? Never on a live desk: then the index of unpaid orders is the whole truth. */
static bool paid_later(struct store *s, const struct shop *shop, int64_t at_ms, bool *ret)
{
    int64_t late_ms = fact_none;
    if (!latest_of(s, shop, SQL("SELECT paid_at_ms AS at_ms FROM orders WHERE merchant_id = $1 AND store_id = $2 AND " PAID_LATE
                                " AND paid_at_ms > $3 LIMIT 1"), at_ms, &late_ms)) return false;
    *ret = late_ms != fact_none;
    if (*ret) return true;
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT paid_at_ms FROM orders WHERE merchant_id = $1 AND store_id = $2"
                                           " AND placed_at_ms > $3 AND paid_at_ms > $4 LIMIT 1"));
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    db_bind_i64(q, 3, at_ms - PAID_SOON_MS - 1);
    db_bind_i64(q, 4, at_ms);
    enum db_step step = db_step(q);
    *ret = step == DB_ROW;
    db_done(q);
    return step != DB_FAILED;
}

/* ---- the age of the data ---- */

bool query_latest_fact(struct store *s, const struct shop *shop, int64_t at_ms, int64_t *ret_ms)
{
    int64_t latest_ms = fact_none;
    bool ok = latest_of(s, shop, SQL("SELECT placed_at_ms AS at_ms FROM orders WHERE merchant_id = $1 AND store_id = $2"
                                     " AND placed_at_ms <= $3 ORDER BY placed_at_ms DESC LIMIT 1"), at_ms, &latest_ms) &&
              latest_of(s, shop, SQL("SELECT pick_until_ms AS at_ms FROM orders WHERE merchant_id = $1 AND store_id = $2"
                                     " AND pick_until_ms <= $3 AND pick_until_ms < 9223372036854775807 ORDER BY pick_until_ms DESC LIMIT 1"), at_ms, &latest_ms) &&
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
                                     " ORDER BY refunded_at_ms DESC LIMIT 1"), at_ms, &latest_ms) &&
              latest_payment(s, shop, at_ms, &latest_ms);
    if (ok) *ret_ms = latest_ms;
    return ok;
}

bool query_shipping_told(struct store *s, const struct shop *shop, int64_t before_ms, bool *ret)
{
    enum { LOOK_AT = 500, ENOUGH = 20 };
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT COUNT(*) AS orders, COUNT(shipped_at_ms) AS shipped FROM (SELECT shipped_at_ms FROM orders"
                                           " WHERE merchant_id = $1 AND store_id = $2 AND placed_at_ms <= $3 AND paid_at_ms <= $3"
                                           " ORDER BY placed_at_ms DESC LIMIT $4) AS latest"));
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

bool query_unpaid(struct store *s, const struct shop *shop, int64_t after_ms, int64_t until_ms, int64_t at_ms, order_row_each *each,
                  void *ctx)
{
    bool past;
    struct db_stmt *q;
    if (!paid_later(s, shop, at_ms, &past)) return false;
    if (past)
        q = db_stmt(s->db, SQL("SELECT order_id, order_no, placed_at_ms, paid_at_ms, cancelled_at_ms, shipped_at_ms, delivered_at_ms,"
                               " refunded_at_ms, ship_by_ms, total_minor, paid_minor, refund_minor, pieces, status, pay_kind, exact,"
                               " region, country, tracking, customer_id, balance_minor FROM orders WHERE merchant_id = $1 AND store_id = $2"
                               " AND placed_at_ms > $3 AND placed_at_ms <= $4 AND (paid_at_ms IS NULL OR paid_at_ms > $5)"
                               " AND pay_kind <> 2 ORDER BY placed_at_ms"));
    else
        q = db_stmt(s->db, SQL("SELECT order_id, order_no, placed_at_ms, paid_at_ms, cancelled_at_ms, shipped_at_ms, delivered_at_ms,"
                               " refunded_at_ms, ship_by_ms, total_minor, paid_minor, refund_minor, pieces, status, pay_kind, exact,"
                               " region, country, tracking, customer_id, balance_minor FROM orders WHERE merchant_id = $1 AND store_id = $2"
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

/* ---- marks, campaigns, imports, hours ---- */

/* Messages of one state each, so that each is found by its index. */
#define SENT_MARKS(state) " UNION ALL SELECT x.order_id, x.wave, 1, x.leased_at_ms, o.customer_id FROM outbox x CROSS JOIN orders o" \
    " WHERE x.merchant_id = $1 AND x.store_id = $2 AND x.state = " state " AND x.due_at_ms IS NULL AND x.at_ms > $3" \
    " AND x.leased_at_ms > $3 AND x.leased_at_ms <= $4 AND o.merchant_id = x.merchant_id AND o.order_id = x.order_id"

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
                                           SENT_MARKS("2") SENT_MARKS("3") SENT_MARKS("5")
                                           " ORDER BY order_id, at_ms, wave"));
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
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT CAST(COALESCE(SUM(f.quarantined - (SELECT COUNT(*) FROM quarantine q JOIN import m ON m.merchant_id = q.merchant_id"
                                           " AND m.import_id = q.mended_by AND m.state <> 4 WHERE q.merchant_id = f.merchant_id AND q.import_id = f.import_id"
                                           " AND q.file_no = f.file_no)), 0) AS BIGINT) AS quarantined FROM import i JOIN import_file f"
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
