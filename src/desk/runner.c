/* See runner.h.  Reads from the bottom up: runner_tick, shop_tick (one shop), decide_due (what is due), follow_switches. */
#include "desk/runner.h"
#include <stdio.h>

enum { SWITCH_AT_ONCE = 500, CATCH_UP_AT_ONCE = 256 };

/* What is remembered of a shop between ticks. */
struct runner_shop { int64_t store_id; unsigned on; int wave2_channel; struct outbox_cursor caught; struct outbox_people people; };
struct runner {
    const struct env *env;
    char path[1024];
    struct writer *writer;
    struct store reader;            /* .db NULL: not open */
    uint64_t replaced;
    struct runner_shop known[LIMIT_STORES];
    int known_count;
    struct shop shops[LIMIT_STORES];
    unsigned on[LIMIT_STORES];
    int shop_count;

    /* one tick of one shop */
    const struct shop *shop;
    struct runner_shop *at;
    int64_t now_ms;
    struct outbox_row due[RUNNER_DUE_MAX];
    struct outbox_verdict verdicts[RUNNER_DUE_MAX];
    int verdict_count;
    struct runner_tally *tally, step; /* step: of the writer's request, counted when it is durable */
};

struct runner *runner_open(const struct runner_ask *ask)
{
    struct runner *r = ask->env->memory.take(ask->env->memory.ctx, sizeof *r);
    if (!r) return NULL;
    memset(r, 0, sizeof *r);
    r->env = ask->env;
    r->writer = ask->writer;
    snprintf(r->path, sizeof r->path, "%s", ask->path);
    return r;
}

static void forget(struct runner *r)
{
    for (int i = 0; i < r->known_count; i++) outbox_people_release(&r->known[i].people);
    r->known_count = 0;
}

void runner_close(struct runner *r)
{
    if (!r) return;
    forget(r);
    if (r->reader.db) store_close(&r->reader);
    r->env->memory.give(r->env->memory.ctx, r, sizeof *r);
}

int runner_shops(const struct runner *r, const struct shop **ret_shops, const unsigned **ret_on)
{
    *ret_shops = r->shops;
    *ret_on = r->on;
    return r->shop_count;
}

/* ---- switches ---- */

static bool drop_run(struct store *s, void *arg)
{
    struct runner *r = arg;
    int64_t n = 0;
    if (!outbox_drop_all(s, r->shop, r->now_ms, SWITCH_AT_ONCE, &n) || n == 0) return false;
    r->step.dropped = (int)n;
    r->step.more = n == SWITCH_AT_ONCE;
    store_touch(s, r->shop->store_id);
    return true;
}

static bool unroute_run(struct store *s, void *arg)
{
    struct runner *r = arg;
    int64_t all = 0;
    for (enum channel c = CHANNEL_CHAT; c <= CHANNEL_DIRECTORY; c++) {
        int64_t n = 0;
        if (r->at->on >> c & 1u) continue;
        if (!outbox_unroute(s, r->shop, c, r->now_ms, SWITCH_AT_ONCE, &n)) return false;
        all += n;
        r->step.more = r->step.more || n == SWITCH_AT_ONCE;
    }
    return all > 0;
}

static bool catch_up_run(struct store *s, void *arg)
{
    struct runner *r = arg;
    if (!outbox_catch_up(s, r->shop, CATCH_UP_AT_ONCE, &r->at->caught)) return false;
    r->step.caught_up = CATCH_UP_AT_ONCE;
    r->step.more = !r->at->caught.through;
    return true;
}

/* True also where there was nothing to do. */
static bool ask_writer(struct runner *r, bool (*run)(struct store *, void *))
{
    r->step = (struct runner_tally){ 0 };
    const enum writer_result result = writer_call(r->writer, run, r);
    if (result == WRITER_REFUSED) return true;
    if (result != WRITER_DONE) return false;
    r->tally->held += r->step.held;
    r->tally->refused += r->step.refused;
    r->tally->caught_up += r->step.caught_up;
    r->tally->dropped += r->step.dropped;
    r->tally->more = r->tally->more || r->step.more;
    return true;
}

/* Whether anything waits for a way that is off. */
static bool waits_elsewhere(struct runner *r, unsigned on, bool *ret)
{
    *ret = false;
    for (enum channel c = CHANNEL_NONE; c <= CHANNEL_DIRECTORY && !*ret; c++) {
        int64_t due_ms = INSTANT_MAX;
        if (c == CHANNEL_NONE ? on != 0 : (on >> c & 1u) != 0) continue;
        if (!outbox_next_due(&r->reader, r->shop, c, &due_ms)) return false;
        *ret = due_ms != INSTANT_MAX;
    }
    return true;
}

