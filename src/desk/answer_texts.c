/* See answer_texts.h. */
#include "desk/answer_texts.h"
#include "desk/answer_json.h"
#include "desk/text_facts.h"

struct texts_answer { struct answer w; struct plan_desk plan; struct text_desk desk; bool begun; };
static const struct plan_people nobody; /* a text says nothing about people: their records need not be read */

static bool begin(struct texts_answer *t, const struct answer_ask *q)
{
    t->begun = false;
    if (!answer_begin(&t->w, q)) return false;
    t->begun = true;
    const struct plan_desk_ask ask = { q->store, q->shop, q->policy, q->now_ms, &nobody };
    t->w.failed |= !plan_desk_begin(&t->plan, &ask) || !text_desk_begin(&t->desk, &t->plan);
    return !t->w.failed;
}

static json_t *end(struct texts_answer *t, json_t *o, enum answer_error *ret_error)
{
    if (t->begun) plan_desk_end(&t->plan);
    return answer_end(&t->w, o, ret_error);
}

/* ---- small parts ---- */

static json_t *channels_json(int bits)
{
    json_t *list = json_array();
    for (int c = CHANNEL_CHAT; c <= CHANNEL_EMAIL; c++)
        if (bits & 1 << c) json_array_append_new(list, json_string(channel_word((enum channel)c)));
    return list;
}

static json_t *windows_json(int bits)
{
    json_t *list = json_array();
    for (int b = 1; b <= WINDOW_DAY_AFTER; b <<= 1)
        if (bits & b) json_array_append_new(list, json_string(text_window_word((enum text_window)b)));
    return list;
}

static json_t *claim_words_json(int bits)
{
    json_t *list = json_array();
    for (int i = 0; i < SAYS_COUNT; i++)
        if (bits & 1 << i) json_array_append_new(list, json_string(text_claim_word((enum text_claim)(1 << i))));
    return list;
}

static json_t *claims_json(struct texts_answer *t, const struct text_facts *f)
{
    json_t *list = json_array();
    for (int i = 0; i < SAYS_COUNT; i++) {
        struct reason why;
        const bool holds = text_claim_holds(&t->w.arena, (enum text_claim)(1 << i), f, &why);
        push(&t->w, list, json_pack("{s:s, s:b, s:o}", "claim", text_claim_word((enum text_claim)(1 << i)), "holds", holds, "reason", json_reason(&why)));
    }
    return list;
}

static json_t *level_json(enum lint_level l) { return json_string(l == LINT_REFUSE ? "refuse" : "warn"); }

static json_t *rules_json(struct texts_answer *t)
{
    const struct lint_rule *rules;
    const int n = lint_rules(t->desk.set.lint, &rules);
    json_t *list = json_array();
    for (int i = 0; i < n; i++) {
        json_t *o = json_object();
        if (rules[i].marketplace && t->desk.ground.own_site) {
            json_decref(o);
            continue;
        }
        put(&t->w, o, "rule", json_text(rules[i].word));
        put(&t->w, o, "level", level_json(rules[i].level));
        put(&t->w, o, "channels", channels_json(rules[i].channels));
        put(&t->w, o, "source", json_text(rules[i].source));
        put(&t->w, o, "date", json_text(rules[i].date));
        put(&t->w, o, "why", json_words(rules[i].why_en, rules[i].why_zh));
        put(&t->w, o, "instead", json_words(rules[i].instead_en, rules[i].instead_zh));
        push(&t->w, list, o);
    }
    return list;
}

/* ---- the list ---- */

static bool built_in(struct text code)
{
    int n;
    const struct wording *library = wording_library(&n);
    for (int i = 0; i < n; i++)
        if (text_eq(library[i].code, code)) return true;
    return false;
}

