/* See campaign_store.h. */
#include "store/campaign_store.h"

bool campaign_add(struct store *s, const struct shop *shop, const struct campaign *c, int64_t *ret_campaign_id)
{
    struct db_stmt *q = db_stmt(s->db, SQL("INSERT INTO campaign (merchant_id, campaign_id, store_id, name_en, name_zh, build_up_from_ms, warm_up_from_ms,"
                                           " event_from_ms, event_until_ms, review_until_ms) SELECT CAST($1 AS BIGINT), COALESCE(MAX(campaign_id), 0) + 1,"
                                           " CAST($2 AS BIGINT), CAST($3 AS TEXT), CAST($4 AS TEXT), CAST($5 AS BIGINT), CAST($6 AS BIGINT),"
                                           " CAST($7 AS BIGINT), CAST($8 AS BIGINT), CAST($9 AS BIGINT) FROM campaign WHERE merchant_id = $1"
                                           " RETURNING campaign_id"));
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    db_bind_text(q, 3, c->name_en);
    db_bind_text(q, 4, c->name_zh);
    db_bind_i64(q, 5, c->build_up_from_ms);
    db_bind_i64(q, 6, c->warm_up_from_ms);
    db_bind_i64(q, 7, c->event_from_ms);
    db_bind_i64(q, 8, c->event_until_ms);
    db_bind_i64(q, 9, c->review_until_ms);
    bool ok = db_step(q) == DB_ROW;
    if (ok) *ret_campaign_id = db_i64(q, "campaign_id");
    return db_exec(q) && ok;
}
