/* A look at a file before it is imported: which tables it holds, what each is, its first rows as they will be understood, and which of
 * its rows will be set aside. Nothing is written. The page and the command line both show it. */
#ifndef ZG_DESK_LOOK_H
#define ZG_DESK_LOOK_H
#include "base/env.h"
#include "intake/intake.h"
#include "intake/guess.h"
#include "intake/understand.h"

struct look_table {
    struct intake_scan_result scan;      /* also of one that is refused or not known: its columns and first rows are there as far as they could be read */
    struct currency currency;            /* in which its amounts were read */
    struct understood *cells;            /* [row * scan.column_count + column] of the scan's preview */
    struct intake_fault *faults;         /* a preview row's, code empty when it is good */
    struct guess *guess;                 /* of a table of no known form; else NULL */
    int64_t quarantined;                 /* rows that will be set aside; -1: not counted */
};
struct look {
    enum intake_refusal refusal;         /* of the file as a whole: no tables then */
    struct text refusal_en, refusal_zh;
    struct look_table **tables;
    int count;
};
struct look_ask {
    const struct env *env;
    const char *path, *name, *spill_beside;
    const struct profile_set *profiles;
    const struct intake_options *options; /* part and spill are filled in here */
    bool any_currency;                   /* no store says which: as the file does, by a column, a sign or its platform */
    bool count;                          /* read every row and count those that will be set aside */
    bool (*progress)(void *ctx, int64_t bytes_done, int64_t bytes_all); void *progress_ctx; /* false stops; may be NULL */
    bool (*stop)(void *ctx); void *stop_ctx; /* as importer_ask.stop */
};
/* Everything lives in `a`. False: memory ran out or progress stopped it. */
bool look_at_file(struct arena *a, const struct look_ask *ask, struct look *ret);
#endif
