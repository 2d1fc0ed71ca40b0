/* The feed: events from many sides in one commit, one bad event that spoils no other, an end that answers everybody. */
#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include "base/limits.h"
#include "own_feed.h"
#include "store/verify.h"

TestSuite(feed, .init = feed_setup, .fini = feed_teardown, .timeout = 60);

struct told { char no[24]; struct order_claim claim; struct feed_event event; atomic_int *answered; enum writer_result result; };

static void order_make(struct told *o, int i)
{
    *o = (struct told){ .result = WRITER_STOPPED };
    o->claim = (struct order_claim){
        .order_no = { o->no, (size_t)snprintf(o->no, sizeof o->no, "F%06d", i) }, .as_of_ms = INT64_C(1582000000000) + i, .rank = SOURCE_WEBHOOK,
        .placed_at_ms = INT64_C(1582000000000) + i, .paid_at_ms = CLAIM_NONE, .cancelled_at_ms = CLAIM_NONE, .shipped_at_ms = CLAIM_NONE,
        .delivered_at_ms = CLAIM_NONE, .refunded_at_ms = CLAIM_NONE, .ship_by_ms = CLAIM_NONE, .total_minor = 100 + i, .paid_minor = CLAIM_NONE,
        .refund_minor = CLAIM_NONE, .pieces = 1, .balance_minor = CLAIM_NONE, .status = STATUS_UNPAID, .pay_kind = PAY_ONLINE, .customer_id = CLAIM_NONE,
    };
    memcpy(o->claim.key.bytes, &i, sizeof i);
}

static void order_done(void *arg, enum writer_result result)
{
    struct told *o = arg;
    o->result = result;
    atomic_fetch_add(o->answered, 1);
}

static bool order_post(struct told *o, atomic_int *answered)
{
    o->answered = answered;
    o->event = (struct feed_event){ .claims = &o->claim, .n = 1, .done = order_done, .arg = o };
    return feed_post(f.feed, &o->event);
}

static void wait_for(atomic_int *count, int n)
{
    for (int i = 0; i < 20000 && atomic_load(count) < n; i++) usleep(1000);
    cr_assert_eq(atomic_load(count), n);
}

static int64_t orders_there(void)
{
    static struct verify_report v;
    struct store s;
    char why[256];
    enum db_error error;
    if (f.w) writer_settle(f.w);
    cr_assert(store_open(&s, &f.env, f.path, DB_READ, &error, why, sizeof why), "%s", why);
    struct db_stmt *q = db_stmt(s.db, "SELECT count(*) AS n FROM orders");
    cr_assert(q && db_step(q) == DB_ROW);
    const int64_t n = db_i64(q, "n");
    db_done(q);
    cr_assert(store_verify(&s, &v, NULL, NULL));
    cr_assert_eq(v.disagreements, 0);
    store_close(&s);
    return n;
}

/* Holds the writer, so that what is posted meanwhile is applied together. */
static bool gate_run(struct store *s, void *arg)
{
    (void)s;
    pthread_mutex_lock(arg);
    pthread_mutex_unlock(arg);
    return false;
}

static void hold(pthread_mutex_t *gate)
{
    pthread_mutex_init(gate, NULL);
    pthread_mutex_lock(gate);
    cr_assert(writer_post(f.w, &(struct writer_request){ gate_run, NULL, gate }));
    usleep(20000);
}

Test(feed, events_that_wait_share_a_commit)
{
    static struct told o[3000];
    atomic_int answered = 0;
    pthread_mutex_t gate;
    hold(&gate);
    for (int i = 0; i < 3000; i++) {
        order_make(&o[i], i);
        cr_assert(order_post(&o[i], &answered));
    }
    const uint64_t before = writer_commits(f.w);
    pthread_mutex_unlock(&gate);
    wait_for(&answered, 3000);
    cr_assert_leq(writer_commits(f.w) - before, 4, "a thousand claims a commit");
    for (int i = 0; i < 3000; i++) cr_assert_eq(o[i].result, WRITER_DONE);
    cr_assert_eq(orders_there(), 3000);
}

