/* See person.h: the erasure.
 *
 * In order: who is meant and by what they can be known (erase_plan); the intent, as tombstones in F.erased, on the disk; files of the desk;
 * the rows, in one transaction that wipes what it frees, then the log emptied and the file built anew (wipe.c); the copies beside. A crash
 * anywhere leaves the tombstones or F.unwiped, and the next opening goes on from them. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sodium.h>
#include <string.h>
#include "base/limits.h"
#include "desk/person_parts.h"
#include "desk/wire.h"
#include "store/audit_store.h"
#include "store/inbox_store.h"
#include "store/query_store.h"

enum { LINES_MAX_BYTES = 64 * 1024 * 1024, KEY_WORD_BYTES = 33 };

/* ---- F.erased ---- */

/* Which key hashed it, without telling the key: a tombstone means nothing under another. */
static void key_word(const struct shop *shop, char ret[KEY_WORD_BYTES])
{
    unsigned char hash[16];
    crypto_generichash(hash, sizeof hash, (const unsigned char *)"erased", 6, shop->hash_key, sizeof shop->hash_key);
    sodium_bin2hex(ret, KEY_WORD_BYTES, hash, sizeof hash);
}

static bool beside_of(const char *path, char ret[FILE_PATH_MAX]) { return file_beside(path, ".erased", ret); }

/* The whole file; *ret_text is taken from env's memory and as long as *ret_room. No file: nothing. */
static bool beside_read(const struct env *env, const char *beside, char **ret_text, size_t *ret_len, size_t *ret_room)
{
    int64_t bytes;
    const enum file_kind kind = file_look(beside, &bytes);
    *ret_text = NULL;
    *ret_len = *ret_room = 0;
    if (kind == FILE_ABSENT || (kind == FILE_PLAIN && bytes == 0)) return true;
    if (kind != FILE_PLAIN || bytes > LINES_MAX_BYTES) return false;
    const int fd = env->open(env->ctx, beside, O_RDONLY | O_CLOEXEC, 0);
    char *text = fd >= 0 ? env->memory.take(env->memory.ctx, (size_t)bytes) : NULL;
    size_t filled = 0;
    ssize_t n = 1;
    while (text && filled < (size_t)bytes && (n = env->read(env->ctx, fd, text + filled, (size_t)bytes - filled)) > 0) filled += (size_t)n;
    if (fd >= 0) env->close(env->ctx, fd);
    if (!text) return false;
    *ret_text = text;
    *ret_len = filled;
    *ret_room = (size_t)bytes;
    return n >= 0;
}

/* "KEYWORD KIND HASH AT": one line; false for anything else, as a line that a crash cut short. */
static bool line_parse(struct text line, struct text *ret_key, struct erased_row *ret)
{
    struct text rest, kind, hash;
    int64_t k;
    *ret_key = text_cut(line, ' ', &rest);
    kind = text_cut(rest, ' ', &rest);
    hash = text_cut(rest, ' ', &rest);
    if (ret_key->len != KEY_WORD_BYTES - 1 || !text_to_i64(kind, &k) || k < ERASED_BUYER || k > ERASED_EMAIL) return false;
    ret->kind = (enum erased_kind)k;
    return text_to_i64(hash, &ret->hash) && text_to_i64(rest, &ret->erased_at_ms);
}

