/* See texts.h.  Rendering goes on after a refusal, so that a preview shows as much as there is; the first refusal is the one told. */
#include <assert.h>
#include <inttypes.h>
#include "core/contact/texts.h"
#include "core/words.h"

enum { ITEM_BYTES_MAX = 72 /* titles are stuffed with words; the beginning tells what it is */, RENDERED_MAX = 4096 };

struct title_place { size_t from, to; }; /* of the goods' title: struct lint_ask */
struct filling {
    struct arena *a;
    const struct wording_set *set;
    const struct wording *w;
    const struct text_facts *f;
    char *to;
    size_t len;
    struct title_place item, subject_item;
    struct reason *reason; /* rule NULL while nothing was refused */
};

static void refuse(struct filling *r, struct reason why)
{
    if (!r->reason->rule) *r->reason = why;
}

/* ---- blanks ---- */

/* The greatest round number below n, of two leading digits at most and a zero behind: 1,234 is told as 1,200 and 49 as 40, so that "more
 * than" it is true. */
static int64_t round_below(int64_t n)
{
    int64_t step = 10;
    while ((n - 1) / step >= 100) step *= 10;
    return (n - 1) / step * step;
}

static struct text item_short(struct arena *a, struct text item)
{
    if (item.len <= ITEM_BYTES_MAX) return item;
    const struct text clipped = text_trim(text_clip_utf8(item, ITEM_BYTES_MAX));
    return arena_printf(a, "%.*s…", (int)clipped.len, clipped.ptr);
}

static struct text shop_word_value(const struct wording_set *set, struct text name)
{
    for (int i = 0; i < set->word_count; i++)
        if (text_eq(set->words[i].name, name)) return set->words[i].value;
    return TEXT_NONE;
}

static struct text number_text(struct arena *a, int64_t n) { return n < 0 ? TEXT_NONE : arena_printf(a, "%" PRId64, n); }

/* What stands for a blank; TEXT_NONE when nobody knows. */
static struct text blank_value(struct filling *r, struct text name)
{
    const struct text_facts *f = r->f;
    const bool zh = r->w->language == LANGUAGE_ZH;
    if (text_is(name, "item")) return item_short(r->a, f->item);
    if (text_is(name, "order")) return f->order_no;
    if (text_is(name, "tracking")) return f->tracking;
    if (text_is(name, "shop")) return f->shop_name;
    if (text_is(name, "amount")) return f->amount_minor < 0 ? TEXT_NONE : words_money(r->a, f->amount_minor, f->currency);
    if (text_is(name, "until")) {
        if (f->pay_until_ms == INSTANT_NONE || f->pay_until_ms <= f->now_ms) return TEXT_NONE;
        return words_clock(r->a, f->pay_until_ms, f->now_ms, f->zone, zh);
    }
    if (text_is(name, "stock")) return number_text(r->a, f->stock_pieces);
    if (text_is(name, "sold")) return number_text(r->a, f->sold_pieces <= 0 ? -1 : round_below(f->sold_pieces));
    return shop_word_value(r->set, name);
}

static bool put(struct filling *r, struct text s)
{
    if (s.len > RENDERED_MAX - r->len) return false;
    if (s.len) memcpy(r->to + r->len, s.ptr, s.len);
    r->len += s.len;
    return true;
}

static struct reason blank_reason(struct arena *a, struct text name)
{
    const struct shop_word_kind *kind = shop_word_kind(name);
    const int n = name.len < 40 ? (int)name.len : 40;
    if (kind) return (struct reason){ "blank", arena_printf(a, "Your shop has not told yet: %s.", kind->en), arena_printf(a, "还没有填写“%s”。", kind->zh) };
    return (struct reason){ "blank", arena_printf(a, "Nothing is known to fill {%.*s} with.", n, name.ptr), arena_printf(a, "没有可以填入 {%.*s} 的内容。", n, name.ptr) };
}

static bool put_blank(struct filling *r, struct text name, struct text as_written)
{
    const struct text value = blank_value(r, name);
    if (text_empty(value)) {
        refuse(r, blank_reason(r->a, name));
        return put(r, as_written);
    }
    if (text_is(name, "item")) r->item.from = r->len;
    const bool ok = put(r, value);
    if (text_is(name, "item")) r->item.to = r->len;
    return ok;
}

/* False when it does not fit. */
static bool fill(struct filling *r, struct text s)
{
    while (!text_empty(s)) {
        size_t n = 0;
        while (n < s.len && s.ptr[n] != '{') n++;
        if (!put(r, (struct text){ s.ptr, n })) return false;
        s = (struct text){ s.ptr + n, s.len - n };
        if (text_empty(s)) break;
        n = text_blank_length(s);
        const bool ok = n ? put_blank(r, (struct text){ s.ptr + 1, n - 2 }, (struct text){ s.ptr, n }) : put(r, (struct text){ s.ptr, 1 });
        if (!ok) return false;
        n = n ? n : 1;
        s = (struct text){ s.ptr + n, s.len - n };
    }
    return true;
}

