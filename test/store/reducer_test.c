/* Any history of imports, overlaps, corrections, live events and undos ends where a fresh rebuild of what stands ends.
 *
 * usage: reducer_test FIRST_SEED SEEDS
 * For each seed: a history in random pieces (commits, sessions and undos cut anywhere) in one store; in a second store only what
 * stands, in another order, row by row. Their dumps by natural keys must be equal. Control: a rebuild that forgets one standing
 * import must differ.
 * A row stands in many files under many times: what its status implies counts from the earliest that stands. The histories count
 * how often they met that, and one small history of two exports says the times by name. */
#include <stdio.h>
#include <stdlib.h>
#include "dump.h"
#include "made_rows.h"
#include "memory_store.h"
#include "os/os.h"
#include "store/verify.h"

enum { FILES = 7, FILE_ROWS_MAX = 40, LIVE_MAX = 12 };
/* rows: of the pool, and as many times POOL_ROWS as the row's as_of is hours later than the file's (an import holds several files) */
struct made_file { int rows[FILE_ROWS_MAX], n; int64_t as_of_ms; bool begun, undone; };
struct world {
    struct env env;
    struct pool pool;
    struct made_file files[FILES];
    int live[LIVE_MAX], live_n;
    struct prng p;
    int64_t undone_first, undone_later, implied_first; /* how often met */
};
struct made_store { struct store s; struct shop shop; };

static void fail(struct store *s, const char *what)
{
    fprintf(stderr, "reducer_test: %s: %s\n", what, s ? db_error_message(s->db) : "");
    exit(1);
}

static void same_random(void *ctx, void *buf, size_t len)
{
    (void)ctx;
    memset(buf, 7, len);
}

/* Both stores hash with the same key, so that their hashes may be compared. */
static void store_make(struct world *w, struct made_store *m)
{
    char message[256];
    w->env.random = same_random;
    if (!memory_store_open(&m->s, &w->env, message, sizeof message)) {
        fprintf(stderr, "reducer_test: %s\n", message);
        exit(1);
    }
    const struct shop_new n = { .key = TEXT("t"), .name = TEXT("t"), .platform = TEXT("tmall"), .currency = TEXT("CNY"),
                                .zone = TEXT("Asia/Shanghai"), .country = TEXT("CN") };
    if (!db_begin(m->s.db) || shop_create(&m->s, &n, &m->shop) != SHOP_OK || !db_commit(m->s.db)) fail(&m->s, "shop");
}

static void import_state(struct made_store *m, int64_t import_id, int64_t state)
{
    struct db_stmt *q = db_stmt(m->s.db, SQL("INSERT INTO import (merchant_id, import_id, store_id, state, user_id, started_at_ms)"
        " VALUES (1, $1, $2, $3, 0, 0) ON CONFLICT (merchant_id, import_id) DO UPDATE SET state = excluded.state"));
    if (!q) fail(&m->s, "import row");
    db_bind_i64(q, 1, import_id);
    db_bind_i64(q, 2, m->shop.store_id);
    db_bind_i64(q, 3, state);
    if (!db_exec(q)) fail(&m->s, "import row");
}

static int64_t count(struct store *s, const char *sql, int64_t import_id)
{
    struct db_stmt *q = db_stmt(s->db, sql); /* house: handed on by the SQL() of the caller */
    if (!q) fail(s, "count");
    db_bind_i64(q, 1, import_id);
    if (db_step(q) != DB_ROW) fail(s, "count");
    const int64_t n = db_i64_at(q, 0);
    db_done(q);
    return n;
}

/* Events of an order that wants a time which nobody told. */
#define IMPLYING "event e JOIN orders o ON o.merchant_id = e.merchant_id AND o.order_id = e.order_id AND e.status IN (2, 3, 4, 5)" \
    " AND o.exact < 15 WHERE e.merchant_id = 1 AND e.first_as_of_ms < e.as_of_ms"
