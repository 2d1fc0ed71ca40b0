/* Orders: folding is independent of the order of claims and equals a slow, plain reading of the rule; states, the window in
 * which an order waits to be picked, and contributions, as tables. */
#include <criterion/criterion.h>
#include <stdio.h>
#include "base/prng.h"
#include "core/order/line_number.h"
#include "core/order/order.h"
#include "core_zones.h"

#define NONE CLAIM_NONE

static struct order_claim claim_blank(void)
{
    return (struct order_claim){
        .order_no = TEXT("1001"), .as_of_ms = 1000, .first_as_of_ms = 1000, .rank = SOURCE_FILE, .placed_at_ms = NONE, .paid_at_ms = NONE,
        .cancelled_at_ms = NONE, .shipped_at_ms = NONE, .delivered_at_ms = NONE, .refunded_at_ms = NONE, .ship_by_ms = NONE,
        .total_minor = NONE, .paid_minor = NONE, .refund_minor = NONE, .pieces = NONE, .customer_id = NONE, .balance_minor = NONE };
}

static void order_assert_eq(const struct order *a, const struct order *b, const char *what)
{
#define SAME(field) cr_assert_eq(a->field, b->field, "%s: " #field " %lld %lld", what, (long long)a->field, (long long)b->field)
    SAME(placed_at_ms); SAME(paid_at_ms); SAME(cancelled_at_ms); SAME(shipped_at_ms); SAME(delivered_at_ms);
    SAME(refunded_at_ms); SAME(ship_by_ms); SAME(total_minor); SAME(paid_minor); SAME(refund_minor); SAME(pieces); SAME(balance_minor);
    SAME(status); SAME(pay_kind); SAME(customer_id); SAME(paid_exact); SAME(cancelled_exact); SAME(shipped_exact);
    SAME(delivered_exact); SAME(refunded_exact);
#undef SAME
    cr_assert(text_eq(a->region, b->region), "%s: region", what);
    cr_assert(text_eq(a->country, b->country), "%s: country", what);
    cr_assert(text_eq(a->tracking, b->tracking), "%s: tracking", what);
}

/* ---- the rule once more, slowly: sort the claims, let each overwrite what it tells, then look for what is implied ---- */

static int slow_compare(const void *a, const void *b)
{
    const struct order_claim *x = a, *y = b;
    if (x->as_of_ms != y->as_of_ms) return x->as_of_ms < y->as_of_ms ? -1 : 1;
    if (x->rank != y->rank) return x->rank < y->rank ? -1 : 1;
    return memcmp(x->key.bytes, y->key.bytes, 16);
}

static int64_t slow_earliest(const struct order_claim *c, size_t n, unsigned statuses, bool tracking)
{
    int64_t earliest = NONE;
    for (size_t i = 0; i < n; i++)
        if ((statuses >> c[i].status & 1u) || (tracking && c[i].tracking.len))
            if (earliest == NONE || c[i].first_as_of_ms < earliest) earliest = c[i].first_as_of_ms;
    return earliest;
}

/* Parts one after the other, in the order in which they win: each takes the place of the one that bore its number. */
static int64_t slow_payments(const struct order_claim *c, size_t n, enum payment_kind kind)
{
    struct { struct text no; int64_t minor; } held[8];
    size_t held_n = 0;
    int64_t sum = NONE;
    for (size_t i = 0; i < n; i++) {
        size_t at = 0;
        if (c[i].payment.kind != kind) continue;
        while (at < held_n && !text_eq(held[at].no, c[i].payment.no)) at++;
        held[at].no = c[i].payment.no;
        held[at].minor = c[i].payment.minor;
        if (at == held_n) held_n++;
    }
    for (size_t i = 0; i < held_n; i++) sum = (sum == NONE ? 0 : sum) + held[i].minor;
    return sum;
}

