/* Calendar and zones.  The order here: days and dates, local to UTC and back, text to time, time to text.
 *
 * Local to UTC: segment k of a zone's table covers the instants [at[k], at[k+1]) at one offset, thus the local times
 * [at[k] + offset, at[k+1] + offset).  A local time that lies in two segments is ambiguous, in none skipped. */
#include "base/instant.h"
#include <assert.h>

/* Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms": years begin in March, eras have 400 years. */
int64_t days_from_civil(int year, int month, int day)
{
    int64_t y = (int64_t)year - (month <= 2);
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

void civil_from_days(int64_t days, int *year, int *month, int *day)
{
    int64_t z = days + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t day_of_era = z - era * 146097;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month_from_march = (5 * day_of_year + 2) / 153;
    *day = (int)(day_of_year - (153 * month_from_march + 2) / 5 + 1);
    *month = (int)(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
    *year = (int)(year_of_era + era * 400 + (*month <= 2));
}

bool civil_valid(const struct civil *c)
{
    static const int length[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    if (c->year < 1 || c->year > 9999 || c->month < 1 || c->month > 12 || c->day < 1) return false;
    bool leap = (c->year % 4 == 0 && c->year % 100 != 0) || c->year % 400 == 0;
    if (c->day > length[c->month - 1] + (c->month == 2 && leap)) return false;
    return c->hour >= 0 && c->hour < 24 && c->minute >= 0 && c->minute < 60 && c->second >= 0 && c->second < 60
           && c->ms >= 0 && c->ms < 1000;
}

static int64_t floor_div(int64_t a, int64_t b)
{
    int64_t q = a / b;
    return q - (a % b < 0);
}

/* The segment that holds an instant. */
static int segment_of(const struct zone *z, int64_t at_ms)
{
    assert(z->n > 0);
    int low = 0, high = z->n; /* at_ms[low] <= at_ms < at_ms[high] */
    while (high - low > 1) {
        int middle = low + (high - low) / 2;
        if (z->at_ms[middle] <= at_ms) low = middle;
        else high = middle;
    }
    return low;
}

static int64_t segment_end_ms(const struct zone *z, int k) { return k + 1 < z->n ? z->at_ms[k + 1] : INSTANT_MAX; }

int32_t zone_offset_s(const struct zone *z, int64_t at_ms) { return z->offset_s[segment_of(z, at_ms)]; }

static int64_t local_ms(const struct zone *z, int64_t at_ms) { return at_ms + zone_offset_s(z, at_ms) * MS_PER_S; }

struct civil zone_civil(const struct zone *z, int64_t at_ms)
{
    int64_t local = local_ms(z, at_ms), day = floor_div(local, MS_PER_DAY);
    int rest = (int)(local - day * MS_PER_DAY);
    struct civil c = { .hour = rest / 3600000, .minute = rest / 60000 % 60, .second = rest / 1000 % 60, .ms = rest % 1000 };
    civil_from_days(day, &c.year, &c.month, &c.day);
    return c;
}

static int64_t civil_as_utc_ms(const struct civil *c)
{
    return days_from_civil(c->year, c->month, c->day) * MS_PER_DAY
           + ((c->hour * INT64_C(60) + c->minute) * 60 + c->second) * MS_PER_S + c->ms;
}

/* Finds a local time (given as if it were UTC).  *ret_segment is where it is, or for CIVIL_SKIPPED the one before the gap. */
static enum civil_fit fit_local(const struct zone *z, int64_t local, int *ret_segment)
{
    /* No offset reaches 26 hours, and no zone changes twice within two days: three segments are enough to look at. */
    int first = segment_of(z, local - 26 * MS_PER_HOUR), found = -1, before_gap = first;
    for (int k = first; k < z->n && k < first + 3; k++) {
        int64_t at = local - z->offset_s[k] * MS_PER_S;
        if (at < z->at_ms[k]) break;
        if (at < segment_end_ms(z, k)) {
            if (found >= 0) {
                *ret_segment = found;
                return CIVIL_AMBIGUOUS;
            }
            found = k;
        } else if (found < 0) {
            before_gap = k;
        }
    }
    *ret_segment = found >= 0 ? found : before_gap;
    return found >= 0 ? CIVIL_EXACT : CIVIL_SKIPPED;
}

enum civil_fit zone_instant(const struct zone *z, const struct civil *c, int64_t *ret_at_ms)
{
    assert(z->n > 0);
    int64_t local = civil_as_utc_ms(c);
    int k = 0;
    enum civil_fit fit = z->n == 1 ? CIVIL_EXACT : fit_local(z, local, &k);
    *ret_at_ms = local - z->offset_s[k] * MS_PER_S; /* in a gap the old offset shifts the clock forward by the gap */
    return fit;
}

int64_t zone_day(const struct zone *z, int64_t at_ms) { return floor_div(local_ms(z, at_ms), MS_PER_DAY); }

int64_t zone_day_start_ms(const struct zone *z, int64_t day)
{
    int64_t local = day * MS_PER_DAY;
    int k = 0;
    enum civil_fit fit = z->n == 1 ? CIVIL_EXACT : fit_local(z, local, &k);
    if (fit == CIVIL_SKIPPED) return segment_end_ms(z, k); /* there is no midnight: the day begins after the gap */
    return local - z->offset_s[k] * MS_PER_S;
}

/* A change of the clock inside an hour ends that hour, unless the clock goes on showing the same hour:
 * in Lord Howe 02:00 becomes 01:30, and the hour 01 has ninety minutes. */
int64_t zone_hour_start_ms(const struct zone *z, int64_t at_ms)
{
    int k = segment_of(z, at_ms);
    int64_t local = at_ms + z->offset_s[k] * MS_PER_S, hour = floor_div(local, MS_PER_HOUR);
    int64_t start = hour * MS_PER_HOUR - z->offset_s[k] * MS_PER_S;
    if (k == 0 || start >= z->at_ms[k]) return start;
    int64_t local_before = z->at_ms[k] - 1 + z->offset_s[k - 1] * MS_PER_S;
    if (floor_div(local_before, MS_PER_HOUR) != hour) return z->at_ms[k];
    return hour * MS_PER_HOUR - z->offset_s[k - 1] * MS_PER_S;
}

/* ---- text to time ---- */

static bool two_digits(const char *p, int *ret)
{
    unsigned a = (unsigned)(p[0] - '0'), b = (unsigned)(p[1] - '0');
    if (a > 9 || b > 9) return false;
    *ret = (int)(a * 10 + b);
    return true;
}

/* Exactly "2017-07-08 00:42:32", as nearly every cell of a file is. */
static bool parse_common(struct text s, struct civil *ret)
{
    const char *p = s.ptr;
    int century, year;
    if (s.len != 19 || p[4] != '-' || p[7] != '-' || (p[10] != ' ' && p[10] != 'T') || p[13] != ':' || p[16] != ':') return false;
    if (!two_digits(p, &century) || !two_digits(p + 2, &year) || !two_digits(p + 5, &ret->month) || !two_digits(p + 8, &ret->day)
        || !two_digits(p + 11, &ret->hour) || !two_digits(p + 14, &ret->minute) || !two_digits(p + 17, &ret->second))
        return false;
    ret->year = century * 100 + year;
    ret->ms = 0;
    return true;
}

/* Takes min..max digits from the front of *s. */
static bool take_number(struct text *s, size_t min, size_t max, int *ret)
{
    size_t n = 0;
    int v = 0;
    while (n < max && n < s->len && s->ptr[n] >= '0' && s->ptr[n] <= '9') v = v * 10 + (s->ptr[n++] - '0');
    if (n < min) return false;
    *s = (struct text){ s->ptr + n, s->len - n };
    *ret = v;
    return true;
}

static bool take_char(struct text *s, char c)
{
    if (s->len == 0 || s->ptr[0] != c) return false;
    *s = (struct text){ s->ptr + 1, s->len - 1 };
    return true;
}

/* ".1" to ".123456789": milliseconds, further digits are dropped. */
static bool take_fraction(struct text *s, int *ret_ms)
{
    int ms = 0, n = 0;
    while (n < 9 && s->len > 0 && s->ptr[0] >= '0' && s->ptr[0] <= '9') {
        if (n < 3) ms = ms * 10 + (s->ptr[0] - '0');
        *s = (struct text){ s->ptr + 1, s->len - 1 };
        n++;
    }
    if (n == 0) return false;
    for (; n < 3; n++) ms *= 10;
    *ret_ms = ms;
    return true;
}

/* "Z", "+08:00", "+0800", "+08"; at most 18 hours, as in ISO 8601 libraries. */
static bool take_offset(struct text *s, int32_t *ret_offset_s)
{
    if (take_char(s, 'Z')) {
        *ret_offset_s = 0;
        return true;
    }
    bool west = s->len > 0 && s->ptr[0] == '-';
    int hours, minutes = 0;
    if (!take_char(s, west ? '-' : '+') || !take_number(s, 2, 2, &hours)) return false;
    if (s->len > 0) {
        (void)take_char(s, ':');
        if (!take_number(s, 2, 2, &minutes)) return false;
    }
    if (hours > 18 || minutes > 59) return false;
    int32_t offset_s = (int32_t)(hours * 3600 + minutes * 60);
    *ret_offset_s = west ? -offset_s : offset_s;
    return true;
}

static bool parse_clock(struct text *s, struct civil *c)
{
    if (!take_number(s, 1, 2, &c->hour) || !take_char(s, ':') || !take_number(s, 2, 2, &c->minute)) return false;
    if (!take_char(s, ':')) return true;
    if (!take_number(s, 2, 2, &c->second)) return false;
    return !take_char(s, '.') || take_fraction(s, &c->ms);
}

static bool parse_general(struct text s, struct civil *c, int32_t *ret_offset_s)
{
    *c = (struct civil){ 0 };
    if (!take_number(&s, 4, 4, &c->year) || s.len == 0) return false;
    char sep = s.ptr[0];
    if ((sep != '-' && sep != '/' && sep != '.') || !take_char(&s, sep)) return false;
    if (!take_number(&s, 1, 2, &c->month) || !take_char(&s, sep) || !take_number(&s, 1, 2, &c->day)) return false;
    if (s.len == 0) return true;
    if (!take_char(&s, ' ') && !take_char(&s, 'T')) return false;
    if (!parse_clock(&s, c)) return false;
    if (s.len == 0) return true;
    (void)take_char(&s, ' ');
    return take_offset(&s, ret_offset_s) && s.len == 0;
}

bool civil_parse(struct text s, struct civil *ret, int32_t *ret_offset_s)
{
    struct civil c;
    int32_t offset_s = INT32_MIN;
    if (!parse_common(s, &c) && !parse_general(s, &c, &offset_s)) return false;
    if (!civil_valid(&c)) return false;
    *ret = c;
    *ret_offset_s = offset_s;
    return true;
}

bool instant_parse(struct text s, int64_t *ret_at_ms)
{
    struct civil c;
    int32_t offset_s;
    if (!civil_parse(s, &c, &offset_s) || offset_s == INT32_MIN) return false;
    int64_t at_ms = civil_as_utc_ms(&c) - offset_s * MS_PER_S;
    if (at_ms < INSTANT_FIRST_MS || at_ms > INSTANT_LAST_MS) return false;
    *ret_at_ms = at_ms;
    return true;
}

static char *digits(char *to, int n, int v)
{
    for (int i = n - 1; i >= 0; i--, v /= 10) to[i] = (char)('0' + v % 10);
    return to + n;
}

/* Pages print hundreds of these: digit by digit it takes a tenth of what a format does. */
struct text instant_print(struct arena *a, int64_t at_ms, const struct zone *z)
{
    struct civil c = zone_civil(z, at_ms);
    int32_t offset_min = zone_offset_s(z, at_ms) / 60, size = offset_min < 0 ? -offset_min : offset_min;
    if (c.year < 0 || c.year > 9999)
        return arena_printf(a, "%04d-%02d-%02dT%02d:%02d:%02d%c%02d:%02d", c.year, c.month, c.day, c.hour, c.minute, c.second, offset_min < 0 ? '-' : '+',
                            size / 60, size % 60);
    char out[32], *at = digits(out, 4, c.year);
    *at++ = '-', at = digits(at, 2, c.month);
    *at++ = '-', at = digits(at, 2, c.day);
    *at++ = 'T', at = digits(at, 2, c.hour);
    *at++ = ':', at = digits(at, 2, c.minute);
    *at++ = ':', at = digits(at, 2, c.second);
    if (c.ms) *at++ = '.', at = digits(at, 3, c.ms);
    *at++ = offset_min < 0 ? '-' : '+', at = digits(at, 2, size / 60);
    *at++ = ':', at = digits(at, 2, size % 60);
    return arena_text(a, (struct text){ out, (size_t)(at - out) });
}
