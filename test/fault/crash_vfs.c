/* See crash_vfs.h: the SQLite file system over the files of crash_disk.h. The disk's mutex guards everything but the hook, which runs without it. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "crash_disk.h"

struct handle {
    sqlite3_file base;
    struct disk_file *file;
    int lock;
    bool shm_on, temporary;
    unsigned shm_shared, shm_exclusive; /* bits of the locks that this handle holds */
};

static struct {
    void (*hook)(void *ctx, enum crash_op op, const char *name);
    void *hook_ctx;
    enum crash_sync_level level;
    bool pragma_open;                   /* our own PRAGMA passes */
} watch;

static void call_hook(enum crash_op op, const char *name)
{
    if (watch.hook) watch.hook(watch.hook_ctx, op, name);
}

/* ---- file methods ---- */

static struct disk_file *of(sqlite3_file *h) { return ((struct handle *)h)->file; }

static int x_unlock(sqlite3_file *h, int level)
{
    struct handle *me = (struct handle *)h;
    struct disk_file *f = me->file;
    pthread_mutex_lock(&crash_disk.lock);
    if (me->lock >= SQLITE_LOCK_PENDING) f->exclusive = f->pending = false;
    if (me->lock >= SQLITE_LOCK_RESERVED) f->reserved = false;
    if (me->lock >= SQLITE_LOCK_SHARED && level == SQLITE_LOCK_NONE) f->readers--;
    me->lock = level;
    pthread_mutex_unlock(&crash_disk.lock);
    return SQLITE_OK;
}

static int x_lock(sqlite3_file *h, int level)
{
    struct handle *me = (struct handle *)h;
    struct disk_file *f = me->file;
    int rc = SQLITE_OK;
    pthread_mutex_lock(&crash_disk.lock);
    if (level > me->lock) {
        if (level == SQLITE_LOCK_SHARED) {
            if (f->pending || f->exclusive) rc = SQLITE_BUSY;
            else f->readers++;
        } else if (level == SQLITE_LOCK_RESERVED) {
            if (f->reserved) rc = SQLITE_BUSY;
            else f->reserved = true;
        } else {
            if (f->readers > 1) {
                f->pending = true;
                rc = SQLITE_BUSY;
            } else {
                f->reserved = f->exclusive = f->pending = true;
            }
        }
        if (rc == SQLITE_OK) me->lock = level;
    }
    pthread_mutex_unlock(&crash_disk.lock);
    return rc;
}

static int x_close(sqlite3_file *h)
{
    struct handle *me = (struct handle *)h;
    x_unlock(h, SQLITE_LOCK_NONE);
    pthread_mutex_lock(&crash_disk.lock);
    me->file->handles--;
    if (me->temporary) disk_drop(me->file);
    pthread_mutex_unlock(&crash_disk.lock);
    return SQLITE_OK;
}

static int x_read(sqlite3_file *h, void *buf, int n, sqlite3_int64 at)
{
    const struct disk_file *f = of(h);
    pthread_mutex_lock(&crash_disk.lock);
    const int64_t there = at >= f->size ? 0 : f->size - at < n ? f->size - at : n;
    if (there > 0) memcpy(buf, f->data + at, (size_t)there);
    pthread_mutex_unlock(&crash_disk.lock);
    if (there == n) return SQLITE_OK;
    memset((char *)buf + there, 0, (size_t)(n - there));
    return SQLITE_IOERR_SHORT_READ;
}

static int x_write(sqlite3_file *h, const void *buf, int n, sqlite3_int64 at)
{
    struct disk_file *f = of(h);
    call_hook(CRASH_WRITE, f->name);
    pthread_mutex_lock(&crash_disk.lock);
    const int64_t end = at + n;
    if (end > f->size && crash_disk.room >= 0 && crash_disk.used + (end - f->size) > crash_disk.room) {
        pthread_mutex_unlock(&crash_disk.lock);
        return SQLITE_FULL;
    }
    if (end > f->size) disk_resize(f, end);
    memcpy(f->data + at, buf, (size_t)n);
    disk_dirty(f, at, end);
    pthread_mutex_unlock(&crash_disk.lock);
    return SQLITE_OK;
}

static int x_truncate(sqlite3_file *h, sqlite3_int64 size)
{
    struct disk_file *f = of(h);
    call_hook(CRASH_TRUNCATE, f->name);
    pthread_mutex_lock(&crash_disk.lock);
    disk_resize(f, size);
    pthread_mutex_unlock(&crash_disk.lock);
    return SQLITE_OK;
}

