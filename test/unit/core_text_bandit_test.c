/* Which text does better: the interval against its equation, the published regrets, the share by lot, and the rule that drops a text, with
 * naive looks as the control that must be caught. */
#include <criterion/criterion.h>
#include <math.h>
#include "base/instant.h"
#include "base/prng.h"
#include "core/run/text_bandit.h"

#define NEAR(a, b, eps) cr_expect(fabs((a) - (b)) <= (eps), "%.12f is not %.12f", (double)(a), (double)(b))
enum { CHOICES = 10000, RUNS = 200, FALSE_RUNS = 2000, FALSE_CHOICES = 2000, LOOK_EVERY = 50 };

Test(text_bandit, interval)
{
    double low, high;
    text_interval(&(struct text_arm){ 0, 0 }, .05, &low, &high);
    cr_expect(low == 0 && high == 1, "nothing is known: %f to %f", low, high);
    /* one outcome that was won: B(2, 1) / p = 1 / (2 p) reaches 20 at p = 1/40; no p near 1 is refuted */
    text_interval(&(struct text_arm){ 1, 1 }, .05, &low, &high);
    NEAR(low, 1 / 40., 1e-9);
    NEAR(high, 1, 1e-9);
    /* one won, one lost: B(2, 2) / (p (1 - p)) = 1 / (6 p (1 - p)) = 20 at both edges */
    text_interval(&(struct text_arm){ 2, 1 }, .05, &low, &high);
    NEAR(6 * low * (1 - low), .05, 1e-9);
    NEAR(high, 1 - low, 1e-9);
    /* five lost: 1 / (6 (1 - p)^5) = 20 */
    text_interval(&(struct text_arm){ 5, 0 }, .05, &low, &high);
    NEAR(low, 0, 1e-9);
    NEAR(6 * pow(1 - high, 5), .05, 1e-9);
    double wide = 1;
    for (int64_t told = 10; told <= 10000000; told *= 10) { /* narrower with more */
        text_interval(&(struct text_arm){ told, told / 10 }, .05, &low, &high);
        cr_expect(low > 0 && low < .1 && .1 < high && high - low < wide);
        wide = high - low;
    }
}

Test(text_bandit, what_became_of_a_reminder)
{
    static const struct { struct text_contact c; enum text_fate want; } rows[] = {
        { { 100, INSTANT_MAX, INSTANT_NONE, 1000, 1000 }, TEXT_LOST }, { { 100, INSTANT_MAX, INSTANT_NONE, 1000, 999 }, TEXT_OPEN },
        { { 100, INSTANT_MAX, 101, 1000, 1000 }, TEXT_WON },           { { 100, INSTANT_MAX, 1000, 1000, 1000 }, TEXT_WON },
        { { 100, INSTANT_MAX, 1001, 1000, 5000 }, TEXT_LOST },         { { 100, INSTANT_MAX, 100, 1000, 5000 }, TEXT_NO_TRIAL },
        { { 100, INSTANT_MAX, 50, 1000, 5000 }, TEXT_NO_TRIAL },       { { 1000, INSTANT_MAX, INSTANT_NONE, 1000, 5000 }, TEXT_NO_TRIAL },
        { { 100, 300, 250, 1000, 5000 }, TEXT_WON },                   { { 100, 300, 301, 1000, 5000 }, TEXT_LOST /* the next one won it */ },
        { { 100, INSTANT_MAX, 200, 1000, 500 }, TEXT_OPEN /* who pays fast would favour what was used last */ },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) cr_expect_eq(text_fate_of(&rows[i].c), rows[i].want, "row %zu: %d", i, (int)text_fate_of(&rows[i].c));
}

Test(text_bandit, a_text_is_out_when_another_is_better)
{
    const struct text_arm arms[] = { { 4000, 600 }, { 4000, 400 }, { 10, 0 }, { 4000, 560 } };
    struct text_standing s[4];
    cr_expect_eq(text_bandit_judge(arms, 4, s), -1);
    cr_expect(!s[0].out && s[1].out && !s[2].out && !s[3].out, "the second alone is known to be worse");
    NEAR(s[0].rate, 601 / 4002., 1e-12);
    cr_expect_eq(text_bandit_judge(arms, 2, s), 0);
    cr_expect_eq(text_bandit_judge(arms, 1, s), 0);
    struct prng r;
    prng_seed(&r, 1);
    text_bandit_judge(arms, 4, s);
    for (int i = 0; i < 20000; i++) cr_assert_neq(text_bandit_choose(arms, s, 4, TEXT_EXPLORE_BP, &r), 1);
}

Test(text_bandit, one_choice_in_ten_is_by_lot)
{
    /* the second is worse beyond doubt to Thompson, though not yet to the interval: only the lot chooses it */
    const struct text_arm arms[] = { { 3000, 300 }, { 3000, 210 }, { 3000, 210 } };
    struct text_standing s[3] = { { .out = false } };
    int count[3] = { 0 };
    struct prng r;
    prng_seed(&r, 2);
    for (int i = 0; i < 90000; i++) count[text_bandit_choose(arms, s, 3, TEXT_EXPLORE_BP, &r)]++;
    for (int i = 1; i < 3; i++) cr_expect(count[i] > 2800 && count[i] < 3250, "%d of 90,000, not 3,000", count[i]);
    cr_expect_eq(text_bandit_choose(arms, s, 3, 10000, &(struct prng){ { 1, 2, 3, 4 } }), text_bandit_choose(arms, s, 3, 10000, &(struct prng){ { 1, 2, 3, 4 } }));
}

