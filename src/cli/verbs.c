/* The table of verbs, and the way of a command from its words to its exit code. */
#include <assert.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>
#include "cli/cmds.h"

enum { OPERANDS_MANY = 1000 };

const struct verb verbs[] = {
    { "init", NULL, "zhanggui init --db shop.db --store main --name \"My shop\" --platform tmall --currency CNY --zone Asia/Shanghai",
      { "make a store in a database, new or there already", "建一家店（数据库没有就新建）" }, init_options, 0, 0, init_run },
    { "import", "FILE...", "zhanggui import --db shop.db --store main ExportOrderList202011120930.csv",
      { "take in order exports of the platform", "导入平台导出的订单文件" }, import_options, 1, OPERANDS_MANY, import_run },
    { "import list", NULL, "zhanggui import list --db shop.db",
      { "what was imported, newest first", "列出导入记录，新的在前" }, import_list_options, 0, 0, import_list_run },
    { "import resume", "IMPORT_ID", "zhanggui import resume --db shop.db 3",
      { "go on with an import that was interrupted", "继续被中断的导入" }, import_resume_options, 1, 1, import_resume_run },
    { "import undo", "IMPORT_ID", "zhanggui import undo --db shop.db 3",
      { "take an import back, as if it had never been", "撤销一次导入，如同从未导入" }, import_undo_options, 1, 1, import_undo_run },
    { "today", NULL, "zhanggui today --db shop.db --store main",
      { "whom to remind, whom to leave alone, what to pick next", "今天催付谁、不打扰谁、先配哪些货" }, today_options, 0, 0, today_run },
    { "orders", "[ORDER]", "zhanggui orders --db shop.db --store main --state to_ship",
      { "find orders by state, number, buyer or day", "按状态、单号、买家、日期查订单" }, orders_options, 0, 1, orders_run },
    { "records", NULL, "zhanggui records --db shop.db --store main --subject stock",
      { "what data there is, and the records of a subject", "有哪些数据；查某类数据的记录" }, records_options, 0, 0, records_run },
    { "review", NULL, "zhanggui review --db shop.db --store main --from 2020-02-01 --to 2020-03-01",
      { "what a period brought, and what drove it", "一段时间的成绩与原因" }, review_options, 0, 0, review_run },
    { "policy show", NULL, "zhanggui policy show --db shop.db",
      { "the rules, each with its default, bounds and source", "规则的值、默认值、可设范围和来源" }, policy_options, 0, 0, policy_run },
    { "policy set", "RULE=VALUE...", "zhanggui policy set --db shop.db --store main wave1_after_s=900 quiet_from_min=1290",
      { "change rules within their bounds; RULE=default puts one back", "在范围内改规则；RULE=default 恢复默认" }, policy_set_options, 1, 64, policy_set_run },
    { "explain", NULL, "zhanggui explain --db shop.db --store main --order 100012345678",
      { "what is done about an order now, and by which rule", "此刻对某订单怎么催付、依据哪条规则" }, explain_options, 0, 0, explain_run },
    { "waves", NULL, "zhanggui waves --db shop.db --store main --from 2020-02-01 --to 2020-03-01",
      { "a period played again: reminders by wave and hour, who is disturbed", "重演一段时间：各波各时段的催付数、可挽回金额、误扰" }, waves_options, 0, 0, waves_run },
    { "suppress add", NULL, "zhanggui suppress add --db shop.db --store main --customer tb_12345 --because complaint",
      { "leave a buyer alone from now on, in all stores", "从此不再联系某买家，所有店铺都有效" }, suppress_options, 0, 0, suppress_add_run },
    { "suppress remove", NULL, "zhanggui suppress remove --db shop.db --store main --customer tb_12345 --because dispute",
      { "let a buyer be contacted again", "允许重新联系某买家" }, suppress_options, 0, 0, suppress_remove_run },
    { "outbox", NULL, "zhanggui outbox --db shop.db --store main --state unknown",
      { "messages that go out by themselves, unknown outcomes first", "自动发出的消息，结果不明的在前" }, outbox_options, 0, 0, outbox_run },
    { "outbox resolve", NULL, "zhanggui outbox resolve --db shop.db --store main --order 100012345678 --wave 2 --what arrived",
      { "say what became of a message of which nobody knows", "说明一条结果不明的消息的去向" }, outbox_resolve_options, 0, 0, outbox_resolve_run },
    { "delay", NULL, "zhanggui delay --db shop.db --store main --margin-bp 2000 --cost-minor 50 --persuasion 0.15 --decay-h 6",
      { "how long to wait before the first reminder", "下单多久后第一次催付" }, delay_options, 0, 0, delay_run },
    { "lift", NULL, "zhanggui lift --db shop.db --store main",
      { "what reminding brings, beside orders left alone by lot", "催付的真实效果：与随机留出的订单对比" }, lift_options, 0, 0, lift_run },
    { "texts list", NULL, "zhanggui texts list --db shop.db --store main",
      { "what is said to buyers, and which scripts are missing", "列出话术，以及还缺哪些" }, texts_list_options, 0, 0, texts_list_run },
    { "texts lint", "TEXT", "zhanggui texts lint --channel sms \"Your order is not paid yet.\"",
      { "look a text through for what must not be said", "检查一段文字有没有不能说的" }, texts_lint_options, 1, 1, texts_lint_run },
    { "texts render", NULL, "zhanggui texts render --db shop.db --store main --order 3051239876543210987 --channel sms",
      { "the text that fits an order at an instant", "某个订单此刻该发什么" }, texts_render_options, 0, 0, texts_render_run },
    { "team", NULL, "zhanggui team --db shop.db --store main",
      { "who is here, what each has in hand, whose hours are which", "谁在岗、手上多少、班次怎么排" }, team_options, 0, 0, team_run },
    { "team set", "CHANGE...", "zhanggui team set --db shop.db --store main add=Lin Lin.week=mon-fri:9-18 rota.9-12=Lin",
      { "change staff, hours, absences and the rota, all or none", "修改成员、班次、离岗和轮值，全部生效或全不生效" }, team_set_options, 1, 64, team_set_run },
    { "queue", NULL, "zhanggui queue --db shop.db --store main",
      { "whom to remind now, whose it is and what to say", "现在催谁、归谁、怎么说" }, queue_options, 0, 0, queue_run },
    { "board", NULL, "zhanggui board --db shop.db --store main --from 2020-02-26",
      { "how reminding goes: funnel, recovery rate, inquiry-to-payment", "催付看板：漏斗、催付成功率、询单转化" }, board_options, 0, 0, board_run },
    { "verify", NULL, "zhanggui verify --db shop.db",
      { "recompute everything and compare", "全部重新计算并核对" }, verify_options, 0, 0, verify_run },
    { "export", "[FILE]", "zhanggui export --db shop.db --store main --what orders --format xlsx orders.xlsx",
      { "any list as XLSX or CSV, or the whole shop", "把任一列表导出为 XLSX 或 CSV，或导出整个店铺" }, export_options, 0, 1, export_run },
    { "person export", NULL, "zhanggui person export --db shop.db --store main --customer tb_12345",
      { "everything that is kept about one customer", "导出一位客户的全部信息" }, person_export_options, 0, 0, person_export_run },
    { "person erase", NULL, "zhanggui person erase --db shop.db --store main --customer tb_12345",
      { "forget one customer, but for what the law makes a shop keep", "删除一位客户的个人信息（法律要求保留的除外）" }, person_erase_options, 0, 0, person_erase_run },
    { "backup", "FILE", "zhanggui backup --db shop.db shop-backup.db",
      { "copy the database, also while it is in use", "备份数据库，使用中也可以" }, backup_options, 1, 1, backup_run },
    { "restore", "FILE", "zhanggui restore --db shop.db shop-backup.db",
      { "put a backup in the database's place", "用备份恢复数据库" }, restore_options, 1, 1, restore_run },
    { "token make", NULL, "zhanggui token make --db shop.db --store main --name \"our web shop\"",
      { "make a token with which a program may send order events", "生成令牌，程序凭它推送订单事件" }, token_make_options, 0, 0, token_make_run },
    { "token list", NULL, "zhanggui token list --db shop.db --store main",
      { "which tokens there are", "列出令牌" }, token_list_options, 0, 0, token_list_run },
    { "token revoke", "ID", "zhanggui token revoke --db shop.db --store main 2",
      { "refuse a token from now on", "撤销令牌" }, token_revoke_options, 1, 1, token_revoke_run },
    { "feed list", NULL, "zhanggui feed list --db shop.db --store main",
      { "what tells the store by itself, and since when it is silent", "列出自动的数据来源及其静默时长" }, feed_list_options, 0, 0, feed_list_run },
    { "feed secret", NULL, "zhanggui feed secret --db shop.db --store main --source shopify < secret.txt",
      { "take webhooks that are signed with a secret", "接收用密钥签名的 Webhook" }, feed_secret_options, 0, 0, feed_secret_run },
    { "feed forget", "ID", "zhanggui feed forget --db shop.db --store main --source shopify 1",
      { "remove a secret", "删除密钥" }, feed_forget_options, 1, 1, feed_forget_run },
    { "feed limit", NULL, "zhanggui feed limit --db shop.db --store main --source shopify --minutes 720",
      { "how long a feed may be silent before it is called dark", "设置数据来源可静默多久" }, feed_limit_options, 0, 0, feed_limit_run },
    { "feed folder", "[FOLDER]", "zhanggui feed folder --db shop.db --store main /home/me/exports",
      { "import files that are dropped into a folder", "自动导入放进文件夹的文件" }, feed_folder_options, 0, 1, feed_folder_run },
    { "channel list", NULL, "zhanggui channel list --db shop.db --store main",
      { "ways out for messages, and how the last one ended", "列出消息渠道及最近一次发送结果" }, channel_list_options, 0, 0, channel_list_run },
    { "channel add", "KIND", "zhanggui channel add --db shop.db --store main smtp --host smtp.example.com --user shop --from shop@example.com < password.txt",
      { "set one up: smtp, kannel, dingtalk, wecom, feishu, directory, null", "设置渠道：smtp、kannel、dingtalk、wecom、feishu、directory、null" }, channel_add_options, 1, 1, channel_add_run },
    { "channel test", "ID", "zhanggui channel test --db shop.db --store main 1 --to me@example.com",
      { "send a message to yourself", "给自己发一条测试消息" }, channel_test_options, 1, 1, channel_test_run },
    { "channel remove", "ID", "zhanggui channel remove --db shop.db --store main 1",
      { "send nothing by it any more", "删除渠道，不再用它发送" }, channel_remove_options, 1, 1, channel_remove_run },
    { "demo", NULL, "zhanggui demo --port 1111",
      { "make the demo shop and open its desk", "建演示店并打开页面" }, demo_options, 0, 0, demo_run },
    { "serve", NULL, "zhanggui serve --db shop.db",
      { "open the desk in the browser", "打开掌柜页面" }, serve_options, 0, 0, serve_run },
};
const int verb_count = (int)(sizeof verbs / sizeof verbs[0]);

