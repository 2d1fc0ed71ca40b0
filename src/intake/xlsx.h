/* Workbooks (.xlsx): which sheets there are, and the rows of one.
 *
 * Read in this order: xlsx_book.c (the parts a workbook is made of: sheets, number formats, the date system), xlsx_strings.c (the
 * strings that cells share, in little memory), xlsx_sheet.c (rows). Cells are as sheet.h has them. Format: ECMA-376 part 1, 18.
 */
#ifndef ZG_INTAKE_XLSX_H
#define ZG_INTAKE_XLSX_H
#include "intake/archive.h"
#include "intake/sheet.h"
#include "intake/shared_strings.h"
#include "intake/table.h"
#include "intake/xml.h"

enum { XLSX_STYLES_MAX = 65536, XLSX_ROWS_MAX = 1048576, XLSX_COLUMNS_MAX = 16384 };

struct xlsx_sheet { struct text name; int entry; bool hidden; int64_t bytes; };
struct xlsx_book {
    struct archive archive;
    struct xlsx_sheet *sheets;
    int sheet_count;
    bool date_1904;
    int strings_entry, styles_entry;  /* -1: none */
};
/* Memory is of the arena. False only when memory ran out; why->refusal tells when it is no workbook that may be read. */
bool xlsx_book_open(struct xlsx_book *b, struct arena *own, const struct random_bytes *bytes, int64_t *budget, struct refusal_facts *why);
/* What is in the archive that is no workbook, if it says so: SNIFFED_XLSX when it is one. */
enum sniffed xlsx_archive_kind(const struct archive *z);

/* The rows of a sheet, as table_open. */
bool xlsx_table_open(struct arena *own, const struct random_bytes *bytes, const struct intake_options *opt, const struct intake_part *part,
                     struct table *ret, struct refusal_facts *ret_why);

/* ---- xlsx_styles.c ---- */
struct xlsx_styles { unsigned char *of; int count; }; /* enum cell_style of each cell format */
bool xlsx_styles_read(struct arena *own, const struct archive *z, int entry, struct xlsx_styles *ret, enum intake_refusal *ret_why);

/* ---- xlsx_strings.c ---- */
bool xlsx_strings_read(struct arena *own, const struct archive *z, int entry, const struct intake_spill *spill, struct strings **ret,
                       enum intake_refusal *ret_why);
#endif
