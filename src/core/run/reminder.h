/* Payment reminder (催付): is this order to be reminded now, and if not, why not. Waves and windows after sellers' practice, Double 11 2014. */
#ifndef ZG_CORE_REMINDER_H
#define ZG_CORE_REMINDER_H
#include "core/contact/contact.h"
#include "core/order/order.h"

enum reminder_verdict {
    REMINDER_NONE,   /* nothing to remind: paid, cancelled, refunded, on delivery, too young, past its payment window */
    REMINDER_DUE, REMINDER_HELD, REMINDER_NEVER,
};
enum mark_outcome {
    MARK_NONE = 0, MARK_DONE = 1, MARK_SKIPPED = 2,
    MARK_UNREACHED = 3, /* tried in this wave, and the buyer was not there: the next wave may try again */
}; /* frozen */
const char *mark_outcome_word(enum mark_outcome o); /* "done", "skipped", "unreached"; "none" */
enum mark_outcome mark_outcome_parse(struct text word); /* MARK_NONE: no such word */
/* Did somebody turn to the buyer? What was tried counts for the cap and the gap: the buyer may see it later. */
static inline bool mark_is_contact(enum mark_outcome o) { return o == MARK_DONE || o == MARK_UNREACHED; }
struct reminder_mark { int wave; enum mark_outcome outcome; int64_t at_ms; };

struct reminder_facts {
    const struct order *order;
    struct contact_facts contact;        /* of the buyer, at the same instant */
    struct reminder_mark marks[8]; int mark_count; /* what people did about this order, up to now */
    bool held_out;                       /* one of those that are not reminded about (core/run/lift.h) */
};
struct reminder_decision {
    enum reminder_verdict verdict;
    int wave;                            /* 1: age >= wave1_after and < wave2_after, 2: age >= wave2_after; 0 for NONE */
    int64_t due_at_ms;                   /* placed + the wave's delay */
    int64_t until_ms;                    /* for HELD; INSTANT_NONE when nobody can tell */
    struct reason reason;
};
/* What happened up to contact.now_ms decides; marks after it are not seen. A hold that would end at or after the payment
 * window's end is NEVER. A wave marked done or unreached (this one or a later one) or an order marked skipped is NONE with its reason.
 * At age >= payment_window the order is NONE. */
struct reminder_decision reminder_decide(struct arena *a, const struct policy *p, const struct reminder_facts *f);
enum { REMINDER_SOON_S = 3600 };
/* Of an order that is due now: is it the last chance, because within REMINDER_SOON_S the time to pay ends, or hours begin in which the buyer
 * is left alone until it has ended? Asked of the same rules at that later instant. */
bool reminder_last_chance(struct arena *a, const struct policy *p, const struct reminder_facts *f);
/* Most valuable first, then the one whose window closes first, then by order number. For qsort-like use on plain rows. */
struct reminder_rank { int64_t total_minor, placed_at_ms; struct text order_no; };
int reminder_rank_compare(const struct reminder_rank *a, const struct reminder_rank *b);
/* The order in which a person works: last chances first, among them and among the others as above. */
int reminder_work_compare(bool a_last, const struct reminder_rank *a, bool b_last, const struct reminder_rank *b);
#endif
