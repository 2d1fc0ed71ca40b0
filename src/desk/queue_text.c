/* See queue_text.h. */
#include "desk/queue_text.h"

bool queue_texts_begin(struct answer *w, struct queue_texts *ret)
{
    int n;
    ret->set = (struct wording_set){ .list = wording_library(&n), .lint = lint_load(&w->arena) };
    ret->set.n = n;
    return ret->set.lint != NULL;
}

void queue_texts_end(struct queue_texts *t) { t->set.n = 0; }

void queue_text_put(struct answer *w, json_t *o, struct queue_texts *t, const struct reminder_entry *e, struct text item)
{
    const struct shop *shop = w->ask->shop;
    struct text_facts f = text_facts_none(w->ask->now_ms, shop->zone, text_from_cstr(shop->name));
    f.currency = shop->currency;
    f.amount_minor = e->open_minor == CLAIM_NONE ? -1 : e->open_minor;
    f.order_no = e->order_no;
    f.item = item;
    const struct text_ask ask = { OCCASION_REMIND, TOPIC_NONE, CHANNEL_CHAT, LANGUAGE_ZH, &f };
    const struct text_choice c = text_choose(&w->arena, &t->set, &ask);
    put(w, o, "text", c.wording ? json_pack("{s:o, s:s, s:o}", "code", json_text(c.wording->code), "language", text_language_word(c.wording->language),
                                            "body", json_text(c.rendering.body)) : json_null());
    put(w, o, "no_text", c.wording ? json_null() : json_reason(&c.reason));
}
