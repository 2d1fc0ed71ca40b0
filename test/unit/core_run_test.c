/* Reminder, pick order, today's lines and the moment, as tables. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include "core/fulfil/pick.h"
#include "core/run/reminder.h"
#include "core/run/today.h"
#include "core/words.h"
#include "core_zones.h"

static void *take(void *ctx, size_t size) { (void)ctx; return malloc(size); }
static void give(void *ctx, void *block, size_t size) { (void)ctx; (void)size; free(block); }
static const struct arena_source heap = { take, give, NULL };

static struct order order_unpaid(int64_t placed_ms)
{
    return (struct order){ placed_ms, INSTANT_NONE, INSTANT_NONE, INSTANT_NONE, INSTANT_NONE, INSTANT_NONE, INSTANT_NONE,
                           9900, CLAIM_NONE, CLAIM_NONE, CLAIM_NONE, .customer_id = CLAIM_NONE };
}

Test(core_run, reminder_rows)
{
    enum fact { UNPAID, PAID_BEFORE, PAID_AFTER, CLOSED_BEFORE, CLOSED_AFTER, REFUNDED, SHIPPED, ON_DELIVERY };
    static const struct {
        const char *now;
        int age_s;
        enum fact fact;
        int feed_age_s, mark_wave;
        enum mark_outcome mark;
        int mark_ago_s;
        enum reminder_verdict verdict;
        int wave;
        const char *rule, *until;
    } rows[] = {
        /* ages, at 15:00 */
        { "2020-02-26T15:00:00+08:00", -1, UNPAID, 0, 0, 0, 0, REMINDER_NONE, 0, "not-placed", NULL },
        { "2020-02-26T15:00:00+08:00", 0, UNPAID, 0, 0, 0, 0, REMINDER_NONE, 0, "too-young", NULL },
        { "2020-02-26T15:00:00+08:00", 1799, UNPAID, 0, 0, 0, 0, REMINDER_NONE, 0, "too-young", NULL },
        { "2020-02-26T15:00:00+08:00", 1800, UNPAID, 0, 0, 0, 0, REMINDER_DUE, 1, "wave-1", NULL },
        { "2020-02-26T15:00:00+08:00", 3599, UNPAID, 0, 0, 0, 0, REMINDER_DUE, 1, "wave-1", NULL },
        { "2020-02-26T15:00:00+08:00", 3600, UNPAID, 0, 0, 0, 0, REMINDER_DUE, 2, "wave-2", NULL },
        { "2020-02-26T15:00:00+08:00", 86399, UNPAID, 0, 0, 0, 0, REMINDER_DUE, 2, "wave-2", NULL },
        { "2020-02-26T15:00:00+08:00", 86400, UNPAID, 0, 0, 0, 0, REMINDER_NONE, 0, "window-over", NULL },
        /* what happened to the order */
        { "2020-02-26T15:00:00+08:00", 2000, PAID_BEFORE, 0, 0, 0, 0, REMINDER_NONE, 0, "paid", NULL },
        { "2020-02-26T15:00:00+08:00", 2000, PAID_AFTER, 0, 0, 0, 0, REMINDER_DUE, 1, "wave-1", NULL },
        { "2020-02-26T15:00:00+08:00", 2000, CLOSED_BEFORE, 0, 0, 0, 0, REMINDER_NONE, 0, "closed", NULL },
        { "2020-02-26T15:00:00+08:00", 2000, CLOSED_AFTER, 0, 0, 0, 0, REMINDER_DUE, 1, "wave-1", NULL },
        { "2020-02-26T15:00:00+08:00", 2000, REFUNDED, 0, 0, 0, 0, REMINDER_NONE, 0, "refunded", NULL },
        { "2020-02-26T15:00:00+08:00", 2000, SHIPPED, 0, 0, 0, 0, REMINDER_NONE, 0, "shipped", NULL },
        { "2020-02-26T15:00:00+08:00", 2000, ON_DELIVERY, 0, 0, 0, 0, REMINDER_NONE, 0, "on-delivery", NULL },
        /* what people did */
        { "2020-02-26T15:00:00+08:00", 3000, UNPAID, 0, 1, MARK_DONE, 60, REMINDER_NONE, 0, "done", NULL },
        { "2020-02-26T15:00:00+08:00", 3000, UNPAID, 0, 1, MARK_DONE, -1, REMINDER_DUE, 1, "wave-1", NULL },
        { "2020-02-26T15:00:00+08:00", 3600, UNPAID, 0, 1, MARK_DONE, 60, REMINDER_DUE, 2, "wave-2", NULL },
        { "2020-02-26T15:00:00+08:00", 3600, UNPAID, 0, 2, MARK_DONE, 60, REMINDER_NONE, 0, "done", NULL },
        { "2020-02-26T15:00:00+08:00", 3000, UNPAID, 0, 2, MARK_DONE, 60, REMINDER_NONE, 0, "done", NULL },
        { "2020-02-26T15:00:00+08:00", 3000, UNPAID, 0, 1, MARK_SKIPPED, 0, REMINDER_NONE, 0, "skipped", NULL },
        { "2020-02-26T15:00:00+08:00", 7000, UNPAID, 0, 1, MARK_SKIPPED, 60, REMINDER_NONE, 0, "skipped", NULL },
        /* not reached: over for that wave, not for the next */
        { "2020-02-26T15:00:00+08:00", 3000, UNPAID, 0, 1, MARK_UNREACHED, 60, REMINDER_NONE, 0, "not-reached", NULL },
        { "2020-02-26T15:00:00+08:00", 3600, UNPAID, 0, 1, MARK_UNREACHED, 60, REMINDER_DUE, 2, "wave-2", NULL },
        { "2020-02-26T15:00:00+08:00", 7000, UNPAID, 0, 2, MARK_UNREACHED, 60, REMINDER_NONE, 0, "not-reached", NULL },
        { "2020-02-26T15:00:00+08:00", 3000, UNPAID, 0, 1, MARK_UNREACHED, -1, REMINDER_DUE, 1, "wave-1", NULL },
        /* the order's own state comes before the mark and the policy */
        { "2020-02-27T03:00:00+08:00", 2000, PAID_BEFORE, 99999, 1, MARK_SKIPPED, 0, REMINDER_NONE, 0, "paid", NULL },
        /* held */
        { "2020-02-26T15:00:00+08:00", 3000, UNPAID, 21601, 0, 0, 0, REMINDER_HELD, 1, "stale-data", NULL },
        { "2020-02-26T15:00:00+08:00", 1000, UNPAID, 21601, 0, 0, 0, REMINDER_NONE, 0, "too-young", NULL },
        { "2020-02-26T22:00:00+08:00", 3000, UNPAID, 0, 0, 0, 0, REMINDER_HELD, 1, "quiet-hours", "2020-02-27T08:00:00+08:00" },
        { "2020-02-27T03:00:00+08:00", 3000, UNPAID, 0, 0, 0, 0, REMINDER_HELD, 1, "night", "2020-02-27T08:00:00+08:00" },
        /* a hold that ends when the window has closed is never: placed 08:00:00 and 08:00:01 the day before */
        { "2020-02-27T03:00:00+08:00", 19 * 3600, UNPAID, 0, 0, 0, 0, REMINDER_NEVER, 2, "window-closes-first", NULL },
        { "2020-02-27T03:00:00+08:00", 19 * 3600 - 1, UNPAID, 0, 0, 0, 0, REMINDER_HELD, 2, "night", "2020-02-27T08:00:00+08:00" },
        { "2020-02-27T03:00:00+08:00", 23 * 3600, UNPAID, 0, 0, 0, 0, REMINDER_NEVER, 2, "window-closes-first", NULL },
        { "2020-02-27T03:00:00+08:00", 23 * 3600, UNPAID, 99999, 0, 0, 0, REMINDER_HELD, 2, "stale-data", NULL },
    };
    struct arena a;
    struct policy p = policy_defaults();
    arena_init(&a, &heap, 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t now = at(rows[i].now);
        struct order o = order_unpaid(now - rows[i].age_s * MS_PER_S);
        switch (rows[i].fact) {
        case UNPAID: break;
        case PAID_BEFORE: o.paid_at_ms = now; break;
        case PAID_AFTER: o.paid_at_ms = now + 1; break;
        case CLOSED_BEFORE: o.cancelled_at_ms = now; break;
        case CLOSED_AFTER: o.cancelled_at_ms = now + 1; break;
        case REFUNDED: o.refunded_at_ms = now; break;
        case SHIPPED: o.shipped_at_ms = now; break;
        case ON_DELIVERY: o.pay_kind = PAY_ON_DELIVERY; break;
        }
        struct reminder_facts f = { .order = &o, .contact = { .now_ms = now, .feed_age_s = rows[i].feed_age_s,
                                    .zones = { &zone_shanghai }, .zone_count = 1 } };
        if (rows[i].mark) f.marks[f.mark_count++] = (struct reminder_mark){ rows[i].mark_wave, rows[i].mark, now - rows[i].mark_ago_s * MS_PER_S };
        struct reminder_decision d = reminder_decide(&a, &p, &f);
        cr_expect_eq(d.verdict, rows[i].verdict, "row %zu: verdict %d", i, d.verdict);
        cr_expect_eq(d.wave, rows[i].wave, "row %zu: wave %d", i, d.wave);
        cr_expect_str_eq(d.reason.rule, rows[i].rule, "row %zu: %s", i, d.reason.rule);
        cr_expect_eq(d.until_ms, rows[i].until ? at(rows[i].until) : INSTANT_NONE, "row %zu: until", i);
        cr_expect_eq(d.due_at_ms, rows[i].wave ? o.placed_at_ms + rows[i].wave * 1800 * MS_PER_S : INSTANT_NONE, "row %zu: due", i);
        cr_expect(d.reason.en.len && d.reason.zh.len);
    }
    arena_release(&a);
}

