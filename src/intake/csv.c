/* The tokenizer. Read csv.h first; then block_masks (bytes -> bit masks), next_mark and next_quote (walk the masks),
 * read_cell, read_row, csv_next (faults and how reading goes on after them). */
#include "intake/csv.h"
#include <assert.h>
#if defined(__SSE2__) && !defined(ZG_NO_SIMD)
#include <emmintrin.h>
#endif

#define BLOCK 64
#define CHUNK (256 * 1024)
/* A row of ordinary length, or the longest one; what was read beyond it; up to one block kept for alignment. */
#define WINDOW_FIRST (64 * 1024 + CHUNK + 2 * BLOCK)
#define WINDOW_LAST (LIMIT_ROW_BYTES + CHUNK + 2 * BLOCK)
#define RETRY_BYTES (64 * 1024 * 1024)
#define NO_BLOCK SIZE_MAX
#define NOT_YET SIZE_MAX /* the window ends first */

bool csv_open(struct csv *c, struct arena *a, const struct csv_source *source, char delimiter)
{
    c->arena = a;
    c->window_size = WINDOW_FIRST;
    c->window = arena_take(a, 1, WINDOW_FIRST + BLOCK); /* room to load a whole block at the end */
    if (!c->window) return false;
    csv_restart(c, source, delimiter);
    return true;
}

void csv_restart(struct csv *c, const struct csv_source *source, char delimiter)
{
    *c = (struct csv){ .source = *source, .delimiter = delimiter, .retry_bytes = RETRY_BYTES, .arena = c->arena, .window = c->window, .window_size = c->window_size };
    c->place.block = NO_BLOCK;
}

static inline uint64_t below(size_t bit) { return (UINT64_C(1) << bit) - 1; }

struct block_masks { uint64_t quote, delimiter, lf, cr, high, nul; };

#if defined(__SSE2__) && !defined(ZG_NO_SIMD)
static inline struct block_masks block_masks(const unsigned char *p, char delimiter)
{
    struct block_masks m = { 0 };
    const __m128i quote = _mm_set1_epi8('"'), delim = _mm_set1_epi8(delimiter), lf = _mm_set1_epi8('\n'),
                  cr = _mm_set1_epi8('\r'), nul = _mm_setzero_si128();
    for (unsigned i = 0; i < 4; i++) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(p + 16 * i));
        unsigned shift = 16 * i;
        m.quote |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(v, quote)) << shift;
        m.delimiter |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(v, delim)) << shift;
        m.lf |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(v, lf)) << shift;
        m.cr |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(v, cr)) << shift;
        m.high |= (uint64_t)(uint32_t)_mm_movemask_epi8(v) << shift;
        m.nul |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(v, nul)) << shift;
    }
    return m;
}
#else
static inline struct block_masks block_masks(const unsigned char *p, char delimiter)
{
    struct block_masks m = { 0 };
    for (unsigned i = 0; i < BLOCK; i++) {
        uint64_t bit = UINT64_C(1) << i;
        if (p[i] == '"') m.quote |= bit;
        if (p[i] == (unsigned char)delimiter) m.delimiter |= bit;
        if (p[i] == '\n') m.lf |= bit;
        if (p[i] == '\r') m.cr |= bit;
        if (p[i] >= 0x80) m.high |= bit;
        if (p[i] == 0) m.nul |= bit;
    }
    return m;
}
#endif

/* Computes the masks of the block at place->block, whose first byte follows place->after_cr. */
static void block_masks_hold(const struct csv *c, struct csv_place *place)
{
    struct block_masks m = block_masks(c->window + place->block, c->delimiter);
    if (place->block + BLOCK > c->filled) m.nul &= below(c->filled - place->block); /* padding is no content */
    place->quotes = m.quote;
    /* a line ends at each CR, and at each LF that does not follow one */
    place->lines = m.cr | (m.lf & ~((m.cr << 1) | (place->after_cr ? 1U : 0U)));
    place->marks = m.quote | m.delimiter | m.lf | m.cr;
    place->high = m.high;
    place->nul = m.nul;
}

