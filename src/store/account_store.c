/* Accounts and the set-up code: see account_store.h. Sessions are in session_store.c. */
#include "store/account_store.h"
#include <ctype.h>
#include <sodium.h>
#include <stdio.h>
#include "store/audit_store.h"

/* ---- roles ---- */

const char *account_role_word(enum account_role r)
{
    switch (r) {
    case ROLE_NONE: return "";
    case ROLE_OWNER: return "owner";
    case ROLE_OPERATOR: return "operator";
    case ROLE_SERVICE: return "service";
    case ROLE_WAREHOUSE: return "warehouse";
    }
    return "";
}

enum account_role account_role_parse(struct text word)
{
    for (enum account_role r = ROLE_OWNER; r <= ROLE_WAREHOUSE; r++)
        if (text_is(word, account_role_word(r))) return r;
    return ROLE_NONE;
}

/* ---- reading ---- */

static void copy_text(char *to, size_t size, struct text from)
{
    const size_t n = from.len < size - 1 ? from.len : size - 1;
    if (n > 0) memcpy(to, from.ptr, n);
    to[n] = '\0';
}

static void account_row(struct db_stmt *q, struct account *ret)
{
    *ret = (struct account){ .user_id = db_i64(q, "user_id"), .role = (enum account_role)db_i64(q, "role"),
                             .disabled = db_i64(q, "disabled") != 0, .created_at_ms = db_i64(q, "created_at_ms") };
    copy_text(ret->name, sizeof ret->name, db_text(q, "name"));
    copy_text(ret->password_hash, sizeof ret->password_hash, db_text(q, "password_hash"));
}

static enum account_result one_account(struct db_stmt *q, struct account *ret)
{
    const enum db_step step = db_step(q);
    if (step == DB_ROW) account_row(q, ret);
    db_done(q);
    return step == DB_ROW ? ACCOUNT_OK : step == DB_DONE ? ACCOUNT_NONE : ACCOUNT_FAILED;
}

enum account_result account_find(struct store *s, int64_t merchant_id, struct text name, struct account *ret)
{
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT user_id, name, role, password_hash, disabled, created_at_ms FROM account"
                                           " WHERE merchant_id = $1 AND name = $2"));
    if (!q) return ACCOUNT_FAILED;
    db_bind_i64(q, 1, merchant_id);
    db_bind_text(q, 2, name);
    return one_account(q, ret);
}

enum account_result account_get(struct store *s, int64_t merchant_id, int64_t user_id, struct account *ret)
{
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT user_id, name, role, password_hash, disabled, created_at_ms FROM account"
                                           " WHERE merchant_id = $1 AND user_id = $2"));
    if (!q) return ACCOUNT_FAILED;
    db_bind_i64(q, 1, merchant_id);
    db_bind_i64(q, 2, user_id);
    return one_account(q, ret);
}

int account_list(struct store *s, int64_t merchant_id, struct account *ret, int max)
{
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT user_id, name, role, password_hash, disabled, created_at_ms FROM account"
                                           " WHERE merchant_id = $1 ORDER BY name"));
    if (!q) return -1;
    db_bind_i64(q, 1, merchant_id);
    int n = 0;
    enum db_step step = DB_DONE;
    while (n < max && (step = db_step(q)) == DB_ROW) account_row(q, &ret[n++]);
    db_done(q);
    return step == DB_FAILED ? -1 : n;
}

/* One figure of the accounts: 0 where there is no row. */
static bool count_of(struct db_stmt *q, int64_t *ret)
{
    const enum db_step step = db_step(q);
    if (step == DB_ROW) *ret = db_i64(q, "n");
    db_done(q);
    return step == DB_ROW;
}

static bool owners_besides(struct store *s, int64_t merchant_id, int64_t user_id, int64_t *ret)
{
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT count(*) AS n FROM account WHERE merchant_id = $1 AND role = 1 AND disabled = 0"
                                           " AND user_id <> $2"));
    if (!q) return false;
    db_bind_i64(q, 1, merchant_id);
    db_bind_i64(q, 2, user_id);
    return count_of(q, ret);
}

/* ---- writing ---- */

static bool name_is_good(struct text name)
{
    if (name.len == 0 || name.len >= ACCOUNT_NAME_BYTES || !text_utf8_valid(name) || text_trim(name).len != name.len) return false;
    for (size_t i = 0; i < name.len; i++)
        if (iscntrl((unsigned char)name.ptr[i])) return false;
    return true;
}

