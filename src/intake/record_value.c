/* See record_value.h. */
#include "intake/record_value.h"

#define FIGURE_MAX INT64_C(1000000000000)

bool decimal_read(struct text s, int digits, int64_t *ret)
{
    bool negative = false, point = false, any = false, up = false, held = false;
    int64_t n = 0;
    int places = 0;
    s = text_trim(s);
    size_t i = 0;
    if (s.len > 0 && (s.ptr[0] == '-' || s.ptr[0] == '+')) negative = s.ptr[i++] == '-';
    for (; i < s.len; i++) {
        const char c = s.ptr[i];
        if (c == '.' && !point) { point = true; continue; }
        if (c == ',' && !point && any && i + 1 < s.len) continue;
        if (c < '0' || c > '9') return false;
        any = true;
        if (point && places == digits) { /* the first place that is not kept decides */
            if (!held) up = c >= '5';
            held = true;
            continue;
        }
        if (n >= INT64_MAX / 100) return false;
        n = n * 10 + (c - '0');
        places += point;
    }
    if (!any) return false;
    for (; places < digits; places++) {
        if (n >= INT64_MAX / 100) return false;
        n *= 10;
    }
    n += up;
    *ret = negative ? -n : n;
    return true;
}

static bool ends(struct text *s, const char *with)
{
    const struct text w = text_from_cstr(with);
    if (!text_ends_with(*s, w)) return false;
    *s = text_trim((struct text){ s->ptr, s->len - w.len });
    return true;
}

/* ---- figures ---- */

static bool read_count(struct text s, int64_t *ret)
{
    static const char *const units[] = { "件", "个", "人", "次", "单", "条", "张", "天", "名", "款" };
    const bool least = ends(&s, "+");
    for (size_t i = 0; i < sizeof units / sizeof units[0] && !least; i++)
        if (ends(&s, units[i])) break;
    const bool myriad = ends(&s, "万") || ends(&s, "w") || ends(&s, "W");
    int64_t n;
    if (!decimal_read(s, 4, &n)) return false;
    if (!myriad && n % 10000 != 0) return false;
    n = myriad ? n : n / 10000;
    if (n < -FIGURE_MAX || n > FIGURE_MAX) return false;
    *ret = n;
    return true;
}

static bool read_ratio(const struct value_reader *r, struct text s, int64_t *ret)
{
    if (ends(&s, "折")) return decimal_read(s, 3, ret); /* 8.5 of 10 */
    if (ends(&s, "%") || ends(&s, "％") || r->percent) return decimal_read(s, 2, ret);
    return decimal_read(s, 4, ret);
}

/* "00:01:23", "1:23" (minutes and seconds). */
static bool read_colons(struct text s, int64_t *ret)
{
    int64_t part[3] = { 0 };
    int n = 0;
    for (struct text rest = s; rest.len > 0 && n < 3; n++)
        if (!text_to_i64(text_cut(rest, ':', &rest), &part[n]) || part[n] < 0 || part[n] > 100000) return false;
    if (n < 2) return false;
    *ret = n == 2 ? part[0] * 60 + part[1] : part[0] * 3600 + part[1] * 60 + part[2];
    return true;
}

/* "1小时2分3秒", "83秒", "83s", "83.5": milliseconds. */
static bool read_seconds(struct text s, int64_t *ret)
{
    static const struct { const char *word; int64_t s; } units[] = { { "小时", 3600 }, { "时", 3600 }, { "分钟", 60 }, { "分", 60 }, { "秒", 1 }, { "s", 1 } };
    int64_t n, whole = 0;
    if (text_contains(s, TEXT(":"))) {
        if (!read_colons(s, &n)) return false;
        *ret = n * MS_PER_S;
        return true;
    }
    while (s.len > 0) {
        size_t digits = 0, u = 0;
        while (digits < s.len && ((s.ptr[digits] >= '0' && s.ptr[digits] <= '9') || s.ptr[digits] == '.' || s.ptr[digits] == ',')) digits++;
        if (!decimal_read((struct text){ s.ptr, digits }, 3, &n) || n > FIGURE_MAX) return false;
        s = text_trim((struct text){ s.ptr + digits, s.len - digits });
        if (s.len == 0) { whole += n; break; }
        while (u < sizeof units / sizeof units[0] && !text_starts_with(s, text_from_cstr(units[u].word))) u++;
        if (u == sizeof units / sizeof units[0]) return false;
        whole += n * units[u].s;
        s = text_trim((struct text){ s.ptr + strlen(units[u].word), s.len - strlen(units[u].word) });
    }
    *ret = whole;
    return true;
}

