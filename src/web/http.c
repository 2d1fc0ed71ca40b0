/* With http_answer.c the only file that knows libmicrohttpd. Two or more threads, each with its own epoll, share the listening socket; a
 * deferred request is suspended and resumed, so that no thread ever waits for the writer or a reader.
 *
 * Read on_target (the request line is there), on_access (the library calls it again and again: head, pieces of the body,
 * end of the body, after a resume), on_completed. The library has a time-out for silence but none for slowness, so one
 * thread looks at all connections once a second and shuts those that are past the deadline of their phase. */
#include "web/http_answer.h"

#include <assert.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>
#include "web/memory.h"

#define REQUEST_ARENA_BYTES_MAX ((size_t)8 * 1024 * 1024)
#define REQUEST_ARENA_BYTES_KEPT ((size_t)16 * 1024) /* between two requests of a connection */
#define CONNECTION_MEMORY_BYTES ((size_t)24 * 1024) /* the head and what the library makes of it; it wipes all of it between requests */
#define SILENCE_S 30u
#define WATCH_EVERY_MS 1000
#define LAST_ANSWERS_MS 1000 /* at the end, for answers that are given already; a client that does not read holds nobody up */

enum connection_phase { CONNECTION_HEAD, CONNECTION_BODY, CONNECTION_SINK, CONNECTION_DEFERRED, CONNECTION_ANSWER };

struct connection;
struct http_server {
    const struct env *env;
    struct http_app app;
    struct MHD_Daemon *daemon;
    uint16_t port;
    pthread_mutex_t lock;      /* guards connections */
    struct connection *connections;
    atomic_int busy;           /* requests between serve and their answer */
    atomic_int unsent;         /* deferred requests whose answer is given and not yet on its way to the end */
    atomic_bool stopping;
    pthread_t watcher;
    bool watcher_runs;
    int watcher_end;           /* an eventfd that tells the watcher to end */
};

enum request_phase { REQUEST_HEAD, REQUEST_BODY, REQUEST_DEFERRED, REQUEST_ANSWERED };

struct request { /* what http.c keeps beside the public part */
    struct http_request pub; /* first: the two are cast into each other */
    struct http_server *server;
    struct MHD_Connection *connection;
    struct connection *link;
    enum request_phase phase;
    bool deferred, began, dropping;
    struct http_response *answer;
    char *body;
    size_t body_cap;
};

/* One TCP connection, in the server's list for the deadlines. Its requests come one after the other, so the one that is there now
 * lives in it, and the arena's first block is used again. */
struct connection {
    struct connection *next, *prev;
    int fd;
    _Atomic int phase;
    _Atomic int64_t since_ms;  /* when the phase began */
    _Atomic int64_t bytes;     /* of the body so far */
    struct request request;
};

static struct request *request_of(struct http_request *q) { return (struct request *)q; }
static int64_t now_ms(const struct http_server *s) { return s->env->monotonic_us(s->env->ctx) / 1000; }

/* ---- the request ---- */

struct text http_header(const struct http_request *q, const char *name)
{
    const struct request *r = (const struct request *)q;
    const char *value = NULL;
    size_t len = 0;
    if (MHD_lookup_connection_value_n(r->connection, MHD_HEADER_KIND, name, strlen(name), &value, &len) != MHD_YES || !value)
        return TEXT_NONE;
    return (struct text){ value, len };
}

void http_defer(struct http_request *q)
{
    struct request *r = request_of(q);
    assert(!r->deferred && !r->answer);
    r->deferred = true;
    r->phase = REQUEST_DEFERRED;
    atomic_store(&r->link->phase, CONNECTION_DEFERRED);
    MHD_suspend_connection(r->connection);
}

void http_answer(struct http_request *q, struct http_response *answer)
{
    struct request *r = request_of(q);
    struct http_server *s = r->server;
    assert(!r->answer);
    r->answer = answer ? answer : s->app.refuse(s->app.ctx, 500);
    if (!r->deferred) return;
    atomic_fetch_add(&s->unsent, 1);
    MHD_resume_connection(r->connection);
    atomic_fetch_sub(&s->busy, 1); /* http_stop closes the daemon only when it has seen zero */
}

