/* See profile_store.h. */
#include "store/profile_store.h"
#include <stdio.h>
#include "store/audit_store.h"

bool user_profile_put(struct store *s, const struct shop *shop, struct text name, struct text json, int64_t user_id)
{
    struct db_stmt *q = db_stmt(s->db, SQL("INSERT INTO user_profile (merchant_id, store_id, name, json) VALUES ($1, $2, $3, $4)"
                                           " ON CONFLICT (merchant_id, store_id, name) DO UPDATE SET json = excluded.json"));
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    db_bind_text(q, 3, name);
    db_bind_text(q, 4, json);
    if (!db_exec(q)) return false;
    char subject[160];
    const int n = snprintf(subject, sizeof subject, "store %lld profile", (long long)shop->store_id);
    return audit_append(s, shop->merchant_id, &(struct audit_deed){ .user_id = user_id, .verb = "profile-save",
                                                                     .subject = { subject, (size_t)n }, .detail = json });
}

bool user_profile_each(struct store *s, const struct shop *shop, bool (*found)(void *ctx, struct text name, struct text json), void *ctx)
{
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT name, json FROM user_profile WHERE merchant_id = $1 AND store_id = $2"
                                           " ORDER BY name LIMIT $3"));
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    db_bind_i64(q, 3, PROFILES_PER_STORE_MAX);
    enum db_step step;
    while ((step = db_step(q)) == DB_ROW && found(ctx, db_text(q, "name"), db_text(q, "json"))) {}
    db_done(q);
    return step != DB_FAILED;
}
