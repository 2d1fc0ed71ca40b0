/* See notices.h. notices_main looks every few seconds: at each store's robots (robots_find), at what is new there (shop_look), and sends what is due
 * (robot_speak). A robot that does not answer is left alone for a while; what is red is tried again at once when more of it comes. */
#include "desk/notices.h"
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include "channel/channel.h"
#include "channel/digest.h"
#include "channel/settings.h"
#include "core/run/notice.h"
#include "desk/answer.h"
#include "desk/channels.h"
#include "desk/desk.h"
#include "store/outbox_store.h"
#include "store/policy_store.h"

enum { SEND_TIMEOUT_MS = 10000, TRIES_MAX = 8, REST = 20, UNKNOWN_COUNTED = 1000, ROBOTS_MAX = 3 };

struct robot { /* of one store */
    int64_t channel_id;
    struct channel_link *link;
    bool zh;
    struct digest digest;
    char failed[DIGEST_TEXT_BYTES]; /* what the robot did not take; "" when nothing waits */
    bool failed_urgent;
    int tries;
    int64_t again_at_ms;
};
struct watch { struct shop shop; struct notice_seen seen; struct robot robots[ROBOTS_MAX]; int robot_count; };
struct notices {
    struct desk *desk;
    pthread_t thread;
    int end;                        /* an eventfd */
    atomic_bool stopping;
    struct watch *watches[LIMIT_STORES];
    int count;
    uint64_t commits;               /* at the last look */
    int64_t look_at_us;
    int64_t sent;                   /* makes ids */
};

static const struct env *env_of(const struct notices *n) { return n->desk->env; }
static int64_t now_ms(const struct notices *n) { return env_of(n)->now_ms(env_of(n)->ctx); }
static int64_t now_us(const struct notices *n) { return env_of(n)->monotonic_us(env_of(n)->ctx); }

/* ---- robots ---- */

static void robot_open(struct notices *n, struct robot *r, const struct channels_in *in, const struct channel_row *row)
{
    struct channel_settings settings;
    *r = (struct robot){ .channel_id = row->channel_id, .zh = true };
    if (channels_open(in, row, &settings) != CHANNELS_FOUND) return; /* Settings says so; nothing is sent */
    r->zh = !strstr(settings.url, "larksuite.com");
    if (settings.timeout_ms == 0 || settings.timeout_ms > SEND_TIMEOUT_MS) settings.timeout_ms = SEND_TIMEOUT_MS;
    r->link = channel_open(env_of(n), &settings);
    settings_wipe(&settings);
}

/* The robots as they are set up now; those that stayed keep what they have to say. */
static bool robots_find(struct notices *n, struct store *s, struct watch *w)
{
    struct channel_row rows[CHANNEL_ROWS_MAX];
    struct robot found[ROBOTS_MAX];
    const struct channels_in in = { env_of(n), n->desk->path, s, &w->shop };
    const int count = channel_list(s, &w->shop, rows);
    int kept = 0;
    for (int i = 0; i < count && kept < ROBOTS_MAX; i++) {
        struct robot *old = NULL;
        if (rows[i].carries != CHANNEL_ROBOT) continue;
        for (int k = 0; k < w->robot_count; k++)
            if (w->robots[k].channel_id == rows[i].channel_id) old = &w->robots[k];
        if (old) {
            found[kept++] = *old;
            old->link = NULL; /* it lives on in found */
        } else robot_open(n, &found[kept++], &in, &rows[i]);
    }
    if (count < 0) return false;
    for (int k = 0; k < w->robot_count; k++) channel_close(w->robots[k].link);
    memcpy(w->robots, found, (size_t)kept * sizeof found[0]);
    w->robot_count = kept;
    return true;
}

/* ---- sending ---- */

struct noted { const struct shop *shop; int64_t channel_id; const struct channel_outcome *outcome; };

static bool note_run(struct store *s, void *arg)
{
    const struct noted *x = arg;
    return channel_note(s, x->shop, x->channel_id, (int)x->outcome->fate, text_from_cstr(x->outcome->code));
}

