/* See outbox_store.h: what is due, what was decided, and how it ended. Numbers of states and reports in SQL are those of core/contact/outbox.h. */
#include "store/outbox_store.h"
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include "store/audit_store.h"

void outbox_id(struct outbox_key key, char ret[OUTBOX_ID_BYTES]) { snprintf(ret, OUTBOX_ID_BYTES, "%" PRId64 ".%d", key.order_id, key.wave); }

bool outbox_id_parse(struct text id, struct outbox_key *ret)
{
    size_t dot = 0;
    int64_t order_id, wave;
    while (dot < id.len && id.ptr[dot] != '.') dot++;
    if (dot == id.len || !text_to_i64((struct text){ id.ptr, dot }, &order_id) || !text_to_i64((struct text){ id.ptr + dot + 1, id.len - dot - 1 }, &wave)) return false;
    if (order_id <= 0 || wave < 1 || wave > OUTBOX_WAVE_LAST) return false;
    *ret = (struct outbox_key){ order_id, (int)wave };
    return true;
}

/* A statement about one message: $1 merchant, $2 order, $3 wave. */
static struct db_stmt *of_key(struct db_stmt *q, const struct shop *shop, struct outbox_key key)
{
    if (!q) return NULL;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, key.order_id);
    db_bind_i64(q, 3, key.wave);
    return q;
}

/* ---- what is due ---- */

bool outbox_due(struct store *s, const struct shop *shop, enum channel channel, int64_t now_ms, struct outbox_row *ret, int max, int *ret_n)
{
    struct db_stmt *q = shop_stmt(db_stmt(s->db, SQL("SELECT order_id, wave, state, due_at_ms, at_ms, tries, rule FROM outbox WHERE merchant_id = $1"
        " AND store_id = $2 AND channel = $3 AND due_at_ms <= $4 ORDER BY due_at_ms LIMIT $5")), shop);
    enum db_step step = DB_DONE;
    int n = 0;
    if (!q) return false;
    db_bind_i64(q, 3, (int64_t)channel);
    db_bind_i64(q, 4, now_ms);
    db_bind_i64(q, 5, max);
    while (n < max && (step = db_step(q)) == DB_ROW) {
        struct outbox_row *r = &ret[n++];
        *r = (struct outbox_row){ { db_i64_at(q, 0), (int)db_i64_at(q, 1) }, (enum outbox_state)db_i64_at(q, 2), channel, db_i64_at(q, 3), db_i64_at(q, 4),
                                  INSTANT_NONE, INSTANT_NONE, (int)db_i64_at(q, 5), "" };
        text_copy(r->rule, sizeof r->rule, db_text_at(q, 6));
    }
    db_done(q);
    *ret_n = n;
    return step != DB_FAILED;
}

bool outbox_next_due(struct store *s, const struct shop *shop, enum channel channel, int64_t *ret_ms)
{
    struct db_stmt *q = shop_stmt(db_stmt(s->db, SQL("SELECT due_at_ms FROM outbox WHERE merchant_id = $1 AND store_id = $2 AND channel = $3"
        " AND due_at_ms IS NOT NULL ORDER BY due_at_ms LIMIT 1")), shop);
    if (!q) return false;
    db_bind_i64(q, 3, (int64_t)channel);
    const enum db_step step = db_step(q);
    *ret_ms = step == DB_ROW ? db_i64_at(q, 0) : INSTANT_MAX;
    db_done(q);
    return step != DB_FAILED;
}

/* ---- what was decided ---- */

/* The wave has changed while it waited: its place in the ledger, too. What stood there and was never sent makes room; what was sent, or may
 * have been, does not: *ret_free is then false. */
static bool wave_move(struct store *s, const struct shop *shop, struct outbox_key key, int wave, bool *ret_free)
{
    struct db_stmt *q = of_key(db_stmt(s->db, SQL("DELETE FROM outbox WHERE merchant_id = $1 AND order_id = $2 AND wave = $3 AND state NOT IN (2, 3, 5)")), shop,
                               (struct outbox_key){ key.order_id, wave });
    if (!q || !db_exec(q)) return false;
    q = of_key(db_stmt(s->db, SQL("UPDATE outbox SET wave = $4 WHERE merchant_id = $1 AND order_id = $2 AND wave = $3 AND due_at_ms IS NOT NULL"
        " AND NOT EXISTS (SELECT 1 FROM outbox x WHERE x.merchant_id = $1 AND x.order_id = $2 AND x.wave = $4)")), shop, key);
    if (!q) return false;
    db_bind_i64(q, 4, wave);
    if (!db_exec(q)) return false;
    *ret_free = db_changes(s->db) == 1;
    return true;
}

