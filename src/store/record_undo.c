/* Takes back what an import says about records, a slice at a time, through the same fold as it came in; as undo_store.c does of orders. */
#include <assert.h>
#include "store/record_apply.h"

struct stretch { int64_t event_no, from, to; };

static bool first_stretch(struct apply_session *a, int64_t import_id, struct stretch *ret, bool *ret_found)
{
    struct db_stmt *q = db_stmt(a->s->db, SQL("SELECT event_no, record_from, record_to FROM record_assertion WHERE merchant_id = $1 AND import_id = $2"
                                              " ORDER BY event_no, record_from LIMIT 1"));
    if (!q) return false;
    db_bind_i64(q, 1, a->shop.merchant_id);
    db_bind_i64(q, 2, import_id);
    enum db_step step = db_step(q);
    *ret_found = step == DB_ROW;
    if (step == DB_ROW) *ret = (struct stretch){ db_i64_at(q, 0), db_i64_at(q, 1), db_i64_at(q, 2) };
    db_done(q);
    return step != DB_FAILED;
}

/* Records of the stretch, ids ascending, at most max; a stretch with more ends at the last of them. */
static bool stretch_records(struct apply_session *a, struct stretch *s, int64_t max, struct list *ret /* int64_t */)
{
    struct db_stmt *q = db_stmt(a->s->db, SQL("SELECT record_id FROM record_event WHERE merchant_id = $1 AND record_id >= $2 AND record_id <= $3"
                                              " AND event_no = $4 ORDER BY record_id LIMIT $5"));
    if (!q) return false;
    db_bind_i64(q, 1, a->shop.merchant_id);
    db_bind_i64(q, 2, s->from);
    db_bind_i64(q, 3, s->to);
    db_bind_i64(q, 4, s->event_no);
    db_bind_i64(q, 5, max);
    enum db_step step;
    while ((step = db_step(q)) == DB_ROW) {
        int64_t *id = LIST_ADD(&a->scratch, ret, int64_t);
        if (!id) break;
        *id = db_i64_at(q, 0);
    }
    db_done(q);
    if (step == DB_DONE && (int64_t)ret->n == max) s->to = ((int64_t *)ret->rows)[ret->n - 1];
    return step == DB_DONE;
}

struct undo {
    struct apply_session *a;
    struct stretch stretch;
    struct list ids, others, gone; /* int64_t; gone: records whose event of the stretch goes */
    struct record_out out;
};

static bool told_by_others(struct undo *u, int64_t record_id, struct told *ret)
{
    const int64_t *others = u->others.rows;
    *ret = told_never();
    for (size_t i = 0; i < u->others.n; i++) {
        struct told told;
        if (!assertion_find(u->a, ASSERTS_RECORDS, others[i], u->stretch.event_no, record_id, &told)) return false;
        *ret = told_join(*ret, told);
    }
    return true;
}

static bool take_back(struct undo *u, struct record_work *w)
{
    struct arena *arena = &u->a->scratch;
    struct record before, after;
    struct told told;
    size_t at = 0;
    while (at < w->n && w->events[at].event_no != u->stretch.event_no) at++;
    assert(at < w->n);
    struct record_claim *c = &w->claims[at];
    if (!told_by_others(u, w->record_id, &told)) return false;
    if (told_eq(told, (struct told){ c->first_as_of_ms, c->as_of_ms })) return true; /* others say the same, as early and as lately */
    if (!record_image(arena, w, &before)) return false;
    const bool goes = told.last_ms == INSTANT_NONE;
    w->events[at].change = goes ? EVENT_GONE : EVENT_MOVED;
    if (goes) {
        int64_t *id = LIST_ADD(arena, &u->gone, int64_t);
        if (!id) return false;
        *id = w->record_id;
    } else {
        struct event_ref *r = LIST_ADD(arena, &u->out.moved, struct event_ref);
        if (!r) return false;
        *r = (struct event_ref){ w->record_id, u->stretch.event_no, told };
        c->first_as_of_ms = told.first_ms;
        c->as_of_ms = told.last_ms;
    }
    const bool stays = !goes || w->n > 1;
    if (stays && !record_image(arena, w, &after)) return false;
    return record_emit(u->a, &u->out, w, &before, stays ? &after : NULL);
}

static bool delete_events(struct undo *u)
{
    struct db *db = u->a->s->db;
    const char *const sql[] = {
        SQL("DELETE FROM record_event WHERE merchant_id = $1 AND event_no = $2 AND record_id IN (SELECT record_id FROM batch_record_id)"),
        SQL("DELETE FROM record_event_cell WHERE merchant_id = $1 AND event_no = $2 AND record_id IN (SELECT record_id FROM batch_record_id)"),
        SQL("DELETE FROM record_person_cell WHERE merchant_id = $1 AND event_no = $2 AND record_id IN (SELECT record_id FROM batch_record_id)"),
    };
    if (u->gone.n == 0) return true;
    if (!record_ids_show(u->a, u->gone.rows, u->gone.n)) return false;
    for (size_t i = 0; i < sizeof sql / sizeof sql[0]; i++) {
        struct db_stmt *q = db_stmt(db, sql[i]); /* house: from the list above */
        if (!q) return false;
        db_bind_i64(q, 1, u->a->shop.merchant_id);
        db_bind_i64(q, 2, u->stretch.event_no);
        if (!db_exec(q)) return false;
    }
    return true;
}

bool record_undo_slice(struct apply_session *a, int64_t import_id, int64_t max_events, bool *ret_found)
{
    struct undo u = { .a = a };
    arena_clear(&a->scratch);
    if (!first_stretch(a, import_id, &u.stretch, ret_found)) return false;
    if (!*ret_found) return true;
    bool ok = stretch_records(a, &u.stretch, max_events, &u.ids) && other_imports(a, import_id, &u.others);
    struct record_work *works = ok ? ARENA_ARRAY(&a->scratch, struct record_work, u.ids.n + 1) : NULL;
    ok = ok && works;
    for (size_t i = 0; ok && i < u.ids.n; i++) works[i].record_id = ((const int64_t *)u.ids.rows)[i];
    ok = ok && (u.ids.n == 0 || record_load(a, works, u.ids.n)) && assertion_cut(a, ASSERTS_RECORDS, import_id, u.stretch.event_no, u.stretch.from, u.stretch.to);
    for (size_t i = 0; ok && i < u.ids.n; i++) ok = take_back(&u, &works[i]);
    ok = ok && !a->scratch.failed && record_out_write(a, &u.out) && delete_events(&u);
    if (a->scratch.failed) db_refuse(a->s->db, DB_ERROR_MEMORY, "out of memory while an import was taken back");
    return ok && !a->scratch.failed;
}
