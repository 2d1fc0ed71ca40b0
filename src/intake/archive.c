/* See archive.h: opening an archive, and unpacking its members with zlib. */
#include "intake/archive.h"
#include <strings.h>
#include <zlib.h>
#include "base/limits.h"

/* What the entries say they unpack to. */
static enum intake_refusal check_sizes(const struct archive *z, int64_t *budget)
{
    for (int i = 0; i < z->count; i++) {
        const struct archive_entry *e = &z->entries[i];
        if (e->encrypted) return REFUSED_ENCRYPTED;
        if (e->method != 0 && e->method != Z_DEFLATED) return REFUSED_DAMAGED;
        if (e->method == 0 && e->bytes != e->packed) return REFUSED_DAMAGED;
        if (e->bytes > *budget) return REFUSED_UNPACKED;
        if (e->bytes > LIMIT_UNPACKED_FREE_BYTES && e->bytes / LIMIT_UNPACKED_RATIO >= (e->packed > 0 ? e->packed : 1)) return REFUSED_UNPACKED;
        *budget -= e->bytes;
    }
    return REFUSED_NOT;
}

bool archive_open(struct archive *z, struct arena *own, const struct random_bytes *bytes, int64_t *budget, struct refusal_facts *why)
{
    struct archive_entry *entries = NULL;
    *z = (struct archive){ .bytes = *bytes };
    if (!archive_list(own, bytes, &entries, &z->count, &why->refusal)) return false;
    z->entries = entries;
    if (why->refusal == REFUSED_NOT) why->refusal = check_sizes(z, budget);
    return true;
}

int archive_find(const struct archive *z, struct text name)
{
    int alike = -1;
    for (int i = 0; i < z->count; i++) {
        const struct text n = z->entries[i].name;
        if (n.len != name.len || strncasecmp(n.ptr, name.ptr, n.len) != 0) continue;
        if (text_eq(n, name)) return i;
        if (alike < 0) alike = i;
    }
    return alike;
}

/* ---- members ---- */

struct unpacking {
    z_stream stream;
    bool deflated;                /* stream is initialised */
    uint32_t checksum;
    unsigned char packed[32 * 1024];
};

static ssize_t fail(struct archive_member *m, enum intake_refusal why)
{
    m->refusal = why;
    return -1;
}

bool archive_member_open(struct archive_member *m, struct arena *own, const struct archive *z, int entry)
{
    struct unpacking *u = m->unpacking;
    const bool had = u && u->deflated;
    *m = (struct archive_member){ .archive = z, .entry = &z->entries[entry], .unpacking = u };
    if (!u) u = m->unpacking = ARENA_NEW(own, struct unpacking);
    if (!u) return false;
    u->checksum = (uint32_t)crc32(0, NULL, 0);
    u->stream.avail_in = 0;
    if (m->entry->method == 0) return true;
    u->deflated = had ? inflateReset2(&u->stream, -MAX_WBITS) == Z_OK : inflateInit2(&u->stream, -MAX_WBITS) == Z_OK;
    return u->deflated;
}

/* The next packed bytes, at most cap; 0 at their end. */
static ssize_t packed_read(struct archive_member *m, void *buf, size_t cap)
{
    const struct random_bytes *r = &m->archive->bytes;
    const int64_t left = m->entry->packed - m->taken;
    if (left == 0) return 0;
    const ssize_t n = r->read_at(r->ctx, m->entry->data_at + m->taken, buf, left < (int64_t)cap ? (size_t)left : cap);
    if (n <= 0) return fail(m, REFUSED_UNREADABLE);
    m->taken += n;
    return n;
}

static ssize_t inflated_read(struct archive_member *m, void *buf, size_t cap)
{
    struct unpacking *u = m->unpacking;
    z_stream *s = &u->stream;
    s->next_out = buf;
    s->avail_out = (uInt)cap;
    while (s->avail_out == cap) {
        if (s->avail_in == 0) {
            const ssize_t n = packed_read(m, u->packed, sizeof u->packed);
            if (n < 0) return -1;
            s->next_in = u->packed;
            s->avail_in = (uInt)n;
        }
        const int z = inflate(s, Z_NO_FLUSH);
        if (z == Z_STREAM_END) break;
        if (z != Z_OK) return fail(m, REFUSED_DAMAGED); /* Z_BUF_ERROR: the packed bytes end too early */
    }
    return (ssize_t)(cap - s->avail_out);
}

ssize_t archive_member_read(struct archive_member *m, void *buf, size_t cap)
{
    struct unpacking *u = m->unpacking;
    if (m->refusal != REFUSED_NOT || !u) return -1;
    if (cap > INT32_MAX) cap = INT32_MAX;
    const ssize_t n = m->entry->method == 0 ? packed_read(m, buf, cap) : inflated_read(m, buf, cap);
    if (n < 0) return -1;
    m->done += n;
    if (m->done > m->entry->bytes) return fail(m, REFUSED_DAMAGED); /* more than it says */
    if (n > 0) u->checksum = (uint32_t)crc32(u->checksum, buf, (uInt)n);
    if (n == 0 && (m->done != m->entry->bytes || u->checksum != m->entry->checksum)) return fail(m, REFUSED_DAMAGED);
    return n;
}

void archive_member_close(struct archive_member *m)
{
    if (m->unpacking && m->unpacking->deflated) inflateEnd(&m->unpacking->stream);
    *m = (struct archive_member){ .unpacking = NULL };
}
