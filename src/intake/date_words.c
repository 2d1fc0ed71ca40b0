/* See date_words.h. The parts of a date are told apart by what they are: one is a word, of the two numbers the last is the year. */
#include "intake/date_words.h"

/* A month by the letters that its name begins with; the longer before the shorter. "mar" is March in all five. */
static const struct { const char *begins; int month; } months[] = {
    { "january", 1 }, { "janvier", 1 }, { "januar", 1 }, { "gennaio", 1 }, { "enero", 1 }, { "janv", 1 }, { "jan", 1 }, { "jän", 1 }, { "gen", 1 }, { "ene", 1 },
    { "february", 2 }, { "février", 2 }, { "februar", 2 }, { "febbraio", 2 }, { "febrero", 2 }, { "févr", 2 }, { "fevr", 2 }, { "fév", 2 }, { "feb", 2 },
    { "march", 3 }, { "mars", 3 }, { "märz", 3 }, { "marzo", 3 }, { "mrz", 3 }, { "mär", 3 }, { "mar", 3 },
    { "april", 4 }, { "avril", 4 }, { "abril", 4 }, { "aprile", 4 }, { "apr", 4 }, { "avr", 4 }, { "abr", 4 },
    { "may", 5 }, { "mai", 5 }, { "mayo", 5 }, { "maggio", 5 }, { "mag", 5 },
    { "june", 6 }, { "juin", 6 }, { "juni", 6 }, { "junio", 6 }, { "giugno", 6 }, { "jun", 6 }, { "giu", 6 },
    { "july", 7 }, { "juillet", 7 }, { "juli", 7 }, { "julio", 7 }, { "luglio", 7 }, { "juil", 7 }, { "jul", 7 }, { "lug", 7 },
    { "august", 8 }, { "août", 8 }, { "agosto", 8 }, { "aout", 8 }, { "aug", 8 }, { "ago", 8 },
    { "september", 9 }, { "septembre", 9 }, { "septiembre", 9 }, { "settembre", 9 }, { "sept", 9 }, { "sep", 9 }, { "set", 9 },
    { "october", 10 }, { "octobre", 10 }, { "oktober", 10 }, { "octubre", 10 }, { "ottobre", 10 }, { "oct", 10 }, { "okt", 10 }, { "ott", 10 },
    { "november", 11 }, { "novembre", 11 }, { "noviembre", 11 }, { "nov", 11 },
    { "december", 12 }, { "décembre", 12 }, { "dezember", 12 }, { "diciembre", 12 }, { "dicembre", 12 }, { "déc", 12 }, { "dec", 12 }, { "dez", 12 }, { "dic", 12 },
};

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_between(char c) { return c == '-' || c == '/' || c == '.' || c == ' ' || c == ','; }

static int month_of(struct text word)
{
    char small[24];
    if (word.len >= sizeof small) return 0;
    for (size_t i = 0; i < word.len; i++) small[i] = word.ptr[i] >= 'A' && word.ptr[i] <= 'Z' ? (char)(word.ptr[i] + 32) : word.ptr[i];
    for (size_t i = 0; i < sizeof months / sizeof months[0]; i++)
        if (text_is((struct text){ small, word.len }, months[i].begins)) return months[i].month;
    return 0;
}

/* The next part: digits, or a word; what stands between parts is passed over. */
static struct text take_part(struct text *s, bool *ret_number)
{
    while (s->len > 0 && is_between(s->ptr[0])) *s = (struct text){ s->ptr + 1, s->len - 1 };
    size_t n = 0;
    *ret_number = s->len > 0 && is_digit(s->ptr[0]);
    while (n < s->len && !is_between(s->ptr[n]) && is_digit(s->ptr[n]) == *ret_number) n++;
    const struct text part = { s->ptr, n };
    *s = (struct text){ s->ptr + n, s->len - n };
    return part;
}

static bool take_two(struct text *s, int *ret)
{
    size_t n = 0;
    *ret = 0;
    while (n < 2 && n < s->len && is_digit(s->ptr[n])) *ret = *ret * 10 + (s->ptr[n++] - '0');
    *s = (struct text){ s->ptr + n, s->len - n };
    return n > 0;
}

/* " 10:20" or " 10:20:30", or nothing. */
static bool take_clock(struct text s, struct civil *c)
{
    s = text_trim(s);
    if (s.len == 0) return true;
    if (!take_two(&s, &c->hour) || s.len == 0 || s.ptr[0] != ':') return false;
    s = (struct text){ s.ptr + 1, s.len - 1 };
    if (!take_two(&s, &c->minute)) return false;
    if (s.len == 0) return true;
    if (s.ptr[0] != ':') return false;
    s = (struct text){ s.ptr + 1, s.len - 1 };
    return take_two(&s, &c->second) && s.len == 0;
}

bool date_words_parse(struct text s, struct civil *ret)
{
    struct civil c = { 0 };
    int numbers[2], lengths[2], count = 0;
    for (int part = 0; part < 3; part++) {
        bool number;
        const struct text p = take_part(&s, &number);
        int64_t v;
        if (!number) {
            if (c.month > 0 || (c.month = month_of(p)) == 0) return false;
            continue;
        }
        if (count == 2 || p.len > 4 || !text_to_i64(p, &v)) return false;
        numbers[count] = (int)v;
        lengths[count++] = (int)p.len;
    }
    const int year = count == 2 && lengths[0] == 4 ? 0 : 1; /* "2026-Sep-18" */
    if (c.month == 0 || count < 2 || lengths[1 - year] > 2 || (lengths[year] != 2 && lengths[year] != 4)) return false;
    c.day = numbers[1 - year];
    c.year = lengths[year] == 2 ? 2000 + numbers[year] : numbers[year];
    if (s.len > 0 && s.ptr[0] != ' ' && s.ptr[0] != ',' && s.ptr[0] != '.') return false;
    if (s.len > 0 && s.ptr[0] != ' ') s = (struct text){ s.ptr + 1, s.len - 1 };
    if (!take_clock(s, &c) || !civil_valid(&c)) return false;
    *ret = c;
    return true;
}
