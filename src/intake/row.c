/* See row.h. */
#include "intake/row.h"
#include "intake/decode.h"

bool row_is_blank(const struct csv_row *row)
{
    for (int i = 0; i < row->count; i++)
        if (row->cells[i].len > 0) return false;
    return true;
}

bool row_structure_fault(const struct csv_row *row, int column_count, int usual_width, struct claim_fault *ret)
{
    static const enum row_fault faults[] = {
        [CSV_ROW_BAD_QUOTES] = FAULT_BAD_QUOTES, [CSV_ROW_OPEN_QUOTE] = FAULT_CUT_SHORT, [CSV_ROW_TOO_LONG] = FAULT_ROW_TOO_LONG, [CSV_ROW_TOO_WIDE] = FAULT_TOO_MANY_CELLS,
    };
    *ret = (struct claim_fault){ FAULT_TOO_MANY_CELLS, -1 };
    if (row->fault != CSV_ROW_GOOD) {
        ret->fault = faults[row->fault];
        if (row->fault == CSV_ROW_BAD_QUOTES || row->fault == CSV_ROW_OPEN_QUOTE) ret->column = row->fault_cell;
        return true;
    }
    for (int c = column_count; c < row->count; c++)
        if (row->cells[c].len > 0) return true;
    for (int c = 0; c < row->count; c++) {
        *ret = (struct claim_fault){ FAULT_CELL_TOO_LONG, c };
        if (row->cells[c].len > LIMIT_CELL_BYTES) return true;
    }
    /* A last row without a line end and with fewer cells than its neighbours was cut. */
    *ret = (struct claim_fault){ FAULT_CUT_SHORT, -1 };
    return !row->ended && row->count < usual_width && row->count < column_count;
}

bool bytes_are_text(enum intake_encoding encoding, struct text s)
{
    return (encoding == ENCODING_GB18030 ? gb18030_check(s) : utf8_check(s)) && (s.len == 0 || !memchr(s.ptr, 0, s.len));
}

bool row_is_text(enum intake_encoding encoding, const struct csv_row *row)
{
    return (!row->high && !row->nul) || bytes_are_text(encoding, row->raw);
}
