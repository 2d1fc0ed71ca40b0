/* See rehearsal.h. A file system for the engine in which the database's pages lie in three layers: what was tried (a temporary file),
 * the write-ahead log as of its last commit, the database file.
 *
 * Why that holds together: a reader's transaction (the pin) is begun first and lasts as long as the rehearsal. Under it a checkpoint
 * moves only what the pin may see too, which stands in the log as well; so a page found through the log's frames, else in the file, is
 * of one moment. If the pin found all of the log moved into the file, the log may start over (its head gets another salt, before any
 * frame is overwritten), but the file cannot change: then the file alone is the moment. Frames count up to the last commit whose
 * checksums hold.
 *
 * The engine sees no log: the head of page 1 says "rollback journal", no journal is kept, and no lock of it reaches the disk. The
 * format of the log: https://www.sqlite.org/fileformat2.html#walformat */
#include "store/rehearsal.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include "store/migrate.h"
#include "store/sqlite.h"

enum { WAL_HEAD = 32, SALT_AT = 16, FRAME_HEAD = 24, VERSION_AT = 18 /* of page 1: two bytes, 2 under a log */, PAGE_MAX = 65536, MAP_FIRST = 1024 };

/* page number -> where it is: a page number of another file, or a byte offset. Open addressing; 0 is a free slot. */
struct page_slot { uint32_t page; int64_t at; };
struct page_map { struct page_slot *slots; size_t n, capacity; };

struct rehearsal {
    const struct env *real;
    struct env env;                 /* the real one, with our file system */
    struct store store;
    struct db *pin;
    sqlite3_vfs vfs, *parent;
    char name[40];
    bool registered;
    sqlite3_file *file, *wal, *tried; /* of the parent; wal NULL: none */
    int64_t page_bytes, pages;
    struct page_map logged, changed;
    unsigned char salt[8];          /* of the log as it was read */
    bool log_is_void;               /* it started over: all of it was in the file before */
    unsigned char *page;            /* one page of the log */
};
struct handle { sqlite3_file base; struct rehearsal *r; };

/* ---- the maps ---- */

static size_t map_slot(const struct page_map *m, uint32_t page)
{
    size_t at = (page * UINT64_C(0x9e3779b97f4a7c15) >> 32) & (m->capacity - 1);
    while (m->slots[at].page != 0 && m->slots[at].page != page) at = (at + 1) & (m->capacity - 1);
    return at;
}

static const struct page_slot *map_find(const struct page_map *m, uint32_t page)
{
    if (m->n == 0) return NULL;
    const struct page_slot *s = &m->slots[map_slot(m, page)];
    return s->page ? s : NULL;
}

static void map_free(const struct rehearsal *r, struct page_map *m)
{
    const struct arena_source *memory = &r->real->memory;
    if (m->slots) memory->give(memory->ctx, m->slots, m->capacity * sizeof *m->slots);
    *m = (struct page_map){ 0 };
}

static bool map_put(const struct rehearsal *r, struct page_map *m, uint32_t page, int64_t at)
{
    const struct arena_source *memory = &r->real->memory;
    if (m->n * 4 >= m->capacity * 3) {
        struct page_map more = { .n = m->n, .capacity = m->capacity ? m->capacity * 2 : MAP_FIRST };
        more.slots = memory->take(memory->ctx, more.capacity * sizeof *more.slots);
        if (!more.slots) return false;
        memset(more.slots, 0, more.capacity * sizeof *more.slots);
        for (size_t i = 0; i < m->capacity; i++)
            if (m->slots[i].page) more.slots[map_slot(&more, m->slots[i].page)] = m->slots[i];
        map_free(r, m);
        *m = more;
    }
    struct page_slot *s = &m->slots[map_slot(m, page)];
    m->n += s->page == 0;
    *s = (struct page_slot){ page, at };
    return true;
}

/* ---- the log ---- */

static uint32_t big_endian(const unsigned char *p) { return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3]; }
static uint32_t little_endian(const unsigned char *p) { return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0]; }

struct log_sum { uint32_t a, b; bool big; };
static void sum_add(struct log_sum *s, const unsigned char *p, size_t n)
{
    for (size_t i = 0; i < n; i += 8) {
        s->a += (s->big ? big_endian(p + i) : little_endian(p + i)) + s->b;
        s->b += (s->big ? big_endian(p + i + 4) : little_endian(p + i + 4)) + s->a;
    }
}

