/* Was it worth it?  What reminding brings, measured against a share of orders that nobody is reminded about.
 *
 * Orders are assigned when they are placed, by a keyed hash, and counted by assignment, whether somebody was really reminded or not:
 * so nothing but reminding can tell the two groups apart.  The interval holds however often people look at it (mixture sequential
 * probability ratio test: Johari, Pekelis, Walsh, "Always valid inference", Operations Research 70(3), 2022, equations 6 to 8).
 * Pure. */
#ifndef ZG_CORE_LIFT_H
#define ZG_CORE_LIFT_H
#include <stdbool.h>
#include <stdint.h>

/* Is the order of this keyed hash in the share (basis points) that is not reminded about? */
bool holdout_holds(uint64_t hash, int64_t share_bp);

/* One group: orders that were still unpaid when a first reminder was due. recovered: paid within the time to pay. */
struct lift_arm { int64_t orders, recovered; double money, money_squares; /* minor units: sum of what was recovered, and of its squares */ };
void lift_arm_add(struct lift_arm *arm, bool recovered, int64_t money_minor);

/* A difference of two means, treated less held out. low and high hold at 95 % at every look; fixed_* only at one planned look. */
struct lift_figure { double difference, low, high, fixed_low, fixed_high, p_value; };
struct lift {
    bool told;                  /* false: one of the groups is too small to say anything; nothing else is then set */
    struct lift_figure share;   /* of orders that were recovered */
    struct lift_figure money;   /* recovered, minor units an order */
};
enum { LIFT_MIN_ORDERS = 100 /* in each group: below it one order more or less would turn the answer */ };
struct lift lift_of(const struct lift_arm *treated, const struct lift_arm *held_out);

/* The likelihood ratio of a difference d whose estimate has the variance v, mixed over a normal distribution of variance tau2:
 * sqrt(v / (v + tau2)) exp(tau2 d^2 / (2 v (v + tau2))); stop at >= 1 / alpha. */
double msprt_ratio(double d, double v, double tau2);
/* Half the width of the interval that holds at every look: where that ratio is 1 / alpha. */
double msprt_half_width(double v, double tau2, double alpha);
#endif
