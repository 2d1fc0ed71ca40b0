/* zhanggui token make, list, revoke; zhanggui feed list, secret, forget, limit, folder: what tells the desk about a store by itself. Beside a
 * running desk each change goes through it and holds at once. */
#include <inttypes.h>
#include <jansson.h>
#include <sodium.h>
#include "cli/cmds.h"
#include "cli/open.h"
#include "desk/answer.h"
#include "desk/feed_change.h"
#include "desk/feeds.h"
#include "store/policy_store.h"

#define OPTION_SOURCE { "source", "SOURCE", true, { "standard, shopify or woocommerce", "standard、shopify 或 woocommerce" } }

const struct option token_make_options[] = {
    OPTION_DB, OPTION_STORE, { "name", "NAME", true, { "whose token it is, so that it can be told from others", "令牌的用途，便于日后辨认" } }, OPTIONS_END,
};
const struct option token_list_options[] = { OPTION_DB, OPTION_STORE, OPTIONS_END };
const struct option token_revoke_options[] = { OPTION_DB, OPTION_STORE, OPTIONS_END };
const struct option feed_list_options[] = { OPTION_DB, OPTION_STORE, OPTIONS_END };
const struct option feed_secret_options[] = {
    OPTION_DB, OPTION_STORE, OPTION_SOURCE,
    { "made", NULL, false, { "make a new secret (default: read the platform's from standard input)", "生成新密钥（默认从标准输入读取平台给出的密钥）" } }, OPTIONS_END,
};
const struct option feed_forget_options[] = { OPTION_DB, OPTION_STORE, OPTION_SOURCE, OPTIONS_END };
const struct option feed_limit_options[] = {
    OPTION_DB, OPTION_STORE, { "source", "SOURCE", true, { "events, standard, shopify, woocommerce or folder", "events、standard、shopify、woocommerce 或 folder" } },
    { "minutes", "N", true, { "how long it may be silent, 5 to 43200", "可静默多少分钟，5 至 43200" } }, OPTIONS_END,
};
const struct option feed_folder_options[] = {
    OPTION_DB, OPTION_STORE, { "off", NULL, false, { "no longer watch the folder", "不再监视该文件夹" } }, OPTIONS_END,
};

/* ---- the store, and one change ---- */

static enum cli_exit find_shop(struct cli *c, struct shop *ret)
{
    struct store reader;
    if (!open_reader(c, &reader)) return CLI_COULD_NOT;
    const enum cli_exit found = open_shop(c, &reader, ret);
    store_close(&reader);
    return found;
}

/* CLI_DONE, or said so. */
static enum cli_exit change(struct cli *c, struct feed_ask *ask, struct feed_made *ret)
{
    struct desk_message m = { 0 };
    struct shop shop = { .store_id = 0 };
    struct desk *d = open_desk(c, false); /* also brings an old database up to date, so that it can be read */
    if (!d) return CLI_COULD_NOT;
    const enum cli_exit found = find_shop(c, &shop);
    ask->store = text_from_cstr(shop.key);
    const enum desk_result r = found == CLI_DONE ? desk_feed_change(d, ask, ret, &m) : DESK_REFUSED;
    desk_close(d);
    if (found != CLI_DONE) return found;
    return r == DESK_DONE ? CLI_DONE : fail_desk(c, &m);
}

static bool read_source(struct cli *c, enum feed_source *ret)
{
    *ret = feed_source_parse(text_from_cstr(cli_value(c, "source")));
    if (*ret != FEED_NONE) return true;
    cli_fail(c, CLI_WRONG_USE, "source", "There is no feed \"%s\"", "没有数据来源“%s”", cli_value(c, "source"));
    return false;
}

static bool read_number(struct cli *c, const char *word, int64_t *ret)
{
    if (text_to_i64(text_from_cstr(word), ret) && *ret > 0) return true;
    cli_fail(c, CLI_WRONG_USE, "number", "\"%s\" is not a number that the list shows", "“%s”不是列表中的编号", word);
    return false;
}

/* ---- tokens ---- */

enum cli_exit token_make_run(struct cli *c)
{
    struct feed_ask ask = { .what = FEED_TOKEN_MAKE, .name = text_from_cstr(cli_value(c, "name")) };
    struct feed_made made = { .number = 0 };
    enum cli_exit exit = change(c, &ask, &made);
    if (exit == CLI_DONE && c->json) exit = cli_json(c, json_pack("{s:I, s:s}", "id", (json_int_t)made.number, "token", made.shown));
    else if (exit == CLI_DONE) {
        fprintf(c->out, "%s\n", made.shown); /* not by way of the arena, which is not wiped */
        cli_say(c, "Token %" PRId64 ". It is shown this once; keep it where your program reads it. To revoke it: zhanggui token revoke %" PRId64,
                "令牌 %" PRId64 "。只显示这一次，请保存到使用它的程序里。要撤销：zhanggui token revoke %" PRId64, made.number, made.number);
    }
    sodium_memzero(&made, sizeof made);
    return exit;
}

