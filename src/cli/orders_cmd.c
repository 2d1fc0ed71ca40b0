/* zhanggui orders: find orders, newest first; or one order with its times, lines and sources. */
#include "cli/cmds.h"
#include "base/limits.h"
#include "cli/pages.h"

const struct option orders_options[] = {
    OPTION_DB,
    OPTION_STORE,
    { "state", "WORD", false, { "unpaid, to_ship, shipped, delivered, cancelled, refunded or on_delivery",
                                "unpaid、to_ship、shipped、delivered、cancelled、refunded 或 on_delivery" } },
    { "q", "TEXT", false, { "the beginning of an order number, or a buyer's exact name", "订单号开头，或买家的完整名字" } },
    { "from", "DAY", false, { "placed on that day or later, as 2020-02-01", "这天起下单，如 2020-02-01" } },
    { "to", "DAY", false, { "placed before that day", "这天之前下单" } },
    { "at", "TIME", false, { "as of that instant (default: now)", "按那一刻来看（默认现在）" } },
    { "limit", "N", false, { "how many (default 50); 0: all", "多少条（默认 50）；0 为全部" } },
    OPTIONS_END,
};

static json_t *ask_orders(struct pages *p, struct text after, int limit, enum answer_error *ret_error)
{
    struct orders_ask o = *(const struct orders_ask *)p->what;
    o.after = after;
    o.limit = limit;
    return answer_orders_cli(&p->a->q, &o, ret_error);
}

static void print_page(struct cli *c, const json_t *page)
{
    const json_t *orders = json_object_get(page, "orders");
    struct table t;

    table_begin(&t, c, LIMIT_PAGE_ROWS);
    table_column(&t, (struct words){ "order", "订单" }, false);
    table_column(&t, (struct words){ "state", "状态" }, false);
    table_column(&t, (struct words){ "placed", "下单" }, false);
    table_column(&t, (struct words){ "paid", "付款" }, false);
    table_column(&t, (struct words){ "amount", "金额" }, true);
    table_column(&t, (struct words){ "pieces", "件数" }, true);
    table_column(&t, (struct words){ "region", "地区" }, false);
    table_column(&t, (struct words){ "title", "宝贝" }, false);
    for (size_t i = 0; i < json_array_size(orders); i++) {
        const json_t *o = json_array_get(orders, i);
        const json_t *pieces = json_object_get(o, "pieces");
        struct text state = json_object_get(o, "state_text") ? show_words(c, o, "state_text") : show_text(o, "state");
        table_row(&t, (struct text[]){ show_text(o, "order"), state, show_when(c, o, "placed_at"), show_when(c, o, "paid_at"),
                                       show_money(c, o, "amount"), json_is_integer(pieces) ? cli_count(c, json_integer_value(pieces)) : TEXT("-"),
                                       show_text(o, "region"), text_clip_utf8(show_text(o, "title"), 60) });
    }
    table_print(&t);
}

static enum cli_exit print_one(struct cli *c, struct ask *a)
{
    static const char *const times[] = { "placed", "paid", "ship_by", "shipped", "delivered", "refunded", "cancelled" };
    enum answer_error error;
    json_t *o = answer_order(&a->q, text_from_cstr(c->operands[0]), &error), *decision;

    if (!o) return fail_answer(c, a, error);
    if (c->json) return cli_json(c, o);
    fprintf(c->out, "%s  %s  %s\n", c->operands[0], cli_cstr(c, show_words(c, o, "state_text")), cli_cstr(c, show_money(c, o, "amount")));
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        const json_t *t = json_object_get(json_object_get(o, "times"), times[i]);
        if (json_is_object(t))
            fprintf(c->out, "  %-10s %s%s\n", times[i], json_is_false(json_object_get(t, "exact")) ? "<= " : "", cli_cstr(c, show_when(c, t, "at")));
    }
    decision = json_object_get(o, "decision");
    if (json_is_object(decision)) fprintf(c->out, "  %s\n", cli_cstr(c, show_words(c, decision, "reason")));
    json_decref(o);
    return CLI_DONE;
}

static enum cli_exit print_list(struct cli *c, struct ask *a, int64_t limit)
{
    static const char *const heads[] = { "at", "data_age_s" };
    struct orders_ask o = { .state = text_from_cstr(cli_value(c, "state")), .search = text_from_cstr(cli_value(c, "q")) };
    struct pages p = { .c = c, .a = a, .list = "orders", .ask = ask_orders, .what = &o, .left = limit };

    if (!pages_bound(c, a, "from", &o.from_ms) || !pages_bound(c, a, "to", &o.to_ms)) return CLI_WRONG_USE;
    if (c->json) return pages_json(&p, heads, sizeof heads / sizeof heads[0]);
    return pages_tables(&p, print_page, true, (struct words){ "No order is like that.", "没有这样的订单。" });
}

enum cli_exit orders_run(struct cli *c)
{
    int64_t at_ms, limit;
    struct ask a;

    if (!cli_instant(c, "at", &at_ms) || !pages_limit(c, &limit)) return CLI_WRONG_USE;
    enum cli_exit exit = ask_begin(c, &a, at_ms);
    if (exit != CLI_DONE) return exit;
    exit = c->operand_count == 1 ? print_one(c, &a) : print_list(c, &a, limit);
    ask_end(&a);
    return exit;
}
