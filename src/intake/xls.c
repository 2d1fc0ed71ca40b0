/* The rows of an old workbook's sheet; see xls.h. Records of cells come in the order of their rows; a row ends where the next begins,
 * so the reading is always one record ahead. */
#include "intake/xls.h"
#include <assert.h>
#include "intake/xls_book.h"

struct xls {
    struct xls_book book;
    struct random_bytes bytes;
    int64_t sheet_at;                   /* in the stream */
    struct sheet_row row;
    int64_t number, next_number;        /* of the row at hand (1-based); of the record that waits, 0: none does */
    bool ended, failed;
    struct refusal_facts why;
    bool string_follows;                /* a formula whose value is a text, which comes in a record of its own */
    int64_t string_column;
};

/* ---- sheets ---- */

bool xls_sheets(struct arena *own, const struct random_bytes *bytes, bool (*add)(void *ctx, int at, struct text name, bool hidden), void *ctx,
                struct refusal_facts *why)
{
    struct xls_book *b = ARENA_NEW(own, struct xls_book);
    if (!b || !xls_book_open(b, own, bytes, NULL, false, &why->refusal)) return false;
    if (why->refusal == REFUSED_NO_TABLE && b->cfb.document) *why = (struct refusal_facts){ .refusal = REFUSED_NOT_TEXT, .sniffed = SNIFFED_DOCX };
    for (int i = 0; why->refusal == REFUSED_NOT && i < b->sheet_count; i++)
        if (!add(ctx, i, b->sheets[i].name, b->sheets[i].hidden)) break;
    return true;
}

/* ---- cells ---- */

static bool refuse(struct xls *x, enum intake_refusal why, int64_t column)
{
    if (x->book.stream.failed) why = REFUSED_UNREADABLE;
    if (x->why.refusal == REFUSED_NOT) x->why = (struct refusal_facts){ .refusal = why, .line = x->number, .column = column };
    x->failed = true;
    return false;
}

static bool put(struct xls *x, int64_t column, struct text v)
{
    const enum intake_refusal why = column < XLS_COLUMNS_MAX ? sheet_row_put(&x->row, column, v) : REFUSED_DAMAGED;
    return why == REFUSED_NOT || refuse(x, why, column + 1);
}

static bool put_number(struct xls *x, int64_t column, unsigned format, double v)
{
    char written[CELL_NUMBER_BYTES];
    const enum cell_style style = (int)format < x->book.style_count ? (enum cell_style)x->book.style_of[format] : STYLE_NUMBER;
    const size_t n = style == STYLE_NUMBER ? cell_number(v, written) : cell_date(v, style, x->book.date_1904, written);
    return put(x, column, (struct text){ written, n });
}

/* A truth, or an error as a spreadsheet names it (MS-XLS 2.5.10). */
static bool put_bool_error(struct xls *x, int64_t column, unsigned char value, bool error)
{
    static const struct { unsigned char code; const char *word; } errors[] = {
        { 0x00, "#NULL!" }, { 0x07, "#DIV/0!" }, { 0x0f, "#VALUE!" }, { 0x17, "#REF!" }, { 0x1d, "#NAME?" }, { 0x24, "#NUM!" }, { 0x2a, "#N/A" },
    };
    if (!error) return put(x, column, value ? TEXT("TRUE") : TEXT("FALSE"));
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++)
        if (errors[i].code == value) return put(x, column, text_from_cstr(errors[i].word));
    return put(x, column, TEXT("#N/A"));
}

static bool formula(struct xls *x, const unsigned char *p, int64_t column, unsigned format)
{
    if (p[6] != 0xff || p[7] != 0xff) return put_number(x, column, format, biff_double(p));
    switch (p[0]) {
    case 0:
        x->string_follows = true;
        x->string_column = column;
        return true;
    case 1: return put_bool_error(x, column, p[2], false);
    case 2: return put_bool_error(x, column, p[2], true);
    default: return true; /* empty */
    }
}

static bool mul_rk(struct xls *x)
{
    const struct biff *f = &x->book.biff;
    const int64_t first = biff_u16(f->data + 2), n = ((int64_t)f->len - 6) / 6;
    for (int64_t i = 0; i < n; i++) {
        const unsigned char *p = f->data + 4 + 6 * i;
        if (!put_number(x, first + i, biff_u16(p), biff_rk(biff_u32(p + 2)))) return false;
    }
    return true;
}

static bool label(struct xls *x, int64_t column)
{
    struct xls_book *b = &x->book;
    size_t len;
    if (!biff_skip(&b->biff, 6) || !biff_string(&b->biff, 2, b->text, &len)) return refuse(x, REFUSED_DAMAGED, column + 1);
    return put(x, column, (struct text){ b->text, len });
}

static bool shared_label(struct xls *x, int64_t column)
{
    struct text s;
    if (strings_get(x->book.strings, biff_u32(x->book.biff.data + 6), &s)) return put(x, column, s);
    const enum intake_refusal why = strings_failed(x->book.strings);
    return refuse(x, why == REFUSED_NOT ? REFUSED_DAMAGED : why, column + 1);
}

/* How long a record of a cell must be at least; 0: it is of no cell. */
static size_t cell_bytes(unsigned type)
{
    switch (type) {
    case BIFF_FORMULA: case BIFF_NUMBER: return 14;
    case BIFF_RK: case BIFF_SHARED_LABEL: return 10;
    case BIFF_MUL_RK: return 12;
    case BIFF_LABEL: case BIFF_RICH_STRING: case BIFF_BOOL_ERROR: return 8;
    default: return 0;
    }
}

