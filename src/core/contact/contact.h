/* The contact policy: may this person be contacted now, and if not, until when, or why never.
 * One table of rules, first match wins; each rule has a word, a source and a sentence. */
#ifndef ZG_CORE_CONTACT_H
#define ZG_CORE_CONTACT_H
#include "base/instant.h"
#include "core/reason.h"

enum contact_verdict { CONTACT_SEND, CONTACT_HOLD, CONTACT_NEVER };

/* Defaults that the owner edits; never constants in code.  policy_defaults() gives them with their sources. */
struct policy {
    int64_t wave1_after_s, wave2_after_s, payment_window_s;   /* 1800, 3600, 86400 */
    int quiet_from_min, quiet_until_min;                      /* local minutes of day: 1320, 480 */
    int night_from_min, night_until_min;                      /* 120, 480: never opened, whatever quiet says */
    int64_t feed_stale_after_s;                               /* 21600 */
    int cap_per_day;                                          /* contacts per buyer in 24 h over all channels: 2 */
    int64_t gap_min_s;                                        /* between two contacts to one buyer: 1800 */
    int64_t ship_within_s;                                    /* 259200: three days, the shop's own promise */
    int64_t score_min_orders;                                 /* 60: a period with fewer orders is not scored or compared */
    int64_t holdout_share_bp;                                 /* 1000: of orders that are not reminded about, to measure what reminding brings */
    int64_t holdout_min_reminders;                            /* 500 in 28 days: with fewer a holdout can tell nothing and is off */
    int agent_chats_max;                                      /* 12: chats and reminders one member of staff has in hand at a time */
    int64_t load_high_bp;                                     /* 7500: of what service can carry; from there specialists take silent orders */
    int64_t served_within_s;                                  /* 172800: who served the buyer within this time takes the order */
    int64_t chat_idle_s;                                      /* 3600: a chat of which no end is told counts as open for so long */
    int64_t margin_bp, contact_cost_minor, persuasion_bp, persuasion_decay_s; /* 2000, 50, 1500, 21600: what the best delay is worked out with */
};
enum { POLICY_ROWS_MAX = 64 };
struct policy_row { const char *name, *unit, *source; int64_t value, by_default, min, max; struct text what_en, what_zh; };
struct policy policy_defaults(void);
/* Every value with name, unit, source, default and bounds, in a fixed order; returns the number of rows (<= max). */
int policy_rows(const struct policy *p, struct policy_row *ret, int max);
/* Gives one term another value; nothing changes when it is refused.  The bounds keep the night (2 to 8) from being opened. */
enum policy_change { POLICY_CHANGED, POLICY_NO_SUCH_TERM, POLICY_OUT_OF_BOUNDS };
enum policy_change policy_change(struct policy *p, struct text name, int64_t value);
/* Do the terms fit together? False and why. Asked after the last of several changes. */
bool policy_sound(const struct policy *p, struct reason *ret);

struct contact_facts {
    int64_t now_ms;
    int64_t feed_age_s;                     /* now - latest fact up to now; INT64_MAX when there is none */
    const struct zone *zones[16]; int zone_count; /* zones the buyer may live in; quiet if any is quiet; at least one */
    int64_t contacts[16]; int contact_count;/* instants of earlier contacts to this buyer, newest first */
    bool opted_out;                         /* the buyer asked to be left alone */
};
struct contact_decision {
    enum contact_verdict verdict;
    int64_t until_ms;                       /* for HOLD: first minute that may be right; INSTANT_NONE when nobody can tell */
    struct reason reason;
};
/* First match wins: opted out (never), stale feed (hold, nobody can tell until when), night, quiet hours, too many contacts
 * in 24 hours, too soon after the last one (hold).  until_ms is the first minute that every rule but the feed's allows, in
 * every zone the buyer may live in; INSTANT_NONE when there is none within two days.  Contacts after now are not seen. */
struct contact_decision contact_decide(struct arena *a, const struct policy *p, const struct contact_facts *f);
#endif
