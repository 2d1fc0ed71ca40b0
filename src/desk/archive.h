/* The whole shop as one file that another Zhanggui reads back to the same state, to the row.
 *
 * A zip: table/NAME.ndjson for each table of store/archive_store.h (the first line names its columns, each other is a row), and at its
 * end manifest.json: whose shop, the key of its keyed hashes, where its numbers stand, and of each table how many rows and bytes and a
 * hash. Both ways go a row at a time. The file is as private as the database. */
#ifndef ZG_DESK_ARCHIVE_H
#define ZG_DESK_ARCHIVE_H
#include "desk/commands.h"

/* Called now and then; false stops it. rows_all: -1 while not known. */
typedef bool archive_progress(void *ctx, int64_t rows, int64_t rows_all);
/* Writes the shop as of one moment; whole, synced and nobody else's to read before it bears the name `to`. A file that is there already is
 * refused. Reads only: also beside a running desk. */
enum desk_result archive_write(struct store *reader, const struct shop *shop, const char *to, archive_progress *progress, void *ctx,
                               int64_t *ret_rows, struct desk_message *m);
/* Is it an archive of a shop, by what is in it? */
bool archive_is(const char *path);
/* Puts the shop of an archive into this desk, in one transaction: all of it or nothing. key: what to call it here; empty: as it was called.
 * Refused: damaged, newer, or a shop of that key with something in it. Books are verified before the commit. DESK_FAILED, "not-wiped": the shop
 * stands, and the file is wiped of people who had asked to be forgotten when the desk opens next. */
struct archive_done { char key[64]; int64_t rows; };
enum desk_result desk_archive_read(struct desk *d, const char *from, struct text key, int64_t user_id, archive_progress *progress, void *ctx,
                                   struct archive_done *ret, struct desk_message *m);
#endif
