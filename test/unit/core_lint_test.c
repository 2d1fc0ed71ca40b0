/* What the lint finds and what it leaves alone, row by row. */
#include <criterion/criterion.h>
#include "base/prng.h"
#include "core/contact/lint.h"
#include "core/contact/texts.h"

static char block[8 << 20];
static struct arena arena;
static const struct lint *lint;
static void begin(void)
{
    arena_init_fixed(&arena, block, sizeof block);
    lint = lint_load(&arena);
    cr_assert(lint);
}
TestSuite(lint, .init = begin);

static struct lint_findings look(const char *s, enum channel channel, int claims, bool own_site)
{
    struct lint_findings f;
    const struct lint_ask ask = { .text = text_from_cstr(s), .channel = channel, .claims = claims, .own_hosts = TEXT("taobao.com| M.Tb.cn "), .own_site = own_site };
    cr_assert(lint_check(&arena, lint, &ask, &f), "%s", s);
    return f;
}

Test(lint, rows)
{
    static const struct { const char *text, *rule /* of the first finding; NULL: none */, *found; } rows[] = {
        { "您好，订单还没有付款。", NULL, NULL },
        { "这是全网最低价，放心买", "absolute-words", "全网最低价" },
        { "国家级工艺", "absolute-words", "国家级" },
        { "我们会第一时间为您处理", NULL, NULL },
        { "请在最佳食用期内食用", NULL, NULL },
        { "最好在今天付款", NULL, NULL },
        { "我们的质量最好", "absolute-words", "最好" },
        { "唯一编号在吊牌上", NULL, NULL },
        { "全国唯一", "absolute-words", "唯一" },
        { "Best regards, the shop", NULL, NULL },
        { "the best price in town", "absolute-words-abroad", "the best" },
        { "bestow it on a friend", NULL, NULL },
        { "五星好评返现5元", "review-reward", "五星好评返" },
        { "好评返现", "review-reward", "好评返现" },
        { "好的和不好的都欢迎写在评价里", NULL, NULL },
        { "麻烦给个好评", "review-begging", "给个好评" },
        { "Coupon for a review", "review-reward", "Coupon for a review" },
        { "加我微信聊", "off-platform-contact", "加我微信" },
        { "可以用微信支付", NULL, NULL },
        { "加 微.信", "filter-dodging", "加 微.信" },
        { "加★微★信", "filter-dodging", "加★微★信" },
        { "不想加，微信支付也可以", NULL, NULL },
        { "加薇信", "filter-dodging", "加薇" },
        { "加ＶＸ", "filter-dodging", "加ＶＸ" },
        { "加vx123", "filter-dodging", "加vx" },
        { "w.e.c.h.a.t me", "filter-dodging", "w.e.c.h.a.t" },
        { "we chat with you gladly", NULL, NULL },
        { "add me on WeChat", "off-platform-contact", "add me on" },
        { "ⓦⓔⓒⓗⓐⓣ", "off-platform-contact", "ⓦⓔⓒⓗⓐⓣ" },
        { "全网最\xe2\x80\x8b低价", "absolute-words", "全网最\xe2\x80\x8b低价" },
        { "电话13812345678", "contact-number", "13812345678" },
        { "电话 138-1234-5678 找我", "contact-number", "138-1234-5678" },
        { "订单号 3051239876543210987", NULL, NULL },
        { "运单号YT1381234567890", NULL, NULL },
        { "call +44 20 7946 0958", "contact-number", "+44 20 7946 0958" },
        { "写信到 a.b@example.com", "contact-number", "a.b@example.com" },
        { "看 https://evil.example.top/x", "link-elsewhere", "https://evil.example.top" },
        { "看 https://item.taobao.com/item.htm", NULL, NULL },
        { "看 https://taobao.com.evil.top/", "link-elsewhere", "https://taobao.com.evil.top" },
        { "看 nottaobao.com", "link-elsewhere", "nottaobao.com" },
        { "看www.abc.cn哦", "link-elsewhere", "www.abc.cn" },
        { "15.6寸，1.5kg", NULL, NULL },
        { "请直接转账到我的卡", "off-platform-paying", "直接转账" },
        { "我们不会让您转账到别处", NULL, NULL },
        { "we never ask you to pay outside the platform", NULL, NULL },
        { "you can pay outside the platform", "off-platform-paying", "pay outside" },
        { "库存不多了", "stock-claim", "库存不多" },
        { "包裹已经打包", "packed-claim", "已经打包" },
        { "按付款先后发货", "ships-claim", "按付款先后" },
        { "30分钟内付款", "half-hour-claim", "30分钟内付款" },
        { "今天最后一天", "deadline", "最后一天" },
        { "亲，还要吗", "still-want", "还要吗" },
        { "再不付款就拉黑", "threat", "再不付款" },
        { "请把验证码发我", "secrets", "验证码" },
        { "我们不会向您索要验证码", NULL, NULL },
        { "快来！！！", "shouting", "！！！" },
        { "可以帮忙刷单吗", "fake-orders", "刷单" },
        { "👨‍👩‍👧 全家都能用", NULL, NULL },
        { "", NULL, NULL },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct lint_findings f = look(rows[i].text, CHANNEL_CHAT, 0, false);
        if (!rows[i].rule) {
            cr_expect_eq(f.n, 0, "\"%s\": %.*s", rows[i].text, f.n ? (int)f.list[0].rule->word.len : 0, f.n ? f.list[0].rule->word.ptr : "");
            continue;
        }
        bool found = false;
        for (int k = 0; k < f.n; k++) {
            const struct text part = { rows[i].text + f.list[k].from, f.list[k].to - f.list[k].from };
            found |= text_is(f.list[k].rule->word, rows[i].rule) && text_is(part, rows[i].found);
        }
        cr_expect(found, "\"%s\": %s not found (%d findings)", rows[i].text, rows[i].rule, f.n);
    }
}

