/* What the desk's plan needs to know about one order at one instant, gathered from the store: the same for `zhanggui explain`, the tester in
 * the page, and the sender's last look before a message goes out.
 *
 *     struct plan_desk d;
 *     plan_desk_begin(&d, &(struct plan_desk_ask){ store, shop, &policy, now_ms });      once for many orders, in one transaction
 *     plan_facts_find(&d, &arena, order_no, &found)  or  plan_facts_of(&d, &order_row, &facts)
 *     struct reminder_plan plan = plan_check(&policy, &facts);                            core/run/reminder_plan.h
 *     plan_desk_end(&d);
 *
 * A desk that sends reads people's records (reviews, lists of customers) only once in a while: it keeps a struct plan_people, and gives it
 * to each plan_desk_begin. Opt-outs, complaints and disputes of table suppression are looked up for each order, always. */
#ifndef ZG_DESK_PLAN_FACTS_H
#define ZG_DESK_PLAN_FACTS_H
#include "core/run/reminder_plan.h"
#include "store/holdout_store.h"
#include "store/query_store.h"
#include "store/suppression_store.h"

/* Where a buyer lives; remembers the zones of each country. */
struct buyer_zones { struct { char country[3]; int n; const struct zone *zones[LIMIT_ZONES_PER_BUYER]; } known[32]; int known_count; };
void buyer_zones_fill(struct buyer_zones *b, const struct env *env, const struct shop *shop, struct text country, struct contact_facts *ret);

/* What records tell about people: hashes only. */
struct plan_person { int kind; int64_t hash; bool refused; enum consent consent[CHANNEL_DIRECTORY + 1]; };
struct plan_people {
    struct arena arena;
    int64_t *bad_customers, bad_customer_count; /* with an open bad review; ascending */
    int64_t *bad_orders, bad_order_count;       /* of reviews whose order has no customer; ascending */
    struct plan_person *persons; int64_t person_count; /* by kind, then hash */
};
/* consents: also who allowed which channel, which only a commercial message needs; it reads whole lists. */
struct plan_people_ask { const struct policy *policy; int64_t now_ms; bool consents; };
bool plan_people_load(struct plan_people *p, struct store *s, const struct shop *shop, const struct plan_people_ask *ask);
void plan_people_release(struct plan_people *p);

struct plan_desk_ask {
    struct store *store; const struct shop *shop; const struct policy *policy; int64_t now_ms;
    const struct plan_people *people; /* NULL: loaded here */
    bool consents;                    /* then */
    bool live;                        /* now is the clock's: what is told of later than now was told before it was put back, and counts as just now */
};
struct plan_desk {
    struct plan_desk_ask ask;
    struct arena arena;
    int64_t feed_age_s, latest_ms;              /* INT64_MAX, INSTANT_NONE: no fact at all */
    struct campaign campaigns[CAMPAIGNS_MAX]; int campaign_count;
    struct holdout holdouts[HOLDOUTS_MAX]; int holdout_count;
    struct buyer_zones zones;
    struct suppression_book *book;
    struct plan_people own; bool owns_people;
};
/* False on a database failure; plan_desk_end is called either way. */
bool plan_desk_begin(struct plan_desk *d, const struct plan_desk_ask *ask);
void plan_desk_end(struct plan_desk *d);

/* What the order and the moment alone tell: zones, event, balance window; nobody's marks, contacts or wishes. For rehearsals: from here on it is
 * now_ms for this desk. */
void plan_facts_at(struct plan_desk *d, const struct order_row *o, int64_t now_ms, struct plan_facts *ret);
/* Facts about an order of the shop; the facts point to o->order. */
bool plan_facts_of(struct plan_desk *d, const struct order_row *o, struct plan_facts *ret);
/* The same by the order's number; *ret_found false: there is none. Texts of the order in the arena. */
struct plan_found { bool found; struct order_row row; struct plan_facts facts; };
bool plan_facts_find(struct plan_desk *d, struct arena *a, struct text order_no, struct plan_found *ret);
/* Only what speaks against contacting whoever ordered (opt-outs, complaints, disputes, bad reviews), and the event: for Today, which has
 * the rest from elsewhere, for many orders at once. */
bool plan_facts_contact(struct plan_desk *d, const struct order_row *o, struct contact_facts *ret);
#endif
