/* See verify.h.  verify_sql.c holds the checks: pairs of queries, "expected" from what was told and "found" from what is kept,
 * both in the order of the same key (of records: record_verify_sql.c). Here the two are walked side by side. */
#include "store/verify.h"
#include <inttypes.h>
#include <stdio.h>
#include "base/limits.h"
#include "store/audit_store.h"
#include "store/verify_sql.h"

struct verify {
    struct store *s;
    struct verify_report *report;
    const struct shop *shop;
};

static void finding(struct verify_report *r, const char *table, const char *key, const char *column, const char *expected, const char *found)
{
    r->disagreements++;
    if (r->finding_count == VERIFY_FINDINGS_MAX) return;
    struct verify_finding *f = &r->findings[r->finding_count++];
    snprintf(f->table, sizeof f->table, "%s", table);
    snprintf(f->key, sizeof f->key, "%s", key);
    snprintf(f->column, sizeof f->column, "%s", column);
    snprintf(f->expected, sizeof f->expected, "%s", expected);
    snprintf(f->found, sizeof f->found, "%s", found);
}

/* ---- cells ---- */

static void cell_print(struct db_stmt *q, int column, char kind, char *ret, size_t size)
{
    if (kind == 'i') {
        int64_t v = db_i64_at(q, column);
        if (v == INT64_MIN) snprintf(ret, size, "none");
        else snprintf(ret, size, "%" PRId64, v);
        return;
    }
    struct text v = kind == 'b' ? db_blob_at(q, column) : db_text_at(q, column);
    if (!v.ptr) { snprintf(ret, size, "none"); return; }
    if (kind == 't') { /* a word such as a region; one that is not shown (kind 'x') is only compared */
        v = text_clip_utf8(v, size - 1);
        snprintf(ret, size, "%.*s", (int)v.len, v.ptr);
        return;
    }
    snprintf(ret, size, "(%zu bytes)", v.len);
}

static int cell_compare(struct db_stmt *a, struct db_stmt *b, int column, char kind)
{
    if (kind == 'i') {
        int64_t x = db_i64_at(a, column), y = db_i64_at(b, column);
        return (x > y) - (x < y);
    }
    struct text x = kind == 'b' ? db_blob_at(a, column) : db_text_at(a, column);
    struct text y = kind == 'b' ? db_blob_at(b, column) : db_text_at(b, column);
    if (!x.ptr != !y.ptr) return x.ptr ? 1 : -1;
    return text_compare(x, y);
}

static void key_print(const struct check *c, struct db_stmt *q, char *ret, size_t size)
{
    size_t at = 0;
    ret[0] = '\0';
    for (int i = 0; i < c->keys && at < size; i++) {
        char cell[64];
        cell_print(q, i, c->kinds[i], cell, sizeof cell);
        int n = snprintf(ret + at, size - at, "%s%s %s", i ? ", " : "", db_column_name(q, i), cell);
        at += n > 0 ? (size_t)n : 0;
    }
}

/* ---- two queries side by side ---- */

static void compare_rows(struct verify *v, const struct check *c, struct db_stmt *expected, struct db_stmt *found)
{
    char key[128], want[64], have[64];
    for (int i = c->keys; c->kinds[i]; i++) {
        if (cell_compare(expected, found, i, c->kinds[i]) == 0) continue;
        key_print(c, expected, key, sizeof key);
        cell_print(expected, i, c->kinds[i], want, sizeof want);
        cell_print(found, i, c->kinds[i], have, sizeof have);
        finding(v->report, c->table, key, db_column_name(found, i), want, have);
    }
}

static void lone_row(struct verify *v, const struct check *c, struct db_stmt *q, bool is_expected)
{
    char key[128];
    key_print(c, q, key, sizeof key);
    finding(v->report, c->table, key, "", is_expected ? "a row" : "no row", is_expected ? "missing" : "a row");
}

static struct db_stmt *begin(struct verify *v, const char *sql, bool by_store)
{
    struct db_stmt *q = db_stmt(v->s->db, sql); /* house: from the table of checks in verify_sql.c */
    if (!q) return NULL;
    db_bind_i64(q, 1, v->shop->merchant_id);
    if (by_store) db_bind_i64(q, 2, v->shop->store_id);
    return q;
}

static bool run_pair(struct verify *v, const struct check *c)
{
    struct db_stmt *expected = begin(v, c->expected, c->by_store), *found = begin(v, c->found, c->by_store);
    if (!expected || !found) return false;
    enum db_step e = db_step(expected), f = db_step(found);
    while (e == DB_ROW || f == DB_ROW) {
        int order = 0;
        for (int i = 0; e == DB_ROW && f == DB_ROW && order == 0 && i < c->keys; i++) order = cell_compare(expected, found, i, c->kinds[i]);
        if (e == DB_FAILED || f == DB_FAILED) break;
        v->report->rows++;
        if (e == DB_ROW && f == DB_ROW && order == 0) {
            compare_rows(v, c, expected, found);
            e = db_step(expected);
            f = db_step(found);
        } else if (e == DB_ROW && (f != DB_ROW || order < 0)) {
            lone_row(v, c, expected, true);
            e = db_step(expected);
        } else {
            lone_row(v, c, found, false);
            f = db_step(found);
        }
    }
    db_done(expected);
    db_done(found);
    return e == DB_DONE && f == DB_DONE;
}

