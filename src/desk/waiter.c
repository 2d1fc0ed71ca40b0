/* See waiter.h. */
#include "desk/waiter.h"

void waiter_done(struct waiter *w, enum writer_result result)
{
    pthread_mutex_lock(&w->lock);
    w->done = true;
    w->result = result;
    pthread_cond_signal(&w->answered);
    pthread_mutex_unlock(&w->lock);
}

enum writer_result waiter_wait(struct waiter *w)
{
    pthread_mutex_lock(&w->lock);
    while (!w->done) pthread_cond_wait(&w->answered, &w->lock);
    pthread_mutex_unlock(&w->lock);
    return w->result;
}
