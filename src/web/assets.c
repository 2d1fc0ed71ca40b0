/* See assets.h. Answers are made once at start and shared; a client that takes no gzip gets the text unpacked for it. */
#include "web/assets.h"

#include <zlib.h>
#include "web/call.h"
#include "web/memory.h"
#include "web/reply.h"

static struct http_response *response_of(const struct web *w, const struct asset *a, struct text body, enum http_body kind, bool gzip)
{
    struct http_response *r = http_response_create(w->env, 200, body, kind);
    if (r && reply_headers(w, r, a->type, NULL) && http_response_header(r, "ETag", a->etag)
        && http_response_header(r, "Vary", "Accept-Encoding")
        && http_response_header(r, "Cache-Control", a->hashed ? "public, max-age=31536000, immutable" : "no-cache")
        && (!gzip || http_response_header(r, "Content-Encoding", "gzip")))
        return r;
    http_response_unref(r);
    return NULL;
}

bool assets_start(struct web *w)
{
    w->assets = memory_take(w->env, (size_t)asset_count * sizeof(struct http_response *));
    if (!w->assets) return false;
    for (int i = 0; i < asset_count; i++) {
        const struct asset *a = &assets[i];
        w->assets[i] = response_of(w, a, (struct text){ (const char *)a->bytes, a->len }, HTTP_BODY_STATIC, a->plain_len > 0);
        if (!w->assets[i]) return false;
    }
    return true;
}

void assets_stop(struct web *w)
{
    for (int i = 0; w->assets && i < asset_count; i++) http_response_unref(w->assets[i]);
    memory_give(w->env, w->assets, (size_t)asset_count * sizeof(struct http_response *));
}

static int find(struct text path)
{
    int low = 0, high = asset_count - 1;
    while (low <= high) {
        int middle = (low + high) / 2, order = text_compare(path, text_from_cstr(assets[middle].path));
        if (order == 0) return middle;
        if (order < 0) high = middle - 1; else low = middle + 1;
    }
    return -1;
}

static struct http_response *unpacked(struct call *c, const struct asset *a)
{
    unsigned char *plain = arena_take(&c->q->arena, a->plain_len, 1);
    z_stream z = { .next_in = (unsigned char *)(uintptr_t)a->bytes, .avail_in = (uInt)a->len, .next_out = plain,
                   .avail_out = (uInt)a->plain_len };
    bool ok = plain && inflateInit2(&z, 15 + 16) == Z_OK;
    if (ok) {
        ok = inflate(&z, Z_FINISH) == Z_STREAM_END;
        inflateEnd(&z);
    }
    return ok ? response_of(c->web, a, (struct text){ (char *)plain, a->plain_len }, HTTP_BODY_COPIED, false) : NULL;
}

static struct http_response *unchanged(const struct web *w, const struct asset *a)
{
    struct http_response *r = http_response_create(w->env, 304, TEXT(""), HTTP_BODY_STATIC);
    if (r && reply_headers(w, r, a->type, NULL) && http_response_header(r, "ETag", a->etag)) return r;
    http_response_unref(r);
    return NULL;
}

void assets_answer(struct call *c)
{
    struct text query, path = text_cut(c->q->target, '?', &query);
    int i = find(path);
    if (i < 0) {
        bool under_assets = c->target.segment_count > 0 && text_is(c->target.segments[0], "assets");
        i = under_assets ? -1 : find(TEXT("/index.html"));
    }
    if (i < 0) {
        reply_fault(c, FAULT_NOT_FOUND, NULL);
        return;
    }
    const struct asset *a = &assets[i];
    struct text known = http_header(c->q, "If-None-Match"), takes = http_header(c->q, "Accept-Encoding");
    if (known.ptr && text_contains(known, text_from_cstr(a->etag))) call_answer(c, unchanged(c->web, a));
    else if (a->plain_len && !text_contains(takes, TEXT("gzip"))) call_answer(c, unpacked(c, a));
    else call_answer(c, http_response_ref(c->web->assets[i]));
}
