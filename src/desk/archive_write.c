/* See archive.h: writing. The zip library asks for each table's bytes when it closes the archive; they are made from the rows then, and
 * the manifest, which comes last, tells what they were. */
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>
#include "desk/archive_parts.h"
#include "desk/desk.h"
#include "store/migrations.h"

enum { PROGRESS_EVERY_ROWS = 4096, DEFLATE_LEVEL = 3 };

struct archive_out {
    struct store *s;
    const struct shop *shop;
    struct arena arena;
    struct archive_shop about;
    archive_progress *progress;
    void *progress_ctx;
    int64_t rows;
    struct archive_entry *entries;
    struct archive_line line;
    struct archive_hash hash;           /* of the table at hand; one is open at a time */
    bool failed, stopped;
};

struct table_out { struct archive_out *out; const struct archive_table *table; struct db_stmt *q; size_t given; bool ended; };
struct manifest_out { struct archive_out *out; char *text; size_t len, given; };

/* ---- a row as a line ---- */

static void put(struct archive_line *l, const char *p, size_t n)
{
    if (!line_room(l, n)) return;
    memcpy(l->bytes + l->used, p, n);
    l->used += n;
}

static void put_string(struct archive_line *l, struct text t)
{
    static const char hex[] = "0123456789abcdef";
    put(l, "\"", 1);
    for (size_t i = 0; i < t.len; i++) {
        const unsigned char b = (unsigned char)t.ptr[i];
        if (b >= 0x20 && b != '"' && b != '\\') {
            put(l, t.ptr + i, 1);
        } else {
            const char escaped[6] = { '\\', 'u', '0', '0', hex[b >> 4], hex[b & 15] };
            put(l, escaped, 6);
        }
    }
    put(l, "\"", 1);
}

static void put_hex(struct archive_line *l, struct text t)
{
    put(l, "\"", 1);
    for (size_t i = 0; i < t.len; i++) {
        char two[3];
        sodium_bin2hex(two, sizeof two, (const unsigned char *)t.ptr + i, 1);
        put(l, two, 2);
    }
    put(l, "\"", 1);
}

static void put_cell(struct archive_line *l, struct db_stmt *q, int column, char kind)
{
    char number[24];
    if (kind == 't' || kind == 'n' || kind == 'b') {
        const struct text t = kind == 'b' ? db_blob_at(q, column) : db_text_at(q, column);
        if (!t.ptr) put(l, "null", 4);
        else if (kind == 'b') put_hex(l, t);
        else put_string(l, t);
        return;
    }
    const int64_t v = db_i64_at(q, column);
    if (v == INT64_MIN) put(l, "null", 4);
    else put(l, number, (size_t)snprintf(number, sizeof number, "%" PRId64, v));
}

/* The line of the columns' names, or of the row at hand. */
static void put_line(struct table_out *t, bool names)
{
    struct archive_line *l = &t->out->line;
    l->used = 0;
    put(l, "[", 1);
    for (int i = 0; t->table->kinds[i]; i++) {
        if (i) put(l, ",", 1);
        if (names) put_string(l, text_from_cstr(db_column_name(t->q, i)));
        else put_cell(l, t->q, i, t->table->kinds[i]);
    }
    put(l, "]\n", 2);
}

static struct archive_entry *entry_of(struct table_out *t) { return &t->out->entries[t->table - archive_tables]; }

static bool next_line(struct table_out *t)
{
    struct archive_out *o = t->out;
    t->given = o->line.used = 0;
    const enum db_step step = db_step(t->q);
    if (step == DB_FAILED) return false;
    t->ended = step == DB_DONE;
    if (t->ended) return true;
    put_line(t, false);
    entry_of(t)->rows++;
    o->rows++;
    if (o->progress && o->rows % PROGRESS_EVERY_ROWS == 0 && !o->progress(o->progress_ctx, o->rows, -1)) o->stopped = true;
    return !o->line.failed && !o->stopped;
}

/* ---- what the zip library asks ---- */

static zip_int64_t table_read(struct table_out *t, char *to, size_t size)
{
    struct archive_out *o = t->out;
    size_t filled = 0;
    while (filled < size && !t->ended) {
        if (t->given == o->line.used && !next_line(t)) return -1;
        const size_t left = o->line.used - t->given, n = left < size - filled ? left : size - filled;
        if (n) memcpy(to + filled, o->line.bytes + t->given, n);
        t->given += n;
        filled += n;
    }
    crypto_generichash_update(archive_hash(&o->hash), (const unsigned char *)to, filled);
    entry_of(t)->bytes += (int64_t)filled;
    return (zip_int64_t)filled;
}

static bool table_open(struct table_out *t)
{
    *entry_of(t) = (struct archive_entry){ 0 };
    crypto_generichash_init(archive_hash(&t->out->hash), NULL, 0, ARCHIVE_HASH_BYTES);
    t->q = archive_rows(t->out->s, t->out->shop, t->table);
    t->given = 0;
    t->ended = false;
    if (t->q) put_line(t, true);
    return t->q && !t->out->line.failed;
}

