/* The contact policy: a table of rows at the borders, and a minute-by-minute reading of the rule beside it over the days on
 * which clocks change. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include "base/prng.h"
#include "core/contact/contact.h"
#include "core_zones.h"

static void *take(void *ctx, size_t size) { (void)ctx; return malloc(size); }
static void give(void *ctx, void *block, size_t size) { (void)ctx; (void)size; free(block); }
static const struct arena_source heap = { take, give, NULL };

enum variant { DEFAULTS, QUIET_TO_0230 /* no night */, QUIET_TO_0130, NO_QUIET, NEVER_QUIET, MIDDAY /* quiet 12-13 */, CAP_0, WHOLE_DAY };
static struct policy policy_of(enum variant v)
{
    struct policy p = policy_defaults();
    switch (v) {
    case DEFAULTS: break;
    case QUIET_TO_0230: p.night_from_min = p.night_until_min = 0; p.quiet_until_min = 150; break;
    case QUIET_TO_0130: p.night_from_min = p.night_until_min = 0; p.quiet_until_min = 90; break;
    case NO_QUIET: p.quiet_from_min = p.quiet_until_min; break;
    case NEVER_QUIET: p.quiet_from_min = p.quiet_until_min = p.night_from_min = p.night_until_min = 0; break;
    case MIDDAY: p.quiet_from_min = 720; p.quiet_until_min = 780; break;
    case CAP_0: p.cap_per_day = 0; break;
    case WHOLE_DAY: p.quiet_from_min = 480; p.quiet_until_min = 120; break;
    }
    return p;
}

