/* What archive_write.c, archive_read.c and archive_parts.c share; nobody else includes it. */
#ifndef ZG_DESK_ARCHIVE_PARTS_H
#define ZG_DESK_ARCHIVE_PARTS_H
#include <sodium.h>
#include "desk/archive.h"
#include "store/archive_store.h"

#define ARCHIVE_MARK "zhanggui-archive"
#define ARCHIVE_MANIFEST "manifest.json"
enum { ARCHIVE_VERSION = 1, ARCHIVE_HASH_BYTES = 32, ARCHIVE_LINE_MAX = 16 * 1024 * 1024, ARCHIVE_READ_BYTES = 64 * 1024, ARCHIVE_NAME_BYTES = 96 };

/* What stands in the manifest of a table. */
struct archive_entry { int64_t rows, bytes; unsigned char hash[ARCHIVE_HASH_BYTES]; };
/* The hash of a table's bytes, aligned when it is used: the stack of a sanitized build gives 32 bytes, the state wants 64. */
struct archive_hash { unsigned char room[sizeof(crypto_generichash_state) + 63]; };
static inline crypto_generichash_state *archive_hash(struct archive_hash *h) { return (crypto_generichash_state *)(((uintptr_t)h->room + 63) & ~(uintptr_t)63); }
/* Bytes that grow, to a limit. */
struct archive_line { const struct env *env; char *bytes; size_t used, room; bool failed; };
bool line_room(struct archive_line *l, size_t more); /* false: too long or out of memory */
void line_release(struct archive_line *l);
void archive_entry_name(const struct archive_table *t, char ret[ARCHIVE_NAME_BYTES]);
#endif
