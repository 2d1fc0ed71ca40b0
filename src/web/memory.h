/* Allocation through env, zeroed, for what lives longer than a request. */
#ifndef ZG_WEB_MEMORY_H
#define ZG_WEB_MEMORY_H
#include <string.h>
#include "base/env.h"

static inline void *memory_take(const struct env *env, size_t size)
{
    void *p = env->memory.take(env->memory.ctx, size);
    return p ? memset(p, 0, size) : NULL;
}
static inline void memory_give(const struct env *env, void *p, size_t size)
{
    if (p) env->memory.give(env->memory.ctx, p, size);
}
#endif
