/* F.sock, the serving side: a thread that lets callers in, and one for each of the few that may be in at a time. */
#include <assert.h>
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#include "desk/desk.h"
#include "desk/explain.h"
#include "desk/outbox.h"
#include "desk/team_change.h"
#include "desk/wire.h"

enum { CALLERS_MAX = 16, BACKLOG = 16, ASK_TIMEOUT_S = 10 };

struct door {
    struct desk *desk;
    pthread_t thread;
    int fd;
    pthread_mutex_t lock;               /* guards the rest */
    pthread_cond_t left;
    int callers[CALLERS_MAX];           /* their sockets, to be shut when the desk closes; -1: free */
    int caller_count;
    bool closing;
};

struct caller { struct door *door; int slot; struct wire wire; };

/* ---- the verbs ---- */

static void tell_progress(void *ctx, const struct import_figures *f)
{
    struct wire *w = ctx;
    wire_put(w, json_pack("{s:o}", "progress", wire_of_figures(f))); /* a caller that left: the import goes on */
}

static json_t *end_with_figures(enum desk_result r, const struct desk_message *m, const struct import_figures *f)
{
    json_t *end = wire_of_end(r, m);
    json_object_set_new(end, "figures", wire_of_figures(f));
    return end;
}

static json_t *bad_ask(void)
{
    struct desk_message m;
    message_set(&m, "wire", "The running desk does not understand this command; both must be of one version.", "正在运行的掌柜不认识此命令；两者版本须一致。");
    return wire_of_end(DESK_REFUSED, &m);
}

/* Paths are bytes, JSON is text: a path comes in hexadecimal and is put beside it as it is. */
static bool path_unpack(json_t *file)
{
    char path[FILE_PATH_MAX];
    size_t n = 0;
    const char *hex = wire_text(file, "path_hex");
    return sodium_hex2bin((unsigned char *)path, sizeof path - 1, hex, strlen(hex), NULL, &n, NULL) == 0 &&
           json_object_set_new(file, "path", json_stringn_nocheck(path, n)) == 0;
}

static json_t *serve_import(struct caller *c, json_t *ask)
{
    const char *paths[DESK_IMPORT_FILES_MAX], *names[DESK_IMPORT_FILES_MAX];
    json_t *files = json_object_get(ask, "files"), *file;
    const size_t n = json_array_size(files);
    size_t i;
    if (n < 1 || n > DESK_IMPORT_FILES_MAX) return bad_ask();
    json_array_foreach(files, i, file) {
        if (!path_unpack(file)) return bad_ask();
        paths[i] = wire_text(file, "path");
        names[i] = wire_text(file, "name");
    }
    const struct import_ask a = { .store = text_from_cstr(wire_text(ask, "store")), .paths = paths, .names = names, .count = (int)n,
                                  .profile = wire_text_or_null(ask, "profile"), .zone = wire_text_or_null(ask, "zone"), .encoding = wire_text_or_null(ask, "encoding"),
                                  .as_of_ms = wire_i64(ask, "as_of_ms"), .user_id = wire_i64(ask, "user_id") };
    struct import_figures f = { 0 };
    struct desk_message m = { 0 };
    const enum desk_result r = desk_import(c->door->desk, &a, tell_progress, &c->wire, &f, &m);
    return end_with_figures(r, &m, &f);
}

static json_t *serve_change(struct caller *c, json_t *ask)
{
    struct import_figures f = { 0 };
    struct desk_message m = { 0 };
    const bool undo = strcmp(wire_text(ask, "verb"), "import-undo") == 0;
    const enum desk_result r = (undo ? desk_import_undo : desk_import_resume)(c->door->desk, wire_i64(ask, "import_id"), wire_i64(ask, "user_id"),
                                                                             tell_progress, &c->wire, &f, &m);
    return end_with_figures(r, &m, &f);
}

struct rows_teller { struct wire *wire; struct import_figures figures; };

