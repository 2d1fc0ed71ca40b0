/* How many orders and visitors each hour of the demo year brings: a shop's ordinary week and day, the seasons of tea, the two
 * campaigns and the smaller sales between them, and the quiet of the Spring Festival.  The sum is scaled to the size asked for. */
#include <math.h>
#include "desk/demo_world.h"

/* Before the campaign of a year ago lie its warm-up and some ordinary weeks. */
enum { LEAD_DAYS = 36 };

/* ---- the Spring Festival ---- */

/* New Year's Day of the lunar calendar; carriers rest from three days before to seven after. */
static const struct { int year, month, day; } spring_festivals[] = {
    { 2024, 2, 10 }, { 2025, 1, 29 }, { 2026, 2, 17 }, { 2027, 2, 6 },  { 2028, 1, 26 }, { 2029, 2, 13 },
    { 2030, 2, 3 },  { 2031, 1, 23 }, { 2032, 2, 11 }, { 2033, 1, 31 }, { 2034, 2, 19 }, { 2035, 2, 8 },
};

/* Days from the nearest Spring Festival, negative before it; 999 when none is near. */
static int64_t spring_festival_distance(int64_t day)
{
    for (size_t i = 0; i < sizeof spring_festivals / sizeof spring_festivals[0]; i++) {
        int64_t d = day - days_from_civil(spring_festivals[i].year, spring_festivals[i].month, spring_festivals[i].day);
        if (d > -60 && d < 60) return d;
    }
    return 999;
}

/* ---- campaigns ---- */

/* The sale that a shop would be in at a time of the year; from is month * 100 + day. */
static const struct { int from; const char *en, *zh; } sales[] = {
    { 0, "New Year Opening Sale", "开年焕新季" }, /* from the Spring Festival on */
    { 101, "New Year Goods Festival", "年货节" }, { 211, "3.8 Festival", "3·8焕新节" },  { 316, "Spring Tea Festival", "春茶节" },
    { 426, "5.5 Shopping Festival", "五五购物节" }, { 520, "6.18", "6·18" },            { 701, "Summer Sale", "夏日清凉季" },
    { 801, "8.8 Members' Festival", "88会员节" }, { 825, "9.9 Sale", "9·9大促" },       { 916, "Autumn Gift Season", "金秋茶礼季" },
    { 1015, "Double 11", "双11" },                { 1113, "Double 11 encore", "双11返场" },  { 1201, "Double 12", "双12" },
};

/* The same wall clock a year earlier; 29 February becomes the 28th. */
static int64_t year_before(const struct zone *z, int64_t at_ms)
{
    struct civil c = zone_civil(z, at_ms);
    int64_t ret = 0;
    c.year--;
    if (!civil_valid(&c)) c.day = 28;
    (void)zone_instant(z, &c, &ret);
    return ret;
}

/* 27 days of build-up, 14 of warm-up, 2 of event, 8 of review, as a seller planned Double 11 2020. */
static struct campaign campaign_from(int sale, int64_t event_from_ms)
{
    return (struct campaign){
        .name_en = text_from_cstr(sales[sale].en),
        .name_zh = text_from_cstr(sales[sale].zh),
        .build_up_from_ms = event_from_ms - 41 * MS_PER_DAY,
        .warm_up_from_ms = event_from_ms - 14 * MS_PER_DAY,
        .event_from_ms = event_from_ms,
        .event_until_ms = event_from_ms + 2 * MS_PER_DAY,
        .review_until_ms = event_from_ms + 10 * MS_PER_DAY,
    };
}

/* The event under way began yesterday at 20:00, as sales on Tmall do: it is in its first day until 20:00, then in its second. */
void demo_campaigns(struct demo_world *w)
{
    struct civil now = zone_civil(w->zone, w->now_ms);
    int sale = 0, date = now.month * 100 + now.day;
    for (int i = 0; i < (int)(sizeof sales / sizeof sales[0]); i++)
        if (sales[i].from <= date) sale = i;
    int64_t festival = spring_festival_distance(zone_day(w->zone, w->now_ms));
    if (sale == 1 && festival >= -3 && festival < 60) sale = 0;
    int64_t from_ms = zone_day_start_ms(w->zone, zone_day(w->zone, w->now_ms)) - 4 * MS_PER_HOUR;
    w->campaigns[0] = campaign_from(sale, year_before(w->zone, from_ms));
    w->campaigns[1] = campaign_from(sale, from_ms);
    w->from_ms = zone_day_start_ms(w->zone, zone_day(w->zone, w->campaigns[0].event_from_ms) - LEAD_DAYS);
}

