/* What the desk says about itself: its API, its health. */
#include <sqlite3.h>
#include "store/policy_store.h"
#include "desk/importer.h"
#include "web/call.h"
#include "web/openapi.h"
#include "web/pages.h"
#include "web/reply.h"

void openapi_handle(struct call *c)
{
    reply_text(c, openapi_document());
}

/* Nobody is to believe that files are read behind walls which the kernel does not have. */
static json_t *importer_json(struct arena *a, const struct importer_walls *w)
{
    const struct text en = importer_walls_text(a, w, false), zh = importer_walls_text(a, w, true);
    return json_pack("{s:b,s:i,s:b,s:o}", "reads", w->fault == IMPORTER_WELL, "landlock", w->state.landlock_abi, "seccomp", w->state.seccomp, "missing",
                     en.len ? json_pack("{s:s%,s:s%}", "en", en.ptr, en.len, "zh", zh.ptr, zh.len) : json_null());
}

void health_read(struct call *c, struct store *s)
{
    struct shop *shops = arena_take(&c->q->arena, LIMIT_STORES, sizeof *shops);
    int n = shops ? shop_list(s, shops, LIMIT_STORES) : -1;
    json_t *feeds = json_array();
    enum answer_error error = ANSWER_OK;
    for (int i = 0; i < n && error == ANSWER_OK; i++) {
        if (!policy_load(s, &shops[i], &c->policy)) { error = ANSWER_FAILED; break; }
        struct answer_ask ask = { .store = s, .shop = &shops[i], .policy = &c->policy, .now_ms = web_now_ms(c->web) };
        json_array_append_new(feeds, answer_feed(&ask, &error));
    }
    if (n < 0 || error != ANSWER_OK) {
        json_decref(feeds);
        reply_internal(c, db_error_message(s->db));
        return;
    }
    bool failed = desk_failed(c->web->options.desk);
    reply_json(c, failed ? 503 : 200, json_pack("{s:s,s:s,s:s,s:o,s:o}", "status", failed ? "failed" : "ok", "version", c->web->options.version,
                                                "sqlite", sqlite3_libversion(), "importer",
                                                importer_json(&c->q->arena, desk_importer_walls(c->web->options.desk)), "feeds", feeds));
}
