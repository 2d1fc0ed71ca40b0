/* See sessions.h. Entries are found by a keyed hash of the id, so that the table gives nothing away and cannot be aimed at. */
#include "web/sessions.h"

#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include "web/call.h"
#include "web/memory.h"

enum { SESSION_ROWS = 1024, SESSION_WAYS = 4, SESSION_HASH_BYTES = 16 };

struct session_row { unsigned char hash[SESSION_HASH_BYTES]; int64_t checked_ms; uint64_t replaced; struct visitor who; };
struct sessions {
    const struct env *env;
    int64_t merchant_id;
    pthread_mutex_t lock;
    struct store reader;
    unsigned char key[32];
    struct session_row rows[SESSION_ROWS];
};

struct sessions *sessions_open(const struct env *env, const char *path, int64_t merchant_id, char *message, size_t message_size)
{
    struct sessions *t = memory_take(env, sizeof *t);
    enum db_error error;
    if (!t) {
        snprintf(message, message_size, "There is no memory left for the table of sessions.");
        return NULL;
    }
    if (!store_open(&t->reader, env, path, DB_READ, &error, message, message_size)) {
        memory_give(env, t, sizeof *t);
        return NULL;
    }
    t->env = env;
    t->merchant_id = merchant_id;
    env->random(env->ctx, t->key, sizeof t->key);
    pthread_mutex_init(&t->lock, NULL);
    return t;
}

void sessions_close(struct sessions *t)
{
    if (!t) return;
    store_close(&t->reader);
    pthread_mutex_destroy(&t->lock);
    memory_give(t->env, t, sizeof *t);
}

static void hash_token(const struct sessions *t, struct text token, unsigned char ret[SESSION_HASH_BYTES])
{
    crypto_generichash(ret, SESSION_HASH_BYTES, (const unsigned char *)token.ptr, token.len, t->key, sizeof t->key);
}

static struct session_row *row_set(struct sessions *t, const unsigned char hash[SESSION_HASH_BYTES])
{
    return t->rows + ((size_t)(hash[0] | hash[1] << 8) % (SESSION_ROWS / SESSION_WAYS)) * SESSION_WAYS;
}

/* A row of a hash, to be filled. */
static enum session_seen ask_database(struct sessions *t, struct text token, const struct session_row *asked, struct visitor *ret)
{
    struct session found;
    struct account account;
    if (session_find(&t->reader, t->merchant_id, token, &found, &account) != ACCOUNT_OK) return SESSION_NONE;
    struct session_row *set = row_set(t, asked->hash), *row = set;
    for (int i = 0; i < SESSION_WAYS; i++) {
        if (memcmp(set[i].hash, asked->hash, SESSION_HASH_BYTES) == 0) { row = &set[i]; break; }
        if (set[i].checked_ms < row->checked_ms) row = &set[i];
    }
    *row = *asked;
    row->who = (struct visitor){ .user_id = account.user_id, .role = account.role };
    memcpy(row->who.name, account.name, sizeof row->who.name);
    memcpy(row->who.csrf, found.csrf, sizeof row->who.csrf);
    *ret = row->who;
    return found.touch_due ? SESSION_TOUCH : SESSION_GOOD;
}

enum session_seen sessions_find(struct sessions *t, struct text token, uint64_t replaced, struct visitor *ret)
{
    struct session_row asked = { .replaced = replaced };
    if (token.len != SESSION_TOKEN_BYTES - 1) return SESSION_NONE;
    hash_token(t, token, asked.hash);
    asked.checked_ms = t->env->now_ms(t->env->ctx);
    enum session_seen seen = SESSION_NONE;
    pthread_mutex_lock(&t->lock);
    struct session_row *set = row_set(t, asked.hash);
    for (int i = 0; i < SESSION_WAYS; i++) {
        int64_t age = asked.checked_ms - set[i].checked_ms;
        if (!set[i].who.user_id || sodium_memcmp(set[i].hash, asked.hash, SESSION_HASH_BYTES) != 0) continue;
        if (age < 0 || age > SESSIONS_RECHECK_MS || set[i].replaced != replaced) {
            set[i].who.user_id = 0;
            continue;
        }
        *ret = set[i].who;
        seen = SESSION_GOOD;
    }
    if (seen == SESSION_NONE) seen = ask_database(t, token, &asked, ret);
    pthread_mutex_unlock(&t->lock);
    return seen;
}

void sessions_forget(struct sessions *t, struct text token)
{
    unsigned char hash[SESSION_HASH_BYTES];
    hash_token(t, token, hash);
    pthread_mutex_lock(&t->lock);
    struct session_row *set = row_set(t, hash);
    for (int i = 0; i < SESSION_WAYS; i++)
        if (memcmp(set[i].hash, hash, SESSION_HASH_BYTES) == 0) sodium_memzero(&set[i], sizeof set[i]);
    pthread_mutex_unlock(&t->lock);
}

void sessions_forget_user(struct sessions *t, int64_t user_id)
{
    pthread_mutex_lock(&t->lock);
    for (int i = 0; i < SESSION_ROWS; i++)
        if (t->rows[i].who.user_id == user_id) sodium_memzero(&t->rows[i], sizeof t->rows[i]);
    pthread_mutex_unlock(&t->lock);
}
