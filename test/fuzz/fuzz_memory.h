/* Memory for fuzz targets: counted, so that a target can say that everything was given back and how much was held at most.
 * Large blocks are kept for the next input (poisoned meanwhile), as asking the system each time would be most of the work. */
#ifndef ZG_TEST_FUZZ_MEMORY_H
#define ZG_TEST_FUZZ_MEMORY_H
#include "base/arena.h"
#include "fuzz.h"
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>
#endif
#endif
#ifndef ASAN_POISON_MEMORY_REGION
#define ASAN_POISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#define ASAN_UNPOISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#endif

enum { FUZZ_KEPT = 64, FUZZ_KEPT_FROM = 16 * 1024 };
struct fuzz_memory { size_t held, most; };
static struct fuzz_block { void *block; size_t size; } fuzz_kept[FUZZ_KEPT];

static inline void *fuzz_take(void *ctx, size_t size)
{
    struct fuzz_memory *m = ctx;
    m->held += size;
    if (m->held > m->most) m->most = m->held;
    for (int i = 0; size >= FUZZ_KEPT_FROM && i < FUZZ_KEPT; i++) {
        if (fuzz_kept[i].size != size) continue;
        void *block = fuzz_kept[i].block;
        fuzz_kept[i] = (struct fuzz_block){ NULL, 0 };
        ASAN_UNPOISON_MEMORY_REGION(block, size);
        return block;
    }
    return malloc(size);
}
static inline void fuzz_give(void *ctx, void *block, size_t size)
{
    ((struct fuzz_memory *)ctx)->held -= size;
    for (int i = 0; size >= FUZZ_KEPT_FROM && i < FUZZ_KEPT; i++) {
        if (fuzz_kept[i].block) continue;
        ASAN_POISON_MEMORY_REGION(block, size);
        fuzz_kept[i] = (struct fuzz_block){ block, size };
        return;
    }
    free(block);
}
#endif
