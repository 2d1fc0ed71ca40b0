/* Cells, columns and times; see cell.h. */
#include "intake/cell.h"
#include "intake/date_words.h"
#include "intake/decode.h"

static size_t collapse_quotes(char *s, size_t n)
{
    size_t to = 0;
    for (size_t i = 0; i < n; i++) {
        s[to++] = s[i];
        if (s[i] == '"' && i + 1 < n && s[i + 1] == '"') i++;
    }
    return to;
}

static bool is_nothing(struct text s)
{
    if (s.len == 1) return s.ptr[0] == '-';
    if (s.len == 2) return s.ptr[0] == '-' && s.ptr[1] == '-';
    return s.len == 4 && (memcmp(s.ptr, "null", 4) == 0 || memcmp(s.ptr, "NULL", 4) == 0);
}

static struct text unwrap(struct text s, bool code)
{
    if (s.len >= 3 && s.ptr[0] == '=' && s.ptr[1] == '"' && s.ptr[s.len - 1] == '"') /* a guard that was quoted again */
        s = text_trim((struct text){ s.ptr + 2, s.len - 3 });
    if (code && s.len > 0 && s.ptr[0] == '\'') s = text_trim((struct text){ s.ptr + 1, s.len - 1 });
    return s;
}

bool cell_text(enum intake_encoding encoding, bool high, const struct csv_cell *cell, enum field f, char *out, struct text *ret)
{
    size_t n = cell->len;
    struct text raw = { cell->ptr, n };
    if (high && encoding == ENCODING_GB18030) {
        if (!gb18030_to_utf8(raw, out, &n)) return false;
    } else {
        if (high && !utf8_check(raw)) return false;
        if (n) memcpy(out, raw.ptr, n);
    }
    if (cell->form & CELL_DOUBLED) n = collapse_quotes(out, n);
    struct text s = { out, n };
    if (n == 0) {
        *ret = s;
        return true;
    }
    unsigned char first = (unsigned char)s.ptr[0], last = (unsigned char)s.ptr[n - 1];
    if (first <= ' ' || first >= 0x80 || last <= ' ' || last >= 0x80) s = text_trim(s);
    if (s.len > 0 && (s.ptr[0] == '=' || s.ptr[0] == '\'')) s = unwrap(s, f != FIELD_NONE && field_is_code(f));
    if (is_nothing(s)) s.len = 0;
    *ret = s;
    return true;
}

size_t cell_shown(enum intake_encoding encoding, const struct csv_cell *cell, size_t max, char *out)
{
    const size_t n = decode_lossy(encoding, (struct text){ cell->ptr, cell->len < max ? cell->len : max }, out);
    return cell->form & CELL_DOUBLED ? collapse_quotes(out, n) : n;
}

/* ---- columns ---- */

bool column_map_make(struct arena *a, const struct profile *p, const struct intake_column *columns, int column_count, struct column_map *ret)
{
    struct column_use by_field[FIELD_COUNT] = { { .count = 0 } };
    struct text *folded = ARENA_ARRAY(a, struct text, (size_t)column_count + 1);
    if (!folded) return false;
    for (int c = 0; c < column_count; c++) folded[c] = header_fold(a, columns[c].header);
    for (int known = 0; known < p->column_count; known++) { /* the profile's order is the order of preference */
        for (int c = 0; c < column_count; c++) {
            if (!text_eq(folded[c], p->columns[known].folded)) continue;
            for (int i = 0; i < p->columns[known].field_count; i++) {
                struct column_use *use = &by_field[p->columns[known].fields[i]]; /* of orders: the caller sees to it */
                if (use->count == COLUMNS_PER_FIELD) continue;
                use->off[use->count] = word_list_holds(&p->rules.taken_off, folded[c]);
                use->at[use->count++] = c;
            }
        }
    }
    ret->count = 0;
    for (int f = 1; f < FIELD_COUNT; f++) {
        if (by_field[f].count == 0) continue;
        by_field[f].field = (enum field)f;
        ret->uses[ret->count++] = by_field[f];
    }
    return !a->failed;
}

