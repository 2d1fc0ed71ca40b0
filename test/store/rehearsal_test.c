/* Rehearsals: what is told beforehand is what the import then does, the database stays byte for byte what it was, and others who write,
 * checkpoint and start the log over meanwhile change nothing in it. Random small worlds; the database is met with its pages in the file,
 * in the log, and in both.
 *
 * Control: a rehearsal that goes on reading a log that has started over must be caught (built with ZG_TEST_STALE_LOG). */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "dump.h"
#include "made_rows.h"
#include "os/os.h"
#include "store/rehearsal.h"

enum { WORLDS = 12, STEPS = 24 };

static char path[512];

static void fail(const char *what, const char *detail)
{
    fprintf(stderr, "rehearsal_test: %s: %s\n", what, detail ? detail : "");
    exit(1);
}

static struct apply_tally apply(struct store *s, const struct shop *shop, int64_t import_id, const struct order_claim *claims, size_t n)
{
    struct apply_tally tally = { 0 };
    struct apply_session *a = apply_session_create(s, shop, import_id);
    if (!a || !apply_claims(a, claims, n, &tally) || !apply_flush(a)) fail("apply", db_error_message(s->db));
    apply_session_free(a);
    return tally;
}

static size_t draw(struct prng *p, const struct pool *pool, struct order_claim *ret)
{
    const size_t n = 1 + prng_below(p, POOL_ROWS);
    for (size_t i = 0; i < n; i++) {
        ret[i] = pool->rows[prng_below(p, POOL_ROWS)];
        ret[i].as_of_ms = ret[i].first_as_of_ms = MADE_AT + (int64_t)prng_below(p, 5) * MS_PER_DAY;
    }
    return n;
}

/* While somebody else imports, checkpoints and empties the log. */
static void meanwhile(struct store *s, const struct shop *shop, struct prng *p, const struct pool *pool, int64_t import_id)
{
    struct order_claim claims[POOL_ROWS];
    const size_t n = draw(p, pool, claims);
    if (!db_begin(s->db)) fail("begin", db_error_message(s->db));
    apply(s, shop, import_id, claims, n);
    if (!db_commit(s->db)) fail("commit", db_error_message(s->db));
    if (prng_below(p, 2)) (void)db_checkpoint(s->db, false);
}

static void not_damaged(void *ctx, const char *what) { (void)ctx; fail("the rehearsal's pages do not fit together", what); }

static void same_tally(struct apply_tally told, struct apply_tally did)
{
    if (told.added != did.added || told.updated != did.updated || told.unchanged != did.unchanged) fail("what was told is not what was done", NULL);
}

static struct rehearsal *open_one(const struct env *env)
{
    char message[256] = "";
    struct rehearsal *r = rehearsal_open(env, path, message, sizeof message);
    if (!r) fail("open", message);
    return r;
}

static void world(const struct env *env, uint64_t seed, int64_t *ret_logged)
{
    struct prng p;
    struct pool pool;
    struct store s;
    struct shop shop;
    struct order_claim claims[POOL_ROWS];
    enum db_error error;
    char message[256];
    prng_seed(&p, seed);
    pool_make(&pool, seed, &env->memory);
    unlink(path);
    if (!store_open(&s, env, path, DB_WRITE, &error, message, sizeof message)) fail("store", message);
    const struct shop_new made = { TEXT("main"), TEXT("Teas"), TEXT("tmall"), TEXT("CNY"), TEXT("Asia/Shanghai"), TEXT("CN"), false };
    if (!db_begin(s.db) || shop_create(&s, &made, &shop) != SHOP_OK || !db_commit(s.db)) fail("shop", db_error_message(s.db));
    for (int64_t i = 1; i <= STEPS; i++) {
        if (prng_below(&p, 3) == 0 && !db_checkpoint(s.db, prng_below(&p, 2))) fail("checkpoint", db_error_message(s.db));
        *ret_logged += db_wal_pages(s.db) > 0;
        const size_t n = draw(&p, &pool, claims);
        struct rehearsal *r = open_one(env);
        struct store *tried = rehearsal_store(r);
        char *before = dump(&s), *seen = dump(tried);
        if (strcmp(before, seen) != 0) fail("the rehearsal begins with something else", NULL);
        const struct apply_tally told = apply(tried, &shop, i * 10, claims, n);
        char *after = dump(&s);
        if (strcmp(before, after) != 0) fail("the rehearsal changed the database", NULL);
        char *outcome = dump(tried);
        const bool others = prng_below(&p, 3) == 0;
        if (others) meanwhile(&s, &shop, &p, &pool, i * 10 + 1);
        char *later = dump(tried);
        if (strcmp(outcome, later) != 0) fail("others are seen in the rehearsal", NULL);
        if (!db_check(tried->db, not_damaged, NULL)) fail("check", db_error_message(tried->db));
        rehearsal_close(r);
        if (!others) {
            if (!db_begin(s.db)) fail("begin", db_error_message(s.db));
            same_tally(told, apply(&s, &shop, i * 10, claims, n));
            if (!db_commit(s.db)) fail("commit", db_error_message(s.db));
            char *did = dump(&s);
            if (strcmp(outcome, did) != 0) fail("the import ends elsewhere than its rehearsal", NULL);
            free(did);
        }
        free(before), free(seen), free(after), free(outcome), free(later);
    }
    if (!db_checkpoint(s.db, true)) fail("a closed rehearsal still keeps the log", db_error_message(s.db));
    store_close(&s);
    pool_release(&pool);
}

