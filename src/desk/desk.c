/* Opening and closing a desk; stores, profiles and marks.  See commands.h for what each function promises and desk.h for the
 * other files. */
#include "desk/desk.h"
#include "desk/feeds.h"
#include "desk/folder.h"
#include "desk/notices.h"
#include "desk/outbox_desk.h"
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <time.h>
#include "desk/person_parts.h"
#include "store/audit_store.h"
#include "store/import_store.h"
#include "store/mark_store.h"
#include "store/outbox_store.h"
#include "store/profile_store.h"

enum { JOIN_TRIES = 20, JOIN_WAIT_MS = 50 };
#define QUARANTINE_KEPT_MS (30 * MS_PER_DAY) /* cells of rows set aside */

/* ---- messages ---- */

void message_set(struct desk_message *m, const char *code, const char *en, const char *zh, ...)
{
    va_list args, again;
    va_start(args, zh);
    va_copy(again, args);
    snprintf(m->code, sizeof m->code, "%s", code);
    vsnprintf(m->en, sizeof m->en, en, args);
    vsnprintf(m->zh, sizeof m->zh, zh, again);
    va_end(again);
    va_end(args);
    /* vsnprintf may have cut a character in two */
    text_mend_cut(m->en);
    text_mend_cut(m->zh);
}

enum desk_result message_of_writer(struct desk_message *m, enum writer_result r)
{
    switch (r) {
    case WRITER_DONE: return DESK_DONE;
    case WRITER_REFUSED: return DESK_REFUSED;
    case WRITER_FULL:
        message_set(m, "disk-full", "The disk is full: nothing was changed. Free some space and try again.",
                    "磁盘已满：没有任何改动。请腾出空间后重试。");
        return DESK_FULL;
    case WRITER_FAILED:
        message_set(m, "database", "The database could not be written; whether this change is in is not known until the next start.",
                    "数据库写入失败；此次改动是否已保存，需重新启动后才能确定。");
        return DESK_FAILED;
    case WRITER_STOPPED:
        message_set(m, "stopping", "The desk is stopping: nothing was changed.", "掌柜正在停止：没有任何改动。");
        return DESK_FAILED;
    }
    return DESK_FAILED;
}

static void message_of_open(struct desk_message *m, const char *path, enum db_error error, const char *why)
{
    switch (error) {
    case DB_ERROR_NEWER:
        message_set(m, "newer", "%s was written by a newer Zhanggui; this one would damage it. Install the newer one.",
                    "%s 由更新版本的掌柜写成，本版本不能打开；请安装新版本。", path);
        return;
    case DB_ERROR_NOT_OURS:
        message_set(m, "not-ours", "%s is not a Zhanggui database; nothing was changed.", "%s 不是掌柜的数据库；没有任何改动。", path);
        return;
    case DB_ERROR_CORRUPT:
        message_set(m, "damaged", "%s is damaged (%s). Restore a backup: zhanggui restore.", "%s 已损坏（%s）。请用 zhanggui restore 恢复备份。", path, why);
        return;
    case DB_ERROR_FULL:
        message_set(m, "disk-full", "The disk is full: %s cannot be opened for writing.", "磁盘已满：无法打开 %s 进行写入。", path);
        return;
    case DB_OK: case DB_ERROR_OPEN: case DB_ERROR_OLDER: case DB_ERROR_IO: case DB_ERROR_BUSY: case DB_ERROR_MEMORY:
    case DB_ERROR_CONSTRAINT: case DB_ERROR_OTHER:
        message_set(m, "open", "%s cannot be opened: %s.", "无法打开 %s：%s。", path, why);
        return;
    }
}

bool desk_reader(const struct env *env, const char *path, struct store *ret, struct desk_message *m)
{
    enum db_error error = DB_OK;
    char why[256] = "";
    if (store_open(ret, env, path, DB_READ, &error, why, sizeof why)) return true;
    message_of_open(m, path, error, why);
    return false;
}

enum desk_result desk_shop(struct store *reader, struct text key, struct shop *ret, struct desk_message *m)
{
    switch (shop_find(reader, key, ret)) {
    case SHOP_OK: return DESK_DONE;
    case SHOP_NONE:
        message_set(m, "no-store", "There is no store \"%.*s\" here.", "这里没有店铺“%.*s”。", (int)(key.len < 64 ? key.len : 64), key.ptr);
        return DESK_REFUSED;
    case SHOP_EXISTS: case SHOP_FAILED: break;
    }
    message_set(m, "database", "The database could not be read: %s.", "数据库读取失败：%s。", db_error_message(reader->db));
    return DESK_FAILED;
}

