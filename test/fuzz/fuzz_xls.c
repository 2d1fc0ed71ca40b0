/* Old workbooks. The first byte says what the rest is: a compound file as it is; or the records of a workbook, around which one is
 * made. The same bytes in small pieces say the same; see fuzz_table.h for what else holds. */
#include "fuzz_table.h"

enum { SECTOR = 512, FILE_MAX = 64 * 1024 };

static void put32(unsigned char *p, uint32_t v)
{
    for (int i = 0; i < 4; i++) p[i] = (unsigned char)(v >> (8 * i));
}

static void entry_put(unsigned char *p, const char *name, unsigned kind, uint32_t start, uint32_t size)
{
    const size_t n = strlen(name);
    for (size_t i = 0; i < n; i++) p[2 * i] = (unsigned char)name[i];
    p[64] = (unsigned char)(2 * (n + 1));
    p[66] = (unsigned char)kind;
    put32(p + 116, start);
    put32(p + 120, size);
}

/* Header, table of chains, directory, then the stream, at least as long as is not kept among the small ones. */
static size_t file_make(unsigned char *out, struct text stream)
{
    const uint32_t size = stream.len < 4096 ? 4096 : (uint32_t)stream.len, sectors = (size + SECTOR - 1) / SECTOR;
    memset(out, 0, (size_t)(3 + sectors) * SECTOR);
    memcpy(out, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8);
    out[30] = 9;
    out[32] = 6;
    out[44] = 1;
    put32(out + 48, 1);
    put32(out + 60, 0xfffffffe);
    put32(out + 68, 0xfffffffe);
    memset(out + 76, 0xff, SECTOR - 76);
    put32(out + 76, 0);
    unsigned char *table = out + SECTOR, *directory = out + 2 * SECTOR;
    memset(table, 0xff, SECTOR);
    put32(table, 0xfffffffd);
    put32(table + 4, 0xfffffffe);
    for (uint32_t i = 0; i < sectors; i++) put32(table + 8 + 4 * i, i + 1 < sectors ? i + 3 : 0xfffffffe);
    entry_put(directory, "Root Entry", 5, 0xfffffffe, 0);
    entry_put(directory + 128, "Workbook", 2, 2, size);
    memcpy(out + 3 * SECTOR, stream.ptr, stream.len);
    return (size_t)(3 + sectors) * SECTOR;
}

static struct table_digest read_in(const struct arena_source *memory, const void *data, size_t size, size_t piece)
{
    struct bytes bytes = { data, size, 0, piece };
    return tables_read(memory, &bytes, TEXT("fuzz.xls"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct fuzz_memory held;
    static struct arena_source memory = { fuzz_take, fuzz_give, &held };
    static unsigned char file[FILE_MAX];
    if (size < 2 || size > FILE_MAX / 2) return 0;
    held = (struct fuzz_memory){ 0 };
    const struct text rest = { (const char *)data + 1, size - 1 };
    const bool whole = data[0] % 2 == 0;
    const void *bytes = whole ? rest.ptr : (const char *)file;
    const size_t len = whole ? rest.len : file_make(file, rest);
    const struct table_digest once = read_in(&memory, bytes, len, SIZE_MAX), again = read_in(&memory, bytes, len, 700);
    FUZZ_CHECK(once.count == again.count && once.rows == again.rows && once.refusal == again.refusal);
    FUZZ_CHECK(held.held == 0 && held.most < TABLE_MEMORY_MAX);
    return 0;
}
