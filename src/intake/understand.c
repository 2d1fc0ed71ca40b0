/* See understand.h. Order: wrong encodings, dates, each kind of cell, the whole preview. */
#include "intake/understand.h"
#include <stdlib.h>

enum { FAR_OFF_TIMES = 100, FAR_OFF_CELLS_MIN = 5, MOJIBAKE_BYTES_MAX = 2048, GB_LEAD_FIRST = 0x81, GB_LEAD_LAST = 0xFE, GB_TRAIL_FIRST = 0x40, GB_TRAIL_LAST = 0xFE };

static const struct { const char *word, *en, *zh; } doubts[] = {
    [DOUBT_NONE] = { "", "", "" },
    [DOUBT_AMBIGUOUS_DATE] = { "ambiguous-date", "Which is the day and which the month? Write it as 2020-02-26.", "分不清哪个是月、哪个是日。请写成 2020-02-26 的样子。" },
    [DOUBT_TIME_TWICE] = { "time-twice", "The clocks were set back: this time exists twice. The first one is taken.", "正逢调钟，这个时刻出现两次。取第一次。" },
    [DOUBT_TIME_SKIPPED] = { "time-skipped", "The clocks were set forward: this time does not exist. It is moved forward.", "正逢调钟，这个时刻并不存在。往后推。" },
    [DOUBT_FUTURE] = { "future", "This time has not come yet. Is the year right, and the time zone?", "这个时间还没到。年份和时区对吗？" },
    [DOUBT_NOT_A_TIME] = { "not-a-time", "This is no date and time.", "这不是日期时间。" },
    [DOUBT_NOT_A_NUMBER] = { "not-a-number", "A number is expected here.", "这里应当是数字。" },
    [DOUBT_OTHER_CURRENCY] = { "other-currency", "This is another currency than the store’s.", "币种与店铺的不同。" },
    [DOUBT_SCIENTIFIC] = { "scientific-id", "A spreadsheet has cut the last digits of this number.", "表格软件丢掉了这个号码的末几位。" },
    [DOUBT_UNKNOWN_STATUS] = { "unknown-status", "This status word is not known. Nobody is reminded because of it.", "没见过的状态词。不会因它催付。" },
    [DOUBT_FAR_OFF] = { "far-off", "This amount is far from the others. Is the column right, and the decimal point?", "这个金额和其他的相差太远。列和小数点对吗？" },
    [DOUBT_MOJIBAKE] = { "mojibake", "This text seems garbled: it was saved with a wrong encoding.", "文字像是乱码：保存时用错了编码。" },
};

const char *cell_doubt_word(enum cell_doubt d) { return doubts[d].word; }
struct text cell_doubt_text(enum cell_doubt d, bool zh) { return text_from_cstr(zh ? doubts[d].zh : doubts[d].en); }

bool understander_init(struct understander *u, struct arena *a, const struct profile *p, const struct intake_options *opt)
{
    *u = (struct understander){ .a = a, .profile = p, .opt = opt, .clock = { .zone = p ? profile_clock(p, opt) : opt->zone } };
    u->values = (struct value_reader){ .clock = u->clock, .currency = opt->currency };
    return true;
}

/* ---- wrong encodings ---- */

/* The next character; U+FFFD for what is none. */
static uint32_t character(struct text *s)
{
    const unsigned char *p = (const unsigned char *)s->ptr;
    const size_t n = p[0] < 0x80 ? 1 : p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : 4;
    uint32_t c = 0xFFFD;
    if (n <= s->len && text_utf8_valid((struct text){ s->ptr, n }))
        c = n == 1 ? p[0] : n == 2 ? (uint32_t)(p[0] & 0x1F) << 6 | (p[1] & 0x3F)
          : n == 3 ? (uint32_t)(p[0] & 0x0F) << 12 | (uint32_t)(p[1] & 0x3F) << 6 | (p[2] & 0x3F) : 0x10000;
    const size_t step = c == 0xFFFD && n != 3 ? 1 : n < s->len ? n : s->len;
    *s = (struct text){ s->ptr + step, s->len - step };
    return c;
}

