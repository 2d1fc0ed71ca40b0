/* See notice_robot.h. */
#include "desk/notice_robot.h"
#include <poll.h>
#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include "channel/digest.h"
#include "store/channel_store.h"

enum { SEND_TIMEOUT_MS = 10000, TRIES_MAX = 8, WAKE_MS = 500 };

struct notice_robot {
    const struct env *env;
    struct writer *writer;
    struct shop shop;
    int64_t channel_id;
    bool zh;
    struct channel_link *link;
    pthread_t thread;
    atomic_bool stopping;
    pthread_mutex_t lock;           /* guards digest */
    int more;                       /* an eventfd: something was said, or it is over */
    struct digest digest;
    /* the thread's own: */
    char failed[DIGEST_TEXT_BYTES]; /* what the robot did not take; "" when nothing waits */
    bool failed_urgent;
    int tries;
    int64_t again_at_ms, sent;
};

static int64_t now_ms(const struct notice_robot *r) { return r->env->now_ms(r->env->ctx); }

/* ---- sending ---- */

struct noted { const struct notice_robot *robot; const struct channel_outcome *outcome; };

static bool note_run(struct store *s, void *arg)
{
    const struct noted *x = arg;
    return channel_note(s, &x->robot->shop, x->robot->channel_id, (int)x->outcome->fate, text_from_cstr(x->outcome->code));
}

/* Sends `text`, and keeps it for later when it failed and may be tried again. */
static void send_text(struct notice_robot *r, const char *text, bool urgent)
{
    char id[CHANNEL_ID_MAX], body[DIGEST_TEXT_BYTES + sizeof r->shop.name + 8];
    struct channel_outcome out;
    const int len = snprintf(id, sizeof id, "notice-%lld-%lld", (long long)r->channel_id, (long long)++r->sent);
    snprintf(body, sizeof body, "【%s】%s", r->shop.name, text);
    const struct channel_message m = { .id = { id, (size_t)len }, .class = MESSAGE_SERVICE, .body = text_from_cstr(body), .attempt = r->tries, .urgent = urgent };
    const enum channel_fate fate = channel_send(r->link, &m, &out);
    (void)writer_call(r->writer, note_run, &(struct noted){ r, &out });
    if (fate == CHANNEL_FAILED && out.retry_at_ms != INSTANT_NONE && r->tries < TRIES_MAX) {
        if (text != r->failed) text_copy(r->failed, sizeof r->failed, text_from_cstr(text));
        r->failed_urgent = urgent;
        r->tries++;
        r->again_at_ms = out.retry_at_ms;
    } else { /* taken over, unknown or refused for good: never again by itself */
        r->failed[0] = '\0';
        r->tries = 0;
    }
}

/* The next text that may leave now. While something waits for its retry, only what is red: it is told together with what waits. */
static bool take_text(struct notice_robot *r, char ret[DIGEST_TEXT_BYTES], bool *ret_urgent)
{
    const bool waits = r->failed[0] != '\0';
    pthread_mutex_lock(&r->lock);
    const bool red = r->digest.n > 0 && r->digest.waiting[0].urgent;
    const bool taken = (!waits || red) && digest_take(&r->digest, now_ms(r), r->zh, ret, ret_urgent);
    pthread_mutex_unlock(&r->lock);
    if (taken && waits) {
        const size_t n = strlen(r->failed);
        snprintf(r->failed + n, sizeof r->failed - n, "\n%s", ret);
        text_mend_cut(r->failed);
        text_copy(ret, DIGEST_TEXT_BYTES, text_from_cstr(r->failed));
    }
    return taken;
}

static void *robot_main(void *arg)
{
    struct notice_robot *r = arg;
    char text[DIGEST_TEXT_BYTES];
    bool urgent;
    while (!atomic_load(&r->stopping)) {
        if (r->failed[0] && now_ms(r) >= r->again_at_ms) send_text(r, r->failed, r->failed_urgent);
        else if (take_text(r, text, &urgent)) send_text(r, text, urgent);
        else {
            struct pollfd more = { .fd = r->more, .events = POLLIN };
            eventfd_t n;
            if (poll(&more, 1, WAKE_MS) > 0) (void)eventfd_read(r->more, &n);
        }
    }
    return NULL;
}

/* ---- open, say, close ---- */

static void robot_free(struct notice_robot *r)
{
    channel_close(r->link);
    if (r->more >= 0) r->env->close(r->env->ctx, r->more);
    pthread_mutex_destroy(&r->lock);
    r->env->memory.give(r->env->memory.ctx, r, sizeof *r);
}

struct notice_robot *notice_robot_open(const struct notice_robot_ask *ask)
{
    struct notice_robot *r = ask->env->memory.take(ask->env->memory.ctx, sizeof *r);
    struct channel_settings settings = *ask->settings;
    if (!r) return NULL;
    memset(r, 0, sizeof *r);
    r->env = ask->env;
    r->writer = ask->writer;
    r->shop = *ask->shop;
    r->channel_id = ask->channel_id;
    r->zh = !strstr(settings.url, "larksuite.com");
    if (settings.timeout_ms == 0 || settings.timeout_ms > SEND_TIMEOUT_MS) settings.timeout_ms = SEND_TIMEOUT_MS;
    pthread_mutex_init(&r->lock, NULL);
    r->more = eventfd(0, EFD_CLOEXEC);
    r->link = channel_open(r->env, &settings);
    sodium_memzero(&settings, sizeof settings);
    if (r->link && r->more >= 0 && pthread_create(&r->thread, NULL, robot_main, r) == 0) return r;
    robot_free(r);
    return NULL;
}

int64_t notice_robot_id(const struct notice_robot *r) { return r->channel_id; }

void notice_robot_say(struct notice_robot *r, struct text en, struct text zh, bool urgent)
{
    char line[DIGEST_NOTICE_BYTES];
    const struct text said = r->zh ? zh : en;
    snprintf(line, sizeof line, "%s%.*s", urgent ? "🔴 " : "", (int)said.len, said.ptr);
    text_mend_cut(line);
    pthread_mutex_lock(&r->lock);
    digest_add(&r->digest, now_ms(r), text_from_cstr(line), urgent);
    pthread_mutex_unlock(&r->lock);
    (void)eventfd_write(r->more, 1);
}

void notice_robot_ask_stop(struct notice_robot *r)
{
    atomic_store(&r->stopping, true);
    (void)eventfd_write(r->more, 1);
}

void notice_robot_close(struct notice_robot *r)
{
    notice_robot_ask_stop(r);
    pthread_join(r->thread, NULL);
    robot_free(r);
}
