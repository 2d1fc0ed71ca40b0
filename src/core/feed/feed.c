/* See feed.h. */
#include "core/feed/feed.h"
#include "core/words.h"

#define WORDS(literal) { literal, sizeof(literal) - 1 }
static const struct { const char *word; struct text en, zh; } sources[FEED_SOURCES] = {
    [FEED_NONE] = { "", WORDS(""), WORDS("") },
    [FEED_EVENTS] = { "events", WORDS("Events by token"), WORDS("令牌推送的事件") },
    [FEED_STANDARD] = { "standard", WORDS("Webhooks (Standard Webhooks)"), WORDS("Webhook（Standard Webhooks 签名）") },
    [FEED_SHOPIFY] = { "shopify", WORDS("Shopify webhooks"), WORDS("Shopify Webhook") },
    [FEED_WOOCOMMERCE] = { "woocommerce", WORDS("WooCommerce webhooks"), WORDS("WooCommerce Webhook") },
    [FEED_FOLDER] = { "folder", WORDS("Watched folder"), WORDS("监视文件夹") },
};

const char *feed_source_word(enum feed_source s) { return sources[s].word; }
struct text feed_source_text(enum feed_source s, bool zh) { return zh ? sources[s].zh : sources[s].en; }

enum feed_source feed_source_parse(struct text word)
{
    for (int i = FEED_EVENTS; i < FEED_SOURCES; i++)
        if (text_is(word, sources[i].word)) return (enum feed_source)i;
    return FEED_NONE;
}

const char *feed_state_word(enum feed_state s)
{
    switch (s) {
    case FEED_WAITING: return "waiting";
    case FEED_LIVE: return "live";
    case FEED_DARK: return "dark";
    }
    return "";
}

#define ARG(t) (int)(t).len, (t).ptr ? (t).ptr : ""

static struct reason dark_reason(struct arena *a, const struct feed_facts *f, int64_t silent_ms)
{
    const int64_t limit_ms = f->limit_s * MS_PER_S;
    const struct text en = feed_source_text(f->source, false), zh = feed_source_text(f->source, true);
    if (f->last_at_ms == INSTANT_NONE)
        return (struct reason){ "feed-dark",
            arena_printf(a, "%.*s: set up %.*s ago and nothing has come yet.", ARG(en), ARG(words_duration(a, silent_ms, false))),
            arena_printf(a, "%.*s：设置已 %.*s，还没有收到任何内容。", ARG(zh), ARG(words_duration(a, silent_ms, true))) };
    return (struct reason){ "feed-dark",
        arena_printf(a, "%.*s: silent for %.*s, limit %.*s. What happened since is not known here.", ARG(en),
                     ARG(words_duration(a, silent_ms, false)), ARG(words_duration(a, limit_ms, false))),
        arena_printf(a, "%.*s：已 %.*s 没有消息（上限 %.*s），此后的情况这里并不知道。", ARG(zh), ARG(words_duration(a, silent_ms, true)),
                     ARG(words_duration(a, limit_ms, true))) };
}

struct feed_decision feed_decide(struct arena *a, const struct feed_facts *f)
{
    const struct text en = feed_source_text(f->source, false), zh = feed_source_text(f->source, true);
    const bool never = f->last_at_ms == INSTANT_NONE;
    const int64_t since_ms = never ? f->made_at_ms : f->last_at_ms;
    const int64_t silent_ms = f->now_ms > since_ms ? f->now_ms - since_ms : 0;
    struct feed_decision d = { .age_s = never ? INT64_MAX : silent_ms / MS_PER_S };
    if (silent_ms > f->limit_s * MS_PER_S) {
        d.state = FEED_DARK;
        d.reason = dark_reason(a, f, silent_ms);
    } else if (never) {
        d.state = FEED_WAITING;
        d.reason = (struct reason){ "feed-waiting", arena_printf(a, "%.*s: set up, waiting for the first message.", ARG(en)),
                                    arena_printf(a, "%.*s：已设置，等待第一条消息。", ARG(zh)) };
    } else {
        d.state = FEED_LIVE;
        d.reason = (struct reason){ "feed-live", arena_printf(a, "%.*s: last heard %.*s ago.", ARG(en), ARG(words_duration(a, silent_ms, false))),
                                    arena_printf(a, "%.*s：%.*s前收到消息。", ARG(zh), ARG(words_duration(a, silent_ms, true))) };
    }
    return d;
}
