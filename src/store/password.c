/* Passwords, apart from the database: see account_store.h. */
#include <ctype.h>
#include <sodium.h>
#include "store/account_store.h"

enum { MEMORY_BYTES = 19 * 1024 * 1024, PASSES = 2, SHORTEST = 12, LONGEST = 128 };

/* Words that lists of leaked passwords are full of. A password of these and of digits, runs and repeats alone is a common one. */
static const char *const common_words[] = {
    "password", "passwort", "passw0rd", "p@ssw0rd", "p@ssword", "letmein", "welcome", "iloveyou", "woaini", "admin", "administrator",
    "qwertyuiop", "qwerty", "qwertz", "azerty", "asdfghjkl", "asdfgh", "zxcvbnm", "zxcvbn", "1qaz2wsx", "2wsx3edc", "3edc4rfv", "qazwsx",
    "edcrfv", "1q2w3e4r5t", "1q2w3e4r", "q1w2e3r4", "zaq12wsx", "abc123", "abcdef", "football", "baseball", "basketball", "superman", "batman",
    "dragon", "monkey", "princess", "sunshine", "shadow", "master", "trustno1", "starwars", "michael", "jordan", "charlie",
    "computer", "internet", "samsung", "google", "facebook", "taobao", "tmall", "alibaba", "alipay", "tianmao", "zhanggui", "aliexpress",
    "shopify", "secret", "changeme", "default", "guest", "login", "test", "user", "root", "hello", "freedom", "whatever", "pokemon",
    "naruto", "liverpool", "chelsea", "arsenal", "soccer", "killer", "flower", "lovely", "ashley", "jessica", "nicole", "daniel",
    "woaiwojia", "wodemima", "mima", "a123456", "aa123456", "qq123456", "5201314", "1314520", "520", "shop", "seller", "owner", "correcthorsebatterystaple",
};

static size_t characters(struct text t)
{
    size_t n = 0;
    for (size_t i = 0; i < t.len; i++) n += ((unsigned char)t.ptr[i] & 0xc0) != 0x80;
    return n;
}

/* How many bytes at the start are one of the words, without regard to case; 0: none. */
static size_t word_at(const char *p, size_t len, struct text name)
{
    size_t longest = 0;
    const size_t n = sizeof common_words / sizeof common_words[0];
    for (size_t i = 0; i <= n; i++) {
        const struct text word = i < n ? text_from_cstr(common_words[i]) : name;
        if (word.len <= longest || word.len < 3 || word.len > len) continue;
        size_t at = 0;
        while (at < word.len && tolower((unsigned char)p[at]) == tolower((unsigned char)word.ptr[at])) at++;
        if (at == word.len) longest = word.len;
    }
    return longest;
}

/* What is left to guess, in rough units: a word or a digit or mark counts one, a letter two, and a character that repeats the one
 * before it or goes on counting up or down counts nothing. */
static size_t guesses(struct text p, struct text name)
{
    size_t left = 0;
    for (size_t i = 0; i < p.len;) {
        const size_t word = word_at(p.ptr + i, p.len - i, name);
        if (word > 0) {
            left++;
            i += word;
            continue;
        }
        const int step = i > 0 ? (unsigned char)p.ptr[i] - (unsigned char)p.ptr[i - 1] : 99;
        if (step < -1 || step > 1) left += isalpha((unsigned char)p.ptr[i]) || (unsigned char)p.ptr[i] >= 0x80 ? 2 : 1;
        i++;
    }
    return left;
}

/* "abcabcabcabc": a short piece over and over. */
static bool repeats_a_piece(struct text p)
{
    for (size_t piece = 1; piece <= 4 && piece * 3 <= p.len; piece++) {
        size_t i = piece;
        while (i < p.len && p.ptr[i] == p.ptr[i - piece]) i++;
        if (i == p.len) return true;
    }
    return false;
}

enum password_fault password_check(struct text password, struct text name)
{
    const size_t n = characters(password);
    if (n < SHORTEST) return PASSWORD_SHORT;
    if (n > LONGEST || password.len > LONGEST * 4) return PASSWORD_LONG;
    return repeats_a_piece(password) || guesses(password, name) < 8 ? PASSWORD_COMMON : PASSWORD_GOOD;
}

bool password_hash(struct text password, char ret[ACCOUNT_HASH_BYTES])
{
    _Static_assert(crypto_pwhash_STRBYTES <= ACCOUNT_HASH_BYTES, "an argon2id string fits");
    return crypto_pwhash_str_alg(ret, password.ptr, password.len, PASSES, MEMORY_BYTES, crypto_pwhash_ALG_ARGON2ID13) == 0;
}

bool password_matches(const char *hash, struct text password)
{
    return crypto_pwhash_str_verify(hash, password.ptr, password.len) == 0;
}

bool password_outdated(const char *hash) { return crypto_pwhash_str_needs_rehash(hash, PASSES, MEMORY_BYTES) != 0; }

bool password_matches_nobody(struct text password)
{
    unsigned char out[32], salt[crypto_pwhash_SALTBYTES] = { 0 };
    if (crypto_pwhash(out, sizeof out, password.ptr, password.len, salt, PASSES, MEMORY_BYTES, crypto_pwhash_ALG_ARGON2ID13) == 0)
        sodium_memzero(out, sizeof out);
    return false;
}
