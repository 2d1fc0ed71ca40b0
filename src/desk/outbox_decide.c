/* See outbox_decide.h. */
#include "desk/outbox_decide.h"
#include <string.h>

#define LOOK_AGAIN_MS (30 * MS_PER_MIN) /* what nobody can tell the end of: a dispute, a review, a balance without a date */

/* ---- what records tell about people ---- */

/* What changes when records do: they come and go with imports only. */
static bool people_key(struct store *s, const struct shop *shop, int64_t ret[3])
{
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT COUNT(*) AS imports, COALESCE(MAX(import_id), 0) AS latest, COALESCE(SUM(state), 0) AS states FROM import"
                                           " WHERE merchant_id = $1 AND store_id = $2"));
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    const enum db_step step = db_step(q);
    for (int i = 0; i < 3 && step == DB_ROW; i++) ret[i] = db_i64_at(q, i);
    db_done(q);
    return step == DB_ROW;
}

/* An import that runs adds records with each commit. */
static bool import_runs(struct store *s, const struct shop *shop, bool *ret)
{
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT 1 FROM import WHERE merchant_id = $1 AND store_id = $2 AND state = 1 LIMIT 1"));
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    const enum db_step step = db_step(q);
    *ret = step == DB_ROW;
    db_done(q);
    return step != DB_FAILED;
}

void outbox_people_release(struct outbox_people *p)
{
    if (p->loaded) plan_people_release(&p->people);
    p->loaded = false;
}

static bool people_fresh(struct outbox_people *p, struct store *s, const struct shop *shop, const struct policy *policy, int64_t now_ms)
{
    int64_t key[3] = { 0 };
    bool runs;
    if (!people_key(s, shop, key) || !import_runs(s, shop, &runs)) return false;
    const bool same = p->loaded && !runs && p->store_id == shop->store_id && memcmp(key, p->key, sizeof key) == 0 && p->rollbacks == db_rollbacks(s->db) &&
                      p->hour == now_ms / MS_PER_HOUR;
    if (same) return true;
    outbox_people_release(p);
    if (!plan_people_load(&p->people, s, shop, &(struct plan_people_ask){ policy, now_ms, false })) {
        plan_people_release(&p->people);
        return false;
    }
    p->loaded = true;
    p->store_id = shop->store_id;
    memcpy(p->key, key, sizeof key);
    p->rollbacks = db_rollbacks(s->db);
    p->hour = now_ms / MS_PER_HOUR; /* reviews grow old, too */
    return true;
}

/* ---- the look ---- */

bool outbox_look_begin(struct outbox_look *l, struct store *s, const struct shop *shop, int64_t now_ms, struct outbox_people *people)
{
    memset(l, 0, sizeof *l);
    if (!policy_load(s, shop, &l->policy) || !outbox_switches(s, shop, &l->on) || !people_fresh(people, s, shop, &l->policy, now_ms)) return false;
    const struct plan_desk_ask ask = { .store = s, .shop = shop, .policy = &l->policy, .now_ms = now_ms, .people = &people->people, .live = true };
    l->begun = true;
    if (!plan_desk_begin(&l->desk, &ask)) return false;
    l->dark = l->desk.feed_age_s > l->policy.feed_stale_after_s;
    return true;
}

void outbox_look_end(struct outbox_look *l)
{
    if (l->begun) plan_desk_end(&l->desk);
}

/* ---- one message ---- */

static void hold(struct outbox_verdict *v, enum channel channel, int64_t until_ms, const char *rule)
{
    v->event = OUTBOX_HOLD;
    v->channel = channel;
    v->until_ms = until_ms;
    v->rule = rule;
}

static void refuse(struct outbox_verdict *v, const char *rule)
{
    v->event = OUTBOX_REFUSE;
    v->rule = rule;
}

/* Chat is by hand: a person may write now, the message waits for the wave after it. */
static void leave_to_people(const struct outbox_look *l, const struct reminder_plan *plan, int64_t now_ms, struct outbox_verdict *v)
{
    const int64_t next_ms = plan->due_at_ms + (l->policy.wave2_after_s - l->policy.wave1_after_s) * MS_PER_S;
    if (plan->wave == 1 && next_ms > now_ms) hold(v, CHANNEL_NONE, next_ms, "by-hand");
    else refuse(v, "by-hand");
}

static void verdict_of(const struct outbox_look *l, const struct plan_facts *f, enum channel lane, struct outbox_verdict *v)
{
    const struct reminder_plan plan = plan_check(&l->policy, f);
    const int64_t now_ms = f->contact.now_ms;
    const bool chat = plan.channel == CHANNEL_CHAT, by_itself = (l->on >> plan.channel & 1u) != 0;
    if (plan.wave > 0) v->wave = plan.wave;
    v->rule = plan_word(&plan);
    switch (plan.verdict) {
    case CONTACT_NEVER: refuse(v, v->rule); return;
    case CONTACT_HOLD:
        if (plan.until_ms == INSTANT_NONE) hold(v, CHANNEL_NONE, now_ms + LOOK_AGAIN_MS, v->rule);
        else if (chat && plan.wave > 1) refuse(v, "by-hand");
        else hold(v, by_itself && plan_reaches(f, plan.channel) ? plan.channel : CHANNEL_NONE, plan.until_ms, v->rule);
        return;
    case CONTACT_SEND:
        if (chat) leave_to_people(l, &plan, now_ms, v);
        else if (!by_itself) refuse(v, "by-hand");
        else if (!plan_reaches(f, plan.channel)) refuse(v, "no-address");
        else if (plan.channel != lane) hold(v, plan.channel, now_ms, v->rule);
        else {
            v->event = OUTBOX_LEASE;
            v->channel = lane;
        }
        return;
    }
}

struct looking { struct outbox_look *l; enum channel lane; struct outbox_verdict *v; bool found, ok; };

static bool look_one(void *ctx, const struct order_row *o)
{
    struct looking *k = ctx;
    struct plan_facts f;
    const char *closed = outbox_order_closed(&o->order);
    k->found = true;
    if (closed) { /* whenever: what is told of later than now was told before the clock was put back */
        refuse(k->v, closed);
        return true;
    }
    k->ok = plan_facts_of(&k->l->desk, o, &f);
    if (k->ok) verdict_of(k->l, &f, k->lane, k->v);
    return k->ok;
}

bool outbox_look_at(struct outbox_look *l, const struct outbox_row *row, enum channel lane, struct outbox_verdict *ret)
{
    struct outbox_verdict v = { .key = row->key, .wave = row->key.wave, .seen_due_ms = row->due_at_ms };
    struct looking k = { .l = l, .lane = lane, .v = &v, .ok = true };
    if (!outbox_order(l->desk.ask.store, l->desk.ask.shop, row->key.order_id, look_one, &k) || !k.ok) return false;
    if (!k.found) refuse(&v, "gone");
    else if (row->state == OUTBOX_FAILED && row->tries >= OUTBOX_TRIES_MAX && v.event != OUTBOX_REFUSE) refuse(&v, "tries-over");
    *ret = v;
    return true;
}
