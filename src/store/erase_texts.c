/* See erase_store.h: texts in which a person may stand without a column of their own: rows that were set aside, names of files,
 * refusals of feeds; maps that users made: erase_maps.c. A cell is known by its hash, as it is in a restored backup that nobody has words for; and by the words
 * that the person's own cells said. */
#include "store/erase_store.h"
#include "store/import_store.h"

#define ERASED_EN TEXT("What this row said was erased, as the person asked.")
#define ERASED_ZH TEXT("应本人要求，此行内容已删除。")
enum { WORDS_MAX = 4096, SHORT_WORD = 12, CELL_MAX = 512 };

bool erase_word_add(struct arena *a, struct erase_words *w, struct text word, size_t least)
{
    word = text_trim(word);
    if (word.len < least || w->n == WORDS_MAX) return true;
    for (size_t i = 0; i < w->n; i++)
        if (text_eq(w->words[i], word)) return true;
    if (w->n == w->capacity) {
        const size_t capacity = w->capacity ? w->capacity * 2 : 32;
        struct text *words = ARENA_ARRAY(a, struct text, capacity);
        if (!words) return false;
        if (w->n) memcpy(words, w->words, w->n * sizeof *words);
        w->words = words;
        w->capacity = capacity;
    }
    w->words[w->n++] = arena_text(a, word);
    return !a->failed;
}

/* A letter or digit, or a part of a character beyond ASCII. */
static bool goes_on(char c)
{
    return (unsigned char)c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* Where the word stands next, from `at` on; t.len: nowhere. A short one stands by itself or not at all. */
static size_t word_next(struct text t, struct text word, size_t at)
{
    for (; at + word.len <= t.len; at++) {
        const char *found = memchr(t.ptr + at, word.ptr[0], t.len - word.len - at + 1);
        if (!found) return t.len;
        at = (size_t)(found - t.ptr);
        if (memcmp(found, word.ptr, word.len) != 0) continue;
        if (word.len >= SHORT_WORD) return at;
        const bool before = at > 0 && goes_on(t.ptr[at - 1]), after = at + word.len < t.len && goes_on(t.ptr[at + word.len]);
        if (!before && !after) return at;
    }
    return t.len;
}

bool erase_words_in(const struct erase_words *w, struct text t)
{
    for (size_t i = 0; i < w->n; i++)
        if (w->words[i].len > 0 && word_next(t, w->words[i], 0) < t.len) return true;
    return false;
}

/* ---- cells by their hash ---- */

static bool cell_named(const struct erased_set *set, const struct shop *shop, struct text cell)
{
    static const enum erased_kind kinds[] = { ERASED_BUYER, ERASED_ORDER, ERASED_PHONE, ERASED_EMAIL };
    int64_t hash;
    while (cell.len > 0 && (cell.ptr[0] == '"' || cell.ptr[0] == '\'' || cell.ptr[0] == '=' || cell.ptr[0] == ' ')) cell.ptr++, cell.len--;
    while (cell.len > 0 && (cell.ptr[cell.len - 1] == '"' || cell.ptr[cell.len - 1] == ' ' || cell.ptr[cell.len - 1] == '\r')) cell.len--;
    if (cell.len == 0 || cell.len > CELL_MAX) return false;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (erased_hash(shop, kinds[i], cell, &hash) && erased_find(set, kinds[i], hash)) return true;
    return false;
}

static bool cells_named(const struct erased_set *set, const struct shop *shop, struct text row)
{
    for (size_t from = 0, at = 0; at <= row.len; at++) {
        const char c = at < row.len ? row.ptr[at] : '\n';
        if (c != ',' && c != '\t' && c != ';' && c != '\n' && c != '\x1f') continue;
        if (cell_named(set, shop, (struct text){ row.ptr + from, at - from })) return true;
        from = at + 1;
    }
    return false;
}

/* ---- rows set aside ---- */

struct aside { int64_t import_id, file_no, line; };

static bool aside_cut(struct store *s, const struct shop *shop, const struct aside *r)
{
    struct db_stmt *q = db_stmt(s->db, SQL("UPDATE quarantine SET value = '', raw = '', what_en = $5, what_zh = $6 WHERE merchant_id = $1 AND import_id = $2"
                                           " AND file_no = $3 AND line = $4"));
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, r->import_id);
    db_bind_i64(q, 3, r->file_no);
    db_bind_i64(q, 4, r->line);
    db_bind_text(q, 5, ERASED_EN);
    db_bind_text(q, 6, ERASED_ZH);
    return db_exec(q);
}

