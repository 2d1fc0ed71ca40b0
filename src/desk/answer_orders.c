/* The list of orders and one order.
 * A page looks at a bounded number of rows: where a filter matches few of them the page may be short, and its cursor goes on. */
#include <assert.h>
#include <inttypes.h>
#include "desk/today_facts.h"

enum { SCAN_MAX = 20000, COUNT_MAX = 50000, WAITING_MAX = 20000 };

/* ---- cursor: "<placed_at_ms>.<order_id>" ---- */

static bool cursor_parse(struct text t, struct orders_cursor *ret)
{
    struct text rest, placed = text_cut(t, '.', &rest);
    return text_to_i64(placed, &ret->placed_at_ms) && text_to_i64(rest, &ret->order_id) && ret->order_id > 0;
}

static bool state_parse(struct text word, int *ret)
{
    for (int s = 0; s < ORDER_STATE_COUNT; s++)
        if (text_is(word, order_state_word((enum order_state)s))) {
            *ret = s;
            return true;
        }
    return false;
}

/* ---- one row ---- */

/* words: of the states that the list has shown so far */
static json_t *order_json(struct answer *w, const struct order_row *r, bool page, json_t *words[ORDER_STATE_COUNT])
{
    const enum order_state state = order_state_at(&r->order, w->ask->now_ms);
    struct lines_row lines = { 0 };
    json_t *o = json_object();
    if (!query_lines_row(w->ask->store, w->ask->shop, &w->arena, r->order_id, &lines)) w->failed = true;
    put_order(w, o, r, &lines);
    if (page) {
        if (!words[state]) words[state] = json_words(order_state_text(state, false), order_state_text(state, true));
        put(w, o, "state_text", json_incref(words[state]));
    }
    put(w, o, "title", lines_title(w, &lines));
    if (page) {
        struct person_cells person = { 0 };
        if (w->ask->mask & ANSWER_BUYER && !query_person(w->ask->store, w->ask->shop, &w->arena, r->order_id, &person)) w->failed = true;
        put(w, o, "buyer", json_text(person.buyer));
    }
    return o;
}

/* ---- the list ---- */

struct listing {
    struct answer *w;
    json_t *rows;
    int state;                    /* -1: all */
    int limit, found, scanned;
    bool page, more;
    struct orders_cursor last;    /* the last row looked at */
    json_t *words[ORDER_STATE_COUNT];
};

static bool list_one(void *ctx, const struct order_row *r)
{
    struct listing *l = ctx;
    if (l->found == l->limit || l->scanned == SCAN_MAX) {
        l->more = true;
        return false;
    }
    l->scanned++;
    l->last = (struct orders_cursor){ r->order.placed_at_ms, r->order_id };
    if (l->state >= 0 && (int)order_state_at(&r->order, l->w->ask->now_ms) != l->state) return true;
    l->found++;
    push(l->w, l->rows, order_json(l->w, r, l->page, l->words));
    return !l->w->failed;
}

static bool list_search(struct listing *l, struct text search, struct orders_filter *f, bool *ret_done)
{
    const struct answer_ask *q = l->w->ask;
    bool first_page = f->before.order_id == INT64_MAX;
    *ret_done = false;
    if (text_empty(search)) return true;
    if (first_page) {
        if (!query_orders_by_number(q->store, q->shop, search, l->limit, list_one, l)) return false;
        l->more = false; /* a longer number finds the others */
        *ret_done = l->found > 0;
        if (*ret_done) return true;
    }
    *ret_done = !(q->mask & ANSWER_BUYER);
    if (*ret_done) return true;
    if (!query_customer(q->store, q->shop, search, &f->customer_id)) return false;
    *ret_done = f->customer_id == CLAIM_NONE;
    return true;
}

