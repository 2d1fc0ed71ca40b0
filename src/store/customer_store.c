/* Customers: found by the keyed hash of the buyer's name, or made; and table customer_order, which orders some event gives to whom.
 * A customer without an order goes.
 *
 * The table of hashes is the only large one whose keys come in no order at all, so three things spare it: a batch goes through it in the
 * order of the hashes; a session that takes many claims remembers the customers it has seen; and one that is alone (store.h) gathers new
 * rows over several batches before it writes them. */
#include <stdlib.h>
#include "store/known.h"

/* ---- customers this session has seen ---- */

enum { SEEN_FROM_CLAIMS = 256, SEEN_FIRST = 4096, SEEN_MAX = 2 * 1024 * 1024, SEEN_LOAD_MAX = 50000, PENDING_MAX = 262144 };

static size_t seen_slot(const struct seen_customers *s, int64_t hash) /* the hash is a good one already */
{
    size_t at = (uint64_t)hash & (s->capacity - 1);
    while (s->slots[at].customer_id != 0 && s->slots[at].hash != hash) at = (at + 1) & (s->capacity - 1);
    return at;
}

static int64_t seen_find(const struct seen_customers *s, int64_t hash)
{
    return s->n ? s->slots[seen_slot(s, hash)].customer_id : 0;
}

static void seen_free(struct apply_session *a)
{
    const struct arena_source *m = &a->s->env->memory;
    if (a->seen.slots) m->give(m->ctx, a->seen.slots, a->seen.capacity * sizeof *a->seen.slots);
    a->seen = (struct seen_customers){ 0 };
}

void customers_free(struct apply_session *a)
{
    const struct arena_source *m = &a->s->env->memory;
    if (a->pending.customers) m->give(m->ctx, a->pending.customers, PENDING_MAX * sizeof *a->pending.customers);
    if (a->pending.orders) m->give(m->ctx, a->pending.orders, PENDING_MAX * sizeof *a->pending.orders);
    if (a->pending.room) m->give(m->ctx, a->pending.room, PENDING_MAX * sizeof *a->pending.room);
    a->pending = (struct pending_customers){ 0 };
    seen_free(a);
}

/* Three quarters full at most. Where it may not grow it stays as it is: then not all have been seen. */
static bool seen_grow(struct apply_session *a)
{
    const struct arena_source *m = &a->s->env->memory;
    struct seen_customers next = { .capacity = a->seen.capacity ? a->seen.capacity * 2 : SEEN_FIRST, .n = a->seen.n, .all = a->seen.all,
                                   .begun = a->seen.begun, .given = a->seen.given };
    if (next.capacity > SEEN_MAX) return false;
    next.slots = m->take(m->ctx, next.capacity * sizeof *next.slots);
    if (!next.slots) return false;
    memset(next.slots, 0, next.capacity * sizeof *next.slots);
    for (size_t i = 0; i < a->seen.capacity; i++)
        if (a->seen.slots[i].customer_id != 0) next.slots[seen_slot(&next, a->seen.slots[i].hash)] = a->seen.slots[i];
    seen_free(a);
    a->seen = next;
    return true;
}

static void seen_put(struct apply_session *a, int64_t hash, int64_t customer_id)
{
    if (a->seen.n * 4 >= a->seen.capacity * 3 && !seen_grow(a)) { a->seen.all = false; return; }
    struct seen_customer *slot = &a->seen.slots[seen_slot(&a->seen, hash)];
    a->seen.n += slot->customer_id == 0;
    *slot = (struct seen_customer){ hash, customer_id };
}

static bool customer_next(struct apply_session *a, int64_t *ret)
{
    struct db_stmt *q = db_stmt(a->s->db, SQL("SELECT next FROM sequence WHERE merchant_id = $1 AND name = 'customer'"));
    if (!q) return false;
    db_bind_i64(q, 1, a->shop.merchant_id);
    enum db_step step = db_step(q);
    *ret = step == DB_ROW ? db_i64_at(q, 0) : 1;
    db_done(q);
    return step != DB_FAILED;
}

/* A session that takes many claims remembers the customers it has seen. It has seen all of them when it began with few, which it
 * reads once, and nobody else has taken a number since. */
