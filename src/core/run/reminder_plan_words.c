/* The rules of the plan as a table, and the sentences of one. */
#include <assert.h>
#include "core/run/reminder_plan.h"
#include "core/words.h"

#define WORDS(literal) { literal, sizeof(literal) - 1 }
#define OURS_2026 "Zhanggui default, 2026-11"
#define SELLERS_2014 "Taobao sellers' practice, Double 11 of 2014"
#define FACT "A fact of the order"

static const struct plan_rule_row rows[] = {
    { PLAN_RULE_NOT_PLACED, "not-placed", CONTACT_NEVER, WORDS("The order is not placed yet."), WORDS("订单尚未创建。"), FACT },
    { PLAN_RULE_ON_DELIVERY, "on-delivery", CONTACT_NEVER, WORDS("The buyer pays on delivery."), WORDS("货到付款订单，无需催付。"), FACT },
    { PLAN_RULE_PAID, "paid", CONTACT_NEVER, WORDS("The order is paid."), WORDS("订单已付款。"), FACT },
    { PLAN_RULE_CLOSED, "closed", CONTACT_NEVER, WORDS("The order is closed."), WORDS("订单已关闭。"), FACT },
    { PLAN_RULE_REFUNDED, "refunded", CONTACT_NEVER, WORDS("The order was refunded."), WORDS("订单已退款。"), FACT },
    { PLAN_RULE_SHIPPED, "shipped", CONTACT_NEVER, WORDS("The order is shipped already."), WORDS("订单已发货。"), FACT },
    { PLAN_RULE_SKIPPED, "skipped", CONTACT_NEVER, WORDS("Somebody decided not to remind about this order."), WORDS("已人工标记为不催付。"), "A person's decision" },
    { PLAN_RULE_UNKNOWN_STATUS, "unknown-status", CONTACT_NEVER,
      WORDS("The file gives this order a state that is not known here: say what it means before anybody is reminded."),
      WORDS("文件中此订单的状态不在已知之列，请先说明其含义，在此之前不催付。"), OURS_2026 },
    { PLAN_RULE_HELD_OUT, "held-out", CONTACT_NEVER, WORDS("Left alone by lot: a share of orders is not reminded about, to measure what reminding brings."),
      WORDS("随机留出的订单：不催付，用来衡量催付的真实效果。"), OURS_2026 },
    { PLAN_RULE_BALANCE_UNKNOWN, "balance-unknown", CONTACT_HOLD,
      WORDS("A presale order whose deposit is paid: nobody told from when its balance can be paid. Enter the campaign."),
      WORDS("预售订单已付定金，但不知道何时可付尾款，请先登记活动。"), OURS_2026 },
    { PLAN_RULE_BALANCE_LATER, "balance-later", CONTACT_HOLD, WORDS("A presale order: its balance cannot be paid yet."), WORDS("预售订单：还没到付尾款的时间。"),
      "The platform's balance window, by the campaign" },
    { PLAN_RULE_WINDOW_OVER, "window-over", CONTACT_NEVER, WORDS("The time to pay is over."), WORDS("已过付款时限。"), OURS_2026 },
    { PLAN_RULE_TOO_YOUNG, "too-young", CONTACT_HOLD, WORDS("Most buyers pay by themselves in the first minutes."), WORDS("刚下单，多数买家会自己付款。"), SELLERS_2014 },
    { PLAN_RULE_NEXT_WAVE, "next-wave", CONTACT_HOLD, WORDS("The reminder of this hour is done; the next one comes later."), WORDS("本次催付已完成，下一次还没到时间。"), SELLERS_2014 },
    { PLAN_RULE_DONE, "done", CONTACT_NEVER, WORDS("All reminders of this order are done."), WORDS("本订单的催付都已完成。"), SELLERS_2014 },
    { PLAN_RULE_DAY_AFTER_OVER, "day-after-over", CONTACT_NEVER, WORDS("The last reminder goes the day after the event, and that day is over."),
      WORDS("最后一次催付在活动次日，这一天已过。"), SELLERS_2014 },
    { PLAN_RULE_CLOSES_FIRST, "window-closes-first", CONTACT_NEVER, WORDS("The time to pay ends before the buyer may be contacted; not reminded."),
      WORDS("付款时限早于可联系时间，不再催付。"), OURS_2026 },
    { PLAN_RULE_WAVE_1, "wave-1", CONTACT_SEND, WORDS("The first reminder, by chat."), WORDS("第一次催付，用聊天。"), SELLERS_2014 },
    { PLAN_RULE_WAVE_2, "wave-2", CONTACT_SEND, WORDS("The second reminder."), WORDS("第二次催付。"), SELLERS_2014 },
    { PLAN_RULE_WAVE_3, "wave-3", CONTACT_SEND, WORDS("The last reminder, the day after the event."), WORDS("最后一次催付，在活动次日。"), SELLERS_2014 },
};
static_assert(sizeof rows / sizeof rows[0] == PLAN_RULE_COUNT - 1, "each rule of the plan has its row");

