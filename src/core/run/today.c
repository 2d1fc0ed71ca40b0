/* Today's lines.  Each kind has one function that writes its sentence; today_lines ranks them. */
#include <assert.h>
#include <inttypes.h>
#include "core/run/today.h"
#include "core/words.h"

const char *today_kind_word(enum today_kind k)
{
    switch (k) {
    case TODAY_IMPORT: return "import";
    case TODAY_INTERRUPTED: return "interrupted";
    case TODAY_LATE: return "late";
    case TODAY_REMIND: return "remind";
    case TODAY_PICK: return "pick";
    case TODAY_HELD: return "held";
    case TODAY_QUARANTINE: return "quarantine";
    case TODAY_PACE: return "pace";
    case TODAY_NOTHING: return "nothing";
    }
    assert(!"a kind without a word");
    return "";
}

#define N(t) (int)(t).len, (t).ptr

static struct today_line line_import(struct arena *a, const struct today_facts *f)
{
    struct today_line l = { TODAY_IMPORT, 0, 0, true, { 0 } };
    if (f->feed_age_s == INT64_MAX) {
        l.reason = (struct reason){ "no-data", TEXT("No orders yet: import the order export of your platform to begin."),
                                    TEXT("还没有订单数据：先导入平台导出的订单文件。") };
        return l;
    }
    struct text en = words_duration(a, f->feed_age_s * MS_PER_S, false), zh = words_duration(a, f->feed_age_s * MS_PER_S, true);
    l.reason = (struct reason){ "stale-data",
        arena_printf(a, "The latest data is %.*s old: import a fresh export. Until then nobody is reminded.", N(en)),
        arena_printf(a, "最新数据已是 %.*s前的：请导入最新的订单导出文件，在此之前不催付。", N(zh)) };
    return l;
}

static struct today_line line_interrupted(struct arena *a, const struct today_facts *f)
{
    struct text n = words_count(a, f->interrupted_imports, "import", "imports");
    return (struct today_line){ TODAY_INTERRUPTED, f->interrupted_imports, 0, true, { "interrupted-import",
        arena_printf(a, "%.*s stopped half-way: resume or undo.", N(n)),
        arena_printf(a, "%" PRId64 " 次导入中途停止：请继续或撤销。", f->interrupted_imports) } };
}

static struct today_line line_late(struct arena *a, const struct today_facts *f)
{
    struct text n = words_count(a, f->late_count, "parcel is", "parcels are");
    struct text en = words_duration(a, f->now_ms - f->late_oldest_ship_by_ms, false);
    struct text zh = words_duration(a, f->now_ms - f->late_oldest_ship_by_ms, true);
    return (struct today_line){ TODAY_LATE, f->late_count, 0, true, { "ship-late",
        arena_printf(a, "%.*s past the promise to ship, the oldest by %.*s.", N(n), N(en)),
        arena_printf(a, "%" PRId64 " 单已超过发货时限，最久的超时 %.*s。", f->late_count, N(zh)) } };
}

static struct today_line line_remind(struct arena *a, const struct today_facts *f)
{
    struct text n = words_count(a, f->remind_count, "order waits", "orders wait");
    struct text sum = words_money(a, f->remind_minor, f->currency);
    struct today_line l = { TODAY_REMIND, f->remind_count, f->remind_minor, false, { .rule = "payment-reminder" } };
    if (f->remind_first_close_ms == INSTANT_NONE) {
        l.reason.en = arena_printf(a, "%.*s for payment, %.*s.", N(n), N(sum));
        l.reason.zh = arena_printf(a, "%" PRId64 " 单待催付，共 %.*s。", f->remind_count, N(sum));
        return l;
    }
    struct text en = words_at(a, f->remind_first_close_ms, f->now_ms, f->store_zone, false);
    struct text zh = words_clock(a, f->remind_first_close_ms, f->now_ms, f->store_zone, true);
    l.urgent = f->remind_first_close_ms - f->now_ms < MS_PER_HOUR;
    l.reason.en = arena_printf(a, "%.*s for payment, %.*s; the first closes %.*s.", N(n), N(sum), N(en));
    l.reason.zh = arena_printf(a, "%" PRId64 " 单待催付，共 %.*s；最早的%.*s 关闭。", f->remind_count, N(sum), N(zh));
    return l;
}

static struct today_line line_pick(struct arena *a, const struct today_facts *f)
{
    struct text n = words_count(a, f->pick_count, "paid order waits", "paid orders wait");
    struct today_line l = { TODAY_PICK, f->pick_count, 0, f->due_soon_count > 0 && !f->shipping_unknown, { .rule = "pick-by-payment" } };
    if (f->shipping_unknown) {
        l.reason.rule = "shipping-unknown";
        l.reason.en = arena_printf(a, "%.*s to be shipped as far as the files tell, and they tell no shipping: import an order list with"
                                   " its states.", N(n));
        l.reason.zh = arena_printf(a, "%" PRId64 " 单已付款，但导入的文件没有发货信息：请导入带订单状态的订单列表。", f->pick_count);
        return l;
    }
    if (f->due_soon_count == 0) {
        l.reason.en = arena_printf(a, "%.*s to be shipped, earliest payment first.", N(n));
        l.reason.zh = arena_printf(a, "%" PRId64 " 单已付款待发货，按付款时间先后拣货。", f->pick_count);
        return l;
    }
    l.reason.en = arena_printf(a, "%.*s to be shipped, %" PRId64 " of them within 12 hours; earliest payment first.", N(n),
                               f->due_soon_count);
    l.reason.zh = arena_printf(a, "%" PRId64 " 单已付款待发货，其中 %" PRId64 " 单须在 12 小时内发出；按付款时间先后拣货。", f->pick_count,
                               f->due_soon_count);
    return l;
}