enum cli_exit token_list_run(struct cli *c)
{
    struct feed_token rows[FEED_TOKENS_MAX];
    struct store reader;
    struct shop shop;
    struct table t;
    if (!open_reader(c, &reader)) return CLI_COULD_NOT;
    const enum cli_exit found = open_shop(c, &reader, &shop);
    const int n = found == CLI_DONE ? feed_tokens(&reader, &shop, rows) : 0;
    if (n < 0) fail_store(c, &reader);
    store_close(&reader);
    if (found != CLI_DONE || n < 0) return found != CLI_DONE ? found : CLI_COULD_NOT;
    if (c->json) {
        json_t *list = json_array();
        for (int i = 0; i < n; i++) {
            const struct text at = instant_print(&c->arena, rows[i].made_at_ms, shop.zone);
            json_array_append_new(list, json_pack("{s:I, s:s, s:s%}", "id", (json_int_t)rows[i].token_id, "name", rows[i].name, "made_at", at.ptr, at.len));
        }
        return cli_json(c, json_pack("{s:o}", "tokens", list));
    }
    if (n == 0) {
        cli_say(c, "There is no token of this store yet.", "此店铺还没有令牌。");
        return CLI_DONE;
    }
    table_begin(&t, c, n);
    table_column(&t, (struct words){ "token", "令牌" }, true);
    table_column(&t, (struct words){ "name", "名称" }, false);
    table_column(&t, (struct words){ "made", "生成时间" }, false);
    for (int i = 0; i < n; i++)
        table_row(&t, (struct text[]){ cli_count(c, rows[i].token_id), text_from_cstr(rows[i].name), cli_when(c, rows[i].made_at_ms, shop.zone) });
    table_print(&t);
    return CLI_DONE;
}

enum cli_exit token_revoke_run(struct cli *c)
{
    struct feed_ask ask = { .what = FEED_TOKEN_REVOKE };
    struct feed_made made;
    if (!read_number(c, c->operands[0], &ask.number)) return CLI_WRONG_USE;
    const enum cli_exit exit = change(c, &ask, &made);
    if (exit != CLI_DONE) return exit;
    if (c->json) return cli_json(c, json_pack("{s:I, s:b}", "id", (json_int_t)ask.number, "revoked", 1));
    cli_say(c, "Token %" PRId64 " is revoked; events with it are refused from now on.", "令牌 %" PRId64 " 已撤销，此后带它的事件都会被拒绝。", ask.number);
    return CLI_DONE;
}

/* ---- feeds ---- */

enum cli_exit feed_list_run(struct cli *c)
{
    struct store reader;
    struct shop shop;
    enum answer_error error = ANSWER_FAILED;
    json_t *answer = NULL;
    if (!open_reader(c, &reader)) return CLI_COULD_NOT;
    const enum cli_exit found = open_shop(c, &reader, &shop);
    if (found == CLI_DONE) {
        struct policy policy = policy_defaults();
        (void)policy_load(&reader, &shop, &policy); /* a failure shows in the answer */
        const struct answer_ask ask = { .store = &reader, .shop = &shop, .policy = &policy, .now_ms = c->env->now_ms(c->env->ctx), .mask = ANSWER_ALL };
        answer = answer_feeds(&ask, NULL, 0, &error);
        if (!answer) fail_store(c, &reader);
    }
    store_close(&reader);
    if (!answer) return found != CLI_DONE ? found : CLI_COULD_NOT;
    if (c->json) return cli_json(c, answer);
    json_t *feeds = json_object_get(answer, "feeds"), *feed;
    size_t i, on = 0;
    json_array_foreach(feeds, i, feed) {
        if (!json_is_true(json_object_get(feed, "on"))) continue;
        on++;
        cli_say(c, "%s", "%s", json_string_value(json_object_get(json_object_get(feed, "reason"), c->zh ? "zh" : "en")));
    }
    if (on == 0) cli_say(c, "Nothing tells this store by itself yet; files are imported by hand.", "还没有自动的数据来源；文件需手动导入。");
    json_decref(answer);
    return CLI_DONE;
}

