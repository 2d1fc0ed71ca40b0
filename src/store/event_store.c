/* Rows of events, orders and lines: read and written many at a time (db.h, batches). */
#include <stdlib.h>
#include "store/apply.h"

/* ---- reading ---- */

static bool claim_row(struct apply_session *a, struct db_stmt *q, struct order_claim *c)
{
    struct text key = db_blob_at(q, 2);
    if (key.len != sizeof c->key.bytes) return false;
    *c = (struct order_claim){
        .as_of_ms = db_i64_at(q, 3), .rank = (int16_t)db_i64_at(q, 4), .placed_at_ms = db_i64_at(q, 5), .paid_at_ms = db_i64_at(q, 6),
        .cancelled_at_ms = db_i64_at(q, 7), .shipped_at_ms = db_i64_at(q, 8), .delivered_at_ms = db_i64_at(q, 9),
        .refunded_at_ms = db_i64_at(q, 10), .ship_by_ms = db_i64_at(q, 11), .total_minor = db_i64_at(q, 12), .paid_minor = db_i64_at(q, 13),
        .refund_minor = db_i64_at(q, 14), .pieces = db_i64_at(q, 15), .status = (enum order_status)db_i64_at(q, 16),
        .pay_kind = (enum pay_kind)db_i64_at(q, 17), .region = arena_text(&a->scratch, db_text_at(q, 18)),
        .country = arena_text(&a->scratch, db_text_at(q, 19)), .tracking = arena_text(&a->scratch, db_text_at(q, 20)),
        .customer_id = db_i64_at(q, 21), .first_as_of_ms = db_i64_at(q, 22), .balance_minor = db_i64_at(q, 23),
    };
    memcpy(c->key.bytes, key.ptr, key.len);
    return true;
}

static bool events_load(struct apply_session *a, struct order_work *w, size_t n)
{
    struct db_stmt *q = db_stmt(a->s->db, SQL("SELECT e.order_id, e.event_no, e.event_key, e.as_of_ms, e.source_rank, e.placed_at_ms, e.paid_at_ms,"
        " e.cancelled_at_ms, e.shipped_at_ms, e.delivered_at_ms, e.refunded_at_ms, e.ship_by_ms, e.total_minor, e.paid_minor, e.refund_minor,"
        " e.pieces, e.status, e.pay_kind, e.region, e.country, e.tracking, e.customer_id, e.first_as_of_ms, e.balance_minor, e.fed_first_ms, e.fed_as_of_ms"
        " FROM batch_id b CROSS JOIN event e"
        " WHERE e.merchant_id = $1 AND e.order_id = b.id"));
    if (!q) return false;
    db_bind_i64(q, 1, a->shop.merchant_id);
    enum db_step step;
    bool whole = true;
    size_t at = 0;
    while (whole && (step = db_step(q)) == DB_ROW) {
        int64_t order_id = db_i64_at(q, 0);
        while (at < n && w[at].order_id != order_id) at++;
        whole = at < n && work_reserve(&a->scratch, &w[at], w[at].n + 1) && claim_row(a, q, &w[at].claims[w[at].n]);
        if (!whole) break;
        w[at].claims[w[at].n].order_no = w[at].order_no;
        w[at].events[w[at].n] = (struct work_event){ .event_no = db_i64_at(q, 1), .fed = told_never() };
        if (db_i64_at(q, 25) != INT64_MIN) w[at].events[w[at].n].fed = (struct told){ db_i64_at(q, 24), db_i64_at(q, 25) };
        w[at].n++;
    }
    db_done(q);
    if (!whole) db_refuse(a->s->db, DB_ERROR_CORRUPT, "an event is damaged, or memory ran out");
    return whole && step == DB_DONE;
}

