/* Workbooks and archives. The first byte says what the rest is: an archive as it is; or a sheet's rows, and behind a NUL its shared
 * strings, around which a workbook is made.
 *
 * Holds beside what fuzz_table.h says: rows read here, with xlsx_quick.c, are those that expat alone gives, and so is the refusal
 * (the same sheet with "<sheetData >", which is not read quickly); the same bytes in small pieces say the same. */
#include "fuzz_table.h"
#include <zlib.h>

enum { BOOK_MAX = 64 * 1024 };
struct book { unsigned char bytes[BOOK_MAX]; size_t len; unsigned char list[4096]; size_t list_len; unsigned count; };

static void put16(unsigned char *p, unsigned v)
{
    p[0] = (unsigned char)v;
    p[1] = (unsigned char)(v >> 8);
}
static void put32(unsigned char *p, size_t v)
{
    put16(p, (unsigned)(v & 0xffff));
    put16(p + 2, (unsigned)(v >> 16));
}

/* A stored entry of up to four pieces. */
static void entry_add(struct book *b, const char *name, const struct text pieces[4])
{
    unsigned char *local = b->bytes + b->len, *listed = b->list + b->list_len;
    const size_t name_len = strlen(name), at = b->len;
    size_t size = 0;
    uLong sum = crc32(0, NULL, 0);
    memset(local, 0, 30);
    memset(listed, 0, 46);
    memcpy(local + 30, name, name_len);
    memcpy(listed + 46, name, name_len);
    for (int i = 0; i < 4; i++) {
        if (pieces[i].len == 0) continue;
        memcpy(local + 30 + name_len + size, pieces[i].ptr, pieces[i].len);
        sum = crc32(sum, (const unsigned char *)pieces[i].ptr, (uInt)pieces[i].len);
        size += pieces[i].len;
    }
    put32(local, 0x04034b50);
    put32(listed, 0x02014b50);
    put32(local + 14, sum);
    put32(listed + 16, sum);
    put32(local + 18, size);
    put32(local + 22, size);
    put32(listed + 20, size);
    put32(listed + 24, size);
    put16(local + 26, (unsigned)name_len);
    put16(listed + 28, (unsigned)name_len);
    put32(listed + 42, at);
    b->len += 30 + name_len + size;
    b->list_len += 46 + name_len;
    b->count++;
}

static void part_add(struct book *b, const char *name, const char *content)
{
    entry_add(b, name, (struct text[4]){ text_from_cstr(content), TEXT_NONE, TEXT_NONE, TEXT_NONE });
}

static void book_make(struct book *b, struct text rows, struct text strings, const char *data)
{
#define REL "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
    *b = (struct book){ .len = 0 };
    part_add(b, "[Content_Types].xml", "<Types/>");
    part_add(b, "_rels/.rels", "<R><Relationship Id=\"a\" Type=\"" REL "officeDocument\" Target=\"xl/workbook.xml\"/></R>");
    part_add(b, "xl/workbook.xml", "<workbook><sheets><sheet name=\"s\" r:id=\"a\"/></sheets></workbook>");
    part_add(b, "xl/_rels/workbook.xml.rels", "<R><Relationship Id=\"a\" Type=\"" REL "worksheet\" Target=\"s.xml\"/><Relationship Id=\"b\" Type=\"" REL
             "sharedStrings\" Target=\"t.xml\"/><Relationship Id=\"c\" Type=\"" REL "styles\" Target=\"y.xml\"/></R>");
    part_add(b, "xl/y.xml", "<styleSheet><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"22\"/><xf numFmtId=\"46\"/></cellXfs></styleSheet>");
    entry_add(b, "xl/t.xml", (struct text[4]){ TEXT("<sst>"), strings, TEXT("</sst>"), TEXT_NONE });
    entry_add(b, "xl/s.xml", (struct text[4]){ TEXT("<worksheet>"), text_from_cstr(data), rows, TEXT("</sheetData></worksheet>") });
    unsigned char *end = b->bytes + b->len + b->list_len;
    memcpy(b->bytes + b->len, b->list, b->list_len);
    memset(end, 0, 22);
    put32(end, 0x06054b50);
    put16(end + 8, b->count);
    put16(end + 10, b->count);
    put32(end + 12, b->list_len);
    put32(end + 16, b->len);
    b->len += b->list_len + 22;
}

static struct table_digest read_in(const struct arena_source *memory, const void *data, size_t size, size_t piece)
{
    struct bytes bytes = { data, size, 0, piece };
    return tables_read(memory, &bytes, TEXT("fuzz.xlsx"));
}

static void check_same(struct table_digest a, struct table_digest b)
{
    FUZZ_CHECK(a.count == b.count && a.rows == b.rows);
    FUZZ_CHECK(a.refusal == b.refusal);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct fuzz_memory held;
    static struct arena_source memory = { fuzz_take, fuzz_give, &held };
    static struct book quick, slow;
    if (size < 1 || size > BOOK_MAX / 4) return 0;
    held = (struct fuzz_memory){ 0 };
    const struct text rest = { (const char *)data + 1, size - 1 };
    if (data[0] % 2 == 0) {
        check_same(read_in(&memory, rest.ptr, rest.len, SIZE_MAX), read_in(&memory, rest.ptr, rest.len, 1000));
    } else {
        struct text strings;
        const struct text rows = text_cut(rest, '\0', &strings);
        book_make(&quick, rows, strings, "<sheetData>");
        book_make(&slow, rows, strings, "<sheetData >");
        const struct table_digest once = read_in(&memory, quick.bytes, quick.len, SIZE_MAX);
        check_same(once, read_in(&memory, slow.bytes, slow.len, SIZE_MAX));
        check_same(once, read_in(&memory, quick.bytes, quick.len, (size_t)data[0] / 2 * 10 + 50));
    }
    FUZZ_CHECK(held.held == 0 && held.most < TABLE_MEMORY_MAX);
    return 0;
}
