/* What may be said to a buyer: claims at each border, choosing by hour, blanks, signatures; and that every wording built in is one that
 * the lint, the facts and an SMS allow. */
#include <criterion/criterion.h>
#include "core/contact/texts.h"
#include "core_zones.h"

static char block[8 << 20];
static struct arena arena;
static const struct lint *lint;
static struct wording_set set;
static struct shop_word words[SHOP_WORDS_MAX];

/* The shop's words as the examples say them. */
static void speak(enum text_language language)
{
    int kinds;
    const struct shop_word_kind *k = shop_word_kinds(&kinds);
    set.word_count = 0;
    for (int i = 0; i < kinds; i++)
        if (k[i].kind == SHOP_WORD_TEXT && strcmp(k[i].name, "own_hosts") != 0)
            words[set.word_count++] = (struct shop_word){ text_from_cstr(k[i].name), text_from_cstr(language == LANGUAGE_ZH ? k[i].example_zh : k[i].example_en) };
}

static void begin(void)
{
    arena_init_fixed(&arena, block, sizeof block);
    lint = lint_load(&arena);
    cr_assert(lint);
    set = (struct wording_set){ .words = words, .lint = lint };
    set.list = wording_library(&set.n);
    speak(LANGUAGE_ZH);
}
TestSuite(texts, .init = begin);

static struct text_facts all_known(const char *now)
{
    struct text_facts f = text_facts_none(at(now), &zone_shanghai, TEXT("掌柜箱包"));
    f.event_from_ms = at("2026-11-11T00:00:00+08:00");
    f.event_until_ms = at("2026-11-12T00:00:00+08:00");
    f.event_official = f.event_closes_30m = f.closes_on_sold_out = f.ships_by_payment = f.packed = true;
    f.stock_pieces = 3;
    f.stock_low_at = 5;
    f.sold_pieces = 1234;
    f.amount_minor = 19900;
    memcpy(f.currency.code, "CNY", 4);
    f.pay_until_ms = f.now_ms + 3 * MS_PER_HOUR;
    f.order_no = TEXT("1234567890123456789");
    f.item = TEXT("牛津布双肩包 15.6寸");
    f.tracking = TEXT("YT1234567890123");
    f.sms_per_1000_minor = 4500;
    return f;
}

Test(texts, windows)
{
    static const struct { const char *at; int window; } rows[] = {
        { "2026-11-10T23:59:59+08:00", WINDOW_EVENING }, { "2026-11-11T00:00:00+08:00", WINDOW_RUSH }, { "2026-11-11T01:29:59+08:00", WINDOW_RUSH },
        { "2026-11-11T01:30:00+08:00", WINDOW_CALM }, { "2026-11-11T08:00:00+08:00", WINDOW_CALM }, { "2026-11-11T19:59:59+08:00", WINDOW_CALM },
        { "2026-11-11T20:00:00+08:00", WINDOW_EVENING }, { "2026-11-11T23:59:59+08:00", WINDOW_EVENING },
        { "2026-11-12T00:00:00+08:00", WINDOW_DAY_AFTER }, { "2026-11-12T21:00:00+08:00", WINDOW_DAY_AFTER }, { "2026-11-12T23:59:59+08:00", WINDOW_DAY_AFTER },
        { "2026-11-13T00:00:00+08:00", WINDOW_CALM }, { "2026-11-13T20:00:00+08:00", WINDOW_EVENING }, { "2026-11-09T00:30:00+08:00", WINDOW_CALM },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct text_facts f = all_known(rows[i].at);
        cr_expect_eq(text_window_at(&f), rows[i].window, "%s", rows[i].at);
    }
    const struct text_facts none = text_facts_none(at("2026-11-11T00:30:00+08:00"), &zone_shanghai, TEXT_NONE);
    cr_expect_eq(text_window_at(&none), WINDOW_CALM, "no event, no rush");
    struct text_facts abroad = all_known("2026-11-11T12:30:00+08:00");
    abroad.zone = &zone_los_angeles; /* the evening before, there */
    cr_expect_eq(text_window_at(&abroad), WINDOW_EVENING);
}

