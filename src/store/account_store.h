/* Accounts and sessions.
 *
 * A password is kept as its argon2id hash (t=2, m=19 MiB, p=1) with its parameters; hashing takes some 50 ms and stands apart from
 * the database functions, because it must never run on the writer's thread. Of a session's id and of the set-up code only the hash
 * is kept: a copy of the database opens nothing. A session ends 30 minutes after it was last used and 12 hours after it began,
 * and all sessions of an account end when it is disabled or its password or role changes. */
#ifndef ZG_STORE_ACCOUNT_STORE_H
#define ZG_STORE_ACCOUNT_STORE_H
#include "store/store.h"

#define ACCOUNT_HASH_BYTES 128
#define ACCOUNT_NAME_BYTES 128
#define ACCOUNTS_MAX 200
#define SESSION_TOKEN_BYTES 44        /* 32 random bytes in base64url, NUL-terminated */
#define SETUP_CODE_BYTES 16           /* "K7QX-M2PD-9WTR", NUL-terminated */
#define SESSION_IDLE_MS (30 * MS_PER_MIN)
#define SESSION_LIFE_MS (12 * MS_PER_HOUR)
#define SESSION_TOUCH_MS MS_PER_MIN   /* the last use is written down at most this often */

enum account_role { ROLE_NONE = 0, ROLE_OWNER = 1, ROLE_OPERATOR = 2, ROLE_SERVICE = 3, ROLE_WAREHOUSE = 4 }; /* frozen */
const char *account_role_word(enum account_role r);           /* "owner" .. */
enum account_role account_role_parse(struct text word);       /* ROLE_NONE: no such role */

/* ---- passwords: pure computation, slow ---- */
enum password_fault { PASSWORD_GOOD, PASSWORD_SHORT /* under 12 characters */, PASSWORD_LONG /* over 128 */, PASSWORD_COMMON };
enum password_fault password_check(struct text password, struct text name);
bool password_hash(struct text password, char ret[ACCOUNT_HASH_BYTES]);       /* false: out of memory */
bool password_matches(const char *hash, struct text password);
bool password_outdated(const char *hash);                                     /* made with other parameters: hash again at login */
/* Takes as long as password_matches and is never true: for names that do not exist. */
bool password_matches_nobody(struct text password);

/* ---- accounts ---- */
struct account {
    int64_t user_id;
    char name[ACCOUNT_NAME_BYTES];
    enum account_role role;
    bool disabled;
    int64_t created_at_ms;
    char password_hash[ACCOUNT_HASH_BYTES];
};
enum account_result {
    ACCOUNT_OK, ACCOUNT_NONE /* no such account */, ACCOUNT_TAKEN /* the name */, ACCOUNT_LAST_OWNER /* nobody could manage accounts */,
    ACCOUNT_BAD_NAME /* empty, too long, or with control characters */, ACCOUNT_TOO_MANY, ACCOUNT_FAILED /* database */,
};
enum account_result account_create(struct store *s, int64_t merchant_id, struct text name, enum account_role role, const char *hash,
                                   int64_t by_user_id, int64_t *ret_user_id);
/* The first owner, in a desk that has none; ACCOUNT_TAKEN when there is one already: of a hundred set-ups one wins. Uses up the code. */
enum account_result account_create_first_owner(struct store *s, int64_t merchant_id, struct text name, const char *hash,
                                               int64_t *ret_user_id);
enum account_result account_find(struct store *s, int64_t merchant_id, struct text name, struct account *ret);
enum account_result account_get(struct store *s, int64_t merchant_id, int64_t user_id, struct account *ret);
int account_list(struct store *s, int64_t merchant_id, struct account *ret, int max); /* by name; -1 on failure */
struct account_change { enum account_role role; /* ROLE_NONE: as it is */ int disabled; /* -1: as it is */ const char *hash; /* NULL */ };
enum account_result account_change(struct store *s, int64_t merchant_id, int64_t user_id, const struct account_change *c,
                                   int64_t by_user_id);
/* A hash with today's parameters for the same password: ends no session. */
bool account_rehash(struct store *s, int64_t merchant_id, int64_t user_id, const char *hash);

/* ---- set-up ---- */
bool setup_needed(struct store *s, int64_t merchant_id, bool *ret);           /* no owner yet */
/* A fresh code; an older one is void. */
bool setup_code_make(struct store *s, int64_t merchant_id, char ret[SETUP_CODE_BYTES]);
bool setup_code_matches(struct store *s, int64_t merchant_id, struct text code, bool *ret); /* case and dashes do not matter */

/* ---- sessions ---- */
struct session { int64_t user_id; char csrf[SESSION_TOKEN_BYTES]; int64_t created_at_ms, seen_at_ms; bool touch_due; };
/* Makes an id (given back, kept only as its hash) and a CSRF token. Ended sessions are swept on the way. */
bool session_create(struct store *s, int64_t merchant_id, int64_t user_id, char ret_token[SESSION_TOKEN_BYTES],
                    char ret_csrf[SESSION_TOKEN_BYTES]);
/* Reads only. ACCOUNT_NONE: no such session, or it has ended, or its account is disabled. */
enum account_result session_find(struct store *s, int64_t merchant_id, struct text token, struct session *ret, struct account *ret_account);
bool session_touch(struct store *s, int64_t merchant_id, struct text token);
bool session_end(struct store *s, int64_t merchant_id, struct text token);
/* Nobody is signed in any more, and no set-up code is good: for a database that comes from elsewhere, or from earlier. */
bool account_void_entries(struct store *s);
#endif