static bool log_begins(const struct rehearsal *r, const unsigned char head[WAL_HEAD], struct log_sum *sum)
{
    const uint32_t mark = big_endian(head);
    if ((mark & ~1U) != 0x377f0682 || big_endian(head + 8) != (uint32_t)r->page_bytes) return false;
    *sum = (struct log_sum){ .big = mark & 1 };
    sum_add(sum, head, 24);
    return sum->a == big_endian(head + 24) && sum->b == big_endian(head + 28);
}

/* The committed frames go into r->logged. */
static bool log_read(struct rehearsal *r)
{
    unsigned char head[WAL_HEAD], frame[FRAME_HEAD];
    struct log_sum sum;
    struct page_map open = { 0 }; /* of the transaction at hand */
    bool ok = true;
    if (!r->wal || r->wal->pMethods->xRead(r->wal, head, WAL_HEAD, 0) != SQLITE_OK || !log_begins(r, head, &sum)) return true;
    memcpy(r->salt, head + SALT_AT, sizeof r->salt);
    for (int64_t at = WAL_HEAD; ok; at += FRAME_HEAD + r->page_bytes) {
        if (r->wal->pMethods->xRead(r->wal, frame, FRAME_HEAD, at) != SQLITE_OK || memcmp(frame + 8, r->salt, sizeof r->salt) != 0) break;
        if (r->wal->pMethods->xRead(r->wal, r->page, (int)r->page_bytes, at + FRAME_HEAD) != SQLITE_OK) break;
        sum_add(&sum, frame, 8);
        sum_add(&sum, r->page, (size_t)r->page_bytes);
        if (sum.a != big_endian(frame + 16) || sum.b != big_endian(frame + 20)) break;
        ok = map_put(r, &open, big_endian(frame), at + FRAME_HEAD);
        const uint32_t pages = big_endian(frame + 4);
        if (!ok || pages == 0) continue;
        r->pages = pages;
        for (size_t i = 0; ok && i < open.capacity; i++)
            if (open.slots[i].page) ok = map_put(r, &r->logged, open.slots[i].page, open.slots[i].at);
        map_free(r, &open);
    }
    map_free(r, &open);
    return ok;
}

/* ---- the file as the engine sees it ---- */

static int page_read(struct rehearsal *r, uint32_t page, int64_t within, void *to, int n)
{
    const struct page_slot *s = map_find(&r->changed, page);
    if (s) return r->tried->pMethods->xRead(r->tried, to, n, s->at + within);
    s = r->log_is_void ? NULL : map_find(&r->logged, page);
    if (s) {
        unsigned char salt[8];
        int rc = r->wal->pMethods->xRead(r->wal, to, n, s->at + within);
        if (rc == SQLITE_OK) rc = r->wal->pMethods->xRead(r->wal, salt, sizeof salt, SALT_AT); /* after the page: it cannot have changed before */
        if (rc != SQLITE_OK && rc != SQLITE_IOERR_SHORT_READ) return rc;
#ifdef ZG_TEST_STALE_LOG /* control: the test must notice */
        memcpy(salt, r->salt, sizeof salt);
#endif
        if (rc == SQLITE_OK && memcmp(salt, r->salt, sizeof salt) == 0) return rc;
        r->log_is_void = true;
    }
    return r->file->pMethods->xRead(r->file, to, n, (int64_t)(page - 1) * r->page_bytes + within);
}

static int file_read(sqlite3_file *f, void *to, int n, sqlite3_int64 at)
{
    struct rehearsal *r = ((struct handle *)f)->r;
    unsigned char *out = to;
    for (int done = 0; done < n;) {
        const int64_t offset = at + done, within = offset % r->page_bytes, left = r->page_bytes - within;
        const int64_t page = offset / r->page_bytes + 1;
        const int part = n - done < left ? n - done : (int)left;
        if (page > r->pages) {
            memset(out + done, 0, (size_t)(n - done));
            return SQLITE_IOERR_SHORT_READ;
        }
        const int rc = page_read(r, (uint32_t)page, within, out + done, part);
        if (rc != SQLITE_OK && rc != SQLITE_IOERR_SHORT_READ) return rc;
        for (int64_t i = offset; i < offset + part; i++)
            if (i == VERSION_AT || i == VERSION_AT + 1) out[i - at] = 1;
        done += part;
    }
    return SQLITE_OK;
}

