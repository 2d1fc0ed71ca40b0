/* db.h on SQLite.
 *
 * Read in this order: opening and its settings, the statement cache, binding, rows, transactions.  The engine as a whole
 * (schema, checkpoint, backup, check) is in sqlite_file.c.
 *
 * Settings, and why: WAL with synchronous=FULL, so that a commit is on the disk when it returns and readers never wait;
 * defensive, trusted_schema off and cell_size_check on, because a database file may come from a stranger's backup; no mmap,
 * because a disk error there is a signal, not a result; secure_delete=FAST, which wipes deleted cells where the page is
 * written anyway. Only the writer checkpoints: SQLite 3.40.1 may lose data when two connections do. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <threads.h>
#include "store/sqlite.h"
#include "store/sqlite_cache.h"
#include "store/sqlite_log.h"

enum { WRITER_CACHE_KIB = 128 * 1024, READER_CACHE_KIB = 8 * 1024, REHEARSAL_CACHE_KIB = 48 * 1024, STMT_OVER_BATCH_BYTES = 4096,
       WAL_KEPT_BYTES = 256 * 1024 * 1024 /* an import's commit fits: cutting the log costs 80 ms each time */, BUSY_MS = 5000 };

/* ---- errors ---- */

static enum db_error error_of(int code)
{
    switch (code & 0xff) {
    case SQLITE_FULL: return DB_ERROR_FULL;
    case SQLITE_IOERR:
        if (code == SQLITE_IOERR_SHMSIZE) return DB_ERROR_FULL; /* the index of the log could not grow */
        return code == SQLITE_IOERR_NOMEM ? DB_ERROR_MEMORY : DB_ERROR_IO;
    case SQLITE_CORRUPT: return DB_ERROR_CORRUPT;
    case SQLITE_NOTADB: return DB_ERROR_NOT_OURS;
    case SQLITE_BUSY: case SQLITE_LOCKED: return DB_ERROR_BUSY;
    case SQLITE_NOMEM: return DB_ERROR_MEMORY;
    case SQLITE_CONSTRAINT: return DB_ERROR_CONSTRAINT;
    case SQLITE_CANTOPEN: case SQLITE_PERM: case SQLITE_READONLY: return DB_ERROR_OPEN;
    }
    return DB_ERROR_OTHER;
}

void sqlite_fail(struct db *db, int code)
{
    db->error = error_of(code);
    snprintf(db->message, sizeof db->message, "%s (SQLite code %d)", db->handle ? sqlite3_errmsg(db->handle) : sqlite3_errstr(code),
             db->handle ? sqlite3_extended_errcode(db->handle) : code);
}

enum db_error db_error(const struct db *db) { return db->error; }
const char *db_error_message(const struct db *db) { return db->message; }
void db_refuse(struct db *db, enum db_error error, const char *message)
{
    db->error = error;
    snprintf(db->message, sizeof db->message, "%s", message);
}

void db_error_clear(struct db *db) { db->error = DB_OK; db->message[0] = '\0'; }

bool sqlite_run(struct db *db, const char *sql)
{
    int rc = sqlite3_exec(db->handle, sql, NULL, NULL, NULL);
    if (rc != SQLITE_OK) sqlite_fail(db, rc);
    return rc == SQLITE_OK;
}

/* ---- open and close ---- */

bool sqlite_number(struct db *db, const char *sql, int64_t *ret)
{
    sqlite3_stmt *p = NULL;
    int rc = sqlite3_prepare_v2(db->handle, sql, -1, &p, NULL);
    if (rc == SQLITE_OK) rc = sqlite3_step(p);
    if (rc == SQLITE_ROW) *ret = sqlite3_column_int64(p, 0);
    else sqlite_fail(db, rc);
    sqlite3_finalize(p);
    return rc == SQLITE_ROW;
}

