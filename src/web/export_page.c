/* The way out: lists as files, the whole shop as an archive, one person's data, and its erasure.
 *
 * A file is written into the desk's own directory by a thread of its own, loses its name there at once, and is sent from the disk, so a
 * list of a million rows holds up nobody and no memory. Who took something with persons in it stands in the audit. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "desk/archive.h"
#include "desk/export.h"
#include "desk/files.h"
#include "desk/person.h"
#include "store/policy_store.h"
#include "web/call.h"
#include "web/pages.h"
#include "web/reply.h"

enum { NAME_BYTES = 160 };

/* ---- the audit ---- */

/* False: answered. Nothing with persons leaves the desk unseen. */
static bool noted(struct call *c, enum taken what, struct text which)
{
    struct desk_message m = { 0 };
    const struct taken_ask ask = { .store = c->params[0], .what = what, .which = which, .user_id = c->who.user_id };
    const enum desk_result r = desk_taken(c->web->options.desk, &ask, &m);
    if (r != DESK_DONE && strcmp(m.code, "stopping") == 0) reply_fault(c, FAULT_STOPPING, NULL);
    else if (r != DESK_DONE) reply_message(c, r, &m);
    return r == DESK_DONE;
}

/* ---- a file without a name ---- */

static bool scratch_path(struct call *c, char ret[FILE_PATH_MAX])
{
    unsigned char r[8];
    c->web->env->random(c->web->env->ctx, r, sizeof r);
    return snprintf(ret, FILE_PATH_MAX, "%s/out-%02x%02x%02x%02x%02x%02x%02x%02x", desk_files_dir(c->web->options.desk), r[0], r[1], r[2], r[3], r[4], r[5],
                    r[6], r[7]) < FILE_PATH_MAX;
}

/* Takes the file's name away and sends what is in it. */
static void send_scratch(struct call *c, const char *path, const char *type, const char *name)
{
    const struct env *env = c->web->env;
    const int fd = env->open(env->ctx, path, O_RDONLY | O_CLOEXEC, 0);
    const int64_t bytes = fd >= 0 ? file_bytes(fd) : -1;
    file_remove(path);
    if (bytes >= 0) {
        reply_download(c, type, name, fd, bytes);
        return;
    }
    if (fd >= 0) env->close(env->ctx, fd);
    reply_internal(c, "the file that was written cannot be read");
}

/* ---- lists ---- */

/* The shop of {store} with its policy: false when answered. */
static bool open_shop(struct call *c, struct store *s, struct shop *ret)
{
    if (!call_shop(c, s, ret)) return false;
    if (policy_load(s, ret, &c->policy)) return true;
    reply_internal(c, db_error_message(s->db));
    return false;
}

static void reply_export(struct call *c, struct store *s, enum export_result r)
{
    switch (r) {
    case EXPORT_NOT_YOURS: reply_fault(c, FAULT_ROLE, NULL); return;
    case EXPORT_ONE_TABLE: reply_fault(c, FAULT_ONE_TABLE, "format"); return;
    case EXPORT_BAD_STATE: reply_fault(c, FAULT_STATE, "state"); return;
    case EXPORT_BAD_PERIOD: reply_fault(c, FAULT_PERIOD, "from"); return;
    case EXPORT_FULL: reply_fault(c, FAULT_DISK_FULL, NULL); return;
    case EXPORT_STOPPED: reply_fault(c, FAULT_STOPPING, NULL); return;
    case EXPORT_UNWRITABLE: reply_internal(c, strerror(errno)); return;
    case EXPORT_DONE: case EXPORT_FAILED: break;
    }
    reply_internal(c, db_error_message(s->db));
}

/* A day of the store, and where it begins; absent: open. */
static bool read_day(struct call *c, const struct shop *shop, const char *name, int64_t *ret_day, int64_t *ret_ms)
{
    const struct text t = target_arg(&c->target, name);
    *ret_ms = INSTANT_NONE;
    if (!t.len) return true;
    if (!answer_day_parse(t, ret_day)) {
        reply_fault(c, FAULT_FIELD, name);
        return false;
    }
    *ret_ms = zone_day_start_ms(shop->zone, *ret_day);
    return true;
}

static bool read_ask(struct call *c, struct store *s, const struct shop *shop, struct export_ask *e)
{
    const struct text format = target_arg(&c->target, "format"), import = target_arg(&c->target, "import");
    *e = (struct export_ask){ .ask = { .store = s, .shop = shop, .policy = &c->policy, .now_ms = web_now_ms(c->web), .mask = c->mask },
                              .kind = export_kind_find(target_arg(&c->target, "what")), .format = SHEET_XLSX, .zh = text_is(target_arg(&c->target, "lang"), "zh"),
                              .sellers = c->who.role == ROLE_OWNER || c->who.role == ROLE_OPERATOR,
                              .orders = { .state = target_arg(&c->target, "state"), .search = target_arg(&c->target, "q") }, .review = { .compare = true } };
    if (!e->kind) reply_fault(c, FAULT_FIELD, "what");
    else if (format.len && !sheet_format_parse(format, &e->format)) reply_fault(c, FAULT_FIELD, "format");
    else if (import.len && (!text_to_i64(import, &e->import_id) || e->import_id < 1)) reply_fault(c, FAULT_FIELD, "import");
    else if (read_day(c, shop, "from", &e->review.from_day, &e->orders.from_ms) && read_day(c, shop, "to", &e->review.to_day, &e->orders.to_ms)) {
        if (e->orders.from_ms == INSTANT_NONE || e->orders.to_ms == INSTANT_NONE) e->review.from_day = e->review.to_day = 0;
        return true;
    }
    return false;
}

