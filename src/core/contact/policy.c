/* The terms of the contact policy: a row each with its default, its bounds and where it comes from.  An owner edits values; code never
 * repeats them. */
#include <assert.h>
#include <stddef.h>
#include "core/contact/contact.h"

#define WORDS(literal) { literal, sizeof(literal) - 1 }
#define SELLERS_2014 "Taobao sellers' practice, Double 11 of 2014"
#define SUMMIT_2018 "AliExpress seller summit 2018, sellers' capability model"
#define ALIEXPRESS_2020 "AliExpress seller articles, about 2020: three stars or fewer count as bad"
#define OURS_2026 "Zhanggui default, 2026-11"

enum { MINUTE = 60, HOUR = 60 * MINUTE, DAY = 24 * HOUR };

struct term {
    const char *name, *unit, *source;
    size_t at;                 /* in struct policy */
    bool narrow;               /* an int there; else an int64_t */
    int64_t value, min, max;   /* the default, and what an owner may make of it */
    struct text what_en, what_zh;
};
#define TERM(field, unit, source) #field, unit, source, offsetof(struct policy, field), sizeof(((struct policy *)0)->field) == sizeof(int)

static const struct term terms[] = {
    { TERM(wave1_after_s, "s", SELLERS_2014), 30 * MINUTE, MINUTE, DAY,
      WORDS("First payment reminder: age of the unpaid order"), WORDS("第一次催付：订单未付款满多久") },
    { TERM(wave2_after_s, "s", SELLERS_2014), 60 * MINUTE, 2 * MINUTE, 7 * DAY,
      WORDS("Second payment reminder: age of the unpaid order"), WORDS("第二次催付：订单未付款满多久") },
    { TERM(payment_window_s, "s", OURS_2026), DAY, 10 * MINUTE, 60 * DAY,
      WORDS("An unpaid order can be paid, and be reminded, for this long"), WORDS("未付款订单的可付款时长，过后不再催付") },
    { TERM(quiet_from_min, "minute of day", OURS_2026), 22 * 60, 0, 24 * 60,
      WORDS("Quiet hours begin, buyer's local time"), WORDS("免打扰开始（买家当地时间）") },
    { TERM(quiet_until_min, "minute of day", OURS_2026), 8 * 60, 0, 24 * 60,
      WORDS("Quiet hours end, buyer's local time"), WORDS("免打扰结束（买家当地时间）") },
    /* the night may be made longer, never shorter */
    { TERM(night_from_min, "minute of day", SELLERS_2014), 2 * 60, 0, 2 * 60,
      WORDS("Night begins: nobody is contacted, whatever the quiet hours say"), WORDS("深夜开始：不论免打扰如何设置都不联系") },
    { TERM(night_until_min, "minute of day", SELLERS_2014), 8 * 60, 8 * 60, 12 * 60,
      WORDS("Night ends, buyer's local time"), WORDS("深夜结束（买家当地时间）") },
    { TERM(feed_stale_after_s, "s", OURS_2026), 6 * HOUR, 5 * MINUTE, 2 * DAY,
      WORDS("Data older than this contacts nobody"), WORDS("数据超过这个时长就不联系任何买家") },
    { TERM(cap_per_day, "contacts", OURS_2026), 2, 0, 5,
      WORDS("Contacts to one buyer in 24 hours, all channels together"), WORDS("24 小时内最多联系同一买家几次（各渠道合计）") },
    { TERM(gap_min_s, "s", OURS_2026), 30 * MINUTE, 10 * MINUTE, 7 * DAY,
      WORDS("Least time between two contacts to one buyer"), WORDS("两次联系同一买家的最短间隔") },
    { TERM(ship_within_s, "s", SELLERS_2014), 3 * DAY, HOUR, 60 * DAY,
      WORDS("The shop's promise to ship, counted from the payment"), WORDS("本店承诺付款后多久内发货") },
    { TERM(score_min_orders, "orders", SUMMIT_2018), 60, 1, 100000,
      WORDS("Orders from which a period's figures can be compared"), WORDS("一段时间满多少单，数字才有可比性") },
    { TERM(holdout_share_bp, "bp", OURS_2026), 1000, 0, 5000,
      WORDS("Share of orders that nobody is reminded about, to measure what reminding brings; 0: none"), WORDS("留出多少比例的订单不催付，用来衡量催付的真实效果；0 为不留") },
    { TERM(holdout_min_reminders, "reminders", OURS_2026), 500, 200, 100000,
      WORDS("Reminders in 28 days from which that can tell anything; with fewer nobody is held out"), WORDS("28 天内催付满多少次才能看出效果；不足则不留出") },
    { TERM(text_trial, "switch", OURS_2026), 1, 0, 1,
      WORDS("Among several texts that fit, find out which does better, once there are as many reminders: 1 yes, 0 no"),
      WORDS("有几条话术都合适时，试出哪条更有效（催付次数够了才开始）：1 是，0 否") },
    { TERM(agent_chats_max, "chats", SELLERS_2014), 12, 1, 200,
      WORDS("Chats and reminders that one member of staff has in hand at a time; beyond it a reminder specialist takes over"),
      WORDS("每位客服手上最多几个会话和催付（十几个），超过转催付专员") },
    { TERM(load_high_bp, "bp", OURS_2026), 7500, 1000, 10000,
      WORDS("Service is busy from this share of what it can have in hand: specialists then take orders that nobody asked about"),
      WORDS("客服手上达到上限的多少比例算忙；忙时静默订单交给催付专员") },
    { TERM(served_within_s, "s", OURS_2026), 2 * DAY, HOUR, 14 * DAY,
      WORDS("Who served the buyer within this time before takes the reminder"), WORDS("多久以内接待过买家，催付归谁") },
    { TERM(chat_idle_s, "s", OURS_2026), HOUR, 5 * MINUTE, DAY,
      WORDS("A chat whose end nobody tells counts as open for this long after its last message"), WORDS("没有结束时间的会话，最后一条消息后多久内算进行中") },
    /* what the best first delay is worked out with (core/run/payment_delay.h); none of them contacts anybody */
    { TERM(margin_bp, "bp", OURS_2026), 2000, 0, 10000,
      WORDS("Gross margin, as a share of an order's value"), WORDS("毛利占订单金额的比例") },
    { TERM(contact_cost_minor, "minor units", OURS_2026), 50, 0, 1000000000,
      WORDS("Cost of one reminder, the buyer's annoyance included"), WORDS("一次催付的成本，含对买家的打扰") },
    { TERM(persuasion_bp, "bp", OURS_2026), 1500, 0, 10000,
      WORDS("Share of buyers who would never pay that a reminder at once wins"), WORDS("马上催付能挽回多少本来不会付款的买家") },
    { TERM(persuasion_decay_s, "s", OURS_2026), 6 * HOUR, 10 * MINUTE, 60 * DAY,
      WORDS("After this time a reminder wins about a third of that (1/e)"), WORDS("过多久催付的效果只剩约三分之一（1/e）") },
    /* the desk's whole plan: by which channel, and when */
    { TERM(wave2_channel, "channel", SELLERS_2014), CHANNEL_SMS, CHANNEL_CHAT, CHANNEL_EMAIL,
      WORDS("The second and the last reminder go by: 1 chat, 2 SMS, 3 e-mail"), WORDS("第二次和最后一次催付的渠道：1 聊天，2 短信，3 邮件") },
    { TERM(wave3, "switch", SELLERS_2014), 1, 0, 1,
      WORDS("A last reminder the day after an event, while the order can still be paid: 1 yes, 0 no"), WORDS("活动次日对仍可付款的订单做最后一次催付：1 是，0 否") },
    { TERM(good1_from_min, "minute of day", SELLERS_2014), 14 * 60, 0, 24 * 60,
      WORDS("First good window for SMS and e-mail begins, buyer's local time; equal to its end: not used"), WORDS("短信和邮件的第一个合适时段开始（买家当地时间）；与结束相同则不用") },
    { TERM(good1_until_min, "minute of day", SELLERS_2014), 16 * 60, 0, 24 * 60,
      WORDS("First good window ends"), WORDS("第一个合适时段结束") },
    { TERM(good2_from_min, "minute of day", SELLERS_2014), 20 * 60, 0, 24 * 60,
      WORDS("Second good window for SMS and e-mail begins, buyer's local time; equal to its end: not used"), WORDS("短信和邮件的第二个合适时段开始（买家当地时间）；与结束相同则不用") },
    { TERM(good2_until_min, "minute of day", OURS_2026), 22 * 60, 0, 24 * 60,
      WORDS("Second good window ends"), WORDS("第二个合适时段结束") },
    { TERM(meal1_from_min, "minute of day", OURS_2026), 11 * 60 + 30, 0, 24 * 60,
      WORDS("No SMS or e-mail at lunch: begins, buyer's local time; equal to its end: not used"), WORDS("午餐时不发短信和邮件：开始（买家当地时间）；与结束相同则不用") },
    { TERM(meal1_until_min, "minute of day", OURS_2026), 13 * 60, 0, 24 * 60,
      WORDS("Lunch ends"), WORDS("午餐时段结束") },
    { TERM(meal2_from_min, "minute of day", OURS_2026), 17 * 60 + 30, 0, 24 * 60,
      WORDS("No SMS or e-mail at dinner: begins, buyer's local time; equal to its end: not used"), WORDS("晚餐时不发短信和邮件：开始（买家当地时间）；与结束相同则不用") },
    { TERM(meal2_until_min, "minute of day", OURS_2026), 19 * 60, 0, 24 * 60,
      WORDS("Dinner ends"), WORDS("晚餐时段结束") },
    { TERM(event_night_chat, "switch", OURS_2026), 0, 0, 1,
      WORDS("While an event runs, chat from midnight to the night's begin: 1 yes, 0 no"), WORDS("活动期间零点到深夜开始前可用聊天催付：1 是，0 否") },
    { TERM(event_night_age_s, "s", OURS_2026), HOUR, MINUTE, HOUR,
      WORDS("Then only about orders younger than that"), WORDS("此时只催下单不满多久的订单") },
    { TERM(silence_before_s, "s", OURS_2026), 30 * MINUTE, 0, 6 * HOUR,
      WORDS("Before an event begins the platform's data stand still for that long"), WORDS("活动开始前平台数据停更多久") },
    { TERM(silence_after_s, "s", OURS_2026), HOUR, 0, 12 * HOUR,
      WORDS("And for that long after it began"), WORDS("活动开始后平台数据停更多久") },
    { TERM(balance_after_s, "s", OURS_2026), 0, 0, 30 * DAY,
      WORDS("Presale: the balance can be paid from so long after the event's begin"), WORDS("预售：活动开始后多久可付尾款") },
    { TERM(balance_window_s, "s", OURS_2026), 0, 0, 30 * DAY,
      WORDS("Presale: the balance can be paid for so long; 0: until the event ends"), WORDS("预售：尾款可付多久；0 为到活动结束") },
    { TERM(bad_review_stars, "stars", ALIEXPRESS_2020), 3, 0, 4,
      WORDS("A review of so many stars or fewer is a bad one; 0: none is"), WORDS("几星及以下算差评；0 为都不算") },
    { TERM(bad_review_days, "days", OURS_2026), 30, 1, 366,
      WORDS("A bad review that nobody answered keeps reminders back for so long"), WORDS("未回复的差评在多少天内暂停催付") },
    { TERM(auto_sms, "switch", OURS_2026), 0, 0, 1,
      WORDS("Reminders by SMS go out by themselves, once an SMS channel is connected: 1 yes, 0 no"), WORDS("接通短信渠道后自动发送短信催付：1 是，0 否") },
    { TERM(auto_email, "switch", OURS_2026), 0, 0, 1,
      WORDS("Reminders by e-mail go out by themselves, once an e-mail channel is connected: 1 yes, 0 no"), WORDS("接通邮件渠道后自动发送邮件催付：1 是，0 否") },
};
enum { TERM_COUNT = sizeof terms / sizeof terms[0] };
static_assert((int)TERM_COUNT <= (int)POLICY_ROWS_MAX, "policy_rows has room for every term");

