/* See contact_store.h. */
#include "store/contact_store.h"
#include <assert.h>

/* ---- contacts and marks ---- */

/* These lists are a few rows long: put in order here, where a database would open a table of its own for each. */
static void keep_latest(int64_t *latest, int max, int *n, int64_t at_ms)
{
    int at = *n < max ? (*n)++ : max;
    for (; at > 0 && latest[at - 1] < at_ms; at--)
        if (at < max) latest[at] = latest[at - 1];
    if (at < max) latest[at] = at_ms;
}

static void keep_highest(struct reminder_mark *marks, int max, int *n, struct reminder_mark mark)
{
    int at = *n < max ? (*n)++ : max;
    for (; at > 0 && marks[at - 1].wave < mark.wave; at--)
        if (at < max) marks[at] = marks[at - 1];
    if (at < max) marks[at] = mark;
}

/* The joins stand in the order in which they are to be made: from the customer's few orders on. */
bool contacts_of(struct store *s, const struct shop *shop, const struct contacts_ask *ask, int64_t *ret, int max, int *ret_n)
{
    enum db_step step;
    int n = 0;
    struct db_stmt *q = ask->customer_id != CLAIM_NONE
        ? db_stmt(s->db, SQL("SELECT m.at_ms FROM customer_order c CROSS JOIN orders o"
                             " CROSS JOIN reminder_mark m WHERE c.merchant_id = $1 AND o.merchant_id = $1 AND o.order_id = c.order_id AND m.merchant_id = $1 AND m.order_id = c.order_id"
                             " AND c.customer_id = $2 AND o.customer_id = $2 AND m.outcome IN (1, 3) AND m.at_ms > $3 AND m.at_ms <= $4"
                             " UNION ALL SELECT x.leased_at_ms FROM customer_order c CROSS JOIN orders o"
                             " CROSS JOIN outbox x WHERE c.merchant_id = $1 AND o.merchant_id = $1 AND o.order_id = c.order_id AND x.merchant_id = $1 AND x.order_id = c.order_id"
                             " AND c.customer_id = $2 AND o.customer_id = $2 AND x.state IN (2, 3, 5) AND x.leased_at_ms > $3 AND x.leased_at_ms <= $4"))
        : db_stmt(s->db, SQL("SELECT at_ms FROM reminder_mark WHERE merchant_id = $1 AND order_id = $2 AND outcome IN (1, 3) AND at_ms > $3 AND at_ms <= $4"
                             " UNION ALL SELECT leased_at_ms FROM outbox WHERE merchant_id = $1 AND order_id = $2 AND state IN (2, 3, 5) AND leased_at_ms > $3"
                             " AND leased_at_ms <= $4"));
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, ask->customer_id != CLAIM_NONE ? ask->customer_id : ask->order_id);
    db_bind_i64(q, 3, ask->after_ms);
    db_bind_i64(q, 4, ask->until_ms);
    while ((step = db_step(q)) == DB_ROW) keep_latest(ret, max, &n, db_i64_at(q, 0));
    db_done(q);
    *ret_n = n;
    return step != DB_FAILED;
}

bool marks_of(struct store *s, const struct shop *shop, int64_t order_id, int64_t until_ms, struct reminder_mark *ret, int max, int *ret_n)
{
    enum db_step step;
    int n = 0;
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT wave, outcome, at_ms FROM reminder_mark WHERE merchant_id = $1 AND order_id = $2 AND at_ms <= $3"
                                           " UNION ALL SELECT wave, 1, leased_at_ms FROM outbox WHERE merchant_id = $1 AND order_id = $2 AND state IN (2, 3, 5)"
                                           " AND leased_at_ms <= $3"));
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, order_id);
    db_bind_i64(q, 3, until_ms);
    while ((step = db_step(q)) == DB_ROW)
        keep_highest(ret, max, &n, (struct reminder_mark){ (int)db_i64_at(q, 0), (enum mark_outcome)db_i64_at(q, 1), db_i64_at(q, 2) });
    db_done(q);
    *ret_n = n;
    return step != DB_FAILED;
}

/* ---- what records say ---- */

static int field_of(enum subject subject, const char *word)
{
    const int field = record_field_find(subject, text_from_cstr(word));
    assert(field > 0);
    return field;
}

bool bad_reviews_each(struct store *s, const struct shop *shop, const struct bad_reviews_ask *ask, bool (*each)(void *ctx, struct text order_no, struct text buyer),
                      void *ctx)
{
    enum db_step step;
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT (SELECT o.text FROM record_cell o WHERE o.merchant_id = r.merchant_id AND o.record_id = r.record_id AND o.field = $8),"
        " (SELECT p.text FROM record_cell b JOIN record_person_cell p ON p.merchant_id = b.merchant_id AND p.record_id = b.record_id AND p.event_no = b.event_no"
        " AND p.field = b.field WHERE b.merchant_id = r.merchant_id AND b.record_id = r.record_id AND b.field = $9) FROM record r"
        " LEFT JOIN record_cell st ON st.merchant_id = r.merchant_id AND st.record_id = r.record_id AND st.field = $6"
        " LEFT JOIN record_cell v ON v.merchant_id = r.merchant_id AND v.record_id = r.record_id AND v.field = $7"
        " WHERE r.merchant_id = $1 AND r.store_id = $2 AND r.subject = 4 AND r.at_ms > $3 AND r.at_ms <= $4"
        " AND (st.number <= $5 OR (st.number IS NULL AND v.text IN ('差评', '中评', 'bad', 'Bad', 'negative', 'Negative', 'neutral', 'Neutral')))"
        " AND NOT EXISTS (SELECT 1 FROM record_cell a WHERE a.merchant_id = r.merchant_id AND a.record_id = r.record_id AND a.field = $10 AND a.number <= $4)"
        " AND (EXISTS (SELECT 1 FROM record_cell a WHERE a.merchant_id = r.merchant_id AND a.record_id = r.record_id AND a.field = $10)"
        " OR NOT EXISTS (SELECT 1 FROM record_cell w WHERE w.merchant_id = r.merchant_id AND w.record_id = r.record_id AND w.field = $11))"));
    const char *const fields[] = { "stars", "verdict", "order_no", "buyer", "replied_at", "reply" };
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    db_bind_i64(q, 3, ask->after_ms);
    db_bind_i64(q, 4, ask->until_ms);
    db_bind_i64(q, 5, ask->stars);
    for (int i = 0; i < (int)(sizeof fields / sizeof fields[0]); i++) db_bind_i64(q, 6 + i, field_of(SUBJECT_REVIEWS, fields[i]));
    while ((step = db_step(q)) == DB_ROW)
        if (!each(ctx, db_text_at(q, 0), db_text_at(q, 1))) break;
    db_done(q);
    return step != DB_FAILED;
}