static bool hold(struct store *s, const struct shop *shop, const struct outbox_verdict *v, struct outbox_key key, int64_t now_ms)
{
    struct db_stmt *q = of_key(db_stmt(s->db, SQL("UPDATE outbox SET due_at_ms = $4, channel = $5, rule = $6, at_ms = $7"
        " WHERE merchant_id = $1 AND order_id = $2 AND wave = $3")), shop, key);
    if (!q) return false;
    db_bind_i64(q, 4, v->until_ms);
    db_bind_i64(q, 5, (int64_t)v->channel);
    db_bind_text(q, 6, text_from_cstr(v->rule));
    db_bind_i64(q, 7, now_ms);
    return db_exec(q);
}

static bool drop(struct store *s, const struct shop *shop, struct outbox_key key, const char *rule, int64_t now_ms)
{
    struct db_stmt *q = of_key(db_stmt(s->db, SQL("UPDATE outbox SET state = 6, due_at_ms = NULL, rule = $4, at_ms = $5"
        " WHERE merchant_id = $1 AND order_id = $2 AND wave = $3")), shop, key);
    if (!q) return false;
    db_bind_text(q, 4, text_from_cstr(rule));
    db_bind_i64(q, 5, now_ms);
    return db_exec(q);
}

static bool lease(struct store *s, const struct shop *shop, const struct outbox_verdict *v, struct outbox_key key, int64_t now_ms)
{
    struct db_stmt *q = of_key(db_stmt(s->db, SQL("UPDATE outbox SET state = 2, due_at_ms = NULL, channel = $4, rule = $5, at_ms = $6, leased_at_ms = $6,"
        " tries = tries + 1 WHERE merchant_id = $1 AND order_id = $2 AND wave = $3")), shop, key);
    if (!q) return false;
    db_bind_i64(q, 4, (int64_t)v->channel);
    db_bind_text(q, 5, text_from_cstr(v->rule));
    db_bind_i64(q, 6, now_ms);
    return db_exec(q);
}

/* The message as it is now, if it still waits as it was seen. */
static bool still_waits(struct store *s, const struct shop *shop, const struct outbox_verdict *v, enum outbox_state *ret_state, bool *ret)
{
    struct db_stmt *q = of_key(db_stmt(s->db, SQL("SELECT state, due_at_ms FROM outbox WHERE merchant_id = $1 AND order_id = $2 AND wave = $3")), shop, v->key);
    if (!q) return false;
    const enum db_step step = db_step(q);
    *ret = step == DB_ROW && !db_is_null(q, "due_at_ms") && db_i64_at(q, 1) == v->seen_due_ms;
    if (step == DB_ROW) *ret_state = (enum outbox_state)db_i64_at(q, 0);
    db_done(q);
    return step != DB_FAILED;
}

bool outbox_decide(struct store *s, const struct shop *shop, const struct outbox_verdict *v, int64_t now_ms, bool *ret_done)
{
    enum outbox_state state = OUTBOX_NONE;
    struct outbox_key key = v->key;
    bool waits, is_free = true;
    assert(v->event == OUTBOX_HOLD || v->event == OUTBOX_REFUSE || v->event == OUTBOX_LEASE);
    *ret_done = false;
    if (!still_waits(s, shop, v, &state, &waits)) return false;
    if (!waits || !outbox_step_of(state, v->event)) return true;
    if (v->wave != key.wave && v->wave >= 1 && v->event != OUTBOX_REFUSE) {
        if (!wave_move(s, shop, key, v->wave, &is_free)) return false;
        if (is_free) key.wave = v->wave;
    }
    *ret_done = true;
    if (!is_free) return drop(s, shop, key, "done", now_ms);
    return v->event == OUTBOX_HOLD ? hold(s, shop, v, key, now_ms) : v->event == OUTBOX_LEASE ? lease(s, shop, v, key, now_ms) : drop(s, shop, key, v->rule, now_ms);
}

/* ---- how it ended ---- */

