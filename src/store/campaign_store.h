/* Campaigns with their phases. */
#ifndef ZG_STORE_CAMPAIGN_STORE_H
#define ZG_STORE_CAMPAIGN_STORE_H
#include "core/run/today.h"
#include "store/store.h"

/* Gives the campaign the merchant's next number. */
bool campaign_add(struct store *s, const struct shop *shop, const struct campaign *c, int64_t *ret_campaign_id);
#endif
