/* Cells -> claim; see claim.h. claim_make reads top to bottom: gather the values, check the identity, read times, amounts
 * and words (claim_read.c), count the line's occurrence, hash, move the texts into the batch; then the further lines of the row, if
 * one of its cells lists several. */
#include <sodium.h>
#include "base/checked.h"
#include "intake/claim_values.h"
#include "intake/items.h"

/* How many lines back a repeated line of the same order is still recognised as a repetition. */
enum { OCCURRENCE_SETS = 16384, OCCURRENCE_SETS_SHORT = 1024 /* documents one after the other */, OCCURRENCE_SETS_SHORTEST = 16, ROWS_FEW = 16, OCCURRENCE_WAYS = 4 };
struct occurrence { uint64_t key; uint32_t count, row; };

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
        .clock = { .zone = profile_clock(p, opt) }, .room_size = 16 * 1024, .has_rules = order_has_rules(&p->rules),
    };
    if (!column_map_make(own, p, scan->columns, scan->column_count, &m->map)) return false;
    m->room = arena_take(own, m->room_size, 1);
    bool lines = false;
    for (int i = 0; i < m->map.count; i++) lines = lines || field_is_line(m->map.uses[i].field);
    m->occurrence_sets = scan->rows < 0 ? OCCURRENCE_SETS_SHORT : OCCURRENCE_SETS;
    if (lines) m->occurrences = ARENA_ARRAY(own, struct occurrence, (size_t)m->occurrence_sets * OCCURRENCE_WAYS);
    if (!m->room || (lines && !m->occurrences)) return false;
    file_key(m, opt->hash_key);
    /* a file that has the column and leaves it empty tells nothing: a second row of an order abroad is not at home */
    if (column_map_find(&m->map, FIELD_COUNTRY)) m->country = TEXT_NONE;
    return true;
}

void claim_maker_renew(struct claim_maker *m, size_t rows)
{
    m->occurrence_sets = rows <= ROWS_FEW ? OCCURRENCE_SETS_SHORTEST : OCCURRENCE_SETS_SHORT; /* what is used is wiped, for every document */
    if (m->occurrences) memset(m->occurrences, 0, (size_t)m->occurrence_sets * OCCURRENCE_WAYS * sizeof *m->occurrences);
    m->rows = 0;
}

/* ---- values ---- */

enum { VALUE_HEAD = 5 }; /* before each value in the room: its field's number and its length */

