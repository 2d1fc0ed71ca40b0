/* xoshiro256** 1.0 and splitmix64 (prng.di.unimi.it), with the few distributions that a simulation needs.
 * The same seed gives the same numbers on every machine; the real-valued ones as far as libm agrees. */
#include "base/prng.h"
#include <assert.h>
#include <math.h>

static uint64_t splitmix64(uint64_t *x)
{
    uint64_t z = (*x += UINT64_C(0x9E3779B97F4A7C15));
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

void prng_seed(struct prng *p, uint64_t seed)
{
    for (int i = 0; i < 4; i++) p->s[i] = splitmix64(&seed);
}

static uint64_t rotate_left(uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }

uint64_t prng_next(struct prng *p)
{
    uint64_t *s = p->s;
    uint64_t result = rotate_left(s[1] * 5, 7) * 9;
    uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate_left(s[3], 45);
    return result;
}

uint64_t prng_below(struct prng *p, uint64_t n)
{
    assert(n > 0);
    __extension__ typedef unsigned __int128 wide;
    wide m = (wide)prng_next(p) * n;
    if ((uint64_t)m < n) {
        uint64_t threshold = (0 - n) % n;
        while ((uint64_t)m < threshold) m = (wide)prng_next(p) * n;
    }
    return (uint64_t)(m >> 64);
}

double prng_unit(struct prng *p) { return (double)(prng_next(p) >> 11) * 0x1p-53; }

double prng_normal(struct prng *p)
{
    for (;;) { /* accepts 78.5 % of the draws */
        double x = 2 * prng_unit(p) - 1, y = 2 * prng_unit(p) - 1, r = x * x + y * y;
        if (r > 0 && r < 1) return x * sqrt(-2 * log(r) / r);
    }
}

/* Multiplies uniforms until the product falls below e^-mean (Knuth): for small means. */
static uint64_t poisson_small(struct prng *p, double mean)
{
    double limit = exp(-mean), product = prng_unit(p);
    uint64_t n = 0;
    while (product > limit) {
        product *= prng_unit(p);
        n++;
    }
    return n;
}

/* ln k! by Stirling's series, exact to 1e-10 from k = 10 on. */
static double log_factorial(double k)
{
    static const double small[10] = { 0, 0, 0.69314718055994531, 1.791759469228055, 3.1780538303479458, 4.7874917427820458,
                                      6.5792512120101012, 8.5251613610654147, 10.604602902745251, 12.801827480081469 };
    if (k < 10) return small[(int)k];
    double i = 1 / k;
    return (k + .5) * log(k) - k + .91893853320467274 + i * (1 / 12. - i * i * (1 / 360. - i * i / 1260));
}

/* Transformed rejection (Hoermann 1993, "The transformed rejection method for generating Poisson random variables", PTRS). */
static uint64_t poisson_large(struct prng *p, double mean)
{
    double b = .931 + 2.53 * sqrt(mean), a = -.059 + .02483 * b, v_r = .9277 - 3.6224 / (b - 2);
    double inverse_alpha = 1.1239 + 1.1328 / (b - 3.4), log_mean = log(mean);
    for (;;) {
        double u = prng_unit(p) - .5, v = prng_unit(p), us = .5 - fabs(u);
        double k = floor((2 * a / us + b) * u + mean + .43);
        if (us >= .07 && v <= v_r) return (uint64_t)k;
        if (k < 0 || (us < .013 && v > us)) continue;
        if (log(v * inverse_alpha / (a / (us * us) + b)) <= k * log_mean - mean - log_factorial(k)) return (uint64_t)k;
    }
}

uint64_t prng_poisson(struct prng *p, double mean)
{
    assert(mean >= 0 && mean < 1e15);
    return mean < 10 ? poisson_small(p, mean) : poisson_large(p, mean);
}

/* "A simple method for generating gamma variables", ACM TOMS 26(3), 2000: a cubed normal, accepted more than 95 times of 100 for shapes
 * from 1 on; a smaller shape is that of shape + 1, times a power of a uniform. */
double prng_gamma(struct prng *p, double shape)
{
    assert(shape > 0 && shape < 1e15);
    if (shape < 1) return prng_gamma(p, shape + 1) * pow(1 - prng_unit(p), 1 / shape);
    const double d = shape - 1 / 3., c = 1 / sqrt(9 * d);
    for (;;) {
        const double x = prng_normal(p), root = 1 + c * x, u = 1 - prng_unit(p);
        const double v = root * root * root;
        if (v > 0 && log(u) < .5 * x * x + d * (1 - v + log(v))) return d * v;
    }
}

double prng_beta(struct prng *p, double a, double b)
{
    const double x = prng_gamma(p, a), y = prng_gamma(p, b);
    return x / (x + y);
}
