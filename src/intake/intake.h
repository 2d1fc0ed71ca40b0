/* Intake: from the bytes of a file to typed claims.  Pure over (bytes, profile): no files, no store.
 *
 * In order: intake_parts says which tables a file holds; intake_scan looks at the whole of one once (what is it, which encoding, which profile, how many rows, the latest
 * time in it); intake_reader reads it again, row by row, and gives a claim or a fault for each; nothing is kept in between, so
 * memory is flat in the size of the file.  The caller feeds bytes in pieces of any size. */
#ifndef ZG_INTAKE_H
#define ZG_INTAKE_H
#include <sys/types.h>
#include "base/arena.h"
#include "base/instant.h"
#include "base/limits.h"
#include "base/money.h"
#include "base/text.h"
#include "core/order/order.h"
#include "core/record/record.h"

/* The last two are no text files: their cells are UTF-8 by the time anybody sees them. */
enum intake_encoding { ENCODING_UTF8, ENCODING_UTF8_BOM, ENCODING_GB18030, ENCODING_UTF16LE, ENCODING_UTF16BE, ENCODING_XLSX, ENCODING_XLS };
/* Of those that may be asked for: utf-8, gb18030. */
bool intake_encoding_find(struct text word, enum intake_encoding *ret);
const char *intake_encoding_word(enum intake_encoding e); /* "utf-8", "utf-8-bom", "gb18030", "utf-16le", "utf-16be", "xlsx", "xls" */

/* Why a whole file is refused. Nothing of it goes in. */
enum intake_refusal {
    REFUSED_NOT, REFUSED_DIRECTORY, REFUSED_UNREADABLE, REFUSED_EMPTY, REFUSED_NOT_TEXT /* picture, zip, xlsx, pdf .. */, REFUSED_NO_HEADER,
    REFUSED_NO_ROWS, REFUSED_TWO_STORES, REFUSED_OTHER_STORE, REFUSED_OTHER_CURRENCY, REFUSED_TOO_LARGE, REFUSED_BAD_PROFILE, REFUSED_OTHER_KIND,
    REFUSED_NO_TABLE,    /* an archive or a workbook without any table */
    REFUSED_SEVERAL,     /* several tables and none was chosen */
    REFUSED_NO_PART,     /* the table that was chosen is not in the file */
    REFUSED_DAMAGED,     /* an archive or a workbook that does not hold together */
    REFUSED_ENCRYPTED, REFUSED_NESTED /* an archive in an archive */, REFUSED_DOCTYPE,
    REFUSED_UNPACKED,    /* unpacks to more than LIMIT_UNPACKED_BYTES, or LIMIT_UNPACKED_RATIO times its size */
    REFUSED_TOO_MANY_PARTS, REFUSED_TOO_MANY_CELLS,
    REFUSED_STOPPED,     /* its reader was stopped or died over it (desk/importer.h) */
};
enum { INTAKE_REFUSALS = REFUSED_STOPPED + 1 };

/* A profile is data: columns by header name (with aliases) -> fields. Loaded from JSON (src/intake/profiles/ *.json, built
 * in) or made by the user in the page and kept by the store as the same JSON. Immutable once loaded. */
struct profile;
/* Built-in profiles: one named like each subject but orders, and profiles/ *.json. Parsed once by the caller and kept. */
struct profile_set;
struct profile_set *profile_set_create(const struct arena_source *memory, char *ret_error, size_t error_size);
void profile_set_free(struct profile_set *s);
/* Adds a user's profile; its name must not be taken. On error nothing is added and ret_error says why (en). */
bool profile_set_add(struct profile_set *s, struct text json, char *ret_error, size_t error_size);
const struct profile *profile_set_find(const struct profile_set *s, struct text name);
struct text profile_name(const struct profile *p);
struct text profile_title(const struct profile *p, bool zh); /* for people */
struct text profile_json(const struct profile *p);
enum subject profile_subject(const struct profile *p); /* what its rows tell */
/* The zone in which the platform writes its times; empty: the store's. Asia/Shanghai is known here, others are asked of
 * intake_options.find_zone. */
