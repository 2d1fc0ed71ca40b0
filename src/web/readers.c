/* See readers.h. */
#include "web/readers.h"

#include <pthread.h>
#include <stdio.h>
#include "web/memory.h"

struct reader { struct readers *all; struct store store; pthread_t thread; bool open, runs; };
struct reader_job { reader_work *work; void *arg; };
struct readers {
    const struct env *env;
    pthread_mutex_t lock;
    pthread_cond_t more;
    struct reader_job queue[READERS_QUEUE];
    int first, count;
    bool stopping;
    struct reader readers[READERS_THREADS];
};

static void *run(void *arg)
{
    struct reader *me = arg;
    struct readers *r = me->all;
    pthread_mutex_lock(&r->lock);
    for (;;) {
        while (r->count == 0 && !r->stopping) pthread_cond_wait(&r->more, &r->lock);
        if (r->count == 0) break;
        struct reader_job j = r->queue[r->first];
        r->first = (r->first + 1) % READERS_QUEUE;
        r->count--;
        pthread_mutex_unlock(&r->lock);
        j.work(j.arg, &me->store);
        pthread_mutex_lock(&r->lock);
    }
    pthread_mutex_unlock(&r->lock);
    return NULL;
}

struct readers *readers_start(const struct env *env, const char *path, char *message, size_t message_size)
{
    struct readers *r = memory_take(env, sizeof *r);
    enum db_error error;
    if (!r) {
        snprintf(message, message_size, "There is no memory left for the readers.");
        return NULL;
    }
    r->env = env;
    pthread_mutex_init(&r->lock, NULL);
    pthread_cond_init(&r->more, NULL);
    for (int i = 0; i < READERS_THREADS; i++) {
        struct reader *me = &r->readers[i];
        me->all = r;
        me->open = store_open(&me->store, env, path, DB_READ, &error, message, message_size);
        if (!me->open) goto out;
        me->runs = pthread_create(&me->thread, NULL, run, me) == 0;
        if (!me->runs) {
            snprintf(message, message_size, "No thread can be started for reading.");
            goto out;
        }
    }
    return r;
out:
    readers_stop(r);
    return NULL;
}

bool readers_post(struct readers *r, reader_work *work, void *arg)
{
    bool room;
    pthread_mutex_lock(&r->lock);
    room = r->count < READERS_QUEUE && !r->stopping;
    if (room) {
        r->queue[(r->first + r->count++) % READERS_QUEUE] = (struct reader_job){ work, arg };
        pthread_cond_signal(&r->more);
    }
    pthread_mutex_unlock(&r->lock);
    return room;
}

void readers_stop(struct readers *r)
{
    if (!r) return;
    pthread_mutex_lock(&r->lock);
    r->stopping = true;
    pthread_cond_broadcast(&r->more);
    pthread_mutex_unlock(&r->lock);
    for (int i = 0; i < READERS_THREADS; i++) {
        if (r->readers[i].runs) pthread_join(r->readers[i].thread, NULL);
        if (r->readers[i].open) store_close(&r->readers[i].store);
    }
    pthread_cond_destroy(&r->more);
    pthread_mutex_destroy(&r->lock);
    memory_give(r->env, r, sizeof *r);
}
