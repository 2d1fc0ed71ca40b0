/* The rows of an import on their way to the writer.
 *
 * The run's thread parses: it fills batches of claims, a few in all, and waits when none is free; memory is flat in the size of the
 * files. The writer's thread applies: import_step takes one batch a slice. A file's figures go into the transaction that holds its
 * rows (before_commit), and are shown to people only when that is durable (committed).
 *
 * The end is one more step in the writer: the import becomes applied, or interrupted with a sentence that says why, in the same
 * transaction as its last rows. */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include "desk/import_run.h"
#include "store/audit_store.h"
#include "store/erase_store.h"

enum {
    BATCHES = 4, BATCH_ROWS = 4096, ROW_CLAIMS = LIMIT_LINES_PER_ORDER /* of one row of a file */, BATCH_FAULTS = 2048, BATCH_MENDS = 2048, BATCH_BYTES = 12 * 1024 * 1024,
    /* A slice: the reducer likes many rows, a person who waits likes few. Alone, nobody can ask and a batch is a slice; a serving
     * desk keeps to a time, a short one while somebody asks, and finds out how many rows that is. */
    SLICE_CALM_US = 20000, SLICE_LIVE_US = 4000,
    SLICE_ROWS_MIN = 32, SLICE_ROWS_MAX = 2048, SLICE_ROWS_FIRST = 256,
};

struct batch {
    struct arena arena;                 /* the texts of its claims and faults */
    bool records;                       /* claims about records (core/record), not about orders */
    union { struct order_claim *claims; struct record_claim *record_claims; }; /* BATCH_ROWS of the larger */
    unsigned char more[BATCH_ROWS];     /* the next claim is of the same row of the file */
    struct held_ref mends[BATCH_MENDS]; /* of rows that are corrected ones */
    size_t mends_at[BATCH_MENDS], mend_count, mends_applied; /* by slices so far; mends_at: how many claims stand up to its last one */
    struct quarantine_row *faults;
    size_t claim_count, fault_count;
    size_t fault_at[BATCH_FAULTS];      /* how many of its claims stand before each fault in the file */
    size_t claims_applied, faults_applied; /* by slices so far; the writer's thread */
    int file;                           /* index */
};

_Static_assert(sizeof(struct record_claim) <= sizeof(struct order_claim), "records fit in the room of orders");

struct import_job {
    struct import_run *run;
    pthread_mutex_t lock;               /* guards the five lines below */
    pthread_cond_t changed;
    struct batch batches[BATCHES];
    size_t first, filled;               /* a ring: filled ones wait for the writer */
    bool parsed;                        /* no more batches will come */
    bool gone;                          /* the writer has done with this job */
    enum writer_result result;

    /* the run's thread */
    int64_t faults_kept;
    struct desk_message parse_message;  /* why parsing stopped early; code[0] == 0: it did not; read by the writer once parsed */

    /* the writer's thread */
    struct apply_session *session;
    struct import_file_row rows[DESK_IMPORT_TABLES_MAX];
    bool row_dirty[DESK_IMPORT_TABLES_MAX];
    size_t slice_rows;                  /* of the next slice, in a serving desk */
    bool applied;                       /* how it ended: all rows are in */
    struct desk_message end_message;
};

/* ---- the writer's side ---- */

static bool figures_write(struct store *s, struct import_job *j)
{
    for (int i = 0; i < j->run->file_count; i++) {
        if (!j->row_dirty[i]) continue;
        if (!import_file_progress(s, j->run->shop.merchant_id, j->run->import_id, &j->rows[i])) return false;
        j->row_dirty[i] = false;
    }
    return true;
}

static bool import_before_commit(struct store *s, void *arg)
{
    struct import_job *j = arg;
    return (!j->session || apply_flush(j->session)) && figures_write(s, j);
}

static void import_committed(void *arg)
{
    struct import_job *j = arg;
    run_publish(j->run, IMPORT_APPLYING, j->rows);
}

