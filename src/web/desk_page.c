/* Today, orders, records of other subjects and the review of a period, as desk/answer.h tells them; marks on reminders. */
#include "store/mark_store.h"
#include "store/policy_store.h"
#include "web/call.h"
#include "web/pages.h"
#include "web/reply.h"

/* An instant in the query, INSTANT_NONE where there is none: false when answered. */
static bool read_instant(struct call *c, const char *name, int64_t *ret)
{
    struct text t = target_arg(&c->target, name);
    int64_t at = INSTANT_NONE;
    if (t.len && !instant_parse(t, &at)) {
        reply_fault(c, FAULT_FIELD, name);
        return false;
    }
    *ret = at;
    return true;
}

bool call_ask(struct call *c, struct store *s, int64_t at_ms, struct shop *ret_shop, struct answer_ask *ret)
{
    if (!call_shop(c, s, ret_shop)) return false;
    if (!policy_load(s, ret_shop, &c->policy)) {
        reply_internal(c, db_error_message(s->db));
        return false;
    }
    *ret = (struct answer_ask){ .store = s, .shop = ret_shop, .policy = &c->policy, .now_ms = at_ms, .mask = c->mask };
    return true;
}

bool call_at(struct call *c, struct text t, int64_t *ret)
{
    *ret = web_now_ms(c->web);
    if (text_empty(t) || instant_parse(t, ret)) return true;
    reply_fault(c, FAULT_FIELD, "at");
    return false;
}

void today_read(struct call *c, struct store *s)
{
    struct shop shop;
    struct answer_ask ask;
    int64_t at_ms;
    enum answer_error error = ANSWER_FAILED;
    if (!call_at(c, target_arg(&c->target, "at"), &at_ms) || !call_ask(c, s, at_ms, &shop, &ask)) return;
    json_t *j = answer_today(&ask, &error);
    reply_answer(c, j, error, s);
}

/* An instant, or a day of the store ("2020-02-01"): its beginning, or with `end` the beginning of the next. */
static bool read_bound(struct call *c, const struct shop *shop, const char *name, bool end, int64_t *ret)
{
    struct text t = target_arg(&c->target, name);
    int64_t day;
    if (!answer_day_parse(t, &day)) return read_instant(c, name, ret);
    *ret = zone_day_start_ms(shop->zone, day + (end ? 1 : 0));
    return true;
}

static bool read_limit(struct call *c, int *ret)
{
    struct text t = target_arg(&c->target, "limit");
    int64_t n = 50;
    if (t.len && (!text_to_i64(t, &n) || n < 1 || n > LIMIT_PAGE_ROWS)) {
        reply_fault(c, FAULT_FIELD, "limit");
        return false;
    }
    *ret = (int)n;
    return true;
}

void orders_read(struct call *c, struct store *s)
{
    struct shop shop;
    enum answer_error error = ANSWER_FAILED;
    struct orders_ask o = { .state = target_arg(&c->target, "state"), .search = target_arg(&c->target, "q"),
                            .after = target_arg(&c->target, "after") };
    struct answer_ask ask;
    if (!call_ask(c, s, web_now_ms(c->web), &shop, &ask) || !read_limit(c, &o.limit) || !read_bound(c, &shop, "from", false, &o.from_ms)
        || !read_bound(c, &shop, "to", true, &o.to_ms))
        return;
    json_t *j = answer_orders(&ask, &o, &error);
    reply_answer(c, j, error, s);
}

void order_read(struct call *c, struct store *s)
{
    struct shop shop;
    enum answer_error error = ANSWER_FAILED;
    struct answer_ask ask;
    if (!call_ask(c, s, web_now_ms(c->web), &shop, &ask)) return;
    json_t *j = answer_order(&ask, c->params[1], &error);
    reply_answer(c, j, error, s);
}

void records_read(struct call *c, struct store *s)
{
    struct shop shop;
    enum answer_error error = ANSWER_FAILED;
    struct records_ask r = { .subject = target_arg(&c->target, "subject"), .search = target_arg(&c->target, "q"), .grain = target_arg(&c->target, "grain"),
                             .disputed = text_is(target_arg(&c->target, "disputed"), "1"), .after = target_arg(&c->target, "after") };
    struct answer_ask ask;
    if (!call_ask(c, s, web_now_ms(c->web), &shop, &ask) || !read_limit(c, &r.limit) || !read_bound(c, &shop, "from", false, &r.from_ms) ||
        !read_bound(c, &shop, "to", true, &r.to_ms))
        return;
    json_t *j = answer_records(&ask, &r, &error);
    reply_answer(c, j, error, s);
}

