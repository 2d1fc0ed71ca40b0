/* A period played again: what the plan would have sent, when, and to whom for nothing.
 *
 * Each order is asked at the instant it is placed, and again at each instant the plan names, on facts as they were then, with data as fresh as a
 * live feed's; what is sent counts as a contact of that buyer from then on, so caps and gaps hold over all the buyer's orders. The orders take
 * turns in the order of time: a heap of (instant, order). Nobody has opted out, nobody is held out: it shows the plan, not the people. */
#include <stdlib.h>
#include "desk/answer_json.h"
#include "desk/explain.h"
#include "desk/plan_facts.h"

enum { WAVES_ORDERS_MAX = 2000000, STEPS_MAX = 40 /* of one order: far more than waves and holds */, DELAYS = 4, HOURS = 24 };

/* One order's turn, and what was sent to it. */
struct played { struct order_row row; struct reminder_mark marks[PLAN_WAVES]; int mark_count, steps; int64_t buyer; /* in buyers */ };
struct buyer { int64_t contacts[16]; int count; /* newest first */ };
struct turn { int64_t at_ms, order; };
struct wave_sum { int64_t sent, minor, recoverable, recoverable_minor, disturbed, disturbed_minor; };
struct waves_answer {
    struct answer w;
    struct plan_desk desk;
    struct played *orders;
    struct buyer *buyers;
    struct turn *heap;
    int64_t order_count, order_capacity, buyer_count, heap_count;
    struct wave_sum waves[PLAN_WAVES + 1], hours[HOURS][PLAN_WAVES + 1];
    bool too_many;
};

/* ---- reading ---- */

static bool take_order(void *ctx, const struct order_row *r)
{
    struct waves_answer *x = ctx;
    if (r->order.pay_kind == PAY_ON_DELIVERY) return true;
    if (x->order_count == WAVES_ORDERS_MAX) {
        x->too_many = true;
        return false;
    }
    if (x->order_count == x->order_capacity) {
        const int64_t more = x->order_capacity ? x->order_capacity * 2 : 1024;
        struct played *grown = ARENA_ARRAY(&x->w.arena, struct played, (size_t)more);
        if (!grown) return false;
        if (x->order_count) memcpy(grown, x->orders, (size_t)x->order_count * sizeof *grown);
        x->orders = grown;
        x->order_capacity = more;
    }
    struct played *p = &x->orders[x->order_count++];
    *p = (struct played){ .row = *r };
    p->row.order_no = TEXT_NONE;
    p->row.order.region = p->row.order.tracking = TEXT_NONE;
    p->row.order.country = arena_text(&x->w.arena, r->order.country);
    return !x->w.arena.failed;
}

struct owner { int64_t customer_id, order; };
static int owner_compare(const void *a, const void *b)
{
    const struct owner *x = a, *y = b;
    if (x->customer_id != y->customer_id) return x->customer_id < y->customer_id ? -1 : 1;
    return (x->order > y->order) - (x->order < y->order);
}

/* Orders of one customer share a buyer; an order of nobody has one of its own. */
static bool find_buyers(struct waves_answer *x)
{
    struct owner *owners = ARENA_ARRAY(&x->w.arena, struct owner, (size_t)x->order_count + 1);
    x->buyers = ARENA_ARRAY(&x->w.arena, struct buyer, (size_t)x->order_count + 1);
    x->heap = ARENA_ARRAY(&x->w.arena, struct turn, (size_t)x->order_count + 1);
    if (!owners || !x->buyers || !x->heap) return false;
    for (int64_t i = 0; i < x->order_count; i++) owners[i] = (struct owner){ x->orders[i].row.order.customer_id, i };
    if (x->order_count) qsort(owners, (size_t)x->order_count, sizeof *owners, owner_compare);
    for (int64_t i = 0; i < x->order_count; i++) {
        const bool same = i > 0 && owners[i].customer_id != CLAIM_NONE && owners[i].customer_id == owners[i - 1].customer_id;
        if (!same) x->buyer_count++;
        x->orders[owners[i].order].buyer = x->buyer_count - 1;
    }
    return true;
}

/* ---- the heap ---- */

static bool earlier(const struct turn *a, const struct turn *b)
{
    return a->at_ms != b->at_ms ? a->at_ms < b->at_ms : a->order < b->order;
}

