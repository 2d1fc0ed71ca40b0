/* Values of cells as text; see sheet.h. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include "intake/sheet.h"

/* ---- numbers ---- */

/* %.15e gives 16 digits; 15 are what a spreadsheet keeps. Digits and exponent of |v|, without zeros at the end. */
static int digits_of(double v, char digits[24], int *ret_exponent)
{
    char s[40];
    const int n = snprintf(s, sizeof s, "%.14e", v < 0 ? -v : v);
    int count = 0, at = 0;
    for (; at < n && s[at] != 'e'; at++)
        if (s[at] >= '0' && s[at] <= '9') digits[count++] = s[at];
    *ret_exponent = (int)strtol(s + at + 1, NULL, 10);
    while (count > 1 && digits[count - 1] == '0') count--;
    return count;
}

size_t cell_number(double v, char out[CELL_NUMBER_BYTES])
{
    char digits[24];
    int exponent;
    size_t n = 0;
    if (!isfinite(v) || v == 0) {
        out[0] = '0';
        return 1;
    }
    const int count = digits_of(v, digits, &exponent);
    if (exponent < -30) { /* nothing that anybody counts is so small */
        out[0] = '0';
        return 1;
    }
    if (v < 0) out[n++] = '-';
    if (exponent >= 15) {
        out[n++] = digits[0];
        if (count > 1) out[n++] = '.';
        for (int i = 1; i < count; i++) out[n++] = digits[i];
        return n + (size_t)snprintf(out + n, CELL_NUMBER_BYTES - n, "E+%d", exponent);
    }
    for (int i = exponent < 0 ? exponent : 0; i < count || i <= exponent; i++) {
        if (i == exponent + 1) out[n++] = '.';
        out[n++] = i < 0 || i >= count ? '0' : digits[i];
    }
    return n;
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
    if (digits > 15 || digits == 0) return false;
    if (dot > 0) return v.ptr[v.len - 1] >= '1' && v.ptr[v.len - 1] <= '9';
    return v.ptr[first] != '0' || first == 0; /* "-0" is 0 */
}

static bool to_double(struct text v, double *ret)
{
    char s[CELL_NUMBER_BYTES];
    char *end;
    v = text_trim(v);
    if (v.len == 0 || v.len >= sizeof s) return false;
    for (size_t i = 0; i < v.len; i++)
        if (!((v.ptr[i] >= '0' && v.ptr[i] <= '9') || memchr("+-.eE", v.ptr[i], 5))) return false; /* no hex, no nan */
    memcpy(s, v.ptr, v.len);
    s[v.len] = '\0';
    *ret = strtod(s, &end);
    return end == s + v.len && isfinite(*ret);
}

bool cell_number_text(struct text v, char out[CELL_NUMBER_BYTES], struct text *ret)
{
    double d;
    if (is_plain(v)) {
        *ret = v;
        return true;
    }
    if (!to_double(v, &d)) return false;
    *ret = (struct text){ out, cell_number(d, out) };
    return true;
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

size_t cell_date(double v, enum cell_style style, bool date_1904, char out[CELL_NUMBER_BYTES])
{
    if (!isfinite(v) || v < 0 || v >= DAY_LAST + 1) return cell_number(v, out);
    const int64_t seconds = llround(v * 86400), of_day = seconds % 86400;
    const int hours = (int)(of_day / 3600), minutes = (int)(of_day / 60 % 60), rest = (int)(of_day % 60);
    int n, y, m, d;
    if (style == STYLE_SPAN) {
        n = snprintf(out, CELL_NUMBER_BYTES, "%02lld:%02d:%02d", (long long)(seconds / 3600), minutes, rest);
        return (size_t)n;
    }
    int64_t day = seconds / 86400;
    if (date_1904) day += DAYS_1904;
    else if (day < 1) { /* a time of day alone */
        n = snprintf(out, CELL_NUMBER_BYTES, "%02d:%02d:%02d", hours, minutes, rest);
        return (size_t)n;
    }
    if (day < 60) day++;
    if (day > DAY_LAST) return cell_number(v, out);
    civil_of(day - DAYS_TO_1970, &y, &m, &d);
    n = snprintf(out, CELL_NUMBER_BYTES, "%04d-%02d-%02d %02d:%02d:%02d", y, m, d, hours, minutes, rest);
    return (size_t)n;
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

static size_t put_utf8(char *to, int c)
{
    if (c < 0x80) {
        to[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        to[0] = (char)(0xc0 | c >> 6);
        to[1] = (char)(0x80 | (c & 0x3f));
        return 2;
    }
    to[0] = (char)(0xe0 | c >> 12);
    to[1] = (char)(0x80 | (c >> 6 & 0x3f));
    to[2] = (char)(0x80 | (c & 0x3f));
    return 3;
}

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
        to += put_utf8(s + to, c);
        i += 7;
    }
    return to;
}