/* A script as an agent would send it; null where a word of the shop is missing. */
static json_t *filled_json(struct texts_answer *t, const struct wording *w, const struct text_facts *f)
{
    struct rendering r;
    struct reason why;
    if (w->occasion != OCCASION_SCRIPT || !text_render(&t->w.arena, &t->desk.set, w, CHANNEL_CHAT, f, &r, &why)) return json_null();
    return json_text(r.body);
}

static json_t *wording_json(struct texts_answer *t, const struct wording *w, const struct text_facts *f)
{
    struct answer *a = &t->w;
    json_t *o = json_object();
    put(a, o, "code", json_text(w->code));
    put(a, o, "occasion", json_string(occasion_word(w->occasion)));
    put(a, o, "topic", json_string(topic_word(w->topic)));
    put(a, o, "language", json_string(text_language_word(w->language)));
    put(a, o, "class", json_string(w->class == MESSAGE_COMMERCIAL ? "commercial" : "service"));
    put(a, o, "windows", windows_json(w->windows));
    put(a, o, "channels", channels_json(w->channels));
    put(a, o, "claims", claim_words_json(w->claims));
    put(a, o, "title", json_text(w->title));
    put(a, o, "subject", json_text(w->subject));
    put(a, o, "body", json_text(w->body));
    put(a, o, "filled", filled_json(t, w, f));
    put(a, o, "own", json_boolean(w->own));
    put(a, o, "off", json_boolean(w->off));
    put(a, o, "built_in", json_boolean(built_in(w->code)));
    return o;
}

static const char *kind_of(enum shop_word_value v)
{
    switch (v) {
    case SHOP_WORD_TEXT: return "text";
    case SHOP_WORD_NUMBER: return "number";
    case SHOP_WORD_MONEY: return "money";
    case SHOP_WORD_YES: return "yes";
    }
    return "text";
}

static json_t *words_json(struct texts_answer *t)
{
    int n;
    const struct shop_word_kind *kinds = shop_word_kinds(&n);
    json_t *list = json_array();
    for (int i = 0; i < n; i++) {
        struct text value = TEXT_NONE;
        for (int k = 0; k < t->desk.set.word_count; k++)
            if (text_is(t->desk.set.words[k].name, kinds[i].name)) value = t->desk.set.words[k].value;
        json_t *o = json_pack("{s:s, s:s}", "name", kinds[i].name, "kind", kind_of(kinds[i].kind));
        put(&t->w, o, "what", json_words(text_from_cstr(kinds[i].en), text_from_cstr(kinds[i].zh)));
        put(&t->w, o, "example", json_words(text_from_cstr(kinds[i].example_en), text_from_cstr(kinds[i].example_zh)));
        put(&t->w, o, "value", json_text(value));
        push(&t->w, list, o);
    }
    return list;
}

/* Is there a script for the topic that can be sent as it is?  Else what is missing. */
static bool topic_ready(struct texts_answer *t, enum script_topic topic, enum text_language language, const struct text_facts *f, struct reason *ret)
{
    *ret = (struct reason){ "none", TEXT("There is no script for it."), TEXT("还没有这个问题的话术。") };
    for (int i = 0; i < t->desk.set.n; i++) {
        const struct wording *w = &t->desk.set.list[i];
        struct rendering r;
        if (w->topic != topic || w->occasion != OCCASION_SCRIPT || w->off || w->language != language) continue;
        if (text_render(&t->w.arena, &t->desk.set, w, CHANNEL_CHAT, f, &r, ret)) {
            *ret = (struct reason){ "ready", TEXT("Ready to be sent."), TEXT("可以直接发送。") };
            return true;
        }
    }
    return false;
}

