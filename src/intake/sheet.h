/* What the sheets of all workbooks have in common: values of cells as text, and a row of them.
 *
 * A cell is text as a person who opened the sheet would write it down: numbers as decimal digits, dates as YYYY-MM-DD HH:MM:SS, what
 * a formula came to, the text of an error. Numbers of more than 15 digits are written 1.23E+17, as a spreadsheet shows them, for that
 * is all it kept of them. */
#ifndef ZG_INTAKE_SHEET_H
#define ZG_INTAKE_SHEET_H
#include "intake/csv.h"
#include "intake/intake.h"

/* ---- sheet_format.c ---- */
/* How a number is to be read, by its format. */
enum cell_style { STYLE_NUMBER, STYLE_DATE /* or a time of day */, STYLE_SPAN /* [h]:mm: hours without end */ };
enum cell_style number_format_style(int id, struct text code); /* code: empty when it is a built-in one */

/* ---- sheet_cell.c ---- */
enum { CELL_NUMBER_BYTES = 64 };
/* A number as text; returns its length. */
size_t cell_number(double v, char out[CELL_NUMBER_BYTES]);
/* A number as the file has it, as text: the same bytes where they are short digits already. False: it is none. */
bool cell_number_text(struct text v, char out[CELL_NUMBER_BYTES], struct text *ret);
double cell_number_value(struct text v); /* of digits as cell_number_text takes them, as exact as a date needs */
/* Days since the beginning of the workbook's calendar; a value that is no date is written as a number. */
size_t cell_date(double v, enum cell_style style, bool date_1904, char out[CELL_NUMBER_BYTES]);
/* "2026-10-21T10:00:00Z" as dates are written here; what is none is left. */
struct text cell_iso_date(struct text v, char out[CELL_NUMBER_BYTES]);
/* Text that is longer than a cell may be is kept as far as shows that it is: at most CELL_KEPT_BYTES, more than LIMIT_CELL_BYTES. */
enum { CELL_KEPT_BYTES = LIMIT_CELL_BYTES + 8 };
size_t cell_append(char *to, size_t len, struct text more); /* the new length */
/* "_x000D_" stands for the character; in place; returns the new length. */
size_t cell_unescape(char *s, size_t n);

/* ---- sheet_row.c ---- */
/* The cells of the row at hand, one behind the other; memory holds one row. */
enum { ROW_ROOM = LIMIT_ROW_BYTES + 2 * CELL_KEPT_BYTES };
struct sheet_row {
    char *room;                         /* ROW_ROOM */
    size_t used;
    int count;                          /* columns with something in them, at most LIMIT_COLUMNS */
    int first_wide;                     /* a filled column beyond those; -1: none */
    bool too_long, high;
    int64_t cells_done;                 /* of the sheet */
    uint32_t at[LIMIT_COLUMNS], len[LIMIT_COLUMNS];
    bool set[LIMIT_COLUMNS];
};
bool sheet_row_init(struct sheet_row *r, struct arena *own); /* false: no memory */
void sheet_row_clear(struct sheet_row *r);                   /* before each row */
/* Room for CELL_KEPT_BYTES, for the value of the next cell; it may be given to sheet_row_put. */
static inline char *sheet_row_value(const struct sheet_row *r) { return r->room + r->used; }
/* Puts a cell (0-based column) that was not put yet; a copy. REFUSED_NOT, or why the sheet is refused. */
enum intake_refusal sheet_row_put(struct sheet_row *r, int64_t column, struct text v);
static inline bool sheet_row_has_something(const struct sheet_row *r) { return r->count > 0 || r->first_wide >= 0 || r->too_long; }
void sheet_row_give(const struct sheet_row *r, struct csv_row *row);
#endif
