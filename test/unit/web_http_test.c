/* The HTTP layer by itself, over real sockets: framing that could be read two ways is refused, limits hold, slow clients are cut
 * off by a clock that the test moves, deferred answers come from other threads, and stopping waits for them. */
#include <criterion/criterion.h>
#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include "os/os.h"
#include "web/http.h"

static struct env world;
static _Atomic int64_t skew_us;
static int64_t (*real_monotonic)(void *ctx);
static int64_t skewed(void *ctx) { return real_monotonic(ctx) + atomic_load(&skew_us); }

/* What the little app saw. */
static atomic_int served, ended, sunk_bytes, alive;
static struct http_request *parked;

static struct http_response *say(int status, const char *text)
{
    return http_response_create(&world, status, text_from_cstr(text), HTTP_BODY_COPIED);
}

static bool sink(void *ctx, const void *bytes, size_t len)
{
    (void)ctx; (void)bytes;
    return atomic_fetch_add(&sunk_bytes, (int)len) + (int)len <= 1000000;
}

static void begin(void *ctx, struct http_request *q)
{
    (void)ctx;
    atomic_fetch_add(&alive, 1);
    q->user = &alive;
    if (text_is(q->target, "/early")) http_answer(q, say(403, "early"));
    else if (text_is(q->target, "/sink")) q->sink.write = sink;
    else q->body_max = 1000;
}

static void *later(void *arg)
{
    poll(NULL, 0, 30);
    http_answer(arg, say(200, "later"));
    return NULL;
}

static void serve(void *ctx, struct http_request *q)
{
    (void)ctx;
    atomic_fetch_add(&served, 1);
    if (text_is(q->target, "/later")) {
        pthread_t t;
        http_defer(q);
        if (pthread_create(&t, NULL, later, q) == 0) pthread_detach(t);
    } else if (text_is(q->target, "/park")) {
        http_defer(q);
        parked = q;
    } else if (q->sink_failed) {
        http_answer(q, say(507, "full"));
    } else {
        char text[64];
        snprintf(text, sizeof text, "%.*s %lld", (int)(q->body.len < 20 ? q->body.len : 20), q->body.ptr ? q->body.ptr : "", (long long)q->body_bytes);
        http_answer(q, say(200, text));
    }
}

static void end(void *ctx, struct http_request *q)
{
    (void)ctx;
    atomic_fetch_add(&ended, 1);
    if (q->user) atomic_fetch_sub(&alive, 1);
}

static struct http_response *refuse(void *ctx, int status) { (void)ctx; return say(status, "refused"); }

static struct http_server *start(void)
{
    char message[200];
    struct http_app app = { begin, serve, end, refuse, NULL };
    cr_assert(os_env_init(&world));
    real_monotonic = world.monotonic_us;
    world.monotonic_us = skewed;
    struct http_options o = { .env = &world, .address = "127.0.0.1", .threads = 2, .per_address_limit = true };
    struct http_server *s = http_start(&o, &app, message, sizeof message);
    cr_assert_not_null(s, "%s", message);
    return s;
}

static void stop(struct http_server *s)
{
    http_stop(s);
    cr_assert_eq(atomic_load(&alive), 0, "every request that began has ended");
    os_env_release(&world);
}

static int dial(const struct http_server *s)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(http_port(s)), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    struct timeval patience = { .tv_sec = 10 };
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    cr_assert_eq(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
    return fd;
}

static void put(int fd, const char *text) { cr_assert_eq(send(fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text)); }

/* Everything until the other side closes; the statuses of the answers in it, in order. */
static int statuses(int fd, int *ret, int max)
{
    static _Thread_local char all[1 << 20];
    size_t n = 0;
    ssize_t got;
    while (n < sizeof all - 1 && (got = recv(fd, all + n, sizeof all - 1 - n, 0)) > 0) n += (size_t)got;
    all[n] = '\0';
    int count = 0;
    for (char *p = all; (p = strstr(p, "HTTP/1.1 ")) && count < max; p += 9) ret[count++] = (int)strtol(p + 9, NULL, 10);
    return count;
}

static int one(const struct http_server *s, const char *request)
{
    int fd = dial(s), status = 0;
    put(fd, request);
    shutdown(fd, SHUT_WR);
    int n = statuses(fd, &status, 1);
    close(fd);
    return n ? status : 0;
}

#define HOST "Host: 127.0.0.1\r\n"

