/* The rows of records, their events and cells, read and written many at a time; see record_apply.h. */
#include <stdlib.h>
#include "store/record_apply.h"

/* ---- reading ---- */

static bool load_records(struct apply_session *a, struct record_work *w, size_t n)
{
    struct db_stmt *q = db_stmt(a->s->db, SQL("SELECT r.record_id, r.subject, r.grain, r.record_key FROM batch_id b CROSS JOIN record r"
                                              " WHERE r.merchant_id = $1 AND r.record_id = b.id"));
    if (!q) return false;
    db_bind_i64(q, 1, a->shop.merchant_id);
    enum db_step step;
    size_t at = 0;
    while ((step = db_step(q)) == DB_ROW) {
        while (at < n && w[at].record_id != db_i64_at(q, 0)) at++;
        if (at == n) break;
        w[at].subject = (enum subject)db_i64_at(q, 1);
        w[at].grain = db_i64_at(q, 2);
        w[at].record_key = arena_text(&a->scratch, db_text_at(q, 3));
    }
    db_done(q);
    return step == DB_DONE;
}

static bool load_events(struct apply_session *a, struct record_work *w, size_t n)
{
    struct db_stmt *q = db_stmt(a->s->db, SQL("SELECT e.record_id, e.event_no, e.event_key, e.first_as_of_ms, e.as_of_ms, e.source_rank, e.at_ms"
        " FROM batch_id b CROSS JOIN record_event e WHERE e.merchant_id = $1 AND e.record_id = b.id"));
    if (!q) return false;
    db_bind_i64(q, 1, a->shop.merchant_id);
    enum db_step step;
    size_t at = 0;
    while ((step = db_step(q)) == DB_ROW) {
        while (at < n && w[at].record_id != db_i64_at(q, 0)) at++;
        if (at == n || !record_reserve(&a->scratch, &w[at], w[at].n + 1)) break;
        struct record_claim *c = &w[at].claims[w[at].n];
        *c = (struct record_claim){ .subject = w[at].subject, .record_key = w[at].record_key, .grain = w[at].grain, .first_as_of_ms = db_i64_at(q, 3),
                                    .as_of_ms = db_i64_at(q, 4), .rank = (int16_t)db_i64_at(q, 5), .at_ms = db_i64_at(q, 6) };
        const struct text key = db_blob_at(q, 2);
        if (key.len == sizeof c->key.bytes) memcpy(c->key.bytes, key.ptr, sizeof c->key.bytes);
        w[at].events[w[at].n++] = (struct work_event){ .event_no = db_i64_at(q, 1) };
    }
    db_done(q);
    return step == DB_DONE;
}

struct loaded_cell { int64_t record_id, event_no; struct record_value value; };

static bool load_cells(struct apply_session *a, struct list *ret)
{
    struct db_stmt *q = db_stmt(a->s->db, SQL("SELECT c.record_id, c.event_no, c.field, c.number, c.text FROM batch_id b CROSS JOIN record_event_cell c"
        " WHERE c.merchant_id = $1 AND c.record_id = b.id UNION ALL"
        " SELECT p.record_id, p.event_no, p.field, CAST(NULL AS BIGINT) AS number, p.text FROM batch_id b CROSS JOIN record_person_cell p"
        " WHERE p.merchant_id = $1 AND p.record_id = b.id ORDER BY 1, 2, 3"));
    if (!q) return false;
    db_bind_i64(q, 1, a->shop.merchant_id);
    enum db_step step;
    while ((step = db_step(q)) == DB_ROW) {
        struct loaded_cell *c = LIST_ADD(&a->scratch, ret, struct loaded_cell);
        if (!c) break;
        const int64_t number = db_i64_at(q, 3);
        const struct text text = db_text_at(q, 4);
        *c = (struct loaded_cell){ db_i64_at(q, 0), db_i64_at(q, 1), { (int)db_i64_at(q, 2), text.ptr ? 0 : number, text.ptr ? arena_text(&a->scratch, text) : TEXT_NONE } };
    }
    db_done(q);
    return step == DB_DONE;
}

/* Both are in the order of (record, event). */
static bool give_cells(struct arena *a, struct record_work *w, size_t n, const struct list *cells)
{
    const struct loaded_cell *c = cells->rows, *end = c + cells->n;
    struct record_value *values = ARENA_ARRAY(a, struct record_value, cells->n + 1);
    if (!values) return false;
    for (size_t i = 0; i < n; i++)
        for (size_t e = 0; e < w[i].n; e++) {
            const int64_t event_no = w[i].events[e].event_no;
            while (c < end && (c->record_id < w[i].record_id || (c->record_id == w[i].record_id && c->event_no < event_no))) c++;
            w[i].claims[e].values = values;
            for (; c < end && c->record_id == w[i].record_id && c->event_no == event_no; c++, w[i].claims[e].value_count++) *values++ = c->value;
        }
    return true;
}

