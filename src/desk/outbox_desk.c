/* See outbox_desk.h. */
#include "desk/outbox_desk.h"
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/eventfd.h>

struct lane {
    struct outbox_desk *desk;
    struct sender *sender;
    pthread_t thread;
    struct shop shop;
    enum channel channel;
    int end;
    bool ending;                /* was told to */
    atomic_bool ended;          /* its thread does nothing any more: joining waits for nobody */
};
struct outbox_desk {
    struct runner_ask ask;
    const struct sender_ways *ways;
    struct runner *runner;
    pthread_t thread;
    int end;                    /* an eventfd */
    atomic_bool stopping;
    struct lane *lanes[OUTBOX_LANES_MAX];
    int lane_count;
};

/* True when it was told to end. */
static bool rest(int end, int ms)
{
    struct pollfd p = { .fd = end, .events = POLLIN };
    return poll(&p, 1, ms) > 0;
}

/* ---- lanes ---- */

static void *lane_main(void *arg)
{
    struct lane *l = arg;
    struct sender_tally tally;
    bool busy = false;
    while (!rest(l->end, busy ? 0 : OUTBOX_TURN_MS)) busy = sender_turn(l->sender, &tally) && tally.leased + tally.held + tally.refused > 0;
    atomic_store(&l->ended, true);
    return NULL;
}

static void lane_free(struct outbox_desk *o, struct lane *l)
{
    sender_close(l->sender);
    if (l->end >= 0) o->ask.env->close(o->ask.env->ctx, l->end);
    o->ask.env->memory.give(o->ask.env->memory.ctx, l, sizeof *l);
}

static void lane_open(struct outbox_desk *o, const struct shop *shop, enum channel channel)
{
    const struct env *env = o->ask.env;
    struct lane *l = o->lane_count < OUTBOX_LANES_MAX ? env->memory.take(env->memory.ctx, sizeof *l) : NULL;
    if (!l) return; /* the next tick tries again */
    *l = (struct lane){ .desk = o, .shop = *shop, .channel = channel, .end = eventfd(0, EFD_CLOEXEC) };
    l->sender = sender_open(&(struct sender_ask){ env, o->ask.path, o->ask.writer, o->ways, shop, channel });
    if (l->end >= 0 && l->sender && pthread_create(&l->thread, NULL, lane_main, l) == 0) o->lanes[o->lane_count++] = l;
    else lane_free(o, l);
}

static void lane_ask_stop(struct lane *l)
{
    if (l->ending) return;
    l->ending = true;
    sender_ask_stop(l->sender);
    (void)eventfd_write(l->end, 1);
}

static bool wanted(const struct lane *l, const struct shop *shops, const unsigned *on, int n)
{
    for (int i = 0; i < n; i++)
        if (shops[i].store_id == l->shop.store_id && memcmp(shops[i].hash_key, l->shop.hash_key, sizeof l->shop.hash_key) == 0) return (on[i] >> l->channel & 1u) != 0;
    return false;
}

/* Lanes that are not wanted any more end, those that are wanted begin. One whose message is with a slow side ends when that is known, which may take minutes: nobody
 * waits for it here, and until then it has no second beside it, wanted again or not. */
static void lanes_follow(struct outbox_desk *o)
{
    const struct shop *shops;
    const unsigned *on;
    const int n = runner_shops(o->runner, &shops, &on);
    int kept = 0;
    for (int i = 0; i < o->lane_count; i++) {
        struct lane *l = o->lanes[i];
        if (!wanted(l, shops, on, n)) lane_ask_stop(l);
        if (!atomic_load(&l->ended)) {
            o->lanes[kept++] = l;
            continue;
        }
        pthread_join(l->thread, NULL);
        lane_free(o, l);
    }
    o->lane_count = kept;
    for (int i = 0; i < n; i++)
        for (enum channel c = CHANNEL_CHAT; c <= CHANNEL_DIRECTORY; c++) {
            bool there = (on[i] >> c & 1u) == 0;
            for (int k = 0; k < kept && !there; k++) there = o->lanes[k]->shop.store_id == shops[i].store_id && o->lanes[k]->channel == c;
            if (!there) lane_open(o, &shops[i], c);
        }
}

/* ---- the runner ---- */

static void *runner_main(void *arg)
{
    struct outbox_desk *o = arg;
    struct runner_tally tally = { 0 };
    while (!rest(o->end, tally.more ? 0 : OUTBOX_TICK_MS) && !atomic_load(&o->stopping)) {
        if (runner_tick(o->runner, &tally)) lanes_follow(o);
        else tally.more = false;
    }
    for (int i = 0; i < o->lane_count; i++) lane_ask_stop(o->lanes[i]);
    for (int i = 0; i < o->lane_count; i++) {
        pthread_join(o->lanes[i]->thread, NULL);
        lane_free(o, o->lanes[i]);
    }
    o->lane_count = 0;
    return NULL;
}

struct outbox_desk *outbox_desk_start(const struct runner_ask *ask, const struct sender_ways *ways)
{
    struct outbox_desk *o = ask->env->memory.take(ask->env->memory.ctx, sizeof *o);
    if (!o) return NULL;
    *o = (struct outbox_desk){ .ask = *ask, .ways = ways, .end = eventfd(0, EFD_CLOEXEC) };
    o->runner = runner_open(ask);
    if (o->end >= 0 && o->runner && pthread_create(&o->thread, NULL, runner_main, o) == 0) return o;
    runner_close(o->runner);
    if (o->end >= 0) ask->env->close(ask->env->ctx, o->end);
    ask->env->memory.give(ask->env->memory.ctx, o, sizeof *o);
    return NULL;
}

void outbox_desk_ask_stop(struct outbox_desk *o)
{
    if (!o) return;
    atomic_store(&o->stopping, true);
    (void)eventfd_write(o->end, 1);
}

void outbox_desk_stop(struct outbox_desk *o)
{
    if (!o) return;
    outbox_desk_ask_stop(o);
    pthread_join(o->thread, NULL);
    runner_close(o->runner);
    o->ask.env->close(o->ask.env->ctx, o->end);
    o->ask.env->memory.give(o->ask.env->memory.ctx, o, sizeof *o);
}
