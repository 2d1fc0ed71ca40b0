/* Zones by name: each is read once, from the system's tz database or else from ICU's, into a plain table, and kept.
 *
 * Debian 12's ICU knows the law of 2022 (Mexico and Egypt have changed their clocks since), its tzdata package that of today: hence
 * the order.  What a country's zones are ICU tells: that list hardly changes. */
#include <stdlib.h>
#include <string.h>
#include <unicode/ucal.h>
#include <unicode/uenum.h>
#include "os/os_world.h"
#include "os/zone_table.h"

static void free_zone(struct loaded_zone *z)
{
    free(z->at_ms);
    free(z->offset_s);
    free(z);
}

static struct loaded_zone *keep_table(const char *name, const struct zone_table *t)
{
    struct loaded_zone *z = calloc(1, sizeof *z);
    if (!z) return NULL;
    z->at_ms = calloc((size_t)t->n, sizeof *z->at_ms);
    z->offset_s = calloc((size_t)t->n, sizeof *z->offset_s);
    if (!z->at_ms || !z->offset_s) {
        free_zone(z);
        return NULL;
    }
    memcpy(z->at_ms, t->at_ms, (size_t)t->n * sizeof *z->at_ms);
    memcpy(z->offset_s, t->offset_s, (size_t)t->n * sizeof *z->offset_s);
    memcpy(z->zone.name, name, strlen(name) + 1); /* both readers refuse longer names */
    z->zone.n = t->n;
    z->zone.at_ms = z->at_ms;
    z->zone.offset_s = z->offset_s;
    return z;
}

static struct loaded_zone *load_zone(const char *name)
{
    struct zone_table t;
    if (strlen(name) >= sizeof((struct zone *)0)->name) return NULL;
    return zone_from_system(name, &t) || zone_from_icu(name, &t) ? keep_table(name, &t) : NULL;
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
