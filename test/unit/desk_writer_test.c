/* The writer: many requests in one commit, each on its own; jobs between them; what stands after a stop. */
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/limits.h"
#include "desk/writer.h"
#include "os/os.h"

struct fixture { struct env env; char directory[64], path[96]; struct writer *w; };
static struct fixture f;

static void start(void)
{
    char why[256];
    enum db_error error;
    f.w = writer_start(&f.env, f.path, &error, why, sizeof why);
    cr_assert(f.w, "%s", why);
}

static void setup(void)
{
    cr_assert(os_env_init(&f.env));
    memcpy(f.directory, "/tmp/zg-writer-XXXXXX", sizeof "/tmp/zg-writer-XXXXXX");
    cr_assert(mkdtemp(f.directory));
    snprintf(f.path, sizeof f.path, "%s/shop.db", f.directory);
    start();
}

static void teardown(void)
{
    static const char *const suffixes[] = { "", "-wal", "-shm" };
    if (f.w) writer_stop(f.w);
    for (size_t i = 0; i < 3; i++) {
        char path[128];
        snprintf(path, sizeof path, "%s%s", f.path, suffixes[i]);
        unlink(path);
    }
    rmdir(f.directory);
    os_env_release(&f.env);
}

TestSuite(writer, .init = setup, .fini = teardown, .timeout = 60);

/* ---- what the requests write: rows of table merchant ---- */

static bool merchant_put(struct store *s, int64_t id)
{
    struct db_stmt *q = db_stmt(s->db, SQL("INSERT INTO merchant (merchant_id, name, created_at_ms) VALUES ($1, 'm', 0)"));
    if (!q) return false;
    db_bind_i64(q, 1, id);
    return db_exec(q);
}

static int64_t merchants(int64_t from, int64_t to)
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

static bool put_run(struct store *s, void *arg)
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

static bool posted_run(struct store *s, void *arg) { return put_run(s, &((struct posted *)arg)->put); }

static void posted_done(void *arg, enum writer_result r)
{
    struct posted *p = arg;
    atomic_fetch_add(&p->answers->by_result[r], 1);
    atomic_fetch_add(&p->answers->all, 1);
}

static void wait_for(atomic_int *count, int n)
{
    for (int i = 0; i < 20000 && atomic_load(count) < n; i++) usleep(1000);
    cr_assert_eq(atomic_load(count), n);
}

/* Holds the writer in a request, so that what is posted meanwhile is served in one turn. */
struct hold { pthread_mutex_t gate; struct posted first; };

static void hold(struct hold *h, struct answers *a)
{
    pthread_mutex_init(&h->gate, NULL);
    pthread_mutex_lock(&h->gate);
    h->first = (struct posted){ { .id = 1000000, .gate = &h->gate }, a };
    cr_assert(writer_post(f.w, &(struct writer_request){ posted_run, posted_done, &h->first }));
    usleep(20000);
}

Test(writer, many_requests_share_a_commit_and_fail_alone)
{
    struct answers a = { 0 };
    struct hold h;
    struct posted p[100];
    hold(&h, &a);
    for (int i = 0; i < 100; i++) {
        /* every tenth refuses after it wrote; every tenth breaks a constraint */
        p[i] = (struct posted){ { .id = i % 10 == 7 ? 1000000 : 2 + i, .refuse = i % 10 == 3 }, &a };
        cr_assert(writer_post(f.w, &(struct writer_request){ posted_run, posted_done, &p[i] }));
    }
    const uint64_t before = writer_commits(f.w);
    pthread_mutex_unlock(&h.gate);
    wait_for(&a.all, 101);
    cr_assert_eq(writer_commits(f.w) - before, 2, "one for the request that held the writer, one for the hundred");
    cr_assert_eq(atomic_load(&a.by_result[WRITER_DONE]), 81);
    cr_assert_eq(atomic_load(&a.by_result[WRITER_REFUSED]), 10);
    cr_assert_eq(atomic_load(&a.by_result[WRITER_FAILED]), 10);
    cr_assert_eq(merchants(2, 102), 80);
}

Test(writer, an_answer_means_that_a_reader_sees_it)
{
    for (int i = 0; i < 200; i++) {
        struct put p = { .id = 10 + i };
        cr_assert_eq(writer_call(f.w, put_run, &p), WRITER_DONE);
        if (i % 50 == 0) cr_assert_eq(merchants(10, 1000), i + 1);
    }
    struct put twice = { .id = 10 };
    cr_assert_eq(writer_call(f.w, put_run, &twice), WRITER_FAILED);
    struct put refused = { .id = 900, .refuse = true };
    cr_assert_eq(writer_call(f.w, put_run, &refused), WRITER_REFUSED);
    cr_assert_eq(merchants(10, 1000), 200);
}

