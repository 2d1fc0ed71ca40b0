/* What to say to the buyer of a row of the queue, by chat, ready to copy: from the shop's texts, with claims that are true now. */
#ifndef ZG_DESK_QUEUE_TEXT_H
#define ZG_DESK_QUEUE_TEXT_H
#include "desk/text_pick.h"
#include "desk/today_facts.h"

struct queue_texts { struct plan_desk plan; struct text_desk desk; struct text_trial trial; };
bool queue_texts_begin(struct answer *w, struct queue_texts *ret); /* queue_texts_end is called either way */
void queue_texts_end(struct queue_texts *t);
/* Puts "text": {"code","language","body","key"}, or null and "no_text": the reason. */
void queue_text_put(struct answer *w, json_t *o, struct queue_texts *t, const struct reminder_entry *e);
#endif
