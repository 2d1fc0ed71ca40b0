/* See outbox_words.h. */
#include "desk/outbox_words.h"
#include <stdio.h>

/* ---- begin and end ---- */

static bool set_load(struct outbox_words_desk *d)
{
    d->set.list = wording_library(&d->set.n);
    d->set.lint = lint_load(&d->set_arena);
    return d->set.lint != NULL;
}

bool outbox_words_begin(struct outbox_words_desk *d, struct store *reader, const struct shop *shop, enum channel channel, int64_t now_ms)
{
    memset(d, 0, sizeof *d);
    d->store = reader;
    d->shop = shop;
    d->channel = channel;
    d->now_ms = now_ms;
    arena_init(&d->arena, &reader->env->memory, 0);
    arena_init(&d->set_arena, &reader->env->memory, 0);
    d->open = db_begin(reader->db);
    if (!d->open || !policy_load(reader, shop, &d->policy)) return false;
    const struct plan_desk_ask ask = { .store = reader, .shop = shop, .policy = &d->policy, .now_ms = now_ms, .people = &d->people };
    d->planned = true;
    return plan_desk_begin(&d->plan, &ask) && set_load(d);
}

void outbox_words_end(struct outbox_words_desk *d)
{
    if (d->planned) plan_desk_end(&d->plan);
    if (d->open) db_rollback(d->store->db);
    arena_release(&d->arena);
    arena_release(&d->set_arena);
}

/* ---- one message ---- */

static enum occasion occasion_of(const struct order_row *o, int wave)
{
    if (o->order.status == STATUS_DEPOSIT_PAID) return OCCASION_BALANCE;
    return wave >= OUTBOX_WAVE_LAST ? OCCASION_REMIND_LAST : OCCASION_REMIND;
}

static enum text_language language_of(const struct shop *shop, struct text country)
{
    static const char *const chinese[] = { "CN", "HK", "MO", "TW" };
    if (country.len != 2) country = text_from_cstr(shop->country);
    for (size_t i = 0; i < sizeof chinese / sizeof chinese[0]; i++)
        if (text_is(country, chinese[i])) return LANGUAGE_ZH;
    return LANGUAGE_EN;
}

static bool facts_of(struct outbox_words_desk *d, const struct order_row *o, struct text_facts *ret)
{
    struct plan_facts plan;
    struct lines_row lines = { 0 };
    if (!plan_facts_of(&d->plan, &d->arena, o, &plan) || !query_lines_row(d->store, d->shop, &d->arena, o->order_id, &lines)) return false;
    struct text_facts f = text_facts_none(d->now_ms, plan.contact.zone_count == 1 ? plan.contact.zones[0] : d->shop->zone, text_from_cstr(d->shop->name));
    f.order_no = o->order_no;
    f.item = lines.title;
    f.amount_minor = order_open_minor(&o->order) == CLAIM_NONE ? -1 : order_open_minor(&o->order);
    f.currency = d->shop->currency;
    f.pay_until_ms = o->order.placed_at_ms + d->policy.payment_window_s * MS_PER_S;
    if (plan.balance_until_ms != INSTANT_NONE && o->order.status == STATUS_DEPOSIT_PAID) f.pay_until_ms = plan.balance_until_ms;
    if (plan.contact.has_event) {
        f.event_from_ms = plan.contact.event_from_ms;
        f.event_until_ms = plan.contact.event_until_ms;
    }
    *ret = f;
    return true;
}

static struct text address_of(enum channel channel, const struct person_cells *who)
{
    switch (channel) {
    case CHANNEL_SMS: return text_trim(who->phone);
    case CHANNEL_EMAIL: return text_trim(who->email);
    case CHANNEL_NONE: case CHANNEL_CHAT: case CHANNEL_ROBOT: case CHANNEL_DIRECTORY: return TEXT_NONE;
    }
    return TEXT_NONE;
}

struct making { struct outbox_words_desk *d; struct outbox_key key; struct outbox_words *ret; enum outbox_words_made made; };

static enum outbox_words_made none(struct outbox_words *w, const char *why)
{
    snprintf(w->why, sizeof w->why, "%s", why);
    return OUTBOX_WORDS_NONE;
}

static enum outbox_words_made make(struct outbox_words_desk *d, const struct order_row *o, int wave, struct outbox_words *ret)
{
    struct person_cells who = { 0 };
    struct text_facts facts;
    if (!query_person(d->store, d->shop, &d->arena, o->order_id, &who) || !facts_of(d, o, &facts)) return OUTBOX_WORDS_FAILED;
    const struct text to = address_of(d->channel, &who);
    if (text_empty(to) || to.len > CHANNEL_TO_MAX) return none(ret, "no-address");
    const struct text_ask ask = { occasion_of(o, wave), TOPIC_NONE, d->channel, language_of(d->shop, o->order.country), &facts };
    const struct text_choice choice = text_choose(&d->arena, &d->set, &ask);
    if (d->arena.failed) return OUTBOX_WORDS_FAILED;
    if (!choice.wording) return none(ret, "no-text");
    ret->message = (struct channel_message){ .class = choice.wording->class, .to = to, .subject = choice.rendering.subject, .body = choice.rendering.body };
    ret->text_key = choice.wording->code;
    return OUTBOX_WORDS_MADE;
}

static bool make_one(void *ctx, const struct order_row *o)
{
    struct making *m = ctx;
    struct order_row row = *o;
    row.order_no = arena_text(&m->d->arena, o->order_no);
    m->made = make(m->d, &row, m->key.wave, m->ret);
    return true;
}

enum outbox_words_made outbox_words_of(struct outbox_words_desk *d, struct outbox_key key, struct outbox_words *ret)
{
    struct making m = { d, key, ret, OUTBOX_WORDS_NONE };
    arena_clear(&d->arena);
    *ret = (struct outbox_words){ .why = "gone" };
    return outbox_order(d->store, d->shop, key.order_id, make_one, &m) ? m.made : OUTBOX_WORDS_FAILED;
}
