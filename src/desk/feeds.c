/* See feeds.h. One lock guards what is known of the stores; a store's readers of events have their own. */
#include "desk/feeds.h"
#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include "base/limits.h"
#include "desk/keys.h"

enum { PENDING_MAX = 32, SOURCES_SIGNED = 3 };

struct known_secret { enum feed_source source; struct webhook_secret secret; };
struct feed_shop {
    struct feeds *all;
    struct shop shop;
    uint64_t version;               /* of what is known, as feeds_version */
    struct feed *feed;
    uint64_t replaced;              /* writer_replaced when feed was opened */
    unsigned char tokens[FEED_TOKENS_MAX][FEED_TOKEN_HASH_BYTES];
    int token_count;
    struct known_secret secrets[SOURCES_SIGNED * FEED_SECRETS_MAX];
    int secret_count;
    struct feed_last last[FEEDS_LAST];
    uint64_t last_count;
    pthread_mutex_t reading;        /* guards readers */
    struct event_reader *readers[FEED_SOURCES];
};

struct pending { int64_t merchant_id, store_id; struct feed_refusal refusal; };
struct former { struct former *next; struct feed *feed; };
struct feeds {
    const struct env *env;
    const char *db_path;
    struct writer *writer;
    atomic_uint_fast64_t changes;
    pthread_mutex_t lock;           /* guards the rest */
    struct feed_shop *shops[LIMIT_STORES];
    int shop_count;
    struct former *former;
    struct pending pending[PENDING_MAX], taken[PENDING_MAX];
    int pending_count, taken_count;
    bool posted;
};

/* ---- open and close ---- */

struct feeds *feeds_open(const struct env *env, const char *db_path, struct writer *w)
{
    struct feeds *f = env->memory.take(env->memory.ctx, sizeof *f);
    if (!f) return NULL;
    memset(f, 0, sizeof *f);
    f->env = env;
    f->db_path = db_path;
    f->writer = w;
    atomic_init(&f->changes, 1);
    pthread_mutex_init(&f->lock, NULL);
    return f;
}

static void shop_close(struct feeds *f, struct feed_shop *s)
{
    for (int i = 0; i < FEED_SOURCES; i++) event_reader_close(s->readers[i]);
    if (s->feed) feed_close(s->feed);
    pthread_mutex_destroy(&s->reading);
    sodium_memzero(s->secrets, sizeof s->secrets);
    f->env->memory.give(f->env->memory.ctx, s, sizeof *s);
}

void feeds_close(struct feeds *f)
{
    if (!f) return;
    for (int i = 0; i < f->shop_count; i++) shop_close(f, f->shops[i]);
    while (f->former) {
        struct former *gone = f->former;
        f->former = gone->next;
        feed_close(gone->feed);
        f->env->memory.give(f->env->memory.ctx, gone, sizeof *gone);
    }
    pthread_mutex_destroy(&f->lock);
    f->env->memory.give(f->env->memory.ctx, f, sizeof *f);
}

void feeds_changed(struct feeds *f)
{
    if (f) atomic_fetch_add(&f->changes, 1);
}

/* Grows with each change, and with each restore. */
static uint64_t feeds_version(struct feeds *f) { return atomic_load(&f->changes) + (writer_replaced(f->writer) << 20); }

static struct feed_shop *shop_of(struct feeds *f, struct text store)
{
    for (int i = 0; i < f->shop_count; i++)
        if (text_is(store, f->shops[i]->shop.key)) return f->shops[i];
    return NULL;
}

/* ---- load ---- */

struct loaded {
    struct shop shop;
    uint64_t version, replaced;
    struct feed_token tokens[FEED_TOKENS_MAX];
    int token_count;
    struct known_secret secrets[SOURCES_SIGNED * FEED_SECRETS_MAX];
    int secret_count;
};

static bool secrets_load(struct feeds *f, struct store *reader, struct loaded *l)
{
    struct feed_secret sealed[SOURCES_SIGNED * FEED_SECRETS_MAX];
    const int n = feed_secrets(reader, &l->shop, sealed, SOURCES_SIGNED * FEED_SECRETS_MAX);
    for (int i = 0; i < n; i++) {
        struct known_secret *k = &l->secrets[l->secret_count];
        k->source = sealed[i].source;
        if (keys_open(f->env, f->db_path, &l->shop, &sealed[i], &k->secret)) l->secret_count++;
    }
    return n >= 0;
}

static struct feed_shop *shop_new(struct feeds *f)
{
    if (f->shop_count == LIMIT_STORES) return NULL;
    struct feed_shop *s = f->env->memory.take(f->env->memory.ctx, sizeof *s);
    if (!s) return NULL;
    memset(s, 0, sizeof *s);
    s->all = f;
    pthread_mutex_init(&s->reading, NULL);
    return s;
}

