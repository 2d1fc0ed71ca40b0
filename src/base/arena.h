/* Memory that is given out in order and given back all at once.  The core takes an arena and never frees.
 * An arena asks its source for blocks; the core never names an allocator, so that a test can make any request fail. */
#ifndef ZG_BASE_ARENA_H
#define ZG_BASE_ARENA_H
#include <stdarg.h>
#include <stddef.h>
#include "base/text.h"

struct arena_source {
    void *(*take)(void *ctx, size_t size); /* NULL when none is left */
    void (*give)(void *ctx, void *block, size_t size);
    void *ctx;
};

struct arena_block;
struct arena {
    const struct arena_source *source; /* NULL: the arena lives in one fixed block and does not grow */
    struct arena_block *blocks;
    unsigned char *at, *end;
    size_t taken, taken_max; /* bytes taken from the source; taken_max is the limit (0: none) */
    bool failed;             /* sticky: some request was refused; check once at the end of a unit of work */
};

void arena_init(struct arena *a, const struct arena_source *source, size_t taken_max);
void arena_init_fixed(struct arena *a, void *block, size_t size);
void arena_release(struct arena *a); /* gives every block back; the arena is as after arena_init */
void arena_clear(struct arena *a);   /* forgets what was given out and a failure, keeps its largest block for reuse */

/* Zeroed, aligned to 16.  NULL (and a->failed) when refused or when count * size overflows. */
void *arena_take(struct arena *a, size_t count, size_t size);
#define ARENA_NEW(a, type) ((type *)arena_take((a), 1, sizeof(type)))
#define ARENA_ARRAY(a, type, n) ((type *)arena_take((a), (n), sizeof(type)))
struct text arena_text(struct arena *a, struct text s);   /* a copy, followed by a NUL that is not counted */
struct text arena_printf(struct arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));
struct text arena_vprintf(struct arena *a, const char *format, va_list args) __attribute__((format(printf, 2, 0)));
#endif
