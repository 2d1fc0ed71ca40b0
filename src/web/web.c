/* The way of a request: on_begin (who asks, may they, where does the body go), on_serve (cache, or a reader, or the handler),
 * call_answer, on_end (the access log). Deny by default: a request reaches its handler only past every check of admit(). */
#include "web/web.h"

#include <sodium.h>
#include <stdio.h>
#include <strings.h>
#include "desk/writer.h"
#include "web/assets.h"
#include "web/call.h"
#include "web/hasher.h"
#include "web/live.h"
#include "web/memory.h"
#include "web/readers.h"
#include "web/reply.h"
#include "web/sessions.h"
#include "web/uploads.h"

#define HTTP_THREADS 2
enum { ADMITTED = -1 };

/* ---- who asks, and may they ---- */

static struct text without_port(struct text host)
{
    if (host.len && host.ptr[0] == '[') {
        const char *end = memchr(host.ptr, ']', host.len);
        return end ? (struct text){ host.ptr, (size_t)(end - host.ptr) + 1 } : TEXT_NONE;
    }
    struct text port;
    return text_cut(host, ':', &port);
}

static bool text_is_nocase(struct text a, const char *b) { return a.len == strlen(b) && strncasecmp(a.ptr, b, a.len) == 0; }

/* Bound to loopback, a page of a stranger's host name that resolves to 127.0.0.1 is not answered (DNS rebinding). */
static bool host_ok(const struct web *w, const struct http_request *q)
{
    struct text host = http_header(q, "Host"), name = without_port(host);
    if (w->options.public_host && text_is_nocase(name, w->options.public_host)) return true;
    if (!w->loopback && !w->options.public_host) return host.len > 0;
    return text_is_nocase(name, "localhost") || text_is_nocase(name, "[::1]") || text_starts_with(name, TEXT("127."));
}

static bool same_origin(const struct http_request *q)
{
    struct text site = http_header(q, "Sec-Fetch-Site"), origin = http_header(q, "Origin"), host = http_header(q, "Host");
    if (site.ptr && !text_is(site, "same-origin") && !text_is(site, "none")) return false;
    if (!origin.ptr) return true;
    struct text rest = origin;
    if (text_starts_with(origin, TEXT("http://"))) rest = (struct text){ origin.ptr + 7, origin.len - 7 };
    else if (text_starts_with(origin, TEXT("https://"))) rest = (struct text){ origin.ptr + 8, origin.len - 8 };
    else return false;
    return rest.len == host.len && strncasecmp(rest.ptr, host.ptr, host.len) == 0;
}

struct touch { const struct env *env; int64_t merchant_id; char token[SESSION_TOKEN_BYTES]; };

static bool touch_run(struct store *s, void *arg)
{
    const struct touch *t = arg;
    return session_touch(s, t->merchant_id, text_from_cstr(t->token));
}

static void touch_done(void *arg, enum writer_result result)
{
    (void)result; /* the session then ends a minute early */
    struct touch *t = arg;
    sodium_memzero(t->token, sizeof t->token);
    memory_give(t->env, t, sizeof *t);
}

static void touch_session(struct web *w, const char *token)
{
    struct touch *t = memory_take(w->env, sizeof *t);
    if (!t) return;
    t->env = w->env;
    t->merchant_id = WEB_MERCHANT;
    memcpy(t->token, token, sizeof t->token);
    if (!writer_post(desk_writer(w->options.desk), &(struct writer_request){ touch_run, touch_done, t })) touch_done(t, WRITER_STOPPED);
}

static void recognise(struct call *c)
{
    struct web *w = c->web;
    struct text token = cookie_find(http_header(c->q, "Cookie"), w->cookie);
    if (token.len != SESSION_TOKEN_BYTES - 1) return;
    enum session_seen seen = sessions_find(w->sessions, token, c->replaced, &c->who);
    if (seen == SESSION_NONE) return;
    memcpy(c->token, token.ptr, token.len);
    if (seen == SESSION_TOUCH) touch_session(w, c->token);
}

static bool csrf_ok(const struct call *c)
{
    struct text told = http_header(c->q, "X-CSRF-Token");
    return told.len == SESSION_TOKEN_BYTES - 1 && sodium_memcmp(told.ptr, c->who.csrf, told.len) == 0;
}