static bool seen_refresh(struct apply_session *a, size_t claims)
{
    int64_t next;
    if (!a->seen.begun && claims < SEEN_FROM_CLAIMS) return true;
    if (a->seen.begun) {
        if (a->s->customers_given != a->seen.given) a->seen.all = false;
        return true;
    }
    if (!customer_next(a, &next)) return false;
    a->seen.begun = true;
    a->seen.given = a->s->customers_given;
    a->seen.all = next <= SEEN_LOAD_MAX;
    if (!a->seen.all) return true;
    struct db_stmt *q = db_stmt(a->s->db, SQL("SELECT buyer_hash, customer_id FROM customer WHERE merchant_id = $1 AND store_id = $2"));
    if (!q) return false;
    db_bind_i64(q, 1, a->shop.merchant_id);
    db_bind_i64(q, 2, a->shop.store_id);
    enum db_step step;
    while ((step = db_step(q)) == DB_ROW) seen_put(a, db_i64_at(q, 0), db_i64_at(q, 1));
    db_done(q);
    return step == DB_DONE;
}

static void seen_add(struct apply_session *a, const struct known *k, size_t n)
{
    if (!a->seen.begun) return;
    for (size_t i = 0; i < n; i++)
        if (!k[i].seen) seen_put(a, k[i].hash, k[i].id);
    a->seen.given = a->s->customers_given; /* those since seen_refresh are its own */
}

/* ---- writing ---- */

static void pair_cell(struct db_cell *c, const void *rows, size_t row, int column)
{
    const struct id_pair *r = &((const struct id_pair *)rows)[row];
    db_cell_i64(c, column == 0 ? r->a : r->b);
}
static const struct db_batch_table batch_customer = {
    "batch_customer", SQL("CREATE TABLE batch_customer (buyer_hash BIGINT, customer_id BIGINT)"), pair_cell };
static const struct db_batch_table batch_customer_order = {
    "batch_customer_order", SQL("CREATE TABLE batch_customer_order (customer_id BIGINT, order_id BIGINT)"), pair_cell };

static bool customers_insert(struct apply_session *a, struct id_pair *rows, struct id_pair *room, size_t n)
{
    if (n == 0) return true;
    pairs_sort(rows, room, n);
    if (!db_batch(a->s->db, &batch_customer, rows, n)) return false;
    struct db_stmt *q = db_stmt(a->s->db, SQL("INSERT INTO customer (merchant_id, store_id, buyer_hash, customer_id)"
        " SELECT CAST($1 AS BIGINT), CAST($2 AS BIGINT), buyer_hash, customer_id FROM batch_customer"));
    if (!q) return false;
    db_bind_i64(q, 1, a->shop.merchant_id);
    db_bind_i64(q, 2, a->shop.store_id);
    return db_exec(q);
}

static bool customer_orders_insert(struct apply_session *a, struct id_pair *rows, struct id_pair *room, size_t n)
{
    if (n == 0) return true;
    pairs_sort(rows, room, n);
    if (!db_batch(a->s->db, &batch_customer_order, rows, n)) return false;
    struct db_stmt *q = db_stmt(a->s->db, SQL("INSERT INTO customer_order (merchant_id, customer_id, order_id)"
        " SELECT CAST($1 AS BIGINT), customer_id, order_id FROM batch_customer_order WHERE 1 = 1"
        " ON CONFLICT (merchant_id, customer_id, order_id) DO NOTHING"));
    if (!q) return false;
    db_bind_i64(q, 1, a->shop.merchant_id);
    return db_exec(q);
}

bool customers_flush(struct apply_session *a)
{
    struct pending_customers *p = &a->pending;
    if (!customers_insert(a, p->customers, p->room, p->customer_count) || !customer_orders_insert(a, p->orders, p->room, p->order_count)) return false;
    p->customer_count = p->order_count = 0;
    return true;
}

static bool pending_room(struct apply_session *a, size_t n)
{
    struct pending_customers *p = &a->pending;
    const struct arena_source *m = &a->s->env->memory;
    if (!p->customers) p->customers = m->take(m->ctx, PENDING_MAX * sizeof *p->customers);
    if (!p->orders) p->orders = m->take(m->ctx, PENDING_MAX * sizeof *p->orders);
    if (!p->room) p->room = m->take(m->ctx, PENDING_MAX * sizeof *p->room);
    if (!p->customers || !p->orders || !p->room || n > PENDING_MAX) return false;
    return (p->customer_count + n <= PENDING_MAX && p->order_count + n <= PENDING_MAX) || customers_flush(a);
}

static size_t new_customers(const struct known *k, size_t n, struct id_pair *ret)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        if (k[i].fresh) ret[count++] = (struct id_pair){ k[i].hash, k[i].id };
    return count;
}

static size_t named_orders(const struct known_want *w, size_t n, struct id_pair *ret)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        if (w[i].customer_id != CLAIM_NONE) ret[count++] = (struct id_pair){ w[i].customer_id, w[i].order_id };
    return count;
}

