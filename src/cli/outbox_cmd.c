/* zhanggui outbox, zhanggui outbox resolve: messages that go out by themselves, and what became of those of which nobody knows. */
#include "cli/cmds.h"
#include "cli/open.h"
#include "cli/show.h"
#include "desk/outbox.h"

const struct option outbox_options[] = {
    OPTION_DB,
    OPTION_STORE,
    { "state", "STATE", false, { "only planned, leased, sent, failed, unknown or dropped ones (default: some of each, unknown ones first)",
                                 "只看 planned、leased、sent、failed、unknown 或 dropped（默认各列一些，结果不明的在前）" } },
    { "after", "CURSOR", false, { "the next page, as the page before has told", "下一页：上一页给出的位置" } },
    OPTIONS_END,
};
const struct option outbox_resolve_options[] = {
    OPTION_DB,
    OPTION_STORE,
    { "order", "NUMBER", true, { "the order it is about", "所属订单编号" } },
    { "wave", "N", true, { "which reminder of the order: 1, 2 or 3", "该订单的第几次催付：1、2 或 3" } },
    { "what", "WHAT", true, { "arrived: it is known to have arrived; again: send it again", "arrived 已送达；again 重新发送" } },
    OPTIONS_END,
};

static void outbox_row(struct cli *c, struct table *t, const json_t *r)
{
    const json_t *code = json_object_get(r, "code");
    const struct text why = json_is_object(code) ? show_words(c, r, "code") : show_words(c, r, "reason");
    table_row(t, (struct text[]){ show_words(c, r, "state_text"), show_text(r, "order"), cli_count(c, show_i64(r, "wave")), show_text(r, "channel"),
                                  show_when(c, r, "due_at"), show_when(c, r, "leased_at"), why,
                                  json_is_true(json_object_get(r, "crossed")) ? text_from_cstr(c->zh ? "付款与消息交错" : "crossed with a payment") : TEXT_NONE });
}

static void outbox_print(struct cli *c, const json_t *answer)
{
    const json_t *rows = json_object_get(answer, "rows"), *counts = json_object_get(answer, "counts");
    struct table t;
    if (json_array_size(json_object_get(answer, "on")) == 0)
        cli_say(c, "Reminders by themselves are switched off: nothing is planned and nothing is sent.", "自动催付未开启：不计划也不发送任何消息。");
    cli_say(c, "%lld unknown, %lld failed, %lld planned, %lld sent, %lld not sent", "结果不明 %lld，失败待重试 %lld，已计划 %lld，已发送 %lld，不再发送 %lld",
            (long long)show_i64(counts, "unknown"), (long long)show_i64(counts, "failed"), (long long)show_i64(counts, "planned"), (long long)show_i64(counts, "sent"),
            (long long)show_i64(counts, "dropped"));
    if (json_array_size(rows) == 0) return;
    table_begin(&t, c, (int)json_array_size(rows));
    table_column(&t, (struct words){ "state", "状态" }, false);
    table_column(&t, (struct words){ "order", "订单" }, false);
    table_column(&t, (struct words){ "wave", "第几次" }, true);
    table_column(&t, (struct words){ "by", "渠道" }, false);
    table_column(&t, (struct words){ "due", "到点" }, false);
    table_column(&t, (struct words){ "handed over", "交出" }, false);
    table_column(&t, (struct words){ "why", "原因" }, false);
    table_column(&t, (struct words){ "", "" }, false);
    for (size_t i = 0; i < json_array_size(rows); i++) outbox_row(c, &t, json_array_get(rows, i));
    table_print(&t);
    if (json_is_string(json_object_get(answer, "next"))) cli_say(c, "More: --after %s", "下一页：--after %s", json_string_value(json_object_get(answer, "next")));
}

enum cli_exit outbox_run(struct cli *c)
{
    enum answer_error error;
    enum cli_exit exit;
    struct ask a;
    struct outbox_ask o = { .state = OUTBOX_NONE, .after = text_from_cstr(cli_value(c, "after")), .limit = 50 };
    const struct text state = text_from_cstr(cli_value(c, "state"));
    if (state.len && !outbox_state_parse(state, &o.state))
        return cli_fail(c, CLI_WRONG_USE, "state", "--state is planned, leased, sent, failed, unknown or dropped", "--state 可为 planned、leased、sent、failed、unknown 或 dropped");
    exit = ask_begin(c, &a, INSTANT_NONE);
    if (exit != CLI_DONE) return exit;
    json_t *answer = answer_outbox(&a.q, &o, &error);
    if (!ask_answered(c, &a, answer, error, &exit)) return exit;
    outbox_print(c, answer);
    json_decref(answer);
    return CLI_DONE;
}

enum cli_exit outbox_resolve_run(struct cli *c)
{
    const struct text what = text_from_cstr(cli_value(c, "what"));
    struct outbox_resolve_ask r = { .order_no = text_from_cstr(cli_value(c, "order")), .again = text_is(what, "again") };
    struct desk_message m = { 0 };
    struct ask a;
    int64_t wave = 0;
    if (!text_is(what, "again") && !text_is(what, "arrived")) return cli_fail(c, CLI_WRONG_USE, "what", "--what is arrived or again", "--what 可为 arrived 或 again");
    if (!text_to_i64(text_from_cstr(cli_value(c, "wave")), &wave) || wave < 1 || wave > OUTBOX_WAVE_LAST)
        return cli_fail(c, CLI_WRONG_USE, "wave", "--wave is 1, 2 or 3", "--wave 可为 1、2 或 3");
    r.wave = (int)wave;
    enum cli_exit exit = ask_begin(c, &a, INSTANT_NONE); /* which store, before anything is written */
    if (exit != CLI_DONE) return exit;
    ask_end(&a);
    struct desk *d = open_desk(c, false);
    if (!d) return CLI_COULD_NOT;
    r.store = text_from_cstr(a.shop.key);
    const enum desk_result result = desk_outbox_resolve(d, &r, &m);
    desk_close(d);
    if (result != DESK_DONE) return fail_desk(c, &m);
    if (c->json) return cli_json(c, json_pack("{s:b}", "ok", 1));
    if (r.again) cli_say(c, "It is decided again now, and sent if the rules allow", "现在重新判断，规则允许时再次发送");
    else cli_say(c, "Noted: it arrived", "已记录：已送达");
    return CLI_DONE;
}
