#include <criterion/criterion.h>
#include <stdlib.h>
#include "base/instant.h"
#include "os/os.h"

static struct env env;
static void start(void) { cr_assert(os_env_init(&env)); }
static void stop(void) { os_env_release(&env); }
TestSuite(instant, .init = start, .fini = stop);

static const struct zone *zone(const char *name)
{
    const struct zone *z = env.zone(env.ctx, name);
    cr_assert(z, "%s", name);
    return z;
}
static int64_t at(const char *iso)
{
    int64_t ms = 0;
    cr_assert(instant_parse(text_from_cstr(iso), &ms), "%s", iso);
    return ms;
}
static struct civil civil(const char *s)
{
    struct civil c;
    int32_t offset_s;
    cr_assert(civil_parse(text_from_cstr(s), &c, &offset_s), "%s", s);
    return c;
}
static void is_at(const char *name, const char *local, enum civil_fit fit, const char *iso)
{
    struct civil c = civil(local);
    int64_t got = 0;
    enum civil_fit got_fit = zone_instant(zone(name), &c, &got);
    cr_expect(got_fit == fit, "%s %s: fit %d", name, local, (int)got_fit);
    cr_expect(got == at(iso), "%s %s: off by %lld s", name, local, (long long)(got - at(iso)) / 1000);
}
static void shows(const char *name, const char *iso, const char *want)
{
    unsigned char block[512];
    struct arena a;
    arena_init_fixed(&a, block, sizeof block);
    struct text s = instant_print(&a, at(iso), zone(name));
    cr_expect(text_is(s, want), "%s %s: %.*s", name, iso, (int)s.len, s.ptr);
}

Test(instant, days_and_dates_go_round)
{
    cr_expect(days_from_civil(1970, 1, 1) == 0);
    cr_expect(days_from_civil(2000, 3, 1) == 11017);
    cr_expect(days_from_civil(1969, 12, 31) == -1);
    cr_expect(days_from_civil(2100, 1, 1) * MS_PER_DAY == INSTANT_LAST_MS);
    cr_expect(days_from_civil(2000, 1, 1) * MS_PER_DAY == INSTANT_FIRST_MS);
    int y = 0, m = 0, d = 0, before = 0;
    for (int64_t day = -800000; day < 800000; day++) {
        civil_from_days(day, &y, &m, &d);
        cr_assert(days_from_civil(y, m, d) == day);
        cr_assert(day == -800000 || d == before + 1 || d == 1);
        before = d;
    }
}

Test(instant, parses_the_times_of_files)
{
    static const struct { const char *cell; struct civil want; int32_t offset_s; } rows[] = {
        { "2017-07-08 00:42:32", { 2017, 7, 8, 0, 42, 32, 0 }, INT32_MIN }, { "2016/5/23 22:02", { 2016, 5, 23, 22, 2, 0, 0 }, INT32_MIN },
        { "2019.03.12 10:48", { 2019, 3, 12, 10, 48, 0, 0 }, INT32_MIN }, { "2020-02-26", { 2020, 2, 26, 0, 0, 0, 0 }, INT32_MIN },
        { "2020-02-29 9:05:01.5", { 2020, 2, 29, 9, 5, 1, 500 }, INT32_MIN }, { "2017-06-17T08:04:21+00:00", { 2017, 6, 17, 8, 4, 21, 0 }, 0 },
        { "2021-05-13 11:01:12 +0200", { 2021, 5, 13, 11, 1, 12, 0 }, 7200 }, { "2020-02-26T15:00:00Z", { 2020, 2, 26, 15, 0, 0, 0 }, 0 },
        { "2020-02-26T15:00:00.123-03:30", { 2020, 2, 26, 15, 0, 0, 123 }, -12600 }, { "2020-02-26T15:00+08", { 2020, 2, 26, 15, 0, 0, 0 }, 28800 },
        { "2020-02-26T15:00:00.123456Z", { 2020, 2, 26, 15, 0, 0, 123 }, 0 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct civil c = { 0 };
        int32_t offset_s = 1;
        cr_expect(civil_parse(text_from_cstr(rows[i].cell), &c, &offset_s), "%s", rows[i].cell);
        cr_expect(memcmp(&c, &rows[i].want, sizeof c) == 0, "%s", rows[i].cell);
        cr_expect(offset_s == rows[i].offset_s, "%s: offset %d", rows[i].cell, offset_s);
    }
}

Test(instant, refuses_every_other_time)
{
    static const char *bad[] = { "", "-", "2020", "2020-02", "2020-02-30", "2019-02-29 00:00:00", "2020-13-01", "2020-00-10", "2020-04-31",
        "2020-02-26 24:00:00", "2020-02-26 10:60", "2020-02-26 10:20:60", "2020-02-26 10", "20-02-26 10:00", "2020/02-26 10:00",
        "2020-02-26 10:00:00x", "2020-02-26 10:00:00 ", " 2020-02-26", "2020-02-26x10:00", "2020-02-26 1:2", "2020-2-26 10:00:00.",
        "43888.625", "26-May-26", "2020-02-26 10:00:00+25:00", "2020-02-26 10:00:00+8", "0000-01-01", "2020-02-26 -1:00:00", "2020-02-261",
        "2020-0a-26 10:00:00", "202a-02-26 10:00:00" };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct civil c;
        int32_t offset_s;
        cr_expect_not(civil_parse(text_from_cstr(bad[i]), &c, &offset_s), "\"%s\"", bad[i]);
    }
    int64_t ms = 5;
    cr_expect_not(instant_parse(TEXT("2020-02-26T15:00:00"), &ms), "an instant needs an offset");
    cr_expect_not(instant_parse(TEXT("1999-12-31T23:59:59Z"), &ms));
    cr_expect_not(instant_parse(TEXT("2100-01-01T00:00:00.001Z"), &ms));
    cr_expect(ms == 5);
    cr_expect(instant_parse(TEXT("2000-01-01T00:00:00Z"), &ms) && ms == INSTANT_FIRST_MS);
    cr_expect(instant_parse(TEXT("2100-01-01T00:00:00Z"), &ms) && ms == INSTANT_LAST_MS);
}

