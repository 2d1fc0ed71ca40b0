/* See channels.h. */
#include "desk/channels.h"
#include <sodium.h>
#include <stdio.h>
#include "channel/settings.h"
#include "desk/keys.h"
#include "store/suppression_store.h"

enum { TOKEN_PLAIN = 8 + 8 + 1, TOKEN_WHOLE = TOKEN_PLAIN + KEYS_MAC_BYTES };
_Static_assert(sodium_base64_ENCODED_LEN(TOKEN_WHOLE, sodium_base64_VARIANT_URLSAFE_NO_PADDING) <= CHANNELS_TOKEN_BYTES, "room for a token");

/* ---- settings ---- */

static enum channels_found row_of(const struct channels_in *in, enum channel carries, struct channel_row *ret)
{
    struct channel_row rows[CHANNEL_ROWS_MAX];
    const int n = channel_list(in->store, in->shop, rows);
    for (int i = 0; i < n; i++) {
        if (rows[i].carries != carries) continue;
        *ret = rows[i];
        return CHANNELS_FOUND;
    }
    return n < 0 ? CHANNELS_FAILED : CHANNELS_NONE;
}

enum channels_found channels_id(const struct channels_in *in, enum channel carries, int64_t *ret_id)
{
    struct channel_row row = { .channel_id = 0 };
    const enum channels_found found = row_of(in, carries, &row);
    *ret_id = row.channel_id;
    return found;
}

enum channels_found channels_open(const struct channels_in *in, const struct channel_row *row, struct channel_settings *ret)
{
    const struct arena_source *memory = &in->env->memory;
    unsigned char *sealed = memory->take(memory->ctx, 2 * CHANNEL_SEALED_MAX), *plain;
    const struct keys_owner owner = keys_owner_of(in->shop->store_id, 1000 + row->kind);
    struct settings_fault fault;
    size_t len = 0, n = 0;
    enum channels_found found = CHANNELS_FAILED;
    if (!sealed) return CHANNELS_FAILED;
    plain = sealed + CHANNEL_SEALED_MAX;
    if (!channel_sealed(in->store, in->shop, row->channel_id, sealed, &len)) goto out;
    found = CHANNELS_NONE;
    if (len == 0) goto out;
    found = CHANNELS_SEALED;
    if (!keys_open_bytes(in->env, in->db_path, &owner, (struct text){ (const char *)sealed, len }, plain, &n)) goto out;
    json_t *told = json_loadb((const char *)plain, n, 0, NULL);
    if (told && settings_read(told, ret, &fault)) found = CHANNELS_FOUND;
    json_decref(told);
out:
    sodium_memzero(sealed, 2 * CHANNEL_SEALED_MAX);
    memory->give(memory->ctx, sealed, 2 * CHANNEL_SEALED_MAX);
    return found;
}

enum channels_found channels_find(const struct channels_in *in, enum channel carries, struct channel_settings *ret, int64_t *ret_id)
{
    struct channel_row row = { .channel_id = 0 };
    const enum channels_found found = row_of(in, carries, &row);
    *ret_id = row.channel_id;
    return found == CHANNELS_FOUND ? channels_open(in, &row, ret) : found;
}

/* ---- the list ---- */

static json_t *when_json(struct arena *a, int64_t at_ms, const struct zone *zone)
{
    if (at_ms == INSTANT_NONE) return json_null();
    const struct text t = instant_print(a, at_ms, zone);
    return json_stringn(t.ptr ? t.ptr : "", t.len);
}

static json_t *row_json(const struct channel_row *r, const struct shop *shop, struct arena *a)
{
    json_t *last = json_null();
    if (r->last_at_ms != INSTANT_NONE) {
        const struct text code = text_from_cstr(r->last_code);
        last = json_pack("{s:o,s:s,s:s,s:s,s:s}", "at", when_json(a, r->last_at_ms, shop->zone), "fate", channel_fate_word((enum channel_fate)r->last_fate), "code", r->last_code,
                         "en", channel_code_text(code, false), "zh", channel_code_text(code, true));
    }
    return json_pack("{s:I,s:s,s:s,s:s,s:o,s:o,s:o}", "id", (json_int_t)r->channel_id, "kind", channel_kind_word((enum channel_kind)r->kind), "carries", channel_word(r->carries),
                     "label", r->label, "made_at", when_json(a, r->made_at_ms, shop->zone), "last", last, "last_sent_at", when_json(a, r->last_sent_at_ms, shop->zone));
}

json_t *channels_list(struct store *s, const struct shop *shop)
{
    struct channel_row rows[CHANNEL_ROWS_MAX];
    struct arena a;
    const int n = channel_list(s, shop, rows);
    if (n < 0) return NULL;
    arena_init(&a, &s->env->memory, 64 * 1024);
    json_t *list = json_array();
    for (int i = 0; i < n; i++) json_array_append_new(list, row_json(&rows[i], shop, &a));
    arena_release(&a);
    return json_pack("{s:o}", "channels", list);
}

