/* zhanggui serve: opens the database for writing, and the desk to the browser. */
#include "cli/cmds.h"
#include "cli/open.h"
#include "cli/serve.h"
#include "os/process.h"

const struct option serve_options[] = {
    OPTION_DB,
    SERVE_OPTIONS,
    { "demo", NULL, false, { "the demo shop, as zhanggui demo", "演示店，同 zhanggui demo" } },
    OPTIONS_END,
};

enum cli_exit serve_run(struct cli *c)
{
    const char *path = cli_db_path(c);
    struct desk_message m = { 0 };
    struct desk *d;
    uint16_t port;

    if (cli_switch(c, "demo")) return demo_run(c);
    if (!serve_port(c, &port)) return CLI_WRONG_USE;
    if (!path) return cli_fail(c, CLI_WRONG_USE, "db", "Say which database with --db FILE", "请用 --db 文件 指明数据库");
    os_stop_prepare();
    make_directories(path);
    d = desk_open(c->env, path, DESK_SERVE, true, &m);
    if (!d) return fail_desk(c, &m);
    tell_interrupted(c);
    return serve_desk(c, d, port, NULL, 0);
}
