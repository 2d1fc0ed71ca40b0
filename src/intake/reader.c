/* The second reading: a claim or a fault for each row; see intake.h. */
#include "intake/claim.h"
#include "intake/decode.h"
#include "intake/part.h"
#include "intake/record_claim.h"
#include "intake/row.h"
#include "intake/sniff.h"
#include "intake/table.h"

struct intake_reader {
    const struct arena_source *memory;
    struct arena own;          /* the maker, the window */
    struct arena said;         /* the last fault's texts */
    const struct intake_scan_result *scan;
    struct part_bytes bytes;   /* of a text: the three below */
    struct input input;
    struct csv csv;
    struct table table;
    struct csv_row row;
    struct claim_maker maker;  /* of orders; of other subjects only its encoding */
    int given;                 /* of the further claims that a row of orders gave */
    struct record_maker records;
    struct currency currency;  /* the store's */
    int mends_at;              /* the column MENDS_HEADER; -1: none */
    bool broken;
    int usual_width;           /* cells of the row before */
};

static bool open_text(struct intake_reader *r, const struct intake_source *src)
{
    if (!part_bytes_open(&r->bytes, &r->own, src, &r->scan->part)) return false;
    if (!input_open(&r->input, &r->own, &r->bytes.source)) return false;
    if (!csv_open(&r->csv, &r->own, &(struct csv_source){ &r->input, input_read }, r->scan->delimiter)) return false;
    r->broken = r->input.failed || r->bytes.why.refusal != REFUSED_NOT;
    r->table = table_of_csv(&r->csv);
    return true;
}

static bool open_table(struct intake_reader *r, const struct intake_source *src, const struct intake_options *opt)
{
    struct refusal_facts why;
    if (!table_open(&r->own, src, opt, &r->scan->part, &r->table, &why)) return false;
    r->broken = r->table.kind == NULL;
    return true;
}

static bool open_maker(struct intake_reader *r, const struct intake_options *opt)
{
    r->maker.encoding = r->scan->encoding;
    if (r->scan->profile->subject == SUBJECT_ORDERS) return claim_maker_init(&r->maker, &r->own, r->scan->profile, opt, r->scan);
    return record_maker_init(&r->records, &r->own, r->scan->profile, opt, r->scan);
}

static int mends_column(const struct intake_scan_result *scan)
{
    for (int c = 0; c < scan->column_count; c++)
        if (text_contains(scan->columns[c].header, TEXT("zhanggui-row"))) return c;
    return -1;
}

struct intake_reader *intake_reader_open(const struct arena_source *memory, const struct intake_source *src,
                                         const struct intake_options *opt, const struct intake_scan_result *scan)
{
    if (scan->refusal != REFUSED_NOT || !scan->profile) return NULL;
    struct intake_reader *r = memory->take(memory->ctx, sizeof *r);
    if (!r) return NULL;
    memset(r, 0, sizeof *r);
    r->memory = memory;
    r->scan = scan;
    r->currency = opt->currency;
    arena_init(&r->own, memory, 0);
    arena_init(&r->said, memory, 0);
    if ((scan->part.kind == PART_TEXT ? open_text(r, src) : open_table(r, src, opt)) &&
        open_maker(r, opt)) {
        r->usual_width = scan->column_count;
        r->mends_at = mends_column(scan);
        return r;
    }
    intake_reader_close(r);
    return NULL;
}

void intake_reader_close(struct intake_reader *r)
{
    if (!r) return;
    table_close(&r->table);
    part_bytes_close(&r->bytes);
    arena_release(&r->said);
    arena_release(&r->own);
    r->memory->give(r->memory->ctx, r, sizeof *r);
}

int64_t intake_reader_bytes(const struct intake_reader *r)
{
    if (r->input.utf16) return r->input.bytes;
    return r->table.kind ? table_bytes(&r->table) : 0;
}

int64_t intake_reader_line(const struct intake_reader *r) { return r->table.kind ? table_line(&r->table) : 0; }

/* ---- is the row sound? ---- */

static int first_bad_cell(const struct intake_reader *r)
{
    for (int c = 0; c < r->row.count; c++)
        if (!bytes_are_text(r->maker.encoding, (struct text){ r->row.cells[c].ptr, r->row.cells[c].len })) return c;
    return -1;
}

static bool row_is_unsound(struct intake_reader *r, struct claim_fault *ret)
{
    if (row_structure_fault(&r->row, r->scan->column_count, r->usual_width, ret)) return true;
    r->usual_width = r->row.count;
    if (row_is_text(r->maker.encoding, &r->row)) return false;
    *ret = (struct claim_fault){ FAULT_BAD_BYTES, first_bad_cell(r) };
    return true;
}

/* ---- faults in words ---- */

enum { VALUE_BYTES = 800 }; /* of a bad cell are kept */

static struct text readable(struct intake_reader *r, struct text s, size_t max)
{
    if (s.len > max) s.len = max;
    char *room = arena_take(&r->said, 3 * s.len + 8, 1);
    if (!room) return TEXT_NONE;
    return (struct text){ room, decode_lossy(r->maker.encoding, s, room) };
}

