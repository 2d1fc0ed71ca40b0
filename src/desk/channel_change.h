/* What the owner does with channels: sets one up, takes it away, sends a message to oneself. For the page and the command line. */
#ifndef ZG_DESK_CHANNEL_CHANGE_H
#define ZG_DESK_CHANNEL_CHANGE_H
#include <jansson.h>
#include "channel/channel.h"
#include "desk/commands.h"
#include "store/channel_store.h"

enum channel_what { /* also the words on F.sock, in this order */
    CHANNEL_ADD,     /* settings: as settings_read takes them */
    CHANNEL_REMOVE,  /* channel_id */
    CHANNEL_TEST,    /* channel_id; to: whom (a robot: nobody). Sends, waits for the end, keeps it as the channel's last */
};
struct channel_ask { enum channel_what what; struct text store, to; const json_t *settings; int64_t channel_id, user_id; };
struct channel_made { int64_t channel_id; char label[CHANNEL_LABEL_MAX]; struct channel_outcome outcome; /* of a test; fate 0: none */ };
/* A setting that is wrong is refused with the code "channel-FIELD". Blocks for as long as a send may take. */
enum desk_result desk_channel_change(struct desk *d, const struct channel_ask *ask, struct channel_made *ret, struct desk_message *ret_message);
#endif
