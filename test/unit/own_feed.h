/* A shop in a database of the test's own, and its feed. */
#ifndef ZG_TEST_OWN_FEED_H
#define ZG_TEST_OWN_FEED_H
#include "desk/feed.h"
#include "own_database.h"

static inline bool shop_run(struct store *s, void *arg)
{
    (void)arg;
    const struct shop_new n = { TEXT("s"), TEXT("shop"), TEXT("tmall"), TEXT("CNY"), TEXT("Asia/Shanghai"), TEXT("CN"), false };
    return shop_create(s, &n, &f.shop) == SHOP_OK;
}

static inline void feed_setup(void)
{
    database_make();
    cr_assert_eq(writer_call(f.w, shop_run, NULL), WRITER_DONE);
    f.feed = feed_open(&f.env, f.w, &f.shop);
    cr_assert(f.feed);
}

static inline void feed_teardown(void)
{
    if (f.w) writer_stop(f.w);
    f.w = NULL;
    feed_close(f.feed);
    database_remove();
}
#endif
