/* The best first delay of a payment reminder for this shop, from its own payment times, beside the field's 30 minutes. */
#include <inttypes.h>
#include <math.h>
#include "core/run/lift.h"
#include "core/words.h"
#include "desk/answer_json.h"

/* Delays at which the curve is told: what people would choose from. */
static const int64_t curve_at_s[] = { 0, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21600, 43200 };
static const int64_t compared_at_s[] = { 0, 1800, 3600 };
enum { WASTED_STRENGTH = 50 }; /* orders that the shop's own share counts as, beside a group's */
enum { DETAIL_POINTS = 72, DETAIL_FROM_S = 10, MONTH_DAYS = 30 };

struct delay_answer {
    struct answer w;
    const struct delay_ask *d;
    struct payment_curve curve;
    struct delay_terms terms;
    int64_t best_ms, reminded;
    int64_t latest_ms;           /* the latest fact: the days that are looked at end there, so that an old export tells as much as a live shop */
    double best_value;
    bool cut;                    /* reminded orders are seen until their reminder only */
};

/* What is asked for, the policy's terms where nothing is. */
static struct delay_ask delay_asked(const struct delay_ask *d, const struct policy *p)
{
    struct delay_ask r = *d;
    if (r.margin_bp < 0) r.margin_bp = p->margin_bp;
    if (r.cost_minor < 0) r.cost_minor = p->contact_cost_minor;
    if (r.persuasion < 0) r.persuasion = (double)p->persuasion_bp / 10000;
    if (r.decay_h < 0) r.decay_h = (double)p->persuasion_decay_s * MS_PER_S / (double)MS_PER_HOUR;
    return r;
}

static struct delay_terms terms_of(const struct delay_ask *d, const struct payment_curve *c)
{
    return (struct delay_terms){ .margin = c->mean_total_minor * (double)d->margin_bp / 10000, .cost = (double)d->cost_minor,
                                 .persuasion = d->persuasion, .decay_ms = d->decay_h * (double)MS_PER_HOUR };
}

static json_t *point_json(const struct delay_answer *x, int64_t delay_ms)
{
    return json_pack("{s:I, s:f, s:f, s:f}", "delay_s", (json_int_t)(delay_ms / MS_PER_S), "value_minor", delay_value(&x->curve, &x->terms, delay_ms),
                     "unpaid_share", payment_curve_unpaid(&x->curve, delay_ms), "wasted_share", payment_curve_wasted(&x->curve, delay_ms));
}

static json_t *points_json(struct delay_answer *x, const int64_t *at_s, size_t n, bool with_loss)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++) {
        json_t *o = point_json(x, at_s[i] * MS_PER_S);
        const double value = delay_value(&x->curve, &x->terms, at_s[i] * MS_PER_S);
        if (with_loss) put(&x->w, o, "loss_share", x->best_value > 0 ? json_real((x->best_value - value) / x->best_value) : json_null());
        push(&x->w, list, o);
    }
    return list;
}

static json_t *bands_json(struct delay_answer *x, const struct payment_times *times, int64_t window_ms)
{
    struct delay_band bands[DELAY_BANDS_MAX];
    int n;
    json_t *list = json_array();
    if (!delay_bands(&x->w.arena, times->times, (size_t)times->n, bands, &n)) {
        x->w.failed = true;
        return list;
    }
    for (int i = 0; i < n; i++) {
        const struct delay_terms terms = terms_of(x->d, &bands[i].curve);
        const int64_t best_ms = delay_best(&bands[i].curve, &terms, window_ms);
        json_t *o = json_pack("{s:I, s:I, s:f}", "orders", (json_int_t)bands[i].curve.orders, "best_delay_s", (json_int_t)(best_ms / MS_PER_S),
                              "wasted_at_best", payment_wasted_shrunk(&bands[i].curve, &x->curve, best_ms, WASTED_STRENGTH));
        put(&x->w, o, "gain_minor", json_real(delay_value(&bands[i].curve, &terms, best_ms) -
                                              delay_value(&bands[i].curve, &terms, x->w.ask->policy->wave1_after_s * MS_PER_S)));
        put(&x->w, o, "from", json_money(&x->w, bands[i].from_minor));
        put(&x->w, o, "until", bands[i].until_minor == INT64_MAX ? json_null() : json_money(&x->w, bands[i].until_minor));
        push(&x->w, list, o);
    }
    return list;
}

