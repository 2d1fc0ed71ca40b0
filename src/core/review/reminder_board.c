/* See reminder_board.h. One order goes through three questions: where in the funnel it is, whose reminder recovered it, to whom its
 * payment is credited. */
#include "core/review/reminder_board.h"

#include <assert.h>
#include "base/checked.h"

const char *attribution_word(enum attribution a)
{
    switch (a) {
    case ATTRIBUTION_ORDER: return "order";
    case ATTRIBUTION_PAYMENT: return "payment";
    case ATTRIBUTION_ORDER_FIRST: return "order_first";
    }
    return "order";
}

const char *board_deed_word(enum board_deed d)
{
    switch (d) {
    case DEED_REMINDED: return "reminded";
    case DEED_UNREACHED: return "unreached";
    case DEED_SKIPPED: return "skipped";
    case DEED_HELD_OUT: return "held_out";
    case DEED_NONE: return "none";
    }
    return "none";
}

int64_t reminder_board_rate_bp(int64_t part, int64_t whole)
{
    assert(part >= 0 && part <= whole);
    return whole == 0 ? -1 : (part * 10000 + whole / 2) / whole;
}

void reminder_board_begin(struct reminder_board *b)
{
    b->funnel = (struct board_funnel){ .crossed = 0 };
    for (int i = 0; i < b->person_count; i++) {
        b->persons[i] = (struct board_person){ .buyer_asked = INT64_MIN };
        for (int a = 0; a < ATTRIBUTION_COUNT; a++) b->persons[i].buyer_converted[a] = INT64_MIN;
    }
}

static bool sum_add(struct board_sum *s, int64_t minor)
{
    s->orders++;
    return checked_add(s->minor, minor, &s->minor);
}

void reminder_board_talk(struct reminder_board *b, int64_t buyer, int person)
{
    assert(person >= 0 && person < b->person_count);
    struct board_person *p = &b->persons[person];
    assert(buyer < 0 || buyer >= p->buyer_asked);
    if (buyer >= 0 && buyer == p->buyer_asked) return;
    p->buyer_asked = buyer;
    p->asked++;
}

/* ---- who is credited ---- */

/* The last talk at or before the instant and within the time that counts; -1: none. */
static int talked_last(const struct board_order *o, int64_t at_ms, int64_t credit_ms, int64_t *ret_ms)
{
    int person = -1;
    for (int i = 0; i < o->talk_count && o->talks[i].at_ms <= at_ms; i++) {
        if (at_ms - o->talks[i].at_ms > credit_ms) continue;
        person = o->talks[i].person;
        *ret_ms = o->talks[i].at_ms;
    }
    return person;
}

/* Likewise of reminders about this order. */
static int reminded_last(const struct board_order *o, int64_t before_ms, int64_t *ret_ms)
{
    int person = -1;
    for (int i = 0; i < o->mark_count; i++) {
        if (o->marks[i].mark.outcome != MARK_DONE || o->marks[i].mark.at_ms > before_ms) continue;
        person = o->marks[i].person;
        *ret_ms = o->marks[i].mark.at_ms;
    }
    return person;
}

int reminder_board_credit(const struct board_order *o, enum attribution a, int64_t credit_ms)
{
    int64_t talk_ms = INSTANT_NONE, mark_ms = INSTANT_NONE;
    const int order = talked_last(o, o->placed_at_ms, credit_ms, &talk_ms);
    if (a == ATTRIBUTION_ORDER || (a == ATTRIBUTION_ORDER_FIRST && order >= 0)) return order;
    const int talk = talked_last(o, o->paid_at_ms, credit_ms, &talk_ms), mark = reminded_last(o, o->paid_at_ms, &mark_ms);
    if (mark < 0) return talk;
    return talk < 0 || mark_ms >= talk_ms ? mark : talk;
}