Test(texts, claims)
{
    const char *noon = "2026-11-11T12:00:00+08:00", *evening = "2026-11-11T20:00:00+08:00", *later = "2026-11-12T12:00:00+08:00";
    struct { enum text_claim claim; const char *now; int64_t stock, low, sold; bool yes, holds; } rows[] = {
        { SAYS_STOCK_LOW, noon, 5, 5, -1, true, true }, { SAYS_STOCK_LOW, noon, 6, 5, -1, true, false }, { SAYS_STOCK_LOW, noon, 1, 5, -1, true, true },
        { SAYS_STOCK_LOW, noon, 0, 5, -1, true, false }, { SAYS_STOCK_LOW, noon, -1, 5, -1, true, false }, { SAYS_STOCK_LOW, noon, 3, -1, -1, true, false },
        { SAYS_SOLD_COUNT, noon, -1, -1, 11, true, true }, { SAYS_SOLD_COUNT, noon, -1, -1, 10, true, false }, { SAYS_SOLD_COUNT, noon, -1, -1, -1, true, false },
        { SAYS_SHIPS_BY_PAYMENT, noon, -1, -1, -1, true, true }, { SAYS_SHIPS_BY_PAYMENT, noon, -1, -1, -1, false, false },
        { SAYS_SHIPS_BY_PAYMENT, evening, -1, -1, -1, true, false }, { SAYS_SHIPS_BY_PAYMENT, "2026-11-11T19:59:59+08:00", -1, -1, -1, true, true },
        { SAYS_CLOSES_30M, noon, -1, -1, -1, true, true }, { SAYS_CLOSES_30M, later, -1, -1, -1, true, false }, { SAYS_CLOSES_30M, noon, -1, -1, -1, false, false },
        { SAYS_CLOSES_ON_SOLD_OUT, noon, -1, -1, -1, true, true }, { SAYS_CLOSES_ON_SOLD_OUT, noon, -1, -1, -1, false, false },
        { SAYS_PACKED, noon, -1, -1, -1, true, true }, { SAYS_PACKED, noon, -1, -1, -1, false, false },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct text_facts f = all_known(rows[i].now);
        struct reason why = { NULL };
        f.stock_pieces = rows[i].stock;
        f.stock_low_at = rows[i].low;
        f.sold_pieces = rows[i].sold;
        f.event_official = f.closes_on_sold_out = f.ships_by_payment = f.packed = rows[i].yes;
        cr_expect_eq(text_claim_holds(&arena, rows[i].claim, &f, &why), rows[i].holds, "row %zu", i);
        cr_expect(why.rule && why.en.len > 10 && why.zh.len > 10, "row %zu gives no reason", i);
        cr_expect_str_eq(why.rule, text_claim_word(rows[i].claim));
    }
    /* official, but its rule does not close orders; and an event that is none */
    struct text_facts f = all_known(noon);
    struct reason why;
    f.event_closes_30m = false;
    cr_expect_not(text_claim_holds(&arena, SAYS_CLOSES_30M, &f, &why));
    f = all_known(noon);
    f.event_from_ms = f.event_until_ms = INSTANT_NONE;
    cr_expect_not(text_claim_holds(&arena, SAYS_CLOSES_30M, &f, &why));
}

/* ---- the library ---- */