/* ADMITTED, or the fault to answer with. */
static int admit(struct call *c)
{
    struct http_request *q = c->q;
    switch (route_find(q->method, &c->target, &c->route, c->params)) {
    case ROUTE_FOUND: break;
    case ROUTE_OTHER_METHOD: return FAULT_METHOD;
    case ROUTE_NONE: recognise(c); return c->who.user_id ? FAULT_NOT_FOUND : FAULT_LOGIN_NEEDED;
    }
    const struct route *r = c->route;
    bool writes = route_writes(r), public = (r->flags & ROUTE_PUBLIC) != 0;
    if (writes && !same_origin(q)) return FAULT_ORIGIN;
    recognise(c);
    if (!public) {
        if (!c->who.user_id) return FAULT_LOGIN_NEEDED;
        if (!route_allows(r, c->who.role)) return FAULT_ROLE;
        if (writes && !csrf_ok(c)) return FAULT_CSRF;
    }
    c->mask = r->masks ? r->masks[c->who.role] : 0;
    if (!writes || (r->flags & (ROUTE_UPLOAD | ROUTE_FEED))) return ADMITTED;
    if ((r->flags & ROUTE_NO_BODY) && q->content_length == 0) return ADMITTED;
    struct text rest;
    return text_is_nocase(text_trim(text_cut(http_header(q, "Content-Type"), ';', &rest)), "application/json") ? ADMITTED : FAULT_TYPE;
}

static bool is_page(const struct target *t)
{
    return t->segment_count == 0 || !(text_is(t->segments[0], "api") || text_is(t->segments[0], "healthz"));
}

static void on_begin(void *ctx, struct http_request *q)
{
    struct web *w = ctx;
    struct call *c = ARENA_NEW(&q->arena, struct call);
    if (!c) {
        http_answer(q, reply_refusal(w, 500));
        return;
    }
    c->web = w;
    c->q = q;
    c->replaced = writer_replaced(desk_writer(w->options.desk));
    q->user = c;
    if (!host_ok(w, q)) {
        reply_fault(c, FAULT_HOST, NULL);
    } else if (!target_parse(&q->arena, q->target, &c->target)) {
        reply_fault(c, FAULT_BAD_REQUEST, NULL);
    } else if (is_page(&c->target)) {
        if (q->method != HTTP_GET && q->method != HTTP_HEAD) reply_fault(c, FAULT_METHOD, NULL);
    } else {
        int fault = admit(c);
        if (fault != ADMITTED) reply_fault(c, (enum reply_fault)fault, NULL);
        else if (c->route->flags & ROUTE_UPLOAD) upload_begin(c);
        else if (route_writes(c->route)) q->body_max = LIMIT_JSON_BYTES;
    }
}

/* ---- the body, the cache, the handler ---- */

static bool read_body(struct call *c)
{
    struct text b = c->q->body;
    if (b.len == 0 && (c->route->flags & ROUTE_NO_BODY)) return true;
    json_error_t error;
    if (json_depth_ok(b, LIMIT_JSON_DEPTH)) c->body = json_loadb(b.ptr ? b.ptr : "", b.len, JSON_REJECT_DUPLICATES, &error);
    return json_is_object(c->body);
}

static struct cache_moment moment_of(const struct web *w)
{
    const struct writer *writer = desk_writer(w->options.desk);
    const uint64_t least = atomic_load(&w->last_write), replaced = writer_replaced(writer);
    return (struct cache_moment){ writer_commits(writer), web_now_ms(w), least > replaced ? least : replaced };
}

struct reader_task { struct call *call; void (*work)(struct call *c, struct store *s); };

static void run_reader_task(void *arg, struct store *s)
{
    struct reader_task *t = arg;
    writer_settle(desk_writer(t->call->web->options.desk));
    t->work(t->call, s);
}

void call_defer(struct call *c)
{
    if (c->deferred) return;
    c->deferred = true;
    http_defer(c->q);
}

static void call_on(struct call *c, struct readers *threads, void (*work)(struct call *c, struct store *s))
{
    struct reader_task *t = ARENA_NEW(&c->q->arena, struct reader_task);
    call_defer(c);
    if (!t) {
        reply_internal(c, "no memory");
        return;
    }
    *t = (struct reader_task){ c, work };
    if (!readers_post(threads, run_reader_task, t)) reply_wait(c, FAULT_BUSY, 1000);
}

void call_on_reader(struct call *c, void (*work)(struct call *c, struct store *s)) { call_on(c, c->web->readers, work); }
void call_on_exporter(struct call *c, void (*work)(struct call *c, struct store *s)) { call_on(c, c->web->exporters, work); }

/* A route that many ask the same of: a kept answer, or wait for the one who renders it, or render it. Also where a parked call
 * comes back to. */
static void serve_cached(struct call *c)
{
    struct cache *cache = c->web->cache;
    struct http_response *kept = cache_get(cache, c->cache_key, &c->moment);
    if (kept) {
        http_answer(c->q, kept);
        return;
    }
    call_defer(c);
    c->moment = moment_of(c->web);
    c->claimed = cache_claim(cache, c->cache_key, &c->waiter) == CACHE_RENDER;
    if (c->claimed) call_on_reader(c, c->route->read);
}

