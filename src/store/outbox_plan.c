/* The ledger follows the orders, in the commit that changes them: an unpaid one is planned for, one that is paid, closed, shipped, refunded or
 * gone is dropped at once, one that changed or is open again is decided again.  Only for shops that have reminders switched on: whether they
 * have (terms auto_sms and auto_email of the policy) is kept in the writer's memory until something is rolled back or the policy changes. */
#include "store/apply.h"
#include "store/outbox_store.h"
#include "store/policy_store.h"
#include "store/query_row.h"

/* ---- switches ---- */

bool outbox_switches(struct store *s, const struct shop *shop, unsigned *ret)
{
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT name FROM policy_term WHERE merchant_id = $1 AND store_id = $2 AND name IN ('auto_sms', 'auto_email') AND value = 1"));
    enum db_step step;
    unsigned on = 0;
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    while ((step = db_step(q)) == DB_ROW) on |= 1u << (text_is(db_text_at(q, 0), "auto_sms") ? CHANNEL_SMS : CHANNEL_EMAIL);
    db_done(q);
    if (step == DB_FAILED) return false;
    *ret = on;
    return true;
}

bool outbox_is_on(struct store *s, const struct shop *shop, bool *ret)
{
    struct outbox_known *k = &s->outbox[(uint64_t)shop->store_id % OUTBOX_KNOWN];
    unsigned on;
    if (k->known && k->merchant_id == shop->merchant_id && k->store_id == shop->store_id && k->rollbacks == db_rollbacks(s->db)) {
        *ret = k->on;
        return true;
    }
    if (!outbox_switches(s, shop, &on)) return false;
    *k = (struct outbox_known){ shop->merchant_id, shop->store_id, db_rollbacks(s->db), true, on != 0 };
    *ret = on != 0;
    return true;
}

void outbox_switched(struct store *s) { memset(s->outbox, 0, sizeof s->outbox); }

/* ---- rows ---- */

struct plan { int64_t order_id, due_at_ms; const char *closed /* NULL: open */; };

static void plan_cell(struct db_cell *c, const void *rows, size_t row, int column)
{
    const struct plan *p = &((const struct plan *)rows)[row];
    switch (column) {
    case 0: db_cell_i64(c, p->order_id); break;
    case 1: db_cell_i64(c, p->due_at_ms); break;
    case 2: db_cell_text_or_null(c, p->closed ? text_from_cstr(p->closed) : TEXT_NONE); break;
    }
}
static const struct db_batch_table batch_plan = { "batch_plan", SQL("CREATE TABLE batch_plan (order_id BIGINT, due_at_ms BIGINT, closed TEXT)"), plan_cell };

static bool run(struct db_stmt *q, const struct shop *shop, int64_t now_ms, bool of_store)
{
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, now_ms);
    if (of_store) db_bind_i64(q, 3, shop->store_id);
    return db_exec(q);
}

/* Dropped after it was handed over: never by itself again. */
#define SPENT "'undelivered', 'rejected', 'tries-over'"

/* What waits for orders that are closed is dropped; what waits or was dropped unsent for open ones is decided again. */
static bool plans_move(struct store *s, const struct shop *shop, const struct plan *p, size_t n, int64_t now_ms)
{
    if (!db_batch(s->db, &batch_plan, p, n)) return false;
    return run(db_stmt(s->db, SQL("UPDATE outbox SET state = 6, due_at_ms = NULL, at_ms = $2, rule = (SELECT b.closed FROM batch_plan b WHERE b.order_id = outbox.order_id)"
                                  " WHERE merchant_id = $1 AND order_id IN (SELECT b.order_id FROM batch_plan b WHERE b.closed IS NOT NULL) AND state IN (1, 4)")), shop, now_ms, false) &&
           run(db_stmt(s->db, SQL("UPDATE outbox SET state = 1, at_ms = $2, channel = 0, rule = 'planned',"
                                  " due_at_ms = (SELECT b.due_at_ms FROM batch_plan b WHERE b.order_id = outbox.order_id)"
                                  " WHERE merchant_id = $1 AND order_id IN (SELECT b.order_id FROM batch_plan b WHERE b.closed IS NULL)"
                                  " AND (state = 1 OR (state = 6 AND rule NOT IN (" SPENT "))) AND NOT EXISTS (SELECT 1 FROM outbox y WHERE y.merchant_id = $1"
                                  " AND y.order_id = outbox.order_id AND y.wave < outbox.wave AND (y.state IN (1, 4) OR (y.state = 6 AND y.rule NOT IN (" SPENT "))))")),
               shop, now_ms, false);
}