/* Steps to the next block (to the first one, when none is held yet). */
static void block_next(const struct csv *c, struct csv_place *place)
{
    if (place->block == NO_BLOCK) {
        place->block = 0;
    } else {
        place->lines_before += __builtin_popcountll(place->lines);
        place->after_cr = c->window[place->block + BLOCK - 1] == '\r';
        place->block += BLOCK;
    }
    block_masks_hold(c, place);
}

/* False when the row at hand leaves no room and there is no larger window. */
static bool window_grow(struct csv *c)
{
    if (c->window_size - c->filled >= CHUNK / 2 || c->window_size == WINDOW_LAST) return true;
    unsigned char *larger = arena_take(c->arena, 1, WINDOW_LAST + BLOCK);
    if (!larger) return false;
    memcpy(larger, c->window, c->filled);
    c->window = larger;
    c->window_size = WINDOW_LAST;
    return true;
}

/* Drops what lies before `keep` (by whole blocks, so that masks stay aligned) and reads about a chunk more.
 * c->place moves along; its block, when it is kept, is loaded again, as its end may not have been there before. */
static void window_fill(struct csv *c, size_t keep)
{
    struct csv_place *place = &c->place;
    assert(keep <= place->at && (place->block == NO_BLOCK || keep <= place->block + BLOCK - 1));
    size_t shift = keep & ~(size_t)(BLOCK - 1);
    if (shift > 0) {
        memmove(c->window, c->window + shift, c->filled - shift);
        c->filled -= shift;
        place->at -= shift;
        if (place->block != NO_BLOCK) place->block -= shift;
        c->consumed += (int64_t)shift;
    }
    if (!window_grow(c)) c->failed = c->at_end = true;
    size_t goal = c->filled + CHUNK < c->window_size ? c->filled + CHUNK : c->window_size;
    while (c->filled < goal && !c->at_end) {
        ssize_t n = c->source.read(c->source.ctx, c->window + c->filled, goal - c->filled);
        if (n < 0) c->failed = true;
        if (n <= 0) c->at_end = true;
        else c->filled += (size_t)n;
    }
    memset(c->window + c->filled, 0, BLOCK);
    if (place->block != NO_BLOCK) block_masks_hold(c, place);
}

/* Makes sure the block that holds `at` is held; false when `at` is not in the window. */
static inline bool block_at(const struct csv *c, struct csv_place *place, size_t at, struct csv_row *row)
{
    if (at >= c->filled) return false;
    size_t want = at & ~(size_t)(BLOCK - 1);
    while (place->block == NO_BLOCK || place->block < want) {
        row->high |= place->high != 0;
        row->nul |= place->nul != 0;
        block_next(c, place);
    }
    return true;
}

/* Offset of the first mark (quote, delimiter, line end) at or after `at`, or NOT_YET. */
static inline size_t next_mark(const struct csv *c, struct csv_place *place, size_t at, struct csv_row *row)
{
    while (block_at(c, place, at, row)) {
        uint64_t left = place->marks & ~below(at - place->block);
        if (left != 0) return place->block + (size_t)__builtin_ctzll(left);
        at = place->block + BLOCK;
    }
    return NOT_YET;
}
static inline size_t next_quote(const struct csv *c, struct csv_place *place, size_t at, struct csv_row *row)
{
    while (block_at(c, place, at, row)) {
        uint64_t left = place->quotes & ~below(at - place->block);
        if (left != 0) return place->block + (size_t)__builtin_ctzll(left);
        at = place->block + BLOCK;
    }
    return NOT_YET;
}

enum cell_end { CELL_ENDS, CELL_BAD, CELL_OPEN, CELL_NEEDS_MORE };

