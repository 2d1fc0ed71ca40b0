/* See xml.h. */
#include "intake/xml.h"
#include <expat.h>

enum { CHUNK = 32 * 1024 };

const char *xml_local(const char *name)
{
    const char *colon = strchr(name, ':');
    return colon ? colon + 1 : name;
}

const char *xml_attribute(const char **attributes, const char *local)
{
    for (; attributes[0]; attributes += 2)
        if (strcmp(xml_local(attributes[0]), local) == 0) return attributes[1];
    return NULL;
}

void xml_refuse(struct xml *x, enum intake_refusal why)
{
    if (x->refusal == REFUSED_NOT) x->refusal = why;
    XML_StopParser(x->parser, XML_FALSE);
}

void xml_pause(struct xml *x)
{
    x->pausing = true;
    XML_StopParser(x->parser, XML_TRUE);
}

static void XMLCALL on_begin(void *ctx, const XML_Char *name, const XML_Char **attributes)
{
    struct xml *x = ctx;
    if (x->refusal != REFUSED_NOT) return;
    if (++x->depth > XML_DEPTH_MAX) {
        xml_refuse(x, REFUSED_DAMAGED);
        return;
    }
    x->handlers.begin(x->handlers.ctx, xml_local(name), attributes);
}

static void XMLCALL on_end(void *ctx, const XML_Char *name)
{
    struct xml *x = ctx;
    if (x->refusal != REFUSED_NOT) return;
    x->depth--;
    x->handlers.end(x->handlers.ctx, xml_local(name));
}

static void XMLCALL on_text(void *ctx, const XML_Char *s, int len)
{
    struct xml *x = ctx;
    if (x->refusal == REFUSED_NOT) x->handlers.text(x->handlers.ctx, s, len);
}

static void XMLCALL on_doctype(void *ctx, const XML_Char *name, const XML_Char *system_id, const XML_Char *public_id, int has_internal_subset)
{
    (void)name, (void)system_id, (void)public_id, (void)has_internal_subset;
    xml_refuse(ctx, REFUSED_DOCTYPE);
}

static void parser_prepare(struct xml *x)
{
    XML_SetUserData(x->parser, x);
    XML_SetElementHandler(x->parser, on_begin, on_end);
    if (x->handlers.text) XML_SetCharacterDataHandler(x->parser, on_text);
    XML_SetStartDoctypeDeclHandler(x->parser, on_doctype);
    XML_SetParamEntityParsing(x->parser, XML_PARAM_ENTITY_PARSING_NEVER);
}

bool xml_open(struct xml *x, struct arena *own, const struct archive *z, int entry, const struct xml_handlers *handlers)
{
    x->handlers = *handlers;
    x->depth = 0;
    x->fed = 0;
    x->lead_len = 0;
    x->ended = x->pausing = false;
    x->refusal = REFUSED_NOT;
    if (!archive_member_open(&x->member, own, z, entry)) {
        x->refusal = x->member.refusal;
        return false;
    }
    if (!x->parser) x->parser = XML_ParserCreate(NULL);
    else if (!XML_ParserReset(x->parser, NULL)) return false;
    if (!x->parser) return false;
    parser_prepare(x);
    return true;
}

static enum xml_end refused(struct xml *x, enum intake_refusal why)
{
    if (x->refusal == REFUSED_NOT) x->refusal = why;
    return XML_REFUSED;
}

/* After the parser has taken what it was given. */
static enum xml_end after(struct xml *x, enum XML_Status status, bool *ret_go_on)
{
    *ret_go_on = false;
    if (x->refusal != REFUSED_NOT) return XML_REFUSED;
    if (status == XML_STATUS_ERROR) return XML_GetErrorCode(x->parser) == XML_ERROR_NO_MEMORY ? XML_REFUSED : refused(x, REFUSED_DAMAGED);
    if (status == XML_STATUS_SUSPENDED) return XML_MORE;
    if (x->ended) return XML_ENDED;
    if (x->fed - (int64_t)XML_GetCurrentByteIndex(x->parser) > XML_TAG_BYTES_MAX) return refused(x, REFUSED_DAMAGED);
    *ret_go_on = true;
    return XML_MORE;
}

/* The next bytes of the part, at most CHUNK; 0 at its end. */
static ssize_t next_bytes(struct xml *x, void *room)
{
    const size_t n = x->lead_len < CHUNK ? x->lead_len : CHUNK;
    if (n == 0) return archive_member_read(&x->member, room, CHUNK);
    memcpy(room, x->lead, n);
    x->lead += n;
    x->lead_len -= n;
    return (ssize_t)n;
}

enum xml_end xml_give(struct xml *x, struct text s)
{
    bool go_on;
    x->fed += (int64_t)s.len;
    return after(x, XML_Parse(x->parser, s.ptr, (int)s.len, 0), &go_on);
}

enum xml_end xml_read(struct xml *x)
{
    bool go_on = true;
    enum xml_end end = XML_MORE;
    if (x->refusal != REFUSED_NOT) return XML_REFUSED;
    if (x->pausing) {
        x->pausing = false;
        end = after(x, XML_ResumeParser(x->parser), &go_on);
    }
    while (go_on) {
        void *room = XML_GetBuffer(x->parser, CHUNK);
        if (!room) return XML_REFUSED;
        const ssize_t n = next_bytes(x, room);
        if (n < 0) return refused(x, x->member.refusal);
        x->fed += n;
        x->ended = n == 0;
        end = after(x, XML_ParseBuffer(x->parser, (int)n, n == 0), &go_on);
    }
    return end;
}

void xml_close(struct xml *x)
{
    if (x->parser) XML_ParserFree(x->parser);
    archive_member_close(&x->member);
    *x = (struct xml){ .parser = NULL };
}

enum xml_end xml_read_part(struct arena *own, const struct archive *z, int entry, const struct xml_handlers *handlers, enum intake_refusal *ret_why)
{
    struct xml x = { .parser = NULL };
    enum xml_end end = XML_REFUSED;
    if (xml_open(&x, own, z, entry, handlers)) end = xml_read(&x);
    *ret_why = x.refusal;
    xml_close(&x);
    return end;
}
