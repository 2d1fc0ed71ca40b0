/* Seeded random days of a shop whose reminders go out by themselves, through the entry points of the shipped desk.
 *
 * usage: outbox_sim FIRST_SEED DAYS            fails when a checker finds anything
 *        outbox_sim FIRST_SEED DAYS caught     of a control: fails unless a checker finds something
 *
 * A day is 40 hours of orders, payments, cancellations, opt-outs, complaints, reminders by hand, imports and undos of them, hours in which the
 * feed is silent, a clock that jumps, other sides that refuse, hang or lose the answer, and deaths of the process at any look at the clock and
 * before, in and after a send. The desk runs in a child; what the world did, what it told the desk and what left the house stands in memory
 * shared with the next child, so that the checkers know more than the desk. Read in this order: struct world, script_make (what will happen),
 * day_main (the child), wire_send (what leaves, and the checkers), ledger_check.
 *
 * Checked of every message that leaves: its order was not known paid, cancelled, shipped or gone before it was leased; its buyer was not known
 * to have opted out or complained; it is no quiet hour, no meal and a good window where the policy says so; the cap of 24 hours and the gap
 * hold by the desk's own clock; the feed is not dark; the same wave of the same order did not leave before, unless it surely did not arrive
 * or a person said again. While the first one leaves, the log of the database can be emptied. At the end: what the ledger calls sent has left,
 * and what may have arrived is called sent or unknown. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/prng.h"
#include "desk/desk.h"
#include "desk/feed.h"
#include "desk/outbox_desk.h"
#include "os/os.h"
#include "store/mark_store.h"
#include "store/policy_store.h"
#include "store/suppression_store.h"

enum { ORDERS = 36, BUYERS = 14, ACTS_MAX = 512, WIRE_MAX = 4096, WAVES = 4, DIED = 77, DAY_H = 40 };
#define DAY_BEGINS INT64_C(1700000000000) /* 15 Nov 2023, 06:13 in Shanghai */

enum act_kind { ACT_PLACE, ACT_PAY, ACT_CANCEL, ACT_IMPORT_PAID, ACT_UNDO, ACT_OPT_OUT, ACT_COMPLAIN, ACT_BY_HAND, ACT_RESOLVE, ACT_JUMP, ACT_SWITCH, ACT_DIE };
struct act { enum act_kind kind; int64_t at_ms; int order; int64_t much; bool done; };
struct made_order { int64_t placed_ms, order_id; int buyer; bool has_phone, placed, paid_by_feed, paid_by_import, cancelled; };
struct wire { int order, wave; int64_t at_ms, clock_ms; bool arrived, surely_not; };
struct counts { int64_t sent, unknown, failed, deaths, jumps, crossed, undone, by_hand, again, gaps, dropped, held_dark, returned; };

/* Shared by the parent and every child. */
struct world {
    uint64_t seed;
    struct prng p;
    int64_t now_ms, offset_ms;              /* the world's time; the desk's clock is ahead by so much */
    int64_t latest_fact_ms, silent_from_ms, silent_until_ms;
    struct act acts[ACTS_MAX];
    int act_count;
    struct made_order orders[ORDERS];
    bool opted_out[BUYERS], complained[BUYERS];
    struct contact { int64_t at_ms; int order, wave; } contacts[BUYERS][256]; /* by the desk's clock; wave 0: by hand */
    int contact_count[BUYERS];
    struct wire wire[WIRE_MAX];
    int wire_count;
    int again[ORDERS][WAVES];
    struct policy policy;
    bool on, email;
    int64_t die_in;                         /* looks at the clock until the process dies; < 0: it does not */
    int64_t turn_ms, turn_clock_ms;         /* when the turn began, in which the lease was taken */
    bool known_closed[ORDERS], known_stopped[BUYERS]; /* at that moment */
    int64_t turn_fact_ms;
    int faults;
    char what[160];
    struct counts n;
};
static struct world *w;
static struct env env;
static char path[96];

static void fault(const char *what, int order, int wave)
{
    if (w->faults++ == 0) snprintf(w->what, sizeof w->what, "%s: order %d, wave %d, %" PRId64 " min into the day", what, order, wave, (w->now_ms - DAY_BEGINS) / MS_PER_MIN);
}

static void wrong(const char *what)
{
    fprintf(stderr, "outbox_sim: seed %" PRIu64 ": %s\n", w->seed, what);
    _exit(2);
}

/* ---- the desk's clock, and its deaths ---- */

