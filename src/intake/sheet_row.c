/* A row of a sheet; see sheet.h. */
#include "intake/sheet.h"

bool sheet_row_init(struct sheet_row *r, struct arena *own)
{
    *r = (struct sheet_row){ .room = arena_take(own, ROW_ROOM, 1), .first_wide = -1 };
    return r->room != NULL;
}

void sheet_row_clear(struct sheet_row *r)
{
    r->used = 0;
    r->count = 0;
    r->first_wide = -1;
    r->too_long = r->high = false;
    memset(r->set, 0, sizeof r->set);
}

static bool has_high(struct text v)
{
    uint64_t seen = 0, eight;
    size_t i = 0;
    for (; i + sizeof eight <= v.len; i += sizeof eight) {
        memcpy(&eight, v.ptr + i, sizeof eight);
        seen |= eight;
    }
    for (; i < v.len; i++) seen |= (unsigned char)v.ptr[i];
    return (seen & UINT64_C(0x8080808080808080)) != 0;
}

enum intake_refusal sheet_row_put(struct sheet_row *r, int64_t column, struct text v)
{
    if (v.len == 0) return REFUSED_NOT;
    if (column < LIMIT_COLUMNS && r->set[column]) return REFUSED_DAMAGED;
    if (++r->cells_done > LIMIT_SHEET_CELLS) return REFUSED_TOO_MANY_CELLS;
    if (column >= LIMIT_COLUMNS) {
        if (r->first_wide < 0) r->first_wide = (int)column;
        return REFUSED_NOT;
    }
    const int c = (int)column;
    r->set[c] = true;
    for (; r->count <= c; r->count++) r->at[r->count] = r->len[r->count] = 0;
    if (r->used + v.len > LIMIT_ROW_BYTES) {
        r->too_long = true;
        return REFUSED_NOT;
    }
    memmove(r->room + r->used, v.ptr, v.len);
    r->at[c] = (uint32_t)r->used;
    r->len[c] = (uint32_t)v.len;
    r->used += v.len;
    r->high = r->high || has_high(v);
    return REFUSED_NOT;
}

void sheet_row_give(const struct sheet_row *r, struct csv_row *row)
{
    row->count = r->count;
    row->fault = r->too_long ? CSV_ROW_TOO_LONG : r->first_wide >= 0 ? CSV_ROW_TOO_WIDE : CSV_ROW_GOOD;
    row->fault_cell = r->first_wide >= 0 && !r->too_long ? r->first_wide : 0;
    row->high = r->high;
    row->nul = false;
    row->ended = true;
    row->raw = (struct text){ r->room, r->used };
    for (int c = 0; c < r->count; c++) row->cells[c] = (struct csv_cell){ r->room + r->at[c], r->len[c], CELL_PLAIN };
}
