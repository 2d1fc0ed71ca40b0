/* What an import does before it writes anything: find the shop, the column maps and the files, and look through every table of every file. One
 * that is refused refuses them all; the message names it, says what was seen and what to do. */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include "desk/import_run.h"

enum { SCAN_NEWS_US = 100000 };

/* ---- files ---- */

static bool is_stopping(void *ctx) { return atomic_load(&((struct import_run *)ctx)->stop); }

struct importer *run_importer(struct import_run *run, const struct run_file *f)
{
    return importer_open(&(struct importer_ask){ .env = run->desk->env, .path = f->row.path, .name = text_from_cstr(f->row.name), .bytes = f->row.bytes,
                                                 .spill_beside = run->desk->path, .profiles = run->profiles, .stop = is_stopping, .stop_ctx = run });
}

/* ---- looking through a file ---- */

struct scan_news { struct import_run *run; int file; int64_t told_us; };

static bool scan_progress(void *ctx, int64_t bytes_done, int64_t bytes_all)
{
    struct scan_news *n = ctx;
    struct import_run *run = n->run;
    if (run_now_us(run) - n->told_us >= SCAN_NEWS_US) {
        n->told_us = run_now_us(run);
        pthread_mutex_lock(&run->lock);
        run->figures.scan_file = n->file;
        run->figures.scan_bytes = bytes_done;
        run->figures.scan_bytes_all = bytes_all;
        run->version++;
        pthread_cond_broadcast(&run->changed);
        pthread_mutex_unlock(&run->lock);
        run_watched(run);
    }
    return !atomic_load(&run->stop);
}

/* "orders.csv: what was seen and what to do"; without a name where the sentence has it. */
static enum desk_result refuse(struct desk_message *m, const char *code, const char *name, struct text en, struct text zh)
{
    const struct text file = text_clip_utf8(text_from_cstr(name ? name : ""), 80);
    const int file_len = (int)file.len, en_len = (int)text_clip_utf8(en, 512).len, zh_len = (int)text_clip_utf8(zh, 512).len;
    snprintf(m->code, sizeof m->code, "%s", code);
    snprintf(m->en, sizeof m->en, "%.*s%s%.*s", file_len, file.ptr, name ? ": " : "", en_len, en.ptr ? en.ptr : "");
    snprintf(m->zh, sizeof m->zh, "%.*s%s%.*s", file_len, file.ptr, name ? "：" : "", zh_len, zh.ptr ? zh.ptr : "");
    text_mend_cut(m->en);
    text_mend_cut(m->zh);
    return DESK_REFUSED;
}

static enum desk_result file_look_at(struct run_file *f, struct desk_message *m)
{
    const char *name = f->row.name;
    int64_t bytes;
    switch (file_look(f->row.path, &bytes)) {
    case FILE_PLAIN: break;
    case FILE_ABSENT: return refuse(m, "absent", name, TEXT("there is no such file. Check the path."), TEXT("没有这个文件。请检查路径。"));
    case FILE_DIRECTORY:
        return refuse(m, "directory", name, TEXT("this is a directory, not a file. Name the export inside it."), TEXT("这是目录，不是文件。请指定其中的导出文件。"));
    case FILE_OTHER:
        return refuse(m, "unreadable", name, TEXT("this is not a plain file. Name the export itself."), TEXT("这不是普通文件。请指定导出文件本身。"));
    case FILE_UNREADABLE:
        return refuse(m, "unreadable", name, TEXT("this file may not be read. Check its permissions."), TEXT("没有读取这个文件的权限。请检查权限。"));
    }
    f->row.bytes = bytes;
    return DESK_DONE;
}

/* The message when a look ended for a reason that lies not in the file. */
static enum desk_result look_broken_off(const struct import_run *run, struct desk_message *m)
{
    if (atomic_load(&run->stop)) message_set(m, "stopping", "The desk is stopping: nothing was changed.", "掌柜正在停止：没有任何改动。");
    else message_set(m, "memory", "Out of memory: nothing was changed.", "内存不足：没有任何改动。");
    return DESK_FAILED;
}

