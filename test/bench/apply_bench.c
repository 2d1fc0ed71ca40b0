/* How fast the reducer takes orders in: made claims -> apply_claims -> durable.  One thread, no parsing.
 *
 * usage: apply_bench FILE.db ORDERS [shuffled|again|live]
 *   shuffled: order numbers in random order; again: the same claims a second time, as another import;
 *   live: afterwards LIVE_ORDERS more, each in a commit of its own
 * Prints one line a pass: orders, seconds in the store, processor seconds, orders a second, peak memory. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>
#include "base/prng.h"
#include "os/os.h"
#include "store/store.h"

enum { BATCH = 16384, LIVE_ORDERS = 5000, COMMIT_ROWS = 196608, DISTINCT_PERCENT = 60 };

static const char *const regions[] = { "浙江省", "江苏省", "广东省", "上海", "北京", "山东省", "四川省", "河南省", "湖北省", "福建省" };

/* Order i: the same for the same i. Times run through a year; most are paid after seconds and shipped after a day. */
static void make(struct arena *a, int64_t i, int64_t orders, bool shuffled, struct order_claim *c)
{
    struct prng p;
    prng_seed(&p, (uint64_t)i);
    const int64_t placed = INT64_C(1735689600000) + i * (INT64_C(365) * MS_PER_DAY / orders);
    const uint64_t buyer = prng_below(&p, (uint64_t)orders * DISTINCT_PERCENT / 100 * 3 / 2 + 1);
    const int64_t amount = 1000 + (int64_t)prng_below(&p, 80000);
    *c = (struct order_claim){ .as_of_ms = INT64_C(1767225600000), .rank = SOURCE_FILE, .placed_at_ms = placed, .paid_at_ms = placed + 20000,
        .cancelled_at_ms = CLAIM_NONE, .shipped_at_ms = placed + MS_PER_DAY, .delivered_at_ms = CLAIM_NONE, .refunded_at_ms = CLAIM_NONE,
        .ship_by_ms = CLAIM_NONE, .total_minor = amount, .paid_minor = amount, .refund_minor = 0, .pieces = 1, .status = STATUS_DELIVERED,
        .pay_kind = PAY_ONLINE, .customer_id = CLAIM_NONE, .balance_minor = CLAIM_NONE };
    if (i % 7 == 0) c->paid_at_ms = c->shipped_at_ms = CLAIM_NONE, c->status = STATUS_CLOSED, c->paid_minor = CLAIM_NONE;
    const uint64_t k[2] = { prng_next(&p), prng_next(&p) };
    memcpy(c->key.bytes, k, sizeof k);
    c->order_no = arena_printf(a, "%" PRIu64, UINT64_C(3000000000000000000) + (shuffled ? prng_next(&p) >> 2 : (uint64_t)i * 1000003));
    c->region = text_from_cstr(regions[buyer % 10]);
    c->country = TEXT("CN");
    if (c->status == STATUS_DELIVERED) c->tracking = arena_printf(a, "YT%013" PRIu64, (uint64_t)i);
    c->person.buyer = arena_printf(a, "买家%" PRIu64, buyer * 2654435761u);
    c->person.name = arena_printf(a, "收件人%" PRIu64, buyer % 9973);
    c->person.phone = arena_printf(a, "138%08" PRIu64, buyer);
    c->person.address = arena_printf(a, "某某市 某某区 某某路 号, %" PRIu64 "室", buyer);
    if (i % 5 == 0) c->person.buyer_note = TEXT("请尽快,\r\n谢谢\"老板\"");
}

static void fail(struct store *s, const char *what)
{
    fprintf(stderr, "apply_bench: %s: %s\n", what, db_error_message(s->db));
    exit(1);
}

static void commit(struct store *s, struct apply_session *a)
{
    if (!apply_flush(a) || !db_commit(s->db)) fail(s, "commit");
    if (db_wal_pages(s->db) > 8192 && !db_checkpoint(s->db, false)) fail(s, "checkpoint");
}