/* The last chance: within the hour the time to pay ends, or quiet hours begin that last until it has ended. */
Test(core_run, last_chance)
{
    static const struct { const char *now; int age_min; bool last; } rows[] = {
        { "2020-02-26T15:00:00+08:00", 40, false },
        { "2020-02-26T15:00:00+08:00", 23 * 60 - 1, false },
        { "2020-02-26T15:00:00+08:00", 23 * 60, true },
        { "2020-02-26T15:00:00+08:00", 23 * 60 + 59, true },
        { "2020-02-26T20:59:00+08:00", 15 * 60, false }, /* at 21:59 it may still be said */
        { "2020-02-26T21:00:00+08:00", 15 * 60, true },  /* closes at 06:00, before quiet hours end */
        { "2020-02-26T21:00:00+08:00", 12 * 60, false }, /* closes at 09:00: tomorrow at 8 there is an hour left */
    };
    struct policy p = policy_defaults();
    struct reminder_rank dear = { 900, 2, TEXT("b") }, cheap = { 100, 1, TEXT("a") };
    struct arena a;
    arena_init(&a, &heap, 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const int64_t now = at(rows[i].now);
        struct order o = order_unpaid(now - rows[i].age_min * MS_PER_MIN);
        struct reminder_facts f = { .order = &o, .contact = { .now_ms = now, .zones = { &zone_shanghai }, .zone_count = 1 } };
        cr_assert_eq(reminder_decide(&a, &p, &f).verdict, REMINDER_DUE, "row %zu", i);
        cr_expect_eq(reminder_last_chance(&a, &p, &f), rows[i].last, "row %zu", i);
    }
    cr_expect_lt(reminder_work_compare(false, &dear, false, &cheap), 0, "the most valuable first");
    cr_expect_gt(reminder_work_compare(false, &dear, true, &cheap), 0, "but a last chance before it");
    cr_expect_lt(reminder_work_compare(true, &dear, true, &cheap), 0);
    arena_release(&a);
}

