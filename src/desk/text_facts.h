/* What may be said about one order at one instant: the shop's texts and words, and the facts that claims rest on.
 *
 *     struct text_desk t;
 *     text_desk_begin(&t, &plan_desk);                       once for many orders, in the plan's transaction; its memory is the plan's
 *     struct text_facts f;
 *     text_facts_of(&t, &arena, &order_row, &f);             f.unsubscribe is the caller's to set
 *     struct text_choice c = text_choose(&arena, &t.set, &(struct text_ask){ OCCASION_REMIND, TOPIC_NONE, CHANNEL_SMS, LANGUAGE_ZH, &f }); */
#ifndef ZG_DESK_TEXT_FACTS_H
#define ZG_DESK_TEXT_FACTS_H
#include "desk/plan_facts.h"
#include "store/text_store.h"

/* Sellable pieces as lists of stock tell them, of one merchant's code or, without one, of one product. */
struct stock_entry { struct text product_no, sku_code; int64_t everywhere /* told for all locations; -1: not */, by_location /* their sum */; bool stale; struct stock_entry *next; };
enum { STOCK_BUCKETS = 4096 };
struct text_desk {
    struct plan_desk *plan;
    struct wording_set set;
    struct wording_ground ground;
    struct stock_entry **stock;  /* STOCK_BUCKETS, or NULL: nobody claims anything about stock */
    int64_t stock_fresh_ms;      /* a figure of stock older than this is none */
    int64_t closes_after_ms;     /* of an unpaid order, by the platform; 0: nobody has said */
};
/* False on a database failure. */
bool text_desk_begin(struct text_desk *t, struct plan_desk *plan);
bool text_facts_of(struct text_desk *t, struct arena *a, const struct order_row *o, struct text_facts *ret);
/* The facts of the shop alone, and of an order as it might be: for a preview and a readiness list. */
struct text_facts text_facts_sample(const struct text_desk *t, bool zh);
/* What a reminder of this wave is about: the balance of a presale order whose deposit is paid, else the order, at last for the last time. */
enum occasion text_occasion_of(const struct order *o, int wave);
/* The language in which a buyer of the shop is spoken to, unless asked otherwise: Chinese in China, Hong Kong, Macao, Taiwan, else English. */
enum text_language text_language_of(const struct shop *shop, struct text country);
#endif
