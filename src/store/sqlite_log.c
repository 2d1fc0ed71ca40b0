/* The writer's log in few writes.
 *
 * A commit hands the engine's file system each changed page with two writes: 24 bytes of head, then the page.  For an order that
 * is more than forty calls, and the calls cost more than the order.  This file system lies between the engine and that of the
 * machine: what is written to the write-ahead log one after the other is gathered, and goes down in one write when somebody could
 * miss it.
 *
 * That is before: a sync of the log, a read of what is gathered, any question about the log's length or a change of it, and the
 * memory barrier that the engine raises before it tells readers of new pages (they read the log through files of their own).
 * Nothing is told to anybody before one of these, so what a power cut may take is what it could take before.
 *
 * What could not be written is dropped, as the engine has been told that its writes failed: written later, it would make true a
 * commit that was refused.  For the same reason closing writes nothing.  All else goes straight through, above all the database
 * file itself: there the engine counts on a write being seen by readers at once. */
#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include "store/sqlite_log.h"

enum { GATHER_BYTES = 124 * 1024 /* SQLite's unix file system takes less than 128 KiB in one write */ };

struct log_file;
struct log_vfs {
    sqlite3_vfs vfs;
    sqlite3_vfs *parent;
    const struct env *env;
    struct log_file *log;       /* the connection's log, while it is open */
    uint64_t begins;            /* its head was written, which is once a beginning */
    char name[32];
};
/* Behind either kind of file lies the one of the parent. */
struct main_file { sqlite3_file base; struct log_vfs *v; };
struct log_file {
    sqlite3_file base;
    struct log_vfs *v;
    unsigned char *gathered;
    int64_t at;                 /* where the gathered bytes belong */
    int n;
    int owed;                   /* an error that nobody could be told of yet */
};
enum { HEAD_BYTES = (sizeof(struct log_file) + 15) / 16 * 16 };

static sqlite3_file *under(sqlite3_file *f) { return (sqlite3_file *)((char *)f + HEAD_BYTES); }

/* ---- the log ---- */

static int write_down(struct log_file *l)
{
    if (l->n > 0) {
        const int rc = under(&l->base)->pMethods->xWrite(under(&l->base), l->gathered, l->n, l->at);
        l->n = 0;
        if (rc != SQLITE_OK && l->owed == SQLITE_OK) l->owed = rc;
    }
    const int rc = l->owed;
    l->owed = SQLITE_OK;
    return rc;
}

static int log_write(sqlite3_file *f, const void *from, int n, sqlite3_int64 at)
{
    struct log_file *l = (struct log_file *)f;
    l->v->begins += at == 0;
    if (l->n > 0 && (at != l->at + l->n || l->n + n > GATHER_BYTES)) {
        const int rc = write_down(l);
        if (rc != SQLITE_OK) return rc;
    }
    if (n > GATHER_BYTES) return under(f)->pMethods->xWrite(under(f), from, n, at);
    if (l->n == 0) l->at = at;
    memcpy(l->gathered + l->n, from, (size_t)n);
    l->n += n;
    return SQLITE_OK;
}

static int log_read(sqlite3_file *f, void *to, int n, sqlite3_int64 at)
{
    struct log_file *l = (struct log_file *)f;
    const int rc = at < l->at + l->n && at + n > l->at ? write_down(l) : SQLITE_OK;
    return rc != SQLITE_OK ? rc : under(f)->pMethods->xRead(under(f), to, n, at);
}

static int log_truncate(sqlite3_file *f, sqlite3_int64 bytes)
{
    const int rc = write_down((struct log_file *)f);
    return rc != SQLITE_OK ? rc : under(f)->pMethods->xTruncate(under(f), bytes);
}

static int log_sync(sqlite3_file *f, int flags)
{
    const int rc = write_down((struct log_file *)f);
    return rc != SQLITE_OK ? rc : under(f)->pMethods->xSync(under(f), flags);
}

static int log_size(sqlite3_file *f, sqlite3_int64 *ret)
{
    const int rc = write_down((struct log_file *)f);
    return rc != SQLITE_OK ? rc : under(f)->pMethods->xFileSize(under(f), ret);
}

static int log_close(sqlite3_file *f)
{
    struct log_file *l = (struct log_file *)f;
    const struct arena_source *memory = &l->v->env->memory;
    memory->give(memory->ctx, l->gathered, GATHER_BYTES);
    l->v->log = NULL;
    return under(f)->pMethods->xClose(under(f));
}

/* ---- the database file: straight through, but for the barrier ---- */

