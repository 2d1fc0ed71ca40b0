/* POST and GET /stores/{store}/uploads, GET /fields, /stores/{store}/profiles. The body of an upload goes to the disk piece by piece
 * on the HTTP thread that reads it; it is synced and written down before it is acknowledged. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include "desk/files.h"
#include "intake/intake.h"
#include "web/call.h"
#include "web/pages.h"
#include "web/reply.h"
#include "web/uploads.h"

struct upload_body { const struct env *env; int fd; bool full, kept; struct upload_row row; };

/* ---- on the way in ---- */

static bool sink_write(void *ctx, const void *bytes, size_t len)
{
    struct upload_body *u = ctx;
    if (u->row.bytes + (int64_t)len > LIMIT_UPLOAD_BYTES) return false;
    for (size_t done = 0; done < len;) {
        ssize_t n = u->env->write(u->env->ctx, u->fd, (const char *)bytes + done, len - done);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) {
            u->full = n < 0 && (errno == ENOSPC || errno == EDQUOT);
            return false;
        }
        done += (size_t)n;
    }
    u->row.bytes += (int64_t)len;
    return true;
}

/* "C:\\exports\\orders.csv" -> "orders.csv" */
static struct text base_name(struct text t)
{
    for (size_t i = t.len; i > 0; i--)
        if (t.ptr[i - 1] == '/' || t.ptr[i - 1] == '\\') return (struct text){ t.ptr + i, t.len - i };
    return t;
}