/* What Windows-1252 writes as a byte of 80 .. 9F. */
static int cp1252_byte(uint32_t c)
{
    static const uint16_t of[32] = { 0x20AC, 0x81, 0x201A, 0x192, 0x201E, 0x2026, 0x2020, 0x2021, 0x2C6, 0x2030, 0x160, 0x2039, 0x152, 0x8D, 0x17D, 0x8F,
        0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x2DC, 0x2122, 0x161, 0x203A, 0x153, 0x9D, 0x17E, 0x178 };
    for (int i = 0; i < 32; i++)
        if (of[i] == c) return 0x80 + i;
    return c < 0x100 ? (int)c : -1;
}

/* Are these bytes text in UTF-8 with at least `least` characters beyond ASCII, of at least three bytes each where `wide`? */
static bool bytes_speak(struct text s, int least, bool wide)
{
    if (!text_utf8_valid(s)) return false;
    int beyond = 0;
    for (size_t i = 0; i < s.len; i++) {
        const unsigned char b = (unsigned char)s.ptr[i];
        if (wide && b >= 0xC2 && b <= 0xDF) return false;
        beyond += b >= (wide ? 0xE0 : 0xC2);
    }
    return beyond >= least;
}

static bool was_latin(struct text s)
{
    char bytes[MOJIBAKE_BYTES_MAX];
    size_t n = 0;
    while (s.len > 0 && n < sizeof bytes) {
        const int b = cp1252_byte(character(&s));
        if (b < 0) return false;
        bytes[n++] = (char)b;
    }
    return bytes_speak((struct text){ bytes, n }, 1, false);
}

/* The table of GBK the other way round, made when it is first needed. */
static bool gb_table(struct understander *u)
{
    if (u->gb_of) return true;
    u->gb_of = ARENA_ARRAY(u->a, uint16_t, 65536);
    if (!u->gb_of) return false;
    for (unsigned lead = GB_LEAD_FIRST; lead <= GB_LEAD_LAST; lead++)
        for (unsigned trail = GB_TRAIL_FIRST; trail <= GB_TRAIL_LAST; trail++) {
            const char two[2] = { (char)lead, (char)trail };
            char utf8[GB18030_ROOM(2)];
            size_t n;
            if (!gb18030_to_utf8((struct text){ two, 2 }, utf8, &n)) continue;
            struct text t = { utf8, n };
            const uint32_t c = character(&t);
            if (c < 0x10000 && u->gb_of[c] == 0) u->gb_of[c] = (uint16_t)(lead << 8 | trail);
        }
    return true;
}

/* UTF-8 read as GBK: 涓滃寳 for 东北. Three characters at least: two bytes may be both by chance (通). */
static bool was_gbk(struct understander *u, struct text s)
{
    char bytes[MOJIBAKE_BYTES_MAX];
    size_t n = 0;
    if (!gb_table(u)) return false;
    while (s.len > 0 && n + 2 <= sizeof bytes) {
        const uint32_t c = character(&s);
        if (c < 0x80) { bytes[n++] = (char)c; continue; }
        const uint16_t two = c < 0x10000 ? u->gb_of[c] : 0;
        if (two == 0) return false;
        bytes[n++] = (char)(two >> 8);
        bytes[n++] = (char)two;
    }
    return bytes_speak((struct text){ bytes, n }, 2, true);
}

bool text_is_mojibake(struct understander *u, struct text s)
{
    bool ascii = true;
    for (size_t i = 0; i < s.len && ascii; i++) ascii = (unsigned char)s.ptr[i] < 0x80;
    if (ascii || s.len > MOJIBAKE_BYTES_MAX) return false;
    if (text_contains(s, TEXT("\xEF\xBF\xBD")) || text_contains(s, TEXT("锟斤拷")) || text_contains(s, TEXT("烫烫烫"))) return true;
    return was_latin(s) || was_gbk(u, s);
}

/* ---- times ---- */

