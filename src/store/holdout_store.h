/* The times in which a share of orders is not reminded about, so that what reminding brings can be measured (core/run/lift.h). */
#ifndef ZG_STORE_HOLDOUT_STORE_H
#define ZG_STORE_HOLDOUT_STORE_H
#include "store/store.h"

struct holdout {
    int64_t holdout_no, share_bp, started_at_ms, ended_at_ms /* INSTANT_MAX: it runs */;
    int64_t due_after_s, window_s; /* when a first reminder was due, and for how long an order could be paid, while it ran */
};
enum { HOLDOUTS_MAX = 8, HOLDOUT_LOOK_DAYS = 28 };
/* Those that overlap [from_ms, until_ms), the latest first, at most HOLDOUTS_MAX. */
bool holdout_list(struct store *s, const struct shop *shop, int64_t from_ms, int64_t until_ms, struct holdout *ret, int *ret_n);
/* Is the order, placed at that instant, held out by one of them?  By a keyed hash of the holdout and the order's number. */
bool holdout_has(const struct shop *shop, const struct holdout *h, int n, int64_t placed_at_ms, struct text order_no);
/* Reminders marked done, and messages sent, in the last HOLDOUT_LOOK_DAYS: from policy.holdout_min_reminders on a holdout can tell something. Each of the
 * two is counted up to `most`. */
bool holdout_reminders(struct store *s, const struct shop *shop, int64_t now_ms, int64_t most, int64_t *ret);
/* After a reminder was done by hand or sent, and after the policy changed: begins one when there are enough reminders and none runs. Ends the
 * one that runs when the policy has another share, first delay or time to pay: orders that were to be reminded earlier or later are not the
 * same group. */
bool holdout_settle(struct store *s, const struct shop *shop);
#endif