static bool make_file(struct call *c, struct upload_body *u)
{
    unsigned char random[16];
    char hex[33];
    const char *dir = desk_files_dir(c->web->options.desk);
    u->env->random(u->env->ctx, random, sizeof random);
    for (size_t i = 0; i < sizeof random; i++) snprintf(hex + 2 * i, 3, "%02x", random[i]);
    if (!dir || (size_t)snprintf(u->row.path, sizeof u->row.path, "%s/%s.upload", dir, hex) >= sizeof u->row.path) return false;
    u->fd = u->env->open(u->env->ctx, u->row.path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    return u->fd >= 0;
}

void upload_begin(struct call *c)
{
    struct text name;
    struct upload_body *u = ARENA_NEW(&c->q->arena, struct upload_body);
    if (!u) { reply_internal(c, "no memory"); return; }
    u->env = c->web->env;
    u->fd = -1;
    if (c->q->content_length > LIMIT_UPLOAD_BYTES) { reply_fault(c, FAULT_TOO_LARGE, NULL); return; }
    bool named = percent_decode(&c->q->arena, http_header(c->q, "X-File-Name"), sizeof u->row.name - 1, &name);
    if (named) name = base_name(name);
    if (!named || text_empty(text_trim(name))) { reply_fault(c, FAULT_UPLOAD_NAME, NULL); return; }
    memcpy(u->row.name, name.ptr, name.len);
    if (!make_file(c, u)) {
        if (errno == ENOSPC || errno == EDQUOT) reply_fault(c, FAULT_DISK_FULL, NULL);
        else reply_internal(c, "no file can be made for an upload");
        return;
    }
    c->upload = u;
    c->q->sink.write = sink_write;
    c->q->sink.ctx = u;
}

void upload_end(struct call *c)
{
    struct upload_body *u = c->upload;
    if (u->fd >= 0) u->env->close(u->env->ctx, u->fd);
    if (!u->kept) file_remove(u->row.path);
}

static bool upload_write(struct store *s, struct write *w)
{
    struct upload_body *u = w->ctx;
    return upload_add(s, WEB_MERCHANT, &u->row, &u->row.upload_id);
}

static void upload_done(struct call *c, struct write *w)
{
    struct upload_body *u = w->ctx;
    struct scan_ask ask = { .replaced = c->replaced, .count = 1, .files = { { .upload_id = u->row.upload_id } } };
    struct text none;
    int progress;
    u->kept = true;
    memcpy(ask.store, c->params[0].ptr, c->params[0].len); /* it named a shop, so it fits */
    (void)uploads_scan(c->web->uploads, &ask, &c->q->arena, &none, &progress); /* so that it is looked at before the page asks */
    reply_json(c, 201, json_pack("{s:o,s:s,s:I}", "upload_id", json_sprintf("%lld", (long long)u->row.upload_id), "file", u->row.name,
                                 "bytes", (json_int_t)u->row.bytes));
}

static void upload_keep(struct call *c, struct store *s)
{
    struct upload_body *u = c->upload;
    struct shop shop;
    if (!call_shop(c, s, &shop)) return;
    bool synced = u->env->fsync(u->env->ctx, u->fd) == 0;
    bool full = !synced && (errno == ENOSPC || errno == EDQUOT);
    u->env->close(u->env->ctx, u->fd);
    u->fd = -1;
    u->row.store_id = shop.store_id;
    u->row.user_id = c->who.user_id;
    if (synced) call_write(c, &(struct write){ .run = upload_write, .done = upload_done, .ctx = u });
    else if (full) reply_fault(c, FAULT_DISK_FULL, NULL);
    else reply_internal(c, "an upload could not be synced");
}

void upload_handle(struct call *c)
{
    if (!c->q->sink_failed) call_on_reader(c, upload_keep);
    else if (c->upload->full) reply_fault(c, FAULT_DISK_FULL, NULL);
    else if (c->upload->row.bytes + 1 > LIMIT_UPLOAD_BYTES - 65536) reply_fault(c, FAULT_TOO_LARGE, NULL);
    else reply_internal(c, "an upload could not be written");
}

/* ---- the scan ---- */

static bool read_option(struct call *c, const char *name, char *to, size_t size)
{
    struct text t = target_arg(&c->target, name);
    if (t.len >= size) {
        reply_fault(c, FAULT_FIELD, name);
        return false;
    }
    if (t.len) memcpy(to, t.ptr, t.len);
    return true;
}

void upload_read(struct call *c, struct store *s)
{
    struct shop shop;
    struct upload_row row;
    struct scan_ask ask = { .replaced = c->replaced, .count = 1 };
    struct asked_file *file = &ask.files[0];
    struct text json;
    int progress = 0;
    if (!call_shop(c, s, &shop) || !call_id(c, c->params[1], &file->upload_id) || !read_option(c, "profile", file->profile, sizeof file->profile)
        || !read_option(c, "zone", file->zone, sizeof file->zone) || !read_option(c, "encoding", file->encoding, sizeof file->encoding))
        return;
    if (file->encoding[0] && !intake_encoding_find(text_from_cstr(file->encoding), &(enum intake_encoding){ 0 })) { reply_fault(c, FAULT_FIELD, "encoding"); return; }
    memcpy(ask.store, shop.key, sizeof ask.store);
    if (upload_find(s, &shop, file->upload_id, &row) != UPLOAD_FOUND) { reply_fault(c, FAULT_UPLOAD_NONE, NULL); return; }
    if (file->zone[0] && !c->web->env->zone(c->web->env->ctx, file->zone)) { reply_fault(c, FAULT_ZONE, "zone"); return; }
    switch (uploads_scan(c->web->uploads, &ask, &c->q->arena, &json, &progress)) {
    case SCAN_BUSY: reply_wait(c, FAULT_BUSY, 1000); return;
    case SCAN_READY:
        if (json.ptr) reply_copy(c, json);
        else reply_internal(c, "an uploaded file could not be looked at");
        return;
    case SCAN_RUNNING: break;
    }
    reply_json(c, 200, json_pack("{s:o,s:s,s:I,s:s,s:f}", "upload_id", json_sprintf("%lld", (long long)row.upload_id), "file", row.name,
                                 "bytes", (json_int_t)row.bytes, "state", "scanning", "progress", progress / 1000.0));
}

/* ---- fields and profiles ---- */

static void field_append(json_t *list, const struct intake_field *f, bool key)
{
    json_array_append_new(list, json_pack("{s:s,s:s,s:s,s:b,s:s,s:b}", "field", f->word, "en", f->en, "zh", f->zh, "required", f->required, "kind", f->kind, "key", key));
}

void fields_handle(struct call *c)
{
    const struct text word = target_arg(&c->target, "subject");
    enum subject subject = SUBJECT_ORDERS;
    if (word.len > 0 && !subject_find(word, &subject)) { reply_fault(c, FAULT_SUBJECT, "subject"); return; }
    json_t *list = json_array();
    for (int i = 0; i < intake_field_count && subject == SUBJECT_ORDERS; i++) field_append(list, &intake_fields[i], false);
    for (int i = 1; subject != SUBJECT_ORDERS && i <= record_subject(subject)->field_count; i++) {
        const struct record_field *f = record_field(subject, i);
        field_append(list, &(struct intake_field){ f->word, f->en, f->zh, record_kind_word(f->kind), (f->flags & FIELD_IS_MUST) != 0 }, (f->flags & FIELD_IS_KEY) != 0);
    }
    reply_json(c, 200, list);
}

static json_t *string(struct text t) { return json_stringn(t.ptr ? t.ptr : "", t.len); }

void profiles_read(struct call *c, struct store *s)
{
    struct shop shop;
    struct desk_message message;
    if (!call_shop(c, s, &shop)) return;
    struct profile_set *set = desk_profile_set(c->web->env, s, &shop, &message);
    if (!set) { reply_message(c, DESK_FAILED, &message); return; }
    json_t *list = json_array();
    for (int i = 0; i < profile_count(set); i++) {
        const struct profile *p = profile_at(set, i);
        struct text json = profile_json(p);
        json_error_t error;
        json_array_append_new(list, json_pack("{s:o,s:o,s:o,s:o?}", "name", string(profile_name(p)), "en", string(profile_title(p, false)), "zh",
                                              string(profile_title(p, true)), "profile", json_loadb(json.ptr, json.len, 0, &error)));
    }
    profile_set_free(set);
    reply_json(c, 200, json_pack("{s:o}", "profiles", list));
}

/* Waits for the writer: column maps are made a few times in a shop's life. */
void profile_save_read(struct call *c, struct store *s)
{
    struct shop shop;
    struct text name;
    struct desk_message message;
    if (!call_shop(c, s, &shop) || !call_text(c, "name", 1, 63, &name)) return;
    if (!json_is_object(json_object_get(c->body, "columns"))) { reply_fault(c, FAULT_FIELD, "columns"); return; }
    char *json = json_dumps(c->body, JSON_COMPACT);
    struct text copy = json ? arena_text(&c->q->arena, text_from_cstr(json)) : TEXT_NONE;
    free(json);
    if (!copy.ptr) { reply_internal(c, "no memory"); return; }
    enum desk_result r = desk_profile_save(c->web->options.desk, c->params[0], name, copy, c->who.user_id, &message);
    if (r != DESK_DONE) { reply_message(c, r, &message); return; }
    uploads_forget(c->web->uploads);
    reply_json(c, 200, json_pack("{s:o}", "name", string(name)));
}