Test(writer, a_full_queue_says_so_and_loses_nothing)
{
    static struct posted p[LIMIT_WRITER_QUEUE + 8];
    struct answers a = { 0 };
    struct hold h;
    hold(&h, &a);
    int taken = 0;
    for (int i = 0; i < LIMIT_WRITER_QUEUE + 8; i++) {
        p[i] = (struct posted){ { .id = 2 + i }, &a };
        if (writer_post(f.w, &(struct writer_request){ posted_run, posted_done, &p[i] })) taken++;
    }
    cr_assert_eq(taken, LIMIT_WRITER_QUEUE);
    pthread_mutex_unlock(&h.gate);
    wait_for(&a.all, taken + 1);
    cr_assert_eq(atomic_load(&a.by_result[WRITER_DONE]), taken + 1);
    cr_assert_eq(merchants(2, 100000), taken);
}

/* ---- jobs ---- */

struct work {
    int64_t next, last, durable, fail_at;
    int commits, slices, flushes;
    atomic_bool ended, rolled_back, go;
    enum writer_result result;
    bool waits;
};

static enum job_step work_step(struct store *s, void *arg)
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

static bool work_flush(struct store *s, void *arg)
{
    (void)s;
    ((struct work *)arg)->flushes++;
    return true;
}

static void work_committed(void *arg)
{
    struct work *k = arg;
    k->commits++;
    k->durable = k->next;
}

static void work_rolled_back(void *arg, enum writer_result why)
{
    (void)why;
    atomic_store(&((struct work *)arg)->rolled_back, true);
}

static void work_end(void *arg, enum writer_result result)
{
    struct work *k = arg;
    k->result = result;
    atomic_store(&k->ended, true);
}

static void work_post(struct work *k)
{
    const struct writer_job job = { work_step, work_flush, work_committed, work_rolled_back, work_end, k };
    cr_assert(writer_job_post(f.w, &job));
}

static void work_wait(struct work *k)
{
    for (int i = 0; i < 20000 && !atomic_load(&k->ended); i++) usleep(1000);
    cr_assert(atomic_load(&k->ended));
}

Test(writer, a_job_commits_rarely_alone_and_with_each_request)
{
    struct work alone = { .next = 10000, .last = 10400, .fail_at = -1 };
    work_post(&alone);
    work_wait(&alone);
    cr_assert_eq(alone.result, WRITER_DONE);
    cr_assert_eq(merchants(10000, 20000), 400);
    cr_assert_leq(alone.commits, 8, "400 slices in %d commits", alone.commits);
    cr_assert_eq(alone.flushes, alone.commits);

    struct work shared = { .next = 20000, .last = 20400, .fail_at = -1 };
    work_post(&shared);
    int answered = 0;
    for (; answered < 50 && !atomic_load(&shared.ended); answered++) {
        struct put p = { .id = 30000 + answered };
        cr_assert_eq(writer_call(f.w, put_run, &p), WRITER_DONE);
        usleep(2000); /* the job's turn */
    }
    cr_assert_eq(answered, 50, "requests are answered while the job runs");
    work_wait(&shared);
    cr_assert_geq(shared.commits, 25, "requests' commits took the job's work along");
    cr_assert_eq(merchants(20000, 30000), 400);
}

struct flood { atomic_bool stop; int64_t base; };

static void *flood_thread(void *arg)
{
    struct flood *d = arg;
    for (int64_t i = 0; !atomic_load(&d->stop); i++) {
        struct put p = { .id = d->base + i };
        if (writer_call(f.w, put_run, &p) != WRITER_DONE) return (void *)1;
    }
    return NULL;
}

Test(writer, a_flood_of_requests_does_not_starve_a_job)
{
    enum { THREADS = 8 };
    struct flood d[THREADS] = { 0 };
    pthread_t t[THREADS];
    struct work k = { .next = 10000, .last = 10100, .fail_at = -1 };
    for (int i = 0; i < THREADS; i++) {
        d[i].base = 1000000 * (i + 1);
        cr_assert_eq(pthread_create(&t[i], NULL, flood_thread, &d[i]), 0);
    }
    work_post(&k);
    work_wait(&k);
    for (int i = 0; i < THREADS; i++) atomic_store(&d[i].stop, true);
    for (int i = 0; i < THREADS; i++) pthread_join(t[i], NULL);
    cr_assert_eq(k.result, WRITER_DONE);
}

