/* Accounts, sessions, the set-up code and the audit chain, in a real store with a clock of the test's own. */
#include <sqlite3.h>
#include "store/account_store.h"
#include "store/audit_store.h"
#include "own_store.h"

static void setup(void) { own_store_setup(INT64_C(1580000000000)); }

TestSuite(account, .init = setup, .fini = own_store_teardown, .timeout = 120);

static int64_t make(const char *name, enum account_role role)
{
    int64_t id = 0;
    cr_assert_eq(account_create(&f.s, 1, text_from_cstr(name), role, "hash", 0, &id), ACCOUNT_OK);
    return id;
}

Test(account, passwords_by_rows)
{
    static const struct { const char *password; enum password_fault fault; } rows[] = {
        { "", PASSWORD_SHORT }, { "elevenchars", PASSWORD_SHORT }, { "一二三四五六七八九十一", PASSWORD_SHORT },
        { "password1234", PASSWORD_COMMON }, { "PassWord12345", PASSWORD_COMMON }, { "123456789012", PASSWORD_COMMON },
        { "aaaaaaaaaaaaaa", PASSWORD_COMMON }, { "abcabcabcabcabc", PASSWORD_COMMON }, { "qwertyuiop12", PASSWORD_COMMON },
        { "zhanggui2020!", PASSWORD_COMMON }, { "xiaomei-xiaomei", PASSWORD_COMMON }, { "abcdefghijklmnop", PASSWORD_COMMON },
        { "tea kettle on the roof", PASSWORD_GOOD }, { "茶壶在屋顶上看着远方的山水", PASSWORD_GOOD }, { "9f!kQ2-zzT8w", PASSWORD_GOOD },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        cr_expect_eq(password_check(text_from_cstr(rows[i].password), TEXT("xiaomei")), rows[i].fault, "%s", rows[i].password);
    char longest[130];
    memset(longest, 'x', sizeof longest);
    for (size_t i = 0; i < sizeof longest; i += 2) longest[i] = (char)('a' + i % 23);
    cr_expect_eq(password_check((struct text){ longest, 129 }, TEXT("n")), PASSWORD_LONG);
    cr_expect_eq(password_check((struct text){ longest, 128 }, TEXT("n")), PASSWORD_GOOD);
}

Test(account, a_hash_fits_its_password_only)
{
    char hash[ACCOUNT_HASH_BYTES], again[ACCOUNT_HASH_BYTES];
    cr_assert(password_hash(TEXT("tea kettle on the roof"), hash));
    cr_assert(password_hash(TEXT("tea kettle on the roof"), again));
    cr_assert_str_neq(hash, again, "salted");
    cr_assert(strncmp(hash, "$argon2id$v=19$m=19456,t=2,p=1$", 31) == 0, "%s", hash);
    cr_assert(password_matches(hash, TEXT("tea kettle on the roof")));
    cr_assert_not(password_matches(hash, TEXT("tea kettle on the roog")));
    cr_assert_not(password_matches_nobody(TEXT("tea kettle on the roof")));
    cr_assert_not(password_outdated(hash));
    cr_assert(password_outdated("$argon2id$v=19$m=8192,t=1,p=1$c29tZXNhbHRzb21lc2E$YQ"));
}

Test(account, names_roles_and_the_last_owner)
{
    struct account a;
    const int64_t owner = make("掌柜", ROLE_OWNER), service = make("小美", ROLE_SERVICE);
    int64_t id;
    cr_assert_eq(account_create(&f.s, 1, TEXT("小美"), ROLE_OWNER, "h", 0, &id), ACCOUNT_TAKEN);
    cr_assert_eq(account_create(&f.s, 1, TEXT(""), ROLE_OWNER, "h", 0, &id), ACCOUNT_BAD_NAME);
    cr_assert_eq(account_create(&f.s, 1, TEXT(" x"), ROLE_OWNER, "h", 0, &id), ACCOUNT_BAD_NAME);
    cr_assert_eq(account_create(&f.s, 1, TEXT("x\ny"), ROLE_OWNER, "h", 0, &id), ACCOUNT_BAD_NAME);
    cr_assert_eq(account_change(&f.s, 1, owner, &(struct account_change){ ROLE_SERVICE, -1, NULL }, 0), ACCOUNT_LAST_OWNER);
    cr_assert_eq(account_change(&f.s, 1, owner, &(struct account_change){ ROLE_NONE, 1, NULL }, 0), ACCOUNT_LAST_OWNER);
    cr_assert_eq(account_change(&f.s, 1, service, &(struct account_change){ ROLE_OWNER, -1, NULL }, owner), ACCOUNT_OK);
    cr_assert_eq(account_change(&f.s, 1, owner, &(struct account_change){ ROLE_NONE, 1, NULL }, service), ACCOUNT_OK);
    cr_assert_eq(account_find(&f.s, 1, TEXT("掌柜"), &a), ACCOUNT_OK);
    cr_assert(a.disabled && a.role == ROLE_OWNER && a.user_id == owner);
    cr_assert_eq(account_change(&f.s, 1, 99, &(struct account_change){ ROLE_OWNER, -1, NULL }, 0), ACCOUNT_NONE);
    for (enum account_role r = ROLE_OWNER; r <= ROLE_WAREHOUSE; r++) cr_assert_eq(account_role_parse(text_from_cstr(account_role_word(r))), r);
    cr_assert_eq(account_role_parse(TEXT("root")), ROLE_NONE);
}

Test(account, of_a_hundred_set_ups_one_wins)
{
    char code[SETUP_CODE_BYTES], older[SETUP_CODE_BYTES];
    bool needed = false, matches = false;
    cr_assert(setup_needed(&f.s, 1, &needed) && needed);
    cr_assert(setup_code_make(&f.s, 1, older) && setup_code_make(&f.s, 1, code));
    cr_assert(setup_code_matches(&f.s, 1, text_from_cstr(older), &matches) && !matches, "an older code is void");
    cr_assert(setup_code_matches(&f.s, 1, TEXT(""), &matches) && !matches);
    char spoken[SETUP_CODE_BYTES];
    for (size_t i = 0; i < sizeof code; i++) spoken[i] = code[i] == '-' ? ' ' : (char)(code[i] >= 'A' && code[i] <= 'Z' ? code[i] + 32 : code[i]);
    cr_assert(setup_code_matches(&f.s, 1, text_from_cstr(spoken), &matches) && matches, "case and dashes do not matter");
    int won = 0;
    for (int i = 0; i < 100; i++) {
        char name[16];
        snprintf(name, sizeof name, "owner%d", i);
        won += account_create_first_owner(&f.s, 1, text_from_cstr(name), "hash", NULL) == ACCOUNT_OK;
    }
    cr_assert_eq(won, 1);
    cr_assert(setup_needed(&f.s, 1, &needed) && !needed);
    cr_assert(setup_code_matches(&f.s, 1, text_from_cstr(code), &matches) && !matches, "it is used up");
}

static bool stands(const char *token)
{
    struct session session;
    struct account account;
    const enum account_result r = session_find(&f.s, 1, text_from_cstr(token), &session, &account);
    cr_assert(r == ACCOUNT_OK || r == ACCOUNT_NONE);
    return r == ACCOUNT_OK;
}

Test(account, a_session_ends_when_idle_or_old_and_no_clock_prolongs_it)
{
    char token[SESSION_TOKEN_BYTES], csrf[SESSION_TOKEN_BYTES];
    const int64_t user = make("a", ROLE_OWNER), began = f.now_ms;
    cr_assert(session_create(&f.s, 1, user, token, csrf));
    cr_assert(strlen(token) == 43 && strlen(csrf) == 43 && strcmp(token, csrf) != 0);
    f.now_ms = began + SESSION_IDLE_MS - 1;
    cr_assert(stands(token));
    f.now_ms = began + SESSION_IDLE_MS;
    cr_assert_not(stands(token));
    for (f.now_ms = began; f.now_ms < began + SESSION_LIFE_MS; f.now_ms += 20 * MS_PER_MIN) {
        cr_assert(stands(token), "in use after %d min", (int)((f.now_ms - began) / MS_PER_MIN));
        cr_assert(session_touch(&f.s, 1, text_from_cstr(token)));
    }
    f.now_ms = began + SESSION_LIFE_MS;
    cr_assert_not(stands(token), "12 hours are the end");
    f.now_ms = began - MS_PER_HOUR;
    cr_assert_not(stands(token), "a clock that was set back prolongs nothing");
    f.now_ms = began + INT64_C(366) * MS_PER_DAY;
    cr_assert_not(stands(token));
}

Test(account, only_hashes_of_sessions_are_kept)
{
    char token[SESSION_TOKEN_BYTES], csrf[SESSION_TOKEN_BYTES];
    cr_assert(session_create(&f.s, 1, make("a", ROLE_OWNER), token, csrf));
    cr_assert(db_commit(f.s.db) && db_checkpoint(f.s.db, true));
    static char bytes[4 << 20];
    FILE *file = fopen(f.path, "rb");
    const size_t n = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    cr_assert_null(memmem(bytes, n, token, strlen(token)));
    cr_assert_not_null(memmem(bytes, n, csrf, strlen(csrf)), "the search itself works");
    cr_assert(db_begin(f.s.db));
}

Test(account, sessions_end_with_a_change_of_their_account)
{
    static const struct { struct account_change change; const char *what; } rows[] = {
        { { ROLE_NONE, 1, NULL }, "disabled" }, { { ROLE_NONE, -1, "another hash" }, "password" }, { { ROLE_SERVICE, -1, NULL }, "role" },
    };
    char token[SESSION_TOKEN_BYTES], csrf[SESSION_TOKEN_BYTES], other[SESSION_TOKEN_BYTES];
    make("owner", ROLE_OWNER);
    const int64_t bystander = make("bystander", ROLE_SERVICE);
    cr_assert(session_create(&f.s, 1, bystander, other, csrf));
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char name[16];
        snprintf(name, sizeof name, "user%d", (int)i);
        const int64_t user = make(name, ROLE_OPERATOR);
        cr_assert(session_create(&f.s, 1, user, token, csrf));
        cr_assert(stands(token));
        cr_assert_eq(account_change(&f.s, 1, user, &rows[i].change, 1), ACCOUNT_OK);
        cr_assert_not(stands(token), "%s", rows[i].what);
        cr_assert(stands(other));
    }
    cr_assert(session_end(&f.s, 1, text_from_cstr(other)));
    cr_assert_not(stands(other));
    cr_assert_not(stands("0000000000000000000000000000000000000000000"));
}

