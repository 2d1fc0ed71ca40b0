/* Rows that were set aside: as JSON with their cells, as CSV, as a sheet to be corrected; and corrected in place. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include "desk/files.h"
#include "desk/mend.h"
#include "desk/sheet.h"
#include "store/import_store.h"
#include "store/upload_store.h"
#include "web/call.h"
#include "web/csv.h"
#include "web/pages.h"
#include "web/reply.h"

/* ---- as they are ---- */

struct quarantine_view {
    struct call *call;
    struct store *store;
    const struct import_row *import;
    json_t *rows;
    FILE *csv;
    const struct import_file_row *files;
    int file_count;
    int64_t file_no, line;
    int64_t header_of;             /* the file whose header this is */
    struct text header;
    struct mend_cells *cells;      /* of the row at hand */
    struct arena row;              /* what that one needs; cleared with each */
};

/* The header of the row's file; read once for rows that stand together. */
static struct text header_of(struct quarantine_view *v, int64_t file_no)
{
    if (v->header_of != file_no && import_header(v->store, &v->call->q->arena, v->import->merchant_id, v->import->import_id, file_no, &v->header)) v->header_of = file_no;
    return v->header;
}

static json_t *cells_json(struct quarantine_view *v, struct text header, struct text raw)
{
    json_t *list = json_array();
    arena_clear(&v->row);
    if (header.len == 0 || !mend_row_cells(&v->row, header, raw, v->cells)) return list;
    for (int i = 0; i < v->cells->count; i++) json_array_append_new(list, json_stringn(v->cells->cells[i].ptr ? v->cells->cells[i].ptr : "", v->cells->cells[i].len));
    return list;
}

static const struct import_file_row *file_of(const struct quarantine_view *v, int64_t file_no)
{
    for (int i = 0; i < v->file_count; i++)
        if (v->files[i].file_no == file_no) return &v->files[i];
    return NULL;
}

static json_t *said(struct text en, struct text zh)
{
    return json_pack("{s:s%,s:s%}", "en", en.ptr ? en.ptr : "", en.len, "zh", zh.ptr ? zh.ptr : "", zh.len);
}

static json_t *string(struct text t) { return json_stringn(t.ptr ? t.ptr : "", t.len); }

static void to_json(void *ctx, const struct quarantine_row *r)
{
    struct quarantine_view *v = ctx;
    v->file_no = r->file_no;
    v->line = r->line;
    const struct import_file_row *f = file_of(v, r->file_no);
    json_t *j = json_pack("{s:s,s:I,s:I,s:o,s:o,s:o,s:o,s:o}", "file", f ? f->name : "", "line", (json_int_t)r->line,
                          "column", (json_int_t)r->column_no, "column_name", string(r->column_name), "code", string(r->code),
                          "value", string(r->value), "what", said(r->what_en, r->what_zh), "remedy", said(r->remedy_en, r->remedy_zh));
    import_name_table(j, f);
    json_object_set_new(j, "file_no", json_integer(r->file_no));
    json_object_set_new(j, "cells", cells_json(v, header_of(v, r->file_no), r->raw));
    json_array_append_new(v->rows, j);
}

static void to_csv(void *ctx, const struct quarantine_row *r)
{
    struct quarantine_view *v = ctx;
    v->file_no = r->file_no;
    v->line = r->line;
    const struct import_file_row *f = file_of(v, r->file_no);
    csv_text(v->csv, text_from_cstr(f ? f->name : ""), ',');
    csv_text(v->csv, text_from_cstr(f ? f->member : ""), ',');
    csv_text(v->csv, text_from_cstr(f ? f->sheet : ""), ',');
    csv_integer(v->csv, r->line, ',');
    csv_integer(v->csv, r->column_no, ',');
    csv_text(v->csv, r->column_name, ',');
    csv_text(v->csv, r->code, ',');
    csv_text(v->csv, r->value, ',');
    csv_text(v->csv, r->what_en, ',');
    csv_text(v->csv, r->what_zh, ',');
    csv_text(v->csv, r->remedy_en, ',');
    csv_text(v->csv, r->remedy_zh, '\n');
}

/* "2-118": after line 118 of the second file. */
static bool read_after(struct call *c, struct quarantine_view *v)
{
    struct text line, t = target_arg(&c->target, "after");
    if (!t.len) return true;
    struct text file = text_cut(t, '-', &line);
    if (text_to_i64(file, &v->file_no) && text_to_i64(line, &v->line) && v->file_no >= 0 && v->line >= 0) return true;
    reply_fault(c, FAULT_CURSOR, "after");
    return false;
}

