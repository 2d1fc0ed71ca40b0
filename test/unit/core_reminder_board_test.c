/* The board: a table of single orders told by hand, and random shops in which every figure must fit the others. */
#include <criterion/criterion.h>
#include "base/prng.h"
#include "core/review/reminder_board.h"

enum { M = 60000, H = 60 * M, NOBODY = -1 };
enum { ANNA, BEN, CARL /* specialist */, PEOPLE };

#define AT(h) ((int64_t)(h) * H)
#define DUE (30 * (int64_t)M)
#define WINDOW (24 * (int64_t)H)
#define CREDIT (48 * (int64_t)H)

static struct reminder_board board(struct board_person *persons)
{
    struct reminder_board b = { .persons = persons, .person_count = PEOPLE, .from_ms = 0, .at_ms = AT(100), .due_after_ms = DUE, .window_ms = WINDOW,
                                .credit_ms = CREDIT };
    reminder_board_begin(&b);
    return b;
}

#define NEVER INSTANT_NONE
#define MARK(who, out, h) { who, { 1, out, AT(h) } }

Test(core_reminder_board, credit)
{
    /* Anna talked before the order, Carl reminded, Ben talked after the reminder. */
    static const struct row {
        struct board_talk talks[3]; int talk_count;
        struct board_mark marks[2]; int mark_count;
        int want[ATTRIBUTION_COUNT]; /* order, payment, order first */
    } rows[] = {
        { { { 0 } }, 0, { { 0 } }, 0, { NOBODY, NOBODY, NOBODY } },
        { { { ANNA, AT(49) } }, 1, { { 0 } }, 0, { ANNA, ANNA, ANNA } },
        { { { ANNA, AT(49) } }, 1, { MARK(CARL, MARK_DONE, 51) }, 1, { ANNA, CARL, ANNA } },
        { { { ANNA, AT(49) }, { BEN, AT(52) } }, 2, { MARK(CARL, MARK_DONE, 51) }, 1, { ANNA, BEN, ANNA } },
        { { { BEN, AT(51) } }, 1, { { 0 } }, 0, { NOBODY, BEN, BEN } },
        { { { 0 } }, 0, { MARK(CARL, MARK_DONE, 51) }, 1, { NOBODY, CARL, CARL } },
        { { { 0 } }, 0, { MARK(CARL, MARK_UNREACHED, 51) }, 1, { NOBODY, NOBODY, NOBODY } },
        { { { 0 } }, 0, { MARK(CARL, MARK_DONE, 54) }, 1, { NOBODY, NOBODY, NOBODY } },        /* after the payment at 53 */
        { { { BEN, AT(1) } }, 1, { { 0 } }, 0, { NOBODY, NOBODY, NOBODY } },                    /* too long before the order at 50 */
        { { { BEN, AT(4) } }, 1, { { 0 } }, 0, { BEN, NOBODY, BEN } },                          /* counts for the order, too long before the payment */
        { { { ANNA, AT(40) }, { BEN, AT(50) } }, 2, { { 0 } }, 0, { BEN, BEN, BEN } },          /* the last one, and at the very moment */
        { { { ANNA, AT(51) } }, 1, { MARK(CARL, MARK_DONE, 51) }, 1, { NOBODY, CARL, CARL } },  /* at once: the reminder was last */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct board_order o = { .buyer = 1, .placed_at_ms = AT(50), .paid_at_ms = AT(53), .cancelled_at_ms = NEVER, .minor = 500,
            .talks = rows[i].talks, .talk_count = rows[i].talk_count, .marks = rows[i].marks, .mark_count = rows[i].mark_count };
        for (int a = 0; a < ATTRIBUTION_COUNT; a++)
            cr_expect_eq(reminder_board_credit(&o, (enum attribution)a, CREDIT), rows[i].want[a], "row %zu by %s", i, attribution_word((enum attribution)a));
    }
}

