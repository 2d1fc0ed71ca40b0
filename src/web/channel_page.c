/* Channels: Settings sets them up; buyers leave by one click (RFC 8058); an SMS gateway tells what arrived. The last two are open to the world and act
 * by a token alone, which names a message and holds no personal data; what is wrong with one is never told. */
#include <sodium.h>
#include "desk/channel_change.h"
#include "desk/channels.h"
#include "web/call.h"
#include "web/pages.h"
#include "web/reply.h"

/* ---- Settings ---- */

void channels_page_read(struct call *c, struct store *s)
{
    struct shop shop;
    if (!call_shop(c, s, &shop)) return;
    json_t *o = channels_list(s, &shop);
    if (!o) {
        reply_internal(c, db_error_message(s->db));
        return;
    }
    if (c->web->options.public_host) json_object_set_new(o, "host", json_string(c->web->options.public_host));
    reply_json(c, 200, o);
}

static bool change(struct call *c, struct channel_ask *ask, struct channel_made *ret)
{
    struct desk_message m = { 0 };
    ask->store = c->params[0];
    ask->user_id = c->who.user_id;
    const enum desk_result r = desk_channel_change(c->web->options.desk, ask, ret, &m);
    if (r == DESK_DONE) return true;
    reply_message(c, r, &m);
    return false;
}

void channel_add_read(struct call *c, struct store *s)
{
    struct channel_ask ask = { .what = CHANNEL_ADD, .settings = c->body };
    struct channel_made made;
    (void)s;
    if (change(c, &ask, &made)) reply_json(c, 201, json_pack("{s:I,s:s}", "id", (json_int_t)made.channel_id, "label", made.label));
}

void channel_remove_read(struct call *c, struct store *s)
{
    struct channel_ask ask = { .what = CHANNEL_REMOVE };
    struct channel_made made;
    (void)s;
    if (call_id(c, c->params[1], &ask.channel_id) && change(c, &ask, &made)) reply_ok(c);
}

static void test_work(struct call *c, struct store *s)
{
    struct channel_ask ask = { .what = CHANNEL_TEST };
    struct channel_made made;
    (void)s;
    if (!call_id(c, c->params[1], &ask.channel_id) || !call_text(c, "to", 0, CHANNEL_TO_MAX, &ask.to) || !change(c, &ask, &made)) return;
    reply_json(c, 200, json_pack("{s:s,s:s,s:s,s:s,s:i}", "fate", channel_fate_word(made.outcome.fate), "code", made.outcome.code, "en", made.outcome.en, "zh", made.outcome.zh,
                                 "reply", made.outcome.reply));
}

/* Waits for a server somewhere else. */
void channel_test_handle(struct call *c) { call_on_exporter(c, test_work); }

/* ---- a page for whoever got an e-mail ---- */

#define LEAVE_STYLE ":root{color-scheme:light dark}body{font:16px/1.6 system-ui,sans-serif;max-width:34rem;margin:12vh auto;padding:0 1.25rem}" \
    "h1{font-size:1.4rem;margin:0 0 .5rem}button{font:inherit;padding:.6rem 1.4rem;border-radius:.5rem;border:1px solid currentColor;background:none;color:inherit;cursor:pointer}" \
    "button:focus-visible{outline:3px solid Highlight;outline-offset:2px}[lang=en]{opacity:.8}"
/* The button's request must tell where it comes from, or it is taken for a foreign one: hence the referrer policy. */
#define LEAVE_HEAD "<!doctype html><html lang=\"zh-CN\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">" \
    "<meta name=\"referrer\" content=\"same-origin\"><meta name=\"robots\" content=\"noindex\"><title>退订 · Unsubscribe</title><style>" LEAVE_STYLE "</style></head><body><main>"
#define LEAVE_TAIL "</main></body></html>"

static const char leave_ask[] = LEAVE_HEAD
    "<h1>不再接收消息？</h1><p>点击下面的按钮，我们的任何店铺都不会再主动给您发消息。</p>"
    "<p lang=\"en\">Press the button and none of our shops will write to you by itself again.</p>"
    "<form method=\"post\"><input type=\"hidden\" name=\"List-Unsubscribe\" value=\"One-Click\"><button>退订 · Unsubscribe</button></form>" LEAVE_TAIL;
