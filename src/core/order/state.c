/* Order -> its state at an instant, until when it waits to be picked, and what it adds to the counters. */
#include <assert.h>
#include "core/order/order.h"

int64_t order_exact_bits(const struct order *o)
{
    return (o->paid_exact ? EXACT_PAID : 0) | (o->cancelled_exact ? EXACT_CANCELLED : 0) | (o->shipped_exact ? EXACT_SHIPPED : 0) |
           (o->delivered_exact ? EXACT_DELIVERED : 0) | (o->refunded_exact ? EXACT_REFUNDED : 0);
}

void order_exact_set(struct order *o, int64_t bits)
{
    o->paid_exact = bits & EXACT_PAID;
    o->cancelled_exact = bits & EXACT_CANCELLED;
    o->shipped_exact = bits & EXACT_SHIPPED;
    o->delivered_exact = bits & EXACT_DELIVERED;
    o->refunded_exact = bits & EXACT_REFUNDED;
}

static bool order_fully_refunded(const struct order *o)
{
    return o->refund_minor > 0 && o->paid_minor != CLAIM_NONE && o->refund_minor >= o->paid_minor &&
           o->refunded_at_ms != INSTANT_NONE;
}

bool order_fully_refunded_at(const struct order *o, int64_t at_ms)
{
    return order_fully_refunded(o) && o->refunded_at_ms <= at_ms;
}

enum order_state order_state_at(const struct order *o, int64_t at_ms)
{
    if (order_fully_refunded_at(o, at_ms)) return ORDER_REFUNDED;
    if (happened(o->cancelled_at_ms, at_ms)) return ORDER_CANCELLED;
    if (happened(o->delivered_at_ms, at_ms)) return ORDER_DELIVERED;
    if (happened(o->shipped_at_ms, at_ms)) return ORDER_SHIPPED;
    if (happened(o->paid_at_ms, at_ms)) return ORDER_TO_SHIP;
    if (!happened(o->placed_at_ms, at_ms)) return ORDER_UNPLACED;
    return o->pay_kind == PAY_ON_DELIVERY ? ORDER_ON_DELIVERY : ORDER_UNPAID;
}

int64_t order_pick_from_ms(const struct order *o)
{
    if (o->pay_kind == PAY_ON_DELIVERY && o->placed_at_ms != INSTANT_NONE) return o->placed_at_ms;
    return o->paid_at_ms;
}

int64_t order_pick_until_ms(const struct order *o)
{
    int64_t until_ms = INSTANT_MAX;
    if (order_pick_from_ms(o) == INSTANT_NONE) return INSTANT_NONE;
    if (o->shipped_at_ms != INSTANT_NONE && o->shipped_at_ms < until_ms) until_ms = o->shipped_at_ms;
    if (o->delivered_at_ms != INSTANT_NONE && o->delivered_at_ms < until_ms) until_ms = o->delivered_at_ms;
    if (o->cancelled_at_ms != INSTANT_NONE && o->cancelled_at_ms < until_ms) until_ms = o->cancelled_at_ms;
    if (order_fully_refunded(o) && o->refunded_at_ms < until_ms) until_ms = o->refunded_at_ms;
    return until_ms;
}

int64_t order_open_minor(const struct order *o)
{
    return o->status == STATUS_DEPOSIT_PAID && o->balance_minor != CLAIM_NONE ? o->balance_minor : o->total_minor;
}

static inline int64_t figure(int64_t v)
{
    return v == CLAIM_NONE ? 0 : v;
}

/* A return with a number of its own. */
static struct contribution refund_contribution(const struct order *o, const struct zone *store_zone)
{
    struct contribution c = { 0 };
    if (o->refunded_at_ms == INSTANT_NONE || figure(o->refund_minor) <= 0) return c;
    c.counts = true;
    c.hour_start_ms = zone_hour_start_ms(store_zone, o->refunded_at_ms);
    c.day = zone_day(store_zone, o->refunded_at_ms);
    c.region = o->region;
    c.refund_minor = o->refund_minor;
    c.kept_minor = -o->refund_minor;
    return c;
}

struct contribution order_contribution(const struct order *o, const struct zone *store_zone)
{
    struct contribution c = { 0 };
    bool paid = o->paid_at_ms != INSTANT_NONE;

    if (o->placed_at_ms == INSTANT_NONE) return refund_contribution(o, store_zone);
    c.counts = true;
    c.hour_start_ms = zone_hour_start_ms(store_zone, o->placed_at_ms);
    c.day = zone_day(store_zone, o->placed_at_ms);
    c.region = o->region;
    c.orders = 1;
    c.paid_orders = paid;
    c.refunded_orders = o->refund_minor > 0;
    c.cancelled_orders = !paid && o->cancelled_at_ms != INSTANT_NONE;
    c.pieces = figure(o->pieces);
    c.total_minor = figure(o->total_minor);
    c.paid_minor = paid ? figure(o->paid_minor) : 0;
    c.refund_minor = figure(o->refund_minor);
    c.kept_minor = paid ? c.paid_minor - c.refund_minor : 0;
    return c;
}

#define WORDS(literal) { literal, sizeof(literal) - 1 }
/* One row a state: word, English, Chinese as a seller's back office says it. */
static const struct { const char *word; struct text en, zh; } states[ORDER_STATE_COUNT] = {
    [ORDER_UNPLACED] = { "unplaced", WORDS("Not placed"), WORDS("未下单") },
    [ORDER_UNPAID] = { "unpaid", WORDS("Waiting for payment"), WORDS("待付款") },
    [ORDER_TO_SHIP] = { "to_ship", WORDS("To ship"), WORDS("待发货") },
    [ORDER_SHIPPED] = { "shipped", WORDS("Shipped"), WORDS("已发货") },
    [ORDER_DELIVERED] = { "delivered", WORDS("Delivered"), WORDS("已签收") },
    [ORDER_CANCELLED] = { "cancelled", WORDS("Closed"), WORDS("已关闭") },
    [ORDER_REFUNDED] = { "refunded", WORDS("Refunded"), WORDS("已全额退款") },
    [ORDER_ON_DELIVERY] = { "on_delivery", WORDS("To ship, paid on delivery"), WORDS("货到付款待发货") },
};

const char *order_state_word(enum order_state s)
{
    assert((int)s >= 0 && (int)s < (int)ORDER_STATE_COUNT);
    return states[s].word;
}

struct text order_state_text(enum order_state s, bool zh)
{
    assert((int)s >= 0 && (int)s < (int)ORDER_STATE_COUNT);
    return zh ? states[s].zh : states[s].en;
}
