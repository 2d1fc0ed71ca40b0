#include <criterion/criterion.h>
#include "base/money.h"

static struct currency of(const char *code)
{
    struct currency c;
    cr_assert(currency_parse(text_from_cstr(code), &c), "%s", code);
    return c;
}

Test(money, currencies_are_those_of_iso_4217)
{
    static const struct { const char *code; int digits; } rows[] = {
        { "CNY", 2 }, { "USD", 2 }, { "EUR", 2 }, { "JPY", 0 }, { "KRW", 0 }, { "VND", 0 }, { "KWD", 3 }, { "BHD", 3 },
        { "TND", 3 }, { "CLF", 4 }, { "AED", 2 }, { "ZWG", 2 }, { "cny", 2 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        cr_expect(currency_digits(of(rows[i].code)) == rows[i].digits, "%s", rows[i].code);
    struct currency c = of("JPY");
    cr_expect_str_eq(of("cny").code, "CNY");
    static const char *bad[] = { "", "CN", "CNYY", "RMB", "XYZ", "123", "C Y", "XAU", "ZZZ", "AAA" };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) cr_expect_not(currency_parse(text_from_cstr(bad[i]), &c), "%s", bad[i]);
    cr_expect_str_eq(c.code, "JPY", "untouched on failure");
}

struct row { const char *cell, *currency; enum money_parse_error error; int64_t minor; };
static const struct row rows[] = {
    /* as exports write them */
    { "201.12", "CNY", MONEY_OK, 20112 }, { "0元", "CNY", MONEY_OK, 0 }, { "123.00元", "CNY", MONEY_OK, 12300 },
    { "¥12", "CNY", MONEY_OK, 1200 }, { "￥1,234.50", "CNY", MONEY_OK, 123450 }, { "1,234.00", "CNY", MONEY_OK, 123400 },
    { "$12.34", "USD", MONEY_OK, 1234 }, { "$ 1,234.56", "USD", MONEY_OK, 123456 }, { "US $1,234.56", "USD", MONEY_OK, 123456 },
    { "AU $3,000.00", "AUD", MONEY_OK, 300000 }, { "$90.00", "AUD", MONEY_OK, 9000 }, { "EUR 90.00", "EUR", MONEY_OK, 9000 },
    { "12.00 €", "EUR", MONEY_OK, 1200 }, { "CNY12.5", "CNY", MONEY_OK, 1250 }, { "12.5 CNY", "CNY", MONEY_OK, 1250 },
    { "  8.00 ", "CNY", MONEY_OK, 800 }, { "\xC2\xA0" "8.00\xE3\x80\x80", "CNY", MONEY_OK, 800 },
    /* shapes */
    { "0", "CNY", MONEY_OK, 0 }, { "201.1", "CNY", MONEY_OK, 20110 }, { "-3.00", "CNY", MONEY_OK, -300 },
    { "-¥3.00", "CNY", MONEY_OK, -300 }, { "¥-3.00", "CNY", MONEY_OK, -300 }, { "+3", "CNY", MONEY_OK, 300 },
    { ".5", "CNY", MONEY_OK, 50 }, { "007.10", "CNY", MONEY_OK, 710 }, { "12.3400", "CNY", MONEY_OK, 1234 },
    { "1,234,567.89", "CNY", MONEY_OK, 123456789 }, { "1500", "JPY", MONEY_OK, 1500 }, { "1500.00", "JPY", MONEY_OK, 1500 },
    { "￥1,500", "JPY", MONEY_OK, 1500 }, { "1.234", "KWD", MONEY_OK, 1234 }, { "1.5", "KWD", MONEY_OK, 1500 },
    { "999999999999999", "CNY", MONEY_OK, 99999999999999900 }, { "000000000000000000012", "CNY", MONEY_OK, 1200 },
    /* no claim */
    { "", "CNY", MONEY_EMPTY, 0 }, { "  ", "CNY", MONEY_EMPTY, 0 }, { "-", "CNY", MONEY_EMPTY, 0 }, { "--", "CNY", MONEY_EMPTY, 0 },
    { "null", "CNY", MONEY_EMPTY, 0 },
    /* not a number */
    { "无退款申请", "CNY", MONEY_NOT_A_NUMBER, 0 }, { "12.3.4", "CNY", MONEY_NOT_A_NUMBER, 0 }, { "12.", "CNY", MONEY_NOT_A_NUMBER, 0 },
    { "1,23", "CNY", MONEY_NOT_A_NUMBER, 0 }, { "1,2345", "CNY", MONEY_NOT_A_NUMBER, 0 }, { "1234,567", "CNY", MONEY_NOT_A_NUMBER, 0 },
    { ",123", "CNY", MONEY_NOT_A_NUMBER, 0 }, { "12 34", "CNY", MONEY_NOT_A_NUMBER, 0 }, { "元", "CNY", MONEY_NOT_A_NUMBER, 0 },
    { "¥", "CNY", MONEY_NOT_A_NUMBER, 0 }, { "--5", "CNY", MONEY_NOT_A_NUMBER, 0 }, { "-¥-5", "CNY", MONEY_NOT_A_NUMBER, 0 },
    { "0x10", "CNY", MONEY_NOT_A_NUMBER, 0 }, { "nan", "CNY", MONEY_NOT_A_NUMBER, 0 }, { "12元3", "CNY", MONEY_NOT_A_NUMBER, 0 },
    { "10.00%", "CNY", MONEY_NOT_A_NUMBER, 0 }, { "１２", "CNY", MONEY_NOT_A_NUMBER, 0 },
    /* Excel's way with long numbers */
    { "3.51531E+16", "CNY", MONEY_SCIENTIFIC, 0 }, { "1e5", "CNY", MONEY_SCIENTIFIC, 0 },
    /* more than the currency has */
    { "12.345", "CNY", MONEY_TOO_PRECISE, 0 }, { "1.5", "JPY", MONEY_TOO_PRECISE, 0 }, { "1.2345", "KWD", MONEY_TOO_PRECISE, 0 },
    /* more than 15 digits before the point */
    { "1000000000000000", "CNY", MONEY_OUT_OF_RANGE, 0 }, { "99999999999999999999999999", "CNY", MONEY_OUT_OF_RANGE, 0 },
    { "9,999,999,999,999,999.00", "CNY", MONEY_OUT_OF_RANGE, 0 }, { "999999999999999", "CLF", MONEY_OUT_OF_RANGE, 0 },
    /* another currency */
    { "$12.00", "CNY", MONEY_OTHER_CURRENCY, 0 }, { "€5", "USD", MONEY_OTHER_CURRENCY, 0 }, { "US $5", "AUD", MONEY_OTHER_CURRENCY, 0 },
    { "5元", "USD", MONEY_OTHER_CURRENCY, 0 }, { "USD 5", "CNY", MONEY_OTHER_CURRENCY, 0 }, { "5.00 EUR", "CNY", MONEY_OTHER_CURRENCY, 0 },
};

Test(money, parses_what_files_hold)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct row *r = &rows[i];
        int64_t minor = -77;
        enum money_parse_error error = money_parse(text_from_cstr(r->cell), of(r->currency), &minor);
        cr_expect(error == r->error, "\"%s\" in %s: error %d, not %d", r->cell, r->currency, (int)error, (int)r->error);
        cr_expect(minor == (r->error == MONEY_OK ? r->minor : -77), "\"%s\" in %s: %lld", r->cell, r->currency, (long long)minor);
    }
}

