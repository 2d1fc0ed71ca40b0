/* Sends HTTP requests over many connections and writes down what came back, for stories and benchmarks of the feeds.
 *
 *   events_send PORT OUT --connections N (--requests FILE | --template FILE --count N) [--rate PER_S] [--seconds S] [--from I]
 *
 * FILE of --requests: each as 4 bytes of length (little endian) and its bytes. A template is one request in which ######## stands for its
 * number, @@@@ for a product (0..999), $$ for a region (0..30) and %%%%%%% for a buyer (of a million), all of fixed width.
 * OUT: for each request 8 bytes: status (0: not sent or no answer), flags (1 accepted, 2 duplicate), microseconds. Written as they come, so
 * that it is a ledger. With --rate a request is due at its time and its wait counts from then, whether a connection was free or not. */
#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { CONNECTIONS_MAX = 1024, ANSWER_MAX = 64 * 1024, TEMPLATE_MAX = 64 * 1024 };
struct outcome { uint16_t status, flags; uint32_t us; };
struct connection {
    int fd;
    int64_t number;               /* of the request under way, -1: idle */
    int64_t due_us;
    const char *request;
    size_t length, sent, got;
    char *own;                    /* a template, filled in */
    char answer[ANSWER_MAX + 1];
};
static struct {
    uint16_t port;
    int out, epoll, connections;
    const char *file, *pattern;
    size_t file_bytes, file_at, pattern_bytes;
    int64_t count, next, answered, rate, end_us, begin_us;
    bool broken;
    struct connection *c[CONNECTIONS_MAX];
} f;

static int64_t now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void put_digits(char *at, size_t width, uint64_t v)
{
    for (size_t i = width; i-- > 0; v /= 10) at[i] = (char)('0' + v % 10);
}

/* Each run of one of the four signs becomes its figure. */
static void fill(char *to, const char *pattern, size_t n, uint64_t number)
{
    const uint64_t mixed = number * UINT64_C(0x9E3779B97F4A7C15) >> 20;
    uint64_t product = mixed % 1000;
    memcpy(to, pattern, n);
    for (size_t i = 0; i + 1 < n; i++) {
        size_t run = 1;
        const char sign = to[i];
        if (!strchr("#@$%", sign) || sign == 0) continue;
        while (i + run < n && to[i + run] == sign) run++;
        if (sign == '#' && run == 8) put_digits(to + i, run, number);
        if (sign == '@' && run == 4) { put_digits(to + i, run, product); product = (product + 331) % 1000; }
        if (sign == '$' && run == 2) put_digits(to + i, run, mixed % 31);
        if (sign == '%' && run == 7) put_digits(to + i, run, mixed % 1000003);
        i += run - 1;
    }
}

static void out_write(int64_t number, const struct outcome *o)
{
    if (pwrite(f.out, o, sizeof *o, number * (int64_t)sizeof *o) != sizeof *o) { perror("events_send: out"); exit(2); }
}

static bool connect_one(struct connection *c)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(f.port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    const int one = 1;
    c->number = -1;
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&a, sizeof a) != 0) return false;
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    fcntl(c->fd, F_SETFL, O_NONBLOCK);
    struct epoll_event e = { .events = EPOLLIN, .data.ptr = c };
    return epoll_ctl(f.epoll, EPOLL_CTL_ADD, c->fd, &e) == 0;
}

static bool push(struct connection *c)
{
    while (c->sent < c->length) {
        const ssize_t n = send(c->fd, c->request + c->sent, c->length - c->sent, MSG_NOSIGNAL);
        if (n < 0 && errno == EAGAIN) {
            struct epoll_event e = { .events = EPOLLIN | EPOLLOUT, .data.ptr = c };
            return epoll_ctl(f.epoll, EPOLL_CTL_MOD, c->fd, &e) == 0;
        }
        if (n <= 0) return false;
        c->sent += (size_t)n;
    }
    return true;
}

/* The next request on this connection; false: none is left or due, or the connection is gone. */
static bool next(struct connection *c)
{
    const int64_t now = now_us();
    if (f.broken || f.next >= f.count || now >= f.end_us) return false;
    c->due_us = f.rate ? f.begin_us + f.next * 1000000 / f.rate : now;
    if (c->due_us > now) return false;
    if (f.pattern) {
        fill(c->own, f.pattern, f.pattern_bytes, (uint64_t)f.next);
        c->request = c->own;
        c->length = f.pattern_bytes;
    } else {
        uint32_t n;
        if (f.file_at + 4 > f.file_bytes) return false;
        memcpy(&n, f.file + f.file_at, 4);
        c->request = f.file + f.file_at + 4;
        c->length = n;
        f.file_at += 4 + n;
    }
    c->number = f.next++;
    c->sent = c->got = 0;
    if (push(c)) return true;
    f.broken = true;
    return false;
}

/* 1: the answer is whole; 0: more; -1: broken. */
static int pull(struct connection *c)
{
    for (;;) {
        const ssize_t n = recv(c->fd, c->answer + c->got, ANSWER_MAX - c->got, 0);
        if (n < 0 && errno == EAGAIN) return 0;
        if (n <= 0 || c->got + (size_t)n >= ANSWER_MAX) return -1;
        c->got += (size_t)n;
        c->answer[c->got] = '\0';
        const char *end = strstr(c->answer, "\r\n\r\n"), *length = strcasestr(c->answer, "\r\ncontent-length:");
        if (!end || !length || length > end) continue;
        if (c->got >= (size_t)(end + 4 - c->answer) + strtoul(length + 17, NULL, 10)) return 1;
    }
}

