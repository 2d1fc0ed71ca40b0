/* See person.h: files in which a person may stand. A file is searched as it lies, in UTF-8, GB18030 and UTF-16; of an archive or a workbook each
 * member unpacked. One that holds a word is removed: it was, or can be, imported again without the person. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <zip.h>
#include "desk/person_parts.h"
#include "intake/decode.h"
#include "store/feed_store.h"
#include "store/upload_store.h"

enum { CHUNK_BYTES = 64 * 1024, OVERLAP_BYTES = 8 * 1024, MEMBERS_MAX = 1000 };

struct search { const struct env *env; const struct erase_words *w; char *chunk, *decoded; size_t filled; bool found; };
#define DECODED_BYTES ((size_t)3 * (CHUNK_BYTES + OVERLAP_BYTES) + 16)

static bool search_open(struct search *s, const struct env *env, const struct erase_words *w)
{
    const struct arena_source *m = &env->memory;
    *s = (struct search){ .env = env, .w = w, .chunk = m->take(m->ctx, CHUNK_BYTES + OVERLAP_BYTES), .decoded = m->take(m->ctx, DECODED_BYTES) };
    return s->chunk && s->decoded;
}

static void search_close(struct search *s)
{
    const struct arena_source *m = &s->env->memory;
    if (s->chunk) m->give(m->ctx, s->chunk, CHUNK_BYTES + OVERLAP_BYTES);
    if (s->decoded) m->give(m->ctx, s->decoded, DECODED_BYTES);
}

static bool holds_utf16(struct search *s, struct text t, bool big_endian)
{
    struct utf16_state u = { .big_endian = big_endian, .half = -1 };
    const size_t n = utf16_to_utf8(&u, t, s->decoded);
    return erase_words_in(s->w, (struct text){ s->decoded, n });
}

/* Looks through what is in the chunk, and keeps its end for a word that goes on. */
static void search_chunk(struct search *s)
{
    const struct text t = { s->chunk, s->filled };
    s->found = s->found || erase_words_in(s->w, t) ||
               erase_words_in(s->w, (struct text){ s->decoded, decode_lossy(ENCODING_GB18030, t, s->decoded) });
    for (size_t odd = 0; odd < 2 && !s->found && t.len > odd; odd++) {
        const struct text from = { t.ptr + odd, t.len - odd };
        s->found = holds_utf16(s, from, false) || holds_utf16(s, from, true);
    }
    if (s->filled <= OVERLAP_BYTES) return;
    memmove(s->chunk, s->chunk + s->filled - OVERLAP_BYTES, OVERLAP_BYTES);
    s->filled = OVERLAP_BYTES;
}

typedef ssize_t read_some(void *ctx, void *to, size_t cap);

static bool search_stream(struct search *s, read_some *reads, void *ctx)
{
    ssize_t n = 0;
    s->filled = 0;
    while (!s->found && (n = reads(ctx, s->chunk + s->filled, CHUNK_BYTES + OVERLAP_BYTES - s->filled)) > 0) {
        s->filled += (size_t)n;
        if (s->filled == CHUNK_BYTES + OVERLAP_BYTES) search_chunk(s);
    }
    if (!s->found) search_chunk(s);
    return n >= 0;
}

struct plain { const struct env *env; int fd; };
static ssize_t read_plain(void *ctx, void *to, size_t cap)
{
    const struct plain *p = ctx;
    return p->env->read(p->env->ctx, p->fd, to, cap);
}

static ssize_t read_member(void *ctx, void *to, size_t cap) { return (ssize_t)zip_fread(ctx, to, cap); }

/* Members of an archive or a workbook. One that cannot be read is taken to hold a word. */
static void search_zip(struct search *s, const char *path)
{
    int code = 0;
    zip_t *z = zip_open(path, ZIP_RDONLY, &code);
    if (!z) return; /* no archive */
    const zip_int64_t n = zip_get_num_entries(z, 0);
    for (zip_int64_t i = 0; i < n && i < MEMBERS_MAX && !s->found; i++) {
        zip_file_t *f = zip_fopen_index(z, (zip_uint64_t)i, 0);
        if (!f || !search_stream(s, read_member, f)) s->found = true;
        if (f) zip_fclose(f);
    }
    zip_discard(z);
}

bool file_holds(const struct env *env, const char *path, const struct erase_words *w, bool *ret)
{
    struct search s;
    struct plain p = { env, env->open(env->ctx, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW, 0) };
    bool ok = p.fd >= 0 && search_open(&s, env, w);
    if (ok) {
        ok = search_stream(&s, read_plain, &p);
        if (ok && !s.found) search_zip(&s, path);
        *ret = s.found;
        search_close(&s);
    }
    if (p.fd >= 0) env->close(env->ctx, p.fd);
    return ok;
}

/* ---- which files ---- */

/* Also by its name. */
static bool erase_one(struct desk *d, const char *path, const char *name, const struct erase_words *w, struct file_hits *hits)
{
    int64_t bytes;
    bool holds = false;
    if (file_look(path, &bytes) != FILE_PLAIN) return true;
    if (!erase_words_in(w, text_from_cstr(name)) && (!file_holds(d->env, path, w, &holds) || !holds)) return true;
    if (!file_remove(path)) return false;
    hits->removed++;
    return true;
}

static bool is_of_other(struct store *reader, const struct shop *shop, const char *path)
{
    int64_t store_id = 0;
    return upload_store_of(reader, shop->merchant_id, text_from_cstr(path), &store_id) && store_id != 0 && store_id != shop->store_id;
}

/* Files of one directory; directories in it are not entered. */
static bool erase_in(struct desk *d, struct store *reader, const struct shop *shop, const char *directory, const struct erase_words *w,
                     struct file_hits *hits)
{
    DIR *dir = opendir(directory);
    bool ok = true;
    if (!dir) return errno == ENOENT || errno == ENOTDIR;
    for (struct dirent *e; ok && (e = readdir(dir));) {
        char path[FILE_PATH_MAX];
        if (e->d_name[0] == '.' && (e->d_name[1] == '\0' || (e->d_name[1] == '.' && e->d_name[2] == '\0'))) continue;
        if (snprintf(path, sizeof path, "%s/%s", directory, e->d_name) >= (int)sizeof path || is_of_other(reader, shop, path)) continue;
        ok = erase_one(d, path, e->d_name, w, hits);
    }
    closedir(dir);
    return ok;
}

bool files_erase(struct desk *d, struct store *reader, const struct shop *shop, const struct erase_words *w, struct file_hits *ret)
{
    static const char *const parts[] = { "", "/taken", "/done", "/refused" };
    struct feed_row *feeds = d->env->memory.take(d->env->memory.ctx, FEED_SOURCES * sizeof *feeds);
    struct file_hits hits = { 0 };
    const int n = feeds ? feed_list(reader, shop, feeds) : -1;
    bool ok = n >= 0 && erase_in(d, reader, shop, d->files_dir, w, &hits);
    for (int i = 0; ok && i < n; i++) {
        if (feeds[i].folder[0] == '\0') continue;
        for (size_t k = 0; ok && k < sizeof parts / sizeof parts[0]; k++) {
            char path[FILE_PATH_MAX + 16];
            snprintf(path, sizeof path, "%s%s", feeds[i].folder, parts[k]);
            ok = erase_in(d, reader, shop, path, w, &hits);
        }
    }
    if (feeds) d->env->memory.give(d->env->memory.ctx, feeds, FEED_SOURCES * sizeof *feeds);
    *ret = hits;
    return ok;
}
