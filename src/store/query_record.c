/* See query_record.h. */
#include "store/query_record.h"
#include <assert.h>

/* ---- lists ---- */

/* The cells of one record, texts in the arena. */
static bool read_cells(struct store *s, const struct shop *shop, struct arena *a, bool persons, struct record_found *r)
{
    struct db_stmt *q = persons
        ? db_stmt(s->db, SQL("SELECT c.field AS field, c.number AS number, COALESCE(c.text, p.text) AS text, c.disputed AS disputed FROM record_cell c"
                             " LEFT JOIN record_person_cell p ON p.merchant_id = c.merchant_id AND p.record_id = c.record_id AND p.event_no = c.event_no"
                             " AND p.field = c.field WHERE c.merchant_id = $1 AND c.record_id = $2 ORDER BY c.field"))
        : db_stmt(s->db, SQL("SELECT field, number, text, disputed FROM record_cell WHERE merchant_id = $1 AND record_id = $2"
                             " AND (number IS NOT NULL OR text IS NOT NULL) ORDER BY field"));
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, r->record_id);
    enum db_step step;
    r->cell_count = 0;
    while ((step = db_step(q)) == DB_ROW && r->cell_count < RECORD_FIELDS_MAX) {
        const struct text text = db_text_at(q, 2);
        r->cells[r->cell_count++] = (struct record_cell){ .field = (int)db_i64_at(q, 0), .number = text.ptr ? 0 : db_i64_at(q, 1),
            .text = text.ptr ? arena_text(a, text) : TEXT_NONE, .disputed = db_i64_at(q, 3) != 0 };
    }
    db_done(q);
    return step != DB_FAILED && !a->failed;
}

static struct db_stmt *records_stmt(struct store *s, const struct records_filter *f)
{
    if (!text_empty(f->key))
        return db_stmt(s->db, SQL("SELECT record_id, grain, at_ms, as_of_ms, disputed, record_key FROM record WHERE merchant_id = $1 AND store_id = $2"
            " AND subject = $3 AND record_key >= $9 AND at_ms >= $4 AND at_ms < $5 AND (grain = $8 OR $8 = -1) AND (at_ms < $6 OR record_id < $7)"
            " ORDER BY record_key"));
    if (f->disputed)
        return db_stmt(s->db, SQL("SELECT record_id, grain, at_ms, as_of_ms, disputed, record_key FROM record WHERE merchant_id = $1 AND store_id = $2"
            " AND subject = $3 AND at_ms >= $4 AND at_ms < $5 AND at_ms <= $6 AND (at_ms < $6 OR record_id < $7) AND (grain = $8 OR $8 = -1)"
            " AND disputed > 0 ORDER BY at_ms DESC, record_id DESC"));
    return db_stmt(s->db, SQL("SELECT record_id, grain, at_ms, as_of_ms, disputed, record_key FROM record WHERE merchant_id = $1 AND store_id = $2"
        " AND subject = $3 AND at_ms >= $4 AND at_ms < $5 AND at_ms <= $6 AND (at_ms < $6 OR record_id < $7) AND (grain = $8 OR $8 = -1)"
        " ORDER BY at_ms DESC, record_id DESC"));
}

