/* Encodings. The GB18030 tables are printed from ICU at build time (tools/gb18030_table.c): a lookup a character, and no
 * converter to open. Order: UTF-8, GB18030, lossy, votes, UTF-16. */
#include "intake/decode.h"
#include <assert.h>
#if defined(__SSE2__) && !defined(ZG_NO_SIMD)
#include <emmintrin.h>
#endif
#include "gb18030_table.h"

/* Length of the run of ASCII bytes at p, looked at 16 at a time. */
static inline size_t ascii_run(const unsigned char *p, size_t n)
{
    size_t i = 0;
#if defined(__SSE2__) && !defined(ZG_NO_SIMD)
    while (i + 16 <= n) {
        unsigned high = (unsigned)_mm_movemask_epi8(_mm_loadu_si128((const __m128i *)(const void *)(p + i)));
        if (high != 0) return i + (size_t)__builtin_ctz(high);
        i += 16;
    }
#endif
    while (i < n && p[i] < 0x80) i++;
    return i;
}

/* Length of the UTF-8 sequence at p (p[0] >= 0x80); 0 when bad, -1 when cut. Unicode 15, table 3-7. */
static inline int utf8_sequence(const unsigned char *p, size_t n)
{
    unsigned b = p[0];
    if (b >= 0xE1 && b <= 0xEC && n >= 3 && (p[1] & 0xC0) == 0x80 && (p[2] & 0xC0) == 0x80) return 3; /* most of Chinese */
    unsigned low = 0x80, high = 0xBF;
    int len;
    if (b >= 0xC2 && b <= 0xDF) {
        len = 2;
    } else if (b >= 0xE0 && b <= 0xEF) {
        len = 3;
        if (b == 0xE0) low = 0xA0;
        if (b == 0xED) high = 0x9F;
    } else if (b >= 0xF0 && b <= 0xF4) {
        len = 4;
        if (b == 0xF0) low = 0x90;
        if (b == 0xF4) high = 0x8F;
    } else {
        return 0;
    }
    for (int i = 1; i < len; i++) {
        if ((size_t)i >= n) return -1;
        if (p[i] < low || p[i] > high) return 0;
        low = 0x80;
        high = 0xBF;
    }
    return len;
}

bool utf8_check(struct text s)
{
    if (s.len == 0) return true; /* a cell that is not there has no address */
    const unsigned char *p = (const unsigned char *)s.ptr, *end = p + s.len;
    while (p < end) {
        if (*p < 0x80) {
            p += ascii_run(p, (size_t)(end - p));
            continue;
        }
        int n = utf8_sequence(p, (size_t)(end - p));
        if (n <= 0) return false;
        p += n;
    }
    return true;
}

/* The code point of a four-byte sequence, or UINT32_MAX. */
static uint32_t gb_four_code(const unsigned char *p)
{
    uint32_t i = ((uint32_t)(p[0] - 0x81) * 10 + (uint32_t)(p[1] - 0x30)) * 1260 + (uint32_t)(p[2] - 0x81) * 10 + (uint32_t)(p[3] - 0x30);
    if (i >= 189000) return i - 189000 < 0x100000 ? i - 189000 + 0x10000 : UINT32_MAX;
    size_t low = 0, high = sizeof gb_four / sizeof gb_four[0];
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (i < gb_four[mid].from) high = mid;
        else if (i >= (uint32_t)gb_four[mid].from + gb_four[mid].count) low = mid + 1;
        else return gb_four[mid].code + (i - gb_four[mid].from);
    }
    return UINT32_MAX;
}

/* Length of the GB18030 sequence at p (p[0] >= 0x80); 0 when bad, -1 when cut. */
static inline int gb_sequence(const unsigned char *p, size_t n)
{
    if (p[0] < 0x81 || p[0] > 0xFE) return 0;
    if (n < 2) return -1;
    if (p[1] >= 0x40) return p[1] <= 0xFE && gb_two[p[0] - 0x81][p[1] - 0x40][3] != 0 ? 2 : 0;
    if (p[1] < 0x30 || p[1] > 0x39) return 0;
    if (n < 3) return -1;
    if (p[2] < 0x81 || p[2] > 0xFE) return 0;
    if (n < 4) return -1;
    if (p[3] < 0x30 || p[3] > 0x39) return 0;
    return gb_four_code(p) != UINT32_MAX ? 4 : 0;
}

bool gb18030_check(struct text s)
{
    if (s.len == 0) return true;
    const unsigned char *p = (const unsigned char *)s.ptr, *end = p + s.len;
    while (p < end) {
        if (*p < 0x80) {
            p += ascii_run(p, (size_t)(end - p));
            continue;
        }
        int n = gb_sequence(p, (size_t)(end - p));
        if (n <= 0) return false;
        p += n;
    }
    return true;
}

bool gb18030_to_utf8(struct text s, char *out, size_t *ret_len)
{
    const unsigned char *p = (const unsigned char *)s.ptr, *end = p + s.len;
    char *at = out;
    while (p < end) {
        if (*p < 0x80) {
            size_t n = ascii_run(p, (size_t)(end - p));
            memcpy(at, p, n);
            at += n;
            p += n;
            continue;
        }
        if (end - p >= 2 && *p >= 0x81 && *p != 0xFF && p[1] >= 0x40 && p[1] != 0xFF) {
            const unsigned char *to = gb_two[p[0] - 0x81][p[1] - 0x40];
            if (to[3] == 0) return false;
            memcpy(at, to, 4); /* the room allows for the fourth */
            at += to[3];
            p += 2;
            continue;
        }
        if (gb_sequence(p, (size_t)(end - p)) != 4) return false;
        at += utf8_put(at, gb_four_code(p));
        p += 4;
    }
    *ret_len = (size_t)(at - out);
    return true;
}

