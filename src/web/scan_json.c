/* What the page is told about a file before it is imported: what it is, how each column is understood, the first rows and their
 * faults. Values are the file's own, for the people who brought it. */
#include "web/uploads.h"

#include "intake/profile.h"

static json_t *said(struct text en, struct text zh)
{
    return json_pack("{s:s%,s:s%}", "en", en.ptr ? en.ptr : "", en.len, "zh", zh.ptr ? zh.ptr : "", zh.len);
}

static json_t *string(struct text t) { return json_stringn(t.ptr ? t.ptr : "", t.len); }

static json_t *refusal_json(const struct intake_scan_result *r)
{
    if (r->refusal == REFUSED_NOT) return json_null();
    json_t *j = said(r->refusal_en, r->refusal_zh);
    json_object_set_new(j, "code", json_string(intake_refusal_word(r->refusal)));
    return j;
}

static json_t *columns_json(const struct intake_scan_result *r)
{
    json_t *list = json_array();
    for (int i = 0; i < r->column_count; i++) {
        const struct intake_column *c = &r->columns[i];
        json_t *samples = json_array();
        for (int k = 0; k < 3; k++)
            if (c->samples[k].len) json_array_append_new(samples, string(c->samples[k]));
        json_array_append_new(list, json_pack("{s:o,s:o,s:o}", "header", string(c->header), "field", string(c->field), "samples", samples));
    }
    return list;
}

static json_t *words_json(const struct text *words, int n)
{
    json_t *list = json_array();
    for (int i = 0; i < n; i++) json_array_append_new(list, string(words[i]));
    return list;
}

static json_t *profiles_json(const struct profile_set *set)
{
    json_t *list = json_array();
    for (int i = 0; i < profile_count(set); i++) json_array_append_new(list, string(profile_name(profile_at(set, i))));
    return list;
}

/* ---- the first rows ---- */

/* Why the row is set aside stands at its cell too, unless the look knows better why. */
static json_t *doubt_json(const struct look_table *t, int row, int column)
{
    const struct understood *u = &t->cells[row * t->scan.column_count + column];
    const struct intake_fault *f = &t->faults[row];
    struct text en = cell_doubt_text(u->doubt, false), zh = cell_doubt_text(u->doubt, true), code = text_from_cstr(cell_doubt_word(u->doubt));
    if (f->code.len > 0 && f->column == column + 1 && u->doubt != DOUBT_AMBIGUOUS_DATE) en = f->what_en, zh = f->what_zh, code = f->code;
    if (code.len == 0) return json_null();
    json_t *j = said(en, zh);
    json_object_set_new(j, "code", string(code));
    return j;
}

static json_t *row_json(const struct look_table *t, int row)
{
    const struct intake_scan_result *r = &t->scan;
    const struct intake_fault *f = &t->faults[row];
    json_t *cells = json_array(), *fault = json_null();
    for (int k = 0; k < r->column_count; k++) {
        const struct understood *u = &t->cells[row * r->column_count + k];
        json_array_append_new(cells, json_pack("{s:o,s:o,s:o,s:o}", "value", string(r->preview[row][k]), "field", string(r->columns[k].field), "understood",
                                               u->text.len ? string(u->text) : json_null(), "doubt", doubt_json(t, row, k)));
    }
    if (f->code.len > 0)
        fault = json_pack("{s:o,s:o,s:o}", "column", string(f->column_name), "what", said(f->what_en, f->what_zh), "remedy", said(f->remedy_en, f->remedy_zh));
    return json_pack("{s:I,s:o,s:o}", "line", (json_int_t)r->preview_line[row], "cells", cells, "fault", fault);
}

static json_t *preview_json(const struct look_table *t)
{
    json_t *rows = json_array();
    for (int i = 0; i < t->scan.preview_count; i++) json_array_append_new(rows, row_json(t, i));
    return rows;
}

static const char *kind_word(enum part_kind k)
{
    switch (k) {
    case PART_TEXT: return "text";
    case PART_XLSX: return "xlsx";
    case PART_XLS: return "xls";
    case PART_JSON: return "json";
    }
    return "";
}

/* Proposals for a table of no known form: a field for each column, by subject. */
static json_t *guess_json(const struct look_table *t)
{
    if (!t->guess) return json_null();
    json_t *fields = json_object();
    for (int s = 0; s < SUBJECT_COUNT; s++) json_object_set_new(fields, subject_word((enum subject)s), words_json(t->guess->fields[s], t->scan.column_count));
    return json_pack("{s:s,s:o}", "subject", subject_word(t->guess->subject), "fields", fields);
}