/* A caller that left, or is slow to listen: the reading goes on. */
static bool tell_rows(void *ctx, int64_t rows, int64_t rows_all)
{
    struct rows_teller *t = ctx;
    t->figures.files[0].rows_done = rows;
    t->figures.files[0].rows = rows_all;
    tell_progress(t->wire, &t->figures);
    return true;
}

static json_t *serve_archive_read(struct caller *c, json_t *ask)
{
    const struct env *env = c->door->desk->env;
    struct desk_message m = { 0 };
    struct archive_done done = { 0 };
    struct rows_teller *t = path_unpack(ask) ? env->memory.take(env->memory.ctx, sizeof *t) : NULL;
    if (!t) return bad_ask();
    *t = (struct rows_teller){ .wire = &c->wire, .figures = { .phase = IMPORT_APPLYING, .file_count = 1, .rows_per_s = -1, .seconds_left = -1 } };
    const enum desk_result r = desk_archive_read(c->door->desk, wire_text(ask, "path"), text_from_cstr(wire_text(ask, "key")), wire_i64(ask, "user_id"),
                                                 tell_rows, t, &done, &m);
    env->memory.give(env->memory.ctx, t, sizeof *t);
    json_t *end = wire_of_end(r, &m);
    json_object_set_new(end, "key", json_string(done.key));
    json_object_set_new(end, "rows", json_integer(done.rows));
    return end;
}

static json_t *serve_person_erase(struct caller *c, json_t *ask)
{
    const struct person_ask a = { .store = text_from_cstr(wire_text(ask, "store")), .customer = text_from_cstr(wire_text(ask, "customer")),
                                  .order_no = text_from_cstr(wire_text(ask, "order")), .user_id = wire_i64(ask, "user_id") };
    struct desk_message m = { 0 };
    json_t *report = NULL;
    json_t *end = wire_of_end(desk_person_erase(c->door->desk, &a, &report, &m), &m);
    if (report) json_object_set_new(end, "report", report);
    return end;
}

static json_t *serve_hello(struct caller *c, json_t *ask)
{
    (void)c, (void)ask;
    return wire_of_end(DESK_DONE, &(struct desk_message){ .code = "" });
}

static json_t *serve_backup(struct caller *c, json_t *ask)
{
    struct desk_message m = { 0 };
    int64_t bytes = 0;
    json_t *end = wire_of_end(desk_backup(c->door->desk, wire_text(ask, "to"), &bytes, &m), &m);
    json_object_set_new(end, "bytes", json_integer(bytes));
    return end;
}

static json_t *serve_restore(struct caller *c, json_t *ask)
{
    struct desk_message m = { 0 };
    return wire_of_end(desk_restore_serving(c->door->desk, wire_text(ask, "from"), &m), &m);
}

static json_t *serve_store_create(struct caller *c, json_t *ask)
{
    const struct shop_new n = {
        .key = text_from_cstr(wire_text(ask, "key")), .name = text_from_cstr(wire_text(ask, "name")),
        .platform = text_from_cstr(wire_text(ask, "platform")), .currency = text_from_cstr(wire_text(ask, "currency")),
        .zone = text_from_cstr(wire_text(ask, "zone")), .country = text_from_cstr(wire_text(ask, "country")),
        .demo = json_is_true(json_object_get(ask, "demo")),
    };
    struct desk_message m = { 0 };
    return wire_of_end(desk_shop_create(c->door->desk, &n, wire_i64(ask, "user_id"), &m), &m);
}

static json_t *serve_profile_save(struct caller *c, json_t *ask)
{
    struct desk_message m = { 0 };
    return wire_of_end(desk_profile_save(c->door->desk, text_from_cstr(wire_text(ask, "store")), text_from_cstr(wire_text(ask, "name")),
                                         text_from_cstr(wire_text(ask, "json")), wire_i64(ask, "user_id"), &m), &m);
}

