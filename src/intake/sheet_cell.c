/* Values of cells as text; see sheet.h. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include "intake/sheet.h"

/* ---- numbers: digits and where the point stands; at most 15 digits, which is what a spreadsheet keeps ---- */

enum { DIGITS = 15 };
struct decimal {
    bool negative;
    char digits[DIGITS + 1];
    int count;
    int exponent; /* of the first digit: 1.23E+exponent */
    bool half;    /* what was rounded off was half of the last digit: only the binary number tells which way it goes */
};

/* One more in the last place; 999 becomes 1 and moves the point. */
static void round_up(struct decimal *d)
{
    while (d->count > 0 && d->digits[d->count - 1] == '9') d->count--;
    if (d->count > 0) {
        d->digits[d->count - 1]++;
        return;
    }
    d->digits[0] = '1';
    d->count = 1;
    d->exponent++;
}

/* -?digits[.digits][E[+-]digits], rounded; false when it is none. Zero has no digits. */
static bool decimal_read(struct text v, struct decimal *d)
{
    size_t i = 0, seen = 0;
    bool point = false, up = false, more = false;
    int exponent = -1, shift = 0;
    *d = (struct decimal){ .count = 0 };
    if (i < v.len && (v.ptr[i] == '-' || v.ptr[i] == '+')) d->negative = v.ptr[i++] == '-';
    for (; i < v.len; i++) {
        const char c = v.ptr[i];
        if (c == '.' && !point) {
            point = true;
            continue;
        }
        if (c < '0' || c > '9') break;
        seen++;
        if (d->count == 0 && c == '0') { /* zeros at the front only move the point */
            exponent -= point;
            continue;
        }
        if (d->count == DIGITS) {
            if (d->digits[DIGITS] != '\0') more = more || c != '0';
            else up = c >= '5';
            if (d->digits[DIGITS] == '\0') d->digits[DIGITS] = c; /* the digit that decides */
        } else {
            d->digits[d->count++] = c;
        }
        exponent += !point;
    }
    if (seen == 0 || v.len > 400) return false;
    if (i < v.len && (v.ptr[i] == 'e' || v.ptr[i] == 'E')) {
        const bool minus = ++i < v.len && v.ptr[i] == '-';
        if (i < v.len && (v.ptr[i] == '-' || v.ptr[i] == '+')) i++;
        const size_t from = i;
        for (; i < v.len && v.ptr[i] >= '0' && v.ptr[i] <= '9' && shift < 10000; i++) shift = shift * 10 + (v.ptr[i] - '0');
        if (i == from) return false;
        if (minus) shift = -shift;
    }
    d->exponent = exponent + shift;
    d->half = d->digits[DIGITS] == '5' && !more;
    if (up) round_up(d);
    while (d->count > 0 && d->digits[d->count - 1] == '0') d->count--;
    return i == v.len && d->exponent < 309;
}

static size_t decimal_write(const struct decimal *d, char out[CELL_NUMBER_BYTES])
{
    size_t n = 0;
    if (d->count == 0 || d->exponent < -30) { /* nothing that anybody counts is smaller */
        out[0] = '0';
        return 1;
    }
    if (d->negative) out[n++] = '-';
    if (d->exponent >= DIGITS) {
        out[n++] = d->digits[0];
        if (d->count > 1) out[n++] = '.';
        for (int i = 1; i < d->count; i++) out[n++] = d->digits[i];
        return n + (size_t)snprintf(out + n, CELL_NUMBER_BYTES - n, "E+%d", d->exponent);
    }
    for (int i = d->exponent < 0 ? d->exponent : 0; i < d->count || i <= d->exponent; i++) {
        if (i == d->exponent + 1) out[n++] = '.';
        out[n++] = i < 0 || i >= d->count ? '0' : d->digits[i];
    }
    return n;
}

size_t cell_number(double v, char out[CELL_NUMBER_BYTES])
{
    char s[40];
    struct decimal d;
    const double whole = v < 0 ? -v : v;
    if (whole < 1e15 && whole == (double)(int64_t)whole) { /* most numbers are */
        const int n = snprintf(out, CELL_NUMBER_BYTES, "%lld", (long long)v);
        return (size_t)n;
    }
    const int n = snprintf(s, sizeof s, "%.14e", isfinite(v) ? v : 0.0);
    if (!decimal_read((struct text){ s, (size_t)n }, &d)) d.count = 0;
    return decimal_write(&d, out);
}

/* The digits of the binary number that a spreadsheet makes of these. */
static bool decimal_by_binary(struct text v, struct decimal *d)
{
    char s[CELL_NUMBER_BYTES];
    if (v.len >= sizeof s) return false;
    memcpy(s, v.ptr, v.len);
    s[v.len] = '\0';
    const int n = snprintf(s, sizeof s, "%.14e", strtod(s, NULL));
    return decimal_read((struct text){ s, (size_t)n }, d);
}

/* -?digits[.digits] of at most 15 digits, no zero at the front or the end that a number would not have. */
static bool is_plain(struct text v)
{
    size_t i = v.len > 0 && v.ptr[0] == '-' ? 1 : 0, digits = 0, dot = 0;
    if (i >= v.len || (v.ptr[i] == '0' && i + 1 < v.len && v.ptr[i + 1] != '.')) return false;
    const size_t first = i;
    for (; i < v.len; i++) {
        if (v.ptr[i] == '.' && dot == 0 && i > first) dot = i;
        else if (v.ptr[i] >= '0' && v.ptr[i] <= '9') digits++;
        else return false;
    }
    if (digits > DIGITS || digits == 0) return false;
    if (dot > 0) return v.ptr[v.len - 1] >= '1' && v.ptr[v.len - 1] <= '9';
    return v.ptr[first] != '0' || first == 0; /* "-0" is 0 */
}

