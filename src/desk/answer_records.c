/* Records of any subject but orders, newest first, and what data there is.
 * A value is told by its field's kind (struct record_field): money as everywhere, a share in basis points, a decimal and a length of
 * time (seconds) as a number with a fraction, a day as "2026-06-18", an hour as 0..23, a time of day as "09:30", a time in ISO 8601. */
#include <assert.h>
#include <inttypes.h>
#include "desk/answer_json.h"
#include "store/query_record.h"

enum { COUNT_MAX = 1000000 };

/* ---- values ---- */

static json_t *value_json(struct answer *w, enum record_kind kind, int64_t number, struct text text)
{
    switch (kind) {
    case KIND_TEXT: case KIND_CODE: case KIND_STATUS: case KIND_PERSON: return json_text(text);
    case KIND_TIME: return json_instant(w, number);
    case KIND_DAY: return json_day(number);
    case KIND_CLOCK: return json_sprintf("%02d:%02d", (int)(number / 60), (int)(number % 60));
    case KIND_MONEY: return json_money(w, number);
    case KIND_HOUR: case KIND_COUNT: case KIND_RATIO: return json_integer(number);
    case KIND_DECIMAL: case KIND_SECONDS: return json_real((double)number / 1000.0);
    }
    return NULL;
}

unsigned record_field_mask(const struct record_field *f)
{
    static const char *const notes[] = { "text", "headline", "more", "reply", "note" };
    if (f->kind == KIND_MONEY) return ANSWER_MONEY;
    if (f->kind != KIND_PERSON) return 0;
    if (strcmp(f->word, "buyer") == 0) return ANSWER_BUYER;
    for (size_t i = 0; i < sizeof notes / sizeof notes[0]; i++)
        if (strcmp(f->word, notes[i]) == 0) return ANSWER_NOTES;
    return ANSWER_PERSON;
}

/* May the asker see this personal cell? */
static bool person_shown(const struct answer *w, const struct record_field *f) { return (w->ask->mask & record_field_mask(f)) != 0; }

/* ---- one record ---- */

struct told_list { struct answer *w; enum record_kind kind; json_t *list; int64_t as_of_ms, rank; };

/* What the claims as late as the one that holds tell. */
static bool told_one(void *ctx, const struct record_told *t)
{
    struct told_list *l = ctx;
    if (json_array_size(l->list) == 0) {
        l->as_of_ms = t->as_of_ms;
        l->rank = t->rank;
    }
    if (t->as_of_ms != l->as_of_ms || t->rank != l->rank) return false;
    push(l->w, l->list, json_pack("{s:o,s:o,s:o}", "value", value_json(l->w, l->kind, t->number, t->text), "import_id",
                                  t->import_id ? json_integer(t->import_id) : json_null(), "as_of", json_instant(l->w, t->as_of_ms)));
    return true;
}

static json_t *disputed_json(struct answer *w, const struct record_found *r)
{
    json_t *o = json_object();
    for (int i = 0; i < r->cell_count; i++) {
        const struct record_field *f = record_field(r->subject, r->cells[i].field);
        if (!r->cells[i].disputed || f->kind == KIND_PERSON) continue;
        struct told_list l = { .w = w, .kind = f->kind, .list = json_array() };
        if (!query_record_told(w->ask->store, w->ask->shop, r->record_id, r->cells[i].field, told_one, &l)) w->failed = true;
        put(w, o, f->word, l.list);
    }
    return o;
}

static json_t *grain_json(struct answer *w, enum subject s, int64_t grain)
{
    json_t *list = json_array();
    for (int f = 1; f <= record_subject(s)->field_count; f++)
        if (record_field(s, f)->flags & FIELD_IS_KEY && grain >> (f - 1) & 1) push(w, list, json_string(record_field(s, f)->word));
    return list;
}

