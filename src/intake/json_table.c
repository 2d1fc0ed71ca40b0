/* A document of orders in JSON as a table: a list of objects, one object, or objects line by line (NDJSON).
 *
 * Columns are the paths of the single values in them, joined by points ("billing.email"), in the order in which they first appear in
 * the document. The list of an order's lines (line_items) gives a row for each line, in columns like "line_items.sku"; only the first
 * row tells the order's own values, the others its number. Of any other list the totals are added up, each without its sign
 * ("refunds.*.total"), as shops write refunds below zero.
 *
 * Two readings: one for the columns, one for the rows; memory is that of one order. In order: cutting the document into objects, paths
 * and columns, cells, the table. */
#include "base/checked.h"
#include "intake/json_scalar.h"
#include "intake/json_table.h"
#include "intake/part.h"
#include "intake/sniff.h"

enum { WINDOW = 64 * 1024, PATH_BYTES = 128, DEPTH_MAX = 8, SLOTS = 1024, SUM_DIGITS_MAX = 15 };
static const char *const line_lists[] = { "line_items", "lines", "items" };
static const char *const identities[] = { "id", "number", "name", "order_no", "order_number", "order_id" };
static const char *const summed[] = { "total", "amount" };

struct json_table {
    struct arena *own;
    struct arena work;                   /* the order at hand */
    struct part_bytes bytes;
    struct input input;
    char window[WINDOW];
    size_t filled, at;
    char *object;                        /* the text of one object; LIMIT_JSON_BYTES */
    int64_t line, object_line, consumed; /* physical lines, of the reading and of the object */
    bool in_list, ended;                 /* between [ and ]; behind ] */
    struct text columns[LIMIT_COLUMNS];
    int column_count;
    uint16_t slots[SLOTS];               /* a path's column + 1, by hash */
    const char *lines_name;              /* the list of lines in this document; NULL: none met yet */
    int64_t row, orders;
    json_t *order;                       /* whose rows are being given */
    size_t line_at, line_count;
    struct csv_cell cells[LIMIT_COLUMNS];
    struct refusal_facts why;
};

/* ---- objects ---- */

static int peek(struct json_table *t)
{
    if (t->at == t->filled) {
        const ssize_t n = input_read(&t->input, t->window, sizeof t->window);
        t->at = t->filled = 0;
        if (n <= 0) return n < 0 ? -2 : -1;
        t->filled = (size_t)n;
    }
    return (unsigned char)t->window[t->at];
}

static void take(struct json_table *t)
{
    t->line += t->window[t->at] == '\n';
    t->consumed++;
    t->at++;
}

