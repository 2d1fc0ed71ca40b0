/* The real world: the only place with a real clock, files, sockets, entropy and an allocator. */
#ifndef ZG_OS_H
#define ZG_OS_H
#include "base/env.h"

/* Fills *env with the real clock, disk, network, randomness, memory (malloc) and zones (the system's tz
 * database, else ICU's; cached, for any thread).
 * False when memory ran out or the source of randomness is not there; *env is then untouched. */
bool os_env_init(struct env *env);
/* Frees the zones and what os_env_init took.  No other call on *env may run or follow. */
void os_env_release(struct env *env);
#endif
