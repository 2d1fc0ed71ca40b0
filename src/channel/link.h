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
extern const struct channel_driver channel_null_driver, channel_directory_driver;

/* ---- how it ended; each fills in *ret ---- */

enum channel_why { /* the words and sentences are in outcome.c */
    WHY_SENT, WHY_MESSAGE, WHY_MEMORY, WHY_FOLDER,
};
enum { CHANNEL_WHYS = WHY_FOLDER + 1 };
void outcome_set(struct channel_outcome *ret, enum channel_fate fate, enum channel_why why);
/* FAILED, to be tried again after the usual time. */
void outcome_retry(const struct channel_link *link, const struct channel_message *m, struct channel_outcome *ret, enum channel_why why);
#endif