static void heap_push(struct waves_answer *x, struct turn t)
{
    int64_t at = x->heap_count++;
    for (; at > 0 && earlier(&t, &x->heap[(at - 1) / 2]); at = (at - 1) / 2) x->heap[at] = x->heap[(at - 1) / 2];
    x->heap[at] = t;
}

static struct turn heap_pop(struct waves_answer *x)
{
    const struct turn top = x->heap[0], last = x->heap[--x->heap_count];
    int64_t at = 0;
    for (;;) {
        int64_t child = 2 * at + 1;
        if (child >= x->heap_count) break;
        if (child + 1 < x->heap_count && earlier(&x->heap[child + 1], &x->heap[child])) child++;
        if (!earlier(&x->heap[child], &last)) break;
        x->heap[at] = x->heap[child];
        at = child;
    }
    x->heap[at] = last;
    return top;
}

/* ---- playing ---- */

static void sum_add(struct wave_sum *s, int64_t minor, bool pays_anyway)
{
    s->sent++;
    s->minor += minor;
    *(pays_anyway ? &s->disturbed : &s->recoverable) += 1;
    *(pays_anyway ? &s->disturbed_minor : &s->recoverable_minor) += minor;
}

static void sent(struct waves_answer *x, struct played *p, const struct reminder_plan *plan, int64_t at_ms)
{
    const struct order *o = &p->row.order;
    struct buyer *b = &x->buyers[p->buyer];
    const int64_t minor = order_open_minor(o) != CLAIM_NONE ? order_open_minor(o) : 0;
    const bool pays_anyway = o->paid_at_ms != INSTANT_NONE && o->paid_at_ms < plan->closes_at_ms;
    p->marks[p->mark_count++] = (struct reminder_mark){ plan->wave, MARK_DONE, at_ms };
    const int kept = b->count < (int)(sizeof b->contacts / sizeof b->contacts[0]) ? b->count : b->count - 1;
    memmove(b->contacts + 1, b->contacts, (size_t)kept * sizeof b->contacts[0]);
    b->contacts[0] = at_ms;
    b->count = kept + 1;
    sum_add(&x->waves[plan->wave], minor, pays_anyway);
    sum_add(&x->hours[zone_civil(x->w.ask->shop->zone, at_ms).hour][plan->wave], minor, pays_anyway);
}

static void play(struct waves_answer *x, struct turn t)
{
    struct played *p = &x->orders[t.order];
    const struct buyer *b = &x->buyers[p->buyer];
    struct plan_facts f;
    plan_facts_at(&x->desk, &p->row, t.at_ms, &f);
    f.contact.feed_age_s = 0;
    f.mark_count = p->mark_count;
    memcpy(f.marks, p->marks, sizeof p->marks);
    f.contact.contact_count = b->count;
    memcpy(f.contact.contacts, b->contacts, sizeof b->contacts);
    const struct reminder_plan plan = plan_check(x->w.ask->policy, &f);
    int64_t next_ms = INSTANT_NONE;
    switch (plan.verdict) {
    case CONTACT_NEVER: return;
    case CONTACT_HOLD: next_ms = plan.until_ms; break;
    case CONTACT_SEND:
        sent(x, p, &plan, t.at_ms);
        next_ms = t.at_ms + 1; /* and then the wave after it */
        break;
    }
    if (next_ms != INSTANT_NONE && ++p->steps < STEPS_MAX) heap_push(x, (struct turn){ next_ms, t.order });
}

/* ---- telling ---- */

static json_t *sum_json(struct waves_answer *x, const struct wave_sum *s)
{
    json_t *o = json_object();
    put(&x->w, o, "sent", json_integer(s->sent));
    put(&x->w, o, "amount_minor", json_minor(&x->w, s->minor));
    put(&x->w, o, "recoverable", json_integer(s->recoverable));
    put(&x->w, o, "recoverable_minor", json_minor(&x->w, s->recoverable_minor));
    put(&x->w, o, "disturbed", json_integer(s->disturbed));
    put(&x->w, o, "disturbed_share", s->sent ? json_real((double)s->disturbed / (double)s->sent) : json_null());
    return o;
}

