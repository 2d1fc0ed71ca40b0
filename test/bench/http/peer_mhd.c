/* Peer of the HTTP library measurement: libmicrohttpd, internal epoll, thread pool of two, turbo.
 * One small JSON answer with the headers a desk sends; see http_bench.py. Usage: peer PORT BODY [poll] ("poll": one thread a connection) */
#include <microhttpd.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *body;
static size_t body_len;

static enum MHD_Result answer(void *cls, struct MHD_Connection *c, const char *url, const char *method, const char *version,
                              const char *data, size_t *size, void **state)
{
    (void)cls; (void)url; (void)method; (void)version; (void)data;
    static int seen;
    if (!*state) { *state = &seen; return MHD_YES; }
    if (*size) { *size = 0; return MHD_YES; }
    struct MHD_Response *r = MHD_create_response_from_buffer(body_len, (void *)(uintptr_t)body, MHD_RESPMEM_PERSISTENT);
    MHD_add_response_header(r, "Content-Type", "application/json; charset=utf-8");
    MHD_add_response_header(r, "Cache-Control", "no-store");
    enum MHD_Result ok = MHD_queue_response(c, 200, r);
    MHD_destroy_response(r);
    return ok;
}

int main(int argc, char **argv)
{
    if (argc < 3) return 2;
    unsigned short port = (unsigned short)strtoul(argv[1], NULL, 10);
    body = argv[2];
    body_len = strlen(body);
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_TURBO;
    unsigned pool = 2;
    if (argc > 3 && !strcmp(argv[3], "poll")) { flags = MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD; pool = 0; }
    struct MHD_Daemon *d = pool ? MHD_start_daemon(flags, port, NULL, NULL, answer, NULL, MHD_OPTION_THREAD_POOL_SIZE, pool,
                                    MHD_OPTION_CONNECTION_LIMIT, 256u, MHD_OPTION_END)
                                : MHD_start_daemon(flags, port, NULL, NULL, answer, NULL, MHD_OPTION_END);
    if (!d) return 1;
    pause();
    return 0;
}
