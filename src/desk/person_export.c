/* See person.h: everything that is kept about one customer, as the person may ask for it. */
#include "desk/answer_json.h"
#include "desk/person_parts.h"
#include "store/query_record.h"
#include "store/query_store.h"
#include "store/suppression_store.h"

struct cells { struct answer *w; json_t *list; };

/* A row of cells as a file told them, with which order they are about and as of when. */
static bool cells_one(void *ctx, struct text order_no, int64_t as_of_ms, const struct person_cells *p)
{
    const struct cells *c = ctx;
    json_t *o = json_object();
    put(c->w, o, "order", json_text(order_no));
    put(c->w, o, "as_of", json_instant(c->w, as_of_ms));
    put(c->w, o, "buyer", json_text(p->buyer));
    put(c->w, o, "name", json_text(p->name));
    put(c->w, o, "phone", json_text(p->phone));
    put(c->w, o, "address", json_text(p->address));
    put(c->w, o, "email", json_text(p->email));
    put(c->w, o, "buyer_note", json_text(p->buyer_note));
    put(c->w, o, "seller_note", json_text(p->seller_note));
    push(c->w, c->list, o);
    return !c->w->failed;
}

static json_t *persons_json(struct answer *w, const struct erase_plan *plan)
{
    struct cells c = { w, json_array() };
    for (size_t i = 0; i < plan->order_count; i++)
        if (!erase_cells_each(w->ask->store, w->ask->shop, plan->orders[i], cells_one, &c)) w->failed = true;
    return c.list;
}

/* ---- records of the other lists ---- */

struct record_told_list { struct answer *w; enum subject subject; json_t *list; };

static bool record_cell_one(void *ctx, int field, int64_t as_of_ms, struct text t)
{
    const struct record_told_list *l = ctx;
    push(l->w, l->list, json_pack("{s:s,s:o,s:o}", "field", record_field(l->subject, field)->word, "as_of", json_instant(l->w, as_of_ms), "value", json_text(t)));
    return !l->w->failed;
}

static bool record_one(void *ctx, const struct record_found *r)
{
    const struct cells *c = ctx;
    struct record_told_list told = { c->w, r->subject, json_array() };
    json_t *o = record_json(c->w, r);
    put(c->w, o, "subject", json_string(subject_word(r->subject)));
    if (!erase_record_cells_each(c->w->ask->store, c->w->ask->shop, r->record_id, record_cell_one, &told)) c->w->failed = true;
    put(c->w, o, "told", told.list);
    push(c->w, c->list, o);
    return !c->w->failed;
}

static json_t *records_json(struct answer *w, struct arena *a, const struct erase_plan *plan)
{
    struct cells c = { w, json_array() };
    int64_t *ids = NULL;
    size_t n = 0;
    if (!erase_records_of(w->ask->store, w->ask->shop, a, plan, &ids, &n)) w->failed = true;
    for (size_t i = 0; i < n && !w->failed; i++)
        if (!query_record(w->ask->store, w->ask->shop, ids[i], record_one, &c)) w->failed = true;
    return c.list;
}

static bool aside_one(void *ctx, int64_t import_id, int64_t line, struct text row)
{
    const struct cells *c = ctx;
    push(c->w, c->list, json_pack("{s:I,s:I,s:o}", "import_id", (json_int_t)import_id, "line", (json_int_t)line, "row", json_text(row)));
    return !c->w->failed;
}

static json_t *set_aside_json(struct answer *w, const struct erase_plan *plan)
{
    struct cells c = { w, json_array() };
    if (!erase_aside_each(w->ask->store, w->ask->shop, plan, aside_one, &c)) w->failed = true;
    return c.list;
}