struct row {
    const char *zones, *now;
    int feed_age_s;
    int minutes_ago[4]; /* contacts, newest first; 0: none */
    enum variant variant;
    enum contact_verdict verdict;
    const char *rule, *until;
};
#define SEND CONTACT_SEND, "allowed", NULL
#define HOLD CONTACT_HOLD
static const struct row rows[] = {
    /* Shanghai, defaults: quiet 22-8, night 2-8 */
    { "S", "2020-02-26T15:00:00+08:00", 60, { 0 }, DEFAULTS, SEND },
    { "S", "2020-02-26T21:59:59+08:00", 60, { 0 }, DEFAULTS, SEND },
    { "S", "2020-02-26T21:59:59.999+08:00", 60, { 0 }, DEFAULTS, SEND },
    { "S", "2020-02-26T22:00:00+08:00", 60, { 0 }, DEFAULTS, HOLD, "quiet-hours", "2020-02-27T08:00:00+08:00" },
    { "S", "2020-02-26T22:00:30+08:00", 60, { 0 }, DEFAULTS, HOLD, "quiet-hours", "2020-02-27T08:00:00+08:00" },
    { "S", "2020-02-26T23:59:59+08:00", 60, { 0 }, DEFAULTS, HOLD, "quiet-hours", "2020-02-27T08:00:00+08:00" },
    { "S", "2020-02-27T00:00:00+08:00", 60, { 0 }, DEFAULTS, HOLD, "small-hours", "2020-02-27T08:00:00+08:00" },
    { "S", "2020-02-27T01:59:59+08:00", 60, { 0 }, DEFAULTS, HOLD, "small-hours", "2020-02-27T08:00:00+08:00" },
    { "S", "2020-02-27T02:00:00+08:00", 60, { 0 }, DEFAULTS, HOLD, "night", "2020-02-27T08:00:00+08:00" },
    { "S", "2020-02-27T07:59:59+08:00", 60, { 0 }, DEFAULTS, HOLD, "night", "2020-02-27T08:00:00+08:00" },
    { "S", "2020-02-27T08:00:00+08:00", 60, { 0 }, DEFAULTS, SEND },
    { "S", "2020-02-29T23:00:00+08:00", 60, { 0 }, DEFAULTS, HOLD, "quiet-hours", "2020-03-01T08:00:00+08:00" },
    { "S", "2019-12-31T22:30:00+08:00", 60, { 0 }, DEFAULTS, HOLD, "quiet-hours", "2020-01-01T08:00:00+08:00" },
    /* the night holds whatever the owner does to the quiet hours */
    { "S", "2020-02-26T23:00:00+08:00", 60, { 0 }, NO_QUIET, SEND },
    /* and so do the small hours before it */
    { "S", "2020-02-26T23:59:59+08:00", 60, { 0 }, NO_QUIET, SEND },
    { "S", "2020-02-27T00:00:00+08:00", 60, { 0 }, NO_QUIET, HOLD, "small-hours", "2020-02-27T08:00:00+08:00" },
    { "S", "2020-02-27T01:59:59+08:00", 60, { 0 }, NO_QUIET, HOLD, "small-hours", "2020-02-27T08:00:00+08:00" },
    { "S", "2020-02-27T02:00:00+08:00", 60, { 0 }, NO_QUIET, HOLD, "night", "2020-02-27T08:00:00+08:00" },
    { "S", "2020-02-27T03:00:00+08:00", 60, { 0 }, NEVER_QUIET, SEND },
    { "S", "2020-02-27T11:59:00+08:00", 60, { 0 }, MIDDAY, SEND },
    { "S", "2020-02-27T12:00:00+08:00", 60, { 0 }, MIDDAY, HOLD, "quiet-hours", "2020-02-27T13:00:00+08:00" },
    { "S", "2020-02-27T13:00:00+08:00", 60, { 0 }, MIDDAY, SEND },
    { "S", "2020-02-27T05:00:00+08:00", 60, { 0 }, MIDDAY, HOLD, "night", "2020-02-27T08:00:00+08:00" },
    { "S", "2020-02-27T12:00:00+08:00", 60, { 0 }, WHOLE_DAY, HOLD, "quiet-hours", NULL },
    { "S", "2020-02-27T03:00:00+08:00", 60, { 0 }, WHOLE_DAY, HOLD, "night", NULL },
    /* stale data beats everything but an opt-out */
    { "S", "2020-02-26T15:00:00+08:00", 21600, { 0 }, DEFAULTS, SEND },
    { "S", "2020-02-26T15:00:00+08:00", 21601, { 0 }, DEFAULTS, HOLD, "stale-data", NULL },
    { "S", "2020-02-27T03:00:00+08:00", 21601, { 0 }, DEFAULTS, HOLD, "stale-data", NULL },
    { "S", "2020-02-26T15:00:00+08:00", 999999, { 5, 6 }, DEFAULTS, HOLD, "stale-data", NULL },
    { "S", "2020-02-27T03:00:00+08:00", -1, { 0 }, NEVER_QUIET, HOLD, "stale-data", NULL },
    /* New York: 2026-03-08 02:00 EST becomes 03:00 EDT */
    { "N", "2026-03-07T21:59:59-05:00", 60, { 0 }, DEFAULTS, SEND },
    { "N", "2026-03-07T22:00:00-05:00", 60, { 0 }, DEFAULTS, HOLD, "quiet-hours", "2026-03-08T08:00:00-04:00" },
    { "N", "2026-03-08T01:59:59-05:00", 60, { 0 }, DEFAULTS, HOLD, "small-hours", "2026-03-08T08:00:00-04:00" },
    { "N", "2026-03-08T03:00:00-04:00", 60, { 0 }, DEFAULTS, HOLD, "night", "2026-03-08T08:00:00-04:00" },
    { "N", "2026-03-08T07:59:59-04:00", 60, { 0 }, DEFAULTS, HOLD, "night", "2026-03-08T08:00:00-04:00" },
    { "N", "2026-03-08T08:00:00-04:00", 60, { 0 }, DEFAULTS, SEND },
    /* quiet until 02:30, which that day has not: the clock jumps past it */
    { "N", "2026-03-08T01:30:00-05:00", 60, { 0 }, QUIET_TO_0230, HOLD, "quiet-hours", "2026-03-08T03:00:00-04:00" },
    { "N", "2026-03-08T03:00:00-04:00", 60, { 0 }, QUIET_TO_0230, SEND },
    /* 2026-11-01 02:00 EDT becomes 01:00 EST */
    { "N", "2026-10-31T22:00:00-04:00", 60, { 0 }, DEFAULTS, HOLD, "quiet-hours", "2026-11-01T08:00:00-05:00" },
    { "N", "2026-11-01T01:30:00-04:00", 60, { 0 }, DEFAULTS, HOLD, "small-hours", "2026-11-01T08:00:00-05:00" },
    { "N", "2026-11-01T01:30:00-05:00", 60, { 0 }, DEFAULTS, HOLD, "small-hours", "2026-11-01T08:00:00-05:00" },
    { "N", "2026-11-01T02:00:00-05:00", 60, { 0 }, DEFAULTS, HOLD, "night", "2026-11-01T08:00:00-05:00" },
    /* quiet until 01:30, which that day has twice */
    { "N", "2026-11-01T00:30:00-04:00", 60, { 0 }, QUIET_TO_0130, HOLD, "quiet-hours", "2026-11-01T01:30:00-04:00" },
    { "N", "2026-11-01T01:45:00-04:00", 60, { 0 }, QUIET_TO_0130, SEND },
    { "N", "2026-11-01T01:10:00-05:00", 60, { 0 }, QUIET_TO_0130, HOLD, "quiet-hours", "2026-11-01T01:30:00-05:00" },
    /* Lord Howe moves by half an hour */
    { "H", "2026-04-05T01:45:00+11:00", 60, { 0 }, DEFAULTS, HOLD, "small-hours", "2026-04-05T08:00:00+10:30" },
    { "H", "2026-10-04T01:45:00+10:30", 60, { 0 }, DEFAULTS, HOLD, "small-hours", "2026-10-04T08:00:00+11:00" },
    /* a buyer who may live in either: quiet if quiet in any, until allowed in all */
    { "NL", "2026-06-10T21:59:00-04:00", 60, { 0 }, DEFAULTS, SEND },
    { "NL", "2026-06-10T22:00:00-04:00", 60, { 0 }, DEFAULTS, HOLD, "quiet-hours", "2026-06-11T08:00:00-07:00" },
    { "NL", "2026-06-11T08:00:00-04:00", 60, { 0 }, DEFAULTS, HOLD, "night", "2026-06-11T08:00:00-07:00" },
    { "NL", "2026-06-11T10:59:59-04:00", 60, { 0 }, DEFAULTS, HOLD, "night", "2026-06-11T08:00:00-07:00" },
    { "NL", "2026-06-11T11:00:00-04:00", 60, { 0 }, DEFAULTS, SEND },
    { "LN", "2026-06-11T10:59:59-04:00", 60, { 0 }, DEFAULTS, HOLD, "night", "2026-06-11T08:00:00-07:00" },
    { "SN", "2026-06-11T12:00:00+08:00", 60, { 0 }, DEFAULTS, HOLD, "small-hours", "2026-06-11T20:00:00+08:00" },
    { "SN", "2026-06-11T20:00:00+08:00", 60, { 0 }, DEFAULTS, SEND },
    { "SNL", "2026-06-11T12:00:00+08:00", 60, { 0 }, DEFAULTS, HOLD, "small-hours", "2026-06-12T08:00:00+08:00" },
    { "SNL", "2026-06-11T21:30:00+08:00", 60, { 0 }, DEFAULTS, HOLD, "night", "2026-06-12T08:00:00+08:00" },
    /* contacts before: at most two in 24 hours, half an hour apart */
    { "S", "2020-02-26T15:00:00+08:00", 60, { 10 }, DEFAULTS, HOLD, "too-soon", "2020-02-26T15:20:00+08:00" },
    { "S", "2020-02-26T15:00:00+08:00", 60, { 29 }, DEFAULTS, HOLD, "too-soon", "2020-02-26T15:01:00+08:00" },
    { "S", "2020-02-26T15:00:00+08:00", 60, { 30 }, DEFAULTS, SEND },
    { "S", "2020-02-26T15:00:00+08:00", 60, { 60, 120 }, DEFAULTS, HOLD, "daily-cap", "2020-02-27T13:00:00+08:00" },
    { "S", "2020-02-26T15:00:00+08:00", 60, { 10, 120 }, DEFAULTS, HOLD, "daily-cap", "2020-02-27T13:00:00+08:00" },
    { "S", "2020-02-26T15:00:00+08:00", 60, { 60, 1439 }, DEFAULTS, HOLD, "daily-cap", "2020-02-26T15:01:00+08:00" },
    { "S", "2020-02-26T15:00:00+08:00", 60, { 60, 1440 }, DEFAULTS, SEND },
    { "S", "2020-02-26T15:00:00+08:00", 60, { 60, 90, 120 }, DEFAULTS, HOLD, "daily-cap", "2020-02-27T13:30:00+08:00" },
    { "S", "2020-02-26T15:00:00+08:00", 60, { -10 }, DEFAULTS, SEND }, /* a contact after the instant asked about */
    { "S", "2020-02-26T15:00:00+08:00", 60, { -10, 10 }, DEFAULTS, HOLD, "too-soon", "2020-02-26T15:20:00+08:00" },
    { "S", "2020-02-26T15:00:00+08:00", 60, { 0 }, CAP_0, HOLD, "daily-cap", NULL },
    /* two rules at once: the first speaks, the hold ends when both allow */
    { "S", "2020-02-26T21:50:00+08:00", 60, { 10 }, DEFAULTS, HOLD, "too-soon", "2020-02-27T08:00:00+08:00" },
    { "S", "2020-02-26T23:00:00+08:00", 60, { 900, 910 }, DEFAULTS, HOLD, "quiet-hours", "2020-02-27T08:00:00+08:00" },
    { "S", "2020-02-26T23:00:00+08:00", 60, { 600, 610 }, DEFAULTS, HOLD, "quiet-hours", "2020-02-27T12:50:00+08:00" },
    { "S", "2020-02-27T08:10:00+08:00", 60, { 595, 600 }, DEFAULTS, HOLD, "daily-cap", "2020-02-28T08:00:00+08:00" },
};

