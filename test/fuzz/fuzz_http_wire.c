/* Anything as the bytes of a connection, over a real socket to the shipped HTTP layer; a byte 0xff splits what is sent in two. What
 * must hold: as many requests are handled as are answered with 200, each begun one ends, and the server serves the next connection. */
#include <arpa/inet.h>
#include <poll.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "fuzz.h"
#include "os/os.h"
#include "web/http.h"
#include "web/target.h"

static struct env world;
static struct http_server *server;
static atomic_int begun, handled, ended;

static struct http_response *say(int status)
{
    return http_response_create(&world, status, TEXT("{}"), HTTP_BODY_STATIC);
}

static void begin(void *ctx, struct http_request *q)
{
    struct target t;
    (void)ctx;
    q->user = &begun;
    atomic_fetch_add(&begun, 1);
    (void)cookie_find(http_header(q, "Cookie"), "zg_session");
    if (!target_parse(&q->arena, q->target, &t)) http_answer(q, say(400));
    else if (t.segment_count > 0 && text_is(t.segments[0], "no")) http_answer(q, say(403));
    else q->body_max = 4096;
}

static void serve(void *ctx, struct http_request *q)
{
    (void)ctx;
    FUZZ_CHECK(q->body.len <= 4096 && (q->content_length < 0 || (int64_t)q->body.len == q->content_length));
    atomic_fetch_add(&handled, 1);
    http_answer(q, say(200));
}

static void end(void *ctx, struct http_request *q)
{
    (void)ctx;
    if (q->user) atomic_fetch_add(&ended, 1);
}

static struct http_response *refuse(void *ctx, int status) { (void)ctx; return say(status); }

static void start(void)
{
    char message[200];
    struct http_app app = { begin, serve, end, refuse, NULL };
    struct http_options o = { .env = &world, .address = "127.0.0.1", .threads = 1 };
    FUZZ_CHECK(os_env_init(&world));
    server = http_start(&o, &app, message, sizeof message);
    FUZZ_CHECK(server != NULL);
}

static void stop(void)
{
    http_stop(server);
    os_env_release(&world);
}

static void send_all(int fd, const uint8_t *data, size_t size)
{
    while (size > 0) {
        ssize_t n = send(fd, data, size, MSG_NOSIGNAL);
        if (n <= 0) return; /* refused in the middle */
        data += n;
        size -= (size_t)n;
    }
}

static int count(const char *all, const char *what)
{
    int n = 0;
    for (const char *p = all; (p = strstr(p, what)); p += strlen(what)) n++;
    return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char answer[1 << 20];
    if (!server) { start(); atexit(stop); }
    atomic_store(&handled, 0);
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(http_port(server)), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    struct timeval patience = { .tv_usec = 20000 }; /* whoever says nothing by then waits for more of us */
    struct linger now = { .l_onoff = 1 };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    FUZZ_CHECK(fd >= 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    FUZZ_CHECK(connect(fd, (struct sockaddr *)&a, sizeof a) == 0);
    const uint8_t *split = memchr(data, 0xff, size);
    size_t first = split ? (size_t)(split - data) : size;
    send_all(fd, data, first);
    if (split) {
        poll(NULL, 0, 1);
        send_all(fd, split + 1, size - first - 1);
    }
    static const char last[] = "GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"; /* ends most conversations at once */
    send_all(fd, (const uint8_t *)last, sizeof last - 1);
    size_t n = 0;
    ssize_t got;
    while (n < sizeof answer - 1 && (got = recv(fd, answer + n, sizeof answer - 1 - n, 0)) > 0) n += (size_t)got;
    answer[n] = '\0';
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close(fd);
    for (int i = 0; atomic_load(&ended) < atomic_load(&begun) && i < 5000; i++) poll(NULL, 0, 1);
    FUZZ_CHECK(atomic_load(&ended) == atomic_load(&begun));
    /* A client that leaves may not see its answer; never does an answer come without its request. */
    FUZZ_CHECK(count(answer, "HTTP/1.1 200") <= atomic_load(&handled));
    return 0;
}