static json_t *serve_policy_set(struct caller *c, json_t *ask)
{
    struct policy_value values[DESK_POLICY_VALUES_MAX];
    json_t *list = json_object_get(ask, "values"), *v;
    struct policy_ask a = { .store = text_from_cstr(wire_text(ask, "store")), .values = values, .user_id = wire_i64(ask, "user_id") };
    struct desk_message m = { 0 };
    size_t i;
    json_array_foreach(list, i, v) {
        if (a.count == DESK_POLICY_VALUES_MAX) break;
        values[a.count++] = (struct policy_value){ text_from_cstr(wire_text(v, "name")), wire_i64(v, "value"), json_is_true(json_object_get(v, "reset")) };
    }
    return wire_of_end(desk_policy_set(c->door->desk, &a, &m), &m);
}

static json_t *serve_team_change(struct caller *c, json_t *ask)
{
    const struct team_ask a = { .store = text_from_cstr(wire_text(ask, "store")), .changes = json_object_get(ask, "changes"), .user_id = wire_i64(ask, "user_id"),
                                .only_self = json_is_true(json_object_get(ask, "only_self")) };
    struct desk_message m = { 0 };
    return wire_of_end(desk_team_change(c->door->desk, &a, &m), &m);
}

static json_t *serve_outbox_resolve(struct caller *c, json_t *ask)
{
    const int64_t wave = wire_i64(ask, "wave");
    if (wave < 1 || wave > OUTBOX_WAVE_LAST) return bad_ask();
    const struct outbox_resolve_ask a = { text_from_cstr(wire_text(ask, "store")), text_from_cstr(wire_text(ask, "order")), (int)wave,
                                          json_is_true(json_object_get(ask, "again")), wire_i64(ask, "user_id") };
    struct desk_message m = { 0 };
    return wire_of_end(desk_outbox_resolve(c->door->desk, &a, &m), &m);
}

static json_t *serve_taken(struct caller *c, json_t *ask)
{
    const int64_t what = wire_i64(ask, "what");
    if (what < TAKEN_LIST || what > TAKEN_PERSON) return bad_ask();
    const struct taken_ask a = { .store = text_from_cstr(wire_text(ask, "store")), .what = (enum taken)what, .which = text_from_cstr(wire_text(ask, "which")),
                                 .user_id = wire_i64(ask, "user_id") };
    struct desk_message m = { 0 };
    return wire_of_end(desk_taken(c->door->desk, &a, &m), &m);
}

static json_t *serve_suppress(struct caller *c, json_t *ask)
{
    const int64_t stop = wire_i64(ask, "stop");
    if (stop < STOP_OPT_OUT || stop > STOP_DISPUTE) return bad_ask();
    const struct suppress_ask a = { .store = text_from_cstr(wire_text(ask, "store")), .order_no = text_from_cstr(wire_text(ask, "order")),
                                    .who = text_from_cstr(wire_text(ask, "who")), .stop = (enum stop)stop,
                                    .remove = json_is_true(json_object_get(ask, "remove")), .user_id = wire_i64(ask, "user_id") };
    struct desk_message m = { 0 };
    int changed = 0;
    json_t *end = wire_of_end(desk_suppress(c->door->desk, &a, &changed, &m), &m);
    json_object_set_new(end, "changed", json_integer(changed));
    return end;
}

static json_t *serve_mark(struct caller *c, json_t *ask)
{
    const struct mark_ask a = { .store = text_from_cstr(wire_text(ask, "store")), .order_no = text_from_cstr(wire_text(ask, "order")),
                                .wave = (int)wire_i64(ask, "wave"), .outcome = (enum mark_outcome)wire_i64(ask, "outcome"),
                                .reason = text_from_cstr(wire_text(ask, "reason")), .text_key = text_from_cstr(wire_text(ask, "text")),
                                .user_id = wire_i64(ask, "user_id") };
    struct desk_message m = { 0 };
    return wire_of_end(desk_mark(c->door->desk, &a, &m), &m);
}

