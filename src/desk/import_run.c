/* One import from ask to end, on a thread of its own.
 *
 * Read from the bottom: desk_import and its siblings make a run and wait for it or not; run_main is its life: prepare (who, what,
 * scan every file: import_prepare.c), begin (the first thing that is written), work (import_job.c, undo_job.c), end. Until begin nothing has changed,
 * and a refusal is only a message. */
#include "desk/import_run.h"
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include "desk/mend.h"
#include "store/audit_store.h"

enum { MARK_AGAIN_MS = 500, LEAVE_TRIES = 11, LEAVE_WAIT_MS = 20 };

/* ---- begin: the first thing that is written ---- */

struct begin_call { struct import_run *run; struct import_file_row *rows; struct desk_message message; };

static bool note(struct store *s, const struct import_run *run, const char *verb)
{
    char subject[64];
    const int n = snprintf(subject, sizeof subject, "import %" PRId64, run->import_id);
    const struct text t = { subject, (size_t)n };
    return audit_append(s, run->shop.merchant_id, &(struct audit_deed){ .user_id = run->user_id, .verb = verb, .subject = t, .detail = t });
}

static bool begin_again(struct store *s, struct begin_call *c)
{
    struct import_run *run = c->run;
    const int64_t merchant_id = run->shop.merchant_id;
    struct import_row row;
    const enum import_found found = import_find(s, merchant_id, run->import_id, &row);
    if (found != IMPORT_FOUND) return false;
    if (!run_state_fits(run->kind, row.state)) {
        run_state_refused(&c->message, run->import_id, row.state);
        return false;
    }
    if (run->kind == RUN_UNDO && !(import_files_reset(s, merchant_id, run->import_id) && quarantine_clear(s, merchant_id, run->import_id)))
        return false;
    return import_set_state(s, merchant_id, run->import_id, IMPORT_RUNNING, TEXT_NONE, TEXT_NONE) &&
           note(s, run, run->kind == RUN_UNDO ? "import-undo" : "import-resume");
}

static bool begin_run(struct store *s, void *arg)
{
    struct begin_call *c = arg;
    struct import_run *run = c->run;
    if (run->kind != RUN_IMPORT) return begin_again(s, c);
    bool ok = import_begin(s, &run->shop, run->user_id, c->rows, run->file_count, &run->import_id);
    for (int i = 0; ok && i < run->file_count; i++)
        ok = import_header_put(s, run->shop.merchant_id, run->import_id, i + 1, mend_header_text(&run->arena, &run->files[i]->scan));
    return ok && note(s, run, "import");
}

static enum desk_result begin(struct import_run *run, struct desk_message *m)
{
    struct begin_call c = { .run = run };
    c.rows = ARENA_ARRAY(&run->arena, struct import_file_row, (size_t)run->file_count);
    if (!c.rows) {
        message_set(m, "memory", "Out of memory: nothing was changed.", "内存不足：没有任何改动。");
        return DESK_FAILED;
    }
    for (int i = 0; i < run->file_count; i++) c.rows[i] = run->files[i]->row;
    const enum desk_result r = message_of_writer(&c.message, writer_call(run->desk->writer, begin_run, &c));
    if (r != DESK_DONE) {
        *m = c.message;
        if (run->kind == RUN_IMPORT) run->import_id = 0;
        return r;
    }
    for (int i = 0; i < run->file_count; i++) run->files[i]->row.file_no = i + 1;
    run->began_us = run_now_us(run);
    run_publish(run, run->kind == RUN_UNDO ? IMPORT_UNDOING : IMPORT_APPLYING, c.rows);
    return DESK_DONE;
}

/* ---- end ---- */

static bool mark_run(struct store *s, void *arg)
{
    struct import_run *run = arg;
    return import_set_state(s, run->shop.merchant_id, run->import_id, IMPORT_INTERRUPTED, text_from_cstr(run->message.en),
                            text_from_cstr(run->message.zh));
}

static void tell_started(struct import_run *run, enum desk_result r, const struct desk_message *m)
{
    if (run->started) run->started(run->started_ctx, r, r == DESK_DONE ? run->import_id : 0, m);
    run->started = NULL;
}

static void run_ended(struct import_run *run, enum desk_result r, const struct desk_message *m)
{
    pthread_mutex_lock(&run->lock);
    run->result = r;
    run->message = *m;
    run->figures.phase = IMPORT_ENDED;
    run->figures.seconds_left = 0;
    run->ended = true;
    run->version++;
    pthread_cond_broadcast(&run->changed);
    pthread_mutex_unlock(&run->lock);
}

