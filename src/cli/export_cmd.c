/* zhanggui export: any list as XLSX or CSV, or the whole shop as one archive. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "cli/cmds.h"
#include "cli/show.h"
#include "cli/open.h"
#include "desk/archive.h"
#include "desk/export.h"
#include "desk/files.h"

const struct option export_options[] = {
    OPTION_DB,
    OPTION_STORE,
    { "all", "ARCHIVE", false, { "the whole shop as one file, for another Zhanggui", "整个店铺存成一个文件，供另一个掌柜读入" } },
    { "what", "LIST", false, { "which list: orders, items, customers, pick, reminders, held, review, quarantine, imports, or a subject of records", "哪个列表：orders、items、customers、pick、reminders、held、review、quarantine、imports，或记录的类别" } },
    { "format", "xlsx|csv", false, { "default: by the file's name, else xlsx", "默认按文件名，否则为 xlsx" } },
    { "state", "STATE", false, { "orders and items: only in this state, as to_ship", "订单和明细：只要这种状态的，如 to_ship" } },
    { "q", "TEXT", false, { "orders and items: a number's beginning, or a buyer's exact name", "订单和明细：单号开头，或买家全名" } },
    { "from", "DAY", false, { "from that day on, as 2020-02-01", "从这天起，如 2020-02-01" } },
    { "to", "DAY", false, { "before that day", "这天之前" } },
    { "import", "ID", false, { "quarantine: only of this import", "待改的行：只要这次导入的" } },
    { "at", "TIME", false, { "as of that instant (default: now)", "按那一刻来看（默认现在）" } },
    OPTIONS_END,
};

static enum cli_exit unknown_list(struct cli *c, const char *word)
{
    const char *names[64], *near;
    struct text all = TEXT("");

    for (int i = 0; i < export_kind_count && i < 64; i++) {
        names[i] = export_kinds[i].word;
        all = arena_printf(&c->arena, "%.*s%s%s", (int)all.len, all.ptr, i ? ", " : "", names[i]);
    }
    near = suggest(word, names, export_kind_count);
    if (near)
        return cli_fail(c, CLI_WRONG_USE, "what", "There is no list \"%s\"; did you mean \"%s\"?", "没有列表“%s”；是不是想用“%s”？", word, near);
    return cli_fail(c, CLI_WRONG_USE, "what", "There is no list \"%s\"; there are: %.*s", "没有列表“%s”；可用的有：%.*s", word, (int)all.len, all.ptr);
}

/* --format, else what the file's name ends in. */
static bool read_format(struct cli *c, const char *file, enum sheet_format *ret)
{
    const char *word = cli_value(c, "format");

    *ret = text_ends_with(text_from_cstr(file), TEXT(".csv")) ? SHEET_CSV : SHEET_XLSX;
    if (!word || sheet_format_parse(text_from_cstr(word), ret)) return true;
    cli_fail(c, CLI_WRONG_USE, "format", "--format is xlsx or csv, not \"%s\"", "--format 只能是 xlsx 或 csv，而不是“%s”", word);
    return false;
}

static bool read_period(struct cli *c, const struct zone *zone, struct export_ask *e)
{
    e->orders.from_ms = e->orders.to_ms = INSTANT_NONE;
    if (cli_value(c, "from")) {
        if (!cli_day(c, "from", &e->review.from_day)) return false;
        e->orders.from_ms = zone_day_start_ms(zone, e->review.from_day);
    }
    if (cli_value(c, "to")) {
        if (!cli_day(c, "to", &e->review.to_day)) return false;
        e->orders.to_ms = zone_day_start_ms(zone, e->review.to_day);
    }
    if ((cli_value(c, "from") != NULL) != (cli_value(c, "to") != NULL)) e->review.from_day = e->review.to_day = 0;
    else if (cli_value(c, "from") && e->review.from_day >= e->review.to_day) {
        cli_fail(c, CLI_WRONG_USE, "period", "--from must be before --to", "--from 必须早于 --to");
        return false;
    }
    e->review.compare = true;
    return true;
}

static bool show_rows(void *ctx, int64_t rows)
{
    progress_show(ctx, "%" PRId64 " rows", "%" PRId64 " 行", rows);
    return true;
}

static enum cli_exit fail_export(struct cli *c, struct ask *a, enum export_result r, const char *file)
{
    switch (r) {
    case EXPORT_ONE_TABLE:
        return cli_fail(c, CLI_WRONG_USE, "one-table", "A CSV file holds one table and this list has several: take --format xlsx, or one of review-figures,"
                        " review-days, review-hours, review-regions, review-products",
                        "CSV 文件只能放一张表，而这里有几张：请用 --format xlsx，或只导出 review-figures、review-days、review-hours、review-regions、review-products 之一");
    case EXPORT_BAD_STATE: return fail_answer(c, a, ANSWER_BAD_STATE);
    case EXPORT_BAD_PERIOD: return fail_answer(c, a, ANSWER_BAD_PERIOD);
    case EXPORT_FULL:
        return cli_fail(c, CLI_COULD_NOT, "disk-full", "There is no room for %s; nothing is left of it", "磁盘空间不足，无法写入 %s；没有留下半个文件", file);
    case EXPORT_UNWRITABLE: {
        const char *why = strerror(errno);
        return cli_fail(c, CLI_COULD_NOT, "unwritable", "%s cannot be written: %s", "无法写入 %s：%s", file, why);
    }
    case EXPORT_NOT_YOURS: case EXPORT_STOPPED: case EXPORT_DONE: case EXPORT_FAILED: break;
    }
    return fail_store(c, &a->reader);
}

