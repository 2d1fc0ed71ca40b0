/* See biff.h. */
#include "intake/biff.h"
#include "intake/decode.h"
#include "intake/sheet.h"

bool biff_init(struct biff *b, struct arena *own, struct cfb_stream *stream)
{
    *b = (struct biff){ .stream = stream, .data = arena_take(own, BIFF_BYTES_MAX, 1), .eight = true };
    return b->data != NULL;
}

enum biff_end biff_next(struct biff *b)
{
    unsigned char head[4];
    const size_t n = cfb_read(b->stream, head, sizeof head);
    if (n == 0 && !b->stream->failed && b->stream->at >= b->stream->size) return BIFF_NO_MORE;
    if (n < sizeof head) return BIFF_BROKEN;
    b->type = biff_u16(head);
    b->len = biff_u16(head + 2);
    b->at = 0;
    if (b->len > BIFF_BYTES_MAX) return BIFF_BROKEN;
    return cfb_read(b->stream, b->data, b->len) == b->len ? BIFF_RECORD : BIFF_BROKEN;
}

/* Steps into the CONTINUE record that must follow. */
static bool go_on(struct biff *b)
{
    const unsigned type = b->type;
    const bool ok = biff_next(b) == BIFF_RECORD && b->type == BIFF_CONTINUE;
    b->type = type;
    return ok;
}

bool biff_take(struct biff *b, void *buf, size_t len)
{
    unsigned char *to = buf;
    while (len > 0) {
        if (b->at == b->len && !go_on(b)) return false;
        const size_t n = len < b->len - b->at ? len : b->len - b->at;
        if (to) {
            memcpy(to, b->data + b->at, n);
            to += n;
        }
        b->at += n;
        len -= n;
    }
    return true;
}

bool biff_skip(struct biff *b, size_t len) { return biff_take(b, NULL, len); }

/* ---- strings ---- */

/* Up to count characters of the record at hand, as UTF-16 -> UTF-8 through a small room. */
static size_t piece_of(struct biff *b, size_t count, bool wide, struct utf16_state *u, char *out, size_t *len)
{
    char units[512], text[3 * 512 + 4];
    const size_t here = (b->len - b->at) / (wide ? 2 : 1);
    size_t n = count < here ? count : here, k = 0;
    if (n > sizeof units / 2) n = sizeof units / 2;
    for (size_t i = 0; i < n; i++) {
        units[k++] = (char)b->data[b->at++];
        units[k++] = wide ? (char)b->data[b->at++] : '\0';
    }
    const size_t made = utf16_to_utf8(u, (struct text){ units, k }, text);
    *len = cell_append(out, *len, (struct text){ text, made });
    return n;
}

/* What was no character is shown as one that says so. */
static void mend(char *out, size_t *len)
{
    for (size_t i = 0; i < *len; i++)
        if ((unsigned char)out[i] == 0xff) out[i] = '?';
}

bool biff_characters(struct biff *b, size_t count, bool wide, char *out, size_t *ret_len)
{
    struct utf16_state u = { .half = -1 };
    char rest[4];
    *ret_len = 0;
    while (count > 0) {
        if (b->at == b->len) {
            unsigned char flags;
            if (!go_on(b) || !biff_take(b, &flags, 1)) return false;
            wide = (flags & 1) != 0;
        }
        const size_t n = piece_of(b, count, wide, &u, out, ret_len);
        if (n == 0) return false; /* half a character at a record's end */
        count -= n;
    }
    const size_t left = utf16_end(&u, rest);
    *ret_len = cell_append(out, *ret_len, (struct text){ rest, left });
    mend(out, ret_len);
    return true;
}

/* Bytes in a code page: the Chinese one, else the Western one (of which what is not ASCII is shown as a question). */
static bool bytes_string(struct biff *b, size_t len, char *out, size_t *ret_len)
{
    *ret_len = 0;
    char piece[256], text[GB18030_ROOM(2 * sizeof piece)];
    size_t kept = 0;
    while (len > 0 || kept > 0) {
        const size_t n = len < sizeof piece - kept ? len : sizeof piece - kept;
        if (n > 0 && !biff_take(b, piece + kept, n)) return false;
        len -= n;
        size_t whole = kept + n, at = 0;
        /* a character of two bytes that is cut waits for its second one */
        for (; b->gbk && at < whole; at += (unsigned char)piece[at] >= 0x81 ? 2 : 1) continue;
        if (at > whole && len > 0) whole--;
        size_t made = whole;
        if (!b->gbk || !gb18030_to_utf8((struct text){ piece, whole }, text, &made)) {
            made = whole;
            for (size_t i = 0; i < whole; i++) text[i] = (unsigned char)piece[i] < 0x80 ? piece[i] : '?';
        }
        *ret_len = cell_append(out, *ret_len, (struct text){ text, made });
        kept = len > 0 ? kept + n - whole : 0;
        if (kept > 0) piece[0] = piece[whole];
    }
    return true;
}

bool biff_string(struct biff *b, int length_bytes, char *out, size_t *ret_len)
{
    unsigned char head[2] = { 0, 0 }, flags, more[4];
    size_t runs = 0, aloud = 0;
    if (!biff_take(b, head, (size_t)length_bytes)) return false;
    if (!b->eight) return bytes_string(b, biff_u16(head), out, ret_len);
    if (!biff_take(b, &flags, 1)) return false;
    if (flags & 8) {
        if (!biff_take(b, more, 2)) return false;
        runs = 4 * (size_t)biff_u16(more);
    }
    if (flags & 4) {
        if (!biff_take(b, more, 4)) return false;
        aloud = biff_u32(more);
    }
    return biff_characters(b, biff_u16(head), (flags & 1) != 0, out, ret_len) && biff_skip(b, runs) && biff_skip(b, aloud);
}

/* ---- numbers ---- */

double biff_double(const unsigned char *p)
{
    const uint64_t bits = biff_u32(p) | (uint64_t)biff_u32(p + 4) << 32;
    double v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

double biff_rk(uint32_t rk)
{
    double v;
    if (rk & 2) {
        v = (double)((int32_t)rk >> 2);
    } else {
        const uint64_t bits = (uint64_t)(rk & ~UINT32_C(3)) << 32;
        memcpy(&v, &bits, sizeof v);
    }
    return rk & 1 ? v / 100 : v;
}
