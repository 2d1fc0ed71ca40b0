/* zhanggui queue, zhanggui board: the reminder desk in the terminal. */
#include "cli/cmds.h"
#include "cli/show.h"

const struct option queue_options[] = {
    OPTION_DB,
    OPTION_STORE,
    { "agent", "NUMBER", false, { "only what is in that person's hands; none: what nobody has (default: all)", "只看某人手上的；none 为还没人接的（默认全部）" } },
    { "at", "TIME", false, { "as of that instant (default: now)", "按那一刻来看（默认现在）" } },
    OPTIONS_END,
};

static void queue_row(struct cli *c, struct table *t, const json_t *r)
{
    const json_t *agent = json_object_get(r, "agent"), *text = json_object_get(r, "text");
    table_row(t, (struct text[]){ text_from_cstr(json_is_true(json_object_get(r, "last_chance")) ? "!" : ""), show_text(r, "order"), show_money(c, r, "amount"),
                                  show_when(c, r, "closes_at"), json_is_object(agent) ? show_text(agent, "name") : TEXT("-"),
                                  json_is_object(text) ? show_text(text, "body") : show_words(c, r, "no_text") });
}

static void queue_why_none(struct cli *c, const json_t *answer)
{
    const json_t *held = json_object_get(answer, "held");
    for (size_t i = 0; i < json_array_size(held); i++) {
        const json_t *h = json_array_get(held, i);
        const struct text why = show_words(c, h, "reason");
        fprintf(c->out, "%8lld  %.*s\n", (long long)show_i64(h, "orders"), (int)why.len, why.ptr);
    }
}

enum cli_exit queue_run(struct cli *c)
{
    enum answer_error error;
    enum cli_exit exit;
    struct table t;
    struct ask a;
    int64_t at_ms;
    struct queue_ask q = { .agent_id = -1 };
    const struct text agent = text_from_cstr(cli_value(c, "agent"));

    if (!cli_instant(c, "at", &at_ms)) return CLI_WRONG_USE;
    if (text_is(agent, "none")) q.agent_id = 0;
    else if (agent.len && !text_is(agent, "all") && (!text_to_i64(agent, &q.agent_id) || q.agent_id <= 0))
        return cli_fail(c, CLI_WRONG_USE, "agent", "--agent is a person's number, all or none; not \"%s\"", "--agent 应为人员编号、all 或 none，不能是“%s”", agent.ptr);
    exit = ask_begin(c, &a, at_ms);
    if (exit != CLI_DONE) return exit;
    json_t *answer = answer_queue(&a.q, &q, &error);
    if (!ask_answered(c, &a, answer, error, &exit)) return exit;
    show_age(c, answer);
    const json_t *rows = json_object_get(answer, "rows");
    cli_say(c, "%lld due", "到点 %lld 单", (long long)show_i64(json_object_get(answer, "totals"), "due"));
    if (json_array_size(rows) > 0) {
        table_begin(&t, c, (int)json_array_size(rows));
        table_column(&t, (struct words){ "", "" }, false);
        table_column(&t, (struct words){ "order", "订单" }, false);
        table_column(&t, (struct words){ "to pay", "待付" }, true);
        table_column(&t, (struct words){ "until", "截止" }, false);
        table_column(&t, (struct words){ "whose", "归谁" }, false);
        table_column(&t, (struct words){ "text", "话术" }, false);
        for (size_t i = 0; i < json_array_size(rows); i++) queue_row(c, &t, json_array_get(rows, i));
        table_print(&t);
    } else {
        queue_why_none(c, answer);
    }
    json_decref(answer);
    return CLI_DONE;
}

/* ---- the board ---- */

const struct option board_options[] = {
    OPTION_DB,
    OPTION_STORE,
    { "from", "DAY", false, { "first day, in the store's zone (default: today)", "开始日期，按店铺时区（默认今天）" } },
    { "to", "DAY", false, { "the day after the last one (default: the day after --from)", "结束日期，不含当天（默认次日）" } },
    { "at", "TIME", false, { "as of that instant (default: now)", "按那一刻来看（默认现在）" } },
    OPTIONS_END,
};

static struct text rate_text(struct cli *c, const json_t *o)
{
    const json_t *v = json_object_get(o, "rate_bp");
    return json_is_integer(v) ? cli_share(c, json_integer_value(v)) : TEXT("-");
}

