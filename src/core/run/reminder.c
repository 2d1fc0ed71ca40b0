/* Payment reminder: the order itself first (is there anything to remind), then what people did, then the contact policy. */
#include <assert.h>
#include "core/run/reminder.h"
#include "core/words.h"

const char *mark_outcome_word(enum mark_outcome o)
{
    switch (o) {
    case MARK_NONE: return "none";
    case MARK_DONE: return "done";
    case MARK_SKIPPED: return "skipped";
    case MARK_UNREACHED: return "unreached";
    }
    return "none";
}

enum mark_outcome mark_outcome_parse(struct text word)
{
    static const enum mark_outcome all[] = { MARK_DONE, MARK_SKIPPED, MARK_UNREACHED };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (text_is(word, mark_outcome_word(all[i]))) return all[i];
    return MARK_NONE;
}

static struct reminder_decision none(const char *rule, struct text en, struct text zh)
{
    return (struct reminder_decision){ REMINDER_NONE, 0, INSTANT_NONE, INSTANT_NONE, { rule, en, zh } };
}

/* True and *ret filled when the order gives nothing to remind at this instant. */
static bool reminder_closed(struct arena *a, const struct policy *p, const struct order *o, int64_t now_ms,
                            struct reminder_decision *ret)
{
    if (!happened(o->placed_at_ms, now_ms))
        *ret = none("not-placed", TEXT("The order is not placed yet."), TEXT("订单尚未创建。"));
    else if (o->pay_kind == PAY_ON_DELIVERY)
        *ret = none("on-delivery", TEXT("The buyer pays on delivery."), TEXT("货到付款订单，无需催付。"));
    else if (happened(o->paid_at_ms, now_ms))
        *ret = none("paid", TEXT("The order is paid."), TEXT("订单已付款。"));
    else if (happened(o->cancelled_at_ms, now_ms))
        *ret = none("closed", TEXT("The order is closed."), TEXT("订单已关闭。"));
    else if (happened(o->refunded_at_ms, now_ms))
        *ret = none("refunded", TEXT("The order was refunded."), TEXT("订单已退款。"));
    else if (happened(o->shipped_at_ms, now_ms) || happened(o->delivered_at_ms, now_ms))
        *ret = none("shipped", TEXT("The order is shipped already."), TEXT("订单已发货。"));
    else if (now_ms - o->placed_at_ms < p->wave1_after_s * MS_PER_S) {
        struct text wait_en = words_duration(a, p->wave1_after_s * MS_PER_S, false);
        struct text wait_zh = words_duration(a, p->wave1_after_s * MS_PER_S, true);
        *ret = none("too-young",
                    arena_printf(a, "Most buyers pay by themselves in the first %.*s.", (int)wait_en.len, wait_en.ptr),
                    arena_printf(a, "下单不满 %.*s，多数买家会自己付款。", (int)wait_zh.len, wait_zh.ptr));
    } else if (now_ms - o->placed_at_ms >= p->payment_window_s * MS_PER_S)
        *ret = none("window-over", TEXT("The time to pay is over."), TEXT("已过付款时限。"));
    else
        return false;
    return true;
}

/* What people did about this order up to now: true when nothing is left to do in this wave. */
static bool reminder_marked(const struct reminder_facts *f, int wave, struct reminder_decision *ret)
{
    for (int i = 0; i < f->mark_count; i++) {
        const struct reminder_mark *m = &f->marks[i];
        if (m->at_ms > f->contact.now_ms) continue;
        if (m->outcome == MARK_SKIPPED) {
            *ret = none("skipped", TEXT("Somebody decided not to remind about this order."), TEXT("已人工标记为不催付。"));
            return true;
        }
        if (m->outcome == MARK_DONE && m->wave >= wave) {
            *ret = none("done", TEXT("This reminder is done."), TEXT("本次催付已完成。"));
            return true;
        }
        if (m->outcome == MARK_UNREACHED && m->wave >= wave) {
            *ret = none("not-reached", TEXT("The buyer was not reached in this wave."), TEXT("本轮未能联系上买家。"));
            return true;
        }
    }
    return false;
}

static struct reason reminder_due_reason(struct arena *a, int wave, int64_t age_ms, int64_t left_ms)
{
    struct text age_en = words_duration(a, age_ms, false), left_en = words_duration(a, left_ms, false);
    struct text age_zh = words_duration(a, age_ms, true), left_zh = words_duration(a, left_ms, true);
    return (struct reason){ wave == 1 ? "wave-1" : "wave-2",
        arena_printf(a, "Unpaid for %.*s, %.*s left to pay: %s reminder.", (int)age_en.len, age_en.ptr, (int)left_en.len,
                     left_en.ptr, wave == 1 ? "first" : "second"),
        arena_printf(a, "下单 %.*s未付款，距关闭还有 %.*s：第%s次催付。", (int)age_zh.len, age_zh.ptr, (int)left_zh.len, left_zh.ptr,
                     wave == 1 ? "一" : "二") };
}

