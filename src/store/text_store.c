/* See text_store.h. */
#include "store/text_store.h"
#include <inttypes.h>
#include <stdio.h>
#include "store/audit_store.h"

/* ---- reading ---- */

static bool words_load(struct store *s, const struct shop *shop, struct arena *a, struct wording_set *ret)
{
    struct shop_word *words = ARENA_ARRAY(a, struct shop_word, SHOP_WORDS_MAX);
    struct db_stmt *q = words ? db_stmt(s->db, SQL("SELECT name, value FROM shop_word WHERE merchant_id = $1 AND store_id = $2 ORDER BY name")) : NULL;
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    enum db_step step;
    int n = 0;
    while (n < SHOP_WORDS_MAX && (step = db_step(q)) == DB_ROW)
        words[n++] = (struct shop_word){ arena_text(a, db_text(q, "name")), arena_text(a, db_text(q, "value")) };
    const bool ok = n == SHOP_WORDS_MAX || step != DB_FAILED;
    db_done(q);
    ret->words = words;
    ret->word_count = n;
    return ok && !a->failed;
}

static struct wording own_wording(struct arena *a, struct db_stmt *q)
{
    return (struct wording){ .code = arena_text(a, db_text(q, "code")), .occasion = (enum occasion)db_i64(q, "occasion"), .topic = (enum script_topic)db_i64(q, "topic"),
                             .language = (enum text_language)db_i64(q, "language"), .class = (enum message_class)db_i64(q, "class"), .windows = (int)db_i64(q, "windows"),
                             .channels = (int)db_i64(q, "channels"), .claims = (int)db_i64(q, "claims"), .title = arena_text(a, db_text(q, "title")),
                             .subject = arena_text(a, db_text(q, "subject")), .body = arena_text(a, db_text(q, "body")), .off = db_i64(q, "is_off") != 0, .own = true };
}

static void set_put(struct wording *list, int *n, const struct wording *w)
{
    for (int i = 0; i < *n; i++)
        if (text_eq(list[i].code, w->code)) {
            list[i] = *w;
            return;
        }
    list[(*n)++] = *w;
}

bool text_set_load(struct store *s, const struct shop *shop, struct arena *a, struct wording_set *ret)
{
    int n;
    const struct wording *library = wording_library(&n);
    struct wording *list = ARENA_ARRAY(a, struct wording, (size_t)n + OWN_TEXTS_MAX);
    *ret = (struct wording_set){ .list = list, .lint = lint_load(a) };
    if (!list || !ret->lint) {
        db_refuse(s->db, DB_ERROR_MEMORY, "out of memory while texts were read");
        return false;
    }
    memcpy(list, library, (size_t)n * sizeof *list);
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT code, occasion, topic, language, class, windows, channels, claims, title, subject, body, is_off FROM own_text"
                                           " WHERE merchant_id = $1 AND store_id = $2 ORDER BY code"));
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    enum db_step step;
    int own = 0;
    while ((step = db_step(q)) == DB_ROW && own++ < OWN_TEXTS_MAX) {
        const struct wording w = own_wording(a, q);
        struct reason why;
        if (wording_shaped(&w, &why)) set_put(list, &n, &w); /* an archive may hold anything */
    }
    db_done(q);
    ret->n = n;
    return step != DB_FAILED && words_load(s, shop, a, ret);
}

struct wording_ground text_ground(const struct shop *shop, const struct wording_set *set)
{
    static const struct { const char *platform, *hosts; } known[] = {
        { "taobao", "taobao.com|tmall.com|tb.cn" }, { "tmall", "taobao.com|tmall.com|tb.cn" }, { "aliexpress", "aliexpress.com|aliexpress.ru" },
    };
    struct wording_ground g = { .lint = set->lint, .own_site = strcmp(shop->platform, "shopify") == 0 || strcmp(shop->platform, "other") == 0 };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcmp(shop->platform, known[i].platform) == 0) g.own_hosts = text_from_cstr(known[i].hosts);
    for (int i = 0; i < set->word_count; i++)
        if (g.own_site && text_is(set->words[i].name, "own_hosts")) g.own_hosts = set->words[i].value;
    return g;
}

