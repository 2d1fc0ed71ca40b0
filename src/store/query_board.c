/* See query_board.h. */
#include "store/query_board.h"
#include "store/query_row.h"

bool query_deeds(struct store *s, const struct shop *shop, struct arena *a, int64_t after_ms, int64_t until_ms, struct deed_row **ret, int64_t *ret_n)
{
    void *rows = NULL;
    int64_t n = 0, capacity = 0;
    enum db_step step = DB_DONE;
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT m.order_id AS order_id, m.user_id AS user_id, m.wave AS wave, m.outcome AS outcome, m.at_ms AS at_ms"
                                           " FROM reminder_mark m JOIN orders o ON o.merchant_id = m.merchant_id AND o.order_id = m.order_id"
                                           " WHERE m.merchant_id = $1 AND o.store_id = $2 AND m.at_ms > $3 AND m.at_ms <= $4"
                                           " ORDER BY m.order_id, m.at_ms, m.wave"));
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    db_bind_i64(q, 3, after_ms);
    db_bind_i64(q, 4, until_ms);
    while (query_room(a, &rows, n, &capacity, sizeof(struct deed_row)) && (step = db_step(q)) == DB_ROW)
        ((struct deed_row *)rows)[n++] = (struct deed_row){ db_i64(q, "order_id"), db_i64(q, "user_id"),
            { (int)db_i64(q, "wave"), (enum mark_outcome)db_i64(q, "outcome"), db_i64(q, "at_ms") } };
    db_done(q);
    if (step == DB_FAILED || a->failed) return false;
    *ret = rows;
    *ret_n = n;
    return true;
}

bool query_paid_lately(struct store *s, const struct shop *shop, int64_t after_ms, int64_t until_ms, int64_t limit, order_row_each *each, void *ctx)
{
    /* the condition is that of index orders_paid_late */
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT order_id, order_no, placed_at_ms, paid_at_ms, cancelled_at_ms, shipped_at_ms, delivered_at_ms,"
                                           " refunded_at_ms, ship_by_ms, total_minor, paid_minor, refund_minor, pieces, status, pay_kind, exact,"
                                           " region, country, tracking, customer_id, balance_minor FROM orders WHERE merchant_id = $1 AND store_id = $2"
                                           " AND paid_at_ms > $3 AND paid_at_ms <= $4"
                                           " AND (paid_at_ms > COALESCE(placed_at_ms, 0) + 900000 OR paid_at_ms < placed_at_ms)"
                                           " ORDER BY paid_at_ms DESC, order_no LIMIT $5"));
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    db_bind_i64(q, 3, after_ms);
    db_bind_i64(q, 4, until_ms);
    db_bind_i64(q, 5, limit);
    return query_each_order(q, each, ctx);
}
