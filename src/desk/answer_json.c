/* JSON values of answers, and the policy table. */
#include "desk/answer_json.h"
#include <inttypes.h>

bool answer_begin(struct answer *w, const struct answer_ask *ask)
{
    *w = (struct answer){ .ask = ask, .latest_ms = INSTANT_NONE, .age_s = INT64_MAX };
    arena_init(&w->arena, &ask->store->env->memory, 0);
    if (!db_begin(ask->store->db) || !query_latest_fact(ask->store, ask->shop, ask->now_ms, &w->latest_ms)) w->failed = true;
    if (w->latest_ms != INSTANT_NONE) w->age_s = (ask->now_ms - w->latest_ms) / MS_PER_S;
    return !w->failed;
}

json_t *answer_end(struct answer *w, json_t *o, enum answer_error *ret_error)
{
    db_rollback(w->ask->store->db); /* it only read */
    if (w->arena.failed) w->failed = true;
    arena_release(&w->arena);
    if (w->failed || !o) {
        json_decref(o);
        if (*ret_error == ANSWER_OK) *ret_error = ANSWER_FAILED;
        return NULL;
    }
    return o;
}

void put(struct answer *w, json_t *o, const char *key, json_t *v)
{
    if (json_object_set_new_nocheck(o, key, v) != 0) w->failed = true;
}

void push(struct answer *w, json_t *list, json_t *v)
{
    if (json_array_append_new(list, v) != 0) w->failed = true;
}

json_t *json_text(struct text t)
{
    return text_empty(t) ? json_null() : json_stringn_nocheck(t.ptr, t.len);
}

json_t *json_count(int64_t n)
{
    return n == CLAIM_NONE ? json_null() : json_integer(n);
}

json_t *lines_title(struct answer *w, const struct lines_row *l)
{
    if (l->lines < 2) return json_text(l->title);
    return json_text(arena_printf(&w->arena, "%.*s +%" PRId64, (int)l->title.len, l->title.ptr, l->lines - 1));
}

json_t *json_minor(const struct answer *w, int64_t minor)
{
    return w->ask->mask & ANSWER_MONEY ? json_count(minor) : json_null();
}

json_t *json_money(const struct answer *w, int64_t minor)
{
    if (minor == CLAIM_NONE || !(w->ask->mask & ANSWER_MONEY)) return json_null();
    json_t *o = json_object(); /* json_pack takes three times as long, and a page has hundreds of these */
    if (json_object_set_new_nocheck(o, "minor", json_integer(minor)) == 0 &&
        json_object_set_new_nocheck(o, "currency", json_string_nocheck(w->ask->shop->currency.code)) == 0) return o;
    json_decref(o);
    return NULL;
}

json_t *json_instant(struct answer *w, int64_t at_ms)
{
    if (at_ms == INSTANT_NONE) return json_null();
    unsigned char block[256];
    struct arena a;
    arena_init_fixed(&a, block, sizeof block);
    struct text t = instant_print(&a, at_ms, w->ask->shop->zone);
    return t.ptr ? json_stringn_nocheck(t.ptr, t.len) : NULL;
}

json_t *json_day(int64_t day)
{
    int year, month, dom;
    civil_from_days(day, &year, &month, &dom);
    return json_sprintf("%04d-%02d-%02d", year, month, dom);
}

json_t *json_words(struct text en, struct text zh)
{
    return json_pack("{s:o, s:o}", "en", json_text(en), "zh", json_text(zh));
}

json_t *json_reason(const struct reason *r)
{
    return json_pack("{s:s, s:o, s:o}", "rule", r->rule, "en", json_text(r->en), "zh", json_text(r->zh));
}

bool answer_stale(const struct answer *w)
{
    return w->age_s > w->ask->policy->feed_stale_after_s;
}

void put_age(struct answer *w, json_t *o)
{
    put(w, o, "data_age_s", w->age_s == INT64_MAX ? json_null() : json_integer(w->age_s));
    put(w, o, "latest_fact_at", json_instant(w, w->latest_ms));
    put(w, o, "stale", json_boolean(answer_stale(w)));
}

json_t *answer_feed(const struct answer_ask *q, enum answer_error *ret_error)
{
    struct answer w;
    json_t *o = NULL;
    *ret_error = ANSWER_OK;
    if (answer_begin(&w, q)) {
        o = json_object();
        put(&w, o, "store", json_text(text_from_cstr(q->shop->key)));
        put(&w, o, "latest_fact_at", json_instant(&w, w.latest_ms));
        put(&w, o, "age_s", w.age_s == INT64_MAX ? json_null() : json_integer(w.age_s));
        put(&w, o, "stale", json_boolean(answer_stale(&w)));
    }
    return answer_end(&w, o, ret_error);
}

void put_order(struct answer *w, json_t *o, const struct order_row *r, const struct lines_row *l)
{
    put(w, o, "order", json_text(r->order_no));
    put(w, o, "state", json_string(order_state_word(order_state_at(&r->order, w->ask->now_ms))));
    put(w, o, "placed_at", json_instant(w, r->order.placed_at_ms));
    put(w, o, "paid_at", json_instant(w, r->order.paid_at_ms));
    put(w, o, "amount", json_money(w, r->order.total_minor));
    put(w, o, "paid", json_money(w, r->order.paid_at_ms == INSTANT_NONE ? CLAIM_NONE : r->order.paid_minor));
    put(w, o, "refund", json_money(w, r->order.refund_minor));
    put(w, o, "pieces", json_count(r->order.pieces != CLAIM_NONE ? r->order.pieces : l->pieces));
    put(w, o, "region", json_text(r->order.region));
}