static bool note(struct store *s, int64_t merchant_id, const char *verb, int64_t by_user_id, int64_t user_id, enum account_role role)
{
    char subject[64];
    const int n = snprintf(subject, sizeof subject, "account %lld %s", (long long)user_id, account_role_word(role));
    const struct text t = { subject, (size_t)n };
    return audit_append(s, merchant_id, &(struct audit_deed){ .user_id = by_user_id, .verb = verb, .subject = t, .detail = t });
}

enum account_result account_create(struct store *s, int64_t merchant_id, struct text name, enum account_role role, const char *hash,
                                   int64_t by_user_id, int64_t *ret_user_id)
{
    struct account there;
    int64_t n = 0;
    if (!name_is_good(name)) return ACCOUNT_BAD_NAME;
    const enum account_result found = account_find(s, merchant_id, name, &there);
    if (found != ACCOUNT_NONE) return found == ACCOUNT_OK ? ACCOUNT_TAKEN : found;

    /* Accounts are disabled, never deleted: their number is the next id. */
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT count(*) AS n FROM account WHERE merchant_id = $1"));
    if (!q) return ACCOUNT_FAILED;
    db_bind_i64(q, 1, merchant_id);
    if (!count_of(q, &n)) return ACCOUNT_FAILED;
    if (n >= ACCOUNTS_MAX) return ACCOUNT_TOO_MANY;

    q = db_stmt(s->db, SQL("INSERT INTO account (merchant_id, user_id, name, role, password_hash, disabled, created_at_ms)"
                           " VALUES ($1, $2, $3, $4, $5, 0, $6)"));
    if (!q) return ACCOUNT_FAILED;
    db_bind_i64(q, 1, merchant_id);
    db_bind_i64(q, 2, n + 1);
    db_bind_text(q, 3, name);
    db_bind_i64(q, 4, (int64_t)role);
    db_bind_text(q, 5, text_from_cstr(hash));
    db_bind_i64(q, 6, s->env->now_ms(s->env->ctx));
    if (!db_exec(q) || !note(s, merchant_id, "account-create", by_user_id, n + 1, role)) return ACCOUNT_FAILED;
    if (ret_user_id) *ret_user_id = n + 1;
    return ACCOUNT_OK;
}

static bool sessions_end(struct store *s, int64_t merchant_id, int64_t user_id)
{
    struct db_stmt *q = db_stmt(s->db, SQL("DELETE FROM session WHERE merchant_id = $1 AND user_id = $2"));
    if (!q) return false;
    db_bind_i64(q, 1, merchant_id);
    db_bind_i64(q, 2, user_id);
    return db_exec(q);
}

static bool account_write(struct store *s, int64_t merchant_id, const struct account *a)
{
    struct db_stmt *q = db_stmt(s->db, SQL("UPDATE account SET role = $3, disabled = $4, password_hash = $5"
                                           " WHERE merchant_id = $1 AND user_id = $2"));
    if (!q) return false;
    db_bind_i64(q, 1, merchant_id);
    db_bind_i64(q, 2, a->user_id);
    db_bind_i64(q, 3, (int64_t)a->role);
    db_bind_i64(q, 4, a->disabled);
    db_bind_text(q, 5, text_from_cstr(a->password_hash));
    return db_exec(q);
}

enum account_result account_change(struct store *s, int64_t merchant_id, int64_t user_id, const struct account_change *c,
                                   int64_t by_user_id)
{
    struct account a;
    const enum account_result found = account_get(s, merchant_id, user_id, &a);
    if (found != ACCOUNT_OK) return found;
    if (c->role != ROLE_NONE) a.role = c->role;
    if (c->disabled >= 0) a.disabled = c->disabled != 0;
    if (c->hash) copy_text(a.password_hash, sizeof a.password_hash, text_from_cstr(c->hash));
    int64_t others = 0;
    if (a.role != ROLE_OWNER || a.disabled) {
        if (!owners_besides(s, merchant_id, user_id, &others)) return ACCOUNT_FAILED;
        if (others == 0) return ACCOUNT_LAST_OWNER;
    }
    const char *verb = c->hash ? "account-password" : a.disabled ? "account-disable" : "account-change";
    return account_write(s, merchant_id, &a) && sessions_end(s, merchant_id, user_id) && note(s, merchant_id, verb, by_user_id, user_id, a.role)
               ? ACCOUNT_OK : ACCOUNT_FAILED;
}

