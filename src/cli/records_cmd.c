/* zhanggui records: what data there is; or the records of one subject, newest first. */
#include "cli/cmds.h"
#include <inttypes.h>
#include "base/limits.h"
#include "cli/pages.h"

enum { COLUMNS_MAX = 12, CELL_BYTES_MAX = 40 };

const struct option records_options[] = {
    OPTION_DB,
    OPTION_STORE,
    { "subject", "WORD", false, { "products, stock, traffic, reviews, customers, parcels, staff, shifts, chats, peers, listings, tasks, signup_rules, signups,"
                                  " coupons, interest, search_words, penalties, suppliers or talks", "products、stock、traffic、reviews、customers、parcels、staff、shifts、chats、peers、"
                                  "listings、tasks、signup_rules、signups、coupons、interest、search_words、penalties、suppliers 或 talks" } },
    { "q", "TEXT", false, { "the beginning of what a record is known by, such as a product number", "记录编号的开头，例如商品 ID" } },
    { "from", "DAY", false, { "of that day or later, as 2020-02-01", "这天起，如 2020-02-01" } },
    { "to", "DAY", false, { "before that day", "这天之前" } },
    { "grain", "WORDS", false, { "only records with just these key fields filled, as day,hour", "只看恰好填了这些关键字段的记录，如 day,hour" } },
    { "disputed", NULL, false, { "only what two files of the same time tell differently", "只看同一时间的两份文件说法不一的记录" } },
    { "limit", "N", false, { "how many (default 50); 0: all", "多少条（默认 50）；0 为全部" } },
    OPTIONS_END,
};

static json_t *ask_records(struct pages *p, struct text after, int limit, enum answer_error *ret_error)
{
    struct records_ask r = *(const struct records_ask *)p->what;
    r.after = after;
    r.limit = limit;
    return answer_records(&p->a->q, &r, ret_error);
}

/* ---- for people ---- */

static struct text cell_shown(struct cli *c, const json_t *values, const char *field, const char *kind)
{
    const json_t *v = json_object_get(values, field);
    if (!v || json_is_null(v)) return TEXT("-");
    if (json_is_object(v)) return show_money(c, values, field);
    if (strcmp(kind, "time") == 0) return show_when(c, values, field);
    if (strcmp(kind, "ratio") == 0) {
        const json_int_t bp = json_integer_value(v);
        return arena_printf(&c->arena, "%s%" PRId64 ".%02d%%", bp < 0 ? "-" : "", (int64_t)(bp < 0 ? -bp : bp) / 100, (int)((bp < 0 ? -bp : bp) % 100));
    }
    if (json_is_string(v)) return text_clip_utf8(text_from_cstr(json_string_value(v)), CELL_BYTES_MAX);
    if (json_is_real(v)) return arena_printf(&c->arena, "%.3f", json_real_value(v));
    return strcmp(kind, "count") == 0 ? cli_count(c, json_integer_value(v)) : arena_printf(&c->arena, "%" PRId64, (int64_t)json_integer_value(v));
}

/* Beside the value that holds, what other files of the same time tell. */
static struct text cell_and_others(struct cli *c, const json_t *record, const char *field, const char *kind)
{
    struct text shown = cell_shown(c, json_object_get(record, "values"), field, kind);
    const json_t *told = json_object_get(json_object_get(record, "disputed"), field);
    for (size_t i = 1; i < json_array_size(told); i++) {
        const struct text other = cell_shown(c, json_array_get(told, i), "value", kind);
        shown = arena_printf(&c->arena, "%.*s ≠ %.*s", (int)shown.len, shown.ptr, (int)other.len, other.ptr);
    }
    return shown;
}

/* The first fields that any record of the page tells. */
static int columns_of(const json_t *page, const json_t *ret[COLUMNS_MAX])
{
    const json_t *fields = json_object_get(page, "fields"), *records = json_object_get(page, "records");
    int n = 0;
    for (size_t i = 0; i < json_array_size(fields) && n < COLUMNS_MAX; i++) {
        const json_t *f = json_array_get(fields, i);
        bool told = false;
        for (size_t k = 0; k < json_array_size(records) && !told; k++)
            told = json_object_get(json_object_get(json_array_get(records, k), "values"), json_string_value(json_object_get(f, "field"))) != NULL;
        if (told) ret[n++] = f;
    }
    return n;
}

