/* See channel_change.h. */
#include "desk/channel_change.h"
#include <sodium.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include "channel/settings.h"
#include "desk/channels.h"
#include "desk/desk.h"
#include "desk/keys.h"
#include "store/audit_store.h"

enum { TEST_TIMEOUT_MS = 20000 };

struct change {
    struct desk *desk;
    const struct channel_ask *ask;
    struct channel_made *made;
    struct desk_message *message;
    struct channel_settings settings;   /* of ADD; of TEST as they are kept */
    char *plain;                        /* of ADD: JSON */
};

static bool refused(struct desk_message *m, const char *code, const char *en, const char *zh)
{
    message_set(m, code, "%s", "%s", en);
    snprintf(m->zh, sizeof m->zh, "%s", zh);
    return false;
}

static bool find_shop(struct store *s, struct change *c, struct shop *ret)
{
    switch (shop_find(s, c->ask->store, ret)) {
    case SHOP_OK: return true;
    case SHOP_NONE: return refused(c->message, "no-store", "There is no such store here.", "这里没有这家店铺。");
    case SHOP_EXISTS: case SHOP_FAILED: break;
    }
    return refused(c->message, "database", "The database could not be read.", "数据库读取失败。");
}

/* ---- setting up ---- */

static bool add_prepare(struct change *c)
{
    struct settings_fault fault;
    char code[32], whole[FILE_PATH_MAX];
    int64_t bytes;
    if (!settings_read(c->ask->settings, &c->settings, &fault)) {
        snprintf(code, sizeof code, "channel-%.20s", fault.field);
        return refused(c->message, code, fault.en, fault.zh);
    }
    if (c->settings.kind == CHANNEL_KIND_DIRECTORY) {
        if (!file_absolute(c->settings.folder, whole) || file_look(whole, &bytes) != FILE_DIRECTORY || !directory_writable(whole))
            return refused(c->message, "channel-folder", "This is no folder that can be written.", "这不是可写入的文件夹。");
        text_copy(c->settings.folder, sizeof c->settings.folder, text_from_cstr(whole));
    }
    json_t *o = settings_write(&c->settings);
    c->plain = o ? json_dumps(o, JSON_COMPACT) : NULL;
    json_decref(o);
    settings_label(&c->settings, c->made->label, sizeof c->made->label);
    return c->plain || refused(c->message, "memory", "Out of memory.", "内存不足。");
}

static bool add_run(struct store *s, const struct shop *shop, struct change *c)
{
    static const char *const en[] = { [CHANNEL_PUT_TAKEN] = "This store has such a channel already; remove that one first.", [CHANNEL_PUT_TOO_MANY] = "This store has eight channels already; remove one first." };
    static const char *const zh[] = { [CHANNEL_PUT_TAKEN] = "此店铺已有这种渠道；请先删除原有的。", [CHANNEL_PUT_TOO_MANY] = "此店铺已有八个渠道；请先删除一个。" };
    const struct arena_source *memory = &c->desk->env->memory;
    struct channel_row row = { .kind = (int)c->settings.kind, .carries = c->settings.carries, .user_id = c->ask->user_id };
    const struct keys_owner owner = keys_owner_of(shop->store_id, 1000 + row.kind);
    const size_t size = keys_sealed_size(strlen(c->plain));
    unsigned char *sealed = size <= CHANNEL_SEALED_MAX ? memory->take(memory->ctx, size) : NULL;
    enum channel_put put = CHANNEL_PUT_FAILED;
    if (!sealed) return refused(c->message, "memory", "Out of memory.", "内存不足。");
    text_copy(row.label, sizeof row.label, text_from_cstr(c->made->label));
    const bool ok = keys_seal_bytes(c->desk->env, c->desk->path, &owner, text_from_cstr(c->plain), sealed, c->message);
    if (ok) put = channel_add(s, shop, &row, (struct text){ (const char *)sealed, size });
    memory->give(memory->ctx, sealed, size);
    c->made->channel_id = row.channel_id;
    if (put == CHANNEL_PUT_TAKEN || put == CHANNEL_PUT_TOO_MANY) return refused(c->message, "channel-taken", en[put], zh[put]);
    return put == CHANNEL_PUT;
}

static bool remove_run(struct store *s, const struct shop *shop, struct change *c)
{
    bool there = false;
    c->made->channel_id = c->ask->channel_id;
    if (!channel_remove(s, shop, c->ask->channel_id, &there)) return false;
    return there || refused(c->message, "not-there", "It is not there any more.", "已不存在。");
}

/* ---- a message to oneself ---- */

