/* What other threads ask of the writer: that a request or a job be done, and how it does. See writer_parts.h. */
#include "desk/writer_parts.h"
#include <assert.h>
#include <time.h>
#include "desk/waiter.h"

enum { LIVE_US = 1000000 };

bool writer_post(struct writer *w, const struct writer_request *r)
{
    pthread_mutex_lock(&w->lock);
    const bool ok = w->queue_count < LIMIT_WRITER_QUEUE && !w->refusing;
    if (ok) {
        w->queue[(w->queue_head + w->queue_count) % LIMIT_WRITER_QUEUE] = *r;
        w->queue_count++;
        writer_wake_locked(w);
    }
    pthread_mutex_unlock(&w->lock);
    return ok;
}

uint64_t writer_revision(const struct writer *w, int64_t store_id) { return atomic_load(&w->revisions[store_id % LIMIT_STORES]); }

void writer_watch(struct writer *w, void (*changed)(void *ctx), void *ctx)
{
    pthread_mutex_lock(&w->watch_lock);
    w->on_change = changed;
    w->on_change_ctx = ctx;
    pthread_mutex_unlock(&w->watch_lock);
}

struct call { bool (*run)(struct store *, void *); void *arg; struct waiter waiter; };

static bool call_run(struct store *s, void *arg)
{
    struct call *c = arg;
    return c->run(s, c->arg);
}

static void call_done(void *arg, enum writer_result result) { waiter_done(&((struct call *)arg)->waiter, result); }

enum writer_result writer_call(struct writer *w, bool (*run)(struct store *, void *), void *arg)
{
    assert(!pthread_equal(pthread_self(), w->thread));
    struct call c = { run, arg, WAITER_INIT };
    const struct writer_request request = { call_run, call_done, &c };
    if (writer_sit(w)) {
        writer_serve(w, &request);
        return waiter_wait(&c.waiter);
    }
    while (!writer_post(w, &request)) {
        pthread_mutex_lock(&w->lock);
        const bool refusing = w->refusing;
        pthread_mutex_unlock(&w->lock);
        if (refusing) return WRITER_STOPPED;
        nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL); /* the queue is full: this caller may wait */
    }
    return waiter_wait(&c.waiter);
}

static bool nothing_run(struct store *s, void *arg)
{
    (void)s;
    (void)arg;
    return true;
}

/* Whatever is run, what was accepted is taken in before it. */
void writer_settle(struct writer *w)
{
    if (atomic_load(&w->backlog) > 0) (void)writer_call(w, nothing_run, NULL);
}

enum writer_result writer_call_alone(struct writer *w, bool (*run)(struct store *, void *), void *arg)
{
    assert(!pthread_equal(pthread_self(), w->thread));
    struct call c = { run, arg, WAITER_INIT };
    const struct writer_request request = { call_run, call_done, &c };
    pthread_mutex_lock(&w->lock);
    const bool refusing = w->refusing;
    if (!refusing) {
        assert(!atomic_load(&w->alone));
        atomic_store(&w->alone, &request);
        writer_wake_locked(w);
    }
    pthread_mutex_unlock(&w->lock);
    return refusing ? WRITER_STOPPED : waiter_wait(&c.waiter);
}

bool writer_job_post(struct writer *w, const struct writer_job *j)
{
    pthread_mutex_lock(&w->lock);
    const bool ok = w->job_count < JOBS_MAX && !w->stopping;
    if (ok) {
        w->jobs[(w->job_head + w->job_count) % JOBS_MAX] = *j;
        w->job_count++;
        writer_wake_locked(w);
    }
    pthread_mutex_unlock(&w->lock);
    return ok;
}

void writer_wake(struct writer *w)
{
    pthread_mutex_lock(&w->lock);
    w->woken = true;
    writer_wake_locked(w);
    pthread_mutex_unlock(&w->lock);
}

bool writer_is_live(const struct writer *w) { return w->served_us > 0 && writer_now_us(w) - w->served_us < LIVE_US; }
uint64_t writer_commits(const struct writer *w) { return atomic_load(&w->commits); }
uint64_t writer_replaced(const struct writer *w) { return atomic_load(&w->replaced); }
bool writer_failed(const struct writer *w) { return atomic_load(&w->failed); }
