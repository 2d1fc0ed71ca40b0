/* Live pages: a page asks "has anything changed since the revision I know?" and the answer waits until something has, at most
 * LIVE_WAIT_MS (long poll; docs/decisions/0019-live-pages.md). A request that waits is suspended: it costs no thread and no query.
 *
 * The writer counts a revision for each shop (desk/writer.h). A revision is told as an opaque token that begins with a mark of this
 * run of the program: after a restart every page finds that its token is another, and reads again. */
#ifndef ZG_WEB_LIVE_H
#define ZG_WEB_LIVE_H
#include <stdint.h>
#include "base/text.h"

enum {
    LIVE_WAIT_MS = 25000,    /* proxies in front give up at 30 s */
    LIVE_PACE_MS = 100,      /* each is told at most ten times a second, however many commits there are and however often it asks */
    LIVE_WAITERS_MAX = 512,  /* more are answered at once and asked to come back after LIVE_CROWDED_S; other requests keep their connections */
    LIVE_CROWDED_S = 5,
    LIVE_TOKEN_BYTES = 40,
};

struct call;
struct live;
struct web;
struct live *live_start(struct web *w, char *message, size_t message_size); /* NULL and a sentence */
/* Answers everybody who waits; who asks later is answered at once. Before http_stop, which waits for every answer. */
void live_stop(struct live *l);
void live_free(struct live *l);

/* Answers the call, at once or later: {"revision","again_after_s"}. since: the token it was told last. The call is deferred already. */
void live_wait(struct live *l, struct call *c, int64_t store_id, struct text since, int64_t wait_ms);
#endif