static void may_die(void)
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

static int64_t some(int64_t below) { return (int64_t)prng_below(&w->p, (uint64_t)below); }
static void act_add(enum act_kind kind, int64_t at_ms, int order, int64_t much)
{
    if (w->act_count < ACTS_MAX) w->acts[w->act_count++] = (struct act){ kind, at_ms, order, much, false };
}

static int act_compare(const void *a, const void *b)
{
    const struct act *x = a, *y = b;
    return x->at_ms != y->at_ms ? x->at_ms < y->at_ms ? -1 : 1 : (x->kind > y->kind) - (x->kind < y->kind);
}

static void script_make(void)
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

static struct desk *desk;
static struct shop shop;
static struct feed *feed;

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

static void contact_note(int buyer, int order, int wave, int64_t at_ms)
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
    struct store reader;
    struct desk_message m;
    struct unknown_call u = { .found = false };
    if (!desk_reader(&env, path, &reader, &m)) wrong("the reader");
    if (!outbox_list(&reader, &shop, &(struct outbox_filter){ OUTBOX_UNKNOWN, INSTANT_MAX, INT64_MAX, 99, 1 }, unknown_each, &u)) wrong("the unknown ones");
    store_close(&reader);
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

static void act_do(struct act *a)
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

static bool happened(const struct made_order *o) { return o->paid_by_feed || o->paid_by_import || o->cancelled || !o->placed; }

/* ---- what leaves the house, and the checkers ---- */

static bool minute_in(int minute, int from, int until) { return from != until && (from < until ? minute >= from && minute < until : minute >= from || minute < until); }

static void check_hours(int order, int wave)
{
    const struct policy *p = &w->policy;
    const struct civil c = zone_civil(shop.zone, w->turn_clock_ms);
    const int m = c.hour * 60 + c.minute;
    if (minute_in(m, p->night_from_min, p->night_until_min) || minute_in(m, p->quiet_from_min, p->quiet_until_min) || minute_in(m, 0, 480)) fault("in quiet hours", order, wave);
    if (minute_in(m, p->meal1_from_min, p->meal1_until_min) || minute_in(m, p->meal2_from_min, p->meal2_until_min)) fault("at a meal", order, wave);
    const bool used = p->good1_from_min != p->good1_until_min || p->good2_from_min != p->good2_until_min;
    if (used && !minute_in(m, p->good1_from_min, p->good1_until_min) && !minute_in(m, p->good2_from_min, p->good2_until_min)) fault("outside the good windows", order, wave);
}

/* By the desk's own clock; what it noted before its clock was put back counts, too. */
static void check_contacts(int order, int wave)
{
    const int buyer = w->orders[order].buyer;
    int within = 0;
    for (int i = 0; i < w->contact_count[buyer]; i++) {
        const int64_t age_ms = w->turn_clock_ms - w->contacts[buyer][i].at_ms;
        within += age_ms < MS_PER_DAY;
        if (age_ms < w->policy.gap_min_s * MS_PER_S && age_ms >= 0) fault("too soon after the last contact", order, wave);
    }
    if (within >= w->policy.cap_per_day) fault("above the cap", order, wave);
}

static void check_twice(int order, int wave)
{
    int before = 0;
    for (int i = 0; i < w->wire_count; i++) before += w->wire[i].order == order && w->wire[i].wave == wave && !w->wire[i].surely_not;
    if (before > w->again[order][wave]) fault("twice", order, wave);
}

/* A message may be two minutes on its way: the sender holds no reader's snapshot meanwhile, or an erasure could not empty the log. */
static void check_log_is_free(void)
{
    struct store beside;
    enum db_error error;
    const int64_t die_in = w->die_in;
    w->die_in = -1;
    if (!store_open(&beside, &env, path, DB_WRITE, &error, NULL, 0)) wrong("a second connection");
    if (!db_checkpoint(beside.db, true)) wrong("the log is kept while a message is on its way");
    store_close(&beside);
    w->die_in = die_in;
}