static bool lines_load(struct apply_session *a, struct order_work *w, size_t n)
{
    struct db_stmt *q = db_stmt(a->s->db, SQL("SELECT l.order_id, l.event_no, l.line_key, l.product_id, l.product_no, l.sku_code, l.title, l.options,"
        " l.pieces, l.unit_minor, l.line_minor, l.refund_minor, l.extra_minor, l.sums FROM batch_id b CROSS JOIN event_line l"
        " WHERE l.merchant_id = $1 AND l.order_id = b.id"));
    if (!q) return false;
    db_bind_i64(q, 1, a->shop.merchant_id);
    enum db_step step;
    size_t at = 0, e = 0;
    while ((step = db_step(q)) == DB_ROW) {
        int64_t order_id = db_i64_at(q, 0), event_no = db_i64_at(q, 1);
        while (at < n && w[at].order_id != order_id) at++, e = 0;
        while (at < n && e < w[at].n && w[at].events[e].event_no != event_no) e++;
        struct line_facts *l = ARENA_NEW(&a->scratch, struct line_facts);
        if (!l || at == n || e == w[at].n) break;
        *l = (struct line_facts){ .line_key = db_i64_at(q, 2), .product_id = db_i64_at(q, 3),
            .product_no = arena_text(&a->scratch, db_text_at(q, 4)), .sku_code = arena_text(&a->scratch, db_text_at(q, 5)),
            .title = arena_text(&a->scratch, db_text_at(q, 6)), .options = arena_text(&a->scratch, db_text_at(q, 7)),
            .pieces = db_i64_at(q, 8), .unit_minor = db_i64_at(q, 9), .line_minor = db_i64_at(q, 10), .refund_minor = db_i64_at(q, 11),
            .extra_minor = db_i64_at(q, 12), .sums = (int)db_i64_at(q, 13) };
        w[at].events[e].line = l;
        w[at].claims[e].has_line = true;
    }
    db_done(q);
    if (step == DB_ROW) db_refuse(a->s->db, DB_ERROR_CORRUPT, "a line has no event, or memory ran out");
    return step == DB_DONE;
}

static bool payments_load(struct apply_session *a, struct order_work *w, size_t n)
{
    struct db_stmt *q = db_stmt(a->s->db, SQL("SELECT p.order_id, p.event_no, p.kind, p.payment_no, p.minor FROM batch_id b"
        " CROSS JOIN event_payment p WHERE p.merchant_id = $1 AND p.order_id = b.id"));
    if (!q) return false;
    db_bind_i64(q, 1, a->shop.merchant_id);
    enum db_step step;
    size_t at = 0, e = 0;
    while ((step = db_step(q)) == DB_ROW) {
        int64_t order_id = db_i64_at(q, 0), event_no = db_i64_at(q, 1);
        while (at < n && w[at].order_id != order_id) at++, e = 0;
        while (at < n && e < w[at].n && w[at].events[e].event_no != event_no) e++;
        if (at == n || e == w[at].n) break;
        w[at].claims[e].payment = (struct payment_claim){ (enum payment_kind)db_i64_at(q, 2), arena_text(&a->scratch, db_text_at(q, 3)), db_i64_at(q, 4) };
    }
    db_done(q);
    if (step == DB_ROW) db_refuse(a->s->db, DB_ERROR_CORRUPT, "a payment has no event");
    return step == DB_DONE;
}

bool event_load(struct apply_session *a, struct order_work *w, size_t n)
{
    int64_t *ids = ARENA_ARRAY(&a->scratch, int64_t, n);
    if (!ids) return false;
    for (size_t i = 0; i < n; i++) ids[i] = w[i].order_id;
    return ids_show(a, ids, n) && events_load(a, w, n) && lines_load(a, w, n) && payments_load(a, w, n);
}

/* ---- writing: the tables of batches ---- */

