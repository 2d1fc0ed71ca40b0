/* The ledger of messages through its own entry points: it follows the orders through random histories of imports, events and undos, and a
 * message moves only along its life.
 *
 * usage: outbox_test FIRST_SEED SEEDS
 * For each seed: random claims, imports and undos with reminders switched on, off and on again; in between random decisions, leases, ends and
 * resolutions. After each commit, by a second reading in plain SQL: what waits belongs to an open order; every open order has a message or had
 * one; nothing that was sent, or may have been, is ever planned again by an order's change; a step that the life does not know did nothing.
 * Control: a message planned by hand for a paid order must be found. */
#include <stdio.h>
#include <stdlib.h>
#include "made_rows.h"
#include "memory_store.h"
#include "os/os.h"
#include "store/outbox_store.h"

enum { IMPORTS = 5, STEPS = 60, ROWS_MAX = 512 };
struct world {
    struct env env;
    struct store s;
    struct shop shop;
    struct pool pool;
    struct prng p;
    int64_t now_ms, moves, refused, reopened, dropped, next_waves;
    bool on;
};

static void fail(struct world *w, const char *what)
{
    fprintf(stderr, "outbox_test: %s: %s\n", what, db_error_message(w->s.db));
    exit(1);
}

static int64_t clock_ms;
static int64_t made_now(void *ctx) { (void)ctx; return clock_ms; }

static void store_make(struct world *w)
{
    char message[256];
    if (!memory_store_open(&w->s, &w->env, message, sizeof message)) exit(1);
    const struct shop_new n = { .key = TEXT("t"), .name = TEXT("t"), .platform = TEXT("tmall"), .currency = TEXT("CNY"),
                                .zone = TEXT("Asia/Shanghai"), .country = TEXT("CN") };
    if (!db_begin(w->s.db) || shop_create(&w->s, &n, &w->shop) != SHOP_OK || !db_commit(w->s.db)) fail(w, "shop");
}

static int64_t number(struct world *w, const char *sql)
{
    struct db_stmt *q = db_stmt(w->s.db, sql); /* house: handed on by the SQL() of the caller */
    if (!q || db_step(q) != DB_ROW) fail(w, "count");
    const int64_t n = db_i64_at(q, 0);
    db_done(q);
    return n;
}

/* An order as the table says, with nothing of the core: closed by any of its times, or to be paid on delivery, or only known by its lines. */
#define CLOSED "(o.order_id IS NULL OR o.placed_at_ms IS NULL OR o.paid_at_ms IS NOT NULL OR o.cancelled_at_ms IS NOT NULL OR o.shipped_at_ms IS NOT NULL" \
    " OR o.delivered_at_ms IS NOT NULL OR o.pay_kind = 2 OR (o.refund_minor > 0 AND o.paid_minor IS NOT NULL AND o.refund_minor >= o.paid_minor AND o.refunded_at_ms IS NOT NULL))"
#define JOINED " LEFT JOIN orders o ON o.merchant_id = x.merchant_id AND o.order_id = x.order_id "

/* What waits for an order that is closed. */
static int64_t waits_for_closed(struct world *w)
{
    return number(w, SQL("SELECT COUNT(*) FROM outbox x" JOINED "WHERE x.state IN (1, 4) AND " CLOSED));
}

/* Open orders, young enough, that nothing was ever planned for. */
static int64_t forgotten(struct world *w)
{
    struct db_stmt *q = db_stmt(w->s.db, SQL("SELECT COUNT(*) FROM orders o WHERE o.placed_at_ms > $1 AND NOT " CLOSED
        " AND NOT EXISTS (SELECT 1 FROM outbox x WHERE x.merchant_id = o.merchant_id AND x.order_id = o.order_id AND (x.state <> 6 OR x.rule IN ('refused', 'rejected', 'done', 'undelivered', 'switched-off')))"));
    if (!q) fail(w, "forgotten");
    db_bind_i64(q, 1, w->now_ms - MS_PER_DAY);
    if (db_step(q) != DB_ROW) fail(w, "forgotten");
    const int64_t n = db_i64_at(q, 0);
    db_done(q);
    return n;
}

