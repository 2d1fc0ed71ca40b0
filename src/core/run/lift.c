/* See lift.h. */
#include <math.h>
#include "core/run/lift.h"

/* The spread of differences that are expected, as a share of the outcome's own variance: tau2 = 0.01 s2.  A test that mixes over it is
 * quickest for differences of about a tenth of a standard deviation, which is what reminders bring. */
static const double mixing_share = 0.01;
static const double alpha = 0.05;
static const double z_95 = 1.959963984540054;

bool holdout_holds(uint64_t hash, int64_t share_bp) { return (int64_t)(hash % 10000) < share_bp; }

void lift_arm_add(struct lift_arm *arm, bool recovered, int64_t money_minor)
{
    arm->orders++;
    arm->recovered += recovered;
    if (!recovered) return;
    arm->money += (double)money_minor;
    arm->money_squares += (double)money_minor * (double)money_minor;
}

double msprt_ratio(double d, double v, double tau2) { return sqrt(v / (v + tau2)) * exp(tau2 * d * d / (2 * v * (v + tau2))); }

double msprt_half_width(double v, double tau2, double level)
{
    return sqrt(2 * v * (v + tau2) / tau2 * (0.5 * log((v + tau2) / v) - log(level)));
}

/* The mean of a group and the variance of a single order in it (n - 1). */
struct moments { double n, mean, variance; };

static struct moments moments_of(double n, double sum, double squares)
{
    const double mean = sum / n, left = squares - n * mean * mean;
    return (struct moments){ n, mean, left > 0 ? left / (n - 1) : 0 };
}

static struct lift_figure figure_of(struct moments treated, struct moments held)
{
    struct lift_figure f = { .difference = treated.mean - held.mean, .p_value = 1 };
    const double pooled = ((treated.n - 1) * treated.variance + (held.n - 1) * held.variance) / (treated.n + held.n - 2);
    const double fixed_v = treated.variance / treated.n + held.variance / held.n, tau2 = mixing_share * pooled;
    /* The small group's own variance is too often too small while few of it have paid: at every look that adds up to false alarms. */
    const double v = pooled * (1 / treated.n + 1 / held.n);
    f.low = f.high = f.fixed_low = f.fixed_high = f.difference;
    if (v <= 0) return f; /* everybody did the same: there is nothing to be unsure about, nor to test */
    const double half = msprt_half_width(v, tau2, alpha), ratio = msprt_ratio(f.difference, v, tau2);
    f.low -= half;
    f.high += half;
    f.fixed_low -= z_95 * sqrt(fixed_v);
    f.fixed_high += z_95 * sqrt(fixed_v);
    f.p_value = ratio > 1 ? 1 / ratio : 1;
    return f;
}

struct lift lift_of(const struct lift_arm *treated, const struct lift_arm *held_out)
{
    if (treated->orders < LIFT_MIN_ORDERS || held_out->orders < LIFT_MIN_ORDERS) return (struct lift){ .told = false };
    const double t = (double)treated->orders, h = (double)held_out->orders;
    return (struct lift){
        .told = true,
        .share = figure_of(moments_of(t, (double)treated->recovered, (double)treated->recovered),
                           moments_of(h, (double)held_out->recovered, (double)held_out->recovered)),
        .money = figure_of(moments_of(t, treated->money, treated->money_squares), moments_of(h, held_out->money, held_out->money_squares)),
    };
}
