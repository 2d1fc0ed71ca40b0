/* Is a row sound enough to say anything? Asked by both readings of a file, so that they agree. */
#ifndef ZG_INTAKE_ROW_H
#define ZG_INTAKE_ROW_H
#include "intake/claim.h"

bool row_is_blank(const struct csv_row *row);
/* What is wrong with the row's shape; false when nothing is. usual_width: cells of the row before it. */
bool row_structure_fault(const struct csv_row *row, int column_count, int usual_width, struct claim_fault *ret);
/* Are all bytes text in this encoding, and none of them NUL? */
bool bytes_are_text(enum intake_encoding encoding, struct text s);
bool row_is_text(enum intake_encoding encoding, const struct csv_row *row);
#endif
