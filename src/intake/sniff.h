/* What is this file? By its first bytes, before anything is read as a table. */
#ifndef ZG_INTAKE_SNIFF_H
#define ZG_INTAKE_SNIFF_H
#include "base/text.h"
#include "intake/intake.h"

enum sniffed {
    SNIFFED_TEXT, SNIFFED_EMPTY, SNIFFED_PNG, SNIFFED_JPEG, SNIFFED_GIF, SNIFFED_ZIP, SNIFFED_XLSX, SNIFFED_OLE /* xls, doc */, SNIFFED_PDF,
    SNIFFED_GZIP, SNIFFED_HTML /* a web page */, SNIFFED_HTML_TABLE /* one with a table, as some call an .xls */, SNIFFED_JSON, SNIFFED_XLSB,
    SNIFFED_ODS, SNIFFED_DOCX /* a document, not a workbook */, SNIFFED_XML /* a spreadsheet of 2003, also when named .xls */, SNIFFED_BINARY,
};
#define SNIFF_BYTES (64 * 1024)
/* head: the first SNIFF_BYTES of the file, or all of it. *ret_encoding: by the byte order mark, else ENCODING_UTF8 (to be
 * found out); *ret_skip: the length of the mark. */
enum sniffed sniff(struct text head, enum intake_encoding *ret_encoding, size_t *ret_skip);

/* The bytes of a source as a table reader wants them: without byte order mark; UTF-16 as UTF-8. */
struct input {
    const struct intake_source *source;
    enum sniffed sniffed;
    enum intake_encoding encoding; /* by the mark */
    unsigned char *head;           /* SNIFF_BYTES */
    size_t head_len, head_at;
    bool at_end, failed;
    struct utf16_feed *utf16;      /* NULL: not UTF-16 */
    int64_t bytes;                 /* taken from the source so far */
};
/* Rewinds the source and looks at its head. False when memory ran out; in->failed when the source cannot be read. */
bool input_open(struct input *in, struct arena *a, const struct intake_source *source);
ssize_t input_read(void *input, void *buf, size_t cap); /* as csv_source.read */
#endif