static struct contact_facts facts_of(const struct row *r)
{
    struct contact_facts f = { .now_ms = at(r->now), .feed_age_s = r->feed_age_s < 0 ? INT64_MAX : r->feed_age_s };
    for (const char *z = r->zones; *z; z++) f.zones[f.zone_count++] = zone_of(*z);
    for (int i = 0; i < 4 && r->minutes_ago[i]; i++) f.contacts[f.contact_count++] = f.now_ms - r->minutes_ago[i] * MS_PER_MIN;
    return f;
}

Test(core_contact, rows)
{
    struct arena a;
    arena_init(&a, &heap, 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct policy p = policy_of(rows[i].variant);
        struct contact_facts f = facts_of(&rows[i]);
        struct contact_decision d = contact_decide(&a, &p, &f);
        int64_t until = rows[i].verdict == CONTACT_SEND ? f.now_ms : rows[i].until ? at(rows[i].until) : INSTANT_NONE;
        cr_expect_eq(d.verdict, rows[i].verdict, "%s %s: verdict %d", rows[i].zones, rows[i].now, d.verdict);
        cr_expect_str_eq(d.reason.rule, rows[i].rule, "%s %s: %s", rows[i].zones, rows[i].now, d.reason.rule);
        cr_expect_eq(d.until_ms, until, "%s %s (row %zu): until %.*s", rows[i].zones, rows[i].now, i, (int)25,
                     d.until_ms == INSTANT_NONE ? "none" : instant_print(&a, d.until_ms, f.zones[0]).ptr);
        cr_expect(d.reason.en.len > 10 && d.reason.zh.len > 10 && text_utf8_valid(d.reason.zh));

        f.opted_out = true; /* whatever else holds, an opt-out is for good */
        d = contact_decide(&a, &p, &f);
        cr_expect(d.verdict == CONTACT_NEVER && strcmp(d.reason.rule, "opted-out") == 0);
    }
    cr_expect(!a.failed);
    arena_release(&a);
}