/* Processor time of this thread: on a machine that is shared the clock tells little. */
static int64_t cpu_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void pass(struct store *s, const struct shop *shop, int64_t import_id, int64_t orders, bool shuffled)
{
    const struct env *env = s->env;
    struct arena texts;
    struct apply_tally tally = { 0 };
    struct order_claim *claims = calloc(BATCH, sizeof *claims);
    struct apply_session *a = apply_session_create(s, shop, import_id);
    if (a) apply_session_alone(a);
    int64_t spent_us = 0, busy_us = 0, since_commit = 0;
    arena_init(&texts, &env->memory, 0);
    if (!claims || !a || !db_begin(s->db)) fail(s, "begin");
    for (int64_t at = 0; at < orders; at += BATCH) {
        size_t n = (size_t)(orders - at < BATCH ? orders - at : BATCH);
        arena_clear(&texts);
        for (size_t i = 0; i < n; i++) make(&texts, at + (int64_t)i, orders, shuffled, &claims[i]);
        int64_t t = env->monotonic_us(env->ctx), c = cpu_us();
        if (!apply_claims(a, claims, n, &tally)) fail(s, "apply");
        if ((since_commit += (int64_t)n) >= COMMIT_ROWS) {
            commit(s, a);
            if (!db_begin(s->db)) fail(s, "begin");
            since_commit = 0;
        }
        spent_us += env->monotonic_us(env->ctx) - t;
        busy_us += cpu_us() - c;
    }
    int64_t t = env->monotonic_us(env->ctx), c = cpu_us();
    commit(s, a);
    if (!db_checkpoint(s->db, true)) fail(s, "checkpoint");
    spent_us += env->monotonic_us(env->ctx) - t;
    busy_us += cpu_us() - c;
    struct rusage use;
    getrusage(RUSAGE_SELF, &use);
    printf("{\"orders\":%" PRId64 ",\"added\":%" PRId64 ",\"updated\":%" PRId64 ",\"unchanged\":%" PRId64 ",\"seconds\":%.2f,\"cpu_seconds\":%.2f,\"orders_per_s\":%.0f,"
           "\"cpu_us_per_order\":%.2f,\"peak_mib\":%ld}\n", orders, tally.added, tally.updated, tally.unchanged, (double)spent_us / 1e6, (double)busy_us / 1e6,
           (double)orders * 1e6 / (double)spent_us, (double)busy_us / (double)orders, use.ru_maxrss / 1024);
    apply_session_free(a);
    arena_release(&texts);
    free(claims);
}

static void live(struct store *s, const struct shop *shop, int64_t orders)
{
    const struct env *env = s->env;
    struct arena texts;
    struct apply_tally tally = { 0 };
    struct order_claim claim;
    arena_init(&texts, &env->memory, 0);
    const int64_t t = env->monotonic_us(env->ctx), c = cpu_us();
    for (int64_t i = 0; i < LIVE_ORDERS; i++) {
        arena_clear(&texts);
        make(&texts, orders + i, orders, false, &claim);
        struct apply_session *a = apply_session_create(s, shop, 0);
        if (!a || !db_begin(s->db) || !apply_claims(a, &claim, 1, &tally)) fail(s, "live");
        commit(s, a);
        apply_session_free(a);
    }
    printf("{\"live_orders\":%d,\"us_per_order\":%.1f,\"cpu_us_per_order\":%.1f}\n", LIVE_ORDERS,
           (double)(env->monotonic_us(env->ctx) - t) / LIVE_ORDERS, (double)(cpu_us() - c) / LIVE_ORDERS);
    arena_release(&texts);
}

int main(int argc, char **argv)
{
    struct env env;
    struct store s;
    struct shop shop;
    char message[256];
    int64_t orders = 0;
    if (argc < 3 || !text_to_i64(text_from_cstr(argv[2]), &orders) || orders < 1) {
        fprintf(stderr, "usage: apply_bench FILE.db ORDERS [shuffled|again|live]\n");
        return 2;
    }
    const bool shuffled = argc > 3 && strcmp(argv[3], "shuffled") == 0, again = argc > 3 && strcmp(argv[3], "again") == 0;
    if (!os_env_init(&env)) return 1;
    if (!store_open(&s, &env, argv[1], DB_WRITE, NULL, message, sizeof message)) {
        fprintf(stderr, "apply_bench: %s\n", message);
        return 1;
    }
    const struct shop_new n = { .key = TEXT("bench"), .name = TEXT("bench"), .platform = TEXT("tmall"), .currency = TEXT("CNY"),
                                .zone = TEXT("Asia/Shanghai"), .country = TEXT("CN") };
    if (!db_begin(s.db) || shop_create(&s, &n, &shop) != SHOP_OK || !db_commit(s.db)) fail(&s, "shop (a fresh file is needed)");
    pass(&s, &shop, 1, orders, shuffled);
    if (again) pass(&s, &shop, 2, orders, shuffled);
    if (argc > 3 && strcmp(argv[3], "live") == 0) live(&s, &shop, orders);
    store_close(&s);
    os_env_release(&env);
    return 0;
}
