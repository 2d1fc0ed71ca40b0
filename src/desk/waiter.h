/* One thread that waits for one answer of the writer. */
#ifndef ZG_DESK_WAITER_H
#define ZG_DESK_WAITER_H
#include <pthread.h>
#include "desk/writer.h"

struct waiter { pthread_mutex_t lock; pthread_cond_t answered; bool done; enum writer_result result; };
#define WAITER_INIT { .lock = PTHREAD_MUTEX_INITIALIZER, .answered = PTHREAD_COND_INITIALIZER }
void waiter_done(struct waiter *w, enum writer_result result);  /* once, in the writer's seat; the waiter may be gone when it returns */
enum writer_result waiter_wait(struct waiter *w);
#endif
