/* See look.h. */
#include "desk/look.h"
#include "desk/files.h"
#include "desk/source.h"

enum { PREVIEW_ROWS = sizeof ((struct intake_scan_result *)0)->preview / sizeof ((struct intake_scan_result *)0)->preview[0] };

struct looking { struct arena *a; const struct look_ask *ask; struct file_source file; struct file_spill spill_file; struct intake_spill spill; struct intake_source source; };

/* ---- the currency where no store says it ---- */

static bool amounts_fit(const struct intake_scan_result *scan, struct currency currency)
{
    for (int c = 0; c < scan->column_count; c++) {
        const enum field f = field_find(scan->columns[c].field);
        if (f == FIELD_NONE || strcmp(field_about(f)->kind, "money") != 0) continue;
        int64_t ignored;
        for (int r = 0; r < scan->preview_count; r++)
            if (money_parse(scan->preview[r][c], currency, &ignored) == MONEY_OTHER_CURRENCY) return false;
    }
    return true;
}

static struct currency currency_of(const struct intake_scan_result *scan, struct currency fallback)
{
    static const char codes[][4] = { "CNY", "USD", "EUR", "GBP", "BRL", "JPY" };
    struct currency told;
    for (int c = 0; c < scan->column_count; c++)
        if (text_is(scan->columns[c].field, "currency") && currency_parse(scan->columns[c].samples[0], &told)) return told;
    if (amounts_fit(scan, fallback)) return fallback;
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
        if (currency_parse(text_from_cstr(codes[i]), &told) && amounts_fit(scan, told)) return told;
    return fallback;
}

/* ---- the rows ---- */

static void keep_fault(struct arena *a, struct look_table *t, const struct intake_fault *f)
{
    for (int r = 0; r < t->scan.preview_count; r++) {
        if (t->scan.preview_line[r] != f->line || t->faults[r].code.len > 0) continue;
        t->faults[r] = (struct intake_fault){ .line = f->line, .column = f->column, .column_name = arena_text(a, f->column_name), .value = arena_text(a, f->value),
            .code = arena_text(a, f->code), .what_en = arena_text(a, f->what_en), .what_zh = arena_text(a, f->what_zh),
            .remedy_en = arena_text(a, f->remedy_en), .remedy_zh = arena_text(a, f->remedy_zh) };
        return;
    }
}

/* Reads the rows as an import would: all of them, or as far as the preview goes. False when it was stopped. */
static bool rows_read(struct looking *k, const struct intake_options *options, struct look_table *t)
{
    const struct look_ask *ask = k->ask;
    const int64_t last_line = t->scan.preview_count > 0 ? t->scan.preview_line[t->scan.preview_count - 1] : 0;
    struct arena batch;
    arena_init(&batch, &ask->env->memory, 0);
    struct intake_row *row = ARENA_NEW(k->a, struct intake_row);
    struct intake_reader *reader = row && file_source_rewind(&k->file) ? intake_reader_open(&ask->env->memory, &k->source, options, &t->scan) : NULL;
    struct intake_fault fault;
    int64_t quarantined = 0, rows = 0;
    bool more = reader != NULL, going = true;
    while (more && going) {
        const enum intake_row_kind kind = intake_reader_next(reader, &batch, row, &fault);
        if (kind == ROW_FAULT) keep_fault(k->a, t, &fault), quarantined++;
        more = (kind == ROW_CLAIM || kind == ROW_FAULT) && (ask->count || intake_reader_line(reader) < last_line);
        if (kind == ROW_END && ask->count) t->quarantined = quarantined;
        if (++rows % 4096 == 0) {
            arena_clear(&batch);
            going = !ask->progress || ask->progress(ask->progress_ctx, intake_reader_bytes(reader), t->scan.bytes);
        }
    }
    if (reader) intake_reader_close(reader);
    arena_release(&batch);
    return going;
}

static bool table_look(struct looking *k, const struct intake_part *part, struct look_table *t)
{
    const struct look_ask *ask = k->ask;
    struct intake_options options = *ask->options;
    struct understander u;
    options.part = part;
    options.spill = &k->spill;
    t->quarantined = -1;
    if (!intake_scan(k->a, ask->profiles, &k->source, &options, ask->progress, ask->progress_ctx, &t->scan)) return false;
    if (ask->any_currency && t->scan.profile) options.currency = currency_of(&t->scan, options.currency);
    t->currency = options.currency;
    options.as_of_ms = t->scan.as_of_ms;
    t->cells = ARENA_ARRAY(k->a, struct understood, (size_t)PREVIEW_ROWS * (size_t)(t->scan.column_count + 1));
    t->faults = ARENA_ARRAY(k->a, struct intake_fault, PREVIEW_ROWS);
    if (!t->cells || !t->faults || !understander_init(&u, k->a, t->scan.profile, &options) || !understand_preview(&u, &t->scan, t->cells)) return false;
    if (t->scan.refusal != REFUSED_NOT || !t->scan.profile) return true;
    options.profile = t->scan.profile;
    return rows_read(k, &options, t);
}

/* ---- the file ---- */

static enum intake_refusal path_refusal(const char *path, int64_t *ret_bytes)
{
    switch (file_look(path, ret_bytes)) {
    case FILE_PLAIN: return REFUSED_NOT;
    case FILE_DIRECTORY: return REFUSED_DIRECTORY;
    case FILE_ABSENT: case FILE_OTHER: case FILE_UNREADABLE: break;
    }
    return REFUSED_UNREADABLE;
}

static bool tables_look(struct looking *k, struct look *ret)
{
    struct intake_options options = *k->ask->options;
    struct intake_parts parts;
    options.spill = &k->spill;
    if (!intake_parts(k->a, &k->source, &options, &parts)) return false;
    ret->refusal = parts.refusal;
    ret->refusal_en = parts.refusal_en;
    ret->refusal_zh = parts.refusal_zh;
    ret->tables = ARENA_ARRAY(k->a, struct look_table *, (size_t)parts.count + 1);
    if (!ret->tables) return false;
    for (int i = 0; i < parts.count; i++) {
        ret->tables[i] = ARENA_NEW(k->a, struct look_table);
        if (!ret->tables[i] || !table_look(k, &parts.list[i], ret->tables[i])) return false;
        ret->count++;
    }
    return true;
}

bool look_at_file(struct arena *a, const struct look_ask *ask, struct look *ret)
{
    struct looking k = { .a = a, .ask = ask, .file = { .env = ask->env, .path = ask->path, .fd = -1, .at_fd = -1 } };
    int64_t bytes = 0;
    *ret = (struct look){ .refusal = path_refusal(ask->path, &bytes) };
    if (ret->refusal != REFUSED_NOT) {
        struct intake_scan_result *said = ARENA_NEW(a, struct intake_scan_result);
        if (!said) return false;
        intake_refuse(a, ret->refusal, text_from_cstr(ask->name), said);
        ret->refusal_en = said->refusal_en;
        ret->refusal_zh = said->refusal_zh;
        return !a->failed;
    }
    k.source = file_source_of(&k.file, ask->name, bytes);
    k.spill = file_spill_of(&k.spill_file, ask->env, ask->spill_directory);
    const bool ok = tables_look(&k, ret);
    file_source_close(&k.file);
    file_spill_close(&k.spill_file);
    return ok && !a->failed;
}
