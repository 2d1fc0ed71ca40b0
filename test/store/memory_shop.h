/* A store in memory with one shop for each test of Criterion (each is a process of its own): memory_shop_open and memory_shop_close are called from, or are,
 * the begin and the end of a suite. */
#ifndef ZG_TEST_MEMORY_SHOP_H
#define ZG_TEST_MEMORY_SHOP_H
#include <criterion/criterion.h>
#include "os/os.h"
#include "store/store.h"

static struct env env;
static struct store s;
static struct shop shop;

/* now_ms: the clock of its own that the store shall have; NULL: that of the machine */
static void memory_shop_open_at(int64_t (*now_ms)(void *ctx))
{
    char message[256];
    cr_assert(os_env_init(&env));
    if (now_ms) env.now_ms = now_ms;
    cr_assert(store_open(&s, &env, ":memory:", DB_WRITE, NULL, message, sizeof message), "%s", message);
    const struct shop_new n = { .key = TEXT("t"), .name = TEXT("t"), .platform = TEXT("tmall"), .currency = TEXT("CNY"),
                                .zone = TEXT("Asia/Shanghai"), .country = TEXT("CN") };
    cr_assert(db_begin(s.db) && shop_create(&s, &n, &shop) == SHOP_OK && db_commit(s.db));
}

static inline void memory_shop_open(void) { memory_shop_open_at(NULL); }

static void memory_shop_close(void)
{
    store_close(&s);
    os_env_release(&env);
}
#endif
