/* F.sock, the asking side: a command-line verb beside a running desk. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sodium.h>
#include <string.h>
#include "desk/desk.h"
#include "desk/explain.h"
#include "desk/outbox.h"
#include "desk/team_change.h"
#include "desk/wire.h"

enum { SOCK_PATH_MAX = 100, BACKLOG = 16 };

/* ---- the socket's path ---- */

/* Calls on a path that a socket can bear; a long one goes through its directory, held open. */
static int with_short_path(const struct env *env, const char *path, bool listens)
{
    char near[64];
    int dir = -1;
    if (strlen(path) > SOCK_PATH_MAX) {
        char directory[FILE_PATH_MAX];
        const char *base = file_base_name(path);
        snprintf(directory, sizeof directory, "%.*s", (int)(base - path), path);
        dir = env->open(env->ctx, directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
        if (dir < 0) return -1;
        if (snprintf(near, sizeof near, "/proc/self/fd/%d/%s", dir, base) >= (int)sizeof near) {
            env->close(env->ctx, dir);
            errno = ENAMETOOLONG;
            return -1;
        }
        path = near;
    }
    const int fd = listens ? env->listen_unix(env->ctx, path, BACKLOG) : env->connect_unix(env->ctx, path);
    const int why = errno;
    if (dir >= 0) env->close(env->ctx, dir);
    errno = why;
    return fd;
}

int sock_listen(const struct env *env, const char *path) { return with_short_path(env, path, true); }
int sock_connect(const struct env *env, const char *path) { return with_short_path(env, path, false); }

/* ---- asking ---- */

static enum desk_result gone(struct desk_message *m)
{
    message_set(m, "gone", "The running desk stopped before it answered; what it had acknowledged stands. Look at the list of imports.",
                "正在运行的掌柜在答复前停止；已确认的内容都在。请查看导入列表。");
    return DESK_FAILED;
}

/* Sends `ask` (taken), passes progress on, and gives back the last line; NULL and the message when there was none. */
static json_t *ask_desk(struct desk *d, json_t *ask, import_progress *progress, void *ctx, struct desk_message *m)
{
    struct wire w;
    json_t *line = NULL;
    const int fd = sock_connect(d->env, d->sock);
    if (fd < 0 || !wire_init(&w, d->env, fd)) {
        if (fd >= 0) d->env->close(d->env->ctx, fd);
        json_decref(ask);
        gone(m);
        return NULL;
    }
    if (wire_put(&w, ask)) {
        while ((line = wire_get(&w))) {
            json_t *news = json_object_get(line, "progress");
            if (!news) break;
            struct import_figures f;
            wire_to_figures(news, &f);
            if (progress) progress(ctx, &f);
            json_decref(line);
        }
    }
    wire_release(&w);
    if (!line) gone(m);
    return line;
}

/* Rows of an archive come as the figures of an import of one file. */
struct rows_told { archive_progress *progress; void *ctx; };

static void tell_rows(void *ctx, const struct import_figures *f)
{
    const struct rows_told *t = ctx;
    if (t->progress) t->progress(t->ctx, f->files[0].rows_done, f->files[0].rows);
}

static enum desk_result ask_plainly(struct desk *d, json_t *ask, struct desk_message *m)
{
    json_t *end = ask_desk(d, ask, NULL, NULL, m);
    const enum desk_result r = end ? wire_to_end(end, m) : DESK_FAILED;
    json_decref(end);
    return r;
}

static enum desk_result ask_figures(struct desk *d, json_t *ask, import_progress *progress, void *ctx, struct import_figures *ret,
                                    struct desk_message *m)
{
    json_t *end = ask_desk(d, ask, progress, ctx, m);
    if (!end) return DESK_FAILED;
    wire_to_figures(json_object_get(end, "figures"), ret);
    const enum desk_result r = wire_to_end(end, m);
    json_decref(end);
    return r;
}

bool remote_answers(const struct desk *d)
{
    const int fd = sock_connect(d->env, d->sock);
    struct wire w;
    if (fd < 0) return false;
    if (!wire_init(&w, d->env, fd)) {
        d->env->close(d->env->ctx, fd);
        return false;
    }
    json_t *end = wire_put(&w, json_pack("{s:s}", "verb", "hello")) ? wire_get(&w) : NULL;
    const bool ok = end != NULL;
    json_decref(end);
    wire_release(&w);
    return ok;
}

/* ---- the commands ---- */

static void set_or_null(json_t *o, const char *key, const char *value) { json_object_set_new(o, key, value ? json_string(value) : json_null()); }
static void set_text(json_t *o, const char *key, struct text t) { json_object_set_new(o, key, json_stringn(t.ptr ? t.ptr : "", t.len)); }
static json_t *new_ask(const char *verb, int64_t user_id) { return json_pack("{s:s, s:I}", "verb", verb, "user_id", (json_int_t)user_id); }

enum desk_result remote_import(struct desk *d, const struct import_ask *ask, import_progress *progress, void *ctx,
                               struct import_figures *ret, struct desk_message *m)
{
    json_t *o = new_ask("import", ask->user_id), *files = json_array();
    for (int i = 0; i < ask->count; i++) {
        char whole[FILE_PATH_MAX];
        const char *path = file_absolute(ask->paths[i], whole) ? whole : ask->paths[i];
        char shown[FILE_PATH_MAX], hex[2 * FILE_PATH_MAX + 1];
        json_t *file = json_object();
        file_shown_name(ask->names ? ask->names[i] : ask->paths[i], shown, sizeof shown);
        set_or_null(file, "path_hex", sodium_bin2hex(hex, sizeof hex, (const unsigned char *)path, strnlen(path, FILE_PATH_MAX)));
        set_or_null(file, "name", shown);
        json_array_append_new(files, file);
    }
    json_object_set_new(o, "files", files);
    set_text(o, "store", ask->store);
    set_or_null(o, "profile", ask->profile);
    set_or_null(o, "zone", ask->zone);
    set_or_null(o, "encoding", ask->encoding);
    json_object_set_new(o, "as_of_ms", json_integer(ask->as_of_ms));
    return ask_figures(d, o, progress, ctx, ret, m);
}

enum desk_result remote_import_change(struct desk *d, const char *verb, int64_t import_id, int64_t user_id, import_progress *progress,
                                      void *ctx, struct import_figures *ret, struct desk_message *m)
{
    json_t *o = new_ask(verb, user_id);
    json_object_set_new(o, "import_id", json_integer(import_id));
    return ask_figures(d, o, progress, ctx, ret, m);
}

enum desk_result remote_shop_create(struct desk *d, const struct shop_new *n, int64_t user_id, struct desk_message *m)
{
    json_t *o = new_ask("store-create", user_id);
    set_text(o, "key", n->key);
    set_text(o, "name", n->name);
    set_text(o, "platform", n->platform);
    set_text(o, "currency", n->currency);
    set_text(o, "zone", n->zone);
    set_text(o, "country", n->country);
    json_object_set_new(o, "demo", json_boolean(n->demo));
    return ask_plainly(d, o, m);
}

enum desk_result remote_profile_save(struct desk *d, struct text store, struct text name, struct text json, int64_t user_id,
                                     struct desk_message *m)
{
    json_t *o = new_ask("profile-save", user_id);
    set_text(o, "store", store);
    set_text(o, "name", name);
    set_text(o, "json", json);
    return ask_plainly(d, o, m);
}

enum desk_result remote_policy_set(struct desk *d, const struct policy_ask *ask, struct desk_message *m)
{
    json_t *o = new_ask("policy-set", ask->user_id), *values = json_array();
    set_text(o, "store", ask->store);
    for (int i = 0; i < ask->count; i++) {
        json_t *v = json_pack("{s:I, s:b}", "value", (json_int_t)ask->values[i].value, "reset", (int)ask->values[i].reset);
        set_text(v, "name", ask->values[i].name);
        json_array_append_new(values, v);
    }
    json_object_set_new(o, "values", values);
    return ask_plainly(d, o, m);
}

enum desk_result remote_team_change(struct desk *d, const struct team_ask *ask, struct desk_message *m)
{
    json_t *o = new_ask("team-change", ask->user_id);
    set_text(o, "store", ask->store);
    json_object_set(o, "changes", ask->changes);
    json_object_set_new(o, "only_self", json_boolean(ask->only_self));
    return ask_plainly(d, o, m);
}

enum desk_result remote_outbox_resolve(struct desk *d, const struct outbox_resolve_ask *ask, struct desk_message *m)
{
    json_t *o = new_ask("outbox-resolve", ask->user_id);
    set_text(o, "store", ask->store);
    set_text(o, "order", ask->order_no);
    json_object_set_new(o, "wave", json_integer(ask->wave));
    json_object_set_new(o, "again", json_boolean(ask->again));
    return ask_plainly(d, o, m);
}

enum desk_result remote_taken(struct desk *d, const struct taken_ask *ask, struct desk_message *m)
{
    json_t *o = new_ask("taken", ask->user_id);
    set_text(o, "store", ask->store);
    json_object_set_new(o, "what", json_integer((json_int_t)ask->what));
    set_text(o, "which", ask->which);
    return ask_plainly(d, o, m);
}

enum desk_result remote_suppress(struct desk *d, const struct suppress_ask *ask, int *ret_changed, struct desk_message *m)
{
    json_t *o = new_ask("suppress", ask->user_id);
    set_text(o, "store", ask->store);
    set_text(o, "order", ask->order_no);
    set_text(o, "who", ask->who);
    json_object_set_new(o, "stop", json_integer((json_int_t)ask->stop));
    json_object_set_new(o, "remove", json_boolean(ask->remove));
    json_t *end = ask_desk(d, o, NULL, NULL, m);
    if (!end) return DESK_FAILED;
    *ret_changed = (int)wire_i64(end, "changed");
    const enum desk_result r = wire_to_end(end, m);
    json_decref(end);
    return r;
}

enum desk_result remote_mark(struct desk *d, const struct mark_ask *ask, struct desk_message *m)
{
    json_t *o = new_ask("mark", ask->user_id);
    set_text(o, "store", ask->store);
    set_text(o, "order", ask->order_no);
    json_object_set_new(o, "wave", json_integer(ask->wave));
    json_object_set_new(o, "outcome", json_integer(ask->outcome));
    set_text(o, "reason", ask->reason);
    set_text(o, "text", ask->text_key);
    return ask_plainly(d, o, m);
}

enum desk_result remote_backup(struct desk *d, const char *to, int64_t *ret_bytes, struct desk_message *m)
{
    json_t *o = new_ask("backup", 0);
    set_or_null(o, "to", to);
    json_t *end = ask_desk(d, o, NULL, NULL, m);
    if (!end) return DESK_FAILED;
    *ret_bytes = wire_i64(end, "bytes");
    const enum desk_result r = wire_to_end(end, m);
    json_decref(end);
    return r;
}

enum desk_result remote_restore(struct desk *d, const char *from, struct desk_message *m)
{
    json_t *o = new_ask("restore", 0);
    set_or_null(o, "from", from);
    return ask_plainly(d, o, m);
}

enum desk_result remote_archive_read(struct desk *d, const char *from, struct text key, int64_t user_id, archive_progress *progress, void *ctx,
                                     struct archive_done *ret, struct desk_message *m)
{
    struct rows_told told = { progress, ctx };
    char hex[2 * FILE_PATH_MAX + 1];
    json_t *o = new_ask("archive-read", user_id);
    set_or_null(o, "path_hex", sodium_bin2hex(hex, sizeof hex, (const unsigned char *)from, strnlen(from, FILE_PATH_MAX)));
    set_text(o, "key", key);
    json_t *end = ask_desk(d, o, tell_rows, &told, m);
    if (!end) return DESK_FAILED;
    const enum desk_result r = wire_to_end(end, m);
    if (r == DESK_DONE) {
        text_copy(ret->key, sizeof ret->key, text_from_cstr(wire_text(end, "key")));
        ret->rows = wire_i64(end, "rows");
    }
    json_decref(end);
    return r;
}

enum desk_result remote_feed_change(struct desk *d, const struct feed_ask *ask, struct feed_made *ret, struct desk_message *m)
{
    json_t *o = new_ask("feed-change", ask->user_id);
    json_object_set_new(o, "what", json_integer(ask->what));
    json_object_set_new(o, "source", json_integer(ask->source));
    json_object_set_new(o, "number", json_integer(ask->number));
    json_object_set_new(o, "limit_s", json_integer(ask->limit_s));
    set_text(o, "store", ask->store);
    set_text(o, "name", ask->name);
    set_text(o, "told", ask->told);
    json_t *end = ask_desk(d, o, NULL, NULL, m);
    if (!end) return DESK_FAILED;
    ret->number = wire_i64(end, "number");
    text_copy(ret->shown, sizeof ret->shown, text_from_cstr(wire_text(end, "shown")));
    const enum desk_result r = wire_to_end(end, m);
    json_decref(end);
    return r;
}

enum desk_result remote_channel_change(struct desk *d, const struct channel_ask *ask, struct channel_made *ret, struct desk_message *m)
{
    json_t *o = new_ask("channel-change", ask->user_id);
    json_object_set_new(o, "what", json_integer(ask->what));
    json_object_set_new(o, "channel_id", json_integer(ask->channel_id));
    json_object_set_new(o, "settings", ask->settings ? json_deep_copy(ask->settings) : json_null());
    set_text(o, "store", ask->store);
    set_text(o, "to", ask->to);
    json_t *end = ask_desk(d, o, NULL, NULL, m);
    if (!end) return DESK_FAILED;
    ret->channel_id = wire_i64(end, "channel_id");
    text_copy(ret->label, sizeof ret->label, text_from_cstr(wire_text(end, "label")));
    ret->outcome.fate = (enum channel_fate)wire_i64(end, "fate");
    ret->outcome.reply = (int)wire_i64(end, "reply");
    text_copy(ret->outcome.code, sizeof ret->outcome.code, text_from_cstr(wire_text(end, "said_code")));
    text_copy(ret->outcome.en, sizeof ret->outcome.en, text_from_cstr(wire_text(end, "said_en")));
    text_copy(ret->outcome.zh, sizeof ret->outcome.zh, text_from_cstr(wire_text(end, "said_zh")));
    const enum desk_result r = wire_to_end(end, m);
    json_decref(end);
    return r;
}

enum desk_result remote_person_erase(struct desk *d, const struct person_ask *ask, json_t **ret, struct desk_message *m)
{
    json_t *o = new_ask("person-erase", ask->user_id);
    set_text(o, "store", ask->store);
    set_text(o, "customer", ask->customer);
    set_text(o, "order", ask->order_no);
    json_t *end = ask_desk(d, o, NULL, NULL, m);
    if (!end) return DESK_FAILED;
    const enum desk_result r = wire_to_end(end, m);
    if (r == DESK_DONE) *ret = json_incref(json_object_get(end, "report"));
    json_decref(end);
    return r;
}