static struct reason reason_of(struct delay_answer *x)
{
    struct arena *a = &x->w.arena;
    if (x->curve.orders < DELAY_BAND_MIN_ORDERS)
        return (struct reason){ "too-few",
            arena_printf(a, "%" PRId64 " orders tell too little; from %d on a best delay can be told. Until then the field's 30 minutes.", x->curve.orders, DELAY_BAND_MIN_ORDERS),
            arena_printf(a, "只有 %" PRId64 " 个订单，样本太少；满 %d 个才能算出最佳等待时间。在此之前按行业惯例 30 分钟。", x->curve.orders, DELAY_BAND_MIN_ORDERS) };
    const double wasted = payment_curve_wasted(&x->curve, x->best_ms), at_once = payment_curve_wasted(&x->curve, 0);
    if (x->best_value <= 0)
        return (struct reason){ "not-worth-it",
            arena_printf(a, "At these terms no reminder earns its cost."), arena_printf(a, "按这些条件，催付得不偿失。") };
    const struct text en = words_duration(a, x->best_ms, false), zh = words_duration(a, x->best_ms, true);
    return (struct reason){ "best-delay",
        arena_printf(a, "After %.*s %.1f %% of the reminded would have paid anyway; at once it would be %.1f %%.", (int)en.len, en.ptr, wasted * 100, at_once * 100),
        arena_printf(a, "等 %.*s再催，有 %.1f%% 的买家本来就会自己付款；马上催则是 %.1f%%。", (int)zh.len, zh.ptr, wasted * 100, at_once * 100) };
}

/* The delay that the policy can be given: the whole minute beside the best with the greater value, within the term's bounds and before the
 * second reminder. 0 when there is none. */
static int64_t adoptable_s(const struct delay_answer *x, const struct policy *p)
{
    struct policy_row rows[POLICY_ROWS_MAX];
    const int n = policy_rows(p, rows, POLICY_ROWS_MAX);
    int64_t low = 0, high = 0, best_s = 0;
    for (int i = 0; i < n; i++)
        if (text_is(text_from_cstr(rows[i].name), "wave1_after_s")) { low = rows[i].min; high = rows[i].max; }
    if (high >= p->wave2_after_s) high = p->wave2_after_s - 1;
    if (high >= p->payment_window_s) high = p->payment_window_s - 1;
    const int64_t first = x->best_ms / MS_PER_MIN * 60;
    for (int64_t s = first; s <= first + 60; s += 60) {
        const int64_t at_s = s < low ? (low + 59) / 60 * 60 : s > high ? high / 60 * 60 : s;
        if (at_s < low || at_s > high) continue;
        if (best_s == 0 || delay_value(&x->curve, &x->terms, at_s * MS_PER_S) > delay_value(&x->curve, &x->terms, best_s * MS_PER_S)) best_s = at_s;
    }
    return best_s;
}

/* What the policy could be changed to, and what that would bring in a month like those seen. */
static void put_adopt(struct delay_answer *x, json_t *o, const struct payment_times *times)
{
    const struct policy *p = x->w.ask->policy;
    const int64_t at_s = x->curve.orders >= DELAY_BAND_MIN_ORDERS && x->best_value > 0 ? adoptable_s(x, p) : 0;
    const double days = times->first_placed_ms == INSTANT_NONE ? 0 : (double)(x->latest_ms - times->first_placed_ms) / (double)MS_PER_DAY;
    const double month = (double)(times->n + times->without_time) * MONTH_DAYS / fmax(days, 1);
    const double gain = at_s ? delay_value(&x->curve, &x->terms, at_s * MS_PER_S) - delay_value(&x->curve, &x->terms, p->wave1_after_s * MS_PER_S) : 0;
    json_t *adopt = at_s ? point_json(x, at_s * MS_PER_S) : json_null();
    if (at_s) put(&x->w, adopt, "gain_minor", json_real(gain));
    if (at_s) put(&x->w, adopt, "gain_month", json_money(&x->w, (int64_t)llround(gain * month)));
    put(&x->w, o, "adopt", adopt);
    put(&x->w, o, "orders_month", json_integer((int64_t)llround(month)));
}

