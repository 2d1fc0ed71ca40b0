/* See mark_store.h. */
#include "store/mark_store.h"
#include <stdio.h>
#include "store/audit_store.h"
#include "store/holdout_store.h"

static enum mark_result order_of(struct store *s, const struct shop *shop, struct text order_no, int64_t *ret)
{
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT order_id FROM order_key WHERE merchant_id = $1 AND store_id = $2 AND order_no = $3"));
    if (!q) return MARK_FAILED;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    db_bind_text(q, 3, order_no);
    const enum db_step step = db_step(q);
    if (step == DB_ROW) *ret = db_i64(q, "order_id");
    db_done(q);
    return step == DB_ROW ? MARK_OK : step == DB_DONE ? MARK_NO_ORDER : MARK_FAILED;
}

static bool mark_remove(struct store *s, const struct shop *shop, int64_t order_id, int wave)
{
    struct db_stmt *q = db_stmt(s->db, SQL("DELETE FROM reminder_mark WHERE merchant_id = $1 AND order_id = $2 AND wave = $3"));
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, order_id);
    db_bind_i64(q, 3, wave);
    return db_exec(q);
}

static bool mark_write(struct store *s, const struct shop *shop, int64_t order_id, const struct mark_new *m)
{
    struct db_stmt *q = db_stmt(s->db, SQL("INSERT INTO reminder_mark (merchant_id, order_id, wave, outcome, reason, user_id, at_ms, text_key)"
                                           " VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (merchant_id, order_id, wave) DO UPDATE SET"
                                           " outcome = excluded.outcome, reason = excluded.reason, user_id = excluded.user_id,"
                                           " at_ms = excluded.at_ms, text_key = excluded.text_key"));
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, order_id);
    db_bind_i64(q, 3, m->wave);
    db_bind_i64(q, 4, (int64_t)m->outcome);
    db_bind_text(q, 5, m->reason);
    db_bind_i64(q, 6, m->user_id);
    db_bind_i64(q, 7, s->env->now_ms(s->env->ctx));
    db_bind_text_or_null(q, 8, m->text_key);
    return db_exec(q);
}

enum mark_result mark_set(struct store *s, const struct shop *shop, const struct mark_new *m)
{
    int64_t order_id = 0;
    const enum mark_result found = order_of(s, shop, m->order_no, &order_id);
    if (found != MARK_OK) return found;
    const bool ok = m->outcome == MARK_NONE ? mark_remove(s, shop, order_id, m->wave) : mark_write(s, shop, order_id, m);
    if (!ok) return MARK_FAILED;
    const char *word = m->outcome == MARK_NONE ? "taken back" : mark_outcome_word(m->outcome);
    char subject[96];
    const int n = snprintf(subject, sizeof subject, "order %lld wave %d %s", (long long)order_id, m->wave, word);
    const struct audit_deed deed = { .user_id = m->user_id, .verb = "mark", .subject = { subject, (size_t)n }, .detail = m->reason };
    return audit_append(s, shop->merchant_id, &deed) && holdout_settle(s, shop) ? MARK_OK : MARK_FAILED;
}
