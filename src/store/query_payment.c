/* How long buyers took to pay: a reader of its own, as it looks at every order of a period. */
#include "store/query_row.h"

/* An order's payment time as one of the curve's kinds; false when it tells nothing (its payment's time was never told). */
static bool payment_time_of(struct db_stmt *q, const struct payment_times_ask *ask, struct payment_time *ret)
{
    const int64_t placed_ms = db_i64(q, "placed_at_ms");
    const bool paid = !db_is_null(q, "paid_at_ms") && db_i64(q, "paid_at_ms") <= ask->at_ms;
    const bool gone = !db_is_null(q, "cancelled_at_ms") && db_i64(q, "cancelled_at_ms") <= ask->at_ms;
    ret->total_minor = db_is_null(q, "total_minor") ? 0 : db_i64(q, "total_minor");
    if (paid) {
        if (!(db_i64(q, "exact") & EXACT_PAID)) return false;
        const int64_t delay_ms = db_i64(q, "paid_at_ms") - placed_ms;
        ret->delay_ms = delay_ms > 0 ? delay_ms : 0;
        ret->end = PAYMENT_CAME;
        return true;
    }
    ret->delay_ms = ask->at_ms - placed_ms;
    ret->end = gone || ret->delay_ms >= ask->window_ms ? PAYMENT_NEVER : PAYMENT_OPEN;
    return true;
}

bool query_payment_times(struct store *s, const struct shop *shop, struct arena *a, const struct payment_times_ask *ask,
                         struct payment_times *ret)
{
    int64_t capacity = 0;
    enum db_step step;
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT placed_at_ms, paid_at_ms, cancelled_at_ms, total_minor, exact FROM orders"
                                           " WHERE merchant_id = $1 AND store_id = $2 AND placed_at_ms > $3 AND placed_at_ms <= $4"
                                           " AND pay_kind <> 2"));
    *ret = (struct payment_times){ .n = 0 };
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    db_bind_i64(q, 3, ask->from_ms);
    db_bind_i64(q, 4, ask->at_ms);
    while ((step = db_step(q)) == DB_ROW) {
        if (!query_room(a, (void **)&ret->times, ret->n, &capacity, sizeof *ret->times)) break;
        if (payment_time_of(q, ask, &ret->times[ret->n])) ret->n++;
        else ret->without_time++;
    }
    db_done(q);
    return step == DB_DONE;
}
