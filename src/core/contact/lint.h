/* Does a text say what must not be said: absolute words, luring off the platform, rewards for reviews, words bent past a filter, a claim
 * that nothing backs.  The rules are data (lint_rules.txt: each with its level, source, date, why, and the decent way instead).
 *
 * A text is folded first (full-width forms, letters in circles and of mathematics, case), then read from left to right: at each place the
 * longest of all terms and allowed phrases counts, so that "第一时间" is left alone where "第一" is not.  Where separators stand inside a
 * term ("加 微.信") it is found as well and is a finding of the rule that forbids dodging filters. */
#ifndef ZG_CORE_LINT_H
#define ZG_CORE_LINT_H
#include "base/arena.h"
#include "base/text.h"
#include "core/contact/channel.h"

enum lint_level { LINT_REFUSE = 1 /* must not go out */, LINT_WARN = 2 /* a person should look */ };
struct lint_rule {
    struct text word;                  /* "absolute-words" */
    enum lint_level level;
    int channels;                      /* bits 1 << enum channel */
    bool marketplace;                  /* holds only for shops on a platform */
    int patterns;                      /* what no list can name: lint_parts.h */
    int claim;                         /* bit of enum text_claim that makes it right to say this; 0: nothing does */
    struct text source, date;          /* where it is from; ISO date since when, or on which it was read */
    struct text why_en, why_zh, instead_en, instead_zh;
};
struct lint; /* rules with their terms sorted; lives in the arena it was made in, never changes */
const struct lint *lint_load(struct arena *a);     /* the rules built in; NULL when the arena gives no memory */
int lint_rules(const struct lint *l, const struct lint_rule **ret); /* all of them, in the order of the file */

enum { LINT_TEXT_MAX = 8192, LINT_FINDINGS_MAX = 32 };
struct lint_ask {
    struct text text;                  /* valid UTF-8, at most LINT_TEXT_MAX bytes */
    enum channel channel;
    int claims;                        /* bits of enum text_claim that the text declares */
    struct text own_hosts;             /* hosts that links may lead to, parted by '|', as the shop wrote them: its own and its platform's */
    bool own_site;                     /* the shop sells on a site of its own: what only platforms forbid is left alone */
    size_t title_from, title_to;       /* bytes that are the goods' title as the platform has it: no claim of the text's */
};
struct lint_finding {
    const struct lint_rule *rule;
    size_t from, to;                   /* bytes of ask.text */
};
struct lint_findings { struct lint_finding list[LINT_FINDINGS_MAX]; int n; bool refused; };
/* False when the text is too long or not UTF-8, or when the arena gives no memory. Findings by place, at most LINT_FINDINGS_MAX; one that
 * refuses is never crowded out by one that warns. */
bool lint_check(struct arena *a, const struct lint *l, const struct lint_ask *ask, struct lint_findings *ret);
#endif
