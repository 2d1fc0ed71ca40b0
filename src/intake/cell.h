/* One cell -> normalised text, and the times and columns behind it.  What is normalised: quotes and text guards taken off,
 * UTF-8, no blanks at the ends, no spreadsheet apostrophe before codes and numbers, "null" and "-" are empty. */
#ifndef ZG_INTAKE_CELL_H
#define ZG_INTAKE_CELL_H
#include "base/instant.h"
#include "intake/csv.h"
#include "intake/decode.h"
#include "intake/profile.h"

#define CELL_ROOM(len) GB18030_ROOM(len)
/* Writes to out (CELL_ROOM(cell->len)). `high`: the cell may hold bytes above 0x7F. False: bytes that are no text.
 * f may be FIELD_NONE. *ret points into out. */
bool cell_text(enum intake_encoding encoding, bool high, const struct csv_cell *cell, enum field f, char *out, struct text *ret);

/* At most max bytes of a cell as people see it: doubled quotes are one, bad bytes become U+FFFD. Room: 3 * max + 8. */
size_t cell_shown(enum intake_encoding encoding, const struct csv_cell *cell, size_t max, char *out);

/* Which columns tell which field, by a profile, in the order of the fields' numbers. */
enum { COLUMNS_PER_FIELD = 8 };
struct column_use {
    enum field field;
    int count;
    int at[COLUMNS_PER_FIELD];
    bool off[COLUMNS_PER_FIELD]; /* counts against the sum (order_rules.h, taken_off) */
};
struct column_map { struct column_use uses[FIELD_COUNT]; int count; };
bool column_map_make(struct arena *a, const struct profile *p, const struct intake_column *columns, int column_count, struct column_map *ret);
const struct column_use *column_map_find(const struct column_map *m, enum field f); /* NULL: no column tells it */

/* An amount as the profile's files write it. */
enum money_parse_error cell_money(const struct profile *p, struct text s, struct currency currency, int64_t *ret_minor);

/* Reads times; remembers the last day, as rows lie close together. */
struct time_reader { const struct zone *zone; char date[10]; int64_t day_ms; bool held; };
enum time_found { TIME_FOUND, TIME_NONE /* empty, "-" */, TIME_BAD, TIME_OUT_OF_RANGE, TIME_SCIENTIFIC };
enum time_found time_read(struct time_reader *t, struct text s, int64_t *ret_at_ms, enum civil_fit *ret_fit);

/* "3.51531E+16": a long number as a spreadsheet shows it; its last digits are lost. */
bool is_scientific(struct text s);

/* The province that a region cell or an address begins with, as Tmall's own report writes it; empty when it is none. */
struct text province_find(struct text s);

/* The export's time in a file's name: ExportOrderList201905151650.csv, orders_2021-05-13.csv. *ret_span_ms is how exact
 * it is (a minute, a second, a day). False when the name has none; serial numbers are not dates. */
bool name_time(struct text name, const struct zone *z, int64_t *ret_at_ms, int64_t *ret_span_ms);
#endif
