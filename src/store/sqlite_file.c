/* db.h on SQLite, the file as a whole: schema, checkpoint, wiping, backup, structural check. */
#include <assert.h>
#include <stdio.h>
#include "store/sqlite.h"

enum { BACKUP_PAGES = 1024, SCHEMA_SQL_BYTES = 4096 };

bool db_schema(struct db *db, const char *sql, bool clustered)
{
    char text[SCHEMA_SQL_BYTES];
    int n = snprintf(text, sizeof text, "%s%s", sql, clustered ? " WITHOUT ROWID" : "");
    assert(n > 0 && n < (int)sizeof text);
    return sqlite_run(db, text);
}

bool db_schema_mark(struct db *db, int64_t version)
{
    char text[128];
    snprintf(text, sizeof text, "PRAGMA application_id=%d; PRAGMA user_version=%d", (int)SQLITE_FILE_MARK, (int)version);
    return sqlite_run(db, text);
}

bool db_has_table(struct db *db, const char *name)
{
    struct db_stmt *s = db_stmt(db, "SELECT 1 AS one FROM sqlite_schema WHERE type='table' AND name=$1"); /* house: SQLite's own catalogue */
    if (!s) return false;
    db_bind_text(s, 1, text_from_cstr(name));
    bool found = db_step(s) == DB_ROW;
    db_done(s);
    return found;
}

