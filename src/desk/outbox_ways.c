/* See outbox_ways.h. */
#include "desk/outbox_ways.h"
#include "channel/settings.h"
#include "desk/channels.h"

struct way {
    const struct channel_ways *ways;
    struct shop shop;
    enum channel channel;
    int64_t channel_id;
    struct channel_settings about;  /* where the desk is reached; secrets are wiped */
    struct channel_link *link;
};

static void way_close(void *link)
{
    struct way *w = link;
    const struct env *env = w->ways->env;
    channel_close(w->link);
    env->memory.give(env->memory.ctx, w, sizeof *w);
}

static void *way_open(void *ctx, struct store *reader, const struct shop *shop, enum channel channel)
{
    const struct channel_ways *ways = ctx;
    struct way *w = ways->env->memory.take(ways->env->memory.ctx, sizeof *w);
    if (!w) return NULL;
    *w = (struct way){ .ways = ways, .shop = *shop, .channel = channel };
    const struct channels_in in = { ways->env, ways->db_path, reader, shop };
    if (channels_find(&in, channel, &w->about, &w->channel_id) == CHANNELS_FOUND) w->link = channel_open(ways->env, &w->about);
    char desk_url[sizeof w->about.desk_url];
    memcpy(desk_url, w->about.desk_url, sizeof desk_url);
    settings_wipe(&w->about);
    memcpy(w->about.desk_url, desk_url, sizeof desk_url);
    if (w->link) return w;
    way_close(w);
    return NULL;
}

static bool way_good(void *link, struct store *reader)
{
    const struct way *w = link;
    const struct channels_in in = { w->ways->env, w->ways->db_path, reader, &w->shop };
    int64_t id = 0;
    return channels_id(&in, w->channel, &id) == CHANNELS_FOUND && id == w->channel_id;
}

static void way_addresses(void *link, struct outbox_key key, char *ret_unsubscribe, char *ret_report)
{
    const struct way *w = link;
    const struct channel_ways *ways = w->ways;
    if (w->channel == CHANNEL_EMAIL) channels_address(ways->env, ways->db_path, &w->about, TOKEN_UNSUBSCRIBE, w->shop.store_id, key, ret_unsubscribe);
    if (w->channel == CHANNEL_SMS) channels_address(ways->env, ways->db_path, &w->about, TOKEN_REPORT, w->shop.store_id, key, ret_report);
}

static enum channel_fate way_send(void *link, const struct channel_message *m, struct channel_outcome *ret) { return channel_send(((struct way *)link)->link, m, ret); }

static bool way_note(void *link, struct store *s, enum channel_fate fate, struct text code)
{
    const struct way *w = link;
    return channel_note(s, &w->shop, w->channel_id, (int)fate, code);
}

void channel_ways_init(struct channel_ways *w, const struct env *env, const char *db_path)
{
    *w = (struct channel_ways){ { w, way_open, way_good, way_addresses, way_send, way_note, way_close }, env, db_path };
}
