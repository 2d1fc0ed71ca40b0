/* What happens in the world of outbox_sim.c and how the desk is told of it: the clock and its deaths, the script of a day, one act after another. */
#include "outbox_world.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "store/mark_store.h"
#include "store/suppression_store.h"

struct world *w;
struct env env;
char path[96];

void fault(const char *what, int order, int wave)
{
    if (w->faults++ == 0) snprintf(w->what, sizeof w->what, "%s: order %d, wave %d, %" PRId64 " min into the day", what, order, wave, (w->now_ms - DAY_BEGINS) / MS_PER_MIN);
}

void wrong(const char *what)
{
    fprintf(stderr, "outbox_sim: seed %" PRIu64 ": %s\n", w->seed, what);
    _exit(2);
}

/* ---- the desk's clock, and its deaths ---- */

void may_die(void)
{
    if (w->die_in < 0 || w->die_in-- > 0) return;
    w->n.deaths++;
    _exit(DIED);
}
static int64_t (*real_us)(void *ctx);
static int64_t real_from_us;
static int64_t clock_ms(void *ctx) { (void)ctx; may_die(); return w->now_ms + w->offset_ms; }
/* The world's, and on from there as fast as ours: the writer waits by it. */
static int64_t clock_us(void *ctx) { return w->now_ms * 1000 + (real_us(ctx) - real_from_us); }

/* ---- what will happen ---- */

int64_t some(int64_t below) { return (int64_t)prng_below(&w->p, (uint64_t)below); }
static void act_add(enum act_kind kind, int64_t at_ms, int order, int64_t much)
{
    if (w->act_count < ACTS_MAX) w->acts[w->act_count++] = (struct act){ kind, at_ms, order, much, false };
}

static int act_compare(const void *a, const void *b)
{
    const struct act *x = a, *y = b;
    return x->at_ms != y->at_ms ? x->at_ms < y->at_ms ? -1 : 1 : (x->kind > y->kind) - (x->kind < y->kind);
}

void script_make(void)
{
    const int64_t end_ms = DAY_BEGINS + DAY_H * MS_PER_HOUR;
    for (int i = 0; i < ORDERS; i++) {
        struct made_order *o = &w->orders[i];
        *o = (struct made_order){ .placed_ms = DAY_BEGINS + some(26 * MS_PER_HOUR), .buyer = (int)some(BUYERS), .has_phone = some(12) != 0 };
        act_add(ACT_PLACE, o->placed_ms + some(3 * MS_PER_MIN), i, 0);
        const int64_t later_ms = o->placed_ms + MS_PER_MIN + some(some(3) ? 10 * MS_PER_HOUR : 40 * MS_PER_MIN);
        if (some(3) == 0) act_add(ACT_PAY, later_ms + some(3 * MS_PER_MIN), i, later_ms);
        else if (some(6) == 0) act_add(ACT_CANCEL, later_ms, i, 0);
        else if (some(4) == 0) {
            act_add(ACT_IMPORT_PAID, later_ms, i, o->placed_ms + MS_PER_MIN);
            if (some(2)) act_add(ACT_UNDO, later_ms + MS_PER_MIN + some(5 * MS_PER_HOUR), i, 0);
        }
        if (some(9) == 0) act_add(ACT_BY_HAND, o->placed_ms + 31 * MS_PER_MIN + some(4 * MS_PER_HOUR), i, 0);
    }
    for (int i = 0; i < 40; i++) act_add(ACT_RESOLVE, DAY_BEGINS + some(DAY_H * MS_PER_HOUR), 0, some(2));
    for (int64_t i = some(3); i > 0; i--) act_add(some(2) ? ACT_OPT_OUT : ACT_COMPLAIN, DAY_BEGINS + some(DAY_H * MS_PER_HOUR), 0, some(BUYERS));
    for (int64_t i = some(4); i > 0; i--) act_add(ACT_JUMP, DAY_BEGINS + some(DAY_H * MS_PER_HOUR), 0, (some(10) ? some(8 * 60) - 4 * 60 : some(2 * 1440) - 1440) * MS_PER_MIN);
    for (int64_t i = some(6); i > 0; i--) act_add(ACT_DIE, DAY_BEGINS + some(DAY_H * MS_PER_HOUR), 0, some(60));
    if (some(5) == 0) {
        const int64_t at_ms = DAY_BEGINS + some(20 * MS_PER_HOUR);
        act_add(ACT_SWITCH, at_ms, 0, 0);
        act_add(ACT_SWITCH, at_ms + some(10 * MS_PER_HOUR), 0, 1);
    }
    if (some(2)) {
        w->silent_from_ms = DAY_BEGINS + some(DAY_H * MS_PER_HOUR);
        w->silent_until_ms = w->silent_from_ms + some(14 * MS_PER_HOUR);
        w->n.gaps++;
    }
    for (int i = 0; i < w->act_count; i++) /* what the feed tells in its silence it tells afterwards */
        if (w->acts[i].kind <= ACT_CANCEL && w->acts[i].at_ms >= w->silent_from_ms && w->acts[i].at_ms < w->silent_until_ms) w->acts[i].at_ms = w->silent_until_ms;
    qsort(w->acts, (size_t)w->act_count, sizeof w->acts[0], act_compare);
    while (w->act_count > 0 && w->acts[w->act_count - 1].at_ms > end_ms) w->act_count--;
}

