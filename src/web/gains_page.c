/* Was it worth it: the best first delay, what reminding brings, and how texts fare, as desk/answer.h and desk/answer_texts.h tell them. */
#include "desk/answer_texts.h"
#include "web/call.h"
#include "web/pages.h"
#include "web/reply.h"

enum { DAYS_MAX = 36600, DAYS = 366 };

/* A whole number in the query: false when answered. Absent: -1, which asks for the policy's. */
static bool read_term(struct call *c, const char *name, int64_t low, int64_t high, int64_t *ret)
{
    const struct text t = target_arg(&c->target, name);
    *ret = -1;
    if (!t.len || (text_to_i64(t, ret) && *ret >= low && *ret <= high)) return true;
    reply_fault(c, FAULT_FIELD, name);
    return false;
}

static bool ask_begin(struct call *c, struct store *s, struct shop *shop, struct answer_ask *ret)
{
    int64_t at_ms;
    return call_at(c, target_arg(&c->target, "at"), &at_ms) && call_ask(c, s, at_ms, shop, ret);
}

void delay_read(struct call *c, struct store *s)
{
    struct shop shop;
    struct answer_ask ask;
    struct delay_ask d = { .persuasion = -1, .decay_h = -1 };
    enum answer_error error = ANSWER_FAILED;
    int64_t persuasion_bp, decay_s;
    if (!read_term(c, "margin_bp", 0, 10000, &d.margin_bp) || !read_term(c, "cost_minor", 0, 1000000000, &d.cost_minor) ||
        !read_term(c, "persuasion_bp", 0, 10000, &persuasion_bp) || !read_term(c, "decay_s", 1, 36000000, &decay_s) ||
        !read_term(c, "days", 1, DAYS_MAX, &d.days) || !ask_begin(c, s, &shop, &ask))
        return;
    if (d.days < 0) d.days = DAYS;
    if (persuasion_bp >= 0) d.persuasion = (double)persuasion_bp / 10000;
    if (decay_s >= 0) d.decay_h = (double)decay_s / 3600;
    json_t *j = answer_delay(&ask, &d, &error);
    reply_answer(c, j, error, s);
}

void lift_read(struct call *c, struct store *s)
{
    struct shop shop;
    struct answer_ask ask;
    enum answer_error error = ANSWER_FAILED;
    if (!ask_begin(c, s, &shop, &ask)) return;
    json_t *j = answer_lift(&ask, &error);
    reply_answer(c, j, error, s);
}

void text_gains_read(struct call *c, struct store *s)
{
    struct shop shop;
    struct answer_ask ask;
    enum answer_error error = ANSWER_FAILED;
    if (!ask_begin(c, s, &shop, &ask)) return;
    json_t *j = answer_text_gains(&ask, &error);
    reply_answer(c, j, error, s);
}