bool query_records(struct store *s, const struct shop *shop, const struct records_filter *f, record_each *each, void *ctx)
{
    struct db_stmt *q = records_stmt(s, f);
    struct arena a;
    enum db_step step;
    bool ok = true;
    if (!q) return false;
    arena_init(&a, &s->env->memory, 0);
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    db_bind_i64(q, 3, f->subject);
    db_bind_i64(q, 4, f->from_ms);
    db_bind_i64(q, 5, f->to_ms);
    db_bind_i64(q, 6, f->before.at_ms);
    db_bind_i64(q, 7, f->before.record_id);
    db_bind_i64(q, 8, f->grain);
    if (!text_empty(f->key)) db_bind_text(q, 9, f->key);
    while ((step = db_step(q)) == DB_ROW) {
        arena_clear(&a);
        struct record_found *r = ARENA_NEW(&a, struct record_found);
        ok = r != NULL;
        if (!ok) break;
        *r = (struct record_found){ .subject = f->subject, .record_id = db_i64_at(q, 0), .grain = db_i64_at(q, 1), .at_ms = db_i64_at(q, 2),
                                    .as_of_ms = db_i64_at(q, 3), .disputed = db_i64_at(q, 4), .record_key = arena_text(&a, db_text_at(q, 5)) };
        if (!text_empty(f->key) && !text_starts_with(r->record_key, f->key)) break;
        ok = read_cells(s, shop, &a, f->persons, r);
        if (!ok || !each(ctx, r)) break;
    }
    db_done(q);
    if (a.failed) db_refuse(s->db, DB_ERROR_MEMORY, "out of memory while records were read");
    arena_release(&a);
    return ok && step != DB_FAILED;
}

bool query_record(struct store *s, const struct shop *shop, int64_t record_id, record_each *each, void *ctx)
{
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT subject, grain, at_ms, as_of_ms, disputed FROM record WHERE merchant_id = $1 AND store_id = $2 AND record_id = $3"));
    struct arena a;
    bool ok = true;
    if (!q) return false;
    arena_init(&a, &s->env->memory, 0);
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    db_bind_i64(q, 3, record_id);
    const enum db_step step = db_step(q);
    if (step == DB_ROW) {
        struct record_found *r = ARENA_NEW(&a, struct record_found);
        ok = r != NULL;
        if (ok) *r = (struct record_found){ .record_id = record_id, .subject = (enum subject)db_i64_at(q, 0), .grain = db_i64_at(q, 1), .at_ms = db_i64_at(q, 2),
                                            .as_of_ms = db_i64_at(q, 3), .disputed = db_i64_at(q, 4) };
        ok = ok && read_cells(s, shop, &a, true, r);
        if (ok) (void)each(ctx, r);
    }
    db_done(q);
    if (a.failed) db_refuse(s->db, DB_ERROR_MEMORY, "out of memory while a record was read");
    arena_release(&a);
    return ok && step != DB_FAILED;
}

bool query_record_count(struct store *s, const struct shop *shop, enum subject subject, int64_t most, int64_t *ret)
{
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT COUNT(*) AS n FROM (SELECT 1 AS one FROM record WHERE merchant_id = $1 AND store_id = $2 AND subject = $3 LIMIT $4) r"));
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    db_bind_i64(q, 3, subject);
    db_bind_i64(q, 4, most);
    const enum db_step step = db_step(q);
    if (step == DB_ROW) *ret = db_i64(q, "n");
    db_done(q);
    return step == DB_ROW;
}

bool query_record_grains(struct store *s, const struct shop *shop, enum subject subject, int64_t most, bool (*each)(void *ctx, int64_t grain, int64_t records), void *ctx)
{
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT grain, COUNT(*) AS n FROM (SELECT grain FROM record WHERE merchant_id = $1 AND store_id = $2 AND subject = $3 LIMIT $4) r"
                                           " GROUP BY grain ORDER BY grain"));
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    db_bind_i64(q, 3, subject);
    db_bind_i64(q, 4, most);
    enum db_step step;
    while ((step = db_step(q)) == DB_ROW)
        if (!each(ctx, db_i64(q, "grain"), db_i64(q, "n"))) break;
    db_done(q);
    return step != DB_FAILED;
}