static enum channel_fate wire_send(void *link, const struct channel_message *m, struct channel_outcome *ret)
{
    struct outbox_key key;
    (void)link;
    if (!outbox_id_parse(m->id, &key)) wrong("a message without an id");
    int order = 0;
    while (order < ORDERS && w->orders[order].order_id != key.order_id) order++;
    if (order == ORDERS) wrong("a message about no order");
    const int buyer = w->orders[order].buyer;
    may_die(); /* leased, and nothing has left */
    if (w->wire_count == 0) check_log_is_free();
    if (w->known_closed[order]) fault("after a known payment or cancellation", order, key.wave);
    if (w->known_stopped[buyer]) fault("to somebody who asked to be left alone", order, key.wave);
    if (w->turn_clock_ms - w->turn_fact_ms > w->policy.feed_stale_after_s * MS_PER_S + MS_PER_S) fault("on stale data", order, key.wave);
    if (!w->orders[order].has_phone) fault("to nobody", order, key.wave);
    if (key.wave < 2) fault("a wave that is for people", order, key.wave);
    check_hours(order, key.wave);
    check_contacts(order, key.wave);
    check_twice(order, key.wave);
    if (w->now_ms - w->turn_ms > OUTBOX_LEASE_MS) fault("more than two seconds after its lease", order, key.wave);
    if (w->wire_count == WIRE_MAX) wrong("too many messages");

    const int64_t luck = some(20);
    struct wire *sent = &w->wire[w->wire_count];
    *sent = (struct wire){ order, key.wave, w->now_ms, w->now_ms + w->offset_ms, false, false };
    *ret = (struct channel_outcome){ .fate = CHANNEL_SENT, .began = true, .retry_at_ms = INSTANT_NONE, .code = "sent" };
    if (luck < 2) { ret->fate = CHANNEL_FAILED, ret->began = luck == 0, ret->retry_at_ms = w->now_ms + w->offset_ms + 30 * MS_PER_S + some(MS_PER_HOUR); sent->surely_not = true; }
    else if (luck < 3) { ret->fate = CHANNEL_FAILED; sent->surely_not = true; }
    else if (luck < 5) { ret->fate = CHANNEL_UNKNOWN; sent->arrived = some(2) == 0; }
    else sent->arrived = true;
    w->wire_count++; /* from here on it has left */
    if (!sent->surely_not) contact_note(buyer, order, key.wave, w->turn_clock_ms);
    w->now_ms += some(6) ? some(120) : some(2500);
    w->n.sent += ret->fate == CHANNEL_SENT;
    w->n.failed += ret->fate == CHANNEL_FAILED;
    w->n.unknown += ret->fate == CHANNEL_UNKNOWN;
    if (ret->fate != CHANNEL_FAILED) may_die(); /* left, and nothing of it is written down */
    for (int i = 0; i < w->act_count; i++) /* a payment crosses with what is leased */
        if (!w->acts[i].done && w->acts[i].kind == ACT_PAY && w->acts[i].at_ms <= w->now_ms + 10 * MS_PER_MIN && some(3) == 0) {
            act_do(&w->acts[i]);
            w->n.crossed++;
            break;
        }
    return ret->fate;
}

static void *wire_open(void *ctx, struct store *reader, const struct shop *s, enum channel channel)
{
    (void)ctx, (void)reader, (void)s;
    return channel == (w->email ? CHANNEL_EMAIL : CHANNEL_SMS) ? w : NULL;
}
static void wire_close(void *link) { (void)link; }
static const struct sender_ways ways = { .open = wire_open, .send = wire_send, .close = wire_close };

/* ---- the ledger beside what left ---- */

static bool ledger_each(void *ctx, const struct outbox_line *l)
{
    const enum outbox_state state = *(const enum outbox_state *)ctx;
    int order = 0;
    bool arrived = false, left = false;
    while (order < ORDERS && w->orders[order].order_id != l->row.key.order_id) order++;
    if (order == ORDERS) return true;
    for (int i = 0; i < w->wire_count; i++) {
        if (w->wire[i].order != order || w->wire[i].wave != l->row.key.wave) continue;
        left = true;
        arrived = arrived || w->wire[i].arrived;
    }
    if (state == OUTBOX_SENT && !text_is(l->rule, "arrived") && !arrived) fault(left ? "called sent, and surely not" : "called sent, and never left", order, l->row.key.wave);
    if ((state == OUTBOX_PLANNED || state == OUTBOX_FAILED || state == OUTBOX_DROPPED) && arrived && w->again[order][l->row.key.wave] == 0)
        fault("arrived, and the ledger does not know", order, l->row.key.wave);
    return true;
}

