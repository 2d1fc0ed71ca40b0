/* Text: comparisons, trimming, splitting, UTF-8.  Everything looks at bytes in place and copies nothing. */
#include "base/text.h"

int text_compare(struct text a, struct text b)
{
    size_t n = a.len < b.len ? a.len : b.len;
    int c = n ? memcmp(a.ptr, b.ptr, n) : 0;
    if (c != 0) return c;
    return a.len < b.len ? -1 : a.len > b.len;
}

bool text_starts_with(struct text s, struct text prefix)
{
    return s.len >= prefix.len && (prefix.len == 0 || memcmp(s.ptr, prefix.ptr, prefix.len) == 0);
}

bool text_ends_with(struct text s, struct text suffix)
{
    return s.len >= suffix.len && (suffix.len == 0 || memcmp(s.ptr + s.len - suffix.len, suffix.ptr, suffix.len) == 0);
}

bool text_contains(struct text s, struct text needle)
{
    if (needle.len == 0) return true;
    if (needle.len > s.len) return false;
    const char *at = s.ptr, *last = s.ptr + (s.len - needle.len);
    while ((at = memchr(at, needle.ptr[0], (size_t)(last - at) + 1)) != NULL) {
        if (memcmp(at, needle.ptr, needle.len) == 0) return true;
        if (at++ == last) return false;
    }
    return false;
}

/* Bytes of the white space that s begins with, 0 when it begins with something else. */
static size_t space_at_start(struct text s)
{
    const unsigned char *p = (const unsigned char *)s.ptr;
    if (s.len == 0) return 0;
    if (p[0] == ' ' || (p[0] >= '\t' && p[0] <= '\r')) return 1;
    if (p[0] == 0xC2 && s.len >= 2 && p[1] == 0xA0) return 2;                 /* U+00A0 */
    if (p[0] == 0xE3 && s.len >= 3 && p[1] == 0x80 && p[2] == 0x80) return 3; /* U+3000 */
    if (p[0] == 0xEF && s.len >= 3 && p[1] == 0xBB && p[2] == 0xBF) return 3; /* U+FEFF */
    return 0;
}

static size_t space_at_end(struct text s)
{
    if (s.len == 0) return 0;
    const unsigned char *end = (const unsigned char *)s.ptr + s.len;
    if (end[-1] == ' ' || (end[-1] >= '\t' && end[-1] <= '\r')) return 1;
    if (s.len >= 2 && end[-2] == 0xC2 && end[-1] == 0xA0) return 2;
    if (s.len >= 3 && end[-3] == 0xE3 && end[-2] == 0x80 && end[-1] == 0x80) return 3;
    if (s.len >= 3 && end[-3] == 0xEF && end[-2] == 0xBB && end[-1] == 0xBF) return 3;
    return 0;
}

struct text text_trim(struct text s)
{
    size_t n;
    while ((n = space_at_start(s)) > 0) { s.ptr += n; s.len -= n; }
    while ((n = space_at_end(s)) > 0) s.len -= n;
    return s;
}

struct text text_cut(struct text s, char sep, struct text *rest)
{
    const char *at = s.len ? memchr(s.ptr, sep, s.len) : NULL;
    if (!at) {
        *rest = TEXT_NONE;
        return s;
    }
    size_t n = (size_t)(at - s.ptr);
    *rest = (struct text){ at + 1, s.len - n - 1 };
    return (struct text){ s.ptr, n };
}

static bool is_continuation(unsigned char c) { return (c & 0xC0) == 0x80; }

/* Length of the well-formed sequence at p (Unicode 15, table 3-7), 0 when it is ill-formed. */
static size_t utf8_sequence(const unsigned char *p, size_t left)
{
    if (p[0] < 0x80) return 1;
    if (p[0] < 0xC2) return 0;
    if (p[0] < 0xE0) return left >= 2 && is_continuation(p[1]) ? 2 : 0;
    if (p[0] < 0xF0) {
        if (left < 3 || !is_continuation(p[1]) || !is_continuation(p[2])) return 0;
        if (p[0] == 0xE0 && p[1] < 0xA0) return 0; /* overlong */
        if (p[0] == 0xED && p[1] > 0x9F) return 0; /* surrogate */
        return 3;
    }
    if (p[0] > 0xF4 || left < 4) return 0;
    if (!is_continuation(p[1]) || !is_continuation(p[2]) || !is_continuation(p[3])) return 0;
    if (p[0] == 0xF0 && p[1] < 0x90) return 0; /* overlong */
    if (p[0] == 0xF4 && p[1] > 0x8F) return 0; /* above U+10FFFF */
    return 4;
}

bool text_utf8_valid(struct text s)
{
    const unsigned char *p = (const unsigned char *)s.ptr;
    size_t i = 0;
    while (i < s.len) {
        uint64_t word;
        if (s.len - i >= sizeof word) { /* eight ASCII bytes at a time: most of a file */
            memcpy(&word, p + i, sizeof word);
            if ((word & UINT64_C(0x8080808080808080)) == 0) {
                i += sizeof word;
                continue;
            }
        }
        size_t n = utf8_sequence(p + i, s.len - i);
        if (n == 0) return false;
        i += n;
    }
    return true;
}

struct text text_clip_utf8(struct text s, size_t max)
{
    if (s.len <= max) return s;
    size_t n = max;
    while (n > 0 && max - n < 3 && is_continuation((unsigned char)s.ptr[n])) n--;
    return (struct text){ s.ptr, n };
}

size_t text_copy(char *to, size_t size, struct text from)
{
    const struct text t = text_clip_utf8(from, size - 1);
    if (t.len > 0) memcpy(to, t.ptr, t.len);
    to[t.len] = '\0';
    return t.len;
}

void text_mend_cut(char *s)
{
    const size_t n = strlen(s);
    size_t lead = n;
    while (lead > 0 && n - lead < 3 && is_continuation((unsigned char)s[lead - 1])) lead--;
    if (lead == 0) return;
    const unsigned char c = (unsigned char)s[--lead];
    if (n - lead < (c >= 0xf0 ? 4u : c >= 0xe0 ? 3u : c >= 0xc0 ? 2u : 1u)) s[lead] = '\0';
}

bool text_to_i64(struct text s, int64_t *ret_value)
{
    size_t i = 0;
    bool negative = s.len > 0 && s.ptr[0] == '-';
    if (negative) i++;
    if (i == s.len) return false;
    int64_t v = 0; /* negative all the way, since INT64_MIN has no positive twin */
    for (; i < s.len; i++) {
        int digit = s.ptr[i] - '0';
        if (digit < 0 || digit > 9) return false;
        if (__builtin_mul_overflow(v, INT64_C(10), &v) || __builtin_sub_overflow(v, (int64_t)digit, &v)) return false;
    }
    if (!negative && v == INT64_MIN) return false;
    *ret_value = negative ? v : -v;
    return true;
}

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

bool text_begins_formula(struct text s)
{
    if (s.len == 0) return false;
    switch (s.ptr[0]) {
    case '=': case '+': case '@': case '\t': case '\r': case '\n': case '\0': case '\'': return true;
    case '-': return !plain_number(s);
    default: break;
    }
    return text_starts_with(s, TEXT("\xEF\xBC\x9D")) || text_starts_with(s, TEXT("\xEF\xBC\x8B")) || text_starts_with(s, TEXT("\xEF\xBC\x8D")) ||
           text_starts_with(s, TEXT("\xEF\xBC\xA0"));
}