/* "03/04/2020", "3.4.20 10:00": two numbers up to twelve before the year. */
static bool date_is_ambiguous(struct text s)
{
    int part[3] = { 0 }, digits[3] = { 0 }, k = 0;
    for (size_t i = 0; i < s.len && k < 3; i++) {
        const char c = s.ptr[i];
        if (c >= '0' && c <= '9') { if (++digits[k] > 4) return false; part[k] = part[k] * 10 + (c - '0'); }
        else if (k < 2 && (c == '/' || c == '.' || c == '-')) k++;
        else break;
    }
    return k == 2 && digits[0] >= 1 && digits[0] <= 2 && digits[1] >= 1 && digits[1] <= 2 && (digits[2] == 2 || digits[2] == 4) &&
           part[0] >= 1 && part[0] <= 12 && part[1] >= 1 && part[1] <= 12 && part[0] != part[1];
}

static struct understood understand_time(struct understander *u, bool promise, struct text s)
{
    int64_t at_ms = 0;
    enum civil_fit fit = CIVIL_EXACT;
    switch (time_read(&u->clock, s, &at_ms, &fit)) {
    case TIME_NONE: return (struct understood){ TEXT_NONE, DOUBT_NONE };
    case TIME_SCIENTIFIC: return (struct understood){ TEXT_NONE, DOUBT_SCIENTIFIC };
    case TIME_BAD: case TIME_OUT_OF_RANGE:
        return (struct understood){ TEXT_NONE, date_is_ambiguous(s) ? DOUBT_AMBIGUOUS_DATE : DOUBT_NOT_A_TIME };
    case TIME_FOUND: break;
    }
    const bool future = !promise && u->opt->now_ms > 0 && at_ms > u->opt->now_ms + MS_PER_DAY;
    return (struct understood){ instant_print(u->a, at_ms, u->opt->zone),
        fit == CIVIL_AMBIGUOUS ? DOUBT_TIME_TWICE : fit == CIVIL_SKIPPED ? DOUBT_TIME_SKIPPED : future ? DOUBT_FUTURE : DOUBT_NONE };
}

/* ---- the other kinds ---- */

static struct understood understand_money(const struct understander *u, struct text s)
{
    int64_t minor = 0;
    switch (cell_money(u->profile, s, u->opt->currency, &minor)) {
    case MONEY_OK: break;
    case MONEY_EMPTY: return (struct understood){ TEXT_NONE, DOUBT_NONE };
    case MONEY_OTHER_CURRENCY: return (struct understood){ TEXT_NONE, DOUBT_OTHER_CURRENCY };
    case MONEY_SCIENTIFIC: return (struct understood){ TEXT_NONE, DOUBT_SCIENTIFIC };
    case MONEY_NOT_A_NUMBER:
        if (!u->profile || !word_list_has(&u->profile->no_refund, s)) return (struct understood){ TEXT_NONE, DOUBT_NOT_A_NUMBER };
        minor = 0;
        break;
    case MONEY_TOO_PRECISE: case MONEY_OUT_OF_RANGE: return (struct understood){ TEXT_NONE, DOUBT_NOT_A_NUMBER };
    }
    const struct text amount = money_print(u->a, (struct money){ minor, u->opt->currency });
    return (struct understood){ arena_printf(u->a, "%.*s %s", (int)amount.len, amount.ptr ? amount.ptr : "", u->opt->currency.code), DOUBT_NONE };
}

static struct understood understand_count(const struct understander *u, struct text s)
{
    struct text fraction, whole = text_cut(s, '.', &fraction);
    int64_t n = 0;
    bool good = text_to_i64(whole, &n);
    for (size_t i = 0; i < fraction.len; i++) good = good && fraction.ptr[i] == '0';
    if (!good) return (struct understood){ TEXT_NONE, DOUBT_NOT_A_NUMBER };
    return (struct understood){ arena_printf(u->a, "%lld", (long long)n), DOUBT_NONE };
}

static const char *status_word(enum order_status s)
{
    switch (s) {
    case STATUS_NONE: return "none";
    case STATUS_UNPAID: return "unpaid";
    case STATUS_PAID: return "paid";
    case STATUS_SHIPPED: return "shipped";
    case STATUS_DELIVERED: return "delivered";
    case STATUS_CLOSED: return "closed";
    case STATUS_DEPOSIT_PAID: return "deposit_paid";
    case STATUS_UNKNOWN: return "unknown";
    }
    return "";
}

