/* The writer's seat and its thread.  Read in this order: struct writer in writer_parts.h (what is shared, what belongs to the seat), writer_main
 * (the loop), serve_requests and job_slice (the two kinds of work), commit_all (the one place that commits), undo_all (the one that does not).
 * Starting and stopping: writer_open.c.
 *
 * Whoever works with the connection has the seat, one at a time.  Mostly that is the thread.  A caller that waits for its answer, finds the seat
 * empty and nothing to do takes it instead (writer_sit): it does its own request and saves two changes of thread.  What
 * comes meanwhile queues, and when it leaves it wakes the thread for that, and for a log that has grown long.
 *
 * A request that is alone with nothing else under way may be accepted only (serve_accepting); take_in does the rest, before any other
 * transaction is begun. So while something waits in the inbox no transaction is open, but with a full disk.
 *
 * A turn of the loop takes every request that waits (at most BATCH_MAX), runs each in a savepoint, commits once and answers all.
 * When no request waits the current job gets a slice; its work stays uncommitted until a request commits it along, or until it is
 * old enough: a long import pays for few commits (it soon shows progress, then commits more and more rarely), and a live request
 * never waits longer than one slice and one commit.
 *
 * What a failed commit means depends on why.  A full disk: everything since the last commit is rolled back, the desk goes on.  Any
 * other input/output error: nobody can know what reached the disk, so nothing is retried; the writer stops for good, says so
 * through writer_failed() and its callback, and leaves the log as it is for the next start to recover from. */
#include "desk/writer_parts.h"
#include <assert.h>
#include <stdio.h>
#include <time.h>
#include "base/limits.h"
#include "store/inbox_store.h"

enum {
    JOB_COMMIT_US = 2000000,        /* a job's work is durable at least this often */
    WAL_PAGES_CALM = 8192,          /* checkpoint when the log is longer: 32 MiB of 4 KiB pages */
    WAL_PAGES_JOB = 16384,          /* while a job runs and nobody asks: one a commit, mostly */
    WAL_PAGES_FORCE = 65536,        /* readers kept the log from starting over: wait for them */
    JOB_STARVES_US = 10000,         /* a job gets a slice at least this often, however many requests come */
    BACKLOG_US = 50000,             /* what was accepted is taken in so soon: many at a time also on a disk that takes milliseconds to sync */
    BACKLOG_RETRY_US = 1000000,     /* after it could not be, with a full disk */
};

/* ---- failure ---- */

static void fail_for_good(struct writer *w)
{
    if (atomic_exchange(&w->failed, true)) return;
    atomic_store(&w->backlog, 0); /* for the next start */
    if (w->on_failure) w->on_failure(w->on_failure_ctx, db_error_message(w->store.db));
}

/* What the last failed database call means to those who wait. */
static enum writer_result result_of_error(struct writer *w)
{
    switch (db_error(w->store.db)) {
    case DB_OK: return atomic_load(&w->failed) ? WRITER_FAILED : WRITER_REFUSED;
    case DB_ERROR_FULL: return WRITER_FULL;
    case DB_ERROR_IO:
    case DB_ERROR_CORRUPT: fail_for_good(w); return WRITER_FAILED;
    case DB_ERROR_OPEN:
    case DB_ERROR_NEWER:
    case DB_ERROR_OLDER:
    case DB_ERROR_NOT_OURS:
    case DB_ERROR_BUSY:
    case DB_ERROR_MEMORY:
    case DB_ERROR_CONSTRAINT:
    case DB_ERROR_OTHER: return WRITER_FAILED;
    }
    return WRITER_FAILED;
}

/* SQLite may have ended the whole transaction by itself after these. */
static bool error_ends_transaction(const struct writer *w)
{
    switch (db_error(w->store.db)) {
    case DB_ERROR_FULL:
    case DB_ERROR_IO:
    case DB_ERROR_CORRUPT:
    case DB_ERROR_BUSY:
    case DB_ERROR_MEMORY: return true;
    case DB_OK:
    case DB_ERROR_OPEN:
    case DB_ERROR_NEWER:
    case DB_ERROR_OLDER:
    case DB_ERROR_NOT_OURS:
    case DB_ERROR_CONSTRAINT:
    case DB_ERROR_OTHER: return false;
    }
    return true;
}

