/* What a shop may keep as a text of its own; see wording_sound in texts.h. */
#include "core/contact/texts.h"

size_t text_blank_length(struct text s)
{
    size_t i = 1;
    if (s.len < 3 || s.ptr[0] != '{') return 0;
    while (i < s.len && i < 40 && ((s.ptr[i] >= 'a' && s.ptr[i] <= 'z') || s.ptr[i] == '_' || (i > 1 && s.ptr[i] >= '0' && s.ptr[i] <= '9'))) i++;
    return i > 1 && i < s.len && s.ptr[i] == '}' ? i + 1 : 0;
}

bool text_blank_next(struct text *body, struct text *ret_name)
{
    for (size_t i = 0; i < body->len; i++) {
        const size_t n = text_blank_length((struct text){ body->ptr + i, body->len - i });
        if (!n) continue;
        *ret_name = (struct text){ body->ptr + i + 1, n - 2 };
        *body = (struct text){ body->ptr + i + n, body->len - i - n };
        return true;
    }
    return false;
}

bool text_blank_known(struct text name)
{
    static const char *const of_orders[] = { "item", "amount", "until", "stock", "sold", "order", "shop", "tracking" };
    for (size_t i = 0; i < sizeof of_orders / sizeof of_orders[0]; i++)
        if (text_is(name, of_orders[i])) return true;
    const struct shop_word_kind *kind = shop_word_kind(name);
    return kind && kind->kind == SHOP_WORD_TEXT;
}

static bool no(struct reason *ret, const char *rule, struct text en, struct text zh)
{
    *ret = (struct reason){ rule, en, zh };
    return false;
}

/* A line or, with `lines`, several; no other control characters. */
static bool plain(struct text s, size_t max, bool lines)
{
    if (s.len > max || !text_utf8_valid(s)) return false;
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.ptr[i] < 0x20 && !(lines && s.ptr[i] == '\n')) return false;
    return true;
}

static bool code_sound(struct text code)
{
    for (size_t i = 0; i < code.len; i++) {
        const char c = code.ptr[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.')) return false;
    }
    return code.len > 0 && code.len <= WORDING_CODE_MAX;
}

static bool blanks_known(struct arena *a, struct text body, struct reason *ret)
{
    struct text name;
    while (text_blank_next(&body, &name))
        if (!text_blank_known(name)) {
            *ret = (struct reason){ "blank", arena_printf(a, "{%.*s} is no blank that can be filled.", (int)name.len, name.ptr),
                                    arena_printf(a, "{%.*s} 不是可以填写的变量。", (int)name.len, name.ptr) };
            return false;
        }
    return true;
}

static bool lint_allows(struct arena *a, const struct wording_ground *g, const struct wording *w, struct text part, struct reason *ret)
{
    struct lint_findings f;
    for (int c = CHANNEL_CHAT; c <= CHANNEL_EMAIL; c++) {
        const struct lint_ask ask = { .text = part, .channel = (enum channel)c, .claims = wording_claims(w, (enum channel)c), .own_hosts = g->own_hosts, .own_site = g->own_site };
        if (!(w->channels & 1 << c)) continue;
        if (!lint_check(a, g->lint, &ask, &f)) return no(ret, "length", TEXT("The text is too long."), TEXT("内容太长。"));
        for (int i = 0; i < f.n; i++) {
            const struct lint_rule *rule = f.list[i].rule;
            const int n = (int)(f.list[i].to - f.list[i].from);
            if (rule->level != LINT_REFUSE) continue;
            *ret = (struct reason){ "lint", arena_printf(a, "\"%.*s\": %.*s %.*s", n, part.ptr + f.list[i].from, (int)rule->why_en.len, rule->why_en.ptr, (int)rule->instead_en.len, rule->instead_en.ptr),
                                    arena_printf(a, "“%.*s”：%.*s%.*s", n, part.ptr + f.list[i].from, (int)rule->why_zh.len, rule->why_zh.ptr, (int)rule->instead_zh.len, rule->instead_zh.ptr) };
            return false;
        }
    }
    return true;
}

bool wording_shaped(const struct wording *w, struct reason *ret)
{
    const int channels = 1 << CHANNEL_CHAT | 1 << CHANNEL_SMS | 1 << CHANNEL_EMAIL;
    const bool occasion = w->occasion > OCCASION_NONE && (int)w->occasion < OCCASION_COUNT && (int)w->topic >= 0 && (int)w->topic < TOPIC_COUNT;
    if (!code_sound(w->code)) return no(ret, "code", TEXT("A text's code is of small letters, digits, points and dashes."), TEXT("话术编号只能用小写字母、数字、点和短横线。"));
    if (!occasion || (w->topic != TOPIC_NONE && w->occasion != OCCASION_SCRIPT)) return no(ret, "occasion", TEXT("There is no such occasion."), TEXT("没有这个使用场合。"));
    if (w->language != LANGUAGE_EN && w->language != LANGUAGE_ZH) return no(ret, "language", TEXT("A text is English or Chinese."), TEXT("语言只能是中文或英文。"));
    if (w->class != MESSAGE_SERVICE && w->class != MESSAGE_COMMERCIAL) return no(ret, "class", TEXT("A text is a service message or a commercial one."), TEXT("话术要么是服务通知，要么是营销信息。"));
    if (!(w->windows & WINDOW_ANY) || (w->windows & ~WINDOW_ANY)) return no(ret, "windows", TEXT("Say in which hours the text fits."), TEXT("请选择适用的时段。"));
    if (!(w->channels & channels) || (w->channels & ~channels)) return no(ret, "channels", TEXT("Say for which channels the text is."), TEXT("请选择适用的渠道。"));
    if (w->claims & ~((1 << SAYS_COUNT) - 1)) return no(ret, "claims", TEXT("There is no such claim."), TEXT("没有这种说法。"));
    if (!plain(w->title, WORDING_TITLE_MAX, false) || text_empty(text_trim(w->title))) return no(ret, "title", TEXT("Give the text a short title."), TEXT("请给话术起一个简短的标题。"));
    if (!plain(w->body, WORDING_BODY_MAX, true) || text_empty(text_trim(w->body))) return no(ret, "body", TEXT("The text is empty, or too long."), TEXT("内容是空的，或者太长。"));
    if (!plain(w->subject, WORDING_SUBJECT_MAX, false)) return no(ret, "subject", TEXT("The subject is too long."), TEXT("邮件主题太长。"));
    if ((w->channels & 1 << CHANNEL_EMAIL) && text_empty(text_trim(w->subject))) return no(ret, "subject", TEXT("A mail needs a subject."), TEXT("邮件需要主题。"));
    return true;
}

bool wording_sound(struct arena *a, const struct wording_ground *g, const struct wording *w, struct reason *ret)
{
    if (!wording_shaped(w, ret)) return false;
    if (!blanks_known(a, w->body, ret) || !blanks_known(a, w->subject, ret)) return false;
    return lint_allows(a, g, w, w->body, ret) && lint_allows(a, g, w, w->subject, ret);
}
