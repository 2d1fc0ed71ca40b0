/* A sheet while it is read: what xlsx_sheet.c (with expat) and xlsx_quick.c (what most programs write, without) share. */
#ifndef ZG_INTAKE_XLSX_SHEET_H
#define ZG_INTAKE_XLSX_SHEET_H
#include "intake/xlsx.h"

enum cell_type { TYPE_NUMBER, TYPE_SHARED, TYPE_TEXT, TYPE_BOOLEAN, TYPE_ERROR, TYPE_DATE };

struct sheet {
    struct arena *own;
    struct xlsx_book book;
    struct xlsx_styles styles;
    struct strings *strings;
    struct intake_part part;
    int entry;
    struct xml xml;
    struct quick { char *window; size_t at, filled; bool on; } quick;
    struct refusal_facts why;
    bool failed;

    int64_t number;                     /* of the row at hand */
    struct sheet_row row;
    bool ready;

    /* the cell at hand */
    int64_t column;                     /* 0-based; -1: before the first */
    enum cell_type type;
    enum cell_style style;
    size_t value;                       /* bytes of it, in sheet_row_value */
    bool in_data, in_cell, in_value, in_phonetic;
};

/* Column (0-based) and row of a reference like "AB12", which ends at its first other byte; NULL when it is none, or beyond what a sheet
 * has. */
const char *sheet_reference(const char *ref, int64_t *ret_column, int64_t *ret_row);
enum cell_type sheet_cell_type(const char *t);
/* A value as it is to be shown, by s->type and s->style; v may be changed in place when it is in sheet_row_value. False when it is
 * none of its type. */
bool sheet_cell_value(struct sheet *s, struct text v, char written[CELL_NUMBER_BYTES], struct text *ret);

/* ---- xlsx_quick.c ---- */
/* After xml_open: gives expat all up to the first row; s->quick.on when the rows may be read here. False: no memory. */
bool quick_begin(struct sheet *s);
/* The next row, as expat would give it; false: expat goes on from here (s->quick.on is off), which is never wrong. */
bool quick_next(struct sheet *s);
#endif
