/* The number that our own list of items gives a line, so that the list goes in again as the same lines, not as more of them:
 * a source's own line number is kept only as a keyed hash, the line key, and that hash is what the list can tell.
 * "zg-" and the key in sixteen lower-case hexadecimal digits.  A key counts only within its order. */
#ifndef ZG_CORE_ORDER_LINE_NUMBER_H
#define ZG_CORE_ORDER_LINE_NUMBER_H
#include "base/text.h"

enum { LINE_NUMBER_BYTES = 19 };
void line_number_write(int64_t line_key, char ret[LINE_NUMBER_BYTES]); /* not terminated */
/* False: s is no such number, *ret is as it was. */
bool line_number_read(struct text s, int64_t *ret);
#endif
