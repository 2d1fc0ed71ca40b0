/* One look at the whole file; see intake.h. Order: the file's kind, the header and the profile, then every row: how many, the
 * latest time, words that no table lists, one shop or two. What the bytes speak for decides the encoding at the end; in the rare
 * case that the head misled, the look is taken once more with the encoding known. */
#include "intake/claim.h"
#include "intake/record_claim.h"
#include "intake/decode.h"
#include "intake/part.h"
#include "intake/recognise.h"
#include "intake/row.h"
#include "intake/sniff.h"

enum { TABLE_NEWS_ROWS = 1024 };

/* Fields that hold times. */
static const enum field dated[] = { FIELD_PLACED_AT, FIELD_PAID_AT, FIELD_CANCELLED_AT, FIELD_SHIPPED_AT, FIELD_DELIVERED_AT, FIELD_REFUNDED_AT,
                                    FIELD_SHIP_BY, FIELD_UPDATED_AT };

struct look {
    struct arena *a, *work;              /* results; scratch */
    const struct intake_source *source;
    const struct intake_options *opt;
    struct part_bytes bytes;             /* of a text */
    struct table table;
    const struct profile_set *set;
    bool (*progress)(void *ctx, int64_t done, int64_t all);
    void *progress_ctx;
    struct intake_scan_result *ret;
    struct input input;
    struct encoding_votes votes;
    struct csv csv;
    struct recognition kind;
    struct claim_maker maker;            /* of orders; of other subjects only its encoding and clock */
    struct record_maker records;
    bool stopped;
    int64_t table_rows;                  /* of a table that is no text, so far */
    int64_t latest_ms, latest_past_ms; /* of the rows: of all, of those that are not after now */
    struct text store_seen;              /* the first shop's name, as in the file */
    char *room;
    size_t room_size;
    const struct column_use *status, *store_name, *times[sizeof dated / sizeof dated[0]];
};

/* Bytes on their way to the table reader: counted as votes, progress told. */
static ssize_t watched_read(void *ctx, void *buf, size_t cap)
{
    struct look *k = ctx;
    if (k->stopped) return -1;
    ssize_t n = input_read(&k->input, buf, cap);
    const bool open = !k->opt->encoding_asked && !k->kind.proves_encoding; /* nobody asks for votes otherwise: look_at_text */
    if (n > 0 && open) encoding_votes_add(&k->votes, (struct text){ buf, (size_t)n });
    if (k->progress && !k->progress(k->progress_ctx, k->input.bytes, k->ret->part.bytes)) k->stopped = true;
    if (k->input.bytes > LIMIT_UPLOAD_BYTES) return -1;
    return n;
}

static bool refuse(struct look *k, struct refusal_facts facts)
{
    facts.file = source_base_name(k->source->name);
    facts.member = k->ret->part.member;
    facts.sheet = k->ret->part.sheet;
    refusal_say(k->a, &facts, k->ret);
    return !k->a->failed;
}

/* ---- rows ---- */

/* The row's value of a field, in the look's room; empty when it tells none or holds bad bytes. */
static struct text value_of(struct look *k, const struct csv_row *row, const struct column_use *use)
{
    for (int i = 0; use && i < use->count; i++) {
        if (use->at[i] >= row->count) continue;
        const struct csv_cell *cell = &row->cells[use->at[i]];
        struct text value;
        if (cell->len == 0 || cell->len > LIMIT_CELL_BYTES) continue;
        if (cell_text(k->maker.encoding, row->high, cell, use->field, k->room, &value) && value.len > 0) return value;
    }
    return TEXT_NONE;
}

static bool tells_orders(const struct look *k) { return k->ret->profile && k->ret->profile->subject == SUBJECT_ORDERS; }

static bool row_says_something(struct look *k, const struct csv_row *row)
{
    if (!tells_orders(k)) return !record_row_is_nothing(&k->records, row);
    return !claim_says_nothing(&k->maker, row, k->room);
}