static bool test_load(struct change *c)
{
    struct channel_row rows[CHANNEL_ROWS_MAX];
    struct store reader;
    struct shop shop;
    bool ok = false;
    if (!desk_reader(c->desk->env, c->desk->path, &reader, c->message)) return false;
    const bool found = find_shop(&reader, c, &shop);
    const int n = found ? channel_list(&reader, &shop, rows) : -1;
    const struct channels_in in = { c->desk->env, c->desk->path, &reader, &shop };
    const struct channel_row *row = NULL;
    for (int i = 0; i < n; i++)
        if (rows[i].channel_id == c->ask->channel_id) row = &rows[i];
    if (found && n < 0) refused(c->message, "database", "The database could not be read.", "数据库读取失败。");
    if (n >= 0 && !row) refused(c->message, "not-there", "It is not there any more.", "已不存在。");
    switch (row ? channels_open(&in, row, &c->settings) : CHANNELS_NONE) {
    case CHANNELS_FOUND: ok = true; break;
    case CHANNELS_SEALED:
        refused(c->message, "key-file", "These settings were sealed with another key file; remove the channel and set it up again.", "这些设置由另一个密钥文件加密；请删除该渠道后重新设置。");
        break;
    case CHANNELS_NONE: break;
    case CHANNELS_FAILED: refused(c->message, "database", "The database could not be read.", "数据库读取失败。"); break;
    }
    if (row) text_copy(c->made->label, sizeof c->made->label, text_from_cstr(row->label));
    store_close(&reader);
    return ok;
}

static bool test_send(struct change *c)
{
    const struct env *env = c->desk->env;
    const bool robot = c->settings.carries == CHANNEL_ROBOT, mail = c->settings.carries == CHANNEL_EMAIL;
    char id[CHANNEL_ID_MAX];
    const int n = snprintf(id, sizeof id, "test-%lld", (long long)env->now_ms(env->ctx));
    const struct channel_message m = {
        .id = { id, (size_t)n }, .class = MESSAGE_SERVICE, .to = robot ? TEXT_NONE : text_trim(c->ask->to), .urgent = true,
        .subject = mail ? TEXT("掌柜测试消息 · A test from Zhanggui") : TEXT_NONE,
        .body = TEXT("这是掌柜的测试消息，渠道可用。\nThis is a test from Zhanggui: the channel works."),
    };
    if (c->settings.timeout_ms == 0 || c->settings.timeout_ms > TEST_TIMEOUT_MS) c->settings.timeout_ms = TEST_TIMEOUT_MS;
    struct channel_link *link = channel_open(env, &c->settings);
    if (!link) return refused(c->message, "memory", "Out of memory.", "内存不足。");
    (void)channel_send(link, &m, &c->made->outcome);
    channel_close(link);
    return true;
}

static bool test_run(struct store *s, const struct shop *shop, struct change *c)
{
    c->made->channel_id = c->ask->channel_id;
    return channel_note(s, shop, c->ask->channel_id, (int)c->made->outcome.fate, text_from_cstr(c->made->outcome.code));
}

/* ---- all ---- */

static const struct { const char *verb; bool (*prepare)(struct change *c), (*run)(struct store *s, const struct shop *shop, struct change *c); } deeds[] = {
    [CHANNEL_ADD] = { "channel-add", add_prepare, add_run }, [CHANNEL_REMOVE] = { "channel-remove", NULL, remove_run }, [CHANNEL_TEST] = { "channel-test", test_load, test_run },
};

static bool change_run(struct store *s, void *arg)
{
    struct change *c = arg;
    struct shop shop;
    char subject[96];
    if (!find_shop(s, c, &shop) || !deeds[c->ask->what].run(s, &shop, c)) return false;
    store_touch(s, shop.store_id);
    const int n = snprintf(subject, sizeof subject, "store %lld channel %lld", (long long)shop.store_id, (long long)c->made->channel_id);
    return audit_append(s, shop.merchant_id, &(struct audit_deed){ .user_id = c->ask->user_id, .verb = deeds[c->ask->what].verb, .subject = { subject, (size_t)n },
                                                                   .detail = c->ask->what == CHANNEL_REMOVE ? TEXT_NONE : text_from_cstr(c->made->label) });
}

enum desk_result desk_channel_change(struct desk *d, const struct channel_ask *ask, struct channel_made *ret, struct desk_message *ret_message)
{
    *ret = (struct channel_made){ .channel_id = 0 };
    if (!d->writer) return remote_channel_change(d, ask, ret, ret_message);
    struct change c = { .desk = d, .ask = ask, .made = ret, .message = ret_message };
    bool ok = !deeds[ask->what].prepare || deeds[ask->what].prepare(&c);
    if (ok && ask->what == CHANNEL_TEST) ok = test_send(&c);
    const enum desk_result r = ok ? message_of_writer(ret_message, writer_call(d->writer, change_run, &c)) : DESK_REFUSED;
    if (c.plain) {
        sodium_memzero(c.plain, strlen(c.plain));
        free(c.plain);
    }
    settings_wipe(&c.settings);
    return r;
}