Test(web_http, framing, .timeout = 60)
{
    static const struct { const char *request; int status; } rows[] = {
        { "GET / HTTP/1.1\r\n" HOST "\r\n", 200 },
        { "POST / HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhello", 200 },
        { "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", 200 },
        { "POST /early HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhello", 403 },
        { "POST / HTTP/1.1\r\n" HOST "Content-Length: 10000000\r\n\r\n", 413 },
        { "POST / HTTP/1.1\r\n" HOST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400 },
        { "POST / HTTP/1.1\r\n" HOST "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello", 400 },
        { "POST / HTTP/1.1\r\n" HOST "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello", 400 },
        { "POST / HTTP/1.1\r\n" HOST "Content-Length: -1\r\n\r\n", 400 },
        { "POST / HTTP/1.1\r\n" HOST "Content-Length: 5,5\r\n\r\nhello", 400 },
        { "POST / HTTP/1.1\r\n" HOST "Content-Length: 0x5\r\n\r\nhello", 400 },
        { "POST / HTTP/1.1\r\n" HOST "Content-Length: 99999999999999999999\r\n\r\n", 0 /* any refusal */ },
        { "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 400 },
        { "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: identity\r\n\r\n", 400 },
        { "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400 },
        { "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n", 0 },
        { "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nhello\r\n0\r\n\r\n", 0 },
        { "GET / HTTP/1.1\r\n" HOST "Host: other\r\n\r\n", 400 },
        { "GET / HTTP/1.1\r\n\r\n", 400 },
        { "GET / HTTP/9.9\r\n" HOST "\r\n", 0 },
        { "\x16\x03\x01\x02", 0 },
    };
    struct http_server *s = start();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int before = atomic_load(&served), got = one(s, rows[i].request);
        if (rows[i].status) cr_assert_eq(got, rows[i].status, "%s: %d", rows[i].request, got);
        else cr_assert(got == 0 || got >= 400, "%s: %d", rows[i].request, got);
        cr_assert_leq(atomic_load(&served) - before, 1, "one request in, at most one handled: %s", rows[i].request);
        if (rows[i].status != 200) cr_assert_eq(atomic_load(&served), before, "%s", rows[i].request);
    }
    stop(s);
}

Test(web_http, a_refused_body_is_not_taken_for_the_next_request, .timeout = 60)
{
    struct http_server *s = start();
    int status[8], fd = dial(s);
    put(fd, "POST /early HTTP/1.1\r\n" HOST "Content-Length: 35\r\n\r\nGET /inner HTTP/1.1\r\nHost: inner\r\n\r\n"
            "GET / HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n");
    int n = statuses(fd, status, 8);
    cr_assert_eq(n, 2);
    cr_assert(status[0] == 403 && status[1] == 200, "%d %d", status[0], status[1]);
    cr_assert_eq(atomic_load(&served), 1);
    close(fd);
    stop(s);
}

Test(web_http, requests_on_one_connection_come_one_after_the_other, .timeout = 60)
{
    struct http_server *s = start();
    int status[8], fd = dial(s);
    put(fd, "GET /later HTTP/1.1\r\n" HOST "\r\nGET / HTTP/1.1\r\n" HOST "\r\nPOST / HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\nhi"
            "GET /later HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n");
    cr_assert_eq(statuses(fd, status, 8), 4);
    for (int i = 0; i < 4; i++) cr_assert_eq(status[i], 200);
    close(fd);
    stop(s);
}

Test(web_http, heads_have_a_size, .timeout = 60)
{
    struct http_server *s = start();
    char *big = malloc(200000);
    for (int kib = 4; kib <= 128; kib *= 2) {
        int n = snprintf(big, 200000, "GET / HTTP/1.1\r\n" HOST "X: ");
        memset(big + n, 'a', (size_t)kib * 1024);
        snprintf(big + n + kib * 1024, 100, "\r\n\r\n");
        int got = one(s, big);
        if (kib <= 8) cr_assert_eq(got, 200, "%d KiB: %d", kib, got);
        else cr_assert(got == 431 || got == 413 || got == 400 || got == 0, "%d KiB: %d", kib, got);
    }
    int n = snprintf(big, 200000, "GET /");
    memset(big + n, 'a', 5000);
    snprintf(big + n + 5000, 100, " HTTP/1.1\r\n" HOST "\r\n");
    cr_assert_eq(one(s, big), 414);
    n = snprintf(big, 200000, "GET / HTTP/1.1\r\n" HOST);
    for (int i = 0; i < 200; i++) n += snprintf(big + n, 100, "X%d: 1\r\n", i);
    snprintf(big + n, 100, "\r\n");
    cr_assert_eq(one(s, big), 431);
    free(big);
    stop(s);
}

Test(web_http, a_sink_that_is_full_is_told_at_the_end, .timeout = 60)
{
    struct http_server *s = start();
    static char block[100000];
    int status = 0, fd = dial(s);
    put(fd, "POST /sink HTTP/1.1\r\n" HOST "Content-Length: 3000000\r\nConnection: close\r\n\r\n");
    for (int i = 0; i < 30; i++) cr_assert_eq(send(fd, block, sizeof block, MSG_NOSIGNAL), (ssize_t)sizeof block);
    cr_assert_eq(statuses(fd, &status, 1), 1);
    cr_assert_eq(status, 507);
    cr_assert_lt(atomic_load(&sunk_bytes), 1200000, "after the no nothing more was written");
    close(fd);
    stop(s);
}

Test(web_http, slow_heads_are_cut_off_and_others_are_served, .timeout = 60)
{
    struct http_server *s = start();
    int slow[50], status;
    for (int i = 0; i < 50; i++) {
        slow[i] = dial(s);
        put(slow[i], "GET / HTTP/1.1\r\nHo");
    }
    cr_assert_eq(one(s, "GET / HTTP/1.1\r\n" HOST "\r\n"), 200);
    int body = dial(s);
    put(body, "POST / HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhe");
    poll(NULL, 0, 100);
    atomic_fetch_add(&skew_us, (HTTP_HEAD_DEADLINE_MS + 1000) * 1000);
    for (int i = 0; i < 50; i++) {
        cr_assert_eq(statuses(slow[i], &status, 1), 0, "closed without an answer");
        close(slow[i]);
    }
    cr_assert_eq(one(s, "GET / HTTP/1.1\r\n" HOST "\r\n"), 200);
    atomic_fetch_add(&skew_us, (HTTP_BODY_DEADLINE_MS + 1000) * 1000);
    cr_assert_eq(statuses(body, &status, 1), 0, "a slow body, too");
    close(body);
    stop(s);
}

static void *answer_parked(void *arg)
{
    (void)arg;
    poll(NULL, 0, 200);
    http_answer(parked, say(200, "at last"));
    return NULL;
}

Test(web_http, stopping_waits_for_what_was_deferred, .timeout = 60)
{
    struct http_server *s = start();
    pthread_t t;
    int fd = dial(s), idle = dial(s), status = 0;
    put(fd, "GET /park HTTP/1.1\r\n" HOST "\r\n");
    while (!parked) poll(NULL, 0, 1);
    cr_assert_eq(pthread_create(&t, NULL, answer_parked, NULL), 0);
    stop(s);
    pthread_join(t, NULL);
    int n = statuses(fd, &status, 1);
    cr_assert(n == 0 || status == 200);
    cr_assert_eq(atomic_load(&ended), 1);
    close(fd);
    close(idle);
}

static atomic_int port, knocks;

static void *knock(void *arg)
{
    (void)arg;
    for (int to = atomic_load(&port); to >= 0; to = atomic_load(&port)) {
        struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)to), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
        struct timeval patience = { .tv_usec = 50000 };
        char answer[512];
        const int fd = to > 0 ? socket(AF_INET, SOCK_STREAM, 0) : -1;
        if (fd < 0) { poll(NULL, 0, 1); continue; }
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        if (connect(fd, (struct sockaddr *)&a, sizeof a) == 0 && send(fd, "GET / HTTP/1.1\r\n" HOST "\r\n", strlen("GET / HTTP/1.1\r\n" HOST "\r\n"), MSG_NOSIGNAL) > 0)
            atomic_fetch_add(&knocks, recv(fd, answer, sizeof answer, 0) > 0);
        close(fd);
    }
    return NULL;
}