static bool open_quarantine(struct call *c, struct store *s, struct import_row *row, struct quarantine_view *v)
{
    struct shop shop;
    if (!call_import(c, s, row, &shop) || !read_after(c, v)) return false;
    struct import_file_row *files = ARENA_ARRAY(&c->q->arena, struct import_file_row, DESK_IMPORT_TABLES_MAX);
    v->file_count = files ? import_files(s, row->merchant_id, row->import_id, files, DESK_IMPORT_TABLES_MAX) : -1;
    v->files = files;
    v->call = c;
    v->store = s;
    v->import = row;
    v->cells = ARENA_NEW(&c->q->arena, struct mend_cells);
    if (v->file_count >= 0 && v->cells) return true;
    reply_internal(c, db_error_message(s->db));
    return false;
}

/* The headers of the import's files, by number: what the cells of a row stand under. */
static json_t *headers_json(struct quarantine_view *v)
{
    json_t *all = json_object();
    for (int i = 0; i < v->file_count; i++) {
        char number[24];
        snprintf(number, sizeof number, "%lld", (long long)v->files[i].file_no);
        json_t *list = json_array();
        if (mend_header_cells(&v->call->q->arena, header_of(v, v->files[i].file_no), v->cells))
            for (int k = 0; k < v->cells->count; k++) json_array_append_new(list, string(v->cells->cells[k]));
        json_object_set_new(all, number, list);
    }
    return all;
}

void quarantine_list_read(struct call *c, struct store *s)
{
    struct import_row row;
    struct quarantine_view v = { .rows = NULL };
    if (!open_quarantine(c, s, &row, &v)) return;
    v.rows = json_array();
    arena_init(&v.row, &c->web->env->memory, 0);
    int n = quarantine_read(s, &(struct held_ask){ row.merchant_id, row.import_id, v.file_no, v.line, INT64_MAX, LIMIT_PAGE_ROWS }, to_json, &v);
    arena_release(&v.row);
    if (n < 0) {
        json_decref(v.rows);
        reply_internal(c, db_error_message(s->db));
        return;
    }
    json_t *next = n == LIMIT_PAGE_ROWS ? json_sprintf("%lld-%lld", (long long)v.file_no, (long long)v.line) : json_null();
    reply_json(c, 200, json_pack("{s:o,s:o,s:o}", "rows", v.rows, "next", next, "headers", headers_json(&v)));
}

#define CSV_BYTES_MAX (32L * 1024 * 1024)

/* The first 100,000 rows or 32 MiB; the rest with ?after=. */
void quarantine_csv_read(struct call *c, struct store *s)
{
    struct import_row row;
    struct quarantine_view v = { .rows = NULL };
    char *text = NULL;
    size_t len = 0;
    int n = LIMIT_PAGE_ROWS;
    if (!open_quarantine(c, s, &row, &v)) return;
    v.csv = open_memstream(&text, &len);
    if (!v.csv) { reply_internal(c, "no memory"); return; }
    fputs("\xEF\xBB\xBF" "file,member,sheet,line,column,column_name,code,value,what_en,what_zh,remedy_en,remedy_zh\n", v.csv);
    for (int all = 0; n == LIMIT_PAGE_ROWS && all < LIMIT_QUARANTINE_ROWS && ftell(v.csv) < CSV_BYTES_MAX; all += n)
        n = quarantine_read(s, &(struct held_ask){ row.merchant_id, row.import_id, v.file_no, v.line, INT64_MAX, LIMIT_PAGE_ROWS }, to_csv, &v);
    const bool written = !ferror(v.csv);
    const bool whole = fclose(v.csv) == 0 && written && text && n >= 0;
    if (whole) {
        char name[64];
        snprintf(name, sizeof name, "quarantine-%lld.csv", (long long)row.import_id);
        reply_file(c, "text/csv; charset=utf-8", name, (struct text){ text, len });
        return;
    }
    free(text);
    reply_internal(c, "the rows set aside could not be written out");
}

/* ---- as a sheet to be corrected ---- */

struct sheet_view { struct quarantine_view *q; struct sheet *sheet; struct text header; struct sheet_cell *cells; int columns; bool ok, zh; };