/* ---- the audit chain ---- */

static void deeds(int n)
{
    for (int i = 0; i < n; i++) {
        char subject[32];
        const int len = snprintf(subject, sizeof subject, "import %d", i);
        f.now_ms += i % 3 == 0 ? -5000 : 1000; /* the order is the number's, not the clock's */
        cr_assert(audit_append(&f.s, 1, &(struct audit_deed){ .user_id = i % 4, .verb = "import", .subject = { subject, (size_t)len },
                                                              .detail = TEXT("何人何事") }));
    }
}

static struct audit_report verified(void)
{
    struct audit_report r;
    cr_assert(audit_verify(&f.s, 1, &r));
    return r;
}

/* As somebody with a SQLite shell would. */
static void tamper(const char *sql)
{
    sqlite3 *db;
    char *why = NULL;
    cr_assert(db_commit(f.s.db));
    cr_assert_eq(sqlite3_open(f.path, &db), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(db, sql, NULL, NULL, &why), SQLITE_OK, "%s", why);
    sqlite3_close(db);
    cr_assert(db_begin(f.s.db));
}

Test(account, an_untouched_chain_holds)
{
    cr_assert_eq(verified().broken_seq, 0);
    deeds(20);
    const struct audit_report r = verified();
    cr_assert(r.rows == 20 && r.broken_seq == 0, "%s", r.what);
}

