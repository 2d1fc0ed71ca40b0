/* The lanes of the desk that sends: one whose way is switched off while the other side takes its time holds up neither the runner nor other shops, has no second
 * beside it, and its message ends as it ends. */
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "desk/outbox_desk.h"
#include "os/os.h"
#include "store/policy_store.h"

enum { SHOPS = 2, SLOW = 0, QUICK = 1 };
#define AT_MS INT64_C(1700029800000) /* 15 Nov 2023, 14:30 in Shanghai */

static struct env env;
static char directory[64], path[96];
static struct writer *w;
static struct shop shops[SHOPS];
static atomic_int begun[SHOPS], sent[SHOPS];
static atomic_bool let_go;

static int64_t clock_ms(void *ctx) { (void)ctx; return AT_MS; }

/* ---- what is asked of the writer ---- */

struct deed { int shop, order; bool create, on; };

static bool order_in(struct store *s, const struct deed *d)
{
    char no[16], phone[16];
    struct apply_tally tally = { 0 };
    const int key = d->shop * 100 + d->order;
    const struct order_claim c = { .order_no = { no, (size_t)snprintf(no, sizeof no, "%d", 5000 + key) }, .as_of_ms = AT_MS, .first_as_of_ms = AT_MS, .rank = SOURCE_WEBHOOK,
        .placed_at_ms = AT_MS - 2 * MS_PER_HOUR, .paid_at_ms = CLAIM_NONE, .cancelled_at_ms = CLAIM_NONE, .shipped_at_ms = CLAIM_NONE, .delivered_at_ms = CLAIM_NONE,
        .refunded_at_ms = CLAIM_NONE, .ship_by_ms = CLAIM_NONE, .total_minor = 9900, .paid_minor = CLAIM_NONE, .refund_minor = CLAIM_NONE, .pieces = 1, .balance_minor = CLAIM_NONE,
        .status = STATUS_UNPAID, .pay_kind = PAY_ONLINE, .country = TEXT("CN"), .title = TEXT("茶杯"), .customer_id = CLAIM_NONE, .key.bytes = { (unsigned char)(key + 1) },
        .person = { .buyer = { no, 4 }, .phone = { phone, (size_t)snprintf(phone, sizeof phone, "13900000%d%02d", d->shop, d->order) } } };
    struct apply_session *a = apply_session_create(s, &shops[d->shop], 0);
    const bool ok = a && apply_claims(a, &c, 1, &tally) && apply_flush(a);
    apply_session_free(a);
    return ok;
}

static bool deed_run(struct store *s, void *arg)
{
    const struct deed *d = arg;
    struct policy_refused refused;
    const struct policy_value terms[] = { { TEXT("auto_sms"), d->on, false }, { TEXT("holdout_share_bp"), 0, false } };
    const struct shop_new n = { .key = d->shop ? TEXT("quick") : TEXT("slow"), .name = TEXT("小店"), .platform = TEXT("tmall"), .currency = TEXT("CNY"), .zone = TEXT("Asia/Shanghai"),
                                .country = TEXT("CN") };
    return (!d->create || shop_create(s, &n, &shops[d->shop]) == SHOP_OK) && policy_put(s, &shops[d->shop], terms, 2, 1, &refused) == POLICY_PUT_OK &&
           (d->order == 0 || order_in(s, d));
}

static void deed(struct deed d) { cr_assert_eq(writer_call(w, deed_run, &d), WRITER_DONE); }

/* ---- the way out ---- */

static void *way_open(void *ctx, struct store *reader, const struct shop *shop, enum channel channel)
{
    static int link;
    (void)ctx, (void)reader, (void)shop, (void)channel;
    return &link;
}

static enum channel_fate way_send(void *link, const struct channel_message *m, struct channel_outcome *ret)
{
    const int i = m->to.ptr[m->to.len - 3] - '0';
    (void)link;
    atomic_fetch_add(&begun[i], 1);
    for (int k = 0; i == SLOW && k < 3000 && !atomic_load(&let_go); k++) usleep(10000);
    atomic_fetch_add(&sent[i], 1);
    *ret = (struct channel_outcome){ .fate = CHANNEL_SENT, .began = true, .retry_at_ms = INSTANT_NONE, .code = "sent" };
    return CHANNEL_SENT;
}

static void way_close(void *link) { (void)link; }

static void until(const atomic_int *count, int n, const char *what)
{
    for (int i = 0; i < 1000 && atomic_load(count) < n; i++) usleep(10000);
    cr_assert_eq(atomic_load(count), n, "waited ten seconds for: %s", what);
}

Test(outbox_lanes, a_slow_one_that_ends_holds_up_nobody, .timeout = 90)
{
    static const struct sender_ways ways = { .open = way_open, .send = way_send, .close = way_close };
    char why[256];
    enum db_error error;
    cr_assert(os_env_init(&env));
    env.now_ms = clock_ms;
    memcpy(directory, "/tmp/zg-lanes-XXXXXX", sizeof "/tmp/zg-lanes-XXXXXX");
    cr_assert(mkdtemp(directory));
    snprintf(path, sizeof path, "%s/shop.db", directory);
    w = writer_start(&env, path, &error, why, sizeof why);
    cr_assert(w, "%s", why);
    deed((struct deed){ .shop = SLOW, .order = 1, .create = true, .on = true });
    struct outbox_desk *o = outbox_desk_start(&(struct runner_ask){ &env, path, w }, &ways);
    cr_assert(o);
    until(&begun[SLOW], 1, "the slow side to take its time");

    deed((struct deed){ .shop = SLOW, .on = false });
    deed((struct deed){ .shop = QUICK, .order = 1, .create = true, .on = true });
    until(&sent[QUICK], 1, "the other shop's message");
    cr_assert_eq(atomic_load(&sent[SLOW]), 0);
    deed((struct deed){ .shop = SLOW, .order = 2, .on = true }); /* on again before the lane has ended */
    deed((struct deed){ .shop = QUICK, .order = 2, .on = true });
    until(&sent[QUICK], 2, "the other shop's second");
    cr_assert_eq(atomic_load(&begun[SLOW]), 1, "two lanes of one way");
    cr_assert_eq(atomic_load(&sent[SLOW]), 0);
    atomic_store(&let_go, true);
    until(&sent[SLOW], 2, "both of the slow one");
    outbox_desk_stop(o);
    cr_expect_eq(atomic_load(&begun[SLOW]), 2);
    cr_expect_eq(atomic_load(&begun[QUICK]), 2);
    writer_stop(w);
    static const char *const ends[] = { "", "-wal", "-shm" };
    for (size_t i = 0; i < 3; i++) {
        char file[128];
        snprintf(file, sizeof file, "%s%s", path, ends[i]);
        unlink(file);
    }
    rmdir(directory);
    os_env_release(&env);
}
