/* The demo year as claims: what the order list and the item list of an export made now would say, row by row. */
#include <inttypes.h>
#include "desk/demo_world.h"

bool demo_world_make(struct arena *a, const struct zone *zone, uint64_t seed, int64_t now_ms, int64_t orders_per_year,
                     struct demo_world *ret)
{
    struct prng p;
    prng_seed(&p, seed);
    *ret = (struct demo_world){ .seed = seed, .now_ms = now_ms, .zone = zone };
    demo_campaigns(ret);
    return demo_demand(a, &p, orders_per_year, ret) && demo_orders(a, &p, ret) && demo_fulfil(a, &p, orders_per_year, ret) && !a->failed;
}

/* Nineteen digits that grow with time, as the platform's do: the second, the shop's count, the buyer's end. */
static struct text order_no(struct arena *a, const struct demo_order *o)
{
    return arena_printf(a, "%010" PRId64 "%05" PRId64 "%04d", o->placed_at_ms / MS_PER_S, o->number % 100000, (int)(o->buyer % 10000));
}

/* Any sixteen bytes will do that no other row has and that are the same the next time. */
static struct claim_key row_key(const struct demo_world *w, int64_t order, int32_t row)
{
    struct claim_key key;
    struct prng p;
    prng_seed(&p, w->seed ^ ((uint64_t)order * 8 + (uint64_t)row) * UINT64_C(0x94D049BB133111EB));
    uint64_t bytes[2] = { prng_next(&p), prng_next(&p) };
    memcpy(key.bytes, bytes, sizeof key.bytes);
    return key;
}

static void blank_claim(struct order_claim *c)
{
    *c = (struct order_claim){
        .rank = SOURCE_FILE, .placed_at_ms = CLAIM_NONE, .paid_at_ms = CLAIM_NONE, .cancelled_at_ms = CLAIM_NONE,
        .shipped_at_ms = CLAIM_NONE, .delivered_at_ms = CLAIM_NONE, .refunded_at_ms = CLAIM_NONE, .ship_by_ms = CLAIM_NONE,
        .total_minor = CLAIM_NONE, .paid_minor = CLAIM_NONE, .refund_minor = CLAIM_NONE, .pieces = CLAIM_NONE, .balance_minor = CLAIM_NONE,
        .customer_id = CLAIM_NONE,
        .line = { .pieces = CLAIM_NONE, .unit_minor = CLAIM_NONE, .line_minor = CLAIM_NONE, .refund_minor = CLAIM_NONE, .extra_minor = CLAIM_NONE },
    };
}

static int64_t by_now(const struct demo_world *w, int64_t at_ms) { return at_ms != CLAIM_NONE && at_ms <= w->now_ms ? at_ms : CLAIM_NONE; }

static enum order_status status_of(const struct order_claim *c)
{
    if (c->refund_minor > 0 && c->refund_minor == c->paid_minor) return STATUS_CLOSED;
    if (c->cancelled_at_ms != CLAIM_NONE) return STATUS_CLOSED;
    if (c->delivered_at_ms != CLAIM_NONE) return STATUS_DELIVERED;
    if (c->shipped_at_ms != CLAIM_NONE) return STATUS_SHIPPED;
    return c->paid_at_ms != CLAIM_NONE ? STATUS_PAID : STATUS_UNPAID;
}

void demo_order_claim(struct arena *a, const struct demo_world *w, int64_t order, struct order_claim *ret)
{
    const struct demo_order *o = &w->orders[order];
    blank_claim(ret);
    ret->key = row_key(w, order, 0);
    ret->order_no = order_no(a, o);
    ret->as_of_ms = w->now_ms;
    ret->placed_at_ms = o->placed_at_ms;
    ret->paid_at_ms = by_now(w, o->paid_at_ms);
    ret->cancelled_at_ms = by_now(w, o->cancelled_at_ms);
    ret->shipped_at_ms = by_now(w, o->shipped_at_ms);
    ret->delivered_at_ms = by_now(w, o->delivered_at_ms);
    ret->refunded_at_ms = by_now(w, o->refunded_at_ms);
    ret->total_minor = o->total_minor;
    ret->pieces = o->pieces;
    ret->pay_kind = PAY_ONLINE;
    if (ret->paid_at_ms != CLAIM_NONE) {
        ret->paid_minor = o->total_minor;
        ret->ship_by_ms = o->ship_by_ms;
        ret->refund_minor = ret->refunded_at_ms != CLAIM_NONE ? o->refund_minor : 0;
    }
    ret->status = status_of(ret);
    ret->region = text_from_cstr(demo_regions[demo_region_of(w->seed, o->buyer)].region);
    ret->country = TEXT("CN");
    if (ret->shipped_at_ms != CLAIM_NONE) ret->tracking = arena_printf(a, "TY%011" PRId64, o->number * 7919 + 10000000);
    demo_person(a, w->seed, o, &ret->person);
}

void demo_line_claim(struct arena *a, const struct demo_world *w, int64_t order, int32_t line, struct order_claim *ret)
{
    const struct demo_order *o = &w->orders[order];
    const struct demo_line *l = &w->lines[o->first_line + line];
    const struct demo_product *product = &demo_products[l->product];
    blank_claim(ret);
    ret->key = row_key(w, order, line + 1);
    ret->order_no = order_no(a, o);
    ret->as_of_ms = w->now_ms;
    ret->has_line = true;
    ret->line = (struct line_claim){
        .sub_no = arena_printf(a, "%.*s%d", (int)ret->order_no.len, ret->order_no.ptr, (int)line + 1),
        .product_no = text_from_cstr(product->product_no),
        .sku_code = text_from_cstr(product->skus[l->sku].code),
        .title = text_from_cstr(product->title),
        .options = text_from_cstr(product->skus[l->sku].options),
        .occurrence = 1,
        .pieces = l->pieces,
        .unit_minor = l->unit_minor,
        .line_minor = l->line_minor,
        .refund_minor = by_now(w, o->refunded_at_ms) != CLAIM_NONE ? l->refund_minor : 0,
        .extra_minor = CLAIM_NONE,
    };
}
