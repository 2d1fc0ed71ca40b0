/* A file of any bytes through both readings. The first byte chooses the profile (or recognition), the second the size of pieces.
 * Holds: no reading keeps or takes much memory; every text handed out is UTF-8; lines ascend; both readings count the same
 * rows; the same bytes in pieces of any size say the same. */
#include <string.h>
#include "base/instant.h"
#include "fuzz.h"
#include "fuzz_bytes.h"
#include "fuzz_memory.h"
#include "intake/intake.h"

static bool bytes_rewind(void *ctx)
{
    ((struct bytes *)ctx)->at = 0;
    return true;
}

/* FNV-1a over everything that was said. */
struct digest { uint64_t h; };
static void digest_add(struct digest *d, const void *p, size_t n)
{
    for (size_t i = 0; i < n; i++) d->h = (d->h ^ ((const unsigned char *)p)[i]) * UINT64_C(1099511628211);
}
static void digest_number(struct digest *d, int64_t n) { digest_add(d, &n, sizeof n); }
static void digest_text(struct digest *d, struct text s)
{
    FUZZ_CHECK(text_utf8_valid(s));
    digest_number(d, (int64_t)s.len);
    digest_add(d, s.ptr, s.len);
}

static void check_time(int64_t at_ms) { FUZZ_CHECK(at_ms == CLAIM_NONE || (at_ms >= INSTANT_FIRST_MS && at_ms <= INSTANT_LAST_MS)); }
static void check_amount(int64_t minor) { FUZZ_CHECK(minor == CLAIM_NONE || (minor >= 0 && minor <= INT64_C(2000000000000))); }

static void digest_claim(struct digest *d, const struct order_claim *c)
{
    const int64_t times[] = { c->placed_at_ms, c->paid_at_ms, c->cancelled_at_ms, c->shipped_at_ms, c->delivered_at_ms, c->refunded_at_ms, c->ship_by_ms };
    const int64_t amounts[] = { c->total_minor, c->paid_minor, c->refund_minor, c->line.unit_minor, c->line.line_minor, c->line.refund_minor };
    const struct text texts[] = { c->order_no, c->region, c->country, c->tracking, c->person.buyer, c->person.name, c->person.phone, c->person.address,
                                  c->person.buyer_note, c->person.seller_note, c->person.email, c->line.sub_no, c->line.product_no, c->line.sku_code, c->line.title, c->line.options };
    FUZZ_CHECK(c->order_no.len > 0 && c->order_no.len <= LIMIT_ORDER_NO_BYTES && c->region.len <= 64 && (c->country.len == 0 || c->country.len == 2));
    FUZZ_CHECK(!c->has_line || (c->line.occurrence >= 1 && c->line.occurrence <= LIMIT_LINES_PER_ORDER));
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) check_time(times[i]);
    for (size_t i = 0; i < sizeof amounts / sizeof amounts[0]; i++)
        if (i < 3 || c->has_line) check_amount(amounts[i]);
    digest_add(d, times, sizeof times);
    digest_add(d, amounts, sizeof amounts);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) digest_text(d, texts[i]);
    digest_add(d, c->key.bytes, sizeof c->key.bytes);
    digest_number(d, c->status);
    digest_number(d, c->pay_kind);
    digest_number(d, c->as_of_ms);
    digest_number(d, c->line.occurrence);
    digest_number(d, c->pieces);
}

static void digest_record(struct digest *d, const struct record_claim *c)
{
    FUZZ_CHECK(c->record_key.len > 0 && c->record_key.len <= RECORD_KEY_BYTES && c->grain != 0 && c->value_count > 0);
    digest_text(d, c->record_key);
    digest_add(d, c->key.bytes, sizeof c->key.bytes);
    digest_number(d, c->at_ms);
    for (int i = 0; i < c->value_count; i++) {
        const struct record_value *v = &c->values[i];
        FUZZ_CHECK(i == 0 || v->field > c->values[i - 1].field);
        FUZZ_CHECK(kind_is_text(record_field(c->subject, v->field)->kind) == (v->text.len > 0));
        digest_number(d, v->number);
        digest_text(d, v->text);
    }
}

static void digest_fault(struct digest *d, const struct intake_fault *f)
{
    const struct text texts[] = { f->column_name, f->value, f->code, f->what_en, f->what_zh, f->remedy_en, f->remedy_zh, f->raw };
    FUZZ_CHECK(f->value.len <= 200 && f->raw.len <= LIMIT_CELL_BYTES && f->line > 0 && f->column >= 0);
    digest_number(d, f->line);
    digest_number(d, f->column);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) digest_text(d, texts[i]);
}

