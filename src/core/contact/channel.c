/* The words of the channels. */
#include <stddef.h>
#include "core/contact/channel.h"

const char *channel_word(enum channel channel)
{
    switch (channel) {
    case CHANNEL_NONE: return "none";
    case CHANNEL_CHAT: return "chat";
    case CHANNEL_SMS: return "sms";
    case CHANNEL_EMAIL: return "email";
    case CHANNEL_ROBOT: return "robot";
    case CHANNEL_DIRECTORY: return "directory";
    }
    return NULL;
}
