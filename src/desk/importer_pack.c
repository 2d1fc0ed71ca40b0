/* See importer_pack.h. First the kinds of value, then the lists of fields, then what is made of them; options: importer_options.c.
 *
 * A number is one byte for the common ones (not told, 0 .. 127), else how many bytes follow and those; a text is its length and its
 * bytes. So a claim takes little more room than its row in the file. */
#include "desk/importer_pack.h"
#include <assert.h>

/* ---- values ---- */

enum { NUMBER_NONE = 0, NUMBER_SMALL = 0x80 };

static bool room(struct packer *p, size_t n)
{
    if (!p->full && (size_t)(p->end - p->at) >= n) return true;
    p->full = true;
    return false;
}

void pack_u32(struct packer *p, uint32_t v)
{
    if (!room(p, sizeof v)) return;
    memcpy(p->at, &v, sizeof v);
    p->at += sizeof v;
}

/* CLAIM_NONE and INSTANT_NONE are the same number. */
void pack_i64(struct packer *p, int64_t v)
{
    if (!room(p, 1 + sizeof v)) return;
    if (v == CLAIM_NONE) {
        *p->at++ = NUMBER_NONE;
    } else if (v >= 0 && v < NUMBER_SMALL) {
        *p->at++ = (unsigned char)(NUMBER_SMALL | v);
    } else {
        const uint64_t z = ((uint64_t)v << 1) ^ (v < 0 ? UINT64_MAX : 0);
        const int n = 8 - (z > 0 ? __builtin_clzll(z) / 8 : 7);
        *p->at++ = (unsigned char)n;
        memcpy(p->at, &z, sizeof z);
        p->at += n;
    }
}

/* Of n bytes, not all of them in one go where fewer than eight are left. */
static int64_t long_number(struct unpacker *u, unsigned n)
{
    uint64_t z = 0;
    const size_t left = (size_t)(u->end - u->at);
    if (n > sizeof z || left < n) {
        u->bad = true;
        return CLAIM_NONE;
    }
    if (left >= sizeof z) {
        memcpy(&z, u->at, sizeof z);
        z &= UINT64_MAX >> (64 - 8 * n);
    } else {
        memcpy(&z, u->at, n);
    }
    u->at += n;
    const uint64_t v = (z >> 1) ^ (UINT64_C(0) - (z & 1));
    return (int64_t)v;
}

static inline int64_t number(struct unpacker *u)
{
    if (u->bad || u->at == u->end) {
        u->bad = true;
        return CLAIM_NONE;
    }
    const unsigned char head = *u->at++;
    if (head & NUMBER_SMALL) return head & ~NUMBER_SMALL;
    return head == NUMBER_NONE ? CLAIM_NONE : long_number(u, head);
}

int64_t unpack_i64(struct unpacker *u) { return number(u); }

uint32_t unpack_u32(struct unpacker *u)
{
    uint32_t v = 0;
    if (u->bad || (size_t)(u->end - u->at) < sizeof v) {
        u->bad = true;
        return 0;
    }
    memcpy(&v, u->at, sizeof v);
    u->at += sizeof v;
    return v;
}

static inline void put_bytes(struct packer *p, const void *bytes, size_t n)
{
    if (!room(p, n) || n == 0) return;
    memcpy(p->at, bytes, n);
    p->at += n;
}

static inline void get_bytes(struct unpacker *u, void *ret, size_t n)
{
    if (u->bad || (size_t)(u->end - u->at) < n) {
        u->bad = true;
        return;
    }
    memcpy(ret, u->at, n);
    u->at += n;
}

void pack_text(struct packer *p, struct text s)
{
    pack_i64(p, (int64_t)s.len);
    put_bytes(p, s.ptr, s.len);
}

struct text unpack_text(struct unpacker *u, size_t max)
{
    const int64_t len = number(u);
    if (len == 0) return TEXT_NONE;
    if (u->bad || len < 0 || (uint64_t)len > max || (size_t)(u->end - u->at) < (size_t)len) {
        u->bad = true;
        return TEXT_NONE;
    }
    const struct text s = { (const char *)u->at, (size_t)len };
    u->at += len;
    return s;
}

static inline int64_t between(struct unpacker *u, int64_t low, int64_t high)
{
    const int64_t v = number(u);
    if (v >= low && v <= high) return v;
    u->bad = true;
    return low;
}

/* For importer_options.c; here the inline ones, which every row goes through. */
void pack_bytes(struct packer *p, const void *bytes, size_t n) { put_bytes(p, bytes, n); }
void unpack_bytes(struct unpacker *u, void *ret, size_t n) { get_bytes(u, ret, n); }
int64_t unpack_between(struct unpacker *u, int64_t low, int64_t high) { return between(u, low, high); }