static void import_end(void *arg, enum writer_result result)
{
    struct import_job *j = arg;
    if (j->session) apply_session_free(j->session);
    j->session = NULL;
    pthread_mutex_lock(&j->lock);
    j->gone = true;
    j->result = result;
    pthread_cond_broadcast(&j->changed);
    pthread_mutex_unlock(&j->lock);
}

static struct batch *batch_peek(struct import_job *j, bool *ret_parsed)
{
    pthread_mutex_lock(&j->lock);
    struct batch *b = j->filled > 0 ? &j->batches[j->first] : NULL;
    *ret_parsed = j->parsed;
    pthread_mutex_unlock(&j->lock);
    return b;
}

static void batch_release(struct import_job *j)
{
    pthread_mutex_lock(&j->lock);
    j->first = (j->first + 1) % BATCHES;
    j->filled--;
    pthread_cond_broadcast(&j->changed);
    pthread_mutex_unlock(&j->lock);
}

/* After a slice that took so long: how many rows the next one should have. */
static void slice_adapt(struct import_job *j, size_t rows, int64_t took_us)
{
    const int64_t target_us = writer_is_live(j->run->desk->writer) ? SLICE_LIVE_US : SLICE_CALM_US;
    if (rows == 0 || took_us <= 0) return;
    const int64_t fit = (int64_t)rows * target_us / took_us, most = (int64_t)j->slice_rows * 2; /* grows by doubling at most */
    const int64_t next = fit < most ? fit : most;
    j->slice_rows = next < SLICE_ROWS_MIN ? SLICE_ROWS_MIN : next > SLICE_ROWS_MAX ? SLICE_ROWS_MAX : (size_t)next;
}

/* The next slice of a batch. What is applied is always a beginning of the file: a resume skips that many rows. */
static bool batch_apply(struct store *s, struct import_job *j, struct batch *b)
{
    const struct import_run *run = j->run;
    struct apply_tally tally = { 0 };
    const size_t at = b->claims_applied, left = b->claim_count - at;
    size_t n = run->desk->serves && left > j->slice_rows ? j->slice_rows : left;
    while (n < left && b->more[at + n - 1]) n++; /* a row goes in as a whole */
    const int64_t began_us = run_now_us(run);
    if (n > 0 && !(b->records ? apply_records(j->session, b->record_claims + at, n, &tally) : apply_claims(j->session, b->claims + at, n, &tally)))
        return false;
    int64_t rows = 0;
    for (size_t i = at; i < at + n; i++) rows += !b->more[i];
    b->claims_applied += n;
    struct import_file_row *row = &j->rows[b->file];
    int64_t faults = 0;
    for (; b->faults_applied < b->fault_count && b->fault_at[b->faults_applied] <= b->claims_applied; b->faults_applied++, faults++) {
        const struct quarantine_row *fault = &b->faults[b->faults_applied];
        if (fault->line == 0) continue; /* beyond the rows that are kept: only counted */
        struct quarantine_row kept = *fault;
        if (!erased_obey_aside(s, &run->shop, &kept) || !quarantine_add(s, run->shop.merchant_id, run->import_id, &kept)) return false;
    }
    for (; b->mends_applied < b->mend_count && b->mends_at[b->mends_applied] <= b->claims_applied; b->mends_applied++)
        if (!quarantine_mend(s, &run->shop, &b->mends[b->mends_applied], run->import_id)) return false;
    row->rows_done += rows + faults;
    row->added += tally.added;
    row->updated += tally.updated;
    row->unchanged += tally.unchanged;
    row->quarantined += faults;
    j->row_dirty[b->file] = true;
    slice_adapt(j, n, run_now_us(run) - began_us);
    return true;
}

/* The last step: the import's row and the audit say how it ended. */
static enum job_step import_finish(struct store *s, struct import_job *j)
{
    const struct import_run *run = j->run;
    const struct desk_message *m = &j->end_message;
    char subject[64];
    const int n = snprintf(subject, sizeof subject, "import %" PRId64 " %s", run->import_id, j->applied ? "applied" : "interrupted");
    const struct text t = { subject, (size_t)n };
    const struct audit_deed deed = { .user_id = run->user_id, .verb = "import", .subject = t, .detail = t };
    const bool ok = import_set_state(s, run->shop.merchant_id, run->import_id, j->applied ? IMPORT_APPLIED : IMPORT_INTERRUPTED,
                                     text_from_cstr(m->en), text_from_cstr(m->zh)) &&
                    audit_append(s, run->shop.merchant_id, &deed);
    return ok ? JOB_END : JOB_ERROR;
}

