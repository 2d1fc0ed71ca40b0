/* The rows of a sheet; see xlsx.h.
 *
 * expat tells what begins and ends; the reading pauses at each row's end, so that memory holds one row, the shared strings' pages and
 * nothing that grows with the file. Rows as most programs write them are taken by xlsx_quick.c, several times as fast. */
#include <assert.h>
#include <stdlib.h>
#include "base/limits.h"
#include "intake/xlsx_sheet.h"

/* ---- faults ---- */

static void refuse(struct sheet *s, enum intake_refusal why, bool column)
{
    s->why = (struct refusal_facts){ .refusal = why, .line = s->number, .column = column ? s->column + 1 : 0 };
    xml_refuse(&s->xml, why);
}

/* ---- where a cell is: "AB12" ---- */

const char *sheet_reference(const char *ref, int64_t *ret_column, int64_t *ret_row)
{
    int64_t column = 0, row = 0;
    int i = 0;
    for (; i < 4 && ((ref[i] >= 'A' && ref[i] <= 'Z') || (ref[i] >= 'a' && ref[i] <= 'z')); i++) column = column * 26 + ((ref[i] & 0x1f));
    if (i == 0 || column > XLSX_COLUMNS_MAX) return NULL;
    const int digits = i;
    for (; i - digits < 8 && ref[i] >= '0' && ref[i] <= '9'; i++) row = row * 10 + (ref[i] - '0');
    if (i == digits || row < 1 || row > XLSX_ROWS_MAX) return NULL;
    *ret_column = column - 1;
    *ret_row = row;
    return ref + i;
}

static bool read_reference(const char *ref, int64_t *ret_column, int64_t *ret_row)
{
    const char *end = sheet_reference(ref, ret_column, ret_row);
    return end && *end == '\0';
}

/* ---- rows and cells ---- */

static void row_begin(struct sheet *s, const char **attributes)
{
    const char *number = xml_attribute(attributes, "r");
    const int64_t before = s->number;
    s->number = number ? strtoll(number, NULL, 10) : s->number + 1;
    s->column = -1;
    sheet_row_clear(&s->row);
    if (s->number > before && s->number <= XLSX_ROWS_MAX) return;
    s->number = before + 1;
    refuse(s, REFUSED_DAMAGED, false);
}

enum cell_type sheet_cell_type(const char *t)
{
    switch (t[0]) {
    case 's': return t[1] == '\0' ? TYPE_SHARED : TYPE_TEXT; /* s, str */
    case 'i': return TYPE_TEXT;                              /* inlineStr */
    case 'b': return TYPE_BOOLEAN;
    case 'e': return TYPE_ERROR;
    case 'd': return TYPE_DATE;
    default: return TYPE_NUMBER;
    }
}

static void cell_begin(struct sheet *s, const char **attributes)
{
    int64_t row = s->number, column = s->column + 1;
    s->type = TYPE_NUMBER;
    s->style = STYLE_NUMBER;
    s->value = 0;
    s->in_cell = true;
    for (; attributes[0]; attributes += 2) {
        const char *name = attributes[0], *value = attributes[1];
        if (name[0] == '\0' || name[1] != '\0') continue;
        if (name[0] == 't') {
            s->type = sheet_cell_type(value);
        } else if (name[0] == 's') {
            const long style = strtol(value, NULL, 10);
            if (style >= 0 && style < s->styles.count) s->style = (enum cell_style)s->styles.of[style];
        } else if (name[0] == 'r' && (!read_reference(value, &column, &row) || row != s->number)) {
            s->column++;
            refuse(s, REFUSED_DAMAGED, true);
            return;
        }
    }
    s->column = column;
    if (column >= XLSX_COLUMNS_MAX) refuse(s, REFUSED_DAMAGED, true);
}

bool sheet_cell_value(struct sheet *s, struct text v, char written[CELL_NUMBER_BYTES], struct text *ret)
{
    *ret = v;
    switch (s->type) {
    case TYPE_TEXT:
        if (v.len <= LIMIT_CELL_BYTES && v.ptr == sheet_row_value(&s->row)) ret->len = cell_unescape(sheet_row_value(&s->row), v.len);
        return true;
    case TYPE_ERROR: return true;
    case TYPE_BOOLEAN:
        *ret = text_is(text_trim(v), "1") || text_is(v, "true") ? TEXT("TRUE") : TEXT("FALSE");
        break;
    case TYPE_SHARED: {
        int64_t i;
        if (!text_to_i64(text_trim(v), &i) || i < 0 || i > UINT32_MAX || !strings_get(s->strings, (uint32_t)i, ret)) return false;
        break;
    }
    case TYPE_DATE: *ret = cell_iso_date(text_trim(v), written); break;
    case TYPE_NUMBER:
        v = text_trim(v);
        if (!cell_number_text(v, written, ret)) return false;
        if (s->style != STYLE_NUMBER) *ret = (struct text){ written, cell_date(cell_number_value(v), s->style, s->book.date_1904, written) };
        break;
    }
    return true;
}

static void cell_end(struct sheet *s)
{
    char written[CELL_NUMBER_BYTES];
    struct text v;
    s->in_cell = s->in_value = false;
    if (s->value == 0) return;
    const struct text raw = { sheet_row_value(&s->row), s->value };
    const enum intake_refusal why = sheet_cell_value(s, raw, written, &v) ? sheet_row_put(&s->row, s->column, v) : REFUSED_DAMAGED;
    if (why != REFUSED_NOT) refuse(s, why, why == REFUSED_DAMAGED);
}

