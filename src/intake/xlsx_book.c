/* What a workbook is made of: [Content_Types].xml says that it is one, _rels/.rels where its list of sheets stands, that list the names,
 * its relationships which part each sheet is. See xlsx.h. */
#include <stdlib.h>
#include "base/limits.h"
#include "intake/xlsx.h"

enum { RELATIONS_MAX = 4096, TARGET_BYTES = 512 };

/* ---- relationships: id, kind, the entry they lead to ---- */

struct relation { struct text id, kind; int entry; };
struct relations {
    struct arena *own;
    const struct archive *archive;
    struct text folder;             /* of the part that they are of, "" or ending in "/" */
    struct relation *list;
    int count;
};

/* "xl/" + "worksheets/../../x" without dots; -1 when it leads nowhere. */
static int target_entry(const struct archive *z, struct text folder, struct text target)
{
    char path[TARGET_BYTES];
    size_t n = 0;
    if (target.len > 0 && (target.ptr[0] == '/' || target.ptr[0] == '\\')) {
        target = (struct text){ target.ptr + 1, target.len - 1 };
    } else {
        if (folder.len >= sizeof path) return -1;
        memcpy(path, folder.ptr, folder.len);
        n = folder.len;
    }
    for (size_t i = 0; i < target.len;) {
        size_t end = i;
        while (end < target.len && target.ptr[end] != '/' && target.ptr[end] != '\\') end++;
        const struct text step = { target.ptr + i, end - i };
        i = end + 1;
        if (text_is(step, ".") || step.len == 0) continue;
        if (text_is(step, "..")) {
            if (n == 0) return -1;
            n--;
            while (n > 0 && path[n - 1] != '/') n--;
            continue;
        }
        if (n + step.len + 1 > sizeof path) return -1;
        memcpy(path + n, step.ptr, step.len);
        n += step.len;
        if (end < target.len) path[n++] = '/';
    }
    return archive_find(z, (struct text){ path, n });
}

static void relation_begin(void *ctx, const char *name, const char **attributes)
{
    struct relations *r = ctx;
    if (strcmp(name, "Relationship") != 0 || r->count == RELATIONS_MAX) return;
    const char *id = xml_attribute(attributes, "Id"), *type = xml_attribute(attributes, "Type"), *target = xml_attribute(attributes, "Target"),
               *mode = xml_attribute(attributes, "TargetMode");
    if (!id || !type || !target || (mode && strcmp(mode, "External") == 0)) return;
    const char *slash = strrchr(type, '/');
    const int entry = target_entry(r->archive, r->folder, text_from_cstr(target));
    r->list[r->count++] = (struct relation){ arena_text(r->own, text_from_cstr(id)), arena_text(r->own, text_from_cstr(slash ? slash + 1 : type)), entry };
}

static void nothing_end(void *ctx, const char *name) { (void)ctx, (void)name; }

static bool relations_read(struct relations *r, const struct archive *z, int entry, enum intake_refusal *ret_why)
{
    const struct xml_handlers handlers = { r, relation_begin, nothing_end, NULL };
    r->archive = z;
    r->list = ARENA_ARRAY(r->own, struct relation, RELATIONS_MAX);
    if (!r->list) return false;
    return entry < 0 || xml_read_part(r->own, z, entry, &handlers, ret_why) == XML_ENDED || *ret_why != REFUSED_NOT;
}

static int relation_of_kind(const struct relations *r, const char *kind)
{
    for (int i = 0; i < r->count; i++)
        if (text_is(r->list[i].kind, kind)) return r->list[i].entry;
    return -1;
}

/* ---- the list of sheets ---- */

struct book_reading { struct arena *own; struct xlsx_book *book; const struct relations *relations; bool too_many; };