static void slow_fold(struct order_claim *c, size_t n, const struct order_sums *s, struct order *o)
{
    qsort(c, n, sizeof *c, slow_compare);
    *o = (struct order){ NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, .balance_minor = NONE, .customer_id = NONE };
    for (size_t i = 0; i < n; i++) {
#define OVER(field) if (c[i].field != NONE) o->field = c[i].field
        OVER(placed_at_ms); OVER(paid_at_ms); OVER(cancelled_at_ms); OVER(shipped_at_ms); OVER(delivered_at_ms);
        OVER(refunded_at_ms); OVER(ship_by_ms); OVER(total_minor); OVER(paid_minor); OVER(refund_minor); OVER(pieces);
        OVER(customer_id); OVER(balance_minor);
#undef OVER
        if (c[i].status) o->status = c[i].status;
        if (c[i].pay_kind) o->pay_kind = c[i].pay_kind;
        if (c[i].region.len) o->region = c[i].region;
        if (c[i].country.len) o->country = c[i].country;
        if (c[i].tracking.len) o->tracking = c[i].tracking;
    }
    if (o->paid_minor == NONE) o->paid_minor = slow_payments(c, n, PAYMENT_IN);
    if (o->refund_minor == NONE) o->refund_minor = slow_payments(c, n, PAYMENT_BACK);
    if (o->refund_minor == NONE && s && s->bits & SUM_REFUND) o->refund_minor = s->refund_minor;
    if (o->total_minor == NONE && s && s->bits & SUM_TOTAL) o->total_minor = s->total_minor;
    if (o->pieces == NONE && s && s->bits & SUM_PIECES) o->pieces = s->pieces;
    o->paid_exact = o->paid_at_ms != NONE;
    o->cancelled_exact = o->cancelled_at_ms != NONE;
    o->shipped_exact = o->shipped_at_ms != NONE;
    o->delivered_exact = o->delivered_at_ms != NONE;
    o->refunded_exact = o->refunded_at_ms != NONE;

    const unsigned paid = 1u << STATUS_PAID, shipped = 1u << STATUS_SHIPPED, delivered = 1u << STATUS_DELIVERED;
    if (o->delivered_at_ms == NONE) o->delivered_at_ms = slow_earliest(c, n, delivered, false);
    if (o->shipped_at_ms == NONE) {
        int64_t told = slow_earliest(c, n, shipped | delivered, true);
        o->shipped_at_ms = told == NONE || (o->delivered_at_ms != NONE && o->delivered_at_ms < told) ? o->delivered_at_ms : told;
    }
    if (o->paid_at_ms == NONE && o->pay_kind != PAY_ON_DELIVERY) o->paid_at_ms = slow_earliest(c, n, paid | shipped | delivered, false);
    if (o->cancelled_at_ms == NONE) {
        int64_t last = INT64_MIN;
        bool closed = true, any = false;
        for (size_t i = 0; i < n; i++)
            if (c[i].status) last = c[i].as_of_ms;
        for (size_t i = 0; i < n; i++)
            if (c[i].status && c[i].as_of_ms == last) any = true, closed = closed && c[i].status == STATUS_CLOSED;
        if (any && closed) o->cancelled_at_ms = slow_earliest(c, n, 1u << STATUS_CLOSED, false);
    }
    if (o->refund_minor > 0 && o->refunded_at_ms == NONE) {
        o->refunded_at_ms = o->paid_at_ms;
        for (size_t i = 0; i < n && o->paid_at_ms == NONE; i++)
            if ((c[i].refund_minor > 0 || (c[i].payment.kind == PAYMENT_BACK && c[i].payment.minor > 0)) &&
                (o->refunded_at_ms == NONE || c[i].first_as_of_ms < o->refunded_at_ms)) o->refunded_at_ms = c[i].first_as_of_ms;
        if (o->paid_at_ms == NONE && s && s->refunded_by_ms != INSTANT_MAX && (o->refunded_at_ms == NONE || s->refunded_by_ms < o->refunded_at_ms))
            o->refunded_at_ms = s->refunded_by_ms;
    }
    if (o->paid_minor == NONE && o->paid_at_ms != NONE) o->paid_minor = o->total_minor;
}

/* Small worlds: few instants, so that ties and corrections are common. */
static int64_t some(struct prng *p, int64_t base)
{
    return prng_below(p, 2) ? NONE : base + (int64_t)prng_below(p, 3);
}

