/* See sheet.h: XLSX by libxlsxwriter, which writes each row out as the next one comes ("constant memory"), strings in their own cell.
 *
 * Strings go through worksheet_write_string alone: the library's other writers look at what a text begins with. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <xlsxwriter.h>
#include "desk/sheet_parts.h"

enum { XLSX_ROWS_MAX = 1048576, XLSX_CELL_CHARACTERS = 32767, FORMAT_KINDS = SHEET_SHARE + 1 };

struct xlsx {
    lxw_workbook *book;
    lxw_worksheet *sheet;
    lxw_format *head, *formats[FORMAT_KINDS];
    lxw_row_t row;
    int part;             /* 1, 2 ..: sheets of the table at hand */
    double unit;          /* minor units of one */
};

static bool fail(struct sheet *s, lxw_error e)
{
    if (!s->failed) s->why = e == LXW_ERROR_MEMORY_MALLOC_FAILED ? ENOMEM : errno ? errno : EIO;
    s->failed = true;
    return false;
}

static void formats_make(struct sheet *s, struct xlsx *x)
{
    static const char *const by_digits[] = { "#,##0", "#,##0.0", "#,##0.00", "#,##0.000" };
    const int digits = currency_digits(s->options.currency);
    const char *const looks[FORMAT_KINDS] = {
        [SHEET_TEXT] = "@", [SHEET_TIME] = "yyyy-mm-dd hh:mm:ss", [SHEET_DAY] = "yyyy-mm-dd",
        [SHEET_MONEY] = by_digits[digits >= 0 && digits <= 3 ? digits : 2], [SHEET_COUNT] = "0", [SHEET_DECIMAL] = "0.###", [SHEET_SHARE] = "0.00%",
    };
    x->unit = 1;
    for (int i = 0; i < digits; i++) x->unit *= 10;
    for (int k = 0; k < FORMAT_KINDS; k++) {
        x->formats[k] = workbook_add_format(x->book);
        if (x->formats[k]) format_set_num_format(x->formats[k], looks[k]);
    }
    x->head = workbook_add_format(x->book);
    if (!x->head) return;
    format_set_bold(x->head);
    format_set_bottom(x->head, LXW_BORDER_THIN);
}

