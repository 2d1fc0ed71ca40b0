/* The review of a period, rows set aside, and imports, as tables; see export.h. */
#include <string.h>
#include "desk/commands.h"
#include "desk/export_parts.h"
#include "store/account_store.h"
#include "store/import_store.h"

#define COUNT_OF(a) ((int)(sizeof(a) / sizeof((a)[0])))
enum { REVIEW_DAYS = 800, IMPORTS_AT_ONCE = 100, QUARANTINE_AT_ONCE = 200 };

/* ---- review ---- */

static int64_t figure(const json_t *row, const char *key)
{
    const json_t *v = json_object_get(row, key);
    if (json_is_object(v)) v = json_object_get(v, "minor");
    return json_is_integer(v) ? json_integer_value(v) : INT64_MIN;
}

static struct text string_of(const json_t *row, const char *key)
{
    const json_t *v = json_object_get(row, key);
    return json_is_string(v) ? (struct text){ json_string_value(v), json_string_length(v) } : TEXT_NONE;
}

/* The period that was asked for, or all of it: from the first order to the latest fact, at most 800 days back. */
static bool review_period(struct export *x, struct review_ask *ret)
{
    const struct answer_ask *q = &x->ask->ask;
    int64_t first_ms, last_ms;
    *ret = x->ask->review;
    if (ret->from_day < ret->to_day) return true;
    if (!query_first_placed(q->store, q->shop, &first_ms) || !query_latest_fact(q->store, q->shop, q->now_ms, &last_ms)) {
        x->failed = true;
        return false;
    }
    ret->to_day = zone_day(q->shop->zone, last_ms == INSTANT_NONE ? q->now_ms : last_ms) + 1;
    ret->from_day = first_ms == INSTANT_NONE ? ret->to_day - 1 : zone_day(q->shop->zone, first_ms);
    if (ret->from_day >= ret->to_day) ret->from_day = ret->to_day - 1;
    if (ret->to_day - ret->from_day > REVIEW_DAYS) ret->from_day = ret->to_day - REVIEW_DAYS;
    return true;
}

/* The answer of the Review page; NULL: failed, or no such period. A new reference. */
static json_t *review_answer(struct export *x)
{
    struct review_ask r;
    enum answer_error error = ANSWER_OK;
    if (!review_period(x, &r)) return NULL;
    json_t *o = answer_review(&x->ask->ask, &r, &error);
    if (!o && error != ANSWER_BAD_PERIOD) x->failed = true;
    return o;
}

static const struct export_column day_columns[] = {
    { { "Day", "日期", SHEET_DAY, 12 }, 0 },
    { { "Orders", "下单数", SHEET_COUNT, 9 }, 0 },
    { { "Paid orders", "付款订单数", SHEET_COUNT, 11 }, 0 },
    { { "Order amount", "订单金额", SHEET_MONEY, 14 }, ANSWER_MONEY },
    { { "Kept after refunds", "实际留下", SHEET_MONEY, 14 }, ANSWER_MONEY },
};
static const struct export_column hour_columns[] = {
    { { "Hour of the day", "小时", SHEET_COUNT, 14 }, 0 },
    { { "Orders", "下单数", SHEET_COUNT, 9 }, 0 },
    { { "Paid orders", "付款订单数", SHEET_COUNT, 11 }, 0 },
    { { "Order amount", "订单金额", SHEET_MONEY, 14 }, ANSWER_MONEY },
    { { "Kept after refunds", "实际留下", SHEET_MONEY, 14 }, ANSWER_MONEY },
};
static const struct export_column region_columns[] = {
    { { "Province or state", "省份", SHEET_TEXT, 16 }, 0 },
    { { "Orders", "下单数", SHEET_COUNT, 9 }, 0 },
    { { "Paid orders", "付款订单数", SHEET_COUNT, 11 }, 0 },
    { { "Order amount", "订单金额", SHEET_MONEY, 14 }, ANSWER_MONEY },
    { { "Kept after refunds", "实际留下", SHEET_MONEY, 14 }, ANSWER_MONEY },
};
static const struct export_column product_columns[] = {
    { { "Product number", "商品ID", SHEET_TEXT, 18 }, 0 },
    { { "Product title", "商品标题", SHEET_TEXT, 40 }, 0 },
    { { "Pieces", "件数", SHEET_COUNT, 9 }, 0 },
    { { "Amount paid", "实付金额", SHEET_MONEY, 14 }, ANSWER_MONEY },
    { { "Lines", "明细行数", SHEET_COUNT, 9 }, 0 },
};
static const struct export_column figure_columns[] = {
    { { "Figure", "指标", SHEET_TEXT, 30 }, 0 },
    { { "Count", "数量", SHEET_COUNT, 12 }, 0 },
    { { "Amount", "金额", SHEET_MONEY, 16 }, ANSWER_MONEY },
    { { "Share", "比例", SHEET_SHARE, 10 }, 0 },
    { { "Period before: count", "上一周期：数量", SHEET_COUNT, 18 }, 0 },
    { { "Period before: amount", "上一周期：金额", SHEET_MONEY, 18 }, ANSWER_MONEY },
    { { "Period before: share", "上一周期：比例", SHEET_SHARE, 18 }, 0 },
};

