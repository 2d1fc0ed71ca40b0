/* Who orders what: the orders of each hour, their buyers, lines and amounts, and whether and when they are paid. */
#include <math.h>
#include <stdlib.h>
#include "desk/demo_world.h"

/* ---- payment ---- */

/* Of 28,010 real orders of a month this share was still unpaid after so many seconds (docs/design: half of the payers pay within
 * 8 s, 95 of 100 within 191 s); between the points the logarithm of the time is taken as straight. */
static const struct { double unpaid, after_s; } payment[] = {
    { 1, 2 },          { .57, 8 },         { .355, 15 },       { .25469, 30 },     { .21839, 60 },     { .19479, 120 },
    { .17476, 300 },   { .16526, 600 },    { .16134, 900 },    { .15623, 1800 },   { .15141, 3600 },   { .14923, 7200 },
    { .14648, 21600 }, { .14370, 43200 },  { .14006, 85900 },
};
enum { PAYMENT_POINTS = sizeof payment / sizeof payment[0] };

/* Milliseconds from the order to its payment, CLAIM_NONE when it is never paid. */
static int64_t payment_delay_ms(struct prng *p)
{
    double u = prng_unit(p);
    for (int i = 1; i < PAYMENT_POINTS; i++) {
        if (u < payment[i].unpaid) continue;
        double part = (payment[i - 1].unpaid - u) / (payment[i - 1].unpaid - payment[i].unpaid);
        double from = log(payment[i - 1].after_s), to = log(payment[i].after_s);
        return (int64_t)ceil(exp(from + part * (to - from))) * MS_PER_S;
    }
    return CLAIM_NONE;
}

/* Who never pays: some cancel, the rest is closed by the platform after a day. */
static void leave_unpaid(struct prng *p, struct demo_order *o)
{
    double hours = prng_unit(p) < .3 ? -3 * log(1 - prng_unit(p)) : 24;
    o->paid_at_ms = CLAIM_NONE;
    o->cancelled_at_ms = demo_second(o->placed_at_ms + (int64_t)((hours < 24 ? hours + .05 : 24) * (double)MS_PER_HOUR));
}

static void decide_payment(struct prng *p, struct demo_order *o)
{
    int64_t delay_ms = payment_delay_ms(p);
    o->cancelled_at_ms = CLAIM_NONE;
    if (delay_ms == CLAIM_NONE) leave_unpaid(p, o);
    else o->paid_at_ms = o->placed_at_ms + delay_ms;
}

/* ---- what is bought ---- */

/* A product by weight and season; `sums` has room for every product. */
static int choose_product(struct prng *p, const double *sums)
{
    double u = prng_unit(p) * sums[demo_product_count - 1];
    int i = 0;
    while (i + 1 < demo_product_count && sums[i] <= u) i++;
    return i;
}

static void season_sums(const struct demo_world *w, int64_t at_ms, double *sums)
{
    double sum = 0;
    for (int i = 0; i < demo_product_count; i++)
        sums[i] = sum += demo_products[i].weight * demo_season_weight(demo_products[i].season, w, at_ms);
}

static int choose_sku(struct prng *p, const struct demo_product *product)
{
    int n = 0;
    while (n < DEMO_SKUS_MAX && product->skus[n].code) n++;
    int i = 0;
    while (i + 1 < n && prng_unit(p) > .58) i++;
    return i;
}

static int choose_count(struct prng *p, double first, int max)
{
    int n = 1;
    double stay = first;
    while (n < max && prng_unit(p) > stay) {
        n++;
        stay = .75;
    }
    return n;
}

/* In the event goods cost about a fifth less; prices end in .00 or .90 as shops have them. */
static int64_t price_now(int32_t price_fen, bool event)
{
    return event ? (price_fen * INT64_C(82) / 100 + 50) / 100 * 100 - 10 : price_fen;
}

static void fill_lines(struct prng *p, struct demo_world *w, const double *sums, struct demo_order *o)
{
    bool event = demo_on_sale(w, o->placed_at_ms);
    int n = choose_count(p, event ? .56 : .72, 5);
    o->first_line = w->line_count;
    for (int i = 0; i < n; i++) {
        int product = choose_product(p, sums);
        bool again = false;
        for (int32_t k = 0; k < o->line_count; k++) again = again || w->lines[o->first_line + k].product == product;
        if (again) continue; /* the same goods twice are one line of more pieces */
        struct demo_line *l = &w->lines[w->line_count++];
        l->product = product;
        l->sku = choose_sku(p, &demo_products[product]);
        l->pieces = choose_count(p, .86, prng_unit(p) < .01 ? 24 : 4);
        l->unit_minor = price_now(demo_products[product].skus[l->sku].price_fen, event);
        l->line_minor = l->unit_minor * l->pieces;
        o->line_count++;
        o->pieces += l->pieces;
        o->total_minor += l->line_minor;
    }
    if (event && o->total_minor >= 30000) { /* 40 yuan off every 300, shared over the lines as the platform does */
        int64_t off = o->total_minor / 30000 * 4000, left = off;
        for (int32_t i = 0; i < o->line_count; i++) {
            struct demo_line *l = &w->lines[o->first_line + i];
            int64_t part = i + 1 == o->line_count ? left : off * l->line_minor / o->total_minor;
            l->line_minor -= part;
            left -= part;
        }
        o->total_minor -= off;
    }
    if (o->total_minor < 5900) o->total_minor += 600; /* postage */
}

