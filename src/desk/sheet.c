/* See sheet.h: the common part, and CSV. */
#include "desk/sheet_parts.h"
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>

static const char *const format_words[] = { [SHEET_XLSX] = "xlsx", [SHEET_CSV] = "csv" };

bool sheet_format_parse(struct text word, enum sheet_format *ret)
{
    for (int f = 0; f < 2; f++)
        if (text_is(word, format_words[f])) {
            *ret = (enum sheet_format)f;
            return true;
        }
    return false;
}

const char *sheet_format_word(enum sheet_format f) { return format_words[f]; }

static bool fail(struct sheet *s, int why)
{
    if (!s->failed) s->why = why;
    s->failed = true;
    return false;
}

/* ---- CSV ---- */

static bool flush(struct sheet *s)
{
    for (size_t at = 0; at < s->filled;) {
        const ssize_t n = s->options.env->write(s->options.env->ctx, s->fd, s->buffer + at, s->filled - at);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return fail(s, n < 0 ? errno : EIO);
        at += (size_t)n;
    }
    s->filled = 0;
    return true;
}

static bool put_bytes(struct sheet *s, const char *p, size_t len)
{
    while (len > 0) {
        if (s->filled == SHEET_BUFFER_BYTES && !flush(s)) return false;
        const size_t room = SHEET_BUFFER_BYTES - s->filled, n = len < room ? len : room;
        memcpy(s->buffer + s->filled, p, n);
        s->filled += n;
        p += n;
        len -= n;
    }
    return true;
}

static bool put_text(struct sheet *s, struct text t)
{
    if (t.len == 0) return true;
    bool ok = put_bytes(s, "\"", 1) && (!text_begins_formula(t) || put_bytes(s, "'", 1));
    for (size_t from = 0; ok && from < t.len;) {
        const char *quote = memchr(t.ptr + from, '"', t.len - from);
        const size_t n = quote ? (size_t)(quote - t.ptr) - from + 1 : t.len - from;
        ok = put_bytes(s, t.ptr + from, n) && (!quote || put_bytes(s, "\"", 1));
        from += n;
    }
    return ok && put_bytes(s, "\"", 1);
}

/* "1234.50": digits after the point as the currency has them. */
static int print_scaled(char *to, size_t size, int64_t value, int digits)
{
    int64_t scale = 1;
    for (int i = 0; i < digits; i++) scale *= 10;
    const uint64_t whole = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    if (digits == 0) return snprintf(to, size, "%" PRId64, value);
    return snprintf(to, size, "%s%" PRIu64 ".%0*" PRIu64, value < 0 ? "-" : "", whole / (uint64_t)scale, digits, whole % (uint64_t)scale);
}

static int print_day(char *to, size_t size, int64_t days)
{
    int y, m, d;
    civil_from_days(days, &y, &m, &d);
    return snprintf(to, size, "%04d-%02d-%02d", y, m, d);
}

static int print_time(char *to, size_t size, const struct zone *z, int64_t at_ms)
{
    const struct civil c = zone_civil(z, at_ms);
    int n = snprintf(to, size, "%04d-%02d-%02d %02d:%02d:%02d", c.year, c.month, c.day, c.hour, c.minute, c.second);
    if (c.ms) n += snprintf(to + n, size - (size_t)n, ".%03d", c.ms);
    return n;
}

static bool put_value(struct sheet *s, enum sheet_kind kind, int64_t v)
{
    char out[48];
    int n = 0;
    if (v == INT64_MIN) return true;
    switch (kind) {
    case SHEET_TEXT: break;
    case SHEET_TIME: n = print_time(out, sizeof out, s->options.zone, v); break;
    case SHEET_DAY: n = print_day(out, sizeof out, v); break;
    case SHEET_MONEY: n = print_scaled(out, sizeof out, v, currency_digits(s->options.currency)); break;
    case SHEET_COUNT: n = print_scaled(out, sizeof out, v, 0); break;
    case SHEET_DECIMAL: n = print_scaled(out, sizeof out, v, 3); break;
    case SHEET_SHARE: n = print_scaled(out, sizeof out, v, 4); break;
    }
    return put_bytes(s, out, (size_t)n);
}

