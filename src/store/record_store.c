/* Claims about records -> events -> records: the reducer of every subject but orders.
 *
 * A batch goes through the steps of claim_batch.h, as one of orders does: group the claims by record, find the records that are
 * there, find the events that are there, number what is new, load the events of the records that change, fold record by record,
 * write. A record that nobody knew and that comes in one claim, as nearly all do, is folded where it lies. */
#include "store/claim_batch.h"
#include "store/erase_store.h"
#include "store/record_apply.h"

enum { TALLY_EXACT_EVENTS = 64 };

struct batch {
    struct claim_batch c;      /* its groups are records, by subject and key */
    const struct record_claim *claims;
    struct record_work *works; /* of the groups that load, by id */
    struct record_out out;
};

static bool group_claims(struct batch *b)
{
    if (!claim_batch_heads(&b->c)) return false;
    for (size_t i = 0; i < b->c.n; i++)
        b->c.heads[i] = (struct claim_head){ b->claims[i].subject, b->claims[i].record_key, &b->claims[i].key, b->claims[i].as_of_ms };
    return claim_batch_group(&b->c);
}

/* ---- which records are there ---- */

static void key_cell(struct db_cell *c, const void *rows, size_t row, int column)
{
    const struct claim_group *g = &((const struct claim_group *)rows)[row];
    switch (column) {
    case 0: db_cell_i64(c, g->head->subject); break;
    case 1: db_cell_text(c, g->head->name); break;
    case 2: db_cell_i64(c, (int64_t)row); break;
    }
}
static const struct db_batch_table batch_record_key = {
    "batch_record_key", SQL("CREATE TABLE batch_record_key (subject BIGINT, record_key TEXT, place BIGINT)"), key_cell };

static bool find_records(struct batch *b)
{
    struct apply_session *a = b->c.a;
    if (!db_batch(a->s->db, &batch_record_key, b->c.groups, b->c.group_count)) return false;
    struct db_stmt *q = db_stmt(a->s->db, SQL("SELECT b.place, r.record_id FROM batch_record_key b CROSS JOIN record r"
                                              " WHERE r.merchant_id = $1 AND r.store_id = $2 AND r.subject = b.subject AND r.record_key = b.record_key"));
    if (!q) return false;
    db_bind_i64(q, 1, a->shop.merchant_id);
    db_bind_i64(q, 2, a->shop.store_id);
    enum db_step step;
    while ((step = db_step(q)) == DB_ROW) {
        struct claim_group *g = &b->c.groups[db_i64_at(q, 0)];
        g->id = db_i64_at(q, 1);
        g->is_new = false;
    }
    db_done(q);
    return step == DB_DONE;
}

static bool load_changed(struct batch *b)
{
    struct claim_group **groups;
    size_t n;
    if (!claim_batch_loads(&b->c, &groups, &n)) return false;
    if (n == 0) return true;
    b->works = ARENA_ARRAY(&b->c.a->scratch, struct record_work, n);
    if (!b->works) return false;
    for (size_t i = 0; i < n; i++) b->works[i].record_id = groups[i]->id;
    return record_load(b->c.a, b->works, n);
}

/* ---- folding ---- */

bool record_reserve(struct arena *a, struct record_work *w, size_t n)
{
    if (n <= w->capacity) return true;
    size_t capacity = w->capacity ? w->capacity * 2 : 4;
    if (capacity < n) capacity = n;
    struct record_claim *claims = rows_grow(a, w->claims, w->n, capacity, sizeof *claims);
    struct work_event *events = rows_grow(a, w->events, w->n, capacity, sizeof *events);
    if (!claims || !events) return false;
    w->claims = claims;
    w->events = events;
    w->capacity = capacity;
    return true;
}

bool record_image(struct arena *a, const struct record_work *w, struct record *ret)
{
    struct record_claim *standing = ARENA_ARRAY(a, struct record_claim, w->n + 1);
    size_t *place = ARENA_ARRAY(a, size_t, w->n + 1), n = 0;
    if (!standing || !place) return false;
    for (size_t i = 0; i < w->n; i++) {
        if (w->events[i].change == EVENT_GONE) continue;
        place[n] = i;
        standing[n++] = w->claims[i];
    }
    if (n == 0) return false;
    record_fold(standing, n, ret);
    for (int c = 0; c < ret->cell_count; c++) ret->cells[c].claim = place[ret->cells[c].claim];
    return true;
}

