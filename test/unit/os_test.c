#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/instant.h"
#include "os/os.h"

static struct env env;
static char folder[] = "/tmp/zg-os-XXXXXX", path[64];
static void start(void)
{
    cr_assert(os_env_init(&env));
    cr_assert(mkdtemp(folder));
    (void)snprintf(path, sizeof path, "%s/x", folder);
}
static void stop(void)
{
    (void)unlink(path);
    (void)rmdir(folder);
    os_env_release(&env);
}
TestSuite(os, .init = start, .fini = stop);

Test(os, clocks_run)
{
    int64_t now = env.now_ms(env.ctx), a = env.monotonic_us(env.ctx);
    cr_expect(now > INSTANT_FIRST_MS && now < INSTANT_LAST_MS);
    (void)usleep(2000);
    cr_expect(env.monotonic_us(env.ctx) - a >= 2000);
}

Test(os, randomness_differs)
{
    unsigned char a[32] = { 0 }, b[32] = { 0 };
    env.random(env.ctx, a, sizeof a);
    env.random(env.ctx, b, sizeof b);
    cr_expect(memcmp(a, b, sizeof a) != 0);
}

Test(os, files_are_written_and_read)
{
    char buf[8] = { 0 };
    int fd = env.open(env.ctx, path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    cr_assert(fd >= 0 && (fcntl(fd, F_GETFD) & FD_CLOEXEC));
    cr_expect(env.write(env.ctx, fd, "hello", 5) == 5 && env.fsync(env.ctx, fd) == 0 && env.close(env.ctx, fd) == 0);
    fd = env.open(env.ctx, path, O_RDONLY, 0);
    cr_expect(env.read(env.ctx, fd, buf, sizeof buf) == 5 && memcmp(buf, "hello", 5) == 0);
    cr_expect(env.read(env.ctx, fd, buf, sizeof buf) == 0 && env.close(env.ctx, fd) == 0);
    cr_expect(env.open(env.ctx, "/nowhere/at/all", O_RDONLY, 0) == -1 && errno == ENOENT);
}

Test(os, tcp_listens_where_asked)
{
    int fd = env.listen_tcp(env.ctx, "127.0.0.1", 0, 16);
    struct sockaddr_in where = { 0 };
    socklen_t size = sizeof where;
    cr_assert(fd >= 0 && getsockname(fd, (struct sockaddr *)&where, &size) == 0);
    cr_expect(where.sin_addr.s_addr == htonl(INADDR_LOOPBACK));
    cr_expect(env.listen_tcp(env.ctx, "127.0.0.1", ntohs(where.sin_port), 16) == -1 && errno == EADDRINUSE);
    cr_expect(env.listen_tcp(env.ctx, "no.such.name", 0, 16) == -1 && errno == EINVAL);
    cr_expect(env.close(env.ctx, fd) == 0);
}

Test(os, a_stale_socket_file_is_replaced_and_a_live_one_is_not)
{
    struct stat st;
    int fd = env.listen_unix(env.ctx, path, 4);
    cr_assert(fd >= 0 && stat(path, &st) == 0);
    cr_expect((st.st_mode & 0777) == 0600, "only the owner may connect: %o", (unsigned)st.st_mode);
    int client = env.connect_unix(env.ctx, path);
    cr_expect(client >= 0 && env.close(env.ctx, client) == 0);
    cr_expect(env.listen_unix(env.ctx, path, 4) == -1 && errno == EADDRINUSE);
    cr_expect(env.close(env.ctx, fd) == 0);
    cr_expect(env.connect_unix(env.ctx, path) == -1 && errno == ECONNREFUSED);
    fd = env.listen_unix(env.ctx, path, 4);
    cr_expect(fd >= 0 && env.close(env.ctx, fd) == 0);
    cr_expect(unlink(path) == 0);
    fd = env.open(env.ctx, path, O_WRONLY | O_CREAT, 0600);
    cr_expect(env.close(env.ctx, fd) == 0);
    cr_expect(env.listen_unix(env.ctx, path, 4) == -1 && errno == EADDRINUSE, "a plain file is never removed");
}

static void *ask_zones(void *arg)
{
    static const char *names[] = { "Europe/Berlin", "Asia/Tokyo", "America/Lima", "Africa/Cairo", "Asia/Shanghai", "Pacific/Fiji" };
    const struct zone **ret = arg;
    for (int round = 0; round < 50; round++)
        for (int i = 0; i < 6; i++) ret[i] = env.zone(env.ctx, names[i]);
    return NULL;
}

Test(os, zones_are_shared_by_threads)
{
    pthread_t threads[4];
    const struct zone *seen[4][6];
    for (int i = 0; i < 4; i++) cr_assert(pthread_create(&threads[i], NULL, ask_zones, seen[i]) == 0);
    for (int i = 0; i < 4; i++) cr_assert(pthread_join(threads[i], NULL) == 0);
    for (int i = 0; i < 4; i++) cr_expect(seen[i][0] && memcmp(seen[i], seen[0], sizeof seen[0]) == 0);
}
