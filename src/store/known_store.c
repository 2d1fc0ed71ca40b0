/* Finding customers and products by their keyed hash and numbering new ones: the same for both; then products. Customers are in
 * customer_store.c.  A batch asks and writes in the order of the hashes, so that neighbours share pages. The last line that names a
 * product takes it along when it goes. */
#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include "core/order/line_number.h"
#include "store/known.h"

enum { BUCKETS = 4096, RUN_MAX = 64 };

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
    int64_t ours;
    if (line_number_read(l->sub_no, &ours)) return ours;
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

static int by_pair(const void *a, const void *b)
{
    const struct id_pair *x = a, *y = b;
    if (x->a != y->a) return x->a > y->a ? 1 : -1;
    return (x->b > y->b) - (x->b < y->b);
}

/* Small runs, which is what a bucket of evenly lying keys is. */
static void run_sort(struct id_pair *rows, size_t n)
{
    if (n > RUN_MAX) { qsort(rows, n, sizeof *rows, by_pair); return; }
    for (size_t i = 1; i < n; i++) {
        const struct id_pair r = rows[i];
        size_t at = i;
        for (; at > 0 && by_pair(&rows[at - 1], &r) > 0; at--) rows[at] = rows[at - 1];
        rows[at] = r;
    }
}

void pairs_sort(struct id_pair *rows, struct id_pair *room, size_t n)
{
    if (n <= RUN_MAX) { run_sort(rows, n); return; }
    uint32_t begins[BUCKETS + 1] = { 0 };
    int64_t least = rows[0].a, most = rows[0].a;
    for (size_t i = 1; i < n; i++) {
        if (rows[i].a < least) least = rows[i].a;
        if (rows[i].a > most) most = rows[i].a;
    }
    const uint64_t span = (uint64_t)most - (uint64_t)least;
    int shift = 0;
    while (span >> shift >= BUCKETS) shift++;
    assert(n < UINT32_MAX);
    for (size_t i = 0; i < n; i++) begins[(((uint64_t)rows[i].a - (uint64_t)least) >> shift) + 1]++;
    for (size_t i = 0; i < BUCKETS; i++) begins[i + 1] += begins[i];
    for (size_t i = 0; i < n; i++) room[begins[((uint64_t)rows[i].a - (uint64_t)least) >> shift]++] = rows[i];
    for (size_t i = 0, from = 0; i < BUCKETS; from = begins[i++]) run_sort(room + from, begins[i] - from); /* now each is where the next begins */
    memcpy(rows, room, n * sizeof *rows);
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
const struct db_batch_table batch_known = {
    "batch_known", SQL("CREATE TABLE batch_known (hash BIGINT, id BIGINT, place BIGINT)"), known_cell };

bool find_known(struct apply_session *a, struct known *k, size_t n, const char *sql)
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

bool number_known(struct apply_session *a, struct known *k, size_t n, const uint32_t *by_want, size_t wants, struct text sequence)
{
    int64_t fresh = 0, next = 0;
    for (size_t i = 0; i < n; i++) fresh += k[i].fresh = k[i].id == 0;
    if (fresh == 0) return true;
    if (!sequence_take(a->s, a->shop.merchant_id, sequence, fresh, &next)) return false;
    for (size_t i = 0; i < wants; i++)
        if (by_want[i] != UINT32_MAX && k[by_want[i]].first == i && k[by_want[i]].fresh) k[by_want[i]].id = next++;
    return true;
}

size_t gather(struct id_pair *names, size_t n, struct known *k, uint32_t *by_want)
{
    size_t count = 0;
    pairs_sort(names, names + n, n);
    for (size_t i = 0; i < n; i++) {
        if (count == 0 || k[count - 1].hash != names[i].a) k[count++] = (struct known){ .hash = names[i].a, .first = (uint32_t)names[i].b };
        by_want[names[i].b] = (uint32_t)(count - 1);
    }
    return count;
}

/* ---- products: what they are called ----
 *
 * The words of a product are those of the greatest line that names it. Nearly always all of its lines use the same ones; then no line has
 * to be remembered as the greatest, and one more changes nothing: told_key is empty. From the first line on that says something else, told_*
 * name the greatest. */

struct words { struct text product_no, sku_code, title; };
struct stored_words { struct words words; bool alike /* told_key is empty */; int64_t as_of_ms; int rank; struct claim_key key; };
/* A row to write: words and, unless all lines use the same, whose they are. */
struct product_out { int64_t hash, id; const struct line_facts *line; const struct order_claim *claim /* NULL: all alike */; };

static struct words words_of(const struct line_facts *l) { return (struct words){ l->product_no, l->sku_code, l->title }; }

static bool words_eq(const struct words *a, const struct words *b)
{
    return text_eq(a->product_no, b->product_no) && text_eq(a->sku_code, b->sku_code) && text_eq(a->title, b->title);
}

static void product_cell(struct db_cell *c, const void *rows, size_t row, int column)
{
    const struct product_out *p = &((const struct product_out *)rows)[row];
    switch (column) {
    case 0: db_cell_i64(c, p->hash); break;
    case 1: db_cell_i64(c, p->id); break;
    case 2: db_cell_text_or_null(c, p->line->product_no); break;
    case 3: db_cell_text_or_null(c, p->line->sku_code); break;
    case 4: db_cell_text(c, p->line->title); break;
    case 5: db_cell_i64(c, p->claim ? p->claim->as_of_ms : 0); break;
    case 6: db_cell_i64(c, p->claim ? p->claim->rank : 0); break;
    case 7: db_cell_blob(c, p->claim ? p->claim->key.bytes : NULL, p->claim ? sizeof p->claim->key.bytes : 0); break;
    }
}
static const struct db_batch_table batch_product = { "batch_product", SQL("CREATE TABLE batch_product (product_key BIGINT, product_id BIGINT,"
    " product_no TEXT, sku_code TEXT, title TEXT, told_as_of_ms BIGINT, told_rank BIGINT, told_key BYTEA)"), product_cell };

static bool products_write(struct apply_session *a, const struct product_out *rows, size_t n)
{
    if (n == 0) return true;
    if (!db_batch(a->s->db, &batch_product, rows, n)) return false;
    struct db_stmt *q = db_stmt(a->s->db, SQL("INSERT INTO product (merchant_id, store_id, product_key, product_id, product_no, sku_code, title,"
        " told_as_of_ms, told_rank, told_key) SELECT CAST($1 AS BIGINT), CAST($2 AS BIGINT), product_key, product_id, product_no, sku_code,"
        " title, told_as_of_ms, told_rank, told_key FROM batch_product WHERE 1 = 1"
        " ON CONFLICT (merchant_id, store_id, product_key) DO UPDATE SET product_no = excluded.product_no, sku_code = excluded.sku_code,"
        " title = excluded.title, told_as_of_ms = excluded.told_as_of_ms, told_rank = excluded.told_rank, told_key = excluded.told_key"));
    if (!q) return false;
    db_bind_i64(q, 1, a->shop.merchant_id);
    db_bind_i64(q, 2, a->shop.store_id);
    return db_exec(q);
}

/* Who told the words of the greatest stored line that names the product; false in *ret_found when none does. */
static bool product_teller(struct apply_session *a, int64_t product_id, struct stored_words *ret, bool *ret_found)
{
    struct db_stmt *q = db_stmt(a->s->db, SQL("SELECT l.product_no, l.sku_code, l.title, e.as_of_ms, e.source_rank, e.event_key FROM event_line l"
        " JOIN event e ON e.merchant_id = l.merchant_id AND e.order_id = l.order_id AND e.event_no = l.event_no"
        " WHERE l.merchant_id = $1 AND l.product_id = $2 ORDER BY e.as_of_ms DESC, e.source_rank DESC, e.event_key DESC LIMIT 1"));
    if (!q) return false;
    db_bind_i64(q, 1, a->shop.merchant_id);
    db_bind_i64(q, 2, product_id);
    const enum db_step step = db_step(q);
    const struct text key = step == DB_ROW ? db_blob_at(q, 5) : TEXT_NONE;
    bool ok = step == DB_DONE;
    *ret_found = step == DB_ROW;
    if (step == DB_ROW && key.len == sizeof ret->key.bytes) {
        *ret = (struct stored_words){ { arena_text(&a->scratch, db_text_at(q, 0)), arena_text(&a->scratch, db_text_at(q, 1)), arena_text(&a->scratch, db_text_at(q, 2)) },
                                      false, db_i64_at(q, 3), (int)db_i64_at(q, 4), { { 0 } } };
        memcpy(ret->key.bytes, key.ptr, key.len);
        ok = true;
    }
    db_done(q);
    return ok;
}

/* ---- products ---- */

/* What the store knows of the products of a batch: their ids, and in words[] what they are called. */
static bool find_products(struct apply_session *a, struct known *k, struct stored_words *words, size_t n)
{
    if (!db_batch(a->s->db, &batch_known, k, n)) return false;
    struct db_stmt *q = db_stmt(a->s->db, SQL("SELECT b.place, p.product_id, p.product_no, p.sku_code, p.title, p.told_as_of_ms, p.told_rank, p.told_key"
        " FROM batch_known b CROSS JOIN product p WHERE p.merchant_id = $1 AND p.store_id = $2 AND p.product_key = b.hash"));
    if (!q) return false;
    db_bind_i64(q, 1, a->shop.merchant_id);
    db_bind_i64(q, 2, a->shop.store_id);
    enum db_step step;
    while ((step = db_step(q)) == DB_ROW) {
        const size_t at = (size_t)db_i64_at(q, 0);
        const struct text key = db_blob_at(q, 7);
        k[at].id = db_i64_at(q, 1);
        words[at] = (struct stored_words){ { arena_text(&a->scratch, db_text_at(q, 2)), arena_text(&a->scratch, db_text_at(q, 3)), arena_text(&a->scratch, db_text_at(q, 4)) },
                                           key.len != sizeof words[at].key.bytes, db_i64_at(q, 5), (int)db_i64_at(q, 6), { { 0 } } };
        if (!words[at].alike) memcpy(words[at].key.bytes, key.ptr, key.len);
    }
    db_done(q);
    return step == DB_DONE;
}

/* The row of one product after the batch; *ret_write false: as it is. Lines of a batch are not stored yet when it is asked. */
static bool product_after(struct apply_session *a, const struct known *k, const struct stored_words *stored, struct product_out *ret, bool *ret_write)
{
    const struct words words = words_of(k->line);
    struct stored_words told = *stored;
    *ret = (struct product_out){ k->hash, k->id, k->line, k->alike ? NULL : k->claim };
    *ret_write = true;
    if (k->fresh) return true;
    if (stored->alike && k->alike && words_eq(&stored->words, &words)) {
        *ret_write = false;
        return true;
    }
    bool found = true;
    if (stored->alike && !product_teller(a, k->id, &told, &found)) return false;
    ret->claim = k->claim;
    if (!found || claim_order(k->claim->as_of_ms, k->claim->rank, k->claim->key.bytes, told.as_of_ms, told.rank, told.key.bytes) > 0) return true;
    if (!stored->alike) {
        *ret_write = false;
        return true;
    }
    struct order_claim *claim = ARENA_NEW(&a->scratch, struct order_claim); /* it keeps its words, and from now on it is known whose they are */
    struct line_facts *line = ARENA_NEW(&a->scratch, struct line_facts);
    if (!claim || !line) return false;
    *claim = (struct order_claim){ .as_of_ms = told.as_of_ms, .rank = (int16_t)told.rank, .key = told.key };
    *line = (struct line_facts){ .product_no = told.words.product_no, .sku_code = told.words.sku_code, .title = told.words.title };
    ret->claim = claim;
    ret->line = line;
    return true;
}

static bool products_put(struct apply_session *a, const struct known *k, const struct stored_words *words, size_t n)
{
    struct product_out *rows = ARENA_ARRAY(&a->scratch, struct product_out, n);
    size_t count = 0;
    if (!rows) return false;
    for (size_t i = 0; i < n; i++) {
        bool write;
        if (!product_after(a, &k[i], &words[i], &rows[count], &write)) return false;
        count += write;
    }
    return products_write(a, rows, count);
}

/* Of each product of the batch: the greatest line that names it, and whether all use the same words. */
static void products_told(struct known *k, const struct known_want *w, const uint32_t *by_want, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (by_want[i] == UINT32_MAX) continue;
        struct known *p = &k[by_want[i]];
        const struct order_claim *c = w[i].claim;
        const struct words words = words_of(w[i].line), so_far = p->line ? words_of(p->line) : words;
        p->alike = words_eq(&words, &so_far) && (p->alike || !p->line);
        if (!p->claim || claim_order(c->as_of_ms, c->rank, c->key.bytes, p->claim->as_of_ms, p->claim->rank, p->claim->key.bytes) > 0)
            p->claim = c, p->line = w[i].line;
    }
}

