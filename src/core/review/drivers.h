/* What drove the change of money between two periods: exact decomposition of a product of factors.
 * LMDI (Ang 2005, "The LMDI approach to decomposition analysis", Energy Policy 33, eq. 8; zeros as Ang and Liu 2007),
 * which sums exactly; Shapley (1953) values where a factor is zero. */
#ifndef ZG_CORE_DRIVERS_H
#define ZG_CORE_DRIVERS_H
#include <stdbool.h>
#include <stdint.h>

enum { DRIVERS_MAX = 4 };
struct drivers { double effect[DRIVERS_MAX]; bool shapley; };
/* value0 = product of before[i], value1 = product of after[i].  Sum of effects = value1 - value0 to the last
 * representable unit: the rounding rest is given to the largest effect. n in 1..DRIVERS_MAX; factors >= 0. */
struct drivers drivers_of(const double *before, const double *after, int n);
/* The same in minor units: effects are integers and sum exactly to value1_minor - value0_minor. */
void drivers_minor(const double *before, const double *after, int n, int64_t value0_minor, int64_t value1_minor,
                   int64_t *ret_effect_minor, bool *ret_shapley);
#endif