/* ---- telling the desk ---- */

struct desk *desk;
struct shop shop;
struct feed *feed;
struct store day_reader;

static struct order_claim claim_of(int i, char no[16], char buyer[16], char phone[24], char email[32])
{
    const struct made_order *o = &w->orders[i];
    struct order_claim c = { .as_of_ms = w->now_ms, .first_as_of_ms = w->now_ms, .rank = SOURCE_WEBHOOK, .placed_at_ms = o->placed_ms, .paid_at_ms = CLAIM_NONE,
        .cancelled_at_ms = CLAIM_NONE, .shipped_at_ms = CLAIM_NONE, .delivered_at_ms = CLAIM_NONE, .refunded_at_ms = CLAIM_NONE, .ship_by_ms = CLAIM_NONE,
        .total_minor = 10000 + i, .paid_minor = CLAIM_NONE, .refund_minor = CLAIM_NONE, .pieces = 1, .balance_minor = CLAIM_NONE, .status = STATUS_UNPAID,
        .pay_kind = PAY_ONLINE, .country = TEXT("CN"), .title = TEXT("茶杯"), .customer_id = CLAIM_NONE };
    c.order_no = (struct text){ no, (size_t)snprintf(no, 16, "S%05d", i) };
    c.person.buyer = (struct text){ buyer, (size_t)snprintf(buyer, 16, "buyer%02d", o->buyer) };
    if (o->has_phone) c.person.phone = (struct text){ phone, (size_t)snprintf(phone, 24, "139000000%02d", o->buyer) };
    if (o->has_phone) c.person.email = (struct text){ email, (size_t)snprintf(email, 32, "b%02d@example.com", o->buyer) };
    return c;
}

static void key_set(struct order_claim *c, int order, int what)
{
    const int32_t key[4] = { order, what, 7, 7 };
    memcpy(c->key.bytes, key, sizeof key);
}

struct import_call { struct order_claim claim; int64_t import_id; };

static bool import_row(struct store *s, int64_t import_id, int64_t state)
{
    struct db_stmt *q = db_stmt(s->db, SQL("INSERT INTO import (merchant_id, import_id, store_id, state, user_id, started_at_ms) VALUES ($1, $2, $3, $4, 0, 0)"
        " ON CONFLICT (merchant_id, import_id) DO UPDATE SET state = excluded.state"));
    if (!q) return false;
    db_bind_i64(q, 1, shop.merchant_id);
    db_bind_i64(q, 2, import_id);
    db_bind_i64(q, 3, shop.store_id);
    db_bind_i64(q, 4, state);
    return db_exec(q);
}

static bool import_run(struct store *s, void *arg)
{
    const struct import_call *c = arg;
    struct apply_tally tally = { 0 };
    struct apply_session *a = apply_session_create(s, &shop, c->import_id);
    const bool ok = a && import_row(s, c->import_id, 2) && apply_claims(a, &c->claim, 1, &tally) && apply_flush(a);
    apply_session_free(a);
    return ok;
}

static bool undo_run(struct store *s, void *arg)
{
    const struct import_call *c = arg;
    bool done = false;
    struct apply_session *a = apply_session_create(s, &shop, c->import_id);
    bool ok = a != NULL;
    while (ok && !done) ok = undo_slice(a, c->import_id, 100, &done);
    ok = ok && import_row(s, c->import_id, 4) && apply_flush(a);
    apply_session_free(a);
    return ok;
}

struct stop_call { int buyer; enum stop stop; };

static bool stop_run(struct store *s, void *arg)
{
    const struct stop_call *c = arg;
    char buyer[16], phone[24], email[32];
    const struct person_cells who = { .buyer = { buyer, (size_t)snprintf(buyer, sizeof buyer, "buyer%02d", c->buyer) },
        .phone = { phone, (size_t)snprintf(phone, sizeof phone, "139000000%02d", c->buyer) }, .email = { email, (size_t)snprintf(email, sizeof email, "b%02d@example.com", c->buyer) } };
    int added;
    return suppression_add(s, &shop, &(struct suppression_new){ c->stop, STOP_BY_PERSON, 1 }, &who, &added);
}

