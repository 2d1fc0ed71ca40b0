/* The command line's own parts: reading words, suggesting, columns, figures. Whole verbs are told as stories (test/story). */
#include <criterion/criterion.h>
#include "cli/cli.h"
#include "os/os.h"

static const struct option options[] = {
    { "store", "KEY", true, { "store", "店铺" } },
    { "open", NULL, false, { "open", "打开" } },
    { NULL, NULL, false, { NULL, NULL } },
};
static const struct verb verb = { "try", "FILE", "zhanggui try --store a FILE", { "try", "试" }, options, 1, 2, NULL };

struct run { struct env env; struct cli c; char *said; size_t said_size; bool ok, help; };

static void run_begin(struct run *r, const char *const *words, int count)
{
    *r = (struct run){ 0 };
    cr_assert(os_env_init(&r->env));
    r->c = (struct cli){ .env = &r->env, .verb = &verb, .out = stdout, .err = open_memstream(&r->said, &r->said_size) };
    arena_init(&r->c.arena, &r->env.memory, 0);
    options_foresee(&r->c, words, count);
    r->ok = options_read(&r->c, words, count, &r->help);
    fclose(r->c.err);
}

static void run_end(struct run *r)
{
    free(r->said);
    arena_release(&r->c.arena);
    os_env_release(&r->env);
}

struct row { const char *words[8]; bool ok; const char *said; };

