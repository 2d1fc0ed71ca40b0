/* zhanggui orders: find orders, newest first; or one order with its times, lines and sources. */
#include "cli/cmds.h"
#include "base/limits.h"
#include "cli/show.h"

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

/* The pages of one answer, one after the other. */
struct pages { struct cli *c; struct ask *a; struct orders_ask o; int64_t left; json_t *page; };

static struct pages pages_begin(struct cli *c, struct ask *a, const struct orders_ask *o, int64_t limit)
{
    return (struct pages){ .c = c, .a = a, .o = *o, .left = limit == 0 ? INT64_MAX : limit };
}

/* The next page in p->page (kept until the next call); false at the end or, with *ret_error set, on a failure. */
static bool pages_next(struct pages *p, enum answer_error *ret_error)
{
    const json_t *next = p->page ? json_object_get(p->page, "next") : NULL;

    *ret_error = ANSWER_OK;
    if (p->page && (!json_is_string(next) || p->left <= 0)) return false;
    if (next) p->o.after = arena_text(&p->c->arena, text_from_cstr(json_string_value(next)));
    p->o.limit = p->left < LIMIT_PAGE_ROWS ? (int)p->left : LIMIT_PAGE_ROWS;
    json_decref(p->page);
    p->page = answer_orders_cli(&p->a->q, &p->o, ret_error);
    if (!p->page) return false;
    p->left -= (int64_t)json_array_size(json_object_get(p->page, "orders"));
    return true;
}

/* All pages as one JSON object, written as they come: memory stays flat. */
static enum cli_exit print_json(struct cli *c, struct pages *p)
{
    enum answer_error error;
    bool first = true;

    while (pages_next(p, &error)) {
        const json_t *orders = json_object_get(p->page, "orders");
        if (!c->json_started) {
            c->json_started = true;
            fputs("{\"at\":", c->out);
            json_dumpf(json_object_get(p->page, "at"), c->out, JSON_ENCODE_ANY);
            fputs(",\"data_age_s\":", c->out);
            json_dumpf(json_object_get(p->page, "data_age_s"), c->out, JSON_ENCODE_ANY);
            fputs(",\"orders\":[", c->out);
        }
        for (size_t i = 0; i < json_array_size(orders); i++) {
            fputs(first ? "\n" : ",\n", c->out);
            json_dumpf(json_array_get(orders, i), c->out, JSON_COMPACT);
            first = false;
        }
    }
    if (error != ANSWER_OK) return fail_answer(c, p->a, error);
    fputs("],\"next\":", c->out);
    json_dumpf(json_object_get(p->page, "next"), c->out, JSON_ENCODE_ANY);
    fputs("}\n", c->out);
    return CLI_DONE;
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

static enum cli_exit print_tables(struct cli *c, struct pages *p)
{
    enum answer_error error;
    int64_t rows = 0;

    while (pages_next(p, &error)) {
        if (rows == 0) show_age(c, p->page);
        rows += (int64_t)json_array_size(json_object_get(p->page, "orders"));
        if (rows > 0) print_page(c, p->page);
    }
    if (error != ANSWER_OK) return fail_answer(c, p->a, error);
    if (rows == 0) cli_say(c, "No order is like that.", "没有这样的订单。");
    else if (json_is_string(json_object_get(p->page, "next"))) cli_say(c, "... and more; --limit 0 shows all", "……还有；--limit 0 显示全部");
    return CLI_DONE;
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

static bool read_filters(struct cli *c, struct ask *a, struct orders_ask *ret)
{
    int64_t day;

    ret->state = text_from_cstr(cli_value(c, "state"));
    ret->search = text_from_cstr(cli_value(c, "q"));
    ret->from_ms = ret->to_ms = INSTANT_NONE;
    if (cli_value(c, "from")) {
        if (!cli_day(c, "from", &day)) return false;
        ret->from_ms = zone_day_start_ms(a->shop.zone, day);
    }
    if (cli_value(c, "to")) {
        if (!cli_day(c, "to", &day)) return false;
        ret->to_ms = zone_day_start_ms(a->shop.zone, day);
    }
    return true;
}

enum cli_exit orders_run(struct cli *c)
{
    struct orders_ask o = { 0 };
    enum cli_exit exit = CLI_WRONG_USE;
    int64_t at_ms, limit;
    struct pages p;
    struct ask a;

    if (!cli_instant(c, "at", &at_ms) || !cli_number(c, "limit", 0, INT64_MAX / 2, 50, &limit)) return CLI_WRONG_USE;
    enum cli_exit begun = ask_begin(c, &a, at_ms);
    if (begun != CLI_DONE) return begun;
    if (c->operand_count == 1) exit = print_one(c, &a);
    else if (read_filters(c, &a, &o)) {
        p = pages_begin(c, &a, &o, limit);
        exit = c->json ? print_json(c, &p) : print_tables(c, &p);
        json_decref(p.page);
    }
    ask_end(&a);
    return exit;
}
