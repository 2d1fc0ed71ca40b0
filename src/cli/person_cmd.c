/* zhanggui person export | erase: what is kept about one customer, and its erasure. */
#include <inttypes.h>
#include <unistd.h>
#include "cli/cmds.h"
#include "cli/open.h"
#include "cli/show.h"
#include "desk/person.h"

#define OPTION_CUSTOMER { "customer", "C", true, { "the buyer's name as the platform writes it, or the customer's number", "平台上的买家名，或客户编号" } }

const struct option person_export_options[] = { OPTION_DB, OPTION_STORE, OPTION_CUSTOMER, OPTIONS_END };
const struct option person_erase_options[] = {
    OPTION_DB,
    OPTION_STORE,
    OPTION_CUSTOMER,
    { "yes", NULL, false, { "without asking", "不再询问" } },
    OPTIONS_END,
};

/* JSON either way: what a person is given is for them and for machines alike. */
enum cli_exit person_export_run(struct cli *c)
{
    const struct person_ask p = { .customer = text_from_cstr(cli_value(c, "customer")) };
    enum answer_error error;
    struct ask a;
    enum cli_exit exit = ask_begin(c, &a, INSTANT_NONE);

    if (exit != CLI_DONE) return exit;
    a.q.mask = ANSWER_ALL;
    json_t *answer = person_export(&a.q, &p, &error);
    if (!answer && error == ANSWER_NOT_FOUND)
        exit = cli_fail(c, CLI_COULD_NOT, "no-customer", "Nobody of this name or number has an order here", "这里没有此名称或编号的客户");
    else if (!answer) exit = fail_answer(c, &a, error);
    ask_end(&a);
    if (!answer) return exit;
    if (!note_taken(c, &(struct taken_ask){ .store = text_from_cstr(a.shop.key), .what = TAKEN_PERSON })) {
        json_decref(answer);
        return CLI_COULD_NOT;
    }
    if (c->json) return cli_json(c, answer);
    json_dumpf(answer, c->out, JSON_INDENT(1));
    fputc('\n', c->out);
    json_decref(answer);
    return CLI_DONE;
}

/* At a terminal the erasure is asked for twice; a script says --yes or is not asked. */
static bool sure(struct cli *c)
{
    char word[16] = "";

    if (cli_switch(c, "yes") || c->json || !isatty(STDIN_FILENO)) return true;
    fprintf(c->err, "%s", c->zh ? "删除后无法恢复。要继续请输入 erase：" : "This cannot be taken back. Type erase to go on: ");
    return fgets(word, sizeof word, stdin) && strncmp(word, "erase", 5) == 0;
}

static void show_report(struct cli *c, const json_t *report)
{
    static const struct { const char *key; struct words what; } rows[] = {
        { "customers", { "customers", "客户" } }, { "orders", { "orders, of which the person was taken out", "订单（已去掉个人信息）" } },
        { "rows", { "rows of personal cells", "个人信息行" } }, { "remarks", { "remarks on reminders", "催付备注" } },
        { "set_aside", { "rows set aside", "待改的行" } }, { "texts", { "names of files, maps and refusals", "文件名、对应表与拒收记录" } },
        { "records", { "records of other lists", "其他列表的记录" } }, { "files", { "files", "文件" } }, { "copies", { "copies beside the database", "旁边的副本" } },
    };
    const json_t *erased = json_object_get(report, "erased"), *kept = json_object_get(report, "kept");

    if (!json_is_true(json_object_get(report, "found")))
        cli_say(c, "No order names this customer. Rows set aside were looked through, and whatever comes under this name stays out.",
                "没有订单属于此客户。已查过待改的行；以后以此名义进来的信息也不会收下。");
    cli_say(c, "Erased:", "已删除：");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        fprintf(c->out, "  %8s  %s\n", cli_cstr(c, cli_count(c, show_i64(erased, rows[i].key))), cli_pick(c, rows[i].what));
    cli_say(c, "Kept, and why:", "保留的内容及原因：");
    for (size_t i = 0; i < json_array_size(kept); i++) {
        const json_t *k = json_array_get(kept, i);
        fprintf(c->out, c->zh ? "  %s：%s\n" : "  %s: %s\n", cli_cstr(c, show_words(c, k, "what")), cli_cstr(c, show_words(c, k, "why")));
    }
    fprintf(c->out, "%s\n", cli_cstr(c, show_words(c, report, "yours")));
    for (size_t i = 0; i < json_array_size(json_object_get(report, "archives")); i++)
        fprintf(c->out, c->zh ? "  旁边的存档，请自行删除：%s\n" : "  an archive beside, yours to delete: %s\n",
                json_string_value(json_array_get(json_object_get(report, "archives"), i)));
}

enum cli_exit person_erase_run(struct cli *c)
{
    struct person_ask p = { .customer = text_from_cstr(cli_value(c, "customer")) };
    struct desk_message m = { 0 };
    struct store reader;
    struct shop shop = { .store_id = 0 };
    json_t *report = NULL;
    struct desk *d;

    if (text_empty(text_trim(p.customer))) return cli_fail(c, CLI_WRONG_USE, "customer", "Say whom: --customer NAME", "请说明是谁：--customer 名称");
    d = open_desk(c, false);
    if (!d) return CLI_COULD_NOT;
    if (!open_reader(c, &reader)) {
        desk_close(d);
        return CLI_COULD_NOT;
    }
    enum cli_exit exit = open_shop(c, &reader, &shop);
    store_close(&reader);
    if (exit == CLI_DONE && !sure(c)) exit = cli_fail(c, CLI_COULD_NOT, "not-sure", "Nothing was erased", "没有删除任何内容");
    p.store = text_from_cstr(shop.key);
    const enum desk_result r = exit == CLI_DONE ? desk_person_erase(d, &p, &report, &m) : DESK_REFUSED;
    desk_close(d);
    if (exit != CLI_DONE) return exit;
    if (r != DESK_DONE) return fail_desk(c, &m);
    if (c->json) return cli_json(c, report);
    show_report(c, report);
    json_decref(report);
    return CLI_DONE;
}
