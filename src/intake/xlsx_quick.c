/* Rows as most programs write them, read without expat; see xlsx_sheet.h.
 *
 * expat reads all before the first row and all behind the last one. Between, rows are taken from a window of the part here, as long as
 * they are written plainly: elements c, f, v, is and t, no prefix, attributes in double quotes, no comment, no rich text. A row that
 * is written otherwise, or wrongly, or does not fit into the window, is not judged: expat goes on from its beginning, as if it had
 * read all rows before. So what is refused, and why, is told in one place. (test/fuzz/fuzz_xlsx.c holds both against each other.) */
#include "base/limits.h"
#include "intake/decode.h"
#include "intake/xlsx_sheet.h"

enum { WINDOW = 256 * 1024, PAD = 64 /* zeros behind the window, at which every scan stops */, BEGIN_MAX = 64 * 1024 };

/* ---- what bytes are ---- */

enum { PLAIN = 0, HIGH, AMPERSAND, BRACKET, LESS, STOP };
static const unsigned char ascii_class[128] = {
    [0] = STOP, [1] = STOP, [2] = STOP, [3] = STOP, [4] = STOP, [5] = STOP, [6] = STOP, [7] = STOP, [8] = STOP, [11] = STOP, [12] = STOP,
    [13] = STOP /* XML makes another line end of it */, [14] = STOP, [15] = STOP, [16] = STOP, [17] = STOP, [18] = STOP, [19] = STOP, [20] = STOP,
    [21] = STOP, [22] = STOP, [23] = STOP, [24] = STOP, [25] = STOP, [26] = STOP, [27] = STOP, [28] = STOP, [29] = STOP, [30] = STOP, [31] = STOP,
    ['&'] = AMPERSAND, [']'] = BRACKET, ['<'] = LESS,
};
static inline unsigned char text_class(char c) { return (unsigned char)c < 0x80 ? ascii_class[(unsigned char)c] : HIGH; }

static bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }
static const char *skip_blanks(const char *p)
{
    while (is_blank(*p)) p++;
    return p;
}
#define BEGINS(p, literal) (memcmp((p), (literal), sizeof(literal) - 1) == 0)

/* ---- attributes ---- */

struct attribute { struct text name, value; };

