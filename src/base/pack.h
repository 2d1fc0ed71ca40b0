/* Structs as bytes, and back.  A struct is packed by the list of its fields, which stands once for both ways; a static assertion notices a
 * field that is missing from it.
 *
 * A number is one byte for the common ones (not told, 0 .. 127), else how many bytes follow and those, the least one first; a text is its
 * length and its bytes. What is unpacked is checked, as far as the kinds of its fields say, and fails as a whole. */
#ifndef ZG_BASE_PACK_H
#define ZG_BASE_PACK_H
#include <assert.h>
#include <endian.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include "base/text.h"

struct packer { unsigned char *begin, *at, *end; bool full /* something did not fit */; };
/* Texts of what is unpacked point into these bytes. about: whatever fields of another kind are found by; may be NULL. */
struct unpacker { const unsigned char *at, *end; bool bad; const void *about; };

static inline struct packer packer_of(void *bytes, size_t size) { return (struct packer){ .begin = bytes, .at = bytes, .end = (unsigned char *)bytes + size }; }
static inline struct unpacker unpacker_of(struct text bytes)
{
    return (struct unpacker){ .at = (const unsigned char *)bytes.ptr, .end = (const unsigned char *)bytes.ptr + bytes.len };
}

/* ---- values ---- */

#define PACK_NONE INT64_MIN /* a number that is not told */
enum { PACK_NUMBER_NONE = 0, PACK_NUMBER_SMALL = 0x80 };

static inline bool pack_room(struct packer *p, size_t n)
{
    if (!p->full && (size_t)(p->end - p->at) >= n) return true;
    p->full = true;
    return false;
}

static inline void pack_bytes(struct packer *p, const void *bytes, size_t n)
{
    if (!pack_room(p, n) || n == 0) return;
    memcpy(p->at, bytes, n);
    p->at += n;
}

static inline void unpack_bytes(struct unpacker *u, void *ret, size_t n)
{
    if (u->bad || (size_t)(u->end - u->at) < n) {
        u->bad = true;
        return;
    }
    memcpy(ret, u->at, n);
    u->at += n;
}

static inline void pack_u32(struct packer *p, uint32_t v)
{
    v = htole32(v);
    pack_bytes(p, &v, sizeof v);
}
static inline uint32_t unpack_u32(struct unpacker *u)
{
    uint32_t v = 0;
    unpack_bytes(u, &v, sizeof v);
    return le32toh(v);
}

static inline void pack_i64(struct packer *p, int64_t v)
{
    if (!pack_room(p, 1 + sizeof v)) return;
    if (v == PACK_NONE) {
        *p->at++ = PACK_NUMBER_NONE;
    } else if (v >= 0 && v < PACK_NUMBER_SMALL) {
        *p->at++ = (unsigned char)(PACK_NUMBER_SMALL | v);
    } else {
        const uint64_t z = ((uint64_t)v << 1) ^ (v < 0 ? UINT64_MAX : 0);
        const int n = 8 - (z > 0 ? __builtin_clzll(z) / 8 : 7);
        *p->at++ = (unsigned char)n;
        const uint64_t least_first = htole64(z);
        memcpy(p->at, &least_first, sizeof least_first);
        p->at += n;
    }
}

/* Of n bytes, not all of them in one go where fewer than eight are left. */
static inline int64_t unpack_long(struct unpacker *u, unsigned n)
{
    uint64_t z = 0;
    const size_t left = (size_t)(u->end - u->at);
    if (n > sizeof z || left < n) {
        u->bad = true;
        return PACK_NONE;
    }
    if (left >= sizeof z) {
        memcpy(&z, u->at, sizeof z);
        z = le64toh(z) & UINT64_MAX >> (64 - 8 * n);
    } else {
        memcpy(&z, u->at, n);
        z = le64toh(z);
    }
    u->at += n;
    const uint64_t v = (z >> 1) ^ (UINT64_C(0) - (z & 1));
    return (int64_t)v;
}

static inline int64_t unpack_i64(struct unpacker *u)
{
    if (u->bad || u->at == u->end) {
        u->bad = true;
        return PACK_NONE;
    }
    const unsigned char head = *u->at++;
    if (head & PACK_NUMBER_SMALL) return head & ~PACK_NUMBER_SMALL;
    return head == PACK_NUMBER_NONE ? PACK_NONE : unpack_long(u, head);
}

/* Another number is bad. */
static inline int64_t unpack_between(struct unpacker *u, int64_t low, int64_t high)
{
    const int64_t v = unpack_i64(u);
    if (v >= low && v <= high) return v;
    u->bad = true;
    return low;
}

static inline int64_t unpack_told(struct unpacker *u, int64_t low, int64_t high)
{
    const int64_t v = unpack_i64(u);
    if (v == PACK_NONE || (v >= low && v <= high)) return v;
    u->bad = true;
    return PACK_NONE;
}

static inline void pack_text(struct packer *p, struct text s)
{
    pack_i64(p, (int64_t)s.len);
    pack_bytes(p, s.ptr, s.len);
}

/* Any bytes. */
static inline struct text unpack_text(struct unpacker *u, size_t max)
{
    const int64_t len = unpack_i64(u);
    if (len == 0) return TEXT_NONE;
    if (u->bad || len < 0 || (uint64_t)len > max || (size_t)(u->end - u->at) < (size_t)len) {
        u->bad = true;
        return TEXT_NONE;
    }
    const struct text s = { (const char *)u->at, (size_t)len };
    u->at += len;
    return s;
}

/* UTF-8 without a NUL. */
static inline struct text unpack_readable(struct unpacker *u, size_t max)
{
    const struct text s = unpack_text(u, max);
    if (s.len == 0 || (text_utf8_valid(s) && !memchr(s.ptr, 0, s.len))) return s;
    u->bad = true;
    return TEXT_NONE;
}

static inline bool unpack_ends(const struct unpacker *u) { return !u->bad && u->at == u->end; } /* all was read, and all was good */

/* ---- kinds of field: put_KIND and get_KIND ---- */

#define NUMBER_KIND(kind, type, got)                                                        \
    static void put_##kind(struct packer *p, const type *v) { pack_i64(p, (int64_t)*v); }   \
    static void get_##kind(struct unpacker *u, type *ret) { *ret = (type)(got); }
#define TEXT_KIND(kind, got)                                                                \
    static void put_##kind(struct packer *p, const struct text *v) { pack_text(p, *v); }    \
    static void get_##kind(struct unpacker *u, struct text *ret) { *ret = (got); }

/* ---- structs: FIELDS(X) is X(kind, member) of each member ---- */

#define PACK_PUT(kind, member) put_##kind(p, &s->member);
#define PACK_GET(kind, member) get_##kind(u, &s->member);
#define PACK_SIZE(kind, member) +sizeof s->member
/* LOOSE is what the compiler leaves between members. A new member makes the sum too small: add it to the list. */
#define STRUCT_KIND(kind, type, FIELDS, LOOSE)                                                      \
    static void put_##kind(struct packer *p, const type *s) { FIELDS(PACK_PUT) }                    \
    static void get_##kind(struct unpacker *u, type *s)                                             \
    {                                                                                               \
        static_assert(sizeof *s == (LOOSE) FIELDS(PACK_SIZE), "the list of its fields is not whole"); \
        FIELDS(PACK_GET)                                                                            \
    }
#endif