static void table_close(struct table_out *t)
{
    if (!t->q) return;
    db_done(t->q);
    t->q = NULL;
    crypto_generichash_final(archive_hash(&t->out->hash), entry_of(t)->hash, ARCHIVE_HASH_BYTES);
}

static zip_int64_t common(void *data, zip_uint64_t len, zip_source_cmd_t cmd)
{
    switch (cmd) {
    case ZIP_SOURCE_STAT:
        if (len < sizeof(zip_stat_t)) return -1;
        zip_stat_init(data);
        return sizeof(zip_stat_t);
    case ZIP_SOURCE_ERROR:
        if (len < 2 * sizeof(int)) return -1;
        ((int *)data)[0] = ZIP_ER_INTERNAL;
        ((int *)data)[1] = 0;
        return 2 * sizeof(int);
    case ZIP_SOURCE_SUPPORTS:
        return zip_source_make_command_bitmap(ZIP_SOURCE_OPEN, ZIP_SOURCE_READ, ZIP_SOURCE_CLOSE, ZIP_SOURCE_STAT, ZIP_SOURCE_ERROR, ZIP_SOURCE_FREE, -1);
    case ZIP_SOURCE_FREE: return 0;
    default: return -1;
    }
}

static zip_int64_t table_source(void *ctx, void *data, zip_uint64_t len, zip_source_cmd_t cmd)
{
    struct table_out *t = ctx;
    zip_int64_t n;
    switch (cmd) {
    case ZIP_SOURCE_OPEN:
        if (table_open(t)) return 0;
        t->out->failed = true;
        return -1;
    case ZIP_SOURCE_READ:
        n = table_read(t, data, (size_t)len);
        if (n < 0) t->out->failed = true;
        return n;
    case ZIP_SOURCE_CLOSE: table_close(t); return 0;
    default: return common(data, len, cmd);
    }
}

static json_t *string_json(struct text t) { return json_stringn(t.ptr ? t.ptr : "", t.len); }

static char *manifest_text(struct archive_out *o)
{
    const struct archive_shop *a = &o->about;
    char hex[2 * ARCHIVE_HASH_BYTES + 1];
    json_t *tables = json_array(), *numbers = json_object();
    for (int i = 0; i < archive_table_count; i++)
        json_array_append_new(tables, json_pack("{s:s,s:I,s:I,s:s}", "name", archive_tables[i].name, "rows", (json_int_t)o->entries[i].rows, "bytes",
                                                (json_int_t)o->entries[i].bytes, "hash",
                                                sodium_bin2hex(hex, sizeof hex, o->entries[i].hash, ARCHIVE_HASH_BYTES)));
    for (int k = 0; k < ARCHIVE_NUMBERS; k++)
        json_object_set_new(numbers, archive_number_words[k], json_pack("[I,I]", (json_int_t)a->numbers[k].first, (json_int_t)a->numbers[k].next));
    json_t *shop = json_pack("{s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:I,s:I,s:I,s:b}", "key", string_json(a->key), "name", string_json(a->name), "platform",
                             string_json(a->platform), "currency", string_json(a->currency), "zone", string_json(a->zone), "country",
                             string_json(a->country), "merchant", string_json(a->merchant), "store_id", (json_int_t)a->store_id, "created_at_ms",
                             (json_int_t)a->created_at_ms, "merchant_created_at_ms", (json_int_t)a->merchant_created_at_ms, "demo", a->demo);
    json_t *j = json_pack("{s:i,s:s,s:i,s:I,s:o,s:s,s:o,s:o}", ARCHIVE_MARK, ARCHIVE_VERSION, "program", ZG_VERSION, "schema", migration_count, "made_at_ms",
                          (json_int_t)o->s->env->now_ms(o->s->env->ctx), "shop", shop, "hash_key",
                          sodium_bin2hex(hex, sizeof hex, a->hash_key, sizeof a->hash_key), "numbers", numbers, "tables", tables);
    char *text = j ? json_dumps(j, JSON_INDENT(1)) : NULL;
    json_decref(j);
    return text;
}

static zip_int64_t manifest_source(void *ctx, void *data, zip_uint64_t len, zip_source_cmd_t cmd)
{
    struct manifest_out *m = ctx;
    size_t n;
    switch (cmd) {
    case ZIP_SOURCE_OPEN:
        free(m->text);
        m->text = manifest_text(m->out);
        m->len = m->text ? strlen(m->text) : 0;
        m->given = 0;
        if (!m->text) m->out->failed = true;
        return m->text ? 0 : -1;
    case ZIP_SOURCE_READ:
        n = m->len - m->given < len ? m->len - m->given : (size_t)len;
        if (n) memcpy(data, m->text + m->given, n);
        m->given += n;
        return (zip_int64_t)n;
    case ZIP_SOURCE_CLOSE: return 0;
    default: return common(data, len, cmd);
    }
}

/* ---- the file ---- */

static bool add_entry(zip_t *z, zip_source_callback source, void *ctx, const char *name)
{
    zip_source_t *s = zip_source_function(z, source, ctx);
    if (!s) return false;
    const zip_int64_t at = zip_file_add(z, name, s, ZIP_FL_ENC_UTF_8);
    if (at < 0) {
        zip_source_free(s);
        return false;
    }
    return zip_set_file_compression(z, (zip_uint64_t)at, ZIP_CM_DEFLATE, DEFLATE_LEVEL) == 0;
}