bool record_load(struct apply_session *a, struct record_work *w, size_t n)
{
    struct list cells = { 0 };
    int64_t *ids = ARENA_ARRAY(&a->scratch, int64_t, n);
    if (!ids) return false;
    for (size_t i = 0; i < n; i++) ids[i] = w[i].record_id;
    return ids_show(a, ids, n) && load_records(a, w, n) && load_events(a, w, n) && load_cells(a, &cells) && give_cells(&a->scratch, w, n, &cells);
}

/* ---- writing: the tables of batches ---- */

static void record_cell_of(struct db_cell *c, const void *rows, size_t row, int column)
{
    const struct record_row *r = &((const struct record_row *)rows)[row];
    switch (column) {
    case 0: db_cell_i64(c, r->work->record_id); break;
    case 1: db_cell_i64(c, r->work->subject); break;
    case 2: db_cell_i64(c, r->work->grain); break;
    case 3: db_cell_text(c, r->work->record_key); break;
    case 4: db_cell_i64(c, r->at_ms); break;
    case 5: db_cell_i64(c, r->as_of_ms); break;
    case 6: db_cell_i64(c, r->disputed); break;
    }
}
static const struct db_batch_table batch_record = { "batch_record", SQL("CREATE TABLE batch_record (record_id BIGINT, subject BIGINT, grain BIGINT,"
    " record_key TEXT, at_ms BIGINT, as_of_ms BIGINT, disputed BIGINT)"), record_cell_of };

static void event_cell_of(struct db_cell *c, const void *rows, size_t row, int column)
{
    const struct record_event_row *e = &((const struct record_event_row *)rows)[row];
    switch (column) {
    case 0: db_cell_i64(c, e->record_id); break;
    case 1: db_cell_i64(c, e->event_no); break;
    case 2: db_cell_blob(c, e->claim->key.bytes, sizeof e->claim->key.bytes); break;
    case 3: db_cell_i64(c, e->claim->first_as_of_ms); break;
    case 4: db_cell_i64(c, e->claim->as_of_ms); break;
    case 5: db_cell_i64(c, e->claim->rank); break;
    case 6: db_cell_i64_or_null(c, e->claim->at_ms); break;
    }
}
static const struct db_batch_table batch_record_event = { "batch_record_event", SQL("CREATE TABLE batch_record_event (record_id BIGINT, event_no BIGINT,"
    " event_key BYTEA, first_as_of_ms BIGINT, as_of_ms BIGINT, source_rank BIGINT, at_ms BIGINT)"), event_cell_of };

static void value_cell_of(struct db_cell *c, const void *rows, size_t row, int column)
{
    const struct record_event_cell_row *e = &((const struct record_event_cell_row *)rows)[row];
    switch (column) {
    case 0: db_cell_i64(c, e->record_id); break;
    case 1: db_cell_i64(c, e->event_no); break;
    case 2: db_cell_i64(c, e->value->field); break;
    case 3: if (e->value->text.len == 0) db_cell_i64(c, e->value->number); break;
    case 4: db_cell_text_or_null(c, e->value->text); break;
    }
}
static const struct db_batch_table batch_record_value = { "batch_record_value", SQL("CREATE TABLE batch_record_value (record_id BIGINT, event_no BIGINT,"
    " field BIGINT, number BIGINT, text TEXT)"), value_cell_of };

static void folded_cell_of(struct db_cell *c, const void *rows, size_t row, int column)
{
    const struct record_cell_row *r = &((const struct record_cell_row *)rows)[row];
    switch (column) {
    case 0: db_cell_i64(c, r->record_id); break;
    case 1: db_cell_i64(c, r->cell.field); break;
    case 2: db_cell_i64(c, r->event_no); break;
    case 3: if (r->cell.text.len == 0) db_cell_i64(c, r->cell.number); break;
    case 4: if (!r->person) db_cell_text_or_null(c, r->cell.text); break;
    case 5: db_cell_i64(c, r->cell.disputed); break;
    }
}
static const struct db_batch_table batch_record_cell = { "batch_record_cell", SQL("CREATE TABLE batch_record_cell (record_id BIGINT, field BIGINT,"
    " event_no BIGINT, number BIGINT, text TEXT, disputed BIGINT)"), folded_cell_of };

/* ---- writing ---- */

#define RECORD_COLUMNS "subject, record_key, grain, at_ms, as_of_ms, disputed"

static int by_record_row(const void *a, const void *b)
{
    const int64_t x = ((const struct record_row *)a)->work->record_id, y = ((const struct record_row *)b)->work->record_id;
    return (x > y) - (x < y);
}

