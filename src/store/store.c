/* Opening a store, and the shops in it. */
#include "store/store.h"
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include "store/inbox_store.h"
#include "store/migrate.h"

enum { SECRET_BYTES = 32, FIRST_MERCHANT = 1 };

static bool open_failed(struct db *db, enum db_error *ret_error, char *ret_message, size_t message_size)
{
    if (ret_error) *ret_error = db_error(db);
    if (ret_message) snprintf(ret_message, message_size, "%s", db_error_message(db));
    if (db_error(db) == DB_ERROR_IO || db_error(db) == DB_ERROR_CORRUPT) db_abandon(db); /* nothing more is written */
    else db_close(db);
    return false;
}

bool store_open(struct store *s, const struct env *env, const char *path, enum db_mode mode, enum db_error *ret_error,
                char *ret_message, size_t message_size)
{
    struct db *db = db_open(env, path, mode, ret_error, ret_message, message_size);
    if (!db) return false;
    if (!store_migrate(db, mode)) return open_failed(db, ret_error, ret_message, message_size);
    *s = (struct store){ .db = db, .env = env };
    if (mode != DB_WRITE || inbox_recover(s)) return true;
    return open_failed(db, ret_error, ret_message, message_size);
}

void store_close(struct store *s)
{
    db_close(s->db);
    s->db = NULL;
}

/* ---- shops ---- */

/* The desk's key of keyed hashes, or the shop's own: one that came in an archive brought the key of what was hashed before. */
static bool secret_load(struct store *s, int64_t merchant_id, int64_t store_id, unsigned char ret[SECRET_BYTES])
{
    char own[48];
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT value FROM secret WHERE merchant_id = $1 AND (name = 'hash' OR name = $2)"
                                           " ORDER BY CASE WHEN name = 'hash' THEN 1 ELSE 0 END LIMIT 1"));
    if (!q) return false;
    const int n = snprintf(own, sizeof own, "hash-%lld", (long long)store_id);
    db_bind_i64(q, 1, merchant_id);
    db_bind_text(q, 2, (struct text){ own, (size_t)n });
    enum db_step step = db_step(q);
    struct text value = step == DB_ROW ? db_blob(q, "value") : TEXT_NONE;
    bool found = value.len == SECRET_BYTES;
    if (found) memcpy(ret, value.ptr, SECRET_BYTES);
    db_done(q);
    if (!found && step != DB_FAILED) db_refuse(s->db, DB_ERROR_CORRUPT, "the key of this desk's hashes is missing from its database");
    return found;
}

/* Fills *ret from a row of the two statements below, without its secret. */
static bool shop_row(struct store *s, struct db_stmt *q, struct shop *ret)
{
    char zone[sizeof((struct zone){ 0 }.name)];
    *ret = (struct shop){ .merchant_id = db_i64(q, "merchant_id"), .store_id = db_i64(q, "store_id"), .demo = db_i64(q, "demo") != 0 };
    text_copy(ret->key, sizeof ret->key, db_text(q, "store_key"));
    text_copy(ret->name, sizeof ret->name, db_text(q, "name"));
    text_copy(ret->platform, sizeof ret->platform, db_text(q, "platform"));
    text_copy(ret->country, sizeof ret->country, db_text(q, "country"));
    text_copy(zone, sizeof zone, db_text(q, "zone"));
    ret->zone = s->env->zone(s->env->ctx, zone);
    if (ret->zone && currency_parse(db_text(q, "currency"), &ret->currency)) return true;
    db_refuse(s->db, DB_ERROR_CORRUPT, "a store has a time zone or a currency that this program does not know");
    return false;
}

enum shop_result shop_find(struct store *s, struct text key, struct shop *ret)
{
    struct shop shop;
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT merchant_id, store_id, store_key, name, platform, currency, zone, country, demo"
                                           " FROM store WHERE merchant_id = $1 AND store_key = $2"));
    if (!q) return SHOP_FAILED;
    db_bind_i64(q, 1, FIRST_MERCHANT);
    db_bind_text(q, 2, key);
    enum db_step step = db_step(q);
    bool ok = step == DB_ROW && shop_row(s, q, &shop);
    db_done(q);
    if (step == DB_DONE) return SHOP_NONE;
    if (!ok || !secret_load(s, shop.merchant_id, shop.store_id, shop.hash_key)) return SHOP_FAILED;
    *ret = shop;
    return SHOP_OK;
}

int shop_list(struct store *s, struct shop *ret, int max)
{
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT merchant_id, store_id, store_key, name, platform, currency, zone, country, demo"
                                           " FROM store ORDER BY merchant_id, store_id"));
    if (!q) return -1;
    int n = 0;
    bool ok = true;
    enum db_step step = DB_DONE;
    while (ok && n < max && (step = db_step(q)) == DB_ROW) {
        ok = shop_row(s, q, &ret[n]);
        n++;
    }
    db_done(q);
    for (int i = 0; ok && i < n; i++) ok = secret_load(s, ret[i].merchant_id, ret[i].store_id, ret[i].hash_key);
    return ok && step != DB_FAILED ? n : -1;
}