void data_read(struct call *c, struct store *s)
{
    struct shop shop;
    enum answer_error error = ANSWER_FAILED;
    struct answer_ask ask;
    if (!call_ask(c, s, web_now_ms(c->web), &shop, &ask)) return;
    json_t *j = answer_data(&ask, &error);
    reply_answer(c, j, error, s);
}

void review_read(struct call *c, struct store *s)
{
    struct shop shop;
    enum answer_error error = ANSWER_FAILED;
    struct text compare = target_arg(&c->target, "compare");
    struct review_ask r = { .compare = !text_is(compare, "none") };
    struct answer_ask ask;
    if (!call_ask(c, s, web_now_ms(c->web), &shop, &ask)) return;
    if (!answer_day_parse(target_arg(&c->target, "from"), &r.from_day)) { reply_fault(c, FAULT_PERIOD, "from"); return; }
    if (!answer_day_parse(target_arg(&c->target, "to"), &r.to_day)) { reply_fault(c, FAULT_PERIOD, "to"); return; }
    json_t *j = answer_review(&ask, &r, &error);
    reply_answer(c, j, error, s);
}

/* ---- marks ---- */

static void marked(void *ctx, enum desk_result result, const struct desk_message *message) { reply_message(ctx, result, message); }

static void post_mark(struct call *c, struct mark_ask *ask)
{
    int64_t wave = json_integer_value(json_object_get(c->body, "wave"));
    if (wave != 1 && wave != 2) {
        reply_fault(c, FAULT_FIELD, "wave");
        return;
    }
    ask->store = c->params[0];
    ask->order_no = c->params[1];
    ask->wave = (int)wave;
    ask->user_id = c->who.user_id;
    call_defer(c);
    desk_mark_post(c->web->options.desk, ask, marked, c);
}

void mark_handle(struct call *c)
{
    struct text outcome;
    struct mark_ask ask = { .outcome = MARK_NONE };
    if (!call_text(c, "outcome", 1, 16, &outcome) || !call_text(c, "reason", 0, 500, &ask.reason) || !call_text(c, "text", 0, TEXT_KEY_MAX, &ask.text_key))
        return;
    ask.outcome = mark_outcome_parse(outcome);
    if (ask.outcome == MARK_NONE) reply_fault(c, FAULT_FIELD, "outcome");
    else if (ask.outcome == MARK_SKIPPED && text_empty(text_trim(ask.reason))) reply_fault(c, FAULT_REASON_NEEDED, "reason");
    else post_mark(c, &ask);
}

void unmark_handle(struct call *c) { post_mark(c, &(struct mark_ask){ .outcome = MARK_NONE }); }

/* ---- the contact policy ---- */

void policy_read(struct call *c, struct store *s)
{
    struct shop shop;
    struct answer_ask ask;
    if (!call_ask(c, s, web_now_ms(c->web), &shop, &ask)) return;
    reply_json(c, 200, answer_policy(ask.policy));
}

/* {"values": {"wave1_after_s": 900, "quiet_from_min": null}}: null is the default again. */
static bool read_values(struct call *c, struct policy_value *values, int *ret_n)
{
    const char *name;
    json_t *v, *all = json_object_get(c->body, "values");
    *ret_n = 0;
    if (!json_is_object(all) || json_object_size(all) == 0 || json_object_size(all) > DESK_POLICY_VALUES_MAX) {
        reply_fault(c, FAULT_FIELD, "values");
        return false;
    }
    json_object_foreach(all, name, v) {
        if (!json_is_null(v) && !json_is_integer(v)) {
            reply_fault(c, FAULT_FIELD, "values");
            return false;
        }
        values[(*ret_n)++] = (struct policy_value){ text_from_cstr(name), json_integer_value(v), json_is_null(v) };
    }
    return true;
}

/* Waits for the writer: rules are changed a few times in a shop's life. */
void policy_set_read(struct call *c, struct store *s)
{
    struct policy_value values[DESK_POLICY_VALUES_MAX];
    struct shop shop;
    struct desk_message message = { 0 };
    int n;
    if (!call_shop(c, s, &shop) || !read_values(c, values, &n)) return;
    const struct policy_ask ask = { c->params[0], values, n, c->who.user_id };
    const enum desk_result r = desk_policy_set(c->web->options.desk, &ask, &message);
    if (r != DESK_DONE) reply_message(c, r, &message);
    else reply_json(c, 200, json_pack("{s:b}", "ok", 1));
}