/* ---- the rule once more, minute by minute ---- */

static bool slow_in(int m, int from, int until)
{
    for (int k = from; k != until; k = (k + 1) % 1440)
        if (k == m) return true;
    return false;
}

static bool slow_shut(const struct policy *p, const struct contact_facts *f, int64_t at_ms)
{
    for (int i = 0; i < f->zone_count; i++) {
        struct civil c = zone_civil(f->zones[i], at_ms);
        int m = c.hour * 60 + c.minute;
        if (slow_in(m, p->quiet_from_min, p->quiet_until_min) || slow_in(m, p->night_from_min, p->night_until_min) || slow_in(m, 0, p->night_from_min)) return true;
    }
    return false;
}

Test(core_contact, every_minute_around_a_change_of_clocks)
{
    static const char *const zones[] = { "N", "L", "H", "S", "NL", "SN" };
    static const char *const days[] = { "2026-03-07T00:00:00Z", "2026-10-31T00:00:00Z", "2026-04-04T00:00:00Z", "2026-10-03T00:00:00Z" };
    static const enum variant variants[] = { DEFAULTS, QUIET_TO_0230, QUIET_TO_0130, MIDDAY };
    static unsigned char block[1 << 16];
    struct prng rng;
    int held = 0, sent = 0;
    prng_seed(&rng, 3);
    for (size_t z = 0; z < 6; z++)
        for (size_t d = 0; d < 4; d++)
            for (size_t v = 0; v < 4; v++) {
                struct policy p = policy_of(variants[v]);
                struct contact_facts f = { .feed_age_s = 0 };
                for (const char *c = zones[z]; *c; c++) f.zones[f.zone_count++] = zone_of(*c);
                for (int64_t minute = 0; minute < 2 * 1440; minute += 19) {
                    struct arena a;
                    arena_init_fixed(&a, block, sizeof block);
                    f.now_ms = at(days[d]) + minute * MS_PER_MIN + (int64_t)prng_below(&rng, 60000);
                    struct contact_decision got = contact_decide(&a, &p, &f);
                    bool shut = slow_shut(&p, &f, f.now_ms);
                    cr_assert_eq(got.verdict == CONTACT_HOLD, shut, "%s at %lld", zones[z], (long long)f.now_ms);
                    if (!shut) {
                        sent++;
                        continue;
                    }
                    int64_t until = f.now_ms - f.now_ms % MS_PER_MIN;
                    while (slow_shut(&p, &f, until)) until += MS_PER_MIN;
                    cr_assert_eq(got.until_ms, until, "%s at %lld: until %lld, not %lld", zones[z], (long long)f.now_ms, (long long)got.until_ms, (long long)until);
                    held++;
                }
            }
    cr_expect(held > 4000 && sent > 4000, "%d held, %d sent", held, sent);
}