/* The record at hand is of a cell of the row at hand. */
static bool cell_take(struct xls *x)
{
    const struct biff *f = &x->book.biff;
    const unsigned char *p = f->data;
    const int64_t column = biff_u16(p + 2);
    const unsigned format = biff_u16(p + 4);
    switch (f->type) {
    case BIFF_NUMBER: return put_number(x, column, format, biff_double(p + 6));
    case BIFF_RK: return put_number(x, column, format, biff_rk(biff_u32(p + 6)));
    case BIFF_MUL_RK: return mul_rk(x);
    case BIFF_SHARED_LABEL: return shared_label(x, column);
    case BIFF_LABEL: case BIFF_RICH_STRING: return label(x, column);
    case BIFF_BOOL_ERROR: return put_bool_error(x, column, p[6], p[7] != 0);
    case BIFF_FORMULA: return formula(x, p + 6, column, format);
    default: return true;
    }
}

static bool string_take(struct xls *x)
{
    struct xls_book *b = &x->book;
    size_t len;
    if (!x->string_follows) return true;
    x->string_follows = false;
    if (!biff_string(&b->biff, 2, b->text, &len)) return refuse(x, REFUSED_DAMAGED, x->string_column + 1);
    return put(x, x->string_column, (struct text){ b->text, len });
}

/* Passes over what lies inside of the sheet but is none of it: a chart. */
static bool skip_inner(struct xls *x)
{
    for (int depth = 1; depth > 0;) {
        if (biff_next(&x->book.biff) != BIFF_RECORD) return refuse(x, REFUSED_DAMAGED, 0);
        if (x->book.biff.type == BIFF_BOF) depth++;
        if (x->book.biff.type == BIFF_EOF) depth--;
    }
    return true;
}

/* ---- as a table ---- */

/* Reads on until a row is whole. False when it failed; at the end x->ended. */
static bool row_read(struct xls *x)
{
    struct biff *f = &x->book.biff;
    sheet_row_clear(&x->row);
    x->string_follows = false;
    if (x->next_number > 0) {
        x->number = x->next_number;
        x->next_number = 0;
        if (!cell_take(x)) return false;
    }
    for (;;) {
        if (biff_next(f) != BIFF_RECORD) return refuse(x, REFUSED_DAMAGED, 0);
        const size_t least = cell_bytes(f->type);
        if (f->type == BIFF_EOF) {
            x->ended = true;
            return true;
        }
        if (f->type == BIFF_BOF && !skip_inner(x)) return false;
        if (f->type == BIFF_STRING && !string_take(x)) return false;
        if (least == 0) continue;
        if (f->len < least) return refuse(x, REFUSED_DAMAGED, 0);
        const int64_t number = (int64_t)biff_u16(f->data) + 1;
        if (number < x->number) return refuse(x, REFUSED_DAMAGED, 0);
        if (number > x->number && sheet_row_has_something(&x->row)) {
            x->next_number = number;
            return true;
        }
        x->number = number;
        if (!cell_take(x)) return false;
    }
}

static enum csv_result xls_next(void *ctx, struct csv_row *row)
{
    struct xls *x = ctx;
    if (x->failed) return CSV_FAILED;
    if (x->ended && x->next_number == 0) return CSV_END;
    if (!row_read(x)) return CSV_FAILED;
    if (!sheet_row_has_something(&x->row)) return CSV_END;
    sheet_row_give(&x->row, row);
    return CSV_ROW;
}

static bool xls_rewind(void *ctx)
{
    struct xls *x = ctx;
    struct biff *f = &x->book.biff;
    x->number = x->next_number = x->row.cells_done = 0;
    x->ended = x->failed = false;
    x->why = (struct refusal_facts){ .refusal = REFUSED_NOT };
    cfb_seek(&x->book.stream, x->sheet_at);
    return (biff_next(f) == BIFF_RECORD && f->type == BIFF_BOF) || refuse(x, REFUSED_DAMAGED, 0);
}

static int64_t xls_line(const void *ctx) { return ((const struct xls *)ctx)->number; }
static int64_t xls_bytes(const void *ctx) { return ((const struct xls *)ctx)->book.stream.at; }
static const struct refusal_facts *xls_refusal(const void *ctx) { return &((const struct xls *)ctx)->why; }

bool xls_table_open(struct arena *own, const struct random_bytes *bytes, const struct intake_options *opt, const struct intake_part *part,
                    struct table *ret, struct refusal_facts *ret_why)
{
    static const struct table_kind kind = { xls_next, xls_line, xls_bytes, xls_rewind, xls_refusal, NULL };
    struct xls *x = ARENA_NEW(own, struct xls);
    *ret = (struct table){ NULL, NULL };
    *ret_why = (struct refusal_facts){ .refusal = REFUSED_NOT };
    if (!x || !sheet_row_init(&x->row, own)) return false;
    x->bytes = *bytes;
    if (!xls_book_open(&x->book, own, &x->bytes, opt->spill, true, &ret_why->refusal)) return false;
    if (ret_why->refusal != REFUSED_NOT) return true;
    if (part->sheet_at < 0 || part->sheet_at >= x->book.sheet_count) {
        ret_why->refusal = REFUSED_NO_PART;
        return true;
    }
    x->sheet_at = x->book.sheets[part->sheet_at].at;
    if (xls_rewind(x)) *ret = (struct table){ &kind, x };
    else *ret_why = x->why;
    return true;
}