struct text profile_zone(const struct profile *p);
bool profile_asks_zone(const struct profile *p); /* that zone is a proposal: a person should be asked */
int profile_count(const struct profile_set *s);
const struct profile *profile_at(const struct profile_set *s, int i); /* built-in ones first */

/* What a column may be mapped to, in the order in which the page offers them. */
struct intake_field { const char *word, *en, *zh, *kind /* text time money count status person */; bool required; };
extern const struct intake_field intake_fields[];
extern const int intake_field_count;

/* Room on disk for what is too large for memory while a file is read: a file without a name that goes when it is closed, made
 * when it is first written. One reading at a time uses it, each from its beginning. */
struct intake_spill {
    void *ctx;
    ssize_t (*read_at)(void *ctx, int64_t offset, void *buf, size_t cap); /* as intake_source.read_at */
    bool (*write_at)(void *ctx, int64_t offset, const void *buf, size_t len);
};

/* What a file holds: one table (a text file), or several (a workbook's sheets, the tables of an archive's members). */
enum part_kind { PART_TEXT, PART_XLSX, PART_XLS, PART_JSON };
struct intake_part {
    enum part_kind kind;
    int no;                   /* which of the file's, from 1: with `member` and `sheet` what a part is found by again */
    struct text member;       /* its name inside an archive, for people; empty: the file itself */
    struct text sheet;        /* empty: it has no name of its own */
    bool hidden;              /* the sheet is not shown in a spreadsheet */
    int64_t bytes;            /* unpacked, as far as the file tells */
    int64_t entry;            /* of the archive; -1: the file itself */
    int sheet_at;             /* of the workbook, from 0 */
    bool listed;              /* as intake_parts told it; false: to be found by no, member and sheet */
};

struct intake_options {
    const struct intake_part *part;   /* NULL: the only one */
    const struct intake_spill *spill; /* NULL: no room; what needs it is refused as unreadable */
    const struct zone *zone;          /* of times without an offset, where the profile names no zone: the store's, or as asked */
    const struct zone *(*find_zone)(void *ctx, const char *iana_name); void *find_zone_ctx; /* of a profile's zone; may be NULL */
    struct currency currency;         /* the store's */
    struct text country;              /* the store platform's home country ("CN"), where the file tells none */
    struct text store_name;           /* refuse a file of another shop, when the profile maps a store column; empty: any */
    const struct profile *profile;    /* forced; NULL: recognise */
    bool zone_asked;                  /* the zone was asked of a person: it is right where a profile only proposes one */
    bool encoding_asked;              /* of a text without a byte order mark: it is `encoding`, whatever its bytes speak for */
    enum intake_encoding encoding;
    int64_t as_of_ms;                 /* asked; INSTANT_NONE: from the file's name, else the latest time in it */
    int64_t now_ms;                   /* a time after it, as a slip of the pen makes, does not date the file; 0: any may */
    unsigned char hash_key[32];       /* for claim keys and buyers' hashes */
};

/* The zone in which a file's times without an offset are read: the profile's where it names one that can be found; where the profile only
 * proposes it (ask_zone), one that was asked. */
const struct zone *profile_clock(const struct profile *p, const struct intake_options *opt);

struct intake_column { struct text header; struct text field; /* "" when ignored */ struct text samples[3]; };

struct intake_scan_result {
    struct intake_part part;                   /* the one that was looked at */
    enum intake_refusal refusal;
    struct text refusal_en, refusal_zh;        /* one sentence: what was seen and what to do */
    enum intake_encoding encoding;
    const struct profile *profile;             /* NULL: unknown; columns and preview tell what is there */
    int header_line;                           /* physical line, 1-based */
    char delimiter;
    int64_t rows, bytes;
    int64_t as_of_ms; bool as_of_from_name, as_of_asked, as_of_now /* the file tells no time */;
    bool asks_zone;                            /* the file does not tell the zone of its times: the profile's is taken unless one is asked */
    struct intake_column columns[LIMIT_COLUMNS]; int column_count;
    struct text preview[20][LIMIT_COLUMNS]; int preview_count;  /* first data rows, decoded, clipped to 200 bytes a cell */
    int64_t preview_line[20];                  /* on which each begins */
    struct text store_seen;                    /* the shop's name in the file, where the profile maps a store column */
    struct text unknown_status[16]; int unknown_status_count;   /* status words that no table lists */
    int64_t ambiguous_times, skipped_times;    /* local times that exist twice or not at all */
};