static void answered(struct connection *c)
{
    struct outcome o = { .status = (uint16_t)strtoul(c->answer + 9, NULL, 10), .us = (uint32_t)(now_us() - c->due_us) };
    if (strstr(c->answer, "\"accepted\":1")) o.flags |= 1;
    if (strstr(c->answer, "\"duplicates\":1")) o.flags |= 2;
    out_write(c->number, &o);
    c->number = -1;
    f.answered++;
    if (strcasestr(c->answer, "\r\nconnection: close")) {
        close(c->fd);
        if (!connect_one(c)) f.broken = true;
    }
}

static int under_way(void)
{
    int n = 0;
    for (int i = 0; i < f.connections; i++) n += f.c[i]->number >= 0;
    return n;
}

static void run(void)
{
    struct epoll_event events[CONNECTIONS_MAX];
    int64_t stuck_us = now_us();
    for (int i = 0; i < f.connections; i++) next(f.c[i]);
    while (!f.broken && (under_way() > 0 || (f.next < f.count && now_us() < f.end_us))) {
        const int n = epoll_wait(f.epoll, events, CONNECTIONS_MAX, f.rate ? 1 : 100);
        for (int i = 0; i < n; i++) {
            struct connection *c = events[i].data.ptr;
            if ((events[i].events & EPOLLOUT) && c->number >= 0 && c->sent < c->length && !push(c)) f.broken = true;
            if (!(events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR))) continue;
            const int whole = c->number >= 0 ? pull(c) : -1;
            if (whole < 0) { f.broken = true; break; }
            if (whole == 0) continue;
            stuck_us = now_us();
            answered(c);
            next(c);
        }
        for (int i = 0; f.rate && i < f.connections; i++)
            if (f.c[i]->number < 0 && !next(f.c[i])) break;
        if (now_us() - stuck_us > 60000000) { fprintf(stderr, "events_send: no answer for a minute\n"); f.broken = true; }
    }
}

static const char *map(const char *path, size_t *ret_bytes)
{
    struct stat st;
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) != 0) { perror(path); exit(2); }
    *ret_bytes = (size_t)st.st_size;
    const char *p = mmap(NULL, *ret_bytes + 1, PROT_READ, MAP_PRIVATE, fd, 0);
    if (p == MAP_FAILED) { perror(path); exit(2); }
    close(fd);
    return p;
}

int main(int argc, char **argv)
{
    f.count = INT64_MAX;
    f.end_us = INT64_MAX;
    int64_t seconds = 0;
    if (argc < 3) return 2;
    f.port = (uint16_t)strtoul(argv[1], NULL, 10);
    f.out = open(argv[2], O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    for (int i = 3; i + 1 < argc; i += 2) {
        if (!strcmp(argv[i], "--connections")) f.connections = (int)strtol(argv[i + 1], NULL, 10);
        else if (!strcmp(argv[i], "--requests")) f.file = map(argv[i + 1], &f.file_bytes);
        else if (!strcmp(argv[i], "--template")) f.pattern = map(argv[i + 1], &f.pattern_bytes);
        else if (!strcmp(argv[i], "--count")) f.count = strtoll(argv[i + 1], NULL, 10);
        else if (!strcmp(argv[i], "--rate")) f.rate = strtoll(argv[i + 1], NULL, 10);
        else if (!strcmp(argv[i], "--from")) f.next = strtoll(argv[i + 1], NULL, 10);
        else if (!strcmp(argv[i], "--seconds")) seconds = strtoll(argv[i + 1], NULL, 10);
        else return 2;
    }
    if (f.out < 0 || f.connections < 1 || f.connections > CONNECTIONS_MAX || !f.file == !f.pattern || f.pattern_bytes > TEMPLATE_MAX) return 2;
    if (f.file) {
        f.count = 0;
        for (size_t at = 0; at + 4 <= f.file_bytes; f.count++) {
            uint32_t n;
            memcpy(&n, f.file + at, 4);
            at += 4 + n;
        }
    }
    f.epoll = epoll_create1(EPOLL_CLOEXEC);
    for (int i = 0; i < f.connections; i++) {
        f.c[i] = calloc(1, sizeof *f.c[i]);
        assert(f.c[i]);
        f.c[i]->own = malloc(TEMPLATE_MAX);
        if (!connect_one(f.c[i])) { perror("events_send: connect"); return 2; }
    }
    const int64_t first = f.next;
    f.begin_us = now_us() - (f.rate ? first * 1000000 / f.rate : 0);
    const int64_t began = now_us();
    if (seconds) f.end_us = began + seconds * 1000000;
    run();
    const double took = (double)(now_us() - began) / 1e6;
    printf("{\"sent\":%lld,\"answered\":%lld,\"seconds\":%.3f,\"per_s\":%.1f,\"broken\":%s}\n", (long long)(f.next - first), (long long)f.answered, took,
           (double)f.answered / took, f.broken ? "true" : "false");
    return 0;
}
