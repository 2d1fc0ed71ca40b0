/* What reminding brings: orders that were due for a reminder, those reminded about beside those held out, counted by assignment. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include "core/run/lift.h"
#include "core/words.h"
#include "desk/today_facts.h"

struct lift_answer {
    struct answer w;
    struct mark_row *marks;        /* by order */
    int64_t mark_count;
    struct plan_desk desk;         /* of orders as they were when they were placed */
};
/* One holdout with what became of its orders whose time to pay is over. */
struct lift_trial {
    struct lift_answer *x;
    struct holdout holdout;
    struct lift_arm treated, held_out, reminded;
    bool by_message, reached;      /* orders begin with their message; somebody was reached at all */
    double ages_s;                 /* of all orders when they began */
};

/* The first mark of this order or a later one. */
static int64_t marks_from(const struct lift_answer *x, const struct order_row *r)
{
    int64_t low = 0, high = x->mark_count;
    while (low < high) {
        const int64_t mid = low + (high - low) / 2;
        if (x->marks[mid].order_id < r->order_id) low = mid + 1;
        else high = mid;
    }
    return low;
}

/* Was this order reminded about before it was paid, by hand or by a message? */
static bool was_reminded(const struct lift_answer *x, const struct order_row *r)
{
    for (int64_t i = marks_from(x, r); i < x->mark_count && x->marks[i].order_id == r->order_id; i++)
        if (x->marks[i].mark.outcome == MARK_DONE && (r->order.paid_at_ms == INSTANT_NONE || x->marks[i].mark.at_ms <= r->order.paid_at_ms)) return true;
    return false;
}

/* When the message that leaves by itself would go to whoever placed such an order, by the plan; INSTANT_MAX: there is none within its time to pay.
 * What the order has become since does not count: those held out have nothing else to be asked about. */
static int64_t message_ms(struct lift_trial *t, const struct order_row *r)
{
    const struct policy *p = t->x->w.ask->policy;
    const int64_t at_ms = r->order.placed_at_ms + p->wave2_after_s * MS_PER_S, closes_ms = r->order.placed_at_ms + t->holdout.window_s * MS_PER_S;
    struct order_row fresh = *r;
    struct order *o = &fresh.order;
    struct plan_facts f;
    o->status = STATUS_UNPAID;
    o->paid_at_ms = o->cancelled_at_ms = o->shipped_at_ms = o->delivered_at_ms = o->refunded_at_ms = INSTANT_NONE;
    plan_facts_at(&t->x->desk, &fresh, at_ms, &f);
    f.contact.feed_age_s = 0;
    const struct reminder_plan plan = plan_check(p, &f);
    const bool goes = plan.verdict != CONTACT_NEVER && (int64_t)plan.channel == p->wave2_channel && plan.until_ms != INSTANT_NONE && plan.until_ms < closes_ms;
    return goes ? plan.until_ms : INSTANT_MAX;
}

/* Stops at the first order whose buyer was reached before its message could have been. */
static bool reached_before(void *ctx, const struct order_row *r)
{
    struct lift_trial *t = ctx;
    for (int64_t i = marks_from(t->x, r); i < t->x->mark_count && t->x->marks[i].order_id == r->order_id && t->by_message; i++) {
        if (!mark_is_contact(t->x->marks[i].mark.outcome)) continue;
        t->reached = true;
        t->by_message = message_ms(t, r) <= t->x->marks[i].mark.at_ms;
    }
    return t->by_message;
}

