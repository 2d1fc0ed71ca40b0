/* What an import would report, found out by doing it in a rehearsal: prepared as an import is (import_prepare.c), its rows go through the
 * same reducer as in import_job.c, and nothing is kept. On the caller's thread. */
#include <inttypes.h>
#include <stdio.h>
#include "desk/import_run.h"
#include "store/rehearsal.h"

enum { BATCH_ROWS = 4096 };
_Static_assert(sizeof(struct record_claim) <= sizeof(struct order_claim), "records fit in the room of orders");
#define REHEARSAL_IMPORT_ID INT64_C(4611686018427387904) /* no import ever has it */

struct rehearsing { struct import_run *run; struct apply_session *session; struct arena batch; struct intake_row *row; struct order_claim *claims; struct record_claim *records /* in the same room: a file's rows are all of one kind */; bool of_records; size_t count; struct import_file_row *rows; };

static enum desk_result no_memory(struct desk_message *m)
{
    message_set(m, "memory", "Out of memory.", "内存不足。");
    return DESK_FAILED;
}

static bool batch_apply(struct rehearsing *h, struct import_file_row *row)
{
    struct apply_tally tally = { 0 };
    if (h->count > 0 && !(h->of_records ? apply_records(h->session, h->records, h->count, &tally) : apply_claims(h->session, h->claims, h->count, &tally))) return false;
    row->added += tally.added;
    row->updated += tally.updated;
    row->unchanged += tally.unchanged;
    h->count = 0;
    arena_clear(&h->batch);
    run_publish(h->run, IMPORT_APPLYING, h->rows);
    run_watched(h->run);
    return true;
}

static void claim_keep(struct rehearsing *h)
{
    h->of_records = h->row->subject != SUBJECT_ORDERS;
    if (h->of_records) h->records[h->count++] = h->row->record;
    else h->claims[h->count++] = h->row->order;
}

/* All rows of a file. False: the database or memory failed, the file could not be read, or it was stopped. */
static bool file_rehearse(struct rehearsing *h, int file)
{
    struct run_file *f = h->run->files[file];
    struct import_file_row *row = &h->rows[file];
    struct intake_fault fault;
    struct importer *im = run_importer(h->run, f);
    bool ok = im && importer_read(im, &f->options, &f->scan, 0), more = true;
    while (ok && more) {
        switch (importer_next(im, &h->batch, h->row, &fault)) {
        case ROW_END: more = false; break;
        case ROW_ERROR: ok = false; break;
        case ROW_CLAIM: claim_keep(h), row->rows_done += !h->row->more; break;
        case ROW_FAULT: row->quarantined++, row->rows_done++; break;
        }
        if (!ok || (more && h->count < BATCH_ROWS)) continue;
        ok = batch_apply(h, row) && !atomic_load(&h->run->stop) && !h->batch.failed;
    }
    importer_close(im);
    return ok;
}

static enum desk_result files_rehearse(struct import_run *run, struct store *s, struct desk_message *m)
{
    struct rehearsing h = { .run = run };
    h.claims = ARENA_ARRAY(&run->arena, struct order_claim, BATCH_ROWS);
    h.records = (struct record_claim *)(void *)h.claims;
    h.rows = ARENA_ARRAY(&run->arena, struct import_file_row, (size_t)run->file_count);
    h.row = ARENA_NEW(&run->arena, struct intake_row);
    if (!h.claims || !h.rows || !h.row) return no_memory(m);
    arena_init(&h.batch, &run->desk->env->memory, 0);
    for (int i = 0; i < run->file_count; i++) h.rows[i] = run->files[i]->row;
    h.session = apply_session_create(s, &run->shop, REHEARSAL_IMPORT_ID);
    if (h.session) apply_session_alone(h.session);
    bool ok = h.session != NULL;
    run->began_us = run_now_us(run);
    for (int i = 0; ok && i < run->file_count; i++) ok = file_rehearse(&h, i);
    if (!ok) {
        if (atomic_load(&run->stop)) message_set(m, "stopped", "It was stopped.", "已停止。");
        else message_set(m, "not-foreseen", "What this import would change could not be found out: %s.", "无法预先算出这次导入会改变什么：%s。",
                         s->db && db_error(s->db) != DB_OK ? db_error_message(s->db) : "a file could not be read");
    }
    apply_session_free(h.session);
    arena_release(&h.batch);
    return ok ? DESK_DONE : DESK_FAILED;
}

static enum desk_result rehearse(struct import_run *run, struct desk_message *m)
{
    char message[256] = "";
    enum desk_result r = run_prepare(run, m);
    if (r != DESK_DONE) return r;
    struct rehearsal *all = rehearsal_open(run->desk->env, run->desk->path, message, sizeof message);
    if (!all) {
        message_set(m, "database", "The database could not be read: %s.", "数据库读取失败：%s。", message);
        return DESK_FAILED;
    }
    r = files_rehearse(run, rehearsal_store(all), m);
    rehearsal_close(all);
    return r;
}

enum desk_result desk_import_rehearse(const struct env *env, const char *path, const struct import_ask *ask, rehearse_watch *watch, void *ctx,
                                      struct import_figures *ret, struct desk_message *ret_message)
{
    struct desk *d = env->memory.take(env->memory.ctx, sizeof *d);
    struct import_run *run = NULL;
    if (d) {
        *d = (struct desk){ .env = env };
        text_copy(d->path, sizeof d->path, text_from_cstr(path));
        run = run_new(d, RUN_IMPORT, ask);
    }
    enum desk_result r = DESK_FAILED;
    if (!run) {
        r = no_memory(ret_message);
    } else {
        run->watch = watch;
        run->watch_ctx = ctx;
        r = rehearse(run, ret_message);
        *ret = run->figures;
        run_free(run);
    }
    if (d) env->memory.give(env->memory.ctx, d, sizeof *d);
    return r;
}