static bool csv_open(struct sheet *s)
{
    const struct env *env = s->options.env;
    s->fd = env->open(env->ctx, s->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (s->fd < 0) return fail(s, errno);
    return put_bytes(s, "\xEF\xBB\xBF", 3);
}

static bool csv_begin(struct sheet *s)
{
    assert(s->tables == 1);
    for (int i = 0; i < s->column_count; i++) {
        if (i > 0 && !put_bytes(s, ",", 1)) return false;
        if (!put_text(s, text_from_cstr(s->options.zh ? s->columns[i].zh : s->columns[i].en))) return false;
    }
    return put_bytes(s, "\r\n", 2);
}

static bool csv_row(struct sheet *s, const struct sheet_cell *cells)
{
    for (int i = 0; i < s->column_count; i++) {
        const enum sheet_kind kind = s->columns[i].kind;
        if (i > 0 && !put_bytes(s, ",", 1)) return false;
        if (!(kind == SHEET_TEXT ? put_text(s, cells[i].text) : put_value(s, kind, cells[i].value))) return false;
    }
    return put_bytes(s, "\r\n", 2);
}

static bool csv_close(struct sheet *s)
{
    const struct env *env = s->options.env;
    bool ok = !s->failed && flush(s);
    if (ok && env->fsync(env->ctx, s->fd) != 0) ok = fail(s, errno);
    if (s->fd >= 0 && env->close(env->ctx, s->fd) != 0 && ok) ok = fail(s, errno);
    s->fd = -1;
    return ok;
}

/* ---- both ---- */

static void release(struct sheet *s)
{
    const struct arena_source *m = &s->options.env->memory;
    if (s->buffer) m->give(m->ctx, s->buffer, SHEET_BUFFER_BYTES);
    m->give(m->ctx, s, sizeof *s);
}

struct sheet *sheet_create(const struct sheet_options *o)
{
    const struct arena_source *m = &o->env->memory;
    struct sheet *s = m->take(m->ctx, sizeof *s);
    if (!s) {
        errno = ENOMEM;
        return NULL;
    }
    *s = (struct sheet){ .options = *o, .fd = -1 };
    text_copy(s->path, sizeof s->path, text_from_cstr(o->path));
    text_copy(s->scratch, sizeof s->scratch, text_from_cstr(o->scratch ? o->scratch : ""));
    s->buffer = m->take(m->ctx, SHEET_BUFFER_BYTES);
    if (!s->buffer) fail(s, ENOMEM);
    else if (o->format == SHEET_CSV) csv_open(s);
    else if (!xlsx_open(s)) s->failed = true;
    if (!s->failed) return s;
    const int why = s->why;
    release(s);
    errno = why;
    return NULL;
}

bool sheet_begin(struct sheet *s, const char *name_en, const char *name_zh, const struct sheet_column *columns, int n)
{
    assert(n > 0 && n <= SHEET_COLUMNS_MAX);
    s->name_en = name_en;
    s->name_zh = name_zh;
    s->columns = columns;
    s->column_count = n;
    s->tables++;
    if (s->failed) return false;
    return s->options.format == SHEET_CSV ? csv_begin(s) : xlsx_begin(s);
}

bool sheet_row(struct sheet *s, const struct sheet_cell *cells)
{
    assert(s->tables > 0);
    if (s->failed) return false;
    s->rows++;
    return s->options.format == SHEET_CSV ? csv_row(s, cells) : xlsx_row(s, cells);
}

int64_t sheet_rows(const struct sheet *s) { return s->rows; }

bool sheet_close(struct sheet *s)
{
    const bool ok = s->options.format == SHEET_CSV ? csv_close(s) : xlsx_close(s);
    const int why = s->why ? s->why : EIO;
    release(s);
    if (!ok) errno = why;
    return ok;
}

void sheet_abandon(struct sheet *s)
{
    fail(s, ECANCELED);
    (void)sheet_close(s);
}