/* A secret on the command line could be seen by everybody on this machine. */
static bool read_secret(struct cli *c, char *line, size_t size, struct text *ret)
{
    const bool whole = cli_line(c, line, size);
    *ret = text_trim(text_from_cstr(line));
    if (whole && ret->len > 0) return true;
    cli_fail(c, CLI_WRONG_USE, "secret", "Give the secret as one line on standard input, or --made for a new one", "请从标准输入给出一行密钥，或用 --made 生成新密钥");
    return false;
}

enum cli_exit feed_secret_run(struct cli *c)
{
    struct feed_ask ask = { .what = FEED_SECRET_SET };
    struct feed_made made = { .number = 0 };
    char line[300];
    if (!read_source(c, &ask.source)) return CLI_WRONG_USE;
    if (!cli_switch(c, "made") && !read_secret(c, line, sizeof line, &ask.told)) return CLI_WRONG_USE;
    enum cli_exit exit = change(c, &ask, &made);
    sodium_memzero(line, sizeof line);
    if (exit == CLI_DONE && c->json)
        exit = cli_json(c, json_pack("{s:I, s:s, s:o}", "id", (json_int_t)made.number, "source", feed_source_word(ask.source), "secret",
                                     made.shown[0] ? json_string(made.shown) : json_null()));
    else if (exit == CLI_DONE && made.shown[0]) {
        fprintf(c->out, "%s\n", made.shown);
        cli_say(c, "Secret %" PRId64 " of %s. It is shown this once: give it to whoever signs.", "密钥 %" PRId64 "（%s）。只显示这一次，请填到发送方。", made.number,
                feed_source_word(ask.source));
    } else if (exit == CLI_DONE)
        cli_say(c, "Secret %" PRId64 " of %s is kept, encrypted; messages signed with it are taken from now on.", "密钥 %" PRId64 "（%s）已加密保存，此后用它签名的消息会被接收。",
                made.number, feed_source_word(ask.source));
    sodium_memzero(&made, sizeof made);
    return exit;
}

enum cli_exit feed_forget_run(struct cli *c)
{
    struct feed_ask ask = { .what = FEED_SECRET_REVOKE };
    struct feed_made made;
    if (!read_source(c, &ask.source) || !read_number(c, c->operands[0], &ask.number)) return CLI_WRONG_USE;
    const enum cli_exit exit = change(c, &ask, &made);
    if (exit != CLI_DONE) return exit;
    if (c->json) return cli_json(c, json_pack("{s:I, s:b}", "id", (json_int_t)ask.number, "removed", 1));
    cli_say(c, "Secret %" PRId64 " of %s is removed.", "密钥 %" PRId64 "（%s）已删除。", ask.number, feed_source_word(ask.source));
    return CLI_DONE;
}

enum cli_exit feed_limit_run(struct cli *c)
{
    struct feed_ask ask = { .what = FEED_LIMIT_SET };
    struct feed_made made;
    int64_t minutes;
    if (!read_source(c, &ask.source) || !cli_number(c, "minutes", FEED_LIMIT_MIN_S / 60, FEED_LIMIT_MAX_S / 60, 0, &minutes)) return CLI_WRONG_USE;
    ask.limit_s = minutes * 60;
    const enum cli_exit exit = change(c, &ask, &made);
    if (exit != CLI_DONE) return exit;
    if (c->json) return cli_json(c, json_pack("{s:s, s:I}", "source", feed_source_word(ask.source), "limit_s", (json_int_t)ask.limit_s));
    cli_say(c, "%s is called dark after %" PRId64 " minutes of silence.", "%s 静默超过 %" PRId64 " 分钟即视为中断。", feed_source_word(ask.source), minutes);
    return CLI_DONE;
}

enum cli_exit feed_folder_run(struct cli *c)
{
    struct feed_ask ask = { .what = cli_switch(c, "off") ? FEED_FOLDER_OFF : FEED_FOLDER_ON };
    struct feed_made made = { .number = 0 };
    if (c->operand_count > 0) ask.told = text_from_cstr(c->operands[0]);
    const enum cli_exit exit = change(c, &ask, &made);
    if (exit != CLI_DONE) return exit;
    if (c->json) return cli_json(c, json_pack("{s:b, s:o}", "on", ask.what == FEED_FOLDER_ON, "folder", made.shown[0] ? json_string(made.shown) : json_null()));
    if (ask.what == FEED_FOLDER_OFF) cli_say(c, "No folder is watched for this store now.", "此店铺现在不监视文件夹。");
    else
        cli_say(c, "While zhanggui serve runs, files dropped into %s are imported.", "zhanggui serve 运行时，放入 %s 的文件会自动导入。", made.shown);
    return CLI_DONE;
}
