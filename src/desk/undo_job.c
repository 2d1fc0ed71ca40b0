/* An undo, slice by slice, on the writer's thread. The import's row says running from its first slice to its last; a crash between
 * leaves it interrupted with its files' figures at zero, from where both a resume and another undo end right. */
#include <inttypes.h>
#include <stdio.h>
#include "desk/import_run.h"
#include "store/audit_store.h"

enum { SLICE_EVENTS = 256 };

struct undo_job {
    struct import_run *run;
    struct apply_session *session;      /* the writer's thread */
    int64_t undone;
    struct import_file_row rows[DESK_IMPORT_TABLES_MAX]; /* as they are told */
    bool stopped;
    pthread_mutex_t lock;
    pthread_cond_t ended;
    bool gone;
    enum writer_result result;
};

static enum job_step undo_finish(struct store *s, struct undo_job *j)
{
    const struct import_run *run = j->run;
    char subject[64];
    const int n = snprintf(subject, sizeof subject, "import %" PRId64 " %s", run->import_id, j->stopped ? "undo stopped" : "undone");
    const struct text t = { subject, (size_t)n };
    const struct audit_deed deed = { .user_id = run->user_id, .verb = "import-undo", .subject = t, .detail = t };
    const struct text en = j->stopped ? TEXT("The desk was stopped while this import was being undone. Undo it again, or resume it.") : TEXT_NONE;
    const struct text zh = j->stopped ? TEXT("撤销进行中掌柜停止。请再次撤销，或继续导入。") : TEXT_NONE;
    const bool ok = import_set_state(s, run->shop.merchant_id, run->import_id, j->stopped ? IMPORT_INTERRUPTED : IMPORT_UNDONE, en, zh) &&
                    audit_append(s, run->shop.merchant_id, &deed);
    return ok ? JOB_END : JOB_ERROR;
}

static enum job_step undo_step(struct store *s, void *arg)
{
    struct undo_job *j = arg;
    bool done = false;
    if (!j->session && !(j->session = apply_session_create(s, &j->run->shop, j->run->import_id))) return JOB_ERROR;
    if (atomic_load(&j->run->stop)) {
        j->stopped = true;
        return undo_finish(s, j);
    }
    if (!undo_slice(j->session, j->run->import_id, SLICE_EVENTS, &done)) return JOB_ERROR;
    if (done) return undo_finish(s, j);
    j->undone += SLICE_EVENTS;
    return JOB_MORE;
}

static bool undo_before_commit(struct store *s, void *arg)
{
    struct undo_job *j = arg;
    (void)s;
    return !j->session || apply_flush(j->session);
}

/* How many rows are out again, file after file. */
static void undo_committed(void *arg)
{
    struct undo_job *j = arg;
    struct import_file_row *const rows = j->rows;
    int64_t left = j->undone;
    for (int i = 0; i < j->run->file_count; i++) {
        rows[i] = j->run->files[i]->row;
        rows[i].rows_done = left < rows[i].rows_total ? left : rows[i].rows_total;
        left -= rows[i].rows_done;
    }
    run_publish(j->run, IMPORT_UNDOING, rows);
}

static void undo_end(void *arg, enum writer_result result)
{
    struct undo_job *j = arg;
    if (j->session) apply_session_free(j->session);
    j->session = NULL;
    pthread_mutex_lock(&j->lock);
    j->gone = true;
    j->result = result;
    pthread_cond_signal(&j->ended);
    pthread_mutex_unlock(&j->lock);
}

enum desk_result undo_job_run(struct import_run *run, struct desk_message *m, bool *ret_marked)
{
    struct undo_job j = { .run = run, .lock = PTHREAD_MUTEX_INITIALIZER, .ended = PTHREAD_COND_INITIALIZER };
    const struct writer_job job = { .step = undo_step, .before_commit = undo_before_commit, .committed = undo_committed,
                                    .end = undo_end, .arg = &j };
    *ret_marked = false;
    if (!writer_job_post(run->desk->writer, &job)) {
        message_set(m, "busy", "Too many imports wait already.", "等待中的导入太多。");
        return DESK_BUSY;
    }
    pthread_mutex_lock(&j.lock);
    while (!j.gone) pthread_cond_wait(&j.ended, &j.lock);
    pthread_mutex_unlock(&j.lock);
    *ret_marked = j.result == WRITER_DONE;
    if (j.result == WRITER_DONE && !j.stopped) return DESK_DONE;
    if (j.result == WRITER_FULL) {
        message_set(m, "disk-full", "The disk is full. The undo of import %" PRId64 " stopped half-way. Free some space and undo it again.",
                    "磁盘已满。导入 %" PRId64 " 的撤销中途停止。请腾出空间后再次撤销。", run->import_id);
        return DESK_FULL;
    }
    message_set(m, "stopped", "The undo of import %" PRId64 " stopped half-way. Undo it again, or resume the import.",
                "导入 %" PRId64 " 的撤销中途停止。请再次撤销，或继续导入。", run->import_id);
    return DESK_FAILED;
}
