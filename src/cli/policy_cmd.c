/* zhanggui policy show: every default of the rules, with its source. */
#include "cli/cmds.h"
#include "desk/answer.h"

enum { POLICY_ROWS_MAX = 64 };

const struct option policy_options[] = { OPTIONS_END };

enum cli_exit policy_run(struct cli *c)
{
    struct policy_row rows[POLICY_ROWS_MAX];
    struct policy p = policy_defaults();
    int n = policy_rows(&p, rows, POLICY_ROWS_MAX);
    struct table t;

    if (c->json) return cli_json(c, answer_policy(&p));
    table_begin(&t, c, n);
    table_column(&t, (struct words){ "rule", "规则" }, false);
    table_column(&t, (struct words){ "value", "值" }, true);
    table_column(&t, (struct words){ "unit", "单位" }, false);
    table_column(&t, (struct words){ "what", "含义" }, false);
    table_column(&t, (struct words){ "source", "来源" }, false);
    for (int i = 0; i < n; i++)
        table_row(&t, (struct text[]){ text_from_cstr(rows[i].name), cli_count(c, rows[i].value), text_from_cstr(rows[i].unit),
                                       cli_pick_text(c, rows[i].what_en, rows[i].what_zh), text_from_cstr(rows[i].source) });
    table_print(&t);
    return CLI_DONE;
}
