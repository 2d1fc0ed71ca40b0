/* Claims -> order.  One pass finds the winning claim of each attribute; amounts that nobody told are added up; a last pass finds what
 * statuses imply.
 * An import folds one claim for most of its rows, so n = 1 copies straight through. */
#include <assert.h>
#include "base/checked.h"
#include "core/order/order.h"

/* Attributes that are plain numbers, and those that are text: where they stand in a claim and in an order. */
struct attribute { size_t in_claim, in_order; };
#define ATTRIBUTE(name) { offsetof(struct order_claim, name), offsetof(struct order, name) }
static const struct attribute numbers[] = {
    ATTRIBUTE(placed_at_ms), ATTRIBUTE(paid_at_ms), ATTRIBUTE(cancelled_at_ms), ATTRIBUTE(shipped_at_ms),
    ATTRIBUTE(delivered_at_ms), ATTRIBUTE(refunded_at_ms), ATTRIBUTE(ship_by_ms), ATTRIBUTE(total_minor),
    ATTRIBUTE(paid_minor), ATTRIBUTE(refund_minor), ATTRIBUTE(pieces), ATTRIBUTE(balance_minor), ATTRIBUTE(customer_id),
};
static const struct attribute texts[] = { ATTRIBUTE(region), ATTRIBUTE(country), ATTRIBUTE(tracking) };
enum { NUMBER_COUNT = sizeof numbers / sizeof numbers[0], TEXT_COUNT = sizeof texts / sizeof texts[0] };

static inline int64_t claim_number(const struct order_claim *c, const struct attribute *at)
{
    int64_t v;
    memcpy(&v, (const char *)c + at->in_claim, sizeof v);
    return v;
}

static inline struct text claim_text(const struct order_claim *c, const struct attribute *at)
{
    struct text v;
    memcpy(&v, (const char *)c + at->in_claim, sizeof v);
    return v;
}

/* > 0 when a wins over b. */
static int claim_compare(const struct order_claim *a, const struct order_claim *b)
{
    if (a->as_of_ms != b->as_of_ms) return a->as_of_ms > b->as_of_ms ? 1 : -1;
    if (a->rank != b->rank) return a->rank > b->rank ? 1 : -1;
    return memcmp(a->key.bytes, b->key.bytes, sizeof a->key.bytes);
}

static inline bool claim_wins(const struct order_claim *c, const struct order_claim *held)
{
    return held == NULL || claim_compare(c, held) > 0;
}

static void order_take_one(const struct order_claim *c, struct order *ret)
{
    ret->placed_at_ms = c->placed_at_ms;
    ret->paid_at_ms = c->paid_at_ms;
    ret->cancelled_at_ms = c->cancelled_at_ms;
    ret->shipped_at_ms = c->shipped_at_ms;
    ret->delivered_at_ms = c->delivered_at_ms;
    ret->refunded_at_ms = c->refunded_at_ms;
    ret->ship_by_ms = c->ship_by_ms;
    ret->total_minor = c->total_minor;
    ret->paid_minor = c->paid_minor;
    ret->refund_minor = c->refund_minor;
    ret->pieces = c->pieces;
    ret->balance_minor = c->balance_minor;
    ret->customer_id = c->customer_id;
    ret->status = c->status;
    ret->pay_kind = c->pay_kind;
    ret->region = c->region;
    ret->country = c->country;
    ret->tracking = c->tracking;
}

static void order_take_winners(const struct order_claim *claims, size_t n, struct order *ret)
{
    const struct order_claim *number[NUMBER_COUNT] = { NULL }, *text[TEXT_COUNT] = { NULL };
    const struct order_claim *status = NULL, *pay_kind = NULL;

    for (size_t i = 0; i < n; i++) {
        const struct order_claim *c = &claims[i];
        for (int k = 0; k < NUMBER_COUNT; k++)
            if (claim_number(c, &numbers[k]) != CLAIM_NONE && claim_wins(c, number[k])) number[k] = c;
        for (int k = 0; k < TEXT_COUNT; k++)
            if (!text_empty(claim_text(c, &texts[k])) && claim_wins(c, text[k])) text[k] = c;
        if (c->status != STATUS_NONE && claim_wins(c, status)) status = c;
        if (c->pay_kind != PAY_NONE && claim_wins(c, pay_kind)) pay_kind = c;
    }
    for (int k = 0; k < NUMBER_COUNT; k++) {
        int64_t v = number[k] ? claim_number(number[k], &numbers[k]) : CLAIM_NONE;
        memcpy((char *)ret + numbers[k].in_order, &v, sizeof v);
    }
    for (int k = 0; k < TEXT_COUNT; k++) {
        struct text v = text[k] ? claim_text(text[k], &texts[k]) : TEXT_NONE;
        memcpy((char *)ret + texts[k].in_order, &v, sizeof v);
    }
    ret->status = status ? status->status : STATUS_NONE;
    ret->pay_kind = pay_kind ? pay_kind->pay_kind : PAY_NONE;
}

/* ---- sums ---- */

