/* See archive.h: reading back. The manifest first, then table by table, row by row, in one transaction of the writer; hashes, counts and
 * the books are checked before it is committed. A file from elsewhere is believed in nothing: names come from our own table of tables,
 * numbers must lie where the manifest says, and a line has a greatest length. */
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <zip.h>
#include "desk/archive_parts.h"
#include "desk/desk.h"
#include "desk/person_parts.h"
#include "store/audit_store.h"
#include "store/migrations.h"
#include "store/verify.h"

enum { PROGRESS_EVERY_ROWS = 4096, MANIFEST_BYTES_MAX = 256 * 1024 };

struct archive_in {
    const char *path;
    struct text as_key;             /* empty: the archive's */
    int64_t user_id;
    archive_progress *progress;
    void *progress_ctx;
    zip_t *zip;
    json_t *manifest;
    struct archive_shop shop;
    int64_t rows, rows_all;
    struct archive_line line;
    struct archive_done done;
    const char *database, *beside;  /* F, and F.erased: whom this desk was asked to forget */
    bool swept;
    struct desk_message *m;
    bool told;                      /* the message is set */
};

/* The first thing that is wrong is the one that is told. Always false. */
#define refuse(in, code, en, zh) ((in)->told ? false : (message_set((in)->m, code, en, zh, (in)->path), (in)->told = true, false))

static bool damaged(struct archive_in *in)
{
    return refuse(in, "damaged", "%s is damaged, or not whole. Nothing was changed; make the archive again.", "%s 已损坏或不完整。没有任何改动；请重新导出存档。");
}

static bool newer(struct archive_in *in)
{
    return refuse(in, "newer", "%s was written by a newer Zhanggui; install that one to read it. Nothing was changed.",
                  "%s 由更新版本的掌柜写成；请先安装新版本。没有任何改动。");
}

/* ---- the manifest ---- */

static json_t *manifest_load(zip_t *z, const struct arena_source *m)
{
    zip_stat_t st;
    json_t *j = NULL;
    if (zip_stat(z, ARCHIVE_MANIFEST, 0, &st) != 0 || !(st.valid & ZIP_STAT_SIZE) || st.size == 0 || st.size > MANIFEST_BYTES_MAX) return NULL;
    zip_file_t *f = zip_fopen(z, ARCHIVE_MANIFEST, 0);
    char *text = f ? m->take(m->ctx, (size_t)st.size + 1) : NULL;
    zip_uint64_t filled = 0;
    while (text && filled <= st.size) { /* one byte more than it has, so that its checksum is looked at */
        const zip_int64_t n = zip_fread(f, text + filled, st.size + 1 - filled);
        if (n <= 0) {
            if (n == 0 && filled == st.size) j = json_loadb(text, (size_t)filled, JSON_REJECT_DUPLICATES, NULL);
            break;
        }
        filled += (zip_uint64_t)n;
    }
    if (text) m->give(m->ctx, text, (size_t)st.size + 1);
    if (f) zip_fclose(f);
    if (j && json_is_integer(json_object_get(j, ARCHIVE_MARK))) return j;
    json_decref(j);
    return NULL;
}

static struct text text_of(const json_t *o, const char *key)
{
    const json_t *v = json_object_get(o, key);
    return json_is_string(v) ? (struct text){ json_string_value(v), json_string_length(v) } : TEXT_NONE;
}

static bool whole_number(const json_t *v, int64_t *ret)
{
    *ret = json_integer_value(v);
    return json_is_integer(v);
}

static bool numbers_read(struct archive_in *in)
{
    const json_t *numbers = json_object_get(in->manifest, "numbers");
    for (int k = 0; k < ARCHIVE_NUMBERS; k++) {
        const json_t *pair = json_object_get(numbers, archive_number_words[k]);
        struct archive_range *r = &in->shop.numbers[k];
        if (!whole_number(json_array_get(pair, 0), &r->first) || !whole_number(json_array_get(pair, 1), &r->next)) return false;
        if (r->first < 1 || r->next < r->first || r->next > (INT64_C(1) << 48)) return false;
    }
    return true;
}

