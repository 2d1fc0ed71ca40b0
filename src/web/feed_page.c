/* Events and webhooks on their way in, and the owner's page about them.
 *
 * In: who sends is checked on the HTTP thread, against what desk/feeds.h keeps in memory (a reader's thread fills that when something
 * changed); orders become claims; all go to the writer at once; the answer goes out when the last of them is durable. */
#include <stdatomic.h>
#include <stdio.h>
#include "desk/feed_change.h"
#include "desk/feeds.h"
#include "web/call.h"
#include "web/pages.h"
#include "web/reply.h"

enum { EVENTS_MAX = 1000, LOADS_MAX = 3 };

/* One request with its events. */
struct delivery {
    struct call *call;
    struct feed_shop *shop;
    enum feed_source source;
    struct webhook_message message;     /* of a webhook */
    int loads;
    struct feed_event *events;
    size_t count;
    json_t *refused;
    atomic_size_t left;                 /* not answered by the writer yet */
    _Atomic int worst;                  /* enum writer_result */
};

static struct text member(const json_t *o, const char *name)
{
    const json_t *v = json_object_get(o, name);
    return json_is_string(v) ? (struct text){ json_string_value(v), json_string_length(v) } : TEXT_NONE;
}

/* ---- the answer ---- */

static void delivery_answer(struct delivery *d)
{
    json_int_t accepted = 0, duplicates = 0;
    switch ((enum writer_result)atomic_load(&d->worst)) {
    case WRITER_DONE: break;
    case WRITER_FULL: json_decref(d->refused); reply_fault(d->call, FAULT_DISK_FULL, NULL); return;
    case WRITER_REFUSED: /* a restore came between: the sender tries again */
    case WRITER_STOPPED: json_decref(d->refused); reply_fault(d->call, FAULT_STOPPING, NULL); return;
    case WRITER_FAILED: json_decref(d->refused); reply_internal(d->call, "the database refused events"); return;
    }
    for (size_t i = 0; i < d->count; i++) {
        if (d->events[i].fresh) accepted++;
        else duplicates++;
    }
    reply_json(d->call, 200, json_pack("{s:I,s:I,s:o}", "accepted", accepted, "duplicates", duplicates, "refused", d->refused));
}

static void note_last(struct delivery *d, const struct feed_event *e)
{
    struct feed_last last = { .source = d->source, .at_ms = web_now_ms(d->call->web), .as_of_ms = e->n ? e->claims[0].as_of_ms : INSTANT_NONE,
                              .fresh = e->fresh };
    if (e->n) text_copy(last.order_no, sizeof last.order_no, e->claims[0].order_no);
    feeds_note(d->shop, &last);
}

static void event_done(void *arg, enum writer_result result)
{
    struct delivery *d = arg;
    if (result != WRITER_DONE) atomic_store(&d->worst, (int)result);
    if (atomic_fetch_sub(&d->left, 1) > 1) return;
    const size_t noted = d->count < FEEDS_LAST ? d->count : FEEDS_LAST;
    for (size_t i = d->count - noted; result == WRITER_DONE && i < d->count; i++) note_last(d, &d->events[i]);
    delivery_answer(d);
}

static void delivery_post(struct delivery *d)
{
    struct call *c = d->call;
    call_defer(c);
    if (d->count == 0) {
        delivery_answer(d);
        return;
    }
    atomic_store(&d->left, d->count);
    for (size_t i = 0; i < d->count; i++) {
        d->events[i].done = event_done;
        d->events[i].arg = d;
    }
    if (feeds_post(d->shop, d->events, d->count)) return;
    json_decref(d->refused);
    reply_wait(c, FAULT_BUSY, 1000);
}

/* ---- one event ---- */

static void refuse(struct delivery *d, size_t index, struct text id, const struct event_why *why)
{
    json_t *o = json_pack("{s:I,s:s,s:s,s:s}", "index", (json_int_t)index, "code", why->code.ptr, "en", why->en.ptr, "zh", why->zh.ptr);
    if (o && id.len) json_object_set_new(o, "id", json_stringn(id.ptr, id.len));
    json_array_append_new(d->refused, o);
    feeds_refused(d->shop, d->source, id, why);
}

/* False: memory ran out, or the request is too much for one. */
static bool take_order(struct delivery *d, size_t index, struct text id, const json_t *order, struct text as_of)
{
    struct arena *a = &d->call->q->arena;
    struct feed_event *e = &d->events[d->count];
    struct order_claim *claims;
    struct event_why why;
    switch (feeds_read(d->shop, d->source, a, order, as_of, &claims, &e->n, &why)) {
    case EVENT_ORDER:
        e->claims = claims;
        d->count++;
        return true;
    case EVENT_REFUSED:
        refuse(d, index, id, &why);
        return true;
    case EVENT_NO_MEMORY: break;
    }
    return false;
}

