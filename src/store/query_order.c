/* One order: its lines, the people in it, where it was learned from, what was done about it. */
#include "core/order/line_number.h"
#include "store/query_row.h"

static void bind_order(struct db_stmt *q, const struct shop *shop, int64_t order_id)
{
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, order_id);
}

/* Of an order whose lines no file lists: what the latest claim says was bought. */
static bool title_told(struct store *s, const struct shop *shop, struct arena *a, int64_t order_id, struct text *ret)
{
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT title FROM event WHERE merchant_id = $1 AND order_id = $2 AND title IS NOT NULL"
                                           " ORDER BY as_of_ms DESC, source_rank DESC, event_key DESC LIMIT 1"));
    if (!q) return false;
    bind_order(q, shop, order_id);
    enum db_step step = db_step(q);
    if (step == DB_ROW) *ret = arena_text(a, db_text(q, "title"));
    db_done(q);
    return step != DB_FAILED;
}

bool query_lines_row(struct store *s, const struct shop *shop, struct arena *a, int64_t order_id, struct lines_row *ret)
{
    struct lines_row r = { TEXT_NONE, 0, 0 };
    enum db_step step;
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT COALESCE(NULLIF(p.title, ''), p.sku_code, p.product_no) AS title, l.pieces AS pieces FROM order_line l JOIN product p"
                                           " ON p.merchant_id = l.merchant_id AND p.product_id = l.product_id"
                                           " WHERE l.merchant_id = $1 AND l.order_id = $2"
                                           " ORDER BY COALESCE(l.line_minor, 0) DESC, l.line_key"));
    if (!q) return false;
    bind_order(q, shop, order_id);
    while ((step = db_step(q)) == DB_ROW) {
        int64_t pieces = db_i64(q, "pieces");
        if (r.lines++ == 0) r.title = arena_text(a, db_text(q, "title"));
        r.pieces = pieces == CLAIM_NONE || r.pieces == CLAIM_NONE ? CLAIM_NONE : r.pieces + pieces;
    }
    db_done(q);
    if (step == DB_FAILED || a->failed) return false;
    if (r.lines == 0) r.pieces = CLAIM_NONE;
    if (r.lines == 0 && !title_told(s, shop, a, order_id, &r.title)) return false;
    *ret = r;
    return true;
}

static void keep_first(struct arena *a, struct text *field, struct text told)
{
    if (text_empty(*field) && !text_empty(told)) *field = arena_text(a, told);
}

bool query_person(struct store *s, const struct shop *shop, struct arena *a, int64_t order_id, struct person_cells *ret)
{
    enum db_step step;
    struct person_cells p = { 0 };
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT p.buyer AS buyer, p.name AS name, p.phone AS phone, p.address AS address,"
                                           " p.buyer_note AS buyer_note, p.seller_note AS seller_note, p.email AS email FROM person p"
                                           " JOIN event e ON e.merchant_id = p.merchant_id AND e.order_id = p.order_id"
                                           " AND e.event_no = p.event_no WHERE p.merchant_id = $1 AND p.order_id = $2"
                                           " ORDER BY e.as_of_ms DESC, e.source_rank DESC, e.event_key DESC"));
    if (!q) return false;
    bind_order(q, shop, order_id);
    while ((step = db_step(q)) == DB_ROW) {
        keep_first(a, &p.buyer, db_text(q, "buyer"));
        keep_first(a, &p.name, db_text(q, "name"));
        keep_first(a, &p.phone, db_text(q, "phone"));
        keep_first(a, &p.address, db_text(q, "address"));
        keep_first(a, &p.buyer_note, db_text(q, "buyer_note"));
        keep_first(a, &p.seller_note, db_text(q, "seller_note"));
        keep_first(a, &p.email, db_text(q, "email"));
    }
    db_done(q);
    if (step == DB_FAILED || a->failed) return false;
    *ret = p;
    return true;
}