static bool mark_run(struct store *s, void *arg)
{
    const struct order_claim *c = arg;
    return mark_set(s, &shop, &(struct mark_new){ c->order_no, 1, MARK_DONE, TEXT("by hand"), 1 }) == MARK_OK;
}

struct policy_call { struct policy_value values[16]; int n; };

static bool policy_run(struct store *s, void *arg)
{
    const struct policy_call *c = arg;
    struct policy_refused refused;
    return policy_put(s, &shop, c->values, c->n, 1, &refused) == POLICY_PUT_OK && policy_load(s, &shop, &w->policy);
}

static void switch_to(bool on)
{
    struct policy_call c = { { { TEXT("auto_sms"), on && !w->email, false }, { TEXT("auto_email"), on && w->email, false } }, 2 };
    if (writer_call(desk_writer(desk), policy_run, &c) != WRITER_DONE) wrong("the switch");
    w->on = on;
}

void contact_note(int buyer, int order, int wave, int64_t at_ms)
{
    if (w->contact_count[buyer] < 256) w->contacts[buyer][w->contact_count[buyer]++] = (struct contact){ at_ms, order, wave };
}

/* A person says that it did not arrive. */
static void contact_forget(int order, int wave)
{
    const int buyer = w->orders[order].buyer;
    int kept = 0;
    for (int i = 0; i < w->contact_count[buyer]; i++)
        if (w->contacts[buyer][i].order != order || w->contacts[buyer][i].wave != wave) w->contacts[buyer][kept++] = w->contacts[buyer][i];
    w->contact_count[buyer] = kept;
}

/* ---- a person looks at the unknown ones ---- */

struct unknown_call { struct outbox_key key; int order; bool found; };

static bool unknown_each(void *ctx, const struct outbox_line *l)
{
    struct unknown_call *c = ctx;
    int64_t order = -1;
    if (l->order_no.len < 2 || !text_to_i64((struct text){ l->order_no.ptr + 1, l->order_no.len - 1 }, &order)) return true;
    *c = (struct unknown_call){ l->row.key, (int)order, true };
    return false;
}

struct resolve_call { struct outbox_key key; enum outbox_event event; bool done; };

static bool resolve_run(struct store *s, void *arg)
{
    struct resolve_call *c = arg;
    return outbox_resolve(s, &shop, c->key, c->event, 1, &c->done) && c->done;
}

static void resolve(bool again)
{
    struct unknown_call u = { .found = false };
    if (!outbox_list(&day_reader, &shop, &(struct outbox_filter){ OUTBOX_UNKNOWN, INSTANT_MAX, INT64_MAX, 99, 1 }, unknown_each, &u)) wrong("the unknown ones");
    if (!u.found) return;
    struct resolve_call c = { u.key, again ? OUTBOX_AGAIN : OUTBOX_ARRIVED, false };
    if (again) w->again[u.order][u.key.wave]++; /* before: the process may die right after it is durable */
    (void)writer_call(desk_writer(desk), resolve_run, &c);
    if (again && !c.done) w->again[u.order][u.key.wave]--;
    w->n.again += again && c.done;
    if (again && c.done) contact_forget(u.order, u.key.wave);
    for (int i = 0; !again && c.done && i < w->wire_count; i++) /* the person says so, right or wrong */
        if (w->wire[i].order == u.order && w->wire[i].wave == u.key.wave) w->wire[i].arrived = true;
}

/* ---- one act ---- */