static bool is_blank(int c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

static bool damaged(struct json_table *t, int c)
{
    t->why = c == -2 ? (struct refusal_facts){ .refusal = REFUSED_UNREADABLE } : (struct refusal_facts){ .refusal = REFUSED_DAMAGED, .line = t->line };
    return false;
}

/* The next character that is no blank, without commas between the objects of a list. */
static int next_mark(struct json_table *t)
{
    int c;
    while ((c = peek(t)) >= 0 && (is_blank(c) || (c == ',' && t->in_list))) take(t);
    return c;
}

/* Copies one object; its braces are counted outside strings. */
static bool copy_object(struct json_table *t, size_t *ret_len)
{
    int depth = 0, c;
    bool in_string = false, escaped = false;
    size_t n = 0;
    t->object_line = t->line;
    do {
        c = peek(t);
        if (c < 0) return damaged(t, c);
        if (n == LIMIT_JSON_BYTES) {
            t->why = (struct refusal_facts){ .refusal = REFUSED_TOO_LARGE, .line = t->object_line };
            return false;
        }
        if (escaped) escaped = false;
        else if (c == '\\') escaped = in_string;
        else if (c == '"') in_string = !in_string;
        else if (!in_string && (c == '{' || c == '[')) depth++;
        else if (!in_string && (c == '}' || c == ']')) depth--;
        t->object[n++] = (char)c;
        take(t);
    } while (depth > 0);
    *ret_len = n;
    return true;
}

/* *ret NULL at the end. False: the document does not hold together. */
static bool next_object(struct json_table *t, json_t **ret)
{
    size_t n = 0;
    *ret = NULL;
    int c = next_mark(t);
    if (c == '[' && !t->in_list && !t->ended && t->orders == 0) {
        t->in_list = true;
        take(t);
        c = next_mark(t);
    }
    if (c == ']' && t->in_list) {
        t->in_list = false;
        t->ended = true;
        take(t);
        c = next_mark(t);
    }
    if (c == -1 && !t->in_list) return true;
    if (c != '{' || t->ended) return damaged(t, c == -2 ? c : 0);
    if (!copy_object(t, &n)) return false;
    json_error_t error;
    *ret = json_loadb(t->object, n, 0, &error);
    if (*ret) {
        t->orders++;
        return true;
    }
    t->why = (struct refusal_facts){ .refusal = REFUSED_DAMAGED, .line = t->object_line + (error.line > 0 ? error.line - 1 : 0) };
    return false;
}

static bool begin(struct json_table *t)
{
    t->at = t->filled = 0;
    t->line = 1;
    t->consumed = t->orders = t->row = 0;
    t->in_list = t->ended = false;
    return input_open(&t->input, t->own, &t->bytes.source) && !t->input.failed;
}

/* ---- paths ---- */

static bool is_in(const char *name, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!strcmp(name, list[i])) return true;
    return false;
}
#define IS_IN(name, list) is_in((name), (list), sizeof(list) / sizeof(list)[0])

/* The place of a path among the columns; -1 when it has none. With `add` it gets one, as long as there is room. */
static int column_of(struct json_table *t, struct text path, bool add)
{
    uint32_t h = 2166136261; /* FNV-1a */
    for (size_t i = 0; i < path.len; i++) h = (h ^ (unsigned char)path.ptr[i]) * 16777619;
    for (uint32_t at = h;; at++) {
        uint16_t *slot = &t->slots[at % SLOTS];
        if (*slot > 0 && text_eq(t->columns[*slot - 1], path)) return *slot - 1;
        if (*slot > 0) continue;
        if (!add || t->column_count == LIMIT_COLUMNS) return -1;
        t->columns[t->column_count++] = arena_text(t->own, path);
        *slot = (uint16_t)t->column_count;
        return t->column_count - 1;
    }
}

/* What is done with each value of an order: a column is made for it, or its cell is filled. */
typedef void each_value(struct json_table *t, struct text path, const json_t *v);

static struct text joined(char path[PATH_BYTES], const char *prefix, const char *name)
{
    const int n = snprintf(path, PATH_BYTES, "%s%s%s", prefix, *prefix ? "." : "", name);
    return n > 0 && n < PATH_BYTES ? (struct text){ path, (size_t)n } : TEXT_NONE;
}

static void walk(struct json_table *t, const char *prefix, const json_t *object, int depth, each_value *each)
{
    const char *name;
    json_t *v;
    json_object_foreach((json_t *)(uintptr_t)object, name, v)
    {
        char path[PATH_BYTES];
        const struct text p = joined(path, prefix, name);
        if (p.len == 0 || json_is_array(v)) continue;
        if (json_is_object(v)) {
            if (depth < DEPTH_MAX) walk(t, path, v, depth + 1, each);
        } else {
            each(t, p, v);
        }
    }
}

static void make_column(struct json_table *t, struct text path, const json_t *v)
{
    (void)v;
    (void)column_of(t, path, true);
}