/* ---- jobs ---- */

static struct writer_job *current_job(struct writer *w)
{
    return w->job_count > 0 ? &w->jobs[w->job_head] : NULL; /* only who has the seat removes; others append behind */
}

static void job_finish(struct writer *w, enum writer_result result)
{
    pthread_mutex_lock(&w->lock);
    const struct writer_job job = w->jobs[w->job_head];
    w->job_head = (w->job_head + 1) % JOBS_MAX;
    w->job_count--;
    pthread_mutex_unlock(&w->lock);
    w->job_dirty = false;
    w->job_waits = false;
    w->commit_us = JOB_COMMIT_FIRST_US;
    if (job.end) job.end(job.arg, result);
}

/* Rolls everything since the last commit back; a job that took part ends. */
static void undo_all(struct writer *w, enum writer_result why)
{
    db_rollback(w->store.db);
    db_error_clear(w->store.db);
    w->open = false;
    w->store.touched = 0;
    if (!w->job_dirty) return;
    const struct writer_job *job = current_job(w);
    if (job->rolled_back) job->rolled_back(job->arg, why);
    job_finish(w, why);
}

static bool begin(struct writer *w)
{
    db_error_clear(w->store.db);
    if (!db_begin(w->store.db)) return false;
    w->open = true;
    w->opened_us = writer_now_us(w);
    return true;
}

/* What was committed may be seen by pages: their shops have a new revision. */
static void tell_change(struct writer *w)
{
    const uint64_t touched = w->store.touched;
    w->store.touched = 0;
    if (touched == 0) return;
    for (int i = 0; i < LIMIT_STORES; i++)
        if (touched >> i & 1) atomic_fetch_add(&w->revisions[i], 1);
    pthread_mutex_lock(&w->watch_lock);
    if (w->on_change) w->on_change(w->on_change_ctx);
    pthread_mutex_unlock(&w->watch_lock);
}

static enum writer_result commit_all(struct writer *w)
{
    if (!w->open) return WRITER_DONE;
    const struct writer_job *job = w->job_dirty ? current_job(w) : NULL;
    const bool flushed = !job || !job->before_commit || job->before_commit(&w->store, job->arg);
    if (!flushed || !db_commit(w->store.db)) {
        enum writer_result why = result_of_error(w);
        if (why == WRITER_REFUSED) why = WRITER_FAILED; /* the job cannot flush and knows no database error: its own fault */
        undo_all(w, why);
        return why;
    }
    w->open = false;
    w->job_dirty = false;
    atomic_fetch_add(&w->commits, 1);
    tell_change(w);
    if (job) (void)db_overflows(w->store.db); /* told of what is over */
    if (job && job->committed) job->committed(job->arg);
    return WRITER_DONE;
}

/* ---- what was accepted ---- */

static bool backlog_due(const struct writer *w)
{
    const int n = atomic_load_explicit(&w->backlog, memory_order_relaxed);
    if (n == 0) return false;
    return (n >= BACKLOG_MAX && !w->backlog_fails) || writer_now_us(w) >= atomic_load_explicit(&w->backlog_due_us, memory_order_relaxed);
}

/* In a transaction of its own. When it fails all of it waits on, and the others go on without it: claims say themselves as of when they are. */
static void take_in(struct writer *w)
{
    if (atomic_load(&w->backlog) == 0 || atomic_load(&w->failed)) return;
    if (begin(w) && inbox_apply(&w->store) && commit_all(w) == WRITER_DONE) {
        atomic_store(&w->backlog, 0);
        w->backlog_fails = false;
        return;
    }
    if (w->open) undo_all(w, result_of_error(w));
    else result_of_error(w);
    db_error_clear(w->store.db);
    w->backlog_fails = true;
    atomic_store(&w->backlog_due_us, writer_now_us(w) + BACKLOG_RETRY_US);
}

