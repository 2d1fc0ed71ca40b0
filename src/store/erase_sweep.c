/* See erase_store.h: who is meant, and what is there of them. Orders are few or some hundred; what has no index is walked once. */
#include <stdlib.h>
#include "store/erase_store.h"
#include "store/inbox_store.h"
#include "store/query_store.h"

struct sweep {
    struct store *s;
    const struct shop *shop;
    struct arena *a;
    const struct erased_set *set;
    struct erase_words *words;
    struct list orders;     /* int64_t */
    struct list customers;  /* int64_t */
    struct erase_report report;
};

static bool number_add(struct arena *a, struct list *l, int64_t n)
{
    int64_t *to = LIST_ADD(a, l, int64_t);
    if (to) *to = n;
    return to != NULL;
}

static int by_number(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void sort_once(struct list *l)
{
    int64_t *n = l->rows;
    size_t kept = 0;
    if (l->n == 0) return;
    qsort(n, l->n, sizeof *n, by_number);
    for (size_t i = 1; i < l->n; i++)
        if (n[i] != n[kept]) n[++kept] = n[i];
    l->n = kept + 1;
}

/* ---- who is meant ---- */

bool erase_who_is(struct store *s, const struct shop *shop, struct text customer, struct erase_who *ret)
{
    struct erase_who who = { .customer_id = CLAIM_NONE };
    int64_t number;
    if (!query_customer(s, shop, customer, &who.customer_id)) return false;
    if (who.customer_id == CLAIM_NONE && text_to_i64(customer, &number) && number > 0) {
        struct db_stmt *q = shop_stmt(db_stmt(s->db, SQL("SELECT customer_id FROM customer WHERE merchant_id = $1 AND store_id = $2 AND customer_id = $3 LIMIT 1")), shop);
        if (!q) return false;
        db_bind_i64(q, 3, number);
        const enum db_step step = db_step(q);
        if (step == DB_ROW) who.customer_id = number;
        db_done(q);
        if (step == DB_FAILED) return false;
    }
    who.found = who.customer_id != CLAIM_NONE;
    *ret = who;
    return true;
}

bool erase_hash_add(const struct shop *shop, struct arena *a, struct list *hashes, enum erased_kind kind, struct text t, int64_t at_ms)
{
    int64_t hash;
    if (!erased_hash(shop, kind, t, &hash)) return true;
    for (size_t i = 0; i < hashes->n; i++) {
        const struct erased_row *r = &((const struct erased_row *)hashes->rows)[i];
        if (r->kind == kind && r->hash == hash) return true;
    }
    struct erased_row *r = LIST_ADD(a, hashes, struct erased_row);
    if (r) *r = (struct erased_row){ kind, hash, at_ms };
    return r != NULL;
}

enum { WORD_IDENTITY = 4, WORD_TEXT = 12 }; /* shorter ones would hit others, too */

static bool words_of_row(struct arena *a, struct erase_words *w, struct db_stmt *q)
{
    static const struct { const char *column; size_t least; } columns[] = {
        { "buyer", WORD_IDENTITY }, { "name", WORD_IDENTITY }, { "phone", WORD_IDENTITY + 3 }, { "email", WORD_IDENTITY + 2 },
        { "address", WORD_TEXT }, { "buyer_note", WORD_TEXT }, { "seller_note", WORD_TEXT } };
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++)
        if (!erase_word_add(a, w, db_text(q, columns[i].column), columns[i].least)) return false;
    return true;
}