Test(feed, one_bad_event_spoils_no_other)
{
    static struct told o[100];
    atomic_int answered = 0;
    sqlite3 *db;
    cr_assert_eq(sqlite3_open(f.path, &db), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(db, "CREATE TRIGGER bad BEFORE INSERT ON order_key WHEN NEW.order_no IN ('F000013', 'F000077') BEGIN SELECT RAISE(ABORT, 'bad'); END",
                              NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    pthread_mutex_t gate;
    hold(&gate);
    for (int i = 0; i < 100; i++) {
        order_make(&o[i], i);
        cr_assert(order_post(&o[i], &answered));
    }
    pthread_mutex_unlock(&gate);
    wait_for(&answered, 100);
    for (int i = 0; i < 100; i++) cr_expect_eq(o[i].result, i == 13 || i == 77 ? WRITER_FAILED : WRITER_DONE, "%d: %d", i, (int)o[i].result);
    cr_assert_eq(orders_there(), 98);
}

static void *caller(void *arg)
{
    const int base = (int)(intptr_t)arg * 1000;
    for (int i = 0; i < 100; i++) {
        struct told o;
        order_make(&o, base + i);
        if (feed_call(f.feed, &o.claim, 1) != WRITER_DONE) return (void *)1;
    }
    return NULL;
}

Test(feed, many_callers_each_get_their_answer)
{
    enum { THREADS = 16 };
    pthread_t t[THREADS];
    for (intptr_t i = 0; i < THREADS; i++) cr_assert_eq(pthread_create(&t[i], NULL, caller, (void *)i), 0);
    for (int i = 0; i < THREADS; i++) {
        void *wrong;
        pthread_join(t[i], &wrong);
        cr_assert_null(wrong);
    }
    cr_assert_eq(orders_there(), THREADS * 100);
}

Test(feed, a_full_feed_says_so_and_a_stop_answers_all)
{
    static struct told o[LIMIT_WRITER_QUEUE + 8];
    atomic_int answered = 0;
    int taken = 0;
    pthread_mutex_t gate;
    hold(&gate);
    for (int i = 0; i < LIMIT_WRITER_QUEUE + 8; i++) {
        order_make(&o[i], i);
        taken += order_post(&o[i], &answered);
    }
    cr_assert_eq(taken, LIMIT_WRITER_QUEUE);
    pthread_mutex_unlock(&gate);
    writer_stop(f.w);
    f.w = NULL;
    cr_assert_eq(atomic_load(&answered), taken);
    int done = 0;
    for (int i = 0; i < taken; i++) {
        cr_assert(o[i].result == WRITER_DONE || o[i].result == WRITER_STOPPED);
        done += o[i].result == WRITER_DONE;
    }
    cr_assert_eq(orders_there(), done);
}

/* ---- ids ---- */

static int64_t told_now_ms = INT64_C(1790000000000);
static int64_t clock_now(void *ctx)
{
    (void)ctx;
    return told_now_ms;
}

struct taking { struct feed_id ids[6]; bool fresh[6]; int expired; };

static bool take_run(struct store *s, void *arg)
{
    struct taking *t = arg;
    const struct feed_id *ids[6];
    for (int i = 0; i < 6; i++) ids[i] = &t->ids[i];
    return feed_ids_take(s, &f.shop, ids, 6, t->fresh);
}

static bool expire_run(struct store *s, void *arg)
{
    struct taking *t = arg;
    t->expired = feed_ids_expire(s, f.shop.merchant_id, 3);
    return t->expired >= 0;
}

/* Six ids: 1, 2, 1 again, none, 1 of another source, 3. Which of them are news now, as bits. */
static unsigned take(struct taking *t)
{
    static const struct { enum feed_source source; unsigned char id; } told[6] = {
        { FEED_EVENTS, 1 }, { FEED_EVENTS, 2 }, { FEED_EVENTS, 1 }, { FEED_NONE, 0 }, { FEED_SHOPIFY, 1 }, { FEED_EVENTS, 3 },
    };
    unsigned bits = 0;
    *t = (struct taking){ .expired = -1 };
    for (int i = 0; i < 6; i++) t->ids[i] = (struct feed_id){ told[i].source, { told[i].id } };
    cr_assert_eq(writer_call(f.w, take_run, t), WRITER_DONE);
    for (int i = 0; i < 6; i++) bits |= (unsigned)t->fresh[i] << i;
    return bits;
}

enum { NEWS = 1 | 2 | 8 | 16 | 32, NO_NEWS = 8 /* what has no id is always news */ };

Test(feed, an_id_is_taken_once_for_as_long_as_it_is_kept)
{
    static struct env later; /* the writer's store holds on to it */
    struct taking t;
    writer_stop(f.w);
    feed_close(f.feed);
    later = f.env;
    later.now_ms = clock_now;
    char why[256];
    enum db_error error;
    f.w = writer_start(&later, f.path, &error, why, sizeof why);
    cr_assert(f.w, "%s", why);
    f.feed = feed_open(&later, f.w, &f.shop);
    cr_assert_eq(take(&t), NEWS);
    cr_assert_eq(take(&t), NO_NEWS);
    told_now_ms += FEED_GENERATION_MS;
    cr_assert_eq(take(&t), NO_NEWS, "kept in the generation after");
    told_now_ms -= 2 * FEED_GENERATION_MS;
    cr_assert_eq(take(&t), NO_NEWS, "a clock that was set back forgets nothing");
    told_now_ms += 3 * FEED_GENERATION_MS;
    cr_assert_eq(writer_call(f.w, expire_run, &t), WRITER_DONE);
    cr_assert_eq(t.expired, 3, "a slice");
    cr_assert_eq(writer_call(f.w, expire_run, &t), WRITER_DONE);
    cr_assert_eq(t.expired, 1, "the rest");
    cr_assert_eq(take(&t), NEWS, "long after, an id is news again: that is harmless");
}

Test(feed, a_duplicate_applies_nothing_and_the_figures_say_so)
{
    static struct told o[3];
    atomic_int answered = 0;
    for (int i = 0; i < 3; i++) {
        order_make(&o[i], i < 2 ? 1 : 2);
        o[i].answered = &answered;
        o[i].event = (struct feed_event){ .claims = &o[i].claim, .n = 1, .done = order_done, .arg = &o[i], .id = { FEED_EVENTS, { 7 } } };
    }
    o[2].event.id.bytes[0] = 8;
    struct feed_event list[3] = { o[0].event, o[1].event, o[2].event };
    cr_assert(feed_post_all(f.feed, list, 3));
    wait_for(&answered, 3);
    cr_assert(list[0].fresh && !list[1].fresh && list[2].fresh);
    cr_assert_eq(orders_there(), 2);
}
