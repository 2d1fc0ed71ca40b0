/* Takes back what an import says about records, a slice at a time, through the same fold as it came in; as undo_store.c does of orders. */
#include <assert.h>
#include "store/record_apply.h"

struct undo {
    struct undo_stretch s;
    struct record_out out;
};

static bool take_back(struct undo *u, struct record_work *w)
{
    struct arena *arena = &u->s.a->scratch;
    struct record before, after;
    struct told told;
    const size_t at = event_place(w->events, w->n, u->s.event_no);
    assert(at < w->n);
    struct record_claim *c = &w->claims[at];
    if (!stretch_told(&u->s, w->record_id, told_never(), &told)) return false;
    if (told_eq(told, (struct told){ c->first_as_of_ms, c->as_of_ms })) return true; /* others say the same, as early and as lately */
    if (!record_image(arena, w, &before) || !stretch_event(&u->s, w->record_id, &w->events[at], told)) return false;
    const bool goes = w->events[at].change == EVENT_GONE, stays = !goes || w->n > 1;
    if (!goes) {
        c->first_as_of_ms = told.first_ms;
        c->as_of_ms = told.last_ms;
    }
    if (stays && !record_image(arena, w, &after)) return false;
    return record_emit(u->s.a, &u->out, w, &before, stays ? &after : NULL);
}

bool record_undo_slice(struct apply_session *a, int64_t import_id, int64_t max_events, bool *ret_found)
{
    struct undo u = { .s = { .a = a, .table = EVENTS_OF_RECORDS, .import_id = import_id, .moved = &u.out.moved } };
    arena_clear(&a->scratch);
    if (!stretch_begin(&u.s, max_events, ret_found)) return false;
    if (!*ret_found) return true;
    const int64_t *ids = u.s.ids.rows;
    const size_t n = u.s.ids.n;
    struct record_work *works = ARENA_ARRAY(&a->scratch, struct record_work, n + 1);
    bool ok = works != NULL;
    for (size_t i = 0; ok && i < n; i++) works[i].record_id = ids[i];
    ok = ok && (n == 0 || record_load(a, works, n)) && assertion_cut(a, EVENTS_OF_RECORDS, import_id, u.s.event_no, u.s.from, u.s.to);
    for (size_t i = 0; ok && i < n; i++) ok = take_back(&u, &works[i]);
    ok = ok && !a->scratch.failed && record_out_write(a, &u.out) && stretch_delete(&u.s);
    if (a->scratch.failed) db_refuse(a->s->db, DB_ERROR_MEMORY, "out of memory while an import was taken back");
    return ok && !a->scratch.failed;
}
