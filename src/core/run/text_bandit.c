/* See text_bandit.h. */
#include <assert.h>
#include <math.h>
#include "base/instant.h"
#include "base/prng.h"
#include "core/run/text_bandit.h"

static const double alpha_all = 0.05;
enum { BISECTIONS = 48 };

enum text_fate text_fate_of(const struct text_contact *c)
{
    const bool paid = c->paid_ms != INSTANT_NONE && c->paid_ms <= c->closes_ms;
    if (c->at_ms >= c->closes_ms || (paid && c->paid_ms <= c->at_ms)) return TEXT_NO_TRIAL;
    if (c->now_ms < c->closes_ms) return TEXT_OPEN;
    return paid && c->paid_ms <= c->next_ms ? TEXT_WON : TEXT_LOST;
}

static double log_gamma(double x)
{
    int sign;
    return lgamma_r(x, &sign);
}

/* ln B(1 + won, 1 + lost): the outcomes' likelihood, mixed over every rate alike */
static double log_mixed(const struct text_arm *arm)
{
    return log_gamma(1 + (double)arm->won) + log_gamma(1 + (double)(arm->told - arm->won)) - log_gamma(2 + (double)arm->told);
}

/* x log y, 0 where nothing happened */
static double times_log(double x, double y) { return x > 0 ? x * log(y) : 0; }

/* The edge of the interval between `inside`, the observed share, and `outside`, 0 or 1. */
static double edge(const struct text_arm *arm, double limit, double inside, double outside)
{
    const double won = (double)arm->won, lost = (double)(arm->told - arm->won);
    for (int i = 0; i < BISECTIONS; i++) {
        const double p = (inside + outside) / 2;
        if (limit < times_log(won, p) + times_log(lost, 1 - p)) inside = p;
        else outside = p;
    }
    return outside;
}

void text_interval(const struct text_arm *arm, double alpha, double *ret_low, double *ret_high)
{
    assert(arm->won >= 0 && arm->won <= arm->told);
    const double won = (double)arm->won, told = (double)arm->told, share = told > 0 ? won / told : 0.5;
    /* p is inside while log B(1 + won, 1 + lost) - log of its likelihood < log 1/alpha */
    const double limit = log_mixed(arm) + log(alpha);
    *ret_low = edge(arm, limit, share, 0);
    *ret_high = edge(arm, limit, share, 1);
}

int text_bandit_judge(const struct text_arm *arms, int n, struct text_standing *ret)
{
    double best_low = 0;
    int left = 0, last = -1;
    assert(n >= 1 && n <= TEXT_ARMS_MAX);
    for (int i = 0; i < n; i++) {
        ret[i].rate = (1 + (double)arms[i].won) / (2 + (double)arms[i].told);
        text_interval(&arms[i], alpha_all / n, &ret[i].low, &ret[i].high);
        best_low = fmax(best_low, ret[i].low);
    }
    for (int i = 0; i < n; i++) {
        ret[i].out = ret[i].high < best_low;
        if (ret[i].out) continue;
        left++;
        last = i;
    }
    return left == 1 ? last : -1;
}

int text_bandit_choose(const struct text_arm *arms, const struct text_standing *standings, int n, int64_t explore_bp, struct prng *r)
{
    int in[TEXT_ARMS_MAX], count = 0, best = 0;
    double most = -1;
    assert(n >= 1 && n <= TEXT_ARMS_MAX && explore_bp >= 0 && explore_bp <= 10000);
    for (int i = 0; i < n; i++)
        if (!standings[i].out) in[count++] = i;
    assert(count > 0);
    if (count == 1) return in[0];
    if ((int64_t)prng_below(r, 10000) < explore_bp) return in[prng_below(r, (uint64_t)count)];
    for (int i = 0; i < count; i++) {
        const struct text_arm *arm = &arms[in[i]];
        const double rate = prng_beta(r, 1 + (double)arm->won, 1 + (double)(arm->told - arm->won));
        if (rate <= most) continue;
        most = rate;
        best = in[i];
    }
    return best;
}