static void order_cell(struct db_cell *c, const void *rows, size_t row, int column)
{
    const struct order_out *r = &((const struct order_out *)rows)[row];
    const struct order *o = &r->order;
    switch (column) {
    case 0: db_cell_i64(c, r->order_id); break;
    case 1: db_cell_text(c, r->order_no); break;
    case 2: db_cell_i64_or_null(c, o->placed_at_ms); break;
    case 3: db_cell_i64_or_null(c, o->paid_at_ms); break;
    case 4: db_cell_i64_or_null(c, o->cancelled_at_ms); break;
    case 5: db_cell_i64_or_null(c, o->shipped_at_ms); break;
    case 6: db_cell_i64_or_null(c, o->delivered_at_ms); break;
    case 7: db_cell_i64_or_null(c, o->refunded_at_ms); break;
    case 8: db_cell_i64_or_null(c, o->ship_by_ms); break;
    case 9: db_cell_i64_or_null(c, o->total_minor); break;
    case 10: db_cell_i64_or_null(c, o->paid_minor); break;
    case 11: db_cell_i64_or_null(c, o->refund_minor); break;
    case 12: db_cell_i64_or_null(c, o->pieces); break;
    case 13: db_cell_i64(c, o->status); break;
    case 14: db_cell_i64(c, o->pay_kind); break;
    case 15: db_cell_i64(c, order_exact_bits(o)); break;
    case 16: db_cell_text_or_null(c, o->region); break;
    case 17: db_cell_text_or_null(c, o->country); break;
    case 18: db_cell_text_or_null(c, o->tracking); break;
    case 19: db_cell_i64_or_null(c, o->customer_id); break;
    case 20: db_cell_i64_or_null(c, order_pick_until_ms(o)); break;
    case 21: db_cell_i64_or_null(c, o->balance_minor); break;
    }
}
static const struct db_batch_table batch_orders = { "batch_orders", SQL("CREATE TABLE batch_orders (order_id BIGINT, order_no TEXT, placed_at_ms BIGINT,"
    " paid_at_ms BIGINT, cancelled_at_ms BIGINT, shipped_at_ms BIGINT, delivered_at_ms BIGINT, refunded_at_ms BIGINT, ship_by_ms BIGINT,"
    " total_minor BIGINT, paid_minor BIGINT, refund_minor BIGINT, pieces BIGINT, status BIGINT, pay_kind BIGINT, exact BIGINT, region TEXT,"
    " country TEXT, tracking TEXT, customer_id BIGINT, pick_until_ms BIGINT, balance_minor BIGINT)"), order_cell };

static void event_cell(struct db_cell *c, const void *rows, size_t row, int column)
{
    const struct event_out *e = &((const struct event_out *)rows)[row];
    const struct order_claim *k = e->claim;
    switch (column) {
    case 0: db_cell_i64(c, e->order_id); break;
    case 1: db_cell_i64(c, e->event_no); break;
    case 2: db_cell_blob(c, k->key.bytes, sizeof k->key.bytes); break;
    case 3: db_cell_i64(c, k->as_of_ms); break;
    case 4: db_cell_i64(c, k->rank); break;
    case 5: db_cell_i64_or_null(c, k->placed_at_ms); break;
    case 6: db_cell_i64_or_null(c, k->paid_at_ms); break;
    case 7: db_cell_i64_or_null(c, k->cancelled_at_ms); break;
    case 8: db_cell_i64_or_null(c, k->shipped_at_ms); break;
    case 9: db_cell_i64_or_null(c, k->delivered_at_ms); break;
    case 10: db_cell_i64_or_null(c, k->refunded_at_ms); break;
    case 11: db_cell_i64_or_null(c, k->ship_by_ms); break;
    case 12: db_cell_i64_or_null(c, k->total_minor); break;
    case 13: db_cell_i64_or_null(c, k->paid_minor); break;
    case 14: db_cell_i64_or_null(c, k->refund_minor); break;
    case 15: db_cell_i64_or_null(c, k->pieces); break;
    case 16: db_cell_i64(c, k->status); break;
    case 17: db_cell_i64(c, k->pay_kind); break;
    case 18: db_cell_text_or_null(c, k->region); break;
    case 19: db_cell_text_or_null(c, k->country); break;
    case 20: db_cell_text_or_null(c, k->tracking); break;
    case 21: db_cell_i64_or_null(c, e->customer_id); break;
    case 22: db_cell_i64(c, e->first_as_of_ms); break;
    case 23: db_cell_text_or_null(c, k->title); break;
    case 24: db_cell_i64_or_null(c, k->balance_minor); break;
    case 25: if (e->fed.last_ms != INSTANT_NONE) db_cell_i64(c, e->fed.first_ms); break;
    case 26: db_cell_i64_or_null(c, e->fed.last_ms); break;
    }
}
static const struct db_batch_table batch_event = { "batch_event", SQL("CREATE TABLE batch_event (order_id BIGINT, event_no BIGINT, event_key BYTEA,"
    " as_of_ms BIGINT, source_rank BIGINT, placed_at_ms BIGINT, paid_at_ms BIGINT, cancelled_at_ms BIGINT, shipped_at_ms BIGINT,"
    " delivered_at_ms BIGINT, refunded_at_ms BIGINT, ship_by_ms BIGINT, total_minor BIGINT, paid_minor BIGINT, refund_minor BIGINT,"
    " pieces BIGINT, status BIGINT, pay_kind BIGINT, region TEXT, country TEXT, tracking TEXT, customer_id BIGINT,"
    " first_as_of_ms BIGINT, title TEXT, balance_minor BIGINT, fed_first_ms BIGINT, fed_as_of_ms BIGINT)"), event_cell };

