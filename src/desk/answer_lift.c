/* What reminding brings: orders that were due for a reminder, those reminded about beside those held out, counted by assignment. */
#include <inttypes.h>
#include <stdlib.h>
#include "core/run/lift.h"
#include "core/words.h"
#include "desk/today_facts.h"

struct lift_answer {
    struct answer w;
    struct holdout holdout;        /* the latest one that has orders whose time to pay is over */
    struct mark_row *marks;        /* by order */
    int64_t mark_count;
    struct lift_arm treated, held_out, reminded;
};

/* Was a reminder for this order marked done before it was paid? */
static bool was_reminded(const struct lift_answer *x, const struct order_row *r)
{
    int64_t low = 0, high = x->mark_count;
    while (low < high) {
        const int64_t mid = low + (high - low) / 2;
        if (x->marks[mid].order_id < r->order_id) low = mid + 1;
        else high = mid;
    }
    for (; low < x->mark_count && x->marks[low].order_id == r->order_id; low++)
        if (x->marks[low].mark.outcome == MARK_DONE && (r->order.paid_at_ms == INSTANT_NONE || x->marks[low].mark.at_ms <= r->order.paid_at_ms)) return true;
    return false;
}

/* An order belongs to the experiment when a first reminder became due: placed, to be paid online, unpaid and open at that age. */
static bool lift_one(void *ctx, const struct order_row *r)
{
    struct lift_answer *x = ctx;
    const struct policy *p = x->w.ask->policy;
    const struct order *o = &r->order;
    const int64_t due_ms = o->placed_at_ms + p->wave1_after_s * MS_PER_S, closes_ms = o->placed_at_ms + p->payment_window_s * MS_PER_S;
    const bool paid = o->paid_at_ms != INSTANT_NONE && o->paid_at_ms <= closes_ms;
    if (o->pay_kind == PAY_ON_DELIVERY || (o->paid_at_ms != INSTANT_NONE && o->paid_at_ms <= due_ms) ||
        (o->cancelled_at_ms != INSTANT_NONE && o->cancelled_at_ms <= due_ms))
        return true;
    const int64_t money = o->paid_minor != CLAIM_NONE ? o->paid_minor : o->total_minor != CLAIM_NONE ? o->total_minor : 0;
    const bool held = holdout_has(x->w.ask->shop, &x->holdout, 1, o->placed_at_ms, r->order_no);
    lift_arm_add(held ? &x->held_out : &x->treated, paid, money);
    if (!held && was_reminded(x, r)) lift_arm_add(&x->reminded, paid, money);
    return true;
}

static json_t *arm_json(struct lift_answer *x, const struct lift_arm *arm)
{
    json_t *o = json_pack("{s:I, s:I}", "orders", (json_int_t)arm->orders, "recovered", (json_int_t)arm->recovered);
    put(&x->w, o, "rate", arm->orders ? json_real((double)arm->recovered / (double)arm->orders) : json_null());
    put(&x->w, o, "recovered_money", json_money(&x->w, (int64_t)arm->money));
    return o;
}

static json_t *figure_json(const struct lift_figure *f)
{
    return json_pack("{s:f, s:f, s:f, s:f, s:f, s:f}", "difference", f->difference, "low", f->low, "high", f->high, "fixed_low", f->fixed_low,
                     "fixed_high", f->fixed_high, "p_value", f->p_value);
}

static struct reason none_reason(struct lift_answer *x, int64_t done)
{
    const struct policy *p = x->w.ask->policy;
    if (p->holdout_share_bp == 0)
        return (struct reason){ "off", TEXT("No share of orders is held out, so nobody can tell what reminding brings."),
                                TEXT("没有留出对照订单，无法判断催付的真实效果。") };
    return (struct reason){ "too-few",
        arena_printf(&x->w.arena, "%" PRId64 " reminders in 28 days; from %" PRId64 " on a share of orders is held out and the effect can be told.", done, p->holdout_min_reminders),
        arena_printf(&x->w.arena, "28 天内催付 %" PRId64 " 次；满 %" PRId64 " 次后会留出一部分订单作对照，才能看出效果。", done, p->holdout_min_reminders) };
}

