#include "cli/open.h"
#include "cli/show.h"
#include "store/policy_store.h"

struct text show_text(const json_t *o, const char *name)
{
    const json_t *v = json_object_get(o, name);
    return json_is_string(v) ? (struct text){ json_string_value(v), json_string_length(v) } : TEXT("-");
}

int64_t show_i64(const json_t *o, const char *name) { return json_integer_value(json_object_get(o, name)); }

struct text show_when(struct cli *c, const json_t *o, const char *name)
{
    struct text iso = show_text(o, name);

    if (iso.len < 16) return iso;
    return arena_printf(&c->arena, "%.10s %.5s", iso.ptr, iso.ptr + 11);
}

struct text show_money(struct cli *c, const json_t *o, const char *name)
{
    const json_t *m = json_object_get(o, name), *minor = json_object_get(m, "minor");
    struct currency currency;
    struct text figure;

    if (!json_is_integer(minor) || !currency_parse(show_text(m, "currency"), &currency)) return TEXT("-");
    figure = cli_money(c, json_integer_value(minor), currency);
    return arena_printf(&c->arena, "%.*s %s", (int)figure.len, figure.ptr, currency.code);
}

struct text show_words(struct cli *c, const json_t *o, const char *name)
{
    const json_t *w = json_object_get(o, name);
    return json_is_object(w) ? show_text(w, c->zh ? "zh" : "en") : show_text(o, name);
}

void show_age(struct cli *c, const json_t *answer)
{
    const json_t *age = json_object_get(answer, "data_age_s");

    if (!json_is_integer(age)) {
        cli_say(c, "No data yet: import an order export first.", "还没有数据：请先导入订单文件。");
        return;
    }
    if (json_is_true(json_object_get(answer, "stale")))
        cli_say(c, "The data is %s old: too old to remind anyone; import a fresh export.", "数据已是 %s 前的：太旧，不能催付；请导入新的订单文件。",
                cli_cstr(c, cli_age(c, json_integer_value(age))));
    else
        cli_say(c, "The data is %s old.", "数据是 %s 前的。", cli_cstr(c, cli_age(c, json_integer_value(age))));
}

enum cli_exit ask_begin(struct cli *c, struct ask *a, int64_t now_ms)
{
    if (!open_reader(c, &a->reader)) return CLI_COULD_NOT;
    enum cli_exit found = open_shop(c, &a->reader, &a->shop);
    if (found != CLI_DONE) {
        store_close(&a->reader);
        return found;
    }
    if (!policy_load(&a->reader, &a->shop, &a->policy)) {
        const enum cli_exit failed = fail_store(c, &a->reader);
        store_close(&a->reader);
        return failed;
    }
    a->q = (struct answer_ask){
        .store = &a->reader, .shop = &a->shop, .policy = &a->policy, .mask = ANSWER_MONEY,
        .now_ms = now_ms == INSTANT_NONE ? c->env->now_ms(c->env->ctx) : now_ms,
    };
    return CLI_DONE;
}

void ask_end(struct ask *a) { store_close(&a->reader); }

enum cli_exit fail_answer(struct cli *c, struct ask *a, enum answer_error error)
{
    switch (error) {
    case ANSWER_NOT_FOUND: return cli_fail(c, CLI_COULD_NOT, "no-order", "There is no order of that number", "没有这个单号的订单");
    case ANSWER_BAD_CURSOR: return cli_fail(c, CLI_WRONG_USE, "cursor", "--after is not where a page ended", "--after 不是某一页的结尾");
    case ANSWER_BAD_STATE:
        return cli_fail(c, CLI_WRONG_USE, "state", "--state is one of unpaid, to_ship, shipped, delivered, cancelled, refunded, on_delivery",
                        "--state 只能是 unpaid、to_ship、shipped、delivered、cancelled、refunded、on_delivery 之一");
    case ANSWER_BAD_PERIOD:
        return cli_fail(c, CLI_WRONG_USE, "period", "--from must be before --to, and at most 800 days apart", "--from 必须早于 --to，且相隔不超过 800 天");
    case ANSWER_LONG_PERIOD:
        return cli_fail(c, CLI_WRONG_USE, "period", "--from must be before --to, and at most 62 days apart", "--from 必须早于 --to，且相隔不超过 62 天");
    case ANSWER_MANY_ORDERS:
        return cli_fail(c, CLI_COULD_NOT, "too-many", "There are more orders in that period than can be played at once; take fewer days", "这段时间的订单太多，一次演算不完；请选少一些天数");
    case ANSWER_BAD_SUBJECT:
        return cli_fail(c, CLI_WRONG_USE, "subject", "There is no such subject, or --grain names no key field of it; zhanggui records lists the subjects",
                        "没有这类数据，或 --grain 里有不是它关键字段的词；zhanggui records 列出全部");
    case ANSWER_OK:
    case ANSWER_FAILED: break;
    }
    return fail_store(c, &a->reader);
}

bool ask_answered(struct cli *c, struct ask *a, json_t *answer, enum answer_error error, enum cli_exit *ret_exit)
{
    if (!answer) *ret_exit = fail_answer(c, a, error);
    ask_end(a);
    if (answer && c->json) *ret_exit = cli_json(c, answer);
    return answer && !c->json;
}
