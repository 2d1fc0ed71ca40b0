/* The store: what Zhanggui remembers, by chapter. Arrows: store -> core -> base; nobody above writes SQL.
 *
 *   db.h, sqlite.c        the engine                      order_store.c    claims -> events -> orders (the reducer)
 *   migrations.c          the schema                      counter_store.c  counters by contribution
 *   store.c               open, secrets, stores           import_store.c   imports, quarantine, undo
 *   audit_store.c         the chain                       account_store.c  accounts, sessions
 *   query_store.c         readers for Today, Orders, Review        verify.c   recomputes everything by independent SQL
 *
 * Every function returns false on a database failure (db_error(store->db) tells) and leaves *ret untouched. Writing functions
 * run inside a transaction that the writer opened. */
#ifndef ZG_STORE_H
#define ZG_STORE_H
#include "base/arena.h"
#include "base/env.h"
#include "base/limits.h"
#include "base/money.h"
#include "core/contact/contact.h"
#include "core/order/order.h"
#include "core/record/record.h"
#include "core/run/reminder.h"
#include "store/db.h"

_Static_assert(LIMIT_STORES == 64, "a shop is a bit of store.touched");
/* Numbers taken from table sequence ahead of need, so that a single event takes none. Void once anything was rolled back. */
struct number_block { int64_t merchant_id, next, end; uint64_t rollbacks; };
enum { NUMBER_KINDS = 2 };
/* Whether a shop has reminders that go out by themselves (outbox_plan.c). Void once anything was rolled back. */
struct outbox_known { int64_t merchant_id, store_id; uint64_t rollbacks; bool known, on; };
enum { OUTBOX_KNOWN = 8 };
/* How many orders a reader counted, and of which content (query_orders.c). */
struct orders_counted { int64_t merchant_id, store_id, version, max, orders; };
struct store {
    struct db *db;
    const struct env *env;
    struct number_block numbers[NUMBER_KINDS]; /* sequence_take */
    uint64_t customers_given;                  /* grows with the numbers of customers that are given out */
    uint64_t touched;                          /* shops of which this transaction changed something: store_touch */
    struct outbox_known outbox[OUTBOX_KNOWN];
    struct orders_counted counted;
};
/* Says that a page about the shop may show something else once this transaction is durable; store_id 0: pages of every shop.
 * The writer makes it a revision (desk/writer.h). One time too often costs a look, one time too few leaves a page behind. */
static inline void store_touch(struct store *s, int64_t store_id)
{
    s->touched |= store_id > 0 ? UINT64_C(1) << (store_id % LIMIT_STORES) : UINT64_MAX;
}

struct shop { /* a row of table store with what belongs to it, loaded */
    int64_t merchant_id, store_id;
    char key[64], name[128], platform[32], country[4];
    struct currency currency;
    const struct zone *zone;
    bool demo;
    unsigned char hash_key[32];
};

/* ---- open ---- */
bool store_open(struct store *s, const struct env *env, const char *path, enum db_mode mode, enum db_error *ret_error,
                char *ret_message, size_t message_size); /* DB_WRITE migrates */
void store_close(struct store *s);
enum shop_result { SHOP_OK, SHOP_EXISTS, SHOP_NONE, SHOP_FAILED };
struct shop_new { struct text key, name, platform, currency, zone, country; bool demo; };
enum shop_result shop_create(struct store *s, const struct shop_new *n, struct shop *ret); /* makes merchant 1 when there is none */
enum shop_result shop_find(struct store *s, struct text key, struct shop *ret);
int shop_list(struct store *s, struct shop *ret, int max); /* -1 on failure */
/* The keyed hash by which table customer finds a buyer of this shop; the name is taken as it stands, bytes for bytes. */
int64_t shop_buyer_hash(const struct shop *shop, struct text buyer);
/* Binds $1 to its merchant and $2 to the shop; NULL stays NULL. */
struct db_stmt *shop_stmt(struct db_stmt *q, const struct shop *shop);
/* The lot of an order in one drawing ("holdout", and which): by a keyed hash, the same at every look, and of two drawings independent. */
uint64_t shop_lot(const struct shop *shop, const char *drawing, int64_t which, struct text order_no);
/* The first of `count` fresh numbers of a kind ("order", "agent"); none is ever given out twice. */
bool sequence_take(struct store *s, int64_t merchant_id, struct text name, int64_t count, int64_t *ret_first);

/* ---- the reducer: the same for imports and events ---- */
enum apply_outcome { APPLY_ADDED, APPLY_UPDATED, APPLY_UNCHANGED };
struct apply_tally { int64_t added, updated, unchanged; };
/* Memory and caches that live across batches of one job (pending counters, id allocation, sort buffers). */
struct apply_session;
struct apply_session *apply_session_create(struct store *s, const struct shop *shop, int64_t import_id /* 0: live events */);
void apply_session_free(struct apply_session *a);
/* The caller promises that nobody else writes between this session's calls and its apply_flush, as in a process that only imports:
 * the session may then hold new rows back and write them in better order. */
void apply_session_alone(struct apply_session *a);
/* Applies a batch of claims in the open transaction. added: an order (or, for rows with a line, a line) that was not there;
 * updated: the folded order or line changed; unchanged: it did not. Claims of one order may repeat within the batch. */
bool apply_claims(struct apply_session *a, const struct order_claim *claims, size_t n, struct apply_tally *tally);
/* The same of claims about records (core/record). added: a record that was not there; updated: some cell of the folded record changed,
 * or whether it is disputed; unchanged: none did. */
bool apply_records(struct apply_session *a, const struct record_claim *claims, size_t n, struct apply_tally *tally);
/* Claims of the live feed, in a session of their own. */
bool apply_live(struct store *s, const struct shop *shop, const struct order_claim *claims, size_t n);
/* Writes pending counters; must be called before each commit. */
bool apply_flush(struct apply_session *a);

/* ---- undo: a slice at a time; false in *ret_done while assertions remain. Same recomputation as the reducer. ---- */
bool undo_slice(struct apply_session *a, int64_t import_id, int64_t max_events, bool *ret_done);
#endif