/* ---- open and close ---- */

static bool suffixed(const char *path, const char *suffix, char ret[FILE_PATH_MAX])
{
    return snprintf(ret, FILE_PATH_MAX, "%s%s", path, suffix) < FILE_PATH_MAX;
}

static bool paths_set(struct desk *d, const char *path, bool create, struct desk_message *m)
{
    int64_t bytes;
    if (!file_absolute(path, d->path) || !suffixed(d->path, ".files", d->files_dir) || !suffixed(d->path, ".sock", d->sock)) {
        message_set(m, "open", "%s cannot be opened: %s.", "无法打开 %s：%s。", path, strerror(errno));
        return false;
    }
    const enum file_kind kind = file_look(d->path, &bytes);
    if (kind == FILE_PLAIN || (kind == FILE_ABSENT && create)) return true;
    if (kind == FILE_ABSENT)
        message_set(m, "no-database", "There is no database at %s yet: zhanggui init makes one.", "%s 处还没有数据库：请先运行 zhanggui init。", path);
    else
        message_set(m, "open", "%s is not a file that can be opened.", "%s 不是可以打开的文件。", path);
    return false;
}

/* True: joined the desk that holds the lock. */
static bool join(struct desk *d, enum desk_mode mode, long pid, struct desk_message *m)
{
    if (mode == DESK_SERVE) {
        message_set(m, "running", "A desk is already open on %s (process %ld). Use that one, or stop it first.",
                    "%s 上已有掌柜在运行（进程 %ld）。请使用它，或先停止它。", d->path, pid);
        return false;
    }
    if (remote_answers(d)) return true;
    message_set(m, "locked", "Process %ld is writing to %s and takes no commands. Wait until it is done.",
                "进程 %ld 正在写入 %s，不接受命令。请等它完成。", pid, d->path);
    return false;
}

static bool lock_or_join(struct desk *d, enum desk_mode mode, struct desk_message *m)
{
    char path[FILE_PATH_MAX];
    long pid = 0;
    if (!suffixed(d->path, ".lock", path)) return false;
    for (int i = 0;; i++) {
        switch (lock_take(d->env, path, &d->lock, &pid)) {
        case LOCK_TAKEN: return true;
        case LOCK_HELD:
            if (join(d, mode, pid, m)) return true;
            if (i >= JOIN_TRIES) return false; /* it may just have been starting, or ending */
            nanosleep(&(struct timespec){ .tv_nsec = JOIN_WAIT_MS * 1000000L }, NULL);
            break;
        case LOCK_FAILED:
            message_set(m, "lock", "%s cannot be locked: %s.", "无法锁定 %s：%s。", path, strerror(errno));
            return false;
        }
    }
}

static bool tidy_up(struct store *s, void *arg)
{
    (void)arg;
    int64_t interrupted, unknown;
    return import_interrupt_running(s, &interrupted) && outbox_settle(s, s->env->now_ms(s->env->ctx), &unknown) && quarantine_expire(s, s->env->now_ms(s->env->ctx) - QUARANTINE_KEPT_MS);
}

/* A new database is nobody else's to read: the engine gives its own files the same rights. */
static void make_private(const struct desk *d)
{
    if (d->env->sqlite_vfs) return; /* not a file of this machine */
    const int fd = d->env->open(d->env->ctx, d->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd >= 0) d->env->close(d->env->ctx, fd);
}

static bool start_writing(struct desk *d, struct desk_message *m)
{
    make_private(d);
    copies_tidy(d->path);
    enum db_error error = DB_OK;
    char why[256] = "";
    d->writer = writer_start(d->env, d->path, &error, why, sizeof why);
    if (!d->writer) {
        message_of_open(m, d->path, error, why);
        return false;
    }
    return message_of_writer(m, writer_call(d->writer, tidy_up, NULL)) == DESK_DONE && tombstones_settle(d, m);
}

static bool start_serving(struct desk *d, struct desk_message *m)
{
    d->feeds = feeds_open(d->env, d->path, d->writer);
    d->door = d->feeds ? door_open(d, m) : NULL;
    d->folders = d->door ? folders_start(d) : NULL;
    if (!d->feeds || (d->door && !d->folders)) message_set(m, "memory", "Out of memory.", "内存不足。");
    if (!d->folders) return false;
    channel_ways_init(&d->ways, d->env, d->path);
    d->outbox = outbox_desk_start(&(struct runner_ask){ d->env, d->path, d->writer }, &d->ways.ways);
    d->notices = d->outbox ? notices_start(d) : NULL;
    if (!d->notices) message_set(m, "memory", "Out of memory.", "内存不足。");
    return d->notices != NULL;
}

