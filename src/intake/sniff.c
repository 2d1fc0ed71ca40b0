/* File kinds by magic bytes, byte order marks, and the stream of bytes behind them. */
#include "intake/sniff.h"
#include "intake/decode.h"
#include <strings.h>

static const struct magic { struct text bytes; enum sniffed kind; } magics[] = {
    { { "\x89PNG\r\n\x1a\n", 8 }, SNIFFED_PNG }, { { "\xff\xd8\xff", 3 }, SNIFFED_JPEG }, { { "GIF8", 4 }, SNIFFED_GIF },
    { { "%PDF-", 5 }, SNIFFED_PDF }, { { "\x1f\x8b", 2 }, SNIFFED_GZIP }, { { "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8 }, SNIFFED_OLE },
    { { "PK\x03\x04", 4 }, SNIFFED_ZIP }, { { "PK\x05\x06", 4 }, SNIFFED_ZIP },
};

static enum sniffed markup_kind(struct text head)
{
    if (text_contains(head, TEXT("urn:schemas-microsoft-com:office:spreadsheet"))) return SNIFFED_XML;
    for (size_t i = 0; i + 6 <= head.len; i++)
        if (head.ptr[i] == '<' && strncasecmp(head.ptr + i, "<table", 6) == 0) return SNIFFED_HTML_TABLE;
    return SNIFFED_HTML;
}

static bool looks_like_html(struct text head)
{
    struct text s = text_trim(head);
    static const char *const starts[] = { "<html", "<!doctype", "<table", "<?xml", "<meta", "<style", "<head" };
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++)
        if (s.len >= strlen(starts[i]) && strncasecmp(s.ptr, starts[i], strlen(starts[i])) == 0) return true;
    return false;
}

/* A document, not a table whose first name stands in brackets. */
static bool looks_like_json(struct text head)
{
    struct text s = text_trim(head);
    if (s.len < 2 || (s.ptr[0] != '{' && s.ptr[0] != '[')) return false;
    const bool list = s.ptr[0] == '[';
    s = text_trim((struct text){ s.ptr + 1, s.len - 1 });
    return s.len > 0 && (list ? s.ptr[0] == '{' || s.ptr[0] == ']' : s.ptr[0] == '"' || s.ptr[0] == '}');
}

enum sniffed sniff(struct text head, enum intake_encoding *ret_encoding, size_t *ret_skip)
{
    *ret_encoding = ENCODING_UTF8;
    *ret_skip = 0;
    if (head.len == 0) return SNIFFED_EMPTY;
    for (size_t i = 0; i < sizeof magics / sizeof magics[0]; i++) {
        if (!text_starts_with(head, magics[i].bytes)) continue;
        if (magics[i].kind != SNIFFED_ZIP) return magics[i].kind;
        return text_contains(head, TEXT("xl/")) || text_contains(head, TEXT("[Content_Types].xml")) ? SNIFFED_XLSX : SNIFFED_ZIP;
    }
    if (text_starts_with(head, TEXT("\xef\xbb\xbf"))) {
        *ret_encoding = ENCODING_UTF8_BOM;
        *ret_skip = 3;
    } else if (text_starts_with(head, TEXT("\xff\xfe"))) {
        *ret_encoding = ENCODING_UTF16LE;
        *ret_skip = 2;
    } else if (text_starts_with(head, TEXT("\xfe\xff"))) {
        *ret_encoding = ENCODING_UTF16BE;
        *ret_skip = 2;
    }
    if (*ret_skip == head.len) return SNIFFED_EMPTY;
    if (*ret_skip == 2) return SNIFFED_TEXT;
    size_t nul = 0;
    for (size_t i = 0; i < head.len; i++) nul += head.ptr[i] == '\0';
    if (nul * 64 > head.len) return SNIFFED_BINARY; /* a stray NUL spoils its row, many say that this is no text */
    const struct text text = { head.ptr + *ret_skip, head.len - *ret_skip };
    return looks_like_html(text) ? markup_kind(text) : looks_like_json(text) ? SNIFFED_JSON : SNIFFED_TEXT;
}

/* UTF-8 made from UTF-16 that nobody has asked for yet. */
struct utf16_feed { struct utf16_state state; size_t at, len; char text[3 * 4096 + 16]; };

bool input_open(struct input *in, struct arena *a, const struct intake_source *source)
{
    *in = (struct input){ .source = source };
    in->head = arena_take(a, 1, SNIFF_BYTES);
    if (!in->head) return false;
    if (!source->rewind(source->ctx)) {
        in->failed = in->at_end = true;
        return true;
    }
    while (in->head_len < SNIFF_BYTES && !in->at_end) {
        ssize_t n = source->read(source->ctx, in->head + in->head_len, SNIFF_BYTES - in->head_len);
        if (n < 0) in->failed = true;
        if (n <= 0) in->at_end = true;
        else in->head_len += (size_t)n;
    }
    in->bytes = (int64_t)in->head_len;
    in->sniffed = sniff((struct text){ (const char *)in->head, in->head_len }, &in->encoding, &in->head_at);
    if (in->encoding == ENCODING_UTF16LE || in->encoding == ENCODING_UTF16BE) {
        in->utf16 = ARENA_NEW(a, struct utf16_feed);
        if (!in->utf16) return false;
        in->utf16->state = (struct utf16_state){ .big_endian = in->encoding == ENCODING_UTF16BE, .half = -1 };
    }
    return true;
}

static ssize_t raw_read(struct input *in, void *buf, size_t cap)
{
    if (in->head_at < in->head_len) {
        size_t n = in->head_len - in->head_at < cap ? in->head_len - in->head_at : cap;
        memcpy(buf, in->head + in->head_at, n);
        in->head_at += n;
        return (ssize_t)n;
    }
    if (in->failed) return -1;
    if (in->at_end) return 0;
    ssize_t n = in->source->read(in->source->ctx, buf, cap);
    if (n < 0) in->failed = true;
    if (n <= 0) in->at_end = true;
    else in->bytes += n;
    return n;
}

ssize_t input_read(void *input, void *buf, size_t cap)
{
    struct input *in = input;
    struct utf16_feed *u = in->utf16;
    if (!u) return raw_read(in, buf, cap);
    while (u->at == u->len) {
        char units[4096];
        ssize_t n = raw_read(in, units, sizeof units);
        if (n < 0) return -1;
        u->at = 0;
        u->len = n > 0 ? utf16_to_utf8(&u->state, (struct text){ units, (size_t)n }, u->text) : utf16_end(&u->state, u->text);
        if (n == 0 && u->len == 0) return 0;
    }
    size_t n = u->len - u->at < cap ? u->len - u->at : cap;
    memcpy(buf, u->text + u->at, n);
    u->at += n;
    return (ssize_t)n;
}
