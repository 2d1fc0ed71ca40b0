/* See recognise.h. find_header finds the header line (of a text: try_delimiter, for each); settle takes the profile. */
#include "intake/recognise.h"
#include "intake/cell.h"

struct memory_source { struct text left; };
static ssize_t memory_read(void *ctx, void *buf, size_t cap)
{
    struct memory_source *m = ctx;
    size_t n = m->left.len < cap ? m->left.len : cap;
    if (n > 0) memcpy(buf, m->left.ptr, n);
    m->left = (struct text){ m->left.ptr + n, m->left.len - n };
    return (ssize_t)n;
}

enum { GENERIC_FIT_MIN = 500 * 1000 }; /* as fit(): half of the file's columns */

struct header { int line, known, count; bool beyond_ascii; struct text *cells, *folded; };

static bool name_is_known(const struct profile_set *set, const struct profile *forced, struct text folded)
{
    if (folded.len == 0) return false;
    if (forced) return profile_column_find(forced, folded) != NULL;
    for (int i = 0; i < set->count; i++)
        if (profile_column_find(set->profiles[i], folded)) return true;
    return false;
}

/* A stray NUL is passed over: a name is for showing and for finding its column. s lies in room. */
static struct text without_nul(char *room, struct text s)
{
    if (s.len == 0 || !memchr(s.ptr, 0, s.len)) return s;
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] != '\0') room[n++] = s.ptr[i];
    return (struct text){ room, n };
}

static bool read_header(struct arena *a, const struct csv_row *row, enum intake_encoding encoding, struct header *ret)
{
    ret->count = row->count;
    ret->cells = ARENA_ARRAY(a, struct text, (size_t)row->count);
    ret->folded = ARENA_ARRAY(a, struct text, (size_t)row->count);
    if (!ret->cells || !ret->folded) return false;
    for (int i = 0; i < row->count; i++) {
        char *room = arena_take(a, CELL_ROOM(row->cells[i].len), 1);
        if (!room) return false;
        if (!cell_text(encoding, true, &row->cells[i], FIELD_NONE, room, &ret->cells[i])) ret->cells[i] = TEXT_NONE;
        ret->cells[i] = without_nul(room, ret->cells[i]);
        ret->folded[i] = header_fold(a, ret->cells[i]);
    }
    while (ret->count > 1 && ret->cells[ret->count - 1].len == 0) ret->count--; /* a header that ends in a comma */
    return !a->failed;
}

static int names_needed(const struct profile *forced)
{
    return forced && forced->column_count < 2 ? forced->column_count : 2;
}

struct header_ask { const struct profile_set *set; const struct profile *forced; enum intake_encoding encoding; };

/* Finds the header line in a table's first rows; ret->known is 0 and the first row of several cells stands in when none is known. */
static bool find_header(struct arena *a, const struct table *t, const struct header_ask *ask, struct header *ret, enum csv_result *ret_end)
{
    struct csv_row *row = ARENA_NEW(a, struct csv_row);
    if (!row) return false;
    *ret = (struct header){ .line = 0 };
    /* a sheet may begin with empty rows, of which nothing is given */
    const bool text = ask->encoding != ENCODING_XLSX && ask->encoding != ENCODING_XLS;
    for (int n = 1; (*ret_end = table_next(t, row)) == CSV_ROW && (text ? table_line(t) : n) <= HEADER_LINES; n++) {
        if (row->fault != CSV_ROW_GOOD && row->fault != CSV_ROW_TOO_WIDE) continue;
        struct header h = { .line = (int)table_line(t) };
        if (!read_header(a, row, ask->encoding, &h)) return false;
        for (int i = 0; i < h.count; i++) {
            if (!name_is_known(ask->set, ask->forced, h.folded[i])) continue;
            h.known++;
            h.beyond_ascii = h.beyond_ascii || (unsigned char)h.folded[i].ptr[0] >= 0x80;
        }
        if (h.known >= names_needed(ask->forced)) {
            *ret = h;
            return true;
        }
        h.known = 0;
        if (ret->line == 0 && h.count >= 2) *ret = h;
    }
    return true;
}

static bool try_delimiter(struct arena *a, struct csv *csv, const struct header_ask *ask, struct text head, char delimiter, struct header *ret)
{
    struct memory_source memory = { head };
    const struct csv_source source = { &memory, memory_read };
    const struct table t = table_of_csv(csv);
    enum csv_result end;
    csv_restart(csv, &source, delimiter);
    return find_header(a, &t, ask, ret, &end);
}

static struct text listed(struct arena *a, struct text so_far, const char *word)
{
    return arena_printf(a, "%.*s%s%s", (int)so_far.len, so_far.ptr ? so_far.ptr : "", so_far.len ? ", " : "", word);
}

