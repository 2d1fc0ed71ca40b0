/* The defaults of the contact policy, with where each comes from.  An owner edits values; code never repeats them. */
#include "core/contact/contact.h"

struct policy policy_defaults(void)
{
    return (struct policy){
        .wave1_after_s = 30 * 60,
        .wave2_after_s = 60 * 60,
        .payment_window_s = 24 * 60 * 60,
        .quiet_from_min = 22 * 60,
        .quiet_until_min = 8 * 60,
        .night_from_min = 2 * 60,
        .night_until_min = 8 * 60,
        .feed_stale_after_s = 6 * 60 * 60,
        .cap_per_day = 2,
        .gap_min_s = 30 * 60,
        .ship_within_s = 3 * 24 * 60 * 60,
        .score_min_orders = 60,
    };
}

#define WORDS(literal) { literal, sizeof(literal) - 1 }
#define SELLERS_2014 "Taobao sellers' practice, Double 11 of 2014"
#define SUMMIT_2018 "AliExpress seller summit 2018, sellers' capability model"
#define OURS_2026 "Zhanggui default, 2026-11"

int policy_rows(const struct policy *p, struct policy_row *ret, int max)
{
    const struct policy_row rows[] = {
        { "wave1_after_s", "s", SELLERS_2014, p->wave1_after_s,
          WORDS("First payment reminder: age of the unpaid order"), WORDS("第一次催付：订单未付款满多久") },
        { "wave2_after_s", "s", SELLERS_2014, p->wave2_after_s,
          WORDS("Second payment reminder: age of the unpaid order"), WORDS("第二次催付：订单未付款满多久") },
        { "payment_window_s", "s", OURS_2026, p->payment_window_s,
          WORDS("An unpaid order can be paid, and be reminded, for this long"), WORDS("未付款订单的可付款时长，过后不再催付") },
        { "quiet_from_min", "minute of day", OURS_2026, p->quiet_from_min,
          WORDS("Quiet hours begin, buyer's local time"), WORDS("免打扰开始（买家当地时间）") },
        { "quiet_until_min", "minute of day", OURS_2026, p->quiet_until_min,
          WORDS("Quiet hours end, buyer's local time"), WORDS("免打扰结束（买家当地时间）") },
        { "night_from_min", "minute of day", SELLERS_2014, p->night_from_min,
          WORDS("Night begins: nobody is contacted, whatever the quiet hours say"), WORDS("深夜开始：不论免打扰如何设置都不联系") },
        { "night_until_min", "minute of day", SELLERS_2014, p->night_until_min,
          WORDS("Night ends, buyer's local time"), WORDS("深夜结束（买家当地时间）") },
        { "feed_stale_after_s", "s", OURS_2026, p->feed_stale_after_s,
          WORDS("Data older than this contacts nobody"), WORDS("数据超过这个时长就不联系任何买家") },
        { "cap_per_day", "contacts", OURS_2026, p->cap_per_day,
          WORDS("Contacts to one buyer in 24 hours, all channels together"), WORDS("24 小时内最多联系同一买家几次（各渠道合计）") },
        { "gap_min_s", "s", OURS_2026, p->gap_min_s,
          WORDS("Least time between two contacts to one buyer"), WORDS("两次联系同一买家的最短间隔") },
        { "ship_within_s", "s", SELLERS_2014, p->ship_within_s,
          WORDS("The shop's promise to ship, counted from the payment"), WORDS("本店承诺付款后多久内发货") },
        { "score_min_orders", "orders", SUMMIT_2018, p->score_min_orders,
          WORDS("Orders from which a period's figures can be compared"), WORDS("一段时间满多少单，数字才有可比性") },
    };
    int n = (int)(sizeof rows / sizeof rows[0]);
    if (n > max) n = max;
    for (int i = 0; i < n; i++) ret[i] = rows[i];
    return n;
}
