/* A shop, its archive, and what another desk makes of it.
 *
 * usage: archive_test FIRST_SEED SEEDS
 * 1. Every table and column of the schema is in the archive or left out with a reason. Control: without one table it is found.
 * 2. Random shops, two in one desk: the archive of one, read into an empty desk, gives the same rows table by table and number by number;
 *    into a desk that has another shop it gives a shop whose books agree and which the same claims change nothing of.
 *    Control: a row left out of the comparison's second side differs.
 * 3. A byte changed anywhere, or an end cut off: refused with nothing there, or the same shop.
 * 4. Somebody who was erased since is in the archive, and a reader keeps the file from being wiped: that is said, and the next opening wipes it.
 *    Control: until then the file holds the name. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "desk/archive.h"
#include "desk/commands.h"
#include "desk/person.h"
#include "dump.h"
#include "made_rows.h"
#include "os/os.h"
#include "store/archive_store.h"
#include "store/verify.h"

enum { FLIPS = 120, CUTS = 12 };
static char dir[64];

static void fail(const char *what, const char *why)
{
    fprintf(stderr, "archive_test: %s: %s\n", what, why ? why : "");
    exit(1);
}

static const char *at(char to[160], const char *name)
{
    snprintf(to, 160, "%s/%s", dir, name);
    return to;
}

static void open_store(struct store *s, const struct env *env, const char *name, enum db_mode mode)
{
    char path[160], message[256] = "";
    if (!store_open(s, env, at(path, name), mode, NULL, message, sizeof message)) fail(name, message);
}

static void forget(const char *name)
{
    static const char *const ends[] = { "", "-wal", "-shm", ".lock", ".sock", ".erased", ".unwiped" };
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        char path[200];
        snprintf(path, sizeof path, "%s/%s%s", dir, name, ends[i]);
        unlink(path);
    }
}

/* ---- 1. the schema ---- */

static bool left_out(const char *table)
{
    for (int i = 0; i < archive_left_out_count; i++)
        if (strcmp(archive_left_out[i].table, table) == 0) return archive_left_out[i].why[0] != '\0';
    return false;
}

/* Columns that the archive lacks or has too many of, and tables that it does not know; `but` is treated as if it were not there. */
static int unknown(struct store *s, const char *but, bool says)
{
    int n = 0;
    sqlite3_stmt *q = NULL, *c = NULL;
    sqlite3_prepare_v2(s->db->handle, "SELECT name FROM sqlite_schema WHERE type='table' AND name NOT LIKE 'sqlite_%'", -1, &q, NULL);
    while (sqlite3_step(q) == SQLITE_ROW) {
        const char *table = (const char *)sqlite3_column_text(q, 0);
        const struct archive_table *t = NULL;
        char sql[200];
        for (int i = 0; i < archive_table_count; i++)
            if (strcmp(archive_tables[i].name, table) == 0 && strcmp(table, but) != 0) t = &archive_tables[i];
        if (!t) {
            if (left_out(table)) continue;
            if (says) fprintf(stderr, "archive_test: table %s is neither in src/store/archive_tables.c nor left out there with a reason\n", table);
            n++;
            continue;
        }
        const struct shop none = { .merchant_id = 1, .store_id = 1 };
        struct db_stmt *rows = archive_rows(s, &none, t);
        if (!rows) fail(table, db_error_message(s->db));
        const int columns = (int)strlen(t->kinds);
        int found = 0;
        snprintf(sql, sizeof sql, "SELECT name FROM pragma_table_info('%s') WHERE name NOT IN ('merchant_id'%s)", table, t->of_store ? ", 'store_id'" : "");
        sqlite3_prepare_v2(s->db->handle, sql, -1, &c, NULL);
        while (sqlite3_step(c) == SQLITE_ROW) {
            bool known = false;
            for (int i = 0; i < columns; i++) known = known || strcmp(db_column_name(rows, i), (const char *)sqlite3_column_text(c, 0)) == 0;
            found += known;
            if (!known && says) fprintf(stderr, "archive_test: %s.%s is not in src/store/archive_tables.c\n", table, (const char *)sqlite3_column_text(c, 0));
            n += !known;
        }
        sqlite3_finalize(c);
        if (found != columns) n++;
        db_done(rows);
    }
    sqlite3_finalize(q);
    return n;
}

