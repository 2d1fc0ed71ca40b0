/* What staff are told of: a day in rows. */
#include <criterion/criterion.h>
#include "core/run/notice.h"

#define MIN(n) ((n) * MS_PER_MIN)

Test(notice, a_day_in_rows)
{
    static const struct { int at_min; int kind; int64_t count; /* -1: it is not there */ bool urgent, quiet, want; const char *why; } rows[] = {
        { 0, TODAY_REMIND, 5, false, false, false, "what stood before the first look is known" },
        { 1, TODAY_REMIND, 5, false, false, false, "nothing new" },
        { 2, TODAY_REMIND, 9, false, false, false, "more of it, but within the hour" },
        { 61, TODAY_REMIND, 9, false, false, true, "more of it, an hour later" },
        { 62, TODAY_REMIND, 9, false, false, false, "told" },
        { 63, TODAY_REMIND, 9, true, false, true, "it turns red" },
        { 64, TODAY_REMIND, 12, true, false, false, "red and told a minute ago" },
        { 130, TODAY_REMIND, 12, true, false, true, "more red ones, an hour later" },
        { 131, TODAY_REMIND, -1, false, false, false, "all done" },
        { 140, TODAY_REMIND, 1, false, false, false, "comes back within the hour" },
        { 195, TODAY_REMIND, 1, false, false, true, "an hour later it is news" },
        { 196, TODAY_LATE, 3, true, true, true, "red is told at night, too" },
        { 197, TODAY_QUARANTINE, 3, false, true, false, "ordinary is not" },
        { 300, TODAY_QUARANTINE, 3, false, false, true, "in the morning it is" },
        { 301, TODAY_PICK, 50, true, false, false, "picking is for who looks at Today" },
        { 302, TODAY_NOTHING, 0, false, false, false, "nothing is no news" },
        { 303, NOTICE_UNKNOWN, 1, true, false, true, "a message of unknown outcome" },
        { 304, NOTICE_UNKNOWN, 2, true, false, false, "one more within the hour" },
        { 364, NOTICE_UNKNOWN, 2, true, false, true, "told an hour later" },
    };
    struct notice_seen seen = { .begun = false };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int ret[NOTICE_KINDS];
        const struct notice_fact f = { rows[i].kind, rows[i].count, rows[i].urgent };
        const int n = notice_news(&seen, &f, rows[i].count >= 0 ? 1 : 0, MIN(rows[i].at_min), rows[i].quiet, ret);
        cr_expect_eq(n, rows[i].want, "row %zu: %s", i, rows[i].why);
        cr_expect(n == 0 || ret[0] == 0);
    }
}

Test(notice, red_at_the_first_look_is_told_and_each_kind_by_itself)
{
    struct notice_seen seen = { .begun = false };
    const struct notice_fact facts[] = { { TODAY_IMPORT, 0, true }, { TODAY_LATE, 2, true }, { TODAY_REMIND, 4, false }, { TODAY_PACE, 1, false } };
    int ret[NOTICE_KINDS];
    cr_expect_eq(notice_news(&seen, facts, 4, 0, false, ret), 2);
    cr_expect(ret[0] == 0 && ret[1] == 1);
    cr_expect_eq(notice_news(&seen, facts, 4, MIN(1), false, ret), 0);
}
