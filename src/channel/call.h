/* One HTTP request to somebody outside, once, and exactly how far it came; and what SMTP shares with it. libcurl does the talking: never by way of
 * a proxy, never redirected, certificates always checked, a time limit over all of it, at most 64 KiB of answer read. */
#ifndef ZG_CHANNEL_CALL_H
#define ZG_CHANNEL_CALL_H
#include <curl/curl.h>
#include "channel/link.h"

enum { CALL_BODY_MAX = 64 * 1024, CALL_TIMEOUT_MS = 30000, CALL_CONNECT_MS = 10000 };

struct call_ask {
    const char *url;
    const struct curl_slist *headers;
    struct text body;           /* POSTed */
};
enum call_end {
    CALL_NOT_BEGUN,             /* no byte of the request left */
    CALL_CUT,                   /* a part left: nobody can take over half a request */
    CALL_UNANSWERED,            /* all of it left; no status, or of a 2xx not the whole answer, came back */
    CALL_ANSWERED,
};
struct call_reply {
    enum call_end end;
    enum channel_why why;       /* unless answered: what happened */
    int status;                 /* of HTTP; also when the rest of a 2xx did not come */
    int64_t retry_after_ms;     /* -1: not said */
    size_t body_len;
    char body[CALL_BODY_MAX + 1]; /* ends in NUL */
};
/* curl: an easy handle of this link, used for nothing else. */
void call_post(const struct channel_link *link, CURL *curl, const struct call_ask *ask, struct call_reply *ret);

/* ---- what SMTP shares ---- */
struct call_socket { bool loopback_only; int tried; /* connections, all told */ curl_socket_t open[4]; /* the latest first; CURL_SOCKET_BAD: none */ };
void call_socket_init(struct call_socket *s, bool loopback_only);
/* Options that hold for every handle: where it may go, that it checks, how long. `socket` lives as long as
 * a connection that it is told of. */
bool call_prepare(const struct channel_link *link, CURL *curl, struct call_socket *socket, int64_t timeout_ms);
enum channel_why call_why(CURLcode code); /* of a transfer that was not whole */
#endif
