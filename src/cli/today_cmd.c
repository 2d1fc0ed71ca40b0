/* zhanggui today: whom to remind, whom to leave alone, what to pick next. */
#include "cli/cmds.h"
#include "cli/show.h"

enum { TODAY_SHOWN_MAX = 20 }; /* rows of each list for people; --json gives them all */

const struct option today_options[] = {
    OPTION_DB,
    OPTION_STORE,
    { "at", "TIME", false, { "as of that instant (default: now), as 2020-02-26T15:00:00+08:00", "按那一刻来看（默认现在），如 2020-02-26T15:00:00+08:00" } },
    OPTIONS_END,
};

static struct table list_begin(struct cli *c, size_t rows, struct words title)
{
    struct table t;

    fprintf(c->out, "\n%s: %zu\n", cli_pick(c, title), rows);
    table_begin(&t, c, rows < TODAY_SHOWN_MAX ? (int)rows : TODAY_SHOWN_MAX);
    return t;
}

static void list_end(struct cli *c, const struct table *t, size_t rows)
{
    if (rows == 0) return;
    table_print(t);
    if (rows > (size_t)t->rows) cli_say(c, "... and %zu more; --json lists them all", "……还有 %zu 个；--json 全部列出", rows - (size_t)t->rows);
}

static void show_reminders(struct cli *c, const json_t *list)
{
    size_t rows = json_array_size(list);
    struct table t = list_begin(c, rows, (struct words){ "Remind to pay now", "现在催付" });

    table_column(&t, (struct words){ "order", "订单" }, false);
    table_column(&t, (struct words){ "wave", "第几次" }, true);
    table_column(&t, (struct words){ "amount", "金额" }, true);
    table_column(&t, (struct words){ "due since", "应催于" }, false);
    table_column(&t, (struct words){ "why", "原因" }, false);
    for (size_t i = 0; i < rows && i < TODAY_SHOWN_MAX; i++) {
        const json_t *r = json_array_get(list, i);
        table_row(&t, (struct text[]){ show_text(r, "order"), cli_count(c, show_i64(r, "wave")), show_money(c, r, "amount"),
                                       show_when(c, r, "due_at"), show_words(c, r, "reason") });
    }
    list_end(c, &t, rows);
}

static void show_held(struct cli *c, const json_t *list)
{
    size_t rows = json_array_size(list);
    struct table t = list_begin(c, rows, (struct words){ "Leave alone for now, or for good", "暂不或不再打扰" });

    table_column(&t, (struct words){ "order", "订单" }, false);
    table_column(&t, (struct words){ "until", "到" }, false);
    table_column(&t, (struct words){ "why", "原因" }, false);
    for (size_t i = 0; i < rows && i < TODAY_SHOWN_MAX; i++) {
        const json_t *r = json_array_get(list, i);
        const json_t *until = json_object_get(r, "until");
        bool never = json_object_get(r, "never") || (json_is_string(until) && strcmp(json_string_value(until), "never") == 0);
        struct text when = never ? (c->zh ? TEXT("不再") : TEXT("never")) : show_when(c, r, "until");
        table_row(&t, (struct text[]){ show_text(r, "order"), when, show_words(c, r, "reason") });
    }
    list_end(c, &t, rows);
}

static void show_pick(struct cli *c, const json_t *list)
{
    size_t rows = json_array_size(list);
    struct table t = list_begin(c, rows, (struct words){ "Pick next, in order of payment", "按付款先后配货" });

    table_column(&t, (struct words){ "order", "订单" }, false);
    table_column(&t, (struct words){ "paid", "付款" }, false);
    for (size_t i = 0; i < rows && i < TODAY_SHOWN_MAX; i++) {
        const json_t *r = json_array_get(list, i);
        table_row(&t, (struct text[]){ show_text(r, "order"), show_when(c, r, "paid_at") });
    }
    list_end(c, &t, rows);
}

enum cli_exit today_run(struct cli *c)
{
    enum answer_error error;
    int64_t at_ms;
    struct ask a;
    json_t *answer;

    if (!cli_instant(c, "at", &at_ms)) return CLI_WRONG_USE;
    enum cli_exit exit = ask_begin(c, &a, at_ms);
    if (exit != CLI_DONE) return exit;
    answer = answer_today_cli(&a.q, c->zh, &error);
    if (!ask_answered(c, &a, answer, error, &exit)) return exit;
    fprintf(c->out, "%s, %s\n", a.shop.name, cli_cstr(c, show_when(c, answer, "at")));
    show_age(c, answer);
    for (size_t i = 0; i < json_array_size(json_object_get(answer, "lines")); i++) {
        struct text line = show_words(c, json_array_get(json_object_get(answer, "lines"), i), "reason");
        fprintf(c->out, "%s %.*s\n", i == 0 ? "=>" : "  ", (int)line.len, line.ptr);
    }
    show_reminders(c, json_object_get(answer, "reminders"));
    show_held(c, json_object_get(answer, "held"));
    show_pick(c, json_object_get(answer, "pick"));
    json_decref(answer);
    return CLI_DONE;
}
