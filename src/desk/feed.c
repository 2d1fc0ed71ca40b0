/* See feed.h. At most one request of the feed is with the writer: feed_run takes what waits when its turn comes, feed_done answers
 * it and posts again when more has come meanwhile. */
#include "desk/feed.h"
#include <assert.h>
#include <pthread.h>
#include "base/limits.h"
#include "desk/waiter.h"
#include "store/inbox_store.h"

struct feed {
    const struct env *env;
    struct writer *writer;
    struct shop shop;
    uint64_t replaced;                  /* writer_replaced at feed_open: what it was opened for */
    pthread_mutex_t lock;               /* guards the five lines below */
    struct feed_event *first, **last;   /* waiting */
    size_t waiting;
    bool posted;                        /* a request is with the writer and has not taken its events yet */
    bool single;                        /* what was taken last was one event: see struct writer */

    /* of the writer's seat */
    struct feed_event *taken;
    struct order_claim claims[FEED_TOGETHER_MAX];
    const struct feed_id *ids[FEED_TOGETHER_MAX];
    bool fresh[FEED_TOGETHER_MAX];
    struct inbox_event packed;
};

struct feed *feed_open(const struct env *env, struct writer *w, const struct shop *shop)
{
    struct feed *f = env->memory.take(env->memory.ctx, sizeof *f);
    if (!f) return NULL;
    memset(f, 0, sizeof *f);
    f->env = env;
    f->writer = w;
    f->shop = *shop;
    f->replaced = writer_replaced(w);
    f->last = &f->first;
    f->single = true;
    pthread_mutex_init(&f->lock, NULL);
    return f;
}

void feed_close(struct feed *f)
{
    assert(!f->first && !f->taken);
    pthread_mutex_destroy(&f->lock);
    f->env->memory.give(f->env->memory.ctx, f, sizeof *f);
}

/* ---- what is applied together ---- */

static bool tally(struct store *s, const struct shop *shop, const struct feed_event *first)
{
    struct feed_tallies all = feed_tallies_none();
    for (const struct feed_event *e = first; e; e = e->next) {
        struct feed_tally *t = &all.of[e->id.source];
        if (e->fresh) t->accepted++;
        else t->duplicates++;
        if (e->n && e->claims[0].as_of_ms > t->last_as_of_ms) t->last_as_of_ms = e->claims[0].as_of_ms;
    }
    return feed_tallies_add(s, shop, &all);
}

/* The events of a list, in one savepoint: their ids, the claims of those that are new, their feed's figures. */
static bool events_apply(struct store *s, struct feed *f, struct feed_event *first)
{
    size_t n = 0, claims = 0, i = 0;
    if (writer_replaced(f->writer) != f->replaced) return false; /* the shop may be another one, or none */
    for (struct feed_event *e = first; e; e = e->next) f->ids[n++] = &e->id;
    if (!feed_ids_take(s, &f->shop, f->ids, n, f->fresh)) return false;
    for (struct feed_event *e = first; e; e = e->next, i++) {
        e->fresh = f->fresh[i];
        if (!e->fresh || e->n == 0) continue;
        memcpy(f->claims + claims, e->claims, e->n * sizeof *e->claims);
        claims += e->n;
    }
    return apply_live(s, &f->shop, f->claims, claims) && tally(s, &f->shop, first);
}

/* ---- together ---- */

static bool feed_run(struct store *s, void *arg)
{
    struct feed *f = arg;
    size_t n = 0, claims = 0;
    struct feed_event **end = &f->taken;
    pthread_mutex_lock(&f->lock);
    while (f->first && n < FEED_TOGETHER_MAX && claims + f->first->n <= FEED_TOGETHER_MAX) {
        struct feed_event *e = f->first;
        claims += e->n;
        n++;
        f->first = e->next;
        f->waiting--;
        *end = e;
        end = &e->next;
    }
    *end = NULL;
    if (!f->first) f->last = &f->first;
    f->posted = false;
    f->single = n <= 1;
    pthread_mutex_unlock(&f->lock);
    return events_apply(s, f, f->taken);
}

/* ---- one alone ---- */

/* The event that waits, when it is the only one and the inbox takes it: into f->packed. */
static bool feed_may_accept(void *arg)
{
    struct feed *f = arg;
    pthread_mutex_lock(&f->lock);
    struct feed_event *e = f->first;
    const bool one = e && !e->next && f->single; /* among many, what waits is applied together anyway */
    pthread_mutex_unlock(&f->lock);
    if (!one || e->n == 0 || writer_replaced(f->writer) != f->replaced || !inbox_pack(e->id.source, e->claims, e->n, &f->packed)) return false;
    pthread_mutex_lock(&f->lock);
    f->first = e->next; /* others may have come behind it */
    if (!f->first) f->last = &f->first;
    f->waiting--;
    f->posted = false;
    pthread_mutex_unlock(&f->lock);
    e->next = NULL;
    f->taken = e;
    return true;
}

