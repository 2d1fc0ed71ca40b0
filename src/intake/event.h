/* One event of a feed -> claims about one order: the same claims, by the same maker, that a row of a file gives.
 *
 * What an order looks like is data: events/ *.json are profiles whose columns are paths into the JSON of an order:
 *   "billing.email"                   a member of a member
 *   "fulfillments.0.created_at"       an element of a list
 *   "?status=completed.date"          goes on only where that member has that value
 *   "refunds.*.total"                 the sum over all elements, each taken without its sign (amounts of money)
 *   "a.first+a.last"                  both with a blank between
 * The list of lines gives one claim for each line; the first also tells the order, the others the order's number only.
 *
 * As of when an event is true it says itself (updated_at, date_modified_gmt, as_of): the order of arrival means nothing. */
#ifndef ZG_INTAKE_EVENT_H
#define ZG_INTAKE_EVENT_H
#include <jansson.h>
#include "core/feed/feed.h"
#include "intake/intake.h"

enum { EVENT_LINES_MAX = 1000 };
#define EVENT_AHEAD_MAX_MS (5 * MS_PER_MIN) /* clocks differ a little; what lies further ahead would outweigh all that follows */

struct event_reader;
/* For one shop and one kind of feed; opt as for a file of that shop (zone, find_zone, currency, country, hash_key). Not for two threads
 * at a time. NULL: memory ran out. */
struct event_reader *event_reader_open(const struct arena_source *memory, enum feed_source source, const struct intake_options *opt);
void event_reader_close(struct event_reader *r);

enum event_kind { EVENT_ORDER, EVENT_REFUSED, EVENT_NO_MEMORY };
struct event_why { struct text code /* frozen word */, field /* path; empty: the whole */, en, zh; };
/* The order of an event as JSON. as_of: told beside the order, or empty: where the source's own orders tell it. Claims and their texts live in
 * the arena, n is 1 or more. At EVENT_REFUSED *ret_why says why. */
enum event_kind event_read(struct event_reader *r, struct arena *a, const json_t *order, struct text as_of, int64_t now_ms,
                           struct order_claim **ret_claims, size_t *ret_n, struct event_why *ret_why);
/* The words of a refusal by its code, where no order was looked at: "json", "no-order", "type", "id". */
void event_why_set(struct arena *a, const char *code, struct text field, struct event_why *ret);
#endif
