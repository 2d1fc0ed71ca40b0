/* See feed_store.h: feeds, the ids of their events, refusals. Tokens and secrets are in feed_key_store.c. */
#include "store/feed_store.h"

/* ---- feeds ---- */

static void feed_of(struct db_stmt *q, struct feed_row *ret)
{
    *ret = (struct feed_row){ .source = (enum feed_source)db_i64(q, "source"), .made_at_ms = db_i64(q, "made_at_ms"), .limit_s = db_i64(q, "limit_s"),
                              .last_at_ms = db_i64(q, "last_at_ms"), .last_as_of_ms = db_i64(q, "last_as_of_ms"), .accepted = db_i64(q, "accepted"),
                              .duplicates = db_i64(q, "duplicates"), .refused = db_i64(q, "refused"), .refused_at_ms = db_i64(q, "refused_at_ms"),
                              .on = db_i64(q, "is_on") != 0 };
    text_copy(ret->folder, sizeof ret->folder, db_text(q, "folder"));
}

int feed_list(struct store *s, const struct shop *shop, struct feed_row ret[FEED_SOURCES])
{
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT source, made_at_ms, limit_s, last_at_ms, last_as_of_ms, accepted, duplicates, refused, refused_at_ms, is_on,"
                                           " folder FROM feed WHERE merchant_id = $1 AND store_id = $2 AND source > 0 AND source < 6 ORDER BY source"));
    int n = 0;
    enum db_step step = DB_DONE;
    if (!q) return -1;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    while (n < FEED_SOURCES && (step = db_step(q)) == DB_ROW) feed_of(q, &ret[n++]);
    db_done(q);
    return step == DB_FAILED ? -1 : n;
}

bool feed_set(struct store *s, const struct shop *shop, const struct feed_row *row)
{
    struct db_stmt *q = db_stmt(s->db, SQL("INSERT INTO feed (merchant_id, store_id, source, made_at_ms, limit_s, accepted, duplicates, refused, is_on, folder)"
                                           " VALUES ($1, $2, $3, $4, $5, 0, 0, 0, $6, $7) ON CONFLICT (merchant_id, store_id, source) DO UPDATE SET"
                                           " limit_s = CASE WHEN CAST($8 AS BIGINT) = 0 THEN feed.limit_s ELSE excluded.limit_s END, folder = excluded.folder,"
                                           " made_at_ms = CASE WHEN feed.is_on = 0 AND excluded.is_on = 1 THEN excluded.made_at_ms ELSE feed.made_at_ms END,"
                                           " last_at_ms = CASE WHEN feed.is_on = 0 AND excluded.is_on = 1 THEN NULL ELSE feed.last_at_ms END,"
                                           " is_on = excluded.is_on"));
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    db_bind_i64(q, 3, row->source);
    db_bind_i64(q, 4, s->env->now_ms(s->env->ctx));
    db_bind_i64(q, 5, row->limit_s ? row->limit_s : FEED_LIMIT_DEFAULT_S);
    db_bind_i64(q, 6, row->on);
    db_bind_text_or_null(q, 7, text_from_cstr(row->folder));
    db_bind_i64(q, 8, row->limit_s);
    return db_exec(q);
}

bool feed_tally_add(struct store *s, const struct shop *shop, enum feed_source source, const struct feed_tally *t)
{
    struct db_stmt *q = db_stmt(s->db, SQL("UPDATE feed SET last_at_ms = CASE WHEN last_at_ms > CAST($4 AS BIGINT) THEN last_at_ms ELSE CAST($4 AS BIGINT) END,"
                                           " last_as_of_ms = CASE WHEN last_as_of_ms > CAST($5 AS BIGINT) THEN last_as_of_ms ELSE COALESCE(CAST($5 AS BIGINT), last_as_of_ms) END,"
                                           " accepted = accepted + $6, duplicates = duplicates + $7 WHERE merchant_id = $1 AND store_id = $2 AND source = $3"));
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    db_bind_i64(q, 3, source);
    db_bind_i64(q, 4, s->env->now_ms(s->env->ctx));
    db_bind_i64_or_null(q, 5, t->last_as_of_ms);
    db_bind_i64(q, 6, t->accepted);
    db_bind_i64(q, 7, t->duplicates);
    return db_exec(q);
}

struct feed_tallies feed_tallies_none(void)
{
    struct feed_tallies t;
    for (int i = 0; i < FEED_SOURCES; i++) t.of[i] = (struct feed_tally){ .last_as_of_ms = INSTANT_NONE };
    return t;
}

