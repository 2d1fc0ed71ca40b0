/* See event.h. event_read: the as-of, the rows (order and first line, then line by line) as cells, each through the maker of claims. */
#include "intake/event.h"
#include <stdio.h>
#include "embedded_events.h"
#include "base/checked.h"
#include "intake/claim.h"
#include "intake/json_scalar.h"

enum { PATH_BYTES_MAX = 128, DEPTH_MAX = 12 };

struct event_kind_row {
    enum feed_source source;
    const char *profile, *lines, *as_of, *mark /* a member that nothing but an order has; NULL: none needed */;
    enum source_rank rank;
    bool strict; /* fields have the names of the profile, and no others */
};
static const struct event_kind_row kinds[] = {
    { FEED_EVENTS, "events", "lines", "as_of", NULL, SOURCE_API, true },
    { FEED_STANDARD, "events", "lines", "as_of", NULL, SOURCE_WEBHOOK, true },
    { FEED_SHOPIFY, "shopify", "line_items", "updated_at", "order_number", SOURCE_WEBHOOK, false },
    { FEED_WOOCOMMERCE, "woocommerce", "line_items", "date_modified_gmt", "line_items", SOURCE_WEBHOOK, false },
};

struct event_reader {
    const struct arena_source *memory;
    struct arena own;
    const struct event_kind_row *kind;
    struct profile profile;
    struct currency currency;
    struct claim_maker maker;
    struct csv_row row;
    int line_columns[LIMIT_COLUMNS]; /* those of lines; others are of the order */
    int line_count;
};

/* ---- open ---- */

static bool of_line(const struct event_reader *r, struct text path)
{
    const size_t n = strlen(r->kind->lines);
    return path.len > n && memcmp(path.ptr, r->kind->lines, n) == 0 && path.ptr[n] == '.';
}

static bool prepare(struct event_reader *r, const struct intake_options *opt)
{
    struct text json = TEXT_NONE;
    char why[160];
    for (size_t i = 0; i < sizeof embedded_events / sizeof embedded_events[0]; i++)
        if (!strcmp(embedded_events[i].name, r->kind->profile)) json = (struct text){ embedded_events[i].ptr, embedded_events[i].len };
    if (!profile_parse(&r->own, json, &r->profile, why, sizeof why)) return false;
    struct intake_scan_result *scan = ARENA_NEW(&r->own, struct intake_scan_result);
    if (!scan) return false;
    scan->encoding = ENCODING_UTF8;
    scan->profile = &r->profile;
    scan->rows = -1;
    for (int i = 0; i < r->profile.column_count; i++) {
        scan->columns[scan->column_count++].header = r->profile.columns[i].folded;
        if (of_line(r, r->profile.columns[i].folded)) r->line_columns[r->line_count++] = i;
    }
    r->row.count = scan->column_count;
    return claim_maker_init(&r->maker, &r->own, &r->profile, opt, scan);
}

struct event_reader *event_reader_open(const struct arena_source *memory, enum feed_source source, const struct intake_options *opt)
{
    struct event_reader *r = memory->take(memory->ctx, sizeof *r);
    if (!r) return NULL;
    memset(r, 0, sizeof *r);
    r->memory = memory;
    r->currency = opt->currency;
    arena_init(&r->own, memory, 0);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (kinds[i].source == source) r->kind = &kinds[i];
    if (r->kind && prepare(r, opt)) return r;
    event_reader_close(r);
    return NULL;
}

void event_reader_close(struct event_reader *r)
{
    if (!r) return;
    arena_release(&r->own);
    r->memory->give(r->memory->ctx, r, sizeof *r);
}

/* ---- paths ---- */

struct sum { const struct event_reader *r; struct arena *a; int64_t minor; struct text bad /* what is no amount */; bool any; };

static const json_t *step(const json_t *at, struct text segment)
{
    int64_t i;
    if (segment.len > 1 && segment.ptr[0] == '?') {
        struct text value, name = text_cut((struct text){ segment.ptr + 1, segment.len - 1 }, '=', &value);
        const json_t *v = json_object_getn(at, name.ptr, name.len);
        return json_is_string(v) && text_eq((struct text){ json_string_value(v), json_string_length(v) }, value) ? at : NULL;
    }
    if (json_is_array(at)) return text_to_i64(segment, &i) && i >= 0 ? json_array_get(at, (size_t)i) : NULL;
    return json_object_getn(at, segment.ptr, segment.len);
}

