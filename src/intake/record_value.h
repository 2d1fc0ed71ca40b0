/* One cell of a record -> a value of its field's kind.
 *
 * What is read beside the plain forms: thousands commas; counts as pages write them ("1.2万", "1000+", "12件"); shares as 10.00%,
 * 0.1 and 8.5折; lengths of time as 83.5, 00:01:23, 1分23秒; hours as 13, 13:00, 13点, 13:00-13:59 or the hour of a time; days as
 * 2026-06-18, 20260618, 2026年6月18日. Shares are kept to a hundredth of a percent, decimals to a thousandth, rounded half up. */
#ifndef ZG_INTAKE_RECORD_VALUE_H
#define ZG_INTAKE_RECORD_VALUE_H
#include "intake/cell.h"
#include "intake/fault.h"

enum value_read { VALUE_GOOD, VALUE_NONE /* says nothing */, VALUE_BAD };
struct value_reader {
    struct time_reader clock;
    struct currency currency;
    bool percent;        /* the column's header says that plain numbers are percent */
    bool mean;           /* FIELD_IS_MEAN */
};
/* Of a kind that is no text; the cell is normalised (cell_text). *ret_fault at VALUE_BAD. */
enum value_read value_read(struct value_reader *r, enum record_kind kind, struct text s, int64_t *ret, enum row_fault *ret_fault);

/* A decimal number with `digits` places kept, rounded half away from zero: "1,234.5" with 2 is 123450. False when it is none. */
bool decimal_read(struct text s, int digits, int64_t *ret);
#endif
