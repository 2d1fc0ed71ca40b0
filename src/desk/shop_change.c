/* Commands that make a store, and keep a map of columns; the maps that an import may use. */
#include <stdio.h>
#include "desk/desk.h"
#include "store/audit_store.h"
#include "store/profile_store.h"

/* ---- stores ---- */

struct shop_call { const struct shop_new *n; int64_t user_id; enum shop_result result; };

static bool shop_run(struct store *s, void *arg)
{
    struct shop_call *c = arg;
    struct shop shop;
    c->result = shop_create(s, c->n, &shop);
    if (c->result != SHOP_OK) return false;
    char subject[64];
    const int n = snprintf(subject, sizeof subject, "store %lld", (long long)shop.store_id);
    return audit_append(s, shop.merchant_id, &(struct audit_deed){ .user_id = c->user_id, .verb = "store-create",
                                                                    .subject = { subject, (size_t)n }, .detail = c->n->key });
}

static bool shop_is_good(const struct env *env, const struct shop_new *n, struct desk_message *m)
{
    static const char *const platforms[] = { "taobao", "tmall", "aliexpress", "shopify", "other" };
    struct currency currency;
    char zone[64];
    bool known = false;
    for (size_t i = 0; i < sizeof platforms / sizeof platforms[0]; i++) known = known || text_is(n->platform, platforms[i]);
    snprintf(zone, sizeof zone, "%.*s", (int)(n->zone.len < 63 ? n->zone.len : 63), n->zone.ptr ? n->zone.ptr : "");
    if (!shop_key_good(n->key))
        message_set(m, "store-key", "A store's key is 1 to 63 letters, digits, dots, dashes or underscores.", "店铺代号为 1 至 63 个字母、数字、点、横线或下划线。");
    else if (n->name.len == 0 || n->name.len >= sizeof((struct shop){ 0 }.name) || !text_utf8_valid(n->name))
        message_set(m, "store-name", "A store's name is 1 to 127 bytes of UTF-8.", "店铺名称须为 1 至 127 字节的 UTF-8 文本。");
    else if (!known)
        message_set(m, "store-platform", "The platform is one of taobao, tmall, aliexpress, shopify, other.", "平台须为 taobao、tmall、aliexpress、shopify、other 之一。");
    else if (!currency_parse(n->currency, &currency))
        message_set(m, "store-currency", "The currency is a code of three letters, as CNY.", "币种须为三个字母的代码，如 CNY。");
    else if (!env->zone(env->ctx, zone))
        message_set(m, "store-zone", "The time zone is an IANA name, as Asia/Shanghai.", "时区须为 IANA 名称，如 Asia/Shanghai。");
    else
        return true;
    return false;
}

enum desk_result desk_shop_create(struct desk *d, const struct shop_new *n, int64_t user_id, struct desk_message *ret)
{
    if (!d->writer) return remote_shop_create(d, n, user_id, ret);
    if (!shop_is_good(d->env, n, ret)) return DESK_REFUSED;
    struct shop_call c = { .n = n, .user_id = user_id, .result = SHOP_FAILED };
    const enum writer_result r = writer_call(d->writer, shop_run, &c);
    if (r == WRITER_REFUSED)
        message_set(ret, "store-exists", "There is a store with this key already; nothing was changed.", "已有此代号的店铺；没有任何改动。");
    return message_of_writer(ret, r);
}

/* ---- profiles ---- */

struct profile_adding { struct profile_set *set; char error[256]; bool failed; };

static bool profile_add(void *ctx, struct text name, struct text json)
{
    struct profile_adding *a = ctx;
    (void)name;
    a->failed = !profile_set_add(a->set, json, a->error, sizeof a->error);
    return !a->failed;
}

struct profile_set *desk_profile_set(const struct env *env, struct store *reader, const struct shop *shop, struct desk_message *ret)
{
    struct profile_adding a = { .error = "" };
    a.set = profile_set_create(&env->memory, a.error, sizeof a.error);
    if (a.set && user_profile_each(reader, shop, profile_add, &a) && !a.failed) return a.set;
    message_set(ret, "profiles", "The column maps cannot be read: %s.", "无法读取列对照表：%s。", a.set && !a.failed ? db_error_message(reader->db) : a.error);
    if (a.set) profile_set_free(a.set);
    return NULL;
}

struct profile_call { struct text store, name, json; int64_t user_id; bool no_store; };

static bool profile_run(struct store *s, void *arg)
{
    struct profile_call *c = arg;
    struct shop shop;
    const enum shop_result found = shop_find(s, c->store, &shop);
    c->no_store = found == SHOP_NONE;
    return found == SHOP_OK && user_profile_put(s, &shop, c->name, c->json, c->user_id);
}

enum desk_result desk_profile_save(struct desk *d, struct text store, struct text name, struct text json, int64_t user_id,
                                   struct desk_message *ret)
{
    if (!d->writer) return remote_profile_save(d, store, name, json, user_id, ret);
    char error[256] = "out of memory";
    struct profile_set *set = profile_set_create(&d->env->memory, error, sizeof error);
    const bool good = set && profile_set_add(set, json, error, sizeof error);
    const struct profile *p = good ? profile_set_find(set, name) : NULL;
    char zone[64] = "";
    if (p) snprintf(zone, sizeof zone, "%.*s", (int)profile_zone(p).len, profile_zone(p).ptr ? profile_zone(p).ptr : "");
    if (set) profile_set_free(set);
    if (zone[0] && !d->env->zone(d->env->ctx, zone)) {
        message_set(ret, "zone", "There is no time zone \"%s\"; zones are IANA names, as Asia/Shanghai.", "没有时区“%s”；时区须为 IANA 名称，如 Asia/Shanghai。", zone);
        return DESK_REFUSED;
    }
    if (!p) {
        message_set(ret, "profile", "This column map cannot be kept: %s.", "此列对照表无法保存：%s。", good ? "it bears another name" : error);
        return DESK_REFUSED;
    }
    struct profile_call c = { store, name, json, user_id, false };
    const enum writer_result r = writer_call(d->writer, profile_run, &c);
    if (r == WRITER_REFUSED) message_set(ret, "no-store", "There is no such store here.", "这里没有这家店铺。");
    return message_of_writer(ret, r);
}