bool demo_in_event(const struct demo_world *w, int64_t at_ms)
{
    for (int i = 0; i < DEMO_CAMPAIGNS; i++)
        if (at_ms >= w->campaigns[i].event_from_ms && at_ms < w->campaigns[i].event_until_ms) return true;
    return false;
}

/* ---- demand ---- */

/* Shares of the day's orders and of its visitors by local hour: few from 2 to 8, most from 20 to 24. */
static const double order_share[24] = { .028, .012, .006, .004, .003, .004, .008, .014, .027, .045, .058, .056,
                                        .058, .062, .060, .059, .056, .047, .046, .056, .075, .082, .080, .054 };
static const double visitor_share[24] = { .040, .021, .012, .008, .007, .008, .013, .023, .032, .039, .044, .043,
                                          .043, .048, .048, .048, .046, .041, .045, .060, .077, .089, .089, .076 };
static const double weekday_factor[7] = { 1.08, 1.02, 1.00, .99, .98, .96, .97 }; /* from Sunday */
static const double month_factor[12] = { 1.12, .88, 1.02, 1.14, 1.05, .96, .86, .88, 1.10, 1.02, 1.06, 1.10 };

/* Sales of the platform's calendar that this shop only takes part in: their last and main day, days, factor of the main one. */
static const struct { int month, day, days; double factor; } side_sales[] = {
    { 6, 18, 3, 3.6 }, { 11, 11, 2, 6.5 }, { 12, 12, 1, 2.6 }, { 3, 8, 2, 1.8 }, { 9, 9, 2, 1.5 }, { 1, 12, 4, 1.6 },
};

static double side_sale_factor(const struct demo_world *w, int64_t day)
{
    for (int i = 0; i < DEMO_CAMPAIGNS; i++) {
        int64_t away = day - zone_day(w->zone, w->campaigns[i].event_from_ms);
        if (away > -4 && away < 8) return 1; /* the campaign is the sale then */
    }
    int year, month, dom;
    civil_from_days(day, &year, &month, &dom);
    for (size_t i = 0; i < sizeof side_sales / sizeof side_sales[0]; i++)
        if (month == side_sales[i].month && dom <= side_sales[i].day && dom > side_sales[i].day - side_sales[i].days)
            return dom == side_sales[i].day ? side_sales[i].factor : 1 + .5 * (side_sales[i].factor - 1);
    return 1;
}

bool demo_on_sale(const struct demo_world *w, int64_t at_ms)
{
    return demo_in_event(w, at_ms) || side_sale_factor(w, zone_day(w->zone, at_ms)) > 2;
}

/* A campaign's pull at an instant: buyers wait before it, rush in its first hour and its last ones, and rest after it. */
static double campaign_factor(const struct campaign *c, int64_t at_ms)
{
    double h = (double)(at_ms - c->event_from_ms) / (double)MS_PER_HOUR;
    if (h < -14 * 24 || h >= 10 * 24) return 1;
    if (h < -4 * 24) return 1.03;
    if (h < -24) return .85;
    if (h < 0) return .62;
    if (h < 1) return 22;
    if (h < 2) return 12;
    if (h < 4) return 7;
    if (h < 44) return 4.4;
    if (h < 48) return 8;
    return h < 4 * 24 ? .7 : .92;
}

/* Visitors come for the sale before they buy in it. */
static double campaign_visitor_factor(const struct campaign *c, int64_t at_ms)
{
    double h = (double)(at_ms - c->event_from_ms) / (double)MS_PER_HOUR, orders = campaign_factor(c, at_ms);
    if (h >= -4 * 24 && h < 0) return 1.7;
    return orders > 1 ? pow(orders, .75) : orders;
}