const struct column_use *column_map_find(const struct column_map *m, enum field f)
{
    for (int i = 0; i < m->count; i++)
        if (m->uses[i].field == f) return &m->uses[i];
    return NULL;
}

/* ---- amounts ---- */

enum money_parse_error cell_money(const struct profile *p, struct text s, struct currency currency, int64_t *ret_minor)
{
    return money_parse_decimal(s, currency, p ? p->rules.decimal : DECIMAL_POINT, ret_minor);
}

/* ---- times ---- */

const struct zone *profile_clock(const struct profile *p, const struct intake_options *opt)
{
    /* China has kept one offset since 1991, before INSTANT_FIRST_MS. */
    static const int64_t at_ms[1] = { INT64_MIN };
    static const int32_t offset_s[2] = { 8 * 3600, 0 };
    static const struct zone utc = { .name = "UTC", .n = 1, .at_ms = at_ms, .offset_s = &offset_s[1] };
    static const struct zone china = { .name = "Asia/Shanghai", .n = 1, .at_ms = at_ms, .offset_s = offset_s };
    if (p->rules.ask_zone && opt->zone_asked) return opt->zone;
    if (text_empty(p->zone) || text_is(p->zone, opt->zone->name)) return opt->zone;
    if (text_is(p->zone, china.name)) return &china;
    if (text_is(p->zone, utc.name)) return &utc;
    const struct zone *found = opt->find_zone ? opt->find_zone(opt->find_zone_ctx, p->zone.ptr) : NULL; /* the arena ended it with NUL */
    return found ? found : opt->zone;
}

static inline int two_digits(const char *p)
{
    unsigned a = (unsigned char)p[0] - '0', b = (unsigned char)p[1] - '0';
    return a <= 9 && b <= 9 ? (int)(a * 10 + b) : -1;
}

/* Remembers where the day of `c` begins, if no clock is changed on it. */
static void hold_day(struct time_reader *t, struct text s, const struct civil *c)
{
    struct civil from = { c->year, c->month, c->day, 0, 0, 0, 0 }, to = { c->year, c->month, c->day, 23, 59, 59, 0 };
    int64_t from_ms, to_ms;
    if (zone_instant(t->zone, &from, &from_ms) != CIVIL_EXACT || zone_instant(t->zone, &to, &to_ms) != CIVIL_EXACT) return;
    if (to_ms - from_ms != MS_PER_DAY - MS_PER_S) return;
    memcpy(t->date, s.ptr, sizeof t->date);
    t->day_ms = from_ms;
    t->held = true;
}

enum time_found time_read(struct time_reader *t, struct text s, int64_t *ret_at_ms, enum civil_fit *ret_fit)
{
    *ret_fit = CIVIL_EXACT;
    if (s.len == 0) return TIME_NONE;
    bool common = s.len == 19 && (s.ptr[10] == ' ' || s.ptr[10] == 'T') && s.ptr[13] == ':' && s.ptr[16] == ':';
    if (common && t->held && memcmp(s.ptr, t->date, 10) == 0) {
        int hour = two_digits(s.ptr + 11), minute = two_digits(s.ptr + 14), second = two_digits(s.ptr + 17);
        if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return TIME_BAD;
        *ret_at_ms = t->day_ms + hour * MS_PER_HOUR + minute * MS_PER_MIN + second * MS_PER_S;
        return TIME_FOUND;
    }
    struct civil c;
    int32_t offset_s = INT32_MIN;
    if (!civil_parse(s, &c, &offset_s) && !date_words_parse(s, &c)) return is_scientific(s) ? TIME_SCIENTIFIC : TIME_BAD;
    if (c.year < 1990 || c.year > 2110) return TIME_OUT_OF_RANGE;
    int64_t at_ms;
    if (offset_s != INT32_MIN) {
        at_ms = days_from_civil(c.year, c.month, c.day) * MS_PER_DAY + c.hour * MS_PER_HOUR + c.minute * MS_PER_MIN + c.second * MS_PER_S +
                c.ms - offset_s * MS_PER_S;
    } else {
        *ret_fit = zone_instant(t->zone, &c, &at_ms);
        if (common && at_ms >= INSTANT_FIRST_MS + MS_PER_DAY && at_ms < INSTANT_LAST_MS - MS_PER_DAY) hold_day(t, s, &c);
    }
    if (at_ms < INSTANT_FIRST_MS || at_ms > INSTANT_LAST_MS) return TIME_OUT_OF_RANGE;
    *ret_at_ms = at_ms;
    return TIME_FOUND;
}

