/* The contact policy: may this person be contacted now, and if not, until when, or why never.
 * One table of rules (contact_rule_at), first match wins; each rule has a word, a source and a sentence.
 *
 *   policy.c          the terms that an owner edits, with bounds and sources
 *   source_words.c    those sources in Chinese
 *   contact.c         the table of rules, and the check
 *   contact_hours.c   hours: which are shut, and until when, in every zone the buyer may live in
 *   contact_words.c   the sentence of a check */
#ifndef ZG_CORE_CONTACT_H
#define ZG_CORE_CONTACT_H
#include "base/instant.h"
#include "core/contact/channel.h"
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
    int text_trial;                                           /* 1: of several texts that fit, find out which does better */
    int64_t margin_bp, contact_cost_minor, persuasion_bp, persuasion_decay_s; /* 2000, 50, 1500, 21600: what the best delay is worked out with */
    int wave2_channel;                                        /* enum channel, by which the second and the last reminder go: 2, SMS */
    int wave3;                                                /* 1: a last reminder the day after an event; 0: none */
    int good1_from_min, good1_until_min, good2_from_min, good2_until_min; /* SMS and e-mail go out in these: 840-960, 1200-1320; equal: not used */
    int meal1_from_min, meal1_until_min, meal2_from_min, meal2_until_min; /* and not in these: 690-780, 1050-1140 */
    int event_night_chat;                                     /* 1: chat from 0 to the night's begin while an event runs; 0 */
    int64_t event_night_age_s;                                /* only to orders younger than that: 3600 */
    int64_t silence_before_s, silence_after_s;                /* of the platform, around the begin of an event: 1800, 3600 */
    int64_t balance_after_s, balance_window_s;                /* presale: opens so long after the event's begin, for so long; 0 until its end */
    int bad_review_stars;                                     /* 3: a review of so many stars or fewer is a bad one; 0: none is */
    int bad_review_days;                                      /* 30: one that nobody answered is open for so long */
    int auto_sms, auto_email;                                 /* 0: reminders by it never go out by themselves */
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

enum consent { CONSENT_UNTOLD = 0, CONSENT_GIVEN = 1, CONSENT_REFUSED = 2 };

struct contact_facts {
    int64_t now_ms;
    int64_t feed_age_s;                     /* now - latest fact up to now; INT64_MAX when there is none */
    const struct zone *zones[16]; int zone_count; /* zones the buyer may live in; quiet if any is quiet; at least one */
    int64_t contacts[16]; int contact_count;/* instants of earlier contacts to this buyer over all channels, newest first */
    bool opted_out;                         /* the buyer asked to be left alone, in whichever of the merchant's stores */
    bool complained;                        /* about being contacted: one is enough, for good */
    bool dispute_open, bad_review_open;     /* with this buyer, about any order */
    enum channel channel;                   /* CHANNEL_NONE: a person writes by hand, as on Today: the hours of chat hold */
    enum message_class message_class;       /* 0 is MESSAGE_SERVICE */
    enum consent consent;                   /* to this channel */
    char country[3];                        /* where the buyer lives; "" when nobody told */
    int64_t placed_at_ms;                   /* of the order it is about; INSTANT_NONE: of none */
    bool has_event;                         /* the event that runs, comes next or has just ended */
    int64_t event_from_ms, event_until_ms;  /* of that */
};

enum contact_rule {
    CONTACT_RULE_ALLOWED, CONTACT_RULE_OPTED_OUT, CONTACT_RULE_COMPLAINED, CONTACT_RULE_NO_CONSENT, CONTACT_RULE_DISPUTE,
    CONTACT_RULE_BAD_REVIEW, CONTACT_RULE_STALE, CONTACT_RULE_SILENCE, CONTACT_RULE_NIGHT, CONTACT_RULE_SMALL_HOURS,
    CONTACT_RULE_QUIET, CONTACT_RULE_COUNTRY_HOURS, CONTACT_RULE_CAP, CONTACT_RULE_GAP, CONTACT_RULE_MEAL, CONTACT_RULE_GOOD_WINDOW,
};
enum { CONTACT_RULE_COUNT = 16 };
/* A row of the table. */
struct contact_rule_row {
    enum contact_rule rule;
    const char *word;                       /* "quiet-hours"; frozen */
    enum contact_verdict verdict;
    struct text what_en, what_zh;           /* the rule in general; what it says in a case: contact_say */
    const char *source;                     /* with its date */
};
/* A source of a rule or of a term in Chinese; empty: the tables have none such. */
struct text source_zh(const char *source);
/* In the order in which they are asked: 0 .. CONTACT_RULE_COUNT - 1; the last one is CONTACT_RULE_ALLOWED. */
const struct contact_rule_row *contact_rule_at(int i);
const struct contact_rule_row *contact_rule_row(enum contact_rule rule);

/* Hours in which a country forbids messages of a class, whatever the owner says. */
struct country_hours { char country[3]; enum message_class from_class; enum channel channel; int from_min, until_min; const char *source; };
const struct country_hours *country_hours(int *ret_n);

struct contact_check {
    enum contact_verdict verdict;
    enum contact_rule rule;
    int64_t until_ms;                       /* as in struct contact_decision */
};
struct contact_decision {
    enum contact_verdict verdict;
    int64_t until_ms;                       /* for HOLD: first minute that may be right; INSTANT_NONE when nobody can tell */
    struct reason reason;
};
/* The first rule that speaks wins. until_ms is the first minute that every rule but the feed's allows, in every zone the buyer
 * may live in; INSTANT_NONE when there is none within two days, or when it depends on what people do (a dispute, a review, the feed).
 * Contacts after now are not seen. Good windows and meals hold for SMS and e-mail; a window is good when it is so in one of the
 * zones, everything else is shut when it is so in any. Takes no memory: some millions a second. */
struct contact_check contact_check(const struct policy *p, const struct contact_facts *f);
/* The sentence of a check; its until_ms may be a later one, which then is what the sentence names. */
struct reason contact_say(struct arena *a, const struct policy *p, const struct contact_facts *f, const struct contact_check *c);
/* Both. */
struct contact_decision contact_decide(struct arena *a, const struct policy *p, const struct contact_facts *f);
#endif
