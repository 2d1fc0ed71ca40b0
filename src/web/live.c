/* See live.h. One list of those who wait under one lock, one thread that wakes when the writer says that something changed or when the
 * first has waited long enough.
 *
 * No change is missed: who comes is first counted (`present`), then compares revisions; the writer first lets the revision grow, then
 * looks whether anybody is present. Whichever is first, one of the two sees the other. */
#include "web/live.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include "desk/writer.h"
#include "web/call.h"
#include "web/memory.h"
#include "web/pages.h"
#include "web/reply.h"

#define US_PER_MS INT64_C(1000)

struct waiting { struct waiting *next; struct call *call; int64_t store_id; uint64_t known; int64_t until_us; }; /* in the call's arena */
struct live {
    struct web *web;
    uint64_t run;               /* of this run of the program: random */
    pthread_t thread;
    bool runs;
    pthread_mutex_t lock;       /* guards the three lines below */
    pthread_cond_t wake;
    struct waiting *waiting;
    int64_t next_us;            /* when the first of them has waited long enough; INT64_MAX: nobody waits */
    bool stopping;
    atomic_bool stirred;        /* something changed since those who wait were looked at */
    atomic_int present;         /* who waits, or is about to */
};

static int64_t now_us(const struct live *l) { return l->web->env->monotonic_us(l->web->env->ctx); }
static uint64_t revision_of(const struct live *l, int64_t store_id) { return writer_revision(desk_writer(l->web->options.desk), store_id); }

/* ---- answers ---- */

static struct text token(char ret[LIVE_TOKEN_BYTES], const struct live *l, uint64_t revision)
{
    const int n = snprintf(ret, LIVE_TOKEN_BYTES, "%016" PRIx64 "-%" PRIu64, l->run, revision);
    return (struct text){ ret, (size_t)n };
}

static struct http_response *news(const struct live *l, uint64_t revision, int again_after_s)
{
    char t[LIVE_TOKEN_BYTES], body[128];
    token(t, l, revision);
    const int n = snprintf(body, sizeof body, "{\"revision\":\"%s\",\"again_after_s\":%d}", t, again_after_s);
    return reply_data(l->web, (struct text){ body, (size_t)n });
}

/* All who are told the same get the same bytes. */
static void answer_all(struct live *l, struct waiting *list)
{
    struct http_response *last = NULL;
    uint64_t last_revision = 0;
    while (list) {
        struct waiting *w = list;
        list = w->next;
        const uint64_t revision = revision_of(l, w->store_id);
        if (!last || revision != last_revision) {
            http_response_unref(last);
            last = news(l, revision, 0);
            last_revision = revision;
        }
        atomic_fetch_sub(&l->present, 1);
        if (last) call_answer(w->call, http_response_ref(last));
        else reply_internal(w->call, "no memory");
    }
    http_response_unref(last);
}

/* ---- the thread ---- */

/* In the writer's seat. */
static void on_change(void *ctx)
{
    struct live *l = ctx;
    if (atomic_load(&l->present) == 0 || atomic_exchange(&l->stirred, true)) return;
    pthread_mutex_lock(&l->lock);
    pthread_cond_signal(&l->wake);
    pthread_mutex_unlock(&l->lock);
}

/* With the lock held. */
static void sleep_until(struct live *l, int64_t at_us)
{
    const struct timespec t = { .tv_sec = (time_t)(at_us / 1000000), .tv_nsec = (long)(at_us % 1000000) * 1000 };
    pthread_cond_timedwait(&l->wake, &l->lock, &t);
}

/* Takes those out whose shop has changed or who have waited long enough. With the lock held. */
static struct waiting *take_ready(struct live *l, int64_t at_us)
{
    struct waiting *ready = NULL, **link = &l->waiting;
    l->next_us = INT64_MAX;
    while (*link) {
        struct waiting *w = *link;
        if (l->stopping || w->until_us <= at_us || revision_of(l, w->store_id) != w->known) {
            *link = w->next;
            w->next = ready;
            ready = w;
        } else {
            if (w->until_us < l->next_us) l->next_us = w->until_us;
            link = &w->next;
        }
    }
    return ready;
}

/* Sleeps until something changed or the first of those who wait has waited long enough. With the lock held. */
static void sleep_until_due(struct live *l)
{
    while (!l->stopping && !atomic_load(&l->stirred)) {
        if (l->next_us == INT64_MAX) pthread_cond_wait(&l->wake, &l->lock);
        else if (now_us(l) < l->next_us) sleep_until(l, l->next_us);
        else return;
    }
}

static void *run(void *arg)
{
    struct live *l = arg;
    bool ends = false;
    pthread_mutex_lock(&l->lock);
    while (!ends) {
        sleep_until_due(l);
        atomic_store(&l->stirred, false); /* before looking: what changes from now on is looked at again */
        ends = l->stopping;
        const int64_t looked_us = now_us(l), pace_us = looked_us + LIVE_PACE_MS * US_PER_MS;
        struct waiting *ready = take_ready(l, looked_us);
        pthread_mutex_unlock(&l->lock);
        answer_all(l, ready);
        pthread_mutex_lock(&l->lock);
        while (!l->stopping && now_us(l) < pace_us) sleep_until(l, pace_us);
    }
    pthread_mutex_unlock(&l->lock);
    return NULL;
}

