/* See xls_book.h. */
#include "intake/xls_book.h"

enum take { TAKE_MORE, TAKE_END, TAKE_NO_MEMORY, TAKE_BROKEN, TAKE_REFUSED };
struct opening { struct xls_book *b; struct arena *own; const struct intake_spill *spill; bool with_strings; enum intake_refusal why; };

static enum take begin_of(struct opening *o)
{
    struct biff *f = &o->b->biff;
    if (f->len < 4) return TAKE_BROKEN;
    const unsigned version = biff_u16(f->data);
    if (version != 0x600 && version != 0x500) return TAKE_BROKEN;
    f->eight = version == 0x600;
    return TAKE_MORE;
}

static enum take sheet_of(struct opening *o)
{
    struct xls_book *b = o->b;
    struct biff *f = &b->biff;
    unsigned char head[6];
    size_t len;
    if (!biff_take(f, head, sizeof head)) return TAKE_BROKEN;
    if (head[5] != 0) return TAKE_MORE; /* a chart or a macro */
    if (b->sheet_count == LIMIT_PARTS) {
        b->too_many_sheets = true;
        return TAKE_MORE;
    }
    if (!biff_string(f, 1, b->text, &len)) return TAKE_BROKEN;
    b->sheets[b->sheet_count++] = (struct xls_sheet){ .name = arena_text(o->own, (struct text){ b->text, len }), .at = biff_u32(head), .hidden = (head[4] & 3) != 0 };
    return o->own->failed ? TAKE_NO_MEMORY : TAKE_MORE;
}

static enum take format_of(struct opening *o)
{
    struct xls_book *b = o->b;
    unsigned char id[2];
    size_t len;
    if (!biff_take(&b->biff, id, sizeof id) || !biff_string(&b->biff, b->biff.eight ? 2 : 1, b->text, &len)) return TAKE_BROKEN;
    if (b->format_count == XLS_FORMATS_MAX) return TAKE_MORE;
    const int number = (int)biff_u16(id);
    b->formats[b->format_count].id = number;
    b->formats[b->format_count++].style = number_format_style(number, (struct text){ b->text, len });
    return TAKE_MORE;
}

static enum take style_of(struct opening *o)
{
    struct xls_book *b = o->b;
    if (b->biff.len < 4) return TAKE_BROKEN;
    if (b->style_count == XLS_STYLES_MAX) return TAKE_MORE;
    const int id = (int)biff_u16(b->biff.data + 2);
    enum cell_style style = number_format_style(id, TEXT_NONE);
    for (int i = 0; i < b->format_count; i++)
        if (b->formats[i].id == id) style = b->formats[i].style;
    b->style_of[b->style_count++] = (unsigned char)style;
    return TAKE_MORE;
}

static enum take strings_of(struct opening *o)
{
    struct xls_book *b = o->b;
    unsigned char head[8];
    if (!o->with_strings) return TAKE_MORE;
    if (!b->biff.eight || !biff_take(&b->biff, head, sizeof head)) return TAKE_BROKEN;
    const uint32_t count = biff_u32(head + 4);
    for (uint32_t i = 0; i < count; i++) {
        size_t len;
        if (!biff_string(&b->biff, 2, b->text, &len)) return TAKE_BROKEN;
        if (strings_add(b->strings, (struct text){ b->text, len })) continue;
        o->why = strings_failed(b->strings);
        return o->why == REFUSED_NOT ? TAKE_NO_MEMORY : TAKE_REFUSED;
    }
    return TAKE_MORE;
}

static enum take record_take(struct opening *o, bool first)
{
    struct xls_book *b = o->b;
    struct biff *f = &b->biff;
    if (first) return f->type == BIFF_BOF ? begin_of(o) : TAKE_BROKEN;
    switch (f->type) {
    case BIFF_EOF: return TAKE_END;
    case BIFF_FILE_PASS:
        o->why = REFUSED_ENCRYPTED;
        return TAKE_REFUSED;
    case BIFF_CODE_PAGE:
        f->gbk = f->len >= 2 && biff_u16(f->data) == 936;
        return TAKE_MORE;
    case BIFF_DATE_1904:
        b->date_1904 = f->len >= 2 && biff_u16(f->data) == 1;
        return TAKE_MORE;
    case BIFF_SHEET: return sheet_of(o);
    case BIFF_FORMAT: return format_of(o);
    case BIFF_XF: return style_of(o);
    case BIFF_SST: return strings_of(o);
    default: return TAKE_MORE;
    }
}

/* The records before the sheets. */
static enum take globals_read(struct opening *o)
{
    struct biff *f = &o->b->biff;
    enum take t = TAKE_MORE;
    for (bool first = true; t == TAKE_MORE; first = false) {
        if (biff_next(f) != BIFF_RECORD) return TAKE_BROKEN;
        t = record_take(o, first);
    }
    return t;
}

bool xls_book_open(struct xls_book *b, struct arena *own, const struct random_bytes *bytes, const struct intake_spill *spill, bool strings,
                   enum intake_refusal *ret_why)
{
    static const char *const names[] = { "Workbook", "Book", NULL };
    struct opening o = { b, own, spill, strings, REFUSED_NOT };
    memset(b, 0, sizeof *b);
    if (!cfb_open(&b->cfb, own, bytes, names, &b->stream, ret_why)) return false;
    if (*ret_why != REFUSED_NOT) return true;
    b->text = arena_take(own, CELL_KEPT_BYTES, 1);
    b->strings = strings ? strings_create(own, spill) : NULL;
    if (!b->text || !biff_init(&b->biff, own, &b->stream) || (strings && !b->strings)) return false;
    switch (globals_read(&o)) {
    case TAKE_MORE: case TAKE_END: break;
    case TAKE_NO_MEMORY: return false;
    case TAKE_BROKEN: o.why = b->stream.failed ? REFUSED_UNREADABLE : REFUSED_DAMAGED; break;
    case TAKE_REFUSED: break;
    }
    if (o.why == REFUSED_NOT && b->too_many_sheets) o.why = REFUSED_TOO_MANY_PARTS;
    if (o.why == REFUSED_NOT && b->sheet_count == 0) o.why = REFUSED_NO_TABLE;
    *ret_why = o.why;
    return true;
}
