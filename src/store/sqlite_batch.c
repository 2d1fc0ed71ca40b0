/* Batches (db.h) on SQLite: each is an eponymous virtual table that walks over the caller's rows.
 * Nothing of it is ever written to the file; a cell goes straight from the caller's memory into the record being built. */
#include <assert.h>
#include <stdlib.h>
#include "store/sqlite.h"

struct batch_table { sqlite3_vtab base; const struct batch_slot *slot; };
struct batch_cursor { sqlite3_vtab_cursor base; const struct batch_slot *slot; size_t row; };

static int batch_connect(sqlite3 *handle, void *aux, int argc, const char *const *argv, sqlite3_vtab **ret, char **ret_error)
{
    const struct batch_slot *slot = aux;
    (void)argc, (void)argv, (void)ret_error;
    int rc = sqlite3_declare_vtab(handle, slot->table->sql);
    if (rc != SQLITE_OK) return rc;
    struct batch_table *t = sqlite3_malloc(sizeof *t);
    if (!t) return SQLITE_NOMEM;
    *t = (struct batch_table){ .slot = slot };
    *ret = &t->base;
    return SQLITE_OK;
}

static int batch_disconnect(sqlite3_vtab *t)
{
    sqlite3_free(t);
    return SQLITE_OK;
}

/* Cheap, so that the planner makes it the outer loop. */
static int batch_plan(sqlite3_vtab *t, sqlite3_index_info *info)
{
    (void)t;
    info->estimatedCost = 1;
    info->estimatedRows = 1;
    return SQLITE_OK;
}

static int batch_open(sqlite3_vtab *t, sqlite3_vtab_cursor **ret)
{
    struct batch_cursor *c = sqlite3_malloc(sizeof *c);
    if (!c) return SQLITE_NOMEM;
    *c = (struct batch_cursor){ .slot = ((struct batch_table *)t)->slot };
    *ret = &c->base;
    return SQLITE_OK;
}

static int batch_close(sqlite3_vtab_cursor *c)
{
    sqlite3_free(c);
    return SQLITE_OK;
}

static int batch_filter(sqlite3_vtab_cursor *c, int plan, const char *name, int argc, sqlite3_value **argv)
{
    (void)plan, (void)name, (void)argc, (void)argv;
    ((struct batch_cursor *)c)->row = 0;
    return SQLITE_OK;
}

static int batch_next(sqlite3_vtab_cursor *c)
{
    ((struct batch_cursor *)c)->row++;
    return SQLITE_OK;
}

static int batch_eof(sqlite3_vtab_cursor *c)
{
    const struct batch_cursor *b = (struct batch_cursor *)c;
    return b->row >= b->slot->n;
}

static int batch_column(sqlite3_vtab_cursor *c, sqlite3_context *x, int column)
{
    const struct batch_cursor *b = (struct batch_cursor *)c;
    b->slot->table->cell((struct db_cell *)x, b->slot->rows, b->row, column);
    return SQLITE_OK;
}

static int batch_rowid(sqlite3_vtab_cursor *c, sqlite3_int64 *ret)
{
    *ret = (sqlite3_int64)((struct batch_cursor *)c)->row;
    return SQLITE_OK;
}

static const sqlite3_module batch_module = {
    .iVersion = 1, .xConnect = batch_connect, .xBestIndex = batch_plan, .xDisconnect = batch_disconnect, .xDestroy = batch_disconnect,
    .xOpen = batch_open, .xClose = batch_close, .xFilter = batch_filter, .xNext = batch_next, .xEof = batch_eof,
    .xColumn = batch_column, .xRowid = batch_rowid,
};

bool db_batch(struct db *db, const struct db_batch_table *t, const void *rows, size_t n)
{
    int at = 0;
    while (at < db->batch_count && db->batches[at].table != t) at++;
    if (at == db->batch_count) {
        assert(at < BATCH_TABLES_MAX);
        db->batches[at].table = t;
        int rc = sqlite3_create_module_v2(db->handle, t->name, &batch_module, &db->batches[at], NULL);
        if (rc != SQLITE_OK) { sqlite_fail(db, rc); return false; }
        db->batch_count++;
    }
    db->batches[at].rows = rows;
    db->batches[at].n = n;
    return true;
}

void db_cell_i64(struct db_cell *c, int64_t v) { sqlite3_result_int64((sqlite3_context *)c, v); }
void db_cell_i64_or_null(struct db_cell *c, int64_t v) { if (v != INT64_MIN) sqlite3_result_int64((sqlite3_context *)c, v); }

void db_cell_text(struct db_cell *c, struct text v)
{
    sqlite3_result_text((sqlite3_context *)c, v.ptr ? v.ptr : "", (int)v.len, SQLITE_STATIC);
}

void db_cell_text_or_null(struct db_cell *c, struct text v)
{
    if (v.len) sqlite3_result_text((sqlite3_context *)c, v.ptr, (int)v.len, SQLITE_STATIC);
}

void db_cell_blob(struct db_cell *c, const void *p, size_t len)
{
    sqlite3_result_blob((sqlite3_context *)c, p ? p : "", (int)len, SQLITE_STATIC);
}
