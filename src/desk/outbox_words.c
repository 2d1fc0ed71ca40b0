/* See outbox_words.h. */
#include "desk/outbox_words.h"
#include <stdio.h>

/* ---- begin and end ---- */

/* Not held while a message is on its way: the writer may wait for all readers (an erasure empties the log), and the sender for the writer. */
static void snapshot_end(struct outbox_words_desk *d)
{
    if (d->open) db_rollback(d->store->db);
    d->open = false;
}

bool outbox_words_begin(struct outbox_words_desk *d, const struct outbox_words_ask *ask)
{
    memset(d, 0, sizeof *d);
    d->store = ask->reader;
    d->shop = ask->shop;
    d->channel = ask->channel;
    arena_init(&d->arena, &d->store->env->memory, 0);
    d->open = db_begin(d->store->db);
    if (!d->open || !policy_load(d->store, d->shop, &d->policy)) return false;
    const struct plan_desk_ask plan = { .store = d->store, .shop = d->shop, .policy = &d->policy, .now_ms = ask->now_ms, .people = &d->people };
    d->planned = true;
    const bool ok = plan_desk_begin(&d->plan, &plan) && text_desk_begin(&d->texts, &d->plan) && text_trial_again(&d->trial, &d->plan, ask->trial);
    snapshot_end(d);
    return ok;
}

void outbox_words_end(struct outbox_words_desk *d)
{
    if (d->planned) plan_desk_end(&d->plan);
    snapshot_end(d);
    arena_release(&d->arena);
}

/* ---- one message ---- */

static struct text address_of(enum channel channel, const struct person_cells *who)
{
    switch (channel) {
    case CHANNEL_SMS: return text_trim(who->phone);
    case CHANNEL_EMAIL: return text_trim(who->email);
    case CHANNEL_NONE: case CHANNEL_CHAT: case CHANNEL_ROBOT: case CHANNEL_DIRECTORY: return TEXT_NONE;
    }
    return TEXT_NONE;
}

struct making { struct outbox_words_desk *d; struct outbox_key key; struct text unsubscribe; struct outbox_words *ret; enum outbox_words_made made; };

static enum outbox_words_made none(struct outbox_words *w, const char *why)
{
    snprintf(w->why, sizeof w->why, "%s", why);
    return OUTBOX_WORDS_NONE;
}

static enum outbox_words_made make(struct outbox_words_desk *d, const struct order_row *o, const struct making *m, struct outbox_words *ret)
{
    struct person_cells who = { 0 };
    struct text_facts facts;
    if (!query_person(d->store, d->shop, &d->arena, o->order_id, &who) || !text_facts_of(&d->texts, &d->arena, o, &facts)) return OUTBOX_WORDS_FAILED;
    const struct text to = address_of(d->channel, &who);
    if (text_empty(to) || to.len > CHANNEL_TO_MAX) return none(ret, "no-address");
    facts.unsubscribe = m->unsubscribe;
    const struct text_ask ask = { text_occasion_of(&o->order, m->key.wave), TOPIC_NONE, d->channel, text_language_of(d->shop, o->order.country), &facts };
    const struct text_choice choice = text_pick(&d->trial, &d->arena, &d->texts.set, &(struct text_pick_ask){ ask, o->order_no, m->key.wave }, &ret->text_key);
    if (d->arena.failed) return OUTBOX_WORDS_FAILED;
    if (!choice.wording) return none(ret, "no-text");
    ret->message = (struct channel_message){ .class = choice.wording->class, .to = to, .subject = choice.rendering.subject, .body = choice.rendering.body,
                                             .unsubscribe_url = m->unsubscribe };
    return OUTBOX_WORDS_MADE;
}

static bool make_one(void *ctx, const struct order_row *o)
{
    struct making *m = ctx;
    struct order_row row = *o;
    row.order_no = arena_text(&m->d->arena, o->order_no);
    m->made = make(m->d, &row, m, m->ret);
    return true;
}

enum outbox_words_made outbox_words_of(struct outbox_words_desk *d, struct outbox_key key, struct text unsubscribe, struct outbox_words *ret)
{
    struct making m = { d, key, unsubscribe, ret, OUTBOX_WORDS_NONE };
    arena_clear(&d->arena);
    *ret = (struct outbox_words){ .why = "gone" };
    d->open = db_begin(d->store->db);
    const bool ok = d->open && outbox_order(d->store, d->shop, key.order_id, make_one, &m);
    snapshot_end(d);
    return ok ? m.made : OUTBOX_WORDS_FAILED;
}
