/* What is to become of a message that is due: the facts of its order, the desk's whole plan (core/run/reminder_plan.h), a step of its life.
 * The runner asks here with a reading connection, the sender with the writer's own, in the transaction that leases. */
#ifndef ZG_DESK_OUTBOX_DECIDE_H
#define ZG_DESK_OUTBOX_DECIDE_H
#include "desk/plan_facts.h"
#include "store/outbox_store.h"
#include "store/policy_store.h"

/* What records tell about people, read again when an import has told more of them; by one thread at a time. */
struct outbox_people { struct plan_people people; int64_t store_id, key[3], hour; uint64_t rollbacks; bool loaded; };
void outbox_people_release(struct outbox_people *p);

struct outbox_look {
    struct policy policy;
    struct plan_desk desk;
    unsigned on;                /* bits 1 << channel: by which reminders may go out by themselves */
    bool dark;                  /* the feed is: nothing can be decided */
    bool begun;
};
/* In a transaction of s; outbox_look_end is called either way. False on a database failure. */
bool outbox_look_begin(struct outbox_look *l, struct store *s, const struct shop *shop, int64_t now_ms, struct outbox_people *people);
void outbox_look_end(struct outbox_look *l);

/* The step for this message: HOLD, REFUSE, or LEASE, which only a lane of its own way gives (CHANNEL_NONE: what may be sent now is held for its
 * lane, until now). False on a database failure. */
bool outbox_look_at(struct outbox_look *l, const struct outbox_row *row, enum channel lane, struct outbox_verdict *ret);
#endif
