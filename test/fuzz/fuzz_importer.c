/* What the process that reads files may say: parts, a scan, rows. Whatever the bytes are, they are refused or believed; what is believed
 * keeps what the desk relies on, and packed again it is read the same. The first byte says what the rest is. */
#include <string.h>
#include "desk/importer_pack.h"
#include "fuzz.h"
#include "fuzz_memory.h"

enum { ROOM = 4 * 1024 * 1024 };

static void check_text(struct text s)
{
    FUZZ_CHECK((s.len == 0) == (s.ptr == NULL));
    FUZZ_CHECK(s.len == 0 || (text_utf8_valid(s) && !memchr(s.ptr, 0, s.len)));
}

static void check_time(int64_t at_ms) { FUZZ_CHECK(at_ms == CLAIM_NONE || (at_ms >= INSTANT_FIRST_MS && at_ms <= INSTANT_LAST_MS)); }

static void check_order(const struct order_claim *c)
{
    const struct text texts[] = { c->order_no, c->title, c->region, c->country, c->tracking, c->person.buyer, c->person.name, c->person.phone,
                                  c->person.address, c->person.buyer_note, c->person.seller_note, c->person.email, c->line.sub_no, c->line.product_no,
                                  c->line.sku_code, c->line.title, c->line.options, c->payment.no };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) check_text(texts[i]);
    FUZZ_CHECK(c->order_no.len <= LIMIT_ORDER_NO_BYTES && (c->order_no.len > 0 || c->has_line));
    const int64_t times[] = { c->as_of_ms, c->first_as_of_ms, c->placed_at_ms, c->paid_at_ms, c->cancelled_at_ms, c->shipped_at_ms, c->delivered_at_ms, c->refunded_at_ms, c->ship_by_ms };
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) check_time(times[i]);
    const int64_t amounts[] = { c->total_minor, c->paid_minor, c->refund_minor, c->balance_minor, c->line.unit_minor, c->line.line_minor, c->line.refund_minor, c->line.extra_minor };
    for (size_t i = 0; i < sizeof amounts / sizeof amounts[0]; i++) FUZZ_CHECK(amounts[i] == CLAIM_NONE || (amounts[i] > -INT64_MAX / 16 && amounts[i] < INT64_MAX / 16));
    FUZZ_CHECK(c->rank == SOURCE_FILE && c->customer_id == CLAIM_NONE && c->status >= STATUS_NONE && c->status <= STATUS_UNKNOWN);
}

static void check_record(const struct record_claim *c)
{
    FUZZ_CHECK(c->subject > SUBJECT_ORDERS && (int)c->subject < SUBJECT_COUNT && c->rank == SOURCE_FILE);
    check_text(c->record_key);
    check_time(c->at_ms);
    for (int i = 0; i < c->value_count; i++) {
        const struct record_field *f = record_field(c->subject, c->values[i].field);
        FUZZ_CHECK(f && kind_is_text(f->kind) == (c->values[i].text.len > 0));
        check_text(c->values[i].text);
    }
}

static void fuzz_rows(struct arena *a, struct unpacker u, bool orders, void *room)
{
    struct text record;
    enum intake_row_kind kind;
    (void)unpack_i64(&u);
    while ((kind = unpack_record(&u, &record)) == ROW_CLAIM || kind == ROW_FAULT) {
        struct intake_row row, again;
        struct intake_fault fault;
        int64_t line, line_again;
        struct text other;
        struct packer p = packer_of(room, ROOM);
        if (kind == ROW_CLAIM) {
            if (!unpack_row(record, orders, a, &row, &line)) return;
            FUZZ_CHECK(line >= 0 && (row.subject == SUBJECT_ORDERS) == orders);
            if (orders) check_order(&row.order);
            else check_record(&row.record);
            pack_row(&p, &row, line);
            struct unpacker back = { .at = p.begin, .end = p.at };
            FUZZ_CHECK(!p.full && unpack_record(&back, &other) == ROW_CLAIM && unpack_row(other, orders, a, &again, &line_again) && line == line_again);
        } else {
            if (!unpack_fault(record, &fault)) return;
            check_text(fault.what_zh);
            check_text(fault.raw);
            FUZZ_CHECK(fault.column >= 0 && fault.column <= LIMIT_COLUMNS && fault.line >= 0);
            pack_fault(&p, &fault);
            struct unpacker back = { .at = p.begin, .end = p.at };
            FUZZ_CHECK(!p.full && unpack_record(&back, &other) == ROW_FAULT && unpack_fault(other, &fault));
        }
    }
}

static void fuzz_scan(struct arena *a, struct unpacker u, void *room)
{
    struct intake_scan_result *s = ARENA_NEW(a, struct intake_scan_result);
    FUZZ_CHECK(s);
    if (!unpack_scan(&u, s)) return;
    FUZZ_CHECK(s->column_count >= 0 && s->column_count <= LIMIT_COLUMNS && (int)s->refusal >= 0 && (int)s->refusal < INTAKE_REFUSALS);
    for (int c = 0; c < s->column_count; c++) check_text(s->columns[c].header);
    for (int i = 0; i < s->preview_count; i++)
        for (int c = 0; c < s->column_count; c++) check_text(s->preview[i][c]);
    struct packer p = packer_of(room, ROOM);
    pack_scan(&p, s);
    struct unpacker back = { .at = p.begin, .end = p.at, .about = u.about };
    FUZZ_CHECK(p.full || unpack_scan(&back, s));
}

static void fuzz_parts(struct arena *a, struct unpacker u, void *room)
{
    struct intake_parts parts;
    if (!unpack_parts(&u, a, &parts)) return;
    FUZZ_CHECK(parts.count >= 0 && parts.count <= LIMIT_PARTS && (parts.count > 0) == (parts.refusal == REFUSED_NOT));
    for (int i = 0; i < parts.count; i++) check_text(parts.list[i].sheet);
    struct packer p = packer_of(room, ROOM);
    pack_parts(&p, &parts);
    struct unpacker back = { .at = p.begin, .end = p.at };
    FUZZ_CHECK(p.full || unpack_parts(&back, a, &parts));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct fuzz_memory for_good;
    static const struct arena_source lasting = { fuzz_take, fuzz_give, &for_good };
    static struct profile_set *set;
    static unsigned char room[ROOM];
    char error[200];
    struct fuzz_memory held = { 0 };
    struct arena_source memory = { fuzz_take, fuzz_give, &held };
    struct arena a;
    if (!set) set = profile_set_create(&lasting, error, sizeof error);
    FUZZ_CHECK(set);
    if (size == 0) return 0;
    arena_init(&a, &memory, 0);
    const struct unpacker u = { .at = data + 1, .end = data + size, .about = set };
    switch (data[0] % 4) {
    case 0: fuzz_parts(&a, u, room); break;
    case 1: fuzz_scan(&a, u, room); break;
    case 2: fuzz_rows(&a, u, true, room); break;
    case 3: fuzz_rows(&a, u, false, room); break;
    }
    arena_release(&a);
    FUZZ_CHECK(held.held == 0 && held.most < 64 * 1024 * 1024);
    return 0;
}
