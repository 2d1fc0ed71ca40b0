/* See holdout_store.h. */
#include "store/holdout_store.h"
#include <inttypes.h>
#include <stdio.h>
#include "core/run/lift.h"
#include "store/audit_store.h"
#include "store/policy_store.h"

bool holdout_list(struct store *s, const struct shop *shop, int64_t from_ms, int64_t until_ms, struct holdout *ret, int *ret_n)
{
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT holdout_no, share_bp, started_at_ms, ended_at_ms, due_after_s, window_s FROM holdout WHERE merchant_id = $1"
                                           " AND store_id = $2 AND started_at_ms < $4 AND (ended_at_ms IS NULL OR ended_at_ms > $3)"
                                           " ORDER BY holdout_no DESC LIMIT $5"));
    enum db_step step = DB_DONE;
    *ret_n = 0;
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    db_bind_i64(q, 3, from_ms);
    db_bind_i64(q, 4, until_ms);
    db_bind_i64(q, 5, HOLDOUTS_MAX);
    while (*ret_n < HOLDOUTS_MAX && (step = db_step(q)) == DB_ROW)
        ret[(*ret_n)++] = (struct holdout){ db_i64(q, "holdout_no"), db_i64(q, "share_bp"), db_i64(q, "started_at_ms"),
                                            db_is_null(q, "ended_at_ms") ? INSTANT_MAX : db_i64(q, "ended_at_ms"),
                                            db_i64(q, "due_after_s"), db_i64(q, "window_s") };
    db_done(q);
    return step != DB_FAILED;
}

bool holdout_has(const struct shop *shop, const struct holdout *h, int n, int64_t placed_at_ms, struct text order_no)
{
    for (int i = 0; i < n; i++)
        if (h[i].started_at_ms <= placed_at_ms && placed_at_ms < h[i].ended_at_ms)
            return holdout_holds(shop_lot(shop, "holdout", h[i].holdout_no, order_no), h[i].share_bp);
    return false;
}

bool holdout_reminders(struct store *s, const struct shop *shop, int64_t now_ms, int64_t most, int64_t *ret)
{
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT (SELECT COUNT(*) FROM (SELECT m.order_id FROM reminder_mark m JOIN orders o ON o.merchant_id = m.merchant_id"
                                           " AND o.order_id = m.order_id WHERE m.merchant_id = $1 AND o.store_id = $2 AND m.at_ms > $3"
                                           " AND m.at_ms <= $4 AND m.outcome = 1 LIMIT $5) AS by_hand) + (SELECT COUNT(*) FROM (SELECT order_id FROM outbox"
                                           " WHERE merchant_id = $1 AND store_id = $2 AND state = 3 AND due_at_ms IS NULL AND at_ms > $3"
                                           " AND leased_at_ms > $3 AND leased_at_ms <= $4 LIMIT $5) AS sent) AS n"));
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    db_bind_i64(q, 3, now_ms - HOLDOUT_LOOK_DAYS * MS_PER_DAY);
    db_bind_i64(q, 4, now_ms);
    db_bind_i64(q, 5, most);
    const enum db_step step = db_step(q);
    if (step == DB_ROW) *ret = db_i64(q, "n");
    db_done(q);
    return step == DB_ROW;
}

static bool note(struct store *s, const struct shop *shop, const char *verb, int64_t holdout_no, int64_t share_bp)
{
    char subject[96];
    const int n = snprintf(subject, sizeof subject, "store %" PRId64 " holdout %" PRId64 " share %" PRId64, shop->store_id, holdout_no, share_bp);
    const struct text t = { subject, (size_t)n };
    return audit_append(s, shop->merchant_id, &(struct audit_deed){ .verb = verb, .subject = t, .detail = t });
}

static bool end(struct store *s, const struct shop *shop, const struct holdout *h, int64_t now_ms)
{
    struct db_stmt *q = db_stmt(s->db, SQL("UPDATE holdout SET ended_at_ms = $4 WHERE merchant_id = $1 AND store_id = $2 AND holdout_no = $3"));
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    db_bind_i64(q, 3, h->holdout_no);
    db_bind_i64(q, 4, now_ms);
    return db_exec(q) && note(s, shop, "holdout-end", h->holdout_no, h->share_bp);
}

static bool begin(struct store *s, const struct shop *shop, const struct holdout *h)
{
    struct db_stmt *q = db_stmt(s->db, SQL("INSERT INTO holdout (merchant_id, store_id, holdout_no, share_bp, started_at_ms,"
                                           " due_after_s, window_s) VALUES ($1, $2, $3, $4, $5, $6, $7)"));
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    db_bind_i64(q, 3, h->holdout_no);
    db_bind_i64(q, 4, h->share_bp);
    db_bind_i64(q, 5, h->started_at_ms);
    db_bind_i64(q, 6, h->due_after_s);
    db_bind_i64(q, 7, h->window_s);
    return db_exec(q) && note(s, shop, "holdout-begin", h->holdout_no, h->share_bp);
}

bool holdout_settle(struct store *s, const struct shop *shop)
{
    struct holdout last[HOLDOUTS_MAX];
    struct policy p;
    int n;
    int64_t done = 0;
    const int64_t now_ms = s->env->now_ms(s->env->ctx);
    if (!policy_load(s, shop, &p) || !holdout_list(s, shop, INSTANT_NONE, INSTANT_MAX, last, &n)) return false;
    const bool runs = n > 0 && last[0].ended_at_ms == INSTANT_MAX;
    if (runs && last[0].share_bp == p.holdout_share_bp && last[0].due_after_s == p.wave1_after_s && last[0].window_s == p.payment_window_s) return true;
    if (runs && !end(s, shop, &last[0], now_ms)) return false;
    if (p.holdout_share_bp == 0) return true;
    if (!holdout_reminders(s, shop, now_ms, p.holdout_min_reminders, &done)) return false;
    if (done < p.holdout_min_reminders) return true;
    return begin(s, shop, &(struct holdout){ n > 0 ? last[0].holdout_no + 1 : 1, p.holdout_share_bp, now_ms, INSTANT_MAX,
                                            p.wave1_after_s, p.payment_window_s });
}