static struct text shown(struct intake_reader *r, const struct csv_cell *cell)
{
    char *room = arena_take(&r->said, 3 * VALUE_BYTES + 8, 1);
    if (!room) return TEXT_NONE;
    return (struct text){ room, cell_shown(r->maker.encoding, cell, VALUE_BYTES, room) };
}

static enum intake_row_kind say(struct intake_reader *r, const struct claim_fault *f, struct intake_fault *ret)
{
    int c = f->column;
    struct fault_place where = { .fault = f->fault, .sheet = r->scan->part.sheet, .line = table_line(&r->table), .column = c + 1 };
    if (c >= 0 && c < r->scan->column_count) where.column_name = r->scan->columns[c].header;
    if (c >= 0 && c < r->row.count && r->row.fault == CSV_ROW_GOOD)
        where.value = shown(r, &r->row.cells[c]);
    where.raw = r->scan->part.kind == PART_TEXT ? readable(r, r->row.raw, LIMIT_CELL_BYTES) : table_row_as_csv(&r->said, &r->row, LIMIT_CELL_BYTES);
    if (f->fault == FAULT_OTHER_CURRENCY) where.expected = text_from_cstr(r->currency.code);
    fault_say(&r->said, &where, ret);
    return r->said.failed ? ROW_ERROR : ROW_FAULT;
}

/* The next of the claims that a row of records gave. */
static void give_record(struct intake_reader *r, struct intake_row *ret)
{
    const struct record_claim *c = &r->records.made[r->records.given++];
    *ret = (struct intake_row){ .subject = c->subject, .more = r->records.given < r->records.made_count, .record = *c };
}

/* The next of the further claims that a row of orders gave. */
static void give_order(struct intake_reader *r, struct intake_row *ret)
{
    *ret = (struct intake_row){ .subject = SUBJECT_ORDERS, .order = r->maker.more[r->given++], .more = r->given < r->maker.more_count };
}

static enum claim_made make(struct intake_reader *r, struct arena *batch, struct intake_row *ret, struct claim_fault *why)
{
    if (r->scan->profile->subject == SUBJECT_ORDERS) {
        const enum claim_made made = claim_make(&r->maker, &r->row, batch, &ret->order, why);
        ret->subject = SUBJECT_ORDERS;
        ret->more = made == CLAIM_MADE && r->maker.more_count > 0;
        r->given = 0;
        return made;
    }
    const enum claim_made made = record_make(&r->records, &r->row, batch, why);
    if (made == CLAIM_MADE) give_record(r, ret);
    else r->records.made_count = 0; /* of a bad row nothing goes in */
    return made;
}

/* "12-1-118" */
static void tell_mends(const struct intake_reader *r, struct intake_row *row)
{
    memset(&row->mends, 0, sizeof row->mends);
    if (r->mends_at < 0 || r->mends_at >= r->row.count) return;
    struct text line, file, cell = text_trim((struct text){ r->row.cells[r->mends_at].ptr, r->row.cells[r->mends_at].len });
    const struct text import = text_cut(cell, '-', &file);
    file = text_cut(file, '-', &line);
    int64_t n[3];
    if (!text_to_i64(import, &n[0]) || !text_to_i64(file, &n[1]) || !text_to_i64(line, &n[2]) || n[0] < 1 || n[1] < 1 || n[2] < 1) return;
    row->mends.import_id = n[0];
    row->mends.file_no = n[1];
    row->mends.line = n[2];
}

enum intake_row_kind intake_reader_next(struct intake_reader *r, struct arena *batch, struct intake_row *row, struct intake_fault *fault)
{
    if (r->broken) return ROW_ERROR;
    if (r->records.given < r->records.made_count) {
        give_record(r, row);
        tell_mends(r, row);
        return ROW_CLAIM;
    }
    if (r->given < r->maker.more_count) {
        give_order(r, row);
        return ROW_CLAIM;
    }
    for (;;) {
        enum csv_result got = table_next(&r->table, &r->row);
        if (got == CSV_END) return ROW_END;
        if (got == CSV_FAILED) {
            r->broken = true;
            return ROW_ERROR;
        }
        if (table_line(&r->table) <= r->scan->header_line) continue;
        if (r->row.fault == CSV_ROW_GOOD && row_is_blank(&r->row)) continue;
        struct claim_fault why;
        if (!row_is_unsound(r, &why)) {
            switch (make(r, batch, row, &why)) {
            case CLAIM_MADE: tell_mends(r, row); return ROW_CLAIM;
            case CLAIM_PASSED_OVER: continue;
            case CLAIM_NO_MEMORY: r->broken = true; return ROW_ERROR;
            case CLAIM_FAULT: break;
            }
        }
        arena_clear(&r->said);
        enum intake_row_kind kind = say(r, &why, fault);
        r->broken = kind == ROW_ERROR;
        return kind;
    }
}
