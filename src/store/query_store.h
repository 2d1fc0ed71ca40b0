/* Readers: facts for Today, Orders and Review. Only SELECTs; every function false on a database failure.
 *
 *   query_store.c    feed, unpaid and waiting orders, marks, campaigns, hours (Today)
 *   query_orders.c   the list of orders, one order with lines, people, sources
 *   query_review.c   sums over a period
 *   query_payment.c  how long buyers took to pay
 *
 * A visitor gets rows one by one; texts in them live until it returns. It returns false to stop; the query then still
 * returns true. A visitor may run other queries, but not the one that calls it. */
#ifndef ZG_STORE_QUERY_H
#define ZG_STORE_QUERY_H
#include "core/run/payment_delay.h"
#include "core/run/today.h"
#include "store/store.h"

struct order_row { int64_t order_id; struct text order_no; struct order order; };
typedef bool order_row_each(void *ctx, const struct order_row *r);

/* ---- today ---- */
/* The latest instant up to at_ms at which anything happened to an order of this shop; INSTANT_NONE when there is none. */
bool query_latest_fact(struct store *s, const struct shop *shop, int64_t at_ms, int64_t *ret_ms);
/* Orders placed in (after_ms, until_ms] that were not paid by at_ms, earliest first; on-delivery orders are left out. */
bool query_unpaid(struct store *s, const struct shop *shop, int64_t after_ms, int64_t until_ms, int64_t at_ms, order_row_each *each,
                  void *ctx);
/* Orders that wait to be picked at at_ms in the order of pick_compare, at most limit. */
bool query_waiting(struct store *s, const struct shop *shop, struct arena *a, int64_t at_ms, int64_t limit, order_row_each *each,
                   void *ctx);
struct waiting_totals { int64_t count, late, soon /* ship_by within soon_s */, oldest_ship_by_ms /* INSTANT_NONE */; };
struct waiting_ask { int64_t at_ms, ship_within_s, soon_s; };
bool query_waiting_totals(struct store *s, const struct shop *shop, const struct waiting_ask *ask, struct waiting_totals *ret);

struct mark_row { int64_t order_id, customer_id /* CLAIM_NONE */; struct reminder_mark mark; };
/* Marks made in (after_ms, until_ms], by order, then time; in the arena. A message that went out by itself, or may have, is a mark as done. */
bool query_marks(struct store *s, const struct shop *shop, struct arena *a, int64_t after_ms, int64_t until_ms,
                 struct mark_row **ret, int64_t *ret_n);
enum { CAMPAIGNS_MAX = 64 };
/* Campaigns whose review ends after ends_after_ms, by event, texts in the arena; at most CAMPAIGNS_MAX. */
bool query_campaigns(struct store *s, const struct shop *shop, struct arena *a, int64_t ends_after_ms, struct campaign *ret, int *ret_n);
bool query_interrupted_imports(struct store *s, const struct shop *shop, int64_t *ret);
/* Rows set aside by imports that stand and began after since_ms. */
bool query_quarantined(struct store *s, const struct shop *shop, int64_t since_ms, int64_t *ret);
struct hour_sum { int64_t hour_start_ms, orders, paid_orders, total_minor, paid_minor, kept_minor; };
/* Hours that have orders in [from_ms, to_ms), ascending; in the arena. */
bool query_hours(struct store *s, const struct shop *shop, struct arena *a, int64_t from_ms, int64_t to_ms, struct hour_sum **ret,
                 int64_t *ret_n);
/* Orders placed in [from_ms, to_ms) and paid by at_ms. */
bool query_paid_between(struct store *s, const struct shop *shop, int64_t from_ms, int64_t to_ms, int64_t at_ms, int64_t *ret_orders,
                        int64_t *ret_minor);
/* Does any source tell what was shipped?  Looks at the last few hundred orders that were placed and paid up to before_ms; false when there are enough of
 * them to say so and none was ever shipped or delivered. */
bool query_shipping_told(struct store *s, const struct shop *shop, int64_t before_ms, bool *ret);
/* How long the buyers of orders placed in (from_ms, at_ms] took to pay, as it was known at at_ms; on-delivery orders are left out.
 * window_ms: how long an order may be paid. without_time: paid, but nobody told when. Reminded: a reminder was
 * marked as made (or tried), or went out by itself (or may have). In the arena. */
struct payment_times_ask { int64_t from_ms, at_ms, window_ms; };
struct payment_times { struct payment_time *times; int64_t n, without_time, first_placed_ms /* INSTANT_NONE: no order */; };
bool query_payment_times(struct store *s, const struct shop *shop, struct arena *a, const struct payment_times_ask *ask,
                         struct payment_times *ret);
bool query_first_placed(struct store *s, const struct shop *shop, int64_t *ret_ms); /* INSTANT_NONE: no order */

