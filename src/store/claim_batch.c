/* The steps of a batch of claims that are the same for orders and for records; claim_batch.h says in which order. */
#include <assert.h>
#include <stdlib.h>
#include "store/claim_batch.h"

/* ---- grouping ---- */

static int by_name(const struct claim_head *x, const struct claim_head *y)
{
    return x->subject != y->subject ? (x->subject > y->subject ? 1 : -1) : text_compare(x->name, y->name);
}

static int by_name_and_place(const void *a, const void *b)
{
    const struct claim_head *x = *(const struct claim_head *const *)a, *y = *(const struct claim_head *const *)b;
    const int c = by_name(x, y);
    return c ? c : (x > y) - (x < y); /* of one array */
}

/* Files are mostly in the order of their numbers, up or down: looking costs less than sorting. */
static void sort_heads(const struct claim_head **refs, size_t n)
{
    size_t up = 1, down = 1;
    while (up < n && by_name_and_place(&refs[up - 1], &refs[up]) < 0) up++;
    if (up >= n) return;
    while (down < n && by_name(refs[down - 1], refs[down]) > 0) down++;
    if (down < n) { qsort(refs, n, sizeof *refs, by_name_and_place); return; }
    for (size_t i = 0, j = n - 1; i < j; i++, j--) {
        const struct claim_head *t = refs[i];
        refs[i] = refs[j];
        refs[j] = t;
    }
}

bool claim_batch_heads(struct claim_batch *b)
{
    b->heads = ARENA_ARRAY(&b->a->scratch, struct claim_head, b->n);
    return b->heads != NULL;
}

bool claim_batch_group(struct claim_batch *b)
{
    struct arena *arena = &b->a->scratch;
    const struct claim_head **refs = ARENA_ARRAY(arena, const struct claim_head *, b->n);
    b->state = ARENA_ARRAY(arena, struct claim_state, b->n);
    b->groups = ARENA_ARRAY(arena, struct claim_group, b->n);
    if (!refs || !b->state || !b->groups) return false;
    for (size_t i = 0; i < b->n; i++) refs[i] = &b->heads[i];
    sort_heads(refs, b->n);
    struct claim_group *g = NULL;
    for (size_t i = 0; i < b->n; i++) {
        const uint32_t at = (uint32_t)(refs[i] - b->heads);
        if (!g || by_name(g->head, refs[i]) != 0) {
            g = &b->groups[b->group_count++];
            *g = (struct claim_group){ .head = refs[i], .first = at, .last = at, .is_new = true };
        }
        b->state[at] = (struct claim_state){ .group = (uint32_t)(g - b->groups), .next = NO_CLAIM, .same_as = NO_CLAIM };
        if (g->count) b->state[g->last].next = at;
        g->last = at;
        g->count++;
    }
    return true;
}

/* ---- which events are there ---- */

static int by_id(const void *a, const void *b)
{
    const struct claim_group *x = *(const struct claim_group *const *)a, *y = *(const struct claim_group *const *)b;
    return (x->id > y->id) - (x->id < y->id);
}

static bool find_keys(struct claim_batch *b)
{
    struct arena *arena = &b->a->scratch;
    struct claim_group **old = ARENA_ARRAY(arena, struct claim_group *, b->group_count);
    int64_t *ids = ARENA_ARRAY(arena, int64_t, b->group_count);
    struct list keys = { 0 };
    size_t n = 0;
    if (!old || !ids) return false;
    for (size_t i = 0; i < b->group_count; i++)
        if (!b->groups[i].is_new) old[n++] = &b->groups[i];
    if (n == 0) return true;
    qsort(old, n, sizeof *old, by_id);
    for (size_t i = 0; i < n; i++) ids[i] = old[i]->id;
    if (!event_keys_load(b->a, b->table, ids, n, &keys)) return false;
    b->keys = keys.rows;
    for (size_t i = 0, k = 0; i < n; i++) {
        old[i]->key_at = k;
        while (k < keys.n && b->keys[k].id == ids[i]) k++;
        old[i]->key_count = k - old[i]->key_at;
    }
    return true;
}

static bool same_key(const struct claim_key *a, const struct claim_key *b) { return memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0; }

static const struct stored_key *stored(const struct claim_batch *b, const struct claim_group *g, const struct claim_key *key)
{
    for (size_t i = 0; i < g->key_count; i++)
        if (same_key(&b->keys[g->key_at + i].key, key)) return &b->keys[g->key_at + i];
    return NULL;
}

