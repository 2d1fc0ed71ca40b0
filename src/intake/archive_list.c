/* The list of a zip archive's entries (its central directory), read and checked; see archive.h.
 *
 * The end record stands at the very end of the file and names the list; the list names where each entry lies; each entry begins with
 * a header of its own. Refused: a file with two end records that both fit, bytes before the first entry, entries that share bytes with
 * one another or with the list, names twice, names that lead out of a folder, more than LIMIT_ARCHIVE_ENTRIES. Format: PKWARE APPNOTE 6.3.9, 4.3. */
#include <stdlib.h>
#include <strings.h>
#include "base/limits.h"
#include "intake/archive.h"
#include "intake/decode.h"

enum { END_BYTES = 22, END64_BYTES = 56, LOCATOR_BYTES = 20, LISTED_BYTES = 46, LOCAL_BYTES = 30, COMMENT_MAX = 65535, LIST_BYTES_MAX = 4 * 1024 * 1024 };
enum { FLAG_ENCRYPTED = 1, FLAG_STRONG = 0x40, FLAG_UTF8 = 0x800 };

static uint32_t u16(const unsigned char *p) { return (uint32_t)p[0] | (uint32_t)p[1] << 8; }
static uint32_t u32(const unsigned char *p) { return u16(p) | u16(p + 2) << 16; }
static uint64_t u64(const unsigned char *p) { return u32(p) | (uint64_t)u32(p + 4) << 32; }

struct list {
    struct arena *own;
    const struct random_bytes *bytes;
    enum intake_refusal why;
    int64_t end_at, list_at, list_bytes; /* of the end record; of the list */
    int64_t count;
    struct archive_entry *entries;
};

static bool say_no(struct list *l, enum intake_refusal why)
{
    l->why = why;
    return false;
}

static bool read_exactly(struct list *l, int64_t at, void *buf, size_t len)
{
    unsigned char *to = buf;
    if (at < 0 || at > l->bytes->size - (int64_t)len) return say_no(l, REFUSED_DAMAGED);
    while (len > 0) {
        const ssize_t n = l->bytes->read_at(l->bytes->ctx, at, to, len);
        if (n <= 0) return say_no(l, REFUSED_UNREADABLE);
        to += n;
        at += n;
        len -= (size_t)n;
    }
    return true;
}

/* The 64-bit end record, which stands before the plain one where numbers did not fit (some programs always write it). */
static bool read_end64(struct list *l)
{
    unsigned char locator[LOCATOR_BYTES], end[END64_BYTES];
    if (l->end_at < LOCATOR_BYTES) return true;
    if (!read_exactly(l, l->end_at - LOCATOR_BYTES, locator, sizeof locator)) return false;
    if (u32(locator) != 0x07064b50) return true;
    const uint64_t at = u64(locator + 8);
    if (u32(locator + 16) > 1 || at > (uint64_t)l->end_at) return say_no(l, REFUSED_DAMAGED);
    if (!read_exactly(l, (int64_t)at, end, sizeof end)) return false;
    if (u32(end) != 0x06064b50 || u32(end + 16) != 0 || u32(end + 20) != 0) return say_no(l, REFUSED_DAMAGED);
    const uint64_t count = u64(end + 32), bytes = u64(end + 40), list_at = u64(end + 48);
    if (count != u64(end + 24) || list_at > at || bytes != at - list_at) return say_no(l, REFUSED_DAMAGED);
    l->count = count > INT32_MAX ? INT32_MAX : (int64_t)count;
    l->list_at = (int64_t)list_at;
    l->list_bytes = (int64_t)bytes;
    return true;
}

/* Is there an end record at p, of which `left` bytes are left in the file? */
static bool is_end(const unsigned char *p, size_t left) { return u32(p) == 0x06054b50 && END_BYTES + u16(p + 20) == left; }