const struct verb *verb_find(const char *const *words, int count, int *ret_used)
{
    const struct verb *found = NULL;

    for (int i = 0; i < verb_count; i++) {
        const char *second = strchr(verbs[i].name, ' ');
        size_t first = second ? (size_t)(second - verbs[i].name) : strlen(verbs[i].name);

        if (count < 1 || strlen(words[0]) != first || memcmp(words[0], verbs[i].name, first) != 0) continue;
        if (second && (count < 2 || strcmp(words[1], second + 1) != 0)) continue;
        if (found && !second) continue; /* two words tell more than one */
        found = &verbs[i];
        *ret_used = second ? 2 : 1;
    }
    return found;
}

/* "policy" alone begins a verb but is none. */
static const struct verb *begins_a_verb(const char *word)
{
    size_t len = strlen(word);

    for (int i = 0; i < verb_count; i++)
        if (strncmp(verbs[i].name, word, len) == 0 && verbs[i].name[len] == ' ') return &verbs[i];
    return NULL;
}

static enum cli_exit unknown_verb(struct cli *c, const char *word)
{
    const char *names[64], *near;
    const struct verb *longer = begins_a_verb(word);

    assert(verb_count <= 64);
    if (longer)
        return cli_fail(c, CLI_WRONG_USE, "verb", "\"%s\" needs a second word, as: %s", "“%s”后面还缺一个词，如：%s", word,
                        longer->example);
    for (int i = 0; i < verb_count; i++) names[i] = verbs[i].name;
    near = suggest(word, names, verb_count);
    if (near)
        return cli_fail(c, CLI_WRONG_USE, "verb", "There is no verb \"%s\"; did you mean \"%s\"?", "没有动词“%s”；是不是想用“%s”？", word,
                        near);
    return cli_fail(c, CLI_WRONG_USE, "verb", "There is no verb \"%s\"; zhanggui --help lists them all",
                    "没有动词“%s”；zhanggui --help 会全部列出", word);
}