bool claim_batch_assert(struct claim_batch *b, int64_t id, int64_t event_no, struct told told)
{
    struct event_ref *r = LIST_ADD(&b->a->scratch, b->assertions, struct event_ref);
    if (r) *r = (struct event_ref){ id, event_no, told };
    return r != NULL;
}

/* A stored event again: asserted by this import from now on, and told more lately or earlier than before by a younger or older file. */
static bool find_stored(struct claim_batch *b, struct claim_group *g, int64_t as_of_ms, const struct stored_key *k)
{
    const struct told told = { as_of_ms, as_of_ms };
    struct told own = k->fed;
    if (!told_eq(told_join(k->told, told), k->told)) g->loads = true;
    if (!told_in_rows(b->table, b->a->import_id) && !assertion_find(b->a, b->table, b->a->import_id, k->event_no, k->id, &own)) return false;
    const struct told both = told_join(own, told);
    return told_eq(both, own) || claim_batch_assert(b, k->id, k->event_no, both);
}

bool claim_batch_find(struct claim_batch *b)
{
    if (!find_keys(b)) return false;
    for (size_t i = 0; i < b->n; i++) {
        struct claim_state *s = &b->state[i];
        struct claim_group *g = &b->groups[s->group];
        const struct claim_head *h = &b->heads[i];
        const struct stored_key *k = g->key_count ? stored(b, g, h->key) : NULL;
        if (k) {
            s->kind = CLAIM_STORED;
            s->event_no = k->event_no;
            if (!find_stored(b, g, h->as_of_ms, k)) return false;
            continue;
        }
        for (uint32_t j = g->first; j != i && s->same_as == NO_CLAIM; j = b->state[j].next)
            if (b->state[j].kind == CLAIM_IS_NEW && same_key(b->heads[j].key, h->key)) s->same_as = j;
        s->kind = s->same_as != NO_CLAIM ? CLAIM_AGAIN : CLAIM_IS_NEW;
        if (s->kind == CLAIM_IS_NEW && !g->is_new) g->loads = true;
    }
    return true;
}

/* ---- numbers, and what to read ---- */

bool claim_batch_number(struct claim_batch *b, struct text sequence)
{
    int64_t next = 0, fresh = 0;
    for (size_t i = 0; i < b->group_count; i++) fresh += b->groups[i].is_new;
    if (fresh == 0) return true;
    if (!sequence_take(b->a->s, b->a->shop.merchant_id, sequence, fresh, &next)) return false;
    for (size_t i = 0; i < b->n; i++) {
        struct claim_group *g = &b->groups[b->state[i].group];
        if (g->is_new && g->first == i) g->id = next++;
    }
    return true;
}

bool claim_batch_loads(struct claim_batch *b, struct claim_group ***ret, size_t *ret_n)
{
    struct claim_group **groups = ARENA_ARRAY(&b->a->scratch, struct claim_group *, b->group_count);
    size_t n = 0;
    if (!groups) return false;
    for (size_t i = 0; i < b->group_count; i++)
        if (b->groups[i].loads) groups[n++] = &b->groups[i];
    if (n > 0) qsort(groups, n, sizeof *groups, by_id);
    for (size_t i = 0; i < n; i++) groups[i]->work = i;
    *ret = groups;
    *ret_n = n;
    return true;
}

/* ---- walking ---- */

struct claim_group *claim_batch_next(struct claim_batch *b, size_t *i)
{
    while (*i < b->n) {
        const size_t at = (*i)++;
        struct claim_group *g = &b->groups[b->state[at].group];
        if (g->first != at) continue;
        if (g->is_new || g->loads) return g;
        b->tally.unchanged += g->count;
    }
    return NULL;
}

size_t claim_batch_place(struct claim_batch *b, uint32_t i, const struct work_event *events, size_t n)
{
    struct claim_state *s = &b->state[i];
    const size_t at = s->kind == CLAIM_AGAIN ? b->state[s->same_as].at : event_place(events, n, s->event_no);
    assert(s->kind != CLAIM_IS_NEW && at < n);
    s->at = (uint32_t)at;
    return at;
}

bool claim_batch_end(struct claim_batch *b, bool ok, struct apply_tally *tally)
{
    if (b->a->scratch.failed) db_refuse(b->a->s->db, DB_ERROR_MEMORY, "out of memory while claims were taken in");
    if (!ok || b->a->scratch.failed) return false;
    tally->added += b->tally.added;
    tally->updated += b->tally.updated;
    tally->unchanged += b->tally.unchanged;
    if (b->tally.added + b->tally.updated > 0) store_touch(b->a->s, b->a->shop.store_id);
    return true;
}
