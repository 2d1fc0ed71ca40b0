/* zhanggui import --dry-run: what each file is and how its first rows will be understood; with a database also what would be added
 * and changed. Nothing is written, and a file that is not known or cannot be taken is an answer, not a failure. */
#include <inttypes.h>
#include <jansson.h>
#include "cli/cmds.h"
#include "cli/open.h"
#include "desk/files.h"
#include "desk/look.h"
#include "desk/source.h"

/* Before a store is chosen nobody says where and in what is sold. */
#define ZONE_UNTOLD "Asia/Shanghai"
static const struct currency currency_untold = { "CNY" };

struct dry {
    struct cli *c;
    struct store reader;
    struct shop shop;
    bool has_shop;
    struct profile_set *profiles;
    struct intake_options options;
    const char *database;
    json_t *files;
    struct progress progress;
};

static json_t *string(struct text t) { return json_stringn(t.ptr ? t.ptr : "", t.len); }

static json_t *said(const char *code, struct text en, struct text zh)
{
    return json_pack("{s:s, s:o, s:o}", "code", code, "en", string(en), "zh", string(zh));
}

/* ---- one table as JSON ---- */

static json_t *columns_json(const struct intake_scan_result *r)
{
    json_t *list = json_array();

    for (int i = 0; i < r->column_count; i++) {
        json_t *samples = json_array();
        for (int k = 0; k < 3; k++)
            if (r->columns[i].samples[k].len) json_array_append_new(samples, string(r->columns[i].samples[k]));
        json_array_append_new(list, json_pack("{s:o, s:o, s:o}", "header", string(r->columns[i].header), "field",
                                              r->columns[i].field.len ? string(r->columns[i].field) : json_null(), "samples", samples));
    }
    return list;
}

/* Why the row is set aside stands at its cell, or at the first one when the whole row is meant. */
static json_t *cell_json(const struct look_table *t, int row, int column)
{
    const struct understood *u = &t->cells[row * t->scan.column_count + column];
    const struct intake_fault *f = &t->faults[row];
    const int at = f->column > 0 ? f->column - 1 : 0;
    json_t *doubt = json_null();

    /* the preview may know better why than the reader */
    if (f->code.len > 0 && at == column && u->doubt != DOUBT_AMBIGUOUS_DATE) doubt = said(f->code.ptr, f->what_en, f->what_zh);
    else if (u->doubt != DOUBT_NONE) doubt = said(cell_doubt_word(u->doubt), cell_doubt_text(u->doubt, false), cell_doubt_text(u->doubt, true));
    return json_pack("{s:o, s:o, s:o, s:o}", "text", string(t->scan.preview[row][column]), "field",
                     t->scan.columns[column].field.len ? string(t->scan.columns[column].field) : json_null(), "understood",
                     u->text.len ? string(u->text) : json_null(), "doubt", doubt);
}

static json_t *preview_json(const struct look_table *t)
{
    json_t *rows = json_array();

    for (int r = 0; r < t->scan.preview_count; r++) {
        json_t *cells = json_array();
        for (int k = 0; k < t->scan.column_count; k++) json_array_append_new(cells, cell_json(t, r, k));
        json_array_append_new(rows, cells);
    }
    return rows;
}

static json_t *table_json(struct dry *d, const char *name, const struct look_table *t)
{
    const struct intake_scan_result *r = &t->scan;
    const bool dated = r->profile && r->as_of_ms != INSTANT_NONE;
    json_t *j = json_pack("{s:s, s:o, s:o, s:s, s:I, s:i, s:o, s:o, s:o}", "file", name,
        "profile", r->profile ? string(profile_name(r->profile)) : json_null(), "subject", r->profile ? json_string(subject_word(profile_subject(r->profile))) : json_null(),
        "encoding", intake_encoding_word(r->encoding), "rows", (json_int_t)r->rows, "header_line", r->header_line,
        "as_of", dated ? string(instant_print(&d->c->arena, r->as_of_ms, d->options.zone)) : json_null(), "columns", columns_json(r), "preview", preview_json(t));

    if (r->part.sheet.len) json_object_set_new(j, "sheet", string(r->part.sheet));
    if (r->part.member.len) json_object_set_new(j, "member", string(r->part.member));
    if (r->refusal != REFUSED_NOT) json_object_set_new(j, "refused", said(intake_refusal_word(r->refusal), r->refusal_en, r->refusal_zh));
    if (t->quarantined >= 0) json_object_set_new(j, "quarantined", json_integer(t->quarantined));
    return j;
}