static void book_begin(void *ctx, const char *name, const char **attributes)
{
    struct book_reading *r = ctx;
    struct xlsx_book *b = r->book;
    if (strcmp(name, "workbookPr") == 0) {
        const char *date = xml_attribute(attributes, "date1904");
        b->date_1904 = date && (strcmp(date, "1") == 0 || strcmp(date, "true") == 0);
    }
    if (strcmp(name, "sheet") != 0) return;
    const char *id = xml_attribute(attributes, "id"), *sheet = xml_attribute(attributes, "name"), *state = xml_attribute(attributes, "state");
    for (int i = 0; id && i < r->relations->count; i++) {
        const struct relation *to = &r->relations->list[i];
        if (!text_is(to->id, id) || !text_is(to->kind, "worksheet")) continue; /* a sheet may be a chart */
        if (b->sheet_count == LIMIT_PARTS || to->entry < 0) {
            r->too_many = true;
            return;
        }
        b->sheets[b->sheet_count++] = (struct xlsx_sheet){ .name = arena_text(r->own, text_from_cstr(sheet)), .entry = to->entry,
                                                          .hidden = state && strcmp(state, "visible") != 0, .bytes = b->archive.entries[to->entry].bytes };
        return;
    }
}

static struct text folder_of(const struct archive *z, int entry)
{
    struct text name = z->entries[entry].name;
    while (name.len > 0 && name.ptr[name.len - 1] != '/') name.len--;
    return name;
}

/* "xl/workbook.xml" -> the entry of "xl/_rels/workbook.xml.rels" */
static int relations_entry(struct arena *own, const struct archive *z, int entry)
{
    const struct text name = z->entries[entry].name, folder = folder_of(z, entry);
    return archive_find(z, arena_printf(own, "%.*s_rels/%.*s.rels", (int)folder.len, folder.ptr, (int)(name.len - folder.len), name.ptr + folder.len));
}

static bool book_read(struct xlsx_book *b, struct arena *own, int entry, enum intake_refusal *ret_why)
{
    const struct archive *z = &b->archive;
    struct relations relations = { .own = own, .folder = folder_of(z, entry) };
    struct book_reading r = { .own = own, .book = b, .relations = &relations };
    if (!relations_read(&relations, z, relations_entry(own, z, entry), ret_why)) return false;
    if (*ret_why != REFUSED_NOT) return true;
    b->strings_entry = relation_of_kind(&relations, "sharedStrings");
    b->styles_entry = relation_of_kind(&relations, "styles");
    b->sheets = ARENA_ARRAY(own, struct xlsx_sheet, LIMIT_PARTS);
    if (!b->sheets) return false;
    const struct xml_handlers handlers = { &r, book_begin, nothing_end, NULL };
    if (xml_read_part(own, z, entry, &handlers, ret_why) != XML_ENDED && *ret_why == REFUSED_NOT) return false;
    if (*ret_why != REFUSED_NOT) return true;
    if (r.too_many) *ret_why = b->sheet_count == LIMIT_PARTS ? REFUSED_TOO_MANY_PARTS : REFUSED_DAMAGED;
    else if (b->sheet_count == 0) *ret_why = REFUSED_NO_TABLE;
    return true;
}

enum sniffed xlsx_archive_kind(const struct archive *z)
{
    if (archive_find(z, TEXT("[Content_Types].xml")) < 0)
        return archive_find(z, TEXT("mimetype")) == 0 && archive_find(z, TEXT("content.xml")) >= 0 ? SNIFFED_ODS : SNIFFED_ZIP;
    for (int i = 0; i < z->count; i++) {
        const struct text n = z->entries[i].name;
        if (text_ends_with(n, TEXT("workbook.bin"))) return SNIFFED_XLSB;
        if (text_starts_with(n, TEXT("word/")) || text_starts_with(n, TEXT("ppt/"))) return SNIFFED_DOCX;
    }
    return SNIFFED_XLSX;
}

bool xlsx_book_open(struct xlsx_book *b, struct arena *own, const struct random_bytes *bytes, int64_t *budget, struct refusal_facts *why)
{
    *b = (struct xlsx_book){ .strings_entry = -1, .styles_entry = -1 };
    if (!archive_open(&b->archive, own, bytes, budget, why)) return false;
    if (why->refusal != REFUSED_NOT) return true;
    struct relations root = { .own = own, .folder = TEXT("") };
    if (!relations_read(&root, &b->archive, archive_find(&b->archive, TEXT("_rels/.rels")), &why->refusal)) return false;
    if (why->refusal != REFUSED_NOT) return true;
    int entry = relation_of_kind(&root, "officeDocument");
    if (entry < 0) entry = archive_find(&b->archive, TEXT("xl/workbook.xml"));
    if (entry < 0) {
        why->refusal = REFUSED_DAMAGED;
        return true;
    }
    return book_read(b, own, entry, &why->refusal);
}