static enum job_step import_step(struct store *s, void *arg)
{
    struct import_job *j = arg;
    bool parsed;
    if (!j->session) {
        j->session = apply_session_create(s, &j->run->shop, j->run->import_id);
        if (!j->session) return JOB_ERROR;
        if (!j->run->desk->door) apply_session_alone(j->session); /* this process only imports */
    }
    if (atomic_load(&j->run->stop)) {
        message_set(&j->end_message, "stopped", "The desk was stopped while this import ran; what it had acknowledged is in. Resume or undo it.",
                    "导入进行中掌柜停止；已确认的行都在。请继续或撤销。");
        return import_finish(s, j);
    }
    struct batch *b = batch_peek(j, &parsed);
    if (!b && !parsed) return JOB_WAIT;
    if (!b) {
        j->end_message = j->parse_message;
        j->applied = j->parse_message.code[0] == '\0';
        return import_finish(s, j);
    }
    const bool ok = batch_apply(s, j, b);
    if (!ok || b->claims_applied == b->claim_count) batch_release(j);
    return ok ? JOB_MORE : JOB_ERROR;
}

/* ---- the parsing side ---- */

/* The next free batch, emptied; NULL when the job has ended meanwhile. */
static struct batch *batch_take(struct import_job *j, int file)
{
    pthread_mutex_lock(&j->lock);
    while (j->filled == BATCHES && !j->gone) pthread_cond_wait(&j->changed, &j->lock);
    struct batch *b = j->gone ? NULL : &j->batches[(j->first + j->filled) % BATCHES];
    pthread_mutex_unlock(&j->lock);
    if (!b) return NULL;
    arena_clear(&b->arena);
    b->claim_count = b->fault_count = b->claims_applied = b->faults_applied = b->mend_count = b->mends_applied = 0;
    b->file = file;
    return b;
}

static void batch_put(struct import_job *j)
{
    pthread_mutex_lock(&j->lock);
    j->filled++;
    const bool first = j->filled == 1;
    pthread_mutex_unlock(&j->lock);
    if (first) writer_wake(j->run->desk->writer);
}

static void fault_keep(struct import_job *j, struct batch *b, const struct intake_fault *f)
{
    struct quarantine_row *r = &b->faults[b->fault_count];
    b->fault_at[b->fault_count++] = b->claim_count;
    *r = (struct quarantine_row){ 0 };
    if (j->faults_kept++ >= LIMIT_QUARANTINE_ROWS) return;
    struct arena *a = &b->arena;
    *r = (struct quarantine_row){
        .file_no = b->file + 1, .line = f->line, .column_no = f->column, .column_name = arena_text(a, f->column_name),
        .code = arena_text(a, f->code), .value = arena_text(a, f->value), .what_en = arena_text(a, f->what_en),
        .what_zh = arena_text(a, f->what_zh), .remedy_en = arena_text(a, f->remedy_en), .remedy_zh = arena_text(a, f->remedy_zh),
        .raw = arena_text(a, f->raw),
    };
}

/* The rows that an earlier run has put in are read once more, so that what depends on the rows before comes out the same. */
static bool rows_skip(struct importer *im, struct batch *b, int64_t rows)
{
    struct intake_fault fault;
    struct intake_row row;
    for (int64_t i = 0; i < rows;) {
        if (i % BATCH_ROWS == 0) arena_clear(&b->arena);
        const enum intake_row_kind kind = importer_next(im, &b->arena, &row, &fault);
        if (kind == ROW_END || kind == ROW_ERROR || b->arena.failed) return false;
        i += kind == ROW_FAULT || !row.more;
    }
    arena_clear(&b->arena);
    return true;
}