static void put_readiness(struct texts_answer *t, json_t *o, enum text_language language, const struct text_facts *f)
{
    json_t *list = json_array();
    json_int_t ready = 0;
    for (int i = TOPIC_CARRIER; i < TOPIC_COUNT; i++) {
        struct reason why;
        const bool must = i <= TOPIC_MUST_LAST, ok = topic_ready(t, (enum script_topic)i, language, f, &why);
        ready += must && ok;
        push(&t->w, list, json_pack("{s:s, s:o, s:b, s:b, s:o}", "topic", topic_word((enum script_topic)i), "name",
                                    json_words(topic_text((enum script_topic)i, false), topic_text((enum script_topic)i, true)), "ready", ok, "must", must, "reason", json_reason(&why)));
    }
    put(&t->w, o, "readiness", list);
    put(&t->w, o, "ready", json_integer(ready));
    put(&t->w, o, "needed", json_integer(TOPIC_MUST_LAST));
}

json_t *answer_texts(const struct answer_ask *q, enum answer_error *ret_error)
{
    struct texts_answer t;
    *ret_error = ANSWER_OK;
    if (!begin(&t, q)) return end(&t, NULL, ret_error);
    const enum text_language language = text_language_of(q->shop, TEXT_NONE);
    const struct text_facts f = text_facts_sample(&t.desk, language == LANGUAGE_ZH);
    json_t *o = json_object(), *texts = json_array();
    for (int i = 0; i < t.desk.set.n; i++) push(&t.w, texts, wording_json(&t, &t.desk.set.list[i], &f));
    put(&t.w, o, "texts", texts);
    put(&t.w, o, "words", words_json(&t));
    put_readiness(&t, o, language, &f);
    put(&t.w, o, "claims", claims_json(&t, &f));
    put(&t.w, o, "rules", rules_json(&t));
    put(&t.w, o, "now", json_pack("{s:s, s:s}", "window", text_window_word((enum text_window)text_window_at(&f)), "language", text_language_word(language)));
    return end(&t, o, ret_error);
}

/* ---- one text ---- */

/* UTF-16 units before byte `to`. */
static json_int_t units_before(struct text s, size_t to)
{
    json_int_t n = 0;
    for (size_t at = 0; at < to && at < s.len;) n += utf8_take(s, &at) >= 0x10000 ? 2 : 1;
    return n;
}

static json_t *findings_json(struct texts_answer *t, const struct rendering *r)
{
    json_t *list = json_array();
    for (int i = 0; i < r->lint.n; i++) {
        const struct lint_finding *x = &r->lint.list[i];
        json_t *o = json_object();
        put(&t->w, o, "rule", json_text(x->rule->word));
        put(&t->w, o, "level", level_json(x->rule->level));
        put(&t->w, o, "found", json_text((struct text){ r->body.ptr + x->from, x->to - x->from }));
        put(&t->w, o, "from", json_integer(units_before(r->body, x->from)));
        put(&t->w, o, "to", json_integer(units_before(r->body, x->to)));
        put(&t->w, o, "why", json_words(x->rule->why_en, x->rule->why_zh));
        put(&t->w, o, "instead", json_words(x->rule->instead_en, x->rule->instead_zh));
        put(&t->w, o, "source", json_text(x->rule->source));
        put(&t->w, o, "date", json_text(x->rule->date));
        push(&t->w, list, o);
    }
    return list;
}

static json_t *sms_json(struct texts_answer *t, const struct rendering *r, const struct text_facts *f)
{
    const struct sms_size *s = &r->size;
    if (!s->alphabet) return json_null();
    json_t *o = json_pack("{s:s, s:i, s:i, s:i, s:i, s:i}", "alphabet", s->alphabet == SMS_GSM7 ? "gsm7" : "ucs2", "characters", s->characters, "units", s->units,
                          "parts", s->parts, "per_part", s->per_part, "left", s->left);
    put(&t->w, o, "cost", f->sms_per_1000_minor > 0 ? json_money(&t->w, r->cost_minor) : json_null());
    return o;
}

static json_t *blanks_json(struct texts_answer *t, const struct wording *w)
{
    struct text body = w->body, name;
    json_t *list = json_array();
    while (text_blank_next(&body, &name)) push(&t->w, list, json_pack("{s:o, s:b}", "name", json_text(name), "known", text_blank_known(name)));
    return list;
}

