/* The disk fills while messages leave, between a lease and the outcome of the first ones: outcomes that could not be written down are written
 * when there is room again, and what was leased and did not leave goes back and leaves then. Nothing twice, nothing left as leased.
 *
 * usage: sender_full_test */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include "crash_vfs.h"
#include "desk/outbox_desk.h"
#include "os/os.h"
#include "store/policy_store.h"

enum { ORDERS = 40, FULL_AT = 6 /* the send while which the disk fills */, SEND_US = 60000 /* one takes: longer than outcomes wait */, TURNS_MAX = 200 };
#define AT_MS INT64_C(1700029800000) /* 15 Nov 2023, 14:30 in Shanghai */

static struct env env;
static struct shop shop;
static int64_t took_us, sends, (*real_us)(void *ctx);
static int times[ORDERS];

static void stop(const char *what) { fprintf(stderr, "sender_full_test: %s\n", what); exit(1); }
static int64_t clock_ms(void *ctx) { (void)ctx; return AT_MS + took_us / 1000; }
static int64_t clock_us(void *ctx) { return real_us(ctx) + took_us; }

static bool begin_run(struct store *s, void *arg)
{
    struct policy_refused refused;
    const struct policy_value on[] = { { TEXT("auto_sms"), 1, false }, { TEXT("holdout_share_bp"), 0, false } };
    const struct shop_new n = { .key = TEXT("s"), .name = TEXT("小店"), .platform = TEXT("tmall"), .currency = TEXT("CNY"), .zone = TEXT("Asia/Shanghai"), .country = TEXT("CN") };
    (void)arg;
    return shop_create(s, &n, &shop) == SHOP_OK && policy_put(s, &shop, on, 2, 1, &refused) == POLICY_PUT_OK;
}

static bool orders_run(struct store *s, void *arg)
{
    static struct order_claim claims[ORDERS];
    static char text[ORDERS][3][32];
    struct apply_tally tally = { 0 };
    (void)arg;
    for (int i = 0; i < ORDERS; i++) {
        char (*t)[32] = text[i];
        const int64_t key = i + 1;
        claims[i] = (struct order_claim){ .as_of_ms = AT_MS, .first_as_of_ms = AT_MS, .rank = SOURCE_WEBHOOK, .placed_at_ms = AT_MS - 2 * MS_PER_HOUR - i * MS_PER_S, .paid_at_ms = CLAIM_NONE,
            .cancelled_at_ms = CLAIM_NONE, .shipped_at_ms = CLAIM_NONE, .delivered_at_ms = CLAIM_NONE, .refunded_at_ms = CLAIM_NONE, .ship_by_ms = CLAIM_NONE, .total_minor = 9900,
            .paid_minor = CLAIM_NONE, .refund_minor = CLAIM_NONE, .pieces = 1, .balance_minor = CLAIM_NONE, .status = STATUS_UNPAID, .pay_kind = PAY_ONLINE, .country = TEXT("CN"),
            .title = TEXT("茶杯"), .customer_id = CLAIM_NONE };
        claims[i].order_no = (struct text){ t[0], (size_t)snprintf(t[0], 32, "B%03d", i) };
        claims[i].person.buyer = (struct text){ t[1], (size_t)snprintf(t[1], 32, "buyer%03d", i) };
        claims[i].person.phone = (struct text){ t[2], (size_t)snprintf(t[2], 32, "13900000%03d", i) };
        memcpy(claims[i].key.bytes, &key, sizeof key);
    }
    struct apply_session *a = apply_session_create(s, &shop, 0);
    const bool ok = a && apply_claims(a, claims, ORDERS, &tally) && apply_flush(a);
    apply_session_free(a);
    return ok;
}

/* ---- the way out ---- */

static void *way_open(void *ctx, struct store *reader, const struct shop *s, enum channel channel) { (void)ctx, (void)reader, (void)s, (void)channel; return &sends; }
static void way_close(void *link) { (void)link; }

static enum channel_fate way_send(void *link, const struct channel_message *m, struct channel_outcome *ret)
{
    int64_t number = 0;
    (void)link;
    if (!text_to_i64((struct text){ m->to.ptr + m->to.len - 3, 3 }, &number) || number < 0 || number >= ORDERS) stop("a message to nobody");
    times[number]++;
    took_us += SEND_US;
    if (++sends == FULL_AT) crash_vfs_room(0);
    *ret = (struct channel_outcome){ .fate = CHANNEL_SENT, .began = true, .retry_at_ms = INSTANT_NONE, .code = "sent" };
    return CHANNEL_SENT;
}

static int64_t in_state(const char *path, enum outbox_state state)
{
    struct store s;
    int64_t counts[OUTBOX_STATE_COUNT];
    enum db_error error;
    if (!store_open(&s, &env, path, DB_READ, &error, NULL, 0) || !outbox_counts_by_state(&s, &shop, ORDERS, counts)) stop("the ledger cannot be read");
    store_close(&s);
    return counts[state];
}

int main(void)
{
    static const char path[] = "/sender-full.db";
    const struct sender_ways ways = { .open = way_open, .send = way_send, .close = way_close };
    char message[256] = "";
    struct runner_tally tick;
    struct sender_tally turn;
    if (!os_env_init(&env) || !crash_vfs_register()) stop("no environment");
    real_us = env.monotonic_us;
    env.now_ms = clock_ms;
    env.monotonic_us = clock_us;
    env.sqlite_vfs = CRASH_VFS_NAME;
    enum db_error error;
    struct writer *w = writer_start(&env, path, &error, message, sizeof message);
    if (!w || writer_call(w, begin_run, NULL) != WRITER_DONE || writer_call(w, orders_run, NULL) != WRITER_DONE) stop(message);
    struct runner *r = runner_open(&(struct runner_ask){ &env, path, w });
    struct sender *s = sender_open(&(struct sender_ask){ &env, path, w, &ways, &shop, CHANNEL_SMS });
    do {
        if (!r || !s || !runner_tick(r, &tick)) stop("a tick");
    } while (tick.more);
    int refused = 0;
    int64_t left_leased = 0;
    for (int i = 0; i < TURNS_MAX && in_state(path, OUTBOX_SENT) < ORDERS; i++) {
        if (sender_turn(s, &turn)) continue;
        if (refused++ == 0) left_leased = in_state(path, OUTBOX_LEASED);
        if (sends != FULL_AT) stop("something left while outcomes could not be written down");
        if (refused == 3) crash_vfs_room(-1);
    }
    printf("%" PRId64 " sent, %d turns found the disk full, %" PRId64 " were leased then\n", sends, refused, left_leased);
    if (refused < 3 || left_leased < 3) stop("the disk was not full between the first and the last of a lease");
    if (in_state(path, OUTBOX_LEASED) != 0 || in_state(path, OUTBOX_SENT) != ORDERS) stop("not all that was leased ended");
    for (int i = 0; i < ORDERS; i++)
        if (times[i] != 1) stop("a message left twice, or never");
    sender_close(s);
    runner_close(r);
    writer_stop(w);
    crash_vfs_clear();
    os_env_release(&env);
    return 0;
}