/* By what the customer of a record is known; texts in the arena. */
static bool known_by(struct store *s, const struct shop *shop, struct arena *a, int64_t record_id, struct person_cells *ret)
{
    enum db_step step;
    const int buyer = field_of(SUBJECT_CUSTOMERS, "buyer"), account = field_of(SUBJECT_CUSTOMERS, "account");
    const int phone = field_of(SUBJECT_CUSTOMERS, "phone"), email = field_of(SUBJECT_CUSTOMERS, "email");
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT c.field, p.text FROM record_cell c JOIN record_person_cell p ON p.merchant_id = c.merchant_id"
        " AND p.record_id = c.record_id AND p.event_no = c.event_no AND p.field = c.field WHERE c.merchant_id = $1 AND c.record_id = $2"));
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, record_id);
    *ret = (struct person_cells){ 0 };
    while ((step = db_step(q)) == DB_ROW) {
        const int field = (int)db_i64_at(q, 0);
        const struct text t = db_text_at(q, 1);
        if (field == account || (field == buyer && ret->buyer.len == 0)) ret->buyer = arena_text(a, t); /* the name in their orders, where it is another */
        else if (field == phone) ret->phone = arena_text(a, t);
        else if (field == email) ret->email = arena_text(a, t);
    }
    db_done(q);
    return step != DB_FAILED && !a->failed;
}

bool refusals_each(struct store *s, const struct shop *shop, bool (*each)(void *ctx, const struct consent_row *r), void *ctx)
{
    struct arena a;
    enum db_step step;
    bool ok = true;
    /* as index record_refused has it, to the letter; 16: customers.opted_out */
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT c.record_id, r.as_of_ms, c.text FROM record_cell c JOIN record r ON r.merchant_id = c.merchant_id"
        " AND r.record_id = c.record_id WHERE c.merchant_id = $1 AND c.field = 16 AND c.text NOT IN ('否', '无', '0', 'no', 'No', 'NO', 'false', 'False', 'N')"
        " AND r.store_id = $2 AND r.subject = 5"));
    assert(field_of(SUBJECT_CUSTOMERS, "opted_out") == 16);
    if (!q) return false;
    arena_init(&a, &s->env->memory, 0);
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    while ((step = db_step(q)) == DB_ROW) {
        arena_clear(&a);
        struct consent_row r = { .as_of_ms = db_i64_at(q, 1), .opted_out = db_text_at(q, 2) };
        ok = known_by(s, shop, &a, db_i64_at(q, 0), &r.who);
        if (!ok || !each(ctx, &r)) break;
    }
    db_done(q);
    arena_release(&a);
    return ok && step != DB_FAILED;
}

bool consents_each(struct store *s, const struct shop *shop, bool (*each)(void *ctx, const struct consent_row *r), void *ctx)
{
    struct arena a;
    enum db_step step;
    bool ok = true;
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT r.record_id, r.as_of_ms, c.text AS sms, m.text AS mail, t.text AS chat, o.text AS opted_out FROM record r"
        " LEFT JOIN record_cell c ON c.merchant_id = r.merchant_id AND c.record_id = r.record_id AND c.field = $3"
        " LEFT JOIN record_cell m ON m.merchant_id = r.merchant_id AND m.record_id = r.record_id AND m.field = $4"
        " LEFT JOIN record_cell t ON t.merchant_id = r.merchant_id AND t.record_id = r.record_id AND t.field = $5"
        " LEFT JOIN record_cell o ON o.merchant_id = r.merchant_id AND o.record_id = r.record_id AND o.field = $6"
        " WHERE r.merchant_id = $1 AND r.store_id = $2 AND r.subject = 5"
        " AND (c.text IS NOT NULL OR m.text IS NOT NULL OR t.text IS NOT NULL OR o.text IS NOT NULL)"));
    const char *const fields[] = { "sms_consent", "mail_consent", "chat_consent", "opted_out" };
    if (!q) return false;
    arena_init(&a, &s->env->memory, 0);
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    for (int i = 0; i < 4; i++) db_bind_i64(q, 3 + i, field_of(SUBJECT_CUSTOMERS, fields[i]));
    while ((step = db_step(q)) == DB_ROW) {
        arena_clear(&a);
        struct consent_row r = { .as_of_ms = db_i64_at(q, 1), .sms = db_text_at(q, 2), .mail = db_text_at(q, 3), .chat = db_text_at(q, 4), .opted_out = db_text_at(q, 5) };
        ok = known_by(s, shop, &a, db_i64_at(q, 0), &r.who);
        if (!ok || !each(ctx, &r)) break;
    }
    db_done(q);
    arena_release(&a);
    return ok && step != DB_FAILED;
}