/* Written beside its place, and put there when it is whole: a file of that name stays until then. */
static enum export_result write_beside(struct cli *c, struct export_ask *e, const char *file, int64_t *ret_rows)
{
    const struct text part = arena_printf(&c->arena, "%s.part", file);
    const struct text directory = arena_text(&c->arena, (struct text){ file, (size_t)(file_base_name(file) - file) });
    struct progress p;

    if (!part.ptr || !directory.ptr) return EXPORT_FAILED;
    e->path = part.ptr;
    e->scratch = directory.len > 0 ? directory.ptr : ".";
    e->progress = show_rows;
    e->progress_ctx = &p;
    progress_begin(&p, c);
    enum export_result r = export_write(e, ret_rows);
    progress_end(&p);
    if (r == EXPORT_DONE && (!file_rename(part.ptr, file) || !directory_sync_of(c->env, file))) {
        const int why = errno;
        file_remove(part.ptr);
        errno = why;
        r = EXPORT_UNWRITABLE;
    }
    return r;
}

static enum cli_exit export_list(struct cli *c, const char *what, const char *file)
{
    struct export_ask e = { .kind = export_kind_find(text_from_cstr(what)), .zh = c->zh, .sellers = true };
    int64_t at_ms, rows = 0;
    struct ask a;

    if (!e.kind) return unknown_list(c, what);
    if (!read_format(c, file, &e.format) || !cli_instant(c, "at", &at_ms) || !cli_number(c, "import", 1, INT64_MAX, 0, &e.import_id)) return CLI_WRONG_USE;
    enum cli_exit exit = ask_begin(c, &a, at_ms);
    if (exit != CLI_DONE) return exit;
    e.ask = a.q;
    e.ask.mask = ANSWER_ALL;
    e.orders.state = text_from_cstr(cli_value(c, "state"));
    e.orders.search = text_from_cstr(cli_value(c, "q"));
    if (!read_period(c, a.shop.zone, &e)) exit = CLI_WRONG_USE;
    else if (!note_taken(c, &(struct taken_ask){ .store = text_from_cstr(a.shop.key), .what = TAKEN_LIST, .which = text_from_cstr(what) })) exit = CLI_COULD_NOT;
    else {
        const enum export_result r = write_beside(c, &e, file, &rows);
        if (r != EXPORT_DONE) exit = fail_export(c, &a, r, file);
        else if (c->json)
            exit = cli_json(c, json_pack("{s:s, s:s, s:s, s:I}", "file", file, "what", what, "format", sheet_format_word(e.format), "rows", (json_int_t)rows));
        else
            cli_say(c, "%s: %s rows. It holds personal data if the list does: keep it as you keep the shop.", "%s：%s 行。列表里若有个人信息，请像保管店铺一样保管它。", file,
                    cli_cstr(c, cli_count(c, rows)));
    }
    ask_end(&a);
    return exit;
}

static bool show_archived(void *ctx, int64_t rows, int64_t rows_all)
{
    (void)rows_all;
    return show_rows(ctx, rows);
}

static enum cli_exit export_all(struct cli *c, const char *file)
{
    struct desk_message m = { 0 };
    struct progress p;
    struct ask a;
    int64_t rows = 0;
    enum cli_exit exit = ask_begin(c, &a, INSTANT_NONE);

    if (exit != CLI_DONE) return exit;
    if (!note_taken(c, &(struct taken_ask){ .store = text_from_cstr(a.shop.key), .what = TAKEN_ARCHIVE, .which = text_from_cstr(a.shop.key) })) {
        ask_end(&a);
        return CLI_COULD_NOT;
    }
    progress_begin(&p, c);
    const enum desk_result r = archive_write(&a.reader, &a.shop, file, show_archived, &p, &rows, &m);
    progress_end(&p);
    if (r != DESK_DONE) exit = fail_desk(c, &m);
    else if (c->json) exit = cli_json(c, json_pack("{s:s, s:s, s:I}", "archive", file, "store", a.shop.key, "rows", (json_int_t)rows));
    else
        cli_say(c, "%s: the whole shop \"%s\", %s rows. Keep it as you keep the shop; to read it elsewhere: zhanggui import --db FILE %s",
                "%s：店铺“%s”的全部内容，共 %s 行。请像保管店铺一样保管它；在别处读入：zhanggui import --db 文件 %s", file, a.shop.key,
                cli_cstr(c, cli_count(c, rows)), file);
    ask_end(&a);
    return exit;
}

enum cli_exit export_run(struct cli *c)
{
    const char *what = cli_value(c, "what"), *all = cli_value(c, "all");

    if (all && (what || c->operand_count > 0))
        return cli_fail(c, CLI_WRONG_USE, "what", "--all takes the whole shop; --what a list: one of them", "--all 是整个店铺，--what 是一个列表：二选一");
    if (all) return export_all(c, all);
    if (c->operand_count == 0) return cli_fail(c, CLI_WRONG_USE, "operand", "FILE is missing; for example: %s", "缺少 FILE；例如：%s", c->verb->example);
    if (!what) return cli_fail(c, CLI_WRONG_USE, "what", "Say which list: --what orders", "请说明要哪个列表：--what orders");
    return export_list(c, what, c->operands[0]);
}