static void to_sheet(void *ctx, const struct quarantine_row *r)
{
    struct sheet_view *v = ctx;
    struct arena *a = &v->q->row;
    v->q->file_no = r->file_no;
    v->q->line = r->line;
    arena_clear(a);
    if (!mend_row_cells(a, v->header, r->raw, v->q->cells)) v->ok = false;
    for (int c = 0; c < v->columns; c++) v->cells[c].text = c < v->q->cells->count ? v->q->cells->cells[c] : TEXT_NONE;
    v->cells[v->columns].text = v->zh ? r->what_zh : r->what_en;
    v->cells[v->columns + 1].text = v->zh ? r->remedy_zh : r->remedy_en;
    v->cells[v->columns + 2].text = arena_printf(a, "%lld-%lld-%lld", (long long)v->q->import->import_id, (long long)r->file_no, (long long)r->line);
    v->ok = v->ok && !a->failed && sheet_row(v->sheet, v->cells);
}

static bool sheet_fill(struct call *c, struct store *s, struct quarantine_view *q, struct sheet_view *v, int64_t file_no)
{
    struct arena *a = &c->q->arena;
    struct mend_cells *header = ARENA_NEW(a, struct mend_cells);
    v->header = header_of(q, file_no);
    if (!header || !mend_header_cells(a, v->header, header)) return false;
    v->columns = header->count < SHEET_COLUMNS_MAX - 3 ? header->count : SHEET_COLUMNS_MAX - 3;
    struct sheet_column *columns = ARENA_ARRAY(a, struct sheet_column, (size_t)v->columns + 3);
    v->cells = ARENA_ARRAY(a, struct sheet_cell, (size_t)v->columns + 3);
    if (!columns || !v->cells) return false;
    for (int i = 0; i < v->columns; i++) {
        const char *name = arena_text(a, header->cells[i]).ptr;
        columns[i] = (struct sheet_column){ name, name, SHEET_TEXT, 16 };
    }
    columns[v->columns] = (struct sheet_column){ "reason", "原因", SHEET_TEXT, 60 };
    columns[v->columns + 1] = (struct sheet_column){ "what to do", "怎么改", SHEET_TEXT, 60 };
    columns[v->columns + 2] = (struct sheet_column){ MENDS_HEADER, MENDS_HEADER, SHEET_TEXT, 20 };
    if (a->failed || !sheet_begin(v->sheet, "rows to mend", "待改的行", columns, v->columns + 3)) return false;
    q->file_no = file_no;
    q->line = 0;
    for (int n = LIMIT_PAGE_ROWS, all = 0; n == LIMIT_PAGE_ROWS && all < LIMIT_QUARANTINE_ROWS && q->file_no == file_no; all += n) {
        n = quarantine_read(s, &(struct held_ask){ q->import->merchant_id, q->import->import_id, file_no, q->line, file_no, LIMIT_PAGE_ROWS }, to_sheet, v);
        if (n < 0 || !v->ok) return false;
    }
    return true;
}

/* The whole of a file that is there; malloc'ed. */
static bool file_take(const char *path, struct text *ret)
{
    FILE *in = fopen(path, "rb");
    int64_t bytes = 0;
    (void)file_look(path, &bytes);
    char *text = in && bytes > 0 ? malloc((size_t)bytes) : NULL; /* house: handed over to the HTTP server, which frees it */
    const bool ok = text && fread(text, 1, (size_t)bytes, in) == (size_t)bytes;
    if (in) fclose(in);
    if (ok) *ret = (struct text){ text, (size_t)bytes };
    else free(text);
    return ok;
}

/* A name of its own in the desk's directory of files. */
static bool scratch_path(struct call *c, const char *end, char ret[FILE_PATH_MAX])
{
    unsigned char random[16];
    char hex[33];
    const char *dir = desk_files_dir(c->web->options.desk);
    c->web->env->random(c->web->env->ctx, random, sizeof random);
    for (size_t i = 0; i < sizeof random; i++) snprintf(hex + 2 * i, 3, "%02x", random[i]);
    return dir && (size_t)snprintf(ret, FILE_PATH_MAX, "%s/%s%s", dir, hex, end) < FILE_PATH_MAX;
}

static const struct import_file_row *file_asked(struct call *c, const struct quarantine_view *q, struct text number)
{
    int64_t file_no = q->file_count > 0 ? q->files[0].file_no : 0;
    if (number.len && !text_to_i64(number, &file_no)) file_no = 0;
    const struct import_file_row *f = file_of(q, file_no);
    if (!f) reply_fault(c, FAULT_NOT_FOUND, NULL);
    return f;
}

