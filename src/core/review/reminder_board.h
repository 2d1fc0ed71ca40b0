/* How reminding goes: the funnel of a period, and a figure for each person, kept apart by what their work is.
 *
 *   recovery rate (催付成功率)          of the orders that a reminder specialist reminded about, the share that was paid afterwards
 *   inquiry-to-payment (询单转化)       of the buyers who asked somebody of pre-sales, the share whose order was paid and is credited to them
 *
 * The two are never one list: a specialist gets only orders that nearly got away.  To whom a paid order is credited is a choice, so all three
 * ways that the field knows are told side by side (绩效判定: 下单判定, 付款判定, 下单优先判定): who talked with the buyer last before the order; who
 * turned to the buyer last before the payment, reminders included; the first of the two, and the second where there is none.
 *
 * Feed it by reminder_board_talk and reminder_board_order, both with buyers in ascending order; then read persons and funnel. Pure. */
#ifndef ZG_CORE_REMINDER_BOARD_H
#define ZG_CORE_REMINDER_BOARD_H
#include <stdbool.h>
#include <stdint.h>
#include "core/run/reminder.h"

enum attribution { ATTRIBUTION_ORDER, ATTRIBUTION_PAYMENT, ATTRIBUTION_ORDER_FIRST };
enum { ATTRIBUTION_COUNT = 3 };
const char *attribution_word(enum attribution a); /* "order", "payment", "order_first" */

struct board_sum { int64_t orders, minor; };

/* One person; orders count once in each figure, whatever happened to them. */
struct board_person {
    int64_t reminded;               /* orders reminded about before they were paid */
    int64_t open;                   /* of them: neither paid nor past their time to pay yet */
    struct board_sum recovered;     /* of them: paid in time, and nobody else reminded later */
    int64_t unreached, skipped;
    int64_t asked;                  /* buyers who talked with this person */
    int64_t converted[ATTRIBUTION_COUNT];        /* of them: with a paid order that is credited to this person */
    struct board_sum credited[ATTRIBUTION_COUNT];
    int64_t buyer_asked, buyer_converted[ATTRIBUTION_COUNT]; /* the buyer that was counted last: each counts once */
};

/* What was done about an order that was unpaid when a first reminder was due, and how it ended. */
enum board_deed { DEED_REMINDED, DEED_UNREACHED, DEED_SKIPPED, DEED_HELD_OUT, DEED_NONE };
enum board_end { END_PAID, END_OPEN, END_LOST };
enum { DEED_COUNT = 5, END_COUNT = 3 };
const char *board_deed_word(enum board_deed d); /* "reminded", "unreached", "skipped", "held_out", "none" */
struct board_funnel {
    struct board_sum placed;                        /* to be paid online */
    struct board_sum paid_early;                    /* before a first reminder was due */
    struct board_sum young;                         /* not due yet */
    struct board_sum closed_early;                  /* cancelled before */
    struct board_sum due[DEED_COUNT][END_COUNT];    /* the rest: every one of them in one place */
    int64_t crossed;                                /* reminded about after they were paid */
};

struct board_talk { int person; int64_t at_ms; };          /* a chat of the order's buyer with one of the staff */
struct board_mark { int person; struct reminder_mark mark; };
struct board_order {
    int64_t buyer;                  /* the same for orders of the same buyer; ascending from order to order; negative: unknown, never the same */
    int64_t placed_at_ms, paid_at_ms, cancelled_at_ms; /* INSTANT_NONE */
    int64_t minor;                  /* what was paid, or is to be */
    bool held_out;
    const struct board_talk *talks; int talk_count;    /* by time */
    const struct board_mark *marks; int mark_count;    /* by time */
};

struct reminder_board {
    struct board_person *persons; int person_count;    /* the caller's, zeroed */
    struct board_funnel funnel;
    int64_t from_ms;                /* the period: talks from then on count as asked */
    int64_t at_ms;                  /* as known at this instant: what happened later is not seen */
    int64_t due_after_ms, window_ms;/* a first reminder is due, the time to pay is over: after the order */
    int64_t credit_ms;              /* a talk counts for an order or payment that follows within this time */
};
/* reminder_board_begin sets buyers that cannot be (a person has counted nobody yet). */
void reminder_board_begin(struct reminder_board *b);
/* A buyer talked with a person within the period: counted once, however often. */
void reminder_board_talk(struct reminder_board *b, int64_t buyer, int person);
/* False when a sum of money is too large. */
bool reminder_board_order(struct reminder_board *b, const struct board_order *o);

/* Who is credited with an order that was paid; -1: nobody (a buyer who never asked: 静默). */
int reminder_board_credit(const struct board_order *o, enum attribution a, int64_t credit_ms);
/* Basis points, rounded; -1 of nothing. */
int64_t reminder_board_rate_bp(int64_t part, int64_t whole);
#endif
