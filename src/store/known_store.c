/* Customers and products: found by their keyed hash, or made. The last event that names one takes it along when it goes: a
 * customer has its orders in table customer_order, a product counts its uses. A batch asks and writes in the order of the hashes, so that neighbours share pages. */
#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include "store/apply.h"

bool sequence_take(struct store *s, int64_t merchant_id, struct text name, int64_t count, int64_t *ret_first)
{
    struct db_stmt *q = db_stmt(s->db, SQL("INSERT INTO sequence (merchant_id, name, next) VALUES ($1, $2, 1 + CAST($3 AS BIGINT))"
                                           " ON CONFLICT (merchant_id, name) DO UPDATE SET next = sequence.next + CAST($3 AS BIGINT) RETURNING next"));
    if (!q) return false;
    db_bind_i64(q, 1, merchant_id);
    db_bind_text(q, 2, name);
    db_bind_i64(q, 3, count);
    enum db_step step = db_step(q);
    if (step == DB_ROW) *ret_first = db_i64_at(q, 0) - count;
    db_done(q);
    return step == DB_ROW;
}

/* ---- keys ---- */

enum { HASHED_BYTES_MAX = 4 * 1024 };

/* The second half of the shop's key: the first one hashes buyers. */
static int64_t hash_parts(const struct shop *shop, int64_t kind, const struct text *parts, int n)
{
    unsigned char buffer[HASHED_BYTES_MAX];
    uint64_t h;
    size_t len = 0;
    memcpy(buffer, &kind, sizeof kind);
    len += sizeof kind;
    for (int i = 0; i < n; i++) {
        struct text t = parts[i];
        uint64_t whole = t.len, tail = 0;
        /* a longer part goes in by its own hash */
        if (t.len > HASHED_BYTES_MAX / 8) {
            crypto_shorthash_siphash24((unsigned char *)&tail, (const unsigned char *)t.ptr, t.len, shop->hash_key + 16);
            t.len = 0;
        }
        memcpy(buffer + len, &whole, sizeof whole);
        memcpy(buffer + len + sizeof whole, &tail, sizeof tail);
        len += sizeof whole + sizeof tail;
        if (t.len) memcpy(buffer + len, t.ptr, t.len);
        len += t.len;
    }
    crypto_shorthash_siphash24((unsigned char *)&h, buffer, len, shop->hash_key + 16);
    return (int64_t)h;
}

int64_t known_line_key(const struct shop *shop, const struct line_claim *l)
{
    const struct text by_number[] = { l->sub_no }, by_words[] = { l->sku_code, l->title, l->options };
    if (!text_empty(l->sub_no)) return hash_parts(shop, ((int64_t)l->occurrence << 8) | 1, by_number, 1);
    return hash_parts(shop, ((int64_t)l->occurrence << 8) | 2, by_words, 3);
}

static int64_t product_key(const struct shop *shop, const struct line_facts *l)
{
    if (!text_empty(l->product_no)) return hash_parts(shop, 3, &l->product_no, 1);
    if (!text_empty(l->sku_code)) return hash_parts(shop, 4, &l->sku_code, 1);
    return hash_parts(shop, 5, &l->title, 1);
}

/* ---- finding: the same for both kinds ---- */

struct known { /* one distinct customer or product of a batch */
    int64_t hash, id, uses;
    uint32_t first; /* want that named it first: numbers are given in that order */
    const struct order_claim *claim;  /* of the greatest line that names the product */
    const struct line_facts *line;
};
struct naming { int64_t hash; uint32_t want; };

static int by_hash(const void *a, const void *b)
{
    const struct naming *x = a, *y = b;
    if (x->hash != y->hash) return x->hash > y->hash ? 1 : -1;
    return (x->want > y->want) - (x->want < y->want);
}

static void known_cell(struct db_cell *c, const void *rows, size_t row, int column)
{
    const struct known *k = &((const struct known *)rows)[row];
    switch (column) {
    case 0: db_cell_i64(c, k->hash); break;
    case 1: db_cell_i64(c, k->id); break;
    case 2: db_cell_i64(c, (int64_t)row); break;
    }
}
static const struct db_batch_table batch_known = {
    "batch_known", SQL("CREATE TABLE batch_known (hash BIGINT, id BIGINT, place BIGINT)"), known_cell };