/* The mask as one character, then the target as it was sent. */
static struct text cache_key(struct call *c)
{
    struct text target = c->q->target;
    char *key = arena_take(&c->q->arena, target.len + 1, 1);
    if (!key) return TEXT_NONE;
    key[0] = (char)('A' + c->mask);
    memcpy(key + 1, target.ptr, target.len);
    return (struct text){ key, target.len + 1 };
}

static void on_serve(void *ctx, struct http_request *q)
{
    struct web *w = ctx;
    struct call *c = q->user;
    if (!c->route) {
        assets_answer(c);
    } else if (route_writes(c->route) && !(c->route->flags & (ROUTE_UPLOAD | ROUTE_FEED)) && !read_body(c)) {
        reply_fault(c, FAULT_JSON, NULL);
    } else if (c->route->flags & ROUTE_CACHED) {
        c->moment = moment_of(w);
        c->cache_key = cache_key(c);
        if (c->cache_key.ptr) serve_cached(c);
        else reply_internal(c, "no memory");
    } else if (c->route->read) {
        call_on_reader(c, c->route->read);
    } else {
        c->route->handle(c);
    }
}

void call_answer(struct call *c, struct http_response *r)
{
    struct web *w = c->web;
    struct cache_waiter *parked = NULL;
    if (c->claimed) {
        bool keep = r && http_response_status(r) == 200;
        c->claimed = false;
        parked = keep ? cache_put(w->cache, c->cache_key, &c->moment, r) : cache_drop(w->cache, c->cache_key);
    }
    if (c->route && route_writes(c->route) && !(c->route->flags & ROUTE_FEED)) atomic_store(&w->last_write, writer_commits(desk_writer(w->options.desk)));
    http_answer(c->q, r);
    while (parked) {
        struct call *other = (struct call *)((char *)parked - offsetof(struct call, waiter));
        parked = parked->next;
        serve_cached(other);
    }
}

static const char *method_word(enum http_method m)
{
    static const char *const words[] = { "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OTHER" };
    return words[m];
}

/* No path, address or name: they may hold order numbers or persons. */
static void on_end(void *ctx, struct http_request *q)
{
    struct web *w = ctx;
    struct call *c = q->user;
    if (c && c->upload) upload_end(c);
    if (w->options.log) {
        char line[256];
        int64_t us = w->env->monotonic_us(w->env->ctx) - q->began_us;
        snprintf(line, sizeof line, "%s %s %d %lld B %lld.%lld ms user %lld", method_word(q->method),
                 !c ? "-" : c->route ? c->route->pattern : "page", q->status, (long long)q->answer_bytes, (long long)(us / 1000),
                 (long long)(us / 100 % 10), c ? (long long)c->who.user_id : 0);
        w->options.log(w->options.log_ctx, line);
    }
    if (!c) return;
    json_decref(c->body);
    sodium_memzero(c->token, sizeof c->token);
    if (c->q->body.len) sodium_memzero((void *)(uintptr_t)c->q->body.ptr, c->q->body.len); /* it may hold a password */
}

static struct http_response *on_refuse(void *ctx, int status) { return reply_refusal(ctx, status); }

/* ---- writes ---- */

static bool write_run(struct store *s, void *arg)
{
    struct write *w = arg;
    if (w->call->replaced == writer_replaced(desk_writer(w->call->web->options.desk))) return w->run(s, w);
    w->fault = FAULT_LOGIN_NEEDED; /* who asks was known to another content */
    return false;
}

static void write_done(void *arg, enum writer_result result)
{
    struct write *w = arg;
    switch (result) {
    case WRITER_DONE: w->done(w->call, w); return;
    case WRITER_REFUSED:
        if (w->fault >= 0) reply_fault(w->call, (enum reply_fault)w->fault, NULL);
        else reply_internal(w->call, "a write was refused without a reason");
        return;
    case WRITER_FAILED: reply_internal(w->call, "the database refused a write"); return;
    case WRITER_FULL: reply_fault(w->call, FAULT_DISK_FULL, NULL); return;
    case WRITER_STOPPED: reply_fault(w->call, FAULT_STOPPING, NULL); return;
    }
}

void call_write(struct call *c, const struct write *w)
{
    struct write *copy = ARENA_NEW(&c->q->arena, struct write);
    call_defer(c);
    if (!copy) {
        reply_internal(c, "no memory");
        return;
    }
    *copy = *w;
    copy->call = c;
    copy->fault = -1;
    if (!writer_post(desk_writer(c->web->options.desk), &(struct writer_request){ write_run, write_done, copy }))
        reply_wait(c, FAULT_BUSY, 1000);
}

/* ---- what handlers ask of their call ---- */

