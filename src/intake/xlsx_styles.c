/* Which cell formats are dates? From a workbook's styles; see xlsx.h. */
#include <stdlib.h>
#include "intake/xlsx.h"

enum { FORMATS_MAX = 4096 };
struct format { int id; enum cell_style style; };
struct styles_reading {
    struct format formats[FORMATS_MAX];
    int format_count;
    unsigned char of[XLSX_STYLES_MAX];
    int count;
    bool in_xfs;
};

static void styles_begin(void *ctx, const char *name, const char **attributes)
{
    struct styles_reading *r = ctx;
    if (strcmp(name, "cellXfs") == 0) r->in_xfs = true;
    const bool format = strcmp(name, "numFmt") == 0, xf = r->in_xfs && strcmp(name, "xf") == 0;
    if (!format && !xf) return;
    const char *id_text = xml_attribute(attributes, "numFmtId");
    const int id = id_text ? (int)strtol(id_text, NULL, 10) : 0;
    if (format && r->format_count < FORMATS_MAX) {
        const char *code = xml_attribute(attributes, "formatCode");
        r->formats[r->format_count++] = (struct format){ id, number_format_style(id, text_from_cstr(code)) };
    }
    if (!xf || r->count == XLSX_STYLES_MAX) return;
    enum cell_style style = number_format_style(id, TEXT_NONE);
    for (int i = 0; i < r->format_count; i++)
        if (r->formats[i].id == id) style = r->formats[i].style;
    r->of[r->count++] = (unsigned char)style;
}

static void styles_end(void *ctx, const char *name)
{
    struct styles_reading *r = ctx;
    if (strcmp(name, "cellXfs") == 0) r->in_xfs = false;
}

bool xlsx_styles_read(struct arena *own, const struct archive *z, int entry, struct xlsx_styles *ret, enum intake_refusal *ret_why)
{
    struct styles_reading *r = ARENA_NEW(own, struct styles_reading);
    *ret = (struct xlsx_styles){ NULL, 0 };
    *ret_why = REFUSED_NOT;
    if (!r) return false;
    if (entry < 0) return true;
    const struct xml_handlers handlers = { r, styles_begin, styles_end, NULL };
    const enum xml_end end = xml_read_part(own, z, entry, &handlers, ret_why);
    *ret = (struct xlsx_styles){ r->of, r->count };
    return end == XML_ENDED || *ret_why != REFUSED_NOT;
}
