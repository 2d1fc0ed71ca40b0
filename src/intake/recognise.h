/* Which kind of file is this, and where does its table begin? Decided from the head of the file.
 *
 * The header is the first of the first ten lines that has at least two known names; lines before it are preamble ("sep=;" also
 * tells the delimiter). Of the profiles whose required fields the header has, the one that knows the greatest share of the file's
 * columns wins, among equals the one more of whose own columns are there; a user's profile wins over a built-in one that fits as well. */
#ifndef ZG_INTAKE_RECOGNISE_H
#define ZG_INTAKE_RECOGNISE_H
#include "intake/csv.h"
#include "intake/profile_set.h"
#include "intake/table.h"

enum { HEADER_LINES = 10 };
struct recognition {
    char delimiter;
    int line;                       /* physical line of the header (of the first wide row when none is known); 0: no table at all */
    int known;                      /* names in it that some profile knows */
    bool proves_encoding;           /* a known name in it is not ASCII: it would not be known in another encoding */
    const struct profile *profile;  /* NULL: none fits */
    const struct profile *nearest;  /* when none fits: the one that the file was probably meant for */
    struct text missing_en, missing_zh; /* of the forced or nearest profile: its required fields that no column tells */
    struct intake_column *columns;  /* LIMIT_COLUMNS; fields filled from the profile */
    int column_count;
};
/* head: from behind the byte order mark, UTF-8 or GB18030. csv is a reader that may be restarted on the head. False when
 * memory ran out. */
bool recognise(struct arena *a, struct csv *csv, const struct profile_set *set, const struct profile *forced, struct text head,
               enum intake_encoding encoding, struct recognition *ret);
/* The same of a table that is no text, from its first HEADER_LINES rows that are not empty; the table is left behind them. *ret_end:
 * CSV_FAILED when it could not be read so far. */
bool recognise_table(struct arena *a, const struct table *t, const struct profile_set *set, const struct profile *forced,
                     struct recognition *ret, enum csv_result *ret_end);
#endif
