/* Imports: start, list, one with its progress, undo, resume, and the rows that were set aside, as JSON and as CSV. */
#include <stdio.h>
#include <stdlib.h>
#include "store/import_store.h"
#include "web/call.h"
#include "web/csv.h"
#include "web/pages.h"
#include "web/reply.h"
#include "web/uploads.h"

/* ---- one import as the page sees it ---- */

static json_t *instant_json(struct arena *a, int64_t at_ms, const struct zone *zone)
{
    if (at_ms == INSTANT_NONE) return json_null();
    struct text t = instant_print(a, at_ms, zone);
    return json_stringn(t.ptr ? t.ptr : "", t.len);
}

static json_t *by_json(struct store *s, int64_t user_id)
{
    struct account account;
    if (user_id && account_get(s, WEB_MERCHANT, user_id, &account) == ACCOUNT_OK) return json_string(account.name);
    return json_null();
}

struct import_view { struct call *call; struct store *store; const struct shop *shop; struct import_file_row *files; struct import_figures *figures; };

/* Memory for import_json, used for one import after the other. */
static bool view_init(struct import_view *v, struct call *c, struct store *s, const struct shop *shop)
{
    *v = (struct import_view){ c, s, shop, ARENA_ARRAY(&c->q->arena, struct import_file_row, DESK_IMPORT_TABLES_MAX),
                               ARENA_NEW(&c->q->arena, struct import_figures) };
    return v->files && v->figures;
}

/* Which table of its file: the fields are there where it has a name. */
static void name_table(json_t *j, const struct import_file_row *f)
{
    if (f && f->member[0]) json_object_set_new(j, "member", json_string(f->member));
    if (f && f->sheet[0]) json_object_set_new(j, "sheet", json_string(f->sheet));
}

static json_t *file_json(const struct import_view *v, const struct import_file_row *f)
{
    json_t *j = json_pack("{s:s,s:s,s:s,s:I,s:I,s:I,s:I,s:I,s:I,s:o}", "file", f->name, "profile", f->profile, "encoding", f->encoding, "rows",
                     (json_int_t)f->rows_total, "rows_done", (json_int_t)f->rows_done, "added", (json_int_t)f->added, "updated",
                     (json_int_t)f->updated, "unchanged", (json_int_t)f->unchanged, "quarantined", (json_int_t)f->quarantined, "as_of",
                     instant_json(&v->call->q->arena, f->as_of_ms, v->shop->zone));
    name_table(j, f);
    return j;
}

static json_t *known(int64_t n) { return n < 0 ? json_null() : json_integer(n); }

/* NULL: the database failed or no memory. */
static json_t *import_json(const struct import_view *v, const struct import_row *i)
{
    int n = import_files(v->store, i->merchant_id, i->import_id, v->files, DESK_IMPORT_TABLES_MAX);
    if (n < 0) return NULL;
    bool runs = i->state == IMPORT_RUNNING && desk_import_running(v->call->web->options.desk, i->import_id, v->figures);
    json_t *files = json_array();
    for (int k = 0; k < n; k++) json_array_append_new(files, file_json(v, &v->files[k]));
    json_t *message = i->message_en[0] ? json_pack("{s:s,s:s}", "en", i->message_en, "zh", i->message_zh) : json_null();
    struct arena *a = &v->call->q->arena;
    return json_pack("{s:I,s:s,s:s,s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "import_id", (json_int_t)i->import_id, "store", v->shop->key, "state",
                     import_state_word(i->state), "started_at", instant_json(a, i->started_at_ms, v->shop->zone), "ended_at",
                     instant_json(a, i->ended_at_ms, v->shop->zone), "by", by_json(v->store, i->user_id), "files", files, "rows_per_s",
                     runs ? known(v->figures->rows_per_s) : json_null(), "seconds_left", runs ? known(v->figures->seconds_left) : json_null(),
                     "message", message);
}

enum { IMPORTS_SHOWN = 100 };

void imports_read(struct call *c, struct store *s)
{
    struct shop shop;
    struct import_view v;
    struct import_row *rows = ARENA_ARRAY(&c->q->arena, struct import_row, IMPORTS_SHOWN);
    if (!call_shop(c, s, &shop)) return;
    int n = rows && view_init(&v, c, s, &shop) ? import_list(s, &shop, 0, rows, IMPORTS_SHOWN) : -1;
    json_t *list = json_array();
    bool ok = n >= 0;
    for (int i = 0; ok && i < n; i++) ok = json_array_append_new(list, import_json(&v, &rows[i])) == 0;
    if (ok) {
        reply_json(c, 200, json_pack("{s:o}", "imports", list));
        return;
    }
    json_decref(list);
    reply_internal(c, db_error_message(s->db));
}