size_t decode_lossy(enum intake_encoding encoding, struct text s, char *out)
{
    const unsigned char *p = (const unsigned char *)s.ptr, *end = p + s.len;
    char *at = out;
    while (p < end) {
        if (*p < 0x80 && *p != 0) {
            *at++ = (char)*p++;
            continue;
        }
        size_t left = (size_t)(end - p), put = 0;
        int n = *p == 0 ? 0 : encoding == ENCODING_GB18030 ? gb_sequence(p, left) : utf8_sequence(p, left);
        if (n <= 0) {
            at += utf8_put(at, 0xFFFD);
            p++;
            continue;
        }
        if (encoding == ENCODING_GB18030) {
            char small[GB18030_ROOM(4)];
            bool good = gb18030_to_utf8((struct text){ (const char *)p, (size_t)n }, small, &put);
            assert(good);
            (void)good;
            memcpy(at, small, put);
            at += put;
        } else {
            memcpy(at, p, (size_t)n);
            at += n;
        }
        p += n;
    }
    return (size_t)(at - out);
}

typedef int sequence_fn(const unsigned char *p, size_t n);

/* Counts sequences in piece, first finishing one that the piece before left cut. */
static inline void count_sequences(struct text piece, sequence_fn *sequence, unsigned char *cut, int *cut_len, int64_t *good, int64_t *bad)
{
    const unsigned char *p = (const unsigned char *)piece.ptr, *end = p + piece.len;
    while (*cut_len > 0) {
        unsigned char joined[8];
        size_t held = (size_t)*cut_len, more = (size_t)(end - p) < 4 ? (size_t)(end - p) : 4;
        memcpy(joined, cut, held);
        memcpy(joined + held, p, more);
        int n = joined[0] < 0x80 ? 1 : sequence(joined, held + more);
        if (n < 0) { /* still cut: all of piece was taken */
            memcpy(cut + held, p, more);
            *cut_len = (int)(held + more);
            return;
        }
        if (n == 0) ++*bad;
        if (n > 1) ++*good;
        size_t step = n == 0 ? 1 : (size_t)n;
        if (step >= held) {
            p += step - held;
            *cut_len = 0;
        } else {
            memmove(cut, cut + step, held - step);
            *cut_len = (int)(held - step);
        }
    }
    while (p < end) {
        if (*p < 0x80) {
            p += ascii_run(p, (size_t)(end - p));
            continue;
        }
        int n = sequence(p, (size_t)(end - p));
        if (n < 0) {
            *cut_len = (int)(end - p);
            memcpy(cut, p, (size_t)(end - p));
            return;
        }
        if (n == 0) {
            ++*bad;
            p++;
        } else {
            ++*good;
            p += n;
        }
    }
}

void encoding_votes_add(struct encoding_votes *v, struct text piece)
{
    if (!v->utf8_settled) {
        count_sequences(piece, utf8_sequence, v->utf8_cut, &v->utf8_cut_len, &v->utf8_good, &v->utf8_bad);
        v->utf8_settled = v->utf8_bad > 1000 && v->utf8_bad > v->utf8_good;
    }
    if (v->utf8_bad > 0) count_sequences(piece, gb_sequence, v->gb_cut, &v->gb_cut_len, &v->gb_good, &v->gb_bad);
}

enum intake_encoding encoding_votes_result(const struct encoding_votes *v)
{
    if (v->utf8_bad == 0) return ENCODING_UTF8;
    /* A few bad bytes in UTF-8 spoil rows, not the file: Chinese in GB18030 is mostly bad as UTF-8. */
    if (v->utf8_good > 4 * v->utf8_bad) return ENCODING_UTF8;
    return v->gb_bad < v->utf8_bad ? ENCODING_GB18030 : ENCODING_UTF8;
}

size_t utf16_to_utf8(struct utf16_state *u, struct text s, char *out)
{
    char *at = out;
    for (size_t i = 0; i < s.len; i++) {
        unsigned char b = (unsigned char)s.ptr[i];
        if (u->half < 0) {
            u->half = b;
            continue;
        }
        uint16_t unit = (uint16_t)(u->big_endian ? (u->half << 8) | b : (b << 8) | u->half);
        u->half = -1;
        bool low = unit >= 0xDC00 && unit <= 0xDFFF;
        if (u->high != 0) {
            uint16_t high = u->high;
            u->high = 0;
            if (low) {
                at += utf8_put(at, 0x10000 + (((uint32_t)high - 0xD800) << 10) + ((uint32_t)unit - 0xDC00));
                continue;
            }
            *at++ = (char)0xFF;
        }
        if (unit >= 0xD800 && unit <= 0xDBFF) u->high = unit;
        else if (low) *at++ = (char)0xFF;
        else at += utf8_put(at, unit);
    }
    return (size_t)(at - out);
}

size_t utf16_end(struct utf16_state *u, char *out)
{
    size_t n = 0;
    if (u->high != 0 || u->half >= 0) out[n++] = (char)0xFF;
    u->high = 0;
    u->half = -1;
    return n;
}
