/* The desk's whole plan for one unpaid order: by which wave, when, by which channel, or why never. `zhanggui explain`, the tester and
 * the sender all ask here. Today (core/run/reminder.h) is the part of it that a person can do by hand, by chat.
 *
 *   wave 1   by chat, from wave1_after until wave2_after after the order
 *   wave 2   by policy.wave2_channel, from wave2_after; SMS and e-mail in the next good window
 *   wave 3   the same, the day after the event in which the order was placed
 *
 * Where the time to pay, or that day after, ends before the channel of a wave may be used, the wave is a person's, by chat, as Today has it.
 *
 * A presale order whose deposit is paid counts from the minute its balance can be paid, and until the end of that.
 * Read on: struct plan_facts -> plan_check (a struct reminder_plan, without memory) -> plan_say (its sentence). */
#ifndef ZG_CORE_REMINDER_PLAN_H
#define ZG_CORE_REMINDER_PLAN_H
#include "core/run/reminder.h"

enum { PLAN_WAVES = 3, PLAN_MARKS_MAX = 8 };

struct plan_facts {
    const struct order *order;
    struct contact_facts contact;        /* of the buyer, at the same instant; channel is the plan's to set, placed_at_ms and event are needed */
    struct reminder_mark marks[PLAN_MARKS_MAX]; int mark_count; /* what was done about this order, up to now */
    bool held_out;
    int64_t balance_from_ms, balance_until_ms; /* of a presale order; INSTANT_NONE: nobody told */
    enum consent consent[CHANNEL_DIRECTORY + 1]; /* by channel */
    bool has_phone, has_email;           /* is there somewhere to send to */
    struct text agent;                   /* who is to do it; empty: nobody is named */
};

/* Rules of the plan itself; those of the contact policy are in core/contact. */
enum plan_rule {
    PLAN_RULE_CONTACT, /* contact.rule speaks */
    PLAN_RULE_NOT_PLACED, PLAN_RULE_ON_DELIVERY, PLAN_RULE_PAID, PLAN_RULE_CLOSED, PLAN_RULE_REFUNDED, PLAN_RULE_SHIPPED, PLAN_RULE_SKIPPED,
    PLAN_RULE_UNKNOWN_STATUS, PLAN_RULE_HELD_OUT, PLAN_RULE_BALANCE_UNKNOWN, PLAN_RULE_BALANCE_LATER, PLAN_RULE_WINDOW_OVER, PLAN_RULE_TOO_YOUNG,
    PLAN_RULE_NEXT_WAVE, PLAN_RULE_DONE, PLAN_RULE_DAY_AFTER_OVER, PLAN_RULE_CLOSES_FIRST, PLAN_RULE_WAVE_1, PLAN_RULE_WAVE_2, PLAN_RULE_WAVE_3,
};
enum { PLAN_RULE_COUNT = 21 };
struct plan_rule_row { enum plan_rule rule; const char *word; enum contact_verdict verdict; struct text what_en, what_zh; const char *source; };
const struct plan_rule_row *plan_rule_row(enum plan_rule rule); /* not of PLAN_RULE_CONTACT */

struct reminder_plan {
    enum contact_verdict verdict;        /* of the rule that speaks now */
    int wave;                            /* 1, 2, 3: the one that is sent, now or at until_ms; of NEVER the one it would be; 0: none */
    enum channel channel;                /* of that wave; CHANNEL_NONE of NEVER */
    int64_t until_ms;                    /* SEND: now; HOLD: the first instant at which the wave can go, INSTANT_NONE: nobody can tell; NEVER: INSTANT_NONE */
    int64_t due_at_ms, closes_at_ms;     /* from when the wave counts, and when the order can no longer be paid; INSTANT_NONE of 0 */
    enum plan_rule rule;                 /* which rule speaks now, and of PLAN_RULE_CONTACT which of the contact policy's */
    struct contact_check contact;
    int64_t spoke_at_ms;                 /* the instant at which it was asked: now, or a later one where only that tells */
    bool by_hand;                        /* not SEND, and yet Today lists the order now: a person may write by chat, whatever the channel waits for */
};
/* The first rule that speaks at contact.now_ms decides; until_ms is found by asking the same rules at later instants, on facts as they are
 * now, with fresh data. What happened after now is not seen. */
struct reminder_plan plan_check(const struct policy *p, const struct plan_facts *f);
/* One or two sentences: why, then what is planned, then whether a person may write now. */
struct reason plan_say(struct arena *a, const struct policy *p, const struct plan_facts *f, const struct reminder_plan *plan);
/* The word and the source of the rule that speaks. */
const char *plan_word(const struct reminder_plan *plan);
const char *plan_source(const struct reminder_plan *plan);
/* Is there an address to send this wave to? Chat always has one. */
bool plan_reaches(const struct plan_facts *f, enum channel channel);
#endif