static void read_failed(struct import_job *j, const struct run_file *f, enum importer_fault why)
{
    if (why != IMPORTER_WELL && why != IMPORTER_ENDED) {
        const struct text en = importer_fault_text(why, false), zh = importer_fault_text(why, true);
        struct desk_message *m = &j->parse_message;
        snprintf(m->code, sizeof m->code, "%s", importer_fault_word(why));
        snprintf(m->en, sizeof m->en, "%s was not read to its end: %s. The rows before that are in. Undo the import, or resume it.", f->row.name, en.ptr);
        snprintf(m->zh, sizeof m->zh, "%s 没有读完：%s。此前的行都在。请撤销此次导入，或继续。", f->row.name, zh.ptr);
        return;
    }
    message_set(&j->parse_message, "read", "%s could not be read to its end; the rows before that are in. Resume or undo the import.",
                "%s 未能读完；此前的行都在。请继续或撤销此次导入。", f->row.name);
}

/* A file that was cut or grew under the reading hand: nobody knows whether all of it is in. */
static bool still_whole(struct import_job *j, const struct run_file *f, const struct importer *im)
{
    if (importer_file_bytes(im) == f->row.bytes) return true;
    message_set(&j->parse_message, "changed", "%s changed while it was read; is it still being downloaded? Undo this import, then import the whole file.",
                "%s 在读取过程中发生了变化，是否仍在下载？请撤销此次导入，等文件完整后重新导入。", f->row.name);
    return false;
}

enum fill_end { FILL_FULL, FILL_FILE_END, FILL_FAILED };

static void claim_keep(struct batch *b, const struct intake_row *row)
{
    b->records = row->subject != SUBJECT_ORDERS; /* all rows of a file are, or none */
    if (b->records) b->record_claims[b->claim_count] = row->record;
    else b->claims[b->claim_count] = row->order;
    b->more[b->claim_count++] = row->more;
    if (row->mends.import_id == 0 || row->more) return;
    b->mends_at[b->mend_count] = b->claim_count;
    b->mends[b->mend_count++] = (struct held_ref){ row->mends.import_id, row->mends.file_no, row->mends.line };
}

/* A row of several claims is not cut in two, as long as there is any room. */
static bool batch_has_room(const struct batch *b)
{
    if (b->claim_count > 0 && b->more[b->claim_count - 1]) return b->claim_count < BATCH_ROWS;
    return b->claim_count < BATCH_ROWS - ROW_CLAIMS && b->fault_count < BATCH_FAULTS && b->mend_count < BATCH_MENDS && b->arena.taken < BATCH_BYTES;
}

static enum fill_end batch_fill(struct import_job *j, struct importer *im, struct batch *b)
{
    while (batch_has_room(b)) {
        struct intake_fault fault;
        struct intake_row row;
        switch (importer_next(im, &b->arena, &row, &fault)) {
        case ROW_END: return FILL_FILE_END;
        case ROW_ERROR: return FILL_FAILED;
        case ROW_CLAIM: claim_keep(b, &row); break;
        case ROW_FAULT: fault_keep(j, b, &fault); break;
        }
        if (b->arena.failed) return FILL_FAILED;
    }
    return FILL_FULL;
}

/* False: stop parsing, because it failed (the message is set) or because the job has ended. */
static bool file_parse(struct import_job *j, int file)
{
    struct run_file *f = j->run->files[file];
    struct batch *b = batch_take(j, file);
    enum fill_end end = FILL_FULL;
    if (!b) return false;
    struct importer *im = run_importer(j->run, f);
    if (!im || !importer_read(im, &f->options, &f->scan, 0) || !rows_skip(im, b, f->row.rows_done)) end = FILL_FAILED;
    while (end == FILL_FULL && b) {
        end = batch_fill(j, im, b);
        /* After a failed read the whole rows before it still go in. */
        if (end == FILL_FAILED && b->arena.failed) b->claim_count = b->fault_count = 0;
        if (b->claim_count + b->fault_count > 0) batch_put(j);
        if (end == FILL_FULL) b = batch_take(j, file);
    }
    if (end == FILL_FAILED) read_failed(j, f, im ? importer_fault(im) : IMPORTER_NO_MEMORY);
    const bool whole = end == FILL_FILE_END && still_whole(j, f, im);
    importer_close(im);
    return whole;
}

