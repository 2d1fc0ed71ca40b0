/* See call.h.
 *
 * How far it came: the request's body is handed to libcurl piece by piece, so the first piece asked for says that the head has left, and
 * CURLINFO_SIZE_UPLOAD_T how much of the body went into the socket. A server with Content-Length before it cannot act on less than all. Each call
 * has a connection of its own: on a kept one that the server has just closed, libcurl would send a request again by itself. */
#include "channel/call.h"
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>
#include "channel/settings.h"

enum { SOCKETS = sizeof((struct call_socket *)0)->open / sizeof(curl_socket_t) };

/* ---- shared ---- */

static bool address_is_loopback(const struct sockaddr *a)
{
    if (a->sa_family == AF_INET) return ntohl(((const struct sockaddr_in *)(const void *)a)->sin_addr.s_addr) >> 24 == 127;
    return a->sa_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)(const void *)a)->sin6_addr);
}

/* Where nothing is encrypted, the address itself must be this machine's, whatever a name says. */
static curl_socket_t open_socket(void *ctx, curlsocktype purpose, struct curl_sockaddr *a)
{
    struct call_socket *s = ctx;
    (void)purpose;
    s->tried++;
    if (s->loopback_only && !address_is_loopback(&a->addr)) return CURL_SOCKET_BAD;
    const curl_socket_t fd = socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
    if (fd == CURL_SOCKET_BAD) return fd;
    memmove(s->open + 1, s->open, sizeof s->open - sizeof s->open[0]);
    s->open[0] = fd;
    return fd;
}

/* libcurl tries two addresses of a name at a time and keeps one. */
static int close_socket(void *ctx, curl_socket_t fd)
{
    struct call_socket *s = ctx;
    int kept = 0;
    for (int i = 0; i < SOCKETS; i++)
        if (s->open[i] != fd) s->open[kept++] = s->open[i];
    while (kept < SOCKETS) s->open[kept++] = CURL_SOCKET_BAD;
    return close(fd);
}

void call_socket_init(struct call_socket *s, bool loopback_only)
{
    s->loopback_only = loopback_only;
    s->tried = 0;
    for (int i = 0; i < SOCKETS; i++) s->open[i] = CURL_SOCKET_BAD;
}

bool call_prepare(const struct channel_link *link, CURL *curl, struct call_socket *socket, int64_t timeout_ms)
{
    const long whole_ms = link->settings.timeout_ms ? link->settings.timeout_ms : (long)timeout_ms;
    CURLcode bad = CURLE_OK;
#define SET(option, value) bad = bad != CURLE_OK ? bad : curl_easy_setopt(curl, option, value)
    curl_easy_reset(curl); /* connections stay */
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_PROXY, "");
    SET(CURLOPT_FOLLOWLOCATION, 0L);
    SET(CURLOPT_SSL_VERIFYPEER, 1L);
    SET(CURLOPT_SSL_VERIFYHOST, 2L);
    SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    SET(CURLOPT_TIMEOUT_MS, whole_ms);
    SET(CURLOPT_CONNECTTIMEOUT_MS, whole_ms < CALL_CONNECT_MS ? whole_ms : (long)CALL_CONNECT_MS);
    SET(CURLOPT_OPENSOCKETFUNCTION, open_socket);
    SET(CURLOPT_OPENSOCKETDATA, (void *)socket);
    SET(CURLOPT_CLOSESOCKETFUNCTION, close_socket);
    SET(CURLOPT_CLOSESOCKETDATA, (void *)socket);
#undef SET
    return bad == CURLE_OK;
}

enum channel_why call_why(CURLcode code)
{
    if (code == CURLE_COULDNT_RESOLVE_HOST) return WHY_RESOLVE;
    if (code == CURLE_COULDNT_CONNECT) return WHY_CONNECT;
    if (code == CURLE_OPERATION_TIMEDOUT) return WHY_SLOW;
    if (code == CURLE_OUT_OF_MEMORY) return WHY_MEMORY;
    if (code == CURLE_LOGIN_DENIED) return WHY_LOGIN;
    if (code == CURLE_USE_SSL_FAILED || code == CURLE_SSL_CONNECT_ERROR || code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CERTPROBLEM ||
        code == CURLE_SSL_CACERT_BADFILE || code == CURLE_SSL_CIPHER || code == CURLE_SSL_ISSUER_ERROR || code == CURLE_SSL_ENGINE_INITFAILED)
        return WHY_TLS;
    return WHY_BROKEN;
}

/* ---- one request ---- */

struct transfer {
    const struct call_ask *ask;
    struct call_reply *reply;
    size_t given;               /* of the body */
    bool head_left, headers_whole, too_long;
};

