/* The files of the disk in memory (crash_vfs.h): what is written, what of it is synced, and what a cut leaves. crash_vfs.c makes a SQLite
 * file system of them; nobody else includes this.  One mutex guards everything: all functions here are called with it held. */
#ifndef ZG_TEST_CRASH_DISK_H
#define ZG_TEST_CRASH_DISK_H
#include <pthread.h>
#include <sqlite3.h>
#include "crash_vfs.h"

enum { NAME_MAX_BYTES = 256, FILES_MAX = 64, SHM_REGIONS_MAX = 256 };

struct range { int64_t from, to; };
struct disk_file {
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
};
struct crash_disk {
    pthread_mutex_t lock;
    struct disk_file files[FILES_MAX];
    int64_t room, used, syncs;          /* room -1: without end */
    int fail_sync;
    bool fail_once;
};
extern struct crash_disk crash_disk;

struct disk_file *disk_find(const char *name); /* NULL: there is none */
struct disk_file *disk_make(const char *name);
void disk_drop(struct disk_file *f);
void disk_resize(struct disk_file *f, int64_t size);
void disk_dirty(struct disk_file *f, int64_t from, int64_t to); /* written, not synced */
void disk_sync(struct disk_file *f);
void disk_shm_free(struct disk_file *f);
uint64_t disk_mix(uint64_t x);
#endif
