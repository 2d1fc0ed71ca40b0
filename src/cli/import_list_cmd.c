/* zhanggui import list: what was imported, newest first, of one store or of all. */
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include "base/limits.h"
#include "cli/cmds.h"
#include "cli/open.h"
#include "store/import_store.h"

enum { IMPORTS_SHOWN_MAX = 200 };

const struct option import_list_options[] = { OPTION_DB, OPTION_STORE, OPTIONS_END };

struct listed { struct shop shop; struct import_row row; int64_t rows, rows_done, added, updated, unchanged, quarantined; struct text files; };

static bool add_files(struct cli *c, struct store *s, struct listed *l, struct import_file_row *files)
{
    int n = import_files(s, l->row.merchant_id, l->row.import_id, files, DESK_IMPORT_TABLES_MAX);

    l->files = TEXT("");
    for (int i = 0; i < n; i++) {
        l->rows += files[i].rows_total;
        l->rows_done += files[i].rows_done;
        l->added += files[i].added;
        l->updated += files[i].updated;
        l->unchanged += files[i].unchanged;
        l->quarantined += files[i].quarantined;
        const bool again = i > 0 && !strcmp(files[i].path, files[i - 1].path) && !strcmp(files[i].name, files[i - 1].name); /* a table more of it */
        if (!again) l->files = arena_printf(&c->arena, "%.*s%s%s", (int)l->files.len, l->files.ptr, i ? ", " : "", files[i].name);
    }
    return n >= 0;
}

static int newest_first(const void *a, const void *b)
{
    int64_t x = ((const struct listed *)a)->row.import_id, y = ((const struct listed *)b)->row.import_id;
    return (x < y) - (x > y);
}

/* The newest imports of the stores asked about; -1 on failure. */
static int collect(struct cli *c, struct store *s, const struct shop *shops, int shop_count, struct listed **ret)
{
    struct import_row *rows = ARENA_ARRAY(&c->arena, struct import_row, IMPORTS_SHOWN_MAX);
    struct import_file_row *files = ARENA_ARRAY(&c->arena, struct import_file_row, DESK_IMPORT_TABLES_MAX);
    int n = 0;

    *ret = ARENA_ARRAY(&c->arena, struct listed, (size_t)shop_count * IMPORTS_SHOWN_MAX + 1);
    if (!rows || !files || !*ret) return -1;
    for (int i = 0; i < shop_count; i++) {
        int found = import_list(s, &shops[i], 0, rows, IMPORTS_SHOWN_MAX);
        if (found < 0) return -1;
        for (int k = 0; k < found; k++) {
            (*ret)[n] = (struct listed){ .shop = shops[i], .row = rows[k] };
            if (!add_files(c, s, &(*ret)[n++], files)) return -1;
        }
    }
    qsort(*ret, (size_t)n, sizeof **ret, newest_first);
    return n;
}

static json_t *listed_json(struct cli *c, const struct listed *l)
{
    struct text began = instant_print(&c->arena, l->row.started_at_ms, l->shop.zone);

    return json_pack("{s:I, s:s, s:s, s:s%, s:s%, s:I, s:I, s:I, s:I, s:I, s:I, s:o}", "import_id", (json_int_t)l->row.import_id, "store",
                     l->shop.key, "state", import_state_word(l->row.state), "started_at", began.ptr, began.len, "files", l->files.ptr,
                     l->files.len, "rows", (json_int_t)l->rows, "rows_done", (json_int_t)l->rows_done, "added", (json_int_t)l->added,
                     "updated", (json_int_t)l->updated, "unchanged", (json_int_t)l->unchanged, "quarantined", (json_int_t)l->quarantined,
                     "message", l->row.message_en[0] ? json_pack("{s:s, s:s}", "en", l->row.message_en, "zh", l->row.message_zh) : json_null());
}

