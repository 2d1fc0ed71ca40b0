/* The audit chain: what people and the desk did, one row a deed, written in the same transaction as the deed itself.
 *
 * Each row's hash covers the row and the hash before it (BLAKE2b-256), and the head (last number and hash) is kept apart, so a
 * row that is changed, removed, put in or cut off at the end is named by audit_verify. A subject holds no personal data: numbers of
 * imports, orders and accounts only. What was done in detail is covered by a salted digest. */
#ifndef ZG_STORE_AUDIT_STORE_H
#define ZG_STORE_AUDIT_STORE_H
#include "store/store.h"

#define AUDIT_SALT_BYTES 16

struct audit_deed {
    int64_t user_id;           /* 0: the command line or the desk itself */
    const char *verb;          /* frozen word: "import", "import-undo", "mark", "account-create" .. */
    struct text subject;       /* "import 12", "order 345 wave 1" */
    struct text detail;        /* what the digest covers; may be personal, is not stored */
    const unsigned char *salt; /* AUDIT_SALT_BYTES kept beside the detail, so that it can be proved later; NULL: random, kept nowhere */
};
/* In the open write transaction. */
bool audit_append(struct store *s, int64_t merchant_id, const struct audit_deed *deed);

struct audit_report { int64_t rows; int64_t broken_seq; /* 0: the chain holds */ char what[160]; };
/* Walks the whole chain; false only on a database failure. */
bool audit_verify(struct store *s, int64_t merchant_id, struct audit_report *ret);
#endif
