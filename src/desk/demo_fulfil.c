/* How orders go on: picked and shipped by a small warehouse in the order of payment, delivered, sometimes sent back.
 *
 * The warehouse is a queue: so many parcels an hour while it is open.  A sale's first evening fills it and it takes a day or two
 * to clear; single parcels wait for goods that ran out, and are late. */
#include <math.h>
#include <stdlib.h>
#include "desk/demo_world.h"

/* The platform's promise: handed to the carrier within 48 hours of payment. */
#define SHIP_WITHIN_MS (48 * MS_PER_HOUR)

/* ---- the warehouse ---- */

struct warehouse { const struct demo_world *w; int64_t free_ms; double per_hour, per_hour_event; };

/* Days of a sale and the two after are worked longer and by more hands. */
static bool busy_day(const struct demo_world *w, int64_t day)
{
    for (int i = 0; i < DEMO_CAMPAIGNS; i++) {
        int64_t from = zone_day(w->zone, w->campaigns[i].event_from_ms);
        if (day >= from && day <= from + 3) return true;
    }
    for (int64_t k = 0; k < 3; k++)
        if (demo_on_sale(w, zone_day_start_ms(w->zone, day - k) + 12 * MS_PER_HOUR)) return true;
    return false;
}

/* Open 9 to 18, on Sundays 10 to 15; in a sale 8 to 22. */
static void open_hours(const struct demo_world *w, int64_t day, int64_t *ret_from_ms, int64_t *ret_until_ms)
{
    int64_t start_ms = zone_day_start_ms(w->zone, day);
    bool sunday = ((day + 4) % 7 + 7) % 7 == 0, busy = busy_day(w, day);
    *ret_from_ms = start_ms + (busy ? 8 : sunday ? 10 : 9) * MS_PER_HOUR;
    *ret_until_ms = start_ms + (busy ? 22 : sunday ? 15 : 18) * MS_PER_HOUR;
}

static int64_t next_open_ms(const struct demo_world *w, int64_t at_ms)
{
    for (;;) {
        int64_t from_ms, until_ms, day = zone_day(w->zone, at_ms);
        open_hours(w, day, &from_ms, &until_ms);
        if (at_ms < from_ms) return from_ms;
        if (at_ms < until_ms) return at_ms;
        at_ms = zone_day_start_ms(w->zone, day + 1);
    }
}

static int64_t ship(struct warehouse *h, struct prng *p, int64_t paid_at_ms)
{
    int64_t ready_ms = paid_at_ms + (25 + (int64_t)prng_below(p, 90)) * MS_PER_MIN;
    int64_t at_ms = next_open_ms(h->w, ready_ms > h->free_ms ? ready_ms : h->free_ms);
    double per_hour = busy_day(h->w, zone_day(h->w->zone, at_ms)) ? h->per_hour_event : h->per_hour;
    h->free_ms = at_ms + (int64_t)((.6 + .8 * prng_unit(p)) * (double)MS_PER_HOUR / per_hour);
    if (prng_unit(p) < .03) /* out of stock, or waiting for an answer of the buyer */
        return next_open_ms(h->w, at_ms + (40 + (int64_t)prng_below(p, 120)) * MS_PER_HOUR);
    return at_ms;
}

/* ---- carriers and returns ---- */

static int64_t transit_ms(struct prng *p, uint64_t seed, const struct demo_order *o)
{
    double hours = demo_regions[demo_region_of(seed, o->buyer)].transit_h * exp(.22 * prng_normal(p)) + 4;
    if (prng_unit(p) < .015) hours += 24 + 72 * prng_unit(p); /* held up on the way */
    return (int64_t)(hours * (double)MS_PER_HOUR);
}

/* Parcels arrive by day: what would come at night comes in the morning. */
static int64_t by_day(const struct demo_world *w, int64_t at_ms)
{
    int64_t start_ms = zone_day_start_ms(w->zone, zone_day(w->zone, at_ms)), hour = (at_ms - start_ms) / MS_PER_HOUR;
    if (hour < 8) return at_ms + (8 - hour) * MS_PER_HOUR;
    return hour >= 21 ? at_ms + 12 * MS_PER_HOUR : at_ms;
}