static void test_schema(const struct env *env)
{
    struct store s;
    open_store(&s, env, "schema.db", DB_WRITE);
    if (unknown(&s, "", true) != 0) fail("the schema", "is not what an archive holds");
    if (unknown(&s, "person", false) != 1) fail("control", "a table that is missing was not found");
    store_close(&s);
    forget("schema.db");
}

/* ---- 2. random shops ---- */

static void make_shop(struct store *s, const char *key, struct shop *ret)
{
    const struct shop_new n = { .key = text_from_cstr(key), .name = TEXT("店"), .platform = TEXT("tmall"), .currency = TEXT("CNY"),
                                .zone = TEXT("Asia/Shanghai"), .country = TEXT("CN") };
    if (shop_create(s, &n, ret) != SHOP_OK) fail("shop", db_error_message(s->db));
}

static void run(struct store *s, const char *sql)
{
    char *why = NULL;
    if (sqlite3_exec(s->db->handle, sql, NULL, NULL, &why) != SQLITE_OK) fail(sql, why);
}

/* An import of some rows of the pool; 0: events of the feed. */
static void some_rows(struct store *s, const struct shop *shop, const struct pool *pool, struct prng *p, int64_t import_id)
{
    struct apply_tally tally = { 0 };
    struct order_claim claims[40];
    const size_t n = 1 + prng_below(p, 40);
    char sql[400];
    struct apply_session *a = apply_session_create(s, shop, import_id);
    for (size_t i = 0; i < n; i++) {
        claims[i] = pool->rows[prng_below(p, POOL_ROWS)];
        claims[i].as_of_ms = claims[i].first_as_of_ms = MADE_AT + (int64_t)prng_below(p, 50) * MS_PER_HOUR;
    }
    if (import_id) {
        snprintf(sql, sizeof sql, "INSERT INTO import (merchant_id, import_id, store_id, state, user_id, started_at_ms) VALUES (1, %d, %d, 2, 0, 7)",
                 (int)import_id, (int)shop->store_id);
        run(s, sql);
        snprintf(sql, sizeof sql, "INSERT INTO quarantine VALUES (1, %d, 1, %d, 2, '列', 'bad', 'x\"y', 'en', 'zh', 'do', '改', 'raw\n\x01' || '行', NULLIF(%d, 0))", (int)import_id, (int)n,
                 n % 2 ? 0 : (int)import_id);
        run(s, sql);
    }
    if (!a || !apply_claims(a, claims, n, &tally) || !apply_flush(a)) fail("apply", db_error_message(s->db));
    apply_session_free(a);
}

static void history(struct store *s, const struct shop *shops, const struct pool *pool, struct prng *p)
{
    if (!db_begin(s->db)) fail("begin", NULL);
    for (int64_t id = 1; id <= 6; id++) {
        const struct shop *shop = &shops[prng_below(p, 2)];
        some_rows(s, shop, pool, p, id);
        if (prng_below(p, 3) == 0) some_rows(s, shop, pool, p, 0);
        if (prng_below(p, 4) == 0) {
            bool done = false;
            struct apply_session *a = apply_session_create(s, shop, id);
            while (!done)
                if (!a || !undo_slice(a, id, 5, &done)) fail("undo", db_error_message(s->db));
            if (!apply_flush(a)) fail("undo", db_error_message(s->db));
            apply_session_free(a);
            run(s, "UPDATE import SET state = 4 WHERE NOT EXISTS (SELECT 1 FROM assertion a WHERE a.import_id = import.import_id)");
        }
    }
    run(s, "INSERT INTO reminder_mark SELECT 1, order_id, 1, 2, 'they said \"no\"', 3, 99, 'mine-a@0011aabb' FROM order_key LIMIT 3");
    run(s, "INSERT INTO campaign SELECT 1, 4 + store_id, store_id, 'a', '甲', 1, 2, 3, 4, 5 FROM store");
    run(s, "INSERT INTO erased SELECT 1, store_id, 1, -5, 6 FROM store");
    if (!db_commit(s->db)) fail("commit", NULL);
}

