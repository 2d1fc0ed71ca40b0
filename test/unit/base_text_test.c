#include <criterion/criterion.h>
#include "base/text.h"

static void trims_to(struct text s, const char *want) { cr_expect(text_is(text_trim(s), want), "trim of \"%.*s\"", (int)s.len, s.ptr); }

Test(text, trims_every_space_of_the_files)
{
    trims_to(TEXT(" \t收货地址 \r\n"), "收货地址");
    trims_to(TEXT("\xEF\xBB\xBF订单编号"), "订单编号");
    trims_to(TEXT("\xC2\xA0 12.00\xE3\x80\x80"), "12.00");
    trims_to(TEXT("  \xE3\x80\x80 "), "");
    trims_to(TEXT("a b"), "a b");
    trims_to(TEXT_NONE, "");
}

Test(text, compares_by_bytes_prefix_first)
{
    cr_expect(text_compare(TEXT("a"), TEXT("ab")) < 0);
    cr_expect(text_compare(TEXT("ab"), TEXT("a")) > 0);
    cr_expect(text_compare(TEXT("b"), TEXT("ab")) > 0);
    cr_expect(text_compare(TEXT("\xE4"), TEXT("z")) > 0, "bytes are unsigned");
    cr_expect(text_compare(TEXT_NONE, TEXT("")) == 0);
}

Test(text, finds_parts)
{
    cr_expect(text_starts_with(TEXT("交易成功"), TEXT("交易")));
    cr_expect_not(text_starts_with(TEXT("交"), TEXT("交易")));
    cr_expect(text_ends_with(TEXT("0元"), TEXT("元")));
    cr_expect(text_ends_with(TEXT("x"), TEXT_NONE));
    cr_expect(text_contains(TEXT("aaab"), TEXT("aab")));
    cr_expect(text_contains(TEXT("ab"), TEXT("b")));
    cr_expect_not(text_contains(TEXT("aaa"), TEXT("ab")));
    cr_expect_not(text_contains(TEXT("ba"), TEXT("ab")));
    cr_expect(text_contains(TEXT("x"), TEXT("")));
    cr_expect_not(text_contains(TEXT_NONE, TEXT("x")));
}

Test(text, cuts_at_the_first_separator)
{
    struct text rest;
    cr_expect(text_is(text_cut(TEXT("a:b:c"), ':', &rest), "a"));
    cr_expect(text_is(rest, "b:c"));
    cr_expect(text_is(text_cut(TEXT("abc"), ':', &rest), "abc"));
    cr_expect(rest.ptr == NULL);
    cr_expect(text_is(text_cut(TEXT("a:"), ':', &rest), "a"));
    cr_expect(rest.ptr != NULL && rest.len == 0, "an empty rest is not the end");
}

Test(text, utf8_is_strict)
{
    static const struct { const char *bytes; bool valid; } rows[] = {
        { "plain ascii, long enough for a word", true }, { "掌柜的店铺今天卖了什么", true }, { "\xF0\x9F\x8D\xB5 tea", true },
        { "\xED\x9F\xBF", true }, { "\xEE\x80\x80", true }, { "\xF4\x8F\xBF\xBF", true },
        { "\xC0\xAF", false }, { "\xC1\xBF", false }, { "\xE0\x9F\xBF", false }, { "\xF0\x8F\xBF\xBF", false }, /* overlong */
        { "\xED\xA0\x80", false }, { "\xED\xBF\xBF", false },                                             /* surrogates */
        { "\xF4\x90\x80\x80", false }, { "\xF5\x80\x80\x80", false },                                     /* too large */
        { "\x80", false }, { "\xE6\x8E", false }, { "\xE6\x8E\x41", false }, { "\xF0\x9F\x8D", false }, { "\xFF", false },
        { "abcdefgh\xB6\xA9\xB5\xA5", false }, /* GB18030 after a whole word of ASCII */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        cr_expect(text_utf8_valid(text_from_cstr(rows[i].bytes)) == rows[i].valid, "row %zu", i);
    cr_expect(text_utf8_valid((struct text){ "a\0b", 3 }), "NUL is a character");
}

Test(text, every_code_point_is_valid_and_every_cut_of_it_is_not)
{
    for (unsigned c = 0x80; c <= 0x10FFFF; c++) {
        char b[4];
        size_t n = 0;
        if (c >= 0xD800 && c <= 0xDFFF) continue;
        if (c < 0x800) b[n++] = (char)(0xC0 | c >> 6);
        else if (c < 0x10000) b[n++] = (char)(0xE0 | c >> 12), b[n++] = (char)(0x80 | (c >> 6 & 63));
        else b[n++] = (char)(0xF0 | c >> 18), b[n++] = (char)(0x80 | (c >> 12 & 63)), b[n++] = (char)(0x80 | (c >> 6 & 63));
        b[n++] = (char)(0x80 | (c & 63));
        if (!text_utf8_valid((struct text){ b, n })) cr_assert_fail("U+%04X refused", c);
        for (size_t cut = 1; cut < n; cut++)
            if (text_utf8_valid((struct text){ b, cut })) cr_assert_fail("U+%04X cut to %zu taken", c, cut);
    }
}

Test(text, clips_between_characters)
{
    struct text s = TEXT("ab掌柜");
    static const size_t want[] = { 0, 1, 2, 2, 2, 5, 5, 5, 8, 8 };
    for (size_t max = 0; max < 10; max++) cr_expect(text_clip_utf8(s, max).len == want[max], "max %zu", max);
    struct text bad = TEXT("\x80\x80\x80\x80\x80\x80\x80\x80");
    cr_expect(text_clip_utf8(bad, 6).len >= 3, "ill-formed bytes do not eat the whole text");
}

Test(text, reads_integers_to_both_ends)
{
    int64_t v = 7;
    cr_expect(text_to_i64(TEXT("0"), &v) && v == 0);
    cr_expect(text_to_i64(TEXT("-12"), &v) && v == -12);
    cr_expect(text_to_i64(TEXT("9223372036854775807"), &v) && v == INT64_MAX);
    cr_expect(text_to_i64(TEXT("-9223372036854775808"), &v) && v == INT64_MIN);
    v = 7;
    cr_expect_not(text_to_i64(TEXT("9223372036854775808"), &v));
    cr_expect_not(text_to_i64(TEXT("-9223372036854775809"), &v));
    cr_expect_not(text_to_i64(TEXT("99999999999999999999999"), &v));
    cr_expect_not(text_to_i64(TEXT(""), &v));
    cr_expect_not(text_to_i64(TEXT("-"), &v));
    cr_expect_not(text_to_i64(TEXT("1 "), &v));
    cr_expect_not(text_to_i64(TEXT("3.5E+16"), &v));
    cr_expect(v == 7, "untouched on failure");
}

Test(text, mends_what_was_cut)
{
    static const char whole[] = "a\xc3\xa9\xe4\xb8\xad\xf0\x9f\x8d\xb5"; /* a, two, three and four bytes: whole after 1, 3, 6, 10 */
    static const size_t want[] = { 0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10 };
    for (size_t n = 0; n < sizeof want / sizeof want[0]; n++) {
        char s[16] = "";
        memcpy(s, whole, n);
        text_mend_cut(s);
        cr_expect_eq(strlen(s), want[n], "%zu bytes", n);
    }
    char small[4];
    cr_expect_eq(text_copy(small, sizeof small, text_from_cstr(whole)), 3);
    cr_expect_str_eq(small, "a\xc3\xa9");
    cr_expect_eq(text_copy(small, sizeof small, TEXT_NONE), 0);
    cr_expect_str_eq(small, "");
}