static struct order_claim claim_random(struct prng *p)
{
    static const struct text names[] = { { NULL, 0 }, { "上海", 6 }, { "浙江省", 9 } };
    static const struct text numbers[] = { { NULL, 0 }, { NULL, 0 }, { "YT1", 3 }, { "YT2", 3 } };
    static const int16_t ranks[] = { SOURCE_FILE, SOURCE_FILE, SOURCE_API, SOURCE_WEBHOOK };
    struct order_claim c = claim_blank();
    uint64_t key = prng_next(p);
    memcpy(c.key.bytes, &key, sizeof key);
    c.as_of_ms = 100 + (int64_t)prng_below(p, 4);
    c.first_as_of_ms = c.as_of_ms - (prng_below(p, 2) ? 0 : (int64_t)prng_below(p, 6));
    c.rank = ranks[prng_below(p, 4)];
    c.placed_at_ms = some(p, 10);
    c.paid_at_ms = prng_below(p, 3) ? NONE : some(p, 20);
    c.cancelled_at_ms = prng_below(p, 4) ? NONE : some(p, 30);
    c.shipped_at_ms = prng_below(p, 3) ? NONE : some(p, 40);
    c.delivered_at_ms = prng_below(p, 3) ? NONE : some(p, 99);
    c.refunded_at_ms = prng_below(p, 4) ? NONE : some(p, 60);
    c.ship_by_ms = some(p, 70);
    c.total_minor = some(p, 500);
    c.paid_minor = some(p, 400);
    c.refund_minor = prng_below(p, 3) ? NONE : (int64_t)prng_below(p, 3);
    c.pieces = some(p, 1);
    c.balance_minor = some(p, 90);
    if (prng_below(p, 2)) c.payment = (struct payment_claim){ 1 + (enum payment_kind)prng_below(p, 2), prng_below(p, 2) ? TEXT("1") : TEXT("2"), (int64_t)prng_below(p, 3) };
    c.customer_id = some(p, 7);
    c.status = (enum order_status)prng_below(p, 7);
    c.pay_kind = (enum pay_kind)(prng_below(p, 3) ? 0 : prng_below(p, 3));
    c.region = names[prng_below(p, 3)];
    c.country = names[prng_below(p, 3)];
    c.tracking = numbers[prng_below(p, 4)];
    return c;
}

Test(core_order, fold_is_independent_of_the_order_of_claims)
{
    struct prng p;
    int implied = 0, closed = 0, parts = 0, summed = 0;
    prng_seed(&p, 20201111);
    for (int round = 0; round < 20000; round++) {
        struct order_claim c[6];
        size_t n = 1 + (size_t)prng_below(&p, 6);
        struct order first, again, slow;
        char what[40];
        snprintf(what, sizeof what, "round %d", round);
        for (size_t i = 0; i < n; i++) c[i] = claim_random(&p);
        const struct order_sums lines = { (int)prng_below(&p, 8), some(&p, 3), some(&p, 0), some(&p, 5), prng_below(&p, 2) ? INSTANT_MAX : 90 + (int64_t)prng_below(&p, 20) };
        const struct order_sums *sums = prng_below(&p, 2) ? &lines : NULL;
        order_fold(c, n, sums, &first);
        for (size_t i = 0; i < n; i++) parts += first.paid_minor != NONE && c[i].payment.kind == PAYMENT_IN;
        summed += sums && first.total_minor == lines.total_minor && first.total_minor != NONE;
        implied += first.shipped_at_ms != NONE && !first.shipped_exact;
        closed += first.cancelled_at_ms != NONE && !first.cancelled_exact;
        for (int shuffle = 0; shuffle < 4; shuffle++) {
            for (size_t i = n; i > 1; i--) {
                size_t j = (size_t)prng_below(&p, i);
                struct order_claim t = c[i - 1];
                c[i - 1] = c[j];
                c[j] = t;
            }
            order_fold(c, n, sums, &again);
            order_assert_eq(&first, &again, what);
        }
        slow_fold(c, n, sums, &slow);
        order_assert_eq(&first, &slow, what);
    }
    cr_assert_gt(implied, 1000, "the worlds must hold implied times");
    cr_assert_gt(closed, 500, "the worlds must hold closed orders");
    cr_assert(parts > 1000 && summed > 200, "the worlds must hold payments in parts (%d), and totals that only lines tell (%d)", parts, summed);
}

