/* See sms.h. */
#include <assert.h>
#include "core/contact/sms.h"

/* The default alphabet beside ASCII, and what of ASCII is not in it; ascending. */
static const uint16_t gsm_others[] = {
    0xA1, 0xA3, 0xA4, 0xA5, 0xA7, 0xBF, 0xC4, 0xC5, 0xC6, 0xC7, 0xC9, 0xD1, 0xD6, 0xD8, 0xDC, 0xDF, 0xE0, 0xE4, 0xE5, 0xE6, 0xE8, 0xE9, 0xEC,
    0xF1, 0xF2, 0xF6, 0xF8, 0xF9, 0xFC, 0x393, 0x394, 0x398, 0x39B, 0x39E, 0x3A0, 0x3A3, 0x3A6, 0x3A8, 0x3A9,
};

/* Septets a character takes: 0 when the alphabet has none for it, 2 for the extension table. */
static int gsm_septets(uint32_t c)
{
    if (c == '\n' || c == '\r') return 1;
    if (c == '\f' || c == '^' || c == '{' || c == '}' || c == '\\' || c == '[' || c == '~' || c == ']' || c == '|' || c == 0x20AC) return 2;
    if (c >= 0x20 && c < 0x7F) return c == '`' ? 0 : 1;
    for (size_t i = 0; i < sizeof gsm_others / sizeof gsm_others[0]; i++)
        if (gsm_others[i] == c) return 1;
    return 0;
}

static int utf16_units(uint32_t c) { return c >= 0x10000 ? 2 : 1; }

struct fill { int per_part, parts, used; };
static void fill_add(struct fill *f, int units)
{
    if (f->parts == 0 || f->used + units > f->per_part) {
        f->parts++;
        f->used = 0;
    }
    f->used += units;
}

bool sms_measure(struct text utf8, struct sms_size *ret)
{
    struct sms_size s = { .alphabet = SMS_GSM7 };
    int septets = 0, units = 0;
    size_t at = 0;

    if (utf8.len > SMS_TEXT_MAX || !text_utf8_valid(utf8)) return false;
    while (at < utf8.len) {
        const uint32_t c = utf8_take(utf8, &at);
        const int n = gsm_septets(c);
        if (n == 0) s.alphabet = SMS_UCS2;
        septets += n;
        units += utf16_units(c);
        s.characters++;
    }
    const bool gsm = s.alphabet == SMS_GSM7;
    s.units = gsm ? septets : units;
    s.per_part = gsm ? 160 : 70;
    if (s.units > s.per_part) s.per_part = gsm ? 153 : 67;
    struct fill f = { .per_part = s.per_part };
    for (at = 0; at < utf8.len;) {
        const uint32_t c = utf8_take(utf8, &at);
        fill_add(&f, gsm ? gsm_septets(c) : utf16_units(c));
    }
    if (f.parts > SMS_PARTS_MAX) return false;
    s.parts = f.parts;
    s.left = f.parts ? f.per_part - f.used : s.per_part;
    *ret = s;
    return true;
}

int64_t sms_cost_minor(int parts, int64_t per_1000_minor)
{
    assert(parts >= 0 && parts <= SMS_PARTS_MAX);
    assert(per_1000_minor >= 0);
    if (per_1000_minor > (INT64_MAX - 999) / SMS_PARTS_MAX) return INT64_MAX;
    return (parts * per_1000_minor + 999) / 1000;
}
