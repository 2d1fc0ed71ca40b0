/* F.lock: who may write.  One process at a time holds it for as long as it writes; the kernel gives it back when that process ends,
 * however it ends. The file itself stays and holds the number of the process that took it last. */
#ifndef ZG_DESK_LOCK_H
#define ZG_DESK_LOCK_H
#include <stdbool.h>
#include "base/env.h"

struct lock { int fd; };
enum lock_result { LOCK_TAKEN, LOCK_HELD /* by another process, *ret_pid where it could be read, else 0 */, LOCK_FAILED /* errno */ };
enum lock_result lock_take(const struct env *env, const char *path, struct lock *ret, long *ret_pid);
void lock_give(const struct env *env, struct lock *l);
#endif