static int wal_grew(void *arg, sqlite3 *handle, const char *name, int pages)
{
    struct db *db = arg;
    (void)handle, (void)name;
    if (db->wal_begins != log_vfs_begins(db->log)) db->wal_moved = 0;
    db->wal_begins = log_vfs_begins(db->log);
    db->wal_pages = pages;
    return SQLITE_OK;
}

static bool settings(struct db *db, enum db_mode mode)
{
    char sql[512];
    sqlite3_extended_result_codes(db->handle, 1);
    sqlite3_busy_timeout(db->handle, BUSY_MS);
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, mode != DB_REHEARSE /* it may go without a journal */, NULL);
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, mode == DB_READ, NULL);
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
    if (!sqlite_run(db, "PRAGMA mmap_size=0; PRAGMA cell_size_check=ON; PRAGMA foreign_keys=OFF")) return false;
    if (mode == DB_REHEARSE) { /* nothing of it is kept: neither a journal nor a sync has a use */
        snprintf(sql, sizeof sql, "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA secure_delete=OFF; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-%d",
                 (int)REHEARSAL_CACHE_KIB);
        return sqlite_run(db, sql);
    }
    if (mode == DB_READ) {
        snprintf(sql, sizeof sql, "PRAGMA query_only=ON; PRAGMA wal_autocheckpoint=0; PRAGMA cache_size=-%d", (int)READER_CACHE_KIB);
        return sqlite_run(db, sql);
    }
    snprintf(sql, sizeof sql,
             "PRAGMA page_size=%d; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=FAST; PRAGMA temp_store=MEMORY;"
             "PRAGMA cache_size=-%d; PRAGMA wal_autocheckpoint=0; PRAGMA journal_size_limit=%d",
             (int)SQLITE_PAGE_BYTES, (int)WRITER_CACHE_KIB, (int)WAL_KEPT_BYTES);
    if (!sqlite_run(db, sql)) return false;
    sqlite3_wal_hook(db->handle, wal_grew, db); /* the writer decides when to checkpoint, never the engine inside a commit */
    return true;
}

/* A file that holds tables but does not bear our mark belongs to another program. An empty one may become ours. */
static bool is_ours(struct db *db)
{
    int64_t mark = 0, tables = 0;
    if (!sqlite_number(db, "PRAGMA application_id", &mark)) return false;
    if (!sqlite_number(db, "SELECT count(*) FROM sqlite_schema", &tables)) return false;
    if (mark == SQLITE_FILE_MARK || tables == 0) return true;
    db_refuse(db, DB_ERROR_NOT_OURS, "this is a database of another program, not of Zhanggui");
    return false;
}

/* Only the program's first opening can still say so. No statistics of memory: they would cost a lock on every allocation. */
static void engine_settings(void)
{
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    sqlite_cache_install();
}

static once_flag engine_set = ONCE_FLAG_INIT; /* house: of the one engine in a process */

struct db *db_open(const struct env *env, const char *path, enum db_mode mode, enum db_error *ret_error, char *ret_message,
                   size_t message_size)
{
    int flags = SQLITE_OPEN_NOMUTEX | (mode == DB_WRITE ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : mode == DB_REHEARSE ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY);
    struct db *db = env->memory.take(env->memory.ctx, sizeof *db);
    if (!db) {
        if (ret_error) *ret_error = DB_ERROR_MEMORY;
        if (ret_message) snprintf(ret_message, message_size, "out of memory");
        return NULL;
    }
    *db = (struct db){ .env = env, .mode = mode };
    call_once(&engine_set, engine_settings);
    if (mode == DB_WRITE) db->log = log_vfs_open(env);
    int rc = mode == DB_WRITE && !db->log ? SQLITE_NOMEM : sqlite3_open_v2(path, &db->handle, flags, db->log ? log_vfs_name(db->log) : env->sqlite_vfs);
    if (rc != SQLITE_OK) sqlite_fail(db, rc);
    /* whose file it is comes first: settings such as WAL already write into it */
    if (rc == SQLITE_OK && is_ours(db) && settings(db, mode)) return db;
    if (ret_error) *ret_error = db->error ? db->error : DB_ERROR_OPEN;
    if (ret_message) snprintf(ret_message, message_size, "%s", db->message);
    db_close(db);
    return NULL;
}

