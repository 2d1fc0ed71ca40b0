/* See archive_store.h. */
#include "store/archive_store.h"
#include <assert.h>
#include <stdio.h>
#include "base/limits.h"

const char *const archive_number_words[ARCHIVE_NUMBERS] = { "order", "customer", "product", "record", "import", "campaign" };

static int number_of(char kind)
{
    switch (kind) {
    case 'O': return NUMBER_ORDER;
    case 'C': return NUMBER_CUSTOMER;
    case 'P': return NUMBER_PRODUCT;
    case 'R': return NUMBER_RECORD;
    case 'I': return NUMBER_IMPORT;
    case 'K': return NUMBER_CAMPAIGN;
    default: return -1;
    }
}

/* The first column of the first row; `absent` without a row or for NULL. */
static bool one_number(struct store *s, struct db_stmt *q, int64_t absent, int64_t *ret)
{
    if (!q) return false;
    (void)s;
    const enum db_step step = db_step(q);
    int64_t n = step == DB_ROW ? db_i64_at(q, 0) : INT64_MIN;
    if (n == INT64_MIN) n = absent;
    db_done(q);
    if (step == DB_FAILED) return false;
    *ret = n;
    return true;
}

static struct db_stmt *bound(struct db_stmt *q, int64_t merchant_id, int64_t store_id)
{
    if (!q) return NULL;
    db_bind_i64(q, 1, merchant_id);
    if (store_id != 0) db_bind_i64(q, 2, store_id);
    return q;
}

/* ---- reading ---- */

static bool sequence_next(struct store *s, int64_t merchant_id, const char *name, int64_t absent, int64_t *ret)
{
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT next FROM sequence WHERE merchant_id = $1 AND name = $2"));
    if (!q) return false;
    db_bind_i64(q, 1, merchant_id);
    db_bind_text(q, 2, text_from_cstr(name));
    return one_number(s, q, absent, ret);
}

/* The least and the greatest number of a kind that the shop has; of orders also those whose key alone is left. */
static bool numbers_of(struct store *s, const struct shop *shop, enum archive_number kind, struct archive_range *ret)
{
    static const char *const sql[ARCHIVE_NUMBERS][2] = {
        { SQL("SELECT MIN(order_id) FROM order_key WHERE merchant_id = $1 AND store_id = $2"),
          SQL("SELECT MAX(order_id) FROM order_key WHERE merchant_id = $1 AND store_id = $2") },
        { SQL("SELECT MIN(customer_id) FROM customer WHERE merchant_id = $1 AND store_id = $2"),
          SQL("SELECT MAX(customer_id) FROM customer WHERE merchant_id = $1 AND store_id = $2") },
        { SQL("SELECT MIN(product_id) FROM product WHERE merchant_id = $1 AND store_id = $2"),
          SQL("SELECT MAX(product_id) FROM product WHERE merchant_id = $1 AND store_id = $2") },
        { SQL("SELECT MIN(record_id) FROM record WHERE merchant_id = $1 AND store_id = $2"),
          SQL("SELECT MAX(record_id) FROM record WHERE merchant_id = $1 AND store_id = $2") },
        { SQL("SELECT MIN(import_id) FROM import WHERE merchant_id = $1 AND store_id = $2"),
          SQL("SELECT MAX(import_id) FROM import WHERE merchant_id = $1 AND store_id = $2") },
        { SQL("SELECT MIN(campaign_id) FROM campaign WHERE merchant_id = $1 AND store_id = $2"),
          SQL("SELECT MAX(campaign_id) FROM campaign WHERE merchant_id = $1 AND store_id = $2") },
    };
    int64_t least, most, next;
    if (!one_number(s, bound(db_stmt(s->db, sql[kind][0]), shop->merchant_id, shop->store_id), 1, &least)) return false; /* house: from the list above */
    if (!one_number(s, bound(db_stmt(s->db, sql[kind][1]), shop->merchant_id, shop->store_id), 0, &most)) return false; /* house: from the list above */
    next = most + 1;
    /* the desk's own next number, so that what was given out and taken back is not given out again */
    if (kind <= NUMBER_RECORD && !sequence_next(s, shop->merchant_id, archive_number_words[kind], next, &next)) return false;
    *ret = (struct archive_range){ least, next > most ? next : most + 1 };
    return true;
}

