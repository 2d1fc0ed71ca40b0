/* See serve.h: starts the web server, says where, and waits. */
#include "cli/serve.h"
#include <inttypes.h>
#include <jansson.h>
#include "cli/open.h"
#include "os/process.h"
#include "store/account_store.h"

enum { MERCHANT = 1 }; /* the one of an embedded database */

struct code { bool needed, ok; char text[SETUP_CODE_BYTES]; };

static bool make_code(struct store *s, void *arg)
{
    struct code *code = arg;

    code->ok = setup_needed(s, MERCHANT, &code->needed) && (!code->needed || setup_code_make(s, MERCHANT, code->text));
    return code->ok;
}

static void stop_on_failure(void *ctx, const char *message)
{
    (void)ctx;
    (void)message; /* desk_failed() tells the waiting thread, which says it once */
    os_stop_now();
}

static void log_line(void *ctx, const char *line) { fprintf(((struct cli *)ctx)->err, "%s\n", line); }

static void say_open(struct cli *c, const char *url, const struct code *code)
{
    if (c->json) {
        json_t *answer = code->needed ? json_pack("{s:s, s:s}", "url", url, "setup_code", code->text) : json_pack("{s:s}", "url", url);
        (void)cli_json(c, answer);
    } else {
        cli_say(c, "The desk is open on %s", "掌柜已打开：%s", url);
        if (code->needed)
            cli_say(c, "First time: the page asks for this one-time code: %s", "第一次使用：页面会问这个一次性口令：%s", code->text);
        cli_say(c, "Ctrl+C closes it.", "按 Ctrl+C 关闭。");
    }
    fflush(c->out);
}

/* Starts the server; NULL: said so. */
static struct web *start(struct cli *c, struct desk *d, uint16_t port, const struct web_demo_login *demo_logins, int demo_login_count)
{
    struct web_options o = {
        .env = c->env, .desk = d, .version = ZG_VERSION, .address = cli_value(c, "address"), .public_host = cli_value(c, "public-host"),
        .demo = demo_logins != NULL,
        .port = port, .demo_logins = demo_logins, .demo_login_count = demo_login_count, .log = cli_switch(c, "log") ? log_line : NULL, .log_ctx = c,
    };
    char message[512];
    struct web *w = web_start(&o, message, sizeof message);

    if (!w)
        cli_fail_text(c, CLI_COULD_NOT, "web", text_from_cstr(message),
                      arena_printf(&c->arena, "地址 %s 的端口 %u 用不了，可能已被占用；请用 --port 换一个", o.address ? o.address : "127.0.0.1", port));
    return w;
}

bool serve_port(struct cli *c, uint16_t *ret)
{
    int64_t port;

    if (!cli_number(c, "port", 0, 65535, 1111, &port)) return false;
    *ret = (uint16_t)port;
    return true;
}

enum cli_exit serve_desk(struct cli *c, struct desk *d, uint16_t port, const struct web_demo_login *demo_logins, int demo_login_count)
{
    const char *address = cli_value(c, "address");
    enum cli_exit exit = CLI_DONE;
    struct code code = { 0 };
    struct text url;
    struct web *w;

    if (writer_call(desk_writer(d), make_code, &code) != WRITER_DONE) {
        desk_close(d);
        return cli_fail(c, CLI_COULD_NOT, "database", "The database cannot be written", "数据库无法写入");
    }
    if (code.needed && address && strcmp(address, "127.0.0.1") != 0 && strcmp(address, "::1") != 0) {
        desk_close(d);
        return cli_fail(c, CLI_COULD_NOT, "no-owner", "This desk has no owner yet: do the first set-up on 127.0.0.1, then listen on %s",
                        "还没有店主：请先在 127.0.0.1 上完成开张，再监听 %s", address);
    }
    desk_on_failure(d, stop_on_failure, c);
    w = start(c, d, port, demo_logins, demo_login_count);
    if (!w) {
        desk_close(d);
        return CLI_COULD_NOT;
    }
    url = arena_printf(&c->arena, strchr(address ? address : "", ':') ? "http://[%s]:%u" : "http://%s:%u", address ? address : "127.0.0.1",
                       web_port(w));
    tell_walls(c, desk_importer_walls(d));
    say_open(c, url.ptr, &code);
    if (!cli_switch(c, "no-open")) os_show_url(url.ptr);
    os_stop_wait();
    if (desk_failed(d))
        exit = cli_fail(c, CLI_COULD_NOT, "failed", "The disk refused a write; what was acknowledged is safe; start again when it is mended",
                        "磁盘拒绝写入；已确认的数据都在；修好后请重新启动");
    web_stop(w);
    desk_close(d);
    return exit;
}