/* ---- tokens ---- */

static void put_i64(unsigned char *to, int64_t v)
{
    for (int i = 0; i < 8; i++) to[i] = (unsigned char)((uint64_t)v >> (8 * (7 - i)));
}

static int64_t get_i64(const unsigned char *from)
{
    uint64_t v = 0;
    for (int i = 0; i < 8; i++) v = v << 8 | from[i];
    return (int64_t)v;
}

static const char *use_of(enum channels_token what)
{
    switch (what) {
    case TOKEN_UNSUBSCRIBE: return "unsubscribe";
    case TOKEN_REPORT: return "delivery report";
    }
    return NULL;
}

bool channels_token_make(const struct env *env, const char *db_path, enum channels_token what, int64_t store_id, struct outbox_key key, char ret[CHANNELS_TOKEN_BYTES])
{
    unsigned char whole[TOKEN_WHOLE];
    put_i64(whole, store_id);
    put_i64(whole + 8, key.order_id);
    whole[16] = (unsigned char)key.wave;
    if (!keys_mac(env, db_path, use_of(what), (struct text){ (const char *)whole, TOKEN_PLAIN }, true, whole + TOKEN_PLAIN)) return false;
    sodium_bin2base64(ret, CHANNELS_TOKEN_BYTES, whole, sizeof whole, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    return true;
}

bool channels_token_read(const struct env *env, const char *db_path, enum channels_token what, struct text token, int64_t *ret_store_id, struct outbox_key *ret_key)
{
    unsigned char whole[TOKEN_WHOLE], mac[KEYS_MAC_BYTES];
    size_t n = 0;
    const char *end = NULL;
    if (sodium_base642bin(whole, sizeof whole, token.ptr, token.len, NULL, &n, &end, sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 || n != sizeof whole || end != token.ptr + token.len ||
        !keys_mac(env, db_path, use_of(what), (struct text){ (const char *)whole, TOKEN_PLAIN }, false, mac) || sodium_memcmp(mac, whole + TOKEN_PLAIN, sizeof mac) != 0)
        return false;
    *ret_store_id = get_i64(whole);
    *ret_key = (struct outbox_key){ .order_id = get_i64(whole + 8), .wave = whole[16] };
    return true;
}

void channels_address(const struct env *env, const char *db_path, const struct channel_settings *s, enum channels_token what, int64_t store_id, struct outbox_key key,
                      char ret[CHANNEL_URL_MAX])
{
    char token[CHANNELS_TOKEN_BYTES];
    ret[0] = '\0';
    if (!s->desk_url[0] || !channels_token_make(env, db_path, what, store_id, key, token)) return;
    const bool report = what == TOKEN_REPORT;
    snprintf(ret, CHANNEL_URL_MAX, "%s/api/v1/%s/%s%s", s->desk_url, report ? "reports" : "unsubscribe", token, report ? "?status=%d" : "");
}

/* ---- what comes back ---- */

static bool shop_of(struct store *s, int64_t store_id, struct shop *ret, bool *ret_found)
{
    struct shop *shops = s->env->memory.take(s->env->memory.ctx, LIMIT_STORES * sizeof *shops);
    const int n = shops ? shop_list(s, shops, LIMIT_STORES) : -1;
    *ret_found = false;
    for (int i = 0; i < n; i++) {
        if (shops[i].store_id != store_id) continue;
        *ret = shops[i];
        *ret_found = true;
    }
    if (shops) s->env->memory.give(s->env->memory.ctx, shops, LIMIT_STORES * sizeof *shops);
    return n >= 0;
}

bool channels_unsubscribe(struct store *s, int64_t store_id, struct outbox_key key)
{
    const struct suppression_new n = { .stop = STOP_OPT_OUT, .how = STOP_BY_UNSUBSCRIBE };
    struct shop shop;
    bool found, known;
    if (!shop_of(s, store_id, &shop, &found)) return false;
    if (!found) return true; /* the shop is gone, and writes to nobody */
    store_touch(s, store_id);
    return suppression_add_order(s, &shop, &n, key.order_id, &known);
}

bool channels_report(struct store *s, int64_t store_id, struct outbox_key key, int64_t figure)
{
    struct shop shop;
    bool found, done;
    if (figure != 1 && figure != 2 && figure != 16) return true;
    if (!shop_of(s, store_id, &shop, &found)) return false;
    if (!found) return true;
    store_touch(s, store_id);
    return outbox_resolve(s, &shop, key, figure == 1 ? OUTBOX_ARRIVED : OUTBOX_NOT_ARRIVED, OUTBOX_BY_GATEWAY, &done);
}