/* How well a profile fits: -1 when a required field is missing. has: which fields the header tells. */
static int fit(const struct profile *p, const struct header *h, bool has[PROFILE_FIELDS_MAX])
{
    int known = 0, filled = 0;
    memset(has, 0, PROFILE_FIELDS_MAX * sizeof has[0]);
    for (int i = 0; i < h->count; i++) {
        if (h->folded[i].len == 0) continue;
        filled++;
        const struct profile_column *c = profile_column_find(p, h->folded[i]);
        if (!c) continue;
        known++;
        for (int f = 0; f < c->field_count; f++) has[c->fields[f]] = true;
    }
    for (int f = 1; f < PROFILE_FIELDS_MAX; f++)
        if (p->required[f] && !has[f]) return -1;
    if (profile_lacks_marks(p, has)) return -1;
    /* the share of the file's columns that it knows; among equals, how much of its own map the file fills */
    return (filled > 0 ? known * 1000 / filled : 0) * 1000 + (p->column_count > 0 ? known * 999 / p->column_count : 0);
}

static void tell_missing(struct arena *a, const struct profile *p, const struct header *h, struct recognition *ret)
{
    bool has[PROFILE_FIELDS_MAX];
    (void)fit(p, h, has);
    ret->nearest = p;
    for (int f = 1; f < PROFILE_FIELDS_MAX; f++) {
        if (!p->required[f] || has[f]) continue;
        const struct intake_field about = profile_field(p, f);
        ret->missing_en = listed(a, ret->missing_en, about.en);
        ret->missing_zh = listed(a, ret->missing_zh, about.zh);
    }
}

/* The profile that tells most of its required fields, at least half of them: what the file was probably meant to be. */
static const struct profile *nearest(const struct profile_set *set, const struct header *h)
{
    const struct profile *best = NULL;
    int best_share = 499;
    for (int i = 0; i < set->count; i++) {
        const struct profile *p = set->profiles[i];
        bool has[PROFILE_FIELDS_MAX];
        int told = 0;
        (void)fit(p, h, has);
        for (int f = 1; f < PROFILE_FIELDS_MAX; f++) told += p->required[f] && has[f];
        if (p->required_count == 0 || told * 1000 / p->required_count <= best_share) continue;
        best_share = told * 1000 / p->required_count;
        best = p;
    }
    return best;
}

static bool says_separator(struct text head, char *ret)
{
    if (head.len < 5 || memcmp(head.ptr, "sep=", 4) != 0) return false;
    *ret = head.ptr[4];
    return *ret == ',' || *ret == ';' || *ret == '\t';
}

/* Which profile has this header? */
static bool settle(struct arena *a, const struct header_ask *ask, const struct header *best, struct recognition *ret)
{
    const struct profile_set *set = ask->set;
    ret->columns = ARENA_ARRAY(a, struct intake_column, LIMIT_COLUMNS);
    if (!ret->columns) return false;
    ret->line = best->line;
    ret->known = best->known;
    ret->proves_encoding = best->known > 0 && best->beyond_ascii;
    ret->column_count = best->count;
    for (int i = 0; i < best->count; i++) ret->columns[i].header = best->cells[i];
    bool has[PROFILE_FIELDS_MAX];
    int best_fit = -1;
    if (ask->forced) {
        if (fit(ask->forced, best, has) >= 0) ret->profile = ask->forced;
        else tell_missing(a, ask->forced, best, ret);
    } else {
        for (int i = 0; i < set->count; i++) {
            int f = fit(set->profiles[i], best, has);
            if (f < 0 || f < best_fit || (set->profiles[i]->generic && f < GENERIC_FIT_MIN)) continue;
            best_fit = f;
            ret->profile = set->profiles[i];
        }
        const struct profile *near = ret->profile || best->known == 0 ? NULL : nearest(set, best);
        if (near) tell_missing(a, near, best, ret);
    }
    for (int i = 0; ret->profile && i < best->count; i++) {
        const struct profile_column *c = profile_column_find(ret->profile, best->folded[i]);
        if (c && c->field_count > 0) ret->columns[i].field = text_from_cstr(profile_field(ret->profile, c->fields[0]).word);
    }
    return !a->failed;
}

bool recognise(struct arena *a, struct csv *csv, const struct profile_set *set, const struct profile *forced, struct text head,
               enum intake_encoding encoding, struct recognition *ret)
{
    static const char delimiters[] = { ',', '\t', ';' };
    const struct header_ask ask = { set, forced, encoding };
    struct header best = { .line = 0 };
    char told = 0;
    bool says = says_separator(head, &told);
    *ret = (struct recognition){ .delimiter = ',' };
    for (size_t i = 0; i < sizeof delimiters; i++) {
        struct header h;
        if (says && delimiters[i] != told) continue;
        if (!try_delimiter(a, csv, &ask, head, delimiters[i], &h)) return false;
        if (best.line != 0 && (h.known < best.known || (h.known == best.known && h.count <= best.count))) continue;
        best = h;
        ret->delimiter = delimiters[i];
    }
    return settle(a, &ask, &best, ret);
}

bool recognise_table(struct arena *a, const struct table *t, const struct profile_set *set, const struct profile *forced,
                     struct recognition *ret, enum csv_result *ret_end)
{
    const struct header_ask ask = { set, forced, ENCODING_XLSX };
    struct header h;
    *ret = (struct recognition){ .delimiter = 0 };
    return find_header(a, t, &ask, &h, ret_end) && settle(a, &ask, &h, ret);
}
