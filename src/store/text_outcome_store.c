/* See text_outcome_store.h. */
#include "store/text_outcome_store.h"
#include "core/contact/outbox.h"
#include "core/run/reminder.h"
#include "store/query_row.h"

struct contact_row { int64_t order_id, at_ms, placed_ms, paid_ms; int wave; enum channel channel; struct text key; };

/* Reminders by order, then time. A buyer who was not reached, or to whom nobody knows whether it went out, may have seen it all the same: it ends
 * the trial of the one before. */
static struct db_stmt *contacts(struct store *s, const struct shop *shop, const struct text_outcomes_ask *ask)
{
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT c.order_id, c.wave, c.channel, c.at_ms, c.text_key, o.placed_at_ms, o.paid_at_ms FROM"
                                           " (SELECT b.order_id, b.wave, b.channel, b.at_ms, b.text_key FROM (SELECT m.order_id, m.wave, CAST($5 AS BIGINT) AS channel,"
                                           " m.at_ms, CASE WHEN m.outcome = 1 THEN m.text_key END AS text_key FROM reminder_mark m"
                                           " JOIN orders s ON s.merchant_id = m.merchant_id AND s.order_id = m.order_id AND s.store_id = $2"
                                           " WHERE m.merchant_id = $1 AND m.at_ms > $3 AND m.at_ms <= $4 AND m.outcome IN (1, 3)"
                                           " UNION ALL SELECT x.order_id, x.wave, x.channel, x.sent_at_ms, x.text_key FROM outbox x"
                                           " WHERE x.merchant_id = $1 AND x.store_id = $2 AND x.state = $6 AND x.sent_at_ms > $3 AND x.sent_at_ms <= $4"
                                           " UNION ALL SELECT x.order_id, x.wave, x.channel, COALESCE(x.sent_at_ms, x.leased_at_ms), CAST(NULL AS TEXT) FROM outbox x"
                                           " WHERE x.merchant_id = $1 AND x.store_id = $2 AND x.state = $8 AND COALESCE(x.sent_at_ms, x.leased_at_ms) > $3"
                                           " AND COALESCE(x.sent_at_ms, x.leased_at_ms) <= $4) b"
                                           " ORDER BY b.at_ms DESC LIMIT $7) c"
                                           " JOIN orders o ON o.merchant_id = $1 AND o.order_id = c.order_id"
                                           " ORDER BY c.order_id, c.at_ms, c.wave"));
    if (!q) return NULL;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    db_bind_i64(q, 3, ask->from_ms);
    db_bind_i64(q, 4, ask->until_ms);
    db_bind_i64(q, 5, CHANNEL_CHAT);
    db_bind_i64(q, 6, OUTBOX_SENT);
    db_bind_i64(q, 7, TEXT_CONTACTS_MAX);
    db_bind_i64(q, 8, OUTBOX_UNKNOWN);
    return q;
}

static struct text_outcome *outcome_of(struct arena *a, struct text_outcome *all, int *n, const struct contact_row *c)
{
    for (int i = 0; i < *n; i++)
        if (all[i].wave == c->wave && all[i].channel == c->channel && text_eq(all[i].key, c->key)) return &all[i];
    if (*n == TEXT_OUTCOMES_MAX) return NULL;
    all[*n] = (struct text_outcome){ .key = arena_text(a, c->key), .wave = c->wave, .channel = c->channel };
    return &all[(*n)++];
}

/* One reminder, the next of the same order being known. */
static void count(struct arena *a, const struct text_outcomes_ask *ask, const struct contact_row *c, int64_t next_ms, struct text_outcome *all, int *n)
{
    if (text_empty(c->key)) return;
    const struct text_contact one = { c->at_ms, next_ms, c->paid_ms, c->placed_ms + ask->window_ms, ask->now_ms };
    const enum text_fate fate = text_fate_of(&one);
    struct text_outcome *o = fate == TEXT_NO_TRIAL ? NULL : outcome_of(a, all, n, c);
    if (!o) return;
    o->used++;
    o->arm.told += fate != TEXT_OPEN;
    o->arm.won += fate == TEXT_WON;
}

bool query_text_outcomes(struct store *s, const struct shop *shop, struct arena *a, const struct text_outcomes_ask *ask, struct text_outcome **ret, int *ret_n)
{
    struct db_stmt *q = contacts(s, shop, ask);
    struct contact_row last = { .order_id = -1 };
    enum db_step step;
    *ret_n = 0;
    *ret = ARENA_ARRAY(a, struct text_outcome, TEXT_OUTCOMES_MAX);
    if (!q) return false;
    while (*ret && (step = db_step(q)) == DB_ROW) {
        const struct contact_row c = { db_i64(q, "order_id"), db_i64(q, "at_ms"), db_i64(q, "placed_at_ms"),
                                       db_is_null(q, "paid_at_ms") ? INSTANT_NONE : db_i64(q, "paid_at_ms"), (int)db_i64(q, "wave"), (enum channel)db_i64(q, "channel"),
                                       db_is_null(q, "text_key") ? TEXT_NONE : arena_text(a, db_text(q, "text_key")) };
        if (last.order_id >= 0) count(a, ask, &last, last.order_id == c.order_id ? c.at_ms : INSTANT_MAX, *ret, ret_n);
        last = c;
    }
    if (*ret && last.order_id >= 0 && step == DB_DONE) count(a, ask, &last, INSTANT_MAX, *ret, ret_n);
    db_done(q);
    return *ret && step == DB_DONE && !a->failed;
}
