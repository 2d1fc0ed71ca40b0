/* Facts of Today: the feed, unpaid orders and their reminders, the pick list, the pace of the day beside a comparable one. */
#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include "desk/today_facts.h"

enum { SOON_S = 12 * 3600, YEAR_MIN_DAYS = 330, YEAR_MAX_DAYS = 400, COMPARE_CAMPAIGN_DAYS = 500,
       QUARANTINE_DAYS = 7 /* older rows have been seen, or a later export has them */ };

/* ---- reminders ---- */

struct remind {
    struct answer *w;
    struct today_found *found;
    struct buyer_zones zones;
    struct plan_desk desk;         /* what speaks against contacting a buyer */
    struct mark_row *by_order;     /* by order, then time */
    struct mark_row *by_customer;  /* by customer, newest first */
    int64_t mark_count, due_capacity, held_capacity;
    struct holdout holdouts[HOLDOUTS_MAX];
    int holdout_count;
    bool last_chance;              /* asked for */
};

static int mark_customer_compare(const void *a, const void *b)
{
    const struct mark_row *x = a, *y = b;
    if (x->customer_id != y->customer_id) return x->customer_id < y->customer_id ? -1 : 1;
    if (x->mark.at_ms != y->mark.at_ms) return x->mark.at_ms > y->mark.at_ms ? -1 : 1;
    return 0;
}

static int64_t marks_from(const struct mark_row *rows, int64_t n, bool customer, int64_t id)
{
    int64_t low = 0, high = n;
    while (low < high) {
        int64_t mid = low + (high - low) / 2;
        if ((customer ? rows[mid].customer_id : rows[mid].order_id) < id) low = mid + 1;
        else high = mid;
    }
    return low;
}

static void remind_marks(const struct remind *r, const struct order_row *o, struct reminder_facts *f)
{
    f->held_out = holdout_has(r->w->ask->shop, r->holdouts, r->holdout_count, o->order.placed_at_ms, o->order_no);
    for (int64_t i = marks_from(r->by_order, r->mark_count, false, o->order_id);
         i < r->mark_count && r->by_order[i].order_id == o->order_id && f->mark_count < 8; i++)
        f->marks[f->mark_count++] = r->by_order[i].mark;
    if (o->order.customer_id == CLAIM_NONE) { /* nobody can tell whose other orders these are */
        for (int i = f->mark_count; i-- > 0;)
            if (mark_is_contact(f->marks[i].outcome)) f->contact.contacts[f->contact.contact_count++] = f->marks[i].at_ms;
        return;
    }
    for (int64_t i = marks_from(r->by_customer, r->mark_count, true, o->order.customer_id);
         i < r->mark_count && r->by_customer[i].customer_id == o->order.customer_id && f->contact.contact_count < 16; i++)
        if (mark_is_contact(r->by_customer[i].mark.outcome)) f->contact.contacts[f->contact.contact_count++] = r->by_customer[i].mark.at_ms;
}

static bool entry_add(struct arena *a, struct reminder_entry ***list, int64_t *n, int64_t *capacity, struct reminder_entry *e)
{
    if (*n == *capacity) {
        int64_t more = *capacity ? *capacity * 2 : 64;
        struct reminder_entry **grown = ARENA_ARRAY(a, struct reminder_entry *, (size_t)more);
        if (!grown) return false;
        if (*n) memcpy(grown, *list, (size_t)*n * sizeof *grown);
        *list = grown;
        *capacity = more;
    }
    (*list)[(*n)++] = e;
    return true;
}