static void check(struct world *w, const char *after)
{
    const int64_t closed = waits_for_closed(w), both = number(w, SQL("SELECT COUNT(*) FROM outbox WHERE (due_at_ms IS NOT NULL) <> (state IN (1, 4))"));
    const int64_t twice = number(w, SQL("SELECT COUNT(*) FROM (SELECT order_id FROM outbox WHERE state IN (1, 4) GROUP BY order_id HAVING COUNT(*) > 1) AS n"));
    if ((!w->on || !closed) && !both && !twice && (!w->on || !forgotten(w))) return;
    fprintf(stderr, "outbox_test: after %s: %lld wait for closed orders, %lld with a wrong due time, %lld orders with two that wait, %lld orders forgotten\n", after,
            (long long)(w->on ? closed : 0), (long long)both, (long long)twice, (long long)(w->on ? forgotten(w) : 0));
    exit(1);
}

/* ---- what happens ---- */

/* The row as an unpaid order of today would be told. */
static void open_again(struct world *w, struct order_claim *c)
{
    c->placed_at_ms = MADE_AT + 2 * MS_PER_DAY - (int64_t)prng_below(&w->p, (uint64_t)(20 * MS_PER_HOUR));
    c->paid_at_ms = c->cancelled_at_ms = c->shipped_at_ms = c->delivered_at_ms = c->refunded_at_ms = c->paid_minor = c->refund_minor = CLAIM_NONE;
    c->status = STATUS_UNPAID;
    c->pay_kind = PAY_ONLINE;
    c->tracking = TEXT_NONE;
    c->payment = (struct payment_claim){ .kind = PAYMENT_NONE };
    c->has_line = false;
    const uint64_t key = prng_next(&w->p);
    memcpy(c->key.bytes, &key, sizeof key);
}

static void claims(struct world *w, int64_t import_id)
{
    struct order_claim some[8];
    struct apply_tally tally = { 0 };
    const size_t n = 1 + (size_t)prng_below(&w->p, 8);
    for (size_t i = 0; i < n; i++) {
        some[i] = w->pool.rows[prng_below(&w->p, POOL_ROWS)];
        some[i].as_of_ms = MADE_AT + import_id * MS_PER_HOUR;
        if (prng_below(&w->p, 3)) open_again(w, &some[i]);
    }
    struct apply_session *a = apply_session_create(&w->s, &w->shop, import_id);
    if (!a || !db_begin(w->s.db) || !apply_claims(a, some, n, &tally) || !apply_flush(a)) fail(w, "claims");
    if (prng_below(&w->p, 8) == 0) db_rollback(w->s.db);
    else if (!db_commit(w->s.db)) fail(w, "commit");
    apply_session_free(a);
}

static void undo(struct world *w)
{
    const int64_t import_id = 1 + (int64_t)prng_below(&w->p, IMPORTS);
    bool done = false;
    while (!done) {
        struct apply_session *a = apply_session_create(&w->s, &w->shop, import_id);
        if (!a || !db_begin(w->s.db) || !undo_slice(a, import_id, 1 + (int64_t)prng_below(&w->p, 6), &done) || !apply_flush(a) || !db_commit(w->s.db)) fail(w, "undo");
        apply_session_free(a);
    }
}