/* What Today lets a person write by hand is what the plan lets go by chat, at any minute, wherever the owner has moved the quiet hours, also on event night. */
Test(core_contact, by_hand_and_by_chat_are_told_the_same)
{
    static const enum variant variants[] = { DEFAULTS, QUIET_TO_0230, QUIET_TO_0130, NO_QUIET, NEVER_QUIET, MIDDAY, WHOLE_DAY };
    int small_hours = 0, opened = 0;
    for (size_t v = 0; v < sizeof variants / sizeof variants[0]; v++)
        for (int64_t minute = 0; minute < 3 * 1440; minute += 7)
            for (int way = 0; way < 4; way++) {
                struct policy p = policy_of(variants[v]);
                struct contact_facts f = { .now_ms = at("2026-11-10T12:00:00+08:00") + minute * MS_PER_MIN, .zones = { &zone_shanghai }, .zone_count = 1,
                                           .has_event = (way & 1) != 0, .event_from_ms = at("2026-11-11T00:00:00+08:00"), .event_until_ms = at("2026-11-12T12:00:00+08:00") };
                f.placed_at_ms = f.now_ms - 40 * MS_PER_MIN;
                p.event_night_chat = way >> 1;
                const struct contact_check hand = contact_check(&p, &f);
                f.channel = CHANNEL_CHAT;
                const struct contact_check chat = contact_check(&p, &f);
                cr_assert(hand.verdict == chat.verdict && hand.rule == chat.rule && hand.until_ms == chat.until_ms, "variant %zu, minute %d, way %d: %s by hand, %s by chat", v,
                          (int)minute, way, contact_rule_row(hand.rule)->word, contact_rule_row(chat.rule)->word);
                const struct civil c = zone_civil(&zone_shanghai, f.now_ms);
                small_hours += hand.rule == CONTACT_RULE_SMALL_HOURS;
                opened += hand.verdict == CONTACT_SEND && c.hour < 2 && p.night_from_min == 120;
                cr_assert(p.night_until_min == 0 || c.hour < 2 || c.hour >= 8 || hand.verdict == CONTACT_HOLD, "open at %d:%d", c.hour, c.minute);
            }
    cr_expect(small_hours > 100 && opened > 20, "%d in the small hours, %d opened by the owner", small_hours, opened);
}

