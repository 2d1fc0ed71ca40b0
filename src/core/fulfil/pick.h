/* Pick order: paid orders in the order of payment (sellers' practice, Double 11 2014: "ship by payment time"); which are late against the promise to ship. */
#ifndef ZG_CORE_PICK_H
#define ZG_CORE_PICK_H
#include "core/contact/contact.h"
#include "core/order/order.h"

struct pick_decision {
    bool pick;                 /* paid by now (or on delivery), not shipped, not cancelled, not fully refunded */
    int64_t ship_by_ms;        /* the platform's deadline where told and earlier, else paid (or placed, on delivery) + ship_within */
    bool late;                 /* ship_by_ms < now */
    struct reason reason;
};
struct pick_decision pick_decide(struct arena *a, const struct policy *p, const struct order *o, int64_t now_ms);
/* By payment time (for on-delivery orders not paid yet: placement), then order number in byte order. */
int pick_compare(int64_t paid_a_ms, struct text no_a, int64_t paid_b_ms, struct text no_b);
#endif
