/* See csv.h. Which first characters begin a formula: OWASP, "CSV Injection" (= + - @ TAB CR), and NUL, which some readers skip. */
#include "web/csv.h"

#include <inttypes.h>

/* "-12", "-0.5": a minus, digits, at most one point. */
static bool plain_number(struct text t)
{
    size_t digits = 0, points = 0;
    for (size_t i = t.ptr[0] == '-' ? 1 : 0; i < t.len; i++) {
        if (t.ptr[i] >= '0' && t.ptr[i] <= '9') digits++;
        else if (t.ptr[i] == '.' && digits) points++;
        else return false;
    }
    return digits > 0 && points <= 1 && t.len <= 20;
}

static bool formula(struct text t)
{
    if (t.len == 0) return false;
    switch (t.ptr[0]) {
    case '=': case '+': case '@': case '\t': case '\r': case '\n': case '\0': case '\'': return true; /* ' itself: so that one can be taken off again */
    case '-': return !plain_number(t);
    default: break;
    }
    /* Full-width forms, which some spreadsheets read as the plain ones. */
    return text_starts_with(t, TEXT("\xEF\xBC\x9D")) || text_starts_with(t, TEXT("\xEF\xBC\x8B")) || text_starts_with(t, TEXT("\xEF\xBC\x8D"))
           || text_starts_with(t, TEXT("\xEF\xBC\xA0"));
}

void csv_text(FILE *out, struct text t, char end)
{
    fputc('"', out);
    if (formula(t)) fputc('\'', out);
    for (size_t i = 0; i < t.len; i++) {
        if (t.ptr[i] == '"') fputc('"', out);
        fputc(t.ptr[i], out);
    }
    fputc('"', out);
    fputc(end, out);
}

void csv_integer(FILE *out, int64_t n, char end) { fprintf(out, "%" PRId64 "%c", n, end); }