static struct sheet_cell first_cell(const json_t *row, enum sheet_kind kind, const char *key)
{
    int64_t day;
    if (kind == SHEET_DAY) return cell_value(answer_day_parse(string_of(row, key), &day) ? day : INT64_MIN);
    return kind == SHEET_TEXT ? cell_text_of(string_of(row, key)) : cell_value(figure(row, key));
}

struct rows_of { const char *list, *first, *en, *zh; const struct export_column *columns; };
static const struct rows_of by_day = { "by_day", "day", "days", "按天", day_columns };
static const struct rows_of by_hour = { "by_hour", "hour", "hours", "按小时", hour_columns };
static const struct rows_of by_region = { "by_region", "region", "regions", "按地区", region_columns };

static bool figures_table(struct export *x, const json_t *review, const struct rows_of *t)
{
    const json_t *list = json_object_get(review, t->list);
    bool ok = export_begin(x, t->en, t->zh, t->columns, COUNT_OF(day_columns));
    for (size_t i = 0; ok && i < json_array_size(list); i++) {
        const json_t *row = json_array_get(list, i);
        ok = export_row(x, (struct sheet_cell[]){ first_cell(row, t->columns[0].sheet.kind, t->first), cell_value(figure(row, "orders")),
                                                  cell_value(figure(row, "paid")), cell_value(figure(row, "total")), cell_value(figure(row, "kept")) });
    }
    return ok;
}

static bool products_table(struct export *x, const json_t *review)
{
    const json_t *list = json_object_get(review, "by_product");
    bool ok = export_begin(x, "products", "按商品", product_columns, COUNT_OF(product_columns));
    for (size_t i = 0; ok && i < json_array_size(list); i++) {
        const json_t *row = json_array_get(list, i);
        ok = export_row(x, (struct sheet_cell[]){ cell_text_of(string_of(row, "product")), cell_text_of(string_of(row, "title")),
                                                  cell_value(figure(row, "pieces")), cell_value(figure(row, "paid_minor")),
                                                  cell_value(figure(row, "lines")) });
    }
    return ok;
}

static bool summary_table(struct export *x, const json_t *review)
{
    enum { COUNT, AMOUNT, SHARE };
    static const struct { const char *key, *before; int kind; const char *en, *zh; } rows[] = {
        { "orders", "orders", COUNT, "Orders", "下单数" },
        { "unpaid", NULL, COUNT, "Not paid", "未付款" },
        { "paid", "paid", COUNT, "Paid orders", "付款订单数" },
        { "refunded_orders", NULL, COUNT, "Orders with a refund", "有退款的订单" },
        { "cancelled", NULL, COUNT, "Closed without payment", "未付款关闭" },
        { "customers", NULL, COUNT, "Customers", "客户数" },
        { "total", NULL, AMOUNT, "Order amount", "订单金额" },
        { "paid_amount", NULL, AMOUNT, "Amount paid", "实付金额" },
        { "refund", NULL, AMOUNT, "Amount refunded", "退款金额" },
        { "kept", "kept", AMOUNT, "Kept after refunds", "实际留下" },
        { "average", "average", AMOUNT, "Average paid order", "客单价" },
        { "paid_share_bp", "paid_share_bp", SHARE, "Share of orders paid", "付款率" },
        { "refund_share_bp", NULL, SHARE, "Share of paid orders with a refund", "退款率" },
    };
    const json_t *before = json_object_get(review, "compare");
    bool ok = export_begin(x, "figures", "汇总", figure_columns, COUNT_OF(figure_columns));
    for (int i = 0; ok && i < COUNT_OF(rows); i++) {
        const int64_t now = figure(review, rows[i].key), then = rows[i].before ? figure(before, rows[i].before) : INT64_MIN;
        struct sheet_cell cells[COUNT_OF(figure_columns)] = { cell_text_of(text_from_cstr(x->ask->zh ? rows[i].zh : rows[i].en)) };
        for (int k = 0; k < 3; k++) {
            cells[1 + k] = cell_value(rows[i].kind == k ? now : INT64_MIN);
            cells[4 + k] = cell_value(rows[i].kind == k ? then : INT64_MIN);
        }
        ok = export_row(x, cells);
    }
    return ok;
}