/* Every row of the shop, table by table; `skip` rows of the last table are left out. */
static char *rows_of(struct store *s, const struct shop *shop, int skip)
{
    char *text = NULL;
    size_t size = 0;
    FILE *f = open_memstream(&text, &size);
    for (int i = 0; i < archive_table_count; i++) {
        struct db_stmt *q = archive_rows(s, shop, &archive_tables[i]);
        while (q && db_step(q) == DB_ROW) {
            if (strcmp(archive_tables[i].name, "erased") == 0 && skip-- > 0) continue;
            fprintf(f, "%s", archive_tables[i].name);
            for (int c = 0; archive_tables[i].kinds[c]; c++) {
                const char kind = archive_tables[i].kinds[c];
                if (kind == 't' || kind == 'n') fprintf(f, "|%.*s", (int)db_text_at(q, c).len, db_text_at(q, c).ptr ? db_text_at(q, c).ptr : "");
                else if (kind == 'b') for (size_t b = 0; b < db_blob_at(q, c).len; b++) fprintf(f, "%02x", (unsigned char)db_blob_at(q, c).ptr[b]);
                else fprintf(f, "|%lld", (long long)db_i64_at(q, c));
            }
            fputc('\n', f);
        }
        if (!q) fail("rows", db_error_message(s->db));
        db_done(q);
    }
    fclose(f);
    return text;
}

static enum desk_result read_archive(const struct env *env, const char *db, const char *archive, const char *key, struct desk_message *m)
{
    char path[160], from[160];
    struct archive_done done;
    struct desk *d = desk_open(env, at(path, db), DESK_COMMAND, true, m);
    if (!d) fail("desk", m->en);
    const enum desk_result r = desk_archive_read(d, at(from, archive), text_from_cstr(key), 0, NULL, NULL, &done, m);
    desk_close(d);
    return r;
}

static void agrees(struct store *s, const char *what)
{
    struct verify_report *r = calloc(1, sizeof *r);
    if (!store_verify(s, r, NULL, NULL)) fail("verify", db_error_message(s->db));
    if (r->disagreements) fail(what, r->findings[0].table);
    free(r);
}

static void test_same(const struct env *env, uint64_t seed)
{
    struct pool pool;
    struct prng p;
    struct store s, g;
    struct shop shops[2], there;
    struct desk_message m = { 0 };
    char path[160];
    int64_t rows = 0;
    prng_seed(&p, seed);
    pool_make(&pool, seed, &env->memory);
    open_store(&s, env, "f.db", DB_WRITE);
    if (!db_begin(s.db)) fail("begin", NULL);
    make_shop(&s, "a", &shops[0]);
    make_shop(&s, "b", &shops[1]);
    if (!db_commit(s.db)) fail("commit", NULL);
    history(&s, shops, &pool, &p);
    const struct shop *shop = &shops[seed & 1];
    char *before = rows_of(&s, shop, 0);
    if (archive_write(&s, shop, at(path, "a.zip"), NULL, NULL, &rows, &m) != DESK_DONE) fail("write", m.en);

    if (read_archive(env, "g.db", "a.zip", "", &m) != DESK_DONE) fail("read", m.en);
    open_store(&g, env, "g.db", DB_READ);
    if (shop_find(&g, text_from_cstr(shop->key), &there) != SHOP_OK) fail("shop", "is not there");
    char *after = rows_of(&g, &there, 0);
    if (strcmp(before, after) != 0) {
        dump_difference(before, after);
        fail("an empty desk", "has other rows");
    }
    char *less = rows_of(&g, &there, 1);
    if (strcmp(before, less) == 0) fail("control", "a row that is missing was not seen");
    if (memcmp(there.hash_key, shop->hash_key, sizeof there.hash_key) != 0) fail("the key", "did not travel");
    agrees(&g, "an empty desk");
    store_close(&g);

    /* the same again, beside the first, under another key; the same claims change nothing */
    if (read_archive(env, "g.db", "a.zip", "second", &m) != DESK_DONE) fail("read beside", m.en);
    open_store(&g, env, "g.db", DB_WRITE);
    if (shop_find(&g, TEXT("second"), &there) != SHOP_OK) fail("shop", "is not there");
    agrees(&g, "beside another shop");
    if (!db_begin(g.db)) fail("begin", NULL);
    struct db_stmt *q = db_stmt(g.db, SQL("SELECT COUNT(*) FROM event e JOIN orders o ON o.merchant_id = e.merchant_id AND o.order_id = e.order_id WHERE o.store_id = 1"));
    int64_t events[2] = { 0, 0 };
    if (q && db_step(q) == DB_ROW) events[0] = db_i64_at(q, 0);
    db_done(q);
    q = db_stmt(g.db, SQL("SELECT COUNT(*) FROM event e JOIN orders o ON o.merchant_id = e.merchant_id AND o.order_id = e.order_id WHERE o.store_id <> 1"));
    if (q && db_step(q) == DB_ROW) events[1] = db_i64_at(q, 0);
    db_done(q);
    if (seed % 2 == 0 && events[0] != events[1]) fail("beside another shop", "has another number of events");
    db_rollback(g.db);
    store_close(&g);
    if (read_archive(env, "g.db", "a.zip", "second", &m) != DESK_REFUSED || strcmp(m.code, "store-exists") != 0) fail("a shop with something in it", m.en);
    store_close(&s);
    pool_release(&pool);
    free(before), free(after), free(less);
    forget("f.db"), forget("g.db");
    unlink(at(path, "a.zip"));
}

