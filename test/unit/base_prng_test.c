#include <criterion/criterion.h>
#include <math.h>
#include "base/prng.h"

/* The published first outputs: splitmix64 from seed 1234567, xoshiro256** from the state 1, 2, 3, 4 (as rand_xoshiro has them). */
Test(prng, seeds_by_splitmix64)
{
    struct prng p;
    prng_seed(&p, 1234567);
    cr_expect(p.s[0] == UINT64_C(6457827717110365317));
    cr_expect(p.s[1] == UINT64_C(3203168211198807973));
    cr_expect(p.s[2] == UINT64_C(9817491932198370423));
    cr_expect(p.s[3] == UINT64_C(4593380528125082431));
}

Test(prng, is_xoshiro256starstar)
{
    static const uint64_t want[] = { UINT64_C(11520), UINT64_C(0), UINT64_C(1509978240), UINT64_C(1215971899390074240),
        UINT64_C(1216172134540287360), UINT64_C(607988272756665600), UINT64_C(16172922978634559625),
        UINT64_C(8476171486693032832), UINT64_C(10595114339597558777), UINT64_C(2904607092377533576) };
    struct prng p = { { 1, 2, 3, 4 } };
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
        uint64_t got = prng_next(&p);
        cr_expect(got == want[i], "%zu: %llu", i, (unsigned long long)got);
    }
}

Test(prng, below_is_uniform_and_inside)
{
    struct prng p;
    long count[7] = { 0 };
    prng_seed(&p, 42);
    for (int i = 0; i < 700000; i++) {
        uint64_t v = prng_below(&p, 7);
        cr_assert(v < 7);
        count[v]++;
    }
    double chi2 = 0;
    for (int i = 0; i < 7; i++) chi2 += ((double)count[i] - 1e5) * ((double)count[i] - 1e5) / 1e5;
    cr_expect(chi2 < 22.46, "chi2 %g with 6 degrees of freedom, .999 quantile 22.46", chi2);
    cr_expect(prng_below(&p, 1) == 0);
    uint64_t huge = (UINT64_C(1) << 63) + 1, top = 0; /* without rejection the low half would come twice as often */
    for (int i = 0; i < 10000; i++) top += prng_below(&p, huge) >= huge / 2;
    cr_expect(top > 4800 && top < 5200, "%llu", (unsigned long long)top);
}

Test(prng, unit_and_normal_have_their_moments)
{
    struct prng p;
    double n = 400000, sum = 0, square = 0, fourth = 0, unit = 0;
    prng_seed(&p, 7);
    for (int i = 0; i < (int)n; i++) {
        double u = prng_unit(&p), z = prng_normal(&p);
        cr_assert(u >= 0 && u < 1);
        unit += u;
        sum += z;
        square += z * z;
        fourth += z * z * z * z;
    }
    cr_expect(fabs(unit / n - .5) < .002);
    cr_expect(fabs(sum / n) < .006, "mean %g", sum / n);
    cr_expect(fabs(square / n - 1) < .01, "variance %g", square / n);
    cr_expect(fabs(fourth / n - 3) < .08, "fourth moment %g", fourth / n);
}

Test(prng, poisson_has_mean_and_variance_at_every_size)
{
    static const double means[] = { 0, .01, .5, 3, 9.9, 10, 25, 300, 1e5 };
    struct prng p;
    prng_seed(&p, 11);
    for (size_t m = 0; m < sizeof means / sizeof means[0]; m++) {
        double mean = means[m], n = 60000, sum = 0, square = 0;
        for (int i = 0; i < (int)n; i++) {
            double x = (double)prng_poisson(&p, mean) - mean;
            sum += x;
            square += x * x;
        }
        double sd = sqrt(mean / n);
        cr_expect(fabs(sum / n) <= 4.5 * sd, "mean %g: off by %g", mean, sum / n);
        cr_expect(mean == 0 || fabs(square / n / mean - 1) < .03 + 4.5 / sqrt(n * (mean < 1 ? mean : 1)), "mean %g: variance %g", mean, square / n);
    }
    double zero = 0; /* the transformed rejection against the exact law at one place */
    for (int i = 0; i < 200000; i++) zero += prng_poisson(&p, 12) == 12;
    cr_expect(fabs(zero / 200000 - .11436792) < .0035, "P(12 | 12) = %g", zero / 200000);
}

Test(prng, gamma_and_beta_have_their_moments)
{
    static const double shapes[][2] = { { .5, 2 }, { 1, 1 }, { 3.5, 1.2 }, { 90, 700 } };
    enum { N = 200000 };
    struct prng p;
    prng_seed(&p, 5);
    for (size_t k = 0; k < sizeof shapes / sizeof shapes[0]; k++) {
        const double a = shapes[k][0], b = shapes[k][1];
        double sum = 0, square = 0, beta = 0, beta_square = 0;
        for (int i = 0; i < N; i++) {
            const double g = prng_gamma(&p, a), x = prng_beta(&p, a, b);
            cr_assert(g >= 0 && x >= 0 && x <= 1);
            sum += g;
            square += g * g;
            beta += x;
            beta_square += x * x;
        }
        const double mean = sum / N, variance = square / N - mean * mean, share = beta / N, spread = beta_square / N - share * share;
        const double want = a / (a + b), want_spread = a * b / ((a + b) * (a + b) * (a + b + 1));
        cr_expect(fabs(mean - a) < 5 * sqrt(a / N), "gamma %g: mean %g", a, mean);
        cr_expect(fabs(variance / a - 1) < .05, "gamma %g: variance %g", a, variance);
        cr_expect(fabs(share - want) < 5 * sqrt(want_spread / N), "beta %g %g: mean %g", a, b, share);
        cr_expect(fabs(spread / want_spread - 1) < .05, "beta %g %g: variance %g", a, b, spread);
    }
}
