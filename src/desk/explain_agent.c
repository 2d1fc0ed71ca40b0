/* Who is to do what the plan says of one order: as the queue gives it out now, or as the team is planned at the minute until which it is held. */
#include "desk/explain_parts.h"
#include "desk/queue.h"

/* Among all that is due now; an order that a person cannot remind about by hand yet stands in the line by when its wave counts from. */
static bool among_due(struct answer *w, const struct team_due *order, struct team *team, struct assignment *ret)
{
    struct queue_found f;
    if (!queue_find(w, &f)) return false;
    const int64_t n = f.today.due_count;
    for (int64_t i = 0; i < n; i++)
        if (f.due[i].order_id == order->order_id) {
            *ret = f.assigned[i];
            *team = f.team;
            return true;
        }
    struct team_due *due = ARENA_ARRAY(&w->arena, struct team_due, (size_t)n + 1);
    struct assignment *got = ARENA_ARRAY(&w->arena, struct assignment, (size_t)n + 1);
    if (!due || !got) return false;
    if (n > 0) memcpy(due, f.due, (size_t)n * sizeof *due);
    due[n] = *order;
    if (!team_assign(&w->arena, &f.team, due, n + 1, got)) return false;
    *ret = got[n];
    *team = f.team;
    return true;
}

bool explain_agent(struct answer *w, const struct reminder_plan *plan, struct plan_found *found, struct reason *ret_why)
{
    const struct answer_ask *q = w->ask;
    const bool now = plan->by_hand || plan->verdict == CONTACT_SEND, later = !now && plan->verdict == CONTACT_HOLD && plan->until_ms != INSTANT_NONE;
    const struct team_due order = { .order_id = found->row.order_id, .customer_id = found->row.order.customer_id, .placed_at_ms = found->row.order.placed_at_ms,
                                    .due_at_ms = plan->due_at_ms, .order_no = found->row.order_no, .wave = plan->wave };
    struct team team;
    struct assignment got;
    *ret_why = (struct reason){ NULL, TEXT_NONE, TEXT_NONE };
    if (!now && !later) return true;
    const bool ok = now ? among_due(w, &order, &team, &got)
        : team_find(q->store, q->shop, q->policy, &w->arena, plan->until_ms, &team) && team_assign(&w->arena, &team, &order, 1, &got);
    if (!ok) {
        w->failed = true;
        return false;
    }
    *ret_why = got.reason;
    if (got.agent >= 0) found->facts.agent = team.agents[got.agent].name;
    return true;
}
