/* The checks of verify.c; nobody else includes it. */
#ifndef ZG_STORE_VERIFY_SQL_H
#define ZG_STORE_VERIFY_SQL_H
#include <stdbool.h>

struct check {
    const char *table;
    bool by_store;        /* once for each store ($2), else once for the merchant ($1) */
    int keys;             /* the first columns are the key, in whose order both queries come */
    const char *kinds;    /* one letter a column: i number, b bytes, t word that may be shown, x text that may not */
    const char *expected; /* NULL: every row of `found` is a disagreement, and `none` says what was expected */
    const char *found;
    const char *none;
};
extern const struct check checks[];
extern const int check_count;
extern const struct check record_checks[]; /* record_verify_sql.c */
extern const int record_check_count;
#endif