static void look_at_status(struct look *k, const struct csv_row *row)
{
    struct text word = value_of(k, row, k->status);
    bool known = true;
    struct intake_scan_result *r = k->ret;
    if (word.len > 0) claim_status(&k->maker, word, &known);
    if (known) return;
    word = text_clip_utf8(word, 200);
    for (int i = 0; i < r->unknown_status_count; i++)
        if (text_eq(r->unknown_status[i], word)) return;
    if (r->unknown_status_count < (int)(sizeof r->unknown_status / sizeof r->unknown_status[0]))
        r->unknown_status[r->unknown_status_count++] = arena_text(k->a, word);
}

static void look_at_record_times(struct look *k)
{
    const int64_t latest_ms = record_row_latest(&k->records, k->opt->now_ms);
    if (latest_ms > k->latest_ms) k->latest_ms = latest_ms;
}

static void look_at_times(struct look *k, const struct csv_row *row)
{
    if (!tells_orders(k)) {
        look_at_record_times(k);
        return;
    }
    for (size_t i = 0; i < sizeof dated / sizeof dated[0]; i++) {
        if (!k->times[i]) continue;
        struct text s = value_of(k, row, k->times[i]);
        int64_t at_ms;
        enum civil_fit fit = CIVIL_EXACT;
        if (s.len == 0 || time_read(&k->maker.clock, s, &at_ms, &fit) != TIME_FOUND) continue;
        k->ret->ambiguous_times += fit == CIVIL_AMBIGUOUS;
        k->ret->skipped_times += fit == CIVIL_SKIPPED;
        if (dated[i] == FIELD_SHIP_BY) continue; /* a promise lies ahead: it dates nothing */
        if (at_ms > k->latest_ms) k->latest_ms = at_ms;
        if (at_ms <= k->opt->now_ms && at_ms > k->latest_past_ms) k->latest_past_ms = at_ms;
    }
}

/* False when the file is refused for its shop. */
static bool look_at_store(struct look *k, const struct csv_row *row, struct refusal_facts *why)
{
    struct text name = value_of(k, row, k->store_name);
    if (name.len == 0 || text_eq(name, k->store_seen)) return true;
    for (int i = 0; i < k->store_name->count; i++) /* two exports in one file: the second's header names no shop */
        if (text_eq(name, text_trim(k->ret->columns[k->store_name->at[i]].header))) return true;
    if (k->store_seen.len == 0) {
        k->store_seen = arena_text(k->work, name);
        if (k->opt->store_name.len == 0 || text_eq(text_trim(k->opt->store_name), name)) return true;
        *why = (struct refusal_facts){ .refusal = REFUSED_OTHER_STORE, .seen = k->store_seen, .expected = k->opt->store_name };
        return false;
    }
    *why = (struct refusal_facts){ .refusal = REFUSED_TWO_STORES, .expected = k->store_seen, .seen = arena_text(k->work, name), .line = table_line(&k->table) };
    return false;
}

static struct text shown(struct look *k, const struct csv_cell *cell)
{
    char wide[3 * 800 + 8];
    size_t n = cell_shown(k->maker.encoding, cell, 800, wide);
    return arena_text(k->a, text_clip_utf8(text_trim((struct text){ wide, n }), 200));
}

static void keep_preview(struct look *k, const struct csv_row *row)
{
    struct intake_scan_result *r = k->ret;
    if (r->preview_count == (int)(sizeof r->preview / sizeof r->preview[0])) return;
    for (int c = 0; c < row->count && c < r->column_count; c++) {
        struct text s = shown(k, &row->cells[c]);
        r->preview[r->preview_count][c] = s;
        struct intake_column *column = &r->columns[c];
        for (int i = 0; s.len > 0 && i < 3; i++) {
            if (text_eq(column->samples[i], s)) break;
            if (column->samples[i].len > 0) continue;
            column->samples[i] = s;
            break;
        }
    }
    r->preview_line[r->preview_count++] = table_line(&k->table);
}

