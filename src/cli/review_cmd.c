/* zhanggui review: what a period brought, and what drove it. */
#include <inttypes.h>
#include "cli/cmds.h"
#include "cli/show.h"

const struct option review_options[] = {
    OPTION_DB,
    OPTION_STORE,
    { "from", "DAY", true, { "first day, as 2020-02-01", "第一天，如 2020-02-01" } },
    { "to", "DAY", true, { "the day after the last, as 2020-03-01", "最后一天的次日，如 2020-03-01" } },
    { "compare", "WORD", false, { "previous (default): beside the period before; none", "previous（默认）：与前一段同样长的时间比；none：不比" } },
    OPTIONS_END,
};

static void figures(struct cli *c, const json_t *r)
{
    struct table t;
    static const struct { const char *name; struct words head; } counts[] = {
        { "orders", { "orders", "订单" } }, { "paid", { "paid", "已付款" } }, { "unpaid", { "unpaid", "未付款" } },
        { "refunded_orders", { "with a refund", "有退款" } },
    };
    static const struct { const char *name; struct words head; } amounts[] = {
        { "total", { "total", "总金额" } }, { "refund", { "refunded", "退款" } }, { "kept", { "kept", "实收" } },
        { "average", { "average order", "客单价" } },
    };

    table_begin(&t, c, 8);
    table_column(&t, (struct words){ "figure", "指标" }, false);
    table_column(&t, (struct words){ "value", "值" }, true);
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
        table_row(&t, (struct text[]){ text_from_cstr(cli_pick(c, counts[i].head)), cli_count(c, show_i64(r, counts[i].name)) });
    for (size_t i = 0; i < sizeof amounts / sizeof amounts[0]; i++)
        table_row(&t, (struct text[]){ text_from_cstr(cli_pick(c, amounts[i].head)), show_money(c, r, amounts[i].name) });
    table_print(&t);
}

static void drivers(struct cli *c, const json_t *d)
{
    const json_t *factors = json_object_get(d, "factors");
    struct table t;

    if (!json_is_object(d)) return;
    fprintf(c->out, "\n%s\n", cli_cstr(c, show_words(c, d, "reason")));
    table_begin(&t, c, (int)json_array_size(factors));
    table_column(&t, (struct words){ "driver", "原因" }, false);
    table_column(&t, (struct words){ "effect", "影响" }, true);
    for (size_t i = 0; i < json_array_size(factors); i++) {
        const json_t *f = json_array_get(factors, i);
        table_row(&t, (struct text[]){ show_text(f, c->zh ? "zh" : "en"), show_money(c, f, "effect") });
    }
    table_print(&t);
}

/* by_day, by_region: a name, two counts and two amounts a row */
static void breakdown(struct cli *c, const json_t *list, const char *name, struct words head, struct currency currency)
{
    size_t rows = json_array_size(list);
    struct table t;

    if (rows == 0) return;
    fputc('\n', c->out);
    table_begin(&t, c, (int)rows);
    table_column(&t, head, false);
    table_column(&t, (struct words){ "orders", "订单" }, true);
    table_column(&t, (struct words){ "paid", "已付款" }, true);
    table_column(&t, (struct words){ "total", "总金额" }, true);
    table_column(&t, (struct words){ "kept", "实收" }, true);
    for (size_t i = 0; i < rows; i++) {
        const json_t *r = json_array_get(list, i);
        struct text what = json_is_integer(json_object_get(r, name)) ? cli_count(c, show_i64(r, name)) : show_text(r, name);
        table_row(&t, (struct text[]){ what, cli_count(c, show_i64(r, "orders")), cli_count(c, show_i64(r, "paid")),
                                       cli_money(c, show_i64(r, "total"), currency), cli_money(c, show_i64(r, "kept"), currency) });
    }
    table_print(&t);
}

enum cli_exit review_run(struct cli *c)
{
    const char *compare = cli_value(c, "compare");
    struct review_ask r = { .compare = !compare || strcmp(compare, "previous") == 0 };
    enum answer_error error;
    struct ask a;
    json_t *answer;

    if (compare && strcmp(compare, "none") != 0 && !r.compare)
        return cli_fail(c, CLI_WRONG_USE, "compare", "--compare is previous or none, not \"%s\"", "--compare 只能是 previous 或 none，而不是“%s”", compare);
    if (!cli_day(c, "from", &r.from_day) || !cli_day(c, "to", &r.to_day)) return CLI_WRONG_USE;
    enum cli_exit exit = ask_begin(c, &a, INSTANT_NONE);
    if (exit != CLI_DONE) return exit;
    answer = answer_review(&a.q, &r, &error);
    if (!ask_answered(c, &a, answer, error, &exit)) return exit;
    fprintf(c->out, "%s, %s .. %s\n", a.shop.name, cli_value(c, "from"), cli_value(c, "to"));
    show_age(c, answer);
    if (json_is_false(json_object_get(answer, "enough")))
        cli_say(c, "%lld orders; from %lld on figures can be compared.", "%lld 单；满 %lld 单数字才有可比性。", (long long)show_i64(answer, "orders"),
                (long long)show_i64(answer, "min_orders"));
    figures(c, answer);
    drivers(c, json_object_get(answer, "drivers"));
    breakdown(c, json_object_get(answer, "by_day"), "day", (struct words){ "day", "日期" }, a.shop.currency);
    breakdown(c, json_object_get(answer, "by_hour"), "hour", (struct words){ "hour", "小时" }, a.shop.currency);
    breakdown(c, json_object_get(answer, "by_region"), "region", (struct words){ "region", "地区" }, a.shop.currency);
    json_decref(answer);
    return CLI_DONE;
}
