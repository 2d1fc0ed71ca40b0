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

struct stretch { int64_t import_id, event_no, from, to; };

static bool first_stretch(struct apply_session *a, int64_t import_id, struct stretch *ret, bool *ret_found)
{
    struct db_stmt *q = db_stmt(a->s->db, SQL("SELECT event_no, order_from, order_to FROM assertion WHERE merchant_id = $1 AND import_id = $2"
                                              " ORDER BY event_no, order_from LIMIT 1"));
    if (!q) return false;
    db_bind_i64(q, 1, a->shop.merchant_id);
    db_bind_i64(q, 2, import_id);
    enum db_step step = db_step(q);
    *ret_found = step == DB_ROW;
    if (step == DB_ROW) *ret = (struct stretch){ import_id, db_i64_at(q, 0), db_i64_at(q, 1), db_i64_at(q, 2) };
    db_done(q);
    return step != DB_FAILED;
}

/* Orders of the stretch, ids ascending, at most max; a stretch with more ends at the last of them. */
static bool stretch_orders(struct apply_session *a, struct stretch *s, int64_t max, struct list *ret /* int64_t */)
{
    struct db_stmt *q = db_stmt(a->s->db, SQL("SELECT order_id FROM event WHERE merchant_id = $1 AND order_id >= $2 AND order_id <= $3"
                                              " AND event_no = $4 ORDER BY order_id LIMIT $5"));
    if (!q) return false;
    db_bind_i64(q, 1, a->shop.merchant_id);
    db_bind_i64(q, 2, s->from);
    db_bind_i64(q, 3, s->to);
    db_bind_i64(q, 4, s->event_no);
    db_bind_i64(q, 5, max);
    enum db_step step;
    while ((step = db_step(q)) == DB_ROW) {
        int64_t *id = LIST_ADD(&a->scratch, ret, int64_t);
        if (!id) break;
        *id = db_i64_at(q, 0);
    }
    db_done(q);
    if (step == DB_DONE && (int64_t)ret->n == max) s->to = ((int64_t *)ret->rows)[ret->n - 1];
    return step == DB_DONE;
}

bool other_imports(struct apply_session *a, int64_t import_id, struct list *ret /* int64_t */)
{
    struct db_stmt *q = db_stmt(a->s->db, SQL("SELECT import_id FROM import WHERE merchant_id = $1 AND store_id = $2 AND import_id <> $3 AND state <> 4"));
    int64_t *live = LIST_ADD(&a->scratch, ret, int64_t);
    if (!q || !live) return false;
    *live = 0;
    db_bind_i64(q, 1, a->shop.merchant_id);
    db_bind_i64(q, 2, a->shop.store_id);
    db_bind_i64(q, 3, import_id);
    enum db_step step;
    while ((step = db_step(q)) == DB_ROW) {
        int64_t *id = LIST_ADD(&a->scratch, ret, int64_t);
        if (!id) break;
        *id = db_i64_at(q, 0);
    }
    db_done(q);
    return step == DB_DONE;
}

static void id_cell(struct db_cell *c, const void *rows, size_t row, int column)
{
    (void)column;
    db_cell_i64(c, ((const int64_t *)rows)[row]);
}
static const struct db_batch_table batch_undo = { "batch_undo", SQL("CREATE TABLE batch_undo (order_id BIGINT)"), id_cell };

/* ---- reading ---- */

struct undo {
    struct apply_session *a;
    struct stretch stretch;
    struct list ids, others;      /* int64_t */
    struct order_work *works;
    struct text *buyers;          /* of the events of the stretch, by order */
    struct list gone;             /* int64_t: orders whose event of the stretch goes */
    struct list customers;        /* customer_turn */
    struct list products;         /* product_turn */
};
struct customer_turn { int64_t customer_id, order_id; struct text buyer; };
struct product_turn { int64_t product_id; struct claim_key key; bool gone; };