/* Later, where the session is alone and knows all it has seen; else at once. */
static bool customers_write(struct apply_session *a, const struct known *k, size_t count, const struct known_want *w, size_t n)
{
    struct pending_customers *p = &a->pending;
    if (a->alone && a->seen.all && pending_room(a, n)) {
        p->customer_count += new_customers(k, count, p->customers + p->customer_count);
        p->order_count += named_orders(w, n, p->orders + p->order_count);
        return true;
    }
    struct id_pair *customers = ARENA_ARRAY(&a->scratch, struct id_pair, count), *orders = ARENA_ARRAY(&a->scratch, struct id_pair, n);
    struct id_pair *room = ARENA_ARRAY(&a->scratch, struct id_pair, n); /* no fewer than count */
    if (!customers || !orders || !room || !customers_flush(a)) return false;
    return customers_insert(a, customers, room, new_customers(k, count, customers)) &&
           customer_orders_insert(a, orders, room, named_orders(w, n, orders));
}

/* ---- finding ---- */

/* Ids of the customers that are known, first from what this session has seen. When it has seen all of them, what it has not seen
 * is new. */
static bool find_customers(struct apply_session *a, struct known *k, size_t n)
{
    struct known *ask = ARENA_ARRAY(&a->scratch, struct known, n);
    uint32_t *place = ARENA_ARRAY(&a->scratch, uint32_t, n);
    size_t asked = 0;
    if (!ask || !place || !seen_refresh(a, n)) return false;
    for (size_t i = 0; i < n; i++) {
        k[i].id = seen_find(&a->seen, k[i].hash);
        k[i].seen = k[i].id != 0;
        if (k[i].seen || a->seen.all) continue;
        place[asked] = (uint32_t)i;
        ask[asked++] = k[i];
    }
    if (asked == 0) return true;
    if (!find_known(a, ask, asked, SQL("SELECT b.place, c.customer_id FROM batch_known b CROSS JOIN customer c"
                                       " WHERE c.merchant_id = $1 AND c.store_id = $2 AND c.buyer_hash = b.hash"))) return false;
    for (size_t i = 0; i < asked; i++) k[place[i]].id = ask[i].id;
    return true;
}

bool known_customers(struct apply_session *a, struct known_want *w, size_t n)
{
    struct id_pair *names = ARENA_ARRAY(&a->scratch, struct id_pair, 2 * n);
    struct known *k = ARENA_ARRAY(&a->scratch, struct known, n);
    uint32_t *by_want = ARENA_ARRAY(&a->scratch, uint32_t, n);
    size_t named = 0;
    if (n == 0) return true;
    if (!names || !k || !by_want) return false;
    for (size_t i = 0; i < n; i++) {
        by_want[i] = UINT32_MAX;
        if (text_empty(w[i].claim->person.buyer)) continue;
        names[named++] = (struct id_pair){ shop_buyer_hash(&a->shop, w[i].claim->person.buyer), (int64_t)i };
    }
    if (named == 0) return true;
    size_t count = gather(names, named, k, by_want);
    if (!find_customers(a, k, count) || !number_known(a, k, count, by_want, n, TEXT("customer"))) return false;
    seen_add(a, k, count);
    for (size_t i = 0; i < n; i++)
        if (by_want[i] != UINT32_MAX) w[i].customer_id = k[by_want[i]].id;
    return customers_write(a, k, count, w, n);
}

bool known_customer_release(struct apply_session *a, int64_t customer_id, int64_t order_id, struct text buyer)
{
    struct db_stmt *q = db_stmt(a->s->db, SQL("DELETE FROM customer_order WHERE merchant_id = $1 AND customer_id = $2 AND order_id = $3"));
    if (!q) return false;
    db_bind_i64(q, 1, a->shop.merchant_id);
    db_bind_i64(q, 2, customer_id);
    db_bind_i64(q, 3, order_id);
    if (!db_exec(q)) return false;
    q = db_stmt(a->s->db, SQL("DELETE FROM customer WHERE merchant_id = $1 AND store_id = $2 AND buyer_hash = $3 AND customer_id = $4"
                              " AND NOT EXISTS (SELECT 1 FROM customer_order o WHERE o.merchant_id = $1 AND o.customer_id = $4)"));
    if (!q) return false;
    db_bind_i64(q, 1, a->shop.merchant_id);
    db_bind_i64(q, 2, a->shop.store_id);
    db_bind_i64(q, 3, shop_buyer_hash(&a->shop, buyer));
    db_bind_i64(q, 4, customer_id);
    return db_exec(q);
}

