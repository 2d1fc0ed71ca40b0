/* See cfb.h. Every chain is followed for at most as many sectors as the file has, so that none goes in a circle. */
#include "intake/cfb.h"
#include "intake/xls.h"

enum { HEADER_BYTES = 512, ENTRY_BYTES = 128, DIFAT_IN_HEADER = 109, SMALL_BYTES = 64, SMALL_CUTOFF = 4096, ENTRIES_MAX = 4096 };
#define CHAIN_END UINT32_C(0xfffffffe)
#define SECTOR_MAX UINT32_C(0xfffffffa)

static uint32_t u16(const unsigned char *p) { return (uint32_t)p[0] | (uint32_t)p[1] << 8; }
static uint32_t u32(const unsigned char *p) { return u16(p) | u16(p + 2) << 16; }

struct opening {
    struct cfb *c;
    unsigned char header[HEADER_BYTES];
    enum intake_refusal why;
    struct entry { uint32_t start; int64_t size; bool found; } stream, root;
};

static bool say_no(struct opening *o, enum intake_refusal why)
{
    o->why = why;
    return false;
}

static bool read_exactly(struct opening *o, int64_t at, void *buf, size_t len)
{
    const struct random_bytes *b = o->c->bytes;
    unsigned char *to = buf;
    while (len > 0) {
        const ssize_t n = b->read_at(b->ctx, at, to, len);
        if (n < 0) return say_no(o, REFUSED_UNREADABLE);
        if (n == 0) return say_no(o, REFUSED_DAMAGED);
        to += n;
        at += n;
        len -= (size_t)n;
    }
    return true;
}

static int64_t sector_at(const struct cfb *c, uint32_t sector) { return ((int64_t)sector + 1) * c->sector_bytes; }

/* One sector's numbers into the table, behind those before. */
static bool fat_take(struct opening *o, uint32_t sector, uint32_t *filled)
{
    struct cfb *c = o->c;
    unsigned char buf[4096];
    if (sector >= c->sectors || !read_exactly(o, sector_at(c, sector), buf, c->sector_bytes)) return o->why != REFUSED_NOT ? false : say_no(o, REFUSED_DAMAGED);
    for (uint32_t i = 0; i < c->sector_bytes / 4 && *filled < c->sectors; i++) c->fat[(*filled)++] = u32(buf + (size_t)i * 4);
    return true;
}

/* The table of chains: its first 109 sectors are listed in the header, more in a chain of lists. */
static bool fat_read(struct opening *o)
{
    struct cfb *c = o->c;
    uint32_t filled = 0, next = u32(o->header + 68);
    c->fat = ARENA_ARRAY(c->own, uint32_t, (size_t)c->sectors + 1);
    if (!c->fat) return false;
    for (int i = 0; i < DIFAT_IN_HEADER && filled < c->sectors; i++) {
        const uint32_t sector = u32(o->header + 76 + 4 * (size_t)i);
        if (sector < SECTOR_MAX && !fat_take(o, sector, &filled)) return false;
    }
    for (uint32_t lists = 0; next < SECTOR_MAX && filled < c->sectors; lists++) {
        unsigned char buf[4096];
        if (lists > c->sectors || next >= c->sectors) return say_no(o, REFUSED_DAMAGED);
        if (!read_exactly(o, sector_at(c, next), buf, c->sector_bytes)) return false;
        for (uint32_t i = 0; i + 1 < c->sector_bytes / 4 && filled < c->sectors; i++) {
            const uint32_t sector = u32(buf + (size_t)i * 4);
            if (sector < SECTOR_MAX && !fat_take(o, sector, &filled)) return false;
        }
        next = u32(buf + c->sector_bytes - 4);
    }
    for (; filled < c->sectors; filled++) c->fat[filled] = CHAIN_END;
    return true;
}

/* The sectors of a chain through a table, at most max; it must come to an end. */
static bool chain_follow(struct opening *o, const uint32_t *table, uint32_t table_len, uint32_t start, uint32_t max, uint32_t **ret, uint32_t *ret_len)
{
    uint32_t n = 0;
    *ret = ARENA_ARRAY(o->c->own, uint32_t, (size_t)max + 1);
    if (!*ret) return false;
    for (uint32_t s = start; s < SECTOR_MAX; s = table[s], n++) {
        if (s >= table_len || n > table_len) return say_no(o, REFUSED_DAMAGED);
        if (n < max) (*ret)[n] = s;
    }
    *ret_len = n < max ? n : max;
    return true;
}