Test(core_order, one_claim_folds_as_many_do)
{
    struct prng p;
    prng_seed(&p, 7);
    for (int round = 0; round < 5000; round++) {
        struct order_claim c[2] = { claim_random(&p), claim_blank() };
        struct order one, two;
        c[1].as_of_ms = 1; /* earlier, and tells nothing */
        order_fold(c, 1, NULL, &one);
        order_fold(c, 2, NULL, &two);
        order_assert_eq(&one, &two, "one and two");
    }
}

/* What statuses imply, as a seller's export tells it. */
Test(core_order, implied_times)
{
    static const struct {
        const char *name;
        struct { int64_t as_of, paid, shipped, delivered; enum order_status status; enum pay_kind pay; int64_t refund; const char *tracking; } c[2];
        int64_t paid, shipped, delivered, cancelled, refunded;
    } rows[] = {
        { "nothing told", { { 10, NONE, NONE, NONE, STATUS_NONE, PAY_NONE, NONE, "" } }, NONE, NONE, NONE, NONE, NONE },
        { "unpaid", { { 10, NONE, NONE, NONE, STATUS_UNPAID, PAY_NONE, NONE, "" } }, NONE, NONE, NONE, NONE, NONE },
        { "deposit is not a payment", { { 10, NONE, NONE, NONE, STATUS_DEPOSIT_PAID, PAY_NONE, NONE, "" } }, NONE, NONE, NONE, NONE, NONE },
        { "paid by word", { { 10, NONE, NONE, NONE, STATUS_PAID, PAY_NONE, NONE, "" } }, 10, NONE, NONE, NONE, NONE },
        { "paid by word twice: the earlier", { { 10, NONE, NONE, NONE, STATUS_PAID, PAY_NONE, NONE, "" },
            { 20, NONE, NONE, NONE, STATUS_PAID, PAY_NONE, NONE, "" } }, 10, NONE, NONE, NONE, NONE },
        { "a told time beats the word", { { 10, NONE, NONE, NONE, STATUS_PAID, PAY_NONE, NONE, "" },
            { 20, 5, NONE, NONE, STATUS_PAID, PAY_NONE, NONE, "" } }, 5, NONE, NONE, NONE, NONE },
        { "shipped by word", { { 10, 5, NONE, NONE, STATUS_SHIPPED, PAY_NONE, NONE, "" } }, 5, 10, NONE, NONE, NONE },
        { "shipped by tracking", { { 10, 5, NONE, NONE, STATUS_NONE, PAY_NONE, NONE, "YT1" } }, 5, 10, NONE, NONE, NONE },
        { "tracking is no payment", { { 10, NONE, NONE, NONE, STATUS_NONE, PAY_NONE, NONE, "YT1" } }, NONE, 10, NONE, NONE, NONE },
        { "delivered by word", { { 10, 5, NONE, NONE, STATUS_DELIVERED, PAY_NONE, NONE, "" } }, 5, 10, 10, NONE, NONE },
        { "delivered told, shipped not", { { 10, 5, NONE, 7, STATUS_NONE, PAY_NONE, NONE, "" } }, 5, 7, 7, NONE, NONE },
        { "shipped no later than delivered", { { 10, 5, NONE, 7, STATUS_DELIVERED, PAY_NONE, NONE, "YT1" } }, 5, 7, 7, NONE, NONE },
        { "on delivery: shipped is not paid", { { 10, NONE, NONE, NONE, STATUS_SHIPPED, PAY_ON_DELIVERY, NONE, "" } }, NONE, 10, NONE, NONE, NONE },
        { "closed unpaid", { { 10, NONE, NONE, NONE, STATUS_CLOSED, PAY_NONE, NONE, "" } }, NONE, NONE, NONE, 10, NONE },
        { "closed paid: the money went back", { { 10, 5, NONE, NONE, STATUS_CLOSED, PAY_NONE, NONE, "" } }, 5, NONE, NONE, 10, NONE },
        { "closed since the first word", { { 10, NONE, NONE, NONE, STATUS_CLOSED, PAY_NONE, NONE, "" },
            { 20, NONE, NONE, NONE, STATUS_CLOSED, PAY_NONE, NONE, "" } }, NONE, NONE, NONE, 10, NONE },
        { "closing taken back", { { 10, NONE, NONE, NONE, STATUS_CLOSED, PAY_NONE, NONE, "" },
            { 20, NONE, NONE, NONE, STATUS_UNPAID, PAY_NONE, NONE, "" } }, NONE, NONE, NONE, NONE, NONE },
        { "one closed line of two", { { 10, 5, NONE, NONE, STATUS_CLOSED, PAY_NONE, NONE, "" },
            { 10, 5, NONE, NONE, STATUS_PAID, PAY_NONE, NONE, "" } }, 5, NONE, NONE, NONE, NONE },
        { "a later row without a status leaves it closed", { { 10, NONE, NONE, NONE, STATUS_CLOSED, PAY_NONE, NONE, "" },
            { 20, NONE, NONE, NONE, STATUS_NONE, PAY_NONE, NONE, "" } }, NONE, NONE, NONE, 10, NONE },
        { "refund counts from the payment", { { 10, 5, NONE, NONE, STATUS_PAID, PAY_NONE, 1, "" } }, 5, NONE, NONE, NONE, 5 },
        { "refund without payment", { { 10, NONE, NONE, NONE, STATUS_NONE, PAY_NONE, 1, "" } }, NONE, NONE, NONE, NONE, 10 },
        { "refund of nothing", { { 10, 5, NONE, NONE, STATUS_NONE, PAY_NONE, 0, "" } }, 5, NONE, NONE, NONE, NONE },
        { "refund taken back", { { 10, 5, NONE, NONE, STATUS_NONE, PAY_NONE, 9, "" },
            { 20, 5, NONE, NONE, STATUS_NONE, PAY_NONE, 0, "" } }, 5, NONE, NONE, NONE, NONE },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct order_claim c[2] = { claim_blank(), claim_blank() };
        struct order o;
        size_t n = rows[i].c[1].as_of ? 2 : 1;
        for (size_t k = 0; k < n; k++) {
            c[k].as_of_ms = c[k].first_as_of_ms = rows[i].c[k].as_of;
            c[k].key.bytes[0] = (unsigned char)k;
            c[k].paid_at_ms = rows[i].c[k].paid;
            c[k].shipped_at_ms = rows[i].c[k].shipped;
            c[k].delivered_at_ms = rows[i].c[k].delivered;
            c[k].status = rows[i].c[k].status;
            c[k].pay_kind = rows[i].c[k].pay;
            c[k].refund_minor = rows[i].c[k].refund;
            c[k].tracking = text_from_cstr(rows[i].c[k].tracking);
        }
        order_fold(c, n, NULL, &o);
        cr_expect_eq(o.paid_at_ms, rows[i].paid, "%s: paid %lld", rows[i].name, (long long)o.paid_at_ms);
        cr_expect_eq(o.shipped_at_ms, rows[i].shipped, "%s: shipped %lld", rows[i].name, (long long)o.shipped_at_ms);
        cr_expect_eq(o.delivered_at_ms, rows[i].delivered, "%s: delivered %lld", rows[i].name, (long long)o.delivered_at_ms);
        cr_expect_eq(o.cancelled_at_ms, rows[i].cancelled, "%s: cancelled %lld", rows[i].name, (long long)o.cancelled_at_ms);
        cr_expect_eq(o.refunded_at_ms, rows[i].refunded, "%s: refunded %lld", rows[i].name, (long long)o.refunded_at_ms);
        cr_expect(!o.paid_exact || o.paid_at_ms == rows[i].c[0].paid || o.paid_at_ms == rows[i].c[1].paid, "%s: exact", rows[i].name);
    }
}

