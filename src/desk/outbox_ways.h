/* How messages leave this desk: by the channels that the owner has set up (channels.h). */
#ifndef ZG_DESK_OUTBOX_WAYS_H
#define ZG_DESK_OUTBOX_WAYS_H
#include "desk/sender.h"

struct channel_ways { struct sender_ways ways; const struct env *env; const char *db_path; };
/* Lives as long as the threads that use it; so do env and db_path. */
void channel_ways_init(struct channel_ways *w, const struct env *env, const char *db_path);
#endif