Test(writer, a_failed_job_loses_only_what_was_not_durable)
{
    struct work k = { .next = 10000, .durable = 10000 /* nothing yet */, .last = 12000, .fail_at = 10100 };
    work_post(&k);
    struct put p = { .id = 30000 };
    usleep(10000);
    cr_assert_eq(writer_call(f.w, put_run, &p), WRITER_DONE);
    work_wait(&k);
    cr_assert(atomic_load(&k.rolled_back));
    cr_assert_neq(k.result, WRITER_DONE);
    cr_assert_eq(merchants(10000, 20000), k.durable - 10000);
    cr_assert_eq(merchants(30000, 30001), 1);
}

Test(writer, a_waiting_job_is_woken_and_does_not_hold_others_up)
{
    struct work k = { .next = 10000, .last = 10010, .fail_at = -1, .waits = true };
    work_post(&k);
    for (int i = 0; i < 20; i++) {
        struct put p = { .id = 30000 + i };
        cr_assert_eq(writer_call(f.w, put_run, &p), WRITER_DONE);
    }
    cr_assert_not(atomic_load(&k.ended));
    atomic_store(&k.go, true);
    writer_wake(f.w);
    work_wait(&k);
    cr_assert_eq(merchants(10000, 20000), 10);
}

Test(writer, a_stop_answers_everybody_and_keeps_what_the_job_had_done)
{
    static struct posted p[500];
    struct answers a = { 0 };
    struct work k = { .next = 10000, .last = 1000000, .fail_at = -1 };
    struct work second = { .next = 0, .last = 10, .fail_at = -1 };
    work_post(&k);
    work_post(&second);
    usleep(20000);
    for (int i = 0; i < 500; i++) {
        p[i] = (struct posted){ { .id = 30000 + i }, &a };
        cr_assert(writer_post(f.w, &(struct writer_request){ posted_run, posted_done, &p[i] }));
    }
    writer_stop(f.w);
    f.w = NULL;
    cr_assert_eq(atomic_load(&a.by_result[WRITER_DONE]), 500);
    cr_assert(atomic_load(&k.ended) && atomic_load(&second.ended));
    cr_assert_eq(k.result, WRITER_STOPPED);
    cr_assert_eq(second.slices, 0);
    start();
    cr_assert_eq(merchants(30000, 31000), 500);
    cr_assert_eq(merchants(10000, 20000), k.durable - 10000);
    cr_assert_eq(k.durable, k.next);
}

/* ---- a caller in the writer's seat ---- */

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

static void *caller_thread(void *arg)
{
    const int64_t base = 1000 * (intptr_t)arg;
    for (int64_t i = 0; i < 100; i++) {
        struct put p = { .id = base + i, .refuse = i % 2 == 1 };
        if (writer_call(f.w, put_run, &p) != (p.refuse ? WRITER_REFUSED : WRITER_DONE)) return (void *)1;
    }
    return NULL;
}

Test(writer, many_threads_each_get_their_own_answer)
{
    enum { THREADS = 16, EACH = 100 };
    pthread_t t[THREADS];
    for (intptr_t i = 0; i < THREADS; i++) cr_assert_eq(pthread_create(&t[i], NULL, caller_thread, (void *)i), 0);
    for (int i = 0; i < THREADS; i++) {
        void *wrong;
        pthread_join(t[i], &wrong);
        cr_assert_null(wrong);
    }
    cr_assert_eq(merchants(0, 1000000), THREADS * EACH / 2);
}

Test(writer, a_file_that_cannot_be_opened_says_why)
{
    char why[256] = "";
    enum db_error error = DB_OK;
    cr_assert_null(writer_start(&f.env, "/nowhere/shop.db", &error, why, sizeof why));
    cr_assert_neq(error, DB_OK);
    cr_assert(why[0] != '\0');
}

/* ---- another content in the database's place ---- */

struct replacement { const char *path; bool outside, refuse; };

static bool replace_run(struct store *s, void *arg)
{
    struct replacement *r = arg;
    r->outside = !db_in_transaction(s->db);
    return !r->refuse && db_replace(s->db, r->path);
}

static enum writer_result replace(struct replacement *r) { return writer_call_alone(f.w, replace_run, r); }

static void *replacing_thread(void *arg) { return (void *)(intptr_t)replace(arg); }

/* A closed database with these merchants, and the desk's own with 100 others. */
static void prepare(char other[112], int64_t from, int64_t to)
{
    char kept[sizeof f.path];
    struct writer *own = f.w;
    snprintf(other, 112, "%s/other.db", f.directory);
    memcpy(kept, f.path, sizeof kept);
    snprintf(f.path, sizeof f.path, "%s/other.db", f.directory);
    start();
    for (int64_t id = from; id < to; id++) cr_assert_eq(writer_call(f.w, put_run, &(struct put){ .id = id }), WRITER_DONE);
    writer_stop(f.w);
    memcpy(f.path, kept, sizeof kept);
    f.w = own;
    for (int64_t id = 0; id < 100; id++) cr_assert_eq(writer_call(f.w, put_run, &(struct put){ .id = id }), WRITER_DONE);
}

