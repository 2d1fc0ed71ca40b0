/* Instants are UTC milliseconds since 1970; a zone is a plain table that the shell loads (from ICU), so that the core
 * stays pure.  A civil time is what a wall clock shows. Names end in _ms. */
#ifndef ZG_BASE_INSTANT_H
#define ZG_BASE_INSTANT_H
#include "base/arena.h"
#include "base/text.h"

#define INSTANT_NONE INT64_MIN
#define INSTANT_MAX INT64_MAX
#define MS_PER_S INT64_C(1000)
#define MS_PER_MIN INT64_C(60000)
#define MS_PER_HOUR INT64_C(3600000)
#define MS_PER_DAY INT64_C(86400000)
/* Instants outside 2000-01-01 .. 2100-01-01 UTC are refused at every entrance. */
#define INSTANT_FIRST_MS INT64_C(946684800000)
#define INSTANT_LAST_MS INT64_C(4102444800000)

struct civil { int year, month /* 1-12 */, day /* 1-31 */, hour, minute, second, ms; };

/* Offsets in seconds east of UTC: offset_s[i] holds from at_ms[i] until at_ms[i+1]; at_ms[0] is INT64_MIN. */
struct zone {
    char name[48]; /* IANA name */
    int n;
    const int64_t *at_ms;
    const int32_t *offset_s;
};

enum civil_fit { CIVIL_EXACT, CIVIL_AMBIGUOUS /* first occurrence taken */, CIVIL_SKIPPED /* shifted forward */ };

int64_t days_from_civil(int year, int month, int day);          /* days since 1970-01-01, proleptic Gregorian */
void civil_from_days(int64_t days, int *year, int *month, int *day);
bool civil_valid(const struct civil *c);                        /* a date and time that exist; second 60 is refused */

int32_t zone_offset_s(const struct zone *z, int64_t at_ms);
struct civil zone_civil(const struct zone *z, int64_t at_ms);
enum civil_fit zone_instant(const struct zone *z, const struct civil *c, int64_t *ret_at_ms);
/* The minute of the local day, 0 to 1439. */
static inline int zone_minute(const struct zone *z, int64_t at_ms)
{
    const int64_t local_ms = at_ms + (int64_t)zone_offset_s(z, at_ms) * MS_PER_S;
    return (int)((local_ms % MS_PER_DAY + MS_PER_DAY) % MS_PER_DAY / MS_PER_MIN);
}
/* Is it in [from, until), over midnight where until comes first? Never where they are equal. */
static inline bool minute_in(int minute, int from, int until)
{
    if (from == until) return false;
    if (from < until) return minute >= from && minute < until;
    return minute >= from || minute < until;
}
/* Days since 1970-01-01 of the local calendar day that holds at_ms. */
int64_t zone_day(const struct zone *z, int64_t at_ms);
int64_t zone_day_start_ms(const struct zone *z, int64_t day);   /* first instant of a local calendar day */
int64_t zone_hour_start_ms(const struct zone *z, int64_t at_ms);/* the UTC instant at which the local hour began */

/* "2017-07-08 00:42:32", "2016/5/23 22:02", "2019.03.12 10:48", "2020-02-26", optional ".123"; one or two digits
 * for month, day, hour.  False on anything else.  *ret_offset_s is INT32_MIN when the text names no offset;
 * "Z", "+08:00", "+0200", " +0200" set it. */
bool civil_parse(struct text s, struct civil *ret, int32_t *ret_offset_s);
/* ISO 8601 with an offset, as the command line takes: 2020-02-26T15:00:00+08:00 */
bool instant_parse(struct text s, int64_t *ret_at_ms);
/* "2020-02-26T15:00:00+08:00" in the zone; milliseconds only when not zero. */
struct text instant_print(struct arena *a, int64_t at_ms, const struct zone *z);
#endif
