/* What the tables of events have in common, those of orders (event) and those of records (record_event): keys read, tellings
 * moved; and the small things with which their rows are read and written. Ids are shown to SQL as table batch_id. */
#include "store/apply.h"

struct event_sql { const char *keys, *move; };
#define KEYS(table, id, fed) "SELECT e." id ", e.event_no, e.first_as_of_ms, e.as_of_ms, e.event_key" fed " FROM batch_id b CROSS JOIN " table " e" \
    " WHERE e.merchant_id = $1 AND e." id " = b.id"
#define MOVE(table, id) "UPDATE " table " SET as_of_ms = $4, first_as_of_ms = $5 WHERE merchant_id = $1 AND " id " = $2 AND event_no = $3"
static const struct event_sql statements[] = {
    [EVENTS_OF_ORDERS] = { SQL(KEYS("event", "order_id", ", e.fed_first_ms, e.fed_as_of_ms")), SQL(MOVE("event", "order_id")) },
    [EVENTS_OF_RECORDS] = { SQL(KEYS("record_event", "record_id", "")), SQL(MOVE("record_event", "record_id")) },
};

static void id_cell(struct db_cell *c, const void *rows, size_t row, int column)
{
    (void)column;
    db_cell_i64(c, ((const int64_t *)rows)[row]);
}
static const struct db_batch_table batch_id = { "batch_id", SQL("CREATE TABLE batch_id (id BIGINT)"), id_cell };

bool ids_show(struct apply_session *a, const int64_t *ids, size_t n) { return db_batch(a->s->db, &batch_id, ids, n); }

bool rows_run(struct apply_session *a, const char *sql)
{
    struct db_stmt *q = db_stmt(a->s->db, sql); /* house: handed on by the SQL() of the caller */
    if (!q) return false;
    db_bind_i64(q, 1, a->shop.merchant_id);
    return db_exec(q);
}

bool rows_insert(struct apply_session *a, const struct db_batch_table *t, const void *rows, size_t n, const char *sql)
{
    return n == 0 || (db_batch(a->s->db, t, rows, n) && rows_run(a, sql));
}

bool event_keys_load(struct apply_session *a, enum event_table t, const int64_t *ids, size_t n, struct list *ret)
{
    if (!ids_show(a, ids, n)) return false;
    struct db_stmt *q = db_stmt(a->s->db, statements[t].keys); /* house: from the table above */
    if (!q) return false;
    db_bind_i64(q, 1, a->shop.merchant_id);
    enum db_step step;
    while ((step = db_step(q)) == DB_ROW) {
        struct stored_key *k = LIST_ADD(&a->scratch, ret, struct stored_key);
        struct text key = db_blob_at(q, 4);
        if (!k || key.len != sizeof k->key.bytes) break;
        *k = (struct stored_key){ .id = db_i64_at(q, 0), .event_no = db_i64_at(q, 1), .told = { db_i64_at(q, 2), db_i64_at(q, 3) }, .fed = told_never() };
        if (t == EVENTS_OF_ORDERS && db_i64_at(q, 6) != INT64_MIN) k->fed = (struct told){ db_i64_at(q, 5), db_i64_at(q, 6) };
        memcpy(k->key.bytes, key.ptr, key.len);
    }
    db_done(q);
    if (step == DB_ROW) db_refuse(a->s->db, DB_ERROR_CORRUPT, "an event's key is damaged, or memory ran out");
    return step == DB_DONE;
}

bool events_move(struct apply_session *a, enum event_table t, const struct list *moved)
{
    const struct event_ref *r = moved->rows;
    for (size_t i = 0; i < moved->n; i++) {
        struct db_stmt *q = db_stmt(a->s->db, statements[t].move); /* house: from the table above */
        if (!q) return false;
        db_bind_i64(q, 1, a->shop.merchant_id);
        db_bind_i64(q, 2, r[i].id);
        db_bind_i64(q, 3, r[i].event_no);
        db_bind_i64(q, 4, r[i].told.last_ms);
        db_bind_i64(q, 5, r[i].told.first_ms);
        if (!db_exec(q)) return false;
    }
    return true;
}

/* ---- the events of one order or record in memory ---- */

void *rows_grow(struct arena *a, const void *rows, size_t n, size_t capacity, size_t size)
{
    void *grown = arena_take(a, capacity, size);
    if (grown && n) memcpy(grown, rows, n * size);
    return grown;
}

size_t event_place(const struct work_event *events, size_t n, int64_t event_no)
{
    size_t at = 0;
    while (at < n && events[at].event_no != event_no) at++;
    return at;
}

int64_t event_last_no(const struct work_event *events, size_t n)
{
    int64_t last = 0;
    for (size_t i = 0; i < n; i++)
        if (events[i].event_no > last) last = events[i].event_no;
    return last;
}
