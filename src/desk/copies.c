/* Backup, and restore under a desk that serves (without one: restore.c).  A file bears its final name only when it is whole, checked and on the disk.
 *
 * A restore prepares a copy of its own beside the database (restore_prepare): looked through, brought to this program's schema, with nobody signed
 * in and the deed in its audit.  Only then it is put in place.  Under a running desk its content becomes the database's in one write
 * transaction (put_in_place). */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
#include "desk/copies_parts.h"
#include "desk/person_parts.h"
#include "store/account_store.h"
#include "store/audit_store.h"
#include "store/import_store.h"
#include "store/inbox_store.h"
#include "store/outbox_store.h"
#include "store/migrate.h"

enum { COPY_BYTES = 1024 * 1024 };

void database_remove(const char *path)
{
    char beside[FILE_PATH_MAX];
    static const char *const suffixes[] = { "", "-wal", "-shm", "-journal" };
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++)
        if (file_beside(path, suffixes[i], beside)) file_remove(beside);
}

/* An empty file that is nobody else's to read: the engine gives what it makes beside it the same rights. */
static void make_private(const struct env *env, const char *path)
{
    const int fd = env->open(env->ctx, path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd >= 0) env->close(env->ctx, fd);
}

static void first_finding(void *ctx, const char *what)
{
    char *to = ctx;
    if (to[0] == '\0') snprintf(to, 200, "%s", what);
}

bool disk_full(int why) { return why == ENOSPC || why == EDQUOT; }

enum desk_result copy_failed(struct desk_message *m, const char *to, bool full, const char *why)
{
    if (full) {
        message_set(m, "disk-full", "There is no room for %s; nothing was changed.", "磁盘空间不足，无法写入 %s；没有任何改动。", to);
        return DESK_FULL;
    }
    message_set(m, "copy", "%s could not be written: %s.", "无法写入 %s：%s。", to, why);
    return DESK_FAILED;
}

/* ---- backup ---- */

static bool backup_note(struct store *s, void *arg)
{
    (void)arg;
    return audit_append(s, 1, &(struct audit_deed){ .verb = "backup", .subject = TEXT("desk") });
}

/* The copy opens, is ours, and its structure holds. */
static bool copy_checked(const struct env *env, const char *path, struct desk_message *m)
{
    struct store copy;
    char finding[200] = "";
    if (!desk_reader(env, path, &copy, m)) return false;
    const bool ok = db_check(copy.db, first_finding, finding) && finding[0] == '\0';
    if (!ok) message_set(m, "copy", "The copy is not sound (%s) and was thrown away.", "备份副本有误（%s），已丢弃。",
                         finding[0] ? finding : db_error_message(copy.db));
    store_close(&copy);
    return ok;
}

enum desk_result desk_backup(struct desk *d, const char *to, int64_t *ret_bytes, struct desk_message *ret)
{
    char whole[FILE_PATH_MAX], part[FILE_PATH_MAX];
    struct store reader;
    int64_t bytes;
    if (!file_absolute(to, whole) || !file_beside(whole, ".part", part)) return copy_failed(ret, to, false, strerror(errno));
    if (!d->writer) return remote_backup(d, whole, ret_bytes, ret);
    if (file_look(whole, &bytes) != FILE_ABSENT) {
        message_set(ret, "exists", "%s is there already; name a new file.", "%s 已存在；请换一个文件名。", whole);
        return DESK_REFUSED;
    }
    const enum writer_result noted = writer_call(d->writer, backup_note, NULL); /* the copy tells of itself */
    if (noted == WRITER_STOPPED) return message_of_writer(ret, noted);
    if (!desk_reader(d->env, d->path, &reader, ret)) return DESK_FAILED;
    database_remove(part);
    make_private(d->env, part);
    const bool copied = db_backup(reader.db, part);
    const bool full = !copied && db_error(reader.db) == DB_ERROR_FULL;
    char why[256];
    snprintf(why, sizeof why, "%s", db_error_message(reader.db));
    store_close(&reader);
    enum desk_result result = DESK_FAILED;
    if (!copied) result = copy_failed(ret, whole, full, why);
    else if (copy_checked(d->env, part, ret)) result = DESK_DONE;
    if (result == DESK_DONE) {
        file_look(part, ret_bytes);
        /* link, not rename: another's file of that name stays */
        if (file_sync(d->env, part) && link(part, whole) == 0 && directory_sync_of(d->env, whole)) result = DESK_DONE;
        else result = copy_failed(ret, whole, disk_full(errno), strerror(errno));
    }
    database_remove(part);
    return result;
}

/* ---- restore: the copy of our own ---- */