/* One table of a file. news_file: which of the asked files, for the progress. */
static enum desk_result table_scan(struct import_run *run, struct importer *im, struct run_file *f, int news_file, struct desk_message *m)
{
    struct scan_news news = { run, news_file, 0 };
    f->options.part = &f->part;
    const bool ok = importer_scan(im, &run->arena, &f->options, scan_progress, &news, &f->scan);
    if (!ok || run->arena.failed || atomic_load(&run->stop)) return look_broken_off(run, m);
    if (f->scan.refusal != REFUSED_NOT) return refuse(m, intake_refusal_word(f->scan.refusal), NULL, f->scan.refusal_en, f->scan.refusal_zh);
    if (f->scan.store_seen.len > 0) run->store_seen = f->scan.store_seen; /* files of another shop do not go in with these */
    if (!f->scan.profile)
        return refuse(m, "unknown-header", f->row.name, TEXT("no known export has this header. Name a profile, or map its columns on the Import page."),
                      TEXT("表头与已知的导出都不符。请指定格式，或在“导入”页对照各列。"));
    return DESK_DONE;
}

/* What a resume finds must be what the import began with. */
static enum desk_result file_same(const struct run_file *f, int64_t bytes, int64_t rows, struct desk_message *m)
{
    if (f->row.bytes == bytes && f->scan.rows == rows) return DESK_DONE;
    return refuse(m, "changed", f->row.name, TEXT("this file has changed since the import began, so it cannot go on. Undo the import and import the file anew."),
                  TEXT("此文件在导入开始后被改动，无法继续。请撤销此次导入后重新导入。"));
}

static void file_described(struct run_file *f)
{
    const struct text profile = profile_name(f->scan.profile);
    snprintf(f->row.profile, sizeof f->row.profile, "%.*s", (int)(profile.len < 63 ? profile.len : 63), profile.ptr);
    text_copy(f->row.encoding, sizeof f->row.encoding, text_from_cstr(intake_encoding_word(f->scan.encoding)));
    text_copy(f->row.zone, sizeof f->row.zone, text_from_cstr((f->scan.asks_zone ? profile_clock(f->scan.profile, &f->options) : f->options.zone)->name));
    f->row.part_no = f->part.no;
    f->row.subject = profile_subject(f->scan.profile);
    text_copy(f->row.member, sizeof f->row.member, f->part.member);
    text_copy(f->row.sheet, sizeof f->row.sheet, f->part.sheet);
    f->row.as_of_ms = f->scan.as_of_ms;
    f->row.rows_total = f->scan.rows;
    f->options.as_of_ms = f->scan.as_of_ms;
}

static struct run_file *file_new(struct import_run *run)
{
    struct run_file *f = ARENA_NEW(&run->arena, struct run_file);
    if (!f) return NULL;
    f->options = shop_intake_options(run->desk->env, &run->shop);
    return f;
}

/* ---- the tables of a file ---- */

/* A table that is not known: told, in case another one of the file is. */
static void leave_aside(struct import_run *run, const struct run_file *f, const struct desk_message *m)
{
    struct import_left_aside *x = run->left_count < DESK_LEFT_ASIDE_MAX ? ARENA_NEW(&run->arena, struct import_left_aside) : NULL;
    if (x) {
        text_copy(x->name, sizeof x->name, text_from_cstr(f->row.name));
        text_copy(x->member, sizeof x->member, f->part.member);
        text_copy(x->sheet, sizeof x->sheet, f->part.sheet);
        text_copy(x->code, sizeof x->code, text_from_cstr(m->code));
        text_copy(x->en, sizeof x->en, text_from_cstr(m->en));
        text_copy(x->zh, sizeof x->zh, text_from_cstr(m->zh));
        run->left[run->left_count] = x;
    }
    run->left_count++;
}

struct file_look { struct importer *importer; const struct run_file *like /* how to read it */; int news_file; };

/* Looks at the tables of a file; the known ones become files of the run. */
static enum desk_result tables_scan(struct import_run *run, const struct file_look *look, const struct intake_parts *parts, struct desk_message *m)
{
    const int before = run->file_count;
    struct desk_message first = { 0 };
    for (int i = 0; i < parts->count; i++) {
        struct run_file *f = file_new(run);
        if (!f) return look_broken_off(run, m);
        f->row = look->like->row;
        f->options = look->like->options;
        f->options.store_name = run->store_seen;
        f->part = parts->list[i];
        f->asked = look->news_file;
        const enum desk_result r = table_scan(run, look->importer, f, look->news_file, m);
        const bool aside = parts->count > 1 && r == DESK_REFUSED && (f->scan.refusal == REFUSED_NOT || intake_refusal_leaves_aside(f->scan.refusal));
        if (aside) {
            leave_aside(run, f, m);
            if (!first.code[0]) first = *m;
            continue;
        }
        if (r != DESK_DONE) return r;
        if (run->file_count == DESK_IMPORT_TABLES_MAX)
            return refuse(m, "too-many-tables", f->row.name, TEXT("with it there are more than 128 tables. Import the files in several goes."),
                          TEXT("加上它已超过 128 个表格。请分几次导入。"));
        file_described(f);
        run->files[run->file_count++] = f;
    }
    if (run->file_count > before) return DESK_DONE;
    *m = first;
    return DESK_REFUSED;
}

