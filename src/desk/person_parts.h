/* What the person_*.c share, and what opening and restoring a database asks of them; nobody else includes it. */
#ifndef ZG_DESK_PERSON_PARTS_H
#define ZG_DESK_PERSON_PARTS_H
#include "desk/desk.h"
#include "desk/person.h"
#include "store/erase_store.h"

/* ---- person_erase.c: tombstones beside the database ---- */
/* Adds to F.erased what the database at `path` knows; nothing when it cannot be read. */
void tombstones_note(const struct env *env, const char *path, const char *beside);
/* Sweeps a database with what F.erased holds and it does not; *ret_swept: it did. Runs outside any transaction. */
bool tombstones_apply(struct store *s, const char *beside, struct erase_words *words, struct arena *a, bool *ret_swept);
/* The same within the open transaction, of one shop. */
bool tombstones_apply_in(struct store *s, const struct shop *shop, const char *beside, bool *ret_swept);
/* When a desk opens: a database that was put in F's place by hand is swept, and what is owed of a wipe is done. */
bool tombstones_settle(struct desk *d, struct desk_message *m);

/* ---- wipe.c ---- */
/* Nothing of what was deleted stays in the file or its log. False when a reader kept the log, or the disk is full. Outside any transaction. */
bool database_scrub(struct store *s);
/* From before rows are deleted until the file holds nothing of them it says so on the disk, beside the database at `path`. False with errno. */
bool wipe_owe(const struct env *env, const char *path);
bool wipe_owed(const char *path);
/* Scrubs the database at `path`; then nothing is owed any more. */
bool wipe_pay(struct store *s, const char *path);

/* ---- person_files.c ---- */
struct file_hits { int64_t removed; };
/* Removes the files in which a word stands: uploads of the shop, and what watched folders keep. */
bool files_erase(struct desk *d, struct store *reader, const struct shop *shop, const struct erase_words *w, struct file_hits *ret);
bool file_holds(const struct env *env, const char *path, const struct erase_words *w, bool *ret);
#endif
