/* See crash_disk.h: files with what is synced of them, and the cut. */
#include "crash_disk.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SECTOR_BYTES = 512 };

struct crash_disk crash_disk = { .lock = PTHREAD_MUTEX_INITIALIZER, .room = -1 };

/* ---- files ---- */

struct disk_file *disk_find(const char *name)
{
    for (int i = 0; i < FILES_MAX; i++)
        if (crash_disk.files[i].name[0] && strcmp(crash_disk.files[i].name, name) == 0) return &crash_disk.files[i];
    return NULL;
}

struct disk_file *disk_make(const char *name)
{
    for (int i = 0; i < FILES_MAX; i++) {
        struct disk_file *f = &crash_disk.files[i];
        if (f->name[0]) continue;
        *f = (struct disk_file){ 0 };
        snprintf(f->name, sizeof f->name, "%s", name);
        return f;
    }
    abort();
}

void disk_shm_free(struct disk_file *f)
{
    for (int i = 0; i < SHM_REGIONS_MAX; i++) {
        free(f->shm[i]);
        f->shm[i] = NULL;
    }
}

void disk_drop(struct disk_file *f)
{
    crash_disk.used -= f->size;
    free(f->data);
    free(f->synced);
    free(f->dirty);
    disk_shm_free(f);
    *f = (struct disk_file){ 0 };
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

void disk_resize(struct disk_file *f, int64_t size)
{
    reserve(&f->data, &f->capacity, size);
    if (size < f->size) memset(f->data + size, 0, (size_t)(f->size - size));
    crash_disk.used += size - f->size;
    f->size = size;
}

void disk_dirty(struct disk_file *f, int64_t from, int64_t to)
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

void disk_sync(struct disk_file *f)
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

/* ---- the cut ---- */

uint64_t disk_mix(uint64_t x)
{
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

/* The part of a written range that lies in one sector. A sector has one fate, however many writes went into it. */
static void piece_falls(const struct disk_file *f, struct disk_file *to, struct range piece, enum crash_fate fate, uint64_t seed)
{
    const uint64_t chance = disk_mix(seed ^ (uint64_t)(piece.from / SECTOR_BYTES) * UINT64_C(0x9e3779b97f4a7c15));
    if (fate == FATE_MIXED) fate = (enum crash_fate)(chance % 4);
    const int64_t n = piece.to - piece.from;
    switch (fate) {
    case FATE_LOST: return;
    case FATE_KEPT: memcpy(to->data + piece.from, f->data + piece.from, (size_t)n); break;
    case FATE_TORN: memcpy(to->data + piece.from, f->data + piece.from, (size_t)(n / 2)); break;
    case FATE_GARBAGE:
        for (int64_t i = 0; i < n; i++) to->data[piece.from + i] = (unsigned char)disk_mix(chance + (uint64_t)i);
        break;
    case FATE_MIXED: break;
    }
    if (piece.to > to->size) to->size = piece.to;
}

static void file_falls(const struct disk_file *f, struct disk_file *to, enum crash_fate fate, uint64_t seed)
{
    const int64_t longest = f->size > f->synced_size ? f->size : f->synced_size;
    reserve(&to->data, &to->capacity, longest);
    if (f->synced_size > 0) memcpy(to->data, f->synced, (size_t)f->synced_size);
    to->size = f->synced_size;
    /* a change of size that was not synced */
    const bool size_kept = fate == FATE_KEPT || (fate != FATE_LOST && disk_mix(seed + 77) % 2 == 0);
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
    crash_disk.used += to->size;
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
    pthread_mutex_lock(&crash_disk.lock);
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
        name_of(name, from, suffixes[i]);
        const struct disk_file *f = disk_find(name);
        if (!f) continue;
        /* a name that no sync has put into the directory */
        if (!f->on_disk && (fate == FATE_LOST || (fate != FATE_KEPT && disk_mix(seed + i) % 2 == 0))) continue;
        name_of(name, to, suffixes[i]);
        file_falls(f, disk_make(name), fate, seed + i * 1000003);
    }
    pthread_mutex_unlock(&crash_disk.lock);
}

void crash_copy(const char *from, const char *to)
{
    char name[NAME_MAX_BYTES];
    crash_remove(to);
    pthread_mutex_lock(&crash_disk.lock);
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
        name_of(name, from, suffixes[i]);
        const struct disk_file *f = disk_find(name);
        if (!f) continue;
        name_of(name, to, suffixes[i]);
        struct disk_file *copy = disk_make(name);
        disk_resize(copy, f->size);
        if (f->size > 0) memcpy(copy->data, f->data, (size_t)f->size);
        disk_dirty(copy, 0, f->size);
        disk_sync(copy);
    }
    pthread_mutex_unlock(&crash_disk.lock);
}

void crash_remove(const char *name)
{
    char whole[NAME_MAX_BYTES];
    pthread_mutex_lock(&crash_disk.lock);
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
        name_of(whole, name, suffixes[i]);
        struct disk_file *f = disk_find(whole);
        assert(!f || f->handles == 0);
        if (f) disk_drop(f);
    }
    pthread_mutex_unlock(&crash_disk.lock);
}

/* ---- as a whole ---- */

void crash_vfs_clear(void)
{
    pthread_mutex_lock(&crash_disk.lock);
    for (int i = 0; i < FILES_MAX; i++) {
        if (!crash_disk.files[i].name[0]) continue;
        assert(crash_disk.files[i].handles == 0);
        disk_drop(&crash_disk.files[i]);
    }
    crash_disk.used = 0;
    pthread_mutex_unlock(&crash_disk.lock);
}

void crash_vfs_room(int64_t bytes)
{
    pthread_mutex_lock(&crash_disk.lock);
    crash_disk.room = bytes;
    pthread_mutex_unlock(&crash_disk.lock);
}

void crash_vfs_fail_sync(int nth, bool once)
{
    pthread_mutex_lock(&crash_disk.lock);
    crash_disk.fail_sync = nth;
    crash_disk.fail_once = once;
    pthread_mutex_unlock(&crash_disk.lock);
}

int64_t crash_vfs_syncs(void) { return crash_disk.syncs; }
int64_t crash_vfs_used(void) { return crash_disk.used; }