static int x_sync(sqlite3_file *h, int flags)
{
    struct disk_file *f = of(h);
    (void)flags;
    call_hook(CRASH_SYNC, f->name);
    pthread_mutex_lock(&crash_disk.lock);
    crash_disk.syncs++;
    bool fails = false;
    if (crash_disk.fail_sync > 0 && --crash_disk.fail_sync == 0) {
        fails = true;
        crash_disk.fail_sync = crash_disk.fail_once ? 0 : 1; /* and the next */
    }
    if (!fails) disk_sync(f);
    pthread_mutex_unlock(&crash_disk.lock);
    return fails ? SQLITE_IOERR_FSYNC : SQLITE_OK;
}

static int x_file_size(sqlite3_file *h, sqlite3_int64 *ret)
{
    pthread_mutex_lock(&crash_disk.lock);
    *ret = of(h)->size;
    pthread_mutex_unlock(&crash_disk.lock);
    return SQLITE_OK;
}

static int x_check_reserved(sqlite3_file *h, int *ret)
{
    *ret = of(h)->reserved;
    return SQLITE_OK;
}

static int x_file_control(sqlite3_file *h, int op, void *arg)
{
    (void)h;
    if (op != SQLITE_FCNTL_PRAGMA) return SQLITE_NOTFOUND;
    char **words = arg;
    const bool swallow = watch.level != CRASH_SYNC_AS_ASKED && !watch.pragma_open && strcmp(words[1], "synchronous") == 0;
    return swallow ? SQLITE_OK : SQLITE_NOTFOUND;
}

static int x_sector_size(sqlite3_file *h)
{
    (void)h;
    return 4096;
}