static inline int64_t unpack_told(struct unpacker *u, int64_t low, int64_t high)
{
    const int64_t v = number(u);
    if (v == CLAIM_NONE || (v >= low && v <= high)) return v;
    u->bad = true;
    return CLAIM_NONE;
}

bool unpack_ends(const struct unpacker *u) { return !u->bad && u->at == u->end; }

/* ---- kinds of field: put_KIND and get_KIND ---- */

#define AMOUNT_MAX INT64_C(10000000000000000) /* a thousand times what one cell may say: sums of them do not overflow */
#define COUNT_MAX INT64_C(1000000000000)
enum { CELL_MAX = 2 * LIMIT_CELL_BYTES /* UTF-8 of a cell in another encoding */, SENTENCE_MAX = 4096, CODE_MAX = 40, NAME_MAX_BYTES = 1024 };

static struct text unpack_readable(struct unpacker *u, size_t max)
{
    const struct text s = unpack_text(u, max);
    if (s.len == 0 || (text_utf8_valid(s) && !memchr(s.ptr, 0, s.len))) return s;
    u->bad = true;
    return TEXT_NONE;
}

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

#define NUMBER_KIND(kind, type, got)                                                        \
    static void put_##kind(struct packer *p, const type *v) { pack_i64(p, (int64_t)*v); }   \
    static void get_##kind(struct unpacker *u, type *ret) { *ret = (type)(got); }
#define TEXT_KIND(kind, got)                                                                \
    static void put_##kind(struct packer *p, const struct text *v) { pack_text(p, *v); }    \
    static void get_##kind(struct unpacker *u, struct text *ret) { *ret = (got); }

NUMBER_KIND(time, int64_t, unpack_told(u, INSTANT_FIRST_MS, INSTANT_LAST_MS))
NUMBER_KIND(amount, int64_t, unpack_told(u, -AMOUNT_MAX, AMOUNT_MAX))
NUMBER_KIND(count, int64_t, unpack_told(u, -COUNT_MAX, COUNT_MAX))
NUMBER_KIND(size, int64_t, between(u, 0, INT64_MAX))
NUMBER_KIND(place, int64_t, between(u, -1, INT64_MAX))
NUMBER_KIND(row_column, int, between(u, 0, LIMIT_COLUMNS))
NUMBER_KIND(small, int, between(u, 0, INT32_MAX))
NUMBER_KIND(occurrence, int32_t, between(u, 0, 1000000))
NUMBER_KIND(letter, char, between(u, 0, 127))
NUMBER_KIND(yes, bool, between(u, 0, 1))
NUMBER_KIND(file_rank, int16_t, between(u, SOURCE_FILE, SOURCE_FILE))
NUMBER_KIND(status, enum order_status, between(u, STATUS_NONE, STATUS_UNKNOWN))
NUMBER_KIND(pay, enum pay_kind, between(u, PAY_NONE, PAY_ON_DELIVERY))
NUMBER_KIND(any, int64_t, unpack_i64(u))
NUMBER_KIND(subject, enum subject, between(u, SUBJECT_ORDERS, SUBJECT_COUNT - 1))
NUMBER_KIND(sums, int, between(u, 0, SUM_TOTAL | SUM_REFUND | SUM_PIECES))
NUMBER_KIND(payment_kind, enum payment_kind, between(u, PAYMENT_NONE, PAYMENT_BACK))
NUMBER_KIND(part_kind, enum part_kind, between(u, PART_TEXT, PART_JSON))
NUMBER_KIND(refusal, enum intake_refusal, between(u, REFUSED_NOT, INTAKE_REFUSALS - 1))
NUMBER_KIND(encoding, enum intake_encoding, between(u, ENCODING_UTF8, ENCODING_XLS))
TEXT_KIND(cell, unpack_readable(u, CELL_MAX))
TEXT_KIND(order_no, unpack_readable(u, LIMIT_ORDER_NO_BYTES))
TEXT_KIND(record_key, unpack_readable(u, RECORD_KEY_BYTES))
TEXT_KIND(header, unpack_readable(u, 2 * LIMIT_ROW_BYTES))
TEXT_KIND(name, unpack_readable(u, NAME_MAX_BYTES))
TEXT_KIND(shown, unpack_readable(u, 1024))
TEXT_KIND(sentence, unpack_readable(u, SENTENCE_MAX))
TEXT_KIND(word, unpack_word(u))

static void put_key(struct packer *p, const struct claim_key *k) { put_bytes(p, k->bytes, sizeof k->bytes); }
static void get_key(struct unpacker *u, struct claim_key *ret) { get_bytes(u, ret->bytes, sizeof ret->bytes); }

/* The store's to fill in: never said. */
static void put_customer(struct packer *p, const int64_t *v)
{
    (void)p;
    (void)v;
}
static void get_customer(struct unpacker *u, int64_t *ret)
{
    (void)u;
    *ret = CLAIM_NONE;
}

