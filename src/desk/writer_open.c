/* The writer is started and stopped. See writer_parts.h. */
#include "desk/writer_parts.h"
#include <stdio.h>

static bool threads_init(struct writer *w)
{
    pthread_condattr_t attr;
    if (pthread_condattr_init(&attr) != 0) return false;
    const bool ok = pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) == 0 && pthread_cond_init(&w->wake, &attr) == 0;
    pthread_condattr_destroy(&attr);
    if (!ok) return false;
    pthread_mutex_init(&w->lock, NULL);
    pthread_mutex_init(&w->watch_lock, NULL);
    return true;
}

struct writer *writer_start(const struct env *env, const char *path, enum db_error *ret_error, char *ret_message, size_t message_size)
{
    *ret_error = DB_ERROR_MEMORY;
    struct writer *w = env->memory.take(env->memory.ctx, sizeof *w);
    if (!w) {
        snprintf(ret_message, message_size, "out of memory");
        return NULL;
    }
    memset(w, 0, sizeof *w);
    w->env = env;
    w->commit_us = JOB_COMMIT_FIRST_US;
    w->single = true;
    if (!store_open(&w->store, env, path, DB_WRITE, ret_error, ret_message, message_size)) goto out;
    writer_backlog_read(w);
    if (!threads_init(w) || pthread_create(&w->thread, NULL, writer_main, w) != 0) {
        snprintf(ret_message, message_size, "cannot start the writer's thread");
        *ret_error = DB_ERROR_OTHER;
        store_close(&w->store);
        goto out;
    }
    return w;
out:
    env->memory.give(env->memory.ctx, w, sizeof *w);
    return NULL;
}

void writer_on_failure(struct writer *w, void (*failed)(void *ctx, const char *message), void *ctx)
{
    w->on_failure_ctx = ctx;
    w->on_failure = failed;
}

void writer_stop(struct writer *w)
{
    pthread_mutex_lock(&w->lock);
    w->stopping = true;
    writer_wake_locked(w);
    pthread_mutex_unlock(&w->lock);
    pthread_join(w->thread, NULL);

    /* Requests that came while the thread ended. */
    pthread_mutex_lock(&w->lock);
    w->refusing = true;
    writer_take_batch(w);
    pthread_mutex_unlock(&w->lock);
    do {
        writer_refuse_all(w);
        pthread_mutex_lock(&w->lock);
        writer_take_batch(w);
        pthread_mutex_unlock(&w->lock);
    } while (w->batch_count > 0);

    if (atomic_load(&w->failed)) db_abandon(w->store.db);
    else store_close(&w->store);
    pthread_cond_destroy(&w->wake);
    pthread_mutex_destroy(&w->lock);
    pthread_mutex_destroy(&w->watch_lock);
    w->env->memory.give(w->env->memory.ctx, w, sizeof *w);
}