static enum desk_result file_tables(struct import_run *run, struct run_file *f, int news_file, struct desk_message *m)
{
    struct intake_parts parts;
    const enum desk_result looked = file_look_at(f, m);
    if (looked != DESK_DONE) return looked;
    struct importer *im = run_importer(run, f);
    enum desk_result r;
    if (!im || !importer_parts(im, &run->arena, &f->options, &parts) || atomic_load(&run->stop)) r = look_broken_off(run, m);
    else if (parts.refusal != REFUSED_NOT) r = refuse(m, intake_refusal_word(parts.refusal), NULL, parts.refusal_en, parts.refusal_zh);
    else r = tables_scan(run, &(struct file_look){ im, f, news_file }, &parts, m);
    importer_close(im);
    return r;
}

static const char *chosen(const char *own, const char *of_all) { return own && own[0] ? own : of_all; }

/* How the ask wants file i to be read. */
static enum desk_result options_asked(const struct import_run *run, int i, struct run_file *f, struct desk_message *m)
{
    const struct import_ask *ask = &run->ask;
    const struct env *env = run->desk->env;
    const struct import_ask_file own = ask->each ? ask->each[i] : (struct import_ask_file){ NULL };
    const char *zone = chosen(own.zone, ask->zone), *profile = chosen(own.profile, ask->profile), *encoding = chosen(own.encoding, ask->encoding);
    f->options.as_of_ms = ask->as_of_ms;
    f->options.zone = zone ? env->zone(env->ctx, zone) : run->shop.zone;
    f->options.zone_asked = zone != NULL;
    f->options.profile = profile ? profile_set_find(run->profiles, text_from_cstr(profile)) : NULL;
    f->options.encoding_asked = encoding && intake_encoding_find(text_from_cstr(encoding), &f->options.encoding);
    if (!f->options.zone) {
        message_set(m, "zone", "There is no time zone \"%s\"; zones are IANA names, as Asia/Shanghai.", "没有时区“%s”；时区须为 IANA 名称，如 Asia/Shanghai。", zone);
        return DESK_REFUSED;
    }
    if (!profile || f->options.profile) return DESK_DONE;
    message_set(m, "profile", "There is no profile \"%s\" in this store.", "这家店铺没有格式“%s”。", profile);
    return DESK_REFUSED;
}

/* The files of a fresh import, as asked. */
static enum desk_result files_asked(struct import_run *run, struct desk_message *m)
{
    const struct import_ask *ask = &run->ask;
    for (int i = 0; i < ask->count; i++) {
        struct run_file *f = file_new(run);
        if (!f) break;
        text_copy(f->row.path, sizeof f->row.path, text_from_cstr(ask->paths[i]));
        text_copy(f->row.name, sizeof f->row.name, text_from_cstr(ask->names[i]));
        enum desk_result r = options_asked(run, i, f, m);
        if (r == DESK_DONE) r = file_tables(run, f, i, m);
        if (r != DESK_DONE) return r;
    }
    if (!run->arena.failed) return DESK_DONE;
    message_set(m, "memory", "Out of memory: nothing was changed.", "内存不足：没有任何改动。");
    return DESK_FAILED;
}

/* The table that an import was of, looked at once more. */
static enum desk_result table_again(struct import_run *run, struct run_file *f, int news_file, struct desk_message *m)
{
    enum desk_result r = file_look_at(f, m);
    if (r != DESK_DONE) return r;
    struct importer *im = run_importer(run, f);
    r = im ? table_scan(run, im, f, news_file, m) : look_broken_off(run, m);
    importer_close(im);
    if (r == DESK_REFUSED && f->scan.refusal == REFUSED_NO_PART) return file_same(f, -1, 0, m);
    return r;
}

