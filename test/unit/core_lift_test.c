/* What reminding brings: published unit values, the interval's coverage and its false alarms on simulated shops, with naive peeking as the
 * control that must be caught. */
#include <criterion/criterion.h>
#include <math.h>
#include "base/prng.h"
#include "core/run/lift.h"

#define NEAR(a, b, eps) cr_expect(fabs((a) - (b)) <= (eps), "%.12f is not %.12f", (double)(a), (double)(b))
enum { RUNS = 2000, LOOKS = 100, PER_LOOK = 100 };

Test(lift, unit_values)
{
    NEAR(msprt_ratio(.3, .02, .01), 1.7285232754, 1e-9);
    const double half = msprt_half_width(.02, .01, .05);
    NEAR(msprt_ratio(half, .02, .01), 20, 1e-9); /* at the interval's end the ratio is 1 / alpha */
    int held = 0;
    for (uint64_t h = 0; h < 100000; h++) held += holdout_holds(h * UINT64_C(0x9E3779B97F4A7C15), 1000);
    cr_expect(held > 9700 && held < 10300, "%d", held);
    cr_expect(!holdout_holds(0, 0) && holdout_holds(9999, 10000));
}

/* Visits after Hillstrom's mailing (2008), as published: 2,262 of the 21,306 customers who got no e-mail (10.6167 %), 3,894 of the 21,307 who
 * got the men's (18.2757 %). */
Test(lift, published_lift)
{
    struct lift_arm treated = { .orders = 21307, .recovered = 3894 }, held = { .orders = 21306, .recovered = 2262 };
    const struct lift got = lift_of(&treated, &held);
    cr_assert(got.told);
    NEAR(got.share.difference, .076590, 5e-7);
    NEAR((got.share.fixed_high - got.share.fixed_low) / 2 / 1.959963984540054, .003386, 5e-7);
    cr_expect(got.share.low > 0 && got.share.low < got.share.fixed_low && got.share.high > got.share.fixed_high && got.share.p_value < 1e-20);
    held.orders = LIFT_MIN_ORDERS - 1;
    cr_expect(!lift_of(&treated, &held).told);
    treated = (struct lift_arm){ .orders = 100 };
    held = (struct lift_arm){ .orders = 100 };
    cr_expect(lift_of(&treated, &held).told);
    NEAR(lift_of(&treated, &held).share.p_value, 1, 0);
}

/* One shop: `paying` pay by themselves, reminding wins `effect` more; one order in ten is held out. */
static void some_orders(struct prng *r, int n, double effect, struct lift_arm *treated, struct lift_arm *held)
{
    for (int i = 0; i < n; i++) {
        struct lift_arm *arm = holdout_holds(prng_next(r), 1000) ? held : treated;
        lift_arm_add(arm, prng_unit(r) < .10 + (arm == treated ? effect : 0), 5000 + (int64_t)prng_below(r, 20000));
    }
}

Test(lift, interval_covers_a_known_effect, .timeout = 120)
{
    static const double effects[] = { 0, .03, .10 };
    for (size_t e = 0; e < sizeof effects / sizeof effects[0]; e++) {
        int covered = 0, fixed = 0, money = 0;
        struct prng r;
        prng_seed(&r, 40 + e);
        for (int run = 0; run < RUNS; run++) {
            struct lift_arm treated = { 0 }, held = { 0 };
            some_orders(&r, 4000, effects[e], &treated, &held);
            const struct lift got = lift_of(&treated, &held);
            cr_assert(got.told);
            covered += got.share.low <= effects[e] && effects[e] <= got.share.high;
            fixed += got.share.fixed_low <= effects[e] && effects[e] <= got.share.fixed_high;
            money += got.money.fixed_low <= effects[e] * 14999.5 && effects[e] * 14999.5 <= got.money.fixed_high;
        }
        cr_expect(covered >= RUNS * 95 / 100, "effect %.2f: %d of %d", effects[e], covered, RUNS);
        cr_expect(fixed >= RUNS * 935 / 1000 && fixed <= RUNS * 965 / 1000, "effect %.2f at one look: %d of %d", effects[e], fixed, RUNS);
        cr_expect(money >= RUNS * 93 / 100 && money <= RUNS * 97 / 100, "effect %.2f in money: %d of %d", effects[e], money, RUNS);
    }
}

Test(lift, peeking_gives_few_false_alarms_and_the_naive_look_many, .timeout = 120)
{
    int alarms = 0, naive = 0, found = 0;
    struct prng r;
    prng_seed(&r, 7);
    for (int run = 0; run < RUNS; run++) {
        struct lift_arm treated = { 0 }, held = { 0 }, with = { 0 }, without = { 0 };
        bool alarm = false, naive_alarm = false, seen = false;
        for (int look = 0; look < LOOKS; look++) {
            some_orders(&r, PER_LOOK, 0, &treated, &held);
            some_orders(&r, PER_LOOK, .06, &with, &without);
            const struct lift none = lift_of(&treated, &held), some = lift_of(&with, &without);
            if (none.told) {
                alarm |= none.share.low > 0 || none.share.high < 0;
                naive_alarm |= none.share.fixed_low > 0 || none.share.fixed_high < 0;
            }
            seen |= some.told && some.share.low > 0;
        }
        alarms += alarm;
        naive += naive_alarm;
        found += seen;
    }
    cr_expect(alarms < RUNS * 5 / 100, "%d false alarms of %d", alarms, RUNS);
    cr_expect(naive > RUNS * 25 / 100, "the control was not caught: %d of %d", naive, RUNS);
    cr_expect(found > RUNS * 90 / 100, "a real effect was found in %d of %d", found, RUNS);
}

/* Whatever the effect, the interval covers it at every one of a hundred looks in at least 95 of 100 shops; the fixed one does not (the control). */
Test(lift, interval_covers_a_known_effect_at_every_look, .timeout = 120)
{
    static const double effects[] = { .03, .10 };
    for (size_t e = 0; e < sizeof effects / sizeof effects[0]; e++) {
        int always = 0, fixed_always = 0;
        struct prng r;
        prng_seed(&r, 90 + e);
        for (int run = 0; run < RUNS; run++) {
            struct lift_arm treated = { 0 }, held = { 0 };
            bool covered = true, fixed = true;
            for (int look = 0; look < LOOKS; look++) {
                some_orders(&r, PER_LOOK, effects[e], &treated, &held);
                const struct lift got = lift_of(&treated, &held);
                if (!got.told) continue;
                covered &= got.share.low <= effects[e] && effects[e] <= got.share.high;
                fixed &= got.share.fixed_low <= effects[e] && effects[e] <= got.share.fixed_high;
            }
            always += covered;
            fixed_always += fixed;
        }
        cr_expect(always >= RUNS * 95 / 100, "effect %.2f: at every look in %d of %d", effects[e], always, RUNS);
        cr_expect(fixed_always < RUNS * 80 / 100, "the control was not caught: effect %.2f, %d of %d", effects[e], fixed_always, RUNS);
    }
}