static bool credit(struct reminder_board *b, const struct board_order *o)
{
    for (int a = 0; a < ATTRIBUTION_COUNT; a++) {
        const int person = reminder_board_credit(o, (enum attribution)a, b->credit_ms);
        if (person < 0) continue;
        struct board_person *p = &b->persons[person];
        if (!sum_add(&p->credited[a], o->minor)) return false;
        bool talked = false;
        for (int i = 0; i < o->talk_count; i++) talked = talked || (o->talks[i].person == person && o->talks[i].at_ms >= b->from_ms && o->talks[i].at_ms <= o->paid_at_ms);
        if (!talked || (o->buyer >= 0 && o->buyer == p->buyer_converted[a])) continue; /* a reminder alone converts nobody who asked */
        p->buyer_converted[a] = o->buyer;
        p->converted[a]++;
    }
    return true;
}

/* ---- what each person did ---- */

/* Has an earlier mark of this order the same person and outcome? */
static bool counted(const struct board_order *o, int at)
{
    for (int i = 0; i < at; i++)
        if (o->marks[i].person == o->marks[at].person && o->marks[i].mark.outcome == o->marks[at].mark.outcome) return true;
    return false;
}

static bool persons_add(struct reminder_board *b, const struct board_order *o, enum board_end end)
{
    int64_t at_ms;
    const bool paid = end == END_PAID;
    const int recovered = paid ? reminded_last(o, o->paid_at_ms, &at_ms) : -1;
    for (int i = 0; i < o->mark_count; i++) {
        const struct reminder_mark *m = &o->marks[i].mark;
        struct board_person *p = &b->persons[o->marks[i].person];
        if (m->at_ms > b->at_ms || counted(o, i)) continue;
        if (m->outcome == MARK_UNREACHED) p->unreached++;
        else if (m->outcome == MARK_SKIPPED) p->skipped++;
        if (m->outcome != MARK_DONE || (happened(o->paid_at_ms, b->at_ms) && m->at_ms > o->paid_at_ms)) continue;
        p->reminded++;
        if (end == END_OPEN) p->open++;
        if (recovered == o->marks[i].person && !sum_add(&p->recovered, o->minor)) return false;
    }
    return true;
}

/* ---- the funnel ---- */

static enum board_deed deed_of(const struct board_order *o, int64_t until_ms)
{
    enum board_deed deed = o->held_out ? DEED_HELD_OUT : DEED_NONE;
    for (int i = 0; i < o->mark_count; i++) {
        const struct reminder_mark *m = &o->marks[i].mark;
        if (m->at_ms > until_ms) continue;
        if (m->outcome == MARK_DONE) return DEED_REMINDED;
        if (m->outcome == MARK_UNREACHED) deed = DEED_UNREACHED;
        else if (m->outcome == MARK_SKIPPED && deed != DEED_UNREACHED) deed = DEED_SKIPPED;
    }
    return deed;
}

bool reminder_board_order(struct reminder_board *b, const struct board_order *o)
{
    const int64_t due_ms = o->placed_at_ms + b->due_after_ms, closes_ms = o->placed_at_ms + b->window_ms;
    const bool paid = happened(o->paid_at_ms, b->at_ms), gone = happened(o->cancelled_at_ms, b->at_ms);
    struct board_funnel *f = &b->funnel;
    assert(o->minor >= 0);
    if (!sum_add(&f->placed, o->minor)) return false;
    if (paid && !credit(b, o)) return false;
    for (int i = 0; i < o->mark_count; i++)
        if (paid && o->marks[i].mark.outcome == MARK_DONE && o->marks[i].mark.at_ms > o->paid_at_ms && o->marks[i].mark.at_ms <= b->at_ms) {
            f->crossed++;
            break;
        }
    const enum board_end end = paid && o->paid_at_ms <= closes_ms ? END_PAID : gone || closes_ms <= b->at_ms ? END_LOST : END_OPEN;
    if (!persons_add(b, o, end)) return false;
    if (paid && o->paid_at_ms <= due_ms) return sum_add(&f->paid_early, o->minor);
    if (gone && o->cancelled_at_ms <= due_ms) return sum_add(&f->closed_early, o->minor);
    if (due_ms > b->at_ms) return sum_add(&f->young, o->minor);
    return sum_add(&f->due[deed_of(o, paid ? o->paid_at_ms : b->at_ms)][end], o->minor);
}