static bool shop_read(struct archive_in *in, const struct env *env)
{
    const json_t *o = json_object_get(in->manifest, "shop");
    const struct text key = text_of(in->manifest, "hash_key"), zone = text_of(o, "zone");
    struct archive_shop *a = &in->shop;
    struct currency currency;
    size_t n = 0;
    *a = (struct archive_shop){ .key = in->as_key.len ? in->as_key : text_of(o, "key"), .name = text_of(o, "name"), .platform = text_of(o, "platform"),
        .currency = text_of(o, "currency"), .zone = zone, .country = text_of(o, "country"), .merchant = text_of(o, "merchant"),
        .demo = json_is_true(json_object_get(o, "demo")) };
    if (!whole_number(json_object_get(o, "store_id"), &a->store_id) || !whole_number(json_object_get(o, "created_at_ms"), &a->created_at_ms) ||
        !whole_number(json_object_get(o, "merchant_created_at_ms"), &a->merchant_created_at_ms)) return false;
    if (sodium_hex2bin(a->hash_key, sizeof a->hash_key, key.ptr ? key.ptr : "", key.len, NULL, &n, NULL) != 0 || n != sizeof a->hash_key) return false;
    return a->store_id > 0 && a->name.len > 0 && currency_parse(a->currency, &currency) && zone.len > 0 && zone.len < 48 &&
           env->zone(env->ctx, zone.ptr) && shop_key_good(a->key) && numbers_read(in);
}

static const json_t *table_of(struct archive_in *in, const struct archive_table *t)
{
    size_t i;
    json_t *row;
    json_array_foreach(json_object_get(in->manifest, "tables"), i, row)
        if (text_is(text_of(row, "name"), t->name)) return row;
    return NULL;
}

/* A table that this program does not know is a newer one's. */
static bool tables_known(struct archive_in *in)
{
    size_t i;
    json_t *row;
    in->rows_all = 0;
    json_array_foreach(json_object_get(in->manifest, "tables"), i, row) {
        int64_t rows;
        bool known = false;
        for (int k = 0; k < archive_table_count; k++) known = known || text_is(text_of(row, "name"), archive_tables[k].name);
        if (!known) return newer(in);
        if (!whole_number(json_object_get(row, "rows"), &rows) || rows < 0 || rows > INT64_MAX / 64) return damaged(in);
        in->rows_all += rows;
    }
    return true;
}

static bool manifest_read(struct archive_in *in, const struct env *env)
{
    int64_t version, schema;
    in->manifest = manifest_load(in->zip, &env->memory);
    if (!in->manifest || !whole_number(json_object_get(in->manifest, ARCHIVE_MARK), &version) ||
        !whole_number(json_object_get(in->manifest, "schema"), &schema)) return damaged(in);
    if (version > ARCHIVE_VERSION || schema > migration_count) return newer(in);
    if (!tables_known(in)) return false;
    return shop_read(in, env) || damaged(in);
}

/* ---- a table ---- */

struct table_in {
    struct archive_in *in;
    struct archive_load *load;
    const struct archive_table *table;
    zip_file_t *file;
    struct archive_hash hash;
    char *chunk;
    size_t at, filled;
    int64_t bytes, bytes_max;
    int place[ARCHIVE_COLUMNS_MAX];   /* of each of our columns in the file's rows; -1: an older archive lacks it */
    int columns;
};

/* The next line without its end, in in->line; false with *ret_end at the end of the table. */
static bool next_line(struct table_in *t, bool *ret_end)
{
    struct archive_line *l = &t->in->line;
    l->used = 0;
    *ret_end = false;
    for (;;) {
        if (t->at == t->filled) {
            const zip_int64_t n = zip_fread(t->file, t->chunk, ARCHIVE_READ_BYTES);
            if (n < 0) return damaged(t->in);
            *ret_end = n == 0;
            if (n == 0) return l->used == 0 ? false : damaged(t->in);
            t->at = 0;
            t->filled = (size_t)n;
            t->bytes += n;
            if (t->bytes > t->bytes_max) return damaged(t->in);
            crypto_generichash_update(archive_hash(&t->hash), (const unsigned char *)t->chunk, t->filled);
        }
        const char *from = t->chunk + t->at, *end = memchr(from, '\n', t->filled - t->at);
        const size_t n = end ? (size_t)(end - from) : t->filled - t->at;
        if (!line_room(l, n)) return damaged(t->in);
        if (n) memcpy(l->bytes + l->used, from, n);
        l->used += n;
        t->at += n + (end ? 1 : 0);
        if (end) return true;
    }
}

static json_t *line_array(struct table_in *t)
{
    json_t *row = json_loadb(t->in->line.bytes ? t->in->line.bytes : "", t->in->line.used, JSON_ALLOW_NUL, NULL);
    if (row && json_is_array(row)) return row;
    json_decref(row);
    return NULL;
}

/* Where each of our columns stands; a column that this program does not know is a newer one's. */
static bool columns_read(struct table_in *t, struct db_stmt *ours)
{
    json_t *names = line_array(t), *name;
    size_t at;
    if (!names) return damaged(t->in);
    bool known = true;
    t->columns = (int)json_array_size(names);
    for (int i = 0; t->table->kinds[i]; i++) t->place[i] = -1;
    json_array_foreach(names, at, name) {
        bool found = false;
        for (int i = 0; t->table->kinds[i]; i++)
            if (json_is_string(name) && strcmp(json_string_value(name), db_column_name(ours, i)) == 0) t->place[i] = (int)at, found = true;
        known = known && found;
    }
    json_decref(names);
    return known || newer(t->in);
}