bool archive_describe(struct store *s, const struct shop *shop, struct arena *a, struct archive_shop *ret)
{
    struct archive_shop d = { .key = arena_text(a, text_from_cstr(shop->key)), .name = arena_text(a, text_from_cstr(shop->name)),
        .platform = arena_text(a, text_from_cstr(shop->platform)), .currency = arena_text(a, text_from_cstr(shop->currency.code)),
        .zone = arena_text(a, text_from_cstr(shop->zone->name)), .country = arena_text(a, text_from_cstr(shop->country)),
        .store_id = shop->store_id, .demo = shop->demo };
    memcpy(d.hash_key, shop->hash_key, sizeof d.hash_key);
    struct db_stmt *q = bound(db_stmt(s->db, SQL("SELECT m.name AS name, m.created_at_ms AS began_ms, t.created_at_ms AS created_at_ms FROM merchant m"
        " JOIN store t ON t.merchant_id = m.merchant_id WHERE m.merchant_id = $1 AND t.store_id = $2")), shop->merchant_id, shop->store_id);
    if (!q) return false;
    const enum db_step step = db_step(q);
    if (step == DB_ROW) {
        d.merchant = arena_text(a, db_text(q, "name"));
        d.merchant_created_at_ms = db_i64(q, "began_ms");
        d.created_at_ms = db_i64(q, "created_at_ms");
    }
    db_done(q);
    if (step != DB_ROW || a->failed) return false;
    for (int k = 0; k < ARCHIVE_NUMBERS; k++)
        if (!numbers_of(s, shop, (enum archive_number)k, &d.numbers[k])) return false;
    *ret = d;
    return true;
}

struct db_stmt *archive_rows(struct store *s, const struct shop *shop, const struct archive_table *t)
{
    return bound(db_stmt(s->db, t->select), shop->merchant_id, shop->store_id); /* house: from the table in archive_tables.c */
}

/* ---- the place for it ---- */

/* Has the shop a row in any table of an archive? What people asked to forget does not count: it is kept. */
static bool has_rows(struct store *s, const struct shop *shop, bool *ret)
{
    for (int i = 0; i < archive_table_count; i++) {
        if (strcmp(archive_tables[i].name, "erased") == 0) continue;
        struct db_stmt *q = archive_rows(s, shop, &archive_tables[i]);
        const enum db_step step = q ? db_step(q) : DB_FAILED;
        if (q) db_done(q);
        if (step == DB_FAILED) return false;
        *ret = step == DB_ROW;
        if (*ret) return true;
    }
    return true;
}

/* `fresh`: nothing is in this desk yet, so it becomes what the other was. */
static bool merchant_put(struct store *s, int64_t merchant_id, bool fresh, const struct archive_shop *a)
{
    struct db_stmt *q = db_stmt(s->db, SQL("INSERT INTO merchant (merchant_id, name, created_at_ms) VALUES ($1, $2, $3) ON CONFLICT (merchant_id) DO UPDATE"
        " SET name = CASE WHEN $4 = 1 THEN excluded.name ELSE merchant.name END,"
        " created_at_ms = CASE WHEN $4 = 1 THEN excluded.created_at_ms ELSE merchant.created_at_ms END"));
    if (!q) return false;
    db_bind_i64(q, 4, fresh);
    db_bind_i64(q, 1, merchant_id);
    db_bind_text(q, 2, a->merchant);
    db_bind_i64(q, 3, a->merchant_created_at_ms);
    return db_exec(q);
}

static bool secret_put(struct store *s, int64_t merchant_id, const char *name, const unsigned char key[32])
{
    struct db_stmt *q = db_stmt(s->db, SQL("INSERT INTO secret (merchant_id, name, value) VALUES ($1, $2, $3)"
                                           " ON CONFLICT (merchant_id, name) DO UPDATE SET value = excluded.value"));
    if (!q) return false;
    db_bind_i64(q, 1, merchant_id);
    db_bind_text(q, 2, text_from_cstr(name));
    db_bind_blob(q, 3, key, 32);
    return db_exec(q);
}