bool db_checkpoint(struct db *db, bool truncate)
{
    db->wal_moved = db->wal_pages;
    int rc = sqlite3_wal_checkpoint_v2(db->handle, NULL, truncate ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    if (rc != SQLITE_OK) sqlite_fail(db, rc);
    return rc == SQLITE_OK;
}

int64_t db_wal_pages(const struct db *db) { return db->wal_pages; }
int64_t db_wal_pages_new(const struct db *db) { return db->wal_pages - db->wal_moved; }

void db_abandon(struct db *db)
{
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    db_close(db);
}

bool db_secure_delete(struct db *db, bool on)
{
#ifdef ZG_TEST_NO_WIPE /* the control of the erase story */
    on = false;
    return sqlite_run(db, "PRAGMA secure_delete=OFF");
#endif
    return sqlite_run(db, on ? "PRAGMA secure_delete=ON" : "PRAGMA secure_delete=FAST");
}

/* What is built anew may be too large for memory. */
bool db_vacuum(struct db *db)
{
    const bool ok = sqlite_run(db, "PRAGMA temp_store=FILE") && sqlite_run(db, "VACUUM");
    return sqlite_run(db, "PRAGMA temp_store=MEMORY") && ok;
}

/* The source is read in one transaction, so the copy is of one moment and never starts over when others write. The copy is
 * made with a rollback journal and full syncs, and is whole when this returns. */
bool db_backup(struct db *source, const char *path)
{
    sqlite3 *copy = NULL;
    bool own_transaction = !db_in_transaction(source), ok = false;
    int64_t ignored = 0;
    sqlite3_backup *b = NULL;
    if (own_transaction && (!db_begin(source) || !sqlite_number(source, "SELECT count(*) FROM sqlite_schema", &ignored))) goto out;
    int rc = sqlite3_open_v2(path, &copy, SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, source->env->sqlite_vfs);
    if (rc != SQLITE_OK) { sqlite_fail(source, rc); goto out; }
    sqlite3_exec(copy, "PRAGMA synchronous=FULL", NULL, NULL, NULL);
    b = sqlite3_backup_init(copy, "main", source->handle, "main");
    if (!b) {
        rc = sqlite3_extended_errcode(copy);
    } else {
        do rc = sqlite3_backup_step(b, BACKUP_PAGES); while (rc == SQLITE_OK);
        int end = sqlite3_backup_finish(b);
        rc = rc == SQLITE_DONE ? end : rc;
    }
    if (rc == SQLITE_OK) ok = true;
    else sqlite_fail(source, rc), snprintf(source->message, sizeof source->message, "the backup could not be written: %s", sqlite3_errstr(rc));
out:
    if (sqlite3_close(copy) != SQLITE_OK) ok = false;
    if (own_transaction) db_rollback(source);
    return ok;
}

/* The pages go into the write-ahead log like those of any other transaction, and its last frame makes them all true. The engine
 * gives the schema a new number, so every statement of every connection is prepared again by itself. */
bool db_replace(struct db *db, const char *path)
{
    sqlite3 *from = NULL;
    db->rollbacks++;
    assert(!db_in_transaction(db));
    int rc = sqlite3_open_v2(path, &from, SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_READWRITE, db->env->sqlite_vfs);
    if (rc == SQLITE_OK) {
        sqlite3_backup *b = sqlite3_backup_init(db->handle, "main", from, "main");
        rc = sqlite3_extended_errcode(db->handle);
        if (b) {
            rc = sqlite3_backup_step(b, -1);
            const int end = sqlite3_backup_finish(b);
            rc = rc == SQLITE_DONE ? end : rc;
        }
    }
    if (rc != SQLITE_OK) {
        sqlite_fail(db, rc);
        snprintf(db->message, sizeof db->message, "the copy could not be put in place: %s", sqlite3_errstr(rc));
    }
    sqlite3_close(from);
    return rc == SQLITE_OK;
}

int64_t db_page_bytes(struct db *db)
{
    int64_t bytes = 0;
    return sqlite_number(db, "PRAGMA page_size", &bytes) ? bytes : 0;
}

bool db_page_as(struct db *db, int64_t bytes)
{
    char sql[160];
    const int64_t now = db_page_bytes(db);
    if (bytes == 0) bytes = SQLITE_PAGE_BYTES;
    if (now == 0 || now == bytes) return now != 0;
    /* under a log the size cannot change; what is built anew may be too large for memory */
    snprintf(sql, sizeof sql, "PRAGMA temp_store=FILE; PRAGMA journal_mode=DELETE; PRAGMA page_size=%d; VACUUM; PRAGMA journal_mode=WAL", (int)bytes);
    if (!sqlite_run(db, sql)) return false;
    if (db_page_bytes(db) == bytes) return true;
    db_refuse(db, DB_ERROR_OTHER, "its pages could not be given the size of this database's");
    return false;
}

bool db_check(struct db *db, void (*found)(void *ctx, const char *what), void *ctx)
{
    struct db_stmt *s = db_stmt(db, "PRAGMA integrity_check(100)"); /* house: SQLite's own check */
    if (!s) return false;
    enum db_step step;
    while ((step = db_step(s)) == DB_ROW) {
        struct text what = db_text_at(s, 0);
        if (!text_is(what, "ok")) found(ctx, what.ptr);
    }
    db_done(s);
    return step == DB_DONE;
}

/* Rows of the schema that are not what this program ever makes: triggers, views, virtual tables. */
bool db_only_tables(struct db *db, bool *ret)
{
    int64_t others = 0;
    if (!sqlite_number(db, "SELECT count(*) FROM sqlite_schema WHERE type NOT IN ('table', 'index') OR sql LIKE 'create virtual%'", &others))
        return false;
    *ret = others == 0;
    return true;
}

bool db_same_schema(struct db *a, struct db *b, bool *ret)
{
    static const char sql[] = "SELECT type || ' ' || name || ' ' || tbl_name || ' ' || COALESCE(sql, '') FROM sqlite_schema ORDER BY type, name";
    struct db_stmt *x = db_stmt(a, sql), *y = db_stmt(b, sql); /* house: SQLite's own catalogue */
    if (!x || !y) return false;
    enum db_step step_x, step_y;
    bool same = true;
    do {
        step_x = db_step(x);
        step_y = db_step(y);
        same = step_x == step_y && (step_x != DB_ROW || text_eq(db_text_at(x, 0), db_text_at(y, 0)));
    } while (same && step_x == DB_ROW);
    db_done(x);
    db_done(y);
    if (step_x == DB_FAILED || step_y == DB_FAILED) return false;
    *ret = same;
    return true;
}