static bool remind_one(void *ctx, const struct order_row *o)
{
    struct remind *r = ctx;
    struct answer *w = r->w;
    struct today_found *found = r->found;
    struct reminder_facts f = { .order = &o->order, .contact = { .now_ms = w->ask->now_ms, .feed_age_s = w->age_s } };
    buyer_zones_fill(&r->zones, w->ask->store->env, w->ask->shop, o->order.country, &f.contact);
    remind_marks(r, o, &f);
    if (!plan_facts_contact(&r->desk, o, &f.contact)) return false;
    struct reminder_decision d = reminder_decide(&w->arena, w->ask->policy, &f);
    if (d.verdict == REMINDER_NONE) return !w->arena.failed;

    struct reminder_entry *e = ARENA_NEW(&w->arena, struct reminder_entry);
    if (!e) return false;
    *e = (struct reminder_entry){ o->order_id, o->order.customer_id, order_open_minor(&o->order), o->order.placed_at_ms,
                                  o->order.placed_at_ms + w->ask->policy->payment_window_s * MS_PER_S,
                                  arena_text(&w->arena, o->order_no), arena_text(&w->arena, o->order.region), d, false };
    if (r->last_chance && d.verdict == REMINDER_DUE) e->last_chance = reminder_last_chance(&w->arena, w->ask->policy, &f);
    struct today_facts *t = &found->facts;
    if (d.verdict == REMINDER_DUE) {
        t->remind_count++;
        if (e->open_minor != CLAIM_NONE && !checked_add(t->remind_minor, e->open_minor, &t->remind_minor)) return false;
        if (t->remind_first_close_ms == INSTANT_NONE || e->closes_at_ms < t->remind_first_close_ms) t->remind_first_close_ms = e->closes_at_ms;
        return entry_add(&w->arena, &found->due, &found->due_count, &r->due_capacity, e);
    }
    if (d.verdict == REMINDER_HELD) {
        t->held_count++;
        if (d.until_ms != INSTANT_NONE && (t->held_first_until_ms == INSTANT_NONE || d.until_ms < t->held_first_until_ms))
            t->held_first_until_ms = d.until_ms;
    }
    return entry_add(&w->arena, &found->held, &found->held_count, &r->held_capacity, e);
}

static int entry_compare(const void *a, const void *b)
{
    const struct reminder_entry *x = *(struct reminder_entry *const *)a, *y = *(struct reminder_entry *const *)b;
    struct reminder_rank rx = { x->open_minor, x->placed_at_ms, x->order_no }, ry = { y->open_minor, y->placed_at_ms, y->order_no };
    return reminder_work_compare(x->last_chance, &rx, y->last_chance, &ry);
}

static bool remind_begin(struct remind *r, struct answer *w)
{
    int64_t now_ms = w->ask->now_ms, window_ms = w->ask->policy->payment_window_s * MS_PER_S;
    int64_t marks_ms = window_ms > MS_PER_DAY ? window_ms : MS_PER_DAY;
    *r = (struct remind){ .w = w };
    if (!plan_desk_begin(&r->desk, &(struct plan_desk_ask){ .store = w->ask->store, .shop = w->ask->shop, .policy = w->ask->policy, .now_ms = now_ms })) return false;
    if (!holdout_list(w->ask->store, w->ask->shop, now_ms - window_ms, now_ms, r->holdouts, &r->holdout_count)) return false;
    if (!query_marks(w->ask->store, w->ask->shop, &w->arena, now_ms - marks_ms, now_ms, &r->by_order, &r->mark_count)) return false;
    if (r->mark_count == 0) return true;
    r->by_customer = ARENA_ARRAY(&w->arena, struct mark_row, (size_t)r->mark_count);
    if (!r->by_customer) return false;
    memcpy(r->by_customer, r->by_order, (size_t)r->mark_count * sizeof *r->by_customer);
    qsort(r->by_customer, (size_t)r->mark_count, sizeof *r->by_customer, mark_customer_compare);
    return true;
}

bool today_marks_of(struct answer *w, const struct order_row *o, struct reminder_facts *ret)
{
    struct remind r;
    bool ok = remind_begin(&r, w);
    if (ok) {
        remind_marks(&r, o, ret);
        ok = plan_facts_contact(&r.desk, o, &ret->contact);
    }
    plan_desk_end(&r.desk);
    return ok;
}

static bool today_remind(struct answer *w, bool last_chance, struct today_found *found)
{
    const struct policy *p = w->ask->policy;
    struct remind r;
    int64_t now_ms = w->ask->now_ms;

    bool ok = remind_begin(&r, w);
    r.found = found;
    r.last_chance = last_chance;
    ok = ok && query_unpaid(w->ask->store, w->ask->shop, now_ms - p->payment_window_s * MS_PER_S, now_ms - p->wave1_after_s * MS_PER_S, now_ms,
                            remind_one, &r) && !w->arena.failed;
    plan_desk_end(&r.desk);
    if (!ok) return false;
    if (found->due_count > 0) qsort(found->due, (size_t)found->due_count, sizeof *found->due, entry_compare);
    if (found->held_count > 0) qsort(found->held, (size_t)found->held_count, sizeof *found->held, entry_compare);
    return true;
}

