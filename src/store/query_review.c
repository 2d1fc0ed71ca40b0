/* Sums over a period, from the counters. A period is whole local days, so no hour is cut in two. */
#include "store/query_record.h"
#include "store/query_row.h"

static void bind_period(struct db_stmt *q, const struct shop *shop, int64_t from, int64_t to)
{
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    db_bind_i64(q, 3, from);
    db_bind_i64(q, 4, to);
}

static bool period_orders(struct store *s, const struct shop *shop, const struct period *p, struct period_sums *r)
{
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT CAST(COALESCE(SUM(orders), 0) AS BIGINT) AS orders,"
        " CAST(COALESCE(SUM(paid_orders), 0) AS BIGINT) AS paid_orders, CAST(COALESCE(SUM(refunded_orders), 0) AS BIGINT) AS refunded_orders,"
        " CAST(COALESCE(SUM(cancelled_orders), 0) AS BIGINT) AS cancelled_orders, CAST(COALESCE(SUM(pieces), 0) AS BIGINT) AS pieces,"
        " CAST(COALESCE(SUM(total_minor), 0) AS BIGINT) AS total_minor, CAST(COALESCE(SUM(paid_minor), 0) AS BIGINT) AS paid_minor,"
        " CAST(COALESCE(SUM(refund_minor), 0) AS BIGINT) AS refund_minor, CAST(COALESCE(SUM(kept_minor), 0) AS BIGINT) AS kept_minor"
        " FROM counter_hour WHERE merchant_id = $1 AND store_id = $2 AND hour_start_ms >= $3 AND hour_start_ms < $4"));
    if (!q) return false;
    bind_period(q, shop, p->from_ms, p->to_ms);
    enum db_step step = db_step(q);
    if (step == DB_ROW) {
        r->orders = db_i64(q, "orders");
        r->paid_orders = db_i64(q, "paid_orders");
        r->refunded_orders = db_i64(q, "refunded_orders");
        r->cancelled_orders = db_i64(q, "cancelled_orders");
        r->pieces = db_i64(q, "pieces");
        r->total_minor = db_i64(q, "total_minor");
        r->paid_minor = db_i64(q, "paid_minor");
        r->refund_minor = db_i64(q, "refund_minor");
        r->kept_minor = db_i64(q, "kept_minor");
    }
    db_done(q);
    return step == DB_ROW;
}

static bool period_customers(struct store *s, const struct shop *shop, const struct period *p, struct period_sums *r)
{
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT COUNT(DISTINCT customer_id) AS customers FROM orders WHERE merchant_id = $1"
                                           " AND store_id = $2 AND placed_at_ms >= $3 AND placed_at_ms < $4"));
    if (!q) return false;
    bind_period(q, shop, p->from_ms, p->to_ms);
    enum db_step step = db_step(q);
    if (step == DB_ROW) r->customers = db_i64(q, "customers");
    db_done(q);
    return step == DB_ROW;
}

static bool period_traffic(struct store *s, const struct shop *shop, const struct period *p, struct period_sums *r)
{
    struct traffic_sum t;
    if (!query_traffic(s, shop, p->from_ms, p->to_ms, &t)) return false;
    r->traffic_hours = t.periods;
    r->visitors = t.visitors;
    r->views = t.views;
    r->favourites = t.favourites;
    r->carts = t.carts;
    return true;
}

bool query_period(struct store *s, const struct shop *shop, const struct period *p, struct period_sums *ret)
{
    struct period_sums r = { 0 };
    if (!period_orders(s, shop, p, &r) || !period_customers(s, shop, p, &r) || !period_traffic(s, shop, p, &r)) return false;
    *ret = r;
    return true;
}

enum { GROUPS_MAX = 1000 }; /* regions of a period; provinces and states are far fewer */

bool query_regions(struct store *s, const struct shop *shop, struct arena *a, const struct period *p, struct region_sum **ret, int64_t *ret_n)
{
    int64_t n = 0;
    enum db_step step = DB_DONE;
    struct region_sum *rows = ARENA_ARRAY(a, struct region_sum, GROUPS_MAX);
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT region, CAST(SUM(orders) AS BIGINT) AS orders, CAST(SUM(paid_orders) AS BIGINT) AS paid_orders,"
        " CAST(SUM(total_minor) AS BIGINT) AS total_minor, CAST(SUM(kept_minor) AS BIGINT) AS kept_minor FROM counter_hour"
        " WHERE merchant_id = $1 AND store_id = $2 AND hour_start_ms >= $3 AND hour_start_ms < $4"
        " GROUP BY region ORDER BY SUM(kept_minor) DESC, region"));
    if (!q || !rows) return false;
    bind_period(q, shop, p->from_ms, p->to_ms);
    while (n < GROUPS_MAX && (step = db_step(q)) == DB_ROW)
        rows[n++] = (struct region_sum){ arena_text(a, db_text(q, "region")), db_i64(q, "orders"), db_i64(q, "paid_orders"),
                                         db_i64(q, "total_minor"), db_i64(q, "kept_minor") };
    db_done(q);
    if (step == DB_FAILED || a->failed) return false;
    *ret = rows;
    *ret_n = n;
    return true;
}

bool query_products(struct store *s, const struct shop *shop, struct arena *a, const struct period *p, int64_t limit,
                    struct product_sum **ret, int64_t *ret_n)
{
    int64_t n = 0;
    enum db_step step = DB_DONE;
    struct product_sum *rows = ARENA_ARRAY(a, struct product_sum, (size_t)limit);
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT COALESCE(p.product_no, p.sku_code) AS product, p.title AS title, c.pieces AS pieces,"
        " c.paid_minor AS paid_minor, c.lines AS lines FROM (SELECT merchant_id, product_id, CAST(SUM(paid_pieces) AS BIGINT) AS pieces,"
        " CAST(SUM(paid_minor) AS BIGINT) AS paid_minor, CAST(SUM(lines) AS BIGINT) AS lines FROM counter_product_day"
        " WHERE merchant_id = $1 AND store_id = $2 AND day >= $3 AND day < $4 AND lines > 0 GROUP BY merchant_id, product_id"
        " ORDER BY SUM(paid_minor) DESC, product_id LIMIT $5) AS c"
        " JOIN product p ON p.merchant_id = c.merchant_id AND p.product_id = c.product_id ORDER BY c.paid_minor DESC, c.product_id"));
    if (!q || !rows) return false;
    bind_period(q, shop, p->from_day, p->to_day);
    db_bind_i64(q, 5, limit);
    while (n < limit && (step = db_step(q)) == DB_ROW)
        rows[n++] = (struct product_sum){ arena_text(a, db_text(q, "product")), arena_text(a, db_text(q, "title")), db_i64(q, "pieces"),
                                          db_i64(q, "paid_minor"), db_i64(q, "lines") };
    db_done(q);
    if (step == DB_FAILED || a->failed) return false;
    *ret = rows;
    *ret_n = n;
    return true;
}