#define TOLD_BY_IT " AND EXISTS (SELECT 1 FROM assertion a WHERE a.merchant_id = 1 AND a.import_id = $1 AND a.event_no = e.event_no" \
    " AND e.order_id BETWEEN a.order_from AND a.order_to AND "

static struct order_claim row_of(const struct world *w, int row, int64_t as_of_ms)
{
    struct order_claim c = w->pool.rows[row % POOL_ROWS];
    c.as_of_ms = as_of_ms + row / POOL_ROWS * MS_PER_HOUR;
    c.first_as_of_ms = 1; /* the reducer's to fill in */
    return c;
}

/* Rows from .. to of a file, in one call or in pieces, with a commit in between or none. */
static void import_rows(struct world *w, struct made_store *m, int file, int from, int to, bool one_by_one)
{
    struct apply_session *a = apply_session_create(&m->s, &m->shop, file + 1);
    struct apply_tally tally = { 0 };
    struct order_claim claims[FILE_ROWS_MAX];
    struct made_file *f = &w->files[file];
    if (!a || !db_begin(m->s.db)) fail(&m->s, "begin");
    import_state(m, file + 1, 1);
    while (from < to) {
        int n = one_by_one ? 1 : 1 + (int)prng_below(&w->p, (uint64_t)(to - from));
        for (int i = 0; i < n; i++) claims[i] = row_of(w, f->rows[from + i], f->as_of_ms);
        if (!apply_claims(a, claims, (size_t)n, &tally)) fail(&m->s, "apply");
        from += n;
        if (prng_below(&w->p, 3) == 0 && (!apply_flush(a) || !db_commit(m->s.db) || !db_begin(m->s.db))) fail(&m->s, "commit");
    }
    if (!apply_flush(a) || !db_commit(m->s.db)) fail(&m->s, "commit");
    apply_session_free(a);
}

static void undo(struct world *w, struct made_store *m, int file)
{
    bool done = false;
    w->undone_first += count(&m->s, SQL("SELECT COUNT(*) FROM " IMPLYING TOLD_BY_IT "a.first_as_of_ms = e.first_as_of_ms AND a.as_of_ms < e.as_of_ms)"), file + 1);
    w->undone_later += count(&m->s, SQL("SELECT COUNT(*) FROM " IMPLYING TOLD_BY_IT "a.as_of_ms = e.as_of_ms AND a.first_as_of_ms > e.first_as_of_ms)"), file + 1);
    while (!done) {
        struct apply_session *a = apply_session_create(&m->s, &m->shop, file + 1);
        if (!a || !db_begin(m->s.db) || !undo_slice(a, file + 1, 1 + (int64_t)prng_below(&w->p, 6), &done)) fail(&m->s, "undo");
        if (done) import_state(m, file + 1, 4);
        if (!apply_flush(a) || !db_commit(m->s.db)) fail(&m->s, "commit");
        apply_session_free(a);
    }
    w->files[file].undone = true;
}

static void live_event(struct world *w, struct made_store *m, int i)
{
    struct order_claim c = row_of(w, w->live[i], MADE_AT + w->live[i] % POOL_ROWS * MS_PER_HOUR);
    struct apply_session *a = apply_session_create(&m->s, &m->shop, 0);
    struct apply_tally tally = { 0 };
    if (!a || !db_begin(m->s.db) || !apply_claims(a, &c, 1, &tally) || !apply_flush(a) || !db_commit(m->s.db)) fail(&m->s, "live event");
    apply_session_free(a);
}