static struct today_line line_held(struct arena *a, const struct policy *p, const struct today_facts *f)
{
    struct text n = words_count(a, f->held_count, "reminder is held", "reminders are held");
    struct today_line l = { TODAY_HELD, f->held_count, 0, false, { .rule = "held" } };
    if (f->feed_age_s > p->feed_stale_after_s) {
        l.reason = (struct reason){ "stale-data", arena_printf(a, "%.*s until newer orders are imported.", N(n)),
                                    arena_printf(a, "%" PRId64 " 单催付暂缓，等导入最新订单后再定。", f->held_count) };
    } else if (f->held_first_until_ms == INSTANT_NONE) {
        l.reason.en = arena_printf(a, "%.*s; nobody can tell until when.", N(n));
        l.reason.zh = arena_printf(a, "%" PRId64 " 单催付暂缓，何时可以联系尚不确定。", f->held_count);
    } else {
        struct text en = words_clock(a, f->held_first_until_ms, f->now_ms, f->store_zone, false);
        struct text zh = words_clock(a, f->held_first_until_ms, f->now_ms, f->store_zone, true);
        l.reason.en = arena_printf(a, "%.*s, the first until %.*s.", N(n), N(en));
        l.reason.zh = arena_printf(a, "%" PRId64 " 单催付暂缓，最早%.*s 可以联系。", f->held_count, N(zh));
    }
    return l;
}

static struct today_line line_quarantine(struct arena *a, const struct today_facts *f)
{
    struct text n = words_count(a, f->quarantine_rows, "row", "rows");
    return (struct today_line){ TODAY_QUARANTINE, f->quarantine_rows, 0, false, { "quarantine",
        arena_printf(a, "%.*s of your files could not be read: see what to mend.", N(n)),
        arena_printf(a, "导入文件中有 %" PRId64 " 行未能读取：请查看并修正。", f->quarantine_rows) } };
}

static struct today_line line_pace(struct arena *a, const struct today_facts *f)
{
    struct text n = words_count(a, f->paid_today_orders, "order", "orders");
    struct text sum = words_money(a, f->paid_today_minor, f->currency), than = words_money(a, f->compare_minor, f->currency);
    struct today_line l = { TODAY_PACE, f->paid_today_orders, f->paid_today_minor, false, { .rule = "pace" } };
    if (text_empty(f->compare_en)) {
        l.reason.en = arena_printf(a, "Paid so far today: %.*s from %.*s.", N(sum), N(n));
        l.reason.zh = arena_printf(a, "今日已付款 %.*s，共 %" PRId64 " 单。", N(sum), f->paid_today_orders);
    } else {
        l.reason.en = arena_printf(a, "Paid so far today: %.*s from %.*s; %.*s: %.*s.", N(sum), N(n), N(f->compare_en), N(than));
        l.reason.zh = arena_printf(a, "今日已付款 %.*s，共 %" PRId64 " 单；%.*s：%.*s。", N(sum), f->paid_today_orders, N(f->compare_zh),
                                   N(than));
    }
    return l;
}

static struct today_line line_nothing(const struct today_facts *f)
{
    struct today_line l = { TODAY_NOTHING, 0, 0, false, { "nothing-due", TEXT("Nothing is due now."), TEXT("现在没有要处理的事。") } };
    if (f->held_count > 0) {
        l.reason.en = TEXT("Nothing is due now; held reminders wait for their time.");
        l.reason.zh = TEXT("现在没有要处理的事；暂缓的催付到点再办。");
    }
    return l;
}

int today_lines(struct arena *a, const struct policy *p, const struct today_facts *f, struct today_line ret[LIMIT_TODAY_LINES])
{
    struct today_line all[9];
    int n = 0;
    bool no_data = f->feed_age_s == INT64_MAX, dark = f->feed_age_s > p->feed_stale_after_s;
    bool event = f->moment.phase == PHASE_EVENT; /* then an unpaid order is money that leaves within the hour */

    if (dark) all[n++] = line_import(a, f);
    if (f->interrupted_imports > 0) all[n++] = line_interrupted(a, f);
    if (event && f->remind_count > 0) all[n++] = line_remind(a, f);
    if (f->late_count > 0 && !f->shipping_unknown) all[n++] = line_late(a, f);
    if (!event && f->remind_count > 0) all[n++] = line_remind(a, f);
    if (f->pick_count > 0) all[n++] = line_pick(a, f);
    bool mend = n == 0 && f->quarantine_rows > 0; /* the only thing to do */
    if (mend) all[n++] = line_quarantine(a, f);
    if (n == 0) all[n++] = line_nothing(f);
    if (f->held_count > 0) all[n++] = line_held(a, p, f);
    if (!mend && f->quarantine_rows > 0) all[n++] = line_quarantine(a, f);
    if (!no_data) all[n++] = line_pace(a, f);
    assert(n <= (int)(sizeof all / sizeof all[0]));

    if (n > LIMIT_TODAY_LINES) n = LIMIT_TODAY_LINES;
    for (int i = 0; i < n; i++) ret[i] = all[i];
    return n;
}