static void refused_file(struct dry *d, const char *name, const struct look *look)
{
    json_array_append_new(d->files, json_pack("{s:s, s:n, s:n, s:s, s:i, s:i, s:n, s:[], s:[], s:o}", "file", name, "profile", "subject", "encoding", "", "rows", 0,
                                              "header_line", 0, "as_of", "columns", "preview", "refused",
                                              said(intake_refusal_word(look->refusal), look->refusal_en, look->refusal_zh)));
}

/* ---- what would change ---- */

static bool watch(void *ctx, const struct import_figures *f)
{
    int64_t done = 0;

    for (int i = 0; i < f->file_count; i++) done += f->files[i].rows_done;
    progress_show(ctx, "Trying %" PRId64 " rows", "试算 %" PRId64 " 行", done);
    return true;
}

static bool same_table(json_t *j, const struct import_file_figures *x)
{
    const char *sheet = json_string_value(json_object_get(j, "sheet")), *member = json_string_value(json_object_get(j, "member"));

    return !strcmp(json_string_value(json_object_get(j, "file")), x->name) && !strcmp(sheet ? sheet : "", x->sheet) && !strcmp(member ? member : "", x->member)
        && !json_object_get(j, "will");
}

static void put_will(struct dry *d, const struct import_figures *f)
{
    json_t *j;
    size_t at;

    for (int i = 0; i < f->file_count; i++) {
        const struct import_file_figures *x = &f->files[i];
        json_array_foreach(d->files, at, j) {
            if (!same_table(j, x)) continue;
            json_object_set_new(j, "will", json_pack("{s:I, s:I, s:I}", "added", (json_int_t)x->added, "updated", (json_int_t)x->updated, "unchanged",
                                                     (json_int_t)x->unchanged));
            break;
        }
    }
}

/* The files of which an import would take something, tried together: what one adds the next one finds. */
static void try_import(struct dry *d, const char *const *paths, int count)
{
    struct import_ask ask = { .store = text_from_cstr(d->shop.key), .paths = paths, .count = count, .profile = cli_value(d->c, "profile"),
                              .zone = cli_value(d->c, "zone"), .as_of_ms = d->options.as_of_ms };
    struct import_figures *f = ARENA_NEW(&d->c->arena, struct import_figures);
    struct desk_message m = { 0 };

    if (!f || count == 0) return;
    if (desk_import_rehearse(d->c->env, d->database, &ask, watch, &d->progress, f, &m) == DESK_DONE) put_will(d, f);
    else cli_warn(d->c, "%s", "%s", d->c->zh ? m.zh : m.en);
}

/* ---- the verb ---- */

static bool look_progress(void *ctx, int64_t done, int64_t all)
{
    progress_show(ctx, "Looking through the files: %" PRId64 " %%", "正在查看文件：%" PRId64 " %%", all > 0 ? done * 100 / all : 0);
    return true;
}

/* True when an import would take something of it. */
static bool look_one(struct dry *d, const char *path)
{
    char name[256];
    struct look look;
    bool known = false;
    const struct look_ask ask = { .env = d->c->env, .path = path, .name = name, .profiles = d->profiles, .options = &d->options,
        .any_currency = !d->has_shop, .count = true, .progress = look_progress, .progress_ctx = &d->progress };

    file_shown_name(path, name, sizeof name);
    if (!look_at_file(&d->c->arena, &ask, &look)) return false;
    if (look.refusal != REFUSED_NOT) refused_file(d, name, &look);
    for (int i = 0; i < look.count; i++) {
        const struct look_table *t = look.tables[i];
        json_array_append_new(d->files, table_json(d, name, t));
        known = known || (t->scan.profile && t->scan.refusal == REFUSED_NOT);
    }
    return known;
}

static enum cli_exit dry_begin(struct dry *d)
{
    struct cli *c = d->c;
    const bool wants_store = cli_value(c, "db") || cli_value(c, "store");
    const char *zone = cli_value(c, "zone"), *profile = cli_value(c, "profile"), *encoding = cli_value(c, "encoding");
    char error[256] = "";
    struct desk_message m = { 0 };