static int main_close(sqlite3_file *f) { return under(f)->pMethods->xClose(under(f)); }
static int main_read(sqlite3_file *f, void *to, int n, sqlite3_int64 at) { return under(f)->pMethods->xRead(under(f), to, n, at); }
static int main_write(sqlite3_file *f, const void *from, int n, sqlite3_int64 at) { return under(f)->pMethods->xWrite(under(f), from, n, at); }
static int main_truncate(sqlite3_file *f, sqlite3_int64 bytes) { return under(f)->pMethods->xTruncate(under(f), bytes); }
static int main_sync(sqlite3_file *f, int flags) { return under(f)->pMethods->xSync(under(f), flags); }
static int main_size(sqlite3_file *f, sqlite3_int64 *ret) { return under(f)->pMethods->xFileSize(under(f), ret); }
static int any_lock(sqlite3_file *f, int level) { return under(f)->pMethods->xLock(under(f), level); }
static int any_unlock(sqlite3_file *f, int level) { return under(f)->pMethods->xUnlock(under(f), level); }
static int any_locked(sqlite3_file *f, int *ret) { return under(f)->pMethods->xCheckReservedLock(under(f), ret); }
static int any_control(sqlite3_file *f, int op, void *arg) { return under(f)->pMethods->xFileControl(under(f), op, arg); }
static int any_sector(sqlite3_file *f) { return under(f)->pMethods->xSectorSize(under(f)); }
static int any_kind(sqlite3_file *f) { return under(f)->pMethods->xDeviceCharacteristics(under(f)); }
static int main_shm_map(sqlite3_file *f, int page, int bytes, int extend, void volatile **ret)
{
    return under(f)->pMethods->xShmMap(under(f), page, bytes, extend, ret);
}
static int main_shm_lock(sqlite3_file *f, int at, int n, int flags) { return under(f)->pMethods->xShmLock(under(f), at, n, flags); }
static int main_shm_unmap(sqlite3_file *f, int remove) { return under(f)->pMethods->xShmUnmap(under(f), remove); }

/* Where commits are synced, as ours are, the sync has written everything before. */
static void main_barrier(sqlite3_file *f)
{
    struct log_file *l = ((struct main_file *)f)->v->log;
    if (l) l->owed = write_down(l);
    under(f)->pMethods->xShmBarrier(under(f));
}

static const sqlite3_io_methods log_methods = {
    .iVersion = 1, .xClose = log_close, .xRead = log_read, .xWrite = log_write, .xTruncate = log_truncate, .xSync = log_sync, .xFileSize = log_size,
    .xLock = any_lock, .xUnlock = any_unlock, .xCheckReservedLock = any_locked, .xFileControl = any_control, .xSectorSize = any_sector,
    .xDeviceCharacteristics = any_kind,
};
static const sqlite3_io_methods main_methods = { /* no memory maps: mmap_size is 0 */
    .iVersion = 2, .xClose = main_close, .xRead = main_read, .xWrite = main_write, .xTruncate = main_truncate, .xSync = main_sync,
    .xFileSize = main_size, .xLock = any_lock, .xUnlock = any_unlock, .xCheckReservedLock = any_locked, .xFileControl = any_control,
    .xSectorSize = any_sector, .xDeviceCharacteristics = any_kind, .xShmMap = main_shm_map, .xShmLock = main_shm_lock,
    .xShmBarrier = main_barrier, .xShmUnmap = main_shm_unmap,
};

/* ---- the file system ---- */

static int log_open(struct log_vfs *v, struct log_file *l)
{
    const struct arena_source *memory = &v->env->memory;
    *l = (struct log_file){ .v = v, .gathered = memory->take(memory->ctx, GATHER_BYTES) };
    if (!l->gathered) return SQLITE_NOMEM;
    l->base.pMethods = &log_methods;
    v->log = l;
    return SQLITE_OK;
}

static int vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags, int *ret_flags)
{
    struct log_vfs *v = vfs->pAppData;
    if (!(flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL))) return v->parent->xOpen(v->parent, name, f, flags, ret_flags);
    f->pMethods = under(f)->pMethods = NULL;
    int rc = v->parent->xOpen(v->parent, name, under(f), flags, ret_flags);
    if (rc == SQLITE_OK && (flags & SQLITE_OPEN_MAIN_DB)) {
        ((struct main_file *)f)->v = v;
        f->pMethods = &main_methods;
    } else if (rc == SQLITE_OK) {
        rc = log_open(v, (struct log_file *)f);
    }
    if (rc != SQLITE_OK && under(f)->pMethods) under(f)->pMethods->xClose(under(f));
    return rc;
}

struct log_vfs *log_vfs_open(const struct env *env)
{
    if (sqlite3_initialize() != SQLITE_OK) return NULL;
    struct log_vfs *v = env->memory.take(env->memory.ctx, sizeof *v);
    if (!v) return NULL;
    *v = (struct log_vfs){ .env = env, .parent = sqlite3_vfs_find(env->sqlite_vfs) };
    bool ok = v->parent != NULL;
    if (ok) {
        snprintf(v->name, sizeof v->name, "log-%" PRIxPTR, (uintptr_t)v);
        v->vfs = *v->parent;
        v->vfs.pNext = NULL;
        v->vfs.zName = v->name;
        v->vfs.pAppData = v;
        v->vfs.szOsFile = v->parent->szOsFile + HEAD_BYTES;
        v->vfs.xOpen = vfs_open;
        ok = sqlite3_vfs_register(&v->vfs, 0) == SQLITE_OK;
    }
    if (ok) return v;
    env->memory.give(env->memory.ctx, v, sizeof *v);
    return NULL;
}

const char *log_vfs_name(const struct log_vfs *v) { return v->name; }
uint64_t log_vfs_begins(const struct log_vfs *v) { return v->begins; }

void log_vfs_close(struct log_vfs *v)
{
    if (!v) return;
    sqlite3_vfs_unregister(&v->vfs);
    v->env->memory.give(v->env->memory.ctx, v, sizeof *v);
}