static void parse_all(struct import_job *j)
{
    for (int i = 0; i < j->run->file_count; i++)
        if (!file_parse(j, i)) break;
    pthread_mutex_lock(&j->lock);
    j->parsed = true;
    pthread_mutex_unlock(&j->lock);
    writer_wake(j->run->desk->writer);
}

/* ---- from begin to end ---- */

static bool job_init(struct import_job *j, struct import_run *run)
{
    const struct arena_source *memory = &run->desk->env->memory;
    *j = (struct import_job){ .run = run, .slice_rows = SLICE_ROWS_FIRST, .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER };
    for (int i = 0; i < run->file_count; i++) {
        j->rows[i] = run->files[i]->row;
        j->faults_kept += run->files[i]->row.quarantined;
    }
    bool ok = true;
    for (size_t i = 0; i < BATCHES; i++) {
        struct batch *b = &j->batches[i];
        arena_init(&b->arena, memory, 0);
        b->claims = memory->take(memory->ctx, BATCH_ROWS * sizeof *b->claims);
        b->faults = memory->take(memory->ctx, BATCH_FAULTS * sizeof *b->faults);
        ok = ok && b->claims && b->faults;
    }
    return ok;
}

static void job_release(struct import_job *j)
{
    const struct arena_source *memory = &j->run->desk->env->memory;
    for (size_t i = 0; i < BATCHES; i++) {
        struct batch *b = &j->batches[i];
        if (b->claims) memory->give(memory->ctx, b->claims, BATCH_ROWS * sizeof *b->claims);
        if (b->faults) memory->give(memory->ctx, b->faults, BATCH_FAULTS * sizeof *b->faults);
        arena_release(&b->arena);
    }
    pthread_cond_destroy(&j->changed);
    pthread_mutex_destroy(&j->lock);
}

static enum desk_result import_outcome(const struct import_job *j, struct desk_message *m, bool *ret_marked)
{
    *ret_marked = j->result == WRITER_DONE;
    if (j->result == WRITER_DONE) {
        *m = j->end_message;
        return j->applied ? DESK_DONE : DESK_FAILED;
    }
    if (j->result == WRITER_FULL) {
        message_set(m, "disk-full", "The disk is full. Import %" PRId64 " stopped; the rows it had acknowledged are in. Free some space, then resume or undo it.",
                    "磁盘已满。导入 %" PRId64 " 已停止；已确认的行都在。请腾出空间，然后继续或撤销。", j->run->import_id);
        return DESK_FULL;
    }
    message_set(m, "database", "The database could not be written. Import %" PRId64 " stopped; the rows it had acknowledged are in. Resume or undo it.",
                "数据库写入失败。导入 %" PRId64 " 已停止；已确认的行都在。请继续或撤销。", j->run->import_id);
    return DESK_FAILED;
}

enum desk_result import_job_run(struct import_run *run, struct desk_message *m, bool *ret_marked)
{
    const struct env *env = run->desk->env;
    enum desk_result result = DESK_FAILED;
    *ret_marked = false;
    struct import_job *j = env->memory.take(env->memory.ctx, sizeof *j);
    if (!j) {
        message_set(m, "memory", "Out of memory.", "内存不足。");
        return DESK_FAILED;
    }
    const struct writer_job job = { .step = import_step, .before_commit = import_before_commit, .committed = import_committed,
                                    .end = import_end, .arg = j };
    if (!job_init(j, run)) {
        message_set(m, "memory", "Out of memory.", "内存不足。");
    } else if (!writer_job_post(run->desk->writer, &job)) {
        message_set(m, "busy", "Too many imports wait already.", "等待中的导入太多。");
        result = DESK_BUSY;
    } else {
        parse_all(j);
        pthread_mutex_lock(&j->lock);
        while (!j->gone) pthread_cond_wait(&j->changed, &j->lock);
        pthread_mutex_unlock(&j->lock);
        result = import_outcome(j, m, ret_marked);
    }
    job_release(j);
    env->memory.give(env->memory.ctx, j, sizeof *j);
    return result;
}