void act_do(struct act *a)
{
    char no[16], buyer[16], phone[24], email[32];
    struct made_order *o = &w->orders[a->order];
    struct order_claim c = claim_of(a->order, no, buyer, phone, email);
    struct import_call import = { .import_id = 100 + a->order };
    int64_t fact_ms = INSTANT_NONE;
    switch (a->kind) {
    case ACT_PLACE:
        key_set(&c, a->order, 1);
        if (feed_call(feed, &c, 1) != WRITER_DONE) wrong("an order");
        o->placed = true;
        fact_ms = o->placed_ms;
        break;
    case ACT_PAY:
        key_set(&c, a->order, 2);
        c.paid_at_ms = a->much;
        c.status = STATUS_PAID;
        if (feed_call(feed, &c, 1) != WRITER_DONE) wrong("a payment");
        o->placed = o->paid_by_feed = true;
        fact_ms = a->much;
        break;
    case ACT_CANCEL:
        key_set(&c, a->order, 3);
        c.cancelled_at_ms = a->at_ms;
        c.status = STATUS_CLOSED;
        if (feed_call(feed, &c, 1) != WRITER_DONE) wrong("a cancellation");
        o->placed = o->cancelled = true;
        fact_ms = a->at_ms;
        break;
    case ACT_IMPORT_PAID:
        key_set(&c, a->order, 4);
        c.paid_at_ms = a->much;
        c.status = STATUS_PAID;
        c.rank = SOURCE_FILE;
        import.claim = c;
        if (writer_call(desk_writer(desk), import_run, &import) != WRITER_DONE) wrong("an import");
        o->paid_by_import = true;
        fact_ms = a->much;
        break;
    case ACT_UNDO:
        if (!o->paid_by_import) break;
        if (writer_call(desk_writer(desk), undo_run, &import) != WRITER_DONE) wrong("an undo");
        o->paid_by_import = false;
        w->n.undone++;
        break;
    case ACT_OPT_OUT:
    case ACT_COMPLAIN: {
        struct stop_call stop = { (int)a->much, a->kind == ACT_OPT_OUT ? STOP_OPT_OUT : STOP_COMPLAINT };
        const enum writer_result r = writer_call(desk_writer(desk), stop_run, &stop);
        if (r != WRITER_DONE && r != WRITER_REFUSED) wrong("an opt-out");
        (a->kind == ACT_OPT_OUT ? w->opted_out : w->complained)[a->much] = true;
        break;
    }
    case ACT_BY_HAND:
        if (!o->placed || o->paid_by_feed || o->cancelled) break;
        if (writer_call(desk_writer(desk), mark_run, &c) != WRITER_DONE) wrong("a mark");
        contact_note(o->buyer, a->order, 0, w->now_ms + w->offset_ms);
        w->n.by_hand++;
        break;
    case ACT_RESOLVE: resolve(a->much != 0); break;
    case ACT_JUMP:
        w->offset_ms += a->much;
        w->n.jumps++;
        break;
    case ACT_SWITCH: switch_to(a->much != 0); break;
    case ACT_DIE: w->die_in = a->much; break;
    }
    if (fact_ms != INSTANT_NONE && fact_ms > w->latest_fact_ms) w->latest_fact_ms = fact_ms;
    a->done = true; /* a death before this line tells it again, which changes nothing */
}

bool is_closed(const struct made_order *o) { return o->paid_by_feed || o->paid_by_import || o->cancelled || !o->placed; }

/* ---- the desk of a day ---- */

void day_open(void)
{
    struct desk_message m;
    if (!os_env_init(&env)) wrong("the world");
    real_us = env.monotonic_us;
    real_from_us = real_us(env.ctx);
    env.now_ms = clock_ms;
    env.monotonic_us = clock_us;
    desk = desk_open(&env, path, DESK_COMMAND, false, &m);
    if (!desk || !desk_writer(desk)) wrong(m.en);
    if (!desk_reader(&env, path, &day_reader, &m) || shop_find(&day_reader, TEXT("s"), &shop) != SHOP_OK) wrong("the shop");
    feed = feed_open(&env, desk_writer(desk), &shop);
    if (!feed) wrong("the feed");
}

void day_close(void)
{
    feed_close(feed);
    store_close(&day_reader);
    desk_close(desk);
}

/* Policies of all kinds; each child finds the same in the database. */
void policy_make(void)
{
    struct policy_call c = { .n = 0 };
    const int64_t quiet_from = 1260 + some(120), cap = 1 + some(3), gap_s = 1800 + some(4) * 1800;
    const bool windows = some(2) != 0, meals = some(2) != 0;
    w->email = some(3) == 0;
    c.values[c.n++] = (struct policy_value){ TEXT("quiet_from_min"), quiet_from, false };
    c.values[c.n++] = (struct policy_value){ TEXT("cap_per_day"), cap, false };
    c.values[c.n++] = (struct policy_value){ TEXT("gap_min_s"), gap_s, false };
    c.values[c.n++] = (struct policy_value){ TEXT("wave2_channel"), w->email ? CHANNEL_EMAIL : CHANNEL_SMS, false };
    if (!windows) {
        c.values[c.n++] = (struct policy_value){ TEXT("good1_until_min"), 840, false };
        c.values[c.n++] = (struct policy_value){ TEXT("good2_until_min"), 1200, false };
    }
    if (!meals) {
        c.values[c.n++] = (struct policy_value){ TEXT("meal1_until_min"), 690, false };
        c.values[c.n++] = (struct policy_value){ TEXT("meal2_until_min"), 1050, false };
    }
    if (some(2)) c.values[c.n++] = (struct policy_value){ TEXT("feed_stale_after_s"), 3600 + some(5) * 3600, false };
    if (writer_call(desk_writer(desk), policy_run, &c) != WRITER_DONE) wrong("the policy");
    switch_to(true);
}
