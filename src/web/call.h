/* One API request on its way through the desk, and the desk's web server as its handlers see it. */
#ifndef ZG_WEB_CALL_H
#define ZG_WEB_CALL_H
#include <jansson.h>
#include <pthread.h>
#include <stdatomic.h>
#include "core/contact/contact.h"
#include "store/account_store.h"
#include "web/cache.h"
#include "web/http.h"
#include "web/login_limit.h"
#include "web/routes.h"
#include "web/target.h"
#include "web/web.h"

#define WEB_MERCHANT INT64_C(1) /* one merchant a desk, so far */

struct readers;
struct sessions;
struct hasher;
struct uploads;
struct upload_body;
struct live;

struct web {
    const struct env *env;
    struct web_options options;
    struct http_server *http;
    struct readers *readers;
    struct readers *exporters;      /* for what takes long: lists as files, archives, erasures; they may wait for the writer */
    struct cache *cache;
    struct sessions *sessions;
    struct hasher *hasher;
    struct uploads *uploads;
    struct live *live;
    const char *cookie;             /* the session cookie's name */
    bool loopback;                  /* bound to loopback: the Host header must be, too */
    pthread_mutex_t limit_lock;
    struct login_limit limit;
    unsigned char limit_key[16];
    _Atomic int64_t archive_rows;   /* of the archive that is being written; -1: none is */
    atomic_uint errors;             /* numbers of unexpected errors */
    _Atomic uint64_t last_write;    /* the writer's count after the last write that a person made */
    struct http_response **assets;  /* one a part of the page, as assets.c lists them */
};

/* Who is asking; user_id 0: nobody. */
struct visitor { int64_t user_id; enum account_role role; char name[ACCOUNT_NAME_BYTES]; char csrf[SESSION_TOKEN_BYTES]; };

struct call {
    struct web *web;
    struct http_request *q;
    const struct route *route;      /* NULL: a part of the page */
    struct target target;
    struct text params[ROUTE_PARAMS_MAX];
    struct visitor who;
    uint64_t replaced;              /* writer_replaced when it came: who asks was found in that content */
    char token[SESSION_TOKEN_BYTES];/* the session's id, as the cookie tells it; "" when nobody is signed in */
    unsigned mask;                  /* ANSWER_* */
    struct policy policy;           /* the shop's, once an answer is asked for */
    json_t *body;                   /* the JSON body, an object; NULL when there is none */
    char *set_cookie;               /* in the request's arena */
    struct upload_body *upload;
    void *ctx;                      /* the handler's own, in the request's arena */
    struct text cache_key;          /* empty: not cached */
    struct cache_moment moment;     /* before the answer was read */
    struct cache_waiter waiter;
    bool claimed;                   /* others may wait for this answer */
    bool deferred;
};

static inline int64_t web_now_ms(const struct web *w) { return w->env->now_ms(w->env->ctx); }

/* Answers and, where the route says so, keeps the answer for the others. NULL: the connection closes. */
void call_answer(struct call *c, struct http_response *r);
/* Goes on with `work` on a reader's thread; the call is deferred already or is deferred now. Answered with 429 when too many wait. */
void call_on_reader(struct call *c, void (*work)(struct call *c, struct store *s));
/* The same on a thread that may take its time, and wait for the writer. */
void call_on_exporter(struct call *c, void (*work)(struct call *c, struct store *s));
void call_defer(struct call *c);

/* A write in the writer's next transaction. `run` returns false to change nothing (it may have set `fault`); `done` comes after
 * the commit, on the writer's thread, only when run returned true and it is durable: it must answer or hand on at once. */
struct write {
    bool (*run)(struct store *s, struct write *w);
    void (*done)(struct call *c, struct write *w);
    struct call *call;
    int fault;                      /* enum reply_fault; -1: none */
    void *ctx;
};
void call_write(struct call *c, const struct write *w);

/* A text field of the body: false (and answered with 422) unless it is a string of min..max bytes without NUL. An absent optional field (min 0)
 * is empty. */
bool call_text(struct call *c, const char *field, size_t min, size_t max, struct text *ret);
/* A positive number in a path ("12"): false (and answered with 404) when it is none. */
bool call_id(struct call *c, struct text s, int64_t *ret);
/* What several pages need of each other: session_page.c, store_page.c. Both bools: false when answered. */
bool password_ok(struct call *c, struct text password, struct text name);
bool read_shop(struct call *c, json_t *j, struct shop_new *ret);
json_t *store_json(const struct shop *shop);
struct answer_ask;
struct import_row;
struct import_file_row;
/* The import of {id} and its shop: false when answered. */
bool call_import(struct call *c, struct store *s, struct import_row *ret, struct shop *ret_shop);
/* Which table of its file: "member" and "sheet" are there where it has a name. f: NULL for none. */
void import_name_table(json_t *j, const struct import_file_row *f);
/* As import_started: 202 with the import's number, or why not. ctx: the call. */
void import_started_answer(void *ctx, enum desk_result result, int64_t import_id, const struct desk_message *message);
/* The shop of {store}: false when answered (404, 500). */
bool call_shop(struct call *c, struct store *s, struct shop *ret);
/* What an answer about the shop of {store} is asked with, its policy included: desk_page.c. False when answered. */
bool call_ask(struct call *c, struct store *s, int64_t at_ms, struct shop *ret_shop, struct answer_ask *ret);
/* An instant ("at"), now where there is none: false when answered. */
bool call_at(struct call *c, struct text t, int64_t *ret);
#endif
