/* Claims -> events -> orders: the reducer, for imports and for events of a feed alike.
 *
 * A batch goes through these steps, each over all of its claims: group them by order number (sorted, so that the tables with
 * random keys are touched in key order), find the orders that are there, find the events that are there (an event is known by
 * its key), give numbers to what is new, load the events of the orders that change, then reduce order by order and write.
 * An order that nobody knew and that comes in one claim, as nearly all do, is folded where it lies. */
#include <assert.h>
#include <stdlib.h>
#include "store/apply.h"
#include "store/erase_store.h"

enum { CHUNK_CLAIMS = 16384, LOOKUP_ALL_UNTIL = 32, TALLY_EXACT_EVENTS = 256 };
#define NONE UINT32_MAX

enum claim_kind { CLAIM_IS_NEW, CLAIM_STORED /* the event is in the store */, CLAIM_AGAIN /* the event is in this batch */ };
struct claim_state {
    uint32_t group, next /* claim of the same order, NONE at the end */, same_as /* CLAIM_AGAIN: the first one */;
    uint32_t want;    /* of a new event: its place in wants */
    uint32_t at;      /* of a new event: its place in the order's work */
    enum claim_kind kind;
    int64_t event_no; /* of a stored event */
};
struct group { /* one order */
    struct text order_no;
    uint32_t first, last, count;
    bool is_new, loads;   /* its events have to be read */
    int64_t order_id;
    size_t key_at, key_count, work; /* into keys, into works */
};
struct batch {
    struct apply_session *a;
    const struct order_claim *claims;
    size_t n, group_count, want_count, work_count;
    struct claim_state *state;
    struct group *groups;      /* by order number */
    struct known_want *wants;
    struct order_work *works;  /* of the groups that load, by order id */
    const struct stored_key *keys;
    struct apply_tally tally;
};

/* ---- the session ---- */

struct apply_session *apply_session_create(struct store *s, const struct shop *shop, int64_t import_id)
{
    struct apply_session *a = s->env->memory.take(s->env->memory.ctx, sizeof *a);
    if (!a) { db_refuse(s->db, DB_ERROR_MEMORY, "out of memory"); return NULL; }
    *a = (struct apply_session){ .s = s, .shop = *shop, .import_id = import_id };
    arena_init(&a->scratch, &s->env->memory, 0);
    a->counters = counters_create(a);
    if (a->counters) return a;
    apply_session_free(a);
    return NULL;
}

void apply_session_free(struct apply_session *a)
{
    if (!a) return;
    counters_free(a->counters);
    customers_free(a);
    arena_release(&a->scratch);
    a->s->env->memory.give(a->s->env->memory.ctx, a, sizeof *a);
}

bool apply_flush(struct apply_session *a) { return customers_flush(a) && counters_flush(a->counters); }
void apply_session_alone(struct apply_session *a) { a->alone = true; }

void *list_add(struct arena *a, struct list *l, size_t size)
{
    if (l->n == l->capacity) {
        size_t capacity = l->capacity ? l->capacity * 2 : 64;
        void *rows = arena_take(a, capacity, size);
        if (!rows) return NULL;
        if (l->n) memcpy(rows, l->rows, l->n * size);
        l->rows = rows;
        l->capacity = capacity;
    }
    return (char *)l->rows + l->n++ * size;
}

/* ---- grouping ---- */

struct claim_ref { const struct order_claim *claim; uint32_t at; };

static int by_order_no(const void *a, const void *b)
{
    const struct claim_ref *x = a, *y = b;
    int c = text_compare(x->claim->order_no, y->claim->order_no);
    return c ? c : (x->at > y->at) - (x->at < y->at);
}

/* Files are mostly in the order of their numbers, up or down: looking costs less than sorting. */
static void sort_claims(struct claim_ref *refs, size_t n)
{
    size_t up = 1, down = 1;
    while (up < n && by_order_no(&refs[up - 1], &refs[up]) < 0) up++;
    if (up >= n) return;
    while (down < n && text_compare(refs[down - 1].claim->order_no, refs[down].claim->order_no) > 0) down++;
    if (down < n) { qsort(refs, n, sizeof *refs, by_order_no); return; }
    for (size_t i = 0, j = n - 1; i < j; i++, j--) {
        struct claim_ref t = refs[i];
        refs[i] = refs[j];
        refs[j] = t;
    }
}

