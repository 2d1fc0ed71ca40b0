/* See notices.h. notices_main looks every few seconds: at each store's robots (robots_find), and at what is new there (shop_look); each robot speaks on
 * a thread of its own (notice_robot.c). */
#include "desk/notices.h"
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include "channel/settings.h"
#include "core/run/notice.h"
#include "desk/answer.h"
#include "desk/channels.h"
#include "desk/desk.h"
#include "desk/notice_robot.h"
#include "store/outbox_store.h"
#include "store/policy_store.h"

enum { REST = 20, UNKNOWN_COUNTED = 1000, ROBOTS_MAX = 3 };

struct watch { struct shop shop; struct notice_seen seen; struct notice_robot *robots[ROBOTS_MAX]; int robot_count; };
struct notices {
    struct desk *desk;
    pthread_t thread;
    int end;                        /* an eventfd */
    atomic_bool stopping;
    struct watch *watches[LIMIT_STORES];
    int count;
    uint64_t commits;               /* at the last look */
    int64_t look_at_us;
};

static const struct env *env_of(const struct notices *n) { return n->desk->env; }
static int64_t now_ms(const struct notices *n) { return env_of(n)->now_ms(env_of(n)->ctx); }
static int64_t now_us(const struct notices *n) { return env_of(n)->monotonic_us(env_of(n)->ctx); }

/* ---- robots ---- */

static struct notice_robot *robot_open(struct notices *n, const struct channels_in *in, const struct channel_row *row)
{
    struct channel_settings settings;
    if (channels_open(in, row, &settings) != CHANNELS_FOUND) return NULL; /* Settings says so; nothing is sent */
    struct notice_robot *r = notice_robot_open(&(struct notice_robot_ask){ env_of(n), n->desk->writer, in->shop, row->channel_id, &settings });
    settings_wipe(&settings);
    return r;
}

/* The robots as they are set up now; those that stayed keep what they have to say. */
static bool robots_find(struct notices *n, struct store *s, struct watch *w)
{
    struct channel_row rows[CHANNEL_ROWS_MAX];
    struct notice_robot *found[ROBOTS_MAX];
    const struct channels_in in = { env_of(n), n->desk->path, s, &w->shop };
    const int count = channel_list(s, &w->shop, rows);
    int kept = 0;
    if (count < 0) return false;
    for (int i = 0; i < count && kept < ROBOTS_MAX; i++) {
        struct notice_robot *r = NULL;
        if (rows[i].carries != CHANNEL_ROBOT) continue;
        for (int k = 0; k < w->robot_count; k++) {
            if (!w->robots[k] || notice_robot_id(w->robots[k]) != rows[i].channel_id) continue;
            r = w->robots[k];
            w->robots[k] = NULL;
        }
        if (!r) r = robot_open(n, &in, &rows[i]);
        if (r) found[kept++] = r;
    }
    for (int k = 0; k < w->robot_count; k++)
        if (w->robots[k]) notice_robot_close(w->robots[k]);
    memcpy(w->robots, found, (size_t)kept * sizeof found[0]);
    w->robot_count = kept;
    return true;
}

/* ---- what is new ---- */

static int kind_of(const char *word)
{
    for (int k = TODAY_IMPORT; k <= TODAY_NOTHING; k++)
        if (strcmp(word, today_kind_word((enum today_kind)k)) == 0) return k;
    return TODAY_NOTHING;
}

static bool is_quiet(const struct policy *p, const struct shop *shop, int64_t at_ms)
{
    return minute_in(zone_minute(shop->zone, at_ms), p->quiet_from_min, p->quiet_until_min);
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
        for (int r = 0; r < w->robot_count && en[news[k]] && zh[news[k]]; r++)
            notice_robot_say(w->robots[r], text_from_cstr(en[news[k]]), text_from_cstr(zh[news[k]]), facts[news[k]].urgent);
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
    for (int i = 0; i < n->count; i++)
        for (int k = 0; k < n->watches[i]->robot_count; k++) notice_robot_ask_stop(n->watches[i]->robots[k]);
    for (int i = 0; i < n->count; i++) {
        for (int k = 0; k < n->watches[i]->robot_count; k++) notice_robot_close(n->watches[i]->robots[k]);
        env->memory.give(env->memory.ctx, n->watches[i], sizeof *n->watches[i]);
    }
    env->close(env->ctx, n->end);
    env->memory.give(env->memory.ctx, n, sizeof *n);
}
