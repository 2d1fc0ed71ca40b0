/* What is said to buyers: the shop's texts, words and scripts; what a text would become as it is typed. */
#include "desk/answer_texts.h"
#include "desk/texts.h"
#include "web/call.h"
#include "web/pages.h"
#include "web/reply.h"

void texts_read(struct call *c, struct store *s)
{
    struct shop shop;
    struct answer_ask ask;
    enum answer_error error = ANSWER_FAILED;
    int64_t at_ms;
    if (!call_at(c, target_arg(&c->target, "at"), &at_ms) || !call_ask(c, s, at_ms, &shop, &ask)) return;
    json_t *j = answer_texts(&ask, &error);
    reply_answer(c, j, error, s);
}

/* ---- one text, as the page sends it ---- */

static struct text member(const json_t *o, const char *name)
{
    const json_t *v = json_object_get(o, name);
    return json_is_string(v) ? (struct text){ json_string_value(v), json_string_length(v) } : TEXT_NONE;
}

static bool channel_find(struct text word, enum channel *ret)
{
    for (int i = CHANNEL_CHAT; i <= CHANNEL_EMAIL; i++)
        if (text_is(word, channel_word((enum channel)i))) {
            *ret = (enum channel)i;
            return true;
        }
    return false;
}

static int channel_bit(struct text word)
{
    enum channel channel;
    return channel_find(word, &channel) ? 1 << channel : 0;
}

static int window_bit(struct text word)
{
    for (int b = 1; b <= WINDOW_DAY_AFTER; b <<= 1)
        if (text_is(word, text_window_word((enum text_window)b))) return b;
    return 0;
}

/* The bits of an array of words; false when it holds anything else. */
static bool read_bits(const json_t *o, const char *name, int bit_of(struct text word), int *ret)
{
    const json_t *list = json_object_get(o, name), *v;
    size_t i;
    *ret = 0;
    if (!json_is_array(list)) return false;
    json_array_foreach(list, i, v) {
        const int bit = json_is_string(v) ? bit_of((struct text){ json_string_value(v), json_string_length(v) }) : 0;
        if (!bit) return false;
        *ret |= bit;
    }
    return true;
}

/* False when answered. What a text may hold is checked where it is kept; here only the words of the fields are. */
static bool read_wording(struct call *c, struct wording *ret)
{
    const json_t *o = c->body;
    const struct text topic = member(o, "topic"), class = member(o, "class"), language = member(o, "language");
    const char *wrong = NULL;
    *ret = (struct wording){ .code = member(o, "code"), .title = member(o, "title"), .subject = member(o, "subject"), .body = member(o, "body"), .own = true,
                             .off = json_is_true(json_object_get(o, "off")) };
    ret->class = text_is(class, "commercial") ? MESSAGE_COMMERCIAL : MESSAGE_SERVICE;
    ret->language = text_is(language, "zh") ? LANGUAGE_ZH : LANGUAGE_EN;
    if (!occasion_find(member(o, "occasion"), &ret->occasion)) wrong = "occasion";
    else if (topic.len && !topic_find(topic, &ret->topic)) wrong = "topic";
    else if (!text_is(class, "commercial") && !text_is(class, "service")) wrong = "class";
    else if (!text_is(language, "zh") && !text_is(language, "en")) wrong = "language";
    else if (!read_bits(o, "windows", window_bit, &ret->windows)) wrong = "windows";
    else if (!read_bits(o, "channels", channel_bit, &ret->channels)) wrong = "channels";
    else if (!read_bits(o, "claims", text_claim_find, &ret->claims)) wrong = "claims";
    else if (ret->body.len > WORDING_BODY_MAX) wrong = "body";
    else if (ret->subject.len > WORDING_SUBJECT_MAX) wrong = "subject";
    if (wrong) reply_fault(c, FAULT_FIELD, wrong);
    return !wrong;
}

