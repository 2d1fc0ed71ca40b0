/* Claims about records -> events -> records: the reducer of every subject but orders.
 *
 * A batch goes through the steps of order_store.c: group the claims by record, find the records that are there, find the events that
 * are there, number what is new, load the events of the records that change, fold record by record, write. A record that nobody
 * knew and that comes in one claim, as nearly all do, is folded where it lies. */
#include <assert.h>
#include <stdlib.h>
#include "store/erase_store.h"
#include "store/record_apply.h"

enum { CHUNK_CLAIMS = 16384, TALLY_EXACT_EVENTS = 64 };
#define NONE UINT32_MAX

enum claim_kind { CLAIM_IS_NEW, CLAIM_STORED /* the event is in the store */, CLAIM_AGAIN /* the event is in this batch */ };
struct claim_state {
    uint32_t group, next /* claim of the same record, NONE at the end */, same_as /* CLAIM_AGAIN: the first one */, at /* in the record's work */;
    enum claim_kind kind;
    int64_t event_no; /* of a stored event */
};
struct group { /* one record */
    const struct record_claim *claim; /* its first: subject, key, grain */
    uint32_t first, last, count;
    bool is_new, loads;
    int64_t record_id;
    size_t key_at, key_count;
    struct record_work *work;
};
struct batch {
    struct apply_session *a;
    const struct record_claim *claims;
    size_t n, group_count;
    struct claim_state *state;
    struct group *groups; /* by subject and key */
    const struct record_event_key *keys;
    struct record_out out;
    struct apply_tally tally;
};

/* ---- grouping ---- */

struct claim_ref { const struct record_claim *claim; uint32_t at; };

static int by_record(const struct record_claim *x, const struct record_claim *y)
{
    return x->subject != y->subject ? (x->subject > y->subject ? 1 : -1) : text_compare(x->record_key, y->record_key);
}

static int by_record_and_place(const void *a, const void *b)
{
    const struct claim_ref *x = a, *y = b;
    int c = by_record(x->claim, y->claim);
    return c ? c : (x->at > y->at) - (x->at < y->at);
}

static bool group_claims(struct batch *b)
{
    struct arena *arena = &b->a->scratch;
    struct claim_ref *refs = ARENA_ARRAY(arena, struct claim_ref, b->n);
    b->state = ARENA_ARRAY(arena, struct claim_state, b->n);
    b->groups = ARENA_ARRAY(arena, struct group, b->n);
    if (!refs || !b->state || !b->groups) return false;
    for (size_t i = 0; i < b->n; i++) refs[i] = (struct claim_ref){ &b->claims[i], (uint32_t)i };
    size_t sorted = 1;
    while (sorted < b->n && by_record_and_place(&refs[sorted - 1], &refs[sorted]) < 0) sorted++;
    if (sorted < b->n) qsort(refs, b->n, sizeof *refs, by_record_and_place);
    struct group *g = NULL;
    for (size_t i = 0; i < b->n; i++) {
        uint32_t at = refs[i].at;
        if (!g || by_record(g->claim, refs[i].claim) != 0) {
            g = &b->groups[b->group_count++];
            *g = (struct group){ .claim = refs[i].claim, .first = at, .last = at, .is_new = true };
        }
        b->state[at] = (struct claim_state){ .group = (uint32_t)(g - b->groups), .next = NONE, .same_as = NONE };
        if (g->count) b->state[g->last].next = at;
        g->last = at;
        g->count++;
    }
    return true;
}

/* ---- which records are there ---- */

static void key_cell(struct db_cell *c, const void *rows, size_t row, int column)
{
    const struct group *g = &((const struct group *)rows)[row];
    switch (column) {
    case 0: db_cell_i64(c, g->claim->subject); break;
    case 1: db_cell_text(c, g->claim->record_key); break;
    case 2: db_cell_i64(c, (int64_t)row); break;
    }
}
static const struct db_batch_table batch_record_key = {
    "batch_record_key", SQL("CREATE TABLE batch_record_key (subject BIGINT, record_key TEXT, place BIGINT)"), key_cell };

