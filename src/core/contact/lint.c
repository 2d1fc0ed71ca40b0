/* See lint.h.  Terms hang in buckets by their first character; at each place of the text the longest that matches counts. */
#include "core/contact/lint_parts.h"

struct looking {
    const struct lint *lint;
    const struct lint_ask *ask;
    struct lint_findings *found;
    int pattern;   /* while patterns are looked for: which */
    bool squeezed; /* separators were left out: nobody can tell where a word began */
};

static bool applies(const struct looking *k, const struct lint_rule *r)
{
    return (r->channels & 1 << k->ask->channel) && !(r->marketplace && k->ask->own_site) && !(r->claim & k->ask->claims);
}

/* ---- findings ---- */

static bool same_place(const struct lint_findings *f, const struct lint_rule *rule, size_t from, size_t to)
{
    for (int i = 0; i < f->n; i++)
        if (f->list[i].rule == rule && f->list[i].from <= from && f->list[i].to >= to) return true;
    return false;
}

/* Takes away a finding that only warns, to make room. */
static bool make_room(struct lint_findings *f)
{
    for (int i = f->n; i-- > 0;) {
        if (f->list[i].rule->level != LINT_WARN) continue;
        memmove(&f->list[i], &f->list[i + 1], (size_t)(f->n - i - 1) * sizeof f->list[0]);
        f->n--;
        return true;
    }
    return false;
}

static void find(struct looking *k, const struct lint_rule *rule, size_t from, size_t to)
{
    struct lint_findings *f = k->found;
    const bool in_title = from >= k->ask->title_from && to <= k->ask->title_to;
    if ((rule->claim && in_title) || same_place(f, rule, from, to)) return;
    if (rule->level == LINT_REFUSE) f->refused = true;
    if (f->n == LINT_FINDINGS_MAX && (rule->level == LINT_WARN || !make_room(f))) return;
    int i = f->n++;
    for (; i > 0 && f->list[i - 1].from > from; i--) f->list[i] = f->list[i - 1];
    f->list[i] = (struct lint_finding){ rule, from, to };
}

static void find_pattern(void *ctx, size_t from, size_t to)
{
    struct looking *k = ctx;
    for (int i = 0; i < k->lint->rule_count; i++)
        if ((k->lint->rules[i].patterns & k->pattern) && applies(k, &k->lint->rules[i])) find(k, &k->lint->rules[i], from, to);
}

/* ---- terms ---- */

/* A Latin word is found as a whole word only, a number as a whole number. */
static bool edge(char inside, char outside)
{
    return !(ascii_letter(inside) && ascii_letter(outside)) && !(ascii_digit(inside) && ascii_digit(outside));
}

static bool term_at(const struct looking *k, const struct lint_term *t, struct text s, size_t at)
{
    if (t->text.len > s.len - at || memcmp(t->text.ptr, s.ptr + at, t->text.len) != 0) return false;
    const size_t to = at + t->text.len;
    if (k->squeezed) return true;
    return (at == 0 || edge(t->text.ptr[0], s.ptr[at - 1])) && (to == s.len || edge(t->text.ptr[t->text.len - 1], s.ptr[to]));
}

static bool better(const struct lint_term *t, const struct lint_term *than)
{
    if (!than || t->text.len != than->text.len) return !than || t->text.len > than->text.len;
    if (t->allow != than->allow) return t->allow;
    return t->rule->level < than->rule->level;
}

/* The longest term or allowed phrase at a place; c is the character there. */
static const struct lint_term *longest_at(const struct looking *k, struct text s, size_t at, uint32_t c)
{
    const struct lint_term *best = NULL;
    for (const struct lint_term *t = k->lint->buckets[lint_bucket(c)]; t; t = t->next)
        if (applies(k, t->rule) && better(t, best) && term_at(k, t, s, at)) best = t;
    return best;
}

static void find_terms(struct looking *k, const struct lint_folded *f)
{
    for (size_t at = 0; at < f->text.len;) {
        size_t next = at;
        const uint32_t c = utf8_take(f->text, &next);
        const struct lint_term *t = longest_at(k, f->text, at, c);
        if (t && !t->allow) find(k, t->rule, f->from[at], f->to[at + t->text.len - 1]);
        at = t ? at + t->text.len : next;
    }
}

/* Was the term hidden by what was left out of it?  A Latin word only where it stood between all of its letters: "we chat" is two words. */
static bool hidden(const struct lint_term *t, const bool *gap_before, size_t at)
{
    bool any = false, all = true;
    size_t i = 0;
    utf8_take(t->text, &i);
    for (; i < t->text.len; utf8_take(t->text, &i)) {
        any |= gap_before[at + i];
        all &= gap_before[at + i];
    }
    return t->wide ? any : any && all && t->text.len >= 4;
}

static bool find_spaced(struct arena *a, struct looking *k, const struct lint_folded *f)
{
    struct lint_folded s;
    bool *gap_before;
    if (!lint_squeeze(a, f, &s, &gap_before)) return false;
    k->pattern = PATTERN_SPACED;
    k->squeezed = true;
    for (size_t at = 0; at < s.text.len;) {
        size_t next = at;
        const uint32_t c = utf8_take(s.text, &next);
        const struct lint_term *t = longest_at(k, s.text, at, c);
        if (t && !t->allow && t->rule->level == LINT_REFUSE && !t->rule->claim && hidden(t, gap_before, at))
            find_pattern(k, s.from[at], s.to[at + t->text.len - 1]);
        at = t && (t->wide || hidden(t, gap_before, at)) ? at + t->text.len : next;
    }
    return true;
}

static void find_letter(void *ctx, size_t from, size_t to)
{
    ((struct looking *)ctx)->pattern = PATTERN_LETTERS;
    find_pattern(ctx, from, to);
}

bool lint_check(struct arena *a, const struct lint *l, const struct lint_ask *ask, struct lint_findings *ret)
{
    struct looking k = { .lint = l, .ask = ask, .found = ret };
    struct lint_folded f;

    *ret = (struct lint_findings){ .n = 0 };
    if (ask->text.len > LINT_TEXT_MAX || !text_utf8_valid(ask->text)) return false;
    if (!lint_fold(a, ask->text, find_letter, &k, &f)) return false;
    find_terms(&k, &f);
    if (!find_spaced(a, &k, &f)) return false;
    k.pattern = PATTERN_PHONE;
    lint_phones(&f, find_pattern, &k);
    k.pattern = PATTERN_ADDRESS;
    lint_addresses(&f, find_pattern, &k);
    k.pattern = PATTERN_LINK;
    lint_links(&f, ask->own_hosts, find_pattern, &k);
    return true;
}
