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

static json_t *preview_json(const struct intake_scan_result *r)
{
    json_t *rows = json_array();
    for (int i = 0; i < r->preview_count; i++) {
        json_t *cells = json_array();
        json_array_append_new(rows, json_pack("{s:I,s:o,s:n}", "line", (json_int_t)r->preview_line[i], "cells", cells, "fault"));
        for (int k = 0; k < r->column_count; k++) {
            struct text value = r->preview[i][k];
            json_array_append_new(cells, json_pack("{s:o,s:o,s:n}", "value", string(value), "field", string(r->columns[k].field), "doubt"));
        }
    }
    return rows;
}

static void tell_fault(json_t *row, const struct intake_fault *f)
{
    json_object_set_new(row, "line", json_integer(f->line));
    json_object_set_new(row, "fault", json_pack("{s:o,s:o,s:o}", "column", string(f->column_name), "what", said(f->what_en, f->what_zh),
                                                "remedy", said(f->remedy_en, f->remedy_zh)));
    json_t *cell = f->column > 0 ? json_array_get(json_object_get(row, "cells"), (size_t)f->column - 1) : NULL;
    if (cell) json_object_set_new(cell, "doubt", said(f->what_en, f->what_zh));
}

/* The rows are read once more, as an import would read them. */
static void tell_faults(struct arena *a, const struct scan_view *v, json_t *rows)
{
    if (v->scan->refusal != REFUSED_NOT || !v->scan->profile) return;
    struct intake_options o = *v->options;
    o.profile = v->scan->profile;
    struct intake_row *row = ARENA_NEW(a, struct intake_row);
    struct intake_fault fault;
    bool more = row && importer_read(v->importer, &o, v->scan, (int64_t)json_array_size(rows));
    for (size_t i = 0; more && i < json_array_size(rows); i++) {
        switch (importer_next(v->importer, a, row, &fault)) {
        case ROW_CLAIM: i -= row->more; break;
        case ROW_FAULT: tell_fault(json_array_get(rows, i), &fault); break;
        case ROW_END: case ROW_ERROR: more = false; break;
        }
    }
}

static json_t *as_of_json(struct arena *a, const struct scan_view *v)
{
    if (v->scan->as_of_ms == INSTANT_NONE) return json_null();
    return string(instant_print(a, v->scan->as_of_ms, v->options->zone));
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

json_t *scan_part_json(struct arena *a, const struct scan_view *v)
{
    const struct intake_scan_result *r = v->scan;
    const struct profile *p = r->profile;
    json_t *rows = preview_json(r);
    tell_faults(a, v, rows);
    json_t *j = json_pack("{s:i,s:s,s:b,s:o,s:s,s:o,s:o,s:I,s:o,s:s,s:i,s:o,s:o,s:o,s:I,s:I}",
        "part", r->part.no, "kind", kind_word(r->part.kind), "hidden", r->part.hidden,
        "refusal", refusal_json(r), "encoding", intake_encoding_word(r->encoding),
        "profile", p ? string(profile_name(p)) : json_null(),
        "profile_text", p ? said(profile_title(p, false), profile_title(p, true)) : json_null(),
        "rows", (json_int_t)r->rows, "as_of", as_of_json(a, v), "as_of_from", r->as_of_asked ? "asked" : r->as_of_from_name ? "name" : "rows",
        "header_line", r->header_line, "columns", columns_json(r), "preview", rows,
        "unknown_status", words_json(r->unknown_status, r->unknown_status_count), "ambiguous_times", (json_int_t)r->ambiguous_times,
        "skipped_times", (json_int_t)r->skipped_times);
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

json_t *scan_json(const struct upload_row *upload, const struct profile_set *profiles, const struct intake_parts *found, json_t *parts)
{
    json_t *j = json_pack("{s:o,s:s,s:I,s:s,s:f,s:o,s:o}", "upload_id", json_sprintf("%lld", (long long)upload->upload_id), "file", upload->name,
                          "bytes", (json_int_t)upload->bytes, "state", "ready", "progress", 1.0, "profiles", profiles_json(profiles), "parts", parts);
    if (!j) return NULL;
    json_t *first = main_part(parts);
    if (first) {
        json_object_update(j, first);
        return j;
    }
    const struct intake_scan_result refused = { .refusal = found->refusal, .refusal_en = found->refusal_en, .refusal_zh = found->refusal_zh };
    json_object_set_new(j, "refusal", refusal_json(&refused));
    json_t *nothing = json_pack("{s:s,s:n,s:n,s:i,s:n,s:s,s:i,s:[],s:[],s:[],s:i,s:i}", "encoding", "", "profile", "profile_text", "rows", 0, "as_of",
                                "as_of_from", "rows", "header_line", 0, "columns", "preview", "unknown_status", "ambiguous_times", 0, "skipped_times", 0);
    json_object_update_missing(j, nothing);
    json_decref(nothing);
    return j;
}
