/* See inbox_store.h. An event's bytes are frozen: the number of their form, then how many claims, then each (core/order/claim_pack.h). */
#include "core/order/claim_pack.h"
#include "store/apply.h"
#include "store/erase_store.h"
#include "store/inbox_store.h"

enum { INBOX_FORM = 1, INBOX_CLAIMS_MAX = INBOX_EVENT_BYTES / 16 /* the least a claim can take is its key */ };

struct waiting { int64_t no; enum feed_source source; struct order_claim *claims; size_t n; bool was_aside, bad; };
struct inbox { struct store *s; const struct shop *shop; bool aside_too; struct arena arena; struct list rows /* waiting */; };

/* ---- as bytes ---- */

static bool one_unpack(struct unpacker *u, struct order_claim *ret)
{
    claim_unpack(u, ret);
    return !u->bad && (ret->order_no.len > 0 || ret->has_line);
}

/* What could not be read again is not accepted. */
bool inbox_pack(enum feed_source source, const struct order_claim *claims, size_t n, struct inbox_event *ret)
{
    struct packer p = packer_of(ret->bytes, sizeof ret->bytes);
    struct order_claim again;
    pack_i64(&p, INBOX_FORM);
    pack_i64(&p, (int64_t)n);
    for (size_t i = 0; i < n && !p.full; i++) {
        const unsigned char *from = p.at;
        struct order_claim c = claims[i];
        c.first_as_of_ms = c.as_of_ms; /* the reducer's to fill in */
        claim_pack(&p, &c);
        struct unpacker u = { .at = from, .end = p.at };
        if (!one_unpack(&u, &again) || !unpack_ends(&u)) return false;
    }
    ret->source = source;
    ret->claims = claims;
    ret->n = n;
    ret->len = (size_t)(p.at - p.begin);
    return !p.full;
}

/* The texts stay in bytes. *ret_claims NULL: not what this program understands. False: memory ran out. */
static bool event_unpack(struct arena *a, struct text bytes, struct order_claim **ret_claims, size_t *ret_n)
{
    struct unpacker u = unpacker_of(bytes);
    *ret_claims = NULL;
    if (unpack_i64(&u) != INBOX_FORM) return true;
    const size_t n = (size_t)unpack_between(&u, 1, INBOX_CLAIMS_MAX);
    if (u.bad) return true;
    struct order_claim *claims = ARENA_ARRAY(a, struct order_claim, n);
    if (!claims) return false;
    for (size_t i = 0; i < n; i++)
        if (!one_unpack(&u, &claims[i])) return true;
    if (!unpack_ends(&u)) return true;
    *ret_claims = claims;
    *ret_n = n;
    return true;
}

/* ---- rows ---- */

static bool row_put(struct store *s, const struct shop *shop, const struct inbox_event *e)
{
    struct db_stmt *q = shop_stmt(db_stmt(s->db, SQL("INSERT INTO feed_inbox (merchant_id, store_id, inbox_no, source, set_aside, claims) VALUES ($1, $2,"
        " (SELECT 1 + COALESCE(MAX(inbox_no), 0) FROM feed_inbox WHERE merchant_id = $1 AND store_id = $2), $3, 0, $4)")), shop);
    if (!q) return false;
    db_bind_i64(q, 3, e->source);
    db_bind_blob(q, 4, e->bytes, e->len);
    return db_exec(q);
}

bool inbox_put(struct store *s, const struct shop *shop, struct inbox_event *e)
{
    struct arena a;
    const struct order_claim *told = e->claims;
    arena_init(&a, &s->env->memory, 0);
    const bool ok = erased_obey_in(s, shop, &a, &told, e->n) && (told == e->claims || inbox_pack(e->source, told, e->n, e)) && row_put(s, shop, e);
    arena_release(&a);
    return ok;
}

int64_t inbox_waiting(struct store *s)
{
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT COUNT(*) AS n FROM feed_inbox WHERE set_aside = 0"));
    const int64_t n = q && db_step(q) == DB_ROW ? db_i64(q, "n") : -1;
    if (q) db_done(q);
    return n;
}

bool inbox_whole(struct store *s)
{
    const int64_t n = inbox_waiting(s);
    if (n > 0) db_refuse(s->db, DB_ERROR_FULL, "accepted events wait for room");
    return n == 0;
}

bool inbox_forget(struct store *s, const struct shop *shop)
{
    struct db_stmt *q = shop_stmt(db_stmt(s->db, SQL("DELETE FROM feed_inbox WHERE merchant_id = $1 AND store_id = $2 AND set_aside = 1")), shop);
    return q && db_exec(q);
}

