/* See outbox_store.h: readers. */
#include <assert.h>
#include "store/outbox_store.h"
#include "store/query_row.h"

/* ---- the ledger ---- */

#define LINE_COLUMNS "x.order_id, x.wave, x.state, x.channel, x.due_at_ms, x.at_ms, x.leased_at_ms, x.sent_at_ms, x.tries, x.rule, x.code, x.text_key, x.report," \
    " o.order_no AS order_no, o.total_minor AS total_minor, o.paid_at_ms AS paid_at_ms"
#define LINE_JOIN " LEFT JOIN orders o ON o.merchant_id = x.merchant_id AND o.order_id = x.order_id"

static bool lines_each(struct db_stmt *q, outbox_line_each *each, void *ctx)
{
    enum db_step step;
    bool more = true;
    while (more && (step = db_step(q)) == DB_ROW) {
        struct outbox_line l = { .row = { .key = { db_i64(q, "order_id"), (int)db_i64(q, "wave") }, .state = (enum outbox_state)db_i64(q, "state"),
                                          .channel = (enum channel)db_i64(q, "channel"), .due_at_ms = db_i64(q, "due_at_ms"), .at_ms = db_i64(q, "at_ms"),
                                          .leased_at_ms = db_i64(q, "leased_at_ms"), .sent_at_ms = db_i64(q, "sent_at_ms"), .tries = (int)db_i64(q, "tries") },
                                 .order_no = db_text(q, "order_no"), .code = db_text(q, "code"), .text_key = db_text(q, "text_key"), .rule = db_text(q, "rule"),
                                 .report = (int)db_i64(q, "report"), .total_minor = db_i64(q, "total_minor"), .paid_at_ms = db_i64(q, "paid_at_ms") };
        text_copy(l.row.rule, sizeof l.row.rule, l.rule);
        l.crossed = l.row.state == OUTBOX_SENT && l.paid_at_ms != INSTANT_NONE && l.paid_at_ms <= l.row.sent_at_ms;
        more = each(ctx, &l);
    }
    db_done(q);
    return !more || step != DB_FAILED;
}

bool outbox_list(struct store *s, const struct shop *shop, const struct outbox_filter *f, outbox_line_each *each, void *ctx)
{
    struct db_stmt *q = outbox_waits(f->state)
        ? db_stmt(s->db, SQL("SELECT " LINE_COLUMNS " FROM outbox x" LINE_JOIN " WHERE x.merchant_id = $1 AND x.store_id = $2 AND x.state = $3 AND x.due_at_ms IS NOT NULL"
                             " AND (x.due_at_ms > $4 OR (x.due_at_ms = $4 AND (x.order_id > $5 OR (x.order_id = $5 AND x.wave > $6))))"
                             " ORDER BY x.due_at_ms, x.order_id, x.wave LIMIT $7"))
        : db_stmt(s->db, SQL("SELECT " LINE_COLUMNS " FROM outbox x" LINE_JOIN " WHERE x.merchant_id = $1 AND x.store_id = $2 AND x.state = $3 AND x.due_at_ms IS NULL"
                             " AND (x.at_ms < $4 OR (x.at_ms = $4 AND (x.order_id < $5 OR (x.order_id = $5 AND x.wave < $6))))"
                             " ORDER BY x.at_ms DESC, x.order_id DESC, x.wave DESC LIMIT $7"));
    assert(f->state != OUTBOX_NONE);
    if (!shop_stmt(q, shop)) return false;
    db_bind_i64(q, 3, (int64_t)f->state);
    db_bind_i64(q, 4, f->before_ms);
    db_bind_i64(q, 5, f->before_order);
    db_bind_i64(q, 6, f->before_wave);
    db_bind_i64(q, 7, f->limit);
    return lines_each(q, each, ctx);
}

bool outbox_counts_by_state(struct store *s, const struct shop *shop, int64_t max, int64_t ret[OUTBOX_STATE_COUNT])
{
    memset(ret, 0, OUTBOX_STATE_COUNT * sizeof *ret);
    for (int state = OUTBOX_PLANNED; state < OUTBOX_STATE_COUNT; state++) {
        struct db_stmt *q = shop_stmt(outbox_waits((enum outbox_state)state)
            ? db_stmt(s->db, SQL("SELECT COUNT(*) FROM (SELECT 1 AS one FROM outbox WHERE merchant_id = $1 AND store_id = $2 AND state = $3 AND due_at_ms IS NOT NULL LIMIT $4) AS n"))
            : db_stmt(s->db, SQL("SELECT COUNT(*) FROM (SELECT 1 AS one FROM outbox WHERE merchant_id = $1 AND store_id = $2 AND state = $3 AND due_at_ms IS NULL LIMIT $4) AS n")), shop);
        if (!q) return false;
        db_bind_i64(q, 3, state);
        db_bind_i64(q, 4, max);
        const enum db_step step = db_step(q);
        if (step == DB_ROW) ret[state] = db_i64_at(q, 0);
        db_done(q);
        if (step != DB_ROW) return false;
    }
    return true;
}

bool outbox_order(struct store *s, const struct shop *shop, int64_t order_id, order_row_each *each, void *ctx)
{
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT * FROM orders WHERE merchant_id = $1 AND order_id = $2"));
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, order_id);
    return query_each_order(q, each, ctx);
}

bool outbox_find(struct store *s, const struct shop *shop, struct text order_no, int wave, struct outbox_key *ret, bool *ret_found)
{
    struct db_stmt *q = shop_stmt(db_stmt(s->db, SQL("SELECT x.order_id FROM order_key k JOIN outbox x ON x.merchant_id = k.merchant_id AND x.order_id = k.order_id"
        " WHERE k.merchant_id = $1 AND k.store_id = $2 AND k.order_no = $3 AND x.wave = $4")), shop);
    if (!q) return false;
    db_bind_text(q, 3, order_no);
    db_bind_i64(q, 4, wave);
    const enum db_step step = db_step(q);
    if (step == DB_ROW) *ret = (struct outbox_key){ db_i64_at(q, 0), wave };
    *ret_found = step == DB_ROW;
    db_done(q);
    return step != DB_FAILED;
}
