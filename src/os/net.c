/* Sockets: TCP for the page, a local one beside the database for the command line. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include "os/os_world.h"

/* Closes fd and keeps the errno of what failed before; -1. */
static int fail(int fd)
{
    int error = errno;
    if (fd >= 0) (void)close(fd);
    errno = error;
    return -1;
}

/* A numeric IPv4 or IPv6 address; EINVAL on a name. */
static bool fill_address(const char *address, uint16_t port, struct sockaddr_storage *ret, socklen_t *ret_size)
{
    struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons(port) };
    struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
    if (inet_pton(AF_INET, address, &v4.sin_addr) == 1) {
        memcpy(ret, &v4, sizeof v4);
        *ret_size = sizeof v4;
        return true;
    }
    if (inet_pton(AF_INET6, address, &v6.sin6_addr) == 1) {
        memcpy(ret, &v6, sizeof v6);
        *ret_size = sizeof v6;
        return true;
    }
    errno = EINVAL;
    return false;
}

int os_listen_tcp(void *ctx, const char *address, uint16_t port, int backlog)
{
    (void)ctx;
    struct sockaddr_storage where = { 0 };
    socklen_t size = 0;
    int yes = 1;
    if (!fill_address(address, port, &where, &size)) return -1;
    int fd = socket(where.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return -1;
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0) return fail(fd);
    if (bind(fd, (const struct sockaddr *)&where, size) != 0 || listen(fd, backlog) != 0) return fail(fd);
    return fd;
}

static bool fill_path(const char *path, struct sockaddr_un *ret)
{
    size_t len = strlen(path);
    *ret = (struct sockaddr_un){ .sun_family = AF_UNIX };
    if (len == 0 || len >= sizeof ret->sun_path) {
        errno = len ? ENAMETOOLONG : EINVAL;
        return false;
    }
    memcpy(ret->sun_path, path, len + 1);
    return true;
}

/* A socket file that nobody listens on any more stands in the way of bind: it is removed, a live one or another kind of
 * file is not (EADDRINUSE).  Only its owner may connect. */
int os_listen_unix(void *ctx, const char *path, int backlog)
{
    struct sockaddr_un where;
    struct stat there;
    if (!fill_path(path, &where)) return -1;
    if (lstat(path, &there) == 0) {
        int probe = S_ISSOCK(there.st_mode) ? os_connect_unix(ctx, path) : -1;
        if (probe >= 0) (void)close(probe);
        if (probe >= 0 || !S_ISSOCK(there.st_mode)) {
            errno = EADDRINUSE;
            return -1;
        }
        if (unlink(path) != 0) return -1;
    }
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return -1;
    /* On Linux the mode of the socket before bind is the mode of the file that bind makes. */
    if (fchmod(fd, 0600) != 0) return fail(fd);
    if (bind(fd, (const struct sockaddr *)&where, sizeof where) != 0 || listen(fd, backlog) != 0) return fail(fd);
    return fd;
}

int os_connect_unix(void *ctx, const char *path)
{
    (void)ctx;
    struct sockaddr_un where;
    if (!fill_path(path, &where)) return -1;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return -1;
    int result;
    do result = connect(fd, (const struct sockaddr *)&where, sizeof where);
    while (result != 0 && errno == EINTR);
    return result == 0 ? fd : fail(fd);
}
