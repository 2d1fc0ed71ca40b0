/* The team at an instant: who is here, how much each has in hand, who served which buyer; and the reminders that are due, given out.
 *
 * Read in this order: team_find (facts from the store, as core/run/assignment.h wants them), team_assign (a list of due reminders ->
 * whose they are), team_hand_out (the same, written down so that it stays so). All on one connection, in one snapshot when the caller
 * holds one. Zone of shifts and rota: the shop's. */
#ifndef ZG_DESK_TEAM_H
#define ZG_DESK_TEAM_H
#include "store/agent_store.h"
#include "store/query_team.h"

struct team_served { int64_t customer_id, began_ms; int agent; bool open; }; /* the latest chat of a buyer with each agent */
struct team {
    struct agent_books books;
    struct shift_plan *plans;                 /* of each agent of the books */
    struct assignment_agent *agents;          /* likewise */
    int *chats;                               /* likewise: chats that are open, in any of the merchant's shops */
    int *reminders, *load;                    /* likewise, since team_assign: reminders that are theirs, and all they have with these */
    struct assignment_desk desk;
    struct team_served *served; int64_t served_count;   /* by customer, the latest first */
    struct hand *hands; int64_t hand_count;   /* by order, then wave */
    int64_t talks_as_of_ms;                   /* INSTANT_NONE: no file ever told of chats */
};
/* False on a database failure or when memory ran out (s->db or the arena tells). */
bool team_find(struct store *s, const struct shop *shop, const struct policy *p, struct arena *a, int64_t at_ms, struct team *ret);

/* A reminder that is due. */
struct team_due { int64_t order_id, customer_id /* CLAIM_NONE: unknown */, placed_at_ms, due_at_ms; struct text order_no; int wave; };
/* ret[i] belongs to due[i]; agent is a place in t->agents. What was paid or marked since it was given out is not due and so in nobody's
 * hands any more. Counts t->reminders and t->load. False when memory ran out. */
bool team_assign(struct arena *a, struct team *t, const struct team_due *due, int64_t n, struct assignment *ret);
/* Writes down who has what from now on (in the writer's transaction), and counts what changed hands. Facts are read anew. */
bool team_hand_out(struct store *s, const struct shop *shop, const struct policy *p, int64_t at_ms, const struct team_due *due, int64_t n, int64_t *ret_changed);
#endif
