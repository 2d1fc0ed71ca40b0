/* See csv.h. What begins a formula: base/text.h. */
#include "web/csv.h"

#include <inttypes.h>

void csv_text(FILE *out, struct text t, char end)
{
    fputc('"', out);
    if (text_begins_formula(t)) fputc('\'', out);
    for (size_t i = 0; i < t.len; i++) {
        if (t.ptr[i] == '"') fputc('"', out);
        fputc(t.ptr[i], out);
    }
    fputc('"', out);
    fputc(end, out);
}

void csv_integer(FILE *out, int64_t n, char end) { fprintf(out, "%" PRId64 "%c", n, end); }
