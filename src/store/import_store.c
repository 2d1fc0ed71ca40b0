/* See import_store.h. */
#include "store/import_store.h"
#include "store/db.h"

enum { RAW_BYTES_MAX = 8 * 1024 };

const char *import_state_word(enum import_state s)
{
    switch (s) {
    case IMPORT_RUNNING: return "running";
    case IMPORT_APPLIED: return "applied";
    case IMPORT_INTERRUPTED: return "interrupted";
    case IMPORT_UNDONE: return "undone";
    }
    return "";
}

/* ---- writing ---- */

static bool next_import_id(struct store *s, int64_t merchant_id, int64_t *ret)
{
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT COALESCE(MAX(import_id), 0) + 1 AS next FROM import WHERE merchant_id = $1"));
    if (!q) return false;
    db_bind_i64(q, 1, merchant_id);
    const enum db_step step = db_step(q);
    if (step == DB_ROW) *ret = db_i64(q, "next");
    db_done(q);
    return step == DB_ROW;
}

static bool file_begin(struct store *s, int64_t merchant_id, int64_t import_id, int64_t file_no, const struct import_file_row *f)
{
    struct db_stmt *q = db_stmt(s->db, SQL("INSERT INTO import_file (merchant_id, import_id, file_no, name, path, profile, encoding, zone, as_of_ms,"
                                           " bytes, rows_total, rows_done, added, updated, unchanged, quarantined, part_no, member, sheet, subject)"
                                           " VALUES ($1, $2, $3, $4, $5, $6, $7, $16, $8, $9, $10, $11, $12, $13, $14, $15, $17, $18, $19, $20)"));
    if (!q) return false;
    db_bind_i64(q, 1, merchant_id);
    db_bind_i64(q, 2, import_id);
    db_bind_i64(q, 3, file_no);
    db_bind_text(q, 4, text_from_cstr(f->name));
    db_bind_text(q, 5, text_from_cstr(f->path));
    db_bind_text(q, 6, text_from_cstr(f->profile));
    db_bind_text(q, 7, text_from_cstr(f->encoding));
    db_bind_i64(q, 8, f->as_of_ms);
    db_bind_i64(q, 9, f->bytes);
    db_bind_i64(q, 10, f->rows_total);
    db_bind_i64(q, 11, f->rows_done);
    db_bind_i64(q, 12, f->added);
    db_bind_i64(q, 13, f->updated);
    db_bind_i64(q, 14, f->unchanged);
    db_bind_i64(q, 15, f->quarantined);
    db_bind_text(q, 16, text_from_cstr(f->zone));
    db_bind_i64(q, 17, f->part_no > 0 ? f->part_no : 1);
    db_bind_text(q, 18, text_from_cstr(f->member));
    db_bind_text(q, 19, text_from_cstr(f->sheet));
    db_bind_i64(q, 20, f->subject);
    return db_exec(q);
}

bool import_begin(struct store *s, const struct shop *shop, int64_t user_id, const struct import_file_row *files, int n,
                  int64_t *ret_import_id)
{
    int64_t import_id;
    if (!next_import_id(s, shop->merchant_id, &import_id)) return false;
    struct db_stmt *q = db_stmt(s->db, SQL("INSERT INTO import (merchant_id, import_id, store_id, state, user_id, started_at_ms)"
                                           " VALUES ($1, $2, $3, 1, $4, $5)"));
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, import_id);
    db_bind_i64(q, 3, shop->store_id);
    db_bind_i64(q, 4, user_id);
    db_bind_i64(q, 5, s->env->now_ms(s->env->ctx));
    if (!db_exec(q)) return false;
    for (int i = 0; i < n; i++)
        if (!file_begin(s, shop->merchant_id, import_id, i + 1, &files[i])) return false;
    *ret_import_id = import_id;
    return true;
}

bool import_set_state(struct store *s, int64_t merchant_id, int64_t import_id, enum import_state state, struct text message_en,
                      struct text message_zh)
{
    char message[1024]; /* both languages in one column, a line each */
    size_t n = 0;
    const struct text en = text_clip_utf8(message_en, 500), zh = text_clip_utf8(message_zh, 500);
    if (en.len > 0) memcpy(message, en.ptr, en.len);
    n += en.len;
    message[n++] = '\n';
    if (zh.len > 0) memcpy(message + n, zh.ptr, zh.len);
    n += zh.len;
    struct db_stmt *q = db_stmt(s->db, SQL("UPDATE import SET state = $3, ended_at_ms = $4, message = $5"
                                           " WHERE merchant_id = $1 AND import_id = $2"));
    if (!q) return false;
    db_bind_i64(q, 1, merchant_id);
    db_bind_i64(q, 2, import_id);
    db_bind_i64(q, 3, (int64_t)state);
    db_bind_i64_or_null(q, 4, state == IMPORT_RUNNING ? INSTANT_NONE : s->env->now_ms(s->env->ctx));
    db_bind_text_or_null(q, 5, n > 1 ? (struct text){ message, n } : TEXT_NONE);
    return db_exec(q);
}

