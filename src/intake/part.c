/* The bytes of a file's parts, and which part is meant; see part.h. */
#include "intake/part.h"

/* ---- one after another ---- */

static ssize_t member_read(void *ctx, void *buf, size_t cap)
{
    struct part_bytes *b = ctx;
    const ssize_t n = b->member.unpacking ? archive_member_read(&b->member, buf, cap) : -1;
    if (n < 0) b->why.refusal = b->member.refusal != REFUSED_NOT ? b->member.refusal : REFUSED_UNREADABLE;
    return n;
}

static bool member_rewind(void *ctx)
{
    struct part_bytes *b = ctx;
    if (archive_member_open(&b->member, b->own, &b->archive, b->entry)) return true;
    b->why.refusal = b->member.refusal;
    return false;
}

static struct random_bytes whole_file(const struct intake_source *source)
{
    return (struct random_bytes){ source->ctx, source->read_at, source->size };
}

bool part_bytes_open(struct part_bytes *b, struct arena *own, const struct intake_source *source, const struct intake_part *part)
{
    *b = (struct part_bytes){ .source = *source, .why = { .refusal = REFUSED_NOT, .member = part->member }, .own = own, .budget = LIMIT_UNPACKED_BYTES };
    if (part->entry < 0) return true;
    if (!source->read_at) {
        b->why.refusal = REFUSED_UNREADABLE;
        return true;
    }
    const struct random_bytes bytes = whole_file(source);
    if (!archive_open(&b->archive, own, &bytes, &b->budget, &b->why)) return false;
    if (b->why.refusal != REFUSED_NOT) return true;
    if (part->entry >= b->archive.count || !text_eq(b->archive.entries[part->entry].name, part->member)) {
        b->why.refusal = REFUSED_NO_PART;
        return true;
    }
    b->entry = (int)part->entry;
    b->source = (struct intake_source){ .ctx = b, .read = member_read, .rewind = member_rewind, .name = source->name, .size = b->archive.entries[b->entry].bytes };
    return true;
}

void part_bytes_close(struct part_bytes *b)
{
    archive_member_close(&b->member);
}

/* ---- anywhere ---- */

static ssize_t rest_read_at(void *ctx, int64_t offset, void *buf, size_t cap)
{
    const struct part_random *r = ctx;
    return r->spill_all->read_at(r->spill_all->ctx, offset + r->spill_from, buf, cap);
}

static bool rest_write_at(void *ctx, int64_t offset, const void *buf, size_t len)
{
    const struct part_random *r = ctx;
    return r->spill_all->write_at(r->spill_all->ctx, offset + r->spill_from, buf, len);
}

/* The whole member into the spill. */
static bool member_to_spill(struct part_bytes *b, const struct intake_spill *spill)
{
    char buf[32 * 1024];
    int64_t at = 0;
    if (!b->source.rewind(b->source.ctx)) return false;
    for (;;) {
        const ssize_t n = b->source.read(b->source.ctx, buf, sizeof buf);
        if (n < 0) return false;
        if (n == 0) return true;
        if (!spill->write_at(spill->ctx, at, buf, (size_t)n)) {
            b->why.refusal = REFUSED_UNREADABLE;
            return false;
        }
        at += n;
    }
}

bool part_random_open(struct part_random *r, struct part_bytes *b, const struct intake_spill *spill)
{
    const struct intake_source *s = &b->source;
    *r = (struct part_random){ .spill_all = spill };
    if (b->why.refusal != REFUSED_NOT) return true;
    if (spill) r->spill = (struct intake_spill){ r, rest_read_at, rest_write_at };
    if (!b->archive.entries) {
        r->bytes = whole_file(s);
        if (!s->read_at) b->why.refusal = REFUSED_UNREADABLE;
        return true;
    }
    if (!spill) b->why.refusal = REFUSED_UNREADABLE;
    else if (!member_to_spill(b, spill) && b->why.refusal == REFUSED_NOT) b->why.refusal = REFUSED_UNREADABLE;
    if (b->why.refusal != REFUSED_NOT) return true;
    r->bytes = (struct random_bytes){ spill->ctx, spill->read_at, s->size };
    r->spill_from = (s->size + 4095) / 4096 * 4096;
    return true;
}

/* ---- which one ---- */

static bool same_part(const struct intake_part *a, const struct intake_part *b)
{
    /* what is kept of names may have been cut */
    return a->no == b->no && text_starts_with(b->member, a->member) && text_starts_with(b->sheet, a->sheet);
}

bool part_choose(struct arena *a, const struct intake_source *source, const struct intake_options *opt, struct intake_part *ret,
                 struct refusal_facts *ret_why)
{
    struct intake_parts parts = { .refusal = REFUSED_NOT };
    *ret_why = (struct refusal_facts){ .refusal = REFUSED_NOT };
    if (opt->part && opt->part->listed) {
        *ret = *opt->part;
        return true;
    }
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
