/* Text is a pointer and a length, never a terminated string.  It owns nothing: whoever made the bytes
 * (an arena, a file buffer, a literal) keeps them alive.  Bytes are UTF-8 unless a comment says otherwise. */
#ifndef ZG_BASE_TEXT_H
#define ZG_BASE_TEXT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct text { const char *ptr; size_t len; };

#define TEXT(literal) ((struct text){ (literal), sizeof(literal) - 1 })
#define TEXT_NONE ((struct text){ NULL, 0 })

static inline struct text text_from_cstr(const char *s)
{
    return s ? (struct text){ s, strlen(s) } : TEXT_NONE;
}
static inline bool text_eq(struct text a, struct text b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}
static inline bool text_is(struct text a, const char *cstr) { return text_eq(a, text_from_cstr(cstr)); }
static inline bool text_empty(struct text a) { return a.len == 0; }

int text_compare(struct text a, struct text b); /* byte order; a prefix sorts first */
bool text_starts_with(struct text s, struct text prefix);
bool text_ends_with(struct text s, struct text suffix);
bool text_contains(struct text s, struct text needle);
/* Without leading and trailing ASCII white space, NBSP (U+00A0), ideographic space (U+3000), BOM (U+FEFF). */
struct text text_trim(struct text s);
/* Splits at the first `sep`: returns the part before it and leaves the rest in *rest (TEXT_NONE when none). */
struct text text_cut(struct text s, char sep, struct text *rest);
bool text_utf8_valid(struct text s); /* strict: no overlong form, surrogate, or code point above U+10FFFF */
/* The UTF-8 of a code point below U+110000, at most 4 bytes; returns how many. */
static inline size_t utf8_put(char *to, uint32_t c)
{
    if (c < 0x80) {
        to[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        to[0] = (char)(0xC0 | (c >> 6));
        to[1] = (char)(0x80 | (c & 0x3F));
        return 2;
    }
    if (c < 0x10000) {
        to[0] = (char)(0xE0 | (c >> 12));
        to[1] = (char)(0x80 | ((c >> 6) & 0x3F));
        to[2] = (char)(0x80 | (c & 0x3F));
        return 3;
    }
    to[0] = (char)(0xF0 | (c >> 18));
    to[1] = (char)(0x80 | ((c >> 12) & 0x3F));
    to[2] = (char)(0x80 | ((c >> 6) & 0x3F));
    to[3] = (char)(0x80 | (c & 0x3F));
    return 4;
}
/* The code point at *at, which is moved behind it; s is valid UTF-8 and *at the beginning of a character. */
static inline uint32_t utf8_take(struct text s, size_t *at)
{
    const unsigned char *p = (const unsigned char *)s.ptr + *at;
    if (p[0] < 0x80) {
        *at += 1;
        return p[0];
    }
    if (p[0] < 0xE0) {
        *at += 2;
        return (p[0] & 0x1Fu) << 6 | (p[1] & 0x3Fu);
    }
    if (p[0] < 0xF0) {
        *at += 3;
        return (p[0] & 0x0Fu) << 12 | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu);
    }
    *at += 4;
    return (p[0] & 0x07u) << 18 | (p[1] & 0x3Fu) << 12 | (p[2] & 0x3Fu) << 6 | (p[3] & 0x3Fu);
}
/* At most `max` bytes of s, never cutting a UTF-8 sequence in two. */
struct text text_clip_utf8(struct text s, size_t max);
/* Into a C string of `size` bytes, clipped as above; returns its length. */
size_t text_copy(char *to, size_t size, struct text from);
/* Takes away a UTF-8 sequence that was cut at the end of a C string, as snprintf leaves it. */
void text_mend_cut(char *s);
/* What a spreadsheet may take for a formula when a cell of a CSV file begins so (OWASP, "CSV Injection": = + - @ TAB CR), with NUL, which some
 * readers skip, the full-width forms, which some read as the plain ones, and the apostrophe, so that one put before it can be taken off
 * again. A plain negative number ("-12.50") is none. */
bool text_begins_formula(struct text s);
/* Decimal digits with optional leading '-'; false (and *ret_value untouched) on anything else or overflow. */
bool text_to_i64(struct text s, int64_t *ret_value);
#endif
