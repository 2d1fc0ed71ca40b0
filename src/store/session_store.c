/* Sessions: see account_store.h. A clock that was set back prolongs none: a session from the future has ended. */
#include <sodium.h>
#include "store/account_store.h"

enum { TOKEN_RANDOM_BYTES = 32, TOKEN_HASH_BYTES = 32 };
#define CLOCK_SLACK_MS MS_PER_MIN

static void token_make(struct store *s, char ret[SESSION_TOKEN_BYTES])
{
    _Static_assert(sodium_base64_ENCODED_LEN(TOKEN_RANDOM_BYTES, sodium_base64_VARIANT_URLSAFE_NO_PADDING) <= SESSION_TOKEN_BYTES, "fits");
    unsigned char random[TOKEN_RANDOM_BYTES];
    s->env->random(s->env->ctx, random, sizeof random);
    sodium_bin2base64(ret, SESSION_TOKEN_BYTES, random, sizeof random, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    sodium_memzero(random, sizeof random);
}

static void token_hash(struct text token, unsigned char ret[TOKEN_HASH_BYTES])
{
    crypto_generichash(ret, TOKEN_HASH_BYTES, (const unsigned char *)token.ptr, token.len, NULL, 0);
}

static bool sweep(struct store *s, int64_t merchant_id, int64_t now_ms)
{
    struct db_stmt *q = db_stmt(s->db, SQL("DELETE FROM session WHERE merchant_id = $1 AND (created_at_ms <= $2 OR seen_at_ms <= $3)"));
    if (!q) return false;
    db_bind_i64(q, 1, merchant_id);
    db_bind_i64(q, 2, now_ms - SESSION_LIFE_MS);
    db_bind_i64(q, 3, now_ms - SESSION_IDLE_MS);
    return db_exec(q);
}

bool session_create(struct store *s, int64_t merchant_id, int64_t user_id, char ret_token[SESSION_TOKEN_BYTES],
                    char ret_csrf[SESSION_TOKEN_BYTES])
{
    char token[SESSION_TOKEN_BYTES], csrf[SESSION_TOKEN_BYTES];
    unsigned char hash[TOKEN_HASH_BYTES];
    const int64_t now_ms = s->env->now_ms(s->env->ctx);
    if (!sweep(s, merchant_id, now_ms)) return false;
    token_make(s, token);
    token_make(s, csrf);
    token_hash(text_from_cstr(token), hash);
    struct db_stmt *q = db_stmt(s->db, SQL("INSERT INTO session (merchant_id, session_hash, user_id, csrf_token, created_at_ms, seen_at_ms)"
                                           " VALUES ($1, $2, $3, $4, $5, $6)"));
    if (!q) return false;
    db_bind_i64(q, 1, merchant_id);
    db_bind_blob(q, 2, hash, sizeof hash);
    db_bind_i64(q, 3, user_id);
    db_bind_text(q, 4, text_from_cstr(csrf));
    db_bind_i64(q, 5, now_ms);
    db_bind_i64(q, 6, now_ms);
    if (!db_exec(q)) return false;
    memcpy(ret_token, token, sizeof token);
    memcpy(ret_csrf, csrf, sizeof csrf);
    return true;
}

static bool ended(const struct session *s, int64_t now_ms)
{
    return s->created_at_ms > now_ms + CLOCK_SLACK_MS || s->seen_at_ms > now_ms + CLOCK_SLACK_MS ||
           now_ms - s->created_at_ms >= SESSION_LIFE_MS || now_ms - s->seen_at_ms >= SESSION_IDLE_MS;
}

enum account_result session_find(struct store *s, int64_t merchant_id, struct text token, struct session *ret, struct account *ret_account)
{
    unsigned char hash[TOKEN_HASH_BYTES];
    token_hash(token, hash);
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT user_id, csrf_token, created_at_ms, seen_at_ms FROM session"
                                           " WHERE merchant_id = $1 AND session_hash = $2"));
    if (!q) return ACCOUNT_FAILED;
    db_bind_i64(q, 1, merchant_id);
    db_bind_blob(q, 2, hash, sizeof hash);
    struct session found = { 0 };
    const enum db_step step = db_step(q);
    if (step == DB_ROW) {
        const struct text csrf = db_text(q, "csrf_token");
        found = (struct session){ .user_id = db_i64(q, "user_id"), .created_at_ms = db_i64(q, "created_at_ms"),
                                  .seen_at_ms = db_i64(q, "seen_at_ms") };
        memcpy(found.csrf, csrf.ptr, csrf.len < SESSION_TOKEN_BYTES - 1 ? csrf.len : SESSION_TOKEN_BYTES - 1);
    }
    db_done(q);
    if (step != DB_ROW) return step == DB_DONE ? ACCOUNT_NONE : ACCOUNT_FAILED;

    const int64_t now_ms = s->env->now_ms(s->env->ctx);
    if (ended(&found, now_ms)) return ACCOUNT_NONE;
    struct account account;
    const enum account_result result = account_get(s, merchant_id, found.user_id, &account);
    if (result != ACCOUNT_OK) return result;
    if (account.disabled) return ACCOUNT_NONE;
    found.touch_due = now_ms - found.seen_at_ms >= SESSION_TOUCH_MS;
    *ret = found;
    *ret_account = account;
    return ACCOUNT_OK;
}

bool session_touch(struct store *s, int64_t merchant_id, struct text token)
{
    unsigned char hash[TOKEN_HASH_BYTES];
    token_hash(token, hash);
    struct db_stmt *q = db_stmt(s->db, SQL("UPDATE session SET seen_at_ms = $3 WHERE merchant_id = $1 AND session_hash = $2"
                                           " AND seen_at_ms < $3"));
    if (!q) return false;
    db_bind_i64(q, 1, merchant_id);
    db_bind_blob(q, 2, hash, sizeof hash);
    db_bind_i64(q, 3, s->env->now_ms(s->env->ctx));
    return db_exec(q);
}

bool session_end(struct store *s, int64_t merchant_id, struct text token)
{
    unsigned char hash[TOKEN_HASH_BYTES];
    token_hash(token, hash);
    struct db_stmt *q = db_stmt(s->db, SQL("DELETE FROM session WHERE merchant_id = $1 AND session_hash = $2"));
    if (!q) return false;
    db_bind_i64(q, 1, merchant_id);
    db_bind_blob(q, 2, hash, sizeof hash);
    return db_exec(q);
}

bool account_void_entries(struct store *s)
{
    struct db_stmt *q = db_stmt(s->db, SQL("DELETE FROM session"));
    if (!q || !db_exec(q)) return false;
    q = db_stmt(s->db, SQL("DELETE FROM secret WHERE name = 'setup-code'"));
    return q && db_exec(q);
}
