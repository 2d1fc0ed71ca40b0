/* Column maps that users made, by store; the built-in ones are not here. */
#ifndef ZG_STORE_PROFILE_STORE_H
#define ZG_STORE_PROFILE_STORE_H
#include "store/store.h"

#define PROFILES_PER_STORE_MAX 200
bool user_profile_put(struct store *s, const struct shop *shop, struct text name, struct text json, int64_t user_id);
/* Each profile to `found`, by name, until it returns false; texts live until then. */
bool user_profile_each(struct store *s, const struct shop *shop, bool (*found)(void *ctx, struct text name, struct text json), void *ctx);
#endif