/* Mean pseudo-regret of 10,000 choices: what always taking the best text would have brought more. judging: the rule that drops texts is on. */
static double regret(const double *rates, int n, int64_t explore_bp, bool judging, uint64_t seed)
{
    double lost = 0, most = 0;
    struct prng r;
    prng_seed(&r, seed);
    for (int i = 0; i < n; i++) most = fmax(most, rates[i]);
    for (int run = 0; run < RUNS; run++) {
        struct text_arm arms[TEXT_ARMS_MAX] = { { 0 } };
        struct text_standing s[TEXT_ARMS_MAX] = { { .out = false } };
        for (int i = 0; i < CHOICES; i++) {
            if (judging && i % LOOK_EVERY == 0) text_bandit_judge(arms, n, s);
            const int at = text_bandit_choose(arms, s, n, explore_bp, &r);
            arms[at].told++;
            arms[at].won += prng_unit(&r) < rates[at];
            lost += most - rates[at];
        }
    }
    return lost / RUNS;
}

static const double five[] = { .10, .08, .08, .08, .08 }, ten[] = { .5, .4, .4, .4, .4, .4, .4, .4, .4, .4 };

/* docs/internals/core.md: Thompson 69 and 163, by lot 160 and 900 */
Test(text_bandit, regrets, .timeout = 200)
{
    const double few = regret(five, 5, 0, false, 21), many = regret(ten, 10, 0, false, 22);
    cr_expect(few <= 80 && few > 40, "regret %.1f", few);
    cr_expect(many <= 190 && many > 100, "regret %.1f", many);
    const double lot_few = regret(five, 5, 10000, false, 23), lot_many = regret(ten, 10, 10000, false, 24);
    cr_expect(lot_few > 155 && lot_few < 165 && lot_many > 890 && lot_many < 910, "by lot it is %.1f and %.1f", lot_few, lot_many);
}

/* What measuring costs: the share by lot adds a tenth of the lot's regret at most, and less once a text is dropped. */
Test(text_bandit, regrets_with_the_share_by_lot, .timeout = 200)
{
    const double few = regret(five, 5, TEXT_EXPLORE_BP, true, 25), many = regret(ten, 10, TEXT_EXPLORE_BP, true, 26);
    cr_expect(few <= 80 + 16, "regret %.1f", few);
    cr_expect(many <= 190 + 90, "regret %.1f", many);
}

/* Is one share above the other at 95 %, as if this were the only look? */
static bool naive_worse(const struct text_arm *a, const struct text_arm *b)
{
    if (a->told < 30 || b->told < 30) return false;
    const double p = (double)a->won / (double)a->told, q = (double)b->won / (double)b->told;
    const double v = p * (1 - p) / (double)a->told + q * (1 - q) / (double)b->told;
    return v > 0 && q - p > 1.959963984540054 * sqrt(v);
}

/* Texts that do equally well: a look every 50 outcomes drops one in fewer than 5 % of the runs, naive looks in far more.  And one that is
 * better is found. */
Test(text_bandit, dropping_holds_under_peeking, .timeout = 200)
{
    static const double rates[] = { .12, .12, .12 };
    int wrong = 0, naive = 0;
    struct prng r;
    prng_seed(&r, 31);
    for (int run = 0; run < FALSE_RUNS; run++) {
        struct text_arm arms[3] = { { 0 } };
        struct text_standing s[3], none[3] = { { .out = false } };
        bool out = false, naive_out = false;
        for (int i = 0; i < FALSE_CHOICES; i++) {
            const int at = text_bandit_choose(arms, none, 3, TEXT_EXPLORE_BP, &r);
            arms[at].told++;
            arms[at].won += prng_unit(&r) < rates[at];
            if (i % LOOK_EVERY) continue;
            text_bandit_judge(arms, 3, s);
            for (int a = 0; a < 3; a++) {
                out |= s[a].out;
                for (int b = 0; b < 3; b++) naive_out |= naive_worse(&arms[a], &arms[b]);
            }
        }
        wrong += out;
        naive += naive_out;
    }
    cr_expect(wrong < FALSE_RUNS * 5 / 100, "%d false alarms of %d", wrong, FALSE_RUNS);
    cr_expect(naive > FALSE_RUNS * 20 / 100, "the control was not caught: %d of %d", naive, FALSE_RUNS);
}

Test(text_bandit, a_better_text_is_found, .timeout = 200)
{
    static const double rates[] = { .10, .20, .10 };
    int found = 0, lost = 0;
    struct prng r;
    prng_seed(&r, 32);
    for (int run = 0; run < RUNS; run++) {
        struct text_arm arms[3] = { { 0 } };
        struct text_standing s[3] = { { .out = false } };
        for (int i = 0; i < CHOICES; i++) {
            if (i % LOOK_EVERY == 0) text_bandit_judge(arms, 3, s);
            const int at = text_bandit_choose(arms, s, 3, TEXT_EXPLORE_BP, &r);
            arms[at].told++;
            arms[at].won += prng_unit(&r) < rates[at];
        }
        found += text_bandit_judge(arms, 3, s) == 1;
        lost += s[1].out;
    }
    cr_expect(found > RUNS * 80 / 100, "found in %d of %d", found, RUNS);
    cr_expect(lost < RUNS * 5 / 100, "the best was dropped in %d of %d", lost, RUNS);
}