/* The import of {id} and its shop: false when answered. */
static bool find_import(struct call *c, struct store *s, struct import_row *ret, struct shop *ret_shop)
{
    int64_t id;
    if (!call_id(c, c->params[0], &id)) return false;
    struct shop *shops = ARENA_ARRAY(&c->q->arena, struct shop, LIMIT_STORES);
    int n = shops ? shop_list(s, shops, LIMIT_STORES) : -1;
    enum import_found found = n < 0 ? IMPORT_READ_FAILED : import_find(s, WEB_MERCHANT, id, ret);
    for (int i = 0; found == IMPORT_FOUND && i < n; i++) {
        if (shops[i].store_id != ret->store_id) continue;
        *ret_shop = shops[i];
        return true;
    }
    if (found == IMPORT_READ_FAILED) reply_internal(c, db_error_message(s->db));
    else reply_fault(c, FAULT_NOT_FOUND, NULL);
    return false;
}

void import_read(struct call *c, struct store *s)
{
    struct import_row row;
    struct shop shop;
    struct import_view v;
    if (!find_import(c, s, &row, &shop)) return;
    json_t *j = view_init(&v, c, s, &shop) ? import_json(&v, &row) : NULL;
    if (j) reply_json(c, 200, j);
    else reply_internal(c, db_error_message(s->db));
}

/* ---- start, resume, undo ---- */

static void started(void *ctx, enum desk_result result, int64_t import_id, const struct desk_message *message)
{
    if (result == DESK_DONE) reply_json(ctx, 202, json_pack("{s:I}", "import_id", (json_int_t)import_id));
    else reply_message(ctx, result, message);
}

static bool upload_number(json_t *v, int64_t *ret)
{
    if (json_is_integer(v)) *ret = json_integer_value(v);
    else if (!json_is_string(v) || !text_to_i64((struct text){ json_string_value(v), json_string_length(v) }, ret)) return false;
    return *ret > 0;
}

static bool choice_of(json_t *file, const char *key, char *to, size_t size)
{
    json_t *v = json_object_get(file, key);
    if (!v || json_is_null(v)) return true;
    if (!json_is_string(v) || json_string_length(v) >= size) return false;
    memcpy(to, json_string_value(v), json_string_length(v));
    return true;
}

/* "12", or {"upload": "12", "profile": .., "zone": .., "encoding": ..} */
static bool read_file(json_t *v, struct asked_file *ret)
{
    if (!json_is_object(v)) return upload_number(v, &ret->upload_id);
    return upload_number(json_object_get(v, "upload"), &ret->upload_id) && choice_of(v, "profile", ret->profile, sizeof ret->profile)
        && choice_of(v, "zone", ret->zone, sizeof ret->zone) && choice_of(v, "encoding", ret->encoding, sizeof ret->encoding);
}

static bool choice_known(struct call *c, const struct asked_file *f)
{
    if (f->zone[0] && !c->web->env->zone(c->web->env->ctx, f->zone)) { reply_fault(c, FAULT_ZONE, "zone"); return false; }
    if (!f->encoding[0] || intake_encoding_find(text_from_cstr(f->encoding), &(enum intake_encoding){ 0 })) return true;
    reply_fault(c, FAULT_FIELD, "encoding");
    return false;
}

/* The files of the body, each with how it is to be read: what it says itself, else what the body says for all. False when answered. */
static bool read_files(struct call *c, struct scan_ask *ret)
{
    json_t *list = json_object_get(c->body, "uploads");
    struct asked_file of_all = { 0 };
    const size_t n = json_array_size(list);
    if (!json_is_array(list) || n < 1 || n > DESK_IMPORT_FILES_MAX) { reply_fault(c, FAULT_FIELD, "uploads"); return false; }
    if (!choice_of(c->body, "profile", of_all.profile, sizeof of_all.profile)) { reply_fault(c, FAULT_FIELD, "profile"); return false; }
    if (!choice_of(c->body, "zone", of_all.zone, sizeof of_all.zone)) { reply_fault(c, FAULT_FIELD, "zone"); return false; }
    ret->count = (int)n;
    for (size_t i = 0; i < n; i++) {
        ret->files[i] = of_all;
        if (!read_file(json_array_get(list, i), &ret->files[i])) { reply_fault(c, FAULT_FIELD, "uploads"); return false; }
        if (!choice_known(c, &ret->files[i])) return false;
    }
    return true;
}

/* The files of an import by the numbers of their uploads: false when answered. */
static bool find_uploads(struct call *c, struct store *s, const struct shop *shop, const struct scan_ask *files, struct import_ask *ask)
{
    const size_t n = (size_t)files->count;
    struct upload_row *rows = ARENA_ARRAY(&c->q->arena, struct upload_row, n);
    const char **paths = ARENA_ARRAY(&c->q->arena, const char *, n), **names = ARENA_ARRAY(&c->q->arena, const char *, n);
    struct import_ask_file *each = ARENA_ARRAY(&c->q->arena, struct import_ask_file, n);
    if (!rows || !paths || !names || !each) { reply_internal(c, "no memory"); return false; }
    for (size_t i = 0; i < n; i++) {
        if (upload_find(s, shop, files->files[i].upload_id, &rows[i]) != UPLOAD_FOUND) { reply_fault(c, FAULT_UPLOAD_NONE, NULL); return false; }
        paths[i] = rows[i].path;
        names[i] = rows[i].name;
        each[i] = (struct import_ask_file){ files->files[i].profile, files->files[i].zone, files->files[i].encoding };
    }
    ask->paths = paths;
    ask->names = names;
    ask->each = each;
    ask->count = (int)n;
    return true;
}