/* What waits to be sent in an archive may have been sent since: it is unknown where it is read, of that shop and of no other. */
static void test_messages(const struct env *env)
{
    struct store s;
    struct shop shop;
    struct pool pool;
    struct prng p;
    struct desk_message m = { 0 };
    char path[160];
    int64_t rows = 0;
    prng_seed(&p, 1);
    pool_make(&pool, 1, &env->memory);
    open_store(&s, env, "f.db", DB_WRITE);
    if (!db_begin(s.db)) fail("begin", NULL);
    make_shop(&s, "a", &shop);
    some_rows(&s, &shop, &pool, &p, 0);
    run(&s, "INSERT INTO outbox SELECT 1, order_id, 2, 1, CASE n WHEN 5 THEN 6 ELSE n END, CASE WHEN n IN (1, 4) THEN 5 END, 5, 2, 'wave-2', 1, CASE WHEN n = 3 THEN 4 END,"
            " CASE WHEN n = 3 THEN 5 END, NULL, NULL, 0, 0 FROM (SELECT order_id, ROW_NUMBER() OVER (ORDER BY order_id) AS n FROM orders) WHERE n <= 5");
    if (!db_commit(s.db) || archive_write(&s, &shop, at(path, "a.zip"), NULL, NULL, &rows, &m) != DESK_DONE) fail("write", m.en);
    store_close(&s);
    if (read_archive(env, "f.db", "a.zip", "second", &m) != DESK_DONE) fail("read", m.en);
    open_store(&s, env, "f.db", DB_READ);
    struct db_stmt *q = db_stmt(s.db, SQL("SELECT store_id, state, COUNT(*) AS n, COUNT(due_at_ms) AS due FROM outbox WHERE code IS NULL OR code <> 'stopped' GROUP BY 1, 2 ORDER BY 1, 2"));
    static const int64_t want[][4] = { { 1, 1, 1, 1 }, { 1, 3, 1, 0 }, { 1, 4, 1, 1 }, { 1, 6, 1, 0 }, { 2, 3, 1, 0 }, { 2, 5, 3, 0 }, { 2, 6, 1, 0 } };
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
        if (!q || db_step(q) != DB_ROW) fail("messages", "are not there");
        for (int c = 0; c < 4; c++)
            if (db_i64_at(q, c) != want[i][c]) fail("messages", "of an archive are not as they are after a restore, or others are");
    }
    db_done(q);
    store_close(&s);
    forget("f.db");
    unlink(at(path, "a.zip"));
    pool_release(&pool);
}

/* ---- 3. damage ---- */

static void damaged_copy(const char *bytes, size_t len, size_t flip, unsigned char with)
{
    char path[160];
    FILE *f = fopen(at(path, "bad.zip"), "wb");
    if (!f || fwrite(bytes, 1, len, f) != len) fail("bad.zip", NULL);
    if (flip < len) {
        fseek(f, (long)flip, SEEK_SET);
        fputc((unsigned char)bytes[flip] ^ with, f);
    }
    fclose(f);
}

static int test_one_damage(const struct env *env, const char *before)
{
    struct desk_message m = { 0 };
    struct store g;
    struct shop there;
    const enum desk_result r = read_archive(env, "h.db", "bad.zip", "", &m);
    open_store(&g, env, "h.db", DB_READ);
    const bool found = shop_find(&g, TEXT("a"), &there) == SHOP_OK;
    if (r != DESK_DONE && (shop_list(&g, &there, 1) != 0 || m.en[0] == '\0' || m.zh[0] == '\0')) fail("refused", "something is there, or nothing was said");
    if (r == DESK_DONE) {
        char *after = found ? rows_of(&g, &there, 0) : NULL;
        if (!after || strcmp(before, after) != 0) fail("taken", "another shop than was written");
        free(after);
    }
    store_close(&g);
    forget("h.db");
    return r != DESK_DONE;
}