static void person_cell(struct db_cell *c, const void *rows, size_t row, int column)
{
    const struct event_out *e = ((const struct event_out *const *)rows)[row];
    const struct person_cells *p = &e->claim->person;
    switch (column) {
    case 0: db_cell_i64(c, e->order_id); break;
    case 1: db_cell_i64(c, e->event_no); break;
    case 2: db_cell_text_or_null(c, p->buyer); break;
    case 3: db_cell_text_or_null(c, p->name); break;
    case 4: db_cell_text_or_null(c, p->phone); break;
    case 5: db_cell_text_or_null(c, p->address); break;
    case 6: db_cell_text_or_null(c, p->buyer_note); break;
    case 7: db_cell_text_or_null(c, p->seller_note); break;
    case 8: db_cell_text_or_null(c, p->email); break;
    }
}
static const struct db_batch_table batch_person = { "batch_person", SQL("CREATE TABLE batch_person (order_id BIGINT, event_no BIGINT, buyer TEXT,"
    " name TEXT, phone TEXT, address TEXT, buyer_note TEXT, seller_note TEXT, email TEXT)"), person_cell };

static void event_line_cell(struct db_cell *c, const void *rows, size_t row, int column)
{
    const struct event_out *e = ((const struct event_out *const *)rows)[row];
    const struct line_facts *l = e->line;
    switch (column) {
    case 0: db_cell_i64(c, e->order_id); break;
    case 1: db_cell_i64(c, e->event_no); break;
    case 2: db_cell_i64(c, l->line_key); break;
    case 3: db_cell_i64(c, l->product_id); break;
    case 4: db_cell_text_or_null(c, l->product_no); break;
    case 5: db_cell_text_or_null(c, l->sku_code); break;
    case 6: db_cell_text(c, l->title); break;
    case 7: db_cell_text_or_null(c, l->options); break;
    case 8: db_cell_i64_or_null(c, l->pieces); break;
    case 9: db_cell_i64_or_null(c, l->unit_minor); break;
    case 10: db_cell_i64_or_null(c, l->line_minor); break;
    case 11: db_cell_i64_or_null(c, l->refund_minor); break;
    case 12: db_cell_i64_or_null(c, l->extra_minor); break;
    case 13: db_cell_i64(c, l->sums); break;
    }
}
static const struct db_batch_table batch_event_line = { "batch_event_line", SQL("CREATE TABLE batch_event_line (order_id BIGINT, event_no BIGINT,"
    " line_key BIGINT, product_id BIGINT, product_no TEXT, sku_code TEXT, title TEXT, options TEXT, pieces BIGINT, unit_minor BIGINT,"
    " line_minor BIGINT, refund_minor BIGINT, extra_minor BIGINT, sums BIGINT)"), event_line_cell };

static void event_payment_cell(struct db_cell *c, const void *rows, size_t row, int column)
{
    const struct event_out *e = ((const struct event_out *const *)rows)[row];
    switch (column) {
    case 0: db_cell_i64(c, e->order_id); break;
    case 1: db_cell_i64(c, e->event_no); break;
    case 2: db_cell_i64(c, e->claim->payment.kind); break;
    case 3: db_cell_text(c, e->claim->payment.no); break;
    case 4: db_cell_i64(c, e->claim->payment.minor); break;
    }
}
static const struct db_batch_table batch_event_payment = { "batch_event_payment", SQL("CREATE TABLE batch_event_payment (order_id BIGINT, event_no BIGINT,"
    " kind BIGINT, payment_no TEXT, minor BIGINT)"), event_payment_cell };

