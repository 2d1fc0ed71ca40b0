/* What answer_explain.c and explain_if.c share. Nobody else includes this. */
#ifndef ZG_DESK_EXPLAIN_PARTS_H
#define ZG_DESK_EXPLAIN_PARTS_H
#include "desk/answer_json.h"
#include "desk/explain.h"
#include "desk/plan_facts.h"

/* Adds "decision" and all that follows from it. */
void put_plan(struct answer *w, json_t *o, const struct policy *p, const struct plan_facts *f, const struct reminder_plan *plan);
const char *plan_verdict_word(enum contact_verdict v); /* "send", "hold", "never" */
#endif