static json_t *serve_feed_change(struct caller *c, json_t *ask)
{
    const int64_t what = wire_i64(ask, "what"), source = wire_i64(ask, "source");
    if (what < 0 || what > FEED_FOLDER_OFF || source < 0 || source >= FEED_SOURCES) return bad_ask();
    const struct feed_ask a = { .what = (enum feed_what)what, .source = (enum feed_source)source, .store = text_from_cstr(wire_text(ask, "store")),
                                .name = text_from_cstr(wire_text(ask, "name")), .told = text_from_cstr(wire_text(ask, "told")),
                                .number = wire_i64(ask, "number"), .limit_s = wire_i64(ask, "limit_s"), .user_id = wire_i64(ask, "user_id") };
    struct feed_made made;
    struct desk_message m = { 0 };
    json_t *end = wire_of_end(desk_feed_change(c->door->desk, &a, &made, &m), &m);
    json_object_set_new(end, "number", json_integer(made.number));
    json_object_set_new(end, "shown", json_string(made.shown));
    sodium_memzero(&made, sizeof made);
    return end;
}

static json_t *serve_channel_change(struct caller *c, json_t *ask)
{
    const int64_t what = wire_i64(ask, "what");
    if (what < CHANNEL_ADD || what > CHANNEL_TEST) return bad_ask();
    const struct channel_ask a = { .what = (enum channel_what)what, .store = text_from_cstr(wire_text(ask, "store")), .settings = json_object_get(ask, "settings"),
                                   .channel_id = wire_i64(ask, "channel_id"), .to = text_from_cstr(wire_text(ask, "to")), .user_id = wire_i64(ask, "user_id") };
    struct channel_made made;
    struct desk_message m = { 0 };
    json_t *end = wire_of_end(desk_channel_change(c->door->desk, &a, &made, &m), &m);
    json_t *said = json_pack("{s:I,s:s,s:i,s:i,s:s,s:s,s:s}", "channel_id", (json_int_t)made.channel_id, "label", made.label, "fate", (int)made.outcome.fate, "reply", made.outcome.reply,
                             "said_code", made.outcome.code, "said_en", made.outcome.en, "said_zh", made.outcome.zh);
    json_object_update_new(end, said);
    return end;
}

static const struct { const char *verb; json_t *(*serve)(struct caller *c, json_t *ask); } verbs[] = {
    { "hello", serve_hello },           { "import", serve_import },           { "import-undo", serve_change },
    { "import-resume", serve_change },  { "backup", serve_backup },           { "store-create", serve_store_create },
    { "profile-save", serve_profile_save }, { "mark", serve_mark },       { "restore", serve_restore },
    { "archive-read", serve_archive_read }, { "person-erase", serve_person_erase }, { "policy-set", serve_policy_set },
    { "feed-change", serve_feed_change }, { "team-change", serve_team_change }, { "suppress", serve_suppress }, { "outbox-resolve", serve_outbox_resolve },
    { "channel-change", serve_channel_change }, { "taken", serve_taken },
};

/* ---- callers ---- */

static void *caller_main(void *arg)
{
    struct caller *c = arg;
    struct door *door = c->door;
    json_t *ask = wire_get(&c->wire), *end = NULL;
    for (size_t i = 0; ask && i < sizeof verbs / sizeof verbs[0]; i++)
        if (strcmp(wire_text(ask, "verb"), verbs[i].verb) == 0) end = verbs[i].serve(c, ask);
    if (ask) wire_put(&c->wire, end ? end : bad_ask());
    json_decref(ask);

    pthread_mutex_lock(&door->lock);
    door->callers[c->slot] = -1; /* before it is closed, so that nobody shuts another's socket */
    wire_release(&c->wire);
    door->desk->env->memory.give(door->desk->env->memory.ctx, c, sizeof *c);
    door->caller_count--;
    pthread_cond_signal(&door->left);
    pthread_mutex_unlock(&door->lock);
    return NULL;
}

static bool same_user(int fd)
{
    struct ucred who;
    socklen_t size = sizeof who;
    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size) == 0 && (who.uid == geteuid() || who.uid == 0);
}

