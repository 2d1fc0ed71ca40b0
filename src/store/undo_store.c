/* Takes an import back, a slice at a time, through the same reduce.c as it came in.
 *
 * A slice is a stretch of one range of table assertion. Each of its events is told by another import, and keeps the earliest and
 * the latest as_of of those, or by none, and goes: with its personal cells and its line, and with the customer, the product and the order when it was
 * the last to name them. Counters move by contribution(after) - contribution(before).
 * What people did stays: an order number that bears a reminder mark keeps its number for the day the order comes back. */
#include <assert.h>
#include "store/apply.h"
#include "store/import_store.h"
#include "store/record_apply.h"

/* ---- reading ---- */

struct undo {
    struct undo_stretch s;
    struct order_work *works;
    struct text *buyers;          /* of the events of the stretch, by order */
    struct list customers;        /* customer_turn */
    struct list products;         /* product_turn */
};
struct customer_turn { int64_t customer_id, order_id; struct text buyer; };
struct product_turn { int64_t product_id; struct claim_key key; };

static bool order_numbers(struct undo *u)
{
    struct apply_session *a = u->s.a;
    struct db_stmt *q = db_stmt(a->s->db, SQL("SELECT o.order_id, o.order_no FROM batch_id b CROSS JOIN orders o"
                                              " WHERE o.merchant_id = $1 AND o.order_id = b.id"));
    if (!q) return false;
    db_bind_i64(q, 1, a->shop.merchant_id);
    enum db_step step;
    size_t at = 0;
    while ((step = db_step(q)) == DB_ROW) {
        while (at < u->s.ids.n && u->works[at].order_id != db_i64_at(q, 0)) at++;
        if (at == u->s.ids.n) break;
        u->works[at].order_no = arena_text(&a->scratch, db_text_at(q, 1));
    }
    db_done(q);
    return step == DB_DONE;
}

static bool buyers(struct undo *u)
{
    struct apply_session *a = u->s.a;
    struct db_stmt *q = db_stmt(a->s->db, SQL("SELECT p.order_id, p.buyer FROM batch_id b CROSS JOIN person p"
                                              " WHERE p.merchant_id = $1 AND p.order_id = b.id AND p.event_no = $2"));
    if (!q) return false;
    db_bind_i64(q, 1, a->shop.merchant_id);
    db_bind_i64(q, 2, u->s.event_no);
    enum db_step step;
    size_t at = 0;
    while ((step = db_step(q)) == DB_ROW) {
        while (at < u->s.ids.n && u->works[at].order_id != db_i64_at(q, 0)) at++;
        if (at == u->s.ids.n) break;
        u->buyers[at] = arena_text(&a->scratch, db_text_at(q, 1));
    }
    db_done(q);
    return step == DB_DONE;
}

static bool load(struct undo *u)
{
    struct arena *arena = &u->s.a->scratch;
    const int64_t *ids = u->s.ids.rows;
    u->works = ARENA_ARRAY(arena, struct order_work, u->s.ids.n);
    u->buyers = ARENA_ARRAY(arena, struct text, u->s.ids.n);
    if (!u->works || !u->buyers) return false;
    for (size_t i = 0; i < u->s.ids.n; i++) u->works[i].order_id = ids[i];
    return ids_show(u->s.a, ids, u->s.ids.n) && order_numbers(u) && buyers(u) && event_load(u->s.a, u->works, u->s.ids.n);
}

/* ---- deciding ---- */

/* The event at `at` is gone: does none of the others give the order to its customer? */
static bool customer_turn(struct undo *u, const struct order_work *w, size_t at)
{
    const int64_t customer_id = w->claims[at].customer_id;
    if (customer_id == CLAIM_NONE) return true;
    for (size_t i = 0; i < w->n; i++)
        if (i != at && w->claims[i].customer_id == customer_id) return true;
    struct customer_turn *t = LIST_ADD(&u->s.a->scratch, &u->customers, struct customer_turn);
    if (t) *t = (struct customer_turn){ customer_id, w->order_id, u->buyers[w - u->works] };
    return t != NULL;
}

