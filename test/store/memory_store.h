/* A new store in memory, many times in one process: the schema is made once and its pages copied from then on, since making it is dearer than
 * most histories that are then told in it. */
#ifndef ZG_TEST_MEMORY_STORE_H
#define ZG_TEST_MEMORY_STORE_H
#include <stdio.h>
#include "os/os.h"
#include "store/sqlite.h"
#include "store/store.h"

static bool memory_store_open(struct store *s, const struct env *env, char *ret_message, size_t message_size)
{
    static struct env made_env;
    static struct store made;
    if (!made.db && (!os_env_init(&made_env) || !store_open(&made, &made_env, ":memory:", DB_WRITE, NULL, ret_message, message_size))) return false;
    struct db *db = db_open(env, ":memory:", DB_WRITE, NULL, ret_message, message_size);
    if (!db) return false;
    sqlite3_backup *copy = sqlite3_backup_init(db->handle, "main", made.db->handle, "main");
    const int stepped = copy ? sqlite3_backup_step(copy, -1) : SQLITE_ERROR;
    if (sqlite3_backup_finish(copy) != SQLITE_OK || stepped != SQLITE_DONE) {
        snprintf(ret_message, message_size, "%s", sqlite3_errmsg(db->handle));
        db_close(db);
        return false;
    }
    *s = (struct store){ .db = db, .env = env };
    return true;
}
#endif