void writer_backlog_read(struct writer *w)
{
    const int64_t n = inbox_waiting(&w->store);
    db_error_clear(w->store.db);
    atomic_store(&w->backlog, n < 0 ? 0 : n > BACKLOG_MAX ? BACKLOG_MAX : (int)n);
    atomic_store(&w->backlog_due_us, 0);
    w->backlog_fails = false;
}

static bool begin_if_needed(struct writer *w)
{
    if (w->open) return true;
    take_in(w);
    return !atomic_load(&w->failed) && begin(w);
}

/* ---- jobs, continued ---- */

static void job_slice(struct writer *w)
{
    const struct writer_job *job = current_job(w);
    w->sliced_us = writer_now_us(w);
    if (!begin_if_needed(w)) {
        const enum writer_result why = result_of_error(w);
        if (job->rolled_back) job->rolled_back(job->arg, why);
        job_finish(w, why);
        return;
    }
    db_error_clear(w->store.db);
    const enum job_step step = job->step(&w->store, job->arg);
    switch (step) {
    case JOB_MORE: w->job_dirty = true; break;
    case JOB_WAIT: w->job_waits = true; break;
    case JOB_END:
        w->job_dirty = true;
        if (commit_all(w) == WRITER_DONE) job_finish(w, WRITER_DONE); /* otherwise it has ended already */
        return;
    case JOB_ERROR:
        w->job_dirty = true;
        undo_all(w, result_of_error(w));
        return;
    }
    if (!w->job_dirty) { /* nothing was written: hold no empty transaction open */
        db_rollback(w->store.db);
        w->open = false;
    } else if (db_overflows(w->store.db)) { /* full long before it is old: the log stays short, and nobody waits long for a commit */
        commit_all(w);
    } else if (writer_now_us(w) - w->opened_us >= w->commit_us) {
        commit_all(w);
        w->commit_us = w->commit_us * 2 < JOB_COMMIT_US ? w->commit_us * 2 : JOB_COMMIT_US;
    }
}

/* ---- requests ---- */

/* Runs one request in its savepoint; a transaction of nothing but this request needs none.  False: the whole transaction is lost. */
static bool run_request(struct writer *w, const struct writer_request *r, bool alone, enum writer_result *ret)
{
    struct db *db = w->store.db;
    db_error_clear(db);
    if (!alone && !db_savepoint(db)) {
        *ret = result_of_error(w);
        return false;
    }
    if (r->run(&w->store, r->arg) && (alone || db_release(db))) {
        *ret = WRITER_DONE;
        return true;
    }
    *ret = result_of_error(w);
    if (alone || error_ends_transaction(w)) return false;
    db_rollback_to(db);
    return true;
}

/* A request alone: accepted, committed and answered. False: it is to be run. */
static bool serve_accepting(struct writer *w)
{
    const struct writer_request r = w->batch[0];
    if (w->batch_count != 1 || !r.accept || w->open || atomic_load(&w->job_count) > 0 || atomic_load(&w->backlog) >= BACKLOG_MAX) return false;
    if (!r.may_accept(r.arg)) return false;
    enum writer_result result = begin(w) && r.accept(&w->store, r.arg) ? commit_all(w) : result_of_error(w);
    if (w->open) undo_all(w, result);
    if (result == WRITER_DONE) {
        if (atomic_load(&w->backlog) == 0) atomic_store(&w->backlog_due_us, writer_now_us(w) + BACKLOG_US);
        atomic_fetch_add(&w->backlog, 1);
    }
    w->batch_count = 0;
    w->single = true;
    r.done(r.arg, result);
    w->served_us = writer_now_us(w);
    return true;
}

