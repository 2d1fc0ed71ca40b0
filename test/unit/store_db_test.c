/* The engine layer: what a database must be to be opened, statements, batches, transactions, readers beside the writer. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "os/os.h"
#include "store/migrations.h"
#include "store/store.h"

static struct env env;
static char folder[64], path[96];

static void set_up(void)
{
    cr_assert(os_env_init(&env));
    snprintf(folder, sizeof folder, "/tmp/zg-db-XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/t.db", folder);
}

static void tear_down(void)
{
    static const char *const ends[] = { "", "-wal", "-shm", "-journal", ".copy" };
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        char name[128];
        snprintf(name, sizeof name, "%s%s", path, ends[i]);
        unlink(name);
    }
    rmdir(folder);
    os_env_release(&env);
}

TestSuite(store_db, .init = set_up, .fini = tear_down);

static struct store opened(enum db_mode mode)
{
    struct store s;
    enum db_error error;
    char message[256] = "";
    cr_assert(store_open(&s, &env, path, mode, &error, message, sizeof message), "%s", message);
    return s;
}

static enum db_error refusal(enum db_mode mode, char *message, size_t size)
{
    struct store s;
    enum db_error error = DB_OK;
    message[0] = '\0';
    cr_assert_not(store_open(&s, &env, path, mode, &error, message, size));
    cr_assert_gt(strlen(message), 10);
    return error;
}

static void run(struct db *db, const char *sql)
{
    struct db_stmt *q = db_stmt(db, sql);
    cr_assert(q && db_exec(q), "%s: %s", sql, db_error_message(db));
}

static int64_t number(struct db *db, const char *sql)
{
    struct db_stmt *q = db_stmt(db, sql);
    cr_assert(q && db_step(q) == DB_ROW, "%s: %s", sql, db_error_message(db));
    const int64_t v = db_i64_at(q, 0);
    db_done(q);
    return v;
}

/* ---- which files are opened ---- */

Test(store_db, made_once_and_found_again)
{
    struct store s = opened(DB_WRITE);
    cr_assert_eq(number(s.db, "SELECT COUNT(*) FROM schema_migration"), migration_count);
    store_close(&s);
    s = opened(DB_WRITE);
    cr_assert_eq(number(s.db, "SELECT COUNT(*) FROM schema_migration"), migration_count);
    store_close(&s);
}

Test(store_db, names_of_migrations_differ)
{
    for (int i = 0; i < migration_count; i++)
        for (int j = 0; j < i; j++) cr_assert_str_neq(migrations[i].name, migrations[j].name);
}

/* The statement that first made a table or an index. */
static const char *made_by(const char *kind, const char *wanted)
{
    char word[64], name[64];
    for (int i = 0; i < migration_count; i++)
        if (sscanf(migrations[i].sql, "CREATE %63s %63s", word, name) == 2 && strcmp(word, kind) == 0 && strcmp(name, wanted) == 0) return migrations[i].sql;
    cr_assert_fail("nothing made %s", wanted);
    return NULL;
}

/* Takes one migration back, as its own statement tells: CREATE TABLE x, CREATE INDEX x, ALTER TABLE x ADD COLUMN y and DROP COLUMN y (a number), DROP TABLE x, DROP INDEX x;
 * one that moves rows has none to move here. */
static void take_back(struct db *db, const char *sql)
{
    char first[64], second[64], word[64], back[256];
    if (sscanf(sql, "ALTER TABLE %63s ADD COLUMN %63s", first, second) == 2) snprintf(back, sizeof back, "ALTER TABLE %s DROP COLUMN %s", first, second);
    else if (sscanf(sql, "ALTER TABLE %63s DROP COLUMN %63s", first, second) == 2) snprintf(back, sizeof back, "ALTER TABLE %s ADD COLUMN %s BIGINT", first, second);
    else if (sscanf(sql, "CREATE UNIQUE INDEX %63s", second) == 1) snprintf(back, sizeof back, "DROP INDEX %s", second);
    else if (sscanf(sql, "CREATE %63s %63s", word, second) == 2) snprintf(back, sizeof back, "DROP %s %s", word, second);
    else if (sscanf(sql, "DROP %63s %63s", word, first) == 2) {
        run(db, strdup(made_by(word, first)));
        return;
    }
    else if (sscanf(sql, "%63s", word) == 1 && (strcmp(word, "INSERT") == 0 || strcmp(word, "UPDATE") == 0 || strcmp(word, "DELETE") == 0)) return;
    else cr_assert_fail("no way back from %s", sql);
    run(db, strdup(back));
}

