/* The demo shop: a year of an invented tea shop on Tmall, up to now, with a sale under way.
 *
 * Everything follows from the seed and the instant: the same two give the same orders, on any machine.  Nobody in it is real: names,
 * nicks, streets and numbers are put together from tables (demo_people.c), goods and prices stand in demo_catalog.c.
 * It goes in as any shop's data does: a store, an import of two files, claims through the reducer; so `verify` holds for it,
 * and its import can be undone. */
#ifndef ZG_DESK_DEMO_H
#define ZG_DESK_DEMO_H
#include "store/account_store.h"
#include "store/store.h"

#define DEMO_STORE_KEY "demo"
#define DEMO_ORDERS_PER_YEAR 25000
#define DEMO_SEED 11 /* where nobody asks for another */

struct demo_staff { enum account_role role; const char *name; };
enum { DEMO_STAFF_COUNT = 4 };
extern const struct demo_staff demo_staff[DEMO_STAFF_COUNT]; /* invented; owner first */

struct demo_options {
    uint64_t seed;
    int64_t now_ms;                                     /* the last orders are minutes older */
    int64_t orders_per_year;                            /* 0: DEMO_ORDERS_PER_YEAR */
    const char *password_hashes[DEMO_STAFF_COUNT];      /* as password_hash gives them; NULL: no account for that one */
};
struct demo_result { int64_t import_id, orders, lines, customers; struct shop shop; };

/* In the writer's seat, inside one request (some seconds).  False: there is a store of that key already or the database failed;
 * nothing stays of it then, because the request is rolled back. */
bool demo_make(struct store *s, const struct demo_options *o, struct demo_result *ret);
#endif