/* ---- orders ---- */
struct orders_cursor { int64_t placed_at_ms, order_id; };
struct orders_filter {
    int64_t from_ms, to_ms;        /* placed in [from, to) */
    struct orders_cursor before;   /* strictly before this one, newest first */
    int64_t customer_id;           /* CLAIM_NONE: all */
};
/* Placed orders, newest first. */
bool query_orders(struct store *s, const struct shop *shop, const struct orders_filter *f, order_row_each *each, void *ctx);
/* The same among those that wait to be picked at at_ms: for when they are few. */
bool query_orders_waiting(struct store *s, const struct shop *shop, const struct orders_filter *f, int64_t at_ms, order_row_each *each,
                          void *ctx);
bool query_waiting_count(struct store *s, const struct shop *shop, int64_t at_ms, int64_t max, int64_t *ret); /* up to max */
/* Orders whose number begins with the prefix, by number, at most limit. */
bool query_orders_by_number(struct store *s, const struct shop *shop, struct text prefix, int64_t limit, order_row_each *each, void *ctx);
bool query_order(struct store *s, const struct shop *shop, struct arena *a, struct text order_no, struct order_row *ret, bool *ret_found);
bool query_customer(struct store *s, const struct shop *shop, struct text buyer, int64_t *ret_customer_id); /* CLAIM_NONE: unknown */
bool query_customer_hashed(struct store *s, const struct shop *shop, int64_t buyer_hash, int64_t *ret_customer_id); /* the same by shop_buyer_hash */
/* How many orders there are, up to max. */
bool query_order_count(struct store *s, const struct shop *shop, int64_t max, int64_t *ret);
bool query_state_counts(struct store *s, const struct shop *shop, int64_t at_ms, int64_t ret[ORDER_STATE_COUNT]);
/* What an order's lines tell of it together: the title of the one with the greatest amount (without lines what the order list says was
 * bought, or TEXT_NONE); how many
 * lines; their pieces, CLAIM_NONE unless each line tells its own. */
struct lines_row { struct text title; int64_t lines, pieces; };
bool query_lines_row(struct store *s, const struct shop *shop, struct arena *a, int64_t order_id, struct lines_row *ret);
bool query_person(struct store *s, const struct shop *shop, struct arena *a, int64_t order_id, struct person_cells *ret);
/* number: by which a list of items tells the line (core/order/line_number.h) */
struct line_row { struct text number, title, options, sku_code, product_no; int64_t pieces, unit_minor, line_minor, refund_minor; };
bool query_lines(struct store *s, const struct shop *shop, struct arena *a, int64_t order_id, struct line_row **ret, int64_t *ret_n);
struct source_row { int64_t import_id, as_of_ms, learned_at_ms; struct text file, profile; };
bool query_sources(struct store *s, const struct shop *shop, struct arena *a, int64_t order_id, struct source_row **ret, int64_t *ret_n);
struct order_mark_row { struct reminder_mark mark; struct text reason, by; };
bool query_order_marks(struct store *s, const struct shop *shop, struct arena *a, int64_t order_id, struct order_mark_row **ret,
                       int64_t *ret_n);

/* One customer, as the orders of a shop tell: figures of orders that were placed. */
struct customer_row { int64_t customer_id, last_order_id, orders, paid_orders, paid_minor, refund_minor, first_placed_ms, last_placed_ms; };
typedef bool customer_row_each(void *ctx, const struct customer_row *r);
/* Customers with an order placed in [from_ms, to_ms), by number; figures of that period. */
bool query_customers(struct store *s, const struct shop *shop, int64_t from_ms, int64_t to_ms, customer_row_each *each, void *ctx);

/* ---- review ---- */
struct period { int64_t from_ms, to_ms, from_day, to_day; }; /* the same days, half-open, as instants and as local days */
struct period_sums {
    int64_t orders, paid_orders, refunded_orders, cancelled_orders, pieces, total_minor, paid_minor, refund_minor, kept_minor;
    int64_t customers;             /* different known buyers who placed an order */
    int64_t visitors, views, favourites, carts, traffic_hours; /* hours with traffic figures; 0: none told */
};
bool query_period(struct store *s, const struct shop *shop, const struct period *p, struct period_sums *ret);
struct region_sum { struct text region; int64_t orders, paid_orders, total_minor, kept_minor; };
bool query_regions(struct store *s, const struct shop *shop, struct arena *a, const struct period *p, struct region_sum **ret, int64_t *ret_n);
struct product_sum { struct text product, title; int64_t pieces, paid_minor, lines; };
bool query_products(struct store *s, const struct shop *shop, struct arena *a, const struct period *p, int64_t limit,
                    struct product_sum **ret, int64_t *ret_n);
#endif