static bool room_for(struct claim_maker *m, const struct csv_row *row)
{
    size_t need = (size_t)FIELD_COUNT * (VALUE_HEAD + 80) + sizeof(int32_t); /* a text that a rule sets is short */
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

/* Opens a value of a field in the room at `at`; value_close ends it. */
static char *value_open(struct claim_maker *m, struct values *v) { return m->room + v->used + VALUE_HEAD; }

static void value_close(struct claim_maker *m, struct values *v, enum field f, size_t n, int column)
{
    char *at = m->room + v->used;
    const uint32_t len = (uint32_t)n;
    const unsigned char head[VALUE_HEAD] = { (unsigned char)f, (unsigned char)len, (unsigned char)(len >> 8), (unsigned char)(len >> 16), (unsigned char)(len >> 24) };
    memcpy(at, head, VALUE_HEAD);
    v->of[f] = (struct text){ at + VALUE_HEAD, n };
    v->column[f] = column;
    v->used += VALUE_HEAD + n;
}

/* What the profile's rules leave of a cell. */
static struct text value_cleaned(const struct order_rules *rules, enum field f, struct text s)
{
    struct text behind;
    if (f == FIELD_BUYER && rules->nobody.count > 0 && word_list_has(&rules->nobody, s)) return TEXT_NONE;
    if (rules->whole[f] && s.len > 2 && s.ptr[s.len - 2] == '.' && s.ptr[s.len - 1] == '0') s.len -= 2;
    if (rules->cut[f].len > 0 && text_contains(s, rules->cut[f])) {
        struct text next;
        (void)text_cut(s, rules->cut[f].ptr[0], &behind);
        s = text_trim(text_cut(behind, '\n', &next));
    }
    return s;
}

/* The sum of a field's cells, as minor units in plain digits. */
static bool gather_added(struct claim_maker *m, const struct csv_row *row, const struct column_use *use, bool decode, struct values *v, struct claim_fault *fault)
{
    int64_t sum = 0;
    int told = -1;
    for (int c = 0; c < use->count; c++) {
        const int column = use->at[c];
        struct text s;
        int64_t minor = 0;
        if (column >= row->count || row->cells[column].len == 0) continue;
        *fault = (struct claim_fault){ FAULT_BAD_BYTES, column };
        if (!cell_text(m->encoding, decode, &row->cells[column], use->field, value_open(m, v), &s)) return false;
        const enum money_parse_error e = s.len > 0 ? cell_money(m->profile, s, m->currency, &minor) : MONEY_EMPTY;
        if (e == MONEY_EMPTY) continue;
        fault->fault = money_fault(e);
        if (e != MONEY_OK) return false;
        fault->fault = FAULT_MONEY_OUT_OF_RANGE;
        if (minor > AMOUNT_MINOR_MAX || minor < -AMOUNT_MINOR_MAX) return false;
        sum += !use->off[c] ? minor : minor < 0 ? minor : -minor;
        told = column;
    }
    if (told < 0) return true;
    v->sum[use->field] = sum;
    v->summed[use->field] = true;
    memcpy(value_open(m, v), &sum, sizeof sum); /* the key is of the sum */
    value_close(m, v, use->field, sizeof sum, told);
    return true;
}

/* A field's cells as one text, a blank between. */
static bool gather_joined(struct claim_maker *m, const struct csv_row *row, const struct column_use *use, bool decode, struct values *v, struct claim_fault *fault)
{
    char *at = value_open(m, v);
    size_t n = 0;
    int told = -1;
    for (int c = 0; c < use->count; c++) {
        const int column = use->at[c];
        struct text s;
        if (column >= row->count || row->cells[column].len == 0) continue;
        *fault = (struct claim_fault){ FAULT_BAD_BYTES, column };
        if (!cell_text(m->encoding, decode, &row->cells[column], use->field, at + n + 1, &s)) return false;
        if (s.len == 0) continue;
        s = unguard(m, s);
        if (n > 0) at[n++] = ' ';
        memmove(at + n, s.ptr, s.len);
        n += s.len;
        if (told < 0) told = column;
    }
    if (n > 0) value_close(m, v, use->field, n, told);
    return true;
}

/* Gathers the row's values; false at a bad cell. The row's bytes were found to be text. A cell with nothing in it says nothing: the next column of the field may. */
static bool gather(struct claim_maker *m, const struct csv_row *row, struct values *v, struct claim_fault *fault)
{
    const bool decode = row->high && m->encoding == ENCODING_GB18030;
    const struct order_rules *rules = &m->profile->rules;
    memset(v->of, 0, sizeof v->of);
    memset(v->summed, 0, sizeof v->summed);
    v->used = 0;
    for (int i = 0; i < m->map.count; i++) {
        const struct column_use *use = &m->map.uses[i];
        if (rules->added[use->field] || rules->joined[use->field]) {
            if (!(rules->added[use->field] ? gather_added : gather_joined)(m, row, use, decode, v, fault)) return false;
            continue;
        }
        for (int c = 0; c < use->count; c++) {
            int column = use->at[c];
            if (column >= row->count || row->cells[column].len == 0) continue;
            struct text value;
            char *at = value_open(m, v);
            if (!cell_text(m->encoding, decode, &row->cells[column], use->field, at, &value)) {
                *fault = (struct claim_fault){ FAULT_BAD_BYTES, column };
                return false;
            }
            if (value.len > 0) value = unguard(m, value);
            if (m->has_rules && value.len > 0) value = value_cleaned(rules, use->field, value);
            if (value.len == 0) continue;
            if (value.ptr != at) memmove(at, value.ptr, value.len);
            value_close(m, v, use->field, value.len, column);
            break;
        }
    }
    for (int f = 1; m->has_rules && f < FIELD_COUNT; f++) {
        if (rules->set[f].len == 0 || v->of[f].len > 0) continue;
        memcpy(value_open(m, v), rules->set[f].ptr, rules->set[f].len);
        value_close(m, v, (enum field)f, rules->set[f].len, -1);
    }
    return true;
}

bool claim_says_nothing(const struct claim_maker *m, const struct csv_row *row, char *room)
{
    static const enum field names[] = { FIELD_ORDER_NO, FIELD_TITLE, FIELD_SKU_CODE, FIELD_SUB_NO, FIELD_PRODUCT_NO };
    const bool decode = row->high && m->encoding == ENCODING_GB18030;
    const struct order_rules *rules = &m->profile->rules;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const struct column_use *use = column_map_find(&m->map, names[i]);
        if (m->has_rules && rules->set[names[i]].len > 0) return false;
        for (int c = 0; use && c < use->count; c++) {
            struct text value;
            if (use->at[c] >= row->count || row->cells[use->at[c]].len == 0) continue;
            if (!cell_text(m->encoding, decode, &row->cells[use->at[c]], names[i], room, &value)) return false;
            if (value.len > 0) value = unguard(m, value);
            if (m->has_rules && value.len > 0) value = value_cleaned(rules, names[i], value);
            if (value.len > 0) return false;
        }
    }
    return true;
}