    d->options = (struct intake_options){ .zone = c->env->zone(c->env->ctx, ZONE_UNTOLD), .find_zone = c->env->zone, .find_zone_ctx = c->env->ctx,
                                          .currency = currency_untold, .now_ms = c->env->now_ms(c->env->ctx) };
    if (wants_store) {
        if (!open_reader(c, &d->reader)) return CLI_COULD_NOT;
        const enum cli_exit found = open_shop(c, &d->reader, &d->shop);
        if (found != CLI_DONE) return found;
        d->has_shop = true;
        d->database = cli_db_path(c);
        d->options = shop_intake_options(c->env, &d->shop);
    }
    d->profiles = d->has_shop ? desk_profile_set(c->env, &d->reader, &d->shop, &m) : profile_set_create(&c->env->memory, error, sizeof error);
    if (!d->profiles) return d->has_shop ? fail_desk(c, &m) : cli_fail(c, CLI_COULD_NOT, "profiles", "%s", "%s", error);
    if (!cli_instant(c, "as-of", &d->options.as_of_ms)) return CLI_WRONG_USE;
    if (zone) d->options.zone = c->env->zone(c->env->ctx, zone);
    if (!d->options.zone) return cli_fail(c, CLI_WRONG_USE, "zone", "There is no time zone \"%s\"; zones are IANA names, as Asia/Shanghai", "没有时区“%s”；时区须为 IANA 名称，如 Asia/Shanghai", zone ? zone : ZONE_UNTOLD);
    if (profile) d->options.profile = profile_set_find(d->profiles, text_from_cstr(profile));
    if (profile && !d->options.profile) return cli_fail(c, CLI_WRONG_USE, "profile", "There is no profile \"%s\"", "没有格式“%s”", profile);
    d->options.encoding_asked = encoding && intake_encoding_find(text_from_cstr(encoding), &d->options.encoding);
    return CLI_DONE;
}

static void dry_table(struct cli *c, json_t *files)
{
    struct table t;
    json_t *j;
    size_t i;

    table_begin(&t, c, (int)json_array_size(files));
    table_column(&t, (struct words){ "file", "文件" }, false);
    table_column(&t, (struct words){ "profile", "格式" }, false);
    table_column(&t, (struct words){ "encoding", "编码" }, false);
    table_column(&t, (struct words){ "rows", "行" }, true);
    table_column(&t, (struct words){ "to mend", "待改" }, true);
    table_column(&t, (struct words){ "adds", "新增" }, true);
    table_column(&t, (struct words){ "updates", "更新" }, true);
    json_array_foreach(files, i, j) {
        const char *sheet = json_string_value(json_object_get(j, "sheet")), *profile = json_string_value(json_object_get(j, "profile"));
        const char *member = json_string_value(json_object_get(j, "member"));
        json_t *will = json_object_get(j, "will");
        table_row(&t, (struct text[]){ arena_printf(&c->arena, "%s%s%s%s%s", json_string_value(json_object_get(j, "file")), member ? " › " : "", member ? member : "",
                                                    sheet ? " › " : "", sheet ? sheet : ""),
            text_from_cstr(profile ? profile : "–"), text_from_cstr(json_string_value(json_object_get(j, "encoding"))),
            cli_count(c, json_integer_value(json_object_get(j, "rows"))), cli_count(c, json_integer_value(json_object_get(j, "quarantined"))),
            will ? cli_count(c, json_integer_value(json_object_get(will, "added"))) : TEXT("–"),
            will ? cli_count(c, json_integer_value(json_object_get(will, "updated"))) : TEXT("–") });
    }
    table_print(&t);
    json_array_foreach(files, i, j) {
        json_t *refused = json_object_get(j, "refused");
        if (refused) cli_say(c, "%s", "%s", json_string_value(json_object_get(refused, c->zh ? "zh" : "en")));
    }
    cli_say(c, "Nothing was changed", "没有任何改动");
}

enum cli_exit import_dry_run(struct cli *c)
{
    struct dry d = { .c = c, .files = json_array() };
    const char **known = ARENA_ARRAY(&c->arena, const char *, (size_t)c->operand_count);
    int known_count = 0;
    enum cli_exit exit = known ? dry_begin(&d) : CLI_COULD_NOT;

    if (exit == CLI_DONE) {
        progress_begin(&d.progress, c);
        for (int i = 0; i < c->operand_count; i++)
            if (look_one(&d, c->operands[i])) known[known_count++] = c->operands[i];
        if (d.has_shop) try_import(&d, known, known_count);
        progress_end(&d.progress);
        if (c->json) exit = cli_json(c, json_pack("{s:O}", "files", d.files));
        else dry_table(c, d.files);
    }
    json_decref(d.files);
    if (d.profiles) profile_set_free(d.profiles);
    if (d.reader.db) store_close(&d.reader);
    return exit;
}