bool call_text(struct call *c, const char *field, size_t min, size_t max, struct text *ret)
{
    json_t *v = json_object_get(c->body, field);
    struct text t = TEXT_NONE;
    if (json_is_string(v)) t = (struct text){ json_string_value(v), json_string_length(v) };
    bool absent = !v || json_is_null(v);
    if ((absent && min == 0) || (json_is_string(v) && t.len >= min && t.len <= max)) {
        *ret = t;
        return true;
    }
    reply_fault(c, FAULT_FIELD, field);
    return false;
}

bool call_id(struct call *c, struct text s, int64_t *ret)
{
    int64_t id;
    if (text_to_i64(s, &id) && id > 0) {
        *ret = id;
        return true;
    }
    reply_fault(c, FAULT_NOT_FOUND, NULL);
    return false;
}

bool call_shop(struct call *c, struct store *s, struct shop *ret)
{
    switch (shop_find(s, c->params[0], ret)) {
    case SHOP_OK: return true;
    case SHOP_NONE: case SHOP_EXISTS: reply_fault(c, FAULT_NO_STORE, NULL); return false;
    case SHOP_FAILED: break;
    }
    reply_internal(c, db_error_message(s->db));
    return false;
}

/* ---- start and stop ---- */

static bool owner_needed(const struct web_options *o, bool *ret, char *message, size_t message_size)
{
    struct store s;
    enum db_error error;
    if (!store_open(&s, o->env, desk_path(o->desk), DB_READ, &error, message, message_size)) return false;
    bool ok = setup_needed(&s, WEB_MERCHANT, ret);
    if (!ok) snprintf(message, message_size, "The accounts cannot be read: %s", db_error_message(s.db));
    store_close(&s);
    return ok;
}

static bool check_address(struct web *w, char *message, size_t message_size)
{
    const char *a = w->options.address;
    bool needed;
    w->loopback = !strcmp(a, "localhost") || !strcmp(a, "::1") || !strncmp(a, "127.", 4);
    if (w->loopback) return true;
    if (!owner_needed(&w->options, &needed, message, message_size)) return false;
    if (needed) snprintf(message, message_size, "This desk has no owner yet: do the first set-up on 127.0.0.1, then listen on %s.", a);
    return !needed;
}

static bool start_parts(struct web *w, char *message, size_t message_size)
{
    const struct web_options *o = &w->options;
    const char *path = desk_path(o->desk);
    snprintf(message, message_size, "There is no memory left to start the web server.");
    w->cache = cache_create(o->env);
    w->hasher = hasher_start(o->env);
    if (!w->cache || !w->hasher || !assets_start(w)) return false;
    w->sessions = sessions_open(o->env, path, WEB_MERCHANT, message, message_size);
    if (!w->sessions) return false;
    w->readers = readers_start(o->env, path, message, message_size);
    w->exporters = readers_start(o->env, path, message, message_size);
    if (!w->readers || !w->exporters) return false;
    w->uploads = uploads_start(w, message, message_size);
    if (!w->uploads) return false;
    w->live = live_start(w, message, message_size);
    return w->live != NULL;
}

struct web *web_start(const struct web_options *o, char *message, size_t message_size)
{
    struct web *w = sodium_init() < 0 ? NULL : memory_take(o->env, sizeof *w);
    if (!w) {
        snprintf(message, message_size, "There is no memory left to start the web server.");
        return NULL;
    }
    w->env = o->env;
    w->options = *o;
    atomic_init(&w->archive_rows, -1);
    if (!w->options.address) w->options.address = "127.0.0.1";
    /* Cookies know no ports: the demo beside one's own desk on the same machine must not sign one out there. */
    w->cookie = o->public_host ? "__Host-zg_session" : o->demo ? "zg_demo_session" : "zg_session";
    o->env->random(o->env->ctx, w->limit_key, sizeof w->limit_key);
    pthread_mutex_init(&w->limit_lock, NULL);
    struct http_options h = { .env = o->env, .address = w->options.address, .port = o->port, .threads = HTTP_THREADS,
                              .per_address_limit = !o->public_host };
    struct http_app app = { on_begin, on_serve, on_end, on_refuse, w };
    if (check_address(w, message, message_size) && start_parts(w, message, message_size))
        w->http = http_start(&h, &app, message, message_size);
    if (w->http) return w;
    web_stop(w);
    return NULL;
}

uint16_t web_port(const struct web *w) { return http_port(w->http); }

void web_stop(struct web *w)
{
    if (!w) return;
    live_stop(w->live);
    http_stop(w->http);
    live_free(w->live);
    uploads_stop(w->uploads);
    hasher_stop(w->hasher);
    readers_stop(w->readers);
    readers_stop(w->exporters);
    sessions_close(w->sessions);
    cache_free(w->cache);
    assets_stop(w);
    pthread_mutex_destroy(&w->limit_lock);
    memory_give(w->env, w, sizeof *w);
}