static void ledger_check(struct store *s)
{
    for (int state = OUTBOX_PLANNED; state < OUTBOX_STATE_COUNT; state++) {
        const bool waits = outbox_waits((enum outbox_state)state);
        enum outbox_state of = (enum outbox_state)state;
        if (!outbox_list(s, &shop, &(struct outbox_filter){ of, waits ? INSTANT_NONE : INSTANT_MAX, waits ? 0 : INT64_MAX, waits ? 0 : 99, 1000 }, ledger_each, &of)) wrong("the ledger");
    }
}

/* ---- the child ---- */

static void order_ids_load(struct store *s)
{
    for (int i = 0; i < ORDERS; i++) {
        struct db_stmt *q = db_stmt(s->db, SQL("SELECT order_id FROM order_key WHERE merchant_id = $1 AND store_id = $2 AND order_no = $3"));
        char no[16];
        if (!q) wrong("orders");
        db_bind_i64(q, 1, shop.merchant_id);
        db_bind_i64(q, 2, shop.store_id);
        db_bind_text(q, 3, (struct text){ no, (size_t)snprintf(no, sizeof no, "S%05d", i) });
        if (db_step(q) == DB_ROW) w->orders[i].order_id = db_i64_at(q, 0);
        db_done(q);
    }
}

static void turns(struct runner *runner, struct sender *sender, struct store *reader)
{
    struct runner_tally tick;
    struct sender_tally turn;
    do {
        if (!runner_tick(runner, &tick)) wrong("a tick");
        w->n.held_dark += tick.shops_dark;
    } while (tick.more);
    order_ids_load(reader);
    do {
        for (int i = 0; i < ORDERS; i++) w->known_closed[i] = happened(&w->orders[i]);
        for (int i = 0; i < BUYERS; i++) w->known_stopped[i] = w->opted_out[i] || w->complained[i];
        w->turn_ms = w->now_ms;
        w->turn_clock_ms = w->now_ms + w->offset_ms;
        w->turn_fact_ms = w->latest_fact_ms;
        if (!sender_turn(sender, &turn)) wrong("a turn");
        w->n.returned += turn.returned;
        w->n.dropped += turn.refused;
    } while (turn.leased > 0);
}

static void day_open(void)
{
    struct desk_message m;
    struct store reader;
    if (!os_env_init(&env)) wrong("the world");
    real_us = env.monotonic_us;
    real_from_us = real_us(env.ctx);
    env.now_ms = clock_ms;
    env.monotonic_us = clock_us;
    desk = desk_open(&env, path, DESK_COMMAND, false, &m);
    if (!desk || !desk_writer(desk)) wrong(m.en);
    if (!desk_reader(&env, path, &reader, &m) || shop_find(&reader, TEXT("s"), &shop) != SHOP_OK) wrong("the shop");
    store_close(&reader);
    feed = feed_open(&env, desk_writer(desk), &shop);
    if (!feed) wrong("the feed");
}

static void day_main(void)
{
    struct store reader;
    struct desk_message m;
    w->die_in = -1;
    day_open();
    struct runner *runner = runner_open(&(struct runner_ask){ &env, path, desk_writer(desk) });
    struct sender *sender = sender_open(&(struct sender_ask){ &env, path, desk_writer(desk), &ways, &shop, w->email ? CHANNEL_EMAIL : CHANNEL_SMS });
    if (!runner || !sender || !desk_reader(&env, path, &reader, &m)) wrong("the runner");
    while (w->now_ms < DAY_BEGINS + DAY_H * MS_PER_HOUR) {
        for (int i = 0; i < w->act_count; i++)
            if (!w->acts[i].done && w->acts[i].at_ms <= w->now_ms) act_do(&w->acts[i]);
        turns(runner, sender, &reader);
        w->now_ms += MS_PER_MIN + some(14 * MS_PER_MIN);
    }
    w->die_in = -1;
    store_close(&reader);
    sender_close(sender);
    runner_close(runner);
    feed_close(feed);
    desk_close(desk);
    day_open(); /* once more: what was leased is unknown now */
    if (!desk_reader(&env, path, &reader, &m)) wrong("the ledger");
    order_ids_load(&reader);
    ledger_check(&reader);
    store_close(&reader);
    feed_close(feed);
    desk_close(desk);
    os_env_release(&env);
    _exit(0);
}

/* ---- the parent ---- */

/* Policies of all kinds; each child finds the same in the database. */
static void policy_make(void)
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

static struct desk_message made_message;

