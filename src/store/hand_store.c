/* See agent_store.h: in whose hands a reminder is. */
#include "store/agent_store.h"
#include "store/query_row.h"

bool hand_list(struct store *s, const struct shop *shop, struct arena *a, int64_t after_ms, int64_t until_ms, struct hand **ret, int64_t *ret_n)
{
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT h.order_id AS order_id, h.wave AS wave, h.agent_id AS agent_id, h.at_ms AS at_ms FROM reminder_hand h"
                                           " JOIN orders o ON o.merchant_id = h.merchant_id AND o.order_id = h.order_id WHERE h.merchant_id = $1"
                                           " AND o.store_id = $2 AND h.at_ms > $3 AND h.at_ms <= $4 ORDER BY h.order_id, h.wave"));
    void *rows = NULL;
    int64_t n = 0, capacity = 0;
    enum db_step step = DB_DONE;
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    db_bind_i64(q, 3, after_ms);
    db_bind_i64(q, 4, until_ms);
    while (query_room(a, &rows, n, &capacity, sizeof(struct hand)) && (step = db_step(q)) == DB_ROW)
        ((struct hand *)rows)[n++] = (struct hand){ .order_id = db_i64(q, "order_id"), .wave = (int)db_i64(q, "wave"), .agent_id = db_i64(q, "agent_id"), .at_ms = db_i64(q, "at_ms") };
    db_done(q);
    if (step == DB_FAILED || a->failed) return false;
    *ret = rows;
    *ret_n = n;
    return true;
}

bool hand_put(struct store *s, const struct shop *shop, const struct hand *h)
{
    struct db_stmt *q = h->agent_id == 0
        ? db_stmt(s->db, SQL("DELETE FROM reminder_hand WHERE merchant_id = $1 AND order_id = $2 AND wave = $3"))
        : db_stmt(s->db, SQL("INSERT INTO reminder_hand (merchant_id, order_id, wave, agent_id, at_ms) VALUES ($1, $2, $3, $4, $5)"
                             " ON CONFLICT (merchant_id, order_id, wave) DO UPDATE SET agent_id = excluded.agent_id, at_ms = excluded.at_ms"));
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, h->order_id);
    db_bind_i64(q, 3, h->wave);
    if (h->agent_id != 0) {
        db_bind_i64(q, 4, h->agent_id);
        db_bind_i64(q, 5, h->at_ms);
    }
    return db_exec(q);
}
