/* See items.h. An item begins where its number stands, 1, 2, 3 in turn, so that "【2023】" in a title begins none; its parts are looked
 * for by name, so that a title may hold brackets, and a part's value reaches to the last closing bracket before the next. */
#include "base/limits.h"
#include "intake/items.h"
#include "intake/profile.h"

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static struct text from(struct text s, size_t at) { return (struct text){ s.ptr + at, s.len - at }; }

/* Where item `number` begins at or behind `at`; SIZE_MAX when it does not. *ret_title: behind its start. */
static size_t find_start(const struct items_rule *r, struct text cell, size_t at, int number, size_t *ret_title)
{
    for (; at + r->before_no.len < cell.len; at++) {
        if (!text_starts_with(from(cell, at), r->before_no)) continue;
        size_t i = at + r->before_no.len;
        int64_t v = 0;
        while (i < cell.len && is_digit(cell.ptr[i]) && v < 100000) v = v * 10 + (cell.ptr[i++] - '0');
        if (v != number || !text_starts_with(from(cell, i), r->behind_no)) continue;
        *ret_title = i + r->behind_no.len;
        return at;
    }
    return SIZE_MAX;
}

/* The part that opens at the beginning of s: its place in the rule, or -1. *ret_value: where its value begins. */
static int part_at(const struct items_rule *r, struct text s, size_t *ret_value)
{
    if (!text_starts_with(s, r->open)) return -1;
    const struct text inner = from(s, r->open.len);
    size_t colon = 0;
    bool wide = false;
    for (; colon < inner.len && colon < 128; colon++) {
        wide = text_starts_with(from(inner, colon), TEXT("："));
        if (wide || inner.ptr[colon] == ':') break;
    }
    if (colon >= inner.len || colon == 128) return -1;
    char folded[160];
    const struct text name = word_fold((struct text){ inner.ptr, colon }, folded, sizeof folded);
    for (int i = 0; i < r->part_count; i++) {
        if (!text_eq(r->parts[i].name, name)) continue;
        *ret_value = r->open.len + colon + (wide ? 3 : 1);
        return i;
    }
    return -1;
}

/* "2 piece" -> "2". */
static struct text leading_digits(struct text s)
{
    size_t n = 0;
    while (n < s.len && is_digit(s.ptr[n])) n++;
    return n > 0 ? (struct text){ s.ptr, n } : s;
}

static void put_part(const struct items_rule *r, int part, struct text value, struct item *ret)
{
    const enum field f = r->parts[part].field;
    for (size_t i = value.len; i >= r->close.len && i > 0; i--) { /* up to the last closing bracket */
        if (!text_starts_with(from(value, i - r->close.len), r->close)) continue;
        value.len = i - r->close.len;
        break;
    }
    value = text_trim(value);
    if (f != FIELD_NONE && ret->of[f].len == 0) ret->of[f] = f == FIELD_LINE_PIECES ? leading_digits(value) : value;
}

static void read_item(const struct items_rule *r, struct text s, struct item *ret)
{
    size_t title = s.len, value = 0, held = 0;
    int part = -1;
    for (size_t i = 0; i < s.len; i++) {
        const int next = part_at(r, from(s, i), &value);
        if (next < 0) continue;
        if (part < 0) title = i;
        else put_part(r, part, (struct text){ s.ptr + held, i - held }, ret);
        part = next;
        held = i + value;
    }
    if (part >= 0) put_part(r, part, from(s, held), ret);
    ret->of[FIELD_TITLE] = text_trim((struct text){ s.ptr, title });
}

bool items_split(struct arena *a, const struct items_rule *rule, struct text cell, struct item **ret, int *ret_count)
{
    size_t title = 0, next_title = 0;
    int count = 0;
    for (size_t at = 0; count <= LIMIT_LINES_PER_ORDER && (at = find_start(rule, cell, at, count + 1, &title)) != SIZE_MAX; at = title) count++;
    if (count > LIMIT_LINES_PER_ORDER) count = LIMIT_LINES_PER_ORDER;
    *ret_count = count > 0 ? count : 1;
    *ret = ARENA_ARRAY(a, struct item, (size_t)*ret_count);
    if (!*ret) return false;
    if (count == 0) {
        read_item(rule, cell, &(*ret)[0]);
        return true;
    }
    (void)find_start(rule, cell, 0, 1, &title);
    for (int i = 0; i < count; i++) {
        const size_t next = i + 1 < count ? find_start(rule, cell, title, i + 2, &next_title) : cell.len;
        read_item(rule, (struct text){ cell.ptr + title, next - title }, &(*ret)[i]);
        title = next_title;
    }
    return true;
}
