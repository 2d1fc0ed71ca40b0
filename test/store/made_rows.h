/* Made rows for tests of the store: a pool of claims about a few orders, of which files and feeds are drawn again and again,
 * so that everything overlaps: the same row in several files, orders told by many, corrections, lines, masked buyers. */
#ifndef ZG_TEST_MADE_ROWS_H
#define ZG_TEST_MADE_ROWS_H
#include "base/prng.h"
#include "core/order/order.h"

enum { POOL_ROWS = 48, POOL_ORDERS = 16 };
struct pool { struct order_claim rows[POOL_ROWS]; struct arena texts; };

#define MADE_AT INT64_C(1700000000000)

static inline int64_t made_time(struct prng *p, int64_t one_in)
{
    if (prng_below(p, (uint64_t)one_in) == 0) return CLAIM_NONE;
    return MADE_AT + (int64_t)prng_below(p, 6 * 24) * MS_PER_HOUR / 2;
}

static inline int64_t made_amount(struct prng *p, int64_t max)
{
    return prng_below(p, 3) == 0 ? CLAIM_NONE : (int64_t)prng_below(p, (uint64_t)max);
}

static inline struct text made_word(struct prng *p, const char *const *words, uint64_t n)
{
    const uint64_t at = prng_below(p, n + 1);
    return at == n ? TEXT_NONE : text_from_cstr(words[at]);
}

static inline void made_line(struct prng *p, struct line_claim *l)
{
    static const char *const titles[] = { "茶杯", "茶壶, 大", "茶盘\"新\"" };
    static const char *const codes[] = { "A-1", "A-2" };
    static const char *const options[] = { "红色", "蓝色" };
    static const char *const numbers[] = { "9001", "9002" };
    *l = (struct line_claim){ .title = text_from_cstr(titles[prng_below(p, 3)]), .sku_code = made_word(p, codes, 2),
        .options = made_word(p, options, 2), .product_no = made_word(p, numbers, 2), .occurrence = 1 + (int32_t)prng_below(p, 2),
        .pieces = made_amount(p, 4), .unit_minor = made_amount(p, 9000), .line_minor = made_amount(p, 30000),
        .refund_minor = made_amount(p, 500), .extra_minor = made_amount(p, 700), .sums = (int)prng_below(p, 8) };
    if (prng_below(p, 4) == 0) l->sub_no = TEXT("sub-1");
}

static inline void pool_make(struct pool *pool, uint64_t seed, const struct arena_source *memory)
{
    static const char *const regions[] = { "浙江省", "广东省" };
    static const char *const buyers[] = { "买家一", "买家二", "买**", "buyer4" };
    static const char *const notes[] = { "请尽快", "谢谢\n老板" };
    struct prng p;
    prng_seed(&p, seed);
    arena_init(&pool->texts, memory, 0);
    for (int i = 0; i < POOL_ROWS; i++) {
        struct order_claim *c = &pool->rows[i];
        *c = (struct order_claim){ .order_no = arena_printf(&pool->texts, "%d", 1000 + (int)prng_below(&p, POOL_ORDERS) * 7),
            .rank = prng_below(&p, 5) ? SOURCE_FILE : SOURCE_API, .placed_at_ms = made_time(&p, 4), .paid_at_ms = made_time(&p, 2),
            .cancelled_at_ms = prng_below(&p, 6) ? CLAIM_NONE : made_time(&p, 2), .shipped_at_ms = made_time(&p, 2),
            .delivered_at_ms = prng_below(&p, 4) ? CLAIM_NONE : made_time(&p, 2), .refunded_at_ms = prng_below(&p, 4) ? CLAIM_NONE : made_time(&p, 2),
            .ship_by_ms = prng_below(&p, 4) ? CLAIM_NONE : made_time(&p, 2), .total_minor = made_amount(&p, 50000), .paid_minor = made_amount(&p, 50000),
            .refund_minor = prng_below(&p, 3) ? CLAIM_NONE : made_amount(&p, 50000), .pieces = made_amount(&p, 5), .balance_minor = made_amount(&p, 9000),
            .status = (enum order_status)prng_below(&p, 7), .pay_kind = (enum pay_kind)prng_below(&p, 3), .customer_id = CLAIM_NONE,
            .region = made_word(&p, regions, 2), .country = prng_below(&p, 2) ? TEXT("CN") : TEXT_NONE,
            .tracking = prng_below(&p, 3) ? TEXT_NONE : TEXT("YT1"), .has_line = prng_below(&p, 3) == 0 };
        if (prng_below(&p, 3)) { /* still waiting to be shipped */
            c->shipped_at_ms = c->delivered_at_ms = c->cancelled_at_ms = CLAIM_NONE;
            c->tracking = TEXT_NONE;
            c->status = prng_below(&p, 2) ? STATUS_PAID : STATUS_NONE;
        }
        static const char *const parts[] = { "1", "2" };
        if (prng_below(&p, 3) == 0)
            c->payment = (struct payment_claim){ prng_below(&p, 2) ? PAYMENT_IN : PAYMENT_BACK, text_from_cstr(parts[prng_below(&p, 2)]), (int64_t)prng_below(&p, 4000) };
        c->title = made_word(&p, parts, 1);
        c->person.buyer = made_word(&p, buyers, 4);
        c->person.buyer_note = made_word(&p, notes, 2);
        if (prng_below(&p, 2)) c->person.address = TEXT("某市某路 1 号");
        if (c->has_line) made_line(&p, &c->line);
        const uint64_t key[2] = { prng_next(&p), (uint64_t)i };
        memcpy(c->key.bytes, key, sizeof key);
    }
}

static inline void pool_release(struct pool *pool) { arena_release(&pool->texts); }
#endif
