/* Which tables does a file hold? By its first bytes, then by what the container itself tells; see part.h and intake_parts. */
#include "intake/part.h"
#include <errno.h>
#include "intake/sniff.h"

/* ---- what a file is ---- */

static bool whole_file(struct arena *a, struct intake_parts *ret, enum part_kind kind, int64_t bytes)
{
    ret->list = ARENA_NEW(a, struct intake_part);
    if (!ret->list) return false;
    ret->list[0] = (struct intake_part){ .kind = kind, .no = 1, .bytes = bytes, .entry = -1 };
    ret->count = 1;
    return true;
}

bool parts_list(struct arena *a, const struct intake_source *source, const struct intake_options *opt, struct intake_parts *ret,
                struct refusal_facts *ret_why)
{
    struct input in;
    (void)opt;
    *ret_why = (struct refusal_facts){ .refusal = REFUSED_NOT };
    errno = 0;
    if (!input_open(&in, a, source)) return false;
    ret_why->sniffed = in.sniffed;
    if (in.failed) {
        ret_why->refusal = errno == EISDIR ? REFUSED_DIRECTORY : REFUSED_UNREADABLE;
        return true;
    }
    switch (in.sniffed) {
    case SNIFFED_TEXT: return whole_file(a, ret, PART_TEXT, source->size);
    case SNIFFED_JSON: return whole_file(a, ret, PART_JSON, source->size);
    case SNIFFED_EMPTY: ret_why->refusal = REFUSED_EMPTY; return true;
    case SNIFFED_PNG: case SNIFFED_JPEG: case SNIFFED_GIF: case SNIFFED_ZIP: case SNIFFED_XLSX: case SNIFFED_OLE: case SNIFFED_PDF:
    case SNIFFED_GZIP: case SNIFFED_HTML: case SNIFFED_BINARY:
        ret_why->refusal = REFUSED_NOT_TEXT;
        return true;
    }
    return true;
}

bool intake_parts(struct arena *a, const struct intake_source *src, const struct intake_options *opt, struct intake_parts *ret)
{
    struct refusal_facts why;
    *ret = (struct intake_parts){ .refusal = REFUSED_NOT };
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

static bool same_part(const struct intake_part *a, const struct intake_part *b)
{
    /* what is kept of names may have been cut */
    return a->no == b->no && text_starts_with(b->member, a->member) && text_starts_with(b->sheet, a->sheet);
}

bool part_choose(struct arena *a, const struct intake_source *source, const struct intake_options *opt, struct intake_part *ret,
                 struct refusal_facts *ret_why)
{
    struct intake_parts parts = { .refusal = REFUSED_NOT };
    if (!parts_list(a, source, opt, &parts, ret_why)) return false;
    if (ret_why->refusal != REFUSED_NOT) return true;
    if (!opt->part && parts.count > 1) ret_why->refusal = REFUSED_SEVERAL;
    for (int i = 0; i < parts.count && ret_why->refusal == REFUSED_NOT; i++) {
        if (opt->part && !same_part(opt->part, &parts.list[i])) continue;
        *ret = parts.list[i];
        return true;
    }
    if (ret_why->refusal == REFUSED_NOT) ret_why->refusal = REFUSED_NO_PART;
    return true;
}

/* ---- the bytes of a text ---- */

bool part_bytes_open(struct part_bytes *b, struct arena *own, const struct intake_source *source, const struct intake_part *part)
{
    (void)own, (void)part;
    *b = (struct part_bytes){ .source = *source, .why = { .refusal = REFUSED_NOT } };
    return true;
}

void part_bytes_close(struct part_bytes *b) { *b = (struct part_bytes){ .member = NULL }; }
