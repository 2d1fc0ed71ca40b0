/* Channels from inside: what every kind shares, the directory, and null. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "channel/channel.h"
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