static json_t *table_json(struct arena *a, const struct scan_view *v, const struct look_table *t)
{
    const struct intake_scan_result *r = &t->scan;
    const struct profile *p = r->profile;
    json_t *j = json_pack("{s:i,s:s,s:b,s:o,s:s,s:o,s:o,s:o,s:o,s:I,s:o,s:s,s:i,s:o,s:o,s:o,s:I,s:I}",
        "part", r->part.no, "kind", kind_word(r->part.kind), "hidden", r->part.hidden,
        "refusal", refusal_json(r), "encoding", intake_encoding_word(r->encoding),
        "profile", p ? string(profile_name(p)) : json_null(),
        "profile_text", p ? said(profile_title(p, false), profile_title(p, true)) : json_null(),
        "subject", p ? json_string(subject_word(profile_subject(p))) : json_null(), "platform", p && p->platform.len ? string(p->platform) : json_null(),
        "rows", (json_int_t)r->rows, "as_of", r->as_of_ms == INSTANT_NONE ? json_null() : string(instant_print(a, r->as_of_ms, v->zone)),
        "as_of_from", r->as_of_asked ? "asked" : r->as_of_now ? "now" : r->as_of_from_name ? "name" : "rows",
        "header_line", r->header_line, "columns", columns_json(r), "preview", preview_json(t),
        "unknown_status", words_json(r->unknown_status, r->unknown_status_count), "ambiguous_times", (json_int_t)r->ambiguous_times,
        "skipped_times", (json_int_t)r->skipped_times);
    if (j) json_object_set_new(j, "guess", guess_json(t));
    if (j) json_object_set_new(j, "ask_zone", p && r->asks_zone ? string(profile_zone(p)) : json_null());
    if (j && r->part.member.len) json_object_set_new(j, "member", string(r->part.member));
    if (j && r->part.sheet.len) json_object_set_new(j, "sheet", string(r->part.sheet));
    return j;
}

/* The part that speaks for the file: the first that is known, else the first. */
static json_t *main_part(json_t *parts)
{
    json_t *part;
    size_t i;
    json_array_foreach(parts, i, part)
        if (json_is_null(json_object_get(part, "refusal")) && json_is_string(json_object_get(part, "profile"))) return part;
    return json_array_get(parts, 0);
}

static json_t *refused_json(json_t *j, const struct look *look)
{
    const struct intake_scan_result refused = { .refusal = look->refusal, .refusal_en = look->refusal_en, .refusal_zh = look->refusal_zh };
    json_object_set_new(j, "refusal", refusal_json(&refused));
    json_t *nothing = json_pack("{s:s,s:n,s:n,s:n,s:n,s:i,s:n,s:s,s:i,s:[],s:[],s:[],s:i,s:i,s:n}", "encoding", "", "profile", "profile_text", "subject", "platform",
                                "rows", 0, "as_of", "as_of_from", "rows", "header_line", 0, "columns", "preview", "unknown_status", "ambiguous_times", 0,
                                "skipped_times", 0, "ask_zone");
    json_object_update_missing(j, nothing);
    json_decref(nothing);
    return j;
}

json_t *scan_json(struct arena *a, const struct scan_view *v)
{
    json_t *tables = json_array();
    for (int i = 0; i < v->look->count; i++) json_array_append_new(tables, table_json(a, v, v->look->tables[i]));
    json_t *j = json_pack("{s:o,s:s,s:I,s:s,s:f,s:o,s:o}", "upload_id", json_sprintf("%lld", (long long)v->upload->upload_id), "file", v->upload->name,
                          "bytes", (json_int_t)v->upload->bytes, "state", "ready", "progress", 1.0, "profiles", profiles_json(v->profiles), "parts", tables);
    json_t *first = j ? main_part(tables) : NULL;
    if (!first) return j ? refused_json(j, v->look) : NULL;
    json_object_update(j, first);
    return j;
}

/* ---- what an import would do ---- */

json_t *foreseen_json(const struct scan_ask *ask, const struct import_figures *figures, const struct desk_message *message)
{
    json_t *files = json_array();
    for (int i = 0; figures && i < figures->file_count; i++) {
        const struct import_file_figures *f = &figures->files[i];
        const int64_t upload = f->asked >= 0 && f->asked < ask->count ? ask->files[f->asked].upload_id : 0;
        json_array_append_new(files, json_pack("{s:o,s:s,s:s,s:s,s:I,s:I,s:I,s:I,s:I}", "upload_id", json_sprintf("%lld", (long long)upload), "file", f->name,
                                               "member", f->member, "sheet", f->sheet, "rows", (json_int_t)f->rows, "added", (json_int_t)f->added, "updated",
                                               (json_int_t)f->updated, "unchanged", (json_int_t)f->unchanged, "quarantined", (json_int_t)f->quarantined));
    }
    json_t *why = figures ? json_null() : json_pack("{s:s,s:s,s:s}", "code", message->code, "en", message->en, "zh", message->zh);
    return json_pack("{s:s,s:f,s:o,s:o}", "state", "ready", "progress", 1.0, "files", files, "refusal", why);
}