/* The rest of a cell whose opening quote stands at `quote`. *ret_at is the delimiter, line end or end of the file. */
static enum cell_end read_quoted(struct csv *c, struct csv_row *row, size_t quote, struct csv_cell *ret, size_t *ret_at)
{
    struct csv_place *place = &c->place;
    size_t from = quote + 1, at = from;
    uint32_t form = ret->form | CELL_QUOTED;
    for (;;) {
        at = next_quote(c, place, at, row);
        if (at == NOT_YET) {
            *ret_at = c->filled;
            return c->at_end ? CELL_OPEN : CELL_NEEDS_MORE;
        }
        if (at + 1 >= c->filled && !c->at_end) return CELL_NEEDS_MORE;
        if (at + 1 >= c->filled || c->window[at + 1] != '"') break;
        form |= CELL_DOUBLED;
        at += 2;
    }
    size_t end = at++;
    while (at < c->filled && (c->window[at] == ' ' || (c->window[at] == '\t' && c->delimiter != '\t'))) at++;
    if (at >= c->filled && !c->at_end) return CELL_NEEDS_MORE;
    *ret = (struct csv_cell){ (const char *)c->window + from, (uint32_t)(end - from), form };
    *ret_at = at;
    if (at >= c->filled) return CELL_ENDS;
    unsigned char b = c->window[at];
    return b == (unsigned char)c->delimiter || b == '\n' || b == '\r' ? CELL_ENDS : CELL_BAD;
}

static inline enum cell_end read_cell(struct csv *c, struct csv_row *row, size_t at, struct csv_cell *ret, size_t *ret_at)
{
    size_t from = at;
    ret->form = CELL_PLAIN;
    if (at < c->filled) {
        if (c->window[at] == '"') return read_quoted(c, row, at, ret, ret_at);
        if (c->window[at] == '=') {
            if (at + 1 >= c->filled && !c->at_end) return CELL_NEEDS_MORE;
            if (c->window[at + 1] == '"') { /* beyond the end stands padding */
                ret->form = CELL_GUARDED;
                return read_quoted(c, row, at + 1, ret, ret_at);
            }
        }
    }
    do {
        at = next_mark(c, &c->place, at, row);
        if (at == NOT_YET) {
            if (!c->at_end) return CELL_NEEDS_MORE;
            at = c->filled;
            break;
        }
    } while (c->window[at] == '"' && ++at);
    *ret = (struct csv_cell){ (const char *)c->window + from, (uint32_t)(at - from), CELL_PLAIN };
    *ret_at = at;
    return CELL_ENDS;
}

/* Steps over a line end at `at`; false when the window ends between CR and what may be its LF. */
static bool skip_line_end(struct csv *c, size_t *at)
{
    if (c->window[*at] == '\r') {
        if (*at + 1 >= c->filled && !c->at_end) return false;
        if (*at + 1 < c->filled && c->window[*at + 1] == '\n') (*at)++;
    }
    (*at)++;
    return true;
}

enum row_end { ROW_READ, ROW_NEEDS_MORE };

/* Reads the row at place->at. ROW_READ: place->at is behind it (of a fault: where the fault was seen). */
static enum row_end read_row(struct csv *c, struct csv_row *row)
{
    size_t start = c->place.at, at = start;
    int count = 0;
    row->fault = CSV_ROW_GOOD;
    row->high = row->nul = row->ended = false;
    for (;; count++) {
        struct csv_cell extra, *cell = count < LIMIT_COLUMNS ? &row->cells[count] : &extra;
        enum cell_end e = read_cell(c, row, at, cell, &at);
        if (e == CELL_NEEDS_MORE) return ROW_NEEDS_MORE;
        if (e != CELL_ENDS) {
            row->fault = e == CELL_OPEN ? CSV_ROW_OPEN_QUOTE : CSV_ROW_BAD_QUOTES;
            row->fault_cell = count;
            break;
        }
        if (count >= LIMIT_COLUMNS && cell->len > 0 && row->fault == CSV_ROW_GOOD) {
            row->fault = CSV_ROW_TOO_WIDE;
            row->fault_cell = count;
        }
        if (at >= c->filled || c->window[at] != (unsigned char)c->delimiter) {
            count++;
            break;
        }
        at++;
    }
    row->high |= c->place.high != 0;
    row->nul |= c->place.nul != 0;
    row->count = count < LIMIT_COLUMNS ? count : LIMIT_COLUMNS;
    row->raw = (struct text){ (const char *)c->window + start, at - start };
    bool whole = row->fault == CSV_ROW_GOOD || row->fault == CSV_ROW_TOO_WIDE;
    if (whole && at < c->filled) {
        row->ended = true;
        if (!skip_line_end(c, &at)) return ROW_NEEDS_MORE;
    }
    c->place.at = at;
    return ROW_READ;
}