/* Open orders of which nothing is in the ledger. */
static bool plans_add(struct store *s, const struct shop *shop, const struct plan *p, size_t n, int64_t now_ms)
{
    if (!db_batch(s->db, &batch_plan, p, n)) return false;
    return run(db_stmt(s->db, SQL("INSERT INTO outbox (merchant_id, order_id, wave, store_id, state, due_at_ms, at_ms, channel, rule, tries, report, user_id)"
        " SELECT CAST($1 AS BIGINT), b.order_id, 1, CAST($3 AS BIGINT), 1, b.due_at_ms, CAST($2 AS BIGINT), 0, 'planned', 0, 0, 0 FROM batch_plan b"
        " WHERE b.closed IS NULL AND NOT EXISTS (SELECT 1 FROM outbox x WHERE x.merchant_id = $1 AND x.order_id = b.order_id)")), shop, now_ms, true);
}

/* ---- orders that change ---- */

struct planning { const struct policy *policy; int64_t now_ms; };

/* False: nothing is to be planned for it, nor is anything there. */
static bool plan_of(const struct planning *k, const struct order_out *o, bool gone, bool is_new, struct plan *ret)
{
    const char *closed = gone ? "gone" : outbox_order_closed(&o->order);
    *ret = (struct plan){ o->order_id, k->now_ms, closed };
    if (closed) return !is_new;
    const int64_t first_ms = o->order.placed_at_ms + k->policy->wave1_after_s * MS_PER_S;
    if (first_ms > k->now_ms) ret->due_at_ms = first_ms;
    /* an old one of a file that came in late; a presale's balance is paid days after the deposit */
    return !is_new || o->order.status == STATUS_DEPOSIT_PAID || o->order.placed_at_ms > k->now_ms - k->policy->payment_window_s * MS_PER_S;
}

static size_t plans_of(const struct planning *k, const struct list *orders, bool gone, bool is_new, struct plan *to)
{
    size_t n = 0;
    for (size_t i = 0; i < orders->n; i++) n += plan_of(k, &((const struct order_out *)orders->rows)[i], gone, is_new, &to[n]);
    return n;
}

bool outbox_follow(struct apply_session *a)
{
    const struct apply_out *out = &a->out;
    const size_t all = out->orders_new.n + out->orders_changed.n + out->orders_gone.n;
    struct policy policy;
    bool on;
    if (all == 0) return true;
    if (!outbox_is_on(a->s, &a->shop, &on)) return false;
    if (!on) return true;
    struct plan *moved = ARENA_ARRAY(&a->scratch, struct plan, all), *added = ARENA_ARRAY(&a->scratch, struct plan, all);
    if (!moved || !added || !policy_load(a->s, &a->shop, &policy)) return false;
    const struct planning k = { &policy, a->s->env->now_ms(a->s->env->ctx) };
    size_t moves = plans_of(&k, &out->orders_gone, true, false, moved);
    moves += plans_of(&k, &out->orders_changed, false, false, moved + moves);
    size_t adds = plans_of(&k, &out->orders_changed, false, true, added);
    adds += plans_of(&k, &out->orders_new, false, true, added + adds);
    return (moves == 0 || plans_move(a->s, &a->shop, moved, moves, k.now_ms)) && (adds == 0 || plans_add(a->s, &a->shop, added, adds, k.now_ms));
}

/* ---- orders that were there before ---- */

enum { CATCH_UP_MAX = 512, PRESALE_DAYS = 60 };
struct caught { struct planning k; struct plan plans[CATCH_UP_MAX]; size_t n; int seen; struct outbox_cursor *cursor; };

static bool catch_one(void *ctx, const struct order_row *r)
{
    struct caught *c = ctx;
    const struct order_out o = { .order_id = r->order_id, .order = r->order };
    c->cursor->placed_at_ms = r->order.placed_at_ms;
    c->cursor->order_id = r->order_id;
    c->seen++;
    c->n += plan_of(&c->k, &o, false, true, &c->plans[c->n]);
    return true;
}

bool outbox_catch_up(struct store *s, const struct shop *shop, int max, struct outbox_cursor *cursor)
{
    struct policy policy;
    struct caught c = { .k = { &policy, s->env->now_ms(s->env->ctx) }, .cursor = cursor };
    const int64_t oldest_ms = c.k.now_ms - PRESALE_DAYS * MS_PER_DAY;
    if (max > CATCH_UP_MAX) max = CATCH_UP_MAX;
    if (cursor->placed_at_ms < oldest_ms) *cursor = (struct outbox_cursor){ .placed_at_ms = oldest_ms };
    if (!policy_load(s, shop, &policy)) return false;
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT * FROM orders WHERE merchant_id = $1 AND store_id = $2 AND paid_at_ms IS NULL"
                                           " AND (placed_at_ms, order_id) > ($3, $4) ORDER BY placed_at_ms, order_id LIMIT $5"));
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    db_bind_i64(q, 3, cursor->placed_at_ms);
    db_bind_i64(q, 4, cursor->order_id);
    db_bind_i64(q, 5, max);
    if (!query_each_order(q, catch_one, &c)) return false;
    cursor->through = c.seen < max;
    return c.n == 0 || (plans_move(s, shop, c.plans, c.n, c.k.now_ms) && plans_add(s, shop, c.plans, c.n, c.k.now_ms));
}