static int x_characteristics(sqlite3_file *h)
{
    (void)h;
    return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

/* ---- shared memory: of one process, so plain memory ---- */

static int x_shm_map(sqlite3_file *h, int region, int bytes, int extend, void volatile **ret)
{
    struct handle *me = (struct handle *)h;
    struct disk_file *f = me->file;
    int rc = SQLITE_OK;
    pthread_mutex_lock(&crash_disk.lock);
    if (!me->shm_on) {
        me->shm_on = true;
        f->shm_users++;
    }
    assert(region < SHM_REGIONS_MAX);
    if (!f->shm[region] && extend && !(f->shm[region] = calloc(1, (size_t)bytes))) rc = SQLITE_IOERR_NOMEM;
    *ret = f->shm[region];
    pthread_mutex_unlock(&crash_disk.lock);
    return rc;
}

static int x_shm_lock(sqlite3_file *h, int first, int n, int flags)
{
    struct handle *me = (struct handle *)h;
    struct disk_file *f = me->file;
    int rc = SQLITE_OK;
    pthread_mutex_lock(&crash_disk.lock);
    for (int i = first; i < first + n && (flags & SQLITE_SHM_LOCK); i++) {
        const bool mine = me->shm_shared >> i & 1;
        if (f->shm_exclusive[i] || ((flags & SQLITE_SHM_EXCLUSIVE) && f->shm_shared[i] > (mine ? 1 : 0))) rc = SQLITE_BUSY;
    }
    for (int i = first; i < first + n && rc == SQLITE_OK; i++) {
        const unsigned bit = 1U << i;
        if ((flags & SQLITE_SHM_LOCK) && (flags & SQLITE_SHM_SHARED)) {
            if (!(me->shm_shared & bit)) f->shm_shared[i]++;
            me->shm_shared |= bit;
        } else if (flags & SQLITE_SHM_LOCK) {
            f->shm_exclusive[i] = true;
            me->shm_exclusive |= bit;
        } else {
            if (me->shm_shared & bit) f->shm_shared[i]--;
            if (me->shm_exclusive & bit) f->shm_exclusive[i] = false;
            me->shm_shared &= ~bit;
            me->shm_exclusive &= ~bit;
        }
    }
    pthread_mutex_unlock(&crash_disk.lock);
    return rc;
}

static void x_shm_barrier(sqlite3_file *h)
{
    (void)h;
    __sync_synchronize();
}

static int x_shm_unmap(sqlite3_file *h, int delete_it)
{
    struct handle *me = (struct handle *)h;
    struct disk_file *f = me->file;
    pthread_mutex_lock(&crash_disk.lock);
    if (me->shm_on) {
        me->shm_on = false;
        f->shm_users--;
        if (f->shm_users == 0 && delete_it) disk_shm_free(f);
    }
    /* as the kernel would when the file is closed */
    for (int i = 0; i < SQLITE_SHM_NLOCK; i++) {
        if (me->shm_shared >> i & 1) f->shm_shared[i]--;
        if (me->shm_exclusive >> i & 1) f->shm_exclusive[i] = false;
    }
    me->shm_shared = me->shm_exclusive = 0;
    pthread_mutex_unlock(&crash_disk.lock);
    return SQLITE_OK;
}

static const sqlite3_io_methods methods = {
    2, x_close, x_read, x_write, x_truncate, x_sync, x_file_size, x_lock, x_unlock, x_check_reserved, x_file_control, x_sector_size,
    x_characteristics, x_shm_map, x_shm_lock, x_shm_barrier, x_shm_unmap, NULL, NULL,
};

/* ---- the VFS ---- */

static int v_open(sqlite3_vfs *v, const char *name, sqlite3_file *h, int flags, int *ret_flags)
{
    (void)v;
    static int temporary; /* under the lock */
    struct handle *me = (struct handle *)h;
    char made[NAME_MAX_BYTES];
    *me = (struct handle){ 0 };
    pthread_mutex_lock(&crash_disk.lock);
    if (!name) {
        snprintf(made, sizeof made, "temporary-%d", temporary++);
        name = made;
    }
    struct disk_file *f = disk_find(name);
    if (!f && (flags & SQLITE_OPEN_CREATE)) f = disk_make(name);
    if (f) {
        f->handles++;
        me->file = f;
        me->temporary = (flags & SQLITE_OPEN_DELETEONCLOSE) != 0;
        me->base.pMethods = &methods;
        if (ret_flags) *ret_flags = flags;
    }
    pthread_mutex_unlock(&crash_disk.lock);
    return f ? SQLITE_OK : SQLITE_CANTOPEN;
}

static int v_delete(sqlite3_vfs *v, const char *name, int sync_directory)
{
    (void)v, (void)sync_directory; /* taken as done at once: a name that came back would be an empty log */
    call_hook(CRASH_DELETE, name);
    pthread_mutex_lock(&crash_disk.lock);
    struct disk_file *f = disk_find(name);
    if (f) disk_drop(f);
    pthread_mutex_unlock(&crash_disk.lock);
    return f ? SQLITE_OK : SQLITE_IOERR_DELETE_NOENT;
}

static int v_access(sqlite3_vfs *v, const char *name, int flags, int *ret)
{
    (void)v, (void)flags;
    pthread_mutex_lock(&crash_disk.lock);
    const struct disk_file *f = disk_find(name);
    *ret = f && f->size > 0;
    pthread_mutex_unlock(&crash_disk.lock);
    return SQLITE_OK;
}

static int v_full_path(sqlite3_vfs *v, const char *name, int n, char *ret)
{
    (void)v;
    return snprintf(ret, (size_t)n, "%s", name) < n ? SQLITE_OK : SQLITE_CANTOPEN;
}

static int v_randomness(sqlite3_vfs *v, int n, char *ret)
{
    (void)v;
    static uint64_t state = 1;
    for (int i = 0; i < n; i++) ret[i] = (char)disk_mix(__atomic_add_fetch(&state, 1, __ATOMIC_RELAXED));
    return n;
}

static int v_sleep(sqlite3_vfs *v, int us)
{
    (void)v;
    usleep((useconds_t)us);
    return us;
}

static int v_time(sqlite3_vfs *v, sqlite3_int64 *ret)
{
    (void)v;
    *ret = INT64_C(212700000000000);
    return SQLITE_OK;
}

static int v_last_error(sqlite3_vfs *v, int n, char *ret)
{
    (void)v, (void)n, (void)ret;
    return 0;
}

/* Every new connection: the level that the control asks for, before the program's own PRAGMA is swallowed. */
static int set_level(sqlite3 *db, char **error, const struct sqlite3_api_routines *api)
{
    (void)error, (void)api;
    if (watch.level == CRASH_SYNC_AS_ASKED) return SQLITE_OK;
    watch.pragma_open = true;
    sqlite3_exec(db, watch.level == CRASH_SYNC_NORMAL ? "PRAGMA synchronous=NORMAL" : "PRAGMA synchronous=OFF", NULL, NULL, NULL);
    watch.pragma_open = false;
    return SQLITE_OK;
}

bool crash_vfs_register(void)
{
    static sqlite3_vfs vfs = {
        .iVersion = 2, .szOsFile = sizeof(struct handle), .mxPathname = NAME_MAX_BYTES - 16, .zName = CRASH_VFS_NAME, .xOpen = v_open,
        .xDelete = v_delete, .xAccess = v_access, .xFullPathname = v_full_path, .xRandomness = v_randomness, .xSleep = v_sleep,
        .xGetLastError = v_last_error, .xCurrentTimeInt64 = v_time,
    };
    union { int (*typed)(sqlite3 *, char **, const struct sqlite3_api_routines *); void (*plain)(void); } entry = { .typed = set_level };
    return sqlite3_vfs_register(&vfs, 0) == SQLITE_OK && sqlite3_auto_extension(entry.plain) == SQLITE_OK;
}

void crash_vfs_hook(void (*hook)(void *ctx, enum crash_op op, const char *name), void *ctx)
{
    watch.hook_ctx = ctx;
    watch.hook = hook;
}

void crash_vfs_sync_level(enum crash_sync_level level) { watch.level = level; }
