/* Zones as plain tables, for tests of the core. */
#ifndef ZG_TEST_CORE_ZONES_H
#define ZG_TEST_CORE_ZONES_H
#ifndef ZG_PLAIN_TEST
#include <criterion/criterion.h>
#endif
#include "base/instant.h"

static inline int64_t at(const char *iso)
{
    int64_t ms = INSTANT_NONE;
    cr_assert(instant_parse(text_from_cstr(iso), &ms), "not an instant: %s", iso);
    return ms;
}

static const int64_t zone_shanghai_at[] = { INT64_MIN };
static const int32_t zone_shanghai_offset[] = { 8 * 3600 };
static const struct zone zone_shanghai = { "Asia/Shanghai", 1, zone_shanghai_at, zone_shanghai_offset };

/* The two changes of 2026 in New York and Los Angeles, and of Lord Howe, whose clock moves by half an hour. */
static const int64_t zone_new_york_at[] = { INT64_MIN, INT64_C(1772953200000), INT64_C(1793512800000) };
static const int32_t zone_new_york_offset[] = { -5 * 3600, -4 * 3600, -5 * 3600 };
static const struct zone zone_new_york = { "America/New_York", 3, zone_new_york_at, zone_new_york_offset };
static const int64_t zone_los_angeles_at[] = { INT64_MIN, INT64_C(1772964000000), INT64_C(1793523600000) };
static const int32_t zone_los_angeles_offset[] = { -8 * 3600, -7 * 3600, -8 * 3600 };
static const struct zone zone_los_angeles = { "America/Los_Angeles", 3, zone_los_angeles_at, zone_los_angeles_offset };
static const int64_t zone_lord_howe_at[] = { INT64_MIN, INT64_C(1775314800000), INT64_C(1791041400000) };
static const int32_t zone_lord_howe_offset[] = { 11 * 3600, 10 * 3600 + 1800, 11 * 3600 };
static const struct zone zone_lord_howe = { "Australia/Lord_Howe", 3, zone_lord_howe_at, zone_lord_howe_offset };

static inline const struct zone *zone_of(char c)
{
    switch (c) {
    case 'S': return &zone_shanghai;
    case 'N': return &zone_new_york;
    case 'L': return &zone_los_angeles;
    case 'H': return &zone_lord_howe;
    }
    cr_assert(false, "no such zone");
    return NULL;
}
#endif
