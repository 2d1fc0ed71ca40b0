/* A feed: something that tells the desk about a store by itself. Each has an age and a limit; past its limit it is dark, and the
 * desk says so instead of taking silence for quiet. */
#ifndef ZG_CORE_FEED_H
#define ZG_CORE_FEED_H
#include "base/instant.h"
#include "core/reason.h"

/* Frozen: stored in the database. */
enum feed_source {
    FEED_NONE = 0,
    FEED_EVENTS = 1,      /* POST .../events with a token: the seller's own programs */
    FEED_STANDARD = 2,    /* webhooks signed as www.standardwebhooks.com says */
    FEED_SHOPIFY = 3, FEED_WOOCOMMERCE = 4,
    FEED_FOLDER = 5,      /* files dropped into a watched folder */
};
enum { FEED_SOURCES = 6 };
const char *feed_source_word(enum feed_source s);        /* "events", "standard", "shopify", "woocommerce", "folder" */
enum feed_source feed_source_parse(struct text word);    /* FEED_NONE: no such feed */
struct text feed_source_text(enum feed_source s, bool zh);
static inline bool feed_source_signed(enum feed_source s) { return s == FEED_STANDARD || s == FEED_SHOPIFY || s == FEED_WOOCOMMERCE; }

/* How long a feed may be silent: what an owner may set, and what holds until then. */
#define FEED_LIMIT_MIN_S (INT64_C(5) * 60)
#define FEED_LIMIT_MAX_S (INT64_C(30) * 86400)

enum feed_state {
    FEED_WAITING,   /* set up, has told nothing yet, and its limit is not over */
    FEED_LIVE,
    FEED_DARK,      /* silent for longer than its limit, since its last word or since it was set up */
};
struct feed_facts {
    enum feed_source source;
    int64_t now_ms, made_at_ms;
    int64_t last_at_ms;     /* when it last told something that was in order; INSTANT_NONE: never */
    int64_t limit_s;
};
struct feed_decision {
    enum feed_state state;
    int64_t age_s;          /* since its last word; INT64_MAX: never. A clock that was set back gives 0 */
    struct reason reason;
};
struct feed_decision feed_decide(struct arena *a, const struct feed_facts *f);
const char *feed_state_word(enum feed_state s);          /* "waiting", "live", "dark" */
#endif
