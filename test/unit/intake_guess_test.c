/* What an unknown file's columns are proposed to be: tables as people make them by hand. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include "intake/guess.h"

static void *take(void *ctx, size_t size) { (void)ctx; return malloc(size); }
static void give(void *ctx, void *block, size_t size) { (void)ctx, (void)size; free(block); }
static const struct arena_source memory = { take, give, NULL };
static const int64_t utc_at[1] = { INT64_MIN };
static const int32_t utc_offset[1] = { 0 };
static const struct zone utc = { .name = "UTC", .n = 1, .at_ms = utc_at, .offset_s = utc_offset };
static const struct intake_options options = { .zone = &utc, .currency = { "CNY" }, .as_of_ms = INSTANT_NONE };

struct column { const char *header, *cell, *field; };
struct made { const char *subject; struct column columns[10]; };

static const struct made files[] = {
    { "orders", { { "单号", "B-35", "order_no" }, { "下单日期", "2020-02-01 10:00", "placed_at" }, { "总额", "128.00", "total" }, { "客户", "lin.a", "buyer" },
                  { "状态", "已付", "status" }, { "备注", "快", "seller_note" }, { "手机", "13900000000", "phone" } } },
    { "orders", { { "Order #", "B-35", "order_no" }, { "Order date", "2020-02-01 10:00", "placed_at" }, { "Amount", "128.00", "total" }, { "Customer", "lin.a", "buyer" },
                  { "Qty", "2", "pieces" }, { "Product", "Clay pot", "title" } } },
    /* a date under a header that speaks of money is no money; the words of the first columns do not decide alone */
    { "orders", { { "订单编号", "1", "order_no" }, { "金额", "2020-02-01 10:00", "" }, { "合计金额", "12.00", "total" }, { "创建时间", "2020-02-01 10:00", "placed_at" } } },
    { "stock", { { "商家编码", "A-1", NULL }, { "仓库", "杭州仓", NULL }, { "可用库存", "12", NULL } } },
    { "traffic", { { "统计日期", "2026-06-18", NULL }, { "访客数", "1,204", NULL }, { "浏览量", "3,300", NULL } } },
    { "orders", { { "甲", "x", "" }, { "乙", "y", "" } } },
};

static const struct guess *guessed(struct arena *a, const struct made *m, int *ret_columns)
{
    char error[200];
    struct profile_set *set = profile_set_create(&memory, error, sizeof error);
    struct intake_scan_result *scan = ARENA_NEW(a, struct intake_scan_result);
    struct guess *g = ARENA_NEW(a, struct guess);
    cr_assert(set && scan && g);
    while (scan->column_count < 10 && m->columns[scan->column_count].header) {
        scan->columns[scan->column_count].header = text_from_cstr(m->columns[scan->column_count].header);
        scan->preview[0][scan->column_count] = text_from_cstr(m->columns[scan->column_count].cell);
        scan->column_count++;
    }
    scan->preview_count = 1;
    cr_assert(guess_make(a, set, scan, &options, g));
    *ret_columns = scan->column_count;
    return g;
}

Test(guess, tables_made_by_hand)
{
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        struct arena a;
        int columns;
        arena_init(&a, &memory, 0);
        const struct guess *g = guessed(&a, &files[i], &columns);
        cr_expect_str_eq(subject_word(g->subject), files[i].subject, "file %d: %s", (int)i, subject_word(g->subject));
        for (int c = 0; c < columns; c++) {
            const struct text got = g->fields[g->subject][c];
            const char *want = files[i].columns[c].field;
            if (want) cr_expect(text_is(got, want), "file %d, “%s”: “%.*s”", (int)i, files[i].columns[c].header, (int)got.len, got.ptr);
            else cr_expect(got.len > 0, "file %d, “%s”: no idea", (int)i, files[i].columns[c].header);
            for (int other = 0; other < c; other++) cr_expect(got.len == 0 || !text_eq(got, g->fields[g->subject][other]), "a field twice");
        }
        arena_release(&a);
    }
}