static int64_t term_get(const struct term *t, const struct policy *p)
{
    const char *at = (const char *)p + t->at;
    int narrow;
    int64_t wide;
    if (t->narrow) {
        memcpy(&narrow, at, sizeof narrow);
        return narrow;
    }
    memcpy(&wide, at, sizeof wide);
    return wide;
}

static void term_put(const struct term *t, struct policy *p, int64_t value)
{
    char *at = (char *)p + t->at;
    const int narrow = (int)value;
    if (t->narrow) memcpy(at, &narrow, sizeof narrow);
    else memcpy(at, &value, sizeof value);
}

struct policy policy_defaults(void)
{
    struct policy p = { .wave1_after_s = 0 };
    for (int i = 0; i < TERM_COUNT; i++) term_put(&terms[i], &p, terms[i].value);
    return p;
}

int policy_rows(const struct policy *p, struct policy_row *ret, int max)
{
    const int n = TERM_COUNT < max ? TERM_COUNT : max;
    for (int i = 0; i < n; i++) {
        const struct term *t = &terms[i];
        ret[i] = (struct policy_row){ t->name, t->unit, t->source, term_get(t, p), t->value, t->min, t->max, t->what_en, t->what_zh };
    }
    return n;
}

enum policy_change policy_change(struct policy *p, struct text name, int64_t value)
{
    for (int i = 0; i < TERM_COUNT; i++) {
        const struct term *t = &terms[i];
        if (!text_is(name, t->name)) continue;
        if (value < t->min || value > t->max) return POLICY_OUT_OF_BOUNDS;
        term_put(t, p, value);
        return POLICY_CHANGED;
    }
    return POLICY_NO_SUCH_TERM;
}

bool policy_sound(const struct policy *p, struct reason *ret)
{
    if (p->wave1_after_s >= p->wave2_after_s)
        *ret = (struct reason){ "wave-order", TEXT("The second reminder must come later than the first."), TEXT("第二次催付必须晚于第一次。") };
    else if (p->wave1_after_s >= p->payment_window_s)
        *ret = (struct reason){ "window", TEXT("The first reminder must come before the time to pay is over."), TEXT("第一次催付必须在付款时限之内。") };
    else
        return true;
    return false;
}
