/* Zones as our readers understand them, against glibc's localtime: two readings of the same world. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "base/instant.h"
#include "base/prng.h"
#include "os/os.h"
#include "os/zone_table.h"

static struct env env;
static void start(void) { cr_assert(os_env_init(&env)); }
static void stop(void) { os_env_release(&env); }
TestSuite(zone, .init = start, .fini = stop);

/* Zones whose law is the same in ICU's database of 2022 and the system's. */
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

/* Every zone of the system's list, of whatever age the system is. */
Test(zone, every_zone_of_the_system_is_as_glibc_has_it, .timeout = 60)
{
    FILE *list = fopen("/usr/share/zoneinfo/zone.tab", "r");
    char line[256], name[64];
    int seen = 0;
    if (!list) cr_skip_test("tzdata is not installed");
    while (fgets(line, sizeof line, list)) {
        if (line[0] == '#' || sscanf(line, "%*s %*s %63s", name) != 1) continue;
        const struct zone *z = env.zone(env.ctx, name);
        cr_assert(z, "%s", name);
        cr_assert(setenv("TZ", name, 1) == 0);
        tzset();
        for (int k = 1; k < z->n; k++)
            for (int64_t d = -1; d <= 1; d++) {
                time_t t = (time_t)(z->at_ms[k] / 1000 + d);
                struct tm tm;
                cr_assert(localtime_r(&t, &tm) && zone_offset_s(z, t * INT64_C(1000)) == tm.tm_gmtoff, "%s at %lld", name, (long long)t);
            }
        for (int64_t t = 946684800; t < INT64_C(4102444800); t += 86400 * 29) {
            time_t at = (time_t)t;
            struct tm tm;
            cr_assert(localtime_r(&at, &tm) && zone_offset_s(z, t * 1000) == tm.tm_gmtoff, "%s at %lld", name, (long long)t);
        }
        seen++;
    }
    (void)fclose(list);
    cr_expect(seen > 300);
}

Test(zone, the_two_databases_agree_where_the_law_is_old)
{
    static struct zone_table a, b;
    for (int i = 0; i < NAME_COUNT; i++) {
        if (!zone_from_system(names[i], &a)) cr_skip_test("tzdata is not installed");
        cr_assert(zone_from_icu(names[i], &b), "%s", names[i]);
        cr_expect(a.n == b.n, "%s: %d and %d", names[i], a.n, b.n);
        for (int k = 0; k < a.n && k < b.n; k++) cr_assert(a.at_ms[k] == b.at_ms[k] && a.offset_s[k] == b.offset_s[k], "%s segment %d", names[i], k);
    }
}

/* A file with no changes of its own, only a rule. */
static struct text rule_file(char *ret, const char *rule)
{
    static const char header[44] = { 'T', 'Z', 'i', 'f', '2', [39] = 1, [43] = 4 };
    static const char types[10] = { 0, 0, 0, 0, 0, 0, 'U', 'T', 'C', 0 };
    size_t n = 0;
    for (int i = 0; i < 2; i++) {
        memcpy(ret + n, header, 44);
        memcpy(ret + n + 44, types, 10);
        n += 54;
    }
    n += (size_t)sprintf(ret + n, "\n%s\n", rule);
    return (struct text){ ret, n };
}

Test(zone, rules_go_on_as_glibc_lets_them)
{
    static const char *rules[] = { "CET-1CEST,M3.5.0,M10.5.0/3", "PST8PDT,M3.2.0,M11.1.0", "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "IST-1GMT0,M10.5.0,M3.5.0/1",
        "<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "<+1245>-12:45<+1345>,M9.5.0/2:45,M4.1.0/3:45", "EET-2EEST,J80/2:30:30,J300", "AAA3BBB,59/1,300/25",
        "EET-2EEST,M4.5.5/0,M10.5.4/24", "JST-9" };
    static struct zone_table t;
    char file[256];
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        cr_assert(zone_from_tzif(rule_file(file, rules[i]), &t), "%s", rules[i]);
        struct zone z = { .n = t.n, .at_ms = t.at_ms, .offset_s = t.offset_s };
        cr_assert(setenv("TZ", rules[i], 1) == 0);
        tzset();
        for (int64_t s = 978307200; s < INT64_C(4102444800); s += 3600 * 7) {
            time_t at = (time_t)s;
            struct tm tm;
            cr_assert(localtime_r(&at, &tm) && zone_offset_s(&z, s * 1000) == tm.tm_gmtoff, "%s at %lld", rules[i], (long long)s);
        }
    }
    static const char *bad[] = { "CET", "C-1", "CET-1CEST,M13.5.0,M10.5.0", "CET-1CEST,M3.6.0,M10.5.0", "CET-1CEST,M3.5.7,M10.5.0", "CET-1CEST,M3.5.0", "CET-1CEST",
        "CET-1CEST,M3.5.0,M10.5.0/", "CET-999", "<+03-3", "CET-1CEST,M3.5.0,M10.5.0/3x" };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) cr_expect_not(zone_from_tzif(rule_file(file, bad[i]), &t), "%s", bad[i]);
}

Test(zone, damaged_files_are_refused_and_never_read_past_their_end)
{
    static char whole[65536];
    static struct zone_table t;
    FILE *f = fopen("/usr/share/zoneinfo/Europe/Berlin", "rb");
    if (!f) cr_skip_test("tzdata is not installed");
    size_t n = fread(whole, 1, sizeof whole, f);
    (void)fclose(f);
    cr_assert(zone_from_tzif((struct text){ whole, n }, &t) && t.n > 190);
    for (size_t cut = 0; cut + 1 < n; cut++) {
        char *exact = malloc(cut ? cut : 1); /* so that a sanitizer sees a read past the end */
        cr_assert(exact);
        memcpy(exact, whole, cut);
        (void)zone_from_tzif((struct text){ exact, cut }, &t);
        cr_assert(cut > n - 32 || !zone_from_tzif((struct text){ exact, cut }, &t), "cut to %zu", cut);
        free(exact);
    }
    struct prng p;
    prng_seed(&p, 5);
    for (int i = 0; i < 20000; i++) {
        static char mangled[65536];
        memcpy(mangled, whole, n);
        for (int k = 0; k < 3; k++) mangled[prng_below(&p, n)] = (char)prng_next(&p);
        if (zone_from_tzif((struct text){ mangled, n }, &t)) cr_assert(t.n >= 1 && t.n <= ZONE_SEGMENTS_MAX);
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
    static const char *bad[] = { "", "Mars/Olympus", "GMT+3", "Etc/Unknown", "Asia/Shanghai ", "上海", "../etc/passwd", "/etc/localtime", "Asia/../Europe/Berlin", "Asia//Tokyo", "Asia", "Asia/", "zone.tab", "posix/UTC",
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