static void test_damage(const struct env *env)
{
    struct pool pool;
    struct prng p;
    struct store s;
    struct shop shops[2];
    struct desk_message m = { 0 };
    char path[160], *bytes = NULL;
    int64_t rows;
    int refused = 0;
    prng_seed(&p, 11);
    pool_make(&pool, 11, &env->memory);
    open_store(&s, env, "f.db", DB_WRITE);
    if (!db_begin(s.db)) fail("begin", NULL);
    make_shop(&s, "a", &shops[0]);
    make_shop(&s, "b", &shops[1]);
    if (!db_commit(s.db)) fail("commit", NULL);
    history(&s, shops, &pool, &p);
    char *before = rows_of(&s, &shops[0], 0);
    if (archive_write(&s, &shops[0], at(path, "a.zip"), NULL, NULL, &rows, &m) != DESK_DONE) fail("write", m.en);
    FILE *f = fopen(path, "rb");
    struct stat st;
    if (!f || fstat(fileno(f), &st) != 0 || !(bytes = malloc((size_t)st.st_size)) || fread(bytes, 1, (size_t)st.st_size, f) != (size_t)st.st_size) fail("a.zip", NULL);
    fclose(f);
    const size_t len = (size_t)st.st_size;
    for (int i = 0; i < FLIPS; i++) {
        damaged_copy(bytes, len, prng_below(&p, len), (unsigned char)(1 + prng_below(&p, 255)));
        refused += test_one_damage(env, before);
    }
    if (refused < FLIPS / 2) fail("damage", "was mostly taken");
    for (int i = 0; i < CUTS; i++) {
        damaged_copy(bytes, prng_below(&p, len), len, 0);
        if (!test_one_damage(env, before)) fail("a cut archive", "was taken");
    }
    printf("archive_test: %d of %d changed bytes refused, the others meant nothing; all of %d cut ends\n", refused, FLIPS, CUTS);
    store_close(&s);
    pool_release(&pool);
    free(before), free(bytes);
    forget("f.db");
    unlink(at(path, "a.zip"));
    unlink(at(path, "bad.zip"));
}

/* ---- 4. what is owed of a wipe ---- */

/* Waits are not waited for here. */
static bool hurried;
int usleep(useconds_t us)
{
    const struct timespec t = { (time_t)(us / 1000000), (long)(us % 1000000) * 1000 };
    return hurried ? 0 : clock_nanosleep(CLOCK_MONOTONIC, 0, &t, NULL);
}

int nanosleep(const struct timespec *t, struct timespec *left)
{
    return hurried ? 0 : clock_nanosleep(CLOCK_MONOTONIC, 0, t, left);
}

#define CANARY "canary7f3a"

/* How many of the desk's files hold the name. */
static int told_in_files(const char *name)
{
    static const char *const ends[] = { "", "-wal" };
    int n = 0;
    for (size_t i = 0; i < 2; i++) {
        char path[200], *bytes = NULL;
        size_t len = 0;
        snprintf(path, sizeof path, "%s/%s%s", dir, name, ends[i]);
        FILE *f = fopen(path, "rb"), *to = open_memstream(&bytes, &len);
        for (int c; f && (c = getc(f)) != EOF;) putc(c, to);
        fclose(to);
        if (f) fclose(f);
        n += text_contains((struct text){ bytes, len }, TEXT(CANARY));
        free(bytes);
    }
    return n;
}

static void one_buyer(struct store *s, struct shop *shop)
{
    struct apply_tally tally = { 0 };
    struct order_claim c = { .order_no = TEXT("7001"), .as_of_ms = MADE_AT, .rank = SOURCE_FILE, .placed_at_ms = MADE_AT, .paid_at_ms = CLAIM_NONE,
        .cancelled_at_ms = CLAIM_NONE, .shipped_at_ms = CLAIM_NONE, .delivered_at_ms = CLAIM_NONE, .refunded_at_ms = CLAIM_NONE, .ship_by_ms = CLAIM_NONE,
        .total_minor = 100, .paid_minor = CLAIM_NONE, .refund_minor = CLAIM_NONE, .pieces = 1, .customer_id = CLAIM_NONE, .person.buyer = TEXT(CANARY) };
    if (!db_begin(s->db)) fail("begin", NULL);
    make_shop(s, "a", shop);
    struct apply_session *a = apply_session_create(s, shop, 0);
    if (!a || !apply_claims(a, &c, 1, &tally) || !apply_flush(a)) fail("apply", db_error_message(s->db));
    apply_session_free(a);
    if (!db_commit(s->db)) fail("commit", NULL);
}

