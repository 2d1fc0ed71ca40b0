/* See cache.h: a small open table under one lock, the row used longest ago gives way. */
#include "web/cache.h"

#include <pthread.h>
#include "web/memory.h"

enum { KEY_BYTES_MAX = 512, RENDERING_MAX = 16, WAYS = 8 };

struct cache_row { char *key; size_t key_len; struct cache_moment made; uint64_t used; struct http_response *answer; };
struct rendering { struct text key; struct cache_waiter *waiters; }; /* key: borrowed from the renderer; no ptr: free */
struct cache {
    const struct env *env;
    pthread_mutex_t lock;
    struct cache_row rows[CACHE_ROWS];
    struct rendering rendering[RENDERING_MAX];
    size_t bytes;
    uint64_t clock;
};

struct cache *cache_create(const struct env *env)
{
    struct cache *c = memory_take(env, sizeof *c);
    if (!c) return NULL;
    c->env = env;
    pthread_mutex_init(&c->lock, NULL);
    return c;
}

static void empty_row(struct cache *c, struct cache_row *row)
{
    if (!row->answer) return;
    c->bytes -= http_response_bytes(row->answer);
    http_response_unref(row->answer);
    memory_give(c->env, row->key, row->key_len);
    *row = (struct cache_row){ .key = NULL };
}

void cache_free(struct cache *c)
{
    if (!c) return;
    for (int i = 0; i < CACHE_ROWS; i++) empty_row(c, &c->rows[i]);
    pthread_mutex_destroy(&c->lock);
    memory_give(c->env, c, sizeof *c);
}

static uint64_t hash_key(struct text key) /* FNV-1a: the table is small and its rows are compared in full */
{
    uint64_t h = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < key.len; i++) h = (h ^ (unsigned char)key.ptr[i]) * UINT64_C(1099511628211);
    return h ^ h >> 32;
}

static struct cache_row *row_set(struct cache *c, struct text key) { return c->rows + hash_key(key) % (CACHE_ROWS / WAYS) * WAYS; }

static struct cache_row *find(struct cache *c, struct text key)
{
    struct cache_row *set = row_set(c, key);
    for (int i = 0; i < WAYS; i++)
        if (set[i].answer && text_eq((struct text){ set[i].key, set[i].key_len }, key)) return &set[i];
    return NULL;
}

static bool good(const struct cache_row *row, const struct cache_moment *m)
{
    if (row->made.now_ms / 60000 != m->now_ms / 60000) return false;
    if (row->made.commits == m->commits) return true;
    int64_t age_ms = m->now_ms - row->made.now_ms;
    return row->made.commits >= m->commits_least && age_ms >= 0 && age_ms <= CACHE_OLD_MS;
}

struct http_response *cache_get(struct cache *c, struct text key, const struct cache_moment *m)
{
    struct http_response *r = NULL;
    pthread_mutex_lock(&c->lock);
    struct cache_row *row = find(c, key);
    if (row && good(row, m)) {
        row->used = ++c->clock;
        r = http_response_ref(row->answer);
    }
    pthread_mutex_unlock(&c->lock);
    return r;
}

static struct rendering *rendering(struct cache *c, struct text key)
{
    for (int i = 0; i < RENDERING_MAX; i++)
        if (c->rendering[i].key.ptr && text_eq(c->rendering[i].key, key)) return &c->rendering[i];
    return NULL;
}

enum cache_claim cache_claim(struct cache *c, struct text key, struct cache_waiter *w)
{
    enum cache_claim claim = CACHE_RENDER;
    pthread_mutex_lock(&c->lock);
    struct rendering *r = rendering(c, key);
    if (r) {
        w->next = r->waiters;
        r->waiters = w;
        claim = CACHE_PARKED;
    }
    for (int i = 0; !r && i < RENDERING_MAX; i++) /* with no room each renders for itself */
        if (!c->rendering[i].key.ptr) { c->rendering[i].key = key; break; }
    pthread_mutex_unlock(&c->lock);
    return claim;
}

static struct cache_waiter *release_claim(struct cache *c, struct text key)
{
    struct rendering *r = rendering(c, key);
    if (!r || r->key.ptr != key.ptr) return NULL; /* another's claim */
    struct cache_waiter *waiters = r->waiters;
    *r = (struct rendering){ .waiters = NULL };
    return waiters;
}

struct cache_waiter *cache_drop(struct cache *c, struct text key)
{
    pthread_mutex_lock(&c->lock);
    struct cache_waiter *waiters = release_claim(c, key);
    pthread_mutex_unlock(&c->lock);
    return waiters;
}

static struct cache_row *oldest(struct cache_row *rows, int n)
{
    struct cache_row *row = rows;
    for (int i = 1; i < n; i++)
        if (rows[i].used < row->used) row = &rows[i];
    return row;
}

struct cache_waiter *cache_put(struct cache *c, struct text key, const struct cache_moment *m, struct http_response *r)
{
    char *copy = NULL;
    bool keep = key.len <= KEY_BYTES_MAX && http_response_bytes(r) <= CACHE_ENTRY_BYTES_MAX && (copy = memory_take(c->env, key.len)) != NULL;
    pthread_mutex_lock(&c->lock);
    struct cache_waiter *waiters = release_claim(c, key);
    if (keep) {
        struct cache_row *row = find(c, key);
        if (!row) row = oldest(row_set(c, key), WAYS);
        empty_row(c, row);
        for (int i = 0; i < CACHE_ROWS && c->bytes + http_response_bytes(r) > CACHE_BYTES_MAX; i++) empty_row(c, &c->rows[i]);
        memcpy(copy, key.ptr, key.len);
        *row = (struct cache_row){ copy, key.len, *m, ++c->clock, http_response_ref(r) };
        c->bytes += http_response_bytes(r);
    }
    pthread_mutex_unlock(&c->lock);
    return waiters;
}