json_t *record_json(struct answer *w, const struct record_found *r)
{
    json_t *values = json_object();
    for (int i = 0; i < r->cell_count; i++) {
        const struct record_cell *c = &r->cells[i];
        const struct record_field *f = record_field(r->subject, c->field);
        if (f->kind == KIND_PERSON && !person_shown(w, f)) continue;
        put(w, values, f->word, value_json(w, f->kind, c->number, c->text));
    }
    return json_pack("{s:o,s:o,s:o,s:o,s:o,s:o}", "id", json_sprintf("%" PRId64, r->record_id), "at", json_instant(w, r->at_ms), "as_of", json_instant(w, r->as_of_ms),
                     "grain", grain_json(w, r->subject, r->grain), "values", values, "disputed", r->disputed ? disputed_json(w, r) : json_null());
}

/* ---- the list ---- */

struct listing { struct answer *w; json_t *rows; int limit, found; bool more; struct records_cursor last; };

static bool list_one(void *ctx, const struct record_found *r)
{
    struct listing *l = ctx;
    if (l->found == l->limit) {
        l->more = true;
        return false;
    }
    l->found++;
    l->last = (struct records_cursor){ r->at_ms, r->record_id };
    push(l->w, l->rows, record_json(l->w, r));
    return !l->w->failed;
}

/* Cursor: "<at_ms>.<record_id>". */
static bool cursor_parse(struct text t, struct records_cursor *ret)
{
    struct text rest, at = text_cut(t, '.', &rest);
    return text_to_i64(at, &ret->at_ms) && text_to_i64(rest, &ret->record_id) && ret->record_id > 0;
}

/* "day,hour": only records of which just these key fields are filled. */
static bool grain_parse(enum subject s, struct text t, int64_t *ret)
{
    *ret = t.len > 0 ? 0 : -1;
    while (t.len > 0) {
        const int f = record_field_find(s, text_cut(t, ',', &t));
        if (f == 0 || !(record_field(s, f)->flags & FIELD_IS_KEY)) return false;
        *ret |= INT64_C(1) << (f - 1);
    }
    return true;
}

static bool filter_of(const struct records_ask *r, struct records_filter *ret, enum answer_error *ret_error)
{
    *ret = (struct records_filter){ .from_ms = r->from_ms == INSTANT_NONE ? INT64_MIN : r->from_ms, .to_ms = r->to_ms == INSTANT_NONE ? INT64_MAX : r->to_ms,
                                    .before = { INT64_MAX, INT64_MAX }, .disputed = r->disputed, .persons = true, .key = r->search };
    if (!subject_find(r->subject, &ret->subject) || ret->subject == SUBJECT_ORDERS) *ret_error = ANSWER_BAD_SUBJECT;
    else if (!grain_parse(ret->subject, r->grain, &ret->grain)) *ret_error = ANSWER_BAD_SUBJECT;
    else if (!text_empty(r->after) && !cursor_parse(r->after, &ret->before)) *ret_error = ANSWER_BAD_CURSOR;
    return *ret_error == ANSWER_OK;
}

static json_t *fields_json(struct answer *w, enum subject s)
{
    json_t *list = json_array();
    for (int i = 1; i <= record_subject(s)->field_count; i++) {
        const struct record_field *f = record_field(s, i);
        push(w, list, json_pack("{s:s,s:s,s:s,s:s,s:b}", "field", f->word, "en", f->en, "zh", f->zh, "kind", record_kind_word(f->kind), "key", (f->flags & FIELD_IS_KEY) != 0));
    }
    return list;
}

struct grains { struct answer *w; enum subject subject; json_t *list; };

static bool grain_one(void *ctx, int64_t grain, int64_t records)
{
    struct grains *g = ctx;
    push(g->w, g->list, json_pack("{s:o,s:I}", "grain", grain_json(g->w, g->subject, grain), "records", (json_int_t)records));
    return true;
}

static json_t *grains_json(struct answer *w, enum subject s)
{
    struct grains g = { w, s, json_array() };
    if (!query_record_grains(w->ask->store, w->ask->shop, s, COUNT_MAX, grain_one, &g)) w->failed = true;
    return g.list;
}

