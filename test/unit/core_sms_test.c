/* How an SMS is counted: rows at every border, and a slow second way of counting over random texts. */
#include <criterion/criterion.h>
#include "base/prng.h"
#include "core/contact/sms.h"

static char big[SMS_TEXT_MAX + 16];

static struct text times(const char *piece, int n)
{
    size_t at = 0, len = strlen(piece);
    for (int i = 0; i < n; i++, at += len) memcpy(big + at, piece, len);
    return (struct text){ big, at };
}

Test(sms, borders)
{
    static const struct { const char *before, *piece; int n; enum sms_alphabet alphabet; int characters, units, parts, per_part, left; } rows[] = {
        { "", "a", 0, SMS_GSM7, 0, 0, 0, 160, 160 },
        { "", "a", 160, SMS_GSM7, 160, 160, 1, 160, 0 },
        { "", "a", 161, SMS_GSM7, 161, 161, 2, 153, 145 },
        { "", "a", 306, SMS_GSM7, 306, 306, 2, 153, 0 },
        { "", "a", 307, SMS_GSM7, 307, 307, 3, 153, 152 },
        { "", "€", 80, SMS_GSM7, 80, 160, 1, 160, 0 },
        { "", "€", 81, SMS_GSM7, 81, 162, 2, 153, 143 },   /* 76 of two septets a part: one septet stays empty */
        { "", "€", 152, SMS_GSM7, 152, 304, 2, 153, 1 },
        { "", "€", 153, SMS_GSM7, 153, 306, 3, 153, 151 },
        { "a", "[", 76, SMS_GSM7, 77, 153, 1, 160, 7 },
        { "", "我", 70, SMS_UCS2, 70, 70, 1, 70, 0 },
        { "", "我", 71, SMS_UCS2, 71, 71, 2, 67, 63 },
        { "", "我", 134, SMS_UCS2, 134, 134, 2, 67, 0 },
        { "", "我", 135, SMS_UCS2, 135, 135, 3, 67, 66 },
        { "", "😀", 35, SMS_UCS2, 35, 70, 1, 70, 0 },
        { "", "😀", 36, SMS_UCS2, 36, 72, 2, 67, 61 },     /* 33 pairs a part: no part begins within one */
        { "", "😀", 66, SMS_UCS2, 66, 132, 2, 67, 1 },
        { "", "😀", 67, SMS_UCS2, 67, 134, 3, 67, 65 },    /* 134 units, and yet three parts */
        { "`", "a", 69, SMS_UCS2, 70, 70, 1, 70, 0 },      /* a back-tick is not in the alphabet */
        { "`", "a", 70, SMS_UCS2, 71, 71, 2, 67, 63 },
        { "", "ç", 70, SMS_UCS2, 70, 70, 1, 70, 0 },       /* the small one is not, the capital is */
        { "", "Ç", 160, SMS_GSM7, 160, 160, 1, 160, 0 },
        { "", "Ω", 160, SMS_GSM7, 160, 160, 1, 160, 0 },
        { "", "\n", 160, SMS_GSM7, 160, 160, 1, 160, 0 },
        { "", "\t", 70, SMS_UCS2, 70, 70, 1, 70, 0 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        static char whole[SMS_TEXT_MAX];
        const struct text body = times(rows[i].piece, rows[i].n);
        const size_t before = strlen(rows[i].before);
        memcpy(whole, rows[i].before, before);
        memcpy(whole + before, body.ptr, body.len);
        struct sms_size s;
        cr_assert(sms_measure((struct text){ whole, before + body.len }, &s), "row %zu", i);
        cr_expect_eq(s.alphabet, rows[i].alphabet, "row %zu", i);
        cr_expect_eq(s.characters, rows[i].characters, "row %zu: %d", i, s.characters);
        cr_expect_eq(s.units, rows[i].units, "row %zu: %d", i, s.units);
        cr_expect_eq(s.parts, rows[i].parts, "row %zu: %d", i, s.parts);
        cr_expect_eq(s.per_part, rows[i].per_part, "row %zu: %d", i, s.per_part);
        cr_expect_eq(s.left, rows[i].left, "row %zu: %d", i, s.left);
    }
}

Test(sms, limits)
{
    struct sms_size s = { .parts = -7 };
    cr_expect(sms_measure(times("a", 153 * 255), &s));
    cr_expect_eq(s.parts, 255);
    s.parts = -7;
    cr_expect_not(sms_measure(times("a", 153 * 255 + 1), &s));
    cr_expect_eq(s.parts, -7, "what was refused changed nothing");
    cr_expect_not(sms_measure(times("a", SMS_TEXT_MAX + 1), &s));
    cr_expect_not(sms_measure((struct text){ "\xff\xfe", 2 }, &s));
    cr_expect_not(sms_measure((struct text){ "\xed\xa0\x80", 3 }, &s), "a lone surrogate");
}

Test(sms, cost)
{
    static const struct { int parts; int64_t price, cost; } rows[] = {
        { 0, 4500, 0 }, { 1, 4500, 5 /* 4.5, rounded up */ }, { 2, 4500, 9 }, { 1, 0, 0 }, { 1, 1, 1 }, { 255, 1000, 255 }, { 255, INT64_MAX, INT64_MAX },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) cr_expect_eq(sms_cost_minor(rows[i].parts, rows[i].price), rows[i].cost, "row %zu", i);
}

/* The same by cutting: each part takes characters while they fit. */
static int slow_parts(const uint8_t *units, int n, int single, int part)
{
    int total = 0, parts = 0;
    for (int i = 0; i < n; i++) total += units[i];
    if (total == 0) return 0;
    if (total <= single) return 1;
    for (int i = 0; i < n; parts++)
        for (int used = 0; i < n && used + units[i] <= part; i++) used += units[i];
    return parts;
}

Test(sms, random_texts_are_cut_as_a_sender_cuts)
{
    static const struct { const char *c; uint8_t gsm, ucs; } letters[] = {
        { "a", 1, 1 }, { "Z", 1, 1 }, { "~", 2, 1 }, { "€", 2, 1 }, { "é", 1, 1 }, { "好", 0, 1 }, { "😀", 0, 2 }, { "^", 2, 1 }, { "`", 0, 1 },
    };
    struct prng rng;
    prng_seed(&rng, 20261122);
    for (int round = 0; round < 2000; round++) {
        static uint8_t gsm[1200], ucs[1200];
        const int n = (int)prng_below(&rng, 1000), kinds = round % 2 ? 5 : 9;
        bool wide = false;
        size_t len = 0;
        for (int i = 0; i < n; i++) {
            const int k = (int)prng_below(&rng, (uint64_t)kinds);
            memcpy(big + len, letters[k].c, strlen(letters[k].c));
            len += strlen(letters[k].c);
            gsm[i] = letters[k].gsm;
            ucs[i] = letters[k].ucs;
            wide |= letters[k].gsm == 0;
        }
        struct sms_size s;
        cr_assert(sms_measure((struct text){ big, len }, &s));
        cr_assert_eq(s.parts, wide ? slow_parts(ucs, n, 70, 67) : slow_parts(gsm, n, 160, 153), "round %d", round);
        cr_assert(s.left >= 0 && s.left <= s.per_part);
    }
}
