/* A claim about an order as bytes: from the importer to the desk, and in the inbox of the feed, where the form is frozen
 * (store/inbox_store.h). */
#ifndef ZG_CORE_CLAIM_PACK_H
#define ZG_CORE_CLAIM_PACK_H
#include "base/limits.h"
#include "base/pack.h"
#include "core/order/order.h"

/* What the compiler leaves loose between the members of each struct; the rest is in the lists. */
enum { CLAIM_LINE_LOOSE = 4 + 4, CLAIM_PAYMENT_LOOSE = 4, CLAIM_LOOSE = 6 + 7 };
/* What any field may say. */
enum { PACK_CELL_MAX = 2 * LIMIT_CELL_BYTES /* UTF-8 of a cell in another encoding */ };
#define PACK_AMOUNT_MAX INT64_C(10000000000000000) /* a thousand times what one cell may say: sums of them do not overflow */
#define PACK_COUNT_MAX INT64_C(1000000000000)

void claim_pack(struct packer *p, const struct order_claim *c);
/* Of any source, without the customer, whose number is the store's to give; texts point into the unpacker's bytes. What no claim may say is bad. */
void claim_unpack(struct unpacker *u, struct order_claim *ret);
void claim_key_pack(struct packer *p, const struct claim_key *k);
void claim_key_unpack(struct unpacker *u, struct claim_key *ret);
#endif