/* A restore gave the store another content, so its feed and its readers are others, too; events that wait in the old one are still
 * answered there. With the lock held. */
static bool shop_renew(struct feeds *f, struct feed_shop *s, const struct loaded *l)
{
    struct feed *feed = feed_open(f->env, f->writer, &l->shop);
    struct former *former = s->feed ? f->env->memory.take(f->env->memory.ctx, sizeof *former) : NULL;
    if (!feed || (s->feed && !former)) {
        if (feed) feed_close(feed);
        return false;
    }
    if (former) {
        *former = (struct former){ f->former, s->feed };
        f->former = former;
    }
    pthread_mutex_lock(&s->reading);
    for (int i = 0; i < FEED_SOURCES; i++) {
        event_reader_close(s->readers[i]);
        s->readers[i] = NULL;
    }
    s->feed = feed;
    s->shop = l->shop;
    pthread_mutex_unlock(&s->reading);
    s->replaced = l->replaced;
    return true;
}

static bool shop_put(struct feeds *f, const struct loaded *l)
{
    struct feed_shop *s = shop_of(f, text_from_cstr(l->shop.key)), *fresh = s ? NULL : shop_new(f);
    if (!s) s = fresh;
    if (!s) return false;
    if ((!s->feed || s->replaced != l->replaced) && !shop_renew(f, s, l)) {
        if (fresh) shop_close(f, fresh);
        return false;
    }
    if (fresh) f->shops[f->shop_count++] = fresh;
    s->token_count = l->token_count;
    for (int i = 0; i < l->token_count; i++) memcpy(s->tokens[i], l->tokens[i].hash, FEED_TOKEN_HASH_BYTES);
    s->secret_count = l->secret_count;
    memcpy(s->secrets, l->secrets, sizeof s->secrets);
    s->version = l->version;
    return true;
}

enum feeds_found feeds_load(struct feeds *f, struct store *reader, struct text store)
{
    struct loaded l = { .version = feeds_version(f), .replaced = writer_replaced(f->writer) }; /* before it is read */
    const enum shop_result found = shop_find(reader, store, &l.shop);
    bool ok = found == SHOP_OK;
    if (ok) {
        l.token_count = feed_tokens(reader, &l.shop, l.tokens);
        ok = l.token_count >= 0 && secrets_load(f, reader, &l);
    }
    pthread_mutex_lock(&f->lock);
    if (ok) ok = shop_put(f, &l);
    else if (found == SHOP_NONE) {
        struct feed_shop *gone = shop_of(f, store);
        if (gone) gone->token_count = gone->secret_count = 0;
    }
    pthread_mutex_unlock(&f->lock);
    sodium_memzero(&l, sizeof l);
    return found == SHOP_NONE ? FEEDS_NOBODY : ok ? FEEDS_FOUND : FEEDS_STALE;
}

/* ---- who sends ---- */

enum feeds_found feeds_by_token(struct feeds *f, struct text store, struct text token, struct feed_shop **ret)
{
    unsigned char hash[FEED_TOKEN_HASH_BYTES];
    int found = 0;
    enum feeds_found result = FEEDS_STALE;
    crypto_generichash(hash, sizeof hash, (const unsigned char *)(token.ptr ? token.ptr : ""), token.len, NULL, 0);
    pthread_mutex_lock(&f->lock);
    struct feed_shop *s = shop_of(f, store);
    if (s && s->version == feeds_version(f)) {
        for (int i = 0; i < s->token_count; i++) found |= sodium_memcmp(hash, s->tokens[i], sizeof hash) == 0;
        result = found ? FEEDS_FOUND : FEEDS_NOBODY;
        *ret = s;
    }
    pthread_mutex_unlock(&f->lock);
    return result;
}

enum feeds_found feeds_by_signature(struct feeds *f, struct text store, enum feed_source source, const struct webhook_message *m,
                                    struct feed_shop **ret, enum webhook_verdict *ret_verdict)
{
    struct webhook_secret secrets[FEED_SECRETS_MAX];
    int n = 0;
    pthread_mutex_lock(&f->lock);
    struct feed_shop *s = shop_of(f, store);
    const bool known = s && s->version == feeds_version(f);
    for (int i = 0; known && i < s->secret_count; i++)
        if (s->secrets[i].source == source && n < FEED_SECRETS_MAX) secrets[n++] = s->secrets[i].secret;
    pthread_mutex_unlock(&f->lock);
    if (!known) return FEEDS_STALE;
    *ret = s;
    *ret_verdict = webhook_check(source, m, secrets, n);
    sodium_memzero(secrets, sizeof secrets);
    return FEEDS_FOUND;
}