/* Do people see a difference? */
static bool differs(const struct record *a, const struct record *b)
{
    if (a->cell_count != b->cell_count) return true;
    for (int i = 0; i < a->cell_count; i++)
        if (!record_cell_same(&a->cells[i], &b->cells[i])) return true;
    return false;
}

/* Is any row of its cells to be written anew? */
static bool cells_differ(const struct record *a, const struct record *b)
{
    if (differs(a, b)) return true;
    for (int i = 0; i < a->cell_count; i++)
        if (a->cells[i].claim != b->cells[i].claim) return true;
    return false;
}

bool record_emit(struct apply_session *a, struct record_out *out, const struct record_work *w, const struct record *before, const struct record *after)
{
    if (!after) {
        int64_t *id = before ? LIST_ADD(&a->scratch, &out->gone, int64_t) : NULL;
        if (id) *id = w->record_id;
        return id || !before;
    }
    const bool cells = !before || cells_differ(before, after);
    if (!cells && before->at_ms == after->at_ms && before->as_of_ms == after->as_of_ms) return true;
    struct record_row *r = LIST_ADD(&a->scratch, before ? &out->changed : &out->added, struct record_row);
    if (!r) return false;
    *r = (struct record_row){ w, after->at_ms, after->as_of_ms, after->disputed, cells };
    for (int i = 0; cells && i < after->cell_count; i++) {
        struct record_cell_row *c = LIST_ADD(&a->scratch, &out->cells, struct record_cell_row);
        if (!c) return false;
        const struct record_cell *cell = &after->cells[i];
        *c = (struct record_cell_row){ w->record_id, w->events[cell->claim].event_no, *cell, record_field(w->subject, cell->field)->kind == KIND_PERSON };
    }
    return true;
}

/* Takes one claim into the work; true in *ret_changed when an event is new, or told earlier or more lately than before. */
static bool take_claim(struct batch *b, struct record_work *w, uint32_t i, int64_t *last_no, bool *ret_changed)
{
    struct claim_state *s = &b->c.state[i];
    const struct record_claim *c = &b->claims[i];
    *ret_changed = true;
    if (s->kind == CLAIM_IS_NEW) {
        if (!record_reserve(&b->c.a->scratch, w, w->n + 1)) return false;
        s->at = (uint32_t)w->n;
        w->claims[w->n] = *c;
        w->claims[w->n].first_as_of_ms = c->as_of_ms;
        w->events[w->n++] = (struct work_event){ ++*last_no, EVENT_NEW, NULL };
        return true;
    }
    const size_t at = claim_batch_place(&b->c, i, w->events, w->n);
    struct record_claim *held = &w->claims[at];
    const struct told was = { held->first_as_of_ms, held->as_of_ms }, told = told_join(was, (struct told){ c->as_of_ms, c->as_of_ms });
    *ret_changed = !told_eq(told, was);
    held->first_as_of_ms = told.first_ms;
    held->as_of_ms = told.last_ms;
    if (*ret_changed && w->events[at].change == EVENT_KEPT) w->events[at].change = EVENT_MOVED;
    return true;
}

static bool emit_event(struct batch *b, const struct record_work *w, size_t i)
{
    struct arena *arena = &b->c.a->scratch;
    const struct record_claim *c = &w->claims[i];
    struct record_event_row *e = LIST_ADD(arena, &b->out.events, struct record_event_row);
    if (!e) return false;
    *e = (struct record_event_row){ w->record_id, w->events[i].event_no, c };
    for (int v = 0; v < c->value_count; v++) {
        const bool person = record_field(c->subject, c->values[v].field)->kind == KIND_PERSON;
        struct record_event_cell_row *r = LIST_ADD(arena, person ? &b->out.person_cells : &b->out.event_cells, struct record_event_cell_row);
        if (!r) return false;
        *r = (struct record_event_cell_row){ w->record_id, w->events[i].event_no, &c->values[v] };
    }
    return claim_batch_assert(&b->c, w->record_id, w->events[i].event_no, (struct told){ c->first_as_of_ms, c->as_of_ms });
}

