/* Shifts: is a member of staff here at an instant, and if not, when next. Local hours of the shop's zone; pure.
 *
 * What counts, the first that says anything: an absence (away, whatever is planned), the hours painted for that very day, the shifts that
 * a file lists for it (to the minute, also past midnight), the hours of an ordinary week. */
#ifndef ZG_CORE_SHIFT_H
#define ZG_CORE_SHIFT_H
#include "base/instant.h"

enum { SHIFT_WEEK_DAYS = 7, SHIFT_LOOK_DAYS = 14, SHIFT_HOURS_ALL = (1 << 24) - 1 };
struct shift_day { int64_t day; uint32_t hours; };            /* day: since 1970-01-01, local; bit h: works in the hour from h:00 */
struct shift_span { int64_t day, from_ms, until_ms; };        /* [from, until), of a shift that begins on that day */
struct shift_off { int64_t from_ms, until_ms; };              /* [from, until); INSTANT_MAX: nobody knows until when */
struct shift_plan {
    uint32_t week[SHIFT_WEEK_DAYS];                           /* Monday first; bits as in shift_day */
    const struct shift_day *days; int day_count;              /* painted days; at most one for each day */
    const struct shift_span *spans; int span_count;           /* as a file lists them */
    const struct shift_off *off; int off_count;
};
enum shift_why { SHIFT_ON, SHIFT_OFF /* no shift */, SHIFT_AWAY /* would be on one, but is absent */ };

int shift_weekday(int64_t day); /* 0: Monday */
/* Begins a local clock time (minutes since midnight) of that day, ends one; an end that is not after the beginning is of the next day. */
struct shift_span shift_span_of(const struct zone *z, int64_t day, int64_t begins_min, int64_t ends_min);
enum shift_why shift_at(const struct shift_plan *p, const struct zone *z, int64_t at_ms);
/* The first instant from at_ms on at which the plan says SHIFT_ON; INSTANT_NONE when there is none within SHIFT_LOOK_DAYS. */
int64_t shift_next_ms(const struct shift_plan *p, const struct zone *z, int64_t at_ms);
#endif