bool import_file_progress(struct store *s, int64_t merchant_id, int64_t import_id, const struct import_file_row *f)
{
    struct db_stmt *q = db_stmt(s->db, SQL("UPDATE import_file SET rows_done = $4, added = $5, updated = $6, unchanged = $7, quarantined = $8"
                                           " WHERE merchant_id = $1 AND import_id = $2 AND file_no = $3"));
    if (!q) return false;
    db_bind_i64(q, 1, merchant_id);
    db_bind_i64(q, 2, import_id);
    db_bind_i64(q, 3, f->file_no);
    db_bind_i64(q, 4, f->rows_done);
    db_bind_i64(q, 5, f->added);
    db_bind_i64(q, 6, f->updated);
    db_bind_i64(q, 7, f->unchanged);
    db_bind_i64(q, 8, f->quarantined);
    return db_exec(q);
}

bool import_files_reset(struct store *s, int64_t merchant_id, int64_t import_id)
{
    struct db_stmt *q = db_stmt(s->db, SQL("UPDATE import_file SET rows_done = 0, added = 0, updated = 0, unchanged = 0, quarantined = 0"
                                           " WHERE merchant_id = $1 AND import_id = $2"));
    if (!q) return false;
    db_bind_i64(q, 1, merchant_id);
    db_bind_i64(q, 2, import_id);
    return db_exec(q);
}

bool import_interrupt_running(struct store *s, int64_t *ret_count)
{
    struct db_stmt *q = db_stmt(s->db, SQL("UPDATE import SET state = 3, ended_at_ms = $1, message = $2 WHERE state = 1"));
    if (!q) return false;
    db_bind_i64(q, 1, s->env->now_ms(s->env->ctx));
    db_bind_text(q, 2, TEXT("The program stopped while this import ran; what it had acknowledged is in. Resume or undo it.\n"
                            "导入进行中程序停止；已确认的行都在。请继续或撤销。"));
    if (!db_exec(q)) return false;
    *ret_count = db_changes(s->db);
    return true;
}

/* ---- reading ---- */

static void import_row_read(struct db_stmt *q, struct import_row *ret)
{
    *ret = (struct import_row){
        .merchant_id = db_i64(q, "merchant_id"), .import_id = db_i64(q, "import_id"), .store_id = db_i64(q, "store_id"),
        .user_id = db_i64(q, "user_id"), .started_at_ms = db_i64(q, "started_at_ms"), .ended_at_ms = db_i64(q, "ended_at_ms"),
        .state = (enum import_state)db_i64(q, "state"),
    };
    struct text zh;
    const struct text en = text_cut(db_text(q, "message"), '\n', &zh);
    text_copy(ret->message_en, sizeof ret->message_en, en);
    text_copy(ret->message_zh, sizeof ret->message_zh, zh);
}

enum import_found import_find(struct store *s, int64_t merchant_id, int64_t import_id, struct import_row *ret)
{
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT merchant_id, import_id, store_id, user_id, started_at_ms, ended_at_ms, state, message"
                                           " FROM import WHERE merchant_id = $1 AND import_id = $2"));
    if (!q) return IMPORT_READ_FAILED;
    db_bind_i64(q, 1, merchant_id);
    db_bind_i64(q, 2, import_id);
    const enum db_step step = db_step(q);
    if (step == DB_ROW) import_row_read(q, ret);
    db_done(q);
    return step == DB_ROW ? IMPORT_FOUND : step == DB_DONE ? IMPORT_NOT_FOUND : IMPORT_READ_FAILED;
}

int import_list(struct store *s, const struct shop *shop, int64_t before_id, struct import_row *ret, int max)
{
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT merchant_id, import_id, store_id, user_id, started_at_ms, ended_at_ms, state, message"
                                           " FROM import WHERE merchant_id = $1 AND store_id = $2 AND import_id < $3"
                                           " ORDER BY import_id DESC LIMIT $4"));
    if (!q) return -1;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    db_bind_i64(q, 3, before_id > 0 ? before_id : INT64_MAX);
    db_bind_i64(q, 4, max);
    int n = 0;
    enum db_step step = DB_DONE;
    while (n < max && (step = db_step(q)) == DB_ROW) import_row_read(q, &ret[n++]);
    db_done(q);
    return step == DB_FAILED ? -1 : n;
}