/* The files of an import that is there already; for a resume they are scanned again, the same way. */
static enum desk_result files_again(struct import_run *run, struct store *reader, struct desk_message *m)
{
    const struct env *env = run->desk->env;
    struct import_file_row *rows = ARENA_ARRAY(&run->arena, struct import_file_row, DESK_IMPORT_TABLES_MAX);
    const int n = rows ? import_files(reader, run->shop.merchant_id, run->import_id, rows, DESK_IMPORT_TABLES_MAX) : -1;
    if (n < 0) {
        message_set(m, "database", "The import's files cannot be read from the database.", "无法从数据库读取此次导入的文件。");
        return DESK_FAILED;
    }
    for (int i = 0; i < n; i++) {
        struct run_file *f = file_new(run);
        if (!f) return DESK_FAILED;
        run->files[run->file_count++] = f;
        f->row = rows[i];
        f->part = (struct intake_part){ .no = (int)rows[i].part_no, .member = text_from_cstr(f->row.member), .sheet = text_from_cstr(f->row.sheet) };
        run->rows_before += rows[i].rows_done;
        if (run->kind == RUN_UNDO) continue;
        const struct zone *zone = env->zone(env->ctx, rows[i].zone);
        f->options.zone = zone ? zone : run->shop.zone;
        f->options.zone_asked = true; /* as it was read */
        f->options.encoding_asked = intake_encoding_find(text_from_cstr(rows[i].encoding), &f->options.encoding);
        f->options.profile = profile_set_find(run->profiles, text_from_cstr(rows[i].profile));
        f->options.as_of_ms = rows[i].as_of_ms;
        enum desk_result r = table_again(run, f, i, m);
        if (r == DESK_DONE) r = file_same(f, rows[i].bytes, rows[i].rows_total, m);
        if (r != DESK_DONE) return r;
    }
    return DESK_DONE;
}

enum desk_result run_state_refused(struct desk_message *m, int64_t import_id, enum import_state state)
{
    switch (state) {
    case IMPORT_RUNNING:
        message_set(m, "running", "Import %" PRId64 " is running right now; wait until it is done.", "导入 %" PRId64 " 正在进行；请等它完成。", import_id);
        break;
    case IMPORT_APPLIED:
        message_set(m, "applied", "Import %" PRId64 " is already in, as a whole.", "导入 %" PRId64 " 已全部完成。", import_id);
        break;
    case IMPORT_INTERRUPTED: break;
    case IMPORT_UNDONE:
        message_set(m, "undone", "Import %" PRId64 " is undone already. Import its files anew to have them back.", "导入 %" PRId64 " 已撤销。如需恢复请重新导入文件。", import_id);
        break;
    }
    return DESK_REFUSED;
}

bool run_state_fits(enum run_kind kind, enum import_state state)
{
    return state == IMPORT_INTERRUPTED || (kind == RUN_UNDO && state == IMPORT_APPLIED);
}

static enum desk_result no_import(struct desk_message *m, int64_t import_id)
{
    message_set(m, "no-import", "There is no import %" PRId64 " here.", "这里没有导入 %" PRId64 "。", import_id);
    return DESK_REFUSED;
}

/* The import and the shop it is of. */
static enum desk_result import_again(struct import_run *run, struct store *reader, struct desk_message *m)
{
    static const int64_t merchant_id = 1;
    struct import_row row;
    const enum import_found found = import_find(reader, merchant_id, run->import_id, &row);
    if (found == IMPORT_NOT_FOUND) return no_import(m, run->import_id);
    struct shop *shops = ARENA_ARRAY(&run->arena, struct shop, LIMIT_STORES);
    const int n = found == IMPORT_FOUND && shops ? shop_list(reader, shops, LIMIT_STORES) : -1;
    for (int i = 0; i < n; i++) {
        if (shops[i].merchant_id != row.merchant_id || shops[i].store_id != row.store_id) continue;
        run->shop = shops[i];
        return run_state_fits(run->kind, row.state) ? DESK_DONE : run_state_refused(m, run->import_id, row.state);
    }
    message_set(m, "database", "The database could not be read: %s.", "数据库读取失败：%s。", db_error_message(reader->db));
    return DESK_FAILED;
}

enum desk_result run_prepare(struct import_run *run, struct desk_message *m)
{
    struct store reader;
    if (!desk_reader(run->desk->env, run->desk->path, &reader, m)) return DESK_FAILED;
    enum desk_result r = run->kind == RUN_IMPORT ? desk_shop(&reader, run->ask.store, &run->shop, m) : import_again(run, &reader, m);
    if (r == DESK_DONE && run->kind != RUN_UNDO) {
        run->profiles = desk_profile_set(run->desk->env, &reader, &run->shop, m);
        if (!run->profiles) r = DESK_FAILED;
    }
    if (r == DESK_DONE && run->kind != RUN_IMPORT) r = files_again(run, &reader, m);
    store_close(&reader);
    return r == DESK_DONE && run->kind == RUN_IMPORT ? files_asked(run, m) : r;
}