Test(core_reminder_board, funnel)
{
    /* Where one order is, as known at hour 100: counted in that place and nowhere else. */
    static const struct row {
        const char *what;
        int64_t placed, paid, cancelled; bool held;
        struct board_mark marks[2]; int mark_count;
        int place;                      /* 0 paid early, 1 young, 2 closed early, 3 due */
        enum board_deed deed; enum board_end end;
    } rows[] = {
        { "paid in seconds", AT(90), AT(90) + 8000, NEVER, false, { { 0 } }, 0, 0, DEED_NONE, END_PAID },
        { "paid when it was due", AT(90), AT(90) + DUE, NEVER, false, { { 0 } }, 0, 0, DEED_NONE, END_PAID },
        { "paid a moment later", AT(90), AT(90) + DUE + 1, NEVER, false, { { 0 } }, 0, 3, DEED_NONE, END_PAID },
        { "too young", AT(100) - DUE + 1, NEVER, NEVER, false, { { 0 } }, 0, 1, DEED_NONE, END_OPEN },
        { "just due", AT(100) - DUE, NEVER, NEVER, false, { { 0 } }, 0, 3, DEED_NONE, END_OPEN },
        { "closed at once", AT(90), NEVER, AT(90) + 1000, false, { { 0 } }, 0, 2, DEED_NONE, END_LOST },
        { "closed later", AT(90), NEVER, AT(92), false, { { 0 } }, 0, 3, DEED_NONE, END_LOST },
        { "window over", AT(70), NEVER, NEVER, false, { { 0 } }, 0, 3, DEED_NONE, END_LOST },
        { "paid after the window", AT(60), AT(90), NEVER, false, { { 0 } }, 0, 3, DEED_NONE, END_LOST },
        { "paid after now is not seen", AT(90), AT(101), NEVER, false, { { 0 } }, 0, 3, DEED_NONE, END_OPEN },
        { "held out", AT(90), AT(95), NEVER, true, { { 0 } }, 0, 3, DEED_HELD_OUT, END_PAID },
        { "reminded, paid", AT(90), AT(95), NEVER, false, { MARK(CARL, MARK_DONE, 91) }, 1, 3, DEED_REMINDED, END_PAID },
        { "reminded, open", AT(90), NEVER, NEVER, false, { MARK(CARL, MARK_DONE, 91) }, 1, 3, DEED_REMINDED, END_OPEN },
        { "not reached, then reminded", AT(90), NEVER, NEVER, false, { MARK(ANNA, MARK_UNREACHED, 91), MARK(CARL, MARK_DONE, 92) }, 2, 3, DEED_REMINDED, END_OPEN },
        { "not reached", AT(90), NEVER, NEVER, false, { MARK(ANNA, MARK_UNREACHED, 91) }, 1, 3, DEED_UNREACHED, END_OPEN },
        { "skipped", AT(90), NEVER, NEVER, false, { MARK(ANNA, MARK_SKIPPED, 91) }, 1, 3, DEED_SKIPPED, END_OPEN },
        { "reminded after it was paid", AT(90), AT(95), NEVER, false, { MARK(CARL, MARK_DONE, 96) }, 1, 3, DEED_NONE, END_PAID },
        { "a mark of later is not seen", AT(90), NEVER, NEVER, false, { MARK(CARL, MARK_DONE, 101) }, 1, 3, DEED_NONE, END_OPEN },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct board_person persons[PEOPLE];
        struct reminder_board b = board(persons);
        const struct board_order o = { .buyer = 1, .placed_at_ms = rows[i].placed, .paid_at_ms = rows[i].paid, .cancelled_at_ms = rows[i].cancelled,
            .minor = 700, .held_out = rows[i].held, .marks = rows[i].marks, .mark_count = rows[i].mark_count };
        cr_assert(reminder_board_order(&b, &o));
        const struct board_sum places[] = { b.funnel.paid_early, b.funnel.young, b.funnel.closed_early };
        for (int p = 0; p < 3; p++) cr_expect_eq(places[p].orders, p == rows[i].place, "%s, place %d", rows[i].what, p);
        for (int d = 0; d < DEED_COUNT; d++)
            for (int e = 0; e < END_COUNT; e++)
                cr_expect_eq(b.funnel.due[d][e].minor, rows[i].place == 3 && d == (int)rows[i].deed && e == (int)rows[i].end ? 700 : 0, "%s: %s, %d", rows[i].what,
                             board_deed_word((enum board_deed)d), e);
        cr_expect_eq(b.funnel.crossed, i == 16, "%s", rows[i].what);
    }
}

Test(core_reminder_board, persons)
{
    struct board_person persons[PEOPLE];
    struct reminder_board b = board(persons);
    /* Anna reminds first, Carl again; the buyer pays: recovered by Carl, reminded by both. A second reminder by Carl is the same order. */
    const struct board_mark twice[] = { MARK(ANNA, MARK_DONE, 51), MARK(CARL, MARK_DONE, 52), { CARL, { 2, MARK_DONE, AT(53) } } };
    const struct board_talk talk[] = { { ANNA, AT(49) } };
    reminder_board_talk(&b, 7, ANNA);
    reminder_board_talk(&b, 7, ANNA); /* the same buyer */
    reminder_board_talk(&b, 8, ANNA);
    cr_assert(reminder_board_order(&b, &(struct board_order){ .buyer = 7, .placed_at_ms = AT(50), .paid_at_ms = AT(60), .cancelled_at_ms = NEVER, .minor = 900,
        .talks = talk, .talk_count = 1, .marks = twice, .mark_count = 3 }));
    cr_assert(reminder_board_order(&b, &(struct board_order){ .buyer = 7, .placed_at_ms = AT(50), .paid_at_ms = AT(50) + 1, .cancelled_at_ms = NEVER, .minor = 100,
        .talks = talk, .talk_count = 1 }));
    cr_expect_eq(persons[ANNA].reminded, 1);
    cr_expect_eq(persons[CARL].reminded, 1);
    cr_expect_eq(persons[ANNA].recovered.orders, 0);
    cr_expect_eq(persons[CARL].recovered.minor, 900);
    cr_expect_eq(persons[ANNA].asked, 2);
    cr_expect_eq(persons[ANNA].converted[ATTRIBUTION_ORDER], 1, "two orders of one buyer");
    cr_expect_eq(persons[ANNA].credited[ATTRIBUTION_ORDER].minor, 1000);
    cr_expect_eq(persons[CARL].credited[ATTRIBUTION_PAYMENT].minor, 900);
    cr_expect_eq(persons[CARL].converted[ATTRIBUTION_PAYMENT], 0, "nobody asked Carl");
    cr_expect_eq(reminder_board_rate_bp(1, 2), 5000);
    cr_expect_eq(reminder_board_rate_bp(2, 3), 6667);
    cr_expect_eq(reminder_board_rate_bp(0, 0), -1);
    cr_expect_not(reminder_board_order(&b, &(struct board_order){ .buyer = 9, .placed_at_ms = AT(50), .paid_at_ms = NEVER, .cancelled_at_ms = NEVER, .minor = INT64_MAX }));
}

