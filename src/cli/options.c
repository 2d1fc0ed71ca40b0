/* Reading the words of a command: options and operands by the verb's own table, so that what is accepted, what is
 * required and what --help shows are one and the same list; and the lines that a verb asks for on standard input. */
#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>
#include "cli/cli.h"

const struct option common_options[] = {
    { "json", NULL, false, { "answer in JSON", "以 JSON 输出" } },
    { "lang", "en|zh", false, { "language of what is said (default: from LANG)", "提示语言（默认取自 LANG）" } },
    { "help", NULL, false, { "show this help", "显示帮助" } },
    { NULL, NULL, false, { NULL, NULL } },
};

static const struct option *find(const struct option *list, const char *name, size_t len)
{
    for (; list->name; list++)
        if (strlen(list->name) == len && memcmp(list->name, name, len) == 0) return list;
    return NULL;
}

static void unknown_option(struct cli *c, const char *word)
{
    const char *names[CLI_OPTIONS_MAX * 2], *near;
    int n = 0;

    for (const struct option *o = c->verb->options; o->name; o++) names[n++] = o->name;
    for (const struct option *o = common_options; o->name; o++) names[n++] = o->name;
    while (*word == '-') word++;
    near = suggest(word, names, n);
    if (near)
        cli_fail(c, CLI_WRONG_USE, "option", "There is no option --%s; did you mean --%s?", "没有选项 --%s；是不是想用 --%s？",
                 word, near);
    else
        cli_fail(c, CLI_WRONG_USE, "option", "There is no option --%s; see: zhanggui %s --help",
                 "没有选项 --%s；请看：zhanggui %s --help", word, c->verb->name);
}

static bool take_common(struct cli *c, const struct option *o, const char *value, bool *ret_help)
{
    if (o == &common_options[0]) c->json = true;
    else if (o == &common_options[2]) *ret_help = true;
    else if (strcmp(value, "zh") == 0 || strcmp(value, "en") == 0) c->zh = value[0] == 'z';
    else {
        cli_fail(c, CLI_WRONG_USE, "option", "--lang is en or zh, not \"%s\"", "--lang 只能是 en 或 zh，而不是“%s”", value);
        return false;
    }
    return true;
}

/* One option at words[*at]; moves *at over its value. */
static bool take_option(struct cli *c, const char *const *words, int count, int *at, bool *ret_help)
{
    const char *word = words[*at], *name = word + 2, *equals = strchr(name, '='), *value = NULL;
    size_t len = equals ? (size_t)(equals - name) : strlen(name);
    const struct option *common = find(common_options, name, len), *own = find(c->verb->options, name, len);
    const struct option *o = common ? common : own;

    if (!o) {
        unknown_option(c, equals ? cli_cstr(c, (struct text){ name, len }) : word);
        return false;
    }
    if (o->value && equals) value = equals + 1;
    else if (o->value && *at + 1 < count) value = words[++*at];
    if (o->value ? value == NULL || *value == '\0' : equals != NULL) {
        if (o->value)
            cli_fail(c, CLI_WRONG_USE, "option", "--%s needs a value: --%s %s", "--%s 需要一个值：--%s %s", o->name, o->name,
                     o->value);
        else
            cli_fail(c, CLI_WRONG_USE, "option", "--%s takes no value", "--%s 不带值", o->name);
        return false;
    }
    if (common) return take_common(c, o, value, ret_help);
    if (c->values[own - c->verb->options]) {
        cli_fail(c, CLI_WRONG_USE, "option", "--%s is given twice", "--%s 给了两次", o->name);
        return false;
    }
    c->values[own - c->verb->options] = o->value ? value : "";
    return true;
}

static bool complete(struct cli *c)
{
    const struct verb *v = c->verb;

    for (const struct option *o = v->options; o->name; o++) {
        if (!o->required || c->values[o - v->options]) continue;
        cli_fail(c, CLI_WRONG_USE, "option", "--%s %s is missing; for example: %s", "缺少 --%s %s；例如：%s", o->name, o->value,
                 v->example);
        return false;
    }
    if (c->operand_count < v->operands_min) {
        cli_fail(c, CLI_WRONG_USE, "operand", "%s is missing; for example: %s", "缺少 %s；例如：%s", v->operands, v->example);
        return false;
    }
    if (c->operand_count > v->operands_max) {
        const char *extra = c->operands[v->operands_max];
        cli_fail(c, CLI_WRONG_USE, "operand", "\"%s\" is one word too many; for example: %s", "多了一个词“%s”；例如：%s", extra,
                 v->example);
        return false;
    }
    return true;
}

