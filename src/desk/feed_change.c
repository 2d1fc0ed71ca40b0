/* See feed_change.h: first what the ask is made of (a token, a sealed secret, a folder), then the one write. */
#include "desk/feed_change.h"
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include "desk/desk.h"
#include "desk/feeds.h"
#include "desk/keys.h"
#include "store/audit_store.h"

enum { RANDOM_BYTES = 32 };

struct change {
    struct desk *desk;
    const struct feed_ask *ask;
    struct feed_made *made;
    struct desk_message *message;
    struct feed_token token;
    struct webhook_secret secret;
    struct feed_row row;
};

static bool refused(struct desk_message *m, const char *code, const char *en, const char *zh)
{
    message_set(m, code, "%s", "%s", en);
    snprintf(m->zh, sizeof m->zh, "%s", zh);
    return false;
}

/* ---- preparing ---- */

static bool name_is_good(struct text t)
{
    for (size_t i = 0; i < t.len; i++)
        if ((unsigned char)t.ptr[i] < 0x20 || t.ptr[i] == 0x7f) return false;
    return text_trim(t).len > 0 && t.len < FEED_NAME_MAX && text_utf8_valid(t);
}

static bool token_prepare(struct change *c)
{
    const struct env *env = c->desk->env;
    unsigned char random[RANDOM_BYTES];
    char text[sodium_base64_ENCODED_LEN(RANDOM_BYTES, sodium_base64_VARIANT_URLSAFE_NO_PADDING)];
    if (!name_is_good(c->ask->name))
        return refused(c->message, "token-name", "A token has a name of 1 to 63 bytes, so that you know later whose it is.", "令牌须有 1 至 63 字节的名称，以便日后辨认。");
    env->random(env->ctx, random, sizeof random);
    sodium_bin2base64(text, sizeof text, random, sizeof random, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    snprintf(c->made->shown, sizeof c->made->shown, FEED_TOKEN_PREFIX "%s", text);
    crypto_generichash(c->token.hash, sizeof c->token.hash, (const unsigned char *)c->made->shown, strlen(c->made->shown), NULL, 0);
    text_copy(c->token.name, sizeof c->token.name, c->ask->name);
    c->token.user_id = c->ask->user_id;
    sodium_memzero(random, sizeof random);
    sodium_memzero(text, sizeof text);
    return true;
}

static void secret_make(struct change *c)
{
    const struct env *env = c->desk->env;
    const bool standard = c->ask->source == FEED_STANDARD;
    const int variant = standard ? sodium_base64_VARIANT_ORIGINAL : sodium_base64_VARIANT_URLSAFE_NO_PADDING;
    unsigned char random[RANDOM_BYTES];
    char text[sodium_base64_ENCODED_LEN(RANDOM_BYTES, sodium_base64_VARIANT_ORIGINAL)];
    env->random(env->ctx, random, sizeof random);
    sodium_bin2base64(text, sizeof text, random, sizeof random, variant);
    snprintf(c->made->shown, sizeof c->made->shown, "%s%s", standard ? "whsec_" : "", text);
    sodium_memzero(random, sizeof random);
    sodium_memzero(text, sizeof text);
}

static bool secret_prepare(struct change *c)
{
    struct text told = text_trim(c->ask->told);
    if (!feed_source_signed(c->ask->source))
        return refused(c->message, "source", "The source is one of standard, shopify, woocommerce.", "来源须为 standard、shopify、woocommerce 之一。");
    if (told.len == 0 && c->ask->source == FEED_SHOPIFY)
        return refused(c->message, "secret", "Shopify makes its own secret: copy it from Settings, Notifications, Webhooks.", "Shopify 自己生成密钥：请从“设置”→“通知”→“Webhook”复制。");
    if (told.len == 0) {
        secret_make(c);
        told = text_from_cstr(c->made->shown);
    }
    if (webhook_secret_read(c->ask->source, told, &c->secret)) return true;
    return refused(c->message, "secret", c->ask->source == FEED_STANDARD ? "This is no secret of Standard Webhooks: it begins with whsec_ and goes on in base64."
                                                                         : "A secret has 8 to 128 characters without blanks.",
                   c->ask->source == FEED_STANDARD ? "这不是 Standard Webhooks 密钥：应以 whsec_ 开头，后接 base64。" : "密钥须为 8 至 128 个字符，不含空格。");
}

static bool limit_prepare(struct change *c)
{
    if (c->ask->source == FEED_NONE) return refused(c->message, "source", "There is no feed of that name.", "没有这个数据来源。");
    if (c->ask->limit_s >= FEED_LIMIT_MIN_S && c->ask->limit_s <= FEED_LIMIT_MAX_S) return true;
    return refused(c->message, "limit", "A feed may be silent for 5 minutes to 30 days.", "数据来源的静默上限为 5 分钟至 30 天。");
}

/* A folder of one's own: F.inbox/STORE, for this user only; or one that is there already, as a synced or shared one. */
static bool folder_prepare(struct change *c)
{
    char told[FILE_PATH_MAX], inbox[FILE_PATH_MAX];
    int64_t bytes;
    const struct text path = text_trim(c->ask->told);
    if (path.len == 0) {
        const int n = snprintf(inbox, sizeof inbox, "%s.inbox", c->desk->path);
        const int m = snprintf(told, sizeof told, "%s.inbox/%.*s", c->desk->path, (int)c->ask->store.len, c->ask->store.ptr);
        if (n >= FILE_PATH_MAX || m >= FILE_PATH_MAX || memchr(c->ask->store.ptr, '/', c->ask->store.len) || text_is(c->ask->store, ".") ||
            text_is(c->ask->store, ".."))
            return refused(c->message, "folder", "No folder can be made for this store beside the database; choose one.", "无法在数据库旁为此店铺建立文件夹；请另选一个。");
        if (!directory_make_private(inbox) || !directory_make_private(told)) {
            message_set(c->message, "folder", "The folder %s cannot be made: %s.", "无法建立文件夹 %s：%s。", told, strerror(errno));
            return false;
        }
    } else if (path.len >= sizeof told || path.ptr[0] != '/' || memchr(path.ptr, 0, path.len) || !text_utf8_valid(path)) {
        return refused(c->message, "folder", "Give the whole path of a folder, as /home/me/exports.", "请给出文件夹的完整路径，如 /home/me/exports。");
    } else {
        memcpy(told, path.ptr, path.len);
        told[path.len] = '\0';
    }
    if (!file_absolute(told, c->row.folder) || file_look(c->row.folder, &bytes) != FILE_DIRECTORY || !directory_writable(c->row.folder)) {
        message_set(c->message, "folder", "%s is no folder that can be read and written.", "%s 不是可读写的文件夹。", told);
        return false;
    }
    text_copy(c->made->shown, sizeof c->made->shown, text_from_cstr(c->row.folder));
    return true;
}

static bool prepare(struct change *c)
{
    switch (c->ask->what) {
    case FEED_TOKEN_MAKE: return token_prepare(c);
    case FEED_SECRET_SET: return secret_prepare(c);
    case FEED_LIMIT_SET: return limit_prepare(c);
    case FEED_FOLDER_ON: return folder_prepare(c);
    case FEED_TOKEN_REVOKE: case FEED_SECRET_REVOKE: case FEED_FOLDER_OFF: return true;
    }
    return false;
}

/* ---- writing ---- */

static bool feed_row_of(struct store *s, const struct shop *shop, enum feed_source source, struct feed_row *ret)
{
    struct feed_row rows[FEED_SOURCES];
    const int n = feed_list(s, shop, rows);
    *ret = (struct feed_row){ .source = source };
    for (int i = 0; i < n; i++)
        if (rows[i].source == source) *ret = rows[i];
    ret->limit_s = 0; /* as it was */
    return n >= 0;
}

static bool feed_switch(struct store *s, const struct shop *shop, enum feed_source source, bool on)
{
    struct feed_row row;
    if (!feed_row_of(s, shop, source, &row)) return false;
    row.on = on;
    return feed_set(s, shop, &row);
}

static bool put_done(struct change *c, enum feed_put put)
{
    if (put == FEED_PUT_TOO_MANY)
        refused(c->message, "too-many", c->ask->what == FEED_TOKEN_MAKE ? "There are 20 tokens already; revoke one first." : "There are two secrets already, the old and the new one; remove one first.",
                c->ask->what == FEED_TOKEN_MAKE ? "已有 20 个令牌；请先撤销一个。" : "已有新旧两个密钥；请先删除一个。");
    return put == FEED_PUT;
}

static bool token_make(struct store *s, const struct shop *shop, struct change *c)
{
    if (!put_done(c, feed_token_add(s, shop, &c->token))) return false;
    c->made->number = c->token.token_id;
    return feed_switch(s, shop, FEED_EVENTS, true);
}

static bool not_there(struct change *c) { return refused(c->message, "not-there", "It is not there any more.", "已不存在。"); }

static bool token_revoke(struct store *s, const struct shop *shop, struct change *c)
{
    struct feed_token left[FEED_TOKENS_MAX];
    bool there = false;
    if (!feed_token_remove(s, shop, c->ask->number, &there)) return false;
    if (!there) return not_there(c);
    const int n = feed_tokens(s, shop, left);
    return n > 0 || (n == 0 && feed_switch(s, shop, FEED_EVENTS, false));
}

static bool secret_set(struct store *s, const struct shop *shop, struct change *c)
{
    struct feed_secret sealed = { .source = c->ask->source };
    if (!keys_seal(c->desk->env, c->desk->path, shop, &c->secret, &sealed, c->message)) return false;
    if (!put_done(c, feed_secret_add(s, shop, &sealed))) return false;
    c->made->number = sealed.secret_no;
    return feed_switch(s, shop, c->ask->source, true);
}

static bool secret_revoke(struct store *s, const struct shop *shop, struct change *c)
{
    struct feed_secret left[3 * FEED_SECRETS_MAX];
    bool there = false, others = false;
    if (!feed_secret_remove(s, shop, c->ask->source, c->ask->number, &there)) return false;
    if (!there) return not_there(c);
    const int n = feed_secrets(s, shop, left, 3 * FEED_SECRETS_MAX);
    for (int i = 0; i < n; i++) others = others || left[i].source == c->ask->source;
    return n >= 0 && (others || feed_switch(s, shop, c->ask->source, false));
}

static bool limit_set(struct store *s, const struct shop *shop, struct change *c)
{
    struct feed_row row;
    if (!feed_row_of(s, shop, c->ask->source, &row)) return false;
    row.limit_s = c->ask->limit_s;
    return feed_set(s, shop, &row);
}

static bool folder_set(struct store *s, const struct shop *shop, struct change *c)
{
    struct feed_row row;
    if (!feed_row_of(s, shop, FEED_FOLDER, &row)) return false;
    row.on = c->ask->what == FEED_FOLDER_ON;
    if (row.on) memcpy(row.folder, c->row.folder, sizeof row.folder);
    return feed_set(s, shop, &row);
}

static const struct { const char *verb; bool (*run)(struct store *s, const struct shop *shop, struct change *c); } deeds[] = {
    [FEED_TOKEN_MAKE] = { "token-make", token_make },       [FEED_TOKEN_REVOKE] = { "token-revoke", token_revoke },
    [FEED_SECRET_SET] = { "secret-set", secret_set },       [FEED_SECRET_REVOKE] = { "secret-revoke", secret_revoke },
    [FEED_LIMIT_SET] = { "feed-limit", limit_set },         [FEED_FOLDER_ON] = { "feed-folder-on", folder_set },
    [FEED_FOLDER_OFF] = { "feed-folder-off", folder_set },
};

static bool change_run(struct store *s, void *arg)
{
    struct change *c = arg;
    struct shop shop;
    char subject[96];
    switch (shop_find(s, c->ask->store, &shop)) {
    case SHOP_OK: break;
    case SHOP_NONE: return refused(c->message, "no-store", "There is no such store here.", "这里没有这家店铺。");
    case SHOP_EXISTS: case SHOP_FAILED: return false;
    }
    if (!deeds[c->ask->what].run(s, &shop, c)) return false;
    const char *source = c->ask->what <= FEED_TOKEN_REVOKE ? "events" : c->ask->what >= FEED_FOLDER_ON ? "folder" : feed_source_word(c->ask->source);
    const long long number = c->made->number ? c->made->number : c->ask->number;
    const int n = snprintf(subject, sizeof subject, "store %lld feed %s %lld", (long long)shop.store_id, source, number);
    return audit_append(s, shop.merchant_id, &(struct audit_deed){ .user_id = c->ask->user_id, .verb = deeds[c->ask->what].verb,
                                                                   .subject = { subject, (size_t)n }, .detail = c->ask->name });
}

enum desk_result desk_feed_change(struct desk *d, const struct feed_ask *ask, struct feed_made *ret, struct desk_message *ret_message)
{
    *ret = (struct feed_made){ .number = 0 };
    if (!d->writer) return remote_feed_change(d, ask, ret, ret_message);
    struct change c = { .desk = d, .ask = ask, .made = ret, .message = ret_message };
    const enum desk_result r = prepare(&c) ? message_of_writer(ret_message, writer_call(d->writer, change_run, &c)) : DESK_REFUSED;
    if (r == DESK_DONE) feeds_changed(d->feeds);
    else sodium_memzero(ret, sizeof *ret);
    sodium_memzero(&c.secret, sizeof c.secret);
    return r;
}