static enum cli_exit run_words(struct cli *c, const char *const *words, int count)
{
    int used = 0;
    bool help = false;

    if (count == 0) {
        help_all(c, c->err);
        return CLI_WRONG_USE;
    }
    if (strcmp(words[0], "--version") == 0) {
        fprintf(c->out, "zhanggui %s\n", ZG_VERSION);
        return CLI_DONE;
    }
    if (strcmp(words[0], "help") == 0) { /* "help today" and "today --help" are the same */
        words++, count--;
        help = true;
    }
    if (count == 0 || strcmp(words[0], "--help") == 0 || strcmp(words[0], "-h") == 0) {
        options_foresee(c, words, count);
        help_all(c, c->out);
        return CLI_DONE;
    }
    options_foresee(c, words, count);
    c->verb = verb_find(words, count, &used);
    if (!c->verb && (help || (count > 1 && (strcmp(words[1], "--help") == 0 || strcmp(words[1], "-h") == 0)))) {
        c->verb = begins_a_verb(words[0]); /* "policy --help": the first such verb stands for them */
        help = c->verb != NULL;
    }
    if (!c->verb) return unknown_verb(c, words[0]);
    if (!help && !options_read(c, words + used, count - used, &help)) return CLI_WRONG_USE;
    if (help) {
        help_verb(c, c->verb, c->out);
        return CLI_DONE;
    }
    return c->verb->run(c);
}