/* A thread for the caller; with the lock held. False: full, closing, or no memory; the socket is still ours. */
static bool caller_start(struct door *door, int fd)
{
    const struct env *env = door->desk->env;
    int slot = 0;
    while (slot < CALLERS_MAX && door->callers[slot] >= 0) slot++;
    struct caller *c = slot < CALLERS_MAX && !door->closing ? env->memory.take(env->memory.ctx, sizeof *c) : NULL;
    if (!c) return false;
    *c = (struct caller){ .door = door, .slot = slot };
    pthread_t thread;
    pthread_attr_t attr;
    pthread_attr_init(&attr);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    const bool ok = wire_init(&c->wire, env, fd) && pthread_create(&thread, &attr, caller_main, c) == 0;
    pthread_attr_destroy(&attr);
    if (ok) {
        door->callers[slot] = fd;
        door->caller_count++;
        return true;
    }
    c->wire.fd = -1;
    wire_release(&c->wire);
    env->memory.give(env->memory.ctx, c, sizeof *c);
    return false;
}

static void *door_main(void *arg)
{
    struct door *door = arg;
    const struct env *env = door->desk->env;
    for (;;) {
        const int fd = accept4(door->fd, NULL, NULL, SOCK_CLOEXEC);
        if (fd < 0 && (errno == EINTR || errno == ECONNABORTED)) continue;
        if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)) {
            usleep(100000); /* others will let go */
            continue;
        }
        if (fd < 0) return NULL; /* shut */
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &(struct timeval){ .tv_sec = ASK_TIMEOUT_S }, sizeof(struct timeval));
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &(struct timeval){ .tv_sec = ASK_TIMEOUT_S }, sizeof(struct timeval));
        pthread_mutex_lock(&door->lock);
        if (!same_user(fd) || !caller_start(door, fd)) env->close(env->ctx, fd);
        pthread_mutex_unlock(&door->lock);
    }
}

struct door *door_open(struct desk *d, struct desk_message *m)
{
    const struct env *env = d->env;
    struct door *door = env->memory.take(env->memory.ctx, sizeof *door);
    if (!door) {
        message_set(m, "memory", "Out of memory.", "内存不足。");
        return NULL;
    }
    *door = (struct door){ .desk = d, .fd = sock_listen(env, d->sock) };
    for (int i = 0; i < CALLERS_MAX; i++) door->callers[i] = -1;
    pthread_mutex_init(&door->lock, NULL);
    pthread_cond_init(&door->left, NULL);
    if (door->fd >= 0 && pthread_create(&door->thread, NULL, door_main, door) == 0) return door;
    if (door->fd < 0 && errno == EADDRINUSE)
        message_set(m, "socket", "%s is in the way: it is not the desk's own socket. Move it away, then start again.",
                    "%s 挡住了命令入口：它不是掌柜自己的套接字。请把它移走后再启动。", d->sock);
    else message_set(m, "socket", "%s cannot be opened for commands: %s.", "无法打开命令入口 %s：%s。", d->sock, strerror(errno));
    if (door->fd >= 0) env->close(env->ctx, door->fd);
    env->memory.give(env->memory.ctx, door, sizeof *door);
    return NULL;
}

void door_close(struct door *door)
{
    const struct env *env = door->desk->env;
    pthread_mutex_lock(&door->lock);
    door->closing = true;
    for (int i = 0; i < CALLERS_MAX; i++)
        if (door->callers[i] >= 0) shutdown(door->callers[i], SHUT_RD); /* one that has not asked yet; answers still go out */
    pthread_mutex_unlock(&door->lock);
    shutdown(door->fd, SHUT_RDWR);
    pthread_join(door->thread, NULL);
    pthread_mutex_lock(&door->lock);
    while (door->caller_count > 0) pthread_cond_wait(&door->left, &door->lock);
    pthread_mutex_unlock(&door->lock);
    env->close(env->ctx, door->fd);
    file_remove(door->desk->sock);
    pthread_cond_destroy(&door->left);
    pthread_mutex_destroy(&door->lock);
    env->memory.give(env->memory.ctx, door, sizeof *door);
}
