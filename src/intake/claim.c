/* Cells -> claim; see claim.h. claim_make reads top to bottom: gather the values, check the identity, read times, amounts
 * and words, count the line's occurrence, hash, move the texts into the batch. */
#include "intake/claim.h"
#include <sodium.h>
#include "base/checked.h"

/* How many lines back a repeated line of the same order is still recognised as a repetition. */
enum { OCCURRENCE_SETS = 16384, OCCURRENCE_SETS_SHORT = 1024 /* documents of few rows, one after the other */, OCCURRENCE_WAYS = 4 };
struct occurrence { uint64_t key; uint32_t count, row; };

#define AMOUNT_MINOR_MAX INT64_C(1000000000000)
#define PIECES_MAX 1000000

struct values {
    struct text of[FIELD_COUNT];
    int column[FIELD_COUNT];
    size_t used; /* bytes of the maker's room */
};

static void file_key(struct claim_maker *m, const unsigned char hash_key[32])
{
    crypto_generichash_state state;
    crypto_generichash_init(&state, hash_key, 32, sizeof m->file_key);
    const struct text parts[] = { m->profile->name, text_from_cstr(m->currency.code), text_from_cstr(m->clock.zone->name), m->country };
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        crypto_generichash_update(&state, (const unsigned char *)(parts[i].ptr ? parts[i].ptr : ""), parts[i].len);
        crypto_generichash_update(&state, (const unsigned char *)"", 1);
    }
    crypto_generichash_final(&state, m->file_key, sizeof m->file_key);
}

bool claim_maker_init(struct claim_maker *m, struct arena *own, const struct profile *p, const struct intake_options *opt,
                      const struct intake_scan_result *scan)
{
    *m = (struct claim_maker){
        .profile = p, .encoding = scan->encoding, .currency = opt->currency, .country = opt->country, .as_of_ms = scan->as_of_ms, .own = own,
        .clock = { .zone = profile_clock(p, opt) }, .room_size = 16 * 1024,
    };
    if (!column_map_make(own, p, scan->columns, scan->column_count, &m->map)) return false;
    m->room = arena_take(own, m->room_size, 1);
    bool lines = m->map.count > 0 && field_is_line(m->map.uses[m->map.count - 1].field);
    m->occurrence_sets = scan->rows < 0 ? OCCURRENCE_SETS_SHORT : OCCURRENCE_SETS;
    if (lines) m->occurrences = ARENA_ARRAY(own, struct occurrence, (size_t)m->occurrence_sets * OCCURRENCE_WAYS);
    if (!m->room || (lines && !m->occurrences)) return false;
    file_key(m, opt->hash_key);
    /* a file that has the column and leaves it empty tells nothing: a second row of an order abroad is not at home */
    if (column_map_find(&m->map, FIELD_COUNTRY)) m->country = TEXT_NONE;
    return true;
}

void claim_maker_renew(struct claim_maker *m)
{
    if (m->occurrences) memset(m->occurrences, 0, (size_t)m->occurrence_sets * OCCURRENCE_WAYS * sizeof *m->occurrences);
    m->rows = 0;
}

/* ---- values ---- */

enum { VALUE_HEAD = 5 }; /* before each value in the room: its field's number and its length */

static bool room_for(struct claim_maker *m, const struct csv_row *row)
{
    size_t need = (size_t)FIELD_COUNT * (VALUE_HEAD + 16) + sizeof(int32_t);
    for (int i = 0; i < m->map.count; i++)
        for (int c = 0; c < m->map.uses[i].count; c++)
            if (m->map.uses[i].at[c] < row->count) need += CELL_ROOM(row->cells[m->map.uses[i].at[c]].len);
    if (need <= m->room_size) return true;
    char *room = arena_take(m->own, need * 2, 1);
    if (!room) return false;
    m->room = room;
    m->room_size = need * 2;
    return true;
}

/* Our own lists as CSV bear an apostrophe before what a spreadsheet would take for a formula. */
static struct text unguard(const struct claim_maker *m, struct text value)
{
    const struct text rest = { value.ptr + 1, value.len - 1 };
    const bool guarded = m->profile->guarded && m->encoding < ENCODING_XLSX && value.len > 1 && value.ptr[0] == '\'' && text_begins_formula(rest);
    return guarded ? rest : value;
}