void options_foresee(struct cli *c, const char *const *words, int count)
{
    for (int i = 0; i < count; i++) {
        const char *lang = strncmp(words[i], "--lang=", 7) == 0 ? words[i] + 7
                         : i > 0 && strcmp(words[i - 1], "--lang") == 0 ? words[i] : NULL;
        if (lang && (strcmp(lang, "zh") == 0 || strcmp(lang, "en") == 0)) c->zh = lang[0] == 'z';
        else if (strcmp(words[i], "--json") == 0) c->json = true;
    }
}

bool options_read(struct cli *c, const char *const *words, int count, bool *ret_help)
{
    const char **operands = ARENA_ARRAY(&c->arena, const char *, (size_t)count + 1);
    bool options_end = false;

    if (!operands) return false;
    c->operands = operands;
    *ret_help = false;
    for (int i = 0; i < count; i++) {
        const char *word = words[i];

        if (options_end || word[0] != '-' || word[1] == '\0') operands[c->operand_count++] = word;
        else if (strcmp(word, "--") == 0) options_end = true;
        else if (strcmp(word, "-h") == 0) *ret_help = true;
        else if (word[1] != '-') {
            unknown_option(c, word);
            return false;
        } else if (!take_option(c, words, count, &i, ret_help)) return false;
    }
    return *ret_help || complete(c);
}

static int row_of(const struct cli *c, const char *option)
{
    const struct option *o = find(c->verb->options, option, strlen(option));
    assert(o); /* the verb asks for an option that its table lacks */
    return (int)(o - c->verb->options);
}

const char *cli_value(const struct cli *c, const char *option) { return c->values[row_of(c, option)]; }
bool cli_has(const struct cli *c, const char *option) { return find(c->verb->options, option, strlen(option)) != NULL; }
bool cli_switch(const struct cli *c, const char *option) { return cli_value(c, option) != NULL; }

const char *cli_db_path(struct cli *c)
{
    const char *given = cli_value(c, "db"), *from_env = getenv("ZHANGGUI_DB"), *home = getenv("XDG_DATA_HOME");
    struct text path;

    if (given) return given;
    if (from_env && *from_env) return from_env;
    if (home && home[0] == '/') path = arena_printf(&c->arena, "%s/zhanggui/shop.db", home);
    else if ((home = getenv("HOME")) && *home) path = arena_printf(&c->arena, "%s/.local/share/zhanggui/shop.db", home);
    else return NULL;
    return path.ptr;
}

bool cli_instant(struct cli *c, const char *option, int64_t *ret_at_ms)
{
    const char *value = cli_value(c, option);

    if (!value) {
        *ret_at_ms = INSTANT_NONE;
        return true;
    }
    if (instant_parse(text_from_cstr(value), ret_at_ms)) return true;
    cli_fail(c, CLI_WRONG_USE, "instant", "--%s \"%s\" is not an instant with its offset, as 2020-02-26T15:00:00+08:00",
             "--%s “%s”不是带时差的时刻，应如 2020-02-26T15:00:00+08:00", option, value);
    return false;
}

bool cli_day(struct cli *c, const char *option, int64_t *ret_day)
{
    const char *value = cli_value(c, option);
    struct civil t;
    int32_t offset_s;

    if (value && strlen(value) == 10 && civil_parse(text_from_cstr(value), &t, &offset_s)) {
        *ret_day = days_from_civil(t.year, t.month, t.day);
        return true;
    }
    cli_fail(c, CLI_WRONG_USE, "day", "--%s \"%s\" is not a day, as 2020-02-01", "--%s “%s”不是日期，应如 2020-02-01", option,
             value ? value : "");
    return false;
}

bool cli_number(struct cli *c, const char *option, int64_t low, int64_t high, int64_t fallback, int64_t *ret)
{
    const char *value = cli_value(c, option);
    int64_t n;

    if (!value) {
        *ret = fallback;
        return true;
    }
    if (text_to_i64(text_from_cstr(value), &n) && n >= low && n <= high) {
        *ret = n;
        return true;
    }
    cli_fail(c, CLI_WRONG_USE, "number", "--%s \"%s\" is not a whole number from %" PRId64 " to %" PRId64,
             "--%s “%s”不是 %" PRId64 " 到 %" PRId64 " 之间的整数", option, value, low, high);
    return false;
}

bool cli_line(struct cli *c, char *to, size_t size)
{
    char next = '\0';
    size_t n = 0;
    bool fits = true;
    while (c->env->read(c->env->ctx, STDIN_FILENO, &next, 1) == 1 && next != '\n') {
        if (n + 1 < size) to[n++] = next;
        else fits = false;
    }
    if (n > 0 && fits && to[n - 1] == '\r') n--;
    to[n] = '\0';
    return fits && n > 0;
}
