/* See crash_vfs.h. One mutex guards everything but the hook, which runs without it. */
#include "crash_vfs.h"
#include <assert.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/prng.h"

enum { NAME_MAX_BYTES = 256, FILES_MAX = 64, SECTOR_BYTES = 512, SHM_REGIONS_MAX = 256 };

struct range { int64_t from, to; };
struct file {
    char name[NAME_MAX_BYTES];          /* "": a free slot */
    unsigned char *data, *synced;       /* as read back now; as the platter has it */
    int64_t size, capacity, synced_size, synced_capacity;
    struct range *dirty;                /* written since the last sync */
    int dirty_count, dirty_capacity;
    bool on_disk;                       /* its name is in the directory for good */
    int handles, readers;
    bool reserved, exclusive, pending;
    void *shm[SHM_REGIONS_MAX];
    int shm_shared[SQLITE_SHM_NLOCK];
    bool shm_exclusive[SQLITE_SHM_NLOCK];
    int shm_users;
    int shm_region_bytes;
};
struct handle {
    sqlite3_file base;
    struct file *file;
    int lock;
    bool shm_on, temporary;
    unsigned shm_shared, shm_exclusive; /* bits of the locks that this handle holds */
};

static struct {
    pthread_mutex_t lock;
    struct file files[FILES_MAX];
    void (*hook)(void *ctx, enum crash_op op, const char *name);
    void *hook_ctx;
    enum crash_sync_level level;
    bool pragma_open;                   /* our own PRAGMA passes */
    int64_t room, used, syncs;
    int fail_sync;
} disk = { .lock = PTHREAD_MUTEX_INITIALIZER, .room = -1 };

/* ---- files ---- */

static struct file *file_find(const char *name)
{
    for (int i = 0; i < FILES_MAX; i++)
        if (disk.files[i].name[0] && strcmp(disk.files[i].name, name) == 0) return &disk.files[i];
    return NULL;
}

static struct file *file_make(const char *name)
{
    for (int i = 0; i < FILES_MAX; i++) {
        struct file *f = &disk.files[i];
        if (f->name[0]) continue;
        *f = (struct file){ 0 };
        snprintf(f->name, sizeof f->name, "%s", name);
        return f;
    }
    abort();
}

static void shm_free(struct file *f)
{
    for (int i = 0; i < SHM_REGIONS_MAX; i++) {
        free(f->shm[i]);
        f->shm[i] = NULL;
    }
}

static void file_drop(struct file *f)
{
    disk.used -= f->size;
    free(f->data);
    free(f->synced);
    free(f->dirty);
    shm_free(f);
    *f = (struct file){ 0 };
}

static void reserve(unsigned char **data, int64_t *capacity, int64_t size)
{
    if (size <= *capacity) return;
    int64_t room = *capacity ? *capacity : 65536;
    while (room < size) room *= 2;
    *data = realloc(*data, (size_t)room);
    if (!*data) abort();
    memset(*data + *capacity, 0, (size_t)(room - *capacity));
    *capacity = room;
}

static void file_resize(struct file *f, int64_t size)
{
    reserve(&f->data, &f->capacity, size);
    if (size < f->size) memset(f->data + size, 0, (size_t)(f->size - size));
    disk.used += size - f->size;
    f->size = size;
}

static void dirty_add(struct file *f, int64_t from, int64_t to)
{
    if (f->dirty_count > 0 && f->dirty[f->dirty_count - 1].to == from) {
        f->dirty[f->dirty_count - 1].to = to;
        return;
    }
    if (f->dirty_count == f->dirty_capacity) {
        f->dirty_capacity = f->dirty_capacity ? f->dirty_capacity * 2 : 64;
        f->dirty = realloc(f->dirty, (size_t)f->dirty_capacity * sizeof *f->dirty);
        if (!f->dirty) abort();
    }
    f->dirty[f->dirty_count++] = (struct range){ from, to };
}

static void file_sync_now(struct file *f)
{
    reserve(&f->synced, &f->synced_capacity, f->size);
    for (int i = 0; i < f->dirty_count; i++) {
        const int64_t to = f->dirty[i].to < f->size ? f->dirty[i].to : f->size;
        if (to > f->dirty[i].from) memcpy(f->synced + f->dirty[i].from, f->data + f->dirty[i].from, (size_t)(to - f->dirty[i].from));
    }
    if (f->size < f->synced_size) memset(f->synced + f->size, 0, (size_t)(f->synced_size - f->size));
    f->synced_size = f->size;
    f->dirty_count = 0;
    f->on_disk = true;
}