static void put_rendering(struct texts_answer *t, json_t *o, const struct rendering *r, const struct text_facts *f)
{
    put(&t->w, o, "subject", json_text(r->subject));
    put(&t->w, o, "body", json_text(r->body));
    put(&t->w, o, "sms", sms_json(t, r, f));
    put(&t->w, o, "findings", findings_json(t, r));
}

/* The facts of the order, or of one as it might be; false when it is not there or something failed. */
static bool facts_find(struct texts_answer *t, struct text order_no, bool zh, struct text_facts *ret, struct order_row *ret_row)
{
    const struct answer_ask *q = t->w.ask;
    bool found = false;
    *ret = text_facts_sample(&t->desk, zh);
    if (text_empty(order_no)) return true;
    t->w.failed |= !query_order(q->store, q->shop, &t->w.arena, order_no, ret_row, &found);
    if (found) t->w.failed |= !text_facts_of(&t->desk, &t->w.arena, ret_row, ret);
    return found && !t->w.failed;
}

static json_t *not_found(struct texts_answer *t, enum answer_error *ret_error)
{
    const bool failed = t->w.failed;
    t->w.failed = true;
    json_t *o = end(t, NULL, ret_error);
    if (!failed) *ret_error = ANSWER_NOT_FOUND;
    return o;
}

json_t *answer_text_preview(const struct answer_ask *q, const struct preview_ask *p, enum answer_error *ret_error)
{
    struct texts_answer t;
    struct text_facts f;
    struct order_row row;
    struct rendering r;
    struct reason why;
    *ret_error = ANSWER_OK;
    if (!begin(&t, q)) return end(&t, NULL, ret_error);
    if (!facts_find(&t, p->order_no, p->wording.language == LANGUAGE_ZH, &f, &row)) return not_found(&t, ret_error);
    const bool ok = text_render(&t.w.arena, &t.desk.set, &p->wording, p->channel, &f, &r, &why);
    json_t *o = json_pack("{s:b}", "ok", ok);
    put(&t.w, o, "reason", ok ? json_null() : json_reason(&why));
    put_rendering(&t, o, &r, &f);
    put(&t.w, o, "claims", claims_json(&t, &f));
    put(&t.w, o, "blanks", blanks_json(&t, &p->wording));
    put(&t.w, o, "order", json_text(p->order_no));
    return end(&t, o, ret_error);
}

json_t *answer_text_choose(const struct answer_ask *q, const struct choose_ask *c, enum answer_error *ret_error)
{
    struct texts_answer t;
    struct text_facts f;
    struct order_row row = { .order_id = 0 };
    *ret_error = ANSWER_OK;
    if (!begin(&t, q)) return end(&t, NULL, ret_error);
    if (text_empty(c->order_no) || !facts_find(&t, c->order_no, true, &f, &row)) return not_found(&t, ret_error);
    const enum text_language language = c->language ? c->language : text_language_of(q->shop, row.order.country);
    const struct text_ask ask = { c->occasion, c->topic, c->channel, language, &f };
    const struct text_choice choice = text_choose(&t.w.arena, &t.desk.set, &ask);
    json_t *o = json_object();
    put(&t.w, o, "order", json_text(c->order_no));
    put(&t.w, o, "at", json_instant(&t.w, q->now_ms));
    put(&t.w, o, "ok", json_boolean(choice.wording != NULL));
    put(&t.w, o, "code", choice.wording ? json_text(choice.wording->code) : json_null());
    put(&t.w, o, "channel", json_string(channel_word(c->channel)));
    put(&t.w, o, "language", json_string(text_language_word(language)));
    put(&t.w, o, "window", json_string(text_window_word((enum text_window)text_window_at(&f))));
    put(&t.w, o, "reason", json_reason(&choice.reason));
    put_rendering(&t, o, &choice.rendering, &f);
    put(&t.w, o, "claims", claims_json(&t, &f));
    return end(&t, o, ret_error);
}
