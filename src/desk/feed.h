/* The feed of live events: what a webhook or the API tells about orders, one event at a time from many sides.
 *
 * An event is some claims about one order. Events that wait while the writer commits are applied together, in one call of the reducer,
 * which takes a fraction of the work of as many single ones; each is answered when the commit that holds it is durable. If the
 * reducer fails on some of them together, each is tried by itself, so that one bad event spoils no other.
 *
 * An event with an id is taken once: its id goes into the same commit, and one that is known is a duplicate and applies nothing. That
 * only spares work: an event says itself as of when it is, so that a second time, or another order, would change nothing either. */
#ifndef ZG_DESK_FEED_H
#define ZG_DESK_FEED_H
#include "desk/writer.h"
#include "store/feed_store.h"

enum { FEED_CLAIMS_MAX = 1000 /* of one event */, FEED_TOGETHER_MAX = 1024 /* claims, and events, of one call of the reducer */ };
struct feed_event {
    const struct order_claim *claims;   /* with their texts, the caller's until done */
    size_t n;                           /* 1 .. FEED_CLAIMS_MAX; 0: a sign of life */
    struct feed_id id;                  /* source FEED_NONE: none */
    bool fresh;                         /* at done: taken now for the first time */
    void (*done)(void *arg, enum writer_result result); /* in the writer's seat, as writer_request.done */
    void *arg;
    struct feed_event *next;            /* the feed's */
    struct feed *feed;                  /* the feed's */
};

struct feed;
/* Of one shop, as it is now: open it anew when writer_replaced has grown. NULL: out of memory. */
struct feed *feed_open(const struct env *env, struct writer *w, const struct shop *shop);
void feed_close(struct feed *f);        /* when every event is answered; before writer_stop or after it */
/* Any thread. The event must live until done. False: too many wait (answer 429), done is not called. */
bool feed_post(struct feed *f, struct feed_event *e);
/* All of them or none. */
bool feed_post_all(struct feed *f, struct feed_event *events, size_t n);
/* Posts and waits, or does it in the writer's seat (desk/writer.h), in which the caller must not be. */
enum writer_result feed_call(struct feed *f, const struct order_claim *claims, size_t n);
#endif