/* Disk full or what the library says, into errno. */
static int zip_why(zip_error_t *e)
{
    return zip_error_system_type(e) == ZIP_ET_SYS && zip_error_code_system(e) ? zip_error_code_system(e) : EIO;
}

static bool write_zip(struct archive_out *o, const char *path)
{
    struct table_out *tables = ARENA_ARRAY(&o->arena, struct table_out, (size_t)archive_table_count);
    struct manifest_out manifest = { .out = o };
    char name[ARCHIVE_NAME_BYTES];
    int code = 0;
    o->entries = ARENA_ARRAY(&o->arena, struct archive_entry, (size_t)archive_table_count);
    zip_t *z = tables && o->entries ? zip_open(path, ZIP_CREATE | ZIP_EXCL, &code) : NULL;
    if (!z) {
        errno = tables && o->entries ? EIO : ENOMEM;
        return false;
    }
    bool ok = true;
    for (int i = 0; ok && i < archive_table_count; i++) {
        tables[i] = (struct table_out){ .out = o, .table = &archive_tables[i] };
        archive_entry_name(&archive_tables[i], name);
        ok = add_entry(z, table_source, &tables[i], name);
    }
    ok = ok && add_entry(z, manifest_source, &manifest, ARCHIVE_MANIFEST);
    int why = EIO;
    if (ok && zip_close(z) != 0) {
        why = zip_why(zip_get_error(z));
        ok = false;
        zip_discard(z);
    } else if (!ok) {
        zip_discard(z);
    }
    for (int i = 0; i < archive_table_count; i++) table_close(&tables[i]);
    free(manifest.text);
    errno = why;
    return ok;
}

static enum desk_result unwritten(struct archive_out *o, const char *to, int why, struct desk_message *m)
{
    if (o->stopped) message_set(m, "stopped", "The archive was not finished; nothing is left of it.", "存档未完成；没有留下半个文件。");
    else if (o->failed) message_set(m, "database", "The shop could not be read: %s.", "店铺数据读取失败：%s。", db_error_message(o->s->db));
    else if (why == ENOSPC || why == EDQUOT) {
        message_set(m, "disk-full", "There is no room for %s; nothing is left of it.", "磁盘空间不足，无法写入 %s；没有留下半个文件。", to);
        return DESK_FULL;
    } else message_set(m, "unwritable", "%s could not be written: %s.", "无法写入 %s：%s。", to, strerror(why));
    return DESK_FAILED;
}

/* Made in a directory that is nobody else's to look into, and linked to its name when it is whole. */
static enum desk_result write_beside(struct archive_out *o, const char *to, struct desk_message *m)
{
    char directory[FILE_PATH_MAX], part[FILE_PATH_MAX + 16];
    const struct env *env = o->s->env;
    if (snprintf(directory, sizeof directory, "%s.part", to) >= (int)sizeof directory) return unwritten(o, to, ENAMETOOLONG, m);
    snprintf(part, sizeof part, "%s/archive", directory);
    file_remove(part); /* of a writing that a kill cut short */
    if (!directory_make_private(directory)) return unwritten(o, to, errno, m);
    bool ok = write_zip(o, part);
    ok = ok && chmod(part, 0600) == 0 && file_sync(env, part);
    enum desk_result result = DESK_DONE;
    if (ok && link(part, to) != 0 && errno == EEXIST) {
        message_set(m, "exists", "%s is there already; name a new file.", "%s 已存在；请换一个文件名。", to);
        result = DESK_REFUSED;
    } else if (!ok || access(to, F_OK) != 0 || !directory_sync_of(env, to)) {
        result = unwritten(o, to, errno, m);
    }
    file_remove(part);
    rmdir(directory);
    return result;
}

enum desk_result archive_write(struct store *reader, const struct shop *shop, const char *to, archive_progress *progress, void *ctx,
                               int64_t *ret_rows, struct desk_message *m)
{
    char whole[FILE_PATH_MAX];
    int64_t bytes;
    struct archive_out o = { .s = reader, .shop = shop, .progress = progress, .progress_ctx = ctx, .line = { .env = reader->env } };
    if (!file_absolute(to, whole)) return unwritten(&o, to, errno, m);
    if (file_look(whole, &bytes) != FILE_ABSENT) {
        message_set(m, "exists", "%s is there already; name a new file.", "%s 已存在；请换一个文件名。", whole);
        return DESK_REFUSED;
    }
    arena_init(&o.arena, &reader->env->memory, 0);
    enum desk_result result = DESK_FAILED;
    if (db_begin(reader->db) && archive_describe(reader, shop, &o.arena, &o.about)) result = write_beside(&o, whole, m);
    else {
        o.failed = true;
        unwritten(&o, whole, 0, m);
    }
    db_rollback(reader->db); /* it only read */
    line_release(&o.line);
    arena_release(&o.arena);
    if (result == DESK_DONE) *ret_rows = o.rows;
    return result;
}