/* Goes to the beginning of the next line after c->place. False at the end of the file. */
static bool skip_line(struct csv *c)
{
    struct csv_row none = { .count = 0 };
    size_t at = c->place.at;
    for (;;) {
        while (block_at(c, &c->place, at, &none)) {
            uint64_t left = c->place.lines & ~below(at - c->place.block);
            if (left == 0) {
                at = c->place.block + BLOCK;
                continue;
            }
            at = c->place.block + (size_t)__builtin_ctzll(left);
            size_t behind = at;
            if (!skip_line_end(c, &behind)) break; /* CR is the last byte at hand */
            c->place.at = behind;
            return true;
        }
        at = at < c->filled ? at : c->filled;
        c->place.at = at;
        if (c->at_end) return false;
        window_fill(c, c->place.block == NO_BLOCK || c->place.block > at ? at : c->place.block);
        at = c->place.at;
    }
}

/* One row at c->place, filling the window as needed. False at the end of the file. */
static bool row_here(struct csv *c, struct csv_row *row)
{
    struct csv_row none = { .count = 0 };
    if (c->place.at >= c->filled) {
        if (!c->at_end) window_fill(c, c->place.block == NO_BLOCK ? 0 : c->place.block);
        if (c->place.at >= c->filled) return false;
    }
    (void)block_at(c, &c->place, c->place.at, &none);
    c->row = c->place;
    while (read_row(c, row) == ROW_NEEDS_MORE) {
        if (c->filled - c->row.at > LIMIT_ROW_BYTES) {
            row->fault = CSV_ROW_TOO_LONG;
            row->fault_cell = 0;
            row->raw = (struct text){ (const char *)c->window + c->row.at, c->filled - c->row.at };
            c->place.at = c->filled;
            return true;
        }
        c->place = c->row;
        window_fill(c, c->row.at);
        c->row = c->place;
    }
    if (row->raw.len > LIMIT_ROW_BYTES && row->fault == CSV_ROW_GOOD) {
        row->fault = CSV_ROW_TOO_LONG;
        row->fault_cell = 0;
    }
    return true;
}

static bool structure_lost(enum csv_row_fault f)
{
    return f == CSV_ROW_BAD_QUOTES || f == CSV_ROW_OPEN_QUOTE || f == CSV_ROW_TOO_LONG;
}

/* After a fault whose structure is lost: finds the next line that reads as a row of the usual width and gives it.
 * Looks from the line behind the one where the fault began while the allowance for reading twice lasts, else from where
 * the fault was seen. */
static bool row_after_fault(struct csv *c, struct csv_row *row)
{
    do {
        if (c->retry_bytes > 0) {
            c->retry_bytes -= (int64_t)(c->place.at - c->row.at);
            c->place = c->row;
        }
        if (!skip_line(c)) return false;
        if (!row_here(c, row)) return false;
    } while (structure_lost(row->fault) || (c->width > 0 && row->count != c->width));
    return true;
}

enum csv_result csv_next(struct csv *c, struct csv_row *row)
{
    bool got = c->resync ? row_after_fault(c, row) : row_here(c, row);
    if (c->failed) return CSV_FAILED;
    if (!got) return CSV_END;
    c->resync = structure_lost(row->fault);
    if (row->fault == CSV_ROW_GOOD && row->count > 1) c->width = row->count;
    return CSV_ROW;
}

int64_t csv_line(const struct csv *c)
{
    return 1 + c->row.lines_before + __builtin_popcountll(c->row.lines & below(c->row.at - c->row.block));
}

int64_t csv_bytes(const struct csv *c)
{
    return c->consumed + (int64_t)c->place.at;
}
