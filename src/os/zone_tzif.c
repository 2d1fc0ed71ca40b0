/* Zones from the system's tz database (/usr/share/zoneinfo), files as RFC 8536 describes them.
 *
 * A file holds the changes of the clock that are known one by one, then a line with the rule that goes on for ever
 * ("CET-1CEST,M3.5.0,M10.5.0/3"): the changes are taken from the one up to its end and from the other up to 2100.
 * Integers are big-endian.  Anything that is not as described is refused, and ICU is asked instead. */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
#include "os/zone_table.h"

#define SYSTEM_FOLDER "/usr/share/zoneinfo/"
enum { FILE_MAX = 64 * 1024, HEADER_BYTES = 44 };

void zone_table_start(struct zone_table *t, int32_t offset_s)
{
    t->n = 1;
    t->at_ms[0] = INT64_MIN;
    t->offset_s[0] = offset_s;
}

bool zone_table_add(struct zone_table *t, int64_t at_ms, int32_t offset_s)
{
    if (t->offset_s[t->n - 1] == offset_s) return true;
    if (t->n == ZONE_SEGMENTS_MAX || at_ms <= t->at_ms[t->n - 1]) return false;
    t->at_ms[t->n] = at_ms;
    t->offset_s[t->n++] = offset_s;
    return true;
}

/* ---- the rule at the end of the file ---- */

struct rule_day { char kind; /* 'M' month.week.day, 'J' day 1-365 without 29 February, '0' day 0-365 */ int month, week, day; int32_t time_s; };
struct rule { int32_t standard_s, summer_s; bool has_summer; struct rule_day start, end; };

static bool take(struct text *s, char c)
{
    if (s->len == 0 || s->ptr[0] != c) return false;
    *s = (struct text){ s->ptr + 1, s->len - 1 };
    return true;
}

static bool take_number(struct text *s, int max, int *ret)
{
    int v = 0;
    size_t n = 0;
    while (n < 3 && n < s->len && s->ptr[n] >= '0' && s->ptr[n] <= '9') v = v * 10 + (s->ptr[n++] - '0');
    if (n == 0 || v > max) return false;
    *s = (struct text){ s->ptr + n, s->len - n };
    *ret = v;
    return true;
}

/* "CET" or "<+03>" */
static bool take_name(struct text *s)
{
    size_t n = 0;
    bool quoted = take(s, '<');
    while (n < s->len && (quoted ? s->ptr[n] != '>' : (s->ptr[n] >= 'A' && s->ptr[n] <= 'Z') || (s->ptr[n] >= 'a' && s->ptr[n] <= 'z'))) n++;
    if (n < 3) return false;
    *s = (struct text){ s->ptr + n, s->len - n };
    return !quoted || take(s, '>');
}

/* "[+-]h[:mm[:ss]]" */
static bool take_clock(struct text *s, int32_t *ret_s)
{
    int h, m = 0, sec = 0;
    bool negative = take(s, '-');
    if (!negative) (void)take(s, '+');
    if (!take_number(s, 167, &h)) return false;
    if (take(s, ':') && (!take_number(s, 59, &m) || (take(s, ':') && !take_number(s, 59, &sec)))) return false;
    *ret_s = (int32_t)(h * 3600 + m * 60 + sec);
    if (negative) *ret_s = -*ret_s;
    return true;
}

static bool take_rule_day(struct text *s, struct rule_day *ret)
{
    ret->time_s = 7200;
    if (!take(s, ',')) return false;
    if (take(s, 'M')) {
        ret->kind = 'M';
        if (!take_number(s, 12, &ret->month) || ret->month < 1 || !take(s, '.') || !take_number(s, 5, &ret->week) || ret->week < 1
            || !take(s, '.') || !take_number(s, 6, &ret->day))
            return false;
    } else {
        ret->kind = take(s, 'J') ? 'J' : '0';
        if (!take_number(s, 365, &ret->day)) return false;
    }
    return !take(s, '/') || take_clock(s, &ret->time_s);
}

/* Offsets in the rule are west of Greenwich: what is added to local time to get UTC. */
static bool parse_rule(struct text s, struct rule *ret)
{
    int32_t west_s;
    if (!take_name(&s) || !take_clock(&s, &west_s)) return false;
    *ret = (struct rule){ .standard_s = -west_s };
    if (s.len == 0) return true;
    ret->has_summer = true;
    if (!take_name(&s)) return false;
    ret->summer_s = ret->standard_s + 3600;
    if (s.len > 0 && s.ptr[0] != ',') {
        if (!take_clock(&s, &west_s)) return false;
        ret->summer_s = -west_s;
    }
    return take_rule_day(&s, &ret->start) && take_rule_day(&s, &ret->end) && s.len == 0;
}

static int64_t rule_day_of(const struct rule_day *r, int year)
{
    int64_t new_year = days_from_civil(year, 1, 1);
    bool leap = days_from_civil(year + 1, 1, 1) - new_year == 366;
    if (r->kind == '0') return new_year + r->day;
    if (r->kind == 'J') return new_year + r->day - 1 + (leap && r->day > 59);
    int64_t first = days_from_civil(year, r->month, 1);
    int64_t next = r->month == 12 ? days_from_civil(year + 1, 1, 1) : days_from_civil(year, r->month + 1, 1);
    int64_t weekday = ((first + 4) % 7 + 7) % 7, day = first + (r->day - weekday + 7) % 7 + (r->week - 1) * 7;
    return day >= next ? day - 7 : day; /* the fifth is the last one */
}