const struct plan_rule_row *plan_rule_row(enum plan_rule rule)
{
    assert(rule > PLAN_RULE_CONTACT && (size_t)rule <= sizeof rows / sizeof rows[0]);
    assert(rows[rule - 1].rule == rule);
    return &rows[rule - 1];
}

const char *plan_word(const struct reminder_plan *plan)
{
    return plan->rule == PLAN_RULE_CONTACT ? contact_rule_row(plan->contact.rule)->word : plan_rule_row(plan->rule)->word;
}

const char *plan_source(const struct reminder_plan *plan)
{
    return plan->rule == PLAN_RULE_CONTACT ? contact_rule_row(plan->contact.rule)->source : plan_rule_row(plan->rule)->source;
}

/* ---- sentences ---- */

static const char *wave_en(int wave) { return wave == 1 ? "first" : wave == 2 ? "second" : "last"; }
static const char *wave_zh(int wave) { return wave == 1 ? "第一次" : wave == 2 ? "第二次" : "最后一次"; }

static void channel_names(enum channel c, const char **ret_en, const char **ret_zh)
{
    *ret_en = c == CHANNEL_SMS ? "by SMS" : c == CHANNEL_EMAIL ? "by e-mail" : "by chat";
    *ret_zh = c == CHANNEL_SMS ? "短信" : c == CHANNEL_EMAIL ? "邮件" : "聊天";
}

static struct reason say_send(struct arena *a, const struct plan_facts *f, const struct reminder_plan *plan)
{
    const int64_t now_ms = f->contact.now_ms;
    const int64_t since_ms = f->order->placed_at_ms;
    struct text age_en = words_duration(a, now_ms - since_ms, false), left_en = words_duration(a, plan->closes_at_ms - now_ms, false);
    struct text age_zh = words_duration(a, now_ms - since_ms, true), left_zh = words_duration(a, plan->closes_at_ms - now_ms, true);
    const char *by_en, *by_zh;
    channel_names(plan->channel, &by_en, &by_zh);
    return (struct reason){ plan_word(plan),
        arena_printf(a, "Unpaid for %.*s, %.*s left to pay: %s reminder %s.", (int)age_en.len, age_en.ptr, (int)left_en.len, left_en.ptr,
                     wave_en(plan->wave), by_en),
        arena_printf(a, "下单 %.*s未付款，距关闭还有 %.*s：%s催付，用%s。", (int)age_zh.len, age_zh.ptr, (int)left_zh.len, left_zh.ptr, wave_zh(plan->wave), by_zh) };
}

static struct reason say_too_young(struct arena *a, const struct policy *p)
{
    struct text wait_en = words_duration(a, p->wave1_after_s * MS_PER_S, false), wait_zh = words_duration(a, p->wave1_after_s * MS_PER_S, true);
    return (struct reason){ "too-young", arena_printf(a, "Most buyers pay by themselves in the first %.*s.", (int)wait_en.len, wait_en.ptr),
                            arena_printf(a, "下单不满 %.*s，多数买家会自己付款。", (int)wait_zh.len, wait_zh.ptr) };
}

