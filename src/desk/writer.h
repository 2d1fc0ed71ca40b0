/* The writer: the only writing connection, and a thread that works with it and does every checkpoint.
 * It takes requests from a bounded queue, runs many in one transaction (a savepoint each), commits once, then answers all:
 * group commit. A job (an import, an undo) runs in slices of a few milliseconds between requests, and shares their commits.
 * A caller that waits for its answer while nobody else wants anything takes the thread's seat and does its request itself. Below, "in the seat"
 * is on the writer's thread or on that of such a caller; whoever has the seat must not call the writer and wait.
 * A request that comes alone may be accepted instead of run: it is durable and answered, and what follows from it waits in the inbox
 * (store/inbox_store.h) until there are enough of them, something else is to be done, or a fraction of a second is over. Whoever reads calls
 * writer_settle first, and sees no difference. */
#ifndef ZG_DESK_WRITER_H
#define ZG_DESK_WRITER_H
#include "store/store.h"

enum writer_result {
    WRITER_DONE,      /* committed */
    WRITER_REFUSED,   /* run() returned false with no database error: rolled back, nothing changed */
    WRITER_FAILED,    /* database failure: rolled back */
    WRITER_FULL,      /* disk full: rolled back; the desk goes on and tries again with the next request */
    WRITER_STOPPED,   /* the writer is stopping */
};
struct writer_request {
    bool (*run)(struct store *s, void *arg);                  /* in the seat, in a savepoint */
    void (*done)(void *arg, enum writer_result result);       /* in the seat, after the commit or rollback */
    void *arg;
    /* NULL, or instead of run: may_accept, whether it can be accepted now; when it says so accept follows, which puts it into the inbox. */
    bool (*may_accept)(void *arg);                            /* in the seat */
    bool (*accept)(struct store *s, void *arg);               /* in the seat, as run */
};
enum job_step { JOB_MORE, JOB_WAIT /* nothing to do until writer_wake */, JOB_END, JOB_ERROR };
struct writer_job {
    /* At most a few milliseconds of work in the open transaction. */
    enum job_step (*step)(struct store *s, void *arg);
    bool (*before_commit)(struct store *s, void *arg);        /* flush pending counters and progress into the transaction */
    void (*committed)(void *arg);                             /* what was done so far is durable: may be acknowledged */
    void (*rolled_back)(void *arg, enum writer_result why);   /* what was done since the last commit is gone; the job ends */
    void (*end)(void *arg, enum writer_result result);
    void *arg;
};

struct writer;
/* Opens the database for writing. commit_rows_hint etc. are the writer's own business. NULL and a message on error. */
struct writer *writer_start(const struct env *env, const char *path, enum db_error *ret_error, char *ret_message, size_t message_size);
bool writer_post(struct writer *w, const struct writer_request *r);  /* any thread; false: queue full (answer 429) */
enum writer_result writer_call(struct writer *w, bool (*run)(struct store *, void *), void *arg); /* posts and waits, or does it; not from the seat */
/* Returns when all that was answered before is taken in, if the database is well; at once when nothing waits. Before reading; not from the seat. */
void writer_settle(struct writer *w);
/* For those who would post and wait. True: nothing is to be done and nobody works, and the calling thread now has the seat; it must call
 * writer_serve at once, which runs the request, commits, calls done and leaves the seat. False: post. Not from the seat. */
bool writer_sit(struct writer *w);
void writer_serve(struct writer *w, const struct writer_request *r);
bool writer_job_post(struct writer *w, const struct writer_job *j);  /* jobs run one after another; false: too many wait */
void writer_wake(struct writer *w);
/* Posts a request that runs outside any transaction and may put another content in the database's place (db_replace), and waits; not
 * from the seat. With a full disk something may still wait in the inbox: inbox_whole asks. WRITER_DONE: it did. One at a time, while no job runs or waits: the caller sees to both. */
enum writer_result writer_call_alone(struct writer *w, bool (*run)(struct store *, void *), void *arg);
bool writer_is_live(const struct writer *w);                          /* a request was answered within the last second: a job's slices had better be short */
uint64_t writer_commits(const struct writer *w);                     /* grows with each commit: readers' cache key */
/* What writer_commits was when a request that ran alone had last replaced the content; 0: never. Whatever was known of the database
 * before that count is void. */
uint64_t writer_replaced(const struct writer *w);
/* Grows with each commit that changed something of this shop that a page may show, and with each replacement; begins at 0 with the writer. */
uint64_t writer_revision(const struct writer *w, int64_t store_id);
/* From now on `changed` is called after every commit that let a revision grow, in the seat: it must return at once. One watcher;
 * NULL ends it, and then it is not running and will not be called any more. */
void writer_watch(struct writer *w, void (*changed)(void *ctx), void *ctx);
/* True after a write or sync failed in a way that leaves unknown what reached the disk: nothing is retried, every later request is
 * answered WRITER_STOPPED, the process must exit != 0 and the next start recovers from the log. The callback (set right after
 * writer_start) is called once, in the seat. */
bool writer_failed(const struct writer *w);
void writer_on_failure(struct writer *w, void (*failed)(void *ctx, const char *message), void *ctx);
void writer_stop(struct writer *w);                                  /* finishes the queue, interrupts the job, checkpoints, closes */
#endif