/* Of those unpaid after a delay, how many pay by themselves before the time to pay ends: what contact exactly then would disturb. */
static json_t *delay_json(struct waves_answer *x, int64_t delay_s)
{
    const int64_t window_ms = x->w.ask->policy->payment_window_s * MS_PER_S;
    int64_t unpaid = 0, disturbed = 0;
    for (int64_t i = 0; i < x->order_count; i++) {
        const struct order *o = &x->orders[i].row.order;
        const int64_t took_ms = o->paid_at_ms == INSTANT_NONE ? INT64_MAX : o->paid_at_ms - o->placed_at_ms;
        if (took_ms <= delay_s * MS_PER_S && delay_s > 0) continue;
        unpaid++;
        if (took_ms < window_ms) disturbed++;
    }
    json_t *o = json_pack("{s:I, s:I, s:I}", "delay_s", (json_int_t)delay_s, "unpaid", (json_int_t)unpaid, "disturbed", (json_int_t)disturbed);
    put(&x->w, o, "share", unpaid ? json_real((double)disturbed / (double)unpaid) : json_null());
    return o;
}

static void put_waves(struct waves_answer *x, json_t *o)
{
    const struct policy *p = x->w.ask->policy;
    const int64_t delays[DELAYS] = { 0, 600, p->wave1_after_s, p->wave2_after_s };
    json_t *waves = json_array(), *hours = json_array(), *list = json_array();
    for (int wave = 1; wave <= PLAN_WAVES; wave++) {
        json_t *row = sum_json(x, &x->waves[wave]);
        put(&x->w, row, "wave", json_integer(wave));
        push(&x->w, waves, row);
    }
    for (int hour = 0; hour < HOURS; hour++) {
        struct wave_sum all = { 0 };
        json_t *row;
        for (int wave = 1; wave <= PLAN_WAVES; wave++) {
            const struct wave_sum *s = &x->hours[hour][wave];
            all.sent += s->sent, all.minor += s->minor, all.recoverable += s->recoverable, all.recoverable_minor += s->recoverable_minor;
            all.disturbed += s->disturbed;
        }
        row = sum_json(x, &all);
        put(&x->w, row, "hour", json_integer(hour));
        for (int wave = 1; wave <= PLAN_WAVES; wave++)
            put(&x->w, row, wave == 1 ? "wave_1" : wave == 2 ? "wave_2" : "wave_3", json_integer(x->hours[hour][wave].sent));
        push(&x->w, hours, row);
    }
    for (int i = 0; i < DELAYS; i++) push(&x->w, list, delay_json(x, delays[i]));
    put(&x->w, o, "waves", waves);
    put(&x->w, o, "hours", hours);
    put(&x->w, o, "delays", list);
}

json_t *answer_waves(const struct answer_ask *q, int64_t from_day, int64_t to_day, enum answer_error *ret_error)
{
    struct waves_answer *x = q->store->env->memory.take(q->store->env->memory.ctx, sizeof *x);
    json_t *o = NULL;
    *ret_error = ANSWER_FAILED;
    if (!x) return NULL;
    memset(x, 0, sizeof *x);
    const int64_t from_ms = zone_day_start_ms(q->shop->zone, from_day), to_ms = zone_day_start_ms(q->shop->zone, to_day);
    static const struct plan_people nobody = { .person_count = 0 };
    const struct orders_filter f = { .from_ms = from_ms, .to_ms = to_ms, .before = { INT64_MAX, INT64_MAX }, .customer_id = CLAIM_NONE };
    *ret_error = ANSWER_OK;
    bool ok = answer_begin(&x->w, q) &&
              plan_desk_begin(&x->desk, &(struct plan_desk_ask){ .store = q->store, .shop = q->shop, .policy = q->policy, .now_ms = from_ms, .people = &nobody }) &&
              query_orders(q->store, q->shop, &f, take_order, x) && find_buyers(x);
    if (ok && x->too_many) *ret_error = ANSWER_MANY_ORDERS;
    else if (ok) {
        for (int64_t i = 0; i < x->order_count; i++) heap_push(x, (struct turn){ x->orders[i].row.order.placed_at_ms, i });
        while (x->heap_count > 0) play(x, heap_pop(x));
        o = json_object();
        put(&x->w, o, "from", json_day(from_day));
        put(&x->w, o, "to", json_day(to_day));
        put(&x->w, o, "currency", json_string(q->shop->currency.code));
        put(&x->w, o, "orders", json_integer(x->order_count));
        put_waves(x, o);
    }
    if (!ok) x->w.failed = true;
    plan_desk_end(&x->desk);
    o = answer_end(&x->w, o, ret_error);
    q->store->env->memory.give(q->store->env->memory.ctx, x, sizeof *x);
    return o;
}