static void print_list(struct cli *c, const struct listed *list, int n)
{
    static const struct { enum import_state state; struct words words; } states[] = {
        { IMPORT_RUNNING, { "running", "进行中" } }, { IMPORT_APPLIED, { "applied", "已导入" } },
        { IMPORT_INTERRUPTED, { "interrupted", "被中断" } }, { IMPORT_UNDONE, { "undone", "已撤销" } },
    };
    struct table t;

    table_begin(&t, c, n);
    table_column(&t, (struct words){ "import", "导入" }, true);
    table_column(&t, (struct words){ "store", "店铺" }, false);
    table_column(&t, (struct words){ "state", "状态" }, false);
    table_column(&t, (struct words){ "began", "开始" }, false);
    table_column(&t, (struct words){ "rows", "行" }, true);
    table_column(&t, (struct words){ "done", "已处理" }, true);
    table_column(&t, (struct words){ "set aside", "待改" }, true);
    table_column(&t, (struct words){ "files", "文件" }, false);
    for (int i = 0; i < n; i++) {
        const char *state = "";
        for (size_t k = 0; k < sizeof states / sizeof states[0]; k++)
            if (states[k].state == list[i].row.state) state = cli_pick(c, states[k].words);
        table_row(&t, (struct text[]){ cli_count(c, list[i].row.import_id), text_from_cstr(list[i].shop.key), text_from_cstr(state),
                                       cli_when(c, list[i].row.started_at_ms, list[i].shop.zone), cli_count(c, list[i].rows),
                                       cli_count(c, list[i].rows_done), cli_count(c, list[i].quarantined), list[i].files });
    }
    if (n == 0) cli_say(c, "Nothing was imported yet.", "还没有导入过。");
    else table_print(&t);
}

enum cli_exit import_list_run(struct cli *c)
{
    struct desk *d = open_desk(c, false); /* an import that a crash left running is told as interrupted */
    struct shop *shops = ARENA_ARRAY(&c->arena, struct shop, LIMIT_STORES);
    struct listed *list;
    struct store reader;
    int shop_count, n = -1;

    if (!d || !shops) return CLI_COULD_NOT;
    desk_close(d);
    if (!open_reader(c, &reader)) return CLI_COULD_NOT;
    if (cli_value(c, "store")) shop_count = open_shop(c, &reader, shops) == CLI_DONE ? 1 : -2;
    else shop_count = shop_list(&reader, shops, LIMIT_STORES);
    if (shop_count >= 0) n = collect(c, &reader, shops, shop_count, &list);
    if (n < 0 && shop_count != -2) fail_store(c, &reader);
    store_close(&reader);
    if (n < 0) return CLI_COULD_NOT;
    if (c->json) {
        json_t *imports = json_array();
        for (int i = 0; i < n; i++) json_array_append_new(imports, listed_json(c, &list[i]));
        return cli_json(c, json_pack("{s:o}", "imports", imports));
    }
    print_list(c, list, n);
    return CLI_DONE;
}

void tell_interrupted(struct cli *c)
{
    struct shop *shops = ARENA_ARRAY(&c->arena, struct shop, LIMIT_STORES);
    struct listed *list;
    struct store reader;
    int shop_count, n = 0;

    if (!shops || !open_reader(c, &reader)) return;
    shop_count = shop_list(&reader, shops, LIMIT_STORES);
    if (shop_count > 0) n = collect(c, &reader, shops, shop_count, &list);
    for (int i = 0; i < n; i++) {
        int64_t id = list[i].row.import_id;
        if (list[i].row.state != IMPORT_INTERRUPTED) continue;
        cli_warn(c, "Import %" PRId64 " (%.*s) was interrupted: of its %" PRId64 " rows %" PRId64
                    " stand and the rest are not in; go on: zhanggui import resume %" PRId64 ", or take it back: zhanggui import undo %" PRId64,
                 "导入 %" PRId64 "（%.*s）中断了：%" PRId64 " 行中的 %" PRId64 " 行已生效，其余未导入；继续：zhanggui import resume %" PRId64
                 "，撤销：zhanggui import undo %" PRId64,
                id, (int)list[i].files.len, list[i].files.ptr, list[i].rows, list[i].rows_done, id, id);
    }
    store_close(&reader);
}
