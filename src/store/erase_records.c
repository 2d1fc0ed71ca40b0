/* See erase_store.h: records of the other lists (reviews, customers, parcels ..). A record is about a forgotten person when one of its personal
 * cells, or the order number it bears, is theirs; its personal cells then go, all of them. A buyer who has ordered again since is a new
 * acquaintance: the orders tell. */
#include "store/erase_store.h"
#include <stdlib.h>
#include "store/query_store.h"

enum { REACH_MAX = 40 /* bytes of a phone or an address */, LONG_WORD = 18 /* a text of its own, not what many say */ };

/* anyway: also of a buyer who is a customer: who is about to be forgotten. */
struct look { struct store *s; const struct shop *shop; const struct erased_set *set; bool anyway; };

/* Does a cell name a forgotten person, and is it one who came back? */
static bool cell_names(const struct look *l, struct text t, bool person, bool *ret)
{
    static const enum erased_kind kinds[] = { ERASED_BUYER, ERASED_PHONE, ERASED_EMAIL };
    int64_t hash, customer_id;
    *ret = false;
    if (!person) {
        *ret = erased_hash(l->shop, ERASED_ORDER, t, &hash) && erased_find(l->set, ERASED_ORDER, hash);
        return true;
    }
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0] && !*ret; i++)
        *ret = erased_hash(l->shop, kinds[i], t, &hash) && erased_find(l->set, kinds[i], hash);
    if (!*ret || l->anyway) return true;
    if (!query_customer(l->s, l->shop, t, &customer_id)) return false;
    *ret = customer_id == CLAIM_NONE;
    return true;
}

/* ---- what comes in ---- */

static bool claim_names(const struct look *l, const struct record_claim *c, bool *ret)
{
    *ret = false;
    for (int i = 0; i < c->value_count && !*ret; i++) {
        const enum record_kind kind = record_field(c->subject, c->values[i].field)->kind;
        if (!kind_is_text(kind) || c->values[i].text.len == 0) continue;
        if (!cell_names(l, c->values[i].text, kind == KIND_PERSON, ret)) return false;
    }
    return true;
}

static bool without_persons(struct apply_session *a, struct record_claim *c)
{
    struct record_value *kept = ARENA_ARRAY(&a->scratch, struct record_value, (size_t)c->value_count + 1);
    int n = 0;
    if (!kept) return false;
    for (int i = 0; i < c->value_count; i++)
        if (record_field(c->subject, c->values[i].field)->kind != KIND_PERSON) kept[n++] = c->values[i];
    c->values = kept;
    c->value_count = n;
    return true;
}

bool erased_obey_records(struct apply_session *a, const struct record_claim **claims, size_t n)
{
    struct erased_set set;
    struct record_claim *copy = NULL;
    if (!erased_load(a->s, &a->shop, &a->scratch, &set)) return false;
#ifdef ZG_TEST_NO_TOMBSTONES
    set.n = 0;
#endif
    const struct look l = { a->s, &a->shop, &set, false };
    for (size_t i = 0; set.n > 0 && i < n; i++) {
        bool theirs;
        if (!claim_names(&l, &(*claims)[i], &theirs)) return false;
        if (!theirs) continue;
        if (!copy) {
            copy = ARENA_ARRAY(&a->scratch, struct record_claim, n);
            if (!copy) return false;
            memcpy(copy, *claims, n * sizeof *copy);
            *claims = copy;
        }
        if (!without_persons(a, &copy[i])) return false;
    }
    return true;
}

/* ---- what is there ---- */

static bool number_add(struct arena *a, struct list *l, int64_t n)
{
    int64_t *to = l->n && ((int64_t *)l->rows)[l->n - 1] == n ? &((int64_t *)l->rows)[l->n - 1] : LIST_ADD(a, l, int64_t);
    if (to) *to = n;
    return to != NULL;
}

/* Is the cell one of the words, as a whole? */
static bool is_word(const struct erase_words *w, struct text t)
{
    t = text_trim(t);
    for (size_t i = 0; i < w->n; i++)
        if (text_eq(w->words[i], t)) return true;
    return false;
}

static bool find_by_person(const struct look *l, struct arena *a, const struct erase_words *w, struct list *ret)
{
    enum db_step step = DB_DONE;
    struct db_stmt *q = db_stmt(l->s->db, SQL("SELECT r.record_id, p.text FROM record r JOIN record_person_cell p ON p.merchant_id = r.merchant_id"
                                           " AND p.record_id = r.record_id WHERE r.merchant_id = $1 AND r.store_id = $2"));
    if (!q) return false;
    db_bind_i64(q, 1, l->shop->merchant_id);
    db_bind_i64(q, 2, l->shop->store_id);
    while ((step = db_step(q)) == DB_ROW) {
        const struct text t = db_text_at(q, 1);
        bool theirs = is_word(w, t);
        if ((!theirs && !cell_names(l, t, true, &theirs)) || (theirs && !number_add(a, ret, db_i64_at(q, 0)))) {
            db_done(q);
            return false;
        }
    }
    db_done(q);
    return step == DB_DONE;
}

