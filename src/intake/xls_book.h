/* What an old workbook says of itself before its first sheet; see xls.h. */
#ifndef ZG_INTAKE_XLS_BOOK_H
#define ZG_INTAKE_XLS_BOOK_H
#include "intake/biff.h"
#include "intake/sheet.h"
#include "intake/shared_strings.h"

enum { XLS_STYLES_MAX = 8192, XLS_FORMATS_MAX = 4096 };
struct xls_sheet { struct text name; int64_t at; bool hidden; };
struct xls_book {
    struct cfb cfb;
    struct cfb_stream stream;
    struct biff biff;
    struct xls_sheet sheets[LIMIT_PARTS];
    int sheet_count;
    bool too_many_sheets, date_1904;
    unsigned char style_of[XLS_STYLES_MAX];   /* enum cell_style of each cell format */
    int style_count;
    struct { int id; enum cell_style style; } formats[XLS_FORMATS_MAX];
    int format_count;
    struct strings *strings;                  /* NULL: not read */
    char *text;                               /* CELL_KEPT_BYTES */
};
/* Memory is of the arena. `strings`: read the shared strings, too. False only when memory ran out; *ret_why tells when it is no workbook
 * that may be read. */
bool xls_book_open(struct xls_book *b, struct arena *own, const struct random_bytes *bytes, const struct intake_spill *spill, bool strings,
                   enum intake_refusal *ret_why);
#endif
