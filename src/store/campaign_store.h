/* Campaigns with their phases, and the shop's traffic by the hour. */
#ifndef ZG_STORE_CAMPAIGN_STORE_H
#define ZG_STORE_CAMPAIGN_STORE_H
#include "core/run/today.h"
#include "store/store.h"

/* Gives the campaign the merchant's next number. */
bool campaign_add(struct store *s, const struct shop *shop, const struct campaign *c, int64_t *ret_campaign_id);

struct traffic_hour { int64_t hour_start_ms, visitors, views, favourites, carts; };
/* The figures of an hour that is there already are replaced. */
bool traffic_put(struct store *s, const struct shop *shop, const struct traffic_hour *h);
#endif