static void flip(struct world *w)
{
    int64_t n = 1;
    struct outbox_cursor cursor = { 0 };
    if (!db_begin(w->s.db)) fail(w, "begin");
    w->on = !w->on;
    struct db_stmt *q = db_stmt(w->s.db, SQL("INSERT INTO policy_term (merchant_id, store_id, name, value) VALUES (1, $1, 'auto_sms', $2)"
        " ON CONFLICT (merchant_id, store_id, name) DO UPDATE SET value = excluded.value"));
    if (!q) fail(w, "switch");
    db_bind_i64(q, 1, w->shop.store_id);
    db_bind_i64(q, 2, w->on);
    if (!db_exec(q)) fail(w, "switch");
    outbox_switched(&w->s);
    while (w->on && !cursor.through)
        if (!outbox_catch_up(&w->s, &w->shop, 3, &cursor)) fail(w, "catch up");
    while (!w->on && n > 0)
        if (!outbox_drop_all(&w->s, &w->shop, w->now_ms, 3, &n)) fail(w, "drop");
    if (!db_commit(w->s.db)) fail(w, "commit");
}

static bool step_known(enum outbox_state from, enum outbox_event event) { return outbox_step_of(from, event) != NULL; }

/* The waves of an order that were sent, or may have been: bits 1 << wave. */
static unsigned waves_out(struct world *w, int64_t order_id)
{
    struct db_stmt *q = db_stmt(w->s.db, SQL("SELECT wave FROM outbox WHERE order_id = $1 AND state IN (2, 3, 5)"));
    enum db_step step;
    unsigned waves = 0;
    if (!q) fail(w, "waves");
    db_bind_i64(q, 1, order_id);
    while ((step = db_step(q)) == DB_ROW) waves |= 1u << db_i64_at(q, 0);
    db_done(q);
    if (step == DB_FAILED) fail(w, "waves");
    return waves;
}

static bool is_there(struct world *w, struct outbox_key key)
{
    struct db_stmt *q = db_stmt(w->s.db, SQL("SELECT 1 FROM outbox WHERE order_id = $1 AND wave = $2"));
    if (!q) fail(w, "message");
    db_bind_i64(q, 1, key.order_id);
    db_bind_i64(q, 2, key.wave);
    const enum db_step step = db_step(q);
    db_done(q);
    return step == DB_ROW;
}

/* A step tried on any message; the ledger must obey its life. */
static void move(struct world *w)
{
    static const enum outbox_event decided[] = { OUTBOX_HOLD, OUTBOX_REFUSE, OUTBOX_LEASE, OUTBOX_LEASE };
    static const enum outbox_event ends[] = { OUTBOX_RETURN, OUTBOX_ACCEPT, OUTBOX_PUT_OFF, OUTBOX_REJECT, OUTBOX_LOSE };
    static const enum outbox_event words[] = { OUTBOX_ARRIVED, OUTBOX_AGAIN, OUTBOX_NOT_ARRIVED };
    const int64_t all = number(w, SQL("SELECT COUNT(*) FROM outbox"));
    if (all == 0) return;
    struct db_stmt *q = db_stmt(w->s.db, SQL("SELECT order_id, wave, state, due_at_ms FROM outbox ORDER BY order_id, wave LIMIT 1 OFFSET $1"));
    if (!q) fail(w, "message");
    db_bind_i64(q, 1, (int64_t)prng_below(&w->p, (uint64_t)all));
    if (db_step(q) != DB_ROW) fail(w, "message");
    const struct outbox_key key = { db_i64_at(q, 0), (int)db_i64_at(q, 1) };
    const enum outbox_state state = (enum outbox_state)db_i64_at(q, 2);
    const int64_t due_ms = db_is_null(q, "due_at_ms") ? INSTANT_NONE : db_i64_at(q, 3);
    db_done(q);
    bool done = false, expected;
    const unsigned waves_before = waves_out(w, key.order_id);
    if (!db_begin(w->s.db)) fail(w, "begin");
    const bool likely = prng_below(&w->p, 4) != 0; /* a step of those that may come next */
    switch (likely && outbox_waits(state) ? 0 : likely && state == OUTBOX_LEASED ? 1 : likely && state == OUTBOX_UNKNOWN ? 2 : prng_below(&w->p, 3)) {
    case 0: {
        const bool stale = prng_below(&w->p, 5) == 0;
        const int wave = prng_below(&w->p, 2) ? key.wave : 1 + (int)prng_below(&w->p, 3);
        const struct outbox_verdict v = { key, decided[prng_below(&w->p, 4)], wave, CHANNEL_SMS, w->now_ms + 5, "refused", stale ? 7 : due_ms };
        if (!outbox_decide(&w->s, &w->shop, &v, w->now_ms, &done)) fail(w, "decide");
        expected = outbox_waits(state) && !stale && step_known(state, v.event);
        break;
    }
    case 1: {
        const struct outbox_end e = { key, ends[prng_below(&w->p, 5)], w->now_ms + 9, TEXT("calm"), TEXT("ok") };
        if (!outbox_finish(&w->s, &w->shop, &e, w->now_ms, &done)) fail(w, "finish");
        expected = step_known(state, e.event);
        w->next_waves += done && (e.event == OUTBOX_ACCEPT || e.event == OUTBOX_LOSE);
        break;
    }
    default: {
        const enum outbox_event word = words[prng_below(&w->p, 3)];
        if (!outbox_resolve(&w->s, &w->shop, key, word, 7, &done)) fail(w, "resolve");
        expected = step_known(state, word) && (word != OUTBOX_AGAIN || waves_before >> (key.wave + 1) == 0);
        if (done && word == OUTBOX_ARRIVED && key.wave < OUTBOX_WAVE_LAST && !is_there(w, (struct outbox_key){ key.order_id, key.wave + 1 })) fail(w, "what arrived is followed by no wave");
        break;
    }
    }
    if (done != expected) fail(w, done ? "a step that the life does not know was made" : "a step that the life knows was not made");
    if (!db_commit(w->s.db)) fail(w, "commit");
    *(done ? &w->moves : &w->refused) += 1;
}

