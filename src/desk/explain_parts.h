/* What answer_explain.c and explain_if.c share. Nobody else includes this. */
#ifndef ZG_DESK_EXPLAIN_PARTS_H
#define ZG_DESK_EXPLAIN_PARTS_H
#include "desk/answer_json.h"
#include "desk/explain.h"
#include "desk/plan_facts.h"

/* Adds "decision" and all that follows from it. */
void put_plan(struct answer *w, json_t *o, const struct policy *p, const struct plan_facts *f, const struct reminder_plan *plan);
/* Names in found->facts.agent who is to do it, and says why that one or nobody; *ret_why has no rule where nothing is to be done.
 * explain_agent.c; false when something failed (w->failed). */
bool explain_agent(struct answer *w, const struct reminder_plan *plan, struct plan_found *found, struct reason *ret_why);
const char *plan_verdict_word(enum contact_verdict v); /* "send", "hold", "never" */
#endif
