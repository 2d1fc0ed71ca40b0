/* The page cache over the engine's: it is asked to let go of pages only where there are some, and nothing is lost by it. Its own process: the engine
 * is set up before its first use. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "store/sqlite_cache.h"

static sqlite3_pcache_methods2 engine;
static int asked; /* how often the engine's own cache was asked to let go of pages */

static void counted(sqlite3_pcache *c, unsigned limit)
{
    asked++;
    engine.xTruncate(c, limit);
}

static sqlite3 *open_counted(char folder[32], bool over)
{
    sqlite3 *db;
    char path[64];
    cr_assert_eq(sqlite3_config(SQLITE_CONFIG_GETPCACHE2, &engine), SQLITE_OK);
    sqlite3_pcache_methods2 inner = engine;
    inner.xTruncate = counted;
    const sqlite3_pcache_methods2 ours = over ? sqlite_cache_over(&inner) : inner;
    cr_assert_eq(sqlite3_config(SQLITE_CONFIG_PCACHE2, &ours), SQLITE_OK);
    memcpy(folder, "/tmp/zg-cache-XXXXXX", sizeof "/tmp/zg-cache-XXXXXX");
    cr_assert(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/t.db", folder);
    cr_assert_eq(sqlite3_open(path, &db), SQLITE_OK);
    return db;
}

static void run(sqlite3 *db, const char *sql) { cr_assert_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK, "%s: %s", sql, sqlite3_errmsg(db)); }

static int number(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *q;
    cr_assert_eq(sqlite3_prepare_v2(db, sql, -1, &q, NULL), SQLITE_OK);
    cr_assert_eq(sqlite3_step(q), SQLITE_ROW);
    const int n = sqlite3_column_int(q, 0);
    sqlite3_finalize(q);
    return n;
}

/* Commits that split leaves, as those of orders do. */
static void commits(sqlite3 *db, int n)
{
    for (int i = 0; i < n; i++) run(db, "INSERT INTO t SELECT abs(random()), randomblob(100) FROM (VALUES (1), (2), (3))");
}

static void begin(sqlite3 *db)
{
    run(db, "PRAGMA page_size=1024; PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; CREATE TABLE t (k INTEGER, v BLOB, PRIMARY KEY (k, v)) WITHOUT ROWID");
    commits(db, 20);
    asked = 0;
}

static void end(sqlite3 *db, const char *folder)
{
    static const char *const ends[] = { "", "-wal", "-shm" };
    cr_expect_eq(number(db, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'"), 1);
    cr_assert_eq(sqlite3_close(db), SQLITE_OK);
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        char path[64];
        snprintf(path, sizeof path, "%s/t.db%s", folder, ends[i]);
        unlink(path);
    }
    rmdir(folder);
}

Test(store_cache, commits_that_split_leaves_ask_for_nothing)
{
    char folder[32];
    sqlite3 *db = open_counted(folder, true);
    begin(db);
    commits(db, 500);
    cr_expect_eq(asked, 0);
    cr_expect_eq(number(db, "SELECT count(*) FROM t"), 520 * 3);
    end(db, folder);
}

/* control: the engine's own cache is asked at each commit */
Test(store_cache, the_engines_own_is_asked_each_time)
{
    char folder[32];
    sqlite3 *db = open_counted(folder, false);
    begin(db);
    commits(db, 500);
    cr_expect_geq(asked, 500);
    end(db, folder);
}

Test(store_cache, pages_behind_the_end_are_let_go)
{
    char folder[32];
    sqlite3 *db = open_counted(folder, true);
    begin(db);
    for (int i = 0; i < 50; i++) {
        const int before = asked;
        run(db, "BEGIN");
        commits(db, 100);
        run(db, "ROLLBACK"); /* the pages it added are no part of the database */
        cr_expect_gt(asked, before);
        commits(db, 3);
    }
    cr_expect_eq(number(db, "SELECT count(*) FROM t"), 20 * 3 + 50 * 9);
    run(db, "DELETE FROM t WHERE k % 10 > 0; VACUUM");
    commits(db, 200);
    end(db, folder);
}