static bool value_read(const json_t *v, char kind, struct archive_value *ret, unsigned char *room, size_t room_size)
{
    size_t n = 0;
    *ret = (struct archive_value){ .null = !v || json_is_null(v) };
    if (ret->null) return true;
    switch (kind) {
    case 't': case 'n':
        ret->text = (struct text){ json_string_value(v), json_string_length(v) };
        return json_is_string(v);
    case 'b':
        if (!json_is_string(v) || sodium_hex2bin(room, room_size, json_string_value(v), json_string_length(v), NULL, &n, NULL) != 0) return false;
        ret->text = (struct text){ (const char *)room, n };
        return json_string_length(v) == 2 * n;
    default: return whole_number(v, &ret->number);
    }
}

/* What an older archive does not tell: 0 in columns that came with that as their default. */
static struct archive_value absent(char kind) { return (struct archive_value){ .null = kind != '0' }; }

static bool row_read(struct table_in *t)
{
    struct archive_value values[ARCHIVE_COLUMNS_MAX];
    unsigned char room[4][256];
    int blobs = 0;
    bool bad = false;
    json_t *row = line_array(t);
    bool ok = row && (int)json_array_size(row) == t->columns;
    for (int i = 0; ok && t->table->kinds[i]; i++) {
        values[i] = absent(t->table->kinds[i]);
        if (t->place[i] >= 0)
            ok = value_read(json_array_get(row, (size_t)t->place[i]), t->table->kinds[i], &values[i], room[blobs & 3], sizeof room[0]);
        blobs += t->table->kinds[i] == 'b';
    }
    if (!ok) bad = true;
    else ok = archive_put(t->load, t->table, values, &bad);
    json_decref(row);
    if (bad) return damaged(t->in);
    t->in->rows++;
    if (ok && t->in->progress && t->in->rows % PROGRESS_EVERY_ROWS == 0 && !t->in->progress(t->in->progress_ctx, t->in->rows, t->in->rows_all))
        return refuse(t->in, "stopped", "%s was not read to its end. Nothing was changed.", "%s 没有读完。没有任何改动。");
    return ok;
}

static bool ends_well(struct table_in *t, const json_t *told, int64_t rows)
{
    unsigned char hash[ARCHIVE_HASH_BYTES];
    char hex[2 * ARCHIVE_HASH_BYTES + 1];
    crypto_generichash_final(archive_hash(&t->hash), hash, sizeof hash);
    sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
    return rows == json_integer_value(json_object_get(told, "rows")) && t->bytes == t->bytes_max && text_is(text_of(told, "hash"), hex);
}

static bool table_rows(struct table_in *t, const json_t *told)
{
    bool end = false;
    int64_t rows = 0;
    struct db_stmt *ours = archive_rows(t->load->s, &t->load->shop, t->table); /* for its columns' names */
    if (!ours) return false;
    db_done(ours);
    if (!next_line(t, &end)) return end ? damaged(t->in) : false;
    if (!columns_read(t, ours)) return false;
    while (next_line(t, &end)) {
        if (!row_read(t)) return false;
        rows++;
    }
    return end && !t->in->told && (ends_well(t, told, rows) || damaged(t->in));
}

static bool table_read(struct archive_in *in, struct archive_load *load, const struct archive_table *table)
{
    const json_t *told = table_of(in, table);
    char name[ARCHIVE_NAME_BYTES];
    const struct arena_source *m = &load->s->env->memory;
    struct table_in t = { .in = in, .load = load, .table = table };
    if (!told) return true; /* an older archive has no such table */
    if (!whole_number(json_object_get(told, "bytes"), &t.bytes_max)) return damaged(in);
    archive_entry_name(table, name);
    t.file = zip_fopen(in->zip, name, 0);
    if (!t.file) return damaged(in);
    t.chunk = m->take(m->ctx, ARCHIVE_READ_BYTES);
    crypto_generichash_init(archive_hash(&t.hash), NULL, 0, ARCHIVE_HASH_BYTES);
    const bool ok = t.chunk && table_rows(&t, told);
    if (t.chunk) m->give(m->ctx, t.chunk, ARCHIVE_READ_BYTES);
    zip_fclose(t.file);
    return ok;
}

/* ---- all of it, in the writer's seat ---- */

