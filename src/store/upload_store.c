/* See upload_store.h. */
#include "store/upload_store.h"

static void upload_of(struct db_stmt *q, struct upload_row *ret)
{
    *ret = (struct upload_row){ .upload_id = db_i64(q, "upload_id"), .store_id = db_i64(q, "store_id"), .bytes = db_i64(q, "bytes"),
                                .user_id = db_i64(q, "user_id"), .created_at_ms = db_i64(q, "created_at_ms") };
    text_copy(ret->name, sizeof ret->name, db_text(q, "name"));
    text_copy(ret->path, sizeof ret->path, db_text(q, "path"));
}

bool upload_add(struct store *s, int64_t merchant_id, const struct upload_row *u, int64_t *ret_upload_id)
{
    /* Numbers go on from the greatest there was, so that an old page never means another's file. */
    struct db_stmt *q = db_stmt(s->db, SQL("INSERT INTO upload (merchant_id, upload_id, store_id, name, path, bytes, user_id, created_at_ms)"
                                           " SELECT $1, 1 + COALESCE(MAX(upload_id), $8), $2, $3, $4, $5, $6, $7 FROM upload"
                                           " WHERE merchant_id = $1 RETURNING upload_id"));
    if (!q) return false;
    int64_t now_ms = s->env->now_ms(s->env->ctx);
    db_bind_i64(q, 1, merchant_id);
    db_bind_i64(q, 2, u->store_id);
    db_bind_text(q, 3, text_from_cstr(u->name));
    db_bind_text(q, 4, text_from_cstr(u->path));
    db_bind_i64(q, 5, u->bytes);
    db_bind_i64(q, 6, u->user_id);
    db_bind_i64(q, 7, now_ms);
    db_bind_i64(q, 8, now_ms / 1000);
    bool row = db_step(q) == DB_ROW;
    if (row) *ret_upload_id = db_i64(q, "upload_id");
    db_done(q);
    return row;
}

enum upload_found upload_find(struct store *s, const struct shop *shop, int64_t upload_id, struct upload_row *ret)
{
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT upload_id, store_id, name, path, bytes, user_id, created_at_ms FROM upload"
                                           " WHERE merchant_id = $1 AND upload_id = $2 AND store_id = $3"));
    if (!q) return UPLOAD_READ_FAILED;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, upload_id);
    db_bind_i64(q, 3, shop->store_id);
    enum db_step step = db_step(q);
    if (step == DB_ROW) upload_of(q, ret);
    db_done(q);
    return step == DB_ROW ? UPLOAD_FOUND : step == DB_DONE ? UPLOAD_NOT_FOUND : UPLOAD_READ_FAILED;
}

int upload_expired(struct store *s, int64_t merchant_id, int64_t before_ms, struct upload_row *ret, int max)
{
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT upload_id, store_id, name, path, bytes, user_id, created_at_ms FROM upload"
                                           " WHERE merchant_id = $1 AND created_at_ms < $2 AND NOT EXISTS (SELECT 1 FROM import_file, import"
                                           " WHERE import_file.merchant_id = $1 AND import_file.path = upload.path AND import.merchant_id = $1"
                                           " AND import.import_id = import_file.import_id AND import.state IN (1, 3)) ORDER BY upload_id"));
    int n = 0;
    enum db_step step = DB_DONE;
    if (!q) return -1;
    db_bind_i64(q, 1, merchant_id);
    db_bind_i64(q, 2, before_ms);
    while (n < max && (step = db_step(q)) == DB_ROW) upload_of(q, &ret[n++]);
    db_done(q);
    return step == DB_FAILED ? -1 : n;
}

bool upload_at(struct store *s, int64_t merchant_id, struct text path, bool *ret)
{
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT upload_id FROM upload WHERE merchant_id = $1 AND path = $2"));
    if (!q) return false;
    db_bind_i64(q, 1, merchant_id);
    db_bind_text(q, 2, path);
    const enum db_step step = db_step(q);
    db_done(q);
    if (step != DB_FAILED) *ret = step == DB_ROW;
    return step != DB_FAILED;
}

bool upload_store_of(struct store *s, int64_t merchant_id, struct text path, int64_t *ret_store_id)
{
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT store_id FROM upload WHERE merchant_id = $1 AND path = $2"));
    if (!q) return false;
    db_bind_i64(q, 1, merchant_id);
    db_bind_text(q, 2, path);
    const enum db_step step = db_step(q);
    if (step != DB_FAILED) *ret_store_id = step == DB_ROW ? db_i64(q, "store_id") : 0;
    db_done(q);
    return step != DB_FAILED;
}

bool upload_remove(struct store *s, int64_t merchant_id, int64_t upload_id)
{
    struct db_stmt *q = db_stmt(s->db, SQL("DELETE FROM upload WHERE merchant_id = $1 AND upload_id = $2"));
    if (!q) return false;
    db_bind_i64(q, 1, merchant_id);
    db_bind_i64(q, 2, upload_id);
    return db_exec(q);
}