void db_close(struct db *db)
{
    if (!db) return;
    for (int i = 0; i < db->stmt_capacity; i++) {
        struct db_stmt *s = db->stmts[i];
        if (!s) continue;
        sqlite3_finalize(s->handle);
        free(s);
    }
    free(db->stmts);
    sqlite3_close(db->handle);
    log_vfs_close(db->log);
    db->env->memory.give(db->env->memory.ctx, db, sizeof *db);
}

/* ---- statements: found again by the address of their literal ---- */

static size_t slot_of(const char *sql, int capacity) { return (((uintptr_t)sql >> 3) * UINT64_C(0x9e3779b97f4a7c15) >> 40) & (size_t)(capacity - 1); }

static bool stmts_grow(struct db *db)
{
    int capacity = db->stmt_capacity ? db->stmt_capacity * 2 : 128;
    struct db_stmt **stmts = calloc((size_t)capacity, sizeof(struct db_stmt *)); /* house: lives as long as the connection */
    if (!stmts) { sqlite_fail(db, SQLITE_NOMEM); return false; }
    for (int i = 0; i < db->stmt_capacity; i++) {
        struct db_stmt *s = db->stmts[i];
        if (!s) continue;
        size_t at = slot_of(s->sql, capacity);
        while (stmts[at]) at = (at + 1) & (size_t)(capacity - 1);
        stmts[at] = s;
    }
    free(db->stmts);
    db->stmts = stmts;
    db->stmt_capacity = capacity;
    return true;
}

/* An INSERT over a batch that fails has done part of its rows, and its caller rolls back further than that (db.h). Told so by OR FAIL,
 * the engine keeps no copy of every page that the statement touches, which is a twentieth of an import. */
static const char *without_journal(const char *sql, char ret[static STMT_OVER_BATCH_BYTES])
{
    static const char insert[] = "INSERT INTO ";
    if (strncmp(sql, insert, sizeof insert - 1) != 0 || !strstr(sql, " FROM batch_")) return sql;
    const int n = snprintf(ret, STMT_OVER_BATCH_BYTES, "INSERT OR FAIL INTO %s", sql + sizeof insert - 1);
    assert(n > 0 && n < STMT_OVER_BATCH_BYTES);
    return ret;
}

/* SQLite numbers $1, $2 .. as names by first appearance; the map gives the position of each. */
static struct db_stmt *stmt_prepare(struct db *db, const char *sql)
{
    struct db_stmt *s = calloc(1, sizeof *s); /* house: lives as long as the connection */
    if (!s) { sqlite_fail(db, SQLITE_NOMEM); return NULL; }
    s->sql = sql;
    s->db = db;
    char over_batch[STMT_OVER_BATCH_BYTES];
    int rc = sqlite3_prepare_v3(db->handle, without_journal(sql, over_batch), -1, SQLITE_PREPARE_PERSISTENT, &s->handle, NULL);
    if (rc != SQLITE_OK) { sqlite_fail(db, rc); free(s); return NULL; }
    int count = sqlite3_bind_parameter_count(s->handle);
    for (int i = 1; i <= count; i++) {
        const char *name = sqlite3_bind_parameter_name(s->handle, i);
        int n = 0;
        assert(name && name[0] == '$');
        for (const char *c = name + 1; *c; c++) { assert(*c >= '0' && *c <= '9'); n = n * 10 + (*c - '0'); }
        assert(n >= 1 && n <= STMT_PARAMETERS_MAX);
        s->parameter[n] = (unsigned char)i;
    }
    s->column_count = sqlite3_column_count(s->handle);
    return s;
}