static bool room_for(struct look *k, const struct csv_row *row)
{
    size_t need = 0;
    for (int i = 0; i < row->count; i++)
        if (row->cells[i].len > need) need = row->cells[i].len;
    if (CELL_ROOM(need) <= k->room_size) return true;
    k->room_size = CELL_ROOM(need) * 2;
    k->room = arena_take(k->work, k->room_size, 1);
    return k->room != NULL;
}

/* Why the reading stopped before the end. */
static struct refusal_facts read_failure(const struct look *k)
{
    const struct refusal_facts *why = k->ret->part.kind == PART_TEXT ? &k->bytes.why : table_refusal(&k->table);
    if (!k->stopped && why && why->refusal != REFUSED_NOT) return *why;
    return (struct refusal_facts){ .refusal = k->input.bytes > LIMIT_UPLOAD_BYTES ? REFUSED_TOO_LARGE : REFUSED_UNREADABLE };
}

/* The progress of what is no text (watched_read tells that of texts); false: stop. */
static bool table_told(struct look *k, struct refusal_facts *why)
{
    if (k->ret->part.kind == PART_TEXT || !k->progress || ++k->table_rows % TABLE_NEWS_ROWS != 0) return true;
    if (k->progress(k->progress_ctx, table_bytes(&k->table), k->ret->part.bytes)) return true;
    why->refusal = REFUSED_UNREADABLE;
    return false;
}

/* Every row behind the header. False when memory ran out; a refusal is put into *why. */
static bool look_at_rows(struct look *k, struct csv_row *row, struct refusal_facts *why)
{
    bool mapped = k->ret->profile != NULL;
    int usual_width = k->ret->column_count;
    enum csv_result got;
    while ((got = table_next(&k->table, row)) == CSV_ROW) {
        if (!table_told(k, why)) return true;
        if (table_line(&k->table) <= k->ret->header_line) continue;
        struct claim_fault unsound;
        if (row->fault == CSV_ROW_GOOD && row_is_blank(row)) continue;
        if (row_structure_fault(row, k->ret->column_count, usual_width, &unsound)) { /* it says nothing about the file */
            k->ret->rows++;
            continue;
        }
        usual_width = row->count;
        if (!room_for(k, row)) return false;
        if (mapped && row_is_text(k->maker.encoding, row) && (!row_says_something(k, row) || (tells_orders(k) && claim_is_junk(&k->maker, row)))) continue;
        k->ret->rows++;
        keep_preview(k, row);
        if (!mapped) continue;
        if (k->store_name && !look_at_store(k, row, why)) return true;
        look_at_times(k, row);
        if (k->status) look_at_status(k, row);
    }
    if (got == CSV_FAILED) *why = read_failure(k);
    return !k->a->failed && !k->work->failed;
}

/* ---- the whole file ---- */

static void settle_as_of(struct look *k)
{
    struct intake_scan_result *r = k->ret;
    if (k->latest_past_ms != INSTANT_NONE) k->latest_ms = k->latest_past_ms;
    r->as_of_ms = k->latest_ms;
    if (k->opt->as_of_ms != INSTANT_NONE) {
        r->as_of_ms = k->opt->as_of_ms;
        r->as_of_asked = true;
        return;
    }
    int64_t named_ms, span_ms;
    if (!name_time(k->source->name, k->maker.clock.zone, &named_ms, &span_ms)) {
        /* a list without any time (products, staff) is as of now: the one brought in last holds */
        if (k->latest_ms == INSTANT_NONE && r->profile && !tells_orders(k) && k->opt->now_ms > 0) {
            r->as_of_ms = k->opt->now_ms;
            r->as_of_now = true;
        }
        return;
    }
    if (k->latest_ms != INSTANT_NONE && named_ms + span_ms <= k->latest_ms) return; /* older than its own rows: no export time */
    r->as_of_ms = named_ms > k->latest_ms ? named_ms : k->latest_ms;
    r->as_of_from_name = true;
}

