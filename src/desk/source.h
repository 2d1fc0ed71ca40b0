/* A file as intake reads it, and the options that a shop gives its reading: the same for a look in the page and for an import. */
#ifndef ZG_DESK_SOURCE_H
#define ZG_DESK_SOURCE_H
#include "intake/intake.h"
#include "store/store.h"

struct file_source {
    const struct env *env;
    const char *path;
    int fd;         /* read from the beginning on; -1: closed */
    int at_fd;      /* read anywhere; -1: closed */
};
/* Reads from *f, which has env and path, must outlive it and is opened by rewinding. */
struct intake_source file_source_of(struct file_source *f, const char *name, int64_t bytes);
bool file_source_rewind(struct file_source *f); /* opens it, at its beginning */
void file_source_close(struct file_source *f);

/* Room for what a reading cannot hold in memory, in a file without a name on the disk where `beside` lies (NULL: where the system
 * keeps such files), made when it is first written. */
struct file_spill {
    const struct env *env;
    const char *beside;
    int fd;         /* -1: nothing was written yet */
};
struct intake_spill file_spill_of(struct file_spill *s, const struct env *env, const char *beside);
bool file_spill_make(struct file_spill *s); /* now, for somebody who is only given its descriptor */
void file_spill_close(struct file_spill *s);

/* The shop's zone, currency, country and key; no profile and no as_of. Texts point into the shop. */
struct intake_options shop_intake_options(const struct env *env, const struct shop *shop);
#endif
