/* zhanggui backup and restore: a copy of the database, taken while it is used, and put back, through the running desk where there is one. */
#include <inttypes.h>
#include <jansson.h>
#include "cli/cmds.h"
#include "cli/open.h"

const struct option backup_options[] = { OPTION_DB, OPTIONS_END };
const struct option restore_options[] = { OPTION_DB, OPTIONS_END };

enum cli_exit backup_run(struct cli *c)
{
    struct desk *d = open_desk(c, false);
    struct desk_message m = { 0 };
    enum desk_result result;
    int64_t bytes = 0;

    if (!d) return CLI_COULD_NOT;
    result = desk_backup(d, c->operands[0], &bytes, &m);
    desk_close(d);
    if (result != DESK_DONE) return fail_desk(c, &m);
    if (c->json) return cli_json(c, json_pack("{s:s, s:I}", "file", c->operands[0], "bytes", (json_int_t)bytes));
    cli_say(c, "Backup written and checked: %s, %s bytes", "备份已写好并核对：%s，%s 字节", c->operands[0], cli_cstr(c, cli_count(c, bytes)));
    return CLI_DONE;
}

enum cli_exit restore_run(struct cli *c)
{
    const char *path = cli_db_path(c);
    struct desk_message m = { 0 };

    if (!path)
        return cli_fail(c, CLI_WRONG_USE, "db", "Say which database to restore with --db FILE", "请用 --db 文件 指明要恢复的数据库");
    make_directories(path);
    if (desk_restore(c->env, path, c->operands[0], &m) != DESK_DONE) return fail_desk(c, &m);
    if (c->json) return cli_json(c, json_pack("{s:s, s:s}", "db", path, "from", c->operands[0]));
    cli_say(c, "%s now holds what %s held; everybody signs in again. What it held before is in %s.before-restore",
            "%s 的内容现在与 %s 相同；所有人需重新登录。原来的内容在 %s.before-restore", path, c->operands[0], path);
    return CLI_DONE;
}
