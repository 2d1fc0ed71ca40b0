/* The desk's web server: the page and its API over the desk that `zhanggui serve` has opened.
 *
 * Where to look:
 *   routes.c      the one table: method, path, permission, roles, field masks, handler      web.c      the way of a request
 *   http.c        the HTTP library behind one interface                                     target.c   strict decoding
 *   sessions.c    who is asking          hasher.c, login_limit.c   passwords, slowly        reply.c    answers and errors
 *   readers.c     reading connections    cache.c   answers that many ask for                uploads.c  files on their way in
 *   live.c        pages that wait for news
 *   *_page.c      one file per group of endpoints, as /api/v1 in openapi.json names them */
#ifndef ZG_WEB_H
#define ZG_WEB_H
#include "base/env.h"
#include "desk/commands.h"

struct web_demo_login { const char *name, *role, *password; };
struct web_options {
    const struct env *env;
    struct desk *desk;             /* opened with DESK_SERVE; stays open until after web_stop */
    const char *version;           /* "0.1.0" */
    const char *address;           /* NULL: 127.0.0.1. Another than loopback is refused while the desk has no owner. */
    uint16_t port;                 /* 0: any free one, see web_port */
    const char *public_host;       /* behind a TLS proxy: its host ("desk.example.com"): cookies are Secure, __Host-, and a Host
                                    * header that names another host is refused; NULL: plain HTTP */
    bool demo;                     /* GET /session says so and offers the logins */
    const struct web_demo_login *demo_logins;
    int demo_login_count;
    /* One line per answered request, without personal data: method, route, status, bytes, ms. NULL: none. Any thread. */
    void (*log)(void *ctx, const char *line);
    void *log_ctx;
};

struct web;
/* Borrows what the options point to. NULL and one sentence when it cannot start. */
struct web *web_start(const struct web_options *o, char *message, size_t message_size);
uint16_t web_port(const struct web *w);
/* Answers what has begun, then closes. The desk's writer must still run. */
void web_stop(struct web *w);
#endif
