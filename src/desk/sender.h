/* The sender of one way out of one shop: it leases what is due, sends it, and writes down how it ended.
 *
 *   a turn   leases a few messages: the policy is asked on fresh facts in the writer's transaction, so that a payment that is committed before
 *            the lease prevents it, and the lease is durable before anything leaves;
 *            makes their words, from what is known then, and sends one after the other; what could not begin within two seconds of the lease,
 *            or has no text that may be said now, goes back;
 *            writes down how each ended. Until that is durable nothing else is leased.
 *
 * A desk that stops between the lease and the outcome finds the message as unknown at its next start. How many are leased at once follows how
 * long one takes: as many as begin within a second. A side that cannot be reached pauses this sender and no other. */
#ifndef ZG_DESK_SENDER_H
#define ZG_DESK_SENDER_H
#include "channel/channel.h"
#include "desk/writer.h"
#include "store/outbox_store.h"

/* How messages leave; the desk's own is channel_ways (outbox_ways.h), tests bring theirs. A link is used by one thread at a time. */
struct sender_ways {
    void *ctx;
    /* Something to send with by this channel of the shop; NULL: none is connected. */
    void *(*open)(void *ctx, struct store *reader, const struct shop *shop, enum channel channel);
    bool (*good)(void *link, struct store *reader);     /* it is still what the owner has set up; NULL: always */
    /* Where one click opts out and where delivery reports go, each CHANNEL_URL_MAX; "" where there is none. NULL: none. */
    void (*addresses)(void *link, struct outbox_key key, char *ret_unsubscribe, char *ret_report);
    enum channel_fate (*send)(void *link, const struct channel_message *m, struct channel_outcome *ret);
    bool (*note)(void *link, struct store *s, enum channel_fate fate, struct text code); /* the last one, in the writer's seat; NULL: not kept */
    void (*close)(void *link);
};
struct sender_ask { const struct env *env; const char *path; struct writer *writer; const struct sender_ways *ways; const struct shop *shop; enum channel channel; };
struct sender_tally { int leased, held, refused, sent, failed, unknown, returned; bool not_connected, dark, paused; };

struct sender;
struct sender *sender_open(const struct sender_ask *ask);  /* NULL: out of memory */
void sender_close(struct sender *s);
/* One turn; at once when nothing is due. False: the database cannot be read or written now: nothing is lost, try again later. */
bool sender_turn(struct sender *s, struct sender_tally *ret);
/* From another thread: what is not begun goes back, and the turn ends. */
void sender_ask_stop(struct sender *s);
#endif
