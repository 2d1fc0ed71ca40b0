/* Peer of the HTTP library measurement: libevent's evhttp, two threads that share the port. Usage: peer PORT BODY, see http_bench.py. */
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const char *body;
static size_t body_len;
static unsigned short port;

static void answer(struct evhttp_request *q, void *arg)
{
    (void)arg;
    struct evbuffer *b = evbuffer_new();
    evbuffer_add_reference(b, body, body_len, NULL, NULL);
    evhttp_add_header(evhttp_request_get_output_headers(q), "Content-Type", "application/json; charset=utf-8");
    evhttp_add_header(evhttp_request_get_output_headers(q), "Cache-Control", "no-store");
    evhttp_send_reply(q, 200, "OK", b);
    evbuffer_free(b);
}

static void *loop(void *arg)
{
    (void)arg;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), one = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof one);
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    if (bind(fd, (struct sockaddr *)&a, sizeof a) || listen(fd, 1024)) _exit(1);
    struct event_base *base = event_base_new();
    struct evhttp *h = evhttp_new(base);
    evhttp_accept_socket(h, fd);
    evhttp_set_gencb(h, answer, NULL);
    event_base_dispatch(base);
    return NULL;
}

int main(int argc, char **argv)
{
    if (argc < 3) return 2;
    port = (unsigned short)strtoul(argv[1], NULL, 10);
    body = argv[2];
    body_len = strlen(body);
    pthread_t t;
    pthread_create(&t, NULL, loop, NULL);
    loop(NULL);
    return 0;
}