/* name="value" at p; NULL: not written so. */
static const char *attribute_read(const char *p, struct attribute *ret)
{
    const char *from = p;
    while ((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || *p == ':' || (p > from && *p >= '0' && *p <= '9')) p++;
    ret->name = (struct text){ from, (size_t)(p - from) };
    if (p == from || p[0] != '=' || p[1] != '"') return NULL;
    from = p += 2;
    while (*p >= ' ' && *p != '"' && *p != '<' && *p != '&') p++; /* beyond ASCII is negative */
    ret->value = (struct text){ from, (size_t)(p - from) };
    return *p == '"' ? p + 1 : NULL;
}

static bool small_number(struct text v, int64_t *ret)
{
    int64_t n = 0;
    if (v.len == 0 || v.len > 7) return false;
    for (size_t i = 0; i < v.len; i++) {
        if (v.ptr[i] < '0' || v.ptr[i] > '9') return false;
        n = n * 10 + (v.ptr[i] - '0');
    }
    *ret = n;
    return true;
}

/* ---- text ---- */

static bool may_be_in_xml(uint32_t c)
{
    return c == '\t' || c == '\n' || c == '\r' || (c >= ' ' && c < 0xd800) || (c > 0xdfff && c < 0xfffe) || (c > 0xffff && c <= 0x10ffff);
}

/* "&amp;" or "&#160;" or "&#xA0;" at p; NULL: another one. */
static const char *entity_read(const char *p, uint32_t *ret)
{
    static const struct { const char *written; size_t len; char c; } named[] = {
        { "&amp;", 5, '&' }, { "&lt;", 4, '<' }, { "&gt;", 4, '>' }, { "&quot;", 6, '"' }, { "&apos;", 6, '\'' },
    };
    for (size_t i = 0; i < sizeof named / sizeof named[0]; i++) {
        if (memcmp(p, named[i].written, named[i].len) != 0) continue;
        *ret = (unsigned char)named[i].c;
        return p + named[i].len;
    }
    if (p[1] != '#') return NULL;
    const bool hex = p[2] == 'x';
    const char *from = p += hex ? 3 : 2;
    uint32_t c = 0;
    for (; p - from < 7; p++) {
        const char d = *p;
        if (d >= '0' && d <= '9') c = c * (hex ? 16 : 10) + (uint32_t)(d - '0');
        else if (hex && ((d | 0x20) >= 'a' && (d | 0x20) <= 'f')) c = c * 16 + (uint32_t)((d | 0x20) - 'a' + 10);
        else break;
    }
    *ret = c;
    return p > from && *p == ';' && may_be_in_xml(c) ? p + 1 : NULL;
}

/* Bytes beyond ASCII: UTF-8, and neither U+FFFE nor U+FFFF. */
static bool is_xml_utf8(struct text v)
{
    if (!utf8_check(v)) return false;
    for (size_t i = 0; i + 2 < v.len; i++)
        if ((unsigned char)v.ptr[i] == 0xef && (unsigned char)v.ptr[i + 1] == 0xbf && (unsigned char)v.ptr[i + 2] >= 0xbe) return false;
    return true;
}

/* Character data from p to the next "<", which is returned; NULL: not written so. As it stands in the window, or in `room` where it
 * holds entities. */
static const char *text_read(const char *p, char *room, struct text *ret)
{
    const char *from = p; /* not copied yet */
    size_t copied = 0;
    bool high = false;
    for (;;) {
        uint32_t c;
        switch (text_class(*p)) {
        case PLAIN: p++; continue;
        case HIGH: high = true; p++; continue;
        case BRACKET:
            if (p[1] == ']' && p[2] == '>') return NULL;
            p++;
            continue;
        case AMPERSAND:
            if (copied + (size_t)(p - from) + 4 > LIMIT_CELL_BYTES) return NULL;
            memcpy(room + copied, from, (size_t)(p - from));
            copied += (size_t)(p - from);
            p = entity_read(p, &c);
            if (!p) return NULL;
            copied += utf8_put(room + copied, c);
            high = high || c >= 0x80;
            from = p;
            continue;
        case LESS: break;
        default: return NULL;
        }
        break;
    }
    if (copied + (size_t)(p - from) > LIMIT_CELL_BYTES) return NULL;
    *ret = (struct text){ from, (size_t)(p - from) };
    if (copied > 0) {
        memcpy(room + copied, from, (size_t)(p - from));
        *ret = (struct text){ room, copied + (size_t)(p - from) };
    }
    return !high || is_xml_utf8(*ret) ? p : NULL;
}

/* ---- cells ---- */

/* "<f ..>..</f>" or "<f ../>" at p. */
static const char *formula_skip(struct sheet *s, const char *p)
{
    struct text seen[8];
    int count = 0;
    for (p += 2;;) {
        const char *q = skip_blanks(p);
        struct attribute a;
        struct text v;
        if (BEGINS(q, "/>")) return q + 2;
        if (*q == '>') {
            p = text_read(q + 1, sheet_row_value(&s->row), &v);
            return p && BEGINS(p, "</f>") ? p + 4 : NULL;
        }
        if (q == p || count == 8 || !(p = attribute_read(q, &a))) return NULL;
        for (int i = 0; i < count; i++)
            if (text_eq(seen[i], a.name)) return NULL;
        seen[count++] = a.name;
    }
}

/* The attributes of a cell from behind "<c"; *ret_empty: it ends with them. */
static const char *cell_head(struct sheet *s, const char *p, bool *ret_empty)
{
    int64_t row = s->number, style;
    bool seen[3] = { false, false, false };
    s->type = TYPE_NUMBER;
    s->style = STYLE_NUMBER;
    s->column++;
    for (;;) {
        const char *q = skip_blanks(p);
        struct attribute a;
        *ret_empty = BEGINS(q, "/>");
        if (*ret_empty) return q + 2;
        if (*q == '>') return q + 1;
        if (q == p || !(p = attribute_read(q, &a)) || a.name.len != 1) return NULL;
        const char name = a.name.ptr[0];
        const int which = name == 'r' ? 0 : name == 's' ? 1 : name == 't' ? 2 : -1;
        if (which < 0 || seen[which]) return NULL;
        seen[which] = true;
        if (name == 'r') {
            const char *end = sheet_reference(a.value.ptr, &s->column, &row);
            if (end != a.value.ptr + a.value.len || row != s->number) return NULL;
        } else if (name == 's') {
            if (!small_number(a.value, &style)) return NULL;
            if (style < s->styles.count) s->style = (enum cell_style)s->styles.of[style];
        } else {
            char word[16] = "";
            if (a.value.len >= sizeof word) return NULL;
            memcpy(word, a.value.ptr, a.value.len);
            s->type = sheet_cell_type(word);
        }
    }
}

/* What stands in a cell: a value, or a text of its own, behind a formula or not. Up to "</c>". */
static const char *cell_content(struct sheet *s, const char *p, struct text *ret)
{
    *ret = TEXT_NONE;
    if (BEGINS(p, "<f")) {
        p = formula_skip(s, p);
        if (!p) return NULL;
    }
    if (BEGINS(p, "<v>")) {
        p = text_read(p + 3, sheet_row_value(&s->row), ret);
        return p && BEGINS(p, "</v></c>") ? p + 8 : NULL;
    }
    if (BEGINS(p, "<is><t")) {
        p += 6;
        if (BEGINS(p, " xml:space=\"preserve\"")) p += 21;
        if (*p != '>') return NULL;
        p = text_read(p + 1, sheet_row_value(&s->row), ret);
        return p && BEGINS(p, "</t></is></c>") ? p + 13 : NULL;
    }
    return BEGINS(p, "</c>") ? p + 4 : NULL;
}

static const char *cell_read(struct sheet *s, const char *p)
{
    char written[CELL_NUMBER_BYTES];
    struct text v;
    bool empty;
    p = cell_head(s, p, &empty);
    if (!p || s->column >= XLSX_COLUMNS_MAX) return NULL;
    if (empty) return p;
    p = cell_content(s, p, &v);
    if (!p || v.len == 0) return p;
    if (s->type == TYPE_TEXT && v.ptr != sheet_row_value(&s->row) && memchr(v.ptr, '_', v.len)) {
        memcpy(sheet_row_value(&s->row), v.ptr, v.len); /* it may hold escapes, which are undone in place */
        v.ptr = sheet_row_value(&s->row);
    }
    if (!sheet_cell_value(s, v, written, &v)) return NULL;
    return sheet_row_put(&s->row, s->column, v) == REFUSED_NOT ? p : NULL;
}

/* ---- rows ---- */

/* The attributes of a row from behind "<row"; *ret_empty: it ends with them. */
static const char *row_head(struct sheet *s, const char *p, bool *ret_empty)
{
    struct text seen[12];
    int count = 0;
    int64_t number = s->number + 1;
    for (;;) {
        const char *q = skip_blanks(p);
        struct attribute a;
        *ret_empty = BEGINS(q, "/>");
        if (*ret_empty || *q == '>') {
            if (number <= s->number || number > XLSX_ROWS_MAX) return NULL;
            s->number = number;
            s->column = -1;
            sheet_row_clear(&s->row);
            return q + (*ret_empty ? 2 : 1);
        }
        if (q == p || count == 12 || !(p = attribute_read(q, &a))) return NULL;
        for (int i = 0; i < count; i++)
            if (text_eq(seen[i], a.name)) return NULL;
        seen[count++] = a.name;
        if (text_is(a.name, "r") && !small_number(a.value, &number)) return NULL;
    }
}

/* The row at p, and rows of nothing before it. Behind it; NULL: not written so, or the window ends first. */
static const char *row_read(struct sheet *s, const char *p, bool *ret_over)
{
    for (;;) {
        bool empty;
        p = skip_blanks(p);
        *ret_over = BEGINS(p, "</sheetData>");
        if (*ret_over) return p;
        if (!BEGINS(p, "<row")) return NULL;
        p = row_head(s, p + 4, &empty);
        if (!p) return NULL;
        while (!empty) {
            p = skip_blanks(p);
            if (BEGINS(p, "</row>")) break;
            if (!BEGINS(p, "<c")) return NULL;
            p = cell_read(s, p + 2);
            if (!p) return NULL;
        }
        if (!empty) p += 6;
        if (sheet_row_has_something(&s->row)) return p;
    }
}

/* ---- the window ---- */

/* More of the part behind what is there; false: there is no more, or no room. */
static bool window_fill(struct sheet *s)
{
    struct quick *k = &s->quick;
    memmove(k->window, k->window + k->at, k->filled - k->at);
    k->filled -= k->at;
    k->at = 0;
    const size_t before = k->filled;
    while (k->filled < WINDOW) {
        const ssize_t n = archive_member_read(&s->xml.member, k->window + k->filled, WINDOW - k->filled);
        if (n <= 0) break; /* a failed one fails again when expat asks */
        k->filled += (size_t)n;
    }
    memset(k->window + k->filled, 0, PAD);
    return k->filled > before;
}

static void leave_to_expat(struct sheet *s)
{
    struct quick *k = &s->quick;
    k->on = false;
    s->xml.lead = k->window + k->at;
    s->xml.lead_len = k->filled - k->at;
}

bool quick_next(struct sheet *s)
{
    struct quick *k = &s->quick;
    const int64_t number = s->number, cells = s->row.cells_done;
    do {
        bool over;
        const char *end = row_read(s, k->window + k->at, &over);
        if (end && !over) {
            k->at = (size_t)(end - k->window);
            return true;
        }
        s->number = number;
        s->row.cells_done = cells;
        if (over && end) k->at = (size_t)(end - k->window);
        if (over) break;
    } while (window_fill(s));
    leave_to_expat(s);
    return false;
}

/* An encoding that is told is UTF-8. */
static bool is_utf8(struct text begin)
{
    for (size_t i = 0; i + 9 < begin.len; i++) {
        if (memcmp(begin.ptr + i, "encoding", 8) != 0) continue;
        const char *p = skip_blanks(begin.ptr + i + 8);
        if (*p != '=') continue;
        p = skip_blanks(p + 1);
        return (BEGINS(p + 1, "UTF-8") || BEGINS(p + 1, "utf-8")) && p[6] == p[0];
    }
    return true;
}

bool quick_begin(struct sheet *s)
{
    struct quick *k = &s->quick;
    if (!k->window) k->window = arena_take(s->own, WINDOW + PAD, 1);
    if (!k->window) return false;
    k->at = k->filled = 0;
    (void)window_fill(s);
    const struct text begin = { k->window, k->filled < BEGIN_MAX ? k->filled : BEGIN_MAX };
    /* the first mention of it: before that, no row can begin */
    const char *data = memmem(begin.ptr, begin.len, "sheetData", 9);
    if (data && --data > begin.ptr && BEGINS(data, "<sheetData>") && is_utf8((struct text){ begin.ptr, (size_t)(data - begin.ptr) })) {
        k->at = (size_t)(data - begin.ptr) + 11;
        k->on = xml_give(&s->xml, (struct text){ begin.ptr, k->at }) == XML_MORE && s->in_data;
    }
    if (!k->on) leave_to_expat(s);
    return true;
}
