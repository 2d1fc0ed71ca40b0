/* Money: checked sums, and the many ways in which files write an amount.
 *
 * money_parse tries the plain form first ("201.12", as nearly every cell is), then the decorated one: a sign and at most two
 * currency marks around digits that may be grouped in threes. */
#include "base/money.h"
#include <assert.h>

static bool same_currency(struct currency a, struct currency b) { return memcmp(a.code, b.code, 3) == 0; }

bool money_add(struct money a, struct money b, struct money *ret)
{
    struct money sum = a;
    if (!same_currency(a.currency, b.currency) || !checked_add(a.minor, b.minor, &sum.minor)) return false;
    *ret = sum;
    return true;
}

bool money_sub(struct money a, struct money b, struct money *ret)
{
    struct money rest = a;
    if (!same_currency(a.currency, b.currency) || !checked_sub(a.minor, b.minor, &rest.minor)) return false;
    *ret = rest;
    return true;
}

bool quantity_add(struct quantity a, struct quantity b, struct quantity *ret)
{
    struct quantity sum;
    if (!checked_add(a.pieces, b.pieces, &sum.pieces)) return false;
    *ret = sum;
    return true;
}

/* ---- the digits ---- */

enum { WHOLE_DIGITS_MAX = 15 };
static const int64_t power_of_ten[] = { 1, 10, 100, 1000, 10000 };

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* The digits before the point, "1234" or grouped "1,234"; leaves *s after them. */
static enum money_parse_error take_whole(struct text *s, int64_t *ret)
{
    int64_t v = 0;
    size_t i = 0, in_group = 0, significant = 0;
    bool grouped = false;
    for (; i < s->len; i++) {
        char c = s->ptr[i];
        if (is_digit(c)) {
            in_group++;
            if (significant > 0 || c != '0') significant++;
            if (significant <= WHOLE_DIGITS_MAX) v = v * 10 + (c - '0');
        } else if (c == ',') {
            if (grouped ? in_group != 3 : in_group < 1 || in_group > 3) return MONEY_NOT_A_NUMBER;
            grouped = true;
            in_group = 0;
        } else {
            break;
        }
    }
    if (grouped && in_group != 3) return MONEY_NOT_A_NUMBER;
    *s = (struct text){ s->ptr + i, s->len - i };
    *ret = v;
    return significant > WHOLE_DIGITS_MAX ? MONEY_OUT_OF_RANGE : MONEY_OK;
}

/* The digits after the point as minor units; leaves *s after them. */
static enum money_parse_error take_fraction(struct text *s, int digits, int64_t *ret)
{
    int64_t v = 0;
    int n = 0;
    bool rest = false;
    size_t i = 0;
    for (; i < s->len && is_digit(s->ptr[i]); i++) {
        if (n < digits) {
            v = v * 10 + (s->ptr[i] - '0');
            n++;
        } else if (s->ptr[i] != '0') {
            rest = true;
        }
    }
    if (i == 0) return MONEY_NOT_A_NUMBER;
    *s = (struct text){ s->ptr + i, s->len - i };
    *ret = v * power_of_ten[digits - n];
    return rest ? MONEY_TOO_PRECISE : MONEY_OK;
}

static bool is_exponent(struct text s)
{
    if (s.len < 2 || (s.ptr[0] != 'E' && s.ptr[0] != 'e')) return false;
    return is_digit(s.ptr[1]) || (s.len > 2 && (s.ptr[1] == '+' || s.ptr[1] == '-') && is_digit(s.ptr[2]));
}

/* A number without sign or marks, all of s. */
static enum money_parse_error parse_number(struct text s, int digits, int64_t *ret_minor)
{
    int64_t whole = 0, part = 0;
    if (s.len == 0 || (!is_digit(s.ptr[0]) && s.ptr[0] != '.')) return MONEY_NOT_A_NUMBER;
    enum money_parse_error whole_error = take_whole(&s, &whole), part_error = MONEY_OK;
    if (whole_error == MONEY_NOT_A_NUMBER) return whole_error;
    if (s.len > 0 && s.ptr[0] == '.') {
        s = (struct text){ s.ptr + 1, s.len - 1 };
        part_error = take_fraction(&s, digits, &part);
        if (part_error == MONEY_NOT_A_NUMBER) return part_error;
    }
    if (is_exponent(s)) return MONEY_SCIENTIFIC;
    if (s.len > 0) return MONEY_NOT_A_NUMBER;
    if (whole_error != MONEY_OK) return whole_error;
    if (part_error != MONEY_OK) return part_error;
    if (!checked_mul(whole, power_of_ten[digits], &whole) || !checked_add(whole, part, &whole)) return MONEY_OUT_OF_RANGE;
    *ret_minor = whole;
    return MONEY_OK;
}

