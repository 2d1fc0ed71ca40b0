/* zhanggui lift: what reminding brings, beside the orders that were left alone by lot. */
#include <math.h>
#include "cli/cmds.h"
#include "cli/show.h"

const struct option lift_options[] = {
    OPTION_DB,
    OPTION_STORE,
    { "at", "TIME", false, { "as of that instant (default: now)", "按那一刻来看（默认现在）" } },
    OPTIONS_END,
};

static void arm_row(struct cli *c, struct table *t, struct words name, const json_t *arm)
{
    const json_t *rate = json_object_get(arm, "rate");
    table_row(t, (struct text[]){ text_from_cstr(cli_pick(c, name)), cli_count(c, show_i64(arm, "orders")), cli_count(c, show_i64(arm, "recovered")),
                                  json_is_number(rate) ? cli_share(c, llround(json_number_value(rate) * 10000)) : TEXT("-"), show_money(c, arm, "recovered_money") });
}

enum cli_exit lift_run(struct cli *c)
{
    struct ask a;
    struct table t;
    enum answer_error error;
    enum cli_exit exit;
    int64_t at_ms;

    if (!cli_instant(c, "at", &at_ms)) return CLI_WRONG_USE;
    exit = ask_begin(c, &a, at_ms);
    if (exit != CLI_DONE) return exit;
    json_t *answer = answer_lift(&a.q, &error);
    if (!ask_answered(c, &a, answer, error, &exit)) return exit;
    table_begin(&t, c, 3);
    table_column(&t, (struct words){ "orders", "订单组" }, false);
    table_column(&t, (struct words){ "unpaid when due", "到点未付" }, true);
    table_column(&t, (struct words){ "recovered", "后来付款" }, true);
    table_column(&t, (struct words){ "share", "比例" }, true);
    table_column(&t, (struct words){ "money", "金额" }, true);
    arm_row(c, &t, (struct words){ "to be reminded about", "催付组" }, json_object_get(answer, "treated"));
    arm_row(c, &t, (struct words){ "held out", "对照组" }, json_object_get(answer, "held_out"));
    arm_row(c, &t, (struct words){ "really reminded", "实际催付" }, json_object_get(answer, "reminded"));
    table_print(&t);
    if (text_is(text_from_cstr(json_string_value(json_object_get(answer, "begins"))), "message")) {
        const char *age = cli_cstr(c, cli_age(c, show_i64(answer, "due_after_s")));
        cli_say(c, "Nobody is reached before the message that leaves by itself: both groups begin with it, %s after the order on average.",
                "自动发出的消息之前没有联系过任何人：两组都从该发消息的时刻算起，平均为下单后 %s。", age);
    }
    cli_say(c, "%s", "%s", cli_cstr(c, show_words(c, answer, "reason")));
    json_decref(answer);
    return CLI_DONE;
}
