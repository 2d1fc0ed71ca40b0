/* Zip archives: a bundle of exports, or a workbook (.xlsx), which is one too.
 *
 * Nothing in an archive is believed. Its list of entries is read twice, by archive_list.c (which looks for what libzip does not:
 * entries that lie over one another, two lists in one file, bytes before the first entry) and by libzip, and both must agree. What a
 * member unpacks to is counted while it is unpacked: never more than its entry says, and the entries may not say more than
 * LIMIT_UNPACKED_BYTES together or LIMIT_UNPACKED_RATIO times their packed size. Names are only ever shown and compared. */
#ifndef ZG_INTAKE_ARCHIVE_H
#define ZG_INTAKE_ARCHIVE_H
#include "intake/fault.h"
#include "intake/intake.h"

/* Bytes that can be read anywhere: a file, or a member that was put into the spill. */
struct random_bytes { void *ctx; ssize_t (*read_at)(void *ctx, int64_t offset, void *buf, size_t cap); int64_t size; };

struct archive_entry {
    struct text name;      /* with "/" between its parts; UTF-8 */
    int64_t bytes, packed; /* unpacked, packed: as the entry says */
    int64_t offset;        /* of its local header */
    unsigned method;       /* 0 stored, 8 deflated */
    bool directory, encrypted;
};
struct archive {
    const struct archive_entry *entries;
    int count;
    struct zip *zip;
    struct random_bytes bytes;
    struct arena *own;
    bool read_failed;
};
/* Memory is of the arena, beside what libzip takes. False only when memory ran out; why->refusal other than REFUSED_NOT: it is no
 * archive that may be read (why->line and the rest are not set). *budget: how much may still be unpacked; what this one says is
 * taken off. */
bool archive_open(struct archive *z, struct arena *own, const struct random_bytes *bytes, int64_t *budget, struct refusal_facts *why);
void archive_close(struct archive *z); /* also of one that was not opened (all zero) */
int archive_find(const struct archive *z, struct text name); /* by name, as Excel does: ASCII letters alike; -1 */

/* One member, unpacked as it is read. */
struct archive_member {
    struct archive *archive;
    struct zip_file *file;
    int entry;
    int64_t done;                 /* unpacked so far */
    enum intake_refusal refusal;  /* REFUSED_NOT until a read failed */
};
bool archive_member_open(struct archive_member *m, struct archive *z, int entry); /* also again: from its beginning; false: see refusal */
ssize_t archive_member_read(struct archive_member *m, void *buf, size_t cap);     /* 0 at the end, where its checksum held; -1: see refusal */
void archive_member_close(struct archive_member *m);

/* ---- archive_list.c ---- */
/* The list of entries, checked; as archive_open. */
bool archive_list(struct arena *own, const struct random_bytes *bytes, struct archive_entry **ret, int *ret_count, enum intake_refusal *ret_why);
#endif
