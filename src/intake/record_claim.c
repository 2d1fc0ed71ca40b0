/* Cells -> claims about records; see record_claim.h. record_make reads top to bottom: gather the cells, whose figures are these,
 * read the values, then for each part: its values, the record's key, the claim's key, the texts into the batch. */
#include "intake/record_claim.h"
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

enum { LABEL_BYTES_MAX = 48 }; /* of the cell in which a summing row, or one of peers, says so */

static const struct record_field *about(const struct record_maker *m, int field) { return record_field(m->profile->subject, field); }

/* ---- the maker ---- */

static void file_key(struct record_maker *m, const unsigned char hash_key[32])
{
    crypto_generichash_state state;
    crypto_generichash_init(&state, hash_key, 32, sizeof m->id.file_key);
    const struct text parts[] = { m->profile->name, text_from_cstr(m->reader.currency.code), text_from_cstr(m->reader.clock.zone->name) };
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        crypto_generichash_update(&state, (const unsigned char *)(parts[i].ptr ? parts[i].ptr : ""), parts[i].len);
        crypto_generichash_update(&state, (const unsigned char *)"", 1);
    }
    crypto_generichash_final(&state, m->id.file_key, sizeof m->id.file_key);
}

static int by_field(const void *a, const void *b)
{
    const struct record_use *x = a, *y = b;
    return x->field != y->field ? x->field - y->field : x->part - y->part;
}

static void use_column(struct record_maker *m, int field, int part, int column, bool percent)
{
    struct record_use *u = m->uses, *end = m->uses + m->use_count;
    while (u < end && (u->field != field || u->part != part)) u++;
    if (u == end) {
        if (m->use_count == ROW_VALUES_MAX) return;
        *u = (struct record_use){ .field = field, .part = part, .percent = percent };
        m->use_count++;
    }
    if (u->count < COLUMNS_PER_FIELD) u->at[u->count++] = column;
}

/* The profile's order is the order of preference among columns of one field. */
static bool map_columns(struct record_maker *m, const struct intake_column *columns, int column_count)
{
    const struct profile *p = m->profile;
    struct text *folded = ARENA_ARRAY(m->own, struct text, (size_t)column_count + 1);
    m->uses = ARENA_ARRAY(m->own, struct record_use, ROW_VALUES_MAX);
    if (!folded || !m->uses) return false;
    for (int c = 0; c < column_count; c++) folded[c] = header_fold(m->own, columns[c].header);
    for (int known = 0; known < p->column_count; known++)
        for (int c = 0; c < column_count; c++) {
            const struct profile_column *column = &p->columns[known];
            if (!text_eq(folded[c], column->folded)) continue;
            for (int i = 0; i < column->field_count; i++) use_column(m, column->fields[i], column->parts[i], c, text_contains(folded[c], TEXT("%")));
        }
    qsort(m->uses, (size_t)m->use_count, sizeof *m->uses, by_field);
    return !m->own->failed;
}

bool record_maker_init(struct record_maker *m, struct arena *own, const struct profile *p, const struct intake_options *opt,
                       const struct intake_scan_result *scan)
{
    *m = (struct record_maker){
        .profile = p, .encoding = scan->encoding, .as_of_ms = scan->as_of_ms, .own = own, .room_size = 16 * 1024,
        .reader = { .clock = { .zone = profile_clock(p, opt) }, .currency = opt->currency },
    };
    memcpy(m->id.hash_key, opt->hash_key, sizeof m->id.hash_key);
    m->id.zone = m->reader.clock.zone;
    m->room = arena_take(own, m->room_size, 1);
    m->values = ARENA_ARRAY(own, struct cell_value, ROW_VALUES_MAX);
    if (!m->room || !m->values || !map_columns(m, scan->columns, scan->column_count)) return false;
    file_key(m, opt->hash_key);
    for (int f = 1; p->peers.count > 0 && f <= record_subject(p->subject)->field_count; f++)
        m->to_peers[f] = record_field_find(SUBJECT_PEERS, text_from_cstr(about(m, f)->word));
    return true;
}

/* ---- gathering ---- */

