/* The feeds of a running desk as the web server needs them, in memory: who may send, how an order of theirs is read, where it goes, what was
 * refused. Filled by a reading connection, kept until something changes (a token, a secret, a restore), so that an event needs none.
 *
 *   keys.c         webhook secrets, sealed                 feed_change.c   tokens, secrets, limits, folder: the owner's commands
 *   feeds.c        this                                    folder.c        the watched folder, and what expires
 *   feed.c         events on their way to the writer       answer_feeds.c  what the page and the command line are told */
#ifndef ZG_DESK_FEEDS_H
#define ZG_DESK_FEEDS_H
#include "desk/feed.h"
#include "intake/event.h"
#include "intake/webhook.h"

struct desk;
struct feeds;
struct feed_shop; /* one store's; lives as long as the desk */

struct feeds *feeds_open(const struct env *env, const char *db_path, struct writer *w); /* NULL: out of memory */
void feeds_close(struct feeds *f);                    /* when every event is answered */
void feeds_changed(struct feeds *f);                  /* any thread: what is known must be read again before it is used */

enum feeds_found { FEEDS_FOUND, FEEDS_NOBODY /* no such store, or this token is not one of it */, FEEDS_STALE /* feeds_load first */ };
/* Reads a store's feeds with this connection. FEEDS_NOBODY: there is no such store. FEEDS_STALE: the database could not be read. */
enum feeds_found feeds_load(struct feeds *f, struct store *reader, struct text store);
enum feeds_found feeds_by_token(struct feeds *f, struct text store, struct text token, struct feed_shop **ret);
/* FEEDS_FOUND: there is such a store; *ret_verdict says whether the message is of that source. */
enum feeds_found feeds_by_signature(struct feeds *f, struct text store, enum feed_source source, const struct webhook_message *m,
                                    struct feed_shop **ret, enum webhook_verdict *ret_verdict);

/* As event_read. Any thread. */
enum event_kind feeds_read(struct feed_shop *s, enum feed_source source, struct arena *a, const json_t *order, struct text as_of,
                           struct order_claim **ret_claims, size_t *ret_n, struct event_why *ret_why);
void feeds_hash_key(struct feed_shop *s, unsigned char ret[32]);   /* for ids of events */
bool feeds_post(struct feed_shop *s, struct feed_event *events, size_t n); /* feed_post_all */
/* Kept for the owner to see, when the writer comes to it; under a flood only the first few of each moment. */
void feeds_refused(struct feed_shop *s, enum feed_source source, struct text subject, const struct event_why *why);

/* The last events of a store since the desk was opened, newest first. */
enum { FEEDS_LAST = 20 };
struct feed_last { enum feed_source source; int64_t at_ms, as_of_ms; char order_no[72]; bool fresh; };
void feeds_note(struct feed_shop *s, const struct feed_last *what);
int feeds_last(struct feeds *f, struct text store, struct feed_last ret[FEEDS_LAST]);
#endif