/* What a row implies counts from the first export that had it; what is told last is still told by the last. */
Test(core_order, told_again_implies_from_the_first)
{
    static const struct { const char *name; enum order_status status; int64_t refund, paid, shipped, delivered, cancelled, refunded; } rows[] = {
        { "paid", STATUS_PAID, NONE, 10, NONE, NONE, NONE, NONE },
        { "shipped", STATUS_SHIPPED, NONE, 10, 10, NONE, NONE, NONE },
        { "delivered", STATUS_DELIVERED, NONE, 10, 10, 10, NONE, NONE },
        { "closed", STATUS_CLOSED, NONE, NONE, NONE, NONE, 10, NONE },
        { "refunded", STATUS_NONE, 5, NONE, NONE, NONE, NONE, 10 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct order_claim c[2] = { claim_blank(), claim_blank() }; /* told at 10 and 30; between them another row, unpaid */
        struct order o;
        c[0].first_as_of_ms = 10, c[0].as_of_ms = 30;
        c[0].status = rows[i].status, c[0].refund_minor = rows[i].refund;
        c[1].first_as_of_ms = c[1].as_of_ms = 20;
        c[1].status = STATUS_UNPAID;
        for (size_t n = 1; n <= 2; n++) {
            order_fold(c, n, NULL, &o);
            cr_expect_eq(o.paid_at_ms, rows[i].paid, "%s: paid", rows[i].name);
            cr_expect_eq(o.shipped_at_ms, rows[i].shipped, "%s: shipped", rows[i].name);
            cr_expect_eq(o.delivered_at_ms, rows[i].delivered, "%s: delivered", rows[i].name);
            cr_expect_eq(o.cancelled_at_ms, rows[i].cancelled, "%s: cancelled", rows[i].name);
            cr_expect_eq(o.refunded_at_ms, rows[i].refunded, "%s: refunded", rows[i].name);
        }
        c[1].first_as_of_ms = 5, c[1].as_of_ms = 40; /* and opened again since: not closed, however early it was */
        order_fold(c, 2, NULL, &o);
        cr_expect_eq(o.cancelled_at_ms, NONE, "%s: open at last", rows[i].name);
        cr_expect_eq(o.shipped_at_ms, rows[i].shipped, "%s: shipped since", rows[i].name);
    }
}

static struct order order_blank(void)
{
    struct order_claim c = claim_blank();
    struct order o;
    order_fold(&c, 1, NULL, &o);
    return o;
}

Test(core_order, paid_amount_falls_back_to_the_total_only_when_paid)
{
    struct order_claim c = claim_blank();
    struct order o;
    c.total_minor = 900;
    order_fold(&c, 1, NULL, &o);
    cr_expect_eq(o.paid_minor, NONE);
    c.paid_at_ms = 5;
    order_fold(&c, 1, NULL, &o);
    cr_expect_eq(o.paid_minor, 900);
    c.paid_minor = 0;
    order_fold(&c, 1, NULL, &o);
    cr_expect_eq(o.paid_minor, 0);
}

Test(core_order, states_and_pick_window)
{
    /* times: placed 10, paid, shipped, delivered, cancelled, refunded; refund of paid 100 */
    static const struct {
        const char *name;
        int64_t placed, paid, shipped, delivered, cancelled, refunded, refund;
        enum pay_kind pay;
        int64_t at;
        enum order_state state;
        int64_t from, until;
    } rows[] = {
        { "nothing", NONE, NONE, NONE, NONE, NONE, NONE, NONE, 0, 50, ORDER_UNPLACED, NONE, NONE },
        { "not yet placed", 10, NONE, NONE, NONE, NONE, NONE, NONE, 0, 9, ORDER_UNPLACED, NONE, NONE },
        { "just placed", 10, NONE, NONE, NONE, NONE, NONE, NONE, 0, 10, ORDER_UNPAID, NONE, NONE },
        { "before payment", 10, 20, NONE, NONE, NONE, NONE, NONE, 0, 19, ORDER_UNPAID, 20, INSTANT_MAX },
        { "at payment", 10, 20, NONE, NONE, NONE, NONE, NONE, 0, 20, ORDER_TO_SHIP, 20, INSTANT_MAX },
        { "paid, placing never told", NONE, 20, NONE, NONE, NONE, NONE, NONE, 0, 20, ORDER_TO_SHIP, 20, INSTANT_MAX },
        { "shipped", 10, 20, 30, NONE, NONE, NONE, NONE, 0, 30, ORDER_SHIPPED, 20, 30 },
        { "one before shipped", 10, 20, 30, NONE, NONE, NONE, NONE, 0, 29, ORDER_TO_SHIP, 20, 30 },
        { "delivered", 10, 20, 30, 40, NONE, NONE, NONE, 0, 40, ORDER_DELIVERED, 20, 30 },
        { "closed unpaid", 10, NONE, NONE, NONE, 25, NONE, NONE, 0, 25, ORDER_CANCELLED, NONE, NONE },
        { "closed paid", 10, 20, NONE, NONE, 25, NONE, NONE, 0, 25, ORDER_CANCELLED, 20, 25 },
        { "part refunded", 10, 20, NONE, NONE, NONE, 25, 99, 0, 50, ORDER_TO_SHIP, 20, INSTANT_MAX },
        { "fully refunded", 10, 20, NONE, NONE, NONE, 25, 100, 0, 25, ORDER_REFUNDED, 20, 25 },
        { "before the refund", 10, 20, NONE, NONE, NONE, 25, 100, 0, 24, ORDER_TO_SHIP, 20, 25 },
        { "refunded after delivery", 10, 20, 30, 40, NONE, 45, 100, 0, 50, ORDER_REFUNDED, 20, 30 },
        { "refund counts from payment", 10, 20, NONE, NONE, NONE, 20, 100, 0, 20, ORDER_REFUNDED, 20, 20 },
        { "on delivery", 10, NONE, NONE, NONE, NONE, NONE, NONE, PAY_ON_DELIVERY, 10, ORDER_ON_DELIVERY, 10, INSTANT_MAX },
        { "on delivery, shipped", 10, NONE, 30, NONE, NONE, NONE, NONE, PAY_ON_DELIVERY, 35, ORDER_SHIPPED, 10, 30 },
        { "on delivery, paid at the door", 10, 40, 30, 40, NONE, NONE, NONE, PAY_ON_DELIVERY, 45, ORDER_DELIVERED, 10, 30 },
        { "refused at the door", 10, NONE, 30, NONE, 50, NONE, NONE, PAY_ON_DELIVERY, 55, ORDER_CANCELLED, 10, 30 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct order o = order_blank();
        o.placed_at_ms = rows[i].placed;
        o.paid_at_ms = rows[i].paid;
        o.shipped_at_ms = rows[i].shipped;
        o.delivered_at_ms = rows[i].delivered;
        o.cancelled_at_ms = rows[i].cancelled;
        o.refunded_at_ms = rows[i].refunded;
        o.refund_minor = rows[i].refund;
        o.paid_minor = rows[i].paid == NONE ? NONE : 100;
        o.pay_kind = rows[i].pay;
        cr_expect_eq(order_state_at(&o, rows[i].at), rows[i].state, "%s: state %s", rows[i].name,
                     order_state_word(order_state_at(&o, rows[i].at)));
        cr_expect_eq(order_pick_from_ms(&o), rows[i].from, "%s: from", rows[i].name);
        cr_expect_eq(order_pick_until_ms(&o), rows[i].until, "%s: until %lld", rows[i].name, (long long)order_pick_until_ms(&o));
    }
}

/* To ship <=> within the pick window, for every order and instant of the small worlds. */
Test(core_order, pick_window_is_the_state_to_ship)
{
    struct prng p;
    prng_seed(&p, 99);
    for (int round = 0; round < 20000; round++) {
        struct order_claim c[3] = { claim_random(&p), claim_random(&p), claim_random(&p) };
        struct order o;
        order_fold(c, 3, NULL, &o);
        if (o.placed_at_ms == NONE) continue;
        for (int64_t t = 8; t < 106; t++) {
            enum order_state s = order_state_at(&o, t);
            int64_t from = order_pick_from_ms(&o), until = order_pick_until_ms(&o);
            bool window = from != INSTANT_NONE && from <= t && t < until;
            bool waits = s == ORDER_TO_SHIP || s == ORDER_ON_DELIVERY;
            cr_assert_eq(window, waits, "round %d at %lld: %s", round, (long long)t, order_state_word(s));
        }
    }
}

Test(core_order, contributions)
{
    struct order o = order_blank();
    struct contribution c = order_contribution(&o, &zone_shanghai);
    cr_expect(!c.counts && c.orders == 0);

    o.placed_at_ms = at("2020-02-21T00:59:59+08:00");
    o.total_minor = 17880;
    c = order_contribution(&o, &zone_shanghai);
    cr_expect(c.counts);
    cr_expect_eq(c.hour_start_ms, at("2020-02-21T00:00:00+08:00"));
    cr_expect_eq(c.day, days_from_civil(2020, 2, 21));
    cr_expect(c.orders == 1 && c.paid_orders == 0 && c.total_minor == 17880 && c.paid_minor == 0 && c.kept_minor == 0);

    o.paid_minor = 17880; /* a figure without a payment is not money */
    c = order_contribution(&o, &zone_shanghai);
    cr_expect(c.paid_minor == 0 && c.kept_minor == 0);

    o.paid_at_ms = o.placed_at_ms + 8000;
    o.refund_minor = 5000;
    o.pieces = 3;
    o.region = TEXT("上海");
    c = order_contribution(&o, &zone_shanghai);
    cr_expect(c.paid_orders == 1 && c.refunded_orders == 1 && c.pieces == 3 && c.cancelled_orders == 0);
    cr_expect(c.paid_minor == 17880 && c.refund_minor == 5000 && c.kept_minor == 12880);
    cr_expect(text_is(c.region, "上海"));

    o.cancelled_at_ms = o.paid_at_ms; /* closed after payment: a refund, not a cancellation */
    cr_expect_eq(order_contribution(&o, &zone_shanghai).cancelled_orders, 0);
    o.paid_at_ms = CLAIM_NONE;
    cr_expect_eq(order_contribution(&o, &zone_shanghai).cancelled_orders, 1);
}

Test(core_order, exact_bits_there_and_back)
{
    for (int64_t bits = 0; bits < 32; bits++) {
        struct order o = order_blank();
        order_exact_set(&o, bits);
        cr_expect_eq(order_exact_bits(&o), bits);
    }
    struct order o = order_blank();
    o.shipped_exact = true;
    cr_expect_eq(order_exact_bits(&o), 4); /* frozen */
}

Test(core_order, words)
{
    for (int s = 0; s < ORDER_STATE_COUNT; s++) {
        cr_expect(order_state_word((enum order_state)s)[0] != '\0');
        cr_expect(order_state_text((enum order_state)s, true).len > 0 && order_state_text((enum order_state)s, false).len > 0);
    }
    cr_expect_str_eq(order_state_word(ORDER_TO_SHIP), "to_ship");
    cr_expect(text_is(order_state_text(ORDER_UNPAID, true), "待付款"));
}

Test(core_order, line_number_reads_as_written)
{
    struct prng r;
    prng_seed(&r, 8);
    for (int i = 0; i < 1000; i++) {
        int64_t key = i < 3 ? (const int64_t[]){ 0, INT64_MIN, -1 }[i] : (int64_t)prng_next(&r), again = 1;
        char s[LINE_NUMBER_BYTES];
        line_number_write(key, s);
        cr_assert(line_number_read((struct text){ s, sizeof s }, &again));
        cr_assert_eq(again, key);
        s[3 + i % 16] = "GXz-A "[i % 6]; /* no digit of ours */
        cr_assert_not(line_number_read((struct text){ s, sizeof s }, &again));
    }
    int64_t kept = 7;
    cr_expect_not(line_number_read(TEXT("zg-0123456789abcde"), &kept));
    cr_expect_not(line_number_read(TEXT("zg-0123456789abcdef0"), &kept));
    cr_expect_not(line_number_read(TEXT("ZG-0123456789abcdef"), &kept));
    cr_expect_not(line_number_read(TEXT_NONE, &kept));
    cr_expect_eq(kept, 7);
}
