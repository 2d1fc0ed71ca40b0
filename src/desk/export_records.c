/* Records of one subject as a table; see export.h. The heads are the fields' words, which the subject's generic profile reads back. A field that
 * no record tells has no column. */
#include <stdio.h>
#include "desk/export_parts.h"
#include "store/query_record.h"

struct records { struct export *x; enum subject subject; bool used[RECORD_FIELDS_MAX + 1]; };

static enum sheet_kind kind_of(enum record_kind k)
{
    switch (k) {
    case KIND_TEXT: case KIND_CODE: case KIND_STATUS: case KIND_PERSON: case KIND_CLOCK: return SHEET_TEXT;
    case KIND_TIME: return SHEET_TIME;
    case KIND_DAY: return SHEET_DAY;
    case KIND_MONEY: return SHEET_MONEY;
    case KIND_HOUR: case KIND_COUNT: return SHEET_COUNT;
    case KIND_RATIO: return SHEET_SHARE;
    case KIND_DECIMAL: case KIND_SECONDS: return SHEET_DECIMAL;
    }
    return SHEET_TEXT;
}

static int width_of(enum record_kind k)
{
    switch (k) {
    case KIND_TEXT: return 32;
    case KIND_PERSON: case KIND_CODE: return 20;
    case KIND_TIME: return 19;
    case KIND_STATUS: case KIND_DAY: case KIND_MONEY: case KIND_SECONDS: return 12;
    case KIND_CLOCK: case KIND_HOUR: case KIND_COUNT: case KIND_RATIO: case KIND_DECIMAL: return 10;
    }
    return 12;
}

static bool mark_used(void *ctx, const struct record_found *r)
{
    struct records *rs = ctx;
    for (int i = 0; i < r->cell_count; i++) rs->used[r->cells[i].field] = true;
    return true;
}

static struct sheet_cell cell_of(struct export *x, const struct record_cell *c, enum record_kind k)
{
    if (kind_is_text(k)) return cell_text_of(c->text);
    if (k == KIND_CLOCK) return cell_text_of(arena_printf(&x->row, "%02d:%02d", (int)(c->number / 60), (int)(c->number % 60)));
    return cell_value(c->number);
}

static bool record_row(void *ctx, const struct record_found *r)
{
    struct records *rs = ctx;
    struct sheet_cell cells[RECORD_FIELDS_MAX];
    struct sheet_cell by_field[RECORD_FIELDS_MAX + 1];
    int n = 0;
    for (int f = 1; f <= RECORD_FIELDS_MAX; f++) by_field[f] = cell_value(INT64_MIN);
    for (int i = 0; i < r->cell_count; i++)
        by_field[r->cells[i].field] = cell_of(rs->x, &r->cells[i], record_field(rs->subject, r->cells[i].field)->kind);
    for (int f = 1; f <= record_subject(rs->subject)->field_count; f++)
        if (rs->used[f]) cells[n++] = by_field[f];
    return export_row(rs->x, cells);
}

static bool walk(struct records *rs, record_each *each)
{
    const struct export_ask *a = rs->x->ask;
    const struct records_filter f = { .subject = rs->subject, .from_ms = a->orders.from_ms == INSTANT_NONE ? INT64_MIN : a->orders.from_ms,
        .to_ms = a->orders.to_ms == INSTANT_NONE ? INT64_MAX : a->orders.to_ms, .before = { INT64_MAX, INT64_MAX }, .grain = -1,
        .persons = (a->ask.mask & (ANSWER_BUYER | ANSWER_PERSON | ANSWER_NOTES)) != 0, .key = a->orders.search };
    if (query_records(a->ask.store, a->ask.shop, &f, each, rs)) return true;
    rs->x->failed = true;
    return false;
}

bool export_records(struct export *x, enum subject subject)
{
    const struct record_subject *s = record_subject(subject);
    struct export_column columns[RECORD_FIELDS_MAX];
    struct records rs = { .x = x, .subject = subject };
    int n = 0;
    if (!walk(&rs, mark_used)) return false;
    for (int f = 1; f <= s->field_count; f++) {
        const struct record_field *field = record_field(subject, f);
        rs.used[f] = rs.used[f] || (field->flags & (FIELD_IS_KEY | FIELD_IS_MUST)) != 0;
        if (rs.used[f]) columns[n++] = (struct export_column){ { field->en, field->zh, kind_of(field->kind), width_of(field->kind) }, record_field_mask(field) };
    }
    return export_begin(x, x->ask->kind->en, x->ask->kind->zh, columns, n) && walk(&rs, record_row);
}
