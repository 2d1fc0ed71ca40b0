/* Which hour it is in the event, and whether what a text claims is true at that instant. */
#include <assert.h>
#include <inttypes.h>
#include "core/contact/texts.h"
#include "core/words.h"

enum { RUSH_UNTIL_MIN = 90, EVENING_FROM_MIN = 20 * 60, SOLD_COUNT_MIN = 11 };

struct text_facts text_facts_none(int64_t now_ms, const struct zone *zone, struct text shop_name)
{
    return (struct text_facts){ .now_ms = now_ms, .zone = zone, .shop_name = shop_name, .event_from_ms = INSTANT_NONE, .event_until_ms = INSTANT_NONE,
                                .stock_pieces = -1, .stock_low_at = -1, .sold_pieces = -1, .amount_minor = -1, .pay_until_ms = INSTANT_NONE };
}

void text_facts_of_words(struct text_facts *f, const struct shop_word *words, int n)
{
    for (int i = 0; i < n; i++) {
        const struct text name = words[i].name, value = words[i].value;
        const bool yes = text_is(value, "yes");
        if (text_is(name, "closes_on_sold_out")) f->closes_on_sold_out = yes;
        else if (text_is(name, "event_official")) f->event_official = yes;
        else if (text_is(name, "event_closes_30m")) f->event_closes_30m = yes;
        else if (text_is(name, "ships_by_payment")) f->ships_by_payment = yes;
        else if (text_is(name, "stock_low_at")) (void)text_to_i64(value, &f->stock_low_at);
        else if (text_is(name, "sms_per_1000_minor")) (void)text_to_i64(value, &f->sms_per_1000_minor);
    }
}

static bool event_runs(const struct text_facts *f)
{
    return f->event_from_ms != INSTANT_NONE && f->now_ms >= f->event_from_ms && f->now_ms < f->event_until_ms;
}

int text_window_at(const struct text_facts *f)
{
    const int minute = zone_minute(f->zone, f->now_ms);
    if (event_runs(f) && minute < RUSH_UNTIL_MIN) return WINDOW_RUSH;
    if (f->event_until_ms != INSTANT_NONE && f->now_ms >= f->event_until_ms
        && zone_day(f->zone, f->now_ms) == zone_day(f->zone, f->event_until_ms - 1) + 1)
        return WINDOW_DAY_AFTER;
    return minute >= EVENING_FROM_MIN ? WINDOW_EVENING : WINDOW_CALM;
}

/* ---- claims: true or not, with the sentence either way ---- */

static struct reason known_not(const char *rule, struct text en, struct text zh) { return (struct reason){ rule, en, zh }; }

static bool stock_low(struct arena *a, const struct text_facts *f, struct reason *ret)
{
    const bool known = f->stock_pieces >= 0 && f->stock_low_at >= 0, low = known && f->stock_pieces > 0 && f->stock_pieces <= f->stock_low_at;
    if (f->stock_low_at < 0)
        *ret = known_not("stock_low", TEXT("The shop has not said from how many pieces down stock counts as low."), TEXT("本店还没有设定库存剩多少件起算“不多”。"));
    else if (f->stock_pieces < 0)
        *ret = known_not("stock_low", TEXT("Nothing tells how many of it are in stock."), TEXT("没有数据说明这一款还有多少库存。"));
    else if (f->stock_pieces == 0)
        *ret = known_not("stock_low", TEXT("It is sold out; nobody should be asked to pay for it."), TEXT("这一款已经没有库存，不应再催付款。"));
    else
        *ret = (struct reason){ "stock_low", arena_printf(a, "%" PRId64 " in stock; low is %" PRId64 " or fewer.", f->stock_pieces, f->stock_low_at),
                                arena_printf(a, "现有 %" PRId64 " 件，%" PRId64 " 件及以下算不多。", f->stock_pieces, f->stock_low_at) };
    return low;
}

static bool closes_30m(const struct text_facts *f, struct reason *ret)
{
    const bool holds = event_runs(f) && f->event_official && f->event_closes_30m;
    *ret = holds ? known_not("closes_30m", TEXT("An official event runs, and its rule closes unpaid orders after 30 minutes."), TEXT("官方活动正在进行，规则是下单 30 分钟未付款即关闭。"))
                 : known_not("closes_30m", TEXT("No official event runs that closes unpaid orders after 30 minutes."), TEXT("现在没有“30 分钟未付款即关闭”的官方活动。"));
    return holds;
}

static bool ships_by_payment(const struct text_facts *f, struct reason *ret)
{
    const bool late = zone_minute(f->zone, f->now_ms) >= EVENING_FROM_MIN;
    if (late)
        *ret = known_not("ships_by_payment", TEXT("From 20:00 on nobody is told that an early payment ships early: too many are ahead by then."), TEXT("20 点以后不说“早付早发”：前面排队的订单已经太多。"));
    else if (f->ships_by_payment)
        *ret = known_not("ships_by_payment", TEXT("The shop ships in the order of payment."), TEXT("本店按付款先后发货。"));
    else
        *ret = known_not("ships_by_payment", TEXT("The shop has not said that it ships in the order of payment."), TEXT("本店没有确认按付款先后发货。"));
    return f->ships_by_payment && !late;
}

static bool sold_count(struct arena *a, const struct text_facts *f, struct reason *ret)
{
    if (f->sold_pieces < 0)
        *ret = known_not("sold_count", TEXT("Nothing tells how many of it were sold."), TEXT("没有数据说明这一款卖出了多少件。"));
    else
        *ret = (struct reason){ "sold_count", arena_printf(a, "%" PRId64 " sold by the shop's own count; told from %d on.", f->sold_pieces, SOLD_COUNT_MIN),
                                arena_printf(a, "本店实际卖出 %" PRId64 " 件；满 %d 件才说。", f->sold_pieces, SOLD_COUNT_MIN) };
    return f->sold_pieces >= SOLD_COUNT_MIN;
}

bool text_claim_holds(struct arena *a, enum text_claim claim, const struct text_facts *f, struct reason *ret)
{
    switch (claim) {
    case SAYS_STOCK_LOW: return stock_low(a, f, ret);
    case SAYS_CLOSES_ON_SOLD_OUT:
        *ret = f->closes_on_sold_out ? known_not("closes_on_sold_out", TEXT("Unpaid orders are closed when the goods are sold out."), TEXT("售完时未付款的订单会被关闭。"))
                                     : known_not("closes_on_sold_out", TEXT("The shop has not said that unpaid orders are closed when the goods are sold out."), TEXT("本店没有确认售完会关闭未付款订单。"));
        return f->closes_on_sold_out;
    case SAYS_CLOSES_30M: return closes_30m(f, ret);
    case SAYS_SHIPS_BY_PAYMENT: return ships_by_payment(f, ret);
    case SAYS_SOLD_COUNT: return sold_count(a, f, ret);
    case SAYS_PACKED:
        *ret = f->packed ? known_not("packed", TEXT("The order is packed."), TEXT("这一单已经打包。"))
                         : known_not("packed", TEXT("Nothing says that the order is packed; say what is reserved and until when instead."), TEXT("没有记录说明这一单已打包；请改为说明保留到什么时候。"));
        return f->packed;
    }
    assert(!"a claim that is none");
    return false;
}
