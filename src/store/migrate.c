/* The migration runner. Table schema_migration holds the names of the applied entries by their position; they must be a
 * beginning of the list that this program knows. A new database gets all of them in one transaction, which is one sync; an older one one by one. */
#include "store/migrate.h"
#include <stdio.h>
#include "store/migrations.h"

static bool create_list(struct db *db)
{
    return db_schema(db, SQL("CREATE TABLE schema_migration (position BIGINT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (position))"), true);
}

/* How many entries are applied; -1 when they are not a beginning of ours. */
static int applied_count(struct db *db)
{
    struct db_stmt *s = db_stmt(db, SQL("SELECT position, name FROM schema_migration ORDER BY position"));
    if (!s) return -1;
    int n = 0;
    enum db_step step;
    while ((step = db_step(s)) == DB_ROW) {
        if (n >= migration_count) {
            db_refuse(db, DB_ERROR_NEWER, "this database was written by a newer version of Zhanggui; start that version, or restore a backup made by this one");
            break;
        }
        if (db_i64(s, "position") != n || !text_is(db_text(s, "name"), migrations[n].name)) {
            db_refuse(db, DB_ERROR_NOT_OURS, "this database was made by another edition of Zhanggui: its list of schema changes is not this program's");
            break;
        }
        n++;
    }
    db_done(s);
    return step == DB_DONE ? n : -1;
}

static bool apply(struct db *db, int position)
{
    if (!db_schema(db, migrations[position].sql, migrations[position].clustered)) return false;
    struct db_stmt *s = db_stmt(db, SQL("INSERT INTO schema_migration (position, name) VALUES ($1, $2)"));
    if (!s) return false;
    db_bind_i64(s, 1, position);
    db_bind_text(s, 2, text_from_cstr(migrations[position].name));
    return db_exec(s);
}

/* Entries from .. to as one transaction; the first one of a new database also makes the list. */
static bool apply_all(struct db *db, int from, int to, bool fresh)
{
    if (!db_begin(db)) return false;
    bool ok = !fresh || create_list(db);
    while (ok && from < to) ok = apply(db, from++);
    if (ok && db_schema_mark(db, to) && db_commit(db)) return true;
    db_rollback(db);
    return false;
}

bool store_migrate(struct db *db, enum db_mode mode)
{
    db_error_clear(db);
    const bool fresh = !db_has_table(db, "schema_migration");
    if (db_error(db) != DB_OK) return false;
    int n = fresh ? 0 : applied_count(db);
    if (n < 0) return false;
    if (mode == DB_READ && n < migration_count) {
        db_refuse(db, DB_ERROR_OLDER, n == 0 ? "this file holds no desk yet: make one with 'zhanggui init'"
                                             : "this database was made by an older version; start the desk once to bring it up to date");
        return false;
    }
    if (fresh) return apply_all(db, 0, migration_count, true); /* nothing is there that one commit could be too large for */
    for (; n < migration_count; n++)
        if (!apply_all(db, n, n + 1, false)) return false;
    return true;
}

bool store_adopt(const struct env *env, struct db *db)
{
    bool plain = false, same = false;
    enum db_error error;
    if (!db_has_table(db, "schema_migration")) {
        if (db_error(db) == DB_OK) db_refuse(db, DB_ERROR_NOT_OURS, "this file holds no desk");
        return false;
    }
    if (!db_only_tables(db, &plain)) return false;
    if (plain && !store_migrate(db, DB_WRITE)) return false;
    struct db *ours = plain ? db_open(env, ":memory:", DB_WRITE, &error, NULL, 0) : NULL;
    const bool compared = ours && store_migrate(ours, DB_WRITE) && db_same_schema(db, ours, &same);
    if (ours) db_close(ours);
    if (plain && !compared) {
        if (db_error(db) == DB_OK) db_refuse(db, DB_ERROR_MEMORY, "the schema could not be compared");
        return false;
    }
    if (!same) db_refuse(db, DB_ERROR_NOT_OURS, "this database holds tables, triggers or views that Zhanggui did not make");
    return same;
}