static void file_row_read(struct db_stmt *q, struct import_file_row *ret)
{
    *ret = (struct import_file_row){
        .file_no = db_i64(q, "file_no"), .as_of_ms = db_i64(q, "as_of_ms"), .bytes = db_i64(q, "bytes"),
        .rows_total = db_i64(q, "rows_total"), .rows_done = db_i64(q, "rows_done"), .added = db_i64(q, "added"),
        .updated = db_i64(q, "updated"), .unchanged = db_i64(q, "unchanged"), .quarantined = db_i64(q, "quarantined"),
        .part_no = db_i64(q, "part_no"),
    };
    text_copy(ret->member, sizeof ret->member, db_text(q, "member"));
    text_copy(ret->sheet, sizeof ret->sheet, db_text(q, "sheet"));
    ret->subject = (enum subject)db_i64(q, "subject");
    text_copy(ret->name, sizeof ret->name, db_text(q, "name"));
    text_copy(ret->path, sizeof ret->path, db_text(q, "path"));
    text_copy(ret->profile, sizeof ret->profile, db_text(q, "profile"));
    text_copy(ret->encoding, sizeof ret->encoding, db_text(q, "encoding"));
    text_copy(ret->zone, sizeof ret->zone, db_text(q, "zone"));
}

int import_files(struct store *s, int64_t merchant_id, int64_t import_id, struct import_file_row *ret, int max)
{
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT file_no, name, path, profile, encoding, zone, as_of_ms, bytes, rows_total, rows_done, added, updated,"
                                           " unchanged, quarantined, part_no, member, sheet, subject FROM import_file WHERE merchant_id = $1 AND import_id = $2 ORDER BY file_no"));
    if (!q) return -1;
    db_bind_i64(q, 1, merchant_id);
    db_bind_i64(q, 2, import_id);
    int n = 0;
    enum db_step step = DB_DONE;
    while (n < max && (step = db_step(q)) == DB_ROW) file_row_read(q, &ret[n++]);
    db_done(q);
    return step == DB_FAILED ? -1 : n;
}

bool import_header_put(struct store *s, int64_t merchant_id, int64_t import_id, int64_t file_no, struct text header)
{
    struct db_stmt *q = db_stmt(s->db, SQL("UPDATE import_file SET header = $4 WHERE merchant_id = $1 AND import_id = $2 AND file_no = $3"));
    if (!q) return false;
    db_bind_i64(q, 1, merchant_id);
    db_bind_i64(q, 2, import_id);
    db_bind_i64(q, 3, file_no);
    db_bind_text(q, 4, header);
    return db_exec(q);
}

bool import_header(struct store *s, struct arena *a, int64_t merchant_id, int64_t import_id, int64_t file_no, struct text *ret)
{
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT header FROM import_file WHERE merchant_id = $1 AND import_id = $2 AND file_no = $3"));
    if (!q) return false;
    db_bind_i64(q, 1, merchant_id);
    db_bind_i64(q, 2, import_id);
    db_bind_i64(q, 3, file_no);
    const enum db_step step = db_step(q);
    *ret = step == DB_ROW ? arena_text(a, db_text(q, "header")) : TEXT_NONE;
    db_done(q);
    return step != DB_FAILED && !a->failed;
}

/* ---- rows set aside ---- */

bool quarantine_add(struct store *s, int64_t merchant_id, int64_t import_id, const struct quarantine_row *r)
{
    struct db_stmt *q = db_stmt(s->db, SQL("INSERT INTO quarantine (merchant_id, import_id, file_no, line, column_no, column_name, code, value,"
                                           " what_en, what_zh, remedy_en, remedy_zh, raw)"
                                           " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"
                                           " ON CONFLICT (merchant_id, import_id, file_no, line) DO NOTHING"));
    if (!q) return false;
    db_bind_i64(q, 1, merchant_id);
    db_bind_i64(q, 2, import_id);
    db_bind_i64(q, 3, r->file_no);
    db_bind_i64(q, 4, r->line);
    db_bind_i64(q, 5, r->column_no);
    db_bind_text(q, 6, r->column_name);
    db_bind_text(q, 7, r->code);
    db_bind_text(q, 8, r->value);
    db_bind_text(q, 9, r->what_en);
    db_bind_text(q, 10, r->what_zh);
    db_bind_text(q, 11, r->remedy_en);
    db_bind_text(q, 12, r->remedy_zh);
    db_bind_text(q, 13, text_clip_utf8(r->raw, RAW_BYTES_MAX));
    return db_exec(q);
}

