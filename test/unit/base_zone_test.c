/* The tables of ICU, read by our code, against glibc's localtime and its own tz database: two readings of the same world. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <time.h>
#include "base/instant.h"
#include "base/prng.h"
#include "os/os.h"

static struct env env;
static void start(void) { cr_assert(os_env_init(&env)); }
static void stop(void) { os_env_release(&env); }
TestSuite(zone, .init = start, .fini = stop);

/* Zones whose law did not change between the two databases' ages. */
static const char *names[] = { "America/Los_Angeles", "America/New_York", "America/Chicago", "America/Denver", "America/Phoenix",
    "America/St_Johns", "America/Sao_Paulo", "America/Santiago", "America/Argentina/Buenos_Aires", "Europe/Berlin", "Europe/London",
    "Europe/Dublin", "Europe/Moscow", "Europe/Istanbul", "Asia/Shanghai", "Asia/Tokyo", "Asia/Kolkata", "Asia/Kathmandu", "Asia/Dubai",
    "Asia/Hong_Kong", "Australia/Lord_Howe", "Australia/Sydney", "Australia/Adelaide", "Pacific/Auckland", "Pacific/Chatham",
    "Pacific/Apia", "Pacific/Honolulu", "UTC" };
enum { NAME_COUNT = sizeof names / sizeof names[0] };

static void same_as_glibc(const struct zone *z, int64_t at_ms)
{
    time_t t = (time_t)(at_ms / 1000);
    struct tm tm;
    cr_assert(localtime_r(&t, &tm) != NULL);
    cr_assert(zone_offset_s(z, at_ms) == tm.tm_gmtoff, "%s at %lld: %d, glibc %ld", z->name, (long long)at_ms, zone_offset_s(z, at_ms), tm.tm_gmtoff);
    struct civil c = zone_civil(z, at_ms);
    cr_assert(c.year == tm.tm_year + 1900 && c.month == tm.tm_mon + 1 && c.day == tm.tm_mday && c.hour == tm.tm_hour
              && c.minute == tm.tm_min && c.second == tm.tm_sec, "%s at %lld", z->name, (long long)at_ms);
    int64_t back = 0;
    enum civil_fit fit = zone_instant(z, &c, &back);
    cr_assert(fit != CIVIL_SKIPPED, "a time that was shown exists");
    cr_assert(back == at_ms || (fit == CIVIL_AMBIGUOUS && back < at_ms && at_ms - back <= 2 * MS_PER_HOUR), "%s at %lld", z->name, (long long)at_ms);
}

Test(zone, agrees_with_glibc, .timeout = 60)
{
    struct prng p;
    prng_seed(&p, 20201111);
    for (int i = 0; i < NAME_COUNT; i++) {
        const struct zone *z = env.zone(env.ctx, names[i]);
        cr_assert(z, "%s", names[i]);
        cr_assert(setenv("TZ", names[i], 1) == 0);
        tzset();
        for (int k = 0; k < 3000; k++) { /* to 2037 anywhere, then up to 2100 */
            int64_t span = k % 3 ? INT64_C(2145916800) - 946684800 : INT64_C(4102444800) - 946684800;
            same_as_glibc(z, (INT64_C(946684800) + (int64_t)prng_below(&p, (uint64_t)span)) * 1000);
        }
        for (int k = 1; k < z->n; k++) /* and on both sides of each change of the clock */
            for (int64_t d = -2; d <= 2; d++) same_as_glibc(z, z->at_ms[k] + d * 1000);
    }
}

Test(zone, tables_are_in_order_and_without_idle_segments)
{
    for (int i = 0; i < NAME_COUNT; i++) {
        const struct zone *z = env.zone(env.ctx, names[i]);
        cr_assert(z && z->n >= 1 && z->at_ms[0] == INT64_MIN);
        for (int k = 1; k < z->n; k++) cr_assert(z->at_ms[k] > z->at_ms[k - 1] && z->offset_s[k] != z->offset_s[k - 1]);
        cr_expect(env.zone(env.ctx, names[i]) == z, "loaded once");
    }
    cr_expect(env.zone(env.ctx, "Europe/Berlin")->n > 190, "two changes a year until 2100");
}

Test(zone, unknown_names_are_refused)
{
    static const char *bad[] = { "", "Mars/Olympus", "GMT+3", "Etc/Unknown", "Asia/Shanghai ", "上海", "../etc/passwd",
        "Asia/Aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) cr_expect(env.zone(env.ctx, bad[i]) == NULL, "%s", bad[i]);
}

static bool among(const struct zone *const *z, int n, const char *name)
{
    const struct zone *want = env.zone(env.ctx, name);
    int64_t winter = INT64_C(1705276800000), summer = INT64_C(1720828800000);
    for (int i = 0; i < n; i++)
        if (zone_offset_s(z[i], winter) == zone_offset_s(want, winter) && zone_offset_s(z[i], summer) == zone_offset_s(want, summer)) return true;
    return false;
}

Test(zone, a_country_has_each_of_its_clocks_once)
{
    const struct zone *z[16];
    int n = env.country_zones(env.ctx, "US", z, 16);
    cr_expect(n >= 6 && n < 16, "%d", n);
    static const char *us[] = { "America/New_York", "America/Chicago", "America/Denver", "America/Phoenix", "America/Los_Angeles",
        "America/Anchorage", "Pacific/Honolulu" };
    for (size_t i = 0; i < 7; i++) cr_expect(among(z, n, us[i]), "%s", us[i]);
    cr_expect(env.country_zones(env.ctx, "US", z, 2) == 2, "no more than asked");
    n = env.country_zones(env.ctx, "CN", z, 16);
    cr_expect(n == 2 && among(z, n, "Asia/Shanghai"), "Shanghai and Urumqi: %d", n);
    cr_expect(env.country_zones(env.ctx, "DE", z, 16) == 1);
    cr_expect(env.country_zones(env.ctx, "RU", z, 16) >= 9);
    cr_expect(env.country_zones(env.ctx, "ZZ", z, 16) == 0);
    cr_expect(env.country_zones(env.ctx, "", z, 16) == 0);
}