static void history(struct world *w, struct made_store *m)
{
    int next_row[FILES] = { 0 }, live_done = 0;
    for (int step = 0; step < 40; step++) {
        const int file = (int)prng_below(&w->p, FILES);
        struct made_file *f = &w->files[file];
        const uint64_t what = prng_below(&w->p, 10);
        if (what < 6 && !f->undone && next_row[file] < f->n) {
            const int to = next_row[file] + 1 + (int)prng_below(&w->p, (uint64_t)(f->n - next_row[file]));
            import_rows(w, m, file, next_row[file], to, prng_below(&w->p, 4) == 0);
            next_row[file] = to;
            f->begun = true;
        } else if (what < 7 && f->begun && !f->undone) {
            undo(w, m, file);
        } else if (live_done < w->live_n) {
            live_event(w, m, live_done++);
        }
    }
    for (int i = 0; i < FILES; i++) /* what was begun is finished, or was undone half-way */
        if (w->files[i].begun && !w->files[i].undone) import_rows(w, m, i, next_row[i], w->files[i].n, false);
    for (; live_done < w->live_n; live_done++) live_event(w, m, live_done);
}

static void shuffle(struct prng *p, int *v, int n)
{
    for (int i = n - 1; i > 0; i--) {
        const int j = (int)prng_below(p, (uint64_t)i + 1), t = v[i];
        v[i] = v[j];
        v[j] = t;
    }
}

static void rebuild(struct world *w, struct made_store *m, int forget)
{
    int order[FILES];
    for (int i = 0; i < FILES; i++) order[i] = i;
    shuffle(&w->p, order, FILES);
    shuffle(&w->p, w->live, w->live_n);
    const bool one_by_one = prng_below(&w->p, 2) == 0;
    for (int i = 0; i < w->live_n / 2; i++) live_event(w, m, i);
    for (int i = 0; i < FILES; i++) {
        struct made_file *f = &w->files[order[i]];
        if (!f->begun || f->undone || order[i] == forget) continue;
        shuffle(&w->p, f->rows, f->n);
        import_rows(w, m, order[i], 0, f->n, one_by_one);
    }
    for (int i = w->live_n / 2; i < w->live_n; i++) live_event(w, m, i);
}

static void files_make(struct world *w)
{
    for (int i = 0; i < FILES; i++) {
        struct made_file *f = &w->files[i];
        *f = (struct made_file){ .n = 1 + (int)prng_below(&w->p, FILE_ROWS_MAX), .as_of_ms = MADE_AT + (int64_t)prng_below(&w->p, 4) * MS_PER_DAY };
        const uint64_t times = 1 + prng_below(&w->p, 3);
        for (int k = 0; k < f->n; k++) f->rows[k] = (int)prng_below(&w->p, POOL_ROWS * times);
    }
    w->live_n = (int)prng_below(&w->p, LIVE_MAX);
    for (int i = 0; i < w->live_n; i++) w->live[i] = (int)prng_below(&w->p, POOL_ROWS * 3);
}

static bool holds(struct made_store *m, uint64_t seed, const char *which)
{
    static const struct verify_report nothing;
    struct verify_report r = nothing;
    if (!store_verify(&m->s, &r, NULL, NULL)) fail(&m->s, "verify");
    for (int i = 0; i < r.finding_count && i < 5; i++)
        fprintf(stderr, "seed %llu, %s: %s %s %s: expected %s, found %s\n", (unsigned long long)seed, which, r.findings[i].table,
                r.findings[i].key, r.findings[i].column, r.findings[i].expected, r.findings[i].found);
    return r.disagreements == 0;
}

