/* A text as somebody types it: the lint, the count of an SMS and the rendering never do more than they may.
 *
 * Findings stand in order within the text, between characters, of rules that hold for the channel and are no declared claim's; a
 * sentence put before moves every place along and changes nothing else.  What is rendered is a text, is never sent with what
 * the lint refuses or with a blank of ours left open, and is counted as the network does.
 *
 * Input: one byte for the channel and the shop's kind, one for claims, then the text. */
#include <string.h>
#include "core/contact/texts.h"
#include "fuzz.h"

static char lint_block[1 << 20], work_block[4 << 20];
static const struct lint *lint;
static const int64_t at_ms[1] = { INT64_MIN };
static const int32_t offset_s[1] = { 8 * 3600 };
static const struct zone zone = { .name = "Asia/Shanghai", .n = 1, .at_ms = at_ms, .offset_s = offset_s };
#define BEFORE "您好。"

static bool starts_character(struct text s, size_t at) { return at >= s.len || ((unsigned char)s.ptr[at] & 0xC0) != 0x80; }

static void check_findings(const struct lint_ask *ask, const struct lint_findings *f)
{
    bool refused = false;
    FUZZ_CHECK(f->n >= 0 && f->n <= LINT_FINDINGS_MAX);
    for (int i = 0; i < f->n; i++) {
        const struct lint_finding *x = &f->list[i];
        FUZZ_CHECK(x->from < x->to && x->to <= ask->text.len && starts_character(ask->text, x->from) && starts_character(ask->text, x->to));
        FUZZ_CHECK(i == 0 || f->list[i - 1].from <= x->from);
        FUZZ_CHECK((x->rule->channels & 1 << ask->channel) && !(x->rule->marketplace && ask->own_site) && !(x->rule->claim & ask->claims));
        refused |= x->rule->level == LINT_REFUSE;
    }
    FUZZ_CHECK(f->refused == refused);
}

static bool look(struct arena *a, const struct lint_ask *ask, struct lint_findings *ret)
{
    const bool ok = lint_check(a, lint, ask, ret);
    FUZZ_CHECK(ok == (text_utf8_valid(ask->text) && ask->text.len <= LINT_TEXT_MAX));
    if (ok) check_findings(ask, ret);
    return ok;
}

static void check_moved(struct arena *a, const struct lint_ask *ask, const struct lint_findings *f)
{
    struct lint_findings g;
    struct lint_ask moved = *ask;
    moved.text = arena_printf(a, BEFORE "%.*s", (int)ask->text.len, ask->text.ptr);
    if (moved.text.len != ask->text.len + strlen(BEFORE) || f->n == LINT_FINDINGS_MAX || !look(a, &moved, &g)) return; /* a NUL within, or too long */
    FUZZ_CHECK(g.n == f->n);
    for (int i = 0; i < f->n; i++) FUZZ_CHECK(g.list[i].rule == f->list[i].rule && g.list[i].from == f->list[i].from + strlen(BEFORE) && g.list[i].to == f->list[i].to + strlen(BEFORE));
}

static void check_size(struct text s)
{
    struct sms_size z;
    if (!sms_measure(s, &z)) return;
    FUZZ_CHECK(z.parts >= 0 && z.parts <= SMS_PARTS_MAX && (z.parts == 0) == (s.len == 0));
    FUZZ_CHECK(z.left >= 0 && z.left <= z.per_part && z.units <= z.parts * z.per_part && (z.parts < 2 || z.units > (z.parts - 1) * (z.per_part - 1)));
    FUZZ_CHECK((size_t)z.characters <= s.len && z.characters <= z.units);
}

static void check_rendering(struct arena *a, const struct lint_ask *ask, int claims)
{
    static const struct shop_word words[] = { { { "carrier", 7 }, { "圆通快递", 12 } } };
    const struct wording w = { .code = TEXT("try"), .occasion = OCCASION_REMIND, .language = LANGUAGE_ZH, .class = claims & 64 ? MESSAGE_COMMERCIAL : MESSAGE_SERVICE, .windows = WINDOW_ANY,
                               .channels = 14, .claims = ask->claims, .subject = TEXT("订单"), .body = ask->text };
    const struct wording_set set = { &w, 1, words, 1, lint };
    struct text_facts f = text_facts_none(INT64_C(1790000000000), &zone, TEXT("样板店"));
    struct rendering r;
    struct reason why;
    f.own_site = ask->own_site;
    f.item = TEXT("热卖双肩包");
    f.stock_pieces = 2;
    f.stock_low_at = 3;
    f.sold_pieces = 120;
    f.unsubscribe = TEXT_NONE;
    const bool ok = text_render(a, &set, &w, ask->channel, &f, &r, &why);
    FUZZ_CHECK(ok == !why.rule);
    FUZZ_CHECK(ok || (why.en.len > 0 && why.zh.len > 0));
    if (!ok) return;
    struct text body = r.body, name;
    FUZZ_CHECK(!r.lint.refused && text_utf8_valid(r.body) && r.body.len > 0);
    while (text_blank_next(&body, &name)) FUZZ_CHECK(!text_is(name, "item") && !text_is(name, "carrier") && !text_is(name, "stock"));
    FUZZ_CHECK((ask->channel == CHANNEL_SMS) == (r.size.parts > 0));
    FUZZ_CHECK(ask->channel != CHANNEL_SMS || text_starts_with(r.body, TEXT("【样板店】")));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    struct lint_findings f;
    if (size < 2) return 0;
    if (!lint) {
        static struct arena kept;
        arena_init_fixed(&kept, lint_block, sizeof lint_block);
        lint = lint_load(&kept);
        FUZZ_CHECK(lint);
    }
    arena_init_fixed(&a, work_block, sizeof work_block);
    const struct lint_ask ask = { .text = { (const char *)data + 2, size - 2 }, .channel = (enum channel)(CHANNEL_CHAT + data[0] % 3), .claims = data[1] & ((1 << SAYS_COUNT) - 1),
                                  .own_hosts = TEXT("taobao.com|tb.cn"), .own_site = data[0] & 128 };
    check_size(ask.text);
    if (!look(&a, &ask, &f)) return 0;
    check_moved(&a, &ask, &f);
    if (ask.text.len <= WORDING_BODY_MAX) check_rendering(&a, &ask, data[1]);
    return 0;
}