Test(core_run, reminders_are_ranked_by_money_then_by_closing)
{
    struct reminder_rank a = { 100, 10, TEXT("2") }, b = { 200, 20, TEXT("1") }, c = { 100, 9, TEXT("3") }, d = { 100, 10, TEXT("10") };
    cr_expect_gt(reminder_rank_compare(&a, &b), 0);
    cr_expect_gt(reminder_rank_compare(&a, &c), 0);
    cr_expect_gt(reminder_rank_compare(&a, &d), 0);
    cr_expect_lt(reminder_rank_compare(&d, &a), 0);
    cr_expect_eq(reminder_rank_compare(&a, &a), 0);
}

Test(core_run, pick_rows)
{
    struct arena a;
    struct policy p = policy_defaults();
    int64_t paid = at("2020-02-26T10:00:00+08:00"), day = MS_PER_DAY;
    struct order o = order_unpaid(paid - 8000);
    arena_init(&a, &heap, 0);

    cr_expect(!pick_decide(&a, &p, &o, paid).pick);
    o.paid_at_ms = paid;
    cr_expect(!pick_decide(&a, &p, &o, paid - 1).pick);
    struct pick_decision d = pick_decide(&a, &p, &o, paid);
    cr_expect(d.pick && !d.late);
    cr_expect_eq(d.ship_by_ms, paid + 3 * day);
    cr_expect(!pick_decide(&a, &p, &o, paid + 3 * day).late, "the last instant is in time");
    d = pick_decide(&a, &p, &o, paid + 3 * day + 1);
    cr_expect(d.late);
    cr_expect_str_eq(d.reason.rule, "ship-late");
    o.ship_by_ms = paid + day; /* the platform asks for more */
    cr_expect_eq(pick_decide(&a, &p, &o, paid).ship_by_ms, paid + day);
    o.ship_by_ms = paid + 9 * day; /* and here for less than the shop's own promise */
    cr_expect_eq(pick_decide(&a, &p, &o, paid).ship_by_ms, paid + 3 * day);
    o.shipped_at_ms = paid + day;
    cr_expect(pick_decide(&a, &p, &o, paid + day - 1).pick);
    cr_expect(!pick_decide(&a, &p, &o, paid + day).pick);

    struct order cod = order_unpaid(paid);
    cod.pay_kind = PAY_ON_DELIVERY;
    d = pick_decide(&a, &p, &cod, paid + 1);
    cr_expect(d.pick);
    cr_expect_eq(d.ship_by_ms, paid + 3 * day);
    cr_expect(text_contains(d.reason.zh, TEXT("货到付款")));

    cr_expect_lt(pick_compare(1, TEXT("9"), 2, TEXT("1")), 0);
    cr_expect_gt(pick_compare(2, TEXT("9"), 2, TEXT("10")), 0);
    arena_release(&a);
}