static bool feed_accept(struct store *s, void *arg)
{
    struct feed *f = arg;
    struct feed_event *e = f->taken;
    f->ids[0] = &e->id;
    if (!feed_ids_take(s, &f->shop, f->ids, 1, &e->fresh)) return false;
    return e->fresh ? inbox_put(s, &f->shop, &f->packed) : tally(s, &f->shop, e);
}

static bool one_run(struct store *s, void *arg)
{
    struct feed_event *e = arg;
    return events_apply(s, e->feed, e);
}

static void one_done(void *arg, enum writer_result result)
{
    const struct feed_event *e = arg;
    e->done(e->arg, result);
}

/* The reducer failed on these together: each by itself. */
static void one_by_one(struct feed *f, struct feed_event *e)
{
    while (e) {
        struct feed_event *next = e->next;
        e->next = NULL;
        if (!writer_post(f->writer, &(struct writer_request){ one_run, one_done, e })) e->done(e->arg, WRITER_FAILED);
        e = next;
    }
}

static void feed_done(void *arg, enum writer_result result);
#define FEED_REQUEST(f) (struct writer_request){ feed_run, feed_done, f, feed_may_accept, feed_accept }

/* With the lock held: a request, when one is needed and none is there. */
static bool post_if_needed(struct feed *f)
{
    if (f->first && !f->posted) f->posted = writer_post(f->writer, &FEED_REQUEST(f));
    return f->posted || !f->first;
}

static void feed_done(void *arg, enum writer_result result)
{
    struct feed *f = arg;
    struct feed_event *e = f->taken, *stranded = NULL;
    f->taken = NULL;
    const bool alone = e && !e->next;
    pthread_mutex_lock(&f->lock);
    if (!e) f->posted = false; /* it never ran */
    if (!e || !post_if_needed(f)) { /* the writer takes no more: nobody else would ever answer these */
        stranded = f->first;
        f->first = NULL;
        f->last = &f->first;
        f->waiting = 0;
    }
    pthread_mutex_unlock(&f->lock);

    const bool by_itself = (result == WRITER_FAILED || result == WRITER_REFUSED) && !alone && !writer_failed(f->writer);
    if (by_itself) {
        one_by_one(f, e);
        e = NULL;
    }
    while (e) {
        struct feed_event *next = e->next;
        e->done(e->arg, result);
        e = next;
    }
    while (stranded) {
        struct feed_event *next = stranded->next;
        stranded->done(stranded->arg, WRITER_STOPPED);
        stranded = next;
    }
}

bool feed_post_all(struct feed *f, struct feed_event *events, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        assert(events[i].n <= FEED_CLAIMS_MAX && (events[i].n || events[i].id.source));
        events[i].next = i + 1 < n ? &events[i + 1] : NULL;
        events[i].feed = f;
    }
    if (n == 0) return true;
    pthread_mutex_lock(&f->lock);
    bool ok = f->waiting + n <= LIMIT_WRITER_QUEUE;
    if (ok) {
        struct feed_event **was_last = f->last;
        *f->last = events;
        f->last = &events[n - 1].next;
        f->waiting += n;
        ok = post_if_needed(f);
        if (!ok) { /* they are the only ones: whoever posted before is with the writer */
            *was_last = NULL;
            f->last = was_last;
            f->waiting -= n;
        }
    }
    pthread_mutex_unlock(&f->lock);
    return ok;
}

bool feed_post(struct feed *f, struct feed_event *e) { return feed_post_all(f, e, 1); }

/* ---- waiting for the answer ---- */

static void call_done(void *arg, enum writer_result result) { waiter_done(arg, result); }

/* As feed_post, and this thread is the writer that the event is posted to. */
static bool serve(struct feed *f, struct feed_event *e)
{
    pthread_mutex_lock(&f->lock);
    const bool sits = !f->first && !f->posted && f->single && writer_sit(f->writer);
    if (sits) {
        e->feed = f;
        f->first = e;
        f->last = &e->next;
        f->waiting = 1;
        f->posted = true;
    }
    pthread_mutex_unlock(&f->lock);
    if (sits) writer_serve(f->writer, &FEED_REQUEST(f));
    return sits;
}

enum writer_result feed_call(struct feed *f, const struct order_claim *claims, size_t n)
{
    struct waiter waiter = WAITER_INIT;
    struct feed_event e = { .claims = claims, .n = n, .done = call_done, .arg = &waiter };
    assert(n <= FEED_CLAIMS_MAX && n > 0);
    return serve(f, &e) || feed_post(f, &e) ? waiter_wait(&waiter) : WRITER_STOPPED;
}