static bool with_review(struct export *x, bool (*tables)(struct export *x, const json_t *review))
{
    json_t *review = review_answer(x);
    const bool ok = review && tables(x, review);
    json_decref(review);
    return ok;
}

static bool days_table(struct export *x, const json_t *r) { return figures_table(x, r, &by_day); }
static bool hours_table(struct export *x, const json_t *r) { return figures_table(x, r, &by_hour); }
static bool regions_table(struct export *x, const json_t *r) { return figures_table(x, r, &by_region); }
static bool all_tables(struct export *x, const json_t *r)
{
    return summary_table(x, r) && days_table(x, r) && hours_table(x, r) && regions_table(x, r) && products_table(x, r);
}

bool export_review(struct export *x) { return with_review(x, all_tables); }
bool export_review_figures(struct export *x) { return with_review(x, summary_table); }
bool export_review_days(struct export *x) { return with_review(x, days_table); }
bool export_review_hours(struct export *x) { return with_review(x, hours_table); }
bool export_review_regions(struct export *x) { return with_review(x, regions_table); }
bool export_review_products(struct export *x) { return with_review(x, products_table); }

/* ---- imports and the rows they set aside ---- */

struct books { struct export *x; struct import_row *imports; struct import_file_row *files; int file_count; const struct import_row *import;
               int64_t file_no, line; bool ok; };

/* Each import of the shop, newest first, or the one that is asked for. */
static bool each_import(struct export *x, bool (*each)(struct books *b))
{
    const struct answer_ask *q = &x->ask->ask;
    struct arena arena;
    arena_init(&arena, &q->store->env->memory, 0);
    struct books b = { .x = x, .ok = true, .imports = ARENA_ARRAY(&arena, struct import_row, IMPORTS_AT_ONCE),
                       .files = ARENA_ARRAY(&arena, struct import_file_row, DESK_IMPORT_TABLES_MAX) };
    int64_t before = 0;
    int n = IMPORTS_AT_ONCE;
    while (b.ok && !arena.failed && n == IMPORTS_AT_ONCE) {
        n = import_list(q->store, q->shop, before, b.imports, IMPORTS_AT_ONCE);
        for (int i = 0; b.ok && i < n; i++) {
            b.import = &b.imports[i];
            before = b.import->import_id;
            if (x->ask->import_id != 0 && x->ask->import_id != b.import->import_id) continue;
            b.file_count = import_files(q->store, q->shop->merchant_id, b.import->import_id, b.files, DESK_IMPORT_TABLES_MAX);
            b.ok = b.file_count >= 0 && each(&b);
        }
        if (n < 0 || b.file_count < 0) x->failed = true, b.ok = false;
    }
    if (arena.failed) x->failed = true;
    arena_release(&arena);
    return b.ok && !x->failed;
}

/* orders.zip › a.xlsx › Sheet2. The arena is cleared after each row. */
static struct text table_name(struct export *x, const struct import_file_row *f)
{
    return arena_printf(&x->row, "%s%s%s%s%s", f->name, f->member[0] ? " › " : "", f->member, f->sheet[0] ? " › " : "", f->sheet);
}

static const struct export_column quarantine_columns[] = {
    { { "Import", "导入", SHEET_COUNT, 8 }, 0 },
    { { "File", "文件", SHEET_TEXT, 30 }, 0 },
    { { "Line", "行", SHEET_COUNT, 8 }, 0 },
    { { "Column", "列", SHEET_COUNT, 6 }, 0 },
    { { "Column name", "列名", SHEET_TEXT, 18 }, 0 },
    { { "What was read", "读到的内容", SHEET_TEXT, 24 }, 0 },
    { { "Reason", "原因", SHEET_TEXT, 50 }, 0 },
    { { "What to do", "怎么改", SHEET_TEXT, 50 }, 0 },
    { { "The row", "整行", SHEET_TEXT, 60 }, ANSWER_PERSON },
};

