/* Telephone numbers, e-mail addresses and links in a folded text. */
#include "core/contact/lint_parts.h"

static void tell(const struct lint_folded *f, size_t from, size_t to, lint_place *each, void *ctx) { each(ctx, f->from[from], f->to[to - 1]); }

static bool word_char(char c) { return ascii_letter(c) || ascii_digit(c); }
static char at(const struct lint_folded *f, size_t i) { return i < f->text.len ? f->text.ptr[i] : ' '; }

/* ---- telephone numbers ---- */

struct number { size_t from, to; char digits[24]; int n; bool plus; };

/* The run of digits that begins at i: single blanks, points and dashes may stand between them. */
static struct number number_at(const struct lint_folded *f, size_t i)
{
    struct number r = { .from = i, .plus = at(f, i) == '+' };
    if (r.plus) i++;
    while (ascii_digit(at(f, i)) || (r.n > 0 && (at(f, i) == '-' || at(f, i) == ' ' || at(f, i) == '.') && ascii_digit(at(f, i + 1)))) {
        if (ascii_digit(at(f, i)) && r.n++ < (int)sizeof r.digits) r.digits[r.n - 1] = at(f, i);
        i++;
    }
    r.to = i;
    return r;
}

static bool is_phone(const struct number *r)
{
    if (r->plus) return r->n >= 8 && r->n <= 15;
    if (r->n == 11 && r->digits[0] == '1' && r->digits[1] >= '3') return true;
    return r->n == 10 && (memcmp(r->digits, "400", 3) == 0 || memcmp(r->digits, "800", 3) == 0);
}

void lint_phones(const struct lint_folded *f, lint_place *each, void *ctx)
{
    for (size_t i = 0; i < f->text.len;) {
        const bool begins = ascii_digit(at(f, i)) || (at(f, i) == '+' && ascii_digit(at(f, i + 1)));
        if (!begins || (i > 0 && word_char(at(f, i - 1)))) {
            i++;
            continue;
        }
        const struct number r = number_at(f, i);
        if (is_phone(&r) && !ascii_letter(at(f, r.to))) tell(f, r.from, r.to, each, ctx);
        i = r.to;
    }
}

/* ---- hosts ---- */

static bool host_char(char c) { return word_char(c) || c == '-' || c == '.'; }

/* The end of the host that begins at i, without a point at its end. */
static size_t host_end(const struct lint_folded *f, size_t i)
{
    while (host_char(at(f, i))) i++;
    while (i > 0 && at(f, i - 1) == '.') i--;
    return i;
}

static bool known_ending(struct text host)
{
    static const char *const endings[] = { "com", "cn", "net", "org", "shop", "store", "top", "xyz", "cc", "me", "io", "co", "vip", "link", "ly", "tv", "app", "info", "biz",
                                           "site", "online", "club", "uk", "de", "fr", "br", "ru", "jp", "hk", "tw", "us", "eu" };
    size_t dot = host.len;
    while (dot > 0 && host.ptr[dot - 1] != '.') dot--;
    if (dot < 2) return false; /* no point, or nothing before it */
    const struct text last = { host.ptr + dot, host.len - dot };
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++)
        if (text_is(last, endings[i])) return true;
    return false;
}

void lint_addresses(const struct lint_folded *f, lint_place *each, void *ctx)
{
    for (size_t i = 1; i < f->text.len; i++) {
        if (at(f, i) != '@' || !word_char(at(f, i - 1))) continue;
        const size_t to = host_end(f, i + 1);
        if (to <= i + 1 || !known_ending((struct text){ f->text.ptr + i + 1, to - i - 1 })) continue;
        size_t from = i;
        while (from > 0 && (host_char(at(f, from - 1)) || at(f, from - 1) == '_' || at(f, from - 1) == '+')) from--;
        tell(f, from, to, each, ctx);
    }
}

/* Does the host, in small letters, end as the shop wrote its own: in letters of either case? */
static bool ends_as(struct text host, struct text own)
{
    if (host.len < own.len) return false;
    for (size_t i = 0; i < own.len; i++) {
        const char c = own.ptr[i];
        if (host.ptr[host.len - own.len + i] != (char)(c >= 'A' && c <= 'Z' ? c + 32 : c)) return false;
    }
    return true;
}

static bool own_host(struct text host, struct text hosts)
{
    while (!text_empty(hosts)) {
        const struct text own = text_trim(text_cut(hosts, '|', &hosts));
        if (text_empty(own) || !ends_as(host, own)) continue;
        if (host.len == own.len || host.ptr[host.len - own.len - 1] == '.') return true;
    }
    return false;
}

void lint_links(const struct lint_folded *f, struct text own_hosts, lint_place *each, void *ctx)
{
    for (size_t i = 0; i < f->text.len;) {
        const struct text rest = { f->text.ptr + i, f->text.len - i };
        const bool http = text_starts_with(rest, TEXT("http://")), https = text_starts_with(rest, TEXT("https://"));
        const size_t from = i + (https ? 8 : http ? 7 : 0);
        const bool begins = word_char(at(f, i)) && (i == 0 || (!host_char(at(f, i - 1)) && at(f, i - 1) != '@'));
        if (!begins) {
            i++;
            continue;
        }
        const size_t to = host_end(f, from);
        const struct text host = { f->text.ptr + from, to > from ? to - from : 0 };
        if (host.len == 0) {
            i = from + 1;
            continue;
        }
        if ((http || https || known_ending(host)) && at(f, to) != '@' && !own_host(host, own_hosts)) tell(f, i, to, each, ctx);
        i = to;
    }
}