bool known_products(struct apply_session *a, struct known_want *w, size_t n)
{
    size_t named = 0, lines = 0;
    for (size_t i = 0; i < n; i++) lines += w[i].line != NULL;
    if (lines == 0) return true;
    struct id_pair *names = ARENA_ARRAY(&a->scratch, struct id_pair, 2 * lines);
    struct known *k = ARENA_ARRAY(&a->scratch, struct known, lines);
    struct stored_words *words = ARENA_ARRAY(&a->scratch, struct stored_words, lines);
    uint32_t *by_want = ARENA_ARRAY(&a->scratch, uint32_t, n);
    if (!names || !k || !words || !by_want) return false;
    for (size_t i = 0; i < n; i++) {
        by_want[i] = UINT32_MAX;
        if (w[i].line) names[named++] = (struct id_pair){ product_key(&a->shop, w[i].line), (int64_t)i };
    }
    size_t count = gather(names, named, k, by_want);
    products_told(k, w, by_want, n);
    if (!find_products(a, k, words, count) || !number_known(a, k, count, by_want, n, TEXT("product")) || !products_put(a, k, words, count)) return false;
    for (size_t i = 0; i < n; i++)
        if (by_want[i] != UINT32_MAX) w[i].line->product_id = k[by_want[i]].id;
    return true;
}

