/* See payment_delay.h. */
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include "core/run/payment_delay.h"

/* By time; payments before the orders that are censored at the same age, which are at risk until then. */
static int time_compare(const void *left, const void *right)
{
    const struct payment_time *a = left, *b = right;
    if (a->delay_ms != b->delay_ms) return a->delay_ms < b->delay_ms ? -1 : 1;
    return (a->end != PAYMENT_CAME) - (b->end != PAYMENT_CAME);
}

static int i64_compare(const void *left, const void *right)
{
    const int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

bool payment_times_cut(struct arena *a, struct payment_time *times, size_t n, int64_t least, int64_t *ret_reminded)
{
    int64_t *ages = ARENA_ARRAY(a, int64_t, n + 1), unreminded = 0;
    size_t reminded = 0;
    *ret_reminded = 0;
    if (!ages) return false;
    for (size_t i = 0; i < n; i++)
        if (times[i].reminded) ages[reminded++] = times[i].reminded_ms;
    *ret_reminded = (int64_t)reminded;
    if (reminded == 0) return false;
    qsort(ages, reminded, sizeof *ages, i64_compare);
    const int64_t median_ms = ages[reminded / 2];
    for (size_t i = 0; i < n; i++) unreminded += !times[i].reminded && (times[i].delay_ms > median_ms || times[i].end == PAYMENT_NEVER);
    if (unreminded < least) return false;
    for (size_t i = 0; i < n; i++) {
        if (!times[i].reminded) continue;
        times[i].end = PAYMENT_OPEN;
        times[i].delay_ms = times[i].reminded_ms;
    }
    return true;
}

static int value_compare(const void *left, const void *right)
{
    const struct payment_time *a = left, *b = right;
    return (a->total_minor > b->total_minor) - (a->total_minor < b->total_minor);
}

static void curve_count(const struct payment_time *times, size_t n, struct payment_curve *ret)
{
    double total = 0;
    int64_t told = 0;
    for (size_t i = 0; i < n; i++) {
        assert(times[i].delay_ms >= 0);
        total += (double)times[i].total_minor;
        told += times[i].total_minor > 0;
        switch (times[i].end) {
        case PAYMENT_CAME: ret->paid++; break;
        case PAYMENT_NEVER: ret->never++; break;
        case PAYMENT_OPEN: ret->open++; break;
        }
    }
    ret->orders = (int64_t)n;
    ret->mean_total_minor = told ? total / (double)told : 0;
}

bool payment_curve_fit(struct arena *a, struct payment_time *times, size_t n, struct payment_curve *ret)
{
    *ret = (struct payment_curve){ .never_share = 1 };
    curve_count(times, n, ret);
    int64_t *step_ms = ARENA_ARRAY(a, int64_t, (size_t)ret->paid + 1);
    double *unpaid = ARENA_ARRAY(a, double, (size_t)ret->paid + 1);
    if (!step_ms || !unpaid) return false;
    if (n) qsort(times, n, sizeof *times, time_compare);
    double share = 1;
    size_t at_risk = n, steps = 0;
    for (size_t i = 0; i < n;) {
        const int64_t at_ms = times[i].delay_ms;
        size_t paid = 0, open = 0;
        for (; i < n && times[i].delay_ms == at_ms; i++) {
            paid += times[i].end == PAYMENT_CAME;
            open += times[i].end == PAYMENT_OPEN; /* one that is never paid stays at risk for good: it is what does not fall */
        }
        if (paid) {
            share *= 1 - (double)paid / (double)at_risk;
            step_ms[steps] = at_ms;
            unpaid[steps++] = share;
        }
        at_risk -= paid + open;
    }
    ret->steps = steps;
    ret->step_ms = step_ms;
    ret->unpaid = unpaid;
    ret->never_share = share;
    return true;
}

double payment_curve_unpaid(const struct payment_curve *c, int64_t delay_ms)
{
    size_t low = 0, high = c->steps; /* the first step after the delay */
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (c->step_ms[middle] <= delay_ms) low = middle + 1;
        else high = middle;
    }
    return low ? c->unpaid[low - 1] : 1;
}

double payment_curve_wasted(const struct payment_curve *c, int64_t delay_ms)
{
    const double unpaid = payment_curve_unpaid(c, delay_ms);
    return unpaid > 0 ? (unpaid - c->never_share) / unpaid : 0;
}

double payment_wasted_shrunk(const struct payment_curve *group, const struct payment_curve *shop, int64_t delay_ms, double strength)
{
    const double own = payment_curve_unpaid(group, delay_ms) * (double)group->orders;
    return (own * payment_curve_wasted(group, delay_ms) + strength * payment_curve_wasted(shop, delay_ms)) / (own + strength);
}

double delay_value(const struct payment_curve *c, const struct delay_terms *t, int64_t delay_ms)
{
    return t->margin * c->never_share * t->persuasion * exp(-(double)delay_ms / t->decay_ms) - t->cost * payment_curve_unpaid(c, delay_ms);
}

int64_t delay_best(const struct payment_curve *c, const struct delay_terms *t, int64_t longest_ms)
{
    int64_t best_ms = 0;
    double best = delay_value(c, t, 0);
    for (size_t i = 0; i < c->steps && c->step_ms[i] <= longest_ms; i++) {
        const double value = delay_value(c, t, c->step_ms[i]);
        if (value <= best) continue;
        best = value;
        best_ms = c->step_ms[i];
    }
    return best_ms;
}

bool delay_bands(struct arena *a, struct payment_time *times, size_t n, struct delay_band ret[DELAY_BANDS_MAX], int *ret_n)
{
    size_t bands = n / DELAY_BAND_MIN_ORDERS;
    *ret_n = 0;
    if (bands > DELAY_BANDS_MAX) bands = DELAY_BANDS_MAX;
    if (bands < 2) return true;
    qsort(times, n, sizeof *times, value_compare);
    size_t ends[DELAY_BANDS_MAX], begin = 0;
    for (size_t b = 0; b < bands; b++) {
        size_t end = n * (b + 1) / bands;
        while (end < n && end > 0 && times[end].total_minor == times[end - 1].total_minor) end++;
        ends[b] = end;
    }
    for (size_t b = 0; b < bands; b++) {
        struct delay_band *band = &ret[*ret_n];
        if (ends[b] - begin < DELAY_BAND_MIN_ORDERS) continue; /* its orders are with the next band, or with the last one */
        if (n - ends[b] < DELAY_BAND_MIN_ORDERS) ends[b] = n;
        band->from_minor = begin ? times[begin].total_minor : 0;
        band->until_minor = ends[b] < n ? times[ends[b]].total_minor : INT64_MAX;
        (*ret_n)++;
        const size_t first = begin;
        begin = ends[b];
        /* sorted by time below: only within the band, whose neighbours are not moved */
        if (!payment_curve_fit(a, times + first, begin - first, &band->curve)) return false;
        if (begin == n) break;
    }
    if (*ret_n == 1) *ret_n = 0;
    return true;
}
