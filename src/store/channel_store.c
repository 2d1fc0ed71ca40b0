/* See channel_store.h. */
#include "store/channel_store.h"

int channel_list(struct store *s, const struct shop *shop, struct channel_row ret[CHANNEL_ROWS_MAX])
{
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT channel_id, kind, carries, label, made_at_ms, user_id, last_at_ms, last_fate, last_code, last_sent_at_ms FROM channel"
                                           " WHERE merchant_id = $1 AND store_id = $2 ORDER BY channel_id"));
    enum db_step step = DB_DONE;
    int n = 0;
    if (!q) return -1;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    while (n < CHANNEL_ROWS_MAX && (step = db_step(q)) == DB_ROW) {
        struct channel_row *r = &ret[n++];
        *r = (struct channel_row){ .channel_id = db_i64(q, "channel_id"), .kind = (int)db_i64(q, "kind"), .carries = (enum channel)db_i64(q, "carries"),
                                   .made_at_ms = db_i64(q, "made_at_ms"), .user_id = db_i64(q, "user_id"), .last_fate = (int)db_i64(q, "last_fate"),
                                   .last_at_ms = db_is_null(q, "last_at_ms") ? INSTANT_NONE : db_i64(q, "last_at_ms"),
                                   .last_sent_at_ms = db_is_null(q, "last_sent_at_ms") ? INSTANT_NONE : db_i64(q, "last_sent_at_ms") };
        text_copy(r->label, sizeof r->label, db_text(q, "label"));
        text_copy(r->last_code, sizeof r->last_code, db_text(q, "last_code"));
    }
    db_done(q);
    return step == DB_FAILED ? -1 : n;
}

enum channel_put channel_add(struct store *s, const struct shop *shop, struct channel_row *row, struct text sealed)
{
    struct channel_row rows[CHANNEL_ROWS_MAX];
    const int n = channel_list(s, shop, rows);
    if (n < 0) return CHANNEL_PUT_FAILED;
    for (int i = 0; i < n; i++)
        if (row->carries == CHANNEL_ROBOT ? rows[i].kind == row->kind : rows[i].carries == row->carries) return CHANNEL_PUT_TAKEN;
    if (n == CHANNEL_ROWS_MAX) return CHANNEL_PUT_TOO_MANY;
    if (!sequence_take(s, shop->merchant_id, TEXT("channel"), 1, &row->channel_id)) return CHANNEL_PUT_FAILED;
    row->made_at_ms = s->env->now_ms(s->env->ctx);
    row->last_at_ms = row->last_sent_at_ms = INSTANT_NONE;
    row->last_fate = 0;
    struct db_stmt *q = db_stmt(s->db, SQL("INSERT INTO channel (merchant_id, channel_id, store_id, kind, carries, label, sealed, made_at_ms, user_id, last_fate, last_code)"
                                           " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, '')"));
    if (!q) return CHANNEL_PUT_FAILED;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, row->channel_id);
    db_bind_i64(q, 3, shop->store_id);
    db_bind_i64(q, 4, row->kind);
    db_bind_i64(q, 5, (int64_t)row->carries);
    db_bind_text(q, 6, text_from_cstr(row->label));
    db_bind_blob(q, 7, sealed.ptr, sealed.len);
    db_bind_i64(q, 8, row->made_at_ms);
    db_bind_i64(q, 9, row->user_id);
    return db_exec(q) ? CHANNEL_PUT : CHANNEL_PUT_FAILED;
}

bool channel_sealed(struct store *s, const struct shop *shop, int64_t channel_id, unsigned char *ret, size_t *ret_len)
{
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT sealed FROM channel WHERE merchant_id = $1 AND store_id = $2 AND channel_id = $3"));
    *ret_len = 0;
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    db_bind_i64(q, 3, channel_id);
    const enum db_step step = db_step(q);
    if (step == DB_ROW) {
        const struct text sealed = db_blob(q, "sealed");
        if (sealed.len > 0 && sealed.len <= CHANNEL_SEALED_MAX) {
            memcpy(ret, sealed.ptr, sealed.len);
            *ret_len = sealed.len;
        }
    }
    db_done(q);
    return step != DB_FAILED;
}

bool channel_remove(struct store *s, const struct shop *shop, int64_t channel_id, bool *ret_was_there)
{
    struct db_stmt *q = db_stmt(s->db, SQL("DELETE FROM channel WHERE merchant_id = $1 AND store_id = $2 AND channel_id = $3"));
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    db_bind_i64(q, 3, channel_id);
    if (!db_exec(q)) return false;
    *ret_was_there = db_changes(s->db) > 0;
    return true;
}

bool channel_note(struct store *s, const struct shop *shop, int64_t channel_id, int fate, struct text code)
{
    struct db_stmt *q = db_stmt(s->db, SQL("UPDATE channel SET last_at_ms = $4, last_fate = $5, last_code = $6,"
                                           " last_sent_at_ms = CASE WHEN CAST($5 AS BIGINT) = 1 THEN $4 ELSE last_sent_at_ms END"
                                           " WHERE merchant_id = $1 AND store_id = $2 AND channel_id = $3"));
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    db_bind_i64(q, 3, channel_id);
    db_bind_i64(q, 4, s->env->now_ms(s->env->ctx));
    db_bind_i64(q, 5, fate);
    db_bind_text(q, 6, code);
    return db_exec(q);
}
