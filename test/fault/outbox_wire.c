/* What leaves the house of outbox_sim.c, and the checkers: of every message as it leaves, and of the ledger at the end of a day. */
#include "outbox_world.h"

/* ---- what leaves the house, and the checkers ---- */

static bool within(int minute, int from, int until) { return from != until && (from < until ? minute >= from && minute < until : minute >= from || minute < until); }

static void check_hours(int order, int wave)
{
    const struct policy *p = &w->policy;
    const struct civil c = zone_civil(shop.zone, w->turn_clock_ms);
    const int m = c.hour * 60 + c.minute;
    if (within(m, p->night_from_min, p->night_until_min) || within(m, p->quiet_from_min, p->quiet_until_min) || within(m, 0, 480)) fault("in quiet hours", order, wave);
    if (within(m, p->meal1_from_min, p->meal1_until_min) || within(m, p->meal2_from_min, p->meal2_until_min)) fault("at a meal", order, wave);
    const bool used = p->good1_from_min != p->good1_until_min || p->good2_from_min != p->good2_until_min;
    if (used && !within(m, p->good1_from_min, p->good1_until_min) && !within(m, p->good2_from_min, p->good2_until_min)) fault("outside the good windows", order, wave);
}

/* By the desk's own clock; what it noted before its clock was put back counts, too. */
static void check_contacts(int order, int wave)
{
    const int buyer = w->orders[order].buyer;
    int within = 0;
    for (int i = 0; i < w->contact_count[buyer]; i++) {
        const int64_t age_ms = w->turn_clock_ms - w->contacts[buyer][i].at_ms;
        within += age_ms < MS_PER_DAY;
        if (age_ms < w->policy.gap_min_s * MS_PER_S && age_ms >= 0) fault("too soon after the last contact", order, wave);
    }
    if (within >= w->policy.cap_per_day) fault("above the cap", order, wave);
}

static void check_twice(int order, int wave)
{
    int before = 0;
    for (int i = 0; i < w->wire_count; i++) before += w->wire[i].order == order && w->wire[i].wave == wave && !w->wire[i].surely_not;
    if (before > w->again[order][wave]) fault("twice", order, wave);
}

/* A message may be two minutes on its way: the sender holds no reader's snapshot meanwhile, or an erasure could not empty the log. */
static void check_log_is_free(void)
{
    struct store beside;
    enum db_error error;
    const int64_t die_in = w->die_in;
    w->die_in = -1;
    if (!store_open(&beside, &env, path, DB_WRITE, &error, NULL, 0)) wrong("a second connection");
    if (!db_checkpoint(beside.db, true)) wrong("the log is kept while a message is on its way");
    store_close(&beside);
    w->die_in = die_in;
}

static enum channel_fate wire_send(void *link, const struct channel_message *m, struct channel_outcome *ret)
{
    struct outbox_key key;
    (void)link;
    if (!outbox_id_parse(m->id, &key)) wrong("a message without an id");
    int order = 0;
    while (order < ORDERS && w->orders[order].order_id != key.order_id) order++;
    if (order == ORDERS) wrong("a message about no order");
    const int buyer = w->orders[order].buyer;
    may_die(); /* leased, and nothing has left */
    if (w->wire_count == 0) check_log_is_free();
    if (w->known_closed[order]) fault("after a known payment or cancellation", order, key.wave);
    if (w->known_stopped[buyer]) fault("to somebody who asked to be left alone", order, key.wave);
    if (w->turn_clock_ms - w->turn_fact_ms > w->policy.feed_stale_after_s * MS_PER_S + MS_PER_S) fault("on stale data", order, key.wave);
    if (!w->orders[order].has_phone) fault("to nobody", order, key.wave);
    if (key.wave < 2) fault("a wave that is for people", order, key.wave);
    check_hours(order, key.wave);
    check_contacts(order, key.wave);
    check_twice(order, key.wave);
    if (w->now_ms - w->turn_ms > OUTBOX_LEASE_MS) fault("more than two seconds after its lease", order, key.wave);
    if (w->wire_count == WIRE_MAX) wrong("too many messages");

