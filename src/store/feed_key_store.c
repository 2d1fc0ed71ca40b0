/* See feed_store.h: tokens and secrets. */
#include "store/feed_store.h"

static bool count_of(struct db_stmt *q, int64_t *ret)
{
    const enum db_step step = db_step(q);
    if (step == DB_ROW) *ret = db_i64(q, "n");
    db_done(q);
    return step == DB_ROW;
}

/* ---- tokens ---- */

enum feed_put feed_token_add(struct store *s, const struct shop *shop, struct feed_token *t)
{
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT COUNT(*) AS n FROM feed_token WHERE merchant_id = $1 AND store_id = $2"));
    int64_t n = 0;
    if (!q) return FEED_PUT_FAILED;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    if (!count_of(q, &n)) return FEED_PUT_FAILED;
    if (n >= FEED_TOKENS_MAX) return FEED_PUT_TOO_MANY;
    if (!sequence_take(s, shop->merchant_id, TEXT("feed-token"), 1, &t->token_id)) return FEED_PUT_FAILED;
    t->made_at_ms = s->env->now_ms(s->env->ctx);
    q = db_stmt(s->db, SQL("INSERT INTO feed_token (merchant_id, token_id, store_id, name, token_hash, made_at_ms, user_id) VALUES ($1, $2, $3, $4, $5, $6, $7)"));
    if (!q) return FEED_PUT_FAILED;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, t->token_id);
    db_bind_i64(q, 3, shop->store_id);
    db_bind_text(q, 4, text_from_cstr(t->name));
    db_bind_blob(q, 5, t->hash, sizeof t->hash);
    db_bind_i64(q, 6, t->made_at_ms);
    db_bind_i64(q, 7, t->user_id);
    return db_exec(q) ? FEED_PUT : FEED_PUT_FAILED;
}

int feed_tokens(struct store *s, const struct shop *shop, struct feed_token ret[FEED_TOKENS_MAX])
{
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT token_id, name, token_hash, made_at_ms, user_id FROM feed_token WHERE merchant_id = $1 AND store_id = $2 ORDER BY token_id"));
    int n = 0;
    enum db_step step = DB_DONE;
    if (!q) return -1;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    while (n < FEED_TOKENS_MAX && (step = db_step(q)) == DB_ROW) {
        struct feed_token *t = &ret[n++];
        const struct text hash = db_blob(q, "token_hash");
        *t = (struct feed_token){ .token_id = db_i64(q, "token_id"), .made_at_ms = db_i64(q, "made_at_ms"), .user_id = db_i64(q, "user_id") };
        if (hash.len == sizeof t->hash) memcpy(t->hash, hash.ptr, sizeof t->hash);
        text_copy(t->name, sizeof t->name, db_text(q, "name"));
    }
    db_done(q);
    return step == DB_FAILED ? -1 : n;
}

bool feed_token_remove(struct store *s, const struct shop *shop, int64_t token_id, bool *ret_was_there)
{
    struct db_stmt *q = db_stmt(s->db, SQL("DELETE FROM feed_token WHERE merchant_id = $1 AND store_id = $2 AND token_id = $3"));
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    db_bind_i64(q, 3, token_id);
    if (!db_exec(q)) return false;
    *ret_was_there = db_changes(s->db) > 0;
    return true;
}

/* ---- secrets ---- */

enum feed_put feed_secret_add(struct store *s, const struct shop *shop, struct feed_secret *x)
{
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT COUNT(*) AS n, COALESCE(MAX(secret_no), 0) AS last FROM feed_secret"
                                           " WHERE merchant_id = $1 AND store_id = $2 AND source = $3"));
    if (!q) return FEED_PUT_FAILED;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    db_bind_i64(q, 3, x->source);
    const enum db_step step = db_step(q);
    const int64_t n = step == DB_ROW ? db_i64(q, "n") : 0;
    if (step == DB_ROW) x->secret_no = db_i64(q, "last") + 1;
    db_done(q);
    if (step != DB_ROW) return FEED_PUT_FAILED;
    if (n >= FEED_SECRETS_MAX) return FEED_PUT_TOO_MANY;
    x->made_at_ms = s->env->now_ms(s->env->ctx);
    q = db_stmt(s->db, SQL("INSERT INTO feed_secret (merchant_id, store_id, source, secret_no, sealed, made_at_ms) VALUES ($1, $2, $3, $4, $5, $6)"));
    if (!q) return FEED_PUT_FAILED;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    db_bind_i64(q, 3, x->source);
    db_bind_i64(q, 4, x->secret_no);
    db_bind_blob(q, 5, x->sealed, x->sealed_len);
    db_bind_i64(q, 6, x->made_at_ms);
    return db_exec(q) ? FEED_PUT : FEED_PUT_FAILED;
}

int feed_secrets(struct store *s, const struct shop *shop, struct feed_secret *ret, int max)
{
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT source, secret_no, sealed, made_at_ms FROM feed_secret WHERE merchant_id = $1 AND store_id = $2 ORDER BY source, secret_no"));
    int n = 0;
    enum db_step step = DB_DONE;
    if (!q) return -1;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    while (n < max && (step = db_step(q)) == DB_ROW) {
        struct feed_secret *x = &ret[n++];
        const struct text sealed = db_blob(q, "sealed");
        *x = (struct feed_secret){ .source = (enum feed_source)db_i64(q, "source"), .secret_no = db_i64(q, "secret_no"), .made_at_ms = db_i64(q, "made_at_ms") };
        if (sealed.len <= sizeof x->sealed) {
            memcpy(x->sealed, sealed.ptr, sealed.len);
            x->sealed_len = sealed.len;
        }
    }
    db_done(q);
    return step == DB_FAILED ? -1 : n;
}

bool feed_secret_remove(struct store *s, const struct shop *shop, enum feed_source source, int64_t secret_no, bool *ret_was_there)
{
    struct db_stmt *q = db_stmt(s->db, SQL("DELETE FROM feed_secret WHERE merchant_id = $1 AND store_id = $2 AND source = $3 AND secret_no = $4"));
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    db_bind_i64(q, 3, source);
    db_bind_i64(q, 4, secret_no);
    if (!db_exec(q)) return false;
    *ret_was_there = db_changes(s->db) > 0;
    return true;
}
