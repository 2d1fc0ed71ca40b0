/* The reminder desk: the queue, giving out what is due, the board. */
#include "desk/queue.h"
#include "desk/writer.h"
#include "web/call.h"
#include "web/pages.h"
#include "web/reply.h"

/* agent: a number, "none" or "all" (also when absent). */
void queue_read(struct call *c, struct store *s)
{
    const struct text agent = target_arg(&c->target, "agent");
    struct queue_ask q = { .agent_id = -1 };
    struct answer_ask ask;
    struct shop shop;
    enum answer_error error = ANSWER_FAILED;
    if (text_is(agent, "none")) q.agent_id = 0;
    else if (agent.len && !text_is(agent, "all") && (!text_to_i64(agent, &q.agent_id) || q.agent_id <= 0)) {
        reply_fault(c, FAULT_FIELD, "agent");
        return;
    }
    if (!call_ask(c, s, web_now_ms(c->web), &shop, &ask)) return;
    json_t *j = answer_queue(&ask, &q, &error);
    reply_answer(c, j, error, s);
}

/* ---- giving out ---- */

struct take { const struct shop *shop; const struct policy *policy; int64_t at_ms, n, changed; const struct team_due *due; };

static bool take_run(struct store *s, void *arg)
{
    struct take *t = arg;
    if (!team_hand_out(s, t->shop, t->policy, t->at_ms, t->due, t->n, &t->changed)) return false;
    if (t->changed > 0) store_touch(s, t->shop->store_id);
    return true;
}

/* What is due was found by this reader a moment ago; whose it is is decided on fresh facts in the writer's transaction. What was paid in
 * between lies in somebody's hands and is not listed. */
static void take_work(struct call *c, struct store *s)
{
    struct answer_ask ask;
    struct shop shop;
    struct take t = { .changed = 0 };
    struct team_due *due = NULL;
    if (!call_ask(c, s, web_now_ms(c->web), &shop, &ask)) return;
    if (!answer_queue_due(&ask, &c->q->arena, &due, &t.n)) {
        reply_internal(c, db_error_message(s->db));
        return;
    }
    t = (struct take){ &shop, ask.policy, ask.now_ms, t.n, 0, due };
    const enum writer_result r = t.n > 0 ? writer_call(desk_writer(c->web->options.desk), take_run, &t) : WRITER_DONE;
    switch (r) {
    case WRITER_DONE: reply_json(c, 200, json_pack("{s:I}", "given", (json_int_t)t.changed)); return;
    case WRITER_FULL: reply_fault(c, FAULT_DISK_FULL, NULL); return;
    case WRITER_STOPPED: reply_fault(c, FAULT_STOPPING, NULL); return;
    case WRITER_REFUSED:
    case WRITER_FAILED: break;
    }
    reply_internal(c, "what is due could not be given out");
}

void queue_take_handle(struct call *c) { call_on_exporter(c, take_work); }

/* ---- the board ---- */

void board_read(struct call *c, struct store *s)
{
    const struct text from = target_arg(&c->target, "from"), to = target_arg(&c->target, "to");
    struct answer_ask ask;
    struct shop shop;
    struct board_ask b;
    enum answer_error error = ANSWER_FAILED;
    if (!call_ask(c, s, web_now_ms(c->web), &shop, &ask)) return;
    b.from_day = zone_day(shop.zone, ask.now_ms);
    b.to_day = b.from_day + 1;
    if (from.len && !answer_day_parse(from, &b.from_day)) reply_fault(c, FAULT_LONG_PERIOD, "from");
    else if (to.len && !answer_day_parse(to, &b.to_day)) reply_fault(c, FAULT_LONG_PERIOD, "to");
    else {
        json_t *j = answer_board(&ask, &b, &error);
        reply_answer(c, j, error, s);
    }
}
