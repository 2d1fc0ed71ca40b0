/* zhanggui explain: what the desk does about one order at an instant, and why. */
#include "cli/cmds.h"
#include "cli/open.h"
#include "cli/show.h"
#include "desk/explain.h"

const struct option explain_options[] = {
    OPTION_DB,
    OPTION_STORE,
    { "order", "NUMBER", true, { "the order's number", "订单编号" } },
    { "at", "TIME", false, { "as of that instant (default: now)", "按那一刻来看（默认现在）" } },
    OPTIONS_END,
};

static const char *decision_words(struct cli *c, struct text decision)
{
    if (text_is(decision, "send")) return c->zh ? "现在催付" : "remind now";
    if (text_is(decision, "hold")) return c->zh ? "先等等" : "wait";
    return c->zh ? "不催付" : "do not remind";
}

enum cli_exit explain_run(struct cli *c)
{
    struct ask a;
    enum answer_error error;
    enum cli_exit exit;
    int64_t at_ms;
    const struct text order_no = text_from_cstr(cli_value(c, "order"));

    if (!cli_instant(c, "at", &at_ms)) return CLI_WRONG_USE;
    exit = ask_begin(c, &a, at_ms);
    if (exit != CLI_DONE) return exit;
    json_t *answer = c->json ? answer_explain_cli(&a.q, order_no, c->zh, &error) : answer_explain(&a.q, order_no, &error);
    if (!answer) exit = fail_answer(c, &a, error);
    ask_end(&a);
    if (!answer) return exit;
    if (c->json) return cli_json(c, answer);
    fprintf(c->out, "%s", decision_words(c, show_text(answer, "decision")));
    if (json_is_string(json_object_get(answer, "until"))) fprintf(c->out, "  -> %s", cli_cstr(c, show_when(c, answer, "until")));
    fprintf(c->out, "\n%s\n", cli_cstr(c, show_words(c, answer, "reason")));
    if (json_is_object(json_object_get(answer, "agent_reason")))
        fprintf(c->out, c->zh ? "谁：%s\n" : "Who: %s\n", cli_cstr(c, show_words(c, answer, "agent_reason")));
    fprintf(c->out, c->zh ? "规则：%s。来源：%s\n" : "Rule: %s. Source: %s\n", cli_cstr(c, show_text(answer, "rule")), cli_cstr(c, show_text(answer, "source")));
    json_decref(answer);
    return CLI_DONE;
}