Test(texts, every_built_in_wording_can_be_said)
{
    static const char *const hours[] = { "2026-11-11T00:30:00+08:00", "2026-11-11T12:00:00+08:00", "2026-11-11T20:30:00+08:00", "2026-11-12T12:00:00+08:00" };
    for (int i = 0; i < set.n; i++) {
        const struct wording *w = &set.list[i];
        for (int j = 0; j < i; j++) cr_assert_not(text_eq(set.list[j].code, w->code), "%s twice", w->code.ptr);
        cr_expect(w->code.len <= WORDING_CODE_MAX && w->title.len <= WORDING_TITLE_MAX && w->body.len <= WORDING_BODY_MAX && w->subject.len <= WORDING_SUBJECT_MAX, "%s", w->code.ptr);
        cr_expect_eq(text_ends_with(w->code, TEXT(".zh")), w->language == LANGUAGE_ZH);
        cr_expect(w->windows && w->channels && w->class == MESSAGE_SERVICE, "%s", w->code.ptr);
        cr_expect_eq(w->topic != TOPIC_NONE, w->occasion == OCCASION_SCRIPT, "%s", w->code.ptr);
        speak(w->language);
        for (int channel = CHANNEL_CHAT; channel <= CHANNEL_EMAIL; channel++)
            for (int h = 0; h < 4; h++) {
                const struct text_facts f = all_known(hours[h]);
                struct rendering r;
                struct reason why = { NULL };
                if (!(w->channels & 1 << channel) || !(w->windows & text_window_at(&f))) continue;
                if (text_is(w->code, "remind-chat-30m.en") || text_is(w->code, "remind-chat-30m.zh"))
                    if (h == 3) continue; /* the event is over */
                cr_expect(text_render(&arena, &set, w, (enum channel)channel, &f, &r, &why), "%s on %s: %.*s", w->code.ptr, channel_word((enum channel)channel),
                          (int)why.en.len, why.en.ptr);
                cr_expect_eq(r.lint.n, 0, "%s: %.*s", w->code.ptr, r.lint.n ? (int)r.lint.list[0].rule->word.len : 0, r.lint.n ? r.lint.list[0].rule->word.ptr : "");
                cr_expect_not(text_contains(r.body, TEXT("{")), "%s", w->code.ptr);
                if (channel == CHANNEL_SMS) cr_expect_eq(r.size.parts, 1, "%s takes %d parts", w->code.ptr, r.size.parts);
                if (channel == CHANNEL_EMAIL) cr_expect(r.subject.len > 0);
            }
    }
}

static bool ascii_mark(struct text s)
{
    for (size_t i = 1; i < s.len; i++)
        if (strchr(",:;()?!", s.ptr[i]) && (unsigned char)s.ptr[i - 1] >= 0x80) return true;
    return false;
}

Test(texts, chinese_is_written_with_chinese_marks_and_both_languages_are_there)
{
    for (int i = 0; i < set.n; i++) {
        const struct wording *w = &set.list[i];
        if (w->language == LANGUAGE_ZH) {
            cr_expect_not(ascii_mark(w->body), "%s", w->code.ptr);
            cr_expect_not(ascii_mark(w->title), "%s", w->code.ptr);
        } else {
            for (size_t k = 0; k < w->body.len; k++) cr_assert((unsigned char)w->body.ptr[k] < 0x80, "%s is not plain English", w->code.ptr);
        }
        bool pair = false;
        for (int j = 0; j < set.n; j++)
            pair |= j != i && set.list[j].code.len == w->code.len && memcmp(set.list[j].code.ptr, w->code.ptr, w->code.len - 2) == 0;
        cr_expect(pair, "%s has no sibling", w->code.ptr);
    }
}

/* Whatever is known, a reminder that can be sent at all is found: each occasion has a wording that claims nothing. */
Test(texts, something_can_always_be_said)
{
    static const enum occasion occasions[] = { OCCASION_REMIND, OCCASION_REMIND_LAST, OCCASION_BALANCE };
    for (int hour = 0; hour < 24; hour++)
        for (size_t o = 0; o < 3; o++)
            for (int channel = CHANNEL_CHAT; channel <= CHANNEL_EMAIL; channel++)
                for (int language = LANGUAGE_EN; language <= LANGUAGE_ZH; language++) {
                    struct text_facts f = text_facts_none(at("2026-11-11T00:00:00+08:00") + hour * MS_PER_HOUR, &zone_shanghai, TEXT("掌柜箱包"));
                    f.order_no = TEXT("42");
                    const struct text_ask ask = { occasions[o], TOPIC_NONE, (enum channel)channel, (enum text_language)language, &f };
                    const struct text_choice c = text_choose(&arena, &set, &ask);
                    cr_assert(c.wording, "hour %d, %s, %s", hour, occasion_word(occasions[o]), channel_word((enum channel)channel));
                    cr_assert_eq(c.wording->claims, 0);
                    arena_clear(&arena);
                    begin();
                }
}

