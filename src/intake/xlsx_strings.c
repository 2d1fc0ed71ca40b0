/* The strings that a workbook's cells share: <sst><si><t>..</t></si><si><r><t>..</t></r><rPh>how it is read aloud</rPh></si></sst> */
#include "base/limits.h"
#include "intake/xlsx.h"

struct reading {
    struct strings *strings;
    char *string;                      /* CELL_KEPT_BYTES: the one at hand */
    size_t len;
    bool in_text, in_phonetic, no_memory;
    struct xml xml;
};

static void strings_begin(void *ctx, const char *name, const char **attributes)
{
    struct reading *r = ctx;
    (void)attributes;
    if (strcmp(name, "si") == 0) r->len = 0;
    else if (strcmp(name, "t") == 0) r->in_text = !r->in_phonetic;
    else if (strcmp(name, "rPh") == 0) r->in_phonetic = true;
}

static void strings_end(void *ctx, const char *name)
{
    struct reading *r = ctx;
    if (strcmp(name, "t") == 0) r->in_text = false;
    else if (strcmp(name, "rPh") == 0) r->in_phonetic = false;
    if (strcmp(name, "si") != 0) return;
    if (r->len <= LIMIT_CELL_BYTES) r->len = cell_unescape(r->string, r->len);
    if (strings_add(r->strings, (struct text){ r->string, r->len })) return;
    r->no_memory = strings_failed(r->strings) == REFUSED_NOT;
    xml_refuse(&r->xml, strings_failed(r->strings));
}

static void strings_text(void *ctx, const char *text, int len)
{
    struct reading *r = ctx;
    if (r->in_text) r->len = cell_append(r->string, r->len, (struct text){ text, (size_t)len });
}

bool xlsx_strings_read(struct arena *own, const struct archive *z, int entry, const struct intake_spill *spill, struct strings **ret,
                       enum intake_refusal *ret_why)
{
    struct reading *r = ARENA_NEW(own, struct reading);
    *ret_why = REFUSED_NOT;
    *ret = strings_create(own, spill);
    if (!r || !*ret) return false;
    r->strings = *ret;
    r->string = arena_take(own, CELL_KEPT_BYTES, 1);
    if (!r->string) return false;
    if (entry < 0) return true;
    const struct xml_handlers handlers = { r, strings_begin, strings_end, strings_text };
    const enum xml_end end = xml_open(&r->xml, own, z, entry, &handlers) ? xml_read(&r->xml) : XML_REFUSED;
    *ret_why = r->xml.refusal;
    xml_close(&r->xml);
    return !r->no_memory && (end == XML_ENDED || *ret_why != REFUSED_NOT);
}
