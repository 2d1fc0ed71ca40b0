/* Events of the feed, taken in and committed, for tests of Criterion. */
#ifndef ZG_TEST_TAKE_IN_H
#define ZG_TEST_TAKE_IN_H
#include <criterion/criterion.h>
#include "store/store.h"

static inline void take_in(struct store *s, const struct shop *shop, const struct order_claim *claims, size_t n)
{
    struct apply_tally tally = { 0 };
    cr_assert(db_begin(s->db));
    struct apply_session *a = apply_session_create(s, shop, 0);
    cr_assert(a && apply_claims(a, claims, n, &tally) && apply_flush(a), "%s", db_error_message(s->db));
    apply_session_free(a);
    cr_assert(db_commit(s->db));
}
#endif
