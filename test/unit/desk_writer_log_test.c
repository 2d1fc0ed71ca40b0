/* The log of a long job: it is looked after between commits, whether the job is alone or requests come all the time, also where each slice takes longer than a job may
 * starve for. Once it was passed over whenever a second slice had opened the next transaction before, and an import left a log of 770 MB (docs/decisions/0026). */
#include "own_writer.h"

enum { SLICES = 110, ROWS = 5, BYTES = 200000 /* a megabyte a slice */ };

static int64_t (*real_us)(void *ctx);
static _Atomic int64_t later_us; /* the clock goes on by leaps: a slice of this job takes its time without anybody waiting */

static int64_t leaping_us(void *ctx) { return real_us(ctx) + atomic_load(&later_us); }

static struct { int slices, commits; bool asks; struct answers answers; struct posted posted[SLICES]; atomic_bool ended; enum writer_result result; } job;

static bool row_put(struct store *s, int64_t id)
{
    static char name[BYTES];
    memset(name, 'n', sizeof name);
    struct db_stmt *q = db_stmt(s->db, SQL("INSERT INTO merchant (merchant_id, name, created_at_ms) VALUES ($1, $2, 0)"));
    if (!q) return false;
    db_bind_i64(q, 1, id);
    db_bind_text(q, 2, (struct text){ name, sizeof name });
    return db_exec(q);
}

static enum job_step job_step(struct store *s, void *arg)
{
    (void)arg;
    if (job.slices == SLICES) return JOB_END;
    for (int i = 0; i < ROWS; i++)
        if (!row_put(s, 2 + job.slices * ROWS + i)) return JOB_ERROR;
    atomic_fetch_add(&later_us, 600000);
    if (job.asks) { /* one more is asked before this slice is over, always */
        job.posted[job.slices] = (struct posted){ { .id = 100000 + job.slices }, &job.answers };
        if (!writer_post(f.w, &(struct writer_request){ posted_run, posted_done, &job.posted[job.slices] })) return JOB_ERROR;
    }
    job.slices++;
    return JOB_MORE;
}

static void job_committed(void *arg) { (void)arg, job.commits++; }

static void job_end(void *arg, enum writer_result r)
{
    (void)arg;
    job.result = r;
    atomic_store(&job.ended, true);
}

/* Runs the job; gives how long the log has been in MiB. */
static int64_t log_of_job(bool asks)
{
    char log[112];
    struct stat st;
    writer_stop(f.w);
    real_us = f.env.monotonic_us;
    f.env.monotonic_us = leaping_us;
    start();
    job.asks = asks;
    const struct writer_job j = { .step = job_step, .committed = job_committed, .end = job_end };
    cr_assert(writer_job_post(f.w, &j));
    for (int i = 0; i < 40000 && !atomic_load(&job.ended); i++) usleep(1000);
    cr_assert(atomic_load(&job.ended) && job.result == WRITER_DONE, "%d slices", job.slices);
    if (asks) wait_for(&job.answers.all, SLICES);
    cr_assert_eq(merchants(2, 100000), SLICES * ROWS);
    cr_assert_gt(job.commits, SLICES / 8);
    snprintf(log, sizeof log, "%s-wal", f.path);
    cr_assert_eq(stat(log, &st), 0);
    return st.st_size >> 20;
}

Test(writer, a_job_alone_keeps_its_log_short)
{
    const int64_t mib = log_of_job(false);
    cr_expect_leq(mib, 80, "%d MiB of log for %d MiB of rows", (int)mib, SLICES);
}

Test(writer, a_job_with_requests_beside_it_keeps_its_log_short)
{
    const int64_t mib = log_of_job(true);
    cr_expect_leq(mib, 48, "%d MiB of log for %d MiB of rows", (int)mib, SLICES);
    cr_expect_eq(atomic_load(&job.answers.by_result[WRITER_DONE]), SLICES);
}
