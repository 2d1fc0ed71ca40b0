/* The ways by which a message reaches somebody, and the two classes of messages the law keeps apart. */
#ifndef ZG_CORE_CHANNEL_H
#define ZG_CORE_CHANNEL_H

enum channel { CHANNEL_NONE = 0, CHANNEL_CHAT = 1, CHANNEL_SMS = 2, CHANNEL_EMAIL = 3, CHANNEL_ROBOT = 4, CHANNEL_DIRECTORY = 5 }; /* frozen */
enum message_class {
    MESSAGE_SERVICE = 1,    /* about the buyer's own order: needs no consent, ends at an opt-out */
    MESSAGE_COMMERCIAL = 2, /* anything else that sells: only with a recorded consent */
}; /* frozen */

/* "chat", "sms", "email", "robot", "directory"; "none" for CHANNEL_NONE. */
const char *channel_word(enum channel channel);
#endif
