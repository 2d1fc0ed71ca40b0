/* The ledger of messages that go out by themselves (core/contact/outbox.h has their life): at most one an order and wave.
 *
 *   outbox_plan.c    follows the orders, in their own commit: planned, closed, decided again; by which channels reminders are on
 *   outbox_store.c   due, decided, leased, and how it ended
 *   outbox_list.c    readers for the page and the command line
 *
 * A message holds no personal data: address and words are read and made when it is leased, from what is known then. Every function that
 * moves a message looks at its state first and does nothing where the life allows no such step: *ret_done tells. */
#ifndef ZG_STORE_OUTBOX_STORE_H
#define ZG_STORE_OUTBOX_STORE_H
#include "core/contact/channel.h"
#include "core/contact/outbox.h"
#include "store/query_store.h"

enum { OUTBOX_RULE_BYTES = 32, OUTBOX_TEXT_KEY_BYTES = 64, OUTBOX_CODE_BYTES = 64 };
struct outbox_key { int64_t order_id; int wave; };
/* "512.2": what the other side may know a message by, the same at every try; and back. */
enum { OUTBOX_ID_BYTES = 32 };
void outbox_id(struct outbox_key key, char ret[OUTBOX_ID_BYTES]);
bool outbox_id_parse(struct text id, struct outbox_key *ret);

/* ---- outbox_plan.c ---- */
/* Whether any channel is on, in the writer's memory: a shop without one pays nothing for asking. */
bool outbox_is_on(struct store *s, const struct shop *shop, bool *ret);
/* Bits 1 << channel of those by which the owner lets reminders go out by themselves: terms auto_sms and auto_email of the policy. */
bool outbox_switches(struct store *s, const struct shop *shop, unsigned *ret);
void outbox_switched(struct store *s); /* the policy changed: forgets what is known */

/* Orders that came in before reminders were on, or whose messages were dropped when they went off, are planned for: at most `max` unpaid ones are
 * looked at, from the cursor on. */
struct outbox_cursor { int64_t placed_at_ms, order_id; bool through; }; /* zeroed: from the beginning */
bool outbox_catch_up(struct store *s, const struct shop *shop, int max, struct outbox_cursor *cursor);

/* ---- outbox_store.c ---- */
struct outbox_row {
    struct outbox_key key;
    enum outbox_state state;
    enum channel channel;
    int64_t due_at_ms, at_ms, leased_at_ms, sent_at_ms; /* INSTANT_NONE: not told */
    int tries;
    char rule[OUTBOX_RULE_BYTES];
};
/* Messages of this way (CHANNEL_NONE: not decided yet) that wait and are due by now_ms, the earliest first, at most max. */
bool outbox_due(struct store *s, const struct shop *shop, enum channel channel, int64_t now_ms, struct outbox_row *ret, int max, int *ret_n);
/* When the next one of this way is due; INSTANT_MAX: none waits. */
bool outbox_next_due(struct store *s, const struct shop *shop, enum channel channel, int64_t *ret_ms);

struct outbox_verdict {
    struct outbox_key key;
    enum outbox_event event;        /* OUTBOX_HOLD, OUTBOX_REFUSE or OUTBOX_LEASE */
    int wave;                       /* which wave it has become by now */
    enum channel channel;
    int64_t until_ms;               /* of HOLD */
    const char *rule;               /* what decided */
    int64_t seen_due_ms;            /* as it was when it was decided: another one since then, and nothing is done */
};
bool outbox_decide(struct store *s, const struct shop *shop, const struct outbox_verdict *v, int64_t now_ms, bool *ret_done);

struct outbox_end {
    struct outbox_key key;
    enum outbox_event event;        /* RETURN, ACCEPT, PUT_OFF, REJECT, LOSE */
    int64_t retry_at_ms;            /* of PUT_OFF and RETURN; INSTANT_NONE: now */
    struct text text_key, code;     /* which text; the other side's word */
};
/* How a leased message ended. After ACCEPT and LOSE the order's next wave is planned, and after ARRIVED where it is not there yet. */
bool outbox_finish(struct store *s, const struct shop *shop, const struct outbox_end *e, int64_t now_ms, bool *ret_done);
/* At the start of a desk: what was leased when the one before stopped is unknown now. */
bool outbox_settle(struct store *s, int64_t now_ms, int64_t *ret_n);
/* After a restore, or of one shop whose archive was read: of what waits nobody knows whether it was sent since the copy was made. shop NULL: all. */
bool outbox_restored(struct store *s, const struct shop *shop, int64_t now_ms, int64_t *ret_n);
/* A person says what became of an unknown one (OUTBOX_ARRIVED, OUTBOX_AGAIN), or the gateway does (OUTBOX_BY_GATEWAY; ARRIVED, NOT_ARRIVED: also told
 * of sent ones, whose report it is then). Not again where a later wave has gone out since. With its audit row when a person says it. */
enum { OUTBOX_BY_GATEWAY = -1 };
bool outbox_resolve(struct store *s, const struct shop *shop, struct outbox_key key, enum outbox_event event, int64_t user_id, bool *ret_done);
/* No channel is on any more: up to max of those that wait are dropped; *ret_n of them were. */
bool outbox_drop_all(struct store *s, const struct shop *shop, int64_t now_ms, int64_t max, int64_t *ret_n);
/* Another way was switched off: up to max messages that wait for it are to be decided anew. */
bool outbox_unroute(struct store *s, const struct shop *shop, enum channel channel, int64_t now_ms, int64_t max, int64_t *ret_n);

/* ---- outbox_list.c ---- */
struct outbox_line {
    struct outbox_row row;
    struct text order_no;           /* empty: the order is gone with an undo */
    struct text code, text_key, rule;
    int report;                     /* 1 the gateway says it arrived, 2 it did not */
    int64_t total_minor, paid_at_ms;
    bool crossed;                   /* sent, and paid before it was, which nobody told in time */
};
typedef bool outbox_line_each(void *ctx, const struct outbox_line *l);
/* After this one, in the order of the list: INSTANT_NONE begins a list of those that wait, INSTANT_MAX any other. */
struct outbox_filter { enum outbox_state state; int64_t before_ms, before_order; int before_wave; int64_t limit; };
/* One state: of those that wait the next due first, of the others the latest change first. */
bool outbox_list(struct store *s, const struct shop *shop, const struct outbox_filter *f, outbox_line_each *each, void *ctx);
/* How many there are in each state, up to max each. */
bool outbox_counts_by_state(struct store *s, const struct shop *shop, int64_t max, int64_t ret[OUTBOX_STATE_COUNT]);
/* The order as it stands, if it is there. */
bool outbox_order(struct store *s, const struct shop *shop, int64_t order_id, order_row_each *each, void *ctx);
/* Found by its order's number. */
bool outbox_find(struct store *s, const struct shop *shop, struct text order_no, int wave, struct outbox_key *ret, bool *ret_found);
#endif