/* ---- today ---- */

static struct today_facts facts_quiet(void)
{
    struct today_facts f = { .now_ms = at("2020-02-26T15:00:00+08:00"), .feed_age_s = 60, .currency = { "CNY" },
                             .remind_first_close_ms = INSTANT_NONE, .held_first_until_ms = INSTANT_NONE,
                             .late_oldest_ship_by_ms = INSTANT_NONE, .store_zone = &zone_shanghai, .moment = { .campaign = -1 } };
    return f;
}

static void assert_kinds(struct arena *a, const struct today_facts *f, const char *want)
{
    static const char letter[] = "IXLRPHQ=0"; /* import, interrupted, late, remind, pick, held, quarantine, pace, nothing */
    struct policy p = policy_defaults();
    struct today_line lines[LIMIT_TODAY_LINES];
    char got[16] = "";
    int n = today_lines(a, &p, f, lines);
    cr_assert(n >= 1 && n <= LIMIT_TODAY_LINES);
    for (int i = 0; i < n; i++) {
        got[i] = letter[lines[i].kind];
        cr_expect(lines[i].reason.en.len && lines[i].reason.zh.len && lines[i].reason.rule);
    }
    cr_expect_str_eq(got, want, "got %s, want %s", got, want);
}

Test(core_run, today_ranks_its_lines)
{
    struct arena a;
    arena_init(&a, &heap, 0);
    struct today_facts f = facts_quiet();
    assert_kinds(&a, &f, "0=");
    f.feed_age_s = INT64_MAX;
    assert_kinds(&a, &f, "I");
    f.feed_age_s = 21601;
    assert_kinds(&a, &f, "I=");
    f = facts_quiet();
    f.held_count = 3;
    assert_kinds(&a, &f, "0H=");
    f.quarantine_rows = 2;
    assert_kinds(&a, &f, "QH=");
    f.pick_count = 4;
    assert_kinds(&a, &f, "PHQ=");
    f.remind_count = 1;
    assert_kinds(&a, &f, "RPHQ=");
    f.late_count = 1;
    f.late_oldest_ship_by_ms = f.now_ms - MS_PER_HOUR;
    assert_kinds(&a, &f, "LRPHQ=");
    f.shipping_unknown = true;
    assert_kinds(&a, &f, "RPHQ=");
    f.shipping_unknown = false;
    f.moment.phase = PHASE_EVENT;
    assert_kinds(&a, &f, "RLPHQ=");
    f.interrupted_imports = 1;
    assert_kinds(&a, &f, "XRLPHQ=");
    f.feed_age_s = 30000; /* eight kinds: the pace gives way */
    assert_kinds(&a, &f, "IXRLPHQ");
    arena_release(&a);
}

