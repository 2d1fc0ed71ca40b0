/* See plan_facts.h. In order: where the buyer lives; what records tell about people; the desk; one order. */
#include "desk/plan_facts.h"
#include <stdlib.h>
#include "core/contact/consent.h"
#include "store/contact_store.h"
#include "store/erase_store.h"

enum { CAMPAIGNS_BACK_DAYS = 100, NEAR_EVENT_H = 12 /* the silence around its begin lies within */ };

/* ---- where the buyer lives ---- */

void buyer_zones_fill(struct buyer_zones *b, const struct env *env, const struct shop *shop, struct text country, struct contact_facts *ret)
{
    if (country.len != 2) country = text_from_cstr(shop->country);
    int i = 0;
    while (i < b->known_count && !text_is(country, b->known[i].country)) i++;
    if (i == b->known_count) {
        if (i == (int)(sizeof b->known / sizeof b->known[0])) i = 0; /* more countries than a shop sells to: the first makes room */
        else b->known_count++;
        memset(&b->known[i], 0, sizeof b->known[i]);
        if (country.len == 2) memcpy(b->known[i].country, country.ptr, 2);
        if (text_is(country, "CN")) { /* one clock for the whole country, whatever the tables of zones say */
            b->known[i].zones[0] = env->zone(env->ctx, "Asia/Shanghai");
            b->known[i].n = b->known[i].zones[0] != NULL;
        } else if (country.len == 2) {
            b->known[i].n = env->country_zones(env->ctx, b->known[i].country, b->known[i].zones, LIMIT_ZONES_PER_BUYER);
        }
        if (b->known[i].n <= 0) {
            b->known[i].zones[0] = shop->zone;
            b->known[i].n = 1;
        }
    }
    memcpy(ret->country, b->known[i].country, sizeof ret->country);
    ret->zone_count = b->known[i].n;
    for (int k = 0; k < b->known[i].n; k++) ret->zones[k] = b->known[i].zones[k];
}

/* ---- what records tell about people ---- */

struct people_load { struct store *s; const struct shop *shop; struct plan_people *p; int64_t customer_capacity, order_capacity, person_capacity; bool ok; };

/* Room for one more at the end of an array in the arena; NULL when memory ran out. */
static void *grown(struct arena *a, void *rows, int64_t n, int64_t *capacity, size_t size)
{
    if (n < *capacity) return rows;
    const int64_t more = *capacity ? *capacity * 2 : 32;
    void *to = arena_take(a, (size_t)more, size);
    if (to && n) memcpy(to, rows, (size_t)n * size);
    *capacity = more;
    return to;
}

static bool number_add(struct arena *a, int64_t **rows, int64_t *n, int64_t *capacity, int64_t number)
{
    int64_t *to = grown(a, *rows, *n, capacity, sizeof **rows);
    if (!to) return false;
    *rows = to;
    to[(*n)++] = number;
    return true;
}

static bool bad_review_take(void *ctx, struct text order_no, struct text buyer)
{
    struct people_load *l = ctx;
    struct plan_people *p = l->p;
    struct order_row row;
    bool found = false;
    int64_t customer_id = CLAIM_NONE;
    l->ok = (text_empty(order_no) || query_order(l->s, l->shop, &p->arena, order_no, &row, &found));
    if (l->ok && found) customer_id = row.order.customer_id;
    if (l->ok && customer_id == CLAIM_NONE && !text_empty(buyer)) l->ok = query_customer(l->s, l->shop, buyer, &customer_id);
    if (l->ok && customer_id != CLAIM_NONE) l->ok = number_add(&p->arena, &p->bad_customers, &p->bad_customer_count, &l->customer_capacity, customer_id);
    else if (l->ok && found) l->ok = number_add(&p->arena, &p->bad_orders, &p->bad_order_count, &l->order_capacity, row.order_id);
    return l->ok;
}

static bool person_add(struct people_load *l, enum erased_kind kind, struct text name, const struct plan_person *like)
{
    struct plan_people *p = l->p;
    int64_t hash;
    if (!erased_hash(l->shop, kind, name, &hash)) return true;
    struct plan_person *to = grown(&p->arena, p->persons, p->person_count, &l->person_capacity, sizeof *to);
    if (!to) return false;
    p->persons = to;
    to += p->person_count++;
    *to = *like;
    to->kind = (int)kind;
    to->hash = hash;
    return true;
}

