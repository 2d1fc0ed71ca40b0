/* zhanggui import, and import list, resume, undo: order exports in, and back out. */
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include "cli/cmds.h"
#include "cli/open.h"
#include "desk/archive.h"

const struct option import_options[] = {
    OPTION_DB,
    OPTION_STORE,
    { "profile", "NAME", false, { "how to read the columns (default: recognised by the header)", "列的读法（默认按表头识别）" } },
    { "as-of", "TIME", false, { "when the export was made (default: from its name, else its latest time)", "导出的时刻（默认取自文件名，再取文件中最晚的时间）" } },
    { "zone", "ZONE", false, { "of times without an offset (default: the store's)", "不带时差的时间属于哪个时区（默认店铺的）" } },
    { "encoding", "NAME", false, { "utf-8 or gb18030 (default: as its bytes say)", "utf-8 或 gb18030（默认按内容判断）" } },
    { "dry-run", NULL, false, { "only tell what the files are and what would change", "只说明文件是什么、会改变什么，不导入" } },
    OPTIONS_END,
};
const struct option import_resume_options[] = { OPTION_DB, OPTIONS_END };
const struct option import_undo_options[] = { OPTION_DB, OPTIONS_END };

static void show_progress(void *ctx, const struct import_figures *f)
{
    struct progress *p = ctx;
    int64_t done = 0, all = 0;

    if (f->phase == IMPORT_SCANNING) {
        int64_t percent = f->scan_bytes_all > 0 ? f->scan_bytes * 100 / f->scan_bytes_all : 0;
        progress_show(p, "Looking through file %d: %" PRId64 " %%", "正在查看第 %d 个文件：%" PRId64 " %%", f->scan_file + 1, percent);
        return;
    }
    for (int i = 0; i < f->file_count; i++) {
        done += f->files[i].rows_done;
        all += f->files[i].rows;
    }
    if (f->seconds_left >= 0)
        progress_show(p, "%" PRId64 " of %" PRId64 " rows, %" PRId64 " rows/s, %" PRId64 " s left",
                      "%" PRId64 " / %" PRId64 " 行，每秒 %" PRId64 " 行，还需 %" PRId64 " 秒", done, all, f->rows_per_s, f->seconds_left);
    else
        progress_show(p, "%" PRId64 " of %" PRId64 " rows", "%" PRId64 " / %" PRId64 " 行", done, all);
}

/* Which table of its file, where it has several. */
static void name_table(json_t *file, const char *member, const char *sheet)
{
    if (member[0]) json_object_set_new(file, "member", json_string(member));
    if (sheet[0]) json_object_set_new(file, "sheet", json_string(sheet));
}

static json_t *left_json(const struct import_figures *f)
{
    json_t *left = json_array();

    for (int i = 0; i < f->left_count && i < DESK_LEFT_ASIDE_MAX; i++) {
        const struct import_left_aside *x = &f->left[i];
        json_t *one = json_pack("{s:s, s:s, s:s, s:s}", "file", x->name, "code", x->code, "en", x->en, "zh", x->zh);
        name_table(one, x->member, x->sheet);
        json_array_append_new(left, one);
    }
    return left;
}

/* orders.zip › a.xlsx › Sheet2 */
static struct text table_name(struct cli *c, const struct import_file_figures *x)
{
    return arena_printf(&c->arena, "%s%s%s%s%s", x->name, x->member[0] ? " › " : "", x->member, x->sheet[0] ? " › " : "", x->sheet);
}

static json_t *figures_json(const struct import_figures *f)
{
    json_t *files = json_array();

    for (int i = 0; i < f->file_count; i++) {
        const struct import_file_figures *x = &f->files[i];
        json_t *file = json_pack("{s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:I}", "file", x->name, "profile", x->profile,
                                 "encoding", x->encoding, "rows", (json_int_t)x->rows, "added", (json_int_t)x->added,
                                 "updated", (json_int_t)x->updated, "unchanged", (json_int_t)x->unchanged,
                                 "quarantined", (json_int_t)x->quarantined);
        name_table(file, x->member, x->sheet);
        json_array_append_new(files, file);
    }
    json_t *all = json_pack("{s:o, s:I}", "files", files, "import_id", (json_int_t)f->import_id);
    if (f->left_count > 0) json_object_set_new(all, "left_aside", left_json(f));
    return all;
}

