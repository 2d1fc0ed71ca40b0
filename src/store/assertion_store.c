/* Which import says which event: tables assertion and record_assertion, as ranges of the ids of orders and of records.
 *
 * Rows of one (import, event_no) never overlap, so the row with the greatest beginning that is not past an id is the only one
 * that can cover it. Questions come mostly in the order of ids; the span (range or gap) of the last answer is kept, and most
 * are answered without asking the database.
 *
 * The live feed tells of orders one by one: what it says stands in the row of the event (event.fed_*). */
#include <assert.h>
#include <stdlib.h>
#include "store/apply.h"

/* The statements of one table. Columns: id, to, first_as_of_ms, as_of_ms. */
struct assertion_sql { const char *before, *next, *set_end, *remove, *insert; };
#define OF_EVENT(table) " FROM " table " WHERE merchant_id = $1 AND import_id = $2 AND event_no = $3"
#define BEFORE(table, from, to) "SELECT " from ", " to ", first_as_of_ms, as_of_ms" OF_EVENT(table) " AND " from " <= $4 ORDER BY " from " DESC LIMIT 1"
#define NEXT(table, from) "SELECT MIN(" from ") AS next" OF_EVENT(table) " AND " from " > $4"
#define SET_END(table, from, to) "UPDATE " table " SET " to " = $5 WHERE merchant_id = $1 AND import_id = $2 AND event_no = $3 AND " from " = $4"
#define REMOVE(table, from) "DELETE" OF_EVENT(table) " AND " from " = $4"
#define INSERT(table, from, to) "INSERT INTO " table " (merchant_id, import_id, event_no, " from ", " to ", first_as_of_ms, as_of_ms) VALUES ($1, $2, $3, $4, $5, $6, $7)"
static const struct assertion_sql statements[] = {
    [EVENTS_OF_ORDERS] = { SQL(BEFORE("assertion", "order_from", "order_to")), SQL(NEXT("assertion", "order_from")),
        SQL(SET_END("assertion", "order_from", "order_to")), SQL(REMOVE("assertion", "order_from")), SQL(INSERT("assertion", "order_from", "order_to")) },
    [EVENTS_OF_RECORDS] = { SQL(BEFORE("record_assertion", "record_from", "record_to")), SQL(NEXT("record_assertion", "record_from")),
        SQL(SET_END("record_assertion", "record_from", "record_to")), SQL(REMOVE("record_assertion", "record_from")),
        SQL(INSERT("record_assertion", "record_from", "record_to")) },
};

static struct assertion_span *span_slot(struct apply_session *a, enum event_table t, int64_t import_id, int64_t event_no)
{
    return &a->spans[t][((uint64_t)import_id * 31 + (uint64_t)event_no) % ASSERTION_CACHE];
}

/* The range that begins at or before id; false in *ret_found when there is none. */
static bool range_before(struct apply_session *a, enum event_table t, int64_t import_id, int64_t event_no, int64_t id, struct assertion_span *ret, bool *ret_found)
{
    struct db_stmt *q = db_stmt(a->s->db, statements[t].before); /* house: from the table above */
    if (!q) return false;
    db_bind_i64(q, 1, a->shop.merchant_id);
    db_bind_i64(q, 2, import_id);
    db_bind_i64(q, 3, event_no);
    db_bind_i64(q, 4, id);
    enum db_step step = db_step(q);
    *ret_found = step == DB_ROW;
    if (step == DB_ROW) *ret = (struct assertion_span){ import_id, event_no, db_i64_at(q, 0), db_i64_at(q, 1), { db_i64_at(q, 2), db_i64_at(q, 3) } };
    db_done(q);
    return step != DB_FAILED;
}

static bool next_begin(struct apply_session *a, enum event_table t, int64_t import_id, int64_t event_no, int64_t id, int64_t *ret)
{
    struct db_stmt *q = db_stmt(a->s->db, statements[t].next); /* house: from the table above */
    if (!q) return false;
    db_bind_i64(q, 1, a->shop.merchant_id);
    db_bind_i64(q, 2, import_id);
    db_bind_i64(q, 3, event_no);
    db_bind_i64(q, 4, id);
    enum db_step step = db_step(q);
    if (step == DB_ROW) {
        *ret = db_i64_at(q, 0);
        if (*ret == INT64_MIN) *ret = INT64_MAX;
    }
    db_done(q);
    return step == DB_ROW;
}

bool assertion_find(struct apply_session *a, enum event_table t, int64_t import_id, int64_t event_no, int64_t id, struct told *ret)
{
    struct assertion_span *s = span_slot(a, t, import_id, event_no), r;
    bool found;
    assert(!told_in_rows(t, import_id));
    if (s->event_no == event_no && s->import_id == import_id && s->from <= id && id <= s->to) {
        *ret = s->told;
        return true;
    }
    if (!range_before(a, t, import_id, event_no, id, &r, &found)) return false;
    if (!found || r.to < id) {
        int64_t next;
        if (!next_begin(a, t, import_id, event_no, id, &next)) return false;
        r = (struct assertion_span){ import_id, event_no, found ? r.to + 1 : INT64_MIN, next == INT64_MAX ? next : next - 1, told_never() };
    }
    *s = r;
    *ret = r.told;
    return true;
}

/* ---- writing ---- */