bool cell_number_text(struct text v, char out[CELL_NUMBER_BYTES], struct text *ret)
{
    struct decimal d;
    if (is_plain(v)) {
        *ret = v;
        return true;
    }
    if (!decimal_read(v, &d) || (d.half && !decimal_by_binary(v, &d))) return false;
    *ret = (struct text){ out, decimal_write(&d, out) };
    return true;
}

double cell_number_value(struct text v)
{
    static const double tens[] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };
    struct decimal d;
    int64_t whole = 0;
    if (!decimal_read(v, &d) || d.count == 0) return 0;
    for (int i = 0; i < d.count; i++) whole = whole * 10 + (d.digits[i] - '0');
    const int shift = d.exponent - d.count + 1; /* a date has digits enough: beyond these it is none */
    const double at = shift < -22 ? 0 : shift < 0 ? (double)whole / tens[-shift] : shift > 22 ? 1e300 : (double)whole * tens[shift];
    return d.negative ? -at : at;
}

/* ---- dates ---- */

/* Day 1 is 1 January 1900; 29 February 1900, which was none, is day 60. Of 1904: day 0 is 1 January 1904. */
enum { DAYS_1904 = 1462, DAY_LAST = 2958465 /* 31 December 9999 */, DAYS_TO_1970 = 25569 };

/* Civil date of days since 1970-01-01 (Howard Hinnant, "chrono-compatible low-level date algorithms"). */
static void civil_of(int64_t days, int *ret_y, int *ret_m, int *ret_d)
{
    days += 719468;
    const int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    const int64_t doe = days - era * 146097, yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    const int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
    *ret_d = (int)(doy - (153 * mp + 2) / 5 + 1);
    *ret_m = (int)(mp < 10 ? mp + 3 : mp - 9);
    *ret_y = (int)(yoe + era * 400 + (*ret_m <= 2));
}

static char *put2(char *to, int v)
{
    to[0] = (char)('0' + v / 10);
    to[1] = (char)('0' + v % 10);
    return to + 2;
}

static char *put_clock(char *to, int of_day)
{
    to = put2(to, of_day / 3600);
    *to++ = ':';
    to = put2(to, of_day / 60 % 60);
    *to++ = ':';
    return put2(to, of_day % 60);
}

size_t cell_date(double v, enum cell_style style, bool date_1904, char out[CELL_NUMBER_BYTES])
{
    int y, m, d;
    char *to = out;
    if (!(v >= 0 && v < DAY_LAST + 1)) return cell_number(v, out);
    const int64_t seconds = (int64_t)(v * 86400 + 0.5);
    const int of_day = (int)(seconds % 86400);
    if (style == STYLE_SPAN) {
        const int n = snprintf(out, CELL_NUMBER_BYTES, "%02lld:%02d:%02d", (long long)(seconds / 3600), of_day / 60 % 60, of_day % 60);
        return (size_t)n;
    }
    int64_t day = seconds / 86400;
    if (day < 1) return (size_t)(put_clock(out, of_day) - out); /* a time of day alone */
    if (date_1904) day += DAYS_1904;
    if (day < 60) day++;
    if (day > DAY_LAST) return cell_number(v, out);
    civil_of(day - DAYS_TO_1970, &y, &m, &d);
    to = put2(put2(to, y / 100), y % 100);
    *to++ = '-';
    to = put2(to, m);
    *to++ = '-';
    to = put2(to, d);
    *to++ = ' ';
    return (size_t)(put_clock(to, of_day) - out);
}

struct text cell_iso_date(struct text v, char out[CELL_NUMBER_BYTES])
{
    if (v.len < 10 || v.len >= CELL_NUMBER_BYTES) return v;
    memcpy(out, v.ptr, v.len);
    size_t n = v.len;
    if (n > 10 && out[10] == 'T') out[10] = ' ';
    if (n == 10 && out[4] == '-') {
        memcpy(out + 10, " 00:00:00", 9);
        n = 19;
    }
    return (struct text){ out, n };
}

/* ---- text ---- */

size_t cell_append(char *to, size_t len, struct text more)
{
    if (more.len > CELL_KEPT_BYTES - len) more = text_clip_utf8(more, len > LIMIT_CELL_BYTES ? 0 : CELL_KEPT_BYTES - len);
    memcpy(to + len, more.ptr, more.len);
    return len + more.len;
}

static int hex4(const char *s)
{
    int v = 0;
    for (int i = 0; i < 4; i++) {
        const char c = s[i];
        if (c >= '0' && c <= '9') v = v * 16 + (c - '0');
        else if (c >= 'A' && c <= 'F') v = v * 16 + (c - 'A' + 10);
        else if (c >= 'a' && c <= 'f') v = v * 16 + (c - 'a' + 10);
        else return -1;
    }
    return v;
}

/* Control characters but tab and line ends stay as they are written, and so does what is no character by itself. */
static bool may_be_unescaped(int c) { return c == '\t' || c == '\n' || c == '\r' || (c >= ' ' && c < 0xd800) || (c > 0xdfff && c < 0xfffe); }

size_t cell_unescape(char *s, size_t n)
{
    size_t to = 0;
    if (n < 7 || !memchr(s, '_', n - 6)) return n;
    for (size_t i = 0; i < n;) {
        const bool escape = s[i] == '_' && n - i >= 7 && s[i + 1] == 'x' && s[i + 6] == '_';
        const int c = escape ? hex4(s + i + 2) : -1;
        if (c < 0 || !may_be_unescaped(c)) {
            s[to++] = s[i++];
            continue;
        }
        to += utf8_put(s + to, (uint32_t)c);
        i += 7;
    }
    return to;
}
