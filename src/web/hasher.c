/* See hasher.h. */
#include "web/hasher.h"

#include <pthread.h>
#include <sodium.h>
#include "web/memory.h"

struct hasher {
    const struct env *env;
    pthread_mutex_t lock;
    pthread_cond_t more;
    struct hash_job *queue[HASHER_QUEUE];
    int first, count;
    bool stopping;
    pthread_t threads[HASHER_THREADS];
    int thread_count;
};

static void work(struct hash_job *j)
{
    struct text password = { j->password, j->password_len };
    j->fresh[0] = '\0';
    if (j->make) {
        j->good = password_hash(password, j->hash);
    } else if (j->hash[0] == '\0') {
        j->good = password_matches_nobody(password);
    } else {
        j->good = password_matches(j->hash, password);
        if (j->good && password_outdated(j->hash) && !password_hash(password, j->fresh)) j->fresh[0] = '\0';
    }
    sodium_memzero(j->password, sizeof j->password);
}

static void *run(void *arg)
{
    struct hasher *h = arg;
    pthread_mutex_lock(&h->lock);
    for (;;) {
        while (h->count == 0 && !h->stopping) pthread_cond_wait(&h->more, &h->lock);
        if (h->count == 0) break;
        struct hash_job *j = h->queue[h->first];
        h->first = (h->first + 1) % HASHER_QUEUE;
        h->count--;
        pthread_mutex_unlock(&h->lock);
        work(j);
        j->done(j->ctx, j);
        pthread_mutex_lock(&h->lock);
    }
    pthread_mutex_unlock(&h->lock);
    return NULL;
}

struct hasher *hasher_start(const struct env *env)
{
    struct hasher *h = memory_take(env, sizeof *h);
    if (!h) return NULL;
    h->env = env;
    pthread_mutex_init(&h->lock, NULL);
    pthread_cond_init(&h->more, NULL);
    for (int i = 0; i < HASHER_THREADS; i++)
        if (pthread_create(&h->threads[h->thread_count], NULL, run, h) == 0) h->thread_count++;
    if (h->thread_count > 0) return h;
    hasher_stop(h);
    return NULL;
}

bool hasher_post(struct hasher *h, struct hash_job *job)
{
    bool room;
    pthread_mutex_lock(&h->lock);
    room = h->count < HASHER_QUEUE && !h->stopping;
    if (room) {
        h->queue[(h->first + h->count++) % HASHER_QUEUE] = job;
        pthread_cond_signal(&h->more);
    }
    pthread_mutex_unlock(&h->lock);
    return room;
}

void hasher_stop(struct hasher *h)
{
    if (!h) return;
    pthread_mutex_lock(&h->lock);
    h->stopping = true;
    pthread_cond_broadcast(&h->more);
    pthread_mutex_unlock(&h->lock);
    for (int i = 0; i < h->thread_count; i++) pthread_join(h->threads[i], NULL);
    pthread_cond_destroy(&h->more);
    pthread_mutex_destroy(&h->lock);
    memory_give(h->env, h, sizeof *h);
}