static void print_page(struct cli *c, const json_t *page)
{
    const json_t *records = json_object_get(page, "records"), *columns[COLUMNS_MAX];
    const int n = columns_of(page, columns);
    struct table t;

    table_begin(&t, c, LIMIT_PAGE_ROWS);
    for (int i = 0; i < n; i++) {
        const char *kind = json_string_value(json_object_get(columns[i], "kind"));
        table_column(&t, (struct words){ json_string_value(json_object_get(columns[i], "en")), json_string_value(json_object_get(columns[i], "zh")) },
                     strcmp(kind, "count") == 0 || strcmp(kind, "money") == 0 || strcmp(kind, "ratio") == 0 || strcmp(kind, "decimal") == 0);
    }
    for (size_t k = 0; k < json_array_size(records); k++) {
        const json_t *record = json_array_get(records, k);
        struct text cells[COLUMNS_MAX];
        for (int i = 0; i < n; i++)
            cells[i] = cell_and_others(c, record, json_string_value(json_object_get(columns[i], "field")), json_string_value(json_object_get(columns[i], "kind")));
        table_row(&t, cells);
    }
    table_print(&t);
}

static enum cli_exit print_data(struct cli *c, struct ask *a)
{
    enum answer_error error;
    struct table t;
    json_t *o = answer_data(&a->q, &error);

    if (!o) return fail_answer(c, a, error);
    if (c->json) return cli_json(c, o);
    const json_t *subjects = json_object_get(o, "subjects");
    table_begin(&t, c, SUBJECT_COUNT);
    table_column(&t, (struct words){ "subject", "数据" }, false);
    table_column(&t, (struct words){ "what", "内容" }, false);
    table_column(&t, (struct words){ "records", "条数" }, true);
    table_column(&t, (struct words){ "as of", "数据时间" }, false);
    table_column(&t, (struct words){ "files", "文件" }, true);
    for (size_t i = 0; i < json_array_size(subjects); i++) {
        const json_t *s = json_array_get(subjects, i), *sources = json_object_get(s, "sources");
        int64_t files = 0;
        for (size_t k = 0; k < json_array_size(sources); k++) files += show_i64(json_array_get(sources, k), "files");
        table_row(&t, (struct text[]){ show_text(s, "subject"), show_words(c, s, "text"), cli_count(c, show_i64(s, "records")), show_when(c, s, "as_of"), cli_count(c, files) });
    }
    table_print(&t);
    json_decref(o);
    return CLI_DONE;
}

static enum cli_exit print_list(struct cli *c, struct ask *a, int64_t limit)
{
    static const char *const heads[] = { "subject", "subject_text", "fields", "total", "grains" };
    struct records_ask r = { .subject = text_from_cstr(cli_value(c, "subject")), .search = text_from_cstr(cli_value(c, "q")),
                             .grain = text_from_cstr(cli_value(c, "grain")), .disputed = cli_switch(c, "disputed") };
    struct pages p = { .c = c, .a = a, .list = "records", .ask = ask_records, .what = &r, .left = limit };

    if (!pages_bound(c, a, "from", &r.from_ms) || !pages_bound(c, a, "to", &r.to_ms)) return CLI_WRONG_USE;
    if (c->json) return pages_json(&p, heads, sizeof heads / sizeof heads[0]);
    return pages_tables(&p, print_page, false, (struct words){ "No record is like that.", "没有这样的记录。" });
}

enum cli_exit records_run(struct cli *c)
{
    int64_t limit;
    struct ask a;

    if (!pages_limit(c, &limit)) return CLI_WRONG_USE;
    enum cli_exit exit = ask_begin(c, &a, INSTANT_NONE);
    if (exit != CLI_DONE) return exit;
    exit = cli_value(c, "subject") ? print_list(c, &a, limit) : print_data(c, &a);
    ask_end(&a);
    return exit;
}