static bool take_back(struct undo *u, struct order_work *w)
{
    struct apply_session *a = u->s.a;
    struct order_image before, after;
    struct told told;
    const size_t at = event_place(w->events, w->n, u->s.event_no);
    assert(at < w->n);
    if (!stretch_told(&u->s, w->order_id, w->events[at].fed, &told)) return false;
    if (told_eq(told, claim_told(&w->claims[at]))) return true; /* others say the same, as early and as lately */
    image_of(&a->scratch, w, &before);
    if (!stretch_event(&u->s, w->order_id, &w->events[at], told)) return false;
    const bool gone = w->events[at].change == EVENT_GONE;
    if (gone && !customer_turn(u, w, at)) return false;
    if (!gone) {
        w->claims[at].as_of_ms = told.last_ms;
        w->claims[at].first_as_of_ms = told.first_ms;
    }
    if (w->events[at].line) {
        struct product_turn *p = LIST_ADD(&a->scratch, &u->products, struct product_turn);
        if (!p) return false;
        *p = (struct product_turn){ w->events[at].line->product_id, w->claims[at].key };
    }
    image_of(&a->scratch, w, &after);
    reduce_emit(a, w->order_id, w->order_no, &before, &after);
    return true;
}

/* ---- writing ---- */

static bool delete_orders(struct undo *u)
{
    struct apply_session *a = u->s.a;
    const struct order_out *o = a->out.orders_gone.rows;
    const size_t n = a->out.orders_gone.n;
    int64_t *ids = ARENA_ARRAY(&a->scratch, int64_t, n);
    if (n == 0) return true;
    if (!ids) return false;
    for (size_t i = 0; i < n; i++) {
        ids[i] = o[i].order_id;
        struct db_stmt *q = db_stmt(a->s->db, SQL("DELETE FROM order_key WHERE merchant_id = $1 AND store_id = $2 AND order_no = $3"
            " AND NOT EXISTS (SELECT 1 FROM reminder_mark m WHERE m.merchant_id = $1 AND m.order_id = $4)"));
        if (!q) return false;
        db_bind_i64(q, 1, a->shop.merchant_id);
        db_bind_i64(q, 2, a->shop.store_id);
        db_bind_text(q, 3, o[i].order_no);
        db_bind_i64(q, 4, o[i].order_id);
        if (!db_exec(q)) return false;
    }
    if (!ids_show(a, ids, n)) return false;
    return rows_run(a, SQL("DELETE FROM orders WHERE merchant_id = $1 AND order_id IN (SELECT id FROM batch_id)"));
}

static bool release(struct undo *u)
{
    const struct customer_turn *c = u->customers.rows;
    const struct product_turn *p = u->products.rows;
    for (size_t i = 0; i < u->customers.n; i++)
        if (!known_customer_release(u->s.a, c[i].customer_id, c[i].order_id, c[i].buyer)) return false;
    for (size_t i = 0; i < u->products.n; i++)
        if (!known_product_release(u->s.a, p[i].product_id, &p[i].key)) return false;
    return true;
}

/* Of orders the import tells nothing any more: now its records, at the end the rows that were set aside. */
static bool undo_records(struct apply_session *a, int64_t import_id, int64_t max_events, bool *ret_done)
{
    bool found;
    if (!record_undo_slice(a, import_id, max_events, &found)) return false;
    if (!found && !quarantine_clear(a->s, a->shop.merchant_id, import_id)) return false;
    *ret_done = !found;
    return true;
}

bool undo_slice(struct apply_session *a, int64_t import_id, int64_t max_events, bool *ret_done)
{
    struct undo u = { .s = { .a = a, .table = EVENTS_OF_ORDERS, .import_id = import_id, .moved = &a->out.events_moved } };
    bool found;
    assert(import_id > 0 && max_events > 0); /* the live feed is never undone */
    arena_clear(&a->scratch);
    a->out = (struct apply_out){ 0 };
    if (!stretch_begin(&u.s, max_events, &found)) return false;
    if (!found) return undo_records(a, import_id, max_events, ret_done);
    bool ok = (u.s.ids.n == 0 || load(&u)) && assertion_cut(a, EVENTS_OF_ORDERS, import_id, u.s.event_no, u.s.from, u.s.to);
    for (size_t i = 0; ok && i < u.s.ids.n; i++) ok = take_back(&u, &u.works[i]);
    ok = ok && !a->scratch.failed && out_write(a) && stretch_delete(&u.s) && delete_orders(&u) && release(&u);
    if (a->scratch.failed) db_refuse(a->s->db, DB_ERROR_MEMORY, "out of memory while an import was taken back");
    if (!ok || a->scratch.failed) return false;
    store_touch(a->s, a->shop.store_id);
    *ret_done = false;
    return !counters_full(a->counters) || counters_flush(a->counters);
}
