/* A store on disk for each test of Criterion (each is a process of its own), in an open transaction and with a clock that the test sets; setup and
 * teardown are called from those of the suite. */
#ifndef ZG_TEST_OWN_STORE_H
#define ZG_TEST_OWN_STORE_H
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "os/os.h"
#include "store/store.h"

static struct { struct env env; char directory[64], path[96]; struct store s; struct arena arena; int64_t now_ms; } f;

static int64_t own_store_now(void *ctx)
{
    (void)ctx;
    return f.now_ms;
}

static void own_store_setup(int64_t now_ms)
{
    char why[256] = "";
    enum db_error error;
    cr_assert(os_env_init(&f.env));
    f.now_ms = now_ms;
    f.env.now_ms = own_store_now;
    arena_init(&f.arena, &f.env.memory, 0);
    memcpy(f.directory, "/tmp/zg-store-XXXXXX", sizeof "/tmp/zg-store-XXXXXX");
    cr_assert(mkdtemp(f.directory));
    snprintf(f.path, sizeof f.path, "%s/shop.db", f.directory);
    cr_assert(store_open(&f.s, &f.env, f.path, DB_WRITE, &error, why, sizeof why), "%s", why);
    cr_assert(db_begin(f.s.db));
}

static void own_store_teardown(void)
{
    static const char *const suffixes[] = { "", "-wal", "-shm" };
    db_rollback(f.s.db);
    store_close(&f.s);
    for (size_t i = 0; i < 3; i++) {
        char path[128];
        snprintf(path, sizeof path, "%s%s", f.path, suffixes[i]);
        unlink(path);
    }
    rmdir(f.directory);
    arena_release(&f.arena);
    os_env_release(&f.env);
}
#endif
