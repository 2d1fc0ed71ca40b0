/* One person's data: given out, and forgotten.
 *
 *   person_export.c   everything that is kept about one customer, as JSON
 *   person_erase.c    the erasure: intent beside the database, files, rows, copies; and what a restored database must still obey
 *   person_files.c    files in which the person may stand
 *
 * F.erased holds the tombstones a second time, as keyed hashes: a database that is restored, or put in F's place by hand, is swept again when
 * it is opened. */
#ifndef ZG_DESK_PERSON_H
#define ZG_DESK_PERSON_H
#include <jansson.h>
#include "desk/answer.h"
#include "desk/commands.h"

struct person_ask {
    struct text store;
    struct text customer;   /* the buyer's name as the platform writes it, or the customer's number; empty: */
    struct text order_no;   /* the one who placed this order; of an order that names no buyer, the person of that order */
    int64_t user_id;
};
/* {"store","customer": the number, null where the order names no buyer,"made_at","persons":[cells as each file told them],"orders":[..],
 * "records":[those of other lists, as they stand, with "subject","told":[{"field","as_of","value"}: personal cells as each file told them]],
 * "set_aside":[..],"left_alone":{"opted_out","complained","dispute_open"}}.
 * NULL and ANSWER_NOT_FOUND: nobody is called that. */
json_t *person_export(const struct answer_ask *q, const struct person_ask *ask, enum answer_error *ret_error);
/* Forgets the person: done when nothing of them is left in the database, its log, the files of the desk and the copies beside. *ret (a new
 * reference) says what went, what was kept and why. A name that nobody bears is remembered all the same. Refused while an import runs. */
enum desk_result desk_person_erase(struct desk *d, const struct person_ask *ask, json_t **ret, struct desk_message *m);
#endif
