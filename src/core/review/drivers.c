/* LMDI where every factor is positive; Shapley values where one is zero, since a logarithm has none there. */
#include <assert.h>
#include <math.h>
#include "core/review/drivers.h"

static double product(const double *x, int n)
{
    double v = 1;
    for (int i = 0; i < n; i++) v *= x[i];
    return v;
}

/* Logarithmic mean of two positive numbers. */
static double log_mean(double a, double b)
{
    double d = (a - b) / b;
    return d == 0 ? b : (a - b) / log1p(d);
}

static void effects_lmdi(const double *before, const double *after, int n, double *effect)
{
    double mean = log_mean(product(after, n), product(before, n));
    for (int i = 0; i < n; i++) effect[i] = mean * log1p((after[i] - before[i]) / before[i]);
}

/* Sum over the coalitions S without i of |S|!(n-|S|-1)!/n! (v(S with i) - v(S)); v takes `after` inside S. */
static void effects_shapley(const double *before, const double *after, int n, double *effect)
{
    static const double factorial[] = { 1, 1, 2, 6, 24 };
    for (int i = 0; i < n; i++) {
        effect[i] = 0;
        for (unsigned s = 0; s < 1u << n; s++) {
            if (s >> i & 1u) continue;
            double others = 1;
            int size = 0;
            for (int j = 0; j < n; j++) {
                if (j == i) continue;
                bool in = s >> j & 1u;
                size += in;
                others *= in ? after[j] : before[j];
            }
            effect[i] += factorial[size] * factorial[n - size - 1] / factorial[n] * others * (after[i] - before[i]);
        }
    }
}

static int largest(const double *effect, int n)
{
    int at = 0;
    for (int i = 1; i < n; i++)
        if (fabs(effect[i]) > fabs(effect[at])) at = i;
    return at;
}

struct drivers drivers_of(const double *before, const double *after, int n)
{
    struct drivers d = { .shapley = false };
    assert(n >= 1 && n <= DRIVERS_MAX);

    for (int i = 0; i < n; i++) {
        assert(before[i] >= 0 && after[i] >= 0);
        if (before[i] == 0 || after[i] == 0) d.shapley = true;
    }
    if (d.shapley) effects_shapley(before, after, n, d.effect);
    else effects_lmdi(before, after, n, d.effect);

    double rest = product(after, n) - product(before, n);
    for (int i = 0; i < n; i++) rest -= d.effect[i];
    d.effect[largest(d.effect, n)] += rest;
    return d;
}

void drivers_minor(const double *before, const double *after, int n, int64_t value0_minor, int64_t value1_minor,
                   int64_t *ret_effect_minor, bool *ret_shapley)
{
    struct drivers d = drivers_of(before, after, n);
    int64_t rest = value1_minor - value0_minor;
    for (int i = 0; i < n; i++) {
        ret_effect_minor[i] = (int64_t)llround(d.effect[i]);
        rest -= ret_effect_minor[i];
    }
    ret_effect_minor[largest(d.effect, n)] += rest;
    *ret_shapley = d.shapley;
}