/* ---- writing ---- */

static bool note(struct store *s, const struct shop *shop, const char *verb, struct text what, int64_t user_id)
{
    char subject[160];
    const int n = snprintf(subject, sizeof subject, "store %" PRId64 " %.*s", shop->store_id, (int)(what.len < 64 ? what.len : 64), what.ptr ? what.ptr : "");
    const struct audit_deed deed = { .user_id = user_id, .verb = verb, .subject = { subject, (size_t)n < sizeof subject ? (size_t)n : sizeof subject - 1 }, .detail = what };
    return audit_append(s, shop->merchant_id, &deed);
}

static bool is_own(const struct wording_set *set, struct text code, int *ret_own)
{
    bool found = false;
    *ret_own = 0;
    for (int i = 0; i < set->n; i++) {
        *ret_own += set->list[i].own;
        found |= set->list[i].own && text_eq(set->list[i].code, code);
    }
    return found;
}

/* "own-7": one more than any there is. */
static struct text next_code(struct arena *a, const struct wording_set *set)
{
    int64_t most = 0, n;
    for (int i = 0; i < set->n; i++) {
        const struct text code = set->list[i].code;
        if (text_starts_with(code, TEXT("own-")) && text_to_i64((struct text){ code.ptr + 4, code.len - 4 }, &n) && n > most && n < 1000000000) most = n;
    }
    return arena_printf(a, "own-%" PRId64, most + 1);
}

static bool row_write(struct store *s, const struct shop *shop, const struct wording *w)
{
    struct db_stmt *q = db_stmt(s->db, SQL("INSERT INTO own_text (merchant_id, store_id, code, occasion, topic, language, class, windows, channels, claims, title, subject,"
        " body, is_off, changed_at_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) ON CONFLICT (merchant_id, store_id, code) DO UPDATE SET"
        " occasion = excluded.occasion, topic = excluded.topic, language = excluded.language, class = excluded.class, windows = excluded.windows,"
        " channels = excluded.channels, claims = excluded.claims, title = excluded.title, subject = excluded.subject, body = excluded.body,"
        " is_off = excluded.is_off, changed_at_ms = excluded.changed_at_ms"));
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    db_bind_text(q, 3, w->code);
    db_bind_i64(q, 4, (int64_t)w->occasion);
    db_bind_i64(q, 5, (int64_t)w->topic);
    db_bind_i64(q, 6, (int64_t)w->language);
    db_bind_i64(q, 7, (int64_t)w->class);
    db_bind_i64(q, 8, w->windows);
    db_bind_i64(q, 9, w->channels);
    db_bind_i64(q, 10, w->claims);
    db_bind_text(q, 11, text_trim(w->title));
    db_bind_text(q, 12, w->subject.ptr ? w->subject : TEXT(""));
    db_bind_text(q, 13, w->body);
    db_bind_i64(q, 14, w->off);
    db_bind_i64(q, 15, s->env->now_ms(s->env->ctx));
    return db_exec(q);
}

enum text_put_result text_put(struct store *s, const struct shop *shop, const struct wording *w, int64_t user_id, struct arena *a, struct reason *ret)
{
    struct wording_set set;
    struct wording kept = *w;
    int own;
    if (!text_set_load(s, shop, a, &set)) return TEXT_PUT_FAILED;
    const struct wording_ground ground = text_ground(shop, &set);
    if (text_empty(kept.code)) kept.code = next_code(a, &set);
    if (!wording_sound(a, &ground, &kept, ret)) return TEXT_PUT_REFUSED;
    if (!is_own(&set, kept.code, &own) && own >= OWN_TEXTS_MAX) {
        *ret = (struct reason){ "many", TEXT("There are too many texts; remove one that is not used."), TEXT("话术太多了，请先删除不用的。") };
        return TEXT_PUT_REFUSED;
    }
    return row_write(s, shop, &kept) && note(s, shop, "text-set", kept.code, user_id) ? TEXT_PUT_OK : TEXT_PUT_FAILED;
}