/* Who is meant: by name or number, or by an order. */
static bool who(struct answer *w, const struct person_ask *ask, struct erase_who *ret)
{
    const struct answer_ask *q = w->ask;
    struct order_row row;
    bool found = false;
    if (!ask->order_no.len) return erase_who_is(q->store, q->shop, ask->customer, ret);
    if (!query_order(q->store, q->shop, &w->arena, ask->order_no, &row, &found)) return false;
    *ret = (struct erase_who){ .found = found, .customer_id = found ? row.order.customer_id : CLAIM_NONE, .order_id = found ? row.order_id : 0 };
    return true;
}

/* The orders one by one, each an answer of its own; after the snapshot above has ended. */
static json_t *orders_json(const struct answer_ask *q, const struct erase_plan *plan, enum answer_error *ret_error)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < plan->order_count; i++) {
        json_t *o = answer_order(q, plan->orders[i], ret_error);
        if (!o && *ret_error == ANSWER_NOT_FOUND) continue; /* a number that an undone import left */
        if (!o || json_array_append_new(list, o) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    *ret_error = ANSWER_OK;
    return list;
}

struct stops { struct answer *w; struct suppression_book book; struct suppressed found; };

static bool stops_take(void *ctx, const struct person_cells *p)
{
    struct stops *s = ctx;
    const struct answer_ask *q = s->w->ask;
    struct suppressed one = { false, false, false };
    if (!suppression_find(q->store, &s->book, q->shop, p, q->now_ms, &one)) {
        s->w->failed = true;
        return false;
    }
    s->found.opted_out |= one.opted_out;
    s->found.complained |= one.complained;
    s->found.dispute_open |= one.dispute_open;
    return true;
}

/* What is kept against contacting the person, told in whichever store of the merchant. */
static json_t *left_alone_json(struct answer *w, struct arena *a, int64_t customer_id)
{
    const struct answer_ask *q = w->ask;
    struct stops *s = ARENA_NEW(a, struct stops);
    if (!s || !suppression_book_load(q->store, q->shop, &s->book)) {
        w->failed = true;
        return json_null();
    }
    s->w = w;
    if (customer_id != CLAIM_NONE && !suppression_cells_each(q->store, q->shop, customer_id, stops_take, s)) w->failed = true;
    return json_pack("{s:b,s:b,s:b}", "opted_out", (int)s->found.opted_out, "complained", (int)s->found.complained, "dispute_open", (int)s->found.dispute_open);
}

json_t *person_export(const struct answer_ask *q, const struct person_ask *ask, enum answer_error *ret_error)
{
    struct answer w;
    struct erase_who meant = { 0 };
    struct erase_plan plan = { 0 };
    struct arena kept;
    json_t *ret = NULL, *orders = NULL;
    *ret_error = ANSWER_OK;
    arena_init(&kept, &q->store->env->memory, 0);
    if (answer_begin(&w, q)) {
        if (!who(&w, ask, &meant) || !erase_plan(q->store, q->shop, &kept, &meant, ask->customer, 0, &plan)) w.failed = true;
        else if (!meant.found) *ret_error = ANSWER_NOT_FOUND;
        else {
            ret = json_object();
            put(&w, ret, "store", json_string(q->shop->key));
            put(&w, ret, "made_at", json_instant(&w, q->now_ms));
            put(&w, ret, "customer", meant.customer_id == CLAIM_NONE ? json_null() : json_integer(meant.customer_id));
            put(&w, ret, "persons", persons_json(&w, &plan));
            put(&w, ret, "records", records_json(&w, &kept, &plan));
            put(&w, ret, "set_aside", set_aside_json(&w, &plan));
            put(&w, ret, "left_alone", left_alone_json(&w, &kept, meant.customer_id));
        }
    }
    ret = answer_end(&w, ret, ret_error);
    if (ret) orders = orders_json(q, &plan, ret_error);
    if (ret && (!orders || json_object_set_new(ret, "orders", orders) != 0)) {
        json_decref(ret);
        ret = NULL;
        if (*ret_error == ANSWER_OK) *ret_error = ANSWER_FAILED;
    }
    arena_release(&kept);
    return ret;
}
