/* A disk in memory that can lose power.
 *
 * A SQLite VFS named "crash": what was written since a file's last sync is kept apart, to the byte.  crash_cut makes, under another
 * name, the database that a machine would find after a power cut at this moment: each 512-byte sector of the unsynced bytes is lost,
 * kept, torn or garbage, and an unsynced change of a file's size may be lost as well.  Bytes that were synced, or not written since,
 * are never harmed: that is what "power-safe overwrite" promises, and what SQLite's own unix VFS assumes.
 *
 * It also injects what disks do when they live: SQLITE_FULL from a write, SQLITE_IOERR_FSYNC from a sync.  And it can swallow
 * "PRAGMA synchronous", for the controls that must be caught. */
#ifndef ZG_TEST_CRASH_VFS_H
#define ZG_TEST_CRASH_VFS_H
#include <stdbool.h>
#include <stdint.h>

#define CRASH_VFS_NAME "crash"

enum crash_op { CRASH_WRITE, CRASH_TRUNCATE, CRASH_SYNC, CRASH_DELETE };
enum crash_fate { FATE_LOST, FATE_KEPT, FATE_TORN, FATE_GARBAGE, FATE_MIXED };
enum crash_sync_level { CRASH_SYNC_AS_ASKED, CRASH_SYNC_NORMAL, CRASH_SYNC_OFF };

bool crash_vfs_register(void);
void crash_vfs_clear(void);                                    /* forgets every file; none may be open */
/* Called before each operation that changes a disk, on the thread that does it; also for
 * those made within the hook, which tells them by their name. */
void crash_vfs_hook(void (*hook)(void *ctx, enum crash_op op, const char *name), void *ctx);
/* The database `from` as a cut at this moment leaves it, as database `to`. */
void crash_cut(const char *from, const char *to, enum crash_fate fate, uint64_t seed);
void crash_copy(const char *from, const char *to);             /* as it is, all of it synced */
void crash_remove(const char *name);                           /* a database with what is beside it; not open */
void crash_vfs_sync_level(enum crash_sync_level level);        /* of connections opened from now on */
void crash_vfs_room(int64_t bytes);                            /* the disk holds no more than this in all; -1: without end */
void crash_vfs_fail_sync(int nth, bool once);                  /* the nth sync from now fails, and every later one unless once; 0: none */
int64_t crash_vfs_syncs(void);                                 /* since the start */
int64_t crash_vfs_used(void);
#endif
