/* What is said to buyers, for the page and the command line: the shop's texts, words and scripts, and what a text would become. As
 * desk/answer.h: each gives a new reference, or NULL and *ret_error; nothing writes. */
#ifndef ZG_DESK_ANSWER_TEXTS_H
#define ZG_DESK_ANSWER_TEXTS_H
#include "core/contact/texts.h"
#include "desk/answer.h"

/* GET /stores/{key}/texts and `zhanggui texts list --json`: {"texts":[{"code","occasion","topic","language","class","windows","channels","claims",
 * "title","subject","body","filled","own","off","built_in"}],"words":[{"name","kind","what","example","value"}],"readiness":[{"topic","name",
 * "ready","must","reason"}],"ready","needed","claims":[{"claim","holds","reason"}],"rules":[{"rule","level","source",
 * "date","why","instead","channels"}],"now":{"window","language"}}.  filled: a script with the shop's words in its blanks, as an agent would send it. */
json_t *answer_texts(const struct answer_ask *q, enum answer_error *ret_error);

struct preview_ask {
    struct wording wording;
    enum channel channel;
    struct text order_no;         /* empty: an order as it might be */
};
/* POST /stores/{key}/texts/preview, `zhanggui texts render|lint --json`: {"ok","reason","subject","body","sms":{"alphabet","characters","units",
 * "parts","per_part","left","cost"}|null,"findings":[{"rule","level","found","from","to","why","instead","source","date"}],"claims":[{"claim",
 * "holds","reason"}],"blanks":[{"name","known"}],"order"}.  from, to: UTF-16 units of the body. */
json_t *answer_text_preview(const struct answer_ask *q, const struct preview_ask *p, enum answer_error *ret_error);

struct choose_ask { enum occasion occasion; enum script_topic topic; enum channel channel; enum text_language language /* 0: the buyer's */; struct text order_no; };
/* GET /stores/{key}/texts/choose, `zhanggui texts render --occasion`: the text that fits best for an order at an instant: {"code" or null, "reason",
 * "subject","body",..} as above. ANSWER_NOT_FOUND: there is no such order. */
json_t *answer_text_choose(const struct answer_ask *q, const struct choose_ask *c, enum answer_error *ret_error);

/* GET /stores/{key}/text_gains: {"on": texts are being tried,"wanted": the policy says so,"reminders" in 28 days,"needed","days","groups":[{"occasion",
 * "language","channel","wave","best": the code of the text that is left alone, or null,"texts":[{"code","title","body","own","current": worded so
 * now,"used","told": outcome known,"won","rate","low","high": at 95 % at every look for the group, null where nothing is known,"out"}]}]}. A group
 * is what is compared; most used first. */
json_t *answer_text_gains(const struct answer_ask *q, enum answer_error *ret_error);
#endif