static bool room_for(struct record_maker *m, const struct csv_row *row)
{
    size_t need = 64;
    for (int i = 0; i < m->use_count; i++)
        for (int c = 0; c < m->uses[i].count; c++)
            if (m->uses[i].at[c] < row->count) need += CELL_ROOM(row->cells[m->uses[i].at[c]].len);
    if (need <= m->room_size) return true;
    m->room = arena_take(m->own, need * 2, 1);
    m->room_size = need * 2;
    return m->room != NULL;
}

/* Texts keep an apostrophe that they begin with; codes and figures do not: a spreadsheet put it there. */
static enum field unwrap_as(enum record_kind kind)
{
    return kind == KIND_TEXT || kind == KIND_STATUS || kind == KIND_PERSON ? FIELD_NONE : FIELD_ORDER_NO;
}

/* Our own lists put an apostrophe before text that a spreadsheet would take for a formula. */
static struct text unguarded(const struct record_maker *m, struct text value)
{
    const struct text rest = { value.ptr + 1, value.len - 1 };
    const bool guarded = m->profile->guarded && m->encoding < ENCODING_XLSX && value.len > 1 && value.ptr[0] == '\'' && text_begins_formula(rest);
    return guarded ? rest : value;
}

/* The row's cells, normalised; a cell with nothing in it says nothing: the next column of the field may. */
static bool gather(struct record_maker *m, const struct csv_row *row, struct claim_fault *fault)
{
    const bool decode = row->high && m->encoding == ENCODING_GB18030;
    char *at = m->room;
    m->value_count = 0;
    for (int i = 0; i < m->use_count; i++) {
        const struct record_use *use = &m->uses[i];
        for (int c = 0; c < use->count; c++) {
            const int column = use->at[c];
            struct text value;
            if (column >= row->count || row->cells[column].len == 0) continue;
            if (!cell_text(m->encoding, decode, &row->cells[column], unwrap_as(about(m, use->field)->kind), at, &value)) {
                *fault = (struct claim_fault){ FAULT_BAD_BYTES, column };
                return false;
            }
            if (value.len == 0) continue;
            value = unguarded(m, value);
            m->values[m->value_count++] = (struct cell_value){ .field = use->field, .part = use->part, .column = column, .text = value };
            at = (char *)value.ptr + value.len;
            break;
        }
    }
    return true;
}

/* ---- whose figures ---- */

static const struct peer_word *peer_find(const struct peer_words *w, struct text folded)
{
    for (int i = 0; i < w->count; i++)
        if (text_eq(w->words[i].folded, folded)) return &w->words[i];
    return NULL;
}

static bool listed(const struct word_list *w, struct text folded)
{
    for (int i = 0; i < w->count; i++)
        if (text_eq(w->words[i], folded)) return true;
    return false;
}

/* Looks for a row's label in all of its cells, mapped or not. */
static void read_label(struct record_maker *m, const struct csv_row *row, bool *ret_sums)
{
    const struct profile *p = m->profile;
    *ret_sums = false;
    m->band = TEXT_NONE;
    if (p->summary.count == 0 && p->peers.count == 0) return;
    for (int c = 0; c < row->count; c++) {
        const struct csv_cell *cell = &row->cells[c];
        char text[CELL_ROOM(LABEL_BYTES_MAX)], word[CELL_ROOM(LABEL_BYTES_MAX)];
        struct text value;
        if (cell->len == 0 || cell->len > LABEL_BYTES_MAX || !row->high || (unsigned char)cell->ptr[0] < 0x80) continue;
        if (!cell_text(m->encoding, true, cell, FIELD_NONE, text, &value)) continue;
        const struct text folded = word_fold(value, word, sizeof word);
        const struct peer_word *peer = peer_find(&p->peers, folded);
        if (peer) m->band = peer->band;
        if (listed(&p->summary, folded)) *ret_sums = true;
    }
}

/* A value that is the label itself tells nothing else. */
static bool is_label(const struct record_maker *m, struct text s)
{
    char word[256];
    return m->band.len > 0 && s.len <= LABEL_BYTES_MAX && peer_find(&m->profile->peers, word_fold(s, word, sizeof word)) != NULL;
}

bool record_row_is_nothing(struct record_maker *m, const struct csv_row *row)
{
    struct claim_fault fault;
    bool sums;
    m->value_count = 0;
    if (!room_for(m, row)) return false;
    if (!gather(m, row, &fault)) return false;
    read_label(m, row, &sums);
    return m->value_count == 0 || sums;
}

