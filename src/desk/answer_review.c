/* A period: its figures, beside the period before, what drove the change, and the tables. */
#include <assert.h>
#include <inttypes.h>
#include "core/review/drivers.h"
#include "core/words.h"
#include "desk/answer_json.h"

enum { REVIEW_DAYS_MAX = 800, PRODUCTS_MAX = 50, FACTORS = 4 };

bool answer_day_parse(struct text s, int64_t *ret_day)
{
    struct civil c;
    int32_t offset_s;
    if (s.len != 10 || s.ptr[4] != '-' || s.ptr[7] != '-' || !civil_parse(s, &c, &offset_s)) return false;
    *ret_day = days_from_civil(c.year, c.month, c.day);
    return true;
}

/* Rounded half away from zero; CLAIM_NONE without a divisor. */
static int64_t divide(int64_t a, int64_t b)
{
    if (b == 0) return CLAIM_NONE;
    return a >= 0 ? (a + b / 2) / b : -((-a + b / 2) / b);
}

static int64_t share_bp(int64_t part, int64_t whole)
{
    return whole == 0 ? CLAIM_NONE : divide(part * 10000, whole);
}

static struct period period_of(const struct answer *w, int64_t from_day, int64_t to_day)
{
    const struct zone *z = w->ask->shop->zone;
    return (struct period){ zone_day_start_ms(z, from_day), zone_day_start_ms(z, to_day), from_day, to_day };
}

/* ---- drivers ---- */

struct factor { const char *name; struct text en, zh; double before, after; };

static double ratio(int64_t a, int64_t b)
{
    return b == 0 ? 0 : (double)a / (double)b;
}

/* kept = visitors x paid orders per visitor x paid per paid order x kept share; without traffic figures for every day of both
 * periods, orders x paid share instead of the first two. */
static void factors_of(const struct period_sums *before, const struct period_sums *after, bool traffic, struct factor ret[FACTORS])
{
    if (traffic) {
        ret[0] = (struct factor){ "visitors", TEXT("Visitors"), TEXT("访客数"), (double)before->visitors, (double)after->visitors };
        ret[1] = (struct factor){ "paid_share", TEXT("Paid orders per visitor"), TEXT("支付转化率"),
                                  ratio(before->paid_orders, before->visitors), ratio(after->paid_orders, after->visitors) };
    } else {
        ret[0] = (struct factor){ "orders", TEXT("Orders"), TEXT("下单数"), (double)before->orders, (double)after->orders };
        ret[1] = (struct factor){ "paid_share", TEXT("Share of orders paid"), TEXT("付款率"), ratio(before->paid_orders, before->orders),
                                  ratio(after->paid_orders, after->orders) };
    }
    ret[2] = (struct factor){ "average", TEXT("Average paid order"), TEXT("客单价"), ratio(before->paid_minor, before->paid_orders),
                              ratio(after->paid_minor, after->paid_orders) };
    ret[3] = (struct factor){ "kept_share", TEXT("Share kept after refunds"), TEXT("退款后留存比例"), ratio(before->kept_minor, before->paid_minor),
                              ratio(after->kept_minor, after->paid_minor) };
}

static json_t *drivers_reason(struct answer *w, const struct factor *f, const int64_t *effect, int64_t delta)
{
    int most = 0;
    for (int i = 1; i < FACTORS; i++)
        if (llabs(effect[i]) > llabs(effect[most])) most = i;
    struct currency c = w->ask->shop->currency;
    struct text change = words_money(&w->arena, delta < 0 ? -delta : delta, c);
    struct text effect_text = words_money(&w->arena, effect[most] < 0 ? -effect[most] : effect[most], c);
    struct text en, zh;
    if (delta == 0 && effect[most] == 0) {
        en = TEXT("Kept as much as in the period before.");
        zh = TEXT("实际留下的金额与上一周期持平。");
    } else {
        en = arena_printf(&w->arena, "Kept %.*s %s than in the period before; the largest part: %.*s, %s%.*s.", (int)change.len, change.ptr,
                          delta < 0 ? "less" : "more", (int)f[most].en.len, f[most].en.ptr, effect[most] < 0 ? "-" : "+",
                          (int)effect_text.len, effect_text.ptr);
        zh = arena_printf(&w->arena, "比上一周期%s留下 %.*s，影响最大的是%.*s（%s%.*s）。", delta < 0 ? "少" : "多", (int)change.len, change.ptr,
                          (int)f[most].zh.len, f[most].zh.ptr, effect[most] < 0 ? "-" : "+", (int)effect_text.len, effect_text.ptr);
    }
    return json_words(en, zh);
}