static struct reason lift_reason(struct lift_answer *x, const struct lift *l)
{
    struct arena *a = &x->w.arena;
    if (!l->told)
        return (struct reason){ "running",
            arena_printf(a, "%" PRId64 " orders reminded about and %" PRId64 " held out so far; %d of each are needed.", x->treated.orders, x->held_out.orders, LIFT_MIN_ORDERS),
            arena_printf(a, "目前催付组 %" PRId64 " 单、对照组 %" PRId64 " 单；各满 %d 单才有结论。", x->treated.orders, x->held_out.orders, LIFT_MIN_ORDERS) };
    const double d = l->share.difference * 100, low = l->share.low * 100, high = l->share.high * 100;
    if (l->share.low > 0)
        return (struct reason){ "works",
            arena_printf(a, "Of 100 unpaid orders reminding recovers %.1f more (%.1f to %.1f).", d, low, high),
            arena_printf(a, "每 100 个未付款订单，催付多挽回 %.1f 个（%.1f 到 %.1f）。", d, low, high) };
    if (l->share.high < 0)
        return (struct reason){ "harms",
            arena_printf(a, "Of 100 unpaid orders reminding loses %.1f (%.1f to %.1f): stop and look at the texts.", -d, -high, -low),
            arena_printf(a, "每 100 个未付款订单，催付反而少 %.1f 个（%.1f 到 %.1f）：请停下来检查话术。", -d, -high, -low) };
    return (struct reason){ "open",
        arena_printf(a, "Not to be told yet: between %.1f and %.1f of 100 unpaid orders.", low, high),
        arena_printf(a, "尚无结论：每 100 个未付款订单，效果在 %.1f 到 %.1f 之间。", low, high) };
}

/* The latest holdout with orders whose time to pay is over; false when there is none. */
static bool lift_find(struct lift_answer *x, bool *ret_found)
{
    const struct answer_ask *q = x->w.ask;
    struct holdout all[HOLDOUTS_MAX];
    int n;
    const int64_t over_ms = q->now_ms - q->policy->payment_window_s * MS_PER_S;
    if (!holdout_list(q->store, q->shop, INSTANT_NONE, over_ms, all, &n)) return false;
    *ret_found = n > 0;
    if (n == 0) return true;
    x->holdout = all[0];
    const struct orders_filter f = { .from_ms = all[0].started_at_ms, .to_ms = all[0].ended_at_ms < over_ms ? all[0].ended_at_ms : over_ms,
                                     .before = { INT64_MAX, INT64_MAX }, .customer_id = CLAIM_NONE };
    return query_marks(q->store, q->shop, &x->w.arena, all[0].started_at_ms - 1, q->now_ms, &x->marks, &x->mark_count) &&
           query_orders(q->store, q->shop, &f, lift_one, x);
}

static void put_lift(struct lift_answer *x, json_t *o)
{
    const struct lift l = lift_of(&x->treated, &x->held_out);
    const struct reason why = lift_reason(x, &l);
    put(&x->w, o, "since", json_instant(&x->w, x->holdout.started_at_ms));
    put(&x->w, o, "until", x->holdout.ended_at_ms == INSTANT_MAX ? json_null() : json_instant(&x->w, x->holdout.ended_at_ms));
    put(&x->w, o, "share_bp", json_integer(x->holdout.share_bp));
    put(&x->w, o, "treated", arm_json(x, &x->treated));
    put(&x->w, o, "held_out", arm_json(x, &x->held_out));
    put(&x->w, o, "reminded", arm_json(x, &x->reminded));
    put(&x->w, o, "difference", l.told ? figure_json(&l.share) : json_null());
    put(&x->w, o, "money_difference", l.told && x->w.ask->mask & ANSWER_MONEY ? figure_json(&l.money) : json_null());
    put(&x->w, o, "recovered_by_reminding", l.told ? json_real(l.share.difference * (double)x->treated.orders) : json_null());
    put(&x->w, o, "reason", json_reason(&why));
}

json_t *answer_lift(const struct answer_ask *q, enum answer_error *ret_error)
{
    struct lift_answer x = { .mark_count = 0 };
    bool found = false;
    int64_t done = 0;
    json_t *o = json_object();
    if (!answer_begin(&x.w, q) || !lift_find(&x, &found) || !holdout_reminders(q->store, q->shop, q->now_ms, &done)) {
        x.w.failed = true;
        return answer_end(&x.w, o, ret_error);
    }
    put(&x.w, o, "reminders", json_integer(done));
    if (found) {
        put_lift(&x, o);
        return answer_end(&x.w, o, ret_error);
    }
    const struct reason why = none_reason(&x, done);
    static const char *const empty[] = { "since", "until", "share_bp", "difference", "money_difference", "recovered_by_reminding" };
    for (size_t i = 0; i < sizeof empty / sizeof empty[0]; i++) put(&x.w, o, empty[i], json_null());
    put(&x.w, o, "treated", arm_json(&x, &x.treated));
    put(&x.w, o, "held_out", arm_json(&x, &x.held_out));
    put(&x.w, o, "reminded", arm_json(&x, &x.reminded));
    put(&x.w, o, "reason", json_reason(&why));
    return answer_end(&x.w, o, ret_error);
}
