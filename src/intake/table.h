/* A table, wherever it lies: rows of cells, one after another, from a text, a workbook's sheet or a document.
 *
 * What a kind of table gives is a struct table_kind; everything behind it (recognition, profiles, claims, faults) knows only
 * this. Rows are as csv.h has them; a cell of any kind but text is UTF-8 and plain (CELL_PLAIN).  To add a kind: a *_table_open
 * that fills a struct table, a branch in table_open, a part_kind, and what finds the part in part.c. */
#ifndef ZG_INTAKE_TABLE_H
#define ZG_INTAKE_TABLE_H
#include "intake/csv.h"
#include "intake/fault.h"

struct table_kind {
    /* As csv_next; texts live until the next call. CSV_FAILED for good, and refusal says why. */
    enum csv_result (*next)(void *ctx, struct csv_row *row);
    /* Where the row last given begins: the physical line of a text, the row's number in a sheet; 1-based. */
    int64_t (*line)(const void *ctx);
    int64_t (*bytes)(const void *ctx);  /* of what the part has (intake_part.bytes), behind the reader */
    bool (*rewind)(void *ctx);          /* to the first row; false: it failed */
    /* Of a failed one: what is wrong with the part, where (sheet, line, column) included; NULL: it could not be read. */
    const struct refusal_facts *(*refusal)(const void *ctx);
    void (*close)(void *ctx);           /* what lies outside the arena; may be NULL */
};
struct table { const struct table_kind *kind; void *ctx; };

/* A text that a struct csv reads already: rows, lines and bytes are its own; rewinding it is the owner's (csv_restart). */
struct table table_of_csv(struct csv *c);

/* Opens a part of any kind but PART_TEXT. Memory is of the arena, which lives as long as the table. *ret_why tells what is wrong
 * with the part when ret->kind is NULL. False only when memory ran out. */
bool table_open(struct arena *own, const struct intake_source *source, const struct intake_options *opt, const struct intake_part *part,
                struct table *ret, struct refusal_facts *ret_why);
static inline enum csv_result table_next(const struct table *t, struct csv_row *row) { return t->kind->next(t->ctx, row); }
static inline int64_t table_line(const struct table *t) { return t->kind->line(t->ctx); }
static inline int64_t table_bytes(const struct table *t) { return t->kind->bytes(t->ctx); }
static inline bool table_rewind(const struct table *t) { return t->kind->rewind(t->ctx); }
static inline const struct refusal_facts *table_refusal(const struct table *t) { return t->kind->refusal ? t->kind->refusal(t->ctx) : NULL; }
void table_close(struct table *t); /* also of one that is not open */

/* A row that came from no text, as a line of CSV: what is shown and kept of a row that cannot be taken. At most max bytes. */
struct text table_row_as_csv(struct arena *a, const struct csv_row *row, size_t max);
#endif