static json_t *drivers_json(struct answer *w, const struct period_sums *before, const struct period_sums *after, int64_t days)
{
    struct factor f[FACTORS];
    double x0[FACTORS], x1[FACTORS];
    int64_t effect[FACTORS];
    bool shapley, traffic = before->traffic_hours >= days && after->traffic_hours >= days && before->visitors > 0 && after->visitors > 0;

    if (before->orders == 0 || after->orders == 0 || before->kept_minor < 0 || after->kept_minor < 0) return json_null();
    if (!(w->ask->mask & ANSWER_MONEY)) return json_null();
    factors_of(before, after, traffic, f);
    for (int i = 0; i < FACTORS; i++) {
        x0[i] = f[i].before;
        x1[i] = f[i].after;
    }
    drivers_minor(x0, x1, FACTORS, before->kept_minor, after->kept_minor, effect, &shapley);
    json_t *o = json_object(), *list = json_array();
    for (int i = 0; i < FACTORS; i++) {
        json_t *row = json_object();
        put(w, row, "name", json_string(f[i].name));
        put(w, row, "en", json_text(f[i].en));
        put(w, row, "zh", json_text(f[i].zh));
        put(w, row, "before", json_real(f[i].before));
        put(w, row, "after", json_real(f[i].after));
        put(w, row, "effect", json_money(w, effect[i]));
        push(w, list, row);
    }
    put(w, o, "method", json_string(shapley ? "shapley" : "lmdi"));
    put(w, o, "delta", json_money(w, after->kept_minor - before->kept_minor));
    put(w, o, "factors", list);
    put(w, o, "reason", drivers_reason(w, f, effect, after->kept_minor - before->kept_minor));
    return o;
}

/* ---- tables ---- */

static void put_figures(struct answer *w, json_t *row, const struct hour_sum *h)
{
    put(w, row, "orders", json_integer(h->orders));
    put(w, row, "paid", json_integer(h->paid_orders));
    put(w, row, "total", json_minor(w, h->total_minor));
    put(w, row, "kept", json_minor(w, h->kept_minor));
}

static void add_hour(struct hour_sum *to, const struct hour_sum *h)
{
    to->orders += h->orders;
    to->paid_orders += h->paid_orders;
    to->total_minor += h->total_minor;
    to->kept_minor += h->kept_minor;
}

static void put_days_and_hours(struct answer *w, json_t *o, const struct period *p)
{
    const struct zone *z = w->ask->shop->zone;
    int64_t n, days = p->to_day - p->from_day;
    struct hour_sum *hours, by_hour[24] = { { 0 } }, *by_day = ARENA_ARRAY(&w->arena, struct hour_sum, (size_t)days);
    json_t *day_list = json_array(), *hour_list = json_array();

    if (by_day && query_hours(w->ask->store, w->ask->shop, &w->arena, p->from_ms, p->to_ms, &hours, &n)) {
        for (int64_t i = 0; i < n; i++) {
            int64_t day = zone_day(z, hours[i].hour_start_ms) - p->from_day;
            assert(day >= 0 && day < days);
            add_hour(&by_day[day], &hours[i]);
            add_hour(&by_hour[zone_civil(z, hours[i].hour_start_ms).hour], &hours[i]);
        }
        for (int64_t d = 0; d < days; d++) {
            json_t *row = json_object();
            put(w, row, "day", json_day(p->from_day + d));
            put_figures(w, row, &by_day[d]);
            push(w, day_list, row);
        }
        for (int h = 0; h < 24; h++) {
            json_t *row = json_object();
            put(w, row, "hour", json_integer(h));
            put_figures(w, row, &by_hour[h]);
            push(w, hour_list, row);
        }
    } else {
        w->failed = true;
    }
    put(w, o, "by_day", day_list);
    put(w, o, "by_hour", hour_list);
}

static json_t *regions_json(struct answer *w, const struct period *p)
{
    struct region_sum *rows;
    int64_t n;
    json_t *list = json_array();
    if (!query_regions(w->ask->store, w->ask->shop, &w->arena, p, &rows, &n)) {
        w->failed = true;
        return list;
    }
    for (int64_t i = 0; i < n; i++) {
        json_t *row = json_object();
        put(w, row, "region", json_stringn_nocheck(rows[i].region.ptr ? rows[i].region.ptr : "", rows[i].region.len));
        put(w, row, "orders", json_integer(rows[i].orders));
        put(w, row, "paid", json_integer(rows[i].paid_orders));
        put(w, row, "total", json_minor(w, rows[i].total_minor));
        put(w, row, "kept", json_minor(w, rows[i].kept_minor));
        push(w, list, row);
    }
    return list;
}