/* Ids of those that the store knows; the others stay 0. `sql` gives (place, id). */
static bool find_known(struct apply_session *a, struct known *k, size_t n, const char *sql)
{
    if (!db_batch(a->s->db, &batch_known, k, n)) return false;
    struct db_stmt *q = db_stmt(a->s->db, sql); /* house: handed on by the SQL() of the caller */
    if (!q) return false;
    db_bind_i64(q, 1, a->shop.merchant_id);
    db_bind_i64(q, 2, a->shop.store_id);
    enum db_step step;
    while ((step = db_step(q)) == DB_ROW) k[db_i64_at(q, 0)].id = db_i64_at(q, 1);
    db_done(q);
    return step == DB_DONE;
}

/* Numbers for the new ones, in the order in which the batch named them first. by_want: place in k by want, or UINT32_MAX.
 * *ret_first_new is the first of them, and is left alone when there is none. */
static bool number_known(struct apply_session *a, struct known *k, size_t n, const uint32_t *by_want, size_t wants, struct text sequence,
                         int64_t *ret_first_new)
{
    int64_t fresh = 0, next = 0;
    for (size_t i = 0; i < n; i++) fresh += k[i].id == 0;
    if (fresh == 0) return true;
    if (!sequence_take(a->s, a->shop.merchant_id, sequence, fresh, &next)) return false;
    *ret_first_new = next;
    for (size_t i = 0; i < wants; i++)
        if (by_want[i] != UINT32_MAX && k[by_want[i]].first == i && k[by_want[i]].id == 0) k[by_want[i]].id = next++;
    return true;
}

/* Sorts the namings and counts each distinct hash once. */
static size_t gather(struct naming *names, size_t n, struct known *k, uint32_t *by_want)
{
    size_t count = 0;
    qsort(names, n, sizeof *names, by_hash);
    for (size_t i = 0; i < n; i++) {
        if (count == 0 || k[count - 1].hash != names[i].hash)
            k[count++] = (struct known){ .hash = names[i].hash, .first = names[i].want };
        k[count - 1].uses++;
        by_want[names[i].want] = (uint32_t)(count - 1);
    }
    return count;
}

/* ---- customers ---- */

/* ---- customers this session has seen ---- */

enum { SEEN_FROM_CLAIMS = 256, SEEN_FIRST = 4096, SEEN_MAX = 2 * 1024 * 1024, SEEN_LOAD_MAX = 50000 };

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

void seen_free(struct apply_session *a)
{
    const struct arena_source *m = &a->s->env->memory;
    if (a->seen.slots) m->give(m->ctx, a->seen.slots, a->seen.capacity * sizeof *a->seen.slots);
    a->seen = (struct seen_customers){ 0 };
}