Test(money, prints_what_it_parses)
{
    unsigned char block[65536];
    struct arena a;
    static const struct { int64_t minor; const char *currency, *want; } prints[] = {
        { 0, "CNY", "0.00" }, { 5, "CNY", "0.05" }, { -5, "CNY", "-0.05" }, { 123450, "CNY", "1234.50" }, { 1500, "JPY", "1500" },
        { 1, "KWD", "0.001" }, { INT64_MIN, "CNY", "-92233720368547758.08" }, { INT64_MAX, "JPY", "9223372036854775807" },
    };
    arena_init_fixed(&a, block, sizeof block);
    for (size_t i = 0; i < sizeof prints / sizeof prints[0]; i++) {
        struct text s = money_print(&a, (struct money){ prints[i].minor, of(prints[i].currency) });
        cr_expect(text_is(s, prints[i].want), "%.*s", (int)s.len, s.ptr);
    }
    for (int64_t v = -100000000000000; v < 100000000000000; v += 1234567890123) {
        int64_t back = 0;
        arena_clear(&a);
        cr_expect(money_parse(money_print(&a, (struct money){ v, of("CNY") }), of("CNY"), &back) == MONEY_OK && back == v);
    }
}

Test(money, sums_are_checked)
{
    struct money a = { INT64_MAX, of("CNY") }, b = { 1, of("CNY") }, c = { 1, of("USD") }, r = { 7, of("CNY") };
    cr_expect_not(money_add(a, b, &r));
    cr_expect_not(money_sub((struct money){ INT64_MIN, of("CNY") }, b, &r));
    cr_expect_not(money_add(b, c, &r), "two currencies never mix");
    cr_expect_not(money_sub(b, c, &r));
    cr_expect(r.minor == 7, "untouched on failure");
    cr_expect(money_add(b, b, &r) && r.minor == 2);
    cr_expect(money_sub(a, a, &r) && r.minor == 0);
    struct quantity q = { 3 };
    cr_expect_not(quantity_add((struct quantity){ INT64_MAX }, (struct quantity){ 1 }, &q));
    cr_expect(q.pieces == 3 && quantity_add(q, q, &q) && q.pieces == 6);
}

Test(money, checked_arithmetic_stops_at_both_ends)
{
    int64_t r = 9;
    cr_expect_not(checked_add(INT64_MAX, 1, &r));
    cr_expect_not(checked_add(INT64_MIN, -1, &r));
    cr_expect_not(checked_sub(INT64_MIN, 1, &r));
    cr_expect_not(checked_sub(0, INT64_MIN, &r));
    cr_expect_not(checked_mul(INT64_MIN, -1, &r));
    cr_expect_not(checked_mul(INT64_C(4294967296), INT64_C(2147483648), &r));
    cr_expect(r == 9);
    cr_expect(checked_add(INT64_MAX, -1, &r) && r == INT64_MAX - 1);
    cr_expect(checked_sub(-1, INT64_MAX, &r) && r == INT64_MIN);
    cr_expect(checked_mul(INT64_MIN, 1, &r) && r == INT64_MIN);
}
