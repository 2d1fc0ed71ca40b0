/* The writer: many requests in one commit, each on its own; jobs between them; what stands after a stop. */
#include "own_writer.h"

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

/* ---- many callers, and none ---- */

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
