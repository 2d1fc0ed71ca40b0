/* Zones from ICU: for systems without a tz database of their own, and the list of a country's zones. */
#include <string.h>
#include <unicode/ucal.h>
#include <unicode/ustring.h>
#include "os/zone_table.h"

enum { NAME_MAX_UNITS = 64 };

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

static bool read_changes(UCalendar *cal, struct zone_table *t)
{
    int64_t at = INSTANT_FIRST_MS;
    int32_t offset_s;
    if (!offset_at(cal, at, &offset_s)) return false;
    zone_table_start(t, offset_s);
    for (int i = 0; i < 2 * ZONE_SEGMENTS_MAX; i++) {
        UErrorCode error = U_ZERO_ERROR;
        UDate next = 0;
        ucal_setMillis(cal, (UDate)at, &error);
        UBool found = ucal_getTimeZoneTransitionDate(cal, UCAL_TZ_TRANSITION_NEXT, &next, &error);
        if (U_FAILURE(error)) return false;
        if (!found || (int64_t)next > INSTANT_LAST_MS) return true;
        at = (int64_t)next;
        if (!offset_at(cal, at, &offset_s) || !zone_table_add(t, at, offset_s)) return false;
    }
    return false;
}

bool zone_from_icu(const char *name, struct zone_table *ret)
{
    UChar units[NAME_MAX_UNITS];
    UErrorCode error = U_ZERO_ERROR;
    if (!name_to_units(name, units) || !is_known(units)) return false;
    UCalendar *cal = ucal_open(units, -1, "en_US", UCAL_GREGORIAN, &error);
    bool ok = U_SUCCESS(error) && read_changes(cal, ret);
    if (cal) ucal_close(cal);
    return ok;
}
