/* Backup while serving, and restore.  A file bears its final name only when it is whole, checked and on the disk. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
#include "desk/desk.h"
#include "store/audit_store.h"
#include "store/migrate.h"

enum { COPY_BYTES = 1024 * 1024 };

static bool with_suffix(const char *path, const char *suffix, char ret[FILE_PATH_MAX])
{
    return snprintf(ret, FILE_PATH_MAX, "%s%s", path, suffix) < FILE_PATH_MAX;
}

/* A database that is not in use, with what the engine leaves beside it. */
static void remove_database(const char *path)
{
    char beside[FILE_PATH_MAX];
    static const char *const suffixes[] = { "", "-wal", "-shm", "-journal" };
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++)
        if (with_suffix(path, suffixes[i], beside)) file_remove(beside);
}

static void first_finding(void *ctx, const char *what)
{
    char *to = ctx;
    if (to[0] == '\0') snprintf(to, 200, "%s", what);
}

static bool disk_full(int why) { return why == ENOSPC || why == EDQUOT; }

static enum desk_result copy_failed(struct desk_message *m, const char *to, bool full, const char *why)
{
    if (full) {
        message_set(m, "disk-full", "There is no room for %s; nothing was changed.", "磁盘空间不足,无法写入 %s;没有任何改动。", to);
        return DESK_FULL;
    }
    message_set(m, "copy", "%s could not be written: %s.", "无法写入 %s:%s。", to, why);
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
    if (!ok) message_set(m, "copy", "The copy is not sound (%s) and was thrown away.", "备份副本有误(%s),已丢弃。",
                         finding[0] ? finding : db_error_message(copy.db));
    store_close(&copy);
    return ok;
}

enum desk_result desk_backup(struct desk *d, const char *to, int64_t *ret_bytes, struct desk_message *ret)
{
    char whole[FILE_PATH_MAX], part[FILE_PATH_MAX];
    struct store reader;
    int64_t bytes;
    if (!file_absolute(to, whole) || !with_suffix(whole, ".part", part)) return copy_failed(ret, to, false, strerror(errno));
    if (!d->writer) return remote_backup(d, whole, ret_bytes, ret);
    if (file_look(whole, &bytes) != FILE_ABSENT) {
        message_set(ret, "exists", "%s is there already; name a new file.", "%s 已存在;请换一个文件名。", whole);
        return DESK_REFUSED;
    }
    const enum writer_result noted = writer_call(d->writer, backup_note, NULL); /* the copy tells of itself */
    if (noted == WRITER_STOPPED) return message_of_writer(ret, noted);
    if (!desk_reader(d->env, d->path, &reader, ret)) return DESK_FAILED;
    remove_database(part);
    const int fd = d->env->open(d->env->ctx, part, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600); /* nobody else's to read */
    if (fd >= 0) d->env->close(d->env->ctx, fd);
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
    remove_database(part);
    return result;
}

/* ---- restore ---- */

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
    if (error == DB_ERROR_NEWER)
        message_set(m, "newer", "%s was written by a newer Zhanggui; install that one to restore it. Nothing was changed.",
                    "%s 由更新版本的掌柜写成;请先安装新版本。没有任何改动。", from);
    else if (error == DB_ERROR_NOT_OURS)
        message_set(m, "not-ours", "%s is not a backup of Zhanggui (%s). Nothing was changed.", "%s 不是掌柜的备份(%s)。没有任何改动。", from, why);
    else
        message_set(m, "damaged", "%s is damaged (%s). Nothing was changed; try an older backup.", "%s 已损坏(%s)。没有任何改动;请换一份更早的备份。", from, why);
    return DESK_REFUSED;
}

/* Our own copy of the stranger's file, looked through before it may be opened as ours, and brought to this program's schema. */
static enum desk_result examine(const struct env *env, const char *part, const char *from, struct desk_message *m)
{
    enum db_error error = DB_OK;
    char why[256] = "", finding[200] = "";
    struct db *db = db_open(env, part, DB_WRITE, &error, why, sizeof why);
    if (!db) return refuse_copy(m, from, error, why);
    bool ok = store_adopt(env, db) && db_check(db, first_finding, finding) && finding[0] == '\0' && db_checkpoint(db, true);
    error = db_error(db);
    snprintf(why, sizeof why, "%.200s", finding[0] ? finding : db_error_message(db));
    db_close(db);
    return ok ? DESK_DONE : refuse_copy(m, from, error, why);
}

