/* See source.h. */
#include "desk/source.h"
#include <fcntl.h>
#include <stdio.h>
#include "desk/files.h"

static ssize_t source_read(void *ctx, void *buf, size_t cap)
{
    const struct file_source *f = ctx;
    return f->fd < 0 ? -1 : f->env->read(f->env->ctx, f->fd, buf, cap);
}

static bool source_rewind(void *ctx) { return file_source_rewind(ctx); }

static ssize_t source_read_at(void *ctx, int64_t offset, void *buf, size_t cap)
{
    struct file_source *f = ctx;
    if (f->at_fd < 0) f->at_fd = f->env->open(f->env->ctx, f->path, O_RDONLY | O_CLOEXEC, 0);
    return f->at_fd < 0 ? -1 : f->env->read_at(f->env->ctx, f->at_fd, buf, cap, offset);
}

struct intake_source file_source_of(struct file_source *f, const char *name, int64_t bytes)
{
    f->fd = f->at_fd = -1;
    return (struct intake_source){ .ctx = f, .read = source_read, .rewind = source_rewind, .name = text_from_cstr(name), .size = bytes,
                                   .read_at = source_read_at };
}

bool file_source_rewind(struct file_source *f)
{
    if (f->fd >= 0) f->env->close(f->env->ctx, f->fd);
    f->fd = f->env->open(f->env->ctx, f->path, O_RDONLY | O_CLOEXEC, 0);
    return f->fd >= 0;
}

void file_source_close(struct file_source *f)
{
    if (f->fd >= 0) f->env->close(f->env->ctx, f->fd);
    if (f->at_fd >= 0) f->env->close(f->env->ctx, f->at_fd);
    f->fd = f->at_fd = -1;
}

/* ---- spill ---- */

static ssize_t spill_read_at(void *ctx, int64_t offset, void *buf, size_t cap)
{
    const struct file_spill *s = ctx;
    return s->fd < 0 ? -1 : s->env->read_at(s->env->ctx, s->fd, buf, cap, offset);
}

/* A file without a name; where the disk knows none, one that loses it at once. */
bool file_spill_make(struct file_spill *s)
{
    char directory[FILE_PATH_MAX], name[FILE_PATH_MAX + 64];
    struct text path = text_from_cstr(s->beside ? s->beside : "/var/tmp/");
    while (path.len > 0 && path.ptr[path.len - 1] != '/') path.len--;
    text_copy(directory, sizeof directory, path.len > 0 ? path : TEXT("./"));
    s->fd = s->env->open(s->env->ctx, directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (s->fd < 0) {
        unsigned char b[8];
        s->env->random(s->env->ctx, b, sizeof b);
        const int n = snprintf(name, sizeof name, "%s.spill-%02x%02x%02x%02x%02x%02x%02x%02x", directory, b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7]);
        if (n < 0 || (size_t)n >= sizeof name) return false;
        s->fd = s->env->open(s->env->ctx, name, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
        if (s->fd >= 0) file_remove(name);
    }
    return s->fd >= 0;
}

static bool spill_write_at(void *ctx, int64_t offset, const void *buf, size_t len)
{
    struct file_spill *s = ctx;
    const char *at = buf;
    if (s->fd < 0 && !file_spill_make(s)) return false;
    while (len > 0) {
        const ssize_t n = s->env->write_at(s->env->ctx, s->fd, at, len, offset);
        if (n <= 0) return false;
        at += n;
        offset += n;
        len -= (size_t)n;
    }
    return true;
}

struct intake_spill file_spill_of(struct file_spill *s, const struct env *env, const char *beside)
{
    *s = (struct file_spill){ .env = env, .beside = beside, .fd = -1 };
    return (struct intake_spill){ .ctx = s, .read_at = spill_read_at, .write_at = spill_write_at };
}

void file_spill_close(struct file_spill *s)
{
    if (s->fd >= 0) s->env->close(s->env->ctx, s->fd);
    s->fd = -1;
}

struct intake_options shop_intake_options(const struct env *env, const struct shop *shop)
{
    struct intake_options o = { .zone = shop->zone, .find_zone = env->zone, .find_zone_ctx = env->ctx, .currency = shop->currency,
                                .country = text_from_cstr(shop->country), .as_of_ms = INSTANT_NONE, .now_ms = env->now_ms(env->ctx) };
    memcpy(o.hash_key, shop->hash_key, sizeof o.hash_key);
    return o;
}
