/* Durations, clock times and money as a seller reads them, in both languages; used by every reason. */
#ifndef ZG_CORE_WORDS_H
#define ZG_CORE_WORDS_H
#include "base/instant.h"
#include "base/money.h"

/* "less than a minute", "42 min", "2 h 5 min", "3 d 4 h"; negative durations read as 0. */
struct text words_duration(struct arena *a, int64_t duration_ms, bool zh);
/* "15:20" ("今天 15:20"), or "tomorrow 08:00", "yesterday 23:10", "27 Feb 08:00" when at_ms is not on now's local day. */
struct text words_clock(struct arena *a, int64_t at_ms, int64_t now_ms, const struct zone *z, bool zh);
/* The same with its preposition: "at 15:20", "tomorrow 08:00", "on 27 Feb 08:00"; Chinese as words_clock. */
struct text words_at(struct arena *a, int64_t at_ms, int64_t now_ms, const struct zone *z, bool zh);
/* "08:00" from minutes of the day. */
struct text words_minute(struct arena *a, int minute_of_day);
/* "¥3,480.00", "$12.50", "EUR 9.90", "-¥3.00": with separators, for sentences only. */
struct text words_money(struct arena *a, int64_t minor, struct currency c);
/* "1 order", "12 orders"; Chinese needs no such care. */
struct text words_count(struct arena *a, int64_t n, const char *one, const char *many);
#endif
