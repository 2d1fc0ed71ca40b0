/* zhanggui texts list, lint and render: what is said to buyers. */
#include "cli/cmds.h"
#include "cli/open.h"
#include "cli/show.h"
#include "core/contact/texts.h"
#include "desk/answer_texts.h"

#define OPTION_CHANNEL { "channel", "WORD", false, { "chat (default), sms or email", "chat（默认）、sms 或 email" } }
#define OPTION_AT { "at", "TIME", false, { "as of that instant (default: now)", "按那一刻来看（默认现在）" } }

const struct option texts_list_options[] = { OPTION_DB, OPTION_STORE, OPTIONS_END };
const struct option texts_lint_options[] = {
    OPTION_CHANNEL,
    { "own-site", NULL, false, { "the shop sells on a site of its own, not on a platform", "在自己的网站上卖，不在平台上" } },
    OPTIONS_END,
};
const struct option texts_render_options[] = {
    OPTION_DB, OPTION_STORE,
    { "order", "NUMBER", true, { "the order it is about", "关于哪个订单" } },
    { "occasion", "WORD", false, { "remind (default), remind_last, balance, shipped, arrived or signed", "remind（默认）、remind_last、balance、shipped、arrived 或 signed" } },
    OPTION_CHANNEL,
    { "language", "WORD", false, { "en or zh (default: the buyer's)", "en 或 zh（默认按买家）" } },
    OPTION_AT, OPTIONS_END,
};

/* ---- list ---- */

static struct text joined(struct cli *c, const json_t *list)
{
    struct text t = TEXT("");
    for (size_t i = 0; i < json_array_size(list); i++)
        t = arena_printf(&c->arena, "%.*s%s%s", (int)t.len, t.ptr, i ? " " : "", json_string_value(json_array_get(list, i)));
    return t;
}

enum cli_exit texts_list_run(struct cli *c)
{
    enum answer_error error = ANSWER_FAILED;
    struct table t;
    struct ask a;
    enum cli_exit exit = ask_begin(c, &a, INSTANT_NONE);
    if (exit != CLI_DONE) return exit;
    json_t *answer = answer_texts(&a.q, &error);
    if (!ask_answered(c, &a, answer, error, &exit)) return exit;
    const json_t *texts = json_object_get(answer, "texts"), *ready = json_object_get(answer, "readiness");
    table_begin(&t, c, (int)json_array_size(texts));
    table_column(&t, (struct words){ "code", "编号" }, false);
    table_column(&t, (struct words){ "occasion", "场合" }, false);
    table_column(&t, (struct words){ "channels", "渠道" }, false);
    table_column(&t, (struct words){ "whose", "来源" }, false);
    table_column(&t, (struct words){ "text", "内容" }, false);
    for (size_t i = 0; i < json_array_size(texts); i++) {
        const json_t *o = json_array_get(texts, i);
        const bool own = json_is_true(json_object_get(o, "own")), off = json_is_true(json_object_get(o, "off"));
        table_row(&t, (struct text[]){ show_text(o, "code"), show_text(o, "occasion"), joined(c, json_object_get(o, "channels")),
                                       off ? (c->zh ? TEXT("停用") : TEXT("off")) : own ? (c->zh ? TEXT("自有") : TEXT("own")) : (c->zh ? TEXT("内置") : TEXT("built in")),
                                       show_text(o, "body") });
    }
    table_print(&t);
    fputc('\n', c->out);
    cli_say(c, "Scripts that must exist before an event: %lld of %lld ready", "大促前必备话术：%lld / %lld 已就绪", (long long)show_i64(answer, "ready"), (long long)show_i64(answer, "needed"));
    for (size_t i = 0; i < json_array_size(ready); i++) {
        const json_t *o = json_array_get(ready, i);
        if (!json_is_true(json_object_get(o, "must")) || json_is_true(json_object_get(o, "ready"))) continue;
        const struct text name = show_words(c, o, "name"), why = show_words(c, o, "reason");
        fprintf(c->out, "  %.*s%s%.*s\n", (int)name.len, name.ptr, c->zh ? "：" : ": ", (int)why.len, why.ptr);
    }
    json_decref(answer);
    return CLI_DONE;
}

/* ---- lint ---- */

static bool read_channel(struct cli *c, enum channel *ret)
{
    const char *word = cli_value(c, "channel");
    *ret = CHANNEL_CHAT;
    if (!word) return true;
    for (int i = CHANNEL_CHAT; i <= CHANNEL_EMAIL; i++)
        if (strcmp(word, channel_word((enum channel)i)) == 0) {
            *ret = (enum channel)i;
            return true;
        }
    cli_fail(c, CLI_WRONG_USE, "channel", "--channel \"%s\" is not chat, sms or email", "--channel “%s”不是 chat、sms 或 email", word);
    return false;
}

static json_t *finding_json(const struct lint_finding *x, struct text body)
{
    return json_pack("{s:s%, s:s, s:s%, s:{s:s%, s:s%}, s:{s:s%, s:s%}, s:s%, s:s%}", "rule", x->rule->word.ptr, x->rule->word.len, "level",
                     x->rule->level == LINT_REFUSE ? "refuse" : "warn", "found", body.ptr + x->from, x->to - x->from, "why", "en", x->rule->why_en.ptr, x->rule->why_en.len,
                     "zh", x->rule->why_zh.ptr, x->rule->why_zh.len, "instead", "en", x->rule->instead_en.ptr, x->rule->instead_en.len, "zh", x->rule->instead_zh.ptr,
                     x->rule->instead_zh.len, "source", x->rule->source.ptr, x->rule->source.len, "date", x->rule->date.ptr, x->rule->date.len);
}