/* Copies of uploads are kept only as long as the import may need them again. */
static void remove_uploads(const struct import_run *run)
{
    for (int i = 0; i < run->file_count; i++)
        if (file_in_directory(run->files[i]->row.path, run->desk->files_dir)) file_remove(run->files[i]->row.path);
}

static void run_let_go(struct import_run *run)
{
    pthread_mutex_lock(&run->lock);
    const bool last = --run->holders == 0;
    pthread_mutex_unlock(&run->lock);
    if (last) run_free(run);
}

/* The run is over: off the desk's list. The last thing its thread does. */
static void run_leave(struct import_run *run)
{
    struct desk *d = run->desk;
    pthread_mutex_lock(&d->runs_lock);
    for (int i = 0; i < d->run_count; i++) {
        if (d->runs[i] != run) continue;
        d->runs[i] = d->runs[--d->run_count];
        break;
    }
    run_let_go(run);
    pthread_cond_broadcast(&d->runs_changed);
    pthread_mutex_unlock(&d->runs_lock);
}

static void *run_main(void *arg)
{
    struct import_run *run = arg;
    struct desk_message m = { 0 };
    bool marked = true;
    enum desk_result r = run_prepare(run, &m);
    if (r == DESK_DONE) r = begin(run, &m);
    const bool began = r == DESK_DONE;
    tell_started(run, r, &m);
    if (began) r = run->kind == RUN_UNDO ? undo_job_run(run, &m, &marked) : import_job_run(run, &m, &marked);
    if (r == DESK_DONE) remove_uploads(run);
    run->message = m;
    enum writer_result mark = WRITER_DONE;
    if (began && !marked) mark = writer_call(run->desk->writer, mark_run, run);
    run_ended(run, r, &m);
    /* The disk is still full: the import's row says interrupted as soon as there is room. */
    while (mark == WRITER_FULL && !atomic_load(&run->stop)) {
        nanosleep(&(struct timespec){ .tv_nsec = MARK_AGAIN_MS * 1000000L }, NULL);
        mark = writer_call(run->desk->writer, mark_run, run);
    }
    run_leave(run);
    return NULL;
}

/* ---- the thread ---- */

/* Gives the run its thread. False: too many run, the desk is closing or a copy is being restored; the run is freed. */
static bool run_go(struct import_run *run)
{
    struct desk *d = run->desk;
    bool ok = false;
    pthread_t thread;
    pthread_mutex_lock(&d->runs_lock);
    if (d->run_count < DESK_RUNS_MAX && !d->closing && !d->restoring) {
        pthread_attr_t attr;
        pthread_attr_init(&attr);
        pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
        d->runs[d->run_count++] = run;
        ok = pthread_create(&thread, &attr, run_main, run) == 0;
        if (!ok) d->run_count--;
        pthread_attr_destroy(&attr);
    }
    pthread_mutex_unlock(&d->runs_lock);
    if (!ok) run_free(run);
    return ok;
}

void desk_runs_stop(struct desk *d)
{
    pthread_mutex_lock(&d->runs_lock);
    d->closing = true;
    for (int i = 0; i < d->run_count; i++) atomic_store(&d->runs[i]->stop, true);
    if (d->writer) writer_wake(d->writer);
    while (d->run_count > 0) {
        pthread_cond_wait(&d->runs_changed, &d->runs_lock);
        if (d->writer) writer_wake(d->writer);
    }
    pthread_mutex_unlock(&d->runs_lock);
}

bool desk_runs_keep_out(struct desk *d)
{
    bool kept = false;
    /* one that has just answered is about to leave */
    for (int i = 0; i < LEAVE_TRIES && !kept; i++) {
        if (i > 0) nanosleep(&(struct timespec){ .tv_nsec = LEAVE_WAIT_MS * 1000000L }, NULL);
        pthread_mutex_lock(&d->runs_lock);
        kept = d->run_count == 0 && !d->restoring && !d->closing;
        if (kept) d->restoring = true;
        pthread_mutex_unlock(&d->runs_lock);
    }
    return kept;
}

void desk_runs_let(struct desk *d)
{
    pthread_mutex_lock(&d->runs_lock);
    d->restoring = false;
    pthread_mutex_unlock(&d->runs_lock);
}

