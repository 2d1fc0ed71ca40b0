/* Every list as a file: which tables there are, with which columns, and who may see which of them.
 *
 *   export.c         the table of tables, masks, the file (start here)
 *   export_lists.c   orders, items, customers, what is to be done today
 *   export_records.c any subject of records; its generic profile reads it back
 *   export_books.c   review tables, rows set aside, imports
 *
 * A table is written a row at a time from one snapshot, so memory is flat. A column that the asker may not see is not in the file.
 * The head of orders and items is that of the built-in profiles zhanggui-orders and zhanggui-items: such a file goes in again. */
#ifndef ZG_DESK_EXPORT_H
#define ZG_DESK_EXPORT_H
#include "desk/answer.h"
#include "desk/sheet.h"

/* Who may have a table: what is needed of the mask beside the columns' own (ANSWER_*), and whether it is for who sells. */
struct export_kind {
    const char *word;       /* "orders" */
    const char *en, *zh;    /* name of the sheet */
    unsigned needs;         /* all of these bits of the mask */
    bool sellers;           /* only for who may see reviews and imports */
    bool xlsx_only;         /* several tables: a CSV file holds one */
};
extern const struct export_kind export_kinds[];
extern const int export_kind_count;
const struct export_kind *export_kind_find(struct text word); /* NULL: none */

struct export_ask {
    struct answer_ask ask;              /* now_ms: for states and for what is due */
    const struct export_kind *kind;
    enum sheet_format format;
    bool zh, sellers;
    const char *path, *scratch;         /* as sheet_options */
    struct orders_ask orders;           /* filter of orders and items; from_ms, to_ms also of customers; after and limit do not count */
    struct review_ask review;           /* from_day 0 and to_day 0: everything there is */
    int64_t import_id;                  /* rows set aside of one import; 0: of all that stand */
    bool (*progress)(void *ctx, int64_t rows); /* now and then; false stops it; may be NULL */
    void *progress_ctx;
};
enum export_result {
    EXPORT_DONE, EXPORT_NOT_YOURS /* the mask has no such table */, EXPORT_ONE_TABLE /* CSV holds one */, EXPORT_BAD_STATE, EXPORT_BAD_PERIOD,
    EXPORT_STOPPED, EXPORT_FULL /* disk */, EXPORT_UNWRITABLE /* errno */, EXPORT_FAILED /* database or memory */,
};
/* Writes the whole file at ask->path and syncs it; on anything but EXPORT_DONE nothing is left there. */
enum export_result export_write(const struct export_ask *ask, int64_t *ret_rows);
/* "orders-main-20200226.xlsx": plain ASCII, for the answer's head and for who names no file; to and size as snprintf. */
void export_file_name(const struct export_ask *ask, char *to, size_t size);
#endif