static void add_up(struct sum *s, const json_t *v)
{
    int64_t minor = 0;
    struct text t = json_scalar(s->a, v);
    if (t.len == 0) return;
    const enum money_parse_error e = money_parse(t, s->r->currency, &minor);
    if (e != MONEY_OK) s->bad = t;
    else if (!checked_add(s->minor, minor < 0 ? -minor : minor, &s->minor)) s->bad = t;
    else s->any = true;
}

/* The scalar at a path, or NULL; where the path goes through "*" all are added up and NULL is given. */
static const json_t *walk(struct sum *s, const json_t *at, struct text path, int depth)
{
    while (at && path.len > 0) {
        struct text rest, segment = text_cut(path, '.', &rest);
        if (text_is(segment, "*")) {
            for (size_t i = 0; depth < DEPTH_MAX && i < json_array_size(at); i++) {
                const json_t *found = walk(s, json_array_get(at, i), rest, depth + 1);
                if (found) add_up(s, found);
            }
            return NULL;
        }
        at = step(at, segment);
        path = rest;
    }
    return at;
}

static struct text path_text(const struct event_reader *r, struct arena *a, const json_t *order, struct text path)
{
    struct sum s = { .r = r, .a = a };
    const json_t *v = walk(&s, order, path, 0);
    if (s.bad.len > 0) return s.bad; /* the maker of claims will say what is wrong with it */
    if (s.any) return money_print(a, (struct money){ s.minor, r->currency });
    return v ? json_scalar(a, v) : TEXT_NONE;
}

/* "a+b": both, with a blank between. */
static struct text paths_text(const struct event_reader *r, struct arena *a, const json_t *order, struct text paths)
{
    struct text rest, all = path_text(r, a, order, text_cut(paths, '+', &rest));
    while (rest.len > 0) {
        struct text next = path_text(r, a, order, text_cut(rest, '+', &rest));
        if (next.len > 0) all = all.len > 0 ? arena_printf(a, "%.*s %.*s", (int)all.len, all.ptr, (int)next.len, next.ptr) : next;
    }
    return all;
}

/* ---- refusals ---- */

#define WORDS(literal) { literal, sizeof(literal) - 1 }
static const struct { const char *code; struct text en, zh; } whys[] = {
    { "json", WORDS("the body is not a JSON object that can be read."), WORDS("内容不是可读取的 JSON 对象。") },
    { "no-order", WORDS("the event holds no order."), WORDS("事件里没有订单。") },
    { "type", WORDS("events of this type are not taken here."), WORDS("这里不接收此类事件。") },
    { "id", WORDS("an event has an id of 1 to 128 characters."), WORDS("事件须有 1 至 128 个字符的 id。") },
    { "as-of", WORDS("there is no instant with an offset as of which this is true, as 2026-11-11T10:00:00+08:00."), WORDS("缺少带时差的时刻（如 2026-11-11T10:00:00+08:00），不知道内容是何时的。") },
    { "as-of-ahead", WORDS("the instant lies more than five minutes ahead of this machine's clock."), WORDS("时刻比本机时钟早到五分钟以上（在未来）。") },
    { "unknown-field", WORDS("there is no field of that name."), WORDS("没有这个字段。") },
    { "not-a-value", WORDS("expected is a text or a number here."), WORDS("这里应是文本或数字。") },
    { "lines", WORDS("lines are a list of 1 to 1,000 objects."), WORDS("明细应是 1 至 1,000 个对象的列表。") },
    { "cell-too-long", WORDS("the text is longer than 64 KiB."), WORDS("文本超过 64 KiB。") },
};

