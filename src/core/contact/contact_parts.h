/* What contact.c, contact_hours.c and contact_words.c share: one look at one moment. Nobody else includes this. */
#ifndef ZG_CORE_CONTACT_PARTS_H
#define ZG_CORE_CONTACT_PARTS_H
#include "core/contact/contact.h"

/* Local minutes of day in which a rule shuts; from > until: over midnight. */
struct shut { enum contact_rule rule; int from, until; };
enum { SHUT_MAX = 12, CONTACT_ZONES_MAX = 16, CONTACTS_MAX = 16, LOOK_AHEAD_DAYS = 2, MINUTES_A_DAY = 1440 };
struct look {
    const struct policy *p;
    const struct contact_facts *f;
    struct shut shut[SHUT_MAX];
    int shut_count;
    bool pushes;                 /* a message that rings: good windows hold */
    bool night_chat;             /* chat on event night is possible for this order */
    int64_t silent_from_ms, silent_until_ms; /* of the platform; equal: none */
    int64_t cap_ms, gap_ms;      /* from when the cap and the gap allow one more; cap_ms INSTANT_NONE: never */
};
void look_at(const struct policy *p, const struct contact_facts *f, struct look *ret);

/* The zone in which the rule shuts at now; NULL when it does not. ret_shut (may be NULL): by which hours. */
const struct zone *look_shut(const struct look *l, enum contact_rule rule, const struct shut **ret_shut);
bool look_in_good_window(const struct look *l, int64_t at_ms);
/* First instant from at_ms on that is shut in no zone, in a good window where one is needed; INSTANT_NONE when none within two days. */
int64_t look_open_from(const struct look *l, int64_t at_ms);
#endif