Test(writer, another_content_is_seen_whole_and_told_of)
{
    char other[112];
    prepare(other, 1000, 1010);
    struct store reader;
    char why[256];
    enum db_error error;
    cr_assert(store_open(&reader, &f.env, f.path, DB_READ, &error, why, sizeof why), "%s", why);
    cr_assert(db_begin(reader.db)); /* somebody in the middle of an answer keeps what it began with */
    struct db_stmt *q = db_stmt(reader.db, SQL("SELECT count(*) AS n FROM merchant"));
    cr_assert(db_step(q) == DB_ROW && db_i64(q, "n") == 100);
    db_done(q);

    struct replacement r = { .path = other, .refuse = true };
    const uint64_t commits = writer_commits(f.w);
    cr_assert_eq(replace(&r), WRITER_REFUSED);
    cr_assert(r.outside);
    cr_assert_eq(writer_replaced(f.w), 0);
    r.refuse = false;
    pthread_t thread;
    cr_assert_eq(pthread_create(&thread, NULL, replacing_thread, &r), 0);
    for (int i = 0; i < 20000 && writer_replaced(f.w) == 0; i++) usleep(1000);
    cr_assert_eq(writer_replaced(f.w), commits + 1);
    cr_assert_geq(writer_commits(f.w), commits + 1);
    cr_assert_eq(merchants(0, 10000), 10, "who begins now sees the new");
    q = db_stmt(reader.db, SQL("SELECT count(*) AS n FROM merchant"));
    cr_assert(db_step(q) == DB_ROW && db_i64(q, "n") == 100, "who began before sees the old");
    db_done(q);
    db_rollback(reader.db);
    q = db_stmt(reader.db, SQL("SELECT count(*) AS n FROM merchant"));
    cr_assert(db_step(q) == DB_ROW && db_i64(q, "n") == 10, "until it asks anew");
    db_done(q);
    store_close(&reader);
    void *result;
    pthread_join(thread, &result);
    cr_assert_eq((enum writer_result)(intptr_t)result, WRITER_DONE);

    cr_assert_eq(writer_call(f.w, put_run, &(struct put){ .id = 5 }), WRITER_DONE, "its statements go on");
    cr_assert_eq(writer_call(f.w, put_run, &(struct put){ .id = 1005 }), WRITER_FAILED, "one of the new content is there");
    cr_assert_eq(merchants(0, 10000), 11);
    writer_stop(f.w);
    start();
    cr_assert_eq(merchants(0, 10000), 11);
    unlink(other);
}

Test(writer, another_page_size_is_refused_and_changes_nothing)
{
    char other[112];
    prepare(other, 1000, 1010);
    enum db_error error;
    struct db *db = db_open(&f.env, other, DB_WRITE, &error, NULL, 0);
    cr_assert(db && db_page_bytes(db) > 0);
    const int64_t own = db_page_bytes(db);
    cr_assert(db_page_as(db, own / 2));
    cr_assert_eq(db_page_bytes(db), own / 2);
    db_close(db);
    struct replacement r = { .path = other };
    cr_assert_neq(replace(&r), WRITER_DONE);
    cr_assert(!writer_failed(f.w));
    cr_assert_eq(merchants(0, 10000), 100);
    db = db_open(&f.env, other, DB_WRITE, &error, NULL, 0);
    cr_assert(db && db_page_as(db, 0));
    cr_assert_eq(db_page_bytes(db), own);
    db_close(db);
    cr_assert_eq(replace(&r), WRITER_DONE);
    cr_assert_eq(merchants(0, 10000), 10);
    unlink(other);
}

Test(writer, requests_go_on_around_another_content)
{
    char other[112];
    prepare(other, 100000, 100010);
    pthread_t t[4];
    for (intptr_t i = 0; i < 4; i++) cr_assert_eq(pthread_create(&t[i], NULL, caller_thread, (void *)(i + 1)), 0);
    for (int i = 0; i < 20; i++) cr_assert_eq(replace(&(struct replacement){ .path = other }), WRITER_DONE);
    for (int i = 0; i < 4; i++) {
        void *wrong;
        pthread_join(t[i], &wrong);
        cr_assert_null(wrong);
    }
    cr_assert_eq(merchants(100000, 200000), 10);
    cr_assert_eq(merchants(0, 1000), 0);
    unlink(other);
}
