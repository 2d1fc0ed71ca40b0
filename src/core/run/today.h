/* Today's page in at most seven lines: what to do now, on top the one thing; and the moment, from the campaign's clock.
 * Facts in, ranked lines with reasons out; "nothing due" is a line too. */
#ifndef ZG_CORE_TODAY_H
#define ZG_CORE_TODAY_H
#include "base/limits.h"
#include "base/money.h"
#include "core/contact/contact.h"

enum campaign_phase { PHASE_NONE, PHASE_BUILD_UP, PHASE_WARM_UP, PHASE_EVENT, PHASE_REVIEW };
/* [build_up_from, warm_up_from) build-up, [warm_up_from, event_from) warm-up, [event_from, event_until) event,
 * [event_until, review_until) review; instants UTC ms. */
struct campaign { struct text name_en, name_zh; int64_t build_up_from_ms, warm_up_from_ms, event_from_ms, event_until_ms, review_until_ms; };
struct moment {
    enum campaign_phase phase;
    int campaign;          /* index of the campaign that rules the moment, -1 when none */
    int64_t since_ms, until_ms; /* of the phase; INSTANT_NONE when none */
    struct text en, zh;    /* "Double 11, day 2 of 2, 5 h left"; on a quiet day the next campaign and the days until it */
};
/* Days of an event are 24-hour spans from its start; days until an event are local calendar days.
 * The campaign in its event phase wins, then warm-up, review, build-up; among equals the one that began later. */
struct moment moment_at(struct arena *a, const struct campaign *c, int n, int64_t now_ms, const struct zone *store_zone);

enum today_kind {
    TODAY_IMPORT,      /* no data yet, or the feed is dark: import a fresh export */
    TODAY_INTERRUPTED, /* an import stopped half-way: resume or undo */
    TODAY_LATE,        /* parcels past their promise */
    TODAY_REMIND,      /* unpaid orders due for a reminder */
    TODAY_PICK,        /* to pick and ship */
    TODAY_HELD,        /* reminders held, until when */
    TODAY_QUARANTINE,  /* rows that wait to be mended */
    TODAY_PACE,        /* paid so far today beside the same hour of the comparison day */
    TODAY_NOTHING,     /* honestly nothing due */
};
struct today_facts {
    int64_t now_ms, feed_age_s;             /* INT64_MAX: no fact at all */
    struct currency currency;
    int64_t remind_count, remind_minor, remind_first_close_ms /* INSTANT_NONE: none */;
    int64_t held_count, held_first_until_ms /* INSTANT_NONE: unknown */;
    bool shipping_unknown;                  /* no source tells what was shipped: then nothing is called late */
    int64_t pick_count, late_count, late_oldest_ship_by_ms, due_soon_count /* ship_by within 12 h */;
    int64_t quarantine_rows, interrupted_imports;
    int64_t paid_today_minor, paid_today_orders, compare_minor, compare_orders; /* same local hours of the compare day */
    struct text compare_en, compare_zh;     /* "the same time yesterday", "Double 11 last year" */
    struct moment moment;
    const struct zone *store_zone;
};
struct today_line { enum today_kind kind; int64_t count, amount_minor; bool urgent; struct reason reason; };
/* Order: import when there is no data or the feed is dark; an interrupted import; late; remind (before late while an
 * event runs); pick; when none of these stands quarantine, and without that "nothing due"; held; quarantine; pace. */
int today_lines(struct arena *a, const struct policy *p, const struct today_facts *f,
                struct today_line ret[LIMIT_TODAY_LINES]); /* at least 1 */
const char *today_kind_word(enum today_kind k);
#endif
