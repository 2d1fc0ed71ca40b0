/* Opening a desk to the browser, for the verbs serve and demo. */
#ifndef ZG_CLI_SERVE_H
#define ZG_CLI_SERVE_H
#include "cli/cli.h"
#include "desk/commands.h"
#include "web/web.h"

#define SERVE_OPTIONS \
    { "port", "N", false, { "of the page (default 1111; 0: any free one)", "页面端口（默认 1111；0 为任意空闲端口）" } }, \
    { "address", "ADDRESS", false, { "to listen on (default 127.0.0.1: this machine only)", "监听地址（默认 127.0.0.1，仅本机）" } }, \
    { "no-open", NULL, false, { "do not open a browser", "不打开浏览器" } }, \
    { "public-host", "HOST", false, { "behind a TLS proxy: the name that browsers use", "在 TLS 代理之后：浏览器使用的域名" } }, \
    { "log", NULL, false, { "a line per request on standard error", "在标准错误上逐条记录请求" } }

/* --port; false: said so (wrong use). Before anything is opened. */
bool serve_port(struct cli *c, uint16_t *ret);
/* Serves the opened desk until the process is asked to stop, then closes it. */
enum cli_exit serve_desk(struct cli *c, struct desk *d, uint16_t port, const struct web_demo_login *demo_logins, int demo_login_count);
#endif