static struct reason reminder_too_late_reason(struct arena *a, const struct reminder_facts *f, int64_t closes_ms, int64_t until_ms)
{
    const struct zone *z = f->contact.zones[0];
    struct text close_en = words_at(a, closes_ms, f->contact.now_ms, z, false);
    struct text close_zh = words_clock(a, closes_ms, f->contact.now_ms, z, true);
    struct text until_en = words_clock(a, until_ms, f->contact.now_ms, z, false);
    struct text until_zh = words_clock(a, until_ms, f->contact.now_ms, z, true);
    return (struct reason){ "window-closes-first",
        arena_printf(a, "The time to pay ends %.*s, before the buyer may be contacted (%.*s); not reminded.", (int)close_en.len,
                     close_en.ptr, (int)until_en.len, until_en.ptr),
        arena_printf(a, "付款时限到%.*s 为止，早于可联系时间（%.*s），不再催付。", (int)close_zh.len, close_zh.ptr, (int)until_zh.len,
                     until_zh.ptr) };
}

struct reminder_decision reminder_decide(struct arena *a, const struct policy *p, const struct reminder_facts *f)
{
    const struct order *o = f->order;
    int64_t now_ms = f->contact.now_ms;
    struct reminder_decision d;
    assert(f->mark_count >= 0 && f->mark_count <= 8);

    if (reminder_closed(a, p, o, now_ms, &d)) return d;
    int64_t age_ms = now_ms - o->placed_at_ms;
    int64_t closes_ms = o->placed_at_ms + p->payment_window_s * MS_PER_S;
    int wave = age_ms < p->wave2_after_s * MS_PER_S ? 1 : 2;
    if (reminder_marked(f, wave, &d)) return d;

    if (o->status == STATUS_UNKNOWN)
        return (struct reminder_decision){ REMINDER_NEVER, wave, o->placed_at_ms + (wave == 1 ? p->wave1_after_s : p->wave2_after_s) * MS_PER_S,
            INSTANT_NONE, { "unknown-status", TEXT("The file gives this order a state that is not known here: say what it means before anybody is reminded."),
            TEXT("文件中此订单的状态不在已知之列，请先说明其含义，在此之前不催付。") } };
    if (f->held_out)
        return (struct reminder_decision){ REMINDER_NEVER, wave, o->placed_at_ms + (wave == 1 ? p->wave1_after_s : p->wave2_after_s) * MS_PER_S,
            INSTANT_NONE, { "held-out", TEXT("Left alone by lot: a share of orders is not reminded about, to measure what reminding brings."),
            TEXT("随机留出的订单：不催付，用来衡量催付的真实效果。") } };
    struct contact_decision c = contact_decide(a, p, &f->contact);
    d.wave = wave;
    d.due_at_ms = o->placed_at_ms + (wave == 1 ? p->wave1_after_s : p->wave2_after_s) * MS_PER_S;
    d.until_ms = INSTANT_NONE;
    d.reason = c.reason;
    switch (c.verdict) {
    case CONTACT_SEND:
        d.verdict = REMINDER_DUE;
        d.reason = reminder_due_reason(a, wave, age_ms, closes_ms - now_ms);
        break;
    case CONTACT_HOLD:
        d.verdict = REMINDER_HELD;
        d.until_ms = c.until_ms;
        if (c.until_ms != INSTANT_NONE && c.until_ms >= closes_ms) {
            d.verdict = REMINDER_NEVER;
            d.until_ms = INSTANT_NONE;
            d.reason = reminder_too_late_reason(a, f, closes_ms, c.until_ms);
        }
        break;
    case CONTACT_NEVER:
        d.verdict = REMINDER_NEVER;
        break;
    }
    return d;
}

bool reminder_last_chance(struct arena *a, const struct policy *p, const struct reminder_facts *f)
{
    struct reminder_facts later = *f;
    later.contact.now_ms += REMINDER_SOON_S * MS_PER_S;
    switch (reminder_decide(a, p, &later).verdict) {
    case REMINDER_DUE:
    case REMINDER_HELD: return false;
    case REMINDER_NONE:
    case REMINDER_NEVER: return true;
    }
    return false;
}

int reminder_work_compare(bool a_last, const struct reminder_rank *a, bool b_last, const struct reminder_rank *b)
{
    return a_last != b_last ? (a_last ? -1 : 1) : reminder_rank_compare(a, b);
}

int reminder_rank_compare(const struct reminder_rank *a, const struct reminder_rank *b)
{
    if (a->total_minor != b->total_minor) return a->total_minor > b->total_minor ? -1 : 1;
    if (a->placed_at_ms != b->placed_at_ms) return a->placed_at_ms < b->placed_at_ms ? -1 : 1;
    return text_compare(a->order_no, b->order_no);
}