bool desk_import_running(struct desk *d, int64_t import_id, struct import_figures *ret)
{
    bool found = false;
    pthread_mutex_lock(&d->runs_lock);
    for (int i = 0; i < d->run_count && !found; i++) {
        struct import_run *run = d->runs[i];
        pthread_mutex_lock(&run->lock);
        found = run->figures.import_id == import_id && !run->ended;
        if (found && ret) *ret = run->figures;
        pthread_mutex_unlock(&run->lock);
    }
    pthread_mutex_unlock(&d->runs_lock);
    return found;
}

/* ---- the commands ---- */

static enum desk_result busy(struct desk_message *m)
{
    message_set(m, "busy", "Too many imports run already, or a backup is being restored: wait until that is done.",
                "正在进行的导入太多，或正在恢复备份：请等它完成。");
    return DESK_BUSY;
}

/* Starts the run and waits for its end, telling what is durable on the way. */
static enum desk_result run_and_wait(struct import_run *run, import_progress *progress, void *ctx, struct import_figures *ret,
                                     struct desk_message *m)
{
    if (!run) return busy(m);
    run->holders = 2;
    if (!run_go(run)) return busy(m);
    uint64_t seen = 0;
    for (bool ended = false; !ended;) {
        pthread_mutex_lock(&run->lock);
        while (run->version == seen && !run->ended) pthread_cond_wait(&run->changed, &run->lock);
        seen = run->version;
        ended = run->ended;
        *ret = run->figures;
        pthread_mutex_unlock(&run->lock);
        if (progress) progress(ctx, ret);
    }
    const enum desk_result result = run->result; /* set before ended, and not changed after */
    *m = run->message;
    run_let_go(run);
    return result;
}

static bool run_start(struct import_run *run, int64_t import_id, int64_t user_id, import_started *started, void *ctx)
{
    if (!run) return false;
    run->import_id = import_id;
    run->user_id = user_id;
    run->started = started;
    run->started_ctx = ctx;
    return run_go(run);
}

enum desk_result desk_import(struct desk *d, const struct import_ask *ask, import_progress *progress, void *ctx,
                             struct import_figures *ret, struct desk_message *ret_message)
{
    assert(ask->count >= 1 && ask->count <= DESK_IMPORT_FILES_MAX);
    if (!d->writer) return remote_import(d, ask, progress, ctx, ret, ret_message);
    struct import_run *run = run_new(d, RUN_IMPORT, ask);
    if (run) run->user_id = ask->user_id;
    return run_and_wait(run, progress, ctx, ret, ret_message);
}

static enum desk_result change(struct desk *d, enum run_kind kind, int64_t import_id, int64_t user_id, import_progress *progress, void *ctx,
                               struct import_figures *ret, struct desk_message *m)
{
    struct import_run *run = run_new(d, kind, NULL);
    if (run) {
        run->import_id = import_id;
        run->user_id = user_id;
    }
    return run_and_wait(run, progress, ctx, ret, m);
}

enum desk_result desk_import_resume(struct desk *d, int64_t import_id, int64_t user_id, import_progress *progress, void *ctx,
                                    struct import_figures *ret, struct desk_message *ret_message)
{
    if (!d->writer) return remote_import_change(d, "import-resume", import_id, user_id, progress, ctx, ret, ret_message);
    return change(d, RUN_RESUME, import_id, user_id, progress, ctx, ret, ret_message);
}

enum desk_result desk_import_undo(struct desk *d, int64_t import_id, int64_t user_id, import_progress *progress, void *ctx,
                                  struct import_figures *ret, struct desk_message *ret_message)
{
    if (!d->writer) return remote_import_change(d, "import-undo", import_id, user_id, progress, ctx, ret, ret_message);
    return change(d, RUN_UNDO, import_id, user_id, progress, ctx, ret, ret_message);
}

bool desk_import_start(struct desk *d, const struct import_ask *ask, import_started *started, void *ctx)
{
    assert(d->writer && ask->count >= 1 && ask->count <= DESK_IMPORT_FILES_MAX);
    return run_start(run_new(d, RUN_IMPORT, ask), 0, ask->user_id, started, ctx);
}

bool desk_import_resume_start(struct desk *d, int64_t import_id, int64_t user_id, import_started *started, void *ctx)
{
    assert(d->writer);
    return run_start(run_new(d, RUN_RESUME, NULL), import_id, user_id, started, ctx);
}

bool desk_import_undo_start(struct desk *d, int64_t import_id, int64_t user_id, import_started *started, void *ctx)
{
    assert(d->writer);
    return run_start(run_new(d, RUN_UNDO, NULL), import_id, user_id, started, ctx);
}
