/* The cache of rendered answers: fresh for one state of the database and one minute, never older than one's own write, bounded. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include "web/cache.h"

static void *take(void *ctx, size_t size) { (void)ctx; return malloc(size); }
static void give(void *ctx, void *p, size_t size) { (void)ctx; (void)size; free(p); }
static const struct env world = { .memory = { take, give, NULL } };

#define MINUTE INT64_C(60000)
static struct cache_moment at(uint64_t commits, int64_t now_ms, uint64_t least) { return (struct cache_moment){ commits, now_ms, least }; }

static bool put(struct cache *c, struct text key, struct cache_moment m, size_t bytes)
{
    char *body = calloc(1, bytes + 1);
    struct http_response *r = http_response_create(&world, 200, (struct text){ body, bytes }, HTTP_BODY_FREED);
    struct cache_waiter *w = cache_put(c, key, &m, r);
    http_response_unref(r);
    return w != NULL;
}

static bool has(struct cache *c, struct text key, struct cache_moment m)
{
    struct http_response *r = cache_get(c, key, &m);
    http_response_unref(r);
    return r != NULL;
}

Test(web_cache, an_answer_is_good_for_its_state_and_minute)
{
    struct cache *c = cache_create(&world);
    struct text k = TEXT("f /today");
    cr_assert_not(has(c, k, at(5, 100 * MINUTE, 0)));
    put(c, k, at(5, 100 * MINUTE, 0), 10);
    cr_assert(has(c, k, at(5, 100 * MINUTE, 0)));
    cr_assert(has(c, k, at(5, 100 * MINUTE + 59000, 0)));
    cr_assert_not(has(c, k, at(5, 101 * MINUTE, 0)), "ages move on");
    cr_assert_not(has(c, TEXT("3 /today"), at(5, 100 * MINUTE, 0)), "another mask is another answer");
    cr_assert(has(c, k, at(6, 100 * MINUTE + 900, 0)), "while others write it may be a second old");
    cr_assert_not(has(c, k, at(6, 100 * MINUTE + 1100, 0)));
    cr_assert_not(has(c, k, at(6, 100 * MINUTE + 900, 6)), "but never older than a person's last write");
    cache_free(c);
}

Test(web_cache, one_renders_and_the_others_are_parked)
{
    struct cache *c = cache_create(&world);
    struct cache_waiter a, b, d;
    struct text mine = TEXT("f /orders");
    cr_assert_eq(cache_claim(c, mine, &a), CACHE_RENDER);
    cr_assert_eq(cache_claim(c, TEXT("f /orders"), &b), CACHE_PARKED);
    cr_assert_eq(cache_claim(c, TEXT("f /orders"), &d), CACHE_PARKED);
    struct cache_waiter *parked = cache_drop(c, mine);
    cr_assert(parked == &d && d.next == &b && b.next == NULL);
    cr_assert_eq(cache_claim(c, mine, &b), CACHE_RENDER, "after a failure another one tries");
    cr_assert_eq(cache_claim(c, TEXT("f /orders"), &d), CACHE_PARKED);
    cr_assert(put(c, mine, at(1, 0, 0), 10), "the parked one comes back");
    cr_assert(has(c, mine, at(1, 0, 0)));
    cache_free(c);
}

Test(web_cache, it_is_bounded)
{
    struct cache *c = cache_create(&world);
    char key[32];
    int kept = 0;
    for (int i = 0; i < 2000; i++) {
        int n = snprintf(key, sizeof key, "f /orders?after=%d", i);
        put(c, (struct text){ key, (size_t)n }, at(1, 0, 0), 100 * 1024);
    }
    for (int i = 0; i < 2000; i++) {
        int n = snprintf(key, sizeof key, "f /orders?after=%d", i);
        kept += has(c, (struct text){ key, (size_t)n }, at(1, 0, 0));
    }
    cr_assert(kept > 0 && (size_t)kept * 100 * 1024 <= CACHE_BYTES_MAX, "%d", kept);
    put(c, TEXT("f /big"), at(1, 0, 0), CACHE_ENTRY_BYTES_MAX + 1);
    cr_assert_not(has(c, TEXT("f /big"), at(1, 0, 0)));
    cache_free(c);
}