static bool next_wave(struct store *s, const struct shop *shop, struct outbox_key key, int64_t now_ms)
{
    if (key.wave >= OUTBOX_WAVE_LAST) return true;
    struct db_stmt *q = of_key(db_stmt(s->db, SQL("INSERT INTO outbox (merchant_id, order_id, wave, store_id, state, due_at_ms, at_ms, channel, rule, tries, report, user_id)"
        " SELECT CAST($1 AS BIGINT), CAST($2 AS BIGINT), CAST($3 AS BIGINT), CAST($4 AS BIGINT), 1, CAST($5 AS BIGINT), CAST($5 AS BIGINT), 0, 'planned', 0, 0, 0"
        " WHERE 1 = 1 ON CONFLICT (merchant_id, order_id, wave) DO NOTHING")), shop, (struct outbox_key){ key.order_id, key.wave + 1 });
    if (!q) return false;
    db_bind_i64(q, 4, shop->store_id);
    db_bind_i64(q, 5, now_ms);
    return db_exec(q);
}

bool outbox_finish(struct store *s, const struct shop *shop, const struct outbox_end *e, int64_t now_ms, bool *ret_done)
{
    const struct outbox_step *step = outbox_step_of(OUTBOX_LEASED, e->event);
    assert(step && e->event != OUTBOX_STOP);
    const bool waits = outbox_waits(step->to);
    struct db_stmt *q = of_key(db_stmt(s->db, SQL("UPDATE outbox SET state = $4, due_at_ms = $5, at_ms = $6, sent_at_ms = $7, tries = tries - $8, text_key = $9, code = $10,"
        " rule = CASE WHEN CAST($4 AS BIGINT) = 6 THEN 'rejected' ELSE rule END"
        " WHERE merchant_id = $1 AND order_id = $2 AND wave = $3 AND state = 2")), shop, e->key);
    if (!q) return false;
    db_bind_i64(q, 4, (int64_t)step->to);
    db_bind_i64_or_null(q, 5, !waits ? INSTANT_NONE : e->retry_at_ms == INSTANT_NONE ? now_ms : e->retry_at_ms);
    db_bind_i64(q, 6, now_ms);
    db_bind_i64_or_null(q, 7, step->to == OUTBOX_SENT ? now_ms : INSTANT_NONE);
    db_bind_i64(q, 8, e->event == OUTBOX_RETURN ? 1 : 0);
    db_bind_text_or_null(q, 9, e->text_key);
    db_bind_text_or_null(q, 10, e->code);
    if (!db_exec(q)) return false;
    *ret_done = db_changes(s->db) == 1;
    return !*ret_done || (e->event != OUTBOX_ACCEPT && e->event != OUTBOX_LOSE) || next_wave(s, shop, e->key, now_ms);
}

bool outbox_settle(struct store *s, int64_t now_ms, int64_t *ret_n)
{
    struct db_stmt *q = db_stmt(s->db, SQL("UPDATE outbox SET state = 5, at_ms = $1, code = 'stopped' WHERE (merchant_id, order_id, wave) IN"
        " (SELECT x.merchant_id, x.order_id, x.wave FROM store t CROSS JOIN outbox x WHERE x.merchant_id = t.merchant_id AND x.store_id = t.store_id AND x.state = 2"
        " AND x.due_at_ms IS NULL)"));
    if (!q) return false;
    db_bind_i64(q, 1, now_ms);
    if (!db_exec(q)) return false;
    *ret_n = db_changes(s->db);
    return true;
}

#define RESTORED "UPDATE outbox SET state = 5, due_at_ms = NULL, at_ms = $1, leased_at_ms = $1, code = 'restored' WHERE state IN (1, 2, 4)"
bool outbox_restored(struct store *s, const struct shop *shop, int64_t now_ms, int64_t *ret_n)
{
    struct db_stmt *q = shop ? db_stmt(s->db, SQL(RESTORED " AND merchant_id = $2 AND store_id = $3")) : db_stmt(s->db, SQL(RESTORED));
    if (!q) return false;
    db_bind_i64(q, 1, now_ms);
    if (shop) {
        db_bind_i64(q, 2, shop->merchant_id);
        db_bind_i64(q, 3, shop->store_id);
    }
    if (!db_exec(q)) return false;
    *ret_n = db_changes(s->db);
    return true;
}

/* ---- what is said of it afterwards ---- */

static bool resolve_note(struct store *s, const struct shop *shop, struct outbox_key key, enum outbox_event event, int64_t user_id)
{
    char subject[96];
    const int n = snprintf(subject, sizeof subject, "order %" PRId64 " wave %d %s", key.order_id, key.wave, outbox_event_word(event));
    const struct text t = { subject, (size_t)n };
    return audit_append(s, shop->merchant_id, &(struct audit_deed){ .user_id = user_id, .verb = "outbox", .subject = t, .detail = t });
}

