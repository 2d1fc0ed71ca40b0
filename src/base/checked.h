/* Integer arithmetic that says when it overflows; every function must be looked at. gcc 12 has no <stdckdint.h>. */
#ifndef ZG_BASE_CHECKED_H
#define ZG_BASE_CHECKED_H
#include <stdbool.h>
#include <stdint.h>

#define MUST_USE __attribute__((warn_unused_result))

/* true and *ret = a op b; false and *ret untouched when the result does not fit. */
static inline MUST_USE bool checked_add(int64_t a, int64_t b, int64_t *ret)
{
    int64_t r;
    if (__builtin_add_overflow(a, b, &r)) return false;
    *ret = r;
    return true;
}
static inline MUST_USE bool checked_sub(int64_t a, int64_t b, int64_t *ret)
{
    int64_t r;
    if (__builtin_sub_overflow(a, b, &r)) return false;
    *ret = r;
    return true;
}
static inline MUST_USE bool checked_mul(int64_t a, int64_t b, int64_t *ret)
{
    int64_t r;
    if (__builtin_mul_overflow(a, b, &r)) return false;
    *ret = r;
    return true;
}
#endif