static bool find_records(struct batch *b)
{
    struct apply_session *a = b->a;
    if (!db_batch(a->s->db, &batch_record_key, b->groups, b->group_count)) return false;
    struct db_stmt *q = db_stmt(a->s->db, SQL("SELECT b.place, r.record_id FROM batch_record_key b CROSS JOIN record r"
                                              " WHERE r.merchant_id = $1 AND r.store_id = $2 AND r.subject = b.subject AND r.record_key = b.record_key"));
    if (!q) return false;
    db_bind_i64(q, 1, a->shop.merchant_id);
    db_bind_i64(q, 2, a->shop.store_id);
    enum db_step step;
    while ((step = db_step(q)) == DB_ROW) {
        struct group *g = &b->groups[db_i64_at(q, 0)];
        g->record_id = db_i64_at(q, 1);
        g->is_new = false;
    }
    db_done(q);
    return step == DB_DONE;
}

/* New records are numbered in the order of the file, so that their rows are appended. */
static bool number_records(struct batch *b)
{
    int64_t next = 0, fresh = 0;
    for (size_t i = 0; i < b->group_count; i++) fresh += b->groups[i].is_new;
    if (fresh == 0) return true;
    if (!sequence_take(b->a->s, b->a->shop.merchant_id, TEXT("record"), fresh, &next)) return false;
    for (size_t i = 0; i < b->n; i++) {
        struct group *g = &b->groups[b->state[i].group];
        if (g->is_new && g->first == i) g->record_id = next++;
    }
    return true;
}

/* ---- which events are there ---- */

static int by_record_id(const void *a, const void *b)
{
    const struct group *x = *(const struct group *const *)a, *y = *(const struct group *const *)b;
    return (x->record_id > y->record_id) - (x->record_id < y->record_id);
}

static bool find_events(struct batch *b)
{
    struct apply_session *a = b->a;
    struct group **old = ARENA_ARRAY(&a->scratch, struct group *, b->group_count);
    int64_t *ids = ARENA_ARRAY(&a->scratch, int64_t, b->group_count);
    struct list keys = { 0 };
    size_t n = 0;
    if (!old || !ids) return false;
    for (size_t i = 0; i < b->group_count; i++)
        if (!b->groups[i].is_new) old[n++] = &b->groups[i];
    if (n == 0) return true;
    qsort(old, n, sizeof *old, by_record_id);
    for (size_t i = 0; i < n; i++) ids[i] = old[i]->record_id;
    if (!record_keys_load(a, ids, n, &keys)) return false;
    b->keys = keys.rows;
    for (size_t i = 0, k = 0; i < n; i++) {
        old[i]->key_at = k;
        while (k < keys.n && b->keys[k].record_id == ids[i]) k++;
        old[i]->key_count = k - old[i]->key_at;
    }
    return true;
}

static const struct record_event_key *stored(const struct batch *b, const struct group *g, const struct claim_key *key)
{
    for (size_t i = 0; i < g->key_count; i++) {
        const struct record_event_key *k = &b->keys[g->key_at + i];
        if (memcmp(k->key.bytes, key->bytes, sizeof key->bytes) == 0) return k;
    }
    return NULL;
}

static bool assert_event(struct batch *b, int64_t record_id, int64_t event_no, struct told told)
{
    struct event_ref *r = LIST_ADD(&b->a->scratch, &b->out.assertions, struct event_ref);
    if (r) *r = (struct event_ref){ record_id, event_no, told };
    return r != NULL;
}

/* A stored event again: asserted by this import from now on, and told more lately or earlier than before by a younger or older file. */
static bool classify_stored(struct batch *b, struct group *g, const struct record_claim *c, const struct record_event_key *k)
{
    const struct told told = { c->as_of_ms, c->as_of_ms };
    struct told own = told_never();
    if (!told_eq(told_join(k->told, told), k->told)) g->loads = true;
    if (!assertion_find(b->a, ASSERTS_RECORDS, b->a->import_id, k->event_no, k->record_id, &own)) return false;
    const struct told both = told_join(own, told);
    return told_eq(both, own) || assert_event(b, k->record_id, k->event_no, both);
}