static void why_say(struct arena *a, const char *code, struct text field, struct text en, struct text zh, struct event_why *ret)
{
    *ret = (struct event_why){ .code = text_from_cstr(code), .field = arena_text(a, text_clip_utf8(field, PATH_BYTES_MAX)), .en = en, .zh = zh };
    if (field.len == 0) {
        ret->en = arena_printf(a, "Event: %.*s", (int)en.len, en.ptr);
        ret->zh = arena_printf(a, "事件：%.*s", (int)zh.len, zh.ptr);
        return;
    }
    ret->en = arena_printf(a, "Field “%.*s”: %.*s", (int)ret->field.len, ret->field.ptr, (int)en.len, en.ptr);
    ret->zh = arena_printf(a, "字段“%.*s”：%.*s", (int)ret->field.len, ret->field.ptr, (int)zh.len, zh.ptr);
}

void event_why_set(struct arena *a, const char *code, struct text field, struct event_why *ret)
{
    for (size_t i = 0; i < sizeof whys / sizeof whys[0]; i++)
        if (!strcmp(whys[i].code, code)) why_say(a, code, field, whys[i].en, whys[i].zh, ret);
}

static enum event_kind refuse(struct arena *a, const char *code, struct text field, struct event_why *ret)
{
    event_why_set(a, code, field, ret);
    return a->failed ? EVENT_NO_MEMORY : EVENT_REFUSED;
}

static enum event_kind refuse_fault(struct event_reader *r, struct arena *a, const struct claim_fault *f, struct event_why *ret)
{
    const struct text column = f->column >= 0 && f->column < r->profile.column_count ? r->profile.columns[f->column].folded : TEXT_NONE;
    const struct fault_words_of w = fault_words_of(f->fault);
    why_say(a, w.code, column, text_from_cstr(w.en), text_from_cstr(w.zh), ret);
    return a->failed ? EVENT_NO_MEMORY : EVENT_REFUSED;
}

/* ---- our own format names its fields exactly ---- */

static bool names_known(const struct event_reader *r, const json_t *object, const char *prefix, struct text *ret_field, const char **ret_code)
{
    const char *name;
    json_t *v;
    json_object_foreach((json_t *)(uintptr_t)object, name, v) {
        char path[PATH_BYTES_MAX];
        const bool lines = !*prefix && (!strcmp(name, r->kind->lines) || !strcmp(name, r->kind->as_of));
        const int n = snprintf(path, sizeof path, "%s%s", prefix, name);
        *ret_field = text_from_cstr(name);
        *ret_code = "unknown-field";
        if (lines) continue;
        if (n < 0 || (size_t)n >= sizeof path || !profile_column_find(&r->profile, (struct text){ path, (size_t)n })) return false;
        *ret_code = "not-a-value";
        if (json_is_object(v) || json_is_array(v) || json_is_boolean(v)) return false;
    }
    return true;
}

static bool shape_is_good(const struct event_reader *r, const json_t *order, const json_t *lines, struct text *ret_field, const char **ret_code)
{
    char prefix[32];
    *ret_field = text_from_cstr(r->kind->lines);
    *ret_code = "lines";
    if (lines && !json_is_null(lines) && (!json_is_array(lines) || json_array_size(lines) > EVENT_LINES_MAX)) return false;
    for (size_t i = 0; i < json_array_size(lines); i++)
        if (!json_is_object(json_array_get(lines, i))) return false;
    if (!r->kind->strict) return true;
    if (!names_known(r, order, "", ret_field, ret_code)) return false;
    snprintf(prefix, sizeof prefix, "%s.", r->kind->lines);
    for (size_t i = 0; i < json_array_size(lines); i++)
        if (!names_known(r, json_array_get(lines, i), prefix, ret_field, ret_code)) return false;
    return true;
}

/* ---- as of ---- */

static const char *as_of_fault(struct event_reader *r, const json_t *order, struct text told, int64_t now_ms, int64_t *ret)
{
    enum civil_fit fit;
    const json_t *own = told.len == 0 ? json_object_get(order, r->kind->as_of) : NULL;
    if (json_is_string(own)) told = (struct text){ json_string_value(own), json_string_length(own) };
    if (r->kind->strict ? !instant_parse(told, ret) : time_read(&r->maker.clock, told, ret, &fit) != TIME_FOUND) return "as-of";
    if (*ret < INSTANT_FIRST_MS || *ret > INSTANT_LAST_MS) return "as-of";
    if (*ret > now_ms + EVENT_AHEAD_MAX_MS) return "as-of-ahead";
#ifdef ZG_TEST_AS_OF_ARRIVAL /* the control of test/story/webhook_story.py: a desk that trusts the order of arrival */
    *ret = now_ms;
#endif
    return NULL;
}