double demo_season_weight(enum demo_season season, const struct demo_world *w, int64_t at_ms)
{
    int month = zone_civil(w->zone, at_ms).month;
    int64_t festival = spring_festival_distance(zone_day(w->zone, at_ms));
    switch (season) {
    case SEASON_ALWAYS: return 1;
    case SEASON_SPRING: return month >= 3 && month <= 5 ? 2.4 : .7;
    case SEASON_SUMMER: return month >= 5 && month <= 9 ? 1.9 : .35;
    case SEASON_WINTER: return month >= 10 || month <= 2 ? 1.5 : .5;
    case SEASON_GIFT: return (festival > -32 && festival < -3) || month == 9 ? 2.6 : demo_in_event(w, at_ms) ? 1.4 : .6;
    }
    return 1;
}

/* What holds for a whole day. */
static double day_factor(const struct demo_world *w, struct prng *p, int64_t day)
{
    int year, month, dom;
    civil_from_days(day, &year, &month, &dom);
    int64_t festival = spring_festival_distance(day), first = zone_day(w->zone, w->from_ms);
    double factor = weekday_factor[((day + 4) % 7 + 7) % 7] * month_factor[month - 1] * side_sale_factor(w, day);
    bool in_campaign = false;
    for (int i = 0; i < DEMO_CAMPAIGNS; i++) {
        int64_t away = day - zone_day(w->zone, w->campaigns[i].event_from_ms);
        in_campaign = in_campaign || (away > -15 && away < 11);
    }
    if (festival >= -3 && festival <= 7 && !in_campaign) factor *= .34;
    else if (festival >= -25 && festival <= -8) factor *= 1.3;
    factor *= .86 + .26 * (double)(day - first) / 400;        /* the shop grows */
    return factor * exp(.11 * prng_normal(p));                /* and no two days are alike */
}

static void fill_traffic(struct prng *p, struct demo_hour *h, double visitors, bool before_event)
{
    h->visitors = (int64_t)prng_poisson(p, visitors);
    double seen = (double)h->visitors;
    h->views = h->visitors + (int64_t)prng_poisson(p, seen * 2.3);
    h->carts = (int64_t)prng_poisson(p, seen * (before_event ? .19 : .085));
    h->favourites = (int64_t)prng_poisson(p, seen * (before_event ? .11 : .06));
}

bool demo_demand(struct arena *a, struct prng *p, int64_t orders_per_year, struct demo_world *w)
{
    int64_t span_ms = w->now_ms - w->from_ms, year_from_ms = w->now_ms - 365 * MS_PER_DAY;
    int n = (int)(span_ms / MS_PER_HOUR) + 1;
    double *visitors = ARENA_ARRAY(a, double, (size_t)n), year = 0, factor = 1;
    w->hours = ARENA_ARRAY(a, struct demo_hour, (size_t)n);
    if (!visitors || !w->hours) return false;
    int64_t day = INT64_MIN;
    for (int i = 0; i < n; i++) {
        struct demo_hour *h = &w->hours[i];
        h->start_ms = w->from_ms + i * MS_PER_HOUR;
        if (zone_day(w->zone, h->start_ms) != day) {
            day = zone_day(w->zone, h->start_ms);
            factor = day_factor(w, p, day);
        }
        int hour = zone_civil(w->zone, h->start_ms).hour;
        h->orders = factor * order_share[hour];
        visitors[i] = factor * visitor_share[hour];
        for (int k = 0; k < DEMO_CAMPAIGNS; k++) {
            h->orders *= campaign_factor(&w->campaigns[k], h->start_ms);
            visitors[i] *= campaign_visitor_factor(&w->campaigns[k], h->start_ms);
        }
        if (h->start_ms >= year_from_ms) year += h->orders;
    }
    double scale = (double)orders_per_year / year;
    for (int i = 0; i < n; i++) {
        int64_t to_event_ms = w->campaigns[1].event_from_ms - w->hours[i].start_ms, to_first_ms = w->campaigns[0].event_from_ms - w->hours[i].start_ms;
        bool before = (to_event_ms > 0 && to_event_ms < 10 * MS_PER_DAY) || (to_first_ms > 0 && to_first_ms < 10 * MS_PER_DAY);
        w->hours[i].orders *= scale;
        fill_traffic(p, &w->hours[i], visitors[i] * scale * 27, before); /* some 3.6 of a hundred visitors order */
    }
    w->hour_count = n;
    return true;
}
