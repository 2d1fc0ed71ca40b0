/* What sheet.c and sheet_xlsx.c share; nobody else includes it. */
#ifndef ZG_DESK_SHEET_PARTS_H
#define ZG_DESK_SHEET_PARTS_H
#include "desk/sheet.h"

struct sheet {
    struct sheet_options options;
    char path[1024], scratch[1024];
    const struct sheet_column *columns;
    int column_count;
    const char *name_en, *name_zh;
    int64_t rows;
    int tables;
    bool failed;
    int why;                /* errno of the failure */
    int fd;                 /* CSV */
    char *buffer;           /* CSV: what is not written yet; XLSX: a cell as a C string */
    size_t filled;
    struct xlsx *xlsx;
};
enum { SHEET_BUFFER_BYTES = 128 * 1024 };

/* ---- sheet_xlsx.c ---- */
bool xlsx_open(struct sheet *s);
bool xlsx_begin(struct sheet *s);
bool xlsx_row(struct sheet *s, const struct sheet_cell *cells);
bool xlsx_close(struct sheet *s); /* also after a failure: gives everything back */
#endif
