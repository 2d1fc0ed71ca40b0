/* The one table of routes x roles. It drives dispatch, access, the `may` list of GET /session, the field masks of what is
 * answered, and the tests: test/unit/web_routes_test.c holds it against openapi.json, test/story/web_access.py walks every route
 * with every role. What is not in it is refused. */
#ifndef ZG_WEB_ROUTES_H
#define ZG_WEB_ROUTES_H
#include "store/account_store.h"
#include "web/http.h"
#include "web/target.h"

struct call;

enum { ROUTE_PARAMS_MAX = 2 };
enum route_flag {
    ROUTE_PUBLIC = 1,   /* without login */
    ROUTE_UPLOAD = 2,   /* the body is a file, not JSON */
    ROUTE_CACHED = 4,   /* the same for everybody with the same mask, until the next commit or minute */
    ROUTE_FEED = 16,    /* sent by a program, which shows a token or signs: no session; the body stays as it is; nobody's view grows old by it */
    ROUTE_NO_BODY = 8,  /* a write that needs no body; one that is sent must be JSON */
};
/* Bits of the roles that may ask, by enum account_role. */
enum { BY_OWNER = 1 << ROLE_OWNER, BY_OPERATOR = 1 << ROLE_OPERATOR, BY_SERVICE = 1 << ROLE_SERVICE, BY_WAREHOUSE = 1 << ROLE_WAREHOUSE,
       BY_ALL = BY_OWNER | BY_OPERATOR | BY_SERVICE | BY_WAREHOUSE };

struct route {
    enum http_method method;
    const char *pattern;            /* "/api/v1/stores/{store}/today" */
    const char *may;                /* the permission's word in `may`; NULL: public */
    unsigned roles;                 /* BY_* */
    const unsigned char *masks;     /* ANSWER_* by role; NULL: no masked field in the answer */
    unsigned flags;
    void (*handle)(struct call *c);                    /* on an HTTP thread: must not read or wait; NULL when read is set */
    void (*read)(struct call *c, struct store *s);     /* on a reader's thread, with its connection */
};
extern const struct route routes[];
extern const int route_count;

/* A permission that is no route: which fields of an answer a role sees. */
struct permission { const char *may; unsigned roles; };
extern const struct permission permissions[];
extern const int permission_count;

enum route_match { ROUTE_FOUND, ROUTE_OTHER_METHOD, ROUTE_NONE };
/* HEAD is answered as GET. Params are the decoded segments of {names}, in order. */
enum route_match route_find(enum http_method method, const struct target *t, const struct route **ret,
                            struct text params[ROUTE_PARAMS_MAX]);
static inline bool route_allows(const struct route *r, enum account_role role)
{
    return role != ROLE_NONE && (r->roles & (1u << role)) != 0;
}
bool route_writes(const struct route *r); /* anything but GET */
#endif