Test(core_contact, a_refused_allocation_is_seen_not_crashed_on)
{
    static unsigned char block[16];
    struct arena a;
    struct policy p = policy_defaults();
    struct contact_facts f = { .now_ms = at("2020-02-27T03:00:00+08:00"), .zones = { &zone_shanghai }, .zone_count = 1 };
    arena_init_fixed(&a, block, sizeof block);
    cr_expect_eq(contact_decide(&a, &p, &f).verdict, CONTACT_HOLD);
    cr_expect(a.failed);
}

Test(core_contact, policy_rows_tell_every_value_and_its_source)
{
    struct policy_row row[POLICY_ROWS_MAX], one[1];
    struct policy p = policy_defaults();
    int n = policy_rows(&p, row, POLICY_ROWS_MAX);
    cr_expect_eq(n, (int)(sizeof(struct policy) == 272 ? 43 : 0), "a new field of the policy needs its row (%zu bytes, %d rows)", sizeof p, n);
    for (int i = 0; i < n; i++) {
        cr_expect(row[i].name[0] && row[i].unit[0] && row[i].source[0] && row[i].what_en.len && row[i].what_zh.len);
        for (int k = 0; k < i; k++) cr_expect_str_neq(row[i].name, row[k].name);
    }
    cr_expect_eq(row[0].value, 1800);
    cr_expect_eq(row[1].value, 3600);
    cr_expect_eq(row[2].value, 86400);
    cr_expect_str_eq(row[11].name, "score_min_orders");
    cr_expect_eq(row[11].value, 60);
    p.wave1_after_s = 600;
    cr_expect_eq(policy_rows(&p, one, 1), 1);
    cr_expect_eq(one[0].value, 600);
}

Test(core_contact, no_change_of_the_rules_opens_the_night)
{
    struct policy_row row[POLICY_ROWS_MAX];
    struct policy p = policy_defaults();
    struct reason why;
    const int n = policy_rows(&p, row, POLICY_ROWS_MAX);
    cr_assert(policy_sound(&p, &why));
    for (int i = 0; i < n; i++) {
        const struct text name = text_from_cstr(row[i].name);
        struct policy q = p;
        cr_expect(row[i].min <= row[i].by_default && row[i].by_default <= row[i].max && row[i].value == row[i].by_default, "%s", row[i].name);
        cr_expect_eq(policy_change(&q, name, row[i].min - 1), POLICY_OUT_OF_BOUNDS);
        cr_expect_eq(policy_change(&q, name, row[i].max + 1), POLICY_OUT_OF_BOUNDS);
        cr_expect_eq(memcmp(&q, &p, sizeof q), 0, "a refused change changes nothing");
    }
    cr_expect_eq(policy_change(&p, TEXT("quiet_from"), 5), POLICY_NO_SUCH_TERM);
    /* corners of what is allowed: each term at one of its bounds, from 2 to 8 */
    struct prng dice;
    prng_seed(&dice, 28);
    for (int round = 0; round < 1000; round++) {
        const uint64_t corner = prng_next(&dice);
        struct policy q = p;
        for (int i = 0; i < n; i++) cr_assert_eq(policy_change(&q, text_from_cstr(row[i].name), corner >> i & 1 ? row[i].max : row[i].min), POLICY_CHANGED);
        for (int minute = 2 * 60; minute < 8 * 60; minute += 97) {
            unsigned char block[4096];
            struct arena a;
            arena_init_fixed(&a, block, sizeof block);
            const struct contact_facts f = { .now_ms = at("2020-02-27T00:00:00+08:00") + minute * INT64_C(60000), .zones = { &zone_shanghai }, .zone_count = 1 };
            cr_assert_neq(contact_decide(&a, &q, &f).verdict, CONTACT_SEND, "corner %llx at minute %d", (unsigned long long)corner, minute);
        }
    }
    struct policy q = p;
    cr_assert_eq(policy_change(&q, TEXT("wave2_after_s"), 1800), POLICY_CHANGED);
    cr_expect(!policy_sound(&q, &why));
    cr_expect_str_eq(why.rule, "wave-order");
    q = p;
    cr_assert_eq(policy_change(&q, TEXT("payment_window_s"), 1200), POLICY_CHANGED);
    cr_expect(!policy_sound(&q, &why));
    cr_expect_str_eq(why.rule, "window");
}