static void enter_phase_at(struct request *r, enum connection_phase phase, int64_t at_ms)
{
    atomic_store_explicit(&r->link->phase, (int)phase, memory_order_relaxed);
    atomic_store_explicit(&r->link->since_ms, at_ms, memory_order_relaxed);
}

static void enter_phase(struct request *r, enum connection_phase phase) { enter_phase_at(r, phase, now_ms(r->server)); }

static enum MHD_Result queue_answer(struct request *r)
{
    if (!r->answer) return MHD_NO; /* out of memory even for a refusal: the connection closes */
    r->phase = REQUEST_ANSWERED;
    r->pub.status = r->answer->status;
    r->pub.answer_bytes = r->pub.method == HTTP_HEAD ? 0 : (int64_t)r->answer->bytes;
    enter_phase(r, CONNECTION_ANSWER);
    return MHD_queue_response(r->connection, (unsigned)r->answer->status, r->answer->mhd);
}

static void refuse(struct request *r, int status)
{
    if (!r->answer) r->answer = r->server->app.refuse(r->server->app.ctx, status);
}

static void peer_of(struct request *r)
{
    const union MHD_ConnectionInfo *i = MHD_get_connection_info(r->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };
    static const unsigned char one[16] = { [15] = 1 };
    if (!i || !i->client_addr) return;
    if (i->client_addr->sa_family == AF_INET) {
        const struct sockaddr_in *a = (const struct sockaddr_in *)(const void *)i->client_addr;
        memcpy(r->pub.peer, mapped, sizeof mapped);
        memcpy(r->pub.peer + 12, &a->sin_addr, 4);
    } else if (i->client_addr->sa_family == AF_INET6) {
        const struct sockaddr_in6 *a = (const struct sockaddr_in6 *)(const void *)i->client_addr;
        memcpy(r->pub.peer, &a->sin6_addr, 16);
    }
    r->pub.peer_loopback = memcmp(r->pub.peer, one, 16) == 0
                           || (memcmp(r->pub.peer, mapped, 12) == 0 && r->pub.peer[12] == 127);
}

/* What the library reads leniently and another server in front might read otherwise is refused: both a length and a
 * transfer coding, either of them twice, a coding other than chunked, two hosts. */
struct framing { size_t bytes; int lengths, codings, hosts, count; bool other_coding; };

static enum MHD_Result count_header(void *ctx, enum MHD_ValueKind kind, const char *key, size_t key_len, const char *value, size_t value_len)
{
    struct framing *f = ctx;
    (void)kind;
    f->bytes += key_len + value_len + 4;
    f->count++;
    if (key_len == 14 && !strncasecmp(key, "content-length", 14)) f->lengths++;
    if (key_len == 17 && !strncasecmp(key, "transfer-encoding", 17)) {
        f->codings++;
        if (value_len != 7 || strncasecmp(value, "chunked", 7) != 0) f->other_coding = true;
    }
    if (key_len == 4 && !strncasecmp(key, "host", 4)) f->hosts++;
    return MHD_YES;
}

static bool read_length(struct request *r, const struct framing *f)
{
    if (f->codings) { r->pub.content_length = -1; return true; }
    r->pub.content_length = 0;
    if (!f->lengths) return true;
    struct text t = http_header(&r->pub, "Content-Length");
    return t.len > 0 && t.len <= 18 && t.ptr[0] != '-' && text_to_i64(t, &r->pub.content_length);
}

static int head_fault(struct request *r)
{
    struct framing f = { .bytes = r->pub.target.len };
    MHD_get_connection_values_n(r->connection, MHD_HEADER_KIND, count_header, &f);
    if (f.bytes > HTTP_HEAD_BYTES_MAX || f.count > 100) return 431;
    if (r->pub.target.len > HTTP_TARGET_BYTES_MAX || r->pub.arena.failed) return 414;
    if ((f.codings && f.lengths) || f.codings > 1 || f.lengths > 1 || f.other_coding || f.hosts > 1) return 400;
    return read_length(r, &f) ? 0 : 400;
}