/* Gathers the row's values; false at a bad cell. The row's bytes were found to be text. A cell with nothing in it says nothing: the next column of the field may. */
static bool gather(struct claim_maker *m, const struct csv_row *row, struct values *v, struct claim_fault *fault)
{
    const bool decode = row->high && m->encoding == ENCODING_GB18030;
    memset(v->of, 0, sizeof v->of);
    char *at = m->room;
    for (int i = 0; i < m->map.count; i++) {
        const struct column_use *use = &m->map.uses[i];
        for (int c = 0; c < use->count; c++) {
            int column = use->at[c];
            if (column >= row->count || row->cells[column].len == 0) continue;
            struct text value;
            if (!cell_text(m->encoding, decode, &row->cells[column], use->field, at + VALUE_HEAD, &value)) {
                *fault = (struct claim_fault){ FAULT_BAD_BYTES, column };
                return false;
            }
            if (value.len == 0) continue;
            value = unguard(m, value);
            if (value.ptr != at + VALUE_HEAD) memmove(at + VALUE_HEAD, value.ptr, value.len);
            uint32_t len = (uint32_t)value.len;
            const unsigned char head[VALUE_HEAD] = { (unsigned char)use->field, (unsigned char)len, (unsigned char)(len >> 8), (unsigned char)(len >> 16), (unsigned char)(len >> 24) };
            memcpy(at, head, VALUE_HEAD);
            v->of[use->field] = (struct text){ at + VALUE_HEAD, value.len };
            v->column[use->field] = column;
            at += VALUE_HEAD + value.len;
            break;
        }
    }
    v->used = (size_t)(at - m->room);
    return true;
}

/* ---- identity ---- */

static bool has_control(struct text s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.ptr[i] < 0x20 || s.ptr[i] == 0x7F) return true;
    return false;
}

static bool check_numbers(const struct values *v, bool has_line, struct claim_fault *fault)
{
    static const enum field numbers[] = { FIELD_ORDER_NO, FIELD_SUB_NO, FIELD_PRODUCT_NO, FIELD_TRACKING };
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        struct text s = v->of[numbers[i]];
        if (s.len == 0) continue;
        fault->column = v->column[numbers[i]];
        fault->fault = FAULT_SCIENTIFIC_ID;
        if (is_scientific(s)) return false;
        fault->fault = FAULT_ORDER_NO_TOO_LONG;
        if (numbers[i] != FIELD_TRACKING && s.len > LIMIT_ORDER_NO_BYTES) return false;
        fault->fault = FAULT_BAD_ORDER_NO;
        if (numbers[i] == FIELD_ORDER_NO && has_control(s)) return false;
    }
    *fault = (struct claim_fault){ FAULT_NO_ORDER_NO, -1 };
    return !(has_line && v->of[FIELD_ORDER_NO].len == 0);
}

/* ---- times, amounts, counts ---- */

static bool read_times(struct claim_maker *m, const struct values *v, struct order_claim *c, struct claim_fault *fault)
{
    int64_t *const into[] = { [FIELD_PLACED_AT] = &c->placed_at_ms, [FIELD_PAID_AT] = &c->paid_at_ms, [FIELD_CANCELLED_AT] = &c->cancelled_at_ms,
        [FIELD_SHIPPED_AT] = &c->shipped_at_ms, [FIELD_DELIVERED_AT] = &c->delivered_at_ms, [FIELD_REFUNDED_AT] = &c->refunded_at_ms, [FIELD_SHIP_BY] = &c->ship_by_ms };
    for (int f = FIELD_PLACED_AT; f <= FIELD_SHIP_BY; f++) {
        *into[f] = CLAIM_NONE;
        if (v->of[f].len == 0) continue;
        enum civil_fit fit;
        enum time_found found = time_read(&m->clock, v->of[f], into[f], &fit);
        if (found == TIME_FOUND || found == TIME_NONE) continue;
        *fault = (struct claim_fault){ found == TIME_OUT_OF_RANGE ? FAULT_TIME_OUT_OF_RANGE : FAULT_BAD_TIME, v->column[f] };
        return false;
    }
    return true;
}

static bool read_amount(struct claim_maker *m, const struct values *v, enum field f, int64_t *ret, struct claim_fault *fault)
{
    static const enum row_fault faults[] = {
        [MONEY_NOT_A_NUMBER] = FAULT_BAD_MONEY, [MONEY_SCIENTIFIC] = FAULT_BAD_MONEY, [MONEY_TOO_PRECISE] = FAULT_MONEY_TOO_PRECISE,
        [MONEY_OUT_OF_RANGE] = FAULT_MONEY_OUT_OF_RANGE, [MONEY_OTHER_CURRENCY] = FAULT_OTHER_CURRENCY,
    };
    *ret = CLAIM_NONE;
    if (v->of[f].len == 0) return true;
    int64_t minor = 0;
    enum money_parse_error e = money_parse(v->of[f], m->currency, &minor);
    fault->column = v->column[f];
    if (e == MONEY_EMPTY) return true;
    if (e == MONEY_NOT_A_NUMBER && word_list_has(&m->profile->no_refund, v->of[f])) {
        *ret = 0;
        return true;
    }
    fault->fault = e == MONEY_OK ? FAULT_NEGATIVE_MONEY : faults[e];
    if (e != MONEY_OK || minor < 0) return false;
    fault->fault = FAULT_MONEY_OUT_OF_RANGE;
    if (minor > AMOUNT_MINOR_MAX) return false;
    *ret = minor;
    return true;
}