static void quarantine_one(void *ctx, const struct quarantine_row *r)
{
    struct books *b = ctx;
    struct text file = TEXT_NONE;
    b->file_no = r->file_no;
    b->line = r->line;
    for (int i = 0; i < b->file_count; i++)
        if (b->files[i].file_no == r->file_no) file = table_name(b->x, &b->files[i]);
    if (!b->ok) return;
    b->ok = export_row(b->x, (struct sheet_cell[]){
        cell_value(b->import->import_id), cell_text_of(file), cell_value(r->line),
        cell_value(r->column_no > 0 ? r->column_no : INT64_MIN), cell_text_of(r->column_name), cell_text_of(r->value),
        cell_text_of(words_of(b->x, r->what_en, r->what_zh)), cell_text_of(words_of(b->x, r->remedy_en, r->remedy_zh)), cell_text_of(r->raw) });
}

static bool quarantine_of(struct books *b)
{
    const struct answer_ask *q = &b->x->ask->ask;
    int n = QUARANTINE_AT_ONCE;
    b->file_no = b->line = 0;
    if (b->import->state == IMPORT_UNDONE) return true;
    while (b->ok && n == QUARANTINE_AT_ONCE)
        n = quarantine_read(q->store, &(struct held_ask){ q->shop->merchant_id, b->import->import_id, b->file_no, b->line, INT64_MAX, QUARANTINE_AT_ONCE }, quarantine_one, b);
    if (n < 0) b->x->failed = true;
    return b->ok && n >= 0;
}

bool export_quarantine(struct export *x)
{
    return export_begin(x, "rows set aside", "待改的行", quarantine_columns, COUNT_OF(quarantine_columns)) && each_import(x, quarantine_of);
}

static const struct export_column import_columns[] = {
    { { "Import", "导入", SHEET_COUNT, 8 }, 0 },
    { { "State", "状态", SHEET_TEXT, 10 }, 0 },
    { { "Began", "开始", SHEET_TIME, 19 }, 0 },
    { { "Ended", "结束", SHEET_TIME, 19 }, 0 },
    { { "By", "操作人", SHEET_TEXT, 14 }, 0 },
    { { "File", "文件", SHEET_TEXT, 36 }, 0 },
    { { "Format", "格式", SHEET_TEXT, 18 }, 0 },
    { { "Encoding", "编码", SHEET_TEXT, 10 }, 0 },
    { { "As of", "数据截至", SHEET_TIME, 19 }, 0 },
    { { "Rows", "行数", SHEET_COUNT, 9 }, 0 },
    { { "Added", "新增", SHEET_COUNT, 9 }, 0 },
    { { "Updated", "更新", SHEET_COUNT, 9 }, 0 },
    { { "Unchanged", "不变", SHEET_COUNT, 9 }, 0 },
    { { "Set aside", "待改", SHEET_COUNT, 9 }, 0 },
};

static struct text state_words(const struct export *x, enum import_state s)
{
    switch (s) {
    case IMPORT_RUNNING: return words_of(x, TEXT("running"), TEXT("进行中"));
    case IMPORT_APPLIED: return words_of(x, TEXT("applied"), TEXT("已导入"));
    case IMPORT_INTERRUPTED: return words_of(x, TEXT("interrupted"), TEXT("被中断"));
    case IMPORT_UNDONE: return words_of(x, TEXT("undone"), TEXT("已撤销"));
    }
    return TEXT_NONE;
}

static bool import_of(struct books *b)
{
    const struct answer_ask *q = &b->x->ask->ask;
    const struct import_row *i = b->import;
    struct account by;
    const bool known = i->user_id != 0 && account_get(q->store, q->shop->merchant_id, i->user_id, &by) == ACCOUNT_OK;
    bool ok = true;
    for (int k = 0; ok && k < b->file_count; k++) {
        const struct import_file_row *f = &b->files[k];
        ok = export_row(b->x, (struct sheet_cell[]){
            cell_value(i->import_id), cell_text_of(state_words(b->x, i->state)), cell_value(i->started_at_ms), cell_value(i->ended_at_ms),
            cell_text_of(known ? text_from_cstr(by.name) : TEXT_NONE), cell_text_of(table_name(b->x, f)), cell_text_of(text_from_cstr(f->profile)),
            cell_text_of(text_from_cstr(f->encoding)), cell_value(f->as_of_ms), cell_value(f->rows_total), cell_value(f->added),
            cell_value(f->updated), cell_value(f->unchanged), cell_value(f->quarantined) });
    }
    return ok;
}

bool export_imports(struct export *x)
{
    return export_begin(x, "imports", "导入记录", import_columns, COUNT_OF(import_columns)) && each_import(x, import_of);
}
