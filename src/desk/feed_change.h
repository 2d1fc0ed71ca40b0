/* What the owner sets up: tokens, webhook secrets, how long a feed may be silent, the watched folder. For the page and the command line. */
#ifndef ZG_DESK_FEED_CHANGE_H
#define ZG_DESK_FEED_CHANGE_H
#include "desk/commands.h"
#include "store/feed_store.h"

#define FEED_TOKEN_PREFIX "zgt_"
enum feed_what { /* also the words on F.sock, in this order */
    FEED_TOKEN_MAKE,     /* name */
    FEED_TOKEN_REVOKE,   /* number */
    FEED_SECRET_SET,     /* source, told: as the platform shows it, or empty: one is made (not for Shopify, which makes its own) */
    FEED_SECRET_REVOKE,  /* source, number */
    FEED_LIMIT_SET,      /* source, limit_s */
    FEED_FOLDER_ON,      /* told: an absolute path, or empty: F.inbox/STORE */
    FEED_FOLDER_OFF,
};
struct feed_ask { enum feed_what what; struct text store, name, told; enum feed_source source; int64_t number, limit_s, user_id; };
/* shown: the token or the secret, to be shown once; a folder's path. "" when nothing is to be shown. */
struct feed_made { int64_t number; char shown[1100]; };
enum desk_result desk_feed_change(struct desk *d, const struct feed_ask *ask, struct feed_made *ret, struct desk_message *ret_message);
#endif