static bool merchant_ensure(struct store *s, const struct shop_new *n)
{
    unsigned char secret[SECRET_BYTES];
    struct db_stmt *q = db_stmt(s->db, SQL("INSERT INTO merchant (merchant_id, name, created_at_ms) VALUES ($1, $2, $3)"
                                           " ON CONFLICT (merchant_id) DO NOTHING"));
    if (!q) return false;
    db_bind_i64(q, 1, FIRST_MERCHANT);
    db_bind_text(q, 2, n->name);
    db_bind_i64(q, 3, s->env->now_ms(s->env->ctx));
    if (!db_exec(q)) return false;
    q = db_stmt(s->db, SQL("INSERT INTO secret (merchant_id, name, value) VALUES ($1, 'hash', $2) ON CONFLICT (merchant_id, name) DO NOTHING"));
    if (!q) return false;
    s->env->random(s->env->ctx, secret, sizeof secret);
    db_bind_i64(q, 1, FIRST_MERCHANT);
    db_bind_blob(q, 2, secret, sizeof secret);
    return db_exec(q);
}

enum shop_result shop_create(struct store *s, const struct shop_new *n, struct shop *ret)
{
    if (!merchant_ensure(s, n)) return SHOP_FAILED;
    struct db_stmt *q = db_stmt(s->db, SQL("INSERT INTO store (merchant_id, store_id, store_key, name, platform, currency, zone, country, demo, created_at_ms)"
                                           " SELECT CAST($1 AS BIGINT), (SELECT COALESCE(MAX(store_id), 0) + 1 FROM store WHERE merchant_id = $1),"
                                           " CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS TEXT), CAST($5 AS TEXT), CAST($6 AS TEXT), CAST($7 AS TEXT),"
                                           " CAST($8 AS BIGINT), CAST($9 AS BIGINT) WHERE 1 = 1 ON CONFLICT (merchant_id, store_key) DO NOTHING"));
    if (!q) return SHOP_FAILED;
    db_bind_i64(q, 1, FIRST_MERCHANT);
    db_bind_text(q, 2, n->key);
    db_bind_text(q, 3, n->name);
    db_bind_text(q, 4, n->platform);
    db_bind_text(q, 5, n->currency);
    db_bind_text(q, 6, n->zone);
    db_bind_text(q, 7, n->country);
    db_bind_i64(q, 8, n->demo);
    db_bind_i64(q, 9, s->env->now_ms(s->env->ctx));
    if (!db_exec(q)) return SHOP_FAILED;
    if (db_changes(s->db) == 0) return SHOP_EXISTS;
    return shop_find(s, n->key, ret) == SHOP_OK ? SHOP_OK : SHOP_FAILED;
}

struct db_stmt *shop_stmt(struct db_stmt *q, const struct shop *shop)
{
    if (!q) return NULL;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    return q;
}

uint64_t shop_lot(const struct shop *shop, const char *drawing, int64_t which, struct text order_no)
{
    char room[32 + LIMIT_ORDER_NO_BYTES];
    const int n = snprintf(room, sizeof room, "%s %" PRId64 " %.*s", drawing, which, (int)order_no.len, order_no.ptr);
    const size_t len = (size_t)n < sizeof room ? (size_t)n : sizeof room - 1;
    unsigned char out[8];
    uint64_t h = 0;
    crypto_shorthash_siphash24(out, (const unsigned char *)room, len, shop->hash_key);
    for (int i = 0; i < 8; i++) h = h << 8 | out[i];
    return h;
}

int64_t shop_buyer_hash(const struct shop *shop, struct text buyer)
{
    uint64_t h;
    crypto_shorthash_siphash24((unsigned char *)&h, (const unsigned char *)buyer.ptr, buyer.len, shop->hash_key);
    return (int64_t)h;
}

/* ---- numbers ---- */

enum { FEW_NUMBERS = 8, NUMBERS_AHEAD = 64 };

static bool sequence_advance(struct store *s, int64_t merchant_id, struct text name, int64_t count, int64_t *ret_first)
{
    struct db_stmt *q = db_stmt(s->db, SQL("INSERT INTO sequence (merchant_id, name, next) VALUES ($1, $2, 1 + CAST($3 AS BIGINT))"
                                           " ON CONFLICT (merchant_id, name) DO UPDATE SET next = sequence.next + CAST($3 AS BIGINT) RETURNING next"));
    if (!q) return false;
    db_bind_i64(q, 1, merchant_id);
    db_bind_text(q, 2, name);
    db_bind_i64(q, 3, count);
    enum db_step step = db_step(q);
    if (step == DB_ROW) *ret_first = db_i64_at(q, 0) - count;
    db_done(q);
    return step == DB_ROW;
}

static struct number_block *block_of(struct store *s, int64_t merchant_id, struct text name)
{
    static const char *const kinds[NUMBER_KINDS] = { "order", "customer" };
    for (int i = 0; i < NUMBER_KINDS; i++) {
        struct number_block *b = &s->numbers[i];
        if (!text_is(name, kinds[i])) continue;
        if (b->merchant_id != merchant_id || b->rollbacks != db_rollbacks(s->db)) *b = (struct number_block){ .merchant_id = merchant_id };
        return b;
    }
    return NULL;
}

bool sequence_take(struct store *s, int64_t merchant_id, struct text name, int64_t count, int64_t *ret_first)
{
    struct number_block *b = count <= FEW_NUMBERS ? block_of(s, merchant_id, name) : NULL;
    if (text_is(name, "customer")) s->customers_given += (uint64_t)count;
    if (!b) return sequence_advance(s, merchant_id, name, count, ret_first);
    if (b->end - b->next < count) {
        int64_t first;
        if (!sequence_advance(s, merchant_id, name, NUMBERS_AHEAD, &first)) return false;
        *b = (struct number_block){ merchant_id, first, first + NUMBERS_AHEAD, db_rollbacks(s->db) };
    }
    *ret_first = b->next;
    b->next += count;
    return true;
}