Test(texts, chosen_by_hour_and_fact)
{
    const struct { const char *now; int64_t stock; bool ships; const char *code; } rows[] = {
        { "2026-11-20T12:00:00+08:00", 100, false, "remind-chat-until.zh" },
        { "2026-11-20T12:00:00+08:00", 100, true, "remind-chat-ships.zh" },
        { "2026-11-20T19:59:00+08:00", 100, true, "remind-chat-ships.zh" },
        { "2026-11-20T20:00:00+08:00", 100, true, "remind-chat-until.zh" }, /* true, and yet not said any more */
        { "2026-11-20T20:00:00+08:00", 5, true, "remind-chat-stock.zh" },
        { "2026-11-20T20:00:00+08:00", 0, true, "remind-chat-until.zh" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct text_facts f = all_known(rows[i].now);
        f.stock_pieces = rows[i].stock;
        f.ships_by_payment = rows[i].ships;
        f.closes_on_sold_out = false;
        f.sold_pieces = -1;
        const struct text_ask ask = { OCCASION_REMIND, TOPIC_NONE, CHANNEL_CHAT, LANGUAGE_ZH, &f };
        const struct text_choice c = text_choose(&arena, &set, &ask);
        cr_assert(c.wording, "row %zu", i);
        cr_expect(text_is(c.wording->code, rows[i].code), "row %zu: %s", i, c.wording->code.ptr);
    }
}

Test(texts, own_wording_is_preferred_and_one_that_is_off_is_not_used)
{
    struct wording own[2] = { { .code = TEXT("own-1"), .occasion = OCCASION_REMIND, .language = LANGUAGE_ZH, .class = MESSAGE_SERVICE, .windows = WINDOW_ANY,
                                .channels = 1 << CHANNEL_CHAT, .body = TEXT("您好，订单还在。"), .own = true } };
    struct wording_set s = { own, 1, words, set.word_count, lint };
    const struct text_facts f = all_known("2026-11-20T12:00:00+08:00");
    const struct text_ask ask = { OCCASION_REMIND, TOPIC_NONE, CHANNEL_CHAT, LANGUAGE_ZH, &f };
    int n;
    own[1] = wording_library(&n)[1]; /* claims more */
    s.n = 2;
    cr_expect(text_is(text_choose(&arena, &s, &ask).wording->code, "own-1"));
    own[0].off = true;
    s.n = 1;
    const struct text_choice c = text_choose(&arena, &s, &ask);
    cr_expect_null(c.wording);
    cr_expect_str_eq(c.reason.rule, "no-text");
}

Test(texts, a_commercial_wording_is_taken_only_with_consent)
{
    struct wording own = { .code = TEXT("own-1"), .occasion = OCCASION_REMIND, .language = LANGUAGE_ZH, .class = MESSAGE_COMMERCIAL, .windows = WINDOW_ANY,
                           .channels = 1 << CHANNEL_SMS, .body = TEXT("您好，新品到了。"), .own = true };
    const struct wording_set s = { &own, 1, words, set.word_count, lint };
    const struct text_facts f = all_known("2026-11-20T12:00:00+08:00");
    struct text_ask ask = { OCCASION_REMIND, TOPIC_NONE, CHANNEL_SMS, LANGUAGE_ZH, &f, false };
    cr_expect_null(text_choose(&arena, &s, &ask).wording);
    ask.consent = true;
    cr_expect_not_null(text_choose(&arena, &s, &ask).wording);
}

/* ---- rendering ---- */

static bool rendered(struct text body, enum channel channel, enum message_class class, enum text_language language, const struct text_facts *f, struct rendering *r, struct reason *why)
{
    const struct wording w = { .code = TEXT("try"), .occasion = OCCASION_REMIND, .language = language, .class = class, .windows = WINDOW_ANY, .channels = 14,
                               .subject = TEXT("订单"), .body = body };
    return text_render(&arena, &set, &w, channel, f, r, why);
}

Test(texts, more_than_so_many_sold)
{
    static const struct { int64_t pieces; const char *told; } rows[] = { { 11, "10" }, { 49, "40" }, { 50, "40" }, { 100, "90" }, { 101, "100" }, { 999, "990" },
        { 1200, "1100" }, { 1234, "1200" }, { 98765, "98000" } };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct text_facts f = all_known("2026-11-20T12:00:00+08:00");
        struct rendering r;
        struct reason why;
        f.sold_pieces = rows[i].pieces;
        cr_expect(rendered(TEXT("{sold}"), CHANNEL_CHAT, MESSAGE_SERVICE, LANGUAGE_EN, &f, &r, &why));
        cr_expect(text_is(r.body, rows[i].told), "row %zu: %s", i, r.body.ptr);
    }
}