/* More than the cache holds: what is tried goes to its file and comes back. */
static void many(const struct env *env)
{
    enum { ROWS = 60000 };
    struct store s;
    struct shop shop;
    enum db_error error;
    char message[256];
    struct arena a;
    unlink(path);
    arena_init(&a, &env->memory, 0);
    struct order_claim *claims = ARENA_ARRAY(&a, struct order_claim, ROWS);
    if (!claims || !store_open(&s, env, path, DB_WRITE, &error, message, sizeof message)) fail("store", message);
    const struct shop_new made = { TEXT("main"), TEXT("Teas"), TEXT("tmall"), TEXT("CNY"), TEXT("Asia/Shanghai"), TEXT("CN"), false };
    if (!db_begin(s.db) || shop_create(&s, &made, &shop) != SHOP_OK || !db_commit(s.db)) fail("shop", db_error_message(s.db));
    for (int i = 0; i < ROWS; i++) {
        const int64_t key[2] = { i, 7 };
        claims[i] = (struct order_claim){ .order_no = arena_printf(&a, "%d", (i * 7919) % ROWS), .as_of_ms = MADE_AT, .first_as_of_ms = MADE_AT, .rank = SOURCE_FILE,
            .placed_at_ms = MADE_AT + i * MS_PER_MIN, .paid_at_ms = CLAIM_NONE, .cancelled_at_ms = CLAIM_NONE, .shipped_at_ms = CLAIM_NONE,
            .delivered_at_ms = CLAIM_NONE, .refunded_at_ms = CLAIM_NONE, .ship_by_ms = CLAIM_NONE, .total_minor = i, .paid_minor = CLAIM_NONE,
            .refund_minor = CLAIM_NONE, .pieces = 1, .customer_id = CLAIM_NONE, .person = { .buyer = arena_printf(&a, "buyer %d", i), .address = TEXT("某市某路 1 号，门口的柜子里，谢谢，请在工作日的下午送来，最好先打电话，再不行就放在邻居家") } };
        memcpy(claims[i].key.bytes, key, sizeof key);
    }
    struct rehearsal *r = open_one(env);
    const struct apply_tally told = apply(rehearsal_store(r), &shop, 1, claims, ROWS), again = apply(rehearsal_store(r), &shop, 2, claims, ROWS);
    if (told.added != ROWS || again.unchanged != ROWS) fail("many rows are not all told", NULL);
    if (!db_check(rehearsal_store(r)->db, not_damaged, NULL)) fail("check", NULL);
    rehearsal_close(r);
    store_close(&s);
    arena_release(&a);
}

static void clean(void)
{
    char beside[sizeof path + 8];
    unlink(path);
    snprintf(beside, sizeof beside, "%s-wal", path), unlink(beside);
    snprintf(beside, sizeof beside, "%s-shm", path), unlink(beside);
}

int main(void)
{
    struct env env;
    int64_t logged = 0;
    if (!os_env_init(&env)) return 1;
    atexit(clean);
    snprintf(path, sizeof path, "/tmp/zg-rehearsal-%ld.db", (long)getpid());
    for (uint64_t seed = 1; seed <= WORLDS; seed++) world(&env, seed, &logged);
    if (logged < WORLDS) fail("the log was never in use", NULL);
    many(&env);
    printf("rehearsal_test: %d worlds, %d rehearsals, %d met pages in the log\n", WORLDS, WORLDS * STEPS, (int)logged);
    os_env_release(&env);
    return 0;
}
