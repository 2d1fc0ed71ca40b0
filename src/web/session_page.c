/* GET /session, POST /setup, /login, /logout. A password is checked on a hashing thread, then the session is made by the writer, then
 * the page's first answer is read: each step hands the suspended call on to the next, no thread waits. */
#include <sodium.h>
#include <stdio.h>
#include "web/call.h"
#include "web/hasher.h"
#include "web/pages.h"
#include "web/reply.h"
#include "web/sessions.h"

/* ---- GET /session ---- */

static json_t *may_list(enum account_role role)
{
    json_t *may = json_array();
    for (int i = 0; i < route_count; i++) {
        bool seen = !routes[i].may || !route_allows(&routes[i], role);
        for (int k = 0; k < i && !seen; k++) seen = routes[k].may && !strcmp(routes[k].may, routes[i].may);
        if (!seen) json_array_append_new(may, json_string(routes[i].may));
    }
    for (int i = 0; i < permission_count; i++)
        if (permissions[i].roles & (1u << role)) json_array_append_new(may, json_string(permissions[i].may));
    return may;
}

json_t *store_json(const struct shop *shop)
{
    return json_pack("{s:s,s:s,s:s,s:s,s:s,s:b}", "key", shop->key, "name", shop->name, "platform", shop->platform,
                     "currency", shop->currency.code, "zone", shop->zone->name, "demo", shop->demo);
}

static json_t *demo_json(const struct web_options *o)
{
    json_t *list = json_array();
    for (int i = 0; i < o->demo_login_count; i++)
        json_array_append_new(list, json_pack("{s:s,s:s,s:s}", "name", o->demo_logins[i].name, "role", o->demo_logins[i].role,
                                              "password", o->demo_logins[i].password));
    return list;
}

void session_read(struct call *c, struct store *s)
{
    const struct web_options *o = &c->web->options;
    bool needed = false, in = c->who.user_id != 0;
    struct shop *shops = in ? arena_take(&c->q->arena, LIMIT_STORES, sizeof *shops) : NULL;
    int n = shops ? shop_list(s, shops, LIMIT_STORES) : 0;
    json_t *stores = json_array();
    if ((in && !shops) || n < 0 || !setup_needed(s, WEB_MERCHANT, &needed)) {
        json_decref(stores);
        reply_internal(c, db_error_message(s->db));
        return;
    }
    for (int i = 0; i < n; i++) json_array_append_new(stores, store_json(&shops[i]));
    json_t *user = in ? json_pack("{s:I,s:s,s:s}", "id", (json_int_t)c->who.user_id, "name", c->who.name, "role", account_role_word(c->who.role))
                      : json_null();
    json_t *j = json_pack("{s:s,s:b,s:b,s:o,s:s?,s:o,s:o}", "version", o->version, "setup_needed", needed, "demo", o->demo, "user", user,
                          "csrf", in ? c->who.csrf : NULL, "may", in ? may_list(c->who.role) : json_array(), "stores", stores);
    if (j && o->demo) json_object_set_new(j, "demo_logins", demo_json(o));
    reply_json(c, 200, j);
}

/* ---- the steps that set-up and login share ---- */

/* What the writer does at the end of a set-up or a login. */
struct entry {
    struct hash_job job;
    struct text name, code;
    struct shop_new shop;           /* at a set-up; an empty key: none */
    struct account account;         /* at a login; user_id 0: there is none of that name */
    struct login_keys keys;
    char old_token[SESSION_TOKEN_BYTES]; /* the session that the same browser held before */
};

static char *cookie_text(struct call *c, const char *token, int64_t life_s)
{
    struct text t = arena_printf(&c->q->arena, "%s=%s; Path=/; HttpOnly; SameSite=Lax; Max-Age=%lld%s", c->web->cookie, token,
                                 (long long)life_s, c->web->options.public_host ? "; Secure" : "");
    return (char *)(uintptr_t)t.ptr;
}

static void entered(struct call *c, struct write *w)
{
    struct entry *e = w->ctx;
    if (e->old_token[0]) sessions_forget(c->web->sessions, text_from_cstr(e->old_token));
    c->set_cookie = cookie_text(c, c->token, SESSION_LIFE_MS / 1000);
    call_on_reader(c, session_read);
}

