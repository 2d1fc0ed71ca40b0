/* What the preview makes of a cell and what it doubts: a table of cells, each kind with the good ones beside the doubtful, so that a
 * rule that always (or never) doubts fails. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include "intake/profile_set.h"
#include "intake/understand.h"

static void *take(void *ctx, size_t size) { (void)ctx; return malloc(size); }
static void give(void *ctx, void *block, size_t size) { (void)ctx, (void)size; free(block); }
static const struct arena_source memory = { take, give, NULL };

/* Berlin around the autumn of 2020: +02:00 until 2020-10-25 01:00 UTC, then +01:00, +02:00 from 2021-03-28 01:00 UTC. */
static const int64_t berlin_at[] = { INT64_MIN, 1603587600000, 1616893200000 };
static const int32_t berlin_offset[] = { 7200, 3600, 7200 };
static const struct zone berlin = { .name = "Europe/Berlin", .n = 3, .at_ms = berlin_at, .offset_s = berlin_offset };
static const struct intake_options options = { .zone = &berlin, .currency = { "EUR" }, .country = { "DE", 2 }, .as_of_ms = INSTANT_NONE,
    .now_ms = INT64_C(1617000000000) };

static struct understander made(struct arena *a, const char *profile)
{
    char error[200];
    struct profile_set *set = profile_set_create(&memory, error, sizeof error);
    struct understander u;
    cr_assert(set && understander_init(&u, a, profile_set_find(set, text_from_cstr(profile)), &options));
    return u; /* the set lives as long as the test's process */
}

struct row { const char *kind; enum field f; const char *cell, *text; enum cell_doubt doubt; };

Test(understand, cells)
{
    static const struct row rows[] = {
        { "time", FIELD_PLACED_AT, "2020-07-01 10:00:00 +0200", "2020-07-01T10:00:00+02:00", DOUBT_NONE },
        { "time", FIELD_PLACED_AT, "2020-10-25 02:30:00", "2020-10-25T02:30:00+02:00", DOUBT_TIME_TWICE },
        { "time", FIELD_PLACED_AT, "2021-03-28 02:30:00", "2021-03-28T03:30:00+02:00", DOUBT_TIME_SKIPPED },
        { "time", FIELD_PLACED_AT, "2031-03-28 02:30:00", "2031-03-28T02:30:00+02:00", DOUBT_FUTURE },
        { "time", FIELD_SHIP_BY, "2031-03-28 02:30:00", "2031-03-28T02:30:00+02:00", DOUBT_NONE },
        { "time", FIELD_PLACED_AT, "03/04/2020", "", DOUBT_AMBIGUOUS_DATE },
        { "time", FIELD_PLACED_AT, "3.4.20 10:00", "", DOUBT_AMBIGUOUS_DATE },
        { "time", FIELD_PLACED_AT, "tomorrow", "", DOUBT_NOT_A_TIME },
        { "time", FIELD_PLACED_AT, "", "", DOUBT_NONE },
        { "time", FIELD_PLACED_AT, "null", "", DOUBT_NONE },
        { "money", FIELD_TOTAL, "1,234.50", "1234.50 EUR", DOUBT_NONE },
        { "money", FIELD_TOTAL, "twelve", "", DOUBT_NOT_A_NUMBER },
        { "money", FIELD_TOTAL, "¥12.00", "", DOUBT_OTHER_CURRENCY },
        { "money", FIELD_TOTAL, "-", "", DOUBT_NONE },
        { "count", FIELD_PIECES, "2.0", "2", DOUBT_NONE },
        { "count", FIELD_PIECES, "two", "", DOUBT_NOT_A_NUMBER },
        { "count", FIELD_PIECES, "2.5", "", DOUBT_NOT_A_NUMBER },
        { "status", FIELD_STATUS, "paid", "paid", DOUBT_NONE },
        { "status", FIELD_STATUS, "wondrous", "", DOUBT_UNKNOWN_STATUS },
        { "text", FIELD_ORDER_NO, "'#1001", "#1001", DOUBT_NONE },
        { "text", FIELD_ORDER_NO, "3.51531E+16", "", DOUBT_SCIENTIFIC },
        { "text", FIELD_TITLE, "3.51531E+16", "3.51531E+16", DOUBT_NONE },
    };
    struct arena a;
    arena_init(&a, &memory, 0);
    struct understander u = made(&a, "shopify-orders");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct understood got = understand_cell(&u, rows[i].kind, rows[i].f, text_from_cstr(rows[i].cell));
        cr_expect(text_is(got.text, rows[i].text), "“%s” is understood as “%.*s”", rows[i].cell, (int)got.text.len, got.text.ptr);
        cr_expect(got.doubt == rows[i].doubt, "“%s”: %s", rows[i].cell, cell_doubt_word(got.doubt));
    }
    arena_release(&a);
}

Test(understand, mojibake)
{
    static const struct { const char *text; bool bad; } rows[] = {
        { "东北大米", false }, { "王小明", false }, { "联通", false }, { "通", false }, { "Café Müller", false }, { "naïve", false }, { "ÄÖÜ", false },
        { "plain", false }, { "", false }, { "Übergröße 12 €", false }, { "🎁 礼物", false }, { "大号，蓝色（两件装）", false },
        { "涓滃寳", true },           /* 东北 in UTF-8, read as GBK */
        { "CafÃ© MÃ¼ller", true },    /* UTF-8 read as Latin-1 */
        { "ä¸œåŒ—", true },           /* 东北 in UTF-8, read as Windows-1252 */
        { "锟斤拷锟斤拷", true }, { "王\xEF\xBF\xBD明", true },
    };
    struct arena a;
    arena_init(&a, &memory, 0);
    struct understander u = made(&a, "taobao-orders");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        cr_expect(text_is_mojibake(&u, text_from_cstr(rows[i].text)) == rows[i].bad, "“%s”", rows[i].text);
    arena_release(&a);
}

Test(understand, an_amount_far_from_the_others)
{
    struct arena a;
    arena_init(&a, &memory, 0);
    struct understander u = made(&a, "tmall-report");
    struct intake_scan_result *scan = ARENA_NEW(&a, struct intake_scan_result);
    static const char *const amounts[] = { "12.00", "9.50", "3000.00", "15.00", "11.00", "0.00", "0.05" };
    static const enum cell_doubt doubt[] = { DOUBT_NONE, DOUBT_NONE, DOUBT_FAR_OFF, DOUBT_NONE, DOUBT_NONE, DOUBT_NONE, DOUBT_FAR_OFF };
    struct understood got[7];
    scan->profile = u.profile;
    scan->column_count = 1;
    scan->columns[0].field = TEXT("total");
    for (scan->preview_count = 0; scan->preview_count < 7; scan->preview_count++) scan->preview[scan->preview_count][0] = text_from_cstr(amounts[scan->preview_count]);
    cr_assert(understand_preview(&u, scan, got));
    for (int i = 0; i < 7; i++) cr_expect(got[i].doubt == doubt[i], "%s", amounts[i]);
    scan->preview_count = 4; /* too few to say what is usual */
    cr_assert(understand_preview(&u, scan, got));
    cr_expect(got[2].doubt == DOUBT_NONE);
    arena_release(&a);
}

Test(understand, every_doubt_has_its_words)
{
    for (int d = DOUBT_AMBIGUOUS_DATE; d <= DOUBT_MOJIBAKE; d++)
        cr_expect(cell_doubt_word((enum cell_doubt)d)[0] && cell_doubt_text((enum cell_doubt)d, false).len > 0 && cell_doubt_text((enum cell_doubt)d, true).len > 0);
}