bool feed_tallies_add(struct store *s, const struct shop *shop, const struct feed_tallies *t)
{
    for (int i = FEED_NONE + 1; i < FEED_SOURCES; i++)
        if (t->of[i].accepted + t->of[i].duplicates > 0 && !feed_tally_add(s, shop, (enum feed_source)i, &t->of[i])) return false;
    return true;
}

/* ---- ids ---- */

static void id_cell(struct db_cell *c, const void *rows, size_t row, int column)
{
    const struct feed_id *id = ((const struct feed_id *const *)rows)[row];
    switch (column) {
    case 0: db_cell_i64(c, id ? (int64_t)id->source : FEED_NONE); break;
    case 1: db_cell_blob(c, id ? id->bytes : (const unsigned char *)"", id ? FEED_ID_BYTES : 0); break;
    case 2: db_cell_i64(c, (int64_t)row); break;
    }
}
static const struct db_batch_table batch_feed_id = { "batch_feed_id", SQL("CREATE TABLE batch_feed_id (source BIGINT, id_hash BYTEA, place BIGINT)"), id_cell };

static bool same_id(const struct feed_id *a, const struct feed_id *b)
{
    return a->source == b->source && memcmp(a->bytes, b->bytes, FEED_ID_BYTES) == 0;
}

/* Those that stand before in the list are no news. Open addressing over the ids' own bytes, which are a keyed hash. */
static void mark_repeated(const struct feed_id *const *ids, size_t n, bool *fresh)
{
    enum { SLOTS = 4096 };
    uint32_t slots[SLOTS] = { 0 };
    for (size_t i = 0; i < n; i++) {
        fresh[i] = true;
        if (ids[i]->source == FEED_NONE) continue;
        uint32_t h;
        memcpy(&h, ids[i]->bytes, sizeof h);
        for (uint32_t at = h % SLOTS;; at = (at + 1) % SLOTS) {
            if (slots[at] == 0) {
                slots[at] = (uint32_t)i + 1;
                break;
            }
            if (same_id(ids[slots[at] - 1], ids[i])) {
                fresh[i] = false;
                break;
            }
        }
    }
}

static bool mark_known(struct store *s, const struct shop *shop, int64_t generation, bool *fresh)
{
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT b.place AS place FROM batch_feed_id b CROSS JOIN feed_event k WHERE k.merchant_id = $1 AND k.generation = $3"
                                           " AND k.store_id = $2 AND k.source = b.source AND k.id_hash = b.id_hash"));
    enum db_step step;
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    db_bind_i64(q, 3, generation);
    while ((step = db_step(q)) == DB_ROW) fresh[db_i64_at(q, 0)] = false;
    db_done(q);
    return step == DB_DONE;
}

static bool ids_keep(struct store *s, const struct shop *shop, int64_t generation, const struct feed_id *const *ids, size_t n)
{
    if (n == 0) return true;
    if (!db_batch(s->db, &batch_feed_id, ids, n)) return false;
    struct db_stmt *q = db_stmt(s->db, SQL("INSERT INTO feed_event (merchant_id, generation, store_id, source, id_hash)"
                                           " SELECT CAST($1 AS BIGINT), CAST($3 AS BIGINT), CAST($2 AS BIGINT), source, id_hash FROM batch_feed_id"));
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    db_bind_i64(q, 3, generation);
    return db_exec(q);
}

bool feed_ids_take(struct store *s, const struct shop *shop, const struct feed_id *const *ids, size_t n, bool *ret_fresh)
{
    enum { AT_ONCE = 1024 };
    const struct feed_id *news[AT_ONCE];
    const int64_t generation = s->env->now_ms(s->env->ctx) / FEED_GENERATION_MS;
    if (n > AT_ONCE) {
        db_refuse(s->db, DB_ERROR_OTHER, "too many events at once");
        return false;
    }
    mark_repeated(ids, n, ret_fresh);
    size_t count = 0;
    for (size_t i = 0; i < n; i++) count += ids[i]->source != FEED_NONE;
    if (count == 0) return true;
    /* a clock that was set back: the generation after this one may be there already */
    if (!db_batch(s->db, &batch_feed_id, ids, n) || !mark_known(s, shop, generation, ret_fresh) || !mark_known(s, shop, generation - 1, ret_fresh) ||
        !mark_known(s, shop, generation + 1, ret_fresh))
        return false;
    count = 0;
    for (size_t i = 0; i < n; i++)
        if (ret_fresh[i] && ids[i]->source != FEED_NONE) news[count++] = ids[i];
    return ids_keep(s, shop, generation, news, count);
}

