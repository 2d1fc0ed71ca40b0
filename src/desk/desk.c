/* Opening and closing a desk: everything else of the folder begins and ends here.  See commands.h for what each function promises and desk.h
 * for the other files. */
#include "desk/desk.h"
#include "desk/feeds.h"
#include "desk/folder.h"
#include "desk/notices.h"
#include "desk/outbox_desk.h"
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <time.h>
#include "desk/person_parts.h"
#include "store/import_store.h"
#include "store/outbox_store.h"

enum { JOIN_TRIES = 20, JOIN_WAIT_MS = 50 };
#define QUARANTINE_KEPT_MS (30 * MS_PER_DAY) /* cells of rows set aside */

static bool paths_set(struct desk *d, const char *path, bool create, struct desk_message *m)
{
    int64_t bytes;
    if (!file_absolute(path, d->path) || !file_beside(d->path, ".files", d->files_dir) || !file_beside(d->path, ".sock", d->sock)) {
        message_set(m, "open", "%s cannot be opened: %s.", "无法打开 %s：%s。", path, strerror(errno));
        return false;
    }
    const enum file_kind kind = file_look(d->path, &bytes);
    if (kind == FILE_PLAIN || (kind == FILE_ABSENT && create)) return true;
    if (kind == FILE_ABSENT)
        message_set(m, "no-database", "There is no database at %s yet: zhanggui init makes one.", "%s 处还没有数据库：请先运行 zhanggui init。", path);
    else
        message_set(m, "open", "%s is not a file that can be opened.", "%s 不是可以打开的文件。", path);
    return false;
}

/* True: joined the desk that holds the lock. */
static bool join(struct desk *d, enum desk_mode mode, long pid, struct desk_message *m)
{
    if (mode == DESK_SERVE) {
        message_set(m, "running", "A desk is already open on %s (process %ld). Use that one, or stop it first.",
                    "%s 上已有掌柜在运行（进程 %ld）。请使用它，或先停止它。", d->path, pid);
        return false;
    }
    if (remote_answers(d)) return true;
    message_set(m, "locked", "Process %ld is writing to %s and takes no commands. Wait until it is done.",
                "进程 %ld 正在写入 %s，不接受命令。请等它完成。", pid, d->path);
    return false;
}

static bool lock_or_join(struct desk *d, enum desk_mode mode, struct desk_message *m)
{
    char path[FILE_PATH_MAX];
    long pid = 0;
    if (!file_beside(d->path, ".lock", path)) return false;
    for (int i = 0;; i++) {
        switch (lock_take(d->env, path, &d->lock, &pid)) {
        case LOCK_TAKEN: return true;
        case LOCK_HELD:
            if (join(d, mode, pid, m)) return true;
            if (i >= JOIN_TRIES) return false; /* it may just have been starting, or ending */
            nanosleep(&(struct timespec){ .tv_nsec = JOIN_WAIT_MS * 1000000L }, NULL);
            break;
        case LOCK_FAILED:
            message_set(m, "lock", "%s cannot be locked: %s.", "无法锁定 %s：%s。", path, strerror(errno));
            return false;
        }
    }
}

static bool tidy_up(struct store *s, void *arg)
{
    (void)arg;
    int64_t interrupted, unknown;
    return import_interrupt_running(s, &interrupted) && outbox_settle(s, s->env->now_ms(s->env->ctx), &unknown) && quarantine_expire(s, s->env->now_ms(s->env->ctx) - QUARANTINE_KEPT_MS);
}

/* A new database is nobody else's to read: the engine gives its own files the same rights. */
static void make_private(const struct desk *d)
{
    if (d->env->sqlite_vfs) return; /* not a file of this machine */
    const int fd = d->env->open(d->env->ctx, d->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd >= 0) d->env->close(d->env->ctx, fd);
}

static bool start_writing(struct desk *d, struct desk_message *m)
{
    make_private(d);
    copies_tidy(d->path);
    enum db_error error = DB_OK;
    char why[256] = "";
    d->writer = writer_start(d->env, d->path, &error, why, sizeof why);
    if (!d->writer) {
        message_of_open(m, d->path, error, why);
        return false;
    }
    return message_of_writer(m, writer_call(d->writer, tidy_up, NULL)) == DESK_DONE && tombstones_settle(d, m);
}

static bool start_serving(struct desk *d, struct desk_message *m)
{
    d->feeds = feeds_open(d->env, d->path, d->writer);
    d->door = d->feeds ? door_open(d, m) : NULL;
    d->folders = d->door ? folders_start(d) : NULL;
    if (!d->feeds || (d->door && !d->folders)) message_set(m, "memory", "Out of memory.", "内存不足。");
    if (!d->folders) return false;
    channel_ways_init(&d->ways, d->env, d->path);
    d->outbox = outbox_desk_start(&(struct runner_ask){ d->env, d->path, d->writer }, &d->ways.ways);
    d->notices = d->outbox ? notices_start(d) : NULL;
    if (!d->notices) message_set(m, "memory", "Out of memory.", "内存不足。");
    return d->notices != NULL;
}

struct desk *desk_open(const struct env *env, const char *path, enum desk_mode mode, bool create, struct desk_message *ret)
{
    struct desk *d = env->memory.take(env->memory.ctx, sizeof *d);
    if (!d || sodium_init() < 0) {
        message_set(ret, "memory", "Out of memory.", "内存不足。");
        goto out;
    }
    memset(d, 0, sizeof *d);
    d->env = env;
    d->lock.fd = -1;
    d->serves = mode == DESK_SERVE;
    if (!paths_set(d, path, create, ret) || !lock_or_join(d, mode, ret)) goto out;
    pthread_mutex_init(&d->runs_lock, NULL);
    pthread_cond_init(&d->runs_changed, NULL);
    if (d->lock.fd < 0) return d; /* through F.sock */
    if (!start_writing(d, ret) || (mode == DESK_SERVE && !start_serving(d, ret))) {
        desk_close(d);
        return NULL;
    }
    if (mode == DESK_SERVE) d->walls = importer_try(env);
    return d;
out:
    if (d) env->memory.give(env->memory.ctx, d, sizeof *d);
    return NULL;
}

void desk_close(struct desk *d)
{
    if (!d) return;
    folders_ask_stop(d->folders);
    outbox_desk_ask_stop(d->outbox);
    notices_ask_stop(d->notices);
    desk_runs_stop(d);
    folders_stop(d->folders);
    if (d->door) door_close(d->door);
    outbox_desk_stop(d->outbox);
    notices_stop(d->notices);
    if (d->writer) writer_stop(d->writer);
    feeds_close(d->feeds);
    lock_give(d->env, &d->lock);
    pthread_cond_destroy(&d->runs_changed);
    pthread_mutex_destroy(&d->runs_lock);
    d->env->memory.give(d->env->memory.ctx, d, sizeof *d);
}

const char *desk_path(const struct desk *d) { return d->path; }
struct writer *desk_writer(struct desk *d) { return d->writer; }
struct feeds *desk_feeds(struct desk *d) { return d->feeds; }
const struct importer_walls *desk_importer_walls(const struct desk *d) { return &d->walls; }
bool desk_failed(const struct desk *d) { return d->writer && writer_failed(d->writer); }

const char *desk_files_dir(const struct desk *d)
{
    directory_make_private(d->files_dir); /* a failure shows when the first file is put into it */
    return d->files_dir;
}

void desk_on_failure(struct desk *d, void (*failed)(void *ctx, const char *message), void *ctx)
{
    if (d->writer) writer_on_failure(d->writer, failed, ctx);
}
