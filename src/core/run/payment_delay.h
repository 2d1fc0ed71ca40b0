/* When to remind first: how long buyers take to pay by themselves, and what a reminder after a delay is worth.
 *
 * Read in this order: payment_times_cut (what a reminder hides), payment_curve_fit (the times of a shop's orders -> the share that is unpaid after each delay),
 * payment_curve_wasted (of those, the share that would have paid anyway), delay_value and delay_best (what a first reminder brings).
 *
 * The model is a cure model: a share `never` of orders is never paid; the others are paid after a time of their own.  The unpaid share
 * is estimated by Kaplan and Meier (1958), orders that may still be paid are censored at their age.  After a delay h a reminder costs
 * `cost` for each order that is unpaid by then, and persuades p0 exp(-h / decay) of those that would never pay:
 *     V(h) = margin never p0 exp(-h / decay) - cost S(h)
 * per order placed.  S falls in steps and the first term between them, so the best delay is at a step or at 0.
 * Pure; all lists live in the arena that is given. */
#ifndef ZG_CORE_PAYMENT_DELAY_H
#define ZG_CORE_PAYMENT_DELAY_H
#include "base/arena.h"
#include "base/instant.h"

enum payment_end {
    PAYMENT_CAME,   /* paid after delay_ms */
    PAYMENT_NEVER,  /* closed, or its window is over: nobody pays it any more */
    PAYMENT_OPEN,   /* unpaid at the age delay_ms, and may still be paid */
};
struct payment_time {
    int64_t delay_ms /* >= 0 */, total_minor /* value of the order; 0: not told */;
    enum payment_end end;
    bool reminded;        /* somebody reminded the buyer ... */
    int64_t reminded_ms;  /* ... after so long, 0 <= reminded_ms <= delay_ms */
};
/* After a reminder nobody can tell what the buyer would have done without it: such an order is seen until then only (PAYMENT_OPEN at
 * reminded_ms).  What comes later is then told by those who were not reminded; where fewer than `least` of them were still unpaid at the
 * median age of the reminders, too few would tell it: nothing is changed, and the curve takes payments after a reminder for the buyers' own.
 * *ret_reminded: how many orders were reminded about while unpaid.  True when they were cut off. */
bool payment_times_cut(struct arena *a, struct payment_time *times, size_t n, int64_t least, int64_t *ret_reminded);

struct payment_curve {
    int64_t orders, paid, never, open; /* how many it stands on */
    double mean_total_minor;           /* of those whose value is told; 0 for none */
    size_t steps;
    const int64_t *step_ms;            /* ascending; at each the unpaid share falls */
    const double *unpaid;              /* the share that is unpaid right after step i */
    double never_share;                /* of orders that are never paid: the share after the last step */
};
/* Sorts times in place. False when memory ran out. */
bool payment_curve_fit(struct arena *a, struct payment_time *times, size_t n, struct payment_curve *ret);
/* S(h): the share of orders that is unpaid after the delay; 1 before the first step. */
double payment_curve_unpaid(const struct payment_curve *c, int64_t delay_ms);
/* (S(h) - never) / S(h): the share of reminders at h that would meet a buyer who pays anyway; 0 when nobody is left. */
double payment_curve_wasted(const struct payment_curve *c, int64_t delay_ms);
/* A small group's wasted share drawn to the shop's: weight strength / (strength + the group's unpaid orders at h) for the shop (the mean
 * of a beta distribution that counts as `strength` orders). */
double payment_wasted_shrunk(const struct payment_curve *group, const struct payment_curve *shop, int64_t delay_ms, double strength);

struct delay_terms {
    double margin;      /* gross margin of an order that is won, in minor units */
    double cost;        /* of one reminder, the buyer's annoyance included, in minor units */
    double persuasion;  /* p0: share of never-payers that a reminder at once would win, 0..1 */
    double decay_ms;    /* tau > 0: after this time it wins 1/e of that */
};
/* V(h), in minor units per order placed. */
double delay_value(const struct payment_curve *c, const struct delay_terms *t, int64_t delay_ms);
/* The delay in [0, longest_ms] with the greatest value; the shortest of several. */
int64_t delay_best(const struct payment_curve *c, const struct delay_terms *t, int64_t longest_ms);

/* Groups by the order's value in which the delay may differ: [from, until) in minor units. */
enum { DELAY_BANDS_MAX = 4, DELAY_BAND_MIN_ORDERS = 500 };
struct delay_band { int64_t from_minor, until_minor /* INT64_MAX: open */; struct payment_curve curve; };
/* Cuts the orders into as many bands of equal size as give DELAY_BAND_MIN_ORDERS orders each (none below twice that); equal values stay
 * together. times is sorted anew. False when memory ran out. */
bool delay_bands(struct arena *a, struct payment_time *times, size_t n, struct delay_band ret[DELAY_BANDS_MAX], int *ret_n);
#endif
