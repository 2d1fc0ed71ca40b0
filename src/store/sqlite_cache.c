/* See sqlite_cache.h.
 *
 * At the end of each transaction the pager tells its cache to let go of pages behind the end of the database (xTruncate). The engine's cache then
 * goes through everything it holds whenever it ever held a page with so great a number, and it did: while the pages that a tree was split into are put in
 * order, one of them bears for a moment the number of the page that locks live on, which lies at 1 GiB. So every order that splits a leaf cost a
 * walk over the whole cache, 0.1 to 0.5 ms of it.  Here it is known which numbers are held, and the cache is asked only where there is something to
 * let go of.  All else is handed on. */
#include "store/sqlite_cache.h"
#include <stdbool.h>
#include <stddef.h>

struct sqlite3_pcache {
    sqlite3_pcache *inner;
    unsigned greatest;  /* no page has a greater number, except: */
    unsigned parked;    /* the number that a page bears for a moment, 0: none */
};

/* house: the engine hands no context to xCreate, and there is one engine in a process */
static sqlite3_pcache_methods2 below;

static int init(void *arg) { return below.xInit ? below.xInit(arg) : SQLITE_OK; }

static void shut_down(void *arg)
{
    if (below.xShutdown) below.xShutdown(arg);
}

static sqlite3_pcache *create(int page_bytes, int extra_bytes, int purgeable)
{
    sqlite3_pcache *c = sqlite3_malloc(sizeof *c);
    if (!c) return NULL;
    *c = (sqlite3_pcache){ .inner = below.xCreate(page_bytes, extra_bytes, purgeable) };
    if (c->inner) return c;
    sqlite3_free(c);
    return NULL;
}

static void destroy(sqlite3_pcache *c)
{
    below.xDestroy(c->inner);
    sqlite3_free(c);
}

static void set_size(sqlite3_pcache *c, int pages) { below.xCachesize(c->inner, pages); }
static int page_count(sqlite3_pcache *c) { return below.xPagecount(c->inner); }
static void shrink(sqlite3_pcache *c) { below.xShrink(c->inner); }
static void unpin(sqlite3_pcache *c, sqlite3_pcache_page *page, int discard) { below.xUnpin(c->inner, page, discard); }

static sqlite3_pcache_page *fetch(sqlite3_pcache *c, unsigned key, int create_flag)
{
    if (create_flag && key > c->greatest) c->greatest = key;
    return below.xFetch(c->inner, key, create_flag);
}

static void rekey(sqlite3_pcache *c, sqlite3_pcache_page *page, unsigned from, unsigned to)
{
    below.xRekey(c->inner, page, from, to);
    if (from == c->parked) c->parked = 0;
    if (to <= c->greatest) return;
    if (c->parked == 0) c->parked = to;
    else c->greatest = to;
}

static void truncate_from(sqlite3_pcache *c, unsigned limit)
{
    if (c->greatest < limit && c->parked < limit) return;
    below.xTruncate(c->inner, limit);
    if (c->parked >= limit) c->parked = 0;
    if (c->greatest >= limit) c->greatest = limit > 0 ? limit - 1 : 0;
}

sqlite3_pcache_methods2 sqlite_cache_over(const sqlite3_pcache_methods2 *inner)
{
    below = *inner;
    return (sqlite3_pcache_methods2){ 1, below.pArg, init, shut_down, create, set_size, page_count, fetch, unpin, rekey, truncate_from, destroy, shrink };
}

void sqlite_cache_install(void)
{
    sqlite3_pcache_methods2 engine;
    if (sqlite3_config(SQLITE_CONFIG_GETPCACHE2, &engine) != SQLITE_OK) return; /* the engine runs already */
    const sqlite3_pcache_methods2 ours = sqlite_cache_over(&engine);
    sqlite3_config(SQLITE_CONFIG_PCACHE2, &ours);
}