static bool list_run(struct listing *l, const struct orders_ask *o, struct orders_filter *f)
{
    const struct answer_ask *q = l->w->ask;
    bool done;
    int64_t waiting;
    if (!list_search(l, o->search, f, &done)) return false;
    if (done) return true;
    if (f->customer_id == CLAIM_NONE && (l->state == ORDER_TO_SHIP || l->state == ORDER_ON_DELIVERY)) {
        if (!query_waiting_count(q->store, q->shop, q->now_ms, WAITING_MAX, &waiting)) return false;
        if (waiting < WAITING_MAX) return query_orders_waiting(q->store, q->shop, f, q->now_ms, list_one, l);
    }
    return query_orders(q->store, q->shop, f, list_one, l);
}

static json_t *counts_json(struct answer *w, int64_t total)
{
    int64_t counts[ORDER_STATE_COUNT];
    if (total >= COUNT_MAX) return json_null();
    if (!query_state_counts(w->ask->store, w->ask->shop, w->ask->now_ms, counts)) return NULL;
    json_t *o = json_object();
    for (int s = ORDER_UNPAID; s < ORDER_STATE_COUNT; s++) put(w, o, order_state_word((enum order_state)s), json_integer(counts[s]));
    return o;
}

static json_t *list_json(struct answer *w, const struct orders_ask *o, bool page, enum answer_error *ret_error)
{
    struct orders_filter f = { o->from_ms == INSTANT_NONE ? INSTANT_FIRST_MS : o->from_ms,
                               o->to_ms == INSTANT_NONE ? INSTANT_LAST_MS : o->to_ms, { INSTANT_LAST_MS, INT64_MAX }, CLAIM_NONE };
    struct listing l = { .w = w, .state = -1, .page = page, .limit = o->limit };
    int64_t total;
    if (l.limit < 1) l.limit = 1;
    if (l.limit > LIMIT_PAGE_ROWS) l.limit = LIMIT_PAGE_ROWS;
    if (!text_empty(o->state) && !state_parse(o->state, &l.state)) *ret_error = ANSWER_BAD_STATE;
    else if (!text_empty(o->after) && !cursor_parse(o->after, &f.before)) *ret_error = ANSWER_BAD_CURSOR;
    if (*ret_error != ANSWER_OK) return NULL;

    l.rows = json_array();
    const bool listed = list_run(&l, o, &f);
    for (int s = 0; s < ORDER_STATE_COUNT; s++) json_decref(l.words[s]);
    if (!listed || (page && !query_order_count(w->ask->store, w->ask->shop, COUNT_MAX, &total))) w->failed = true;
    json_t *ret = json_object();
    put(w, ret, "at", json_instant(w, w->ask->now_ms));
    put_age(w, ret);
    if (page && !w->failed) {
        bool all = l.state < 0 && text_empty(o->search) && o->from_ms == INSTANT_NONE && o->to_ms == INSTANT_NONE;
        put(w, ret, "total", all && total < COUNT_MAX ? json_integer(total) : json_null());
        put(w, ret, "counts", counts_json(w, total));
    }
    put(w, ret, "orders", l.rows);
    put(w, ret, "next", l.more ? json_sprintf("%" PRId64 ".%" PRId64, l.last.placed_at_ms, l.last.order_id) : json_null());
    return ret;
}

json_t *answer_orders(const struct answer_ask *q, const struct orders_ask *o, enum answer_error *ret_error)
{
    struct answer w;
    json_t *ret = NULL;
    *ret_error = ANSWER_OK;
    if (answer_begin(&w, q)) ret = list_json(&w, o, true, ret_error);
    return answer_end(&w, ret, ret_error);
}

json_t *answer_orders_cli(const struct answer_ask *q, const struct orders_ask *o, enum answer_error *ret_error)
{
    struct answer w;
    json_t *ret = NULL;
    *ret_error = ANSWER_OK;
    if (answer_begin(&w, q)) ret = list_json(&w, o, false, ret_error);
    return answer_end(&w, ret, ret_error);
}
