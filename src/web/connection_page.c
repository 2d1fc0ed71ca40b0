/* Settings, connections: GET /stores/{store}/feeds; tokens, webhook secrets, limits and the watched folder. A token or a secret is answered once,
 * when it is made. */
#include <sodium.h>
#include "desk/feed_change.h"
#include "desk/feeds.h"
#include "web/call.h"
#include "web/pages.h"
#include "web/reply.h"

void feeds_page_read(struct call *c, struct store *s)
{
    struct shop shop;
    struct feed_last last[FEEDS_LAST];
    enum answer_error error = ANSWER_FAILED;
    struct answer_ask ask;
    if (!call_ask(c, s, web_now_ms(c->web), &shop, &ask)) return;
    const int n = feeds_last(desk_feeds(c->web->options.desk), c->params[0], last);
    json_t *o = answer_feeds(&ask, last, n, &error);
    if (!o) {
        reply_answer_error(c, error, s);
        return;
    }
    if (c->web->options.public_host) json_object_set_new(o, "host", json_string(c->web->options.public_host));
    reply_json(c, 200, o);
}

/* Waits for the writer: connections are made a few times in a shop's life. */
static bool change(struct call *c, struct feed_ask *ask, struct feed_made *ret)
{
    struct desk_message m = { 0 };
    ask->store = c->params[0];
    ask->user_id = c->who.user_id;
    const enum desk_result r = desk_feed_change(c->web->options.desk, ask, ret, &m);
    if (r == DESK_DONE) return true;
    reply_message(c, r, &m);
    return false;
}

static bool read_source(struct call *c, struct text word, enum feed_source *ret)
{
    *ret = feed_source_parse(word);
    if (*ret != FEED_NONE) return true;
    reply_fault(c, FAULT_FIELD, "source");
    return false;
}

static void answer_made(struct call *c, const struct feed_ask *ask, struct feed_made *made)
{
    const bool token = ask->what == FEED_TOKEN_MAKE;
    json_t *o = json_pack("{s:I,s:o}", "id", (json_int_t)made->number, token ? "token" : "secret", made->shown[0] ? json_string(made->shown) : json_null());
    sodium_memzero(made, sizeof *made);
    reply_json(c, 201, o);
}

void token_make_read(struct call *c, struct store *s)
{
    struct feed_ask ask = { .what = FEED_TOKEN_MAKE };
    struct feed_made made;
    (void)s;
    if (call_text(c, "name", 1, FEED_NAME_MAX - 1, &ask.name) && change(c, &ask, &made)) answer_made(c, &ask, &made);
}

void token_revoke_read(struct call *c, struct store *s)
{
    struct feed_ask ask = { .what = FEED_TOKEN_REVOKE };
    struct feed_made made;
    (void)s;
    if (call_id(c, c->params[1], &ask.number) && change(c, &ask, &made)) reply_ok(c);
}

void secret_set_read(struct call *c, struct store *s)
{
    struct feed_ask ask = { .what = FEED_SECRET_SET };
    struct feed_made made;
    struct text source;
    (void)s;
    if (call_text(c, "source", 1, 32, &source) && read_source(c, source, &ask.source) && call_text(c, "secret", 0, 256, &ask.told) && change(c, &ask, &made))
        answer_made(c, &ask, &made);
}

void secret_revoke_read(struct call *c, struct store *s)
{
    struct feed_ask ask = { .what = FEED_SECRET_REVOKE };
    struct feed_made made;
    struct text source;
    (void)s;
    if (!call_text(c, "source", 1, 32, &source) || !read_source(c, source, &ask.source)) return;
    ask.number = json_integer_value(json_object_get(c->body, "id"));
    if (change(c, &ask, &made)) reply_ok(c);
}

void feed_change_read(struct call *c, struct store *s)
{
    struct feed_ask ask = { .what = FEED_LIMIT_SET };
    struct feed_made made = { .number = 0 };
    json_t *limit = json_object_get(c->body, "limit_s"), *on = json_object_get(c->body, "on");
    (void)s;
    if (!read_source(c, c->params[1], &ask.source)) return;
    if (!limit && !on) { reply_fault(c, FAULT_FIELD, "limit_s"); return; }
    if (limit && !json_is_integer(limit)) { reply_fault(c, FAULT_FIELD, "limit_s"); return; }
    if (on && (!json_is_boolean(on) || ask.source != FEED_FOLDER)) { reply_fault(c, FAULT_FIELD, "on"); return; }
    if (!call_text(c, "folder", 0, FEED_FOLDER_MAX - 1, &ask.told)) return;
    if (on) {
        ask.what = json_is_true(on) ? FEED_FOLDER_ON : FEED_FOLDER_OFF;
        if (!change(c, &ask, &made)) return;
    }
    if (limit) {
        ask.what = FEED_LIMIT_SET;
        ask.limit_s = json_integer_value(limit);
        struct feed_made none;
        if (!change(c, &ask, &none)) return;
    }
    reply_json(c, 200, json_pack("{s:b,s:o}", "ok", 1, "folder", made.shown[0] ? json_string(made.shown) : json_null()));
}