static void order_line_cell(struct db_cell *c, const void *rows, size_t row, int column)
{
    const struct line_out *r = &((const struct line_out *)rows)[row];
    const struct line_image *l = &r->line;
    switch (column) {
    case 0: db_cell_i64(c, r->order_id); break;
    case 1: db_cell_i64(c, l->line_key); break;
    case 2: db_cell_i64(c, l->product_id); break;
    case 3: db_cell_text_or_null(c, l->options); break;
    case 4: db_cell_i64_or_null(c, l->pieces); break;
    case 5: db_cell_i64_or_null(c, l->unit_minor); break;
    case 6: db_cell_i64_or_null(c, l->line_minor); break;
    case 7: db_cell_i64_or_null(c, l->refund_minor); break;
    case 8: db_cell_i64_or_null(c, l->extra_minor); break;
    }
}
static const struct db_batch_table batch_order_line = { "batch_order_line", SQL("CREATE TABLE batch_order_line (order_id BIGINT, line_key BIGINT,"
    " product_id BIGINT, options TEXT, pieces BIGINT, unit_minor BIGINT, line_minor BIGINT, refund_minor BIGINT, extra_minor BIGINT)"), order_line_cell };

/* ---- writing: columns in the order of their table, which spares the engine a copy of each ---- */

#define ORDER_COLUMNS "order_no, placed_at_ms, paid_at_ms, cancelled_at_ms, shipped_at_ms, delivered_at_ms, refunded_at_ms, ship_by_ms," \
    " total_minor, paid_minor, refund_minor, pieces, status, pay_kind, exact, region, country, tracking, customer_id, pick_until_ms," \
    " balance_minor"
#define EVENT_COLUMNS "order_id, event_no, event_key, as_of_ms, source_rank, placed_at_ms, paid_at_ms, cancelled_at_ms, shipped_at_ms," \
    " delivered_at_ms, refunded_at_ms, ship_by_ms, total_minor, paid_minor, refund_minor, pieces, status, pay_kind, region, country," \
    " tracking, customer_id, first_as_of_ms, title, balance_minor"
#define EVENTS_INSERT(fed) "INSERT INTO event (merchant_id, " EVENT_COLUMNS fed ") SELECT CAST($1 AS BIGINT), " EVENT_COLUMNS fed " FROM batch_event"
/* The same of rows that leave out what most files never tell: a column that is not asked for row by row costs nothing. */
#define EVENT_COLUMNS_PLAIN "order_id, event_no, event_key, as_of_ms, source_rank, placed_at_ms, paid_at_ms, NULL, NULL, NULL, NULL, NULL," \
    " total_minor, paid_minor, refund_minor, pieces, status, pay_kind, region, NULL, NULL, customer_id, first_as_of_ms, title, NULL"
#define EVENTS_INSERT_PLAIN "INSERT INTO event (merchant_id, " EVENT_COLUMNS ") SELECT CAST($1 AS BIGINT), " EVENT_COLUMNS_PLAIN " FROM batch_event"
#define ORDER_COLUMNS_PLAIN "order_no, placed_at_ms, paid_at_ms, cancelled_at_ms, shipped_at_ms, delivered_at_ms, refunded_at_ms, NULL," \
    " total_minor, paid_minor, refund_minor, pieces, status, pay_kind, exact, region, NULL, NULL, customer_id, pick_until_ms, NULL"

static int by_order(const void *a, const void *b)
{
    int64_t x = ((const struct order_out *)a)->order_id, y = ((const struct order_out *)b)->order_id;
    return (x > y) - (x < y);
}

static bool orders_plain(const struct list *l)
{
    const struct order_out *o = l->rows;
    for (size_t i = 0; i < l->n; i++)
        if (o[i].order.ship_by_ms != INSTANT_NONE || o[i].order.balance_minor != CLAIM_NONE || (o[i].order.country.len | o[i].order.tracking.len) != 0) return false;
    return true;
}