/* ---- values ---- */

static int column_of(const struct record_maker *m, int field)
{
    for (int i = 0; i < m->use_count; i++)
        if (m->uses[i].field == field) return m->uses[i].at[0];
    return -1;
}

static bool percent_of(const struct record_maker *m, const struct cell_value *v)
{
    for (int i = 0; i < m->use_count; i++)
        if (m->uses[i].field == v->field && m->uses[i].part == v->part) return m->uses[i].percent;
    return false;
}

/* Reads every value; those that say nothing go. */
static bool read_values(struct record_maker *m, struct claim_fault *fault)
{
    int kept = 0;
    for (int i = 0; i < m->value_count; i++) {
        struct cell_value v = m->values[i];
        const enum record_kind kind = about(m, v.field)->kind;
        if (is_label(m, v.text)) continue;
        fault->column = v.column;
        if (kind_is_text(kind)) {
            fault->fault = FAULT_SCIENTIFIC_ID;
            if (kind == KIND_CODE && is_scientific(v.text)) return false;
        } else {
            m->reader.mean = about(m, v.field)->flags & FIELD_IS_MEAN;
            m->reader.percent = kind == KIND_RATIO && percent_of(m, &v);
            switch (value_read(&m->reader, kind, v.text, &v.number, &fault->fault)) {
            case VALUE_GOOD: break;
            case VALUE_NONE: continue;
            case VALUE_BAD: return false;
            }
            v.text = TEXT_NONE;
        }
        m->values[kept++] = v;
    }
    m->value_count = kept;
    return true;
}

int64_t record_row_latest(struct record_maker *m, int64_t now_ms)
{
    int64_t latest_ms = INSTANT_NONE;
    for (int i = 0; i < m->value_count; i++) {
        const struct record_field *f = about(m, m->values[i].field);
        int64_t at;
        enum row_fault fault;
        if ((f->kind != KIND_TIME && f->kind != KIND_DAY) || is_label(m, m->values[i].text)) continue;
        if (value_read(&m->reader, f->kind, m->values[i].text, &at, &fault) != VALUE_GOOD || (f->flags & FIELD_IS_AHEAD)) continue;
        if (f->kind == KIND_DAY) {
            const int64_t begins_ms = zone_day_start_ms(m->reader.clock.zone, at);
            at = zone_day_start_ms(m->reader.clock.zone, at + 1) - 1; /* its figures are whole when it is over */
            if (now_ms > 0 && at > now_ms && begins_ms <= now_ms) at = now_ms;
        }
        if (now_ms > 0 && at > now_ms) continue; /* a slip of the pen */
        if (at > latest_ms) latest_ms = at;
    }
    return latest_ms;
}

/* ---- one claim ---- */

static int by_value_field(const void *a, const void *b) { return ((const struct record_value *)a)->field - ((const struct record_value *)b)->field; }

/* The values of one part: the row's shared key fields, and of the part itself. Room for all, in the batch. */
static int part_values(const struct record_maker *m, enum subject subject, int part, struct record_value *ret, bool *ret_tells)
{
    int n = 0;
    *ret_tells = false;
    for (int i = 0; i < m->value_count; i++) {
        const struct cell_value *v = &m->values[i];
        const bool key = about(m, v->field)->flags & FIELD_IS_KEY;
        const int field = subject == m->profile->subject ? v->field : m->to_peers[v->field];
        if ((v->part != part && !(key && v->part == 0)) || field == 0) continue;
        if (part > 0 && (about(m, v->field)->flags & FIELD_IS_PART)) continue;
        if (!key) *ret_tells = true;
        ret[n++] = (struct record_value){ field, v->number, v->text };
    }
    if (part > 0) ret[n++] = (struct record_value){ record_field_flagged(subject, FIELD_IS_PART), 0, m->profile->parts[part - 1] };
    if (m->band.len > 0) ret[n++] = (struct record_value){ record_field_find(subject, TEXT("band")), 0, m->band };
    for (int i = 1; i < n; i++)
        if (ret[i - 1].field > ret[i].field) {
            qsort(ret, (size_t)n, sizeof *ret, by_value_field);
            break;
        }
    return n;
}