bool query_record_told(struct store *s, const struct shop *shop, int64_t record_id, int field, bool (*each)(void *ctx, const struct record_told *t), void *ctx)
{
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT e.event_no AS event_no, c.number AS number, c.text AS text, e.as_of_ms AS as_of_ms, e.source_rank AS source_rank,"
        " (SELECT MIN(a.import_id) FROM record_assertion a JOIN import i ON i.merchant_id = a.merchant_id AND i.import_id = a.import_id AND i.store_id = $2"
        " WHERE a.merchant_id = $1 AND a.event_no = e.event_no AND a.record_from <= $3 AND a.record_to >= $3) AS import_id"
        " FROM record_event e JOIN record_event_cell c ON c.merchant_id = e.merchant_id AND c.record_id = e.record_id AND c.event_no = e.event_no AND c.field = $4"
        " WHERE e.merchant_id = $1 AND e.record_id = $3 ORDER BY e.as_of_ms DESC, e.source_rank DESC, e.event_key DESC"));
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    db_bind_i64(q, 3, record_id);
    db_bind_i64(q, 4, field);
    enum db_step step;
    while ((step = db_step(q)) == DB_ROW) {
        const int64_t import_id = db_i64(q, "import_id");
        const struct record_told t = { .event_no = db_i64(q, "event_no"), .number = db_i64(q, "number"), .as_of_ms = db_i64(q, "as_of_ms"),
            .rank = db_i64(q, "source_rank"), .import_id = import_id == INT64_MIN ? 0 : import_id, .text = db_text(q, "text") };
        if (!each(ctx, &t)) break;
    }
    db_done(q);
    return step != DB_FAILED;
}

/* ---- what there is ---- */

static bool three_numbers(struct db_stmt *q, const struct shop *shop, enum subject subject, int64_t ret[3])
{
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    db_bind_i64(q, 3, subject);
    const enum db_step step = db_step(q);
    for (int i = 0; step == DB_ROW && i < 3; i++) ret[i] = db_i64_at(q, i);
    db_done(q);
    return step == DB_ROW;
}

bool query_subject(struct store *s, const struct shop *shop, enum subject subject, struct subject_figures *ret)
{
    int64_t records[3], disputed[3], files[3];
    if (!three_numbers(db_stmt(s->db, SQL("SELECT COUNT(*) AS n, MAX(at_ms) AS latest, 0 AS none FROM record WHERE merchant_id = $1 AND store_id = $2 AND subject = $3")),
                       shop, subject, records) ||
        !three_numbers(db_stmt(s->db, SQL("SELECT COUNT(*) AS n, 0 AS none, 0 AS none_either FROM record WHERE merchant_id = $1 AND store_id = $2 AND subject = $3 AND disputed > 0")),
                       shop, subject, disputed) ||
        !three_numbers(db_stmt(s->db, SQL("SELECT COUNT(*) AS n, COALESCE(CAST(SUM(f.rows_done) AS BIGINT), 0) AS rows_in, MAX(f.as_of_ms) AS as_of_ms FROM import i"
                                          " JOIN import_file f ON f.merchant_id = i.merchant_id AND f.import_id = i.import_id"
                                          " WHERE i.merchant_id = $1 AND i.store_id = $2 AND i.state <> 4 AND f.subject = $3")), shop, subject, files))
        return false;
    *ret = (struct subject_figures){ .records = records[0], .latest_at_ms = records[1], .disputed = disputed[0], .files = files[0], .rows = files[1], .as_of_ms = files[2] };
    return true;
}

bool query_subject_sources(struct store *s, const struct shop *shop, enum subject subject, bool (*each)(void *ctx, const struct subject_source *t), void *ctx)
{
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT f.profile AS profile, COUNT(*) AS files, CAST(SUM(f.rows_done) AS BIGINT) AS rows_in, MAX(f.as_of_ms) AS as_of_ms FROM import i"
        " JOIN import_file f ON f.merchant_id = i.merchant_id AND f.import_id = i.import_id WHERE i.merchant_id = $1 AND i.store_id = $2 AND i.state <> 4"
        " AND f.subject = $3 GROUP BY f.profile ORDER BY f.profile"));
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    db_bind_i64(q, 3, subject);
    enum db_step step;
    while ((step = db_step(q)) == DB_ROW) {
        const struct subject_source t = { db_text(q, "profile"), db_i64(q, "files"), db_i64(q, "rows_in"), db_i64(q, "as_of_ms") };
        if (!each(ctx, &t)) break;
    }
    db_done(q);
    return step != DB_FAILED;
}