bool is_scientific(struct text s)
{
    size_t i = 0, digits = 0;
    while (i < s.len && s.ptr[i] >= '0' && s.ptr[i] <= '9') i++, digits++;
    if (digits == 0 || digits > 2) return false;
    if (i < s.len && s.ptr[i] == '.')
        for (i++; i < s.len && s.ptr[i] >= '0' && s.ptr[i] <= '9'; i++) digits++;
    if (i >= s.len || (s.ptr[i] != 'E' && s.ptr[i] != 'e')) return false;
    i++;
    if (i < s.len && s.ptr[i] == '+') i++;
    size_t exponent = 0;
    for (; i < s.len && s.ptr[i] >= '0' && s.ptr[i] <= '9'; i++) exponent++;
    return i == s.len && exponent > 0;
}

/* ---- the time in a file's name ---- */

static bool civil_of_digits(const char *p, bool seconds, struct civil *ret)
{
    int century = two_digits(p), year = two_digits(p + 2);
    *ret = (struct civil){ century * 100 + year, two_digits(p + 4), two_digits(p + 6), two_digits(p + 8), two_digits(p + 10), seconds ? two_digits(p + 12) : 0, 0 };
    return ret->year >= 2000 && ret->year < 2100 && civil_valid(ret);
}

bool name_time(struct text name, const struct zone *z, int64_t *ret_at_ms, int64_t *ret_span_ms)
{
    bool found = false;
    for (size_t i = name.len; i > 0; i--) { /* folders tell nothing */
        if (name.ptr[i - 1] != '/' && name.ptr[i - 1] != '\\') continue;
        name = (struct text){ name.ptr + i, name.len - i };
        break;
    }
    for (size_t i = 0; i < name.len;) {
        size_t run = 0;
        while (i + run < name.len && name.ptr[i + run] >= '0' && name.ptr[i + run] <= '9') run++;
        struct civil c;
        if ((run == 12 || run == 14) && civil_of_digits(name.ptr + i, run == 14, &c)) {
            (void)zone_instant(z, &c, ret_at_ms);
            *ret_span_ms = run == 14 ? MS_PER_S : MS_PER_MIN;
            found = true;
        } else if (run == 4 && i + 10 <= name.len && name.ptr[i + 4] == '-' && name.ptr[i + 7] == '-' &&
                   (i + 10 == name.len || name.ptr[i + 10] < '0' || name.ptr[i + 10] > '9')) {
            c = (struct civil){ two_digits(name.ptr + i) * 100 + two_digits(name.ptr + i + 2), two_digits(name.ptr + i + 5), two_digits(name.ptr + i + 8), 0, 0, 0, 0 };
            if (two_digits(name.ptr + i + 5) > 0 && c.year >= 2000 && c.year < 2100 && civil_valid(&c)) {
                (void)zone_instant(z, &c, ret_at_ms);
                *ret_span_ms = MS_PER_DAY;
                found = true;
            }
        }
        i += run > 0 ? run : 1;
    }
    return found; /* the last one: names end with the export's time */
}
