/* Seeded pseudo-random numbers: xoshiro256** (Blackman and Vigna 2018), seeded by splitmix64.  Never for secrets. */
#ifndef ZG_BASE_PRNG_H
#define ZG_BASE_PRNG_H
#include <stdint.h>
struct prng { uint64_t s[4]; };
void prng_seed(struct prng *p, uint64_t seed);
uint64_t prng_next(struct prng *p);
uint64_t prng_below(struct prng *p, uint64_t n);  /* uniform 0..n-1 without bias (Lemire 2019); n > 0 */
double prng_unit(struct prng *p);                 /* [0,1), 53 bits */
double prng_normal(struct prng *p);               /* mean 0, s.d. 1 (Marsaglia polar) */
uint64_t prng_poisson(struct prng *p, double mean);
double prng_gamma(struct prng *p, double shape);  /* scale 1; shape > 0 (Marsaglia and Tsang 2000) */
double prng_beta(struct prng *p, double a, double b); /* (0,1); a, b > 0 */
#endif