bool account_rehash(struct store *s, int64_t merchant_id, int64_t user_id, const char *hash)
{
    struct account a;
    if (account_get(s, merchant_id, user_id, &a) != ACCOUNT_OK) return false;
    copy_text(a.password_hash, sizeof a.password_hash, text_from_cstr(hash));
    return account_write(s, merchant_id, &a);
}

/* ---- set-up ---- */

bool setup_needed(struct store *s, int64_t merchant_id, bool *ret)
{
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT count(*) AS n FROM account WHERE merchant_id = $1 AND role = 1"));
    int64_t n = 0;
    if (!q) return false;
    db_bind_i64(q, 1, merchant_id);
    if (!count_of(q, &n)) return false;
    *ret = n == 0;
    return true;
}

enum { CODE_CHARACTERS = 12, CODE_HASH_BYTES = 32 };

/* Over the code's letters and digits alone, in upper case. */
static void code_hash(struct text code, unsigned char ret[CODE_HASH_BYTES])
{
    char plain[64];
    size_t n = 0;
    for (size_t i = 0; i < code.len && n < sizeof plain; i++)
        if (isalnum((unsigned char)code.ptr[i])) plain[n++] = (char)toupper((unsigned char)code.ptr[i]);
    crypto_generichash(ret, CODE_HASH_BYTES, (const unsigned char *)plain, n, NULL, 0);
}

bool setup_code_make(struct store *s, int64_t merchant_id, char ret[SETUP_CODE_BYTES])
{
    static const char letters[] = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"; /* 32 that nobody mistakes for another */
    unsigned char random[CODE_CHARACTERS], hash[CODE_HASH_BYTES];
    s->env->random(s->env->ctx, random, sizeof random);
    char code[SETUP_CODE_BYTES];
    size_t at = 0;
    for (int i = 0; i < CODE_CHARACTERS; i++) {
        if (i > 0 && i % 4 == 0) code[at++] = '-';
        code[at++] = letters[random[i] % 32];
    }
    code[at] = '\0';
    code_hash(text_from_cstr(code), hash);
    struct db_stmt *q = db_stmt(s->db, SQL("INSERT INTO secret (merchant_id, name, value) VALUES ($1, 'setup-code', $2)"
                                           " ON CONFLICT (merchant_id, name) DO UPDATE SET value = excluded.value"));
    if (!q) return false;
    db_bind_i64(q, 1, merchant_id);
    db_bind_blob(q, 2, hash, sizeof hash);
    if (!db_exec(q)) return false;
    memcpy(ret, code, sizeof code);
    return true;
}

bool setup_code_matches(struct store *s, int64_t merchant_id, struct text code, bool *ret)
{
    unsigned char hash[CODE_HASH_BYTES];
    code_hash(code, hash);
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT value FROM secret WHERE merchant_id = $1 AND name = 'setup-code'"));
    if (!q) return false;
    db_bind_i64(q, 1, merchant_id);
    const enum db_step step = db_step(q);
    const struct text stored = step == DB_ROW ? db_blob(q, "value") : TEXT_NONE;
    const bool same = stored.len == sizeof hash && sodium_memcmp(stored.ptr, hash, sizeof hash) == 0;
    db_done(q);
    if (step == DB_FAILED) return false;
    *ret = same;
    return true;
}

enum account_result account_create_first_owner(struct store *s, int64_t merchant_id, struct text name, const char *hash,
                                               int64_t *ret_user_id)
{
    bool needed = false;
    if (!setup_needed(s, merchant_id, &needed)) return ACCOUNT_FAILED;
    if (!needed) return ACCOUNT_TAKEN;
    const enum account_result made = account_create(s, merchant_id, name, ROLE_OWNER, hash, 0, ret_user_id);
    if (made != ACCOUNT_OK) return made;
    struct db_stmt *q = db_stmt(s->db, SQL("DELETE FROM secret WHERE merchant_id = $1 AND name = 'setup-code'"));
    if (!q) return ACCOUNT_FAILED;
    db_bind_i64(q, 1, merchant_id);
    return db_exec(q) ? ACCOUNT_OK : ACCOUNT_FAILED;
}
