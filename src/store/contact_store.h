/* Readers for the contact policy: when a buyer was contacted, what was done about an order, and what records say of people. Only SELECTs. */
#ifndef ZG_STORE_CONTACT_STORE_H
#define ZG_STORE_CONTACT_STORE_H
#include "store/store.h"

/* Instants in (after_ms, until_ms] at which somebody, or a message of ours that went out by itself, contacted the customer, or, of an order without one (CLAIM_NONE), the order's buyer;
 * newest first, at most `max`. */
struct contacts_ask { int64_t customer_id, order_id, after_ms, until_ms; };
bool contacts_of(struct store *s, const struct shop *shop, const struct contacts_ask *ask, int64_t *ret, int max, int *ret_n);
/* What was done about the order up to until_ms, by people or by messages that were sent, or may have been, at most `max`. */
bool marks_of(struct store *s, const struct shop *shop, int64_t order_id, int64_t until_ms, struct reminder_mark *ret, int max, int *ret_n);

/* Bad reviews that nobody answered, written in (after_ms, until_ms]: with so many stars or fewer, or, where a file tells none, called bad
 * or middling. order_no, buyer: whose; either may be empty. */
struct bad_reviews_ask { int64_t after_ms, until_ms, stars; };
bool bad_reviews_each(struct store *s, const struct shop *shop, const struct bad_reviews_ask *ask, bool (*each)(void *ctx, struct text order_no, struct text buyer),
                      void *ctx);

/* What the lists of customers tell about being contacted: one record's words, empty where it tells none, and by what it is known. */
struct consent_row { struct text sms, mail, chat, opted_out; struct person_cells who; int64_t as_of_ms; };
/* Only those that may refuse everything: found by an index. */
bool refusals_each(struct store *s, const struct shop *shop, bool (*each)(void *ctx, const struct consent_row *r), void *ctx);
/* All that tell anything: reads every record of the list. */
bool consents_each(struct store *s, const struct shop *shop, bool (*each)(void *ctx, const struct consent_row *r), void *ctx);
#endif