/* The sum of the payments of a kind, each as its greatest claim says; CLAIM_NONE when there are none, or when it outgrows its range. */
static int64_t payments_sum(const struct order_claim *claims, size_t n, enum payment_kind kind)
{
    int64_t sum = CLAIM_NONE;
    for (size_t i = 0; i < n; i++) {
        const struct payment_claim *p = &claims[i].payment;
        if (p->kind != kind) continue;
        bool stands = true;
        for (size_t k = 0; stands && k < n; k++)
            stands = k == i || claims[k].payment.kind != kind || !text_eq(claims[k].payment.no, p->no) || claim_compare(&claims[i], &claims[k]) > 0;
        if (!stands) continue;
        if (sum == CLAIM_NONE) sum = 0;
        if (!checked_add(sum, p->minor, &sum)) return CLAIM_NONE;
    }
    return sum;
}

static void order_take_sums(const struct order_claim *claims, size_t n, const struct order_sums *sums, struct order *ret)
{
    bool told = false;
    for (size_t i = 0; i < n; i++) told = told || claims[i].payment.kind != PAYMENT_NONE;
    if (told && ret->paid_minor == CLAIM_NONE) ret->paid_minor = payments_sum(claims, n, PAYMENT_IN);
    if (told && ret->refund_minor == CLAIM_NONE) ret->refund_minor = payments_sum(claims, n, PAYMENT_BACK);
    if (!sums) return;
    if ((sums->bits & SUM_TOTAL) && ret->total_minor == CLAIM_NONE) ret->total_minor = sums->total_minor;
    if ((sums->bits & SUM_REFUND) && ret->refund_minor == CLAIM_NONE) ret->refund_minor = sums->refund_minor;
    if ((sums->bits & SUM_PIECES) && ret->pieces == CLAIM_NONE) ret->pieces = sums->pieces;
}

/* ---- what is implied ---- */

/* Earliest as_of at which a claim implies a time; INSTANT_MAX when none does. */
struct implied { int64_t paid_ms, shipped_ms, delivered_ms, closed_ms, refunded_ms; };

static inline void earlier(int64_t *at_ms, int64_t than_ms)
{
    if (than_ms < *at_ms) *at_ms = than_ms;
}

static struct implied order_implied(const struct order_claim *claims, size_t n)
{
    struct implied im = { INSTANT_MAX, INSTANT_MAX, INSTANT_MAX, INSTANT_MAX, INSTANT_MAX };
    int64_t status_as_of_ms = INT64_MIN; /* the latest that has a status */
    bool all_closed = false;             /* do all of that instant say CLOSED */

    for (size_t i = 0; i < n; i++) {
        const struct order_claim *c = &claims[i];
        bool closed = c->status == STATUS_CLOSED;
        bool delivered = c->status == STATUS_DELIVERED;
        bool shipped = c->status == STATUS_SHIPPED || delivered;
        if (c->status != STATUS_NONE && c->as_of_ms > status_as_of_ms) {
            status_as_of_ms = c->as_of_ms;
            all_closed = closed;
        } else if (c->status != STATUS_NONE && c->as_of_ms == status_as_of_ms) {
            all_closed = all_closed && closed;
        }
        if (delivered) earlier(&im.delivered_ms, c->first_as_of_ms);
        if (shipped || !text_empty(c->tracking)) earlier(&im.shipped_ms, c->first_as_of_ms);
        if (shipped || c->status == STATUS_PAID) earlier(&im.paid_ms, c->first_as_of_ms);
        if (closed) earlier(&im.closed_ms, c->first_as_of_ms);
        if (c->refund_minor > 0 || (c->payment.kind == PAYMENT_BACK && c->payment.minor > 0)) earlier(&im.refunded_ms, c->first_as_of_ms);
    }
    if (!all_closed) im.closed_ms = INSTANT_MAX;
    return im;
}

static inline int64_t told_or(int64_t told_ms, int64_t implied_ms)
{
    if (told_ms != CLAIM_NONE) return told_ms;
    return implied_ms == INSTANT_MAX ? CLAIM_NONE : implied_ms;
}

void order_fold(const struct order_claim *claims, size_t n, const struct order_sums *sums, struct order *ret)
{
    assert(n > 0);
    if (n == 1)
        order_take_one(claims, ret);
    else
        order_take_winners(claims, n, ret);

    order_take_sums(claims, n, sums, ret);
    ret->paid_exact = ret->paid_at_ms != CLAIM_NONE;
    ret->cancelled_exact = ret->cancelled_at_ms != CLAIM_NONE;
    ret->shipped_exact = ret->shipped_at_ms != CLAIM_NONE;
    ret->delivered_exact = ret->delivered_at_ms != CLAIM_NONE;
    ret->refunded_exact = ret->refunded_at_ms != CLAIM_NONE;

    struct implied im = order_implied(claims, n);
    if (sums) earlier(&im.refunded_ms, sums->refunded_by_ms);
    ret->delivered_at_ms = told_or(ret->delivered_at_ms, im.delivered_ms);
    if (ret->delivered_at_ms != CLAIM_NONE) earlier(&im.shipped_ms, ret->delivered_at_ms);
    ret->shipped_at_ms = told_or(ret->shipped_at_ms, im.shipped_ms);
    if (ret->pay_kind != PAY_ON_DELIVERY) ret->paid_at_ms = told_or(ret->paid_at_ms, im.paid_ms);
    ret->cancelled_at_ms = told_or(ret->cancelled_at_ms, im.closed_ms);
    if (ret->refund_minor > 0)
        ret->refunded_at_ms = told_or(ret->refunded_at_ms, told_or(ret->paid_at_ms, im.refunded_ms));
    if (ret->paid_minor == CLAIM_NONE && ret->paid_at_ms != CLAIM_NONE) ret->paid_minor = ret->total_minor;
}
