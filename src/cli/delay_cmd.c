/* zhanggui delay: how long to wait before the first reminder, from the shop's own payment times. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include "cli/cmds.h"
#include "cli/show.h"

const struct option delay_options[] = {
    OPTION_DB,
    OPTION_STORE,
    { "margin-bp", "BP", false, { "gross margin in basis points of an order's value (default: rule margin_bp)", "毛利，占订单金额的万分比（默认取规则 margin_bp）" } },
    { "cost-minor", "N", false, { "cost of one reminder in minor units, the buyer's annoyance included (default: rule contact_cost_minor)", "一次催付的成本，以最小货币单位计，含对买家的打扰（默认取规则 contact_cost_minor）" } },
    { "persuasion", "SHARE", false, { "share of buyers who would never pay that a reminder at once wins, 0 to 1 (default: rule persuasion_bp)",
                                      "马上催付能挽回多少本来不会付款的买家，0 到 1（默认取规则 persuasion_bp）" } },
    { "decay-h", "HOURS", false, { "after so many hours it wins 1/e of that (default: rule persuasion_decay_s)", "过多少小时效果降到 1/e（默认取规则 persuasion_decay_s）" } },
    { "days", "N", false, { "orders of that many days up to the latest data (default 366)", "取截至最新数据的多少天的订单（默认 366）" } },
    { "at", "TIME", false, { "as of that instant (default: now)", "按那一刻来看（默认现在）" } },
    OPTIONS_END,
};

/* A decimal number in (low, high]; low itself too where `closed`. */
static bool decimal(struct cli *c, const char *option, double low, bool closed, double high, double *ret)
{
    const char *value = cli_value(c, option);
    char *end;
    if (!value) return true;
    errno = 0;
    const double x = strtod(value, &end);
    if (*value && !*end && errno == 0 && isfinite(x) && (x > low || (closed && x >= low)) && x <= high) {
        *ret = x;
        return true;
    }
    cli_fail(c, CLI_WRONG_USE, "number", "--%s \"%s\" is not a number from %g to %g", "--%s “%s”不是 %g 到 %g 之间的数", option, value, low, high);
    return false;
}

static struct text share(struct cli *c, const json_t *o, const char *name)
{
    const json_t *v = json_object_get(o, name);
    return json_is_number(v) ? cli_share(c, (int64_t)llround(json_number_value(v) * 10000)) : TEXT("-");
}

static struct text wait_of(struct cli *c, const json_t *o)
{
    const int64_t s = show_i64(o, "delay_s");
    return s < 60 ? arena_printf(&c->arena, c->zh ? "%d 秒" : "%d s", (int)s) : s < 3600 && s % 60
               ? arena_printf(&c->arena, c->zh ? "%d 分 %d 秒" : "%d min %d s", (int)(s / 60), (int)(s % 60)) : cli_age(c, s);
}

static struct text value_of(struct cli *c, const json_t *o)
{
    return arena_printf(&c->arena, "%.2f", json_number_value(json_object_get(o, "value_minor")));
}

static void show_points(struct cli *c, const json_t *answer)
{
    const json_t *best = json_object_get(answer, "best"), *list = json_object_get(answer, "curve"), *o;
    struct table t;
    size_t i;

    table_begin(&t, c, (int)json_array_size(list) + 1);
    table_column(&t, (struct words){ "wait", "等待" }, true);
    table_column(&t, (struct words){ "unpaid", "未付款" }, true);
    table_column(&t, (struct words){ "would pay anyway", "本会自付" }, true);
    table_column(&t, (struct words){ "minor units an order", "每单价值（分）" }, true);
    json_array_foreach(list, i, o)
        table_row(&t, (struct text[]){ wait_of(c, o), share(c, o, "unpaid_share"), share(c, o, "wasted_share"), value_of(c, o) });
    if (json_is_object(best))
        table_row(&t, (struct text[]){ arena_printf(&c->arena, c->zh ? "最佳 %s" : "best %s", cli_cstr(c, wait_of(c, best))),
                                       share(c, best, "unpaid_share"), share(c, best, "wasted_share"), value_of(c, best) });
    table_print(&t);
}

enum cli_exit delay_run(struct cli *c)
{
    struct ask a;
    struct delay_ask d = { .persuasion = -1, .decay_h = -1 };
    enum answer_error error;
    enum cli_exit exit;
    int64_t at_ms;

    if (!cli_number(c, "margin-bp", 0, 10000, -1, &d.margin_bp) || !cli_number(c, "cost-minor", 0, 1000000000, -1, &d.cost_minor) ||
        !decimal(c, "persuasion", 0, true, 1, &d.persuasion) || !decimal(c, "decay-h", 0, false, 10000, &d.decay_h) ||
        !cli_number(c, "days", 1, 36600, 366, &d.days) || !cli_instant(c, "at", &at_ms))
        return CLI_WRONG_USE;
    exit = ask_begin(c, &a, at_ms);
    if (exit != CLI_DONE) return exit;
    json_t *answer = answer_delay(&a.q, &d, &error);
    if (!ask_answered(c, &a, answer, error, &exit)) return exit;
    cli_say(c, "%s orders, %s of them paid by themselves; %s never paid", "%s 个订单，%s 个自己付了款，%s 个一直没付",
            cli_cstr(c, cli_count(c, show_i64(answer, "orders"))), cli_cstr(c, cli_count(c, show_i64(answer, "paid"))),
            cli_cstr(c, cli_count(c, show_i64(answer, "never"))));
    show_points(c, answer);
    cli_say(c, "%s", "%s", cli_cstr(c, show_words(c, answer, "reason")));
    json_decref(answer);
    return CLI_DONE;
}
