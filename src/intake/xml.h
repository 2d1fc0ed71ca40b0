/* XML of a workbook's parts, read with expat as it is unpacked.
 *
 * Refused: a document type declaration (no spreadsheet has one; entities would come with it), elements nested deeper than
 * XML_DEPTH_MAX, a tag longer than XML_TAG_BYTES_MAX. Names are given without their prefix. */
#ifndef ZG_INTAKE_XML_H
#define ZG_INTAKE_XML_H
#include "intake/archive.h"

enum { XML_DEPTH_MAX = 64, XML_TAG_BYTES_MAX = 1024 * 1024 };
struct xml_handlers {
    void *ctx;
    void (*begin)(void *ctx, const char *name, const char **attributes); /* pairs of name and value, then NULL */
    void (*end)(void *ctx, const char *name);
    void (*text)(void *ctx, const char *s, int len);                     /* may be NULL; a run may come in pieces */
};
struct XML_ParserStruct;
struct xml {
    struct XML_ParserStruct *parser;
    struct archive_member member;
    struct xml_handlers handlers;
    int depth;
    int64_t fed;
    const char *lead;            /* bytes of the member that were read already and come before the rest */
    size_t lead_len;
    bool ended, pausing;
    enum intake_refusal refusal; /* REFUSED_NOT until it failed */
};
/* Opens an entry, also again from its beginning. False: see x->refusal (REFUSED_NOT: no memory). x is zero before the first time. */
bool xml_open(struct xml *x, struct arena *own, const struct archive *z, int entry, const struct xml_handlers *handlers);
enum xml_end { XML_MORE /* a handler paused it */, XML_ENDED, XML_REFUSED /* see x->refusal; REFUSED_NOT: no memory */ };
/* Reads until the end, or until a handler calls xml_pause; calling it again goes on from there. */
enum xml_end xml_read(struct xml *x);
/* Gives the parser bytes that were read from x->member. XML_MORE: it goes on after them. */
enum xml_end xml_give(struct xml *x, struct text s);
void xml_pause(struct xml *x);                             /* in a handler */
void xml_refuse(struct xml *x, enum intake_refusal why);   /* in a handler: ends the reading */
void xml_close(struct xml *x);
/* The whole of a small part at once; XML_ENDED or XML_REFUSED. */
enum xml_end xml_read_part(struct arena *own, const struct archive *z, int entry, const struct xml_handlers *handlers, enum intake_refusal *ret_why);

const char *xml_local(const char *name);                                   /* behind "x:" */
const char *xml_attribute(const char **attributes, const char *local);     /* NULL when there is none */
#endif