/* Returned, put off or to be sent again after its order was closed meanwhile: the next decision drops it, here as in the runner. */
static void refuse_closed(struct world *w)
{
    for (;;) {
        struct db_stmt *q = db_stmt(w->s.db, SQL("SELECT x.order_id, x.wave, x.due_at_ms FROM outbox x" JOINED "WHERE x.state IN (1, 4) AND " CLOSED " LIMIT 1"));
        bool done = false;
        if (!q) fail(w, "closed");
        if (db_step(q) != DB_ROW) { db_done(q); return; }
        const struct outbox_verdict v = { { db_i64_at(q, 0), (int)db_i64_at(q, 1) }, OUTBOX_REFUSE, 0, CHANNEL_NONE, 0, "refused", db_i64_at(q, 2) };
        db_done(q);
        if (!db_begin(w->s.db) || !outbox_decide(&w->s, &w->shop, &v, w->now_ms, &done) || !db_commit(w->s.db) || !done) fail(w, "a closed order's message was not dropped");
    }
}

static void settle(struct world *w)
{
    int64_t n = 0;
    const int64_t leased = number(w, SQL("SELECT COUNT(*) FROM outbox WHERE state = 2")), unknown = number(w, SQL("SELECT COUNT(*) FROM outbox WHERE state = 5"));
    if (!db_begin(w->s.db) || !outbox_settle(&w->s, w->now_ms, &n) || !db_commit(w->s.db)) fail(w, "settle");
    if (n != leased || number(w, SQL("SELECT COUNT(*) FROM outbox WHERE state = 5")) != unknown + leased) fail(w, "a restart did not make every leased message unknown");
}

/* What may have reached the buyer is never planned again by anything but a person's word. */
struct seen { struct outbox_key keys[ROWS_MAX]; int n; };

static void seen_load(struct world *w, struct seen *ret)
{
    struct db_stmt *q = db_stmt(w->s.db, SQL("SELECT order_id, wave FROM outbox WHERE state IN (3, 5)"));
    ret->n = 0;
    if (!q) fail(w, "seen");
    while (db_step(q) == DB_ROW && ret->n < ROWS_MAX) ret->keys[ret->n++] = (struct outbox_key){ db_i64_at(q, 0), (int)db_i64_at(q, 1) };
    db_done(q);
}