static json_t *products_json(struct answer *w, const struct period *p)
{
    struct product_sum *rows;
    int64_t n;
    json_t *list = json_array();
    if (!query_products(w->ask->store, w->ask->shop, &w->arena, p, PRODUCTS_MAX, &rows, &n)) {
        w->failed = true;
        return list;
    }
    for (int64_t i = 0; i < n; i++) {
        json_t *row = json_object();
        put(w, row, "product", json_text(rows[i].product));
        put(w, row, "title", json_text(rows[i].title));
        put(w, row, "pieces", json_integer(rows[i].pieces));
        put(w, row, "paid_minor", json_minor(w, rows[i].paid_minor));
        put(w, row, "lines", json_integer(rows[i].lines));
        push(w, list, row);
    }
    return list;
}

/* ---- figures ---- */

static json_t *traffic_json(struct answer *w, const struct period_sums *s)
{
    if (s->traffic_hours == 0) return json_null();
    json_t *o = json_object();
    put(w, o, "visitors", json_integer(s->visitors));
    put(w, o, "views", json_integer(s->views));
    put(w, o, "carts", json_integer(s->carts));
    put(w, o, "favourites", json_integer(s->favourites));
    put(w, o, "conversion_bp", json_count(share_bp(s->paid_orders, s->visitors)));
    return o;
}

static json_t *compare_json(struct answer *w, const struct period *p, const struct period_sums *s)
{
    json_t *o = json_object();
    put(w, o, "from", json_day(p->from_day));
    put(w, o, "to", json_day(p->to_day));
    put(w, o, "orders", json_integer(s->orders));
    put(w, o, "paid", json_integer(s->paid_orders));
    put(w, o, "kept", json_money(w, s->kept_minor));
    put(w, o, "average", json_money(w, divide(s->paid_minor, s->paid_orders)));
    put(w, o, "paid_share_bp", json_count(share_bp(s->paid_orders, s->orders)));
    return o;
}

static json_t *review_json(struct answer *w, const struct review_ask *r)
{
    const struct answer_ask *q = w->ask;
    int64_t days = r->to_day - r->from_day;
    struct period p = period_of(w, r->from_day, r->to_day), before_p = period_of(w, r->from_day - days, r->from_day);
    struct period_sums s, before;
    if (!query_period(q->store, q->shop, &p, &s) || (r->compare && !query_period(q->store, q->shop, &before_p, &before))) {
        w->failed = true;
        return NULL;
    }
    json_t *o = json_object();
    put(w, o, "from", json_day(r->from_day));
    put(w, o, "to", json_day(r->to_day));
    put_age(w, o);
    put(w, o, "orders", json_integer(s.orders));
    put(w, o, "unpaid", json_integer(s.orders - s.paid_orders));
    put(w, o, "paid", json_integer(s.paid_orders));
    put(w, o, "refunded_orders", json_integer(s.refunded_orders));
    put(w, o, "cancelled", json_integer(s.cancelled_orders));
    put(w, o, "min_orders", json_integer(q->policy->score_min_orders));
    put(w, o, "enough", json_boolean(s.orders >= q->policy->score_min_orders));
    put(w, o, "customers", s.customers == 0 && s.orders > 0 ? json_null() : json_integer(s.customers)); /* no source named a buyer */
    put(w, o, "total", json_money(w, s.total_minor));
    put(w, o, "paid_amount", json_money(w, s.paid_minor));
    put(w, o, "refund", json_money(w, s.refund_minor));
    put(w, o, "kept", json_money(w, s.kept_minor));
    put(w, o, "average", json_money(w, divide(s.paid_minor, s.paid_orders)));
    put(w, o, "paid_share_bp", json_count(share_bp(s.paid_orders, s.orders)));
    put(w, o, "refund_share_bp", json_count(share_bp(s.refunded_orders, s.paid_orders)));
    put(w, o, "compare", r->compare ? compare_json(w, &before_p, &before) : json_null());
    put(w, o, "drivers", r->compare ? drivers_json(w, &before, &s, days) : json_null());
    put_days_and_hours(w, o, &p);
    put(w, o, "by_region", regions_json(w, &p));
    put(w, o, "by_product", products_json(w, &p));
    put(w, o, "traffic", traffic_json(w, &s));
    return o;
}

json_t *answer_review(const struct answer_ask *q, const struct review_ask *r, enum answer_error *ret_error)
{
    struct answer w;
    json_t *o = NULL;
    *ret_error = ANSWER_OK;
    if (r->from_day >= r->to_day || r->to_day - r->from_day > REVIEW_DAYS_MAX ||
        (r->from_day - REVIEW_DAYS_MAX) * MS_PER_DAY < INSTANT_FIRST_MS || r->to_day * MS_PER_DAY > INSTANT_LAST_MS) {
        *ret_error = ANSWER_BAD_PERIOD;
        return NULL;
    }
    if (answer_begin(&w, q)) o = review_json(&w, r);
    return answer_end(&w, o, ret_error);
}