/* ---- what they send ---- */

static const struct zone *find_zone(void *ctx, const char *name)
{
    const struct env *env = ctx;
    return env->zone(env->ctx, name);
}

static struct event_reader *reader_of(struct feed_shop *s, enum feed_source source)
{
    if (!s->readers[source]) {
        struct intake_options opt = { .zone = s->shop.zone, .find_zone = find_zone, .find_zone_ctx = (void *)(uintptr_t)s->all->env,
                                      .currency = s->shop.currency, .country = text_from_cstr(s->shop.country) };
        memcpy(opt.hash_key, s->shop.hash_key, sizeof opt.hash_key);
        s->readers[source] = event_reader_open(&s->all->env->memory, source, &opt);
    }
    return s->readers[source];
}

enum event_kind feeds_read(struct feed_shop *s, enum feed_source source, struct arena *a, const json_t *order, struct text as_of,
                           struct order_claim **ret_claims, size_t *ret_n, struct event_why *ret_why)
{
    const struct env *env = s->all->env;
    pthread_mutex_lock(&s->reading);
    struct event_reader *r = reader_of(s, source);
    const enum event_kind kind = r ? event_read(r, a, order, as_of, env->now_ms(env->ctx), ret_claims, ret_n, ret_why) : EVENT_NO_MEMORY;
    pthread_mutex_unlock(&s->reading);
    return kind;
}

void feeds_hash_key(struct feed_shop *s, unsigned char ret[32])
{
    pthread_mutex_lock(&s->all->lock);
    memcpy(ret, s->shop.hash_key, 32);
    pthread_mutex_unlock(&s->all->lock);
}

bool feeds_post(struct feed_shop *s, struct feed_event *events, size_t n)
{
    pthread_mutex_lock(&s->all->lock);
    struct feed *feed = s->feed;
    pthread_mutex_unlock(&s->all->lock);
    return feed_post_all(feed, events, n);
}

/* ---- what was refused ---- */

static bool refusals_run(struct store *s, void *arg)
{
    struct feeds *f = arg;
    pthread_mutex_lock(&f->lock);
    f->taken_count = f->pending_count;
    memcpy(f->taken, f->pending, sizeof f->pending);
    f->pending_count = 0;
    f->posted = false;
    pthread_mutex_unlock(&f->lock);
    bool ok = true;
    for (int i = 0; ok && i < f->taken_count; i++) {
        const struct shop shop = { .merchant_id = f->taken[i].merchant_id, .store_id = f->taken[i].store_id };
        ok = feed_refusal_add(s, &shop, &f->taken[i].refusal);
    }
    return ok;
}

static void refusals_done(void *arg, enum writer_result result)
{
    struct feeds *f = arg;
    if (result == WRITER_DONE) return;
    pthread_mutex_lock(&f->lock); /* those are lost; the next ones are tried again */
    f->posted = false;
    pthread_mutex_unlock(&f->lock);
}

void feeds_refused(struct feed_shop *s, enum feed_source source, struct text subject, const struct event_why *why)
{
    struct feeds *f = s->all;
    pthread_mutex_lock(&f->lock);
    if (f->pending_count < PENDING_MAX) {
        struct pending *p = &f->pending[f->pending_count++];
        *p = (struct pending){ s->shop.merchant_id, s->shop.store_id, .refusal = { .source = source, .at_ms = f->env->now_ms(f->env->ctx) } };
        text_copy(p->refusal.code, sizeof p->refusal.code, why->code);
        text_copy(p->refusal.en, sizeof p->refusal.en, why->en);
        text_copy(p->refusal.zh, sizeof p->refusal.zh, why->zh);
        text_copy(p->refusal.subject, sizeof p->refusal.subject, text_utf8_valid(subject) ? subject : TEXT_NONE);
        if (!f->posted) f->posted = writer_post(f->writer, &(struct writer_request){ refusals_run, refusals_done, f });
    }
    pthread_mutex_unlock(&f->lock);
}

/* ---- the last ones ---- */

void feeds_note(struct feed_shop *s, const struct feed_last *what)
{
    pthread_mutex_lock(&s->all->lock);
    s->last[s->last_count++ % FEEDS_LAST] = *what;
    pthread_mutex_unlock(&s->all->lock);
}

int feeds_last(struct feeds *f, struct text store, struct feed_last ret[FEEDS_LAST])
{
    int n = 0;
    pthread_mutex_lock(&f->lock);
    const struct feed_shop *s = shop_of(f, store);
    for (uint64_t i = s ? s->last_count : 0; i > 0 && n < FEEDS_LAST; i--) ret[n++] = s->last[(i - 1) % FEEDS_LAST];
    pthread_mutex_unlock(&f->lock);
    return n;
}
