/* See channel.h: what every kind shares. A message is checked once, here, so that no kind meets a broken one. */
#include "channel/channel.h"
#include <assert.h>
#include <sodium.h>
#include "channel/link.h"

static const struct { const char *word; const struct channel_driver *driver; } kinds[CHANNEL_KINDS] = {
    [CHANNEL_KIND_SMTP] = { "smtp", &channel_smtp_driver },
    [CHANNEL_KIND_KANNEL] = { "kannel", &channel_kannel_driver },
    [CHANNEL_KIND_DINGTALK] = { "dingtalk", &channel_robot_driver },
    [CHANNEL_KIND_WECOM] = { "wecom", &channel_robot_driver },
    [CHANNEL_KIND_FEISHU] = { "feishu", &channel_robot_driver },
    [CHANNEL_KIND_DIRECTORY] = { "directory", &channel_directory_driver },
    [CHANNEL_KIND_NULL] = { "null", &channel_null_driver },
};

const char *channel_kind_word(enum channel_kind kind) { return kind > CHANNEL_KIND_NONE && kind < CHANNEL_KINDS ? kinds[kind].word : NULL; }

enum channel_kind channel_kind_parse(struct text word)
{
    for (int i = CHANNEL_KIND_NONE + 1; i < CHANNEL_KINDS; i++)
        if (kinds[i].word && text_is(word, kinds[i].word)) return (enum channel_kind)i;
    return CHANNEL_KIND_NONE;
}

struct channel_link *channel_open(const struct env *env, const struct channel_settings *settings)
{
    assert(channel_kind_word(settings->kind) && "checked settings");
    struct channel_link *link = env->memory.take(env->memory.ctx, sizeof *link);
    if (!link) return NULL;
    *link = (struct channel_link){ .env = env, .driver = kinds[settings->kind].driver, .settings = *settings };
    if (!link->driver->open || link->driver->open(link)) return link;
    sodium_memzero(link, sizeof *link);
    env->memory.give(env->memory.ctx, link, sizeof *link);
    return NULL;
}

void channel_close(struct channel_link *link)
{
    if (!link) return;
    const struct env *env = link->env;
    if (link->driver->close) link->driver->close(link);
    sodium_memzero(link, sizeof *link);
    env->memory.give(env->memory.ctx, link, sizeof *link);
}

/* ---- the message ---- */

static bool id_ok(struct text id)
{
    for (size_t i = 0; i < id.len; i++) {
        const char c = id.ptr[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || (c == '.' && i > 0))) return false;
    }
    return id.len > 0 && id.len <= CHANNEL_ID_MAX;
}

/* One line: no control character, so that it can stand in a header. */
static bool line_ok(struct text t, size_t max)
{
    for (size_t i = 0; i < t.len; i++)
        if ((unsigned char)t.ptr[i] < 0x20 || t.ptr[i] == 0x7f) return false;
    return t.len <= max && text_utf8_valid(t);
}

static bool body_ok(struct text t)
{
    for (size_t i = 0; i < t.len; i++)
        if (((unsigned char)t.ptr[i] < 0x20 && t.ptr[i] != '\n' && t.ptr[i] != '\t') || t.ptr[i] == 0x7f) return false;
    return t.len <= CHANNEL_BODY_MAX && text_utf8_valid(t) && text_trim(t).len > 0;
}

static bool message_ok(const struct channel_message *m)
{
    return id_ok(m->id) && line_ok(m->to, CHANNEL_TO_MAX) && line_ok(m->subject, CHANNEL_SUBJECT_MAX) && body_ok(m->body) &&
           line_ok(m->unsubscribe_url, CHANNEL_URL_MAX - 1) && line_ok(m->report_url, CHANNEL_URL_MAX - 1);
}

enum channel_fate channel_send(struct channel_link *link, const struct channel_message *message, struct channel_outcome *ret)
{
    *ret = (struct channel_outcome){ .retry_at_ms = INSTANT_NONE };
    if (message_ok(message)) link->driver->send(link, message, ret);
    else outcome_set(ret, CHANNEL_FAILED, WHY_MESSAGE);
    assert(ret->fate == CHANNEL_SENT || ret->fate == CHANNEL_FAILED || ret->fate == CHANNEL_UNKNOWN);
    return ret->fate;
}
