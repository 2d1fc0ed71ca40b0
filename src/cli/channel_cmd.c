/* zhanggui channel list, add, test, remove: the ways out for messages. Passwords, robots' addresses and their secrets come on standard input, a line
 * each: what stands on a command line, every user of the machine can see. */
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <sodium.h>
#include "cli/cmds.h"
#include "cli/open.h"
#include "desk/channel_change.h"
#include "desk/channels.h"

enum { LINE_BYTES = 1100, AUTHORITY_BYTES = 8192 };

const struct option channel_list_options[] = { OPTION_DB, OPTION_STORE, OPTIONS_END };
const struct option channel_add_options[] = {
    OPTION_DB, OPTION_STORE,
    { "host", "HOST", false, { "smtp: the mail server", "smtp：邮件服务器" } },
    { "port", "N", false, { "smtp: default 587, with --tls tls 465", "smtp：默认 587，--tls tls 时为 465" } },
    { "tls", "HOW", false, { "smtp: starttls (default), tls, or off on this machine", "smtp：starttls（默认）、tls，或仅限本机的 off" } },
    { "user", "USER", false, { "smtp, kannel: the password comes on standard input", "smtp、kannel：密码从标准输入读取" } },
    { "from", "SENDER", false, { "smtp: address; kannel: number or name", "smtp：发件地址；kannel：号码或名称" } },
    { "from-name", "NAME", false, { "smtp: the shop's name as readers see it", "smtp：收件人看到的店铺名" } },
    { "url", "URL", false, { "kannel: of sendsms; a robot's comes on standard input", "kannel：sendsms 的地址；机器人的地址从标准输入读取" } },
    { "folder", "FOLDER", false, { "directory: where a file a message goes", "directory：每条消息存为一个文件的文件夹" } },
    { "carries", "WHAT", false, { "directory, null: stands for sms, email or robot", "directory、null：代替 sms、email 或 robot" } },
    { "desk-url", "URL", false, { "where others reach this desk, for links and reports", "外部访问本系统的地址，用于退订链接和送达回执" } },
    { "authority", "FILE", false, { "smtp: certificates (PEM) that vouch for the server", "smtp：为服务器担保的证书（PEM）" } },
    OPTIONS_END,
};
const struct option channel_test_options[] = { OPTION_DB, OPTION_STORE, { "to", "TO", false, { "your own address or number; nobody for a robot", "自己的邮箱或手机号；机器人不需要" } }, OPTIONS_END };
const struct option channel_remove_options[] = { OPTION_DB, OPTION_STORE, OPTIONS_END };

/* CLI_DONE, or said so. */
static enum cli_exit change(struct cli *c, struct channel_ask *ask, struct channel_made *ret)
{
    struct desk_message m = { 0 };
    struct store reader;
    struct shop shop = { .store_id = 0 };
    enum cli_exit found = CLI_COULD_NOT;
    struct desk *d = open_desk(c, false); /* also brings an old database up to date, so that it can be read */
    if (!d) return CLI_COULD_NOT;
    if (open_reader(c, &reader)) {
        found = open_shop(c, &reader, &shop);
        store_close(&reader);
    }
    ask->store = text_from_cstr(shop.key);
    const enum desk_result r = found == CLI_DONE ? desk_channel_change(d, ask, ret, &m) : DESK_REFUSED;
    desk_close(d);
    if (found != CLI_DONE) return found;
    return r == DESK_DONE ? CLI_DONE : fail_desk(c, &m);
}

/* ---- what stands on standard input ---- */

static bool put_line(struct cli *c, json_t *settings, const char *field, const char *what_en, const char *what_zh)
{
    char line[LINE_BYTES];
    const bool ok = cli_line(c, line, sizeof line);
    if (ok) json_object_set_new(settings, field, json_string(line));
    else cli_fail(c, CLI_WRONG_USE, "secret", "Give %s as a line on standard input", "请从标准输入给出一行：%s", c->zh ? what_zh : what_en);
    sodium_memzero(line, sizeof line);
    return ok;
}

static bool put_secrets(struct cli *c, json_t *settings, enum channel_kind kind)
{
    switch (kind) {
    case CHANNEL_KIND_SMTP: return !cli_value(c, "user") || put_line(c, settings, "password", "the password", "密码");
    case CHANNEL_KIND_KANNEL: return put_line(c, settings, "password", "the password", "密码");
    case CHANNEL_KIND_DINGTALK: case CHANNEL_KIND_FEISHU:
        return put_line(c, settings, "url", "the robot's webhook address", "机器人的 Webhook 地址") &&
               put_line(c, settings, "secret", "its signing secret, after the address", "加签密钥（在地址之后）");
    case CHANNEL_KIND_WECOM: return put_line(c, settings, "url", "the robot's webhook address", "机器人的 Webhook 地址");
    case CHANNEL_KIND_DIRECTORY: case CHANNEL_KIND_NULL: case CHANNEL_KIND_NONE: break;
    }
    return true;
}

static bool put_authority(struct cli *c, json_t *settings)
{
    static const char option[] = "authority";
    char *pem;
    size_t n = 0;
    ssize_t got = 1;
    if (!cli_value(c, option)) return true;
    const int fd = c->env->open(c->env->ctx, cli_value(c, option), O_RDONLY | O_CLOEXEC, 0);
    pem = ARENA_ARRAY(&c->arena, char, AUTHORITY_BYTES);
    while (fd >= 0 && pem && got > 0 && n < AUTHORITY_BYTES) {
        got = c->env->read(c->env->ctx, fd, pem + n, AUTHORITY_BYTES - n);
        if (got > 0) n += (size_t)got;
    }
    if (fd >= 0) c->env->close(c->env->ctx, fd);
    if (fd >= 0 && got == 0 && n > 0 && json_object_set_new(settings, option, json_stringn(pem, n)) == 0) return true;
    cli_fail(c, CLI_COULD_NOT, "authority", "%s cannot be read, or is no certificate of at most 8 KiB", "%s 无法读取，或不是 8 KiB 以内的证书", cli_value(c, option));
    return false;
}