struct desk *desk_open(const struct env *env, const char *path, enum desk_mode mode, bool create, struct desk_message *ret)
{
    struct desk *d = env->memory.take(env->memory.ctx, sizeof *d);
    if (!d || sodium_init() < 0) {
        message_set(ret, "memory", "Out of memory.", "内存不足。");
        goto out;
    }
    memset(d, 0, sizeof *d);
    d->env = env;
    d->lock.fd = -1;
    d->serves = mode == DESK_SERVE;
    if (!paths_set(d, path, create, ret) || !lock_or_join(d, mode, ret)) goto out;
    pthread_mutex_init(&d->runs_lock, NULL);
    pthread_cond_init(&d->runs_changed, NULL);
    if (d->lock.fd < 0) return d; /* through F.sock */
    if (!start_writing(d, ret) || (mode == DESK_SERVE && !start_serving(d, ret))) {
        desk_close(d);
        return NULL;
    }
    if (mode == DESK_SERVE) d->walls = importer_try(env);
    return d;
out:
    if (d) env->memory.give(env->memory.ctx, d, sizeof *d);
    return NULL;
}

void desk_close(struct desk *d)
{
    if (!d) return;
    folders_ask_stop(d->folders);
    outbox_desk_ask_stop(d->outbox);
    notices_ask_stop(d->notices);
    desk_runs_stop(d);
    folders_stop(d->folders);
    if (d->door) door_close(d->door);
    outbox_desk_stop(d->outbox);
    notices_stop(d->notices);
    if (d->writer) writer_stop(d->writer);
    feeds_close(d->feeds);
    lock_give(d->env, &d->lock);
    pthread_cond_destroy(&d->runs_changed);
    pthread_mutex_destroy(&d->runs_lock);
    d->env->memory.give(d->env->memory.ctx, d, sizeof *d);
}

const char *desk_path(const struct desk *d) { return d->path; }
struct writer *desk_writer(struct desk *d) { return d->writer; }
struct feeds *desk_feeds(struct desk *d) { return d->feeds; }
const struct importer_walls *desk_importer_walls(const struct desk *d) { return &d->walls; }
bool desk_failed(const struct desk *d) { return d->writer && writer_failed(d->writer); }

const char *desk_files_dir(const struct desk *d)
{
    directory_make_private(d->files_dir); /* a failure shows when the first file is put into it */
    return d->files_dir;
}

void desk_on_failure(struct desk *d, void (*failed)(void *ctx, const char *message), void *ctx)
{
    if (d->writer) writer_on_failure(d->writer, failed, ctx);
}

/* ---- stores ---- */

struct shop_call { const struct shop_new *n; int64_t user_id; enum shop_result result; };

static bool shop_run(struct store *s, void *arg)
{
    struct shop_call *c = arg;
    struct shop shop;
    c->result = shop_create(s, c->n, &shop);
    if (c->result != SHOP_OK) return false;
    char subject[64];
    const int n = snprintf(subject, sizeof subject, "store %lld", (long long)shop.store_id);
    return audit_append(s, shop.merchant_id, &(struct audit_deed){ .user_id = c->user_id, .verb = "store-create",
                                                                    .subject = { subject, (size_t)n }, .detail = c->n->key });
}