static bool name_is(const unsigned char *entry, const char *name)
{
    const size_t n = strlen(name);
    if (u16(entry + 64) != 2 * (n + 1)) return false;
    for (size_t i = 0; i < n; i++)
        if (u16(entry + 2 * i) != (unsigned char)name[i]) return false;
    return true;
}

static void entry_take(struct opening *o, const unsigned char *e, const char *const *names)
{
    const struct entry here = { u32(e + 116), (int64_t)u32(e + 120), true };
    if (e[66] == 5) o->root = here;
    if (e[66] != 2) return;
    for (int i = 0; names[i] && !o->stream.found; i++)
        if (name_is(e, names[i])) o->stream = here;
    o->c->encrypted = o->c->encrypted || name_is(e, "EncryptedPackage");
    o->c->document = o->c->document || name_is(e, "WordDocument") || name_is(e, "PowerPoint Document");
}

static bool directory_read(struct opening *o, const char *const *names)
{
    struct cfb *c = o->c;
    uint32_t *chain, n, entries = 0;
    unsigned char buf[4096];
    if (!chain_follow(o, c->fat, c->sectors, u32(o->header + 48), c->sectors, &chain, &n)) return false;
    for (uint32_t i = 0; i < n && entries < ENTRIES_MAX; i++) {
        if (!read_exactly(o, sector_at(c, chain[i]), buf, c->sector_bytes)) return false;
        for (uint32_t at = 0; at + ENTRY_BYTES <= c->sector_bytes; at += ENTRY_BYTES, entries++) entry_take(o, buf + at, names);
    }
    if (o->stream.found) return true;
    return say_no(o, c->encrypted ? REFUSED_ENCRYPTED : c->document ? REFUSED_NO_TABLE : REFUSED_DAMAGED);
}

/* A small stream lies in the root's own stream, in pieces of 64 bytes with a table of their own. */
static bool small_open(struct opening *o, struct cfb_stream *s)
{
    struct cfb *c = o->c;
    uint32_t *holder, *chain, *table_chain, table_len;
    const uint32_t pieces = (uint32_t)((s->size + SMALL_BYTES - 1) / SMALL_BYTES);
    if (!o->root.found || !chain_follow(o, c->fat, c->sectors, o->root.start, c->sectors, &holder, &s->small_len)) return o->why != REFUSED_NOT || !c->own->failed ? say_no(o, REFUSED_DAMAGED) : false;
    if (!chain_follow(o, c->fat, c->sectors, u32(o->header + 60), c->sectors, &table_chain, &table_len)) return false;
    const uint32_t a_sector = c->sector_bytes / 4, entries = table_len * a_sector;
    uint32_t *table = ARENA_ARRAY(c->own, uint32_t, (size_t)entries + 1);
    if (!table) return false;
    for (uint32_t i = 0; i < table_len; i++) {
        unsigned char buf[4096];
        if (!read_exactly(o, sector_at(c, table_chain[i]), buf, c->sector_bytes)) return false;
        for (uint32_t k = 0; k < a_sector; k++) table[i * a_sector + k] = u32(buf + (size_t)k * 4);
    }
    s->small = holder;
    s->unit = SMALL_BYTES;
    const bool ok = chain_follow(o, table, entries, o->stream.start, pieces, &chain, &s->chain_len);
    s->chain = chain;
    return ok && (s->chain_len == pieces || say_no(o, REFUSED_DAMAGED));
}

static bool stream_open(struct opening *o, struct cfb_stream *s)
{
    struct cfb *c = o->c;
    uint32_t *chain;
    *s = (struct cfb_stream){ .cfb = c, .unit = c->sector_bytes, .size = o->stream.size, .buffer_at = -1 };
    s->buffer = arena_take(c->own, CFB_BUFFER, 1);
    if (!s->buffer) return false;
    if (s->size > c->bytes->size) return say_no(o, REFUSED_DAMAGED);
    if (s->size < SMALL_CUTOFF) return small_open(o, s);
    const uint32_t need = (uint32_t)((s->size + c->sector_bytes - 1) / c->sector_bytes);
    if (!chain_follow(o, c->fat, c->sectors, o->stream.start, need, &chain, &s->chain_len)) return false;
    s->chain = chain;
    return s->chain_len == need || say_no(o, REFUSED_DAMAGED);
}

