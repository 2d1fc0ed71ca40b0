/* zhanggui init: make a store in a database, new or there already. */
#include <jansson.h>
#include "cli/cmds.h"
#include "cli/open.h"

const struct option init_options[] = {
    OPTION_DB,
    { "store", "KEY", true, { "a short name for the commands: letters, digits, - and _", "命令里用的短名：字母、数字、- 和 _" } },
    { "name", "NAME", true, { "the store's name, as people read it", "店铺名称" } },
    { "platform", "WORD", true, { "taobao, tmall, aliexpress, shopify or other", "taobao、tmall、aliexpress、shopify 或 other" } },
    { "currency", "CODE", true, { "of its prices, as CNY", "货币，如 CNY" } },
    { "zone", "ZONE", true, { "of the times in its exports, as Asia/Shanghai", "导出文件的时区，如 Asia/Shanghai" } },
    OPTIONS_END,
};

enum cli_exit init_run(struct cli *c)
{
    struct desk *d = open_desk(c, true);
    struct shop_new n = {
        .key = text_from_cstr(cli_value(c, "store")), .name = text_from_cstr(cli_value(c, "name")),
        .platform = text_from_cstr(cli_value(c, "platform")), .currency = text_from_cstr(cli_value(c, "currency")),
        .zone = text_from_cstr(cli_value(c, "zone")),
    };
    struct desk_message m = { 0 };
    enum desk_result result;

    if (!d) return CLI_COULD_NOT;
    result = desk_shop_create(d, &n, 0, &m);
    desk_close(d);
    if (result != DESK_DONE && strncmp(m.code, "store-", 6) == 0 && strcmp(m.code, "store-exists") != 0)
        return cli_fail_text(c, CLI_WRONG_USE, m.code, text_from_cstr(m.en), text_from_cstr(m.zh)); /* a value that can never be */
    if (result != DESK_DONE) return fail_desk(c, &m);
    if (c->json)
        return cli_json(c, json_pack("{s:s, s:s, s:s, s:s, s:s}", "store", cli_value(c, "store"), "name", cli_value(c, "name"), "platform",
                                     cli_value(c, "platform"), "currency", cli_value(c, "currency"), "zone", cli_value(c, "zone")));
    cli_say(c, "Store %s (%s) is there. Next: zhanggui import --store %s FILE...", "店铺 %s（%s）已建好。下一步：zhanggui import --store %s 文件...",
            cli_value(c, "store"), cli_value(c, "name"), cli_value(c, "store"));
    return CLI_DONE;
}