/* Sends `text`, and keeps it for later when it failed and may be tried again. */
static void robot_send(struct notices *n, struct watch *w, struct robot *r, const char *text, bool urgent)
{
    char id[CHANNEL_ID_MAX], body[DIGEST_TEXT_BYTES + sizeof w->shop.name + 8];
    struct channel_outcome out;
    const int len = snprintf(id, sizeof id, "notice-%lld-%lld", (long long)r->channel_id, (long long)++n->sent);
    snprintf(body, sizeof body, "【%s】%s", w->shop.name, text);
    const struct channel_message m = { .id = { id, (size_t)len }, .class = MESSAGE_SERVICE, .body = text_from_cstr(body), .attempt = r->tries, .urgent = urgent };
    const enum channel_fate fate = channel_send(r->link, &m, &out);
    (void)writer_call(n->desk->writer, note_run, &(struct noted){ &w->shop, r->channel_id, &out });
    if (fate == CHANNEL_FAILED && out.retry_at_ms != INSTANT_NONE && r->tries < TRIES_MAX) {
        if (text != r->failed) text_copy(r->failed, sizeof r->failed, text_from_cstr(text));
        r->failed_urgent = urgent;
        r->tries++;
        r->again_at_ms = out.retry_at_ms;
    } else { /* taken over, unknown or refused for good: never again by itself */
        r->failed[0] = '\0';
        r->tries = 0;
        r->again_at_ms = 0;
    }
}

static void robot_speak(struct notices *n, struct watch *w, struct robot *r)
{
    char text[DIGEST_TEXT_BYTES];
    bool urgent;
    if (!r->link) return;
    if (r->failed[0] && now_ms(n) >= r->again_at_ms) robot_send(n, w, r, r->failed, r->failed_urgent);
    /* While something waits, only what is red is tried; what waits is told before it, together. */
    while (!atomic_load(&n->stopping) && (!r->failed[0] || (r->digest.n > 0 && r->digest.waiting[0].urgent)) && digest_take(&r->digest, now_ms(n), r->zh, text, &urgent)) {
        if (r->failed[0]) {
            const size_t room = sizeof r->failed - strlen(r->failed) - 1;
            snprintf(r->failed + strlen(r->failed), room, "\n%s", text);
            text_mend_cut(r->failed);
            robot_send(n, w, r, r->failed, true);
            return;
        }
        robot_send(n, w, r, text, urgent);
    }
}

/* ---- what is new ---- */

static int kind_of(const char *word)
{
    for (int k = TODAY_IMPORT; k <= TODAY_NOTHING; k++)
        if (strcmp(word, today_kind_word((enum today_kind)k)) == 0) return k;
    return TODAY_NOTHING;
}

static void say(struct watch *w, int64_t at_ms, const char *en, const char *zh, bool urgent)
{
    for (int i = 0; i < w->robot_count; i++) {
        char line[DIGEST_NOTICE_BYTES];
        snprintf(line, sizeof line, "%s%s", urgent ? "🔴 " : "", w->robots[i].zh ? zh : en);
        text_mend_cut(line);
        digest_add(&w->robots[i].digest, at_ms, text_from_cstr(line), urgent);
    }
}

static bool is_quiet(const struct policy *p, const struct shop *shop, int64_t at_ms)
{
    const struct civil c = zone_civil(shop->zone, at_ms);
    const int minute = c.hour * 60 + c.minute;
    return p->quiet_from_min > p->quiet_until_min ? minute >= p->quiet_from_min || minute < p->quiet_until_min : minute >= p->quiet_from_min && minute < p->quiet_until_min;
}

/* False on a failure of the database. */
static bool shop_look(struct notices *n, struct store *s, struct watch *w)
{
    struct notice_fact facts[LIMIT_TODAY_LINES + 1];
    const char *en[LIMIT_TODAY_LINES + 1], *zh[LIMIT_TODAY_LINES + 1];
    char unknown_en[120], unknown_zh[120];
    int64_t by_state[OUTBOX_STATE_COUNT];
    int news[NOTICE_KINDS], count = 0;
    size_t i;
    enum answer_error error;
    struct policy policy;
    if (!policy_load(s, &w->shop, &policy) || !outbox_counts_by_state(s, &w->shop, UNKNOWN_COUNTED, by_state)) return false;
    const struct answer_ask ask = { .store = s, .shop = &w->shop, .policy = &policy, .now_ms = now_ms(n), .mask = ANSWER_CONTACT };
    json_t *today = answer_today(&ask, &error), *line;
    if (!today) return false;
    json_array_foreach(json_object_get(today, "lines"), i, line) {
        const json_t *reason = json_object_get(line, "reason");
        if (count == LIMIT_TODAY_LINES) break;
        en[count] = json_string_value(json_object_get(reason, "en"));
        zh[count] = json_string_value(json_object_get(reason, "zh"));
        facts[count++] = (struct notice_fact){ kind_of(json_string_value(json_object_get(line, "kind"))), json_integer_value(json_object_get(line, "count")), json_is_true(json_object_get(line, "urgent")) };
    }
    if (by_state[OUTBOX_UNKNOWN] > 0) {
        snprintf(unknown_en, sizeof unknown_en, "Of %lld messages nobody knows whether they arrived; look at the outbox.", (long long)by_state[OUTBOX_UNKNOWN]);
        snprintf(unknown_zh, sizeof unknown_zh, "有 %lld 条消息不知道是否送达，请查看发件箱。", (long long)by_state[OUTBOX_UNKNOWN]);
        en[count] = unknown_en;
        zh[count] = unknown_zh;
        facts[count++] = (struct notice_fact){ NOTICE_UNKNOWN, by_state[OUTBOX_UNKNOWN], true };
    }
    const int told = notice_news(&w->seen, facts, count, ask.now_ms, is_quiet(&policy, &w->shop, ask.now_ms), news);
    for (int k = 0; k < told; k++)
        if (en[news[k]] && zh[news[k]]) say(w, ask.now_ms, en[news[k]], zh[news[k]], facts[news[k]].urgent);
    json_decref(today);
    return true;
}

