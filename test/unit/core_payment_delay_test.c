/* The curve of payment times, held against hand-made figures, a second reading of Kaplan and Meier, and a search over every second. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include "base/prng.h"
#include "core/run/payment_delay.h"

#define NEAR(a, b, eps) cr_expect(fabs((a) - (b)) <= (eps), "%.12f is not %.12f", (double)(a), (double)(b))
enum { S = 1000, ORDERS = 3000 };

static void *take(void *ctx, size_t size) { (void)ctx; return malloc(size); }
static void give(void *ctx, void *p, size_t size) { (void)ctx; (void)size; free(p); }
static const struct arena_source heap = { take, give, NULL };

static struct arena memory(void)
{
    struct arena a;
    arena_init(&a, &heap, 0);
    return a;
}

Test(payment_delay, whole_orders)
{
    /* ten orders: paid after 5, 5, 60, 3600 s; six never */
    struct payment_time t[10] = { { 60 * S, 300, PAYMENT_CAME }, { 5 * S, 100, PAYMENT_CAME }, { 3600 * S, 0, PAYMENT_CAME }, { 5 * S, 200, PAYMENT_CAME } };
    for (int i = 4; i < 10; i++) t[i] = (struct payment_time){ 90000 * S, 0, PAYMENT_NEVER };
    struct arena a = memory();
    struct payment_curve c;
    cr_assert(payment_curve_fit(&a, t, 10, &c));
    cr_expect(c.orders == 10 && c.paid == 4 && c.never == 6 && c.open == 0 && c.steps == 3);
    NEAR(c.mean_total_minor, 200, 1e-12);
    NEAR(c.never_share, .6, 1e-12);
    NEAR(payment_curve_unpaid(&c, 5 * S - 1), 1, 0);
    NEAR(payment_curve_unpaid(&c, 5 * S), .8, 1e-12);
    NEAR(payment_curve_unpaid(&c, 3599 * S), .7, 1e-12);
    NEAR(payment_curve_wasted(&c, 0), .4, 1e-12);
    NEAR(payment_curve_wasted(&c, 60 * S), 1 / 7., 1e-12);
    NEAR(payment_curve_wasted(&c, 4000 * S), 0, 1e-12);
    NEAR(payment_wasted_shrunk(&c, &c, 60 * S, 50), 1 / 7., 1e-12);
    arena_release(&a);
}

Test(payment_delay, open_orders_are_at_risk_until_their_age)
{
    /* Kaplan and Meier: 1 of 4 pays at 10 s, one is seen until 10 s only, 1 of the 2 that are left pays at 20 s */
    struct payment_time t[] = { { 20 * S, 1, PAYMENT_CAME }, { 10 * S, 1, PAYMENT_OPEN }, { 10 * S, 1, PAYMENT_CAME }, { 99 * S, 1, PAYMENT_OPEN } };
    struct arena a = memory();
    struct payment_curve c;
    cr_assert(payment_curve_fit(&a, t, 4, &c));
    NEAR(payment_curve_unpaid(&c, 10 * S), .75, 1e-12);
    NEAR(payment_curve_unpaid(&c, 20 * S), .375, 1e-12);
    struct payment_curve none;
    cr_assert(payment_curve_fit(&a, t, 0, &none));
    NEAR(payment_curve_unpaid(&none, 5), 1, 0);
    NEAR(payment_curve_wasted(&none, 5), 0, 0);
    cr_expect_eq(delay_best(&none, &(struct delay_terms){ 100, 1, .1, 3600e3 }, 86400 * S), 0);
    arena_release(&a);
}

/* Orders whose buyers pay after a skewed time, some never, some still open. */
static size_t made_orders(uint64_t seed, struct payment_time *t)
{
    struct prng r;
    prng_seed(&r, seed);
    for (size_t i = 0; i < ORDERS; i++) {
        const double u = prng_unit(&r);
        const int64_t pays_ms = (int64_t)(exp(2 + 8 * u * u) * S) / S * S;
        t[i] = (struct payment_time){ pays_ms, (int64_t)(prng_below(&r, 50)) * 100, PAYMENT_CAME };
        if (prng_below(&r, 7) == 0) t[i] = (struct payment_time){ 90000 * S, t[i].total_minor, PAYMENT_NEVER };
        else if (prng_below(&r, 9) == 0) t[i] = (struct payment_time){ pays_ms / 2, t[i].total_minor, PAYMENT_OPEN };
    }
    return ORDERS;
}

/* Kaplan and Meier read a second time: for each payment's time, everybody counted anew. */
static double slow_unpaid(const struct payment_time *t, size_t n, int64_t h_ms)
{
    double share = 1;
    for (int64_t at_ms = 0; at_ms <= h_ms; at_ms += S) {
        double risk = 0, paid = 0;
        for (size_t i = 0; i < n; i++) {
            risk += t[i].end == PAYMENT_NEVER || t[i].delay_ms >= at_ms;
            paid += t[i].end == PAYMENT_CAME && t[i].delay_ms == at_ms;
        }
        if (paid > 0) share *= 1 - paid / risk;
    }
    return share;
}

