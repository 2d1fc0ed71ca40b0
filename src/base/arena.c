/* The arena: blocks in a list, the newest first; requests are cut from the newest.
 * Blocks double from 16 KiB to 1 MiB, so that a small job takes little and a large one asks its source rarely. */
#include "base/arena.h"
#include <assert.h>
#include <stdio.h>

#define ALIGN ((size_t)16)
#define BLOCK_MIN ((size_t)16 * 1024)
#define BLOCK_MAX ((size_t)1024 * 1024)

struct arena_block {
    struct arena_block *next;
    size_t size; /* with this header */
};
#define HEADER ((sizeof(struct arena_block) + ALIGN - 1) & ~(ALIGN - 1))

static void use_block(struct arena *a, struct arena_block *b)
{
    unsigned char *start = (unsigned char *)b;
    a->at = start + HEADER;
    a->end = start + b->size;
}

void arena_init(struct arena *a, const struct arena_source *source, size_t taken_max)
{
    assert(source != NULL);
    *a = (struct arena){ .source = source, .taken_max = taken_max };
}

void arena_init_fixed(struct arena *a, void *block, size_t size)
{
    *a = (struct arena){ .source = NULL };
    size_t skew = (size_t)(-(uintptr_t)block & (ALIGN - 1));
    if (!block || size < skew + HEADER) return; /* no room at all: every request is refused */
    struct arena_block *b = (struct arena_block *)(void *)((unsigned char *)block + skew);
    *b = (struct arena_block){ .next = NULL, .size = size - skew };
    a->blocks = b;
    use_block(a, b);
}

/* Gives back every block but `keep` (NULL: all). */
static void give_blocks(struct arena *a, struct arena_block *keep)
{
    struct arena_block *b = a->blocks;
    while (b) {
        struct arena_block *next = b->next;
        if (b != keep) {
            a->taken -= b->size;
            a->source->give(a->source->ctx, b, b->size);
        }
        b = next;
    }
    a->blocks = keep;
    a->at = a->end = NULL;
    if (keep) {
        keep->next = NULL;
        use_block(a, keep);
    }
}

void arena_release(struct arena *a)
{
    if (a->source) give_blocks(a, NULL);
    else if (a->blocks) use_block(a, a->blocks);
    a->failed = false;
}

void arena_clear(struct arena *a)
{
    struct arena_block *largest = a->blocks;
    for (struct arena_block *b = a->blocks; b; b = b->next)
        if (b->size > largest->size) largest = b;
    if (a->source) give_blocks(a, largest);
    else if (a->blocks) use_block(a, a->blocks);
    a->failed = false;
}

/* Makes room for `need` bytes; false when the source or the limit says no. */
static bool grow(struct arena *a, size_t need)
{
    if (!a->source || need > SIZE_MAX - HEADER) return false;
    need += HEADER;
    size_t size = a->blocks ? a->blocks->size * 2 : BLOCK_MIN;
    if (size > BLOCK_MAX) size = BLOCK_MAX;
    if (size < need) size = need;
    if (a->taken_max) {
        size_t left = a->taken_max - a->taken;
        if (need > left) return false;
        if (size > left) size = left;
    }
    struct arena_block *b = a->source->take(a->source->ctx, size);
    if (!b) return false;
    assert(((uintptr_t)b & (ALIGN - 1)) == 0);
    *b = (struct arena_block){ .next = a->blocks, .size = size };
    a->blocks = b;
    a->taken += size;
    use_block(a, b);
    return true;
}

void *arena_take(struct arena *a, size_t count, size_t size)
{
    size_t need;
    if (__builtin_mul_overflow(count, size, &need) || need > SIZE_MAX - ALIGN) {
        a->failed = true;
        return NULL;
    }
    need = need ? (need + ALIGN - 1) & ~(ALIGN - 1) : ALIGN; /* two requests never share an address */
    if (need > (size_t)(a->end - a->at) && !grow(a, need)) {
        a->failed = true;
        return NULL;
    }
    void *p = a->at;
    a->at += need;
    memset(p, 0, need);
    return p;
}

struct text arena_text(struct arena *a, struct text s)
{
    if (s.len == SIZE_MAX) return TEXT_NONE;
    char *p = arena_take(a, s.len + 1, 1);
    if (!p) return TEXT_NONE;
    if (s.len) memcpy(p, s.ptr, s.len);
    return (struct text){ p, s.len };
}

struct text arena_vprintf(struct arena *a, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    char *p = n < 0 ? NULL : arena_take(a, (size_t)n + 1, 1);
    if (p) (void)vsnprintf(p, (size_t)n + 1, format, again);
    else a->failed = true;
    va_end(again);
    return p ? (struct text){ p, (size_t)n } : TEXT_NONE;
}

struct text arena_printf(struct arena *a, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct text s = arena_vprintf(a, format, args);
    va_end(args);
    return s;
}