static struct watch *watch_of(struct notices *n, const struct shop *shop)
{
    for (int i = 0; i < n->count; i++)
        if (n->watches[i]->shop.store_id == shop->store_id) return n->watches[i];
    struct watch *w = n->count < LIMIT_STORES ? env_of(n)->memory.take(env_of(n)->memory.ctx, sizeof *w) : NULL;
    if (!w) return NULL;
    memset(w, 0, sizeof *w);
    n->watches[n->count++] = w;
    return w;
}

/* ---- the thread ---- */

static bool look(struct notices *n, struct store *s, struct shop *shops)
{
    const int count = shop_list(s, shops, LIMIT_STORES);
    for (int i = 0; i < count && !atomic_load(&n->stopping); i++) {
        struct watch *w = watch_of(n, &shops[i]);
        if (!w) continue;
        w->shop = shops[i];
        if (!robots_find(n, s, w) || (w->robot_count > 0 && !shop_look(n, s, w))) return false;
    }
    return count >= 0;
}

static void *notices_main(void *arg)
{
    struct notices *n = arg;
    struct store s = { .db = NULL };
    struct shop shops[LIMIT_STORES];
    struct pollfd end = { .fd = n->end, .events = POLLIN };
    struct desk_message m;
    while (poll(&end, 1, NOTICES_LOOK_MS / 3) <= 0 && !atomic_load(&n->stopping)) {
        const uint64_t commits = writer_commits(n->desk->writer);
        const int64_t began_us = now_us(n);
        const bool stale = commits != n->commits || began_us - n->look_at_us > INT64_C(60000000); /* time alone makes news, too */
        if (stale && began_us >= n->look_at_us && (s.db || desk_reader(env_of(n), n->desk->path, &s, &m))) {
            n->commits = commits;
            if (!look(n, &s, shops)) store_close(&s);
            const int64_t cost_us = now_us(n) - began_us, rest_us = cost_us * REST;
            n->look_at_us = now_us(n) + (rest_us > NOTICES_LOOK_MS * 1000 ? rest_us : NOTICES_LOOK_MS * 1000);
        }
        for (int i = 0; i < n->count; i++)
            for (int k = 0; k < n->watches[i]->robot_count && !atomic_load(&n->stopping); k++) robot_speak(n, n->watches[i], &n->watches[i]->robots[k]);
    }
    if (s.db) store_close(&s);
    return NULL;
}

struct notices *notices_start(struct desk *d)
{
    struct notices *n = d->env->memory.take(d->env->memory.ctx, sizeof *n);
    if (!n) return NULL;
    memset(n, 0, sizeof *n);
    n->desk = d;
    n->end = eventfd(0, EFD_CLOEXEC);
    if (n->end >= 0 && pthread_create(&n->thread, NULL, notices_main, n) == 0) return n;
    if (n->end >= 0) d->env->close(d->env->ctx, n->end);
    d->env->memory.give(d->env->memory.ctx, n, sizeof *n);
    return NULL;
}

void notices_ask_stop(struct notices *n)
{
    if (!n) return;
    atomic_store(&n->stopping, true);
    (void)eventfd_write(n->end, 1);
}

void notices_stop(struct notices *n)
{
    if (!n) return;
    const struct env *env = env_of(n);
    pthread_join(n->thread, NULL);
    for (int i = 0; i < n->count; i++) {
        for (int k = 0; k < n->watches[i]->robot_count; k++) channel_close(n->watches[i]->robots[k].link);
        env->memory.give(env->memory.ctx, n->watches[i], sizeof *n->watches[i]);
    }
    env->close(env->ctx, n->end);
    env->memory.give(env->memory.ctx, n, sizeof *n);
}