void text_preview_read(struct call *c, struct store *s)
{
    struct shop shop;
    struct answer_ask ask;
    struct preview_ask p = { .order_no = member(c->body, "order") };
    enum answer_error error = ANSWER_FAILED;
    int64_t at_ms;
    if (!read_wording(c, &p.wording)) return;
    if (!channel_find(member(c->body, "channel"), &p.channel)) {
        reply_fault(c, FAULT_FIELD, "channel");
        return;
    }
    if (!call_at(c, member(c->body, "at"), &at_ms) || !call_ask(c, s, at_ms, &shop, &ask)) return;
    json_t *j = answer_text_preview(&ask, &p, &error);
    reply_answer(c, j, error, s);
}

void text_choose_read(struct call *c, struct store *s)
{
    struct shop shop;
    struct answer_ask ask;
    struct choose_ask q = { .occasion = OCCASION_REMIND, .channel = CHANNEL_CHAT, .order_no = target_arg(&c->target, "order") };
    const struct text occasion = target_arg(&c->target, "occasion"), channel = target_arg(&c->target, "channel"), language = target_arg(&c->target, "language");
    enum answer_error error = ANSWER_FAILED;
    int64_t at_ms;
    const char *wrong = NULL;
    if (!q.order_no.len) wrong = "order";
    else if (occasion.len && !occasion_find(occasion, &q.occasion)) wrong = "occasion";
    else if (channel.len && !channel_find(channel, &q.channel)) wrong = "channel";
    else if (language.len && !text_is(language, "zh") && !text_is(language, "en")) wrong = "language";
    if (wrong) {
        reply_fault(c, FAULT_FIELD, wrong);
        return;
    }
    if (language.len) q.language = text_is(language, "zh") ? LANGUAGE_ZH : LANGUAGE_EN;
    if (!call_at(c, target_arg(&c->target, "at"), &at_ms) || !call_ask(c, s, at_ms, &shop, &ask)) return;
    json_t *j = answer_text_choose(&ask, &q, &error);
    reply_answer(c, j, error, s);
}

/* ---- changes: they wait for the writer, as a text is changed a few times in a shop's life ---- */

static void change(struct call *c, struct text_change *q)
{
    struct desk_message message = { 0 };
    q->store = c->params[0];
    q->user_id = c->who.user_id;
    const enum desk_result r = desk_text_change(c->web->options.desk, q, &message);
    if (r != DESK_DONE) reply_message(c, r, &message);
    else reply_json(c, 200, json_pack("{s:b}", "ok", 1));
}

void text_keep_read(struct call *c, struct store *s)
{
    struct shop shop;
    struct text_change q = { .verb = TEXT_KEEP };
    if (call_shop(c, s, &shop) && read_wording(c, &q.wording)) change(c, &q);
}

void text_forget_read(struct call *c, struct store *s)
{
    struct shop shop;
    struct text_change q = { .verb = TEXT_FORGET };
    if (call_shop(c, s, &shop) && call_text(c, "code", 1, WORDING_CODE_MAX, &q.wording.code)) change(c, &q);
}

/* {"values": {"carrier": "SF", "return_days": null}}: null forgets a word. */
void shop_words_read(struct call *c, struct store *s)
{
    struct shop_word words[SHOP_WORDS_MAX];
    struct text_change q = { .verb = TEXT_WORDS, .words = words };
    struct shop shop;
    const char *name;
    json_t *v, *all = json_object_get(c->body, "values");
    if (!call_shop(c, s, &shop)) return;
    bool ok = json_is_object(all) && json_object_size(all) > 0 && json_object_size(all) <= SHOP_WORDS_MAX;
    if (ok)
        json_object_foreach(all, name, v) {
            ok = ok && (json_is_null(v) || json_is_string(v));
            words[q.word_count++] = (struct shop_word){ text_from_cstr(name), json_is_string(v) ? (struct text){ json_string_value(v), json_string_length(v) } : TEXT_NONE };
        }
    if (ok) change(c, &q);
    else reply_fault(c, FAULT_FIELD, "values");
}
