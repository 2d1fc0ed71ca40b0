/* Fills struct env with the real clock, randomness, memory and files; zones and sockets stand in their own files. */
#include "os/os.h"
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include "os/os_world.h"

static int64_t clock_us(clockid_t id)
{
    struct timespec t;
    if (clock_gettime(id, &t) != 0) return 0;
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int64_t os_now_ms(void *ctx)
{
    (void)ctx;
    return clock_us(CLOCK_REALTIME) / 1000;
}

static int64_t os_monotonic_us(void *ctx)
{
    (void)ctx;
    return clock_us(CLOCK_MONOTONIC);
}

static void os_random(void *ctx, void *buf, size_t len)
{
    (void)ctx;
    randombytes_buf(buf, len);
}

static void *os_take(void *ctx, size_t size)
{
    (void)ctx;
    return malloc(size);
}

static void os_give(void *ctx, void *block, size_t size)
{
    (void)ctx;
    (void)size;
    free(block);
}

static int os_open(void *ctx, const char *path, int flags, unsigned mode)
{
    (void)ctx;
    int fd;
    do fd = open(path, flags | O_CLOEXEC, (mode_t)mode);
    while (fd < 0 && errno == EINTR);
    return fd;
}

static ssize_t os_read(void *ctx, int fd, void *buf, size_t len)
{
    (void)ctx;
    ssize_t n;
    do n = read(fd, buf, len);
    while (n < 0 && errno == EINTR);
    return n;
}

static ssize_t os_write(void *ctx, int fd, const void *buf, size_t len)
{
    (void)ctx;
    ssize_t n;
    do n = write(fd, buf, len);
    while (n < 0 && errno == EINTR);
    return n;
}

static ssize_t os_read_at(void *ctx, int fd, void *buf, size_t len, int64_t offset)
{
    (void)ctx;
    ssize_t n;
    do n = pread(fd, buf, len, (off_t)offset);
    while (n < 0 && errno == EINTR);
    return n;
}

static ssize_t os_write_at(void *ctx, int fd, const void *buf, size_t len, int64_t offset)
{
    (void)ctx;
    ssize_t n;
    do n = pwrite(fd, buf, len, (off_t)offset);
    while (n < 0 && errno == EINTR);
    return n;
}

/* After a failed fsync the pages may be marked clean: a second try would lie, so there is none. */
static int os_fsync(void *ctx, int fd)
{
    (void)ctx;
    return fsync(fd);
}

/* Linux frees the descriptor even when close says EINTR: never closed twice. */
static int os_close(void *ctx, int fd)
{
    (void)ctx;
    int result = close(fd);
    return result < 0 && errno == EINTR ? 0 : result;
}

bool os_env_init(struct env *env)
{
    if (sodium_init() < 0) return false;
    struct os_world *w = calloc(1, sizeof *w);
    if (!w) return false;
    if (pthread_mutex_init(&w->zones_lock, NULL) != 0) {
        free(w);
        return false;
    }
    *env = (struct env){
        .ctx = w,
        .now_ms = os_now_ms,
        .monotonic_us = os_monotonic_us,
        .random = os_random,
        .memory = { .take = os_take, .give = os_give, .ctx = NULL },
        .sqlite_vfs = NULL,
        .open = os_open,
        .read = os_read,
        .write = os_write,
        .read_at = os_read_at,
        .write_at = os_write_at,
        .fsync = os_fsync,
        .close = os_close,
        .listen_tcp = os_listen_tcp,
        .listen_unix = os_listen_unix,
        .connect_unix = os_connect_unix,
        .zone = os_zone,
        .country_zones = os_country_zones,
    };
    return true;
}

void os_env_release(struct env *env)
{
    struct os_world *w = env->ctx;
    if (!w) return;
    os_zones_free(w);
    (void)pthread_mutex_destroy(&w->zones_lock);
    free(w);
    *env = (struct env){ 0 };
}