/* What the last desk had not moved into its file yet goes there now, so that the old database is one file. */
static void settle(const struct env *env, const char *path)
{
    enum db_error error;
    struct db *db = db_open(env, path, DB_WRITE, &error, NULL, 0);
    if (!db) return; /* damaged: it is put aside as it is */
    db_checkpoint(db, true);
    db_close(db);
}

static bool put_aside(const struct env *env, const char *path)
{
    char aside[FILE_PATH_MAX], wal[FILE_PATH_MAX], wal_aside[FILE_PATH_MAX], shm[FILE_PATH_MAX];
    int64_t bytes;
    if (!with_suffix(path, ".before-restore", aside) || !with_suffix(path, "-wal", wal) || !with_suffix(path, "-shm", shm) ||
        !with_suffix(aside, "-wal", wal_aside)) return false;
    if (file_look(path, &bytes) == FILE_ABSENT) return true;
    settle(env, path);
    remove_database(aside);
    if (link(path, aside) != 0) return false;
    if (file_look(wal, &bytes) != FILE_ABSENT && bytes > 0 && !file_rename(wal, wal_aside)) return false;
    file_remove(wal);
    file_remove(shm);
    return true;
}

static enum desk_result replace(const struct env *env, const char *path, const char *part, const char *from, struct desk_message *m)
{
    int64_t bytes;
    remove_database(part);
    if (!copy_file(env, from, part)) return copy_failed(m, path, disk_full(errno), strerror(errno));
    char from_wal[FILE_PATH_MAX], part_wal[FILE_PATH_MAX];
    if (with_suffix(from, "-wal", from_wal) && with_suffix(part, "-wal", part_wal) && file_look(from_wal, &bytes) == FILE_PLAIN && bytes > 0 &&
        !copy_file(env, from_wal, part_wal)) return copy_failed(m, path, disk_full(errno), strerror(errno));
    const enum desk_result examined = examine(env, part, from, m);
    if (examined != DESK_DONE) return examined;
    if (file_sync(env, part) && put_aside(env, path) && file_rename(part, path) && directory_sync_of(env, path)) return DESK_DONE;
    return copy_failed(m, path, disk_full(errno), strerror(errno));
}

enum desk_result desk_restore(const struct env *env, const char *path, const char *from, struct desk_message *ret)
{
    char whole[FILE_PATH_MAX], source[FILE_PATH_MAX], part[FILE_PATH_MAX], lock_path[FILE_PATH_MAX];
    struct lock lock = { -1 };
    int64_t bytes;
    long pid = 0;
    if (!file_absolute(path, whole) || !file_absolute(from, source) || !with_suffix(whole, ".restore-part", part) ||
        !with_suffix(whole, ".lock", lock_path)) return copy_failed(ret, path, false, strerror(errno));
    if (file_look(source, &bytes) != FILE_PLAIN || strcmp(source, whole) == 0) {
        message_set(ret, "no-copy", "%s is not a backup that can be read. Nothing was changed.", "%s 不是可读取的备份。没有任何改动。", source);
        return DESK_REFUSED;
    }
    switch (lock_take(env, lock_path, &lock, &pid)) {
    case LOCK_TAKEN: break;
    case LOCK_HELD:
        message_set(ret, "running", "A desk is open on %s (process %ld). Stop it first; nothing was changed.",
                    "%s 上有掌柜在运行(进程 %ld)。请先停止它;没有任何改动。", whole, pid);
        return DESK_REFUSED;
    case LOCK_FAILED: return copy_failed(ret, lock_path, disk_full(errno), strerror(errno));
    }
    const enum desk_result result = replace(env, whole, part, source, ret);
    remove_database(part);
    lock_give(env, &lock);
    return result;
}