static void assert_says(struct arena *a, const struct today_facts *f, int line, const char *en, const char *zh)
{
    struct policy p = policy_defaults();
    struct today_line lines[LIMIT_TODAY_LINES];
    cr_assert_gt(today_lines(a, &p, f, lines), line);
    cr_expect(text_is(lines[line].reason.en, en), "%.*s", (int)lines[line].reason.en.len, lines[line].reason.en.ptr);
    cr_expect(text_is(lines[line].reason.zh, zh), "%.*s", (int)lines[line].reason.zh.len, lines[line].reason.zh.ptr);
}

Test(core_run, today_speaks_with_figures)
{
    struct arena a;
    arena_init(&a, &heap, 0);
    struct today_facts f = facts_quiet();
    f.remind_count = 12;
    f.remind_minor = 348000;
    f.remind_first_close_ms = at("2020-02-26T15:20:00+08:00");
    assert_says(&a, &f, 0, "12 orders wait for payment, ¥3,480.00; the first closes at 15:20.", "12 单待催付，共 ¥3,480.00；最早的今天 15:20 关闭。");
    f.remind_count = 1;
    f.remind_minor = 990;
    f.remind_first_close_ms = at("2020-02-27T09:05:00+08:00");
    assert_says(&a, &f, 0, "1 order waits for payment, ¥9.90; the first closes tomorrow 09:05.", "1 单待催付，共 ¥9.90；最早的明天 09:05 关闭。");
    f = facts_quiet();
    f.late_count = 2;
    f.late_oldest_ship_by_ms = f.now_ms - 26 * MS_PER_HOUR;
    assert_says(&a, &f, 0, "2 parcels are past the promise to ship, the oldest by 1 d 2 h.", "2 单已超过发货时限，最久的超时 1 天 2 小时。");
    f = facts_quiet();
    assert_says(&a, &f, 0, "Nothing is due now.", "现在没有要处理的事。");
    f.paid_today_minor = 123456789;
    f.paid_today_orders = 1;
    f.compare_minor = -500;
    f.compare_en = TEXT("the same hours last Wednesday");
    f.compare_zh = TEXT("上周三同时段");
    assert_says(&a, &f, 1, "Paid so far today: ¥1,234,567.89 from 1 order; the same hours last Wednesday: -¥5.00.",
                "今日已付款 ¥1,234,567.89，共 1 单；上周三同时段：-¥5.00。");
    arena_release(&a);
}

