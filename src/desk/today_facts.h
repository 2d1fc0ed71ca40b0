/* Today's facts and decisions, once for both forms of the answer. Only answer_*.c include this. */
#ifndef ZG_DESK_TODAY_FACTS_H
#define ZG_DESK_TODAY_FACTS_H
#include "core/fulfil/pick.h"
#include "core/run/reminder.h"
#include "core/run/today.h"
#include "desk/answer_json.h"
#include "desk/plan_facts.h"
#include "store/holdout_store.h"

struct reminder_entry {
    int64_t order_id, customer_id /* CLAIM_NONE: unknown */, open_minor /* still to be paid */, placed_at_ms, closes_at_ms;
    struct text order_no, region;
    struct reminder_decision decision;
    bool last_chance;                    /* of those that are due, where it was asked for */
};
struct pick_entry { int64_t order_id, paid_at_ms, pieces, total_minor; struct text order_no, region; struct pick_decision decision; };
struct pace_hour { int64_t paid_minor, compare_minor; };

struct today_found {
    struct today_facts facts;
    struct campaign campaigns[CAMPAIGNS_MAX];
    int campaign_count;
    struct reminder_entry **due, **held; /* ranked; held has those that are never to be reminded, too */
    int64_t due_count, held_count;
    struct pick_entry *pick;             /* the first pick_limit */
    int64_t pick_count;                  /* how many of them are here; facts.pick_count is all */
    bool has_compare;
    struct pace_hour pace[24];
};
/* False when something failed (w->failed). */
bool today_find(struct answer *w, int64_t pick_limit, struct today_found *ret);

/* Only the reminders of it; last_chance: with whether it is the last, and in the order in which a person works. */
bool today_reminders(struct answer *w, bool last_chance, struct today_found *ret);

/* The marks, contacts and wishes of one order's reminder, as Today sees them. */
bool today_marks_of(struct answer *w, const struct order_row *r, struct reminder_facts *ret);
#endif
