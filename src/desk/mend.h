/* Rows that were set aside, mended by hand: their cells, what the corrected ones would be understood as, and the small file in which
 * they go in again, as an import of its own. The file names each row in a column of its own (MENDS_HEADER), so that the row leaves the
 * quarantine with the import, also when a person sends a downloaded sheet instead. */
#ifndef ZG_DESK_MEND_H
#define ZG_DESK_MEND_H
#include "base/env.h"
#include "intake/intake.h"
#include "intake/understand.h"
#include "store/import_store.h"

enum { MEND_ROWS_MAX = 200 };
struct mend_cells { struct text cells[LIMIT_COLUMNS]; int count; };
struct mend_row { int64_t line; struct mend_cells cells; };

/* The header of a scan as import_header_put keeps it. */
struct text mend_header_text(struct arena *a, const struct intake_scan_result *scan);
/* A kept header, or the raw text of a row under it, as cells. False when memory ran out. A row whose quotes do not fit gives what can be
 * read of it. */
bool mend_header_cells(struct arena *a, struct text header, struct mend_cells *ret);
bool mend_row_cells(struct arena *a, struct text header, struct text raw, struct mend_cells *ret);

struct mend_ask {
    const struct env *env;
    const char *path;                /* where the file is written, 0600; a file that is there is refused */
    const char *spill_beside;
    struct shop *shop;
    const struct profile_set *profiles;
    int64_t import_id;
    const struct import_file_row *file; /* the rows' */
    struct text header;
    const struct mend_row *rows;
    int count;
};
/* Writes the file; false and errno. */
bool mend_write(const struct mend_ask *ask);
/* What its rows would be. */
struct mended_row { struct understood *cells; struct intake_fault fault; /* code empty: good */ };
struct mended { int column_count; struct intake_column *columns; struct mended_row *rows; /* one of the ask's each */ struct text refusal_en, refusal_zh; /* of all */ };
bool mend_check(struct arena *a, const struct mend_ask *ask, struct mended *ret); /* after mend_write; false: memory */
#endif
