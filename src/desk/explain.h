/* What the desk would do about one order at one instant, and why: for `zhanggui explain`, the page of an order, and the tester. All three ask
 * plan_check (core/run/reminder_plan.h) on facts that desk/plan_facts.h gathers, so that they answer with the very same rule. */
#ifndef ZG_DESK_EXPLAIN_H
#define ZG_DESK_EXPLAIN_H
#include "desk/answer.h"
#include "desk/commands.h"
#include "store/suppression_store.h"

/* GET /stores/{key}/explain: {"at","data_age_s","latest_fact_at","stale","order","decision":"send"|"hold"|"never","wave","until","agent","channel",
 * "reason":{"rule","en","zh"},"rule","source","by_hand","reaches","due_at","closes_at","left_alone":{"opted_out","complained","dispute_open"},"agent_reason":{"rule","en","zh"}: why that one or nobody}. wave, channel and until are null where there is none;
 * reaches: is there an address for the channel. ANSWER_NOT_FOUND: no such order. */
json_t *answer_explain(const struct answer_ask *q, struct text order_no, enum answer_error *ret_error);
/* `zhanggui explain --json`: {"decision","wave","until","agent","channel","reason": in one language,"rule","source","by_hand",
 * "agent_rule","agent_reason"}. */
json_t *answer_explain_cli(const struct answer_ask *q, struct text order_no, bool zh, enum answer_error *ret_error);
/* The tester: the same answer on supposed facts. what: an object of any of
 *   order           begin with the facts of this order; without it an unpaid order of 40 minutes, of a buyer in the store's country, on fresh data
 *   age_s | placed_at, paid_at, cancelled_at, country, on_delivery, presale, held_out
 *   class ("service", "commercial"), consent ("given", "refused"), opted_out, complained, dispute_open, bad_review_open, phone, email
 *   feed_age_s, contacts: [instant ..], marks: [{"wave","outcome":"done"|"skipped"|"unreached","at"} ..]
 *   event_from, event_until, balance_from, balance_until
 *   policy: {term: value ..}   instead of the shop's own
 *   strip: {"from","hours": 1..72}   also tell every minute of it on the same facts: "strip":[{"from","until","decision","wave","channel","rule",
 *                   "reason": of its first minute}]
 * and the rule table: "rules":[{"rule","verdict","en","zh","source","speaks"}]. NULL with *ret_field: that field is none of these, or is wrong. */
json_t *answer_explain_if(const struct answer_ask *q, const json_t *what, const char **ret_field, enum answer_error *ret_error);

/* `zhanggui waves --json`: the orders placed on days [from_day, to_day) of the store, played again by the plan as answer_waves.c says:
 * {"from","to","currency","orders","waves":[{"wave","sent","amount_minor","recoverable","recoverable_minor","disturbed","disturbed_share"}],
 * "hours":[the same of an hour of the store, with "hour","wave_1","wave_2","wave_3" sent],"delays":[{"delay_s","unpaid","disturbed","share"}]}.
 * recoverable: reminded, and never paid within the time; disturbed: reminded, and paid by themselves afterwards; delays: the same had everybody been
 * contacted after exactly that time. ANSWER_MANY_ORDERS: more orders than can be played at once. */
json_t *answer_waves(const struct answer_ask *q, int64_t from_day, int64_t to_day, enum answer_error *ret_error);

/* Keeping somebody from being contacted, or letting it again. */
struct suppress_ask {
    struct text store;
    struct text order_no;   /* whoever placed this order; else */
    struct text who;        /* a buyer's name, a customer's number, a phone, an e-mail address */
    enum stop stop;
    bool remove;
    int64_t user_id;
};
/* *ret_changed: by how many things (name, phone, address) the person is known and now (no longer) kept. Refused where nobody is named. */
enum desk_result desk_suppress(struct desk *d, const struct suppress_ask *ask, int *ret_changed, struct desk_message *ret);
#endif