Test(store_db, a_half_migrated_file_is_finished)
{
    struct store s = opened(DB_WRITE);
    const int left = migration_count - 6;
    for (int i = migration_count - 1; i >= left; i--) take_back(s.db, migrations[i].sql);
    char forget[96];
    snprintf(forget, sizeof forget, "DELETE FROM schema_migration WHERE position >= %d", left);
    run(s.db, strdup(forget));
    cr_assert_eq(number(s.db, "SELECT COUNT(*) FROM schema_migration"), left);
    store_close(&s);
    char message[256];
    cr_assert_eq(refusal(DB_READ, message, sizeof message), DB_ERROR_OLDER);
    s = opened(DB_WRITE);
    cr_assert_eq(number(s.db, "SELECT COUNT(*) FROM schema_migration"), migration_count);
    store_close(&s);
}

Test(store_db, a_newer_database_is_refused)
{
    struct store s = opened(DB_WRITE);
    run(s.db, "INSERT INTO schema_migration (position, name) SELECT COUNT(*), '9999 from the future' FROM schema_migration");
    store_close(&s);
    char message[256];
    cr_assert_eq(refusal(DB_WRITE, message, sizeof message), DB_ERROR_NEWER);
    cr_assert_not_null(strstr(message, "newer"));
}

Test(store_db, another_edition_is_refused)
{
    struct store s = opened(DB_WRITE);
    run(s.db, "UPDATE schema_migration SET name = '0003 other' WHERE position = 2");
    store_close(&s);
    char message[256];
    cr_assert_eq(refusal(DB_WRITE, message, sizeof message), DB_ERROR_NOT_OURS);
}

Test(store_db, a_database_of_another_program_is_refused_and_left_alone)
{
    struct store s = opened(DB_WRITE);
    run(s.db, "PRAGMA application_id = 1");
    store_close(&s);
    char message[256];
    cr_assert_eq(refusal(DB_WRITE, message, sizeof message), DB_ERROR_NOT_OURS);
    cr_assert_not_null(strstr(message, "another program"));
}

Test(store_db, what_is_no_database_is_refused)
{
    FILE *f = fopen(path, "w");
    for (int i = 0; i < 1000; i++) fputs("not a database at all\n", f);
    fclose(f);
    char message[256];
    cr_assert_eq(refusal(DB_WRITE, message, sizeof message), DB_ERROR_NOT_OURS);
    cr_assert_eq(refusal(DB_READ, message, sizeof message), DB_ERROR_NOT_OURS);
}

Test(store_db, reading_makes_no_file)
{
    char message[256];
    cr_assert_eq(refusal(DB_READ, message, sizeof message), DB_ERROR_OPEN);
    cr_assert_neq(access(path, F_OK), 0);
}

/* ---- statements ---- */

Test(store_db, placeholders_are_bound_by_their_number)
{
    struct store s = opened(DB_WRITE);
    struct db_stmt *q = db_stmt(s.db, "SELECT $2 AS second, $1 AS first, $2 AS again");
    db_bind_i64(q, 1, 11);
    db_bind_text(q, 2, TEXT("zwei"));
    cr_assert_eq(db_step(q), DB_ROW);
    cr_assert_eq(db_i64(q, "first"), 11);
    cr_assert(text_is(db_text(q, "second"), "zwei"));
    cr_assert(text_is(db_text(q, "again"), "zwei"));
    db_done(q);
    store_close(&s);
}

Test(store_db, a_literal_is_prepared_once_and_comes_back_clean)
{
    static const char sql[] = "SELECT $1 AS v";
    struct store s = opened(DB_WRITE);
    struct db_stmt *q = db_stmt(s.db, sql);
    db_bind_i64(q, 1, 5);
    cr_assert_eq(db_step(q), DB_ROW);
    cr_assert_eq(db_stmt(s.db, sql), q); /* in the middle of its rows */
    cr_assert_eq(db_step(q), DB_ROW);
    cr_assert(db_is_null(q, "v"));
    db_done(q);
    for (int i = 0; i < 400; i++) { /* the table of statements grows */
        char text[48];
        snprintf(text, sizeof text, "SELECT %d AS v", i);
        char *literal = strdup(text);
        cr_assert_eq(number(s.db, literal), i);
    }
    cr_assert_eq(db_stmt(s.db, sql), q);
    store_close(&s);
}

