/* A writer on a database of the test's own, and requests that put rows into table merchant: the fixture of the tests of the writer. */
#ifndef ZG_TEST_OWN_WRITER_H
#define ZG_TEST_OWN_WRITER_H
#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include "base/limits.h"
#include "own_database.h"

TestSuite(writer, .init = database_make, .fini = database_remove, .timeout = 60);

/* ---- what the requests write: rows of table merchant ---- */

static inline bool merchant_put(struct store *s, int64_t id)
{
    struct db_stmt *q = db_stmt(s->db, SQL("INSERT INTO merchant (merchant_id, name, created_at_ms) VALUES ($1, 'm', 0)"));
    if (!q) return false;
    db_bind_i64(q, 1, id);
    return db_exec(q);
}

static inline int64_t merchants(int64_t from, int64_t to)
{
    struct store s;
    char why[256];
    enum db_error error;
    cr_assert(store_open(&s, &f.env, f.path, DB_READ, &error, why, sizeof why), "%s", why);
    struct db_stmt *q = db_stmt(s.db, SQL("SELECT count(*) AS n FROM merchant WHERE merchant_id >= $1 AND merchant_id < $2"));
    cr_assert(q);
    db_bind_i64(q, 1, from);
    db_bind_i64(q, 2, to);
    cr_assert(db_step(q) == DB_ROW);
    const int64_t n = db_i64(q, "n");
    db_done(q);
    store_close(&s);
    return n;
}

struct put { int64_t id; bool refuse; pthread_mutex_t *gate; atomic_bool ran; pthread_t on; };

static inline bool put_run(struct store *s, void *arg)
{
    struct put *p = arg;
    p->on = pthread_self();
    atomic_store(&p->ran, true);
    if (p->gate) {
        pthread_mutex_lock(p->gate);
        pthread_mutex_unlock(p->gate);
    }
    return merchant_put(s, p->id) && !p->refuse;
}

struct answers { atomic_int by_result[WRITER_STOPPED + 1], all; };
struct posted { struct put put; struct answers *answers; };

static inline bool posted_run(struct store *s, void *arg) { return put_run(s, &((struct posted *)arg)->put); }

static inline void posted_done(void *arg, enum writer_result r)
{
    struct posted *p = arg;
    atomic_fetch_add(&p->answers->by_result[r], 1);
    atomic_fetch_add(&p->answers->all, 1);
}

static inline void wait_for(atomic_int *count, int n)
{
    for (int i = 0; i < 20000 && atomic_load(count) < n; i++) usleep(1000);
    cr_assert_eq(atomic_load(count), n);
}

/* Holds the writer in a request, so that what is posted meanwhile is served in one turn. */
struct hold { pthread_mutex_t gate; struct posted first; };

static inline void hold(struct hold *h, struct answers *a)
{
    pthread_mutex_init(&h->gate, NULL);
    pthread_mutex_lock(&h->gate);
    h->first = (struct posted){ { .id = 1000000, .gate = &h->gate }, a };
    cr_assert(writer_post(f.w, &(struct writer_request){ posted_run, posted_done, &h->first }));
    usleep(20000);
}

/* ---- a job that puts rows ---- */

struct work {
    int64_t next, last, durable, fail_at;
    int commits, slices, flushes;
    atomic_bool ended, rolled_back, go;
    enum writer_result result;
    bool waits;
};

static inline enum job_step work_step(struct store *s, void *arg)
{
    struct work *k = arg;
    if (k->waits && !atomic_load(&k->go)) return JOB_WAIT;
    k->slices++;
    if (k->next == k->fail_at) return JOB_ERROR;
    if (k->next == k->last) return JOB_END;
    if (!merchant_put(s, k->next)) return JOB_ERROR;
    k->next++;
    usleep(500);
    return JOB_MORE;
}

static inline bool work_flush(struct store *s, void *arg)
{
    (void)s;
    ((struct work *)arg)->flushes++;
    return true;
}

static inline void work_committed(void *arg)
{
    struct work *k = arg;
    k->commits++;
    k->durable = k->next;
}

static inline void work_rolled_back(void *arg, enum writer_result why)
{
    (void)why;
    atomic_store(&((struct work *)arg)->rolled_back, true);
}

static inline void work_end(void *arg, enum writer_result result)
{
    struct work *k = arg;
    k->result = result;
    atomic_store(&k->ended, true);
}

static inline void work_post(struct work *k)
{
    const struct writer_job job = { work_step, work_flush, work_committed, work_rolled_back, work_end, k };
    cr_assert(writer_job_post(f.w, &job));
}

static inline void work_wait(struct work *k)
{
    for (int i = 0; i < 20000 && !atomic_load(&k->ended); i++) usleep(1000);
    cr_assert(atomic_load(&k->ended));
}

/* A hundred rows from 1000 * arg on, every second of them refused; not NULL: an answer was another one's. */
static inline void *caller_thread(void *arg)
{
    const int64_t base = 1000 * (intptr_t)arg;
    for (int64_t i = 0; i < 100; i++) {
        struct put p = { .id = base + i, .refuse = i % 2 == 1 };
        if (writer_call(f.w, put_run, &p) != (p.refuse ? WRITER_REFUSED : WRITER_DONE)) return (void *)1;
    }
    return NULL;
}
#endif