/* ---- what expat tells ---- */

static void sheet_begin(void *ctx, const char *name, const char **attributes)
{
    struct sheet *s = ctx;
    if (!s->in_data) {
        s->in_data = strcmp(name, "sheetData") == 0;
    } else if (name[0] == 'c' && name[1] == '\0') {
        cell_begin(s, attributes);
    } else if ((name[0] == 'v' || name[0] == 't') && name[1] == '\0') {
        s->in_value = s->in_cell && !s->in_phonetic;
    } else if (strcmp(name, "row") == 0) {
        row_begin(s, attributes);
    } else if (strcmp(name, "rPh") == 0) {
        s->in_phonetic = true;
    }
}

static void sheet_end(void *ctx, const char *name)
{
    struct sheet *s = ctx;
    if (!s->in_data) return;
    if ((name[0] == 'v' || name[0] == 't') && name[1] == '\0') {
        s->in_value = false;
    } else if (name[0] == 'c' && name[1] == '\0') {
        cell_end(s);
    } else if (strcmp(name, "row") == 0) {
        s->ready = sheet_row_has_something(&s->row);
        if (s->ready) xml_pause(&s->xml);
    } else if (strcmp(name, "rPh") == 0) {
        s->in_phonetic = false;
    } else if (strcmp(name, "sheetData") == 0) {
        s->in_data = false;
    }
}

static void sheet_text(void *ctx, const char *text, int len)
{
    struct sheet *s = ctx;
    if (s->in_value) s->value = cell_append(sheet_row_value(&s->row), s->value, (struct text){ text, (size_t)len });
}

/* ---- as a table ---- */

static bool sheet_rewind(void *ctx)
{
    struct sheet *s = ctx;
    const struct xml_handlers handlers = { s, sheet_begin, sheet_end, sheet_text };
    s->number = s->row.cells_done = 0;
    s->ready = s->failed = s->in_data = s->in_cell = s->in_value = s->in_phonetic = false;
    s->why = (struct refusal_facts){ .refusal = REFUSED_NOT };
    s->column = -1;
    if (xml_open(&s->xml, s->own, &s->book.archive, s->entry, &handlers)) return quick_begin(s);
    s->why.refusal = s->xml.refusal;
    s->failed = true;
    return false;
}

static enum csv_result sheet_next(void *ctx, struct csv_row *row)
{
    struct sheet *s = ctx;
    if (s->failed) return CSV_FAILED;
    s->ready = false;
    if (s->quick.on && quick_next(s)) {
        sheet_row_give(&s->row, row);
        return CSV_ROW;
    }
    switch (xml_read(&s->xml)) {
    case XML_ENDED: return CSV_END;
    case XML_MORE:
        assert(s->ready);
        sheet_row_give(&s->row, row);
        return CSV_ROW;
    case XML_REFUSED: break;
    }
    s->failed = true;
    if (s->why.refusal == REFUSED_NOT) s->why = (struct refusal_facts){ .refusal = s->xml.refusal, .line = s->number };
    return CSV_FAILED;
}

static int64_t sheet_line(const void *ctx) { return ((const struct sheet *)ctx)->number; }
static int64_t sheet_bytes(const void *ctx) { return ((const struct sheet *)ctx)->xml.member.done; }
static const struct refusal_facts *sheet_refusal(const void *ctx) { return &((const struct sheet *)ctx)->why; }

static void sheet_close(void *ctx)
{
    struct sheet *s = ctx;
    xml_close(&s->xml);
}

/* False when memory ran out; why->refusal tells when the sheet cannot be read. */
static bool sheet_prepare(struct sheet *s, struct arena *own, const struct random_bytes *bytes, const struct intake_spill *spill, struct refusal_facts *why)
{
    int64_t budget = LIMIT_UNPACKED_BYTES;
    if (!xlsx_book_open(&s->book, own, bytes, &budget, why)) return false;
    if (why->refusal == REFUSED_NOT && (s->part.sheet_at < 0 || s->part.sheet_at >= s->book.sheet_count)) why->refusal = REFUSED_NO_PART;
    if (why->refusal != REFUSED_NOT) return true;
    s->entry = s->book.sheets[s->part.sheet_at].entry;
    if (!sheet_row_init(&s->row, own) || !xlsx_styles_read(own, &s->book.archive, s->book.styles_entry, &s->styles, &why->refusal)) return false;
    if (why->refusal != REFUSED_NOT) return true;
    if (!xlsx_strings_read(own, &s->book.archive, s->book.strings_entry, spill, &s->strings, &why->refusal)) return false;
    if (why->refusal == REFUSED_NOT && !sheet_rewind(s)) *why = s->why;
    return true;
}

bool xlsx_table_open(struct arena *own, const struct random_bytes *bytes, const struct intake_options *opt, const struct intake_part *part,
                     struct table *ret, struct refusal_facts *ret_why)
{
    static const struct table_kind kind = { sheet_next, sheet_line, sheet_bytes, sheet_rewind, sheet_refusal, sheet_close };
    struct sheet *s = ARENA_NEW(own, struct sheet);
    *ret = (struct table){ NULL, NULL };
    *ret_why = (struct refusal_facts){ .refusal = REFUSED_NOT };
    if (!s) return false;
    s->part = *part;
    s->own = own;
    const bool ok = sheet_prepare(s, own, bytes, opt->spill, ret_why);
    if (ok && ret_why->refusal == REFUSED_NOT) *ret = (struct table){ &kind, s };
    else sheet_close(s);
    return ok;
}
