/* A rehearsal: the database as of one moment, in which anything may be tried and nothing is changed.
 *
 * What an import would do is found out by doing it there, with the same reducer on the same rows, so that what is told beforehand is
 * what the import then reports. Others read and write meanwhile; they are not seen and not kept waiting. What is tried lies in a
 * temporary file without a name and goes with the rehearsal. */
#ifndef ZG_STORE_REHEARSAL_H
#define ZG_STORE_REHEARSAL_H
#include "store/store.h"

struct rehearsal;
/* NULL and a sentence (en) on failure. A schema older than this program's is brought up to date, in the rehearsal only. While it is
 * open the log cannot start over: close it soon. */
struct rehearsal *rehearsal_open(const struct env *env, const char *path, char *ret_message, size_t message_size);
/* For one thread. A transaction is open; nothing is ever committed. */
struct store *rehearsal_store(struct rehearsal *r);
void rehearsal_close(struct rehearsal *r);
#endif