bool text_forget(struct store *s, const struct shop *shop, struct text code, int64_t user_id, bool *ret_found)
{
    struct db_stmt *q = db_stmt(s->db, SQL("DELETE FROM own_text WHERE merchant_id = $1 AND store_id = $2 AND code = $3 RETURNING code"));
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    db_bind_text(q, 3, code);
    const enum db_step step = db_step(q);
    db_done(q);
    if (step == DB_FAILED) return false;
    *ret_found = step == DB_ROW;
    return step != DB_ROW || note(s, shop, "text-forget", code, user_id);
}

static bool word_write(struct store *s, const struct shop *shop, const struct shop_word *w)
{
    struct db_stmt *q = text_empty(w->value)
        ? db_stmt(s->db, SQL("DELETE FROM shop_word WHERE merchant_id = $1 AND store_id = $2 AND name = $3"))
        : db_stmt(s->db, SQL("INSERT INTO shop_word (merchant_id, store_id, name, value) VALUES ($1, $2, $3, $4)"
                             " ON CONFLICT (merchant_id, store_id, name) DO UPDATE SET value = excluded.value"));
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    db_bind_text(q, 3, w->name);
    if (!text_empty(w->value)) db_bind_text(q, 4, w->value);
    return db_exec(q);
}

enum text_put_result shop_words_put(struct store *s, const struct shop *shop, const struct shop_word *words, int n, int64_t user_id, struct reason *ret)
{
    for (int i = 0; i < n; i++) {
        const struct shop_word w = { words[i].name, text_trim(words[i].value) };
        const struct shop_word_kind *kind = shop_word_kind(w.name);
        if (!kind || (!text_empty(w.value) && !shop_word_valid(kind, w.value))) {
            *ret = kind ? (struct reason){ kind->name, TEXT("This value cannot be taken: a number is a number, a sentence one short line without braces."), TEXT("这个内容不能保存：数字就填数字，句子只能是不含花括号的一行短句。") }
                        : (struct reason){ "word", TEXT("There is no such word of the shop."), TEXT("没有这一项店铺说法。") };
            return TEXT_PUT_REFUSED;
        }
        if (!word_write(s, shop, &w) || !note(s, shop, "shop-word", w.name, user_id)) return TEXT_PUT_FAILED;
    }
    return TEXT_PUT_OK;
}

/* ---- what an order's text is about ---- */

bool query_text_line(struct store *s, const struct shop *shop, struct arena *a, int64_t order_id, int64_t from_day, int64_t to_day, struct text_line *ret)
{
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT p.product_no AS product_no, p.sku_code AS sku_code, (SELECT COALESCE(SUM(c.paid_pieces), 0) FROM counter_product_day c"
        " WHERE c.merchant_id = $1 AND c.store_id = $3 AND c.day >= $4 AND c.day <= $5 AND c.product_id = l.product_id) AS sold"
        " FROM order_line l JOIN product p ON p.merchant_id = l.merchant_id AND p.product_id = l.product_id"
        " WHERE l.merchant_id = $1 AND l.order_id = $2 ORDER BY COALESCE(l.line_minor, 0) DESC, l.line_key LIMIT 1"));
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, order_id);
    db_bind_i64(q, 3, shop->store_id);
    db_bind_i64(q, 4, from_day);
    db_bind_i64(q, 5, to_day);
    const enum db_step step = db_step(q);
    *ret = (struct text_line){ .found = step == DB_ROW, .sold_pieces = -1 };
    if (ret->found)
        *ret = (struct text_line){ true, arena_text(a, db_text(q, "product_no")), arena_text(a, db_text(q, "sku_code")), db_i64(q, "sold") };
    db_done(q);
    return step != DB_FAILED && !a->failed;
}