struct db_stmt *db_stmt(struct db *db, const char *sql)
{
    if (db->stmt_count * 2 >= db->stmt_capacity && !stmts_grow(db)) return NULL;
    size_t at = slot_of(sql, db->stmt_capacity);
    while (db->stmts[at] && db->stmts[at]->sql != sql) at = (at + 1) & (size_t)(db->stmt_capacity - 1);
    struct db_stmt *s = db->stmts[at];
    if (!s) {
        s = stmt_prepare(db, sql);
        if (!s) return NULL;
        db->stmts[at] = s;
        db->stmt_count++;
        return s;
    }
    db_done(s);
    if (s->bound) { sqlite3_clear_bindings(s->handle); s->bound = false; }
    return s;
}

/* ---- binding ---- */

static int place(struct db_stmt *s, int n)
{
    assert(n >= 1 && n <= STMT_PARAMETERS_MAX && s->parameter[n]);
    s->bound = true;
    return s->parameter[n];
}

static void bound(struct db_stmt *s, int rc)
{
    if (rc != SQLITE_OK) { s->bind_failed = true; sqlite_fail(s->db, rc); }
}

void db_bind_i64(struct db_stmt *s, int n, int64_t v) { bound(s, sqlite3_bind_int64(s->handle, place(s, n), v)); }
void db_bind_null(struct db_stmt *s, int n) { bound(s, sqlite3_bind_null(s->handle, place(s, n))); }

void db_bind_i64_or_null(struct db_stmt *s, int n, int64_t v)
{
    if (v == INT64_MIN) db_bind_null(s, n);
    else db_bind_i64(s, n, v);
}

void db_bind_text(struct db_stmt *s, int n, struct text v)
{
    bound(s, sqlite3_bind_text64(s->handle, place(s, n), v.ptr ? v.ptr : "", v.len, SQLITE_STATIC, SQLITE_UTF8));
}

void db_bind_text_or_null(struct db_stmt *s, int n, struct text v)
{
    if (v.len == 0) db_bind_null(s, n);
    else db_bind_text(s, n, v);
}

void db_bind_blob(struct db_stmt *s, int n, const void *p, size_t len)
{
    bound(s, sqlite3_bind_blob64(s->handle, place(s, n), p ? p : "", len, SQLITE_STATIC));
}

/* ---- rows ---- */

enum db_step db_step(struct db_stmt *s)
{
    if (s->bind_failed) { db_done(s); return DB_FAILED; }
    s->running = true;
    int rc = sqlite3_step(s->handle);
    if (rc == SQLITE_ROW) return DB_ROW;
    if (rc == SQLITE_DONE) return DB_DONE;
    sqlite_fail(s->db, rc);
    db_done(s);
    return DB_FAILED;
}

void db_done(struct db_stmt *s)
{
    if (s->running) sqlite3_reset(s->handle);
    s->running = false;
    s->bind_failed = false;
}

bool db_exec(struct db_stmt *s)
{
    enum db_step step;
    do step = db_step(s); while (step == DB_ROW);
    db_done(s);
    return step == DB_DONE;
}

static int column_find(const struct db_stmt *s, const char *column)
{
    for (int i = 0; i < s->column_count; i++)
        if (strcmp(sqlite3_column_name(s->handle, i), column) == 0) return i;
    assert(!"the statement has a column of that name");
    abort(); /* house: a programmer's error, also where asserts are off */
}

const char *db_column_name(const struct db_stmt *s, int column) { return sqlite3_column_name(s->handle, column); }

/* Questions asked with the same literal are remembered, in one of a few slots; the name is compared all the same. */
int db_column(struct db_stmt *s, const char *column)
{
    const size_t home = ((uintptr_t)column * UINT32_C(2654435769) >> 16) % STMT_COLUMN_SLOTS; /* by the golden ratio (Knuth 1973, 6.4) */
    struct stmt_column *c = NULL;
    for (size_t i = 0; i < STMT_COLUMN_TRIES; i++) {
        c = &s->columns[(home + i) % STMT_COLUMN_SLOTS];
        if (c->asked == column && strcmp(sqlite3_column_name(s->handle, c->at), column) == 0) return c->at;
        if (!c->asked) break;
    }
    c->at = column_find(s, column);
    c->asked = column;
    return c->at;
}

