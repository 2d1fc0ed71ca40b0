/* A restore where no desk runs: the files change names, because the old database may be damaged or not there at all. Where one does, it is asked. */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>
#include "desk/copies_parts.h"
#include "desk/person_parts.h"

enum { ASK_TRIES = 3 };

/* What the last desk had not moved into its file yet goes there now, so that the old database is one file. */
static void settle(const struct env *env, const char *path)
{
    enum db_error error;
    struct db *db = db_open(env, path, DB_WRITE, &error, NULL, 0);
    if (!db) return; /* damaged: it is put aside as it is */
    db_checkpoint(db, true);
    db_close(db);
}

static bool put_aside(const struct env *env, const char *path, const char *aside)
{
    char wal[FILE_PATH_MAX], wal_aside[FILE_PATH_MAX], shm[FILE_PATH_MAX];
    int64_t bytes;
    if (!file_beside(path, "-wal", wal) || !file_beside(path, "-shm", shm) || !file_beside(aside, "-wal", wal_aside)) return false;
    if (file_look(path, &bytes) == FILE_ABSENT) return true;
    settle(env, path);
    database_remove(aside);
    if (link(path, aside) != 0) return false;
    if (file_look(wal, &bytes) != FILE_ABSENT && bytes > 0 && !file_rename(wal, wal_aside)) return false;
    file_remove(wal);
    file_remove(shm);
    return true;
}

static enum desk_result replace(const struct env *env, const char *path, const char *from, struct desk_message *m)
{
    struct restore_paths paths;
    if (!restore_paths(path, &paths)) return copy_failed(m, path, false, strerror(ENAMETOOLONG));
    tombstones_note(env, path, paths.erased);
    enum desk_result result = restore_prepare(env, &paths, from, 0, m);
    if (result == DESK_DONE &&
        !(put_aside(env, path, paths.aside) && file_rename(paths.part, path) && directory_sync_of(env, path)))
        result = copy_failed(m, path, disk_full(errno), strerror(errno));
    copies_tidy(path);
    return result;
}

/* Through the desk that holds the lock. *ret_gone: there is none any more. */
static enum desk_result ask_running(const struct env *env, const char *path, const char *from, bool *ret_gone, struct desk_message *m)
{
    struct desk *d = desk_open(env, path, DESK_COMMAND, false, m);
    if (!d) return DESK_REFUSED;
    *ret_gone = d->writer != NULL;
    const enum desk_result result = *ret_gone ? DESK_REFUSED : remote_restore(d, from, m);
    desk_close(d);
    return result;
}

enum desk_result desk_restore(const struct env *env, const char *path, const char *from, struct desk_message *ret)
{
    char whole[FILE_PATH_MAX], source[FILE_PATH_MAX], lock_path[FILE_PATH_MAX];
    struct lock lock = { -1 };
    int64_t bytes;
    long pid = 0;
    if (!file_absolute(path, whole) || !file_absolute(from, source) || !file_beside(whole, ".lock", lock_path))
        return copy_failed(ret, path, false, strerror(errno));
    if (file_look(source, &bytes) != FILE_PLAIN || strcmp(source, whole) == 0) {
        message_set(ret, "no-copy", "%s is not a backup that can be read. Nothing was changed.", "%s 不是可读取的备份。没有任何改动。", source);
        return DESK_REFUSED;
    }
    bool gone = true;
    enum desk_result result = DESK_REFUSED;
    for (int i = 0; gone && i < ASK_TRIES; i++) {
        switch (lock_take(env, lock_path, &lock, &pid)) {
        case LOCK_TAKEN:
            result = replace(env, whole, source, ret);
            lock_give(env, &lock);
            return result;
        case LOCK_HELD: result = ask_running(env, whole, source, &gone, ret); break;
        case LOCK_FAILED: return copy_failed(ret, lock_path, disk_full(errno), strerror(errno));
        }
    }
    if (gone)
        message_set(ret, "running", "A desk opens and closes on %s all the time. Nothing was changed; try again.",
                    "%s 上的掌柜正在反复开关。没有任何改动；请重试。", whole);
    return result;
}