/* Of which money_parse said that it has too many places. */
static bool read_mean(const struct value_reader *r, struct text s, int64_t *ret)
{
    (void)ends(&s, "元");
    if (text_starts_with(s, TEXT("¥"))) s = (struct text){ s.ptr + 2, s.len - 2 };
    else if (text_starts_with(s, TEXT("￥"))) s = (struct text){ s.ptr + 3, s.len - 3 };
    return decimal_read(s, currency_digits(r->currency), ret);
}

static enum value_read read_money(const struct value_reader *r, struct text s, int64_t *ret, enum row_fault *fault)
{
    switch (money_parse(s, r->currency, ret)) {
    case MONEY_OK:
        *fault = FAULT_MONEY_OUT_OF_RANGE;
        return *ret >= -FIGURE_MAX && *ret <= FIGURE_MAX ? VALUE_GOOD : VALUE_BAD;
    case MONEY_EMPTY: return VALUE_NONE;
    case MONEY_NOT_A_NUMBER: case MONEY_SCIENTIFIC: *fault = FAULT_BAD_MONEY; return VALUE_BAD;
    case MONEY_TOO_PRECISE:
        if (r->mean && read_mean(r, s, ret)) return VALUE_GOOD;
        *fault = FAULT_MONEY_TOO_PRECISE;
        return VALUE_BAD;
    case MONEY_OUT_OF_RANGE: *fault = FAULT_MONEY_OUT_OF_RANGE; return VALUE_BAD;
    case MONEY_OTHER_CURRENCY: *fault = FAULT_OTHER_CURRENCY; return VALUE_BAD;
    }
    return VALUE_BAD;
}

/* ---- days and hours ---- */

/* "20260618" and "2026年6月18日" as 2026-06-18; what is neither comes back as it is. */
static struct text plain_day(struct text s, char out[16])
{
    int64_t part[3] = { 0 };
    struct text rest = s;
    static const char *const marks[] = { "年", "月", "日" };
    if (s.len == 8 && text_to_i64(s, &part[0])) {
        const char digits[] = { s.ptr[0], s.ptr[1], s.ptr[2], s.ptr[3], '-', s.ptr[4], s.ptr[5], '-', s.ptr[6], s.ptr[7] };
        memcpy(out, digits, sizeof digits);
        return (struct text){ out, sizeof digits };
    }
    for (int i = 0; i < 3; i++) {
        size_t n = 0;
        while (n < rest.len && rest.ptr[n] >= '0' && rest.ptr[n] <= '9') n++;
        if (n == 0 || n > 4 || !text_to_i64((struct text){ rest.ptr, n }, &part[i])) return s;
        rest = (struct text){ rest.ptr + n, rest.len - n };
        if (!text_starts_with(rest, text_from_cstr(marks[i]))) return s;
        rest = (struct text){ rest.ptr + 3, rest.len - 3 };
    }
    if (rest.len > 0 || part[0] > 9999 || part[1] > 99 || part[2] > 99) return s;
    const char digits[] = { (char)('0' + part[0] / 1000), (char)('0' + part[0] / 100 % 10), (char)('0' + part[0] / 10 % 10), (char)('0' + part[0] % 10), '-',
                            (char)('0' + part[1] / 10), (char)('0' + part[1] % 10), '-', (char)('0' + part[2] / 10), (char)('0' + part[2] % 10) };
    memcpy(out, digits, sizeof digits);
    return (struct text){ out, sizeof digits };
}

static enum value_read read_day(struct value_reader *r, struct text s, int64_t *ret, enum row_fault *fault)
{
    char room[16];
    int64_t at_ms;
    enum civil_fit fit;
    switch (time_read(&r->clock, plain_day(s, room), &at_ms, &fit)) {
    case TIME_FOUND: *ret = zone_day(r->clock.zone, at_ms); return VALUE_GOOD;
    case TIME_NONE: return VALUE_NONE;
    case TIME_OUT_OF_RANGE: *fault = FAULT_TIME_OUT_OF_RANGE; return VALUE_BAD;
    case TIME_BAD: case TIME_SCIENTIFIC: *fault = FAULT_BAD_DAY; return VALUE_BAD;
    }
    return VALUE_BAD;
}

