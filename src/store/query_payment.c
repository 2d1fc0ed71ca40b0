/* How long buyers took to pay: a reader of its own, as it looks at every order of a period. */
#include "store/query_row.h"

/* An order's payment time as one of the curve's kinds; false when it tells nothing (its payment's time was never told). */
static bool payment_time_of(struct db_stmt *q, const struct payment_times_ask *ask, struct payment_time *ret)
{
    const int64_t placed_ms = db_i64(q, "placed_at_ms");
    const bool paid = !db_is_null(q, "paid_at_ms") && db_i64(q, "paid_at_ms") <= ask->at_ms;
    const bool gone = !db_is_null(q, "cancelled_at_ms") && db_i64(q, "cancelled_at_ms") <= ask->at_ms;
    ret->reminded = false;
    ret->total_minor = db_is_null(q, "total_minor") ? 0 : db_i64(q, "total_minor");
    if (paid) {
        if (!(db_i64(q, "exact") & EXACT_PAID)) return false;
        const int64_t delay_ms = db_i64(q, "paid_at_ms") - placed_ms;
        ret->delay_ms = delay_ms > 0 ? delay_ms : 0;
        ret->end = PAYMENT_CAME;
    } else {
        ret->delay_ms = ask->at_ms - placed_ms;
        ret->end = gone || ret->delay_ms >= ask->window_ms ? PAYMENT_NEVER : PAYMENT_OPEN;
    }
    const int64_t by_hand_ms = db_is_null(q, "reminded_at_ms") ? INSTANT_MAX : db_i64(q, "reminded_at_ms");
    const int64_t by_itself_ms = db_is_null(q, "sent_at_ms") ? INSTANT_MAX : db_i64(q, "sent_at_ms");
    const int64_t at_ms = by_hand_ms < by_itself_ms ? by_hand_ms : by_itself_ms;
    if (at_ms > ask->at_ms) return true;
    const int64_t reminded_ms = at_ms - placed_ms;
    ret->reminded = reminded_ms <= ret->delay_ms; /* one that was already paid was its buyer's own */
    ret->reminded_ms = reminded_ms > 0 ? reminded_ms : 0;
    return true;
}

bool query_payment_times(struct store *s, const struct shop *shop, struct arena *a, const struct payment_times_ask *ask,
                         struct payment_times *ret)
{
    void *rows = NULL;
    int64_t capacity = 0;
    enum db_step step;
    /* "+ 0", or SQLite looks for the least along the index by time: all marks of the shop for each order. */
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT o.placed_at_ms, o.paid_at_ms, o.cancelled_at_ms, o.total_minor, o.exact, (SELECT MIN(m.at_ms + 0)"
                                           " FROM reminder_mark m WHERE m.merchant_id = o.merchant_id AND m.order_id = o.order_id"
                                           " AND m.outcome IN (1, 3)) AS reminded_at_ms, (SELECT MIN(COALESCE(x.sent_at_ms, x.leased_at_ms)) FROM outbox x"
                                           " WHERE x.merchant_id = o.merchant_id AND x.order_id = o.order_id AND x.state IN (2, 3, 5))"
                                           " AS sent_at_ms FROM orders o"
                                           " WHERE o.merchant_id = $1 AND o.store_id = $2 AND o.placed_at_ms > $3 AND o.placed_at_ms <= $4"
                                           " AND o.pay_kind <> 2"));
    *ret = (struct payment_times){ .first_placed_ms = INSTANT_NONE };
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    db_bind_i64(q, 3, ask->from_ms);
    db_bind_i64(q, 4, ask->at_ms);
    while ((step = db_step(q)) == DB_ROW) {
        const int64_t placed_ms = db_i64(q, "placed_at_ms");
        if (ret->first_placed_ms == INSTANT_NONE || placed_ms < ret->first_placed_ms) ret->first_placed_ms = placed_ms;
        if (!query_room(a, &rows, ret->n, &capacity, sizeof(struct payment_time))) break;
        if (payment_time_of(q, ask, &((struct payment_time *)rows)[ret->n])) ret->n++;
        else ret->without_time++;
    }
    db_done(q);
    ret->times = rows;
    return step == DB_DONE;
}
