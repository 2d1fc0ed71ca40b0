/* What each verb's file gives to the table in verbs.c. To add a verb: a file NAME_cmd.c, its two lines here, its row there,
 * its story in test/story. */
#ifndef ZG_CLI_CMDS_H
#define ZG_CLI_CMDS_H
#include "cli/cli.h"

#define OPTION_DB { "db", "FILE", false, { "the shop's database (default: $ZHANGGUI_DB, else ~/.local/share/zhanggui/shop.db)", \
                                           "店铺数据库（默认：$ZHANGGUI_DB，再默认 ~/.local/share/zhanggui/shop.db）" } }
#define OPTION_STORE { "store", "KEY", false, { "which store (may be left out when there is only one)", "哪家店（只有一家时可省略）" } }
#define OPTIONS_END { NULL, NULL, false, { NULL, NULL } }

#define CMD(name) \
    extern const struct option name##_options[]; \
    enum cli_exit name##_run(struct cli *c)

CMD(init);
CMD(import);
enum cli_exit import_dry_run(struct cli *c); /* import --dry-run */
CMD(import_list);
CMD(import_resume);
CMD(import_undo);
CMD(today);
CMD(orders);
CMD(records);
CMD(review);
CMD(policy);
CMD(policy_set);
CMD(explain);
CMD(waves);
extern const struct option outbox_options[], outbox_resolve_options[];
enum cli_exit outbox_run(struct cli *c);
enum cli_exit outbox_resolve_run(struct cli *c);
extern const struct option suppress_options[];
enum cli_exit suppress_add_run(struct cli *c);
enum cli_exit suppress_remove_run(struct cli *c);
CMD(delay);
CMD(lift);
CMD(texts_list);
CMD(texts_lint);
CMD(texts_render);
CMD(team);
CMD(team_set);
CMD(queue);
CMD(board);
CMD(verify);
CMD(export);
CMD(person_export);
CMD(person_erase);
CMD(backup);
CMD(restore);
CMD(token_make);
CMD(token_list);
CMD(token_revoke);
CMD(feed_list);
CMD(feed_secret);
CMD(feed_forget);
CMD(feed_limit);
CMD(feed_folder);
CMD(channel_list);
CMD(channel_add);
CMD(channel_test);
CMD(channel_remove);
CMD(demo);
CMD(serve);
#endif