static bool refuse_as(struct delivery *d, size_t index, struct text id, const char *code, const char *field)
{
    struct event_why why;
    event_why_set(&d->call->q->arena, code, text_from_cstr(field), &why);
    if (!d->call->q->arena.failed) refuse(d, index, id, &why);
    return !d->call->q->arena.failed;
}

/* An event of our own format: {"id","type","as_of","order"}. */
static bool take_event(struct delivery *d, const json_t *event, size_t index, const unsigned char key[32])
{
    const struct text id = member(event, "id"), type = member(event, "type");
    if (id.len < 1 || id.len > WEBHOOK_TOLD_ID_MAX) return refuse_as(d, index, TEXT_NONE, "id", "id");
    struct feed_event *e = &d->events[d->count];
    *e = (struct feed_event){ .id.source = d->source };
    event_id_hash(id, key, e->id.bytes);
    if (text_is(type, "ping")) { /* a sign of life of a feed that has nothing to tell */
        d->count++;
        return true;
    }
    if (!text_is(type, "order")) return refuse_as(d, index, id, "type", "type");
    return take_order(d, index, id, json_object_get(event, "order"), member(event, "as_of"));
}

/* What a webhook says: Standard Webhooks {"type","timestamp","data"}; the shops' own send the order itself. */
static bool take_webhook(struct delivery *d, const json_t *body, const unsigned char key[32])
{
    struct feed_event *e = &d->events[0];
    *e = (struct feed_event){ .id.source = d->source };
    webhook_event_id(d->source, &d->message, key, e->id.bytes);
    if (d->source == FEED_SHOPIFY && json_is_true(json_object_get(body, "test"))) { /* a try, not an order: it says that the way is open */
        d->count = 1;
        return true;
    }
    if (d->source != FEED_STANDARD) return take_order(d, 0, TEXT_NONE, body, TEXT_NONE);
    const struct text type = member(body, "type");
    if (text_is(type, "ping")) {
        d->count = 1;
        return true;
    }
    if (!text_is(type, "order") && !text_starts_with(type, TEXT("order."))) return refuse_as(d, 0, d->message.id, "type", "type");
    const json_t *data = json_object_get(body, "data");
    return take_order(d, 0, d->message.id, data, json_object_get(data, "as_of") ? TEXT_NONE : member(body, "timestamp"));
}

/* ---- all of a request ---- */

static void delivery_take(struct delivery *d)
{
    struct call *c = d->call;
    struct text b = c->q->body;
    json_error_t error;
    unsigned char key[32];
    if (json_depth_ok(b, LIMIT_JSON_DEPTH)) c->body = json_loadb(b.ptr ? b.ptr : "", b.len, JSON_REJECT_DUPLICATES, &error);
    if (!json_is_object(c->body)) {
        struct event_why why;
        event_why_set(&c->q->arena, "json", TEXT_NONE, &why);
        if (!c->q->arena.failed) feeds_refused(d->shop, d->source, d->message.id, &why);
        reply_fault(c, FAULT_JSON, NULL);
        return;
    }
    const json_t *events = d->source == FEED_EVENTS ? json_object_get(c->body, "events") : NULL;
    const size_t n = events ? json_array_size(events) : 1;
    if (n < 1 || n > EVENTS_MAX) {
        reply_fault(c, FAULT_FIELD, "events");
        return;
    }
    d->events = ARENA_ARRAY(&c->q->arena, struct feed_event, n);
    d->refused = json_array();
    feeds_hash_key(d->shop, key);
    bool ok = d->events && d->refused;
    for (size_t i = 0; ok && i < n; i++)
        ok = d->source == FEED_EVENTS ? take_event(d, events ? json_array_get(events, i) : c->body, i, key) : take_webhook(d, c->body, key);
    if (ok) {
        delivery_post(d);
        return;
    }
    json_decref(d->refused);
    reply_fault(c, FAULT_TOO_LARGE, NULL);
}

static bool is_json(const struct call *c)
{
    struct text rest, type = text_trim(text_cut(http_header(c->q, "Content-Type"), ';', &rest));
    char small[32];
    for (size_t i = 0; i < type.len && i < sizeof small; i++) small[i] = type.ptr[i] >= 'A' && type.ptr[i] <= 'Z' ? (char)(type.ptr[i] + 32) : type.ptr[i];
    return type.len < sizeof small && text_is((struct text){ small, type.len }, "application/json");
}

static struct delivery *delivery_new(struct call *c, enum feed_source source)
{
    struct delivery *d = ARENA_NEW(&c->q->arena, struct delivery);
    if (!d) {
        reply_internal(c, "no memory");
        return NULL;
    }
    d->call = c;
    d->source = source;
    c->ctx = d;
    return d;
}

static void delivery_go(struct delivery *d);

