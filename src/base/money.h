/* Money: an integer of minor units (fen, cents; yen has none) with its currency.  Two currencies never mix. */
#ifndef ZG_BASE_MONEY_H
#define ZG_BASE_MONEY_H
#include "base/arena.h"
#include "base/checked.h"
#include "base/text.h"

struct currency { char code[4]; }; /* ISO 4217, upper case, NUL-terminated */
struct money { int64_t minor; struct currency currency; };
struct quantity { int64_t pieces; };

/* False when the code is not three letters of a known currency. */
MUST_USE bool currency_parse(struct text code, struct currency *ret);
int currency_digits(struct currency c); /* digits after the point: CNY 2, JPY 0, KWD 3 */

MUST_USE bool money_add(struct money a, struct money b, struct money *ret); /* false: other currency or overflow */
MUST_USE bool money_sub(struct money a, struct money b, struct money *ret);
MUST_USE bool quantity_add(struct quantity a, struct quantity b, struct quantity *ret);

enum money_parse_error {
    MONEY_OK, MONEY_EMPTY /* "", "-", "--", "null": no claim */, MONEY_NOT_A_NUMBER, MONEY_SCIENTIFIC /* 3.5E+16 */,
    MONEY_TOO_PRECISE /* more digits than the currency has, and not zeros */, MONEY_OUT_OF_RANGE, MONEY_OTHER_CURRENCY,
};
/* Reads "201.12", "1,234.50", "0元", "¥12", "US $1,234.56", "201.1", "-3.00"; trims first. Marks that name
 * another currency than `currency` give MONEY_OTHER_CURRENCY.  At most 15 digits before the point. */
enum money_parse_error money_parse(struct text s, struct currency currency, int64_t *ret_minor);
/* Which mark stands before the minor units. EITHER: as the cell itself shows ("1.234,50", "90,00" and "1 234,5" a comma; "1,234"
 * a thousand). With a comma, blanks and points group: "1 234,50". */
enum money_decimal { DECIMAL_POINT, DECIMAL_COMMA, DECIMAL_EITHER };
enum money_parse_error money_parse_decimal(struct text s, struct currency currency, enum money_decimal decimal, int64_t *ret_minor);
/* "1234.50", always with the currency's digits, no separators. */
struct text money_print(struct arena *a, struct money m);
#endif
