/* What the files of the writer share; nobody else includes it.
 *
 *   writer.c       the seat and the thread: loop, commits, jobs, what was accepted, the log   (start here)
 *   writer_open.c  start and stop
 *   writer_ask.c   what other threads ask of it: requests, jobs, figures */
#ifndef ZG_DESK_WRITER_PARTS_H
#define ZG_DESK_WRITER_PARTS_H
#include <pthread.h>
#include <stdatomic.h>
#include "base/limits.h"
#include "desk/writer.h"

enum {
    BATCH_MAX = 256,                /* requests in one commit */
    JOBS_MAX = 64,
    JOB_COMMIT_FIRST_US = 100000,   /* a job's work is durable this soon at first; twice as long from commit to commit */
    BACKLOG_MAX = 64,               /* requests that are accepted and not taken in */
};

enum writer_seat { SEAT_EMPTY, SEAT_THREAD, SEAT_CALLER }; /* who works with the connection */

struct writer {
    const struct env *env;
    pthread_t thread;
    pthread_mutex_t lock;           /* guards the seven lines below */
    pthread_cond_t wake;
    struct writer_request queue[LIMIT_WRITER_QUEUE];
    size_t queue_head, queue_count;
    struct writer_job jobs[JOBS_MAX];
    size_t job_head;
    atomic_size_t job_count;
    bool sleeping, woken, stopping, refusing;
    enum writer_seat seat;
    pthread_t sitter;               /* the caller in the seat */
    atomic_bool failed;
    atomic_int backlog;             /* rows in the inbox, as far as they are to be taken in; changed in the seat */
    _Atomic int64_t backlog_due_us; /* when they are at the latest; likewise */
    _Atomic uint64_t commits, replaced;
    _Atomic uint64_t revisions[LIMIT_STORES]; /* by a shop's bit in store.touched */
    pthread_mutex_t watch_lock;     /* guards the two lines below: held while on_change runs */
    void (*on_change)(void *ctx);
    void *on_change_ctx;
    _Atomic(const struct writer_request *) alone; /* waits to run outside any transaction; the caller's */
    void (*on_failure)(void *ctx, const char *message);
    void *on_failure_ctx;

    /* of whoever has the seat */
    struct store store;
    bool open;                      /* a transaction is open */
    bool job_dirty;                 /* the job did something in it */
    bool job_waits;                 /* the job said JOB_WAIT and was not woken since */
    int64_t opened_us, sliced_us;
    bool backlog_fails;             /* it could not be: wait until then */
    int64_t commit_us;              /* how old the job's work may get before it is committed */
    _Atomic int64_t served_us;      /* when requests were last answered; others may read it */
    struct writer_request batch[BATCH_MAX];
    enum writer_result results[BATCH_MAX];
    size_t batch_count;
    bool single;                    /* the last turn had one request, so who calls now is likely to be alone; among many, a commit for each is dear */
};

void *writer_main(void *arg);
void writer_take_batch(struct writer *w);   /* what waits, into the batch; with the lock held */
void writer_refuse_all(struct writer *w);
void writer_backlog_read(struct writer *w); /* what is in the inbox of the database as it is now */

static inline int64_t writer_now_us(const struct writer *w) { return w->env->monotonic_us(w->env->ctx); }
/* A caller in the seat wakes the thread itself, when it leaves. */
static inline void writer_wake_locked(struct writer *w)
{
    if (w->sleeping && w->seat != SEAT_CALLER) pthread_cond_signal(&w->wake);
}
#endif