/* On a reader's thread: what is known of the store is read anew. */
static void delivery_load(struct call *c, struct store *s)
{
    struct delivery *d = c->ctx;
    switch (feeds_load(desk_feeds(c->web->options.desk), s, c->params[0])) {
    case FEEDS_FOUND: delivery_go(d); return;
    case FEEDS_NOBODY: reply_fault(c, d->source == FEED_EVENTS ? FAULT_TOKEN : FAULT_SIGNATURE, NULL); return; /* as for a wrong one: no list of stores */
    case FEEDS_STALE: break;
    }
    reply_internal(c, db_error_message(s->db));
}

static void delivery_stale(struct delivery *d)
{
    if (d->loads++ < LOADS_MAX) call_on_reader(d->call, delivery_load);
    else reply_wait(d->call, FAULT_BUSY, 1000);
}

static void token_go(struct delivery *d)
{
    struct call *c = d->call;
    const struct text bearer = TEXT("Bearer ");
    struct text token = http_header(c->q, "Authorization");
    if (!text_starts_with(token, bearer)) {
        reply_fault(c, FAULT_TOKEN, NULL);
        return;
    }
    token = (struct text){ token.ptr + bearer.len, token.len - bearer.len };
    switch (feeds_by_token(desk_feeds(c->web->options.desk), c->params[0], token, &d->shop)) {
    case FEEDS_FOUND: delivery_take(d); return;
    case FEEDS_NOBODY: reply_fault(c, FAULT_TOKEN, NULL); return;
    case FEEDS_STALE: delivery_stale(d); return;
    }
}

static void verdict_refuse(struct delivery *d, enum webhook_verdict v)
{
    const struct event_why why = { .code = text_from_cstr(webhook_verdict_word(v)), .en = webhook_verdict_text(v, false), .zh = webhook_verdict_text(v, true) };
    feeds_refused(d->shop, d->source, TEXT_NONE, &why);
    reply_fault(d->call, v == WEBHOOK_UNSIGNED ? FAULT_UNSIGNED : v == WEBHOOK_OUT_OF_TIME ? FAULT_OUT_OF_TIME : FAULT_SIGNATURE, NULL);
}

static void signature_go(struct delivery *d)
{
    struct call *c = d->call;
    enum webhook_verdict v = WEBHOOK_FORGED;
    d->message.now_ms = web_now_ms(c->web);
    switch (feeds_by_signature(desk_feeds(c->web->options.desk), c->params[0], d->source, &d->message, &d->shop, &v)) {
    case FEEDS_FOUND:
        if (v == WEBHOOK_GOOD) delivery_take(d);
        else verdict_refuse(d, v);
        return;
    case FEEDS_NOBODY: reply_fault(c, FAULT_SIGNATURE, NULL); return;
    case FEEDS_STALE: delivery_stale(d); return;
    }
}

static void delivery_go(struct delivery *d)
{
    if (d->source == FEED_EVENTS) token_go(d);
    else signature_go(d);
}

void events_handle(struct call *c)
{
    if (!is_json(c)) { reply_fault(c, FAULT_TYPE, NULL); return; }
    struct delivery *d = delivery_new(c, FEED_EVENTS);
    if (d) delivery_go(d);
}

/* WooCommerce asks once, unsigned and as a form, whether anybody is there ("webhook_id=12"). It is told yes, and nothing more. */
static bool is_woo_ping(const struct call *c, enum feed_source source)
{
    const struct text b = c->q->body, begin = TEXT("webhook_id=");
    if (source != FEED_WOOCOMMERCE || !text_starts_with(b, begin) || b.len > 32) return false;
    for (size_t i = begin.len; i < b.len; i++)
        if (b.ptr[i] < '0' || b.ptr[i] > '9') return false;
    return b.len > begin.len;
}

void webhook_handle(struct call *c)
{
    static const struct { const char *id, *timestamp, *signature; } headers[FEED_SOURCES] = {
        [FEED_STANDARD] = { "webhook-id", "webhook-timestamp", "webhook-signature" },
        [FEED_SHOPIFY] = { NULL, NULL, "X-Shopify-Hmac-Sha256" },
        [FEED_WOOCOMMERCE] = { NULL, NULL, "X-WC-Webhook-Signature" },
    };
    const enum feed_source source = feed_source_parse(c->params[1]);
    if (!feed_source_signed(source)) { reply_fault(c, FAULT_NOT_FOUND, NULL); return; }
    if (is_woo_ping(c, source)) { reply_ok(c); return; }
    if (!is_json(c)) { reply_fault(c, FAULT_TYPE, NULL); return; }
    struct delivery *d = delivery_new(c, source);
    if (!d) return;
    d->message = (struct webhook_message){ .signature = http_header(c->q, headers[source].signature), .body = c->q->body };
    if (headers[source].id) d->message.id = http_header(c->q, headers[source].id);
    if (headers[source].timestamp) d->message.timestamp = http_header(c->q, headers[source].timestamp);
    delivery_go(d);
}