static void template_make(const char *at)
{
    const struct shop_new n = { .key = TEXT("s"), .name = TEXT("小店"), .platform = TEXT("tmall"), .currency = TEXT("CNY"), .zone = TEXT("Asia/Shanghai"), .country = TEXT("CN") };
    snprintf(path, sizeof path, "%s", at);
    if (!os_env_init(&env)) wrong("the world");
    desk = desk_open(&env, path, DESK_COMMAND, true, &made_message);
    if (!desk || desk_shop_create(desk, &n, 0, &made_message) != DESK_DONE) wrong(made_message.en);
    desk_close(desk);
    os_env_release(&env);
}

static void copy(const char *from, const char *to)
{
    static char bytes[1 << 16];
    FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");
    size_t n;
    if (!in || !out) wrong("a copy");
    while ((n = fread(bytes, 1, sizeof bytes, in)) > 0)
        if (fwrite(bytes, 1, n, out) != n) wrong("a copy");
    fclose(in);
    if (fclose(out) != 0) wrong("a copy");
}

static void run_child(void (*main)(void))
{
    const pid_t pid = fork();
    int status = 0;
    if (pid < 0) wrong("fork");
    if (pid == 0) {
        main();
        _exit(0);
    }
    if (waitpid(pid, &status, 0) != pid) wrong("wait");
    if (WIFEXITED(status) && WEXITSTATUS(status) == DIED && main == day_main) {
        run_child(main);
        return;
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) wrong("the desk ended otherwise than by a death of ours");
}

static void begin_main(void)
{
    w->die_in = -1;
    day_open();
    policy_make();
    script_make();
    feed_close(feed);
    desk_close(desk);
}

static void add(struct counts *sum)
{
    const int64_t *from = (const int64_t *)&w->n;
    int64_t *to = (int64_t *)sum;
    for (size_t i = 0; i < sizeof *sum / sizeof *to; i++) to[i] += from[i];
}

int main(int argc, char **argv)
{
    const int64_t first = argc > 1 ? atoll(argv[1]) : 1, days = argc > 2 ? atoll(argv[2]) : 100;
    const bool control = argc > 3;
    char directory[] = "/tmp/zg-outbox-XXXXXX", made[64];
    static const char *const suffixes[] = { "", "-wal", "-shm", ".lock" };
    struct counts sum = { 0 };
    int64_t bad = 0;
    w = mmap(NULL, sizeof *w, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (w == MAP_FAILED || !mkdtemp(directory)) return 2;
    snprintf(made, sizeof made, "%s/made.db", directory);
    template_make(made);
    snprintf(path, sizeof path, "%s/day.db", directory);
    for (int64_t day = 0; day < days; day++) {
        memset(w, 0, sizeof *w);
        *w = (struct world){ .seed = (uint64_t)(first + day), .now_ms = DAY_BEGINS, .latest_fact_ms = INSTANT_NONE / 2, .die_in = -1 };
        prng_seed(&w->p, w->seed);
        copy(made, path);
        run_child(begin_main);
        run_child(day_main);
        if (w->faults && (bad++ < 5 || !control)) printf("seed %" PRIu64 ": %d found, first: %s\n", w->seed, w->faults, w->what);
        add(&sum);
        for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
            char gone[128];
            snprintf(gone, sizeof gone, "%s%s", path, suffixes[i]);
            unlink(gone);
        }
    }
    printf("%" PRId64 " days: %" PRId64 " sent, %" PRId64 " unknown, %" PRId64 " failed, %" PRId64 " returned, %" PRId64 " refused at the lease; %" PRId64 " deaths, %" PRId64
           " clock jumps, %" PRId64 " silent feeds, %" PRId64 " ticks in the dark, %" PRId64 " undone, %" PRId64 " by hand, %" PRId64 " sent again by a person, %" PRId64
           " payments while sending; days with a fault: %" PRId64 "\n", days, sum.sent, sum.unknown, sum.failed, sum.returned, sum.dropped, sum.deaths, sum.jumps, sum.gaps,
           sum.held_dark, sum.undone, sum.by_hand, sum.again, sum.crossed, bad);
    char made_lock[80];
    snprintf(made_lock, sizeof made_lock, "%s.lock", made);
    unlink(made), unlink(made_lock), rmdir(directory);
    if (control) return bad > 0 ? 0 : 1;
    const bool met = sum.sent > days && sum.unknown > 0 && sum.failed > 0 && sum.deaths > 0 && sum.jumps > 0 && sum.undone > 0 && sum.again > 0 && sum.crossed > 0;
    if (!met) fprintf(stderr, "outbox_sim: the days met too little\n");
    return bad == 0 && met ? 0 : 1;
}