/* ---- who buys ---- */

/* A third comes back: someone who ordered before, often lately. */
static int32_t choose_buyer(struct prng *p, struct demo_world *w, int64_t order)
{
    if (order > 50 && prng_unit(p) < .33) {
        double back = prng_unit(p) * prng_unit(p);
        return w->orders[order - 1 - (int64_t)(back * (double)(order - 1))].buyer;
    }
    return w->buyer_count++;
}

static enum demo_note choose_note(struct prng *p)
{
    double u = prng_unit(p);
    return u < .045 ? NOTE_BUYER : u < .085 ? NOTE_SELLER : u < .095 ? NOTE_BOTH : NOTE_NONE;
}

static int by_time(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* ---- the orders ---- */

/* Also at a quiet hour a few recent orders wait for their payment: these ages, in minutes. */
static const int waiting_min[] = { 36, 41, 52, 74, 118, 131, 190, 262, 335 };
enum { WAITING = sizeof waiting_min / sizeof waiting_min[0] };

static int64_t *draw_times(struct arena *a, struct prng *p, struct demo_world *w, int64_t *ret_count)
{
    int64_t n = 0, most = WAITING;
    uint64_t *counts = ARENA_ARRAY(a, uint64_t, (size_t)w->hour_count);
    if (!counts) return NULL;
    for (int i = 0; i < w->hour_count; i++) most += (int64_t)(counts[i] = prng_poisson(p, w->hours[i].orders));
    int64_t *times = ARENA_ARRAY(a, int64_t, (size_t)most);
    if (!times) return NULL;
    for (int i = 0; i < w->hour_count; i++)
        for (uint64_t k = 0; k < counts[i]; k++) {
            int64_t at_ms = w->hours[i].start_ms + (int64_t)prng_below(p, 3600) * MS_PER_S;
            if (at_ms < w->now_ms - 20 * MS_PER_S) times[n++] = at_ms;
        }
    for (int i = 0; i < WAITING; i++) times[n++] = demo_second(w->now_ms - waiting_min[i] * MS_PER_MIN);
    qsort(times, (size_t)n, sizeof *times, by_time);
    *ret_count = n;
    return times;
}

static bool is_waiting(const struct demo_world *w, int64_t at_ms)
{
    for (int i = 0; i < WAITING; i++)
        if (at_ms == demo_second(w->now_ms - waiting_min[i] * MS_PER_MIN)) return true;
    return false;
}

bool demo_orders(struct arena *a, struct prng *p, struct demo_world *w)
{
    int64_t n = 0, *times = draw_times(a, p, w, &n), day = INT64_MIN;
    double *sums = ARENA_ARRAY(a, double, (size_t)demo_product_count);
    w->orders = times ? ARENA_ARRAY(a, struct demo_order, (size_t)n) : NULL;
    w->lines = times ? ARENA_ARRAY(a, struct demo_line, (size_t)n * 5) : NULL;
    if (!sums || !w->orders || !w->lines) return false;
    for (int64_t i = 0; i < n; i++) {
        struct demo_order *o = &w->orders[i];
        *o = (struct demo_order){ .placed_at_ms = times[i], .number = i + 1, .shipped_at_ms = CLAIM_NONE, .delivered_at_ms = CLAIM_NONE,
                                  .refunded_at_ms = CLAIM_NONE, .ship_by_ms = CLAIM_NONE, .note = choose_note(p) };
        if (zone_day(w->zone, times[i]) != day) {
            day = zone_day(w->zone, times[i]);
            season_sums(w, times[i], sums);
        }
        o->buyer = choose_buyer(p, w, i);
        fill_lines(p, w, sums, o);
        decide_payment(p, o);
        if (is_waiting(w, times[i])) {
            o->paid_at_ms = CLAIM_NONE;
            o->cancelled_at_ms = o->placed_at_ms + MS_PER_DAY;
        }
        w->order_count++;
    }
    return true;
}
