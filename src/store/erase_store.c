/* See erase_store.h: tombstones, and what comes in. */
#include "store/erase_store.h"
#include <sodium.h>
#include <stdlib.h>

enum { PHONE_DIGITS = 11, PHONE_DIGITS_MIN = 7, EMAIL_MAX = 254 };

/* ---- hashes ---- */

static bool phone_digits(struct text t, char ret[PHONE_DIGITS], size_t *ret_n)
{
    size_t n = 0, all = 0;
    for (size_t i = t.len; i-- > 0;) {
        if (t.ptr[i] == '*') return false;
        if (t.ptr[i] < '0' || t.ptr[i] > '9') continue;
        all++;
        if (n < PHONE_DIGITS) ret[n++] = t.ptr[i]; /* from the end */
    }
    *ret_n = n;
    return all >= PHONE_DIGITS_MIN;
}

static bool email_small(struct text t, char ret[EMAIL_MAX])
{
    bool at = false;
    t = text_trim(t);
    if (t.len < 3 || t.len > EMAIL_MAX) return false;
    for (size_t i = 0; i < t.len; i++) {
        const char c = t.ptr[i];
        if (c == '*') return false;
        at = at || c == '@';
        ret[i] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
    }
    return at;
}

bool erased_hash(const struct shop *shop, enum erased_kind kind, struct text t, int64_t *ret)
{
    char room[EMAIL_MAX];
    const unsigned char mark = (unsigned char)kind;
    crypto_generichash_state state;
    unsigned char hash[crypto_generichash_BYTES_MIN];
    size_t n;
    if (t.len == 0) return false;
    switch (kind) {
    case ERASED_BUYER: *ret = shop_buyer_hash(shop, t); return true; /* the hash by which the customer is found */
    case ERASED_ORDER: break;
    case ERASED_PHONE:
        if (!phone_digits(t, room, &n)) return false;
        t = (struct text){ room, n };
        break;
    case ERASED_EMAIL:
        if (!email_small(t, room)) return false;
        t = (struct text){ room, text_trim(t).len };
        break;
    }
    crypto_generichash_init(&state, shop->hash_key, sizeof shop->hash_key, sizeof hash);
    crypto_generichash_update(&state, &mark, 1);
    crypto_generichash_update(&state, (const unsigned char *)t.ptr, t.len);
    crypto_generichash_final(&state, hash, sizeof hash);
    memcpy(ret, hash, sizeof *ret);
    return true;
}

/* ---- the table ---- */

static int by_hash(const void *a, const void *b)
{
    const struct erased_row *x = a, *y = b;
    if (x->kind != y->kind) return x->kind > y->kind ? 1 : -1;
    return (x->hash > y->hash) - (x->hash < y->hash);
}

struct erased_set erased_sorted(struct list *hashes)
{
    if (hashes->n) qsort(hashes->rows, hashes->n, sizeof(struct erased_row), by_hash);
    return (struct erased_set){ hashes->rows, hashes->n };
}

bool erased_load(struct store *s, const struct shop *shop, struct arena *a, struct erased_set *ret)
{
    struct list rows = { 0 };
    enum db_step step = DB_DONE;
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT kind, hash, erased_at_ms FROM erased WHERE merchant_id = $1 AND store_id = $2"));
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    while ((step = db_step(q)) == DB_ROW) {
        struct erased_row *r = LIST_ADD(a, &rows, struct erased_row);
        if (!r) break;
        *r = (struct erased_row){ (enum erased_kind)db_i64_at(q, 0), db_i64_at(q, 1), db_i64_at(q, 2) };
    }
    db_done(q);
    if (step != DB_DONE || a->failed) return false;
    *ret = erased_sorted(&rows);
    return true;
}

bool erased_add(struct store *s, const struct shop *shop, const struct erased_row *row, bool *ret_new)
{
    struct db_stmt *q = db_stmt(s->db, SQL("INSERT INTO erased (merchant_id, store_id, kind, hash, erased_at_ms) VALUES ($1, $2, $3, $4, $5)"
        " ON CONFLICT (merchant_id, store_id, kind, hash) DO UPDATE SET erased_at_ms = excluded.erased_at_ms"
        " WHERE excluded.erased_at_ms > erased.erased_at_ms"));
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    db_bind_i64(q, 3, (int64_t)row->kind);
    db_bind_i64(q, 4, row->hash);
    db_bind_i64(q, 5, row->erased_at_ms);
    if (!db_exec(q)) return false;
    *ret_new = db_changes(s->db) > 0;
    return true;
}

const struct erased_row *erased_find(const struct erased_set *set, enum erased_kind kind, int64_t hash)
{
    const struct erased_row key = { kind, hash, 0 };
    return set->n ? bsearch(&key, set->rows, set->n, sizeof key, by_hash) : NULL;
}

static bool named(const struct erased_set *set, const struct shop *shop, enum erased_kind kind, struct text t, int64_t placed_at_ms)
{
    int64_t hash;
    if (!erased_hash(shop, kind, t, &hash)) return false;
    const struct erased_row *r = erased_find(set, kind, hash);
    return r && (kind == ERASED_ORDER || placed_at_ms == INSTANT_NONE || placed_at_ms <= r->erased_at_ms);
}

bool erased_person(const struct erased_set *set, const struct shop *shop, struct text order_no, int64_t placed_at_ms, const struct person_cells *p)
{
    return named(set, shop, ERASED_ORDER, order_no, placed_at_ms) || named(set, shop, ERASED_BUYER, p->buyer, placed_at_ms) ||
           named(set, shop, ERASED_PHONE, p->phone, placed_at_ms) || named(set, shop, ERASED_EMAIL, p->email, placed_at_ms);
}

/* ---- what comes in ---- */

static bool has_cells(const struct person_cells *p)
{
    return p->buyer.len + p->name.len + p->phone.len + p->address.len + p->buyer_note.len + p->seller_note.len + p->email.len > 0;
}

bool erased_obey_in(struct store *s, const struct shop *shop, struct arena *a, const struct order_claim **claims, size_t n)
{
    struct erased_set set;
    struct order_claim *copy = NULL;
    if (!erased_load(s, shop, a, &set)) return false;
#ifdef ZG_TEST_NO_TOMBSTONES /* the control of the tests: what a desk without them would do */
    set.n = 0;
#endif
    for (size_t i = 0; set.n > 0 && i < n; i++) {
        const struct order_claim *c = &(*claims)[i];
        if (!has_cells(&c->person) || !erased_person(&set, shop, c->order_no, c->placed_at_ms, &c->person)) continue;
        if (!copy) {
            copy = ARENA_ARRAY(a, struct order_claim, n);
            if (!copy) return false;
            memcpy(copy, *claims, n * sizeof *copy);
            *claims = copy;
        }
        copy[i].person = (struct person_cells){ 0 };
    }
    return true;
}

bool erased_obey(struct apply_session *a, const struct order_claim **claims, size_t n)
{
    return erased_obey_in(a->s, &a->shop, &a->scratch, claims, n);
}