bool erase_plan(struct store *s, const struct shop *shop, struct arena *a, const struct erase_who *who, struct text customer, int64_t now_ms,
                struct erase_plan *ret)
{
    struct list rows = { 0 }, orders = { 0 };
    struct erase_words words = { 0 };
    enum db_step step = DB_DONE;
    bool ok = true;
    if (!who->found && customer.len) /* a name that no order bears: it may stand in a row set aside, and may come yet */
        ok = erase_hash_add(shop, a, &rows, ERASED_BUYER, customer, now_ms) && erase_word_add(a, &words, customer, WORD_IDENTITY);
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT k.order_no AS order_no, p.buyer AS buyer, p.name AS name, p.phone AS phone, p.address AS address,"
        " p.buyer_note AS buyer_note, p.seller_note AS seller_note, p.email AS email FROM order_key k LEFT JOIN person p ON p.merchant_id = k.merchant_id"
        " AND p.order_id = k.order_id WHERE k.merchant_id = $1 AND k.store_id = $2 AND (k.order_id = $4 OR k.order_id IN"
        " (SELECT c.order_id FROM customer_order c WHERE c.merchant_id = $1 AND c.customer_id = $3)) ORDER BY k.order_no"));
    if (!ok || !shop_stmt(q, shop)) return false;
    db_bind_i64(q, 3, who->customer_id);
    db_bind_i64(q, 4, who->order_id);
    while (ok && (step = db_step(q)) == DB_ROW) {
        const struct text no = db_text(q, "order_no");
        struct text *last = orders.n ? &((struct text *)orders.rows)[orders.n - 1] : NULL;
        if (!last || !text_eq(*last, no)) {
            struct text *to = LIST_ADD(a, &orders, struct text);
            if (to) *to = arena_text(a, no);
            ok = to && erase_hash_add(shop, a, &rows, ERASED_ORDER, no, now_ms);
        }
        ok = ok && erase_hash_add(shop, a, &rows, ERASED_BUYER, db_text(q, "buyer"), now_ms) &&
             erase_hash_add(shop, a, &rows, ERASED_PHONE, db_text(q, "phone"), now_ms) &&
             erase_hash_add(shop, a, &rows, ERASED_EMAIL, db_text(q, "email"), now_ms) && words_of_row(a, &words, q);
    }
    db_done(q);
    if (!ok || step == DB_FAILED || !erase_plan_records(s, shop, a, &rows, &words, now_ms) || a->failed) return false;
    *ret = (struct erase_plan){ erased_sorted(&rows), words, orders.rows, orders.n };
    return true;
}

bool erase_cells_each(struct store *s, const struct shop *shop, struct text order_no,
                      bool (*each)(void *ctx, struct text order_no, int64_t as_of_ms, const struct person_cells *p), void *ctx)
{
    enum db_step step;
    struct db_stmt *q = shop_stmt(db_stmt(s->db, SQL("SELECT p.buyer AS buyer, p.name AS name, p.phone AS phone, p.address AS address, p.email AS email,"
        " p.buyer_note AS buyer_note, p.seller_note AS seller_note, e.as_of_ms AS as_of_ms FROM order_key k JOIN person p ON p.merchant_id = k.merchant_id"
        " AND p.order_id = k.order_id JOIN event e ON e.merchant_id = p.merchant_id AND e.order_id = p.order_id AND e.event_no = p.event_no"
        " WHERE k.merchant_id = $1 AND k.store_id = $2 AND k.order_no = $3 ORDER BY p.event_no")), shop);
    if (!q) return false;
    db_bind_text(q, 3, order_no);
    while ((step = db_step(q)) == DB_ROW) {
        const struct person_cells p = { .buyer = db_text(q, "buyer"), .name = db_text(q, "name"), .phone = db_text(q, "phone"), .address = db_text(q, "address"),
            .email = db_text(q, "email"), .buyer_note = db_text(q, "buyer_note"), .seller_note = db_text(q, "seller_note") };
        if (!each(ctx, order_no, db_i64(q, "as_of_ms"), &p)) break;
    }
    db_done(q);
    return step != DB_FAILED;
}

/* ---- what is theirs ---- */