/* ---- pick ---- */

struct picking { struct answer *w; struct today_found *found; int64_t limit, capacity; bool shipping_told; };

static bool pick_one(void *ctx, const struct order_row *o)
{
    struct picking *p = ctx;
    struct today_found *found = p->found;
    struct pick_decision d = pick_decide(&p->w->arena, p->w->ask->policy, &o->order, p->w->ask->now_ms);
    assert(d.pick);
    if (d.late && !p->shipping_told) { /* nobody can call late what may have left long ago */
        d.late = false;
        d.reason = (struct reason){ "shipping-unknown", TEXT("Paid; the files do not tell whether it was shipped."),
                                    TEXT("已付款，但导入的文件没有说明是否已发货。") };
    }
    if (found->pick_count == p->capacity) {
        int64_t more = p->capacity ? p->capacity * 2 : 128;
        struct pick_entry *grown = ARENA_ARRAY(&p->w->arena, struct pick_entry, (size_t)more);
        if (!grown) return false;
        if (found->pick_count) memcpy(grown, found->pick, (size_t)found->pick_count * sizeof *grown);
        found->pick = grown;
        p->capacity = more;
    }
    int64_t paid_ms = o->order.paid_at_ms <= p->w->ask->now_ms ? o->order.paid_at_ms : INSTANT_NONE;
    /* texts of the row live only until the next one */
    found->pick[found->pick_count++] = (struct pick_entry){ o->order_id, paid_ms, o->order.pieces,
        o->order.paid_minor != CLAIM_NONE ? o->order.paid_minor : o->order.total_minor, arena_text(&p->w->arena, o->order_no),
        arena_text(&p->w->arena, o->order.region), d };
    return !p->w->arena.failed;
}

static bool today_pick(struct answer *w, int64_t limit, struct today_found *found)
{
    struct picking p = { w, found, limit, 0, true };
    struct waiting_totals t;
    struct waiting_ask ask = { w->ask->now_ms, w->ask->policy->ship_within_s, SOON_S };
    if (!query_waiting_totals(w->ask->store, w->ask->shop, &ask, &t)) return false;
    if (t.late > 0 && !query_shipping_told(w->ask->store, w->ask->shop, w->ask->now_ms - ask.ship_within_s * MS_PER_S, &p.shipping_told))
        return false;
    if (!query_waiting(w->ask->store, w->ask->shop, &w->arena, w->ask->now_ms, limit, pick_one, &p)) return false;
    found->facts.shipping_unknown = !p.shipping_told;
    found->facts.pick_count = t.count;
    found->facts.late_count = p.shipping_told ? t.late : 0;
    found->facts.due_soon_count = p.shipping_told ? t.soon : 0;
    found->facts.late_oldest_ship_by_ms = t.oldest_ship_by_ms;
    return !w->arena.failed;
}

/* ---- pace ---- */

/* The day to compare with: the same day of last year's campaign while one runs, else the same weekday last week. */
static int64_t compare_day(struct answer *w, struct today_found *found)
{
    static const struct { const char *en, *zh; } weekday[] = {
        { "Thursday", "上周四" }, { "Friday", "上周五" }, { "Saturday", "上周六" }, { "Sunday", "上周日" },
        { "Monday", "上周一" }, { "Tuesday", "上周二" }, { "Wednesday", "上周三" } };
    struct today_facts *f = &found->facts;
    const struct zone *z = w->ask->shop->zone;
    int64_t today = zone_day(z, w->ask->now_ms);

    if (f->moment.phase == PHASE_EVENT) {
        const struct campaign *now = &found->campaigns[f->moment.campaign];
        for (int i = found->campaign_count; i-- > 0;) {
            const struct campaign *c = &found->campaigns[i];
            int64_t days = (now->event_from_ms - c->event_from_ms) / MS_PER_DAY;
            if (days < YEAR_MIN_DAYS || days > YEAR_MAX_DAYS) continue;
            f->compare_en = arena_printf(&w->arena, "%.*s last year, the same hours", (int)c->name_en.len, c->name_en.ptr);
            f->compare_zh = arena_printf(&w->arena, "去年%.*s同时段", (int)c->name_zh.len, c->name_zh.ptr);
            return zone_day(z, c->event_from_ms) + today - zone_day(z, now->event_from_ms);
        }
    }
    int64_t of_week = ((today % 7) + 7) % 7; /* 1970-01-01 was a Thursday */
    f->compare_en = arena_printf(&w->arena, "last %s, the same hours", weekday[of_week].en);
    f->compare_zh = arena_printf(&w->arena, "%s同时段", weekday[of_week].zh);
    return today - 7;
}

