/* See table.h. */
#include "intake/json_table.h"
#include "intake/part.h"
#include "intake/table.h"
#include "intake/xls.h"
#include "intake/xlsx.h"

/* ---- a text as a table ---- */

static enum csv_result text_next(void *ctx, struct csv_row *row) { return csv_next(ctx, row); }
static int64_t text_line(const void *ctx) { return csv_line(ctx); }
static int64_t text_bytes(const void *ctx) { return csv_bytes(ctx); }
static bool text_rewind(void *ctx)
{
    (void)ctx;
    return false;
}

struct table table_of_csv(struct csv *c)
{
    static const struct table_kind kind = { .next = text_next, .line = text_line, .bytes = text_bytes, .rewind = text_rewind };
    return (struct table){ &kind, c };
}

/* ---- opening ---- */

typedef bool table_opener(struct arena *own, const struct random_bytes *bytes, const struct intake_options *opt, const struct intake_part *part,
                          struct table *ret, struct refusal_facts *ret_why);

/* A workbook: in the file itself, or in the spill when it is a member of an archive (whose own reading is then done). */
static bool open_workbook(struct arena *own, const struct intake_source *source, const struct intake_options *opt, const struct intake_part *part,
                          table_opener *open, struct table *ret, struct refusal_facts *ret_why)
{
    struct part_bytes *b = ARENA_NEW(own, struct part_bytes);
    struct part_random *r = ARENA_NEW(own, struct part_random);
    if (!b || !r) return false;
    bool ok = part_bytes_open(b, own, source, part) && part_random_open(r, b, opt->spill);
    *ret_why = b->why;
    part_bytes_close(b);
    if (!ok || ret_why->refusal != REFUSED_NOT) return ok;
    struct intake_options rest = *opt;
    if (opt->spill) rest.spill = &r->spill;
    ok = open(own, &r->bytes, &rest, part, ret, ret_why);
    return ok;
}

bool table_open(struct arena *own, const struct intake_source *source, const struct intake_options *opt, const struct intake_part *part,
                struct table *ret, struct refusal_facts *ret_why)
{
    *ret = (struct table){ NULL, NULL };
    *ret_why = (struct refusal_facts){ .refusal = REFUSED_NOT_TEXT, .sniffed = SNIFFED_BINARY };
    switch (part->kind) {
    case PART_TEXT: return true;
    case PART_XLSX: return open_workbook(own, source, opt, part, xlsx_table_open, ret, ret_why);
    case PART_XLS: return open_workbook(own, source, opt, part, xls_table_open, ret, ret_why);
    case PART_JSON: return json_table_open(own, source, part, ret, ret_why);
    }
    return true;
}

void table_close(struct table *t)
{
    if (t->kind && t->kind->close) t->kind->close(t->ctx);
    *t = (struct table){ NULL, NULL };
}

/* ---- a row as it is kept ---- */

static bool needs_quotes(struct text s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] == '"' || s.ptr[i] == ',' || s.ptr[i] == '\n' || s.ptr[i] == '\r') return true;
    return s.len > 0 && (s.ptr[0] == ' ' || s.ptr[0] == '=' || s.ptr[s.len - 1] == ' ');
}

struct text table_row_as_csv(struct arena *a, const struct csv_row *row, size_t max)
{
    size_t need = 1;
    for (int c = 0; c < row->count; c++) need += 2 * (row->cells[c].len < max ? (size_t)row->cells[c].len : max) + 3;
    char *out = arena_take(a, need, 1);
    size_t n = 0;
    if (!out) return TEXT_NONE;
    for (int c = 0; c < row->count && n < max; c++) {
        const struct text s = text_clip_utf8((struct text){ row->cells[c].ptr, row->cells[c].len }, max);
        const bool quoted = needs_quotes(s);
        if (c > 0) out[n++] = ',';
        if (quoted) out[n++] = '"';
        for (size_t i = 0; i < s.len; i++) {
            if (quoted && s.ptr[i] == '"') out[n++] = '"';
            out[n++] = s.ptr[i];
        }
        if (quoted) out[n++] = '"';
    }
    return text_clip_utf8((struct text){ out, n }, max);
}
