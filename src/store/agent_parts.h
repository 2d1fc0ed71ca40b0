/* What agent_store.c and agent_shift.c share; nobody else includes it. */
#ifndef ZG_STORE_AGENT_PARTS_H
#define ZG_STORE_AGENT_PARTS_H
#include "store/agent_store.h"

enum { AGENT_ROWS_MAX = 5 * AGENTS_MAX /* with those who left */, AGENT_DAYS_MAX = AGENTS_MAX * 64 };
bool agent_hours_read(struct store *s, int64_t merchant_id, struct arena *a, const struct agent_books_ask *ask, struct agent_books *ret);
bool agent_note(struct store *s, int64_t merchant_id, int64_t by_user_id, const char *verb, const char *subject);
enum agent_result agent_is_there(struct store *s, int64_t merchant_id, int64_t agent_id);
#endif