static bool orders_write(struct apply_session *a)
{
    struct list *fresh = &a->out.orders_new, *changed = &a->out.orders_changed;
    struct db_stmt *q;
    if (fresh->n) {
        if (!db_batch(a->s->db, &batch_orders, fresh->rows, fresh->n)) return false;
        q = orders_plain(fresh)
            ? db_stmt(a->s->db, SQL("INSERT INTO orders (merchant_id, order_id, store_id, " ORDER_COLUMNS ")"
                                    " SELECT CAST($1 AS BIGINT), order_id, CAST($2 AS BIGINT), " ORDER_COLUMNS_PLAIN " FROM batch_orders"))
            : db_stmt(a->s->db, SQL("INSERT INTO orders (merchant_id, order_id, store_id, " ORDER_COLUMNS ")"
                                    " SELECT CAST($1 AS BIGINT), order_id, CAST($2 AS BIGINT), " ORDER_COLUMNS " FROM batch_orders"));
        if (!q) return false;
        db_bind_i64(q, 1, a->shop.merchant_id);
        db_bind_i64(q, 2, a->shop.store_id);
        if (!db_exec(q)) return false;
    }
    if (!changed->n) return true;
    qsort(changed->rows, changed->n, sizeof(struct order_out), by_order);
    if (!db_batch(a->s->db, &batch_orders, changed->rows, changed->n)) return false;
    q = db_stmt(a->s->db, SQL("INSERT INTO orders (merchant_id, order_id, store_id, " ORDER_COLUMNS ")"
        " SELECT CAST($1 AS BIGINT), order_id, CAST($2 AS BIGINT), " ORDER_COLUMNS " FROM batch_orders WHERE 1 = 1"
        " ON CONFLICT (merchant_id, order_id) DO UPDATE SET placed_at_ms = excluded.placed_at_ms, paid_at_ms = excluded.paid_at_ms,"
        " cancelled_at_ms = excluded.cancelled_at_ms, shipped_at_ms = excluded.shipped_at_ms, delivered_at_ms = excluded.delivered_at_ms,"
        " refunded_at_ms = excluded.refunded_at_ms, ship_by_ms = excluded.ship_by_ms, total_minor = excluded.total_minor,"
        " paid_minor = excluded.paid_minor, refund_minor = excluded.refund_minor, pieces = excluded.pieces, status = excluded.status,"
        " pay_kind = excluded.pay_kind, exact = excluded.exact, region = excluded.region, country = excluded.country,"
        " tracking = excluded.tracking, customer_id = excluded.customer_id, pick_until_ms = excluded.pick_until_ms,"
        " balance_minor = excluded.balance_minor"));
    if (!q) return false;
    db_bind_i64(q, 1, a->shop.merchant_id);
    db_bind_i64(q, 2, a->shop.store_id);
    return db_exec(q);
}

static int by_event(const void *a, const void *b)
{
    const struct event_out *x = a, *y = b;
    if (x->order_id != y->order_id) return x->order_id > y->order_id ? 1 : -1;
    return (x->event_no > y->event_no) - (x->event_no < y->event_no);
}

static bool has_person(const struct person_cells *p)
{
    return (p->buyer.len | p->name.len | p->phone.len | p->address.len | p->buyer_note.len | p->seller_note.len | p->email.len) != 0;
}

static bool claim_plain(const struct order_claim *c)
{
    return c->cancelled_at_ms == INSTANT_NONE && c->shipped_at_ms == INSTANT_NONE && c->delivered_at_ms == INSTANT_NONE &&
           c->refunded_at_ms == INSTANT_NONE && c->ship_by_ms == INSTANT_NONE && c->balance_minor == CLAIM_NONE &&
           (c->country.len | c->tracking.len) == 0;
}

static const char *events_sql(const struct apply_session *a, bool plain)
{
    if (told_in_rows(EVENTS_OF_ORDERS, a->import_id)) return SQL(EVENTS_INSERT(", fed_first_ms, fed_as_of_ms"));
    return plain ? SQL(EVENTS_INSERT_PLAIN) : SQL(EVENTS_INSERT(""));
}

