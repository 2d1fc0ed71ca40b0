/* When a feed is called dark: rows at every border. */
#include <criterion/criterion.h>
#include "core/feed/feed.h"

Test(feed_age, live_waiting_or_dark)
{
    enum { LIMIT = 600 };
    static const struct { int64_t made_s, last_s /* -1: never */, now_s; enum feed_state state; int64_t age_s; } rows[] = {
        { 0, -1, 0, FEED_WAITING, INT64_MAX },
        { 0, -1, LIMIT, FEED_WAITING, INT64_MAX },
        { 0, -1, LIMIT + 1, FEED_DARK, INT64_MAX },
        { 0, 100, 100, FEED_LIVE, 0 },
        { 0, 100, 100 + LIMIT, FEED_LIVE, LIMIT },
        { 0, 100, 101 + LIMIT, FEED_DARK, LIMIT + 1 },
        { 0, 5000, 100, FEED_LIVE, 0 }, /* the clock was set back */
        { 9000, 100, 9000, FEED_DARK, 8900 },
    };
    static char block[4096];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (int s = FEED_EVENTS; s < FEED_SOURCES; s++) {
            struct arena a;
            arena_init_fixed(&a, block, sizeof block);
            const struct feed_facts f = { .source = (enum feed_source)s, .now_ms = rows[i].now_s * 1000, .made_at_ms = rows[i].made_s * 1000, .limit_s = LIMIT,
                                          .last_at_ms = rows[i].last_s < 0 ? INSTANT_NONE : rows[i].last_s * 1000 };
            const struct feed_decision d = feed_decide(&a, &f);
            cr_expect_eq(d.state, rows[i].state, "row %zu", i);
            cr_expect_eq(d.age_s, rows[i].age_s, "row %zu", i);
            cr_expect(d.reason.en.len > 10 && d.reason.zh.len > 10 && text_starts_with(d.reason.en, feed_source_text((enum feed_source)s, false)));
        }
    }
}

Test(feed_age, words_lead_back)
{
    for (int s = FEED_EVENTS; s < FEED_SOURCES; s++) cr_expect_eq(feed_source_parse(text_from_cstr(feed_source_word((enum feed_source)s))), s);
    cr_expect_eq(feed_source_parse(TEXT("")), FEED_NONE);
    cr_expect_eq(feed_source_parse(TEXT("shopif")), FEED_NONE);
}
