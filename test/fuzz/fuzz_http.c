/* Anything as a request target, cookie header, file name and JSON body. The first byte chooses; what must hold:
 * what is decoded is clean text that encodes back to itself, the table of routes takes it, and the depth check keeps its word. */
#include <jansson.h>
#include <string.h>
#include "base/limits.h"
#include "fuzz.h"
#include "web/routes.h"
#include "web/target.h"

static char block[1 << 18];

static void clean(struct text t)
{
    FUZZ_CHECK(text_utf8_valid(t));
    for (size_t i = 0; i < t.len; i++) FUZZ_CHECK((unsigned char)t.ptr[i] >= 0x20 && t.ptr[i] != 0x7f);
}

static size_t encode(char *out, struct text t)
{
    static const char digits[] = "0123456789ABCDEF";
    size_t n = 0;
    for (size_t i = 0; i < t.len; i++) {
        out[n++] = '%';
        out[n++] = digits[(unsigned char)t.ptr[i] >> 4];
        out[n++] = digits[(unsigned char)t.ptr[i] & 15];
    }
    return n;
}

/* Every part percent-encoded in full. */
static struct text rebuild(const struct target *t)
{
    static char out[1 << 16];
    size_t n = 0;
    out[n++] = '/';
    for (int i = 0; i < t->segment_count; i++) {
        if (i) out[n++] = '/';
        n += encode(out + n, t->segments[i]);
    }
    for (int i = 0; i < t->arg_count; i++) {
        out[n++] = i ? '&' : '?';
        n += encode(out + n, t->args[i].name);
        out[n++] = '=';
        n += encode(out + n, t->args[i].value);
    }
    return (struct text){ out, n };
}

static void try_target(struct text raw)
{
    struct arena a;
    struct target t, again;
    struct text params[ROUTE_PARAMS_MAX];
    const struct route *r = NULL;
    if (raw.len > 4096) raw.len = 4096;
    arena_init_fixed(&a, block, sizeof block);
    if (!target_parse(&a, raw, &t)) return;
    for (int i = 0; i < t.segment_count; i++) {
        clean(t.segments[i]);
        FUZZ_CHECK(t.segments[i].len > 0 && !text_is(t.segments[i], ".") && !text_is(t.segments[i], ".."));
    }
    for (int i = 0; i < t.arg_count; i++) { clean(t.args[i].name); clean(t.args[i].value); }
    bool nameless = false; /* "?=x" is kept, but "?=" alone is not: such a target does not come back */
    for (int i = 0; i < t.arg_count; i++) nameless = nameless || (t.args[i].name.len == 0 && t.args[i].value.len == 0);
    FUZZ_CHECK(!nameless);
    FUZZ_CHECK(target_parse(&a, rebuild(&t), &again));
    FUZZ_CHECK(again.segment_count == t.segment_count && again.arg_count == t.arg_count);
    for (int i = 0; i < t.segment_count; i++) FUZZ_CHECK(text_eq(t.segments[i], again.segments[i]));
    for (int i = 0; i < t.arg_count; i++) {
        FUZZ_CHECK(text_eq(t.args[i].name, again.args[i].name) && text_eq(t.args[i].value, again.args[i].value));
        char name[4096];
        if (t.args[i].name.len >= sizeof name || memchr(t.args[i].name.ptr, 0, t.args[i].name.len)) continue;
        memcpy(name, t.args[i].name.ptr, t.args[i].name.len);
        name[t.args[i].name.len] = '\0';
        FUZZ_CHECK(text_eq(target_arg(&t, name), t.args[i].value));
    }
    if (route_find(HTTP_GET, &t, &r, params) == ROUTE_FOUND) FUZZ_CHECK(r && r->method == HTTP_GET);
}

static void try_cookie(struct text raw)
{
    struct text t = cookie_find(raw, "zg_session");
    if (!t.ptr || t.len == 0) return;
    FUZZ_CHECK(t.ptr >= raw.ptr && t.ptr + t.len <= raw.ptr + raw.len);
    FUZZ_CHECK(!memchr(t.ptr, ';', t.len));
}

static int depth_of(json_t *j)
{
    int deepest = 0;
    size_t i;
    const char *key;
    json_t *v;
    if (json_is_array(j)) {
        json_array_foreach(j, i, v) { int d = depth_of(v); if (d > deepest) deepest = d; }
    } else if (json_is_object(j)) {
        json_object_foreach(j, key, v) { int d = depth_of(v); if (d > deepest) deepest = d; }
    } else {
        return 0;
    }
    return deepest + 1;
}

static void try_json(struct text raw)
{
    json_error_t error;
    bool shallow = json_depth_ok(raw, LIMIT_JSON_DEPTH);
    json_t *j = json_loadb(raw.len ? raw.ptr : "", raw.len, JSON_REJECT_DUPLICATES, &error);
    if (j) FUZZ_CHECK(shallow == (depth_of(j) <= LIMIT_JSON_DEPTH));
    json_decref(j);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) return 0;
    struct text raw = { (const char *)data + 1, size - 1 }, t;
    struct arena a;
    switch (data[0]) {
    case '/': try_target((struct text){ (const char *)data, size }); break;
    case 'c': try_cookie(raw); break;
    case 'j': try_json(raw); break;
    case 'n':
        arena_init_fixed(&a, block, sizeof block);
        if (percent_decode(&a, raw, 255, &t)) { clean(t); FUZZ_CHECK(t.len <= 255); }
        break;
    default: break;
    }
    return 0;
}
