/* See shift.h. */
#include "core/run/shift.h"
#include <assert.h>

int shift_weekday(int64_t day) { return (int)(((day + 3) % SHIFT_WEEK_DAYS + SHIFT_WEEK_DAYS) % SHIFT_WEEK_DAYS); } /* 1970-01-01 was a Thursday */

static int64_t clock_ms(const struct zone *z, int64_t day, int64_t minutes)
{
    struct civil c = { .hour = (int)(minutes % (24 * 60) / 60), .minute = (int)(minutes % 60) };
    int64_t at_ms;
    civil_from_days(day + minutes / (24 * 60), &c.year, &c.month, &c.day);
    (void)zone_instant(z, &c, &at_ms);
    return at_ms;
}

struct shift_span shift_span_of(const struct zone *z, int64_t day, int64_t begins_min, int64_t ends_min)
{
    assert(begins_min >= 0 && begins_min <= 24 * 60 && ends_min >= 0 && ends_min <= 24 * 60);
    const int64_t until = ends_min > begins_min ? ends_min : ends_min + 24 * 60;
    return (struct shift_span){ day, clock_ms(z, day, begins_min), clock_ms(z, day, until) };
}

static bool is_off(const struct shift_plan *p, int64_t at_ms)
{
    for (int i = 0; i < p->off_count; i++)
        if (p->off[i].from_ms <= at_ms && at_ms < p->off[i].until_ms) return true;
    return false;
}

static bool planned(const struct shift_plan *p, const struct zone *z, int64_t at_ms)
{
    const struct civil c = zone_civil(z, at_ms);
    const int64_t day = days_from_civil(c.year, c.month, c.day);
    const uint32_t hour = 1u << c.hour;
    bool listed = false;
    for (int i = 0; i < p->day_count; i++)
        if (p->days[i].day == day) return p->days[i].hours & hour;
    for (int i = 0; i < p->span_count; i++) {
        if (p->spans[i].from_ms <= at_ms && at_ms < p->spans[i].until_ms) return true;
        listed = listed || p->spans[i].day == day;
    }
    return !listed && (p->week[shift_weekday(day)] & hour);
}

enum shift_why shift_at(const struct shift_plan *p, const struct zone *z, int64_t at_ms)
{
    if (!planned(p, z, at_ms)) return SHIFT_OFF;
    return is_off(p, at_ms) ? SHIFT_AWAY : SHIFT_ON;
}

/* Plans change at full local hours, where a listed shift begins, and where an absence ends: nowhere else can a shift begin. */
int64_t shift_next_ms(const struct shift_plan *p, const struct zone *z, int64_t at_ms)
{
    const int64_t last_ms = at_ms + SHIFT_LOOK_DAYS * MS_PER_DAY;
    int64_t next_ms = INSTANT_NONE;
    if (shift_at(p, z, at_ms) == SHIFT_ON) return at_ms;
    for (int i = 0; i < p->span_count; i++) {
        const int64_t t = p->spans[i].from_ms;
        if (t > at_ms && t <= last_ms && (next_ms == INSTANT_NONE || t < next_ms) && shift_at(p, z, t) == SHIFT_ON) next_ms = t;
    }
    for (int i = 0; i < p->off_count; i++) {
        const int64_t t = p->off[i].until_ms;
        if (t > at_ms && t <= last_ms && (next_ms == INSTANT_NONE || t < next_ms) && shift_at(p, z, t) == SHIFT_ON) next_ms = t;
    }
    for (int64_t t = zone_hour_start_ms(z, at_ms); t <= last_ms && (next_ms == INSTANT_NONE || t < next_ms); t += MS_PER_HOUR / 2) {
        const int64_t hour_ms = zone_hour_start_ms(z, t); /* by half hours: some zones shift by no more */
        if (hour_ms > at_ms && shift_at(p, z, hour_ms) == SHIFT_ON) return hour_ms;
    }
    return next_ms;
}
