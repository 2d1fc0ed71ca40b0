/* Peer of the HTTP library measurement: libh2o 2.2 with its own event loop, two threads that share the port. Usage: peer PORT BODY, see http_bench.py. */
#define H2O_USE_EPOLL 1
#define H2O_USE_LIBUV 0
#include <h2o.h>
#include <h2o/http1.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *body;
static size_t body_len;
static unsigned short port;
static h2o_globalconf_t config;

static int answer(h2o_handler_t *self, h2o_req_t *req)
{
    (void)self;
    static h2o_generator_t generator = { NULL, NULL };
    req->res.status = 200;
    req->res.reason = "OK";
    req->res.content_length = body_len;
    h2o_add_header(&req->pool, &req->res.headers, H2O_TOKEN_CONTENT_TYPE, NULL, H2O_STRLIT("application/json; charset=utf-8"));
    h2o_add_header(&req->pool, &req->res.headers, H2O_TOKEN_CACHE_CONTROL, NULL, H2O_STRLIT("no-store"));
    h2o_iovec_t v = h2o_iovec_init(body, body_len);
    h2o_start_response(req, &generator);
    h2o_send(req, &v, 1, H2O_SEND_STATE_FINAL);
    return 0;
}

static void on_accept(h2o_socket_t *listener, const char *err)
{
    h2o_socket_t *s;
    if (err || !(s = h2o_evloop_socket_accept(listener))) return;
    h2o_accept(listener->data, s);
}

static void *loop(void *arg)
{
    (void)arg;
    h2o_context_t context;
    h2o_accept_ctx_t accept_ctx = { 0 };
    h2o_context_init(&context, h2o_evloop_create(), &config);
    accept_ctx.ctx = &context;
    accept_ctx.hosts = config.hosts;
    int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof one);
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    if (bind(fd, (struct sockaddr *)&a, sizeof a) || listen(fd, 1024)) _exit(1);
    h2o_socket_t *listener = h2o_evloop_socket_create(context.loop, fd, H2O_SOCKET_FLAG_DONT_READ);
    listener->data = &accept_ctx;
    h2o_socket_read_start(listener, on_accept);
    while (h2o_evloop_run(context.loop, INT32_MAX) == 0) {}
    return NULL;
}

int main(int argc, char **argv)
{
    if (argc < 3) return 2;
    port = (unsigned short)strtoul(argv[1], NULL, 10);
    body = argv[2];
    body_len = strlen(body);
    h2o_config_init(&config);
    h2o_hostconf_t *host = h2o_config_register_host(&config, h2o_iovec_init(H2O_STRLIT("default")), 65535);
    h2o_pathconf_t *path = h2o_config_register_path(host, "/", 0);
    h2o_create_handler(path, sizeof(h2o_handler_t))->on_req = answer;
    pthread_t t;
    pthread_create(&t, NULL, loop, NULL);
    loop(NULL);
    return 0;
}