Test(store_db, null_empty_and_bytes_are_told_apart)
{
    struct store s = opened(DB_WRITE);
    struct db_stmt *q = db_stmt(s.db, "SELECT $1 AS none, $2 AS empty, $3 AS bytes, $4 AS low, $5 AS no_text");
    db_bind_i64_or_null(q, 1, INT64_MIN);
    db_bind_text(q, 2, TEXT_NONE);
    db_bind_blob(q, 3, "a\0b", 3);
    db_bind_i64(q, 4, INT64_MIN + 1);
    db_bind_text_or_null(q, 5, TEXT_NONE);
    cr_assert_eq(db_step(q), DB_ROW);
    cr_assert_eq(db_i64(q, "none"), INT64_MIN);
    cr_assert_not(db_is_null(q, "empty"));
    cr_assert_eq(db_text(q, "empty").len, 0);
    cr_assert_eq(db_blob(q, "bytes").len, 3);
    cr_assert_eq(db_i64(q, "low"), INT64_MIN + 1);
    cr_assert(db_is_null(q, "no_text"));
    db_done(q);
    store_close(&s);
}

Test(store_db, errors_have_a_kind)
{
    struct store s = opened(DB_WRITE);
    cr_assert_null(db_stmt(s.db, "SELECT nothing FROM nowhere"));
    cr_assert_eq(db_error(s.db), DB_ERROR_OTHER);
    run(s.db, "INSERT INTO merchant (merchant_id, name, created_at_ms) VALUES (1, 'a', 0)");
    struct db_stmt *q = db_stmt(s.db, "INSERT INTO merchant (merchant_id, name, created_at_ms) VALUES (1, 'b', 0)");
    cr_assert_not(db_exec(q));
    cr_assert_eq(db_error(s.db), DB_ERROR_CONSTRAINT);
    db_error_clear(s.db);
    cr_assert_eq(db_error(s.db), DB_OK);
    store_close(&s);
}

/* ---- batches ---- */

static void pair_cell(struct db_cell *c, const void *rows, size_t row, int column)
{
    if (column == 0) db_cell_i64(c, ((const int64_t *)rows)[row]);
    else if (row % 2) db_cell_text(c, TEXT("odd")); /* else NULL */
}
static const struct db_batch_table batch_test = { "batch_test", SQL("CREATE TABLE batch_test (id BIGINT, word TEXT)"), pair_cell };

Test(store_db, a_batch_is_read_like_a_table)
{
    struct store s = opened(DB_WRITE);
    const int64_t many[] = { 5, 6, 7, 8 }, few[] = { 7 };
    run(s.db, "CREATE TABLE t (id BIGINT, word TEXT)");
    cr_assert(db_batch(s.db, &batch_test, many, 4));
    run(s.db, "INSERT INTO t (id, word) SELECT id, word FROM batch_test");
    cr_assert_eq(number(s.db, "SELECT SUM(id) FROM t"), 26);
    cr_assert_eq(number(s.db, "SELECT COUNT(*) FROM t WHERE word IS NULL"), 2);
    cr_assert(db_batch(s.db, &batch_test, few, 1));
    cr_assert_eq(number(s.db, "SELECT SUM(t.id) FROM batch_test b CROSS JOIN t WHERE t.id = b.id"), 7);
    cr_assert(db_batch(s.db, &batch_test, NULL, 0));
    cr_assert_eq(number(s.db, "SELECT COUNT(*) FROM batch_test"), 0);
    store_close(&s);
}

/* ---- transactions, readers, copies ---- */

Test(store_db, savepoints_nest)
{
    struct store s = opened(DB_WRITE);
    run(s.db, "CREATE TABLE t (v BIGINT)");
    cr_assert(db_begin(s.db) && db_in_transaction(s.db));
    run(s.db, "INSERT INTO t VALUES (1)");
    cr_assert(db_savepoint(s.db));
    run(s.db, "INSERT INTO t VALUES (2)");
    cr_assert(db_savepoint(s.db));
    run(s.db, "INSERT INTO t VALUES (4)");
    db_rollback_to(s.db);
    cr_assert(db_release(s.db));
    cr_assert_eq(number(s.db, "SELECT SUM(v) FROM t"), 3);
    db_rollback(s.db);
    cr_assert_not(db_in_transaction(s.db));
    cr_assert_eq(number(s.db, "SELECT COUNT(*) FROM t"), 0);
    store_close(&s);
}

Test(store_db, a_reader_sees_one_moment_and_cannot_write)
{
    struct store w = opened(DB_WRITE), r = opened(DB_READ);
    cr_assert(db_begin(r.db));
    cr_assert_eq(number(r.db, "SELECT COUNT(*) FROM merchant"), 0);
    run(w.db, "INSERT INTO merchant (merchant_id, name, created_at_ms) VALUES (1, 'a', 0)");
    cr_assert_eq(number(r.db, "SELECT COUNT(*) FROM merchant"), 0);
    db_rollback(r.db);
    cr_assert_eq(number(r.db, "SELECT COUNT(*) FROM merchant"), 1);
    struct db_stmt *q = db_stmt(r.db, "DELETE FROM merchant");
    cr_assert(!q || !db_exec(q));
    store_close(&r);
    cr_assert_eq(number(w.db, "SELECT COUNT(*) FROM merchant"), 1);
    store_close(&w);
}

