/* Reading all tables of a file of made-up bytes, for fuzz targets. Holds for every one: lines ascend, cells are UTF-8 and no longer
 * than is kept of them, what was refused has a reason, memory is given back and never much. */
#ifndef ZG_TEST_FUZZ_TABLE_H
#define ZG_TEST_FUZZ_TABLE_H
#include "fuzz.h"
#include "fuzz_bytes.h"
#include "fuzz_memory.h"
#include "intake/sheet.h"
#include "intake/table.h"

enum { SPILL_BYTES = 4 * 1024 * 1024, TABLE_MEMORY_MAX = 48 * 1024 * 1024 };
struct table_spill { size_t used; unsigned char bytes[SPILL_BYTES]; };
struct table_digest { uint64_t rows; /* of their cells */ int64_t count; enum intake_refusal refusal; };

static inline bool table_bytes_rewind(void *ctx)
{
    ((struct bytes *)ctx)->at = 0;
    return true;
}

static inline ssize_t table_bytes_read_at(void *ctx, int64_t offset, void *buf, size_t cap)
{
    struct bytes b = *(struct bytes *)ctx;
    FUZZ_CHECK(offset >= 0 && cap > 0);
    b.at = (uint64_t)offset < b.size ? (size_t)offset : b.size;
    return bytes_read(&b, buf, cap);
}

static inline ssize_t table_spill_read_at(void *ctx, int64_t offset, void *buf, size_t cap)
{
    const struct table_spill *s = ctx;
    if (offset < 0 || (uint64_t)offset >= s->used) return 0;
    const size_t left = s->used - (size_t)offset, n = cap < left ? cap : left;
    memcpy(buf, s->bytes + offset, n);
    return (ssize_t)n;
}

static inline bool table_spill_write_at(void *ctx, int64_t offset, const void *buf, size_t len)
{
    struct table_spill *s = ctx;
    if (offset < 0 || (uint64_t)offset + len > SPILL_BYTES) return false;
    memcpy(s->bytes + offset, buf, len);
    if ((size_t)offset + len > s->used) s->used = (size_t)offset + len;
    return true;
}

static inline void table_digest_row(struct table_digest *d, int64_t line, const struct csv_row *row)
{
    uint64_t h = d->rows;
    h = (h ^ (uint64_t)line) * UINT64_C(1099511628211);
    h = (h ^ (uint64_t)row->fault) * UINT64_C(1099511628211);
    FUZZ_CHECK(row->count >= 0 && row->count <= LIMIT_COLUMNS);
    for (int c = 0; c < row->count; c++) {
        const struct text v = { row->cells[c].ptr, row->cells[c].len };
        FUZZ_CHECK(v.len <= CELL_KEPT_BYTES && text_utf8_valid(v) && row->cells[c].form == CELL_PLAIN);
        for (size_t i = 0; i < v.len; i++) h = (h ^ (unsigned char)v.ptr[i]) * UINT64_C(1099511628211);
        h = (h ^ 0x100) * UINT64_C(1099511628211);
    }
    d->rows = h;
    d->count++;
}

/* Every table of the file, one after the other. */
static inline struct table_digest tables_read(const struct arena_source *memory, struct bytes *bytes, struct text name)
{
    static struct table_spill spill_bytes;
    const struct intake_spill spill = { &spill_bytes, table_spill_read_at, table_spill_write_at };
    const struct intake_source source = { .ctx = bytes, .read = bytes_read, .rewind = table_bytes_rewind, .name = name, .size = (int64_t)bytes->size,
                                          .read_at = table_bytes_read_at };
    const struct intake_options opt = { .spill = &spill };
    struct table_digest d = { UINT64_C(14695981039346656037), 0, REFUSED_NOT };
    struct arena a;
    struct intake_parts parts;
    arena_init(&a, memory, 0);
    spill_bytes.used = 0;
    FUZZ_CHECK(intake_parts(&a, &source, &opt, &parts));
    d.refusal = parts.refusal;
    FUZZ_CHECK(parts.refusal == REFUSED_NOT || (parts.refusal_en.len > 0 && parts.refusal_zh.len > 0 && parts.count == 0));
    FUZZ_CHECK(parts.count <= LIMIT_PARTS);
    struct csv_row *row = ARENA_NEW(&a, struct csv_row);
    for (int i = 0; row && i < parts.count; i++) {
        struct arena own;
        struct table t;
        struct refusal_facts why;
        if (parts.list[i].kind != PART_XLSX && parts.list[i].kind != PART_XLS) continue;
        arena_init(&own, memory, 0);
        FUZZ_CHECK(table_open(&own, &source, &opt, &parts.list[i], &t, &why));
        FUZZ_CHECK(t.kind != NULL || why.refusal != REFUSED_NOT);
        int64_t line = 0;
        enum csv_result got = CSV_END;
        while (t.kind && (got = table_next(&t, row)) == CSV_ROW) {
            FUZZ_CHECK(table_line(&t) > line);
            line = table_line(&t);
            table_digest_row(&d, line, row);
        }
        if (t.kind && got == CSV_FAILED) FUZZ_CHECK(table_refusal(&t) && table_refusal(&t)->refusal != REFUSED_NOT);
        if (t.kind && got == CSV_FAILED) why = *table_refusal(&t);
        if (!t.kind || got == CSV_FAILED) d.refusal = why.refusal;
        table_close(&t);
        arena_release(&own);
    }
    arena_release(&a);
    return d;
}
#endif