static bool follow_switches(struct runner *r, unsigned on, const struct policy *policy)
{
    bool elsewhere;
    if (on != r->at->on || policy->wave2_channel != r->at->wave2_channel) r->at->caught = (struct outbox_cursor){ 0 };
    r->at->on = on;
    r->at->wave2_channel = policy->wave2_channel;
    if (!waits_elsewhere(r, on, &elsewhere)) return false;
    if (elsewhere && !ask_writer(r, on ? unroute_run : drop_run)) return false;
    if (!on || r->at->caught.through) return true;
    const struct outbox_cursor before = r->at->caught;
    if (ask_writer(r, catch_up_run)) return true;
    r->at->caught = before;
    return false;
}

/* ---- what is due ---- */

static bool decide_run(struct store *s, void *arg)
{
    struct runner *r = arg;
    for (int i = 0; i < r->verdict_count; i++) {
        bool done = false;
        if (!outbox_decide(s, r->shop, &r->verdicts[i], r->now_ms, &done)) return false;
        r->step.held += done && r->verdicts[i].event == OUTBOX_HOLD;
        r->step.refused += done && r->verdicts[i].event == OUTBOX_REFUSE;
    }
    if (r->step.held + r->step.refused == 0) return false;
    store_touch(s, r->shop->store_id);
    return true;
}

static bool look_due(struct runner *r, struct outbox_look *look, int n)
{
    r->verdict_count = 0;
    for (int i = 0; i < n; i++)
        if (!outbox_look_at(look, &r->due[i], CHANNEL_NONE, &r->verdicts[r->verdict_count++])) return false;
    return true;
}

static bool decide_due(struct runner *r)
{
    struct outbox_look look;
    int n = 0;
    if (!outbox_due(&r->reader, r->shop, CHANNEL_NONE, r->now_ms, r->due, RUNNER_DUE_MAX, &n)) return false;
    if (n == 0) return true;
    r->tally->due += n;
    bool ok = outbox_look_begin(&look, &r->reader, r->shop, r->now_ms, &r->at->people);
    const bool dark = ok && look.dark;
    if (ok && !dark) ok = look_due(r, &look, n);
    outbox_look_end(&look);
    r->tally->shops_dark += dark;
    if (!ok || dark) return ok;
    r->tally->more = r->tally->more || n == RUNNER_DUE_MAX;
    return ask_writer(r, decide_run);
}

/* ---- a tick ---- */

static struct runner_shop *known_of(struct runner *r, const struct shop *shop)
{
    for (int i = 0; i < r->known_count; i++)
        if (r->known[i].store_id == shop->store_id) return &r->known[i];
    if (r->known_count == LIMIT_STORES) forget(r);
    struct runner_shop *k = &r->known[r->known_count++];
    *k = (struct runner_shop){ .store_id = shop->store_id };
    return k;
}

static bool shop_tick(struct runner *r, const struct shop *shop, unsigned *ret_on)
{
    struct policy policy;
    unsigned on = 0;
    r->shop = shop;
    r->at = known_of(r, shop);
    if (!policy_load(&r->reader, shop, &policy) || !outbox_switches(&r->reader, shop, &on) || !follow_switches(r, on, &policy)) return false;
    *ret_on = on;
    r->tally->shops_on += on != 0;
    return on == 0 || decide_due(r);
}

static bool reader_open(struct runner *r)
{
    enum db_error error;
    char message[256];
    if (r->replaced != writer_replaced(r->writer)) { /* another content: nothing that is known of the one before holds */
        forget(r);
        r->replaced = writer_replaced(r->writer);
    }
    if (r->reader.db) return true;
    if (store_open(&r->reader, r->env, r->path, DB_READ, &error, message, sizeof message)) return true;
    r->reader.db = NULL;
    return false;
}

bool runner_tick(struct runner *r, struct runner_tally *ret)
{
    *ret = (struct runner_tally){ 0 };
    r->tally = ret;
    r->now_ms = r->env->now_ms(r->env->ctx);
    writer_settle(r->writer);
    if (!reader_open(r)) return false;
    const int n = shop_list(&r->reader, r->shops, LIMIT_STORES);
    bool ok = n >= 0;
    for (int i = 0; ok && i < n; i++) {
        r->on[i] = 0;
        ok = shop_tick(r, &r->shops[i], &r->on[i]);
    }
    r->shop_count = ok ? n : 0;
    if (ok) return true;
    store_close(&r->reader);
    r->reader.db = NULL;
    return false;
}