/* A report about one that is known to be sent says so beside it and moves nothing. */
static bool report_write(struct store *s, const struct shop *shop, struct outbox_key key, int report)
{
    struct db_stmt *q = of_key(db_stmt(s->db, SQL("UPDATE outbox SET report = $4 WHERE merchant_id = $1 AND order_id = $2 AND wave = $3 AND state IN (2, 3, 5)")), shop, key);
    if (!q) return false;
    db_bind_i64(q, 4, report);
    return db_exec(q);
}

bool outbox_resolve(struct store *s, const struct shop *shop, struct outbox_key key, enum outbox_event event, int64_t user_id, bool *ret_done)
{
    const struct outbox_step *step = outbox_step_of(OUTBOX_UNKNOWN, event);
    const int64_t now_ms = s->env->now_ms(s->env->ctx);
    bool reported = false;
    assert(step);
    if (user_id == OUTBOX_BY_GATEWAY) {
        if (!report_write(s, shop, key, event == OUTBOX_ARRIVED ? 1 : 2)) return false;
        reported = db_changes(s->db) == 1;
    }
    struct db_stmt *q = of_key(db_stmt(s->db, SQL("UPDATE outbox SET state = $4, due_at_ms = $5, at_ms = $6, user_id = $7, rule = $8,"
        " sent_at_ms = CASE WHEN CAST($4 AS BIGINT) = 3 THEN COALESCE(leased_at_ms, $6) ELSE NULL END WHERE merchant_id = $1 AND order_id = $2 AND wave = $3 AND state = 5 AND (CAST($4 AS BIGINT) <> 1"
        " OR NOT EXISTS (SELECT 1 FROM outbox x WHERE x.merchant_id = $1 AND x.order_id = $2 AND x.wave > $3 AND x.state IN (2, 3, 5)))")), shop, key);
    if (!q) return false;
    db_bind_i64(q, 4, (int64_t)step->to);
    db_bind_i64_or_null(q, 5, outbox_waits(step->to) ? now_ms : INSTANT_NONE);
    db_bind_i64(q, 6, now_ms);
    db_bind_i64(q, 7, user_id);
    db_bind_text(q, 8, step->to == OUTBOX_DROPPED ? TEXT("undelivered") : text_from_cstr(outbox_event_word(event)));
    if (!db_exec(q)) return false;
    const bool moved = db_changes(s->db) == 1;
    *ret_done = moved || reported;
    if (moved && event == OUTBOX_AGAIN) { /* the wave that was to follow it waits for it again */
        q = of_key(db_stmt(s->db, SQL("DELETE FROM outbox WHERE merchant_id = $1 AND order_id = $2 AND wave > $3 AND state NOT IN (2, 3, 5)")), shop, key);
        if (!q || !db_exec(q)) return false;
    }
    if (moved && event == OUTBOX_ARRIVED && !next_wave(s, shop, key, now_ms)) return false;
    return !moved || user_id == OUTBOX_BY_GATEWAY || resolve_note(s, shop, key, event, user_id);
}

bool outbox_drop_all(struct store *s, const struct shop *shop, int64_t now_ms, int64_t max, int64_t *ret_n)
{
    struct db_stmt *q = shop_stmt(db_stmt(s->db, SQL("UPDATE outbox SET state = 6, due_at_ms = NULL, rule = 'switched-off', at_ms = $3 WHERE merchant_id = $1"
        " AND (order_id, wave) IN (SELECT x.order_id, x.wave FROM outbox x WHERE x.merchant_id = $1 AND x.store_id = $2 AND x.due_at_ms IS NOT NULL LIMIT $4)")), shop);
    if (!q) return false;
    db_bind_i64(q, 3, now_ms);
    db_bind_i64(q, 4, max);
    if (!db_exec(q)) return false;
    *ret_n = db_changes(s->db);
    return true;
}

bool outbox_unroute(struct store *s, const struct shop *shop, enum channel channel, int64_t now_ms, int64_t max, int64_t *ret_n)
{
    struct db_stmt *q = shop_stmt(db_stmt(s->db, SQL("UPDATE outbox SET channel = 0, due_at_ms = $3, at_ms = $3 WHERE merchant_id = $1"
        " AND (order_id, wave) IN (SELECT x.order_id, x.wave FROM outbox x WHERE x.merchant_id = $1 AND x.store_id = $2 AND x.channel = $5"
        " AND x.due_at_ms IS NOT NULL LIMIT $4)")), shop);
    if (!q) return false;
    db_bind_i64(q, 3, now_ms);
    db_bind_i64(q, 4, max);
    db_bind_i64(q, 5, (int64_t)channel);
    if (!db_exec(q)) return false;
    *ret_n = db_changes(s->db);
    return true;
}
