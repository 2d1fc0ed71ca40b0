/* CSV that a spreadsheet takes for data: RFC 4180 quoting, and a leading apostrophe before what it would take for a formula. */
#ifndef ZG_WEB_CSV_H
#define ZG_WEB_CSV_H
#include <stdint.h>
#include <stdio.h>
#include "base/text.h"

/* A cell of text, then `end` (',' or '\n'). Numbers that people wrote ("-12.50", "+8613…" is none) stay as they are. */
void csv_text(FILE *out, struct text t, char end);
void csv_integer(FILE *out, int64_t n, char end);
#endif
