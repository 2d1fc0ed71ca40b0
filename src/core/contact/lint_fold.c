/* Folds a text to what a reader takes it for: full-width forms, letters in circles and of mathematics, case. */
#include <assert.h>
#include "core/contact/lint_parts.h"

enum { DROPPED = 0 };

/* The letter that a decorated one stands for; 0: it is none. */
static uint32_t plain_letter(uint32_t c)
{
    if (c >= 0x24B6 && c <= 0x24CF) return 'a' + (c - 0x24B6);
    if (c >= 0x24D0 && c <= 0x24E9) return 'a' + (c - 0x24D0);
    if (c >= 0x249C && c <= 0x24B5) return 'a' + (c - 0x249C);
    if (c >= 0x1D400 && c <= 0x1D6A3) return 'a' + (c - 0x1D400) % 26;
    if (c >= 0x1D7CE && c <= 0x1D7FF) return '0' + (c - 0x1D7CE) % 10;
    if (c >= 0x1F130 && c <= 0x1F149) return 'a' + (c - 0x1F130);
    if (c >= 0x1F150 && c <= 0x1F169) return 'a' + (c - 0x1F150);
    if (c >= 0x1F170 && c <= 0x1F189) return 'a' + (c - 0x1F170);
    return 0;
}

static bool invisible(uint32_t c)
{
    return c == 0x200B || c == 0x200C || c == 0x200D || c == 0x2060 || c == 0xFEFF || c == 0xAD || c == 0x180E;
}

static bool is_word(uint32_t c)
{
    return (c < 0x80 && (ascii_letter((char)c) || ascii_digit((char)c))) || (c >= 0x3400 && c <= 0x9FFF) || (c >= 0xC0 && c <= 0x24F);
}

static uint32_t fold(uint32_t c)
{
    const uint32_t plain = plain_letter(c);
    if (plain) return plain;
    if (invisible(c) || c == 0xFE0F || c == 0xFE0E) return DROPPED;
    if (c == 0x3000 || c == 0xA0) return ' ';
    if (c >= 0xFF01 && c <= 0xFF5E) c -= 0xFEE0;
    if (c >= 'A' && c <= 'Z') c += 'a' - 'A';
    return c;
}

static bool folded_init(struct arena *a, size_t capacity, struct lint_folded *ret)
{
    assert(capacity <= UINT16_MAX);
    *ret = (struct lint_folded){ .text = { arena_take(a, capacity + 4, 1), 0 }, .from = ARENA_ARRAY(a, uint16_t, capacity + 4),
                                 .to = ARENA_ARRAY(a, uint16_t, capacity + 4) };
    return ret->text.ptr && ret->from && ret->to;
}

static void folded_put(struct lint_folded *f, uint32_t c, size_t from, size_t to)
{
    const size_t n = utf8_put((char *)f->text.ptr + f->text.len, c);
    for (size_t i = 0; i < n; i++) {
        f->from[f->text.len + i] = (uint16_t)from;
        f->to[f->text.len + i] = (uint16_t)to;
    }
    f->text.len += n;
}

bool lint_fold(struct arena *a, struct text s, lint_place *odd, void *ctx, struct lint_folded *ret)
{
    uint32_t before = ' ';
    size_t at = 0;

    if (!folded_init(a, s.len, ret)) return false;
    while (at < s.len) {
        const size_t from = at;
        const uint32_t c = utf8_take(s, &at), plain = fold(c);
        if (odd && plain_letter(c)) odd(ctx, from, at);
        if (odd && invisible(c) && is_word(before) && at < s.len) {
            size_t next = at;
            if (is_word(utf8_take(s, &next))) odd(ctx, from, at);
        }
        if (plain != DROPPED) folded_put(ret, plain, from, at);
        before = c;
    }
    return true;
}

/* What people put between the characters of a word that a filter looks for; a mark that ends a clause is none of it. */
static bool separator(uint32_t c)
{
    static const char ascii[] = " .*-_~|/\\`^'\"+=#&";
    for (const char *p = ascii; *p; p++)
        if ((uint32_t)(unsigned char)*p == c) return true;
    return c == 0xB7 || c == 0x2022 || c == 0x30FB || c == 0x2014 || c == 0x2026 || (c >= 0x2190 && c <= 0x27BF) || (c >= 0x1F300 && c <= 0x1FAFF);
}

bool lint_squeeze(struct arena *a, const struct lint_folded *f, struct lint_folded *ret, bool **ret_gap_before)
{
    bool gap = false;
    size_t at = 0;

    *ret_gap_before = ARENA_ARRAY(a, bool, f->text.len + 4);
    if (!*ret_gap_before || !folded_init(a, f->text.len, ret)) return false;
    while (at < f->text.len) {
        const size_t from = at;
        const uint32_t c = utf8_take(f->text, &at);
        if (separator(c)) {
            gap = true;
            continue;
        }
        (*ret_gap_before)[ret->text.len] = gap;
        folded_put(ret, c, f->from[from], f->to[from]);
        gap = false;
    }
    return true;
}