int quarantine_read(struct store *s, const struct held_ask *ask, void (*row)(void *ctx, const struct quarantine_row *r), void *ctx)
{
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT file_no, line, column_no, column_name, code, value, what_en, what_zh, remedy_en, remedy_zh, raw"
                                           " FROM quarantine q WHERE merchant_id = $1 AND import_id = $2 AND (file_no, line) > ($3, $4) AND file_no <= $5"
                                           " AND NOT EXISTS (SELECT 1 FROM import i WHERE i.merchant_id = q.merchant_id AND i.import_id = q.mended_by AND i.state <> 4)"
                                           " ORDER BY file_no, line LIMIT $6"));
    if (!q) return -1;
    db_bind_i64(q, 1, ask->merchant_id);
    db_bind_i64(q, 2, ask->import_id);
    db_bind_i64(q, 3, ask->file_no);
    db_bind_i64(q, 4, ask->line);
    db_bind_i64(q, 5, ask->last_file_no);
    db_bind_i64(q, 6, ask->max);
    int n = 0;
    enum db_step step;
    while ((step = db_step(q)) == DB_ROW) {
        row(ctx, &(struct quarantine_row){
            .file_no = db_i64(q, "file_no"), .line = db_i64(q, "line"), .column_no = db_i64(q, "column_no"),
            .column_name = db_text(q, "column_name"), .code = db_text(q, "code"), .value = db_text(q, "value"),
            .what_en = db_text(q, "what_en"), .what_zh = db_text(q, "what_zh"), .remedy_en = db_text(q, "remedy_en"),
            .remedy_zh = db_text(q, "remedy_zh"), .raw = db_text(q, "raw") });
        n++;
    }
    db_done(q);
    return step == DB_FAILED ? -1 : n;
}

bool quarantine_mend(struct store *s, const struct shop *shop, const struct held_ref *row, int64_t mended_by)
{
    struct db_stmt *q = db_stmt(s->db, SQL("UPDATE quarantine SET mended_by = $5 WHERE merchant_id = $1 AND import_id = $2 AND file_no = $3 AND line = $4"
                                           " AND EXISTS (SELECT 1 FROM import i WHERE i.merchant_id = $1 AND i.import_id = $2 AND i.store_id = $6)"
                                           " AND NOT EXISTS (SELECT 1 FROM import m WHERE m.merchant_id = $1 AND m.import_id = quarantine.mended_by"
                                           " AND m.state <> 4)"));
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, row->import_id);
    db_bind_i64(q, 3, row->file_no);
    db_bind_i64(q, 4, row->line);
    db_bind_i64(q, 5, mended_by);
    db_bind_i64(q, 6, shop->store_id);
    return db_exec(q);
}

int64_t quarantine_count(struct store *s, int64_t merchant_id, int64_t import_id, int64_t file_no)
{
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT COUNT(*) AS held FROM quarantine q WHERE merchant_id = $1 AND import_id = $2 AND (file_no = $3 OR $3 = 0)"
                                           " AND NOT EXISTS (SELECT 1 FROM import i WHERE i.merchant_id = q.merchant_id AND i.import_id = q.mended_by AND i.state <> 4)"));
    if (!q) return -1;
    db_bind_i64(q, 1, merchant_id);
    db_bind_i64(q, 2, import_id);
    db_bind_i64(q, 3, file_no);
    const int64_t n = db_step(q) == DB_ROW ? db_i64(q, "held") : -1;
    db_done(q);
    return n;
}

bool quarantine_clear(struct store *s, int64_t merchant_id, int64_t import_id)
{
    struct db_stmt *q = db_stmt(s->db, SQL("DELETE FROM quarantine WHERE merchant_id = $1 AND import_id = $2"));
    if (!q) return false;
    db_bind_i64(q, 1, merchant_id);
    db_bind_i64(q, 2, import_id);
    return db_exec(q);
}

bool quarantine_expire(struct store *s, int64_t before_ms)
{
    struct db_stmt *q = db_stmt(s->db, SQL("UPDATE quarantine SET value = '', raw = '' WHERE raw <> '' AND EXISTS (SELECT 1 FROM import i"
                                           " WHERE i.merchant_id = quarantine.merchant_id AND i.import_id = quarantine.import_id"
                                           " AND i.started_at_ms < $1)"));
    if (!q) return false;
    db_bind_i64(q, 1, before_ms);
    return db_exec(q);
}