static bool group_claims(struct batch *b)
{
    struct arena *arena = &b->a->scratch;
    struct claim_ref *refs = ARENA_ARRAY(arena, struct claim_ref, b->n);
    b->state = ARENA_ARRAY(arena, struct claim_state, b->n);
    b->groups = ARENA_ARRAY(arena, struct group, b->n);
    b->wants = ARENA_ARRAY(arena, struct known_want, b->n);
    if (!refs || !b->state || !b->groups || !b->wants) return false;
    for (size_t i = 0; i < b->n; i++) refs[i] = (struct claim_ref){ &b->claims[i], (uint32_t)i };
    sort_claims(refs, b->n);
    struct group *g = NULL;
    for (size_t i = 0; i < b->n; i++) {
        uint32_t at = refs[i].at;
        if (!g || !text_eq(g->order_no, refs[i].claim->order_no)) {
            g = &b->groups[b->group_count++];
            *g = (struct group){ .order_no = refs[i].claim->order_no, .first = at, .last = at };
        }
        b->state[at] = (struct claim_state){ .group = (uint32_t)(g - b->groups), .next = NONE, .same_as = NONE };
        if (g->count) b->state[g->last].next = at;
        g->last = at;
        g->count++;
    }
    return true;
}

/* ---- which orders are there ---- */

static void order_no_cell(struct db_cell *c, const void *rows, size_t row, int column)
{
    const struct group *g = ((const struct group *const *)rows)[row];
    switch (column) {
    case 0: db_cell_text(c, g->order_no); break;
    case 1: db_cell_i64(c, g->order_id); break;
    case 2: db_cell_i64(c, (int64_t)row); break;
    }
}
static const struct db_batch_table batch_order_key = {
    "batch_order_key", SQL("CREATE TABLE batch_order_key (order_no TEXT, order_id BIGINT, place BIGINT)"), order_no_cell };

/* The least and the greatest number of the shop: what lies outside is new without asking, as in a file that continues. */
static bool known_numbers(struct batch *b, struct text *ret_least, struct text *ret_greatest)
{
    struct apply_session *a = b->a;
    struct db_stmt *q = db_stmt(a->s->db, SQL("SELECT MIN(order_no) AS least FROM order_key WHERE merchant_id = $1 AND store_id = $2"));
    struct db_stmt *r = db_stmt(a->s->db, SQL("SELECT MAX(order_no) AS greatest FROM order_key WHERE merchant_id = $1 AND store_id = $2"));
    if (!q || !r) return false;
    db_bind_i64(q, 1, a->shop.merchant_id), db_bind_i64(q, 2, a->shop.store_id);
    db_bind_i64(r, 1, a->shop.merchant_id), db_bind_i64(r, 2, a->shop.store_id);
    bool ok = db_step(q) == DB_ROW && db_step(r) == DB_ROW;
    if (ok) *ret_least = arena_text(&a->scratch, db_text(q, "least")), *ret_greatest = arena_text(&a->scratch, db_text(r, "greatest"));
    db_done(q), db_done(r);
    return ok;
}

static bool find_orders(struct batch *b)
{
    struct apply_session *a = b->a;
    struct text least = TEXT_NONE, greatest = TEXT_NONE;
    struct group **ask = ARENA_ARRAY(&a->scratch, struct group *, b->group_count);
    size_t n = 0;
    bool all = b->group_count < LOOKUP_ALL_UNTIL;
    if (!ask || (!all && !known_numbers(b, &least, &greatest))) return false;
    for (size_t i = 0; i < b->group_count; i++) {
        struct group *g = &b->groups[i];
        g->is_new = true;
        if (all || (text_compare(g->order_no, least) >= 0 && text_compare(g->order_no, greatest) <= 0)) ask[n++] = g;
    }
    if (n == 0) return true;
    if (!db_batch(a->s->db, &batch_order_key, ask, n)) return false;
    struct db_stmt *q = db_stmt(a->s->db, SQL("SELECT b.place, k.order_id FROM batch_order_key b CROSS JOIN order_key k"
                                              " WHERE k.merchant_id = $1 AND k.store_id = $2 AND k.order_no = b.order_no"));
    if (!q) return false;
    db_bind_i64(q, 1, a->shop.merchant_id);
    db_bind_i64(q, 2, a->shop.store_id);
    enum db_step step;
    while ((step = db_step(q)) == DB_ROW) {
        struct group *g = ask[db_i64_at(q, 0)];
        g->order_id = db_i64_at(q, 1);
        g->is_new = false;
    }
    db_done(q);
    return step == DB_DONE;
}