/* A check whose every row is a disagreement. */
static bool run_none(struct verify *v, const struct check *c)
{
    struct db_stmt *q = begin(v, c->found, c->by_store);
    if (!q) return false;
    enum db_step step;
    while ((step = db_step(q)) == DB_ROW) {
        char key[128];
        key_print(c, q, key, sizeof key);
        finding(v->report, c->table, key, "", c->none, "a row");
    }
    db_done(q);
    return step == DB_DONE;
}

/* ---- zones, for the queries of hours and days ---- */

struct segment { int64_t from_ms, until_ms, offset_ms, before_ms; };
static void segment_cell(struct db_cell *c, const void *rows, size_t row, int column)
{
    const struct segment *s = &((const struct segment *)rows)[row];
    switch (column) {
    case 0: db_cell_i64(c, s->from_ms); break;
    case 1: db_cell_i64(c, s->until_ms); break;
    case 2: db_cell_i64(c, s->offset_ms); break;
    case 3: db_cell_i64(c, s->before_ms); break;
    }
}
static const struct db_batch_table batch_zone = { "batch_zone",
    SQL("CREATE TABLE batch_zone (from_ms BIGINT, until_ms BIGINT, offset_ms BIGINT, before_ms BIGINT)"), segment_cell };

/* Stretches of one offset from 1970 on; before_ms is the offset just before. */
static bool zone_show(struct verify *v, struct arena *a)
{
    const struct zone *z = v->shop->zone;
    struct segment *s = ARENA_ARRAY(a, struct segment, (size_t)z->n);
    size_t n = 0;
    if (!s) { db_refuse(v->s->db, DB_ERROR_MEMORY, "out of memory"); return false; }
    for (int i = 0; i < z->n; i++) {
        int64_t until = i + 1 < z->n ? z->at_ms[i + 1] : INT64_MAX;
        if (until <= 0) continue;
        s[n++] = (struct segment){ z->at_ms[i] > 0 ? z->at_ms[i] : 0, until, z->offset_s[i] * MS_PER_S, z->offset_s[i > 0 ? i - 1 : 0] * MS_PER_S };
    }
    return db_batch(v->s->db, &batch_zone, s, n);
}

/* ---- all of it ---- */

static bool run_checks(struct verify *v, bool by_store, void (*progress)(void *, const char *), void *ctx)
{
    for (int i = 0; i < check_count + record_check_count; i++) {
        const struct check *c = i < check_count ? &checks[i] : &record_checks[i - check_count];
        if (c->by_store != by_store) continue;
        if (progress) progress(ctx, c->table);
        if (!(c->expected ? run_pair(v, c) : run_none(v, c))) return false;
        v->report->checks++;
    }
    return true;
}

static void file_finding(void *ctx, const char *what) { finding(ctx, "the file", "", "", "a sound file", what); }

static bool run_audit(struct verify *v)
{
    struct audit_report a = { 0 };
    char key[64];
    if (!audit_verify(v->s, v->shop->merchant_id, &a)) return false;
    v->report->checks++;
    v->report->rows += a.rows;
    if (a.broken_seq == 0) return true;
    snprintf(key, sizeof key, "seq %" PRId64, a.broken_seq);
    finding(v->report, "audit", key, "hash", "the chain of deeds", a.what);
    return true;
}

struct verify_ask { bool books_only; void (*progress)(void *ctx, const char *table); void *ctx; };

static bool run_all(struct store *s, const struct verify_ask *ask, struct verify_report *ret)
{
    struct shop shops[LIMIT_STORES];
    struct verify v = { .s = s, .report = ret };
    struct arena arena;
    *ret = (struct verify_report){ 0 };
    const bool own = !db_in_transaction(s->db);
    if (own && !db_begin(s->db)) return false;
    arena_init(&arena, &s->env->memory, 0);
    int n = shop_list(s, shops, LIMIT_STORES);
    if (ask->progress) ask->progress(ask->ctx, "the file");
    bool ok = n >= 0 && (ask->books_only || db_check(s->db, file_finding, ret));
    ret->checks += !ask->books_only;
    for (int i = 0; ok && i < n; i++) {
        v.shop = &shops[i];
        const bool first = i == 0 || shops[i - 1].merchant_id != shops[i].merchant_id;
        if (first) ok = run_checks(&v, false, ask->progress, ask->ctx) && (ask->books_only || run_audit(&v));
        ok = ok && zone_show(&v, &arena) && run_checks(&v, true, ask->progress, ask->ctx);
    }
    arena_release(&arena);
    if (own) db_rollback(s->db);
    return ok;
}

bool store_verify(struct store *s, struct verify_report *ret, void (*progress)(void *ctx, const char *table), void *progress_ctx)
{
    return run_all(s, &(struct verify_ask){ .progress = progress, .ctx = progress_ctx }, ret);
}

bool store_verify_books(struct store *s, struct verify_report *ret) { return run_all(s, &(struct verify_ask){ .books_only = true }, ret); }
