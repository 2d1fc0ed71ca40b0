/* See queue_text.h. */
#include "desk/queue_text.h"

bool queue_texts_begin(struct answer *w, struct queue_texts *ret)
{
    const struct answer_ask *q = w->ask;
    return plan_desk_begin(&ret->plan, &(struct plan_desk_ask){ q->store, q->shop, q->policy, q->now_ms, NULL }) && text_desk_begin(&ret->desk, &ret->plan) &&
           text_trial_begin(&ret->trial, &ret->plan);
}

void queue_texts_end(struct queue_texts *t) { plan_desk_end(&t->plan); }

void queue_text_put(struct answer *w, json_t *o, struct queue_texts *t, const struct reminder_entry *e)
{
    const struct shop *shop = w->ask->shop;
    struct order_row row;
    struct text_facts f;
    bool found = false;
    if (!query_order(w->ask->store, shop, &w->arena, e->order_no, &row, &found) || !found || !text_facts_of(&t->desk, &w->arena, &row, &f)) {
        w->failed = true;
        return;
    }
    const struct text_ask ask = { text_occasion_of(&row.order, e->decision.wave), TOPIC_NONE, CHANNEL_CHAT, text_language_of(shop, row.order.country), &f };
    struct text key;
    const struct text_choice c = text_pick(&t->trial, &w->arena, &t->desk.set, &(struct text_pick_ask){ ask, e->order_no, e->decision.wave }, &key);
    put(w, o, "text", c.wording ? json_pack("{s:o, s:s, s:o, s:o}", "code", json_text(c.wording->code), "language", text_language_word(c.wording->language),
                                            "body", json_text(c.rendering.body), "key", json_text(key)) : json_null());
    put(w, o, "no_text", c.wording ? json_null() : json_reason(&c.reason));
}