static bool read_pieces(const struct values *v, enum field f, int64_t *ret, struct claim_fault *fault)
{
    struct text s = v->of[f], fraction;
    *ret = CLAIM_NONE;
    if (s.len == 0) return true;
    *fault = (struct claim_fault){ FAULT_BAD_COUNT, v->column[f] };
    s = text_cut(s, '.', &fraction); /* spreadsheets write 2.0 */
    for (size_t i = 0; i < fraction.len; i++)
        if (fraction.ptr[i] != '0') return false;
    int64_t n;
    if (!text_to_i64(s, &n) || n < 0 || n > PIECES_MAX) return false;
    *ret = n;
    return true;
}

static bool read_amounts(struct claim_maker *m, const struct values *v, struct order_claim *c, struct claim_fault *fault)
{
    struct currency told;
    if (v->of[FIELD_CURRENCY].len > 0 && (!currency_parse(v->of[FIELD_CURRENCY], &told) || memcmp(told.code, m->currency.code, 3) != 0)) {
        *fault = (struct claim_fault){ FAULT_OTHER_CURRENCY, v->column[FIELD_CURRENCY] };
        return false;
    }
    return read_amount(m, v, FIELD_TOTAL, &c->total_minor, fault) && read_amount(m, v, FIELD_PAID, &c->paid_minor, fault) &&
           read_amount(m, v, FIELD_REFUND, &c->refund_minor, fault) && read_pieces(v, FIELD_PIECES, &c->pieces, fault) &&
           read_pieces(v, FIELD_LINE_PIECES, &c->line.pieces, fault) && read_amount(m, v, FIELD_UNIT, &c->line.unit_minor, fault) &&
           read_amount(m, v, FIELD_LINE_TOTAL, &c->line.line_minor, fault) && read_amount(m, v, FIELD_LINE_REFUND, &c->line.refund_minor, fault);
}

/* ---- words ---- */

enum order_status claim_status(struct claim_maker *m, struct text word, bool *ret_known)
{
    enum { SEEN = sizeof m->seen / sizeof m->seen[0] };
    *ret_known = true;
    for (int i = 0; i < SEEN; i++)
        if (word.len > 0 && word.len == m->seen[i].len && memcmp(word.ptr, m->seen[i].word, word.len) == 0) return m->seen[i].status;
    enum order_status status = STATUS_NONE;
    *ret_known = status_find(&m->profile->status, word, &status);
    if (*ret_known && word.len > 0 && word.len <= sizeof m->seen[0].word) {
        struct seen_status *s = &m->seen[m->seen_next++ % SEEN];
        memcpy(s->word, word.ptr, word.len);
        s->len = word.len;
        s->status = status;
    }
    return status;
}

/* An order in stages whose balance is open: has its deposit been paid? The first stage tells, else any payment. */
static bool deposit_is_paid(const struct profile *p, struct text stages, const struct order_claim *c)
{
    for (size_t i = 0; i + 7 <= stages.len; i++) {
        if (memcmp(stages.ptr + i, "阶段2", 7) != 0) continue;
        return !word_list_within(&p->deposit_words, (struct text){ stages.ptr, i });
    }
    return c->paid_at_ms != CLAIM_NONE || (c->paid_minor != CLAIM_NONE && c->paid_minor > 0);
}

