/* Zip archives: a bundle of exports, or a workbook (.xlsx), which is one too.
 *
 * Nothing in an archive is believed. Its list of entries is held against the entries themselves (archive_list.c: entries that lie over
 * one another, two lists in one file, bytes before the first entry, names twice). What a member unpacks to is counted while zlib
 * unpacks it: never more than its entry says, and the entries may not say more than LIMIT_UNPACKED_BYTES together or
 * LIMIT_UNPACKED_RATIO times their packed size; at its end its checksum must hold. Names are only ever shown and compared. */
#ifndef ZG_INTAKE_ARCHIVE_H
#define ZG_INTAKE_ARCHIVE_H
#include "intake/fault.h"
#include "intake/intake.h"

/* Bytes that can be read anywhere: a file, or a member that was put into the spill. */
struct random_bytes { void *ctx; ssize_t (*read_at)(void *ctx, int64_t offset, void *buf, size_t cap); int64_t size; };

struct archive_entry {
    struct text name;      /* with "/" between its parts; UTF-8 */
    int64_t bytes, packed; /* unpacked, packed: as the entry says */
    int64_t offset;        /* of its own header */
    int64_t data_at;       /* of its packed bytes */
    uint32_t checksum;     /* of its unpacked bytes */
    unsigned method;       /* 0 stored, 8 deflated */
    bool directory, encrypted;
};
struct archive {
    const struct archive_entry *entries;
    int count;
    struct random_bytes bytes;
};
/* Memory is of the arena. False only when memory ran out; why->refusal other than REFUSED_NOT: it is no
 * archive that may be read (why->line and the rest are not set). *budget: how much may still be unpacked; what this one says is
 * taken off. */
bool archive_open(struct archive *z, struct arena *own, const struct random_bytes *bytes, int64_t *budget, struct refusal_facts *why);
int archive_find(const struct archive *z, struct text name); /* by name, as Excel does: ASCII letters alike; -1 */

/* One member, unpacked as it is read. */
struct archive_member {
    const struct archive *archive;
    const struct archive_entry *entry;
    struct unpacking *unpacking;  /* NULL: closed */
    int64_t taken, done;          /* packed bytes read, bytes unpacked so far */
    enum intake_refusal refusal;  /* REFUSED_NOT until a read failed */
};
/* Also again: from its beginning. Its room is of the arena. False: see refusal (REFUSED_NOT: no memory). */
bool archive_member_open(struct archive_member *m, struct arena *own, const struct archive *z, int entry);
ssize_t archive_member_read(struct archive_member *m, void *buf, size_t cap);     /* 0 at the end, where its checksum held; -1: see refusal */
void archive_member_close(struct archive_member *m);

/* ---- archive_list.c ---- */
/* The list of entries, checked; as archive_open. */
bool archive_list(struct arena *own, const struct random_bytes *bytes, struct archive_entry **ret, int *ret_count, enum intake_refusal *ret_why);
#endif