static bool erase_set_aside(struct store *s, const struct shop *shop, struct arena *a, const struct erased_set *set, const struct erase_words *w,
                            struct erase_report *ret)
{
    struct list found = { 0 };
    enum db_step step = DB_DONE;
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT q.import_id AS import_id, q.file_no AS file_no, q.line AS line, q.value AS value, q.raw AS raw,"
        " q.what_en AS what_en FROM import i JOIN quarantine q ON q.merchant_id = i.merchant_id AND q.import_id = i.import_id WHERE i.merchant_id = $1"
        " AND i.store_id = $2 AND (q.raw <> '' OR q.value <> '')"));
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    while ((step = db_step(q)) == DB_ROW) {
        const struct text raw = db_text(q, "raw"), value = db_text(q, "value");
        if (!erase_words_in(w, raw) && !erase_words_in(w, value) && !erase_words_in(w, db_text(q, "what_en")) && !cells_named(set, shop, raw) &&
            !cells_named(set, shop, value)) continue;
        struct aside *r = LIST_ADD(a, &found, struct aside);
        if (!r) break;
        *r = (struct aside){ db_i64(q, "import_id"), db_i64(q, "file_no"), db_i64(q, "line") };
    }
    db_done(q);
    if (step != DB_DONE) return false;
    for (size_t i = 0; i < found.n; i++)
        if (!aside_cut(s, shop, &((const struct aside *)found.rows)[i])) return false;
    ret->set_aside += (int64_t)found.n;
    return true;
}

bool erased_obey_aside(struct store *s, const struct shop *shop, struct quarantine_row *row)
{
    struct erased_set set;
    struct arena a;
    arena_init(&a, &s->env->memory, 0);
    const bool ok = erased_load(s, shop, &a, &set);
#ifdef ZG_TEST_NO_TOMBSTONES
    set.n = 0;
#endif
    if (ok && set.n > 0 && (cells_named(&set, shop, row->raw) || cells_named(&set, shop, row->value))) {
        row->raw = row->value = TEXT_NONE;
        row->what_en = ERASED_EN;
        row->what_zh = ERASED_ZH;
    }
    arena_release(&a);
    return ok;
}

bool erase_aside_each(struct store *s, const struct shop *shop, const struct erase_plan *plan,
                      bool (*each)(void *ctx, int64_t import_id, int64_t line, struct text row), void *ctx)
{
    enum db_step step;
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT q.import_id AS import_id, q.line AS line, q.raw AS raw FROM import i JOIN quarantine q"
        " ON q.merchant_id = i.merchant_id AND q.import_id = i.import_id WHERE i.merchant_id = $1 AND i.store_id = $2 AND q.raw <> ''"));
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    while ((step = db_step(q)) == DB_ROW) {
        const struct text raw = db_text(q, "raw");
        if ((erase_words_in(&plan->words, raw) || cells_named(&plan->set, shop, raw)) && !each(ctx, db_i64(q, "import_id"), db_i64(q, "line"), raw)) break;
    }
    db_done(q);
    return step != DB_FAILED;
}

/* ---- single texts ---- */

struct text erase_words_out(struct arena *a, const struct erase_words *w, struct text t)
{
    struct text out = arena_text(a, t);
    for (size_t i = 0; i < w->n; i++) {
        const struct text word = w->words[i];
        if (word.len == 0 || word_next(out, word, 0) == out.len) continue;
        char *to = arena_take(a, out.len * 3 + 1, 1);
        size_t n = 0;
        if (!to) return TEXT_NONE;
        for (size_t from = 0, at; from < out.len; from = at + word.len) {
            at = word_next(out, word, from);
            memcpy(to + n, out.ptr + from, at - from);
            n += at - from;
            if (at == out.len) break;
            memcpy(to + n, "***", 3);
            n += 3;
        }
        out = (struct text){ to, n };
    }
    return out;
}

struct text_row { int64_t a, b; struct text one, two; };

static bool update_text_row(struct store *s, const struct shop *shop, const char *sql, const struct text_row *r)
{
    struct db_stmt *q = db_stmt(s->db, sql); /* house: handed on by the SQL() of the caller */
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, r->a);
    db_bind_i64(q, 3, r->b);
    db_bind_text(q, 4, r->one);
    db_bind_text(q, 5, r->two);
    return db_exec(q);
}