static void read_status(struct claim_maker *m, const struct values *v, struct order_claim *c)
{
    const struct profile *p = m->profile;
    bool known;
    c->status = v->of[FIELD_STATUS].len > 0 ? claim_status(m, v->of[FIELD_STATUS], &known) : STATUS_NONE;
    if (v->of[FIELD_STATUS].len > 0 && !known) c->status = STATUS_UNKNOWN;
    enum order_status shipping;
    if (c->status == STATUS_PAID && v->of[FIELD_SHIP_STATUS].len > 0 && status_find(&p->ship_status, v->of[FIELD_SHIP_STATUS], &shipping) &&
        shipping != STATUS_NONE)
        c->status = shipping;
    const bool untold = c->status == STATUS_NONE || c->status == STATUS_UNKNOWN;
    if (untold && v->of[FIELD_CLOSE_REASON].len > 0 && p->open_reasons.count > 0 &&
        !word_list_has(&p->open_reasons, v->of[FIELD_CLOSE_REASON]))
        c->status = STATUS_CLOSED;
    bool waits = (untold && c->status != STATUS_CLOSED) || c->status == STATUS_UNPAID || c->status == STATUS_PAID;
    if (waits && word_list_within(&p->deposit_words, v->of[FIELD_STAGES])) {
        c->status = deposit_is_paid(p, v->of[FIELD_STAGES], c) ? STATUS_DEPOSIT_PAID : STATUS_UNPAID;
        c->paid_at_ms = CLAIM_NONE; /* of the deposit: the order itself is not paid */
    }
    c->pay_kind = word_list_within(&p->on_delivery, v->of[FIELD_PAY_METHOD]) ? PAY_ON_DELIVERY : PAY_NONE;
}

/* What the profile says about the meaning of the amounts. */
static bool settle_amounts(const struct profile *p, struct order_claim *c)
{
    bool paid = c->paid_at_ms != CLAIM_NONE;
    if (p->paid_is_net && c->paid_minor != CLAIM_NONE && c->refund_minor != CLAIM_NONE && !checked_add(c->paid_minor, c->refund_minor, &c->paid_minor)) return false;
    if (!paid && c->paid_minor == 0) c->paid_minor = CLAIM_NONE; /* "0.00" of an unpaid order is no payment of nothing */
    bool told = c->refund_minor != CLAIM_NONE && c->refund_minor > 0;
    if (p->closed_paid_is_refunded && c->status == STATUS_CLOSED && paid && !told)
        c->refund_minor = c->paid_minor != CLAIM_NONE && c->paid_minor > 0 ? c->paid_minor : c->total_minor;
    return true;
}

/* A region is no personal datum: anything that may be more than a place's name is left out. */
static struct text read_region(const struct profile *p, const struct values *v)
{
    struct text cell = v->of[FIELD_REGION], known = province_find(cell.len > 0 ? cell : v->of[FIELD_ADDRESS]);
    if (known.len > 0 || p->region == REGION_PROVINCE || cell.len > 48) return known;
    bool ascii = true, space = false;
    for (size_t i = 0; i < cell.len; i++) {
        unsigned char b = (unsigned char)cell.ptr[i];
        if ((b >= '0' && b <= '9') || b == ',') return TEXT_NONE;
        ascii = ascii && b < 0x80;
        space = space || b == ' ';
    }
    return space && !ascii ? TEXT_NONE : cell; /* "New York", but not a Chinese address in parts */
}

static struct text read_country(const struct claim_maker *m, const struct values *v)
{
    struct text s = v->of[FIELD_COUNTRY];
    if (s.len == 0) return m->country;
    if (s.len != 2 || s.ptr[0] < 'A' || s.ptr[0] > 'Z' || s.ptr[1] < 'A' || s.ptr[1] > 'Z') return TEXT_NONE;
    return s;
}

/* ---- occurrence and key ---- */

static int32_t occurrence_count(struct claim_maker *m, const struct values *v)
{
    uint64_t parts[5] = { 0 }, key;
    static const enum field by_content[] = { FIELD_SKU_CODE, FIELD_TITLE, FIELD_OPTIONS };
    struct text sub = v->of[FIELD_SUB_NO], order = v->of[FIELD_ORDER_NO];
    crypto_shorthash((unsigned char *)&parts[0], (const unsigned char *)order.ptr, order.len, m->file_key);
    if (sub.len > 0) {
        crypto_shorthash((unsigned char *)&parts[1], (const unsigned char *)sub.ptr, sub.len, m->file_key);
    } else {
        for (int i = 0; i < 3; i++) {
            struct text s = v->of[by_content[i]];
            if (s.len > 0) crypto_shorthash((unsigned char *)&parts[2 + i], (const unsigned char *)s.ptr, s.len, m->file_key);
        }
    }
    crypto_shorthash((unsigned char *)&key, (const unsigned char *)parts, sizeof parts, m->file_key);
    struct occurrence *set = &m->occurrences[(key % m->occurrence_sets) * OCCURRENCE_WAYS], *oldest = set;
    for (int i = 0; i < OCCURRENCE_WAYS; i++) {
        if (set[i].count > 0 && set[i].key == key) {
            set[i].row = m->rows;
            return (int32_t)++set[i].count;
        }
        if (set[i].count == 0 || (oldest->count > 0 && m->rows - set[i].row > m->rows - oldest->row)) oldest = &set[i];
    }
    *oldest = (struct occurrence){ key, 1, m->rows };
    return 1;
}

