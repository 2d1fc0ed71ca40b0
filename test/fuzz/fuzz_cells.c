/* The table reader alone: the first byte chooses the delimiter, the rest is a table. Every good row, printed with all cells
 * quoted, is read again as the same cells: parse(print(x)) = x. Rows and cells lie inside the input, one after another. */
#include <string.h>
#include "fuzz.h"
#include "fuzz_bytes.h"
#include "fuzz_memory.h"
#include "intake/csv.h"

struct out { char *text; size_t len, size; };
static void put(struct out *o, char c)
{
    if (o->len == o->size) {
        o->size = o->size * 2 + 64;
        o->text = realloc(o->text, o->size);
        FUZZ_CHECK(o->text != NULL);
    }
    o->text[o->len++] = c;
}

/* A row as plain cells: counts and contents, for comparing. */
static void put_plain(struct out *o, const struct csv_row *row)
{
    put(o, (char)row->count);
    for (int c = 0; c < row->count; c++) {
        const struct csv_cell *cell = &row->cells[c];
        for (uint32_t i = 0; i < cell->len; i++) {
            put(o, cell->ptr[i]);
            if ((cell->form & CELL_DOUBLED) && cell->ptr[i] == '"' && i + 1 < cell->len && cell->ptr[i + 1] == '"') i++;
        }
        put(o, '\x1f');
    }
}

static void put_quoted(struct out *o, const struct csv_row *row, char delimiter)
{
    for (int c = 0; c < row->count; c++) {
        const struct csv_cell *cell = &row->cells[c];
        put(o, '"');
        for (uint32_t i = 0; i < cell->len; i++) {
            put(o, cell->ptr[i]);
            if (cell->ptr[i] == '"' && !(cell->form & CELL_DOUBLED)) put(o, '"');
        }
        put(o, '"');
        put(o, c + 1 < row->count ? delimiter : '\n');
    }
}

/* Reads a table; good rows go plainly into *plain and quoted into *quoted (may be NULL). Returns the number of faults. */
static int read_table(struct arena *a, struct bytes *bytes, char delimiter, struct out *plain, struct out *quoted)
{
    struct csv csv;
    struct csv_row *row = ARENA_NEW(a, struct csv_row);
    int faults = 0;
    int64_t line = 0;
    FUZZ_CHECK(row && csv_open(&csv, a, &(struct csv_source){ bytes, bytes_read }, delimiter));
    for (enum csv_result got; (got = csv_next(&csv, row)) != CSV_END;) {
        FUZZ_CHECK(got == CSV_ROW && csv_line(&csv) > line && row->count >= 0 && row->count <= LIMIT_COLUMNS);
        line = csv_line(&csv);
        if (row->fault != CSV_ROW_GOOD) {
            faults++;
            continue;
        }
        FUZZ_CHECK(row->count >= 1 && row->raw.len <= LIMIT_ROW_BYTES);
        for (int c = 0; c < row->count; c++) FUZZ_CHECK(row->cells[c].ptr >= row->raw.ptr && row->cells[c].ptr + row->cells[c].len <= row->raw.ptr + row->raw.len);
        put_plain(plain, row);
        if (quoted) put_quoted(quoted, row, delimiter);
    }
    return faults;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char delimiters[] = { ',', '\t', ';' };
    if (size < 2) return 0;
    struct fuzz_memory held = { 0 };
    struct arena_source memory = { fuzz_take, fuzz_give, &held };
    struct arena a;
    char delimiter = delimiters[data[0] % 3];
    struct out first = { 0 }, second = { 0 }, third = { 0 }, quoted = { 0 };
    arena_init(&a, &memory, 0);
    struct bytes whole = { data + 2, size - 2, 0, SIZE_MAX }, pieces = { data + 2, size - 2, 0, (size_t)data[1] % 70 + 1 };
    int faults = read_table(&a, &whole, delimiter, &first, &quoted);
    FUZZ_CHECK(faults == read_table(&a, &pieces, delimiter, &second, NULL));
    FUZZ_CHECK(first.len == second.len && (first.len == 0 || memcmp(first.text, second.text, first.len) == 0));
    struct bytes printed = { quoted.text, quoted.len, 0, SIZE_MAX };
    FUZZ_CHECK(read_table(&a, &printed, delimiter, &third, NULL) == 0);
    FUZZ_CHECK(first.len == third.len && (first.len == 0 || memcmp(first.text, third.text, first.len) == 0));
    free(first.text);
    free(second.text);
    free(third.text);
    free(quoted.text);
    arena_release(&a);
    FUZZ_CHECK(held.held == 0);
    return 0;
}