void import_start_read(struct call *c, struct store *s)
{
    struct shop shop;
    struct text as_of;
    struct scan_ask *files = ARENA_NEW(&c->q->arena, struct scan_ask);
    struct import_ask ask = { .store = c->params[0], .as_of_ms = INSTANT_NONE, .user_id = c->who.user_id };
    if (!files) { reply_internal(c, "no memory"); return; }
    if (!call_shop(c, s, &shop) || !read_files(c, files) || !find_uploads(c, s, &shop, files, &ask) || !call_text(c, "as_of", 0, 40, &as_of)) return;
    if (as_of.len && !instant_parse(as_of, &ask.as_of_ms)) { reply_fault(c, FAULT_FIELD, "as_of"); return; }
    if (!desk_import_start(c->web->options.desk, &ask, started, c)) reply_wait(c, FAULT_BUSY, 1000);
}

void import_foresee_read(struct call *c, struct store *s)
{
    struct shop shop;
    struct text json = TEXT_NONE;
    struct import_ask ignored;
    int progress = 0;
    struct scan_ask *ask = ARENA_NEW(&c->q->arena, struct scan_ask);
    if (!ask) { reply_internal(c, "no memory"); return; }
    if (!call_shop(c, s, &shop) || !read_files(c, ask) || !find_uploads(c, s, &shop, ask, &ignored)) return;
    ask->replaced = c->replaced;
    ask->foresee = true;
    memcpy(ask->store, shop.key, sizeof ask->store);
    switch (uploads_scan(c->web->uploads, ask, &c->q->arena, &json, &progress)) {
    case SCAN_BUSY: reply_wait(c, FAULT_BUSY, 1000); return;
    case SCAN_READY:
        if (json.ptr) reply_copy(c, json);
        else reply_internal(c, "what an import would change could not be found out");
        return;
    case SCAN_RUNNING: break;
    }
    reply_json(c, 200, json_pack("{s:s,s:f}", "state", "counting", "progress", progress / 1000.0));
}

void import_undo_handle(struct call *c)
{
    int64_t id;
    if (!call_id(c, c->params[0], &id)) return;
    call_defer(c);
    if (!desk_import_undo_start(c->web->options.desk, id, c->who.user_id, started, c)) reply_wait(c, FAULT_BUSY, 1000);
}

void import_resume_handle(struct call *c)
{
    int64_t id;
    if (!call_id(c, c->params[0], &id)) return;
    call_defer(c);
    if (!desk_import_resume_start(c->web->options.desk, id, c->who.user_id, started, c)) reply_wait(c, FAULT_BUSY, 1000);
}

/* ---- rows set aside ---- */

struct quarantine_view { json_t *rows; FILE *csv; const struct import_file_row *files; int file_count; int64_t file_no, line; };

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
    name_table(j, f);
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
    if (!find_import(c, s, row, &shop) || !read_after(c, v)) return false;
    struct import_file_row *files = ARENA_ARRAY(&c->q->arena, struct import_file_row, DESK_IMPORT_TABLES_MAX);
    v->file_count = files ? import_files(s, row->merchant_id, row->import_id, files, DESK_IMPORT_TABLES_MAX) : -1;
    v->files = files;
    if (v->file_count >= 0) return true;
    reply_internal(c, db_error_message(s->db));
    return false;
}

void quarantine_list_read(struct call *c, struct store *s)
{
    struct import_row row;
    struct quarantine_view v = { .rows = NULL };
    if (!open_quarantine(c, s, &row, &v)) return;
    v.rows = json_array();
    int n = quarantine_read(s, row.merchant_id, row.import_id, v.file_no, v.line, LIMIT_PAGE_ROWS, to_json, &v);
    if (n < 0) {
        json_decref(v.rows);
        reply_internal(c, db_error_message(s->db));
        return;
    }
    json_t *next = n == LIMIT_PAGE_ROWS ? json_sprintf("%lld-%lld", (long long)v.file_no, (long long)v.line) : json_null();
    reply_json(c, 200, json_pack("{s:o,s:o}", "rows", v.rows, "next", next));
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
        n = quarantine_read(s, row.merchant_id, row.import_id, v.file_no, v.line, LIMIT_PAGE_ROWS, to_csv, &v);
    bool whole = !ferror(v.csv) && fclose(v.csv) == 0 && text && n >= 0;
    if (whole) {
        char name[64];
        snprintf(name, sizeof name, "quarantine-%lld.csv", (long long)row.import_id);
        reply_file(c, "text/csv; charset=utf-8", name, (struct text){ text, len });
        return;
    }
    free(text);
    reply_internal(c, "the rows set aside could not be written out");
}