Test(cli, words_of_a_command)
{
    static const struct row rows[] = {
        { { "--store", "a", "one.csv" }, true, "" },
        { { "--store=a", "--open", "one.csv", "two.csv" }, true, "" },
        { { "one.csv", "--store", "a" }, true, "" },
        { { "--store", "a", "--", "--one.csv" }, true, "" },
        { { "one.csv" }, false, "zhanggui: --store KEY is missing; for example: zhanggui try --store a FILE\n" },
        { { "--store", "a" }, false, "zhanggui: FILE is missing; for example: zhanggui try --store a FILE\n" },
        { { "--store", "a", "1", "2", "3" }, false, "zhanggui: \"3\" is one word too many; for example: zhanggui try --store a FILE\n" },
        { { "--stroe", "a", "1" }, false, "zhanggui: There is no option --stroe; did you mean --store?\n" },
        { { "--quietly", "1" }, false, "zhanggui: There is no option --quietly; see: zhanggui try --help\n" },
        { { "--store" }, false, "zhanggui: --store needs a value: --store KEY\n" },
        { { "--store=", "1" }, false, "zhanggui: --store needs a value: --store KEY\n" },
        { { "--open=yes", "--store", "a", "1" }, false, "zhanggui: --open takes no value\n" },
        { { "--store", "a", "--store", "b", "1" }, false, "zhanggui: --store is given twice\n" },
        { { "--lang", "fr", "1" }, false, "zhanggui: --lang is en or zh, not \"fr\"\n" },
        { { "--lang", "zh", "1" }, false, "zhanggui: 缺少 --store KEY；例如：zhanggui try --store a FILE\n" },
        { { "-s", "1" }, false, "zhanggui: There is no option --s; see: zhanggui try --help\n" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct run r;
        int count = 0;

        while (count < 8 && rows[i].words[count]) count++;
        run_begin(&r, rows[i].words, count);
        cr_expect_eq(r.ok, rows[i].ok, "row %zu", i);
        cr_expect_str_eq(r.said, rows[i].said, "row %zu: %s", i, r.said);
        run_end(&r);
    }
}

Test(cli, help_asks_for_nothing_else)
{
    static const char *const words[] = { "--help" };
    struct run r;

    run_begin(&r, words, 1);
    cr_expect(r.ok && r.help);
    run_end(&r);
}

Test(cli, values_and_operands)
{
    static const char *const words[] = { "--store", "a", "--open", "one.csv", "--json" };
    struct run r;

    run_begin(&r, words, 5);
    cr_expect_str_eq(cli_value(&r.c, "store"), "a");
    cr_expect(cli_switch(&r.c, "open") && r.c.json);
    cr_expect(r.c.operand_count == 1 && strcmp(r.c.operands[0], "one.csv") == 0);
    run_end(&r);
}

Test(cli, nearest_name)
{
    static const char *const names[] = { "import", "today", "orders", "review", "verify", "backup", "restore" };
    static const struct { const char *word, *meant; } rows[] = {
        { "improt", "import" }, { "tody", "today" }, { "order", "orders" }, { "verfy", "verify" }, { "reveiw", "review" },
        { "xyz", NULL }, { "", NULL }, { "backups", "backup" }, { "fly", NULL },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *got = suggest(rows[i].word, names, 7);
        cr_expect(rows[i].meant ? got && strcmp(got, rows[i].meant) == 0 : !got, "%s gave %s", rows[i].word, got ? got : "nothing");
    }
}

Test(cli, columns_of_a_terminal)
{
    cr_expect_eq(text_columns(TEXT("order 1")), 7);
    cr_expect_eq(text_columns(TEXT("订单")), 4);
    cr_expect_eq(text_columns(TEXT("\uff08元\uff09")), 6);
    cr_expect_eq(text_columns(TEXT("é")), 1);
    cr_expect_eq(text_columns(TEXT("e\u0301")), 1);
    cr_expect_eq(text_columns(TEXT("")), 0);
}

Test(cli, figures_as_people_write_them)
{
    struct env env;
    struct cli c = { .env = &env };
    struct currency cny;

    cr_assert(os_env_init(&env) && currency_parse(TEXT("CNY"), &cny));
    arena_init(&c.arena, &env.memory, 0);
    cr_expect(text_is(cli_count(&c, 28010), "28,010"));
    cr_expect(text_is(cli_count(&c, 999), "999"));
    cr_expect(text_is(cli_count(&c, -1000000), "-1,000,000"));
    cr_expect(text_is(cli_money(&c, 299576061, cny), "2,995,760.61"));
    cr_expect(text_is(cli_money(&c, -12345, cny), "-123.45"));
    cr_expect(text_is(cli_share(&c, 8599), "86.0 %"));
    cr_expect(text_is(cli_age(&c, 12000), "3 h 20 min"));
    arena_release(&c.arena);
    os_env_release(&env);
}

Test(cli, language_from_the_surroundings)
{
    cr_expect(cli_lang_is_zh(NULL, NULL, "zh_CN.UTF-8"));
    cr_expect_not(cli_lang_is_zh("C", NULL, "zh_CN.UTF-8"));
    cr_expect_not(cli_lang_is_zh(NULL, NULL, NULL));
    cr_expect(cli_lang_is_zh("", "zh_TW", "en_GB"));
}

/* ---- lines of standard input ---- */

static struct { const char *at; int fd; } input;

static ssize_t input_read(void *ctx, int fd, void *to, size_t n)
{
    (void)ctx;
    input.fd = fd;
    if (!*input.at || n == 0) return 0;
    *(char *)to = *input.at++;
    return 1;
}

Test(cli, a_line_of_standard_input)
{
    struct env env = { .read = input_read };
    struct cli c = { .env = &env };
    char line[8];
    input.at = "one\ntwo\r\n\n1234567\n12345678\nthe rest is the next\nlast";
    cr_expect(cli_line(&c, line, sizeof line) && strcmp(line, "one") == 0 && input.fd == 0);
    cr_expect(cli_line(&c, line, sizeof line) && strcmp(line, "two") == 0);
    cr_expect_not(cli_line(&c, line, sizeof line), "an empty line");
    cr_expect_str_eq(line, "");
    cr_expect(cli_line(&c, line, sizeof line) && strcmp(line, "1234567") == 0);
    cr_expect_not(cli_line(&c, line, sizeof line), "a line without room is no secret cut short");
    cr_expect_not(cli_line(&c, line, sizeof line), "nor is the next");
    cr_expect(cli_line(&c, line, sizeof line) && strcmp(line, "last") == 0, "%s", line);
    cr_expect_not(cli_line(&c, line, sizeof line), "after the end");
}