#define SET_WORDS "product_no = $3, sku_code = $4, title = $5, told_as_of_ms = $6, told_rank = $7, told_key = $8 WHERE merchant_id = $1 AND product_id = $2"
static bool words_set(struct apply_session *a, int64_t product_id, const struct stored_words *w, const char *sql)
{
    struct db_stmt *q = db_stmt(a->s->db, sql); /* house: handed on by the SQL() of the caller */
    if (!q) return false;
    db_bind_i64(q, 1, a->shop.merchant_id);
    db_bind_i64(q, 2, product_id);
    db_bind_text_or_null(q, 3, w->words.product_no);
    db_bind_text_or_null(q, 4, w->words.sku_code);
    db_bind_text(q, 5, w->words.title);
    db_bind_i64(q, 6, w->as_of_ms);
    db_bind_i64(q, 7, w->rank);
    db_bind_blob(q, 8, w->key.bytes, sizeof w->key.bytes);
    return db_exec(q);
}

bool known_product_moved(struct apply_session *a, const struct order_claim *claim, const struct line_facts *line)
{
    const struct stored_words w = { words_of(line), false, claim->as_of_ms, claim->rank, claim->key };
    return words_set(a, line->product_id, &w, SQL("UPDATE product SET " SET_WORDS " AND LENGTH(told_key) > 0"
                     " AND (told_as_of_ms, told_rank, told_key) < ($6, $7, $8)"));
}

