/* One shop as rows: read table by table for an archive, and put back into another desk (desk/archive.h makes the file).
 *
 *   archive_tables.c   which tables with which columns, and which are left out and why
 *   archive_store.c    this
 *
 * Numbers that a desk gives out (orders, customers, products, imports, campaigns) stay what they were in a desk that has none yet;
 * in another each kind is shifted, so that they go on where its own end. */
#ifndef ZG_STORE_ARCHIVE_STORE_H
#define ZG_STORE_ARCHIVE_STORE_H
#include "store/store.h"

struct archive_table { const char *name, *kinds /* a letter a column: archive_tables.c */; bool of_store; const char *select, *insert; };
extern const struct archive_table archive_tables[];
extern const int archive_table_count;
struct archive_left_out { const char *table, *why; };
extern const struct archive_left_out archive_left_out[];
extern const int archive_left_out_count;
enum { ARCHIVE_COLUMNS_MAX = 40 };

enum archive_number { NUMBER_ORDER, NUMBER_CUSTOMER, NUMBER_PRODUCT, NUMBER_RECORD, NUMBER_IMPORT, NUMBER_CAMPAIGN, ARCHIVE_NUMBERS };
extern const char *const archive_number_words[ARCHIVE_NUMBERS]; /* "order" .. */
struct archive_range { int64_t first, next; }; /* every number of the kind is in [first, next); equal: there is none */

/* What the manifest tells of the shop. Texts live as long as the caller's. */
struct archive_shop {
    struct text key, name, platform, currency, zone, country, merchant;
    int64_t store_id, created_at_ms, merchant_created_at_ms;
    bool demo;
    unsigned char hash_key[32];
    struct archive_range numbers[ARCHIVE_NUMBERS];
};
/* Texts in the arena. */
bool archive_describe(struct store *s, const struct shop *shop, struct arena *a, struct archive_shop *ret);
/* A cursor over the rows of one table; db_step until DB_DONE, columns by their place, then db_done. NULL on a failure. */
struct db_stmt *archive_rows(struct store *s, const struct shop *shop, const struct archive_table *t);

/* ---- putting back; in the open transaction, which the caller rolls back when anything fails ---- */
enum archive_begun { ARCHIVE_BEGUN, ARCHIVE_TAKEN /* a shop of that key has something in it */, ARCHIVE_NO_ROOM /* too many shops */, ARCHIVE_BEGIN_FAILED };
struct archive_load { struct store *s; struct shop shop; int64_t shift[ARCHIVE_NUMBERS]; struct archive_range range[ARCHIVE_NUMBERS]; bool keeps_users; };
/* A shop of that key, new or there already and empty. */
enum archive_begun archive_begin(struct store *s, const struct archive_shop *a, struct archive_load *ret);
struct archive_value { bool null; int64_t number; struct text text; };
/* False: *ret_bad (a number that is not the archive's own to give, a value of another kind), or a database failure. */
bool archive_put(struct archive_load *l, const struct archive_table *t, const struct archive_value *values, bool *ret_bad);
#endif
