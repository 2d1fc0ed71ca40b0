/* See look.h. */
#include "desk/look.h"
#include "desk/files.h"
#include "desk/importer.h"

enum { PREVIEW_ROWS = sizeof ((struct intake_scan_result *)0)->preview / sizeof ((struct intake_scan_result *)0)->preview[0] };

enum { LOOKED_ROWS_MAX = 1000 }; /* to come behind the last one of the preview, unless all are counted */
struct looking { struct arena *a; const struct look_ask *ask; struct importer *importer; };

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
    struct intake_fault fault;
    int64_t quarantined = 0, rows = 0;
    bool more = row && importer_read(k->importer, options, &t->scan, ask->count ? 0 : LOOKED_ROWS_MAX), going = true;
    while (more && going) {
        const enum intake_row_kind kind = importer_next(k->importer, &batch, row, &fault);
        if (kind == ROW_FAULT) keep_fault(k->a, t, &fault), quarantined++;
        more = (kind == ROW_CLAIM || kind == ROW_FAULT) && (ask->count || importer_line(k->importer) < last_line);
        if (kind == ROW_END && ask->count) t->quarantined = quarantined;
        if (++rows % 4096 == 0) {
            arena_clear(&batch);
            going = !ask->progress || ask->progress(ask->progress_ctx, importer_bytes(k->importer), t->scan.bytes);
        }
    }
    arena_release(&batch);
    if (importer_fault(k->importer) != IMPORTER_WELL) {
        t->scan.refusal = REFUSED_STOPPED;
        importer_refusal(k->importer, k->a, &t->scan.refusal_en, &t->scan.refusal_zh);
    }
    return going;
}

static bool table_look(struct looking *k, const struct intake_part *part, struct look_table *t)
{
    const struct look_ask *ask = k->ask;
    struct intake_options options = *ask->options;
    struct understander u;
    options.part = part;
    t->quarantined = -1;
    if (!importer_scan(k->importer, k->a, &options, ask->progress, ask->progress_ctx, &t->scan)) return false;
    if (ask->any_currency && t->scan.profile) options.currency = currency_of(&t->scan, options.currency);
    t->currency = options.currency;
    options.as_of_ms = t->scan.as_of_ms;
    t->cells = ARENA_ARRAY(k->a, struct understood, (size_t)PREVIEW_ROWS * (size_t)(t->scan.column_count + 1));
    t->faults = ARENA_ARRAY(k->a, struct intake_fault, PREVIEW_ROWS);
    if (!t->cells || !t->faults || !understander_init(&u, k->a, t->scan.profile, &options) || !understand_preview(&u, &t->scan, t->cells)) return false;
    if (!t->scan.profile && t->scan.column_count > 0) {
        t->guess = ARENA_NEW(k->a, struct guess);
        return t->guess && guess_make(k->a, ask->profiles, &t->scan, &options, t->guess);
    }
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
    struct intake_parts parts;
    if (!importer_parts(k->importer, k->a, k->ask->options, &parts)) return false;
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
    struct looking k = { .a = a, .ask = ask };
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
    k.importer = importer_open(&(struct importer_ask){ .env = ask->env, .path = ask->path, .name = text_from_cstr(ask->name), .bytes = bytes,
                                                       .spill_beside = ask->spill_beside, .profiles = ask->profiles, .stop = ask->stop, .stop_ctx = ask->stop_ctx });
    const bool ok = k.importer && tables_look(&k, ret);
    importer_close(k.importer);
    return ok && !a->failed;
}
