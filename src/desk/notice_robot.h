/* One robot that speaks to staff: a thread of its own, so that one that hangs keeps no other waiting. At most 20 messages a minute, red ones at once
 * (channel/digest.h). What it did not take is kept and told before the next; what is unknown or refused for good is not told again. */
#ifndef ZG_DESK_NOTICE_ROBOT_H
#define ZG_DESK_NOTICE_ROBOT_H
#include "channel/channel.h"
#include "desk/writer.h"

struct notice_robot;
struct notice_robot_ask { const struct env *env; struct writer *writer; const struct shop *shop; int64_t channel_id; const struct channel_settings *settings; };
/* Copies what it is asked. NULL: out of memory. */
struct notice_robot *notice_robot_open(const struct notice_robot_ask *ask);
int64_t notice_robot_id(const struct notice_robot *r);      /* of its channel */
void notice_robot_say(struct notice_robot *r, struct text en, struct text zh, bool urgent); /* any thread; returns at once */
void notice_robot_ask_stop(struct notice_robot *r);
void notice_robot_close(struct notice_robot *r);            /* waits for a send that is under way: ten seconds at most */
#endif
