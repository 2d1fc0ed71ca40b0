/* Imports: what one would do, start, list, one with its progress, undo, resume. */
#include <stdio.h>
#include <stdlib.h>
#include "store/import_store.h"
#include "web/call.h"
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

struct import_view { struct call *call; struct store *store; const struct shop *shop; struct import_file_row *files; struct import_figures *figures; int64_t merchant_id, import_id; };

/* Memory for import_json, used for one import after the other. */
static bool view_init(struct import_view *v, struct call *c, struct store *s, const struct shop *shop)
{
    *v = (struct import_view){ c, s, shop, ARENA_ARRAY(&c->q->arena, struct import_file_row, DESK_IMPORT_TABLES_MAX),
                               ARENA_NEW(&c->q->arena, struct import_figures), 0, 0 };
    return v->files && v->figures;
}

void import_name_table(json_t *j, const struct import_file_row *f)
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
    import_name_table(j, f);
    json_object_set_new(j, "subject", json_string(subject_word(f->subject)));
    json_object_set_new(j, "held", json_integer(f->quarantined > 0 ? quarantine_count(v->store, v->merchant_id, v->import_id, f->file_no) : 0));
    return j;
}

static json_t *known(int64_t n) { return n < 0 ? json_null() : json_integer(n); }

/* NULL: the database failed or no memory. */
static json_t *import_json(struct import_view *v, const struct import_row *i)
{
    v->merchant_id = i->merchant_id;
    v->import_id = i->import_id;
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

bool call_import(struct call *c, struct store *s, struct import_row *ret, struct shop *ret_shop)
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
    if (!call_import(c, s, &row, &shop)) return;
    json_t *j = view_init(&v, c, s, &shop) ? import_json(&v, &row) : NULL;
    if (j) reply_json(c, 200, j);
    else reply_internal(c, db_error_message(s->db));
}

/* ---- start, resume, undo ---- */

void import_started_answer(void *ctx, enum desk_result result, int64_t import_id, const struct desk_message *message)
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
    if (!desk_import_start(c->web->options.desk, &ask, import_started_answer, c)) reply_wait(c, FAULT_BUSY, 1000);
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
    if (!desk_import_undo_start(c->web->options.desk, id, c->who.user_id, import_started_answer, c)) reply_wait(c, FAULT_BUSY, 1000);
}

void import_resume_handle(struct call *c)
{
    int64_t id;
    if (!call_id(c, c->params[0], &id)) return;
    call_defer(c);
    if (!desk_import_resume_start(c->web->options.desk, id, c->who.user_id, import_started_answer, c)) reply_wait(c, FAULT_BUSY, 1000);
}
