/* Which of several good texts does better: each is tried in proportion to the chance that it is the best, and dropped when it is not.
 *
 * Read in this order: text_bandit_judge (what is known of each text, and which are out), then text_bandit_choose (the text for the next
 * reminder).  Texts that come here are all allowed: what may be said to whom and when is decided before (core/contact).
 *
 * The choice is Thompson's (1933): of each text draw a success rate from what is known of it, Beta(1 + won, 1 + lost), and take the
 * greatest; one choice in ten (TEXT_EXPLORE_BP) is by lot while more than one text is left, so that each goes on being measured.
 *
 * A text is out when its interval lies wholly below another's.  The intervals are confidence sequences: for Bernoulli outcomes the mixture
 * likelihood ratio B(1 + won, 1 + lost) / (p^won (1 - p)^lost) is a martingale at the true p, so it ever reaches 1/alpha with probability
 * alpha at most (Robbins 1970; Ville's inequality); p is in the interval while it has not.  They hold at every look, and though the choice
 * depends on the outcomes, as each text's own outcomes are judged by themselves; alpha is shared among the texts.  So some text is dropped
 * wrongly in 5 % of all shops at most, however often anybody looks.
 * Pure. */
#ifndef ZG_CORE_TEXT_BANDIT_H
#define ZG_CORE_TEXT_BANDIT_H
#include <stdbool.h>
#include <stdint.h>

struct prng;

enum { TEXT_ARMS_MAX = 32, TEXT_EXPLORE_BP = 1000 };

/* What became of one reminder with a text. It is judged when the time to pay is over, not before: who pays fast would favour the text that was
 * used last.  Paid after it and before the next reminder of the order counts for it. */
struct text_contact {
    int64_t at_ms, next_ms;             /* this reminder; the next of the same order, INSTANT_MAX: none */
    int64_t paid_ms, closes_ms, now_ms; /* INSTANT_NONE: not paid; when the time to pay ends */
};
enum text_fate { TEXT_NO_TRIAL /* it was paid, or could not be any more */, TEXT_OPEN /* not known yet */, TEXT_WON, TEXT_LOST };
enum text_fate text_fate_of(const struct text_contact *c);

/* One text: reminders whose outcome is known (the order's time to pay is over), and how many of them were paid after it. 0 <= won <= told. */
struct text_arm { int64_t told, won; };
struct text_standing {
    double rate;        /* expected: (1 + won) / (2 + told) */
    double low, high;   /* the rate is in between, for all of them together at 95 % at every look */
    bool out;           /* another is better */
};
/* n: 1..TEXT_ARMS_MAX. Returns the text that is left alone, -1 while several are. */
int text_bandit_judge(const struct text_arm *arms, int n, struct text_standing *ret);
/* The text for the next reminder: of those that are not out, at least one of which there is. explore_bp: how many of 10,000 choices are by lot. */
int text_bandit_choose(const struct text_arm *arms, const struct text_standing *standings, int n, int64_t explore_bp, struct prng *r);
/* The interval of one text at level alpha. */
void text_interval(const struct text_arm *arm, double alpha, double *ret_low, double *ret_high);
#endif
