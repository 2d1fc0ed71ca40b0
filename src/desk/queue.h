/* The reminder desk's facts: which reminders are due, whose they are, and what is said. For the page's queue and for giving out.
 * answer_queue.c, answer_team.c, explain_agent.c and the route that gives out include this. */
#ifndef ZG_DESK_QUEUE_H
#define ZG_DESK_QUEUE_H
#include "desk/team.h"
#include "desk/today_facts.h"

struct queue_found {
    struct today_found today;     /* due in the order in which a person works, and held */
    struct team team;
    struct team_due *due;         /* due[i] and assigned[i] belong to today.due[i] */
    struct assignment *assigned;
    int64_t unhanded;             /* of them: to go into somebody's hands that do not hold them yet */
};
/* False when something failed (w->failed). */
bool queue_find(struct answer *w, struct queue_found *ret);
#endif
