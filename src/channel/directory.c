/* The channel into a folder: one file a message, named by its id, so that the same message sent again is the same file. It appears whole or not at
 * all: written and synced under another name, then renamed. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include "channel/link.h"

enum { PATH_BYTES = CHANNEL_URL_MAX + CHANNEL_ID_MAX + 16 };

static struct text text_of(struct arena *a, const struct channel_link *link, const struct channel_message *m)
{
    return arena_printf(a, "Channel: %s\nClass: %s\nTo: %.*s\nSubject: %.*s\nUnsubscribe: %.*s\n\n%.*s\n", channel_word(link->settings.carries),
                        m->class == MESSAGE_SERVICE ? "service" : "commercial", (int)m->to.len, m->to.ptr ? m->to.ptr : "", (int)m->subject.len,
                        m->subject.ptr ? m->subject.ptr : "", (int)m->unsubscribe_url.len, m->unsubscribe_url.ptr ? m->unsubscribe_url.ptr : "",
                        (int)m->body.len, m->body.ptr);
}

static bool write_all(const struct env *env, int fd, struct text t)
{
    for (size_t n = 0; n < t.len;) {
        const ssize_t put = env->write(env->ctx, fd, t.ptr + n, t.len - n);
        if (put <= 0) return false;
        n += (size_t)put;
    }
    return env->fsync(env->ctx, fd) == 0;
}

static bool sync_folder(const struct env *env, const char *folder)
{
    const int fd = env->open(env->ctx, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    const bool ok = fd >= 0 && env->fsync(env->ctx, fd) == 0;
    if (fd >= 0) env->close(env->ctx, fd);
    return ok;
}

static void directory_send(struct channel_link *link, const struct channel_message *m, struct channel_outcome *ret)
{
    const struct env *env = link->env;
    struct stat there;
    struct arena a;
    char path[PATH_BYTES], half[PATH_BYTES];
    snprintf(path, sizeof path, "%s/%.*s.txt", link->settings.folder, (int)m->id.len, m->id.ptr);
    snprintf(half, sizeof half, "%s/.%.*s.part", link->settings.folder, (int)m->id.len, m->id.ptr);
    ret->began = true;
    if (lstat(path, &there) == 0) { /* it went out before */
        outcome_set(ret, CHANNEL_SENT, WHY_SENT);
        return;
    }
    arena_init(&a, &env->memory, 4 * CHANNEL_BODY_MAX);
    const struct text t = text_of(&a, link, m);
    (void)unlink(half); /* of a try that was cut off */
    const int fd = a.failed ? -1 : env->open(env->ctx, half, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    bool ok = fd >= 0 && write_all(env, fd, t);
    if (fd >= 0) env->close(env->ctx, fd);
    ok = ok && rename(half, path) == 0;
    if (!ok) {
        if (fd >= 0) (void)unlink(half);
        outcome_retry(link, m, ret, a.failed ? WHY_MEMORY : WHY_FOLDER);
    } else if (sync_folder(env, link->settings.folder)) outcome_set(ret, CHANNEL_SENT, WHY_SENT);
    else outcome_retry(link, m, ret, WHY_FOLDER); /* sent again, it is the same file */
    arena_release(&a);
}

const struct channel_driver channel_directory_driver = { .send = directory_send };