/* New orders are numbered in the order of the file, so that their rows are appended; their keys go in sorted. */
static bool number_orders(struct batch *b)
{
    struct apply_session *a = b->a;
    struct group **fresh = ARENA_ARRAY(&a->scratch, struct group *, b->group_count);
    int64_t next = 0;
    size_t n = 0;
    if (!fresh) return false;
    for (size_t i = 0; i < b->group_count; i++)
        if (b->groups[i].is_new) fresh[n++] = &b->groups[i];
    if (n == 0) return true;
    if (!sequence_take(a->s, a->shop.merchant_id, TEXT("order"), (int64_t)n, &next)) return false;
    for (size_t i = 0; i < b->n; i++) {
        struct group *g = &b->groups[b->state[i].group];
        if (g->is_new && g->first == i) g->order_id = next++;
    }
    if (!db_batch(a->s->db, &batch_order_key, fresh, n)) return false;
    struct db_stmt *q = db_stmt(a->s->db, SQL("INSERT INTO order_key (merchant_id, store_id, order_no, order_id)"
                                              " SELECT CAST($1 AS BIGINT), CAST($2 AS BIGINT), order_no, order_id FROM batch_order_key"));
    if (!q) return false;
    db_bind_i64(q, 1, a->shop.merchant_id);
    db_bind_i64(q, 2, a->shop.store_id);
    return db_exec(q);
}

/* ---- which events are there ---- */

static int by_order_id(const void *a, const void *b)
{
    const struct group *x = *(const struct group *const *)a, *y = *(const struct group *const *)b;
    return (x->order_id > y->order_id) - (x->order_id < y->order_id);
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
    qsort(old, n, sizeof *old, by_order_id);
    for (size_t i = 0; i < n; i++) ids[i] = old[i]->order_id;
    if (!event_keys_load(a, ids, n, &keys)) return false;
    b->keys = keys.rows;
    for (size_t i = 0, k = 0; i < n; i++) {
        old[i]->key_at = k;
        while (k < keys.n && b->keys[k].order_id == ids[i]) k++;
        old[i]->key_count = k - old[i]->key_at;
    }
    return true;
}

static const struct stored_key *stored(const struct batch *b, const struct group *g, const struct claim_key *key)
{
    for (size_t i = 0; i < g->key_count; i++) {
        const struct stored_key *k = &b->keys[g->key_at + i];
        if (memcmp(k->key.bytes, key->bytes, sizeof key->bytes) == 0) return k;
    }
    return NULL;
}

static bool assert_event(struct batch *b, int64_t order_id, int64_t event_no, struct told told)
{
    struct event_ref *r = LIST_ADD(&b->a->scratch, &b->a->out.assertions, struct event_ref);
    if (r) *r = (struct event_ref){ order_id, event_no, told };
    return r != NULL;
}

/* A stored event again: asserted by this import from now on, and told more lately or earlier than before by a younger or older
 * file. */
static bool classify_stored(struct batch *b, struct group *g, const struct order_claim *c, const struct stored_key *k)
{
    const struct told told = { c->as_of_ms, c->as_of_ms };
    struct told own = told_never();
    if (!told_eq(told_join(k->told, told), k->told)) g->loads = true;
    if (!assertion_find(b->a, ASSERTS_ORDERS, b->a->import_id, k->event_no, k->order_id, &own)) return false;
    const struct told both = told_join(own, told);
    return told_eq(both, own) || assert_event(b, k->order_id, k->event_no, both);
}

static bool classify(struct batch *b)
{
    for (size_t i = 0; i < b->n; i++) {
        struct claim_state *s = &b->state[i];
        struct group *g = &b->groups[s->group];
        const struct order_claim *c = &b->claims[i];
        const struct stored_key *k = g->key_count ? stored(b, g, &c->key) : NULL;
        if (k) {
            s->kind = CLAIM_STORED;
            s->event_no = k->event_no;
            if (!classify_stored(b, g, c, k)) return false;
            continue;
        }
        for (uint32_t j = g->first; j != i; j = b->state[j].next)
            if (b->state[j].kind == CLAIM_IS_NEW && memcmp(b->claims[j].key.bytes, c->key.bytes, sizeof c->key.bytes) == 0) s->same_as = j;
        if (s->same_as != NONE) { s->kind = CLAIM_AGAIN; continue; }
        s->kind = CLAIM_IS_NEW;
        if (!g->is_new) g->loads = true;
        s->want = (uint32_t)b->want_count++;
        b->wants[s->want] = (struct known_want){ .claim = c, .customer_id = CLAIM_NONE };
    }
    return true;
}

/* ---- what new events name ---- */