static struct understood understand_status(const struct understander *u, enum field f, struct text s)
{
    enum order_status status;
    if (!u->profile || !status_find(f == FIELD_SHIP_STATUS ? &u->profile->ship_status : &u->profile->status, s, &status))
        return (struct understood){ TEXT_NONE, f == FIELD_SHIP_STATUS ? DOUBT_NONE : DOUBT_UNKNOWN_STATUS };
    return (struct understood){ text_from_cstr(status_word(status)), DOUBT_NONE };
}

struct understood understand_cell(struct understander *u, const char *kind, enum field f, struct text cell)
{
    const struct csv_cell plain = { cell.ptr, (uint32_t)cell.len, CELL_PLAIN };
    struct text s;
    char *room = arena_take(u->a, CELL_ROOM(cell.len), 1);
    if (!room) return (struct understood){ TEXT_NONE, DOUBT_NONE };
    if (!cell_text(ENCODING_UTF8, true, &plain, f, room, &s)) return (struct understood){ cell, DOUBT_MOJIBAKE };
    if (s.len == 0) return (struct understood){ TEXT_NONE, DOUBT_NONE };
    if (strcmp(kind, "time") == 0 || strcmp(kind, "day") == 0) return understand_time(u, f == FIELD_SHIP_BY, s);
    if (strcmp(kind, "money") == 0) return understand_money(u, s);
    if (strcmp(kind, "count") == 0) return understand_count(u, s);
    if (strcmp(kind, "status") == 0) return understand_status(u, f, s);
    if (f != FIELD_NONE && field_is_code(f) && is_scientific(s)) return (struct understood){ TEXT_NONE, DOUBT_SCIENTIFIC };
    return (struct understood){ s, text_is_mojibake(u, s) ? DOUBT_MOJIBAKE : DOUBT_NONE };
}

/* ---- subjects other than orders ---- */

static enum cell_doubt doubt_of(enum row_fault f, struct text s)
{
    switch (f) {
    case FAULT_BAD_TIME: case FAULT_BAD_DAY: case FAULT_TIME_OUT_OF_RANGE: return date_is_ambiguous(s) ? DOUBT_AMBIGUOUS_DATE : DOUBT_NOT_A_TIME;
    case FAULT_OTHER_CURRENCY: return DOUBT_OTHER_CURRENCY;
    default: return DOUBT_NOT_A_NUMBER; /* house: of the many faults a value can have, these three are told apart */
    }
}

static struct text value_text(const struct understander *u, enum record_kind kind, int64_t n)
{
    const long long v = n, size = n < 0 ? -n : n;
    const char *sign = n < 0 ? "-" : "";
    struct text amount;
    int year, month, day;
    switch (kind) {
    case KIND_TEXT: case KIND_CODE: case KIND_STATUS: case KIND_PERSON: return TEXT_NONE;
    case KIND_TIME: return instant_print(u->a, n, u->opt->zone);
    case KIND_DAY:
        civil_from_days(n, &year, &month, &day);
        return arena_printf(u->a, "%04d-%02d-%02d", year, month, day);
    case KIND_HOUR: case KIND_COUNT: return arena_printf(u->a, "%lld", v);
    case KIND_CLOCK: return arena_printf(u->a, "%02lld:%02lld", v / 60, v % 60);
    case KIND_MONEY:
        amount = money_print(u->a, (struct money){ n, u->opt->currency });
        return arena_printf(u->a, "%.*s %s", (int)amount.len, amount.ptr ? amount.ptr : "", u->opt->currency.code);
    case KIND_RATIO: return arena_printf(u->a, "%s%lld.%02lld%%", sign, size / 100, size % 100);
    case KIND_DECIMAL: return arena_printf(u->a, "%s%lld.%03lld", sign, size / 1000, size % 1000);
    case KIND_SECONDS: return arena_printf(u->a, "%s%lld.%03llds", sign, size / 1000, size % 1000);
    }
    return TEXT_NONE;
}

