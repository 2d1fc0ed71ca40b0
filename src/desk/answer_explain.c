/* See explain.h: one order as it is. */
#include "desk/explain_parts.h"

const char *plan_verdict_word(enum contact_verdict v)
{
    switch (v) {
    case CONTACT_SEND: return "send";
    case CONTACT_HOLD: return "hold";
    case CONTACT_NEVER: return "never";
    }
    return "never";
}

static json_t *wave_json(const struct reminder_plan *plan) { return plan->wave > 0 ? json_integer(plan->wave) : json_null(); }

static json_t *channel_json(const struct reminder_plan *plan)
{
    return plan->channel == CHANNEL_NONE ? json_null() : json_string(channel_word(plan->channel));
}

void put_plan(struct answer *w, json_t *o, const struct policy *p, const struct plan_facts *f, const struct reminder_plan *plan)
{
    const struct reason why = plan_say(&w->arena, p, f, plan);
    put(w, o, "decision", json_string(plan_verdict_word(plan->verdict)));
    put(w, o, "wave", wave_json(plan));
    put(w, o, "until", plan->verdict == CONTACT_HOLD ? json_instant(w, plan->until_ms) : json_null());
    put(w, o, "agent", json_text(f->agent));
    put(w, o, "channel", channel_json(plan));
    put(w, o, "reason", json_reason(&why));
    put(w, o, "rule", json_string(plan_word(plan)));
    put(w, o, "source", json_string(plan_source(plan)));
    put(w, o, "source_zh", json_text(source_zh(plan_source(plan))));
    put(w, o, "by_hand", json_boolean(plan->by_hand));
    put(w, o, "reaches", json_boolean(plan_reaches(f, plan->channel)));
    put(w, o, "due_at", json_instant(w, plan->due_at_ms));
    put(w, o, "closes_at", json_instant(w, plan->closes_at_ms));
}

/* The facts of one order; false and *ret_error when there is none or something failed. */
static bool find(struct answer *w, struct text order_no, struct plan_found *ret, enum answer_error *ret_error)
{
    const struct answer_ask *q = w->ask;
    struct plan_desk d;
    const bool ok = plan_desk_begin(&d, &(struct plan_desk_ask){ .store = q->store, .shop = q->shop, .policy = q->policy, .now_ms = q->now_ms }) &&
                    plan_facts_find(&d, &w->arena, order_no, ret);
    plan_desk_end(&d);
    if (!ok) w->failed = true;
    else if (!ret->found) *ret_error = ANSWER_NOT_FOUND;
    return ok && ret->found;
}

json_t *answer_explain(const struct answer_ask *q, struct text order_no, enum answer_error *ret_error)
{
    struct answer w;
    struct plan_found found;
    struct reason whom;
    json_t *o = NULL;
    *ret_error = ANSWER_OK;
    if (answer_begin(&w, q) && find(&w, order_no, &found, ret_error)) {
        const struct reminder_plan plan = plan_check(q->policy, &found.facts);
        (void)explain_agent(&w, &plan, &found, &whom);
        o = json_object();
        put(&w, o, "at", json_instant(&w, q->now_ms));
        put_age(&w, o);
        put(&w, o, "order", json_text(found.row.order_no));
        put_plan(&w, o, q->policy, &found.facts, &plan);
        put(&w, o, "left_alone", json_pack("{s:b,s:b,s:b}", "opted_out", (int)found.facts.contact.opted_out, "complained", (int)found.facts.contact.complained,
                                           "dispute_open", (int)found.facts.contact.dispute_open));
        put(&w, o, "agent_reason", whom.rule ? json_reason(&whom) : json_null());
    }
    return answer_end(&w, o, ret_error);
}

json_t *answer_explain_cli(const struct answer_ask *q, struct text order_no, bool zh, enum answer_error *ret_error)
{
    struct answer w;
    struct plan_found found;
    struct reason whom;
    json_t *o = NULL;
    *ret_error = ANSWER_OK;
    if (answer_begin(&w, q) && find(&w, order_no, &found, ret_error)) {
        const struct reminder_plan plan = plan_check(q->policy, &found.facts);
        (void)explain_agent(&w, &plan, &found, &whom);
        const struct reason why = plan_say(&w.arena, q->policy, &found.facts, &plan);
        o = json_object();
        put(&w, o, "decision", json_string(plan_verdict_word(plan.verdict)));
        put(&w, o, "wave", wave_json(&plan));
        put(&w, o, "until", plan.verdict == CONTACT_HOLD ? json_instant(&w, plan.until_ms) : json_null());
        put(&w, o, "agent", json_text(found.facts.agent));
        put(&w, o, "channel", channel_json(&plan));
        put(&w, o, "reason", json_text(zh ? why.zh : why.en));
        put(&w, o, "rule", json_string(plan_word(&plan)));
        put(&w, o, "source", zh ? json_text(source_zh(plan_source(&plan))) : json_string(plan_source(&plan)));
        put(&w, o, "by_hand", json_boolean(plan.by_hand));
        put(&w, o, "agent_rule", whom.rule ? json_string(whom.rule) : json_null());
        put(&w, o, "agent_reason", json_text(zh ? whom.zh : whom.en));
    }
    return answer_end(&w, o, ret_error);
}