static void call_hook(enum crash_op op, const char *name)
{
    if (disk.hook) disk.hook(disk.hook_ctx, op, name);
}

/* ---- the cut ---- */

static uint64_t mix(uint64_t x)
{
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

/* The part of a written range that lies in one sector. A sector has one fate, however many writes went into it. */
static void piece_falls(const struct file *f, struct file *to, struct range piece, enum crash_fate fate, uint64_t seed)
{
    const uint64_t chance = mix(seed ^ (uint64_t)(piece.from / SECTOR_BYTES) * UINT64_C(0x9e3779b97f4a7c15));
    if (fate == FATE_MIXED) fate = (enum crash_fate)(chance % 4);
    const int64_t n = piece.to - piece.from;
    switch (fate) {
    case FATE_LOST: return;
    case FATE_KEPT: memcpy(to->data + piece.from, f->data + piece.from, (size_t)n); break;
    case FATE_TORN: memcpy(to->data + piece.from, f->data + piece.from, (size_t)(n / 2)); break;
    case FATE_GARBAGE:
        for (int64_t i = 0; i < n; i++) to->data[piece.from + i] = (unsigned char)mix(chance + (uint64_t)i);
        break;
    case FATE_MIXED: break;
    }
    if (piece.to > to->size) to->size = piece.to;
}

static void file_falls(const struct file *f, struct file *to, enum crash_fate fate, uint64_t seed)
{
    const int64_t longest = f->size > f->synced_size ? f->size : f->synced_size;
    reserve(&to->data, &to->capacity, longest);
    if (f->synced_size > 0) memcpy(to->data, f->synced, (size_t)f->synced_size);
    to->size = f->synced_size;
    /* a change of size that was not synced */
    const bool size_kept = fate == FATE_KEPT || (fate != FATE_LOST && mix(seed + 77) % 2 == 0);
    if (f->size < f->synced_size && size_kept) to->size = f->size;
    for (int i = 0; i < f->dirty_count; i++) {
        const struct range r = { f->dirty[i].from, f->dirty[i].to < f->size ? f->dirty[i].to : f->size };
        for (int64_t at = r.from; at < r.to;) {
            const int64_t end = (at / SECTOR_BYTES + 1) * SECTOR_BYTES < r.to ? (at / SECTOR_BYTES + 1) * SECTOR_BYTES : r.to;
            piece_falls(f, to, (struct range){ at, end }, fate, seed);
            at = end;
        }
    }
    if (f->size > to->size && size_kept) to->size = f->size;
    if (to->size < longest) memset(to->data + to->size, 0, (size_t)(longest - to->size));
    reserve(&to->synced, &to->synced_capacity, to->size);
    if (to->size > 0) memcpy(to->synced, to->data, (size_t)to->size);
    to->synced_size = to->size;
    to->on_disk = true;
    disk.used += to->size;
}

static void name_of(char ret[NAME_MAX_BYTES], const char *database, const char *suffix)
{
    snprintf(ret, NAME_MAX_BYTES, "%s%s", database, suffix);
}

static const char *const suffixes[] = { "", "-wal", "-journal" };

void crash_cut(const char *from, const char *to, enum crash_fate fate, uint64_t seed)
{
    char name[NAME_MAX_BYTES];
    crash_remove(to);
    pthread_mutex_lock(&disk.lock);
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
        name_of(name, from, suffixes[i]);
        const struct file *f = file_find(name);
        if (!f) continue;
        /* a name that no sync has put into the directory */
        if (!f->on_disk && (fate == FATE_LOST || (fate != FATE_KEPT && mix(seed + i) % 2 == 0))) continue;
        name_of(name, to, suffixes[i]);
        file_falls(f, file_make(name), fate, seed + i * 1000003);
    }
    pthread_mutex_unlock(&disk.lock);
}

void crash_copy(const char *from, const char *to)
{
    char name[NAME_MAX_BYTES];
    crash_remove(to);
    pthread_mutex_lock(&disk.lock);
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
        name_of(name, from, suffixes[i]);
        const struct file *f = file_find(name);
        if (!f) continue;
        name_of(name, to, suffixes[i]);
        struct file *copy = file_make(name);
        file_resize(copy, f->size);
        if (f->size > 0) memcpy(copy->data, f->data, (size_t)f->size);
        dirty_add(copy, 0, f->size);
        file_sync_now(copy);
    }
    pthread_mutex_unlock(&disk.lock);
}