static const char leave_done[] = LEAVE_HEAD
    "<h1>已退订</h1><p>我们不会再主动给您发消息。</p><p lang=\"en\">Done: we will not write to you by ourselves again.</p>" LEAVE_TAIL;
static const char leave_wrong[] = LEAVE_HEAD
    "<h1>链接无效</h1><p>此链接不完整或已失效。请直接回复邮件告知我们，我们会为您退订。</p>"
    "<p lang=\"en\">This link is not whole or no longer good. Answer the e-mail instead and we will take you off.</p>" LEAVE_TAIL;

/* Nothing but the page's own style, named by its hash, and its own button. */
static struct text leave_policy(struct arena *a)
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    char shown[sodium_base64_ENCODED_LEN(crypto_hash_sha256_BYTES, sodium_base64_VARIANT_ORIGINAL)];
    crypto_hash_sha256(hash, (const unsigned char *)LEAVE_STYLE, sizeof LEAVE_STYLE - 1);
    sodium_bin2base64(shown, sizeof shown, hash, sizeof hash, sodium_base64_VARIANT_ORIGINAL);
    return arena_printf(a, "default-src 'none'; style-src 'sha256-%s'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'", shown);
}

static void leave_page(struct call *c, int status, const char *html)
{
    struct http_response *r = http_response_create(c->web->env, status, text_from_cstr(html), HTTP_BODY_STATIC);
    const struct text policy = leave_policy(&c->q->arena);
    if (r && (!policy.ptr || !reply_headers(c->web, r, "text/html; charset=utf-8", policy.ptr) || !http_response_header(r, "Cache-Control", "no-store"))) {
        http_response_unref(r);
        r = NULL;
    }
    call_answer(c, r);
}

/* What came back, on its way to the writer. */
struct back { int64_t store_id, figure; struct outbox_key key; };

static struct back *back_of(struct call *c, enum channels_token what)
{
    struct back *b = ARENA_NEW(&c->q->arena, struct back);
    struct desk *d = c->web->options.desk;
    return b && channels_token_read(c->web->env, desk_path(d), what, c->params[0], &b->store_id, &b->key) ? b : NULL;
}

/* Programs that look after mail follow links: a GET only asks. */
void unsubscribe_read(struct call *c, struct store *s)
{
    (void)s;
    const bool known = back_of(c, TOKEN_UNSUBSCRIBE) != NULL;
    leave_page(c, known ? 200 : 404, known ? leave_ask : leave_wrong);
}

static bool unsubscribe_run(struct store *s, struct write *w)
{
    const struct back *b = w->ctx;
    return channels_unsubscribe(s, b->store_id, b->key);
}

static void unsubscribed(struct call *c, struct write *w)
{
    (void)w;
    leave_page(c, 200, leave_done);
}

void unsubscribe_do_read(struct call *c, struct store *s)
{
    (void)s;
    struct back *b = back_of(c, TOKEN_UNSUBSCRIBE);
    if (b) call_write(c, &(struct write){ .run = unsubscribe_run, .done = unsubscribed, .ctx = b });
    else leave_page(c, 404, leave_wrong);
}

/* ---- delivery reports ---- */

static bool report_run(struct store *s, struct write *w)
{
    const struct back *b = w->ctx;
    return channels_report(s, b->store_id, b->key, b->figure);
}

static void reported(struct call *c, struct write *w)
{
    (void)w;
    reply_ok(c);
}

/* Kannel can only GET. The token cannot be guessed, and the same report twice changes nothing. */
void report_read(struct call *c, struct store *s)
{
    (void)s;
    struct back *b = back_of(c, TOKEN_REPORT);
    if (!b) reply_fault(c, FAULT_NOT_FOUND, NULL);
    else if (!text_to_i64(target_arg(&c->target, "status"), &b->figure)) reply_fault(c, FAULT_FIELD, "status");
    else call_write(c, &(struct write){ .run = report_run, .done = reported, .ctx = b });
}
