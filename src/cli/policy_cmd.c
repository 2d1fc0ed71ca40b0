/* zhanggui policy show and policy set: the rules, each with its default, its bounds and its source, and what the owner made of them. */
#include "cli/cmds.h"
#include "cli/open.h"
#include "cli/show.h"

const struct option policy_options[] = {
    { "db", "FILE", false, { "the shop's database; without it the defaults are shown", "店铺数据库；不给则显示默认值" } },
    OPTION_STORE,
    OPTIONS_END,
};
const struct option policy_set_options[] = { OPTION_DB, OPTION_STORE, OPTIONS_END };

static enum cli_exit show_policy(struct cli *c, const struct policy *p)
{
    struct policy_row rows[POLICY_ROWS_MAX];
    const int n = policy_rows(p, rows, POLICY_ROWS_MAX);
    struct table t;

    if (c->json) return cli_json(c, answer_policy(p));
    table_begin(&t, c, n);
    table_column(&t, (struct words){ "rule", "规则" }, false);
    table_column(&t, (struct words){ "value", "值" }, true);
    table_column(&t, (struct words){ "default", "默认" }, true);
    table_column(&t, (struct words){ "unit", "单位" }, false);
    table_column(&t, (struct words){ "what", "含义" }, false);
    table_column(&t, (struct words){ "source", "来源" }, false);
    for (int i = 0; i < n; i++)
        table_row(&t, (struct text[]){ text_from_cstr(rows[i].name), cli_count(c, rows[i].value), cli_count(c, rows[i].by_default),
                                       text_from_cstr(rows[i].unit), cli_pick_text(c, rows[i].what_en, rows[i].what_zh), cli_pick_text(c, text_from_cstr(rows[i].source), source_zh(rows[i].source)) });
    table_print(&t);
    return CLI_DONE;
}

enum cli_exit policy_run(struct cli *c)
{
    struct policy p = policy_defaults();
    struct ask a;

    if (cli_value(c, "db")) {
        const enum cli_exit exit = ask_begin(c, &a, INSTANT_NONE);
        if (exit != CLI_DONE) return exit;
        p = a.policy;
        ask_end(&a);
    }
    return show_policy(c, &p);
}

/* "wave1_after_s=900", or "wave1_after_s=default". False: said so. */
static bool read_value(struct cli *c, const char *word, struct policy_value *ret)
{
    struct text value, name = text_cut(text_from_cstr(word), '=', &value);

    *ret = (struct policy_value){ .name = name, .reset = text_is(value, "default") };
    if (strchr(word, '=') && !text_empty(name) && (ret->reset || text_to_i64(value, &ret->value))) return true;
    cli_fail(c, CLI_WRONG_USE, "policy-value", "\"%s\" is not RULE=NUMBER or RULE=default", "“%s”不是 规则=数字 或 规则=default", word);
    return false;
}

enum cli_exit policy_set_run(struct cli *c)
{
    struct policy_value values[DESK_POLICY_VALUES_MAX]; /* as many as verbs.c lets through */
    struct desk_message m = { 0 };
    struct ask a;
    enum cli_exit exit;

    for (int i = 0; i < c->operand_count; i++)
        if (!read_value(c, c->operands[i], &values[i])) return CLI_WRONG_USE;
    exit = ask_begin(c, &a, INSTANT_NONE); /* which store, before anything is written */
    if (exit != CLI_DONE) return exit;
    ask_end(&a);
    struct desk *d = open_desk(c, false);
    if (!d) return CLI_COULD_NOT;
    const struct policy_ask ask = { text_from_cstr(a.shop.key), values, c->operand_count, 0 };
    const enum desk_result r = desk_policy_set(d, &ask, &m);
    desk_close(d);
    if (r != DESK_DONE) return fail_desk(c, &m);
    exit = ask_begin(c, &a, INSTANT_NONE);
    if (exit != CLI_DONE) return exit;
    ask_end(&a);
    return show_policy(c, &a.policy);
}