static void columns_of_list(struct json_table *t, const char *name, const json_t *list)
{
    const bool lines = IS_IN(name, line_lists);
    if (lines && !t->lines_name) t->lines_name = line_lists[0];
    for (size_t k = 0; lines && k < sizeof line_lists / sizeof line_lists[0]; k++)
        if (!strcmp(name, line_lists[k])) t->lines_name = line_lists[k];
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *one = json_array_get(list, i);
        char path[PATH_BYTES], total[PATH_BYTES];
        if (lines && json_is_object(one)) walk(t, name, one, 0, make_column);
        for (size_t k = 0; !lines && k < sizeof summed / sizeof summed[0]; k++) {
            if (!json_object_get(one, summed[k]) || joined(path, name, "*").len == 0) continue;
            const struct text p = joined(total, path, summed[k]);
            if (p.len > 0) (void)column_of(t, p, true);
        }
    }
}

static bool find_columns(struct json_table *t)
{
    json_t *order;
    while (next_object(t, &order)) {
        const char *name;
        json_t *v;
        if (!order) return true;
        walk(t, "", order, 0, make_column);
        json_object_foreach(order, name, v)
            if (json_is_array(v)) columns_of_list(t, name, v);
        json_decref(order);
    }
    return false;
}

/* ---- cells ---- */

/* The document of one order is gone before its row is read: strings are copied. */
static struct text scalar(struct arena *a, const json_t *v)
{
    const struct text s = json_scalar(a, v);
    return json_is_string(v) ? arena_text(a, s) : s;
}

static void put(struct json_table *t, int column, struct text s)
{
    if (column >= 0) t->cells[column] = (struct csv_cell){ s.ptr ? s.ptr : "", (uint32_t)s.len, CELL_PLAIN };
}

static void fill_cell(struct json_table *t, struct text path, const json_t *v) { put(t, column_of(t, path, false), scalar(&t->work, v)); }

/* "-10.50" -> 105000 in ten-thousandths; false for what is no such number. */
static bool read_decimal(struct text s, int64_t *ret)
{
    int64_t v = 0;
    int behind = -1;
    size_t i = s.len > 0 && (s.ptr[0] == '-' || s.ptr[0] == '+') ? 1 : 0;
    if (i == s.len || s.len - i > SUM_DIGITS_MAX) return false;
    for (; i < s.len; i++) {
        if (s.ptr[i] == '.' && behind < 0) {
            behind = 0;
            continue;
        }
        if (s.ptr[i] < '0' || s.ptr[i] > '9' || behind == 4) return false;
        v = v * 10 + (s.ptr[i] - '0');
        behind += behind >= 0;
    }
    for (int k = behind < 0 ? 0 : behind; k < 4; k++) v *= 10;
    *ret = v;
    return true;
}

/* The sum of a list's members of that name. One that is no number is shown as it is: the row is refused for it. */
static struct text sum_of(struct json_table *t, const json_t *list, const char *member)
{
    int64_t sum = 0;
    bool any = false;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *v = json_object_get(json_array_get(list, i), member);
        const struct text s = v ? text_trim(scalar(&t->work, v)) : TEXT_NONE;
        int64_t one = 0;
        if (s.len == 0) continue;
        if (!read_decimal(s, &one) || !checked_add(sum, one, &sum)) return s;
        any = true;
    }
    if (!any) return TEXT_NONE;
    return sum % 10000 == 0 ? arena_printf(&t->work, "%lld", (long long)(sum / 10000)) : arena_printf(&t->work, "%lld.%04lld", (long long)(sum / 10000), (long long)(sum % 10000));
}

static void fill_order(struct json_table *t)
{
    const char *name;
    json_t *v;
    walk(t, "", t->order, 0, fill_cell);
    json_object_foreach(t->order, name, v)
    {
        char path[PATH_BYTES], total[PATH_BYTES];
        if (!json_is_array(v) || IS_IN(name, line_lists) || joined(path, name, "*").len == 0) continue;
        for (size_t k = 0; k < sizeof summed / sizeof summed[0]; k++) {
            const struct text p = joined(total, path, summed[k]);
            if (p.len > 0) put(t, column_of(t, p, false), sum_of(t, v, summed[k]));
        }
    }
}

