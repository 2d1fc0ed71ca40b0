/* The fuzzer's bytes as a source that is read in pieces of at most `piece` bytes. */
#ifndef ZG_TEST_FUZZ_BYTES_H
#define ZG_TEST_FUZZ_BYTES_H
#include <stdint.h>
#include <string.h>
#include <sys/types.h>

struct bytes { const void *data; size_t size, at, piece; };

static inline ssize_t bytes_read(void *ctx, void *buf, size_t cap)
{
    struct bytes *b = ctx;
    size_t n = b->size - b->at < cap ? b->size - b->at : cap;
    if (n > b->piece) n = b->piece;
    if (n > 0) memcpy(buf, (const char *)b->data + b->at, n);
    b->at += n;
    return (ssize_t)n;
}
#endif
