/* An order: what sources claim about it, what follows from the claims, and what it contributes to the counters.
 *
 * Read in this order: struct order_claim (one row of a file or one event says this), order_fold (claims -> order,
 * whatever their order of arrival), order_state_at (order -> state at an instant), order_contribution (order -> counters).
 * Everything here is pure; the store keeps claims and the folded order, `verify` folds again in SQL. */
#ifndef ZG_CORE_ORDER_H
#define ZG_CORE_ORDER_H
#include "base/arena.h"
#include "base/instant.h"
#include "base/money.h"
#include "base/text.h"

#define CLAIM_NONE INT64_MIN /* for times, amounts and counts: the source says nothing about it */

/* What the platform's own status word says, by an explicit table in the profile.  Frozen: stored in the database. */
enum order_status {
    STATUS_NONE = 0, STATUS_UNPAID = 1, STATUS_PAID = 2, STATUS_SHIPPED = 3, STATUS_DELIVERED = 4, STATUS_CLOSED = 5,
    STATUS_DEPOSIT_PAID = 6, /* presale: deposit paid, balance open */
    STATUS_UNKNOWN = 7, /* a word that no table lists: it may mean anything, so nobody is reminded because of it */
};
/* Frozen: ranks of sources for equal as_of; the greater wins. */
enum source_rank { SOURCE_FILE = 10, SOURCE_API = 20, SOURCE_WEBHOOK = 30, SOURCE_PERSON = 40 };
/* Frozen */
enum pay_kind { PAY_NONE = 0, PAY_ONLINE = 1, PAY_ON_DELIVERY = 2 };

struct claim_key { unsigned char bytes[16]; }; /* keyed hash of (source, order number, normalised cells) */

struct person_cells { /* personal data; kept apart, never in an event, counter or log */
    struct text buyer, name, phone, address, buyer_note, seller_note, email;
};

struct line_claim { /* one line of an order; present when has_line */
    struct text sub_no;      /* the platform's line number where it has one */
    struct text product_no;  /* platform's product id */
    struct text sku_code;    /* merchant's code */
    struct text title, options;
    int32_t occurrence;      /* 1, 2 ..: the nth row of the same order with the same (sub_no, sku_code, title, options) */
    int64_t pieces, unit_minor, line_minor, refund_minor; /* CLAIM_NONE when not told */
    int64_t extra_minor;     /* postage, tax and discounts of the line beside its amount, may be negative; CLAIM_NONE when not told */
    int sums;                /* enum line_sum bits: of what the source says only by its lines */
};
/* Frozen: stored in the database. A source without order figures: the order's are what its lines add up to. */
enum line_sum { SUM_TOTAL = 1, SUM_REFUND = 2, SUM_PIECES = 4 };

/* One of several payments or refunds of an order. Frozen: stored in the database. */
enum payment_kind { PAYMENT_NONE = 0, PAYMENT_IN = 1, PAYMENT_BACK = 2 };
struct payment_claim {
    enum payment_kind kind;     /* PAYMENT_NONE: the claim holds none */
    struct text no;          /* the source's number of the payment within the order */
    int64_t minor;           /* not negative */
};

struct order_claim {
    struct claim_key key;
    struct text order_no;
    int64_t as_of_ms;
    int64_t first_as_of_ms; /* earliest as_of of the standing assertions of this claim; intake sets as_of_ms, the reducer fills it in */
    int16_t rank; /* enum source_rank */
    int64_t placed_at_ms, paid_at_ms, cancelled_at_ms, shipped_at_ms, delivered_at_ms, refunded_at_ms, ship_by_ms;
    int64_t total_minor;   /* order value as placed, before any refund */
    int64_t paid_minor;    /* really paid, before any refund */
    int64_t refund_minor;  /* refunded so far */
    int64_t pieces;
    int64_t balance_minor; /* of an order in stages: what is still to be paid */
    enum order_status status;
    enum pay_kind pay_kind;
    struct text title;     /* what was bought, in the words of a source that lists no lines; shown, never folded */
    struct text region;    /* province or state, normalised by the profile */
    struct text country;   /* ISO 3166 alpha-2, empty when not told */
    struct text tracking;  /* carrier's number: its presence says "shipped" */
    int64_t customer_id;   /* surrogate; CLAIM_NONE when the source names no buyer; the store fills it in */
    struct person_cells person;
    bool has_line;
    struct line_claim line;
    struct payment_claim payment;
};

/* What the order's lines, each as its latest claims say, add up to. */
struct order_sums {
    int bits;                /* enum line_sum: which figures some line's claim leaves to the sum */
    int64_t total_minor, refund_minor, pieces; /* CLAIM_NONE when no line tells any */
    int64_t refunded_by_ms;  /* earliest first_as_of of a line's claim with a refund; INSTANT_MAX: none */
};

/* An order as all standing claims together say.  A time that no claim gives but a status implies is the earliest
 * first_as_of of the claims that imply it ("shipped no later than"); its *_exact is then false. */
