/* A database of the test's own in a folder that goes with it, and a writer on it. */
#ifndef ZG_TEST_OWN_DATABASE_H
#define ZG_TEST_OWN_DATABASE_H
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "desk/writer.h"
#include "os/os.h"

struct feed;
struct fixture { struct env env; char directory[64], path[96]; struct writer *w; struct shop shop; struct feed *feed; /* both: own_feed.h */ };
static struct fixture f;

static inline void start(void)
{
    char why[256];
    enum db_error error;
    f.w = writer_start(&f.env, f.path, &error, why, sizeof why);
    cr_assert(f.w, "%s", why);
}

static inline void database_make(void)
{
    cr_assert(os_env_init(&f.env));
    memcpy(f.directory, "/tmp/zg-writer-XXXXXX", sizeof "/tmp/zg-writer-XXXXXX");
    cr_assert(mkdtemp(f.directory));
    snprintf(f.path, sizeof f.path, "%s/shop.db", f.directory);
    start();
}

static inline void database_files_remove(const char *database)
{
    static const char *const suffixes[] = { "", "-wal", "-shm" };
    for (size_t i = 0; i < 3; i++) {
        char path[128];
        snprintf(path, sizeof path, "%s%s", database, suffixes[i]);
        unlink(path);
    }
}

static inline void database_remove(void)
{
    if (f.w) writer_stop(f.w);
    database_files_remove(f.path);
    rmdir(f.directory);
    os_env_release(&f.env);
}
#endif
