/* Claims -> events -> orders: the reducer, for imports and for events of a feed alike.
 *
 * A batch goes through these steps, each over all of its claims: group them by order number (sorted, so that the tables with
 * random keys are touched in key order), find the orders that are there, find the events that are there (an event is known by
 * its key: claim_batch.c), give numbers to what is new, load the events of the orders that change, then reduce order by order and write.
 * An order that nobody knew and that comes in one claim, as nearly all do, is folded where it lies. */
#include "store/claim_batch.h"
#include "store/erase_store.h"

enum { LOOKUP_ALL_UNTIL = 32, TALLY_EXACT_EVENTS = 256 };

struct batch {
    struct claim_batch c;      /* its groups are orders, by number */
    const struct order_claim *claims;
    struct known_want *wants;  /* the claims that are new events, in the order of the file */
    size_t want_count;
    uint32_t *want;            /* by claim: its place among them */
    struct order_work *works;  /* of the groups that load, by order id */
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

bool list_reserve(struct arena *a, struct list *l, size_t n, size_t size)
{
    if (l->capacity >= n) return true;
    void *rows = rows_grow(a, l->rows, l->n, n, size);
    if (!rows) return false;
    l->rows = rows;
    l->capacity = n;
    return true;
}

void *list_add(struct arena *a, struct list *l, size_t size)
{
    if (l->n == l->capacity) {
        size_t capacity = l->capacity ? l->capacity * 2 : 64;
        void *rows = rows_grow(a, l->rows, l->n, capacity, size);
        if (!rows) return NULL;
        l->rows = rows;
        l->capacity = capacity;
    }
    return (char *)l->rows + l->n++ * size;
}

static bool group_claims(struct batch *b)
{
    if (!claim_batch_heads(&b->c)) return false;
    for (size_t i = 0; i < b->c.n; i++)
        b->c.heads[i] = (struct claim_head){ SUBJECT_ORDERS, b->claims[i].order_no, &b->claims[i].key, b->claims[i].as_of_ms };
    return claim_batch_group(&b->c);
}

/* ---- which orders are there ---- */

static void order_no_cell(struct db_cell *c, const void *rows, size_t row, int column)
{
    const struct claim_group *g = ((const struct claim_group *const *)rows)[row];
    switch (column) {
    case 0: db_cell_text(c, g->head->name); break;
    case 1: db_cell_i64(c, g->id); break;
    case 2: db_cell_i64(c, (int64_t)row); break;
    }
}
static const struct db_batch_table batch_order_key = {
    "batch_order_key", SQL("CREATE TABLE batch_order_key (order_no TEXT, order_id BIGINT, place BIGINT)"), order_no_cell };

/* The least and the greatest number of the shop: what lies outside is new without asking, as in a file that continues. */
static bool known_numbers(struct batch *b, struct text *ret_least, struct text *ret_greatest)
{
    struct apply_session *a = b->c.a;
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
    struct apply_session *a = b->c.a;
    struct text least = TEXT_NONE, greatest = TEXT_NONE;
    struct claim_group **ask = ARENA_ARRAY(&a->scratch, struct claim_group *, b->c.group_count);
    size_t n = 0;
    bool all = b->c.group_count < LOOKUP_ALL_UNTIL;
    if (!ask || (!all && !known_numbers(b, &least, &greatest))) return false;
    for (size_t i = 0; i < b->c.group_count; i++) {
        struct claim_group *g = &b->c.groups[i];
        if (all || (text_compare(g->head->name, least) >= 0 && text_compare(g->head->name, greatest) <= 0)) ask[n++] = g;
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
        struct claim_group *g = ask[db_i64_at(q, 0)];
        g->id = db_i64_at(q, 1);
        g->is_new = false;
    }
    db_done(q);
    return step == DB_DONE;
}

/* The keys of new orders go in sorted. */
static bool number_orders(struct batch *b)
{
    struct apply_session *a = b->c.a;
    struct claim_group **fresh = ARENA_ARRAY(&a->scratch, struct claim_group *, b->c.group_count);
    size_t n = 0;
    if (!fresh || !claim_batch_number(&b->c, TEXT("order"))) return false;
    for (size_t i = 0; i < b->c.group_count; i++)
        if (b->c.groups[i].is_new) fresh[n++] = &b->c.groups[i];
    if (n == 0) return true;
    if (!list_reserve(&a->scratch, &a->out.orders_new, n, sizeof(struct order_out)) || !list_reserve(&a->scratch, &a->out.events_new, n, sizeof(struct event_out)) ||
        !list_reserve(&a->scratch, &a->out.assertions, n, sizeof(struct event_ref))) return false;
    if (!db_batch(a->s->db, &batch_order_key, fresh, n)) return false;
    struct db_stmt *q = db_stmt(a->s->db, SQL("INSERT INTO order_key (merchant_id, store_id, order_no, order_id)"
                                              " SELECT CAST($1 AS BIGINT), CAST($2 AS BIGINT), order_no, order_id FROM batch_order_key"));
    if (!q) return false;
    db_bind_i64(q, 1, a->shop.merchant_id);
    db_bind_i64(q, 2, a->shop.store_id);
    return db_exec(q);
}

/* ---- what new events name ---- */

static bool wants_complete(struct batch *b)
{
    b->wants = ARENA_ARRAY(&b->c.a->scratch, struct known_want, b->c.n);
    b->want = ARENA_ARRAY(&b->c.a->scratch, uint32_t, b->c.n);
    if (!b->wants || !b->want) return false;
    for (size_t i = 0; i < b->c.n; i++) {
        if (b->c.state[i].kind != CLAIM_IS_NEW) continue;
        b->want[i] = (uint32_t)b->want_count++;
        b->wants[b->want[i]] = (struct known_want){ .claim = &b->claims[i], .order_id = b->c.groups[b->c.state[i].group].id, .customer_id = CLAIM_NONE };
    }
    for (size_t i = 0; i < b->want_count; i++) {
        const struct order_claim *c = b->wants[i].claim;
        if (!c->has_line) continue;
        struct line_facts *l = ARENA_NEW(&b->c.a->scratch, struct line_facts);
        if (!l) return false;
        *l = (struct line_facts){ .line_key = known_line_key(&b->c.a->shop, &c->line), .product_no = c->line.product_no,
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
    struct claim_group **groups;
    size_t n;
    if (!claim_batch_loads(&b->c, &groups, &n)) return false;
    if (n == 0) return true;
    b->works = ARENA_ARRAY(&b->c.a->scratch, struct order_work, n);
    if (!b->works) return false;
    for (size_t i = 0; i < n; i++) b->works[i] = (struct order_work){ .order_id = groups[i]->id, .order_no = groups[i]->head->name };
    return event_load(b->c.a, b->works, n);
}

static bool emit_event(struct batch *b, int64_t order_id, int64_t event_no, const struct known_want *w, struct told told)
{
    struct event_out *e = LIST_ADD(&b->c.a->scratch, &b->c.a->out.events_new, struct event_out);
    const bool in_row = told_in_rows(EVENTS_OF_ORDERS, b->c.a->import_id);
    if (e) *e = (struct event_out){ order_id, event_no, w->claim, told.first_ms, w->customer_id, w->line, in_row ? told : told_never() };
    return e && (in_row || claim_batch_assert(&b->c, order_id, event_no, told));
}

/* An order that nobody knew, in one claim. */
static bool reduce_single(struct batch *b, struct claim_group *g)
{
    const struct known_want *w = &b->wants[b->want[g->first]];
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
    b->c.tally.added++;
    reduce_emit(b->c.a, g->id, g->head->name, &none, &image);
    return emit_event(b, g->id, 1, w, claim_told(&claim));
}

/* Takes one claim into the work; true in *ret_changed when an event is new, or told earlier or more lately than before. */
static bool take_claim(struct batch *b, struct order_work *w, uint32_t i, int64_t *last_no, bool *ret_changed)
{
    struct claim_state *s = &b->c.state[i];
    const struct order_claim *c = &b->claims[i];
    *ret_changed = true;
    if (s->kind == CLAIM_IS_NEW) {
        const struct known_want *want = &b->wants[b->want[i]];
        if (!work_reserve(&b->c.a->scratch, w, w->n + 1)) return false;
        s->at = (uint32_t)w->n;
        w->claims[w->n] = *c;
        w->claims[w->n].customer_id = want->customer_id;
        w->claims[w->n].first_as_of_ms = c->as_of_ms;
        w->events[w->n] = (struct work_event){ ++*last_no, EVENT_NEW, want->line };
        w->n++;
        return true;
    }
    const size_t at = claim_batch_place(&b->c, i, w->events, w->n);
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
    if (is_new) b->c.tally.added++;
    else if (differs) b->c.tally.updated++;
    else b->c.tally.unchanged++;
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
            if (e->line && c->first_as_of_ms < c->as_of_ms && !known_product_moved(b->c.a, c, e->line)) return false;
        } else if (e->change == EVENT_MOVED) {
            struct event_ref *r = LIST_ADD(&b->c.a->scratch, &b->c.a->out.events_moved, struct event_ref);
            if (!r) return false;
            *r = (struct event_ref){ w->order_id, e->event_no, claim_told(c) };
            if (e->line && !known_product_moved(b->c.a, c, e->line)) return false;
        }
    }
    return true;
}

/* Claim by claim, as if each had come alone, so that the tally does not depend on how a file is cut into batches. An order of
 * very many events is folded once: its further claims count as updates. */
static bool reduce_group(struct batch *b, struct claim_group *g)
{
    struct arena *arena = &b->c.a->scratch;
    struct order_work own = { .order_id = g->id, .order_no = g->head->name }, *w = g->is_new ? &own : &b->works[g->work];
    struct order_image first, before, after;
    int64_t last_no = event_last_no(w->events, w->n);
    image_of(arena, w, &first);
    before = after = first;
    bool each = w->n + g->count <= TALLY_EXACT_EVENTS;
    for (uint32_t i = g->first; i != NO_CLAIM; i = b->c.state[i].next) {
        bool changed;
        if (!take_claim(b, w, i, &last_no, &changed)) return false;
        if (!changed) { b->c.tally.unchanged++; continue; }
        const struct line_facts *line = w->events[b->c.state[i].at].line;
        if (each || !after.there) {
            image_of(arena, w, &after);
            count_claim(b, line, &before, &after);
            before = after;
        } else {
            b->c.tally.updated++;
        }
    }
    if (!each) image_of(arena, w, &after);
    reduce_emit(b->c.a, g->id, g->head->name, &first, &after);
    return emit_events(b, w);
}

static bool reduce(struct batch *b)
{
    size_t at = 0;
    for (struct claim_group *g = claim_batch_next(&b->c, &at); g; g = claim_batch_next(&b->c, &at))
        if (!(g->is_new && g->count == 1 ? reduce_single(b, g) : reduce_group(b, g))) return false;
    return true;
}

static bool apply_chunk(struct apply_session *a, const struct order_claim *claims, size_t n, struct apply_tally *tally)
{
    struct batch b = { .c = { .a = a, .table = EVENTS_OF_ORDERS, .n = n, .assertions = &a->out.assertions }, .claims = claims };
    arena_clear(&a->scratch);
    a->out = (struct apply_out){ 0 };
    bool ok = erased_obey(a, &b.claims, n) && group_claims(&b) && find_orders(&b) && claim_batch_find(&b.c) && number_orders(&b) && wants_complete(&b) &&
              known_customers(a, b.wants, b.want_count) && known_products(a, b.wants, b.want_count) && load_changed(&b) && reduce(&b) &&
              !a->scratch.failed && out_write(a);
    if (!claim_batch_end(&b.c, ok, tally)) return false;
    return !counters_full(a->counters) || counters_flush(a->counters);
}

bool apply_live(struct store *s, const struct shop *shop, const struct order_claim *claims, size_t n)
{
    struct apply_tally tally = { 0 };
    if (n == 0) return true;
    struct apply_session *a = apply_session_create(s, shop, 0);
    const bool ok = a && apply_claims(a, claims, n, &tally) && apply_flush(a);
    apply_session_free(a);
    return ok;
}

bool apply_claims(struct apply_session *a, const struct order_claim *claims, size_t n, struct apply_tally *tally)
{
    for (size_t at = 0; at < n; at += CHUNK_CLAIMS)
        if (!apply_chunk(a, claims + at, n - at < CHUNK_CLAIMS ? n - at : CHUNK_CLAIMS, tally)) return false;
    return true;
}