Test(instant, shanghai_has_one_clock)
{
    cr_expect(zone("Asia/Shanghai")->n == 1);
    is_at("Asia/Shanghai", "2020-02-26 15:00:00", CIVIL_EXACT, "2020-02-26T07:00:00Z");
    shows("Asia/Shanghai", "2020-02-26T07:00:00.040Z", "2020-02-26T15:00:00.040+08:00");
}

Test(instant, clocks_go_forward_and_back)
{
    is_at("America/Los_Angeles", "2024-03-10 01:59:59", CIVIL_EXACT, "2024-03-10T09:59:59Z");
    is_at("America/Los_Angeles", "2024-03-10 02:30:00", CIVIL_SKIPPED, "2024-03-10T03:30:00-07:00");
    is_at("America/Los_Angeles", "2024-03-10 03:00:00", CIVIL_EXACT, "2024-03-10T10:00:00Z");
    is_at("America/Los_Angeles", "2024-11-03 00:59:59", CIVIL_EXACT, "2024-11-03T00:59:59-07:00");
    is_at("America/Los_Angeles", "2024-11-03 01:30:00", CIVIL_AMBIGUOUS, "2024-11-03T01:30:00-07:00");
    is_at("America/Los_Angeles", "2024-11-03 02:00:00", CIVIL_EXACT, "2024-11-03T02:00:00-08:00");
    is_at("Europe/Berlin", "2020-03-29 02:00:00", CIVIL_SKIPPED, "2020-03-29T03:00:00+02:00");
    is_at("Europe/Berlin", "2020-03-29 03:00:00", CIVIL_EXACT, "2020-03-29T01:00:00Z");
    is_at("Europe/Berlin", "2020-10-25 02:00:00", CIVIL_AMBIGUOUS, "2020-10-25T00:00:00Z");
    is_at("Europe/Berlin", "2020-10-25 02:59:59", CIVIL_AMBIGUOUS, "2020-10-25T02:59:59+02:00");
    is_at("Europe/Berlin", "2020-10-25 03:00:00", CIVIL_EXACT, "2020-10-25T02:00:00Z");
    is_at("Australia/Lord_Howe", "2024-10-06 02:15:00", CIVIL_SKIPPED, "2024-10-06T02:45:00+11:00"); /* thirty minutes */
    is_at("Australia/Lord_Howe", "2024-04-07 01:45:00", CIVIL_AMBIGUOUS, "2024-04-07T01:45:00+11:00");
    is_at("Australia/Lord_Howe", "2024-04-07 02:00:00", CIVIL_EXACT, "2024-04-07T02:00:00+10:30");
    shows("Australia/Lord_Howe", "2024-04-06T15:00:00Z", "2024-04-07T01:30:00+10:30");
    shows("America/St_Johns", "2024-01-01T00:00:00Z", "2023-12-31T20:30:00-03:30");
}

