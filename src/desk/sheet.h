/* A table on its way out, as XLSX or CSV: a row at a time, in flat memory.
 *
 *   sheet.c        what both share, and CSV (UTF-8 with a mark at the front, CRLF, RFC 4180)
 *   sheet_xlsx.c   XLSX by libxlsxwriter
 *
 * Text stays text: in XLSX as a string cell, never a formula; in CSV with an apostrophe before what a spreadsheet would take for a
 * formula (base/text.h), which our own profiles take off again. Numbers are numbers, times are local times of the shop.
 * The file grows under its path; whoever asked gives it its final name when sheet_close said that it is whole. */
#ifndef ZG_DESK_SHEET_H
#define ZG_DESK_SHEET_H
#include "base/env.h"
#include "base/instant.h"
#include "base/money.h"
#include "base/text.h"

enum sheet_format { SHEET_XLSX, SHEET_CSV };
bool sheet_format_parse(struct text word, enum sheet_format *ret); /* "xlsx", "csv" */
const char *sheet_format_word(enum sheet_format f);

enum sheet_kind {
    SHEET_TEXT,
    SHEET_TIME,   /* value: UTC ms, shown in the shop's zone */
    SHEET_DAY,    /* value: days since 1970 */
    SHEET_MONEY,  /* value: minor units of the shop's currency */
    SHEET_COUNT,
    SHEET_DECIMAL, /* value: thousandths */
    SHEET_SHARE,  /* value: basis points, shown as a fraction of 1 (XLSX: in percent) */
};
enum { SHEET_COLUMNS_MAX = 264 };
struct sheet_column {
    const char *en, *zh;
    enum sheet_kind kind;
    int width;            /* in characters, for XLSX */
};
/* SHEET_TEXT: text. Else value; INT64_MIN is an empty cell. */
struct sheet_cell { struct text text; int64_t value; };

struct sheet_options {
    const struct env *env;
    const char *path;     /* made anew, readable by nobody else; a file that is there is emptied */
    const char *scratch;  /* a directory for XLSX's temporary file, which has no name there */
    enum sheet_format format;
    bool zh;
    const struct zone *zone;
    struct currency currency;
};
struct sheet;
/* NULL and errno. */
struct sheet *sheet_create(const struct sheet_options *o);
/* Begins a table: a sheet of the workbook; in CSV the file holds one table only. Columns live until the sheet is closed. */
bool sheet_begin(struct sheet *s, const char *name_en, const char *name_zh, const struct sheet_column *columns, int n);
/* One cell a column. XLSX takes 1,048,575 rows; the table then goes on in another sheet. False: the file could not be written. */
bool sheet_row(struct sheet *s, const struct sheet_cell *cells);
int64_t sheet_rows(const struct sheet *s); /* of all tables, without their heads */
/* Writes what is left and syncs; the sheet is gone. False and errno: the file is not whole. */
bool sheet_close(struct sheet *s);
void sheet_abandon(struct sheet *s); /* the file stays as far as it got: the caller removes it */
#endif
