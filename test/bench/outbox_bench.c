/* Messages that go out by themselves, at the desk's own speed.
 *
 * usage: outbox_bench FILE tick MAX        a tick with 100 messages due while 10^3, 10^4 .. MAX wait
 *        outbox_bench FILE lease N         N due messages: decided by the runner, then leased on fresh facts, sent to nowhere, outcomes written down
 * Prints one line of JSON for each figure. FILE is made anew; it lies where the disk is to be measured. */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>
#include "desk/outbox_desk.h"
#include "os/os.h"
#include "store/policy_store.h"

enum { TOGETHER = 2000, DUE = 100 };
#define AT_MS INT64_C(1700029800000) /* 15 Nov 2023, 14:30 in Shanghai */
static struct env env;
static struct shop shop;
static int64_t real_from_us, shift_ms, fake_ms = AT_MS;
static int64_t (*real_us)(void *ctx);
static int64_t clock_ms(void *ctx) { return fake_ms + shift_ms + (real_us(ctx) - real_from_us) / 1000; }
static void stop(const char *what) { fprintf(stderr, "outbox_bench: %s\n", what); exit(1); }

static bool begin_run(struct store *s, void *arg)
{
    struct policy_refused refused;
    const struct policy_value on[] = { { TEXT("auto_sms"), 1, false }, { TEXT("holdout_share_bp"), 0, false } };
    const struct shop_new n = { .key = TEXT("s"), .name = TEXT("小店"), .platform = TEXT("tmall"), .currency = TEXT("CNY"), .zone = TEXT("Asia/Shanghai"), .country = TEXT("CN") };
    (void)arg;
    return shop_create(s, &n, &shop) == SHOP_OK && policy_put(s, &shop, on, 2, 1, &refused) == POLICY_PUT_OK;
}

struct orders { int64_t first, n, age_ms, spread_ms; };

static bool orders_run(struct store *s, void *arg)
{
    static struct order_claim claims[TOGETHER];
    static char text[TOGETHER][3][32];
    const struct orders *o = arg;
    struct apply_tally tally = { 0 };
    const int64_t now_ms = clock_ms(env.ctx);
    for (int64_t i = 0; i < o->n; i++) {
        char (*t)[32] = text[i];
        const int64_t no = o->first + i;
        claims[i] = (struct order_claim){ .as_of_ms = now_ms, .first_as_of_ms = now_ms, .rank = SOURCE_WEBHOOK, .placed_at_ms = now_ms - o->age_ms - no * 977 % o->spread_ms,
            .paid_at_ms = CLAIM_NONE, .cancelled_at_ms = CLAIM_NONE, .shipped_at_ms = CLAIM_NONE, .delivered_at_ms = CLAIM_NONE, .refunded_at_ms = CLAIM_NONE,
            .ship_by_ms = CLAIM_NONE, .total_minor = 9900, .paid_minor = CLAIM_NONE, .refund_minor = CLAIM_NONE, .pieces = 1, .balance_minor = CLAIM_NONE,
            .status = STATUS_UNPAID, .pay_kind = PAY_ONLINE, .country = TEXT("CN"), .title = TEXT("茶杯"), .customer_id = CLAIM_NONE };
        claims[i].order_no = (struct text){ t[0], (size_t)snprintf(t[0], 32, "B%09" PRId64, no) };
        claims[i].person.buyer = (struct text){ t[1], (size_t)snprintf(t[1], 32, "buyer%09" PRId64, no) };
        claims[i].person.phone = (struct text){ t[2], (size_t)snprintf(t[2], 32, "139%08" PRId64, no % 100000000) };
        memcpy(claims[i].key.bytes, &no, sizeof no);
    }
    struct apply_session *a = apply_session_create(s, &shop, 0);
    const bool ok = a && apply_claims(a, claims, (size_t)o->n, &tally) && apply_flush(a);
    apply_session_free(a);
    return ok;
}

static void orders_add(struct writer *w, int64_t first, int64_t n, int64_t age_ms, int64_t spread_ms)
{
    for (int64_t at = 0; at < n; at += TOGETHER) {
        struct orders o = { first + at, n - at < TOGETHER ? n - at : TOGETHER, age_ms, spread_ms };
        if (writer_call(w, orders_run, &o) != WRITER_DONE) stop("orders");
    }
}

/* ---- a tick ---- */

/* As if the policy had held them all until the evening. */
static bool wait_run(struct store *s, void *arg)
{
    struct db_stmt *q = db_stmt(s->db, SQL("UPDATE outbox SET due_at_ms = $2 + order_id, channel = 2 WHERE merchant_id = $1 AND due_at_ms IS NOT NULL AND channel = 0"));
    (void)arg;
    if (!q) return false;
    db_bind_i64(q, 1, shop.merchant_id);
    db_bind_i64(q, 2, clock_ms(env.ctx) + 6 * MS_PER_HOUR);
    return db_exec(q);
}