static void board_people(struct cli *c, const json_t *list, bool specialists)
{
    static const char *const ways[] = { "order", "payment", "order_first" };
    struct table t;
    if (json_array_size(list) == 0) return;
    cli_say(c, "%s", "%s", cli_pick(c, specialists ? (struct words){ "Reminder specialists, by recovery rate", "催付专员（按催付成功率）" }
                                                   : (struct words){ "The others, by inquiry-to-payment (credited by order, payment, order first)", "其他客服（询单转化：下单判定、付款判定、下单优先）" }));
    table_begin(&t, c, (int)json_array_size(list));
    table_column(&t, (struct words){ "name", "姓名" }, false);
    table_column(&t, specialists ? (struct words){ "reminded", "催付" } : (struct words){ "asked", "询单" }, true);
    table_column(&t, specialists ? (struct words){ "recovered", "挽回" } : (struct words){ "by order", "下单判定" }, true);
    table_column(&t, specialists ? (struct words){ "money", "金额" } : (struct words){ "by payment", "付款判定" }, true);
    table_column(&t, specialists ? (struct words){ "rate", "成功率" } : (struct words){ "order first", "下单优先" }, true);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *p = json_array_get(list, i), *recovered = json_object_get(p, "recovered"), *converted = json_object_get(p, "converted");
        struct text cells[5] = { show_text(p, "name"), cli_count(c, show_i64(p, specialists ? "reminded" : "asked")) };
        if (specialists) {
            cells[2] = cli_count(c, show_i64(recovered, "orders"));
            cells[3] = show_money(c, recovered, "amount");
            cells[4] = rate_text(c, p);
        } else {
            for (int k = 0; k < 3; k++) cells[2 + k] = rate_text(c, json_object_get(converted, ways[k]));
        }
        table_row(&t, cells);
    }
    table_print(&t);
}

static int64_t due_orders(const json_t *funnel, const char *deed, const char *end)
{
    return show_i64(json_object_get(json_object_get(json_object_get(funnel, "due"), deed), end), "orders");
}

static void board_funnel(struct cli *c, const json_t *funnel)
{
    static const struct { const char *word; struct words text; } deeds[] = {
        { "reminded", { "reminded about", "已催付" } }, { "unreached", { "not reached", "没联系上" } }, { "skipped", { "skipped", "不催" } },
        { "held_out", { "left alone by lot", "随机留出" } }, { "none", { "nobody came to it", "没人处理" } } };
    struct table t;
    cli_say(c, "%lld orders, %lld paid before a reminder was due", "下单 %lld，到点前已付 %lld", (long long)show_i64(json_object_get(funnel, "placed"), "orders"),
            (long long)show_i64(json_object_get(funnel, "paid_early"), "orders"));
    table_begin(&t, c, 5);
    table_column(&t, (struct words){ "due for a reminder", "到点未付" }, false);
    table_column(&t, (struct words){ "paid", "后来付款" }, true);
    table_column(&t, (struct words){ "open", "还可付款" }, true);
    table_column(&t, (struct words){ "lost", "流失" }, true);
    for (size_t i = 0; i < sizeof deeds / sizeof deeds[0]; i++)
        table_row(&t, (struct text[]){ text_from_cstr(cli_pick(c, deeds[i].text)), cli_count(c, due_orders(funnel, deeds[i].word, "paid")),
                                       cli_count(c, due_orders(funnel, deeds[i].word, "open")), cli_count(c, due_orders(funnel, deeds[i].word, "lost")) });
    table_print(&t);
}

enum cli_exit board_run(struct cli *c)
{
    enum answer_error error;
    enum cli_exit exit;
    struct ask a;
    struct board_ask b;
    int64_t at_ms;
    int64_t from_day = INT64_MIN, to_day = INT64_MIN;

    if (!cli_instant(c, "at", &at_ms) || (cli_value(c, "from") && !cli_day(c, "from", &from_day)) || (cli_value(c, "to") && !cli_day(c, "to", &to_day))) return CLI_WRONG_USE;
    exit = ask_begin(c, &a, at_ms);
    if (exit != CLI_DONE) return exit;
    b.from_day = from_day != INT64_MIN ? from_day : zone_day(a.shop.zone, a.q.now_ms);
    b.to_day = to_day != INT64_MIN ? to_day : b.from_day + 1;
    json_t *answer = answer_board(&a.q, &b, &error);
    if (!ask_answered(c, &a, answer, error, &exit)) return exit;
    show_age(c, answer);
    board_funnel(c, json_object_get(answer, "funnel"));
    board_people(c, json_object_get(answer, "specialists"), true);
    board_people(c, json_object_get(answer, "others"), false);
    json_decref(answer);
    return CLI_DONE;
}