/* The key travels with what was hashed by it: as the desk's own where nothing was hashed yet, else as this shop's. */
static bool key_put(struct store *s, int64_t merchant_id, int64_t store_id, bool fresh, const unsigned char key[32])
{
    char name[48];
    snprintf(name, sizeof name, "hash-%lld", (long long)store_id);
    return secret_put(s, merchant_id, fresh ? "hash" : name, key);
}

static bool store_put(struct store *s, int64_t merchant_id, int64_t store_id, const struct archive_shop *a)
{
    struct db_stmt *q = db_stmt(s->db, SQL("INSERT INTO store (merchant_id, store_id, store_key, name, platform, currency, zone, country, demo, created_at_ms)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (merchant_id, store_id) DO UPDATE SET name = excluded.name,"
        " platform = excluded.platform, currency = excluded.currency, zone = excluded.zone, country = excluded.country, demo = excluded.demo,"
        " created_at_ms = excluded.created_at_ms"));
    if (!q) return false;
    db_bind_i64(q, 1, merchant_id);
    db_bind_i64(q, 2, store_id);
    db_bind_text(q, 3, a->key);
    db_bind_text(q, 4, a->name);
    db_bind_text(q, 5, a->platform);
    db_bind_text(q, 6, a->currency);
    db_bind_text(q, 7, a->zone);
    db_bind_text(q, 8, a->country);
    db_bind_i64(q, 9, a->demo);
    db_bind_i64(q, 10, a->created_at_ms);
    return db_exec(q);
}

/* A number for the shop: the one it had, where that is free. */
static bool store_number(struct store *s, int64_t merchant_id, int64_t wanted, int64_t *ret)
{
    int64_t taken = 0;
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT COUNT(*) FROM store WHERE merchant_id = $1 AND store_id = $2"));
    if (!q) return false;
    db_bind_i64(q, 1, merchant_id);
    db_bind_i64(q, 2, wanted);
    if (!one_number(s, q, 0, &taken)) return false;
    if (!taken && wanted > 0) {
        *ret = wanted;
        return true;
    }
    return one_number(s, bound(db_stmt(s->db, SQL("SELECT COALESCE(MAX(store_id), 0) + 1 FROM store WHERE merchant_id = $1")), merchant_id, 0), 1, ret);
}

static bool sequence_set(struct store *s, int64_t merchant_id, const char *name, int64_t next)
{
    s->customers_given++; /* whoever remembers customers shall look again */
    struct db_stmt *q = db_stmt(s->db, SQL("INSERT INTO sequence (merchant_id, name, next) VALUES ($1, $2, $3)"
                                           " ON CONFLICT (merchant_id, name) DO UPDATE SET next = excluded.next"));
    if (!q) return false;
    db_bind_i64(q, 1, merchant_id);
    db_bind_text(q, 2, text_from_cstr(name));
    db_bind_i64(q, 3, next);
    return db_exec(q);
}

/* How far each kind of number is shifted: not at all in a desk that has none. */
static bool shifts(struct store *s, const struct archive_shop *a, struct archive_load *l)
{
    const int64_t m = l->shop.merchant_id;
    int64_t next[ARCHIVE_NUMBERS];
    for (int k = 0; k <= NUMBER_RECORD; k++)
        if (!sequence_next(s, m, archive_number_words[k], 0, &next[k])) return false;
    if (!one_number(s, bound(db_stmt(s->db, SQL("SELECT MAX(import_id) + 1 FROM import WHERE merchant_id = $1")), m, 0), 0, &next[NUMBER_IMPORT]) ||
        !one_number(s, bound(db_stmt(s->db, SQL("SELECT MAX(campaign_id) + 1 FROM campaign WHERE merchant_id = $1")), m, 0), 0, &next[NUMBER_CAMPAIGN]))
        return false;
    for (int k = 0; k < ARCHIVE_NUMBERS; k++) {
        l->range[k] = a->numbers[k];
        l->shift[k] = next[k] == 0 ? 0 : next[k] - a->numbers[k].first;
        if (k <= NUMBER_RECORD && a->numbers[k].next > 1 && !sequence_set(s, m, archive_number_words[k], a->numbers[k].next + l->shift[k])) return false;
    }
    return true;
}