void quarantine_sheet_read(struct call *c, struct store *s)
{
    struct import_row row;
    struct quarantine_view q = { .rows = NULL };
    enum sheet_format format = SHEET_XLSX;
    char path[FILE_PATH_MAX], name[64];
    struct text asked = target_arg(&c->target, "format"), body = TEXT_NONE;
    if (asked.len && !sheet_format_parse(asked, &format)) { reply_fault(c, FAULT_FIELD, "format"); return; }
    if (!open_quarantine(c, s, &row, &q)) return;
    const struct import_file_row *f = file_asked(c, &q, target_arg(&c->target, "file"));
    if (!f) return;
    if (!scratch_path(c, ".sheet", path)) { reply_internal(c, "no file can be made for a sheet"); return; }
    struct sheet_view v = { .q = &q, .ok = true, .zh = text_is(target_arg(&c->target, "lang"), "zh") };
    v.sheet = sheet_create(&(struct sheet_options){ .env = c->web->env, .path = path, .scratch = desk_files_dir(c->web->options.desk), .format = format, .zh = v.zh });
    arena_init(&q.row, &c->web->env->memory, 0);
    bool whole = v.sheet && sheet_fill(c, s, &q, &v, f->file_no);
    arena_release(&q.row);
    if (v.sheet && whole) whole = sheet_close(v.sheet);
    else if (v.sheet) sheet_abandon(v.sheet);
    whole = whole && file_take(path, &body);
    file_remove(path);
    if (!whole) { reply_internal(c, "the rows set aside could not be written out"); return; }
    snprintf(name, sizeof name, "mend-%lld-%lld.%s", (long long)row.import_id, (long long)f->file_no, sheet_format_word(format));
    reply_file(c, format == SHEET_XLSX ? "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" : "text/csv; charset=utf-8", name, body);
}

/* ---- corrected in place ---- */

struct mending { struct import_row import; struct shop shop; struct mend_ask ask; struct quarantine_view q; char path[FILE_PATH_MAX]; struct profile_set *profiles; struct mended mended; };

static bool read_cells(struct call *c, json_t *list, struct mend_cells *ret)
{
    const size_t n = json_array_size(list);
    if (!json_is_array(list) || n > LIMIT_COLUMNS) return false;
    for (size_t i = 0; i < n; i++) {
        json_t *v = json_array_get(list, i);
        if (!json_is_string(v) || json_string_length(v) > LIMIT_CELL_BYTES) return false;
        ret->cells[ret->count++] = arena_text(&c->q->arena, (struct text){ json_string_value(v), json_string_length(v) });
    }
    return !c->q->arena.failed;
}

static bool read_rows(struct call *c, struct mending *m)
{
    json_t *list = json_object_get(c->body, "rows");
    const size_t n = json_array_size(list);
    struct mend_row *rows = n > 0 && n <= MEND_ROWS_MAX ? ARENA_ARRAY(&c->q->arena, struct mend_row, n) : NULL;
    if (!rows) { reply_fault(c, FAULT_FIELD, "rows"); return false; }
    for (size_t i = 0; i < n; i++) {
        json_t *row = json_array_get(list, i);
        rows[i].line = json_integer_value(json_object_get(row, "line"));
        if (rows[i].line > 0 && read_cells(c, json_object_get(row, "cells"), &rows[i].cells)) continue;
        reply_fault(c, FAULT_FIELD, "rows");
        return false;
    }
    m->ask.rows = rows;
    m->ask.count = (int)n;
    return true;
}

static struct text number_text(struct call *c, json_t *v) { return arena_printf(&c->q->arena, "%lld", (long long)json_integer_value(v)); }

/* Reads what is asked, writes the file and looks at it. False when answered; *ret_made: the file is there. */
static bool mend_begin(struct call *c, struct store *s, struct mending *m, bool *ret_made)
{
    struct desk_message message;
    *ret_made = false;
    if (!call_import(c, s, &m->import, &m->shop) || !open_quarantine(c, s, &m->import, &m->q) || !read_rows(c, m)) return false;
    m->ask.file = file_asked(c, &m->q, number_text(c, json_object_get(c->body, "file")));
    if (!m->ask.file) return false;
    m->ask.header = header_of(&m->q, m->ask.file->file_no);
    m->profiles = desk_profile_set(c->web->env, s, &m->shop, &message);
    if (!m->profiles) { reply_message(c, DESK_FAILED, &message); return false; }
    m->ask.env = c->web->env;
    m->ask.spill_beside = desk_path(c->web->options.desk);
    m->ask.shop = &m->shop;
    m->ask.profiles = m->profiles;
    m->ask.import_id = m->import.import_id;
    m->ask.path = m->path;
    if (m->ask.header.len == 0) { reply_fault(c, FAULT_NOT_FOUND, NULL); return false; } /* of an import before headers were kept */
    *ret_made = scratch_path(c, ".upload", m->path) && mend_write(&m->ask);
    if (*ret_made && mend_check(&c->q->arena, &m->ask, &m->mended)) return true;
    if (!*ret_made && (errno == ENOSPC || errno == EDQUOT)) reply_fault(c, FAULT_DISK_FULL, NULL);
    else reply_internal(c, "corrected rows could not be looked at");
    return false;
}

