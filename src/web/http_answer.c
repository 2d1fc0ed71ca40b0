/* Answers: made once, sent to any number of requests, gone with the last reference. */
#include "web/http_answer.h"
#include <stdlib.h>
#include "web/memory.h"

struct http_response *http_response_create(const struct env *env, int status, struct text body, enum http_body kind)
{
    static const enum MHD_ResponseMemoryMode modes[] = {
        [HTTP_BODY_COPIED] = MHD_RESPMEM_MUST_COPY, [HTTP_BODY_FREED] = MHD_RESPMEM_MUST_FREE, [HTTP_BODY_STATIC] = MHD_RESPMEM_PERSISTENT,
    };
    struct http_response *r = memory_take(env, sizeof *r);
    if (r) r->mhd = MHD_create_response_from_buffer(body.len, (void *)(uintptr_t)body.ptr, modes[kind]);
    if (!r || !r->mhd) {
        if (kind == HTTP_BODY_FREED) free((void *)(uintptr_t)body.ptr);
        memory_give(env, r, sizeof *r);
        return NULL;
    }
    r->env = env;
    atomic_init(&r->refs, 1);
    r->status = status;
    r->bytes = body.len;
    return r;
}

struct http_response *http_response_file(const struct env *env, int status, int fd, int64_t bytes)
{
    struct http_response *r = memory_take(env, sizeof *r);
    if (r) r->mhd = MHD_create_response_from_fd64((uint64_t)bytes, fd);
    if (!r || !r->mhd) {
        env->close(env->ctx, fd);
        memory_give(env, r, sizeof *r);
        return NULL;
    }
    r->env = env;
    atomic_init(&r->refs, 1);
    r->status = status;
    r->bytes = (size_t)bytes;
    return r;
}

bool http_response_header(struct http_response *r, const char *name, const char *value)
{
    return MHD_add_response_header(r->mhd, name, value) == MHD_YES;
}

struct http_response *http_response_ref(struct http_response *r)
{
    atomic_fetch_add_explicit(&r->refs, 1, memory_order_relaxed);
    return r;
}

void http_response_unref(struct http_response *r)
{
    if (!r || atomic_fetch_sub_explicit(&r->refs, 1, memory_order_acq_rel) > 1) return;
    MHD_destroy_response(r->mhd);
    memory_give(r->env, r, sizeof *r);
}

int http_response_status(const struct http_response *r) { return r->status; }
size_t http_response_bytes(const struct http_response *r) { return r->bytes; }