static bool find_by_order(const struct look *l, struct arena *a, struct list *ret)
{
    enum db_step step = DB_DONE;
    struct db_stmt *q = db_stmt(l->s->db, SQL("SELECT r.record_id, c.text FROM record r JOIN record_event_cell c ON c.merchant_id = r.merchant_id"
                                           " AND c.record_id = r.record_id WHERE r.merchant_id = $1 AND r.store_id = $2 AND c.text IS NOT NULL"));
    if (!q) return false;
    db_bind_i64(q, 1, l->shop->merchant_id);
    db_bind_i64(q, 2, l->shop->store_id);
    while ((step = db_step(q)) == DB_ROW) {
        bool theirs;
        if (!cell_names(l, db_text_at(q, 1), false, &theirs) || (theirs && !number_add(a, ret, db_i64_at(q, 0)))) {
            db_done(q);
            return false;
        }
    }
    db_done(q);
    return step == DB_DONE;
}

/* What the cells said is looked for elsewhere, too; phones and addresses are remembered. */
static bool keep_words(struct store *s, const struct shop *shop, struct arena *a, int64_t record_id, struct erase_words *w, struct list *hashes, int64_t at_ms)
{
    enum db_step step;
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT text FROM record_person_cell WHERE merchant_id = $1 AND record_id = $2"));
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, record_id);
    while ((step = db_step(q)) == DB_ROW) {
        const struct text t = db_text_at(q, 0);
        int64_t hash;
        const bool reach = t.len <= REACH_MAX && (erased_hash(shop, ERASED_PHONE, t, &hash) || erased_hash(shop, ERASED_EMAIL, t, &hash));
        if (!erase_word_add(a, w, t, reach ? 7 : LONG_WORD)) break;
        if (!reach || !hashes) continue;
        if (!erase_hash_add(shop, a, hashes, ERASED_PHONE, t, at_ms) || !erase_hash_add(shop, a, hashes, ERASED_EMAIL, t, at_ms)) break;
    }
    db_done(q);
    return step == DB_DONE;
}

bool erase_plan_records(struct store *s, const struct shop *shop, struct arena *a, struct list *hashes, struct erase_words *w, int64_t at_ms)
{
    struct list ids = { 0 };
    const struct erased_set set = erased_sorted(hashes);
    const struct look l = { s, shop, &set, true };
    if (!find_by_person(&l, a, w, &ids)) return false;
    for (size_t i = 0; i < ids.n; i++)
        if (!keep_words(s, shop, a, ((const int64_t *)ids.rows)[i], w, hashes, at_ms)) return false;
    return true;
}

static int number_compare(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

bool erase_records_of(struct store *s, const struct shop *shop, struct arena *a, const struct erase_plan *plan, int64_t **ret, size_t *ret_n)
{
    struct list ids = { 0 };
    const struct look l = { s, shop, &plan->set, true };
    if (!find_by_person(&l, a, &plan->words, &ids) || !find_by_order(&l, a, &ids)) return false;
    int64_t *rows = ids.rows;
    if (ids.n) qsort(rows, ids.n, sizeof *rows, number_compare);
    *ret = rows;
    *ret_n = 0;
    for (size_t i = 0; i < ids.n; i++)
        if (i == 0 || rows[i] != rows[i - 1]) rows[(*ret_n)++] = rows[i];
    return true;
}

bool erase_record_cells_each(struct store *s, const struct shop *shop, int64_t record_id, bool (*each)(void *ctx, int field, int64_t as_of_ms, struct text t), void *ctx)
{
    enum db_step step;
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT p.field AS field, e.as_of_ms AS as_of_ms, p.text AS text FROM record_person_cell p JOIN record_event e"
                                           " ON e.merchant_id = p.merchant_id AND e.record_id = p.record_id AND e.event_no = p.event_no"
                                           " WHERE p.merchant_id = $1 AND p.record_id = $2 ORDER BY p.event_no, p.field"));
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, record_id);
    while ((step = db_step(q)) == DB_ROW)
        if (!each(ctx, (int)db_i64(q, "field"), db_i64(q, "as_of_ms"), db_text(q, "text"))) break;
    db_done(q);
    return step != DB_FAILED;
}

static bool forget_record(struct store *s, const struct shop *shop, int64_t record_id, int64_t *ret_cells)
{
    const char *const sql[] = {
        SQL("DELETE FROM record_person_cell WHERE merchant_id = $1 AND record_id = $2"),
        SQL("DELETE FROM record_cell WHERE merchant_id = $1 AND record_id = $2 AND number IS NULL AND text IS NULL"), /* of a personal cell */
        SQL("UPDATE record SET disputed = (SELECT COALESCE(SUM(c.disputed), 0) FROM record_cell c WHERE c.merchant_id = $1 AND c.record_id = $2)"
            " WHERE merchant_id = $1 AND record_id = $2"),
    };
    for (size_t i = 0; i < sizeof sql / sizeof sql[0]; i++) {
        struct db_stmt *q = db_stmt(s->db, sql[i]); /* house: from the list above */
        if (!q) return false;
        db_bind_i64(q, 1, shop->merchant_id);
        db_bind_i64(q, 2, record_id);
        if (!db_exec(q)) return false;
        if (i == 0) *ret_cells = db_changes(s->db);
    }
    return true;
}

bool erase_records(struct store *s, const struct shop *shop, struct arena *a, const struct erased_set *set, struct erase_words *w, struct erase_report *ret)
{
    struct list ids = { 0 };
    const struct look l = { s, shop, set, false };
    if (!find_by_person(&l, a, w, &ids) || !find_by_order(&l, a, &ids)) return false;
    for (size_t i = 0; i < ids.n; i++) {
        const int64_t id = ((const int64_t *)ids.rows)[i];
        int64_t cells = 0;
        if (!keep_words(s, shop, a, id, w, NULL, 0) || !forget_record(s, shop, id, &cells)) return false;
        ret->records += cells > 0;
    }
    return true;
}