static void fill(struct db *db, int rows, size_t bytes)
{
    char *zeros = calloc(1, bytes);
    cr_assert_not_null(zeros);
    for (int i = 0; i < rows; i++) {
        struct db_stmt *q = db_stmt(db, "INSERT INTO t VALUES ($1)");
        cr_assert_not_null(q);
        db_bind_blob(q, 1, zeros, bytes);
        cr_assert(db_exec(q));
    }
    free(zeros);
}

/* A commit longer than all of the log before it does not hide that the log began again. */
Test(store_db, the_log_tells_what_came_after_a_checkpoint)
{
    struct store s = opened(DB_WRITE);
    const size_t page = (size_t)number(s.db, "PRAGMA page_size");
    run(s.db, "CREATE TABLE t (v BYTEA)");
    cr_assert(db_checkpoint(s.db, true));
    cr_assert_eq(db_wal_pages_new(s.db), 0);
    fill(s.db, 1, 100 * page);
    const int64_t first = db_wal_pages(s.db);
    cr_assert(first > 100 && db_wal_pages_new(s.db) == first);
    cr_assert(db_checkpoint(s.db, false));
    cr_assert_eq(db_wal_pages_new(s.db), 0);
    fill(s.db, 1, 300 * page);
    cr_assert(db_wal_pages(s.db) > 300 && db_wal_pages(s.db) < first + 300, "%lld pages", (long long)db_wal_pages(s.db));
    cr_assert_eq(db_wal_pages_new(s.db), db_wal_pages(s.db));

    struct store r = opened(DB_READ); /* it holds the log back: no new beginning */
    cr_assert(db_begin(r.db));
    cr_assert_eq(number(r.db, "SELECT COUNT(*) FROM t"), 2);
    fill(s.db, 1, page);
    const int64_t before = db_wal_pages(s.db);
    cr_assert(db_checkpoint(s.db, false));
    fill(s.db, 1, 50 * page);
    cr_assert_gt(db_wal_pages(s.db), before);
    cr_assert_eq(db_wal_pages_new(s.db), db_wal_pages(s.db) - before);
    db_rollback(r.db);
    store_close(&r);
    store_close(&s);
}

Test(store_db, a_transaction_too_large_for_memory_says_so_once)
{
    struct store s = opened(DB_WRITE);
    run(s.db, "CREATE TABLE t (v BYTEA)");
    cr_assert(db_begin(s.db));
    fill(s.db, 8, 1024 * 1024);
    cr_assert_not(db_overflows(s.db));
    fill(s.db, 136, 1024 * 1024);
    cr_assert(db_overflows(s.db));
    cr_assert_not(db_overflows(s.db));
    cr_assert(db_commit(s.db));
    cr_assert_eq(number(s.db, "SELECT COUNT(*) FROM t"), 144);
    store_close(&s);
}

Test(store_db, shops_are_made_once)
{
    struct store s = opened(DB_WRITE);
    struct shop a, b, c, list[4];
    struct shop_new n = { .key = TEXT("main"), .name = TEXT("茶铺"), .platform = TEXT("tmall"), .currency = TEXT("CNY"),
                          .zone = TEXT("Asia/Shanghai"), .country = TEXT("CN") };
    cr_assert(db_begin(s.db));
    cr_assert_eq(shop_create(&s, &n, &a), SHOP_OK);
    cr_assert_eq(shop_create(&s, &n, &b), SHOP_EXISTS);
    n.key = TEXT("second");
    cr_assert_eq(shop_create(&s, &n, &b), SHOP_OK);
    cr_assert(db_commit(s.db));
    cr_assert_eq(shop_find(&s, TEXT("main"), &c), SHOP_OK);
    cr_assert_eq(c.store_id, a.store_id);
    cr_assert_neq(a.store_id, b.store_id);
    cr_assert_eq(memcmp(a.hash_key, b.hash_key, sizeof a.hash_key), 0); /* one merchant, one key */
    cr_assert_str_eq(c.name, "茶铺");
    cr_assert_eq(shop_find(&s, TEXT("none"), &c), SHOP_NONE);
    cr_assert_eq(shop_list(&s, list, 4), 2);
    cr_assert_neq(shop_buyer_hash(&a, TEXT("x")), shop_buyer_hash(&a, TEXT("y")));
    store_close(&s);
}