static const struct record_value *value_of(const struct record_claim *c, int field)
{
    for (int i = 0; i < c->value_count; i++)
        if (c->values[i].field == field) return &c->values[i];
    return NULL;
}

static bool key_put(char *key, size_t *used, struct text s)
{
    if (*used + s.len > RECORD_KEY_BYTES) return false;
    memcpy(key + *used, s.ptr, s.len);
    *used += s.len;
    return true;
}

static bool key_put_value(const struct record_identity *id, enum record_kind kind, const struct record_value *v, char *key, size_t *used)
{
    char text[32];
    if (kind == KIND_PERSON) { /* as shop_buyer_hash */
        uint64_t hash;
        crypto_shorthash_siphash24((unsigned char *)&hash, (const unsigned char *)v->text.ptr, v->text.len, id->hash_key);
        snprintf(text, sizeof text, "%016" PRIx64, hash);
    } else if (kind_is_text(kind)) {
        return key_put(key, used, v->text);
    } else {
        snprintf(text, sizeof text, "%" PRId64, v->number);
    }
    return key_put(key, used, text_from_cstr(text));
}

/* The record's key and grain. */
static enum record_completed make_key(const struct record_identity *id, struct record_claim *c, char key[RECORD_KEY_BYTES], int *ret_field)
{
    const struct record_subject *s = record_subject(c->subject);
    size_t used = 0;
    c->grain = 0;
    for (int f = 1; f <= s->field_count; f++) {
        const struct record_field *field = &s->fields[f - 1];
        const struct record_value *v = field->flags & (FIELD_IS_KEY | FIELD_IS_MUST) ? value_of(c, f) : NULL;
        *ret_field = f;
        if (!v && (field->flags & FIELD_IS_MUST)) return RECORD_NO_KEY;
        if (!(field->flags & FIELD_IS_KEY)) continue;
        if (f > 1 && !key_put(key, &used, text_from_cstr(RECORD_KEY_JOIN))) return RECORD_KEY_TOO_LONG;
        if (!v) continue;
        c->grain |= INT64_C(1) << (f - 1);
        if (!key_put_value(id, field->kind, v, key, &used)) return RECORD_KEY_TOO_LONG;
    }
    *ret_field = record_field_flagged(c->subject, FIELD_IS_KEY);
    c->record_key = (struct text){ key, used };
    return c->grain != 0 ? RECORD_COMPLETE : RECORD_NO_KEY;
}

static int64_t claim_at(const struct zone *z, const struct record_claim *c)
{
    const int when = record_field_flagged(c->subject, FIELD_IS_WHEN);
    const struct record_value *v = value_of(c, when), *hour = NULL;
    if (!v) return CLAIM_NONE;
    if (record_field(c->subject, when)->kind == KIND_TIME) return v->number;
    for (int i = 0; i < c->value_count && !hour; i++)
        if (record_field(c->subject, c->values[i].field)->kind == KIND_HOUR) hour = &c->values[i];
    if (!hour) return zone_day_start_ms(z, v->number);
    struct civil at = { 0 };
    int64_t at_ms;
    civil_from_days(v->number, &at.year, &at.month, &at.day);
    at.hour = (int)hour->number;
    (void)zone_instant(z, &at, &at_ms);
    return at_ms;
}

enum { VALUE_HEAD = 9 }; /* before each value: its field and its number or length */

/* Over the values as they are kept. `room` has space for all. */
static size_t serialise(const struct record_claim *c, char *room)
{
    size_t n = 0;
    room[n++] = (char)c->subject;
    for (int i = 0; i < c->value_count; i++) {
        const struct record_value *v = &c->values[i];
        const uint64_t head = v->text.len > 0 ? v->text.len : (uint64_t)v->number;
        room[n++] = (char)v->field;
        for (int b = 0; b < 8; b++) room[n++] = (char)(head >> (8 * b));
        if (v->text.len > 0) memcpy(room + n, v->text.ptr, v->text.len);
        n += v->text.len;
    }
    return n;
}

