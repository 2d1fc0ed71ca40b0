/* Team: GET /stores/{store}/team, changes of the owner or an operator, and everybody's own coming and going. */
#include "desk/team_change.h"
#include "web/call.h"
#include "web/pages.h"
#include "web/reply.h"

void team_read(struct call *c, struct store *s)
{
    struct shop shop;
    enum answer_error error = ANSWER_FAILED;
    const struct text week = target_arg(&c->target, "week");
    struct team_view v = { .day = INT64_MIN, .user_id = c->who.user_id, .with_accounts = c->who.role == ROLE_OWNER || c->who.role == ROLE_OPERATOR };
    if (!text_empty(week) && !answer_day_parse(week, &v.day)) { reply_fault(c, FAULT_PERIOD, "week"); return; }
    struct answer_ask ask;
    if (!call_ask(c, s, web_now_ms(c->web), &shop, &ask)) return;
    json_t *o = answer_team(&ask, &v, &error);
    reply_answer(c, o, error, s);
}

/* Waits for the writer: shifts are painted now and then. */
static void change(struct call *c, struct store *s, bool only_self)
{
    struct desk_message m = { 0 };
    struct shop shop;
    json_t *changes = json_object_get(c->body, "changes");
    if (!json_is_array(changes)) { reply_fault(c, FAULT_FIELD, "changes"); return; }
    if (!call_shop(c, s, &shop)) return;
    const struct team_ask ask = { c->params[0], changes, c->who.user_id, only_self };
    const enum desk_result r = desk_team_change(c->web->options.desk, &ask, &m);
    if (r == DESK_DONE) reply_ok(c);
    else reply_message(c, r, &m);
}

void team_change_read(struct call *c, struct store *s) { change(c, s, false); }
void team_self_read(struct call *c, struct store *s) { change(c, s, true); }
