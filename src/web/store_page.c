/* GET and POST /stores; POST /demo, the made-up shop beside one's own. */
#include "desk/demo.h"
#include "web/call.h"
#include "web/pages.h"
#include "web/reply.h"

void stores_read(struct call *c, struct store *s)
{
    struct shop *shops = arena_take(&c->q->arena, LIMIT_STORES, sizeof *shops);
    int n = shops ? shop_list(s, shops, LIMIT_STORES) : -1;
    if (n < 0) {
        reply_internal(c, db_error_message(s->db));
        return;
    }
    json_t *list = json_array();
    for (int i = 0; i < n; i++) json_array_append_new(list, store_json(&shops[i]));
    reply_json(c, 200, json_pack("{s:o}", "stores", list));
}

static struct text member(json_t *j, const char *name)
{
    json_t *v = json_object_get(j, name);
    return json_is_string(v) ? (struct text){ json_string_value(v), json_string_length(v) } : TEXT_NONE;
}

static bool plain_key(struct text t)
{
    for (size_t i = 0; i < t.len; i++) {
        char ch = t.ptr[i];
        if (!((ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9') || ch == '-' || ch == '_')) return false;
    }
    return t.len > 0 && t.len < 64;
}

static bool printable(struct text t, size_t max)
{
    for (size_t i = 0; i < t.len; i++)
        if ((unsigned char)t.ptr[i] < 0x20 || t.ptr[i] == 0x7f) return false;
    return text_trim(t).len > 0 && t.len <= max;
}

bool read_shop(struct call *c, json_t *j, struct shop_new *ret)
{
    static const char *const platforms[] = { "taobao", "tmall", "aliexpress", "shopify", "other" };
    const struct env *env = c->web->env;
    struct currency currency;
    struct shop_new n = { .key = member(j, "key"), .name = member(j, "name"), .platform = member(j, "platform"),
                          .currency = member(j, "currency"), .zone = member(j, "zone"), .country = member(j, "country") };
    bool platform = false;
    for (size_t i = 0; i < sizeof platforms / sizeof platforms[0]; i++) platform = platform || text_is(n.platform, platforms[i]);
    struct text zone = arena_text(&c->q->arena, n.zone);
    if (!plain_key(n.key)) reply_fault(c, FAULT_FIELD, "key");
    else if (!printable(n.name, 120)) reply_fault(c, FAULT_FIELD, "name");
    else if (!platform) reply_fault(c, FAULT_PLATFORM, "platform");
    else if (!currency_parse(n.currency, &currency)) reply_fault(c, FAULT_CURRENCY, "currency");
    else if (!zone.len || zone.len > 47 || !env->zone(env->ctx, zone.ptr)) reply_fault(c, FAULT_ZONE, "zone");
    else {
        *ret = n;
        return true;
    }
    return false;
}

/* Waits for the writer: stores are made once in a shop's life. */
static void shop_make(struct call *c, struct store *s)
{
    struct desk_message message;
    struct shop shop;
    const struct shop_new *n = c->ctx;
    enum desk_result r = desk_shop_create(c->web->options.desk, n, c->who.user_id, &message);
    if (r == DESK_REFUSED && !strcmp(message.code, "store-exists")) reply_fault(c, FAULT_STORE_TAKEN, "key");
    else if (r != DESK_DONE) reply_message(c, r, &message);
    else if (shop_find(s, n->key, &shop) == SHOP_OK) reply_json(c, 201, store_json(&shop));
    else reply_internal(c, db_error_message(s->db));
}

void store_create_handle(struct call *c)
{
    struct shop_new *n = ARENA_NEW(&c->q->arena, struct shop_new);
    if (!n) { reply_internal(c, "no memory"); return; }
    if (!read_shop(c, c->body, n)) return;
    c->ctx = n;
    call_on_reader(c, shop_make);
}

/* ---- the demo shop ---- */

struct demo_ask { struct demo_options options; struct demo_result made; };

static bool demo_run(struct store *s, void *arg)
{
    struct demo_ask *ask = arg;
    return demo_make(s, &ask->options, &ask->made);
}

/* Waits for the writer, a second or two: a new desk has nothing else to do. It brings no accounts of its own. */
static void demo_make_read(struct call *c, struct store *s)
{
    const struct env *env = c->web->env;
    struct demo_ask ask = { .options = { .seed = DEMO_SEED, .now_ms = env->now_ms(env->ctx) } };
    struct shop shop;
    if (shop_find(s, TEXT(DEMO_STORE_KEY), &shop) == SHOP_OK) {
        reply_fault(c, FAULT_STORE_TAKEN, "key");
        return;
    }
    switch (writer_call(desk_writer(c->web->options.desk), demo_run, &ask)) {
    case WRITER_DONE: reply_json(c, 201, store_json(&ask.made.shop)); return;
    case WRITER_FULL: reply_fault(c, FAULT_DISK_FULL, NULL); return;
    case WRITER_REFUSED: reply_fault(c, FAULT_STORE_TAKEN, "key"); return;
    case WRITER_FAILED:
    case WRITER_STOPPED: break;
    }
    reply_internal(c, "the demo shop could not be made");
}

void demo_create_handle(struct call *c) { call_on_reader(c, demo_make_read); }