static int file_write(sqlite3_file *f, const void *from, int n, sqlite3_int64 at)
{
    struct rehearsal *r = ((struct handle *)f)->r;
    if (n != r->page_bytes || at % r->page_bytes != 0) return SQLITE_IOERR_WRITE; /* the engine writes whole pages */
    const uint32_t page = (uint32_t)(at / r->page_bytes + 1);
    const struct page_slot *s = map_find(&r->changed, page);
    const int64_t to = s ? s->at : (int64_t)r->changed.n * r->page_bytes;
    const int rc = r->tried->pMethods->xWrite(r->tried, from, n, to);
    if (rc != SQLITE_OK) return rc;
    if (!s && !map_put(r, &r->changed, page, to)) return SQLITE_IOERR_NOMEM;
    if (page > r->pages) r->pages = page;
    return SQLITE_OK;
}

static int file_truncate(sqlite3_file *f, sqlite3_int64 bytes)
{
    struct rehearsal *r = ((struct handle *)f)->r;
    r->pages = bytes / r->page_bytes;
    return SQLITE_OK;
}
static int file_size(sqlite3_file *f, sqlite3_int64 *ret)
{
    const struct rehearsal *r = ((struct handle *)f)->r;
    *ret = r->pages * r->page_bytes;
    return SQLITE_OK;
}
static int file_close(sqlite3_file *f) { (void)f; return SQLITE_OK; }
static int file_sync(sqlite3_file *f, int flags) { (void)f, (void)flags; return SQLITE_OK; }
static int file_lock(sqlite3_file *f, int level) { (void)f, (void)level; return SQLITE_OK; }
static int file_locked(sqlite3_file *f, int *ret) { (void)f; *ret = 0; return SQLITE_OK; }
static int file_control(sqlite3_file *f, int op, void *arg) { (void)f, (void)op, (void)arg; return SQLITE_NOTFOUND; }
static int file_sector(sqlite3_file *f) { (void)f; return 4096; }
static int file_kind(sqlite3_file *f) { (void)f; return 0; }

static const sqlite3_io_methods methods = {
    .iVersion = 1, .xClose = file_close, .xRead = file_read, .xWrite = file_write, .xTruncate = file_truncate, .xSync = file_sync, .xFileSize = file_size,
    .xLock = file_lock, .xUnlock = file_lock, .xCheckReservedLock = file_locked, .xFileControl = file_control, .xSectorSize = file_sector,
    .xDeviceCharacteristics = file_kind,
};

/* ---- the file system ---- */

static int vfs_open(sqlite3_vfs *v, const char *name, sqlite3_file *f, int flags, int *ret_flags)
{
    struct rehearsal *r = v->pAppData;
    if (!name) return r->parent->xOpen(r->parent, name, f, flags, ret_flags); /* sorting that needs room */
    if (!(flags & SQLITE_OPEN_MAIN_DB)) return SQLITE_CANTOPEN; /* a journal would lie beside the real file */
    *(struct handle *)f = (struct handle){ { &methods }, r };
    if (ret_flags) *ret_flags = flags;
    return SQLITE_OK;
}
static int vfs_delete(sqlite3_vfs *v, const char *name, int sync) { (void)v, (void)name, (void)sync; return SQLITE_OK; }
static int vfs_access(sqlite3_vfs *v, const char *name, int flags, int *ret) { (void)v, (void)name, (void)flags; *ret = 0; return SQLITE_OK; }

static bool vfs_register(struct rehearsal *r)
{
    r->parent = sqlite3_vfs_find(r->real->sqlite_vfs);
    if (!r->parent) return false;
    snprintf(r->name, sizeof r->name, "rehearsal-%" PRIxPTR, (uintptr_t)r);
    r->vfs = *r->parent;
    r->vfs.pNext = NULL;
    r->vfs.zName = r->name;
    r->vfs.pAppData = r;
    if (r->vfs.szOsFile < (int)sizeof(struct handle)) r->vfs.szOsFile = sizeof(struct handle);
    r->vfs.xOpen = vfs_open;
    r->vfs.xDelete = vfs_delete;
    r->vfs.xAccess = vfs_access;
    r->registered = sqlite3_vfs_register(&r->vfs, 0) == SQLITE_OK;
    return r->registered;
}

/* ---- from open to close ---- */