enum archive_begun archive_begin(struct store *s, const struct archive_shop *a, struct archive_load *ret)
{
    enum { MERCHANT = 1 };
    struct archive_load l = { .s = s };
    struct shop there = { 0 };
    int64_t shops = 0, users = 0, events = 0, store_id = 0;
    bool full = false;
    if (!one_number(s, bound(db_stmt(s->db, SQL("SELECT COUNT(*) FROM store WHERE merchant_id = $1")), MERCHANT, 0), 0, &shops) ||
        !one_number(s, bound(db_stmt(s->db, SQL("SELECT COUNT(*) FROM account WHERE merchant_id = $1")), MERCHANT, 0), 0, &users) ||
        !one_number(s, bound(db_stmt(s->db, SQL("SELECT 1 FROM event WHERE merchant_id = $1 UNION SELECT 1 FROM record WHERE merchant_id = $1 UNION SELECT 1 FROM import WHERE merchant_id = $1 LIMIT 1")),
                             MERCHANT, 0), 0, &events))
        return ARCHIVE_BEGIN_FAILED;
    const enum shop_result found = shop_find(s, a->key, &there);
    if (found == SHOP_FAILED || (found == SHOP_OK && !has_rows(s, &there, &full))) return ARCHIVE_BEGIN_FAILED;
    if (full) return ARCHIVE_TAKEN;
    if (found == SHOP_NONE && shops >= LIMIT_STORES) return ARCHIVE_NO_ROOM;
    store_id = there.store_id;
    if (found == SHOP_NONE && !store_number(s, MERCHANT, a->store_id, &store_id)) return ARCHIVE_BEGIN_FAILED;
    if (!merchant_put(s, MERCHANT, events == 0, a) || !store_put(s, MERCHANT, store_id, a) || !key_put(s, MERCHANT, store_id, events == 0, a->hash_key) ||
        shop_find(s, a->key, &l.shop) != SHOP_OK) return ARCHIVE_BEGIN_FAILED;
    l.keeps_users = users == 0;
    if (!shifts(s, a, &l)) return ARCHIVE_BEGIN_FAILED;
    *ret = l;
    return ARCHIVE_BEGUN;
}

/* ---- rows ---- */

/* A number that this desk gives out, from one of the other. Import 0 is the live feed. */
static bool shifted(const struct archive_load *l, char kind, int64_t number, int64_t *ret)
{
    const int k = number_of(kind);
    assert(k >= 0);
    *ret = number;
    if (kind == 'I' && number == 0) return true;
    if (number < l->range[k].first || number >= l->range[k].next) return false;
    *ret = number + l->shift[k];
    return true;
}

static bool bind_value(const struct archive_load *l, struct db_stmt *q, int place, char kind, const struct archive_value *v)
{
    int64_t number;
    if (kind == 'n' || (v->null && kind != '0')) {
        db_bind_null(q, place);
        return true;
    }
    switch (kind) {
    case '0': db_bind_i64(q, place, 0); return true;
    case 'i': db_bind_i64(q, place, v->number); return true;
    case 'U': db_bind_i64(q, place, l->keeps_users ? v->number : 0); return true;
    case 't': db_bind_text(q, place, v->text); return true;
    case 'b': db_bind_blob(q, place, v->text.ptr, v->text.len); return true;
    default: break;
    }
    if (!shifted(l, kind, v->number, &number)) return false;
    db_bind_i64(q, place, number);
    return true;
}

bool archive_put(struct archive_load *l, const struct archive_table *t, const struct archive_value *values, bool *ret_bad)
{
    struct db_stmt *q = db_stmt(l->s->db, t->insert); /* house: from the table in archive_tables.c */
    *ret_bad = false;
    if (!q) return false;
    db_bind_i64(q, 1, l->shop.merchant_id);
    int place = 2;
    if (t->of_store) db_bind_i64(q, place++, l->shop.store_id);
    for (int i = 0; t->kinds[i]; i++) {
        if (bind_value(l, q, place + i, t->kinds[i], &values[i])) continue;
        db_done(q);
        *ret_bad = true;
        return false;
    }
    if (db_exec(q)) return true;
    *ret_bad = db_error(l->s->db) == DB_ERROR_CONSTRAINT;
    if (*ret_bad) db_error_clear(l->s->db); /* the archive's fault, not the disk's */
    return false;
}
