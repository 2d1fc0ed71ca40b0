/* Readers for who reminds: chats with buyers (who served whom, and how many are open), and what files tell of shifts and staff. As
 * query_store.h: only SELECTs, false on a database failure; rows and their texts live in the arena. */
#ifndef ZG_STORE_QUERY_TEAM_H
#define ZG_STORE_QUERY_TEAM_H
#include "store/store.h"

/* A chat. ended_ms, last_ms: INSTANT_NONE when not told. customer_id: CLAIM_NONE for somebody who never ordered. */
struct talk { int64_t customer_id, began_ms, ended_ms, last_ms; struct text staff; };
enum { TALKS_MAX = 200000 /* the latest ones count */, LISTED_SHIFTS_MAX = 20000, LISTED_STAFF_MAX = 1000 };
/* Chats that began in (after_ms, until_ms], the latest first. */
bool query_talks(struct store *s, const struct shop *shop, struct arena *a, int64_t after_ms, int64_t until_ms, struct talk **ret, int64_t *ret_n);
/* As of when files last told of chats at all; INSTANT_NONE: never. */
bool query_talks_as_of(struct store *s, const struct shop *shop, int64_t *ret_ms);

/* works: false for a day off (休息); then there are no times. */
struct listed_shift { struct text staff; int64_t day, begins_min, ends_min; bool works; };
/* Shifts on days that begin in [from_ms, until_ms), with times or marked as off. */
bool query_shifts(struct store *s, const struct shop *shop, struct arena *a, int64_t from_ms, int64_t until_ms, struct listed_shift **ret, int64_t *ret_n);

struct listed_staff { struct text staff, role; int64_t chats_at_once /* 0: not told */; };
/* People whom a file about staff lists and who have not left by at_day. */
bool query_staff(struct store *s, const struct shop *shop, struct arena *a, int64_t at_day, struct listed_staff **ret, int64_t *ret_n);
#endif
