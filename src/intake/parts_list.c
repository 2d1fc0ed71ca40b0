/* Which tables does a file hold? By its first bytes, then by what the container itself tells; see intake_parts. */
#include <errno.h>
#include "intake/part.h"
#include "intake/sniff.h"
#include "intake/xls.h"
#include "intake/xlsx.h"

struct listing {
    struct arena *a;                       /* results */
    struct arena work;                     /* cleared for each member */
    const struct intake_source *source;
    const struct intake_spill *spill;
    struct intake_parts *ret;
    struct refusal_facts *why;
    int64_t budget;                        /* what may still be unpacked */
};

/* False when there are too many, or memory ran out. */
static bool add(struct listing *l, struct intake_part p)
{
    if (l->ret->count == LIMIT_PARTS) {
        *l->why = (struct refusal_facts){ .refusal = REFUSED_TOO_MANY_PARTS };
        return false;
    }
    p.no = l->ret->count + 1;
    p.listed = true;
    p.member = arena_text(l->a, p.member);
    p.sheet = arena_text(l->a, p.sheet);
    l->ret->list[l->ret->count++] = p;
    return !l->a->failed;
}

/* ---- workbooks ---- */

static bool add_sheets(struct listing *l, const struct xlsx_book *b, const struct intake_part *like)
{
    for (int i = 0; i < b->sheet_count; i++) {
        struct intake_part p = *like;
        p.kind = PART_XLSX;
        p.sheet = b->sheets[i].name;
        p.hidden = b->sheets[i].hidden;
        p.bytes = b->sheets[i].bytes;
        p.sheet_at = i;
        if (!add(l, p)) return false;
    }
    return true;
}

/* False only when memory ran out. */
static bool list_xlsx(struct listing *l, const struct random_bytes *bytes, const struct intake_part *like)
{
    struct xlsx_book b;
    int64_t budget = l->budget;
    const bool ok = xlsx_book_open(&b, &l->work, bytes, &budget, l->why);
    if (ok && l->why->refusal == REFUSED_NOT) add_sheets(l, &b, like);
    return ok;
}

struct xls_listing { struct listing *listing; const struct intake_part *like; };
static bool add_xls_sheet(void *ctx, int at, struct text name, bool hidden)
{
    struct xls_listing *x = ctx;
    struct listing *l = x->listing;
    struct intake_part p = *x->like;
    p.kind = PART_XLS;
    p.sheet = name;
    p.hidden = hidden;
    p.sheet_at = at;
    return add(l, p);
}

static bool list_xls(struct listing *l, const struct random_bytes *bytes, const struct intake_part *like)
{
    struct xls_listing x = { l, like };
    return xls_sheets(&l->work, bytes, add_xls_sheet, &x, l->why);
}

/* ---- archives ---- */

static struct text last_of(struct text name) { return source_base_name(name); }

static bool is_litter(struct text name)
{
    const struct text last = last_of(name);
    return text_starts_with(name, TEXT("__MACOSX/")) || (last.len > 0 && last.ptr[0] == '.');
}

/* A member that looks like a zip, or an old workbook: it goes to the spill to be looked into. */
static bool list_container(struct listing *l, const struct intake_part *like, enum sniffed sniffed)
{
    struct part_bytes b;
    struct part_random r;
    bool ok = part_bytes_open(&b, &l->work, l->source, like);
    ok = ok && part_random_open(&r, &b, l->spill);
    if (ok && b.why.refusal != REFUSED_NOT) {
        l->why->refusal = b.why.refusal;
    } else if (ok && sniffed == SNIFFED_OLE) {
        ok = list_xls(l, &r.bytes, like);
    } else if (ok) {
        struct archive z;
        int64_t budget = l->budget;
        enum sniffed kind = SNIFFED_ZIP;
        ok = archive_open(&z, &l->work, &r.bytes, &budget, l->why);
        if (ok && l->why->refusal == REFUSED_NOT) kind = xlsx_archive_kind(&z);
        if (!ok || l->why->refusal != REFUSED_NOT) goto out;
        if (kind == SNIFFED_ZIP) l->why->refusal = REFUSED_NESTED;
        else if (kind != SNIFFED_XLSX) add(l, *like); /* its scan says what it is */
        else ok = list_xlsx(l, &r.bytes, like);
    }
out:
    part_bytes_close(&b);
    return ok;
}

static bool list_member(struct listing *l, struct archive *z, int entry)
{
    const struct archive_entry *e = &z->entries[entry];
    const struct intake_part part = { .kind = PART_TEXT, .member = e->name, .bytes = e->bytes, .entry = entry };
    struct part_bytes b;
    struct input in;
    if (e->directory || is_litter(e->name)) return true;
    bool ok = part_bytes_open(&b, &l->work, l->source, &part);
    if (ok && b.why.refusal == REFUSED_NOT) ok = input_open(&in, &l->work, &b.source);
    if (ok && b.why.refusal != REFUSED_NOT) {
        *l->why = b.why;
    } else if (ok) {
        part_bytes_close(&b);
        switch (in.sniffed) {
        case SNIFFED_ZIP: case SNIFFED_XLSX: case SNIFFED_OLE: ok = list_container(l, &part, in.sniffed); break;
        case SNIFFED_GZIP: l->why->refusal = REFUSED_NESTED; break;
        case SNIFFED_JSON: add(l, (struct intake_part){ .kind = PART_JSON, .member = e->name, .bytes = e->bytes, .entry = entry }); break;
        case SNIFFED_TEXT: case SNIFFED_EMPTY: case SNIFFED_PNG: case SNIFFED_JPEG: case SNIFFED_GIF: case SNIFFED_PDF: case SNIFFED_HTML:
        case SNIFFED_HTML_TABLE: case SNIFFED_XLSB: case SNIFFED_ODS: case SNIFFED_DOCX: case SNIFFED_XML: case SNIFFED_BINARY:
            add(l, part); /* what is no table says so when it is scanned, and is left aside */
            break;
        }
    }
    part_bytes_close(&b);
    if (l->why->refusal != REFUSED_NOT) l->why->member = arena_text(l->a, e->name); /* the archive's own texts go with it */
    return ok;
}