/* ---- rows ---- */

static bool put_cell(struct event_reader *r, int column, struct text t)
{
    if (t.len > LIMIT_CELL_BYTES) return false;
    r->row.cells[column] = (struct csv_cell){ t.ptr, (uint32_t)t.len, CELL_PLAIN };
    for (size_t i = 0; i < t.len && !r->row.high; i++) r->row.high = (unsigned char)t.ptr[i] > 0x7F;
    return true;
}

/* -1, or the column that is too long. */
static int fill_line(struct event_reader *r, struct arena *a, const json_t *line)
{
    const size_t skip = strlen(r->kind->lines) + 1;
    for (int i = 0; i < r->line_count; i++) {
        const int column = r->line_columns[i];
        const struct text path = r->profile.columns[column].folded;
        if (!put_cell(r, column, line ? paths_text(r, a, line, (struct text){ path.ptr + skip, path.len - skip }) : TEXT_NONE)) return column;
    }
    return -1;
}

static int fill_order(struct event_reader *r, struct arena *a, const json_t *order, bool first)
{
    for (int i = 0; i < r->profile.column_count; i++) {
        const struct profile_column *c = &r->profile.columns[i];
        if (of_line(r, c->folded)) continue;
        const bool wanted = first || c->fields[0] == FIELD_ORDER_NO;
        if (!put_cell(r, i, wanted ? paths_text(r, a, order, c->folded) : TEXT_NONE)) return i;
    }
    return -1;
}

static enum event_kind row_read(struct event_reader *r, struct arena *a, struct order_claim *ret, struct event_why *ret_why)
{
    struct claim_fault fault;
    switch (claim_make(&r->maker, &r->row, a, ret, &fault)) {
    case CLAIM_MADE: break;
    case CLAIM_PASSED_OVER: fault = (struct claim_fault){ FAULT_NO_ORDER_NO, -1 }; return refuse_fault(r, a, &fault, ret_why);
    case CLAIM_FAULT: return refuse_fault(r, a, &fault, ret_why);
    case CLAIM_NO_MEMORY: return EVENT_NO_MEMORY;
    }
    ret->rank = (int16_t)r->kind->rank;
    return EVENT_ORDER;
}

enum event_kind event_read(struct event_reader *r, struct arena *a, const json_t *order, struct text as_of, int64_t now_ms,
                           struct order_claim **ret_claims, size_t *ret_n, struct event_why *ret_why)
{
    struct text field;
    const char *code;
    if (!json_is_object(order) || json_object_size(order) == 0) return refuse(a, "no-order", TEXT_NONE, ret_why);
    if (r->kind->mark && !json_object_get(order, r->kind->mark)) return refuse(a, "type", TEXT_NONE, ret_why);
    const json_t *lines = json_object_get(order, r->kind->lines);
    if (!shape_is_good(r, order, lines, &field, &code)) return refuse(a, code, field, ret_why);
    code = as_of_fault(r, order, as_of, now_ms, &r->maker.as_of_ms);
    if (code) return refuse(a, code, text_from_cstr(r->kind->as_of), ret_why);

    const size_t n = json_array_size(lines) > 0 ? json_array_size(lines) : 1;
    struct order_claim *claims = ARENA_ARRAY(a, struct order_claim, n);
    if (!claims) return EVENT_NO_MEMORY;
    claim_maker_renew(&r->maker, n);
    r->row.high = false;
    for (size_t i = 0; i < n; i++) {
        int too_long = i < 2 ? fill_order(r, a, order, i == 0) : -1; /* from the second line on the order's cells stay as they are */
        if (too_long < 0) too_long = fill_line(r, a, json_array_get(lines, i));
        if (too_long >= 0) return refuse(a, "cell-too-long", r->profile.columns[too_long].folded, ret_why);
        if (a->failed) return EVENT_NO_MEMORY;
        const enum event_kind kind = row_read(r, a, &claims[i], ret_why);
        if (kind != EVENT_ORDER) return kind;
    }
    *ret_claims = claims;
    *ret_n = n;
    return EVENT_ORDER;
}