static bool wants_complete(struct batch *b)
{
    for (size_t i = 0; i < b->n; i++)
        if (b->state[i].kind == CLAIM_IS_NEW) b->wants[b->state[i].want].order_id = b->groups[b->state[i].group].order_id;
    for (size_t i = 0; i < b->want_count; i++) {
        const struct order_claim *c = b->wants[i].claim;
        if (!c->has_line) continue;
        struct line_facts *l = ARENA_NEW(&b->a->scratch, struct line_facts);
        if (!l) return false;
        *l = (struct line_facts){ .line_key = known_line_key(&b->a->shop, &c->line), .product_no = c->line.product_no,
            .sku_code = c->line.sku_code, .title = c->line.title, .options = c->line.options, .pieces = c->line.pieces,
            .unit_minor = c->line.unit_minor, .line_minor = c->line.line_minor, .refund_minor = c->line.refund_minor,
            .extra_minor = c->line.extra_minor, .sums = c->line.sums };
        b->wants[i].line = l;
    }
    return true;
}

/* ---- reducing ---- */

static bool load_changed(struct batch *b)
{
    struct apply_session *a = b->a;
    struct group **groups = ARENA_ARRAY(&a->scratch, struct group *, b->group_count);
    size_t n = 0;
    if (!groups) return false;
    for (size_t i = 0; i < b->group_count; i++)
        if (b->groups[i].loads) groups[n++] = &b->groups[i];
    if (n == 0) return true;
    qsort(groups, n, sizeof *groups, by_order_id);
    b->works = ARENA_ARRAY(&a->scratch, struct order_work, n);
    if (!b->works) return false;
    for (size_t i = 0; i < n; i++) {
        groups[i]->work = i;
        b->works[i] = (struct order_work){ .order_id = groups[i]->order_id, .order_no = groups[i]->order_no };
    }
    b->work_count = n;
    return event_load(a, b->works, n);
}

static bool emit_event(struct batch *b, int64_t order_id, int64_t event_no, const struct known_want *w, struct told told)
{
    struct event_out *e = LIST_ADD(&b->a->scratch, &b->a->out.events_new, struct event_out);
    if (e) *e = (struct event_out){ order_id, event_no, w->claim, told.first_ms, w->customer_id, w->line };
    return e && assert_event(b, order_id, event_no, told);
}

/* An order that nobody knew, in one claim. */
static bool reduce_single(struct batch *b, struct group *g)
{
    const struct claim_state *s = &b->state[g->first];
    const struct known_want *w = &b->wants[s->want];
    const struct order_image none = { 0 };
    struct order_image image = { .there = true };
    struct line_image line;
    struct order_claim claim = *w->claim;
    claim.first_as_of_ms = claim.as_of_ms;
    struct order_sums sums;
    if (w->line) {
        line = (struct line_image){ w->line->line_key, w->line->product_id, w->line->options, w->line->pieces, w->line->unit_minor,
                                    w->line->line_minor, w->line->refund_minor, w->line->extra_minor };
        image.lines = &line;
        image.line_count = 1;
        sums_of(&line, 1, &sums);
        sums_told(&sums, &claim, w->line);
    }
    order_fold(&claim, 1, w->line ? &sums : NULL, &image.order);
    image.order.customer_id = w->customer_id;
    b->tally.added++;
    reduce_emit(b->a, g->order_id, g->order_no, &none, &image);
    return emit_event(b, g->order_id, 1, w, claim_told(&claim));
}

/* Takes one claim into the work; true in *ret_changed when an event is new, or told earlier or more lately than before. */
static bool take_claim(struct batch *b, struct order_work *w, uint32_t i, int64_t *last_no, bool *ret_changed)
{
    struct claim_state *s = &b->state[i];
    const struct order_claim *c = &b->claims[i];
    *ret_changed = true;
    if (s->kind == CLAIM_IS_NEW) {
        const struct known_want *want = &b->wants[s->want];
        if (!work_reserve(&b->a->scratch, w, w->n + 1)) return false;
        s->at = (uint32_t)w->n;
        w->claims[w->n] = *c;
        w->claims[w->n].customer_id = want->customer_id;
        w->claims[w->n].first_as_of_ms = c->as_of_ms;
        w->events[w->n] = (struct work_event){ ++*last_no, EVENT_NEW, want->line };
        w->n++;
        return true;
    }
    size_t at = 0;
    if (s->kind == CLAIM_AGAIN) at = b->state[s->same_as].at;
    else while (at < w->n && w->events[at].event_no != s->event_no) at++;
    assert(at < w->n);
    s->at = (uint32_t)at;
    const struct told told = told_join(claim_told(&w->claims[at]), (struct told){ c->as_of_ms, c->as_of_ms });
    if (!told_eq(told, claim_told(&w->claims[at]))) {
        w->claims[at].as_of_ms = told.last_ms;
        w->claims[at].first_as_of_ms = told.first_ms;
        if (w->events[at].change == EVENT_KEPT) w->events[at].change = EVENT_MOVED;
    } else {
        *ret_changed = false;
    }
    return true;
}

