/* The ledger of messages that go out by themselves, and a person's word about an unknown one; as desk/outbox.h tells them. */
#include "desk/outbox.h"
#include "web/call.h"
#include "web/pages.h"
#include "web/reply.h"

enum { OUTBOX_PAGE_ROWS = 50 };

void outbox_read(struct call *c, struct store *s)
{
    struct shop shop;
    enum answer_error error = ANSWER_FAILED;
    struct outbox_ask o = { .state = OUTBOX_NONE, .after = target_arg(&c->target, "after"), .limit = OUTBOX_PAGE_ROWS };
    const struct text state = target_arg(&c->target, "state");
    if (!text_empty(state) && !outbox_state_parse(state, &o.state)) {
        reply_fault(c, FAULT_FIELD, "state");
        return;
    }
    struct answer_ask ask;
    if (!call_ask(c, s, web_now_ms(c->web), &shop, &ask)) return;
    json_t *j = answer_outbox(&ask, &o, &error);
    reply_answer(c, j, error, s);
}

/* Waits for the writer: a person presses this. */
void outbox_resolve_read(struct call *c, struct store *s)
{
    struct shop shop;
    struct desk_message message = { 0 };
    struct text order, what;
    const json_t *wave = json_object_get(c->body, "wave");
    if (!call_shop(c, s, &shop) || !call_text(c, "order", 1, LIMIT_ORDER_NO_BYTES, &order) || !call_text(c, "what", 1, 16, &what)) return;
    if (!json_is_integer(wave) || json_integer_value(wave) < 1 || json_integer_value(wave) > OUTBOX_WAVE_LAST) {
        reply_fault(c, FAULT_FIELD, "wave");
        return;
    }
    if (!text_is(what, "arrived") && !text_is(what, "again")) {
        reply_fault(c, FAULT_FIELD, "what");
        return;
    }
    const struct outbox_resolve_ask ask = { c->params[0], order, (int)json_integer_value(wave), text_is(what, "again"), c->who.user_id };
    const enum desk_result r = desk_outbox_resolve(c->web->options.desk, &ask, &message);
    if (r != DESK_DONE) reply_message(c, r, &message);
    else reply_json(c, 200, json_pack("{s:b}", "ok", 1));
}
