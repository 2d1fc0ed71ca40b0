/* See archive.h: opening, and unpacking with libzip. */
#include "intake/archive.h"
#include <errno.h>
#include <strings.h>
#include <zip.h>
#include "base/limits.h"

/* ---- libzip reads through random_bytes ---- */

struct zip_bytes { struct archive *archive; int64_t at; };

static zip_int64_t zip_bytes_read(struct zip_bytes *b, void *buf, zip_uint64_t len)
{
    struct random_bytes *r = &b->archive->bytes;
    const int64_t left = r->size - b->at;
    if (left <= 0 || len == 0) return 0;
    const ssize_t n = r->read_at(r->ctx, b->at, buf, (uint64_t)left < len ? (size_t)left : (size_t)len);
    if (n < 0) {
        b->archive->read_failed = true;
        return -1;
    }
    b->at += n;
    return n;
}

static zip_int64_t zip_bytes_call(void *ctx, void *data, zip_uint64_t len, zip_source_cmd_t cmd)
{
    struct zip_bytes *b = ctx;
    switch ((int)cmd) {
    case ZIP_SOURCE_SUPPORTS:
        return ZIP_SOURCE_SUPPORTS_SEEKABLE;
    case ZIP_SOURCE_OPEN:
        b->at = 0;
        return 0;
    case ZIP_SOURCE_READ: return zip_bytes_read(b, data, len);
    case ZIP_SOURCE_SEEK: {
        const zip_int64_t at = zip_source_seek_compute_offset((zip_uint64_t)b->at, (zip_uint64_t)b->archive->bytes.size, data, len, NULL);
        if (at < 0) return -1;
        b->at = at;
        return 0;
    }
    case ZIP_SOURCE_TELL: return b->at;
    case ZIP_SOURCE_STAT: {
        zip_stat_t *st = data;
        if (len < sizeof *st) return -1;
        zip_stat_init(st);
        st->valid = ZIP_STAT_SIZE;
        st->size = (zip_uint64_t)b->archive->bytes.size;
        return (zip_int64_t)sizeof *st;
    }
    case ZIP_SOURCE_ERROR:
        if (len < 2 * sizeof(int)) return -1;
        ((int *)data)[0] = ZIP_ER_READ;
        ((int *)data)[1] = EIO;
        return 2 * sizeof(int);
    default: return 0; /* close, free: the arena's */
    }
}

/* ---- opening ---- */

static enum intake_refusal refusal_of(const struct archive *z, int zip_error)
{
    if (z->read_failed) return REFUSED_UNREADABLE;
    return zip_error == ZIP_ER_NOPASSWD || zip_error == ZIP_ER_WRONGPASSWD || zip_error == ZIP_ER_ENCRNOTSUPP ? REFUSED_ENCRYPTED : REFUSED_DAMAGED;
}

/* What the entries say they unpack to. */
static enum intake_refusal check_sizes(const struct archive *z, int64_t *budget)
{
    for (int i = 0; i < z->count; i++) {
        const struct archive_entry *e = &z->entries[i];
        if (e->encrypted) return REFUSED_ENCRYPTED;
        if (e->bytes > *budget) return REFUSED_UNPACKED;
        if (e->bytes > LIMIT_UNPACKED_FREE_BYTES && e->bytes / LIMIT_UNPACKED_RATIO >= (e->packed > 0 ? e->packed : 1)) return REFUSED_UNPACKED;
        *budget -= e->bytes;
    }
    return REFUSED_NOT;
}

/* libzip must see the same entries. */
static bool agrees(const struct archive *z)
{
    if (zip_get_num_entries(z->zip, 0) != z->count) return false;
    for (int i = 0; i < z->count; i++) {
        zip_stat_t st;
        const struct archive_entry *e = &z->entries[i];
        if (zip_stat_index(z->zip, (zip_uint64_t)i, ZIP_FL_ENC_RAW, &st) != 0) return false;
        if ((int64_t)st.size != e->bytes || (int64_t)st.comp_size != e->packed || st.comp_method != e->method) return false;
        if (st.comp_method != ZIP_CM_STORE && st.comp_method != ZIP_CM_DEFLATE) return false;
    }
    return true;
}

bool archive_open(struct archive *z, struct arena *own, const struct random_bytes *bytes, int64_t *budget, struct refusal_facts *why)
{
    struct archive_entry *entries = NULL;
    *z = (struct archive){ .bytes = *bytes, .own = own };
    if (!archive_list(own, bytes, &entries, &z->count, &why->refusal)) return false;
    z->entries = entries;
    if (why->refusal == REFUSED_NOT) why->refusal = check_sizes(z, budget);
    if (why->refusal != REFUSED_NOT) return true;
    struct zip_bytes *b = ARENA_NEW(own, struct zip_bytes);
    zip_error_t error;
    if (!b) return false;
    b->archive = z;
    zip_error_init(&error);
    zip_source_t *source = zip_source_function_create(zip_bytes_call, b, &error);
    z->zip = source ? zip_open_from_source(source, ZIP_RDONLY, &error) : NULL;
    const int code = zip_error_code_zip(&error);
    if (!z->zip && source) zip_source_free(source);
    zip_error_fini(&error);
    if (!z->zip && code == ZIP_ER_MEMORY) return false;
    if (!z->zip) why->refusal = refusal_of(z, code);
    else if (!agrees(z)) why->refusal = REFUSED_DAMAGED;
    return true;
}

void archive_close(struct archive *z)
{
    if (z->zip) zip_discard(z->zip);
    *z = (struct archive){ .zip = NULL };
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

bool archive_member_open(struct archive_member *m, struct archive *z, int entry)
{
    archive_member_close(m);
    *m = (struct archive_member){ .archive = z, .entry = entry };
    m->file = zip_fopen_index(z->zip, (zip_uint64_t)entry, 0);
    if (!m->file) m->refusal = refusal_of(z, zip_error_code_zip(zip_get_error(z->zip)));
    return m->file != NULL;
}

ssize_t archive_member_read(struct archive_member *m, void *buf, size_t cap)
{
    const struct archive_entry *e = &m->archive->entries[m->entry];
    if (m->refusal != REFUSED_NOT || !m->file) return -1;
    const zip_int64_t n = zip_fread(m->file, buf, cap);
    if (n < 0) m->refusal = refusal_of(m->archive, zip_error_code_zip(zip_file_get_error(m->file)));
    else m->done += n;
    if (n > 0 && m->done > e->bytes) m->refusal = REFUSED_DAMAGED;  /* more than it says */
    if (n == 0 && m->done != e->bytes) m->refusal = REFUSED_DAMAGED;
    return m->refusal != REFUSED_NOT ? -1 : (ssize_t)n;
}

void archive_member_close(struct archive_member *m)
{
    if (m->file) zip_fclose(m->file);
    *m = (struct archive_member){ .file = NULL };
}