/* AliExpress events run in US Pacific time: midnight there is 16:00 in Shanghai in winter, 15:00 in summer. */
Test(instant, aliexpress_events_begin_in_the_afternoon_of_shanghai)
{
    struct civil eleventh = civil("2019-11-11 00:00:00"), october = civil("2019-10-01 00:00:00");
    int64_t ms = 0;
    cr_expect(zone_instant(zone("America/Los_Angeles"), &eleventh, &ms) == CIVIL_EXACT);
    struct civil there = zone_civil(zone("Asia/Shanghai"), ms);
    cr_expect(there.day == 11 && there.hour == 16 && there.minute == 0);
    cr_expect(zone_instant(zone("America/Los_Angeles"), &october, &ms) == CIVIL_EXACT);
    there = zone_civil(zone("Asia/Shanghai"), ms);
    cr_expect(there.month == 10 && there.day == 1 && there.hour == 15 && there.minute == 0);
}

Test(instant, days_begin_where_the_calendar_turns)
{
    const struct zone *la = zone("America/Los_Angeles"), *sao = zone("America/Sao_Paulo"), *apia = zone("Pacific/Apia");
    int64_t day = days_from_civil(2024, 3, 10);
    cr_expect(zone_day_start_ms(la, day) == at("2024-03-10T00:00:00-08:00"));
    cr_expect(zone_day_start_ms(la, day + 1) - zone_day_start_ms(la, day) == 23 * MS_PER_HOUR);
    day = days_from_civil(2024, 11, 3);
    cr_expect(zone_day_start_ms(la, day + 1) - zone_day_start_ms(la, day) == 25 * MS_PER_HOUR);
    day = days_from_civil(2018, 11, 4); /* no midnight: 00:00 becomes 01:00 */
    cr_expect(zone_day_start_ms(sao, day) == at("2018-11-04T01:00:00-02:00"));
    cr_expect(zone_day(sao, zone_day_start_ms(sao, day)) == day && zone_day(sao, zone_day_start_ms(sao, day) - 1) == day - 1);
    day = days_from_civil(2011, 12, 31); /* Samoa had no 30 December */
    cr_expect(zone_day(apia, zone_day_start_ms(apia, day) - 1) == day - 2);
    cr_expect(zone_day_start_ms(apia, day - 1) == zone_day_start_ms(apia, day));
    cr_expect(zone_day(zone("Asia/Shanghai"), at("2020-02-26T15:59:59.999Z")) == days_from_civil(2020, 2, 26));
    cr_expect(zone_day(zone("Asia/Shanghai"), at("2020-02-26T16:00:00Z")) == days_from_civil(2020, 2, 27));
}

Test(instant, hours_begin_where_the_clock_shows_a_new_hour)
{
    const struct zone *la = zone("America/Los_Angeles"), *howe = zone("Australia/Lord_Howe"), *nepal = zone("Asia/Kathmandu");
    cr_expect_eq(zone_minute(la, at("2024-11-03T01:20:59-07:00")), 80);
    cr_expect_eq(zone_minute(howe, at("2024-04-07T01:45:00+10:30")), 105);
    cr_expect_eq(zone_minute(nepal, at("2020-01-01T18:14:59Z")), 1439);
    cr_expect(minute_in(60, 60, 120) && !minute_in(120, 60, 120) && minute_in(0, 1380, 60) && minute_in(1380, 1380, 60) && !minute_in(60, 1380, 60) && !minute_in(5, 5, 5));
    cr_expect(zone_hour_start_ms(la, at("2024-11-03T01:20:00-07:00")) == at("2024-11-03T01:00:00-07:00"));
    cr_expect(zone_hour_start_ms(la, at("2024-11-03T01:20:00-08:00")) == at("2024-11-03T01:00:00-08:00"), "the second 01 is its own hour");
    cr_expect(zone_hour_start_ms(howe, at("2024-04-07T01:45:00+10:30")) == at("2024-04-07T01:00:00+11:00"), "an hour of ninety minutes");
    cr_expect(zone_hour_start_ms(howe, at("2024-10-06T02:45:00+11:00")) == at("2024-10-06T02:30:00+11:00"), "an hour of thirty");
    cr_expect(zone_hour_start_ms(nepal, at("2020-01-01T00:00:00Z")) == at("2019-12-31T23:15:00Z"));
    static const char *names[] = { "America/Los_Angeles", "Australia/Lord_Howe", "Europe/Berlin", "Asia/Kathmandu", "Pacific/Chatham" };
    for (size_t i = 0; i < 5; i++)
        for (int64_t t = at("2024-01-01T00:00:00Z"); t < at("2025-01-01T00:00:00Z"); t += 17 * MS_PER_MIN) {
            int64_t start_ms = zone_hour_start_ms(zone(names[i]), t);
            cr_assert(start_ms <= t && t - start_ms < 90 * MS_PER_MIN && zone_hour_start_ms(zone(names[i]), start_ms) == start_ms);
            cr_assert(zone_civil(zone(names[i]), start_ms).hour == zone_civil(zone(names[i]), t).hour);
        }
}