static bool classify(struct batch *b)
{
    for (size_t i = 0; i < b->n; i++) {
        struct claim_state *s = &b->state[i];
        struct group *g = &b->groups[s->group];
        const struct record_claim *c = &b->claims[i];
        const struct record_event_key *k = g->key_count ? stored(b, g, &c->key) : NULL;
        if (k) {
            s->kind = CLAIM_STORED;
            s->event_no = k->event_no;
            if (!classify_stored(b, g, c, k)) return false;
            continue;
        }
        for (uint32_t j = g->first; j != i && s->same_as == NONE; j = b->state[j].next)
            if (b->state[j].kind == CLAIM_IS_NEW && memcmp(b->claims[j].key.bytes, c->key.bytes, sizeof c->key.bytes) == 0) s->same_as = j;
        s->kind = s->same_as != NONE ? CLAIM_AGAIN : CLAIM_IS_NEW;
        if (s->kind == CLAIM_IS_NEW && !g->is_new) g->loads = true;
    }
    return true;
}

static bool load_changed(struct batch *b)
{
    struct apply_session *a = b->a;
    struct group **groups = ARENA_ARRAY(&a->scratch, struct group *, b->group_count);
    size_t n = 0;
    if (!groups) return false;
    for (size_t i = 0; i < b->group_count; i++)
        if (b->groups[i].loads) groups[n++] = &b->groups[i];
    if (n == 0) return true;
    qsort(groups, n, sizeof *groups, by_record_id);
    struct record_work *works = ARENA_ARRAY(&a->scratch, struct record_work, n);
    if (!works) return false;
    for (size_t i = 0; i < n; i++) {
        groups[i]->work = &works[i];
        works[i].record_id = groups[i]->record_id;
    }
    return record_load(a, works, n);
}

/* ---- folding ---- */

bool record_reserve(struct arena *a, struct record_work *w, size_t n)
{
    if (n <= w->capacity) return true;
    size_t capacity = w->capacity ? w->capacity * 2 : 4;
    if (capacity < n) capacity = n;
    struct record_claim *claims = ARENA_ARRAY(a, struct record_claim, capacity);
    struct record_event *events = ARENA_ARRAY(a, struct record_event, capacity);
    if (!claims || !events) return false;
    if (w->n) {
        memcpy(claims, w->claims, w->n * sizeof *claims);
        memcpy(events, w->events, w->n * sizeof *events);
    }
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
    struct claim_state *s = &b->state[i];
    const struct record_claim *c = &b->claims[i];
    *ret_changed = true;
    if (s->kind == CLAIM_IS_NEW) {
        if (!record_reserve(&b->a->scratch, w, w->n + 1)) return false;
        s->at = (uint32_t)w->n;
        w->claims[w->n] = *c;
        w->claims[w->n].first_as_of_ms = c->as_of_ms;
        w->events[w->n++] = (struct record_event){ ++*last_no, EVENT_NEW };
        return true;
    }
    size_t at = 0;
    if (s->kind == CLAIM_AGAIN) at = b->state[s->same_as].at;
    else while (at < w->n && w->events[at].event_no != s->event_no) at++;
    assert(at < w->n);
    s->at = (uint32_t)at;
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
    struct arena *arena = &b->a->scratch;
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
    return assert_event(b, w->record_id, w->events[i].event_no, (struct told){ c->first_as_of_ms, c->as_of_ms });
}

static bool emit_events(struct batch *b, const struct record_work *w)
{
    for (size_t i = 0; i < w->n; i++) {
        const struct record_claim *c = &w->claims[i];
        if (w->events[i].change == EVENT_NEW && !emit_event(b, w, i)) return false;
        if (w->events[i].change != EVENT_MOVED) continue;
        struct event_ref *r = LIST_ADD(&b->a->scratch, &b->out.moved, struct event_ref);
        if (!r) return false;
        *r = (struct event_ref){ w->record_id, w->events[i].event_no, { c->first_as_of_ms, c->as_of_ms } };
    }
    return true;
}