/* Reads up to cap bytes into buf; 0 at the end, -1 on an error. rewind goes back to the start, false when it cannot.
 * read_at is for archives and workbooks only, and may be NULL where there are none. */
struct intake_source {
    void *ctx;
    ssize_t (*read)(void *ctx, void *buf, size_t cap);
    bool (*rewind)(void *ctx);
    struct text name;
    int64_t size;
    ssize_t (*read_at)(void *ctx, int64_t offset, void *buf, size_t cap); /* moves no other reading; opens what is closed */
};

/* What the file holds. A text file is one part without names; nothing is read beyond what tells the parts. Texts live in `a`.
 * A refusal is of the whole file. False only when memory ran out. opt: only its spill is used. */
struct intake_parts { enum intake_refusal refusal; struct text refusal_en, refusal_zh; struct intake_part *list; int count; };
bool intake_parts(struct arena *a, const struct intake_source *src, const struct intake_options *opt, struct intake_parts *ret);

/* Texts in *ret live in `a`. False only when memory ran out; a refused file is a result. `progress` may be NULL; it returns
 * false to stop: the file is then REFUSED_UNREADABLE. */
bool intake_scan(struct arena *a, const struct profile_set *set, const struct intake_source *src, const struct intake_options *opt,
                 bool (*progress)(void *ctx, int64_t bytes_done, int64_t bytes_all), void *progress_ctx, struct intake_scan_result *ret);

/* One bad row. Texts live until the next call. */
struct intake_fault {
    int64_t line;              /* physical line on which the row begins, 1-based */
    int column;                /* 1-based; 0 when the whole row is meant */
    struct text column_name, value /* clipped to 200 bytes */, code /* frozen word: "scientific-id", "bad-bytes", .. */;
    struct text what_en, what_zh, remedy_en, remedy_zh;
    struct text raw;           /* the row as read, UTF-8, clipped to LIMIT_CELL_BYTES: personal data */
};
/* The column of a sheet of rows set aside that tells which each of them is, "12-1-118": import, file, line. */
#define MENDS_HEADER "掌柜行号 zhanggui-row"
enum intake_row_kind { ROW_END, ROW_CLAIM, ROW_FAULT, ROW_ERROR /* read failed or memory ran out */ };
struct intake_reader;
/* Of scan->part, after a scan that was not refused and has a profile. Borrows everything given until closed. */
struct intake_reader *intake_reader_open(const struct arena_source *memory, const struct intake_source *src,
                                         const struct intake_options *opt, const struct intake_scan_result *scan);
/* What a row claims: about an order, or about a record of another subject; a profile's rows are all of one or all of the other,
 * but the record may be of another subject than the profile's (peers). A row may give several. */
struct intake_row {
    struct { int64_t import_id, file_no, line; } mends; /* the row set aside that this one is, corrected (MENDS_HEADER); import_id 0: none */
    enum subject subject;
    bool more;                 /* the next claim is of the same row */
    union { struct order_claim order; struct record_claim record; };
};
/* Claims are filled in `row` with texts that stay valid until the batch arena given here is cleared by the caller.
 * A row that fills no order number and no line, or no field at all (a blank or summary row), is passed over. */
enum intake_row_kind intake_reader_next(struct intake_reader *r, struct arena *batch, struct intake_row *row, struct intake_fault *fault);
int64_t intake_reader_bytes(const struct intake_reader *r); /* consumed so far */
int64_t intake_reader_line(const struct intake_reader *r);  /* physical line on which the row last given begins */
void intake_reader_close(struct intake_reader *r);

const char *intake_refusal_word(enum intake_refusal r); /* "two-stores" */
/* A table refused for this is left aside when the file has others that are known; any other refusal is of the whole file. */
bool intake_refusal_leaves_aside(enum intake_refusal r);
/* The sentences of a refusal that the caller found out itself (a folder, a file that cannot be opened). */
void intake_refuse(struct arena *a, enum intake_refusal refusal, struct text file, struct intake_scan_result *ret);
#endif