static void seen_stands(struct world *w, const struct seen *before)
{
    for (int i = 0; i < before->n; i++)
        if (!(waves_out(w, before->keys[i].order_id) >> before->keys[i].wave & 1u)) fail(w, "a message that was sent is not counted any more");
}

static void one(struct world *w, uint64_t seed)
{
    static struct seen seen;
    prng_seed(&w->p, seed);
    pool_make(&w->pool, seed, &w->env.memory);
    clock_ms = w->now_ms = MADE_AT + 2 * MS_PER_DAY;
    w->on = false;
    store_make(w);
    flip(w);
    for (int i = 0; i < STEPS; i++) {
        const uint64_t what = prng_below(&w->p, 20);
        clock_ms = w->now_ms += (int64_t)prng_below(&w->p, 600000);
        seen_load(w, &seen);
        if (what < 7) claims(w, (int64_t)prng_below(&w->p, IMPORTS + 1));
        else if (what < 8) undo(w);
        else if (what < 9) flip(w);
        else if (what < 10) settle(w);
        else { move(w); refuse_closed(w); }
        if (what < 10) seen_stands(w, &seen);
        check(w, what < 7 ? "claims" : what < 8 ? "an undo" : what < 9 ? "a switch" : "a step");
    }
    w->reopened += number(w, SQL("SELECT COUNT(*) FROM outbox WHERE state = 1 AND rule = 'planned'"));
    w->dropped += number(w, SQL("SELECT COUNT(*) FROM outbox WHERE state = 6"));
    if (!w->on) flip(w);
    if (number(w, SQL("SELECT COUNT(*) FROM outbox x" JOINED "WHERE x.state = 6 AND o.paid_at_ms IS NOT NULL")) > 0) { /* control */
        struct db_stmt *q = db_stmt(w->s.db, SQL("UPDATE outbox SET state = 1, due_at_ms = 1 WHERE state = 6 AND order_id IN (SELECT order_id FROM orders WHERE paid_at_ms IS NOT NULL)"));
        if (!q || !db_begin(w->s.db) || !db_exec(q) || !db_commit(w->s.db)) fail(w, "control");
        if (waits_for_closed(w) == 0) fail(w, "control: a message planned for a paid order was not found");
    }
    store_close(&w->s);
    pool_release(&w->pool);
}

/* What is due is found by its index, however much waits. */
static void plans_by_index(struct world *w)
{
    store_make(w);
    struct db_stmt *q = db_stmt(w->s.db, SQL("EXPLAIN QUERY PLAN SELECT order_id FROM outbox WHERE merchant_id = $1 AND store_id = $2 AND channel = $3 AND due_at_ms <= $4 ORDER BY due_at_ms LIMIT $5"));
    if (!q || db_step(q) != DB_ROW) fail(w, "plan");
    const struct text t = db_text(q, "detail");
    char plan[256];
    text_copy(plan, sizeof plan, t);
    if (!strstr(plan, "outbox_due") || db_step(q) == DB_ROW) fail(w, "what is due is not read from its index alone");
    db_done(q);
    store_close(&w->s);
}

int main(int argc, char **argv)
{
    const uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 10) : 1, seeds = argc > 2 ? strtoull(argv[2], NULL, 10) : 300;
    static struct world w;
    if (!os_env_init(&w.env)) return 1;
    w.env.now_ms = made_now;

    plans_by_index(&w);
    for (uint64_t seed = first; seed < first + seeds; seed++) one(&w, seed);
    printf("%llu histories: %lld steps made, %lld refused, %lld dropped, %lld waves followed\n", (unsigned long long)seeds, (long long)w.moves, (long long)w.refused,
           (long long)w.dropped, (long long)w.next_waves);
    if (w.moves == 0 || w.refused == 0 || w.dropped == 0 || w.next_waves == 0) { fprintf(stderr, "outbox_test: the histories met too little\n"); return 1; }
    return 0;
}
