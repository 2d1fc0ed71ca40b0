/* The pace of the day beside a comparable one, the moment, and how a feed's age shows: a few orders placed by hand. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include "desk/answer.h"
#include "store/campaign_store.h"
#include "memory_shop.h"

static int made;

static int64_t at(const char *iso)
{
    int64_t ms;
    cr_assert(instant_parse(text_from_cstr(iso), &ms), "%s", iso);
    return ms;
}

TestSuite(pace, .init = memory_shop_open, .fini = memory_shop_close);

/* One paid order of so many yuan, paid some minutes after it was placed. */
static void order(const char *placed, int yuan, int paid_after_min)
{
    char number[16];
    struct apply_tally tally = { 0 };
    (void)snprintf(number, sizeof number, "%d", ++made);
    struct order_claim c = { .order_no = text_from_cstr(number), .as_of_ms = at("2026-12-01T00:00:00+08:00"), .rank = SOURCE_FILE,
        .placed_at_ms = at(placed), .paid_at_ms = at(placed) + paid_after_min * MS_PER_MIN, .cancelled_at_ms = CLAIM_NONE,
        .shipped_at_ms = at(placed) + 60 * MS_PER_MIN, .delivered_at_ms = CLAIM_NONE, .refunded_at_ms = CLAIM_NONE, .ship_by_ms = CLAIM_NONE,
        .total_minor = yuan * 100, .paid_minor = yuan * 100, .refund_minor = 0, .pieces = 1, .customer_id = CLAIM_NONE };
    memcpy(c.key.bytes, &made, sizeof made);
    cr_assert(db_begin(s.db));
    struct apply_session *a = apply_session_create(&s, &shop, 0);
    cr_assert(a && apply_claims(a, &c, 1, &tally) && apply_flush(a), "%s", db_error_message(s.db));
    apply_session_free(a);
    cr_assert(db_commit(s.db));
}

static void campaign(const char *en, const char *zh, const char *event_from, int days)
{
    int64_t id, from = at(event_from);
    struct campaign c = { text_from_cstr(en), text_from_cstr(zh), from - 41 * MS_PER_DAY, from - 14 * MS_PER_DAY, from,
                          from + days * MS_PER_DAY, from + (days + 8) * MS_PER_DAY };
    cr_assert(db_begin(s.db) && campaign_add(&s, &shop, &c, &id) && db_commit(s.db));
}

static json_t *today(const char *when)
{
    static struct policy p;
    enum answer_error error;
    p = policy_defaults();
    struct answer_ask q = { &s, &shop, &p, at(when), ANSWER_ALL };
    json_t *j = answer_today(&q, &error);
    cr_assert(j, "%s", db_error_message(s.db));
    return j;
}

static const json_t *line(const json_t *j, const char *kind)
{
    const json_t *lines = json_object_get(j, "lines");
    for (size_t i = 0; i < json_array_size(lines); i++)
        if (strcmp(json_string_value(json_object_get(json_array_get(lines, i), "kind")), kind) == 0) return json_array_get(lines, i);
    return NULL;
}

static const char *words(const json_t *o, const char *key) { return json_string_value(json_object_get(json_object_get(o, key), "en")); }

static json_int_t hour(const json_t *j, int h, const char *what)
{
    const json_t *row = json_array_get(json_object_get(json_object_get(j, "pace"), "hours"), (size_t)h);
    cr_assert(json_is_integer(json_object_get(row, what)));
    return json_integer_value(json_object_get(row, what));
}

