/* See source.h. */
#include "desk/source.h"
#include <fcntl.h>

static ssize_t source_read(void *ctx, void *buf, size_t cap)
{
    const struct file_source *f = ctx;
    return f->fd < 0 ? -1 : f->env->read(f->env->ctx, f->fd, buf, cap);
}

static bool source_rewind(void *ctx) { return file_source_rewind(ctx); }

struct intake_source file_source_of(struct file_source *f, const char *name, int64_t bytes)
{
    return (struct intake_source){ .ctx = f, .read = source_read, .rewind = source_rewind, .name = text_from_cstr(name), .size = bytes };
}

bool file_source_rewind(struct file_source *f)
{
    file_source_close(f);
    f->fd = f->env->open(f->env->ctx, f->path, O_RDONLY | O_CLOEXEC, 0);
    return f->fd >= 0;
}

void file_source_close(struct file_source *f)
{
    if (f->fd >= 0) f->env->close(f->env->ctx, f->fd);
    f->fd = -1;
}

struct intake_options shop_intake_options(const struct env *env, const struct shop *shop)
{
    struct intake_options o = { .zone = shop->zone, .find_zone = env->zone, .find_zone_ctx = env->ctx, .currency = shop->currency,
                                .country = text_from_cstr(shop->country), .as_of_ms = INSTANT_NONE, .now_ms = env->now_ms(env->ctx) };
    memcpy(o.hash_key, shop->hash_key, sizeof o.hash_key);
    return o;
}
