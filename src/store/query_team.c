/* See query_team.h. Who and which buyer stand in a record's key, in the order of the subject's key fields (core/record/record.h). */
#include "store/query_team.h"
#include "store/query_record.h"
#include "store/query_row.h"

/* ---- chats ---- */

static bool hash_parse(struct text hex, int64_t *ret)
{
    uint64_t h = 0;
    if (hex.len != 16) return false;
    for (size_t i = 0; i < hex.len; i++) {
        const char c = hex.ptr[i];
        const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
        if (digit < 0) return false;
        h = h << 4 | (uint64_t)digit;
    }
    *ret = (int64_t)h;
    return true;
}

static struct db_stmt *talks_stmt(struct store *s, const struct shop *shop, int64_t after_ms, int64_t until_ms)
{
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT r.record_key AS record_key, r.at_ms AS at_ms, e.number AS ended_ms, m.number AS last_ms FROM record r"
        " LEFT JOIN record_cell e ON e.merchant_id = r.merchant_id AND e.record_id = r.record_id AND e.field = $6"
        " LEFT JOIN record_cell m ON m.merchant_id = r.merchant_id AND m.record_id = r.record_id AND m.field = $7"
        " WHERE r.merchant_id = $1 AND r.store_id = $2 AND r.subject = $3 AND r.at_ms > $4 AND r.at_ms <= $5 ORDER BY r.at_ms DESC, r.record_id DESC LIMIT $8"));
    if (!q) return NULL;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    db_bind_i64(q, 3, SUBJECT_TALKS);
    db_bind_i64(q, 4, after_ms);
    db_bind_i64(q, 5, until_ms);
    db_bind_i64(q, 6, record_field_find(SUBJECT_TALKS, TEXT("ended_at")));
    db_bind_i64(q, 7, record_field_find(SUBJECT_TALKS, TEXT("last_at")));
    db_bind_i64(q, 8, TALKS_MAX);
    return q;
}

bool query_talks(struct store *s, const struct shop *shop, struct arena *a, int64_t after_ms, int64_t until_ms, struct talk **ret, int64_t *ret_n)
{
    struct db_stmt *q = talks_stmt(s, shop, after_ms, until_ms);
    void *room = NULL;
    int64_t n = 0, capacity = 0, hash;
    enum db_step step;
    if (!q) return false;
    while ((step = db_step(q)) == DB_ROW) {
        struct text rest;
        const struct text buyer = text_cut(db_text(q, "record_key"), RECORD_KEY_JOIN[0], &rest), staff = text_cut(rest, RECORD_KEY_JOIN[0], &rest);
        if (!hash_parse(buyer, &hash) || staff.len == 0) continue;
        if (!query_room(a, &room, n, &capacity, sizeof(struct talk))) break;
        struct talk *rows = room;
        rows[n] = (struct talk){ .began_ms = db_i64(q, "at_ms"), .ended_ms = db_i64(q, "ended_ms"), .last_ms = db_i64(q, "last_ms"), .staff = arena_text(a, staff) };
        if (!query_customer_hashed(s, shop, hash, &rows[n++].customer_id)) break;
    }
    const bool whole = step == DB_DONE;
    db_done(q);
    if (!whole || a->failed) return false;
    *ret = room;
    *ret_n = n;
    return true;
}

bool query_talks_as_of(struct store *s, const struct shop *shop, int64_t *ret_ms)
{
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT as_of_ms FROM record WHERE merchant_id = $1 AND store_id = $2 AND subject = $3 ORDER BY at_ms DESC, record_id DESC LIMIT 1"));
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    db_bind_i64(q, 3, SUBJECT_TALKS);
    const enum db_step step = db_step(q);
    *ret_ms = step == DB_ROW ? db_i64_at(q, 0) : INSTANT_NONE;
    db_done(q);
    return step != DB_FAILED;
}

/* ---- what files list ---- */