static const char *type_of(enum sheet_format f)
{
    return f == SHEET_CSV ? "text/csv; charset=utf-8" : "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
}

static void export_work(struct call *c, struct store *s)
{
    char path[FILE_PATH_MAX], name[NAME_BYTES];
    struct export_ask e;
    struct shop shop;
    int64_t rows = 0;
    if (!open_shop(c, s, &shop) || !read_ask(c, s, &shop, &e)) return;
    if (!scratch_path(c, path)) { reply_internal(c, "the path is too long"); return; }
    if ((c->mask & (ANSWER_BUYER | ANSWER_PERSON)) && !noted(c, TAKEN_LIST, text_from_cstr(e.kind->word))) return;
    e.path = path;
    e.scratch = desk_files_dir(c->web->options.desk);
    const enum export_result r = export_write(&e, &rows);
    if (r != EXPORT_DONE) {
        reply_export(c, s, r);
        return;
    }
    export_file_name(&e, name, sizeof name);
    send_scratch(c, path, type_of(e.format), name);
}

void export_handle(struct call *c) { call_on_exporter(c, export_work); }

/* ---- the whole shop ---- */

static bool archive_told(void *ctx, int64_t rows, int64_t rows_all)
{
    struct web *w = ctx;
    (void)rows_all;
    atomic_store(&w->archive_rows, rows);
    return true;
}

/* How far the archive is that is being written. */
void archive_progress_handle(struct call *c)
{
    const int64_t rows = atomic_load(&c->web->archive_rows);
    reply_json(c, 200, json_pack("{s:b,s:I}", "running", rows >= 0, "rows", (json_int_t)(rows < 0 ? 0 : rows)));
}

static void archive_work(struct call *c, struct store *s)
{
    char path[FILE_PATH_MAX], name[NAME_BYTES];
    struct desk_message m = { 0 };
    struct shop shop;
    int64_t rows = 0;
    if (!call_shop(c, s, &shop)) return;
    if (!scratch_path(c, path)) { reply_internal(c, "the path is too long"); return; }
    if (!noted(c, TAKEN_ARCHIVE, text_from_cstr(shop.key))) return;
    int64_t none = -1;
    if (!atomic_compare_exchange_strong(&c->web->archive_rows, &none, 0)) {
        reply_wait(c, FAULT_BUSY, 2000); /* one at a time: its progress is told */
        return;
    }
    const enum desk_result r = archive_write(s, &shop, path, archive_told, c->web, &rows, &m);
    atomic_store(&c->web->archive_rows, -1);
    if (r != DESK_DONE) {
        reply_message(c, r, &m);
        return;
    }
    const struct civil t = zone_civil(shop.zone, web_now_ms(c->web));
    snprintf(name, sizeof name, "%s-%04d%02d%02d%02d%02d.zip", shop.key, t.year, t.month, t.day, t.hour, t.minute);
    send_scratch(c, path, "application/zip", name);
}

void archive_handle(struct call *c) { call_on_exporter(c, archive_work); }

/* ---- one person ---- */

static void person_work(struct call *c, struct store *s)
{
    struct shop shop;
    enum answer_error error = ANSWER_FAILED;
    if (!open_shop(c, s, &shop)) return;
    const struct answer_ask q = { .store = s, .shop = &shop, .policy = &c->policy, .now_ms = web_now_ms(c->web), .mask = c->mask };
    json_t *j = person_export(&q, &(struct person_ask){ .store = c->params[0], .order_no = c->params[1] }, &error);
    if (!j) {
        reply_answer_error(c, error, s);
        return;
    }
    if (!noted(c, TAKEN_PERSON, TEXT_NONE)) {
        json_decref(j);
        return;
    }
    char *text = json_dumps(j, JSON_INDENT(1));
    json_decref(j);
    if (text) reply_file(c, "application/json", "person.json", text_from_cstr(text));
    else reply_internal(c, "no memory");
}

void person_handle(struct call *c) { call_on_exporter(c, person_work); }

static void erase_work(struct call *c, struct store *s)
{
    struct desk_message m = { 0 };
    struct text confirm;
    json_t *report = NULL;
    (void)s;
    if (!call_text(c, "confirm", 0, 128, &confirm)) return;
    if (!text_eq(text_trim(confirm), c->params[1])) {
        reply_fault(c, FAULT_CONFIRM, "confirm");
        return;
    }
    const struct person_ask ask = { .store = c->params[0], .order_no = c->params[1], .user_id = c->who.user_id };
    const enum desk_result r = desk_person_erase(c->web->options.desk, &ask, &report, &m);
    if (r == DESK_DONE) reply_json(c, 200, report);
    else reply_message(c, r, &m);
}

void person_erase_handle(struct call *c) { call_on_exporter(c, erase_work); }