bool claim_is_junk(const struct claim_maker *m, const struct csv_row *row)
{
    if (m->profile->rules.junk.count == 0) return false;
    char shown[2 * (3 * 120 + 8)];
    size_t n = 0;
    for (int c = 0; c < row->count && c < 2; c++) n += cell_shown(m->encoding, &row->cells[c], 120, shown + n);
    return word_list_within(&m->profile->rules.junk, (struct text){ shown, n });
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
    static const enum field numbers[] = { FIELD_ORDER_NO, FIELD_SUB_NO, FIELD_PRODUCT_NO, FIELD_TRACKING, FIELD_PAYMENT_NO };
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
    struct text region = claim_region(m->profile, v), country = claim_country(m, v);
    c->region = region.len > 0 && region.ptr == v->of[FIELD_REGION].ptr ? moved(region, m->room, to) : region;
    c->country = country.len > 0 && country.ptr == v->of[FIELD_COUNTRY].ptr ? moved(country, m->room, to) : country;
    c->title = MOVED(FIELD_ORDER_TITLE);
    c->payment.no = MOVED(FIELD_PAYMENT_NO);
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

static bool names_line(const struct values *v)
{
    return v->of[FIELD_TITLE].len + v->of[FIELD_SKU_CODE].len + v->of[FIELD_SUB_NO].len + v->of[FIELD_PRODUCT_NO].len > 0;
}

/* Values -> claim. */
static enum claim_made make_one(struct claim_maker *m, struct values *v, struct arena *batch, struct order_claim *ret, struct claim_fault *ret_fault)
{
    const bool has_line = names_line(v);
    struct order_claim c = { .as_of_ms = m->as_of_ms, .first_as_of_ms = m->as_of_ms, .rank = SOURCE_FILE, .customer_id = CLAIM_NONE, .has_line = has_line };
    if (!check_numbers(v, has_line, ret_fault) || !claim_read(m, v, &c, ret_fault)) return CLAIM_FAULT;
    if (has_line) {
        c.line.occurrence = occurrence_count(m, v);
        *ret_fault = (struct claim_fault){ FAULT_TOO_MANY_LINES, -1 };
        if (c.line.occurrence > LIMIT_LINES_PER_ORDER) return CLAIM_FAULT;
    }
    hash_claim(m, v, c.line.occurrence, &c.key);
    if (!move_texts(m, v, batch, &c)) return CLAIM_NO_MEMORY;
    *ret = c;
    return CLAIM_MADE;
}

static bool more_room(struct claim_maker *m, int count)
{
    if (count <= m->more_capacity) return true;
    m->more_capacity = count * 2;
    m->more = ARENA_ARRAY(m->own, struct order_claim, (size_t)m->more_capacity);
    return m->more != NULL;
}

/* The lines of one cell: the first goes into the values of the row, each other makes a claim of its own that tells the order's number
 * and the line. */
static enum claim_made make_items(struct claim_maker *m, struct values *v, struct arena *batch, struct order_claim *ret, struct claim_fault *ret_fault)
{
    const struct items_rule *rule = &m->profile->rules.items;
    const struct text order_no = arena_text(batch, v->of[FIELD_ORDER_NO]), cell = arena_text(batch, v->of[FIELD_ITEMS]);
    const int column = v->column[FIELD_ITEMS];
    struct item *items;
    int count;
    if (!items_split(batch, rule, cell, &items, &count)) return CLAIM_NO_MEMORY;
    for (int f = 1; count > 0 && f < FIELD_COUNT; f++)
        if (items[0].of[f].len > 0) v->of[f] = (struct text){ m->room + (v->of[FIELD_ITEMS].ptr - m->room) + (items[0].of[f].ptr - cell.ptr), items[0].of[f].len }, v->column[f] = column;
    enum claim_made made = make_one(m, v, batch, ret, ret_fault);
    if (made != CLAIM_MADE || count < 2) return made;
    if (!more_room(m, count - 1)) return CLAIM_NO_MEMORY;
    for (int i = 1; i < count; i++) {
        struct values of_line = { .used = 0 };
        for (int f = 1; f < FIELD_COUNT; f++) {
            const struct text s = f == FIELD_ORDER_NO ? order_no : items[i].of[f];
            if (s.len == 0) continue;
            memcpy(value_open(m, &of_line), s.ptr, s.len);
            value_close(m, &of_line, (enum field)f, s.len, column);
        }
        made = make_one(m, &of_line, batch, &m->more[i - 1], ret_fault);
        if (made != CLAIM_MADE) return made;
    }
    m->more_count = count - 1;
    return CLAIM_MADE;
}

enum claim_made claim_make(struct claim_maker *m, const struct csv_row *row, struct arena *batch, struct order_claim *ret, struct claim_fault *ret_fault)
{
    struct values v;
    m->rows++;
    m->more_count = 0;
    if (!room_for(m, row)) return CLAIM_NO_MEMORY;
    if (claim_is_junk(m, row) || claim_says_nothing(m, row, m->room)) return CLAIM_PASSED_OVER;
    if (!gather(m, row, &v, ret_fault)) return CLAIM_FAULT;
    if (v.of[FIELD_ITEMS].len > 0 && m->profile->rules.items.before_no.len > 0) {
        const enum claim_made made = make_items(m, &v, batch, ret, ret_fault);
        if (made != CLAIM_MADE) m->more_count = 0;
        return made;
    }
    return make_one(m, &v, batch, ret, ret_fault);
}
