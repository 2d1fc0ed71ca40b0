/* The part of an undo that is the same for orders and for records: the next stretch of one range of assertions, who is in it and
 * who else tells its event; apply.h says how it is used. */
#include "store/apply.h"

struct undo_sql { const char *first, *ids, *remove[4]; };
#define FIRST(table, from, to) "SELECT event_no, " from ", " to " FROM " table " WHERE merchant_id = $1 AND import_id = $2 ORDER BY event_no, " from " LIMIT 1"
#define IDS(table, id) "SELECT " id " FROM " table " WHERE merchant_id = $1 AND " id " >= $2 AND " id " <= $3 AND event_no = $4 ORDER BY " id " LIMIT $5"
#define REMOVE(table, id) "DELETE FROM " table " WHERE merchant_id = $1 AND event_no = $2 AND " id " IN (SELECT id FROM batch_id)"
static const struct undo_sql statements[] = {
    [EVENTS_OF_ORDERS] = { SQL(FIRST("assertion", "order_from", "order_to")), SQL(IDS("event", "order_id")), {
        SQL(REMOVE("event", "order_id")), SQL(REMOVE("event_line", "order_id")), SQL(REMOVE("event_payment", "order_id")), SQL(REMOVE("person", "order_id")) } },
    [EVENTS_OF_RECORDS] = { SQL(FIRST("record_assertion", "record_from", "record_to")), SQL(IDS("record_event", "record_id")), {
        SQL(REMOVE("record_event", "record_id")), SQL(REMOVE("record_event_cell", "record_id")), SQL(REMOVE("record_person_cell", "record_id")), NULL } },
};

/* The first stretch of what is left. */
static bool first_stretch(struct undo_stretch *u, bool *ret_found)
{
    struct apply_session *a = u->a;
    struct db_stmt *q = db_stmt(a->s->db, statements[u->table].first); /* house: from the table above */
    if (!q) return false;
    db_bind_i64(q, 1, a->shop.merchant_id);
    db_bind_i64(q, 2, u->import_id);
    enum db_step step = db_step(q);
    *ret_found = step == DB_ROW;
    if (step == DB_ROW) u->event_no = db_i64_at(q, 0), u->from = db_i64_at(q, 1), u->to = db_i64_at(q, 2);
    db_done(q);
    return step != DB_FAILED;
}

/* Who is in it, at most max; a stretch with more ends at the last of them. */
static bool stretch_ids(struct undo_stretch *u, int64_t max)
{
    struct apply_session *a = u->a;
    struct db_stmt *q = db_stmt(a->s->db, statements[u->table].ids); /* house: from the table above */
    if (!q) return false;
    db_bind_i64(q, 1, a->shop.merchant_id);
    db_bind_i64(q, 2, u->from);
    db_bind_i64(q, 3, u->to);
    db_bind_i64(q, 4, u->event_no);
    db_bind_i64(q, 5, max);
    enum db_step step;
    while ((step = db_step(q)) == DB_ROW) {
        int64_t *id = LIST_ADD(&a->scratch, &u->ids, int64_t);
        if (!id) break;
        *id = db_i64_at(q, 0);
    }
    db_done(q);
    if (step == DB_DONE && (int64_t)u->ids.n == max) u->to = ((int64_t *)u->ids.rows)[u->ids.n - 1];
    return step == DB_DONE;
}

/* Imports that may tell the same events: the others of the store that were not undone and, of records, the live feed. */
static bool other_imports(struct undo_stretch *u)
{
    struct apply_session *a = u->a;
    struct db_stmt *q = db_stmt(a->s->db, SQL("SELECT import_id FROM import WHERE merchant_id = $1 AND store_id = $2 AND import_id <> $3 AND state <> 4"));
    if (!q) return false;
    if (!told_in_rows(u->table, 0)) {
        int64_t *live = LIST_ADD(&a->scratch, &u->others, int64_t);
        if (!live) return false;
        *live = 0;
    }
    db_bind_i64(q, 1, a->shop.merchant_id);
    db_bind_i64(q, 2, a->shop.store_id);
    db_bind_i64(q, 3, u->import_id);
    enum db_step step;
    while ((step = db_step(q)) == DB_ROW) {
        int64_t *id = LIST_ADD(&a->scratch, &u->others, int64_t);
        if (!id) break;
        *id = db_i64_at(q, 0);
    }
    db_done(q);
    return step == DB_DONE;
}

bool stretch_begin(struct undo_stretch *u, int64_t max_events, bool *ret_found)
{
    if (!first_stretch(u, ret_found)) return false;
    return !*ret_found || (stretch_ids(u, max_events) && other_imports(u));
}

bool stretch_told(struct undo_stretch *u, int64_t id, struct told fed, struct told *ret)
{
    const int64_t *others = u->others.rows;
    *ret = fed;
    for (size_t i = 0; i < u->others.n; i++) {
        struct told told;
        if (!assertion_find(u->a, u->table, others[i], u->event_no, id, &told)) return false;
        *ret = told_join(*ret, told);
    }
    return true;
}

bool stretch_event(struct undo_stretch *u, int64_t id, struct work_event *e, struct told told)
{
    if (told.last_ms == INSTANT_NONE) {
        int64_t *gone = LIST_ADD(&u->a->scratch, &u->gone, int64_t);
        if (gone) *gone = id;
        e->change = EVENT_GONE;
        return gone != NULL;
    }
    struct event_ref *r = LIST_ADD(&u->a->scratch, u->moved, struct event_ref);
    if (r) *r = (struct event_ref){ id, u->event_no, told };
    e->change = EVENT_MOVED;
    return r != NULL;
}

bool stretch_delete(struct undo_stretch *u)
{
    struct apply_session *a = u->a;
    if (u->gone.n == 0) return true;
    if (!ids_show(a, u->gone.rows, u->gone.n)) return false;
    for (size_t i = 0; i < sizeof statements[0].remove / sizeof statements[0].remove[0] && statements[u->table].remove[i]; i++) {
        struct db_stmt *q = db_stmt(a->s->db, statements[u->table].remove[i]); /* house: from the table above */
        if (!q) return false;
        db_bind_i64(q, 1, a->shop.merchant_id);
        db_bind_i64(q, 2, u->event_no);
        if (!db_exec(q)) return false;
    }
    return true;
}
