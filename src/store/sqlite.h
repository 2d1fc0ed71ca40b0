/* What sqlite.c and sqlite_file.c share; nobody else includes it. */
#ifndef ZG_STORE_SQLITE_H
#define ZG_STORE_SQLITE_H
#include <sqlite3.h>
#include "store/db.h"

enum { STMT_PARAMETERS_MAX = 48, STMT_COLUMN_SLOTS = 64, STMT_COLUMN_TRIES = 8, BATCH_TABLES_MAX = 24, SQLITE_PAGE_BYTES = 4096, SQLITE_FILE_MARK = 0x5a67756a /* "Zguj" */ };

struct stmt_column { const char *asked; int at; };
struct db_stmt {
    sqlite3_stmt *handle;
    const char *sql;
    struct db *db;
    bool running, bound, bind_failed;
    int column_count;
    unsigned char parameter[STMT_PARAMETERS_MAX + 1]; /* $n -> SQLite's position, 0: not there */
    struct stmt_column columns[STMT_COLUMN_SLOTS];
};
struct batch_slot { const struct db_batch_table *table; const void *rows; size_t n; };
struct db {
    sqlite3 *handle;
    const struct env *env;
    enum db_mode mode;
    struct log_vfs *log;    /* of a connection that writes: sqlite_log.h */
    enum db_error error;
    char message[256];
    uint64_t rollbacks;
    int64_t wal_pages;      /* of the write-ahead log after the last commit */
    int64_t wal_moved;      /* of them when a checkpoint was last tried; 0: not since the log began */
    uint64_t wal_begins;    /* log_vfs_begins at the last commit */
    struct db_stmt **stmts; /* open addressing by the literal's address */
    int stmt_count, stmt_capacity;
    struct batch_slot batches[BATCH_TABLES_MAX];
    int batch_count;
};

void sqlite_fail(struct db *db, int code);
bool sqlite_run(struct db *db, const char *sql);
bool sqlite_number(struct db *db, const char *sql, int64_t *ret); /* the first column of the first row */
#endif
