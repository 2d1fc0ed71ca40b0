/* See mail.h. Everything that comes from outside has been checked for control characters before (channel.c), so no header can end early. */
#include "channel/mail.h"
#include <sodium.h>

enum { WORD_BYTES = 42 /* of text in an encoded word: 56 in base64, with its frame 68 of the 75 allowed */, LINE_BYTES = 57 /* 76 in base64 */,
       PLAIN_LINE_MAX = 990 /* of 998 */ };

/* ---- addresses ---- */

static bool is_alnum(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

/* Parts of `ok` characters divided by single dots. */
static bool dotted_ok(struct text t, const char *others)
{
    for (size_t i = 0; i < t.len; i++) {
        const bool dot = t.ptr[i] == '.';
        if (dot ? i == 0 || i + 1 == t.len || t.ptr[i + 1] == '.' : !is_alnum(t.ptr[i]) && (t.ptr[i] == '\0' || !strchr(others, t.ptr[i]))) return false;
    }
    return t.len > 0;
}

bool mail_address_ok(struct text address)
{
    struct text domain;
    const struct text local = text_cut(address, '@', &domain);
    return address.len <= CHANNEL_TO_MAX && local.len <= 64 && dotted_ok(local, "!#$%&'*+-/=?^_`{|}~") && dotted_ok(domain, "-") && domain.ptr[0] != '-';
}

struct text mail_domain(struct text address)
{
    struct text domain;
    (void)text_cut(address, '@', &domain);
    return domain;
}

/* ---- encoding ---- */

static bool is_ascii(struct text t)
{
    for (size_t i = 0; i < t.len; i++)
        if ((unsigned char)t.ptr[i] > 0x7e) return false;
    return true;
}

static struct text base64(struct arena *a, struct text t)
{
    const size_t size = sodium_base64_encoded_len(t.len, sodium_base64_VARIANT_ORIGINAL);
    char *to = ARENA_ARRAY(a, char, size);
    if (!to) return TEXT_NONE;
    sodium_bin2base64(to, size, (const unsigned char *)t.ptr, t.len, sodium_base64_VARIANT_ORIGINAL);
    return text_from_cstr(to);
}

/* Encoded words, each a whole number of characters, folded. Plain text of one line stays as it is; what would look like an encoded word does not. */
static struct text header_text(struct arena *a, struct text t)
{
    struct text all = TEXT("");
    if (is_ascii(t) && t.len <= PLAIN_LINE_MAX - 20 && !text_contains(t, TEXT("=?"))) return t;
    while (t.len > 0 && !a->failed) {
        const struct text part = text_clip_utf8(t, WORD_BYTES), code = base64(a, part);
        all = arena_printf(a, "%.*s%s=?UTF-8?B?%.*s?=", (int)all.len, all.ptr, all.len ? "\r\n " : "", (int)code.len, code.ptr ? code.ptr : "");
        t = (struct text){ t.ptr + part.len, t.len - part.len };
    }
    return all;
}

/* A name before an address: quoted (RFC 5322 3.2.4) when it is ASCII. */
static struct text header_name(struct arena *a, struct text name)
{
    char quoted[2 * sizeof((struct channel_settings *)0)->from_name + 2];
    size_t n = 0;
    if (!is_ascii(name)) return header_text(a, name);
    quoted[n++] = '"';
    for (size_t i = 0; i < name.len; i++) {
        if (name.ptr[i] == '"' || name.ptr[i] == '\\') quoted[n++] = '\\';
        quoted[n++] = name.ptr[i];
    }
    quoted[n++] = '"';
    return arena_text(a, (struct text){ quoted, n });
}

/* ---- the text ---- */

static bool lines_are_plain(struct text t)
{
    struct text rest = t;
    while (rest.len > 0)
        if (text_cut(rest, '\n', &rest).len > PLAIN_LINE_MAX) return false;
    return is_ascii(t);
}

static struct text with_crlf(struct arena *a, struct text t)
{
    char *to = ARENA_ARRAY(a, char, 2 * t.len + 2);
    size_t n = 0;
    if (!to) return TEXT_NONE;
    for (size_t i = 0; i < t.len; i++) {
        if (t.ptr[i] == '\n') to[n++] = '\r';
        to[n++] = t.ptr[i];
    }
    if (n < 2 || to[n - 1] != '\n') {
        to[n++] = '\r';
        to[n++] = '\n';
    }
    return (struct text){ to, n };
}

static struct text in_base64(struct arena *a, struct text t)
{
    const size_t lines = t.len / LINE_BYTES + 1, width = sodium_base64_ENCODED_LEN(LINE_BYTES, sodium_base64_VARIANT_ORIGINAL) + 2;
    char *to = ARENA_ARRAY(a, char, lines * width);
    size_t n = 0;
    for (size_t i = 0; to && i < t.len; i += LINE_BYTES) {
        const size_t part = t.len - i < LINE_BYTES ? t.len - i : LINE_BYTES;
        sodium_bin2base64(to + n, width, (const unsigned char *)t.ptr + i, part, sodium_base64_VARIANT_ORIGINAL);
        n += strlen(to + n);
        to[n++] = '\r';
        to[n++] = '\n';
    }
    return (struct text){ to, n };
}

/* ---- the whole ---- */

static struct text date_of(struct arena *a, int64_t now_ms)
{
    static const char days[7][4] = { "Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed" }; /* 1970-01-01 was a Thursday */
    static const char months[12][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
    const int64_t day = now_ms / MS_PER_DAY, s = now_ms / MS_PER_S % 86400;
    int year, month, of_month;
    civil_from_days(day, &year, &month, &of_month);
    return arena_printf(a, "%s, %02d %s %04d %02d:%02d:%02d +0000", days[day % 7], of_month, months[month - 1], year, (int)(s / 3600), (int)(s / 60 % 60), (int)(s % 60));
}

#define ARG(t) (int)(t).len, (t).ptr ? (t).ptr : ""

struct text mail_write(struct arena *a, const struct channel_settings *settings, const struct channel_message *m, int64_t now_ms)
{
    const struct text from = text_from_cstr(settings->from), name = text_from_cstr(settings->from_name), domain = mail_domain(from);
    const struct text date = date_of(a, now_ms), subject = header_text(a, m->subject), shown = name.len ? header_name(a, name) : TEXT_NONE;
    const struct text crlf = with_crlf(a, m->body), url = m->unsubscribe_url;
    const bool plain = lines_are_plain(m->body);
    const struct text body = plain ? crlf : in_base64(a, crlf);
    const struct text list = url.len ? arena_printf(a, "List-Unsubscribe: <%.*s>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n", ARG(url)) : TEXT_NONE;
    const struct text all = arena_printf(a,
        "Date: %.*s\r\nMessage-ID: <%.*s@%.*s>\r\nFrom: %.*s%s<%.*s>\r\nTo: <%.*s>\r\nSubject: %.*s\r\n%.*sAuto-Submitted: auto-generated\r\n"
        "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=%s\r\nContent-Transfer-Encoding: %s\r\n\r\n%.*s",
        ARG(date), ARG(m->id), ARG(domain), ARG(shown), shown.len ? " " : "", ARG(from), ARG(m->to), ARG(subject), ARG(list), plain ? "us-ascii" : "utf-8",
        plain ? "7bit" : "base64", ARG(body));
    return a->failed ? TEXT_NONE : all;
}