static bool events_write(struct apply_session *a)
{
    struct event_out *e = a->out.events_new.rows;
    size_t n = a->out.events_new.n, persons = 0, lines = 0, payments = 0, sorted = 1;
    if (n == 0) return true;
    while (sorted < n && by_event(&e[sorted - 1], &e[sorted]) < 0) sorted++;
    if (sorted < n) qsort(e, n, sizeof *e, by_event);
    const struct event_out **person = ARENA_ARRAY(&a->scratch, const struct event_out *, n);
    const struct event_out **line = ARENA_ARRAY(&a->scratch, const struct event_out *, n);
    const struct event_out **payment = ARENA_ARRAY(&a->scratch, const struct event_out *, n);
    if (!person || !line || !payment) return false;
    bool plain = true;
    for (size_t i = 0; i < n; i++) {
        plain = plain && claim_plain(e[i].claim);
        if (has_person(&e[i].claim->person)) person[persons++] = &e[i];
        if (e[i].line) line[lines++] = &e[i];
        if (e[i].claim->payment.kind != PAYMENT_NONE) payment[payments++] = &e[i];
    }
    return rows_insert(a, &batch_event, e, n, events_sql(a, plain)) &&
           rows_insert(a, &batch_person, person, persons, SQL("INSERT INTO person (merchant_id, order_id, event_no, buyer, name, phone, address, buyer_note, seller_note, email)"
               " SELECT CAST($1 AS BIGINT), order_id, event_no, buyer, name, phone, address, buyer_note, seller_note, email FROM batch_person")) &&
           rows_insert(a, &batch_event_line, line, lines, SQL("INSERT INTO event_line (merchant_id, order_id, event_no, line_key, product_id, product_no, sku_code,"
               " title, options, pieces, unit_minor, line_minor, refund_minor, extra_minor, sums) SELECT CAST($1 AS BIGINT), order_id, event_no, line_key, product_id,"
               " product_no, sku_code, title, options, pieces, unit_minor, line_minor, refund_minor, extra_minor, sums FROM batch_event_line")) &&
           rows_insert(a, &batch_event_payment, payment, payments, SQL("INSERT INTO event_payment (merchant_id, order_id, event_no, kind, payment_no, minor)"
               " SELECT CAST($1 AS BIGINT), order_id, event_no, kind, payment_no, minor FROM batch_event_payment"));
}

static bool lines_write(struct apply_session *a)
{
    const struct line_out *gone = a->out.lines_gone.rows;
    if (!rows_insert(a, &batch_order_line, a->out.lines_set.rows, a->out.lines_set.n,
                SQL("INSERT INTO order_line (merchant_id, order_id, line_key, product_id, options, pieces, unit_minor, line_minor, refund_minor, extra_minor)"
                    " SELECT CAST($1 AS BIGINT), order_id, line_key, product_id, options, pieces, unit_minor, line_minor, refund_minor, extra_minor"
                    " FROM batch_order_line WHERE 1 = 1 ON CONFLICT (merchant_id, order_id, line_key) DO UPDATE SET product_id = excluded.product_id,"
                    " options = excluded.options, pieces = excluded.pieces, unit_minor = excluded.unit_minor, line_minor = excluded.line_minor,"
                    " refund_minor = excluded.refund_minor, extra_minor = excluded.extra_minor"))) return false;
    for (size_t i = 0; i < a->out.lines_gone.n; i++) {
        struct db_stmt *q = db_stmt(a->s->db, SQL("DELETE FROM order_line WHERE merchant_id = $1 AND order_id = $2 AND line_key = $3"));
        if (!q) return false;
        db_bind_i64(q, 1, a->shop.merchant_id);
        db_bind_i64(q, 2, gone[i].order_id);
        db_bind_i64(q, 3, gone[i].line.line_key);
        if (!db_exec(q)) return false;
    }
    return true;
}

bool out_write(struct apply_session *a)
{
    return orders_write(a) && events_write(a) && events_move(a, EVENTS_OF_ORDERS, &a->out.events_moved) && lines_write(a) &&
           assertion_write(a, EVENTS_OF_ORDERS, a->out.assertions.rows, a->out.assertions.n) && outbox_follow(a);
}