/* Random shops: what must add up does, whatever happened. */
Test(core_reminder_board, adds_up)
{
    struct prng p;
    prng_seed(&p, 20201111);
    for (int round = 0; round < 300; round++) {
        struct board_person persons[PEOPLE];
        struct reminder_board b = board(persons);
        int64_t orders = 0, minor = 0, credited = 0, paid = 0;
        for (int64_t buyer = 0; buyer < 40; buyer++) {
            struct board_talk talks[4];
            int n = (int)prng_below(&p, 5);
            int64_t at = 0;
            for (int i = 0; i < n; i++) talks[i] = (struct board_talk){ (int)prng_below(&p, PEOPLE), at += (int64_t)prng_below(&p, 40 * H) };
            for (int i = 0; i < n; i++)
                if (talks[i].at_ms <= b.at_ms) reminder_board_talk(&b, buyer, talks[i].person);
            for (uint64_t k = prng_below(&p, 4); k > 0; k--) {
                struct board_mark marks[3];
                struct board_order o = { .buyer = buyer, .placed_at_ms = (int64_t)prng_below(&p, 110 * H), .paid_at_ms = NEVER, .cancelled_at_ms = NEVER,
                    .minor = (int64_t)prng_below(&p, 100000), .held_out = prng_below(&p, 10) == 0, .talks = talks, .talk_count = n, .marks = marks };
                if (o.placed_at_ms > b.at_ms) continue;
                if (prng_below(&p, 3) > 0) o.paid_at_ms = o.placed_at_ms + (int64_t)prng_below(&p, 30 * H);
                else if (prng_below(&p, 3) == 0) o.cancelled_at_ms = o.placed_at_ms + (int64_t)prng_below(&p, 30 * H);
                for (at = o.placed_at_ms; o.mark_count < (int)prng_below(&p, 4); o.mark_count++)
                    marks[o.mark_count] = (struct board_mark){ (int)prng_below(&p, PEOPLE), { 1, (enum mark_outcome)(1 + prng_below(&p, 3)), at += (int64_t)prng_below(&p, 10 * H) } };
                cr_assert(reminder_board_order(&b, &o));
                orders++;
                minor += o.minor;
                paid += o.paid_at_ms != NEVER && o.paid_at_ms <= b.at_ms;
            }
        }
        const struct board_funnel *f = &b.funnel;
        int64_t in_places = f->paid_early.orders + f->young.orders + f->closed_early.orders, minor_in = f->paid_early.minor + f->young.minor + f->closed_early.minor;
        for (int d = 0; d < DEED_COUNT; d++)
            for (int e = 0; e < END_COUNT; e++) in_places += f->due[d][e].orders, minor_in += f->due[d][e].minor;
        cr_assert_eq(f->placed.orders, orders);
        cr_assert_eq(in_places, orders, "every order in one place");
        cr_assert_eq(minor_in, minor);
        int64_t recovered = 0, by[ATTRIBUTION_COUNT] = { 0 };
        for (int i = 0; i < PEOPLE; i++) {
            const struct board_person *x = &persons[i];
            cr_assert(x->recovered.orders + x->open <= x->reminded);
            recovered += x->recovered.orders;
            for (int a = 0; a < ATTRIBUTION_COUNT; a++) {
                cr_assert_leq(x->converted[a], x->asked, "nobody converts more than asked");
                cr_assert_leq(x->converted[a], x->credited[a].orders);
                by[a] += x->credited[a].orders;
                credited += x->credited[a].orders;
            }
        }
        cr_assert(recovered >= f->due[DEED_REMINDED][END_PAID].orders, "each order that was reminded about and paid is somebody's");
        for (int a = 0; a < ATTRIBUTION_COUNT; a++) cr_assert_leq(by[a], paid, "an order is credited once");
        cr_assert(by[ATTRIBUTION_ORDER_FIRST] >= by[ATTRIBUTION_ORDER] && by[ATTRIBUTION_ORDER_FIRST] >= by[ATTRIBUTION_PAYMENT]);
        cr_assert(credited >= 0);
    }
}