static void digest_scan(struct digest *d, const struct intake_scan_result *s)
{
    FUZZ_CHECK((s->refusal == REFUSED_NOT) == (s->refusal_en.len == 0) && (s->refusal == REFUSED_NOT) == (s->refusal_zh.len == 0));
    FUZZ_CHECK(s->refusal != REFUSED_NOT || (s->profile && s->rows > 0 && s->header_line >= 1 && s->header_line <= 10));
    digest_number(d, s->refusal);
    digest_text(d, s->refusal_en);
    digest_text(d, s->refusal_zh);
    digest_number(d, s->encoding);
    digest_number(d, s->rows);
    digest_number(d, s->as_of_ms);
    digest_number(d, s->column_count);
    for (int c = 0; c < s->column_count; c++) {
        digest_text(d, s->columns[c].header);
        digest_text(d, s->columns[c].field);
        for (int i = 0; i < 3; i++) digest_text(d, s->columns[c].samples[i]);
        for (int r = 0; r < s->preview_count; r++) digest_text(d, s->preview[r][c]);
    }
    for (int i = 0; i < s->unknown_status_count; i++) digest_text(d, s->unknown_status[i]);
}

static void read_rows(const struct arena_source *memory, const struct intake_source *source, const struct intake_options *opt,
                      const struct intake_scan_result *scan, struct digest *d)
{
    struct intake_reader *r = intake_reader_open(memory, source, opt, scan);
    struct arena batch;
    struct intake_row row;
    struct intake_fault fault;
    enum intake_row_kind kind;
    int64_t rows = 0, line = scan->header_line;
    FUZZ_CHECK(r != NULL);
    arena_init(&batch, memory, 0);
    bool more = false; /* of the same row */
    while ((kind = intake_reader_next(r, &batch, &row, &fault)) == ROW_CLAIM || kind == ROW_FAULT) {
        FUZZ_CHECK(more ? kind == ROW_CLAIM && intake_reader_line(r) == line : intake_reader_line(r) > line);
        line = intake_reader_line(r);
        rows += !more;
        more = kind == ROW_CLAIM && row.more;
        if (kind == ROW_CLAIM && row.subject == SUBJECT_ORDERS) digest_claim(d, &row.order);
        else if (kind == ROW_CLAIM) digest_record(d, &row.record);
        else digest_fault(d, &fault);
        if (!more) arena_clear(&batch);
    }
    FUZZ_CHECK(kind == ROW_END && !more);
    FUZZ_CHECK(rows == scan->rows);
    arena_release(&batch);
    intake_reader_close(r);
}

static struct digest read_file(const struct arena_source *memory, const struct profile_set *set, const struct profile *profile, struct bytes *bytes)
{
    static const int64_t at_ms[1] = { INT64_MIN };
    static const int32_t offset_s[1] = { 3600 };
    static const struct zone zone = { .name = "Europe/Zurich", .n = 1, .at_ms = at_ms, .offset_s = offset_s };
    struct intake_options opt = { .zone = &zone, .currency = { "CNY" }, .country = TEXT("CN"), .profile = profile, .as_of_ms = INSTANT_NONE };
    struct intake_source source = { bytes, bytes_read, bytes_rewind, TEXT("ExportOrderList201905151650.csv"), (int64_t)bytes->size };
    struct digest d = { UINT64_C(14695981039346656037) };
    struct arena a;
    arena_init(&a, memory, 0);
    struct intake_scan_result *scan = ARENA_NEW(&a, struct intake_scan_result);
    FUZZ_CHECK(scan && intake_scan(&a, set, &source, &opt, NULL, NULL, scan));
    digest_scan(&d, scan);
    if (scan->refusal == REFUSED_NOT) read_rows(memory, &source, &opt, scan, &d);
    arena_release(&a);
    return d;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2) return 0;
    static struct fuzz_memory kept, held;
    static struct arena_source kept_memory = { fuzz_take, fuzz_give, &kept }, memory = { fuzz_take, fuzz_give, &held };
    static struct profile_set *set; /* immutable: made once */
    char error[200];
    if (!set) set = profile_set_create(&kept_memory, error, sizeof error);
    FUZZ_CHECK(set != NULL);
    held = (struct fuzz_memory){ 0 };
    int choice = data[0] % (profile_count(set) + 1);
    const struct profile *profile = choice == 0 ? NULL : profile_at(set, choice - 1);
    struct bytes whole = { data + 2, size - 2, 0, SIZE_MAX }, pieces = { data + 2, size - 2, 0, (size_t)data[1] % 70 + 1 };
    struct digest once = read_file(&memory, set, profile, &whole), again = read_file(&memory, set, profile, &pieces);
    FUZZ_CHECK(once.h == again.h);
    FUZZ_CHECK(held.held == 0 && held.most < 32U * 1024 * 1024);
    return 0;
}