/* Orders of the customers whose names are forgotten; those placed after the erasure are a new acquaintance. */
static bool orders_by_buyer(struct sweep *w)
{
    for (size_t i = 0; i < w->set->n; i++) {
        const struct erased_row *r = &w->set->rows[i];
        enum db_step step;
        if (r->kind != ERASED_BUYER) continue;
        struct db_stmt *q = shop_stmt(db_stmt(w->s->db, SQL("SELECT o.order_id FROM customer c JOIN customer_order x ON x.merchant_id = c.merchant_id"
            " AND x.customer_id = c.customer_id JOIN orders o ON o.merchant_id = x.merchant_id AND o.order_id = x.order_id WHERE c.merchant_id = $1"
            " AND c.store_id = $2 AND c.buyer_hash = $3 AND (o.placed_at_ms IS NULL OR o.placed_at_ms <= $4)")), w->shop);
        if (!q) return false;
        db_bind_i64(q, 3, r->hash);
        db_bind_i64(q, 4, r->erased_at_ms);
        while ((step = db_step(q)) == DB_ROW && number_add(w->a, &w->orders, db_i64_at(q, 0))) {}
        db_done(q);
        if (step != DB_DONE) return false;
    }
    return true;
}

static bool has_kind(const struct erased_set *set, enum erased_kind kind)
{
    for (size_t i = 0; i < set->n; i++)
        if (set->rows[i].kind == kind) return true;
    return false;
}

static bool orders_by_number(struct sweep *w)
{
    enum db_step step;
    int64_t hash;
    if (!has_kind(w->set, ERASED_ORDER)) return true;
    struct db_stmt *q = shop_stmt(db_stmt(w->s->db, SQL("SELECT order_no, order_id FROM order_key WHERE merchant_id = $1 AND store_id = $2")), w->shop);
    if (!q) return false;
    while ((step = db_step(q)) == DB_ROW)
        if (erased_hash(w->shop, ERASED_ORDER, db_text_at(q, 0), &hash) && erased_find(w->set, ERASED_ORDER, hash) &&
            !number_add(w->a, &w->orders, db_i64_at(q, 1))) break;
    db_done(q);
    return step == DB_DONE;
}

/* Orders that no buyer's name is told of, but a phone or an address of the person. */
static bool orders_by_reach(struct sweep *w)
{
    enum db_step step;
    if (!has_kind(w->set, ERASED_PHONE) && !has_kind(w->set, ERASED_EMAIL)) return true;
    struct db_stmt *q = shop_stmt(db_stmt(w->s->db, SQL("SELECT o.order_id AS order_id, o.order_no AS order_no, o.placed_at_ms AS placed_at_ms, p.phone AS phone,"
        " p.email AS email FROM orders o JOIN person p ON p.merchant_id = o.merchant_id AND p.order_id = o.order_id WHERE o.merchant_id = $1"
        " AND o.store_id = $2 AND o.customer_id IS NULL AND (p.phone IS NOT NULL OR p.email IS NOT NULL)")), w->shop);
    if (!q) return false;
    while ((step = db_step(q)) == DB_ROW) {
        const struct person_cells p = { .phone = db_text(q, "phone"), .email = db_text(q, "email") };
        if (erased_person(w->set, w->shop, TEXT_NONE, db_i64(q, "placed_at_ms"), &p) && !number_add(w->a, &w->orders, db_i64(q, "order_id"))) break;
    }
    db_done(q);
    return step == DB_DONE;
}

/* ---- taking it away ---- */

static bool run_on_order(struct sweep *w, const char *sql, int64_t order_id, int64_t *ret_rows)
{
    struct db_stmt *q = db_stmt(w->s->db, sql); /* house: handed on by the SQL() of the caller */
    if (!q) return false;
    db_bind_i64(q, 1, w->shop->merchant_id);
    db_bind_i64(q, 2, order_id);
    if (!db_exec(q)) return false;
    if (ret_rows) *ret_rows += db_changes(w->s->db);
    return true;
}

static bool keep_words(struct sweep *w, int64_t order_id)
{
    enum db_step step;
    struct db_stmt *q = db_stmt(w->s->db, SQL("SELECT buyer, name, phone, email, address, buyer_note, seller_note FROM person WHERE merchant_id = $1 AND order_id = $2"));
    if (!q) return false;
    db_bind_i64(q, 1, w->shop->merchant_id);
    db_bind_i64(q, 2, order_id);
    while ((step = db_step(q)) == DB_ROW && words_of_row(w->a, w->words, q)) {}
    db_done(q);
    return step == DB_DONE;
}

