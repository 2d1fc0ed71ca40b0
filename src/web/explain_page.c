/* What the desk would do about an order, the tester of the policy, and keeping a buyer from being contacted; as desk/explain.h tells them. */
#include "desk/explain.h"
#include "web/call.h"
#include "web/pages.h"
#include "web/reply.h"

void explain_read(struct call *c, struct store *s)
{
    struct shop shop;
    struct answer_ask ask;
    enum answer_error error = ANSWER_FAILED;
    const struct text order_no = target_arg(&c->target, "order");
    int64_t at_ms;
    if (!call_at(c, target_arg(&c->target, "at"), &at_ms) || !call_ask(c, s, at_ms, &shop, &ask)) return;
    if (text_empty(order_no)) {
        reply_fault(c, FAULT_FIELD, "order");
        return;
    }
    json_t *j = answer_explain(&ask, order_no, &error);
    reply_answer(c, j, error, s);
}

void explain_if_read(struct call *c, struct store *s)
{
    struct shop shop;
    struct answer_ask ask;
    enum answer_error error = ANSWER_FAILED;
    const char *field = NULL;
    int64_t at_ms;
    if (!call_at(c, text_from_cstr(json_string_value(json_object_get(c->body, "at"))), &at_ms) || !call_ask(c, s, at_ms, &shop, &ask)) return;
    json_t *j = answer_explain_if(&ask, c->body, &field, &error);
    if (!j && field) reply_fault(c, FAULT_FIELD, field);
    else reply_answer(c, j, error, s);
}

/* Waits for the writer: a person presses this. */
void suppress_read(struct call *c, struct store *s)
{
    struct shop shop;
    struct desk_message message = { 0 };
    struct text order, who, stop;
    struct suppress_ask ask = { .store = c->params[0], .user_id = c->who.user_id, .stop = STOP_OPT_OUT };
    int changed = 0;
    if (!call_shop(c, s, &shop) || !call_text(c, "order", 0, LIMIT_ORDER_NO_BYTES, &order) || !call_text(c, "who", 0, 254, &who) ||
        !call_text(c, "because", 0, 16, &stop))
        return;
    if (text_empty(order) == text_empty(text_trim(who))) {
        reply_fault(c, FAULT_FIELD, "who");
        return;
    }
    if (!text_empty(stop) && !stop_find(stop, &ask.stop)) {
        reply_fault(c, FAULT_FIELD, "because");
        return;
    }
    ask.order_no = order;
    ask.who = who;
    ask.remove = json_is_true(json_object_get(c->body, "remove"));
    const enum desk_result r = desk_suppress(c->web->options.desk, &ask, &changed, &message);
    if (r != DESK_DONE) reply_message(c, r, &message);
    else reply_json(c, 200, json_pack("{s:b, s:i}", "ok", 1, "changed", changed));
}