Test(core_run, words)
{
    struct arena a;
    arena_init(&a, &heap, 0);
    static const struct { int64_t ms; const char *en, *zh; } durations[] = {
        { -5, "less than a minute", "不到 1 分钟" }, { 59999, "less than a minute", "不到 1 分钟" }, { 60000, "1 min", "1 分钟" },
        { 3599999, "59 min", "59 分钟" }, { 3600000, "1 h", "1 小时" }, { 7500000, "2 h 5 min", "2 小时 5 分钟" },
        { 86400000, "1 d", "1 天" }, { 90000000, "1 d 1 h", "1 天 1 小时" }, { 88000000, "1 d", "1 天" },
    };
    for (size_t i = 0; i < sizeof durations / sizeof durations[0]; i++) {
        cr_expect(text_is(words_duration(&a, durations[i].ms, false), durations[i].en), "%s", durations[i].en);
        cr_expect(text_is(words_duration(&a, durations[i].ms, true), durations[i].zh), "%s", durations[i].zh);
    }
    static const struct { int64_t minor; const char *code, *words; } money[] = {
        { 0, "CNY", "¥0.00" }, { 99, "CNY", "¥0.99" }, { 99999, "CNY", "¥999.99" }, { 100000, "CNY", "¥1,000.00" },
        { -123456, "USD", "-$1,234.56" }, { 1234567, "JPY", "JP¥1,234,567" }, { 100000000, "EUR", "€1,000,000.00" },
        { -100000, "CHF", "-CHF 1,000.00" }, { 1234567, "KWD", "KWD 1,234.567" },
    };
    for (size_t i = 0; i < sizeof money / sizeof money[0]; i++) {
        struct currency c = { "" };
        memcpy(c.code, money[i].code, 4);
        struct text got = words_money(&a, money[i].minor, c);
        cr_expect(text_is(got, money[i].words), "%s: %.*s", money[i].words, (int)got.len, got.ptr);
    }
    int64_t now = at("2020-02-26T15:00:00+08:00");
    cr_expect(text_is(words_clock(&a, at("2020-02-26T23:59:00+08:00"), now, &zone_shanghai, false), "23:59"));
    cr_expect(text_is(words_clock(&a, at("2020-02-27T00:00:00+08:00"), now, &zone_shanghai, false), "tomorrow 00:00"));
    cr_expect(text_is(words_clock(&a, at("2020-02-25T23:00:00+08:00"), now, &zone_shanghai, true), "昨天 23:00"));
    cr_expect(text_is(words_clock(&a, at("2020-03-01T08:05:00+08:00"), now, &zone_shanghai, false), "1 Mar 08:05"));
    cr_expect(text_is(words_clock(&a, at("2020-03-01T08:05:00+08:00"), now, &zone_shanghai, true), "3月1日 08:05"));
    arena_release(&a);
}

/* ---- the moment ---- */

