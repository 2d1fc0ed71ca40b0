/* Strict decoding of what a stranger may write into the request line; see target.h. */
#include "web/target.h"

static int hex(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

static bool control(unsigned char c) { return c < 0x20 || c == 0x7f; }

/* Decodes s into the arena. plus: '+' means a space. */
static bool decode(struct arena *a, struct text s, bool plus, struct text *ret)
{
    char *out = arena_take(a, s.len + 1, 1);
    size_t n = 0;
    if (!out) return false;
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        if (c == '%') {
            if (i + 2 >= s.len) return false;
            int high = hex(s.ptr[i + 1]), low = hex(s.ptr[i + 2]);
            if (high < 0 || low < 0) return false;
            c = (unsigned char)(high * 16 + low);
            i += 2;
        } else if (c == '+' && plus) {
            c = ' ';
        }
        if (control(c)) return false;
        out[n++] = (char)c;
    }
    struct text t = { out, n };
    if (!text_utf8_valid(t)) return false;
    *ret = t;
    return true;
}

bool percent_decode(struct arena *a, struct text s, size_t max, struct text *ret)
{
    struct text t;
    if (s.len > 3 * max || !decode(a, s, false, &t) || t.len > max) return false;
    *ret = t;
    return true;
}

static bool parse_path(struct arena *a, struct text path, struct target *t)
{
    if (path.len == 0 || path.ptr[0] != '/') return false;
    struct text rest = { path.ptr + 1, path.len - 1 };
    while (rest.len > 0) {
        struct text segment = text_cut(rest, '/', &rest), *decoded;
        if (segment.len == 0 || t->segment_count == TARGET_SEGMENTS_MAX) return false;
        decoded = &t->segments[t->segment_count++];
        if (!decode(a, segment, false, decoded) || text_is(*decoded, ".") || text_is(*decoded, "..")) return false;
    }
    return true;
}

static bool parse_query(struct arena *a, struct text query, struct target *t)
{
    struct text rest = query;
    while (rest.len > 0) {
        struct text value, name = text_cut(text_cut(rest, '&', &rest), '=', &value);
        struct target_arg *arg = &t->args[t->arg_count];
        if (name.len == 0 && value.len == 0) continue; /* "a=1&&b=2" */
        if (t->arg_count == TARGET_ARGS_MAX) return false;
        if (!decode(a, name, true, &arg->name) || !decode(a, value, true, &arg->value)) return false;
        for (int i = 0; i < t->arg_count; i++)
            if (text_eq(t->args[i].name, arg->name)) return false;
        t->arg_count++;
    }
    return true;
}

bool target_parse(struct arena *a, struct text raw, struct target *ret)
{
    struct target t = { .segment_count = 0 };
    struct text path, query;
    for (size_t i = 0; i < raw.len; i++) {
        unsigned char c = (unsigned char)raw.ptr[i];
        if (c <= 0x20 || c == 0x7f || c == '#' || c == '\\') return false;
    }
    path = text_cut(raw, '?', &query);
    if (!parse_path(a, path, &t) || !parse_query(a, query, &t)) return false;
    *ret = t;
    return true;
}

struct text target_arg(const struct target *t, const char *name)
{
    for (int i = 0; i < t->arg_count; i++)
        if (text_is(t->args[i].name, name)) return t->args[i].value;
    return TEXT_NONE;
}

struct text cookie_find(struct text header, const char *name)
{
    struct text rest = header, found = TEXT_NONE;
    while (rest.len > 0) {
        struct text value, pair = text_trim(text_cut(rest, ';', &rest)), key = text_cut(pair, '=', &value);
        if (!text_is(key, name)) continue;
        if (found.ptr) return TEXT_NONE;
        found = value.ptr ? value : (struct text){ "", 0 };
    }
    return found;
}

bool json_depth_ok(struct text json, int max)
{
    int depth = 0;
    bool in_string = false;
    for (size_t i = 0; i < json.len; i++) {
        char c = json.ptr[i];
        if (in_string) {
            if (c == '\\') i++;
            else if (c == '"') in_string = false;
        } else if (c == '"') {
            in_string = true;
        } else if (c == '[' || c == '{') {
            if (++depth > max) return false;
        } else if (c == ']' || c == '}') {
            depth--;
        }
    }
    return true;
}