/* True when the control (a forgotten import) was seen or could not be tried. */
static bool run_seed(uint64_t seed, bool *ret_control, int64_t met[3])
{
    struct world w = { 0 };
    struct made_store one, two, three;
    int forget = -1;
    if (!os_env_init(&w.env)) fail(NULL, "env");
    prng_seed(&w.p, seed);
    pool_make(&w.pool, seed, &w.env.memory);
    files_make(&w);
    store_make(&w, &one), store_make(&w, &two), store_make(&w, &three);
    history(&w, &one);
    met[0] += w.undone_first, met[1] += w.undone_later;
    met[2] += count(&one.s, SQL("SELECT COUNT(*) FROM " IMPLYING " AND e.first_as_of_ms IN (o.paid_at_ms, o.shipped_at_ms,"
                                " o.delivered_at_ms, o.cancelled_at_ms) AND $1 = 0"), 0);
    rebuild(&w, &two, -1);
    for (int i = 0; i < FILES; i++)
        if (w.files[i].begun && !w.files[i].undone) forget = i;
    rebuild(&w, &three, forget);
    char *a = dump(&one.s), *b = dump(&two.s), *c = dump(&three.s);
    bool same = strcmp(a, b) == 0;
    if (!same) {
        fprintf(stderr, "seed %llu: history (-) and rebuild (+) differ\n", (unsigned long long)seed);
        dump_difference(a, b);
    }
    same = holds(&one, seed, "history") && holds(&two, seed, "rebuild") && same;
    *ret_control = forget >= 0 && strcmp(b, c) != 0;
    free(a), free(b), free(c);
    store_close(&one.s), store_close(&two.s), store_close(&three.s);
    pool_release(&w.pool);
    os_env_release(&w.env);
    return same;
}

/* One list of claims as one import, and as live events one at a time: the same tables, but for who asserts. */
static bool import_is_events(uint64_t seed)
{
    struct world w = { 0 };
    struct made_store import, live;
    struct apply_tally tally = { 0 };
    if (!os_env_init(&w.env)) fail(NULL, "env");
    pool_make(&w.pool, seed, &w.env.memory);
    for (int i = 0; i < POOL_ROWS; i++) w.pool.rows[i].as_of_ms = MADE_AT + i % 5 * MS_PER_DAY;
    store_make(&w, &import), store_make(&w, &live);
    struct apply_session *a = apply_session_create(&import.s, &import.shop, 1);
    if (!a || !db_begin(import.s.db) || !apply_claims(a, w.pool.rows, POOL_ROWS, &tally) || !apply_flush(a) || !db_commit(import.s.db))
        fail(&import.s, "import");
    apply_session_free(a);
    for (int i = POOL_ROWS - 1; i >= 0; i--) {
        a = apply_session_create(&live.s, &live.shop, 0);
        if (!a || !db_begin(live.s.db) || !apply_claims(a, &w.pool.rows[i], 1, &tally) || !apply_flush(a) || !db_commit(live.s.db))
            fail(&live.s, "event");
        apply_session_free(a);
    }
    if (!sqlite_run(live.s.db, "INSERT INTO assertion SELECT merchant_id, 1, event_no, order_id, order_id, fed_first_ms, fed_as_of_ms FROM event;"
                               " UPDATE event SET fed_first_ms = NULL, fed_as_of_ms = NULL")) fail(&live.s, "assertions");
    char *x = dump(&import.s), *y = dump(&live.s);
    const bool same = strcmp(x, y) == 0;
    if (!same) {
        fprintf(stderr, "seed %llu: one import (-) and its rows as events (+) differ\n", (unsigned long long)seed);
        dump_difference(x, y);
    }
    free(x), free(y);
    store_close(&import.s), store_close(&live.s);
    pool_release(&w.pool);
    os_env_release(&w.env);
    return same;
}