/* Who comes while the server stops is turned away and hinders nobody. */
Test(web_http, stopping_while_others_knock, .timeout = 120)
{
    pthread_t who[4];
    for (int i = 0; i < 4; i++) cr_assert_eq(pthread_create(&who[i], NULL, knock, NULL), 0);
    for (int round = 0; round < 60; round++) {
        struct http_server *s = start();
        atomic_store(&port, http_port(s));
        poll(NULL, 0, round % 2);
        stop(s);
        atomic_store(&port, 0);
    }
    atomic_store(&port, -1);
    for (int i = 0; i < 4; i++) pthread_join(who[i], NULL);
    cr_expect_gt(atomic_load(&knocks), 10);
}

Test(web_http, a_client_that_leaves_early_is_no_trouble, .timeout = 60)
{
    struct http_server *s = start();
    for (int i = 0; i < 200; i++) {
        int fd = dial(s);
        put(fd, i % 3 == 0 ? "GET /later HTTP/1.1\r\n" HOST "\r\n" : i % 3 == 1 ? "POST / HTTP/1.1\r\n" HOST "Content-Length: 500\r\n\r\nab" : "GE");
        struct linger now = { .l_onoff = 1 };
        if (i % 2) setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
        close(fd);
    }
    cr_assert_eq(one(s, "GET / HTTP/1.1\r\n" HOST "\r\n"), 200);
    stop(s);
}