static void ticks(struct writer *w, const char *path, int64_t max)
{
    struct runner *r = runner_open(&(struct runner_ask){ &env, path, w });
    struct runner_tally t;
    int64_t there = 0;
    do {
        if (!runner_tick(r, &t)) stop("a tick");
    } while (t.more);
    for (int64_t waits = 1000; waits <= max; waits *= 10) {
        orders_add(w, there, waits - there, 2 * MS_PER_HOUR, 20 * MS_PER_HOUR);
        if (writer_call(w, wait_run, NULL) != WRITER_DONE) stop("waiting");
        there = waits;
        int64_t best_us = INT64_MAX;
        for (int i = 0; i < 7; i++) {
            orders_add(w, INT64_C(500000000) + waits * 10 + i * DUE, DUE, 2 * MS_PER_HOUR, MS_PER_HOUR);
            const int64_t from_us = real_us(env.ctx);
            if (!runner_tick(r, &t) || t.due < DUE) stop("a tick that saw too little");
            const int64_t us = real_us(env.ctx) - from_us;
            if (us < best_us) best_us = us;
        }
        int64_t idle_us = INT64_MAX;
        for (int i = 0; i < 7; i++) {
            const int64_t from_us = real_us(env.ctx);
            if (!runner_tick(r, &t) || t.due > 0) stop("an idle tick that saw something");
            const int64_t us = real_us(env.ctx) - from_us;
            if (us < idle_us) idle_us = us;
        }
        printf("{\"what\":\"tick\",\"waiting\":%" PRId64 ",\"due\":%d,\"us\":%" PRId64 ",\"idle_us\":%" PRId64 "}\n", waits, DUE, best_us, idle_us);
        fflush(stdout);
    }
    runner_close(r);
}

/* ---- leases ---- */

static int64_t sent;

/* Of both threads: on a machine that others use the clock says little. */
static double cpu_us(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1e6 + (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

static void *way_open(void *ctx, struct store *reader, const struct shop *s, enum channel channel) { (void)ctx, (void)reader, (void)s, (void)channel; return &sent; }
static enum channel_fate way_send(void *link, const struct channel_message *m, struct channel_outcome *ret)
{
    (void)link, (void)m;
    sent++;
    *ret = (struct channel_outcome){ .fate = CHANNEL_SENT, .began = true, .retry_at_ms = INSTANT_NONE, .code = "sent" };
    return CHANNEL_SENT;
}
static void way_close(void *link) { (void)link; }

static void leases(struct writer *w, const char *path, int64_t n)
{
    const struct sender_ways ways = { .open = way_open, .send = way_send, .close = way_close };
    struct runner *r = runner_open(&(struct runner_ask){ &env, path, w });
    struct sender *s = sender_open(&(struct sender_ask){ &env, path, w, &ways, &shop, CHANNEL_SMS });
    struct runner_tally tick;
    struct sender_tally turn;
    int64_t decided = 0, leased = 0;
    orders_add(w, 0, n, 2 * MS_PER_HOUR, 20 * MS_PER_HOUR);
    int64_t from_us = real_us(env.ctx);
    double cpu_from = cpu_us();
    do {
        if (!runner_tick(r, &tick)) stop("a tick");
        decided += tick.held + tick.refused;
    } while (tick.more);
    const int64_t decide_us = real_us(env.ctx) - from_us;
    const double decide_cpu = cpu_us() - cpu_from;
    cpu_from = cpu_us();
    from_us = real_us(env.ctx);
    do {
        if (!sender_turn(s, &turn)) stop("a turn");
        leased += turn.leased;
    } while (turn.leased > 0);
    const int64_t lease_us = real_us(env.ctx) - from_us;
    const double lease_cpu = cpu_us() - cpu_from;
    if (decided < n || leased < n || sent < n) stop("not all were sent");
    printf("{\"what\":\"lease\",\"jobs\":%" PRId64 ",\"decided_per_s\":%.0f,\"leased_sent_per_s\":%.0f,\"whole_per_s\":%.0f,\"decide_cpu_us\":%.1f,\"lease_cpu_us\":%.1f}\n", n, (double)n * 1e6 / (double)decide_us,
           (double)n * 1e6 / (double)lease_us, (double)n * 1e6 / (double)(decide_us + lease_us), decide_cpu / (double)n, lease_cpu / (double)n);
    sender_close(s);
    runner_close(r);
}

int main(int argc, char **argv)
{
    char why[256];
    enum db_error error;
    if (argc != 4) return 2;
    if (!os_env_init(&env)) return 1;
    real_us = env.monotonic_us;
    real_from_us = real_us(env.ctx);
    env.now_ms = clock_ms;
    unlink(argv[1]);
    struct writer *w = writer_start(&env, argv[1], &error, why, sizeof why);
    if (!w || writer_call(w, begin_run, NULL) != WRITER_DONE) stop("the database");
    if (strcmp(argv[2], "tick") == 0) ticks(w, argv[1], atoll(argv[3]));
    else leases(w, argv[1], atoll(argv[3]));
    writer_stop(w);
    os_env_release(&env);
    return 0;
}