static const struct record_cell *cell_of(const struct record_found *r, const char *word)
{
    const int field = record_field_find(r->subject, text_from_cstr(word));
    for (int i = 0; i < r->cell_count; i++)
        if (r->cells[i].field == field) return &r->cells[i];
    return NULL;
}

static int64_t number_of(const struct record_found *r, const char *word, int64_t none)
{
    const struct record_cell *c = cell_of(r, word);
    return c ? c->number : none;
}

static struct text text_of(const struct record_found *r, const char *word)
{
    const struct record_cell *c = cell_of(r, word);
    return c ? c->text : TEXT_NONE;
}

struct shifts { struct arena *a; void *rows /* struct listed_shift */; int64_t n, capacity; };

/* A cell that says so marks a day off, whatever times stand beside it. */
static bool says_off(struct text t)
{
    static const char *const words[] = { "休", "休息", "休假", "轮休", "请假", "调休", "缺勤", "旷工", "年假", "病假", "事假", "off", "Off", "OFF", "absent", "Absent", "leave", "Leave" };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (text_is(t, words[i])) return true;
    return false;
}

static bool shift_take(void *ctx, const struct record_found *r)
{
    struct shifts *x = ctx;
    const struct text staff = text_of(r, "staff");
    const int64_t day = number_of(r, "day", INT64_MIN), begins = number_of(r, "begins", -1), ends = number_of(r, "ends", -1);
    const bool off = says_off(text_of(r, "state")) || says_off(text_of(r, "shift"));
    if (staff.len == 0 || day == INT64_MIN || (!off && (begins < 0 || ends < 0 || begins > 24 * 60 || ends > 24 * 60))) return true;
    if (!query_room(x->a, &x->rows, x->n, &x->capacity, sizeof(struct listed_shift))) return false;
    ((struct listed_shift *)x->rows)[x->n++] = (struct listed_shift){ arena_text(x->a, staff), day, begins, ends, !off };
    return x->n < LISTED_SHIFTS_MAX && !x->a->failed;
}

bool query_shifts(struct store *s, const struct shop *shop, struct arena *a, int64_t from_ms, int64_t until_ms, struct listed_shift **ret, int64_t *ret_n)
{
    struct shifts x = { .a = a };
    const struct records_filter f = { .subject = SUBJECT_SHIFTS, .from_ms = from_ms, .to_ms = until_ms, .before = { INT64_MAX, INT64_MAX }, .grain = -1 };
    if (!query_records(s, shop, &f, shift_take, &x) || a->failed) return false;
    *ret = x.rows;
    *ret_n = x.n;
    return true;
}

struct listed { struct arena *a; int64_t at_day; void *rows /* struct listed_staff */; int64_t n, capacity; };

static bool staff_take(void *ctx, const struct record_found *r)
{
    struct listed *x = ctx;
    const struct text staff = text_of(r, "staff");
    if (staff.len == 0 || number_of(r, "left", INT64_MAX) <= x->at_day) return true;
    if (!query_room(x->a, &x->rows, x->n, &x->capacity, sizeof(struct listed_staff))) return false;
    ((struct listed_staff *)x->rows)[x->n++] = (struct listed_staff){ arena_text(x->a, staff), arena_text(x->a, text_of(r, "role")), number_of(r, "chats_at_once", 0) };
    return x->n < LISTED_STAFF_MAX && !x->a->failed;
}

bool query_staff(struct store *s, const struct shop *shop, struct arena *a, int64_t at_day, struct listed_staff **ret, int64_t *ret_n)
{
    struct listed x = { .a = a, .at_day = at_day };
    const struct records_filter f = { .subject = SUBJECT_STAFF, .from_ms = INT64_MIN, .to_ms = INT64_MAX, .before = { INT64_MAX, INT64_MAX }, .grain = -1 };
    if (!query_records(s, shop, &f, staff_take, &x) || a->failed) return false;
    *ret = x.rows;
    *ret_n = x.n;
    return true;
}