static struct record_work *group_work(struct batch *b, struct group *g)
{
    if (g->work) return g->work;
    struct record_work *w = ARENA_NEW(&b->a->scratch, struct record_work);
    if (w) *w = (struct record_work){ .record_id = g->record_id, .grain = g->claim->grain, .subject = g->claim->subject, .record_key = g->claim->record_key };
    return w;
}

/* A record that nobody knew, in one claim. */
static bool reduce_single(struct batch *b, struct group *g)
{
    struct record after;
    struct record_work *w = group_work(b, g);
    struct record_event *event = ARENA_NEW(&b->a->scratch, struct record_event);
    struct record_claim *claim = ARENA_NEW(&b->a->scratch, struct record_claim);
    if (!w || !event || !claim) return false;
    *claim = *g->claim;
    claim->first_as_of_ms = claim->as_of_ms;
    *event = (struct record_event){ 1, EVENT_NEW };
    w->claims = claim;
    w->events = event;
    w->n = w->capacity = 1;
    record_fold(claim, 1, &after);
    b->tally.added++;
    return record_emit(b->a, &b->out, w, NULL, &after) && emit_event(b, w, 0);
}

/* Claim by claim, as if each had come alone, so that the tally does not depend on how a file is cut into batches. A record of
 * very many events is folded once: its further claims count as updates. */
static bool reduce_group(struct batch *b, struct group *g)
{
    struct arena *arena = &b->a->scratch;
    struct record_work *w = group_work(b, g);
    struct record first, before, after;
    int64_t last_no = 0;
    if (!w) return false;
    for (size_t i = 0; i < w->n; i++)
        if (w->events[i].event_no > last_no) last_no = w->events[i].event_no;
    const bool was_there = record_image(arena, w, &first), each = w->n + g->count <= TALLY_EXACT_EVENTS;
    bool there = was_there;
    if (was_there) before = after = first;
    for (uint32_t i = g->first; i != NONE; i = b->state[i].next) {
        bool changed;
        if (!take_claim(b, w, i, &last_no, &changed)) return false;
        if (!changed) { b->tally.unchanged++; continue; }
        if (!each && there) { b->tally.updated++; continue; }
        if (!record_image(arena, w, &after)) return false;
        if (!there) b->tally.added++;
        else if (differs(&before, &after)) b->tally.updated++;
        else b->tally.unchanged++;
        there = true;
        before = after;
    }
    if (!record_image(arena, w, &after)) return false;
    return record_emit(b->a, &b->out, w, was_there ? &first : NULL, &after) && emit_events(b, w);
}

static bool reduce(struct batch *b)
{
    for (size_t i = 0; i < b->n; i++) {
        struct group *g = &b->groups[b->state[i].group];
        if (g->first != i) continue;
        bool ok = true;
        if (g->is_new && g->count == 1) ok = reduce_single(b, g);
        else if (g->is_new || g->loads) ok = reduce_group(b, g);
        else b->tally.unchanged += g->count;
        if (!ok) return false;
    }
    return true;
}

static bool apply_chunk(struct apply_session *a, const struct record_claim *claims, size_t n, struct apply_tally *tally)
{
    struct batch b = { .a = a, .claims = claims, .n = n };
    arena_clear(&a->scratch);
    bool ok = erased_obey_records(a, &b.claims, n) && group_claims(&b) && find_records(&b) && find_events(&b) && classify(&b) && number_records(&b) && load_changed(&b) && reduce(&b) &&
              !a->scratch.failed && record_out_write(a, &b.out);
    if (a->scratch.failed) db_refuse(a->s->db, DB_ERROR_MEMORY, "out of memory while records were taken in");
    if (!ok || a->scratch.failed) return false;
    tally->added += b.tally.added;
    tally->updated += b.tally.updated;
    tally->unchanged += b.tally.unchanged;
    return true;
}

bool apply_records(struct apply_session *a, const struct record_claim *claims, size_t n, struct apply_tally *tally)
{
    for (size_t at = 0; at < n; at += CHUNK_CLAIMS)
        if (!apply_chunk(a, claims + at, n - at < CHUNK_CLAIMS ? n - at : CHUNK_CLAIMS, tally)) return false;
    return true;
}
