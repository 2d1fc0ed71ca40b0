/* See importer_pack.h. First the kinds of value, then the lists of fields, then what is made of them; options: importer_options.c. */
#include "desk/importer_pack.h"
#include <assert.h>

/* ---- kinds of field: put_KIND and get_KIND ---- */

enum { SENTENCE_MAX = 4096, CODE_MAX = 40, NAME_MAX_BYTES = 1024 };

/* A frozen word of ours: small letters, digits, dashes. */
static struct text unpack_word(struct unpacker *u)
{
    const struct text s = unpack_text(u, CODE_MAX);
    for (size_t i = 0; i < s.len; i++) {
        const char c = s.ptr[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_')) u->bad = true;
    }
    return u->bad ? TEXT_NONE : s;
}

NUMBER_KIND(time, int64_t, unpack_told(u, INSTANT_FIRST_MS, INSTANT_LAST_MS))
NUMBER_KIND(size, int64_t, unpack_between(u, 0, INT64_MAX))
NUMBER_KIND(place, int64_t, unpack_between(u, -1, INT64_MAX))
NUMBER_KIND(row_column, int, unpack_between(u, 0, LIMIT_COLUMNS))
NUMBER_KIND(small, int, unpack_between(u, 0, INT32_MAX))
NUMBER_KIND(letter, char, unpack_between(u, 0, 127))
NUMBER_KIND(yes, bool, unpack_between(u, 0, 1))
NUMBER_KIND(file_rank, int16_t, unpack_between(u, SOURCE_FILE, SOURCE_FILE))
NUMBER_KIND(any, int64_t, unpack_i64(u))
NUMBER_KIND(subject, enum subject, unpack_between(u, SUBJECT_ORDERS, SUBJECT_COUNT - 1))
NUMBER_KIND(part_kind, enum part_kind, unpack_between(u, PART_TEXT, PART_JSON))
NUMBER_KIND(refusal, enum intake_refusal, unpack_between(u, REFUSED_NOT, INTAKE_REFUSALS - 1))
NUMBER_KIND(encoding, enum intake_encoding, unpack_between(u, ENCODING_UTF8, ENCODING_XLS))
TEXT_KIND(cell, unpack_readable(u, PACK_CELL_MAX))
TEXT_KIND(record_key, unpack_readable(u, RECORD_KEY_BYTES))
TEXT_KIND(header, unpack_readable(u, 2 * LIMIT_ROW_BYTES))
TEXT_KIND(name, unpack_readable(u, NAME_MAX_BYTES))
TEXT_KIND(shown, unpack_readable(u, 1024))
TEXT_KIND(sentence, unpack_readable(u, SENTENCE_MAX))
TEXT_KIND(word, unpack_word(u))

static void put_key(struct packer *p, const struct claim_key *k) { claim_key_pack(p, k); }
static void get_key(struct unpacker *u, struct claim_key *ret) { claim_key_unpack(u, ret); }

void pack_profile(struct packer *p, const struct profile *f) { pack_text(p, f ? profile_name(f) : TEXT_NONE); }
const struct profile *unpack_profile(struct unpacker *u)
{
    const struct text name = unpack_text(u, PROFILE_NAME_BYTES);
    const struct profile *found = name.len > 0 && u->about ? profile_set_find(u->about, name) : NULL;
    if (name.len > 0 && !found) u->bad = true;
    return found;
}
static void put_profile(struct packer *p, const struct profile *const *v) { pack_profile(p, *v); }
static void get_profile(struct unpacker *u, const struct profile **ret) { *ret = unpack_profile(u); }

/* ---- structs ---- */

#define put_list(p, v) ((void)(v)) /* what a count tells the length of: packed by hand, behind the other members */
#define get_list(u, v) ((void)(v))

#define VALUE_FIELDS(X) X(small, field) X(any, number) X(cell, text)
STRUCT_KIND(value, struct record_value, VALUE_FIELDS, VALUE_LOOSE)

/* The values follow the other members, as many as value_count says. */
#define RECORD_FIELDS(X)                                                                                            \
    X(key, key) X(subject, subject) X(record_key, record_key) X(size, grain) X(time, as_of_ms) X(time, first_as_of_ms) \
    X(file_rank, rank) X(time, at_ms) X(list, values) X(small, value_count)
STRUCT_KIND(record, struct record_claim, RECORD_FIELDS, RECORD_LOOSE)

#define FAULT_FIELDS(X)                                                                                             \
    X(size, line) X(row_column, column) X(header, column_name) X(cell, value) X(word, code)                         \
    X(sentence, what_en) X(sentence, what_zh) X(sentence, remedy_en) X(sentence, remedy_zh) X(cell, raw)
STRUCT_KIND(fault, struct intake_fault, FAULT_FIELDS, FAULT_LOOSE)

#define PART_FIELDS(X)                                                                                              \
    X(part_kind, kind) X(small, no) X(name, member) X(name, sheet) X(yes, hidden) X(size, bytes) X(place, entry) X(small, sheet_at) \
    X(yes, listed)
STRUCT_KIND(part, struct intake_part, PART_FIELDS, PART_LOOSE)

static void put_samples(struct packer *p, const struct text (*v)[3])
{
    for (int i = 0; i < 3; i++) put_shown(p, &(*v)[i]);
}
static void get_samples(struct unpacker *u, struct text (*ret)[3])
{
    for (int i = 0; i < 3; i++) get_shown(u, &(*ret)[i]);
}
#define COLUMN_FIELDS(X) X(header, header) X(word, field) X(samples, samples)
STRUCT_KIND(column, struct intake_column, COLUMN_FIELDS, 0)

/* The three lists follow the other members, as long as their counts say. */
#define SCAN_FIELDS(X)                                                                                              \
    X(part, part) X(refusal, refusal) X(sentence, refusal_en) X(sentence, refusal_zh) X(encoding, encoding)         \
    X(profile, profile) X(small, header_line) X(letter, delimiter) X(size, rows) X(size, bytes) X(time, as_of_ms)   \
    X(yes, as_of_from_name) X(yes, as_of_asked) X(yes, as_of_now) X(name, store_seen) X(size, ambiguous_times) X(size, skipped_times) X(yes, asks_zone) \
    X(small, column_count) X(small, preview_count) X(small, unknown_status_count)                                   \
    X(list, columns) X(list, preview) X(list, preview_line) X(list, unknown_status)
STRUCT_KIND(scan, struct intake_scan_result, SCAN_FIELDS, SCAN_LOOSE)

void pack_scan(struct packer *p, const struct intake_scan_result *s)
{
    put_scan(p, s);
    for (int c = 0; c < s->column_count; c++) put_column(p, &s->columns[c]);
    for (int i = 0; i < s->preview_count; i++) {
        put_size(p, &s->preview_line[i]);
        for (int c = 0; c < s->column_count; c++) pack_text(p, s->preview[i][c]);
    }
    for (int i = 0; i < s->unknown_status_count; i++) pack_text(p, s->unknown_status[i]);
}

bool unpack_scan(struct unpacker *u, struct intake_scan_result *ret)
{
    enum { PREVIEW_MAX = sizeof ret->preview / sizeof ret->preview[0], WORDS_MAX = sizeof ret->unknown_status / sizeof ret->unknown_status[0] };
    memset(ret, 0, sizeof *ret);
    get_scan(u, ret);
    if (u->bad || ret->column_count > LIMIT_COLUMNS || ret->preview_count > PREVIEW_MAX || ret->unknown_status_count > WORDS_MAX) return false;
    for (int c = 0; c < ret->column_count && !u->bad; c++) get_column(u, &ret->columns[c]);
    for (int i = 0; i < ret->preview_count && !u->bad; i++) {
        get_size(u, &ret->preview_line[i]);
        for (int c = 0; c < ret->column_count; c++) get_shown(u, &ret->preview[i][c]);
    }
    for (int i = 0; i < ret->unknown_status_count; i++) get_shown(u, &ret->unknown_status[i]);
    return unpack_ends(u);
}

/* ---- rows ---- */

static void pack_record(struct packer *p, enum intake_row_kind kind, unsigned char *begin)
{
    if (p->full) return;
    struct packer head = packer_of(begin, 2 * sizeof(uint32_t));
    pack_u32(&head, (uint32_t)kind);
    pack_u32(&head, (uint32_t)(p->at - head.end));
}

static unsigned char *record_begin(struct packer *p)
{
    unsigned char *const begin = p->at;
    pack_u32(p, 0);
    pack_u32(p, 0);
    return begin;
}

void pack_row(struct packer *p, const struct intake_row *row, int64_t line)
{
    unsigned char *const begin = record_begin(p);
    put_size(p, &line);
    put_subject(p, &row->subject);
    put_yes(p, &row->more);
    const bool mends = row->mends.import_id > 0;
    put_yes(p, &mends);
    if (mends) {
        put_size(p, &row->mends.import_id);
        put_size(p, &row->mends.file_no);
        put_size(p, &row->mends.line);
    }
    if (row->subject == SUBJECT_ORDERS) {
        claim_pack(p, &row->order);
    } else {
        put_record(p, &row->record);
        for (int i = 0; i < row->record.value_count; i++) put_value(p, &row->record.values[i]);
    }
    pack_record(p, ROW_CLAIM, begin);
}

void pack_fault(struct packer *p, const struct intake_fault *f)
{
    unsigned char *const begin = record_begin(p);
    put_fault(p, f);
    pack_record(p, ROW_FAULT, begin);
}

enum intake_row_kind unpack_record(struct unpacker *u, struct text *ret)
{
    if (unpack_ends(u)) return ROW_END;
    const uint32_t kind = unpack_u32(u), len = unpack_u32(u);
    if (u->bad || (kind != ROW_CLAIM && kind != ROW_FAULT) || len > (size_t)(u->end - u->at)) return ROW_ERROR;
    *ret = (struct text){ (const char *)u->at, len };
    u->at += len;
    return (enum intake_row_kind)kind;
}

/* A record's values are in the order of their fields, each of them of its subject, text or number as its field is. */
static bool unpack_values(struct unpacker *u, struct arena *a, struct record_claim *c)
{
    int before = 0;
    if (u->bad || c->subject == SUBJECT_ORDERS || c->value_count > RECORD_FIELDS_MAX) return false;
    const int fields = record_subject(c->subject)->field_count;
    struct record_value *values = ARENA_ARRAY(a, struct record_value, (size_t)c->value_count + 1);
    if (!values || c->grain < 0 || (fields < 63 && (c->grain >> fields) != 0)) return false;
    for (int i = 0; i < c->value_count; i++) {
        get_value(u, &values[i]);
        if (u->bad || values[i].field <= before || values[i].field > fields) return false;
        before = values[i].field;
        if (kind_is_text(record_field(c->subject, before)->kind) != (values[i].text.len > 0)) return false;
    }
    c->values = values;
    return true;
}

bool unpack_row(struct text record, bool orders, struct arena *a, struct intake_row *ret, int64_t *ret_line)
{
    struct unpacker u = unpacker_of(record);
    get_size(&u, ret_line);
    get_subject(&u, &ret->subject);
    get_yes(&u, &ret->more);
    bool mends = false;
    memset(&ret->mends, 0, sizeof ret->mends);
    get_yes(&u, &mends);
    if (mends) {
        get_size(&u, &ret->mends.import_id);
        get_size(&u, &ret->mends.file_no);
        get_size(&u, &ret->mends.line);
    }
    if (u.bad || (ret->subject == SUBJECT_ORDERS) != orders) return false;
    if (orders) {
        claim_unpack(&u, &ret->order);
        return unpack_ends(&u) && ret->order.rank == SOURCE_FILE && (ret->order.order_no.len > 0 || ret->order.has_line);
    }
    get_record(&u, &ret->record);
    return ret->record.subject == ret->subject && unpack_values(&u, a, &ret->record) && unpack_ends(&u);
}

bool unpack_fault(struct text record, struct intake_fault *ret)
{
    struct unpacker u = unpacker_of(record);
    get_fault(&u, ret);
    return unpack_ends(&u) && ret->code.len > 0;
}

/* ---- parts ---- */

void pack_part(struct packer *p, const struct intake_part *part) { put_part(p, part); }
void unpack_part(struct unpacker *u, struct intake_part *ret) { get_part(u, ret); }

void pack_parts(struct packer *p, const struct intake_parts *parts)
{
    put_refusal(p, &parts->refusal);
    pack_text(p, parts->refusal_en);
    pack_text(p, parts->refusal_zh);
    pack_i64(p, parts->count);
    for (int i = 0; i < parts->count; i++) put_part(p, &parts->list[i]);
}

bool unpack_parts(struct unpacker *u, struct arena *a, struct intake_parts *ret)
{
    *ret = (struct intake_parts){ 0 };
    get_refusal(u, &ret->refusal);
    get_sentence(u, &ret->refusal_en);
    get_sentence(u, &ret->refusal_zh);
    const int count = (int)unpack_between(u, 0, LIMIT_PARTS);
    if (u->bad || (ret->refusal == REFUSED_NOT) != (count > 0)) return false;
    ret->list = count > 0 ? ARENA_ARRAY(a, struct intake_part, (size_t)count) : NULL;
    if (count > 0 && !ret->list) return false;
    for (int i = 0; i < count; i++) get_part(u, &ret->list[i]);
    ret->count = count;
    return unpack_ends(u);
}