Test(texts, blanks_and_signatures)
{
    const struct text_facts f = all_known("2026-11-20T12:00:00+08:00");
    struct rendering r;
    struct reason why;
    cr_expect(rendered(TEXT("{amount} {sold} {x 1} {} { {order}"), CHANNEL_CHAT, MESSAGE_SERVICE, LANGUAGE_EN, &f, &r, &why));
    cr_expect(text_is(r.body, "¥199.00 1200 {x 1} {} { 1234567890123456789"), "%s", r.body.ptr);
    cr_expect_not(rendered(TEXT("发{nobody_knows}"), CHANNEL_CHAT, MESSAGE_SERVICE, LANGUAGE_ZH, &f, &r, &why));
    cr_expect_str_eq(why.rule, "blank");
    cr_expect(text_is(r.body, "发{nobody_knows}"), "a preview shows what is there");
    cr_expect(rendered(TEXT("订单还在。"), CHANNEL_SMS, MESSAGE_SERVICE, LANGUAGE_ZH, &f, &r, &why));
    cr_expect(text_is(r.body, "【掌柜箱包】订单还在。"), "%s", r.body.ptr);
    cr_expect_eq(r.size.parts, 1);
    cr_expect_eq(r.cost_minor, 5);
    cr_expect(rendered(TEXT("新品到了。"), CHANNEL_SMS, MESSAGE_COMMERCIAL, LANGUAGE_ZH, &f, &r, &why));
    cr_expect(text_is(r.body, "【掌柜箱包】新品到了，拒收请回复R"), "%s", r.body.ptr);
    cr_expect_not(rendered(TEXT("New goods."), CHANNEL_EMAIL, MESSAGE_COMMERCIAL, LANGUAGE_EN, &f, &r, &why));
    cr_expect_str_eq(why.rule, "opt-out");
    struct text_facts g = f;
    g.unsubscribe = TEXT("https://example.com/u/1");
    g.own_hosts = TEXT("example.com");
    cr_expect(rendered(TEXT("New goods."), CHANNEL_EMAIL, MESSAGE_COMMERCIAL, LANGUAGE_EN, &g, &r, &why));
    cr_expect(text_ends_with(r.body, g.unsubscribe));
    cr_expect_not(rendered(TEXT("  "), CHANNEL_CHAT, MESSAGE_SERVICE, LANGUAGE_ZH, &f, &r, &why));
    cr_expect_str_eq(why.rule, "empty");
}

Test(texts, a_blank_claims_and_the_time_to_pay_must_lie_ahead)
{
    struct text_facts f = all_known("2026-11-20T12:00:00+08:00");
    struct rendering r;
    struct reason why;
    f.stock_pieces = 50;
    cr_expect_not(rendered(TEXT("还有{stock}件"), CHANNEL_CHAT, MESSAGE_SERVICE, LANGUAGE_ZH, &f, &r, &why));
    cr_expect_str_eq(why.rule, "stock_low");
    f.pay_until_ms = f.now_ms;
    cr_expect_not(rendered(TEXT("{until}前"), CHANNEL_CHAT, MESSAGE_SERVICE, LANGUAGE_ZH, &f, &r, &why));
    cr_expect_str_eq(why.rule, "blank");
    f.pay_until_ms = f.now_ms + 1;
    cr_expect(rendered(TEXT("{until}前"), CHANNEL_CHAT, MESSAGE_SERVICE, LANGUAGE_ZH, &f, &r, &why));
}

