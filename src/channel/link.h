/* Inside of channel/: one link and the functions of its kind. */
#ifndef ZG_CHANNEL_LINK_H
#define ZG_CHANNEL_LINK_H
#include "channel/channel.h"

struct channel_link {
    const struct env *env;
    const struct channel_driver *driver;
    struct channel_settings settings;
    void *state;                /* the driver's */
};

struct channel_driver {
    bool (*open)(struct channel_link *link);    /* NULL: nothing to prepare. False: out of memory */
    /* The message has been checked: id, sizes, UTF-8, no NUL. *ret is zero but for retry_at_ms INSTANT_NONE. */
    void (*send)(struct channel_link *link, const struct channel_message *message, struct channel_outcome *ret);
    void (*close)(struct channel_link *link);   /* NULL: nothing to give back */
};
extern const struct channel_driver channel_smtp_driver, channel_kannel_driver, channel_robot_driver, channel_directory_driver, channel_null_driver;

/* ---- how it ended; each fills in *ret ---- */

enum channel_why { /* the words and sentences are in outcome.c */
    WHY_SENT, WHY_MESSAGE, WHY_MEMORY, WHY_FOLDER,
    /* never got there whole: failed */
    WHY_RESOLVE, WHY_CONNECT, WHY_TLS, WHY_BROKEN, WHY_SLOW,
    /* answered with a no: failed */
    WHY_LOGIN, WHY_LATER, WHY_PACE, WHY_REFUSED_ADDRESS, WHY_REFUSED_SENDER, WHY_REFUSED, WHY_SIGNATURE, WHY_ADDRESS_OF_SERVICE,
    /* got there whole, and then: unknown */
    WHY_LOST, WHY_SILENT, WHY_GARBLED, WHY_GATEWAY,
};
enum { CHANNEL_WHYS = WHY_GATEWAY + 1 };
void outcome_set(struct channel_outcome *ret, enum channel_fate fate, enum channel_why why);
/* FAILED, to be tried again after the usual time. */
void outcome_retry(const struct channel_link *link, const struct channel_message *m, struct channel_outcome *ret, enum channel_why why);
/* The same, not before after_ms from now (the other side said so), at most a day. */
void outcome_retry_after(const struct channel_link *link, struct channel_outcome *ret, enum channel_why why, int64_t after_ms);
#endif
