/* One small layer over the database engine: statements, typed binding, rows, transactions.
 * store/sqlite.c fills it today; PostgreSQL comes later behind the same functions, so SQL text stays common to both:
 * every statement stands inside the function that uses it, wrapped in SQL(), which lets a test extract them all and
 * prepare them against a real PostgreSQL.  Placeholders are $1, $2 ..; columns are read by name. */
#ifndef ZG_STORE_DB_H
#define ZG_STORE_DB_H
#include "base/env.h"
#include "base/text.h"

#define SQL(literal) ("" literal)

enum db_mode { DB_READ, DB_WRITE, DB_REHEARSE /* rehearsal.h */ };
enum db_step { DB_ROW, DB_DONE, DB_FAILED };
enum db_error { DB_OK = 0, DB_ERROR_OPEN, DB_ERROR_NEWER /* written by a newer program */,
                DB_ERROR_OLDER /* to be opened for writing once */, DB_ERROR_NOT_OURS, DB_ERROR_FULL /* disk */, DB_ERROR_IO, DB_ERROR_CORRUPT, DB_ERROR_BUSY, DB_ERROR_MEMORY, DB_ERROR_CONSTRAINT, DB_ERROR_OTHER };

struct db;
struct db_stmt;

/* DB_WRITE creates the file when it is absent, and is the only connection that writes and checkpoints (WAL, synchronous=FULL);
 * the caller holds F.lock (desk/lock.h). DB_READ: query_only, mmap_size=0, wal_autocheckpoint=0. */
struct db *db_open(const struct env *env, const char *path, enum db_mode mode, enum db_error *ret_error, char *ret_message, size_t message_size);
void db_close(struct db *db);
enum db_error db_error(const struct db *db);        /* of the last failed call */
const char *db_error_message(const struct db *db);
void db_error_clear(struct db *db);
void db_refuse(struct db *db, enum db_error error, const char *message); /* a fault that the store itself found in the data */

/* Prepared once per connection and literal, then reused; reset and with no bindings. `sql` must come from SQL(). NULL on error. */
struct db_stmt *db_stmt(struct db *db, const char *sql);
void db_bind_i64(struct db_stmt *s, int n, int64_t v);
void db_bind_i64_or_null(struct db_stmt *s, int n, int64_t v);  /* INT64_MIN is NULL */
void db_bind_text(struct db_stmt *s, int n, struct text v);     /* not copied: must live until db_done */
void db_bind_text_or_null(struct db_stmt *s, int n, struct text v); /* empty is NULL */
void db_bind_blob(struct db_stmt *s, int n, const void *p, size_t len);
void db_bind_null(struct db_stmt *s, int n);
enum db_step db_step(struct db_stmt *s);
void db_done(struct db_stmt *s);                                /* resets; call when no more rows are wanted */
bool db_exec(struct db_stmt *s);                                /* step until done, then db_done; false on error */
int64_t db_i64(struct db_stmt *s, const char *column);          /* NULL reads as INT64_MIN */
struct text db_text(struct db_stmt *s, const char *column);     /* until the next step; NULL reads as TEXT_NONE */
struct text db_blob(struct db_stmt *s, const char *column);
bool db_is_null(struct db_stmt *s, const char *column);
/* The same by position, for loops over many rows: ask db_column once, it stays right for the life of the statement. */
int db_column(struct db_stmt *s, const char *column);
const char *db_column_name(const struct db_stmt *s, int column);
int64_t db_i64_at(struct db_stmt *s, int column);
struct text db_text_at(struct db_stmt *s, int column);
struct text db_blob_at(struct db_stmt *s, int column);
int64_t db_changes(struct db *db); /* rows that the last INSERT, UPDATE or DELETE changed */

/* ---- many rows for one statement ----
 * A batch is the caller's own memory shown to SQL as a table, so that one statement inserts or looks up thousands of rows
 * ("INSERT INTO t SELECT .. FROM batch_t"): about half the cost of a statement each.
 * On SQLite it is a virtual table, on PostgreSQL it would be a temporary one filled by COPY.
 * An INSERT over a batch that fails may have done part of its rows: roll back to the savepoint or the transaction around it. */