static void mend_end(const struct mending *m, bool made)
{
    if (made) file_remove(m->path);
    if (m->profiles) profile_set_free(m->profiles);
}

static json_t *fault_json(const struct intake_fault *f)
{
    if (f->code.len == 0) return json_null();
    return json_pack("{s:o,s:i,s:o,s:o,s:o}", "code", string(f->code), "column_no", f->column, "column", string(f->column_name), "what", said(f->what_en, f->what_zh),
                     "remedy", said(f->remedy_en, f->remedy_zh));
}

static json_t *mended_json(const struct mending *m)
{
    json_t *rows = json_array();
    for (int r = 0; r < m->ask.count; r++) {
        json_t *cells = json_array();
        for (int c = 0; m->mended.rows[r].cells && c < m->mended.column_count - 1; c++) { /* the last one tells which row it is */
            const struct understood *u = &m->mended.rows[r].cells[c];
            json_t *doubt = u->doubt == DOUBT_NONE ? json_null() : said(cell_doubt_text(u->doubt, false), cell_doubt_text(u->doubt, true));
            json_array_append_new(cells, json_pack("{s:o,s:o,s:o}", "field", string(m->mended.columns[c].field), "understood", u->text.len ? string(u->text) : json_null(),
                                                   "doubt", doubt));
        }
        json_array_append_new(rows, json_pack("{s:I,s:o,s:o}", "line", (json_int_t)m->ask.rows[r].line, "cells", cells, "fault", fault_json(&m->mended.rows[r].fault)));
    }
    json_t *refusal = m->mended.refusal_en.len ? said(m->mended.refusal_en, m->mended.refusal_zh) : json_null();
    return json_pack("{s:o,s:o}", "rows", rows, "refusal", refusal);
}

void quarantine_check_read(struct call *c, struct store *s)
{
    struct mending mending = { .profiles = NULL }, *m = &mending; /* not in the request's memory: that is gone once it is answered */
    bool made = false;
    json_t *answer = mend_begin(c, s, m, &made) ? mended_json(m) : NULL;
    mend_end(m, made);
    if (answer) reply_json(c, 200, answer);
}

static bool all_good(const struct mending *m)
{
    bool good = m->mended.refusal_en.len == 0;
    for (int r = 0; r < m->ask.count; r++) good = good && m->mended.rows[r].fault.code.len == 0;
    return good;
}

/* Rows that are still not good are told, and none goes in; else they are imported as a file of their own. */
void quarantine_mend_read(struct call *c, struct store *s)
{
    struct mending mending = { .profiles = NULL }, *m = &mending; /* not in the request's memory: that is gone once it is answered */
    bool made = false;
    if (!mend_begin(c, s, m, &made)) { mend_end(m, made); return; }
    if (!all_good(m)) {
        json_t *answer = mended_json(m);
        mend_end(m, made);
        reply_json(c, 422, json_pack("{s:o,s:o}", "error", json_pack("{s:s,s:s,s:s}", "code", "not-mended", "en", "Some cells are still not right; nothing was sent.", "zh",
                                                                     "还有格子不对，没有发送。"), "check", answer));
        return;
    }
    char name[256];
    snprintf(name, sizeof name, "mended-%.200s%s", m->ask.file->name, text_ends_with(text_from_cstr(m->ask.file->name), TEXT(".csv")) ? "" : ".csv");
    text_mend_cut(name);
    const char *paths[] = { m->path }, *names[] = { name };
    const struct import_ask ask = { .store = text_from_cstr(m->shop.key), .paths = paths, .names = names, .count = 1, .profile = m->ask.file->profile,
                                    .zone = m->ask.file->zone, .as_of_ms = m->ask.file->as_of_ms, .user_id = c->who.user_id };
    profile_set_free(m->profiles);
    m->profiles = NULL;
    const bool goes = desk_import_start(c->web->options.desk, &ask, import_started_answer, c); /* may answer at once: nothing of the call is touched after */
    if (!goes) {
        mend_end(m, made);
        reply_wait(c, FAULT_BUSY, 1000);
    }
}
