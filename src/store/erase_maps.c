/* See erase_store.h: the maps of columns that users made, in which a person may stand (docs/decisions/0027).
 *
 * A map (intake/profile.h) is a JSON object: its own words, titles of columns, and words of status and the like. A title that reads as somebody's name is a title; the
 * map would be worth nothing without it. So a person's words go from what the user wrote about the map ("en", "zh"); words that can be nothing but a person
 * (erase_words_telling) go from every value; and where such a one stands among the titles or words, these were a row of data, and the map goes. */
#include "store/erase_store.h"

enum { TELLING_DIGITS = 7, TELLING_BYTES = 24 };

bool erase_words_telling(struct arena *a, const struct erase_words *w, struct erase_words *ret)
{
    *ret = (struct erase_words){ .words = ARENA_ARRAY(a, struct text, w->n + 1) };
    if (!ret->words) return false;
    for (size_t i = 0; i < w->n; i++) {
        const struct text word = w->words[i];
        int digits = 0;
        bool at = false;
        for (size_t k = 0; k < word.len; k++) digits += word.ptr[k] >= '0' && word.ptr[k] <= '9', at = at || word.ptr[k] == '@';
        if (digits >= TELLING_DIGITS || at || word.len >= TELLING_BYTES) ret->words[ret->n++] = word;
    }
    return true;
}

/* ---- a map, string by string ---- */

enum role { ROLE_STRUCTURE, ROLE_OWN_WORDS, ROLE_TITLE /* of a column, or a word of its cells */, ROLE_VALUE };

/* Where a reader of the JSON is; only the strings of its first two levels have a role. */
struct walk { struct text json; size_t at; int depth; struct text top /* the key of the first level that holds what comes */; };

/* The next string, without its quotes; false at the end. Good JSON is taken for granted: profile_parse read it when it was saved. */
static bool walk_next(struct walk *w, struct text *ret, enum role *ret_role)
{
    const struct text j = w->json;
    for (; w->at < j.len && j.ptr[w->at] != '"'; w->at++) w->depth += j.ptr[w->at] == '{' ? 1 : j.ptr[w->at] == '}' ? -1 : 0;
    if (w->at >= j.len) return false;
    const size_t from = ++w->at;
    while (w->at < j.len && j.ptr[w->at] != '"') w->at += j.ptr[w->at] == '\\' ? 2 : 1;
    if (w->at > j.len) w->at = j.len;
    *ret = (struct text){ j.ptr + from, w->at - from };
    if (w->at < j.len) w->at++;
    size_t after = w->at;
    while (after < j.len && (j.ptr[after] == ' ' || j.ptr[after] == '\n' || j.ptr[after] == '\t' || j.ptr[after] == '\r')) after++;
    const bool is_key = after < j.len && j.ptr[after] == ':';
    if (w->depth == 1 && is_key) {
        w->top = *ret;
        *ret_role = ROLE_STRUCTURE;
    } else if (w->depth == 1 && (text_is(w->top, "en") || text_is(w->top, "zh"))) *ret_role = ROLE_OWN_WORDS;
    else if (w->depth == 1 && text_is(w->top, "name")) *ret_role = ROLE_STRUCTURE; /* by which it is known, here and in what was read by it */
    else *ret_role = is_key ? ROLE_TITLE : ROLE_VALUE;
    return true;
}

static bool titles_tell(struct text json, const struct erase_words *telling)
{
    struct walk w = { .json = json };
    struct text t;
    enum role role;
    while (walk_next(&w, &t, &role))
        if (role == ROLE_TITLE && erase_words_in(telling, t)) return true;
    return false;
}

static const struct erase_words *words_for(enum role role, const struct erase_words *all, const struct erase_words *telling)
{
    switch (role) {
    case ROLE_STRUCTURE: case ROLE_TITLE: return NULL;
    case ROLE_OWN_WORDS: return all;
    case ROLE_VALUE: return telling;
    }
    return NULL;
}

/* The map without the person, whom its titles do not tell; *ret_changed: it held something of them. */
static struct text map_without(struct arena *a, struct text json, const struct erase_words *all, const struct erase_words *telling, bool *ret_changed)
{
    struct walk w = { .json = json };
    struct text t, out = { arena_take(a, json.len * 3 + 1, 1), 0 };
    char *to = (char *)out.ptr;
    size_t copied = 0;
    enum role role;
    *ret_changed = false;
    if (!to) return TEXT_NONE;
    while (walk_next(&w, &t, &role)) {
        const struct erase_words *words = words_for(role, all, telling);
        if (!words || !erase_words_in(words, t)) continue;
        const struct text less = erase_words_out(a, words, t);
        const size_t from = (size_t)(t.ptr - json.ptr);
        memcpy(to + out.len, json.ptr + copied, from - copied);
        out.len += from - copied;
        memcpy(to + out.len, less.ptr, less.len);
        out.len += less.len;
        copied = from + t.len;
        *ret_changed = true;
    }
    memcpy(to + out.len, json.ptr + copied, json.len - copied);
    out.len += json.len - copied;
    return out;
}

/* ---- all of them ---- */

struct map_row { struct text name, json /* TEXT_NONE: it goes */; };

static bool map_write(struct store *s, const struct shop *shop, const struct map_row *r)
{
    const bool goes = r->json.ptr == NULL;
    struct db_stmt *q = goes ? db_stmt(s->db, SQL("DELETE FROM user_profile WHERE merchant_id = $1 AND store_id = $2 AND name = $3"))
                             : db_stmt(s->db, SQL("UPDATE user_profile SET json = $4 WHERE merchant_id = $1 AND store_id = $2 AND name = $3"));
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    db_bind_text(q, 3, r->name);
    if (!goes) db_bind_text(q, 4, r->json);
    return db_exec(q);
}

bool erase_maps(struct store *s, const struct shop *shop, struct arena *a, const struct erase_words *w, struct erase_report *ret)
{
    struct erase_words telling;
    struct list found = { 0 };
    enum db_step step = DB_DONE;
    if (!erase_words_telling(a, w, &telling)) return false;
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT name, json FROM user_profile WHERE merchant_id = $1 AND store_id = $2"));
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    while ((step = db_step(q)) == DB_ROW) {
        const struct text json = db_text_at(q, 1);
        bool changed = true;
        if (!erase_words_in(w, json)) continue;
        const struct map_row m = { arena_text(a, db_text_at(q, 0)), titles_tell(json, &telling) ? TEXT_NONE : map_without(a, json, w, &telling, &changed) };
        if (!changed) continue;
        struct map_row *r = LIST_ADD(a, &found, struct map_row);
        if (!r) break;
        *r = m;
    }
    db_done(q);
    if (step != DB_DONE || a->failed) return false;
    for (size_t i = 0; i < found.n; i++)
        if (!map_write(s, shop, &((const struct map_row *)found.rows)[i])) return false;
    ret->texts += (int64_t)found.n;
    return true;
}