    const int64_t luck = some(20);
    struct wire *sent = &w->wire[w->wire_count];
    *sent = (struct wire){ order, key.wave, w->now_ms, w->now_ms + w->offset_ms, false, false };
    *ret = (struct channel_outcome){ .fate = CHANNEL_SENT, .began = true, .retry_at_ms = INSTANT_NONE, .code = "sent" };
    if (luck < 2) { ret->fate = CHANNEL_FAILED, ret->began = luck == 0, ret->retry_at_ms = w->now_ms + w->offset_ms + 30 * MS_PER_S + some(MS_PER_HOUR); sent->surely_not = true; }
    else if (luck < 3) { ret->fate = CHANNEL_FAILED; sent->surely_not = true; }
    else if (luck < 5) { ret->fate = CHANNEL_UNKNOWN; sent->arrived = some(2) == 0; }
    else sent->arrived = true;
    w->wire_count++; /* from here on it has left */
    if (!sent->surely_not) contact_note(buyer, order, key.wave, w->turn_clock_ms);
    w->now_ms += some(6) ? some(120) : some(2500);
    w->n.sent += ret->fate == CHANNEL_SENT;
    w->n.failed += ret->fate == CHANNEL_FAILED;
    w->n.unknown += ret->fate == CHANNEL_UNKNOWN;
    if (ret->fate != CHANNEL_FAILED) may_die(); /* left, and nothing of it is written down */
    for (int i = 0; i < w->act_count; i++) /* a payment crosses with what is leased */
        if (!w->acts[i].done && w->acts[i].kind == ACT_PAY && w->acts[i].at_ms <= w->now_ms + 10 * MS_PER_MIN && some(3) == 0) {
            act_do(&w->acts[i]);
            w->n.crossed++;
            break;
        }
    return ret->fate;
}

static void *wire_open(void *ctx, struct store *reader, const struct shop *s, enum channel channel)
{
    (void)ctx, (void)reader, (void)s;
    return channel == (w->email ? CHANNEL_EMAIL : CHANNEL_SMS) ? w : NULL;
}
static void wire_close(void *link) { (void)link; }
const struct sender_ways wire_ways = { .open = wire_open, .send = wire_send, .close = wire_close };

/* ---- the ledger beside what left ---- */

static bool ledger_each(void *ctx, const struct outbox_line *l)
{
    const enum outbox_state state = *(const enum outbox_state *)ctx;
    int order = 0;
    bool arrived = false, left = false;
    while (order < ORDERS && w->orders[order].order_id != l->row.key.order_id) order++;
    if (order == ORDERS) return true;
    for (int i = 0; i < w->wire_count; i++) {
        if (w->wire[i].order != order || w->wire[i].wave != l->row.key.wave) continue;
        left = true;
        arrived = arrived || w->wire[i].arrived;
    }
    if (state == OUTBOX_SENT && !text_is(l->rule, "arrived") && !arrived) fault(left ? "called sent, and surely not" : "called sent, and never left", order, l->row.key.wave);
    if ((state == OUTBOX_PLANNED || state == OUTBOX_FAILED || state == OUTBOX_DROPPED) && arrived && w->again[order][l->row.key.wave] == 0)
        fault("arrived, and the ledger does not know", order, l->row.key.wave);
    return true;
}

void ledger_check(struct store *s)
{
    for (int state = OUTBOX_PLANNED; state < OUTBOX_STATE_COUNT; state++) {
        const bool waits = outbox_waits((enum outbox_state)state);
        enum outbox_state of = (enum outbox_state)state;
        if (!outbox_list(s, &shop, &(struct outbox_filter){ of, waits ? INSTANT_NONE : INSTANT_MAX, waits ? 0 : INT64_MAX, waits ? 0 : 99, 1000 }, ledger_each, &of)) wrong("the ledger");
    }
}