void crash_remove(const char *name)
{
    char whole[NAME_MAX_BYTES];
    pthread_mutex_lock(&disk.lock);
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
        name_of(whole, name, suffixes[i]);
        struct file *f = file_find(whole);
        assert(!f || f->handles == 0);
        if (f) file_drop(f);
    }
    pthread_mutex_unlock(&disk.lock);
}

/* ---- file methods ---- */

static struct file *of(sqlite3_file *h) { return ((struct handle *)h)->file; }

static int x_unlock(sqlite3_file *h, int level)
{
    struct handle *me = (struct handle *)h;
    struct file *f = me->file;
    pthread_mutex_lock(&disk.lock);
    if (me->lock >= SQLITE_LOCK_PENDING) f->exclusive = f->pending = false;
    if (me->lock >= SQLITE_LOCK_RESERVED) f->reserved = false;
    if (me->lock >= SQLITE_LOCK_SHARED && level == SQLITE_LOCK_NONE) f->readers--;
    me->lock = level;
    pthread_mutex_unlock(&disk.lock);
    return SQLITE_OK;
}

static int x_lock(sqlite3_file *h, int level)
{
    struct handle *me = (struct handle *)h;
    struct file *f = me->file;
    int rc = SQLITE_OK;
    pthread_mutex_lock(&disk.lock);
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
    pthread_mutex_unlock(&disk.lock);
    return rc;
}

static int x_close(sqlite3_file *h)
{
    struct handle *me = (struct handle *)h;
    x_unlock(h, SQLITE_LOCK_NONE);
    pthread_mutex_lock(&disk.lock);
    me->file->handles--;
    if (me->temporary) file_drop(me->file);
    pthread_mutex_unlock(&disk.lock);
    return SQLITE_OK;
}

static int x_read(sqlite3_file *h, void *buf, int n, sqlite3_int64 at)
{
    const struct file *f = of(h);
    pthread_mutex_lock(&disk.lock);
    const int64_t there = at >= f->size ? 0 : f->size - at < n ? f->size - at : n;
    if (there > 0) memcpy(buf, f->data + at, (size_t)there);
    pthread_mutex_unlock(&disk.lock);
    if (there == n) return SQLITE_OK;
    memset((char *)buf + there, 0, (size_t)(n - there));
    return SQLITE_IOERR_SHORT_READ;
}

static int x_write(sqlite3_file *h, const void *buf, int n, sqlite3_int64 at)
{
    struct file *f = of(h);
    call_hook(CRASH_WRITE, f->name);
    pthread_mutex_lock(&disk.lock);
    const int64_t end = at + n;
    if (end > f->size && disk.room >= 0 && disk.used + (end - f->size) > disk.room) {
        pthread_mutex_unlock(&disk.lock);
        return SQLITE_FULL;
    }
    if (end > f->size) file_resize(f, end);
    memcpy(f->data + at, buf, (size_t)n);
    dirty_add(f, at, end);
    pthread_mutex_unlock(&disk.lock);
    return SQLITE_OK;
}

static int x_truncate(sqlite3_file *h, sqlite3_int64 size)
{
    struct file *f = of(h);
    call_hook(CRASH_TRUNCATE, f->name);
    pthread_mutex_lock(&disk.lock);
    file_resize(f, size);
    pthread_mutex_unlock(&disk.lock);
    return SQLITE_OK;
}

static int x_sync(sqlite3_file *h, int flags)
{
    struct file *f = of(h);
    (void)flags;
    call_hook(CRASH_SYNC, f->name);
    pthread_mutex_lock(&disk.lock);
    disk.syncs++;
    bool fails = false;
    if (disk.fail_sync > 0 && --disk.fail_sync == 0) {
        fails = true;
        disk.fail_sync = 1; /* and the next */
    }
    if (!fails) file_sync_now(f);
    pthread_mutex_unlock(&disk.lock);
    return fails ? SQLITE_IOERR_FSYNC : SQLITE_OK;
}

static int x_file_size(sqlite3_file *h, sqlite3_int64 *ret)
{
    pthread_mutex_lock(&disk.lock);
    *ret = of(h)->size;
    pthread_mutex_unlock(&disk.lock);
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
    const bool swallow = disk.level != CRASH_SYNC_AS_ASKED && !disk.pragma_open && strcmp(words[1], "synchronous") == 0;
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
    struct file *f = me->file;
    int rc = SQLITE_OK;
    pthread_mutex_lock(&disk.lock);
    if (!me->shm_on) {
        me->shm_on = true;
        f->shm_users++;
    }
    assert(region < SHM_REGIONS_MAX);
    if (!f->shm[region] && extend && !(f->shm[region] = calloc(1, (size_t)bytes))) rc = SQLITE_IOERR_NOMEM;
    *ret = f->shm[region];
    pthread_mutex_unlock(&disk.lock);
    return rc;
}

