/* A few threads, each with its own reading connection and a bounded queue before them: here answers are read and rendered, so that
 * a long query holds up no other connection. */
#ifndef ZG_WEB_READERS_H
#define ZG_WEB_READERS_H
#include "store/store.h"

enum { READERS_THREADS = 2, READERS_QUEUE = 1024 };

struct readers;
typedef void reader_work(void *arg, struct store *s);
/* NULL and the message when a connection cannot be opened. */
struct readers *readers_start(const struct env *env, const char *path, char *message, size_t message_size);
bool readers_post(struct readers *r, reader_work *work, void *arg); /* any thread; false: the queue is full */
void readers_stop(struct readers *r);                               /* does what waits first */
#endif