static bool order_numbers(struct undo *u)
{
    struct apply_session *a = u->a;
    struct db_stmt *q = db_stmt(a->s->db, SQL("SELECT o.order_id, o.order_no FROM batch_undo b CROSS JOIN orders o"
                                              " WHERE o.merchant_id = $1 AND o.order_id = b.order_id"));
    if (!q) return false;
    db_bind_i64(q, 1, a->shop.merchant_id);
    enum db_step step;
    size_t at = 0;
    while ((step = db_step(q)) == DB_ROW) {
        while (at < u->ids.n && u->works[at].order_id != db_i64_at(q, 0)) at++;
        if (at == u->ids.n) break;
        u->works[at].order_no = arena_text(&a->scratch, db_text_at(q, 1));
    }
    db_done(q);
    return step == DB_DONE;
}

static bool buyers(struct undo *u)
{
    struct apply_session *a = u->a;
    struct db_stmt *q = db_stmt(a->s->db, SQL("SELECT p.order_id, p.buyer FROM batch_undo b CROSS JOIN person p"
                                              " WHERE p.merchant_id = $1 AND p.order_id = b.order_id AND p.event_no = $2"));
    if (!q) return false;
    db_bind_i64(q, 1, a->shop.merchant_id);
    db_bind_i64(q, 2, u->stretch.event_no);
    enum db_step step;
    size_t at = 0;
    while ((step = db_step(q)) == DB_ROW) {
        while (at < u->ids.n && u->works[at].order_id != db_i64_at(q, 0)) at++;
        if (at == u->ids.n) break;
        u->buyers[at] = arena_text(&a->scratch, db_text_at(q, 1));
    }
    db_done(q);
    return step == DB_DONE;
}

static bool load(struct undo *u)
{
    struct arena *arena = &u->a->scratch;
    const int64_t *ids = u->ids.rows;
    u->works = ARENA_ARRAY(arena, struct order_work, u->ids.n);
    u->buyers = ARENA_ARRAY(arena, struct text, u->ids.n);
    if (!u->works || !u->buyers) return false;
    for (size_t i = 0; i < u->ids.n; i++) u->works[i].order_id = ids[i];
    return db_batch(u->a->s->db, &batch_undo, ids, u->ids.n) && order_numbers(u) && buyers(u) && event_load(u->a, u->works, u->ids.n);
}

/* ---- deciding ---- */

static bool told_by_others(struct undo *u, int64_t order_id, struct told *ret)
{
    const int64_t *others = u->others.rows;
    *ret = told_never();
    for (size_t i = 0; i < u->others.n; i++) {
        struct told told;
        if (!assertion_find(u->a, ASSERTS_ORDERS, others[i], u->stretch.event_no, order_id, &told)) return false;
        *ret = told_join(*ret, told);
    }
    return true;
}

/* The event at `at` is gone: does none of the others give the order to its customer? */
static bool customer_turn(struct undo *u, const struct order_work *w, size_t at)
{
    const int64_t customer_id = w->claims[at].customer_id;
    if (customer_id == CLAIM_NONE) return true;
    for (size_t i = 0; i < w->n; i++)
        if (i != at && w->claims[i].customer_id == customer_id) return true;
    struct customer_turn *t = LIST_ADD(&u->a->scratch, &u->customers, struct customer_turn);
    if (t) *t = (struct customer_turn){ customer_id, w->order_id, u->buyers[w - u->works] };
    return t != NULL;
}

static bool take_back(struct undo *u, struct order_work *w)
{
    struct apply_session *a = u->a;
    struct order_image before, after;
    size_t at = 0;
    struct told told;
    while (at < w->n && w->events[at].event_no != u->stretch.event_no) at++;
    assert(at < w->n);
    if (!told_by_others(u, w->order_id, &told)) return false;
    if (told_eq(told, claim_told(&w->claims[at]))) return true; /* others say the same, as early and as lately */
    image_of(&a->scratch, w, &before);
    const bool gone = told.last_ms == INSTANT_NONE;
    w->events[at].change = gone ? EVENT_GONE : EVENT_MOVED;
    if (gone) {
        int64_t *id = LIST_ADD(&a->scratch, &u->gone, int64_t);
        if (!id) return false;
        *id = w->order_id;
        if (!customer_turn(u, w, at)) return false;
    } else {
        struct event_ref *r = LIST_ADD(&a->scratch, &a->out.events_moved, struct event_ref);
        if (!r) return false;
        *r = (struct event_ref){ w->order_id, u->stretch.event_no, told };
        w->claims[at].as_of_ms = told.last_ms;
        w->claims[at].first_as_of_ms = told.first_ms;
    }
    if (w->events[at].line) {
        struct product_turn *p = LIST_ADD(&a->scratch, &u->products, struct product_turn);
        if (!p) return false;
        *p = (struct product_turn){ w->events[at].line->product_id, w->claims[at].key, gone };
    }
    image_of(&a->scratch, w, &after);
    reduce_emit(a, w->order_id, w->order_no, &before, &after);
    return true;
}

