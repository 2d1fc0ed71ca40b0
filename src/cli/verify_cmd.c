/* zhanggui verify: recompute everything by other means and compare; and walk the audit chain. Exit 1 when anything disagrees. */
#include <inttypes.h>
#include <jansson.h>
#include "cli/cmds.h"
#include "cli/open.h"
#include "store/audit_store.h"
#include "store/verify.h"

enum { MERCHANT = 1 };

const struct option verify_options[] = { OPTION_DB, OPTIONS_END };

static void show_table(void *ctx, const char *table)
{
    progress_show(ctx, "Recomputing: %s", "正在重算：%s", table);
}

static json_t *report_json(const struct verify_report *r, const struct audit_report *a)
{
    json_t *findings = json_array();

    for (int i = 0; i < r->finding_count; i++) {
        const struct verify_finding *f = &r->findings[i];
        json_array_append_new(findings, json_pack("{s:s, s:s, s:s, s:s, s:s}", "table", f->table, "key", f->key, "column", f->column,
                                                  "expected", f->expected, "found", f->found));
    }
    return json_pack("{s:b, s:I, s:I, s:I, s:o, s:{s:I, s:o, s:s}}", "ok", r->disagreements == 0 && a->broken_seq == 0, "checks",
                     (json_int_t)r->checks, "rows", (json_int_t)r->rows, "disagreements", (json_int_t)r->disagreements, "findings", findings,
                     "audit", "rows", (json_int_t)a->rows, "broken_seq", a->broken_seq ? json_integer(a->broken_seq) : json_null(), "what",
                     a->broken_seq ? a->what : "");
}

static void print_findings(struct cli *c, const struct verify_report *r)
{
    struct table t;

    table_begin(&t, c, r->finding_count);
    table_column(&t, (struct words){ "table", "表" }, false);
    table_column(&t, (struct words){ "row", "行" }, false);
    table_column(&t, (struct words){ "column", "列" }, false);
    table_column(&t, (struct words){ "recomputed", "重算" }, true);
    table_column(&t, (struct words){ "found", "现有" }, true);
    for (int i = 0; i < r->finding_count; i++) {
        const struct verify_finding *f = &r->findings[i];
        table_row(&t, (struct text[]){ text_from_cstr(f->table), text_from_cstr(f->key), text_from_cstr(f->column), text_from_cstr(f->expected),
                                       text_from_cstr(f->found) });
    }
    if (r->finding_count > 0) table_print(&t);
}

static enum cli_exit tell(struct cli *c, const struct verify_report *r, const struct audit_report *a)
{
    if (!c->json) print_findings(c, r);
    else if (cli_json(c, report_json(r, a)) != CLI_DONE) return CLI_COULD_NOT;
    if (r->disagreements > 0)
        return cli_fail(c, CLI_COULD_NOT, "disagrees", "%" PRId64 " of the figures that are kept disagree with what was told; restore a backup, or import the exports again",
                        "保存的数字有 %" PRId64 " 处与导入的内容不符；请恢复备份，或重新导入订单文件", r->disagreements);
    if (a->broken_seq > 0)
        return cli_fail(c, CLI_COULD_NOT, "audit", "The audit chain is broken at row %" PRId64 ": %s", "审计链在第 %" PRId64 " 条断开：%s", a->broken_seq, a->what);
    if (!c->json)
        cli_say(c, "Everything agrees: %s rows recomputed in %s comparisons, %s rows of the audit chain.", "全部相符：重算 %s 行，%s 项比较，审计链 %s 条。",
                cli_cstr(c, cli_count(c, r->rows)), cli_cstr(c, cli_count(c, r->checks)), cli_cstr(c, cli_count(c, a->rows)));
    return CLI_DONE;
}

enum cli_exit verify_run(struct cli *c)
{
    struct verify_report *report = ARENA_NEW(&c->arena, struct verify_report);
    struct audit_report audit = { 0 };
    struct progress p;
    struct store reader;
    enum cli_exit exit;
    bool ok;

    if (!report || !open_reader(c, &reader)) return CLI_COULD_NOT;
    progress_begin(&p, c);
    ok = store_verify(&reader, report, show_table, &p) && audit_verify(&reader, MERCHANT, &audit);
    progress_end(&p);
    exit = ok ? tell(c, report, &audit) : fail_store(c, &reader);
    store_close(&reader);
    return exit;
}
