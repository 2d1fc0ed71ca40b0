/* A file of no known form: what each column may be, if the file told of this subject or that. Only a proposal, which a person
 * confirms in the page: made from the words of the headers (as every profile and the fields themselves have them) and from what
 * stands in the first rows. */
#ifndef ZG_INTAKE_GUESS_H
#define ZG_INTAKE_GUESS_H
#include "intake/profile_set.h"

struct guess {
    struct text fields[SUBJECT_COUNT][LIMIT_COLUMNS]; /* a field's word; empty: no idea. No field twice in a subject */
    int score[SUBJECT_COUNT];
    enum subject subject;                             /* of the greatest score; orders when nothing speaks for any */
};
/* False when memory ran out. Texts are static, or live with the profiles. */
bool guess_make(struct arena *a, const struct profile_set *set, const struct intake_scan_result *scan, const struct intake_options *opt, struct guess *ret);
#endif