static sqlite3_file *parent_open(struct rehearsal *r, const char *name, int flags)
{
    const struct arena_source *memory = &r->real->memory;
    sqlite3_file *f = memory->take(memory->ctx, (size_t)r->parent->szOsFile);
    if (!f) return NULL;
    memset(f, 0, (size_t)r->parent->szOsFile);
    if (r->parent->xOpen(r->parent, name, f, flags, NULL) == SQLITE_OK) return f;
    if (f->pMethods) f->pMethods->xClose(f);
    memory->give(memory->ctx, f, (size_t)r->parent->szOsFile);
    return NULL;
}

static void parent_close(struct rehearsal *r, sqlite3_file *f)
{
    if (!f) return;
    f->pMethods->xClose(f);
    r->real->memory.give(r->real->memory.ctx, f, (size_t)r->parent->szOsFile);
}

/* The names under which the engine itself knows the files: its file systems want them in that form. */
static bool layers_open(struct rehearsal *r)
{
    const char *file = sqlite3_db_filename(r->pin->handle, "main"), *wal = file ? sqlite3_filename_wal(file) : NULL;
    sqlite3_int64 bytes = 0;
    r->page = r->real->memory.take(r->real->memory.ctx, PAGE_MAX);
    r->file = file ? parent_open(r, file, SQLITE_OPEN_READONLY | SQLITE_OPEN_MAIN_DB) : NULL;
    r->tried = parent_open(r, NULL, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_EXCLUSIVE | SQLITE_OPEN_DELETEONCLOSE | SQLITE_OPEN_TEMP_DB);
    if (!r->page || !r->file || !r->tried || r->file->pMethods->xFileSize(r->file, &bytes) != SQLITE_OK) return false;
    r->page_bytes = db_page_bytes(r->pin);
    if (r->page_bytes == 0) return false;
    r->pages = bytes / r->page_bytes;
    int there = 0;
    if (wal && r->parent->xAccess(r->parent, wal, SQLITE_ACCESS_EXISTS, &there) == SQLITE_OK && there)
        r->wal = parent_open(r, wal, SQLITE_OPEN_READONLY | SQLITE_OPEN_WAL);
    return log_read(r);
}

static bool begin(struct rehearsal *r, const char *path, char *message, size_t size)
{
    enum db_error error;
    int64_t ignored;
    r->pin = db_open(r->real, path, DB_READ, &error, message, size);
    if (!r->pin) return false;
    if (!db_begin(r->pin) || !sqlite_number(r->pin, "SELECT count(*) FROM sqlite_schema", &ignored)) {
        snprintf(message, size, "%s", db_error_message(r->pin));
        return false;
    }
    snprintf(message, size, "there is no room for a rehearsal");
    if (!vfs_register(r) || !layers_open(r)) return false;
    r->env = *r->real;
    r->env.sqlite_vfs = r->name;
    r->store = (struct store){ .db = db_open(&r->env, path, DB_REHEARSE, &error, message, size), .env = &r->env };
    if (!r->store.db) return false;
    if (store_migrate(r->store.db, DB_REHEARSE) && db_begin(r->store.db)) return true;
    snprintf(message, size, "%s", db_error_message(r->store.db));
    return false;
}

struct rehearsal *rehearsal_open(const struct env *env, const char *path, char *ret_message, size_t message_size)
{
    struct rehearsal *r = env->memory.take(env->memory.ctx, sizeof *r);
    if (!r) {
        snprintf(ret_message, message_size, "out of memory");
        return NULL;
    }
    *r = (struct rehearsal){ .real = env };
    if (begin(r, path, ret_message, message_size)) return r;
    rehearsal_close(r);
    return NULL;
}

struct store *rehearsal_store(struct rehearsal *r) { return &r->store; }

void rehearsal_close(struct rehearsal *r)
{
    if (!r) return;
    const struct env *env = r->real;
    if (r->store.db) db_close(r->store.db);
    if (r->registered) sqlite3_vfs_unregister(&r->vfs);
    parent_close(r, r->file);
    parent_close(r, r->wal);
    parent_close(r, r->tried);
    map_free(r, &r->logged);
    map_free(r, &r->changed);
    if (r->page) env->memory.give(env->memory.ctx, r->page, PAGE_MAX);
    if (r->pin) {
        db_rollback(r->pin);
        db_close(r->pin);
    }
    env->memory.give(env->memory.ctx, r, sizeof *r);
}
