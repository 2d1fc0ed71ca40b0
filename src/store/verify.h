/* Recomputes everything that the store keeps from what it was told, by SQL of its own, and compares row by row.
 * It shares no code with the reducer: what the core folds in C is written here a second time as queries. */
#ifndef ZG_STORE_VERIFY_H
#define ZG_STORE_VERIFY_H
#include "store/store.h"

enum { VERIFY_FINDINGS_MAX = 100 };
struct verify_finding {         /* numbers and keys only, no personal data */
    char table[32];
    char key[128];              /* "order_id 12, line_key 34" */
    char column[40];            /* empty: the row as a whole */
    char expected[64], found[64]; /* "missing" when there is no such row */
};
struct verify_report {
    int64_t checks;             /* kinds of comparison that were made */
    int64_t rows;               /* rows compared */
    int64_t disagreements;      /* all; the first VERIFY_FINDINGS_MAX are told */
    int finding_count;
    struct verify_finding findings[VERIFY_FINDINGS_MAX];
};
/* In one read transaction. False only when a query failed (db_error tells); a store that holds has disagreements = 0.
 * `progress` may be NULL; it is told the table that is looked at. */
bool store_verify(struct store *s, struct verify_report *ret, void (*progress)(void *ctx, const char *table), void *progress_ctx);
/* The same, without the structure of the file and the chain of deeds: what was just written in the open transaction, before it is committed. */
bool store_verify_books(struct store *s, struct verify_report *ret);
#endif