Test(payment_delay, second_reading_and_full_search)
{
    static struct payment_time t[ORDERS], copy[ORDERS];
    for (uint64_t seed = 1; seed <= 5; seed++) {
        const size_t n = made_orders(seed, t);
        struct arena a = memory();
        struct payment_curve c;
        memcpy(copy, t, sizeof t);
        cr_assert(payment_curve_fit(&a, t, n, &c));
        static const int64_t some_s[] = { 7, 8, 9, 30, 100, 333, 1800 };
        for (size_t i = 0; i < sizeof some_s / sizeof some_s[0]; i++)
            NEAR(payment_curve_unpaid(&c, some_s[i] * S), slow_unpaid(copy, n, some_s[i] * S), 1e-9);
        const struct delay_terms terms = { 10000, 20 * (double)seed, .15, 3600e3 * (double)seed };
        const int64_t best_ms = delay_best(&c, &terms, 86400 * S);
        double best = -HUGE_VAL;
        for (int64_t h_ms = 0; h_ms <= 86400 * S; h_ms += S) best = fmax(best, delay_value(&c, &terms, h_ms));
        NEAR(delay_value(&c, &terms, best_ms), best, 1e-9);
        arena_release(&a);
    }
}

/* Buyers of a shop that reminds at half an hour: a reminder wins some who would never have paid. Read as the buyers' own payments these make
 * reminding look wasted; cut off at the reminder they do not, as a share that is left alone tells what comes later. */
Test(payment_delay, a_reminder_hides_what_the_buyer_would_have_done)
{
    enum { MANY = 40000 };
    struct payment_time *plain = malloc(MANY * sizeof *plain), *seen = malloc(MANY * sizeof *seen), *cut = malloc(MANY * sizeof *cut);
    struct prng r;
    struct arena a = memory();
    struct payment_curve truth, naive, told;
    int64_t reminded, all = 0;
    cr_assert(plain && seen && cut);
    prng_seed(&r, 77);
    for (int i = 0; i < MANY; i++) {
        const bool never = prng_unit(&r) < .2, left_alone = prng_unit(&r) < .1;
        const int64_t pays_ms = (int64_t)(exp(4 + 1.8 * prng_normal(&r)) * S);
        plain[i] = never ? (struct payment_time){ 90000 * S, 100, PAYMENT_NEVER, false, 0 } : (struct payment_time){ pays_ms, 100, PAYMENT_CAME, false, 0 };
        seen[i] = plain[i];
        if (left_alone || plain[i].delay_ms <= 1800 * S) continue;
        seen[i].reminded = true;
        seen[i].reminded_ms = 1800 * S;
        if (never && prng_unit(&r) < .4) seen[i] = (struct payment_time){ (1800 + (int64_t)prng_below(&r, 3600)) * S, 100, PAYMENT_CAME, true, 1800 * S };
        all++;
    }
    memcpy(cut, seen, MANY * sizeof *seen);
    cr_expect(payment_times_cut(&a, cut, MANY, 100, &reminded) && reminded == all);
    cr_assert(payment_curve_fit(&a, plain, MANY, &truth) && payment_curve_fit(&a, cut, MANY, &told));
    for (int64_t h_s = 600; h_s <= 14400; h_s *= 2) {
        const double want = payment_curve_wasted(&truth, h_s * S);
        cr_expect(fabs(payment_curve_wasted(&told, h_s * S) - want) < .03, "%lld s: %.3f is not %.3f", (long long)h_s, payment_curve_wasted(&told, h_s * S), want);
    }
    /* the control: payments after a reminder taken for the buyers' own */
    cr_assert(payment_curve_fit(&a, seen, MANY, &naive));
    cr_expect(payment_curve_wasted(&naive, 1800 * S) > payment_curve_wasted(&truth, 1800 * S) + .2, "the control was not caught");
    /* nobody is left alone: nothing tells what comes after the reminder, and nothing is cut off */
    for (int i = 0; i < MANY; i++) {
        cut[i] = plain[i];
        cut[i].reminded = plain[i].delay_ms > 1800 * S;
        cut[i].reminded_ms = 1800 * S;
    }
    cr_expect(!payment_times_cut(&a, cut, MANY, 100, &reminded) && cut[0].end == plain[0].end);
    free(plain);
    free(seen);
    free(cut);
    arena_release(&a);
}

Test(payment_delay, bands_share_all_orders)
{
    static struct payment_time t[ORDERS];
    struct arena a = memory();
    struct delay_band bands[DELAY_BANDS_MAX];
    int n;
    made_orders(9, t);
    cr_assert(delay_bands(&a, t, ORDERS, bands, &n));
    cr_assert(n >= 2 && n <= DELAY_BANDS_MAX);
    int64_t all = 0;
    for (int i = 0; i < n; i++) {
        all += bands[i].curve.orders;
        cr_expect(bands[i].curve.orders >= DELAY_BAND_MIN_ORDERS);
        cr_expect(bands[i].from_minor == (i ? bands[i - 1].until_minor : 0) && bands[i].from_minor < bands[i].until_minor);
    }
    cr_expect(all == ORDERS && bands[n - 1].until_minor == INT64_MAX);
    for (size_t i = 0; i < ORDERS; i++) t[i].total_minor = 500; /* one value: no bands to tell apart */
    cr_assert(delay_bands(&a, t, ORDERS, bands, &n));
    cr_expect_eq(n, 0);
    cr_assert(delay_bands(&a, t, 2 * DELAY_BAND_MIN_ORDERS - 1, bands, &n));
    cr_expect_eq(n, 0);
    arena_release(&a);
}