/* The changes that the rule makes after after_ms. */
static bool apply_rule(const struct rule *r, int64_t after_ms, struct zone_table *t)
{
    if (!r->has_summer) return zone_table_add(t, after_ms, r->standard_s);
    int year, month, day;
    civil_from_days((after_ms < INSTANT_FIRST_MS ? INSTANT_FIRST_MS : after_ms) / MS_PER_DAY, &year, &month, &day);
    for (year--; year <= 2100; year++) {
        int64_t start_ms = rule_day_of(&r->start, year) * MS_PER_DAY + (r->start.time_s - r->standard_s) * MS_PER_S;
        int64_t end_ms = rule_day_of(&r->end, year) * MS_PER_DAY + (r->end.time_s - r->summer_s) * MS_PER_S;
        for (int i = 0; i < 2; i++) {
            bool summer = (i == 0) == (start_ms < end_ms);
            int64_t at_ms = summer ? start_ms : end_ms;
            if (at_ms <= after_ms || at_ms < INSTANT_FIRST_MS || at_ms > INSTANT_LAST_MS) continue;
            if (!zone_table_add(t, at_ms, summer ? r->summer_s : r->standard_s)) return false;
        }
    }
    return true;
}

/* ---- the file ---- */

struct counts { size_t utc, std, leap, times, types, chars; };

static uint64_t big_endian(const char *p, int bytes)
{
    uint64_t v = 0;
    for (int i = 0; i < bytes; i++) v = v << 8 | (unsigned char)p[i];
    return v;
}

static bool read_header(struct text s, struct counts *ret)
{
    if (s.len < HEADER_BYTES || memcmp(s.ptr, "TZif", 4) != 0 || s.ptr[4] < '2') return false;
    size_t *fields[6] = { &ret->utc, &ret->std, &ret->leap, &ret->times, &ret->types, &ret->chars };
    for (int i = 0; i < 6; i++) {
        *fields[i] = (size_t)big_endian(s.ptr + 20 + i * 4, 4);
        if (*fields[i] > FILE_MAX) return false;
    }
    return ret->types > 0 && ret->types <= 256;
}

static size_t block_bytes(const struct counts *c, size_t time_bytes)
{
    return c->times * (time_bytes + 1) + c->types * 6 + c->chars + c->leap * (time_bytes + 4) + c->std + c->utc;
}

/* The changes that the file lists, from 2000 on; *ret_last_ms is the latest one. */
static bool read_changes(struct text block, const struct counts *c, struct zone_table *t, int64_t *ret_last_ms)
{
    const char *types = block.ptr + c->times * 8, *offsets = types + c->times;
    int64_t last_ms = INT64_MIN;
    zone_table_start(t, (int32_t)(uint32_t)big_endian(offsets, 4));
    for (size_t i = 0; i < c->times; i++) {
        int64_t at_s = (int64_t)big_endian(block.ptr + i * 8, 8);
        size_t type = (unsigned char)types[i];
        if (type >= c->types) return false;
        int32_t offset_s = (int32_t)(uint32_t)big_endian(offsets + type * 6, 4);
        if (at_s > INSTANT_LAST_MS / MS_PER_S) break;
        if (at_s <= INSTANT_FIRST_MS / MS_PER_S) {
            zone_table_start(t, offset_s);
            continue;
        }
        if (!zone_table_add(t, at_s * MS_PER_S, offset_s)) return false;
        last_ms = at_s * MS_PER_S;
    }
    *ret_last_ms = last_ms;
    return true;
}

bool zone_from_tzif(struct text file, struct zone_table *ret)
{
    struct counts c;
    struct rule rule;
    int64_t last_ms = INT64_MIN;
    if (!read_header(file, &c)) return false;
    size_t skip = HEADER_BYTES + block_bytes(&c, 4); /* the same once more in 32 bits, for old readers */
    if (skip > file.len) return false;
    file = (struct text){ file.ptr + skip, file.len - skip };
    if (!read_header(file, &c) || HEADER_BYTES + block_bytes(&c, 8) > file.len) return false;
    struct text block = { file.ptr + HEADER_BYTES, block_bytes(&c, 8) };
    struct text footer = { block.ptr + block.len, file.len - HEADER_BYTES - block.len }, rest;
    if (!read_changes(block, &c, ret, &last_ms)) return false;
    if (!take(&footer, '\n')) return false;
    footer = text_cut(footer, '\n', &rest);
    if (footer.len == 0) return true; /* no rule: the last offset stays */
    if (!parse_rule(footer, &rule)) return false;
    return apply_rule(&rule, last_ms == INT64_MIN && !rule.has_summer ? INSTANT_FIRST_MS : last_ms, ret);
}

/* Letters, digits, "_+-" and "/" between parts: nothing that leaves the folder. */
static bool plain_name(const char *name)
{
    char before = '/';
    size_t n = 0;
    for (; name[n]; before = name[n++]) {
        char c = name[n];
        bool word = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '+' || c == '-';
        if (!word && (c != '/' || before == '/')) return false;
        if (n == 0 && !(c >= 'A' && c <= 'Z')) return false; /* leaves out posix/, right/ and the tables beside the zones */
    }
    return n > 0 && n < sizeof((struct zone *)0)->name && before != '/';
}

bool zone_from_system(const char *name, struct zone_table *ret)
{
    char path[128], file[FILE_MAX];
    size_t len = 0;
    if (!plain_name(name)) return false;
    (void)snprintf(path, sizeof path, SYSTEM_FOLDER "%s", name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return false;
    ssize_t n;
    while (len < sizeof file && (n = read(fd, file + len, sizeof file - len)) > 0) len += (size_t)n;
    (void)close(fd);
    return len < sizeof file && zone_from_tzif((struct text){ file, len }, ret);
}