static bool records_write(struct apply_session *a, struct record_out *out)
{
    struct list *lists[] = { &out->added, &out->changed };
    for (int i = 0; i < 2; i++) {
        if (lists[i]->n == 0) continue;
        qsort(lists[i]->rows, lists[i]->n, sizeof(struct record_row), by_record_row);
        if (!db_batch(a->s->db, &batch_record, lists[i]->rows, lists[i]->n)) return false;
        struct db_stmt *q = db_stmt(a->s->db, SQL("INSERT INTO record (merchant_id, record_id, store_id, " RECORD_COLUMNS ")"
            " SELECT CAST($1 AS BIGINT), record_id, CAST($2 AS BIGINT), " RECORD_COLUMNS " FROM batch_record WHERE 1 = 1"
            " ON CONFLICT (merchant_id, record_id) DO UPDATE SET at_ms = excluded.at_ms, as_of_ms = excluded.as_of_ms, disputed = excluded.disputed"));
        if (!q) return false;
        db_bind_i64(q, 1, a->shop.merchant_id);
        db_bind_i64(q, 2, a->shop.store_id);
        if (!db_exec(q)) return false;
    }
    return true;
}

static int by_cell(const void *a, const void *b)
{
    const struct record_cell_row *x = a, *y = b;
    if (x->record_id != y->record_id) return x->record_id > y->record_id ? 1 : -1;
    return x->cell.field - y->cell.field;
}

static int by_event_value(const void *a, const void *b)
{
    const struct record_event_cell_row *x = a, *y = b;
    if (x->record_id != y->record_id) return x->record_id > y->record_id ? 1 : -1;
    if (x->event_no != y->event_no) return x->event_no > y->event_no ? 1 : -1;
    return x->value->field - y->value->field;
}

/* Rows in the order of their keys are appended. Mostly they are already. */
static void sort_list(struct list *l, size_t size, int (*compare)(const void *, const void *))
{
    size_t sorted = 1;
    const char *rows = l->rows;
    while (sorted < l->n && compare(rows + (sorted - 1) * size, rows + sorted * size) < 0) sorted++;
    if (sorted < l->n) qsort(l->rows, l->n, size, compare);
}

/* The cells of gone records, and of changed ones that are written anew, go; then those of the latter and of added ones come. */
static bool cells_write(struct apply_session *a, struct record_out *out)
{
    const struct record_row *changed = out->changed.rows;
    int64_t *ids = ARENA_ARRAY(&a->scratch, int64_t, out->changed.n + out->gone.n + 1);
    size_t n = 0;
    if (!ids) return false;
    for (size_t i = 0; i < out->changed.n; i++)
        if (changed[i].cells) ids[n++] = changed[i].work->record_id;
    if (out->gone.n) memcpy(ids + n, out->gone.rows, out->gone.n * sizeof *ids);
    n += out->gone.n;
    if (n > 0 && !(ids_show(a, ids, n) &&
                   rows_run(a, SQL("DELETE FROM record_cell WHERE merchant_id = $1 AND record_id IN (SELECT id FROM batch_id)"))))
        return false;
    sort_list(&out->cells, sizeof(struct record_cell_row), by_cell);
#ifdef ZG_TEST_DROP_RECORD_CELL /* the control of the verify test: one derived row is forgotten */
    if (out->cells.n > 0) out->cells.n--;
#endif
    return rows_insert(a, &batch_record_cell, out->cells.rows, out->cells.n, SQL("INSERT INTO record_cell (merchant_id, record_id, field, event_no, number, text, disputed)"
        " SELECT CAST($1 AS BIGINT), record_id, field, event_no, number, text, disputed FROM batch_record_cell"));
}

static bool gone_write(struct apply_session *a, const struct record_out *out)
{
    if (out->gone.n == 0) return true;
    return ids_show(a, out->gone.rows, out->gone.n) &&
           rows_run(a, SQL("DELETE FROM record WHERE merchant_id = $1 AND record_id IN (SELECT id FROM batch_id)"));
}

bool record_out_write(struct apply_session *a, struct record_out *out)
{
    sort_list(&out->event_cells, sizeof(struct record_event_cell_row), by_event_value);
    sort_list(&out->person_cells, sizeof(struct record_event_cell_row), by_event_value);
    return records_write(a, out) &&
        rows_insert(a, &batch_record_event, out->events.rows, out->events.n, SQL("INSERT INTO record_event (merchant_id, record_id, event_no, event_key, first_as_of_ms, as_of_ms,"
            " source_rank, at_ms) SELECT CAST($1 AS BIGINT), record_id, event_no, event_key, first_as_of_ms, as_of_ms, source_rank, at_ms FROM batch_record_event")) &&
        rows_insert(a, &batch_record_value, out->event_cells.rows, out->event_cells.n, SQL("INSERT INTO record_event_cell (merchant_id, record_id, event_no, field, number, text)"
            " SELECT CAST($1 AS BIGINT), record_id, event_no, field, number, text FROM batch_record_value")) &&
        rows_insert(a, &batch_record_value, out->person_cells.rows, out->person_cells.n, SQL("INSERT INTO record_person_cell (merchant_id, record_id, event_no, field, text)"
            " SELECT CAST($1 AS BIGINT), record_id, event_no, field, text FROM batch_record_value")) &&
        events_move(a, EVENTS_OF_RECORDS, &out->moved) && cells_write(a, out) && gone_write(a, out) &&
        assertion_write(a, EVENTS_OF_RECORDS, out->assertions.rows, out->assertions.n);
}