/* Rows of the name that come and go: what an archive greater than the cache leaves in pages that are freed again. */
static void leave_in_freed_pages(const struct env *env)
{
    char words[30000];
    struct store s;
    open_store(&s, env, "w.db", DB_WRITE);
    for (size_t i = 0; i < sizeof words; i++) words[i] = CANARY[i % (sizeof CANARY - 1)];
    struct db_stmt *q = db_begin(s.db) ? db_stmt(s.db, SQL("INSERT INTO user_profile (merchant_id, store_id, name, json) VALUES (1, 1, 'w', $1)")) : NULL;
    if (!q) fail("begin", NULL);
    db_bind_text(q, 1, (struct text){ words, sizeof words });
    if (!db_exec(q) || !db_commit(s.db) || !db_begin(s.db)) fail("insert", db_error_message(s.db));
    run(&s, SQL("DELETE FROM user_profile"));
    if (!db_commit(s.db)) fail("commit", NULL);
    store_close(&s);
}

static void test_wipe(const struct env *env)
{
    struct store s, reader;
    struct shop shop;
    struct desk_message m = { 0 };
    char path[160], owed[200];
    int64_t rows;
    json_t *report = NULL;
    open_store(&s, env, "w.db", DB_WRITE);
    one_buyer(&s, &shop);
    if (archive_write(&s, &shop, at(path, "w.zip"), NULL, NULL, &rows, &m) != DESK_DONE) fail("write", m.en);
    store_close(&s);
    struct desk *d = desk_open(env, at(path, "w.db"), DESK_COMMAND, true, &m);
    const struct person_ask who = { .store = TEXT("a"), .customer = TEXT(CANARY) };
    if (!d || desk_person_erase(d, &who, &report, &m) != DESK_DONE) fail("erase", m.en);
    json_decref(report);
    desk_close(d);
    snprintf(owed, sizeof owed, "%s/w.db.unwiped", dir);
    if (told_in_files("w.db") != 0 || access(owed, F_OK) == 0) fail("erase", "left the name, or owes a wipe");

    leave_in_freed_pages(env);
    open_store(&reader, env, "w.db", DB_READ);
    struct db_stmt *q = db_begin(reader.db) ? db_stmt(reader.db, SQL("SELECT COUNT(*) FROM orders")) : NULL;
    if (!q || db_step(q) != DB_ROW) fail("reader", db_error_message(reader.db));
    db_done(q);
    hurried = true;
    const enum desk_result r = read_archive(env, "w.db", "w.zip", "again", &m);
    hurried = false;
    if (r != DESK_FAILED || strcmp(m.code, "not-wiped") != 0 || !strstr(m.en, "\"again\" is here") || !strstr(m.zh, "again") || !strstr(m.en, "open it again"))
        fail("a reader kept the log, and what was said is", m.code);
    if (told_in_files("w.db") == 0) fail("control", "nothing was left to be wiped");
    if (access(owed, F_OK) != 0) fail("the wipe", "is not owed");
    db_rollback(reader.db);
    store_close(&reader);

    d = desk_open(env, at(path, "w.db"), DESK_COMMAND, false, &m);
    if (!d) fail("open again", m.en);
    desk_close(d);
    if (told_in_files("w.db") != 0 || access(owed, F_OK) == 0) fail("opening", "did not wipe");
    open_store(&s, env, "w.db", DB_READ);
    if (shop_find(&s, TEXT("again"), &shop) != SHOP_OK) fail("the shop that was read", "is not there");
    agrees(&s, "after a late wipe");
    store_close(&s);
    forget("w.db");
    unlink(at(path, "w.zip"));
}

int main(int argc, char **argv)
{
    struct env env;
    const uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 10) : 1, seeds = argc > 2 ? strtoull(argv[2], NULL, 10) : 12;
    if (!os_env_init(&env)) fail("env", NULL);
    snprintf(dir, sizeof dir, "%s/zg-archive-XXXXXX", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"); /* nothing here is about the disk */
    if (!mkdtemp(dir)) fail("directory", NULL);
    test_schema(&env);
    for (uint64_t seed = first; seed < first + seeds; seed++) test_same(&env, seed);
    test_messages(&env);
    test_damage(&env);
    test_wipe(&env);
    rmdir(dir);
    os_env_release(&env);
    printf("archive_test: %llu shops\n", (unsigned long long)seeds);
    return 0;
}