static bool source_known(enum feed_source s) { return (int)s >= FEED_NONE && (int)s < FEED_SOURCES; }

static bool rows_load(struct inbox *b)
{
    struct db_stmt *q = shop_stmt(db_stmt(b->s->db, SQL("SELECT inbox_no, source, claims, set_aside FROM feed_inbox WHERE merchant_id = $1 AND store_id = $2"
                                                        " AND set_aside <= $3 ORDER BY inbox_no")), b->shop);
    if (!q) return false;
    db_bind_i64(q, 3, b->aside_too);
    enum db_step step = DB_DONE;
    bool ok = true;
    while (ok && (step = db_step(q)) == DB_ROW) {
        struct waiting *w = LIST_ADD(&b->arena, &b->rows, struct waiting);
        ok = w != NULL;
        if (!ok) break;
        *w = (struct waiting){ .no = db_i64_at(q, 0), .source = (enum feed_source)db_i64_at(q, 1), .was_aside = db_i64_at(q, 3) != 0 };
        ok = event_unpack(&b->arena, arena_text(&b->arena, db_blob_at(q, 2)), &w->claims, &w->n);
        w->bad = !w->claims || !source_known(w->source);
    }
    db_done(q);
    if (!ok || b->arena.failed) db_refuse(b->s->db, DB_ERROR_MEMORY, "out of memory while accepted events were taken in");
    return ok && !b->arena.failed && step == DB_DONE;
}

/* ---- taking in ---- */

/* Whether the database is well, and only what was asked of it was wrong. */
static bool is_well(const struct store *s)
{
    switch (db_error(s->db)) {
    case DB_OK: case DB_ERROR_CONSTRAINT: case DB_ERROR_OTHER: return true;
    case DB_ERROR_OPEN: case DB_ERROR_NEWER: case DB_ERROR_OLDER: case DB_ERROR_NOT_OURS: case DB_ERROR_FULL: case DB_ERROR_IO:
    case DB_ERROR_CORRUPT: case DB_ERROR_BUSY: case DB_ERROR_MEMORY: return false;
    }
    return false;
}

static bool rows_tally(struct inbox *b, const struct waiting *w, size_t n)
{
    struct feed_tallies all = feed_tallies_none();
    for (size_t i = 0; i < n; i++) {
        if (w[i].bad) continue;
        struct feed_tally *t = &all.of[w[i].source];
        t->accepted++;
        if (w[i].claims[0].as_of_ms > t->last_as_of_ms) t->last_as_of_ms = w[i].claims[0].as_of_ms;
    }
    return feed_tallies_add(b->s, b->shop, &all);
}

/* The good ones among n rows, in a savepoint; *ret_taken false: they were not taken in, though the database is well. */
static bool rows_take(struct inbox *b, const struct waiting *w, size_t n, bool *ret_taken)
{
    size_t count = 0, at = 0;
    for (size_t i = 0; i < n; i++) count += w[i].bad ? 0 : w[i].n;
    *ret_taken = true;
    if (count == 0) return true;
    struct order_claim *claims = ARENA_ARRAY(&b->arena, struct order_claim, count);
    if (!claims) return false;
    for (size_t i = 0; i < n; i++) {
        if (w[i].bad) continue;
        memcpy(claims + at, w[i].claims, w[i].n * sizeof *claims);
        at += w[i].n;
    }
    db_error_clear(b->s->db);
    if (!db_savepoint(b->s->db)) return false;
    if (apply_live(b->s, b->shop, claims, count) && rows_tally(b, w, n) && db_release(b->s->db)) return true;
    *ret_taken = false;
    if (!is_well(b->s)) return false;
    db_rollback_to(b->s->db);
    return db_in_transaction(b->s->db);
}

/* Told once; the id of the event stays taken, so that it cannot simply be sent again. */
static bool set_aside(struct inbox *b, const struct waiting *w)
{
    struct feed_refusal r = { .source = w->source, .at_ms = b->s->env->now_ms(b->s->env->ctx), .code = "not-taken-in",
        .en = "An event was accepted and could not be taken in; it is kept, and tried again when the desk starts. Bring the order in with a file meanwhile.",
        .zh = "一条已接收的消息无法入账；已保留，掌柜下次启动时会再试。在此之前请用文件导入该订单。" };
    if (w->was_aside) return true;
    struct db_stmt *q = shop_stmt(db_stmt(b->s->db, SQL("UPDATE feed_inbox SET set_aside = 1 WHERE merchant_id = $1 AND store_id = $2 AND inbox_no = $3")), b->shop);
    if (!q) return false;
    db_bind_i64(q, 3, w->no);
    if (r.source == FEED_NONE || !source_known(r.source)) r.source = FEED_EVENTS;
    return db_exec(q) && feed_refusal_add(b->s, b->shop, &r);
}

