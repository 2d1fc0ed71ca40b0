/* Channels from inside: what every kind shares, the directory, and null. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/prng.h"
#include "channel/channel.h"
#include "channel/digest.h"
#include "channel/mail.h"
#include "channel/settings.h"
#include "os/os.h"

static struct env env;
static char folder[64];

static void set_up(void)
{
    cr_assert(os_env_init(&env));
    snprintf(folder, sizeof folder, "/tmp/zg-channel-XXXXXX");
    cr_assert(mkdtemp(folder));
}

static void tear_down(void)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    cr_expect_eq(system(command), 0);
    os_env_release(&env);
}

TestSuite(channel, .init = set_up, .fini = tear_down);

static struct channel_message message_of(const char *id, const char *body)
{
    return (struct channel_message){ .id = text_from_cstr(id), .class = MESSAGE_SERVICE, .to = TEXT("+8613800000000"), .body = text_from_cstr(body) };
}

static struct channel_link *directory_open(void)
{
    struct channel_settings s = { .kind = CHANNEL_KIND_DIRECTORY, .carries = CHANNEL_SMS };
    snprintf(s.folder, sizeof s.folder, "%s", folder);
    return channel_open(&env, &s);
}

static size_t read_file(const char *id, char *to, size_t size)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s.txt", folder, id);
    FILE *f = fopen(path, "r");
    const size_t n = f ? fread(to, 1, size - 1, f) : 0;
    if (f) fclose(f);
    to[n] = '\0';
    return n;
}

Test(channel, directory_writes_a_file_once)
{
    struct channel_link *link = directory_open();
    struct channel_outcome out;
    char got[1000], again[1000];
    struct channel_message m = message_of("r-1", "你的订单还没付款。\n回复 R 退订");
    cr_assert(link);
    cr_expect_eq(channel_send(link, &m, &out), CHANNEL_SENT);
    cr_expect_str_eq(out.code, "sent");
    cr_assert(read_file("r-1", got, sizeof got) > 0);
    cr_expect_str_eq(got, "Channel: sms\nClass: service\nTo: +8613800000000\nSubject: \nUnsubscribe: \n\n你的订单还没付款。\n回复 R 退订\n");
    m.body = TEXT("another text under the same id");
    cr_expect_eq(channel_send(link, &m, &out), CHANNEL_SENT);
    read_file("r-1", again, sizeof again);
    cr_expect_str_eq(again, got, "the same id is the same message");
    channel_close(link);
}

Test(channel, directory_that_is_not_there_is_tried_again)
{
    struct channel_link *link = directory_open();
    struct channel_outcome out;
    const struct channel_message m = message_of("r-2", "x");
    cr_assert_eq(rmdir(folder), 0);
    const int64_t now_ms = env.now_ms(env.ctx);
    cr_expect_eq(channel_send(link, &m, &out), CHANNEL_FAILED);
    cr_expect_str_eq(out.code, "folder");
    cr_expect(out.retry_at_ms >= now_ms + 30 * MS_PER_S && out.retry_at_ms <= now_ms + 45 * MS_PER_S);
    channel_close(link);
}

Test(channel, broken_messages_go_nowhere)
{
    static const struct { const char *id, *to, *subject, *body; size_t body_len; } rows[] = {
        { "", "a@b.example", "s", "x", 1 },            { "../etc", "a@b.example", "s", "x", 1 },       { ".hidden", "a@b.example", "s", "x", 1 },
        { "a b", "a@b.example", "s", "x", 1 },         { "ok", "a@b.example\r\nBcc: c@d", "s", "x", 1 }, { "ok", "a@b.example", "s\nX: y", "x", 1 },
        { "ok", "a@b.example", "s", "", 0 },           { "ok", "a@b.example", "s", " \n ", 3 },        { "ok", "a@b.example", "s", "a\0b", 3 },
        { "ok", "a@b.example", "s", "\xff", 1 },       { "ok", "a@b.example", "s", "a\rb", 3 },        { "ok", "a@b.example", "\xe4\xbd", "x", 1 },
    };
    struct channel_settings s = { .kind = CHANNEL_KIND_NULL, .carries = CHANNEL_EMAIL };
    struct channel_link *link = channel_open(&env, &s);
    struct channel_outcome out;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct channel_message m = { .id = text_from_cstr(rows[i].id), .class = MESSAGE_SERVICE, .to = text_from_cstr(rows[i].to),
                                           .subject = text_from_cstr(rows[i].subject), .body = { rows[i].body, rows[i].body_len } };
        cr_expect_eq(channel_send(link, &m, &out), CHANNEL_FAILED, "row %zu", i);
        cr_expect_str_eq(out.code, "message", "row %zu", i);
        cr_expect(!out.began && out.retry_at_ms == INSTANT_NONE, "row %zu", i);
    }
    const struct channel_message good = message_of("ok-1.2", "x");
    cr_expect_eq(channel_send(link, &good, &out), CHANNEL_SENT);
    channel_close(link);
}

Test(channel, backoff_grows_to_an_hour_and_spreads)
{
    int64_t least_ms = INT64_MAX, most_ms = 0;
    for (int a = 0; a < 40; a++) {
        const int64_t ms = channel_backoff_ms(a, TEXT("r-1")), base_ms = a < 7 ? (INT64_C(30000) << a) : MS_PER_HOUR;
        cr_expect(ms >= base_ms && ms < base_ms + base_ms / 4 + 1, "attempt %d: %lld", a, (long long)ms);
    }
    for (int i = 0; i < 100; i++) {
        char id[16];
        snprintf(id, sizeof id, "r-%d", i);
        const int64_t ms = channel_backoff_ms(0, text_from_cstr(id));
        if (ms < least_ms) least_ms = ms;
        if (ms > most_ms) most_ms = ms;
    }
    cr_expect(most_ms - least_ms > 5000, "a hundred messages spread over more than 5 s: %lld", (long long)(most_ms - least_ms));
}

Test(channel, words_lead_back)
{
    for (int k = CHANNEL_KIND_NONE + 1; k < CHANNEL_KINDS; k++)
        if (channel_kind_word((enum channel_kind)k)) cr_expect_eq(channel_kind_parse(text_from_cstr(channel_kind_word((enum channel_kind)k))), k);
    cr_expect_eq(channel_kind_parse(TEXT("")), CHANNEL_KIND_NONE);
    cr_expect_eq(channel_kind_parse(TEXT("smt")), CHANNEL_KIND_NONE);
}

/* ---- pace and digest: seeded minutes ---- */

