/* See lock.h. */
#include "desk/lock.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>
#include "base/text.h"

static long holder(const struct env *env, int fd)
{
    char digits[32];
    int64_t pid = 0;
    const ssize_t n = env->read(env->ctx, fd, digits, sizeof digits);
    if (n > 0 && text_to_i64(text_trim((struct text){ digits, (size_t)n }), &pid) && pid > 0) return (long)pid;
    return 0;
}

enum lock_result lock_take(const struct env *env, const char *path, struct lock *ret, long *ret_pid)
{
    const int fd = env->open(env->ctx, path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) return LOCK_FAILED;
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        const int why = errno;
        *ret_pid = why == EWOULDBLOCK ? holder(env, fd) : 0;
        env->close(env->ctx, fd);
        errno = why;
        return why == EWOULDBLOCK ? LOCK_HELD : LOCK_FAILED;
    }
    char digits[32];
    const int n = snprintf(digits, sizeof digits, "%ld\n", (long)getpid());
    /* The number only helps people: a full disk is no reason to refuse. */
    if (ftruncate(fd, 0) == 0 && env->write(env->ctx, fd, digits, (size_t)n) < 0) errno = 0;
    ret->fd = fd;
    return LOCK_TAKEN;
}

void lock_give(const struct env *env, struct lock *l)
{
    if (l->fd >= 0) env->close(env->ctx, l->fd);
    l->fd = -1;
}