static bool leave_customers(struct sweep *w, int64_t order_id)
{
    struct list ids = { 0 };
    enum db_step step;
    struct db_stmt *q = db_stmt(w->s->db, SQL("SELECT DISTINCT customer_id FROM event WHERE merchant_id = $1 AND order_id = $2 AND customer_id IS NOT NULL"));
    if (!q) return false;
    db_bind_i64(q, 1, w->shop->merchant_id);
    db_bind_i64(q, 2, order_id);
    while ((step = db_step(q)) == DB_ROW && number_add(w->a, &ids, db_i64_at(q, 0))) {}
    db_done(q);
    if (step != DB_DONE) return false;
    for (size_t i = 0; i < ids.n; i++) {
        const int64_t id = ((int64_t *)ids.rows)[i];
        if (!number_add(w->a, &w->customers, id)) return false;
        q = db_stmt(w->s->db, SQL("DELETE FROM customer_order WHERE merchant_id = $1 AND customer_id = $3 AND order_id = $2"));
        if (!q) return false;
        db_bind_i64(q, 1, w->shop->merchant_id);
        db_bind_i64(q, 2, order_id);
        db_bind_i64(q, 3, id);
        if (!db_exec(q)) return false;
    }
    return true;
}

static bool forget_order(struct sweep *w, int64_t order_id)
{
    int64_t known = 0;
    const int64_t before = w->report.person_rows + w->report.marks;
    if (!keep_words(w, order_id) || !leave_customers(w, order_id)) return false;
    if (!run_on_order(w, SQL("DELETE FROM person WHERE merchant_id = $1 AND order_id = $2"), order_id, &w->report.person_rows) ||
        !run_on_order(w, SQL("UPDATE event SET customer_id = NULL WHERE merchant_id = $1 AND order_id = $2 AND customer_id IS NOT NULL"), order_id, &known) ||
        !run_on_order(w, SQL("UPDATE orders SET customer_id = NULL WHERE merchant_id = $1 AND order_id = $2 AND customer_id IS NOT NULL"), order_id, &known) ||
        !run_on_order(w, SQL("UPDATE reminder_mark SET reason = '' WHERE merchant_id = $1 AND order_id = $2 AND reason <> ''"), order_id, &w->report.marks))
        return false;
    w->report.orders += known > 0 || w->report.person_rows + w->report.marks > before;
    return true;
}

static bool forget_customers(struct sweep *w)
{
    const int64_t *ids = w->customers.rows;
    sort_once(&w->customers);
    for (size_t i = 0; i < w->customers.n; i++) {
        struct db_stmt *q = shop_stmt(db_stmt(w->s->db, SQL("DELETE FROM customer WHERE merchant_id = $1 AND store_id = $2 AND customer_id = $3"
            " AND NOT EXISTS (SELECT 1 FROM customer_order o WHERE o.merchant_id = $1 AND o.customer_id = $3)")), w->shop);
        if (!q) return false;
        db_bind_i64(q, 3, ids[i]);
        if (!db_exec(q)) return false;
        w->report.customers += db_changes(w->s->db);
    }
    return true;
}

bool erase_sweep(struct store *s, const struct shop *shop, struct arena *a, const struct erased_set *set, struct erase_words *words,
                 struct erase_report *ret)
{
    struct sweep w = { .s = s, .shop = shop, .a = a, .set = set, .words = words };
    bool ok = orders_by_buyer(&w) && orders_by_number(&w) && orders_by_reach(&w);
    sort_once(&w.orders);
    for (size_t i = 0; ok && i < w.orders.n; i++) ok = forget_order(&w, ((const int64_t *)w.orders.rows)[i]);
    ok = ok && forget_customers(&w) && erase_records(s, shop, a, set, words, &w.report) && erase_texts(s, shop, a, set, words, &w.report) && inbox_forget(s, shop);
    if (a->failed) db_refuse(s->db, DB_ERROR_MEMORY, "out of memory while a person was forgotten");
    if (ok && !a->failed) *ret = w.report;
    return ok && !a->failed;
}