static bool look_prepare(struct look *k)
{
    struct intake_scan_result *r = k->ret;
    r->profile = k->kind.profile;
    r->header_line = k->kind.line;
    r->delimiter = k->kind.delimiter;
    r->column_count = k->kind.column_count;
    for (int i = 0; i < r->column_count; i++) r->columns[i] = (struct intake_column){ .header = arena_text(k->a, k->kind.columns[i].header), .field = k->kind.columns[i].field };
    r->rows = 0;
    r->preview_count = r->unknown_status_count = 0;
    memset(r->preview, 0, sizeof r->preview);
    r->ambiguous_times = r->skipped_times = 0;
    k->latest_ms = k->latest_past_ms = INSTANT_NONE;
    k->store_seen = TEXT_NONE;
    k->maker = (struct claim_maker){ .encoding = r->encoding };
    k->status = k->store_name = NULL;
    if (!r->profile) return !k->a->failed;
    k->maker.clock.zone = profile_clock(r->profile, k->opt);
    if (!tells_orders(k)) return record_maker_init(&k->records, k->work, r->profile, k->opt, r) && !k->a->failed;
    if (!claim_maker_init(&k->maker, k->work, r->profile, k->opt, r)) return false;
    k->status = column_map_find(&k->maker.map, FIELD_STATUS);
    k->store_name = column_map_find(&k->maker.map, FIELD_STORE_NAME);
    for (size_t i = 0; i < sizeof dated / sizeof dated[0]; i++) k->times[i] = column_map_find(&k->maker.map, dated[i]);
    r->asks_zone = r->profile->rules.ask_zone && !k->opt->zone_asked;
    return !k->a->failed;
}

static bool no_header(struct look *k)
{
    struct text seen = TEXT_NONE;
    for (int i = 0; i < k->ret->column_count && i < 6; i++)
        seen = arena_printf(k->work, "%.*s%s%.*s", (int)seen.len, seen.ptr ? seen.ptr : "", i ? ", " : "",
                            (int)text_clip_utf8(k->ret->columns[i].header, 40).len, k->ret->columns[i].header.ptr ? k->ret->columns[i].header.ptr : "");
    const struct profile *p = k->opt->profile ? k->opt->profile : k->kind.nearest;
    if (p)
        return refuse(k, (struct refusal_facts){ .refusal = k->opt->profile ? REFUSED_OTHER_KIND : REFUSED_NO_HEADER, .profile_en = p->en, .profile_zh = p->zh,
                                                 .expected = k->kind.missing_en, .expected_zh = k->kind.missing_zh });
    return refuse(k, (struct refusal_facts){ .refusal = REFUSED_NO_HEADER, .seen = seen });
}

/* Recognises with the encoding that the head's bytes speak for; a header known only in the other one proves that one (its
 * bytes may be outvoted by one line of rubbish). */
static bool recognise_head(struct look *k, struct text head)
{
    struct intake_scan_result *r = k->ret;
    if (!recognise(k->work, &k->csv, k->set, k->opt->profile, head, r->encoding, &k->kind)) return false;
    if (k->opt->encoding_asked || k->kind.proves_encoding || (r->encoding != ENCODING_UTF8 && r->encoding != ENCODING_GB18030)) return true;
    struct recognition other;
    enum intake_encoding encoding = r->encoding == ENCODING_UTF8 ? ENCODING_GB18030 : ENCODING_UTF8;
    if (!recognise(k->work, &k->csv, k->set, k->opt->profile, head, encoding, &other)) return false;
    if (!other.proves_encoding) return true;
    k->kind = other;
    r->encoding = encoding;
    return true;
}

