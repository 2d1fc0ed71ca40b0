/* The strings that a workbook's cells share, in memory of a fixed size; see shared_strings.h.
 *
 * Text and places are kept in pages. Pages live in frames, as many as the budget allows; when all are taken, the one that was not
 * used for longest (by a clock hand) goes to the spill and comes back when it is asked for. A string never lies across two pages, and
 * one longer than a cell may be is kept as long as shows that it is too long. */
#include <assert.h>
#include "base/limits.h"
#include "intake/shared_strings.h"

enum {
    PAGE_BYTES = 256 * 1024, FRAMES = 48,     /* 12 MiB */
    PLACE_BYTES = 8,                          /* 44 bits where, 20 bits how long */
    PLACES_A_PAGE = PAGE_BYTES / PLACE_BYTES,
    PAGES_MAX = 4096, NO_FRAME = -1,
};

struct frame { unsigned char *bytes; int page; bool used, changed; };
struct strings {
    struct arena *own;
    const struct intake_spill *spill;
    struct frame frames[FRAMES];
    int hand;
    int16_t frame_of[PAGES_MAX];       /* page -> frame */
    bool spilled[PAGES_MAX];           /* the spill has it */
    int pages;
    int place_page[LIMIT_SHEET_CELLS / PLACES_A_PAGE + 2];
    int text_page;                     /* the one being filled */
    size_t text_used;
    uint32_t count;
    enum intake_refusal failed;        /* REFUSED_NOT: not, or no memory */
};

/* ---- pages ---- */

static bool frame_empty(struct strings *s, struct frame *f)
{
    if (f->changed) {
        if (!s->spill || !s->spill->write_at(s->spill->ctx, (int64_t)f->page * PAGE_BYTES, f->bytes, PAGE_BYTES)) {
            s->failed = REFUSED_UNREADABLE;
            return false;
        }
        s->spilled[f->page] = true;
    }
    s->frame_of[f->page] = NO_FRAME;
    return true;
}

/* A frame that holds nothing any more. */
static struct frame *frame_free(struct strings *s)
{
    for (;;) {
        struct frame *f = &s->frames[s->hand];
        s->hand = (s->hand + 1) % FRAMES;
        if (!f->bytes) {
            f->bytes = arena_take(s->own, PAGE_BYTES, 1);
            return f->bytes ? f : NULL;
        }
        if (f->used) f->used = false;
        else return frame_empty(s, f) ? f : NULL;
    }
}

static bool page_load(struct strings *s, const struct frame *f)
{
    size_t got = 0;
    while (s->spilled[f->page] && got < PAGE_BYTES) {
        const ssize_t n = s->spill->read_at(s->spill->ctx, (int64_t)f->page * PAGE_BYTES + (int64_t)got, f->bytes + got, PAGE_BYTES - got);
        if (n <= 0) {
            s->failed = REFUSED_UNREADABLE;
            return false;
        }
        got += (size_t)n;
    }
    return true;
}

/* The page's bytes, until the next call; NULL when there is no room or the spill failed. */
static unsigned char *page_at(struct strings *s, int page, bool change)
{
    int at = s->frame_of[page];
    if (at == NO_FRAME) {
        struct frame *f = frame_free(s);
        if (!f) return NULL;
        *f = (struct frame){ .bytes = f->bytes, .page = page };
        if (!page_load(s, f)) return NULL;
        at = (int)(f - s->frames);
        s->frame_of[page] = (int16_t)at;
    }
    s->frames[at].used = true;
    s->frames[at].changed = s->frames[at].changed || change;
    return s->frames[at].bytes;
}

static int page_new(struct strings *s)
{
    if (s->pages == PAGES_MAX) {
        s->failed = REFUSED_UNPACKED;
        return -1;
    }
    s->frame_of[s->pages] = NO_FRAME;
    return s->pages++;
}

/* ---- strings ---- */

bool strings_add(struct strings *s, struct text string)
{
    const uint32_t at = s->count % PLACES_A_PAGE;
    int *places = &s->place_page[s->count / PLACES_A_PAGE];
    assert(string.len <= PAGE_BYTES && s->failed == REFUSED_NOT);
    if (s->count == LIMIT_SHEET_CELLS) {
        s->failed = REFUSED_TOO_MANY_CELLS;
        return false;
    }
    if (at == 0 && (*places = page_new(s)) < 0) return false;
    if ((s->text_page < 0 || s->text_used + string.len > PAGE_BYTES) && ((s->text_page = page_new(s)) >= 0)) s->text_used = 0;
    unsigned char *text = s->text_page < 0 ? NULL : page_at(s, s->text_page, true);
    if (!text) return false;
    if (string.len > 0) memcpy(text + s->text_used, string.ptr, string.len);
    const uint64_t place = ((uint64_t)s->text_page * PAGE_BYTES + s->text_used) << 20 | string.len;
    unsigned char *list = page_at(s, *places, true);
    if (!list) return false;
    memcpy(list + (size_t)at * PLACE_BYTES, &place, sizeof place);
    s->text_used += string.len;
    s->count++;
    return true;
}

bool strings_get(struct strings *s, uint32_t i, struct text *ret)
{
    uint64_t place;
    if (i >= s->count) return false;
    const unsigned char *list = page_at(s, s->place_page[i / PLACES_A_PAGE], false);
    if (!list) return false;
    memcpy(&place, list + (size_t)(i % PLACES_A_PAGE) * PLACE_BYTES, sizeof place);
    const uint64_t at = place >> 20;
    const unsigned char *text = page_at(s, (int)(at / PAGE_BYTES), false);
    if (!text) return false;
    *ret = (struct text){ (const char *)text + at % PAGE_BYTES, (size_t)(place & 0xfffff) };
    return true;
}

enum intake_refusal strings_failed(const struct strings *s) { return s->failed; }

struct strings *strings_create(struct arena *own, const struct intake_spill *spill)
{
    struct strings *s = ARENA_NEW(own, struct strings);
    if (!s) return NULL;
    s->own = own;
    s->spill = spill;
    s->text_page = -1;
    return s;
}