bool xlsx_open(struct sheet *s)
{
    const struct env *env = s->options.env;
    /* The library opens the path by itself: made here first, so that it is nobody else's to read. */
    const int fd = env->open(env->ctx, s->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    struct xlsx *x = fd < 0 ? NULL : env->memory.take(env->memory.ctx, sizeof *x);
    if (fd < 0 || !x) {
        const int why = fd < 0 ? errno : ENOMEM;
        if (fd >= 0) env->close(env->ctx, fd);
        errno = why;
        return fail(s, LXW_ERROR_CREATING_XLSX_FILE);
    }
    env->close(env->ctx, fd);
    memset(x, 0, sizeof *x);
    lxw_workbook_options options = { .constant_memory = LXW_TRUE, .tmpdir = s->scratch[0] ? s->scratch : NULL };
    errno = 0;
    x->book = workbook_new_opt(s->path, &options);
    s->xlsx = x;
    if (x->book) formats_make(s, x);
    if (x->book && x->head && x->formats[FORMAT_KINDS - 1]) return true;
    xlsx_close(s);
    return fail(s, LXW_ERROR_MEMORY_MALLOC_FAILED);
}

/* A sheet's name: at most 31 characters, none of []:*?/\ ; ours are short and plain. */
static bool part_begin(struct sheet *s)
{
    struct xlsx *x = s->xlsx;
    char name[96];
    const char *base = s->options.zh ? s->name_zh : s->name_en;
    if (++x->part == 1) snprintf(name, sizeof name, "%s", base);
    else snprintf(name, sizeof name, "%s %d", base, x->part);
    errno = 0;
    x->sheet = workbook_add_worksheet(x->book, name);
    if (!x->sheet) return fail(s, LXW_ERROR_MEMORY_MALLOC_FAILED);
    for (int i = 0; i < s->column_count; i++) {
        const struct sheet_column *c = &s->columns[i];
        worksheet_set_column(x->sheet, (lxw_col_t)i, (lxw_col_t)i, c->width, NULL);
        const lxw_error e = worksheet_write_string(x->sheet, 0, (lxw_col_t)i, s->options.zh ? c->zh : c->en, x->head);
        if (e) return fail(s, e);
    }
    worksheet_freeze_panes(x->sheet, 1, 0);
    x->row = 1;
    return true;
}

bool xlsx_begin(struct sheet *s)
{
    s->xlsx->part = 0;
    return part_begin(s);
}

/* As a C string that XML can hold: at most 32,767 characters as Excel counts them (two for one outside the basic plane); a NUL, U+FFFE and
 * U+FFFF become U+FFFD. */
static const char *cell_string(struct sheet *s, struct text t)
{
    size_t to = 0, characters = 0;
    for (size_t i = 0; i < t.len;) {
        const unsigned char b = (unsigned char)t.ptr[i];
        const size_t n = b < 0x80 ? 1 : b < 0xE0 ? 2 : b < 0xF0 ? 3 : 4;
        characters += n == 4 ? 2 : 1;
        if (i + n > t.len || characters > XLSX_CELL_CHARACTERS || to + 4 > SHEET_BUFFER_BYTES - 1) break;
        const bool not_xml = b == 0 || (n == 3 && b == 0xEF && (unsigned char)t.ptr[i + 1] == 0xBF && (unsigned char)t.ptr[i + 2] >= 0xBE);
        memcpy(s->buffer + to, not_xml ? "\xEF\xBF\xBD" : t.ptr + i, not_xml ? 3 : n);
        to += not_xml ? 3 : n;
        i += n;
    }
    s->buffer[to] = '\0';
    return s->buffer;
}

static lxw_error write_time(struct xlsx *x, const struct zone *z, lxw_col_t column, int64_t at_ms)
{
    const struct civil c = zone_civil(z, at_ms);
    lxw_datetime t = { c.year, c.month, c.day, c.hour, c.minute, c.second + c.ms / 1000.0 };
    return worksheet_write_datetime(x->sheet, x->row, column, &t, x->formats[SHEET_TIME]);
}

static lxw_error write_day(struct xlsx *x, lxw_col_t column, int64_t days)
{
    lxw_datetime t = { 0 };
    civil_from_days(days, &t.year, &t.month, &t.day);
    return worksheet_write_datetime(x->sheet, x->row, column, &t, x->formats[SHEET_DAY]);
}

static lxw_error write_cell(struct sheet *s, lxw_col_t column, const struct sheet_cell *cell)
{
    struct xlsx *x = s->xlsx;
    const enum sheet_kind kind = s->columns[column].kind;
    if (kind == SHEET_TEXT ? cell->text.len == 0 : cell->value == INT64_MIN) return LXW_NO_ERROR;
    const double v = (double)cell->value;
    switch (kind) {
    case SHEET_TEXT: return worksheet_write_string(x->sheet, x->row, column, cell_string(s, cell->text), x->formats[SHEET_TEXT]);
    case SHEET_TIME: return write_time(x, s->options.zone, column, cell->value);
    case SHEET_DAY: return write_day(x, column, cell->value);
    case SHEET_MONEY: return worksheet_write_number(x->sheet, x->row, column, v / x->unit, x->formats[kind]);
    case SHEET_COUNT: return worksheet_write_number(x->sheet, x->row, column, v, x->formats[kind]);
    case SHEET_DECIMAL: return worksheet_write_number(x->sheet, x->row, column, v / 1000.0, x->formats[kind]);
    case SHEET_SHARE: return worksheet_write_number(x->sheet, x->row, column, v / 10000.0, x->formats[kind]);
    }
    return LXW_NO_ERROR;
}

bool xlsx_row(struct sheet *s, const struct sheet_cell *cells)
{
    if (s->xlsx->row == XLSX_ROWS_MAX && !part_begin(s)) return false;
    errno = 0;
    for (int i = 0; i < s->column_count; i++) {
        const lxw_error e = write_cell(s, (lxw_col_t)i, &cells[i]);
        if (e) return fail(s, e);
    }
    s->xlsx->row++;
    return true;
}

bool xlsx_close(struct sheet *s)
{
    const struct env *env = s->options.env;
    if (!s->xlsx) return false;
    errno = 0;
    const lxw_error e = s->xlsx->book ? workbook_close(s->xlsx->book) : LXW_ERROR_MEMORY_MALLOC_FAILED;
    if (e) fail(s, e);
    env->memory.give(env->memory.ctx, s->xlsx, sizeof *s->xlsx);
    s->xlsx = NULL;
    if (s->failed) return false;
    const int fd = env->open(env->ctx, s->path, O_RDONLY | O_CLOEXEC, 0);
    const bool synced = fd >= 0 && env->fsync(env->ctx, fd) == 0;
    if (!synced) s->failed = true, s->why = errno;
    if (fd >= 0) env->close(env->ctx, fd);
    return synced;
}
