/* What the owner made of the contact policy's terms, by store; a term that is not here has its default. */
#ifndef ZG_STORE_POLICY_STORE_H
#define ZG_STORE_POLICY_STORE_H
#include "store/store.h"

/* The defaults with what is kept for this shop. A kept value that is out of a term's bounds by now is passed over. */
bool policy_load(struct store *s, const struct shop *shop, struct policy *ret);

struct policy_value { struct text name; int64_t value; bool reset /* back to the default */; };
enum policy_put_result { POLICY_PUT_OK, POLICY_PUT_REFUSED, POLICY_PUT_FAILED /* database */ };
struct policy_refused { enum policy_change change; int at /* which value; -1: all are good, together they are not */; struct reason reason; };
/* All of the values or none, each with its audit row. */
enum policy_put_result policy_put(struct store *s, const struct shop *shop, const struct policy_value *values, int n, int64_t user_id,
                                  struct policy_refused *ret);
#endif