static bool beside_append(const struct env *env, const char *beside, const struct shop *shop, const struct erased_set *set)
{
    char word[KEY_WORD_BYTES], line[160];
    bool ok = true;
    if (set->n == 0) return true;
    key_word(shop, word);
    const int fd = env->open(env->ctx, beside, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    /* a line that a crash cut short ends here */
    if (fd < 0 || env->write(env->ctx, fd, "\n", 1) != 1) ok = false;
    for (size_t i = 0; ok && i < set->n; i++) {
        const struct erased_row *r = &set->rows[i];
        const int n = snprintf(line, sizeof line, "%s %d %" PRId64 " %" PRId64 "\n", word, (int)r->kind, r->hash, r->erased_at_ms);
        ok = env->write(env->ctx, fd, line, (size_t)n) == n;
    }
    ok = ok && env->fsync(env->ctx, fd) == 0;
    const int why = errno;
    if (fd >= 0) env->close(env->ctx, fd);
    ok = ok && directory_sync_of(env, beside);
    if (!ok) errno = why;
    return ok;
}

static bool line_is_there(struct text all, const char *word, const struct erased_row *row)
{
    while (all.len > 0) {
        struct text key, line = text_cut(all, '\n', &all);
        struct erased_row r;
        if (line_parse(line, &key, &r) && text_is(key, word) && r.kind == row->kind && r.hash == row->hash && r.erased_at_ms >= row->erased_at_ms) return true;
    }
    return false;
}

void tombstones_note(const struct env *env, const char *path, const char *beside)
{
    struct shop shops[LIMIT_STORES];
    struct desk_message ignored;
    struct store reader;
    struct arena a;
    char *text;
    size_t len, room;
    if (!desk_reader(env, path, &reader, &ignored)) return; /* damaged: what stands beside it is all there is */
    arena_init(&a, &env->memory, 0);
    const int n = shop_list(&reader, shops, LIMIT_STORES);
    if (n > 0 && beside_read(env, beside, &text, &len, &room)) {
        for (int i = 0; i < n; i++) {
            struct erased_set set, missing = { 0 };
            char word[KEY_WORD_BYTES];
            key_word(&shops[i], word);
            if (!erased_load(&reader, &shops[i], &a, &set)) break;
            missing.rows = ARENA_ARRAY(&a, struct erased_row, set.n + 1);
            for (size_t k = 0; missing.rows && k < set.n; k++)
                if (!line_is_there((struct text){ text, len }, word, &set.rows[k])) missing.rows[missing.n++] = set.rows[k];
            beside_append(env, beside, &shops[i], &missing);
        }
        if (text) env->memory.give(env->memory.ctx, text, room);
    }
    arena_release(&a);
    store_close(&reader);
}

/* ---- obeying them ---- */

/* The tombstones of a shop that stand beside the database and not in it; they are put into it. In the open transaction. */
static bool take_missing(struct store *s, const struct shop *shop, struct text all, struct arena *a, struct erased_set *ret)
{
    struct list rows = { 0 };
    char word[KEY_WORD_BYTES];
    key_word(shop, word);
    while (all.len > 0) {
        struct text key, line = text_cut(all, '\n', &all);
        struct erased_row r;
        bool fresh = false;
        if (!line_parse(line, &key, &r) || !text_is(key, word)) continue;
        if (!erased_add(s, shop, &r, &fresh)) return false;
        if (!fresh) continue;
        struct erased_row *to = LIST_ADD(a, &rows, struct erased_row);
        if (!to) return false;
        *to = r;
    }
    if (rows.n == 0) {
        *ret = (struct erased_set){ 0 };
        return true;
    }
    return erased_load(s, shop, a, ret); /* sorted, with those that were there: sweeping again does no harm */
}

static bool apply_one(struct store *s, const struct shop *shop, struct text all, struct erase_words *words, struct arena *a, bool *ret_swept)
{
    struct erased_set set;
    struct erase_report report;
    if (!take_missing(s, shop, all, a, &set)) return false;
    if (set.n == 0) return true;
    *ret_swept = true;
    return erase_sweep(s, shop, a, &set, words, &report) &&
           audit_append(s, shop->merchant_id, &(struct audit_deed){ .verb = "erase-again", .subject = TEXT("desk") });
}

bool tombstones_apply_in(struct store *s, const struct shop *shop, const char *beside, bool *ret_swept)
{
    struct erase_words words = { 0 };
    struct arena a;
    char *text;
    size_t len, room;
    if (!beside_read(s->env, beside, &text, &len, &room)) return true;
    arena_init(&a, &s->env->memory, 0);
    const bool ok = apply_one(s, shop, (struct text){ text, len }, &words, &a, ret_swept);
    arena_release(&a);
    if (text) s->env->memory.give(s->env->memory.ctx, text, room);
    return ok;
}

bool tombstones_apply(struct store *s, const char *beside, struct erase_words *words, struct arena *a, bool *ret_swept)
{
    struct shop shops[LIMIT_STORES];
    char *text;
    size_t len, room;
    *ret_swept = false;
    if (!beside_read(s->env, beside, &text, &len, &room)) return false;
    bool ok = true;
    if (len > 0) {
        ok = db_secure_delete(s->db, true) && inbox_recover(s) && db_begin(s->db); /* what was accepted becomes orders first, which are swept */
        const int n = ok ? shop_list(s, shops, LIMIT_STORES) : -1;
        ok = n >= 0;
        for (int i = 0; ok && i < n; i++) ok = apply_one(s, &shops[i], (struct text){ text, len }, words, a, ret_swept);
        if (db_in_transaction(s->db) && !(ok && *ret_swept)) db_rollback(s->db);
        else if (ok) ok = db_commit(s->db);
        ok = db_secure_delete(s->db, false) && ok;
    }
    if (text) s->env->memory.give(s->env->memory.ctx, text, room);
    return ok;
}

/* ---- copies beside ---- */

struct copies { const struct env *env; const char *beside; int64_t swept, removed; const struct erase_words *words; json_t *archives; /* names */ };

/* A database of ours that holds a shop of that key; a desk's own (it has a lock beside it) is none of ours to touch. */
static bool is_copy(const struct env *env, const char *path, const char *beside)
{
    char lock[FILE_PATH_MAX + 8], word[KEY_WORD_BYTES], *text = NULL;
    struct shop *shops = NULL;
    struct store reader;
    int64_t bytes;
    size_t len, room;
    bool holds = false;
    snprintf(lock, sizeof lock, "%s.lock", path);
    if (file_look(path, &bytes) != FILE_PLAIN || bytes < 1024 || file_look(lock, &bytes) != FILE_ABSENT) return false;
    enum db_error error;
    struct db *db = db_open(env, path, DB_READ, &error, NULL, 0); /* of an older schema, too */
    if (!db) return false;
    reader = (struct store){ db, env };
    shops = env->memory.take(env->memory.ctx, LIMIT_STORES * sizeof *shops);
    const int n = shops && db_has_table(db, "store") ? shop_list(&reader, shops, LIMIT_STORES) : 0;
    if (n > 0 && beside_read(env, beside, &text, &len, &room)) {
        for (int i = 0; i < n && !holds; i++) {
            key_word(&shops[i], word);
            holds = text_contains((struct text){ text, len }, text_from_cstr(word));
        }
        if (text) env->memory.give(env->memory.ctx, text, room);
    }
    if (shops) env->memory.give(env->memory.ctx, shops, LIMIT_STORES * sizeof *shops);
    db_close(db);
    return holds;
}

static bool copy_sweep(struct copies *c, const char *path)
{
    struct store s;
    struct arena a;
    struct erase_words words = { 0 };
    bool swept = false;
    enum db_error error;
    if (!store_open(&s, c->env, path, DB_WRITE, &error, NULL, 0)) return false;
    arena_init(&a, &c->env->memory, 0);
    const bool ok = tombstones_apply(&s, c->beside, &words, &a, &swept) && (!swept || database_scrub(&s));
    arena_release(&a);
    store_close(&s);
    c->swept += ok && swept;
    return ok;
}

/* What a restore put aside, and backups in the same directory. One that cannot be swept and holds a word of the person is removed. */
static void copies_erase(struct copies *c, const char *path)
{
    char directory[FILE_PATH_MAX], whole[FILE_PATH_MAX];
    snprintf(directory, sizeof directory, "%.*s", (int)(file_base_name(path) - path), path);
    DIR *dir = opendir(directory[0] ? directory : ".");
    if (!dir) return;
    for (struct dirent *e; (e = readdir(dir));) {
        bool holds = false;
        if (snprintf(whole, sizeof whole, "%s%s", directory, e->d_name) >= (int)sizeof whole || strcmp(whole, path) == 0) continue;
        const bool aside = strncmp(whole, path, strlen(path)) == 0 && strcmp(whole + strlen(path), ".before-restore") == 0;
        if (is_copy(c->env, whole, c->beside) && copy_sweep(c, whole)) continue;
        if (archive_is(whole)) { /* the seller's own to delete: it may be the only one of another shop */
            char shown[256];
            file_shown_name(whole, shown, sizeof shown);
            json_array_append_new(c->archives, json_string(shown));
            continue;
        }
        if (aside && file_holds(c->env, whole, c->words, &holds) && holds && file_remove(whole)) c->removed++;
    }
    closedir(dir);
}

/* ---- opening ---- */

struct settling { const char *path, *beside; struct erase_words words; struct arena *arena; bool swept; };

static bool settle_run(struct store *s, void *arg)
{
    struct settling *t = arg;
    if (!tombstones_apply(s, t->beside, &t->words, t->arena, &t->swept)) return false;
    if (!t->swept && !wipe_owed(t->path)) return true;
    if (wipe_pay(s, t->path)) return true;
    if (!t->swept) db_error_clear(s->db); /* that it is owed was said when it could not be done; it is tried at every opening */
    return !t->swept;
}

bool tombstones_settle(struct desk *d, struct desk_message *m)
{
    char beside[FILE_PATH_MAX];
    int64_t bytes;
    struct arena a;
    if (!beside_of(d->path, beside) || file_look(beside, &bytes) == FILE_ABSENT) return true;
    arena_init(&a, &d->env->memory, 0);
    struct settling t = { .path = d->path, .beside = beside, .arena = &a };
    const enum writer_result r = writer_call_alone(d->writer, settle_run, &t);
    arena_release(&a);
    if (r == WRITER_DONE) return true;
    message_of_writer(m, r);
    if (r == WRITER_REFUSED) message_set(m, "erased", "What people asked to forget (%s) could not be obeyed; the desk does not open.", "无法执行已记录的个人信息删除（%s）；掌柜不能打开。", beside);
    return false;
}

/* ---- one erasure ---- */

struct erasing {
    struct desk *desk;
    const struct person_ask *ask;
    struct arena arena;
    struct shop shop;
    struct erase_who who;
    struct erase_plan plan;
    struct erase_report report;
    struct file_hits files;
    struct copies copies;
    char beside[FILE_PATH_MAX];
    bool committed;
};

static bool erase_rows(struct erasing *e, struct store *s)
{
    char subject[64];
    const int n = e->who.customer_id == CLAIM_NONE ? snprintf(subject, sizeof subject, "person")
                                                   : snprintf(subject, sizeof subject, "customer %" PRId64, e->who.customer_id);
    for (size_t i = 0; i < e->plan.set.n; i++) {
        bool fresh;
        if (!erased_add(s, &e->shop, &e->plan.set.rows[i], &fresh)) return false;
    }
    return erase_sweep(s, &e->shop, &e->arena, &e->plan.set, &e->plan.words, &e->report) &&
           audit_append(s, e->shop.merchant_id, &(struct audit_deed){ .user_id = e->ask->user_id, .verb = "person-erase", .subject = { subject, (size_t)n } });
}

static bool erase_alone(struct store *s, void *arg)
{
    struct erasing *e = arg;
#ifdef ZG_TEST_NO_WIPE /* the control of the tests: rows are only deleted */
    bool ok = db_secure_delete(s->db, false) && db_begin(s->db) && erase_rows(e, s) && db_commit(s->db);
    e->committed = ok;
    return ok;
#else
    bool ok = inbox_whole(s) && wipe_owe(s->env, e->desk->path) && db_secure_delete(s->db, true) && db_begin(s->db) && erase_rows(e, s) && db_commit(s->db);
    if (!ok && db_in_transaction(s->db)) db_rollback(s->db);
    e->committed = ok;
    ok = ok && wipe_pay(s, e->desk->path);
    return db_secure_delete(s->db, false) && ok;
#endif
}

/* Who placed the order, or the order alone where it names no buyer. */
static enum desk_result who_by_order(struct erasing *e, struct store *reader, struct desk_message *m)
{
    struct order_row row;
    bool found = false;
    if (!query_order(reader, &e->shop, &e->arena, e->ask->order_no, &row, &found)) return DESK_FAILED;
    if (!found) {
        message_set(m, "no-order", "There is no order with this number.", "没有这个订单号。");
        return DESK_REFUSED;
    }
    e->who = (struct erase_who){ .found = true, .customer_id = row.order.customer_id, .order_id = row.order_id };
    return DESK_DONE;
}

static enum desk_result make_plan(struct erasing *e, struct store *reader, struct desk_message *m)
{
    const int64_t now_ms = e->desk->env->now_ms(e->desk->env->ctx);
    enum desk_result r = desk_shop(reader, e->ask->store, &e->shop, m);
    if (r != DESK_DONE) return r;
    bool ok = true;
    if (e->ask->order_no.len) {
        r = who_by_order(e, reader, m);
        if (r == DESK_REFUSED) return r;
        ok = r == DESK_DONE;
    } else {
        ok = erase_who_is(reader, &e->shop, e->ask->customer, &e->who);
    }
    ok = ok && erase_plan(reader, &e->shop, &e->arena, &e->who, e->ask->customer, now_ms, &e->plan);
    ok = ok && files_erase(e->desk, reader, &e->shop, &(struct erase_words){ 0 }, &e->files); /* the folders can be read */
    if (ok) return DESK_DONE;
    message_set(m, "database", "The database could not be read: %s.", "数据库读取失败：%s。", db_error_message(reader->db));
    return DESK_FAILED;
}

/* What stays, each with its reason. */
static json_t *kept_json(void)
{
    static const struct { const char *field, *en, *zh, *why_en, *why_zh; } kept[] = {
        { "orders", "order numbers, times, state, amounts, payment kind, goods and pieces", "订单号、各时间、状态、金额、付款方式、商品与件数",
          "transaction records are kept for at least three years (E-Commerce Law of the PRC, Art. 31), and for the books; without the person",
          "《电子商务法》第三十一条：交易信息自交易完成之日起保存不少于三年，并用于记账；已与个人脱离" },
        { "orders.region", "province or state, and country", "省份、国家", "a part of the transaction record that tells no person", "交易记录的一部分，不能识别个人" },
        { "orders.tracking", "tracking numbers", "物流单号", "evidence of delivery, a part of the transaction record (same article)", "发货凭证，属于交易信息（同上）" },
        { "reminders", "when a reminder was made, without its remark", "何时催付过（备注已删）", "so that nobody is reminded twice", "避免重复打扰" },
        { "imports", "names of the files that were imported, how many rows", "导入过的文件名和行数", "the books say where each figure comes from", "账目须说明数字的来源" },
        { "audit", "that an erasure was made, by whom and when", "何时由谁执行了删除", "proof of the deed; it names the person by a number that means nothing any more", "留作执行凭证；其中的编号已不对应任何人" },
        { "suppression", "that they asked to be left alone, complained or are in dispute, as keyed hashes", "要求不再联系、投诉或纠纷的记录（加密摘要）",
          "so that forgetting somebody does not mean writing to them again", "避免删除之后反而又去联系" },
        { "tombstones", "keyed hashes of the name, numbers and addresses", "姓名、号码、地址的加密摘要", "so that an old file, a feed or a restored backup cannot bring the person back", "防止旧文件、接口或旧备份把此人信息带回来" },
    };
    json_t *list = json_array();
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
        json_array_append_new(list, json_pack("{s:s,s:{s:s,s:s},s:{s:s,s:s}}", "field", kept[i].field, "what", "en", kept[i].en, "zh", kept[i].zh, "why",
                                              "en", kept[i].why_en, "zh", kept[i].why_zh));
    return list;
}

static json_t *report_json(const struct erasing *e)
{
    json_t *orders = json_array();
    for (size_t i = 0; i < e->plan.order_count; i++) json_array_append_new(orders, json_stringn(e->plan.orders[i].ptr, e->plan.orders[i].len));
    json_t *erased = json_pack("{s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I}", "customers", (json_int_t)e->report.customers, "orders", (json_int_t)e->report.orders,
                               "rows", (json_int_t)e->report.person_rows, "remarks", (json_int_t)e->report.marks, "set_aside",
                               (json_int_t)e->report.set_aside, "texts", (json_int_t)e->report.texts, "records", (json_int_t)e->report.records, "files",
                               (json_int_t)e->files.removed, "copies", (json_int_t)(e->copies.swept + e->copies.removed));
    return json_pack("{s:b,s:o,s:o,s:o,s:o,s:o}", "found", e->who.found, "erased", erased, "orders", orders, "kept", kept_json(), "archives", e->copies.archives, "yours",
                     json_pack("{s:s,s:s}", "en", "Files that you keep elsewhere (exports of the platform, archives and backups in other places) are yours to delete. "
                               "When they are imported or restored here, the person stays out.", "zh",
                               "您自己保存在别处的文件（平台导出的文件、别处的存档与备份）请自行删除；以后在这里导入或恢复时，此人的信息不会再进来。"));
}

static enum desk_result erase_now(struct erasing *e, json_t **ret, struct desk_message *m)
{
    struct desk *d = e->desk;
    struct store reader;
    writer_settle(d->writer);
    if (!desk_reader(d->env, d->path, &reader, m)) return DESK_FAILED;
    enum desk_result result = make_plan(e, &reader, m);
    if (result == DESK_DONE && !beside_append(d->env, e->beside, &e->shop, &e->plan.set)) {
        message_set(m, errno == ENOSPC || errno == EDQUOT ? "disk-full" : "erased", "%s could not be written (%s); nothing was erased.", "无法写入 %s（%s）；没有删除任何内容。",
                    e->beside, strerror(errno));
        result = errno == ENOSPC || errno == EDQUOT ? DESK_FULL : DESK_FAILED;
    }
    if (result == DESK_DONE && !files_erase(d, &reader, &e->shop, &e->plan.words, &e->files)) {
        message_set(m, "files", "A file of the desk could not be removed (%s); try again.", "有文件无法删除（%s）；请重试。", strerror(errno));
        result = DESK_FAILED;
    }
    store_close(&reader); /* nobody of ours keeps the log */
    if (result != DESK_DONE) return result;
    const enum writer_result r = writer_call_alone(d->writer, erase_alone, e);
    if (r != WRITER_DONE) {
        result = message_of_writer(m, r);
        if (e->committed)
            message_set(m, "not-wiped", "The rows are gone, but the file of the database could not be wiped yet (somebody is reading it). Erase again in a moment, or close the desk and open it again.",
                        "数据已删除，但数据库文件尚未彻底清理（有人正在读取）。请稍后再执行一次，或关闭掌柜后重新打开。");
        return e->committed ? DESK_FAILED : result;
    }
    e->copies = (struct copies){ .env = d->env, .beside = e->beside, .words = &e->plan.words, .archives = json_array() };
    copies_erase(&e->copies, d->path);
    *ret = report_json(e);
    return *ret ? DESK_DONE : DESK_FAILED;
}

enum desk_result desk_person_erase(struct desk *d, const struct person_ask *ask, json_t **ret, struct desk_message *m)
{
    enum desk_result result = DESK_FAILED;
    if (!d->writer) return remote_person_erase(d, ask, ret, m);
    if (!desk_runs_keep_out(d)) {
        message_set(m, "importing", "An import, an undo or a restore is running: wait until it is done, then erase. Nothing was changed.",
                    "正在导入、撤销或恢复：请等它完成后再删除。没有任何改动。");
        return DESK_REFUSED;
    }
    struct erasing *e = d->env->memory.take(d->env->memory.ctx, sizeof *e);
    if (e) {
        *e = (struct erasing){ .desk = d, .ask = ask };
        arena_init(&e->arena, &d->env->memory, 0);
        if (beside_of(d->path, e->beside)) result = erase_now(e, ret, m);
        arena_release(&e->arena);
        d->env->memory.give(d->env->memory.ctx, e, sizeof *e);
    } else {
        message_set(m, "memory", "Out of memory.", "内存不足。");
    }
    desk_runs_let(d);
    return result;
}