static void show_findings(struct cli *c, const struct lint_findings *f, struct text body)
{
    for (int i = 0; i < f->n; i++) {
        const struct lint_rule *r = f->list[i].rule;
        const struct text why = cli_pick_text(c, r->why_en, r->why_zh), instead = cli_pick_text(c, r->instead_en, r->instead_zh);
        fprintf(c->out, "%s  ", r->level == LINT_REFUSE ? (c->zh ? "不可发" : "refused") : (c->zh ? "请留意" : "look at"));
        cli_put(c->out, (struct text){ body.ptr + f->list[i].from, f->list[i].to - f->list[i].from });
        fprintf(c->out, "\n    %.*s\n    %.*s\n    %.*s, %.*s\n", (int)why.len, why.ptr, (int)instead.len, instead.ptr, (int)r->source.len, r->source.ptr, (int)r->date.len, r->date.ptr);
    }
}

/* Exit 1 when the text must not go out. */
enum cli_exit texts_lint_run(struct cli *c)
{
    const struct lint *lint = lint_load(&c->arena);
    struct lint_ask ask = { .text = text_from_cstr(c->operands[0]), .own_site = cli_switch(c, "own-site") };
    struct lint_findings f;
    struct sms_size size = { .parts = 0 };
    if (!read_channel(c, &ask.channel)) return CLI_WRONG_USE;
    if (!lint || !lint_check(&c->arena, lint, &ask, &f)) return cli_fail(c, CLI_WRONG_USE, "text", "This is no text of at most %d bytes of UTF-8.", "这不是 %d 字节以内的 UTF-8 文字。", LINT_TEXT_MAX);
    (void)sms_measure(ask.text, &size);
    if (c->json) {
        json_t *list = json_array();
        for (int i = 0; i < f.n; i++) json_array_append_new(list, finding_json(&f.list[i], ask.text));
        const enum cli_exit said = cli_json(c, json_pack("{s:b, s:o, s:{s:i, s:i, s:s}}", "refused", (int)f.refused, "findings", list, "sms", "characters", size.characters,
                                                         "parts", size.parts, "alphabet", size.alphabet == SMS_GSM7 ? "gsm7" : "ucs2"));
        return said == CLI_DONE && f.refused ? CLI_COULD_NOT : said;
    }
    show_findings(c, &f, ask.text);
    if (f.n == 0) cli_say(c, "Nothing was found.", "没有发现问题。");
    if (ask.channel == CHANNEL_SMS) cli_say(c, "%d characters, %d SMS", "%d 个字，%d 条短信", size.characters, size.parts);
    return f.refused ? CLI_COULD_NOT : CLI_DONE;
}

/* ---- render ---- */

static bool read_render(struct cli *c, struct choose_ask *ret)
{
    const char *occasion = cli_value(c, "occasion"), *language = cli_value(c, "language");
    *ret = (struct choose_ask){ .occasion = OCCASION_REMIND, .order_no = text_from_cstr(cli_value(c, "order")) };
    if (!read_channel(c, &ret->channel)) return false;
    if (occasion && (!occasion_find(text_from_cstr(occasion), &ret->occasion) || ret->occasion == OCCASION_SCRIPT)) {
        cli_fail(c, CLI_WRONG_USE, "occasion", "--occasion \"%s\" is none that is known", "--occasion “%s”不是已知的场合", occasion);
        return false;
    }
    if (language && strcmp(language, "en") != 0 && strcmp(language, "zh") != 0) {
        cli_fail(c, CLI_WRONG_USE, "language", "--language \"%s\" is not en or zh", "--language “%s”不是 en 或 zh", language);
        return false;
    }
    if (language) ret->language = strcmp(language, "zh") == 0 ? LANGUAGE_ZH : LANGUAGE_EN;
    return true;
}

enum cli_exit texts_render_run(struct cli *c)
{
    enum answer_error error = ANSWER_FAILED;
    struct choose_ask q;
    struct ask a;
    int64_t at_ms;
    if (!read_render(c, &q) || !cli_instant(c, "at", &at_ms)) return CLI_WRONG_USE;
    enum cli_exit exit = ask_begin(c, &a, at_ms);
    if (exit != CLI_DONE) return exit;
    json_t *answer = answer_text_choose(&a.q, &q, &error);
    if (!ask_answered(c, &a, answer, error, &exit)) return exit;
    const bool ok = json_is_true(json_object_get(answer, "ok"));
    if (ok) {
        if (!json_is_null(json_object_get(answer, "subject"))) fprintf(c->out, "%s\n\n", cli_cstr(c, show_text(answer, "subject")));
        fprintf(c->out, "%s\n", cli_cstr(c, show_text(answer, "body")));
    } else {
        const struct text why = show_words(c, answer, "reason"); /* in the language of the command, which is all that is said */
        exit = cli_fail_text(c, CLI_COULD_NOT, "no-text", why, why);
    }
    json_decref(answer);
    return ok ? CLI_DONE : exit;
}