struct understood understand_value(struct understander *u, enum record_kind kind, struct text cell)
{
    const struct csv_cell plain = { cell.ptr, (uint32_t)cell.len, CELL_PLAIN };
    const bool code = kind != KIND_TEXT && kind != KIND_PERSON;
    enum row_fault fault = FAULT_BAD_COUNT;
    struct text s;
    int64_t n = 0;
    char *room = arena_take(u->a, CELL_ROOM(cell.len), 1);
    if (!room) return (struct understood){ TEXT_NONE, DOUBT_NONE };
    if (!cell_text(ENCODING_UTF8, true, &plain, code ? FIELD_ORDER_NO /* an apostrophe before it is none of it */ : FIELD_NONE, room, &s)) return (struct understood){ cell, DOUBT_MOJIBAKE };
    if (s.len == 0) return (struct understood){ TEXT_NONE, DOUBT_NONE };
    if (kind_is_text(kind)) {
        if (kind == KIND_CODE && is_scientific(s)) return (struct understood){ TEXT_NONE, DOUBT_SCIENTIFIC };
        return (struct understood){ s, text_is_mojibake(u, s) ? DOUBT_MOJIBAKE : DOUBT_NONE };
    }
    switch (value_read(&u->values, kind, s, &n, &fault)) {
    case VALUE_NONE: return (struct understood){ TEXT_NONE, DOUBT_NONE };
    case VALUE_BAD: return (struct understood){ TEXT_NONE, doubt_of(fault, s) };
    case VALUE_GOOD: break;
    }
    return (struct understood){ value_text(u, kind, n), DOUBT_NONE };
}

/* ---- the preview ---- */

static int by_size(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Amounts of one column that are far from its middle one. */
static void mark_far_off(const struct understander *u, const struct intake_scan_result *scan, int column, struct understood *ret)
{
    enum { ROWS_MAX = sizeof scan->preview / sizeof scan->preview[0] };
    int64_t minor[ROWS_MAX], sorted[ROWS_MAX];
    int n = 0;
    for (int r = 0; r < scan->preview_count; r++) {
        const struct text t = ret[r * scan->column_count + column].text;
        minor[r] = 0;
        if (t.len > 4) (void)money_parse((struct text){ t.ptr, t.len - 4 }, u->opt->currency, &minor[r]);
        if (minor[r] > 0) sorted[n++] = minor[r];
    }
    if (n < FAR_OFF_CELLS_MIN) return;
    qsort(sorted, (size_t)n, sizeof sorted[0], by_size);
    const int64_t middle = sorted[n / 2];
    for (int r = 0; r < scan->preview_count; r++)
        if (minor[r] > 0 && (minor[r] / FAR_OFF_TIMES >= middle || middle / FAR_OFF_TIMES >= minor[r])) ret[r * scan->column_count + column].doubt = DOUBT_FAR_OFF;
}

/* One column; false when it holds money. */
static bool understand_column(struct understander *u, const struct intake_scan_result *scan, int column, struct understood *ret)
{
    const struct intake_column *about = &scan->columns[column];
    const enum subject subject = scan->profile ? scan->profile->subject : SUBJECT_ORDERS;
    const bool orders = subject == SUBJECT_ORDERS;
    const enum field f = scan->profile && orders ? field_find(about->field) : FIELD_NONE;
    const int record_f = orders || about->field.len == 0 ? 0 : record_field_find(subject, about->field);
    const enum record_kind kind = record_f ? record_field(subject, record_f)->kind : KIND_TEXT;
    const bool used = f != FIELD_NONE || record_f != 0;
    u->values.percent = kind == KIND_RATIO && text_contains(about->header, TEXT("%"));
    for (int r = 0; r < scan->preview_count; r++) {
        struct understood *cell = &ret[r * scan->column_count + column];
        *cell = orders ? understand_cell(u, f == FIELD_NONE ? "text" : field_about(f)->kind, f, scan->preview[r][column]) : understand_value(u, kind, scan->preview[r][column]);
        if (!used && cell->doubt != DOUBT_MOJIBAKE) *cell = (struct understood){ TEXT_NONE, DOUBT_NONE };
    }
    return f != FIELD_NONE ? strcmp(field_about(f)->kind, "money") != 0 : kind != KIND_MONEY;
}

bool understand_preview(struct understander *u, const struct intake_scan_result *scan, struct understood *ret)
{
    for (int c = 0; c < scan->column_count; c++)
        if (!understand_column(u, scan, c, ret)) mark_far_off(u, scan, c, ret);
    return !u->a->failed;
}