static void serve_requests(struct writer *w)
{
    if (serve_accepting(w)) return;
    const size_t n = w->batch_count;
    size_t ran = 0;
    enum writer_result lost = WRITER_DONE; /* why the whole transaction was lost */
    if (!begin_if_needed(w)) {
        lost = result_of_error(w);
    } else {
        const bool alone = n == 1 && !w->job_dirty;
        for (; ran < n && lost == WRITER_DONE; ran++)
            if (!run_request(w, &w->batch[ran], alone, &w->results[ran])) lost = w->results[ran];
    }
    bool any = false;
    for (size_t i = 0; i < ran; i++) any = any || w->results[i] == WRITER_DONE;
    if (lost != WRITER_DONE) undo_all(w, lost);
    else if (any || w->job_dirty) lost = commit_all(w);
    else undo_all(w, WRITER_REFUSED);
    for (size_t i = 0; i < n; i++) {
        enum writer_result result = i < ran ? w->results[i] : lost;
        if (lost != WRITER_DONE && result == WRITER_DONE) result = lost == WRITER_REFUSED ? WRITER_FAILED : lost;
        if (w->batch[i].done) w->batch[i].done(w->batch[i].arg, result);
    }
    w->batch_count = 0;
    w->single = n == 1;
    w->served_us = writer_now_us(w);
}

static void serve_alone(struct writer *w)
{
    const struct writer_request *r = atomic_exchange(&w->alone, NULL);
    assert(r);
    assert(!current_job(w));
    enum writer_result result = commit_all(w);
    if (result == WRITER_DONE) take_in(w);
    if (atomic_load(&w->failed)) result = WRITER_FAILED;
    db_error_clear(w->store.db);
    if (result == WRITER_DONE) result = r->run(&w->store, r->arg) ? WRITER_DONE : result_of_error(w);
    if (result == WRITER_DONE) {
        atomic_store(&w->replaced, atomic_load(&w->commits) + 1);
        atomic_fetch_add(&w->commits, 1);
        writer_backlog_read(w);
        store_touch(&w->store, 0);
        tell_change(w);
    }
    r->done(r->arg, result);
    if (atomic_load(&w->failed) || db_checkpoint(w->store.db, true)) return; /* the log held the whole content */
    result_of_error(w);
    db_error_clear(w->store.db);
}

/* ---- the log ---- */

static bool log_is_long(struct writer *w)
{
    if (w->open || atomic_load(&w->failed)) return false;
    const bool alone = current_job(w) && !writer_is_live(w);
    return db_wal_pages_new(w->store.db) >= (alone ? WAL_PAGES_JOB : WAL_PAGES_CALM);
}

/* After the answers, so that nobody waits for it.  A passive checkpoint copies what it can and waits for nobody; when readers have
 * kept the log from starting over for very long, one that waits for them. */
static void tend_log(struct writer *w)
{
    if (!log_is_long(w)) return;
    db_error_clear(w->store.db);
    if (!db_checkpoint(w->store.db, db_wal_pages(w->store.db) >= WAL_PAGES_FORCE)) result_of_error(w);
    db_error_clear(w->store.db);
}

/* ---- the loop ---- */

void writer_take_batch(struct writer *w)
{
    while (w->queue_count > 0 && w->batch_count < BATCH_MAX) {
        w->batch[w->batch_count++] = w->queue[w->queue_head];
        w->queue_head = (w->queue_head + 1) % LIMIT_WRITER_QUEUE;
        w->queue_count--;
    }
}

/* Sleeps until something is to be done, or until uncommitted work of a waiting job (a caller never leaves any) or what was accepted is due.
 * Called with the lock held. */
static void sleep_until_woken(struct writer *w)
{
    const bool accepted = atomic_load(&w->backlog) > 0, uncommitted = w->seat == SEAT_EMPTY && w->open;
    w->sleeping = true;
    if (accepted || uncommitted) {
        const int64_t now_us = writer_now_us(w), due_us = uncommitted ? now_us + w->commit_us / 4 : atomic_load(&w->backlog_due_us);
        const int64_t until_us = due_us > now_us ? due_us : now_us + BACKLOG_US / 10; /* due, and a caller has the seat */
        const struct timespec until = { .tv_sec = (time_t)(until_us / 1000000), .tv_nsec = (long)(until_us % 1000000) * 1000 };
        pthread_cond_timedwait(&w->wake, &w->lock, &until);
    } else {
        pthread_cond_wait(&w->wake, &w->lock);
    }
    w->sleeping = false;
}