static void figures_table(struct cli *c, const struct import_figures *f)
{
    struct table t;
    int64_t quarantined = 0;

    table_begin(&t, c, f->file_count);
    table_column(&t, (struct words){ "file", "文件" }, false);
    table_column(&t, (struct words){ "profile", "格式" }, false);
    table_column(&t, (struct words){ "encoding", "编码" }, false);
    table_column(&t, (struct words){ "rows", "行" }, true);
    table_column(&t, (struct words){ "added", "新增" }, true);
    table_column(&t, (struct words){ "updated", "更新" }, true);
    table_column(&t, (struct words){ "unchanged", "不变" }, true);
    table_column(&t, (struct words){ "set aside", "待改" }, true);
    for (int i = 0; i < f->file_count; i++) {
        const struct import_file_figures *x = &f->files[i];
        table_row(&t, (struct text[]){ table_name(c, x), text_from_cstr(x->profile), text_from_cstr(x->encoding), cli_count(c, x->rows),
                                       cli_count(c, x->added), cli_count(c, x->updated), cli_count(c, x->unchanged), cli_count(c, x->quarantined) });
        quarantined += x->quarantined;
    }
    table_print(&t);
    for (int i = 0; i < f->left_count && i < DESK_LEFT_ASIDE_MAX; i++)
        cli_say(c, "Left aside: %s", "未导入：%s", c->zh ? f->left[i].zh : f->left[i].en);
    if (quarantined == 1)
        cli_say(c, "1 row was set aside; the Import page shows it with what to mend.", "有 1 行待改；“导入”页说明怎么改。");
    else if (quarantined > 1)
        cli_say(c, "%s rows were set aside; the Import page shows each with what to mend.", "有 %s 行待改；“导入”页逐行说明怎么改。",
                cli_cstr(c, cli_count(c, quarantined)));
    cli_say(c, "Import %" PRId64 "; to take it back: zhanggui import undo %" PRId64, "导入 %" PRId64 "；要撤销：zhanggui import undo %" PRId64,
            f->import_id, f->import_id);
}

/* On standard error: a script that takes the JSON is to be warned, too. */
static void warn_of_status(struct cli *c, const struct import_figures *f)
{
    for (int i = 0; i < f->file_count; i++)
        if (f->files[i].unknown_status[0])
            cli_warn(c, "%s has order states that are not known: %s. Only their times of payment, shipping and so on are gone by, and nobody is reminded of them.",
                     "%s 里有不认识的订单状态：%s。这些订单只按付款、发货等时间判断，且不催付。", f->files[i].name, f->files[i].unknown_status);
}

static void warn_of_zone(struct cli *c, const struct import_figures *f)
{
    for (int i = 0; i < f->file_count; i++)
        if (f->files[i].asked_zone[0])
            cli_warn(c, "%s does not tell the time zone of its times; they were read as those of %s. Where that is wrong, undo the import and import again with --zone.",
                     "%s 未写明时间属于哪个时区，已按 %s 读取；若不对，请撤销此次导入，用 --zone 指明时区再导入。", f->files[i].name, f->files[i].asked_zone);
}

static enum cli_exit figures_answer(struct cli *c, const struct import_figures *f)
{
    warn_of_status(c, f);
    warn_of_zone(c, f);
    if (c->json) return cli_json(c, figures_json(f));
    figures_table(c, f);
    return CLI_DONE;
}

static bool show_rows(void *ctx, int64_t rows, int64_t rows_all)
{
    progress_show(ctx, "%" PRId64 " of %" PRId64 " rows", "%" PRId64 " / %" PRId64 " 行", rows, rows_all);
    return true;
}

/* A whole shop, into a database that may not be there yet. --store: what to call it here. */
static enum cli_exit read_archive(struct cli *c)
{
    struct archive_done done = { 0 };
    struct desk_message m = { 0 };
    struct progress p;

    if (c->operand_count > 1)
        return cli_fail(c, CLI_WRONG_USE, "archive", "%s is the archive of a whole shop: read it by itself", "%s 是整个店铺的存档：请单独读入", c->operands[0]);
    struct desk *d = open_desk(c, true);
    if (!d) return CLI_COULD_NOT;
    progress_begin(&p, c);
    const enum desk_result r = desk_archive_read(d, c->operands[0], text_from_cstr(cli_value(c, "store")), 0, show_rows, &p, &done, &m);
    progress_end(&p);
    desk_close(d);
    if (r != DESK_DONE) return fail_desk(c, &m);
    if (c->json)
        return cli_json(c, json_pack("{s:s, s:s, s:I}", "archive", c->operands[0], "store", done.key, "rows", (json_int_t)done.rows));
    cli_say(c, "The shop \"%s\" is here, %s rows, as it was when the archive was made.", "店铺“%s”已读入，共 %s 行，与存档时一样。", done.key,
            cli_cstr(c, cli_count(c, done.rows)));
    return CLI_DONE;
}

