/* zhanggui waves: a period played again by the plan: how many reminders of which wave at which hour, what is to be won, who is disturbed. */
#include <math.h>
#include "cli/cmds.h"
#include "cli/show.h"
#include "desk/explain.h"

const struct option waves_options[] = {
    OPTION_DB,
    OPTION_STORE,
    { "from", "DAY", true, { "orders placed from this day on", "从哪天下的单开始" } },
    { "to", "DAY", true, { "and before this day", "到哪天之前" } },
    OPTIONS_END,
};

static struct text share_of(struct cli *c, const json_t *o, const char *name)
{
    const json_t *v = json_object_get(o, name);
    return json_is_number(v) ? cli_share(c, llround(json_number_value(v) * 10000)) : TEXT("-");
}

/* What a table of the answer is called there, by which number its rows go, and in which money. */
struct list { const char *name, *key; struct words head; struct currency currency; };

static void show_waves(struct cli *c, const json_t *answer, const struct list *list)
{
    const json_t *rows = json_object_get(answer, list->name), *o;
    struct table t;
    size_t i;

    table_begin(&t, c, (int)json_array_size(rows));
    table_column(&t, list->head, true);
    table_column(&t, (struct words){ "reminders", "催付数" }, true);
    table_column(&t, (struct words){ "never paid", "一直未付" }, true);
    table_column(&t, (struct words){ "to be won", "可挽回金额" }, true);
    table_column(&t, (struct words){ "would pay anyway", "本会自付" }, true);
    table_column(&t, (struct words){ "share", "比例" }, true);
    json_array_foreach(rows, i, o) {
        if (show_i64(o, "sent") == 0) continue;
        table_row(&t, (struct text[]){ cli_count(c, show_i64(o, list->key)), cli_count(c, show_i64(o, "sent")), cli_count(c, show_i64(o, "recoverable")),
                                       cli_money(c, show_i64(o, "recoverable_minor"), list->currency),
                                       cli_count(c, show_i64(o, "disturbed")), share_of(c, o, "disturbed_share") });
    }
    table_print(&t);
}

enum cli_exit waves_run(struct cli *c)
{
    struct ask a;
    enum answer_error error;
    enum cli_exit exit;
    int64_t from_day, to_day;
    const json_t *o;
    size_t i;

    if (!cli_day(c, "from", &from_day) || !cli_day(c, "to", &to_day)) return CLI_WRONG_USE;
    if (from_day >= to_day) return cli_fail(c, CLI_WRONG_USE, "period", "--from must be before --to", "--from 必须早于 --to");
    exit = ask_begin(c, &a, INSTANT_NONE);
    if (exit != CLI_DONE) return exit;
    json_t *answer = answer_waves(&a.q, from_day, to_day, &error);
    if (!ask_answered(c, &a, answer, error, &exit)) return exit;
    cli_say(c, "%s orders played again by the plan", "%s 个订单按计划重演", cli_cstr(c, cli_count(c, show_i64(answer, "orders"))));
    show_waves(c, answer, &(struct list){ "waves", "wave", { "wave", "第几次" }, a.shop.currency });
    show_waves(c, answer, &(struct list){ "hours", "hour", { "hour", "小时" }, a.shop.currency });
    json_array_foreach(json_object_get(answer, "delays"), i, o)
        cli_say(c, "All contacted after exactly %s: %s would have paid anyway", "若下单 %s 时全部联系：%s 本会自付", cli_cstr(c, cli_age(c, show_i64(o, "delay_s"))),
                cli_cstr(c, share_of(c, o, "share")));
    json_decref(answer);
    return CLI_DONE;
}