/* Two exports of one row, and the four times that its status implies: whichever comes first, and after each is taken back. */
static bool told_again(void)
{
    static const struct { enum order_status status; const char *column; } rows[] = {
        { STATUS_PAID, SQL("SELECT COALESCE(MAX(paid_at_ms), $1) FROM orders") }, { STATUS_SHIPPED, SQL("SELECT COALESCE(MAX(shipped_at_ms), $1) FROM orders") },
        { STATUS_DELIVERED, SQL("SELECT COALESCE(MAX(delivered_at_ms), $1) FROM orders") }, { STATUS_CLOSED, SQL("SELECT COALESCE(MAX(cancelled_at_ms), $1) FROM orders") },
    };
    bool good = true;
    for (size_t i = 0; i < 2 * sizeof rows / sizeof rows[0]; i++) {
        struct world w = { 0 };
        struct made_store m;
        const int early = (int)(i % 2), late = 1 - early; /* which file is the early one; file 0 comes first */
        const int64_t at[2] = { MADE_AT, MADE_AT + 4 * MS_PER_HOUR };
        const char *sql = rows[i / 2].column;
        if (!os_env_init(&w.env)) fail(NULL, "env");
        prng_seed(&w.p, i);
        store_make(&w, &m);
        w.pool.rows[0] = (struct order_claim){ .order_no = TEXT("1"), .rank = SOURCE_FILE, .placed_at_ms = MADE_AT - 9, .paid_at_ms = CLAIM_NONE,
            .cancelled_at_ms = CLAIM_NONE, .shipped_at_ms = CLAIM_NONE, .delivered_at_ms = CLAIM_NONE, .refunded_at_ms = CLAIM_NONE,
            .ship_by_ms = CLAIM_NONE, .total_minor = 5, .paid_minor = CLAIM_NONE, .refund_minor = CLAIM_NONE, .pieces = 1,
            .status = rows[i / 2].status, .customer_id = CLAIM_NONE };
        w.files[early] = (struct made_file){ .n = 1, .as_of_ms = at[0] };
        w.files[late] = (struct made_file){ .n = 1, .as_of_ms = at[1] };
        import_rows(&w, &m, 0, 0, 1, false);
        bool ok = count(&m.s, sql, 0) == w.files[0].as_of_ms && holds(&m, i, "the first");
        import_rows(&w, &m, 1, 0, 1, false);
        ok = ok && count(&m.s, sql, 0) == at[0] && holds(&m, i, "both");
        undo(&w, &m, early);
        ok = ok && count(&m.s, sql, 0) == at[1] && holds(&m, i, "without the early one");
        import_rows(&w, &m, early, 0, 1, false);
        ok = ok && count(&m.s, sql, 0) == at[0] && holds(&m, i, "both again");
        undo(&w, &m, late);
        ok = ok && count(&m.s, sql, 0) == at[0] && holds(&m, i, "without the late one");
        if (!ok) fprintf(stderr, "status %d told twice, %s first: the implied time is wrong\n", rows[i / 2].status, early ? "late" : "early");
        good = good && ok;
        store_close(&m.s);
        os_env_release(&w.env);
    }
    return good;
}

enum { MANY = 2400, MANY_BATCH = 600 };

static void many_make(struct arena *texts, struct prng *p, struct order_claim *claims)
{
    for (int i = 0; i < MANY; i++) {
        const int64_t at = MADE_AT + i * MS_PER_MIN;
        claims[i] = (struct order_claim){ .order_no = arena_printf(texts, "%d", 5000 + (int)prng_below(p, MANY)), .as_of_ms = MADE_AT,
            .rank = SOURCE_FILE, .placed_at_ms = at, .paid_at_ms = at, .cancelled_at_ms = CLAIM_NONE, .shipped_at_ms = CLAIM_NONE,
            .delivered_at_ms = CLAIM_NONE, .refunded_at_ms = CLAIM_NONE, .ship_by_ms = CLAIM_NONE, .total_minor = i, .paid_minor = i,
            .refund_minor = CLAIM_NONE, .pieces = 1, .customer_id = CLAIM_NONE };
        memcpy(claims[i].key.bytes, &i, sizeof i);
        claims[i].person.buyer = arena_printf(texts, "buyer %d", (int)prng_below(p, MANY / 2));
    }
}

