/* See claim_pack.h. First the kinds of value, then the lists of fields. */
#include "core/order/claim_pack.h"

NUMBER_KIND(time, int64_t, unpack_told(u, INSTANT_FIRST_MS, INSTANT_LAST_MS))
NUMBER_KIND(amount, int64_t, unpack_told(u, -PACK_AMOUNT_MAX, PACK_AMOUNT_MAX))
NUMBER_KIND(count, int64_t, unpack_told(u, -PACK_COUNT_MAX, PACK_COUNT_MAX))
NUMBER_KIND(occurrence, int32_t, unpack_between(u, 0, 1000000))
NUMBER_KIND(yes, bool, unpack_between(u, 0, 1))
NUMBER_KIND(rank, int16_t, unpack_between(u, SOURCE_FILE, SOURCE_PERSON))
NUMBER_KIND(status, enum order_status, unpack_between(u, STATUS_NONE, STATUS_UNKNOWN))
NUMBER_KIND(pay, enum pay_kind, unpack_between(u, PAY_NONE, PAY_ON_DELIVERY))
NUMBER_KIND(sums, int, unpack_between(u, 0, SUM_TOTAL | SUM_REFUND | SUM_PIECES))
NUMBER_KIND(payment_kind, enum payment_kind, unpack_between(u, PAYMENT_NONE, PAYMENT_BACK))
TEXT_KIND(cell, unpack_readable(u, PACK_CELL_MAX))
TEXT_KIND(order_no, unpack_readable(u, LIMIT_ORDER_NO_BYTES))

static void put_key(struct packer *p, const struct claim_key *k) { pack_bytes(p, k->bytes, sizeof k->bytes); }
static void get_key(struct unpacker *u, struct claim_key *ret) { unpack_bytes(u, ret->bytes, sizeof ret->bytes); }

/* The store's to fill in: never said. */
static void put_customer(struct packer *p, const int64_t *v)
{
    (void)p;
    (void)v;
}
static void get_customer(struct unpacker *u, int64_t *ret)
{
    (void)u;
    *ret = CLAIM_NONE;
}

#define PERSON_FIELDS(X) X(cell, buyer) X(cell, name) X(cell, phone) X(cell, address) X(cell, buyer_note) X(cell, seller_note) X(cell, email)
STRUCT_KIND(person, struct person_cells, PERSON_FIELDS, 0)

#define LINE_FIELDS(X)                                                                              \
    X(order_no, sub_no) X(order_no, product_no) X(cell, sku_code) X(cell, title) X(cell, options)   \
    X(occurrence, occurrence) X(count, pieces) X(amount, unit_minor) X(amount, line_minor) X(amount, refund_minor) \
    X(amount, extra_minor) X(sums, sums)
STRUCT_KIND(line, struct line_claim, LINE_FIELDS, CLAIM_LINE_LOOSE)

#define PAYMENT_FIELDS(X) X(payment_kind, kind) X(order_no, no) X(amount, minor)
STRUCT_KIND(payment, struct payment_claim, PAYMENT_FIELDS, CLAIM_PAYMENT_LOOSE)

#define CLAIM_FIELDS(X)                                                                                             \
    X(key, key) X(order_no, order_no) X(time, as_of_ms) X(time, first_as_of_ms) X(rank, rank)                       \
    X(time, placed_at_ms) X(time, paid_at_ms) X(time, cancelled_at_ms) X(time, shipped_at_ms)                       \
    X(time, delivered_at_ms) X(time, refunded_at_ms) X(time, ship_by_ms)                                            \
    X(amount, total_minor) X(amount, paid_minor) X(amount, refund_minor) X(count, pieces) X(amount, balance_minor)  \
    X(status, status) X(pay, pay_kind) X(cell, title) X(cell, region) X(cell, country) X(cell, tracking) X(customer, customer_id) X(person, person)  \
    X(yes, has_line) X(line, line) X(payment, payment)
STRUCT_KIND(claim, struct order_claim, CLAIM_FIELDS, CLAIM_LOOSE)

void claim_pack(struct packer *p, const struct order_claim *c) { put_claim(p, c); }
void claim_unpack(struct unpacker *u, struct order_claim *ret) { get_claim(u, ret); }
void claim_key_pack(struct packer *p, const struct claim_key *k) { put_key(p, k); }
void claim_key_unpack(struct unpacker *u, struct claim_key *ret) { get_key(u, ret); }
