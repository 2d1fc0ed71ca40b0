/* The world, behind one struct: clock, disk, network, randomness and allocation.  os/ fills it with the real ones,
 * tests with their own.  base and core never see it; store, desk, intake and web take it as an argument. */
#ifndef ZG_BASE_ENV_H
#define ZG_BASE_ENV_H
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include "base/arena.h"

struct zone;
struct env {
    void *ctx;
    int64_t (*now_ms)(void *ctx);            /* wall clock, UTC ms */
    int64_t (*monotonic_us)(void *ctx);      /* for measuring durations and time-outs */
    void (*random)(void *ctx, void *buf, size_t len); /* cryptographic */
    struct arena_source memory;              /* allocation */
    /* disk: the sqlite VFS to open databases with (NULL: the default one) and plain files for uploads */
    const char *sqlite_vfs;
    int (*open)(void *ctx, const char *path, int flags, unsigned mode); /* -1 and errno */
    ssize_t (*read)(void *ctx, int fd, void *buf, size_t len);
    ssize_t (*write)(void *ctx, int fd, const void *buf, size_t len);
    ssize_t (*read_at)(void *ctx, int fd, void *buf, size_t len, int64_t offset);        /* moves no other reading */
    ssize_t (*write_at)(void *ctx, int fd, const void *buf, size_t len, int64_t offset);
    int (*fsync)(void *ctx, int fd);
    int (*close)(void *ctx, int fd);
    /* the program that reads files apart (desk/importer.h), "/proc/self/exe" when it is this one; NULL: none, so no file is read */
    const char *importer;
    /* network: listening sockets */
    int (*listen_tcp)(void *ctx, const char *address, uint16_t port, int backlog);   /* fd or -1 and errno */
    int (*listen_unix)(void *ctx, const char *path, int backlog);
    int (*connect_unix)(void *ctx, const char *path);
    /* zones by IANA name; the table lives as long as env.  NULL when unknown. */
    const struct zone *(*zone)(void *ctx, const char *iana_name);
    /* the zones of an ISO country code ("US": many), at most max; returns how many were written */
    int (*country_zones)(void *ctx, const char *country, const struct zone **ret, int max);
};
#endif