static enum value_read read_time(struct value_reader *r, struct text s, int64_t *ret, enum row_fault *fault)
{
    char room[16];
    enum civil_fit fit;
    switch (time_read(&r->clock, plain_day(s, room), ret, &fit)) {
    case TIME_FOUND: return VALUE_GOOD;
    case TIME_NONE: return VALUE_NONE;
    case TIME_OUT_OF_RANGE: *fault = FAULT_TIME_OUT_OF_RANGE; return VALUE_BAD;
    case TIME_BAD: case TIME_SCIENTIFIC: *fault = FAULT_BAD_TIME; return VALUE_BAD;
    }
    return VALUE_BAD;
}

/* Digits at the beginning, and what stands behind them. */
static bool leading(struct text *s, int64_t *ret)
{
    size_t n = 0;
    while (n < s->len && s->ptr[n] >= '0' && s->ptr[n] <= '9') n++;
    if (n == 0 || n > 2 || !text_to_i64((struct text){ s->ptr, n }, ret)) return false;
    *s = (struct text){ s->ptr + n, s->len - n };
    return true;
}

static bool read_hour(struct text s, int64_t *ret)
{
    struct civil c;
    int32_t offset_s;
    int64_t hour;
    if (s.len >= 13 && civil_parse(s, &c, &offset_s)) {
        *ret = c.hour;
        return true;
    }
    if (!leading(&s, &hour) || hour > 23) return false;
    const char next = s.len > 0 ? s.ptr[0] : ':';
    if (next != ':' && next != '-' && next != '~' && next != '.' && !text_starts_with(s, TEXT("时")) && !text_starts_with(s, TEXT("点"))) return false;
    *ret = hour;
    return true;
}

/* "9:00", "09:30:00", "24:00": minutes since midnight. */
static bool read_clock(struct text s, int64_t *ret)
{
    struct civil c;
    int32_t offset_s;
    int64_t hour, minute = 0;
    if (s.len >= 13 && civil_parse(s, &c, &offset_s)) {
        *ret = c.hour * 60 + c.minute;
        return true;
    }
    if (!leading(&s, &hour)) return false;
    if (text_starts_with(s, TEXT("：")) || text_starts_with(s, TEXT("点"))) s = (struct text){ s.ptr + 3, s.len - 3 };
    else if (s.len > 0 && s.ptr[0] == ':') s = (struct text){ s.ptr + 1, s.len - 1 };
    else return false;
    if (s.len > 0 && !leading(&s, &minute)) return false;
    if (s.len > 0 && s.ptr[0] != ':' && !text_is(s, "分")) return false;
    if (minute > 59 || hour * 60 + minute > 48 * 60) return false;
    *ret = hour * 60 + minute;
    return true;
}

/* ---- by kind ---- */

static enum value_read good_or(bool good, enum row_fault otherwise, enum row_fault *fault)
{
    *fault = otherwise;
    return good ? VALUE_GOOD : VALUE_BAD;
}

enum value_read value_read(struct value_reader *r, enum record_kind kind, struct text s, int64_t *ret, enum row_fault *fault)
{
    if (s.len == 0) return VALUE_NONE;
    switch (kind) {
    case KIND_TEXT: case KIND_CODE: case KIND_STATUS: case KIND_PERSON: return VALUE_NONE;
    case KIND_TIME: return read_time(r, s, ret, fault);
    case KIND_DAY: return read_day(r, s, ret, fault);
    case KIND_HOUR: return good_or(read_hour(s, ret), FAULT_BAD_HOUR, fault);
    case KIND_CLOCK: return good_or(read_clock(s, ret), FAULT_BAD_CLOCK, fault);
    case KIND_MONEY: return read_money(r, s, ret, fault);
    case KIND_COUNT: return good_or(read_count(s, ret), FAULT_BAD_FIGURE, fault);
    case KIND_RATIO: return good_or(read_ratio(r, s, ret) && *ret >= -FIGURE_MAX && *ret <= FIGURE_MAX, FAULT_BAD_RATIO, fault);
    case KIND_DECIMAL: return good_or(decimal_read(s, 3, ret), FAULT_BAD_DECIMAL, fault);
    case KIND_SECONDS: return good_or(read_seconds(s, ret), FAULT_BAD_SECONDS, fault);
    }
    return VALUE_BAD;
}