bool query_lines(struct store *s, const struct shop *shop, struct arena *a, int64_t order_id, struct line_row **ret, int64_t *ret_n)
{
    void *rows = NULL;
    int64_t n = 0, capacity = 0;
    enum db_step step = DB_DONE;
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT COALESCE(NULLIF(p.title, ''), p.sku_code, p.product_no) AS title, l.options AS options,"
                                           " p.sku_code AS sku_code, p.product_no AS product_no, l.pieces AS pieces,"
                                           " l.line_key AS line_key, l.unit_minor AS unit_minor, l.line_minor AS line_minor, l.refund_minor AS refund_minor"
                                           " FROM order_line l JOIN product p ON p.merchant_id = l.merchant_id"
                                           " AND p.product_id = l.product_id WHERE l.merchant_id = $1 AND l.order_id = $2"
                                           " ORDER BY COALESCE(l.line_minor, 0) DESC, l.line_key"));
    if (!q) return false;
    bind_order(q, shop, order_id);
    while (query_room(a, &rows, n, &capacity, sizeof(struct line_row)) && (step = db_step(q)) == DB_ROW) {
        char number[LINE_NUMBER_BYTES];
        line_number_write(db_i64(q, "line_key"), number);
        ((struct line_row *)rows)[n++] = (struct line_row){
            arena_text(a, (struct text){ number, sizeof number }), arena_text(a, db_text(q, "title")), arena_text(a, db_text(q, "options")), arena_text(a, db_text(q, "sku_code")),
            arena_text(a, db_text(q, "product_no")), db_i64(q, "pieces"), db_i64(q, "unit_minor"), db_i64(q, "line_minor"), db_i64(q, "refund_minor") };
    }
    db_done(q);
    if (step == DB_FAILED || a->failed) return false;
    *ret = rows;
    *ret_n = n;
    return true;
}

/* A range of an assertion covers the order when it is the last of its import and event number that begins at or before it.
 * Files of orders (subject 0) of one import that bear the same as_of are all named: the assertion does not tell them apart. */
bool query_sources(struct store *s, const struct shop *shop, struct arena *a, int64_t order_id, struct source_row **ret, int64_t *ret_n)
{
    void *rows = NULL;
    int64_t n = 0, capacity = 0;
    enum db_step step = DB_DONE;
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT DISTINCT f.import_id AS import_id, f.file_no AS file_no, f.name AS name,"
        " f.profile AS profile, f.as_of_ms AS as_of_ms, i.started_at_ms AS started_at_ms"
        " FROM event e JOIN import i ON i.merchant_id = e.merchant_id AND i.store_id = $3"
        " JOIN assertion s ON s.merchant_id = e.merchant_id AND s.import_id = i.import_id AND s.event_no = e.event_no"
        " AND s.order_from = (SELECT MAX(t.order_from) FROM assertion t WHERE t.merchant_id = e.merchant_id"
        " AND t.import_id = i.import_id AND t.event_no = e.event_no AND t.order_from <= $2) AND s.order_to >= $2"
        " JOIN import_file f ON f.merchant_id = e.merchant_id AND f.import_id = i.import_id AND f.as_of_ms = s.as_of_ms AND f.subject = 0"
        " WHERE e.merchant_id = $1 AND e.order_id = $2 ORDER BY f.as_of_ms DESC, f.import_id DESC, f.file_no"));
    if (!q) return false;
    bind_order(q, shop, order_id);
    db_bind_i64(q, 3, shop->store_id);
    while (query_room(a, &rows, n, &capacity, sizeof(struct source_row)) && (step = db_step(q)) == DB_ROW)
        ((struct source_row *)rows)[n++] = (struct source_row){ db_i64(q, "import_id"), db_i64(q, "as_of_ms"), db_i64(q, "started_at_ms"),
                                                                arena_text(a, db_text(q, "name")), arena_text(a, db_text(q, "profile")) };
    db_done(q);
    if (step == DB_FAILED || a->failed) return false;
    *ret = rows;
    *ret_n = n;
    return true;
}

bool query_order_marks(struct store *s, const struct shop *shop, struct arena *a, int64_t order_id, struct order_mark_row **ret,
                       int64_t *ret_n)
{
    void *rows = NULL;
    int64_t n = 0, capacity = 0;
    enum db_step step = DB_DONE;
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT m.wave AS wave, m.outcome AS outcome, m.at_ms AS at_ms, m.reason AS reason,"
                                           " u.name AS name FROM reminder_mark m LEFT JOIN account u ON u.merchant_id = m.merchant_id"
                                           " AND u.user_id = m.user_id WHERE m.merchant_id = $1 AND m.order_id = $2 ORDER BY m.at_ms, m.wave"));
    if (!q) return false;
    bind_order(q, shop, order_id);
    while (query_room(a, &rows, n, &capacity, sizeof(struct order_mark_row)) && (step = db_step(q)) == DB_ROW)
        ((struct order_mark_row *)rows)[n++] = (struct order_mark_row){
            { (int)db_i64(q, "wave"), (enum mark_outcome)db_i64(q, "outcome"), db_i64(q, "at_ms") },
            arena_text(a, db_text(q, "reason")), arena_text(a, db_text(q, "name")) };
    db_done(q);
    if (step == DB_FAILED || a->failed) return false;
    *ret = rows;
    *ret_n = n;
    return true;
}