int feed_ids_expire(struct store *s, int64_t merchant_id, int max)
{
    struct db_stmt *q = db_stmt(s->db, SQL("DELETE FROM feed_event WHERE merchant_id = $1 AND (generation, store_id, source, id_hash) IN (SELECT generation, store_id,"
                                           " source, id_hash FROM feed_event WHERE merchant_id = $1 AND generation < $2 ORDER BY generation LIMIT $3)"));
    if (!q) return -1;
    db_bind_i64(q, 1, merchant_id);
    db_bind_i64(q, 2, s->env->now_ms(s->env->ctx) / FEED_GENERATION_MS - 1);
    db_bind_i64(q, 3, max);
    return db_exec(q) ? (int)db_changes(s->db) : -1;
}

/* ---- refusals ---- */

static bool refusals_trim(struct store *s, const struct shop *shop, int64_t refusal_no)
{
    struct db_stmt *q = db_stmt(s->db, SQL("DELETE FROM feed_refusal WHERE merchant_id = $1 AND store_id = $2 AND refusal_no <= $3"));
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    db_bind_i64(q, 3, refusal_no - FEED_REFUSALS_KEPT);
    return db_exec(q);
}

static bool refused_count(struct store *s, const struct shop *shop, const struct feed_refusal *r)
{
    struct db_stmt *q = db_stmt(s->db, SQL("UPDATE feed SET refused = refused + 1, refused_at_ms = $4 WHERE merchant_id = $1 AND store_id = $2 AND source = $3"));
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    db_bind_i64(q, 3, r->source);
    db_bind_i64(q, 4, r->at_ms);
    return db_exec(q);
}

bool feed_refusal_add(struct store *s, const struct shop *shop, const struct feed_refusal *r)
{
    struct db_stmt *q = db_stmt(s->db, SQL("INSERT INTO feed_refusal (merchant_id, store_id, refusal_no, source, at_ms, code, what_en, what_zh, subject)"
                                           " SELECT CAST($1 AS BIGINT), CAST($2 AS BIGINT), 1 + COALESCE(MAX(refusal_no), 0), CAST($3 AS BIGINT), CAST($4 AS BIGINT),"
                                           " CAST($5 AS TEXT), CAST($6 AS TEXT), CAST($7 AS TEXT), CAST($8 AS TEXT) FROM feed_refusal"
                                           " WHERE merchant_id = $1 AND store_id = $2 RETURNING refusal_no"));
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    db_bind_i64(q, 3, r->source);
    db_bind_i64(q, 4, r->at_ms);
    db_bind_text(q, 5, text_from_cstr(r->code));
    db_bind_text(q, 6, text_from_cstr(r->en));
    db_bind_text(q, 7, text_from_cstr(r->zh));
    db_bind_text(q, 8, text_from_cstr(r->subject));
    const enum db_step step = db_step(q);
    const int64_t no = step == DB_ROW ? db_i64(q, "refusal_no") : 0;
    db_done(q);
    return step == DB_ROW && refusals_trim(s, shop, no) && refused_count(s, shop, r);
}

int feed_refusals(struct store *s, const struct shop *shop, struct feed_refusal *ret, int max)
{
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT source, at_ms, code, what_en, what_zh, subject FROM feed_refusal WHERE merchant_id = $1 AND store_id = $2"
                                           " ORDER BY refusal_no DESC"));
    int n = 0;
    enum db_step step = DB_DONE;
    if (!q) return -1;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    while (n < max && (step = db_step(q)) == DB_ROW) {
        struct feed_refusal *r = &ret[n++];
        *r = (struct feed_refusal){ .source = (enum feed_source)db_i64(q, "source"), .at_ms = db_i64(q, "at_ms") };
        text_copy(r->code, sizeof r->code, db_text(q, "code"));
        text_copy(r->en, sizeof r->en, db_text(q, "what_en"));
        text_copy(r->zh, sizeof r->zh, db_text(q, "what_zh"));
        text_copy(r->subject, sizeof r->subject, db_text(q, "subject"));
    }
    db_done(q);
    return step == DB_FAILED ? -1 : n;
}