static bool range_set_end(struct apply_session *a, enum event_table t, const struct assertion_span *r, int64_t to)
{
    struct db_stmt *q = db_stmt(a->s->db, statements[t].set_end); /* house: from the table above */
    if (!q) return false;
    db_bind_i64(q, 1, a->shop.merchant_id);
    db_bind_i64(q, 2, r->import_id);
    db_bind_i64(q, 3, r->event_no);
    db_bind_i64(q, 4, r->from);
    db_bind_i64(q, 5, to);
    return db_exec(q);
}

static bool range_delete(struct apply_session *a, enum event_table t, const struct assertion_span *r)
{
    struct db_stmt *q = db_stmt(a->s->db, statements[t].remove); /* house: from the table above */
    if (!q) return false;
    db_bind_i64(q, 1, a->shop.merchant_id);
    db_bind_i64(q, 2, r->import_id);
    db_bind_i64(q, 3, r->event_no);
    db_bind_i64(q, 4, r->from);
    return db_exec(q);
}

static bool range_insert(struct apply_session *a, enum event_table t, const struct assertion_span *r)
{
    struct db_stmt *q = db_stmt(a->s->db, statements[t].insert); /* house: from the table above */
    if (!q) return false;
    db_bind_i64(q, 1, a->shop.merchant_id);
    db_bind_i64(q, 2, r->import_id);
    db_bind_i64(q, 3, r->event_no);
    db_bind_i64(q, 4, r->from);
    db_bind_i64(q, 5, r->to);
    db_bind_i64(q, 6, r->told.first_ms);
    db_bind_i64(q, 7, r->told.last_ms);
    return db_exec(q);
}

bool assertion_cut(struct apply_session *a, enum event_table t, int64_t import_id, int64_t event_no, int64_t from, int64_t to)
{
    struct assertion_span r;
    bool found;
    memset(a->spans[t], 0, sizeof a->spans[t]);
    for (;;) { /* the last range that begins before the end of the cut, until none of it lies inside */
        if (!range_before(a, t, import_id, event_no, to, &r, &found)) return false;
        if (!found || r.to < from) return true;
        struct assertion_span rest = { import_id, event_no, to + 1, r.to, r.told };
        bool ok = r.from < from ? range_set_end(a, t, &r, from - 1) : range_delete(a, t, &r);
        if (!ok || (r.to > to && !range_insert(a, t, &rest))) return false;
    }
}

/* Puts one range down, over what was there of the same import; joined to the range that ends just before it. */
static bool range_assign(struct apply_session *a, enum event_table t, const struct assertion_span *r)
{
    struct assertion_span left;
    bool found;
    memset(a->spans[t], 0, sizeof a->spans[t]);
    if (!range_before(a, t, r->import_id, r->event_no, r->to, &left, &found)) return false;
    if (found && left.to >= r->from) { /* else nothing was there, and it is the one before */
        if (!assertion_cut(a, t, r->import_id, r->event_no, r->from, r->to)) return false;
        if (!range_before(a, t, r->import_id, r->event_no, r->from, &left, &found)) return false;
    }
    if (found && left.to == r->from - 1 && told_eq(left.told, r->told)) return range_set_end(a, t, &left, r->to);
    return range_insert(a, t, r);
}

static int by_event_no(const void *a, const void *b)
{
    const struct event_ref *x = a, *y = b;
    if (x->event_no != y->event_no) return x->event_no > y->event_no ? 1 : -1;
    return (x->id > y->id) - (x->id < y->id);
}

/* One row an event, of what several claims of a batch told. */
static size_t join_same(struct event_ref *refs, size_t n)
{
    size_t kept = 0;
    for (size_t i = 1; i < n; i++) {
        if (by_event_no(&refs[kept], &refs[i]) == 0) refs[kept].told = told_join(refs[kept].told, refs[i].told);
        else refs[++kept] = refs[i];
    }
    return kept + 1;
}

static bool fed_write(struct apply_session *a, const struct event_ref *refs, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct db_stmt *q = db_stmt(a->s->db, SQL("UPDATE event SET fed_first_ms = $4, fed_as_of_ms = $5 WHERE merchant_id = $1 AND order_id = $2 AND event_no = $3"));
        if (!q) return false;
        db_bind_i64(q, 1, a->shop.merchant_id);
        db_bind_i64(q, 2, refs[i].id);
        db_bind_i64(q, 3, refs[i].event_no);
        db_bind_i64(q, 4, refs[i].told.first_ms);
        db_bind_i64(q, 5, refs[i].told.last_ms);
        if (!db_exec(q)) return false;
    }
    return true;
}

bool assertion_write(struct apply_session *a, enum event_table t, struct event_ref *refs, size_t n)
{
    size_t sorted = 1;
    if (n == 0) return true;
    while (sorted < n && by_event_no(&refs[sorted - 1], &refs[sorted]) < 0) sorted++; /* as a file of new orders comes */
    if (sorted < n) {
        qsort(refs, n, sizeof *refs, by_event_no);
        n = join_same(refs, n);
    }
    if (told_in_rows(t, a->import_id)) return fed_write(a, refs, n);
    for (size_t i = 0, next; i < n; i = next) {
        struct assertion_span r = { a->import_id, refs[i].event_no, refs[i].id, refs[i].id, refs[i].told };
        for (next = i + 1; next < n && refs[next].event_no == r.event_no; next++) {
            if (refs[next].id != r.to + 1 || !told_eq(refs[next].told, r.told)) break;
            r.to++;
        }
        if (!range_assign(a, t, &r)) return false;
    }
    return true;
}