Test(core_run, moments)
{
    struct campaign c[2] = {
        { TEXT("Double 11"), TEXT("双11"), at("2020-10-01T00:00:00+08:00"), at("2020-10-28T00:00:00+08:00"),
          at("2020-11-11T00:00:00+08:00"), at("2020-11-13T00:00:00+08:00"), at("2020-11-21T00:00:00+08:00") },
        { TEXT("Double 12"), TEXT("双12"), at("2020-11-16T00:00:00+08:00"), at("2020-12-01T00:00:00+08:00"),
          at("2020-12-12T00:00:00+08:00"), at("2020-12-13T00:00:00+08:00"), at("2020-12-20T00:00:00+08:00") },
    };
    static const struct { const char *now; enum campaign_phase phase; int campaign; const char *en, *zh; } rows[] = {
        { "2020-09-30T23:59:59+08:00", PHASE_NONE, -1, "An ordinary day; Double 11 starts in 42 days", "日常经营；双11还有 42 天开始" },
        { "2020-10-01T00:00:00+08:00", PHASE_BUILD_UP, 0, "Double 11, build-up, starts in 41 days", "双11造势期，还有 41 天开始" },
        { "2020-10-28T00:00:00+08:00", PHASE_WARM_UP, 0, "Double 11, warm-up, starts in 14 days", "双11预热期，还有 14 天开始" },
        { "2020-11-10T12:00:00+08:00", PHASE_WARM_UP, 0, "Double 11, warm-up, starts tomorrow", "双11预热期，明天开始" },
        { "2020-11-11T00:00:00+08:00", PHASE_EVENT, 0, "Double 11, day 1 of 2, 2 d left", "双11第 1 天（共 2 天），还剩 2 天" },
        { "2020-11-12T19:00:00+08:00", PHASE_EVENT, 0, "Double 11, day 2 of 2, 5 h left", "双11第 2 天（共 2 天），还剩 5 小时" },
        { "2020-11-13T00:00:00+08:00", PHASE_REVIEW, 0, "Double 11 is over; review phase, 8 d left", "双11已结束，复盘期还剩 8 天" },
        { "2020-11-17T00:00:00+08:00", PHASE_REVIEW, 0, "Double 11 is over; review phase, 4 d left", "双11已结束，复盘期还剩 4 天" },
        { "2020-11-21T00:00:00+08:00", PHASE_BUILD_UP, 1, "Double 12, build-up, starts in 21 days", "双12造势期，还有 21 天开始" },
        { "2020-12-20T00:00:00+08:00", PHASE_NONE, -1, "An ordinary day, no campaign ahead", "日常经营，暂无活动安排" },
    };
    struct arena a;
    arena_init(&a, &heap, 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct moment m = moment_at(&a, c, 2, at(rows[i].now), &zone_shanghai);
        cr_expect_eq(m.phase, rows[i].phase, "%s: phase %d", rows[i].now, m.phase);
        cr_expect_eq(m.campaign, rows[i].campaign, "%s: campaign %d", rows[i].now, m.campaign);
        cr_expect(text_is(m.en, rows[i].en), "%s: %.*s", rows[i].now, (int)m.en.len, m.en.ptr);
        cr_expect(text_is(m.zh, rows[i].zh), "%s: %.*s", rows[i].now, (int)m.zh.len, m.zh.ptr);
        cr_expect_eq(m.since_ms == INSTANT_NONE, m.phase == PHASE_NONE);
    }
    /* two events at once: the one that began later; an event that starts later today says its hour */
    c[1].event_from_ms = at("2020-11-12T16:00:00+08:00");
    c[1].warm_up_from_ms = c[1].build_up_from_ms = at("2020-11-12T15:00:00+08:00");
    cr_expect_eq(moment_at(&a, c, 2, at("2020-11-12T19:00:00+08:00"), &zone_shanghai).campaign, 1);
    struct moment m = moment_at(&a, c + 1, 1, at("2020-11-12T15:30:00+08:00"), &zone_shanghai);
    cr_expect(text_is(m.en, "Double 12, warm-up, starts today at 16:00"), "%.*s", (int)m.en.len, m.en.ptr);
    m = moment_at(&a, NULL, 0, at("2020-11-12T15:30:00+08:00"), &zone_shanghai);
    cr_expect_eq(m.campaign, -1);
    arena_release(&a);
}