struct db_cell;
struct db_batch_table { /* constant; the name is unique in the program */
    const char *name;   /* "batch_event" */
    const char *sql;    /* SQL("CREATE TABLE batch_event (..)"): names and types of its columns */
    /* Answers with one db_cell_* call, or none for NULL. */
    void (*cell)(struct db_cell *c, const void *rows, size_t row, int column);
};
/* From now on the table has these n rows. Call it before the db_stmt that reads it. */
bool db_batch(struct db *db, const struct db_batch_table *t, const void *rows, size_t n);
void db_cell_i64(struct db_cell *c, int64_t v);
void db_cell_i64_or_null(struct db_cell *c, int64_t v);         /* INT64_MIN is NULL */
void db_cell_text(struct db_cell *c, struct text v);            /* not copied */
void db_cell_text_or_null(struct db_cell *c, struct text v);    /* empty is NULL */
void db_cell_blob(struct db_cell *c, const void *p, size_t len);

bool db_begin(struct db *db);   /* read: one snapshot for several statements; write: immediate */
bool db_commit(struct db *db);
void db_rollback(struct db *db);
bool db_savepoint(struct db *db);
bool db_release(struct db *db);
void db_rollback_to(struct db *db); /* to the innermost savepoint, which is then gone */
uint64_t db_rollbacks(const struct db *db); /* grows whenever something written may have been taken back or replaced */
/* Whether pages of this transaction had to go into the log before its end, because memory holds no more of them; asked again it says no
 * until more did. From then on each page that is changed again makes its commit dearer: what goes on for long commits now. */
bool db_overflows(struct db *db);
bool db_in_transaction(const struct db *db); /* the engine itself ends one after some disk errors */
/* Of a DB_READ connection: another number whenever the database has changed, and within a transaction that of its snapshot. False for one
 * that writes, and on a failure. */
bool db_version(struct db *db, int64_t *ret);

/* ---- the engine itself ---- */
/* A statement of the schema; `clustered` as in migrations.h. */
bool db_schema(struct db *db, const char *sql, bool clustered);
bool db_schema_mark(struct db *db, int64_t version);       /* writes whose file this is and the schema's version into its head */
bool db_has_table(struct db *db, const char *name);        /* false also on a failure: see db_error */
/* Moves the write-ahead log into the file; `truncate` also empties it. False when a reader held it back or on an error. */
bool db_checkpoint(struct db *db, bool truncate);
int64_t db_wal_pages(const struct db *db);                  /* length of the log after the last commit of this connection */
int64_t db_wal_pages_new(const struct db *db);              /* those among them that came after the last checkpoint, whatever it moved */
void db_abandon(struct db *db);                             /* closes without a checkpoint: after a failed write, when nothing more may be written */
/* Overwrites what is deleted from now on, or only where that costs nothing. */
bool db_secure_delete(struct db *db, bool on);
bool db_vacuum(struct db *db);
/* Copies the database as of one moment to a new file, a slice of pages at a time, while others write. The copy is synced. */
bool db_backup(struct db *source, const char *path);
/* Puts the content of the database file at `path` in the place of this one's, as one write transaction: readers see the old or the new,
 * a crash leaves the old or the new. Nobody has that file open, nothing lies in a log beside it, and both have pages of one size.
 * Not inside a transaction; no statement may be running. */
bool db_replace(struct db *db, const char *path);
/* Bytes of a page; 0 on a failure. */
int64_t db_page_bytes(struct db *db);
/* Builds the file anew where its pages have another size. The only connection. 0: the size that a new database gets. */
bool db_page_as(struct db *db, int64_t bytes);
/* Structural check of the whole file; each finding is given to `found`. False on a failure to check. */
bool db_check(struct db *db, void (*found)(void *ctx, const char *what), void *ctx);
/* Whether the schema holds tables and indexes only: a stranger's trigger or view would run as ours. */
bool db_only_tables(struct db *db, bool *ret);
bool db_same_schema(struct db *a, struct db *b, bool *ret);
#endif