static bool books_agree(struct archive_in *in, struct store *s)
{
    struct verify_report *r = s->env->memory.take(s->env->memory.ctx, sizeof *r);
    const bool asked = r && store_verify_books(s, r);
    const bool ok = asked && r->disagreements == 0;
    if (asked && !ok) refuse(in, "books", "%s does not agree with itself (its orders are not what its events tell). Nothing was changed.",
                             "%s 内容前后不一致（订单与事件对不上）。没有任何改动。");
    if (r) s->env->memory.give(s->env->memory.ctx, r, sizeof *r);
    return ok;
}

static bool load_all(struct store *s, void *arg)
{
    struct archive_in *in = arg;
    struct archive_load load;
    char subject[64];
    int64_t unknown;
    switch (archive_begin(s, &in->shop, &load)) {
    case ARCHIVE_BEGUN: break;
    case ARCHIVE_TAKEN:
        return refuse(in, "store-exists", "The shop of %s is here already, with something in it. Nothing was changed; give another key with --store.",
                      "%s 中的店铺在这里已存在且有内容。没有任何改动；可用 --store 另起代号。");
    case ARCHIVE_NO_ROOM: return refuse(in, "too-many", "There is no room for another shop beside those here: %s was not read.", "店铺数量已达上限：没有读入 %s。");
    case ARCHIVE_BEGIN_FAILED: return false;
    }
    for (int i = 0; i < archive_table_count; i++)
        if (!table_read(in, &load, &archive_tables[i])) return false;
    if (!outbox_restored(s, &load.shop, s->env->now_ms(s->env->ctx), &unknown) || !tombstones_apply_in(s, &load.shop, in->beside, &in->swept) || !books_agree(in, s))
        return false;
    if (in->swept && !wipe_owe(s->env, in->database))
        return refuse(in, "files", "%s holds people whom this desk was asked to forget, and no file could be made beside the database to see to it. Nothing was changed.",
                      "%s 含有已要求删除的个人信息，而数据库旁无法新建文件来记下这件事。没有任何改动。");
    const int n = snprintf(subject, sizeof subject, "store %lld", (long long)load.shop.store_id);
    if (!audit_append(s, load.shop.merchant_id, &(struct audit_deed){ .user_id = in->user_id, .verb = "archive-read", .subject = { subject, (size_t)n } }))
        return false;
    text_copy(in->done.key, sizeof in->done.key, text_from_cstr(load.shop.key));
    in->done.rows = in->rows;
    return true;
}

static bool wipe_run(struct store *s, void *arg)
{
    const struct archive_in *in = arg;
    return wipe_pay(s, in->database);
}

/* The shop stands; people whom the desk was asked to forget were in the archive, and are still in what the file of the database has freed. */
static enum desk_result not_wiped(const struct archive_in *in, struct desk_message *m)
{
    message_set(m, "not-wiped", "The shop \"%s\" is here, %lld rows. People whom this desk was asked to forget were in the archive: they were left out, but the file of the database"
                " could not be wiped of them yet (somebody is reading it, or the disk is full). Close the desk and open it again: it wipes the file then.",
                "店铺“%s”已读入，共 %lld 行。存档中有已要求删除的个人信息：没有留下，但数据库文件尚未彻底清理（有人正在读取，或磁盘已满）。请关闭掌柜后重新打开，届时自动清理。",
                in->done.key, (long long)in->done.rows);
    return DESK_FAILED;
}

enum desk_result desk_archive_read(struct desk *d, const char *from, struct text key, int64_t user_id, archive_progress *progress, void *ctx,
                                   struct archive_done *ret, struct desk_message *m)
{
    char whole[FILE_PATH_MAX], beside[FILE_PATH_MAX + 16];
    int code = 0;
    enum desk_result result = DESK_REFUSED;
    struct archive_in in = { .path = from, .as_key = key, .user_id = user_id, .progress = progress, .progress_ctx = ctx, .m = m, .line = { .env = d->env } };
    if (!file_absolute(from, whole)) {
        damaged(&in);
        return DESK_REFUSED;
    }
    snprintf(beside, sizeof beside, "%s.erased", d->path);
    in.beside = beside;
    in.database = d->path;
    if (!d->writer) return remote_archive_read(d, whole, key, user_id, progress, ctx, ret, m);
    in.zip = zip_open(whole, ZIP_RDONLY | ZIP_CHECKCONS, &code);
    if (!in.zip) damaged(&in);
    else if (manifest_read(&in, d->env)) {
        const enum writer_result r = writer_call(d->writer, load_all, &in);
        if (in.told) result = DESK_REFUSED;
        else result = message_of_writer(m, r);
        if (result == DESK_DONE && in.swept && writer_call_alone(d->writer, wipe_run, &in) != WRITER_DONE) result = not_wiped(&in, m);
        if (result == DESK_DONE) *ret = in.done;
    }
    line_release(&in.line);
    json_decref(in.manifest);
    if (in.zip) zip_discard(in.zip);
    return result;
}