static struct reason say_closes_first(struct arena *a, const struct plan_facts *f, const struct reminder_plan *plan)
{
    const struct zone *z = f->contact.zones[0];
    struct text en = words_at(a, plan->closes_at_ms, f->contact.now_ms, z, false), zh = words_clock(a, plan->closes_at_ms, f->contact.now_ms, z, true);
    return (struct reason){ "window-closes-first",
        arena_printf(a, "The time to pay ends %.*s, before the buyer may be contacted; not reminded.", (int)en.len, en.ptr),
        arena_printf(a, "付款时限到%.*s 为止，早于可联系时间，不再催付。", (int)zh.len, zh.ptr) };
}

/* The rule that speaks, as it says it in this case. */
static struct reason say_rule(struct arena *a, const struct policy *p, const struct plan_facts *f, const struct reminder_plan *plan)
{
    if (plan->rule == PLAN_RULE_CONTACT) {
        struct contact_facts c = f->contact;
        struct contact_check said = plan->contact;
        c.now_ms = plan->spoke_at_ms;
        c.channel = plan->channel != CHANNEL_NONE ? plan->channel : CHANNEL_CHAT;
        if (plan->until_ms != INSTANT_NONE) said.until_ms = plan->until_ms;
        return contact_say(a, p, &c, &said);
    }
    if (plan->rule == PLAN_RULE_TOO_YOUNG) return say_too_young(a, p);
    if (plan->rule == PLAN_RULE_CLOSES_FIRST) return say_closes_first(a, f, plan);
    const struct plan_rule_row *r = plan_rule_row(plan->rule);
    return (struct reason){ r->word, r->what_en, r->what_zh };
}

static struct reason add(struct arena *a, const struct reason *r, struct text en, struct text zh)
{
    return (struct reason){ r->rule, arena_printf(a, "%.*s %.*s", (int)r->en.len, r->en.ptr, (int)en.len, en.ptr),
                            arena_printf(a, "%.*s%.*s", (int)r->zh.len, r->zh.ptr, (int)zh.len, zh.ptr) };
}

/* Nothing goes out by itself where there is nowhere to send it to. */
static struct reason say_reach(struct arena *a, const struct plan_facts *f, const struct reminder_plan *plan, struct reason r)
{
    if (plan_reaches(f, plan->channel) || plan->channel == CHANNEL_NONE) return r;
    if (plan->channel == CHANNEL_SMS)
        return add(a, &r, TEXT("No phone number of this buyer is known here: a person has to write."), TEXT("这里没有该买家的手机号，只能人工联系。"));
    return add(a, &r, TEXT("No e-mail address of this buyer is known here: a person has to write."), TEXT("这里没有该买家的邮箱，只能人工联系。"));
}

struct reason plan_say(struct arena *a, const struct policy *p, const struct plan_facts *f, const struct reminder_plan *plan)
{
    const char *by_en, *by_zh;
    if (plan->verdict == CONTACT_SEND) return say_reach(a, f, plan, say_send(a, f, plan));
    struct reason r = say_rule(a, p, f, plan);
    channel_names(plan->channel, &by_en, &by_zh);
    if (plan->verdict == CONTACT_HOLD && plan->until_ms != INSTANT_NONE) {
        const struct zone *z = f->contact.zones[0];
        struct text en = words_at(a, plan->until_ms, f->contact.now_ms, z, false), zh = words_clock(a, plan->until_ms, f->contact.now_ms, z, true);
        r = add(a, &r, arena_printf(a, "Planned: the %s reminder %s, %.*s.", wave_en(plan->wave), by_en, (int)en.len, en.ptr),
                arena_printf(a, "计划%.*s 用%s做%s催付。", (int)zh.len, zh.ptr, by_zh, wave_zh(plan->wave)));
    }
    if (plan->by_hand)
        r = add(a, &r, TEXT("Today lists this order: a person may write by chat now."), TEXT("“今天”列出了此订单：现在可以人工用聊天联系。"));
    return say_reach(a, f, plan, r);
}