static bool nobody_reads(int fd)
{
    struct pollfd p = { .fd = fd };
    return poll(&p, 1, 0) == 1 && (p.revents & POLLERR);
}

enum cli_exit cli_main(const struct env *env, int argc, const char *const *argv)
{
    struct cli c = { .env = env, .out = stdout, .err = stderr, .out_tty = isatty(STDOUT_FILENO), .err_tty = isatty(STDERR_FILENO) };
    enum cli_exit exit;

    c.zh = cli_lang_is_zh(getenv("LC_ALL"), getenv("LC_MESSAGES"), getenv("LANG"));
    c.color = !getenv("NO_COLOR");
    arena_init(&c.arena, &env->memory, 0);
    exit = run_words(&c, argv + 1, argc > 0 ? argc - 1 : 0);
    if ((fflush(c.out) != 0 || ferror(c.out)) && nobody_reads(STDOUT_FILENO)) exit = CLI_COULD_NOT; /* as `| head` ends it: nothing to say */
    else if (ferror(c.out) && exit == CLI_DONE) {
        c.json = false;
        exit = cli_fail(&c, CLI_COULD_NOT, "output", "The answer could not be written to standard output", "结果无法写到标准输出");
    }
    if (c.arena.failed && exit == CLI_DONE)
        exit = cli_fail_text(&c, CLI_COULD_NOT, "memory", TEXT("Memory ran out"), TEXT("内存不足"));
    arena_release(&c.arena);
    return exit;
}
