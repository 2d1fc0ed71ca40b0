/* Memory that runs out anywhere in the reducer or an undo: the call says so, a rollback leaves the store as it was, and the same work
 * goes through when there is memory again. Each allocation of our own in turn is refused.
 *
 * Also here, because it needs marks: an order number that bears a reminder mark keeps its id through an undo. */
#include <stdio.h>
#include <stdlib.h>
#include "dump.h"
#include "made_records.h"
#include "made_rows.h"
#include "os/os.h"
#include "store/verify.h"

struct failing { struct arena_source real; int64_t left; /* allocations until the one that is refused; < 0: none */ int64_t asked; };

static void *take(void *ctx, size_t size)
{
    struct failing *f = ctx;
    f->asked++;
    if (f->left >= 0 && f->left-- == 0) return NULL;
    return f->real.take(f->real.ctx, size);
}
static void give(void *ctx, void *block, size_t size)
{
    struct failing *f = ctx;
    f->real.give(f->real.ctx, block, size);
}

static void fail(struct store *s, const char *what)
{
    fprintf(stderr, "memory_test: %s: %s\n", what, s ? db_error_message(s->db) : "");
    exit(1);
}

static void run(struct store *s, const char *sql)
{
    if (!sqlite_run(s->db, sql)) fail(s, sql);
}

/* Orders and records, as the files of one import bring them. */
struct rows { const struct order_claim *claims; size_t n; const struct record_claim *records; size_t record_n; };

static bool import(struct store *s, const struct shop *shop, int64_t import_id, const struct rows *rows, bool alone)
{
    struct apply_tally tally = { 0 };
    struct apply_session *a = apply_session_create(s, shop, import_id);
    if (a && alone) apply_session_alone(a);
    const bool ok = a && apply_claims(a, rows->claims, rows->n, &tally) && apply_records(a, rows->records, rows->record_n, &tally) && apply_flush(a);
    apply_session_free(a);
    return ok;
}

static bool undo(struct store *s, const struct shop *shop, int64_t import_id)
{
    bool done = false, ok = true;
    struct apply_session *a = apply_session_create(s, shop, import_id);
    while (a && ok && !done) ok = undo_slice(a, import_id, 20, &done);
    ok = a && ok && apply_flush(a);
    apply_session_free(a);
    return ok;
}

/* Work that may be refused memory at its n-th request, for n = 0, 1, 2 .. until it is not refused any more. */
static int exhaust(struct store *s, struct failing *f, const struct shop *shop, const struct rows *rows, bool is_undo)
{
    int refused = 0;
    char *before = dump(s);
    for (int64_t at = 0;; at++) {
        if (!db_begin(s->db)) fail(s, "begin");
        f->left = at;
        const bool ok = is_undo ? undo(s, shop, 1) : import(s, shop, 2, rows, at % 2);
        const bool all_given = f->left >= 0;
        f->left = -1;
        if (ok != all_given) fail(s, ok ? "memory ran out and nothing was said" : "there was memory and it failed");
        if (!ok && db_error(s->db) != DB_ERROR_MEMORY && db_error(s->db) != DB_ERROR_CORRUPT) fail(s, "another error than memory");
        db_rollback(s->db);
        char *after = dump(s);
        if (strcmp(before, after) != 0) fail(s, "a rollback left something behind");
        free(after);
        if (ok) break;
        refused++;
    }
    free(before);
    return refused;
}

static void keeps_marked_numbers(struct store *s, const struct shop *shop, const struct rows *rows)
{
    struct verify_report r;
    if (!db_begin(s->db)) fail(s, "begin");
    run(s, "INSERT INTO reminder_mark (merchant_id, order_id, wave, outcome, reason, user_id, at_ms)"
           " SELECT 1, MIN(order_id), 1, 1, '', 1, 0 FROM order_key");
    run(s, "CREATE TEMP TABLE was AS SELECT order_no, order_id FROM order_key WHERE order_id IN (SELECT order_id FROM reminder_mark)");
    if (!undo(s, shop, 1)) fail(s, "undo");
    int64_t keys = -1, same = -1;
    if (!sqlite_number(s->db, "SELECT COUNT(*) FROM order_key", &keys) || keys != 1) fail(s, "not just the marked number is left");
    if (!store_verify(s, &r, NULL, NULL) || r.disagreements != 0) fail(s, "verify after the undo");
    if (!import(s, shop, 2, rows, false)) fail(s, "import again");
    if (!sqlite_number(s->db, "SELECT COUNT(*) FROM was w JOIN orders o ON o.order_id = w.order_id AND o.order_no = w.order_no", &same) || same != 1)
        fail(s, "the order did not get its number back");
    if (!store_verify(s, &r, NULL, NULL) || r.disagreements != 0) fail(s, "verify after the import");
    db_rollback(s->db);
}

int main(void)
{
    enum { CLAIMS = 400 };
    static struct pool pool;
    static struct order_claim claims[CLAIMS];
    static struct record_pool records;
    struct env env;
    struct store s;
    struct shop shop;
    char message[256];
    struct failing f = { .left = -1 };
    if (!os_env_init(&env)) return 1;
    f.real = env.memory;
    env.memory = (struct arena_source){ take, give, &f };
    if (!store_open(&s, &env, ":memory:", DB_WRITE, NULL, message, sizeof message)) fail(NULL, message);
    const struct shop_new n = { .key = TEXT("t"), .name = TEXT("t"), .platform = TEXT("tmall"), .currency = TEXT("CNY"),
                                .zone = TEXT("Asia/Shanghai"), .country = TEXT("CN") };
    if (!db_begin(s.db) || shop_create(&s, &n, &shop) != SHOP_OK) fail(&s, "shop");
    run(&s, "INSERT INTO import (merchant_id, import_id, store_id, state, user_id, started_at_ms) VALUES (1, 1, 1, 2, 0, 0), (1, 2, 1, 1, 0, 0)");
    pool_make(&pool, 5, &f.real);
    for (int i = 0; i < CLAIMS; i++) { /* rows of the pool under many numbers, so that a batch is large enough for every cache */
        claims[i] = pool.rows[i % POOL_ROWS];
        claims[i].as_of_ms = MADE_AT + i;
        claims[i].key.bytes[15] = (unsigned char)(i / POOL_ROWS);
        claims[i].order_no = arena_printf(&pool.texts, "%d", 9000 + i / 2);
        claims[i].person.buyer = arena_printf(&pool.texts, "buyer %d", i / 3);
    }
    record_pool_make(&records, 6, &f.real);
    for (int i = 0; i < RECORD_POOL; i++) records.rows[i].as_of_ms = RECORDS_AT + i % 4;
    const struct rows all = { claims, CLAIMS, records.rows, RECORD_POOL }, half = { claims, CLAIMS / 2, records.rows, RECORD_POOL / 2 };
    if (!import(&s, &shop, 1, &half, false) || !db_commit(s.db)) fail(&s, "import");
    const int in = exhaust(&s, &f, &shop, &all, false), out = exhaust(&s, &f, &shop, &all, true);
    keeps_marked_numbers(&s, &shop, &all);
    store_close(&s);
    pool_release(&pool);
    record_pool_release(&records);
    env.memory = f.real;
    os_env_release(&env);
    printf("an import was refused memory at %d places, an undo at %d; nothing was left behind\n", in, out);
    return in >= 8 && out >= 5 ? 0 : 1;
}