static int blanks_claim(struct text s) { return (text_contains(s, TEXT("{stock}")) ? SAYS_STOCK_LOW : 0) | (text_contains(s, TEXT("{sold}")) ? SAYS_SOLD_COUNT : 0); }

int wording_claims(const struct wording *w, enum channel channel)
{
    return w->claims | blanks_claim(w->body) | (channel == CHANNEL_EMAIL ? blanks_claim(w->subject) : 0);
}

static void check_claims(struct filling *r, enum channel channel)
{
    const int claims = wording_claims(r->w, channel);
    for (int i = 0; i < SAYS_COUNT; i++) {
        struct reason why;
        if ((claims & 1 << i) && !text_claim_holds(r->a, (enum text_claim)(1 << i), r->f, &why)) refuse(r, why);
    }
}

/* ---- who writes, and how to make it stop ---- */

static bool sign(struct filling *r)
{
    struct text name = shop_word_value(r->set, TEXT("signature"));
    const bool zh = r->w->language == LANGUAGE_ZH;
    if (text_empty(name)) name = r->f->shop_name;
    if (text_empty(name)) {
        refuse(r, (struct reason){ "signature", TEXT("An SMS has to say who sends it: set the shop's signature."), TEXT("短信必须写明发送方，请先设置短信签名。") });
        return true;
    }
    return put(r, zh ? TEXT("【") : TEXT("")) && put(r, name) && put(r, zh ? TEXT("】") : TEXT(": "));
}

/* Commercial messages only: 《通信短信息服务管理规定》 in force since 2015-06-30; US 47 CFR 64.1200; Directive 2002/58/EC art. 13. */
static bool sms_opt_out(struct filling *r)
{
    struct text how = shop_word_value(r->set, TEXT("sms_opt_out"));
    const bool zh = r->w->language == LANGUAGE_ZH;
    if (text_empty(how)) how = zh ? TEXT("拒收请回复R") : TEXT("Reply STOP to opt out");
    return put(r, zh ? TEXT("，") : TEXT(" ")) && put(r, how);
}

static bool email_foot(struct filling *r)
{
    const bool zh = r->w->language == LANGUAGE_ZH;
    if (!put(r, TEXT("\n\n")) || !put(r, r->f->shop_name)) return false;
    if (text_empty(r->f->unsubscribe)) {
        if (r->w->class == MESSAGE_COMMERCIAL)
            refuse(r, (struct reason){ "opt-out", TEXT("A commercial mail needs a link by which it can be opted out of; there is none."), TEXT("营销邮件必须带退订链接，目前没有。") });
        return true;
    }
    return put(r, zh ? TEXT("\n不想再收到这类邮件：") : TEXT("\nIf you want no more such mail: ")) && put(r, r->f->unsubscribe);
}

static struct text without_full_stop(struct text s)
{
    return text_ends_with(s, TEXT("。")) ? (struct text){ s.ptr, s.len - TEXT("。").len } : s;
}

static bool compose(struct filling *r, enum channel channel, struct rendering *ret)
{
    const bool sms = channel == CHANNEL_SMS, opt_out = sms && r->w->class == MESSAGE_COMMERCIAL;
    if (channel == CHANNEL_EMAIL) {
        if (!fill(r, r->w->subject)) return false;
        ret->subject = arena_text(r->a, (struct text){ r->to, r->len });
        r->subject_item = r->item;
        r->item = (struct title_place){ 0, 0 };
        r->len = 0;
        if (text_empty(ret->subject)) refuse(r, (struct reason){ "subject", TEXT("A mail needs a subject."), TEXT("邮件需要主题。") });
    }
    if (sms && !sign(r)) return false;
    const bool zh_sms = opt_out && r->w->language == LANGUAGE_ZH;
    if (!fill(r, zh_sms ? without_full_stop(text_trim(r->w->body)) : text_trim(r->w->body))) return false;
    if (opt_out && !sms_opt_out(r)) return false;
    return channel != CHANNEL_EMAIL || email_foot(r);
}

/* ---- the whole ---- */

static void refuse_by_lint(struct filling *r, const struct rendering *made)
{
    for (int i = 0; i < made->lint.n; i++) {
        const struct lint_finding *x = &made->lint.list[i];
        if (x->rule->level != LINT_REFUSE) continue;
        const int n = (int)(x->to - x->from);
        const char *found = made->body.ptr + x->from;
        refuse(r, (struct reason){ arena_printf(r->a, "%.*s", (int)x->rule->word.len, x->rule->word.ptr).ptr,
                                   arena_printf(r->a, "\"%.*s\": %.*s", n, found, (int)x->rule->why_en.len, x->rule->why_en.ptr),
                                   arena_printf(r->a, "“%.*s”：%.*s", n, found, (int)x->rule->why_zh.len, x->rule->why_zh.ptr) });
        return;
    }
}

static bool too_long(struct filling *r)
{
    refuse(r, (struct reason){ "length", TEXT("The text is too long."), TEXT("内容太长。") });
    return false;
}

