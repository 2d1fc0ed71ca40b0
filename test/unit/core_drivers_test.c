/* Drivers: published reference values, exact sums, and Shapley by all orders of change as a second reading. */
#include <criterion/criterion.h>
#include <math.h>
#include "base/prng.h"
#include "core/review/drivers.h"

#define NEAR(a, b, eps) cr_expect(fabs((a) - (b)) <= (eps), "%.9f is not %.9f", (double)(a), (double)(b))

Test(core_drivers, lmdi_reference)
{
    const double before[] = { 1000, .03, 200 }, after[] = { 1500, .024, 220 };
    struct drivers d = drivers_of(before, after, 3);
    cr_expect(!d.shapley);
    NEAR(d.effect[0], 2804.049051, 5e-7);
    NEAR(d.effect[1], -1543.179551, 5e-7);
    NEAR(d.effect[2], 659.130500, 5e-7);
    NEAR(d.effect[0] + d.effect[1] + d.effect[2], 1920, 1e-9);
}

/* Every order in which the factors may change, one after the other; the mean of each one's step. */
static void slow_shapley(const double *before, const double *after, double *effect)
{
    static const int orders[6][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 }, { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };
    effect[0] = effect[1] = effect[2] = 0;
    for (int o = 0; o < 6; o++) {
        double x[3] = { before[0], before[1], before[2] };
        for (int k = 0; k < 3; k++) {
            double was = x[0] * x[1] * x[2];
            x[orders[o][k]] = after[orders[o][k]];
            effect[orders[o][k]] += (x[0] * x[1] * x[2] - was) / 6;
        }
    }
}

Test(core_drivers, shapley_where_a_factor_is_zero)
{
    const double ref0[] = { 1000, .03, 200 }, ref1[] = { 1500, .024, 220 };
    double slow[3];
    slow_shapley(ref0, ref1, slow); /* the second reading itself, against the published values */
    NEAR(slow[0], 2830, 1e-9);
    NEAR(slow[1], -1580, 1e-9);
    NEAR(slow[2], 670, 1e-9);

    struct prng p;
    prng_seed(&p, 5);
    for (int round = 0; round < 2000; round++) {
        double before[3], after[3];
        for (int i = 0; i < 3; i++) before[i] = prng_unit(&p) * 100, after[i] = prng_unit(&p) * 100;
        (prng_below(&p, 2) ? before : after)[prng_below(&p, 3)] = 0;
        struct drivers d = drivers_of(before, after, 3);
        slow_shapley(before, after, slow);
        cr_assert(d.shapley);
        for (int i = 0; i < 3; i++) NEAR(d.effect[i], slow[i], 1e-7);
    }
}

Test(core_drivers, no_change_and_one_factor)
{
    const double same[] = { 3, 4, 5 }, one0[] = { 7 }, one1[] = { 9 }, zero[] = { 0, 0, 0 };
    struct drivers d = drivers_of(same, same, 3);
    cr_expect(d.effect[0] == 0 && d.effect[1] == 0 && d.effect[2] == 0);
    NEAR(drivers_of(one0, one1, 1).effect[0], 2, 1e-12);
    d = drivers_of(zero, zero, 3);
    cr_expect(d.shapley && d.effect[0] == 0);
    d = drivers_of(zero, same, 3);
    NEAR(d.effect[0] + d.effect[1] + d.effect[2], 60, 1e-12);
}

Test(core_drivers, minor_units_sum_exactly)
{
    struct prng p;
    prng_seed(&p, 6);
    for (int round = 0; round < 5000; round++) {
        double before[3], after[3], v0 = 1, v1 = 1;
        int64_t effect[3], sum = 0;
        bool shapley;
        for (int i = 0; i < 3; i++) {
            before[i] = prng_below(&p, 20) ? prng_unit(&p) * 1000 : 0;
            after[i] = prng_below(&p, 20) ? prng_unit(&p) * 1000 : 0;
            v0 *= before[i];
            v1 *= after[i];
        }
        drivers_minor(before, after, 3, llround(v0), llround(v1), effect, &shapley);
        struct drivers d = drivers_of(before, after, 3);
        for (int i = 0; i < 3; i++) {
            sum += effect[i];
            cr_assert(fabs((double)effect[i] - d.effect[i]) < 3, "the rest is a few units at most");
        }
        cr_assert_eq(sum, llround(v1) - llround(v0));
    }
}