static bool begin_session(struct store *s, struct call *c, int64_t user_id, enum account_role role, struct text name)
{
    struct entry *e = c->ctx;
    memcpy(e->old_token, c->token, sizeof e->old_token);
    c->who = (struct visitor){ .user_id = user_id, .role = role };
    if (name.len < sizeof c->who.name) memcpy(c->who.name, name.ptr, name.len);
    /* A login ends the session that the same browser held before. */
    if (c->token[0] && !session_end(s, WEB_MERCHANT, text_from_cstr(c->token))) return false;
    return session_create(s, WEB_MERCHANT, user_id, c->token, c->who.csrf);
}

static struct login_keys keys_of(const struct web *w, const struct http_request *q, struct text name)
{
    struct login_keys k;
    unsigned char net[16] = { 0 }, both[24], h[8];
    bool v4 = memcmp(q->peer, "\0\0\0\0\0\0\0\0\0\0\xff\xff", 12) == 0;
    memcpy(net, q->peer, v4 ? 15 : 8);
    crypto_shorthash(h, (const unsigned char *)name.ptr, name.len, w->limit_key);
    memcpy(&k.account, h, 8);
    crypto_shorthash(h, net, sizeof net, w->limit_key);
    memcpy(&k.address, h, 8);
    memcpy(both, net, 16);
    memcpy(both + 16, &k.account, 8);
    crypto_shorthash(h, both, sizeof both, w->limit_key);
    memcpy(&k.pair, h, 8);
    return k;
}

/* 0 or how long to wait. */
static int64_t ask_limit(struct web *w, const struct login_keys *k)
{
    pthread_mutex_lock(&w->limit_lock);
    int64_t wait = login_limit_ask(&w->limit, k, web_now_ms(w));
    pthread_mutex_unlock(&w->limit_lock);
    return wait;
}

static void tell_limit_passed(struct web *w, const struct login_keys *k)
{
    pthread_mutex_lock(&w->limit_lock);
    login_limit_passed(&w->limit, k, web_now_ms(w));
    pthread_mutex_unlock(&w->limit_lock);
}

/* False when answered. */
static bool read_password(struct call *c, struct entry *e)
{
    struct text password;
    if (!call_text(c, "password", 1, sizeof e->job.password - 1, &password)) return false;
    memcpy(e->job.password, password.ptr, password.len);
    e->job.password_len = password.len;
    return true;
}

static void post_hash(struct call *c, struct entry *e, void (*done)(void *ctx, struct hash_job *job))
{
    e->job.done = done;
    e->job.ctx = c;
    if (!hasher_post(c->web->hasher, &e->job)) reply_wait(c, FAULT_BUSY, 1000);
}

/* ---- POST /login ---- */

static bool login_write(struct store *s, struct write *w)
{
    struct entry *e = w->ctx;
    struct account now;
    w->fault = FAULT_LOGIN;
    /* It may have been disabled, or its password changed, while the old one was being checked. */
    if (account_get(s, WEB_MERCHANT, e->account.user_id, &now) != ACCOUNT_OK || now.disabled
        || strcmp(now.password_hash, e->account.password_hash) != 0)
        return false;
    w->fault = -1;
    if (e->job.fresh[0] && !account_rehash(s, WEB_MERCHANT, now.user_id, e->job.fresh)) return false;
    return begin_session(s, w->call, now.user_id, now.role, text_from_cstr(now.name));
}

static void login_checked(void *ctx, struct hash_job *job)
{
    struct call *c = ctx;
    struct entry *e = (struct entry *)job;
    if (!job->good || e->account.user_id == 0 || e->account.disabled) {
        reply_fault(c, FAULT_LOGIN, NULL);
        return;
    }
    tell_limit_passed(c->web, &e->keys);
    call_write(c, &(struct write){ .run = login_write, .done = entered, .ctx = e });
}

static void login_look_up(struct call *c, struct store *s)
{
    struct entry *e = c->ctx;
    enum account_result found = account_find(s, WEB_MERCHANT, e->name, &e->account);
    if (found == ACCOUNT_FAILED) {
        reply_internal(c, db_error_message(s->db));
        return;
    }
    if (found != ACCOUNT_OK) e->account.user_id = 0;
    else memcpy(e->job.hash, e->account.password_hash, sizeof e->job.hash);
    post_hash(c, e, login_checked);
}

void login_handle(struct call *c)
{
    struct entry *e = ARENA_NEW(&c->q->arena, struct entry);
    if (!e) { reply_internal(c, "no memory"); return; }
    if (!call_text(c, "name", 1, ACCOUNT_NAME_BYTES - 1, &e->name) || !read_password(c, e)) return;
    e->keys = keys_of(c->web, c->q, e->name);
    int64_t wait = ask_limit(c->web, &e->keys);
    if (wait) {
        reply_wait(c, FAULT_SLOW_DOWN, wait);
        return;
    }
    c->ctx = e;
    call_on_reader(c, login_look_up);
}

