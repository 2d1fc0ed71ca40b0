/* Is a number a date? By its format; see sheet.h. */
#include "intake/sheet.h"

/* Built-in formats (ECMA-376 part 1, 18.8.30, with those of East Asia). */
static enum cell_style builtin_style(int id)
{
    if (id == 46) return STYLE_SPAN;
    return (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || id == 45 || id == 47 || (id >= 50 && id <= 58) ? STYLE_DATE : STYLE_NUMBER;
}

/* By the letters that stand for parts of dates, outside of quotes, escapes and brackets; [h], [mm], [ss] are spans of time. */
static enum cell_style style_of(struct text code)
{
    enum cell_style found = STYLE_NUMBER;
    for (size_t i = 0; i < code.len && code.ptr[i] != ';'; i++) {
        const char c = code.ptr[i], low = (char)(c | 0x20);
        if (c == '"') {
            while (++i < code.len && code.ptr[i] != '"') continue;
        } else if (c == '\\' || c == '_' || c == '*') {
            i++;
        } else if (c == '[') {
            const size_t from = ++i;
            while (i < code.len && code.ptr[i] != ']') i++;
            const char first = from < i ? (char)(code.ptr[from] | 0x20) : ' ';
            bool alike = true;
            for (size_t k = from; k < i; k++) alike = alike && (code.ptr[k] | 0x20) == first;
            if (alike && (first == 'h' || first == 'm' || first == 's')) return STYLE_SPAN;
        } else if (low == 'e' && i + 1 < code.len && (code.ptr[i + 1] == '+' || code.ptr[i + 1] == '-')) {
            i++; /* 0.00E+00 */
        } else if (memchr("ymdhs", low, 5)) {
            found = STYLE_DATE;
        }
    }
    return found;
}

static bool is_general(struct text code) { return code.len >= 7 && (code.ptr[0] | 0x20) == 'g' && memcmp(code.ptr + 1, "eneral", 6) == 0; }

enum cell_style number_format_style(int id, struct text code)
{
    if (code.len == 0) return builtin_style(id);
    return is_general(code) ? STYLE_NUMBER : style_of(code);
}