/* ---- the verbs ---- */

enum cli_exit channel_add_run(struct cli *c)
{
    static const struct { const char *option, *field; } plain[] = {
        { "host", "host" }, { "tls", "tls" }, { "user", "user" }, { "from", "from" }, { "from-name", "from_name" }, { "url", "url" }, { "folder", "folder" }, { "carries", "carries" },
        { "desk-url", "desk_url" },
    };
    struct channel_made made;
    int64_t port;
    enum cli_exit exit = CLI_WRONG_USE;
    const enum channel_kind kind = channel_kind_parse(text_from_cstr(c->operands[0]));
    json_t *settings = json_pack("{s:s}", "kind", c->operands[0]);
    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++)
        if (cli_value(c, plain[i].option)) json_object_set_new(settings, plain[i].field, json_string(cli_value(c, plain[i].option)));
    if (!cli_number(c, "port", 0, 65535, 0, &port)) goto out;
    json_object_set_new(settings, "port", json_integer(port));
    if (!put_authority(c, settings) || !put_secrets(c, settings, kind)) goto out;
    exit = change(c, &(struct channel_ask){ .what = CHANNEL_ADD, .settings = settings }, &made);
    if (exit == CLI_DONE && c->json) exit = cli_json(c, json_pack("{s:I,s:s}", "id", (json_int_t)made.channel_id, "label", made.label));
    else if (exit == CLI_DONE)
        cli_say(c, "Channel %" PRId64 " is kept, its secrets encrypted: %s. Try it: zhanggui channel test %" PRId64, "渠道 %" PRId64 " 已保存，密钥已加密：%s。试发一条：zhanggui channel test %" PRId64,
                made.channel_id, made.label, made.channel_id);
out:
    json_decref(settings);
    return exit;
}

enum cli_exit channel_list_run(struct cli *c)
{
    struct store reader;
    struct shop shop;
    json_t *answer = NULL, *row;
    size_t i;
    if (!open_reader(c, &reader)) return CLI_COULD_NOT;
    const enum cli_exit found = open_shop(c, &reader, &shop);
    if (found == CLI_DONE && !(answer = channels_list(&reader, &shop))) fail_store(c, &reader);
    store_close(&reader);
    if (!answer) return found != CLI_DONE ? found : CLI_COULD_NOT;
    if (c->json) return cli_json(c, answer);
    json_array_foreach(json_object_get(answer, "channels"), i, row) {
        const json_t *last = json_object_get(row, "last");
        const char *said = json_string_value(json_object_get(last, c->zh ? "zh" : "en"));
        cli_say(c, "%lld  %s  %s  %s", "%lld  %s  %s  %s", (long long)json_integer_value(json_object_get(row, "id")), json_string_value(json_object_get(row, "kind")),
                json_string_value(json_object_get(row, "label")), said ? said : c->zh ? "还没有发过消息。" : "Nothing was sent by it yet.");
    }
    if (json_array_size(json_object_get(answer, "channels")) == 0) cli_say(c, "No channel is set up: nothing goes out by itself.", "还没有设置渠道，不会自动发送任何消息。");
    json_decref(answer);
    return CLI_DONE;
}

static bool read_id(struct cli *c, int64_t *ret)
{
    if (text_to_i64(text_from_cstr(c->operands[0]), ret) && *ret > 0) return true;
    cli_fail(c, CLI_WRONG_USE, "number", "\"%s\" is not a number that the list shows", "“%s”不是列表中的编号", c->operands[0]);
    return false;
}

enum cli_exit channel_test_run(struct cli *c)
{
    struct channel_ask ask = { .what = CHANNEL_TEST, .to = text_from_cstr(cli_value(c, "to")) };
    struct channel_made made;
    if (!read_id(c, &ask.channel_id)) return CLI_WRONG_USE;
    enum cli_exit exit = change(c, &ask, &made);
    if (exit != CLI_DONE) return exit;
    const struct channel_outcome *o = &made.outcome;
    if (c->json) exit = cli_json(c, json_pack("{s:s,s:s,s:s,s:s,s:i}", "fate", channel_fate_word(o->fate), "code", o->code, "en", o->en, "zh", o->zh, "reply", o->reply));
    else if (o->reply) cli_say(c, "%s: %s (%d)", "%s：%s（%d）", channel_fate_word(o->fate), c->zh ? o->zh : o->en, o->reply);
    else cli_say(c, "%s: %s", "%s：%s", channel_fate_word(o->fate), c->zh ? o->zh : o->en);
    return exit != CLI_DONE || o->fate == CHANNEL_SENT ? exit : CLI_COULD_NOT;
}

enum cli_exit channel_remove_run(struct cli *c)
{
    struct channel_ask ask = { .what = CHANNEL_REMOVE };
    struct channel_made made;
    if (!read_id(c, &ask.channel_id)) return CLI_WRONG_USE;
    const enum cli_exit exit = change(c, &ask, &made);
    if (exit != CLI_DONE) return exit;
    if (c->json) return cli_json(c, json_pack("{s:I,s:b}", "id", (json_int_t)ask.channel_id, "removed", 1));
    cli_say(c, "Channel %" PRId64 " is removed; nothing goes out by it any more.", "渠道 %" PRId64 " 已删除，不再用它发送。", ask.channel_id);
    return CLI_DONE;
}