void pack_profile(struct packer *p, const struct profile *f) { pack_text(p, f ? profile_name(f) : TEXT_NONE); }
const struct profile *unpack_profile(struct unpacker *u)
{
    const struct text name = unpack_text(u, PROFILE_NAME_BYTES);
    const struct profile *found = name.len > 0 && u->profiles ? profile_set_find(u->profiles, name) : NULL;
    if (name.len > 0 && !found) u->bad = true;
    return found;
}
static void put_profile(struct packer *p, const struct profile *const *v) { pack_profile(p, *v); }
static void get_profile(struct unpacker *u, const struct profile **ret) { *ret = unpack_profile(u); }

/* ---- structs: FIELDS(X) is X(kind, member) of each member ---- */

#define PUT(kind, member) put_##kind(p, &s->member);
#define GET(kind, member) get_##kind(u, &s->member);
#define SIZE(kind, member) +sizeof s->member
/* LOOSE is what the compiler leaves between members. A new member makes the sum too small: add it to the list. */
#define STRUCT_KIND(kind, type, FIELDS, LOOSE)                                                      \
    static void put_##kind(struct packer *p, const type *s) { FIELDS(PUT) }                         \
    static void get_##kind(struct unpacker *u, type *s)                                             \
    {                                                                                               \
        static_assert(sizeof *s == (LOOSE) FIELDS(SIZE), "the list of its fields is not whole");    \
        FIELDS(GET)                                                                                 \
    }

#define put_list(p, v) ((void)(v)) /* what a count tells the length of: packed by hand, behind the other members */
#define get_list(u, v) ((void)(v))

#define PERSON_FIELDS(X) X(cell, buyer) X(cell, name) X(cell, phone) X(cell, address) X(cell, buyer_note) X(cell, seller_note) X(cell, email)
STRUCT_KIND(person, struct person_cells, PERSON_FIELDS, 0)

#define LINE_FIELDS(X)                                                                              \
    X(order_no, sub_no) X(order_no, product_no) X(cell, sku_code) X(cell, title) X(cell, options)   \
    X(occurrence, occurrence) X(count, pieces) X(amount, unit_minor) X(amount, line_minor) X(amount, refund_minor) \
    X(amount, extra_minor) X(sums, sums)
STRUCT_KIND(line, struct line_claim, LINE_FIELDS, LINE_LOOSE)

#define PAYMENT_FIELDS(X) X(payment_kind, kind) X(order_no, no) X(amount, minor)
STRUCT_KIND(payment, struct payment_claim, PAYMENT_FIELDS, PAYMENT_LOOSE)

#define CLAIM_FIELDS(X)                                                                                             \
    X(key, key) X(order_no, order_no) X(time, as_of_ms) X(time, first_as_of_ms) X(file_rank, rank)                  \
    X(time, placed_at_ms) X(time, paid_at_ms) X(time, cancelled_at_ms) X(time, shipped_at_ms)                       \
    X(time, delivered_at_ms) X(time, refunded_at_ms) X(time, ship_by_ms)                                            \
    X(amount, total_minor) X(amount, paid_minor) X(amount, refund_minor) X(count, pieces) X(amount, balance_minor)  \
    X(status, status) X(pay, pay_kind) X(cell, title) X(cell, region) X(cell, country) X(cell, tracking) X(customer, customer_id) X(person, person)  \
    X(yes, has_line) X(line, line) X(payment, payment)
STRUCT_KIND(claim, struct order_claim, CLAIM_FIELDS, CLAIM_LOOSE)

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
    const uint32_t head[2] = { (uint32_t)kind, (uint32_t)(p->at - begin) - (uint32_t)sizeof head };
    memcpy(begin, head, sizeof head);
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
        put_claim(p, &row->order);
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

static struct unpacker of_record(struct text record)
{
    return (struct unpacker){ .at = (const unsigned char *)record.ptr, .end = (const unsigned char *)record.ptr + record.len };
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
    struct unpacker u = of_record(record);
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
        get_claim(&u, &ret->order);
        return unpack_ends(&u) && (ret->order.order_no.len > 0 || ret->order.has_line);
    }
    get_record(&u, &ret->record);
    return ret->record.subject == ret->subject && unpack_values(&u, a, &ret->record) && unpack_ends(&u);
}

bool unpack_fault(struct text record, struct intake_fault *ret)
{
    struct unpacker u = of_record(record);
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
    const int count = (int)between(u, 0, LIMIT_PARTS);
    if (u->bad || (ret->refusal == REFUSED_NOT) != (count > 0)) return false;
    ret->list = count > 0 ? ARENA_ARRAY(a, struct intake_part, (size_t)count) : NULL;
    if (count > 0 && !ret->list) return false;
    for (int i = 0; i < count; i++) get_part(u, &ret->list[i]);
    ret->count = count;
    return unpack_ends(u);
}