static void fill_identity(struct json_table *t)
{
    for (size_t i = 0; i < sizeof identities / sizeof identities[0]; i++) {
        const json_t *v = json_object_get(t->order, identities[i]);
        if (v && !json_is_object(v) && !json_is_array(v)) fill_cell(t, text_from_cstr(identities[i]), v);
    }
}

/* ---- the table ---- */

static enum csv_result json_next(void *ctx, struct csv_row *row)
{
    struct json_table *t = ctx;
    *row = (struct csv_row){ .count = t->column_count, .high = true, .ended = true };
    if (t->why.refusal != REFUSED_NOT) return CSV_FAILED;
    if (t->row++ == 0) {
        for (int c = 0; c < t->column_count; c++) row->cells[c] = (struct csv_cell){ t->columns[c].ptr, (uint32_t)t->columns[c].len, CELL_PLAIN };
        return CSV_ROW;
    }
    if (t->order && t->line_at == t->line_count) {
        json_decref(t->order);
        t->order = NULL;
    }
    arena_clear(&t->work);
    for (int c = 0; c < t->column_count; c++) t->cells[c] = (struct csv_cell){ "", 0, CELL_PLAIN };
    if (!t->order) {
        if (!next_object(t, &t->order)) return CSV_FAILED;
        if (!t->order) return CSV_END;
        const size_t lines = t->lines_name ? json_array_size(json_object_get(t->order, t->lines_name)) : 0;
        t->line_count = lines > 0 ? lines : 1;
        t->line_at = 0;
        fill_order(t);
    } else {
        fill_identity(t);
    }
    const json_t *one = t->lines_name ? json_array_get(json_object_get(t->order, t->lines_name), t->line_at) : NULL;
    if (json_is_object(one)) walk(t, t->lines_name, one, 0, fill_cell);
    t->line_at++;
    if (t->work.failed) return CSV_FAILED;
    memcpy(row->cells, t->cells, (size_t)t->column_count * sizeof t->cells[0]);
    return CSV_ROW;
}

static int64_t json_line(const void *ctx) { return ((const struct json_table *)ctx)->row; }
static int64_t json_bytes(const void *ctx) { return ((const struct json_table *)ctx)->consumed; }
static const struct refusal_facts *json_refusal(const void *ctx) { return &((const struct json_table *)ctx)->why; }

static bool json_rewind(void *ctx)
{
    struct json_table *t = ctx;
    json_decref(t->order);
    t->order = NULL;
    t->why = (struct refusal_facts){ .refusal = REFUSED_NOT };
    return begin(t);
}

static void json_close(void *ctx)
{
    struct json_table *t = ctx;
    json_decref(t->order);
    arena_release(&t->work);
    part_bytes_close(&t->bytes);
}

bool json_table_open(struct arena *own, const struct intake_source *source, const struct intake_part *part, struct table *ret, struct refusal_facts *ret_why)
{
    static const struct table_kind kind = { .next = json_next, .line = json_line, .bytes = json_bytes, .rewind = json_rewind, .refusal = json_refusal, .close = json_close };
    struct json_table *t = ARENA_NEW(own, struct json_table);
    *ret = (struct table){ NULL, NULL };
    if (!t || !(t->object = arena_take(own, LIMIT_JSON_BYTES, 1))) return false;
    t->own = own;
    arena_init(&t->work, own->source, 0);
    if (!part_bytes_open(&t->bytes, own, source, part)) return false;
    *ret_why = t->bytes.why;
    if (ret_why->refusal != REFUSED_NOT) return true;
    const bool found = begin(t) && find_columns(t) && !own->failed;
    *ret_why = t->why;
    if (found && begin(t)) {
        *ret = (struct table){ &kind, t };
        return true;
    }
    if (ret_why->refusal == REFUSED_NOT) ret_why->refusal = REFUSED_UNREADABLE;
    json_close(t);
    return !own->failed;
}