static bool row_delete(struct inbox *b, int64_t no)
{
    struct db_stmt *q = shop_stmt(db_stmt(b->s->db, SQL("DELETE FROM feed_inbox WHERE merchant_id = $1 AND store_id = $2 AND inbox_no = $3")), b->shop);
    if (!q) return false;
    db_bind_i64(q, 3, no);
    return db_exec(q);
}

static bool rows_delete(struct inbox *b, int64_t last_no)
{
    struct db_stmt *q = shop_stmt(db_stmt(b->s->db, SQL("DELETE FROM feed_inbox WHERE merchant_id = $1 AND store_id = $2 AND inbox_no <= $3 AND set_aside = 0")), b->shop);
    if (!q) return false;
    db_bind_i64(q, 3, last_no);
    return db_exec(q);
}

static bool rows_end(struct inbox *b, int64_t last_no)
{
    const struct waiting *w = b->rows.rows;
    for (size_t i = 0; i < b->rows.n; i++) {
        if (w[i].bad && !set_aside(b, &w[i])) return false;
        if (!w[i].bad && w[i].was_aside && !row_delete(b, w[i].no)) return false;
    }
    return rows_delete(b, last_no);
}

static bool shop_apply(struct inbox *b)
{
    bool taken;
    if (!rows_load(b)) return false;
    struct waiting *w = b->rows.rows;
    if (b->rows.n == 0) return true;
#ifdef ZG_TEST_INBOX_GONE_FIRST /* a control of the power cuts: durable in neither place for a moment */
    if (!rows_delete(b, w[b->rows.n - 1].no) || !db_commit(b->s->db) || !db_begin(b->s->db)) return false;
#endif
    if (!rows_take(b, w, b->rows.n, &taken)) return false;
    for (size_t i = 0; !taken && i < b->rows.n; i++) { /* one of them at least cannot be: each by itself */
        bool good;
        if (!w[i].bad && !rows_take(b, &w[i], 1, &good)) return false;
        w[i].bad = w[i].bad || !good;
    }
    return rows_end(b, w[b->rows.n - 1].no);
}

/* Keys of the shops that have rows, so that another one that cannot be read is none of theirs. */
static int shops_with_rows(struct store *s, bool aside_too, struct text ret[static LIMIT_STORES], struct arena *a)
{
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT s.store_key FROM store s WHERE EXISTS (SELECT 1 FROM feed_inbox i WHERE i.merchant_id = s.merchant_id"
                                           " AND i.store_id = s.store_id AND i.set_aside <= $1) ORDER BY s.merchant_id, s.store_id"));
    enum db_step step = DB_DONE;
    int n = 0;
    if (!q) return -1;
    db_bind_i64(q, 1, aside_too);
    while (n < LIMIT_STORES && (step = db_step(q)) == DB_ROW) ret[n++] = arena_text(a, db_text_at(q, 0));
    db_done(q);
    if (a->failed) db_refuse(s->db, DB_ERROR_MEMORY, "out of memory while accepted events were taken in");
    return step == DB_FAILED || a->failed ? -1 : n;
}

static bool apply_all(struct store *s, bool aside_too)
{
    struct text keys[LIMIT_STORES];
    struct arena of_keys;
    arena_init(&of_keys, &s->env->memory, 0);
    const int n = shops_with_rows(s, aside_too, keys, &of_keys);
    bool ok = n >= 0;
    for (int i = 0; ok && i < n; i++) {
        struct shop shop;
        struct inbox b = { .s = s, .shop = &shop, .aside_too = aside_too };
        arena_init(&b.arena, &s->env->memory, 0);
        ok = shop_find(s, keys[i], &shop) == SHOP_OK && shop_apply(&b);
        arena_release(&b.arena);
    }
    arena_release(&of_keys);
    return ok;
}

bool inbox_apply(struct store *s) { return apply_all(s, false); }

bool inbox_recover(struct store *s)
{
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT COUNT(*) AS n FROM feed_inbox"));
    const int64_t rows = q && db_step(q) == DB_ROW ? db_i64(q, "n") : -1;
    if (q) db_done(q);
    const bool ok = rows == 0 || (rows > 0 && db_begin(s->db) && apply_all(s, true) && db_commit(s->db));
    if (!ok) db_rollback(s->db);
    s->touched = 0; /* nobody has looked yet */
    if (!ok && (db_error(s->db) == DB_ERROR_IO || db_error(s->db) == DB_ERROR_CORRUPT)) return false;
    db_error_clear(s->db);
    return true;
}
