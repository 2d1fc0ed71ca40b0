/* zhanggui suppress add | remove: whom not to contact, and whom one may contact again. */
#include "cli/cmds.h"
#include "cli/open.h"
#include "cli/show.h"
#include "desk/explain.h"

#define OPTION_WHO { "customer", "C", false, { "a buyer's name, a customer's number, a phone or an e-mail address", "买家名、客户编号、手机号或邮箱" } }
#define OPTION_ORDER { "order", "NUMBER", false, { "whoever placed this order", "下这个订单的人" } }
#define OPTION_STOP { "because", "WHY", false, { "opt-out (default), complaint (never again), dispute (until it is settled)", "opt-out 要求不再联系（默认）、complaint 投诉（永不再联系）、dispute 纠纷（了结为止）" } }

const struct option suppress_options[] = { OPTION_DB, OPTION_STORE, OPTION_WHO, OPTION_ORDER, OPTION_STOP, OPTIONS_END };

static enum cli_exit change(struct cli *c, bool remove)
{
    struct suppress_ask s = { .order_no = text_from_cstr(cli_value(c, "order")), .who = text_trim(text_from_cstr(cli_value(c, "customer"))),
                              .stop = STOP_OPT_OUT, .remove = remove };
    struct desk_message m = { 0 };
    struct ask a;
    int changed = 0;

    if (text_empty(s.order_no) == text_empty(s.who))
        return cli_fail(c, CLI_WRONG_USE, "customer", "Say whom: --customer NAME or --order NUMBER", "请说明是谁：--customer 名称 或 --order 订单编号");
    if (cli_value(c, "because") && !stop_find(text_from_cstr(cli_value(c, "because")), &s.stop))
        return cli_fail(c, CLI_WRONG_USE, "because", "--because is opt-out, complaint or dispute", "--because 可为 opt-out、complaint 或 dispute");
    enum cli_exit exit = ask_begin(c, &a, INSTANT_NONE); /* which store, before anything is written */
    if (exit != CLI_DONE) return exit;
    ask_end(&a);
    struct desk *d = open_desk(c, false);
    if (!d) return CLI_COULD_NOT;
    s.store = text_from_cstr(a.shop.key);
    const enum desk_result r = desk_suppress(d, &s, &changed, &m);
    desk_close(d);
    if (r != DESK_DONE) return fail_desk(c, &m);
    if (c->json) return cli_json(c, json_pack("{s:i}", "changed", changed));
    if (changed == 0) cli_say(c, "Nothing to change: it is so already", "无需改动：已经如此");
    else if (remove) cli_say(c, "This buyer may be contacted again, as the rules allow", "可以按规则重新联系该买家");
    else cli_say(c, "This buyer is left alone from now on, in all stores", "从现在起所有店铺都不再联系该买家");
    return CLI_DONE;
}

enum cli_exit suppress_add_run(struct cli *c) { return change(c, false); }
enum cli_exit suppress_remove_run(struct cli *c) { return change(c, true); }