bool restore_paths(const char *path, struct restore_paths *ret)
{
    return file_beside(path, ".restore-part", ret->part) && file_beside(path, ".before-restore", ret->aside) &&
           file_beside(ret->aside, ".part", ret->aside_part) && file_beside(path, ".erased", ret->erased);
}

static bool copy_bytes(const struct env *env, int from, int to)
{
    char *buf = env->memory.take(env->memory.ctx, COPY_BYTES);
    bool ok = buf != NULL;
    while (ok) {
        const ssize_t n = env->read(env->ctx, from, buf, COPY_BYTES);
        if (n == 0) break;
        ok = n > 0;
        for (ssize_t at = 0; ok && at < n;) {
            const ssize_t put = env->write(env->ctx, to, buf + at, (size_t)(n - at));
            ok = put > 0;
            at += put;
        }
    }
    const int why = errno;
    if (buf) env->memory.give(env->memory.ctx, buf, COPY_BYTES);
    errno = why;
    return ok;
}

static bool copy_file(const struct env *env, const char *from, const char *to)
{
    const int in = env->open(env->ctx, from, O_RDONLY | O_CLOEXEC, 0);
    if (in < 0) return false;
    const int out = env->open(env->ctx, to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool ok = out >= 0 && copy_bytes(env, in, out);
    int why = errno;
    if (out >= 0 && ok && env->fsync(env->ctx, out) != 0) {
        why = errno;
        ok = false;
    }
    if (out >= 0) env->close(env->ctx, out);
    env->close(env->ctx, in);
    errno = why;
    return ok;
}

static enum desk_result refuse_copy(struct desk_message *m, const char *from, enum db_error error, const char *why)
{
    if (error == DB_ERROR_FULL) return copy_failed(m, from, true, why);
    if (error == DB_ERROR_NEWER)
        message_set(m, "newer", "%s was written by a newer Zhanggui; install that one to restore it. Nothing was changed.",
                    "%s 由更新版本的掌柜写成；请先安装新版本。没有任何改动。", from);
    else if (error == DB_ERROR_NOT_OURS)
        message_set(m, "not-ours", "%s is not a backup of Zhanggui (%s). Nothing was changed.", "%s 不是掌柜的备份（%s）。没有任何改动。", from, why);
    else
        message_set(m, "damaged", "%s is damaged (%s). Nothing was changed; try an older backup.", "%s 已损坏（%s）。没有任何改动；请换一份更早的备份。", from, why);
    return DESK_REFUSED;
}

/* What is true of a database from the moment it takes another's place: no import runs, nobody is signed in (who was signed out since
 * the copy was made must not be in again), and its audit tells. */
static bool take_over(const struct env *env, struct db *db)
{
    struct store s = { db, env };
    int64_t interrupted, unknown;
    if (!db_begin(db)) return false;
    if (import_interrupt_running(&s, &interrupted) && outbox_restored(&s, NULL, env->now_ms(env->ctx), &unknown) && account_void_entries(&s) &&
        audit_append(&s, 1, &(struct audit_deed){ .verb = "restore", .subject = TEXT("desk") }) && db_commit(db)) return true;
    db_rollback(db);
    return false;
}

/* Whom this desk was asked to forget stays forgotten in an older copy, too. */
static bool forget_again(const struct env *env, struct db *db, const char *beside)
{
    struct store s = { db, env };
    struct erase_words words = { 0 };
    struct arena a;
    bool swept = false;
    arena_init(&a, &env->memory, 0);
    const bool ok = tombstones_apply(&s, beside, &words, &a, &swept) && (!swept || database_scrub(&s));
    arena_release(&a);
    return ok;
}

/* Our own copy of the stranger's file, looked through before it may be opened as ours, and brought to this program's schema. */
static enum desk_result examine(const struct env *env, const struct restore_paths *paths, const char *from, int64_t page_bytes, struct desk_message *m)
{
    enum db_error error = DB_OK;
    char why[256] = "", finding[200] = "";
    struct db *db = db_open(env, paths->part, DB_WRITE, &error, why, sizeof why);
    if (!db) return refuse_copy(m, from, error, why);
    const bool ok = store_adopt(env, db) && db_check(db, first_finding, finding) && finding[0] == '\0' && forget_again(env, db, paths->erased) && take_over(env, db) &&
                    db_page_as(db, page_bytes) && db_checkpoint(db, true);
    error = db_error(db);
    snprintf(why, sizeof why, "%.200s", finding[0] ? finding : db_error_message(db));
    db_close(db);
    return ok ? DESK_DONE : refuse_copy(m, from, error, why);
}

/* page_bytes as db_page_as. */
enum desk_result restore_prepare(const struct env *env, const struct restore_paths *paths, const char *from, int64_t page_bytes, struct desk_message *m)
{
    const char *part = paths->part;
    int64_t bytes;
    char from_wal[FILE_PATH_MAX], part_wal[FILE_PATH_MAX];
    database_remove(part);
    if (!copy_file(env, from, part)) return copy_failed(m, part, disk_full(errno), strerror(errno));
    if (file_beside(from, "-wal", from_wal) && file_beside(part, "-wal", part_wal) && file_look(from_wal, &bytes) == FILE_PLAIN && bytes > 0 &&
        !copy_file(env, from_wal, part_wal)) return copy_failed(m, part, disk_full(errno), strerror(errno));
    const enum desk_result examined = examine(env, paths, from, page_bytes, m);
    if (examined != DESK_DONE || file_sync(env, part)) return examined;
    return copy_failed(m, part, disk_full(errno), strerror(errno));
}

void copies_tidy(const char *path)
{
    struct restore_paths p;
    if (!restore_paths(path, &p)) return;
    database_remove(p.part);
    database_remove(p.aside_part);
}

/* ---- restore: under a running desk ---- */

struct placing { const struct env *env; const char *path; const struct restore_paths *paths; struct desk_message message; };

/* The old database as it is at this moment: while the writer's thread is here nothing is written between it and the new. */
static bool keep_old(struct placing *p)
{
    const struct restore_paths *paths = p->paths;
    char beside[FILE_PATH_MAX];
    struct store reader;
    if (!desk_reader(p->env, p->path, &reader, &p->message)) return false;
    database_remove(paths->aside_part);
    make_private(p->env, paths->aside_part);
    const bool copied = db_backup(reader.db, paths->aside_part);
    if (!copied) copy_failed(&p->message, paths->aside, db_error(reader.db) == DB_ERROR_FULL, db_error_message(reader.db));
    store_close(&reader);
    if (!copied) return false;
    /* what an older restore left beside the file of that name is not the new one's */
    if (file_beside(paths->aside, "-wal", beside)) file_remove(beside);
    if (file_beside(paths->aside, "-shm", beside)) file_remove(beside);
    if (file_sync(p->env, paths->aside_part) && file_rename(paths->aside_part, paths->aside) && directory_sync_of(p->env, paths->aside)) return true;
    copy_failed(&p->message, paths->aside, disk_full(errno), strerror(errno));
    return false;
}

static bool put_in_place(struct store *s, void *arg)
{
    struct placing *p = arg;
    const bool whole = inbox_whole(s);
    if (whole && !keep_old(p)) return false;
    if (whole && db_replace(s->db, p->paths->part)) return true;
    copy_failed(&p->message, p->path, db_error(s->db) == DB_ERROR_FULL, db_error_message(s->db));
    return false;
}

static int64_t live_page_bytes(struct desk *d, struct desk_message *m)
{
    struct store reader;
    if (!desk_reader(d->env, d->path, &reader, m)) return 0;
    const int64_t bytes = db_page_bytes(reader.db);
    if (bytes == 0) message_set(m, "database", "The database could not be read: %s.", "数据库读取失败：%s。", db_error_message(reader.db));
    store_close(&reader);
    return bytes;
}

enum desk_result desk_restore_serving(struct desk *d, const char *from, struct desk_message *ret)
{
    struct restore_paths paths;
    if (!restore_paths(d->path, &paths)) return copy_failed(ret, d->path, false, strerror(ENAMETOOLONG));
    const int64_t page_bytes = live_page_bytes(d, ret);
    if (page_bytes == 0) return DESK_FAILED;
    if (!desk_runs_keep_out(d)) {
        message_set(ret, "importing", "An import, an undo or another restore is running: wait until it is done, then restore again. Nothing was changed.",
                    "正在导入、撤销或恢复：请等它完成后再恢复。没有任何改动。");
        return DESK_REFUSED;
    }
    tombstones_note(d->env, d->path, paths.erased);
    enum desk_result result = restore_prepare(d->env, &paths, from, page_bytes, ret);
    if (result == DESK_DONE) {
        struct placing p = { .env = d->env, .path = d->path, .paths = &paths };
        const enum writer_result r = writer_call_alone(d->writer, put_in_place, &p);
        result = message_of_writer(ret, r);
        if (p.message.code[0]) *ret = p.message;
        if (r == WRITER_REFUSED) result = DESK_FAILED;
    }
    copies_tidy(d->path);
    desk_runs_let(d);
    return result;
}
