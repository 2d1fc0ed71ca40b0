/* Compound files (MS-CFB): the little file system in which old Office files lie. A stream is a chain of sectors. */
#ifndef ZG_INTAKE_CFB_H
#define ZG_INTAKE_CFB_H
#include "intake/archive.h"

struct cfb {
    const struct random_bytes *bytes;
    struct arena *own;
    uint32_t *fat;               /* sector -> the next one of its chain */
    uint32_t sectors;            /* in the file */
    uint32_t sector_bytes;
    bool encrypted, document;    /* what else it holds: an encrypted .xlsx; a Word file */
};
/* A stream, one byte after the other. */
struct cfb_stream {
    const struct cfb *cfb;
    const uint32_t *chain;       /* its sectors, in order */
    uint32_t chain_len;
    uint32_t unit;               /* bytes of each: a sector, or a piece of the small streams' own */
    const uint32_t *small;       /* of small streams: the sectors of the stream that holds them; NULL: none */
    uint32_t small_len;
    int64_t size, at;
    bool failed;                 /* the file could not be read */
    unsigned char *buffer;       /* CFB_BUFFER */
    int64_t buffer_at;
    size_t buffered;
};
enum { CFB_BUFFER = 32 * 1024 };

/* Opens the first stream of one of these names. Memory is of the arena. False only when memory ran out; *ret_why tells when there is none. */
bool cfb_open(struct cfb *c, struct arena *own, const struct random_bytes *bytes, const char *const *names, struct cfb_stream *ret,
              enum intake_refusal *ret_why);
/* Up to cap bytes, fewer only at the end (0) or when s->failed. */
size_t cfb_read(struct cfb_stream *s, void *buf, size_t cap);
static inline void cfb_seek(struct cfb_stream *s, int64_t at) { s->at = at; }
#endif
