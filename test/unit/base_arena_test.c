#include <criterion/criterion.h>
#include <stdlib.h>
#include "base/arena.h"

/* A source that counts what is out and refuses from the nth request on. */
struct meter { int takes, refuse_from; size_t out; };
static void *meter_take(void *ctx, size_t size)
{
    struct meter *m = ctx;
    if (m->refuse_from && m->takes + 1 >= m->refuse_from) return NULL;
    m->takes++;
    m->out += size;
    return malloc(size);
}
static void meter_give(void *ctx, void *block, size_t size)
{
    ((struct meter *)ctx)->out -= size;
    free(block);
}
static struct arena_source source_of(struct meter *m) { return (struct arena_source){ meter_take, meter_give, m }; }

static bool all_zero(const unsigned char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (p[i]) return false;
    return true;
}

Test(arena, gives_zeroed_aligned_memory_that_does_not_overlap)
{
    struct meter m = { 0 };
    struct arena_source source = source_of(&m);
    struct arena a;
    unsigned char *seen[400];
    arena_init(&a, &source, 0);
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < 400; i++) {
            seen[i] = arena_take(&a, i + 1, 7);
            cr_assert(seen[i] && ((uintptr_t)seen[i] & 15) == 0);
            cr_assert(all_zero(seen[i], (i + 1) * 7), "zeroed, also after arena_clear");
            memset(seen[i], (int)(i & 0xFF) | 1, (i + 1) * 7);
        }
        for (size_t i = 0; i < 400; i++)
            for (size_t k = 0; k < (i + 1) * 7; k++) cr_assert(seen[i][k] == ((i & 0xFF) | 1));
        arena_clear(&a);
    }
    arena_release(&a);
    cr_expect(m.out == 0, "every block was given back");
}

Test(arena, clear_keeps_the_largest_block)
{
    struct meter m = { 0 };
    struct arena_source source = source_of(&m);
    struct arena a;
    arena_init(&a, &source, 0);
    cr_assert(arena_take(&a, 1, 300000));
    cr_assert(arena_take(&a, 1, 100));
    arena_clear(&a);
    int before = m.takes;
    cr_expect(arena_take(&a, 1, 290000) != NULL);
    cr_expect(m.takes == before, "no new block for what fits the old one");
    arena_release(&a);
    cr_expect(m.out == 0 && a.taken == 0);
}

Test(arena, limit_and_exhaustion_are_refusals_that_stick)
{
    struct meter m = { 0 };
    struct arena_source source = source_of(&m);
    struct arena a;
    arena_init(&a, &source, 64 * 1024);
    cr_expect(arena_take(&a, 1, 10) != NULL);
    cr_expect(arena_take(&a, 1, 64 * 1024) == NULL);
    cr_expect(a.failed);
    cr_expect(arena_take(&a, 1, 10) != NULL, "smaller requests still go");
    cr_expect(a.failed, "the failure stays until clear");
    size_t got = 0;
    while (arena_take(&a, 1, 1000)) got += 1000;
    cr_expect(got >= 40 * 1024 && m.out <= 64 * 1024, "most of the limit is usable: %zu", got);
    arena_clear(&a);
    cr_expect_not(a.failed);
    arena_release(&a);
    cr_expect(m.out == 0);
}

Test(arena, every_refusal_of_the_source_is_survived)
{
    for (int n = 1; n < 12; n++) {
        struct meter m = { .refuse_from = n };
        struct arena_source source = source_of(&m);
        struct arena a;
        arena_init(&a, &source, 0);
        int got = 0;
        for (int i = 0; i < 3000; i++) got += arena_take(&a, 1, 4096) != NULL;
        cr_expect(a.failed && got < 3000 && m.takes == n - 1);
        arena_release(&a);
        cr_expect(m.out == 0);
    }
}

Test(arena, sizes_that_overflow_are_refused)
{
    struct meter m = { 0 };
    struct arena_source source = source_of(&m);
    struct arena a;
    arena_init(&a, &source, 0);
    cr_expect(arena_take(&a, SIZE_MAX / 2, 3) == NULL);
    cr_expect(arena_take(&a, 1, SIZE_MAX) == NULL);
    cr_expect(arena_take(&a, 1, SIZE_MAX - 20) == NULL);
    cr_expect(a.failed && m.takes == 0);
    arena_release(&a);
}

Test(arena, fixed_block_never_grows)
{
    unsigned char block[1024];
    struct arena a;
    arena_init_fixed(&a, block + 3, sizeof block - 3);
    void *first = arena_take(&a, 1, 100);
    cr_expect(first != NULL && ((uintptr_t)first & 15) == 0);
    cr_expect(arena_take(&a, 1, 2000) == NULL);
    while (arena_take(&a, 1, 16)) continue;
    arena_clear(&a);
    cr_expect(arena_take(&a, 1, 100) == first);
    arena_init_fixed(&a, block, 8);
    cr_expect(arena_take(&a, 1, 1) == NULL && a.failed);
}

Test(arena, copies_and_prints_text)
{
    struct meter m = { 0 };
    struct arena_source source = source_of(&m);
    struct arena a;
    arena_init(&a, &source, 0);
    struct text s = arena_printf(&a, "%d %s", 42, "掌柜");
    cr_expect(text_is(s, "42 掌柜") && s.ptr[s.len] == 0);
    struct text copy = arena_text(&a, s);
    cr_expect(text_eq(copy, s) && copy.ptr != s.ptr && copy.ptr[copy.len] == 0);
    cr_expect(arena_text(&a, TEXT_NONE).len == 0);
    arena_release(&a);
}