/* The subject is read with the same eyes: it is linted, too, and what is found there refuses, though its places are not told. */
static bool look(struct filling *r, enum channel channel, struct rendering *ret)
{
    struct lint_ask ask = { .text = ret->body, .channel = channel, .claims = wording_claims(r->w, channel), .own_hosts = r->f->own_hosts, .own_site = r->f->own_site,
                            .title_from = r->item.from, .title_to = r->item.to };
    struct lint_findings of_subject;
    if (!lint_check(r->a, r->set->lint, &ask, &ret->lint)) return too_long(r);
    refuse_by_lint(r, ret);
    if (text_empty(ret->subject)) return true;
    ask.text = ret->subject;
    ask.title_from = r->subject_item.from;
    ask.title_to = r->subject_item.to;
    if (!lint_check(r->a, r->set->lint, &ask, &of_subject)) return too_long(r);
    refuse_by_lint(r, &(struct rendering){ .body = ret->subject, .lint = of_subject });
    return true;
}

bool text_render(struct arena *a, const struct wording_set *set, const struct wording *w, enum channel channel, const struct text_facts *f,
                 struct rendering *ret, struct reason *ret_reason)
{
    struct filling r = { .a = a, .set = set, .w = w, .f = f, .to = arena_take(a, RENDERED_MAX + 1, 1), .reason = ret_reason };
    *ret = (struct rendering){ .cost_minor = 0 };
    *ret_reason = (struct reason){ .rule = NULL };
    if (!r.to) return too_long(&r);
    if (!(w->channels & 1 << channel))
        refuse(&r, (struct reason){ "channel", TEXT("This text is not meant for this channel."), TEXT("这段话术不用于这个渠道。") });
    check_claims(&r, channel);
    if (!compose(&r, channel, ret)) return too_long(&r);
    ret->body = arena_text(a, (struct text){ r.to, r.len });
    if (text_empty(text_trim(ret->body))) refuse(&r, (struct reason){ "empty", TEXT("There is no text."), TEXT("内容是空的。") });
    if (!look(&r, channel, ret)) return false;
    if (channel == CHANNEL_SMS) {
        if (!sms_measure(ret->body, &ret->size)) return too_long(&r);
        ret->cost_minor = sms_cost_minor(ret->size.parts, f->sms_per_1000_minor);
    }
    return !ret_reason->rule && !a->failed;
}

/* ---- choosing ---- */

static int bits(int x)
{
    int n = 0;
    for (; x; x &= x - 1) n++;
    return n;
}

/* < 0 when x is to be preferred. */
static int preference(const struct wording *x, const struct wording *y, enum channel channel)
{
    if (x->own != y->own) return x->own ? -1 : 1;
    const int more = bits(wording_claims(y, channel)) - bits(wording_claims(x, channel));
    return more ? more : bits(x->windows) - bits(y->windows);
}

static bool asked_for(const struct wording *w, const struct text_ask *ask, int window)
{
    return !w->off && w->occasion == ask->occasion && w->topic == ask->topic && w->language == ask->language && (w->channels & 1 << ask->channel)
        && (w->windows & window) && (w->class == MESSAGE_SERVICE || ask->consent);
}

/* What is asked for, the one to prefer first; as many as the set has find place. */
static int by_preference(const struct wording_set *set, const struct text_ask *ask, const struct wording **ret)
{
    const int window = text_window_at(ask->facts);
    int n = 0;
    for (int i = 0; i < set->n; i++) {
        const struct wording *w = &set->list[i];
        if (!asked_for(w, ask, window)) continue;
        int at = n++;
        for (; at > 0 && preference(w, ret[at - 1], ask->channel) < 0; at--) ret[at] = ret[at - 1];
        ret[at] = w;
    }
    return n;
}

int text_candidates(struct arena *a, const struct wording_set *set, const struct text_ask *ask, struct text_candidate *ret, int max, struct reason *ret_reason)
{
    const struct wording **asked = ARENA_ARRAY(a, const struct wording *, (size_t)set->n + 1);
    struct reason first = { "no-text", TEXT("There is no text for this occasion, channel, language and hour."), TEXT("没有适合这个场合、渠道、语言和时段的话术。") };
    const int asked_count = asked ? by_preference(set, ask, asked) : 0;
    int n = 0;
    for (int i = 0; i < asked_count && n < max; i++) {
        struct reason why;
        struct rendering *made = ARENA_NEW(a, struct rendering);
        if (!made) break;
        if (text_render(a, set, asked[i], ask->channel, ask->facts, made, &why)) ret[n++] = (struct text_candidate){ asked[i], made };
        else if (i == 0) first = why;
    }
    *ret_reason = n ? (struct reason){ .rule = "text", .en = TEXT("A text fits."), .zh = TEXT("有合适的话术。") } : first;
    return n;
}

struct text_choice text_choice_of(const struct text_candidate *c)
{
    return (struct text_choice){ c->wording, *c->rendering,
                                 { c->wording->own ? "own-text" : "built-in-text", TEXT("A text fits."), TEXT("有合适的话术。") } };
}

struct text_choice text_choose(struct arena *a, const struct wording_set *set, const struct text_ask *ask)
{
    struct text_candidate best;
    struct text_choice none = { .wording = NULL };
    return text_candidates(a, set, ask, &best, 1, &none.reason) > 0 ? text_choice_of(&best) : none;
}