Test(digest, red_ones_leave_at_once_and_never_more_than_twenty_a_minute)
{
    for (uint64_t seed = 1; seed <= 200; seed++) {
        static struct digest d;
        static char text[DIGEST_TEXT_BYTES];
        struct prng p;
        int64_t left_ms[4000];
        int sent = 0, reds = 0, reds_told = 0, ordinary = 0, ordinary_told = 0;
        bool urgent;
        memset(&d, 0, sizeof d);
        prng_seed(&p, seed);
        const uint64_t busy = prng_below(&p, 40) + 1;
        for (int64_t now_ms = 0; now_ms < 10 * MS_PER_MIN; now_ms += 250) {
            if (prng_below(&p, 250) < 6 * busy / 10 && now_ms < 9 * MS_PER_MIN) {
                digest_add(&d, now_ms, TEXT("o"), false);
                ordinary++;
            }
            if (now_ms % 6000 == 0 && now_ms < 9 * MS_PER_MIN) { /* ten red ones a minute */
                digest_add(&d, now_ms, TEXT("R"), true);
                reds++;
                cr_assert_eq(digest_due_ms(&d, now_ms), now_ms, "seed %llu: a red one at %lld waits", (unsigned long long)seed, (long long)now_ms);
            }
            while (digest_take(&d, now_ms, false, text, &urgent)) {
                left_ms[sent++] = now_ms;
                for (const char *c = text; *c; c++) {
                    reds_told += *c == 'R';
                    ordinary_told += *c == 'o' && c[1] != 'r';
                }
                const char *more = strstr(text, "And ");
                if (more) ordinary_told += (int)strtol(more + 4, NULL, 10) - 1; /* "more" has an o of its own */
            }
        }
        cr_expect_eq(reds_told, reds, "seed %llu", (unsigned long long)seed);
        cr_expect(d.n == 0 && d.left_out == 0, "seed %llu: %d wait", (unsigned long long)seed, d.n);
        cr_expect(ordinary == 0 || ordinary_told > 0);
        for (int i = PACE_MESSAGES; i < sent; i++) cr_assert(left_ms[i] - left_ms[i - PACE_MESSAGES] >= PACE_WINDOW_MS, "seed %llu: 21 within a minute", (unsigned long long)seed);
    }
}