bool known_product_release(struct apply_session *a, int64_t product_id, const struct claim_key *key)
{
    struct stored_words w;
    bool found;
    struct db_stmt *q = db_stmt(a->s->db, SQL("SELECT told_key FROM product WHERE merchant_id = $1 AND product_id = $2"));
    if (!q) return false;
    db_bind_i64(q, 1, a->shop.merchant_id);
    db_bind_i64(q, 2, product_id);
    const enum db_step step = db_step(q);
    const struct text told = step == DB_ROW ? db_blob_at(q, 0) : TEXT_NONE;
    const bool by_it = told.len == sizeof key->bytes && memcmp(told.ptr, key->bytes, told.len) == 0;
    db_done(q);
    if (step != DB_ROW) return step == DB_DONE;
    if (by_it) {
        if (!product_teller(a, product_id, &w, &found)) return false;
        if (found) return words_set(a, product_id, &w, SQL("UPDATE product SET " SET_WORDS));
    }
    q = db_stmt(a->s->db, SQL("DELETE FROM product WHERE merchant_id = $1 AND product_id = $2"
                              " AND NOT EXISTS (SELECT 1 FROM event_line l WHERE l.merchant_id = $1 AND l.product_id = $2)"));
    if (!q) return false;
    db_bind_i64(q, 1, a->shop.merchant_id);
    db_bind_i64(q, 2, product_id);
    return db_exec(q);
}
