/* Columns for people.  Widths follow the terminal: East Asian wide characters take two columns (Unicode 15, UAX #11,
 * classes W and F; the blocks that occur in shop data and messages), combining marks none. */
#include <assert.h>
#include "cli/cli.h"

struct range { uint32_t from, to; };
static const struct range wide[] = {
    { 0x1100, 0x115f }, { 0x2e80, 0x303e }, { 0x3041, 0x33ff }, { 0x3400, 0x4dbf }, { 0x4e00, 0x9fff },
    { 0xa000, 0xa4cf }, { 0xa960, 0xa97f }, { 0xac00, 0xd7a3 }, { 0xf900, 0xfaff }, { 0xfe30, 0xfe6f },
    { 0xff00, 0xff60 }, { 0xffe0, 0xffe6 }, { 0x1f300, 0x1f64f }, { 0x1f680, 0x1f6ff }, { 0x1f900, 0x1f9ff },
    { 0x20000, 0x3fffd },
};
static const struct range narrow_as_nothing[] = {
    { 0x0300, 0x036f }, { 0x200b, 0x200f }, { 0x20d0, 0x20ff }, { 0xfe00, 0xfe0f }, { 0xfeff, 0xfeff },
};

static bool within(uint32_t c, const struct range *r, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (c >= r[i].from && c <= r[i].to) return true;
    return false;
}

static uint32_t next_character(const char **at, const char *end)
{
    unsigned char lead = (unsigned char)*(*at)++;
    uint32_t c;
    int more;

    if (lead < 0x80) return lead;
    if (lead >= 0xf0) c = lead & 0x07u, more = 3;
    else if (lead >= 0xe0) c = lead & 0x0fu, more = 2;
    else c = lead & 0x1fu, more = 1;
    while (more-- > 0 && *at < end) c = c << 6 | ((unsigned char)*(*at)++ & 0x3fu);
    return c;
}

int text_columns(struct text s)
{
    const char *at = s.ptr, *end = s.ptr + s.len;
    int columns = 0;

    while (at < end) {
        uint32_t c = next_character(&at, end);
        if (within(c, narrow_as_nothing, sizeof narrow_as_nothing / sizeof narrow_as_nothing[0])) continue;
        columns += within(c, wide, sizeof wide / sizeof wide[0]) ? 2 : 1;
    }
    return columns;
}

void table_begin(struct table *t, struct cli *c, int rows_max)
{
    *t = (struct table){ .c = c, .rows_max = rows_max };
}

void table_column(struct table *t, struct words head, bool right)
{
    assert(t->columns < TABLE_COLUMNS_MAX && t->rows == 0);
    t->column[t->columns].head = cli_pick(t->c, head);
    t->column[t->columns].right = right;
    t->columns++;
}

void table_row(struct table *t, const struct text *cells)
{
    assert(t->rows < t->rows_max);
    if (!t->cells) t->cells = ARENA_ARRAY(&t->c->arena, struct text, (size_t)t->rows_max * (size_t)t->columns);
    if (!t->cells) return;
    memcpy(t->cells + (size_t)t->rows * (size_t)t->columns, cells, (size_t)t->columns * sizeof *cells);
    t->rows++;
}

static void print_cell(FILE *to, struct text s, int width, bool right, bool last)
{
    int pad = width - text_columns(s);

    if (right) fprintf(to, "%*s", pad, "");
    cli_put(to, s);
    if (!right && !last) fprintf(to, "%*s", pad, "");
    if (!last) fputs("  ", to);
}

void table_print(const struct table *t)
{
    int width[TABLE_COLUMNS_MAX] = { 0 };
    FILE *to = t->c->out;
    const char *bold = t->c->color && t->c->out_tty ? "\033[1m" : "", *plain = *bold ? "\033[0m" : "";

    for (int i = 0; i < t->columns; i++) {
        width[i] = text_columns(text_from_cstr(t->column[i].head));
        for (int r = 0; r < t->rows; r++) {
            int w = text_columns(t->cells[r * t->columns + i]);
            if (w > width[i]) width[i] = w;
        }
    }
    fputs(bold, to);
    for (int i = 0; i < t->columns; i++)
        print_cell(to, text_from_cstr(t->column[i].head), width[i], t->column[i].right, i + 1 == t->columns);
    fprintf(to, "%s\n", plain);
    for (int r = 0; r < t->rows; r++) {
        for (int i = 0; i < t->columns; i++)
            print_cell(to, t->cells[r * t->columns + i], width[i], t->column[i].right, i + 1 == t->columns);
        fputc('\n', to);
    }
}
