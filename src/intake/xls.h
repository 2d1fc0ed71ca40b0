/* Old workbooks (.xls, BIFF 5 and 8): which sheets there are, and the rows of one. Cells are as sheet.h has them.
 *
 * Read in this order: cfb.c (the little file system in which the workbook lies), biff.c (its records, and the strings that run over
 * several of them), xls_book.c (sheets, formats, shared strings), xls.c (rows). Formats: MS-CFB and MS-XLS. */
#ifndef ZG_INTAKE_XLS_H
#define ZG_INTAKE_XLS_H
#include "intake/archive.h"
#include "intake/table.h"

enum { XLS_ROWS_MAX = 65536, XLS_COLUMNS_MAX = 256 };
#define LIMIT_XLS_BYTES (INT64_C(128) * 1024 * 1024)

/* Tells each sheet that has cells: its place among them, its name. `add` returns false to stop. False only when memory ran out. */
bool xls_sheets(struct arena *own, const struct random_bytes *bytes, bool (*add)(void *ctx, int at, struct text name, bool hidden), void *ctx,
                struct refusal_facts *why);
/* The rows of a sheet, as table_open. */
bool xls_table_open(struct arena *own, const struct random_bytes *bytes, const struct intake_options *opt, const struct intake_part *part,
                    struct table *ret, struct refusal_facts *ret_why);
#endif