static bool list_archive(struct listing *l, const struct random_bytes *bytes)
{
    struct archive z;
    struct arena own;
    arena_init(&own, l->a->source, 0);
    bool ok = archive_open(&z, &own, bytes, &l->budget, l->why);
    if (ok && l->why->refusal == REFUSED_NOT) {
        const enum sniffed kind = xlsx_archive_kind(&z);
        if (kind == SNIFFED_XLSX) {
            l->budget = LIMIT_UNPACKED_BYTES;
            ok = list_xlsx(l, bytes, &(struct intake_part){ .entry = -1 });
        } else if (kind != SNIFFED_ZIP) {
            *l->why = (struct refusal_facts){ .refusal = REFUSED_NOT_TEXT, .sniffed = kind };
        } else {
            for (int i = 0; ok && i < z.count && l->why->refusal == REFUSED_NOT; i++) {
                arena_clear(&l->work);
                ok = list_member(l, &z, i);
            }
        }
    }
    if (ok && l->why->refusal == REFUSED_NOT && l->ret->count == 0) l->why->refusal = REFUSED_NO_TABLE;
    arena_release(&own);
    return ok;
}

/* ---- a file ---- */

static bool whole_file(struct listing *l, enum part_kind kind)
{
    return add(l, (struct intake_part){ .kind = kind, .bytes = l->source->size, .entry = -1 });
}

static bool list_file(struct listing *l)
{
    const struct intake_source *s = l->source;
    const struct random_bytes bytes = { s->ctx, s->read_at, s->size };
    struct input in;
    errno = 0;
    if (!input_open(&in, &l->work, s)) return false;
    l->why->sniffed = in.sniffed;
    if (in.failed) {
        l->why->refusal = errno == EISDIR ? REFUSED_DIRECTORY : REFUSED_UNREADABLE;
        return true;
    }
    switch (in.sniffed) {
    case SNIFFED_TEXT: return whole_file(l, PART_TEXT);
    case SNIFFED_JSON: return whole_file(l, PART_JSON);
    case SNIFFED_EMPTY: l->why->refusal = REFUSED_EMPTY; return true;
    case SNIFFED_ZIP: case SNIFFED_XLSX:
        if (s->read_at) return list_archive(l, &bytes);
        l->why->refusal = REFUSED_UNREADABLE;
        return true;
    case SNIFFED_OLE:
        if (s->read_at) return list_xls(l, &bytes, &(struct intake_part){ .entry = -1, .bytes = s->size });
        l->why->refusal = REFUSED_UNREADABLE;
        return true;
    case SNIFFED_PNG: case SNIFFED_JPEG: case SNIFFED_GIF: case SNIFFED_PDF: case SNIFFED_GZIP: case SNIFFED_HTML: case SNIFFED_HTML_TABLE:
    case SNIFFED_XLSB: case SNIFFED_ODS: case SNIFFED_DOCX: case SNIFFED_XML: case SNIFFED_BINARY:
        l->why->refusal = REFUSED_NOT_TEXT;
        return true;
    }
    return true;
}

bool parts_list(struct arena *a, const struct intake_source *source, const struct intake_options *opt, struct intake_parts *ret,
                struct refusal_facts *ret_why)
{
    struct listing l = { .a = a, .source = source, .spill = opt->spill, .ret = ret, .why = ret_why, .budget = LIMIT_UNPACKED_BYTES };
    *ret = (struct intake_parts){ .refusal = REFUSED_NOT, .list = ARENA_ARRAY(a, struct intake_part, LIMIT_PARTS) };
    *ret_why = (struct refusal_facts){ .refusal = REFUSED_NOT };
    if (!ret->list) return false;
    arena_init(&l.work, a->source, 0);
    const bool ok = list_file(&l);
    ret_why->member = arena_text(a, ret_why->member);
    ret_why->sheet = arena_text(a, ret_why->sheet);
    arena_release(&l.work);
    return ok && !a->failed;
}

bool intake_parts(struct arena *a, const struct intake_source *src, const struct intake_options *opt, struct intake_parts *ret)
{
    struct refusal_facts why;
    if (!parts_list(a, src, opt, ret, &why)) return false;
    if (why.refusal != REFUSED_NOT) {
        struct intake_scan_result *said = ARENA_NEW(a, struct intake_scan_result);
        if (!said) return false;
        why.file = source_base_name(src->name);
        refusal_say(a, &why, said);
        *ret = (struct intake_parts){ .refusal = said->refusal, .refusal_en = said->refusal_en, .refusal_zh = said->refusal_zh };
    }
    return !a->failed;
}