/* A session that takes large batches remembers customers; live events between its batches bring customers too. */
static bool large_batches(uint64_t seed)
{
    static struct order_claim claims[MANY];
    struct world w = { 0 };
    struct made_store large, single;
    struct apply_tally tally = { 0 };
    struct arena texts;
    if (!os_env_init(&w.env)) fail(NULL, "env");
    arena_init(&texts, &w.env.memory, 0);
    prng_seed(&w.p, seed);
    many_make(&texts, &w.p, claims);
    store_make(&w, &large), store_make(&w, &single);
    struct apply_session *a = apply_session_create(&large.s, &large.shop, 1), *l = NULL;
    for (int i = 0; i < MANY; i += MANY_BATCH) { /* the first ten of each batch come live */
        const bool one_transaction = prng_below(&w.p, 2) == 0;
        l = apply_session_create(&large.s, &large.shop, 1);
        if (!a || !l || !db_begin(large.s.db) || !apply_claims(l, claims + i, 10, &tally) || !apply_flush(l)) fail(&large.s, "few");
        if (!one_transaction && (!db_commit(large.s.db) || !db_begin(large.s.db))) fail(&large.s, "commit");
        if (!apply_claims(a, claims + i + 10, MANY_BATCH - 10, &tally) || !apply_flush(a) || !db_commit(large.s.db)) fail(&large.s, "many");
        apply_session_free(l);
    }
    apply_session_free(a);
    struct made_store alone;
    store_make(&w, &alone);
    a = apply_session_create(&alone.s, &alone.shop, 1);
    if (!a || !db_begin(alone.s.db)) fail(&alone.s, "begin");
    apply_session_alone(a);
    for (int i = 0; i < MANY; i += MANY_BATCH) {
        if (!apply_claims(a, claims + i, MANY_BATCH, &tally)) fail(&alone.s, "alone");
        if (i == MANY_BATCH && (!apply_flush(a) || !db_commit(alone.s.db) || !db_begin(alone.s.db))) fail(&alone.s, "commit");
    }
    if (!apply_flush(a) || !db_commit(alone.s.db)) fail(&alone.s, "commit");
    apply_session_free(a);
    a = apply_session_create(&single.s, &single.shop, 1);
    if (!a || !db_begin(single.s.db)) fail(&single.s, "begin");
    for (int i = 0; i < MANY; i++)
        if (!apply_claims(a, &claims[i], 1, &tally)) fail(&single.s, "single");
    if (!apply_flush(a) || !db_commit(single.s.db)) fail(&single.s, "commit");
    apply_session_free(a);
    char *x = dump(&large.s), *y = dump(&single.s);
    char *z = dump(&alone.s);
    const bool same = strcmp(x, y) == 0 && strcmp(z, y) == 0 && holds(&large, seed, "large batches") && holds(&alone, seed, "alone");
    if (strcmp(x, y) != 0) dump_difference(x, y);
    else if (!same) dump_difference(z, y);
    free(x), free(y), free(z);
    store_close(&large.s), store_close(&single.s), store_close(&alone.s);
    arena_release(&texts);
    os_env_release(&w.env);
    return same;
}

int main(int argc, char **argv)
{
    int64_t first = 1, seeds = 200, bad = 0, caught = 0, met[3] = { 0 };
    if (argc == 3 && (!text_to_i64(text_from_cstr(argv[1]), &first) || !text_to_i64(text_from_cstr(argv[2]), &seeds))) return 2;
    for (int64_t i = 0; i < seeds; i++) {
        bool control = false;
        bad += !run_seed((uint64_t)(first + i), &control, met) || !import_is_events((uint64_t)(first + i));
        caught += control;
    }
    for (int64_t i = 0; i < 3; i++) bad += !large_batches((uint64_t)(first + i));
    bad += !told_again();
    printf("%lld histories, %lld differ from their rebuild; %lld of the rebuilds that forget an import were seen\n", (long long)seeds,
           (long long)bad, (long long)caught);
    printf("rows told under several times, of which the earliest (%lld) or the latest (%lld) was undone; implied times from the earliest: %lld\n",
           (long long)met[0], (long long)met[1], (long long)met[2]);
    return bad == 0 && caught > seeds / 2 && met[0] > seeds && met[1] > seeds && met[2] > seeds / 2 ? 0 : 1;
}
