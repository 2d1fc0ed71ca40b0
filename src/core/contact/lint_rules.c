/* Reads the rules of the lint from lint_rules.txt, which the build puts into the program.  The file is ours: what is wrong in it is a
 * programmer's error, found by the first test that loads it. */
#include <assert.h>
#include "core/contact/lint_parts.h"
#include "core/contact/texts.h"
#include "embedded_lint_rules.h"

struct reading { struct arena *a; struct lint *lint; struct lint_rule *rule; };

static int channels_of(struct text words)
{
    static const enum channel known[] = { CHANNEL_CHAT, CHANNEL_SMS, CHANNEL_EMAIL };
    int bits = 0;
    while (!text_empty(words)) {
        const struct text word = text_cut(words, ' ', &words);
        for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
            if (text_is(word, channel_word(known[i]))) bits |= 1 << known[i];
    }
    assert(bits != 0);
    return bits;
}

static int pattern_of(struct text word)
{
    if (text_is(word, "phone")) return PATTERN_PHONE;
    if (text_is(word, "address")) return PATTERN_ADDRESS;
    if (text_is(word, "link")) return PATTERN_LINK;
    if (text_is(word, "letters")) return PATTERN_LETTERS;
    assert(text_is(word, "spaced"));
    return PATTERN_SPACED;
}

static bool term_known(const struct lint_term *t, struct text folded, bool allow)
{
    for (; t; t = t->next)
        if (t->allow == allow && text_eq(t->text, folded)) return true;
    return false;
}

static bool term_add(struct reading *r, struct text word, bool allow)
{
    struct lint_folded f;
    size_t at = 0;

    if (!lint_fold(r->a, text_trim(word), NULL, NULL, &f)) return false;
    assert(f.text.len > 0);
    const unsigned bucket = lint_bucket(utf8_take(f.text, &at));
    if (term_known(r->lint->buckets[bucket], f.text, allow)) return true; /* the first rule that has it speaks */
    struct lint_term *t = ARENA_NEW(r->a, struct lint_term);
    if (!t) return false;
    *t = (struct lint_term){ .text = f.text, .rule = r->rule, .next = r->lint->buckets[bucket], .allow = allow };
    for (size_t i = 0; i < f.text.len; i++) t->wide |= (unsigned char)f.text.ptr[i] >= 0x80;
    r->lint->buckets[bucket] = t;
    return true;
}

static bool terms_add(struct reading *r, struct text list, bool allow)
{
    while (!text_empty(list))
        if (!term_add(r, text_cut(list, '|', &list), allow)) return false;
    return true;
}

static void rule_begin(struct reading *r, struct text value)
{
    struct text level;
    const struct text word = text_cut(value, ' ', &level);
    assert(r->lint->rule_count < LINT_RULES_MAX);
    assert(text_is(level, "refuse") || text_is(level, "warn"));
    r->rule = &r->lint->rules[r->lint->rule_count++];
    *r->rule = (struct lint_rule){ .word = word, .level = text_is(level, "refuse") ? LINT_REFUSE : LINT_WARN,
                                   .channels = 1 << CHANNEL_CHAT | 1 << CHANNEL_SMS | 1 << CHANNEL_EMAIL };
}

static bool line_read(struct reading *r, struct text line)
{
    struct text value;
    const struct text key = text_cut(line, ' ', &value);
    if (text_is(key, "rule")) {
        rule_begin(r, value);
        return true;
    }
    assert(r->rule != NULL);
    if (text_is(key, "term")) return terms_add(r, value, false);
    if (text_is(key, "allow")) return terms_add(r, value, true);
    if (text_is(key, "channels")) r->rule->channels = channels_of(value);
    else if (text_is(key, "where")) r->rule->marketplace = text_is(value, "marketplace");
    else if (text_is(key, "claim")) r->rule->claim = text_claim_find(value);
    else if (text_is(key, "pattern")) r->rule->patterns |= pattern_of(value);
    else if (text_is(key, "source")) r->rule->source = value;
    else if (text_is(key, "date")) r->rule->date = value;
    else if (text_is(key, "why-en")) r->rule->why_en = value;
    else if (text_is(key, "why-zh")) r->rule->why_zh = value;
    else if (text_is(key, "instead-en")) r->rule->instead_en = value;
    else if (text_is(key, "instead-zh")) r->rule->instead_zh = value;
    else assert(!"a key that lint_rules.txt does not have");
    return true;
}

const struct lint *lint_load(struct arena *a)
{
    struct text rest = { embedded_lint_rules[0].ptr, embedded_lint_rules[0].len };
    struct reading r = { .a = a, .lint = ARENA_NEW(a, struct lint) };
    if (!r.lint) return NULL;
    while (!text_empty(rest)) {
        const struct text line = text_cut(rest, '\n', &rest);
        if (text_empty(line) || line.ptr[0] == '#') continue;
        if (!line_read(&r, line)) return NULL;
    }
    for (int i = 0; i < r.lint->rule_count; i++) assert(r.lint->rules[i].source.len && r.lint->rules[i].date.len && r.lint->rules[i].instead_zh.len);
    return r.lint;
}

int lint_rules(const struct lint *l, const struct lint_rule **ret)
{
    *ret = l->rules;
    return l->rule_count;
}
