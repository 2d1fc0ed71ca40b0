/* A caller that waits alone does its request in the writer's seat (docs/decisions/0025): what comes meanwhile, a stop, and the log. */
#include "own_writer.h"

static bool ran_here(int64_t id)
{
    struct put p = { .id = id };
    cr_assert_eq(writer_call(f.w, put_run, &p), WRITER_DONE);
    return pthread_equal(p.on, pthread_self());
}

Test(writer, who_waits_alone_does_it_himself)
{
    cr_assert(ran_here(2));
    struct work k = { .next = 10000, .last = 10003, .fail_at = -1, .waits = true };
    work_post(&k);
    cr_assert_not(ran_here(3), "not while a job is there");
    atomic_store(&k.go, true);
    writer_wake(f.w);
    work_wait(&k);
    for (int i = 0; i < 1000 && !ran_here(4 + i); i++) usleep(1000); /* the thread leaves the seat after the job's end was told */
    cr_assert(ran_here(2000));

    /* answers are those of the thread, and what fails leaves nothing behind */
    struct put twice = { .id = 2000 }, refused = { .id = 2001, .refuse = true };
    cr_assert_eq(writer_call(f.w, put_run, &twice), WRITER_FAILED);
    cr_assert_eq(writer_call(f.w, put_run, &refused), WRITER_REFUSED);
    cr_assert(pthread_equal(refused.on, pthread_self()));
    cr_assert(ran_here(2001));
    cr_assert_eq(merchants(2000, 2100), 2);
    cr_assert_eq(merchants(10000, 10010), 3);
}

static void *sitting_thread(void *arg) { return (void *)(intptr_t)writer_call(f.w, put_run, arg); }

/* A caller in the seat, held at its gate. */
static pthread_t sit(struct put *p, pthread_mutex_t *gate)
{
    pthread_t t;
    pthread_mutex_init(gate, NULL);
    pthread_mutex_lock(gate);
    *p = (struct put){ .id = 900000, .gate = gate };
    cr_assert_eq(pthread_create(&t, NULL, sitting_thread, p), 0);
    for (int i = 0; i < 20000 && !atomic_load(&p->ran); i++) usleep(1000);
    cr_assert(pthread_equal(p->on, t));
    return t;
}

static void sat(pthread_t t, enum writer_result expected)
{
    void *result;
    pthread_join(t, &result);
    cr_assert_eq((enum writer_result)(intptr_t)result, expected);
}

Test(writer, what_comes_while_a_caller_works_is_done_when_it_leaves)
{
    static struct posted p[100];
    struct answers a = { 0 };
    struct put sitter;
    pthread_mutex_t gate;
    struct work k = { .next = 10000, .last = 10050, .fail_at = -1 };
    const pthread_t t = sit(&sitter, &gate);
    work_post(&k);
    for (int i = 0; i < 100; i++) {
        p[i] = (struct posted){ { .id = 2 + i }, &a };
        cr_assert(writer_post(f.w, &(struct writer_request){ posted_run, posted_done, &p[i] }));
    }
    usleep(20000);
    cr_assert_eq(atomic_load(&a.all), 0);
    const uint64_t before = writer_commits(f.w);
    pthread_mutex_unlock(&gate);
    wait_for(&a.all, 100);
    work_wait(&k);
    sat(t, WRITER_DONE);
    cr_assert_geq(writer_commits(f.w) - before, 2);
    for (int i = 0; i < 100; i++) cr_assert_not(pthread_equal(p[i].put.on, t));
    cr_assert_eq(merchants(2, 102), 100);
    cr_assert_eq(merchants(10000, 10100), 50);
    cr_assert_eq(merchants(900000, 900001), 1);
}

static void *stopping_thread(void *arg)
{
    writer_stop(arg);
    return NULL;
}

Test(writer, a_stop_waits_for_a_caller_that_works)
{
    static struct posted p[20];
    struct answers a = { 0 };
    struct put sitter;
    pthread_mutex_t gate;
    pthread_t stopper;
    const pthread_t t = sit(&sitter, &gate);
    for (int i = 0; i < 20; i++) {
        p[i] = (struct posted){ { .id = 2 + i }, &a };
        cr_assert(writer_post(f.w, &(struct writer_request){ posted_run, posted_done, &p[i] }));
    }
    cr_assert_eq(pthread_create(&stopper, NULL, stopping_thread, f.w), 0);
    usleep(20000);
    cr_assert_eq(atomic_load(&a.all), 0);
    pthread_mutex_unlock(&gate);
    sat(t, WRITER_DONE);
    pthread_join(stopper, NULL);
    cr_assert_eq(atomic_load(&a.by_result[WRITER_DONE]), 20);
    start();
    cr_assert_eq(merchants(2, 100), 20);
    cr_assert_eq(merchants(900000, 900001), 1);
}

struct wide { int64_t id; const char *name; size_t bytes; pthread_t on; };

static bool wide_run(struct store *s, void *arg)
{
    struct wide *w = arg;
    w->on = pthread_self();
    struct db_stmt *q = db_stmt(s->db, SQL("INSERT INTO merchant (merchant_id, name, created_at_ms) VALUES ($1, $2, 0)"));
    if (!q) return false;
    db_bind_i64(q, 1, w->id);
    db_bind_text(q, 2, (struct text){ w->name, w->bytes });
    return db_exec(q);
}

/* Nearly two logs' worth by one caller: the thread copies the log meanwhile, and the log starts over. */
Test(writer, one_caller_after_the_other_fills_no_disk)
{
    enum { CALLS = 300, BYTES = 200000 };
    static char name[BYTES];
    char log[112];
    struct stat st;
    int here = 0;
    memset(name, 'n', sizeof name);
    snprintf(log, sizeof log, "%s-wal", f.path);
    for (int i = 0; i < CALLS; i++) {
        struct wide w = { .id = 2 + i, .name = name, .bytes = sizeof name };
        cr_assert_eq(writer_call(f.w, wide_run, &w), WRITER_DONE);
        here += pthread_equal(w.on, pthread_self()) != 0;
    }
    cr_assert_gt(here, CALLS / 2);
    cr_assert_eq(stat(log, &st), 0);
    cr_assert_lt(st.st_size, 48 * 1024 * 1024, "%lld bytes of log", (long long)st.st_size);
    cr_assert_eq(merchants(2, 20000), CALLS);
}