/* seen: of which of them a text must hold one before it loses any */
struct cleaning { struct store *s; const struct shop *shop; struct arena *a; const struct erase_words *seen, *w; struct erase_report *ret; };

/* `select` tells (a, b, one, two) of the shop; `update` writes one and two of (a, b). */
static bool clean(const struct cleaning *c, const char *select, const char *update)
{
    struct store *s = c->s;
    const struct shop *shop = c->shop;
    struct arena *a = c->a;
    struct list found = { 0 };
    enum db_step step = DB_DONE;
    struct db_stmt *q = db_stmt(s->db, select); /* house: handed on by the SQL() of the caller */
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    while ((step = db_step(q)) == DB_ROW) {
        const struct text one = db_text_at(q, 2), two = db_text_at(q, 3);
        if (!erase_words_in(c->seen, one) && !erase_words_in(c->seen, two)) continue;
        struct text_row *r = LIST_ADD(a, &found, struct text_row);
        if (!r) break;
        *r = (struct text_row){ db_i64_at(q, 0), db_i64_at(q, 1), erase_words_out(a, c->w, one), erase_words_out(a, c->w, two) };
    }
    db_done(q);
    if (step != DB_DONE || a->failed) return false;
    for (size_t i = 0; i < found.n; i++)
        if (!update_text_row(s, shop, update, &((const struct text_row *)found.rows)[i])) return false;
    c->ret->texts += (int64_t)found.n;
    return true;
}

bool erase_texts(struct store *s, const struct shop *shop, struct arena *a, const struct erased_set *set, const struct erase_words *w,
                 struct erase_report *ret)
{
    struct erase_words telling;
    if (!erase_words_telling(a, w, &telling)) return false;
    const struct cleaning all = { s, shop, a, w, w, ret }, heads = { s, shop, a, &telling, w, ret };
    return erase_set_aside(s, shop, a, set, w, ret) &&
           clean(&all, SQL("SELECT f.import_id, f.file_no, f.name, f.path FROM import i JOIN import_file f ON f.merchant_id = i.merchant_id"
                           " AND f.import_id = i.import_id WHERE i.merchant_id = $1 AND i.store_id = $2"),
                 SQL("UPDATE import_file SET name = $4, path = $5 WHERE merchant_id = $1 AND import_id = $2 AND file_no = $3")) &&
           clean(&all, SQL("SELECT f.import_id, f.file_no, f.member, f.sheet FROM import i JOIN import_file f ON f.merchant_id = i.merchant_id"
                           " AND f.import_id = i.import_id WHERE i.merchant_id = $1 AND i.store_id = $2"),
                 SQL("UPDATE import_file SET member = $4, sheet = $5 WHERE merchant_id = $1 AND import_id = $2 AND file_no = $3")) &&
           clean(&heads, SQL("SELECT f.import_id, f.file_no, f.header, '' FROM import i JOIN import_file f ON f.merchant_id = i.merchant_id"
                             " AND f.import_id = i.import_id WHERE i.merchant_id = $1 AND i.store_id = $2"),
                 SQL("UPDATE import_file SET header = CAST($4 AS TEXT) || CAST($5 AS TEXT) WHERE merchant_id = $1 AND import_id = $2 AND file_no = $3")) &&
           clean(&all, SQL("SELECT upload_id, store_id, name, path FROM upload WHERE merchant_id = $1 AND store_id = $2"),
                 SQL("UPDATE upload SET name = $4, path = $5 WHERE merchant_id = $1 AND upload_id = $2 AND store_id = $3")) &&
           clean(&all, SQL("SELECT store_id, refusal_no, what_en, what_zh FROM feed_refusal WHERE merchant_id = $1 AND store_id = $2"),
                 SQL("UPDATE feed_refusal SET what_en = $4, what_zh = $5 WHERE merchant_id = $1 AND store_id = $2 AND refusal_no = $3")) &&
           clean(&all, SQL("SELECT store_id, refusal_no, subject, code FROM feed_refusal WHERE merchant_id = $1 AND store_id = $2"),
                 SQL("UPDATE feed_refusal SET subject = $4, code = $5 WHERE merchant_id = $1 AND store_id = $2 AND refusal_no = $3")) &&
           erase_maps(s, shop, a, w, ret);
}
