/* Whom not to contact: buyers who opted out, who complained about being contacted, or with whom a dispute is open.
 *
 * A row holds a keyed hash of what a buyer is known by (the buyer's name, a phone, an e-mail address; hashed as in erase_store.h), never
 * the name. It stands for all of the merchant's stores: each row is hashed with the key of the store in which it was told, and every
 * order is looked up under the keys of all stores. A buyer's name counts only among stores of one platform. Rows outlive the erasure of
 * the person: forgetting somebody must not mean writing to them again. */
#ifndef ZG_STORE_SUPPRESSION_STORE_H
#define ZG_STORE_SUPPRESSION_STORE_H
#include "base/limits.h"
#include "store/store.h"

enum stop { STOP_OPT_OUT = 1, STOP_COMPLAINT = 2, STOP_DISPUTE = 3 }; /* frozen: stored in the database */
enum stop_how { STOP_BY_PERSON = 1, STOP_BY_UNSUBSCRIBE = 2 /* one click in an e-mail */, STOP_BY_REPLY = 3 /* to an SMS */,
                STOP_BY_PLATFORM = 4 }; /* frozen: stored in the database */
const char *stop_word(enum stop stop); /* "opt-out", "complaint", "dispute" */
bool stop_find(struct text word, enum stop *ret);

struct suppression_new { enum stop stop; enum stop_how how; int64_t user_id; /* 0: nobody of ours */ };
/* Of each of buyer, phone and email that the cells tell (and that names somebody) a row, as of the store's clock; one that is there stays
 * as it is. *ret_added: how many are new; 0 of cells that name nobody. In the open transaction; with one audit row when anything is new. */
bool suppression_add(struct store *s, const struct shop *shop, const struct suppression_new *n, const struct person_cells *who, int *ret_added);
/* The same of everything that whoever placed this order is known by, from this order and the customer's others. *ret_known false: nothing is,
 * or there is no such order. */
bool suppression_add_order(struct store *s, const struct shop *shop, const struct suppression_new *n, int64_t order_id, bool *ret_known);
/* Takes rows away again, told in whichever store of the merchant: a dispute that is settled, an opt-out taken back by the buyer. */
bool suppression_remove(struct store *s, const struct shop *shop, const struct suppression_new *n, const struct person_cells *who, int *ret_removed);

/* The stores of the merchant that keep such rows: read it once for many looks. */
struct suppression_book { int count; struct shop shops[LIMIT_STORES]; };
bool suppression_book_load(struct store *s, const struct shop *shop, struct suppression_book *ret);
struct suppressed { bool opted_out, complained, dispute_open; };
/* What stood at at_ms against contacting whoever the cells name, an order of `shop`. Costs nothing where no store keeps a row. */
bool suppression_find(struct store *s, const struct suppression_book *b, const struct shop *shop, const struct person_cells *who, int64_t at_ms,
                      struct suppressed *ret);

/* All that a customer is known by: each different set of cells of the customer's orders. Texts live until `each` returns. */
bool suppression_cells_each(struct store *s, const struct shop *shop, int64_t customer_id, bool (*each)(void *ctx, const struct person_cells *p), void *ctx);
#endif