/* Paid by hour of placing on a local day, and the sum of what was placed before `before_ms`. */
static bool pace_day(struct answer *w, int64_t day, int64_t before_ms, bool compare, struct today_found *found)
{
    const struct zone *z = w->ask->shop->zone;
    struct hour_sum *hours;
    int64_t n, orders = 0, minor = 0, part_orders, part_minor, part_from_ms = zone_hour_start_ms(z, before_ms);

    if (!query_hours(w->ask->store, w->ask->shop, &w->arena, zone_day_start_ms(z, day), zone_day_start_ms(z, day + 1), &hours, &n)) return false;
    if (!query_paid_between(w->ask->store, w->ask->shop, part_from_ms, before_ms, w->ask->now_ms, &part_orders, &part_minor)) return false;
    for (int64_t i = 0; i < n; i++) {
        struct pace_hour *h = &found->pace[zone_civil(z, hours[i].hour_start_ms).hour];
        bool whole = hours[i].hour_start_ms < part_from_ms;
        int64_t paid_minor = whole || compare ? hours[i].paid_minor : hours[i].hour_start_ms == part_from_ms ? part_minor : 0;
        if (compare) h->compare_minor += paid_minor;
        else h->paid_minor += paid_minor;
        if (!whole) continue;
        orders += hours[i].paid_orders;
        minor += hours[i].paid_minor;
    }
    struct today_facts *f = &found->facts;
    *(compare ? &f->compare_orders : &f->paid_today_orders) = orders + part_orders;
    *(compare ? &f->compare_minor : &f->paid_today_minor) = minor + part_minor;
    return true;
}

static bool today_pace(struct answer *w, struct today_found *found)
{
    const struct zone *z = w->ask->shop->zone;
    int64_t now_ms = w->ask->now_ms, today = zone_day(z, now_ms), day = compare_day(w, found), first_ms;
    int64_t since_ms = now_ms - zone_day_start_ms(z, today);

    if (!query_first_placed(w->ask->store, w->ask->shop, &first_ms)) return false;
    found->has_compare = first_ms != INSTANT_NONE && first_ms < zone_day_start_ms(z, day + 1);
    if (!found->has_compare) found->facts.compare_en = found->facts.compare_zh = TEXT_NONE;
    if (!pace_day(w, today, now_ms + 1, false, found)) return false;
    return !found->has_compare || pace_day(w, day, zone_day_start_ms(z, day) + since_ms + 1, true, found);
}

bool today_find(struct answer *w, int64_t pick_limit, struct today_found *ret)
{
    const struct answer_ask *q = w->ask;
    struct today_facts *f = &ret->facts;
    memset(ret, 0, sizeof *ret);
    f->now_ms = q->now_ms;
    f->feed_age_s = w->age_s;
    f->currency = q->shop->currency;
    f->store_zone = q->shop->zone;
    f->remind_first_close_ms = f->held_first_until_ms = f->late_oldest_ship_by_ms = INSTANT_NONE;

    bool ok = query_campaigns(q->store, q->shop, &w->arena, q->now_ms - COMPARE_CAMPAIGN_DAYS * MS_PER_DAY, ret->campaigns,
                              &ret->campaign_count) &&
              query_interrupted_imports(q->store, q->shop, &f->interrupted_imports) &&
              query_quarantined(q->store, q->shop, q->now_ms - QUARANTINE_DAYS * MS_PER_DAY, &f->quarantine_rows);
    if (ok) f->moment = moment_at(&w->arena, ret->campaigns, ret->campaign_count, q->now_ms, q->shop->zone);
    ok = ok && today_remind(w, false, ret) && today_pick(w, pick_limit, ret) && today_pace(w, ret);
    if (!ok) w->failed = true;
    return ok;
}

bool today_reminders(struct answer *w, bool last_chance, struct today_found *ret)
{
    *ret = (struct today_found){ .has_compare = false };
    ret->facts.remind_first_close_ms = ret->facts.held_first_until_ms = INSTANT_NONE;
    if (!today_remind(w, last_chance, ret)) w->failed = true;
    return !w->failed;
}
