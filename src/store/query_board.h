/* Readers for the reminder desk: what people did about reminders and who they are, and what was paid lately. As query_store.h. */
#ifndef ZG_STORE_QUERY_BOARD_H
#define ZG_STORE_QUERY_BOARD_H
#include "store/query_store.h"

struct deed_row { int64_t order_id, user_id; struct reminder_mark mark; };
/* Marks made in (after_ms, until_ms], by order, then time; in the arena. */
bool query_deeds(struct store *s, const struct shop *shop, struct arena *a, int64_t after_ms, int64_t until_ms, struct deed_row **ret, int64_t *ret_n);

/* Orders paid in (after_ms, until_ms] later than most are (15 minutes after they were placed), the last one first, at most limit. */
bool query_paid_lately(struct store *s, const struct shop *shop, int64_t after_ms, int64_t until_ms, int64_t limit, order_row_each *each, void *ctx);
#endif