/* Is the kind of file one whose amounts are in another currency than the store's? Then false and why. */
static bool currency_fits(const struct look *k, struct refusal_facts *why)
{
    const struct profile *p = k->ret->profile;
    if (!p || !p->currency.code[0] || memcmp(p->currency.code, k->opt->currency.code, 3) == 0) return true;
    *why = (struct refusal_facts){ .refusal = REFUSED_OTHER_CURRENCY, .profile_en = p->en, .profile_zh = p->zh, .seen = text_from_cstr(p->currency.code),
                                   .expected = text_from_cstr(k->opt->currency.code) };
    return false;
}

/* One look with the encoding given in ret->encoding. False when memory ran out. */
static bool look_once(struct look *k, struct refusal_facts *why)
{
    struct text head = { (const char *)k->input.head, k->input.head_len };
    struct csv_source source = { k, watched_read };
    struct csv_row *row = ARENA_NEW(k->work, struct csv_row);
    *why = (struct refusal_facts){ .refusal = REFUSED_NOT };
    if (!row) return false;
    char *head_utf8 = NULL;
    if (k->input.utf16) { /* the head as the table reader will see it */
        struct utf16_state u = { .big_endian = k->input.encoding == ENCODING_UTF16BE, .half = -1 };
        head_utf8 = arena_take(k->work, 3 * head.len + 8, 1);
        if (!head_utf8) return false;
        head = (struct text){ head_utf8, utf16_to_utf8(&u, (struct text){ head.ptr + k->input.head_at, head.len - k->input.head_at }, head_utf8) };
    } else {
        head = (struct text){ head.ptr + k->input.head_at, head.len - k->input.head_at };
    }
    if (!recognise_head(k, head)) return false;
    if (!look_prepare(k)) return false;
    if (!currency_fits(k, why)) return true;
    csv_restart(&k->csv, &source, k->kind.delimiter);
    k->table = table_of_csv(&k->csv);
    return look_at_rows(k, row, why);
}

/* The same of what is no text: the look is taken once. */
static bool look_at_table(struct look *k, struct refusal_facts *why)
{
    struct intake_scan_result *r = k->ret;
    struct csv_row *row = ARENA_NEW(k->work, struct csv_row);
    enum csv_result end;
    if (!row || !table_open(k->work, k->source, k->opt, &r->part, &k->table, why)) return false;
    if (!k->table.kind) return true;
    r->encoding = r->part.kind == PART_XLSX ? ENCODING_XLSX : r->part.kind == PART_XLS ? ENCODING_XLS : ENCODING_UTF8;
    *why = (struct refusal_facts){ .refusal = REFUSED_NOT };
    if (!recognise_table(k->work, &k->table, k->set, k->opt->profile, &k->kind, &end)) return false;
    if (end == CSV_FAILED || !table_rewind(&k->table)) {
        *why = read_failure(k);
        return true;
    }
    if (!look_prepare(k)) return false;
    return !currency_fits(k, why) || look_at_rows(k, row, why);
}

static enum intake_encoding head_encoding(const struct input *in, const struct intake_options *opt)
{
    if (in->encoding != ENCODING_UTF8) return in->encoding;
    if (opt->encoding_asked) return opt->encoding;
    struct encoding_votes votes = { .utf8_good = 0 };
    encoding_votes_add(&votes, (struct text){ (const char *)in->head, in->head_len });
    return encoding_votes_result(&votes);
}

