/* See suppression_store.h. */
#include "store/suppression_store.h"
#include <inttypes.h>
#include <stdio.h>
#include "store/audit_store.h"
#include "store/erase_store.h"

static const struct { enum stop stop; const char *word; } stops[] = {
    { STOP_OPT_OUT, "opt-out" }, { STOP_COMPLAINT, "complaint" }, { STOP_DISPUTE, "dispute" },
};

const char *stop_word(enum stop stop)
{
    for (size_t i = 0; i < sizeof stops / sizeof stops[0]; i++)
        if (stops[i].stop == stop) return stops[i].word;
    return NULL;
}

bool stop_find(struct text word, enum stop *ret)
{
    for (size_t i = 0; i < sizeof stops / sizeof stops[0]; i++)
        if (text_is(word, stops[i].word)) {
            *ret = stops[i].stop;
            return true;
        }
    return false;
}

/* ---- what somebody is known by, under one store's key ---- */

enum { NAMES_MAX = 3 };
struct name { enum erased_kind kind; int64_t hash; };

static int names_of(const struct shop *key, const char *platform, const struct person_cells *who, struct name ret[NAMES_MAX])
{
    const struct { enum erased_kind kind; struct text text; } told[NAMES_MAX] = {
        { ERASED_BUYER, strcmp(key->platform, platform) == 0 ? text_trim(who->buyer) : TEXT_NONE }, { ERASED_PHONE, who->phone }, { ERASED_EMAIL, who->email } };
    int n = 0;
    for (int i = 0; i < NAMES_MAX; i++) {
        int64_t hash;
        if (!erased_hash(key, told[i].kind, told[i].text, &hash)) continue;
        ret[n++] = (struct name){ told[i].kind, hash };
    }
    return n;
}

static bool note(struct store *s, const struct shop *shop, const char *verb, const struct suppression_new *n, int rows)
{
    char subject[96];
    const int len = snprintf(subject, sizeof subject, "store %" PRId64 " %s, %d known by", shop->store_id, stop_word(n->stop), rows);
    const struct text t = { subject, (size_t)len };
    return audit_append(s, shop->merchant_id, &(struct audit_deed){ .user_id = n->user_id, .verb = verb, .subject = t, .detail = t });
}

/* ---- writing ---- */

bool suppression_add(struct store *s, const struct shop *shop, const struct suppression_new *n, const struct person_cells *who, int *ret_added)
{
    struct name names[NAMES_MAX];
    const int count = names_of(shop, shop->platform, who, names);
    int added = 0;
    for (int i = 0; i < count; i++) {
        struct db_stmt *q = db_stmt(s->db, SQL("INSERT INTO suppression (merchant_id, store_id, kind, hash, stop, how, user_id, at_ms)"
                                               " VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (merchant_id, store_id, kind, hash, stop) DO NOTHING"));
        if (!q) return false;
        db_bind_i64(q, 1, shop->merchant_id);
        db_bind_i64(q, 2, shop->store_id);
        db_bind_i64(q, 3, (int64_t)names[i].kind);
        db_bind_i64(q, 4, names[i].hash);
        db_bind_i64(q, 5, (int64_t)n->stop);
        db_bind_i64(q, 6, (int64_t)n->how);
        db_bind_i64(q, 7, n->user_id);
        db_bind_i64(q, 8, s->env->now_ms(s->env->ctx));
        if (!db_exec(q)) return false;
        added += db_changes(s->db) > 0;
    }
    *ret_added = added;
    return added == 0 || note(s, shop, "suppress", n, added);
}

static bool remove_under(struct store *s, const struct shop *key, const char *platform, enum stop stop, const struct person_cells *who, int *removed)
{
    struct name names[NAMES_MAX];
    const int count = names_of(key, platform, who, names);
    for (int i = 0; i < count; i++) {
        struct db_stmt *q = db_stmt(s->db, SQL("DELETE FROM suppression WHERE merchant_id = $1 AND store_id = $2 AND kind = $3 AND hash = $4 AND stop = $5"));
        if (!q) return false;
        db_bind_i64(q, 1, key->merchant_id);
        db_bind_i64(q, 2, key->store_id);
        db_bind_i64(q, 3, (int64_t)names[i].kind);
        db_bind_i64(q, 4, names[i].hash);
        db_bind_i64(q, 5, (int64_t)stop);
        if (!db_exec(q)) return false;
        *removed += db_changes(s->db) > 0;
    }
    return true;
}

bool suppression_remove(struct store *s, const struct shop *shop, const struct suppression_new *n, const struct person_cells *who, int *ret_removed)
{
    struct suppression_book book;
    int removed = 0;
    if (!suppression_book_load(s, shop, &book)) return false;
    for (int i = 0; i < book.count; i++)
        if (!remove_under(s, &book.shops[i], shop->platform, n->stop, who, &removed)) return false;
    *ret_removed = removed;
    return removed == 0 || note(s, shop, "suppress-end", n, removed);
}

/* ---- looking ---- */

