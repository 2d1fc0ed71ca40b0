/* Dates with the month as a word, as eBay's reports write them: "Sep-18-26", "26-May-26", "05-oct.-26", "18 sept. 2026 10:20". */
#ifndef ZG_INTAKE_DATE_WORDS_H
#define ZG_INTAKE_DATE_WORDS_H
#include "base/instant.h"
/* Months in English, French, German, Spanish and Italian, whole or shortened; a year of two digits is 20xx. A clock may follow, and
 * nothing else. False when it is no such date. */
bool date_words_parse(struct text s, struct civil *ret);
#endif