struct order {
    int64_t placed_at_ms, paid_at_ms, cancelled_at_ms, shipped_at_ms, delivered_at_ms, refunded_at_ms, ship_by_ms;
    int64_t total_minor, paid_minor, refund_minor, pieces;  /* CLAIM_NONE when never told, but see order_fold */
    int64_t balance_minor;
    enum order_status status;  /* of the latest claim that has one */
    enum pay_kind pay_kind;
    struct text region, country, tracking;
    int64_t customer_id;
    bool paid_exact, cancelled_exact, shipped_exact, delivered_exact, refunded_exact;
};

/* Folds n claims of one order into *ret.  Independent of their order: each attribute has the value of the claim with
 * the greatest (as_of_ms, rank, key) that tells it.  An amount that no claim tells is then a sum: paid that of the payments
 * (each numbered one as its greatest claim says), refund that of the refunds, else what the lines add up to, as total and pieces,
 * where a line's claim leaves it to them (sums; NULL: no lines).  Times are facts resolved the same way; a time that no claim tells
 * is then filled where something implies it, in this order, and its *_exact is false ("earliest as_of" is of first_as_of_ms,
 * "latest" of as_of_ms):
 *   delivered: earliest as_of of the claims with status DELIVERED;
 *   shipped:   the earlier of the delivery and the earliest as_of of the claims with status SHIPPED or DELIVERED or a
 *              tracking number;
 *   paid:      unless pay_kind is on delivery, earliest as_of of the claims with status PAID, SHIPPED or DELIVERED;
 *   cancelled: earliest as_of of the claims with status CLOSED, when all claims at the latest as_of that has a status say
 *              CLOSED (a platform closes a paid order only when the money goes back: it must not be packed; but one closed
 *              line of several, or a closing that was taken back, closes nothing);
 *   refunded:  when refund_minor > 0, the payment as filled above, or without one the earliest as_of of the claims with
 *              a refund, their own, of one of several or of a line.
 * paid_minor never told while paid: total_minor.  Texts point into the claims. */
void order_fold(const struct order_claim *claims, size_t n, const struct order_sums *sums, struct order *ret);
/* What is still to be paid: the balance where one was told and the order waits for it, else the total. */
int64_t order_open_minor(const struct order *o);

/* Frozen: stored in the database, column exact: which of the times some claim told. */
enum { EXACT_PAID = 1, EXACT_CANCELLED = 2, EXACT_SHIPPED = 4, EXACT_DELIVERED = 8, EXACT_REFUNDED = 16 };
int64_t order_exact_bits(const struct order *o);
void order_exact_set(struct order *o, int64_t bits);

/* Frozen: stored in the database. What a person calls the order's state. */
enum order_state {
    ORDER_UNPLACED = 0 /* known by its lines only */, ORDER_UNPAID = 1, ORDER_TO_SHIP = 2, ORDER_SHIPPED = 3,
    ORDER_DELIVERED = 4, ORDER_CANCELLED = 5 /* closed, paid or not */, ORDER_REFUNDED = 6 /* fully */,
    ORDER_ON_DELIVERY = 7 /* to ship, to be paid on delivery */,
};
enum { ORDER_STATE_COUNT = 8 };
/* Is the fact told, and no later than at_ms? */
static inline bool happened(int64_t fact_ms, int64_t at_ms)
{
    return fact_ms != INSTANT_NONE && fact_ms <= at_ms;
}
/* The state at an instant, from the times alone: what happened up to at_ms, whenever we learned of it.  The first that
 * holds: fully refunded, cancelled, delivered, shipped, paid, on delivery and placed, placed; else UNPLACED. */
enum order_state order_state_at(const struct order *o, int64_t at_ms);
bool order_fully_refunded_at(const struct order *o, int64_t at_ms); /* refund_minor > 0 and >= paid_minor (both told), by at_ms */
/* Until when the order waits to be picked: min(shipped, delivered, full refund, cancelled), INSTANT_MAX while it waits,
 * INSTANT_NONE when it never did (not paid and not on delivery). Picked at T <=> pick_from <= T < pick_until. */
int64_t order_pick_from_ms(const struct order *o);
int64_t order_pick_until_ms(const struct order *o);

/* What one order adds to the counters of the local hour in which it was placed. A refund whose order nobody told (a return with a
 * number of its own) counts as a refund, and as no order, in the hour of the refund. */
struct contribution {
    bool counts;                 /* false: never told when placed, nor a refund; all figures are then 0 */
    int64_t hour_start_ms;       /* UTC instant at which the local hour begins */
    int64_t day;                 /* local day, days since 1970-01-01 */
    struct text region;
    /* paid: has a payment time; refunded: refund_minor > 0; cancelled: has a cancellation time; what was never told is 0 */
    int64_t orders, paid_orders, refunded_orders, cancelled_orders /* closed and never paid */, pieces;
    int64_t total_minor, paid_minor /* of paid orders */, refund_minor, kept_minor /* paid - refund of paid orders, else 0 */;
};
struct contribution order_contribution(const struct order *o, const struct zone *store_zone);

const char *order_state_word(enum order_state s);  /* "to_ship" */
struct text order_state_text(enum order_state s, bool zh);
#endif