enum cli_exit import_run(struct cli *c)
{
    struct import_ask ask = { .paths = c->operands, .count = c->operand_count, .profile = cli_value(c, "profile"), .zone = cli_value(c, "zone"),
                              .encoding = cli_value(c, "encoding") };
    struct import_figures *f = ARENA_NEW(&c->arena, struct import_figures);
    struct desk_message m = { 0 };
    enum desk_result result;
    struct progress p;
    struct store reader;
    struct shop shop;
    struct desk *d;
    enum cli_exit found;

    if (ask.encoding && !intake_encoding_find(text_from_cstr(ask.encoding), &(enum intake_encoding){ 0 }))
        return cli_fail(c, CLI_WRONG_USE, "encoding", "There is no encoding \"%s\" to choose; utf-8 and gb18030 are", "不能选编码“%s”；可选 utf-8 或 gb18030", ask.encoding);
    if (!cli_instant(c, "as-of", &ask.as_of_ms)) return CLI_WRONG_USE;
    tell_walls_here(c);
    if (cli_switch(c, "dry-run")) return import_dry_run(c);
    if (c->operand_count > DESK_IMPORT_FILES_MAX)
        return cli_fail(c, CLI_WRONG_USE, "too-many-files", "At most %d files go into one import", "一次导入最多 %d 个文件", DESK_IMPORT_FILES_MAX);
    for (int i = 0; i < c->operand_count; i++)
        if (archive_is(c->operands[i])) return read_archive(c);
    d = open_desk(c, false);
    if (!d || !f) return CLI_COULD_NOT;
    if (!open_reader(c, &reader)) {
        desk_close(d);
        return CLI_COULD_NOT;
    }
    found = open_shop(c, &reader, &shop);
    store_close(&reader);
    if (found != CLI_DONE) {
        desk_close(d);
        return found;
    }
    tell_interrupted(c);
    ask.store = text_from_cstr(shop.key);
    progress_begin(&p, c);
    result = desk_import(d, &ask, show_progress, &p, f, &m);
    progress_end(&p);
    desk_close(d);
    return result == DESK_DONE ? figures_answer(c, f) : fail_desk(c, &m);
}

static bool import_number(struct cli *c, int64_t *ret)
{
    if (text_to_i64(text_from_cstr(c->operands[0]), ret) && *ret > 0) return true;
    cli_fail(c, CLI_WRONG_USE, "import-id", "\"%s\" is not the number of an import; zhanggui import list shows them",
             "“%s”不是导入编号；zhanggui import list 会列出", c->operands[0]);
    return false;
}

typedef enum desk_result on_import(struct desk *d, int64_t import_id, int64_t user_id, import_progress *progress, void *ctx,
                                   struct import_figures *ret, struct desk_message *ret_message);

static enum cli_exit run_on_import(struct cli *c, on_import *act, int64_t *ret_id, struct import_figures **ret)
{
    struct desk_message m = { 0 };
    enum desk_result result;
    struct progress p;
    struct desk *d;

    *ret = ARENA_NEW(&c->arena, struct import_figures);
    if (!import_number(c, ret_id)) return CLI_WRONG_USE;
    d = open_desk(c, false);
    if (!d || !*ret) return CLI_COULD_NOT;
    progress_begin(&p, c);
    result = act(d, *ret_id, 0, show_progress, &p, *ret, &m);
    progress_end(&p);
    desk_close(d);
    return result == DESK_DONE ? CLI_DONE : fail_desk(c, &m);
}

enum cli_exit import_resume_run(struct cli *c)
{
    struct import_figures *f;
    int64_t id;
    enum cli_exit exit = run_on_import(c, desk_import_resume, &id, &f);

    return exit == CLI_DONE ? figures_answer(c, f) : exit;
}

enum cli_exit import_undo_run(struct cli *c)
{
    struct import_figures *f;
    int64_t id;
    enum cli_exit exit = run_on_import(c, desk_import_undo, &id, &f);

    if (exit != CLI_DONE) return exit;
    if (c->json) return cli_json(c, json_pack("{s:I, s:s}", "import_id", (json_int_t)id, "state", "undone"));
    cli_say(c, "Import %" PRId64 " is undone", "导入 %" PRId64 " 已撤销", id);
    return CLI_DONE;
}