Test(account, every_way_to_change_history_is_named)
{
    static const struct { const char *sql; int64_t seq; } rows[] = {
        { "UPDATE audit SET user_id = 3 WHERE seq = 7", 7 },
        { "UPDATE audit SET subject = 'import 99' WHERE seq = 1", 1 },
        { "UPDATE audit SET at_ms = at_ms + 1 WHERE seq = 20", 20 },
        { "UPDATE audit SET digest = x'00' WHERE seq = 12", 12 },
        { "DELETE FROM audit WHERE seq = 5", 5 },
        { "DELETE FROM audit WHERE seq = 1", 1 },
        { "DELETE FROM audit WHERE seq >= 18", 18 },
        { "DELETE FROM audit", 1 },
        { "INSERT INTO audit SELECT merchant_id, 21, at_ms, user_id, verb, subject, digest, hash FROM audit WHERE seq = 20", 21 },
        { "UPDATE audit SET seq = CASE seq WHEN 8 THEN -9 ELSE -8 END WHERE seq IN (8, 9); UPDATE audit SET seq = -seq WHERE seq < 0", 8 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        tamper("DELETE FROM audit; DELETE FROM secret");
        deeds(20);
        cr_assert_eq(verified().broken_seq, 0);
        tamper(rows[i].sql);
        const struct audit_report r = verified();
        cr_expect_eq(r.broken_seq, rows[i].seq, "%s: named %lld (%s)", rows[i].sql, (long long)r.broken_seq, r.what);
    }
}

Test(account, what_people_do_leaves_a_row)
{
    const int64_t owner = make("owner", ROLE_OWNER), other = make("other", ROLE_SERVICE);
    cr_assert_eq(verified().rows, 2);
    cr_assert_eq(account_change(&f.s, 1, other, &(struct account_change){ ROLE_NONE, 1, NULL }, owner), ACCOUNT_OK);
    cr_assert_eq(account_change(&f.s, 1, other, &(struct account_change){ ROLE_NONE, 0, "new hash" }, owner), ACCOUNT_OK);
    cr_assert_eq(verified().rows, 4);
    cr_assert_eq(account_change(&f.s, 1, owner, &(struct account_change){ ROLE_NONE, 1, NULL }, owner), ACCOUNT_LAST_OWNER);
    cr_assert_eq(verified().rows, 4, "what was refused is no deed");
}