static int x_shm_lock(sqlite3_file *h, int first, int n, int flags)
{
    struct handle *me = (struct handle *)h;
    struct file *f = me->file;
    int rc = SQLITE_OK;
    pthread_mutex_lock(&disk.lock);
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
    pthread_mutex_unlock(&disk.lock);
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
    struct file *f = me->file;
    pthread_mutex_lock(&disk.lock);
    if (me->shm_on) {
        me->shm_on = false;
        f->shm_users--;
        if (f->shm_users == 0 && delete_it) shm_free(f);
    }
    /* as the kernel would when the file is closed */
    for (int i = 0; i < SQLITE_SHM_NLOCK; i++) {
        if (me->shm_shared >> i & 1) f->shm_shared[i]--;
        if (me->shm_exclusive >> i & 1) f->shm_exclusive[i] = false;
    }
    me->shm_shared = me->shm_exclusive = 0;
    pthread_mutex_unlock(&disk.lock);
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
    pthread_mutex_lock(&disk.lock);
    if (!name) {
        snprintf(made, sizeof made, "temporary-%d", temporary++);
        name = made;
    }
    struct file *f = file_find(name);
    if (!f && (flags & SQLITE_OPEN_CREATE)) f = file_make(name);
    if (f) {
        f->handles++;
        me->file = f;
        me->temporary = (flags & SQLITE_OPEN_DELETEONCLOSE) != 0;
        me->base.pMethods = &methods;
        if (ret_flags) *ret_flags = flags;
    }
    pthread_mutex_unlock(&disk.lock);
    return f ? SQLITE_OK : SQLITE_CANTOPEN;
}

static int v_delete(sqlite3_vfs *v, const char *name, int sync_directory)
{
    (void)v, (void)sync_directory; /* taken as done at once: a name that came back would be an empty log */
    call_hook(CRASH_DELETE, name);
    pthread_mutex_lock(&disk.lock);
    struct file *f = file_find(name);
    if (f) file_drop(f);
    pthread_mutex_unlock(&disk.lock);
    return f ? SQLITE_OK : SQLITE_IOERR_DELETE_NOENT;
}

static int v_access(sqlite3_vfs *v, const char *name, int flags, int *ret)
{
    (void)v, (void)flags;
    pthread_mutex_lock(&disk.lock);
    const struct file *f = file_find(name);
    *ret = f && f->size > 0;
    pthread_mutex_unlock(&disk.lock);
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
    for (int i = 0; i < n; i++) ret[i] = (char)mix(__atomic_add_fetch(&state, 1, __ATOMIC_RELAXED));
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
    if (disk.level == CRASH_SYNC_AS_ASKED) return SQLITE_OK;
    disk.pragma_open = true;
    sqlite3_exec(db, disk.level == CRASH_SYNC_NORMAL ? "PRAGMA synchronous=NORMAL" : "PRAGMA synchronous=OFF", NULL, NULL, NULL);
    disk.pragma_open = false;
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

void crash_vfs_clear(void)
{
    pthread_mutex_lock(&disk.lock);
    for (int i = 0; i < FILES_MAX; i++) {
        if (!disk.files[i].name[0]) continue;
        assert(disk.files[i].handles == 0);
        file_drop(&disk.files[i]);
    }
    disk.used = 0;
    pthread_mutex_unlock(&disk.lock);
}

void crash_vfs_hook(void (*hook)(void *ctx, enum crash_op op, const char *name), void *ctx)
{
    disk.hook_ctx = ctx;
    disk.hook = hook;
}

void crash_vfs_sync_level(enum crash_sync_level level) { disk.level = level; }

void crash_vfs_room(int64_t bytes)
{
    pthread_mutex_lock(&disk.lock);
    disk.room = bytes;
    pthread_mutex_unlock(&disk.lock);
}

void crash_vfs_fail_sync(int nth)
{
    pthread_mutex_lock(&disk.lock);
    disk.fail_sync = nth;
    pthread_mutex_unlock(&disk.lock);
}

int64_t crash_vfs_syncs(void) { return disk.syncs; }
int64_t crash_vfs_used(void) { return disk.used; }