/* Three quarters full at most. Where it may not grow it stays as it is: then not all have been seen. */
static bool seen_grow(struct apply_session *a)
{
    const struct arena_source *m = &a->s->env->memory;
    struct seen_customers next = { .capacity = a->seen.capacity ? a->seen.capacity * 2 : SEEN_FIRST, .n = a->seen.n, .all = a->seen.all,
                                   .next = a->seen.next };
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
    if (a->seen.next == 0 && claims < SEEN_FROM_CLAIMS) return true;
    if (!customer_next(a, &next)) return false;
    if (a->seen.next != 0) {
        if (next != a->seen.next) a->seen.all = false;
        return true;
    }
    a->seen.next = next;
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

static void seen_add(struct apply_session *a, const struct known *k, size_t n, int64_t first_new)
{
    if (a->seen.next == 0) return;
    for (size_t i = 0; i < n; i++) {
        seen_put(a, k[i].hash, k[i].id);
        if (k[i].id >= first_new && k[i].id >= a->seen.next && a->seen.all) a->seen.next = k[i].id + 1;
    }
}

/* ---- writing customers ---- */

static bool customers_insert(struct apply_session *a, struct known *k, size_t n, int64_t first_new)
{
    size_t fresh = 0;
    for (size_t i = 0; i < n; i++) /* still in the order of the hashes */
        if (k[i].id >= first_new) k[fresh++] = k[i];
    if (fresh == 0) return true;
    if (!db_batch(a->s->db, &batch_known, k, fresh)) return false;
    struct db_stmt *q = db_stmt(a->s->db, SQL("INSERT INTO customer (merchant_id, store_id, buyer_hash, customer_id)"
        " SELECT CAST($1 AS BIGINT), CAST($2 AS BIGINT), hash, id FROM batch_known"));
    if (!q) return false;
    db_bind_i64(q, 1, a->shop.merchant_id);
    db_bind_i64(q, 2, a->shop.store_id);
    return db_exec(q);
}

struct customer_order { int64_t customer_id, order_id; };

static void customer_order_cell(struct db_cell *c, const void *rows, size_t row, int column)
{
    const struct customer_order *r = &((const struct customer_order *)rows)[row];
    db_cell_i64(c, column == 0 ? r->customer_id : r->order_id);
}
static const struct db_batch_table batch_customer_order = {
    "batch_customer_order", SQL("CREATE TABLE batch_customer_order (customer_id BIGINT, order_id BIGINT)"), customer_order_cell };

static int by_customer(const void *a, const void *b)
{
    const struct customer_order *x = a, *y = b;
    if (x->customer_id != y->customer_id) return x->customer_id > y->customer_id ? 1 : -1;
    return (x->order_id > y->order_id) - (x->order_id < y->order_id);
}

static bool customer_orders_insert(struct apply_session *a, const struct known_want *w, size_t n)
{
    struct customer_order *rows = ARENA_ARRAY(&a->scratch, struct customer_order, n);
    size_t count = 0;
    if (!rows) return false;
    for (size_t i = 0; i < n; i++)
        if (w[i].customer_id != CLAIM_NONE) rows[count++] = (struct customer_order){ w[i].customer_id, w[i].order_id };
    qsort(rows, count, sizeof *rows, by_customer);
    if (!db_batch(a->s->db, &batch_customer_order, rows, count)) return false;
    struct db_stmt *q = db_stmt(a->s->db, SQL("INSERT INTO customer_order (merchant_id, customer_id, order_id)"
        " SELECT CAST($1 AS BIGINT), customer_id, order_id FROM batch_customer_order WHERE 1 = 1"
        " ON CONFLICT (merchant_id, customer_id, order_id) DO NOTHING"));
    if (!q) return false;
    db_bind_i64(q, 1, a->shop.merchant_id);
    return db_exec(q);
}

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
        if (k[i].id != 0 || a->seen.all) continue;
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
    struct naming *names = ARENA_ARRAY(&a->scratch, struct naming, n);
    struct known *k = ARENA_ARRAY(&a->scratch, struct known, n);
    uint32_t *by_want = ARENA_ARRAY(&a->scratch, uint32_t, n);
    size_t named = 0;
    if (n == 0) return true;
    if (!names || !k || !by_want) return false;
    for (size_t i = 0; i < n; i++) {
        by_want[i] = UINT32_MAX;
        if (text_empty(w[i].claim->person.buyer)) continue;
        names[named++] = (struct naming){ shop_buyer_hash(&a->shop, w[i].claim->person.buyer), (uint32_t)i };
    }
    if (named == 0) return true;
    size_t count = gather(names, named, k, by_want);
    int64_t first_new = INT64_MAX;
    if (!find_customers(a, k, count) || !number_known(a, k, count, by_want, n, TEXT("customer"), &first_new)) return false;
    seen_add(a, k, count, first_new);
    for (size_t i = 0; i < n; i++)
        if (by_want[i] != UINT32_MAX) w[i].customer_id = k[by_want[i]].id;
    return customers_insert(a, k, count, first_new) && customer_orders_insert(a, w, n);
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

/* ---- products ---- */

static void product_cell(struct db_cell *c, const void *rows, size_t row, int column)
{
    const struct known *k = &((const struct known *)rows)[row];
    switch (column) {
    case 0: db_cell_i64(c, k->hash); break;
    case 1: db_cell_i64(c, k->id); break;
    case 2: db_cell_text_or_null(c, k->line->product_no); break;
    case 3: db_cell_text_or_null(c, k->line->sku_code); break;
    case 4: db_cell_text(c, k->line->title); break;
    case 5: db_cell_i64(c, k->claim->as_of_ms); break;
    case 6: db_cell_i64(c, k->claim->rank); break;
    case 7: db_cell_blob(c, k->claim->key.bytes, sizeof k->claim->key.bytes); break;
    case 8: db_cell_i64(c, k->uses); break;
    }
}
static const struct db_batch_table batch_product = { "batch_product", SQL("CREATE TABLE batch_product (product_key BIGINT, product_id BIGINT,"
    " product_no TEXT, sku_code TEXT, title TEXT, told_as_of_ms BIGINT, told_rank BIGINT, told_key BYTEA, uses BIGINT)"), product_cell };

#define TOLD_LATER "(excluded.told_as_of_ms, excluded.told_rank, excluded.told_key) > (product.told_as_of_ms, product.told_rank, product.told_key)"
static bool products_write(struct apply_session *a, struct known *k, size_t n)
{
    if (!db_batch(a->s->db, &batch_product, k, n)) return false;
    struct db_stmt *q = db_stmt(a->s->db, SQL("INSERT INTO product (merchant_id, store_id, product_key, product_id, product_no, sku_code, title,"
        " told_as_of_ms, told_rank, told_key, uses) SELECT CAST($1 AS BIGINT), CAST($2 AS BIGINT), product_key, product_id, product_no, sku_code,"
        " title, told_as_of_ms, told_rank, told_key, uses FROM batch_product WHERE 1 = 1"
        " ON CONFLICT (merchant_id, store_id, product_key) DO UPDATE SET uses = product.uses + excluded.uses,"
        " product_no = CASE WHEN " TOLD_LATER " THEN excluded.product_no ELSE product.product_no END,"
        " sku_code = CASE WHEN " TOLD_LATER " THEN excluded.sku_code ELSE product.sku_code END,"
        " title = CASE WHEN " TOLD_LATER " THEN excluded.title ELSE product.title END,"
        " told_as_of_ms = CASE WHEN " TOLD_LATER " THEN excluded.told_as_of_ms ELSE product.told_as_of_ms END,"
        " told_rank = CASE WHEN " TOLD_LATER " THEN excluded.told_rank ELSE product.told_rank END,"
        " told_key = CASE WHEN " TOLD_LATER " THEN excluded.told_key ELSE product.told_key END"));
    if (!q) return false;
    db_bind_i64(q, 1, a->shop.merchant_id);
    db_bind_i64(q, 2, a->shop.store_id);
    return db_exec(q);
}

bool known_products(struct apply_session *a, struct known_want *w, size_t n)
{
    size_t named = 0, lines = 0;
    int64_t first_new;
    for (size_t i = 0; i < n; i++) lines += w[i].line != NULL;
    if (lines == 0) return true;
    struct naming *names = ARENA_ARRAY(&a->scratch, struct naming, lines);
    struct known *k = ARENA_ARRAY(&a->scratch, struct known, lines);
    uint32_t *by_want = ARENA_ARRAY(&a->scratch, uint32_t, n);
    if (!names || !k || !by_want) return false;
    for (size_t i = 0; i < n; i++) {
        by_want[i] = UINT32_MAX;
        if (w[i].line) names[named++] = (struct naming){ product_key(&a->shop, w[i].line), (uint32_t)i };
    }
    size_t count = gather(names, named, k, by_want);
    for (size_t i = 0; i < n; i++) { /* whose words stand */
        if (by_want[i] == UINT32_MAX) continue;
        struct known *p = &k[by_want[i]];
        const struct order_claim *c = w[i].claim;
        if (!p->claim || claim_order(c->as_of_ms, c->rank, c->key.bytes, p->claim->as_of_ms, p->claim->rank, p->claim->key.bytes) > 0)
            p->claim = c, p->line = w[i].line;
    }
    if (!find_known(a, k, count, SQL("SELECT b.place, p.product_id FROM batch_known b CROSS JOIN product p"
                                     " WHERE p.merchant_id = $1 AND p.store_id = $2 AND p.product_key = b.hash"))) return false;
    if (!number_known(a, k, count, by_want, n, TEXT("product"), &first_new) || !products_write(a, k, count)) return false;
    for (size_t i = 0; i < n; i++)
        if (by_want[i] != UINT32_MAX) w[i].line->product_id = k[by_want[i]].id;
    return true;
}

bool known_product_moved(struct apply_session *a, const struct order_claim *claim, const struct line_facts *line)
{
    struct known k = { .hash = product_key(&a->shop, line), .id = line->product_id, .claim = claim, .line = line };
    return products_write(a, &k, 1);
}

/* The words of the greatest line that still names the product. */
static bool product_retell(struct apply_session *a, int64_t product_id)
{
    struct db_stmt *q = db_stmt(a->s->db, SQL("SELECT l.product_no, l.sku_code, l.title, e.as_of_ms, e.source_rank, e.event_key FROM event_line l"
        " JOIN event e ON e.merchant_id = l.merchant_id AND e.order_id = l.order_id AND e.event_no = l.event_no"
        " WHERE l.merchant_id = $1 AND l.product_id = $2 ORDER BY e.as_of_ms DESC, e.source_rank DESC, e.event_key DESC LIMIT 1"));
    struct db_stmt *u = db_stmt(a->s->db, SQL("UPDATE product SET product_no = $3, sku_code = $4, title = $5, told_as_of_ms = $6, told_rank = $7,"
                                              " told_key = $8 WHERE merchant_id = $1 AND product_id = $2"));
    if (!q || !u) return false;
    db_bind_i64(q, 1, a->shop.merchant_id);
    db_bind_i64(q, 2, product_id);
    enum db_step step = db_step(q);
    bool ok = step == DB_DONE;
    if (step == DB_ROW) {
        struct text key = db_blob_at(q, 5);
        db_bind_i64(u, 1, a->shop.merchant_id);
        db_bind_i64(u, 2, product_id);
        db_bind_text_or_null(u, 3, db_text_at(q, 0));
        db_bind_text_or_null(u, 4, db_text_at(q, 1));
        db_bind_text(u, 5, db_text_at(q, 2));
        db_bind_i64(u, 6, db_i64_at(q, 3));
        db_bind_i64(u, 7, db_i64_at(q, 4));
        db_bind_blob(u, 8, key.ptr, key.len);
        ok = db_exec(u);
    }
    db_done(q);
    return ok;
}

bool known_product_release(struct apply_session *a, int64_t product_id, const struct claim_key *key, bool gone)
{
    struct db_stmt *q = db_stmt(a->s->db, SQL("UPDATE product SET uses = uses - $3 WHERE merchant_id = $1 AND product_id = $2"
                                              " RETURNING uses, told_key"));
    if (!q) return false;
    db_bind_i64(q, 1, a->shop.merchant_id);
    db_bind_i64(q, 2, product_id);
    db_bind_i64(q, 3, gone);
    enum db_step step = db_step(q);
    int64_t uses = step == DB_ROW ? db_i64_at(q, 0) : 0;
    struct text told = step == DB_ROW ? db_blob_at(q, 1) : TEXT_NONE;
    bool told_by_it = told.len == sizeof key->bytes && memcmp(told.ptr, key->bytes, told.len) == 0;
    db_done(q);
    if (step != DB_ROW) return step == DB_DONE;
    if (uses > 0) return !told_by_it || product_retell(a, product_id);
    q = db_stmt(a->s->db, SQL("DELETE FROM product WHERE merchant_id = $1 AND product_id = $2"));
    if (!q) return false;
    db_bind_i64(q, 1, a->shop.merchant_id);
    db_bind_i64(q, 2, product_id);
    return db_exec(q);
}