static json_t *list_json(struct answer *w, const struct records_ask *r, enum answer_error *ret_error)
{
    struct records_filter f;
    int64_t total;
    if (!filter_of(r, &f, ret_error)) return NULL;
    struct listing l = { .w = w, .rows = json_array(), .limit = r->limit < 1 ? 1 : r->limit > LIMIT_PAGE_ROWS ? LIMIT_PAGE_ROWS : r->limit };
    if (!query_records(w->ask->store, w->ask->shop, &f, list_one, &l) || !query_record_count(w->ask->store, w->ask->shop, f.subject, COUNT_MAX, &total)) w->failed = true;
    json_t *o = json_object();
    put(w, o, "subject", json_string(subject_word(f.subject)));
    put(w, o, "subject_text", json_words(subject_text(f.subject, false), subject_text(f.subject, true)));
    put(w, o, "fields", fields_json(w, f.subject));
    put(w, o, "total", w->failed || total >= COUNT_MAX ? json_null() : json_integer(total));
    put(w, o, "grains", text_empty(r->after) ? grains_json(w, f.subject) : json_null()); /* told once, with the first page */
    put(w, o, "records", l.rows);
    /* with a search the rows come by their keys, as many as fit */
    put(w, o, "next", l.more && text_empty(r->search) ? json_sprintf("%" PRId64 ".%" PRId64, l.last.at_ms, l.last.record_id) : json_null());
    return o;
}

json_t *answer_records(const struct answer_ask *q, const struct records_ask *r, enum answer_error *ret_error)
{
    struct answer w;
    json_t *ret = NULL;
    *ret_error = ANSWER_OK;
    if (answer_begin(&w, q)) ret = list_json(&w, r, ret_error);
    return answer_end(&w, ret, ret_error);
}

/* ---- what data there is ---- */

struct sources { struct answer *w; json_t *list; };

static bool source_one(void *ctx, const struct subject_source *t)
{
    struct sources *s = ctx;
    push(s->w, s->list, json_pack("{s:o,s:I,s:I,s:o}", "profile", json_text(t->profile), "files", (json_int_t)t->files, "rows", (json_int_t)t->rows,
                                  "as_of", json_instant(s->w, t->as_of_ms)));
    return true;
}

static json_t *subject_json(struct answer *w, enum subject s)
{
    struct subject_figures f = { .records = 0 };
    struct sources sources = { w, json_array() };
    int64_t orders = 0;
    if (!query_subject(w->ask->store, w->ask->shop, s, &f) || !query_subject_sources(w->ask->store, w->ask->shop, s, source_one, &sources)) w->failed = true;
    if (s == SUBJECT_ORDERS && !query_order_count(w->ask->store, w->ask->shop, COUNT_MAX, &orders)) w->failed = true;
    const bool of_orders = s == SUBJECT_ORDERS;
    const int64_t latest_ms = of_orders ? w->latest_ms : f.as_of_ms != INSTANT_NONE ? f.as_of_ms : f.latest_at_ms;
    json_t *o = json_object();
    put(w, o, "subject", json_string(subject_word(s)));
    put(w, o, "text", json_words(subject_text(s, false), subject_text(s, true)));
    put(w, o, "records", json_integer(of_orders ? orders : f.records));
    put(w, o, "disputed", json_integer(f.disputed));
    put(w, o, "latest_at", json_instant(w, of_orders ? w->latest_ms : f.latest_at_ms));
    put(w, o, "as_of", json_instant(w, latest_ms));
    put(w, o, "age_s", latest_ms == INSTANT_NONE ? json_null() : json_integer(latest_ms > w->ask->now_ms ? 0 : (w->ask->now_ms - latest_ms) / MS_PER_S));
    put(w, o, "stale", of_orders ? json_boolean(answer_stale(w)) : json_null()); /* only orders are fed by the hour */
    put(w, o, "sources", sources.list);
    return o;
}

json_t *answer_data(const struct answer_ask *q, enum answer_error *ret_error)
{
    struct answer w;
    json_t *ret = NULL;
    *ret_error = ANSWER_OK;
    if (answer_begin(&w, q)) {
        json_t *list = json_array();
        for (int s = 0; s < SUBJECT_COUNT; s++) push(&w, list, subject_json(&w, (enum subject)s));
        ret = json_object();
        put(&w, ret, "at", json_instant(&w, q->now_ms));
        put(&w, ret, "subjects", list);
    }
    return answer_end(&w, ret, ret_error);
}