/* ---- traffic ---- */

struct day_sum { int64_t day, grain; struct traffic_sum sum; };

static void day_add(struct day_sum *held, const struct day_sum *next, struct traffic_sum *total)
{
    if (held->grain != 0 && held->day != next->day) {
        total->visitors += held->sum.visitors;
        total->views += held->sum.views;
        total->favourites += held->sum.favourites;
        total->carts += held->sum.carts;
        total->periods += held->sum.periods;
        held->grain = 0;
    }
    if (held->grain == 0 || next->grain > held->grain) *held = *next; /* of one day: its hours rather than the day as a whole */
}

bool query_traffic(struct store *s, const struct shop *shop, int64_t from_ms, int64_t to_ms, struct traffic_sum *ret)
{
    const int day = record_field_find(SUBJECT_TRAFFIC, TEXT("day")), hour = record_field_find(SUBJECT_TRAFFIC, TEXT("hour"));
    const int64_t of_day = INT64_C(1) << (day - 1), of_hour = of_day | INT64_C(1) << (hour - 1);
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT d.number AS day, r.grain AS grain, COUNT(DISTINCT r.record_id) AS periods,"
        " CAST(SUM(CASE WHEN c.field = $7 THEN c.number ELSE 0 END) AS BIGINT) AS visitors, CAST(SUM(CASE WHEN c.field = $8 THEN c.number ELSE 0 END) AS BIGINT) AS views,"
        " CAST(SUM(CASE WHEN c.field = $9 THEN c.number ELSE 0 END) AS BIGINT) AS favourites, CAST(SUM(CASE WHEN c.field = $10 THEN c.number ELSE 0 END) AS BIGINT) AS carts"
        " FROM record r CROSS JOIN record_cell d CROSS JOIN record_cell c WHERE r.merchant_id = $1 AND r.store_id = $2 AND r.subject = 3 AND r.at_ms >= $3 AND r.at_ms < $4"
        " AND r.grain IN ($5, $6) AND d.merchant_id = $1 AND d.record_id = r.record_id AND d.field = $11 AND c.merchant_id = $1 AND c.record_id = r.record_id"
        " AND c.field IN ($7, $8, $9, $10) GROUP BY d.number, r.grain ORDER BY d.number, r.grain"));
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    db_bind_i64(q, 3, from_ms);
    db_bind_i64(q, 4, to_ms);
    db_bind_i64(q, 5, of_day);
    db_bind_i64(q, 6, of_hour);
    db_bind_i64(q, 7, record_field_find(SUBJECT_TRAFFIC, TEXT("visitors")));
    db_bind_i64(q, 8, record_field_find(SUBJECT_TRAFFIC, TEXT("views")));
    db_bind_i64(q, 9, record_field_find(SUBJECT_TRAFFIC, TEXT("favourites")));
    db_bind_i64(q, 10, record_field_find(SUBJECT_TRAFFIC, TEXT("carts")));
    db_bind_i64(q, 11, day);
    struct traffic_sum total = { 0 };
    struct day_sum held = { 0 };
    enum db_step step;
    while ((step = db_step(q)) == DB_ROW) {
        const struct day_sum next = { db_i64(q, "day"), db_i64(q, "grain"), { db_i64(q, "visitors"), db_i64(q, "views"), db_i64(q, "favourites"), db_i64(q, "carts"),
                                      db_i64(q, "periods") * (db_i64(q, "grain") == of_day ? 24 : 1) } };
        day_add(&held, &next, &total);
    }
    db_done(q);
    if (step == DB_FAILED) return false;
    day_add(&held, &(struct day_sum){ .day = INT64_MAX }, &total);
    *ret = total;
    return true;
}
