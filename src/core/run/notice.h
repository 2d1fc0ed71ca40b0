/* What staff are told of by a robot: which of Today's lines, and of messages whose outcome nobody knows, are news. */
#ifndef ZG_CORE_NOTICE_H
#define ZG_CORE_NOTICE_H
#include "core/run/today.h"

enum { NOTICE_UNKNOWN = TODAY_NOTHING + 1 /* messages of unknown outcome; always red */, NOTICE_KINDS };
#define NOTICE_AGAIN_MS MS_PER_HOUR /* the same kind again at the soonest, unless it turns red */
struct notice_fact { int kind; /* enum today_kind or NOTICE_UNKNOWN */ int64_t count; bool urgent; };
/* What was seen at the last look, by kind; zero before the first. */
struct notice_seen { bool begun; struct { int64_t count, told_count, told_at_ms; bool urgent, told; } of[NOTICE_KINDS]; };

/* Which of the facts are news, as indices into them; returns how many. Red: when it turns red, and when there are more of it an hour after it was told.
 * Ordinary: when it comes up, and when there are more of it an hour after it was told; not at the first look, which finds what everybody knows, and not
 * at night (`quiet`): then it is told in the morning if it still stands. Picking, held reminders, pace and "nothing" are for who looks at Today. */
int notice_news(struct notice_seen *seen, const struct notice_fact *facts, int n, int64_t now_ms, bool quiet, int ret[NOTICE_KINDS]);
#endif
