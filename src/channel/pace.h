/* At most 20 messages in any 60 seconds, of which the ordinary ones may take 8: the limit of the robots of DingTalk and WeCom (their documents on
 * group robots: "20 messages a minute"; DingTalk shuts one up for ten minutes that speaks more). Pure. */
#ifndef ZG_CHANNEL_PACE_H
#define ZG_CHANNEL_PACE_H
#include <stdbool.h>
#include <stdint.h>

enum { PACE_MESSAGES = 20, PACE_ORDINARY = 8, PACE_WINDOW_MS = 60 * 1000 };
struct pace { int64_t at_ms[PACE_MESSAGES]; bool urgent[PACE_MESSAGES]; int n; }; /* oldest first; zero is a fresh one */
/* When the next message of this kind may go: now_ms or later. A clock that was set back counts as the latest message's time. */
int64_t pace_free_ms(struct pace *p, int64_t now_ms, bool urgent);
/* One goes now; pace_free_ms has said so. */
void pace_take(struct pace *p, int64_t now_ms, bool urgent);
#endif