static bool open_all(struct opening *o, const char *const *names, struct cfb_stream *ret)
{
    struct cfb *c = o->c;
    if (c->bytes->size < HEADER_BYTES * 2) return say_no(o, REFUSED_DAMAGED);
    if (c->bytes->size > LIMIT_XLS_BYTES) return say_no(o, REFUSED_UNPACKED);
    if (!read_exactly(o, 0, o->header, sizeof o->header)) return false;
    const uint32_t shift = u16(o->header + 30);
    if (memcmp(o->header, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8) != 0 || (shift != 9 && shift != 12) || u16(o->header + 32) != 6) return say_no(o, REFUSED_DAMAGED);
    c->sector_bytes = UINT32_C(1) << shift;
    c->sectors = (uint32_t)(c->bytes->size / c->sector_bytes); /* the header takes the place of one; the last may be cut */
    return fat_read(o) && directory_read(o, names) && stream_open(o, ret);
}

bool cfb_open(struct cfb *c, struct arena *own, const struct random_bytes *bytes, const char *const *names, struct cfb_stream *ret,
              enum intake_refusal *ret_why)
{
    struct opening *o = ARENA_NEW(own, struct opening);
    *c = (struct cfb){ .bytes = bytes, .own = own };
    *ret_why = REFUSED_NOT;
    if (!o) return false;
    o->c = c;
    const bool ok = open_all(o, names, ret);
    *ret_why = o->why;
    return ok || (o->why != REFUSED_NOT && !own->failed);
}

/* ---- reading ---- */

/* Where a unit of the stream lies in the file. */
static int64_t unit_at(const struct cfb_stream *s, uint32_t unit)
{
    if (!s->small) return sector_at(s->cfb, s->chain[unit]);
    const int64_t within = (int64_t)s->chain[unit] * SMALL_BYTES;
    const uint32_t sector = (uint32_t)(within / s->cfb->sector_bytes);
    return sector < s->small_len ? sector_at(s->cfb, s->small[sector]) + within % s->cfb->sector_bytes : -1;
}

/* The units from here on that lie one behind the other in the file, as far as the buffer goes. */
static bool buffer_fill(struct cfb_stream *s)
{
    const struct random_bytes *b = s->cfb->bytes;
    const uint32_t first = (uint32_t)(s->at / s->unit);
    const int64_t from = unit_at(s, first);
    size_t want = s->unit, got = 0;
    for (uint32_t i = first + 1; i < s->chain_len && want + s->unit <= CFB_BUFFER && unit_at(s, i) == from + (int64_t)want; i++) want += s->unit;
    s->buffer_at = (int64_t)first * s->unit;
    while (from >= 0 && got < want) {
        const ssize_t n = b->read_at(b->ctx, from + (int64_t)got, s->buffer + got, want - got);
        if (n < 0) s->failed = true;
        if (n <= 0) break;
        got += (size_t)n;
    }
    s->buffered = got;
    return s->at < s->buffer_at + (int64_t)got;
}

size_t cfb_read(struct cfb_stream *s, void *buf, size_t cap)
{
    unsigned char *to = buf;
    size_t done = 0;
    while (done < cap && s->at < s->size) {
        const bool here = s->buffer_at >= 0 && s->at >= s->buffer_at && s->at < s->buffer_at + (int64_t)s->buffered;
        if (!here && !buffer_fill(s)) break;
        int64_t n = s->buffer_at + (int64_t)s->buffered - s->at;
        if (n > (int64_t)(cap - done)) n = (int64_t)(cap - done);
        if (n > s->size - s->at) n = s->size - s->at;
        memcpy(to + done, s->buffer + (s->at - s->buffer_at), (size_t)n);
        s->at += n;
        done += (size_t)n;
    }
    return done;
}
