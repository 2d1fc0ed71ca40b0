/* The threads of a desk that serves by which messages go out by themselves: one runner, and a sender for each way of each shop by which the
 * owner lets reminders go out. No switch, no sender: a fresh shop sends nothing. */
#ifndef ZG_DESK_OUTBOX_DESK_H
#define ZG_DESK_OUTBOX_DESK_H
#include "desk/runner.h"
#include "desk/sender.h"

enum { OUTBOX_TICK_MS = 1000, OUTBOX_TURN_MS = 250, OUTBOX_LANES_MAX = 2 * LIMIT_STORES };
struct outbox_desk;
/* The ways live longer than the threads. NULL: out of memory. */
struct outbox_desk *outbox_desk_start(const struct runner_ask *ask, const struct sender_ways *ways);
void outbox_desk_ask_stop(struct outbox_desk *o);  /* leases nothing any more; what is not begun goes back */
void outbox_desk_stop(struct outbox_desk *o);      /* waits for what is being sent, at most as long as one message may take; before writer_stop */
#endif
