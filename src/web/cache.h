/* Rendered answers that many ask for: Today and Orders on every screen of the shop. An answer is good for one state of the
 * database (the writer's count of commits) and one minute, under a key of path, query and field mask, so that it holds nothing of who asked.
 *
 * One of those who ask for the same thing at the same time renders it, the others are parked until it is there. While an import commits
 * many times a second an answer may be up to a second old, but never older than the asker's own last write. */
#ifndef ZG_WEB_CACHE_H
#define ZG_WEB_CACHE_H
#include "base/text.h"
#include "web/http.h"

enum { CACHE_ROWS = 256 };
#define CACHE_BYTES_MAX ((size_t)16 * 1024 * 1024)
#define CACHE_ENTRY_BYTES_MAX ((size_t)1024 * 1024)
#define CACHE_OLD_MS INT64_C(1000)

struct cache_moment { uint64_t commits; int64_t now_ms; uint64_t commits_least; /* the asker's own last write */ };

struct cache;
struct cache *cache_create(const struct env *env); /* NULL: no memory */
void cache_free(struct cache *c);
/* A reference to a good answer, or NULL. */
struct http_response *cache_get(struct cache *c, struct text key, const struct cache_moment *m);
/* Who waits for an answer that another is rendering; lives in the asker. */
struct cache_waiter { struct cache_waiter *next; };
enum cache_claim { CACHE_RENDER /* render it, then cache_put or cache_drop */, CACHE_PARKED /* the renderer will get the waiter back */ };
/* `key` must live until the claim is given back. */
enum cache_claim cache_claim(struct cache *c, struct text key, struct cache_waiter *w);
/* Both end a claim and give back those who were parked on it: each asks again. */
struct cache_waiter *cache_put(struct cache *c, struct text key, const struct cache_moment *m, struct http_response *r); /* takes a reference of its own */
struct cache_waiter *cache_drop(struct cache *c, struct text key); /* it could not be rendered */
#endif
