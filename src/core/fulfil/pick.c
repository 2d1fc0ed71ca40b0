/* Which orders wait to be picked, and whether the promise to ship still holds. */
#include "core/fulfil/pick.h"
#include "core/words.h"

static struct reason pick_reason(struct arena *a, bool paid, int64_t since_ms, int64_t left_ms)
{
    bool late = left_ms < 0;
    struct text since_en = words_duration(a, since_ms, false), since_zh = words_duration(a, since_ms, true);
    struct text left_en = words_duration(a, late ? -left_ms : left_ms, false);
    struct text left_zh = words_duration(a, late ? -left_ms : left_ms, true);
    return (struct reason){ late ? "ship-late" : "ship-by-payment",
        arena_printf(a, late ? "%s %.*s ago; late by %.*s." : "%s %.*s ago; %.*s left to ship.",
                     paid ? "Paid" : "Placed, to be paid on delivery,", (int)since_en.len, since_en.ptr, (int)left_en.len,
                     left_en.ptr),
        arena_printf(a, late ? "%s %.*s，已超过发货时限 %.*s。" : "%s %.*s，距发货时限还有 %.*s。", paid ? "付款已" : "货到付款，下单已",
                     (int)since_zh.len, since_zh.ptr, (int)left_zh.len, left_zh.ptr) };
}

struct pick_decision pick_decide(struct arena *a, const struct policy *p, const struct order *o, int64_t now_ms)
{
    struct pick_decision d = { false, INSTANT_NONE, false, { 0 } };
    int64_t from_ms = order_pick_from_ms(o);

    if (from_ms == INSTANT_NONE || from_ms > now_ms) {
        d.reason = (struct reason){ "not-paid", TEXT("Not paid yet."), TEXT("尚未付款。") };
        return d;
    }
    if (order_pick_until_ms(o) <= now_ms) {
        d.reason = (struct reason){ "not-waiting", TEXT("Shipped, closed or fully refunded already."), TEXT("已发货、已关闭或已全额退款。") };
        return d;
    }
    d.pick = true;
    bool paid = o->paid_at_ms != INSTANT_NONE && o->paid_at_ms <= now_ms;
    if (paid) from_ms = o->paid_at_ms; /* also an on-delivery order that was paid early */
    d.ship_by_ms = from_ms + p->ship_within_s * MS_PER_S;
    if (o->ship_by_ms != INSTANT_NONE && o->ship_by_ms < d.ship_by_ms) d.ship_by_ms = o->ship_by_ms;
    d.late = d.ship_by_ms < now_ms;
    d.reason = pick_reason(a, paid, now_ms - from_ms, d.ship_by_ms - now_ms);
    return d;
}

int pick_compare(int64_t paid_a_ms, struct text no_a, int64_t paid_b_ms, struct text no_b)
{
    if (paid_a_ms != paid_b_ms) return paid_a_ms < paid_b_ms ? -1 : 1;
    return text_compare(no_a, no_b);
}