int64_t db_i64_at(struct db_stmt *s, int column)
{
    int64_t v = sqlite3_column_int64(s->handle, column);
    return v == 0 && sqlite3_column_type(s->handle, column) == SQLITE_NULL ? INT64_MIN : v;
}

struct text db_text_at(struct db_stmt *s, int column)
{
    const unsigned char *p = sqlite3_column_text(s->handle, column);
    return p ? (struct text){ (const char *)p, (size_t)sqlite3_column_bytes(s->handle, column) } : TEXT_NONE;
}

struct text db_blob_at(struct db_stmt *s, int column)
{
    const void *p = sqlite3_column_blob(s->handle, column);
    if (p) return (struct text){ p, (size_t)sqlite3_column_bytes(s->handle, column) };
    return sqlite3_column_type(s->handle, column) == SQLITE_NULL ? TEXT_NONE : TEXT(""); /* the engine gives no place to no bytes */
}

int64_t db_i64(struct db_stmt *s, const char *column) { return db_i64_at(s, db_column(s, column)); }
struct text db_text(struct db_stmt *s, const char *column) { return db_text_at(s, db_column(s, column)); }
struct text db_blob(struct db_stmt *s, const char *column) { return db_blob_at(s, db_column(s, column)); }
bool db_is_null(struct db_stmt *s, const char *column) { return sqlite3_column_type(s->handle, db_column(s, column)) == SQLITE_NULL; }
int64_t db_changes(struct db *db) { return sqlite3_changes64(db->handle); }

bool db_overflows(struct db *db)
{
    int now = 0, most = 0;
    return sqlite3_db_status(db->handle, SQLITE_DBSTATUS_CACHE_SPILL, &now, &most, 1) == SQLITE_OK && now > 0;
}

/* ---- transactions ---- */

static bool run_cached(struct db *db, const char *sql)
{
    struct db_stmt *s = db_stmt(db, sql); /* house: handed on by the SQL() of the caller */
    return s && db_exec(s);
}


bool db_version(struct db *db, int64_t *ret)
{
    struct db_stmt *s = db->mode == DB_READ ? db_stmt(db, "PRAGMA data_version") : NULL; /* house: SQLite's own word, beside BEGIN and SAVEPOINT */
    const bool ok = s && db_step(s) == DB_ROW;
    if (ok) *ret = db_i64_at(s, 0);
    if (s) db_done(s);
    return ok;
}

bool db_in_transaction(const struct db *db) { return !sqlite3_get_autocommit(db->handle); }
bool db_begin(struct db *db) { return db->mode == DB_WRITE ? run_cached(db, "BEGIN IMMEDIATE") : run_cached(db, "BEGIN"); }
bool db_commit(struct db *db) { return run_cached(db, "COMMIT"); }
bool db_savepoint(struct db *db) { return run_cached(db, "SAVEPOINT inner"); }
bool db_release(struct db *db) { return run_cached(db, "RELEASE inner"); }

/* The error that led here is what the caller wants to hear of, not one of the rolling back. */
static void undo_work(struct db *db, const char *sql, const char *then)
{
    db->rollbacks++;
    enum db_error error = db->error;
    char message[sizeof db->message];
    memcpy(message, db->message, sizeof message);
    if (db_in_transaction(db) && run_cached(db, sql) && then) run_cached(db, then);
    db->error = error;
    memcpy(db->message, message, sizeof message);
}

uint64_t db_rollbacks(const struct db *db) { return db->rollbacks; }
void db_rollback(struct db *db) { undo_work(db, "ROLLBACK", NULL); }
void db_rollback_to(struct db *db) { undo_work(db, "ROLLBACK TO inner", "RELEASE inner"); }