/* Hashes the claim, and lets its texts and its key point into the arena. */
static bool settle(struct arena *a, const struct record_identity *id, struct record_claim *c, struct record_value *values)
{
    size_t need = 1 + c->record_key.len, at = 1;
    for (int i = 0; i < c->value_count; i++) need += VALUE_HEAD + values[i].text.len;
    char *room = arena_take(a, need, 1);
    if (!room) return false;
    const size_t n = serialise(c, room);
    crypto_shorthash_siphashx24(c->key.bytes, (const unsigned char *)room, n, id->file_key);
    for (int i = 0; i < c->value_count; i++) {
        at += VALUE_HEAD;
        if (values[i].text.len > 0) values[i].text.ptr = room + at;
        at += values[i].text.len;
    }
    memcpy(room + n, c->record_key.ptr, c->record_key.len);
    c->record_key.ptr = room + n;
    return true;
}

enum record_completed record_complete(struct arena *a, const struct record_identity *id, struct record_claim *c, struct record_value *values, int *ret_field)
{
    char key[RECORD_KEY_BYTES];
    c->values = values;
    const enum record_completed made = make_key(id, c, key, ret_field);
    if (made != RECORD_COMPLETE) return made;
    c->at_ms = claim_at(id->zone, c);
    return settle(a, id, c, values) ? RECORD_COMPLETE : RECORD_NO_MEMORY;
}

/* The first key field that the profile needs and the row leaves empty; 0: none. Without it the row would pass for one of a coarser grain:
 * an item's visitors for the whole shop's. */
static int key_left_empty(const struct record_maker *m, const struct record_claim *c)
{
    const struct record_subject *s = record_subject(c->subject);
    for (int f = 1; f <= s->field_count; f++)
        if (m->profile->required[f] && s->fields[f - 1].flags & FIELD_IS_KEY && !value_of(c, f)) return f;
    return 0;
}

static enum claim_made make_part(struct record_maker *m, int part, struct arena *batch, struct claim_fault *fault)
{
    const enum subject subject = m->band.len > 0 ? SUBJECT_PEERS : m->profile->subject;
    bool tells;
    int missing;
    struct record_value *values = ARENA_ARRAY(batch, struct record_value, (size_t)m->value_count + 2);
    if (!values) return CLAIM_NO_MEMORY;
    struct record_claim c = { .subject = subject, .as_of_ms = m->as_of_ms, .first_as_of_ms = m->as_of_ms, .rank = SOURCE_FILE, .values = values };
    c.value_count = part_values(m, subject, part, values, &tells);
    if (!tells && part > 0) return CLAIM_PASSED_OVER;
    const int empty = subject == m->profile->subject ? key_left_empty(m, &c) : 0;
    if (empty) {
        *fault = (struct claim_fault){ FAULT_NO_KEY, column_of(m, empty) };
        return CLAIM_FAULT;
    }
    switch (record_complete(batch, &m->id, &c, values, &missing)) {
    case RECORD_COMPLETE: break;
    case RECORD_NO_MEMORY: return CLAIM_NO_MEMORY;
    case RECORD_NO_KEY: *fault = (struct claim_fault){ FAULT_NO_KEY, subject == m->profile->subject ? column_of(m, missing) : -1 }; return CLAIM_FAULT;
    case RECORD_KEY_TOO_LONG: *fault = (struct claim_fault){ FAULT_KEY_TOO_LONG, subject == m->profile->subject ? column_of(m, missing) : -1 }; return CLAIM_FAULT;
    }
    if (!tells && m->made_count > 0) return CLAIM_PASSED_OVER; /* the parts said it all */
    m->made[m->made_count++] = c;
    return CLAIM_MADE;
}

enum claim_made record_make(struct record_maker *m, const struct csv_row *row, struct arena *batch, struct claim_fault *ret_fault)
{
    bool sums;
    m->made_count = m->given = 0;
    if (!room_for(m, row)) return CLAIM_NO_MEMORY;
    if (!gather(m, row, ret_fault)) return CLAIM_FAULT;
    read_label(m, row, &sums);
    if (m->value_count == 0 || sums) return CLAIM_PASSED_OVER;
    if (!read_values(m, ret_fault)) return CLAIM_FAULT;
    for (int part = m->profile->part_count; part >= 0; part--) { /* the row's own last: it may say nothing beside its parts */
        const enum claim_made made = make_part(m, part, batch, ret_fault);
        if (made == CLAIM_FAULT || made == CLAIM_NO_MEMORY) return made;
    }
    return CLAIM_MADE;
}