/* A text: with the encoding that its head speaks for, and again when the rest outvotes that. */
static bool look_at_text(struct look *k, struct refusal_facts *why)
{
    struct intake_scan_result *r = k->ret;
    if (!part_bytes_open(&k->bytes, k->work, k->source, &r->part)) return false;
    *why = k->bytes.why;
    if (why->refusal != REFUSED_NOT) return true;
    if (!input_open(&k->input, k->work, &k->bytes.source)) return false;
    why->sniffed = k->input.sniffed;
    if (k->input.failed) *why = read_failure(k);
    else if (k->input.sniffed == SNIFFED_EMPTY) why->refusal = REFUSED_EMPTY;
    else if (k->input.sniffed != SNIFFED_TEXT) why->refusal = REFUSED_NOT_TEXT;
    if (why->refusal != REFUSED_NOT) return true;
    if (!csv_open(&k->csv, k->work, &(struct csv_source){ k, watched_read }, ',')) return false;
    r->encoding = head_encoding(&k->input, k->opt);
    if (!look_once(k, why)) return false;
    bool by_votes = !k->opt->encoding_asked && (r->encoding == ENCODING_UTF8 || r->encoding == ENCODING_GB18030) && !k->kind.proves_encoding;
    if (by_votes && why->refusal == REFUSED_NOT && encoding_votes_result(&k->votes) != r->encoding) {
        r->encoding = encoding_votes_result(&k->votes);
        if (!input_open(&k->input, k->work, &k->bytes.source)) return false;
        if (k->input.failed) {
            *why = read_failure(k);
            return true;
        }
        if (!look_once(k, why)) return false;
    }
    r->bytes = k->input.bytes;
    return true;
}

static bool scan(struct look *k)
{
    struct intake_scan_result *r = k->ret;
    struct refusal_facts why;
    if (!part_choose(k->work, k->source, k->opt, &r->part, &why)) return false;
    r->part.member = arena_text(k->a, r->part.member);
    r->part.sheet = arena_text(k->a, r->part.sheet);
    if (why.refusal != REFUSED_NOT) return refuse(k, why);
    if (k->source->size > LIMIT_UPLOAD_BYTES) return refuse(k, (struct refusal_facts){ .refusal = REFUSED_TOO_LARGE });
    if (k->opt->profile && !k->opt->profile->required[FIELD_ORDER_NO]) return refuse(k, (struct refusal_facts){ .refusal = REFUSED_BAD_PROFILE });
    if (!(r->part.kind == PART_TEXT ? look_at_text(k, &why) : look_at_table(k, &why))) return false;
    if (r->part.kind != PART_TEXT) r->bytes = r->part.bytes;
    if (why.refusal != REFUSED_NOT) return refuse(k, why);
    if (!r->profile) return no_header(k);
    if (r->rows == 0) return refuse(k, (struct refusal_facts){ .refusal = REFUSED_NO_ROWS, .line = r->header_line });
    settle_as_of(k);
    r->store_seen = arena_text(k->a, k->store_seen);
    return !k->a->failed;
}

bool intake_scan(struct arena *a, const struct profile_set *set, const struct intake_source *src, const struct intake_options *opt,
                 bool (*progress)(void *ctx, int64_t bytes_done, int64_t bytes_all), void *progress_ctx, struct intake_scan_result *ret)
{
    struct arena work;
    arena_init(&work, a->source, 0);
    struct look *k = ARENA_NEW(&work, struct look);
    bool ok = k != NULL;
    if (ok) {
        *k = (struct look){ .a = a, .work = &work, .source = src, .opt = opt, .set = set, .progress = progress, .progress_ctx = progress_ctx, .ret = ret };
        memset(ret, 0, sizeof *ret);
        ret->as_of_ms = INSTANT_NONE;
        ok = scan(k);
        part_bytes_close(&k->bytes);
        table_close(&k->table);
    }
    arena_release(&work);
    return ok;
}

const char *intake_encoding_word(enum intake_encoding e)
{
    switch (e) {
    case ENCODING_UTF8: return "utf-8";
    case ENCODING_UTF8_BOM: return "utf-8-bom";
    case ENCODING_GB18030: return "gb18030";
    case ENCODING_UTF16LE: return "utf-16le";
    case ENCODING_UTF16BE: return "utf-16be";
    case ENCODING_XLSX: return "xlsx";
    case ENCODING_XLS: return "xls";
    }
    return "";
}

bool intake_encoding_find(struct text word, enum intake_encoding *ret)
{
    if (text_is(word, "utf-8")) *ret = ENCODING_UTF8;
    else if (text_is(word, "gb18030")) *ret = ENCODING_GB18030;
    else return false;
    return true;
}