Test(lint, channels_claims_and_own_sites)
{
    cr_expect(look("看 www.abc.cn", CHANNEL_CHAT, 0, false).refused);
    cr_expect_eq(look("看 https://detail.taobao.com/1", CHANNEL_CHAT, 0, false).n, 0);
    cr_expect_eq(look("看 https://M.TB.cn/h.5abc", CHANNEL_CHAT, 0, false).n, 0, "own hosts count as the shop wrote them, blanks and letters of either case");
    cr_expect(look("看 https://xtb.cn/h.5abc", CHANNEL_CHAT, 0, false).refused && look("看 https://faketaobao.com/1", CHANNEL_CHAT, 0, false).refused);
    const struct lint_findings sms = look("看 www.abc.cn", CHANNEL_SMS, 0, false);
    cr_expect(sms.n == 1 && !sms.refused, "in an SMS a link only warns");
    cr_expect_eq(look("find us on WhatsApp", CHANNEL_CHAT, 0, false).refused, true);
    cr_expect_eq(look("find us on WhatsApp", CHANNEL_CHAT, 0, true).n, 0, "a site of its own may");
    cr_expect(look("库存不多了", CHANNEL_CHAT, 0, false).refused);
    cr_expect_eq(look("库存不多了", CHANNEL_CHAT, SAYS_STOCK_LOW, false).n, 0);
    cr_expect(look("库存不多了，按付款先后发货", CHANNEL_CHAT, SAYS_STOCK_LOW, false).refused);
}

Test(lint, every_rule_is_whole_and_every_term_is_found)
{
    const struct lint_rule *rules;
    const int n = lint_rules(lint, &rules);
    cr_expect_gt(n, 20);
    for (int i = 0; i < n; i++) {
        cr_expect(rules[i].why_en.len > 20 && rules[i].why_zh.len > 12 && rules[i].instead_en.len > 10 && rules[i].instead_zh.len > 9, "%.*s", (int)rules[i].word.len, rules[i].word.ptr);
        cr_expect(rules[i].source.len > 10 && (rules[i].date.len == 10 || text_is(rules[i].date, "read 2026-11")), "%.*s", (int)rules[i].word.len, rules[i].word.ptr);
        for (int k = 0; k < i; k++) cr_expect_not(text_eq(rules[i].word, rules[k].word));
    }
}

Test(lint, too_much_and_not_a_text)
{
    static char many[LINT_TEXT_MAX + 2];
    struct lint_findings f;
    struct lint_ask ask = { .text = { many, 0 }, .channel = CHANNEL_CHAT };
    while (ask.text.len + 9 <= LINT_TEXT_MAX) { /* more findings than there is room for; those that warn give way */
        memcpy(many + ask.text.len, ask.text.len < 4000 ? "!!! 3 x  " : "国家级", 9);
        ask.text.len += 9;
    }
    cr_assert(lint_check(&arena, lint, &ask, &f));
    cr_expect_eq(f.n, LINT_FINDINGS_MAX);
    cr_expect(f.refused);
    for (int i = 0; i < f.n; i++) cr_expect_eq(f.list[i].rule->level, LINT_REFUSE);
    for (int i = 1; i < f.n; i++) cr_expect_leq(f.list[i - 1].from, f.list[i].from);
    ask.text = (struct text){ many, LINT_TEXT_MAX + 1 };
    cr_expect_not(lint_check(&arena, lint, &ask, &f));
    ask.text = (struct text){ "\xc3", 1 };
    cr_expect_not(lint_check(&arena, lint, &ask, &f));
    static char small[2000];
    struct arena tight;
    arena_init_fixed(&tight, small, sizeof small);
    ask.text = (struct text){ many, LINT_TEXT_MAX };
    cr_expect_not(lint_check(&tight, lint, &ask, &f), "without memory nothing is let through");
}

/* Hiding a forbidden word behind separators, width or case never makes it go through. */
Test(lint, disguises)
{
    static const char *const bad[] = { "加微信", "好评返现", "全网最低价", "私下交易", "国家级", "刷单", "微信转账" };
    static const char *const between[] = { "", " ", ".", "·", "*", "-", "_", "~", "|", "/", "★", "❤", "\xe2\x80\x8b", "　", "  ", "…", "🌟" };
    struct prng rng;
    prng_seed(&rng, 7);
    for (int round = 0; round < 3000; round++) {
        const struct text word = text_from_cstr(bad[prng_below(&rng, sizeof bad / sizeof bad[0])]);
        char s[512];
        size_t len = 0, at = 0;
        memcpy(s, "您好，", 9);
        len = 9;
        while (at < word.len) {
            size_t next = at;
            utf8_take(word, &next);
            memcpy(s + len, word.ptr + at, next - at);
            len += next - at;
            at = next;
            const char *sep = at < word.len ? between[prng_below(&rng, sizeof between / sizeof between[0])] : "";
            memcpy(s + len, sep, strlen(sep));
            len += strlen(sep);
        }
        memcpy(s + len, "吧", 4);
        const struct lint_findings f = look(s, CHANNEL_CHAT, 0, false);
        cr_assert(f.refused, "%s", s);
        cr_assert(f.list[0].from >= 9 && f.list[0].to <= len, "%s", s);
        if (round % 100 == 99) begin();
    }
}
