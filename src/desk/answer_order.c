/* One order with its times, lines, people, sources, marks and what is decided about it now. */
#include "desk/today_facts.h"

static json_t *time_json(struct answer *w, int64_t at_ms, bool exact)
{
    if (at_ms == INSTANT_NONE) return json_null();
    return json_pack("{s:o, s:b}", "at", json_instant(w, at_ms), "exact", exact);
}

static json_t *times_json(struct answer *w, const struct order *o)
{
    json_t *t = json_object();
    put(w, t, "placed", time_json(w, o->placed_at_ms, true));
    put(w, t, "paid", time_json(w, o->paid_at_ms, o->paid_exact));
    put(w, t, "shipped", time_json(w, o->shipped_at_ms, o->shipped_exact));
    put(w, t, "delivered", time_json(w, o->delivered_at_ms, o->delivered_exact));
    put(w, t, "cancelled", time_json(w, o->cancelled_at_ms, o->cancelled_exact));
    put(w, t, "refunded", time_json(w, o->refunded_at_ms, o->refunded_exact));
    put(w, t, "ship_by", time_json(w, o->ship_by_ms, true));
    return t;
}

static json_t *lines_json(struct answer *w, int64_t order_id, struct lines_row *ret)
{
    struct line_row *rows;
    int64_t n;
    json_t *list = json_array();
    *ret = (struct lines_row){ TEXT_NONE, 0, CLAIM_NONE };
    if (!query_lines(w->ask->store, w->ask->shop, &w->arena, order_id, &rows, &n)) {
        w->failed = true;
        return list;
    }
    if (n > 0) *ret = (struct lines_row){ rows[0].title, n, 0 };
    else if (!query_lines_row(w->ask->store, w->ask->shop, &w->arena, order_id, ret)) w->failed = true;
    for (int64_t i = 0; i < n; i++) {
        json_t *l = json_object();
        ret->pieces = rows[i].pieces == CLAIM_NONE || ret->pieces == CLAIM_NONE ? CLAIM_NONE : ret->pieces + rows[i].pieces;
        put(w, l, "title", json_text(rows[i].title));
        put(w, l, "options", json_text(rows[i].options));
        put(w, l, "sku_code", json_text(rows[i].sku_code));
        put(w, l, "pieces", json_count(rows[i].pieces));
        put(w, l, "unit", json_money(w, rows[i].unit_minor));
        put(w, l, "amount", json_money(w, rows[i].line_minor));
        push(w, list, l);
    }
    return list;
}

static json_t *person_json(struct answer *w, const struct person_cells *p)
{
    unsigned mask = w->ask->mask;
    json_t *o = json_object();
    put(w, o, "buyer", mask & ANSWER_BUYER ? json_text(p->buyer) : json_null());
    put(w, o, "name", mask & ANSWER_PERSON ? json_text(p->name) : json_null());
    put(w, o, "phone", mask & ANSWER_PERSON ? json_text(p->phone) : json_null());
    put(w, o, "address", mask & ANSWER_PERSON ? json_text(p->address) : json_null());
    put(w, o, "buyer_note", mask & ANSWER_NOTES ? json_text(p->buyer_note) : json_null());
    put(w, o, "seller_note", mask & ANSWER_NOTES ? json_text(p->seller_note) : json_null());
    return o;
}

static json_t *sources_json(struct answer *w, int64_t order_id)
{
    struct source_row *rows;
    int64_t n;
    json_t *list = json_array();
    if (!query_sources(w->ask->store, w->ask->shop, &w->arena, order_id, &rows, &n)) {
        w->failed = true;
        return list;
    }
    for (int64_t i = 0; i < n; i++) {
        json_t *s = json_object();
        put(w, s, "import_id", json_integer(rows[i].import_id));
        put(w, s, "file", json_text(rows[i].file));
        put(w, s, "as_of", json_instant(w, rows[i].as_of_ms));
        put(w, s, "profile", json_text(rows[i].profile));
        put(w, s, "learned_at", json_instant(w, rows[i].learned_at_ms));
        push(w, list, s);
    }
    return list;
}

static json_t *marks_json(struct answer *w, const struct order_mark_row *rows, int64_t n)
{
    json_t *list = json_array();
    for (int64_t i = 0; i < n; i++) {
        json_t *m = json_object();
        put(w, m, "wave", json_integer(rows[i].mark.wave));
        put(w, m, "outcome", json_string(mark_outcome_word(rows[i].mark.outcome)));
        put(w, m, "reason", json_text(rows[i].reason));
        put(w, m, "by", json_text(rows[i].by));
        put(w, m, "at", json_instant(w, rows[i].mark.at_ms));
        push(w, list, m);
    }
    return list;
}

static const char *verdict_word(enum reminder_verdict v)
{
    switch (v) {
    case REMINDER_NONE: return "none";
    case REMINDER_DUE: return "due";
    case REMINDER_HELD: return "held";
    case REMINDER_NEVER: return "never";
    }
    return "none";
}

static json_t *decision_json(struct answer *w, const struct order_row *r)
{
    struct buyer_zones zones = { 0 };
    struct reminder_facts f = { .order = &r->order, .contact = { .now_ms = w->ask->now_ms, .feed_age_s = w->age_s } };
    buyer_zones_fill(&zones, w->ask->store->env, w->ask->shop, r->order.country, &f.contact);
    if (!today_marks_of(w, r, &f)) {
        w->failed = true;
        return json_null();
    }
    struct reminder_decision d = reminder_decide(&w->arena, w->ask->policy, &f);
    return json_pack("{s:s, s:o}", "verdict", verdict_word(d.verdict), "reason", json_reason(&d.reason));
}

static json_t *order_page(struct answer *w, const struct order_row *r)
{
    struct person_cells person;
    struct order_mark_row *marks;
    int64_t mark_count;
    struct lines_row sum;
    enum order_state state = order_state_at(&r->order, w->ask->now_ms);
    const struct answer_ask *q = w->ask;

    if (!query_person(q->store, q->shop, &w->arena, r->order_id, &person) ||
        !query_order_marks(q->store, q->shop, &w->arena, r->order_id, &marks, &mark_count)) {
        w->failed = true;
        return NULL;
    }
    json_t *o = json_object(), *lines = lines_json(w, r->order_id, &sum);
    put_order(w, o, r, &sum);
    put(w, o, "state_text", json_words(order_state_text(state, false), order_state_text(state, true)));
    put_age(w, o);
    put(w, o, "title", json_text(sum.title));
    put(w, o, "buyer", q->mask & ANSWER_BUYER ? json_text(person.buyer) : json_null());
    put(w, o, "times", times_json(w, &r->order));
    put(w, o, "lines", lines);
    put(w, o, "person", person_json(w, &person));
    put(w, o, "sources", sources_json(w, r->order_id));
    put(w, o, "marks", marks_json(w, marks, mark_count));
    put(w, o, "decision", decision_json(w, r));
    return o;
}

json_t *answer_order(const struct answer_ask *q, struct text order_no, enum answer_error *ret_error)
{
    struct answer w;
    struct order_row r;
    bool found = false;
    json_t *o = NULL;
    *ret_error = ANSWER_OK;
    if (answer_begin(&w, q)) {
        if (!query_order(q->store, q->shop, &w.arena, order_no, &r, &found)) w.failed = true;
        else if (!found) *ret_error = ANSWER_NOT_FOUND;
        else o = order_page(&w, &r);
    }
    return answer_end(&w, o, ret_error);
}