static bool emit_events(struct batch *b, const struct record_work *w)
{
    for (size_t i = 0; i < w->n; i++) {
        const struct record_claim *c = &w->claims[i];
        if (w->events[i].change == EVENT_NEW && !emit_event(b, w, i)) return false;
        if (w->events[i].change != EVENT_MOVED) continue;
        struct event_ref *r = LIST_ADD(&b->c.a->scratch, &b->out.moved, struct event_ref);
        if (!r) return false;
        *r = (struct event_ref){ w->record_id, w->events[i].event_no, { c->first_as_of_ms, c->as_of_ms } };
    }
    return true;
}

static struct record_work *group_work(struct batch *b, const struct claim_group *g)
{
    if (g->loads) return &b->works[g->work];
    const struct record_claim *c = &b->claims[g->first];
    struct record_work *w = ARENA_NEW(&b->c.a->scratch, struct record_work);
    if (w) *w = (struct record_work){ .record_id = g->id, .grain = c->grain, .subject = c->subject, .record_key = c->record_key };
    return w;
}

/* A record that nobody knew, in one claim. */
static bool reduce_single(struct batch *b, struct claim_group *g)
{
    struct record after;
    struct record_work *w = group_work(b, g);
    struct work_event *event = ARENA_NEW(&b->c.a->scratch, struct work_event);
    struct record_claim *claim = ARENA_NEW(&b->c.a->scratch, struct record_claim);
    if (!w || !event || !claim) return false;
    *claim = b->claims[g->first];
    claim->first_as_of_ms = claim->as_of_ms;
    *event = (struct work_event){ 1, EVENT_NEW, NULL };
    w->claims = claim;
    w->events = event;
    w->n = w->capacity = 1;
    record_fold(claim, 1, &after);
    b->c.tally.added++;
    return record_emit(b->c.a, &b->out, w, NULL, &after) && emit_event(b, w, 0);
}

/* Claim by claim, as if each had come alone, so that the tally does not depend on how a file is cut into batches. A record of
 * very many events is folded once: its further claims count as updates. */
static bool reduce_group(struct batch *b, struct claim_group *g)
{
    struct arena *arena = &b->c.a->scratch;
    struct record_work *w = group_work(b, g);
    struct record first, before, after;
    if (!w) return false;
    int64_t last_no = event_last_no(w->events, w->n);
    const bool was_there = record_image(arena, w, &first), each = w->n + g->count <= TALLY_EXACT_EVENTS;
    bool there = was_there;
    if (was_there) before = after = first;
    for (uint32_t i = g->first; i != NO_CLAIM; i = b->c.state[i].next) {
        bool changed;
        if (!take_claim(b, w, i, &last_no, &changed)) return false;
        if (!changed) { b->c.tally.unchanged++; continue; }
        if (!each && there) { b->c.tally.updated++; continue; }
        if (!record_image(arena, w, &after)) return false;
        if (!there) b->c.tally.added++;
        else if (differs(&before, &after)) b->c.tally.updated++;
        else b->c.tally.unchanged++;
        there = true;
        before = after;
    }
    if (!record_image(arena, w, &after)) return false;
    return record_emit(b->c.a, &b->out, w, was_there ? &first : NULL, &after) && emit_events(b, w);
}

static bool reduce(struct batch *b)
{
    size_t at = 0;
    for (struct claim_group *g = claim_batch_next(&b->c, &at); g; g = claim_batch_next(&b->c, &at))
        if (!(g->is_new && g->count == 1 ? reduce_single(b, g) : reduce_group(b, g))) return false;
    return true;
}

static bool apply_chunk(struct apply_session *a, const struct record_claim *claims, size_t n, struct apply_tally *tally)
{
    struct batch b = { .c = { .a = a, .table = EVENTS_OF_RECORDS, .n = n, .assertions = &b.out.assertions }, .claims = claims };
    arena_clear(&a->scratch);
    bool ok = erased_obey_records(a, &b.claims, n) && group_claims(&b) && find_records(&b) && claim_batch_find(&b.c) && claim_batch_number(&b.c, TEXT("record")) &&
              load_changed(&b) && reduce(&b) && !a->scratch.failed && record_out_write(a, &b.out);
    return claim_batch_end(&b.c, ok, tally);
}

bool apply_records(struct apply_session *a, const struct record_claim *claims, size_t n, struct apply_tally *tally)
{
    for (size_t at = 0; at < n; at += CHUNK_CLAIMS)
        if (!apply_chunk(a, claims + at, n - at < CHUNK_CLAIMS ? n - at : CHUNK_CLAIMS, tally)) return false;
    return true;
}