/* ---- marks ---- */

/* What currencies a mark may stand for; longer marks before their parts.  Letters alone (ISO codes) are read apart. */
static const struct { const char *mark, *currencies; } marks[] = {
    { "US$", "USD" }, { "US $", "USD" }, { "AU$", "AUD" }, { "AU $", "AUD" }, { "A$", "AUD" },
    { "CA$", "CAD" }, { "C $", "CAD" }, { "C$", "CAD" }, { "HK$", "HKD" }, { "HK $", "HKD" },
    { "NZ$", "NZD" }, { "NT$", "TWD" }, { "S$", "SGD" }, { "R$", "BRL" }, { "MX$", "MXN" },
    { "$", "USD AUD CAD HKD NZD SGD TWD MXN ARS CLP COP BBD BSD BMD BND BZD FJD GYD JMD KYD LRD NAD SBD SRD TTD UYU XCD" },
    { "人民币", "CNY" }, { "RMB", "CNY" }, { "元", "CNY HKD TWD" }, { "円", "JPY" },
    { "¥", "CNY JPY" }, { "￥", "CNY JPY" }, { "€", "EUR" }, { "£", "GBP" }, { "₽", "RUB" },
    { "₩", "KRW" }, { "₹", "INR" }, { "₫", "VND" }, { "฿", "THB" }, { "₺", "TRY" },
    { "zł", "PLN" }, { "kr", "SEK NOK DKK ISK" }, { "руб.", "RUB" },
};
enum { MARK_COUNT = sizeof marks / sizeof marks[0] };

static struct text without_start(struct text s, size_t n) { return text_trim((struct text){ s.ptr + n, s.len - n }); }
static struct text without_end(struct text s, size_t n) { return text_trim((struct text){ s.ptr, s.len - n }); }

/* Takes one mark or ISO code from the front or the end of *s; false when it names another currency. */
static bool take_mark(struct text *s, struct currency currency, bool at_end)
{
    struct text code = { currency.code, 3 };
    for (int i = 0; i < MARK_COUNT; i++) {
        struct text mark = text_from_cstr(marks[i].mark);
        if (at_end ? !text_ends_with(*s, mark) : !text_starts_with(*s, mark)) continue;
        *s = at_end ? without_end(*s, mark.len) : without_start(*s, mark.len);
        return text_contains(text_from_cstr(marks[i].currencies), code);
    }
    struct currency named;
    if (s->len <= 3 || !currency_parse((struct text){ at_end ? s->ptr + s->len - 3 : s->ptr, 3 }, &named)) return true;
    *s = at_end ? without_end(*s, 3) : without_start(*s, 3);
    return same_currency(named, currency);
}

static bool take_sign(struct text *s, bool *negative)
{
    if (s->len == 0 || (s->ptr[0] != '-' && s->ptr[0] != '+')) return false;
    *negative = s->ptr[0] == '-';
    *s = without_start(*s, 1);
    return true;
}

static bool says_nothing(struct text s)
{
    return s.len == 0 || text_is(s, "-") || text_is(s, "--") || text_is(s, "null") || text_is(s, "NULL");
}

static enum money_parse_error parse_decorated(struct text s, struct currency currency, int64_t *ret_minor)
{
    bool negative = false, known = true;
    s = text_trim(s);
    if (says_nothing(s)) return MONEY_EMPTY;
    bool has_sign = take_sign(&s, &negative);
    if (s.len > 0 && !is_digit(s.ptr[0])) known = take_mark(&s, currency, false);
    if (s.len > 0 && !is_digit(s.ptr[0]) && !has_sign) (void)take_sign(&s, &negative);
    if (s.len > 0 && !is_digit(s.ptr[s.len - 1])) known = take_mark(&s, currency, true) && known;
    int64_t minor = 0;
    enum money_parse_error error = parse_number(s, currency_digits(currency), &minor);
    if (error == MONEY_NOT_A_NUMBER) return error;
    if (!known) return MONEY_OTHER_CURRENCY;
    if (error == MONEY_OK) *ret_minor = negative ? -minor : minor;
    return error;
}