static bool find_end(struct list *l)
{
    const int64_t size = l->bytes->size;
    const size_t tail = size < END_BYTES + COMMENT_MAX ? (size_t)size : END_BYTES + COMMENT_MAX;
    unsigned char *room = arena_take(l->own, tail + 1, 1);
    const unsigned char *end = NULL;
    if (!room) return false;
    if (size < END_BYTES) return say_no(l, REFUSED_DAMAGED);
    if (!read_exactly(l, size - (int64_t)tail, room, tail)) return false;
    for (size_t at = 0; at + END_BYTES <= tail; at++) {
        if (!is_end(room + at, tail - at)) continue;
        if (end) return say_no(l, REFUSED_DAMAGED); /* two lists: two programs would see two archives */
        end = room + at;
        l->end_at = size - (int64_t)tail + (int64_t)at;
    }
    if (!end || u16(end + 4) != u16(end + 6) || u16(end + 8) != u16(end + 10)) return say_no(l, REFUSED_DAMAGED);
    l->count = u16(end + 10);
    l->list_bytes = u32(end + 12);
    l->list_at = u32(end + 16);
    if (!read_end64(l)) return false;
    if (l->count > LIMIT_ARCHIVE_ENTRIES) return say_no(l, REFUSED_TOO_MANY_PARTS);
    if (l->list_bytes > LIST_BYTES_MAX) return say_no(l, REFUSED_DAMAGED);
    return l->list_at <= l->end_at && l->list_bytes <= l->end_at - l->list_at ? true : say_no(l, REFUSED_DAMAGED);
}

/* Numbers that did not fit into 32 bits stand in an extra field, in this order, those that did not fit only. */
static void read_extra64(const unsigned char *extra, size_t len, uint64_t *bytes, uint64_t *packed, uint64_t *offset)
{
    for (size_t at = 0; at + 4 <= len; at += 4 + u16(extra + at + 2)) {
        size_t left = u16(extra + at + 2), from = at + 4;
        if (u16(extra + at) != 1) continue;
        if (left > len - from) return;
        uint64_t *const to[] = { bytes, packed, offset };
        for (size_t i = 0; i < 3; i++) {
            if (*to[i] != UINT32_MAX) continue;
            if (left < 8) return;
            *to[i] = u64(extra + from);
            from += 8;
            left -= 8;
        }
        return;
    }
}

/* Names are UTF-8 where that is said or true, else GB18030, as Chinese tools write them; "\" as some do is "/". */
static struct text entry_name(struct arena *a, struct text raw)
{
    char *room = arena_take(a, GB18030_ROOM(raw.len) + 3 * raw.len, 1);
    size_t n = raw.len;
    if (!room) return TEXT_NONE;
    if (utf8_check(raw)) memcpy(room, raw.ptr, raw.len);
    else if (!gb18030_to_utf8(raw, room, &n)) n = decode_lossy(ENCODING_UTF8, raw, room);
    for (size_t i = 0; i < n; i++)
        if (room[i] == '\\') room[i] = '/';
        else if ((unsigned char)room[i] < ' ' || room[i] == 0x7f) room[i] = '?';
    return (struct text){ room, n };
}

static bool read_listed(struct list *l, const unsigned char *p, size_t left, struct archive_entry *ret, size_t *ret_len)
{
    if (left < LISTED_BYTES || u32(p) != 0x02014b50) return say_no(l, REFUSED_DAMAGED);
    const size_t name = u16(p + 28), extra = u16(p + 30), comment = u16(p + 32), len = LISTED_BYTES + name + extra + comment;
    if (len > left || u16(p + 34) != 0) return say_no(l, REFUSED_DAMAGED);
    uint64_t packed = u32(p + 20), bytes = u32(p + 24), offset = u32(p + 42);
    read_extra64(p + LISTED_BYTES + name, extra, &bytes, &packed, &offset);
    if (packed > (uint64_t)l->bytes->size || offset > (uint64_t)l->bytes->size) return say_no(l, REFUSED_DAMAGED);
    *ret = (struct archive_entry){ .name = entry_name(l->own, (struct text){ (const char *)p + LISTED_BYTES, name }),
                                   .bytes = bytes > INT64_MAX ? INT64_MAX : (int64_t)bytes, .packed = (int64_t)packed, .offset = (int64_t)offset,
                                   .checksum = u32(p + 16), .method = u16(p + 10), .encrypted = (u16(p + 8) & (FLAG_ENCRYPTED | FLAG_STRONG)) != 0 };
    ret->directory = text_ends_with(ret->name, TEXT("/"));
    *ret_len = len;
    return !l->own->failed;
}

