/* The demo shop's year as plain data, made without a store: what was asked for hour by hour (demo_demand.c), who ordered what
 * and how each order went (demo_orders.c), and all of it as claims (demo_claims.c). */
#ifndef ZG_DESK_DEMO_WORLD_H
#define ZG_DESK_DEMO_WORLD_H
#include "base/arena.h"
#include "base/prng.h"
#include "core/order/order.h"
#include "core/run/today.h"
#include "desk/demo_catalog.h"

struct demo_hour {
    int64_t start_ms;
    double orders;                     /* how many are to be expected */
    int64_t visitors, views, favourites, carts;
};
struct demo_line { int32_t product, sku, pieces; int64_t unit_minor, line_minor, refund_minor; };
enum demo_note { NOTE_NONE, NOTE_BUYER, NOTE_SELLER, NOTE_BOTH };
struct demo_order {
    int64_t placed_at_ms, paid_at_ms, cancelled_at_ms, shipped_at_ms, delivered_at_ms, refunded_at_ms, ship_by_ms; /* CLAIM_NONE: never */
    int64_t total_minor, refund_minor, pieces;
    int64_t number;                    /* the nth order of the shop */
    int32_t buyer, line_count;
    int64_t first_line;
    enum demo_note note;
};
enum { DEMO_CAMPAIGNS = 2 };
struct demo_world {
    uint64_t seed;
    int64_t from_ms, now_ms;
    const struct zone *zone;
    struct campaign campaigns[DEMO_CAMPAIGNS]; /* a year ago, and now */
    struct demo_hour *hours;           /* without a gap from from_ms to now */
    int hour_count;
    struct demo_order *orders;         /* by the time they were placed */
    int64_t order_count;
    struct demo_line *lines;
    int64_t line_count;
    int32_t buyer_count;
};
/* Everything lives in the arena.  False when it refused. */
bool demo_world_make(struct arena *a, const struct zone *zone, uint64_t seed, int64_t now_ms, int64_t orders_per_year,
                     struct demo_world *ret);

/* The platform tells times to the second. */
static inline int64_t demo_second(int64_t at_ms) { return at_ms / MS_PER_S * MS_PER_S; }

/* ---- demo_demand.c ---- */
void demo_campaigns(struct demo_world *w);
bool demo_demand(struct arena *a, struct prng *p, int64_t orders_per_year, struct demo_world *w);
bool demo_in_event(const struct demo_world *w, int64_t at_ms);
bool demo_on_sale(const struct demo_world *w, int64_t at_ms); /* in an event, or on a great day of the platform's calendar */
double demo_season_weight(enum demo_season season, const struct demo_world *w, int64_t at_ms);

/* ---- demo_orders.c, demo_fulfil.c ---- */
bool demo_orders(struct arena *a, struct prng *p, struct demo_world *w);
bool demo_fulfil(struct arena *a, struct prng *p, int64_t orders_per_year, struct demo_world *w);

/* ---- demo_people.c: who a buyer is follows from (seed, buyer) alone ---- */
int demo_region_of(uint64_t seed, int32_t buyer);
void demo_person(struct arena *a, uint64_t seed, const struct demo_order *o, struct person_cells *ret);

/* ---- demo_claims.c: as the shop's export of now tells it, nothing later than now ---- */
void demo_order_claim(struct arena *a, const struct demo_world *w, int64_t order, struct order_claim *ret);
void demo_line_claim(struct arena *a, const struct demo_world *w, int64_t order, int32_t line, struct order_claim *ret);
#endif