bool shop_key_good(struct text key)
{
    if (key.len == 0 || key.len >= sizeof((struct shop){ 0 }.key)) return false;
    for (size_t i = 0; i < key.len; i++) {
        const char c = key.ptr[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.')) return false;
    }
    return true;
}

static bool shop_is_good(const struct env *env, const struct shop_new *n, struct desk_message *m)
{
    static const char *const platforms[] = { "taobao", "tmall", "aliexpress", "shopify", "other" };
    struct currency currency;
    char zone[64];
    bool known = false;
    for (size_t i = 0; i < sizeof platforms / sizeof platforms[0]; i++) known = known || text_is(n->platform, platforms[i]);
    snprintf(zone, sizeof zone, "%.*s", (int)(n->zone.len < 63 ? n->zone.len : 63), n->zone.ptr ? n->zone.ptr : "");
    if (!shop_key_good(n->key))
        message_set(m, "store-key", "A store's key is 1 to 63 letters, digits, dots, dashes or underscores.", "店铺代号为 1 至 63 个字母、数字、点、横线或下划线。");
    else if (n->name.len == 0 || n->name.len >= sizeof((struct shop){ 0 }.name) || !text_utf8_valid(n->name))
        message_set(m, "store-name", "A store's name is 1 to 127 bytes of UTF-8.", "店铺名称须为 1 至 127 字节的 UTF-8 文本。");
    else if (!known)
        message_set(m, "store-platform", "The platform is one of taobao, tmall, aliexpress, shopify, other.", "平台须为 taobao、tmall、aliexpress、shopify、other 之一。");
    else if (!currency_parse(n->currency, &currency))
        message_set(m, "store-currency", "The currency is a code of three letters, as CNY.", "币种须为三个字母的代码，如 CNY。");
    else if (!env->zone(env->ctx, zone))
        message_set(m, "store-zone", "The time zone is an IANA name, as Asia/Shanghai.", "时区须为 IANA 名称，如 Asia/Shanghai。");
    else
        return true;
    return false;
}

enum desk_result desk_shop_create(struct desk *d, const struct shop_new *n, int64_t user_id, struct desk_message *ret)
{
    if (!d->writer) return remote_shop_create(d, n, user_id, ret);
    if (!shop_is_good(d->env, n, ret)) return DESK_REFUSED;
    struct shop_call c = { .n = n, .user_id = user_id, .result = SHOP_FAILED };
    const enum writer_result r = writer_call(d->writer, shop_run, &c);
    if (r == WRITER_REFUSED)
        message_set(ret, "store-exists", "There is a store with this key already; nothing was changed.", "已有此代号的店铺；没有任何改动。");
    return message_of_writer(ret, r);
}

/* ---- profiles ---- */

struct profile_adding { struct profile_set *set; char error[256]; bool failed; };

static bool profile_add(void *ctx, struct text name, struct text json)
{
    struct profile_adding *a = ctx;
    (void)name;
    a->failed = !profile_set_add(a->set, json, a->error, sizeof a->error);
    return !a->failed;
}

struct profile_set *desk_profile_set(const struct env *env, struct store *reader, const struct shop *shop, struct desk_message *ret)
{
    struct profile_adding a = { .error = "" };
    a.set = profile_set_create(&env->memory, a.error, sizeof a.error);
    if (a.set && user_profile_each(reader, shop, profile_add, &a) && !a.failed) return a.set;
    message_set(ret, "profiles", "The column maps cannot be read: %s.", "无法读取列对照表：%s。", a.set && !a.failed ? db_error_message(reader->db) : a.error);
    if (a.set) profile_set_free(a.set);
    return NULL;
}

struct profile_call { struct text store, name, json; int64_t user_id; bool no_store; };

static bool profile_run(struct store *s, void *arg)
{
    struct profile_call *c = arg;
    struct shop shop;
    const enum shop_result found = shop_find(s, c->store, &shop);
    c->no_store = found == SHOP_NONE;
    return found == SHOP_OK && user_profile_put(s, &shop, c->name, c->json, c->user_id);
}

enum desk_result desk_profile_save(struct desk *d, struct text store, struct text name, struct text json, int64_t user_id,
                                   struct desk_message *ret)
{
    if (!d->writer) return remote_profile_save(d, store, name, json, user_id, ret);
    char error[256] = "out of memory";
    struct profile_set *set = profile_set_create(&d->env->memory, error, sizeof error);
    const bool good = set && profile_set_add(set, json, error, sizeof error);
    const struct profile *p = good ? profile_set_find(set, name) : NULL;
    char zone[64] = "";
    if (p) snprintf(zone, sizeof zone, "%.*s", (int)profile_zone(p).len, profile_zone(p).ptr ? profile_zone(p).ptr : "");
    if (set) profile_set_free(set);
    if (zone[0] && !d->env->zone(d->env->ctx, zone)) {
        message_set(ret, "zone", "There is no time zone \"%s\"; zones are IANA names, as Asia/Shanghai.", "没有时区“%s”；时区须为 IANA 名称，如 Asia/Shanghai。", zone);
        return DESK_REFUSED;
    }
    if (!p) {
        message_set(ret, "profile", "This column map cannot be kept: %s.", "此列对照表无法保存：%s。", good ? "it bears another name" : error);
        return DESK_REFUSED;
    }
    struct profile_call c = { store, name, json, user_id, false };
    const enum writer_result r = writer_call(d->writer, profile_run, &c);
    if (r == WRITER_REFUSED) message_set(ret, "no-store", "There is no such store here.", "这里没有这家店铺。");
    return message_of_writer(ret, r);
}

/* ---- marks ---- */

struct mark_call {
    struct desk *desk;
    struct arena arena;
    struct mark_ask ask;
    struct desk_message message;
    desk_done *done;
    void *ctx;
};

static bool mark_run(struct store *s, void *arg)
{
    struct mark_call *c = arg;
    struct shop shop;
    if (desk_shop(s, c->ask.store, &shop, &c->message) != DESK_DONE) return false;
    const struct mark_new m = { c->ask.order_no, c->ask.wave, c->ask.outcome, c->ask.reason, c->ask.user_id, c->ask.text_key };
    const enum mark_result result = mark_set(s, &shop, &m);
    if (result == MARK_NO_ORDER) message_set(&c->message, "no-order", "There is no such order in this store.", "这家店铺没有这个订单。");
    return result == MARK_OK;
}

static void mark_done(void *arg, enum writer_result r)
{
    struct mark_call *c = arg;
    const enum desk_result result = message_of_writer(&c->message, r);
    c->done(c->ctx, result, &c->message);
    const struct env *env = c->desk->env;
    arena_release(&c->arena);
    env->memory.give(env->memory.ctx, c, sizeof *c);
}

/* "remind-chat.zh@1f2e3d4c", as text_key_of makes them: nothing a person writes. */
static bool text_key_good(struct text key)
{
    if (key.len > TEXT_KEY_MAX) return false;
    for (size_t i = 0; i < key.len; i++) {
        const char c = key.ptr[i];
        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-' && c != '_' && c != '.' && c != '@') return false;
    }
    return true;
}

static bool mark_is_good(const struct mark_ask *a, struct desk_message *m)
{
    if (a->wave != 1 && a->wave != 2)
        message_set(m, "wave", "There are two waves of reminders, 1 and 2.", "催付只有第 1 和第 2 波。");
    else if (a->outcome == MARK_SKIPPED && text_trim(a->reason).len == 0)
        message_set(m, "reason-needed", "Say why this reminder is skipped.", "请说明为何跳过此次催付。");
    else if (a->reason.len > 1000 || !text_utf8_valid(a->reason))
        message_set(m, "reason", "The reason is at most 1,000 bytes of UTF-8.", "原因最多 1000 字节，须为 UTF-8。");
    else if (!text_key_good(a->text_key))
        message_set(m, "text", "This is not the key of a text.", "这不是话术的标识。");
    else
        return true;
    return false;
}

void desk_mark_post(struct desk *d, const struct mark_ask *ask, desk_done *done, void *ctx)
{
    assert(d->writer);
    struct desk_message m = { 0 };
    if (!mark_is_good(ask, &m)) {
        done(ctx, DESK_REFUSED, &m);
        return;
    }
    struct mark_call *c = d->env->memory.take(d->env->memory.ctx, sizeof *c);
    if (c) {
        *c = (struct mark_call){ .desk = d, .ask = *ask, .done = done, .ctx = ctx };
        arena_init(&c->arena, &d->env->memory, 0);
        c->ask.store = arena_text(&c->arena, ask->store);
        c->ask.order_no = arena_text(&c->arena, ask->order_no);
        c->ask.reason = arena_text(&c->arena, ask->reason);
        c->ask.text_key = arena_text(&c->arena, ask->text_key);
        if (!c->arena.failed && writer_post(d->writer, &(struct writer_request){ mark_run, mark_done, c })) return;
        arena_release(&c->arena);
        d->env->memory.give(d->env->memory.ctx, c, sizeof *c);
    }
    message_set(&m, "busy", "Too much waits to be written: try again in a moment.", "待写入的内容太多：请稍后再试。");
    done(ctx, DESK_BUSY, &m);
}

enum desk_result desk_mark(struct desk *d, const struct mark_ask *ask, struct desk_message *ret)
{
    if (!d->writer) return remote_mark(d, ask, ret);
    if (!mark_is_good(ask, ret)) return DESK_REFUSED;
    struct mark_call c = { .desk = d, .ask = *ask };
    const enum desk_result result = message_of_writer(&c.message, writer_call(d->writer, mark_run, &c));
    *ret = c.message;
    return result;
}