Test(digest, a_flood_of_red_ones_leaves_together_at_the_first_free_moment)
{
    static struct digest d;
    static char text[DIGEST_TEXT_BYTES];
    bool urgent;
    int messages = 0, told = 0;
    for (int i = 0; i < 60; i++) digest_add(&d, 0, TEXT("red"), true);
    while (digest_take(&d, 0, true, text, &urgent)) {
        messages++;
        for (const char *c = text; (c = strstr(c, "red")); c += 3) told++;
        cr_expect(urgent);
    }
    cr_expect_eq(messages, PACE_MESSAGES);
    cr_expect_eq(told, 60, "the last one takes all that are left: %d", told);
    digest_add(&d, 10, TEXT("red"), true);
    cr_expect_eq(digest_due_ms(&d, 10), PACE_WINDOW_MS);
    cr_expect(!digest_take(&d, PACE_WINDOW_MS - 1, true, text, &urgent));
    cr_expect(digest_take(&d, PACE_WINDOW_MS, true, text, &urgent));
}

Test(digest, ordinary_ones_wait_for_company_and_give_way)
{
    static struct digest d;
    static char text[DIGEST_TEXT_BYTES];
    bool urgent;
    digest_add(&d, 1000, TEXT("a"), false);
    cr_expect_eq(digest_due_ms(&d, 1000), 1000 + DIGEST_GATHER_MS);
    digest_add(&d, 2000, TEXT("b"), false);
    digest_add(&d, 3000, TEXT("red"), true);
    cr_expect(digest_take(&d, 3000, false, text, &urgent));
    cr_expect(urgent);
    cr_expect_str_eq(text, "red");
    cr_expect(!digest_take(&d, 3000, false, text, &urgent));
    cr_expect(digest_take(&d, 1000 + DIGEST_GATHER_MS, false, text, &urgent));
    cr_expect(!urgent);
    cr_expect_str_eq(text, "a\nb");
    for (int i = 0; i < DIGEST_NOTICES + 5; i++) digest_add(&d, 100000, TEXT("o"), false);
    digest_add(&d, 100000, TEXT("red"), true);
    cr_expect(digest_take(&d, 100000, true, text, &urgent));
    cr_expect(strstr(text, "red") && strstr(text, "另有 6 条未列出"), "%s", text);
}

/* ---- e-mail ---- */

Test(channel, addresses)
{
    static const struct { const char *address; bool ok; } rows[] = {
        { "a@b.example", true }, { "li.lei+shop@mail.buyer.example", true }, { "a@localhost", true }, { "o'brien@x.example", true },
        { "", false }, { "a", false }, { "a@", false }, { "@b", false }, { "a@b@c", false }, { "a b@c.d", false }, { "a@b..c", false }, { ".a@b.c", false }, { "a.@b.c", false },
        { "a@b.c.", false }, { "<a@b.c>", false }, { "a@b.c>", false }, { "a@b.c\r\nRCPT TO:<x@y.z>", false }, { "\"a b\"@c.d", false }, { "a@[127.0.0.1]", false }, { "a\xc3\xa9@b.c", false },
        { "a@-b.c", false }, { "a,b@c.d", false },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) cr_expect_eq(mail_address_ok(text_from_cstr(rows[i].address)), rows[i].ok, "%s", rows[i].address);
}

Test(channel, loopback_is_only_this_machine)
{
    static const struct { const char *host; bool is; } rows[] = {
        { "localhost", true }, { "127.0.0.1", true }, { "127.9.9.9", true }, { "::1", true }, { "[::1]", true }, { "", false }, { "10.0.0.1", false }, { "127.0.0.1.evil.example", false },
        { "0.0.0.0", false }, { "::ffff:127.0.0.1", false }, { "2130706433", false }, { "localhost.evil.example", false }, { "LOCALHOST.", false },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) cr_expect_eq(host_is_loopback(text_from_cstr(rows[i].host)), rows[i].is, "%s", rows[i].host);
}