/* An order belongs to the trial when it can first be reminded about: placed, to be paid online, unpaid and open at that age. */
static bool lift_one(void *ctx, const struct order_row *r)
{
    struct lift_trial *t = ctx;
    struct lift_answer *x = t->x;
    const struct order *o = &r->order;
    const int64_t due_ms = t->by_message ? message_ms(t, r) : o->placed_at_ms + t->holdout.due_after_s * MS_PER_S, closes_ms = o->placed_at_ms + t->holdout.window_s * MS_PER_S;
    const bool paid = o->paid_at_ms != INSTANT_NONE && o->paid_at_ms <= closes_ms;
    if (due_ms == INSTANT_MAX || o->pay_kind == PAY_ON_DELIVERY || (o->paid_at_ms != INSTANT_NONE && o->paid_at_ms <= due_ms) ||
        (o->cancelled_at_ms != INSTANT_NONE && o->cancelled_at_ms <= due_ms))
        return true;
    const int64_t money = o->paid_minor != CLAIM_NONE ? o->paid_minor : o->total_minor != CLAIM_NONE ? o->total_minor : 0;
    const bool held = holdout_has(x->w.ask->shop, &t->holdout, 1, o->placed_at_ms, r->order_no);
    lift_arm_add(held ? &t->held_out : &t->treated, paid, money);
    t->ages_s += (double)(due_ms - o->placed_at_ms) / MS_PER_S;
    if (!held && was_reminded(x, r)) lift_arm_add(&t->reminded, paid, money);
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

static struct reason lift_reason(const struct lift_trial *t, const struct lift *l)
{
    struct arena *a = &t->x->w.arena;
    if (!l->told)
        return (struct reason){ "running",
            arena_printf(a, "%" PRId64 " orders reminded about and %" PRId64 " held out so far; %d of each are needed.", t->treated.orders, t->held_out.orders, LIFT_MIN_ORDERS),
            arena_printf(a, "目前催付组 %" PRId64 " 单、对照组 %" PRId64 " 单；各满 %d 单才有结论。", t->treated.orders, t->held_out.orders, LIFT_MIN_ORDERS) };
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

/* Both groups begin at the first moment at which any of those treated could be reached: the first delay, from which on people do it by hand, or
 * the message's where nobody was reached before it. Only what is known when an order is placed decides about its moment, never its group. */
static bool trial_count(struct lift_trial *t)
{
    const struct answer_ask *q = t->x->w.ask;
    const int64_t over_ms = q->now_ms - t->holdout.window_s * MS_PER_S;
    const struct orders_filter f = { .from_ms = t->holdout.started_at_ms, .to_ms = t->holdout.ended_at_ms < over_ms ? t->holdout.ended_at_ms : over_ms,
                                     .before = { INT64_MAX, INT64_MAX }, .customer_id = CLAIM_NONE };
    t->by_message = q->policy->wave2_channel == CHANNEL_SMS || q->policy->wave2_channel == CHANNEL_EMAIL;
    if (t->by_message && !query_orders(q->store, q->shop, &f, reached_before, t)) return false;
    t->by_message = t->by_message && t->reached;
    return query_orders(q->store, q->shop, &f, lift_one, t);
}

/* How old orders were when they began, to the minute. */
static int64_t due_after_s(const struct lift_trial *t)
{
    const int64_t n = t->treated.orders + t->held_out.orders;
    return t->by_message && n ? llround(t->ages_s / (double)n / 60) * 60 : t->holdout.due_after_s;
}

/* What the difference says about the shop's persuasion: of the orders that would be lost without a reminder (those held out show their share)
 * so many were won. */
static json_t *persuasion_json(const struct lift_trial *t, const struct lift *l)
{
    const double lost = 1 - (double)t->held_out.recovered / (double)t->held_out.orders;
    if (lost <= 0) return json_null();
    return json_pack("{s:f, s:f, s:f, s:I}", "share", fmin(fmax(l->share.difference / lost, 0), 1), "low", fmin(fmax(l->share.low / lost, 0), 1), "high",
                     fmin(fmax(l->share.high / lost, 0), 1), "delay_s", (json_int_t)due_after_s(t));
}

static void put_trial(const struct lift_trial *t, json_t *o)
{
    struct lift_answer *x = t->x;
    const struct lift l = lift_of(&t->treated, &t->held_out);
    const struct reason why = lift_reason(t, &l);
    put(&x->w, o, "since", json_instant(&x->w, t->holdout.started_at_ms));
    put(&x->w, o, "until", t->holdout.ended_at_ms == INSTANT_MAX ? json_null() : json_instant(&x->w, t->holdout.ended_at_ms));
    put(&x->w, o, "share_bp", json_integer(t->holdout.share_bp));
    put(&x->w, o, "due_after_s", json_integer(due_after_s(t)));
    put(&x->w, o, "begins", json_string(t->by_message ? "message" : "first-delay"));
    put(&x->w, o, "treated", arm_json(x, &t->treated));
    put(&x->w, o, "held_out", arm_json(x, &t->held_out));
    put(&x->w, o, "reminded", arm_json(x, &t->reminded));
    put(&x->w, o, "difference", l.told ? figure_json(&l.share) : json_null());
    put(&x->w, o, "money_difference", l.told && x->w.ask->mask & ANSWER_MONEY ? figure_json(&l.money) : json_null());
    put(&x->w, o, "recovered_by_reminding", l.told ? json_real(l.share.difference * (double)t->treated.orders) : json_null());
    put(&x->w, o, "persuasion", l.told ? persuasion_json(t, &l) : json_null());
    put(&x->w, o, "reason", json_reason(&why));
}

static void put_none(struct lift_answer *x, json_t *o, int64_t done)
{
    const struct lift_arm nobody = { .orders = 0 };
    const struct reason why = none_reason(x, done);
    static const char *const empty[] = { "since", "until", "share_bp", "due_after_s", "begins", "difference", "money_difference", "recovered_by_reminding", "persuasion" };
    for (size_t i = 0; i < sizeof empty / sizeof empty[0]; i++) put(&x->w, o, empty[i], json_null());
    static const char *const arms[] = { "treated", "held_out", "reminded" };
    for (size_t i = 0; i < sizeof arms / sizeof arms[0]; i++) put(&x->w, o, arms[i], arm_json(x, &nobody));
    put(&x->w, o, "reason", json_reason(&why));
}

/* The latest holdout that has orders whose time to pay is over, and those before it. */
json_t *answer_lift(const struct answer_ask *q, enum answer_error *ret_error)
{
    static const struct plan_people nobody;
    struct lift_answer x = { .mark_count = 0 };
    struct holdout all[HOLDOUTS_MAX];
    int64_t done = 0;
    int n = 0;
    json_t *o = json_object(), *earlier = json_array();
    if (!answer_begin(&x.w, q) || !holdout_list(q->store, q->shop, INSTANT_NONE, q->now_ms - q->policy->payment_window_s * MS_PER_S, all, &n) ||
        !holdout_reminders(q->store, q->shop, q->now_ms, INT64_MAX, &done) ||
        (n && !query_marks(q->store, q->shop, &x.w.arena, all[n - 1].started_at_ms - 1, q->now_ms, &x.marks, &x.mark_count)) ||
        !plan_desk_begin(&x.desk, &(struct plan_desk_ask){ .store = q->store, .shop = q->shop, .policy = q->policy, .now_ms = q->now_ms, .people = &nobody }))
        x.w.failed = true;
    for (int i = 0; i < n && !x.w.failed; i++) {
        struct lift_trial t = { .x = &x, .holdout = all[i] };
        json_t *into = i == 0 ? o : json_object();
        if (!trial_count(&t)) x.w.failed = true;
        put_trial(&t, into);
        if (i) push(&x.w, earlier, into);
    }
    if (n == 0) put_none(&x, o, done);
    put(&x.w, o, "reminders", json_integer(done));
    put(&x.w, o, "needed", json_integer(q->policy->holdout_min_reminders));
    put(&x.w, o, "policy_share_bp", json_integer(q->policy->holdout_share_bp));
    put(&x.w, o, "needed_orders", json_integer(LIFT_MIN_ORDERS));
    put(&x.w, o, "earlier", earlier);
    plan_desk_end(&x.desk);
    return answer_end(&x.w, o, ret_error);
}