/* "201.12" and nothing else: at most 15 digits, then at most `digits` digits. */
static bool parse_plain(struct text s, int digits, int64_t *ret_minor)
{
    int64_t v = 0;
    size_t i = 0;
    while (i < s.len && is_digit(s.ptr[i])) {
        if (i == WHOLE_DIGITS_MAX) return false;
        v = v * 10 + (s.ptr[i++] - '0');
    }
    if (i == 0) return false;
    int n = 0;
    if (i < s.len) {
        if (s.ptr[i++] != '.' || i == s.len || s.len - i > (size_t)digits) return false;
        for (; i < s.len; i++, n++) {
            if (!is_digit(s.ptr[i])) return false;
            v = v * 10 + (s.ptr[i] - '0');
        }
    }
    return checked_mul(v, power_of_ten[digits - n], ret_minor);
}

enum money_parse_error money_parse(struct text s, struct currency currency, int64_t *ret_minor)
{
    int64_t minor;
    if (parse_plain(s, currency_digits(currency), &minor)) {
        *ret_minor = minor;
        return MONEY_OK;
    }
    return parse_decorated(s, currency, ret_minor);
}

/* ---- the other decimal mark ---- */

/* Does the cell write its minor units behind a comma? The last mark tells: a comma with one or two digits behind it, or one that
 * follows a point; or points that group ("1.234.567"). */
static bool shows_comma(struct text s)
{
    size_t comma = SIZE_MAX, point = SIZE_MAX, behind = 0;
    int points = 0;
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] == ',') comma = i;
        if (s.ptr[i] == '.' && i + 1 < s.len && is_digit(s.ptr[i + 1])) point = i, points++;
    }
    if (comma == SIZE_MAX) return points > 1;
    while (comma + 1 + behind < s.len && is_digit(s.ptr[comma + 1 + behind])) behind++;
    return point == SIZE_MAX ? behind == 1 || behind == 2 : comma > point;
}

/* The length of a blank at s: NBSP and the narrow one (U+202F) too; 0 for none. */
static size_t blank_at(struct text s)
{
    if (s.len >= 1 && s.ptr[0] == ' ') return 1;
    if (text_starts_with(s, TEXT("\xC2\xA0"))) return 2;
    return text_starts_with(s, TEXT("\xE2\x80\xAF")) ? 3 : 0;
}

enum money_parse_error money_parse_decimal(struct text s, struct currency currency, enum money_decimal decimal, int64_t *ret_minor)
{
    char plain[96];
    size_t n = 0;
    if (decimal == DECIMAL_POINT || (decimal == DECIMAL_EITHER && !shows_comma(s))) return money_parse(s, currency, ret_minor);
    if (s.len >= sizeof plain) return MONEY_NOT_A_NUMBER;
    for (size_t i = 0; i < s.len; i++) {
        const size_t blank = blank_at((struct text){ s.ptr + i, s.len - i });
        const bool within = n > 0 && is_digit(plain[n - 1]) && i + blank < s.len && is_digit(s.ptr[i + blank]);
        if (blank > 0 && within) { /* groups digits */
            i += blank - 1;
            continue;
        }
        const bool beside = i + 1 < s.len && is_digit(s.ptr[i + 1]);
        plain[n++] = !beside ? s.ptr[i] : s.ptr[i] == ',' ? '.' : s.ptr[i] == '.' ? ',' : s.ptr[i];
    }
    return money_parse((struct text){ plain, n }, currency, ret_minor);
}

struct text money_print(struct arena *a, struct money m)
{
    int digits = currency_digits(m.currency);
    uint64_t size = m.minor < 0 ? 0 - (uint64_t)m.minor : (uint64_t)m.minor, unit = (uint64_t)power_of_ten[digits];
    const char *sign = m.minor < 0 ? "-" : "";
    if (digits == 0) return arena_printf(a, "%s%llu", sign, (unsigned long long)size);
    return arena_printf(a, "%s%llu.%0*llu", sign, (unsigned long long)(size / unit), digits, (unsigned long long)(size % unit));
}
