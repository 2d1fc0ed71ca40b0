/* HTTP/1.1 as the desk needs it: a request in, one answer out, now or later. Only http.c knows the library underneath
 * (docs/decisions/0001-http-library.md); everybody else sees these two structs.
 *
 * The life of a request, always on one of the server's own threads:
 *   app.begin   the head is there: look at it, then either answer at once (the body is not read), or say where the body
 *               goes: up to body_max bytes in memory, or piece by piece into a sink;
 *   app.serve   the body is complete: answer, or http_defer() and answer later from any thread;
 *   app.end     the answer is on its way or the client is gone: free what hangs on the request, write the access log. Comes also
 *               for what the server refused by itself; `user` is then NULL. */
#ifndef ZG_WEB_HTTP_H
#define ZG_WEB_HTTP_H
#include "base/arena.h"
#include "base/env.h"
#include "base/text.h"

#define HTTP_HEAD_BYTES_MAX (16 * 1024)       /* request line and headers together */
#define HTTP_TARGET_BYTES_MAX (4 * 1024)
#define HTTP_CONNECTIONS_MAX 900u
#define HTTP_CONNECTIONS_PER_ADDRESS_MAX 600u
#define HTTP_HEAD_DEADLINE_MS INT64_C(30000)  /* from the connection or the last answer to the end of the next head */
#define HTTP_BODY_DEADLINE_MS INT64_C(60000)  /* for a body in memory; a sink may take longer at HTTP_SINK_BYTES_PER_S */
#define HTTP_SINK_BYTES_PER_S INT64_C(16384)  /* slower uploads are cut off */
#define HTTP_ANSWER_DEADLINE_MS INT64_C(600000)
#define HTTP_DRAIN_BYTES_MAX (4 * 1024 * 1024)      /* a refused body up to this length is read, so that the client sees the answer */

enum http_method { HTTP_GET, HTTP_HEAD, HTTP_POST, HTTP_PUT, HTTP_PATCH, HTTP_DELETE, HTTP_OTHER };

struct http_sink {
    bool (*write)(void *ctx, const void *bytes, size_t len); /* false: no more; what follows is read and dropped */
    void *ctx;
};

struct http_response;
struct http_request {
    struct arena arena;          /* lives as long as the request */
    enum http_method method;
    struct text target;          /* as sent, not decoded: "/a%20b?c=d" */
    int64_t content_length;      /* -1: not told (chunked) */
    unsigned char peer[16];      /* IPv6, or IPv4 as ::ffff:a.b.c.d */
    bool peer_loopback;
    int64_t began_us;            /* env.monotonic_us when the head was complete */
    /* begin fills in: */
    size_t body_max;             /* longer bodies are answered with 413 */
    struct http_sink sink;       /* .write set: the body goes there and body_max does not count */
    void *user;                  /* the app's own */
    /* before serve: */
    struct text body;            /* whole, in the arena; empty with a sink */
    bool sink_failed;            /* the sink said no */
    int64_t body_bytes;
    /* before end: */
    int status;                  /* 0: the client went before there was an answer */
    int64_t answer_bytes;
};

struct http_app {
    void (*begin)(void *ctx, struct http_request *q);
    void (*serve)(void *ctx, struct http_request *q);
    void (*end)(void *ctx, struct http_request *q);
    /* The answer to give when the library's or the server's own limits are met (400, 413, 503). */
    struct http_response *(*refuse)(void *ctx, int status);
    void *ctx;
};

struct http_options {
    const struct env *env;
    const char *address;
    uint16_t port;               /* 0: any free one */
    unsigned threads;
    bool per_address_limit;      /* off behind a proxy, where all come from one address */
};

struct http_server;
/* NULL and a sentence in `message` when the port cannot be had. */
struct http_server *http_start(const struct http_options *o, const struct http_app *app, char *message, size_t message_size);
uint16_t http_port(const struct http_server *s);
/* Takes no more connections, answers later requests with 503, waits until every deferred request is answered, closes. */
void http_stop(struct http_server *s);

/* The first value of a header, TEXT_NONE when there is none; valid until end. `name` in any case. */
struct text http_header(const struct http_request *q, const char *name);

/* ---- answers: made once, counted; may be given to many requests at the same time ---- */
/* How the bytes of a body are held. */
enum http_body { HTTP_BODY_COPIED, HTTP_BODY_FREED /* malloc'ed; free()d with the answer */, HTTP_BODY_STATIC };
struct http_response *http_response_create(const struct env *env, int status, struct text body, enum http_body kind); /* NULL: no memory */
/* The bytes of a file; the descriptor is closed with the answer, also when there is no memory. */
struct http_response *http_response_file(const struct env *env, int status, int fd, int64_t bytes);
bool http_response_header(struct http_response *r, const char *name, const char *value); /* no CR, LF; before the first answer */
struct http_response *http_response_ref(struct http_response *r);
void http_response_unref(struct http_response *r);
int http_response_status(const struct http_response *r);
size_t http_response_bytes(const struct http_response *r);

/* Only from begin or serve: the answer comes later. Nothing of the request may be touched by the caller afterwards
 * unless it is the one that will answer. */
void http_defer(struct http_request *q);
/* Exactly once a request; takes over the caller's reference. After a deferred answer the request may be gone. */
void http_answer(struct http_request *q, struct http_response *r);
#endif
