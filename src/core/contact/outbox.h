/* The life of a message that goes out by itself: one table of what may happen to it, from where to where, under which condition and with
 * which effect.  The store moves a message only along it, the page shows its sentences, the diagram of docs/internals/outbox.md is printed
 * from it.
 *
 * Intent is written down before the effect (leased), the outcome after it (sent, failed, unknown, dropped).  A message whose outcome nobody
 * knows stays unknown until a person, or the gateway's own report, says what became of it: it is never sent again by itself. */
#ifndef ZG_CORE_OUTBOX_H
#define ZG_CORE_OUTBOX_H
#include "core/order/order.h"
#include "core/reason.h"

/* Frozen: stored in the database. */
enum outbox_state {
    OUTBOX_NONE = 0,     /* there is no such message */
    OUTBOX_PLANNED = 1, OUTBOX_LEASED = 2, OUTBOX_SENT = 3, OUTBOX_FAILED = 4 /* to be tried again */, OUTBOX_UNKNOWN = 5, OUTBOX_DROPPED = 6,
};
enum { OUTBOX_STATE_COUNT = 7 };

enum outbox_event {
    OUTBOX_PLAN,        /* an order that may be reminded about */
    OUTBOX_HOLD,        /* the policy says: not before */
    OUTBOX_REFUSE,      /* the policy says: never */
    OUTBOX_CLOSE,       /* the order is paid, closed, shipped, refunded, or gone with an undo */
    OUTBOX_REOPEN,      /* the order is open again, or reminders were switched on again */
    OUTBOX_LEASE,       /* the policy, on fresh facts, says: now */
    OUTBOX_RETURN,      /* leased, and not begun in time */
    OUTBOX_ACCEPT,      /* the other side took it */
    OUTBOX_PUT_OFF,     /* the other side did not take it, for now */
    OUTBOX_REJECT,      /* the other side will never take it */
    OUTBOX_LOSE,        /* begun, and no answer that tells */
    OUTBOX_STOP,        /* the desk stopped while it was leased */
    OUTBOX_ARRIVED,     /* a person, or the gateway's report, says that it arrived */
    OUTBOX_NOT_ARRIVED, /* the gateway's report says that it did not */
    OUTBOX_AGAIN,       /* a person says: send it again */
    OUTBOX_RESTORE,     /* the database is one from a copy: what happened since it was made is not in it */
};
enum { OUTBOX_EVENT_COUNT = 16 };

/* One row of the life; texts are literals. */
struct outbox_step {
    enum outbox_state from;
    enum outbox_event event;
    enum outbox_state to;
    struct text when_en, when_zh;      /* the condition, a sentence for people */
    struct text effect;                /* what else changes with it, for those who read the code */
};
enum { OUTBOX_STEPS_MAX = 32 };
/* All rows, in the order of a life; returns how many. */
int outbox_steps(const struct outbox_step **ret);
/* The row for this event in this state; NULL: it cannot happen there and changes nothing. */
const struct outbox_step *outbox_step_of(enum outbox_state from, enum outbox_event event);
/* Is it in a state in which the message waits for its time? Planned or failed. */
bool outbox_waits(enum outbox_state s);

const char *outbox_state_word(enum outbox_state s);  /* "planned"; "none" */
bool outbox_state_parse(struct text word, enum outbox_state *ret);
struct text outbox_state_text(enum outbox_state s, bool zh);
const char *outbox_event_word(enum outbox_event e);  /* "put-off" */
/* The lines of a Mermaid state diagram, in the arena. */
struct text outbox_diagram(struct arena *a);

/* Why an order is not to be reminded about, by its facts whatever the time: "paid", "closed", "refunded", "shipped", "on-delivery",
 * "not-placed"; NULL while it is open. */
const char *outbox_order_closed(const struct order *o);

/* How long a leased message may wait until its sending begins; what takes longer is returned and decided again. */
#define OUTBOX_LEASE_MS INT64_C(2000)
enum { OUTBOX_TRIES_MAX = 6, OUTBOX_WAVE_LAST = 3 };
#endif
