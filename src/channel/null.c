/* The channel that sends nothing and says that it did: for rehearsing the desk without a single message. */
#include "channel/link.h"

static void null_send(struct channel_link *link, const struct channel_message *m, struct channel_outcome *ret)
{
    (void)link;
    (void)m;
    ret->began = true;
    outcome_set(ret, CHANNEL_SENT, WHY_SENT);
}

const struct channel_driver channel_null_driver = { .send = null_send };