/* A title is the platform's, and says "hot sale" as titles do: that is no claim of ours; an absolute word in it is not repeated to a buyer. */
Test(texts, a_title_is_not_our_claim)
{
    struct text_facts f = all_known("2026-11-20T12:00:00+08:00");
    struct rendering r;
    struct reason why;
    f.item = TEXT("热卖双肩包");
    cr_expect(rendered(TEXT("您拍的「{item}」还没付款"), CHANNEL_CHAT, MESSAGE_SERVICE, LANGUAGE_ZH, &f, &r, &why), "%.*s", (int)why.en.len, why.en.ptr);
    cr_expect_not(rendered(TEXT("热卖双肩包还没付款"), CHANNEL_CHAT, MESSAGE_SERVICE, LANGUAGE_ZH, &f, &r, &why));
    f.item = TEXT("全网最低价双肩包");
    cr_expect_not(rendered(TEXT("您拍的「{item}」还没付款"), CHANNEL_CHAT, MESSAGE_SERVICE, LANGUAGE_ZH, &f, &r, &why));
    cr_expect_str_eq(why.rule, "absolute-words");
    const struct text_ask ask = { OCCASION_REMIND, TOPIC_NONE, CHANNEL_CHAT, LANGUAGE_ZH, &f };
    cr_expect(text_is(text_choose(&arena, &set, &ask).wording->code, "remind-chat-short.zh"), "one without the title is there");
}

static bool mailed(struct text subject, struct text body, const struct text_facts *f, struct reason *why)
{
    struct rendering r;
    const struct wording w = { .code = TEXT("mail"), .occasion = OCCASION_REMIND, .language = LANGUAGE_ZH, .class = MESSAGE_SERVICE, .windows = WINDOW_ANY,
                               .channels = 1 << CHANNEL_EMAIL, .title = TEXT("t"), .subject = subject, .body = body };
    return text_render(&arena, &set, &w, CHANNEL_EMAIL, f, &r, why);
}

/* The title's place in a subject is no licence for what stands there in the body. */
Test(texts, a_subject_is_judged_by_itself)
{
    struct text_facts f = all_known("2026-11-20T12:00:00+08:00");
    struct reason why;
    f.item = TEXT("热卖双肩包大容量款");
    cr_expect(mailed(TEXT("{item}还没付款"), TEXT("您好，订单还没付款。"), &f, &why), "%.*s", (int)why.en.len, why.en.ptr);
    cr_expect_not(mailed(TEXT("{item}还没付款"), TEXT("热卖双肩包还没付款"), &f, &why), "the body says so itself");
    cr_expect_not(mailed(TEXT("热卖双肩包还没付款"), TEXT("{item}还没付款"), &f, &why));
    cr_expect(mailed(TEXT("还有{stock}件"), TEXT("您好，订单还没付款。"), &f, &why), "%.*s", (int)why.en.len, why.en.ptr);
    f.stock_pieces = 50;
    cr_expect_not(mailed(TEXT("还有{stock}件"), TEXT("您好，订单还没付款。"), &f, &why), "a blank claims in a subject, too");
    cr_expect_str_eq(why.rule, "stock_low");
}

Test(texts, words_lead_back)
{
    enum occasion o;
    enum script_topic t;
    for (int i = 1; i < OCCASION_COUNT; i++) cr_expect(occasion_find(text_from_cstr(occasion_word((enum occasion)i)), &o) && (int)o == i);
    for (int i = 0; i < TOPIC_COUNT; i++) cr_expect(topic_find(text_from_cstr(topic_word((enum script_topic)i)), &t) && (int)t == i);
    for (int i = 0; i < SAYS_COUNT; i++) cr_expect_eq(text_claim_find(text_from_cstr(text_claim_word((enum text_claim)(1 << i)))), 1 << i);
    cr_expect_eq(text_claim_find(TEXT("")), 0);
}
