/* The parts of the lint: lint_rules.c reads the rules, lint_fold.c folds a text, lint_pattern.c finds what no list can name, lint.c puts
 * the findings together. Only these include this. */
#ifndef ZG_CORE_LINT_PARTS_H
#define ZG_CORE_LINT_PARTS_H
#include "core/contact/lint.h"

enum lint_pattern {
    PATTERN_PHONE = 1,    /* a mobile number of China, a service number 400 or 800, an international one with its plus */
    PATTERN_ADDRESS = 2,  /* an e-mail address */
    PATTERN_LINK = 4,     /* a link or host that is not one of own_hosts */
    PATTERN_LETTERS = 8,  /* letters in circles or of mathematics, invisible characters within a word */
    PATTERN_SPACED = 16,  /* a term of a refusing rule with separators inside */
};
struct lint_term { struct text text; /* folded */ const struct lint_rule *rule; const struct lint_term *next; bool allow, wide; /* has more than ASCII */ };
enum { LINT_RULES_MAX = 64, LINT_BUCKETS = 1024 };
struct lint {
    struct lint_rule rules[LINT_RULES_MAX];
    int rule_count;
    const struct lint_term *buckets[LINT_BUCKETS]; /* by the first code point */
};
static inline unsigned lint_bucket(uint32_t c) { return (c * 2654435761u) >> 22; }

/* A text with its forms folded; byte i of it comes from bytes [from[i], to[i]) of the source. */
struct lint_folded { struct text text; uint16_t *from, *to; };
/* Folds; odd, when not NULL, is told each place of PATTERN_LETTERS.  False when the arena gives no memory. */
typedef void lint_place(void *ctx, size_t from, size_t to);
bool lint_fold(struct arena *a, struct text s, lint_place *odd, void *ctx, struct lint_folded *ret);
/* Without what may stand inside a word to hide it (blanks, points, dashes, stars, symbols); gap_before[i]: something was left out before. */
bool lint_squeeze(struct arena *a, const struct lint_folded *f, struct lint_folded *ret, bool **ret_gap_before);

/* Places in the folded text. */
void lint_phones(const struct lint_folded *f, lint_place *each, void *ctx);
void lint_addresses(const struct lint_folded *f, lint_place *each, void *ctx);
void lint_links(const struct lint_folded *f, struct text own_hosts, lint_place *each, void *ctx);

static inline bool ascii_digit(char c) { return c >= '0' && c <= '9'; }
static inline bool ascii_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
#endif
