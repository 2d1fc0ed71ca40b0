/* Brings a database to the schema of migrations.c. */
#ifndef ZG_STORE_MIGRATE_H
#define ZG_STORE_MIGRATE_H
#include "store/db.h"

/* DB_WRITE: applies what is missing, each entry in a transaction of its own, so that a kill leaves it applied or not.
 * DB_READ: only looks. False, with db_error and a sentence, for a database of a newer program, of another program,
 * or (reading) one that a newer program must open for writing first. */
bool store_migrate(struct db *db, enum db_mode mode);
/* For a file from elsewhere, opened for writing: refuses all that is not exactly our schema, before and after bringing it up to
 * date. False with db_error and a sentence. */
bool store_adopt(const struct env *env, struct db *db);
#endif