static size_t give_body(char *to, size_t size, size_t count, void *ctx)
{
    struct transfer *t = ctx;
    const size_t room = size * count, left = t->ask->body.len - t->given, n = left < room ? left : room;
    t->head_left = true;
    memcpy(to, t->ask->body.ptr + t->given, n);
    t->given += n;
    return n;
}

static size_t take_body(char *from, size_t size, size_t count, void *ctx)
{
    struct transfer *t = ctx;
    const size_t n = size * count, room = CALL_BODY_MAX - t->reply->body_len;
    const size_t take = n < room ? n : room;
    memcpy(t->reply->body + t->reply->body_len, from, take);
    t->reply->body_len += take;
    t->too_long = t->too_long || take < n;
    return take; /* less than n ends the transfer */
}

static size_t take_header(char *from, size_t size, size_t count, void *ctx)
{
    struct transfer *t = ctx;
    const struct text line = text_trim((struct text){ from, size * count });
    struct text value, name = text_cut(line, ':', &value);
    char small[16];
    int64_t seconds;
    if (text_starts_with(line, TEXT("HTTP/"))) t->headers_whole = false; /* a 1xx went before */
    if (line.len == 0) t->headers_whole = true;
    if (name.len == sizeof "retry-after" - 1) {
        for (size_t i = 0; i < name.len; i++) small[i] = (char)(name.ptr[i] | 0x20);
        if (memcmp(small, "retry-after", name.len) == 0 && text_to_i64(text_trim(value), &seconds) && seconds >= 0 && seconds <= 86400)
            t->reply->retry_after_ms = seconds * MS_PER_S;
    }
    return size * count;
}

static bool prepare(const struct channel_link *link, CURL *curl, struct call_socket *socket, struct transfer *t)
{
    CURLcode bad = CURLE_OK;
    if (!call_prepare(link, curl, socket, CALL_TIMEOUT_MS)) return false;
#define SET(option, value) bad = bad != CURLE_OK ? bad : curl_easy_setopt(curl, option, value)
    SET(CURLOPT_PROTOCOLS_STR, "http,https");
    SET(CURLOPT_URL, t->ask->url);
    SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    SET(CURLOPT_FRESH_CONNECT, 1L);
    SET(CURLOPT_FORBID_REUSE, 1L);
    SET(CURLOPT_POST, 1L);
    SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)t->ask->body.len);
    SET(CURLOPT_READFUNCTION, give_body);
    SET(CURLOPT_READDATA, (void *)t);
    SET(CURLOPT_WRITEFUNCTION, take_body);
    SET(CURLOPT_WRITEDATA, (void *)t);
    SET(CURLOPT_HEADERFUNCTION, take_header);
    SET(CURLOPT_HEADERDATA, (void *)t);
    SET(CURLOPT_HTTPHEADER, t->ask->headers);
    SET(CURLOPT_USERAGENT, "zhanggui/" ZG_VERSION);
#undef SET
    return bad == CURLE_OK;
}

static void judge(CURL *curl, CURLcode code, const struct transfer *t, struct call_reply *ret)
{
    curl_off_t sent = 0;
    long status = 0, head = 0;
    (void)curl_easy_getinfo(curl, CURLINFO_SIZE_UPLOAD_T, &sent);
    (void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    (void)curl_easy_getinfo(curl, CURLINFO_REQUEST_SIZE, &head);
    ret->status = t->headers_whole ? (int)status : 0;
    ret->why = call_why(code);
    const bool whole = code == CURLE_OK || t->too_long;
    if (ret->status != 0 && (whole || ret->status < 200 || ret->status > 299)) ret->end = CALL_ANSWERED; /* a no is a no, however its body ends */
    else if (!t->head_left && head == 0) ret->end = CALL_NOT_BEGUN;
    else if ((size_t)sent < t->ask->body.len) ret->end = CALL_CUT;
    else {
        ret->end = CALL_UNANSWERED;
        ret->why = code == CURLE_OPERATION_TIMEDOUT ? WHY_SILENT : code == CURLE_WEIRD_SERVER_REPLY || code == CURLE_UNSUPPORTED_PROTOCOL || whole ? WHY_GARBLED : WHY_LOST;
    }
}

void call_post(const struct channel_link *link, CURL *curl, const struct call_ask *ask, struct call_reply *ret)
{
    struct transfer t = { .ask = ask, .reply = ret };
    struct call_socket socket;
    call_socket_init(&socket, strncmp(ask->url, "https:", 6) != 0);
    ret->status = 0;
    ret->retry_after_ms = -1;
    ret->body_len = 0;
    if (prepare(link, curl, &socket, &t)) judge(curl, curl_easy_perform(curl), &t, ret);
    else {
        ret->end = CALL_NOT_BEGUN;
        ret->why = WHY_MEMORY;
    }
    ret->body[ret->body_len] = '\0';
}