static bool read_list(struct list *l)
{
    unsigned char *p = arena_take(l->own, (size_t)l->list_bytes + 1, 1);
    size_t left = (size_t)l->list_bytes;
    l->entries = ARENA_ARRAY(l->own, struct archive_entry, (size_t)l->count + 1);
    if (!p || !l->entries || !read_exactly(l, l->list_at, p, left)) return false;
    for (int64_t i = 0; i < l->count; i++) {
        size_t len;
        if (!read_listed(l, p, left, &l->entries[i], &len)) return false;
        p += len;
        left -= len;
    }
    return left == 0 ? true : say_no(l, REFUSED_DAMAGED);
}

/* ---- what the entries say, held against each other ---- */

static int by_offset(const void *a, const void *b)
{
    const struct archive_entry *x = *(const struct archive_entry *const *)a, *y = *(const struct archive_entry *const *)b;
    return (x->offset > y->offset) - (x->offset < y->offset);
}

static int by_name(const void *a, const void *b)
{
    const struct archive_entry *x = *(const struct archive_entry *const *)a, *y = *(const struct archive_entry *const *)b;
    return text_compare(x->name, y->name);
}

/* Each entry begins with a header of its own and ends before the next one begins. */
static bool check_places(struct list *l, struct archive_entry **sorted)
{
    int64_t free_at = 0;
    qsort(sorted, (size_t)l->count, sizeof *sorted, by_offset);
    if (l->count > 0 && sorted[0]->offset != 0) return say_no(l, REFUSED_DAMAGED); /* something else stands before the archive */
    for (int64_t i = 0; i < l->count; i++) {
        unsigned char head[LOCAL_BYTES];
        struct archive_entry *e = sorted[i];
        if (e->offset < free_at) return say_no(l, REFUSED_DAMAGED);
        if (!read_exactly(l, e->offset, head, sizeof head)) return false;
        if (u32(head) != 0x04034b50 || u16(head + 8) != e->method) return say_no(l, REFUSED_DAMAGED);
        e->data_at = e->offset + LOCAL_BYTES + (int64_t)u16(head + 26) + (int64_t)u16(head + 28);
        free_at = e->data_at + e->packed;
        if (free_at > l->list_at) return say_no(l, REFUSED_DAMAGED);
    }
    return true;
}

/* A name that leads out of the folder it is unpacked to. Nothing is unpacked by name here, but nobody means well with it. */
static bool leads_out(struct text name)
{
    if (name.len > 0 && name.ptr[0] == '/') return true;
    for (struct text rest = name; rest.len > 0;) {
        if (text_is(text_cut(rest, '/', &rest), "..")) return true;
    }
    return false;
}

static bool check_names(struct list *l, struct archive_entry **sorted)
{
    for (int64_t i = 0; i < l->count; i++)
        if (leads_out(l->entries[i].name)) return say_no(l, REFUSED_DAMAGED);
    qsort(sorted, (size_t)l->count, sizeof *sorted, by_name);
    for (int64_t i = 1; i < l->count; i++)
        if (text_eq(sorted[i - 1]->name, sorted[i]->name)) return say_no(l, REFUSED_DAMAGED);
    return true;
}

bool archive_list(struct arena *own, const struct random_bytes *bytes, struct archive_entry **ret, int *ret_count, enum intake_refusal *ret_why)
{
    struct list l = { .own = own, .bytes = bytes, .why = REFUSED_NOT };
    struct archive_entry **sorted = NULL;
    bool ok = find_end(&l) && read_list(&l);
    if (ok) sorted = ARENA_ARRAY(own, struct archive_entry *, (size_t)l.count + 1);
    for (int64_t i = 0; sorted && i < l.count; i++) sorted[i] = &l.entries[i];
    ok = ok && sorted && check_places(&l, sorted) && check_names(&l, sorted);
    *ret_why = l.why;
    if (!ok) return l.why != REFUSED_NOT && !own->failed;
    *ret = l.entries;
    *ret_count = (int)l.count;
    return !own->failed;
}
