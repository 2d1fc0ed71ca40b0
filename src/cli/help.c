/* --help: printed from the table of verbs, so that it cannot drift from what is accepted. */
#include "cli/cli.h"

static void usage(const struct cli *c, const struct verb *v, FILE *to)
{
    fprintf(to, "zhanggui %s", v->name);
    for (const struct option *o = v->options; o->name; o++) {
        const char *open = o->required ? " " : " [", *close = o->required ? "" : "]";
        if (o->value) fprintf(to, "%s--%s %s%s", open, o->name, o->value, close);
        else fprintf(to, "%s--%s%s", open, o->name, close);
    }
    fputs(" [--json]", to);
    if (v->operands) fprintf(to, " %s", v->operands);
    fputc('\n', to);
    (void)c;
}

static void option_lines(const struct cli *c, const struct option *o, FILE *to)
{
    for (; o->name; o++) {
        int width = fprintf(to, "  --%s%s%s", o->name, o->value ? " " : "", o->value ? o->value : "");
        fprintf(to, "%*s%s\n", width < 24 ? 24 - width : 1, "", cli_pick(c, o->what));
    }
}

void help_verb(struct cli *c, const struct verb *v, FILE *to)
{
    fprintf(to, "zhanggui %s: %s\n\n%s", v->name, cli_pick(c, v->summary), c->zh ? "用法：" : "Usage:   ");
    usage(c, v, to);
    fprintf(to, "%s%s\n\n%s\n", c->zh ? "例如：" : "Example: ", v->example, c->zh ? "选项：" : "Options:");
    option_lines(c, v->options, to);
    option_lines(c, common_options, to);
    fprintf(to, "\n%s\n", c->zh ? "退出码：0 完成，1 做不到，2 用法不对。" : "Exit code: 0 done, 1 could not, 2 wrong use.");
}

void help_all(struct cli *c, FILE *to)
{
    fprintf(to, "%s\n\n%s\n\n", c->zh ? "掌柜 zhanggui：小网店的案头。从平台导出的订单，到今天该做的事。"
                                       : "zhanggui (掌柜), the desk of a small online shop: from the platform's order export to today's work.",
            c->zh ? "用法：zhanggui 动词 [选项]；每个动词都有 --help 和例子。"
                  : "Usage: zhanggui VERB [OPTIONS]; each verb has --help with an example.");
    for (int i = 0; i < verb_count; i++) {
        int width = fprintf(to, "  %s", verbs[i].name);
        fprintf(to, "%*s%s\n", 18 - width, "", cli_pick(c, verbs[i].summary));
    }
    fprintf(to, "\n%s\n", c->zh ? "第一次用：zhanggui demo 打开演示店；zhanggui serve 打开自己的店。"
                                 : "First time here: zhanggui demo opens a demo shop; zhanggui serve opens your own.");
}