static enum http_method method_of(const char *m)
{
    static const struct { const char *name; enum http_method method; } names[] = {
        { "GET", HTTP_GET }, { "HEAD", HTTP_HEAD }, { "POST", HTTP_POST }, { "PUT", HTTP_PUT }, { "PATCH", HTTP_PATCH },
        { "DELETE", HTTP_DELETE },
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (!strcmp(m, names[i].name)) return names[i].method;
    return HTTP_OTHER;
}

static enum MHD_Result on_head(struct request *r, const char *method)
{
    struct http_server *s = r->server;
    r->phase = REQUEST_BODY;
    r->pub.method = method_of(method);
    r->pub.began_us = s->env->monotonic_us(s->env->ctx);
    peer_of(r);
    int fault = head_fault(r);
    r->began = true;
    if (fault) refuse(r, fault);
    else if (s->stopping) refuse(r, 503);
    else s->app.begin(s->app.ctx, &r->pub);
    bool known = r->pub.content_length >= 0;
    if (!r->answer && !r->pub.sink.write && known && (uint64_t)r->pub.content_length > r->pub.body_max) refuse(r, 413);
    if (!r->answer) {
        enter_phase_at(r, r->pub.sink.write ? CONNECTION_SINK : CONNECTION_BODY, r->pub.began_us / 1000);
        return MHD_YES;
    }
    /* A short body of a refused request is read and dropped; at a long one the connection closes after the answer. */
    if (!fault && known && r->pub.content_length <= HTTP_DRAIN_BYTES_MAX) {
        enter_phase(r, CONNECTION_BODY);
        return MHD_YES;
    }
    return queue_answer(r);
}

static bool keep_body(struct request *r, const char *data, size_t len)
{
    if (r->pub.body.len + len > r->pub.body_max) return false;
    if (r->pub.body.len + len > r->body_cap) {
        size_t cap = r->pub.content_length > 0 ? (size_t)r->pub.content_length : 2 * (r->pub.body.len + len);
        if (cap > r->pub.body_max) cap = r->pub.body_max;
        char *grown = arena_take(&r->pub.arena, cap, 1);
        if (!grown) return false;
        if (r->pub.body.len) memcpy(grown, r->body, r->pub.body.len);
        r->body = grown;
        r->body_cap = cap;
        r->pub.body.ptr = grown;
    }
    memcpy(r->body + r->pub.body.len, data, len);
    r->pub.body.len += len;
    return true;
}

static enum MHD_Result on_body(struct request *r, const char *data, size_t *size)
{
    r->pub.body_bytes += (int64_t)*size;
    atomic_fetch_add_explicit(&r->link->bytes, (int64_t)*size, memory_order_relaxed);
    if (r->answer || r->dropping) {
        if (r->pub.content_length < 0) return MHD_NO; /* no end in sight */
    } else if (r->pub.sink.write) {
        if (!r->pub.sink.write(r->pub.sink.ctx, data, *size)) {
            r->pub.sink_failed = true;
            r->dropping = true;
        }
    } else if (!keep_body(r, data, *size)) {
        refuse(r, 413);
    }
    *size = 0;
    return MHD_YES;
}

static enum MHD_Result on_whole(struct request *r)
{
    struct http_server *s = r->server;
    if (r->answer) return queue_answer(r);
    atomic_fetch_add(&s->busy, 1); /* before stopping is looked at: see http_stop */
    if (atomic_load(&s->stopping)) refuse(r, 503);
    else s->app.serve(s->app.ctx, &r->pub);
    if (r->deferred) return MHD_YES;
    atomic_fetch_sub(&s->busy, 1);
    return queue_answer(r);
}

static enum MHD_Result on_access(void *ctx, struct MHD_Connection *c, const char *url, const char *method, const char *version,
                                 const char *data, size_t *size, void **state)
{
    struct request *r = *state;
    (void)ctx; (void)c; (void)url; (void)version;
    if (!r) return MHD_NO; /* no memory for it */
    switch (r->phase) {
    case REQUEST_HEAD: return on_head(r, method);
    case REQUEST_BODY:
        if (*size) return on_body(r, data, size);
        return on_whole(r);
    case REQUEST_DEFERRED: return r->answer ? queue_answer(r) : MHD_YES;
    case REQUEST_ANSWERED: return MHD_YES;
    }
    return MHD_NO;
}

static void *on_target(void *ctx, const char *target, struct MHD_Connection *c)
{
    struct http_server *s = ctx;
    const union MHD_ConnectionInfo *i = MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    struct connection *link = i ? i->socket_context : NULL;
    if (!link) return NULL;
    struct request *r = &link->request;
    struct arena arena = r->pub.arena;
    *r = (struct request){ .server = s, .connection = c, .link = link };
    r->pub.arena = arena;
    size_t len = strnlen(target, HTTP_TARGET_BYTES_MAX + 1);
    r->pub.target = arena_text(&r->pub.arena, (struct text){ target, len });
    return r;
}

static void on_completed(void *ctx, struct MHD_Connection *c, void **state, enum MHD_RequestTerminationCode why)
{
    struct http_server *s = ctx;
    struct request *r = *state;
    (void)c; (void)why;
    if (!r) return;
    *state = NULL;
    if (r->deferred && r->answer) atomic_fetch_sub(&s->unsent, 1);
    atomic_store(&r->link->bytes, 0);
    enter_phase(r, CONNECTION_HEAD);
    if (r->began) s->app.end(s->app.ctx, &r->pub);
    http_response_unref(r->answer);
    if (r->pub.arena.taken > REQUEST_ARENA_BYTES_KEPT || r->pub.arena.failed) arena_release(&r->pub.arena);
    else arena_clear(&r->pub.arena);
}

/* The path stays as sent; web/target.c decodes it strictly. */
static size_t keep_escapes(void *ctx, struct MHD_Connection *c, char *s)
{
    (void)ctx; (void)c;
    return strlen(s);
}

/* ---- connections and deadlines ---- */

static void on_connection(void *ctx, struct MHD_Connection *c, void **socket_context, enum MHD_ConnectionNotificationCode what)
{
    struct http_server *s = ctx;
    struct connection *l;
    switch (what) {
    case MHD_CONNECTION_NOTIFY_STARTED:
        l = memory_take(s->env, sizeof *l);
        *socket_context = l;
        if (!l) return;
        l->fd = MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
        atomic_init(&l->since_ms, now_ms(s));
        arena_init(&l->request.pub.arena, &s->env->memory, REQUEST_ARENA_BYTES_MAX);
        pthread_mutex_lock(&s->lock);
        l->next = s->connections;
        if (l->next) l->next->prev = l;
        s->connections = l;
        pthread_mutex_unlock(&s->lock);
        return;
    case MHD_CONNECTION_NOTIFY_CLOSED:
        l = *socket_context;
        if (!l) return;
        pthread_mutex_lock(&s->lock);
        if (l->next) l->next->prev = l->prev;
        if (l->prev) l->prev->next = l->next; else s->connections = l->next;
        pthread_mutex_unlock(&s->lock);
        arena_release(&l->request.pub.arena);
        memory_give(s->env, l, sizeof *l);
        *socket_context = NULL;
        return;
    }
}

static bool past_deadline(const struct connection *l, int64_t now)
{
    int64_t age = now - atomic_load(&l->since_ms);
    switch ((enum connection_phase)atomic_load(&l->phase)) {
    case CONNECTION_HEAD: return age > HTTP_HEAD_DEADLINE_MS;
    case CONNECTION_BODY: return age > HTTP_BODY_DEADLINE_MS;
    case CONNECTION_SINK: return age > HTTP_BODY_DEADLINE_MS + atomic_load(&l->bytes) * 1000 / HTTP_SINK_BYTES_PER_S;
    case CONNECTION_DEFERRED: return false; /* the desk's own work, not the client's */
    case CONNECTION_ANSWER: return age > HTTP_ANSWER_DEADLINE_MS;
    }
    return false;
}

static void *watch(void *arg)
{
    struct http_server *s = arg;
    struct pollfd end = { .fd = s->watcher_end, .events = POLLIN };
    while (poll(&end, 1, WATCH_EVERY_MS) <= 0) {
        int64_t now = now_ms(s);
        pthread_mutex_lock(&s->lock);
        for (struct connection *l = s->connections; l; l = l->next)
            if (past_deadline(l, now)) shutdown(l->fd, SHUT_RDWR);
        pthread_mutex_unlock(&s->lock);
    }
    return NULL;
}

/* ---- start and stop ---- */

static enum MHD_Result on_connect(void *ctx, const struct sockaddr *from, socklen_t len)
{
    struct http_server *s = ctx;
    (void)from;
    (void)len;
    return atomic_load(&s->stopping) ? MHD_NO : MHD_YES;
}

static bool start_daemon(struct http_server *s, const struct http_options *o, int fd)
{
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_TURBO | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC;
    s->daemon = MHD_start_daemon(flags, 0, on_connect, s, on_access, s,
        MHD_OPTION_LISTEN_SOCKET, fd,
        MHD_OPTION_THREAD_POOL_SIZE, o->threads,
        MHD_OPTION_CONNECTION_LIMIT, HTTP_CONNECTIONS_MAX,
        MHD_OPTION_PER_IP_CONNECTION_LIMIT, o->per_address_limit ? HTTP_CONNECTIONS_PER_ADDRESS_MAX : 0u,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY_BYTES,
        MHD_OPTION_CONNECTION_TIMEOUT, SILENCE_S,
        MHD_OPTION_STRICT_FOR_CLIENT, 1,
        MHD_OPTION_URI_LOG_CALLBACK, on_target, s,
        MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, s,
        MHD_OPTION_NOTIFY_COMPLETED, on_completed, s,
        MHD_OPTION_NOTIFY_CONNECTION, on_connection, s,
        MHD_OPTION_END);
    return s->daemon != NULL;
}

static uint16_t bound_port(int fd)
{
    struct sockaddr_storage a;
    socklen_t len = sizeof a;
    if (getsockname(fd, (struct sockaddr *)&a, &len)) return 0;
    if (a.ss_family == AF_INET) return ntohs(((struct sockaddr_in *)&a)->sin_port);
    return a.ss_family == AF_INET6 ? ntohs(((struct sockaddr_in6 *)&a)->sin6_port) : 0;
}

static bool start_watcher(struct http_server *s)
{
    s->watcher_end = eventfd(0, EFD_CLOEXEC);
    if (s->watcher_end < 0) return false;
    s->watcher_runs = pthread_create(&s->watcher, NULL, watch, s) == 0;
    return s->watcher_runs;
}

static void release(struct http_server *s)
{
    if (s->watcher_runs && eventfd_write(s->watcher_end, 1) == 0) pthread_join(s->watcher, NULL);
    if (s->watcher_end >= 0) close(s->watcher_end);
    pthread_mutex_destroy(&s->lock);
    memory_give(s->env, s, sizeof *s);
}

struct http_server *http_start(const struct http_options *o, const struct http_app *app, char *message, size_t message_size)
{
    struct http_server *s = memory_take(o->env, sizeof *s);
    if (!s) {
        snprintf(message, message_size, "There is no memory left to start the web server.");
        return NULL;
    }
    s->env = o->env;
    s->app = *app;
    s->watcher_end = -1;
    pthread_mutex_init(&s->lock, NULL);
    int fd = o->env->listen_tcp(o->env->ctx, o->address, o->port, 1024);
    if (fd < 0) {
        snprintf(message, message_size, "Cannot listen on %s port %u: %s. Choose another port with --port.", o->address, o->port,
                 strerror(errno));
        release(s);
        return NULL;
    }
    s->port = bound_port(fd);
    if (!start_watcher(s) || !start_daemon(s, o, fd)) {
        snprintf(message, message_size, "The web server cannot start on %s port %u: %s.", o->address, s->port, strerror(errno));
        close(fd);
        release(s);
        return NULL;
    }
    return s;
}

uint16_t http_port(const struct http_server *s) { return s->port; }

void http_stop(struct http_server *s)
{
    if (!s) return;
    /* New connections are closed by on_connect. MHD_quiesce_daemon would do that as well, but libmicrohttpd 0.9.75 ends the program when one of
     * its threads lets go of the listening socket at that moment ("Failed to remove listen FD from epoll set": about one stop in 2,000).
     *
     * A request counts as busy before it looks at `stopping`: when busy is seen at zero after this store, every later
     * request sees it and is refused, so that none is suspended when the daemon ends. */
    atomic_store(&s->stopping, true);
    while (atomic_load(&s->busy) > 0) poll(NULL, 0, 2);
    for (int ms = 0; atomic_load(&s->unsent) > 0 && ms < LAST_ANSWERS_MS; ms += 2) poll(NULL, 0, 2);
    MHD_stop_daemon(s->daemon); /* with the listening socket */
    release(s);
}