Test(pace, beside_last_years_day_while_a_campaign_runs)
{
    campaign("Double 11", "双11", "2025-11-11T00:00:00+08:00", 2);
    campaign("Double 11", "双11", "2026-11-11T00:00:00+08:00", 2);
    order("2025-11-11T00:10:00+08:00", 1000, 1); /* day 1 last year: not to be compared with day 2 */
    order("2025-11-12T00:10:00+08:00", 100, 1);
    order("2025-11-12T10:20:00+08:00", 200, 1);
    order("2025-11-12T10:40:00+08:00", 400, 1); /* later than now */
    order("2025-11-12T23:00:00+08:00", 800, 1);
    order("2026-11-05T09:00:00+08:00", 7, 1);   /* last week: not while a campaign runs */
    order("2026-11-12T00:10:00+08:00", 10, 1);
    order("2026-11-12T10:20:00+08:00", 20, 1);
    order("2026-11-12T10:25:00+08:00", 40, 30); /* placed, but paid only after now */
    order("2026-11-12T10:45:00+08:00", 80, 1);  /* placed after now */
    json_t *j = today("2026-11-12T10:30:00+08:00");
    cr_expect_str_eq(words(line(j, "pace"), "reason"),
                     "Paid so far today: ¥30.00 from 2 orders; Double 11 last year, the same hours: ¥300.00.");
    cr_expect_str_eq(words(json_object_get(j, "pace"), "compare"), "Double 11 last year, the same hours");
    cr_expect_eq(hour(j, 0, "paid"), 1000);
    cr_expect_eq(hour(j, 10, "paid"), 2000);
    cr_expect_eq(hour(j, 11, "paid"), 0);
    cr_expect_eq(hour(j, 0, "compare"), 10000);
    cr_expect_eq(hour(j, 10, "compare"), 60000, "the chart shows the whole hour of the day that is over");
    cr_expect_eq(hour(j, 23, "compare"), 80000);
    cr_expect_str_eq(json_string_value(json_object_get(json_object_get(j, "moment"), "en")), "Double 11, day 2 of 2, 13 h 30 min left");
    cr_expect_str_eq(json_string_value(json_object_get(json_object_get(j, "moment"), "phase")), "event");
    json_decref(j);
}

Test(pace, beside_the_same_weekday_on_a_quiet_day)
{
    order("2026-11-18T08:59:00+08:00", 100, 1);
    order("2026-11-18T09:30:00+08:00", 200, 1);
    order("2026-11-25T08:00:00+08:00", 50, 1);
    json_t *j = today("2026-11-25T09:15:00+08:00"); /* a Wednesday */
    cr_expect_str_eq(words(line(j, "pace"), "reason"), "Paid so far today: ¥50.00 from 1 order; last Wednesday, the same hours: ¥100.00.");
    json_decref(j);
}

Test(pace, alone_when_there_was_no_such_day)
{
    order("2026-11-25T08:00:00+08:00", 50, 1);
    json_t *j = today("2026-11-25T09:00:00+08:00");
    cr_expect_str_eq(words(line(j, "pace"), "reason"), "Paid so far today: ¥50.00 from 1 order.");
    cr_expect(json_is_null(json_object_get(json_array_get(json_object_get(json_object_get(j, "pace"), "hours"), 8), "compare")));
    json_decref(j);
}

Test(pace, an_empty_shop_is_told_to_import)
{
    json_t *j = today("2026-11-25T09:00:00+08:00");
    cr_expect_eq(json_array_size(json_object_get(j, "lines")), 1);
    cr_expect_not_null(line(j, "import"));
    cr_expect(json_is_null(json_object_get(j, "data_age_s")) && json_is_null(json_object_get(j, "pace")));
    json_decref(j);
}

Test(pace, six_hours_make_a_feed_stale)
{
    order("2026-11-25T02:00:00+08:00", 50, 1); /* shipped at 03:00:00, the latest fact */
    json_t *j = today("2026-11-25T09:00:00+08:00");
    cr_expect(json_is_false(json_object_get(j, "stale")) && json_integer_value(json_object_get(j, "data_age_s")) == 21600);
    json_decref(j);
    j = today("2026-11-25T09:00:01+08:00");
    cr_expect(json_is_true(json_object_get(j, "stale")));
    cr_expect_not_null(line(j, "import"));
    json_decref(j);
}