/* ---- writing ---- */

static bool delete_events(struct undo *u)
{
    struct db *db = u->a->s->db;
    const char *const sql[] = {
        SQL("DELETE FROM event WHERE merchant_id = $1 AND event_no = $2 AND order_id IN (SELECT order_id FROM batch_undo)"),
        SQL("DELETE FROM event_line WHERE merchant_id = $1 AND event_no = $2 AND order_id IN (SELECT order_id FROM batch_undo)"),
        SQL("DELETE FROM event_payment WHERE merchant_id = $1 AND event_no = $2 AND order_id IN (SELECT order_id FROM batch_undo)"),
        SQL("DELETE FROM person WHERE merchant_id = $1 AND event_no = $2 AND order_id IN (SELECT order_id FROM batch_undo)"),
    };
    if (u->gone.n == 0) return true;
    if (!db_batch(db, &batch_undo, u->gone.rows, u->gone.n)) return false;
    for (size_t i = 0; i < sizeof sql / sizeof sql[0]; i++) {
        struct db_stmt *q = db_stmt(db, sql[i]); /* house: from the list above */
        if (!q) return false;
        db_bind_i64(q, 1, u->a->shop.merchant_id);
        db_bind_i64(q, 2, u->stretch.event_no);
        if (!db_exec(q)) return false;
    }
    return true;
}

static bool delete_orders(struct undo *u)
{
    struct apply_session *a = u->a;
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
    if (!db_batch(a->s->db, &batch_undo, ids, n)) return false;
    struct db_stmt *q = db_stmt(a->s->db, SQL("DELETE FROM orders WHERE merchant_id = $1 AND order_id IN (SELECT order_id FROM batch_undo)"));
    if (!q) return false;
    db_bind_i64(q, 1, a->shop.merchant_id);
    return db_exec(q);
}

static bool release(struct undo *u)
{
    const struct customer_turn *c = u->customers.rows;
    const struct product_turn *p = u->products.rows;
    for (size_t i = 0; i < u->customers.n; i++)
        if (!known_customer_release(u->a, c[i].customer_id, c[i].order_id, c[i].buyer)) return false;
    for (size_t i = 0; i < u->products.n; i++)
        if (!known_product_release(u->a, p[i].product_id, &p[i].key, p[i].gone)) return false;
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
    struct undo u = { .a = a };
    bool found;
    assert(import_id > 0 && max_events > 0); /* the live feed is never undone */
    arena_clear(&a->scratch);
    a->out = (struct apply_out){ 0 };
    if (!first_stretch(a, import_id, &u.stretch, &found)) return false;
    if (!found) return undo_records(a, import_id, max_events, ret_done);
    bool ok = stretch_orders(a, &u.stretch, max_events, &u.ids) && other_imports(a, import_id, &u.others) && (u.ids.n == 0 || load(&u)) &&
              assertion_cut(a, ASSERTS_ORDERS, import_id, u.stretch.event_no, u.stretch.from, u.stretch.to);
    for (size_t i = 0; ok && i < u.ids.n; i++) ok = take_back(&u, &u.works[i]);
    ok = ok && !a->scratch.failed && out_write(a) && delete_events(&u) && delete_orders(&u) && release(&u);
    if (a->scratch.failed) db_refuse(a->s->db, DB_ERROR_MEMORY, "out of memory while an import was taken back");
    if (!ok || a->scratch.failed) return false;
    *ret_done = false;
    return !counters_full(a->counters) || counters_flush(a->counters);
}