static bool consent_take(void *ctx, const struct consent_row *r)
{
    struct people_load *l = ctx;
    struct plan_person like = { .refused = refusal_read(r->opted_out) };
    like.consent[CHANNEL_SMS] = consent_read(r->sms);
    like.consent[CHANNEL_EMAIL] = consent_read(r->mail);
    like.consent[CHANNEL_CHAT] = consent_read(r->chat);
    if (!like.refused && !like.consent[CHANNEL_SMS] && !like.consent[CHANNEL_EMAIL] && !like.consent[CHANNEL_CHAT]) return true;
    l->ok = person_add(l, ERASED_BUYER, r->who.buyer, &like) && person_add(l, ERASED_PHONE, r->who.phone, &like) && person_add(l, ERASED_EMAIL, r->who.email, &like);
    return l->ok;
}

static int number_compare(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static int person_compare(const void *a, const void *b)
{
    const struct plan_person *x = a, *y = b;
    if (x->kind != y->kind) return x->kind > y->kind ? 1 : -1;
    return (x->hash > y->hash) - (x->hash < y->hash);
}

static bool has_number(const int64_t *rows, int64_t n, int64_t number)
{
    return n > 0 && bsearch(&number, rows, (size_t)n, sizeof *rows, number_compare) != NULL;
}

bool plan_people_load(struct plan_people *p, struct store *s, const struct shop *shop, const struct plan_people_ask *q)
{
    const struct policy *policy = q->policy;
    struct people_load l = { .s = s, .shop = shop, .p = p, .ok = true };
    const struct bad_reviews_ask ask = { q->now_ms - policy->bad_review_days * MS_PER_DAY, q->now_ms, policy->bad_review_stars };
    memset(p, 0, sizeof *p);
    arena_init(&p->arena, &s->env->memory, 0);
    if (policy->bad_review_stars > 0 && !bad_reviews_each(s, shop, &ask, bad_review_take, &l)) return false;
    if (!l.ok || !(q->consents ? consents_each(s, shop, consent_take, &l) : refusals_each(s, shop, consent_take, &l)) || !l.ok || p->arena.failed) return false;
    if (p->bad_customer_count) qsort(p->bad_customers, (size_t)p->bad_customer_count, sizeof *p->bad_customers, number_compare);
    if (p->bad_order_count) qsort(p->bad_orders, (size_t)p->bad_order_count, sizeof *p->bad_orders, number_compare);
    if (p->person_count) qsort(p->persons, (size_t)p->person_count, sizeof *p->persons, person_compare);
    return true;
}

void plan_people_release(struct plan_people *p)
{
    arena_release(&p->arena);
    memset(p, 0, sizeof *p);
}

/* ---- the desk ---- */

bool plan_desk_begin(struct plan_desk *d, const struct plan_desk_ask *ask)
{
    struct store *s = ask->store;
    const int64_t window_ms = ask->policy->payment_window_s * MS_PER_S;
    memset(d, 0, sizeof *d);
    d->ask = *ask;
    d->feed_age_s = INT64_MAX;
    d->latest_ms = INSTANT_NONE;
    arena_init(&d->arena, &s->env->memory, 0);
    d->book = ARENA_NEW(&d->arena, struct suppression_book);
    if (!d->book || !query_latest_fact(s, ask->shop, ask->now_ms, &d->latest_ms)) return false;
    if (d->latest_ms != INSTANT_NONE) d->feed_age_s = (ask->now_ms - d->latest_ms) / MS_PER_S;
    if (!query_campaigns(s, ask->shop, &d->arena, ask->now_ms - CAMPAIGNS_BACK_DAYS * MS_PER_DAY, d->campaigns, &d->campaign_count) ||
        !holdout_list(s, ask->shop, ask->now_ms - window_ms, ask->now_ms + 1, d->holdouts, &d->holdout_count) ||
        !suppression_book_load(s, ask->shop, d->book))
        return false;
    if (ask->people) return true;
    d->owns_people = plan_people_load(&d->own, s, ask->shop, &(struct plan_people_ask){ ask->policy, ask->now_ms, ask->consents });
    d->ask.people = &d->own;
    if (!d->owns_people) plan_people_release(&d->own);
    return d->owns_people;
}

void plan_desk_end(struct plan_desk *d)
{
    if (d->owns_people) plan_people_release(&d->own);
    arena_release(&d->arena);
}

/* ---- one order ---- */

/* The event that matters now: one that begins about now, else the one in which the order was placed, else the one that runs. */
static const struct campaign *event_of(const struct plan_desk *d, int64_t placed_ms)
{
    const struct campaign *placed_in = NULL, *runs = NULL;
    const int64_t now_ms = d->ask.now_ms, near_ms = NEAR_EVENT_H * MS_PER_HOUR;
    for (int i = 0; i < d->campaign_count; i++) {
        const struct campaign *c = &d->campaigns[i];
        if (now_ms >= c->event_from_ms - near_ms && now_ms < c->event_from_ms + near_ms) return c;
        if (placed_ms >= c->event_from_ms && placed_ms < c->event_until_ms) placed_in = c;
        if (now_ms >= c->event_from_ms && now_ms < c->event_until_ms) runs = c;
    }
    return placed_in ? placed_in : runs;
}

/* The balance of a presale order can be paid from the begin of the next event on. */
static void balance_window(const struct plan_desk *d, int64_t placed_ms, struct plan_facts *f)
{
    const struct policy *p = d->ask.policy;
    f->balance_from_ms = f->balance_until_ms = INSTANT_NONE;
    for (int i = 0; i < d->campaign_count; i++) {
        const struct campaign *c = &d->campaigns[i];
        const int64_t from_ms = c->event_from_ms + p->balance_after_s * MS_PER_S;
        const int64_t until_ms = p->balance_window_s > 0 ? from_ms + p->balance_window_s * MS_PER_S : c->event_until_ms;
        if (until_ms <= placed_ms || until_ms <= from_ms) continue;
        f->balance_from_ms = from_ms;
        f->balance_until_ms = until_ms;
        return;
    }
}

static const struct plan_person *person_find(const struct plan_people *p, enum erased_kind kind, int64_t hash)
{
    const struct plan_person key = { .kind = (int)kind, .hash = hash };
    return p->person_count > 0 ? bsearch(&key, p->persons, (size_t)p->person_count, sizeof key, person_compare) : NULL;
}

/* What lists of customers tell: a refusal anywhere counts, of consents one that was refused. Several records may name one person. */
static void people_say(const struct plan_desk *d, const struct person_cells *who, struct contact_facts *c, enum consent *consent)
{
    const struct plan_people *p = d->ask.people;
    const struct { enum erased_kind kind; struct text text; } told[] = { { ERASED_BUYER, who->buyer }, { ERASED_PHONE, who->phone }, { ERASED_EMAIL, who->email } };
    for (size_t i = 0; i < sizeof told / sizeof told[0]; i++) {
        int64_t hash;
        if (!erased_hash(d->ask.shop, told[i].kind, told[i].text, &hash)) continue;
        const struct plan_person *at = person_find(p, told[i].kind, hash);
        while (at && at > p->persons && person_compare(at - 1, at) == 0) at--;
        for (; at && at < p->persons + p->person_count && at->kind == (int)told[i].kind && at->hash == hash; at++) {
            c->opted_out = c->opted_out || at->refused;
            for (int k = 0; consent && k <= CHANNEL_DIRECTORY; k++)
                if (consent[k] != CONSENT_REFUSED && at->consent[k] != CONSENT_UNTOLD) consent[k] = at->consent[k];
        }
    }
}

static bool person_facts(struct plan_desk *d, const struct order_row *o, const struct person_cells *who, struct contact_facts *c)
{
    const struct plan_people *p = d->ask.people;
    struct suppressed stops = { false, false, false };
    if (!suppression_find(d->ask.store, d->book, d->ask.shop, who, d->ask.now_ms, &stops)) return false;
    c->opted_out = stops.opted_out;
    c->complained = stops.complained;
    c->dispute_open = stops.dispute_open;
    c->bad_review_open = o->order.customer_id != CLAIM_NONE ? has_number(p->bad_customers, p->bad_customer_count, o->order.customer_id)
                                                             : has_number(p->bad_orders, p->bad_order_count, o->order_id);
    return true;
}

static void event_facts(const struct plan_desk *d, int64_t placed_ms, struct contact_facts *c)
{
    const struct campaign *event = event_of(d, placed_ms);
    c->placed_at_ms = placed_ms;
    c->has_event = event != NULL;
    c->event_from_ms = event ? event->event_from_ms : INSTANT_NONE;
    c->event_until_ms = event ? event->event_until_ms : INSTANT_NONE;
}

bool plan_facts_contact(struct plan_desk *d, const struct order_row *o, struct contact_facts *ret)
{
    struct person_cells who = { 0 };
    struct arena a;
    bool ok = true;
    event_facts(d, o->order.placed_at_ms, ret);
    arena_init(&a, &d->ask.store->env->memory, 0);
    if (d->book->count > 0 || d->ask.people->person_count > 0) ok = query_person(d->ask.store, d->ask.shop, &a, o->order_id, &who);
    ok = ok && person_facts(d, o, &who, ret);
    if (ok) people_say(d, &who, ret, NULL);
    arena_release(&a);
    return ok;
}

static bool facts_fill(struct plan_desk *d, struct arena *scratch, const struct order_row *o, struct plan_facts *f)
{
    struct store *s = d->ask.store;
    struct contact_facts *c = &f->contact;
    const int64_t now_ms = d->ask.now_ms;
    struct person_cells who = { 0 };
    const int64_t until_ms = d->ask.live ? INSTANT_MAX : now_ms;
    int64_t hash;
    if (!query_person(s, d->ask.shop, scratch, o->order_id, &who) || !person_facts(d, o, &who, c) ||
        !marks_of(s, d->ask.shop, o->order_id, until_ms, f->marks, PLAN_MARKS_MAX, &f->mark_count) ||
        !contacts_of(s, d->ask.shop, &(struct contacts_ask){ o->order.customer_id, o->order_id, now_ms - MS_PER_DAY - d->ask.policy->gap_min_s * MS_PER_S, until_ms },
                     c->contacts, (int)(sizeof c->contacts / sizeof c->contacts[0]), &c->contact_count))
        return false;
    for (int i = 0; i < f->mark_count; i++)
        if (f->marks[i].at_ms > now_ms) f->marks[i].at_ms = now_ms;
    for (int i = 0; i < c->contact_count; i++)
        if (c->contacts[i] > now_ms) c->contacts[i] = now_ms;
    people_say(d, &who, c, f->consent);
    f->has_phone = erased_hash(d->ask.shop, ERASED_PHONE, who.phone, &hash);
    f->has_email = erased_hash(d->ask.shop, ERASED_EMAIL, who.email, &hash);
    return true;
}

void plan_facts_at(struct plan_desk *d, const struct order_row *o, int64_t now_ms, struct plan_facts *ret)
{
    d->ask.now_ms = now_ms;
    *ret = (struct plan_facts){ .order = &o->order, .contact = { .now_ms = now_ms, .feed_age_s = d->feed_age_s, .message_class = MESSAGE_SERVICE } };
    event_facts(d, o->order.placed_at_ms, &ret->contact);
    balance_window(d, o->order.placed_at_ms, ret);
    buyer_zones_fill(&d->zones, d->ask.store->env, d->ask.shop, o->order.country, &ret->contact);
}

bool plan_facts_of(struct plan_desk *d, const struct order_row *o, struct plan_facts *ret)
{
    struct arena scratch;
    plan_facts_at(d, o, d->ask.now_ms, ret);
    ret->held_out = holdout_has(d->ask.shop, d->holdouts, d->holdout_count, o->order.placed_at_ms, o->order_no);
    arena_init(&scratch, &d->ask.store->env->memory, 0);
    const bool ok = facts_fill(d, &scratch, o, ret);
    arena_release(&scratch);
    return ok;
}

bool plan_facts_find(struct plan_desk *d, struct arena *a, struct text order_no, struct plan_found *ret)
{
    ret->found = false;
    if (!query_order(d->ask.store, d->ask.shop, a, order_no, &ret->row, &ret->found)) return false;
    return !ret->found || plan_facts_of(d, &ret->row, &ret->facts);
}
