/* What known_store.c and customer_store.c share: names of a batch, gathered by hash, found or numbered. Nobody else includes it. */
#ifndef ZG_STORE_KNOWN_H
#define ZG_STORE_KNOWN_H
#include "store/apply.h"

struct known { /* one distinct customer or product of a batch */
    int64_t hash, id;
    bool seen;  /* a customer that this session remembers */
    bool fresh; /* numbered just now */
    uint32_t first; /* want that named it first: numbers are given in that order */
    const struct order_claim *claim;  /* of the greatest line that names the product */
    const struct line_facts *line;
    bool alike; /* a product: all lines of the batch that name it use the same words */
};

extern const struct db_batch_table batch_known; /* (hash, id, place) of an array of struct known */
/* Sorts by (a, b). `room` is for n of them. Keys that lie evenly, as hashes do, take time in proportion to n. */
void pairs_sort(struct id_pair *rows, struct id_pair *room, size_t n);
/* Sorts the namings (a hash, b the want that names it) and counts each distinct hash once, into k; by_want tells the place in k of
 * each want. names has room for 2 * n. */
size_t gather(struct id_pair *names, size_t n, struct known *k, uint32_t *by_want);
/* Ids of those that the store knows; the others stay 0. `sql` gives (place, id). */
bool find_known(struct apply_session *a, struct known *k, size_t n, const char *sql);
/* Numbers for the new ones, in the order in which the batch named them first. by_want: place in k by want, or UINT32_MAX. */
bool number_known(struct apply_session *a, struct known *k, size_t n, const uint32_t *by_want, size_t wants, struct text sequence);
#endif