static void refund_all(struct demo_world *w, struct demo_order *o, int64_t at_ms)
{
    o->refunded_at_ms = demo_second(at_ms);
    o->refund_minor = o->total_minor;
    for (int32_t i = 0; i < o->line_count; i++) w->lines[o->first_line + i].refund_minor = w->lines[o->first_line + i].line_minor;
}

/* One line is sent back, or paid back because it arrived broken. */
static void refund_line(struct prng *p, struct demo_world *w, struct demo_order *o, int64_t at_ms)
{
    struct demo_line *l = &w->lines[o->first_line + (int64_t)prng_below(p, (uint64_t)o->line_count)];
    l->refund_minor = prng_unit(p) < .5 ? l->line_minor : l->line_minor * 3 / 10;
    o->refund_minor = l->refund_minor;
    o->refunded_at_ms = demo_second(at_ms);
}

static void maybe_return(struct prng *p, struct demo_world *w, struct demo_order *o)
{
    double chance = demo_in_event(w, o->placed_at_ms) ? .034 : .022;
    for (int32_t i = 0; i < o->line_count; i++) chance += demo_products[w->lines[o->first_line + i].product].return_permille / 1000.;
    if (prng_unit(p) >= chance) return;
    int64_t at_ms = by_day(w, o->delivered_at_ms + (int64_t)((.2 + 6 * prng_unit(p)) * (double)MS_PER_DAY));
    if (o->line_count == 1 && prng_unit(p) < .55) refund_all(w, o, at_ms);
    else refund_line(p, w, o, at_ms);
}

/* ---- all orders, in the order of payment ---- */

static int by_payment(const void *a, const void *b)
{
    const struct demo_order *x = *(const struct demo_order *const *)a, *y = *(const struct demo_order *const *)b;
    if (x->paid_at_ms != y->paid_at_ms) return x->paid_at_ms > y->paid_at_ms ? 1 : -1;
    return x->number > y->number ? 1 : -1;
}

/* Whatever the dice said, a few parcels are late right now: paid so many hours ago and not yet gone. */
static void leave_some_behind(struct prng *p, struct demo_world *w, struct demo_order *const *paid, size_t n)
{
    static const int ages_h[] = { 53, 61, 84 };
    for (size_t k = 0; k < sizeof ages_h / sizeof ages_h[0]; k++) {
        size_t i = n;
        while (i > 0 && (paid[i - 1]->paid_at_ms > w->now_ms - ages_h[k] * MS_PER_HOUR || paid[i - 1]->refunded_at_ms != CLAIM_NONE)) i--;
        if (i == 0) continue;
        struct demo_order *o = paid[i - 1];
        o->shipped_at_ms = demo_second(next_open_ms(w, w->now_ms + 3 * MS_PER_HOUR));
        o->delivered_at_ms = demo_second(by_day(w, o->shipped_at_ms + transit_ms(p, w->seed, o)));
    }
}

bool demo_fulfil(struct arena *a, struct prng *p, int64_t orders_per_year, struct demo_world *w)
{
    struct demo_order **paid = ARENA_ARRAY(a, struct demo_order *, (size_t)w->order_count);
    size_t n = 0;
    if (!paid) return false;
    for (int64_t i = 0; i < w->order_count; i++)
        if (w->orders[i].paid_at_ms != CLAIM_NONE) paid[n++] = &w->orders[i];
    qsort(paid, n, sizeof *paid, by_payment);
    double size = (double)orders_per_year / 25000;
    struct warehouse house = { .w = w, .free_ms = w->from_ms, .per_hour = 15 * size, .per_hour_event = 31 * size };
    for (size_t i = 0; i < n; i++) {
        struct demo_order *o = paid[i];
        o->ship_by_ms = o->paid_at_ms + SHIP_WITHIN_MS;
        if (prng_unit(p) < .024) { /* changed their mind before it was packed */
            refund_all(w, o, o->paid_at_ms + (int64_t)(-90 * log(1 - prng_unit(p)) + 4) * MS_PER_MIN);
            continue;
        }
        o->shipped_at_ms = demo_second(ship(&house, p, o->paid_at_ms));
        o->delivered_at_ms = demo_second(by_day(w, o->shipped_at_ms + transit_ms(p, w->seed, o)));
        maybe_return(p, w, o);
    }
    leave_some_behind(p, w, paid, n);
    return true;
}