static bool keeps_rows(struct store *s, const struct shop *shop, bool *ret)
{
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT 1 AS one FROM suppression WHERE merchant_id = $1 AND store_id = $2 LIMIT 1"));
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    const enum db_step step = db_step(q);
    db_done(q);
    *ret = step == DB_ROW;
    return step != DB_FAILED;
}

bool suppression_book_load(struct store *s, const struct shop *shop, struct suppression_book *ret)
{
    struct shop all[LIMIT_STORES];
    const int n = shop_list(s, all, LIMIT_STORES);
    ret->count = 0;
    for (int i = 0; i < n; i++) {
        bool keeps = false;
        if (all[i].merchant_id != shop->merchant_id) continue;
        if (!keeps_rows(s, &all[i], &keeps)) return false;
        if (keeps) ret->shops[ret->count++] = all[i];
    }
    return n >= 0;
}

static bool find_name(struct store *s, const struct shop *key, const struct name *name, int64_t at_ms, struct suppressed *ret)
{
    enum db_step step;
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT stop FROM suppression WHERE merchant_id = $1 AND store_id = $2 AND kind = $3 AND hash = $4 AND at_ms <= $5"));
    if (!q) return false;
    db_bind_i64(q, 1, key->merchant_id);
    db_bind_i64(q, 2, key->store_id);
    db_bind_i64(q, 3, (int64_t)name->kind);
    db_bind_i64(q, 4, name->hash);
    db_bind_i64(q, 5, at_ms);
    while ((step = db_step(q)) == DB_ROW) switch ((enum stop)db_i64_at(q, 0)) {
        case STOP_OPT_OUT: ret->opted_out = true; break;
        case STOP_COMPLAINT: ret->complained = true; break;
        case STOP_DISPUTE: ret->dispute_open = true; break;
        }
    db_done(q);
    return step != DB_FAILED;
}

bool suppression_find(struct store *s, const struct suppression_book *b, const struct shop *shop, const struct person_cells *who, int64_t at_ms,
                      struct suppressed *ret)
{
    struct suppressed found = { false, false, false };
    for (int i = 0; i < b->count; i++) {
        struct name names[NAMES_MAX];
        const int n = names_of(&b->shops[i], shop->platform, who, names);
        for (int k = 0; k < n; k++)
            if (!find_name(s, &b->shops[i], &names[k], at_ms, &found)) return false;
    }
    *ret = found;
    return true;
}

enum { CELLS_MAX = 64, CELLS_BYTES = 256 * 1024 };

/* Copied before anything is written. */
static bool cells_of_order(struct store *s, const struct shop *shop, int64_t order_id, struct arena *a, struct person_cells ret[CELLS_MAX], int *ret_n)
{
    enum db_step step = DB_DONE;
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT DISTINCT p.buyer, p.phone, p.email FROM orders o JOIN person p ON p.merchant_id = o.merchant_id AND p.order_id = o.order_id"
                                           " WHERE o.merchant_id = $1 AND o.store_id = $2 AND o.order_id = $3 UNION SELECT p.buyer, p.phone, p.email FROM orders o"
                                           " JOIN customer_order c ON c.merchant_id = o.merchant_id AND c.customer_id = o.customer_id"
                                           " JOIN person p ON p.merchant_id = c.merchant_id AND p.order_id = c.order_id"
                                           " WHERE o.merchant_id = $1 AND o.store_id = $2 AND o.order_id = $3"));
    *ret_n = 0;
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    db_bind_i64(q, 3, order_id);
    while (*ret_n < CELLS_MAX && (step = db_step(q)) == DB_ROW)
        ret[(*ret_n)++] = (struct person_cells){ .buyer = arena_text(a, db_text_at(q, 0)), .phone = arena_text(a, db_text_at(q, 1)), .email = arena_text(a, db_text_at(q, 2)) };
    db_done(q);
    return step != DB_FAILED && !a->failed;
}

bool suppression_add_order(struct store *s, const struct shop *shop, const struct suppression_new *n, int64_t order_id, bool *ret_known)
{
    struct person_cells cells[CELLS_MAX];
    struct arena a;
    int count = 0, added;
    arena_init(&a, &s->env->memory, CELLS_BYTES);
    bool ok = cells_of_order(s, shop, order_id, &a, cells, &count);
    for (int i = 0; ok && i < count; i++) ok = suppression_add(s, shop, n, &cells[i], &added);
    *ret_known = count > 0;
    arena_release(&a);
    return ok;
}

bool suppression_cells_each(struct store *s, const struct shop *shop, int64_t customer_id, bool (*each)(void *ctx, const struct person_cells *p), void *ctx)
{
    enum db_step step;
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT DISTINCT p.buyer, p.phone, p.email FROM customer_order c JOIN person p ON p.merchant_id = c.merchant_id"
                                           " AND p.order_id = c.order_id WHERE c.merchant_id = $1 AND c.customer_id = $2"));
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, customer_id);
    while ((step = db_step(q)) == DB_ROW) {
        const struct person_cells p = { .buyer = db_text_at(q, 0), .phone = db_text_at(q, 1), .email = db_text_at(q, 2) };
        if (!each(ctx, &p)) break;
    }
    db_done(q);
    return step != DB_FAILED;
}