/* ---- POST /setup ---- */

static bool setup_write(struct store *s, struct write *w)
{
    struct entry *e = w->ctx;
    struct call *c = w->call;
    struct shop shop;
    bool matches;
    int64_t user_id;
    if (!setup_code_matches(s, WEB_MERCHANT, e->code, &matches)) return false;
    switch (account_create_first_owner(s, WEB_MERCHANT, e->name, e->job.hash, &user_id)) {
    case ACCOUNT_OK: break;
    case ACCOUNT_TAKEN: w->fault = FAULT_SETUP_DONE; return false;
    case ACCOUNT_BAD_NAME: w->fault = FAULT_NAME; return false;
    case ACCOUNT_NONE: case ACCOUNT_LAST_OWNER: case ACCOUNT_TOO_MANY: case ACCOUNT_FAILED: return false;
    }
    if (!matches) { w->fault = FAULT_SETUP_CODE; return false; }
    if (e->shop.key.len) {
        enum shop_result made = shop_create(s, &e->shop, &shop);
        if (made == SHOP_EXISTS) w->fault = FAULT_STORE_TAKEN;
        if (made != SHOP_OK) return false;
    }
    return begin_session(s, c, user_id, ROLE_OWNER, e->name);
}

static void setup_hashed(void *ctx, struct hash_job *job)
{
    struct call *c = ctx;
    struct entry *e = (struct entry *)job;
    if (!job->good) reply_internal(c, "the password could not be hashed");
    else call_write(c, &(struct write){ .run = setup_write, .done = entered, .ctx = e });
}

static void setup_look(struct call *c, struct store *s)
{
    struct entry *e = c->ctx;
    bool needed, matches;
    if (!setup_needed(s, WEB_MERCHANT, &needed) || !setup_code_matches(s, WEB_MERCHANT, e->code, &matches)) {
        reply_internal(c, db_error_message(s->db));
        return;
    }
    if (!needed) { reply_fault(c, FAULT_SETUP_DONE, NULL); return; }
    if (!matches) { reply_fault(c, FAULT_SETUP_CODE, "code"); return; }
    tell_limit_passed(c->web, &e->keys);
    post_hash(c, e, setup_hashed);
}

bool password_ok(struct call *c, struct text password, struct text name)
{
    switch (password_check(password, name)) {
    case PASSWORD_GOOD: return true;
    case PASSWORD_SHORT: reply_fault(c, FAULT_PASSWORD_SHORT, "password"); return false;
    case PASSWORD_LONG: reply_fault(c, FAULT_PASSWORD_LONG, "password"); return false;
    case PASSWORD_COMMON: reply_fault(c, FAULT_PASSWORD_COMMON, "password"); return false;
    }
    return false;
}

void setup_handle(struct call *c)
{
    struct entry *e = ARENA_NEW(&c->q->arena, struct entry);
    if (!e) { reply_internal(c, "no memory"); return; }
    if (!c->q->peer_loopback) { reply_fault(c, FAULT_SETUP_LOCAL, NULL); return; }
    if (!call_text(c, "code", 1, 64, &e->code) || !call_text(c, "name", 1, ACCOUNT_NAME_BYTES - 1, &e->name) || !read_password(c, e)) return;
    if (!password_ok(c, (struct text){ e->job.password, e->job.password_len }, e->name)) return;
    json_t *shop = json_object_get(c->body, "store");
    if (json_is_object(shop) && !read_shop(c, shop, &e->shop)) return;
    /* Guesses of the code are slowed down like guesses of a password; no account has an empty name. */
    e->keys = keys_of(c->web, c->q, TEXT(""));
    int64_t wait = ask_limit(c->web, &e->keys);
    if (wait) {
        reply_wait(c, FAULT_SLOW_DOWN, wait);
        return;
    }
    e->job.make = true;
    c->ctx = e;
    call_on_reader(c, setup_look);
}

/* ---- POST /logout ---- */

static bool logout_write(struct store *s, struct write *w) { return session_end(s, WEB_MERCHANT, text_from_cstr(w->call->token)); }

static void logged_out(struct call *c, struct write *w)
{
    (void)w;
    sessions_forget(c->web->sessions, text_from_cstr(c->token));
    c->set_cookie = cookie_text(c, "", 0);
    reply_ok(c);
}

void logout_handle(struct call *c) { call_write(c, &(struct write){ .run = logout_write, .done = logged_out }); }
