/* Zones from ICU: any IANA name becomes a plain table of offsets for 2000 to 2100, made once and kept.
 * ICU is asked under a lock and never again for the same name, so that a zone costs nothing once it is known. */
#include <stdlib.h>
#include <string.h>
#include <unicode/ucal.h>
#include <unicode/uenum.h>
#include <unicode/ustring.h>
#include "os/os_world.h"

enum { SEGMENTS_MAX = 1024, NAME_MAX_UNITS = 64 };

static bool name_to_units(const char *name, UChar ret[NAME_MAX_UNITS])
{
    size_t n = strlen(name);
    if (n == 0 || n >= sizeof((struct zone *)0)->name || n >= NAME_MAX_UNITS) return false;
    for (size_t i = 0; i < n; i++) {
        if ((unsigned char)name[i] >= 0x80) return false;
        ret[i] = (UChar)name[i];
    }
    ret[n] = 0;
    return true;
}

/* ICU takes any word for a zone and answers with GMT, and "GMT+3" for a made-up one: only names of the tz database count. */
static bool is_known(const UChar *name)
{
    UChar canonical[128];
    UBool system = false;
    UErrorCode error = U_ZERO_ERROR;
    (void)ucal_getCanonicalTimeZoneID(name, -1, canonical, 128, &system, &error);
    if (U_FAILURE(error) || !system) return false;
    return u_strcmp(canonical, u"Etc/Unknown") != 0;
}

static bool offset_at(UCalendar *cal, int64_t at_ms, int32_t *ret_offset_s)
{
    UErrorCode error = U_ZERO_ERROR;
    ucal_setMillis(cal, (UDate)at_ms, &error);
    int32_t ms = ucal_get(cal, UCAL_ZONE_OFFSET, &error) + ucal_get(cal, UCAL_DST_OFFSET, &error);
    *ret_offset_s = ms / 1000;
    return U_SUCCESS(error);
}

/* Fills at most SEGMENTS_MAX segments; returns their number, 0 on failure. */
static int read_segments(UCalendar *cal, int64_t *at_ms, int32_t *offset_s)
{
    int n = 1;
    int64_t at = INSTANT_FIRST_MS;
    at_ms[0] = INT64_MIN;
    if (!offset_at(cal, at, &offset_s[0])) return 0;
    while (n < SEGMENTS_MAX) {
        UErrorCode error = U_ZERO_ERROR;
        UDate next = 0;
        ucal_setMillis(cal, (UDate)at, &error);
        UBool found = ucal_getTimeZoneTransitionDate(cal, UCAL_TZ_TRANSITION_NEXT, &next, &error);
        if (U_FAILURE(error)) return 0;
        if (!found || (int64_t)next > INSTANT_LAST_MS) return n;
        at = (int64_t)next;
        if (!offset_at(cal, at, &offset_s[n])) return 0;
        at_ms[n] = at;
        if (offset_s[n] != offset_s[n - 1]) n++; /* only the zone's letters changed: no segment */
    }
    return 0;
}

static void free_zone(struct loaded_zone *z)
{
    free(z->at_ms);
    free(z->offset_s);
    free(z);
}

static struct loaded_zone *load_zone(const char *name)
{
    UChar units[NAME_MAX_UNITS];
    UErrorCode error = U_ZERO_ERROR;
    struct loaded_zone *z = NULL, *ret = NULL;
    UCalendar *cal = NULL;
    if (!name_to_units(name, units) || !is_known(units)) return NULL;
    cal = ucal_open(units, -1, "en_US", UCAL_GREGORIAN, &error);
    if (U_FAILURE(error)) goto out;
    z = calloc(1, sizeof *z);
    if (!z) goto out;
    z->at_ms = calloc(SEGMENTS_MAX, sizeof *z->at_ms);
    z->offset_s = calloc(SEGMENTS_MAX, sizeof *z->offset_s);
    if (!z->at_ms || !z->offset_s) goto out;
    z->zone.n = read_segments(cal, z->at_ms, z->offset_s);
    if (z->zone.n == 0) goto out;
    memcpy(z->zone.name, name, strlen(name) + 1);
    z->zone.at_ms = z->at_ms;
    z->zone.offset_s = z->offset_s;
    ret = z;
out:
    if (cal) ucal_close(cal);
    if (z && !ret) free_zone(z);
    return ret;
}

/* With the lock held. */
static const struct zone *zone_locked(struct os_world *w, const char *name)
{
    for (struct loaded_zone *z = w->zones; z; z = z->next)
        if (strcmp(z->zone.name, name) == 0) return &z->zone;
    struct loaded_zone *z = load_zone(name);
    if (!z) return NULL;
    z->next = w->zones;
    w->zones = z;
    return &z->zone;
}

const struct zone *os_zone(void *ctx, const char *iana_name)
{
    struct os_world *w = ctx;
    (void)pthread_mutex_lock(&w->zones_lock);
    const struct zone *z = zone_locked(w, iana_name);
    (void)pthread_mutex_unlock(&w->zones_lock);
    return z;
}

/* Whether two zones show the same clock from 2020 on: most of a country's zones differ only in their past. */
static bool same_clock(const struct zone *a, const struct zone *b)
{
    const int64_t from_ms = INT64_C(1577836800000);
    int i = 0, j = 0;
    while (i + 1 < a->n && a->at_ms[i + 1] <= from_ms) i++;
    while (j + 1 < b->n && b->at_ms[j + 1] <= from_ms) j++;
    if (a->n - i != b->n - j || a->offset_s[i] != b->offset_s[j]) return false;
    for (int k = 1; k < a->n - i; k++)
        if (a->at_ms[i + k] != b->at_ms[j + k] || a->offset_s[i + k] != b->offset_s[j + k]) return false;
    return true;
}

/* One zone for each different clock of the country, in the order of their names. */
int os_country_zones(void *ctx, const char *country, const struct zone **ret, int max)
{
    struct os_world *w = ctx;
    UErrorCode error = U_ZERO_ERROR;
    int n = 0;
    const char *name;
    if (strlen(country) != 2) return 0;
    (void)pthread_mutex_lock(&w->zones_lock);
    UEnumeration *names = ucal_openTimeZoneIDEnumeration(UCAL_ZONE_TYPE_CANONICAL_LOCATION, country, NULL, &error);
    while (U_SUCCESS(error) && n < max && (name = uenum_next(names, NULL, &error)) != NULL) {
        const struct zone *z = zone_locked(w, name);
        bool new_clock = z != NULL;
        for (int i = 0; i < n && new_clock; i++) new_clock = !same_clock(ret[i], z);
        if (new_clock) ret[n++] = z;
    }
    if (names) uenum_close(names);
    (void)pthread_mutex_unlock(&w->zones_lock);
    return n;
}

void os_zones_free(struct os_world *w)
{
    while (w->zones) {
        struct loaded_zone *next = w->zones->next;
        free_zone(w->zones);
        w->zones = next;
    }
}