/* ---- who asks ---- */

/* Which revision of this run a token names. False: none. */
static bool revision_in(const struct live *l, struct text since, uint64_t *ret)
{
    char t[LIVE_TOKEN_BYTES];
    struct text number;
    int64_t n;
    text_cut(since, '-', &number);
    if (!text_to_i64(number, &n) || n < 0) return false;
    *ret = (uint64_t)n;
    return text_eq(since, token(t, l, *ret));
}

/* True: parked, to be answered by the thread. False: to be answered at once. Who knows an older revision is parked as well, and answered when
 * the thread looks next: in a burst, whoever asks again after each answer would otherwise be told of each commit. */
static bool park(struct live *l, struct waiting *w, struct text since, bool waits)
{
    bool parked = false;
    pthread_mutex_lock(&l->lock);
    const uint64_t current = revision_of(l, w->store_id);
    if (!l->stopping && revision_in(l, since, &w->known) && (w->known == current || (w->known < current && waits))) {
        parked = true;
        w->next = l->waiting;
        l->waiting = w;
        if (w->known != current) atomic_store(&l->stirred, true);
        if (w->until_us < l->next_us) l->next_us = w->until_us;
        pthread_cond_signal(&l->wake);
    }
    pthread_mutex_unlock(&l->lock);
    return parked;
}

void live_wait(struct live *l, struct call *c, int64_t store_id, struct text since, int64_t wait_ms)
{
    struct waiting *w = ARENA_NEW(&c->q->arena, struct waiting);
    const bool crowded = atomic_fetch_add(&l->present, 1) >= LIVE_WAITERS_MAX;
    if (w) *w = (struct waiting){ .call = c, .store_id = store_id, .until_us = now_us(l) + wait_ms * US_PER_MS };
    if (w && !crowded && park(l, w, since, wait_ms > 0)) return; /* the call may be answered by now */
    atomic_fetch_sub(&l->present, 1);
    struct http_response *r = w ? news(l, revision_of(l, store_id), crowded ? LIVE_CROWDED_S : 0) : NULL;
    if (r) call_answer(c, r);
    else reply_internal(c, "no memory");
}

void changes_read(struct call *c, struct store *s)
{
    struct shop shop;
    const struct text asked = target_arg(&c->target, "wait_s");
    int64_t wait_s = LIVE_WAIT_MS / 1000;
    if (!call_shop(c, s, &shop)) return;
    if (asked.len && (!text_to_i64(asked, &wait_s) || wait_s < 0 || wait_s > LIVE_WAIT_MS / 1000)) {
        reply_fault(c, FAULT_FIELD, "wait_s");
        return;
    }
    live_wait(c->web->live, c, shop.store_id, target_arg(&c->target, "since"), wait_s * 1000);
}

/* ---- start and stop ---- */

static bool wake_init(struct live *l)
{
    pthread_condattr_t attr;
    if (pthread_condattr_init(&attr) != 0) return false;
    const bool ok = pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) == 0 && pthread_cond_init(&l->wake, &attr) == 0;
    pthread_condattr_destroy(&attr);
    return ok;
}

struct live *live_start(struct web *w, char *message, size_t message_size)
{
    struct live *l = memory_take(w->env, sizeof *l);
    if (!l) {
        snprintf(message, message_size, "There is no memory left to start the web server.");
        return NULL;
    }
    l->web = w;
    l->next_us = INT64_MAX;
    w->env->random(w->env->ctx, &l->run, sizeof l->run);
    if (!wake_init(l)) {
        snprintf(message, message_size, "No thread can be started for live pages.");
        memory_give(w->env, l, sizeof *l);
        return NULL;
    }
    pthread_mutex_init(&l->lock, NULL);
    l->runs = pthread_create(&l->thread, NULL, run, l) == 0;
    if (!l->runs) {
        snprintf(message, message_size, "No thread can be started for live pages.");
        live_free(l);
        return NULL;
    }
    writer_watch(desk_writer(w->options.desk), on_change, l);
    return l;
}

void live_stop(struct live *l)
{
    if (!l || !l->runs) return;
    writer_watch(desk_writer(l->web->options.desk), NULL, NULL);
    pthread_mutex_lock(&l->lock);
    l->stopping = true;
    pthread_cond_signal(&l->wake);
    pthread_mutex_unlock(&l->lock);
    pthread_join(l->thread, NULL);
    l->runs = false;
}

void live_free(struct live *l)
{
    if (!l) return;
    pthread_cond_destroy(&l->wake);
    pthread_mutex_destroy(&l->lock);
    memory_give(l->web->env, l, sizeof *l);
}