static void count_claim(struct batch *b, const struct line_facts *line, const struct order_image *before,
                        const struct order_image *after)
{
    bool is_new = line ? !image_line(before, line->line_key) : !before->there;
    bool differs = image_order_differs(before, after) || (line && image_line_differs(before, after, line->line_key));
    if (is_new) b->tally.added++;
    else if (differs) b->tally.updated++;
    else b->tally.unchanged++;
}

static bool emit_events(struct batch *b, const struct order_work *w)
{
    for (size_t i = 0; i < w->n; i++) {
        const struct order_claim *c = &w->claims[i];
        const struct work_event *e = &w->events[i];
        if (e->change == EVENT_NEW) {
            const struct known_want want = { .claim = c, .customer_id = c->customer_id, .line = (struct line_facts *)e->line };
            if (!emit_event(b, w->order_id, e->event_no, &want, claim_told(c))) return false;
            /* told again within the batch: the product has its words from the first */
            if (e->line && c->first_as_of_ms < c->as_of_ms && !known_product_moved(b->a, c, e->line)) return false;
        } else if (e->change == EVENT_MOVED) {
            struct event_ref *r = LIST_ADD(&b->a->scratch, &b->a->out.events_moved, struct event_ref);
            if (!r) return false;
            *r = (struct event_ref){ w->order_id, e->event_no, claim_told(c) };
            if (e->line && !known_product_moved(b->a, c, e->line)) return false;
        }
    }
    return true;
}

/* Claim by claim, as if each had come alone, so that the tally does not depend on how a file is cut into batches. An order of
 * very many events is folded once: its further claims count as updates. */
static bool reduce_group(struct batch *b, struct group *g)
{
    struct arena *arena = &b->a->scratch;
    struct order_work own = { .order_id = g->order_id, .order_no = g->order_no }, *w = g->is_new ? &own : &b->works[g->work];
    struct order_image first, before, after;
    int64_t last_no = 0;
    for (size_t i = 0; i < w->n; i++)
        if (w->events[i].event_no > last_no) last_no = w->events[i].event_no;
    image_of(arena, w, &first);
    before = after = first;
    bool each = w->n + g->count <= TALLY_EXACT_EVENTS;
    for (uint32_t i = g->first; i != NONE; i = b->state[i].next) {
        bool changed;
        if (!take_claim(b, w, i, &last_no, &changed)) return false;
        if (!changed) { b->tally.unchanged++; continue; }
        const struct line_facts *line = w->events[b->state[i].at].line;
        if (each || !after.there) {
            image_of(arena, w, &after);
            count_claim(b, line, &before, &after);
            before = after;
        } else {
            b->tally.updated++;
        }
    }
    if (!each) image_of(arena, w, &after);
    reduce_emit(b->a, g->order_id, g->order_no, &first, &after);
    return emit_events(b, w);
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

static bool apply_chunk(struct apply_session *a, const struct order_claim *claims, size_t n, struct apply_tally *tally)
{
    struct batch b = { .a = a, .claims = claims, .n = n };
    arena_clear(&a->scratch);
    a->out = (struct apply_out){ 0 };
    bool ok = erased_obey(a, &b.claims, n) && group_claims(&b) && find_orders(&b) && find_events(&b) && classify(&b) && number_orders(&b) && wants_complete(&b) &&
              known_customers(a, b.wants, b.want_count) && known_products(a, b.wants, b.want_count) && load_changed(&b) && reduce(&b) &&
              !a->scratch.failed && out_write(a);
    if (a->scratch.failed) db_refuse(a->s->db, DB_ERROR_MEMORY, "out of memory while orders were taken in");
    if (!ok || a->scratch.failed) return false;
    tally->added += b.tally.added;
    tally->updated += b.tally.updated;
    tally->unchanged += b.tally.unchanged;
    return !counters_full(a->counters) || counters_flush(a->counters);
}

bool apply_claims(struct apply_session *a, const struct order_claim *claims, size_t n, struct apply_tally *tally)
{
    for (size_t at = 0; at < n; at += CHUNK_CLAIMS)
        if (!apply_chunk(a, claims + at, n - at < CHUNK_CLAIMS ? n - at : CHUNK_CLAIMS, tally)) return false;
    return true;
}