static void hash_claim(const struct claim_maker *m, struct values *v, int32_t occurrence, struct claim_key *ret)
{
    for (int i = 0; i < 4; i++) m->room[v->used++] = (char)((uint32_t)occurrence >> (8 * i));
    _Static_assert(sizeof ret->bytes == crypto_shorthash_siphashx24_BYTES, "a key is a hash");
    crypto_shorthash_siphashx24(ret->bytes, (const unsigned char *)m->room, v->used, m->file_key);
}

/* ---- the claim ---- */

static struct text moved(struct text s, const char *from, const char *to)
{
    return s.len == 0 ? TEXT_NONE : (struct text){ to + (s.ptr - from), s.len };
}

/* Copies the room into the batch and lets the claim's texts point there. */
static bool move_texts(const struct claim_maker *m, const struct values *v, struct arena *batch, struct order_claim *c)
{
    char *to = arena_take(batch, v->used, 1);
    if (!to) return false;
    memcpy(to, m->room, v->used);
#define MOVED(f) moved(v->of[f], m->room, to)
    c->order_no = MOVED(FIELD_ORDER_NO);
    c->tracking = MOVED(FIELD_TRACKING);
    struct text region = read_region(m->profile, v), country = read_country(m, v);
    c->region = region.len > 0 && region.ptr == v->of[FIELD_REGION].ptr ? moved(region, m->room, to) : region;
    c->country = country.len > 0 && country.ptr == v->of[FIELD_COUNTRY].ptr ? moved(country, m->room, to) : country;
    c->person = (struct person_cells){
        .buyer = MOVED(FIELD_BUYER), .name = MOVED(FIELD_NAME), .phone = MOVED(FIELD_PHONE), .address = MOVED(FIELD_ADDRESS),
        .buyer_note = MOVED(FIELD_BUYER_NOTE), .seller_note = MOVED(FIELD_SELLER_NOTE), .email = MOVED(FIELD_EMAIL),
    };
    c->line.sub_no = MOVED(FIELD_SUB_NO);
    c->line.product_no = MOVED(FIELD_PRODUCT_NO);
    c->line.sku_code = MOVED(FIELD_SKU_CODE);
    c->line.title = MOVED(FIELD_TITLE);
    c->line.options = MOVED(FIELD_OPTIONS);
#undef MOVED
    return true;
}

enum claim_made claim_make(struct claim_maker *m, const struct csv_row *row, struct arena *batch, struct order_claim *ret, struct claim_fault *ret_fault)
{
    struct values v;
    m->rows++;
    if (!room_for(m, row)) return CLAIM_NO_MEMORY;
    if (!gather(m, row, &v, ret_fault)) return CLAIM_FAULT;
    bool has_line = v.of[FIELD_TITLE].len + v.of[FIELD_SKU_CODE].len + v.of[FIELD_SUB_NO].len + v.of[FIELD_PRODUCT_NO].len > 0;
    if (v.of[FIELD_ORDER_NO].len == 0 && !has_line) return CLAIM_PASSED_OVER;
    struct order_claim c = { .as_of_ms = m->as_of_ms, .first_as_of_ms = m->as_of_ms, .rank = SOURCE_FILE, .customer_id = CLAIM_NONE, .has_line = has_line };
    if (!check_numbers(&v, has_line, ret_fault)) return CLAIM_FAULT;
    if (!read_times(m, &v, &c, ret_fault) || !read_amounts(m, &v, &c, ret_fault)) return CLAIM_FAULT;
    read_status(m, &v, &c);
    *ret_fault = (struct claim_fault){ FAULT_MONEY_OUT_OF_RANGE, v.column[FIELD_PAID] };
    if (!settle_amounts(m->profile, &c)) return CLAIM_FAULT;
    if (has_line) {
        c.line.occurrence = occurrence_count(m, &v);
        *ret_fault = (struct claim_fault){ FAULT_TOO_MANY_LINES, -1 };
        if (c.line.occurrence > LIMIT_LINES_PER_ORDER) return CLAIM_FAULT;
    }
    hash_claim(m, &v, c.line.occurrence, &c.key);
    if (!move_texts(m, &v, batch, &c)) return CLAIM_NO_MEMORY;
    *ret = c;
    return CLAIM_MADE;
}