static bool job_may_run(const struct writer *w) { return atomic_load(&w->job_count) > 0 && !w->job_waits; }

/* Called with the lock held and the seat empty. */
static bool is_work(struct writer *w)
{
    if (w->woken) w->job_waits = w->woken = false;
    if (w->queue_count > 0 || atomic_load(&w->alone) || w->stopping || job_may_run(w) || log_is_long(w) || backlog_due(w)) return true;
    return w->open && writer_now_us(w) - w->opened_us >= w->commit_us; /* main commits */
}

/* Leaves the seat and takes it again when there is work. Fills the batch, or returns with none when it is the job's or the log's turn.
 * False: stopping, and nothing is left to answer. */
static bool wait_for_work(struct writer *w)
{
    pthread_mutex_lock(&w->lock);
    if (w->seat == SEAT_THREAD) w->seat = SEAT_EMPTY;
    while (w->seat != SEAT_EMPTY || !is_work(w)) sleep_until_woken(w);
    w->seat = SEAT_THREAD;
    writer_take_batch(w);
    const bool go_on = w->batch_count > 0 || atomic_load(&w->alone) || !w->stopping;
    pthread_mutex_unlock(&w->lock);
    return go_on;
}

/* After a failure nothing is run any more: every request is answered, every job ended. */
void writer_refuse_all(struct writer *w)
{
    for (size_t i = 0; i < w->batch_count; i++)
        if (w->batch[i].done) w->batch[i].done(w->batch[i].arg, WRITER_STOPPED);
    w->batch_count = 0;
    const struct writer_request *alone = atomic_exchange(&w->alone, NULL);
    if (alone) alone->done(alone->arg, WRITER_STOPPED);
    while (current_job(w)) job_finish(w, WRITER_FAILED);
}

void *writer_main(void *arg)
{
    struct writer *w = arg;
    for (;;) {
        if (!wait_for_work(w)) break;
        const bool asked = w->batch_count > 0;
        if (atomic_load(&w->failed)) writer_refuse_all(w);
        else if (asked) serve_requests(w);
        else if (job_may_run(w)) job_slice(w);
        else if (w->open) commit_all(w);
        else if (backlog_due(w)) take_in(w);
        if (!atomic_load(&w->failed) && atomic_load(&w->alone)) serve_alone(w);
        tend_log(w); /* before a slice opens the next transaction */
        if (!atomic_load(&w->failed) && asked && job_may_run(w) && writer_now_us(w) - w->sliced_us >= JOB_STARVES_US) job_slice(w);
    }
    if (!atomic_load(&w->failed)) commit_all(w);
    take_in(w);
    while (current_job(w)) job_finish(w, atomic_load(&w->failed) ? WRITER_FAILED : WRITER_STOPPED);
    if (!atomic_load(&w->failed)) db_checkpoint(w->store.db, true);
    return NULL;
}

/* ---- a caller in the seat ---- */

bool writer_sit(struct writer *w)
{
    pthread_mutex_lock(&w->lock);
    assert(w->seat != SEAT_CALLER || !pthread_equal(w->sitter, pthread_self()));
    const bool ok = w->seat == SEAT_EMPTY && w->single && atomic_load(&w->job_count) == 0 && !is_work(w) && !atomic_load(&w->failed);
    assert(!ok || !w->open);
    if (ok) {
        w->seat = SEAT_CALLER;
        w->sitter = pthread_self();
    }
    pthread_mutex_unlock(&w->lock);
    return ok;
}

void writer_serve(struct writer *w, const struct writer_request *r)
{
    assert(w->seat == SEAT_CALLER && w->batch_count == 0);
    w->batch[w->batch_count++] = *r;
    const int before = atomic_load(&w->backlog);
    serve_requests(w);
    pthread_mutex_lock(&w->lock);
    w->seat = SEAT_EMPTY;
    if (is_work(w) || (before == 0 && atomic_load(&w->backlog) > 0)) writer_wake_locked(w); /* the thread sleeps until it is due, no longer */
    pthread_mutex_unlock(&w->lock);
}