/* Delays evenly spaced on a scale of ratios, for a picture: from ten seconds to the end of the time to pay. */
static json_t *detail_json(struct delay_answer *x, int64_t window_ms)
{
    json_t *list = json_array();
    const double until_s = (double)window_ms / MS_PER_S;
    int64_t last_s = 0;
    for (int i = 0; i < DETAIL_POINTS; i++) {
        const int64_t at_s = (int64_t)llround(DETAIL_FROM_S * pow(until_s / DETAIL_FROM_S, (double)i / (DETAIL_POINTS - 1)));
        if (at_s <= last_s) continue;
        last_s = at_s;
        push(&x->w, list, point_json(x, at_s * MS_PER_S));
    }
    return list;
}

static json_t *terms_json(const struct delay_ask *d)
{
    return json_pack("{s:I, s:I, s:f, s:f}", "margin_bp", (json_int_t)d->margin_bp, "cost_minor", (json_int_t)d->cost_minor, "persuasion", d->persuasion,
                     "decay_h", d->decay_h);
}

static void put_best(struct delay_answer *x, json_t *o, const struct policy *p)
{
    const bool enough = x->curve.orders >= DELAY_BAND_MIN_ORDERS;
    const int64_t policy_ms = p->wave1_after_s * MS_PER_S;
    put(&x->w, o, "best", enough ? point_json(x, x->best_ms) : json_null());
    put(&x->w, o, "policy_delay_s", json_integer(p->wave1_after_s));
    put(&x->w, o, "policy", point_json(x, policy_ms));
    put(&x->w, o, "gain_minor", enough ? json_real(x->best_value - delay_value(&x->curve, &x->terms, policy_ms)) : json_null());
    put(&x->w, o, "at", points_json(x, compared_at_s, sizeof compared_at_s / sizeof compared_at_s[0], enough));
    put(&x->w, o, "curve", points_json(x, curve_at_s, sizeof curve_at_s / sizeof curve_at_s[0], false));
}

static bool delay_fit(struct delay_answer *x, const struct payment_times *times)
{
    x->cut = payment_times_cut(&x->w.arena, times->times, (size_t)times->n, LIFT_MIN_ORDERS, &x->reminded);
    return payment_curve_fit(&x->w.arena, times->times, (size_t)times->n, &x->curve);
}

json_t *answer_delay(const struct answer_ask *q, const struct delay_ask *d, enum answer_error *ret_error)
{
    const struct delay_ask asked = delay_asked(d, q->policy);
    struct delay_answer x = { .d = &asked };
    struct payment_times times;
    const int64_t window_ms = q->policy->payment_window_s * MS_PER_S;
    struct payment_times_ask ask = { .at_ms = q->now_ms, .window_ms = window_ms };
    json_t *o = json_object();
    bool ok = answer_begin(&x.w, q) && query_latest_fact(q->store, q->shop, q->now_ms, &x.latest_ms);
    if (x.latest_ms == INSTANT_NONE) x.latest_ms = q->now_ms;
    ask.from_ms = x.latest_ms - d->days * MS_PER_DAY;
    ok = ok && query_payment_times(q->store, q->shop, &x.w.arena, &ask, &times) && delay_fit(&x, &times);
    if (!ok) {
        x.w.failed = true;
        return answer_end(&x.w, o, ret_error);
    }
    x.terms = terms_of(&asked, &x.curve);
    x.best_ms = delay_best(&x.curve, &x.terms, window_ms);
    x.best_value = delay_value(&x.curve, &x.terms, x.best_ms);
    put(&x.w, o, "orders", json_integer(x.curve.orders));
    put(&x.w, o, "paid", json_integer(x.curve.paid));
    put(&x.w, o, "never", json_integer(x.curve.never));
    put(&x.w, o, "open", json_integer(x.curve.open));
    put(&x.w, o, "without_time", json_integer(times.without_time));
    put(&x.w, o, "never_share", json_real(x.curve.never_share));
    put(&x.w, o, "mean_total", json_money(&x.w, (int64_t)(x.curve.mean_total_minor + 0.5)));
    put(&x.w, o, "margin_minor", json_real(x.terms.margin));
    put_best(&x, o, q->policy);
    put(&x.w, o, "bands", bands_json(&x, &times, window_ms));
    put(&x.w, o, "detail", detail_json(&x, window_ms));
    put(&x.w, o, "terms", terms_json(&asked));
    put(&x.w, o, "reminded", json_integer(x.reminded));
    put(&x.w, o, "reminded_cut", json_boolean(x.cut));
    put_adopt(&x, o, &times);
    const struct reason why = reason_of(&x);
    put(&x.w, o, "reason", json_reason(&why));
    return answer_end(&x.w, o, ret_error);
}
