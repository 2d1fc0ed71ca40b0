/* What the web server makes of targets, cookies, file names and JSON from strangers. */
#include <criterion/criterion.h>
#include "web/target.h"

static char block[1 << 16];

static bool parse(const char *raw, struct target *t)
{
    static struct arena a;
    arena_init_fixed(&a, block, sizeof block);
    return target_parse(&a, text_from_cstr(raw), t);
}

Test(web_target, good_targets_are_decoded)
{
    static const struct { const char *raw; int segments; const char *last, *q; } rows[] = {
        { "/", 0, NULL, NULL },
        { "/api/v1/session", 3, "session", NULL },
        { "/api/v1/session/", 3, "session", NULL },
        { "/a/%E5%BA%97", 2, "店", NULL },
        { "/a/1%2F2", 2, "1/2", NULL },
        { "/a?q=%E5%BC%A0+%E4%B8%89", 1, "a", "张 三" },
        { "/a?q=", 1, "a", "" },
        { "/a?q", 1, "a", "" },
        { "/a?x=1&&q=a%26b%3Dc", 1, "a", "a&b=c" },
        { "/a?x=1", 1, "a", NULL },
        { "/1/2/3/4/5/6/7/8", 8, "8", NULL },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct target t;
        cr_assert(parse(rows[i].raw, &t), "%s", rows[i].raw);
        cr_assert_eq(t.segment_count, rows[i].segments, "%s", rows[i].raw);
        if (rows[i].last) cr_assert(text_is(t.segments[t.segment_count - 1], rows[i].last), "%s", rows[i].raw);
        struct text q = target_arg(&t, "q");
        if (rows[i].q) cr_assert(text_is(q, rows[i].q), "%s", rows[i].raw);
        else cr_assert_null(q.ptr, "%s", rows[i].raw);
    }
}

Test(web_target, what_two_readers_could_read_differently_is_refused)
{
    static const char *const rows[] = {
        "", "a", "*", "http://127.0.0.1/", "//a", "/a//b", "/a/./b", "/a/../b", "/a/%2e%2E/b", "/%", "/%4", "/%4g", "/a%00b", "/a%0d%0aX:1",
        "/a\tb", "/a b", "/a#b", "/a\\b", "/\x7f", "/%ff", "/%c0%af", "/%ed%a0%80", "/%7f", "/a?x=%0a", "/a?x=%zz", "/a?x=1&x=2", "/a?%78=1&x=2",
        "/1/2/3/4/5/6/7/8/9", "/a?a=1&b=1&c=1&d=1&e=1&f=1&g=1&h=1&i=1&j=1&k=1&l=1&m=1&n=1&o=1&p=1&q=1",
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct target t = { .segment_count = -7 };
        cr_assert_not(parse(rows[i], &t), "%s", rows[i]);
        cr_assert_eq(t.segment_count, -7, "untouched: %s", rows[i]);
    }
}

Test(web_target, every_memory_refusal_is_a_refusal)
{
    const char *raw = "/api/v1/stores/%E5%BA%97/orders?q=%E5%BC%A0&state=to_ship";
    size_t passed = 0;
    for (size_t size = 0; size < 2000; size += 16) {
        struct arena a;
        struct target t;
        arena_init_fixed(&a, block, size);
        passed += target_parse(&a, text_from_cstr(raw), &t);
    }
    cr_assert(passed > 0 && passed < 2000 / 16);
}

Test(web_target, a_cookie_that_is_there_twice_is_none)
{
    static const struct { const char *header, *value; } rows[] = {
        { "zg_session=abc", "abc" }, { "a=1; zg_session=abc; b=2", "abc" }, { "zg_session=", "" }, { "zg_session=a=b", "a=b" },
        { "zg_session=abc;zg_session=def", NULL }, { "xzg_session=abc", NULL }, { "zg_sessionx=abc", NULL }, { "ZG_SESSION=abc", NULL }, { "", NULL },
        { ";;;", NULL }, { "zg_session", "" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct text t = cookie_find(text_from_cstr(rows[i].header), "zg_session");
        if (rows[i].value) cr_assert(text_is(t, rows[i].value) && t.ptr, "%s", rows[i].header);
        else cr_assert_null(t.ptr, "%s", rows[i].header);
    }
}

Test(web_target, json_depth_counts_brackets_outside_strings)
{
    char deep[200];
    memset(deep, '[', 64);
    memset(deep + 64, ']', 64);
    cr_assert(json_depth_ok((struct text){ deep, 128 }, 64));
    memset(deep, '{', 65);
    cr_assert_not(json_depth_ok((struct text){ deep, 65 }, 64));
    cr_assert(json_depth_ok(TEXT("{\"a\":\"[[[[[[\",\"b\":\"\\\"[[[[[\"}"), 1));
    cr_assert_not(json_depth_ok(TEXT("{\"a\\\\\":[]}"), 1));
    cr_assert(json_depth_ok(TEXT("\"\\"), 1));
}

Test(web_target, file_names_are_decoded_and_bounded)
{
    struct arena a;
    struct text t;
    arena_init_fixed(&a, block, sizeof block);
    cr_assert(percent_decode(&a, TEXT("%E8%AE%A2%E5%8D%95+1.csv"), 255, &t) && text_is(t, "订单+1.csv"));
    cr_assert_not(percent_decode(&a, TEXT("a%0d%0ab"), 255, &t));
    cr_assert_not(percent_decode(&a, TEXT("%ff"), 255, &t));
    cr_assert_not(percent_decode(&a, TEXT("12345"), 4, &t));
    cr_assert(percent_decode(&a, TEXT("1234"), 4, &t));
}
